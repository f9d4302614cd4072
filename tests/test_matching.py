"""What is laid side by side is told by trajectory, frame, time and particle, never by its place."""

import numpy as np
import pytest
import xarray as xr
from asked import local_depth, surroundings

import supercooled as sc
from supercooled import cage, dynamics, relation, structure
from supercooled.errors import ParameterError
from supercooled.indicators import LearnedSoftness, PairEntropy, StructureFunctions
from supercooled.matching import field_values, laid_on, matched
from supercooled.structure import Logistic, Radial

FLUID = sc.Mixture("lj", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (sc.LennardJones(1.0, 1.0, 1.5),) * 3)
NEAR = StructureFunctions((Radial(first=0.8, step=0.2, number=3, width=0.2, cutoff=1.9),))


def wandering(seed=1, *, frames=60, particles=40, edge=4.0, interval=1.0, jumps=0.01, **more):
    """Rattling particles that now and then jump by one."""
    rng = np.random.default_rng(seed)
    paths = rng.uniform(0, edge, (1, particles, 3)) + rng.normal(scale=0.03, size=(frames, particles, 3))
    paths += np.cumsum(rng.random((frames, particles, 1)) < jumps, axis=0) * np.array([0.6, 0.6, 0.5])
    return sc.Trajectory.from_arrays(
        paths,
        sc.Box.cube(edge),
        species=np.arange(particles) % 2,
        times=5.0 + interval * np.arange(frames),
        unwrapped=True,
        temperature=0.5,
        **more,
    )


RUN = wandering()
SLICES = (slice(20, None), slice(10, 50), slice(None, None, 2), slice(7, 55, 3))


def of_twice_sliced(run):
    return run[10:][5:40][::2]


def model_of(run):
    features = NEAR.of(run[:1], species="A")
    names = tuple(features.feature.values.tolist())
    n = len(names)
    plane = (np.linspace(-1.0, 1.0, n)[:, None], np.zeros(1))
    return sc.learning.SoftnessModel(
        names, np.zeros(n), np.ones(n), (plane,), "margin", features.attrs["definition"]
    )


LOCAL = {
    "local_depth": lambda run: local_depth(
        run, mixture=FLUID, temperature=0.5, species="A", width=0.05,
        cutoffs={"AA": (0.8, 1.4), "AB": (0.8, 1.4)}, dr=0.02,
        direct_correlation="local", normalisation="total",
    ),
    "local_radial_distribution": lambda run: cage.local_radial_distribution(
        run, species="B", width=0.1, r=[0.9, 1.0, 1.1], normalisation="total"
    ),
    "features": lambda run: NEAR.of(run, species="A"),
    "an indicator": lambda run: PairEntropy(
        "partial", "local", width=0.1, r=(0.4, 0.5, 0.6), radius=1.5, switching=Logistic(1.0, 1.0)
    ).of(run, species="A"),
    "surroundings": lambda run: surroundings(
        run, mixture=FLUID, species="A", shells={"AA": 1.4, "AB": 1.4}, radius=1.4, width=0.05
    ),
    "nonaffine_displacement": lambda run: dynamics.nonaffine_displacement(run, lag=6.0, cutoff=1.9),
    "cage_relative_displacement": lambda run: dynamics.cage_relative_displacement(run, lag=6.0, cutoff=1.9),
    "learned softness": lambda run: LearnedSoftness(model_of(run)).of(run, species="A"),
    "within_horizon": lambda run: relation.within_horizon(
        dynamics.hops(run, window=12.0), threshold=0.1, horizon=6.0
    ),
    "hops": lambda run: dynamics.hops(run, window=12.0),
    "hops of A": lambda run: dynamics.hops(run, window=12.0, species="A"),
}  # fmt: skip
TABLES = {
    "events": lambda run: dynamics.events(run, window=12.0, threshold=0.05),
    "training_by_crossing": lambda run: dynamics.training_by_crossing(
        dynamics.events(run, window=12.0, threshold=0.05), rearrangement=0.2, lead=6.0, quiet=6.0,
        hard_at="middle",
    ),
    "training_by_extrema": lambda run: dynamics.training_by_extrema(
        run,
        dynamics.ExtremaRule(12.0, soft_above=0.2, hard_below=0.05, soft_separation=6.0, hard_separation=6.0,
                             lead=0.0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("some", [*SLICES, None], ids=str)
def test_a_part_of_a_run_has_the_labels_and_values_of_the_whole(name, some):
    made = LOCAL[name]
    part = of_twice_sliced(RUN) if some is None else RUN[some]
    whole, found = made(RUN), made(part)
    assert set(found.frame.values) <= set(part.frames.tolist())
    at = np.searchsorted(RUN.frames, found.frame.values)
    np.testing.assert_array_equal(found.time, RUN.times[at])
    assert found.attrs["trajectory"] == RUN.fingerprint
    assert float(found.temperature) == 0.5
    common = np.intersect1d(whole.frame, found.frame)
    assert len(common) > 3
    if name.startswith(("hops", "within")) and part.interval != RUN.interval:
        return  # a window of fewer frames is another p_hop
    xr.testing.assert_allclose(whole.sel(frame=common), found.sel(frame=common), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("some", [*SLICES, None], ids=str)
def test_a_table_of_a_part_of_a_run_numbers_frames_as_the_whole_does(name, some):
    part = of_twice_sliced(RUN) if some is None else RUN[some]
    found = TABLES[name](part)
    assert found.sizes[found.frame.dims[0]] > 0
    assert set(found.frame.values) <= set(part.frames.tolist())
    np.testing.assert_array_equal(found.time, RUN.times[found.frame.values])
    made = found.attrs["trajectory"]
    assert made in (RUN.fingerprint, [RUN.fingerprint])


def test_events_of_a_late_part_are_those_of_the_whole():
    whole = dynamics.events(RUN, window=6.0, threshold=0.05)
    part = dynamics.events(RUN[20:], window=6.0, threshold=0.05)
    late = whole.isel(event=(whole.first_frame > 23).values)
    inside = part.isel(event=(part.first_frame > 23).values)
    assert late.sizes["event"] > 5
    for column in ("particle", "frame", "first_frame", "last_frame", "time", "peak"):
        np.testing.assert_allclose(inside[column], late[column], rtol=1e-9)


def test_every_public_function_that_returns_frames_is_in_these_tests():
    """A new one has to be added to LOCAL or TABLES, or to those that only pass their labels on."""
    passed_on = {
        "within_horizon", "scene", "read_fields", "laid_on", "logged", "features_of_examples", "softness",
        "rearrangements", "balanced", "field", "opened", "mapped", "looking_ahead", "labelled",
    }  # fmt: skip
    said = set()
    for package in (sc.cage, sc.dynamics, sc.structure, sc.relation, sc.learning, sc.io, sc.store, sc.report):
        for name in package.__all__:
            words = getattr(package, name).__doc__ or ""
            returns = words.partition("Return")[2].partition("Raises")[0]
            if callable(getattr(package, name)) and ("(frame" in returns or "``frame``" in returns):
                said.add(name)
    assert said - passed_on <= {name.partition(" ")[0] for name in (*LOCAL, *TABLES)}
    assert len(said) > 8


# --- consumers


def curves(run, **more):
    found = dynamics.correlators(run, lags=[2.0, 4.0], overlap_radius=0.3, **more)
    return found[["msd", "overlap", "n_origins"]]


def halved(field):
    """Groups by the median of a field in each frame."""
    return (field > field.median("particle")).astype(int).assign_attrs(trajectory=field.attrs["trajectory"])


def test_hops_of_a_part_are_groups_of_the_whole_run_by_their_own_frames():
    """hops(run[100:]) as groups of correlators(run) was taken for the first frames."""
    late = halved(dynamics.hops(RUN[20:], window=6.0))
    over_part, over_whole = curves(RUN[20:], particle_groups=late), curves(RUN, particle_groups=late)
    xr.testing.assert_allclose(over_whole, over_part, rtol=1e-9)
    paths, lag = RUN.unwrapped(), 2

    moved = np.linalg.norm(
        np.stack([paths[f + lag] - paths[f] for f in late.frame.values if f + lag < 60]), axis=2
    )
    known = late.sel(frame=late.frame < 60 - lag).values[: len(moved)]
    for group in (0, 1):
        expected = (moved[known == group] ** 2).mean()
        assert float(over_whole.msd.sel(group=group, lag=2.0)) == pytest.approx(expected, rel=1e-9)
    weighted = curves(RUN, weights=late)
    xr.testing.assert_allclose(weighted, curves(RUN[20:], weights=late), rtol=1e-9)


@pytest.mark.parametrize("some", SLICES, ids=str)
def test_examples_of_a_part_have_the_features_of_their_own_frames(some):
    part = RUN[some]
    table = TABLES["training_by_extrema"](part)
    table = table.isel(example=np.isin(table.particle.values, RUN.of_species("A")))
    assert table.sizes["example"] > 10
    over_whole = structure.features_of_examples(RUN, table, NEAR, species="A")
    over_part = structure.features_of_examples(part, table, NEAR, species="A")
    np.testing.assert_array_equal(over_whole.values, over_part.values)
    every = LOCAL["features"](RUN)
    for row, frame, particle in zip(
        over_whole.values, table.frame.values, table.particle.values, strict=True
    ):
        np.testing.assert_allclose(row, every.sel(frame=frame, particle=particle).values, rtol=1e-12)


def test_examples_at_frames_that_a_part_lacks_are_refused():
    table = TABLES["training_by_extrema"](RUN[20:])
    table = table.isel(example=np.isin(table.particle.values, RUN.of_species("A")))
    with pytest.raises(ParameterError, match=r"example \d+: arrays in memory has 30 frames, 0 to 29"):
        structure.features_of_examples(RUN[:30], table, NEAR, species="A")


@pytest.mark.parametrize("some", SLICES[:2], ids=str)
def test_fields_of_a_part_go_with_the_whole_in_every_consumer(some, tmp_path):
    part = RUN[some]
    depth = LOCAL["local_depth"](part)
    edges = [float(depth.min()), float(depth.median()), float(depth.max())]
    shells = {"edges": edges, "r_max": 1.5, "dr": 0.1}
    xr.testing.assert_identical(
        structure.grouped_radial_distribution(RUN, depth, **shells),
        structure.grouped_radial_distribution(part, depth, **shells),
    )
    how = {
        "ranges": [(edges[0], edges[1]), (edges[1], edges[2])], "lags": [2.0, 4.0], "bins": 4, "blocks": 2,
        "stay": relation.StayRule(0.5, 0.3, 9),
    }  # fmt: skip
    xr.testing.assert_allclose(
        relation.propagation(depth, RUN, **how), relation.propagation(depth, part, **how), rtol=1e-9
    )
    over_whole, over_part = field_values("depth", depth, RUN), field_values("depth", depth, part)
    np.testing.assert_array_equal(over_whole[part.frames], over_part)
    sc.write_gsd(tmp_path / "whole.gsd", RUN, fields={"depth": depth})
    sc.write_gsd(tmp_path / "part.gsd", part, fields={"depth": depth})
    back = [sc.io.read_fields(tmp_path / f"{name}.gsd").depth.values for name in ("whole", "part")]
    np.testing.assert_array_equal(back[0][part.frames], back[1])
    view = {"fields": {"depth": depth}, "frames": 99, "width": 0.1, "cutoffs": {}, "normalisation": "total"}
    xr.testing.assert_identical(sc.report.scene(RUN, **view), sc.report.scene(part, **view))


def test_fields_of_a_file_are_of_the_trajectory_in_it(tmp_path):
    depth = LOCAL["local_depth"](RUN)
    sc.write_gsd(tmp_path / "run.gsd", RUN, fields={"depth": depth, "mine": depth})
    fields, run = sc.io.read_fields(tmp_path / "run.gsd"), sc.read(tmp_path / "run.gsd")
    for name in ("depth", "mine"):
        found = matched(fields[name], run[3:7])
        assert found.rows.tolist() == [3, 4, 5, 6]
        with pytest.raises(ParameterError, match="different trajectories"):
            matched(fields[name], RUN)
    np.testing.assert_array_equal(matched(laid_on(fields.depth, RUN), depth).rows, np.arange(RUN.n_frames))


def test_a_structural_field_goes_with_the_p_hop_of_a_part():
    depth = LOCAL["local_depth"](RUN)
    asked = {"threshold": 0.1, "bins": 4, "minimum_count": 1, "lead": 0.0}
    late = dynamics.hops(RUN[20:], window=6.0)
    by_hand = relation.rearrangement_probability(depth.sel(frame=late.frame), late, **asked)
    xr.testing.assert_identical(relation.rearrangement_probability(depth, late, **asked), by_hand)
    early = relation.rearrangement_probability(depth, late, **{**asked, "lead": 2.0})
    shifted = depth.sel(frame=late.frame - 2).assign_coords(
        frame=late.frame.values, time=("frame", late.time.values)
    )
    np.testing.assert_array_equal(
        early["count_rearranging"],
        relation.rearrangement_probability(shifted, late, **asked)["count_rearranging"],
    )


def test_a_lead_goes_by_time_where_frames_are_numbered_with_gaps():
    """As in a restarted run whose repeated frames are left out."""
    rng = np.random.default_rng(4)
    frames = np.concatenate([np.arange(10), np.arange(11, 21)])
    coords = {"frame": frames, "time": ("frame", 0.5 * np.arange(20.0))}
    field = xr.DataArray(rng.random((20, 9)), coords, ("frame", "particle"), name="softness")
    p_hop = xr.DataArray(rng.random((20, 9)), coords, ("frame", "particle"), name="p_hop")
    found = matched(field, p_hop, lead=1.0)
    np.testing.assert_array_equal(found.other_rows - found.rows, 2)
    assert len(found.rows) == 18


# --- what does not belong together


def test_fields_of_two_trajectories_are_refused_by_both_names():
    other = wandering(2)
    depth, p_hop = LOCAL["local_depth"](RUN), dynamics.hops(other, window=6.0)
    said = f"depth .*{RUN.fingerprint[:8]}.* and p_hop .*{other.fingerprint[:8]}"
    with pytest.raises(ParameterError, match=said):
        relation.shallower_share(depth, p_hop, threshold=0.1, lead=0.0)
    for consumer in (
        lambda: curves(other, particle_groups=halved(dynamics.hops(RUN, window=6.0))),
        lambda: curves(other, weights=dynamics.hops(RUN, window=6.0)),
        lambda: structure.grouped_radial_distribution(other, depth, edges=[0.0, 99.0], r_max=1.5, dr=0.1),
        lambda: field_values("depth", depth, other),
        lambda: structure.features_of_examples(
            other, TABLES["training_by_extrema"](RUN), NEAR, species="A"
        ),
        lambda: relation.propagation(depth, other, ranges=[(0.0, 99.0)], lags=[1.0], bins=3,
            stay=relation.StayRule(within=0.5, overlap_radius=0.3, origins=3)),
        lambda: sc.report.scene(
            other, fields={"depth": depth}, frames=3, width=0.1, cutoffs={}, normalisation="total"
        ),
        lambda: sc.plot.particles(other, depth, frame=3, thickness=1.0),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match="different trajectories"):
            consumer()


def test_a_trajectory_read_again_or_copied_is_the_same(tmp_path):
    sc.write_gsd(tmp_path / "a.gsd", RUN)
    (tmp_path / "b.gsd").write_bytes((tmp_path / "a.gsd").read_bytes())
    a, b = sc.read(tmp_path / "a.gsd"), sc.read(tmp_path / "b.gsd")
    late = halved(dynamics.hops(a[20:], window=6.0))
    xr.testing.assert_allclose(
        curves(b, particle_groups=late), curves(a[20:], particle_groups=late), rtol=1e-9
    )


def test_inherent_structures_are_laid_on_their_run_by_time():
    quenched = sc.Trajectory.from_arrays(
        RUN.positions()[::3], RUN.fixed_box(), species=RUN.species, times=RUN.times[::3], temperature=0.5
    )
    depth, p_hop = LOCAL["local_depth"](quenched), dynamics.hops(RUN, window=6.0)
    with pytest.raises(ParameterError, match="laid_on"):
        relation.shallower_share(depth, p_hop, threshold=0.1, lead=0.0)
    laid = laid_on(depth, RUN)
    np.testing.assert_array_equal(laid.frame, np.arange(0, 60, 3))
    np.testing.assert_array_equal(laid.values, depth.values)
    found = relation.shallower_share(laid, p_hop, threshold=0.1, lead=0.0)
    own = LOCAL["local_depth"](RUN[::3])
    assert found.value == pytest.approx(
        relation.shallower_share(own, p_hop, threshold=0.1, lead=0.0).value, abs=1e-9
    )
    with pytest.raises(ParameterError, match="no frame at any of these times"):
        laid_on(depth.assign_coords(time=("frame", depth.time.values + 0.4)), RUN)
    with pytest.raises(ParameterError, match="`time`"):
        laid_on(depth.drop_vars("time"), RUN)


def test_arrays_without_labels_are_taken_only_as_long_as_the_whole():
    values = np.zeros((60, 40), int)
    assert curves(RUN, particle_groups=values, group_labels=["all"]).msd.notnull().all()
    for wrong in (values[20:], values[:, 1:], values[0, 1:]):
        with pytest.raises(ParameterError, match="DataArray"):
            curves(RUN, particle_groups=wrong, group_labels=["all"])
    bare = xr.DataArray(values[20:], dims=("frame", "particle"), name="mine")
    with pytest.raises(ParameterError, match="numbers its frames"):
        curves(RUN, particle_groups=bare, group_labels=["all"])
    twice = xr.DataArray(values[:2], {"frame": [3, 3]}, ("frame", "particle"))
    with pytest.raises(ParameterError, match="frame 3 twice"):
        curves(RUN, particle_groups=twice, group_labels=["all"])
    with pytest.raises(ParameterError, match="has particles 0 to 40"):
        curves(RUN, particle_groups=xr.DataArray(np.zeros(2, int), {"particle": [0, 40]}, ("particle",)))


def test_a_run_without_times_pairs_by_frame():
    run = sc.Trajectory(RUN.source, RUN.species, RUN.names, None, RUN.frames, temperature=0.5)
    depth = LOCAL["local_depth"](run[10:])
    assert "time" not in depth.coords
    np.testing.assert_array_equal(field_values("depth", depth, run)[10:, run.of_species("A")], depth.values)
