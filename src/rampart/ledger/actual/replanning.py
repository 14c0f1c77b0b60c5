"""The plan made anew from where things stand: what was planned so far, and over it what the ledger says happened otherwise.

The case is carried on as it was planned (``network.carried_on``); then, as far as the ledger knows:

    stocks      those of the ledger, with what it does not tell of as planned (``as_planned``)
    orders      what should have come and did not is still to come, as soon as its line has room, and is paid then where the
                fiscal year that was to pay is over; what came early is not to come again; decisions that were refused or
                postponed were not taken
    deliveries  what is on the way (``on_the_way``); pledges and compensation are met by what was sent and arrived
    budgets     what was committed or paid beyond the plan; what is booked of it less than planned may still come

What it does not know is taken as planned, and a finding counts it. Decisions of the plan from the month on are intended:
kept where no objective loses by that. Nothing of the past is decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.case.without_fleets import change_without_fleets
from rampart.findings import Finding, FindingsError
from rampart.ledger.actual.as_planned import stands_since, with_stocks_as_planned
from rampart.ledger.actual.happened import At, happened, over
from rampart.ledger.actual.money_spent import decided, planned_money, spent, with_money
from rampart.ledger.actual.on_the_way import Arrived, Sent, Way, what_was_sent, with_what_is_on_the_way
from rampart.ledger.actual.planned import planned
from rampart.ledger.actual.slipped_payments import Part, SlippedPayments, arrivals, unpaid
from rampart.ledger.opening_stock import LAST, SOURCE, with_stock
from rampart.network import carried_on as carrying
from rampart.network.keys import Backfill, Key, Pledge
from rampart.requirements.backfill import backfills
from rampart.requirements.pledges import pledges

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.ledger.ledger import Ledger
    from rampart.ledger.store.reading import Booked
    from rampart.results.result import Result

NOTE = "What the ledger has, beside the plan before."
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
NOT_TAKEN = {"decision refused": ("refused", "refusée"), "decision postponed": ("postponed", "reportée")}
TAKEN = ("decision taken", "award", "order")
"""Kinds that say that a decision was taken."""
ARRIVES = ("production", "purchase")
"""Kinds that come of orders and purchases."""
LITTLE = 0.5
"""Units by which a plan in fractions and a ledger in whole units may differ in a month without being otherwise."""


@dataclass(frozen=True)
class Position:
    """Where things stand at the beginning of a month.

    case        to plan on from, the decisions of the plan before taken over
    months      from the start of the plan before to the month before
    figures     what the ledger knows of them; ``plan`` what was planned
    as_planned  places of which the ledger knows nothing, and the plan something
    broken      rules that the plan before breaks from the month on, as ``broken`` has them
    """

    case: Case
    months: tuple[str, ...]
    figures: Mapping[At, int]
    plan: Mapping[tuple[str, str, str, str], float]
    as_planned: tuple[At, ...]
    broken: frozenset[tuple[str, str, str, float]]


def broken(tables: Mapping[str, pl.DataFrame], month: str) -> frozenset[tuple[str, str, str, float]]:
    """Rules that a plan breaks from a month on: family, code, month and amount, to a millionth."""
    return frozenset(
        (r["family"], r["code"], f"{r['month']:%Y-%m}", round(r["amount"], 6))
        for r in tables["rules_broken"].iter_rows(named=True) if f"{r['month']:%Y-%m}" >= month
    )  # fmt: skip


def position(
    ledger: Ledger, plan: Result, month: str, *, case: Case | None = None, known: str | None = None
) -> Position:
    """Where things stand at the beginning of a month.

    plan   the plan that was in force; ``case`` what is assumed now, by default what that plan assumed
    month  first month of the new plan; ``known`` the moment as of which the ledger is read

    Raises FindingsError where the plan cannot be carried on to that month.
    """
    from rampart.network.taking import SAID, take

    case = plan.case if case is None else case
    start = str(plan.case.settings["start"])
    if case.settings["start"] != plan.case.settings["start"]:
        said = {"start": start}
        raise FindingsError([Finding("replan-other-start", value=str(case.settings["start"]), details=said)])
    require_known_past(case)
    documents = ledger.documents(known=known)
    months = tuple(month_text(n) for n in range(month_number(start), month_number(month)))
    tables, found = _without_refused(plan.tables, documents, f"{start}-01", month)
    try:
        later, given = carrying.with_all_promised(case, tables, month)
    except ValueError as wrong:
        raise FindingsError([Finding("replan-month", value=month, details={"start": start})]) from wrong
    day = (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()
    figures, plans = happened(documents), planned(plan)
    later = replace(later, findings=())
    slipped = _slipped(later, plan.case, tables, documents, months)
    later, late = _arrivals(later, figures, plans, slipped, months, month)
    sent = what_was_sent(tables, figures, ledger.balances(on=day, known=known, called_on=LAST), documents, months)
    later, arrived = with_what_is_on_the_way(later, case, ledger, documents, sent, figures, months, month, known=known)
    later = carrying.less_given(later, _really_given(later, given, sent, arrived, late))
    later, more = with_money(later, plan.case, tables, documents, months)
    found += more
    later = with_stock(later, ledger, on=day, known=known)
    told = frozenset((x.holder, x.item) for x in ledger.stock_lots(on=day, known=known, called_on=LAST))
    since = stands_since(documents, ledger.counts(known=known), day)
    later = with_stocks_as_planned(later, told, plans, figures, arrived, since, months)
    found += [f for f in later.findings if f.code != "ledger-stock-kept"]
    if without_lot := _without_lot(later):
        found.append(Finding("replan-age-unknown", "stocks", value=str(without_lot), details={"month": month}))
    unknown = tuple(sorted(
        At(*at) for at, quantity in plans.items()
        if at[0] in months and quantity > LITTLE and not (
            (at[2], at[3]) in told if at[1] == "count" else At(*at) in figures
        )
    ))  # fmt: skip
    if unknown:
        found.append(Finding("replan-as-planned", value=str(len(unknown)), details={"of": len(plans)}))
    taken = take(later, replace(plan, tables=tables), months=0)
    found += [f for f in taken.findings if f.code in SAID]
    return Position(replace(taken, findings=tuple(found)), months, figures, plans, unknown, broken(plan.tables, month))


def require_known_past(case: Case) -> None:
    """FindingsError where a case has what no ledger follows, so that a plan of it cannot be carried on."""
    if left := [t for t in carrying.CANNOT if not case[t].is_empty()]:
        told = {"change": change_without_fleets(case)}
        raise FindingsError([Finding("replan-cannot", value=", ".join(left), details=told)])


def _without_lot(case: Case) -> int:
    """Serviceable stocks of items with a shelf life of which no lot is named: how old they are is not known."""
    lives = set(case["items"].filter(case["items"]["shelf_life"].is_not_null())["item"])
    return sum(
        r["item"] in lives and r["lot"] is None and r["condition"] == "serviceable" and r["quantity"] > 0
        for r in case["stocks"].iter_rows(named=True)
    )


def _without_refused(
    tables: Mapping[str, pl.DataFrame], documents: Iterable[Booked], since: str, month: str
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The plan's tables without decisions before the month that were refused or postponed since its start, and a finding for
    each code.
    """
    import polars as pl

    codes = _not_taken(documents, since)
    at = date.fromisoformat(f"{month}-01")
    result, found = dict(tables), []
    for code, kind in codes.items():
        for table, columns, when in (
            ("orders", ("contract", "line"), "decide"), ("expansions", ("expansion",), "decide"),
            ("purchases", ("offer",), "month"),
        ):  # fmt: skip
            frame = result[table]
            named = pl.any_horizontal(*(pl.col(c).eq_missing(pl.lit(code)) for c in columns))
            gone = frame.filter(named & (pl.col(when) < at))
            if gone.height:
                result[table] = frame.filter(~(named & (pl.col(when) < at)))
                said = dict(zip(("kind", "kind_fr"), NOT_TAKEN[kind], strict=True))
                found.append(Finding("replan-not-taken", value=code, details=said))
    return result, found


def _not_taken(documents: Iterable[Booked], since: str) -> dict[str, str]:
    """What was last said of each decision from a day on, where that is that it was refused or postponed; what was taken back
    was not said.
    """
    booked = list(documents)
    back = {(b.nation, b.reverses) for b in booked if b.reverses}
    said = [b for b in booked if b.kind in {*NOT_TAKEN, *TAKEN} and b.document.of and b.day >= since]
    last = {b.document.of: b.kind for b in sorted(said, key=lambda b: b.day) if (b.nation, b.key) not in back}
    return {code: kind for code, kind in last.items() if kind in NOT_TAKEN}


def _slipped(
    later: Case, before: Case, tables: Mapping[str, pl.DataFrame], documents: Iterable[Booked], months: tuple[str, ...]
) -> SlippedPayments:
    """What was to come before the start, and who pays on delivery of what is late of it."""
    start, starts = (
        month_number(months[-1]) + 1,
        dict(before["nations"].select("nation", "fiscal_year_start").iter_rows()),
    )
    own, older = decided(before, tables, start)
    left = unpaid(planned_money(later, before, tables, months), spent(documents, before, months))
    return SlippedPayments(arrivals(before, (*older, *own), start), starts, start, left, before.money_unit)


def _arrivals(
    case: Case, figures: Mapping[At, int], plans: Mapping[tuple[str, str, str, str], float], slipped: SlippedPayments,
    months: tuple[str, ...], month: str,
) -> tuple[Case, dict[Key, float]]:  # fmt: skip
    """Orders with what is late still to come, and without what came early; and what of compensation came so much later, below
    0 earlier, than planned.
    """
    rows, added = list(case.tables["orders"].iter_rows(named=True)), list[dict[str, Any]]()
    less: dict[Key, float] = {}
    pairs = sorted({(at[2], at[3]) for at in plans if at[0] in months and at[1] in ARRIVES})
    for nation, item in pairs:
        late = 0.0
        for kind in ARRIVES:
            actual = over(figures, kind, nation, item, months)
            if actual is not None:
                known = [m for m in months if At(m, kind, nation, item) in figures]
                late += sum(plans.get((m, kind, nation, item), 0.0) for m in known) - actual
        mine = [r for r in rows if (r["ship_to"] or r["buyer"], r["item"]) == (nation, item)]
        if late > LITTLE * len(months):
            parts = slipped.of(nation, item, late)
            added += _still_to_come(case, mine, nation, item, parts, month)
            for part in parts:
                owed = Backfill(part.payer, nation, item)
                less[owed] = less.get(owed, 0.0) + part.quantity
        elif late < -LITTLE * len(months):
            for r in sorted(mine, key=lambda r: r["month"]):
                off = min(r["quantity"], -late)
                late += off
                owed = Backfill(r["buyer"], nation, item)
                less[owed] = less.get(owed, 0.0) - off
                rows[rows.index(r)] = r | {"quantity": r["quantity"] - off, "low": None, "high": None}
    return case.with_tables({"orders": frame_of("orders", [r for r in (*rows, *added) if r["quantity"] > 0])}), less


def _still_to_come(
    case: Case, mine: list[dict[str, Any]], nation: str, item: str, late: list[Part], month: str
) -> list[dict[str, Any]]:
    """What is late, in the months in which the line has room beside what is placed; all at once outside the lines."""
    import numpy as np

    from rampart.network.network import Network
    from rampart.network.rates import line_rates

    network = Network(case)
    lines = {r["line"] for r in mine if r["line"]} or {c for c, r in network.lines.items() if r["item"] == item}
    row: dict[str, Any] = {"item": item, "month": month, "inputs": "supplied", **SAID}
    rows = [
        row | {"buyer": p.payer, "ship_to": None if p.payer == nation else nation, "quantity": p.quantity, "due": p.due}
        for p in late
    ]
    if len(lines) != 1:
        return rows
    (line,) = lines
    at = network.line_index[line]
    room = np.maximum(0.0, line_rates(network).monthly[at] - network.placed_monthly[at])
    found = []
    for r in rows:
        left = r["quantity"]
        for n, free in enumerate(room.tolist()):
            if (part := min(left, free)) > 0:
                months = {"month": month_text(network.calendar.first + n), "quantity": part}
                found.append(r | months | {"line": line, "state": "funded"})
                left, room[n] = left - part, free - part
    return found


def _really_given(
    case: Case, given: Mapping[Key, float], sent: Sent, arrived: Mapping[Way, Arrived], late: Mapping[Key, float]
) -> dict[Key, float]:
    """What was given of pledges and compensation: as planned, without what was not sent, did not arrive or is late."""
    found = dict(given)
    pledged, owed = set(pledges(case)), set(backfills(case))  # of one way there may be either, and their keys are equal
    less: list[tuple[Key, float]] = [(Pledge(*way), q) for way, q in sent.less().items() if way in pledged]
    less += [(Backfill(*way), of.less()) for way, of in arrived.items() if way in owed - pledged]
    less += [(key, q) for key, q in late.items() if tuple(key) in owed]
    for key, quantity in less:
        found[key] = found.get(key, 0.0) - quantity
    return found
