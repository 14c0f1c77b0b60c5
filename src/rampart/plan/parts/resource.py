"""Resources that lines share: hours of a hall, of a test range, of a workforce.

    resource use  use[r,t] = sum of what orders, set-ups and expansions take of r, each so long before or after
    resource      use[r,t] <= capacity[r,t]

r   resource; t node, first to last; use in the unit of the resource; ``capacity`` of the case, blank of a month: none stated
What takes how much, and when, stands in ``network.accounts``. Source: bills of resources, as in capacity requirements
planning.
"""

from __future__ import annotations

from collections.abc import Iterable

from rampart.network.keys import Resource
from rampart.network.resources import resource_codes, resource_numbers
from rampart.plan.parts.part import Limit, Part, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows


class Resources(Part):
    """How much of each shared resource is used."""

    name = "resource"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``use``."""
        yield FamilySpec("use", [Resource(code) for code in resource_codes(p.network)], "level")

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``resource use`` and ``resource``."""
        use = p["use"]
        needed = Rows(p.tree, "resource use", use.keys, scale=use.scale)
        needed.add_postings(p.account("resource"), p.families, use.index, factor=-1.0)
        yield needed.add(use, factor=-1.0).hold("==", 0.0)
        capacity, _ = resource_numbers(p.network)
        yield Rows(p.tree, "resource", use.keys, scale=use.scale).add(use).hold("<=", capacity[:, p.tree.period])

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its cost."""
        _, cost = resource_numbers(p.network)
        yield Weight("money", "use", cost[:, p.tree.period] / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """A resource that is used up."""
        yield Limit("resource", "resource", monthly=True)
