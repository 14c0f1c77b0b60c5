"""A contract of a plan: who orders what from whom, what comes of it month by month, and what the ledger has booked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.catalogues.inputs import tables
from rampart.language.in_words import InWords
from rampart.web.asked_by import books
from rampart.web.asking import Asked, NotThereError
from rampart.web.books import Booked
from rampart.web.pages.decisions import contracts_of
from rampart.web.pages.documents import documents_told
from rampart.web.pages.ledger import whose
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path, unit_of
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn

TERMS = ("price", "advance", "cancellation", "admin_lead_time", "later", "from", "until", "max_quantity")
"""Columns of the case that say what is agreed."""
BOOKED = ("day", "kind", "nation", "of", "lines", "key", "author", "source", "grade")
DOCUMENTS = 100
"""Documents that are shown, the newest."""
SCHEDULED = 600
"""Deliveries that are shown."""
LOOKED_AT = 5000
"""Documents up to which sums are told."""


class Contract(BaseModel):
    """What the page of a contract shows.

    unplaced  why orders already placed cannot be told of this contract; "" where they can
    booked    what the ledger has of it; None where it has nothing, or there is no ledger for the reader
    """

    plan: str
    title: str
    code: str
    name: str
    facts: list[Fact]
    schedule: TableSeen | None
    unplaced: str
    so_far: list[Fact]
    booked: TableSeen | None
    sections: list[Section]


def contract(asked: Asked, plan: str, contract: str) -> Contract:
    """A contract to which the reader is a party: its terms, its schedule, what was booked of it. Raises NotThereError."""
    answer = asked.plan(plan)
    row = next(answer.result.case["contracts"].filter(contract=contract).iter_rows(named=True), None)
    if row is None:
        raise NotThereError(contract)
    placed, unplaced = _placed(answer, row)
    rows = sorted(placed + _planned(answer, contract), key=lambda one: (one["month"], one["how"]))
    sheet, name = _schedule(answer, rows), answer.name(contract, table="contracts")
    found = _booked(asked, [contract, row["line"]])
    return Contract(
        plan=plan,
        title=answer.title,
        code=contract,
        name=name[:1].upper() + name[1:],
        facts=_facts(answer, plan, row),
        schedule=table_seen(sheet, TableAsked(size=SCHEDULED), answer.words) if rows else None,
        unplaced=unplaced,
        so_far=_so_far(answer, row, found),
        booked=documents_told(asked, found[:DOCUMENTS], BOOKED, total=len(found), page=1, size=DOCUMENTS)
        if found
        else None,
        sections=sections(
            section(
                answer, plan, "decisions", frame=_due(answer, contract), sort=("rank",),
                show=("kind", "item", "to", "quantity", "money", "decide_by", "arrives"),
            ),
        ),
    )  # fmt: skip


def _due(answer: InWords, contract: str) -> pl.DataFrame:
    """Decisions to take now that are about it and no other contract."""
    frame = answer["decisions"].with_row_index("at")
    rows = frame.filter(kind="order").iter_rows(named=True)
    of = [row["at"] for row in rows if contracts_of(answer, row) == [contract]]
    return frame.filter(pl.col("at").is_in(of)).drop("at")


def _facts(answer: InWords, plan: str, row: Mapping[str, Any]) -> list[Fact]:
    words, case = answer.words, answer.result.case
    line = next(case["lines"].filter(line=row["line"]).iter_rows(named=True), None)
    facts = [
        Fact(label=words("web.line"), text=answer.name(row["line"], table="lines"), link=plan_path(plan, "lines", row["line"]))
    ]  # fmt: skip
    if line is not None:
        facts.append(
            Fact(label=words("head.item"), text=answer.item(line["item"]), link=plan_path(plan, "items", line["item"]))
        )
    columns = tables()["contracts"].columns
    for name in ("buyer", "payer", "ship_to"):
        nation = row[name] or row["buyer"]
        label = columns[name].label[answer.language]
        facts.append(Fact(label=label, text=answer.nation(nation), link=plan_path(plan, "nations", nation)))
    for name in TERMS:
        value = row[name]
        if value is None:
            continue
        unit = unit_of(answer, columns[name].unit)
        label = columns[name].label[answer.language]
        share = columns[name].unit == "share"
        text = words.month(value) if isinstance(value, str) else words.share(value) if share else words.number(value)
        facts.append(Fact(label=words("cell.figure", column=label, unit=unit) if unit else label, text=text))
    return facts


def _placed(answer: InWords, row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Orders of the case that are its own, and why they cannot be told where another contract joins the same parties."""
    same = pl.col("line") == row["line"], pl.col("buyer") == row["buyer"]
    to = pl.col("ship_to").fill_null(pl.col("buyer")) == (row["ship_to"] or row["buyer"])
    case = answer.result.case
    found = case["orders"].filter(*same, to)
    if found.height and case["contracts"].filter(*same, to).height > 1:
        return [], answer.words("web.contract.unplaced")
    unit = case.money_unit
    rows = []
    for one in found.iter_rows(named=True):
        due = None if one["due"] is None else one["due"] * one["quantity"] / unit
        month = date.fromisoformat(f"{one['month']}-01")
        rows.append({"month": month, "how": "placed", "decide": None, "quantity": one["quantity"], "money": due})
    return rows, ""


def _planned(answer: InWords, contract: str) -> list[dict[str, Any]]:
    """Orders that the plan places on it."""
    return [
        {"month": one["month"], "how": "planned", "decide": one["decide"], "quantity": one["quantity"],
         "money": one["commitment"]}
        for one in answer["orders"].filter(contract=contract).iter_rows(named=True)
    ]  # fmt: skip


def _schedule(answer: InWords, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    words = answer.words
    columns = [
        SheetColumn("month", words("web.contract.delivered"), "month"),
        SheetColumn("how", words("web.contract.how"), "code"),
        SheetColumn("decide", words("head.decided_in"), "month"),
        SheetColumn("quantity", words("head.quantity"), "number"),
        SheetColumn("money", words("web.contract.money", unit=words.money_label), "number"),
    ]

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "how":
            return SheetCell(value, words(f"web.contract.how.{value}"))
        if column.kind == "month":
            return SheetCell(value, words.month(value, short=True) if value else words("none"))
        digits = 1 if column.key == "money" else None
        return SheetCell(value, words("unknown") if value is None else words.number(value, digits=digits))

    return Sheet("schedule", words("web.contract.schedule"), words("web.contract.schedule.says"), columns, rows, cell)


def _booked(asked: Asked, of: Sequence[str]) -> list[Booked]:
    """Documents that name the contract or its line, in the books that the reader sees."""
    try:
        return books().about(whose(asked), of, most=LOOKED_AT + 1)
    except NotThereError:
        return []


def _so_far(answer: InWords, row: Mapping[str, Any], found: Sequence[Booked]) -> list[Fact]:
    """What is booked of the contract by its own code, by kind; a kind of which nothing is booked is not told as 0.

    Nothing where there are more documents than are looked at: a part of a sum is no sum.
    """
    words, case = answer.words, answer.result.case
    if len(found) > LOOKED_AT:
        return []
    item = next(iter(case["lines"].filter(line=row["line"])["item"]), None)
    sums: dict[str, float] = {}
    for one in found:
        document = one.document
        if document.of != row["contract"]:
            continue
        money = one.kind in ("commitment", "payment")
        of = str(case.settings["currency"]) if money else item
        for line in document.lines:
            if line.item == of:
                sums[one.kind] = sums.get(one.kind, 0.0) + line.quantity / (case.money_unit if money else 1)
    told = []
    for kind in ("order", "award", "commitment", "production", "payment"):
        if kind in sums:
            value = sums[kind]
            text = words.money(value) if kind in ("commitment", "payment") else words.number(value)
            told.append(Fact(label=words(f"web.contract.so_far.{kind}"), text=text))
    return told


PAGE = Page("contract", "plans/{plan}/contracts/{contract}", contract)
