"""Give or keep: what is missing at home costs beside what is not served abroad.

    give or keep   stock[p,t] + sum over n of missing[p,n,t] >= if called[p,t]

p            holder and item whose requirement states the chance q[p] that it is called upon, each month
t            node, first to last, at which something must be held
missing      units missing in step n, 1 to N, each of if called[p,t]/N: what is missed first is missed at least cost
if called    units that a call asks for at the end of t: the requirement, where nothing else is stated
             (``rampart.requirements``)

With R what a call asks for and S the stock at home, a month costs q h a d (R - S)^2 / (2 R): of a call for any part of R,
each as likely, (R - S)^2 / (2 R) units are missing in the mean. It counts in the objective of need, beside the demands that
rank last there, in what worth is counted in: a[i] d the worth of a unit and of the month (``requirements.worth``), h worth at
home against abroad. In steps a twentieth of R wide the n-th unit-step costs q h a d (n - 1/2) / N a unit: exact at the ends
of the steps. Source: the mean of a uniform call, ordinary integration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rampart.case.timelines import by_period
from rampart.network.keys import Key, Missing, Pair
from rampart.network.lags import Floats
from rampart.network.worth_of_need import worth_unit
from rampart.plan.parts.part import Part, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.requirements.called_upon import called_upon
from rampart.requirements.falling_worth import Falling, steps
from rampart.requirements.worth import worth_of_items, worth_of_months

STEPS = steps([Falling.to_nothing(1.0)])
"""Steps of a requirement of one unit, and what a unit of each is worth to a holder that has all below it."""


class GiveOrKeep(Part):
    """Requirements that state the chance of being called upon, weighed beside need."""

    name = "give_or_keep"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``missing``: units by holder, item and step."""
        pairs = pairs_called_upon(p)
        keys = [Missing(*pair, n) for pair in pairs for n in range(STEPS.width.size)]
        # of what lies on the shelf the last unit is worth least, and is missed first
        most = (asked(p)[:, None, :] * STEPS.width[::-1][None, :, None]).reshape(len(keys), len(p.tree))
        yield FamilySpec(
            "missing", keys, "slack", exists=most > 0, upper=most,
            scale=p.scale_of(key.item for key in keys),
        )  # fmt: skip

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``give or keep``."""
        stock, missing, pairs = p["stock"], p["missing"], pairs_called_upon(p)
        rows = Rows(p.tree, "give or keep", pairs, scale=p.scale_of(pair.item for pair in pairs))
        rows.add(stock, key=p.network.pair_positions(pairs), row=np.arange(len(pairs)))
        rows.add(missing, row=np.repeat(np.arange(len(pairs)), STEPS.width.size))
        yield rows.hold(">=", asked(p), where=asked(p) > 0)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Worth of what is missing, by the chance that it is called upon."""
        chance = np.repeat(list(chances(p).values()), STEPS.width.size).reshape(-1, 1)
        yield Weight(weighed_in(p), "missing", chance * when_called(p), pair_of)


def weighed_in(p: Programme) -> str:
    """The pass in which what is missing at home counts: beside the need that ranks last."""
    return p.network.needs_by_rank["need"][-1]


def pair_of(key: Key) -> Pair:
    """The holder and item of a step, whose steps are one term."""
    return Pair(*key[:2])


def chances(p: Programme) -> Mapping[Pair, float]:
    """Chance a month of being called upon by holder and item, sorted."""
    found = called_upon(p.case)
    return {Pair(*pair): found[pair] for pair in sorted(found)}


def pairs_called_upon(p: Programme) -> list[Pair]:
    """Holders and items whose requirement states it."""
    return list(chances(p))


def asked(p: Programme) -> Floats:
    """What a call asks of them at each node, shape (pairs, nodes)."""
    found: Floats = p.if_called[p.network.pair_positions(pairs_called_upon(p))]
    return found


def when_called(p: Programme) -> Floats:
    """What a unit missing in each step costs over the months of a node in which it is called upon, shape (keys, nodes).

    In what worth is counted in; times the chance a month it is what the plan expects.
    """
    of_item, home = worth_of_items(p.case), float(p.case.settings["worth_at_home"] or 0.0)
    each = np.array([home * of_item[pair.item] / worth_unit(p.network) for pair in pairs_called_upon(p)])
    found: Floats = (each[:, None, None] * STEPS.worth[::-1][None, :, None] * discounted_months(p)).reshape(
        -1, len(p.tree)
    )
    return found


def discounted_months(p: Programme) -> Floats:
    """Months of each node, each by what it is worth beside the first, shape (nodes,)."""
    found: Floats = by_period(p.network.calendar, worth_of_months(p.case, branches=p.branches)[None, :])[0][
        p.tree.period
    ]
    return found
