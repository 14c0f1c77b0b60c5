"""Donors that come down to their floor, or below it, within the first year, and what asks for it: a pledge, a need, what was
agreed, their own use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.requirements.levels import levels_of
from rampart.results.result import Result

FIRST_YEAR = 12
CLOSE = 1e-6
MOST = 4
OWN = {"own": "used", "components": "consumed", "disposed": "disposed", "fleet": "joined"}
"""What a holder itself takes from its stock, and the column of it."""


@dataclass(frozen=True, slots=True)
class AtFloor:
    """A holder's stock of an item that comes down to its floor in a month.

    why    pledge, essential (need), beyond (the essential), need (of which no level is stated), compensation, members (to
           which it sends), agreed (departures), own (use), components (taken for other items), disposed (at the end of life),
           fleet (joined)
    below  whether it is then below its floor
    """

    holder: str
    item: str
    month: date
    why: str
    below: bool = False


def floors_told(answer: InWords) -> str:
    """Who comes down to its floor within the first year, from when, and what for; empty where nobody does."""
    words = answer.words
    found = sorted(down_to_floor(answer.result), key=lambda f: (f.month, answer.place("nations", f.holder), f.item))
    parts = [
        words(
            "floors.part.below" if f.below else "floors.part", holder=answer.nation(f.holder), item=answer.item(f.item),
            month=words.month(answer.end_of(f.month)), why=words(f"floors.why.{f.why}"),
        )
        for f in found[:MOST]
    ]  # fmt: skip
    if found[MOST:]:
        parts.append(words.count("floors.more", len(found) - MOST))
    key = "floors.told.below" if any(f.below for f in found) else "floors.told"
    return words(key, parts=words("between.semicolon").join(parts)) if parts else ""


def down_to_floor(plan: Result) -> list[AtFloor]:
    """First month of each holder's stock that comes down to its floor in the first year, having been above it."""
    early = set(plan["periods"].filter(pl.col("months").cum_sum() <= FIRST_YEAR)["period"])
    stock = plan["stock"].filter((pl.col("floor") > 0) & pl.col("period").is_in(sorted(early))).sort("period")
    falls = (pl.col("closing") <= pl.col("floor") * (1 + CLOSE)) & (pl.col("opening") > pl.col("floor") * (1 + CLOSE))
    first = stock.filter(falls).group_by("holder", "item", maintain_order=True).first()
    return [
        AtFloor(r["holder"], r["item"], r["month"], _why(plan, r), below=r["closing"] < r["floor"] * (1 - CLOSE))
        for r in first.iter_rows(named=True)
    ]


def _why(plan: Result, stock: Mapping[str, Any]) -> str:
    """What asks for most of what leaves a stock in a period; gifts to partners before its own use, which could wait."""
    donor, item, period = stock["holder"], stock["item"], stock["period"]
    sent = plan["transfers"].filter(
        (pl.col("origin") == donor) & (pl.col("item") == item) & (pl.col("period") == period) & (pl.col("quantity") > 0)
    )
    given = pl.col("destination").is_in(plan.case["nations"].filter(role="recipient")["nation"].to_list())
    to_members, gifts = sent.filter(~given), sent.filter(given)
    leaves = {why: float(stock[column]) for why, column in OWN.items()}
    leaves["members"] = float(to_members["quantity"].sum())
    leaves["agreed"] = stock["sent"] - float(sent["quantity"].sum())  # what is sent and no transfer
    if gifts.is_empty() or leaves["agreed"] > float(gifts["quantity"].sum()):
        most = max(leaves, key=lambda why: leaves[why])
        owing = plan["backfill"].filter((pl.col("owing") == donor) & (pl.col("item") == item))["donor"].to_list()
        owes = most == "members" and to_members["destination"].is_in(owing).any()
        return "compensation" if owes else most
    return _of_gifts(plan, donor, item, gifts)


def _of_gifts(plan: Result, donor: str, item: str, sent: pl.DataFrame) -> str:
    """What is pledged, while no more than that is given; else need, by its level."""
    arrives = sent["arrives"].max()
    owed = plan["pledges"].filter((pl.col("donor") == donor) & (pl.col("item") == item) & (pl.col("month") >= arrives))
    due = owed.sort("period").head(1)
    if due.height and float(due["arrived"][0]) <= float(due["pledged"][0]) * (1 + CLOSE):
        return "pledge"
    months = dict(plan["periods"].select("period", "months").iter_rows())
    need = plan["demand"].filter(
        (pl.col("item") == item) & pl.col("holder").is_in(sent["destination"].to_list()) & (pl.col("month") <= arrives)
    )
    last = need.filter(pl.col("period") == pl.col("period").max())
    stated = False
    for r in last.iter_rows(named=True):
        level = levels_of(plan.case, (r["holder"], item, r["purpose"])).get("essential")
        stated = stated or level is not None
        if level is not None and r["served"] <= level.at(r["need"], months[r["period"]]) * (1 + CLOSE):
            return "essential"
    return "beyond" if stated else "need"
