"""YAML of lists, mappings, numbers and words: no tags, no aliases, no key twice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from supercooled.errors import MixtureError

LARGEST_FILE = 1_000_000


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases, which can blow up a small file, and without keys that hide others."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, then go on."""
        loader: Any = self  # the library has no types
        if loader.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "aliases are not allowed", loader.peek_event().start_mark)
        whole: Any = super()
        return whole.compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse a key that is there twice, then go on."""
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.MarkedYAMLError(None, None, f"{key.value!r} is given twice", key.start_mark)
            seen.add(str(key.value))
        whole: Any = super()
        return whole.construct_mapping(node, deep=deep)


# YAML 1.1 takes 1e-3 for a word.
_resolvers: Any = _Loader
_resolvers.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def read_yaml(path: Path) -> Any:
    """What a small YAML file holds.

    Raises
    ------
    MixtureError
        naming the file, and the line where there is one, if it can't be read, is not YAML, holds tags
        or aliases, or the same key twice.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MixtureError(f"{path}: larger than {LARGEST_FILE // 10**6} MB, too large for a description")
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise MixtureError(f"{path}: no such file, or it can't be read") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise MixtureError(f"{path}: not a YAML file") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise MixtureError(f"{path}{line}: {getattr(error, 'problem', None) or error}") from error
