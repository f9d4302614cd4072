"""Records: JSON files whose fields and types are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from supercooled.errors import SupercooledError
from supercooled.plain_data import read_json

Record = TypeVar("Record", bound="Fields")


class Fields(BaseModel):
    """Fields of a record with their types, none converted into another, and no number that is not finite."""

    # What checks them is built at the first reading: most commands read few of the kinds that there are.
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


def read_record(
    path: str | Path,
    kind: type[Record],
    *,
    error: type[SupercooledError],
    saying: str = "can't be read",
    remedy: str = "",
) -> Record:
    """A JSON file whose fields and types are those of `kind`.

    Raises
    ------
    error
        as :func:`read_json`, or naming the field that is missing or of another type.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled.errors import StoreError
    >>> class Step(Fields):
    ...     step: int
    >>> file = Path(tempfile.mkdtemp()) / "step.json"
    >>> _ = file.write_text('{"step": "seven"}')
    >>> read_record(file, Step, error=StoreError)
    Traceback (most recent call last):
    ...
    supercooled.errors.StoreError: ...step.json can't be read (step: input should be a valid integer)
    """
    data = read_json(path, error=error, saying=saying, remedy=remedy)
    if not isinstance(data, dict):
        raise error(f"{path} {saying} (it contains no record){remedy}")
    try:
        return kind.model_validate(data)
    except ValidationError as wrong:
        raise error(f"{path} {saying} ({first_wrong(wrong)}){remedy}") from wrong


def first_wrong(error: ValidationError, without: Sequence[str] = ()) -> str:
    """The first thing that is wrong with a record, where, and how many more there are.

    Parameters
    ----------
    without
        words of the place that mean nothing to a reader
    """
    errors = error.errors(include_url=False, include_context=False)
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"] if part not in without) or "file"
    what = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{place}: {what[:1].lower()}{what[1:]}{more}"
