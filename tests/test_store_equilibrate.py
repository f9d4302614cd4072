"""Equilibrated configurations are liquids, and settled ones."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from supercooled import io, store, systems
from supercooled.box import Box
from supercooled.errors import ParameterError, SimulationError
from supercooled.estimate import Estimate
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import LennardJones
from supercooled.simulation import Start, lattice
from supercooled.store.ageing import Agreement, blocking_error, compare
from supercooled.store.crystal import LARGEST_LASTING, Order, _bragg, lasting_peak, order
from supercooled.store.equilibrating import _longer
from supercooled.store.equilibration_checks import Verdict
from supercooled.trajectory import Trajectory

LIQUID = systems.kob_andersen(density=1.2)


def shaken(start, amplitude, seed=1):
    noise = np.random.default_rng(seed).normal(0, amplitude, start.positions.shape)
    return replace(start, positions=start.box.wrap(start.positions + noise)[0])


def test_bragg_intensity_is_that_of_the_slow_sum():
    random = np.random.default_rng(3)
    edges = np.array([4.0, 5.0, 3.0])
    positions = random.uniform(-2, 2, (12, 3))
    largest = 0.0
    for k in np.ndindex(13, 17, 11):
        q = 2 * np.pi * (np.array(k) - [6, 8, 5]) / edges
        if 0 < q @ q <= 100.0:
            largest = max(largest, abs(np.exp(1j * positions @ q).sum()) ** 2 / 12)
    assert _bragg(positions, edges) == pytest.approx(largest)


@pytest.mark.parametrize("amplitude", [0.0, 0.05, 0.1])
def test_a_vibrating_lattice_is_a_crystal(amplitude):
    found = order(shaken(lattice(LIQUID, 500, seed=1), amplitude))
    assert found.crystalline
    assert found.cluster > 0.3
    # Debye and Waller: N exp(-q^2 u^2) with q the first face-centred peak
    q2 = 3 * (2 * np.pi / (4 / 1.2) ** (1 / 3)) ** 2
    assert found.bragg == pytest.approx(500 * np.exp(-q2 * amplitude**2), rel=0.1)


def test_a_crystal_of_one_species_among_the_other_is_seen():
    """Face-centred A with B at random between."""
    mono = Liquid(Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),)), 0.96)
    crystal = lattice(mono, 864, seed=1)
    half = crystal.box.Lx / 2
    strangers = np.random.default_rng(1).uniform(-half, half, (216, 3))
    positions = np.concatenate([crystal.positions, strangers])
    mixed = Start("mixed", positions, np.repeat([0, 1], [864, 216]), crystal.box)
    assert order(mixed).cluster > 0.9
    # so many strangers hide it from the bonds of all particles together
    assert order(replace(mixed, species=np.repeat([1, 0], [864, 216]))).cluster < 0.9


def test_a_nucleus_that_one_frame_hides_lasts():
    rng = np.random.default_rng(6)
    sites = lattice(LIQUID, 1000, seed=1)
    nucleus = rng.permutation(1000)[:180]
    frames = rng.uniform(-0.5, 0.5, (12, 1000, 3)) * sites.box.lengths
    gas = frames.copy()
    frames[:, nucleus] = sites.positions[nucleus] + rng.normal(scale=0.05, size=(12, 180, 3))
    started = [Start("frame", x, sites.species, sites.box) for x in frames]
    assert not any(order(one).crystalline for one in started)
    with_it, without = (Trajectory.from_arrays(x, sites.box) for x in (frames, gas))
    assert lasting_peak(with_it) > LARGEST_LASTING
    assert lasting_peak(without) < 6.0


def test_a_gas_is_no_crystal():
    box = Box.cube(10.0)
    positions = np.random.default_rng(5).uniform(-5, 5, (1200, 3))
    assert not order(Start("gas", positions, np.zeros(1200, np.int32), box)).crystalline


def test_the_peak_of_a_small_liquid_is_told_from_that_of_another_only_beyond_its_noise():
    """An ideal gas in two halves: its g(r) is noise alone, and an ordered half is another liquid."""
    random = np.random.default_rng(4)
    box = Box.cube(6.0)

    def compared(first, second):
        frames = np.concatenate([first, second])
        run = Trajectory.from_arrays(frames, box, unwrapped=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "supercooled.store.ageing.logged", lambda run, _: xr.DataArray(np.ones(run.n_frames))
            )
            return compare(run)["peak"]

    def gas(n):
        return random.uniform(-3, 3, (n, 60, 3))

    alike = [compared(gas(40), gas(40)) for _ in range(5)]
    assert all(a.passed for a in alike)
    # three percent would have refused some
    assert max(abs(a.first - a.second) / a.first for a in alike) > 0.03
    lattice_like = np.stack(np.meshgrid(*[np.arange(4) * 1.5 - 2.25] * 3), axis=-1).reshape(-1, 3)[:60]
    assert not compared(gas(40), np.tile(lattice_like, (40, 1, 1))).passed


def test_a_trend_is_no_noise():
    t = np.linspace(0, 1, 400)
    noise = 0.1 * np.random.default_rng(2).normal(size=400)
    assert blocking_error(noise + 50 * t) == pytest.approx(blocking_error(noise))


def test_the_error_of_correlated_values_is_that_of_their_blocks():
    random = np.random.default_rng(7)
    white = random.normal(size=4096)
    # Few blocks make a noisy error: the largest of five is at most half as large again.
    assert 0.9 / 64 < blocking_error(white) < 2.0 / 64
    slow = np.repeat(random.normal(size=64), 64)
    assert blocking_error(slow) > 0.7 / 8


def ask(**changes):
    arguments = {"temperature": 1.0, "n_particles": 200, "duration": 20.0, "every": 0.1, "start": "lattice"}
    return store.request(LIQUID, **{**arguments, "hold": 20.0, **changes})


def test_halves_of_a_settled_run_agree_and_those_of_an_ageing_one_do_not(tmp_path):
    settled = store.simulate_all([ask(n_particles=500, hold=10.0)], root=tmp_path, workers=1, progress=False)[
        0
    ]
    assert all(a.passed for a in compare(settled).values())
    # From 1.0 down to 0.3 at once: the energy falls all along, and no drift passes for noise.
    start = settled[-1:]
    ageing = store.simulate_all(
        [ask(temperature=0.3, n_particles=500, start=start, hold=0.1)],
        root=tmp_path,
        workers=1,
        progress=False,
    )[0]
    assert not compare(ageing)["energy"].passed
    assert compare(ageing)["energy"].first > compare(ageing)["energy"].second


def test_equilibrate_writes_a_configuration_with_its_record_and_it_can_be_used(tmp_path):
    out = tmp_path / "made.gsd"
    made = store.equilibrate(
        LIQUID,
        1.0,
        200,
        start="lattice",
        hold=20.0,
        duration=20.0,
        relaxations=5.0,
        out=out,
        root=tmp_path / "runs",
        progress=False,
    )
    record = json.loads(out.with_suffix(".json").read_text())
    assert record == made.record
    assert record["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert record["made"]["steps"] == 8000
    assert record["checks"]["relaxation_time"]["value"] == pytest.approx(2.2, abs=0.8)
    assert str(tmp_path) not in json.dumps(record)
    assert made.fits(LIQUID, 1.0, 200)
    assert io.read(out, timestep=1.0).n_frames == 1
    assert [c.path for c in systems.library(tmp_path)] == [out]
    again = store.request(LIQUID, temperature=1.0, n_particles=200, duration=0.1, every=0.1, start=out)
    run = store.simulate_all([again], root=tmp_path / "runs", workers=1, progress=False)[0]
    moved = run.unwrapped()[0] - io.read(out, timestep=1.0).unwrapped()[0]
    np.testing.assert_allclose(moved, 0.0, atol=1e-5)
    saved = json.loads((Path(run.source.name).parent / "run.json").read_text())
    assert saved["start"] == {"name": "made.gsd", "sha256": record["made"]["configuration_sha256"]}


def test_equilibrate_prolongs_its_run_until_it_lasts_twenty_relaxation_times(tmp_path):
    asked = {"start": "lattice", "hold": 10.0, "duration": 8.0, "every": 0.2, "progress": False}
    made = store.equilibrate(LIQUID, 1.0, 200, out=tmp_path / "made.gsd", root=tmp_path / "runs", **asked)
    duration, tau = made.record["duration"], made.record["checks"]["relaxation_time"]["value"]
    assert duration >= 20 * tau > 8.0
    assert made.relaxations == pytest.approx(duration / tau)
    assert made.record["checks"]["relaxations"] == {
        "value": pytest.approx(duration / tau), "wanted": 20.0, "passed": True
    }  # fmt: skip
    assert not made.briefly_checked
    assert made.record["made"]["every"] == 0.2
    assert f"--duration {duration:g} " in made.record["made"]["command"]
    # One run, prolonged: asked for at that length at once, it is the same to the bit, and is not made again.
    (job,) = (tmp_path / "runs" / "workspace").iterdir()
    written = (job / "trajectory.gsd").stat()
    at_once = {**asked, "duration": duration}
    other = store.equilibrate(LIQUID, 1.0, 200, out=tmp_path / "other.gsd", root=tmp_path / "runs", **at_once)
    assert other.record["sha256"] == made.record["sha256"]
    assert (job / "trajectory.gsd").stat() == written


def test_equilibrate_refuses_with_the_numbers_at_its_longest_and_writes_nothing(tmp_path):
    asked = {"start": "lattice", "hold": 10.0, "duration": 8.0, "every": 0.2, "progress": False}
    with pytest.raises(
        SimulationError,
        match=r"run of 12 tau: it covers [3-9]\.?\d* relaxation times .* 20 are required.*larger longest",
    ):
        store.equilibrate(
            LIQUID, 1.0, 200, longest=12.1, out=tmp_path / "made.gsd", root=tmp_path / "runs", **asked
        )
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]
    made = store.equilibrate(
        LIQUID, 1.0, 200, relaxations=2.5, out=tmp_path / "made.gsd", root=tmp_path / "runs", **asked
    )
    assert made.briefly_checked
    assert made.record["checks"]["relaxations"]["wanted"] == 2.5


def test_a_shipped_configuration_can_be_rechecked_whatever_its_record_calls_it(tmp_path):
    """Some were hashed before they were written: rounding to single precision moves what lies at an edge."""
    liquid = systems.kob_andersen(density=1.6)
    (shipped,) = (c for c in systems.library() if c.fits(liquid, 4.0, 1000))
    run = store.simulate(
        liquid, temperature=4.0, n_particles=1000, duration=0.1, every=0.005, root=tmp_path, progress=False
    )
    with pytest.raises(ParameterError, match=r"lasts .* relaxation times, and .* was checked over"):
        store.recheck(shipped, run)


def test_a_run_from_a_configuration_adds_to_what_is_known_of_it(tmp_path):
    asked = {"start": "lattice", "hold": 10.0, "duration": 10.0, "every": 0.2, "progress": False}
    made = store.equilibrate(
        LIQUID, 1.0, 200, relaxations=2.0, out=tmp_path / "made.gsd", root=tmp_path / "runs", **asked
    )
    before = made.path.read_bytes()
    assert made.briefly_checked
    wanted = {"every": 0.2, "start": made.path, "root": tmp_path / "runs", "progress": False, "seed": 3}
    short = store.simulate(LIQUID, temperature=1.0, n_particles=200, duration=4.0, **wanted)
    with pytest.raises(
        ParameterError, match=r"lasts \d\.?\d* relaxation times, and made\.gsd was checked over"
    ):
        store.recheck(made, short)
    # as long as it takes for the halves of so small a liquid to agree
    run = store.simulate(LIQUID, temperature=1.0, n_particles=200, duration=80.0, **wanted)
    again = store.recheck(made, run)
    assert again.path.read_bytes() == before
    (read,) = systems.library(tmp_path)
    assert read.record == again.record
    assert read.record["checks"] == made.record["checks"]
    assert not read.briefly_checked
    tau = read.record["rechecked"]["checks"]["relaxation_time"]["value"]
    assert read.relaxations == pytest.approx(80.0 / tau)
    held = store.simulate(LIQUID, temperature=1.0, n_particles=200, duration=4.0, hold=1.0, **wanted)
    elsewhere = store.simulate(
        LIQUID, temperature=1.0, n_particles=200, duration=4.0, **{**wanted, "start": run[-1:]}
    )
    for other in (held, elsewhere):
        with pytest.raises(ParameterError, match=r"does not start from made\.gsd"):
            store.recheck(made, other)
    with pytest.raises(ParameterError, match="not a run at the state point"):
        store.recheck(made, replace(run, state=replace(run.state, temperature=1.1)))


def judged(n_relaxations, *, agree):
    tau = Estimate(100.0 / n_relaxations, 1.0, "tau")
    halves = {"energy": Agreement(-7.0, -7.0 if agree else -7.1, 0.01)}
    return Verdict("liquid", 100.0, tau, halves, Order(0.0, 10.0), 5.0, {})


def test_a_longer_run_is_as_long_as_it_needs_and_at_most_twice():
    assert _longer(judged(16.0, agree=True), 20.0, 1000.0, 1.0) == 138.0
    assert _longer(judged(5.0, agree=True), 20.0, 1000.0, 1.0) == 200.0
    assert _longer(judged(19.99, agree=True), 20.0, 1000.0, 20.0) == 120.0
    assert _longer(judged(30.0, agree=False), 20.0, 1000.0, 1.0) == 200.0
    assert _longer(judged(5.0, agree=True), 20.0, 150.5, 1.0) == 150.0
    # no further than the longest: whoever asks sees that it did not grow
    assert _longer(judged(5.0, agree=True), 20.0, 100.0, 1.0) == 100.0
    unreached = replace(judged(1.0, agree=True), relaxed=Estimate(np.nan, np.nan, "tau", "too short"))
    assert _longer(unreached, 20.0, 1000.0, 1.0) == 200.0


def test_twenty_relaxation_times_are_not_enough_where_the_halves_differ():
    assert judged(20.0, agree=True).settled(20.0)
    assert not judged(19.0, agree=True).settled(20.0)
    assert not judged(30.0, agree=False).settled(20.0)
    assert "energy -7 then -7.1 (at most 0.01 apart)" in judged(30.0, agree=False).refusal(20.0)
    with pytest.raises(SimulationError, match="is not a liquid"):
        replace(judged(30.0, agree=True), order=Order(0.5, 10.0)).settled(20.0)
    with pytest.raises(SimulationError, match=r"is not a liquid.*over the run,? 21"):
        replace(judged(30.0, agree=True), lasting=21.0).settled(20.0)
    # In a run of less than ten relaxation times a liquid's own peaks last too.
    assert not replace(judged(9.0, agree=True), lasting=21.0).crystalline


def test_a_crystal_is_refused_with_the_evidence_and_nothing_is_written(tmp_path):
    mono = Liquid(Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),)), 1.2)
    crystal = lattice(mono, 256, seed=1)
    store.configurations.write_configuration(tmp_path / "start.gsd", mono.mixture, crystal)
    with pytest.raises(
        SimulationError, match=r"not a liquid: its largest solid-like cluster contains .*Bragg peak"
    ):
        store.equilibrate(
            mono, 0.5, 256, start=tmp_path / "start.gsd", hold=0.5, duration=2.0,
            every=0.1, out=tmp_path / "made.gsd", root=tmp_path / "runs", progress=False,
        )  # fmt: skip
    assert {p.name for p in tmp_path.iterdir()} == {"start.gsd", "runs"}


def test_equilibrate_refuses_names_and_durations_it_can_not_use(tmp_path):
    arguments = {"start": "lattice", "hold": 1.0, "root": tmp_path, "progress": False}
    with pytest.raises(ParameterError, match=r"is written to a \.gsd file"):
        store.equilibrate(LIQUID, 1.0, 200, duration=1.0, out=tmp_path / "made.json", **arguments)
    with pytest.raises(ParameterError, match="too few frames to compare its halves"):
        store.equilibrate(LIQUID, 1.0, 200, duration=1.0, every=0.1, out=tmp_path / "made.gsd", **arguments)
    with pytest.raises(ParameterError, match="longest must be finite and at least duration, 10"):
        store.equilibrate(LIQUID, 1.0, 200, duration=10.0, longest=5.0, out=tmp_path / "m.gsd", **arguments)
    with pytest.raises(ParameterError, match="relaxations must be positive"):
        store.equilibrate(LIQUID, 1.0, 200, duration=10.0, relaxations=0, out=tmp_path / "m.gsd", **arguments)
    with pytest.raises(ParameterError, match="can't be divided"):
        store.equilibrate(LIQUID, 1.0, 200, duration=0.035, out=tmp_path / "made.gsd", **arguments)


def test_several_runs_side_by_side_give_what_each_gives_alone(tmp_path, capsys):
    requests = [ask(duration=1.0, hold=1.0, seed=seed) for seed in (1, 2)]
    together = store.simulate_all(requests, root=tmp_path / "together", workers=2, progress=True)
    shown = capsys.readouterr().err
    assert "ka-lj_rho1.2_T1_N200 seed 2" in shown
    assert "100%" in shown
    for asked, run in zip(requests, together, strict=True):
        alone = store.simulate_all([asked], root=tmp_path / "alone", workers=1, progress=False)[0]
        np.testing.assert_array_equal(run.unwrapped(), alone.unwrapped())
    assert np.abs(together[0].positions() - together[1].positions()).max() > 1.0
