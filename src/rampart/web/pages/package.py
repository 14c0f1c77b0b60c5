"""What a package typed in would leave its donors with, month by month, if nothing else of a plan changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.case.draft import shown
from rampart.language.in_words import InWords
from rampart.web.asking import Asked, WronglyAskedError
from rampart.web.pages.page import Page
from rampart.web.tables.asking import Choice, TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn
from rampart.web.tables.typed_numbers import number_typed, to_type

MOST = 20
"""Lines of a package."""
BLANK = 3
NOTHING = 1e-6
"""Amount up to which nothing is missing."""


class Given(BaseModel):
    """A line of the package as it was typed: who gives how much of what, in which month."""

    donor: str
    item: str
    quantity: str
    month: str


class Package(BaseModel):
    """What the page shows.

    lines  as typed, and blank ones below
    table  None where nothing was typed
    """

    plan: str
    title: str
    donors: list[Choice]
    items: list[Choice]
    lines: list[Given]
    says: list[str]
    table: TableSeen | None


def package(asked: Asked, plan: str, table: TableAsked, give: str = "") -> Package:
    """A package beside the stocks of a plan: what is left, what is missing to the floor and to the requirement.

    give  lines "donor:item:quantity:month", with a semicolon between them

    Nothing is planned anew: what the plan makes, receives and sends stays as it is. Raises WronglyAskedError.
    """
    answer = asked.plan(plan)
    words, whole = answer.words, asked.reader.sees_all
    stock = answer["stock"]
    donors = [d for d in stock["holder"].unique(maintain_order=True) if whole or d == asked.reader.nation]
    items = list(stock["item"].unique(maintain_order=True))
    lines = [_line(asked, text, donors, items, stock) for text in give[:2000].split(";") if text.strip(" :")][:MOST]
    left = [
        row for donor, item in dict.fromkeys((d, i) for d, i, *_ in lines) for row in _left(stock, donor, item, lines)
    ]
    return Package(
        plan=plan,
        title=answer.title,
        donors=[Choice(value=d, text=answer.nation(d), chosen=False) for d in donors],
        items=[Choice(value=i, text=answer.item(i), chosen=False) for i in items],
        lines=[
            *(
                Given(donor=d, item=i, quantity=to_type(shown(q), asked.language), month=f"{m:%Y-%m}")
                for d, i, q, m in lines
            ),
            *(Given(donor="", item="", quantity="", month="") for _ in range(BLANK)),
        ],
        says=_says(answer, left),
        table=table_seen(_sheet(answer, plan, left), table, words) if left else None,
    )


def _line(
    asked: Asked, text: str, donors: list[str], items: list[str], stock: pl.DataFrame
) -> tuple[str, str, float, date]:
    """A line of the package. Raises WronglyAskedError."""
    parts = [part.strip() for part in text.split(":")]
    try:
        donor, item, quantity, month = parts
        first = date.fromisoformat(f"{month}-01")
    except ValueError as wrong:
        raise WronglyAskedError(asked.words("web.package.wrong", value=text[:60])) from wrong
    amount = number_typed(quantity)
    if amount is None:
        raise WronglyAskedError(asked.words("web.package.quantity", value=quantity[:60]))
    spans = stock["month"].min(), stock["month"].max()
    known = donor in donors and item in items and 0 < amount < 1e12
    if (
        not known
        or not isinstance(spans[0], date)
        or not isinstance(spans[1], date)
        or not spans[0] <= first <= spans[1]
    ):
        raise WronglyAskedError(asked.words("web.package.wrong", value=text[:60]))
    return donor, item, amount, first


def _left(
    stock: pl.DataFrame, donor: str, item: str, lines: list[tuple[str, str, float, date]]
) -> list[dict[str, Any]]:
    """Periods from the first gift on, with what is left of the closing stock."""
    of = [(q, m) for d, i, q, m in lines if (d, i) == (donor, item)]
    rows = stock.filter((pl.col("holder") == donor) & (pl.col("item") == item)).sort("month").to_dicts()
    ends = [row["month"] for row in rows[1:]]  # a gift counts from the period that its month is in
    found = []
    for n, row in enumerate(rows):
        given = sum(q for q, m in of if n == len(rows) - 1 or m < ends[n])
        if given:
            left = row["closing"] - given
            said = {"holder": donor, "item": item, "month": row["month"], "closing": row["closing"], "left": left}
            for name in ("floor", "requirement"):
                said[name] = row[name]
                said[f"to_{name}"] = None if row[name] is None else _lack(row[name] - max(left, 0.0))
            found.append(said | {"cannot": _lack(-left)})
    return found


def _lack(amount: float) -> float:
    """What is missing; nothing where it is what the solver leaves of nothing."""
    return amount if amount > NOTHING else 0.0


def _says(answer: InWords, left: list[dict[str, Any]]) -> list[str]:
    """For each donor and item: whether it can be given, and when the floor and the requirement are first missed."""
    words, said = answer.words, []
    for donor, item in dict.fromkeys((row["holder"], row["item"]) for row in left):
        rows = [row for row in left if (row["holder"], row["item"]) == (donor, item)]
        about = {"donor": answer.nation(donor), "item": answer.item(item)}
        for column, key in (("cannot", "cannot"), ("to_floor", "floor"), ("to_requirement", "requirement")):
            short = [row for row in rows if row[column]]
            if short:
                worst = max(row[column] for row in short)
                said.append(
                    words(f"web.package.{key}", month=words.month(short[0]["month"]), n=words.number(worst), **about)
                )
        if all(not row[c] for row in rows for c in ("cannot", "to_floor", "to_requirement")):
            said.append(words("web.package.fine", **about))
    return said


def _sheet(answer: InWords, plan: str, left: list[dict[str, Any]]) -> Sheet:
    words = answer.words
    columns = [
        SheetColumn("month", words("web.month"), "month"),
        SheetColumn("holder", words("web.package.donor"), "code"),
        SheetColumn("item", words("head.item"), "code"),
        *(
            SheetColumn(name, words(f"web.package.head.{name}"), "number")
            for name in ("closing", "left", "floor", "to_floor", "requirement", "to_requirement")
        ),
    ]

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "month":
            return SheetCell(value, words.month(value, short=True))
        if column.key in ("holder", "item"):
            home = {"holder": "nations", "item": "items"}[column.key]
            return SheetCell(value, answer.name(value, table=home), plan_path(plan, home, value))
        if value is None:
            return SheetCell(None, words("blank.requirement"))
        return SheetCell(value, words.number(value), alarm=column.key in ("to_floor", "to_requirement") and value > 0)

    says = words("web.package.says")
    return Sheet("package", words("web.package.table"), says, columns, left, cell, lambda c, r: r[c.key])


PAGE = Page("package", "plans/{plan}/package", package)
