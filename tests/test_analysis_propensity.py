"""Rank correlation with propensity, on ensembles whose motion is made from the structure itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import structure, systems
from supercooled.analysis import propensity
from supercooled.analysis.choices import Choices
from supercooled.analysis.propensity import Ensembles, Plan, ranked_propensities
from supercooled.cage import Calibration
from supercooled.errors import ParameterError

CALIBRATION = Calibration(100.0, 10.0, 0.0, 0.0, (0.5, 0.6), "made up", 0.0)
LIQUID = systems.kob_andersen(density=1.2)
N = 512


def run_at(temperature: float) -> sc.Trajectory:
    """Eight frames of a lattice that shakes, at the density of the liquid."""
    random = np.random.default_rng(5)
    edge = (N / 1.2) ** (1 / 3)
    sites = np.stack(np.meshgrid(*[np.arange(8)] * 3), axis=-1).reshape(-1, 3) * edge / 8
    frames = sites + 0.05 * random.normal(size=(8, N, 3))
    species = (np.arange(N) >= int(0.8 * N)).astype(int)
    return sc.Trajectory.from_arrays(
        frames, sc.Box.cube(edge), species=species, names=("A", "B"), times=10.0 * np.arange(8.0),
        temperature=temperature,
    )  # fmt: skip


def measured(monkeypatch: pytest.MonkeyPatch, work: Path, *, noise: float) -> xr.Dataset:
    run, choices = run_at(0.5), Choices(structure_frames=4)
    centres = run.of_species("A")
    random = np.random.default_rng(8)
    depth = xr.DataArray(
        random.uniform(10.0, 25.0, (8, len(centres))),
        {"frame": np.arange(8), "particle": centres},
        ("frame", "particle"),
        "depth",
    )
    asked = []

    def ensemble(liquid, *, n_runs, duration, every, start, **_):
        """Shallow cages go far, in any direction, and now and then by chance."""
        asked.append((n_runs, start.n_frames))
        number = int(np.argmin([np.abs(run.positions()[k] - start.positions()[0]).sum() for k in range(8)]))
        length = np.zeros(N)
        length[centres] = 5.0 / depth.sel(frame=number).values
        times = np.arange(0.0, duration + 0.5 * every, every)
        out = []
        for _ in range(n_runs):
            way = random.normal(size=(N, 3))
            way *= ((length + noise * random.normal(size=N)) / np.linalg.norm(way, axis=1))[:, None]
            moved = start.positions()[0] + np.sqrt(times / duration)[:, None, None] * way
            out.append(
                sc.Trajectory.from_arrays(
                    moved,
                    start.fixed_box(),
                    species=run.species,
                    names=run.names,
                    times=times,
                    unwrapped=True,
                )
            )
        return out

    monkeypatch.setattr(propensity.store, "isoconfigurational", ensemble)
    radial = structure.radial_distribution(run, r_max=3.0, dr=0.02)
    ensembles = Ensembles({0.5: 4.0}, times=(1.0, 2.0, 4.0, 8.0), places=(0.25, 0.75), n_runs=6)
    plan = Plan(ensembles, choices, LIQUID, 0.005, work, 1)
    table = ranked_propensities([run, run_at(0.6)], [depth, depth], [radial, radial], plan,
                                calibration=CALIBRATION, folder=work)  # fmt: skip
    assert asked == [(6, 1), (6, 1)]
    # Asked again it is read back: nobody moves.
    again = ranked_propensities([run], [depth], [radial], plan, calibration=CALIBRATION, folder=work)
    assert len(asked) == 2
    xr.testing.assert_allclose(table, again)
    return table


def test_motion_that_structure_alone_decides_is_ranked_by_softness_and_by_nothing_else(monkeypatch, tmp_path):
    table = measured(monkeypatch, tmp_path, noise=0.0)
    np.testing.assert_allclose(table["temperature"], [0.5])
    # 8 tau is longer than the runs.
    np.testing.assert_allclose(table["time"], [1.0, 2.0, 4.0])
    np.testing.assert_allclose(table["rank_correlation"].sel(field="softness"), 1.0)
    np.testing.assert_allclose(table["reliability"], 1.0)
    others = table["rank_correlation"].drop_sel(field="softness")
    assert (np.abs(others) < 0.15).all()


def test_chance_hides_what_softness_knows_as_far_as_the_reliability_says(monkeypatch, tmp_path):
    table = measured(monkeypatch, tmp_path, noise=0.09)
    correlation = table["rank_correlation"].sel(field="softness").values
    reliability = table["reliability"].values
    assert (reliability < 0.9).all()
    # The propensity's order is as good as the root of its reliability, within what so few can tell.
    np.testing.assert_allclose(correlation, np.sqrt(reliability), atol=0.08)


def test_an_ensemble_of_no_run_is_refused(tmp_path):
    plan = Plan(Ensembles({0.4: 1.0}), Choices(), LIQUID, 0.005, tmp_path, 1)
    with pytest.raises(ParameterError, match="no run has a temperature"):
        ranked_propensities([], [], [], plan, calibration=CALIBRATION, folder=tmp_path)
