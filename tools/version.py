"""The version of the package, from the tags of the repository.

On the tag v1.2.0 it is 1.2.0; three commits later 1.2.1.dev3+gabc1234. Without git, or before the first
tag, it is what an unpacked archive says of itself, or else FIRST.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

FIRST = "0.1.0"
ROOT = Path(__file__).resolve().parents[1]


def version(root: Path = ROOT) -> str:
    """Version of the sources in `root`."""
    return _from_tags(root) or _from_archive(root) or FIRST


def _from_tags(root: Path) -> str | None:
    # a folder inside someone else's repository has no version of theirs
    if not (root / ".git").exists():
        return None
    try:
        said = subprocess.run(  # noqa: S603  words of our own
            ["git", "-C", str(root), "describe", "--tags", "--long", "--match", "v[0-9]*"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)-(\d+)-(g[0-9a-f]+)", said)
    if found is None:
        return None
    major, minor, patch, since = (int(part) for part in found.groups()[:4])
    if since == 0:
        return f"{major}.{minor}.{patch}"
    return f"{major}.{minor}.{patch + 1}.dev{since}+{found[5]}"


def _from_archive(root: Path) -> str | None:
    described = root / "PKG-INFO"
    if not described.exists():
        return None
    found = re.search(r"^Version: (\S+)$", described.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return None if found is None else found[1]
