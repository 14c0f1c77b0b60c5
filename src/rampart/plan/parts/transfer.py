"""Transfers: what is sent from one holder to another.

    route   send[r,t] <= capacity[r] D[t]

r         route and item: origin, destination and item
send      units sent at node t, first to last, where some of it arrives within the horizon
capacity  units a month (``routes.capacity``); D[t] months of t

Decisions due now (``settings.decide_now``) come in whole multiples where the item has one (``items.multiple``).
It leaves at once and arrives after the time on the way (``network.accounts``); the origin pays for the transport. Source:
the routes of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, transfer_postings
from rampart.network.keys import Way
from rampart.network.lags import first_effect
from rampart.network.limits import Limit, way_limits
from rampart.network.payments import Flow, transfer_flows
from rampart.plan.parts.part import Decision, Part, Weight, first_year
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Transfers(Part):
    """What is sent, from whom to whom."""

    name = "transfer"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``send``: units by origin, destination and item, where some of it arrives within the horizon."""
        routes, last = p.network.routes, p.network.calendar.last
        arrives = [p.tree.first_month + first_effect(0, r.months) <= last for r in routes]
        yield FamilySpec(
            "send", [r.key for r in routes], "decision",
            exists=np.array(arrives, dtype=bool).reshape(-1, len(p.tree)), **p.whole_amounts(r.item for r in routes),
            prefer=(np.array([r.cost for r in routes], dtype=float), np.array([r.months for r in routes], dtype=float)),
            worth=p.price_of(r.item for r in routes), tie=1.0, called=lambda key: Way(key[0], key[1]),
            ships=True,
        )  # fmt: skip

    def postings(self, p: Programme) -> Iterable[Posting]:
        """Out of one stock, into another, and towards a pledge."""
        return transfer_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """The origin pays at once."""
        for r in p.network.routes:
            yield from transfer_flows(r, len(p.tree), p.unit)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``route``."""
        send, routes = p["send"], p.network.routes
        lanes = {lane: n for n, lane in enumerate(dict.fromkeys(r.lane for r in routes))}
        at = np.array([lanes[r.lane] for r in routes], dtype=np.int64)
        of = np.array([next(n for n, k in enumerate(at) if k == row) for row in lanes.values()], dtype=np.int64)
        capacity = np.array([routes[n].capacity for n in of]).reshape(-1, 1)
        rows = Rows(p.tree, "route", list(lanes), scale=send.scale[of]).add(send, row=at)
        yield rows.hold("<=", np.where(np.isfinite(capacity), capacity * p.tree.months, np.inf))

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its cost."""
        yield Weight("money", "send", np.array([r.cost for r in p.network.routes]).reshape(-1, 1) / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What a way carries, and how long it takes."""
        return way_limits(p.network)

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What to send now."""
        for n, r in enumerate(v.network.routes):
            quantity = float(v["send"][n, 0])
            yield Decision(
                "transfer", r.origin, Way(r.origin, r.destination), r.item, r.destination, quantity,
                first_year(v, "send", n), quantity * r.cost / v.programme.unit, r.months, "send", n,
            )  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``transfers``."""
        rows: list[tuple[Any, ...]] = []
        for n, r in enumerate(v.network.routes):
            for node in np.flatnonzero(v["send"][n] > 0):
                quantity = float(v["send"][n, node])
                arrives = month_text(first_effect(int(v.tree.first_month[node]), r.months))
                rows.append((
                    r.origin, r.destination, r.item, int(v.tree.period[node]), v.months[node], arrives, quantity,
                    quantity * r.cost / v.programme.unit,
                ))  # fmt: skip
        return {"transfers": frame("plan", "transfers", rows)}
