"""``supercooled look`` says what is understood of a file, and what is odd."""

import sys
from pathlib import Path

import numpy as np
import pytest
from test_io_dump import BOXES, Run, put
from test_io_meaning import LATTICE, TYPES, dump_text, joined, rows_of, xyz_text

import supercooled as sc
from supercooled import cli
from supercooled.errors import ParameterError
from supercooled.nearest import check_units, nearest_distances

RNG = np.random.default_rng(11)


def fcc(n: int, density: float, jitter: float = 0.03) -> tuple[np.ndarray, sc.Box]:
    """A dense liquid's worth of particles: 4 n^3 of them near the places of a lattice."""
    edge = (4.0 / density) ** (1.0 / 3.0)
    cell = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    corners = np.stack(np.meshgrid(*[np.arange(n)] * 3), axis=-1).reshape(-1, 1, 3)
    places = ((corners + cell).reshape(-1, 3) - n / 2) * edge
    return places + RNG.normal(scale=jitter, size=places.shape), sc.Box.cube(n * edge)


def shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str]:
    """Exit code and all that a command prints."""
    monkeypatch.setattr(sys, "argv", ["supercooled", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out + out.err


def test_look_prints_what_was_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, Run(n_frames=4).dump(["id", "type", "mass", "x", "y", "z", "ix", "iy", "iz"]))
    code, text = shown(monkeypatch, capsys, "look", path, "--timestep", "0.005", "-T", "0.5")
    assert code == 0
    for words in (
        "(LAMMPS dump)",
        "5 in 3 dimensions",
        "3 A, 2 B; given by type",
        "positions    folded",
        "6 x 5 x 7; fixed",
        "0 to 900, unevenly, 100 to 500 apart",
        "0 to 4.5, unevenly, 0.5 to 2.5 apart tau",
        "assumed to be reduced; the file does not say",
        "0.02381",
        "temperature  0.5",
        "not read     mass",
    ):
        assert words in text, (words, text)
    images = sc.read(path).read().images
    assert f"image flags  {images.min()} to {images.max()}" in text
    assert not any(tmp_path.glob("*.html"))


def test_the_object_says_what_the_command_prints(tmp_path: Path) -> None:
    path = put(tmp_path, Run().dump(["id", "type", "xs", "ys", "zs"]))
    found = sc.look(path)
    assert found.counts == {"A": 3, "B": 2}
    assert found.coordinates == "scaled by the box, folded"
    assert found.times is None
    assert found.images is None
    assert "warning" in str(found)
    assert "<table" in found._repr_html_()
    closest = sc.Box(6.0, 5.0, 7.0)
    expected = np.inf
    for xyz in sc.read(path).positions():
        d = np.linalg.norm(closest.minimum_image(xyz[:, None] - xyz[None]), axis=-1) + 99 * np.eye(5)
        expected = min(expected, d.min())
    assert min(found.nearest.values()) == pytest.approx(expected)


@pytest.mark.parametrize("box", BOXES)
def test_nearest_distances_are_those_over_all_images(box: str) -> None:
    cell = BOXES[box]
    xyz = cell.wrap(RNG.uniform(-9, 9, (7, 3)) * [1, 1, cell.dimensions == 3])[0]
    run = sc.Trajectory.from_arrays(xyz[None], cell, species=[0, 0, 0, 0, 1, 1, 1])
    found = nearest_distances(run, 0)
    reach = range(-2, 3)
    flat = (0,) if cell.dimensions == 2 else reach
    shifts = np.array([cell.matrix @ [i, j, k] for i in reach for j in reach for k in flat])
    for a, b in ((0, 0), (0, 1), (1, 1)):
        first, second = xyz[run.species == a], xyz[run.species == b]
        r = np.linalg.norm(first[:, None, None] - second[None, :, None] + shifts, axis=-1).ravel()
        assert found["AB"[a], "AB"[b]] == pytest.approx(r[r > 1e-9].min())


ODD = {
    "one species of two types": (
        lambda f: put(f, dump_text(rows_of(TYPES, ["C"] * 40), "id type element x y z")),
        "its columns distinguish the species differently (element C; type 1, 2)",
    ),
    "two particles on one place": (
        lambda f: put(
            f, dump_text([["1", "0", "0", "0"], ["2", "0", "0", "0"], ["3", "1", "1", "1"]], "id x y z")
        ),
        "Two particles A-A are only 0 apart.",
    ),
    "other units": (
        lambda f: put(f, dump_text(rows_of(TYPES), "id type x y z", units="metal")),
        "is in units 'metal'",
    ),
    "a density of no liquid": (
        lambda f: put(f, dump_text(rows_of(TYPES), "id type x y z")),
        "A density of 0.0781 is not that of a dense liquid in reduced units.",
    ),
    "a restart that overlaps": (
        lambda f: joined(f, "dump", [0, 100, 200, 100, 200, 300], RNG.uniform(-3, 3, (6, 5, 3))),
        "2 frames repeat the time of other frames and are left out.",
    ),
    "positions far outside": (
        lambda f: put(f, Run(n_frames=9).xyz(), "free.xyz"),
        "if they were never wrapped, use --unwrapped.",
    ),
    "a box that changes": (
        lambda f: put(f, Run().dump(["id", "x", "y", "z"]).replace("1.0 7.0", "1.0 7.5", 1)),
        "The box of frame 1 is not that of frame 0.",
    ),
    "no times": (lambda f: put(f, Run().dump(["id", "x", "y", "z"])), "It contains no times"),
    "a last line without an end": (
        lambda f: put(f, dump_text(rows_of(TYPES), "id type x y z").removesuffix("\n")),
        "The last line has no newline",
    ),
    "a last line that may be cut": (
        lambda f: put(f, (2 * dump_text(rows_of(TYPES), "id type x y z"))[:-2]),
        "may be cut short: frame 0 is complete, frame 1 is not",
    ),
    "a file that is cut": (
        lambda f: put(f, (2 * dump_text(rows_of(TYPES), "id type x y z"))[:-100]),
        "is cut short: frame 0 is complete, frame 1 is not",
    ),
    "A as the smaller part": (
        lambda f: put(f, dump_text(rows_of(3 - TYPES), "id type x y z")),
        "A, the first type, is the minority species",
    ),
    "no z": (
        lambda f: put(f, Run(box=BOXES["plane"]).dump(["id", "x", "y"])),
        "There is no column for z: it is read as two-dimensional.",
    ),
    "a drift": (
        lambda f: put(f, "".join(_moved(k) for k in range(3))),
        "The mean position moves by 0.5 from frame 0 to 2",
    ),
    "frames too far apart": (
        lambda f: put(f, Run().dump(["id", "x", "y", "z"])),
        "too far to tell in which direction",
    ),
    "nothing moves": (
        lambda f: put(f, xyz_text(f"Lattice={LATTICE}", frames=2), "still.xyz"),
        "No particle moves from frame 0 to 1.",
    ),
}


def _moved(step: int) -> str:
    rows = [[str(k + 1), f"{x + 0.25 * step:.4f}", "0.5", f"{k / 8:.4f}"] for k, x in enumerate(RNG0)]
    return dump_text(rows, "id xu yu zu", step=step)


RNG0 = np.linspace(0, 7.9, 40)


@pytest.mark.parametrize("what", ODD)
def test_what_is_odd_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    make, said = ODD[what]
    code, text = shown(monkeypatch, capsys, "look", make(tmp_path))
    assert code == 0
    assert said in text


def test_of_a_liquid_as_it_should_be_nothing_is_odd(tmp_path: Path) -> None:
    places, box = fcc(4, 1.2)
    walk = places[None] + np.cumsum(RNG.normal(scale=0.02, size=(4, len(places), 3)), axis=0)
    kinds = np.arange(len(places)) % 5 == 4
    sc.write_gsd(tmp_path / "a.gsd", sc.Trajectory.from_arrays(walk, box, species=kinds, unwrapped=True))
    found = sc.look(tmp_path / "a.gsd")
    assert found.warnings == ()
    assert found.density == pytest.approx(1.2, rel=1e-5)
    assert found.times == "0 to 3, every 1 tau"


def test_logarithmic_frames_are_told_from_uneven_ones(tmp_path: Path) -> None:
    once = [0, 1, 2, 4, 8, 16, 32]
    places = RNG.uniform(-3, 3, (19, 5, 3))
    cycles = [32 * c + s for c in range(3) for s in once[:-1]] + [96]
    for steps, words in (
        (once, "logarithmically, 1 to 16 apart"),
        (cycles, "logarithmically, 1 to 16 apart"),
        ([0, 5, 6, 9, 20, 21, 22], "unevenly, 1 to 11 apart"),
        ([0, 50, 100], "every 50"),
    ):
        path = joined(tmp_path, "dump", steps, places[: len(steps)])
        assert words in str(sc.look(path).steps)


# The same words on the command line as in Python.


def test_options_of_the_command_line_say_what_a_file_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(
        dump_text(rows_of(TYPES, ["C"] * 40), "id type element x y z", step=k) for k in (0, 10, 10, 20)
    )
    path = put(tmp_path, text.replace("ITEM: TIMESTEP", "ITEM: UNITS\nmetal\nITEM: TIMESTEP", 1))
    said = ["--species-column", "type", "--repeats", "last", "--timestep", "0.002", "--frames", "1:"]
    units = "metal,sigma=2.0,epsilon=0.08,mass=58.7"
    code, out = shown(monkeypatch, capsys, "look", path, *said, "--units", units, "-T", "800")
    assert code == 0
    assert "32 A, 8 B; given by type" in out
    assert "2 of 4, 1 repeats left out" in out
    assert "4 x 4 x 4" in out
    assert f"{sc.Units('metal', sigma=2.0, epsilon=0.08, mass=58.7).temperature * 800:.6g}" in out
    plain = put(tmp_path, xyz_text(""), "plain.xyz")
    assert "8 x 8 x 8" in shown(monkeypatch, capsys, "look", plain, "--box", "8", "--unwrapped")[1]
    renamed = put(tmp_path, text, "file.out")
    assert "LAMMPS dump" in shown(monkeypatch, capsys, "look", renamed)[1]
    assert shown(monkeypatch, capsys, "look", put(tmp_path, "no trajectory", "text.out"))[0] == 2
    assert shown(monkeypatch, capsys, "look", renamed, "--format", "lammps", "--repeats", "first")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--units", "metal"],
        ["--units", "metal,sigma=two"],
        ["--frames", "5"],
        ["--frames", "a:b"],
        ["--frames", "::-1"],
        ["--box", "8,8,8,8"],
        ["--box", "eight"],
        ["--names", "1"],
        ["--repeats", "second"],
        ["--species-column", "no"],
        ["--timestep", "-1"],
    ],
)
def test_a_word_that_is_none_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    path = put(tmp_path, dump_text(rows_of(TYPES), "id type x y z"))
    code, text = shown(monkeypatch, capsys, "look", path, *words)
    assert (code, text.count("\n")) == (2, 1)
    assert text.startswith("supercooled: ")


def commands_that_read() -> list[str]:
    """Those with an argument or option for trajectories, or for a file to start from."""
    import typer.main

    every = typer.main.get_command(cli.app).commands
    return [
        name for name, one in every.items() if {"file", "files", "start"} & {each.name for each in one.params}
    ]


@pytest.mark.parametrize("command", commands_that_read())
def test_every_command_that_reads_has_the_same_options(command: str) -> None:
    import typer.main

    options = {
        name
        for parameter in typer.main.get_command(cli.app).commands[command].params
        for name in parameter.opts
    }
    assert options >= {
        "--timestep", "--names", "--species-column", "--unwrapped", "--units", "--box", "--repeats",
        "--unfinished", "--frames", "--format",
    }  # fmt: skip


def test_the_commands_that_read_are_known() -> None:
    assert set(commands_that_read()) >= {
        "analyze", "compare", "cool", "dynamics", "equilibrate", "look", "predict", "propensity", "quench",
        "simulate",
    }  # fmt: skip


# What each command needs beside its start, and the function that it hands the start to.
STARTING = {
    "cool": ("--hold 1 --duration 1 --every 0.1", "cool"),
    "equilibrate": ("--hold 1 --duration 10 --out made.gsd", "equilibrate"),
    "propensity": ("--n-runs 2 --duration 1 --every 0.5 --out made.zarr", "isoconfigurational"),
    "simulate": ("--hold 1 --duration 1 --every 0.5", "request"),
}


def test_every_command_that_starts_from_a_file_is_here() -> None:
    import typer.main

    every = typer.main.get_command(cli.app).commands
    assert set(STARTING) == {name for name, one in every.items() if "start" in {p.name for p in one.params}}


@pytest.mark.parametrize("command", STARTING)
def test_a_start_means_what_is_said_of_it_in_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """A restart in metal units that wrote a step twice, with carbon for every element, and never folded."""
    liquid = sc.systems.kob_andersen(density=1.2)
    first = sc.simulation.lattice(liquid, 200, seed=1)
    edge = 2.2 * float(first.box.heights[0])
    text = ""
    for step, off in ((0, 0.3), (10, 0.6), (10, 0.0), (20, 0.9)):
        rows = "".join(
            f"{k + 1} {2 - s} C {x + edge:.6f} {y:.6f} {z:.6f}\n"
            for k, (s, (x, y, z)) in enumerate(zip(first.species, 2.2 * (first.positions + off), strict=True))
        )
        bounds = f"{-edge / 2:.9g} {edge / 2:.9g}\n" * 3
        text += (
            f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n200\nITEM: BOX BOUNDS pp pp pp\n{bounds}"
            f"ITEM: ATOMS id type element x y z\n{rows}"
        )
    file = put(tmp_path, text.replace("ITEM: TIMESTEP", "ITEM: UNITS\nmetal\nITEM: TIMESTEP", 1), "start.out")
    given: list[sc.Trajectory] = []

    def caught(*_: object, start: sc.Trajectory, **__: object) -> None:
        given.append(start)
        raise sc.errors.ParameterError("that is all")

    more, function = STARTING[command]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sc.store, function, caught)
    words = [
        *f"ka-lj --density 1.2 -T 2 -N 200 --start {file} {more}".split(),
        *["--format", "lammps", "--species-column", "type", "--names", "1=B,2=A", "--unwrapped"],
        *["--units", "metal,sigma=2.2,epsilon=0.08,mass=58.7", "--repeats", "last", "--timestep", "0.002"],
        *["--frames", ":2", "--unfinished", "drop"],
    ]
    code, told = shown(monkeypatch, capsys, command, *words)
    assert (code, told.strip()) == (2, "supercooled: that is all")
    began = sc.simulation.from_trajectory(given[0], liquid, 2.0)
    np.testing.assert_array_equal(began.species, first.species)
    folded, _ = first.box.wrap(first.positions)
    apart = first.box.minimum_image(began.positions - folded)
    assert np.abs(apart).max() < 1e-5


def test_what_is_said_of_files_reaches_each_of_them_and_the_report(tmp_path: Path) -> None:
    from supercooled.analysis.inputs import Given

    path = put(tmp_path, Run(n_frames=6).dump(["id", "type", "xu", "yu", "zu"]))
    scales = sc.Units("lj", sigma=2.0)
    given = Given([0.5], timestep=0.01, units=scales, frames=slice(1, None), species_column="type", stride=2)
    (run,) = given.opened([path])
    assert run.frames.tolist() == [1, 3, 5]
    np.testing.assert_allclose(run.times, 0.01 * np.array([100, 900, 2500]) / 2.0)
    assert given.said() == {
        "timestep": 0.01, "units": "lj,sigma=2.0", "frames": "1::", "species_column": "type", "stride": 2
    }  # fmt: skip
    assert Given(box=sc.Box(8.0, 9.0, dimensions=2)).said() == {"box": [8.0, 9.0]}


# Potentials of the catalogue, and numbers that are in other units.

LIQUID = sc.systems.kob_andersen(density=1.2).mixture


@pytest.mark.parametrize(
    ("unit", "said"),
    [(2.5, "no two particles are close enough to repel"), (0.1, "most particles overlap far too much")],
)
def test_potentials_of_the_catalogue_are_not_laid_over_other_units_in_silence(
    tmp_path: Path, unit: float, said: str
) -> None:
    places, box = fcc(3, 1.2)
    kinds = np.where(np.arange(len(places)) % 5 == 4, 2, 1)
    for name, scale in (("reduced.dump", 1.0), ("other.dump", unit)):
        rows = [
            [str(k + 1), str(kind), *(repr(x) for x in xyz)]
            for k, (kind, xyz) in enumerate(zip(kinds, (places * scale).tolist(), strict=True))
        ]
        half = box.Lx * scale / 2
        bounds = "ITEM: BOX BOUNDS pp pp pp\n" + 3 * f"{-half!r} {half!r}\n"
        put(tmp_path, dump_text(rows, "id type x y z", bounds=bounds), name)
    check_units(sc.read(tmp_path / "reduced.dump"), LIQUID)
    path = tmp_path / "other.dump"
    with pytest.raises(ParameterError, match=f"{said}.*not in the reduced units of this liquid"):
        check_units(sc.read(path), LIQUID)
    with pytest.raises(ParameterError, match="not in the reduced units"):
        sc.store.read_run(path, LIQUID)
    check_units(sc.read(path, units="lj"), LIQUID)
    check_units(sc.read(path, units=f"lj,sigma={unit!r}"), LIQUID)
