"""Sheet: promised and expected month of each order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rampart.report.chapters.promises import promises

if TYPE_CHECKING:
    from rampart.language.words import Words
    from rampart.report.books.plan_book import PlanBook


def promises_sheet(book: PlanBook) -> None:
    """Every delivery ordered, whole; no sheet where nothing is on order."""
    words, answer = book.words, book.answer
    frame = promises(answer)
    if frame.is_empty():
        return
    sheet = book.sheet(words("sheet.promises"))
    keys = (
        "order_state",
        "item",
        "unit",
        "line",
        "buyer",
        "ship_to",
        "quantity",
        "promised",
        "expected",
        "low_month",
        "high_month",
        "late",
    )
    widths = (20, 34, 12, 34, 16, 16, 13, 12, 12, 14, 14, 12)
    heads = [(words(f"head.{key}"), float(width)) for key, width in zip(keys, widths, strict=True)]
    book.head(sheet, words("chapter.promises"), words("chapter.promises.limits"), heads)
    for number, r in enumerate(frame.iter_rows(named=True), 4):
        cells = [
            (words.choice("order_state", r["state"]), "text"),
            (answer.item(r["item"]), "text"),
            (answer.unit(r["item"]), "text"),
            (words("none") if r["line"] is None else answer.name(r["line"], table="lines"), "text"),
            (answer.nation(r["buyer"]), "text"),
            (answer.nation(r["ship_to"] or r["buyer"]), "text"),
            (r["quantity"], "whole" if float(r["quantity"]).is_integer() or r["quantity"] >= 1000 else "fine"),
            *((_month(r[name], words), "text") for name in ("promised", "expected", "low", "high")),
            (r["late"], "share"),
        ]
        for column, (value, style) in enumerate(cells):
            book.cell(sheet, number, column, value, style)
    heads_only = [head for head, _ in heads]
    book.table(sheet, "promises", heads_only, frame.height, says=words("chapter.promises.limits"))


def _month(text: str | None, words: Words) -> date | str:
    return date.fromisoformat(f"{text}-01") if text else words("unknown")
