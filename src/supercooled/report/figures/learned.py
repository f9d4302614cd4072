"""What was learned from examples: how many it took, and what counts."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import ACCENT, QUIET, figure, floats, panel
from supercooled.report.tables import Table

_MOST_LINES = 20


@figure
def learning_curve(data: xr.Dataset) -> Figure:
    """Accuracy on groups left out against the number of examples of each kind.

    Parameters
    ----------
    data
        what :func:`supercooled.learning.by_number` returns
    """
    fig, (axes,) = panel()
    axes.errorbar(
        floats(data["size"]),
        floats(data["accuracy"]),
        np.nan_to_num(floats(data["accuracy_error"])),
        color=ACCENT,
        marker="o",
    )
    axes.axhline(0.5, color=QUIET, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlabel("examples of each kind")
    axes.set_ylabel("accuracy")
    return fig


def learning_curve_caption(results: Results) -> Caption:
    """How far the curve goes."""
    data = results["learning_curve"]
    size, value = int(data["size"].values[-1]), float(data["accuracy"].values[-1])
    said = Markup(
        "Share of the examples left out that are classified correctly, against the number of examples of "
        "each kind that were learned from; {value:.3f} from {size}. Dashed: chance."
    ).format(value=value, size=size)
    return Caption(said, f"Accuracy against the number of examples, {value:.3f} from {size} of each kind.")


@figure
def weights(data: xr.Dataset) -> Figure:
    """Weight of each standardised feature, in their order.

    Parameters
    ----------
    data
        ``weight`` (feature)
    """
    fig, (axes,) = panel()
    values = floats(data["weight"])
    axes.bar(np.arange(len(values)), values, color=ACCENT)
    axes.set_xlabel("feature")
    axes.set_ylabel("weight")
    return fig


def weights_caption(results: Results) -> Caption:
    """Which feature counts most."""
    data = results["learned_weights"]
    values = floats(data["weight"])
    most = int(np.argmax(np.abs(values)))
    name = str(data["feature"].values[most])
    said = Markup("Weight of each standardised feature; the largest is {value:.3g}, of {name}.").format(
        value=values[most], name=name
    )
    return Caption(said, f"Weights of {len(values)} features; the largest is that of {name}.")


def table_of_weights(data: xr.Dataset) -> Table:
    """The features of the largest weights."""
    values = floats(data["weight"])
    order = np.argsort(-np.abs(values))[:_MOST_LINES]
    lines = tuple((str(data["feature"].values[k]), f"{values[k]:.3f}".replace("-", "−")) for k in order)
    return Table(
        f"The largest of {len(values)} weights of standardised features.", ("feature", "weight"), lines
    )


PLATES = (
    Plate(
        "learning_curve",
        "Accuracy against the number of examples",
        (drawn_by(learning_curve, learning_curve_caption, "learning_curve/accuracy"),),
    ),
    Plate(
        "learned_weights",
        "Weights of the features",
        (drawn_by(weights, weights_caption, "learned_weights/weight", name="learned_weights"),),
    ),
)
TABLES = {"learned_weights": table_of_weights}
