"""What comes out of a comparison: a table, a figure, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Anything, validated
from supercooled.display import html_table
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.fields import objection
from supercooled.outputs import results_folder
from supercooled.report.files import save_results, write_bytes, write_json, write_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

AREA = "auc"
# What each statistic is.
STATISTICS: Mapping[str, str] = {
    "pearson": "Pearson correlation",
    "spearman": "rank correlation",
    AREA: "area under the ROC curve",
    "mutual_information": "mutual information",
    "partial_pearson": "partial correlation",
    "partial_spearman": "partial rank correlation",
}
RESULTS, TABLE, FIGURE, PROVENANCE = "results.zarr", "comparison.csv", "comparison.svg", "provenance.json"
Statistic = Literal["pearson", "spearman", "auc", "mutual_information", "partial_pearson", "partial_spearman"]


@validated
@dataclass(frozen=True)
class Comparison:
    """How well each indicator predicts each target, as :func:`supercooled.compare` gives it.

    Parameters
    ----------
    table
        statistics (indicator, target), each with its ``_error``, ceilings (target), ``reason`` where a
        number is not known, and the coordinate ``time_ahead``, how far each target looks ahead
    """

    table: Annotated[xr.Dataset, Anything()]

    @property
    def statistics(self) -> list[str]:
        """Names of those that the table holds."""
        return [name for name in STATISTICS if name in self.table]

    def to_pandas(self) -> pd.DataFrame:
        """One line for each indicator and target.

        Columns: ``indicator``, ``target``, ``time_ahead`` (tau), each statistic and its error, ``samples``,
        the ceilings, ``reason``.

        Returns
        -------
        pd.DataFrame
            one line per indicator and target
        """
        flat = self.table.drop_vars("no_ceiling").to_dataframe(dim_order=["indicator", "target"])
        frame: pd.DataFrame = flat.reset_index()
        first = ["indicator", "target", "time_ahead"]
        ordered: pd.DataFrame = frame[[*first, *(one for one in frame.columns if one not in first)]]
        return ordered

    @validated
    def plot(self, statistic: Statistic = "spearman") -> Axes:
        """Each indicator against the time that targets look ahead, or a row for each target if that is one.

        Parameters
        ----------
        statistic
            which

        Returns
        -------
        Axes
            the axes that were drawn on

        Raises
        ------
        ParameterError
            if the table does not hold it.
        MissingExtraError
            if Matplotlib is not installed.

        Notes
        -----
        The largest correlation that the noise of a target leaves is a dashed line.
        """
        if statistic not in self.statistics:
            raise ParameterError(
                f"the comparison has {', '.join(self.statistics)}, but no {statistic}: give at_fixed for it"
            )
        require("matplotlib", "jinja2", doing="the figure of a comparison")
        from supercooled.plot.drawing import axes_of
        from supercooled.report.figures.comparison import compared

        return axes_of(compared, self.table, statistic)[0]

    def _repr_html_(self) -> str:
        heading = ("indicator", "target", *(STATISTICS[name] for name in self.statistics))
        return html_table("Comparison", self.lines(), heading=heading)

    def __repr__(self) -> str:
        """A line for each indicator and target."""
        return "\n".join("  ".join(line) for line in self.lines())

    def lines(self) -> list[tuple[str, ...]]:
        """Indicator, target and each statistic with its error, as text.

        Returns
        -------
        list[tuple[str, ...]]
            one line per indicator and target, ready to print
        """
        table = self.table
        return [
            (
                str(indicator),
                str(target),
                *(
                    _with_error(table[name].values[i, j], table[f"{name}_error"].values[i, j])
                    for name in self.statistics
                ),
            )
            for i, indicator in enumerate(table["indicator"].values)
            for j, target in enumerate(table["target"].values)
        ]

    def reasons(self) -> dict[str, str]:
        """Why numbers, errors and ceilings are not known, for each pair or target that lacks one.

        Returns
        -------
        dict[str, str]
            the reason for each pair, or target
        """
        table = self.table
        found = {
            f"{indicator} and {target}": str(table["reason"].values[i, j])
            for i, indicator in enumerate(table["indicator"].values)
            for j, target in enumerate(table["target"].values)
            if table["reason"].values[i, j]
        }
        ceilings = zip(table["target"].values, table["no_ceiling"].values, strict=True)
        return found | {f"ceiling of {target}": str(why) for target, why in ceilings if why}

    @validated
    def save(
        self,
        out: str | Path,
        *,
        inputs: Sequence[str | Path] = (),
        provenance: Mapping[str, Any] | None = None,
    ) -> Path:
        """Write table, figure and provenance into a folder; each is whole or not there.

        Parameters
        ----------
        out
            folder, in which nothing of somebody else is replaced
        inputs
            files that must not lie in it
        provenance
            plain data: what was read, with what, and the command that repeats it

        Returns
        -------
        Path
            the folder

        Raises
        ------
        ParameterError
            if `out` can't be the name of a folder to write, or an input lies in it.
        StoreError
            if it holds something else, or can't be written.

        Notes
        -----
        Writes ``comparison.csv``, ``comparison.svg``, ``results.zarr`` with the group ``comparison``, and
        ``provenance.json``.
        """
        require("matplotlib", "jinja2", doing="the figure of a comparison")
        folder = Path(out)
        names = (TABLE, FIGURE, PROVENANCE)
        with results_folder(out, by="supercooled compare", inputs=inputs, names=names, check=changed_results):
            save_results(folder / RESULTS, {"comparison": self.table})
            write_text(folder / TABLE, self.to_pandas().to_csv(index=False))
            write_bytes(folder / FIGURE, _figure(self.table))
            write_json(folder / PROVENANCE, dict(provenance or {}))
        return folder


def described(table: xr.Dataset) -> xr.Dataset:
    """A table whose numbers have their units and long names."""
    for name, words in STATISTICS.items():
        unit = "bit" if name == "mutual_information" else "1"
        if name in table:
            table[name].attrs.update(units=unit, long_name=words)
            table[f"{name}_error"].attrs.update(units=unit, long_name=f"standard error of the {words}")
    return table


def _figure(table: xr.Dataset) -> bytes:
    from supercooled.report.figures.comparison import compared
    from supercooled.report.style import render

    return render(compared(table, "spearman"), "svg")


def changed_results(out: Path) -> str | None:
    """What is to object to in the results of a folder, if anything is."""
    why = objection(out / RESULTS) if (out / RESULTS).exists() else None
    return None if why is None else f"{out / RESULTS} {why}"


def _with_error(value: float, error: float) -> str:
    if not np.isfinite(value):
        return "-"
    return f"{value:.3f}" if not np.isfinite(error) else f"{value:.3f} ± {error:.3f}"
