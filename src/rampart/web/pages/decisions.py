"""Decisions to take now: what, who, how much, by when, and what waiting costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.language.decisions_and_causes import deadline, decision_name, delay, delay_costs, how_much, rounding
from rampart.language.in_words import InWords
from rampart.web.asking import Asked
from rampart.web.pages.charts import Chart, charts
from rampart.web.pages.page import Page
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn


class Decisions(BaseModel):
    """What the page of the decisions shows."""

    plan: str
    title: str
    says: list[str]
    table: TableSeen
    charts: list[Chart]


def decisions(asked: Asked, plan: str, table: TableAsked) -> Decisions:
    """Decisions of the first period, the most urgent first."""
    answer = asked.plan(plan)
    words, whole = answer.words, asked.reader.sees_all
    sheet = decisions_sheet(answer, plan, whole=whole)
    says = [words("chapter.decisions.says"), rounding(answer) if whole else words("web.decisions.own")]
    return Decisions(
        plan=plan,
        title=answer.title,
        says=[said for said in says if said],
        table=table_seen(sheet, table, words),
        charts=charts(answer, plan, "decisions") if whole and sheet.rows else [],
    )


def decisions_sheet(answer: InWords, plan: str, *, whole: bool) -> Sheet:
    """The decisions in a reader's words.

    whole  whether the reader sees what waiting costs others; else only what it costs the reader's nation
    """
    words = answer.words
    columns = [
        SheetColumn("rank", words("web.rank"), "number"),
        SheetColumn("what", words("head.what"), "text"),
        SheetColumn("nation", words("head.who"), "code"),
        SheetColumn("item", words("head.item"), "code"),
        SheetColumn("how_much", words("head.how_much"), "text"),
        SheetColumn("quantity", words("head.quantity"), "number"),
        SheetColumn("money", words("head.commitment", unit=words.money_label), "number"),
        SheetColumn("decide_by", words("head.by"), "month"),
        SheetColumn("arrives", words("web.arrives"), "month"),
        SheetColumn("consequence", delay_costs(answer, "head.delay"), "text"),
    ]

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        return _cell(answer, plan, column.key, row, whole=whole)

    rows = answer["decisions"].sort("rank").to_dicts()
    return Sheet("decisions", words("table.decisions"), "", columns, rows, cell)


def _cell(answer: InWords, plan: str, key: str, row: Mapping[str, Any], *, whole: bool) -> SheetCell:
    words, value = answer.words, row.get(key)
    if key == "what":
        said = decision_name(answer, row)
        return SheetCell(said, said, _page_of(answer, plan, row))
    if key == "how_much":
        said = how_much(answer, row)
        return SheetCell(said, said)
    if key == "consequence":
        said = delay(answer, row) if whole or _own_loss(answer, row) else words("web.not_shown")
        return SheetCell(said, said)
    if key == "decide_by":
        return SheetCell(value, deadline(answer, row))
    if key == "arrives":
        return SheetCell(value, words.month(value, short=True) if value else words("none"))
    if key in ("nation", "item"):
        home = {"nation": "nations", "item": "items"}[key]
        if not value:
            return SheetCell(None, words("none"))
        page = value in answer.names.get(home, {})
        return SheetCell(value, answer.name(value, table=home), plan_path(plan, home, value) if page else "")
    number = None if value is None else float(value)
    return SheetCell(
        number, words.number(number, digits=1 if key == "money" else None) if number is not None else words("unknown")
    )


def _page_of(answer: InWords, plan: str, row: Mapping[str, Any]) -> str:
    """The page of the contract or line that is to be ordered from; "" where a decision is about neither."""
    if row["kind"] != "order":
        return ""
    of = contracts_of(answer, row)
    if len(of) == 1:
        return plan_path(plan, "contracts", of[0])
    return plan_path(plan, "lines", row["code"]) if row["code"] in answer.names["lines"] else ""


def contracts_of(answer: InWords, row: Mapping[str, Any]) -> list[str]:
    """Contracts under which an order may be placed: the one that it names, else those of its line, buyer and consignee."""
    if row["code"] in answer.names["contracts"]:
        return [row["code"]]
    case = answer.result.case["contracts"].filter(line=row["code"], buyer=row["nation"])
    return case.filter(pl.col("ship_to").fill_null(pl.col("buyer")) == (row["to"] or row["nation"]))[
        "contract"
    ].to_list()


def _own_loss(answer: InWords, row: Mapping[str, Any]) -> bool:
    """Whether what a delay costs is told among the rows that the reader may see."""
    of = [pl.col(name).eq_missing(pl.lit(row[name], pl.String)) for name in ("kind", "nation", "code", "item", "to")]
    return bool(answer["delays"].filter(*of).height)


PAGE = Page("decisions", "plans/{plan}/decisions", decisions, of="plan")
