"""YAML that anybody may have written: lists, mappings, words and numbers of small files, and nothing else."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

from supercooled.errors import SupercooledError
from supercooled.extras import require
from supercooled.plain_data import DEEPEST, LONGEST_NUMBER, MOST_DIGITS, MOST_NODES, read_bytes

require("yaml", doing="a file in YAML")

import yaml  # noqa: E402  after the sentence that says what is missing

# Bytes of a file.
LARGEST_YAML = 10**6


def read_yaml(path: str | Path, *, error: type[SupercooledError]) -> Any:
    """Lists, mappings, words, numbers, true and false of a small YAML file.

    Dates are words; tags, aliases and keys that are there twice are refused.

    Raises
    ------
    error
        naming the file, and the line where there is one, if it can't be read or goes beyond a bound.
    """
    try:
        text = read_bytes(path, most=LARGEST_YAML, error=error).decode("utf-8")
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    except (UnicodeDecodeError, RecursionError) as wrong:
        raise error(f"{path}: not a YAML file") from wrong
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise error(f"{path}{line}: {getattr(wrong, 'problem', None) or wrong}") from wrong


class _Loader(yaml.SafeLoader):
    """SafeLoader of lists, mappings, words, numbers, true and false, and of nothing else."""

    # Not those of SafeLoader: a date is a word, and 1:30 no number.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  the library's name, filled below
    _deep = 0
    _nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, tags and what goes beyond a bound, then go on."""
        loader: Any = self  # the library has no types
        event = loader.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, "aliases are not allowed")
        if event.tag is not None:
            raise _at(event, f"tags such as {event.tag[:60]!r} are not allowed: no constructor is called")
        self._deep, self._nodes = self._deep + 1, self._nodes + 1
        if self._deep > DEEPEST:
            raise _at(event, f"lists nested more than {DEEPEST} deep")
        if self._nodes > MOST_NODES:
            raise _at(event, f"more than {MOST_NODES} words and numbers")
        whole: Any = super()
        made = whole.compose_node(parent, index)
        self._deep -= 1
        return made

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse a key that is no word or is there twice, then go on."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _at(key, "a list or a mapping is not allowed as a key")
            if str(key.value) in seen:
                raise _at(key, f"{key.value[:60]!r} is given twice")
            seen.add(str(key.value))
        whole: Any = super()
        return whole.construct_mapping(node, deep=deep)

    def construct_yaml_int(self, node: Any) -> int:
        """Decimal digits, so many and no more."""
        if len(node.value.lstrip("+-")) > MOST_DIGITS:
            raise _at(node, f"a whole number of {len(node.value)} digits")
        return int(node.value)

    def construct_yaml_float(self, node: Any) -> float:
        """A number, nan or inf."""
        if len(node.value) > LONGEST_NUMBER:
            raise _at(node, f"a number of {len(node.value)} characters")
        return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _at(place: Any, what: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, what, place.start_mark)


def _teach(loader: Any) -> None:
    number = list("-+." + string.digits)
    for tag, pattern, first in (
        ("bool", r"(?i:yes|no|true|false|on|off)$", list("yYnNtTfFoO")),
        ("null", r"(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+$", number),
        ("float", r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$|[-+]?\.(?i:inf)$|\.(?i:nan)$", number),
    ):
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
    loader.add_constructor("tag:yaml.org,2002:int", loader.construct_yaml_int)
    loader.add_constructor("tag:yaml.org,2002:float", loader.construct_yaml_float)


_teach(_Loader)
