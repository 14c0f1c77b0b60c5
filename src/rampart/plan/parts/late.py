"""Orders in hand that are late: their line cannot make in time what a plan before ordered of it.

    late   overdue[k,t] - overdue[k,t-1] - held back[k,t] + made up[k,t] = 0

k          orders in hand: line, buyer, whose stock receives (``network.beyond_line``)
t          node, first to last
held back  units due in t that do not come; at most what is in hand beyond what the line makes of itself, so that nothing is
           held back for the sake of new orders
made up    units held back before that come in t, on what the line then makes
overdue    units due so far that have not come

The contract stands: the rules pass holds down what is held back and how long, so that works on which an order relies are
taken where they can be, and what gives way is told. Components and resources were drawn when they should have been. What was
due on delivery is paid when it comes, at the mean of what is due on the orders of k. Source: an order in hand is no output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, late_postings
from rampart.network.beyond_line import in_hand
from rampart.network.keys import Key, Line
from rampart.network.lags import Floats
from rampart.network.payments import Flow
from rampart.plan.parts.line import most_late
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class LateOrders(Part):
    """What of orders in hand comes late."""

    name = "late"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``held back``, ``made up`` and ``overdue``."""
        keys, n = list(in_hand(p.network)), p.network
        most = np.array([np.minimum(most_late(p, n.line_index[k.line]), due(p)[k]) for k in keys])
        most = most.reshape(len(keys), len(p.tree))
        so_far = (p.tree.so_far @ most.T).T
        scale = p.scale_of(n.lines[k.line]["item"] for k in keys)
        yield FamilySpec("held back", keys, "slack", exists=most > 0, upper=most, scale=scale, tie=1.0)
        yield FamilySpec("made up", keys, "flow", exists=so_far > most, scale=scale)
        yield FamilySpec("overdue", keys, "slack", exists=so_far > 0, scale=scale)

    def postings(self, p: Programme) -> Iterable[Posting]:
        """Stock, capacity and compensation, now and when it is made up."""
        return late_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """What is due on delivery."""
        for key, rows in in_hand(p.network).items():
            if all(r["due"] is not None for r in rows):
                each = (
                    sum(r["due"] * r["quantity"] for r in rows) / max(1e-9, sum(r["quantity"] for r in rows)) / p.unit
                )
                for family, sign in (("held back", -1.0), ("made up", 1.0)):
                    amount = np.full(len(p.tree), sign * each)
                    yield Flow(family, key, key.buyer, "placed", "payments", amount, 0.0)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``late``."""
        overdue = p["overdue"]
        rows = Rows(p.tree, "late", overdue.keys, scale=overdue.scale).add(overdue)
        rows.add(overdue, p.tree.earlier, factor=-1.0).add(p["held back"], factor=-1.0).add(p["made up"])
        yield rows.hold("==", 0.0)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """What is held back, and for how long."""
        whole = np.array([due(p)[key].sum() for key in p["overdue"].keys]).reshape(-1, 1)
        yield Weight("rules", "held back", share(1.0, whole))
        yield Weight("rules", "overdue", share(p.tree.months[None, :], whole))

    def rules(self, p: Programme) -> Iterable[Rule]:
        """An order in hand that its line cannot make in time, named by the line where that has no others."""
        of_line = Counter(key.line for key in in_hand(p.network))

        def named(key: Key) -> tuple[Key, str]:
            return (Line(key[0]) if of_line[key[0]] == 1 else key), p.network.lines[key[0]]["item"]

        yield Rule("held back", "late", named)

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``late``: what is held back, made up and overdue."""
        rows: list[tuple[Any, ...]] = []
        for n, key in enumerate(v.programme["overdue"].keys):
            amounts = [v[family][n] for family in ("held back", "made up", "overdue")]
            for node in np.flatnonzero(np.any(amounts, axis=0)):
                item = v.network.lines[key[0]]["item"]
                figures = (float(of[node]) for of in amounts)
                rows.append((*key, item, int(v.tree.period[node]), v.months[node], *figures))
        return {"late": frame("plan", "late", rows)}


def due(p: Programme) -> dict[Any, Floats]:
    """Units of each order in hand that are due at each node, shape (nodes,)."""
    found: dict[Any, Floats] = {}
    for key, rows in in_hand(p.network).items():
        by = np.zeros(len(p.network.calendar))
        for r in rows:
            by[p.network.calendar.period(r["number"])] += r["quantity"]
        found[key] = by[p.tree.period]
    return found
