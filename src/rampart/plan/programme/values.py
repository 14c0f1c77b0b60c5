"""Values of a solved programme: how much of everything, in plain units."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rampart.case.calendar import month_text
from rampart.network.lags import Floats
from rampart.network.lots import opening_stock
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme

ZERO = 1e-6  # scaled solver units below which a value is the solver's noise
FILLED = 1e-4  # share of a requirement that may be missing where it counts as met


class Values:
    """Values of every family in plain units, shape (keys, nodes), and what follows from them.

    columns  level of every solver column, scaled
    played   systems of each fleet available when all is played through, shape (fleets, periods); none where unknown
    """

    def __init__(self, programme: Programme, layout: Layout, columns: Floats) -> None:
        self.programme, self.layout, self.columns = programme, layout, columns
        self.network, self.tree, self.case = programme.network, programme.tree, programme.case
        self.played: Floats | None = None
        self.months = [month_text(int(m)) for m in self.tree.first_month]

    @cached_property
    def by_family(self) -> dict[str, Floats]:
        """Value of each family of variables in plain units."""
        result = {}
        for name, family in self.programme.families.items():
            values = np.zeros(family.labels.shape)
            live = family.labels >= 0
            values[live] = self.columns[family.labels[live]]
            values[np.abs(values) < ZERO] = 0.0
            result[name] = np.maximum(values, 0.0) * family.scale[:, None]
        return result

    def __getitem__(self, family: str) -> Floats:
        return self.by_family[family]

    @cached_property
    def stock_flows(self) -> dict[str, Floats]:
        """What goes in and out of every pair, by kind, minus goes out, shape (pairs, nodes)."""
        flows = self.programme.balance("stock", self.network.pair_index, self.by_family)
        drawn = self.network.drawn[:, self.tree.period]
        if drawn.any():
            flows["consumed"] = flows.get("consumed", 0.0) - (drawn - self["unsupplied"])
        return flows

    @cached_property
    def opening(self) -> Floats:
        """Stock of each pair at the beginning of each node, shape (pairs, nodes)."""
        opening: Floats = self["stock"] @ self.tree.earlier.T
        opening[:, self.tree.parent < 0] = opening_stock(self.network)[:, None]
        return opening

    def first_filled(self, pair: int) -> int | None:
        """First node from which the requirement is met to the end; None where it is not, or none is asked."""
        asked = self.programme.requirement[pair]
        short = self["shortfall"][pair] > FILLED * asked
        if not (asked > 0).any() or short[-1]:
            return None
        last = np.flatnonzero(short)
        return int(last[-1]) + 1 if last.size else 0
