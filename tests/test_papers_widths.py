"""What the width of the local g(r) changes, on depths whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled.analysis.choices import Choices
from supercooled.cage import Calibration
from supercooled.papers.sharma2022.variants import Variant, spread
from supercooled.papers.sharma2022.widths import widths

CALIBRATION = Calibration(100.0, 10.0, 0.0, 0.0, (0.5, 0.6), "made up", 0.0)
CHOICES = Choices(width=0.09, bins=20, minimum_count=20, blocks=2)
THRESHOLD = 0.1


def named(width: float) -> str:
    return Variant(CHOICES.direct_correlation, CHOICES.normalisation, width).name


def made(*, shuffled: bool, steepness: float = 1.0, shift: float = 0.0):
    """Depths by two widths, 0.09 and 0.12, and hops of the shallow, at two temperatures."""
    random = np.random.default_rng(4)
    depths, hops = [], []
    for T in (0.5, 0.6):
        depth = random.normal(30.0, 2.0, (20, 500))
        other = random.permuted(depth, axis=1) if shuffled else steepness * depth + shift
        names = [named(0.09), named(0.12)]
        frames = {"frame": np.arange(20), "time": ("frame", np.arange(20.0))}
        depths.append(
            xr.DataArray(
                np.stack([depth, other]),
                {"variant": names, **frames},
                ("variant", "frame", "particle"),
                "depth",
            ).to_dataset()
        )
        # The shallowest tenth rearranges, whatever the width.
        hop = np.where(depth < np.quantile(depth, 0.1), 2 * THRESHOLD, 0.0)
        hops.append(xr.DataArray(hop, {**frames, "temperature": T}, ("frame", "particle"), "p_hop"))
    return depths, hops


def found(**how) -> xr.Dataset:
    depths, hops = made(**how)
    return widths(depths, hops, [THRESHOLD, THRESHOLD], CALIBRATION, values=(0.09, 0.12), choices=CHOICES)


def test_a_width_that_only_shifts_the_depths_keeps_the_order_and_the_shares():
    table = found(shuffled=False, shift=5.0)
    assert table["rank_correlation"].values == pytest.approx([1.0, 1.0])
    # Softness is no straight line of depth, so that a shift of the one bends the other, a little.
    assert 0.99 < float(table["correlation"].sel(width=0.12)) < 1.0
    assert (table["share"] == 1.0).all()
    np.testing.assert_allclose(table["temperature"], [0.5, 0.6])


def test_a_width_that_forgets_the_particle_has_the_share_of_chance():
    table = found(shuffled=True)
    assert float(table["rank_correlation"].sel(width=0.09)) == pytest.approx(1.0)
    assert abs(float(table["rank_correlation"].sel(width=0.12))) < 0.05
    # The hops follow the other width's depths: beyond the peak lie as many as there are particles.
    assert (np.abs(table["share"].sel(width=0.12) - 0.5) < 0.15).all()
    # From one short run nobody knows how far a steepness is off: none is given.
    assert np.isfinite(table["steepness"].sel(width=0.12)).all()
    assert table["steepness_error"].sel(width=0.12).isnull().all()


def test_the_distributions_are_densities_of_softness_and_the_hopping_are_softer():
    one = found(shuffled=False).sel(width=0.09)
    step = float(np.diff(one["bin_softness"])[0])
    for name in ("P_S", "P_S_R"):
        assert float(one[name].sum()) * step == pytest.approx(1.0, abs=5e-3)
    mean = {name: float((one[name] * one["bin_softness"]).sum() * step) for name in ("P_S", "P_S_R")}
    assert mean["P_S_R"] > mean["P_S"]
    # 1/S = 100 + 10 * 30 at the mean depth.
    assert mean["P_S"] == pytest.approx(1 / 400.0, rel=0.01)
    # Those softer than the deepest of the shallowest tenth all rearrange, the hardest never do.
    P = one["P_R"].isel(temperature=0).dropna("bin").values
    assert P[0] == 0.0
    assert P[-1] == 1.0


@pytest.mark.parametrize(("frames", "wanted"), [(10, 5), (11, 5), (7, 100), (100, 7)])
def test_frames_are_spread_from_the_first_and_never_more_than_wanted(frames, wanted):
    p_hop = xr.DataArray(np.zeros((frames, 1)), {"frame": np.arange(3, 3 + frames)}, ("frame", "particle"))
    run = sc.Trajectory.from_arrays(np.zeros((frames + 6, 1, 3)), sc.Box.cube(9.0))
    chosen = np.arange(1000)[spread(run, p_hop, wanted)]
    assert chosen[0] == 3
    assert len(chosen) <= wanted
    assert chosen[-1] < 3 + frames
    assert len(set(np.diff(chosen))) <= 1
