"""What to decide now: by which month, and what a month's delay costs, found by solving again without the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.keys import parts as parts_of
from rampart.network.keys import text
from rampart.network.lags import Floats, Integers, first_effect
from rampart.plan.model.passes import SETTLING
from rampart.plan.parts.part import Decision, Part, Shortage
from rampart.plan.programme.values import Values
from rampart.plan.reading.rounded import Rounded, signed
from rampart.plan.solving.pass_solver import Stage
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl

PROBED = 16  # decisions whose delay is worked out, largest commitments first; the others show no delay cost
LATER = (2, 3, 6, 12)  # periods of delay tried, one after another, where a month's delay loses nothing
LOSS = 1e-6  # a pass has lost when its value worsens by more than this share


class _NotKnown(Exception):
    """A delay could not be worked out within the iterations allowed, or leaves no plan with the whole numbers settled
    as they are, while others may do; nothing is claimed about it.
    """


@dataclass(frozen=True)
class Delay:
    """What a month's delay does: the first pass that loses, by how much, and units short times months."""

    objective: str | None
    cost: float | None
    units: float | None
    decide_by: int | None


UNKNOWN = Delay(None, None, None, None)


def decisions_now(v: Values, parts: Sequence[Part]) -> list[Decision]:
    """Decisions of the first period, largest commitments first."""
    found = [d for part in parts for d in part.decisions(v) if d.quantity > 0]
    return sorted(found, key=lambda d: (-d.money, d.kind, d.code, d.item, d.to))


def decide_now(v: Values, solution: Solution, parts: Sequence[Part], as_signed: Rounded) -> pl.DataFrame:
    """The table of decisions: those whose delay costs most in the foremost objective come first.

    as_signed  their amounts, rounded
    """
    delays, before = _Delays(v, solution, parts), taken_now(v)
    found, probed = [], 0
    for d in decisions_now(v, parts):
        # what is taken is decided, and not to be delayed
        due = probed < PROBED and not before.get((d.family, d.key)) and not delays.out_of_time
        found.append((d, delays.of(d) if due else UNKNOWN))
        probed += due
    names = [s.name for s in solution.solver.stages]
    found.sort(key=lambda r: (
        names.index(r[1].objective) if r[1].objective else len(names), -(r[1].cost or 0.0), -r[0].money, r[0].kind,
        r[0].code, r[0].item, r[0].to,
    ))  # fmt: skip
    rows = []
    for n, (one, delay) in enumerate(found):
        d = signed(one, as_signed)
        by = None if delay.decide_by is None else month_text(delay.decide_by)
        rows.append((
            n + 1, d.kind, d.who, text(d.code), parts_of(d.code), d.item, d.to, d.quantity, one.quantity, d.year_quantity,
            before.get((d.family, d.key), 0.0), d.money, by,
            month_text(first_effect(v.case.calendar.first, d.lead)), delay.objective, delay.cost, delay.units,
        ))  # fmt: skip
    return frame("plan", "decisions", rows)


def taken_now(v: Values) -> dict[tuple[str, int], float]:
    """What was taken already of the first period's decisions, by family and position of the key."""
    first = [t for t in v.network.taken if t.period == 0 and t.family in v.programme.families]
    place = [v.programme.families[t.family].index.get(t.key, -1) for t in first]
    return {(t.family, key): t.firm for t, key in zip(first, place, strict=True) if key >= 0}


class _Delays:
    """Solving again with a decision closed for some time."""

    def __init__(self, v: Values, solution: Solution, parts: Sequence[Part]) -> None:
        self.v, self.solution, self.solver = v, solution, solution.solver
        self.shortage_of: dict[str, Shortage] = {
            name: shortage
            for part in parts
            for shortage in part.shortages(v.programme)
            if shortage.in_units
            for name in shortage.passes
        }

    @property
    def out_of_time(self) -> bool:
        """Whether the time is up, or had been before every pass was solved: then there is no plan to hold a delay against."""
        return bool(self.solution.unfinished) or self.solution.out_of_time

    def of(self, decision: Decision) -> Delay:
        """Close the decision for the first period, then for longer, until something is lost."""
        try:
            lost = self._first_loss(decision, 1)
        except _NotKnown:
            return UNKNOWN
        calendar = self.v.case.calendar
        if lost is not None:
            stage, cost, units = lost
            return Delay(stage.name, cost, units, calendar.first)
        harmless = 1
        for periods in LATER:
            try:
                if periods > len(calendar) or self._first_loss(decision, periods) is not None:
                    break
            except _NotKnown:
                break
            harmless = periods
        month = calendar.starts[harmless] if harmless < len(calendar) else calendar.last
        return Delay(None, None, None, month)

    def _first_loss(self, decision: Decision, periods: int) -> tuple[Stage, float, float | None] | None:
        """First pass that worsens when the decision waits; its loss in the pass's unit, and in units short x months.

        As long as no pass has lost, the optimal plans of the delayed problem are among those of the undelayed one, so
        each pass may start from where the undelayed one stood.
        """
        labels = self.v.programme.families[decision.family].labels[decision.key, :periods]
        closed = labels[labels >= 0]
        by_name = {p.name: p for p in self.solution.passes}
        for stage in self.solver.stages:
            if stage.name in SETTLING:
                return None
            value, columns = self._probe(decision, stage, closed)
            if not np.isfinite(value):
                raise _NotKnown
            if value - stage.value > LOSS * max(1.0, abs(stage.value)):
                loss = float(by_name[stage.name].cost @ columns) - by_name[stage.name].value
                return stage, loss, self._units_short(decision, stage, closed, columns)
        return None

    def _probe(self, decision: Decision, stage: Stage, closed: Integers) -> tuple[float, Floats]:
        """Probe a pass; what was settled as whole units may be decided later instead."""
        family = self.v.programme.families[decision.family]
        if family.whole[decision.key].any():
            at = family.labels[decision.key][family.labels[decision.key] >= 0]
            lower, upper = stage.lower.copy(), stage.upper.copy()
            lower[at], upper[at] = 0.0, float(self.solution.columns[at].sum())
            stage = replace(stage, lower=lower, upper=upper)
        return self.solver.probe(stage, closed)

    def _units_short(self, decision: Decision, stage: Stage, closed: Integers, columns: Floats) -> float | None:
        """More units short times months of the item decided on, in what the losing pass measures; None if none.

        The pass of the worst-off does not measure the sum, so there both plans are first made best for the sum.
        """
        before = self.solution.columns
        shortage = self.shortage_of.get(stage.name)
        if shortage is None:
            return None
        following = next((s for s in self.solver.stages if s.name == "requirement_sum"), None)
        if stage.name == "requirement_worst" and following is not None:
            summed = replace(stage, name="requirement_sum", cost=following.cost)
            _, before = self.solver.probe(summed, np.zeros(0, dtype=np.int64))
            _, columns = self._probe(decision, summed, closed)
        family = self.v.programme.families[shortage.family]
        more = np.where(family.labels >= 0, (columns - before)[family.labels], 0.0) * family.scale[:, None]
        months = self.v.tree.months if shortage.lasting else np.ones(len(self.v.tree))
        total = sum(
            float(amount @ months)
            for key, _, amount in shortage.amounts(self.v.programme, more)
            if shortage.of(key).item == decision.item
        )
        return total if total > 1e-6 else None
