"""Resources that lines share: hours of a hall, of a test range, of a workforce.

    resource use  use[k,t] = sum over s up to t of (T[c,k,t,s] order[c,s] + T[e,k,t,s] expand[e,s]) + q[l,k] active[l,t]
    resource      use[k,t] + placed[k,t] <= capacity[k,t] + over resource[k,t]

k            resource; t node, first to last; s node of decision
use          in the unit of the resource, as T, q and capacity
T            what a unit of an order or an expansion takes of k at t, so long before it is delivered or ready; q what a set-up
             takes at once (table ``uses``, by ``network.accounts``)
placed       units that placed orders draw of k in t (``orders.inputs``, ``network.placed``)
over resource   what placed orders alone take beyond the capacity, which the rules pass holds down and tells
capacity     sum over the months of t: ``resources.capacity``; a blank month: none stated

Source: bills of resources, as in capacity requirements planning.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rampart.network.keys import Resource
from rampart.network.limits import Limit, resource_limits
from rampart.network.resources import resource_numbers
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows


class Resources(Part):
    """How much of each shared resource is used."""

    name = "resource"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``use`` and ``over resource``."""
        keys = [Resource(code) for code in p.network.resources]
        yield FamilySpec("use", keys, "level")
        beyond = (p.network.drawn_resources - resource_numbers(p.network)[0])[:, p.tree.period]
        yield FamilySpec("over resource", keys, "slack", exists=beyond > 1e-9, upper=np.maximum(beyond, 0.0))

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``resource use`` and ``resource``."""
        use = p["use"]
        needed = Rows(p.tree, "resource use", use.keys, scale=use.scale)
        needed.add_postings(p.account("resource"), p.families, use.index, factor=-1.0)
        yield needed.add(use, factor=-1.0).hold("==", 0.0)
        capacity, _ = resource_numbers(p.network)
        room = (capacity - p.network.drawn_resources)[:, p.tree.period]
        rows = Rows(p.tree, "resource", use.keys, scale=use.scale).add(use).add(p["over resource"], factor=-1.0)
        yield rows.hold("<=", room)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its cost; what placed orders take beyond the capacity."""
        capacity, cost = resource_numbers(p.network)
        yield Weight("rules", "over resource", 1.0 / np.maximum(capacity, 1.0)[:, p.tree.period])
        yield Weight("money", "use", cost[:, p.tree.period] / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What there is of a resource."""
        return resource_limits(p.network)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A resource of which placed orders alone take more than there is."""
        yield Rule("over resource", "resource", lambda key: (key, None))
