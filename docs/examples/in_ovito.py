"""Softness of a GSD file in OVITO, coloured, with a legend."""

import sys

from ovito.io import export_file, import_file
from ovito.modifiers import ClearSelectionModifier, ColorCodingModifier
from ovito.vis import ColorLegendOverlay, Viewport

from supercooled.interfaces.ovito import SupercooledModifier

pipeline = import_file(sys.argv[1])
pipeline.modifiers.append(SupercooledModifier(what="ka-lj-1.2", colour=False))
coding = ColorCodingModifier(
    property="predicted_softness", only_selected=True, gradient=ColorCodingModifier.Viridis()
)
pipeline.modifiers.append(coding)
pipeline.modifiers.append(ClearSelectionModifier())
export_file(
    pipeline, "softness.xyz", "xyz", columns=["Position.X", "Position.Y", "Position.Z", "predicted_softness"]
)
if "--draw" in sys.argv:  # needs Vulkan
    pipeline.add_to_scene()
    view = Viewport(type=Viewport.Type.Perspective, camera_dir=(2, 1, -1))
    view.zoom_all()
    view.overlays.append(ColorLegendOverlay(modifier=coding, title="softness"))
    view.render_image(size=(800, 600), filename="softness.png")
