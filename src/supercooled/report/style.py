"""How every figure looks: one column wide, the paper's symbols, colours that anyone can tell apart."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.quantities import quantity
from supercooled.report.numbers import temperature_text, unit_math

__all__ = [
    "ACCENT",
    "CALM",
    "FAINT",
    "HEIGHT",
    "INK",
    "MARKERS",
    "PAPER",
    "QUIET",
    "TALL",
    "WIDTH",
    "Shade",
    "axis",
    "band",
    "by_temperature",
    "errors_of",
    "figure",
    "finite",
    "floats",
    "key_above",
    "panel",
    "steps",
]

P = ParamSpec("P")

# one column of a journal: at the width of a phone its 9 points are 13 pixels
WIDTH = 3.375
HEIGHT, TALL = 2.55, 2.95

PAPER, INK, QUIET, FAINT, ACCENT, CALM = "#ffffff", "#1c1e22", "#70757f", "#d9dbe0", "#b5341b", "#44546f"
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

# Lightness rises along each ramp, so that the order survives any colour blindness and grey print;
# every step keeps a contrast of 3 against its page.
_RAMPS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "temperature": (
        ("#14296f", "#76318f", "#bd4068", "#cf7413"),
        ("#6d8cf5", "#b08af0", "#f39ab2", "#ffd27d"),
    ),
    "softness": (("#0e3438", "#14655f", "#3f8a4d", "#8d8f17"), ("#3f9a9c", "#5fbf9c", "#a3d880", "#f0ec9a")),
}
_STEPS = 256
_TABLES = {
    name: tuple(LinearSegmentedColormap.from_list(name, list(anchors), N=_STEPS) for anchors in pair)
    for name, pair in _RAMPS.items()
}
DARK: Mapping[str, str] = {
    PAPER: "#15171b",
    INK: "#e6e4df",
    QUIET: "#9a9ea7",
    FAINT: "#33373e",
    ACCENT: "#ff8f73",
    CALM: "#a9bbda",
} | {to_hex(light(k)): to_hex(dark(k)) for light, dark in _TABLES.values() for k in range(_STEPS)}
"""Colour on a dark page of each colour on a light one."""

STYLE: Mapping[str, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9.5,
    "axes.labelsize": 10.5,
    "axes.titlesize": 9.5,
    "legend.fontsize": 9,
    "legend.title_fontsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.linewidth": 0.7,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "xtick.major.size": 3.5,
    "ytick.major.size": 3.5,
    "xtick.minor.size": 1.8,
    "ytick.minor.size": 1.8,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.minor.width": 0.5,
    "ytick.minor.width": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.2,
    "errorbar.capsize": 0,
    "legend.frameon": False,
    "legend.handlelength": 1.5,
    "legend.handletextpad": 0.5,
    "legend.labelspacing": 0.25,
    "legend.borderaxespad": 0.4,
    "axes.formatter.limits": (-3, 4),
    "svg.fonttype": "path",
    "svg.hashsalt": "supercooled",
    "pdf.fonttype": 42,
    "savefig.dpi": 220,
    "path.simplify_threshold": 0.2,
}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib's defaults and ours on top, whatever the user's own style file says."""
    interactive = mpl.is_interactive()
    with mpl.rc_context():
        mpl.rcdefaults()
        # not a matter of style: a notebook shows what is made while it holds
        mpl.rcParams["interactive"] = interactive
        mpl.rcParams.update(STYLE)  # type: ignore[arg-type]
        yield


_MAKER: ContextVar[Callable[..., Figure]] = ContextVar("maker", default=Figure)


@contextmanager
def made_by(maker: Callable[..., Figure]) -> Iterator[None]:
    """Within the block, `maker` makes the figures, such as ``matplotlib.pyplot.figure``."""
    token = _MAKER.set(maker)
    try:
        yield
    finally:
        _MAKER.reset(token)


def figure(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a figure in the style of the report."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with styled():
            return draw(*args, **kwargs)

    return drawn


def panel(
    *, rows: int = 1, height: float = HEIGHT, ratios: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    """One-column figure with `rows` axes above each other that share x."""
    fig = _MAKER.get()(figsize=(WIDTH, height), layout="constrained")
    fig.get_layout_engine().set(w_pad=0.03, h_pad=0.03, hspace=0.0)  # type: ignore[union-attr,call-arg]
    axes = fig.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
    return fig, list(axes)


def axis(name: str, *, power: int = 0) -> str:
    r"""Axis label of a quantity, with its unit; values are shown divided by 10**`power`.

    Examples
    --------
    >>> axis("softness", power=-3)
    '$S$ ($10^{-3}\\,\\sigma_{AA}^{(d+2)}$)'
    """
    entry = quantity(name)
    unit = unit_math(entry.unit)
    factor = rf"10^{{{power}}}" if power else ""
    scale = r"\,".join(part for part in (factor, unit) if part)
    return f"{entry.symbol} (${scale}$)" if scale else entry.symbol


def steps(n: int, ramp: Literal["temperature", "softness"] = "temperature") -> list[str]:
    """`n` colours from the ramp's dark end to its light one: cold to hot, hard to soft."""
    light = _TABLES[ramp][0]
    return (
        [to_hex(light(round(place * (_STEPS - 1)))) for place in np.linspace(0, 1, n)]
        if n > 1
        else [to_hex(light(0))]
    )


class Shade(NamedTuple):
    """How a temperature is drawn, in every figure alike."""

    temperature: float
    label: str
    colour: str
    marker: str


def by_temperature(data: xr.Dataset | xr.DataArray) -> list[Shade]:
    """A shade for each temperature, cold to hot."""
    values = [float(value) for value in data["temperature"].values]
    return [
        Shade(value, temperature_text(value), colour, MARKERS[i % len(MARKERS)])
        for i, (value, colour) in enumerate(zip(values, steps(len(values)), strict=True))
    ]


def key_above(axes: Axes, symbol: str) -> None:
    """Legend in a row above the axes, where no curve can run through it."""
    handles, labels = axes.get_legend_handles_labels()
    labels = [f"{symbol} = {label}" if i == 0 else label for i, label in enumerate(labels)]
    axes.legend(
        handles,
        labels,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.15,
        ncols=min(len(labels), 5),
        handlelength=1.0,
        handletextpad=0.35,
        columnspacing=0.8,
    )


def band(axes: Axes, x: Array, y: Array, error: Array | None, colour: str) -> None:
    """Standard error as a band around a line."""
    if error is not None:
        axes.fill_between(x, y - error, y + error, color=colour, alpha=0.22, linewidth=0)


def floats(data: Any) -> Array:
    """Values as a plain array."""
    return np.asarray(data, dtype=np.float64)


def finite(value: float | None) -> float | None:
    """`value` where it is a number, None where it is missing or NaN."""
    return float(value) if value is not None and np.isfinite(value) else None


def errors_of(data: xr.Dataset, name: str, **where: Any) -> Array | None:
    """Values of ``name_error``, None where the results hold none."""
    if f"{name}_error" not in data:
        return None
    return floats(data[f"{name}_error"].sel(where))


def render(fig: Figure, kind: Literal["svg", "pdf", "png"]) -> bytes:
    """File content of a figure, the same each time: no dates inside."""
    buffer = io.BytesIO()
    dates: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Software": None},
    }
    with styled():
        # Solved once for all formats: Matplotlib would draw the whole figure, and throw it away, to solve it.
        if (layout := fig.get_layout_engine()) is not None:
            layout.execute(fig)
            fig.set_layout_engine(None)
        fig.savefig(buffer, format=kind, metadata=dates[kind])
    return buffer.getvalue()
