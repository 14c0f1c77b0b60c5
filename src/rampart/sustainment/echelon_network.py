"""Sites, parts and what flows between them: the demand for every part at every site.

Sites form trees (each draws on one supplier), parts a breakdown (a system holds LRUs, an LRU holds SRUs, ...).
Arrays run over P parts and S sites.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Counts = NDArray[Any]
"""Whole numbers of which there are millions: four bytes each."""


@dataclass(frozen=True)
class Network:
    """What is known of a supply and repair system. Days and units per day throughout, or any one unit of time.

    supplier     (S,) index of the site each site draws on, -1 for a site that draws on none
    demand       (P, S) removals from systems at the site, units/day
    repaired     (P, S) share of removals repaired at the site
    condemned    (P, S) share thrown away at the site; the rest goes to the supplier. At a site without a
                 supplier the rest is condemned too
    turnaround   (P, S) repair time at the site with the way there, days
    order_ship   (P, S) transport from the supplier, days
    replacement  (P,) lead time of a replacement for a condemned unit, days
    parent, child, share   (L,) part indices: the repair of the parent needs the child with this probability
    spread       (P, S) variance-to-mean ratio of the demand; one for Poisson
    in_repair    mean and variance (P, S) of units in finite shops, in place of ``rate x repaired x turnaround``
    """

    supplier: Whole
    demand: Floats
    repaired: Floats
    condemned: Floats
    turnaround: Floats
    order_ship: Floats
    replacement: Floats
    parent: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    child: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    share: Floats = field(default_factory=lambda: np.zeros(0))
    spread: Floats | None = None
    in_repair: tuple[Floats, Floats] | None = None

    @property
    def parts(self) -> int:
        """Number of parts P."""
        return int(self.demand.shape[0])

    @property
    def sites(self) -> int:
        """Number of sites S."""
        return int(self.demand.shape[1])

    @cached_property
    def downwards(self) -> tuple[int, ...]:
        """Sites, suppliers before those they supply. Raises ValueError where sites supply each other in a ring."""
        order: list[int] = []
        left = set(range(self.sites))
        while left:
            ready = [s for s in sorted(left) if self.supplier[s] < 0 or int(self.supplier[s]) not in left]
            if not ready:
                raise ValueError(f"sites {sorted(left)} supply each other in a ring")
            order += ready
            left -= set(ready)
        return tuple(order)

    @cached_property
    def levels(self) -> tuple[Whole, ...]:
        """Parts by indenture: systems' own parts first. A part lies below the deepest of its parents."""
        depth = np.zeros(self.parts, np.int64)
        for _ in range(self.parts + 1):
            below = depth.copy()
            np.maximum.at(below, self.child, depth[self.parent] + 1)
            if np.array_equal(below, depth):
                return tuple(np.flatnonzero(depth == d) for d in range(int(depth.max(initial=0)) + 1))
            depth = below
        raise ValueError("the breakdown of parts runs in a ring")

    @cached_property
    def lost(self) -> Floats:
        """Share condemned (P, S), the rest of a site without a supplier included."""
        top = self.supplier < 0
        return np.where(top[None, :], 1.0 - self.repaired, self.condemned)

    @cached_property
    def upwards(self) -> Floats:
        """Share sent to the supplier (P, S)."""
        return np.maximum(1.0 - self.repaired - self.lost, 0.0)

    @cached_property
    def rate(self) -> Floats:
        """Demand for every part at every site (P, S), units/day.

        m[i,n] = demand[i,n] + sum over sites c below of m[i,c] upwards[i,c]
                 + sum over parents p of m[p,n] repaired[p,n] share[i|p]
        """
        m = self.demand.astype(float).copy()
        for d, level in enumerate(self.levels):
            if d:
                chosen = np.isin(self.child, level)
                p, c, q = self.parent[chosen], self.child[chosen], self.share[chosen]
                np.add.at(m, c, m[p] * self.repaired[p] * q[:, None])
            for site in reversed(self.downwards):
                if self.supplier[site] >= 0:
                    m[level, self.supplier[site]] += m[level, site] * self.upwards[level, site]
        return m


def ratio(part: Floats, whole: Floats) -> Floats:
    """Part / whole, zero where the whole is."""
    return np.asarray(np.divide(part, whole, out=np.zeros_like(np.asarray(part, float)), where=np.asarray(whole) > 0))
