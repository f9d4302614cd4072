"""The words of the figures of a learned softness."""

from __future__ import annotations

from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, temperatures
from supercooled.report.numbers import shown
from supercooled.report.style import floats


def accuracy_by_lead(results: Results) -> Words:
    """Accuracy against lead."""
    return _accuracy(results, "by_lead", "lead", Markup("the time from structure to hop"), " τ")


def accuracy_by_quiet(results: Results) -> Words:
    """Accuracy against quiet."""
    return _accuracy(results, "by_quiet", "quiet", Markup("how long the hard examples are still"), " τ")


def accuracy_by_number(results: Results) -> Words:
    """Accuracy against examples."""
    return _accuracy(results, "by_number", "size", Markup("the number of examples of each kind"), "")


def accuracy_by_features(results: Results) -> Words:
    """Accuracy against features."""
    return _accuracy(
        results,
        "by_elimination",
        "number",
        Markup("the number of features, those of the smallest weights taken away first"),
        "",
    )


def distribution(results: Results) -> Words:
    """P(S) and P(S|R)."""
    data = results["learned_probability"]
    here = data.isel(temperature=int(floats(data["temperature"]).argmin()))
    counts, above = floats(here["count_rearranging"]), floats(here["lower"]) >= 0
    share = counts[above].sum() / counts.sum()
    return Words(
        Markup(
            "Softness of all particles, <i>P</i>(<i>S</i>), and of those that rearrange in the next frame, "
            "<i>P</i>(<i>S</i>|<i>R</i>), at the lowest temperature; shaded, those with <i>S</i> &gt; 0."
        ),
        f"Distributions of softness; {100 * share:.0f} % of the rearranging have S > 0.",
    )


def probability(results: Results) -> Words:
    """P_R(S)."""
    data = results["learned_probability"]
    return Words(
        Markup("Probability to rearrange in the next frame, <i>P<sub>R</sub></i>(<i>S</i>)."),
        f"Rearrangement probability against softness at {temperatures(data)}.",
    )


def arrhenius(results: Results) -> Words:
    """Ln P_R against 1/T."""
    fits = results["learned_arrhenius"]
    onset = shown(float(fits.attrs["onset"]), digits=3)
    return Words(
        Markup("Arrhenius lines of each softness; dashed, where they meet."),
        f"Logarithm of the rearrangement probability against 1/T; the lines meet at T = {onset}.",
    )


def barrier(results: Results) -> Words:
    """Barrier and entropy."""
    E = floats(results["learned_arrhenius"]["barrier"].dropna("learned_softness"))
    return Words(
        Markup("Barrier Δ<i>E</i> and entropy Σ against softness."),
        f"Barriers from {shown(E.min(), digits=3)} to {shown(E.max(), digits=3)}.",
    )


def onset_by_density(results: Results) -> Words:
    """T_0 of each density."""
    data = results["learned_onsets"]
    told = ", ".join(
        f"{shown(float(T), digits=3)} at {density:g}"
        for T, density in zip(floats(data["onset"]), floats(data["density"]), strict=True)
    )
    return Words(
        Markup("Where the lines meet, <i>T</i><sub>0</sub>, against the density."),
        f"Onset temperature: {told}.",
    )


def relaxation(results: Results) -> Words:
    """q(t)."""
    data = results["learned_relaxation"]
    return Words(
        Markup(
            "Overlap: measured (points), foretold for each particle by itself (dotted) and with a softness "
            "that changes as measured (lines)."
        ),
        f"Overlap against time at {temperatures(data)}, and two predictions of it.",
    )


def drift(results: Results) -> Words:
    """Mean softness of the unmoved."""
    data = results["learned_changes"]
    first, last = floats(data["initial"]), floats(data["propagated_mean"].isel(lag=-1))
    return Words(
        Markup("Mean softness of particles that have not moved, by the softness they began with."),
        f"From {shown(first[0], digits=2)} and {shown(first[-1], digits=2)} "
        f"to {shown(last[0], digits=2)} and {shown(last[-1], digits=2)}.",
    )


def _accuracy(results: Results, name: str, along: str, what: Markup, unit: str) -> Words:
    data = results[name]
    told = ", ".join(
        f"{shown(float(a), digits=3)} at {x:g}{unit}"
        for a, x in zip(floats(data["accuracy"]), floats(data[along]), strict=True)
    )
    return Words(Markup("Accuracy on stretches left out against {}.").format(what), f"Accuracy: {told}.")
