"""What would relieve each shortage: kinds of limits first, then the objects inside those that matter, each solved again.

Kinds are loosened with all their objects at once, and capacity together with order time, which hold together, as a pair.
What is loosened alone (a need, a requirement or a higher objective that goes) is an object without a kind. An object is left
out only where nothing that its step changes is priced in the pass or an earlier one, or, priced in none earlier, where price
times step is below what is named already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.ranks import objective_of
from rampart.case.steps import without
from rampart.findings import CaseError
from rampart.network.keys import Key, Objective, Year, number, text
from rampart.network.keys import parts as parts_of
from rampart.network.lags import Floats
from rampart.network.limits import Limit
from rampart.plan.parts.part import Short, shortages_in_order
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.values import Values
from rampart.plan.reading.relief import Planned, Touched, pass_of, stepped, touched
from rampart.plan.solving.linear_passes import NotSolved, OutOfTime
from rampart.plan.solving.pass_solver import Stage
from rampart.plan.solving.solution import Solution
from rampart.results.reasons import (
    GONE,
    HELD_TOGETHER,
    KIND,
    OBJECT,
    PAIR,
    SHARE,
    TOGETHER,
    Relief,
    Shortages,
    Who,
    foremost,
    no_reasons,
    tables_of,
)

if TYPE_CHECKING:
    import polars as pl

LEAST = 1e-6
"""Units short, and share of a gain, below which there is none."""

TIME = "lead_time"
"""The kind that pairs have in common, whose new ways lead farthest: they start from where it stands."""

Watch = Callable[[int, int], None]
"""Told how many reliefs are worked out, and of how many that are known of."""


def limits_of(p: Programme) -> list[Limit]:
    """All limits of a plan: those of the parts, and the objectives that others may come after."""
    found = [limit for part in p.parts for limit in part.limits(p)]
    rows = sorted(p.network.rows("priorities"), key=lambda r: r["rank"])
    for row in rows[:-1]:
        name = row["objective"]
        gone = (without("priorities", {"objective": name}),)
        found.append(Limit("objective", Objective(name), gone, asks=name, alone=True))
    return found


def explain(
    v: Values, solution: Solution, *, objects: bool = True, watch: Watch | None = None
) -> dict[str, pl.DataFrame]:
    """``short``, ``reasons``, ``reasons_by_year`` and ``bottlenecks``; without shortages, and where the plan without a step
    cannot be worked out, they are empty.

    objects  also look at each object of the kinds that matter, and at what is asked elsewhere; else at kinds only, and only
             at what ranks before steady output
    """
    wanted = passes_short(v)
    if not objects:  # the quick way: what stands behind steady output takes longer than all before it
        before = list(takewhile(lambda each: not each.takes, v.programme.passes))
        wanted = [each.name for each in before if each.name in wanted]
    if not wanted:
        return no_reasons()
    try:
        found = Reliefs(v, wanted, watch, solution.solver.stages)
        return tables_of(found.shortages, [*found.of_kinds(), *(found.of_objects() if objects else [])])
    except (NotSolved, OutOfTime):
        return no_reasons()


def passes_short(v: Values) -> list[str]:
    """Passes at whose end something may be short, in their order."""
    p, found = v.programme, set()
    for shortage in shortages_in_order(p):
        for key, _, amount in shortage.amounts(p, v[shortage.family]):
            if (amount > 0).any():
                found.add(pass_of(shortage.of(key).objective, p))
    return [each.name for each in p.passes if each.name in found]


@dataclass(frozen=True, eq=False)
class Stepped:
    """A step worked out: what it brings, and what of it the passes price."""

    relief: Relief
    touched: Mapping[str, Touched]


class Reliefs:
    """All that is worked out for one plan."""

    def __init__(self, v: Values, wanted: Sequence[str], watch: Watch | None, stages: Sequence[Stage]) -> None:
        self.wanted, self.watch, self.done, self.known = wanted, watch, 0, 1
        self.base = Planned(v.programme, v.layout).solve(wanted, stages=stages, remembers=True)
        self.sooner = self.base
        self.limits = limits_of(self.base.programme)

    @cached_property
    def shortages(self) -> Shortages:
        """What is short at the end of each pass, with the value of the pass."""
        readings = self.base.readings
        units: dict[Who, Floats] = {s: u for r in readings.values() for s, u in r.units.items() if u.sum() > LEAST}
        values = {name: reading.value for name, reading in readings.items()}
        of = {who: pass_of(who[0], self.base.programme) for who in units}
        levels: dict[Who, Floats] = {s: lack for r in readings.values() for s, lack in r.levels.items() if s in units}
        return Shortages(self.base.years, units, of, values, levels, self.base.programme.tree.first_month.tolist())

    @cached_property
    def kinds(self) -> dict[str, list[Limit]]:
        """Limits by kind, of those that are loosened together."""
        found: dict[str, list[Limit]] = {}
        for limit in self.limits:
            if not limit.alone:
                found.setdefault(limit.kind, []).append(limit)
        return found

    @cached_property
    def found(self) -> dict[str, Stepped]:
        """What a step in all limits of a kind brings, of those that bring something."""
        self.known = len(self.kinds) + len(HELD_TOGETHER) + 1
        found = {kind: self.of(KIND, kind, (), of) for kind, of in self.kinds.items()}
        return {kind: one for kind, one in found.items() if one is not None}

    def of_kinds(self) -> list[Relief]:
        """What kinds bring, alone, in pairs that hold together, and all at once."""
        kinds = self.found  # first, since pairs start from where the slower kind of theirs stood
        pairs = [
            self.of(PAIR, word, (), [*self.kinds[one], *self.kinds[other]])
            for word, (one, other) in HELD_TOGETHER.items()
            if one in self.kinds and other in self.kinds
        ]
        every = [limit for kind in kinds for limit in self.kinds[kind] if limit.asks not in self._objectives]
        together = self.of(TOGETHER, "all", (), every) if every else None
        return [one.relief for one in (*kinds.values(), *pairs, together) if one is not None]

    def of_objects(self) -> list[Relief]:
        """What is asked elsewhere, and the objects of the kinds that are named of some shortage."""
        alone, shorts = [limit for limit in self.limits if limit.alone], list(self.shortages.units)
        kinds = [one.relief for one in self.found.values()]
        worth = {r.kind for who in shorts for r in foremost(kinds, who)}
        worth |= {kind for kind in self.found if any(limit.asks in self._objectives for limit in self.kinds[kind])}
        self.known = self.done + len(alone) + sum(len(self.kinds[kind]) for kind in worth)
        gone = [self.of(GONE, limit.kind, limit.of, [limit]) for limit in alone]
        told = [one.relief for one in gone if one is not None]
        return told + [relief for kind in sorted(worth) for relief in self.objects(kind, self.found[kind])]

    @cached_property
    def _objectives(self) -> set[str]:
        return {who[0] for who in self.shortages.units}

    def objects(self, kind: str, whole: Stepped) -> list[Relief]:
        """What each object inside a kind brings, those that can bring most first."""
        limits = self.kinds[kind]
        if len(limits) == 1:
            of = limits[0].of
            return [whole.relief.of_its_object(text(of), parts_of(of), self.place(of))]
        most = {limit: self.most(whole.touched, limit.of, [other.of for other in limits]) for limit in limits}
        best: dict[str, float] = dict.fromkeys(self.wanted, 0.0)
        told: list[Relief] = []
        for limit in sorted(limits, key=lambda one: -max(most[one].values())):
            self._count()
            if all(most[limit][name] <= max(LEAST, SHARE * best[name]) for name in self.wanted):
                continue
            found = self.of(OBJECT, kind, limit.of, [limit])
            if found is not None:
                told.append(found.relief)
                best = {name: max(best[name], found.relief.gains.get(name, 0.0)) for name in self.wanted}
        return told

    def most(self, of_kind: Mapping[str, Touched], of: Key, others: Sequence[Key]) -> dict[str, float]:
        """Most that an object can bring in each pass: price times step, without end where an earlier pass prices it."""
        found, earlier = {}, False
        for each in self.base.programme.passes:
            mine = 0.0
            for key, gain in of_kind.get(each.name, {}).items():
                belongs = [other for other in others if key[: len(other)] == other]
                mine += gain if not belongs or of in belongs else 0.0
            found[each.name] = np.inf if earlier and mine > 0 else mine
            earlier = earlier or mine > 0
            if earlier and not mine:
                found[each.name] = np.inf
        return found

    def of(self, how: str, kind: str, of: Key, limits: Sequence[Limit]) -> Stepped | None:
        """What the steps of some limits bring; None where no pass that is read prices them, no plan is found, or nothing is
        asked any more.
        """
        self._count()
        like = self.base if how in (KIND, OBJECT, GONE) else self.sooner
        try:
            planned = Planned(stepped(self.base.programme, limits))
        except CaseError:  # all that the case asks for is taken away
            return None
        prices: dict[str, Touched] = {}
        for name in self.base.results:
            prices[name] = touched(planned, self.base, name)
        if not any(prices.values()):
            return None
        try:
            planned.solve(self.wanted, like, remembers=how == KIND and kind == TIME)
        except (NotSolved, OutOfTime):
            return None
        if how == KIND and kind == TIME:
            self.sooner = planned
        return Stepped(self._relief(how, kind, of, limits, planned), prices)

    def _relief(self, how: str, kind: str, of: Key, limits: Sequence[Limit], planned: Planned) -> Relief:
        """What it brings, by who lacks and by pass; what is short because less is asked does not count."""
        own: dict[Who, float] = {}
        units: dict[Who, Floats] = {}
        gains: dict[str, float] = {}
        for name, before in self.base.readings.items():
            after = planned.readings.get(name)
            if after is None:  # the objective is gone
                continue
            nothing, everything = np.zeros(len(self.base.years)), True
            for short in before.units:
                years = counted(short, limits, self.base.years)
                everything = everything and bool(years.all())
                units[short] = (before.units[short] - after.units.get(short, nothing)) * years
                own[short] = float(((before.own[short] - after.own.get(short, nothing)) * years).sum())
            gains[name] = before.value - after.value if everything else sum(own[short] for short in before.units)
        place = self.place(of) if of else 0
        return Relief(how, kind, text(of) if of else "", parts_of(of), place, gains, own, units)

    def place(self, of: Key) -> int:
        """Place of an object among those that tie, from its data."""
        return number(of, self.base.programme.likeness)

    def _count(self) -> None:
        self.done += 1
        if self.watch is not None:
            self.watch(self.done, max(self.known, self.done))


def counted(short: Short, limits: Sequence[Limit], years: Sequence[int]) -> Floats:
    """Years of a shortage in which a relief counts: not where less is asked of the one who is short. Shape (years,)."""
    found = np.ones(len(years))
    for limit in limits:
        if isinstance(limit.of, Year):
            found *= np.array(years) <= limit.of.year
        elif limit.kind == "objective":
            found *= float(limit.asks != objective_of(short.objective))
        elif limit.asks == short.objective and {short.holder, short.item} <= {*limit.of}:
            found *= 0.0
    return found
