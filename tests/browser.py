"""A page of a study with its 3-D view, and a browser without a screen to open it in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from report_example import provenance, results, rows

from supercooled import Box, Trajectory, cage, report
from supercooled.quantities import labelled

WIDTH, N, EDGE = 0.09, 240, 6.0
CUTOFFS = {"AA": (0.9, 1.4), "AB": (0.75, 1.25)}


def liquid() -> Trajectory:
    """Three frames of a jittered lattice, a fifth of it of species B."""
    random = np.random.default_rng(5)
    sites = np.stack(np.meshgrid(*[np.arange(7)] * 3), axis=-1).reshape(-1, 3)
    start = random.permutation(sites)[:N] * (EDGE / 7) - EDGE / 2
    positions = start + 0.08 * random.normal(size=(3, N, 3))
    return Trajectory.from_arrays(
        positions, Box.cube(EDGE), species=(np.arange(N) % 5 == 4).astype(int), times=[0.0, 1.5, 3.0],
        temperature=0.47,
    )  # fmt: skip


def scene() -> xr.Dataset:
    """The view's group of results."""
    run, random = liquid(), np.random.default_rng(6)
    A = run.of_species("A")
    coords = {"frame": np.arange(3), "particle": A}
    shape = (3, len(A))
    values = {"softness": random.uniform(1e-3, 3e-3, shape), "p_hop": random.exponential(0.05, shape)}
    return report.scene(
        run,
        fields={name: labelled(name, x, ("frame", "particle"), coords) for name, x in values.items()},
        frames=3,
        width=WIDTH,
        cutoffs=CUTOFFS,
        normalisation="total",
    )


def own_distribution(frame: int, particle: int, r: np.ndarray) -> np.ndarray:
    """g(r) of one A particle with A and with B, (pair, r), by the package."""
    found = cage.local_radial_distribution(
        liquid(), species="A", width=WIDTH, r=r, normalisation="total", frames=slice(frame, frame + 1)
    )
    return np.asarray(found.sel(particle=particle).values).reshape(2, len(r))


def written(folder: Path) -> Path:
    """A report with the view, tables and a few figures."""
    every = results()
    few = {name: every[name] for name in ("structure", "cage", "hops", "readings")}
    return report.write(
        folder,
        sections=[report.Section("Readings", "All of them.", (), ("readings",))],
        title="Local softness and rearrangements",
        summary="One.\n\nTwo.",
        rows=rows(),
        results={**few, "scene": scene()},
        provenance=provenance(),
        paper="sharma2022",
    )


@contextmanager
def chromium() -> Iterator:
    """The system's Chromium, drawing in software; skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here; the report's browser tests need one (apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    software = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=software)
        try:
            yield browser
        finally:
            browser.close()
