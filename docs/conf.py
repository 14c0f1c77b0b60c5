"""How the documentation is built: Sphinx reads Markdown, and every page works without any outside address.

Formulas are written as MathML, which browsers draw themselves: nothing is fetched and no script runs.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = "Rampart"
author = "The Rampart contributors"
project_copyright = "The Rampart contributors, Apache-2.0"
version = release = "0.1.0"
language = "en"

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "locale"]
nitpicky = True

locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
gettext_location = False

html_theme = "furo"
html_title = "Rampart 0.1.0"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["docs.css"]
html_permalinks_icon = "#"


def visit_math(writer: HTML5Translator, node: nodes.math) -> None:
    """A formula within a line."""
    writer.body.append(latex2mathml.tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def visit_display(writer: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on a line of its own; wide ones can be scrolled."""
    formula = latex2mathml.tex2mathml(node.astext().strip(), as_block=True)
    writer.body.append(f'<div class="math" style="overflow:auto hidden;padding:.4em 0">{formula}</div>')
    raise nodes.SkipNode


def of_the_language(app: Sphinx, tree: nodes.document) -> None:
    """Of two pages of reference with one content the contents and links of a build are for that of its language."""
    french = {f"reference/{page.name.removesuffix('.md')}" for page in Path(app.srcdir, "reference").glob("*.fr.md")}
    other = {page.removesuffix(".fr") for page in french} if app.config.language == "fr" else french
    for contents in tree.findall(addnodes.toctree):
        contents["entries"] = [(title, page) for title, page in contents["entries"] if page not in other]
        contents["includefiles"] = [page for page in contents["includefiles"] if page not in other]
    for link in tree.findall(addnodes.pending_xref):
        target = str(link.get("reftarget", "")).removesuffix(".md")
        if app.config.language == "fr" and target in other:
            link["reftarget"] = f"{target}.fr"
    if app.env.docname in other:
        app.env.metadata[app.env.docname]["orphan"] = ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer of formulas, and list pages in the language."""
    app.connect("doctree-read", of_the_language, priority=100)  # before the contents are collected
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
