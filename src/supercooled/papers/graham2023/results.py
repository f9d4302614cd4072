"""What all liquids show together, as datasets along ``liquid``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled import dynamics, relation, structure
from supercooled.analysis.stages import Results
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.matching import laid_on
from supercooled.papers.graham2023.chosen import Choices
from supercooled.papers.graham2023.liquid import LiquidRuns, Measured
from supercooled.papers.graham2023.strata import FIELDS, Strata, field_of, strata_of
from supercooled.quantities import labelled

_BINS = 60


def together(
    liquids: Sequence[LiquidRuns], found: Sequence[Measured], choices: Choices
) -> tuple[Results, list[dict[str, Strata]]]:
    """Datasets for the figures, and the strata of each liquid and field."""
    strata = [{f: strata_of(q, m, f, choices) for f in FIELDS} for q, m in zip(liquids, found, strict=True)]
    along = _along(liquids)
    datasets = {
        "wells": _wells(liquids, found),
        "states": _states(liquids, found, choices),
        "strata": _strata_dataset(liquids, strata, choices),
        "joint": _joint(liquids, found),
        "groups": _groups(liquids, found, strata, choices),
    }
    return {name: data.assign_coords(along) for name, data in datasets.items()}, strata


def of_strata(liquids: Sequence[LiquidRuns], found: Sequence[Measured], choices: Choices) -> Results:
    """Strata and groups alone, of rearrangements that were counted otherwise."""
    strata = [{f: strata_of(q, m, f, choices) for f in FIELDS} for q, m in zip(liquids, found, strict=True)]
    along = _along(liquids)
    return {
        "strata": _strata_dataset(liquids, strata, choices).assign_coords(along),
        "groups": _groups(liquids, found, strata, choices).assign_coords(along),
    }


def _along(liquids: Sequence[LiquidRuns]) -> dict[str, object]:
    return {
        "liquid": [q.name for q in liquids],
        "width": ("liquid", [q.width for q in liquids]),
        "density": ("liquid", [q.density for q in liquids]),
    }


def _wells(liquids: Sequence[LiquidRuns], found: Sequence[Measured]) -> xr.Dataset:
    """Pair potential of the centres' species, and the coldest liquid's total g(r)."""
    r = np.arange(0.85, 2.5, 0.005)
    energy = np.array([q.mixture.potentials[0].energy(r) for q in liquids])
    first = [m.per_run[q.at(q.temperatures[0])[0]]["radial"] for q, m in zip(liquids, found, strict=True)]
    end = min(float(g["r"].max()) for g in first)
    distance = first[0]["r"].values[first[0]["r"].values <= end + 1e-9]
    total = []
    for g in first:
        x = np.asarray(g.attrs["composition"], dtype=np.float64)
        pairs = np.outer(x, x)
        weight = np.where(np.eye(len(x), dtype=bool), pairs, 2.0 * pairs)[np.triu_indices(len(x))]
        curve = xr.DataArray(weight, dims="pair") * g["radial_distribution"]
        total.append(np.interp(distance, g["r"].values, curve.sum("pair").values))
    return xr.Dataset(
        {
            "pair_energy": labelled("pair_energy", energy, ("liquid", "separation"), {"separation": r}),
            "radial_distribution": labelled(
                "radial_distribution", np.array(total), ("liquid", "r"), {"r": distance}
            ),
        }
    )


def _states(liquids: Sequence[LiquidRuns], found: Sequence[Measured], choices: Choices) -> xr.Dataset:
    most = max(len(q.temperatures) for q in liquids)
    names = {
        "temperature": "temperature",
        "diffusivity": "diffusivity",
        "diffusivity_error": "diffusivity",
        "reduced_diffusivity": "reduced_diffusivity",
        "pair_entropy": "pair_entropy",
        "inherent_pair_entropy": "pair_entropy",
        "local_pair_entropy": "pair_entropy",
        "softness": "learned_softness",
        "accuracy": "probability",
        "recall": "probability",
        "examples": "count",
        "soft_share": "probability",
        "total_share": "probability",
    }
    data = {name: np.full((len(liquids), most), np.nan) for name in names}
    for q, (liquid, measured) in enumerate(zip(liquids, found, strict=True)):
        for t, T in enumerate(liquid.temperatures):
            for name, value in _state(liquid, measured, T, choices).items():
                data[name][q, t] = value
    return xr.Dataset({n: labelled(names[n], values, ("liquid", "state")) for n, values in data.items()})


def _state(liquid: LiquidRuns, measured: Measured, T: float, choices: Choices) -> dict[str, float]:
    runs = [measured.per_run[k] for k in liquid.at(T)]
    index = liquid.runs[0].thermal.species_index(choices.species)
    spread = [dynamics.diffusion(run["motion"], tolerance=0.1, decades=0.3) for run in runs]
    value = float(np.mean([d.value for d in spread]))
    error = float(np.sqrt(np.mean([d.error**2 for d in spread]) / len(spread)))

    def entropy(which: str) -> float:
        each = [
            structure.pair_entropy(run[which], r_max=float(run[which].attrs["r_max"]), switching=None)
            for run in runs
        ]
        return float(np.mean([float(one["pair_entropy"][index]) for one in each]))

    mass = liquid.mixture.masses[index]
    hops = [run["p_hop"]["p_hop"].values for run in runs]
    told = measured.accuracy[T]
    return {
        "temperature": T,
        "diffusivity": value,
        "diffusivity_error": error,
        # A run that is too short for a diffusion coefficient has no reduced one.
        "reduced_diffusivity": np.nan
        if np.isnan(value)
        else dynamics.reduced_diffusion(value, density=liquid.density, temperature=T, mass=mass),
        "pair_entropy": entropy("radial"),
        "inherent_pair_entropy": entropy("inherent_radial"),
        "local_pair_entropy": float(
            np.mean([float(run["pair_entropy"]["pair_entropy"].mean()) for run in runs])
        ),
        "softness": float(np.mean([float(measured.softness[k].mean()) for k in liquid.at(T)])),
        "accuracy": told.precision,
        "recall": told.recall,
        "examples": float(told.examples),
        "soft_share": told.soft_share,
        "total_share": float(np.mean([np.mean(p > choices.threshold) for p in hops])),
    }


def _strata_dataset(
    liquids: Sequence[LiquidRuns], strata: Sequence[dict[str, Strata]], choices: Choices
) -> xr.Dataset:
    most, n = max(len(q.fitted) for q in liquids), choices.strata
    shape = (len(liquids), len(FIELDS))
    P, P_error = np.full((2, *shape, most, n), np.nan)
    middle, barrier, barrier_error, entropy, entropy_error = np.full((5, *shape, n), np.nan)
    crossover, crossover_error, temperature = *np.full((2, *shape), np.nan), np.full((shape[0], most), np.nan)
    for q, liquid in enumerate(liquids):
        temperature[q, : len(liquid.fitted)] = liquid.fitted
        for f, field in enumerate(FIELDS):
            one = strata[q][field]
            middle[q, f] = 0.5 * (one.edges[1:] + one.edges[:-1])
            crossover[q, f], crossover_error[q, f] = one.crossover, one.error
            for t, part in enumerate(one.probabilities):
                P[q, f, t] = part["rearrangement_probability"].values
                P_error[q, f, t] = part["rearrangement_probability_error"].values
            if one.fits is not None:
                barrier[q, f], barrier_error[q, f] = one.fits["barrier"], one.fits["barrier_error"]
                entropy[q, f], entropy_error[q, f] = one.fits["entropy"], one.fits["entropy_error"]
    by = ("liquid", "field", "stratum")
    by_state = ("liquid", "field", "state", "stratum")
    return xr.Dataset(
        {
            "temperature": labelled("temperature", temperature, ("liquid", "state")),
            "rearrangement_probability": labelled("rearrangement_probability", P, by_state),
            "rearrangement_probability_error": labelled("rearrangement_probability", P_error, by_state),
            "middle": (by, middle),
            "barrier": labelled("barrier", barrier, by),
            "barrier_error": labelled("barrier", barrier_error, by),
            "entropy": labelled("entropy", entropy, by),
            "entropy_error": labelled("entropy", entropy_error, by),
            "crossover": labelled("onset_temperature", crossover, by[:2]),
            "crossover_error": labelled("onset_temperature", crossover_error, by[:2]),
        },
        {"field": list(FIELDS)},
    )


def _joint(liquids: Sequence[LiquidRuns], found: Sequence[Measured]) -> xr.Dataset:
    """Histogram of softness and local entropy at each liquid's coldest temperature, and their Pearson r."""
    pearson, errors, histograms, edges = [], [], [], []
    for liquid, measured in zip(liquids, found, strict=True):
        which = liquid.at(liquid.temperatures[0])
        S = np.concatenate([measured.softness[k].values for k in which])
        s2 = np.concatenate([field_of(measured, "entropy", k).values for k in which])
        each = [np.corrcoef(a, b)[0, 1] for a, b in zip(S, s2, strict=True)]
        pearson.append(float(np.corrcoef(S.ravel(), s2.ravel())[0, 1]))
        errors.append(float(np.std(each, ddof=1) / np.sqrt(len(each))) if len(each) > 1 else np.nan)
        limits = [_edges(S), _edges(s2)]
        count, *_ = np.histogram2d(S.ravel(), s2.ravel(), bins=limits)
        area = np.outer(*[np.diff(x) for x in limits])
        histograms.append(count / (S.size * area))
        edges.append(limits)
    return xr.Dataset(
        {
            "pearson": labelled("pearson", pearson, ("liquid",)),
            "pearson_error": labelled("pearson", errors, ("liquid",)),
            "histogram": labelled(
                "probability_density", np.array(histograms), ("liquid", "softness_bin", "entropy_bin")
            ),
            "softness_edges": (("liquid", "softness_edge"), np.array([e[0] for e in edges])),
            "entropy_edges": (("liquid", "entropy_edge"), np.array([e[1] for e in edges])),
            "temperature": labelled("temperature", [q.temperatures[0] for q in liquids], ("liquid",)),
        }
    )


def _edges(values: Array) -> Array:
    low, high = (float(v) for v in np.percentile(values, [0.2, 99.8]))
    return np.linspace(low, high, _BINS + 1)


def _groups(
    liquids: Sequence[LiquidRuns],
    found: Sequence[Measured],
    strata: Sequence[dict[str, Strata]],
    choices: Choices,
) -> xr.Dataset:
    """g(r) of the softness strata at the coldest temperature, their entropy, and scaled barriers."""
    parts = []
    for liquid, measured, one in zip(liquids, found, strata, strict=True):
        which = liquid.at(liquid.temperatures[0])
        inherent = [liquid.runs[k].inherent for k in which]
        fields = [laid_on(measured.softness[k], liquid.runs[k].inherent) for k in which]
        r_max = min(choices.r_max, 0.5 * float(inherent[0].fixed_box().heights.min()))
        grouped = structure.grouped_radial_distribution(
            inherent, fields, edges=one["softness"].edges, r_max=r_max, dr=choices.dr
        )
        entropy = structure.grouped_pair_entropy(grouped, r_max=float(grouped["r"][-1]), switching=None)
        part = xr.Dataset(
            {
                "radial_distribution": grouped["radial_distribution"].rename(group="stratum"),
                "pair_entropy": entropy.rename(group="stratum"),
            }
        )
        part = part.drop_vars(["lower", "upper"], errors="ignore").rename(stratum="middle")
        part = part.swap_dims(middle="stratum").reset_coords("middle")
        parts.append(_scaled(part, one["softness"], choices))
    return xr.concat(parts, dim="liquid", join="outer", combine_attrs="drop_conflicts")


def _scaled(part: xr.Dataset, one: Strata, choices: Choices) -> xr.Dataset:
    names = ("scaled_entropy", "scaled_barrier", "identity")
    values = {name: np.full(choices.strata, np.nan) for name in names}
    log_probability = np.nan
    if one.fits is not None and np.isfinite(one.crossover):
        try:
            scaled = relation.scaled_barriers(one.fits, crossover=one.crossover)
        except ParameterError:
            # Lines of too few hops cross where P_R would be above 1: no crossover to scale by.
            pass
        else:
            values = {name: scaled[name].values for name in names}
            log_probability = float(scaled.attrs["log_probability"])
    return part.assign({name: labelled(name, values[name], ("stratum",)) for name in names}).assign(
        log_probability=xr.DataArray(log_probability)
    )
