"""The report that `make demo` has written, opened as a reader has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import chromium

DEMO = Path(__file__).resolve().parents[1] / "demo"

pytestmark = pytest.mark.skipif(not (DEMO / "report.html").exists(), reason="no demo: run `make demo` first")


def canvas(page) -> bytes:
    page.wait_for_timeout(500)
    return page.locator("#view .stage canvas").screenshot()


def test_the_demo_shows_its_numbers_and_its_liquid_and_asks_for_nothing():
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 700})
        # A loaded machine takes its time.
        page.set_default_timeout(120_000)
        said, asked = [], []
        page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((DEMO / "report.html").as_uri())
        page.locator("#view").scroll_into_view_if_needed()
        page.locator("#view[data-state=ready]").wait_for(state="attached", timeout=60_000)

        shown = page.evaluate(
            "() => [...document.querySelectorAll('#comparison data')].map(d => Number(d.value))"
        )
        stored = json.loads((DEMO / "comparison.json").read_text())
        stored.sort(key=lambda row: row["published"] is None)
        assert shown == [row[k] for row in stored for k in ("published", "measured") if row[k] is not None]

        first = canvas(page)
        page.locator("#view .stage").focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        turned = canvas(page)
        clock = page.locator("[data-view=clock]").inner_text()
        page.locator("[data-view=time]").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("[data-view=clock]").inner_text() != clock
        assert len({first, turned, canvas(page)}) == 3

        assert said == []
        assert {url for url in asked if not url.startswith(("blob:", "data:"))} == {page.url.split("#")[0]}
        assert (DEMO / "report.html").stat().st_size < 10_000_000
