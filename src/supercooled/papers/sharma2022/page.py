"""What the page says about the study, and the parameters that it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import xarray as xr

from supercooled.analysis.choices import Choices
from supercooled.analysis.propensity import Ensembles
from supercooled.analysis.results import Relations
from supercooled.cage import Calibration
from supercooled.papers.sharma2022.chosen import PRINTED
from supercooled.papers.sharma2022.readings import in_words, nearest
from supercooled.report import Section
from supercooled.report.numbers import shown

WHY = {
    "window": "Delta t of p_hop in tau; the paper's (Sec. III)",
    "width": "delta of the local g(r); the paper's (Sec. IV)",
    "q_max": "the paper prints none; with this one nandi2021's Table III is reproduced",
    "direct_correlation": "C(r) of the local depth from the particle's own g(r), as the text says (Sec. IV)",
    "normalisation": "local g(r) divided by the total density, as Eq. 8 prints it",
    "calibrated_by": "c0 and c1 from the local sum with the liquid's own g(r) in it",
    "lead": "structure and hop are compared in the same frame",
    "species": "the paper shows A particles only",
    "weighting": "barriers from a line through ln P_R in which each temperature counts the same",
    "largest_error": "relative error of a P_R above which it has no place in a barrier",
    "overlap_radius": "a of the overlap; the paper's (Sec. IV B)",
}

SECTIONS = (
    Section(
        "The liquid and its mean-field cage",
        "The partial structure factors over every wave vector of the box give the caging potential; its "
        "curvature at the bottom is the inverse of the average softness.",
        ("structure", "cage", "depth", "closures"),
    ),
    Section(
        "Motion and hops",
        "A hop is a change of a particle's mean position within the window; the threshold is the mean "
        "squared displacement at the maximum of the non-Gaussian parameter.",
        ("dynamics", "hops"),
        ("motion",),
    ),
    Section(
        "Softness of single particles and what it predicts",
        "The local radial distribution function gives each particle's depth, and the "
        "calibration its softness.",
        ("distributions", "rearranging", "arrhenius"),
    ),
    Section(
        "How long softness lasts",
        "Frames half a tau apart do not show the first drop, in which each particle's own vibration changes "
        "its cage; what is left of the correlation then lives as long as the cages do.",
        ("memory",),
    ),
    Section(
        "Appendix: neighbourhoods, widths, windows, and the depth itself",
        "The widths and the windows are compared on frames evenly spread over the runs.",
        ("neighbourhood", "widths", "by_depth"),
    ),
)

READINGS = (
    "The text takes g(r) and C(r) at the local level, Eq. 8 divides by the total density, and what "
    "calibrates c0 and c1 is the average over the liquid: the study's own reading, the first line. The "
    "other lines read these words otherwise. The last column is the root mean square deviation from the "
    "printed shares, the share by depth and the onset, in units of their tolerances. It was worked out "
    "after the study's reading was fixed, and does not choose it."
)
RANKING = (
    "The paper does not say how well softness tells who will rearrange. The area under the ROC curve does: "
    "the chance that of two particles, one that rearranges within the horizon and one that does not, the "
    "first is the softer; 0.5 is a guess. Beside it stand the particle's potential energy, the density and "
    "the number of its neighbours, the latter two turned round.\n\n"
    "A long study also has the propensity: how far a particle goes on average over runs that start from one "
    "configuration with other velocities, which is all that structure can know. The rank correlation says "
    "how far a field orders the particles as their propensity does."
)


def sections(results: Mapping[str, xr.Dataset]) -> tuple[Section, ...]:
    """The page's parts; those that are extended only where they were measured."""
    if "readings" not in results:
        return SECTIONS
    table = results["readings"]
    best = f"Nearest to what is printed comes: {in_words(nearest(table))}."
    return (
        *SECTIONS[:3],
        Section("Every reading of the local cage", f"{READINGS}\n\n{best}", (), ("readings",)),
        *SECTIONS[3:4],
        Section("How well softness ranks", RANKING, ("ranking", "propensity"), ("ranking",)),
        *SECTIONS[4:],
    )


def own_reading(table: xr.Dataset, choices: Choices) -> xr.Dataset:
    """The line of the table that the study follows."""
    for k in range(table.sizes["reading"]):
        row = table.isel(reading=k)
        if in_words(row) == (
            f"{choices.direct_correlation} C, {choices.normalisation} density, {choices.calibrated_by}"
        ):
            return row
    return table.isel(reading=0)


def summary(temperatures: Sequence[float], related: Relations, onset: float, error: float) -> str:
    """The page's first paragraphs."""
    cold, hot = related.shares[0], related.shares[-1]

    def percent(share: float) -> str:
        return f"{100 * share:.0f} %"

    return (
        "A particle sits in the cage that its neighbours make. Its softness is read off a single snapshot: "
        "soft cages are shallow and wide. Rearrangements are found independently, from the motion.\n\n"
        f"At T = {temperatures[0]:g}, {percent(cold.value)} of the particles that rearrange are softer than "
        f"the most frequent softness (chance: {percent(cold.of_all)}); at T = {temperatures[-1]:g} it is "
        f"{percent(hot.value)} (chance: {percent(hot.of_all)}). The probability to rearrange rises with "
        "softness, more steeply the colder the liquid, and the Arrhenius lines of all softnesses meet at "
        f"T = {shown(onset, error, digits=2)}."
    )


def parameters(
    *, choices: Choices, calibration: Calibration, dt: float, ensembles: Ensembles | None
) -> dict[str, object]:
    """Choices with their reasons."""
    chosen = {name: {"value": value, "why": WHY.get(name, "")} for name, value in asdict(choices).items()}
    return {
        **chosen,
        "p_c": {
            "value": ", ".join(f"{v:g} (T={T})" for T, v in PRINTED["p_c"].items()),
            "why": "hops are counted with the printed thresholds; the measured ones are compared above",
        },
        "c0, c1": {"value": f"{calibration.c0:.4g}, {calibration.c1:.4g}", "why": "1/S = c0 + c1 Phi_r"},
        **_ensembles(ensembles),
        "dt": {
            "value": dt,
            "why": "the paper's is 0.0025; nandi2021 integrates the same liquid with 0.005",
        },
    }


def _ensembles(ensembles: Ensembles | None) -> dict[str, object]:
    if ensembles is None:
        return {}
    lengths = ", ".join(f"{d:g} tau (T={T})" for T, d in ensembles.durations.items())
    return {
        "ensembles": {
            "value": f"{len(ensembles.places)} configurations of {ensembles.n_runs} runs: {lengths}",
            "why": "propensity; the configurations lie at "
            f"{', '.join(f'{place:g}' for place in ensembles.places)} of each run",
        }
    }
