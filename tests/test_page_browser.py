"""The report as a reader has it: opened in a browser, turned, asked, printed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from browser import N, chromium, liquid, own_distribution, scene, written

SHOTS = os.environ.get("SUPERCOOLED_SHOTS")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("report")
    written(made)
    return made


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def opened(browser, folder):
    """The page with its view ready, and what it said and asked for meanwhile."""
    page = browser.new_page(viewport={"width": 1280, "height": 700})
    # A loaded machine takes its time.
    page.set_default_timeout(120_000)
    said, asked = [], []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "report.html").as_uri())
    page.locator("#view").scroll_into_view_if_needed()
    page.locator("#view[data-state=ready]").wait_for(state="attached", timeout=60_000)
    yield page, said, asked
    page.close()


@pytest.fixture
def page(opened):
    return opened[0]


def pixels(page) -> bytes:
    """What the canvas shows, once it has drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(150)
    return page.locator("#view .stage canvas").screenshot()


def asked_of(page, expression: str, *arguments):
    return page.evaluate(
        f"given => {{ const {{ view }} = document.getElementById('view'); return ({expression})(...given) }}",
        list(arguments),
    )


def test_the_table_holds_the_numbers_of_the_file(page, folder):
    shown = page.evaluate(
        "() => [...document.querySelectorAll('#comparison data')].map(d => Number(d.value))"
    )
    stored = json.loads((folder / "comparison.json").read_text())
    stored.sort(key=lambda row: row["published"] is None)
    assert shown == [row[k] for row in stored for k in ("published", "measured") if row[k] is not None]


def test_the_liquid_is_drawn_and_turns(page):
    first = pixels(page)
    page.locator("#view .stage").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    turned = pixels(page)
    assert turned != first
    box = page.locator("#view .stage").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 240, steps=4)
    page.mouse.up()
    assert pixels(page) != turned
    before = asked_of(page, "() => view.camera()")
    page.locator("#view .stage").focus()
    page.keyboard.press("Home")
    assert asked_of(page, "() => view.camera()") != before


def test_time_field_and_cut_change_what_is_drawn(page):
    first = pixels(page)
    page.locator("[data-view=time]").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-view=clock]").inner_text() == "t = 1.500 τ"
    second = pixels(page)
    page.locator("[data-view=field]").select_option("1")
    third = pixels(page)
    page.locator("[data-view=axis]").select_option(label="x")
    page.locator("[data-view=cut]").fill("40")
    assert page.locator("[data-view=cutting]").inner_text() == "40 %"
    assert len({first, second, third, pixels(page)}) == 4
    page.locator("[data-view=axis]").select_option(label="nothing")
    page.locator("[data-view=field]").select_option("0")
    page.locator("[data-view=time]").fill("0")


def test_a_particle_tells_its_values_and_its_own_structure(page):
    particle, frame = int(liquid().of_species("A")[17]), 1
    page.locator("[data-view=time]").fill(str(frame))
    page.locator("[data-view=particle]").fill(str(particle))
    page.locator("[data-view=particle]").press("Enter")
    told = page.locator("[data-view=values]").inner_text()
    stored = float(scene()["softness"].sel(frame=frame, particle=particle))
    assert f"{particle}, species A" in told
    assert float(
        asked_of(page, "(f, i) => view.value(view.fields[0], f, i)", frame, particle)
    ) == pytest.approx(stored, rel=1e-4)
    r = np.linspace(0.7, 1.6, 19)
    for kind in (0, 1):
        curve = asked_of(
            page, "(f, i, k, r) => view.distribution(f, i, k, r)", frame, particle, kind, r.tolist()
        )
        np.testing.assert_allclose(curve, own_distribution(frame, particle, r)[kind], atol=0.02)
    assert page.locator("[data-view=curves] path.curve").count() == 2
    whole = pixels(page)
    page.locator("[data-view=alone]").check()
    assert pixels(page) != whole
    page.locator("[data-view=alone]").uncheck()


def test_a_click_finds_the_particle_in_front(page):
    box = page.locator("#view .stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    chosen = int(page.locator("[data-view=particle]").input_value())
    eye, run = np.array(asked_of(page, "() => view.camera()")), liquid()
    frame = asked_of(page, "() => view.now.frame")
    toward = run.positions(slice(frame, frame + 1))[0][chosen] - eye
    off = np.linalg.norm(np.cross(toward, eye)) / np.linalg.norm(eye)
    assert off < 0.5
    assert 0 <= chosen < N


def test_it_says_nothing_is_wrong_and_asks_for_nothing(opened, folder):
    _, said, asked = opened
    assert said == []
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == [
        (folder / "report.html").as_uri()
    ]
    assert (folder / "report.html").stat().st_size < 10_000_000


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_serious_fault_for_readers_of_any_kind(opened, scheme, width):
    page = opened[0]
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    axe_playwright_python = pytest.importorskip("axe_playwright_python.sync_playwright")
    # axe is a script from outside the page, which the page's own policy refuses by tag but not by call
    found = (
        axe_playwright_python.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    )
    grave = [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{scheme}-{width}.png", full_page=True, timeout=120_000)


def test_on_paper_the_view_is_left_out_and_the_table_is_there(page):
    page.emulate_media(media="print")
    assert not page.locator("#liquid").is_visible()
    assert page.locator("table.comparison").first.is_visible()
    page.emulate_media(media="screen")
