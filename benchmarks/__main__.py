"""Every benchmark, one after the other; ratios hold, seconds depend on the machine."""

from __future__ import annotations

import importlib
import json
import platform
import sys
from pathlib import Path

NAMES = ("structure_factor", "local_softness", "hops", "read_dump")


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    unknown = set(chosen) - set(NAMES)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; known are {', '.join(NAMES)}")
    figures: dict[str, object] = {"machine": platform.processor() or platform.machine()}
    for name in chosen:
        print(f"\n== {name}", flush=True)
        figures[name] = importlib.import_module(f"benchmarks.{name}").main()
    Path("benchmarks/figures.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
