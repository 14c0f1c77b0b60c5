"""The report of a plan: one HTML file and one workbook, in English or French."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.results.worked_out import WorkedOut


def write_report(
    plan: WorkedOut,
    folder_or_file: str | Path,
    *,
    language: Language = "en",
    workbook: bool = True,
    banner: str = "",
) -> tuple[Path, ...]:
    """Write the report of a plan and return the paths written: the page first, then the workbook.

    folder_or_file  an ``.html`` file (the workbook stands beside it under the same name), or a folder, made
                    where it is missing, that gets ``report.en.html`` and ``report.en.xlsx``
    banner          classification or handling text for the head of every page
    """
    from rampart.report.pages.plan import write_html

    target = Path(folder_or_file)
    if target.suffix.lower() not in (".html", ".htm"):
        target.mkdir(parents=True, exist_ok=True)
        target = target / f"report.{language}.html"
    page = write_html(plan, target, language, banner=banner)
    if not workbook:
        return (page,)
    from rampart.report.books.plan import write_workbook

    return page, write_workbook(plan, target.with_suffix(".xlsx"), language, banner=banner)
