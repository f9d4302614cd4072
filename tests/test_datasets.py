"""Configurations with their propensity: what the package writes and ships is read again, and who judges."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled import datasets
from supercooled.cli import app
from supercooled.datasets import shipped
from supercooled.datasets.configurations import of_runs
from supercooled.errors import ParameterError, StoreError
from supercooled.indicators import BondOrder
from supercooled.testing import liquid_frame

ORDER = BondOrder(6)
LIQUID = sc.systems.kob_andersen(density=1.2)


def test_what_the_propensity_command_writes_is_a_configuration_to_the_benchmark(tmp_path):
    runs = tmp_path / "runs"
    melt = sc.simulate(
        LIQUID, temperature=2.0, n_particles=200, duration=0.1, every=0.1, start="lattice", hold=0.3,
        root=runs, progress=False,
    )  # fmt: skip
    outs = []
    for seed in (1, 5):
        out = tmp_path / "all" / f"seed{seed}.zarr"
        said = CliRunner().invoke(app, [
            "propensity", "ka-lj", "--density", "1.2", "-T", "2", "-N", "200", "--n-runs", "4", "--start",
            melt.source.name, "--duration", "0.1", "--every", "0.05", "--out", str(out), "--workers", "1",
            "--runs", str(runs), "--first-seed", str(seed),
        ])  # fmt: skip
        assert said.exit_code == 0, said.output
        outs.append(out)
    ensemble = sc.store.isoconfigurational(
        LIQUID, n_runs=4, start=melt, temperature=2.0, n_particles=200, duration=0.1, every=0.05, root=runs,
        workers=1, progress=False,
    )  # fmt: skip
    for read, direct in zip(datasets.read_configurations(outs[0]), of_runs(ensemble), strict=True):
        assert read.state == pytest.approx(direct.state)
        np.testing.assert_allclose(read.propensity, direct.propensity)
        np.testing.assert_allclose(read.halves, direct.halves)
        np.testing.assert_allclose(read.halves.mean(axis=0), read.propensity)
        np.testing.assert_allclose(read.frame.positions, direct.frame.positions)
        np.testing.assert_array_equal(read.frame.species, direct.frame.species)
        assert read.frame.names == ("A", "B")
        assert read.frame.box == direct.frame.box
    # Two folders of one beginning with other velocities are no two configurations.
    with pytest.raises(ParameterError, match="two different configurations are called"):
        datasets.read_configurations(tmp_path / "all")
    chunk = next(path for path in (outs[0] / "configuration" / "positions").rglob("*") if path.is_file())
    chunk.write_bytes(b"")
    with pytest.raises(StoreError, match=r"seed1\.zarr"):
        datasets.read_configurations(outs[0])


def test_a_result_without_its_configuration_is_refused(tmp_path):
    sc.report.save_results(
        tmp_path / "old.zarr", {"propensity": sc.dynamics.propensity(_pair(), times=[1.0])}
    )
    with pytest.raises(
        ParameterError, match=r"old\.zarr does not contain a propensity with its configuration"
    ):
        datasets.read_configurations(tmp_path)


def _pair():
    ways = np.random.default_rng(1).normal(size=(2, 2, 5, 3))
    ways[1, 0] = ways[0, 0]
    return [sc.Trajectory.from_arrays(way, sc.Box.cube(9.0), unwrapped=True) for way in ways]


def test_every_shipped_set_is_whole_and_as_its_record_says():
    for name in datasets.names():
        one = datasets.load(name)
        record = one.records[name]
        made = record["made"]
        state = f"T{record['temperature']:g}_N{record['n_particles']}"
        assert name == f"{record['system']}_rho{record['density']:g}_{state}"
        assert len(one.configurations) == 12 * 6
        tau = record["relaxation_time"]
        assert record["times"] == pytest.approx([k * tau for k in (0.1, 0.2, 0.5, 1.0, 2.0, 3.0)])
        assert made["runs"] == 32
        assert made["source"]["clean"]
        seeds = [seed for first, last in made["seeds"] for seed in range(first, last + 1)]
        assert len(set(seeds)) == len(seeds) == 12 * 32
        frames = {c.name: (c.role, c.frame) for c in one.configurations}
        assert [role for role, _ in frames.values()] == ["learn"] * 8 + ["judge"] * 4
        # All of one liquid at its density, and none begins where another does.
        starts = [frame.positions for _, frame in frames.values()]
        box = one.configurations[0].frame.box
        assert box.volume == pytest.approx(record["n_particles"] / record["density"], rel=1e-6)
        counts = one.liquid.mixture.counts(record["n_particles"], nearest=True)
        for k, there in enumerate(starts):
            assert np.bincount(frames[f"{k + 1:02d}"][1].species).tolist() == list(counts)
            for other in starts[:k]:
                near = np.linalg.norm(box.minimum_image(there - other), axis=1) < 0.3
                assert near.mean() < 0.2, f"{name}: {near.mean():.2f} of the particles are where they were"
        # Longer is farther, and both halves say the same but for noise.
        first = [c for c in one.configurations if c.name == "01"]
        assert (np.diff([c.propensity.mean() for c in first]) > 0).all()
        for c in first:
            assert np.corrcoef(*c.halves)[0, 1] > 0.1
        _, frame = frames["01"]
        still = frame.inherent
        forces = np.empty((3, still.n_particles))
        pull = sc.simulation.PairForces(one.liquid.mixture, box, still.species)
        pull(np.ascontiguousarray(still.positions.T), forces)
        assert np.linalg.norm(forces, axis=0).max() < 0.1


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A set in the package's place, with 3 that learn and 2 that judge, of two times."""
    random = np.random.default_rng(1)
    first = liquid_frame(seed=0)
    frames = [replace(liquid_frame(seed=k), species=first.species) for k in range(5)]
    distances = np.stack([[(1 + k) * (0.5 + ORDER(one)) for k in range(2)] for one in frames])
    halves = np.stack([distances, distances], axis=1) + random.normal(scale=0.01, size=(5, 2, 2, 512))
    arrays = {
        "species": frames[0].species.astype(np.uint8),
        "positions": np.rint(np.stack([f.positions for f in frames]) / shipped.POSITION).astype(np.int32),
        "inherent": np.zeros((5, 512, 3), np.int32),
        "halves": np.rint(halves / shipped.DISTANCE).astype(np.uint16),
    }
    record = {
        "format": shipped.FORMAT, "system": "ka-lj", "density": 1.2, "temperature": 0.9, "n_particles": 512,
        "relaxation_time": 1.0, "times": [1.0, 2.0], "edges": frames[0].box.lengths.tolist(),
        "roles": ["learn"] * 3 + ["judge"] * 2, "digest": shipped.contents(arrays), "made": {"runs": 2},
    }  # fmt: skip
    np.savez_compressed(tmp_path / "ka-lj_rho1.2_T0.9_N512.npz", **arrays)
    (tmp_path / "ka-lj_rho1.2_T0.9_N512.json").write_text(json.dumps(record))
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    return tmp_path, frames, halves


def test_a_shipped_set_is_read_by_its_name_or_its_liquid(planted):
    _, frames, halves = planted
    assert datasets.names() == ("ka-lj_rho1.2_T0.9_N512",)
    one, other = datasets.load("ka-lj_rho1.2_T0.9_N512"), datasets.load("ka-lj")
    assert repr(other).endswith("at each of 2 times 3 configurations are for training and 2 for testing")
    assert one.liquid == LIQUID
    for c, again in zip(one.configurations, other.configurations, strict=True):
        k, m = int(c.name) - 1, int(c.time) - 1
        np.testing.assert_allclose(c.frame.positions, frames[k].positions, atol=1e-5)
        np.testing.assert_allclose(c.halves, halves[k, :, m], atol=1e-3)
        np.testing.assert_array_equal(c.propensity, again.propensity)
        assert c.role == ("learn" if k < 3 else "judge")
    with pytest.raises(ParameterError, match=r"it has ka-lj_rho1\.2_T0\.9_N512"):
        datasets.load("ka-l")


def test_a_damaged_set_is_not_taken(planted):
    folder, *_ = planted
    path = folder / "ka-lj_rho1.2_T0.9_N512.npz"
    held = dict(np.load(path))
    held["positions"][1, 7, 0] += 1
    np.savez_compressed(path, **held)
    with pytest.raises(StoreError, match="damaged"):
        datasets.load("ka-lj")
    del held["halves"]
    np.savez_compressed(path, **held)
    with pytest.raises(StoreError, match="does not match its record"):
        datasets.load("ka-lj")


def test_those_that_judge_take_no_part_in_the_training(planted):
    found = sc.benchmark("ka-lj", indicators=[ORDER], predictors={"order": ORDER})
    assert found.table["configurations"].values.tolist() == [[2, 2]]
    given = list(datasets.load("ka-lj").configurations)
    judges = [c for c in given if c.role == "judge"]
    for k, time in enumerate((1.0, 2.0)):
        r = [
            np.corrcoef(ORDER(c.frame)[c.frame.species == 0], c.propensity[c.frame.species == 0])[0, 1]
            for c in judges
            if c.time == time
        ]
        for contender in ("bond order", "order"):
            got = found.table["pearson"].sel(contender=contender).values[0, k]
            assert got == pytest.approx(np.mean(r), abs=1e-9)
    # A line fitted to nothing but those that learn: turned about there, it is turned about for the judges.
    turned = [c if c.role == "judge" else replace(c, propensity=9.0 - c.propensity) for c in given]
    against = sc.benchmark(turned, indicators=[ORDER], predictors={"order": ORDER})
    np.testing.assert_allclose(
        against.table["pearson"].sel(contender="order"), -found.table["pearson"].sel(contender="order")
    )
    assert (
        against.table["pearson"]
        .sel(contender="bond order")
        .equals(found.table["pearson"].sel(contender="bond order"))
    )


def test_the_command_takes_a_set_by_its_name(planted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "supercooled.analysis.benchmark.benchmark.default_indicators", lambda *_, **__: [ORDER]
    )
    monkeypatch.setattr("supercooled.analysis.benchmark.benchmark.default_predictors", lambda *_: {})
    said = CliRunner().invoke(app, ["benchmark", "ka-lj", "--out", "out", "--liquid", "none"])
    assert said.exit_code == 0, said.output
    assert (tmp_path / "out" / "report.html").exists()
    said = CliRunner().invoke(app, ["benchmark", "no-such", "--out", "other"])
    assert isinstance(said.exception, ParameterError)


@pytest.mark.parametrize("name", list(sc.datasets.examples().index))
def test_each_example_is_small_and_read_as_it_says(name):
    line = sc.datasets.examples().loc[name]
    assert line["bytes"] < 120_000
    assert sc.datasets.example(name).stat().st_size == line["bytes"]
    run = eval(line["read"], {"sc": sc, "pandas": pd, "path": sc.datasets.example(name)})  # noqa: S307
    assert run.n_frames == {"ka-snapshot": 1, "ka-lj": 7, "ka-metal": 7, "tracks-2d": 25}.get(name, 13)
    if name not in ("ka-lj", "ka-metal", "ka-snapshot"):
        assert (run[0].sizes > 0.7).all()


def test_the_run_in_metal_units_is_the_run_in_reduced_ones():
    reduced, metal = (
        sc.read(sc.datasets.example(name), temperature=T, units=units)
        for name, T, units in (
            ("ka-lj", 0.8, None),
            ("ka-metal", None, sc.Units("metal", sigma=2.2, epsilon=0.08, mass=58.7)),
        )
    )
    np.testing.assert_allclose(metal.unwrapped(), reduced.unwrapped(), atol=1e-4)
    np.testing.assert_allclose(metal.times, reduced.times, rtol=1e-6)
    assert metal.names == reduced.names == ("A", "B")


def test_an_example_that_is_not_there_is_one_sentence():
    with pytest.raises(ParameterError, match="no example 'metallic'; there are ka-lj, ka-metal"):
        sc.datasets.example("metallic")
