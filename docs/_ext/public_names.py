"""``.. public:: MODULE``: everything in a module's ``__all__``, a summary first."""

import ast
import importlib
import inspect
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Public(SphinxDirective):
    """Documentation of a module's public names, so that no page can forget one.

    except : names that another page describes
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"except": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Nodes of the summary and of every name."""
        module = importlib.import_module(self.arguments[0])
        elsewhere = self.options.get("except", "").split()
        names = [name for name in names_of(module) if name not in elsewhere]
        data = {name: said_of(module, name) for name in names if kind_of(getattr(module, name)) == "autodata"}
        lines = [f".. currentmodule:: {module.__name__}", "", ".. autosummary::", "    :nosignatures:", ""]
        lines += [f"    {name}" for name in names if name not in data]
        for name in names:
            if name in data:
                lines += ["", f".. py:data:: {module.__name__}.{name}", "", f"    {data[name]}"]
                continue
            lines += ["", f".. {kind_of(getattr(module, name))}:: {module.__name__}.{name}"]
            if inspect.isclass(getattr(module, name)):
                lines += ["    :members:"]
        return self.parse_text_to_nodes(StringList([*lines, ""], source=self.arguments[0]))


def names_of(module: ModuleType) -> list[str]:
    """Public names of a module that are not modules: classes before functions, each in their order."""
    listed = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    return [name for name in listed if not inspect.ismodule(getattr(module, name))]


def said_of(module: ModuleType, name: str) -> str:
    """The string below a value's assignment, in the module or the one that it comes from.

    Autodoc would print what ``dict`` says of itself.
    """
    tree = ast.parse(inspect.getsource(module))
    for place, node in enumerate(tree.body):
        target = getattr(node, "target", None) or next(iter(getattr(node, "targets", [])), None)
        after = tree.body[place + 1] if place + 1 < len(tree.body) else None
        if getattr(target, "id", None) == name and isinstance(after, ast.Expr):
            return " ".join(str(ast.literal_eval(after.value)).split())
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return said_of(importlib.import_module(str(node.module)), name)
    return ""


def kind_of(value: object) -> str:
    """The directive that documents it."""
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, Exception) else "autoclass"
    return "autofunction" if callable(value) and inspect.isroutine(value) else "autodata"


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls this."""
    app.add_directive("public", Public)
    return {"parallel_read_safe": True}
