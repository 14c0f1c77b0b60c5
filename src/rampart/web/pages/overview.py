"""The first page: what lies on the shelf, and of the newest plan what is due and what is short."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.case.calendar import month_text
from rampart.language.headlines import key_figures
from rampart.language.in_words import InWords
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.decisions import decisions_sheet
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.plan import Tile, tiles
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path, result_path

MOST = 60
"""Plans that are listed."""
DUE = 8
"""Decisions that are shown."""


class OnePlan(BaseModel):
    """A plan on the shelf."""

    name: str
    title: str
    link: str
    months: str
    made: str
    status: str


class OtherResult(BaseModel):
    """A result of another kind on the shelf: a plan for a war, an answer for fleets."""

    name: str
    title: str
    kind: str
    link: str


class Overview(BaseModel):
    """What the first page shows."""

    plans: list[OnePlan]
    others: list[OtherResult]
    left_out: int
    newest: OnePlan | None
    keys: list[Fact]
    due: TableSeen | None
    nations: list[Tile]


def overview(asked: Asked) -> Overview:
    """The plans that the reader may see, and of the newest what is due and what is short."""
    plans: list[OnePlan] = []
    newest: InWords | None = None
    names = [one.name for one in asked.shelf.results() if one.kind == "plan"]
    for name in names[:MOST]:
        try:
            answer = asked.plan(name)
        except NotThereError:
            continue
        newest = newest or answer
        plans.append(one_plan(answer, name))
    if newest is None:
        return Overview(plans=[], others=others(asked), left_out=0, newest=None, keys=[], due=None, nations=[])
    first = plans[0].name
    keys = [Fact(label=k.label, text=k.figure) for k in key_figures(newest)] if asked.reader.sees_all else []
    sheet = decisions_sheet(newest, first, whole=asked.reader.sees_all)
    shown = TableAsked(size=DUE, show=["what", "nation", "how_much", "money", "decide_by", "consequence"])
    return Overview(
        plans=plans,
        others=others(asked),
        left_out=max(0, len(names) - MOST),
        newest=plans[0],
        keys=keys,
        due=table_seen(sheet, shown, newest.words) if sheet.rows else None,
        nations=tiles(newest, first, "nation"),
    )


def others(asked: Asked) -> list[OtherResult]:
    """Results of other kinds that the reader may see."""
    found = []
    for one in [one for one in asked.shelf.results() if one.kind != "plan"][:MOST]:
        try:
            answer = asked.of_kind(one.kind, one.name)
        except NotThereError:
            continue
        link = result_path(one.kind, one.name)
        found.append(
            OtherResult(name=one.name, title=answer.title, kind=asked.words(f"web.kind.{one.kind}"), link=link)
        )
    return found


def one_plan(answer: InWords, name: str) -> OnePlan:
    """A plan as the shelf lists it."""
    words, calendar, manifest = answer.words, answer.result.case.calendar, answer.result.manifest
    created = str(manifest.get("created") or "")
    return OnePlan(
        name=name,
        title=answer.title,
        link=plan_path(name),
        months=words.span(month_text(calendar.first), month_text(calendar.last)),
        made=words.date(created) if created else words("unknown"),
        status=words.choice("status", answer.result.status),
    )


PAGE = Page("overview", "", overview)
