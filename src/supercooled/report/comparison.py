"""Measured numbers beside the published ones, and the verdict on each."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from supercooled.arguments import AnyNumber, Uncertain, validated
from supercooled.errors import ParameterError, StoreError
from supercooled.report.files import read_json, write_text
from supercooled.report.tolerance import Tolerance, is_number, read_tolerance

Kind = Literal["test", "calibrated", "bound", "scan", "definition"]
Verdict = Literal[
    "met", "missed", "undecided", "inconsistent", "not measured", "no published value", "not judged"
]

_DIGITS = 10
# Standard errors on either side of a value: the 90 % interval, so that lying inside or outside of a tolerance
# is each a test at 5 % (D. J. Schuirmann, J. Pharmacokinet. Biopharm. 15, 657 (1987)).
SURE = 1.645


@validated
@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: exactly what ``comparison.json`` holds.

    Parameters
    ----------
    item
        where it stands in the paper, such as "Table III"
    quantity
        name in the table of quantities, or the field's word; heads the row
    state
        state point in words, such as "T = 0.47"
    published, measured, uncertainty
        in `unit`; None where there is none
    unit
        unit of the values
    tolerance
        how far apart they may lie, said before anything was measured; None where nothing is judged
    note
        why a value is missing or differs
    kind
        "test", which may fail; "calibrated", where a parameter was set by this very number; "bound", where
        a one-sided bound is printed or asked for; "scan", one of several tried where the paper does not say
        which; "definition", what holds by construction
    published_error
        standard error of the printed value, where one is printed
    reading
        what was decided about the paper's words after an outcome was known, where anything was
    contradiction
        by which of the paper's own numbers the printed one can't be, where one says so
    too_short
        why the runs can't tell, whatever the number, where they can't
    """

    item: str
    quantity: str
    state: str
    published: Uncertain | None
    measured: Uncertain | None
    uncertainty: Uncertain | None
    unit: str
    tolerance: Tolerance | None
    note: str
    kind: Kind = "test"
    published_error: Uncertain | None = None
    reading: str = ""
    contradiction: str = ""
    too_short: str = ""

    def __post_init__(self) -> None:
        for name in ("published", "measured", "uncertainty", "published_error"):
            value = getattr(self, name)
            if value is None:
                continue
            if not math.isfinite(value):
                raise ParameterError(
                    f"{self.item} ({self.state}): {name} is {value}; give None and the reason"
                )
            # what is kept is what is written and read again
            object.__setattr__(self, name, float(f"{float(value):.{_DIGITS}g}"))

    @property
    def within(self) -> bool | None:
        """Whether the measured value lies within the tolerance; None where there is nothing to judge.

        It follows from the numbers of the row each time: no stored verdict is believed.
        """
        if self.published is None or self.measured is None or self.tolerance is None:
            return None
        return self.tolerance.holds(self.measured, self.published)

    @classmethod
    @validated
    def judge(
        cls,
        item: str,
        quantity: str,
        state: str,
        *,
        measured: AnyNumber | None,
        unit: str,
        published: AnyNumber | None = None,
        uncertainty: AnyNumber | None = None,
        tolerance: Tolerance | None = None,
        note: str = "",
        kind: Kind | None = None,
        published_error: AnyNumber | None = None,
        reading: str = "",
        contradiction: str = "",
        too_short: str = "",
    ) -> Row:
        """Row whose verdict follows from a tolerance given beforehand.

        Parameters
        ----------
        item
            place in the paper
        quantity
            what is compared
        state
            state point
        measured
            measured value, None where it was not measured
        unit
            unit of the values
        published
            published value, None where none is printed
        uncertainty
            standard error of the measured value
        tolerance
            how far the measured value may lie from the published one
        note
            why a value is missing or differs
        kind
            None for "bound" where the tolerance has one bound only, and "test" elsewhere
        published_error
            standard error of the published value, if printed
        reading
            how the paper was read where it leaves a choice
        contradiction
            what in the paper contradicts the published value
        too_short
            why the run was too short

        Returns
        -------
        Row
            row with its verdict

        Raises
        ------
        ParameterError
            if a published value comes without tolerance, a missing value without reason, or a
            number is infinite.

        Notes
        -----
        A value that could not be measured (None or NaN) is never guessed: `within` stays None and
        `note` must say why. The tolerance's words go in front of the note.

        Examples
        --------
        >>> row = Row.judge(item="Sec. App. A", quantity="hop_threshold", state="T = 0.58",
        ...     published=0.141, measured=0.144, uncertainty=0.002, unit="sigma_AA^2",
        ...     tolerance=Tolerance.relative(0.1))
        >>> row.within, row.verdict, row.note
        (True, 'met', 'Met if within 10 % of the published value.')
        """
        measured, uncertainty = _known(measured), _known(uncertainty)
        if published is not None and tolerance is None:
            raise ParameterError(f"{item} ({state}): a published value needs a tolerance")
        if measured is None and not note.strip():
            raise ParameterError(f"{item} ({state}): not measured, so the note must give the reason")
        tolerance = None if published is None else tolerance
        words = [f"Met if {tolerance.text}."] if tolerance is not None else []
        words += [note.strip()] if note.strip() else []
        if kind is None:
            kind = "bound" if tolerance is not None and tolerance.one_sided else "test"
        return cls(
            item,
            quantity,
            state,
            published,
            measured,
            uncertainty,
            unit,
            tolerance,
            " ".join(words),
            kind,
            None if published is None else _known(published_error),
            reading,
            contradiction if published is not None else "",
            too_short if published is not None else "",
        )

    @property
    def name(self) -> str:
        """`quantity` in words: an underscore is a space, unless it makes an index, as in p_c."""
        head, _, _ = self.quantity.partition("_")
        return self.quantity if len(head) == 1 or " " in self.quantity else self.quantity.replace("_", " ")

    @property
    def remarks(self) -> str:
        """All that is said of the row: why its verdict is what it is whatever its numbers, and its note."""
        parts = (self.contradiction, self.too_short, self.note, self.reading)
        return " ".join(part for part in parts if part)

    @property
    def independent(self) -> bool:
        """Whether it is a test, of a printed number, that could have failed: the ones that count.

        One whose reading or bound was chosen when its outcome was known is none.
        """
        return self.published is not None and self.kind == "test" and not self.reading

    @property
    def verdict(self) -> Verdict:
        """What the numbers of the row say, each time anew.

        "met": the 90 % interval of the measured value lies inside the tolerance. "missed": it lies outside.
        "undecided": it lies on both sides of a bound, or the runs are too short. "inconsistent": the paper
        contradicts itself. "not judged": both numbers are there and nobody said how close they must be.

        The interval is that of both errors together. Where the measured value has no error it can miss and
        cannot meet, but for a definition.

        Examples
        --------
        >>> near = Tolerance.absolute(0.1)
        >>> [Row.judge("", "x", "", published=1.0, measured=measured, uncertainty=0.02, unit="1",
        ...            tolerance=near).verdict for measured in (1.05, 1.08, 1.12, 1.15)]
        ['met', 'undecided', 'undecided', 'missed']
        """
        if self.measured is None:
            return "not measured"
        if self.published is None:
            return "no published value"
        if self.tolerance is None:
            return "not judged"
        if self.contradiction:
            return "inconsistent"
        return "undecided" if self.too_short else self._judged(self.measured, self.published, self.tolerance)

    def _judged(self, measured: float, published: float, tolerance: Tolerance) -> Verdict:
        spread = SURE * math.hypot(self.uncertainty or 0.0, self.published_error or 0.0)
        if spread == 0.0:
            known = self.uncertainty is not None or self.kind == "definition"
            return "missed" if not self.within else "met" if known else "undecided"
        lower, upper = tolerance.ends(published)
        if measured + spread < lower or measured - spread > upper:
            return "missed"
        return "met" if lower <= measured - spread and measured + spread <= upper else "undecided"

    @property
    def z(self) -> float | None:
        """Difference of measured and printed value over the error of both; None without an error.

        Examples
        --------
        >>> Row.judge("", "x", "", published=1.0, measured=1.3, uncertainty=0.1, unit="1",
        ...           tolerance=Tolerance.relative(0.5)).z
        3.0
        """
        if self.measured is None or self.published is None or not self.uncertainty:
            return None
        difference = self.measured - self.published
        return round(difference / math.hypot(self.uncertainty, self.published_error or 0.0), 6)

    @property
    def deviation(self) -> float | None:
        """(measured - published) / |published|, None where that means nothing."""
        if self.measured is None or not self.published:
            return None
        return (self.measured - self.published) / abs(self.published)


_WORDS = ("item", "quantity", "state", "unit", "note", "reading", "contradiction", "too_short")


def without_error(value: float, error: float) -> str:
    """What a value without an error needs to have said.

    Examples
    --------
    >>> without_error(0.2, 0.1), without_error(float("nan"), float("nan"))
    ('', '')
    """
    if not math.isfinite(value) or math.isfinite(error):
        return ""
    return (
        "Its error is not known: parts of the run are too short to be independent of each "
        "other, or with one of them left out the run does not reach it. Treat it with care."
    )


def plain_row(row: Row) -> dict[str, Any]:
    """A row as ``comparison.json`` holds it: the fields of :class:`Row`, its ``z`` and its ``verdict``.

    A bound that is infinite is null.
    """
    data = asdict(row)
    tolerance, note = data.pop("tolerance"), data.pop("note")
    if tolerance is not None:
        tolerance |= {k: v if math.isfinite(v) else None for k, v in tolerance.items() if k != "kind"}
    return {**data, "z": row.z, "verdict": row.verdict, "note": note, "tolerance": tolerance}


@validated
def write_comparison(path: str | Path, rows: Sequence[Row]) -> None:
    """Rows as a JSON list, in their order, under the final name only when complete.

    Parameters
    ----------
    path
        file that is written
    rows
        rows of the comparison

    Raises
    ------
    StoreError
        if it can't be written.
    """
    write_text(
        path,
        json.dumps([plain_row(row) for row in rows], indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        by="write_comparison",
    )


@validated
def read_comparison(path: str | Path) -> tuple[Row, ...]:
    """Rows of a ``comparison.json``.

    Parameters
    ----------
    path
        ``comparison.json``

    Returns
    -------
    tuple[Row, ...]
        rows in the order of the file

    Raises
    ------
    StoreError
        if the file is missing, is no JSON list, or a row has other keys than `Row`.
    """
    path = Path(path)
    stored = read_json(path)
    if not isinstance(stored, list):
        raise StoreError(f"{path} is not a list of rows; run the study again")
    return tuple(_row(path, index, entry) for index, entry in enumerate(stored))


def _row(path: Path, index: int, entry: Any) -> Row:
    names = {field.name for field in fields(Row)} | {"z", "verdict"}
    if not isinstance(entry, dict) or set(entry) != names:
        found = sorted(entry) if isinstance(entry, dict) else type(entry).__name__
        raise StoreError(f"{path}, row {index}: found {found} instead of {sorted(names)}")
    numbers = {name: entry[name] for name in ("published", "measured", "uncertainty", "published_error")}
    words = {name: entry[name] for name in _WORDS}
    wrong = [name for name, value in words.items() if not isinstance(value, str)]
    wrong += [name for name, value in numbers.items() if not (value is None or is_number(value))]
    wrong += ["kind"] if entry["kind"] not in get_args(Kind) else []
    if wrong:
        raise StoreError(f"{path}, row {index}: {wrong[0]} is {entry[wrong[0]]!r}")
    try:
        row = Row(**words, **numbers, kind=entry["kind"], tolerance=read_tolerance(entry["tolerance"]))
    except (TypeError, ValueError) as error:
        raise StoreError(f"{path}, row {index}: {error}") from error
    if (row.verdict, row.z) != (entry["verdict"], entry["z"]):
        raise StoreError(
            f"{path}, row {index} ({row.quantity}, {row.state}): it says {entry['verdict']} "
            f"(z = {entry['z']}), and its own numbers say {row.verdict} (z = {row.z}): the file has been "
            "edited; run the study again"
        )
    return row


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
