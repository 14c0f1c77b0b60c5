"""What nations decide themselves in a plan of the whole case, as rows of ``taken`` for a case of their own: intended, not firm.

They may change all of it. That it is known has two uses: what the plan has used of the rooms of a case is not given a second
time, and where no objective gains by a change there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.case.tables import Case
from rampart.network.keys import Expansion, Key, Lane, Purchase
from rampart.network.lags import Floats
from rampart.network.network import Network
from rampart.network.taken import decisions_taken
from rampart.network.ways import Row

NOTHING = 1e-9
"""Units below which nothing is decided."""
NOTE = "Decided in the plan of the whole case."

Decided = Mapping[str, Mapping[Key, Floats]]


def intended(case: Case, network: Network, planned: Collection[str], decided: Decided) -> Iterator[Row]:
    """Orders on their lines that come to one of them, expansions of their lines, their purchases, what they send each other.

    decided  what the plan decides, by family and key, shape (periods,) each

    What is firm in the case itself stands there already: nothing is said of it in that period beside it.
    """
    taken = decisions_taken((r for r in network.rows("taken") if r["firm"]), case.calendar)
    firm = {(t.family, t.key, t.period) for t in taken}
    lines = {code for code, row in network.lines.items() if row["nation"] in planned}

    def each(family: str, key: Key, kind: str, **said: Any) -> Iterator[Row]:
        amounts = decided.get(family, {}).get(key, np.zeros(0)).tolist()
        for period, quantity in enumerate(amounts):
            if quantity > NOTHING and (family, key, period) not in firm:
                yield of_month(kind, month_text(case.calendar.starts[period]), quantity, **said)

    for c in network.channels:
        if c.line in lines and c.ship_to in planned:
            yield from each(
                "order", c.key, "order", line=c.line, contract=c.contract.contract or None, later=c.later or None
            )
    for e in network.expansions:
        if e["line"] in lines:
            yield from each("expand", Expansion(e["expansion"]), "expansion", expansion=e["expansion"])
    for o in network.offers:
        if o.buyer in planned:
            yield from each("buy", Purchase(o.code, o.buyer), "purchase", offer=o.code, buyer=o.buyer)
    for r in network.routes:
        if {r.origin, r.destination} <= set(planned):
            way = Lane(r.origin, r.destination, r.item)
            yield from each("send", way, "transfer", origin=r.origin, destination=r.destination, item=r.item)


def of_month(kind: str, month: str, quantity: float, **said: Any) -> Row:
    """A row of ``taken`` that is intended."""
    return {"kind": kind, "month": month, "quantity": quantity, "firm": False, "note": NOTE} | said


def as_fixed(
    rows: Iterable[Row], contracts: Mapping[str, list[Row]], market: Mapping[str, tuple[str, list[Row]]]
) -> Iterator[Row]:
    """Those rows, with purchases of an offer that stands period by period by its codes there, and orders that others place."""
    split = {
        offer: {(r["buyer"], r["from"]): r["offer"] for r in rows if r["offer"] != offer}
        for offer, (_, rows) in market.items()
    }
    for row in rows:
        codes = split.get(row.get("offer", ""))
        yield row | {"offer": codes[row["buyer"], row["month"]]} if codes else row
    for here in contracts.values():
        for r in here[1:]:
            said = {name: r[name] for name in ("line", "contract", "later")}
            yield of_month("order", r["from"], r["max_quantity"], **said)
