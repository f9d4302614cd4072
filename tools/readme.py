"""Put the tables of `reproduction/` between their marks in README.md, reproduction/README.md and the paper.

python tools/readme.py          writes
python tools/readme.py --check  fails where one of them is not what the tables say
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supercooled.predictors import shipped
from supercooled.report import Row, read_comparison
from supercooled.report.numbers import score, shown

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "reproduction/README.md", "paper/paper.md")
GLASSBENCH = ROOT / "src" / "supercooled" / "datasets" / "glassbench.json"
# Published curves of GlassBench, by their names there.
PUBLISHED = {
    "SE3": "SE(3), equivariant network",
    "CAGE": "CAGE, mean positions in the cage",
    "GlassMLP": "GlassMLP, network on averages",
    "BOTAN": "BOTAN, graph network",
    "EPOT": "inherent energy, averaged, nothing learned",
    "DEN": "density, averaged, nothing learned",
}
# Lines of the table of speed that stand in the paper: the beginning of what is measured, and the peer.
PEERS = (
    ("partial S(q)", "freud"),
    ("the same beside dynasor", "dynasor"),
    ("partial g(r)", "freud"),
    ("partial g(r)", "MDAnalysis"),
    ("22 x 3 angular", "dscribe"),
    ("local pair entropy, one g for all species, 150", "pyscal3"),
    ("reading a LAMMPS dump", "MDAnalysis"),
)


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


def summary_table(*, short: bool = False) -> str:
    """How many of the independent tests of each study are met, and how many printed numbers are none.

    A test can fail; a bound has one side, a calibrated number set a parameter, a scan tries what the paper
    does not say, a definition holds by construction.

    Parameters
    ----------
    short
        only the tests
    """
    verdicts = ("met", "missed", "undecided", "inconsistent", "not measured")
    kinds = () if short else ("bound", "calibrated", "scan", "definition")
    heads = (
        "study",
        "independent tests",
        *verdicts,
        "set later",
        *(f"{kind}s" if kind != "calibrated" else kind for kind in kinds),
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for folder in sorted(p.parent for p in (ROOT / "reproduction").glob("*/comparison.json")):
        rows = [row for row in read_comparison(folder / "comparison.json") if row.published is not None]
        tests = [row for row in rows if row.independent]
        counts, others = Counter(row.verdict for row in tests), Counter(row.kind for row in rows)
        later = sum(row.kind == "test" and bool(row.reading) for row in rows)
        numbers = [len(tests), *(counts[v] for v in verdicts), later, *(others[kind] for kind in kinds)]
        name = folder.name if short else f"[{folder.name}]({folder.name})"
        lines.append(f"| {name} | {' | '.join(map(str, numbers))} |")
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


def peers_table(path: Path) -> str:
    """The lines of the table of speed that the paper shows."""
    rows = json.loads(path.read_text(encoding="utf-8"))["table"]
    lines = ["| what | ours | peer | ratio |", "|---|---|---|---|"]
    for what, peer in PEERS:
        (row,) = [f for f in rows if f["what"].startswith(what) and f["peer"].startswith(peer)]
        lines.append(f"| {row['what']} | {row['ours']} | {row['peer']} | {row['ratio']} |")
    return "\n".join(lines)


def leaderboard_table() -> str:
    """What predicts the propensity of the Kob-Andersen liquid: published curves and the model that ships.

    Both are kept in the package: the curves of GlassBench, and the scores of configurations left out.
    """
    model = shipped("ka-propensity-T0.44")
    T, time = model.provenance["temperature"], model.provenance["time"]
    found = model.scores["A"]["pearson"]
    mine = f"{found['mean']:.3f}({1000 * found['error']:.0f})"
    features = len(model.columns_of)
    ranked = [
        (
            found["mean"],
            f"**this package**: ridge on {features} averages of energy, volume and distance | {mine}",
        )
    ]
    curves = json.loads(GLASSBENCH.read_text(encoding="utf-8"))["curves"]
    for curve in curves:
        if curve["temperature"] == T and time in curve["times"]:
            place = curve["times"].index(time)
            ranked += [
                (abs(values[place]), f"{PUBLISHED[name]} | {abs(values[place]):.3f}")
                for name, values in curve["pearson"].items()
                if name in PUBLISHED
            ]
    lines = [
        f"| Kob-Andersen liquid, T = {T:g}, A particles, after one relaxation time | Pearson correlation |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| {line} |" for _, line in sorted(ranked, reverse=True))])


def figure_caption(path: Path) -> str:
    """What the figure itself says that it shows."""
    from PIL import Image

    with Image.open(path) as image:
        return f"*{image.info['Description']}*"


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
    """A page with its tables replaced."""
    for study in sorted(p.parent for p in (ROOT / "reproduction").glob("*/comparison.json")):
        text = _between(text, study.name, comparison_table(study))
    text = _between(text, "summary", summary_table())
    text = _between(text, "leaderboard", leaderboard_table())
    text = _between(text, "caption", figure_caption(ROOT / "docs" / "_static" / "prediction.png"))
    text = _between(text, "summary-short", summary_table(short=True))
    speed = ROOT / "reproduction" / "speed.json"
    text = _between(text, "speed", speed_table(speed))
    text = _between(text, "peers", peers_table(speed))
    return _between(text, "growth", growth_table(speed))


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
    """Write the tables, or say whether they are what they should be."""
    wrong = 0
    for name in PAGES:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        new = filled(text)
        wrong += new != text
        if "--check" not in arguments:
            path.write_text(new, encoding="utf-8")
    return int("--check" in arguments and wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
