"""Actual against plan, month by month: what was produced, sent, received, used and held; lines, money, decisions.

What the ledger does not know has no actual figure, and is never taken for 0 (``happened``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rampart.case.calendar import month_number, month_text
from rampart.ledger.actual.happened import At, happened, movements
from rampart.ledger.actual.money_spent import MONEY, spent
from rampart.ledger.actual.planned import planned
from rampart.ledger.opening_stock import LAST

if TYPE_CHECKING:
    from rampart.ledger.ledger import Ledger
    from rampart.ledger.store.reading import Booked
    from rampart.results.result import Result

LITTLE = 0.5
SHOWN = ("production", "purchase", "dispatch", "receipt", "use", "consumption", "demilitarisation", "count")
"""Kinds that plan and ledger both have; ``count`` is the stock at the end of the month."""
TAKEN = frozenset({"decision taken", "award", "order"})
DECIDED = TAKEN | {"decision refused", "decision postponed"}


class Figure(NamedTuple):
    """A month's figure of a nation's item beside the plan; ``actual`` None: not known."""

    month: str
    kind: str
    nation: str
    item: str
    planned: float
    actual: int | None


class LineMonth(NamedTuple):
    """Output of a line in a month; ``actual`` None: nothing is known of it."""

    line: str
    month: str
    planned: float
    actual: int | None


class Schedule(NamedTuple):
    """Earned schedule of a line: the month of the plan at which what was made so far should have been made.

    months  that have passed since the start and are known; ``earned`` in months of the plan; late where it is less
    Source: Lipke, "Schedule is different", 2003: C + (earned value - planned value of C) / planned value of the next month.
    """

    line: str
    months: int
    earned: float

    @property
    def late(self) -> float:
        """Months by which the line is behind; below 0: ahead."""
        return self.months - self.earned


class Money(NamedTuple):
    """Money of a nation's fiscal year, money units: of the whole year as planned, and booked so far (None: nothing is)."""

    nation: str
    fiscal_year: int
    kind: str
    planned: float
    actual: float | None


class Taken(NamedTuple):
    """What became of a decision that the plan asked for: taken, late, refused, postponed, due, overdue.

    months  by which it was taken late, or is late now; ``cost`` what these months cost at the price of a month's delay
    """

    kind: str
    code: str
    nation: str
    decide_by: str
    status: str
    day: str
    months: int
    cost: float | None
    objective: str


def months_through(plan: Result, through: str) -> list[str]:
    """Months of the plan up to and with this one."""
    first, last = month_number(str(plan.case.settings["start"])), plan.case.calendar.last
    return [month_text(n) for n in range(first, min(last, month_number(through)) + 1)]


def figures(ledger: Ledger, plan: Result, through: str, *, known: str | None = None) -> list[Figure]:
    """Every figure of the plan's months that plan or ledger has anything to say of."""
    months = months_through(plan, through)
    actual: dict[At, int] = dict(happened(ledger.documents(known=known)))
    for month in months:
        last = date.fromisoformat(f"{month_text(month_number(month) + 1)}-01") - timedelta(days=1)
        for lot in ledger.stock_lots(on=last.isoformat(), known=known, called_on=LAST):
            at = At(month, "count", lot.holder, lot.item)
            actual[at] = actual.get(at, 0) + (lot.quantity if lot.condition == "serviceable" else 0)
    plans = {At(*at): quantity for at, quantity in planned(plan).items()}
    places = {at for at in (*plans, *actual) if at.month in months and at.kind in SHOWN}
    rows = (Figure(*at, plans.get(at, 0.0), actual.get(at)) for at in sorted(places))
    return [r for r in rows if r.planned > LITTLE or r.actual]


def lines(documents: Iterable[Booked], plan: Result, through: str) -> list[LineMonth]:
    """Output of every line by month. A document says its line (``of``); else it is the one line that makes the item."""
    months = months_through(plan, through)
    makers: dict[str, list[str]] = {}
    for line, item in plan.case["lines"].select("line", "item").iter_rows():
        makers.setdefault(item, []).append(line)
    known = {line for of in makers.values() for line in of}
    sums: dict[tuple[str, str], int] = {}
    for s in movements(documents):
        if s.at.kind == "production":
            line = s.of if s.of in known else _only(makers.get(s.at.item, ()))
            if line:
                sums[line, s.at.month] = sums.get((line, s.at.month), 0) + s.quantity
    lengths = dict(plan["periods"].select("period", "months").iter_rows())
    found = []
    for r in plan["production"].iter_rows(named=True):
        for n in range(lengths[r["period"]]):
            month = month_text(month_number(f"{r['month']:%Y-%m}") + n)
            if month in months:
                actual = sums.get((r["line"], month))
                found.append(LineMonth(r["line"], month, r["output"] / lengths[r["period"]], actual))
    return sorted(found)


def _only(codes: Sequence[str]) -> str:
    return codes[0] if len(codes) == 1 else ""


def schedule(rows: Iterable[LineMonth], plan: Result) -> list[Schedule]:
    """Earned schedule of every line of which something is known; against all months of the plan."""
    lengths = dict(plan["periods"].select("period", "months").iter_rows())
    to_come: dict[str, list[float]] = {}
    for r in plan["production"].sort("line", "period").iter_rows(named=True):
        to_come.setdefault(r["line"], []).extend([r["output"] / lengths[r["period"]]] * lengths[r["period"]])
    made: dict[str, tuple[int, int]] = {}
    for row in rows:
        months, total = made.get(row.line, (0, 0))
        if row.actual is not None:
            made[row.line] = (months + 1, total + row.actual)
    return [Schedule(line, months, earned(total, to_come[line])) for line, (months, total) in sorted(made.items())]


def earned(total: float, by_month: Sequence[float]) -> float:
    """Months of a plan in which so much should have been made; all of them where it is more than the whole plan.

    Months in which nothing is planned are earned with the one before them.
    """
    done = 0.0
    for n, output in enumerate(by_month):
        if output > 0 and total < done + output:
            return n + (total - done) / output
        done += output
    return float(len(by_month))


def money(documents: Iterable[Booked], plan: Result) -> list[Money]:
    """Commitments and payments by nation and fiscal year; documents state them in the currency of the case, in whole units."""
    sums = spent(documents, plan.case)
    plans: dict[tuple[str, int, str], float] = {}
    for r in plan["money"].iter_rows(named=True):
        for kind in MONEY.values():
            key = (r["nation"], r["fiscal_year"], kind)
            plans[key] = plans.get(key, 0.0) + r[kind]
    return [Money(*key, plans.get(key, 0.0), sums.get(key)) for key in sorted({*plans, *sums})]


def decisions(documents: Iterable[Booked], plan: Result, through: str) -> list[Taken]:
    """What became of each decision that the plan asked for; a document names it (``of``) by its code."""
    every = list(documents)
    back = {(b.nation, b.reverses) for b in every if b.reverses}
    said: dict[tuple[str, str], Booked] = {}
    for b in sorted(every, key=lambda b: (b.day, b.booked)):
        if b.kind in DECIDED and (b.nation, b.key) not in back and b.document.of:
            said[b.nation, b.document.of] = b
    found = []
    for r in plan["decisions"].iter_rows(named=True):
        by = "" if r["decide_by"] is None else f"{r['decide_by']:%Y-%m}"
        what = said.get((r["nation"], r["code"]))
        when = what.day[:7] if what and what.kind in TAKEN else through
        months = max(0, month_number(when) - month_number(by)) if by else 0
        if what is None:
            status = "overdue" if months else "due"
        elif what.kind in TAKEN:
            status = "late" if months else "taken"
        else:
            status = what.kind.removeprefix("decision ")
        cost = months * r["delay_cost"] if months and r["delay_cost"] is not None else None
        found.append(Taken(
            r["kind"], r["code"], r["nation"], by, status, what.day if what else "", months, cost, r["delay_objective"] or ""
        ))  # fmt: skip
    return found
