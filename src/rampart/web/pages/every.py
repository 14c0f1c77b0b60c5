"""Every page that has a JSON twin."""

from __future__ import annotations

from rampart.web.pages import (
    audit,
    beside,
    case,
    decisions,
    fleet,
    item,
    job,
    line,
    nation,
    overview,
    people,
    plan,
    planning,
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
    people.PAGE,
    audit.PAGE,
)
