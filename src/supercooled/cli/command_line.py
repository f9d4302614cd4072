"""The command that is being run, in words that run it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import typer

_UNSAID = ("DEFAULT", "DEFAULT_MAP")


def given_command(context: typer.Context) -> str:
    """The command line of a command that is being run: every argument and option, quoted for a shell.

    It is made from what was parsed: no option is left out when a command gets a new one, and numbers have all
    their digits. What was not said has its default, and is left out.
    """
    arguments: list[str] = []
    options: list[str] = []
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if name not in context.params or source is None or source.name in _UNSAID:
            continue
        value = context.params[name]
        if parameter.param_type_name == "option":
            options += _option(parameter, value)
        else:
            arguments += [str(each) for each in _several(value)]
    words = ["supercooled", str(context.info_name), *options]
    # A name that begins with a dash is no option after this.
    words += ["--"] if any(word.startswith("-") for word in arguments) else []
    return shlex.join([*words, *arguments])


def _option(option: Any, value: Any) -> Iterator[str]:
    longest = max(option.opts, key=len)
    if option.is_flag:
        yield longest if value else max(option.secondary_opts, key=len)
        return
    for each in _several(value):
        text = repr(each) if isinstance(each, float) else str(getattr(each, "value", each))
        # A value that begins with a dash would be taken for an option.
        yield from [f"{longest}={text}"] if text.startswith("-") else [longest, text]


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]
