"""Runs of one temperature are replicas: taken together, as every function takes them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import short_study
from short_study import CHOICES, lattice

import supercooled as sc
from supercooled import report
from supercooled.analysis import measurement
from supercooled.analysis.inputs import Given
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.trajectory import Trajectory

TEMPERATURES = (0.7, 0.5, 0.6, 0.5)
SEEDS = (2, 0, 1, 7)
THRESHOLDS = (0.13, 0.1, 0.12, 0.1)
COLD = (1, 3)


def files_in(folder: Path, seeds: Sequence[int] = SEEDS) -> list[Path]:
    files = [folder / f"run{k}.gsd" for k in range(len(seeds))]
    for file, T, seed in zip(files, TEMPERATURES, seeds, strict=False):
        sc.write_gsd(file, lattice(seed, 0.14 * T))
    return files


def analysed(files: Sequence[Path], out: Path, **changes: object) -> Path:
    at = Given(TEMPERATURES[: len(files)])
    return short_study.analyse(files, out, **{"given": at, "thresholds": THRESHOLDS[: len(files)], **changes})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return files_in(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def together(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analysed(files, tmp_path_factory.mktemp("together") / "out")


@pytest.fixture(scope="module")
def cold(files: list[Path]) -> list[Trajectory]:
    return [sc.read(files[k], temperature=0.5) for k in COLD]


def test_replicas_make_one_row_of_their_temperature(together: Path) -> None:
    found = report.load_results(together / "results.zarr")
    assert found["cage"].temperature.values.tolist() == [0.5, 0.6, 0.7]
    states = [r.state for r in report.read_comparison(together / "comparison.json") if r.quantity == "p_c"]
    assert states == ["T = 0.5", "T = 0.6", "T = 0.7"]


def test_structure_and_motion_are_those_of_both_runs(together: Path, cold: list[Trajectory]) -> None:
    found = report.load_results(together / "results.zarr")
    step = short_study.FRAMES // (CHOICES.structure_frames // 2)
    some = [run[step // 2 :: step] for run in cold]
    r_max = 0.5 * float(cold[0].fixed_box().heights.min())
    g = sc.structure.radial_distribution(some, r_max=r_max, dr=CHOICES.dr).radial_distribution
    kept = found["structure"].radial_distribution.sel(temperature=0.5).dropna("r")
    np.testing.assert_allclose(kept, g, rtol=1e-12)
    msd = found["dynamics"].msd.sel(temperature=0.5).dropna("lag")
    lags = {"lags": msd.lag.values, "overlap_radius": CHOICES.overlap_radius, "species": "A"}
    np.testing.assert_allclose(msd, sc.dynamics.displacements(cold, **lags).msd, rtol=1e-12)
    alone = [sc.dynamics.displacements(run, **lags).msd for run in cold]
    np.testing.assert_allclose(msd, 0.5 * (alone[0] + alone[1]), rtol=1e-12)


def test_shares_are_of_the_particles_of_both_runs(together: Path, cold: list[Trajectory]) -> None:
    found = report.load_results(together / "results.zarr")
    hops = [sc.dynamics.hops(run, window=CHOICES.window, species="A") for run in cold]
    moving = np.mean([(hop > 0.1).mean() for hop in hops])
    P = found["rearrangement"]
    S = found["distributions"].sel(temperature=0.5)
    # P_R and P(S) of the bins that they fill make the share that rearranges in all
    width = float(P.softness[1] - P.softness[0])
    weight = S.P_S.values * width
    assert np.nansum(P.rearrangement_probability.sel(temperature=0.5) * weight) == pytest.approx(
        moving, rel=0.02
    )


def test_each_replica_has_its_file_of_colours_and_none_is_left_of_before(
    files: list[Path], together: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(together, out)
    names = sorted(path.name for path in out.glob("fields_*.gsd"))
    assert names == [
        "fields_T0.5_run1.gsd", "fields_T0.5_run2.gsd", "fields_T0.6.gsd", "fields_T0.7.gsd",
    ]  # fmt: skip
    analysed(files[:2], out)
    assert sorted(path.name for path in out.glob("fields_*.gsd")) == ["fields_T0.5.gsd", "fields_T0.7.gsd"]


def test_runs_that_look_alike_from_outside_keep_their_own_fields(tmp_path: Path) -> None:
    """Of one name, size and time of writing, as copies of runs of this package can be."""
    paths = []
    for seed in (0, 7):
        path = tmp_path / str(seed) / "trajectory.gsd"
        path.parent.mkdir()
        sc.write_gsd(path, lattice(seed, 0.07))
        os.utime(path, (1e9, 1e9))
        paths.append(path)
    assert paths[0].stat().st_size == paths[1].stat().st_size
    out = short_study.analyse(paths, tmp_path / "out", given=Given([0.5, 0.5]), thresholds=[0.1, 0.1])
    assert len(list((out / "work").glob("T0.5-depth-*"))) == 2
    assert len(list((out / "work").glob("T0.5-p_hop-*"))) == 2


def test_other_names_of_the_particles_are_measured_again(tmp_path: Path) -> None:
    run = lattice(0, 0.07)
    half = (np.arange(run.n_particles) % 2).astype(int)
    path = tmp_path / "half.gsd"
    sc.write_gsd(path, replace(run, species=half, names=("X", "Y")))
    shares = []
    for names in ({"X": "A", "Y": "B"}, {"X": "B", "Y": "A"}):
        changes = {"given": Given([0.5], names=names), "liquid": "wahnstrom", "thresholds": [0.1]}
        out = short_study.analyse([path], tmp_path / "out", **changes)
        fresh = short_study.analyse([path], tmp_path / names["X"], **changes)
        assert (out / "comparison.json").read_bytes() == (fresh / "comparison.json").read_bytes()
        shares.append((out / "comparison.json").read_bytes())
    assert shares[0] != shares[1]


@pytest.mark.parametrize("many", [1, 2, 13, 21, 45])
def test_structure_never_hangs_on_the_frame_that_all_replicas_begin_with(many: int) -> None:
    run = lattice(0, 0.07)
    taken = [measurement._spread(run, -(-CHOICES.structure_frames // many)) for _ in range(many)]
    assert all(one.times[0] > run.times[0] for one in taken)
    assert sum(one.n_frames for one in taken) >= CHOICES.structure_frames


def test_replicas_that_begin_alike_are_told_of(files: list[Path], tmp_path: Path) -> None:
    alike = tmp_path / "alike.gsd"
    first, other = lattice(0, 0.07), lattice(7, 0.07)
    paths = np.concatenate([first.positions(slice(0, 1)), other.positions()[1:]])
    sc.write_gsd(alike, sc.Trajectory.from_arrays(
        paths, first.fixed_box(), species=first.species, names=first.names,
    ))  # fmt: skip
    for second, told in ((alike, True), (files[3], False)):
        out = short_study.analyse(
            [files[1], second], tmp_path / second.stem, given=Given([0.5, 0.5]), thresholds=[0.1, 0.1]
        )
        summary = json.loads((out / "provenance.json").read_text())["page"]["summary"]
        assert ("begin in the same configuration" in summary) is told


def test_the_order_of_the_files_does_not_matter(files: list[Path], together: Path, tmp_path: Path) -> None:
    order = [3, 2, 0, 1]
    other = analysed(
        [files[k] for k in order],
        tmp_path / "out",
        given=Given([TEMPERATURES[k] for k in order]),
        thresholds=[THRESHOLDS[k] for k in order],
    )
    assert (other / "comparison.json").read_bytes() == (together / "comparison.json").read_bytes()


def test_replicas_of_other_thresholds_boxes_or_particles_are_refused(
    files: list[Path], tmp_path: Path
) -> None:
    at = Given([0.5, 0.5])
    with pytest.raises(ParameterError, match=r"at T = 0.5 are averaged.*\[0.1, 0.13\]"):
        analysed([files[1], files[3]], tmp_path / "out", given=at, thresholds=[0.13, 0.1])
    wide, few = tmp_path / "wide.gsd", tmp_path / "few.gsd"
    run = lattice(0, 0.07)
    stretched = Trajectory.from_arrays(
        run.unwrapped() * 1.01, sc.Box.cube(float(run.fixed_box().heights[0]) * 1.01), unwrapped=True,
        species=run.species, names=run.names,
    )  # fmt: skip
    sc.write_gsd(wide, stretched)
    sc.write_gsd(few, lattice(0, 0.07, n=125))
    rare, again = tmp_path / "rare.gsd", tmp_path / "again.gsd"
    sc.write_gsd(rare, lattice(3, 0.07)[::2])
    again.write_bytes(files[1].read_bytes())
    for other, error, words in (
        (wide, TrajectoryError, "their boxes differ: replicas"),
        (few, ParameterError, "replicas must have the same state point"),
        (rare, TrajectoryError, "frames are 2 and 1 apart: replicas"),
        (again, ParameterError, "again.gsd has the same contents as .*run1.gsd: replicas"),
    ):
        with pytest.raises(error, match=words):
            analysed([files[1], other], tmp_path / "out", given=at, thresholds=[0.1, 0.1])
    with pytest.raises(ParameterError, match="too close to be distinguished"):
        analysed([files[1], files[3]], tmp_path / "out", given=Given([0.5, 0.50000004]), thresholds=[0.1] * 2)
    assert not (tmp_path / "out").exists()
