"""Text, JSON and tables of numbers from files that anybody may have written.

Whatever the package reads of these kinds comes through here: regular files only, up to a size, nested to a
depth, numbers of so many digits. Nothing is executed, and no file makes the package wait for
ever or take memory without end.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from supercooled.arrays import AnyArray, Array
from supercooled.errors import ParameterError, SupercooledError

# Bytes of a file.
LARGEST_JSON = 16 * 2**20
LARGEST_TABLE = 16 * 2**20
# What is read at once of a file that is longer than it was.
_PIECE = 2**20
# What packed data may unpack to in any case, and beyond that how many times their own size.
UNPACKED_ANYWAY = 2**28
MOST_TIMES = 1000
# Lists and mappings inside each other.
DEEPEST = 32
# Of a whole number, and characters of any other.
MOST_DIGITS = 18
LONGEST_NUMBER = 64
# Lists, mappings, words and numbers of a YAML file.
MOST_NODES = 50_000

_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")
_KINDS = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "device"),
)


def size_of(path: str | Path, *, error: type[SupercooledError], what: str = "file") -> int:
    """Bytes of a regular file, or of the one that a link names.

    Parameters
    ----------
    what
        it should be, for the error

    Raises
    ------
    error
        if there is none, or it is a folder, a pipe, a socket or a device.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled.errors import StoreError
    >>> size_of(tempfile.mkdtemp(), error=StoreError)
    Traceback (most recent call last):
    ...
    supercooled.errors.StoreError: ... is a folder, not a file
    """
    try:
        about = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise error(f"{path}: no such file") from None
    except OSError as wrong:
        raise error(f"{path} can't be read: {wrong.strerror}") from wrong
    return _checked(path, about, error, what)


def open_regular(path: str | Path, *, error: type[SupercooledError], what: str = "file") -> BinaryIO:
    """A regular file, open for reading; it never waits for somebody to write into a pipe.

    Raises
    ------
    error
        as :func:`size_of`, or if reading is not permitted.
    """
    size_of(path, error=error, what=what)
    try:
        # What it names may have become a pipe since.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as wrong:
        raise error(f"{path} can't be read: {wrong.strerror}") from wrong
    try:
        _checked(path, os.fstat(descriptor), error, what)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_bytes(path: str | Path, *, most: int, error: type[SupercooledError]) -> bytes:
    """All of a regular file of at most `most` bytes.

    Raises
    ------
    error
        as :func:`open_regular`, or if it is larger.
    """
    with open_regular(path, error=error) as file:
        # Room for `most` bytes, which may be gigabytes, would be taken before the first is read.
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, most) + 1)
        # It grows while it is read, or is one whose size the system does not say.
        while size < len(data) <= most and (more := file.read(min(_PIECE, most + 1 - len(data)))):
            data += more
    if len(data) > most:
        raise error(f"{path}: larger than {_megabytes(most)}, too large for a file of this kind")
    return data


def read_text(path: str | Path, *, most: int, error: type[SupercooledError]) -> str:
    """All of a text file in UTF-8 of at most `most` bytes.

    Raises
    ------
    error
        as :func:`read_bytes`, or if it is not text.
    """
    try:
        return read_bytes(path, most=most, error=error).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise error(f"{path} can't be read: it is not text in UTF-8") from wrong


def unpacks_to_too_much(unpacked: int, packed: int) -> bool:
    """Whether so many bytes from so few are no data but a trap: beyond 256 MiB, a thousand times as many.

    Examples
    --------
    >>> unpacks_to_too_much(2**32, 2**19)
    True
    """
    return unpacked > max(UNPACKED_ANYWAY, MOST_TIMES * packed)


def parsed_json(data: bytes | str) -> Any:
    """Plain data of JSON text, with the bounds above; ValueError says what is wrong with it.

    Examples
    --------
    >>> parsed_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    >>> parsed_json('[1, NaN]')
    Traceback (most recent call last):
    ...
    ValueError: NaN is not a finite number
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(raw) > DEEPEST:
        raise ValueError(f"lists nested more than {DEEPEST} deep")
    found = json.loads(
        raw.decode("utf-8"),
        object_pairs_hook=_mapping,
        parse_int=_whole,
        parse_float=_number,
        parse_constant=_no_constant,
    )
    if _HALVES.search(raw):
        # half of a character by itself can't be written anywhere
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found


def json_text(data: object, name: str, **how: Any) -> str:
    """Lines of JSON that are read again as they were: finite numbers, text, lists and mappings by text.

    Parameters
    ----------
    name
        of what is written, for the error

    Raises
    ------
    ParameterError
        if anything else is in it.

    Examples
    --------
    >>> json_text({"error": float("nan")}, "provenance")
    Traceback (most recent call last):
    ...
    supercooled.errors.ParameterError: provenance must be finite numbers, text, lists and mappings by text ...
    """
    try:
        return json.dumps(data, indent=1, allow_nan=False, **how) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:200]
        raise ParameterError(
            f"{name} must be finite numbers, text, lists and mappings by text ({why}); give None for what is "
            "not known"
        ) from error


def read_json(
    path: str | Path,
    *,
    error: type[SupercooledError],
    saying: str = "can't be read",
    remedy: str = "",
    most: int = LARGEST_JSON,
) -> Any:
    """Plain data of a JSON file: no key twice, no NaN, no number beyond 64 bits or 64 characters.

    Parameters
    ----------
    saying, remedy
        what the error says of the file, and what to do

    Raises
    ------
    error
        if it can't be read, or goes beyond a bound.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled.errors import StoreError
    >>> file = Path(tempfile.mkdtemp()) / "deep.json"
    >>> _ = file.write_text("[" * 100_000)
    >>> read_json(file, error=StoreError)
    Traceback (most recent call last):
    ...
    supercooled.errors.StoreError: ...deep.json can't be read (lists nested more than 32 deep)
    """
    data = read_bytes(path, most=most, error=error)
    try:
        return parsed_json(data)
    except ValueError as wrong:
        why = "it is not text in UTF-8" if isinstance(wrong, UnicodeError) else wrong
        raise error(f"{path} {saying} ({why}){remedy}") from wrong


def read_table(path: str | Path, *, error: type[SupercooledError]) -> Array:
    """Numbers in lines of text, (line, column); what follows a ``#`` is left out.

    Raises
    ------
    error
        if the file can't be read, is larger than 16 MB, or is no such table.
    """
    text = read_text(path, most=LARGEST_TABLE, error=error)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # that nothing is in it
            return np.loadtxt(StringIO(text), dtype=np.float64, ndmin=2)
    except (ValueError, UserWarning) as wrong:
        raise error(f"{path}: not a table with columns of numbers") from wrong


def read_arrays(
    path: str | Path,
    names: Sequence[str],
    *,
    error: type[SupercooledError],
    saying: str = "can't be read",
    remedy: str = "",
) -> dict[str, AnyArray]:
    """Arrays of numbers or text in a ``.npz`` file that is not compressed, all of it, and verified.

    Parameters
    ----------
    names
        of the arrays that must be in it, and no others
    saying, remedy
        as of :func:`read_json`

    Raises
    ------
    error
        if it can't be read, is compressed, holds objects, or less than an array says.
    """
    with open_regular(path, error=error) as file:
        try:
            with zipfile.ZipFile(file) as whole:
                if sorted(whole.namelist()) != sorted(f"{name}.npy" for name in names):
                    raise ValueError("it holds other arrays")
                return {name: _array(whole, f"{name}.npy") for name in names}
        # all that a library says of what is no such file
        except (ValueError, LookupError, EOFError, RuntimeError, OSError, zipfile.BadZipFile) as wrong:
            raise error(f"{path} {saying} ({wrong}){remedy}") from wrong
        except (TypeError, SyntaxError, OverflowError, struct.error, zlib.error) as wrong:
            raise error(f"{path} {saying} ({wrong}){remedy}") from wrong


def read_some_arrays(
    path: str | Path, names: Sequence[str], *, error: type[SupercooledError]
) -> dict[str, AnyArray]:
    """Those of the named arrays of numbers that a ``.npz`` file holds, compressed or not, and verified.

    Raises
    ------
    error
        if it can't be read, or one of them holds objects, less than it says, or unpacks to too much.
    """
    with open_regular(path, error=error) as file:
        try:
            with zipfile.ZipFile(file) as whole:
                there = set(whole.namelist())
                wanted = [name for name in names if f"{name}.npy" in there]
                return {name: _array(whole, f"{name}.npy", packed=True) for name in wanted}
        except (ValueError, LookupError, EOFError, RuntimeError, OSError, zipfile.BadZipFile) as wrong:
            raise error(f"{path} can't be read ({wrong})") from wrong
        except (TypeError, SyntaxError, OverflowError, struct.error, zlib.error) as wrong:
            raise error(f"{path} can't be read ({wrong})") from wrong


def _array(whole: zipfile.ZipFile, name: str, *, packed: bool = False) -> AnyArray:
    about = whole.getinfo(name)
    plainly = about.compress_type == zipfile.ZIP_STORED and about.file_size == about.compress_size
    if not plainly and (not packed or about.compress_type != zipfile.ZIP_DEFLATED):
        raise ValueError("it is compressed")
    if unpacks_to_too_much(about.file_size, about.compress_size):
        raise ValueError(f"{name} unpacks to too much")
    with whole.open(about) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("an array of another version")
        try:
            shape, by_columns, kind = np.lib.format.read_array_header_1_0(file)
        except ValueError as wrong:
            # in one sentence, and without a way to read it that trusts it
            raise ValueError(f"{name} begins with no header of an array of numbers") from wrong
        size = math.prod(shape) * kind.itemsize
        if kind.kind not in "biufU" or size != about.file_size - file.tell():
            raise ValueError(
                f"{name} does not have the size that its header gives, or does not contain numbers"
            )
        # to the end, where the sum of all is compared
        data = file.read() + file.read(1)
    return np.frombuffer(data, kind).reshape(shape, order="F" if by_columns else "C").copy()


def _checked(path: str | Path, about: os.stat_result, error: type[SupercooledError], what: str) -> int:
    for is_kind, kind in _KINDS:
        if is_kind(about.st_mode):
            remedy = "" if kind == "folder" else "; save its output as a file first"
            raise error(f"{path} is a {kind}, not a {what}{remedy}")
    return about.st_size


def _megabytes(size: int) -> str:
    return f"{size / 10**6:.0f} MB"


def _depth(raw: bytes) -> int:
    brackets = np.frombuffer(_TEXTS.sub(b"", raw).translate(None, _NOT_BRACKETS), np.uint8)
    opening = np.isin(brackets, np.frombuffer(b"[{", np.uint8))
    return int(np.cumsum(np.where(opening, 1, -1)).max(initial=0))


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"{twice[:60]!r} is given twice")
    return found


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise ValueError(f"a whole number of {len(text.lstrip('-'))} digits")
    return int(text)


def _number(text: str) -> float:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters")
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is not a finite number")
    return value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a finite number")
