"""Put the tables of `reproduction/` and the speed table into the README, between their marks.

python tools/readme.py          writes
python tools/readme.py --check  fails where the README is not what they say
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from supercooled.report import Row, read_comparison
from supercooled.report.numbers import shown

ROOT = Path(__file__).resolve().parents[1]


def comparison_table(folder: Path) -> str:
    """The rows of a study that have a printed value."""
    rows = [row for row in read_comparison(folder / "comparison.json") if row.published is not None]
    lines = ["| quantity | state | printed | measured | verdict |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.quantity} ({row.item}) | {row.state} | {shown(row.published)} "
        f"| {shown(row.measured, row.uncertainty)} | {_verdict(row)} |"
        for row in rows
    ]
    return "\n".join(lines)


def speed_table(path: Path) -> str:
    """What `make bench` measured, peers beside us in the same run."""
    figures = json.loads(path.read_text(encoding="utf-8"))
    lines = ["| what | ours | peer | ratio |", "|---|---|---|---|"]
    lines += [f"| {f['what']} | {f['ours']} | {f['peer']} | {f['ratio']} |" for f in figures["table"]]
    return "\n".join(lines)


def filled(text: str) -> str:
    """The README with its tables replaced."""
    for study in sorted(p.parent for p in (ROOT / "reproduction").glob("*/comparison.json")):
        text = _between(text, study.name, comparison_table(study))
    speed = ROOT / "reproduction" / "speed.json"
    return _between(text, "speed", speed_table(speed)) if speed.exists() else text


def _between(text: str, mark: str, table: str) -> str:
    begin, end = f"<!-- {mark} -->", f"<!-- end {mark} -->"
    if begin not in text:
        return text
    head, rest = text.split(begin, 1)
    _, tail = rest.split(end, 1)
    return f"{head}{begin}\n{table}\n{end}{tail}"


def _verdict(row: Row) -> str:
    return "**missed**" if row.verdict == "missed" else row.verdict


def main(arguments: Sequence[str]) -> int:
    """Write the README's tables, or say whether they are what they should be."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    new = filled(text)
    if "--check" in arguments:
        return int(new != text)
    path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
