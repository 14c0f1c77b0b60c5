"""The war as a Markov chain of regimes with an end that is not left again.

The chance of a change may depend on how long the regime has lasted: then each regime is several states in a row, one a
month of age up to the age from which nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rampart.beliefs.hazards import hazards
from rampart.case.calendar import month_number
from rampart.case.likeness import likeness
from rampart.case.tables import Case
from rampart.findings import CaseError, Finding

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def regimes_of(case: Case) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The regimes of a case, and whether each is the end.

    The order hangs on data alone, so that no other spelling draws other paths: the present one first, then the likelier
    to follow it, the end last. Where that leaves two the same, what the chain says of them goes before all else, so that
    the same seed draws the same war when a stock, a need or a cost is another.
    """
    present, ends = case.settings["regime"], dict(case["regimes"].select("regime", "ends").iter_rows())
    changes = case["transitions"].filter(pl.col("from_regime").eq_missing(present)).sort("after", nulls_last=False)
    likelier = changes.unique("to_regime", keep="first", maintain_order=True)
    chance = dict(likelier["to_regime", "probability"].iter_rows())
    of_chain = likeness({table: case[table] for table in ("regimes", "transitions")})
    of_case = likeness(case.tables)
    order = sorted(
        ends,
        key=lambda r: (
            bool(ends[r]), r != present, -chance.get(r, 0.0), of_chain.of("regimes", r), of_case.of("regimes", r), r,
        ),
    )  # fmt: skip
    return tuple(order), tuple(bool(ends[r]) for r in order)


@dataclass(frozen=True, eq=False)
class Chain:
    """Regimes and the chances of change from month to month.

    regimes   names, the ends among them
    ends      whether each is the end, shape (regimes,)
    start     regime of the first month
    regime_of regime of each state, shape (states,)
    step      chance of each state a month after each other, shape (states, states), rows sum to one
    at_start  chance of each regime in the first month, where it is not known, shape (regimes,); none: it is ``start``
    """

    regimes: tuple[str, ...]
    ends: NDArray[np.bool_]
    start: int
    regime_of: Integers
    step: Floats
    at_start: Floats | None = None

    @classmethod
    def of(cls, case: Case) -> Chain:
        """The chain of a case: its regimes, transitions and present regime. CaseError where it states none."""
        chain, likely = cls._as_now(case), dict(case["regimes"].select("regime", "at_start").iter_rows())
        chances = np.array([likely[regime] or 0.0 for regime in chain.regimes])
        return replace(chain, at_start=chances / chances.sum()) if chances.any() else chain

    @classmethod
    def _as_now(cls, case: Case) -> Chain:
        """The chain of a case from its present regime on."""
        regimes, ends = regimes_of(case)
        if not regimes:
            raise CaseError([Finding("no-beliefs", "regimes")])
        if case.settings["regime"] not in regimes:
            raise CaseError([Finding("no-present-regime", "settings", details={"regimes": ", ".join(regimes)})])
        changes: dict[tuple[str, int], dict[str, float]] = {}
        for r in case["transitions"].iter_rows(named=True):
            changes.setdefault((r["from_regime"], int(r["after"] or 0)), {})[r["to_regime"]] = r["probability"]
        start = str(case.settings["regime"])
        durations = {int(r["months"]): float(r["over"]) for r in case["durations"].iter_rows(named=True)}
        if not durations:
            return cls.from_changes(regimes, ends, start, changes)
        began = case.settings["war_began"]
        age = case.calendar.first - month_number(began) if began else 0
        return cls.from_durations(regimes, ends, start, {a: to for (a, _), to in changes.items()}, durations, age=age)

    @classmethod
    def from_durations(
        cls,
        regimes: Sequence[str],
        ends: Sequence[bool],
        start: str,
        changes: Mapping[str, Mapping[str, float]],
        over_after: Mapping[int, float],
        *,
        age: int = 0,
    ) -> Chain:
        """A chain whose end depends on how long the war has lasted, whatever its regime.

        changes     regime -> chance a month of each other regime of war, if it does not end
        over_after  share of wars over after so many months (``beliefs.hazards``)
        age         months that the war has lasted before the first month of the plan

        A state is a regime and a month of the war, up to the month from which the chance of the end stays as it is.
        """
        steps = hazards(over_after)
        end = int(np.flatnonzero(np.array(ends, dtype=bool))[0])
        fighting = [n for n in range(len(regimes)) if n != end]
        ages = list(range(age, max(age, steps[-1][0]) + 1))
        states = [(n, a) for n in fighting for a in ages] + [(end, 0)]
        index = {state: k for k, state in enumerate(states)}
        step = np.zeros((len(states), len(states)))
        step[-1, -1] = 1.0
        for n, a in states[:-1]:
            k, older = index[n, a], min(a + 1, ages[-1])
            hazard = next(chance for begin, chance in reversed(steps) if begin <= a)
            to = {regimes.index(name): chance for name, chance in changes.get(regimes[n], {}).items()}
            step[k, -1] = hazard
            for other, chance in to.items():
                step[k, index[other, older]] += (1 - hazard) * chance
            step[k, index[n, older]] += (1 - hazard) * (1 - sum(to.values()))
        if (step < -1e-9).any():
            raise ValueError("chances of change out of a regime sum to more than one")
        # the present regime comes first among the states of its own, at the age of the war now
        return cls(
            tuple(regimes), np.array(ends, dtype=bool), list(regimes).index(start),
            np.array([n for n, _ in states]), np.maximum(step, 0.0),
        )  # fmt: skip

    @classmethod
    def from_changes(
        cls,
        regimes: Sequence[str],
        ends: Sequence[bool],
        start: str,
        changes: Mapping[tuple[str, int], Mapping[str, float]],
    ) -> Chain:
        """A chain from its changes: (regime, months it has lasted) -> chance of each other regime.

        A change holds from its age on until one of a later age names the same regime; what is left stays.
        """
        ages = {r: sorted({0, *(age for name, age in changes if name == r)}) for r in regimes}
        states = [(n, age) for n, r in enumerate(regimes) for age in range(ages[r][-1] + 1)]
        index = {state: k for k, state in enumerate(states)}
        step = np.zeros((len(states), len(states)))
        for k, (n, age) in enumerate(states):
            to: dict[str, float] = {}
            for known in ages[regimes[n]]:
                if known <= age:
                    to |= changes.get((regimes[n], known), {})
            older = index.get((n, age + 1), k)
            for name, chance in to.items():
                if name != regimes[n]:
                    step[k, index[regimes.index(name), 0]] += chance
            step[k, older] += 1.0 - step[k].sum()
        if (step < -1e-9).any():
            raise ValueError("chances of change out of a regime sum to more than one")
        return cls(
            tuple(regimes), np.array(ends, dtype=bool), list(regimes).index(start),
            np.array([n for n, _ in states]), np.maximum(step, 0.0),
        )  # fmt: skip

    @cached_property
    def first(self) -> Floats:
        """All the weight on the first month of the present regime, or of those it may be, shape (states,)."""
        result: Floats = np.zeros(len(self.regime_of))
        begins = np.eye(len(self.regimes))[self.start] if self.at_start is None else self.at_start
        for regime, chance in enumerate(begins.tolist()):
            if chance > 0:
                result[np.flatnonzero(self.regime_of == regime)[0]] = chance
        return result

    @property
    def known_at_start(self) -> bool:
        """Whether the regime of the first month is known."""
        return self.at_start is None or bool(self.at_start.max() == 1.0)

    def shares(self, belief: Floats) -> Floats:
        """Share of each regime in a weight over the states, shape (regimes,)."""
        result: Floats = np.bincount(self.regime_of, belief, minlength=len(self.regimes)).astype(float)
        return result

    def after(self, belief: Floats, months: int) -> Floats:
        """Weight over the states some months later."""
        result: Floats = belief @ np.linalg.matrix_power(self.step, months)
        return result

    # -- closed forms --------------------------------------------------------------------------------------------

    @cached_property
    def _fighting(self) -> Integers:
        return np.flatnonzero(~self.ends[self.regime_of])

    @cached_property
    def alive(self) -> Floats:
        """Q: the chances among the states in which the war goes on."""
        return self.step[np.ix_(self._fighting, self._fighting)]

    @property
    def can_end(self) -> bool:
        """Whether the end is sure to come at last."""
        return bool(np.abs(np.linalg.eigvals(self.alive)).max(initial=0.0) < 1 - 1e-12)

    def survival(self, months: int) -> Floats:
        """Chance that the war goes on k months after the first, k = 0..months: e Q^k 1. Shape (months + 1,)."""
        weight, result = self.first[self._fighting], []
        for _ in range(months + 1):
            result.append(weight.sum())
            weight = weight @ self.alive
        return np.array(result)

    def expected_months(self) -> dict[str, float]:
        """Expected months of war in each regime from the first month on: row of F = (I - Q)^-1. Endless war: infinite."""
        fighting = [r for r, end in zip(self.regimes, self.ends, strict=True) if not end]
        if not self.can_end:
            return dict.fromkeys(fighting, np.inf)
        visits = np.linalg.solve(np.eye(len(self.alive)) - self.alive.T, self.first[self._fighting])
        of_regime = np.bincount(self.regime_of[self._fighting], visits, minlength=len(self.regimes))
        return {r: float(m) for r, m, end in zip(self.regimes, of_regime, self.ends, strict=True) if not end}

    def total_moments(self, monthly: Mapping[str, float]) -> tuple[float, float]:
        """Mean and variance of a monthly amount by regime, summed over the war: m1 = F d, m2 = F (d^2 + 2 d Q m1)."""
        d = np.array([monthly.get(self.regimes[n], 0.0) for n in self.regime_of[self._fighting]])
        fundamental = np.linalg.inv(np.eye(len(self.alive)) - self.alive)
        m1 = fundamental @ d
        m2 = fundamental @ (d**2 + 2 * d * (self.alive @ m1))
        begin = self.first[self._fighting]
        return float(begin @ m1), float(begin @ m2 - (begin @ m1) ** 2)

    @property
    def long_run_hazard(self) -> float:
        """Chance a month that a war that has lasted long ends: one less the largest eigenvalue of Q."""
        return float(1 - np.abs(np.linalg.eigvals(self.alive)).max(initial=0.0))

    def sample(self, paths: int, months: int, *, seed: int = 0, belief: Floats | None = None) -> Integers:
        """Regimes of each month, shape (paths, months). Every path has a stream of its own, so more paths leave the
        first ones as they are.

        belief  weight over the states in the first month; by default the present regime begins in it
        """
        sums, begin = self.step.cumsum(axis=1), (self.first if belief is None else belief).cumsum()
        draws = np.stack([np.random.default_rng([seed, n]).random(months) for n in range(paths)])
        chosen = np.array([np.random.default_rng([seed, n, 1]).random() for n in range(paths)]) * begin[-1]
        state = np.minimum((begin[None, :] <= chosen[:, None]).sum(axis=1), len(begin) - 1)
        result = np.empty((paths, months), dtype=np.int64)
        for month in range(months):
            result[:, month] = self.regime_of[state]
            state = np.minimum((sums[state] <= draws[:, month, None]).sum(axis=1), len(sums) - 1)
        return result

    def sample_by_end(self, paths: int, months: int, *, seed: int = 0, belief: Floats | None = None) -> Integers:
        """The same, shape (paths, months), but as many paths end in each month as the chain says: sorted by their end, path
        n ends where the chance to be over passes a figure drawn between n and n + 1 parts of ``paths``.

        Given the month of its end a path is drawn from the chain that leads there: each chance of change is weighed by the
        chance that the war then ends in that month. So every path stays as likely as it was (stratified sampling, Cochran
        1977, chapter 5).
        """
        begin = self.first if belief is None else belief / belief.sum()
        over = [self.ends[self.regime_of].astype(float)]  # chance to be over so many months later, by state
        for _ in range(months - 1):
            over.append(self.step @ over[-1])
        by_month = np.array([begin @ o for o in over])
        streams = [np.random.default_rng([seed, n, 2]) for n in range(paths)]
        drawn = np.stack([stream.random(months + 1) for stream in streams])
        end = (by_month[None, :] <= ((np.arange(paths) + drawn[:, -1]) / paths)[:, None]).sum(axis=1)  # months: not yet
        nothing = np.zeros_like(over[0])

        def leads_there(month: int) -> Floats:
            """Chance of each state in a month that the war ends when it is to, shape (paths, states)."""
            rows = []
            for last in end.tolist():
                if last == months:
                    rows.append(1.0 - over[months - 1 - month])
                elif month > last:
                    rows.append(over[0])
                else:
                    rows.append(over[last - month] - (over[last - month - 1] if last > month else nothing))
            return np.maximum(np.array(rows), 0.0)

        result, chance = np.empty((paths, months), dtype=np.int64), np.tile(begin, (paths, 1))
        for month in range(months):
            sums = (chance * leads_there(month)).cumsum(axis=1)
            state = np.minimum((sums <= (drawn[:, month] * sums[:, -1])[:, None]).sum(axis=1), len(begin) - 1)
            result[:, month] = self.regime_of[state]
            chance = self.step[state]
        return result
