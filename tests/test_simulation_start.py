"""Where runs start and when they stop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supercooled import systems
from supercooled.box import Box
from supercooled.errors import BoxError, MixtureError, ParameterError, SimulationError, TrajectoryError
from supercooled.simulation import Schedule, Start, from_trajectory, lattice, overlaps
from supercooled.simulation import schedule as schedule_module
from supercooled.state import Protocol, StatePoint
from supercooled.store import request
from supercooled.trajectory import Trajectory

LIQUID = systems.kob_andersen(density=1.2)
N = 200

schedules = st.builds(
    Schedule, hold=st.integers(0, 3000), every=st.integers(1, 700), n_particles=st.integers(20_000, 200_000)
)


def configuration(**changes):
    start = lattice(LIQUID, N, seed=1)
    given_ = {"positions": start.positions, "box": start.box, "species": start.species, **changes}
    return Trajectory.from_arrays(
        given_["positions"][None],
        given_["box"],
        species=given_["species"],
        names=given_.get("names", ("A", "B")),
    )


def legs(schedule, n_frames, begin=0):
    while True:
        leg, whole = schedule.leg(begin, n_frames)
        yield leg, whole
        if not whole:
            return
        begin = leg.stops[-1]


@given(schedules, st.integers(1, 60))
def test_legs_follow_each_other_and_hold_every_frame_once(schedule, n_frames):
    frames, begin = [], 0
    for leg, _ in legs(schedule, n_frames):
        assert leg.begin == begin
        assert all(a < b for a, b in zip((leg.begin, *leg.stops), leg.stops, strict=False))
        assert leg.frames <= {leg.begin, *leg.stops}
        frames += sorted(leg.frames)
        begin = leg.stops[-1] if leg.stops else leg.begin
    assert frames == [schedule.hold + k * schedule.every for k in range(n_frames)]
    assert schedule.frames_before(begin + 1) == n_frames


@given(schedules, st.integers(1, 40), st.integers(0, 40))
def test_a_longer_run_stops_wherever_a_shorter_one_does(schedule, n_frames, more):
    """Otherwise prolonging a run would not give the bits of a run asked for at once."""
    short = [(leg, whole) for leg, whole in legs(schedule, n_frames)]
    long = {leg.begin: leg for leg, _ in legs(schedule, n_frames + more)}
    for leg, whole in short:
        other = long[leg.begin]
        assert other.stops[: len(leg.stops)] == leg.stops
        assert not whole or other == leg


@given(schedules, st.integers(1, 40))
def test_no_leg_or_pause_is_longer_than_its_budget(schedule, n_frames):
    for leg, _ in legs(schedule, n_frames):
        stops = (leg.begin, *leg.stops)
        work = (stops[-1] - stops[0]) * schedule.n_particles
        assert work <= schedule_module.ATOM_STEPS_PER_CHECKPOINT
        pause = max(np.diff(stops), default=0) * schedule.n_particles
        assert pause <= schedule_module.ATOM_STEPS_PER_STOP


def test_a_duration_must_be_whole_intervals():
    state = StatePoint(LIQUID, 0.7, N, Protocol(every=1.0))
    assert Schedule.n_frames(state, 10.0) == 11
    for wrong in (0.0, 0.5, -1.0):
        with pytest.raises(ParameterError, match=r"duration|whole number"):
            Schedule.n_frames(state, wrong)


@pytest.mark.parametrize("n", [108, 190, 500])
def test_a_lattice_has_the_density_the_composition_and_no_clash(n):
    liquid = systems.wahnstrom(density=1.2959)
    start = lattice(liquid, n, seed=3)
    assert n / start.box.volume == pytest.approx(liquid.density)
    np.testing.assert_array_equal(np.bincount(start.species), liquid.mixture.counts(n))
    r = np.linalg.norm(start.box.minimum_image(start.positions[:, None] - start.positions[None]), axis=2)
    cells = np.ceil((n / 4) ** (1 / 3))
    assert r[~np.eye(n, dtype=bool)].min() == pytest.approx(start.box.Lx / cells / np.sqrt(2))


def test_seeds_shuffle_species_and_the_hash_sees_it():
    first, again, other = (lattice(LIQUID, N, seed=s) for s in (1, 1, 2))
    assert first.sha256 == again.sha256 != other.sha256


def test_a_configuration_survives_the_way_through_single_precision():
    start = lattice(LIQUID, N, seed=1)
    rounded = configuration(
        positions=start.positions.astype(np.float32), box=Box.cube(float(np.float32(start.box.Lx)))
    )
    read = from_trajectory(rounded, LIQUID, 1.0)
    assert read.box == start.box
    np.testing.assert_allclose(read.positions, start.positions, atol=1e-5)


def test_species_are_matched_by_name_not_by_number():
    start = lattice(LIQUID, N, seed=1)
    swapped = configuration(species=1 - start.species, names=("B", "A"))
    np.testing.assert_array_equal(from_trajectory(swapped, LIQUID, 1.0).species, start.species)


def test_overlapping_particles_are_named():
    start = lattice(LIQUID, N, seed=1)
    positions = start.positions.copy()
    # across a face of the box
    positions[7] = [start.box.Lx / 2 - 0.01, 0, 0]
    positions[40] = [-start.box.Lx / 2 + 0.01, 0, 0]
    with pytest.raises(SimulationError, match=r"particles 7 and 40 overlap, 0\.020 apart"):
        from_trajectory(configuration(positions=positions), LIQUID, 1.0)


@pytest.mark.parametrize("pair", ["AA", "AB", "BB"])
def test_what_overlaps_is_a_pair_whose_energy_no_fluctuation_explains(pair):
    potential = LIQUID.mixture.potential(*pair)
    species = np.array([LIQUID.mixture.species.index(name) for name in pair])
    for r in np.linspace(0.6, 0.9, 13):
        positions = np.array([[4.9, 1.0, 0.0], [-5.1 + r, 1.0, 0.0]])
        found = overlaps(Start("two", positions, species, Box.cube(10.0)), LIQUID.mixture, 0.5)
        assert (found is not None) == (potential.energy(r) > 50.0)
        if found is not None:
            assert found == (0, 1, pytest.approx(r))


def test_bad_starts_are_refused_before_any_simulation(tmp_path):
    start = lattice(LIQUID, N, seed=1)
    ask = {"temperature": 1.0, "n_particles": N, "duration": 1.0, "every": 0.5}
    holey = start.positions.copy()
    holey[3, 1] = np.nan
    with pytest.raises(TrajectoryError, match="particle 3"):
        request(LIQUID, **ask, start=configuration(positions=holey))
    with pytest.raises(BoxError, match=r"density 1\.2 need a cube of edge 5\.50"):
        request(LIQUID, **ask, start=configuration(box=Box.cube(6.0)))
    with pytest.raises(MixtureError, match=r"\(200, 0\) particles"):
        request(LIQUID, **ask, start=configuration(species=np.zeros(N, int)))
    with pytest.raises(MixtureError, match="name them when reading"):
        request(LIQUID, **ask, start=configuration(names=("1", "2")))
    with pytest.raises(ParameterError, match="n_particles is 210"):
        request(LIQUID, **{**ask, "n_particles": 210}, start=configuration())
    with pytest.raises(TrajectoryError, match="no such file"):
        request(LIQUID, **ask, start=tmp_path / "absent.gsd")
    assert list(tmp_path.iterdir()) == []


def test_bad_parameters_are_refused_before_any_simulation():
    ask = {
        "temperature": 1.0,
        "n_particles": N,
        "duration": 1.0,
        "every": 0.5,
        "start": "lattice",
        "hold": 1.0,
    }
    with pytest.raises(BoxError, match="at least 150 particles"):
        request(LIQUID, **{**ask, "n_particles": 100})
    with pytest.raises(MixtureError, match="201 particles can't be divided"):
        request(LIQUID, **{**ask, "n_particles": 201})
    with pytest.raises(ParameterError, match="give the time to hold"):
        request(LIQUID, **{**ask, "hold": 0.0})
    for name, value in {"temperature": -1.0, "dt": 0.0, "every": 0.0049, "hold": 0.0012, "seed": 0}.items():
        with pytest.raises(ParameterError):
            request(LIQUID, **{**ask, name: value})
    with pytest.raises(ParameterError, match="ensemble"):
        request(LIQUID, **{**ask, "ensemble": "npt"})


def test_a_run_is_named_by_what_a_file_holds_not_by_what_it_is_called():
    ask = {"temperature": 1.0, "n_particles": N, "duration": 1.0, "every": 0.5}
    first, second = (request(LIQUID, **ask, start=configuration()) for _ in range(2))
    start = lattice(LIQUID, N, seed=2)
    other = request(LIQUID, **ask, start=configuration(species=start.species))
    assert first.state.key == second.state.key != other.state.key


def test_one_and_one_point_zero_name_the_same_run():
    whole = request(LIQUID, temperature=1, n_particles=N, duration=1, every=1, start="lattice", hold=1)
    real = request(LIQUID, temperature=1.0, n_particles=N, duration=1.0, every=1.0, start="lattice", hold=1.0)
    assert whole.state.key == real.state.key
