"""Checks of who holds, needs, gives and receives what, and of the order of the objectives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from rampart.case.cells import read_cell
from rampart.case.draft import ROW, Draft
from rampart.case.ranks import FIRST
from rampart.catalogues.choices import french
from rampart.catalogues.inputs import tables
from rampart.findings import Finding

# (table, column, roles that may stand there)
_ROLES = (
    ("demand", "holder", ("member", "recipient")),
    ("requirements", "holder", ("member", "recipient")),
    ("contracts", "buyer", ("member", "recipient")),
    ("deliveries", "donor", ("member", "supplier")),
    ("deliveries", "recipient", ("recipient",)),
    ("market", "seller", ("supplier", "member")),
)


def check_stocks_stated(draft: Draft) -> Iterator[Finding]:
    """Something is required to be held, and no stock is stated at all: everybody starts from nothing, unsaid."""
    if draft.frames["stocks"].is_empty() and "stocks" not in draft.unread and draft.sound("requirements").height:
        yield draft.finding("no-stock", "stocks")


def check_roles(draft: Draft) -> Iterator[Finding]:
    """A nation stands where its role has no place: a donation to a member, the need of a supplier."""
    roles = draft.sound("nations").select("nation", "role").drop_nulls().unique("nation")
    for table, column, allowed in _ROLES:
        rows = draft.sound(table).join(roles, left_on=column, right_on="nation", how="inner", maintain_order="left")
        wrong = rows.filter(~pl.col("role").is_in(allowed))
        for row, nation, role in wrong.select(ROW, column, "role").iter_rows():
            details = {"role": role, "roles": ", ".join(allowed)}
            details |= {"role_fr": french()[role], "roles_fr": ", ".join(french()[one] for one in allowed)}
            yield draft.finding("wrong-role", table, row=row, column=column, value=nation, **details)


def check_to_itself(draft: Draft) -> Iterator[Finding]:
    """A route or a delivery ends where it begins."""
    for table, sender, receiver in (
        ("routes", "origin", "destination"),
        ("deliveries", "donor", "recipient"),
    ):
        same = draft.sound(table).filter(pl.col(sender) == pl.col(receiver))
        for row, nation in same.select(ROW, receiver).iter_rows():
            yield draft.finding("to-itself", table, row=row, column=receiver, value=nation, sender=sender)


def check_requirement_figures(draft: Draft) -> Iterator[Finding]:
    """A requirement says no amount, or two different ones."""
    columns = draft.sound("requirements").select(ROW, "quantity", "daily_rate", "days")
    for row, quantity, rate, days in columns.iter_rows():
        if rate is None or days is None:
            if quantity is None:
                yield draft.finding("requirement-without-figure", "requirements", row=row, column="quantity")
        elif quantity is not None and abs(quantity - rate * days) > max(1.0, 0.01 * quantity):
            yield draft.finding(
                "requirement-two-figures", "requirements", row=row, column="quantity", value=quantity,
                rate=rate, days=days, product=round(rate * days, 6),
            )  # fmt: skip


def check_stated_layers(draft: Draft) -> Iterator[Finding]:
    """A requirement is stated whole and by layers at once, which would count it twice."""
    frame = draft.sound("requirements")
    stated = frame.filter(pl.col("layer") == "stated").select("holder", "item", "posture", ROW)
    layers = frame.filter(pl.col("layer").is_in(["days_of_supply", "residual", "training"]))
    both = layers.join(stated, on=["holder", "item"], suffix="_stated", maintain_order="left")
    same_posture = (
        pl.col("posture").is_null()
        | pl.col("posture_stated").is_null()
        | (pl.col("posture") == pl.col("posture_stated"))
    )
    both = both.filter(same_posture).unique(ROW, keep="first", maintain_order=True)
    for row, layer, other in both.select(ROW, "layer", f"{ROW}_stated").iter_rows():
        yield draft.finding("stated-and-layers", "requirements", row=row, column="layer", value=layer, other=other)


def check_called_upon(draft: Draft) -> Iterator[Finding]:
    """Chances of being called upon that differ in one holder and item, that nothing is weighed beside, or that are missing."""
    stated = draft.sound("requirements").drop_nulls("called_upon")
    by_pair = (
        pl.col(ROW, "called_upon").first().over("holder", "item", pl.col("layer") == "floor").name.prefix("first_")
    )
    wrong = stated.with_columns(by_pair).filter(pl.col("called_upon") != pl.col("first_called_upon"))
    for row, value, first, other in wrong.select(ROW, "called_upon", f"first_{ROW}", "first_called_upon").iter_rows():
        yield draft.finding(
            "called-upon-differs", "requirements", row=row, column="called_upon", value=value, first=first, other=other
        )
    of_floors, stated = (stated.filter((pl.col("layer") == "floor") == floor) for floor in (True, False))
    if not read_cell(draft.settings.get("worth_follows"), tables()["settings"].columns["worth_follows"])[0]:
        for row, value in of_floors.select(ROW, "called_upon").iter_rows():
            yield draft.finding("floor-called-upon", "requirements", row=row, column="called_upon", value=value)
    asked = draft.sound("requirements").drop_nulls("if_called").join(stated, on=["holder", "item"], how="anti")
    for row, value in asked.select(ROW, "if_called").iter_rows():
        yield draft.finding("if-called-without-chance", "requirements", row=row, column="if_called", value=value)
    ranked = draft.frames["priorities"]["objective"].to_list()
    if stated.height and "need" not in ranked and "priorities" not in draft.unread:
        row = stated[ROW][0]
        yield draft.finding("called-upon-without-need", "requirements", row=row, column="called_upon")


def check_ranks(draft: Draft) -> Iterator[Finding]:
    """Rows of one demand state different ranks."""
    frame = draft.sound("demand").with_columns(pl.col("rank").fill_null(FIRST))
    first = pl.col(ROW, "rank").first().over("holder", "item", "purpose").name.prefix("first_")
    wrong = frame.with_columns(first).filter(pl.col("rank") != pl.col("first_rank"))
    for row, value, at, other in wrong.select(ROW, "rank", f"first_{ROW}", "first_rank").iter_rows():
        yield draft.finding("demand-ranks-differ", "demand", row=row, column="rank", value=value, first=at, other=other)


def check_observed_use(draft: Draft) -> Iterator[Finding]:
    """More was seen to be used than is said to be needed."""
    wrong = draft.sound("demand").filter(pl.col("use") > pl.col("need"))
    for row, use, need in wrong.select(ROW, "use", "need").iter_rows():
        yield draft.finding("use-above-need", "demand", row=row, column="use", value=use, need=need)


def check_priorities(draft: Draft) -> Iterator[Finding]:
    """No objective is named, or one is named twice."""
    if "priorities" in draft.unread:
        return
    # A case that holds fleets alone is sustained, not planned.
    fleets_alone = draft.frames["items"].is_empty() and not draft.frames["fleets"].is_empty()
    if draft.frames["priorities"].is_empty() and not fleets_alone:
        yield draft.finding("no-priorities", "priorities")
    named = draft.sound("priorities").drop_nulls("objective")
    named = named.with_columns(pl.col(ROW).first().over("objective").alias("#first"))
    again = named.filter(pl.col(ROW) != pl.col("#first"))
    for row, objective, first in again.select(ROW, "objective", "#first").iter_rows():
        yield draft.finding("objective-twice", "priorities", row=row, column="objective", value=objective, first=first)


def check_asked_is_ranked(draft: Draft) -> Iterator[Finding]:
    """Recipients need something that costs nothing where it lacks, or members must hold it, and no objective strives for it."""
    ranked = set(draft.frames["priorities"]["objective"].drop_nulls().to_list())
    if not ranked or not draft.whole("priorities"):
        return
    recipients = draft.sound("nations").filter(pl.col("role") == "recipient")["nation"].to_list()
    free = pl.all_horizontal(pl.col(cost).fill_null(0.0) == 0 for cost in ("unmet_cost", "price", "late_cost"))
    theirs = pl.col("holder").is_in(recipients)
    floors = pl.col("layer") == "floor"
    asked = {
        "need": ("demand", draft.sound("demand").filter(free & theirs & (pl.col("need") > 0))),
        "requirement": ("requirements", draft.sound("requirements").filter(~floors)),
        "floors": ("requirements", draft.sound("requirements").filter(floors)),
    }  # fmt: skip
    for objective, (table, rows) in asked.items():
        if rows.height and objective not in ranked:
            told: dict[str, Any] = {"count": rows.height, "asks": draft.sheet_of(table)}
            told["value_fr"] = french().get(objective, objective)
            yield draft.finding("objective-unranked", "priorities", column="objective", value=objective, **told)
