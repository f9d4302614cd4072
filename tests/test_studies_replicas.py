"""Runs of one temperature are replicas: taken together, as every function takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import short_study
from short_study import CHOICES, lattice

import supercooled as sc
from supercooled import report
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.studies.opening import Given
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
    some = [run[:: run.n_frames // (CHOICES.structure_frames // 2)] for run in cold]
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


def test_each_replica_has_its_file_of_colours(together: Path) -> None:
    names = sorted(path.name for path in together.glob("fields_*.gsd"))
    assert names == [
        "fields_T0.5_run1.gsd", "fields_T0.5_run2.gsd", "fields_T0.6.gsd", "fields_T0.7.gsd",
    ]  # fmt: skip


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
    with pytest.raises(ParameterError, match=r"at T = 0.5 are taken together.*\[0.1, 0.13\]"):
        analysed([files[1], files[3]], tmp_path / "out", given=at, thresholds=[0.13, 0.1])
    wide, few = tmp_path / "wide.gsd", tmp_path / "few.gsd"
    run = lattice(0, 0.07)
    stretched = Trajectory.from_arrays(
        run.unwrapped() * 1.01, sc.Box.cube(float(run.fixed_box().heights[0]) * 1.01), unwrapped=True,
        species=run.species, names=run.names,
    )  # fmt: skip
    sc.write_gsd(wide, stretched)
    sc.write_gsd(few, lattice(0, 0.07, n=125))
    for other, error in ((wide, TrajectoryError), (few, ParameterError)):
        with pytest.raises(error, match=r"replicas"):
            analysed([files[1], other], tmp_path / "out", given=at, thresholds=[0.1, 0.1])
    assert not (tmp_path / "out").exists()
