"""How a noun shows itself in a notebook, and foreign text on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def html_table(title: str, lines: Sequence[Sequence[object]], *, heading: Sequence[str] = ()) -> str:
    """A small table, its first column the names; everything is escaped.

    Examples
    --------
    >>> html_table("Box", [("edge", "<6>")])
    '<table><caption>Box</caption><tr><th scope="row">edge</th><td>&lt;6&gt;</td></tr></table>'
    """
    head = "".join(f'<th scope="col">{escape(str(word))}</th>' for word in heading)
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in lines
    )
    top = f"<tr>{head}</tr>" if head else ""
    return f"<table><caption>{escape(title)}</caption>{top}{body}</table>"


def printable(text: str) -> str:
    r"""`text` in one line, without characters that a terminal would obey.

    Examples
    --------
    >>> printable("red \x1b[31m\nname")
    'red �[31m name'
    """
    return shown(" ".join(text.split()))


def shown(text: str) -> str:
    r"""`text` as it is but for characters that a terminal would obey.

    Examples
    --------
    >>> shown("red \x1b[31m  name")
    'red �[31m  name'
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
