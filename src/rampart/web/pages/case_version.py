"""A version of a kept case: who made it, why, and what it changed in another, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rampart.case.editions import cells_that_differ
from rampart.catalogues.inputs import tables
from rampart.web.asking import Asked
from rampart.web.editing.changing import read_version, require_kept
from rampart.web.editing.kept import CaseVersion
from rampart.web.pages.page import Page
from rampart.web.tables.asking import Choice, TableAsked, TableSeen, table_seen
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn


class CaseVersionPage(BaseModel):
    """What the page shows. ``others``: versions with which it may be compared; ``table``: None for the first one alone."""

    name: str
    number: int
    who: str
    when: str
    why: str
    hash: str
    others: list[Choice]
    table: TableSeen | None


def case_version(asked: Asked, case: str, version: int, table: TableAsked, other: int = 0) -> CaseVersionPage:
    """A version beside the one before it, or beside another. Raises NotThereError."""
    words, one = asked.words, require_kept(asked, case, version)
    numbers = list(CaseVersion.objects.filter(case=case).order_by("-number").values_list("number", flat=True))
    beside = other or max((n for n in numbers if n < version), default=0)
    seen = None
    if beside:
        cells = cells_that_differ([read_version(require_kept(asked, case, beside)), read_version(one)]).to_dicts()
        columns = [
            SheetColumn("table", words("web.case.table"), "code"),
            SheetColumn("key", words("web.grid.row"), "text"),
            SheetColumn("column", words("web.case.column"), "text"),
            SheetColumn("1", words("web.case.version", n=beside), "text"),
            SheetColumn("2", words("web.case.version", n=version), "text"),
        ]

        def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
            value = row[column.key]
            if column.key == "table":
                return SheetCell(value, tables()[value].label[asked.language])
            blank = words("web.case.no_row" if value is None and column.key in ("1", "2") else "none")
            return SheetCell(value or None, value or blank)

        sheet = Sheet("cells", words("web.case.version.cells"), words("web.case.version.says"), columns, cells, cell)
        seen = table_seen(sheet, table, words)
    return CaseVersionPage(
        name=case,
        number=version,
        who=one.who,
        when=words("web.at", date=words.date(one.when.isoformat()), time=f"{one.when:%H:%M}"),
        why=one.why,
        hash=one.hash[:12],
        others=[
            Choice(value=str(n), text=words("web.case.version", n=n), chosen=n == beside)
            for n in numbers
            if n != version
        ],
        table=seen,
    )


PAGE = Page("case_version", "planning/cases/{case}/versions/{version}", case_version, "plan")
