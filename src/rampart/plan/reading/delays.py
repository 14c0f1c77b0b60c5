"""What it costs to wait: passes solved again with decisions closed for some months, and by when each must be taken.

A decision is delayed by closing it in every period that begins within the delay. Each pass is solved from where it stood,
with only that changed; the first that worsens is what the delay costs, and the plan at the end of that pass, before later
passes use its room, is held against the same pass without the delay. As long as no pass has lost, the optimal plans of the
delayed problem are among those of the undelayed one, so each pass may start from where the undelayed one stood; and where
a pass makes no use of what is closed it loses nothing and is not solved at all.

Who lacks what is read of both plans as they are settled, how what is short falls to equals and what each holder's share of
requirements is: as planning again would. Of shares, which are no value that is made small, a delay loses where the first
share that differs is less, period by period from the least; its cost is what those who lose by it then lack more.

Where anything comes whole and the plan has no more than ``IN_WHOLE`` columns, the whole plan is made anew (``made_anew``),
unless what waits costs nothing even with all whole numbers as they are: that is a whole plan too. Beyond, and where that
takes too much, what waits is split: its own whole units and the lots that an order moves are in fractions, with the delay
and without it (in a large case only with it, but for lots), and what is told says so. Other works and lots stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rampart.engine.highs import OPTIMAL
from rampart.network.lags import Floats, Integers
from rampart.plan.model.passes import SETTLING, TIES
from rampart.plan.parts.part import Part
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.values import Values
from rampart.plan.reading.due import Due, last_months
from rampart.plan.reading.loss import Loss, LossReader
from rampart.plan.reading.made_anew import MadeAnew
from rampart.plan.reading.waiting import Closing, Closings, Waiting
from rampart.plan.solving.known_shares import KnownShares
from rampart.plan.solving.linear_passes import LinearPasses
from rampart.plan.solving.pass_solver import LARGE, NOTHING, ROUNDING, Stage
from rampart.plan.solving.pieces import Pieces
from rampart.plan.solving.settled_again import Beside, settled_again
from rampart.plan.solving.solution import PassResult, Solution

TOLD = (1, 6)
"""Months of delay that are told; where periods are longer, as many as until the next begins."""
FURTHER = (12, 24)
"""Months tried where six lose nothing."""
TOGETHER = 6
"""Decisions tried together where all together lose something."""
IN_WHOLE, MOST_WORK = 2_000, 40_000
"""Columns up to which a plan with whole numbers is made anew for a delay, and columns of all plans made so, added up."""
BY_MONTH = 4_000
"""Columns up to which it is also settled in which months what waits makes somebody lack something."""
REQUIREMENT = "requirement"
"""Passes that a large case solves again for minutes a decision: what loses nothing before them is not known there."""
LOSS = 1e-6
"""A pass has lost when its value worsens by more than this share."""
SLIGHT = 1e-9
"""Or by more than this one, where a pass after it then has no plan that holds what it reached."""


@dataclass(frozen=True, eq=False)
class Waited:
    """A pass that loses: by how much, its columns where nothing waits and where something does, and the basis of these."""

    n: int
    lost: float
    base: Floats
    columns: Floats
    basis: Any = field(repr=False)


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
        self.reader = LossReader(v, parts, self.linear)
        self.closings = Closings(v, solution.columns, self.solver.upper_at_first)
        self._shares = KnownShares()
        self._harmless: dict[str, list[Closing]] = {}
        self._lost: dict[str, set[tuple[int, ...]]] = {}
        self._undelayed: dict[tuple[str, tuple[int, ...]], Floats | None] = {}
        self._split: dict[tuple[str, tuple[int, ...]], tuple[float, Floats]] = {}
        self._pieces: dict[str, Pieces] = {}
        in_whole = self.solver.whole.size > 0 and self.solver.columns <= IN_WHOLE
        self.anew = MadeAnew(v, solution, self.reader, MOST_WORK) if in_whole else None

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

    def told(self) -> list[int]:
        """Months that are told, in the order in which they are solved: the longest first, since what loses nothing then loses
        nothing sooner; the shortest first where only so many plans are made anew.
        """
        return sorted({self.waited(months) for months in TOLD}, reverse=self.anew is None)

    def last_months(
        self, waiting: Sequence[Waiting], told: Mapping[int, Sequence[Loss | None]], most: float
    ) -> list[Due]:
        """Last month in which each may be decided, as ``due.last_months`` finds it.

        told  what is known by months of delay
        """

        def losses(which: Sequence[int], periods: Sequence[int]) -> Sequence[Loss | None]:
            return self.losses([waiting[n] for n in which], periods, most)

        known = {self.periods(months): found for months, found in told.items()}
        steps = [self.periods(months) for months in (*TOLD, *FURTHER)]
        starts = [int(month) for month in self.v.tree.first_month]
        return last_months(known, losses, steps, most, starts, self.v.case.calendar.last)

    def losses(
        self, waiting: Sequence[Waiting], periods: Sequence[int], most: float | None = None
    ) -> list[Loss | None]:
        """What each loses when it waits for so many periods; None where that is not known.

        most  only whether a loss is above this share matters: a larger one may come back as infinite, and nobody's lack is
              read
        """
        closing = [self.closings.of(each, n) for each, n in zip(waiting, periods, strict=True)]
        found: list[Loss | None] = [None] * len(closing)
        left = list(range(len(closing)))
        if self.anew is not None:
            as_it_is = self._pass_by_pass([Closing(each.columns, {}) for each in closing], 0.0)
            # the longest first: what loses nothing then loses nothing sooner
            for n in sorted(left, key=lambda n: -closing[n].columns.size):
                if not self.out_of_time:
                    found[n] = Loss() if _is_none(as_it_is[n]) else self.anew.loss(closing[n].columns)
            left = [n for n in left if found[n] is None]
        for n, loss in zip(left, self._pass_by_pass([closing[n] for n in left], most), strict=True):
            found[n] = loss
        return [None for _ in waiting] if self.out_of_time else found

    def _pass_by_pass(self, closing: Sequence[Closing], most: float | None) -> list[Loss | None]:
        """The same, each pass solved again from where it stood."""
        found: list[Loss | None] = [Loss(split=bool(each.freed) or self.anew is not None) for each in closing]
        waits = list(range(len(closing)))
        for stage in self.stages:
            if not waits or self.out_of_time:
                break
            used = [n for n in waits if (stage.levels[closing[n].columns] > NOTHING).any()]
            if stage.name.startswith(REQUIREMENT) and self.solver.columns >= LARGE:
                for n in used:
                    waits.remove(n)
                    found[n] = Loss(unseen=True)
                continue
            by_shares = self._by_shares(stage)
            base = self.solver.load(stage)
            lost: list[Waited] = []
            nowhere: list[int] = []
            for each in () if by_shares else self._losing(stage, base, used, closing, most):
                waits.remove(each.n)
                found[each.n] = None
                if np.isinf(each.lost):
                    nowhere.append(each.n)
                elif np.isfinite(each.lost) and most is not None:
                    found[each.n] = self._share_lost(stage, each.lost, most)
                elif np.isfinite(each.lost):
                    lost.append(each)
            for each in lost:
                found[each.n] = self._read(stage, each, closing[each.n])
            for n in nowhere:
                found[n] = self._slight(stage, n, closing)
            if by_shares or self.reader.settles(self.passes[stage.name]).how == "fair":
                for n, loss in self._shared(stage, waits, closing, most):
                    waits.remove(n)
                    found[n] = loss
        return [
            loss if loss is None or not (each.freed or self.anew) else replace(loss, split=True)
            for loss, each in zip(found, closing, strict=True)
        ]

    def _by_shares(self, stage: Stage) -> bool:
        """Whether a pass loses where shares of what lacks are less, and not where the sum of it is more: the sum is not what
        is held of it. Where nothing lacks both are one.
        """
        if self.reader.settles(self.passes[stage.name]).how != "shared" or self.solver.columns >= LARGE:
            return False
        own = self.found[stage.name]
        return bool((own.columns[own.cost > 0] > NOTHING).any())

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
        settled at once; what is split goes one decision at a time.

        base  columns of the pass where nothing waits
        """
        least = LOSS * max(1.0, abs(stage.value))
        beyond = np.inf if most is None else max(least, most * abs(stage.value))
        split = [n for n in waits if self._in_parts(closing[n])]
        plain = [n for n in waits if not self._in_parts(closing[n]) and not self._known(stage, closing[n])]
        for n in split:
            reference, before = self._in_fractions(stage, closing[n])
            shut, freed = closing[n].columns, closing[n].freed
            value, columns = self.solver.wait(stage, shut, freed, reference + beyond, reference + least)
            if not value - reference <= least:
                yield Waited(n, value - reference, before, columns, self.solver.basis_as_it_is())
        for several in self._tried_together(stage, plain, closing):
            if len(several) > 1 and not self._loses(stage, several, closing):
                continue
            for n in several:
                shut, freed = closing[n].columns, closing[n].freed
                value, columns = self.solver.wait(stage, shut, freed, stage.value + beyond, stage.value + least)
                if not value - stage.value <= least:
                    self._lost.setdefault(stage.name, set()).add(closing[n].of)
                    yield Waited(n, value - stage.value, base, columns, self.solver.basis_as_it_is())
                else:
                    self._harmless.setdefault(stage.name, []).append(closing[n])

    def _tried_together(
        self, stage: Stage, plain: Sequence[int], closing: Sequence[Closing]
    ) -> Iterator[Sequence[int]]:
        """What is tried together: one by one what lost in this pass with another delay, the others by ``TOGETHER`` where all
        of them together lose. What frees whole things is never among what frees none: with it more would be possible.
        """
        known = self._lost.get(stage.name, set())
        yield from ([n] for n in plain if closing[n].of in known)
        for freeing in (False, True):
            others = [n for n in plain if closing[n].of not in known and bool(closing[n].freed) == freeing]
            if len(others) <= TOGETHER or self._loses(stage, others, closing):
                yield from (others[begin : begin + TOGETHER] for begin in range(0, len(others), TOGETHER))

    def _known(self, stage: Stage, closing: Closing) -> bool:
        """Whether a pass is known to lose nothing: it lost nothing where as much is closed and more, and no more is freed.

        The plan with that longer delay is possible with this one too: what it closes beyond may be nothing here.
        """
        shut = set(closing.columns.tolist())
        for wider in self._harmless.get(stage.name, ()):
            if wider.columns.size >= len(shut) and wider.freed.keys() <= closing.freed.keys():
                more = [at for at in wider.columns.tolist() if at not in shut]
                bounded = [at for at in more if at not in closing.freed]
                if len(more) == wider.columns.size - len(shut) and (stage.lower[bounded] <= 0).all():
                    return True
        return False

    def _slight(self, last: Stage, n: int, closing: Sequence[Closing]) -> Loss | None:
        """The loss of a pass before one that has no plan left: a term of it lost, too little of the whole to be one there."""
        for stage in self.stages[: self.stages.index(last)]:
            if self._by_shares(stage) or not (stage.levels[closing[n].columns] > NOTHING).any():
                continue
            base = self.solver.load(stage)
            reference, before = (
                self._in_fractions(stage, closing[n]) if self._in_parts(closing[n]) else (stage.value, base)
            )
            value, after = self.solver.wait(stage, closing[n].columns, closing[n].freed)
            if np.isfinite(value) and value - reference > SLIGHT * max(1.0, abs(stage.value)):
                basis = self.solver.basis_as_it_is()
                return self._read(stage, Waited(n, value - reference, before, after, basis), closing[n])
        return None

    def _in_parts(self, closing: Closing) -> bool:
        """Whether the plan without the delay is split too: lots always, other whole things where the case is not large, since
        a pass solved once more for each of them takes longer than all else there.
        """
        return closing.lots or (bool(closing.freed) and self.solver.columns < LARGE)

    def _in_fractions(self, stage: Stage, closing: Closing) -> tuple[float, Floats]:
        """The pass without any delay, with the same whole things in fractions."""
        key = stage.name, tuple(closing.freed)
        if key not in self._split:
            self._split[key] = self.solver.wait(stage, np.zeros(0, dtype=np.int64), closing.freed)
        return self._split[key]

    def _loses(self, stage: Stage, several: Sequence[int], closing: Sequence[Closing]) -> bool:
        """Whether the pass loses where several wait together, as far as that is known."""
        shut = np.unique(np.concatenate([closing[n].columns for n in several]))
        gone = set(shut.tolist())
        freed = {at: most for n in several for at, most in closing[n].freed.items() if at not in gone}
        least = LOSS * max(1.0, abs(stage.value))
        value, _ = self.solver.wait(stage, shut, freed, stage.value + least, np.inf)
        if value - stage.value <= least:
            self._harmless.setdefault(stage.name, []).append(Closing(shut, freed))
        return not value - stage.value <= least

    def _settled(self, stage: Stage, closing: Closing, basis: Any = None) -> tuple[Floats, Floats] | None:
        """Columns at the end of the pass that settles, without a delay and with it; None in a large case, where that takes
        too long.

        basis  of the pass with the delay, where it was solved already
        """
        if self.solver.columns >= LARGE:
            return None
        settles, nothing = self.reader.settles(self.passes[stage.name]), np.zeros(0, dtype=np.int64)
        months = self._by_month(settles)

        def again(
            closed: Integers, freed: Mapping[int, float], begin: Any = None, beside: Beside | None = None
        ) -> Floats | None:
            return settled_again(
                self.solver, self.linear, stage, settles, closed, freed, self._shares, months, begin, beside
            )

        before: Floats | None = self.found[settles.name].columns
        if self._in_parts(closing) or months:
            key = stage.name, tuple(closing.freed) if self._in_parts(closing) else ()
            if key not in self._undelayed:
                self._undelayed[key] = again(nothing, closing.freed if self._in_parts(closing) else {})
            before = self._undelayed[key]
        beside = None if before is None or closing.freed else self._beside(stage, closing.columns, before)
        after = again(closing.columns, closing.freed, basis, beside)
        return None if before is None or after is None else (before, after)

    def _beside(self, stage: Stage, closed: Integers, before: Floats) -> Beside | None:
        """What the delay leaves as it is: the pieces of the plan in which nothing is closed; none where that is not known."""
        if (stage.upper[closed] > 0).any() and (stage.upper - stage.lower <= 0)[closed[stage.upper[closed] > 0]].any():
            return None
        if stage.name not in self._pieces:
            count = stage.row_lower.size
            ties = np.flatnonzero(np.isfinite(stage.row_lower) | np.isfinite(stage.row_upper))
            matrix = self.solver.matrix()[:count, : self.solver.columns][ties]
            self._pieces[stage.name] = Pieces(matrix, stage.lower, stage.upper)
        return before, self._pieces[stage.name].touched(closed)

    def _by_month(self, settles: Pass) -> Sequence[Pass]:
        """Passes up to one that is held by terms, and ties, which settle the months; none where it is not asked."""
        passes = self.v.programme.passes
        if settles.how != "held" or self.solver.columns > BY_MONTH or passes[-1].name != TIES:
            return ()
        return [*passes[: passes.index(settles) + 1], passes[-1]]

    def _read(self, stage: Stage, each: Waited, closing: Closing) -> Loss:
        """What was lost, and who lacks what by it once both plans are settled."""
        own, settles = self.found[stage.name], self.reader.settles(self.passes[stage.name])
        one_term = settles.how == "held" and len(settles.measure.terms) < 2
        before, after = each.base, each.columns
        cost = float(own.cost @ (after - before))
        if stage.name in self.reader.shortage_of and (not one_term or self._by_month(settles)):
            before, after = self._settled(stage, closing, each.basis) or (before, after)
        if settles.how == "shared":  # what is shared is not the least that could lack in all
            cost = float(own.cost @ (after - before))
        more = self.found[settles.name].cost * (after - before)
        return self.reader.read(stage.name, cost, stage.value, before, after, more, lost=each.lost)

    def _shared(
        self, stage: Stage, waits: Sequence[int], closing: Sequence[Closing], most: float | None
    ) -> list[tuple[int, Loss]]:
        """Those that leave the worst-off as they are and take of another's share."""
        settles, told = self.reader.settles(self.passes[stage.name]), []
        fair = self.found[settles.name]
        for n in self._may_share_otherwise(stage, fair, waits, closing):
            both = self._settled(stage, closing[n])
            if both is None or not self.reader.less_fair(settles, *both):
                continue
            before, after = both
            more = fair.cost * (after - before)
            cost = float(more[more > 0].sum())
            if most is None:
                told.append((n, self.reader.read(stage.name, cost, fair.value, before, after, more)))
            else:
                told.append((n, Loss(settles.name, np.nan, cost / abs(fair.value) if fair.value else np.inf)))
        return [(n, loss if most is not None else replace(loss, objective=settles.name)) for n, loss in told]

    def _may_share_otherwise(
        self, stage: Stage, fair: PassResult, waits: Sequence[int], closing: Sequence[Closing]
    ) -> list[int]:
        """Those whose delay is not proved to leave every share as it is.

        Where a plan with the delay gives everyone the share that was settled without it, these shares are the ones that
        would be settled with it: the best of all plans are among fewer plans, and still the best.
        """
        used = [n for n in waits if (fair.columns[closing[n].columns] > NOTHING).any()]
        plain = [n for n in used if not self._in_parts(closing[n])]
        if not used or self.solver.columns >= LARGE:
            return []
        at, upper = np.flatnonzero(fair.cost), stage.upper.copy()
        most = fair.columns[at] + ROUNDING * np.maximum(1.0, fair.columns[at])
        upper[at] = np.maximum(stage.lower[at], np.minimum(upper[at], most))
        value = float(stage.cost @ fair.columns)
        as_shared = replace(stage, name=fair.name, upper=upper, levels=fair.columns, value=value)
        base = self.solver.load(as_shared)
        if self.solver.status != OPTIMAL or not plain:
            return used
        otherwise = {each.n for each in self._losing(as_shared, base, plain, closing, None)}
        return [n for n in used if n in otherwise or n not in plain]


def _is_none(loss: Loss | None) -> bool:
    """Whether it is known that nothing is lost."""
    return loss is not None and loss.objective is None and not loss.unseen
