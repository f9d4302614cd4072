"""Every example of the documentation runs, and every command it shows is one."""

import dataclasses
import doctest
import inspect
import pydoc
import re
import runpy
import shlex
import textwrap
from pathlib import Path

import pytest
import typer

import supercooled as sc
from supercooled.cli import app

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.rst"))
WITH_EXAMPLES = [page for page in PAGES if ">>> " in page.read_text()]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def write_dump(path: Path, run: sc.Trajectory, every: int) -> None:
    """A dump as LAMMPS writes it, with image flags."""
    with path.open("w") as file:
        for frame, box in enumerate(run.boxes()):
            half = box[0] / 2
            data = run.read(slice(frame, frame + 1))
            assert data.images is not None
            file.write(f"ITEM: TIMESTEP\n{frame * every}\nITEM: NUMBER OF ATOMS\n{run.n_particles}\n")
            file.write("ITEM: BOX BOUNDS pp pp pp\n" + 3 * f"{-half} {half}\n")
            file.write("ITEM: ATOMS id type x y z ix iy iz\n")
            rows = zip(run.species, data.positions[0], data.images[0], strict=True)
            for i, (kind, xyz, images) in enumerate(rows, 1):
                place, crossed = " ".join(f"{x:.6g}" for x in xyz), " ".join(map(str, images))
                file.write(f"{i} {kind + 1} {place} {crossed}\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of."""
    made = tmp_path_factory.mktemp("docs")
    liquid = sc.systems.kob_andersen(density=1.2)
    wanted = [
        sc.store.request(
            liquid, temperature=T, n_particles=500, duration=30.0, every=0.5, start="lattice", hold=10.0
        )
        for T in (0.7, 1.0)
    ]
    for run in sc.store.simulate_all(wanted, root=made / "made", progress=False):
        write_dump(made / f"T{run.temperature:.2f}.lammpstrj", run, every=100)
    return made


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = doctest.DocTestParser().get_doctest(page.read_text(), {}, page.name, str(page), 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(found, out=said.append)
    assert not said, "".join(said)


def scripts() -> list[str]:
    """Blocks of the pages that would simulate for minutes."""
    pattern = re.compile(r"^\.\. code-block:: python\n\n((?:    .*\n|\n)+)", re.MULTILINE)
    return [textwrap.dedent(block) for page in PAGES for block in pattern.findall(page.read_text())]


@pytest.mark.parametrize("script", scripts())
def test_long_scripts_run_on_a_short_run(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sc.read(folder / "T0.70.lammpstrj", timestep=0.005, temperature=0.7)
    at = dataclasses.replace
    monkeypatch.setattr(sc, "simulate", lambda *_, temperature, **__: at(run, temperature=temperature))
    monkeypatch.setattr(sc.store, "simulate_all", lambda wanted: [run for _ in wanted])
    # The field's data are not shipped; test_benchmark runs it on some of its own.
    benchmark = inspect.signature(sc.benchmark)
    monkeypatch.setattr(sc, "benchmark", benchmark.bind)
    given = {"sc": sc, "liquid": sc.systems.kob_andersen(density=1.2), "run": run}
    names = dict(given)
    exec(script, names)  # noqa: S102  the pages are ours
    assert set(names) - {*given, "__builtins__"}


def commands() -> list[str]:
    """Lines of the pages that call the command."""
    pattern = re.compile(r"^    \$ supercooled (.+)$", re.MULTILINE)
    pages = [page.read_text().replace("\\\n", " ") for page in PAGES]
    # Rules of Snakemake hold commands in pieces, and names in braces that are files or numbers.
    snake = (DOCS / "examples" / "Snakefile").read_text()
    rules = re.findall(r'shell:\n((?:\s+".*"\n)+)', snake)
    told = [re.sub(r"\$\(.*?\)", "a.gsd", "".join(re.findall(r'"(.*)"', rule))) for rule in rules]
    batch = [
        part
        for page in pages
        for part in re.findall(r"^    srun supercooled (.+)$", page, flags=re.MULTILINE)
    ]
    told = [re.sub(r"\$?{[^}]*}+", "1", one).removeprefix("supercooled ") for one in [*told, *batch]]
    return [command for page in pages for command in pattern.findall(page)] + told


@pytest.mark.parametrize("line", commands())
def test_the_commands_of_the_pages_are_understood(line: str) -> None:
    name, *words = shlex.split(line)
    group = typer.main.get_command(app)
    if name.startswith("--"):
        assert name in {option for each in group.params for option in each.opts}
        return
    command = group.commands[name]  # type: ignore[attr-defined]
    command.make_context(name, words)


def test_every_name_that_a_page_links_to_exists() -> None:
    pattern = re.compile(r":(?:func|class|mod|doc):`~?(supercooled[\w.]*)`")
    for page in [*PAGES, *DOCS.glob("api/*.rst")]:
        for target in pattern.findall(page.read_text()):
            assert pydoc.locate(target) is not None, f"{page.name}: {target}"


def test_the_equations_that_docstrings_lead_to_exist() -> None:
    theory = runpy.run_path(str(DOCS / "_ext" / "house_style.py"))["THEORY"]
    labels = set(re.findall(r":label: (\S+)", (DOCS / "line.rst").read_text()))
    assert set(theory.values()) <= labels
    assert all(pydoc.locate(name) is not None for name in theory)


def test_the_api_pages_hold_every_public_package() -> None:
    told = "".join(page.read_text() for page in DOCS.glob("api/*.rst"))
    missing = [
        name
        for name in sc.__all__
        if inspect.ismodule(getattr(sc, name)) and f"supercooled.{name}" not in told
    ]
    assert not missing
