"""Every benchmark, one after the other; ratios hold, seconds depend on the machine."""

from __future__ import annotations

import importlib
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import growth
from benchmarks.memory import bandwidth

NAMES = (
    "structure_factor",
    "radial",
    "local_softness",
    "structure_functions",
    "pair_entropy",
    "local_structure",
    "hops",
    "correlators",
    "read_dump",
    "quench",
    "whole_frame",
)
FIGURES = Path(__file__).resolve().parents[1] / "reproduction" / "speed.json"


def main() -> None:
    """Run the named benchmarks, or all and keep their table."""
    chosen = sys.argv[1:] or NAMES
    unknown = set(chosen) - set(NAMES)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; known are {', '.join(NAMES)}")
    table = []
    for name in chosen:
        print(f"\n== {name}", flush=True)
        table += [asdict(row) for row in importlib.import_module(f"benchmarks.{name}").main()]
    if set(chosen) == set(NAMES):
        print("\n== growth", flush=True)
        kept = {
            "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
            "bandwidth": bandwidth(),
            "table": table,
            "growth": growth.table(),
        }
        FIGURES.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
