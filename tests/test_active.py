"""The active liquid: forces that add up to zero, last as long as they should, and do work."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import gsd.fl
import numpy as np
import pytest

from supercooled import Activity, store, systems
from supercooled.errors import MixtureError, ParameterError
from supercooled.mixture import Liquid
from supercooled.simulation import LammpsEngine, Leg, lattice, schedule
from supercooled.simulation.active import active_particles, propulsion
from supercooled.state import Protocol, StatePoint

LIQUID = systems.kob_andersen(density=1.2)
WAHNSTROM = systems.wahnstrom(density=1.2959)
N = 200
ALL = Activity(force=1.0, persistence_time=1.0, species=("A", "B"), fraction=1.0)


def active(liquid=LIQUID, **changes):
    return replace(liquid, activity=replace(ALL, **changes))


def test_forces_are_of_one_size_and_add_up_to_zero_and_are_drawn_anew():
    draws = np.array([propulsion(replace(ALL, force=0.7), 200, 3, seed=3, block=b) for b in range(40)])
    assert set(np.abs(draws).ravel()) == {0.7}
    np.testing.assert_allclose(draws.sum(axis=1), 0.0, atol=1e-12)
    signs = draws / 0.7
    # 8000 signs an axis: independent of each other, of the particle and of the draw before, to 5 errors
    assert np.abs(signs.mean(axis=0)).max() < 5 / np.sqrt(40)
    assert np.abs((signs[1:] * signs[:-1]).mean(axis=(0, 1))).max() < 5 / np.sqrt(7800)
    assert abs((signs[..., 0] * signs[..., 1]).mean()) < 5 / np.sqrt(8000)
    np.testing.assert_array_equal(propulsion(ALL, 200, 3, 3, 5), propulsion(ALL, 200, 3, 3, 5))
    assert (propulsion(ALL, 200, 3, 4, 5) != propulsion(ALL, 200, 3, 3, 5)).any()
    assert (propulsion(ALL, 200, 2, 3, 5)[:, 2] == 0).all()


def test_who_is_active_is_what_was_asked():
    species = LIQUID.mixture.species_of(N)
    half = active_particles(replace(ALL, species=("A",), fraction=0.5), LIQUID.mixture, species, 1)
    assert len(half) == len(set(half)) == 80
    assert (species[half] == 0).all()
    other = active_particles(replace(ALL, species=("A",), fraction=0.5), LIQUID.mixture, species, 2)
    assert set(half) != set(other)
    only = active_particles(replace(ALL, species=("B",)), LIQUID.mixture, species, 1)
    np.testing.assert_array_equal(only, np.flatnonzero(species == 1))


def advance(liquid, stops, *, seed=1, dt=0.001, begin=0, checkpoint=None, after=None, **protocol):
    chosen = Protocol(**{"every": 0.01, "dt": dt, "start": "lattice", "ensemble": "nve", **protocol})
    state = StatePoint(liquid, 0.5, N, chosen, seed)
    engine = LammpsEngine()
    with TemporaryDirectory() as folder:
        if checkpoint is None:
            checkpoint = Path(folder) / "start"
            engine.prepare(state, replace(lattice(liquid, N, 1), melt=False), checkpoint)
        shots = engine.advance(
            state, checkpoint, Leg(begin, tuple(stops), frozenset({begin, *stops})), after, lambda _: None
        )
    return [shot.box.unwrap(shot.positions, shot.images) for shot in shots]


def test_a_push_moves_each_particle_by_half_f_t_squared_over_its_mass():
    """Against the same run without it, before neighbours notice."""
    pushed = active(WAHNSTROM, force=20.0, persistence_time=0.5, species=("B",))
    _, with_it = advance(pushed, [20])
    _, without = advance(WAHNSTROM, [20])
    species = lattice(WAHNSTROM, N, 1).species
    moved = with_it - without
    who = np.flatnonzero(species == 1)
    push = propulsion(pushed.activity, len(who), 3, seed=1, block=0)
    expected = 0.5 * push * 0.02**2 / 0.5
    np.testing.assert_allclose(moved[who], expected, atol=0.1 * np.abs(expected).max())
    assert np.abs(moved[species == 0]).max() < 0.15 * np.abs(expected).max()


def test_after_the_persistence_time_the_push_is_another():
    """Strokes of 10 steps: velocities change by f times ten steps, each time in the new direction."""
    pushed = active(force=40.0, persistence_time=0.005)
    stops, dt = [10, 20, 30], 0.0005
    moved = np.array(advance(pushed, stops, dt=dt)) - np.array(advance(LIQUID, stops, dt=dt))
    strokes = [propulsion(pushed.activity, N, 3, seed=1, block=b) for b in range(3)]
    t = 0.005
    expected = 0.5 * t**2 * (strokes[0] * 5 + strokes[1] * 3 + strokes[2])
    # Neighbours push back, the more the longer it takes.
    np.testing.assert_allclose(moved[3], expected, atol=0.2 * np.abs(expected).max())
    wrong = 0.5 * t**2 * 9 * strokes[0]
    assert np.abs(moved[3] - expected).mean() < 0.2 * np.abs(moved[3] - wrong).mean()


def test_nobody_pushes_the_whole():
    paths = np.array(advance(active(force=5.0, persistence_time=0.05), [100, 200], dt=0.002))
    assert np.ptp(paths.mean(axis=1), axis=0).max() < 1e-10


def test_stopping_on_the_way_and_at_a_checkpoint_changes_nothing(tmp_path):
    """Draws every 7 steps, pauses and checkpoints elsewhere."""
    pushed = active(force=5.0, persistence_time=0.007)
    straight = advance(pushed, [60])[-1]
    paused = advance(pushed, [5, 14, 33, 35, 60])[-1]
    np.testing.assert_array_equal(paused, straight)
    for step in (28, 30):
        advance(pushed, [step], after=tmp_path / "middle")
        resumed = advance(pushed, [60], begin=step, checkpoint=tmp_path / "middle")[-1]
        np.testing.assert_allclose(resumed, straight, atol=1e-10)


@cache
def melt():
    folder = TemporaryDirectory()
    ask = {"temperature": 2.0, "n_particles": N, "every": 0.1, "root": folder.name, "progress": False}
    return store.simulate(LIQUID, duration=0.1, start="lattice", hold=1.0, **ask), folder


def run(liquid, root, **changes):
    arguments = {"temperature": 0.8, "duration": 4.0, "every": 0.05, "start": melt()[0], "hold": 2.0}
    return store.simulate(liquid, n_particles=N, root=root, progress=False, **{**arguments, **changes})


def test_a_prolonged_run_has_the_bits_of_one_made_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(schedule, "ATOM_STEPS_PER_CHECKPOINT", 130 * N)
    pushed = active(force=2.0, persistence_time=0.035)
    ask = {"hold": 0.3, "every": 0.25}
    for duration in (0.5, 1.25):
        run(pushed, tmp_path / "often", duration=duration, **ask)
    often, once = (run(pushed, tmp_path / name, duration=2.0, **ask) for name in ("often", "once"))
    assert bits_of(often.source.name) == bits_of(once.source.name)


def bits_of(path):
    with gsd.fl.open(name=str(path), mode="r") as file:
        return [file.read_chunk(frame=f, name="particles/position").tobytes() for f in range(file.nframes)]


def test_activity_stirs_the_liquid_and_its_steady_state_is_told_from_a_drift(tmp_path):
    calm, stirred = (run(liquid, tmp_path) for liquid in (LIQUID, active(force=6.0)))
    msd = [((r.unwrapped()[40] - r.unwrapped()[0]) ** 2).sum(axis=1).mean() for r in (calm, stirred)]
    assert msd[1] > 2 * msd[0]
    steady = store.steady_state(stirred)
    assert set(steady) == {"energy", "msd"}
    assert steady["energy"].passed
    # From hot to cold without a hold: the energy falls all the way.
    falling = run(LIQUID, tmp_path, temperature=0.3, hold=0.0, duration=1.0, every=0.005, damping=400.0)
    assert not store.steady_state(falling)["energy"].passed


def test_activity_names_the_run_and_its_absence_changes_no_name():
    plain = StatePoint(LIQUID, 0.5, N, Protocol(every=1.0))
    assert "activity" not in plain.canonical_json()
    pushed = StatePoint(active(), 0.5, N, Protocol(every=1.0))
    assert pushed.label == "ka-lj_rho1.2_f1_tau1_T0.5_N200"
    for change in ({"force": 1.5}, {"persistence_time": 2.0}, {"species": ("A",)}, {"fraction": 0.5}):
        assert StatePoint(active(**change), 0.5, N, Protocol(every=1.0)).key != pushed.key


def test_bad_activity_is_refused():
    for change, message in (
        ({"force": 0.0}, "force must be positive"),
        ({"fraction": 1.5}, "at most 1"),
        ({"species": ()}, "name each species"),
        ({"species": "AB"}, "species must be a sequence"),
        ({"species": ("A", "A")}, "each species once"),
    ):
        with pytest.raises(MixtureError, match=message):
            replace(ALL, **change)
    ask = {"temperature": 0.8, "duration": 1.0, "every": 0.1, "start": "lattice", "hold": 1.0}
    with pytest.raises(ParameterError, match=r"no species \['C'\] that could be active"):
        store.request(active(species=("C",)), n_particles=N, **ask)
    with pytest.raises(ParameterError, match=r"0\.5 of 105 particles is 52\.5, and an even number"):
        active_particles(replace(ALL, fraction=0.5), LIQUID.mixture, np.zeros(105, int), 1)
    with pytest.raises(ParameterError, match="not a whole number of steps"):
        store.request(active(persistence_time=0.0033), n_particles=N, **ask)
    with pytest.raises(ParameterError, match="not in its steady state"):
        store.request(active(), n_particles=4000, **{**ask, "start": "equilibrated", "hold": 0.0})
    assert Liquid(LIQUID.mixture, 1.2) == LIQUID


def test_equilibrate_asks_of_an_active_liquid_that_it_be_steady(tmp_path):
    made = store.equilibrate(
        active(persistence_time=0.5), 1.0, N, start="lattice", hold=10.0, duration=10.0, relaxations=5.0,
        longest=60.0, every=0.2, out=tmp_path / "made.gsd", root=tmp_path / "runs", progress=False,
    )  # fmt: skip
    checks = made.record["checks"]
    assert {name for name, check in checks.items() if isinstance(check, dict) and check.get("passed")} == {
        "energy", "msd", "crystal", "relaxations"
    }  # fmt: skip
    assert made.record["activity"] == active(persistence_time=0.5).activity.to_dict()
    assert made.fits(active(persistence_time=0.5), 1.0, N)
    assert not made.fits(LIQUID, 1.0, N)
