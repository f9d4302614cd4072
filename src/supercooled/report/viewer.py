"""The page's 3-D view: a scene in few bytes, and K3D packed beside it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.colors import to_hex

from supercooled.arrays import AnyArray, Array
from supercooled.plain_data import parsed_json
from supercooled.quantities import quantity
from supercooled.report.markup import symbols, unit_html
from supercooled.report.numbers import temperature_text
from supercooled.report.style import DARK, PAPER

NONE = 65535
_STOPS = 17

# K3D's fonts are for equations, which no view of ours writes; asking for them is asking for files.
_FONTS = (
    re.compile(r"@font-face\{font-display:block;(?:\$\{[^}]*\}|[^{}])*\}"),
    re.compile(r"(?<=data:font/woff2;base64,)[A-Za-z0-9+/=]+"),
)


@dataclass(frozen=True, slots=True)
class View:
    """What the page's template shows of a scene.

    Parameters
    ----------
    data
        JSON, safe inside a script element
    library
        K3D, gzip in base 64
    policy
        hashes of the two scripts that the page may run
    """

    lead: str
    label: str
    fields: Sequence[dict[str, Any]]
    frames: int
    particles: int
    dimensions: int
    width: str
    data: Markup
    library: Markup
    script: Markup
    policy: str


def view(scene: xr.Dataset) -> View:
    """A scene, as :func:`supercooled.report.scene` makes it, for the page."""
    fields = [_field(scene, name) for name in scene.attrs["fields"]]
    dimensions = int(scene.attrs["dimensions"])
    box = scene["box"].values
    density = scene.sizes["particle"] / float(np.prod(box[:dimensions]))
    data = {
        "particles": scene.sizes["particle"],
        "dimensions": dimensions,
        "names": [str(name) for name in scene.attrs["names"]],
        "species": _text(scene["species"].values.astype(np.uint8)),
        "times": scene["time"].values.tolist(),
        "box": box.tolist(),
        "positions": _text(_places(scene["positions"].values)),
        "fields": fields,
        "width": float(scene.attrs["width"]),
        "normalisation": scene.attrs["normalisation"],
        "cutoffs": parsed_json(scene.attrs["cutoffs"]),
        # the first minimum of g(r) of a dense liquid, where no cutoff says it
        "shell": 1.45 * density ** (-1 / dimensions),
        "diameter": 0.95 * density ** (-1 / dimensions),
        "ramp": [to_hex(mpl.colormaps["viridis"](place)) for place in np.linspace(0.08, 1.0, _STOPS)],
        "paper": {"light": PAPER, "dark": DARK[PAPER]},
    }
    script = _script()
    temperature = float(scene.attrs["temperature"] if scene.attrs["temperature"] is not None else np.nan)
    at = f" at T = {temperature_text(temperature)}" if np.isfinite(temperature) else ""
    n, frames = scene.sizes["particle"], scene.sizes["frame"]
    seen = (
        f"{n} particles{at}, {frames} of the run's frames" if frames > 1 else f"{n} particles{at}, one frame"
    )
    return View(
        lead=f"{seen}. Rotate it, step through time, cut it open, and select a particle.",
        label=f"3-D view of {n} particles{at}, coloured by {fields[0]['words']}",
        fields=fields,
        frames=frames,
        particles=n,
        dimensions=dimensions,
        width=f"{data['width']:g}",
        data=_in_script(json.dumps(data, separators=(",", ":"), allow_nan=False)),
        library=Markup(_library()[0]),  # noqa: S704  base 64
        script=Markup(script),  # noqa: S704  our own
        policy=f"script-src {_hash(script)} {_library()[1]}",
    )


def _field(scene: xr.Dataset, name: str) -> dict[str, Any]:
    entry, values = quantity(name), scene[name].values.astype(np.float64)
    known = values[np.isfinite(values)]
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    low, high = (float(x) for x in np.quantile(known, (0.01, 0.99))) if len(known) else (0.0, 1.0)
    return {
        "name": name,
        "label": str(symbols(name if name.startswith("p_") else name.replace("_", " "))),
        "words": entry.long_name,
        "unit": str(unit_html(entry.unit)),
        "least": least,
        "most": most,
        "low": low,
        "high": high if high > low else low + 1.0,
        "codes": _text(_codes(values, least, most)),
    }


def _codes(values: Array, least: float, most: float) -> AnyArray:
    """Values in 65535 steps from `least` to `most`; the last code is for none."""
    scaled = np.rint((values - least) / (most - least if most > least else 1.0) * (NONE - 1))
    return np.where(np.isfinite(values), scaled, NONE).astype("<u2")


def _places(fractions: AnyArray) -> AnyArray:
    """Fractions of the box, -1/2 to 1/2, in 65536 steps that go round."""
    return np.rint((fractions.astype(np.float64) + 0.5) * 65536).astype(np.int64).astype("<u2")


def _text(values: AnyArray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def _in_script(text: str) -> Markup:
    """JSON that can't end the element it stands in."""
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache
def _script() -> str:
    return (Path(__file__).parent / "templates" / "view.js").read_text(encoding="utf-8")


@cache
def _library() -> tuple[str, str]:
    """K3D with its licences in front, packed, and the hash of what unpacks."""
    static = resources.files("k3d") / "static"
    licences = (static / "standalone.js.LICENSE.txt").read_text(encoding="utf-8")
    source = (static / "standalone.js").read_text(encoding="utf-8")
    for unused in _FONTS:
        source = unused.sub("", source)
    text = f"/*! K3D-jupyter: MIT licence */\n{licences}\n{source}".replace("\r\n", "\n").replace("\r", "\n")
    # no date in the header: the same page each time
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode(), _hash(text)
