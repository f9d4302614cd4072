"""Axes that show what they were given, and notebooks that show the nouns."""

from __future__ import annotations

from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest
import report_example
import xarray as xr
from matplotlib import pyplot

import supercooled as sc
from supercooled.quantities import labelled

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


@pytest.fixture
def run() -> sc.Trajectory:
    random = np.random.default_rng(2)
    positions = random.uniform(-3, 3, (4, 200, 3))
    return sc.Trajectory.from_arrays(
        positions, sc.Box.cube(6.0), species=np.arange(200) % 5 == 4, names=("A", "<b>"), temperature=0.5
    )


def drawn(axes, number: int = 0) -> np.ndarray:
    """Points of one of the lines."""
    return np.asarray(axes.lines[number].get_xydata())


def test_what_is_drawn_is_what_was_measured(run):
    g = sc.structure.radial_distribution(run, r_max=2.5, dr=0.1)
    strips = sc.plot.radial_distribution(g)
    assert len(strips) == g.sizes["pair"]
    for strip, pair in zip(strips, g["pair"].values, strict=True):
        curve = drawn(strip, 1)
        np.testing.assert_allclose(curve[:, 0], g["r"])
        np.testing.assert_allclose(curve[:, 1], g["radial_distribution"].sel(pair=pair))


def test_a_notebook_shows_the_figure(run):
    axes = sc.plot.structure_factor(sc.structure.structure_factor(run, q_max=5.0, dq=0.5))
    assert axes[0].figure.number in pyplot.get_fignums()


def test_several_results_are_drawn_cold_to_hot_whatever_their_order():
    every = report_example.results()["dynamics"]
    cold, hot = (every.sel(temperature=T, drop=True) for T in (0.47, 0.7))
    for draw, name in ((sc.plot.displacements, "msd"), (sc.plot.overlap, "overlap")):
        axes = draw([hot, cold], temperatures=[0.7, 0.47])
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0.47", "0.70"]
        ends = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) > 10]
        expected = floats_of(hot[name])
        np.testing.assert_allclose(ends[1], expected)
    with pytest.raises(sc.SupercooledError, match="temperatures"):
        sc.plot.displacements([hot, cold])
    with pytest.raises(sc.SupercooledError, match="the same number"):
        sc.plot.displacements([hot, cold], temperatures=[0.7])


def floats_of(data: xr.DataArray) -> np.ndarray:
    return data.dropna(data.dims[-1]).values


def test_a_temperature_nobody_knows_has_no_key():
    motion = report_example.results()["dynamics"].isel(temperature=1, drop=True)
    assert sc.plot.non_gaussian(motion).get_legend() is None


def test_distributions_and_probabilities_take_their_own_variable(run):
    random = np.random.default_rng(3)
    coords = {"frame": np.arange(4), "particle": np.arange(200)}
    for name in ("softness", "depth", "local_density"):
        field = labelled(name, random.uniform(1, 2, (4, 200)), ("frame", "particle"), coords)
        axes = sc.plot.distribution(sc.relation.distribution(field, bins=8, blocks=2))
        assert len(drawn(axes)) == 8
    results = report_example.results()
    lines = sc.plot.rearrangement_probability(results["rearrangement"]).lines
    assert max(line.get_xdata().max() for line in lines) > 1.0
    sc.plot.rearrangement_probability(results["depth_rearrangement"])
    cross = sc.plot.arrhenius(results["rearrangement"], results["arrhenius"])
    assert "T_0" in cross.texts[-1].get_text()
    assert sc.plot.barrier(results["arrhenius"]).get_ylabel() == r"$\Delta E$ ($\epsilon_{AA}$)"


def test_the_cage_and_the_hops(run):
    cage = report_example.results()["cage"]
    axes = sc.plot.caging_potential(cage["caging_potential"])
    assert drawn(axes)[0, 1] == pytest.approx(float(cage["caging_potential"][0, 0]))
    p_hop = labelled(
        "p_hop", np.arange(8.0).reshape(4, 2), ("frame", "particle"),
        {"frame": np.arange(4), "particle": [3, 5], "time": ("frame", np.arange(4.0))},
    )  # fmt: skip
    strips = sc.plot.hops(p_hop, particles=[5, 3], threshold=2.0)
    assert drawn(strips[0])[:, 1].tolist() == [1, 3, 5, 7]


def test_a_slice_shows_the_particles_in_it_and_their_values(run):
    inside = run.positions(slice(2, 3))[0][:, 2]
    field = labelled(
        "softness", np.arange(160.0)[None], ("frame", "particle"),
        {"frame": [2], "particle": run.of_species("A")},
    )  # fmt: skip
    axes = sc.plot.particles(run, field, frame=2, thickness=1.0)
    shown = sum(len(discs.get_offsets()) for discs in axes.collections[:2])
    assert shown == (np.abs(inside) <= 0.5).sum()
    coloured = axes.collections[1].get_array()
    assert len(coloured) == (np.abs(inside[run.of_species("A")]) <= 0.5).sum()
    with pytest.raises(sc.SupercooledError, match="frame 0"):
        sc.plot.particles(run, field, frame=0, thickness=1.0)
    with pytest.raises(sc.SupercooledError, match="thicker"):
        sc.plot.particles(run, field, frame=2, thickness=1e-9)


def test_a_curve_of_three_dimensions_is_refused():
    with pytest.raises(sc.SupercooledError, match="isel"):
        sc.plot.curve(labelled("msd", np.ones((2, 2, 2)), ("a", "b", "c")))


class Closing(HTMLParser):
    """Checks that tags close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "b"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_nouns_show_themselves_in_a_notebook(run):
    liquid = sc.systems.kob_andersen(density=1.2)
    shown = {
        "run": run._repr_html_(),
        "box": run.fixed_box()._repr_html_(),
        "mixture": liquid.mixture._repr_html_(),
        "liquid": liquid._repr_html_(),
    }
    for text in shown.values():
        Closing(text)
        assert len(text) < 4000
    assert "&lt;b&gt;" in shown["run"]
    assert "200 particles" in shown["run"]
    assert "216" in shown["box"]
    assert "0.88" in shown["mixture"]
    assert "1.2" in shown["liquid"]
