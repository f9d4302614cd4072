"""Matplotlib's SVG made fit to stand inside a page."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from supercooled.report.style import DARK

_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")
_COLOUR = re.compile("|".join(sorted(DARK)))
_HEAD = re.compile(r"<svg\b[^>]*>")
_PATH = re.compile(r'\bd="[^"]*"')
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def inline(svg: str, *, prefix: str, description: str) -> Markup:
    """SVG element for a page: ids of its own, colours that follow the page's, a text for the blind.

    `prefix` goes in front of every id, so that two figures in one page never share one; each colour
    of the report's palette becomes a CSS variable, which `palette` defines.
    """
    found = _SIZE.search(svg)
    width, height = found.groups() if found else ("243", "180")
    body = svg[_HEAD.search(svg).end() :]  # type: ignore[union-attr]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = _ID.sub(lambda m: f'id="{prefix}-{m[1]}"', body)
    body = _REFERENCE.sub(lambda m: f'href="#{prefix}-{m[1]}"', body)
    body = _URL.sub(lambda m: f"url(#{prefix}-{m[1]})", body)
    # a hundredth of a point is finer than any screen
    body = _PATH.sub(lambda m: _DECIMALS.sub(r"\1", m[0]), body)
    body = _COLOUR.sub(lambda m: f"var(--c{m[0][1:]})", body)
    body = re.sub(r">\s+<", "><", body).strip()
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(description)}">'
    return Markup(head + body)  # noqa: S704  drawn by us, the description escaped


def palette(pages: str, *, dark: bool) -> str:
    """CSS definitions of the colours that the inline figures in `pages` use."""
    used = sorted({f"#{name}" for name in re.findall(r"var\(--c([0-9a-f]{6})\)", pages)})
    return " ".join(f"--c{colour[1:]}: {DARK[colour] if dark else colour};" for colour in used)
