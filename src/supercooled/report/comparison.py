"""Measured numbers beside the published ones, and the verdict on each."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from supercooled.arguments import AnyNumber, Number, Positive, Uncertain, validated
from supercooled.errors import ParameterError, StoreError
from supercooled.report.files import read_json, write_text

Verdict = Literal["met", "missed", "not measured", "no published value", "not judged"]

_DIGITS = 10

Bound: TypeAlias = Annotated[float, Number(infinite=True)]


@validated
@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measured value may lie from the published one, said before it is measured.

    Build it with `relative`, `absolute` or `between`.
    """

    kind: Literal["relative", "absolute", "between"]
    lower: Uncertain
    upper: Uncertain

    @classmethod
    @validated
    def relative(cls, fraction: Positive) -> Tolerance:
        """|measured - published| <= `fraction` |published|.

        >>> Tolerance.relative(0.05).text
        'within 5 % of the published value'
        """
        return cls("relative", -_positive(fraction, "fraction"), fraction)

    @classmethod
    @validated
    def absolute(cls, distance: Positive) -> Tolerance:
        """|measured - published| <= `distance`, in the unit of the row."""
        return cls("absolute", -_positive(distance, "distance"), distance)

    @classmethod
    @validated
    def between(cls, lower: Bound, upper: Bound) -> Tolerance:
        """`lower` <= measured <= `upper`; either may be infinite.

        >>> Tolerance.between(0.6, float("inf")).text
        'at least 0.6'
        """
        if not lower < upper or (math.isinf(lower) and math.isinf(upper)):
            raise ParameterError(f"a tolerance between {lower} and {upper} holds everything or nothing")
        return cls("between", lower, upper)

    @validated
    def holds(self, measured: float, published: float) -> bool:
        """Whether `measured` is close enough to `published`."""
        if self.kind == "between":
            return self.lower <= measured <= self.upper
        scale = abs(published) if self.kind == "relative" else 1.0
        # a value exactly on the edge must not fail by the rounding of a subtraction
        return abs(measured - published) <= self.upper * scale * (1 + 1e-9)

    @validated
    def room(self, measured: float, published: float) -> float:
        """How far `measured` is from the nearest bound that it could cross.

        Of two bounds one that is the published value itself, as 1 of a correlation, is the end of what
        there can be.

        >>> Tolerance.between(0.9, 1.0).room(0.99, 1.0), Tolerance.absolute(0.25).room(2.0, 1.875)
        (0.08999999999999997, 0.125)
        """
        scale = abs(published) if self.kind == "relative" else 1.0
        centre = 0.0 if self.kind == "between" else published
        bounds = [centre + scale * bound for bound in (self.lower, self.upper)]
        if all(map(math.isfinite, bounds)):
            bounds = [bound for bound in bounds if bound != published]
        return min((abs(measured - bound) for bound in bounds), default=0.0)

    @property
    def text(self) -> str:
        """The rule in words, as the note of a row records it."""
        if self.kind == "relative":
            return f"within {100 * self.upper:.4g} % of the published value"
        if self.kind == "absolute":
            return f"within {self.upper:.4g} of the published value"
        if math.isinf(self.upper):
            return f"at least {self.lower:.4g}"
        if math.isinf(self.lower):
            return f"at most {self.upper:.4g}"
        return f"between {self.lower:.4g} and {self.upper:.4g}"


@validated
@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: exactly what ``comparison.json`` holds.

    item : where it stands in the paper, such as "Table III"
    quantity : name in the table of quantities, or the field's word; heads the row
    state : state point in words, such as "T = 0.47"
    published, measured, uncertainty : in `unit`; None where there is none
    tolerance : how far apart they may lie, said before anything was measured; None where nothing is judged
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

    def __post_init__(self) -> None:
        for name in ("published", "measured", "uncertainty"):
            value = getattr(self, name)
            if value is None:
                continue
            if not math.isfinite(value):
                raise ParameterError(f"{self.item} ({self.state}): {name} is {value}; give None and say why")
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
    ) -> Row:
        """Row whose verdict follows from a tolerance given beforehand.

        A value that could not be measured (None or NaN) is never guessed: `within` stays None and
        `note` must say why. The tolerance's words go in front of the note; a value that is within it by
        less than its own standard error is said to be, since another run may not be.

        Raises
        ------
        ParameterError
            if a published value comes without tolerance, a missing value without reason, or a
            number is infinite.

        >>> row = Row.judge(item="Sec. App. A", quantity="hop_threshold", state="T = 0.58",
        ...     published=0.141, measured=0.144, uncertainty=0.002, unit="sigma_AA^2",
        ...     tolerance=Tolerance.relative(0.1))
        >>> row.within, row.note
        (True, 'Met if within 10 % of the published value.')
        """
        measured, uncertainty = _known(measured), _known(uncertainty)
        if published is not None and tolerance is None:
            raise ParameterError(f"{item} ({state}): a published value needs a tolerance")
        if measured is None and not note.strip():
            raise ParameterError(f"{item} ({state}): not measured, so the note must say why")
        tolerance = None if published is None else tolerance
        words = [f"Met if {tolerance.text}."] if tolerance is not None else []
        words += [note.strip()] if note.strip() else []
        row = cls(item, quantity, state, published, measured, uncertainty, unit, tolerance, " ".join(words))
        if (
            row.within
            and tolerance is not None
            and published is not None
            and measured is not None
            and uncertainty
        ):
            errors = tolerance.room(measured, published) / uncertainty
            if errors < 1.0:
                warning = f"Met by {errors:.2f} standard errors only: another run may miss it."
                return replace(row, note=f"{row.note} {warning}")
        return row

    @property
    def name(self) -> str:
        """`quantity` in words: an underscore is a space, unless it makes an index, as in p_c."""
        head, _, _ = self.quantity.partition("_")
        return self.quantity if len(head) == 1 or " " in self.quantity else self.quantity.replace("_", " ")

    @property
    def verdict(self) -> Verdict:
        """`within` in words.

        "not judged": both numbers are there and nobody said how close they must be.
        """
        if self.measured is None:
            return "not measured"
        if self.published is None:
            return "no published value"
        if self.within is None:
            return "not judged"
        return "met" if self.within else "missed"

    @property
    def deviation(self) -> float | None:
        """(measured - published) / |published|, None where that means nothing."""
        if self.measured is None or not self.published:
            return None
        return (self.measured - self.published) / abs(self.published)


def without_error(value: float, error: float) -> str:
    """What a value without an error needs to have said.

    >>> without_error(0.2, 0.1), without_error(float("nan"), float("nan"))
    ('', '')
    """
    if not math.isfinite(value) or math.isfinite(error):
        return ""
    return (
        "Its error is not known: parts of the run are too short to be independent of each other, or without "
        "one of them the run does not reach it. Take it with care."
    )


def plain_row(row: Row) -> dict[str, Any]:
    """A row as ``comparison.json`` holds it: the fields of :class:`Row`, and the verdict as ``within``.

    A bound that is infinite is null.
    """
    data = asdict(row)
    tolerance, note = data.pop("tolerance"), data.pop("note")
    if tolerance is not None:
        tolerance |= {k: v if math.isfinite(v) else None for k, v in tolerance.items() if k != "kind"}
    return {**data, "within": row.within, "note": note, "tolerance": tolerance}


@validated
def write_comparison(path: str | Path, rows: Sequence[Row]) -> None:
    """Rows as a JSON list, in their order, under the final name only when complete.

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

    Raises
    ------
    StoreError
        if the file is missing, is no JSON list, or a row has other keys than `Row`.
    """
    path = Path(path)
    stored = read_json(path)
    if not isinstance(stored, list):
        raise StoreError(f"{path} is no list of rows; run the study again")
    return tuple(_row(path, index, entry) for index, entry in enumerate(stored))


def _row(path: Path, index: int, entry: Any) -> Row:
    names = {field.name for field in fields(Row)} | {"within"}
    if not isinstance(entry, dict) or set(entry) != names:
        found = sorted(entry) if isinstance(entry, dict) else type(entry).__name__
        raise StoreError(f"{path}, row {index}: found {found} where {sorted(names)} should be")
    numbers = {name: entry[name] for name in ("published", "measured", "uncertainty")}
    words = {name: entry[name] for name in ("item", "quantity", "state", "unit", "note")}
    wrong = [name for name, value in words.items() if not isinstance(value, str)]
    wrong += [name for name, value in numbers.items() if not (value is None or _is_number(value))]
    if wrong:
        raise StoreError(f"{path}, row {index}: {wrong[0]} is {entry[wrong[0]]!r}")
    try:
        row = Row(**words, **numbers, tolerance=_tolerance(entry["tolerance"]))
    except (TypeError, ValueError) as error:
        raise StoreError(f"{path}, row {index}: {error}") from error
    if row.within is not entry["within"]:
        raise StoreError(
            f"{path}, row {index} ({row.quantity}, {row.state}): it says within = {entry['within']}, and its "
            f"own numbers say {row.within}: the file has been edited; run the study again"
        )
    return row


def _tolerance(data: Any) -> Tolerance | None:
    """A tolerance as :func:`plain_row` writes it."""
    if data is None:
        return None
    if not isinstance(data, dict) or set(data) != {"kind", "lower", "upper"}:
        raise ValueError(f"tolerance is {data!r}, where kind, lower and upper should be")
    lower, upper = data["lower"], data["upper"]
    if not all(bound is None or _is_number(bound) for bound in (lower, upper)):
        raise ValueError(f"the bounds of the tolerance are {lower!r} and {upper!r}")
    match data["kind"]:
        case "relative" if upper is not None and lower == -upper:
            return Tolerance.relative(upper)
        case "absolute" if upper is not None and lower == -upper:
            return Tolerance.absolute(upper)
        case "between":
            return Tolerance.between(
                -math.inf if lower is None else lower, math.inf if upper is None else upper
            )
    raise ValueError(f"there is no tolerance {data!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _positive(value: float, name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ParameterError(f"the {name} of a tolerance must be positive, not {value}")
    return value
