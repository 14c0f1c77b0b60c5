"""The report of a result: one HTML file and one workbook, in English or French."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.results.result import Result


def write_report(
    result: Result,
    folder_or_file: str | Path,
    *,
    language: Language = "en",
    workbook: bool = True,
    banner: str = "",
    force: bool = False,
) -> tuple[Path, ...]:
    """Write the report of a plan, a plan for a war, or an answer for fleets; gives the page, then the workbook.

    folder_or_file  an ``.html`` file (the workbook stands beside it under the same name), or a folder, made
                    where it is missing, that gets ``report.en.html`` and ``report.en.xlsx``
    banner          classification or handling text for the head of every page
    force           also over files that are there; the report of a result inside its folder is renewed without it

    Both files appear whole, or neither does. Raises ``TakenError`` (a FileExistsError) where one of them is there, or where
    a report in a folder of results was changed after it was written; ``PlaceError`` (an OSError) where nothing can be
    written.
    """
    from rampart.catalogues.showing import must_be
    from rampart.engine.whole_file import whole_files
    from rampart.results.result import Result

    must_be(result, Result, "rampart.plan")
    target = Path(folder_or_file)
    if target.suffix.lower() not in (".html", ".htm"):
        target = target / f"report.{language}.html"
    targets = (target, target.with_suffix(".xlsx")) if workbook else (target,)
    with whole_files(targets, force=force, listed=True) as (page, *book):
        text = import_module(f"rampart.report.pages.{result.kind}").html(result, language, banner=banner)
        page.write_text(text, encoding="utf-8", newline="\n")
        if book:
            write_workbook = import_module(f"rampart.report.books.{result.kind}").write_workbook
            write_workbook(result, book[0], language, banner=banner)
    return targets
