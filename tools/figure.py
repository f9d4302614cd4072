"""The README's figure: what the structure says of a configuration, and what its particles then do.

    python tools/figure.py

draws it again from the propensities and the model that come with the package. Its caption, with the numbers,
is also in the file, where a test compares it with what the package says now.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot
from matplotlib.collections import EllipseCollection

import supercooled as sc

mpl.use("Agg")
PATH = Path(__file__).resolve().parents[1] / "docs" / "_static" / "prediction.png"
DATA, MODEL, TIME = "ka-wca_rho1.2_T0.6_N1000", "ka-wca-propensity-T0.6", 5.0
# Diameters of A and B in the drawing, sigma_AA, and the thickness of the slice.
DIAMETERS, THICKNESS = (1.0, 0.88), 2.0


def configuration() -> sc.datasets.Configuration:
    """The first one that took no part in the training, one relaxation time later."""
    held = sc.datasets.load(DATA).configurations
    return next(one for one in held if one.role == "judge" and one.time == TIME)


def caption() -> str:
    """What the figure shows, with its numbers."""
    one = configuration()
    told = sc.predict(one.frame, model=MODEL, species="A")
    pearson = sc.predictors.score(told, one.propensity[told.particle.values])["pearson"]
    return (
        f"A slice of the repulsive Kob-Andersen liquid at T = 0.6. Left: where the structure says that "
        f"particles will move. Right: how far they went in one relaxation time, on average over 32 runs "
        f"from these positions. Pearson correlation of all A particles: {pearson:.2f}, in a configuration "
        f"that took no part in the training."
    )


def draw() -> Path:
    """Write the figure."""
    one = configuration()
    told = sc.predict(one.frame, model=MODEL).values
    xyz, edge = one.frame.positions, one.frame.box.Lx
    shown = np.abs(xyz[:, 2]) < THICKNESS / 2
    figure, axes = pyplot.subplots(1, 2, figsize=(8.0, 4.15), layout="constrained")
    for axis, values, title in (
        (axes[0], told, "predicted from the positions"),
        (axes[1], one.propensity, "measured: mean displacement"),
    ):
        ranks = np.empty(len(values))
        for kind in range(len(one.frame.names)):
            own = np.flatnonzero(one.frame.species == kind)
            ranks[own] = values[own].argsort().argsort() / len(own)
        order = np.flatnonzero(shown)[np.argsort(xyz[shown, 2])]
        sizes = np.take(DIAMETERS, one.frame.species[order])
        circles = EllipseCollection(
            sizes, sizes, np.zeros(len(order)), units="xy",
            offsets=xyz[order, :2], offset_transform=axis.transData,
            array=ranks[order], cmap="viridis", edgecolor="white", linewidth=0.4, clim=(0.0, 1.0),
        )  # fmt: skip
        axis.add_collection(circles)
        axis.set(xlim=(-edge / 2, edge / 2), ylim=(-edge / 2, edge / 2), aspect="equal", xticks=[], yticks=[])
        axis.set_title(title, fontsize=11)
    bar = figure.colorbar(circles, ax=axes, shrink=0.8, ticks=[0.0, 1.0])
    bar.ax.set_yticklabels(["stays", "moves"])
    bar.set_label("rank among its species", labelpad=-14)
    figure.savefig(PATH, dpi=110, metadata={"Description": caption(), "Software": None})
    return PATH


if __name__ == "__main__":
    draw()
    sys.exit(0)
