"""Files of one liquid, analysed into a folder: what the command does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supercooled import report
from supercooled.analysis.analyze import analysed, check_runs
from supercooled.analysis.analyze_report import FIELDS, write_analysis
from supercooled.analysis.choices import Choices
from supercooled.analysis.comparison.states import compared_from_text
from supercooled.analysis.inputs import Given
from supercooled.cluster import Workers


def run(
    files: Sequence[Path],
    *,
    out: Path,
    liquid: str | None,
    given: Given,
    thresholds: Sequence[float] | None,
    choices: Choices,
    compare: Sequence[str] = (),
    space: bool = False,
    workers: Workers,
    command: str | None = None,
) -> Path:
    """Analyse trajectories of one liquid, one or several for each temperature, and write the report.

    Parameters
    ----------
    files
        any order of temperatures; those of one temperature are replicas, taken together
    liquid
        name in the catalogue, for the pair potentials; None leaves out what needs them
    given
        what is said about the files
    thresholds
        of each file, the same for replicas; measured if None
    compare
        indicators and targets, as :func:`supercooled.analysis.from_text.made_from_text` has them
    space
        whether correlations in space are measured too
    command
        that repeats it, where it was given on the command line

    Raises
    ------
    ParameterError, TrajectoryError, MixtureError
        before anything is measured, where files, temperatures and liquid don't fit together, or a file lies
        in `out`.
    StoreError
        if `out` holds something else than an analysis, or a file of it has been changed.
    """
    predictors = (text for text in compare if text.endswith(".json"))
    inputs: list[str | Path] = [*files, *([] if liquid is None else [liquid]), *predictors]
    with report.own_folder(out, by="supercooled analyze", inputs=inputs, names=(FIELDS,)):
        opened = given.opened(files)
        check_runs(opened, choices)
        found = analysed(
            opened,
            liquid=liquid,
            thresholds=thresholds,
            choices=choices,
            compared=compared_from_text(compare, opened[0]),
            space=space,
            work=out / "work",
            workers=workers,
        )
        write_analysis(found, out, given=given, command=command)
    return out
