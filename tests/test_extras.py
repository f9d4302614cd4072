"""A light core: what lies beyond it is asked for in one place, which says what is missing in one sentence."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import valid_calls
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import supercooled as sc
from supercooled import extras
from supercooled.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# What is imported here and asked for by name in no list of ours: who brings it always.
BROUGHT = {"rich": "typer", "markupsafe": "jinja2", "dask": "distributed", "pandas": "xarray"}
# And who may import it: the command, which typer draws with rich, tables of pandas, and what an extra is
# for that asks for it.
ALLOWED = {
    "rich": ("cli", "report", "store"),
    "markupsafe": ("analysis", "papers", "plot", "report"),
    "dask": ("cluster",),
    "pandas": ("datasets", "io", "predictors"),
}
# Beside what an extra is for: companions that nothing here imports.
COMPANIONS = {"gpu": {"numba-cuda", "numpy"}, "report": {"rich", "zarr"}, "simulate": {"rich"}}
GUARD = {module: extra for extra, modules in extras.EXTRAS.items() for module in modules}
CORE = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}


def names(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    found = {}
    for path in SRC.rglob("*.py"):
        parts = path.relative_to(SRC).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


class Imports(ast.NodeVisitor):
    """Imports of a module in order: (what, in which function, whether `require` was asked for it before)."""

    def __init__(self, name: str, known: set[str]) -> None:
        self.name, self.known = name, known
        self.function: str | None = None
        self.asked: dict[str | None, set[str]] = {None: set()}
        self.found: list[tuple[str, str | None]] = []

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer, self.function = self.function, self.function or f"{node.name}, line {node.lineno}"
        self.asked.setdefault(self.function, set())
        self.generic_visit(node)
        self.function = outer

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "require":
            self.asked[self.function] |= {one.value for one in node.args if isinstance(one, ast.Constant)}
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for one in node.names:
            self.add(one.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self.add(module)
        for one in node.names:
            if f"{module}.{one.name}" in self.known:
                self.add(f"{module}.{one.name}")

    def add(self, what: str) -> None:
        root = what.partition(".")[0]
        if root == "supercooled":
            # Packages are run before what is in them.
            parts = what.split(".")
            every = [".".join(parts[: k + 1]) for k in range(1, len(parts))]
            self.found += [(one, self.function) for one in every if one in self.known and one != self.name]
        elif root not in sys.stdlib_module_names:
            self.found.append((root, self.function))


def needed(what: str, beyond: dict[str, set[str]]) -> set[str]:
    """The packages beyond the core that an import brings in."""
    if what.startswith("supercooled"):
        return beyond.get(what, set())
    asked = BROUGHT.get(what, what)
    return {asked} if asked in GUARD else set()


def unguarded(sources: dict[str, str]) -> Iterator[str]:
    """Imports of packages beyond the core that nobody has asked for.

    A module that imports one without asking passes it on to whoever imports the module, and so on. Where a
    function imports one, it or a function beside it, which leads to it, has asked; `core_alone.py` sees that
    by calling whatever is public.
    """
    seen: dict[str, Imports] = {}
    for name, text in sources.items():
        seen[name] = Imports(name, set(sources))
        seen[name].visit(ast.parse(text))
    # A package is run before what is in it.
    asked = {
        name: set().union(*(seen[one].asked[None] for one in seen if f"{name}.".startswith(f"{one}.")))
        for name in seen
    }
    beyond: dict[str, set[str]] = {}
    while True:
        grown = {}
        for name, imports in seen.items():
            at_once = [what for what, function in imports.found if function is None]
            grown[name] = set().union(*(needed(what, beyond) for what in at_once)) - asked[name]
        if grown == beyond:
            break
        beyond = grown
    for name, imports in seen.items():
        for what, function in imports.found:
            left = needed(what, beyond) - asked[name] - set().union(*imports.asked.values()) - beyond[name]
            if function is not None and left:
                yield f"{name}, {function}: {what} needs {', '.join(sorted(left))}: call require first"
    for name in ("supercooled", *(f"supercooled.{part}" for part in sc._SUBPACKAGES)):
        if beyond.get(name):
            yield f"{name} can't be imported without {', '.join(sorted(beyond[name]))}"


def test_every_import_is_of_the_core_or_goes_through_the_guard():
    sources = {name: path.read_text() for name, path in modules().items()}
    known = {root.replace("_", "-").lower() for root in CORE} | {"supercooled"}
    for name, text in sources.items():
        imports = Imports(name, set(sources))
        imports.visit(ast.parse(text))
        for what, _ in imports.found:
            root = what.partition(".")[0]
            assert root in known | set(GUARD) | set(BROUGHT), f"{name} imports {root}, which nothing brings"
            if root in BROUGHT:
                assert name.split(".")[1] in ALLOWED[root], (
                    f"{name} imports {root}, which no list of ours names"
                )
    assert list(unguarded(sources)) == []


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ({"supercooled.box": "def f():\n import gsd.fl\n"}, "supercooled.box, f, line 1: gsd needs gsd"),
        ({"supercooled.io": "import gsd.fl\n"}, "supercooled.io can't be imported without gsd"),
        (
            {
                "supercooled.box": "import sklearn\n",
                "supercooled.state": "def f():\n import supercooled.box\n",
            },
            "supercooled.state, f, line 1: supercooled.box needs sklearn",
        ),
    ],
)
def test_the_law_sees_what_breaks_it(added, says):
    sources = {name: path.read_text() for name, path in modules().items()} | added
    assert any(says in one for one in unguarded(sources))


def test_the_core_is_at_most_eight_packages():
    assert len(PROJECT["dependencies"]) <= 8


def test_the_extras_are_those_that_the_guard_names_and_all_is_their_union():
    told = PROJECT["optional-dependencies"]
    assert set(told) == {*extras.EXTRAS, "all"}
    for extra, packages in extras.EXTRAS.items():
        guarded = {canonicalize_name(package) for package in packages.values()}
        assert names(told[extra]) == guarded | COMPANIONS.get(extra, set())
    (whole,) = map(Requirement, told["all"])
    # OVITO has no wheel for older systems, and is as large as all others together.
    assert (whole.name, whole.extras) == ("supercooled", set(extras.EXTRAS) - {"ovito"})


@pytest.mark.parametrize("module", sorted(BROUGHT))
def test_what_comes_along_comes_always(module):
    """Straight from a package that is asked for, or from one that this brings, whatever the platform."""
    wanted = canonicalize_name(module)
    reached, new = set(), {BROUGHT[module]}
    while new:
        reached |= new
        lines = [Requirement(line) for one in new for line in requires(one) or ()]
        new = {canonicalize_name(line.name) for line in lines if line.marker is None} - reached
    assert wanted in reached


def without(monkeypatch: pytest.MonkeyPatch, *roots: str) -> None:
    """As where packages are not installed."""
    for name in list(sys.modules):
        if name.partition(".")[0] in roots:
            monkeypatch.delitem(sys.modules, name)
    for root in roots:
        monkeypatch.setitem(sys.modules, root, None)


def imported_anew(name: str) -> Any:
    # another test of this process may have imported it where the package was there, or stood in for
    sys.modules.pop(name, None)
    return import_module(name)


def simulated(folder: Path) -> Any:
    from supercooled.simulation.lammps_library import open_lammps

    return open_lammps()


def stored(folder: Path) -> Any:
    state = sc.store.request(
        sc.systems.named("ka-lj", density=1.2), temperature=1.0, n_particles=500, duration=1.0, every=1.0
    ).state
    return sc.store.RunFolder.of(state, folder / "runs")


def written(folder: Path) -> Any:
    return sc.write_gsd(folder / "new.gsd", sc.Trajectory.from_arrays(np.zeros((1, 1, 3)), sc.Box.cube(5.0)))


def reported(folder: Path) -> Any:
    return sc.report.write(folder / "out", title="t", summary="s", rows=[], results={}, provenance={})


def clustered(folder: Path) -> Any:
    from supercooled import cluster

    sys.modules.pop("supercooled.cluster.remote", None)
    return cluster.executor(cluster.Scheduler("local", 1))


def plotted(folder: Path) -> Any:
    for name in [name for name in sys.modules if name.startswith("supercooled.plot")]:
        del sys.modules[name]
    return import_module("supercooled.plot")


def yaml_read() -> Any:
    sys.modules.pop("supercooled.yaml_files", None)
    return sc.systems.read_mixture("liquid.yaml")


def hdf5_read(folder: Path) -> Any:
    (folder / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    return sc.read(folder / "a.h5")


def packed(folder: Path) -> Any:
    (folder / "a.dump.zst").write_bytes(b"\x28\xb5\x2f\xfd\x00\x00")
    return sc.read(folder / "a.dump.zst")


@pytest.mark.parametrize(
    ("module", "extra", "call"),
    [
        ("lammps", "simulate", simulated),
        ("signac", "simulate", stored),
        ("gsd", "simulate", written),
        ("matplotlib", "report", reported),
        ("jinja2", "report", reported),
        ("k3d", "report", reported),
        ("matplotlib", "report", plotted),
        ("matplotlib", "report", lambda _: sc.papers.named("sharma2022")),
        ("zarr", "files", lambda at: sc.dynamics.hops(valid_calls.run(), window=2.0, out=at / "hops")),
        ("zarr", "files", lambda at: sc.compute(valid_calls.run(), sc.indicators.BondOrder(6), out=at / "q")),
        ("zarr", "files", lambda at: sc.report.save_results(at / "results.zarr", {})),
        ("yaml", "files", lambda _: yaml_read()),
        ("sklearn", "learn", lambda _: sc.learning.fit_softness),
        ("distributed", "cluster", clustered),
        ("MDAnalysis", "mdanalysis", lambda _: sc.io.from_mdanalysis(object())),
        ("ase", "ase", lambda _: sc.io.from_ase(object())),
        ("ase", "ase", lambda _: sc.interfaces.calculate(object(), "BondOrder")),
        ("MDAnalysis", "mdanalysis", lambda _: imported_anew("supercooled.interfaces.mdanalysis")),
        ("ovito", "ovito", lambda _: imported_anew("supercooled.interfaces.ovito")),
        ("h5py", "hdf5", hdf5_read),
        ("gamdpy", "gpu", lambda _: sc.simulation.chosen_engine("gamdpy").version()),
        ("zstandard", "zstd", packed),
    ],
)
def test_what_is_missing_is_one_sentence(module, extra, call, monkeypatch, tmp_path):
    kept = dict(sys.modules)
    without(monkeypatch, module)
    try:
        with pytest.raises(MissingExtraError) as refused:
            call(tmp_path)
    finally:
        sys.modules.update({name: one for name, one in kept.items() if name.startswith("supercooled")})
    package = extras.EXTRAS[extra][module]
    said = rf'[^\n]+ needs {re.escape(package)}, which is not installed: pip install "supercooled\[{extra}\]"'
    assert re.fullmatch(said, str(refused.value))
    assert not any(tmp_path.iterdir()) or call in (packed, hdf5_read)


def test_a_model_of_before_is_applied_without_what_learnt_it(monkeypatch, tmp_path):
    plane = (np.array([[2.0]]), np.array([1.0]))
    model = sc.learning.SoftnessModel(("a",), np.zeros(1), np.ones(1), (plane,), "margin")
    path = model.save(tmp_path / "model.json")
    without(monkeypatch, "sklearn")
    assert sc.learning.load_model(path).decide(np.array([[3.0]])) == 7.0
