"""What it costs to wait: passes solved again with decisions closed for some months, and by when each must be taken.

A decision is delayed by closing it in every period that begins within the delay. Each pass is solved from where it stood,
with only that changed; the first that worsens is what the delay costs, and the plan at the end of that pass, before later
passes use its room, is held against the same pass without the delay. As long as no pass has lost, the optimal plans of the
delayed problem are among those of the undelayed one, so each pass may start from where the undelayed one stood; and where
a pass makes no use of what is closed it loses nothing and is not solved at all.

Who lacks what is read of both plans as they are settled, how what is short falls to equals and what each holder's share of
requirements is: as planning again would. Of shares, which are no value that is made small, a delay loses where the first
share that differs is less, period by period from the least; its cost is what those who lose by it then lack more.

An order from a line with whole lots or set-ups moves these too, on all lines that make parts for one another. Up to
``IN_WHOLE`` columns the delayed plan is sought in whole numbers as the plan was; beyond, both plans are in fractions of lots.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rampart.engine.highs import NO_LIMIT, OPTIMAL
from rampart.network.lags import Floats, Integers
from rampart.plan.model.passes import SETTLING
from rampart.plan.parts.part import Decision, Part, Short, Shortage
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.values import Values
from rampart.plan.reading.lacking import Lacking, largest, most_gained, series
from rampart.plan.solving.linear_passes import LinearPasses
from rampart.plan.solving.pass_solver import LARGE, NOTHING, Stage
from rampart.plan.solving.settled_again import settled_again
from rampart.plan.solving.solution import Solution

TOLD = (1, 6)
"""Months of delay that are told; where periods are longer, as many as until the next begins."""
FURTHER = (12, 24)
"""Months tried where six lose nothing."""
TOGETHER = 6
"""Decisions tried together where all together lose something."""
IN_WHOLE, BRANCHES = 4_000, 500
"""Columns up to which a delayed plan is sought in whole lots, and branches of that search."""
LOTS = ("lots", "active")
"""Families of lots and set-ups, which an order moves."""
REQUIREMENT = "requirement"
"""Passes that a large case solves again for minutes a decision: what loses nothing before them is not known there."""
SHARE = 1e-5
"""Difference of a share that is more than rounding."""
LOSS = 1e-6
"""A pass has lost when its value worsens by more than this share."""
SLIGHT = 1e-9
"""Or by more than this one, where a pass after it then has no plan that holds what it reached."""


@dataclass(frozen=True)
class Waiting:
    """What waits together: a decision alone, all orders from a line, all works of a chain."""

    together: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, eq=False)
class Closing:
    """Columns that a delay closes, and the most of others that it frees.

    lots  of these the whole lots and set-ups of the lines concerned; ``whole``  all of them that are whole numbers
    """

    columns: Integers
    freed: Mapping[int, float]
    lots: Mapping[int, float]
    whole: Integers

    @property
    def all_freed(self) -> Mapping[int, float]:
        """Most of every column that it frees."""
        return {**self.freed, **self.lots}


@dataclass(frozen=True, eq=False)
class Waited:
    """A pass that loses: by how much, its columns where nothing waits and where something does.

    in_lots  lots were moved, and are whole in both
    """

    n: int
    lost: float
    base: Floats
    columns: Floats
    in_lots: bool = False


@dataclass(frozen=True)
class Loss:
    """What a delay loses first: the pass, by how much in its own unit, as a share of its value, who lacks what, who gains.

    objective  none: nothing is lost
    share      infinite where nothing was lacking
    unseen     nothing is lost before the passes that a large case does not solve again, and what these lose is not known
    """

    objective: str | None = None
    cost: float = 0.0
    share: float = 0.0
    lacking: Lacking | None = None
    gained: tuple[Short, float] | None = None
    unseen: bool = False


@dataclass(frozen=True)
class Due:
    """Last month in which something may be decided.

    at_latest  as far as what ranks before the passes not solved again is concerned: these may ask for it sooner
    """

    month: int
    at_latest: bool = False


class Delays:
    """Solving again with decisions closed for some time."""

    def __init__(self, v: Values, solution: Solution, parts: Sequence[Part]) -> None:
        self.v, self.solution, self.solver = v, solution, solution.solver
        self.passes = {p.name: p for p in v.programme.passes}
        told = (*SETTLING, *(p.name for p in v.programme.passes if p.how == "told"))
        self.stages = [stage for stage in self.solver.stages if stage.name not in told]
        weight = v.tree.months * v.tree.probability
        self.linear = LinearPasses(solution.layout, self.solver, weight, begin=lambda _: None, end=lambda _: None)
        self.found = {result.name: result for result in solution.passes}
        self._fractions: dict[tuple[str, tuple[int, ...]], tuple[float, Floats]] = {}
        self._chain = _chains(v)
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

    def periods(self, months: int) -> int:
        """Periods that begin within so many months from the start."""
        first = self.v.tree.first_month
        return int((first < first[0] + months).sum())

    def waited(self, months: int) -> int:
        """Months for which a decision waits that is closed in every period that begins within so many: a period of three
        months is closed as a whole.
        """
        starts, periods = self.v.tree.first_month, self.periods(months)
        opens = int(starts[periods]) if periods < len(starts) else self.v.case.calendar.last + 1
        return opens - int(starts[0])

    def losses(
        self, waiting: Sequence[Waiting], periods: Sequence[int], most: float | None = None
    ) -> list[Loss | None]:
        """What each loses when it waits for so many periods; None where that is not known.

        most  only whether a loss is above this share matters: a larger one comes back as infinite, and nobody's lack is read
        """
        found: list[Loss | None] = [Loss() for _ in waiting]
        closing = [self._closing(each, n) for each, n in zip(waiting, periods, strict=True)]
        waits = list(range(len(waiting)))
        for stage in self.stages:
            if not waits or self.out_of_time:
                break
            used = [n for n in waits if (stage.levels[closing[n].columns] > NOTHING).any()]
            if stage.name.startswith(REQUIREMENT) and self.solver.columns >= LARGE:
                for n in used:
                    waits.remove(n)
                    found[n] = Loss(unseen=True)
                continue
            base = self.solver.load(stage)
            lost: list[Waited] = []
            nowhere: list[int] = []
            for each in self._losing(stage, base, used, closing, most):
                waits.remove(each.n)
                found[each.n] = None
                if np.isinf(each.lost):
                    nowhere.append(each.n)
                elif np.isfinite(each.lost) and most is not None:
                    found[each.n] = self._share_lost(stage, each.lost, most)
                elif np.isfinite(each.lost):
                    lost.append(each)
            for n, loss in self._read(stage, lost, closing):
                found[n] = loss
            for n in nowhere:
                found[n] = self._slight(stage, n, closing)
            if self._settles(stage).how == "fair":
                for n, loss in self._shared(stage, waits, closing, most):
                    waits.remove(n)
                    found[n] = loss
        return [None for _ in waiting] if self.out_of_time else found

    @staticmethod
    def _share_lost(stage: Stage, lost: float, most: float) -> Loss:
        """A loss of which only the share matters, and that only up to a share."""
        if abs(stage.value) <= NOTHING or lost > most * abs(stage.value):
            return Loss(stage.name, np.inf, np.inf)
        return Loss(stage.name, np.nan, lost / abs(stage.value))

    def _losing(
        self, stage: Stage, base: Floats, waits: Sequence[int], closing: Sequence[Closing], most: float | None
    ) -> Iterator[Waited]:
        """Those with which the pass that is loaded loses. What loses nothing together loses nothing alone, so most are
        settled at once; lots are moved one decision at a time.

        base  columns of the pass where nothing waits
        """
        least = LOSS * max(1.0, abs(stage.value))
        beyond = np.inf if most is None else max(least, most * abs(stage.value))
        in_lots, plain = [n for n in waits if closing[n].lots], [n for n in waits if not closing[n].lots]
        for n in in_lots:
            value, before, after, reference = self._moved(stage, base, closing[n], beyond)
            if not value - reference <= least:
                yield Waited(n, value - reference, before, after, before is base)
        if len(plain) > 1 and not self._loses(stage, plain, closing):
            return
        for begin in range(0, len(plain), TOGETHER):
            several = list(plain[begin : begin + TOGETHER])
            if len(several) > 1 and not self._loses(stage, several, closing):
                continue
            for n in several:
                value, columns = self.solver.wait(stage, closing[n].columns, closing[n].freed, stage.value + beyond)
                if not value - stage.value <= least:
                    yield Waited(n, value - stage.value, base, columns)

    def _slight(self, last: Stage, n: int, closing: Sequence[Closing]) -> Loss | None:
        """The loss of a pass before one that has no plan left: a term of it lost, too little of the whole to be one there."""
        for stage in self.stages[: self.stages.index(last)]:
            if not (stage.levels[closing[n].columns] > NOTHING).any():
                continue
            base = self.solver.load(stage)
            if closing[n].lots:
                value, before, after, reference = self._moved(stage, base, closing[n], np.inf)
            else:
                value, after = self.solver.wait(stage, closing[n].columns, closing[n].freed)
                before, reference = base, stage.value
            if np.isfinite(value) and value - reference > SLIGHT * max(1.0, abs(stage.value)):
                waited = Waited(n, value - reference, before, after, bool(closing[n].lots) and before is base)
                return next(loss for _, loss in self._read(stage, [waited], closing))
        return None

    # -- whole lots ----------------------------------------------------------------------------------------------

    def _moved(
        self, stage: Stage, base: Floats, closing: Closing, beyond: float
    ) -> tuple[float, Floats, Floats, float]:
        """Value of the pass where lots may move, its columns before and after, and the value that it is held against."""
        if self.solver.columns <= IN_WHOLE:
            value, columns = self._in_whole(stage, closing)
            if np.isfinite(value):
                return value, base, columns, stage.value
        reference, before = self._in_fractions(stage, closing)
        value, columns = self.solver.wait(stage, closing.columns, closing.all_freed, reference + beyond)
        return value, before, columns, reference

    def _in_whole(self, stage: Stage, closing: Closing) -> tuple[float, Floats]:
        """The delayed pass in whole numbers; NaN where that takes more than a few branches, or none are found."""
        solver, at = self.solver, np.array([*closing.columns, *closing.all_freed], dtype=np.int64)
        most = [0.0] * closing.columns.size + list(closing.all_freed.values())
        solver.set_bounds(at, np.zeros(at.size), np.array(most))
        solver.set_whole(closing.whole, True)
        solver.option("solver", "choose")
        solver.option("mip_max_nodes", BRANCHES)
        status = solver.run()
        levels = solver.levels() if status == OPTIMAL else None
        solver.option("mip_max_nodes", NO_LIMIT)
        solver.option("solver", "simplex")
        solver.set_whole(closing.whole, False)
        solver.set_bounds(at, stage.lower[at], stage.upper[at])
        return (np.nan, np.zeros(solver.columns)) if levels is None else (float(stage.cost @ levels), levels)

    def _in_fractions(self, stage: Stage, closing: Closing) -> tuple[float, Floats]:
        """The pass without any delay, with the same lots in fractions."""
        key = stage.name, tuple(closing.all_freed)
        if key not in self._fractions:
            self._fractions[key] = self.solver.wait(stage, np.zeros(0, dtype=np.int64), closing.all_freed)
        return self._fractions[key]

    def _loses(self, stage: Stage, several: Sequence[int], closing: Sequence[Closing]) -> bool:
        """Whether the pass loses where several wait together, as far as that is known."""
        shut = np.unique(np.concatenate([closing[n].columns for n in several]))
        gone = set(shut.tolist())
        freed = {at: most for n in several for at, most in closing[n].freed.items() if at not in gone}
        least = LOSS * max(1.0, abs(stage.value))
        value, _ = self.solver.wait(stage, shut, freed, stage.value + least)
        return not value - stage.value <= least

    def _closing(self, waiting: Waiting, periods: int) -> Closing:
        """What a delay closes; what was settled as whole units may be decided later instead."""
        closed: list[int] = []
        freed: dict[int, float] = {}
        lots: dict[int, float] = {}
        for d in waiting.decisions:
            lots |= self._lots_of(d)
            family = self.v.programme.families[d.family]
            labels = family.labels[d.key]
            shut = labels[:periods][labels[:periods] >= 0]
            closed += shut.tolist()
            if family.whole[d.key].any():
                at = labels[labels >= 0]
                freed |= dict.fromkeys(at.tolist(), float(self.solution.columns[at].sum()))
        gone = set(closed)
        freed = {at: most for at, most in freed.items() if at not in gone}
        whole = np.intersect1d(self.solver.whole, np.array([*freed, *lots], dtype=np.int64))
        return Closing(np.array(closed, dtype=np.int64), freed, lots, whole)

    def _lots_of(self, d: Decision) -> dict[int, float]:
        """Lots and set-ups of the lines that an order moves: its own, and those that make parts for one another."""
        lines, found = self.v.network.lines, dict[int, float]()
        for name in LOTS if d.kind == "order" else ():
            family = self.v.programme.families[name]
            for key, labels in zip(family.keys, family.labels, strict=True):
                if self._chain[str(lines[str(key[0])]["item"])] == self._chain[d.item]:
                    at = labels[labels >= 0]
                    found |= dict(zip(at.tolist(), self.solver.upper_at_first[at].tolist(), strict=True))
        return found

    def _settles(self, stage: Stage) -> Pass:
        """The pass that settles what a pass reached: of the worst-off the one that shares, else the same."""
        own = self.passes[stage.name]
        fair = (each for each in self.v.programme.passes if own.how == "first" and each.how == "fair")
        return next(fair, own)

    def _settled(self, stage: Stage, closing: Closing, waited: Waited | None = None) -> tuple[Floats, Floats] | None:
        """Columns at the end of the pass that settles, without a delay and with it; None in a large case, where that takes
        too long. Lots are as they were moved where that is known to be whole, else in fractions in both.
        """
        if self.solver.columns >= LARGE:
            return None
        settles, nothing = self._settles(stage), np.zeros(0, dtype=np.int64)

        def again(closed: Integers, freed: Mapping[int, float], fixed: Mapping[int, float]) -> Floats | None:
            return settled_again(self.solver, self.linear, stage, settles, closed, freed, fixed)

        before: Floats | None = self.found[settles.name].columns
        if closing.lots and waited is not None and waited.in_lots:
            whole = closing.whole.tolist()
            moved = dict(zip(whole, np.round(waited.columns[closing.whole]).tolist(), strict=True))
            others = {at: most for at, most in closing.all_freed.items() if at not in moved}
            after = again(closing.columns, others, moved)
        else:
            if closing.lots:
                before = again(nothing, closing.all_freed, {})
            after = again(closing.columns, closing.all_freed, {})
        return None if before is None or after is None else (before, after)

    def _read(self, stage: Stage, lost: Sequence[Waited], closing: Sequence[Closing]) -> Iterator[tuple[int, Loss]]:
        """What was lost, and who lacks what by it once both plans are settled."""
        own, settles = self.found[stage.name], self._settles(stage)
        shortage = self.shortage_of.get(stage.name)
        measured = self.found[settles.name].cost
        one_term = settles.how == "held" and len(settles.measure.terms) < 2
        for each in lost:
            n, before, after = each.n, each.base, each.columns
            cost = float(own.cost @ (after - before))
            share = each.lost / abs(stage.value) if abs(stage.value) > NOTHING else np.inf
            if shortage is None:
                yield n, Loss(stage.name, cost, share)
                continue
            before, after = (None if one_term else self._settled(stage, closing[n], each)) or (before, after)
            lack = series(self.v, shortage, before, after)
            worth = self._worth(shortage, measured * (after - before))
            yield n, Loss(stage.name, cost, share, largest(self.v, lack, worth), most_gained(lack))

    def _shared(
        self, stage: Stage, waits: Sequence[int], closing: Sequence[Closing], most: float | None
    ) -> list[tuple[int, Loss]]:
        """Those that leave the worst-off as they are and take of another's share."""
        settles, told = self._settles(stage), []
        fair, shortage = self.found[settles.name], self.shortage_of[stage.name]
        for n in waits:
            used = (fair.columns[closing[n].columns] > NOTHING).any()
            both = self._settled(stage, closing[n]) if used else None
            if both is None or not self._less_fair(settles, *both):
                continue
            before, after = both
            more = fair.cost * (after - before)
            cost = float(more[more > 0].sum())
            share = cost / abs(fair.value) if abs(fair.value) > NOTHING else np.inf
            if most is not None:
                told.append((n, Loss(settles.name, np.nan, share)))
                continue
            lack = series(self.v, shortage, before, after)
            worth = self._worth(shortage, more)
            told.append((n, Loss(settles.name, cost, share, largest(self.v, lack, worth), most_gained(lack))))
        return told

    def _less_fair(self, settles: Pass, before: Floats, after: Floats) -> bool:
        """Whether the first share that differs, period by period and each from the least, is less."""
        part, node = self.linear.parts_of(settles), self.solution.layout.column_node
        for t in np.unique(node[part > 0]):
            at = np.flatnonzero((part > 0) & (node == t))
            lacks, now = (-np.sort(-part[at] * columns[at]) for columns in (before, after))
            differs = np.flatnonzero(np.abs(now - lacks) > SHARE)
            if differs.size:
                return bool(now[differs[0]] > lacks[differs[0]])
        return False

    def _worth(self, shortage: Shortage, lost: Floats) -> dict[Short, float]:
        """What each holder and item loses of the objective."""
        family = self.v.programme.families[shortage.family]
        found: dict[Short, float] = {}
        for key, labels in zip(family.keys, family.labels, strict=True):
            of = shortage.of(key)
            found[of] = found.get(of, 0.0) + float(lost[labels[labels >= 0]].sum())
        return found

    # -- by when -------------------------------------------------------------------------------------------------

    def last_months(
        self, waiting: Sequence[Waiting], told: Mapping[int, Sequence[Loss | None]], most: float
    ) -> list[Due | None]:
        """Last month in which each may be decided while it costs at most a share ``most`` of the objective; None where
        that is not known. Where the first months are not known in the passes that a large case does not solve again, it is
        the last one for all before these.

        told  what is known by months of delay
        """
        calendar, end = self.v.case.calendar, len(self.v.tree)
        harmless, harmful = [0] * len(waiting), [end + 1] * len(waiting)
        unknown: set[int] = set()
        unseen: set[int] = set()
        for months in sorted(told):
            periods = self.periods(months)
            for n, loss in enumerate(told[months]):
                self._learn(n, periods, loss, most, harmless, harmful, unknown, unseen)
        steps = [self.periods(months) for months in (*TOLD, *FURTHER)]
        while asked := dict(self._next(harmless, harmful, unknown, steps)):
            losses = self.losses([waiting[n] for n in asked], list(asked.values()), most)
            for (n, periods), loss in zip(asked.items(), losses, strict=True):
                self._learn(n, periods, loss, most, harmless, harmful, unknown, unseen)
        starts = self.v.tree.first_month
        return [
            None if n in unknown else Due(int(starts[at]) if at < end else calendar.last, n in unseen)
            for n, at in enumerate(harmless)
        ]

    @staticmethod
    def _learn(
        n: int, periods: int, loss: Loss | None, most: float, harmless: list[int], harmful: list[int], unknown: set[int],
        unseen: set[int],
    ) -> None:  # fmt: skip
        if loss is not None and loss.unseen and (n in unseen or harmless[n] == 0):
            unseen.add(n)
            harmless[n] = max(harmless[n], periods)
        elif loss is None or loss.unseen:
            if harmless[n] == 0 and harmful[n] > periods:
                unknown.add(n)
            harmful[n] = min(harmful[n], periods)
        elif loss.share > most:
            harmful[n] = min(harmful[n], periods)
        else:
            harmless[n] = max(harmless[n], periods)

    @staticmethod
    def _next(
        harmless: Sequence[int], harmful: Sequence[int], unknown: set[int], steps: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """Periods to try next for each that is not settled: further while nothing is lost, else halfway."""
        last = max(steps)
        for n, (good, bad) in enumerate(zip(harmless, harmful, strict=True)):
            if n in unknown or bad - good <= 1 or good >= last:
                continue
            further = next((step for step in steps if step > good), last)
            yield n, further if further < bad else (good + bad) // 2


def together(v: Values, decisions: Sequence[Decision]) -> list[Waiting]:
    """What is also delayed together, because another steps in where one waits: the orders of one line, and the works of
    one chain, whose lines make parts for one another.
    """
    found: list[Waiting] = []
    by_line: dict[str, list[Decision]] = {}
    for d in decisions:
        if d.kind == "order":
            by_line.setdefault(str(d.code[0]), []).append(d)
    found += [Waiting("line", tuple(own)) for own in by_line.values() if len(own) > 1]
    works = [d for d in decisions if d.kind == "expansion"]
    chain = _chains(v)
    by_chain: dict[str, list[Decision]] = {}
    for d in works:
        by_chain.setdefault(chain[d.item], []).append(d)
    return found + [Waiting("chain", tuple(own)) for own in by_chain.values() if len(own) > 1]


def _chains(v: Values) -> dict[str, str]:
    """One item of the chain of each: what goes into one another, over all tiers."""
    of = {item: item for item in v.network.items}

    def root(item: str) -> str:
        while of[item] != item:
            item = of[item]
        return item

    line_of = {e["expansion"]: e["line"] for e in v.network.expansions}
    for row in v.network.rows("bills"):
        made = row["item"] or v.network.lines[row["line"] or line_of[row["expansion"]]]["item"]
        one, other = root(str(made)), root(str(row["component"]))
        of[max(one, other)] = min(one, other)
    return {item: root(item) for item in of}
