"""Particles that come and go, as under a microscope: what is seen gives what the whole run gives."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import valid_calls
from test_arguments import _bound

import supercooled as sc
from supercooled import indicators
from supercooled.errors import BoxError, ParameterError, SupercooledError, TrajectoryError
from supercooled.io import track_files

EDGE = {2: 24.0, 3: 11.0}
LOW, HIGH = -0.46, 0.42
MEASURED = [
    indicators.LocalDensity(1.2, 0.05),
    indicators.BondOrder(6, cutoff=1.3),
    indicators.BondOrder(6, cutoff=1.3, averaged=False),
    indicators.Coordination(1.3),
    indicators.PairEntropy("partial", "local", 0.1, tuple(np.arange(0.4, 1.45, 0.1)), 1.6, None, 1.2),
    indicators.AngularDescriptors((1.0, 1.2), (4, 6), 0.1),
    indicators.StructureFunction(None, 1.0, 0.1),
    indicators.StructureFunctions((sc.structure.Radial(first=0.8, step=0.1, number=4, width=0.1),)),
    indicators.averaged(indicators.Coordination(1.1), 0.5, cutoff=1.0),
    indicators.Variance(indicators.Coordination(1.1), 0.5, cutoff=1.0),
]


def whole(dimensions: int, frames: int = 5) -> sc.Trajectory:
    """A liquid-like run in a periodic box: particles rattle, and two species."""
    random = np.random.default_rng(dimensions)
    edge = EDGE[dimensions]
    n = int(0.9 * edge**dimensions)
    start = random.uniform(-edge / 2, edge / 2, (n, dimensions))
    steps = random.normal(0.0, 0.04, (frames, n, dimensions))
    steps[0] = start
    return sc.Trajectory.from_arrays(
        np.cumsum(steps, axis=0),
        sc.Box.cube(edge, dimensions=dimensions),
        species=random.integers(0, 2, n),
        unwrapped=True,
    )


def seen_of(run: sc.Trajectory, *, missing: float, noise: float = 0.0) -> sc.Trajectory:
    """What a microscope sees of a run: a window, without some of the positions, and not sharply."""
    d = run.dimensions
    edge = EDGE[d]
    random = np.random.default_rng(1)
    positions = run.positions()[..., :d]
    inside = ((positions > LOW * edge) & (positions < HIGH * edge)).all(axis=2)
    # Of those that are seen before and after.
    known = np.maximum.accumulate(inside, axis=0) & np.maximum.accumulate(inside[::-1], axis=0)[::-1]
    lost = random.random(inside.shape) < missing
    lost[0] = lost[-1] = False
    lost[1:-1] &= inside[:-2] & inside[2:] & known[1:-1]
    lost[2:] &= ~lost[1:-1]
    found = np.where((inside & ~lost)[..., None], positions, np.nan)
    found += random.normal(0.0, noise, found.shape)
    corner = (LOW * edge - 5 * noise,) * d, (HIGH * edge + 5 * noise,) * d
    return sc.Trajectory.from_tracks(
        found,
        field_of_view=sc.FieldOfView(*corner, localisation_error=noise),
        species=run.species,
        names=run.names,
    )


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("indicator", MEASURED, ids=lambda one: str(one)[:30])
def test_what_is_surrounded_has_the_value_of_the_whole_run(dimensions: int, indicator: Any) -> None:
    run = whole(dimensions)
    seen = seen_of(run, missing=0.03)
    assert 0 < seen.source.seen.longest_gap <= 2  # type: ignore[attr-defined]
    ours, truth = (indicator.of(one).transpose("frame", "particle", ...).values for one in (seen, run))
    there = np.isfinite(ours)
    assert there.sum() > 20
    assert there.mean() < 0.8
    np.testing.assert_allclose(ours[there], truth[there], rtol=0, atol=1e-12)
    # Nobody is left out but those near a border or a missing one: without any, all others have values.
    frame = seen_of(run, missing=0.0)[0]
    far = indicator.extent(frame)
    assert frame.view is not None
    deep = frame.view.field_of_view.depths(frame.positions + frame.view.field_of_view.centre) >= far
    values = indicator.of(frame).values.reshape(frame.n_particles, -1)
    reference = truth[0].reshape(run.n_particles, -1)[frame.view.particles]
    np.testing.assert_array_equal(np.isfinite(values).all(axis=1), deep & np.isfinite(reference).all(axis=1))


def test_fewer_species_and_other_chunks_change_nothing() -> None:
    seen = seen_of(whole(2), missing=0.03)
    one = indicators.BondOrder(6, cutoff=1.3)
    every = one.of(seen)
    some = one.of(seen, species="B", frames=slice(1, None, 2), megabytes=1e-4)
    np.testing.assert_array_equal(some, every.sel(particle=some.particle, frame=some.frame))
    assert every.attrs["share_with_value"] == np.isfinite(every).sum() / seen.present().sum()
    two = sc.compute(seen, [one, indicators.Coordination(1.3)], megabytes=1e-4)
    np.testing.assert_array_equal(two[str(one)], every)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_an_ideal_gas_has_g_of_one_up_to_the_borders(dimensions: int) -> None:
    edges = np.array([9.0, 7.0, 5.0])[:dimensions]
    frames, n = 60, 400
    gas = np.random.default_rng(3).uniform(0, 1, (frames, n, dimensions)) * edges
    run = sc.Trajectory.from_tracks(
        gas, field_of_view=sc.FieldOfView((0.0,) * dimensions, tuple(edges.tolist()))
    )
    g = sc.structure.radial_distribution(run, r_max=5.0, dr=0.5)
    pairs = frames * n**2 / edges.prod() / 2 * np.pi * (2 if dimensions == 2 else 4 * 0.25) * 0.25 * 0.5
    # Five standard errors of the first bin, which has the fewest pairs but one.
    assert np.abs(g.radial_distribution.values[0] - (1 - 1 / n)).max() < 5 / np.sqrt(pairs / 10)
    assert g.attrs["density"] == pytest.approx(n / edges.prod())


def test_g_of_a_window_is_that_of_the_whole() -> None:
    # Dimers, in frames that know nothing of each other, so that their scatter is the error of the mean.
    random = np.random.default_rng(4)
    frames, n, edge = 40, 500, 24.0
    first = random.uniform(-edge / 2, edge / 2, (frames, n, 2))
    angle, length = random.uniform(0, 2 * np.pi, (frames, n)), random.normal(1.0, 0.1, (frames, n))
    second = first + length[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    run = sc.Trajectory.from_arrays(
        np.concatenate([first, second], axis=1),
        sc.Box.cube(edge, dimensions=2),
        species=np.arange(2 * n) // n,
    )
    seen = seen_of(run, missing=0.0)
    each = [
        [sc.structure.radial_distribution(one[k : k + 1], r_max=6.0, dr=0.4).radial_distribution.values]
        for k in range(frames)
        for one in (run, seen)
    ]
    apart = np.diff(np.array(each).reshape(frames, 2, 3, -1), axis=1)[:, 0]
    error = apart.std(axis=0, ddof=1) / np.sqrt(frames)
    assert (np.abs(apart.mean(axis=0)) < 4.5 * error + 1.0 / n).all()
    peak = sc.structure.radial_distribution(seen, r_max=6.0, dr=0.4).radial_distribution.sel(pair="AB")
    assert peak.max() > 1.3
    assert abs(float(peak[-1]) - 1.0) < 0.05
    with pytest.raises(BoxError, match="shortest edge"):
        sc.structure.radial_distribution(seen, r_max=23.0, dr=0.5)


@pytest.fixture(scope="module")
def long_run() -> sc.Trajectory:
    return whole(2, frames=40)


@pytest.fixture(scope="module")
def long_seen(long_run: sc.Trajectory) -> sc.Trajectory:
    return seen_of(long_run, missing=0.03)


def test_hops_on_stretches_that_are_seen_are_those_of_the_whole_run(
    long_run: sc.Trajectory, long_seen: sc.Trajectory
) -> None:
    truth = sc.dynamics.hops(long_run, window=6.0).values
    ours = sc.dynamics.hops(long_seen, window=6.0)
    present = long_seen.present()
    whole_windows = np.lib.stride_tricks.sliding_window_view(present, 7, axis=0).all(axis=2)
    np.testing.assert_array_equal(np.isfinite(ours.values), whole_windows)
    np.testing.assert_allclose(ours.values[whole_windows], truth[whole_windows], atol=1e-12)
    again = sc.dynamics.hops(long_seen, window=6.0, megabytes=0.05, species="B")
    np.testing.assert_allclose(again, ours.sel(particle=again.particle), atol=1e-12)


@pytest.mark.parametrize(
    "change", [{}, {"species": "B"}, {"particle_groups": "species"}, {"megabytes": 0.02}]
)
def test_correlators_are_averages_over_those_that_are_seen_in_both_frames(
    change: dict[str, Any], long_seen: sc.Trajectory
) -> None:
    asked = {"lags": [1, 2, 5], "overlap_radius": 0.06, "wave_numbers": [7.0], "r_max": 1.0, "dr": 0.1}
    found = sc.dynamics.correlators(long_seen, **asked, **change)
    tracks, groups = long_seen.tracks(), [long_seen.species >= 0]
    if change.get("species"):
        groups = [long_seen.species == 1]
    elif "particle_groups" in change:
        groups = [long_seen.species == 0, long_seen.species == 1]
    for k, lag in enumerate(asked["lags"]):
        for g, group in enumerate(groups):
            way = np.linalg.norm(tracks[lag:, group] - tracks[:-lag, group], axis=2)
            one = found.isel(lag=k) if len(groups) == 1 else found.isel(lag=k, group=g)
            there = np.isfinite(way)
            assert float(one.msd) == pytest.approx(np.nanmean(way**2), rel=1e-12)
            assert float(one.overlap) == pytest.approx((way[there] <= 0.06).mean(), rel=1e-12)
            # The mean over origins of N q^2, less <N q>^2 / <N>.
            inside, seen = ((way <= 0.06) & there).sum(axis=1), there.sum(axis=1)
            chi4 = (inside**2 / seen).mean() - inside.mean() ** 2 / seen.mean()
            assert float(one.chi4_overlap) == pytest.approx(chi4, rel=1e-9)


def test_the_msd_of_a_window_is_that_of_the_whole_within_its_error(
    long_run: sc.Trajectory, long_seen: sc.Trajectory
) -> None:
    asked: dict[str, Any] = {"lags": [1, 2], "overlap_radius": 0.06}
    ours, truth = (sc.dynamics.displacements(one, **asked) for one in (long_seen, long_run))
    # Steps of one frame know nothing of each other; those of two share one.
    steps = np.array([2, 1]) * ours.n_origins * 0.3 * long_run.n_particles
    assert (np.abs(ours.msd - truth.msd) < 5 * truth.msd / np.sqrt(steps)).all()


def test_drift_of_those_that_come_and_go_is_taken_off(long_seen: sc.Trajectory) -> None:
    drift = np.cumsum(np.full((long_seen.n_frames, 1, 2), (0.01, 0.005)), axis=0)
    wide = sc.FieldOfView((-20.0, -20.0), (20.0, 20.0))
    still, carried = (
        sc.Trajectory.from_tracks(long_seen.tracks()[..., :2] + way, field_of_view=wide)
        for way in (0.0, drift)
    )
    for made in (
        lambda run: sc.dynamics.hops(run, window=6.0, remove_drift=True).values,
        lambda run: sc.dynamics.hops(run, window=6.0, remove_drift=True, megabytes=0.05).values,
        lambda run: sc.dynamics.displacements(run, lags=[3], overlap_radius=0.1, remove_drift=True).msd,
        lambda run: (
            sc.dynamics.displacements(
                run, lags=[3], overlap_radius=0.1, remove_drift=True, megabytes=0.05
            ).msd
        ),
    ):
        np.testing.assert_allclose(made(still), made(carried), atol=1e-12)
    drifting = sc.dynamics.displacements(carried, lags=[3], overlap_radius=0.1)
    bare = sc.dynamics.displacements(still, lags=[3], overlap_radius=0.1, remove_drift=True)
    assert float(drifting.msd[0]) > float(bare.msd[0])


@pytest.mark.parametrize("measure", ["cage_relative_displacement", "nonaffine_displacement"])
def test_motion_against_neighbours_is_that_of_the_whole_run(
    measure: str, long_run: sc.Trajectory, long_seen: sc.Trajectory
) -> None:
    call = getattr(sc.dynamics, measure)
    ours, truth = (call(one, lag=2.0, cutoff=2.6, origin_spacing=9.0) for one in (long_seen, long_run))
    values, reference = ours[next(iter(ours))].values, truth[next(iter(truth))].values
    there = np.isfinite(values)
    assert 0.05 < there.mean() < 0.7
    np.testing.assert_allclose(values[there], reference[there], atol=1e-12)
    again = call(long_seen, lag=2.0, cutoff=2.6, origin_spacing=9.0, megabytes=0.03)
    np.testing.assert_array_equal(again[next(iter(ours))], values)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_particles_at_rest_that_are_not_seen_sharply_have_the_noise_floor(dimensions: int) -> None:
    noise, frames, n = 0.05, 30, 2000
    random = np.random.default_rng(7)
    still = random.uniform(-4.0, 4.0, (1, n, dimensions))
    run = sc.Trajectory.from_tracks(
        still + random.normal(0.0, noise, (frames, n, dimensions)),
        field_of_view=sc.FieldOfView((-5.0,) * dimensions, (5.0,) * dimensions, localisation_error=noise),
    )
    found = sc.dynamics.displacements(run, lags=[1, 7], overlap_radius=0.3)
    # Each place is in two of the differences.
    independent = dimensions * n * (frames - 7) / 2
    floor = 2 * dimensions * noise**2
    assert found.attrs["noise_floor"] == pytest.approx(floor)
    assert (np.abs(found.msd - floor) < 5 * floor * np.sqrt(2 / independent)).all()
    # Of p_hop the two factors have this mean; the mean of the root of their product is a little smaller.
    floor = sc.dynamics.hops(run, window=8.0).attrs["noise_floor"]
    xyz = run.tracks()[:9]
    first, last = xyz[:5], xyz[4:]
    factor = ((last - first.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
    assert abs(factor.mean() - floor) < 5 * factor.std() / np.sqrt(n)
    assert 0.8 * floor < float(sc.dynamics.hops(run, window=8.0).mean()) < floor


def test_targets_take_those_that_are_seen_or_refuse_them() -> None:
    positions = whole(2, frames=20).unwrapped()[:, :, :2]
    wide = sc.FieldOfView((-14.0, -14.0), (14.0, 14.0))
    hidden = np.random.default_rng(5).random(positions.shape[:2]) < 0.03
    seen = sc.Trajectory.from_tracks(np.where(hidden[..., None], np.nan, positions), field_of_view=wide)
    refused = set()
    for name, kind in sc.targets.known().items():
        made = kind(**valid_calls.CALLS.get(f"targets.{name}", dict)())
        try:
            values = made.of([seen, seen[:19]] if made.of_several else seen).values
        except SupercooledError as error:
            refused.add(name if "borders" in str(error) else f"{name}: {error}")
        else:
            assert np.isnan(values[~seen.present()[: len(values)]]).all(), name
    assert refused <= set(sc.targets.known())
    assert refused & {"Hop", "Displacement", "NonaffineMotion"} == set()


def test_a_comparison_is_of_those_that_have_both(long_seen: sc.Trajectory) -> None:
    near, way = indicators.LocalDensity(1.2, 0.05), sc.targets.Displacement(after=2.0)
    table = sc.compare(long_seen, [near], [way]).to_pandas()
    x, y = near.of(long_seen).values, way.of(long_seen).values
    both = np.isfinite(x) & np.isfinite(y)
    assert int(table.samples[0]) == both.sum()
    assert float(table.pearson[0]) == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], abs=1e-12)


# What takes particles that come and go; each has its law in this file, or asks for times, species and labels
# alone. Everything else public that takes a trajectory must refuse them.
TAKES = {
    "compare",
    "compute",
    "dynamics.cage_relative_displacement",
    "dynamics.displacements",
    "dynamics.hops",
    "dynamics.logarithmic_lags",
    "dynamics.nonaffine_displacement",
    "matching.coordinates",
    "matching.field_values",
    "matching.laid_on",
    "matching.matched",
    "matching.origin",
    "predict",
    "simulation.SizedRun",
    "softness",
    "store.Rung",
    "structure.radial_distribution",
}
# Runs of this package alone: these refuse for want of what it keeps with them.
OF_A_RUN = {"store.logged", "store.quench_trajectory", "store.recheck", "store.steady_state"}


def _with_tracks(value: Any) -> Any:
    if isinstance(value, sc.Trajectory):
        return replace(valid_calls.tracked(), temperature=value.temperature)
    if isinstance(value, list | tuple) and value and all(isinstance(one, sc.Trajectory) for one in value):
        return [valid_calls.tracked()[: 10 * (k + 1)] for k in range(len(value))]
    return value


def _takers() -> list[str]:
    found = []
    for name, call in valid_calls.CALLS.items():
        try:
            given = call()
        except (SupercooledError, ImportError):
            continue
        if any(_with_tracks(value) is not value for value in given.values()):
            found.append(name)
    return sorted(found)


def test_what_knows_nothing_of_presence_refuses_it() -> None:
    wrong = {}
    takers = _takers()
    assert len(takers) > 30
    assert set(takers) >= TAKES | OF_A_RUN
    for name in takers:
        given = {key: _with_tracks(value) for key, value in valid_calls.CALLS[name]().items()}
        try:
            _bound(name)(**given)
        except SupercooledError as error:
            if "borders" not in str(error) and name not in OF_A_RUN:
                wrong[name] = str(error)
            if name in TAKES:
                wrong[name] = str(error)
        else:
            if name not in TAKES:
                wrong[name] = "took it"
    assert not wrong, "; ".join(f"{name}: {why}" for name, why in wrong.items())


def test_methods_of_a_trajectory_know_of_presence_or_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    take = "from_arrays from_tracks of_species present seen species_index tracks with_diameters chunks moment"
    for owner in (one for one in list(valid_calls.OBJECTS) if one.startswith("Trajectory")):
        monkeypatch.setitem(valid_calls.OBJECTS, owner, valid_calls.tracked)
    for name in (one for one in valid_calls.CALLS if one.startswith("Trajectory.")):
        call, given = _bound(name), valid_calls.CALLS[name]()
        if name.removeprefix("Trajectory.") in take.split():
            call(**given)
        else:
            with pytest.raises(TrajectoryError, match="borders"):
                list(call(**given))
    with pytest.raises(TrajectoryError, match="borders"):
        assert valid_calls.tracked().box


def test_indicators_that_do_not_say_how_far_they_look_refuse_open_borders() -> None:
    seen = valid_calls.tracked()
    refused = set()
    for name, kind in indicators.known().items():
        # What other tests make has no call, and no fields.
        made = kind(**valid_calls.CALLS.get(f"indicators.{name}", dict)())
        try:
            found = made.of(seen[:2])
        except SupercooledError as error:
            refused.add(name if "borders" in str(error) else f"{name}: {error}")
        else:
            assert made.extent(seen[0]) is not None
            assert found.shape[0] == 2
    known = set(indicators.known())
    assert {"BondOrder", "PairEntropy", "Coordination", "LocalDensity"} <= known - refused
    assert {"VoronoiVolume", "LowModes", "DebyeWaller", "CageDistance"} <= refused
    assert refused <= known


def _written(path: Path, seen: sc.Trajectory) -> Any:
    """Tracks as pandas writes them, and their table."""
    import pandas

    xyz = seen.tracks()
    frames, who = np.nonzero(~np.isnan(xyz[..., 0]))
    rows = {
        "y": xyz[frames, who, 1],
        "mass": 1.0,
        "x": xyz[frames, who, 0],
        "frame": frames,
        "particle": 3 * who,
    }
    table = pandas.DataFrame(rows)
    table.to_csv(path)
    return table


def test_a_file_in_a_stream_is_the_table_in_memory(
    tmp_path: Path, long_seen: sc.Trajectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _written(tmp_path / "tracks.csv", long_seen)
    asked: dict[str, Any] = {"pixel": 0.1, "timestep": 0.5, "localisation_error": 0.2}
    held = sc.from_dataframe(table, **asked)
    for block in (2**24, 5000, 40_000):
        monkeypatch.setattr(track_files, "BLOCK", block)
        run = sc.io.read_tracks(tmp_path / "tracks.csv", **asked)
        assert run.field_of_view == held.field_of_view
        np.testing.assert_array_equal(run.times, held.times)
        np.testing.assert_array_equal(run.tracks(), held.tracks())
        ours, theirs = run.source.seen, held.source.seen  # type: ignore[attr-defined]
        assert (ours.longest_gap, ours.largest_step) == (theirs.longest_gap, theirs.largest_step)
    order = indicators.Coordination(0.13)
    np.testing.assert_array_equal(order.of(run[::3]), order.of(held[::3]))


def test_memory_of_a_stream_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(track_files, "BLOCK", 200_000)
    most = []
    for frames in (10, 40):
        path = tmp_path / f"{frames}.csv"
        rows = [f"{i}.25,{f}.5,{f},{i}\n" for f in range(frames) for i in range(3000)]
        path.write_text("x,y,frame,particle\n" + "".join(rows))
        del rows
        tracemalloc.start()
        run = sc.io.read_tracks(path, pixel=1.0)
        sum(float(np.nansum(run.tracks(slice(k, k + 1)))) for k in range(run.n_frames))
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[1] < 1.3 * most[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no end"),
        ("x,y,frame,particle\n", "no row"),
        ("x,y,frame\n0,0,0\n", "no column 'particle' among x, y, frame"),
        ("x,y,frame,particle\n0,0,1,0\n0,0,0,0\n", "row 1: frame 0 comes after a later one: sort"),
        ("x,y,frame,particle\n0,0,0,5\n0,1,0,5\n", "row 1: particle 5 stands twice in frame 0"),
        ("x,y,frame,particle\n0,0,0,5\n0,,0,6\n", "row 1: y is nan"),
        ("x,y,frame,particle\n0,0,0,5\n0,a,0,6\n", "rows from 0 on"),
        ("x,y,frame,particle\n0,0,0,5\n\n0,0,0,6\n", "an empty line"),
        ("x,y,frame,particle\n0,0,0,0.5\n", "row 0: particle is 0.5"),
    ],
)
def test_a_bad_file_gets_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises((ParameterError, TrajectoryError), match=sentence) as caught:
        sc.io.read_tracks(tmp_path / "bad.csv", pixel=1.0)
    assert "bad.csv" in str(caught.value)


TABLE: dict[str, list[Any]] = {
    "x": [0.0, 50.0, 2.0, 49.0],
    "y": [0.0, 40.0, 1.0, 41.0],
    "frame": [0, 0, 1, 1],
    "particle": [7, 9, 7, 9],
}


def test_a_table_is_read_in_any_order_and_in_pixels() -> None:
    import pandas

    run = sc.from_dataframe(pandas.DataFrame(TABLE), pixel=0.1, timestep=0.5, localisation_error=0.2)
    turned = sc.from_dataframe(pandas.DataFrame(TABLE)[::-1], pixel=0.1, timestep=0.5, localisation_error=0.2)
    assert run.fingerprint == turned.fingerprint
    np.testing.assert_allclose(run.tracks()[1, :, :2], [[0.2, 0.1], [4.9, 4.1]])
    assert run.times.tolist() == [0.0, 0.5]
    assert run.field_of_view == sc.FieldOfView((0.0, 0.0), (5.0, 4.1000000000000005), 0.020000000000000004)


@pytest.mark.parametrize(
    ("change", "asked", "sentence"),
    [
        ({}, {"pixel": None}, "pixel is needed"),
        ({}, {"x": "X"}, "no column 'X' among x, y, frame, particle"),
        ({"particle": [7, 7, 7, 9]}, {}, "rows 0 and 1 are both of particle 7 and frame 0"),
        ({"x": [0.0, np.nan, 2.0, 3.0]}, {}, "row 1: x is nan"),
        ({"particle": [7, 9.5, 7, 9]}, {}, "row 1: particle is 9.5"),
        ({"x": ["a", "b", "c", "d"]}, {}, "column 'x' holds no numbers"),
        ({"x": [0.0]}, {}, "its columns differ in length"),
        ({name: [] for name in TABLE}, {}, "holds no numbers|no row"),
        ({}, {"pixel": (0.1, 0.1, 0.1)}, "pixel must be one size, or 2"),
        ({}, {"field_of_view": sc.FieldOfView((0.0, 0.0), (10.0, 10.0))}, "row 1: .* outside"),
        (
            {"size": [1.0, 2.0, 0.0, 1.0]},
            {"size": "size"},
            "row 2: size is 0, and a diameter must be positive",
        ),
        ({"kind": [0, 0, 1, 0]}, {"species": "kind"}, "particle 7 has two species"),
    ],
)
def test_a_bad_table_gets_one_sentence(change: dict[str, Any], asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises((ParameterError, TrajectoryError), match=sentence):
        sc.from_dataframe({**TABLE, **change}, **{"pixel": 1.0, **asked})
