"""The figures show the results they are given, and nothing else."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from report_example import TEMPERATURES, arrhenius, cage, distributions, dynamics, hops, results

from supercooled.papers.sharma2022.figures import FIGURES as SHARMA
from supercooled.report.figures import GENERAL
from supercooled.report.figures import barriers as barrier_figures
from supercooled.report.figures import cage as cage_figures
from supercooled.report.figures import dynamics as dynamics_figures
from supercooled.report.figures import softness as softness_figures
from supercooled.report.style import DARK, HEIGHT, PAPER, WIDTH, by_temperature, render, steps

T = {"temperature": TEMPERATURES}
LN10 = np.log(10)


def luminance(colour: str) -> float:
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour)]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def marks(figure: Figure) -> set[tuple[float, float]]:
    return {
        (round(float(x), 6), round(float(y), 6))
        for line in figure.axes[0].lines
        if line.get_marker() not in ("None", "", None)
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }


@pytest.mark.parametrize("ramp", ["temperature", "softness"])
@pytest.mark.parametrize("n", [2, 3, 7])
def test_colours_keep_their_order_without_hue_and_stand_out_on_either_page(ramp, n):
    light = steps(n, ramp)
    dark = [DARK[colour] for colour in light]
    for colours, page in ((light, PAPER), (dark, DARK[PAPER])):
        assert np.all(np.diff([luminance(colour) for colour in colours]) > 0.005)
        assert min(contrast(colour, page) for colour in colours) > 3


def test_a_threshold_is_marked_where_it_was_reached_and_nowhere_else():
    data = dynamics(T)
    reached = data.where(np.isfinite(data["p_c"]), drop=True)
    places = zip(reached["p_c_time"].values, reached["p_c"].values, strict=True)
    figure = dynamics_figures.displacements(data)
    assert marks(figure) == {(round(float(t), 6), round(float(p), 6)) for t, p in places}
    labels = [
        text.get_text() for text in dynamics_figures.non_gaussian(data).axes[0].get_legend().get_texts()
    ]
    assert labels == ["0.47 (not reached)", "0.58", "0.70"]


def test_relaxation_times_lie_on_1_over_e():
    data = dynamics(T)
    expected = {(round(float(t), 6), round(1 / np.e, 6)) for t in data["tau_alpha"].values if np.isfinite(t)}
    assert marks(dynamics_figures.overlap(data)) == expected


def test_arrhenius_lines_are_the_fits_and_cross_at_the_onset():
    data = arrhenius(T, onset=0.8)
    axes = barrier_figures.arrhenius(data["rearrangement"], data["arrhenius"]).axes[0]
    lines = [np.asarray(line.get_xydata()) for line in axes.lines if len(line.get_xdata()) == 2]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in lines if b[0] > a[0]]
    fitted = data["arrhenius"]["barrier"].dropna("softness").values
    assert len(slopes) == 5
    assert np.allclose(sorted(slopes)[0], -fitted.max() / LN10)
    crossings = [a[1] + s * (1 / 0.8 - a[0]) for (a, b), s in zip(lines, slopes, strict=False)]
    assert np.ptp(crossings) < 1e-9
    points = [line for line in axes.lines if len(line.get_xdata()) == len(TEMPERATURES)]
    on_a_line = [np.interp(line.get_xdata()[::-1], *np.transpose(lines[i])) for i, line in enumerate(points)]
    assert np.allclose([line.get_ydata()[::-1] for line in points], on_a_line)


def test_the_second_axis_of_the_barrier_is_in_base_10():
    fits = arrhenius(T)["arrhenius"]
    figure = barrier_figures.barrier(fits)
    render(figure, "svg")
    axes = figure.axes[0]
    (printed,) = axes.child_axes
    assert np.allclose(np.array(printed.get_ylim()) * LN10, axes.get_ylim())


def test_the_slope_of_barrier_against_entropy_is_the_onset():
    line = barrier_figures.barrier_entropy(arrhenius(T, onset=0.77)["arrhenius"]).axes[0].lines[0]
    (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.77)


def test_the_peak_and_the_share_stand_in_their_strip():
    data = distributions(T)
    figure = softness_figures.rearranging_softness(data)
    for axes, temperature in zip(figure.axes, TEMPERATURES, strict=True):
        here = data.sel(temperature=temperature)
        words = axes.texts[0].get_text()
        assert f"{temperature:.2f}" in words
        assert f"{100 * float(here['share']):.1f}" in words
        vertical = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
        assert vertical == pytest.approx([1e3 * float(here["peak"])])


def test_deviation_from_the_published_line_is_in_percent():
    data = cage(T)
    strip = cage_figures.softness(data).axes[1]
    shown = [float(line.get_ydata()[0]) for line in strip.lines if line.get_marker() in {"o", "s", "^"}]
    assert shown == pytest.approx([0.6, -2.1, 1.2])


def test_the_parabola_of_the_cage_has_the_curvature_of_its_softness():
    data = cage(T)
    axes = cage_figures.potential(data).axes[0]
    for i, temperature in enumerate(TEMPERATURES):
        x, y = axes.lines[2 * i + 1].get_data()
        assert np.polyfit(x, y, 2)[0] * 2 == pytest.approx(
            1 / float(data["softness"].sel(temperature=temperature))
        )


def test_hops_above_the_threshold_are_the_only_ones_filled():
    figure = dynamics_figures.hop_trace(hops())
    for axes in figure.axes:
        (filled,) = axes.collections
        tops = np.concatenate([path.vertices[:, 1] for path in filled.get_paths()])
        assert tops.min() >= 0.115 - 1e-12


def test_drawing_leaves_matplotlib_as_it_was():
    before = dict(mpl.rcParams)
    dynamics_figures.overlap(dynamics(T))
    assert dict(mpl.rcParams) == before


def test_the_users_own_style_does_not_reach_the_report():
    plain = render(dynamics_figures.hop_trace(hops()), "svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert render(dynamics_figures.hop_trace(hops()), "svg") == plain


def test_figures_are_one_column_wide():
    figure = dynamics_figures.overlap(dynamics(T))
    assert tuple(figure.get_size_inches()) == (WIDTH, HEIGHT)


def test_a_panel_without_its_results_is_not_possible():
    full = results()
    # the plates of many liquids at once are drawn in the tests of the studies that have them
    panels = {
        panel.name: panel
        for plate in (GENERAL + SHARMA).plates
        for panel in plate.panels
        if {group for group, _ in panel.needs} <= set(full)
    }
    assert len(panels) > 30
    assert all(panel.possible(full) for panel in panels.values())
    assert not any(panel.possible({}) for panel in panels.values())
    no_events = dict(full, distributions=full["distributions"].drop_vars(["P_S_R", "P_depth_R"]))
    out = {name for name, panel in panels.items() if not panel.possible(no_events)}
    assert out == {"rearranging_softness", "rearranging_depth"}
    unfitted = dict(full, arrhenius=full["arrhenius"].where(False))
    out = {name for name, panel in panels.items() if not panel.possible(unfitted)}
    assert out == {"arrhenius", "barrier", "barrier_entropy", "collapse"}
    single = results(np.array([0.5]))
    assert {name for name, panel in panels.items() if not panel.possible(single)} == {
        "softness",
        "depth_q",
        "depth_r",
        "area_by_temperature",
        "rank_by_temperature",
    }


def test_each_temperature_has_its_own_colour_and_mark():
    shades = by_temperature(cage(T))
    assert len({shade.colour for shade in shades}) == len({shade.marker for shade in shades}) == 3
    assert [shade.label for shade in shades] == ["0.47", "0.58", "0.70"]
