"""An item of a plan: stock against requirement, who is short, what is decided, made and delivered of it."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.result_sheets import plan_path


class Item(BaseModel):
    """What the page of an item shows."""

    plan: str
    title: str
    code: str
    name: str
    facts: list[Fact]
    charts: list[Chart]
    sections: list[Section]


def item(asked: Asked, plan: str, item: str) -> Item:
    """An item as far as the reader may see it."""
    answer = asked.plan(plan)
    row = next(answer.result.case["items"].filter(item=item).iter_rows(named=True), None)
    if row is None:
        raise NotThereError(item)
    words = answer.words
    of = {"item": item}
    bills = answer.result.case["bills"]
    facts = [
        Fact(label=words("head.unit"), text=answer.unit(item)),
        Fact(label=words("web.kind"), text=words.choice("item_kind", row["kind"])),
    ]
    for label, own, other in (("web.goes_into", "component", "item"), ("web.made_of", "item", "component")):
        for code in bills.filter(bills[own] == item)[other].drop_nulls().unique(maintain_order=True):
            facts.append(Fact(label=words(label), text=answer.item(code), link=plan_path(plan, "items", code)))
    for line in answer.result.case["lines"].filter(item=item)["line"]:
        facts.append(
            Fact(label=words("web.made_by"), text=answer.name(line, table="lines"), link=plan_path(plan, "lines", line))
        )
        for code in answer.result.case["contracts"].filter(line=line)["contract"]:
            name = answer.name(code, table="contracts")
            facts.append(Fact(label=words("web.contract"), text=name, link=plan_path(plan, "contracts", code)))
    return Item(
        plan=plan,
        title=answer.title,
        code=item,
        name=answer.item(item),
        facts=facts,
        charts=charts(answer, plan, "stock", "coverage", "deliveries", "production", item=item),
        sections=sections(
            section(answer, plan, "fill", only=of, sort=("holder",)),
            section(answer, plan, "short", only=of, sort=("holder", "year")),
            section(
                answer,
                plan,
                "decisions",
                only=of,
                sort=("rank",),
                show=("kind", "nation", "code", "quantity", "money", "decide_by", "arrives"),
            ),
            section(answer, plan, "orders", only=of, sort=("decide", "month")),
            section(answer, plan, "donations", only=of),
            section(answer, plan, "pegging", only=of, sort=("to_month",)),
        ),
    )


PAGE = Page("item", "plans/{plan}/items/{item}", item, of="plan")
