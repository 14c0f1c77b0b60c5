"""What a case says of flows, month by month, laid out site by site: the steady things that a course is worked out with.

Arrays are (S, P): a row is a site, so that sites of one distance from the top are blocks of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Network, Whole, ratio
from rampart.sustainment.fleet import Support
from rampart.sustainment.shortfall import Cells
from rampart.sustainment.workshops import RepairTimes, times_of


class Sums:
    """Rows added up by the place that each goes to; those that go nowhere (-1) are left out."""

    def __init__(self, target: Whole, places: int) -> None:
        order = np.argsort(target, kind="stable")
        self.order = order[target[order] >= 0]
        self.places = places
        self.there, self.first = np.unique(target[self.order], return_index=True)
        self.alone = len(self.there) == len(self.order)  # every place takes one row

    def __call__(self, rows: Floats) -> Floats:
        """The sums (places, ...) of rows (n, ...)."""
        result = np.zeros((self.places, *rows.shape[1:]))
        if self.alone:
            result[self.there] = rows[self.order]
        elif len(self.order):
            result[self.there] = np.add.reduceat(rows[self.order], self.first, axis=0)
        return result


Block = Any
"""Index of some rows and columns of an array (S, P)."""


def block_of(sites: Whole, parts: Whole, of_parts: int) -> Block:
    """Index of sites and parts, (sites, parts): whole rows where they are all parts, which are quicker to reach."""
    if len(parts) < of_parts:
        return np.ix_(sites, parts)
    together = len(sites) and sites[-1] - sites[0] == len(sites) - 1
    return slice(int(sites[0]), int(sites[-1]) + 1) if together else sites


@dataclass(frozen=True, eq=False)
class Place:
    """A layer of sites and an indenture of parts: where they stand in arrays (S, P), and those of them that others draw on.

    drawn_on  in arrays (S, P); in_row the same in arrays of the sites alone that others draw on; none where there are none
    """

    here: Block
    drawn_on: Block | None
    in_row: Block | None


@dataclass(frozen=True, eq=False)
class Flows:
    """One month: shares of what comes to each site (S, P), and its cells grouped for the loss function."""

    repaired: Floats
    lost: Floats
    upwards: Floats
    stock: Floats
    blocks: tuple[tuple[Whole, Whole], ...]

    @cached_property
    def groups(self) -> tuple[tuple[Block, Cells], ...]:
        """Where each block stands in arrays (S, P), and its cells: a layer of sites and an indenture of parts."""
        places = [block_of(layer, level, self.stock.shape[1]) for layer, level in self.blocks]
        return tuple((at, Cells(self.stock[at].ravel())) for at in places)


@dataclass(frozen=True, eq=False)
class Supply:
    """A case's sites and parts as flows.

    above   (S,) supplier or -1; layers: sites by their distance from the top; levels: parts by indenture
    months  what holds in each month; equal months share one object
    """

    support: Support
    times: RepairTimes
    network: Network
    months: tuple[Flows, ...]

    @cached_property
    def layers(self) -> tuple[Whole, ...]:
        """Sites by their distance from the top, nearest first."""
        return _layers(self.support.supplier)

    @cached_property
    def gather(self) -> tuple[Sums, ...]:
        """For each layer what adds its rows to those of their suppliers, (S, ...)."""
        return tuple(Sums(self.support.supplier[layer], len(self.support.sites)) for layer in self.layers)

    @cached_property
    def suppliers(self) -> Whole:
        """Sites that others draw on."""
        return np.unique(self.support.supplier[self.support.supplier >= 0])

    @cached_property
    def places(self) -> tuple[tuple[Place, ...], ...]:
        """Of each level of parts, the layers of sites."""
        row_of = np.full(len(self.support.sites), -1, np.int64)
        row_of[self.suppliers] = np.arange(len(self.suppliers))

        def place(layer: Whole, level: Whole) -> Place:
            above = layer[row_of[layer] >= 0]
            here = block_of(layer, level, len(self.support.parts))
            if not len(above):
                return Place(here, None, None)
            return Place(here, np.ix_(above, level), np.ix_(row_of[above], level))

        return tuple(tuple(place(layer, level) for layer in self.layers) for level in self.network.levels)

    @cached_property
    def inside(self) -> tuple[Whole, ...]:
        """For each level of parts the links by which repairs of others ask for them."""
        return tuple(np.flatnonzero(np.isin(self.support.child, level)) for level in self.network.levels)

    @cached_property
    def holding(self) -> tuple[Whole, ...]:
        """For each level of parts the links by which they ask for others."""
        return tuple(np.flatnonzero(np.isin(self.support.parent, level)) for level in self.network.levels)

    @cached_property
    def fed(self) -> Whole:
        """Sites that have a supplier."""
        return np.flatnonzero(self.support.supplier >= 0)

    def requests(self, flows: Flows, demand: Floats, ended: Floats | None = None) -> Floats:
        """Requests (S, P) a day for every part at every site: removals, what comes from below, and what repairs draw.

        ended   (S, P) repairs that end a day and draw their own parts; by default as many as begin
        """
        s, asked = self.support, demand.copy()
        for depth, level in enumerate(self.network.levels):
            if depth:
                for link in self.inside[depth].tolist():
                    p = s.parent[link]
                    done = asked[:, p] * flows.repaired[:, p] if ended is None else ended[:, p]
                    asked[:, s.child[link]] += done * s.share[link]
            mine: NDArray[np.int64] | slice = slice(None) if len(self.network.levels) == 1 else level
            for layer, above in zip(reversed(self.layers[1:]), reversed(self.gather[1:]), strict=True):
                if isinstance(mine, slice):
                    asked += above(asked[layer] * flows.upwards[layer])
                else:
                    at = np.ix_(layer, mine)
                    asked[:, mine] += above(asked[at] * flows.upwards[at])
        return asked


def supply_of(s: Support) -> Supply:
    """The flows of a case."""
    times = times_of(s)
    zero = np.zeros((len(s.parts), len(s.sites)))
    network = Network(s.supplier, zero, zero, zero, zero, zero, np.zeros(len(s.parts)), s.parent, s.child, s.share)
    top = s.supplier < 0
    layers = _layers(s.supplier)
    months: list[Flows] = []
    blocks = tuple((layer, level) for level in reversed(network.levels) for layer in layers)
    for m in range(len(s.months)):
        if m and all(np.array_equal(a[m], a[m - 1]) for a in (times.repaired, s.condemned, s.stock)):
            months.append(months[-1])
            continue
        if m and s.repaired.strides[0] == 0:
            # Only the stock has changed; rows of a site lie together, as everything of a course does.
            repaired, lost, upwards = months[-1].repaired, months[-1].lost, months[-1].upwards
        else:
            repaired = np.ascontiguousarray(times.repaired[m].T)
            lost = np.ascontiguousarray(np.where(top[:, None], 1.0 - repaired, s.condemned[m].T))
            upwards = np.maximum(1.0 - repaired - lost, 0.0)
        stock = np.ascontiguousarray(np.floor(s.stock[m].T + 1e-9))
        months.append(Flows(repaired, lost, upwards, stock, blocks))
    return Supply(s, times, network, tuple(months))


def _layers(supplier: Whole) -> tuple[Whole, ...]:
    depth = np.zeros(len(supplier), np.int64)
    for _ in range(len(supplier)):
        depth = np.where(supplier >= 0, depth[supplier] + 1, 0)
    return tuple(np.flatnonzero(depth == d) for d in range(int(depth.max(initial=0)) + 1))


def shares_below(supply: Supply, flows: Flows, asked: Floats, ended: Floats | None = None) -> tuple[Floats, Floats]:
    """Share (S, P) of each site in what its supplier is asked for, and (L, S) of each parent in its child's requests."""
    s = supply.support
    up = share_sent(supply, flows, asked)
    if not len(s.parent):
        return up, np.zeros((0, len(s.sites)))
    done = asked * flows.repaired if ended is None else ended
    drawn = done[:, s.parent] * s.share[None, :]
    return up, ratio(drawn, asked[:, s.child]).T


def share_sent(supply: Supply, flows: Flows, asked: Floats) -> Floats:
    """Share (S, P) of each site in what its supplier is asked for."""
    up, fed = np.zeros_like(asked), supply.fed
    up[fed] = ratio(asked[fed] * flows.upwards[fed], asked[supply.support.supplier[fed]])
    return up
