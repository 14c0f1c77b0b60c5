"""What units of a need are worth, by demand and period, in one regime.

    worth of the y-th unit     each[g,t] w(y)     each[g,t] = a[i] mean over m of d[m] weight[g,m]

g, t    demand (of item i) and period; m the months of t in which something is needed, so that how much is needed in which
        of them changes no worth
a, d    worth of a unit of the item and of a month (``requirements.worth``); by urgency where no row names a regime
weight  ``demand.weight`` in force in the month
w       falls from level to level of the need, else 1 up to it (``requirements.levels``)

Worth is in money units of the case; where every item counts 1, in units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rampart.case.timelines import by_period
from rampart.network.lags import Booleans, Floats
from rampart.network.network import Network
from rampart.network.units_of_worth import IN_MONEY, IN_UNITS
from rampart.requirements.falling_worth import Falling
from rampart.requirements.levels import Level, Levels, curve, levels_of
from rampart.requirements.worth import urgency_of_months, without_worth, worth_of_items, worth_of_months


class NeedThen(NamedTuple):
    """Need of one demand in one period: units, worth of the first, months in which it is asked for, and its levels."""

    need: float
    each: float
    asked: float
    levels: tuple[tuple[str, Level], ...]

    def curve(self) -> Falling:
        """Worth of the next unit by how many are served."""
        return curve(dict(self.levels), self.need, self.asked).times(self.each)


@dataclass(frozen=True)
class WorthOfNeed:
    """Need and worth of a unit by demand and period; ``asked`` counts the months in which anything is needed.

    need, each, asked  shape (demands, periods); ``each`` is that of the first unit
    levels             of each demand
    """

    need: Floats
    each: Floats
    asked: Floats
    levels: tuple[Levels, ...]

    def of(self, demand: int, period: int) -> NeedThen:
        """Need of one demand in one period."""
        at = demand, period
        return NeedThen(float(self.need[at]), float(self.each[at]), float(self.asked[at]), self._levels[demand])

    def curve(self, demand: int, period: int) -> Falling:
        """Worth of the next unit by how many are served."""
        return self.of(demand, period).curve()

    @cached_property
    def _levels(self) -> list[tuple[tuple[str, Level], ...]]:
        return [tuple(levels.items()) for levels in self.levels]


def worth_of_need(network: Network, regime: str | None = None, *, branches: bool = False) -> WorthOfNeed:
    """Need and its worth in a regime (default: the present one); ``branches``: on those of a war (``worth_of_months``)."""
    case, calendar, keys = network.case, network.calendar, network.demands
    monthly = np.nan_to_num(network.demand_monthly("need", regime))
    weight = _carried(network.demand_monthly("weight", regime))
    believed = worth_of_months(case, branches=branches)
    factor = weight * np.where(_hangs_on_regimes(network)[:, None], believed, urgency_of_months(case))
    asks, lengths = (monthly > 0).astype(float), np.asarray(calendar.lengths, dtype=float)
    asked, mean = by_period(calendar, asks), by_period(calendar, factor) / lengths
    of_months = np.divide(by_period(calendar, asks * factor), asked, out=mean, where=asked > 0)
    of_item = worth_of_items(case)
    each = of_months * np.array([of_item[key.item] for key in keys]).reshape(-1, 1) / worth_unit(network)
    levels = tuple({} if late else levels_of(case, key, regime) for key, late in zip(keys, network.late, strict=True))
    return WorthOfNeed(by_period(calendar, monthly), each, asked, levels)


def _hangs_on_regimes(network: Network) -> Booleans:
    """Which demands say something of a regime, shape (demands,); what is the same in all of them no belief concerns."""
    named = {(r["holder"], r["item"], r["purpose"]) for r in network.rows("demand") if r["regime"] is not None}
    return np.array([tuple(key) in named for key in network.demands], dtype=bool)


def worth_of_owed(network: Network, items: Iterable[str], *, branches: bool = False) -> Floats:
    """What a unit that is owed is worth in each period, the mean over its months, by item, shape (items, periods)."""
    calendar, of_item = network.calendar, worth_of_items(network.case)
    monthly = by_period(calendar, worth_of_months(network.case, branches=branches)[None, :])
    mean = monthly / np.asarray(calendar.lengths, dtype=float)
    each: Floats = np.array([of_item[item] for item in items], dtype=float).reshape(-1, 1)
    found: Floats = mean * each / worth_unit(network)
    return found


def worth_unit(network: Network) -> float:
    """What worth is divided by: currency in a money unit, or 1 where every item counts 1."""
    return 1.0 if without_worth(network.case) else network.case.money_unit


def counted_in(network: Network) -> str:
    """What worth is counted in."""
    return IN_UNITS if without_worth(network.case) else IN_MONEY


def _carried(monthly: Floats) -> Floats:
    """Values with the last one before carried into months without, and 0 before the first: what is due stays due."""
    found = monthly.copy()
    for m in range(1, found.shape[1] if found.size else 0):
        found[:, m] = np.where(np.isnan(found[:, m]), found[:, m - 1], found[:, m])
    return np.nan_to_num(found)
