"""Decisions taken over from a plan: what each row of the table ``taken`` decides, in the keys of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from rampart.case.calendar import Calendar, month_number
from rampart.network.keys import Contract, Expansion, Key, Lane, LaterContract, Package, Purchase, Shop

Row = Mapping[str, Any]

DECIDED: Mapping[str, tuple[str, Callable[[Row], Key]]] = {
    "order": ("order", lambda r: ordered(r)),
    "expansion": ("expand", lambda r: Expansion(r["expansion"] or "")),
    "purchase": ("buy", lambda r: Purchase(r["offer"] or "", r["buyer"] or "")),
    "transfer": ("send", lambda r: Lane(r["origin"] or "", r["destination"] or "", r["item"] or "")),
    "spares": ("spares", lambda r: Package(r["site"] or "", r["payer"] or "")),
    "bays": ("bays", lambda r: Shop(r["shop"] or "")),
}
"""Family of variables that each kind of decision is one of, and its key there."""


def ordered(row: Row) -> Key:
    """Key of an order."""
    contract = Contract(row["line"] or "", row["contract"] or "")
    return LaterContract(*contract, f"+{row['later']}") if row["later"] else contract


class Taken(NamedTuple):
    """What was decided in a period: ``firm`` stands, of the whole ``quantity``."""

    kind: str
    family: str
    key: Key
    period: int
    quantity: float
    firm: float


def decisions_taken(rows: Iterable[Row], calendar: Calendar) -> list[Taken]:
    """Decisions of the table ``taken`` by kind, key and period, sorted; rows outside the horizon are left out."""
    sums: dict[tuple[str, Key, int], tuple[float, float]] = {}
    for r in rows:
        period = calendar.period(month_number(r["month"]))
        if period is None or not r["quantity"]:
            continue
        at = (r["kind"], DECIDED[r["kind"]][1](r), period)
        quantity, firm = sums.get(at, (0.0, 0.0))
        sums[at] = quantity + r["quantity"], firm + (r["quantity"] if r["firm"] else 0.0)
    return [Taken(kind, DECIDED[kind][0], key, period, *sums[kind, key, period]) for kind, key, period in sorted(sums)]
