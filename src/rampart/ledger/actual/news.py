"""What changed since the plan before, and why: happened this month, learned late, corrected; and what decisions that moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import frame
from rampart.ledger.actual.happened import FLOWS, At, Said, movements
from rampart.ledger.actual.newly_whole import newly_whole
from rampart.ledger.actual.replanning import LITTLE, Position, broken

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.ledger import Ledger
    from rampart.results.result import Result

KINDS = FLOWS | {"receipt"}
"""Kinds of movements that a plan may have and a ledger tell."""
ALWAYS = -1
"""A moment before everything: all that the ledger has is new."""


def with_news(plan: Result, at: Position, ledger: Ledger, *, since: int = ALWAYS, known: str | None = None) -> Result:
    """The new plan with the tables ``news`` and ``because``.

    since  moment by which what the plan before rests on was booked (microseconds, UTC)
    """
    news = list(_news(at, ledger, since=since, known=known))
    because = list(_because(plan, news, at))
    tables = {"news": frame("plan", "news", news), "because": frame("plan", "because", because)}
    return replace(plan, tables={**plan.tables, **tables})


def _news(at: Position, ledger: Ledger, *, since: int, known: str | None) -> Iterator[dict[str, Any]]:
    """Rows of ``news``, the largest differences of each kind of reason first."""
    said = movements(ledger.documents(known=known))
    corrected = {(s.at.nation, s.booked) for s in said if s.reversal and s.booked > since}
    rows = [*_months(at, said, corrected, since), *_before(at, said, corrected, since), *_stands(at)]
    order = ("this_month", "late", "corrected", "stands", "not_reported")
    yield from sorted(rows, key=lambda r: (order.index(r["why"]), -abs(r["difference"] or 0), r["nation"], r["item"]))


def _months(
    at: Position, said: Iterable[Said], corrected: set[tuple[str, int]], since: int
) -> Iterator[dict[str, Any]]:
    """Figures of the months of the plan before that are otherwise than planned, or not known."""
    of: dict[At, list[Said]] = {}
    for one in said:
        of.setdefault(one.at, []).append(one)
    places = {At(*p) for p in at.plan if p[0] in at.months and p[1] in KINDS}
    for place in sorted(places | {p for p in at.figures if p.month in at.months}):
        planned, actual = at.plan.get(place, 0.0), at.figures.get(place)
        if actual is None:
            if place in at.as_planned:
                yield _row("not_reported", place, planned, None)
        elif abs(actual - planned) > LITTLE:
            new = [s for s in of.get(place, ()) if s.booked > since]
            why = "this_month" if place.month == at.months[-1] else "late"
            if any((s.at.nation, s.booked) in corrected for s in new):
                why = "corrected"
            yield _row(why, place, planned, float(actual))


def _before(
    at: Position, said: Iterable[Said], corrected: set[tuple[str, int]], since: int
) -> Iterator[dict[str, Any]]:
    """What became known since of months before the plan, the figure as it is known now with what is new of it: it changes the
    stock, and no plan is beside it.
    """
    if since == ALWAYS:
        return
    sums: dict[tuple[str, At], int] = {}
    for s in said:
        if s.booked > since and s.at.month < at.months[0]:
            why = "corrected" if (s.at.nation, s.booked) in corrected else "late"
            sums[why, s.at] = sums.get((why, s.at), 0) + s.quantity
    for (why, place), quantity in sorted(sums.items()):
        if quantity:
            yield _row(why, place, None, float(at.figures[place])) | {"difference": float(quantity)}


def _stands(at: Position) -> Iterator[dict[str, Any]]:
    """Stocks that are otherwise than planned at the end of the last month, by more than its movements lose in whole units."""
    stocks: dict[tuple[str, str], float] = {}
    for r in at.case["stocks"].iter_rows(named=True):
        if r["condition"] in (None, "serviceable"):
            stocks[r["holder"], r["item"]] = stocks.get((r["holder"], r["item"]), 0.0) + r["quantity"]
    for (nation, item), actual in sorted(stocks.items()):
        place = At(at.months[-1], "count", nation, item)
        planned = at.plan.get(place, 0.0)
        moved = sum(p[0] in at.months and p[1] in KINDS and p[2:] == (nation, item) for p in at.plan)
        if abs(actual - planned) > LITTLE * (1 + moved):
            yield _row("stands", place, planned, actual)


def _row(why: str, place: At, planned: float | None, actual: float | None) -> dict[str, Any]:
    difference = None if actual is None else actual - (planned or 0.0)
    place_ = place._asdict()
    return {"why": why, **place_, "planned": planned, "actual": actual, "difference": difference}


def _because(plan: Result, news: list[dict[str, Any]], at: Position) -> Iterator[dict[str, Any]]:
    """Each decision that changed, with the largest news of its item, where that is as large as the change, else of its chain of
    items; where there is none, what else moved it. Where the plan has beliefs of the war, which are others a month on, they
    moved what changed by more than any news of its chain.
    """
    beliefs = not plan.case["transitions"].is_empty()
    alike, told = _chains(plan.case), [n for n in news if n["difference"] is not None]
    whole = newly_whole(plan.case) if not told else set()
    for r in plan["changes"].iter_rows(named=True):
        item = _item(plan.case, r["key"])
        items = alike.get(item, set())
        about = [n for n in told if n["item"] in items and n["why"] != "stands"]
        about = about or [n for n in told if n["item"] in items]
        if beliefs:
            about = [n for n in about if abs(n["difference"]) >= abs(r["change"]) - LITTLE]
        own = [n for n in about if n["item"] == item and abs(n["difference"]) >= abs(r["change"]) - LITTLE]
        about = own or about
        most = max(about, key=lambda n: abs(n["difference"]), default={})
        yield {
            **{name: r[name] for name in ("kind", "code", "key", "month", "change")},
            "why": "news" if most else "shared" if told and not beliefs else _without_news(plan, at, items & whole),
            "nation": most.get("nation"), "item": most.get("item"), "what": most.get("kind"),
            "difference": most.get("difference"),
        }  # fmt: skip


def _without_news(plan: Result, at: Position, whole: set[str]) -> str:
    """What moves a decision where nothing happened otherwise: a month on the beliefs of the war are others, or more is
    decided now and comes whole (of these items of its chain); a rule gives way otherwise than before, as budgets of which it
    is a share are less; the rest lies within the rooms of the objectives, where they have any.
    """
    if not plan.case["transitions"].is_empty():
        return "beliefs"
    if whole:
        return "whole"
    if broken(plan.tables, str(plan.case.settings["start"])) != at.broken:
        return "rule"
    return "carried" if (plan.case.tables["priorities"]["tolerance"] == 0).fill_null(False).all() else "room"


def _item(case: Case, key: Iterable[Mapping[str, str]]) -> str:
    """The item that a decision is about, from the codes of its key."""
    codes = {one["of"]: one["code"] for one in key}
    for table, column in (("items", "item"), ("lines", "line"), ("expansions", "expansion"), ("market", "offer")):
        code = codes.get(column) or codes.get(table)
        if code is None:
            continue
        if table == "items":
            return code
        frame_ = case[table].filter(**{column: code})
        if frame_.height and table == "expansions":
            return _item(case, [{"of": "line", "code": frame_["line"][0]}])
        if frame_.height:
            return str(frame_["item"][0])
    return ""


def _chains(case: Case) -> dict[str, set[str]]:
    """Of each item: itself, what goes into it over all tiers, and what it goes into."""
    into: dict[str, set[str]] = {}
    for item, component in case["bills"].select("item", "component").iter_rows():
        into.setdefault(item, set()).add(component)
    found = {}
    for item in case["items"]["item"]:
        parts, seen = [item], {item}
        while parts:
            for one in into.get(parts.pop(), set()) - seen:
                seen.add(one)
                parts.append(one)
        found[item] = seen
    return {item: seen | {other for other, of in found.items() if item in of} for item, seen in found.items()}
