"""What the runs of one liquid say together: cages, thresholds, distributions, barriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from supercooled import cage, dynamics, relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.measurement import Measured
from supercooled.analysis.stages import Results
from supercooled.arrays import Array
from supercooled.cage import Calibration
from supercooled.dynamics import HopThreshold
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.fields import chunks_of, quantiles
from supercooled.mixture import Mixture
from supercooled.quantities import labelled
from supercooled.relation import Share
from supercooled.relation.pairing import Fields

__all__ = [
    "Cages",
    "Moves",
    "Relations",
    "barriers",
    "below_onset",
    "cages",
    "calibrated",
    "common_bins",
    "crossing",
    "moves",
    "onset_error",
    "relations",
    "together",
]

# Share of the cages that may lack a softness: those are the softest, and their tail is what is asked for.
_LACKING = 0.05
_INSTEAD = "The depth of each particle's cage is used instead."
# Share of the local depths, on either side, that the common bins leave out.
TAIL = 2e-4


@dataclass(frozen=True, slots=True)
class Cages:
    """The mean-field cage at each temperature, coldest first.

    Parameters
    ----------
    softness
        from S(q), with jackknife errors
    depths
        by what may calibrate it
    """

    temperatures: Array
    softness: xr.Dataset
    depths: Mapping[str, Array]
    potential: xr.DataArray

    def calibration(self, reading: str) -> Calibration:
        """c0 and c1 of 1/S = c0 + c1 Phi by one of the readings."""
        depth = xr.DataArray(self.depths[reading], {"temperature": self.temperatures}, ("temperature",))
        return cage.calibrate(depth, self.softness.softness, reading=reading)


def cages(
    measured: Sequence[Measured], temperatures: Sequence[float], mixture: Mixture | None, choices: Choices
) -> Cages:
    """Potential, softness and, with a mixture, the three depths at each temperature."""
    softness = [cage.softness(m.factor, q_max=choices.q_max) for m in measured]
    displacement = np.linspace(0.0, 0.5, 101)
    potentials = [cage.potential(m.factor, q_max=choices.q_max, displacement=displacement) for m in measured]
    along = xr.Variable("temperature", np.asarray(temperatures, dtype=np.float64))
    names = () if mixture is None else ("ensemble-cut", "ensemble-full", "local-mean")
    depths: dict[str, list[float]] = {name: [] for name in names}
    for one, temperature in zip(measured, temperatures, strict=True):
        if mixture is None:
            break
        radial = one.radial
        near = cage.cutoffs(radial, vanishing=choices.vanishing, species=choices.species)
        depths["ensemble-cut"].append(
            float(cage.depth(radial, mixture, temperature=temperature, cutoffs=near, species=choices.species))
        )
        depths["ensemble-full"].append(float(cage.depth(radial, mixture, temperature=temperature)))
        depths["local-mean"].append(_mean(one.depths))
    return Cages(
        temperatures=along.values,
        softness=xr.concat(softness, dim=along).assign_coords(temperature=along),
        depths={name: np.array(values) for name, values in depths.items()},
        potential=xr.concat(potentials, dim=along).assign_coords(temperature=along),
    )


def calibrated(
    found: Cages, measured: Sequence[Measured], choices: Choices
) -> tuple[Calibration | None, str]:
    """The calibration, and what has to be said of it; None where it gives no softness to rely on."""
    if len(found.temperatures) < 2:
        words = "One temperature is not enough to calibrate the softness: 1/S = c0 + c1 Phi needs two."
        return None, f"{words} {_INSTEAD}"
    try:
        line = found.calibration(choices.calibrated_by)
    except ParameterError as reason:
        return None, f"No softness: {reason}. {_INSTEAD}"
    lacking = [unbound_share(one.depths, line) for one in measured]
    most = max(lacking)
    if most == 0:
        return line, ""
    where = f"{100 * most:.2g} % of the cages at T = {found.temperatures[int(np.argmax(lacking))]:g}"
    words = (
        f"The line 1/S = {line.c0:.3g} + {line.c1:.3g} Phi gives no positive softness to {where}, "
        "the shallowest"
    )
    if most > _LACKING:
        return None, f"{words}: too many for distributions of softness. {_INSTEAD}"
    return line, f"{words}."


def unbound_share(depths: Sequence[xr.DataArray], line: Calibration) -> float:
    """Share of the cages that have a depth and, by the line, no softness."""
    without = every = 0
    for part in (part for depth in depths for _, part in chunks_of(depth)):
        known = part[np.isfinite(part)]
        every += len(known)
        without += int((line.c0 + line.c1 * known <= 0).sum())
    return without / max(every, 1)


@dataclass(frozen=True, slots=True)
class Moves:
    """What the motion says of each state: the threshold of hops and the relaxation time."""

    thresholds: list[HopThreshold]
    relaxation: list[Estimate]


def moves(measured: Sequence[Measured], choices: Choices) -> Moves:
    """Threshold and relaxation time of each state, or why it has none."""
    return Moves(
        [dynamics.hop_threshold(m.motion, decades=choices.peak_width) for m in measured],
        [dynamics.relaxation_time(m.motion) for m in measured],
    )


@dataclass(frozen=True, slots=True)
class Relations:
    """How a field and the hops go together at each temperature."""

    probabilities: list[xr.Dataset]
    shares: list[Share]
    depth_probabilities: list[xr.Dataset]
    depth_shares: list[Share]


def relations(
    depths: Sequence[Fields],
    hops: Sequence[Fields],
    thresholds: Sequence[float],
    calibration: Calibration | None,
    choices: Choices,
) -> Relations:
    """P_R and the shares beyond the peak, of softness (if calibrated) and of depth.

    Parameters
    ----------
    depths, hops
        of each temperature, of one run or of each of its replicas
    """
    soft = [] if calibration is None else [_softness(depth, calibration) for depth in depths]

    def probabilities(fields: Sequence[Fields]) -> list[xr.Dataset]:
        edges = common_bins(fields, choices.bins)
        return [
            relation.rearrangement_probability(
                field,
                hop,
                threshold=threshold,
                bins=edges,
                lead=choices.lead,
                minimum_count=choices.minimum_count,
                blocks=choices.blocks,
            )
            for field, hop, threshold in zip(fields, hops, thresholds, strict=True)
        ]

    options: dict[str, Any] = {"lead": choices.lead, "blocks": choices.blocks}
    return Relations(
        probabilities=probabilities(soft) if soft else [],
        shares=[
            relation.softer_share(field, hop, threshold=threshold, **options)
            for field, hop, threshold in zip(soft, hops, thresholds, strict=True)
        ]
        if soft
        else [],
        depth_probabilities=probabilities(depths),
        depth_shares=[
            relation.shallower_share(field, hop, threshold=threshold, **options)
            for field, hop, threshold in zip(depths, hops, thresholds, strict=True)
        ],
    )


def common_bins(fields: Sequence[Fields], bins: int) -> Array:
    """Edges of equal bins over the values that the fields of all temperatures take."""
    ends = np.array([_ends(one) for field in fields for one in _each(field)])
    return np.linspace(ends[:, 0].min(), ends[:, 1].max(), bins + 1)


def _each(field: Fields) -> Sequence[xr.DataArray]:
    return [field] if isinstance(field, xr.DataArray) else field


def _softness(depth: Fields, calibration: Calibration) -> list[xr.DataArray]:
    return [calibration.softness(one) for one in _each(depth)]


def _mean(fields: Sequence[xr.DataArray]) -> float:
    parts = (part for field in fields for _, part in chunks_of(field))
    sums = [(float(np.nansum(part)), int((~np.isnan(part)).sum())) for part in parts]
    return sum(total for total, _ in sums) / max(1, sum(number for _, number in sums))


def _ends(field: xr.DataArray) -> Array:
    return quantiles(lambda: (part for _, part in chunks_of(field)), (TAIL, 1.0 - TAIL))


def barriers(
    probabilities: xr.Dataset | Sequence[xr.Dataset], choices: Choices, *, least: int = 3
) -> xr.Dataset:
    """Barrier and entropy of each softness that so many temperatures know.

    Parameters
    ----------
    least
        all of them, where lines of different softness are held against each other: ln P_R bends with
        1/T, so that a line through colder temperatures is another one than through hotter ones
    """
    return relation.arrhenius(
        probabilities,
        weighting=choices.weighting,
        largest_error=choices.largest_error,
        minimum_temperatures=least,
    )


def onset_error(probabilities: Sequence[xr.Dataset], choices: Choices, *, least: int = 3) -> float:
    """Standard error of the onset: the jackknife over the blocks of every run."""
    return relation.block_error(
        probabilities, lambda p: relation.onset(barriers(p, choices, least=least)).temperature.value
    )


def crossing(probabilities: Sequence[xr.Dataset], choices: Choices) -> xr.Dataset:
    """Barriers where every temperature has a probability, with ``onset`` and its error among the attributes.

    sharma2022, Sec. V: where the P(S) at different temperatures overlap. Runs that are too short to have
    three such softnesses use those that three temperatures know; ``least`` says which it was.

    Raises
    ------
    ParameterError
        if those are fewer than three, too.
    """
    least = len(probabilities)
    fits = barriers(probabilities, choices, least=least)
    if int(np.isfinite(fits["barrier"].values).sum()) < 3:
        least = 3
        fits = barriers(probabilities, choices, least=least)
    error = onset_error(probabilities, choices, least=least)
    return fits.assign_attrs(onset=relation.onset(fits).temperature.value, onset_error=error, least=least)


def below_onset(
    probabilities: Sequence[xr.Dataset], temperatures: Sequence[float], highest: float
) -> list[xr.Dataset]:
    """Those at temperatures up to `highest`: the Arrhenius form is claimed below the onset only."""
    chosen = [p for p, T in zip(probabilities, temperatures, strict=True) if round(T - highest, 9) <= 0]
    if len(chosen) < 3:
        raise ParameterError(
            f"barriers need three temperatures up to {highest:g}, but there are {len(chosen)}: add runs"
        )
    return chosen


def together(
    measured: Sequence[Measured],
    temperatures: Sequence[float],
    cages: Cages,
    moves: Moves,
    *,
    calibration: Calibration | None,
    relations: Relations | None,
    thresholds: Sequence[float | None],
    choices: Choices,
) -> Results:
    """The datasets that the figures are made from."""
    along = xr.Variable("temperature", np.asarray(temperatures, dtype=np.float64))

    def stacked(parts: Sequence[xr.Dataset], names: Sequence[str]) -> xr.Dataset:
        return xr.concat(
            [part[list(names)] for part in parts], dim=along, join="outer", combine_attrs="drop_conflicts"
        ).assign_coords(temperature=along)

    results: Results = {
        "structure": xr.merge(
            [
                stacked([m.radial for m in measured], ["radial_distribution"]),
                stacked([m.factor for m in measured], ["structure_factor"]),
            ],
            combine_attrs=_shared,
        ),
        "cage": _cage_dataset(cages, calibration, choices, along),
        "dynamics": _motion_dataset([m.motion for m in measured], moves, stacked, along),
    }
    if relations is not None:
        results |= _relation_datasets(relations, along)
    if relations is not None or not measured[0].depths:
        results["hops"] = _traces(measured[0].hops[0], thresholds[0])
    return results


def _shared(attributes: Sequence[dict[str, Any]], context: object = None) -> dict[str, Any]:
    """Units and names stay with a variable of one place; what datasets say of themselves goes."""
    return attributes[0] if len(attributes) == 1 and "units" in attributes[0] else {}


def _cage_dataset(
    cages: Cages, calibration: Calibration | None, choices: Choices, along: xr.Variable
) -> xr.Dataset:
    data = cages.softness.rename(depth="depth_q", depth_error="depth_q_error")
    data["caging_potential"] = cages.potential
    attributes: dict[str, Any] = {"q_max": choices.q_max, "reading": choices.calibrated_by}
    if calibration is not None:
        data["depth_r"] = labelled("depth_r", cages.depths[choices.calibrated_by], ("temperature",))
        attributes |= {"c0": calibration.c0, "c1": calibration.c1}
    return data.assign_attrs(attributes).assign_coords(temperature=along)


def _motion_dataset(
    parts: Sequence[xr.Dataset], moves: Moves, stacked: Any, along: xr.Variable
) -> xr.Dataset:
    names = [n for curve in ("msd", "alpha2", "overlap") for n in (curve, f"{curve}_error")]
    data: xr.Dataset = stacked(parts, names)
    for name, quantity, values in (
        ("p_c", "p_hop", [t.value for t in moves.thresholds]),
        ("p_c_error", "p_hop", [t.error for t in moves.thresholds]),
        ("p_c_time", "lag", [t.time for t in moves.thresholds]),
        ("tau_alpha", "relaxation_time", [t.value for t in moves.relaxation]),
        ("tau_alpha_error", "relaxation_time", [t.error for t in moves.relaxation]),
    ):
        data[name] = labelled(quantity, np.array(values), ("temperature",), {"temperature": along})
    return data


def _relation_datasets(relations: Relations, along: xr.Variable) -> Results:
    densities = {"probability_density": "P_{}", "probability_density_rearranging": "P_{}_R"}
    out: Results = {}
    parts = []
    for name, found in (("S", relations.probabilities), ("depth", relations.depth_probabilities)):
        if found:
            joined = xr.concat([p[list(densities)] for p in found], dim=along, combine_attrs="drop_conflicts")
            parts.append(
                joined.rename({k: v.format(name) for k, v in densities.items()}).drop_vars(("lower", "upper"))
            )
    data = xr.merge(parts, combine_attrs=_shared).assign_coords(temperature=along)
    shares = relations.shares or relations.depth_shares
    quantity = "softness" if relations.shares else "depth"
    data["peak"] = labelled(quantity, [s.peak.value for s in shares], ("temperature",))
    data["share"] = labelled("probability", [s.value for s in shares], ("temperature",))
    data["share_error"] = labelled("probability", [s.error for s in shares], ("temperature",))
    out["distributions"] = data
    if relations.probabilities:
        names = [f"rearrangement_probability{end}" for end in ("", "_error", "_spread")]
        out["rearrangement"] = xr.concat(
            [p[names] for p in relations.probabilities], dim=along, combine_attrs="drop_conflicts"
        ).assign_coords(temperature=along)
    return out


def _traces(p_hop: xr.DataArray, threshold: float | None) -> xr.Dataset:
    # The particles whose largest p_hop is the 0.5, 0.9 and 0.99 quantile: a still one to a mobile one.
    largest = np.max([part.max(axis=0) for _, part in chunks_of(p_hop)], axis=0)
    order = np.argsort(largest)
    chosen = order[(np.array([0.5, 0.9, 0.99]) * (len(order) - 1)).astype(int)]
    shown = p_hop.isel(particle=chosen)
    data = labelled(
        "p_hop",
        np.concatenate([part[:, chosen] for _, part in chunks_of(p_hop)]).T,
        ("particle_shown", "time"),
        {"time": shown["time"].values, "particle_shown": shown["particle"].values},
    )
    return xr.Dataset({"p_hop": data}, attrs={} if threshold is None else {"p_c": threshold})
