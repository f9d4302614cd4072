"""The words of the figures of many liquids."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words
from supercooled.report.numbers import shown

_HOLLOW = Markup(" Hollow, liquids whose particles push themselves.")


def softness(results: Results) -> Words:
    """Softness against temperature."""
    data = results["master"]
    cold = data["cold"].values.astype(bool)
    off = 100 * (data["softness"].values / data["published_softness"].values - 1)[cold]
    caption = Markup(
        "Softness <i>S</i> against temperature (nandi2021, Fig. 1); lines, the paper's Table III over the "
        "supercooled states; inset, the denser liquids too."
    )
    spread = f"{off.min():+.1f} to {off.max():+.1f} %, median {np.median(np.abs(off)):.1f} %"
    return Words(caption + _HOLLOW, f"{_ranges(data, 'softness')} From the printed lines: {spread}.")


def depth(results: Results) -> Words:
    """Depth against inverse softness."""
    data = results["master"]
    caption = Markup(
        "Depth of the cage against the inverse softness (nandi2021, Fig. 2a); inset, the logarithm of the"
        " mean first-passage time scaled by each liquid's own line ln <i>τ</i> = <i>C</i> + "
        "<i>B</i>/<i>S</i>; dashed, the master curve 1/<i>S</i>."
    )
    return Words(caption + _left(data, "mfpt"), f"{_ranges(data, 'depth')}")


def times(results: Results) -> Words:
    """Relaxation times."""
    lines = results["master_lines"]
    onsets = ", ".join(
        f"{name} {shown(float(value), float(error))}"
        for name, value, error in zip(
            lines["liquid"].values, lines["onset"].values, lines["onset_error"].values, strict=True
        )
        if np.isfinite(value)
    )
    return Words(
        Markup(
            "Relaxation time of the overlap of all particles against inverse temperature (nandi2021, Fig."
            " 2b); upright strokes, the onset."
        )
        + _HOLLOW,
        f"Onset temperatures: {onsets or 'none found'}.",
    )


def barriers(results: Results) -> Words:
    """Barriers against inverse softness."""
    return Words(
        Markup(
            "Barrier <i>T</i> ln(<i>τ</i><sub>α</sub>/<i>τ</i><sub>0</sub>) against the inverse softness "
            "below onset, with each liquid's line <i>C′</i> + <i>B′</i>/<i>S</i> (nandi2021, Fig. 2c); "
            "inset, the same near the origin."
        )
        + _HOLLOW,
        f"Slopes B': {_slopes(results['master_lines'])}.",
    )


def collapse(results: Results) -> Words:
    """The collapse of the barriers."""
    return Words(
        Markup(
            "The barriers scaled by each liquid's own line against softness (nandi2021, Fig. 2d); dashed,"
            " the master curve 1/<i>S</i>."
        )
        + _left(results["master"], "dynamics"),
        f"Scaled by C' and B'; slopes B': {_slopes(results['master_lines'])}.",
    )


def escape(results: Results) -> Words:
    """Escape times, unscaled."""
    data = results["master"]
    off = np.exp(data["log_kramers_time"].values - data["log_first_passage_time"].values)
    return Words(
        Markup(
            "Mean first-passage time out of the cage against softness, before anything is scaled "
            "(nandi2021, SI Fig. 2c)."
        )
        + _HOLLOW,
        f"{_ranges(data, 'log_first_passage_time')} Kramers' form, with the parabola of the bottom alone, is "
        f"{off.min():.3f} to {off.max():.3f} of it.",
    )


def relaxation(results: Results) -> Words:
    """Relaxation times, unscaled."""
    return Words(
        Markup("Relaxation time against softness, before anything is scaled (nandi2021, SI Fig. 2b, inset).")
        + _HOLLOW,
        _ranges(results["master"], "tau_alpha"),
    )


def inverse_temperature(results: Results) -> Words:
    """Softness with and without attraction."""
    data = results["master"]
    pair = data.isel(point=np.flatnonzero(np.isin(data["liquid"].values, ("LJ 1.2", "WCA 1.2"))))
    return Words(
        Markup(
            "Softness against inverse temperature with attraction (LJ) and without (WCA) at density 1.2 "
            "(nandi2021, SI Fig. 2a)."
        ),
        _ranges(pair, "softness"),
    )


def reach(results: Results) -> Words:
    """Softness against q_max."""
    far = results["far"]
    own = far["softness"].sel(q_max=float(far.attrs["q_max"]))
    last = (far["softness"].isel(q_max=-1) / own).values
    return Words(
        Markup(
            "Softness of a supercooled state of each liquid against the upper wave number of its "
            "integral, in units of the study's own."
        ),
        f"At q_max = {float(far['q_max'][-1]):g} it is {last.min():.2f} to {last.max():.2f} of that at "
        f"{far.attrs['q_max']:g}.",
    )


def fit_range(results: Results) -> Words:
    """Softness against the fit range."""
    far = results["far"]
    own = far["softness"].sel(q_max=float(far.attrs["q_max"]))
    last = (far["softness_fit"].isel(fit_end=-1) / own).values
    return Words(
        Markup(
            "Softness of a parabola fitted from 0 to a finite displacement, in units of the curvature at 0."
        ),
        f"A fit up to {float(far['fit_end'][-1]):g} gives {last.min():.2f} to {last.max():.2f} times the "
        "softness.",
    )


def learned(results: Results) -> Words:
    """Learned softness against the mean-field one."""
    data = results["learned"]
    parts = []
    for liquid in dict.fromkeys(str(name) for name in data["liquid"].values):
        here = data["learned_softness"].values[data["liquid"].values == liquid]
        parts.append(f"{liquid} {shown(here.min(), digits=3)} to {shown(here.max(), digits=3)}")
    return Words(
        Markup(
            "Mean learned softness against the softness of the mean-field cage at each temperature "
            "(nandi2021, Fig. 3), with a line through each liquid."
        ),
        f"Learned softness: {'; '.join(parts)}; plane trained on {data.attrs.get('trained', 'one state')}.",
    )


def learned_barriers(results: Results) -> Words:
    """Barriers against learned softness."""
    data = results["learned_barriers"]
    E = data["barrier"].values
    return Words(
        Markup(
            "Barrier of rearrangement at each learned softness against 1/(<i>S</i><sub>ML</sub> + "
            "<i>S</i><sub>0</sub>), with the printed <i>S</i><sub>0</sub> = {} (nandi2021, SI Fig. 3)."
        ).format(shown(float(data["shift_printed"]), digits=3)),
        f"Barriers from {shown(E.min(), digits=3)} to {shown(E.max(), digits=3)}.",
    )


def _left(data: xr.Dataset, name: str) -> Markup:
    before, after = data.attrs.get(f"{name}_before"), data.attrs.get(f"{name}_after")
    if before is None or after is None:
        return Markup("")
    return Markup(" Variance left by one common line {}, by the master curve after scaling {}.").format(
        shown(float(before), digits=2), shown(float(after), digits=2)
    )


def _slopes(lines: xr.Dataset) -> str:
    return ", ".join(
        f"{name} {1e3 * float(value):.3g}e-3"
        for name, value in zip(lines["liquid"].values, lines["dynamics_slope"].values, strict=True)
        if np.isfinite(value)
    )


def _ranges(data: xr.Dataset, name: str) -> str:
    liquids = dict.fromkeys(str(liquid) for liquid in data["liquid"].values)
    parts = []
    for liquid in liquids:
        values = data[name].values[data["liquid"].values == liquid]
        values = values[np.isfinite(values)]
        if len(values):
            parts.append(f"{liquid} {shown(values.min(), digits=3)} to {shown(values.max(), digits=3)}")
    return f"{data[name].attrs.get('long_name', name).capitalize()}: {'; '.join(parts)}."
