"""A nation of a plan: what it holds, lacks, decides, pays, gives and is owed."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.result_sheets import plan_path


class Nation(BaseModel):
    """What the page of a nation shows."""

    plan: str
    title: str
    code: str
    name: str
    facts: list[Fact]
    charts: list[Chart]
    sections: list[Section]


def nation(asked: Asked, plan: str, nation: str) -> Nation:
    """A nation as far as the reader may see it: of another only what it has to do with the reader's own."""
    answer = asked.plan(plan)
    row = next(answer.result.case["nations"].filter(nation=nation).iter_rows(named=True), None)
    if row is None:
        raise NotThereError(nation)
    words = answer.words
    facts = [Fact(label=words("web.role"), text=words.choice("nation_role", row["role"]))]
    for line in answer.result.case["lines"].filter(nation=nation)["line"]:
        facts.append(
            Fact(label=words("web.line"), text=answer.short(line, table="lines"), link=plan_path(plan, "lines", line))
        )
    return Nation(
        plan=plan,
        title=answer.title,
        code=nation,
        name=answer.nation(nation),
        facts=facts,
        charts=charts(answer, plan, "stock", "coverage", "production", "money", nation=nation),
        sections=sections(
            section(answer, plan, "fill", only={"holder": nation}, sort=("coverage",)),
            section(answer, plan, "short", only={"holder": nation}, sort=("item", "year")),
            section(answer, plan, "demand", only={"holder": nation}, sort=("month",)),
            section(
                answer,
                plan,
                "decisions",
                only={"nation": nation},
                sort=("rank",),
                show=("kind", "item", "code", "to", "quantity", "money", "decide_by", "arrives"),
            ),
            section(answer, plan, "money", only={"nation": nation}, sort=("fiscal_year",)),
            section(answer, plan, "donations", only={"donor": nation}),
            section(answer, plan, "pledges", only={"donor": nation}, sort=("month",)),
            section(answer, plan, "backfill", only={"donor": nation}, sort=("month",)),
        ),
    )


PAGE = Page("nation", "plans/{plan}/nations/{nation}", nation, of="plan")
