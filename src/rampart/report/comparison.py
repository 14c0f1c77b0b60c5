"""Results side by side as a document: one HTML page and one workbook, in English or French."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.results.result import Result


def write_comparison(
    results: Sequence[Result],
    folder: str | Path,
    *,
    names: Sequence[str] = (),
    language: Language = "en",
    banner: str = "",
    force: bool = False,
) -> tuple[Path, Path]:
    """Write two or more results of one kind side by side into a folder, made where it is missing: the page, then the workbook.

    results  the first is what the others are held against
    names    of the results, one each; "1", "2", ... where none are given
    banner   classification or handling text for the head of every page
    force    also over files that are there

    Both files appear whole, or neither does. Raises ``ResultError`` where the results are of different kinds, ``TakenError``
    (a FileExistsError) where one of the files is there, ``PlaceError`` (an OSError) where nothing can be written, ValueError
    for fewer than two results or names that do not go with them.
    """
    from rampart.catalogues.showing import must_be
    from rampart.engine.whole_file import whole_files
    from rampart.language.compared import Compared
    from rampart.report.books.comparison import write_workbook
    from rampart.report.pages.comparison import html
    from rampart.results.result import Result

    for result in results:
        must_be(result, Result, "rampart.plan")
    if len(results) < 2:
        raise ValueError(f"{len(results)} results: at least two can stand side by side")
    told = list(names) or [str(n) for n in range(1, len(results) + 1)]
    if len(told) != len(results) or len(set(told)) < len(told):
        raise ValueError(f"names {told}: one for each of the {len(results)} results, no two alike")
    compared = Compared(results, told, language)
    targets = tuple(Path(folder) / f"compare.{language}.{kind}" for kind in ("html", "xlsx"))
    with whole_files(targets, force=force) as (page, book):
        page.write_text(html(compared, banner=banner), encoding="utf-8", newline="\n")
        write_workbook(compared, book, banner=banner)
    return targets[0], targets[1]
