"""Compensation: what is owed to a donor until it is made good.

    backfill    due back[k,t] + placed[k,t] + sum over u up to t of (given back[k,u] + sum over s of (H[c,u,s] order[c,s]
                    + H[j,u,s] buy[j,s])) + sum over h of part[k,h] owed[h,t] >= due[k,t]
    given back  sum over u up to t of given back[k,u] <= sum over u up to t, s of H[r,u,s] send[r,s]
    own means   sum over k of b, u up to t of given back[k,u] <= opening[b] + sum over u up to t of (placed[b,u]
                    + sum over s of H[c,u,s] order[c,s] + H[j,u,s] buy[j,s])

k            nation that owes, donor and item; b the nation and item of k; r the route from the nation to the donor
t            node, first to last, at which something is due so far; s node of decision
due back     units owed to the donor at the end of t, at most due
order, buy   c over contracts that the nation pays for, or buys over where the payer owes nothing, and the donor receives; j
             offers, where the donor owes itself
placed[k,t]  units of placed orders that the nation bought and the donor has received by the end of t
given back   units of what the nation sent to the donor that count: no more than arrived, and no more than the nation had of
             its own, or what goes to and fro would count each time
owed         units of the pledge h that have not arrived (``plan.parts.pledge``); what was not given is not owed back.
             part: share of the pledge that k makes good; 0 where pledges do not come before compensation
due          units to be made good so far: ``deliveries.backfill_quantity``, or the quantity given
opening, placed[b,u]   stock at the start, and placed orders that arrive at b, but for what another sends; c and j those of
             the nation for itself
H            share that arrives at u (``network.accounts``)

The objective counts what is owed back, at the worth of the item and of the month, times years (``network.worth_of_need``).
Source: rows of ``deliveries`` with ``backfill_due`` and ``backfill_by``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.keys import Backfill, Key, Pair, Pledge, number
from rampart.network.lags import Booleans, Floats
from rampart.network.lots import opening_stock
from rampart.network.worth_of_need import worth_of_owed
from rampart.plan.parts.part import Part, Short, Shortage, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values
from rampart.requirements.backfill import due_of_pledges, of_pledges

if TYPE_CHECKING:
    import polars as pl


class Backfills(Part):
    """What donors have given and nobody has made good."""

    name = "backfill"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``due back``: units, at most what is due so far; ``given back`` where a route leads to the donor."""
        owed, due = p.network.backfills, due_back(p)
        scale = p.scale_of(k.item for k in owed)
        yield FamilySpec("due back", owed, "slack", exists=due > 0, upper=due, scale=scale)
        by_route = {Backfill(r.origin, r.destination, r.item) for r in p.network.routes}
        sent = [k for k in owed if k in by_route]
        yield FamilySpec("given back", sent, "level", scale=p.scale_of(k.item for k in sent))

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``backfill``, ``given back`` and ``own means``."""
        back, given, tree = p["due back"], p["given back"], p.tree
        due, by_route = due_back(p), [posting for posting in p.account("backfill") if posting.family == "send"]
        direct = [posting for posting in p.account("backfill") if posting.family != "send"]
        rows = Rows(tree, "backfill", back.keys, scale=back.scale).add(back)
        rows.add_postings(direct, p.families, back.index, then=tree.so_far)
        rows.add(given, tree.so_far, row=np.array([back.index[k] for k in given.keys], dtype=np.int64))
        _less_what_was_not_given(p, rows)
        yield rows.hold(">=", due - placed(p), where=due > 0)
        rows = Rows(tree, "given back", given.keys, scale=given.scale).add(given, tree.so_far)
        yield rows.add_postings(by_route, p.families, given.index, factor=-1.0, then=tree.so_far).hold("<=", 0.0)
        yield _own_means(p)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Worth of what is owed back, as of pledges."""
        each, tree = worth_of_owed(p.network, (key.item for key in p.network.backfills), branches=p.branches), p.tree
        yield Weight("backfill", "due back", tree.months / 12.0 * each[:, tree.period])

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """The donor has not got back what it gave."""
        yield Shortage("due back", "backfill", ("backfill",), lambda key: Short("backfill", key[1], key[2]))

    def waits_for(self, p: Programme, rows: str, key: Key) -> Key | None:
        """The soonest way by which something could come to the donor."""
        ways = [posting for posting in p.account("backfill") if rows == "backfill" and posting.at == key]
        soonest = min(ways, key=lambda w: (w.lag.months, number(w.of, p.likeness), w.of), default=None)
        return None if soonest is None else p.families[soonest.family].called(soonest.of)

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``backfill``: due, arrived and still owed so far, at the nodes at which something is due."""
        p, due = v.programme, due_back(v.programme)
        received = p.balance("backfill", v.network.backfill_index, v.by_family)
        arrived = sum(received.values(), np.zeros(due.shape)) @ v.tree.so_far.T + placed(p)
        rows: list[tuple[Any, ...]] = []
        for n, key in enumerate(v.network.backfills):
            for node in np.flatnonzero(due[n] > 0):
                rows.append((
                    *key, int(v.tree.period[node]), v.months[node], float(due[n, node]), float(arrived[n, node]),
                    float(v["due back"][n, node]),
                ))  # fmt: skip
        return {"backfill": frame("plan", "backfill", rows)}


def due_back(p: Programme) -> Floats:
    """Quantity to be made good so far at each node, shape (backfills, nodes)."""
    return p.network.due_back[:, p.tree.period]


def placed(p: Programme) -> Floats:
    """Placed orders of the nation that owes which have come to the donor so far, shape (backfills, nodes)."""
    at = p.network.backfill_index
    come = np.zeros((len(at), len(p.network.calendar)))
    for r in p.network.placed:
        key = Backfill(r["buyer"], r["ship_to"], r["item"])
        if key in at:
            come[at[key], p.network.calendar.period(r["number"])] += r["quantity"]
    so_far: Floats = come.cumsum(axis=1)[:, p.tree.period]
    return so_far


def _pledges_first(p: Programme) -> bool:
    """Whether what is owed of pledges is settled before compensation: else it would be owed to be let off."""
    rank = {r["objective"]: r["rank"] for r in p.network.rows("priorities")}
    return "pledges" in rank and rank["pledges"] < rank.get("backfill", 0)


def _less_what_was_not_given(p: Programme, rows: Rows) -> None:
    """Add what has not arrived of the pledges that are to be made good, once that is due."""
    if not _pledges_first(p):
        return
    owed, keys = p["owed"], [tuple(k) for k in p.network.backfills]
    due: Booleans = (due_of_pledges(p.case, keys) > 0)[:, p.tree.period]  # type: ignore[arg-type]
    for row, parts in enumerate(of_pledges(p.case, keys).values()):  # type: ignore[arg-type]
        node = np.flatnonzero(due[row])
        for pledge, part in parts:
            at = np.full(node.size, owed.index[Pledge(*pledge)])
            here = np.full(node.size, row)
            rows.add_cells(owed, key=at, cause=node, row=here, effect=node, factor=np.full(node.size, part))


def _own_means(p: Programme) -> Rows:
    """What counts of what a nation sends is its own: its stock at the start, its orders and its purchases."""
    given, tree = p["given back"], p.tree
    means = sorted({Pair(k[0], k[2]) for k in given.keys})
    row_of: dict[Key, int] = {pair: n for n, pair in enumerate(means)}
    rows = Rows(tree, "own means", means, scale=p.scale_of(pair.item for pair in means))
    at = np.array([row_of[Pair(k[0], k[2])] for k in given.keys], dtype=np.int64)
    rows.add(given, tree.so_far, row=at)
    got = [posting for posting in p.account("stock") if posting.kind in ("made", "bought", "ordered")]
    rows.add_postings(got, p.families, row_of, factor=-1.0, then=tree.so_far)
    at = p.network.pair_positions(means)
    had = p.network.given_own[at][:, tree.period] @ tree.so_far.T
    return rows.hold("<=", had + opening_stock(p.network)[at][:, None])
