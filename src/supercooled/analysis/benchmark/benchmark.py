"""Every structural predictor on the same data: what predicts how much of the motion, when, at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import xarray as xr

from supercooled.analysis.benchmark.defaults import Sets, default_indicators, default_predictors
from supercooled.analysis.benchmark.findings import findings
from supercooled.analysis.benchmark.scores import Progress, judged, measured_of
from supercooled.arguments import Anything, Name, Positive, validated
from supercooled.datasets import Configuration, load, names, read_configurations
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.mixture import Mixture
from supercooled.outputs import made_by, results_folder

if TYPE_CHECKING:
    import pandas as pd


@validated
@dataclass(frozen=True)
class Benchmark:
    """What :func:`benchmark` found.

    Parameters
    ----------
    table
        ``pearson`` and ``spearman`` (contender, temperature, time) over the particles of configurations
        that took no part in the training, each with its standard ``_error`` over configurations; ``ceiling``
        (temperature, time); ``configurations``; along contenders ``kind``, ``columns`` and ``seconds``
    added
        ``added`` (feature, temperature, time): what the largest predictor loses without one of its
        features; ``beyond_energy``: what each gives to averaged inherent energy, if that is a predictor
    transfer
        ``transfer`` (contender, trained, judged): temperatures, at times of equal mean propensity
    said
        what was assumed, and what could not be measured
    """

    table: Annotated[xr.Dataset, Anything()]
    added: Annotated[xr.Dataset, Anything()]
    transfer: Annotated[xr.Dataset, Anything()]
    said: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One line for each method, temperature and time."""
        frame: pd.DataFrame = self.table.to_dataframe().reset_index()
        known: pd.DataFrame = frame[frame["pearson"].notna()]
        return known

    def lines(self) -> list[tuple[str, ...]]:
        """Method, kind, numbers per particle, seconds, state and Pearson correlation, as text."""
        t = self.table
        return [
            (
                str(method),
                str(t["kind"].values[m]),
                f"{t['columns'].values[m]:.0f}" if t["columns"].values[m] > 0 else "-",
                f"{t['seconds'].values[m]:.2f}" if np.isfinite(t["seconds"].values[m]) else "-",
                f"T={T:g}, t={time:g}",
                _shown(t["pearson"].values[m, i, k], t["pearson_error"].values[m, i, k]),
            )
            for m, method in enumerate(t["contender"].values)
            for i, T in enumerate(t["temperature"].values)
            for k, time in enumerate(t["time"].values)
            if np.isfinite(t["pearson"].values[m, i, k])
        ]

    def __repr__(self) -> str:
        """A line for each method, temperature and time."""
        return "\n".join("  ".join(line) for line in self.lines())

    @validated
    def report(
        self, out: str | Path, *, provenance: Annotated[Mapping[str, Any] | None, Anything()] = None
    ) -> Path:
        """Write the table, the page and all results into a folder; the page's path.

        Parameters
        ----------
        provenance
            plain data: what was read, and the command that repeats it

        Raises
        ------
        ParameterError
            if `out` can't be the name of a folder to write.
        StoreError
            if it holds something else than a report, or can't be written.
        """
        from supercooled import report

        with made_by("supercooled benchmark"):
            return report.write(
                out,
                title="How well each indicator predicts the motion",
                summary=self._summary(),
                rows=self._rows(),
                results={"benchmark": self.table, "added": self.added, "transfer": self.transfer},
                provenance=dict(provenance or {}),
                sections=(
                    report.Section("Leaderboard", "", ("leaderboard",), ("benchmark",)),
                    report.Section("What each feature adds", "", (), ("added",)),
                    *(
                        [report.Section("Other temperatures", "", (), ("transfer",))]
                        if self.table.sizes["temperature"] > 1
                        else []
                    ),
                ),
            )

    def _summary(self) -> str:
        t = self.table
        number = int(t["configurations"].max())
        first = (
            f"{number} configurations at a temperature and time, particles of {t.attrs['species']}. "
            f"Predictors are ridge regressions, {t.attrs['judged']}; errors are over configurations."
        )
        words = [first]
        quench = t.attrs.get("quench_seconds", np.nan)
        if np.isfinite(quench):
            words.append(
                f"A quench took {quench:.1f} processor seconds per configuration, not included below."
            )
        said = [f"{sentence[:1].upper()}{sentence[1:]}." for sentence in self.said]
        return "\n\n".join([*findings(t, self.added), " ".join(words), *said])

    def _rows(self) -> list[Any]:
        """Each method at the time at which it predicts best, the best first."""
        from supercooled.report import Row

        t = self.table
        found = []
        for i, T in enumerate(t["temperature"].values):
            for m, method in enumerate(t["contender"].values):
                values = t["pearson"].values[m, i]
                if not np.isfinite(values).any():
                    continue
                k = int(np.nanargmax(np.abs(values)))
                row = Row.judge(
                    item="benchmark",
                    quantity=str(method)[:80],
                    state=f"T = {T:g}, t = {t['time'].values[k]:g}",
                    published=None,
                    measured=float(values[k]),
                    uncertainty=float(t["pearson_error"].values[m, i, k]),
                    unit="1",
                    tolerance=None,
                    note=f"Pearson correlation with the propensity, {t['kind'].values[m]}"
                    + (", at its best time." if len(t["time"]) > 1 else "."),
                )
                found.append((i, -abs(float(values[k])), row))
        return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


@validated
def benchmark(
    data: str | Path | Sequence[Configuration],
    *,
    mixture: Mixture | None = None,
    indicators: Sequence[Features] | None = None,
    predictors: Sets | None = None,
    species: Name = "A",
    temperature: Positive | None = None,
    time: Positive | None = None,
    slow: bool = False,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Benchmark:
    r"""Indicators and predictors against propensity, by the protocol of GlassBench.

    .. math:: r = \frac{\langle \delta x\, \delta y \rangle}{\sigma_x \sigma_y}, \qquad
              r_\mathrm{max} = \sqrt{\frac{2 r_{12}}{1 + r_{12}}}

    over the particles of one species of each configuration. Predictors are ridge regressions; each is judged
    by configurations left out one by one, its penalty chosen by the others. Where configurations say whether
    they learn or judge, those that judge take no part in the training, and all else is judged by them too.
    Errors are those of the mean over configurations, which must be independent, and NaN of fewer than four.
    The ceiling is that of the mean over all runs, from the correlation r_12 of two halves of them.

    Parameters
    ----------
    data
        folder that :func:`supercooled.datasets.read_configurations` reads; the name of a set that comes
        with the package (:func:`supercooled.datasets.names`), or of a liquid, which stands for all of its
        sets; or configurations
    mixture
        pair potentials, for energies and for inherent structures that a file does not bring; default
        none, or those of the set
    indicators
        default energy and its average, cell volume, bond and packing order, pair entropy and the
        depth of the cage (sharma2022; softness is one over a line in it), thermal and in the inherent
        structure, and the distance to it, as far as they can be measured
    predictors
        sets of features by name; default averaged inherent energy, the same with the depth of the
        cage and with others, and all indicators averaged
    species
        whose particles are judged, and learn
    temperature, time
        where neither a file nor its name says it, epsilon_AA/k_B and tau
    slow
        among the defaults also cage state, Debye-Waller factor of short runs and vibrality, some 30
        processor seconds per configuration of 4096 particles
    cache
        folder of its own, new, empty or of an earlier call, in which inherent structures that were
        quenched are kept
    progress
        called with how many configurations are done, and of how many

    Returns
    -------
    Benchmark
        correlations of each indicator and predictor at each time, with errors and ceilings

    Raises
    ------
    ParameterError
        if there is no configuration, two are the same, or nothing can be measured.
    TrajectoryError
        naming the file whose arrays don't fit together.
    StoreError
        if `cache` holds something else, or can't be written.

    References
    ----------
    G. Jung et al., arXiv 2311.14752 (the protocol and the published curves, Zenodo 10118191,
    CC-BY-4.0); C. Spearman, Br. J. Psychol. 3, 271 (1910), of the ceiling.

    Examples
    --------
    >>> import supercooled as sc
    >>> density = sc.indicators.LocalDensity()
    >>> frames = [sc.testing.liquid_frame(seed=seed) for seed in (1, 2, 3)]
    >>> data = [Configuration(f"{k}", f, 0.5, 1.0, 3.0 - density(f), None) for k, f in enumerate(frames)]
    >>> benchmark(data, indicators=[density], predictors={}).table.pearson.values.round(6).ravel()
    array([-1.])
    """
    if isinstance(data, str | Path):
        given, mixture = _found_by(data, mixture, temperature, time)
    else:
        given = list(data)
    if not given or not all(isinstance(one, Configuration) for one in given):
        raise ParameterError("there is no configuration with a propensity")
    kinds = sorted({f"{one.frame.n_particles} particles in {one.frame.dimensions}-D" for one in given})
    if len(kinds) > 1:
        raise ParameterError(f"there are {' and '.join(kinds)}: give the folder of one set")
    keys = [(one.name, one.state) for one in given]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ParameterError(
            f"the configuration {twice[0]} is given twice at T={twice[1][0]:g}, t={twice[1][1]:g}"
        )
    held: dict[str, str] = {}
    for one in given:
        what = digest_of(one.frame.positions, one.frame.species, one.state)
        if (first := held.setdefault(what, one.name)) != one.name:
            raise ParameterError(
                f"the configuration {one.name} has the same contents as {first}: configurations "
                "must be independent, so give each once"
            )
    singles = list(default_indicators(mixture, given, slow=slow) if indicators is None else indicators)
    sets = dict(default_predictors(singles, mixture, given) if predictors is None else predictors)
    inputs = [data] if isinstance(data, str | Path) else []
    kept = nullcontext() if cache is None else results_folder(cache, by="benchmark", inputs=inputs)
    with kept as there:
        measured = measured_of(given, singles, sets, mixture=mixture, cache=there, progress=progress)
    return Benchmark(*judged(given, singles, sets, measured, species))


def _found_by(
    data: str | Path, mixture: Mixture | None, temperature: float | None, time: float | None
) -> tuple[list[Configuration], Mixture | None]:
    """Configurations of a folder, or of a set that comes with the package and its own liquid."""
    if Path(data).exists() or not is_shipped(str(data)):
        return read_configurations(data, temperature=temperature, time=time), mixture
    shipped = load(str(data))
    return list(shipped.configurations), shipped.liquid.mixture if mixture is None else mixture


def is_shipped(name: str) -> bool:
    """Whether propensities of a name come with the package."""
    return any(one == name or one.startswith(f"{name}_rho") for one in names())


def _shown(value: float, error: float) -> str:
    return f"{value:.3f} ± {error:.3f}" if np.isfinite(error) else f"{value:.3f}"
