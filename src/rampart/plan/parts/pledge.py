"""Pledges: what is owed until it has arrived.

    pledge   owed[k,t] + sum over u up to t, s of H[r,u,s] send[r,s] >= pledged[k,t]

k        donor, recipient and item; r the routes from donor to recipient that carry it; s node of sending
t        node, first to last, at which something is pledged so far
owed     units, at most pledged
H        share that arrives at u (``network.accounts``)
pledged  units pledged so far, by the end of t

The objective counts lost worth: of a unit owed a twelfth of a d for each month (``requirements.worth``), so that a unit a
year late counts as one that never comes. Source: rows of ``deliveries`` with status pledged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.lags import Floats
from rampart.network.limits import Limit, pledge_limits
from rampart.network.worth_of_need import worth_of_owed
from rampart.plan.parts.part import Part, Short, Shortage, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Pledges(Part):
    """What was pledged and has not arrived."""

    name = "pledge"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``owed``: units, at most what is pledged so far."""
        pledges, due = p.network.pledges, pledged(p)
        yield FamilySpec("owed", pledges, "slack", exists=due > 0, upper=due, scale=p.scale_of(k.item for k in pledges))

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``pledge``."""
        owed, due = p["owed"], pledged(p)
        rows = Rows(p.tree, "pledge", owed.keys, scale=owed.scale).add(owed)
        for posting in p.account("pledge"):
            arrived = p.tree.so_far @ p.tree.effect(posting.lag)
            family = p.families[posting.family]
            key, row = np.array([family.index[posting.of]]), np.array([owed.index[posting.at]])
            rows.add(family, arrived, key=key, row=row, factor=posting.per_unit)
        yield rows.hold(">=", due, where=due > 0)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Worth of what is owed."""
        each, tree = worth_of_owed(p.network, (key.item for key in p.network.pledges), branches=p.branches), p.tree
        yield Weight("pledges", "owed", tree.months / 12.0 * each[:, tree.period])

    def plainly(self, p: Programme) -> Iterable[Weight]:
        """Months of a full pledge owed."""
        last = p.network.pledged[:, -1:] if p.network.pledges else np.zeros((0, 1))
        yield Weight("pledges", "owed", p.tree.months * share(1.0, last))

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What is pledged."""
        return pledge_limits(p.network)

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """The donor is short of what it owes."""
        yield Shortage("owed", "pledge", ("pledges",), lambda key: Short("pledges", key[0], key[2]))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``pledges``: pledged, arrived and owed so far, at the nodes at which something is pledged."""
        due = pledged(v.programme)
        received = v.programme.balance("pledge", v.network.pledge_index, v.by_family)
        arrived = sum(received.values(), np.zeros(due.shape)) @ v.tree.so_far.T
        rows: list[tuple[Any, ...]] = []
        for n, key in enumerate(v.network.pledges):
            for node in np.flatnonzero(due[n] > 0):
                rows.append((
                    *key, int(v.tree.period[node]), v.months[node], float(due[n, node]), float(arrived[n, node]),
                    float(v["owed"][n, node]),
                ))  # fmt: skip
        return {"pledges": frame("plan", "pledges", rows)}


def pledged(p: Programme) -> Floats:
    """Pledged quantity due so far at each node, shape (pledges, nodes)."""
    return p.network.pledged[:, p.tree.period]
