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
) -> tuple[Path, ...]:
    """Write the report of a plan, a plan for a war, or an answer for fleets; gives the page, then the workbook.

    folder_or_file  an ``.html`` file (the workbook stands beside it under the same name), or a folder, made
                    where it is missing, that gets ``report.en.html`` and ``report.en.xlsx``
    banner          classification or handling text for the head of every page
    """
    target = Path(folder_or_file)
    if target.suffix.lower() not in (".html", ".htm"):
        target.mkdir(parents=True, exist_ok=True)
        target = target / f"report.{language}.html"
    page = import_module(f"rampart.report.pages.{result.kind}")
    target.write_text(page.html(result, language, banner=banner), encoding="utf-8", newline="\n")
    if not workbook:
        return (target,)
    book = import_module(f"rampart.report.books.{result.kind}")
    return target, book.write_workbook(result, target.with_suffix(".xlsx"), language, banner=banner)
