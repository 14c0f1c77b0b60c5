"""A table of a kept case, to be edited in a grid: so many rows at once, those that are searched for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from rampart.case.headers import stored_column, stored_columns
from rampart.case.tables import Case
from rampart.catalogues.choices import offered
from rampart.catalogues.inputs import Column, tables
from rampart.findings import Finding
from rampart.web.asking import Asked, NotThereError
from rampart.web.editing.changing import Cells, read_version, require_kept, rows_of
from rampart.web.pages.one_return import FindingTold
from rampart.web.pages.page import Page
from rampart.web.tables.grid import Grid, GridChoice, grid

SIZE = 100
"""Rows of a page."""
SETTING = "setting"
"""Column of the settings that names one."""
BLANK = 5
FEW = 500
"""Codes that are offered for a column at most."""


class CaseTable(BaseModel):
    """What the page shows.

    version   that stands, on which a save builds
    matching  rows that are searched for, of ``total``
    gone      numbers of rows that a merged version leaves out
    """

    name: str
    table: str
    title: str
    says: str
    version: int
    q: str
    page: int
    pages: int
    total: int
    matching: int
    late: str
    grid: Grid
    gone: list[int]


class CaseChecked(BaseModel):
    """What a check says."""

    sound: bool
    findings: list[FindingTold]


def case_table(asked: Asked, case: str, table: str, q: str = "", page: int = 1) -> CaseTable:
    """Rows of a table of the version that stands. Raises NotThereError.

    q  words that must stand in a row
    """
    stands = require_kept(asked, case)
    if table not in tables():
        raise NotThereError(table)
    read = read_version(stands)
    rows = rows_of(read, table)
    wanted = [_plain(word) for word in q[:200].split()]
    found = {n: r for n, r in rows.items() if all(any(w in _plain(t) for t in r.values()) for w in wanted)}
    pages = max(1, -(-len(found) // SIZE))
    page = max(1, min(page, pages))
    shown = dict(list(found.items())[(page - 1) * SIZE : page * SIZE])
    return page_of(asked, case, table, stands.number, read, shown, q=q, page=page, pages=pages, matching=len(found))


def page_of(
    asked: Asked,
    name: str,
    table: str,
    version: int,
    case: Case,
    rows: Mapping[int, Cells],
    *,
    q: str = "",
    page: int = 1,
    pages: int = 1,
    matching: int | None = None,
    late: str = "",
    others: Mapping[tuple[int, str], str] | None = None,
    gone: Iterable[int] = (),
) -> CaseTable:
    """The page with some rows."""
    known = tables()[table]
    columns = {column: stored_column(table, column) for column in stored_columns(known)}
    return CaseTable(
        name=name,
        table=table,
        title=known.label[asked.language][:1].upper() + known.label[asked.language][1:],
        says=known.help[asked.language],
        version=version,
        q=q,
        page=page,
        pages=pages,
        total=case.tables[table].height,
        matching=len(rows) if matching is None else matching,
        late=late,
        grid=grid(
            known.label[asked.language], columns, {str(n): cells for n, cells in rows.items()}, asked.language,
            lists=_lists(asked, case, columns), others={(str(n), c): v for (n, c), v in (others or {}).items()},
            editable=True, named=(SETTING,), blank=BLANK,
        ),
        gone=list(gone),
    )  # fmt: skip


def _lists(asked: Asked, case: Case, columns: Mapping[str, Column]) -> dict[str, list[GridChoice]]:
    """What may stand in a column: the words of a choice, or the codes of the table that it refers to."""
    found: dict[str, list[GridChoice]] = {}
    if SETTING in columns:
        settings = tables()["settings"].columns
        found[SETTING] = [GridChoice(value=name, text=one.label[asked.language]) for name, one in settings.items()]
    for name, column in columns.items():
        if column.values:
            offers = offered(column.values, asked.language)
            found[name] = [
                GridChoice(value=value, text="" if text == value else text)
                for value, text in zip(column.values, offers, strict=True)
            ]
        elif column.kind == "flag":
            found[name] = [GridChoice(value=value, text="") for value in ("yes", "no")]
        elif column.reference and " " not in column.reference and "|" not in column.reference:
            home, _, code = column.reference.partition(".")
            if home in case.tables and code in case.tables[home].columns:
                codes = case.tables[home][code].drop_nulls().unique(maintain_order=True)[:FEW]
                try:
                    names = case.names(home, asked.language)
                except KeyError:
                    names = {}
                found[name] = [GridChoice(value=str(c), text=names.get(str(c), "")) for c in codes]
    return found


def checked(
    asked: Asked, table: str, rows: Mapping[int, Cells], findings: Sequence[Finding], *, sound: bool
) -> CaseChecked:
    """What a check says: findings at their cells, those of other tables by their place."""
    numbers, told = list(rows), []
    columns = stored_columns(tables()[table])
    for f in sorted(findings, key=lambda f: ("error", "warning", "note").index(f.severity))[:100]:
        at = (f.row or 0) - 2
        row = numbers[at] if f.table == table and 0 <= at < len(numbers) else None
        column = f.column if f.column in columns else columns[0]
        text = " ".join(
            part for part in (f.message(asked.language), f.expected(asked.language), f.remedy(asked.language)) if part
        )
        label = stored_column(table, column).label[asked.language]
        place = asked.words("web.grid.at", row=f.row, column=label) if row is not None else f.where(asked.language)
        told.append(FindingTold(row=row, place=place, column=column, severity=f.severity, text=text))
    return CaseChecked(sound=sound, findings=told)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


PAGE = Page("case_table", "planning/cases/{case}/tables/{table}", case_table, "plan")
