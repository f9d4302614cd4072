"""What the command line prints."""

from __future__ import annotations

import os
import sys

import typer

from supercooled.display import shown


def say(text: object, *, err: bool = False) -> None:
    """A line; where somebody looks at it, without characters that a terminal would obey.

    What goes to a file or to another program keeps every byte: it may be the name of a file.
    """
    line = str(text)
    if err or sys.stdout.isatty():
        typer.echo(shown(line), err=err)
    else:
        typer.echo(os.fsencode(line))
