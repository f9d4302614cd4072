"""Indicators held against targets on trajectories in files: what the command does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supercooled import indicators as structural
from supercooled import targets as dynamical
from supercooled.analysis.comparison.compare import compare
from supercooled.analysis.comparison.table import FIGURE, PROVENANCE, TABLE, Comparison, changed_results
from supercooled.analysis.from_text import made_from_text
from supercooled.analysis.inputs import Given
from supercooled.analysis.provenance import describe
from supercooled.analysis.states import that_begin_alike
from supercooled.cluster import Workers, executor
from supercooled.extras import require
from supercooled.outputs import results_folder
from supercooled.predictors import load_predictor
from supercooled.trajectory import Trajectory


def run(
    files: Sequence[Path],
    *,
    indicators: Sequence[str],
    targets: Sequence[str],
    out: Path,
    given: Given,
    species: str | None = None,
    at_fixed: Sequence[str] = (),
    every: int = 1,
    blocks: int | None = None,
    top: float = 0.1,
    bins: int = 20,
    workers: Workers = None,
    command: str | None = None,
) -> Comparison:
    """The comparison, written into a folder.

    Parameters
    ----------
    files
        of one state; those that start from one configuration are taken together for a propensity
    indicators, targets
        as :func:`supercooled.analysis.from_text.made_from_text` has them; an indicator may
        be the JSON file of a predictor
    given
        what is said about the files
    at_fixed
        "species" and indicators
    every
        structure is taken from every n-th frame
    command
        that repeats it

    Raises
    ------
    ParameterError, TrajectoryError
        if names, parameters and files don't fit together.
    StoreError
        if `out` holds something else, or can't be written.
    """
    # Said before anything is measured.
    require("matplotlib", doing="the figure of a comparison")
    predictors = (name for name in (*indicators, *at_fixed) if name.endswith(".json"))
    inputs: list[str | Path] = [*files, *predictors]
    names = (TABLE, FIGURE, PROVENANCE)
    with results_folder(out, by="supercooled compare", inputs=inputs, names=names, check=changed_results):
        opened = given.opened(files, temperatures_needed=False)
        first = opened[0]
        held = [_target(text, first) for text in targets]
        groups: list[list[Trajectory]] = [[one] for one in opened]
        if any(one.of_several for one in held):
            groups = that_begin_alike(opened)
        with executor(workers) as pool:
            found = compare(
                groups,
                [_indicator(text, first) for text in indicators],
                held,
                species=species,
                at_fixed=[one if one == "species" else _indicator(one, first) for one in at_fixed],
                frames=slice(None, None, every),
                blocks=blocks,
                top=top,
                bins=bins,
                executor=pool,
            )
        chosen: dict[str, Any] = {"indicators": list(indicators), "targets": list(targets), "every": every}
        found.save(
            out,
            provenance=describe(
                opened,
                parameters={**chosen, **found.table.attrs, **given.said()},
                commands=[command] if command else [],
                source="",
            ),
        )
    return found


def _indicator(text: str, first: Trajectory) -> Any:
    if text.endswith(".json"):
        return load_predictor(text)
    return made_from_text(text, structural.known(), "indicator", first)


def _target(text: str, first: Trajectory) -> Any:
    return made_from_text(text, dynamical.known(), "target", first)
