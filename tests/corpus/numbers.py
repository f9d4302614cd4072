"""Parameters that mean nothing, alone or together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from asked import local_depth

import supercooled as sc
from corpus.case import Case
from supercooled import store, systems
from supercooled.analysis.choices import Choices
from supercooled.errors import BoxError, MixtureError, ParameterError, SupercooledError, TrajectoryError

NAN, INF = float("nan"), float("inf")
BOX = sc.Box.cube(6.0)
GAS = np.random.default_rng(1).uniform(-3, 3, (30, 40, 3))
RUN = sc.Trajectory.from_arrays(GAS, BOX, species=np.arange(40) % 5 == 4, names=("A", "B"), unwrapped=True)


def _of(call: Callable[..., object], **fixed: object) -> Callable[..., Callable[[object], object]]:
    """Attempts of a call with other arguments than the good ones."""
    return lambda **changes: lambda _: call(**{**fixed, **changes})


hops = _of(partial(sc.dynamics.hops, RUN), window=4.0)
factor = _of(partial(sc.structure.structure_factor, RUN), q_max=4.0, dq=0.5)
radial = _of(partial(sc.structure.radial_distribution, RUN), r_max=2.0, dr=0.1)
moves = _of(partial(sc.dynamics.displacements, RUN), lags=[1.0], overlap_radius=0.3)
depth = _of(
    partial(local_depth, RUN), mixture=systems.named("ka-lj", density=1.2).mixture, temperature=0.5,
    species="A", width=0.09, cutoffs={"AA": (0.9, 1.4), "AB": (0.8, 1.2)}, dr=0.05,
    direct_correlation="local",
    normalisation="total",
)  # fmt: skip
choices = _of(Choices)
state = _of(
    partial(store.request, systems.kob_andersen(density=1.2)), temperature=1.0, n_particles=200, duration=1.0,
    every=0.1, start="lattice", hold=1.0,
)  # fmt: skip
box = _of(sc.Box, Lx=4.0, Ly=4.0, Lz=4.0)
arrays = _of(sc.Trajectory.from_arrays, positions=GAS, box=BOX)
liquid = _of(systems.named, name="ka-lj", density=1.2)
B, M, P, T = BoxError, MixtureError, ParameterError, TrajectoryError


def _case(name: str, attempt: Callable[[object], object], error: type[SupercooledError], says: str) -> Case:
    return Case(f"number: {name}", attempt, error, says)


CASES = (
    *(_case(f"window {w}", hops(window=w), P, "window") for w in (0.0, -1.0, NAN, INF, 0.5)),
    _case("window beyond the run", hops(window=100.0), T, "shorter than the window"),
    _case("species that is not there", hops(species="C"), P, "no species 'C'"),
    *(_case(f"q_max {q}", factor(q_max=q), P, "q_max") for q in (0.0, -1.0, NAN, INF)),
    _case("q_max below the smallest", factor(q_max=0.6), B, "no wave vector"),
    *(_case(f"dq {q}", factor(dq=q), P, "dq") for q in (0.0, -1.0, NAN)),
    _case("blocks of nothing", factor(blocks=0), P, "blocks"),
    _case("more blocks than frames", factor(blocks=31), P, "blocks"),
    *(_case(f"dr {d}", radial(dr=d), P, "dr") for d in (0.0, -0.1, NAN)),
    *(_case(f"r_max {r}", radial(r_max=r), P, "r_max") for r in (0.0, -1.0, NAN, INF)),
    _case("r_max beyond half of the box", radial(r_max=3.1), B, "half of the smallest height"),
    *(_case(f"lag {lag}", moves(lags=[lag]), P, "lag") for lag in (-1.0, 0.5, NAN, INF)),
    _case("lag beyond the run", moves(lags=[50.0]), T, "lag"),
    *(_case(f"radius {a}", moves(overlap_radius=a), P, "radius") for a in (-0.3, NAN)),
    *(_case(f"temperature {t} of a depth", depth(temperature=t), P, "temperature") for t in (0.0, -1.0, NAN)),
    *(_case(f"width {w}", depth(width=w), P, "width") for w in (0.0, -0.1, NAN, INF)),
    _case("width beyond the box", depth(width=0.4), B, "half of the smallest height"),
    _case("a cutoff missing", depth(cutoffs={"AA": (0.9, 1.4)}), P, "AB"),
    _case("cutoffs the wrong way", depth(cutoffs={"AA": (1.4, 0.9), "AB": (0.8, 1.2)}), P, "cutoff"),
    _case("an unknown reading", depth(direct_correlation="global"), P, "correlation"),
    _case("an unknown normalisation", depth(normalisation="none"), P, "normalisation"),
    _case("no frames", depth(frames=slice(40, 50)), P, "selects none"),
    _case("a step too long for a depth", depth(dr=2.0), P, "dr"),
    *(_case(f"{n} of choices", choices(**{n: 0.0}), P, n) for n in ("window", "q_max", "width")),
    _case("an unknown calibration", choices(calibrated_by="hope"), P, "calibrated_by"),
    *(_case(f"temperature {t}", state(temperature=t), P, "temperature") for t in (0.0, -1.0, NAN, INF)),
    *(_case(f"duration {d}", state(duration=d), P, "duration") for d in (-1.0, NAN, INF)),
    *(_case(f"every {e}", state(every=e), P, "every") for e in (0.0, NAN)),
    *(_case(f"dt {d}", state(dt=d), P, "dt") for d in (0.0, -0.005, NAN)),
    _case("a frame between steps", state(every=0.0123), P, "whole number of steps"),
    _case("seed 0", state(seed=0), P, "seed"),
    _case("one particle", state(n_particles=1), B, "use at least"),
    _case("an unknown ensemble", state(ensemble="npt"), P, "ensemble"),
    *(_case(f"edge {x}", box(Lx=x), B, "box") for x in (0.0, -1.0, NAN, INF)),
    _case("tilt of nan", box(xy=NAN), B, "not a finite number"),
    _case("four dimensions", box(dimensions=4), B, "2 or 3 dimensions"),
    _case("species of another number", arrays(species=[0, 1]), T, "species"),
    _case("species without a name", arrays(species=np.full(40, 3), names=("A",)), T, "no name"),
    _case("negative species", arrays(species=np.full(40, -1)), T, "species"),
    _case("times that go back", arrays(times=np.arange(30.0)[::-1]), T, "not after"),
    _case("times of nan", arrays(times=np.full(30, NAN)), T, "the time of frame 0 is nan"),
    _case("too few times", arrays(times=[0.0]), T, "1 times for 30 frames"),
    _case("flat positions", arrays(positions=GAS[0]), T, "shape"),
    _case("images of another shape", arrays(images=np.zeros((30, 2, 3))), T, "images"),
    *(_case(f"density {d}", liquid(density=d), M, "density") for d in (0.0, -1.0, NAN)),
    _case("a liquid nobody knows", liquid(name="water"), M, "no system 'water'"),
)
