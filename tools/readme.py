"""Put the tables of `reproduction/` and the speed table into the README, between their marks.

python tools/readme.py          writes
python tools/readme.py --check  fails where the README is not what they say
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supercooled.report import Row, read_comparison
from supercooled.report.numbers import score, shown

ROOT = Path(__file__).resolve().parents[1]


def comparison_table(folder: Path) -> str:
    """The rows of a study that have a printed value."""
    rows = [row for row in read_comparison(folder / "comparison.json") if row.published is not None]
    lines = [
        "| quantity | state | printed | measured | z | kind | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.quantity} ({row.item}) | {row.state} | {shown(row.published)} "
        f"| {shown(row.measured, row.uncertainty)} | {score(row.z)} | {row.kind} | {_verdict(row)} |"
        for row in rows
    ]
    return "\n".join(lines)


def summary_table() -> str:
    """How many of the independent tests of each study are met, and how many printed numbers are none.

    A test can fail; a bound has one side, a calibrated number set a parameter, a scan tries what the paper
    does not say, a definition holds by construction.
    """
    verdicts = ("met", "missed", "undecided", "inconsistent", "not measured")
    kinds = ("bound", "calibrated", "scan", "definition")
    heads = (
        "study",
        "independent tests",
        *verdicts,
        *(f"{kind}s" if kind != "calibrated" else kind for kind in kinds),
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for folder in sorted(p.parent for p in (ROOT / "reproduction").glob("*/comparison.json")):
        rows = [row for row in read_comparison(folder / "comparison.json") if row.published is not None]
        tests = [row for row in rows if row.independent]
        counts, others = Counter(row.verdict for row in tests), Counter(row.kind for row in rows)
        numbers = [len(tests), *(counts[v] for v in verdicts), *(others[kind] for kind in kinds)]
        lines.append(f"| [{folder.name}](reproduction/{folder.name}) | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def speed_table(path: Path) -> str:
    """What `make bench` measured, peers beside us in the same run, and how far above the memory's floor."""
    figures = json.loads(path.read_text(encoding="utf-8"))
    bandwidth = figures.get("bandwidth")
    lines = ["| what | ours | peer | ratio | over its floor |", "|---|---|---|---|---|"]
    lines += [
        f"| {f['what']} | {f['ours']} | {f['peer']} | {f['ratio']} | {_over(f, bandwidth)} |"
        for f in figures["table"]
    ]
    return "\n".join(lines)


def _over(row: dict[str, Any], bandwidth: float | None) -> str:
    """Our time over the time in which the memory gives the bytes that must be moved once."""
    if bandwidth is None or not row.get("seconds") or not row.get("traffic"):
        return "–"
    return shown(row["seconds"] * bandwidth / row["traffic"], digits=2)


def growth_table(path: Path) -> str:
    """Time and memory of one call from a thousand to a million particles."""
    lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")).get("growth", [])
    sizes = sorted({line["N"] for line in lines})
    head = " | ".join(f"N = {shown(size, digits=2)}" for size in sizes)
    out = [f"| what | {head} | grows as | bytes a neighbour pair |", f"|---|{'---|' * (len(sizes) + 2)}"]
    for what in dict.fromkeys(line["what"] for line in lines):
        mine = [line for line in lines if line["what"] == what]
        times = " | ".join(f"{shown(1e3 * line['seconds'], digits=2)} ms" for line in mine)
        a, b = mine[-2:]
        slope = math.log(b["seconds"] / a["seconds"]) / math.log(b["N"] / a["N"])
        pair = "–" if b["bytes_a_pair"] is None else f"{b['bytes_a_pair']:.0f}"
        out.append(f"| {what} | {times} | N^{slope:.2f} | {pair} |")
    return "\n".join(out)


def filled(text: str) -> str:
    """The README with its tables replaced."""
    for study in sorted(p.parent for p in (ROOT / "reproduction").glob("*/comparison.json")):
        text = _between(text, study.name, comparison_table(study))
    text = _between(text, "summary", summary_table())
    speed = ROOT / "reproduction" / "speed.json"
    if not speed.exists():
        return text
    text = _between(text, "speed", speed_table(speed))
    grown = json.loads(speed.read_text(encoding="utf-8")).get("growth")
    return _between(text, "growth", growth_table(speed)) if grown else text


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
