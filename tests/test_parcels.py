"""Tasks for other processes take their frames with them, and nothing of the rest."""

import pickle
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import dynamics, structure
from supercooled.frame_source import taking_only

N_FRAMES, N = 160, 200
BOX = sc.Box.cube(6.0)


class Post(Executor):
    """An executor whose tasks go through pickle, as to another process; it counts their bytes."""

    cores = 2

    def __init__(self):
        self.bytes = self.tasks = 0

    def map(self, function, items, **_):
        for item in items:
            data = pickle.dumps((function, item))
            self.bytes += len(data)
            self.tasks += 1
            function_there, item_there = pickle.loads(data)
            yield pickle.loads(pickle.dumps(function_there(item_there)))


@dataclass(frozen=True)
class Ahead(sc.Indicator, unit="1", symbol="$a$", long_name="way to the last frame", source="this test"):
    def __call__(self, frame):
        last = frame.run.positions(slice(N_FRAMES - 1, N_FRAMES))[0]
        return np.linalg.norm(frame.box.minimum_image(last - frame.positions), axis=1)


def run_in_memory(**more):
    rng = np.random.default_rng(5)
    paths = np.cumsum(rng.normal(scale=0.05, size=(N_FRAMES, N, 3)), axis=0) + rng.uniform(-3, 3, (N, 3))
    kinds = np.arange(N) % 5 == 0
    return sc.Trajectory.from_arrays(paths, BOX, species=kinds.astype(int), unwrapped=True, **more)


def examples():
    frame, always = np.arange(N_FRAMES), np.zeros(N_FRAMES, int)
    columns = {"run": always, "frame": frame, "particle": always + 1}
    return xr.Dataset({name: ("example", column) for name, column in columns.items()})


NEAR = sc.indicators.StructureFunctions((structure.Radial(1.0, 0.1, number=5, width=0.1),))
BOND_ORDER = sc.indicators.BondOrder(6)
SMALL = {"megabytes": 0.1}
CALLS = {
    "structure factor": lambda run, pool: structure.structure_factor(run, q_max=4.0, dq=0.5, executor=pool),
    "radial distribution": lambda run, pool: structure.radial_distribution(
        run, r_max=2.5, dr=0.1, executor=pool
    ),
    "indicator": lambda run, pool: BOND_ORDER.of(run, executor=pool, **SMALL),
    "several indicators": lambda run, pool: sc.compute(run, [BOND_ORDER], executor=pool, **SMALL),
    "hops": lambda run, pool: dynamics.hops(run, window=2.0, executor=pool),
    "events": lambda run, pool: dynamics.events(run, window=2.0, threshold=0.01, executor=pool, **SMALL),
    "strain": lambda run, pool: dynamics.nonaffine_displacement(
        run, lag=1.0, cutoff=2.5, executor=pool, **SMALL
    ),
    "examples": lambda run, pool: structure.features_of_examples(
        run, examples(), NEAR, species="A", executor=pool
    ),
}


# Chunks of these share frames: a task begins where the sums of an undivided run would, or reads on to a lag.
SHARING = {
    "extrema": lambda run, pool: dynamics.training_by_extrema(
        run, dynamics.ExtremaRule.graham2023(lead=0.0), species=None, executor=pool, megabytes=0.5
    ),
    "correlators": lambda run, pool: dynamics.correlators(
        run, lags=[1.0, 2.0], overlap_radius=0.3, executor=pool, **SMALL
    ),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_is_sent_is_little_more_than_the_data(name):
    run, post = run_in_memory(), Post()
    alone, sent = CALLS[name](run, None), CALLS[name](run, post)
    xr.testing.assert_allclose(alone, sent)
    assert post.tasks > (name != "radial distribution")
    assert post.bytes <= 1.2 * run.source.frames.positions.nbytes


@pytest.mark.parametrize("name", sorted(SHARING))
def test_tasks_that_share_frames_take_no_more_than_they_read(name, monkeypatch):
    read = []

    def counted(needed):
        read.append(sum(map(len, needed.values())))
        return taking_only(needed)

    monkeypatch.setattr("supercooled.parcels.taking_only", counted)
    run, post = run_in_memory(), Post()
    xr.testing.assert_allclose(SHARING[name](run, None), SHARING[name](run, post))
    assert len(read) == post.tasks > 1
    assert post.bytes <= 1.2 * sum(read) * N * 24


def test_diameters_that_change_are_cut_like_positions():
    diameters = np.random.default_rng(1).uniform(0.8, 1.2, (N_FRAMES, N))
    whole = run_in_memory().with_diameters(diameters)
    post = Post()
    found = structure.radial_distribution(whole[::2], r_max=2.5, dr=0.1, executor=post)
    assert post.bytes <= 1.2 * (whole.source.source.frames.positions.nbytes + diameters.nbytes) / 2
    xr.testing.assert_identical(found, structure.radial_distribution(whole[::2], r_max=2.5, dr=0.1))


def test_a_task_that_asks_for_more_frames_gets_them_all():
    run, post = run_in_memory(), Post()
    found = Ahead().of(run, executor=post, **SMALL)
    xr.testing.assert_identical(found, Ahead().of(run))
    assert not found[0].equals(found[1])


def test_a_part_knows_the_boxes_and_the_name_of_the_whole():
    run = run_in_memory()
    post = Post()
    seen = Fingerprint().of(run, executor=post, **SMALL)
    assert (seen.values == int(run.fingerprint[:8], 16)).all()
    assert pickle.loads(pickle.dumps(run)).fingerprint == run.fingerprint


@dataclass(frozen=True)
class Fingerprint(sc.Indicator, unit="1", symbol="$f$", long_name="beginning of it", source="this test"):
    def __call__(self, frame):
        assert len(frame.run.boxes()) == N_FRAMES
        return np.full(frame.n_particles, float(int(frame.run.fingerprint[:8], 16)))
