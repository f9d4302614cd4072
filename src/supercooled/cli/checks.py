"""What a configuration's record says, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def passed(checks: Mapping[str, Any]) -> str:
    """How many checks passed, or which failed."""
    judged = {name: check["passed"] for name, check in checks.items() if "passed" in _mapping(check)}
    failed = [name for name, passed in judged.items() if not passed]
    return f"FAILED: {', '.join(failed)}" if failed else f"all {len(judged)} passed"


def relaxation(time: Any) -> str:
    """The relaxation time, or that it was not reached."""
    value = _mapping(time).get("value")
    return "not reached" if value is None else f"{value:.3g} tau"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
