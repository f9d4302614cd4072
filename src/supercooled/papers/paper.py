"""A paper that is repeated: what it needs to run, what a run finds, and how a paper is found by name."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import xarray as xr

from supercooled import extensions, report
from supercooled.analysis.provenance import describe
from supercooled.cluster import Workers
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.learning import SoftnessModel
from supercooled.report import Row, Section
from supercooled.report.plates import Figures
from supercooled.simulation.engine_choice import ENGINE
from supercooled.trajectory import Trajectory

__all__ = ["Findings", "Paper", "Work", "known", "named"]

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Work:
    """Where a study works, and who does it.

    Parameters
    ----------
    kept
        folder of what is kept from one call to the next
    root
        folder of the simulated runs
    """

    kept: Path
    root: Path
    workers: Workers = 1


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What a study has found.

    Parameters
    ----------
    summary
        the page's first paragraphs, plain text
    rows
        measured numbers beside the printed ones
    results
        what figures and tables are made from
    trajectories
        all that was measured
    parameters
        choices by name, plain, or ``{"value": ..., "why": ...}``
    sections
        the page's parts
    models
        learned softness by a name for its file, ``softness_NAME.json``
    """

    summary: str
    rows: Sequence[Row]
    results: Mapping[str, xr.Dataset]
    trajectories: Sequence[Trajectory] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sections: Sequence[Section] = ()
    models: Mapping[str, SoftnessModel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Paper(Generic[P]):
    """A paper: ``supercooled study NAME`` runs it, ``supercooled report DIR`` draws its figures again.

    Parameters
    ----------
    name
        by which it is called, as ``sharma2022``
    title
        of the page
    source
        authors or name, journal, year
    presets
        state points and run lengths by name; "quick" runs in minutes
    study
        simulates, measures and compares one of the presets
    figures
        its own, beside those that every report has

    Notes
    -----
    A package that brings one registers it, and it is found by its name::

        [project.entry-points."supercooled.papers"]
        fifth2027 = "my_package.fifth2027:PAPER"
    """

    name: str
    title: str
    source: str
    presets: Mapping[str, P]
    study: Callable[[P, Work], Findings]
    figures: Figures = field(default_factory=Figures)

    def preset(self, name: str) -> P:
        """One of the presets.

        Raises
        ------
        ParameterError
            listing them, if this is none of them.

        Examples
        --------
        >>> Paper("sharma2022", "", "", {"quick": 1, "long": 2}, study=None).preset("slow")
        Traceback (most recent call last):
            ...
        supercooled.errors.ParameterError: there is no preset 'slow' of sharma2022; known are quick, long
        """
        if name not in self.presets:
            raise ParameterError(
                f"there is no preset {name!r} of {self.name}; known are {', '.join(self.presets)}"
            )
        return self.presets[name]

    @property
    def maker(self) -> str:
        """The command whose results those of the paper are: no other one replaces them."""
        return f"supercooled study {self.name}"

    def run(self, preset: str, out: str | Path, *, root: str | Path, workers: Workers = 1) -> Path:
        """The whole study, written to `out`; it reuses what is there and in `root`.

        Raises
        ------
        ParameterError
            listing the presets, if this is none of them.
        StoreError
            if `out` holds something else than such a report, or a file of it has been changed.
        """
        chosen, folder, root = self.preset(preset), Path(out), Path(root)
        names = ("softness_*.json",)
        with report.own_folder(out, by=self.maker, root=root, names=names, figures=self.figures):
            found = self.study(chosen, Work(folder / "work", root, workers))
            for name, model in found.models.items():
                model.save(folder / f"softness_{name}.json")
            report.write(
                folder,
                title=self.title,
                summary=found.summary,
                rows=found.rows,
                results=found.results,
                provenance=describe(
                    found.trajectories,
                    parameters=found.parameters,
                    commands=[command(self.name, preset, out=folder, root=root)],
                    source=self.source,
                ),
                sections=found.sections,
                paper=self.name,
                figures=self.figures,
            )
        return folder


def known() -> tuple[str, ...]:
    """Names of the papers: the package's own, and those that other installed packages bring.

    Examples
    --------
    >>> known()[:4]
    ('graham2023', 'nandi2021', 'schoenholz2016', 'sharma2022')
    """
    return tuple(extensions.known(extensions.PAPERS))


def named(name: str) -> Paper[Any]:
    """The paper of a name; it is imported when it is asked for.

    Raises
    ------
    ParameterError
        listing the known ones, if this is none of them; or if the package that brings it is damaged.
    MissingExtraError
        if what draws its figures is not installed.

    Examples
    --------
    >>> sorted(named("sharma2022").presets)
    ['long', 'medium', 'paper', 'quick']
    """
    if name in known():
        require("matplotlib", "jinja2", "k3d", doing="a paper with its figures")
    found = extensions.loaded(extensions.PAPERS, name, kind="paper")
    if not isinstance(found, Paper):
        raise ParameterError(
            f"{extensions.known(extensions.PAPERS)[name].value} should be a supercooled.papers.Paper, not "
            f"{type(found).__name__}"
        )
    return found


def command(name: str, preset: str, *, out: Path, root: Path) -> str:
    """The command that repeats a study, quoted for a shell; with the engine, where the environment names it.

    Examples
    --------
    >>> command("sharma2022", "quick", out=Path("two words"), root=Path("runs"))
    "supercooled study sharma2022 --preset quick --out 'two words' --runs runs"
    """
    words = ["supercooled", "study", name, "--preset", preset, "--out", str(out), "--runs", str(root)]
    engine = os.environ.get(ENGINE)
    return f"{ENGINE}={shlex.quote(engine)} {shlex.join(words)}" if engine else shlex.join(words)
