"""The command line: it parses, calls a study or a stage, and prints."""

from __future__ import annotations

import signal
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

import supercooled
from supercooled.cli import (
    benchmarking,
    comparison,
    learning,
    liquids,
    prediction,
    preparation,
    relaxation,
    simulation,
    studying,
)
from supercooled.cli.printing import say
from supercooled.display import printable
from supercooled.errors import SupercooledError

app = typer.Typer(
    help="How much of a particle's future motion is encoded in the structure around it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    liquids.systems,
    liquids.indicators,
    liquids.targets,
    prediction.models,
    simulation.simulate,
    simulation.equilibrate,
    preparation.cool,
    preparation.propensity,
    preparation.quench,
    liquids.look,
    relaxation.dynamics,
    benchmarking.benchmark,
    comparison.compare,
    learning.learn,
    prediction.predict,
    studying.analyze,
    studying.study,
    studying.report,
):
    app.command(cls=studying.ListsPapers if command is studying.study else None)(command)


def _version(asked: bool) -> None:
    if asked:
        say(f"supercooled {supercooled.__version__}")
        raise typer.Exit


@app.callback()
def _of_no_command(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version, and stop.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    # An option that belongs to no command.
    pass


# The base of all that typer refuses, which it does not export.
_UsageError: Any = typer.BadParameter.__base__
# What typer makes of Ctrl-C.
_STOPPED = 130


def main() -> None:
    """Entry point: an error on purpose is one line and exit code 2."""
    # A batch system's way to stop: workers and temporary files go, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    warnings.showwarning = _warn
    for name in (*sys.argv[1:], str(Path.cwd())):
        if not _is_text(name):
            sys.exit(_refuse(f"the name {name!r} is not text in UTF-8: rename it, or its folder"))
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except _UsageError as error:
        sys.exit(_refuse(f"{error.format_message()} (-h explains)"))
    except SupercooledError as error:
        sys.exit(_refuse(str(error)))
    except MemoryError as error:
        sys.exit(_refuse(f"there is not enough memory for this ({error})" if str(error) else "out of memory"))
    except OSError as error:
        if error.errno is None:
            raise
        sys.exit(_refuse(f"{error.filename or 'output'}: {error.strerror}"))
    if code == _STOPPED:
        say("stopped; the same command continues from here", err=True)
    sys.exit(code or 0)


def _is_text(name: str) -> bool:
    """Whether it can be written down: Python keeps what it can't decode as halves of characters."""
    return not any("\ud800" <= c <= "\udfff" for c in name)


def _refuse(sentence: str) -> int:
    say(f"supercooled: {printable(sentence)}", err=True)
    return 2


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as a sentence, without the place in the code that it comes from."""
    say(f"supercooled: {printable(str(message))}", err=True)
