"""Agreed departures: what leaves a holder's stock for others outside the plan, before every objective.

    agreed   hand over[a,t] + withheld[a,t] = agreed[a,t]

a          holder, item and destination; t node, first to last
hand over  units that leave the stock at t, and the plan with it
withheld   units that stock does not allow, at most agreed: a hard rule that gives way, held down before every objective
agreed     units: ``agreed.quantity`` of the months of t

The holder pays for the transport at once. Source: the agreements of the case.
"""

from __future__ import annotations

from collections.abc import Iterable

from rampart.network.accounts import Posting, agreed_postings
from rampart.network.keys import Pair
from rampart.network.payments import KINDS, Flow
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows


class Agreements(Part):
    """What leaves as agreed."""

    name = "agreed"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``hand over`` and ``withheld``."""
        keys, quantity = p.network.agreed, p.network.agreed_by_period[0][:, p.tree.period]
        scale = p.scale_of(a.item for a in keys)
        yield FamilySpec("hand over", keys, "flow", exists=quantity > 0, scale=scale)
        yield FamilySpec("withheld", keys, "slack", exists=quantity > 0, upper=quantity, scale=scale)

    def postings(self, p: Programme) -> Iterable[Posting]:
        """It leaves the stock."""
        return agreed_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """The holder pays at once."""
        cost = p.network.agreed_by_period[1][:, p.tree.period] / p.unit
        for a, each in zip(p.network.agreed, cost, strict=True):
            yield from (Flow("hand over", a, a.holder, "transport", kind, each, 0.0) for kind in KINDS)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``agreed``."""
        out, withheld = p["hand over"], p["withheld"]
        quantity = p.network.agreed_by_period[0][:, p.tree.period]
        yield Rows(p.tree, "agreed", out.keys, scale=out.scale).add(out).add(withheld).hold("==", quantity)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """What is withheld breaks a rule; transport costs money."""
        quantity, cost = p.network.agreed_by_period
        yield Weight("rules", "withheld", share(1.0, quantity[:, p.tree.period]))
        yield Weight("money", "hand over", cost[:, p.tree.period] / p.unit)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A departure that stock did not allow."""
        yield Rule("withheld", "agreed", lambda key: (Pair(key[0], key[1]), key[1]))
