"""One small valid call of everything public: what is changed, an argument at a time, into what is wrong."""

from __future__ import annotations

import atexit
import dataclasses
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr
from rich.console import Console

import supercooled as sc
from supercooled import (
    cage,
    dynamics,
    learning,
    relation,
    report,
    space,
    store,
    structure,
    systems,
)
from supercooled.cage.examples import bump
from supercooled.errors import SimulationError
from supercooled.indicators import StructureFunctions
from supercooled.quantities import labelled
from supercooled.simulation import Leg, Schedule, Start, lattice
from supercooled.store.crystal import Order

P_R = "rearrangement_probability"
ESTIMATE = sc.Estimate(1.0, 0.1)
FLUID = sc.Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
SPRINGS = sc.Mixture("springs", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 1.5),))
BOX = sc.Box.cube(6.6)
FRAMES, PARTICLES = 40, 27
T = np.array([0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2])


class ReachedError(SimulationError):
    """A simulation was asked for with arguments that are good."""


class NoEngine:
    """Stands where an engine would run."""

    def version(self) -> str:
        return "none"

    def prepare(self, *_: Any) -> None:
        raise ReachedError("the engine was reached")

    def advance(self, *_: Any) -> Any:
        raise ReachedError("the engine was reached")


def extrema_rule() -> dynamics.ExtremaRule:
    return dynamics.ExtremaRule(
        window=4.0, soft_above=0.1, hard_below=0.05, soft_separation=2.0, hard_separation=8.0, lead=0.0
    )


@cache
def _place() -> Path:
    """Of all that the calls of this process write; it goes when the process ends."""
    made, owner = Path(tempfile.mkdtemp(prefix="valid")), os.getpid()

    def clear() -> None:
        # What is forked from here ends earlier.
        if os.getpid() == owner:
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(clear)
    return made


def folder() -> Path:
    return Path(tempfile.mkdtemp(dir=_place()))


@cache
def run() -> sc.Trajectory:
    """A jittered lattice whose particles hop now and then."""
    random = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(*[np.arange(3) * 2.2 - 2.2] * 3), axis=-1).reshape(-1, 3)
    hops = np.cumsum(0.8 * (random.random((FRAMES, PARTICLES, 1)) < 0.03) * [1.0, 0.0, 0.0], axis=0)
    xyz = grid + hops + random.normal(scale=0.05, size=(FRAMES, PARTICLES, 3))
    return sc.Trajectory.from_arrays(xyz, BOX, unwrapped=True)


@cache
def tracked() -> sc.Trajectory:
    """The same particles as a microscope sees them: some are missing now and then."""
    xyz = run().unwrapped()
    hidden = np.random.default_rng(5).random(xyz.shape[:2]) < 0.03
    return sc.Trajectory.from_tracks(np.where(hidden[..., None], np.nan, xyz))


def _table() -> dict[str, Any]:
    table = {"x": [0.0, 5.0, 0.2], "y": [0.0, 4.0, 0.1], "z": [0.0, 1.0, 0.0], "frame": [0, 0, 1]}
    return {
        "tracks": {**table, "particle": [7, 9, 7], "kind": ["A", "B", "A"], "d": [1.0, 2.0, 1.5]},
        "x": "x",
        "y": "y",
        "z": "z",
        "t": "frame",
        "particle": "particle",
        "size": "d",
        "species": "kind",
        "pixel": 0.1,
        "timestep": 0.5,
        "field_of_view": sc.FieldOfView((-1.0, -1.0, -1.0), (6.0, 6.0, 6.0)),
        "localisation_error": 0.1,
        "temperature": 1.0,
    }


def _track_file() -> dict[str, Any]:
    given = _table()
    table = given.pop("tracks")
    names = [name for name in table if name != "kind"]
    file = folder() / "tracks.csv"
    rows = [
        ",".join(names),
        *(",".join(map(str, row)) for row in zip(*(table[n] for n in names), strict=True)),
    ]
    file.write_text("\n".join(rows) + "\n")
    return {"path": file, **{name: value for name, value in given.items() if name != "species"}}


def described_model() -> Any:
    features = StructureFunctions((RADIAL,)).of(dense(), species="A")
    names = tuple(features.feature.values.tolist())
    n = len(names)
    plane = (np.ones((n, 1)), np.zeros(1))
    said = features.attrs["definition"]
    return learning.SoftnessModel(names, np.zeros(n), np.ones(n), (plane,), "margin", said)


def still_frame() -> sc.Frame:
    return run()[0]


def sized_run() -> sc.Trajectory:
    return run().with_diameters(np.linspace(0.8, 1.2, PARTICLES))


def soft_spheres() -> systems.SizedLiquid:
    return systems.ninarello2017()


def sized_frame() -> sc.Frame:
    return sized_run()[0]


def dense_frame() -> sc.Frame:
    """Whose Voronoi cells fit into its box."""
    xyz = np.stack(np.meshgrid(*[np.arange(5.0)] * 3), axis=-1).reshape(-1, 3)
    return sc.Frame.from_arrays(xyz, sc.Box.cube(5.0))


def crystal() -> sc.Frame:
    """32 particles in a minimum of their energy."""
    corners = np.stack(np.meshgrid(*[np.arange(2.0)] * 3), axis=-1).reshape(-1, 1, 3)
    sites = corners + 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    edge = np.sqrt(2.0) * 2 ** (1 / 6)
    return sc.Frame.from_arrays(edge * sites.reshape(-1, 3), sc.Box.cube(2 * edge))


def _defaults(kind: Any) -> dict[str, Any]:
    return {one.name: one.default for one in dataclasses.fields(kind)}


@cache
def dense() -> sc.Trajectory:
    grid = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    return sc.Trajectory.from_arrays(np.concatenate([grid, grid]), BOX)


@cache
def field(name: str = "softness", frames: int = FRAMES) -> xr.DataArray:
    values = np.random.default_rng(2).normal(3.0, 1.0, (frames, PARTICLES))
    at = {
        "frame": np.arange(frames),
        "time": ("frame", np.arange(float(frames))),
        "particle": np.arange(PARTICLES),
    }
    return labelled(name, values, ("frame", "particle"), at)


@cache
def p_hop() -> xr.DataArray:
    hop = np.where(np.random.default_rng(3).random((FRAMES, PARTICLES)) < 0.2, 0.5, 0.01)
    return field().copy(data=hop).rename("p_hop")


@cache
def rdf() -> xr.Dataset:
    r = np.arange(0.005, 3.0, 0.01)
    g = np.where(r > 1.0, 1.0 + np.exp(1.0 - r) * np.cos(2 * np.pi * (r - 1.0)), 0.0)
    made = xr.Dataset({"radial_distribution": (("pair", "r"), g[None])}, {"pair": ["AA"], "r": r})
    return made.assign_attrs(species=["A"], composition=[1.0], density=0.8, dimensions=3, dr=0.01, r_max=3.0)


@cache
def well() -> xr.DataArray:
    r = np.linspace(0.0, 1.0, 101)
    return xr.DataArray(-20.0 * (1.0 + np.cos(np.pi * r)) - 1e-9, {"displacement": r}, ("displacement",))


@cache
def motion() -> xr.Dataset:
    lags = np.geomspace(0.1, 1000.0, 41)
    msd = 6 * 0.02 * lags + 0.05 * (1 - np.exp(-lags))
    overlap = np.exp(-((lags / 20.0) ** 0.6))
    data = {
        "msd": ("lag", msd),
        "overlap": ("lag", overlap),
        "alpha2": ("lag", overlap),
        "overlap_error": ("lag", 0.01 + 0 * lags),
    }
    return xr.Dataset(data, {"lag": lags}, {"dimensions": 3})


@cache
def moved() -> xr.Dataset:
    return dynamics.displacements(run(), lags=[1.0, 2.0, 4.0, 8.0], overlap_radius=0.3)


@cache
def found_events() -> xr.Dataset:
    return dynamics.events(run(), window=4.0, threshold=0.05)


@cache
def lines() -> xr.Dataset:
    S = np.array([1.0, 1.5, 2.0, 2.5])
    ones = ("softness", np.ones(4))
    law = {"barrier": ("softness", 5.0 - S), "entropy": ("softness", 4.0 - S / 0.8)}
    errors = {"barrier_error": ones, "entropy_error": ones, "covariance": ("softness", 0.5 * np.ones(4))}
    return xr.Dataset({**law, **errors}, {"softness": S})


@cache
def probabilities() -> xr.Dataset:
    S = np.array([0.5, 1.0, 1.5])
    P = np.exp(3.0 - 1.0 * S - (5.0 - 1.5 * S) / np.array([0.45, 0.5, 0.6])[:, None])
    both = ("temperature", "softness")
    data = {P_R: (both, P), P_R + "_error": (both, 0.01 * P), "probability_density": (both, np.ones_like(P))}
    data[P_R + "_jackknife"] = (("block", *both), np.stack([0.99 * P, 1.01 * P]))
    return xr.Dataset(data, {"temperature": [0.45, 0.5, 0.6], "softness": S})


@cache
def examples() -> xr.DataArray:
    random = np.random.default_rng(1)
    soft = np.arange(80) % 2 == 0
    near = random.normal(size=(80, 2)) + 3.0 * soft[:, None]
    at = {
        "feature": ["a", "b"],
        "soft": ("example", soft),
        "run": ("example", np.arange(80) // 40),
        "time": ("example", np.arange(80.0) % 40),
    }
    return xr.DataArray(near, at, ("example", "feature"))


@cache
def model() -> learning.SoftnessModel:
    plane = (np.array([[3.0], [-4.0]]), np.zeros(1))
    return learning.SoftnessModel(("a", "b"), np.zeros(2), np.ones(2), (plane,), "margin")


@cache
def ka() -> sc.Liquid:
    return systems.kob_andersen(density=1.2)


@cache
def state() -> sc.StatePoint:
    return sc.StatePoint(ka(), 1.0, 200, sc.Protocol(every=0.1, start="lattice"))


@cache
def row() -> report.Row:
    return report.Row.judge(
        item="a",
        quantity="b",
        state="c",
        published=1.0,
        measured=1.1,
        uncertainty=0.1,
        unit="1",
        tolerance=report.Tolerance.relative(0.2),
    )


@cache
def saved_model() -> Path:
    return model().save(folder() / "model.json")


@cache
def gsd_file() -> Path:
    file = folder() / "run.gsd"
    sc.write_gsd(file, run()[:3], fields={"softness": field(frames=3)})
    return file


@cache
def results_folder() -> Path:
    out = folder() / "results"
    report.save_results(
        out, {"a": xr.Dataset({"softness": ("temperature", [1.0, 2.0])}, {"temperature": [0.5, 0.6]})}
    )
    return out


@cache
def comparison_file() -> Path:
    file = folder() / "comparison.json"
    report.write_comparison(file, [row()])
    return file


@cache
def mixture_file() -> Path:
    file = folder() / "soft.yaml"
    file.write_text(
        "name: soft\nspecies: [{name: A, fraction: 1}]\npairs: {A-A: {style: harmonic, epsilon: 1, sigma: 1}}\n"
    )
    return file


@cache
def started() -> Start:
    return lattice(ka(), 200, 1)


LEAVING = relation.Leaving(0.5, 0.4, 3.0)


def planted_rates() -> xr.Dataset:
    edges = np.array([-1.0, 0.0, 1.0, 2.0])
    of_bin = {"rate": [0.1, 0.2, 0.3], "probability_density": [0.3, 0.4, 0.3]}
    return xr.Dataset(
        {name: ("softness", np.array(values)) for name, values in of_bin.items()},
        {"softness": edges[:-1] + 0.5, "lower": ("softness", edges[:-1]), "upper": ("softness", edges[1:])},
    )


def planted_correlation() -> xr.Dataset:
    r = np.arange(0.5, 8.0)
    of_r = {"spatial_correlation": 0.6 * np.exp(-r / 2.0)[None], "n_pairs": 1e6 * r[None] ** 2}
    return xr.Dataset({name: (("pair", "r"), one) for name, one in of_r.items()}, {"pair": ["AA"], "r": r})


def planted_spectrum() -> xr.Dataset:
    q = np.arange(0.3, 1.6, 0.2)
    return xr.Dataset({"four_point": (("lag", "q"), (5.0 / (1 + 4.0 * q**2))[None])}, {"lag": [1.0], "q": q})


@cache
def found_clusters() -> xr.Dataset:
    return space.clusters(run(), field(), above=2.5, cutoff=2.6)


@cache
def grouped() -> xr.Dataset:
    return structure.grouped_radial_distribution(run(), field(), edges=[0.0, 3.0, 6.0], r_max=3.0, dr=0.1)


def example_table() -> xr.Dataset:
    return xr.Dataset({"run": ("example", [0]), "frame": ("example", [2]), "particle": ("example", [1])})


@cache
def still() -> sc.Trajectory:
    return sc.Trajectory.from_arrays(
        np.random.default_rng(1).uniform(-3, 3, (2, PARTICLES, 3)), BOX, temperature=0.5
    )


def _line(x: float = 1.0) -> relation.Line:
    return relation.line(np.arange(4.0), x + x * np.arange(4.0), confidence=0.9)


RADIAL = structure.Radial(first=1.8, step=0.1, number=3, width=0.1)
ANGULAR = structure.Angular(((2.0, 1.0, 2),), cutoff=2.5)
SIMULATED: Mapping[str, Any] = {
    "liquid": None,
    "temperature": 1.0,
    "n_particles": 200,
    "duration": 0.2,
    "every": 0.1,
    "start": "lattice",
    "hold": 0.1,
}


def simulated(**more: Any) -> dict[str, Any]:
    return {**SIMULATED, "liquid": ka(), "engine": NoEngine(), "root": folder(), "progress": False, **more}


@cache
def _iso() -> list[sc.Trajectory]:
    ways = np.random.default_rng(1).normal(size=(3, 3, 4, 3))
    ways[:, 0] = 0.0
    return [sc.Trajectory.from_arrays(way, BOX, unwrapped=True) for way in ways]


@cache
def logged_run() -> sc.Trajectory:
    """As a simulation leaves it, with what it logs."""
    file = folder() / "run.gsd"
    random = np.random.default_rng(4)
    made = sc.io.GsdAppender(file, species=[0] * 8, names=("A",), masses=(1.0,), dimensions=3)
    for k in range(16):
        log = {"potential_energy": float(random.normal()), "kinetic_temperature": 1.0, "pressure": 1.0}
        made.append(k, 0.1 * k, BOX, random.uniform(-1, 1, (8, 3)), np.zeros((8, 3), int), log)
    made.close()
    return sc.read(file)


class Universe:
    """What is read of a universe of MDAnalysis, where that is not installed."""

    class _Frame:
        positions = np.ones((4, 3), dtype=np.float32)
        dimensions = np.array([6.0, 6.0, 6.0, 90.0, 90.0, 90.0])

    class _Frames(list[Any]):
        filename = None

    class _Atoms:
        ix, types = np.arange(4), ["A"] * 4

        def __len__(self) -> int:
            return 4

    def __init__(self) -> None:
        self.trajectory = self._Frames([self._Frame()])

    def select_atoms(self, words: str) -> Any:
        if words != "all":
            raise ValueError(f"Unknown selection token: {words!r}")
        return self._Atoms()


@cache
def universe() -> Any:
    import MDAnalysis

    if MDAnalysis.Universe is Universe:
        return Universe()
    made = MDAnalysis.Universe.empty(4, trajectory=True)
    made.add_TopologyAttr("type", ["A"] * 4)
    made.dimensions = [6.0, 6.0, 6.0, 90.0, 90.0, 90.0]
    return made


def stand_in() -> ModuleType:
    """Of MDAnalysis, where that is not installed."""
    module = ModuleType("MDAnalysis")
    module.__spec__ = ModuleSpec("MDAnalysis", None)
    module.Universe = Universe  # type: ignore[attr-defined]
    return module


class Atoms:
    """As much of ASE's as :func:`supercooled.io.from_ase` and `calculate` ask for."""

    cell = 6.0 * np.eye(3)
    pbc = np.array([True, True, True])

    def copy(self) -> Atoms:
        return Atoms()

    def set_array(self, name: str, values: Any) -> None:
        setattr(self, name, values)

    def get_positions(self) -> Any:
        return np.arange(12.0).reshape(4, 3) / 3.0

    def get_chemical_symbols(self) -> list[str]:
        return ["Ar"] * 4


def atoms_of_ase() -> Any:
    import ase

    if ase.Atoms is Atoms:
        return Atoms()
    return ase.Atoms("Ar4", Atoms().get_positions(), cell=Atoms.cell, pbc=True)


def stand_in_of_ase() -> ModuleType:
    """Of ASE, where that is not installed."""
    module = ModuleType("ase")
    module.__spec__ = ModuleSpec("ase", None)
    module.Atoms = Atoms  # type: ignore[attr-defined]
    return module


def appender() -> sc.io.GsdAppender:
    return sc.io.GsdAppender(folder() / "a.gsd", species=[0, 0], names=("A",), masses=(1.0,), dimensions=3)


def table() -> xr.Dataset:
    return xr.Dataset({"softness": ("temperature", [1.0, 2.0])}, {"temperature": [0.5, 0.6]})


def plotted(data: xr.Dataset | None = None) -> dict[str, Any]:
    return {"motion": motion() if data is None else data, "temperatures": [0.5]}


@cache
def shares() -> xr.Dataset:
    return relation.rearrangement_probability(
        field(), p_hop(), threshold=0.1, bins=3, lead=0.0, minimum_count=1, blocks=2
    )


@cache
def written_report() -> Path:
    out = folder() / "report"
    report.write(out, **_page())
    return out


def _page() -> dict[str, Any]:
    return {
        "title": "a",
        "summary": "b",
        "rows": [row()],
        "results": {"a": table()},
        "provenance": {},
        "sections": (),
        "paper": "",
        "figures": None,
    }


def _run_folder() -> store.RunFolder:
    return store.RunFolder.of(state(), folder())


def _checkpoint() -> Any:
    from supercooled.store.folder import Checkpoint

    return Checkpoint(0, "a", "0", 0)


def _said() -> dict[str, Any]:
    return {
        "format": None,
        "timestep": None,
        "temperature": 1.0,
        "names": ("A",),
        "species_column": None,
        "unwrapped": None,
        "units": None,
        "box": None,
        "repeats": "refuse",
        "unfinished": "refuse",
        "frames": slice(0, 2),
        "topology": None,
        "doubts": [],
    }


FIT: Mapping[str, Any] = {"method": "linear-svm", "C": 1.0, "folds": 2}
GROUPS = np.arange(80) // 20
# Arguments of each call, made when it is their turn.
CALLS: dict[str, Callable[[], dict[str, Any]]] = {
    "Activity": lambda: {"force": 0.5, "persistence_time": 1.0, "species": ("A",), "fraction": 0.5},
    "Frame": lambda: {
        "positions": still_frame().positions,
        "box": BOX,
        "species": still_frame().species,
        "names": ("A",),
        "number": 0,
        "time": 1.0,
        "temperature": 0.5,
        "place": "here",
        "inherent": None,
        "run": None,
        "row": 0,
        "chosen": None,
        "view": None,
        "known": {},
        "diameters": None,
    },
    "Frame.by_size": lambda: {"classes": 2, "equal": "width"},
    "Frame.cells": lambda: {"cutoff": 1.5},
    "Frame.check_cutoff": lambda: {"cutoff": 1.5},
    "Frame.earlier": lambda: {"frames": 1},
    "Frame.from_arrays": lambda: {
        "positions": [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]],
        "box": BOX,
        "species": [0, 1],
        "names": ("A", "B"),
        "temperature": 0.5,
        "inherent": None,
        "diameters": [1.0, 1.2],
    },
    "Frame.neighbours": lambda: {"cutoff": 1.5},
    "Frame.once": lambda: {"key": "answer", "make": float},
    "Frame.voronoi": lambda: {"radii": (("A", 0.5),)},
    "Frame.species_index": lambda: {"species": "A"},
    "Neighbours": lambda: {
        "starts": np.array([0, 1, 2]),
        "partner": np.array([1, 0]),
        "vectors": np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]),
        "distances": np.ones(2),
        "weights": np.ones(2),
    },
    "Neighbours.add_up": lambda: {"terms": [1.0, 2.0, 3.0, 4.0]},
    "Neighbours.kept": lambda: {"chosen": np.array([True, False, True, False])},
    "Neighbours.nearest": lambda: {"number": 1},
    "Neighbours.of": lambda: {"particle": 1},
    "Neighbours.sum": lambda: {"values": [1.0, 2.0, 3.0]},
    "Neighbours.weighted": lambda: {"weights": [1.0, 2.0, 3.0, 4.0]},
    "Neighbours.within": lambda: {"cutoff": 1.2},
    "Trajectory.displacement": lambda: {"first": 0, "last": 3},
    "Trajectory.each": lambda: {"chunk": slice(0, 2)},
    "Trajectory.frame": lambda: {"row": 1},
    "Analysis.report": lambda: {"out": folder() / "report"},
    "analyze": lambda: {
        "runs": warm(),
        "liquid": None,
        "given": None,
        "thresholds": None,
        "choices": None,
        "workers": 1,
        "space": False,
        "compare": (sc.indicators.BondOrder(6, cutoff=2.5), sc.targets.Displacement(after=2.0)),
    },
    "compare": lambda: {
        "runs": run(),
        "indicators": [sc.indicators.BondOrder(6, cutoff=2.5)],
        "targets": [sc.targets.Displacement(after=2.0)],
        "species": "A",
        "at_fixed": field("depth"),
        "frames": slice(0, 20, 5),
        "blocks": 5,
        "top": 0.2,
        "bins": 3,
        "executor": None,
        "progress": None,
    },
    "Comparison": lambda: {"table": compared().table},
    "Comparison.plot": lambda: {"statistic": "pearson"},
    "Learned": lambda: {name: getattr(learned(), name) for name in LEARNED},
    "Learned.report": lambda: {"out": folder() / "learned", "provenance": {}},
    "Learned.save": lambda: {"path": folder() / "learned.json"},
    "learn": lambda: {
        "runs": run(),
        "species": "A",
        "examples": field(),
        "features": NEAR,
        "above": 3.0,
        "size": 50,
        "blocks": 4,
        "training": None,
        "seed": 1,
    },
    "Comparison.save": lambda: {"out": folder() / "compared", "inputs": [], "provenance": {}},
    "compute": lambda: {
        "run": run()[:3],
        "indicators": [sc.indicators.BondOrder(6, cutoff=2.5)],
        "species": "A",
        "frames": slice(0, 2),
        "executor": None,
        "progress": None,
        "out": None,
        "megabytes": 1.0,
    },
    "targets.parameter": lambda: {"default": 1.0, "unit": "sigma_AA"},
    "targets.BondBreaking": lambda: {"after": 2.0, "formed": 1.4, "broken": 1.7},
    "targets.Displacement": lambda: {"after": 2.0, "remove_drift": True},
    "targets.Hop": lambda: {"within": 2.0, "window": 4.0, "threshold": 0.1, "remove_drift": False},
    "targets.NonaffineMotion": lambda: {"after": 2.0, "cutoff": 2.5},
    "targets.PersistenceTime": lambda: {"distance": 0.4, "longest": 9.0, "remove_drift": False},
    "targets.Propensity": lambda: {"after": 2.0, "remove_drift": False},
    "indicators.LearnedSoftness.of_file": lambda: {"path": described_model().save(folder() / "model.json")},
    "indicators.LocalDepth.sharma2022": lambda: {
        "run": dense(),
        "mixture": FLUID,
        "normalisation": "total",
    },
    "indicators.PackingOrder.of_mixture": lambda: {"mixture": FLUID},
    "indicators.StructureFunctions.of_paper": lambda: {"name": "graham2023"},
    "indicators.PairEntropy.graham2023": lambda: {"switching_width": 1.0},
    "predict": lambda: {
        "run": dense(),
        "model": described_model(),
        "species": "A",
        "frames": slice(0, 1),
    },
    "softness": lambda: {"run": dense(), "model": described_model(), "frames": slice(0, 1)},
    "predictors.model_named": lambda: {"model": described_model()},
    "io.Reader": lambda: {"name": "kind", "suffixes": (".kind",), "open": lambda path: run()},
    "io.Reader.__call__": lambda: {"path": "a.kind", "meaning": sc.io.Meaning()},
    "io.reader": lambda: {"name": "another kind", "suffixes": [".other"]},
    "indicators.parameter": lambda: {"default": 1.0, "unit": "sigma_AA"},
    "neighbours": lambda: {"positions": [[0.0, 0.0, 0.0]], "box": BOX, "cutoff": 1.5, "name": "here"},
    "quantities.expressed": lambda: {
        "found": sc.quantities.labelled("diffusivity", np.ones(2), ("state",)),
        "units": "sigma=2,epsilon=0.5,mass=3",
        "dimensions": 3,
    },
    "Units.worth": lambda: {"unit": "sigma_AA^2/tau", "dimensions": 2},
    "quantities.add_quantity": lambda: {"entry": sc.quantities.quantity("msd")},
    "testing.check_indicator": lambda: {
        "indicator": sc.indicators.BondOrder(6, cutoff=2.5),
        "dimensions": (3,),
        "frame": still_frame(),
        "rtol": 1e-6,
    },
    "testing.check_target": lambda: {
        "target": sc.targets.Displacement(after=2.0),
        "dimensions": (3,),
        "rtol": 1e-6,
    },
    "testing.liquid_runs": lambda: {"dimensions": 2, "number": 1, "n_frames": 2, "seed": 1},
    "indicators.CageState": lambda: {
        "frame": still_frame(),
        "distance": np.ones(PARTICLES),
        "fluctuation": np.ones(PARTICLES),
        "accepted": 0.5,
    },
    "indicators.NormalModes": lambda: {
        "stiffness": np.ones(2),
        "weights": np.full((3, 2), 1 / 3),
        "participation": np.ones(2),
    },
    "indicators.normal_modes": lambda: {
        "frame": crystal(),
        "mixture": SPRINGS,
        "number": 5,
        "tolerance": 1e-3,
    },
    "simulation.hessian": lambda: {
        "positions": still_frame().positions,
        "box": BOX,
        "species": still_frame().species,
        "mixture": FLUID,
        "name": "x",
    },
    "testing.liquid_frame": lambda: {"dimensions": 2, "seed": 1},
    "testing.rescaled": lambda: {
        "indicator": sc.indicators.BondOrder(6),
        "length": 2.0,
        "energy": 3.0,
        "time": 1.5,
    },
    "testing.scale_of": lambda: {
        "unit": "sigma_AA^2",
        "length": 2.0,
        "energy": 3.0,
        "dimensions": 3,
        "time": 1.5,
    },
    "FieldOfView": lambda: {"low": (0.0, 0.0), "high": (4.0, 3.0), "localisation_error": 0.02},
    "FieldOfView.box": lambda: {"margin": 1.0},
    "FieldOfView.depths": lambda: {"positions": [[1.0, 1.0, 0.0]]},
    "from_dataframe": _table,
    "io.read_tracks": _track_file,
    "Frame.surrounded": lambda: {"distance": 1.0},
    "Trajectory.from_tracks": lambda: {
        "positions": tracked().tracks(),
        "field_of_view": sc.FieldOfView((-4.0, -4.0, -4.0), (4.0, 4.0, 4.0)),
        "species": np.zeros(PARTICLES, int),
        "names": ("A",),
        "times": np.arange(float(FRAMES)),
        "temperature": 1.0,
    },
    "Trajectory.seen": lambda: {"chunk": slice(0, 2)},
    "Trajectory.present": lambda: {"chunk": slice(0, 2)},
    "Trajectory.tracks": lambda: {"chunk": slice(0, 2), "particles": np.array([0, 1])},
    "Box": lambda: {"Lx": 4.0, "Ly": 4.0, "Lz": 4.0, "xy": 0.1, "xz": 0.1, "yz": 0.1, "dimensions": 3},
    "Box.absolute": lambda: {"fractions": [[0.1, 0.2, 0.3]]},
    "Box.cube": lambda: {"length": 3.0, "dimensions": 2},
    "Box.fractional": lambda: {"positions": [[0.1, 0.2, 0.3]]},
    "Box.from_array": lambda: {"values": [4.0, 4.0, 4.0, 0.0, 0.0, 0.0], "dimensions": 3},
    "Box.minimum_image": lambda: {"vectors": [[0.1, 0.2, 0.3]]},
    "Box.unwrap": lambda: {"positions": [[0.1, 0.2, 0.3]], "images": [[1, 0, 0]]},
    "Box.wrap": lambda: {"positions": [[0.1, 0.2, 0.3]]},
    "LennardJones": lambda: {"epsilon": 1.0, "sigma": 1.0, "cutoff": 2.5, "shift": True},
    "LennardJones.energy": lambda: {"r": [1.0, 2.0]},
    "LennardJones.force": lambda: {"r": [1.0, 2.0]},
    "LennardJones.curvature": lambda: {"r": [1.0, 2.0]},
    "LennardJones.wca": lambda: {"epsilon": 1.0, "sigma": 1.0},
    "Liquid": lambda: {"mixture": FLUID, "density": 1.0, "activity": None},
    "Liquid.edge": lambda: {"n_particles": 10},
    "Mixture": lambda: {
        "name": "lj",
        "species": ("A",),
        "composition": (1.0,),
        "masses": (1.0,),
        "potentials": FLUID.potentials,
        "dimensions": 3,
        "source": "x",
    },
    "Mixture.counts": lambda: {"n_particles": 10, "nearest": True},
    "Mixture.potential": lambda: {"a": "A", "b": "A"},
    "Mixture.species_of": lambda: {"n_particles": 10},
    "Protocol": lambda: {
        "every": 0.1,
        "dt": 0.005,
        "damping": 100.0,
        "ensemble": "nvt",
        "start": "lattice",
        "hold": 0.0,
        "per_decade": 2,
    },
    "Protocol.steps": lambda: {"time": 1.0},
    "StatePoint": lambda: {
        "liquid": ka(),
        "temperature": 1.0,
        "n_particles": 200,
        "protocol": state().protocol,
        "seed": 1,
    },
    "Trajectory.chunks": lambda: {"megabytes": 1.0},
    "Trajectory.boxes": lambda: {"chunk": slice(0, 2)},
    "Trajectory.from_arrays": lambda: {
        "positions": np.zeros((2, 3, 3)),
        "box": BOX,
        "species": [0, 0, 1],
        "names": ("A", "B"),
        "times": [0.0, 1.0],
        "images": np.zeros((2, 3, 3), int),
        "unwrapped": False,
        "temperature": 1.0,
        "diameters": [1.0, 1.1, 1.2],
    },
    "Trajectory.by_size": lambda: {"classes": 2, "equal": "width"},
    "Trajectory.diameters": lambda: {"chunk": slice(0, 2)},
    "Trajectory.with_diameters": lambda: {"diameters": np.ones(run().n_particles)},
    "Trajectory.of_species": lambda: {"species": "A"},
    "Trajectory.positions": lambda: {"chunk": slice(0, 2)},
    "Trajectory.read": lambda: {"chunk": slice(0, 2)},
    "Trajectory.species_index": lambda: {"species": "A"},
    "Trajectory.unwrapped": lambda: {"chunk": slice(0, 2), "particles": np.arange(2)},
    "cage.Calibration": lambda: {
        "c0": 1.0,
        "c1": 1.0,
        "c0_error": 0.1,
        "c1_error": 0.1,
        "temperatures": (0.5, 0.6),
        "reading": "x",
        "residual": 0.1,
    },
    "cage.Calibration.normalised_softness": lambda: {"depth": field("depth"), "density": 1.2},
    "simulation.configurational": lambda: {
        "trajectory": _start_run(),
        "mixture": ka().mixture,
        "temperature": 1.0,
    },
    "simulation.PairForces.pairs": lambda: {"xyz": np.ascontiguousarray(started().positions.T)},
    "simulation.PairForces.configurational_temperature": lambda: {
        "xyz": np.ascontiguousarray(started().positions.T)
    },
    "cage.Calibration.softness": lambda: {"depth": field("depth")},
    "cage.cage_range": lambda: {"potential": well(), "share": 0.01},
    "cage.Calibration.of_depth": lambda: {"depth": np.array([1.0, 2.0])},
    "cage.calibrate": lambda: {
        "depth": xr.DataArray([76.0, 60.0, 44.0], {"temperature": [0.5, 0.6, 0.8]}, ("temperature",)),
        "softness": xr.DataArray([1e-3, 1.1e-3, 1.4e-3], {"temperature": [0.5, 0.6, 0.8]}, ("temperature",)),
        "reading": "x",
    },
    "cage.cutoffs": lambda: {"rdf": rdf(), "vanishing": 0.0, "smoothing": 0.03, "species": "A"},
    "cage.depth": lambda: {
        "rdf": rdf(),
        "mixture": FLUID,
        "temperature": 1.0,
        "cutoffs": {"AA": (1.0, 1.5)},
        "species": "A",
    },
    "cage.direct_correlation": lambda: {"sq": bump(height=1.0)},
    "cage.first_passage_time": lambda: {"potential": well(), "r_max": 1.0},
    "cage.hypernetted_chain": lambda: {"rdf": rdf(), "mixture": FLUID, "temperature": 1.0},
    "cage.kramers_time": lambda: {"potential": well(), "r_max": 1.0, "top": "integral"},
    "cage.local_radial_distribution": lambda: {
        "trajectory": dense(),
        "species": "A",
        "width": 0.1,
        "r": [0.9, 1.0, 1.1],
        "normalisation": "total",
        "frames": slice(0, 1),
    },
    "cage.potential": lambda: {"sq": bump(height=1.0), "q_max": 20.0, "displacement": [0.0, 0.1]},
    "cage.softness": lambda: {"sq": bump(height=1.0), "q_max": 20.0, "fit_range": (0.0, 0.05)},
    "cluster.Processes": lambda: {"workers": 1},
    "cluster.Scheduler": lambda: {
        "address": "local",
        "workers": 1,
        "tls": None,
        "dashboard": None,
        "interface": None,
        "encrypted": True,
    },
    "cluster.at_most": lambda: {"workers": 2, "tasks": 3},
    "cluster.executor": lambda: {"workers": 1},
    "dynamics.balanced": lambda: {
        "examples": xr.Dataset({"soft": ("example", np.arange(10) < 3)}),
        "size": 3,
        "seed": 1,
    },
    "dynamics.cage_relative_displacement": lambda: {
        "trajectory": run(),
        "lag": 1.0,
        "cutoff": 2.5,
        "origin_spacing": 10.0,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.compare_laws": lambda: {
        "temperatures": T,
        "times": 0.3 * (T / 0.4 - 1) ** -2.4,
        "confidence": 0.68,
        "errors": 0.01 * T,
        "laws": ("arrhenius", "mct"),
    },
    "dynamics.correlators": lambda: {
        "trajectories": run(),
        "lags": [1.0, 2.0],
        "overlap_radius": 0.3,
        "wave_numbers": [7.0],
        "shell_width": 0.5,
        "r_max": 1.0,
        "dr": 0.1,
        "species": "A",
        "particle_groups": None,
        "group_labels": None,
        "weights": None,
        "tolerance": 0.1,
        "origin_spacing": 5.0,
        "blocks": 2,
        "remove_drift": False,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.diffusion": lambda: {"displacements": motion(), "tolerance": 0.05, "decades": 0.3},
    "dynamics.displacements": lambda: {
        "trajectories": run(),
        "lags": [1.0, 2.0],
        "overlap_radius": 0.3,
        "species": "A",
        "origin_spacing": 5.0,
        "blocks": 2,
        "remove_drift": False,
        "tolerance": 0.1,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.events": lambda: {
        "trajectory": run(),
        "window": 4.0,
        "threshold": 0.05,
        "species": "A",
        "remove_drift": False,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.fit_law": lambda: {
        "temperatures": T,
        "times": np.exp(2.0 / T),
        "law": "arrhenius",
        "confidence": 0.68,
        "errors": 0.01 * T,
    },
    "dynamics.hop_threshold": lambda: {"displacements": moved(), "decades": 0.4},
    "dynamics.hops": lambda: {
        "trajectory": run(),
        "window": 4.0,
        "species": "A",
        "remove_drift": False,
        "executor": None,
        "out": None,
        "megabytes": 64.0,
    },
    "dynamics.logarithmic_lags": lambda: {"trajectory": run(), "per_decade": 3, "longest": 20.0},
    "dynamics.nonaffine_displacement": lambda: {
        "trajectory": run(),
        "lag": 1.0,
        "cutoff": 2.9,
        "origin_spacing": 10.0,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.onset_temperatures": lambda: {
        "temperatures": T,
        "times": np.exp(1.0 / T + 9.0 * np.maximum(0.0, 1 / T - 1 / 0.7) ** 2),
        "hot": 0.65,
        "excess": 0.1,
        "errors": None,
        "others": {"softness": (0.81, 0.02)},
    },
    "dynamics.propensity": lambda: {
        "runs": _iso(),
        "times": [2.0],
        "remove_drift": False,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.rearrangements": lambda: {"events": found_events(), "threshold": 0.2},
    "dynamics.reduced_diffusion": lambda: {
        "diffusivity": 0.01,
        "density": 1.2,
        "temperature": 0.5,
        "mass": 1.0,
        "dimensions": 3,
    },
    "dynamics.relaxation_time": lambda: {"curves": motion(), "of": "overlap", "level": 0.4, "errors": None},
    "dynamics.stretched_exponential": lambda: {
        "curves": motion(),
        "of": "overlap",
        "shortest": 1.0,
        "longest": 500.0,
        "errors": None,
    },
    "dynamics.training_by_crossing": lambda: {
        "events": found_events(),
        "rearrangement": 0.1,
        "lead": 2.0,
        "quiet": 10.0,
        "hard_at": "middle",
    },
    "dynamics.ExtremaRule": lambda: {
        "window": 4.0,
        "soft_above": 0.1,
        "hard_below": 0.05,
        "soft_separation": 2.0,
        "hard_separation": 8.0,
        "lead": 0.0,
    },
    "datasets.example": lambda: {"name": "polydisperse"},
    "dynamics.CrossingRule": lambda: {
        "window": 10.0,
        "candidate": 0.05,
        "rearrangement": 0.2,
        "quiet": 30.0,
        "lead": 0.0,
        "hard_at": "middle",
    },
    "dynamics.CrossingRule.schoenholz2016": lambda: {"quiet": 30.0},
    "dynamics.ExtremaRule.graham2023": lambda: {"lead": 1.0},
    "dynamics.training_by_extrema": lambda: {
        "trajectories": run(),
        "rule": extrema_rule(),
        "species": "A",
        "remove_drift": False,
        "executor": None,
        "megabytes": 64.0,
    },
    "dynamics.waiting_times": lambda: {"events": found_events(), "times": [0.0, 1.0, 3.0]},
    "learning.by_elimination": lambda: {
        "features": examples(),
        "groups": GROUPS,
        "numbers": [2, 1],
        "training": learning.Training(**FIT),
    },
    "learning.by_number": lambda: {
        "features": examples(),
        "groups": GROUPS,
        "sizes": [20],
        "training": learning.Training(**FIT),
        "seed": 1,
    },
    "learning.by_subset": lambda: {
        "features": examples(),
        "subsets": {"one": ["a"]},
        "groups": GROUPS,
        "training": learning.Training(**FIT),
    },
    "learning.cross_validated": lambda: {
        "features": examples(),
        "groups": GROUPS,
        "training": learning.Training(**FIT),
    },
    "learning.fit_in_batches": lambda: {
        "batches": lambda: [examples()[:40], examples()[40:]],
        "C": 1.0,
        "passes": 2,
        "unit": "distance",
        "seed": 1,
        "constant": "refuse",
    },
    "learning.fit_softness": lambda: {
        "features": examples(),
        "groups": GROUPS,
        "training": learning.Training(**FIT),
        "provenance": {"a": 1},
    },
    "learning.groups_of": lambda: {"examples": examples(), "blocks": 2},
    "learning.load_model": lambda: {"path": saved_model()},
    "learning.projections": lambda: {"model": model()},
    "learning.Training": lambda: {**FIT, "unit": "margin", "constant": "refuse", "seed": 0},
    "learning.SoftnessModel": lambda: {
        "features": ("a",),
        "mean": np.zeros(1),
        "scale": np.ones(1),
        "layers": ((np.ones((1, 1)), np.zeros(1)),),
        "unit": "margin",
        "definition": "",
        "provenance": {},
    },
    "learning.SoftnessModel.decide": lambda: {"values": np.array([1.0, 2.0])},
    "learning.SoftnessModel.save": lambda: {"path": folder() / "model.json"},
    "learning.SoftnessModel.softness": lambda: {"features": examples()},
    "quantities.labelled": lambda: {"name": "msd", "data": [1.0], "dims": ("lag",), "coords": {"lag": [1.0]}},
    "quantities.quantity": lambda: {"name": "msd"},
    "relation.arrhenius": lambda: {
        "probabilities": probabilities(),
        "weighting": "errors",
        "largest_error": 0.5,
        "minimum_temperatures": 3,
    },
    "relation.collapse": lambda: {
        "x": [np.arange(4.0)] * 2,
        "y": [1.0 + np.arange(4.0), 2.0 + 2 * np.arange(4.0)],
        "lines": [_line(), _line(2.0)],
    },
    "relation.common_line": lambda: {"x": [[1.0, 2.0], [3.0, 4.0]], "y": [[2.0, 4.0], [6.0, 8.0]]},
    "relation.crossings": lambda: {"fits": lines(), "fences": 1.5},
    "relation.distribution": lambda: {"field": field(), "bins": 5, "blocks": 2},
    "relation.predicted_overlap": lambda: {
        "probability": probabilities().isel(temperature=0).drop_vars(P_R + "_jackknife"),
        "interval": 1.0,
        "lags": [1.0, 2.0],
        "share_beyond": 1.0,
        "changes": None,
    },
    "relation.left_out": lambda: {
        "probabilities": probabilities(),
        "weighting": "equal",
        "minimum_temperatures": 2,
    },
    "relation.line": lambda: {"x": [1.0, 2.0, 3.0, 4.0], "y": [2.1, 3.9, 6.1, 7.9], "confidence": 0.95},
    "space.spatial_correlation": lambda: {
        "trajectories": run(),
        "field": field(),
        "r_max": 3.0,
        "dr": 1.0,
        "other": p_hop(),
        "blocks": 2,
        "executor": None,
    },
    "space.correlation_length": lambda: {
        "curve": planted_correlation(),
        "pair": "AA",
        "shortest": 1.0,
        "longest": 6.0,
    },
    "space.field_structure_factor": lambda: {
        "trajectories": run(),
        "field": field(),
        "q_max": 2.0,
        "dq": 0.5,
        "other": p_hop(),
        "blocks": 2,
        "executor": None,
    },
    "space.four_point_structure_factor": lambda: {
        "trajectories": run(),
        "lags": [2.0, 4.0],
        "overlap_radius": 0.3,
        "q_max": 2.0,
        "dq": 0.5,
        "mobility": "overlap",
        "species": None,
        "origin_spacing": 4.0,
        "blocks": 2,
        "remove_drift": False,
        "executor": None,
    },
    "space.ornstein_zernike": lambda: {"spectrum": planted_spectrum(), "q_max": 1.5},
    "space.clusters": lambda: {
        "trajectories": run(),
        "field": field(),
        "cutoff": 2.3,
        "above": 3.0,
        "below": None,
        "executor": None,
    },
    "space.cluster_statistics": lambda: {"clusters": found_clusters(), "smallest": 3, "blocks": 4},
    "space.ClusterStatistics": lambda: dict.fromkeys(
        ("mean_size", "largest", "percolating", "fractal_dimension"), ESTIMATE
    ),
    "space.mobility_transfer": lambda: {
        "trajectories": run(),
        "events": found_events(),
        "delays": [0.0, 40.0],
        "r_max": 3.2,
        "dr": 3.2,
        "blocks": 1,
    },
    "space.backward_hops": lambda: {
        "events": found_events(),
        "within": 0.3,
        "window": 8.0,
        "blocks": 1,
    },
    "space.avalanches": lambda: {
        "trajectories": run(),
        "events": found_events(),
        "cutoff": 2.5,
        "window": 5.0,
    },
    "space.response": lambda: {
        "trajectories": run(),
        "field": field(),
        "events": found_events(),
        "lags": [2.0],
        "r_max": 3.0,
        "dr": 3.0,
        "directions": 1,
        "blocks": 1,
    },
    "relation.event_rates": lambda: {
        "field": field(),
        "events": found_events(),
        "bins": [-9.0, 9.0],
        "lead": 1.0,
        "blocks": 1,
    },
    "relation.excursions": lambda: {"events": found_events(), "within": 0.3, "window": 10.0},
    "relation.transitions": lambda: {"field": field(), "lag": 1.0, "bins": [-9.0, 9.0]},
    "relation.closed_overlap": lambda: {
        "rates": planted_rates(),
        "lags": [1.0, 20.0],
        "leaving": LEAVING,
        "changes": relation.Drift(0.5, 1.0, 5.0),
    },
    "relation.Drift": lambda: {"mean": 0.0, "width": 1.0, "time": 20.0},
    "relation.Leaving": lambda: {"share_beyond": 0.5, "return_share": 0.4, "return_time": 3.0},
    "relation.Leaving.of": lambda: {
        "events": relation.excursions(found_events(), within=0.3, window=10.0),
        "overlap_radius": 0.3,
        "window": 10.0,
    },
    "structure.excess_entropy": lambda: {
        "temperatures": T,
        "energies": 0.1 * T**0.75,
        "start": structure.IdealGas(),
        "errors": 0.01 * T,
    },
    "structure.entropy_onset": lambda: {
        "temperatures": T,
        "excess": -1.0 - 0.5 / T,
        "pair": -0.2 - 1.05 / T,
        "errors": 0.01 * T,
    },
    "structure.IdealGas": lambda: {"exponent": 12.0, "dimensions": 3},
    "structure.KnownEntropy": lambda: {"temperature": 0.7, "entropy": -3.0, "error": 0.1},
    "relation.memory": lambda: {"field": field(), "lags": [1.0, 2.0], "blocks": 2},
    "relation.onset": lambda: {"fits": lines()},
    "relation.peak": lambda: {"field": field(), "blocks": 2},
    "relation.StayRule": lambda: {"within": 0.5, "overlap_radius": 0.3, "origins": 3},
    "relation.StayRule.sharma2022": lambda: {"origins": 3},
    "relation.propagation": lambda: {
        "field": field(),
        "trajectory": run(),
        "ranges": [(2.0, 4.0)],
        "lags": [1.0, 2.0],
        "bins": 5,
        "blocks": 2,
        "stay": relation.StayRule(0.5, 0.3, 3),
    },
    "relation.rank_correlation": lambda: {
        "fields": [field().isel(frame=0, drop=True)],
        "motion": [
            xr.DataArray(
                np.arange(27.0)[None], {"time": [5.0], "particle": np.arange(27)}, ("time", "particle")
            )
        ],
    },
    "relation.ranking": lambda: {
        "field": field(),
        "p_hop": p_hop(),
        "threshold": 0.1,
        "lead": 0.0,
        "bins": 2,
        "blocks": 2,
    },
    "relation.counted": lambda: {"p_hop": p_hop(), "threshold": 0.1, "count": "peak"},
    "relation.rearrangement_probability": lambda: {
        "field": field(),
        "p_hop": p_hop(),
        "threshold": 0.1,
        "bins": 3,
        "lead": 0.0,
        "minimum_count": 1,
        "blocks": 2,
    },
    "relation.scaled_barriers": lambda: {"fits": lines(), "crossover": 0.5},
    "relation.shallower_share": lambda: {
        "depth": field("depth"),
        "p_hop": p_hop(),
        "threshold": 0.1,
        "lead": 0.0,
        "blocks": 2,
    },
    "relation.softer_share": lambda: {
        "softness": field(),
        "p_hop": p_hop(),
        "threshold": 0.1,
        "lead": 0.0,
        "blocks": 2,
    },
    "relation.softness_law": lambda: {
        "temperatures": T,
        "softness": 1.8e-4 + 1.4e-3 * T,
        "times": 0.5 * np.exp((-3.6 + 4.2e-3 / (1.8e-4 + 1.4e-3 * T)) / T),
        "confidence": 0.9,
        "errors": None,
    },
    "relation.steepness": lambda: {"probabilities": probabilities()},
    "relation.straight_barriers": lambda: {"fits": lines()},
    "relation.strata": lambda: {"field": field(), "count": 3, "percentiles": (5.0, 95.0)},
    "relation.block_error": lambda: {
        "probabilities": probabilities(),
        "estimate": lambda p: float(p[P_R].sum()),
    },
    "relation.within_fences": lambda: {"values": [0.9, 1.0, 1.1, 1.0, 7.0], "fences": 1.5},
    "relation.within_horizon": lambda: {"p_hop": p_hop(), "threshold": 0.1, "horizon": 1.0},
    "structure.Angular": lambda: {"functions": ((2.0, 1.0, 2),), "cutoff": 2.5},
    "structure.FeatureSet": lambda: {"name": "a", "source": "b", "radial": (RADIAL,), "angular": ANGULAR},
    "structure.Logistic": lambda: {"centre": 2.0, "width": 1.0},
    "structure.Logistic.__call__": lambda: {"r": [1.0, 2.0]},
    "structure.Radial": lambda: {"first": 1.8, "step": 0.1, "number": 3, "width": 0.1, "cutoff": 2.5},
    "structure.features_of_examples": lambda: {
        "trajectories": run(),
        "examples": example_table(),
        "features": StructureFunctions((RADIAL,), ANGULAR),
        "species": "A",
        "executor": None,
    },
    "structure.grouped_pair_entropy": lambda: {
        "grouped": grouped(),
        "r_max": 3.0,
        "switching": structure.Logistic(2.0, 1.0),
    },
    "structure.grouped_radial_distribution": lambda: {
        "trajectories": run(),
        "field": field(),
        "edges": [0.0, 3.0, 6.0],
        "r_max": 3.0,
        "dr": 0.1,
    },
    "structure.pair_entropy": lambda: {
        "rdf": rdf(),
        "r_max": 2.5,
        "switching": structure.Logistic(2.0, 1.0),
        "pair_correlation": "partial",
    },
    "structure.radial_distribution": lambda: {
        "trajectories": run()[:3],
        "r_max": 3.0,
        "dr": 0.1,
        "executor": None,
    },
    "structure.structure_factor": lambda: {
        "trajectories": run()[:4],
        "q_max": 4.0,
        "dq": 0.5,
        "blocks": 2,
        "executor": None,
    },
    "systems.equilibrated": lambda: {"liquid": ka(), "temperature": 1.0, "n_particles": 4000},
    "systems.equilibration_command": lambda: {
        "liquid": ka(),
        "temperature": 0.5,
        "n_particles": 4000,
        "start": "lattice",
        "hold": 1.0,
        "duration": 1.0,
        "out": "x.gsd",
    },
    "systems.force_smoothed": lambda: {"liquid": ka()},
    "systems.kob_andersen": lambda: {"density": 1.2},
    "systems.kob_andersen_active": lambda: {"force": 0.5, "density": 1.2},
    "systems.kob_andersen_wca": lambda: {"density": 1.2},
    "systems.kob_andersen_width": lambda: {"well_width": 0.3, "density": 1.14},
    "systems.library": lambda: {"folder": systems.library()[0].path.parent},
    "systems.named": lambda: {"name": "ka-lj", "density": 1.2},
    "systems.ninarello2017": lambda: {"dimensions": 3},
    "systems.SizeDistribution": lambda: {"smallest": 0.73, "largest": 1.62, "exponent": -3.0},
    "systems.SizeDistribution.diameters": lambda: {"n_particles": 10, "seed": 1},
    "systems.SizedLiquid": lambda: {
        "potential": soft_spheres().potential,
        "sizes": soft_spheres().sizes,
        "density": 1.0,
        "dimensions": 3,
        "source": "who",
    },
    "systems.SizedLiquid.lattice": lambda: {"n_particles": 100, "seed": 1},
    "systems.polydisperse": lambda: {
        "name": "poly",
        "diameters": (0.8, 1.2),
        "pair": sc.potentials.InversePower(1.0, 1.0, 12.0, 1.25),
        "nonadditivity": 0.2,
        "dimensions": 3,
        "source": "x",
    },
    "systems.read_mixture": lambda: {"path": mixture_file()},
    "systems.size_classes": lambda: {"smallest": 0.5, "largest": 1.5, "exponent": 0.0, "classes": 2},
    "systems.ternary_kob_andersen_2d": lambda: {"density": 1.19206},
    "systems.wahnstrom": lambda: {"density": 1.2959},
    "systems.Configuration.fits": lambda: {"liquid": ka(), "temperature": 1.0, "n_particles": 4000},
    "Trajectory": lambda: {
        "source": run().source,
        "species": run().species,
        "names": ("A",),
        "moments": run().moments,
        "frames": run().frames,
        "dimensions": 3,
        "state": None,
        "temperature": 1.0,
        "units": None,
        "field_of_view": None,
        "clock": "tau",
    },
    "Trajectory.moment": lambda: {"frame": 1},
    "Units": lambda: {"system": "metal", "sigma": 3.4, "epsilon": 0.01, "mass": 40.0},
    "Estimate": lambda: {"value": 1.0, "error": 0.1, "unit": "tau", "reason": ""},
    "dynamics.Diffusion": lambda: {
        "value": 1.0,
        "error": 0.1,
        "unit": "sigma_AA^2/tau",
        "reason": "",
        "start": 1.0,
    },
    "dynamics.HopThreshold": lambda: {
        "value": 1.0,
        "error": 0.1,
        "unit": "sigma_AA^2",
        "reason": "",
        "time": 1.0,
    },
    "dynamics.LawFit": lambda: {
        "law": "arrhenius",
        "parameters": ("a", "b"),
        "values": (1.0, 1.0),
        "low": (0.5, 0.5),
        "high": (2.0, 2.0),
        "at_bound": (),
        "confidence": 0.7,
        "chi_square": 1.0,
        "degrees_of_freedom": 1,
        "aic": 1.0,
        "bic": 1.0,
    },
    "dynamics.LawFit.__call__": lambda: {"temperatures": [0.5, 0.6]},
    "dynamics.StretchedExponential": lambda: {
        **dict.fromkeys(("amplitude", "time", "exponent", "mean_time"), ESTIMATE),
        "deviation": 1.0,
    },
    "io.GsdAppender": lambda: {
        "path": folder() / "a.gsd",
        "species": [0, 0],
        "names": ("A",),
        "masses": (1.0,),
        "dimensions": 3,
    },
    "io.GsdAppender.append": lambda: {
        "step": 1,
        "time": 1.0,
        "box": BOX,
        "positions": np.zeros((2, 3)),
        "images": np.zeros((2, 3), int),
        "log": {"pressure": 1.0},
        "origin": "ab",
    },
    "io.GsdAppender.truncate": lambda: {"n_frames": 0},
    "io.from_mdanalysis": lambda: {
        "universe": universe(),
        "timestep": 1.0,
        "times": None,
        "temperature": 1.0,
        "names": ("A",),
        "select": "all",
        "unwrapped": False,
        "units": "lj",
        "species_column": "types",
    },
    "interfaces.calculate": lambda: {
        "atoms": atoms_of_ase(),
        "wanted": sc.indicators.Coordination(2.0),
        "names": ("Ar",),
        "units": "lj",
        "temperature": 1.0,
    },
    "io.from_ase": lambda: {
        "atoms": atoms_of_ase(),
        "timestep": 1.0,
        "times": None,
        "temperature": 1.0,
        "names": ("Ar",),
        "unwrapped": False,
        "units": "lj",
    },
    "io.read_fields": lambda: {"path": gsd_file()},
    "write_gsd": lambda: {
        "path": folder() / "b.gsd",
        "trajectory": run()[:2],
        "fields": {"softness": field(frames=2)},
        "frames": slice(0, 2),
    },
    "read": lambda: {
        "path": gsd_file(),
        "format": None,
        "timestep": None,
        "temperature": 1.0,
        "names": ("A",),
        "species_column": None,
        "unwrapped": None,
        "units": None,
        "box": None,
        "repeats": "refuse",
        "unfinished": "refuse",
        "frames": slice(0, 2),
        "topology": None,
    },
    "learning.SoftnessClassifier.fit": lambda: {"X": examples().values, "y": np.arange(80) % 2},
    "learning.SoftnessClassifier.predict": lambda: {"X": examples().values},
    "learning.SoftnessClassifier.decision_function": lambda: {"X": examples().values},
    "matching.matched": lambda: {"one": field(), "other": run(), "lead": 1.0},
    "matching.laid_on": lambda: {"field": field(), "trajectory": run()},
    "matching.field_values": lambda: {"name": "mine", "field": field(), "trajectory": run()},
    "matching.coordinates": lambda: {"trajectory": run(), "rows": [0, 2], "particles": [0, 1]},
    "matching.origin": lambda: {"trajectory": run()},
    "learning.Validation": lambda: {
        "C": 1.0,
        "accuracy": 0.9,
        "error": 0.1,
        "soft_share": 0.5,
        "hard_share": 0.5,
        "tried": ((1.0, 0.9),),
        "softness": np.zeros(3),
        "chance": 0.5,
        "no_error": "",
    },
    "plot.arrhenius": lambda: {"probabilities": probabilities(), "fits": lines(), "temperatures": None},
    "plot.barrier": lambda: {"fits": lines()},
    "plot.caging_potential": lambda: {"potential": well().rename("caging_potential"), "temperatures": [0.5]},
    "plot.curve": lambda: {"data": labelled("msd", [0.1, 0.2], ("lag",), {"lag": [1.0, 2.0]}), "error": None},
    "plot.displacements": plotted,
    "plot.overlap": plotted,
    "plot.non_gaussian": plotted,
    "plot.distribution": lambda: {
        "found": relation.distribution(field(), bins=3, blocks=2),
        "temperatures": [0.5],
    },
    "plot.rearrangement_probability": lambda: {"found": shares(), "temperatures": [0.5]},
    "plot.radial_distribution": lambda: {"rdf": rdf(), "temperatures": [0.5]},
    "plot.structure_factor": lambda: {"sq": bump(height=1.0), "temperatures": [0.5]},
    "plot.hops": lambda: {"p_hop": p_hop(), "particles": [0, 1], "threshold": 0.1},
    "plot.particles": lambda: {"run": run(), "field": field(), "frame": 0, "thickness": 2.0},
    **{
        f"potentials.{kind}.{law}": lambda: {"r": [1.0, 2.0]}
        for kind in (
            "CurvatureSmoothedLennardJones",
            "ExpandedLennardJones",
            "HarmonicRepulsion",
            "InversePower",
            "SmoothedInversePower",
            "SmoothedLennardJones",
            "Tabulated",
        )
        for law in ("energy", "force", "curvature")
    },
    "potentials.ContinuousSizes": lambda: {"pair": soft_spheres().potential.pair, "nonadditivity": 0.2},
    "potentials.ContinuousSizes.between": lambda: {"first": 0.9, "second": 1.1},
    "potentials.ContinuousSizes.cutoff": lambda: {"diameters": [0.9, 1.1]},
    "potentials.ContinuousSizes.energy": lambda: {"r": [1.0, 1.1], "first": 0.9, "second": 1.1},
    "potentials.ContinuousSizes.force": lambda: {"r": [1.0, 1.1], "first": 0.9, "second": 1.1},
    "potentials.ContinuousSizes.sigma": lambda: {"first": [0.9], "second": [1.1]},
    "potentials.CurvatureSmoothedLennardJones": lambda: {"epsilon": 1.0, "sigma": 1.0, "cutoff": 2.5},
    "potentials.ExpandedLennardJones": lambda: {
        "epsilon": 1.0,
        "sigma": 1.0,
        "delta": 0.1,
        "cutoff": 2.5,
        "shift": True,
    },
    "potentials.ExpandedLennardJones.modified_well": lambda: {
        "epsilon": 1.0,
        "sigma": 1.0,
        "well_width": 0.3,
        "cutoff": 2.5,
    },
    "potentials.HarmonicRepulsion": lambda: {"epsilon": 1.0, "sigma": 1.0},
    "potentials.InversePower": lambda: {
        "epsilon": 1.0,
        "sigma": 1.0,
        "exponent": 12.0,
        "cutoff": 2.5,
        "shift": True,
    },
    "potentials.SmoothedInversePower": lambda: {
        "epsilon": 1.0,
        "sigma": 1.0,
        "exponent": 12.0,
        "cutoff": 2.5,
    },
    "potentials.SmoothedLennardJones": lambda: {"epsilon": 1.0, "sigma": 1.0, "cutoff": 2.5},
    "potentials.Tabulated": lambda: {
        "inner": 0.5,
        "cutoff": 2.5,
        "energies": _tabulated().energies,
        "forces": _tabulated().forces,
    },
    "potentials.Tabulated.through": lambda: {
        "r": np.linspace(0.8, 2.5, 200),
        "energy": (2.5 - np.linspace(0.8, 2.5, 200)) ** 2,
        "points": 100,
    },
    "relation.Collapse": lambda: {"before": 1.0, "after": 0.5},
    "relation.CommonLine": lambda: {"intercept": 1.0, "slope": 0.5, "r_squared": 1.0, "spread": 0.0},
    "relation.Crossings": lambda: {"temperature": ESTIMATE, "spread": 1.0, "kept": 1, "every": 2},
    "relation.Line": lambda: {
        "intercept": 1.0,
        "slope": 0.5,
        "intercept_error": 0.1,
        "slope_error": 0.1,
        "intercept_ends": (0.5, 1.5),
        "slope_ends": (0.1, 0.9),
        "confidence": 0.9,
        "correlation": 0.5,
        "spread": 0.0,
        "n": 4,
    },
    "relation.Line.__call__": lambda: {"x": [1.0, 2.0]},
    "relation.Onset": lambda: {
        "temperature": ESTIMATE,
        "energy": 1.0,
        "chi_square": 1.0,
        "unweighted": 1.0,
        "extrapolated": "",
    },
    "relation.Peak": lambda: {"value": 1.0, "error": 0.1, "unit": "1", "reason": "", "bandwidth": 0.1},
    "relation.Share": lambda: {
        "value": 1.0,
        "error": 0.1,
        "unit": "1",
        "reason": "",
        "peak": ESTIMATE,
        "of_all": 0.5,
        "n_rearranging": 3,
    },
    "relation.SoftnessLaw": lambda: {
        "values": (1.0, 1.0, 1.0),
        "low": (0.5, 0.5, 0.5),
        "high": (2.0, 2.0, 2.0),
        "confidence": 0.9,
        "chi_square": 1.0,
        "degrees_of_freedom": 1,
        "aic": 1.0,
        "bic": 1.0,
        "parameters": ("a", "b", "c"),
    },
    "relation.SoftnessLaw.__call__": lambda: {"temperatures": [0.5, 0.6], "softness": [1.0, 1.1]},
    "relation.Straight": lambda: {"e0": 1.0, "e1": 1.0, "s0": 1.0, "s1": 1.0, "curvature": 0.0},
    "report.Row": lambda: {
        "item": "a",
        "quantity": "b",
        "state": "c",
        "published": 1.0,
        "measured": 1.0,
        "uncertainty": 0.1,
        "unit": "1",
        "tolerance": report.Tolerance.relative(0.1),
        "note": "",
        "kind": "calibrated",
        "published_error": 0.1,
        "reading": "",
        "contradiction": "",
        "too_short": "",
    },
    "report.Row.judge": lambda: {
        "item": "a",
        "quantity": "b",
        "state": "c",
        "published": 1.0,
        "measured": 1.0,
        "uncertainty": 0.1,
        "unit": "1",
        "tolerance": report.Tolerance.relative(0.1),
        "note": "",
        "kind": "calibrated",
        "published_error": 0.1,
        "reading": "",
        "contradiction": "",
        "too_short": "",
    },
    "report.Section": lambda: {"heading": "a", "text": "b", "plates": (), "tables": ()},
    "report.Tolerance": lambda: {"kind": "relative", "lower": 0.1, "upper": 0.1},
    "report.Tolerance.absolute": lambda: {"distance": 0.1},
    "report.Tolerance.between": lambda: {"lower": 0.1, "upper": 0.2},
    "report.Tolerance.relative": lambda: {"fraction": 0.1},
    "report.Tolerance.holds": lambda: {"measured": 1.0, "published": 1.0},
    "report.Tolerance.ends": lambda: {"published": 1.0},
    "report.load_results": lambda: {"path": results_folder()},
    "report.print_comparison": lambda: {
        "rows": [row()],
        "page": Path("index.html"),
        "console": Console(file=io.StringIO()),
    },
    "report.read_comparison": lambda: {"path": comparison_file()},
    "report.rebuild": lambda: {"out": written_report(), "figures": None, "formats": ("pdf",)},
    "report.save_results": lambda: {"path": folder() / "r", "results": {"a": table()}},
    "report.scene": lambda: {
        "run": run(),
        "fields": {"softness": field()},
        "frames": 2,
        "width": 0.1,
        "cutoffs": {"AA": (1.0, 1.4)},
        "normalisation": "total",
    },
    "report.write": lambda: {"out": folder() / "w", **_page()},
    "report.write_comparison": lambda: {"path": folder() / "c.json", "rows": [row()]},
    "simulate": lambda: simulated(per_decade=0, seed=1, dt=0.005, damping=100.0, ensemble="nvt"),
    "simulation.InherentStructure": lambda: {
        "positions": np.zeros((2, 3)),
        "energy": 1.0,
        "force": 1.0,
        "evaluations": 3,
    },
    "simulation.LammpsEngine.advance": lambda: {
        "state": None,
        "checkpoint": folder() / "c",
        "leg": Leg(0, (1,), frozenset({1})),
        "after": None,
        "tick": print,
    },
    "simulation.LammpsEngine.prepare": lambda: {
        "state": None,
        "start": started(),
        "checkpoint": folder() / "c",
    },
    "simulation.Leg": lambda: {"begin": 0, "stops": (1, 2), "frames": frozenset({1})},
    "simulation.PairForces": lambda: {
        "mixture": ka().mixture,
        "box": started().box,
        "species": started().species,
    },
    "simulation.PairForces.__call__": lambda: {
        "xyz": np.ascontiguousarray(started().positions.T),
        "force": np.zeros((3, 200)),
    },
    "simulation.Schedule": lambda: {"hold": 0, "every": 10, "n_particles": 100, "offsets": (0,)},
    "simulation.Schedule.frame_step": lambda: {"frame": 2},
    "simulation.Schedule.frames_before": lambda: {"step": 20},
    "simulation.Schedule.leg": lambda: {"begin": 0, "n_frames": 3},
    "simulation.Schedule.n_frames": lambda: {"state": state(), "duration": 0.2},
    "simulation.Schedule.measures_temperature": lambda: {"frame": 2},
    "simulation.Schedule.next_checkpoint": lambda: {"step": 20},
    "simulation.Schedule.of": lambda: {"state": state()},
    "simulation.SizedForces": lambda: {
        "potential": soft_spheres().potential,
        "box": sc.Box.cube(8.0),
        "diameters": np.array([0.8, 1.2]),
    },
    "simulation.SizedForces.__call__": lambda: {
        "xyz": np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]),
        "force": np.zeros((3, 2)),
    },
    "simulation.SizedForces.energies": lambda: {"xyz": np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])},
    "simulation.SizedRun": lambda: {
        "trajectory": sized_run(),
        "energy": np.ones(FRAMES),
        "kinetic_energy": np.ones(FRAMES),
        "moved": 0.5,
        "swapped": 0.1,
    },
    "simulation.quenched_sizes": lambda: {
        "run": soft_spheres().lattice(100, seed=1),
        "potential": soft_spheres().potential,
        "tolerance": 10.0,
    },
    "simulation.sized_dynamics": lambda: {
        "start": soft_spheres().lattice(100, seed=1),
        "potential": soft_spheres().potential,
        "temperature": 0.5,
        "timestep": 1e-4,
        "every": 1,
        "n_frames": 2,
        "collisions": 0.1,
        "seed": 1,
        "progress": lambda done, total: None,
    },
    "simulation.swap_monte_carlo": lambda: {
        "start": soft_spheres().lattice(100, seed=1),
        "potential": soft_spheres().potential,
        "temperature": 0.5,
        "sweeps": 2,
        "every": 1,
        "swaps": 0.2,
        "step": 0.08,
        "seed": 1,
        "progress": lambda done, total: None,
    },
    "simulation.Snapshot": lambda: {
        "step": 1,
        "positions": np.zeros((2, 3)),
        "images": np.zeros((2, 3), int),
        "box": BOX,
        "log": {},
    },
    "simulation.Start": lambda: {
        "name": "a",
        "positions": np.zeros((2, 3)),
        "species": np.zeros(2, int),
        "box": BOX,
        "melt": False,
    },
    "simulation.chosen_engine": lambda: {"asked": "lammps"},
    "simulation.from_trajectory": lambda: {"trajectory": _start_run(), "liquid": ka(), "temperature": 1.0},
    "simulation.inherent_structure": lambda: {
        "positions": started().positions,
        "box": started().box,
        "species": started().species,
        "mixture": ka().mixture,
        "tolerance": 1e4,
        "minimiser": "l-bfgs",
        "name": "a",
    },
    "simulation.lattice": lambda: {"liquid": ka(), "n_particles": 200, "seed": 1},
    "simulation.overlaps": lambda: {"start": started(), "mixture": ka().mixture, "temperature": 1.0},
    "store.Request": lambda: {"state": state(), "duration": 0.2, "configuration": started()},
    "store.RunFolder": lambda: {"path": folder()},
    "store.RunFolder.engine_file": lambda: {"step": 1},
    "store.RunFolder.checkpoint_of": lambda: {"step": 1, "frames": 1},
    "store.RunFolder.engine_file_of": lambda: {"checkpoint": _checkpoint()},
    "report.own_folder": lambda: {
        "out": folder() / "o",
        "by": "me",
        "inputs": (),
        "root": None,
        "names": (),
        "redrawn": False,
        "figures": None,
    },
    "store.RunFolder.is_there": lambda: {"state": state(), "root": folder(), "engine": "lammps"},
    "store.RunFolder.made_otherwise": lambda: {"states": [state()], "root": folder(), "engine": "lammps"},
    "store.RunFolder.of": lambda: {"state": state(), "root": folder(), "engine": "lammps"},
    "store.RunFolder.remove_files_but_of": lambda: {"checkpoint": _checkpoint()},
    "store.RunFolder.replace_checkpoint": lambda: {"checkpoint": _checkpoint()},
    "store.RunFolder.write_record": lambda: {"record": {"a": 1}},
    "store.Rung": lambda: {"run": run(), "agreements": {}, "order": Order(0.0, 0.0)},
    "store.cool": lambda: {
        **_without(simulated(), "temperature"),
        "temperatures": [1.0, 0.9],
        "seed": 1,
        "dt": 0.005,
        "damping": 100.0,
    },
    "store.equilibrate": lambda: {
        **simulated(),
        "out": folder() / "c.gsd",
        "relaxations": 20.0,
        "longest": 1.0,
        "seed": 1,
        "dt": 0.005,
        "damping": 100.0,
    },
    "store.isoconfigurational": lambda: {
        **_without(simulated(), "hold"),
        "start": _start_run(),
        "n_runs": 2,
        "first_seed": 1,
        "workers": 1,
    },
    "store.logged": lambda: {"trajectory": logged_run(), "name": "potential_energy"},
    "store.quench_trajectory": lambda: {
        "trajectory": _start_run(),
        "tolerance": 1e4,
        "minimiser": "l-bfgs",
        "mixture": ka().mixture,
        "root": folder(),
        "workers": 1,
        "progress": False,
    },
    "store.read_run": lambda: {"path": gsd_file(), "mixture": FLUID, "meaning": sc.io.Meaning()},
    "store.recheck": lambda: {"configuration": systems.library()[0], "run": run()},
    "store.request": lambda: _without(simulated(seed=1), "engine", "root", "progress"),
    "store.simulate_all": lambda: {
        "requests": [store.Request(state(), 0.2)],
        "root": folder(),
        "workers": 1,
        "progress": False,
        "engine": NoEngine(),
    },
    "store.steady_state": lambda: {"run": logged_run()},
    "systems.Configuration": lambda: {"path": Path("a"), "record": {}},
    "systems.Entry": lambda: {
        "name": "a",
        "make": systems.kob_andersen,
        "densities": (1.2,),
        "summary": "a",
        "source": "b",
        "assumption": "",
    },
    "Trajectory.laid_out": lambda: {"chunk": slice(0, 2)},
    "io.Meaning": _said,
    "io.Meaning.doubt": lambda: {"error": SimulationError("a")},
    "io.Meaning.units_for": lambda: {"path": "a", "said": None},
    "io.look_at": lambda: {"path": gsd_file(), "meaning": sc.io.Meaning()},
    "io.open_file": lambda: {"path": gsd_file(), "meaning": sc.io.Meaning()},
    "look": lambda: {"path": gsd_file(), **_without(_said(), "doubts")},
}


# What has no good arguments that are cheap: these are refused for what they hold, or stop at the engine.
REFUSED = {
    "store.RunFolder.checkpoint_of",
    "store.RunFolder.engine_file_of",
    "simulate",
    "store.simulate",
    "store.simulate_all",
    "store.cool",
    "store.equilibrate",
    "store.isoconfigurational",
    "store.recheck",
    "store.read_run",
    "simulation.LammpsEngine.advance",
    "simulation.LammpsEngine.prepare",
}


def _without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


@cache
def _tabulated() -> Any:
    r = np.linspace(0.5, 2.5, 200)
    return sc.potentials.Tabulated.through(r, (2.5 - r) ** 2, points=100)


@cache
def _start_run() -> sc.Trajectory:
    start = started()
    return sc.Trajectory.from_arrays(
        start.positions[None], start.box, species=start.species, names=("A", "B")
    )


def _averaged() -> dict[str, Any]:
    inner = sc.indicators.BondOrder(6, cutoff=2.5)
    return {"inner": inner, "cutoff": 3.0, "generations": 2, "own": False}


@cache
def _predicting() -> dict[str, Any]:
    frames = [sc.testing.liquid_frame(2, seed=seed) for seed in (1, 2)]
    order = sc.indicators.BondOrder(6)
    return {"features": [order], "frames": frames, "targets": [order(one) for one in frames]}


@cache
def _predictor() -> Any:
    return sc.predictors.fit_predictor(**_predicting(), target="order")


def _public_file() -> Path:
    frame = sc.testing.liquid_frame(2)
    path = folder() / "one.npz"
    np.savez(
        path, positions=frame.positions, types=frame.species, box=frame.box.lengths, propensity=np.ones(400)
    )
    return path


@cache
def _propensities() -> list[Any]:
    from supercooled.datasets import Configuration

    frames = [sc.testing.liquid_frame(2, seed=seed) for seed in (1, 2, 3)]
    return [
        Configuration(str(k), one, 0.5, 1.0, np.linspace(0.0, 1.0, one.n_particles), None)
        for k, one in enumerate(frames)
    ]


CALLS |= {
    "datasets.Configuration": lambda: {
        "name": "1",
        "frame": sc.testing.liquid_frame(2),
        "temperature": 0.5,
        "time": 1.0,
        "propensity": np.linspace(0.0, 1.0, 400),
        "halves": np.ones((2, 400)),
        "said": (),
        "role": "learn",
    },
    "datasets.Dataset": lambda: {
        "name": "some",
        "configurations": tuple(_propensities()),
        "liquid": ka(),
        "records": {},
    },
    "datasets.beginning": lambda: {"runs": _iso(), "times": [2.0]},
    "datasets.load": lambda: {"name": "ka-wca_rho1.2_T0.8_N1000"},
    "datasets.read_configurations": lambda: {"folder": _public_file(), "temperature": 0.5, "time": 1.0},
    "benchmark": lambda: {
        "data": _propensities(),
        "mixture": None,
        "indicators": [sc.indicators.BondOrder(6)],
        "predictors": {"order": [sc.indicators.BondOrder(6)]},
        "species": "A",
        "temperature": 0.5,
        "time": 1.0,
        "slow": False,
        "cache": folder(),
        "progress": None,
    },
    "predictors.fit_predictor": lambda: {
        **_predicting(),
        "target": "order",
        "model": "ridge",
        "species": "A",
        "groups": [1, 2],
        "penalties": (0.1, 1.0),
        "folds": 2,
        "hidden": 4,
        "networks": 1,
        "seed": 1,
        "unit": "1",
    },
    "predictors.load_predictor": lambda: {"path": _predictor().save(folder() / "predictor.json")},
    "predictors.recipe": lambda: {"mixture": ka().mixture},
    "predictors.shipped": lambda: {"name": "ka-propensity-T0.44"},
    "predictors.score": lambda: {"predicted": [1.0, 2.0], "target": [2.0, 3.0]},
    "predictors.Predictor": lambda: {
        f.name: getattr(_predictor(), f.name) for f in dataclasses.fields(_predictor())
    },
}


# What a method is called on.
# Indicators whose fields all have a value are made as they are; the others need one here.
INDICATORS: dict[str, Callable[[], dict[str, Any]]] = {
    "DistanceToInherent": lambda: {"mixture": FLUID, "tolerance": 1e-2},
    "Inherent": lambda: {"inner": sc.indicators.BondOrder(6), "mixture": FLUID, "tolerance": 1e-2},
    "InherentFeatures": lambda: {"inner": sc.indicators.BondOrder(6), "mixture": FLUID, "tolerance": 1e-2},
    "Variance": lambda: {**_without(_averaged(), "generations"), "length": 2.0, "over": "A"},
    "PackingOrder": lambda: {"diameters": (("AA", 1.0),), "neighbours": "cutoff", "cutoff": 1.5},
    "Average": lambda: {**_averaged(), "length": 2.0, "over": "A"},
    "Averages": lambda: {**_averaged(), "lengths": (0.0, 2.0), "over": ("A", "all")},
    "LearnedSoftness": lambda: {"model": described_model()},
    "PseudoSpeciesDepth": lambda: {
        "potential": soft_spheres().potential,
        "classes": 3,
        "cutoffs": (0.8, 1.4),
        "equal": "width",
        "normalisation": "partner",
        "width": 0.09,
        "dr": 0.01,
        "temperature": 0.5,
    },
    "SizedEnergy": lambda: {"potential": soft_spheres().potential},
    "SizedStructureFunctions": lambda: {
        "radial": sc.structure.Radial(0.8, 0.1, 3, 0.1),
        "nonadditivity": 0.2,
    },
    "LocalDepth": lambda: {
        "mixture": FLUID,
        "cutoffs": {"AA": (0.9, 1.4)},
        "direct_correlation": "local",
        "normalisation": "total",
        "width": 0.09,
        "dr": 0.05,
        "temperature": 0.5,
        "rdf": None,
    },
    "LocalSoftness": lambda: {
        "depth": sc.indicators.LocalDepth(FLUID, {"AA": (0.9, 1.4)}),
        "calibration": cage.Calibration(1.0, 1.0, 0.1, 0.1, (0.5, 0.6), "x", 0.1),
    },
    "PairEntropy": lambda: {
        "width": 0.1,
        "r": (0.4, 0.5, 0.6),
        "pair_correlation": "partial",
        "normalisation": "local",
        "radius": 3.0,
        "switching": structure.Logistic(2.0, 1.0),
        "averaged_within": 1.5,
    },
    "PotentialEnergy": lambda: {"mixture": FLUID},
    "StructureFunction": lambda: {"partner": "A", "mean": 1.0, "width": 0.1},
    "StructureFunctions": lambda: {"radial": (RADIAL,), "angular": ANGULAR},
}
CALLS["indicators.inherent"] = INDICATORS["Inherent"]
CALLS["indicators.averaged"] = lambda: {**_averaged(), "length": 2.0, "over": "A"}


def _caged() -> dict[str, Any]:
    return {
        "mixture": FLUID,
        "temperature": 1.0,
        "radius": 0.2,
        "step": 0.1,
        "sweeps": 3,
        "seed": 1,
    }


OF_MINIMUM: Mapping[str, Any] = {"mixture": SPRINGS, "tolerance": 1e-3}
INDICATORS |= {
    "LowModes": lambda: {**OF_MINIMUM, "number": 20, "participation_below": 0.5},
    "Vibrality": lambda: {**OF_MINIMUM},
    "AtCage": lambda: {"inner": sc.indicators.BondOrder(6), **_caged()},
    "CageDistance": _caged,
    "CageFluctuation": _caged,
    "DebyeWaller": lambda: {
        "mixture": FLUID,
        "temperature": 1.0,
        "time": 0.01,
        "runs": 2,
        "cutoff": 1.5,
        "dt": 0.005,
        "seed": 1,
    },
}
CALLS["indicators.cage_state"] = lambda: {"frame": still_frame(), **_caged()}
CALLS |= {
    f"indicators.{name}": INDICATORS.get(name, partial(_defaults, kind))
    for name, kind in sc.indicators.known().items()
    if dataclasses.fields(kind)
}


@cache
def compared() -> sc.Comparison:
    return sc.compare(None, field("softness"), field("depth"))


def warm() -> sc.Trajectory:
    return dataclasses.replace(run(), temperature=0.5)


LEARNED = ("model", "validation", "curve", "weights", "examples")
NEAR = StructureFunctions((sc.structure.Radial(2.2, 0.1, 3, 0.1),))


@cache
def learned() -> sc.Learned:
    return sc.learn(**CALLS["learn"]())


@cache
def analysed() -> sc.Analysis:
    """Without what its figures show: drawing them takes seconds."""
    return dataclasses.replace(sc.analyze(warm()), results={"none": xr.Dataset()})


OBJECTS: dict[str, Callable[[], Any]] = {
    "Learned": learned,
    "Analysis": analysed,
    "Comparison": compared,
    "Frame": still_frame,
    "Frame.by_size": sized_frame,
    "Frame.voronoi": dense_frame,
    "Trajectory.by_size": sized_run,
    "Trajectory.diameters": sized_run,
    "io.Reader": lambda: sc.io.Reader("kind", (".kind",), lambda path: run()),
    "Neighbours": lambda: sc.neighbours([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], BOX, cutoff=1.5),
    "Box": lambda: sc.Box(4.0, 4.0, 4.0),
    "FieldOfView": lambda: sc.FieldOfView((0.0, 0.0), (4.0, 3.0)),
    "LennardJones": lambda: sc.LennardJones(1.0, 1.0, 2.5),
    "Liquid": ka,
    "Mixture": lambda: FLUID,
    "Protocol": lambda: state().protocol,
    "Trajectory": run,
    "Units": lambda: sc.Units("metal", sigma=3.4, epsilon=0.01, mass=40.0),
    "cage.Calibration": lambda: cage.Calibration(1.0, 1.0, 0.1, 0.1, (0.5, 0.6), "x", 0.1),
    "learning.SoftnessModel": model,
    "structure.Logistic": lambda: structure.Logistic(2.0, 1.0),
    "systems.Configuration": lambda: systems.library()[0],
    "systems.SizeDistribution": lambda: soft_spheres().sizes,
    "systems.SizedLiquid": soft_spheres,
    "potentials.ContinuousSizes": lambda: soft_spheres().potential,
    "simulation.SizedForces": lambda: sc.simulation.SizedForces(
        soft_spheres().potential, sc.Box.cube(8.0), np.array([0.8, 1.2])
    ),
    "io.GsdAppender": appender,
    "io.Meaning": lambda: sc.io.Meaning(doubts=[]),
    "dynamics.LawFit": lambda: dynamics.fit_law(T, np.exp(2.0 / T), law="arrhenius", confidence=0.68),
    "learning.SoftnessClassifier": lambda: learning.SoftnessClassifier().fit(
        examples().values, np.arange(80) % 2
    ),
    "potentials.CurvatureSmoothedLennardJones": lambda: sc.potentials.CurvatureSmoothedLennardJones(
        1.0, 1.0, 2.5
    ),
    "potentials.ExpandedLennardJones": lambda: sc.potentials.ExpandedLennardJones(1.0, 1.0, 0.1, 2.5),
    "potentials.HarmonicRepulsion": lambda: sc.potentials.HarmonicRepulsion(1.0, 1.0),
    "potentials.InversePower": lambda: sc.potentials.InversePower(1.0, 1.0, 12.0, 2.5),
    "potentials.SmoothedInversePower": lambda: sc.potentials.SmoothedInversePower(1.0, 1.0, 12.0, 2.5),
    "potentials.SmoothedLennardJones": lambda: sc.potentials.SmoothedLennardJones(1.0, 1.0, 2.5),
    "potentials.Tabulated": _tabulated,
    "relation.Line": _line,
    "relation.SoftnessLaw": lambda: relation.softness_law(**CALLS["relation.softness_law"]()),
    "report.Tolerance": lambda: report.Tolerance.relative(0.1),
    "simulation.LammpsEngine": sc.simulation.LammpsEngine,
    "simulation.PairForces": lambda: sc.simulation.PairForces(ka().mixture, started().box, started().species),
    "simulation.Schedule": lambda: Schedule(0, 10, 100),
    "store.RunFolder": _run_folder,
}
