"""Every page that has a JSON twin."""

from __future__ import annotations

from rampart.web.pages import (
    audit,
    beside,
    case,
    decisions,
    documents,
    fleet,
    item,
    job,
    ledger,
    line,
    nation,
    one_return,
    overview,
    people,
    plan,
    planning,
    returns,
    sources,
    table,
    war,
    why,
)
from rampart.web.pages.page import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    plan.PAGE,
    decisions.PAGE,
    item.PAGE,
    nation.PAGE,
    line.PAGE,
    why.PAGE,
    sources.PAGE,
    table.PAGE,
    beside.PAGE,
    war.PAGE,
    fleet.PAGE,
    planning.PAGE,
    case.PAGE,
    job.PAGE,
    returns.PAGE,
    one_return.PAGE,
    ledger.PAGE,
    documents.PAGE,
    people.PAGE,
    audit.PAGE,
)
