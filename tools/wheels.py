"""Whether everything that a lock pins has a wheel for every Python and system that the package is for.

    python tools/wheels.py requirements.lock

asks the index that pip is set up for what files it lists, and installs nothing. Pythons are 3.11 to 3.14,
systems Linux (x86_64, glibc 2.28) and macOS 14 (arm64); markers of a line are those of the Python and system
in question. Where no index answers nothing is checked, which is said and is no failure.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

# pip has no command for the files of an index, and nobody else knows its settings.
from pip._internal.commands import create_command
from pip._internal.index.collector import parse_links

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
# Tags of the wheels that a system takes, and what markers call it.
LINUX = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
LINUX += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
MACOS = list(mac_platforms((14, 0), "arm64"))
SYSTEMS = {
    "Linux x86_64": (LINUX, ("linux", "Linux", "x86_64")),
    "macOS arm64": (MACOS, ("darwin", "Darwin", "arm64")),
}
MARKERS = ("sys_platform", "platform_system", "platform_machine")


@dataclass(frozen=True)
class Target:
    """A Python on a system."""

    python: tuple[int, int]
    system: str

    def __str__(self) -> str:
        return f"Python {self.version}, {self.system}"

    @property
    def version(self) -> str:
        """As markers have it."""
        return ".".join(map(str, self.python))

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """Of all wheels that it takes."""
        platforms = SYSTEMS[self.system][0]
        interpreter = "cp" + "".join(map(str, self.python))
        return frozenset(
            chain(
                cpython_tags(self.python, platforms=platforms),
                compatible_tags(self.python, interpreter, platforms),
            )
        )

    def wants(self, pin: Requirement) -> bool:
        """Whether a line of the lock is for it."""
        words = {"python_version": self.version, "python_full_version": f"{self.version}.0"}
        words |= dict(zip(MARKERS, SYSTEMS[self.system][1], strict=True))
        return pin.marker is None or pin.marker.evaluate(words)

    def takes(self, wheel: Any) -> bool:
        """Whether a file of an index is a wheel for it."""
        *_, tags = parse_wheel_filename(wheel.filename)
        return not tags.isdisjoint(self.tags) and SpecifierSet(wheel.requires_python or "").contains(
            f"{self.version}.99"
        )


TARGETS = [Target(python, system) for python in PYTHONS for system in SYSTEMS]


class Index:
    """What pip finds its files in."""

    def __init__(self) -> None:
        command: Any = create_command("index")
        options, _ = command.parse_args(["versions", "pip", "--retries", "1", "--timeout", "20"])
        self._collector = command._build_package_finder(
            options=options,
            session=command._build_session(options, retries=1, timeout=20),
            ignore_requires_python=True,
        )._link_collector

    def wheels(self, pin: Requirement) -> list[Any]:
        """The wheels of the version that a line pins."""
        files = [(link, _version(link)) for link in self.files(pin.name)]
        return [link for link, version in files if version is not None and pin.specifier.contains(version)]

    def files(self, name: str) -> list[Any]:
        """Every file of a package; none where no index answers."""
        sources = self._collector.collect_sources(name, candidates_from_page=self._listed)
        every = [one for one in (*sources.find_links, *sources.index_urls) if one is not None]
        return [link for one in every for link in one.page_candidates()]

    def _listed(self, page: Any) -> list[Any]:
        answer = self._collector.fetch_response(page)
        return [] if answer is None else list(parse_links(answer))


def _version(link: Any) -> Any:
    try:
        return parse_wheel_filename(link.filename)[1]
    except InvalidWheelFilename:
        return None


def pins_of(lock: Path) -> list[Requirement]:
    """The lines of a lock.

    Raises
    ------
    SystemExit
        if one does not pin its package.
    """
    pins = [Requirement(line) for line in lock.read_text().splitlines() if line and line[0] not in "#-"]
    for pin in pins:
        if [one.operator for one in pin.specifier] != ["=="]:
            sys.exit(f"{lock}: {pin} is no pin")
    return pins


def lacking(pins: list[Requirement], index: Any) -> Iterator[str]:
    """What has no wheel where, a line each."""
    with ThreadPoolExecutor(4) as side_by_side:
        for pin, wheels in zip(pins, side_by_side.map(index.wheels, pins), strict=True):
            for target in TARGETS:
                if target.wants(pin) and not any(map(target.takes, wheels)):
                    yield f"{pin}: no wheel for {target}"


def main(locks: list[str]) -> None:
    """Check locks; the exit code is 1 where a wheel is missing."""
    index = Index()
    if not index.files("pip"):
        print("wheels: no package index answers here, nothing checked")
        return
    pins = list({str(pin): pin for lock in locks for pin in pins_of(Path(lock))}.values())
    lost = list(lacking(pins, index))
    print("\n".join(lost) or f"wheels: all {len(pins)} pins have one for {'; '.join(map(str, TARGETS))}")
    sys.exit(bool(lost))


if __name__ == "__main__":
    # pip names every page that it does not find.
    logging.getLogger("pip").setLevel(logging.CRITICAL)
    main(sys.argv[1:])
