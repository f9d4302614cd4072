"""The page: complete, closed, and honest."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from report_example import hops, provenance, results, rows

from supercooled import papers
from supercooled.report import Row, Section, Tolerance
from supercooled.report.figures import GENERAL
from supercooled.report.page import render
from supercooled.report.plates import DrawnPlate, draw
from supercooled.report.svg import inline

VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = "</style><script>alert('x')</script><img src=http://evil.example onerror=\"x\">&amp;{{ 7*7 }}"


class Reader(HTMLParser):
    """Collects what a browser would see, and checks that tags close."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def drawn() -> list[DrawnPlate]:
    """Some of the plates; test_report_figures draws them all."""
    few = {name: results()[name] for name in ("structure", "cage", "dynamics", "hops")}
    return [plate for plate in (draw(plate, few) for plate in GENERAL.plates) if plate]


@pytest.fixture(scope="module")
def page(drawn) -> str:
    sections = [Section("The liquid", "First.\n\nSecond.", ("structure", "cage")), Section("Empty")]
    return render(
        title="Softness",
        summary="One.\n\nTwo.",
        rows=rows(),
        plates=drawn,
        provenance=provenance(),
        sections=sections,
        figures=GENERAL,
    )


def bare(**changes: object) -> str:
    given = {
        "title": "t",
        "summary": "s",
        "rows": [],
        "plates": [],
        "provenance": {},
        "sections": [],
        "figures": GENERAL,
    } | changes
    return render(**given)


def test_the_page_asks_for_nothing_from_outside(page):
    reader = Reader(page)
    assert not {"script", "link", "iframe", "object", "embed", "img", "base", "form"} & {
        tag for tag, _ in reader.tags
    }
    for tag, attributes in reader.tags:
        for name, value in attributes.items():
            if name in {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}:
                assert value.startswith("#"), (tag, name, value)
            assert not name.startswith("on")
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    assert "@import" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "default-src 'none'" in page


def test_every_id_is_used_once_and_every_reference_lands(page):
    attributes = [attributes for _, attributes in Reader(page).tags]
    ids = [each["id"] for each in attributes if "id" in each]
    assert len(ids) == len(set(ids))
    used = [each["href"][1:] for each in attributes if "href" in each] + re.findall(r"url\(#([^)]+)\)", page)
    assert used
    assert set(used) <= set(ids)


def test_every_colour_of_the_figures_has_a_light_and_a_dark_form(page):
    light, dark = (
        re.findall(r"(--c[0-9a-f]{6}): (#[0-9a-f]{6})", part) for part in page.split("@media", 2)[:2]
    )
    used = set(re.findall(r"var\((--c[0-9a-f]{6})\)", page))
    assert used == {name for name, _ in light} == {name for name, _ in dark}
    assert all(name[3:] == value[1:] for name, value in light)
    assert dict(dark)["--cffffff"] != "#ffffff"
    drawings = "".join(re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL))
    assert not re.findall(r"#[0-9a-f]{6}\b", drawings)


def test_tables_and_file_hold_the_same_numbers_those_with_a_printed_one_first(page):
    first = page.index('<table class="comparison')
    second = page.index('<table class="comparison', first + 1)
    there = page[first : page.index("</table>", second)]
    shown = [float(value) for value in re.findall(r'<data value="([^"]+)">', there)]
    ordered = sorted(rows(), key=lambda row: row.published is None)
    stored = [value for row in ordered for value in (row.published, row.measured) if value is not None]
    assert shown == stored
    assert "not judged" not in page[second:]
    assert f"without a printed value: {sum(row.published is None for row in rows())}" in page


@pytest.mark.parametrize(("many", "folded"), [(30, False), (31, True)])
def test_many_values_without_a_printed_one_are_folded(many, folded):
    one = Row("Sec. I", "beside", "T = 1", 1.0, 1.0, None, "1", Tolerance.relative(0.1), note="")
    alone = [Row("Sec. I", f"q{k}", "T = 1", None, 1.0, None, "1", None, note="") for k in range(many)]
    made = bare(rows=[one, *alone])
    assert ('<details class="alone" open>' in made) is not folded
    assert '<details class="alone"' not in bare(rows=alone)


def test_misses_and_gaps_are_words(page):
    reader = Reader(page)
    assert "1 missed" in reader.words
    assert "1 not measured" in reader.words
    lines = re.findall(r'<tr class="([a-z-]+)">(.*?)</tr>', page, flags=re.DOTALL)
    ordered = sorted(rows(), key=lambda row: row.published is None)
    assert [kind for kind, _ in lines] == [row.verdict.replace(" ", "-") for row in ordered]
    assert all("<b>missed</b>" in body for kind, body in lines if kind == "missed")
    assert all("too short" in body for kind, body in lines if kind == "not-measured")


def test_everything_from_outside_is_escaped():
    page = bare(
        title=HOSTILE,
        summary=HOSTILE,
        rows=[Row(HOSTILE, HOSTILE, HOSTILE, 1.0, 1.0, None, HOSTILE, Tolerance.relative(0.1), HOSTILE)],
        provenance={
            "source": HOSTILE,
            "runs": [{HOSTILE: HOSTILE}],
            "parameters": {HOSTILE: {"value": HOSTILE, "why": HOSTILE}},
            "versions": {HOSTILE: HOSTILE},
            "commands": [HOSTILE],
            HOSTILE: {HOSTILE: [HOSTILE]},
        },
        sections=[Section(HOSTILE, HOSTILE)],
    )
    reader = Reader(page)
    assert not {"script", "img"} & {tag for tag, _ in reader.tags}
    assert page.count("</style>") == 1
    assert "49" not in reader.words
    assert reader.words.count("alert('x')") >= 15


def test_a_drawing_brings_neither_its_description_nor_a_comment_as_markup():
    drawing = '<?xml?><svg viewBox="0 0 2 1" width="2"><!-- <img src=x> --><path d="M 0 0"/></svg>'
    found = Reader(inline(drawing, prefix="a", description='"><img src=x>'))
    assert [tag for tag, _ in found.tags] == ["svg", "path"]
    assert found.tags[0][1]["aria-label"] == '"><img src=x>'


def test_sections_order_the_plates_and_none_is_lost(page, drawn):
    numbers = re.findall(r"Figure (\d+)\. ([^<]*)\.</b>", page)
    assert [int(number) for number, _ in numbers] == list(range(1, len(drawn) + 1))
    assert [title for _, title in numbers] == [plate.title for plate in drawn]
    assert page.index("The liquid</h2>") < page.index("Figure 2.") < page.index("Further figures</h2>")
    assert "Empty</h2>" not in page


def test_every_figure_speaks(page, drawn):
    drawings = [attributes for tag, attributes in Reader(page).tags if tag == "svg"]
    assert len(drawings) == sum(len(plate.panels) for plate in drawn)
    assert all(each["role"] == "img" and len(each["aria-label"]) > 30 for each in drawings)
    words = " ".join(each["aria-label"] for each in drawings)
    assert "not reached at T = 0.47" in words
    assert not re.search(r"\bnan\b", words)


def test_values_without_published_ones_make_a_table_of_measured_values_only():
    only = [row for row in rows() if row.published is None]
    reader = Reader(bare(rows=only))
    assert "Measured values" in reader.words
    headings = re.findall(r'<th scope="col"[^>]*>([^<]*)', bare(rows=only))
    assert headings == ["Quantity", "Measured", "Unit", "Note"]


def test_absent_results_leave_their_figures_out():
    plates = [plate for plate in (draw(plate, {"hops": hops()}) for plate in GENERAL.plates) if plate]
    page = bare(plates=plates)
    assert page.count("<svg") == 1
    assert "Figure 1. Relaxation and hops" in Reader(page).words
    assert "<figure" not in bare()


def test_numbers_lead_to_their_figures(page):
    leads = re.findall(r'<a class="to-figure" href="#(\w+)">Figure (\d+)</a>', page)
    assert len(leads) >= 5
    for name, number in leads:
        assert re.search(rf'<figure id="{name}">.*?<b>Figure {number}\.', page, flags=re.DOTALL)


@pytest.mark.parametrize("paper", ["", *papers.known()])
def test_numbers_lead_to_plates_that_exist(paper):
    figures = GENERAL + papers.named(paper).figures if paper else GENERAL
    shown = {plate for plates in figures.shown_in.values() for plate in plates}
    assert shown <= {plate.name for plate in figures.plates}


def test_the_page_is_light(page):
    assert len(page.encode()) < 4_000_000
