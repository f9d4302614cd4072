"""What a configuration's record says, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from supercooled.systems import Configuration


def passed(checks: Mapping[str, Any]) -> str:
    """How many checks passed, or which failed."""
    judged = {name: check["passed"] for name, check in checks.items() if "passed" in _mapping(check)}
    failed = [name for name, passed in judged.items() if not passed]
    return f"FAILED: {', '.join(failed)}" if failed else f"all {len(judged)} passed"


def relaxation(time: Any) -> str:
    """The relaxation time, tau, or that it was not reached."""
    value = _mapping(time).get("value")
    return "-" if value is None else f"{value:.3g}"


def relaxed(configuration: Configuration) -> str:
    """How many relaxation times it was checked over; starred where they are few."""
    # The longest lag is half of the run: where the overlap had not decayed there, fewer than 2.
    count = "<2" if configuration.relaxations is None else f"{configuration.relaxations:.3g}"
    return f"{count}*" if configuration.briefly_checked else count


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
