"""What the paper says in words and draws without a number, as rows that can miss.

Bounds are reasoned in the notes. Those that were chosen when results of the kept run were known say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from supercooled import relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import Relations
from supercooled.analysis.stages import Results, stage
from supercooled.arrays import Array
from supercooled.cage import Calibration
from supercooled.papers import Printed, of_parts
from supercooled.papers.sharma2022.chosen import PRINTED
from supercooled.report import Row, Tolerance
from supercooled.trajectory import Trajectory

RISES, FALLS = Tolerance.between(0.0, np.inf), Tolerance.between(-np.inf, 0.0)
LINEAR = Tolerance.between(0.99, 1.0)
KNOWN = "The bound was chosen when the kept run's result was known."
# Frames of each temperature that widths of distributions are taken from, evenly spread.
FRAMES = 400
# After the ballistic first drop and before cages break at the temperatures below onset, tau.
PLATEAU = 5.0
# Share that is hard, how far neighbours are (sigma_AA), and origins, for what rearrangements do beside them.
HARD, BESIDE, ORIGINS = 0.1, 1.5, 40

LINES: Mapping[str, Printed] = {
    "depth broadens": Printed(
        "Sec. IV A, Fig. 2(a)",
        "growth of the width of P(βΦ) on cooling",
        "1",
        RISES,
        "Standard deviation; printed: it broadens. 0 is the bound; frames in equal parts of the run for "
        "the error.",
    ),
    "softness narrows": Printed(
        "Sec. IV A, Fig. 2(b)",
        "growth of the width of P(S) on cooling",
        "sigma_AA^5",
        FALLS,
        "Standard deviation; printed: it becomes narrower. 0 is the bound.",
    ),
    "softness moves": Printed(
        "Sec. IV A, Fig. 2(b)",
        "change of the mean of P(S) on cooling",
        "sigma_AA^5",
        FALLS,
        "Printed: it moves to lower values. 0 is the bound.",
    ),
    **{
        f"linear {name}": Printed(
            item,
            f"correlation of {words}",
            "1",
            LINEAR,
            "Printed: linear. 0.99 is what nandi2021's lines are held to.",
        )
        for name, item, words in (
            ("a", "Fig. 1(a)", "1/S with Φ_q"),
            ("b", "Fig. 1(a), inset", "Φ_q with Φ_r"),
            ("c", "Fig. 1(b)", "1/S with Φ_r"),
        )
    },
    **{
        f"proportional {name}": Printed(
            "Sec. IV",
            f"{name}0 over the mean of {words}",
            "1",
            Tolerance.absolute(0.1),
            "Printed: proportional. 0 is a proportion; a tenth of the value is what a line may miss the "
            "origin by.",
            reading=KNOWN,
        )
        for name, words in (("a", "1/S"), ("b", "Φ_q"), ("c", "1/S "))
    },
    "lifetime": Printed(
        "Sec. IV B, Fig. 3(a)",
        "lifetime of softness over τ_α",
        "1",
        Tolerance.between(1 / 3, 3.0),
        "When C_S has fallen to 1/e of its value at the first lag. Printed: similar to the lifetime of the "
        "cage, "
        "which is read as within a factor of 3, half a decade.",
        reading="The bound was chosen when a quarter was known at T = 0.47.",
    ),
    "plateau": Printed(
        "Sec. IV B, Fig. 3(a)",
        f"rise of C_S at {PLATEAU:g} τ on cooling",
        "1",
        RISES,
        "Printed: the plateau becomes more prominent. 0 is the bound.",
    ),
    "first lag": Printed("Sec. IV B, Fig. 3(a)", "C_S at the first lag"),
    "joined": Printed(
        "Sec. IV B, Fig. 3(c)",
        "what is left of the spread of mean softness beyond τ_α",
        "1",
        Tolerance.between(-np.inf, 0.1),
        "Of the hardest and the softest group. Printed: all reach the average; a tenth of the first spread "
        "is "
        "what the lines of the figure hide.",
    ),
    **{
        name: Printed(
            "Sec. IV B, Fig. 3(b, c)",
            f"mean softness of the {words} group",
            "sigma_AA^5",
            Tolerance.absolute(0.0005),
            "Printed to one digit, and met to half of it.",
            reading=KNOWN,
            numbers=(f"propagated_from_T0.47/{place}",),
        )
        for place, (name, words) in enumerate((("hardest", "hardest"), ("softest", "softest")))
    },
    "windows": Printed(
        "Sec. III",
        "largest change of the share with the window of p_hop",
        "1",
        Tolerance.absolute(0.05),
        "Windows up to 75 τ beside 15 τ. Printed: qualitatively similar; 0.05 is what a share may be off.",
    ),
    "share rises": Printed(
        "Sec. V, Fig. 4",
        "rise of the share softer than the peak on cooling",
        "1",
        RISES,
        "Printed: it increases. 0 is the bound.",
    ),
    "decades": Printed(
        "Sec. V, Fig. 5(a)",
        "decades that P_R of the softest over that of the hardest gains on cooling",
        "decades",
        Tolerance.between(1.0, np.inf),
        "Between the ends of the softnesses that have a barrier. Printed: the dependence becomes orders of "
        "magnitude stronger; 1 is the least that this can mean.",
        reading=KNOWN,
    ),
    "steeper": Printed(
        "Sec. V, Fig. 5(a)",
        "rise of d ln P_R / d ln S on cooling",
        "1",
        RISES,
        "Printed: stronger at lower temperatures. 0 is the bound.",
    ),
    "collapse": Printed(
        "Sec. V, Fig. 5(b), inset",
        "root mean square deviation of ln(P_R/P_0) from -ΔE/T",
        "1",
        Tolerance.between(-np.inf, 0.23),
        "Printed: the data collapse. 0.23 is a tenth of a decade, the size of a symbol.",
    ),
    "barrier rises": Printed(
        "Sec. V, Fig. 5(c)",
        "largest step of the barrier from one softness to the next softer",
        "epsilon_AA",
        FALLS,
        "Printed: the barrier rises as softness falls. 0 is the bound.",
    ),
    "barrier, inverse": Printed(
        "preprint, Fig. 5(d), inset",
        "correlation of ΔE with 1/S",
        "1",
        LINEAR,
        "Printed: linear, with a deviation at small softness.",
    ),
    "barrier, depth": Printed(
        "App. B, Fig. 15(d)",
        "correlation of ΔE with βΦ_r",
        "1",
        LINEAR,
        "Printed: the barrier is linearly proportional to the depth.",
    ),
    "timescale": Printed(
        "Sec. V, Fig. 5(d)",
        "growth of ln of the time of q(S,t), hardest over softest, from T = 0.58 to 0.47",
        "1",
        RISES,
        "When q(S,t) is 1/e. Printed: a stronger dependence at lower temperatures. 0 is the bound.",
    ),
    "structured": Printed(
        "App. A, Fig. 7",
        "first peak of g(r) about the rearranging over that about all",
        "1",
        Tolerance.between(-np.inf, 1.0),
        "Printed: less structured. 1 is the bound.",
    ),
    "wider": Printed(
        "App. B, Fig. 11",
        "change of the width of P(S) from one δ to the next",
        "sigma_AA^5",
        RISES,
        "Standard deviation; printed: it widens with δ. 0 is the bound.",
    ),
    "strong": Printed(
        "App. B, Fig. 12",
        "rank correlation of softness with that of δ = 0.09",
        "1",
        Tolerance.between(0.8, np.inf),
        "Printed: almost independent of δ, a strong correlation; 0.8 is two thirds of the variance.",
        reading="The bound was chosen when 0.57 was known of δ = 0.02.",
    ),
    "steeper by width": Printed(
        "App. B, Fig. 14",
        "rise of d ln P_R / d ln S on cooling, by δ",
        "1",
        RISES,
        "Printed: stronger at lower temperatures for every δ. 0 is the bound.",
    ),
    "all met": Printed("Secs. IV, V", "readings that meet shares, share by depth and scale of S together"),
    "facilitation": Printed(
        "Sec. IV B, abstract",
        "softening of the hard beside a rearrangement, less that of the other hard",
        "sigma_AA^5",
        RISES,
        "Of the hardest tenth that do not rearrange within the window, with and without an A particle "
        "nearer than "
        f"{BESIDE:g} that does. Printed: the hard become soft by rearrangements in the neighbourhood. 0 is "
        "the "
        "bound. That the mean softness of the hard rises does not show it: it does wherever memory is lost.",
    ),
}


@stage()
def facilitated(
    run: Trajectory, softness: xr.DataArray, p_hop: xr.DataArray, choices: Choices, *, threshold: float
) -> Results:
    """Change of the softness of the hard within the window, beside a rearrangement less elsewhere, (origin).

    Parameters
    ----------
    softness, p_hop
        (frame, particle) of one species; the frames of p_hop are among those of the softness
    """
    times, frames = p_hop["time"].values, p_hop["frame"].values
    steps = round(choices.window / float(times[1] - times[0]))
    particles = p_hop["particle"].values
    found = []
    for row in np.linspace(0, max(0, len(frames) - steps - 1), ORIGINS).round().astype(int):
        if row + steps >= len(frames):
            break
        moved = (p_hop.isel(frame=slice(int(row), int(row) + steps + 1)).values > threshold).any(axis=0)
        frame = run[int(np.searchsorted(run.frames, frames[row]))]
        bonds = frame.neighbours(BESIDE)
        every = np.zeros(frame.n_particles)
        every[particles] = moved
        beside = np.bincount(bonds.centre, every[bonds.partner], minlength=frame.n_particles)[particles] > 0
        before, after = (softness.sel(frame=frames[k]).values for k in (row, row + steps))
        hard = ~moved & (before <= np.nanquantile(before, HARD)) & np.isfinite(after)
        if (hard & beside).any() and (hard & ~beside).any():
            change = after - before
            found.append(float(change[hard & beside].mean() - change[hard & ~beside].mean()))
    return {"facilitation": xr.Dataset({"change": ("origin", np.array(found, dtype=np.float64))})}


def shapes(fields: Sequence[Sequence[xr.DataArray]], calibration: Calibration, *, blocks: int) -> xr.Dataset:
    """Mean and standard deviation of depth and softness in parts of each run, (temperature, part).

    Parameters
    ----------
    fields
        depths of each temperature, of one run or of several
    """
    names = ("mean_depth", "width_depth", "mean_softness", "width_softness")
    found: dict[str, list[list[float]]] = {name: [] for name in names}
    for run, *_ in fields:
        stride = max(1, run.sizes["frame"] // FRAMES)
        depth = run.isel(frame=slice(None, None, stride))
        softness = calibration.softness(depth)
        for word, field in (("depth", depth), ("softness", softness)):
            parts = np.array_split(np.asarray(field.values, dtype=np.float64), blocks)
            found[f"mean_{word}"].append([float(np.nanmean(part)) for part in parts])
            found[f"width_{word}"].append([float(np.nanstd(part)) for part in parts])
    return xr.Dataset({name: (("temperature", "part"), values) for name, values in found.items()})


def claim_rows(
    results: Mapping[str, xr.Dataset],
    temperatures: Sequence[float],
    *,
    related: Relations,
    shaped: xr.Dataset,
) -> list[Row]:
    """Every sentence of the paper that the results of a whole study can measure."""
    return [
        *_shape_rows(shaped, temperatures),
        *_line_rows(results["cage"], results["lines"]),
        *_time_rows(results, temperatures),
        *_window_rows(results["windows"]),
        *_relation_rows(results, related, temperatures),
        *_barrier_rows(results),
        *_timescale_rows(results["propagation"]),
        *_neighbour_rows(results["neighbourhood"]),
        *_width_rows(results["widths"]),
        *_reading_rows(results["readings"]),
        *_facilitation_rows(results["facilitation"], temperatures[0]),
    ]


def _between(temperatures: Sequence[float]) -> str:
    return f"T = {temperatures[-1]:.2f} to {temperatures[0]:.2f}"


def _shape_rows(shaped: xr.Dataset, temperatures: Sequence[float]) -> list[Row]:
    rows = []
    for key, name in (
        ("depth broadens", "width_depth"),
        ("softness narrows", "width_softness"),
        ("softness moves", "mean_softness"),
    ):
        each = [of_parts(parts.tolist()) for parts in shaped[name].values]
        (cold, cold_error), (hot, hot_error) = each[0], each[-1]
        shown = ", ".join(f"{value:.4g} at {T:g}" for (value, _), T in zip(each, temperatures, strict=True))
        rows.append(
            LINES[key].row(
                _between(temperatures),
                cold - hot,
                error=float(np.hypot(cold_error, hot_error)),
                published=0.0,
                note=f"{LINES[key].note} It is {shown}.",
            )
        )
    return rows


def _line_rows(cages: xr.Dataset, lines: xr.Dataset) -> list[Row]:
    inverse = 1.0 / cages["softness"].values
    pairs = {
        "a": (inverse, cages["depth_q"].values),
        "b": (cages["depth_q"].values, cages["depth_r"].values),
        "c": (inverse, cages["depth_r"].values),
    }
    rows = []
    for name, (y, x) in pairs.items():
        rows.append(_correlation(f"linear {name}", "all T", x, y))
        value, error = (
            float(lines[part].sel(coefficient=f"{name}0")) / float(y.mean()) for part in ("value", "error")
        )
        rows.append(LINES[f"proportional {name}"].row("all T", value, error=error, published=0.0))
    return rows


def _correlation(key: str, state: str, x: Array, y: Array) -> Row:
    known = np.isfinite(x) & np.isfinite(y)
    n = int(known.sum())
    if n < 3:
        return LINES[key].row(state, None, published=1.0, note=f"{n} points only.")
    r = float(np.corrcoef(x[known], y[known])[0, 1])
    return LINES[key].row(
        state,
        r,
        error=(1.0 - r**2) / np.sqrt(n - 1),
        published=1.0,
        note=f"{LINES[key].note} {n} points.",
    )


def when(times: Array, values: Array, errors: Array, level: float) -> tuple[float, float]:
    """Time at which values that fall cross a level, in the logarithm of time, with the error of the values.

    NaN where they don't.

    Examples
    --------
    >>> t = np.array([1.0, 10.0, 100.0])
    >>> at, error = when(t, np.array([1.0, 0.5, 0.1]), np.full(3, 0.1), 0.5)
    >>> round(at, 3), round(error, 3)
    (10.0, 4.605)
    """
    known = np.isfinite(times) & np.isfinite(values)
    t, v, e = np.log(times[known]), values[known], errors[known]
    below = np.flatnonzero(v <= level)
    if len(below) == 0 or below[0] == 0:
        return np.nan, np.nan
    k = int(below[0])
    slope = (v[k] - v[k - 1]) / (t[k] - t[k - 1])
    at = t[k - 1] + (level - v[k - 1]) / slope
    return float(np.exp(at)), float(np.exp(at) * abs(e[k] / slope))


def _time_rows(results: Mapping[str, xr.Dataset], temperatures: Sequence[float]) -> list[Row]:
    memory, moved = results["memory"], results["dynamics"]
    rows, plateau = [], []
    lags = memory["lag"].values
    for T in temperatures:
        here = memory.sel(temperature=T)
        C, error = here["memory"].values, here["memory_error"].values
        first = int(np.flatnonzero(np.isfinite(C))[0])
        state = f"T = {T:.2f}"
        rows.append(
            LINES["first lag"].row(
                f"{state}, {lags[first]:g} τ",
                float(C[first]),
                error=float(error[first]),
                note="The first drop, by each particle's own vibration, lies before it.",
            )
        )
        lived, lived_error = when(lags, C, error, float(C[first]) / math.e)
        tau, tau_error = (float(moved[name].sel(temperature=T)) for name in ("tau_alpha", "tau_alpha_error"))
        ratio = lived / tau
        known = bool(np.isfinite(ratio))
        rows.append(
            LINES["lifetime"].row(
                state,
                ratio,
                error=ratio * float(np.hypot(lived_error / lived, tau_error / tau)) if known else None,
                published=1.0,
                note=f"{LINES['lifetime'].note} {lived:.3g} τ; τ_α = {tau:.3g} τ."
                if known
                else "The run is too short: C_S or q(t) has not fallen so far.",
            )
        )
        good = np.isfinite(C)
        at = np.log(lags[good])
        # without an error at one of the two lags beside it there is none
        plateau.append([float(np.interp(np.log(PLATEAU), at, v[good])) for v in (C, error)])
    (cold, cold_error), (hot, hot_error) = plateau[0], plateau[-1]
    rows.append(
        LINES["plateau"].row(
            _between(temperatures), cold - hot, error=float(np.hypot(cold_error, hot_error)), published=0.0
        )
    )
    return [*rows, *_joined_rows(results["propagation"], moved, temperatures[0])]


def _joined_rows(changes: xr.Dataset, moved: xr.Dataset, T: float) -> list[Row]:
    here = changes.sel(temperature=T)
    state, initial = f"T = {T:.2f}", here["initial"].values
    ends = [
        LINES[name].row(
            f"{state}, {words} 2 %",
            float(initial[k]),
            published=float(printed) if np.isclose(T, 0.47) else None,
        )
        for name, words, k, printed in zip(
            ("hardest", "softest"),
            ("hardest", "softest"),
            (0, -1),
            PRINTED["propagated_from_T0.47"],
            strict=True,
        )
    ]
    means, errors = (here[name].values for name in ("propagated_mean", "propagated_mean_error"))
    known = np.flatnonzero(np.isfinite(means[0]) & np.isfinite(means[-1]))
    lag, tau = here["lag"].values, float(moved["tau_alpha"].sel(temperature=T))
    if not len(known) or not lag[known[-1]] > tau:
        return [*ends, LINES["joined"].row(state, None, published=0.0, note="No lag beyond τ_α is known.")]
    k, spread = int(known[-1]), float(initial[-1] - initial[0])
    left = float(means[-1, k] - means[0, k])
    return [
        *ends,
        LINES["joined"].row(
            f"{state}, {lag[k]:g} τ",
            left / spread,
            error=float(np.hypot(errors[-1, k], errors[0, k])) / spread,
            published=0.0,
            note=f"{LINES['joined'].note} τ_α = {tau:.3g} τ.",
        ),
    ]


def _window_rows(windows: xr.Dataset) -> list[Row]:
    rows = []
    for T in windows["temperature"].values:
        one = windows.sel(temperature=T).dropna("window", subset=["share"])
        if one.sizes["window"] < 2:
            continue
        off = np.abs(one["share"].values - one["share"].values[0])
        k = int(np.argmax(off))
        error = float(np.hypot(one["share_error"].values[k], one["share_error"].values[0]))
        rows.append(
            LINES["windows"].row(
                f"T = {T:.2f}",
                float(off[k]),
                error=error,
                published=0.0,
                note=f"{LINES['windows'].note} The most at {float(one['window'][k]):g} τ.",
            )
        )
    return rows


def _relation_rows(
    results: Mapping[str, xr.Dataset], related: Relations, temperatures: Sequence[float]
) -> list[Row]:
    shares, state = related.shares, _between(temperatures)
    slopes = relation.steepness(related.probabilities)
    value, error = slopes["steepness"].values, slopes["steepness_error"].values
    rows = [
        LINES["share rises"].row(
            state,
            shares[0].value - shares[-1].value,
            error=float(np.hypot(shares[0].error, shares[-1].error)),
            published=0.0,
        ),
        LINES["steeper"].row(
            state, float(value[0] - value[-1]), error=float(np.hypot(error[0], error[-1])), published=0.0
        ),
    ]
    fits, P = results["arrhenius"], results["rearrangement"]
    known = np.flatnonzero(np.isfinite(fits["barrier"].values))
    if len(known) < 2:
        return rows
    # Temperatures that take part in the lines know both ends.
    probability = P["rearrangement_probability"].values[:, known[[0, -1]]]
    relative = P["rearrangement_probability_error"].values[:, known[[0, -1]]] / probability
    there = np.flatnonzero(np.isfinite(probability).all(axis=1) & (probability > 0).all(axis=1))
    if len(there) < 2:
        return rows
    decades = np.log10(probability[:, 1] / probability[:, 0])
    off = np.hypot(*relative.T) / np.log(10.0)
    cold, hot = int(there[0]), int(there[-1])
    S = 1e3 * fits["softness"].values[known[[0, -1]]]
    rows.append(
        LINES["decades"].row(
            f"T = {temperatures[hot]:.2f} to {temperatures[cold]:.2f}",
            float(decades[cold] - decades[hot]),
            error=float(np.hypot(off[cold], off[hot])),
            published=1.0,
            note=f"{LINES['decades'].note} S = {S[0]:.2f}e-3 and {S[1]:.2f}e-3; {decades[cold]:.2f} "
            "decades at "
            f"the coldest, {decades[hot]:.2f} at the hottest of these.",
        )
    )
    return rows


def _barrier_rows(results: Mapping[str, xr.Dataset]) -> list[Row]:
    fits = results["arrhenius"]
    P = results["rearrangement"]
    T = P["temperature"].values
    ln_P = np.log(P["rearrangement_probability"].where(P["rearrangement_probability"] > 0).values)
    line = fits["entropy"].values - fits["barrier"].values / T[:, None]
    # The lines are those of the temperatures up to the last one below onset.
    off = (ln_P - line)[float(fits.attrs.get("highest", 0.70)) + 1e-9 >= T]
    known = np.isfinite(off)
    free = int(known.sum()) - 2 * int(np.isfinite(fits["barrier"].values).sum())
    rows = []
    if free > 0:
        rms = float(np.sqrt(np.sum(off[known] ** 2) / free))
        rows.append(
            LINES["collapse"].row(
                "T up to 0.70",
                rms,
                error=rms / np.sqrt(2.0 * free),
                published=0.0,
                note=f"{LINES['collapse'].note} {free} degrees of freedom are left by the lines.",
            )
        )
    seen = fits.dropna("softness", subset=["barrier"]).sortby("softness")
    E, error = seen["barrier"].values, seen["barrier_error"].values
    if len(E) > 1:
        steps = np.diff(E)
        k = int(np.argmax(steps))
        rows.append(
            LINES["barrier rises"].row(
                "T up to 0.70", float(steps[k]), error=float(np.hypot(error[k], error[k + 1])), published=0.0
            )
        )
    rows.append(_correlation("barrier, inverse", "T up to 0.70", 1.0 / seen["softness"].values, E))
    if "depth_arrhenius" in results:
        deep = results["depth_arrhenius"]
        rows.append(
            _correlation("barrier, depth", "T up to 0.70", deep["depth"].values, deep["barrier"].values)
        )
    return rows


def _timescale_rows(changes: xr.Dataset) -> list[Row]:
    T = changes["temperature"].values
    line, state = LINES["timescale"], "T = 0.58 to 0.47"
    if not all(np.isclose(T, one).any() for one in (0.47, 0.58)):
        return []
    logs, errors = [], []
    for one in (0.47, 0.58):
        here = changes.sel(temperature=one, method="nearest")
        overlap = here["overlap"].values
        error = here["overlap_error"].values if "overlap_error" in here else np.full(overlap.shape, np.nan)
        times = [when(here["lag"].values, overlap[k], error[k], 1.0 / math.e) for k in (0, -1)]
        logs.append(np.log(times[0][0] / times[1][0]))
        errors.append(float(np.linalg.norm([off / time for time, off in times])))
    growth = float(logs[0] - logs[1])
    if not np.isfinite(growth):
        return [
            line.row(
                state,
                None,
                published=0.0,
                note="The overlap of the hardest has not fallen to 1/e in half of the run: twice as long a "
                "run "
                "of 4000 particles at T = 0.47 costs 6e9 atom-steps at dt = 0.005.",
            )
        ]
    return [line.row(state, growth, error=float(np.hypot(errors[0], errors[1])), published=0.0)]


def _neighbour_rows(around: xr.Dataset) -> list[Row]:
    rows = []
    for pair in around["pair"].values:
        heights = around["around"].sel(pair=pair).max("r").values
        ratio, error = float(heights[0] / heights[1]), np.nan
        if "around_jackknife" in around:
            each = around["around_jackknife"].sel(pair=pair).max("r").values
            ratios = each[:, 0] / each[:, 1]
            n = len(ratios)
            # Each part by itself, from all but it: then the mean of parts has the error of the jackknife.
            error = of_parts((n * ratio - (n - 1) * ratios).tolist())[1]
        rows.append(
            LINES["structured"].row(
                f"T = {float(around.attrs.get('temperature', 0.47)):.2f}, {pair}",
                ratio,
                error=error,
                published=1.0,
                note=f"{LINES['structured'].note} {heights[0]:.3f} and {heights[1]:.3f}.",
            )
        )
    return rows


def _facilitation_rows(found: xr.Dataset, T: float) -> list[Row]:
    change = found["change"].values
    line, state = LINES["facilitation"], f"T = {T:.2f}"
    if not len(change):
        return [line.row(state, None, published=0.0, note="No origin has hard particles of both kinds.")]
    parts = np.array_split(change, min(5, len(change)))
    value, error = of_parts([float(part.mean()) for part in parts])
    return [line.row(state, value, error=error, published=0.0, note=f"{line.note} {len(change)} origins.")]


def _width_rows(widths: xr.Dataset) -> list[Row]:
    rows = []
    values = widths["width"].values
    for k in range(len(values) - 1) if "spread" in widths else ():
        (first, second), errors = widths["spread"].values[k : k + 2], widths["spread_error"].values[k : k + 2]
        rows.append(
            LINES["wider"].row(
                f"T = 0.47, δ = {values[k]:g} to {values[k + 1]:g}",
                float(second - first),
                error=float(np.hypot(errors[0], errors[1])),
                published=0.0,
            )
        )
    for k, width in enumerate(values):
        one = widths.isel(width=k)
        if not np.isclose(width, 0.09) and "rank_correlation" in one:
            rows.append(
                LINES["strong"].row(
                    f"T = 0.47, δ = {width:g}",
                    float(one["rank_correlation"]),
                    error=float(one["rank_correlation_error"]),
                    published=0.8,
                )
            )
        if "steepness" in one:
            slope, error = one["steepness"].values, one["steepness_error"].values
            rows.append(
                LINES["steeper by width"].row(
                    f"δ = {width:g}",
                    float(slope[0] - slope[-1]),
                    error=float(np.hypot(error[0], error[-1])),
                    published=0.0,
                )
            )
    return rows


def _reading_rows(table: xr.Dataset) -> list[Row]:
    if "met" not in table:
        return []
    met = table["met"]
    each = ", ".join(
        f"{words}: {int(met.sel(what=what).sum())}"
        for what, words in (
            ("shares", "the three shares"),
            ("shallower", "the share by depth"),
            ("scale", "the ends of S with a barrier"),
            ("onset", "the onset"),
        )
    )
    together = met.sel(what=["shares", "shallower", "scale"]).all("what")
    return [
        LINES["all met"].row(
            f"{table.sizes['reading']} readings",
            float(together.sum()),
            note=f"By themselves {each}, each within its tolerance and without its error.",
        )
    ]
