"""Stocks at the start of a new plan, where the ledger tells some of what moved them and not the rest, which is as planned.

By holder and item, over the months that are over, with what comes in above 0 and what goes out below:

    told of by the ledger   its stock + what was planned in the months of which it does not tell: what was made, bought and
                            used, and so on. Months up to a count or an opening of the pair are in what was counted: to those
                            nothing is added but the difference that nothing explains.
    not told of             the stock as planned - what was planned where a return says that there was nothing

Receipts are told apart by way (``on_the_way``): where the ledger tells what was sent, what arrived of it stands in place of
what was planned to arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.ledger.actual.happened import At, names_by_book
from rampart.ledger.actual.on_the_way import Arrived, Way
from rampart.ledger.names import NONE
from rampart.ledger.opening_stock import LAST, SOURCE

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.counts import Counted
    from rampart.ledger.store.reading import Booked

Pair = tuple[str, str]
"""Holder and item."""
Flows = Mapping[tuple[str, str, str, str], float]
"""Planned quantities by month, kind, nation and item, as ``planned.planned`` has them."""
SIGNS = {
    "production": 1,
    "purchase": 1,
    "receipt": 1,
    "use": -1,
    "consumption": -1,
    "dispatch": -1,
    "demilitarisation": -1,
}
"""What a unit of each kind does to the stock."""
NOTE = "What the ledger has, with what it does not tell of as planned."
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
LITTLE = 1e-6
"""Units below which a stock stays as it is."""


def with_stocks_as_planned(
    case: Case, told: frozenset[Pair], flows: Flows, figures: Mapping[At, int], arrived: Mapping[Way, Arrived],
    since: Mapping[Pair, tuple[str, float]], months: Sequence[str],
) -> Case:  # fmt: skip
    """The case with stocks moved by what is taken as planned, or not to have happened.

    told   pairs whose stock in the case is that of the ledger; the others' is as planned
    since  of pairs that were counted or opened: the last month that is in it, and the difference that nothing explains
    """
    pairs = {(at[2], at[3]) for at in flows} | {(way[1], way[2]) for way in arrived}
    more: dict[Pair, float] = {}
    for pair in pairs:
        first, difference = since.get(pair, ("", 0.0)) if pair in told else ("", 0.0)
        later = [m for m in months if m > first]
        silent = any(
            At(m, kind, *pair) not in figures and flows.get((m, kind, *pair))
            for m in months if m <= first for kind in SIGNS
        )  # fmt: skip
        more[pair] = (difference if silent else 0.0) + _flows(pair, pair in told, flows, figures, later)
        for way, of in arrived.items():
            if way[1:] == pair:
                more[pair] += sum(of.taken.get(m, 0.0) for m in later)
                for m in later:
                    if At(m, "receipt", *pair) not in figures:
                        more[pair] += of.witnessed.get(m, 0.0) - of.foreseen.get(m, 0.0)
    rows = list(case.tables["stocks"].iter_rows(named=True))
    for pair, quantity in sorted(more.items()):
        if abs(quantity) > LITTLE:
            rows = _moved(rows, pair, quantity)
    return case.with_tables({"stocks": frame_of("stocks", rows)})


def _flows(pair: Pair, told: bool, flows: Flows, figures: Mapping[At, int], months: Iterable[str]) -> float:
    """Planned flows that the ledger's stock lacks; of a pair not told of, those that the planned stock has and were not."""
    total = 0.0
    for month in months:
        for kind, sign in SIGNS.items():
            if (At(month, kind, *pair) in figures) != told:
                total += sign * flows.get((month, kind, *pair), 0.0)
    return total if told else -total


def _moved(rows: list[dict[str, Any]], pair: Pair, more: float) -> list[dict[str, Any]]:
    """Rows of stock with so much more of a pair, of no lot, or so much less, the oldest first, and never below nothing."""
    found = []
    mine = [r for r in rows if (r["holder"], r["item"]) == pair and r["condition"] in (None, "serviceable")]
    others = [r for r in rows if r not in mine]
    if more > 0:
        free = [r for r in mine if r["lot"] is None]
        base: dict[str, Any] = free[0] if free else {"holder": pair[0], "item": pair[1], "quantity": 0.0}
        found = [r for r in mine if r is not base] + [{**base, **SAID, "quantity": base["quantity"] + more}]
        return [*others, *found]
    for r in sorted(mine, key=lambda r: str(r["lot"] or "")):
        off = min(r["quantity"], -more)
        more += off
        found.append({**r, **SAID, "quantity": r["quantity"] - off} if off else r)
    return [*others, *found]


def stands_since(documents: Iterable[Booked], counts: Iterable[Counted], day: str) -> dict[Pair, tuple[str, float]]:
    """By holder and item the last month up to which what was opened or counted says what was there, and the difference that
    nothing explains then. A count or an opening on the last day of a month tells of the month, another of the one before.
    """
    every = list(documents)
    back, names = {(b.nation, b.reverses) for b in every if b.reverses}, names_by_book(every)
    said: dict[Pair, tuple[str, float]] = {}
    for b in every:
        if b.kind == "opening" and b.day <= day and (b.nation, b.key) not in back:
            for line in b.document.lines:
                pair = (line.holder or b.nation, names.get(b.nation, NONE).of("item", line.item, LAST))
                said[pair] = max(said.get(pair, ("", 0.0)), (b.day, 0.0))
    for c in counts:
        if c.day <= day:
            pair = (c.account.holder, names.get(c.nation, NONE).of("item", c.account.item, LAST))
            before = said.get(pair, ("", 0.0))
            difference = c.difference if c.account.condition == "serviceable" else 0
            if c.day == before[0]:
                said[pair] = (c.day, before[1] + difference)
            elif c.day > before[0]:
                said[pair] = (c.day, float(difference))
    return {pair: (_month_of(when), difference) for pair, (when, difference) in said.items()}


def _month_of(day: str) -> str:
    """The last month that is over at the end of a day."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return month_text(month_number(f"{after:%Y-%m}") - 1)
