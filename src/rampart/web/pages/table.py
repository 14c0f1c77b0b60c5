"""Any table of a plan: sorted, filtered, searched, with chosen columns, page by page."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.language.in_words import InWords
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Page
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import result_sheet, tables_of
from rampart.web.tables.sheet import Sheet


class Table(BaseModel):
    """What the page of a table shows."""

    plan: str
    title: str
    table: TableSeen


def table(asked: Asked, plan: str, name: str, table: TableAsked) -> Table:
    """A table as far as the reader may see it."""
    answer, sheet = plan_table(asked, plan, name)
    return Table(plan=plan, title=answer.title, table=table_seen(sheet, table, answer.words))


def plan_table(asked: Asked, plan: str, name: str) -> tuple[InWords, Sheet]:
    """A table of a plan that has rows for the reader. Raises NotThereError."""
    answer = asked.plan(plan)
    if name not in tables_of(answer):
        raise NotThereError(name)
    return answer, asked.kept(plan, ("sheet", name), lambda: result_sheet(answer, plan, name))


PAGE = Page("table", "plans/{plan}/tables/{name}", table)
