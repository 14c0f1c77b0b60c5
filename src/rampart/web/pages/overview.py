"""The first page: of the newest plan what changed and why, what is due, who is short, what holds it back; the shelf."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from pydantic import BaseModel

from rampart.case.calendar import month_text
from rampart.language.headlines import key_figures
from rampart.report.chapters.news import news_in_short
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.decisions import decisions_sheet
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.plan import Tile, tiles
from rampart.web.pages.ready import Ready, ready_in_fleet, ready_in_plan
from rampart.web.pages.sections import Section, section
from rampart.web.pages.told import ChapterTold, chapters_told
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path, result_path

MOST = 60
"""Plans that are listed."""
DUE = 8
"""Decisions that are shown."""
BOTTLENECKS = 6
"""Bottlenecks that are shown."""


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


class OfNewest(BaseModel):
    """What the first page says of the newest plan.

    changed  what happened since the plan before, and which decisions that moved; None where the plan was not made anew
             from the ledger
    fleets   how many systems are ready, by the plan; None where it has no fleets
    """

    keys: list[Fact] = []
    changed: ChapterTold | None = None
    due: TableSeen | None = None
    nations: list[Tile] = []
    items: list[Tile] = []
    charts: list[Chart] = []
    bottlenecks: Section | None = None
    fleets: Ready | None = None


class Overview(OfNewest):
    """What the first page shows.

    before  plan of the same case that was made before the newest, to lay beside it; None where there is none
    fleets  where the newest plan has none, of the newest answer for fleets
    """

    plans: list[OnePlan]
    others: list[OtherResult]
    left_out: int
    newest: OnePlan | None
    before: Fact | None


def overview(asked: Asked) -> Overview:
    """The plans that the reader may see, and of the newest what changed, what is due, what is short, what holds it back."""
    names = [one.name for one in asked.shelf.results() if one.kind == "plan"]
    plans = [one for name in names[:MOST] if (one := one_plan(asked, name)) is not None]
    first = plans[0].name if plans else ""
    told = asked.kept(first, "overview", lambda: of_newest(asked, first)) if plans else OfNewest()
    of = {name: getattr(told, name) for name in OfNewest.model_fields} | {"fleets": told.fleets or newest_fleets(asked)}
    return Overview(
        plans=plans,
        others=others(asked),
        left_out=max(0, len(names) - MOST),
        newest=plans[0] if plans else None,
        before=plan_before(asked, plans) if plans else None,
        **of,
    )


def of_newest(asked: Asked, name: str) -> OfNewest:
    """What is told of a plan."""
    answer, whole = asked.plan(name), asked.reader.sees_all
    told = news_in_short(answer)
    sheet = decisions_sheet(answer, name, whole=whole)
    shown = TableAsked(size=DUE, show=["what", "nation", "how_much", "money", "decide_by", "consequence"])
    return OfNewest(
        keys=[Fact(label=k.label, text=k.figure) for k in key_figures(answer)] if whole else [],
        changed=chapters_told([told])[0] if told is not None else None,
        due=table_seen(sheet, shown, answer.words) if sheet.rows else None,
        nations=tiles(answer, name, "nation"),
        items=tiles(answer, name, "item"),
        charts=charts(answer, name, "overview" if whole else "stock"),
        bottlenecks=section(answer, name, "bottlenecks", sort=("rank",), first=BOTTLENECKS),
        fleets=ready_in_plan(answer, name),
    )


def plan_before(asked: Asked, plans: list[OnePlan]) -> Fact | None:
    """The plan of the same title that was made before the newest, where the two are laid side by side."""
    name = next((one.name for one in plans[1:] if one.title == plans[0].title), None)
    if name is None:
        return None
    link = f"/results/{quote(plans[0].name, safe='')}/beside?{urlencode({'other': name})}"
    return Fact(label=asked.words("web.overview.before"), text=name, link=link)


def newest_fleets(asked: Asked) -> Ready | None:
    """How many systems are ready, by the newest answer for fleets of which the reader may see something."""
    names = [one.name for one in asked.shelf.results() if one.kind == "fleet"]
    return next((found for name in names if (found := ready_fleets(asked, name)) is not None), None)


def ready_fleets(asked: Asked, name: str) -> Ready | None:
    """The same by one answer; None where the reader may see nothing of it."""

    def made() -> Ready | None:
        try:
            return ready_in_fleet(asked.of_kind("fleet", name), name)
        except NotThereError:
            return None

    return asked.kept(name, "ready", made)


def others(asked: Asked) -> list[OtherResult]:
    """Results of other kinds that the reader may see."""
    found = [other_result(asked, one.kind, one.name) for one in asked.shelf.results() if one.kind != "plan"]
    return [one for one in found if one is not None][:MOST]


def other_result(asked: Asked, kind: str, name: str) -> OtherResult | None:
    """A result of another kind as the shelf lists it; None where the reader may see nothing of it."""

    def made() -> OtherResult | None:
        try:
            answer = asked.of_kind(kind, name)
        except NotThereError:
            return None
        said = asked.words(f"web.kind.{kind}")
        return OtherResult(name=name, title=answer.title, kind=said, link=result_path(kind, name))

    return asked.kept(name, "listed", made)


def one_plan(asked: Asked, name: str) -> OnePlan | None:
    """A plan as the shelf lists it; None where the reader may see nothing of it."""

    def made() -> OnePlan | None:
        if not asked.sees(name):
            return None
        answer = asked.plan(name)
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

    return asked.kept(name, "listed", made)


PAGE = Page("overview", "", overview)
