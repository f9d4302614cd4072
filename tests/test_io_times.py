"""A file that holds no times opens; what needs none gives the same numbers, what needs one asks for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asked import local_depth, surroundings
from test_io_dump import Run, put

import supercooled as sc
from supercooled.errors import ParameterError

LIQUID = sc.systems.kob_andersen(density=1.2).mixture
RNG = np.random.default_rng(3)
TIMED = sc.Trajectory.from_arrays(
    RNG.uniform(-3, 3, (1, 150, 3)) + np.cumsum(RNG.normal(scale=0.05, size=(12, 150, 3)), axis=0),
    sc.Box.cube(6.0),
    species=np.arange(150) % 5 == 0,
    unwrapped=True,
    temperature=0.5,
)
UNTIMED = replace(TIMED, moments=None)
PATHS = TIMED.unwrapped()
AGAIN = sc.Trajectory.from_arrays(2.0 * PATHS - PATHS[0], sc.Box.cube(6.0), unwrapped=True)

NEED_NONE: dict[str, Callable[[sc.Trajectory], object]] = {
    "g(r)": lambda run: sc.structure.radial_distribution(run, r_max=2.0, dr=0.1).radial_distribution,
    "S(q)": lambda run: sc.structure.structure_factor(run, q_max=4.0, dq=0.5).structure_factor,
    "positions": lambda run: run.unwrapped(),
    "local depth": lambda run: local_depth(
        run,
        mixture=LIQUID,
        temperature=0.5,
        species="A",
        width=0.09,
        dr=0.05,
        cutoffs={"AA": (0.9, 1.4), "AB": (0.8, 1.3), "BB": (0.8, 1.3)},
        direct_correlation="local",
        normalisation="total",
    ),
    "structure functions": lambda run: sc.indicators.StructureFunctions(
        (sc.structure.Radial(first=0.8, step=0.1, number=4, width=0.1),)
    ).of(run, species="A"),
    "energy and density": lambda run: (
        surroundings(
            run, mixture=LIQUID, species="A", radius=2.0, width=0.1, shells={"AA": 1.4, "AB": 1.3}
        ).local_density
    ),
}
NEED_TIMES: dict[str, Callable[[sc.Trajectory], object]] = {
    "displacements": lambda run: sc.dynamics.displacements(run, lags=[1.0], overlap_radius=0.3),
    "correlators": lambda run: sc.dynamics.correlators(run, lags=[1.0], overlap_radius=0.3),
    "hops": lambda run: sc.dynamics.hops(run, window=4.0),
    "events": lambda run: sc.dynamics.events(run, window=4.0, threshold=0.1),
    "non-affine displacements": lambda run: sc.dynamics.nonaffine_displacement(run, lag=2.0, cutoff=1.5),
    "propensity": lambda run: sc.dynamics.propensity([run, replace(run, source=AGAIN.source)], times=[1.0]),
    "lags": lambda run: sc.dynamics.logarithmic_lags(run, per_decade=5, longest=5.0),
    "interval": lambda run: run.interval,
    "times": lambda run: run.times,
}


@pytest.mark.parametrize("what", NEED_NONE)
def test_structure_of_frames_without_times_is_that_of_frames_with_times(what: str) -> None:
    np.testing.assert_array_equal(NEED_NONE[what](UNTIMED), NEED_NONE[what](TIMED))


@pytest.mark.parametrize("what", NEED_TIMES)
def test_frame_numbers_are_never_taken_for_times(what: str) -> None:
    with pytest.raises(
        ParameterError, match="contains no times, and they are needed here: give the time of one"
    ):
        NEED_TIMES[what](UNTIMED)


def test_a_dump_without_a_timestep_opens_and_asks_when_a_time_is_needed(tmp_path: Path) -> None:
    run = sc.read(put(tmp_path, Run().dump(["id", "x", "y", "z"])))
    assert run[1:].moments is None
    assert "3 frames without times" in repr(run)
    assert "without times" in run._repr_html_()
    with pytest.raises(ParameterError, match=r'read\("run.dump", timestep=0.005\), or --timestep 0.005'):
        sc.dynamics.displacements(run, lags=[1.0], overlap_radius=0.3)


def test_a_trajectory_without_times_is_written_without_times(tmp_path: Path) -> None:
    path = tmp_path / "untimed.gsd"
    sc.write_gsd(path, UNTIMED, fields={"softness": np.full((12, 150), 2e-3)})
    assert sc.read(path).moments is None
    assert sc.read(path).n_frames == 12
    np.testing.assert_array_equal(sc.read(path, timestep=0.5).times, 0.5 * np.arange(12))
    assert "time" not in sc.io.read_fields(path).coords
