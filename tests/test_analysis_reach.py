"""How far softness and mobility reach, as an analysis shows it."""

from types import SimpleNamespace

import numpy as np
import pytest
import typer
import xarray as xr
from test_space import gaussian_field

from supercooled import Box, Estimate, Trajectory
from supercooled.analysis import reach
from supercooled.analysis.choices import Choices
from supercooled.cli import app
from supercooled.report.figures.space import PLATES

# Whole runs are parts.
CHOICES = Choices(blocks=1, overlap_radius=0.5)


@pytest.fixture(scope="module")
def states():
    """Free walkers, four runs of each of two temperatures, and fields of known length."""
    made = {}
    for T, xi in ((0.5, 1.6), (0.8, 0.8)):
        runs, fields = [], []
        for seed in range(4):
            run, field = gaussian_field(
                seed, 2, cells=64, L=24.0, n=500, n_frames=12, correlation=lambda r, xi=xi: np.exp(-r / xi)
            )
            steps = np.random.default_rng(seed).normal(scale=0.2, size=(60, 500, 3)) * [1.0, 1.0, 0.0]
            walk = run.positions()[:1] + np.cumsum(steps, axis=0)
            runs.append(Trajectory.from_arrays(walk, Box.cube(24.0, 2), unwrapped=True, temperature=T))
            # The first frames are where the field was made.
            held = Trajectory.from_arrays(run.positions(), Box.cube(24.0, 2), unwrapped=True, temperature=T)
            fields.append((held, field))
        made[T] = runs, fields
    return made


def test_it_finds_lengths_of_fields_and_no_length_of_walkers(states, tmp_path):
    rows = []
    for T, (runs, fields) in states.items():
        held, depths = zip(*fields, strict=True)
        found = reach.reach_of(list(held), list(depths), 1.0, CHOICES)["space"]
        xi = 1.6 if T == 0.5 else 0.8
        assert abs(found.field_length - xi) < 3 * max(float(found.field_length_error), 0.1)
        one = SimpleNamespace(depths=())
        along, more = reach.reach_at(
            {T: runs}, [one], [Estimate(4.2, 0.1, "tau")], None, CHOICES, folder=tmp_path, workers=1
        )
        rows += more
        along = along.isel(temperature=0)
        # Walkers: chi4 = w(1 - w) and S4 = w.
        w = float(along.chi4_limit)
        assert abs(float(along.chi4) - w * (1 - w)) < 0.1
        assert float(along.correlation_length) <= 2.5 * max(float(along.correlation_length_error), 0.2)
    assert {row.quantity for row in rows} == {"four-point length", "chi4 at fixed N", "chi4 from S4"}
    assert all(row.note.startswith("At t = 4") for row in rows)


def test_the_lag_is_that_of_the_relaxation_or_what_the_runs_allow(states):
    runs, _ = states[0.5]
    for tau, expected in ((4.2, 4.0), (0.1, 1.0), (1e4, 11.0), (np.nan, 11.0)):
        reason = "" if np.isfinite(tau) else "too short"
        assert reach._lag(runs, Estimate(tau, 0.1 if np.isfinite(tau) else np.nan, "tau", reason)) == expected


def test_a_box_that_is_too_small_says_so(tmp_path):
    still = Trajectory.from_arrays(np.zeros((20, 5, 3)), Box.cube(3.0), temperature=0.5)
    (one,) = [SimpleNamespace(depths=())]
    _, rows = reach.reach_at(
        {0.5: [still]}, [one], [Estimate(1.0, 0.1, "tau")], None, CHOICES, folder=tmp_path, workers=1
    )
    assert "use more particles" in rows[0].note
    assert rows[0].measured is None


def test_figures_are_drawn_with_captions_that_hold_the_lengths(states, tmp_path):
    tables = []
    for T, (_, fields) in states.items():
        held, depths = zip(*fields, strict=True)
        tables.append(
            reach.reach_of(list(held), list(depths), 1.0, CHOICES)["space"].assign_coords(temperature=T)
        )
    results = {"space": xr.concat(tables, dim="temperature", join="outer", combine_attrs="drop_conflicts")}
    for panel in PLATES[0].panels:
        assert panel.possible(results)
        panel.draw(results).savefig(tmp_path / f"{panel.name}.png")
        caption = panel.caption(results)
        assert "length" in caption.description
        assert "nan" not in caption.description


def test_the_command_takes_it():
    command = typer.main.get_command(app).commands["analyze"]
    context = command.make_context("analyze", ["a.gsd", "--out", "b", "--space"])
    assert context.params["space"] is True
