"""Which source ran: a digest of the modules that a result can depend on, and the commit that they are of."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from supercooled.digests import digest_of
from supercooled.errors import ParameterError

ROOT = Path(__file__).parent
_PACKAGE = "supercooled"
# They say what was found and draw it: a caption that changes changes no number.
_BESIDE = tuple(f"{_PACKAGE}.{name}" for name in ("cli", "plot", "report", "__main__"))
# What decides the frames of a run or the end of a quench. Checks of arguments, words of errors, and where
# files lie decide none of them, and a month of simulation outlives their change.
_SIMULATING = tuple(
    f"{_PACKAGE}.{name}"
    for name in (
        "box", "io.gsd_writing", "kernels", "mixture", "potentials", "simulation", "state", "store.running"
    )
)  # fmt: skip
# What makes numbers that is not ours.
_OTHERS = ("finufft", "numba", "numpy", "scikit-learn", "scipy")
_IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+({_PACKAGE}[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)"
    rf"|import[ \t]+({_PACKAGE}[\w.]*))",
    re.MULTILINE,
)

# Comments, and the strings that may hold what looks like one.
_WORDS = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''|"
    r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'|#[^\n]*",
    re.DOTALL,
)


@cache
def source_digest(module: str | None = None) -> str:
    """Digest of the source of a module and of all of ours that it can reach, and of what it is built upon.

    Parameters
    ----------
    module
        full name; None takes every module but those that only say and draw

    Notes
    -----
    The files are read once: what is edited while a process runs does not run in it.
    """
    reached = sorted(_modules()) if module is None else _reached(module)
    texts = {name: _file(name).read_bytes() for name in reached if not name.startswith(_BESIDE)}
    return digest_of(texts, versions(*_OTHERS))


@cache
def simulating_digest(*modules: str) -> str:
    """Digest of the code of modules and of what they reach of it that simulates, without its words.

    Comments and docstrings don't count, nor does what only checks, tells or files: what was simulated for
    days is not simulated again for them.
    """
    reached: set[str] = set()
    ahead = list(modules)
    while ahead:
        module = ahead.pop()
        reached.add(module)
        ahead += [name for name in _imported(module) if _simulates(name) and name not in reached]
    return digest_of(
        {name: _without_words(_file(name).read_text(encoding="utf-8")) for name in sorted(reached)}
    )


def _simulates(module: str) -> bool:
    return any(f"{module}.".startswith(f"{part}.") for part in _SIMULATING)


def _without_words(text: str) -> str:
    """Source without comments, docstrings and empty lines; the same for every version of Python."""
    lines = text.splitlines(keepends=True)
    cuts = []
    for found in _WORDS.finditer(text):
        if found[0].startswith("#"):
            row = text.count("\n", 0, found.start())
            begin = found.start() - text.rfind("\n", 0, found.start()) - 1
            cuts.append((row + 1, begin, row + 1, begin + len(found[0])))
    for node in _statements(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            last, length = node.end_lineno or node.lineno, node.end_col_offset or 0
            # Columns of the tree count bytes.
            begin = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
            cuts.append((node.lineno, begin, last, len(lines[last - 1].encode()[:length].decode())))
    for first, begin, last, end in sorted(cuts, reverse=True):
        whole = lines[first - 1][:begin] + lines[last - 1][end:]
        lines[first - 1 : last] = [whole] + [""] * (last - first)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _statements(node: Any) -> Iterator[ast.stmt]:
    """All below a node, without the expressions in them, which are most of a tree."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for one in getattr(node, part, ()):
            if isinstance(one, ast.stmt):
                yield one
            yield from _statements(one)


def versions(*names: str) -> dict[str, str]:
    """Versions of packages, without those that are not installed."""
    found = {}
    for name in names:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


@cache
def _modules() -> dict[str, Path]:
    """Files of the package's modules, by full name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = [_PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _file(module: str) -> Path:
    """File of a module: one of ours, or one that uses us."""
    if module in _modules():
        return _modules()[module]
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        raise ParameterError(f"{module} has no source file; put it into one")
    return Path(file)


def _reached(module: str) -> list[str]:
    """Modules of ours from which a module takes something, and from which they do, and so on.

    A package that only stands above a module gives nothing to it.
    """
    reached = {module}
    ahead = [module]
    while ahead:
        new = [name for name in _imported(ahead.pop()) if not name.startswith(_BESIDE)]
        ahead += [name for name in new if name not in reached]
        reached |= set(new)
    return sorted(reached)


@cache
def _imported(module: str) -> tuple[str, ...]:
    """What a module imports of ours, wherever in it the line stands."""
    known = _modules()
    found: list[str] = []
    for whole, names, plain in _IMPORT.findall(_file(module).read_text(encoding="utf-8")):
        if plain:
            found += list(known) if plain == _PACKAGE else [plain]
            continue
        for part in re.sub(r"#[^\n]*|[()]", " ", names).split(","):
            name = part.split(" as ")[0].strip()
            if f"{whole}.{name}" in known:
                found.append(f"{whole}.{name}")
            elif name and whole == _PACKAGE and not name.startswith("__"):
                # Something of the package's own front, which may come from anywhere.
                found += list(known)
        found.append(whole)
    return tuple(dict.fromkeys(name for name in found if name in known and name != _PACKAGE))


@cache
def provenance() -> dict[str, Any]:
    """Version, commit, whether the tree was clean, and the digest of the source that ran.

    In a checkout git says it; elsewhere the version does, as far as it was built from a commit. What is not
    known is None.
    """
    version = metadata.version(_PACKAGE)
    commit, clean = _from_git(ROOT.parents[1]) or _from_version(version)
    return {"version": version, "commit": commit, "clean": clean, "source": source_digest()}


def _from_git(root: Path) -> tuple[str, bool] | None:
    """Commit of a checkout of this package, and whether nothing of the package differs from it."""
    if not (root / ".git").exists() or not (root / "src" / _PACKAGE).is_dir():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        changed = _git(root, "status", "--porcelain", "--", f"src/{_PACKAGE}").strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return commit, not changed


def _git(root: Path, *words: str) -> str:
    # Not to take a lock: another git may be at work.
    return subprocess.run(  # noqa: S603  words of our own
        ["git", "--no-optional-locks", "-C", str(root), *words],  # noqa: S607
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip


def _from_version(version: str) -> tuple[str | None, bool | None]:
    """What a version like 0.1.1.dev3+gabc1234 says of the commit that it was built from."""
    found = re.search(r"\+g([0-9a-f]+)(\.dirty)?$", version)
    return (None, None) if found is None else (found[1], found[2] is None)
