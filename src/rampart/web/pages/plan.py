"""A plan on one page: what it says, what to decide first, who and what is short, and the way to everything else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from rampart.language.headlines import key_figures, sentences
from rampart.language.in_words import InWords
from rampart.report.pages.plan import heading
from rampart.results.measures import measure
from rampart.web.asking import Asked
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.decisions import decisions_sheet
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path, tables_of

DUE = 8


class Tile(BaseModel):
    """A nation or an item: share of its requirement that it holds at the end of the plan.

    step  0 to 4, from little to all of it, for its colour; none where nothing is required
    """

    code: str
    name: str
    text: str
    share: float | None
    step: int | None
    link: str


class OneTable(BaseModel):
    """A table of the plan."""

    name: str
    label: str
    rows: int
    link: str


class PlanPage(BaseModel):
    """What the page of a plan shows."""

    name: str
    title: str
    facts: list[str]
    keys: list[Fact]
    headlines: list[str]
    due: TableSeen | None
    nations: list[Tile]
    items: list[Tile]
    lines: list[Fact]
    charts: list[Chart]
    sections: list[Section]
    tables: list[OneTable]


def plan(asked: Asked, plan: str) -> PlanPage:
    """A plan as far as the reader may see it; what sums over nations only for who sees them all."""
    answer = asked.plan(plan)
    whole = asked.reader.sees_all
    head = heading(answer)
    parts = [head[key] for key in ("as_of", "span", "posture", "variants", "status")]
    sheet = decisions_sheet(answer, plan, whole=whole)
    shown = TableAsked(size=DUE, show=["what", "nation", "how_much", "money", "decide_by", "consequence"])
    seen = tables_of(answer)
    language = answer.language
    return PlanPage(
        name=plan,
        title=answer.title,
        facts=[part for part in parts if part],
        keys=[Fact(label=k.label, text=k.figure) for k in key_figures(answer)] if whole else [],
        headlines=sentences(answer) if whole else [],
        due=table_seen(sheet, shown, answer.words) if sheet.rows else None,
        nations=tiles(answer, plan, "nation"),
        items=tiles(answer, plan, "item"),
        lines=[
            Fact(label=answer.name(line, table="lines"), text="", link=plan_path(plan, "lines", line))
            for line in answer["production"]["line"].unique(maintain_order=True)
        ],
        charts=charts(answer, plan, *(("overview",) if whole else ()), "stock", "deliveries"),
        sections=sections(
            section(answer, plan, "bottlenecks", sort=("rank",), first=8),
            section(answer, plan, "rules_broken", first=8),
        ),
        tables=[
            OneTable(
                name=name, label=table.label[language], rows=answer[name].height, link=plan_path(plan, "tables", name)
            )
            for name, table in seen.items()
        ],
    )


def tiles(answer: InWords, plan: str, by: Literal["nation", "item"]) -> list[Tile]:
    """Nations or items with the share of their requirement that is held at the end of the plan, the least first."""
    rows = measure(answer.result, "coverage", by=(by,)).drop_nulls("value").select(by, "value").rows()
    home = {"nation": "nations", "item": "items"}[by]
    found = [
        Tile(
            code=code, name=answer.name(code, table=home), text=answer.words.share(share), share=share,
            step=min(4, int(share / 0.25 + 1e-9)), link=plan_path(plan, home, code),
        )
        for code, share in rows
    ]  # fmt: skip
    return sorted(found, key=lambda tile: (round(tile.share or 0.0, 9), tile.name))


PAGE = Page("plan", "plans/{plan}", plan, of="plan")
