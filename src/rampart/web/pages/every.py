"""Every page that has a JSON twin."""

from __future__ import annotations

from rampart.web.pages import audit, decisions, item, line, nation, overview, people, plan, sources, table, why
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
    people.PAGE,
    audit.PAGE,
)
