"""The decision paper as HTML that prints and as PDF, made from one content without a browser."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, drawing_of

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.language.words import Words
    from rampart.report.chapters.listing import Listing
    from rampart.report.papers.content import Paper
    from rampart.results.result import Result

WHOLE = 9.5
"""Size of letters in the PDF, in points, at which a browser has room for the page of the decision at its full size."""


def write_paper(
    result: Result, folder: str | Path, *, language: Language = "en", banner: str = "", force: bool = False
) -> tuple[Path, Path]:
    """Write the decision paper of a result into a folder, made where it is missing: the page, then the PDF.

    banner  classification or handling text for the head of every page
    force   also over files that are there

    Both appear whole, or neither does. Raises ``TakenError`` (a FileExistsError) where one of them is there,
    ``PlaceError`` (an OSError) where nothing can be written.
    """
    from rampart.catalogues.showing import must_be
    from rampart.engine.whole_file import whole_files
    from rampart.report.papers.content import paper_of
    from rampart.results.result import Result

    must_be(result, Result, "rampart.plan")
    paper = paper_of(result, language)
    targets = tuple(Path(folder) / f"paper.{language}.{kind}" for kind in ("html", "pdf"))
    with whole_files(targets, force=force, listed=True) as (page, print_out):
        page.write_text(html(paper, banner=banner), encoding="utf-8", newline="\n")
        print_out.write_bytes(pdf(paper, banner=banner))
    return targets[0], targets[1]


def html(paper: Paper, *, banner: str = "") -> str:
    """The paper as one HTML file that needs nothing else."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from rampart.report.pages.plan import css_string

    words = paper.words

    def rows(figure: Figure) -> list[Markup]:
        return [Markup(row) for row in figure.rows(words)]  # noqa: S704 - drawn here

    environment = Environment(
        loader=PackageLoader("rampart.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates = files("rampart.report").joinpath("templates")
    styles = [templates.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in ("report", "paper")]
    return environment.get_template("paper.html.j2").render(
        paper=paper, words=words, fit=fit(paper), banner=banner, page_banner=css_string(banner), rows=rows,
        style=Markup(styles[0]), paper_style=Markup(styles[1]),  # noqa: S704 - files of this package
    )  # fmt: skip


def fit(paper: Paper) -> float:
    """How large the page of the decision is set where a browser prints it, so that it stays one page there too: 1 where all
    of it has room; as much smaller as the PDF, which is measured, has to set it.
    """
    import typst

    size = json.loads(typst.query(sources(paper), "<decision-size>", field="value", one=True, font_paths=fonts()))
    return round(min(1.0, float(size) / WHOLE), 3)


def pdf(paper: Paper, *, banner: str = "") -> bytes:
    """The paper as PDF/UA-1 on A4, the same bytes from the same plan: no clock, and no fonts but our own."""
    import typst

    made = typst.compile(
        sources(paper, banner=banner), format="pdf", font_paths=fonts(), pdf_standards="ua-1", timestamp=0
    )
    return bytes(made)


def fonts() -> Any:
    """The fonts of the PDF, which are the same on every machine."""
    import typst

    own = [str(files("rampart.report").joinpath("fonts"))]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=own)


def sources(paper: Paper, *, banner: str = "") -> dict[str, bytes]:
    """The files of which the PDF is set: the template, what is said as JSON, and the charts."""
    drawn: dict[str, bytes] = {}
    words = paper.words
    content = {
        "language": words.language, "banner": banner, "kind": words("paper.kind"), "title": paper.title,
        "facts": paper.facts, "headline": paper.headline, "made_by": paper.made_by,
        "keys": [{"figure": key.figure, "label": key.label} for key in paper.keys],
        "says": [said for said in (*paper.says, paper.assumed) if said],
        "figure": _chart(paper.figure, words, drawn), "dates": paper.dates and _table(paper.dates),
        "chapters": [
            {
                "title": chapter.title, "says": chapter.says, "points": chapter.points,
                "figures": [_chart(paper.drawn[key], words, drawn) for key in chapter.figures if key in paper.drawn],
                "listings": [_table(table) for table in chapter.listings],
            }
            for chapter in paper.chapters
        ],
        "end": f"{words('paper.report')} {paper.source}",
    }  # fmt: skip
    return {
        "main.typ": files("rampart.report").joinpath("templates/paper.typ").read_bytes(),
        "paper.json": json.dumps(content, ensure_ascii=False).encode(),
        **drawn,
    }


def _chart(figure: Figure | None, words: Words, drawn: dict[str, bytes]) -> dict[str, Any] | None:
    """A chart for the PDF; its files go into ``drawn``."""
    if figure is None:
        return None
    placed = []
    for n, spec in enumerate(figure.parts()):
        name, text = f"{figure.key}-{n}.svg", drawing_of(spec, words)
        drawn[name] = text.encode()
        placed.append({"name": name, "share": min(1.0, _width(text) / drawing.WIDTH)})
    return {"title": figure.title, "note": figure.note, "alt": f"{figure.title}. {figure.alt}", "files": placed}


def _width(svg_text: str) -> float:
    """Width of a drawing in pixels."""
    found = re.search(r'<svg[^>]*? width="([\d.]+)"', svg_text)
    return float(found[1]) if found else float(drawing.WIDTH)


def _table(table: Listing) -> dict[str, Any]:
    return {
        "caption": table.caption, "heads": [head.label for head in table.heads],
        "numeric": [head.numeric for head in table.heads],
        "rows": [list(row) for row in table.rows], "more": table.more, "note": table.note, "widths": table.widths(),
    }  # fmt: skip
