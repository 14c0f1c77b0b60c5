"""Supply that slips at random: what of a case may come late, by how much with which chance, and the case that then holds.

The delay by which a share u of such orders has come stands in the table ``slips`` (``beliefs.confidence``): drawn evenly, u
gives a delay. Below the least share and above the largest that are stated the delay stays as there. Orders of one item, line,
state and first promised month slip as one; so do the lead times of a line, and all works on a line. All else is independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rampart.beliefs.chain import Floats
from rampart.beliefs.confidence import SlipTable
from rampart.beliefs.streams import NEW, RUNNING, WORKS, first_of_stream, moved, whole_months
from rampart.findings import CaseError, Finding

if TYPE_CHECKING:
    from rampart.case.tables import Case

NEVER = 1e-9  # chance below which an outcome is left out
SAID = "as drawn from the table slips"
Asked = tuple[str, str | None, str, float]
"""Item, line, state and months ahead, as a delay is asked for."""


class Outcome(NamedTuple):
    """A share of the chance in which a thing slips alike: a point of it, from 0 to 1, and how large it is."""

    at: float
    chance: float


@dataclass(frozen=True)
class Thing:
    """What slips as one: some orders, the lead times of a line, or the works on it.

    asked  what delays are asked of it
    moves  whether it may also come earlier: what is on order may, a lead time never gets shorter
    """

    asked: tuple[Asked, ...]
    moves: bool


@dataclass(frozen=True, eq=False)
class Supply:
    """What of a case may slip."""

    case: Case
    table: SlipTable
    things: tuple[Thing, ...]

    @classmethod
    def of(cls, case: Case) -> Supply | None:
        """Of a case; none where supply comes as promised (``settings.supply_slips``). CaseError where no slips are stated."""
        if not case.says_yes("supply_slips"):
            return None
        if case["slips"].is_empty():
            raise CaseError([Finding("slips-not-stated", "slips")])
        table, start = SlipTable.of(case), case.calendar.first
        found: dict[tuple[object, ...], list[Asked]] = {}
        orders = case["orders"]
        if not orders.is_empty():
            columns = orders.select("item", "line", "state").iter_rows()
            for (item, line, state), first in zip(columns, first_of_stream(orders), strict=True):
                if first > start:
                    asked = (item, line, state or "awarded", float(first - start))
                    found.setdefault(("orders", *asked), []).append(asked)
        for row in case["lines"].iter_rows(named=True):
            state = RUNNING if row["state"] == "hot" else NEW
            for lead in (row["lead_time"], row["lead_time_initial"]):
                ahead = (row["admin_lead_time"] or 0.0) + (lead or 0.0)
                if lead is not None and ahead > 0:
                    found.setdefault(("lead", row["line"]), []).append((row["item"], row["line"], state, ahead))
        item_of = dict(case["lines"].select("line", "item").iter_rows())
        for line, months in case["expansions"].select("line", "construction").iter_rows():
            if months > 0:
                found.setdefault(("works", line), []).append((item_of[line], line, WORKS, float(months)))
        things = [Thing(tuple(dict.fromkeys(asked)), of[0] == "orders") for of, asked in found.items()]
        return cls(case, table, tuple(thing for thing in things if _slips(table, thing)))

    def delay(self, thing: Thing, asked: Asked, at: float) -> int:
        """Whole months by which a thing slips at a point of its chance."""
        curve = self.table.curve(*asked)
        months = 0 if curve is None else whole_months(float(np.interp(100.0 * at, *curve)))
        return months if thing.moves else max(0, months)

    @cached_property
    def outcomes(self) -> tuple[tuple[Outcome, ...], ...]:
        """By thing, the shares of the chance in which it slips by the same whole months."""
        return tuple(self._outcomes_of(thing) for thing in self.things)

    def _outcomes_of(self, thing: Thing) -> tuple[Outcome, ...]:
        cuts = {0.0, 1.0}
        for asked in thing.asked:
            curve = self.table.curve(*asked)
            if curve is not None:
                cuts |= {share / 100.0 for share in _turns(*curve)}
        points = sorted(cut for cut in cuts if 0.0 <= cut <= 1.0)
        found: dict[tuple[int, ...], Outcome] = {}
        for low, high in pairwise(points):
            middle = (low + high) / 2
            alike = tuple(self.delay(thing, asked, middle) for asked in thing.asked)
            before = found.get(alike)
            chance = high - low + (before.chance if before else 0.0)
            found[alike] = Outcome(before.at if before else middle, chance)
        likely = [each for each in found.values() if each.chance > NEVER]
        total = sum(each.chance for each in likely)
        return tuple(Outcome(each.at, each.chance / total) for each in likely)

    @property
    def variants(self) -> int:
        """Ways in which supply may come in all."""
        return math.prod(len(each) for each in self.outcomes)

    def all(self) -> tuple[Floats, Floats]:
        """Every way in which supply may come: points of the chance of each thing, shape (variants, things), and chances."""
        ways = list(product(*self.outcomes))
        points = np.array([[each.at for each in way] for way in ways]).reshape(len(ways), len(self.things))
        return points, np.array([math.prod(each.chance for each in way) for way in ways])

    def drawn(self, paths: int, *, seed: Sequence[int]) -> Floats:
        """Points of the chance of each thing, shape (paths, things). More paths leave the first ones as they are."""
        points = [np.random.default_rng([*seed, n]).random(len(self.things)) for n in range(paths)]
        return np.array(points).reshape(paths, len(self.things))

    def delays(self, points: Floats) -> list[tuple[int, ...]]:
        """Whole months by which each thing slips, at what it is asked."""
        each = zip(self.things, points.tolist(), strict=True)
        return [tuple(self.delay(thing, asked, at) for asked in thing.asked) for thing, at in each]

    def case_at(self, points: Floats) -> Case:
        """The case whose supply comes so, points of shape (things,)."""
        each = zip(self.things, self.delays(points), strict=True)
        late = {asked: d for thing, months in each for asked, d in zip(thing.asked, months, strict=True)}

        def slip(item: str, line: str | None, state: str, ahead: float) -> float:
            return float(late.get((item, line, state, ahead), 0))

        return moved(self.case, slip, said=SAID, past=False)

    def shown(self, points: Floats, month: int) -> tuple[tuple[int, ...] | None, ...]:
        """What is known of each thing at the end of a month, points of shape (things,): its delay once it has come, else that
        it has not. Of lead times and works it is known as soon as what could be begun in the first month would show it.
        """
        start, known = self.case.calendar.first, []
        for thing, months in zip(self.things, self.delays(points), strict=True):
            comes = min(math.floor(start + of[3] + d) for of, d in zip(thing.asked, months, strict=True))
            known.append(months if max(start, comes) <= month else None)
        return tuple(known)


def _slips(table: SlipTable, thing: Thing) -> bool:
    """Whether any row is about a thing, and says anything but the promised month."""
    curves = [table.curve(*asked) for asked in thing.asked]
    return any(curve is not None and any(curve[1]) for curve in curves)


def _turns(shares: list[float], delays: list[float]) -> list[float]:
    """Shares at which the delay in whole months changes."""
    found = list(shares)
    for (a, low), (b, high) in zip(
        zip(shares, delays, strict=True), zip(shares[1:], delays[1:], strict=True), strict=False
    ):
        first, last = sorted((low, high))
        for half in np.arange(math.floor(first + 0.5) + 0.5, last + 1e-12, 1.0).tolist():
            if first < half <= last:
                found.append(a + (b - a) * (half - low) / (high - low))
    return found
