"""Indicators held against targets at each temperature of an analysis, for a section of its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import xarray as xr

from supercooled import indicators, targets
from supercooled.analysis.comparison.table import Comparison
from supercooled.analysis.from_text import made_from_text
from supercooled.analysis.stages import Results, stage
from supercooled.analysis.states import that_begin_alike
from supercooled.arguments import shown
from supercooled.cluster import Workers, executor
from supercooled.errors import ParameterError
from supercooled.fields import Features, sources_of
from supercooled.targets import Target
from supercooled.trajectory import Trajectory

Compared: TypeAlias = Sequence[Features | Target]
# Frames of a run that structure is taken from, evenly spread over it; motion is followed in all.
FRAMES = 100


def check_compared(compared: Compared) -> None:
    """Refuse what is no indicator and no target, and one kind without the other.

    Raises
    ------
    ParameterError
        saying what is missing.
    """
    if not isinstance(compared, list | tuple):
        raise ParameterError(f"compare takes a list of indicators and targets, not {shown(compared)}")
    for one in compared:
        if not isinstance(one, Features | Target):
            raise ParameterError(f"compare takes indicators and targets, not {shown(one)}")
    for kind, word, example in (
        (Features, "indicator", "BondOrder:degree=6"),
        (Target, "target", "Displacement:after=100"),
    ):
        if compared and not any(isinstance(one, kind) for one in compared):
            raise ParameterError(f"there is no {word} to compare: name one too, for example {example}")


def compared_from_text(texts: Sequence[str], first: Trajectory) -> list[Any]:
    """Indicators, targets and the JSON files of predictors, as the command line has them."""
    if not texts:
        return []
    from supercooled.predictors import load_predictor

    made: list[Any] = []
    of_targets = {name.lower() for name in targets.known()}
    for text in texts:
        name = text.partition(":")[0].partition(".")[0].replace("_", "").lower()
        if text.endswith(".json"):
            made.append(load_predictor(text))
        elif name in of_targets:
            made.append(made_from_text(text, targets.known(), "target", first))
        else:
            made.append(made_from_text(text, indicators.known(), "indicator", first))
    return made


def compared_at(
    states: Mapping[float, Sequence[Trajectory]],
    compared: Compared,
    *,
    species: str,
    label: str,
    folder: Any,
    workers: Workers,
) -> xr.Dataset:
    """The tables of all temperatures, (temperature, indicator, target); kept in a folder."""
    held = [one for one in compared if isinstance(one, Features)]
    against = [one for one in compared if isinstance(one, Target)]
    tables = []
    with executor(workers) as pool:
        for T, runs in states.items():
            groups: list[list[Trajectory]] = [[one] for one in runs]
            if any(one.of_several for one in against):
                groups = that_begin_alike(runs)
            asked = (groups, held, against, species, sources_of(held))
            kept = comparison_of.kept(folder, f"{label}_T{T:g}", *asked, pool=pool)
            tables.append(kept["comparison"].assign_coords(temperature=T))
    whole = xr.concat(tables, dim="temperature", combine_attrs="override")
    whole["temperature"].attrs.update(units="epsilon_AA/k_B", long_name="temperature")
    return whole


@stage(free=["pool"])
def comparison_of(
    groups: Sequence[Sequence[Trajectory]],
    held: Sequence[Features],
    against: Sequence[Target],
    species: str,
    sources: Mapping[str, str],
    *,
    pool: Any = None,
) -> Results:
    """One temperature: structure of about a hundred frames of each run.

    Parameters
    ----------
    sources
        digests of the modules that bring the indicators, which a kept result depends on
    """
    from supercooled.analysis.comparison.compare import compare

    every = max(1, min(group[0].n_frames for group in groups) // FRAMES)
    found = compare(
        [list(group) for group in groups],
        list(held),
        list(against),
        species=species,
        frames=slice(None, None, every),
        executor=pool,
    )
    return {"comparison": found.table.assign_attrs(every=every)}


def comparisons_of(results: Mapping[str, xr.Dataset]) -> dict[float, Comparison]:
    """The comparison of each temperature, of the results of an analysis."""
    whole = results.get("comparison")
    if whole is None:
        return {}
    return {float(T): Comparison(whole.sel(temperature=T, drop=True)) for T in whole["temperature"].values}
