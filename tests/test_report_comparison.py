"""The comparison: verdicts, files, the terminal."""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_example import rows
from rich.console import Console

from supercooled.errors import ParameterError, StoreError
from supercooled.report import Row, Tolerance, print_comparison, read_comparison, write_comparison
from supercooled.report.console import print_table, tally
from supercooled.report.markup import symbols, unit_html
from supercooled.report.numbers import percent, shown, unit_math, unit_text
from supercooled.report.tables import Table

finite = st.floats(-1e6, 1e6, allow_nan=False)
fractions = st.floats(1e-3, 0.9)


def judged(measured: float | None, *, tolerance: Tolerance, published: float = 2.0, note: str = "") -> Row:
    return Row.judge(
        item="x", quantity="softness", state="T = 1", published=published, measured=measured,
        uncertainty=0.0, unit="1", tolerance=tolerance, note=note,
    )  # fmt: skip


@given(published=finite.filter(lambda x: abs(x) > 1e-6), fraction=fractions, place=st.floats(-2, 2))
def test_a_relative_tolerance_scales_with_the_published_value(published, fraction, place):
    if abs(abs(place) - 1) < 1e-6:
        return
    row = judged(
        published * (1 + place * fraction), tolerance=Tolerance.relative(fraction), published=published
    )
    assert row.within is (abs(place) < 1)


@pytest.mark.parametrize(
    ("tolerance", "inside", "outside"),
    [
        (Tolerance.relative(0.05), (1.9, 2.0, 2.1), (1.89, 2.11, -2.0)),
        (Tolerance.absolute(0.3), (1.7, 2.3), (1.69, 2.31)),
        (Tolerance.between(0.6, math.inf), (0.6, 7.0), (0.59,)),
        (Tolerance.between(-math.inf, 2.5), (-9.0, 2.5), (2.51,)),
    ],
)
def test_the_edge_of_a_tolerance_belongs_to_it(tolerance, inside, outside):
    assert [judged(value, tolerance=tolerance).verdict for value in inside] == ["met"] * len(inside)
    assert [judged(value, tolerance=tolerance).verdict for value in outside] == ["missed"] * len(outside)
    assert tolerance.text in judged(1.0, tolerance=tolerance).note


@pytest.mark.parametrize("unknown", [None, math.nan])
def test_what_was_not_measured_is_never_judged_and_says_why(unknown):
    row = judged(unknown, tolerance=Tolerance.relative(0.1), note="the run is too short")
    assert (row.measured, row.within, row.verdict) == (None, None, "not measured")
    assert "too short" in row.note
    with pytest.raises(ParameterError, match="give the reason"):
        judged(unknown, tolerance=Tolerance.relative(0.1))


def test_bad_rows_are_refused():
    with pytest.raises(ParameterError, match="measured is inf"):
        judged(math.inf, tolerance=Tolerance.relative(0.1))
    with pytest.raises(ParameterError, match="needs a tolerance"):
        judged(1.0, tolerance=None)
    for bad in (0.0, -0.1, math.inf, math.nan):
        with pytest.raises(ParameterError, match="must be positive"):
            Tolerance.relative(bad)
    with pytest.raises(ParameterError, match="everything or nothing"):
        Tolerance.between(2.0, 1.0)


def test_a_comparison_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "comparison.json"
    write_comparison(path, rows())
    assert read_comparison(path) == tuple(rows())
    first = path.read_bytes()
    write_comparison(path, read_comparison(path))
    assert path.read_bytes() == first


def test_the_file_has_the_agreed_keys_in_order_and_null_for_nothing(tmp_path):
    path = tmp_path / "comparison.json"
    write_comparison(path, rows())
    stored = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} in the file"))
    keys = ["item", "quantity", "state", "published", "measured", "uncertainty", "unit", "kind"]
    keys += ["published_error", "reading", "contradiction", "too_short", "z", "verdict", "note", "tolerance"]
    assert [list(entry) for entry in stored] == [keys] * len(rows())
    missing = next(entry for entry in stored if entry["measured"] is None)
    assert (missing["verdict"], missing["z"]) == ("not measured", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "can't be read"),
        ("{}", "not a list of rows"),
        ('[{"item": "x"}]', "row 0"),
        ("[3]", "row 0"),
        (json.dumps([asdict(rows()[0]) | {"measured": "seven"}]), "row 0"),
    ],
)
def test_a_damaged_comparison_is_one_clear_error(tmp_path, text, message):
    path = tmp_path / "comparison.json"
    path.write_text(text)
    with pytest.raises(StoreError, match=message) as caught:
        read_comparison(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_the_terminal_shows_every_miss_in_words_at_any_width(width):
    console = Console(width=width, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    print_comparison(rows(), None, console=console)
    text = console.export_text()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "MISSED: softness, T = 0.7" in text
    assert "too short" in " ".join(text.split())
    assert (
        "4 of 7 independent tests met, 1 missed, 1 undecided, 1 not measured. Besides 1 with one bound only."
    ) in " ".join(text.split())


NEAR = {
    "relative": Tolerance.relative(0.25),
    "absolute": Tolerance.absolute(0.5),
    "between": Tolerance.between(1.5, 2.5),
    "at least": Tolerance.between(1.5, math.inf),
    "at most": Tolerance.between(-math.inf, 2.5),
}


@pytest.mark.parametrize("tolerance", NEAR.values(), ids=NEAR)
@given(
    places=st.lists(st.floats(0.0, 4.0), min_size=2, max_size=2).map(sorted),
    error=st.floats(1e-3, 1.0),
    published_error=st.sampled_from([None, 0.3]),
)
def test_the_interval_decides_on_both_sides_of_a_bound(tolerance, places, error, published_error):
    """Farther off is never better, unless nothing bounds it; a larger error decides less."""
    order = ["met", "undecided", "missed"]

    def verdict(distance: float, sign: int, error: float) -> str:
        return Row.judge(
            item="x", quantity="softness", state="", published=2.0, measured=2.0 + sign * distance,
            uncertainty=error, unit="1", tolerance=tolerance, published_error=published_error,
        ).verdict  # fmt: skip

    for sign, end in ((-1, tolerance.ends(2.0)[0]), (1, tolerance.ends(2.0)[1])):
        near, far = (order.index(verdict(place, sign, error)) for place in places)
        assert near >= far if math.isinf(end) else near <= far
        doubt = [verdict(place, sign, 4.0 * error) for place in places]
        for place, doubted in zip(places, doubt, strict=True):
            assert doubted in ("undecided", verdict(place, sign, error))
        if math.isinf(end):
            continue
        spread = 1.645 * math.hypot(error, published_error or 0.0)
        other = tolerance.ends(2.0)[0 if sign > 0 else 1]
        outside, inside = 0.5 + 1.001 * spread, 0.5 - 1.001 * spread
        assert verdict(outside, sign, error) == "missed"
        if inside > 0 and (math.isinf(other) or spread < 0.25):
            assert verdict(inside, sign, error) == "met"
        assert verdict(0.5 + 0.99 * spread, sign, error) == "undecided"
        if 0.99 * spread < 0.5:
            assert verdict(0.5 - 0.99 * spread, sign, error) == "undecided"


def test_an_end_of_what_there_can_be_is_no_bound():
    assert judged(1.99, tolerance=Tolerance.between(1.0, 2.0)).verdict == "met"
    near_the_end = Row.judge(
        item="x", quantity="correlation", state="", published=1.0, measured=0.999, uncertainty=0.01, unit="1",
        tolerance=Tolerance.between(0.9, 1.0),
    )  # fmt: skip
    assert near_the_end.verdict == "met"
    smallest = Row.judge(
        item="x", quantity="deviation", state="", published=0.0, measured=0.001, uncertainty=0.002, unit="1",
        tolerance=Tolerance.between(0.0, 0.03),
    )  # fmt: skip
    assert smallest.verdict == "met"


def test_without_an_error_a_value_can_miss_and_not_meet():
    def verdict(measured, kind=None):
        return Row.judge(
            item="x", quantity="count", state="", published=166.0, measured=measured, unit="1",
            tolerance=Tolerance.absolute(0.5), kind=kind,
        ).verdict  # fmt: skip

    assert [verdict(166.0), verdict(170.0)] == ["undecided", "missed"]
    assert [verdict(166.0, "definition"), verdict(170.0, "definition")] == ["met", "missed"]
    assert verdict(166.0, "scan") == "undecided"


def test_what_the_paper_contradicts_or_the_run_is_too_short_for_is_not_judged_by_its_number():
    words = {
        "item": "Table II", "quantity": "B'", "state": "LJ 1.6", "published": 2.0, "measured": 2.0,
        "uncertainty": 0.01, "unit": "1", "tolerance": Tolerance.relative(0.2), "note": "As found.",
    }  # fmt: skip
    assert Row.judge(**words).verdict == "met"
    inconsistent = Row.judge(**words, contradiction="Table III says otherwise.", too_short="Two decades.")
    assert inconsistent.verdict == "inconsistent"
    short = Row.judge(**words, too_short="Two decades.", reading="Decided later.")
    assert short.verdict == "undecided"
    assert short.remarks == "Two decades. Met if within 20 % of the published value. As found. Decided later."
    # What is not measured, or has no printed value, stays that.
    assert Row.judge(**{**words, "measured": None}, too_short="x").verdict == "not measured"
    assert Row.judge(**{**words, "published": None}, contradiction="x").verdict == "no published value"


def test_only_tests_count_and_the_others_are_named():
    def row(kind, measured=2.0):
        return Row.judge(
            item="x", quantity="softness", state="", published=2.0, measured=measured, uncertainty=0.01,
            unit="1", tolerance=Tolerance.relative(0.1), kind=kind,
        )  # fmt: skip

    rows_of_all = [
        row("test"),
        row("test", 9.0),
        row("calibrated"),
        row("scan"),
        row("scan"),
        row("definition"),
    ]
    assert tally(rows_of_all) == (
        "1 of 2 independent tests met, 1 missed. Besides 1 by which a parameter was set and 2 of a scan and "
        "1 by definition."
    )
    later = replace(rows_of_all[0], reading="The bound was chosen when the outcome was known.")
    assert (later.verdict, later.independent) == ("met", False)
    assert tally([later]) == (
        "0 of 0 independent tests met. Besides 1 by a reading or a bound that was chosen when the outcome "
        "was known."
    )
    bound = Row.judge(
        item="x", quantity="rise", state="", published=0.0, measured=2.0, uncertainty=0.01, unit="1",
        tolerance=Tolerance.between(0.0, math.inf),
    )  # fmt: skip
    assert (bound.kind, bound.independent) == ("bound", False)
    assert tally([bound]) == "0 of 0 independent tests met. Besides 1 with one bound only."


@pytest.mark.parametrize("width", [80, 140])
def test_every_number_on_the_terminal_has_its_unit(width):
    console = Console(width=width, record=True, file=io.StringIO())
    one = Row("", "diffusion coefficient", "T = 0.58", None, 3.7e-4, 2e-5, "sigma_AA^2/tau", None, "")
    print_comparison([one], None, console=console)
    line = next(row for row in console.export_text().splitlines() if "diffusion" in row)
    assert line.split()[-2:] == ["10⁻⁴", "σ_AA²/τ"]


def test_markup_in_a_row_is_printed_as_it_is():
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    hostile = Row("paper", "[red]x[/nope]", "[bold]", 2.0, None, None, "1", None, "[/why]")
    print_comparison([hostile], None, console=console)
    text = console.export_text()
    assert "[red]x[/nope], [bold] (paper). [/why]" in text


@given(
    value=st.floats(1e-5, 1e4).flatmap(lambda x: st.sampled_from([x, -x])),
    relative=st.floats(1e-4, 0.5),
)
def test_a_shown_number_is_off_by_less_than_its_uncertainty(value, relative):
    uncertainty = abs(value) * relative
    text = shown(value, uncertainty)
    body, _, power = text.partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or 0)
    middle, spread = (float(part.strip("()").replace("−", "-")) for part in body.split("±"))
    assert abs(middle * 10.0**exponent - value) <= 0.51 * uncertainty
    assert abs(spread * 10.0**exponent / uncertainty - 1) < 0.2


@pytest.mark.parametrize(
    ("quantity", "name"),
    [("hop_threshold", "hop threshold"), ("p_c", "p_c"), ("d ln P_R / d ln S", "d ln P_R / d ln S")],
)
def test_a_row_is_headed_by_its_quantity_in_words(quantity, name):
    assert Row("x", quantity, "", None, 1.0, None, "1", None, "").name == name


def test_numbers_and_units_are_set_as_print_sets_them():
    assert shown(12345.0) == "12345"
    assert shown(-0.5) == "−0.5"
    assert shown(0.0) == "0"
    assert percent(-0.5) == "−50 %"
    assert unit_text("sigma_AA^-3") == "σ_AA⁻³"
    assert unit_html("epsilon_AA/k_B") == "<i>ε</i><sub>AA</sub>/<i>k</i><sub>B</sub>"
    assert "<b>" not in unit_html("<b>")
    assert unit_math("1/sigma_AA") == r"\sigma_{AA}^{-1}"
    assert symbols("n_particles and a/p_c.gsd, x < 3") == "n_particles and a/p_c.gsd, <i>x</i> &lt; 3"


TABLE = Table(
    "Motion.",
    ("T", "τ_α (τ)", "D (σ_AA²/τ)", "β"),
    (("0.47", "700 ± 40", "(1.2 ± 0.1) × 10⁻⁵", "0.562 ± 0.016"),),
)


@pytest.mark.parametrize("width", [40, 300])
def test_a_terminal_of_any_width_gets_every_number_whole(width):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    print_table(TABLE, console=console)
    said = console.file.getvalue()
    for words in (*TABLE.columns, *TABLE.lines[0]):
        assert words in said
    assert max(map(len, said.splitlines())) <= width
    assert said.startswith("T = 0.47\n" if width == 40 else "T     τ_α")


def test_a_pipe_gets_a_line_a_temperature():
    console = Console(file=io.StringIO(), width=20)
    print_table(TABLE, console=console)
    assert [line.split() for line in console.file.getvalue().splitlines()][1][0] == "0.47"
    assert len(console.file.getvalue().splitlines()) == 2
