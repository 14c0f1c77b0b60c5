"""A production line of a plan: its rates, its output, who orders from it, and the lines below it in the supply chain."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.catalogues.inputs import tables
from rampart.language.in_words import InWords
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.result_sheets import plan_path, unit_of

SHOWN = (
    "state",
    "min_rate",
    "economic_rate",
    "max_rate",
    "admin_lead_time",
    "lead_time",
    "lead_time_initial",
    "unit_cost",
)
"""Columns of the case that say what the line is."""


class Tier(BaseModel):
    """What goes into the output of the line, and a line that makes it."""

    component: Fact
    quantity: str
    lines: list[Fact]


class Line(BaseModel):
    """What the page of a line shows."""

    plan: str
    title: str
    code: str
    name: str
    facts: list[Fact]
    tiers: list[Tier]
    charts: list[Chart]
    sections: list[Section]


def line(asked: Asked, plan: str, line: str) -> Line:
    """A line as far as the reader may see it: of another nation's only the name, and the reader's own orders."""
    answer = asked.plan(plan)
    row = next(answer.result.case["lines"].filter(line=line).iter_rows(named=True), None)
    if row is None:
        raise NotThereError(line)
    words = answer.words
    facts = [
        Fact(label=words("head.item"), text=answer.item(row["item"]), link=plan_path(plan, "items", row["item"])),
        Fact(
            label=words("web.nation"), text=answer.nation(row["nation"]), link=plan_path(plan, "nations", row["nation"])
        ),
    ]
    columns = tables()["lines"].columns
    for name in SHOWN:
        column = columns[name]
        label = column.label[answer.language]
        unit = unit_of(answer, column.unit)
        value = row[name]
        if value is None:
            continue
        text = words.choice("line_state", value) if isinstance(value, str) else words.number(value)
        facts.append(Fact(label=words("cell.figure", column=label, unit=unit) if unit else label, text=text))
    for code in answer.result.case["contracts"].filter(line=line)["contract"]:
        name = answer.name(code, table="contracts")
        facts.append(Fact(label=words("web.contract"), text=name, link=plan_path(plan, "contracts", code)))
    of = {"line": line}
    return Line(
        plan=plan,
        title=answer.title,
        code=line,
        name=answer.name(line, table="lines"),
        facts=facts,
        tiers=_tiers(answer, plan, row["item"]),
        charts=charts(answer, plan, "production", line=line),
        sections=sections(
            section(answer, plan, "production", only=of, sort=("month",), first=24),
            section(answer, plan, "orders", only=of, sort=("decide", "month")),
            section(answer, plan, "expansions", only=of, sort=("decide",)),
            section(answer, plan, "pace", only=of),
        ),
    )


def _tiers(answer: InWords, plan: str, item: str) -> list[Tier]:
    """What the case says goes into an item, each with the lines that make it."""
    lines = answer.result.case["lines"]
    found = []
    for row in answer.result.case["bills"].filter(item=item).iter_rows(named=True):
        code = row["component"]
        made_by = [
            Fact(label="", text=answer.name(one, table="lines"), link=plan_path(plan, "lines", one))
            for one in lines.filter(item=code)["line"]
        ]
        quantity = answer.words.number(row["quantity"]) if row["quantity"] is not None else answer.words("unknown")
        component = Fact(label="", text=answer.item(code), link=plan_path(plan, "items", code))
        found.append(Tier(component=component, quantity=quantity, lines=made_by))
    return found


PAGE = Page("line", "plans/{plan}/lines/{line}", line, of="plan")
