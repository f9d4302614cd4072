"""How the pages are built. Nothing in them asks for anything from outside: they open offline."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))


def _mathjax() -> str:
    """One script that draws equations as SVG, so that no fonts go with it."""
    files = metadata.files("sphinx-mathjax-offline") or []
    return str(next(f.locate() for f in files if f.name == "tex-svg.js"))


project = "supercooled"
author = "The supercooled developers"
version = release = metadata.version("supercooled")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "comparisons",
    "house_style",
    "public_names",
]
exclude_patterns = ["_build"]
default_role = "literal"
highlight_language = "python"
pygments_style = "friendly"
pygments_dark_style = "native"
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {
    name: name for name in ("Array", "Integers", "Booleans", "AnyArray", "ArrayLike", "Fields")
}
autosummary_generate = False
python_maximum_signature_line_length = 110
python_display_short_literal_types = True
add_module_names = False
toc_object_entries_show_parents = "hide"

mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}, "svg": {"scale": 0.92}}
math_eqref_format = "Eq. {number}"

html_theme = "furo"
html_title = "supercooled"
html_static_path = ["_static", _mathjax()]
html_css_files = ["supercooled.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1f5673",
        "color-brand-content": "#1f5673",
        "color-brand-visited": "#4b4a78",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8fc1d9",
        "color-brand-content": "#8fc1d9",
        "color-brand-visited": "#b3b2dd",
    },
}
