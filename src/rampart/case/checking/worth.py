"""Checks of what needs are worth: levels of need, and items without a price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

ORDER = ("essential", "required", "desired")
WORTHS = {"essential": 0.5, "required": 0.25, "desired": 0.0}
"""What the next unit is worth at a level where the case does not say (``requirements.levels``)."""
WEIGHED = ("need", "own_use", "pledges")
"""Objectives that weigh items by their worth."""

Row = dict[str, Any]


def check_levels(draft: Draft) -> Iterator[Finding]:
    """A level says no amount or two, stands for no need or a late one, or lies out of order."""
    rows = draft.sound("levels").to_dicts()
    needs = draft.sound("demand").to_dicts()
    for r in rows:
        required = r["level"] == "required"
        amounts = [name for name in ("share", "quantity") if r[name] is not None]
        if required and amounts and (r["quantity"] is not None or r["share"] != 1):
            yield _finding(draft, "level-required-is-need", r, amounts[-1], r[amounts[-1]])
        elif not required and len(amounts) != 1:
            yield _finding(draft, "level-one-amount", r, "share", r["share"])
        mine = _mine(r, needs)
        if not mine and draft.complete("demand", "item"):
            yield _finding(draft, "level-without-need", r, "item", r["item"])
        elif any(n["late"] for n in mine):
            yield _finding(draft, "level-of-late", r, "level", r["level"])
        elif wrong := next((n for n in mine if _beyond(r, n)), None):
            need = wrong["need"] / (12.0 if wrong["rate_per"] == "year" else 1.0)
            column = "quantity" if r["share"] is None else "share"
            yield _finding(draft, "level-out-of-order", r, column, r[column], need=need)
    yield from _rising(draft, rows)


def _mine(level: Row, needs: list[Row]) -> list[Row]:
    """Rows of demand that a level is of: those of its regime, or of no regime where the need has none of its own there."""
    same = [
        n
        for n in needs
        if (n["holder"], n["item"]) == (level["holder"], level["item"]) and level["purpose"] in (None, n["purpose"])
    ]
    if level["regime"] is None:
        return same
    own = {n["purpose"] for n in same if n["regime"] == level["regime"]}
    return [n for n in same if n["regime"] == level["regime"] or (n["regime"] is None and n["purpose"] not in own)]


def _beyond(level: Row, need: Row) -> bool:
    """Whether a level lies on the wrong side of the need of a row."""
    month = (need["need"] or 0.0) / (12.0 if need["rate_per"] == "year" else 1.0)
    if level["level"] == "required" or month == 0:
        return False
    own = level["quantity"] if level["share"] is None else level["share"] * month
    if own is None:
        return False
    return bool(own >= month if level["level"] == "essential" else own <= month)


def _rising(draft: Draft, rows: list[Row]) -> Iterator[Finding]:
    """A level of which the next unit is worth more than at the level before it."""
    groups: dict[tuple[Any, ...], dict[str, Row]] = {}
    for r in rows:
        groups.setdefault((r["holder"], r["item"], r["purpose"], r["regime"]), {})[r["level"]] = r
    for group in groups.values():
        before = 1.0
        for name in ORDER:
            if name not in group and name != "required":
                continue
            row = group.get(name)
            worth = WORTHS[name] if row is None or row["worth"] is None else row["worth"]
            if worth > before:
                at = row or group[max(group, key=ORDER.index)]
                yield _finding(draft, "level-worth-rises", at, "worth", at["worth"], before=before, worth=worth)
            before = min(before, worth)


def _finding(draft: Draft, code: str, row: Row, column: str, value: Any, **details: Any) -> Finding:
    details |= {"holder": row["holder"], "item": row["item"], "level": row["level"]}
    return draft.finding(code, "levels", row=row[ROW], column=column, value=value, **details)


def check_worths(draft: Draft) -> Iterator[Finding]:
    """Something asked for has neither a worth nor a price, so that a unit of every item counts the same."""
    ranked = set(draft.sound("priorities")["objective"].to_list())
    if not ranked & set(WEIGHED):
        return
    pledged = draft.sound("deliveries").filter(pl.col("status") == "pledged")
    called = draft.sound("requirements").filter(pl.col("called_upon").is_not_null())
    asked = {item for rows in (draft.sound("demand"), pledged, called) for item in rows["item"].to_list()}
    if len(asked) < 2:
        return  # there is nothing to weigh it against
    for row, item, price, worth in draft.sound("items").select(ROW, "item", "price", "worth").iter_rows():
        if item in asked and worth is None and not price:
            yield draft.finding("items-count-one", "items", row=row, column="price", value=price, item=item)
