"""Shares that are settled item by item are those in which nobody can get more but at the cost of one who has less."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from cases_random import random_case
from rampart.engine.highs import OPTIMAL, sparse
from rampart.engine.linear_model import Matrices
from rampart.network.lags import Floats, Integers
from rampart.plan.model.build import build
from rampart.plan.programme.layout import Layout, lay_out
from rampart.plan.solving import fairness
from rampart.plan.solving.fairness import Shares, share_fairly
from rampart.plan.solving.least_lacks import LeastLacks
from rampart.plan.solving.pass_solver import PassSolver

PERIODS, ITEMS, HOLDERS = 2, 3, 4
SLACK = 1e-7


@pytest.fixture(scope="module")
def layout() -> Layout:
    """Of any plan; its model is exchanged."""
    return lay_out(build(random_case(Random(0))))


class Shortage:
    """Holders who ask for items of which there is too little; some money buys more of any.

    Columns: what each lacks, by item, period and holder, as a share of what it asks for; then what is bought of each item.
    Of an item no more is given up to a period than there is up to then and is bought, and not every holder can be given all.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.count = PERIODS * ITEMS * HOLDERS
        place = np.arange(self.count)
        self.item, self.period = place % (ITEMS * HOLDERS) // HOLDERS, place // (ITEMS * HOLDERS)
        asked = rng.integers(1, 20, self.count).astype(float)
        supply = rng.integers(5, 60, (ITEMS, PERIODS)).astype(float).cumsum(axis=1)
        rows, most = [], []
        for i in range(ITEMS):
            for t in range(PERIODS):
                own = (self.item == i) & (self.period <= t)
                rows.append(np.concatenate([np.where(own, -asked, 0.0), -np.eye(ITEMS)[i]]))
                most.append(supply[i, t] - asked[own].sum())
        rows.append(np.concatenate([np.zeros(self.count), rng.integers(1, 4, ITEMS).astype(float)]))
        most.append(float(rng.integers(0, 30)))
        self.rows, self.most = np.array(rows), np.array(most)
        lacks_anyhow = np.where(rng.random(self.count) < 0.4, rng.random(self.count), 0.0)
        self.lower = np.concatenate([lacks_anyhow, np.zeros(ITEMS)])
        self.upper = np.concatenate([np.ones(self.count), np.full(ITEMS, np.inf)])

    def shares(self, item: Integers) -> Shares:
        """What is to be shared."""
        eye = sparse(
            (np.ones(self.count), (np.arange(self.count), np.arange(self.count))), shape=(self.count, self.upper.size)
        )
        return Shares(eye, self.period, item)

    def solver(self, layout: Layout) -> PassSolver:
        """One that stands at a plan."""
        matrices = Matrices(sparse(self.rows), self.lower, self.upper, np.full(self.most.size, -np.inf), self.most)
        solver = PassSolver(replace(layout, matrices=matrices), np.zeros(0, dtype=np.int64))
        assert solver.solve(None) == OPTIMAL
        return solver

    def by_solving(self) -> Floats:
        """The shares that lack, by one programme for the least share and one for each who may get more."""
        upper, found = self.upper.copy(), np.zeros(self.count)
        for period in range(PERIODS):
            left = np.flatnonzero(self.period == period).tolist()
            while left:
                most = self.least(upper, left)
                upper[left] = np.minimum(upper[left], most + SLACK)
                settled = [e for e in left if self.least(upper, [e]) > most - 1e-5] if most > 1e-6 else list(left)
                assert settled
                found[settled] = upper[settled] = most
                upper[settled] += SLACK
                left = [e for e in left if e not in settled]
        return found

    def least(self, upper: Floats, entries: list[int]) -> float:
        """The least that those of some entries who lack most can lack."""
        worst = np.zeros((len(entries), self.upper.size + 1))
        worst[np.arange(len(entries)), entries], worst[:, -1] = 1.0, -1.0
        rows = np.vstack([np.column_stack([self.rows, np.zeros(self.most.size)]), worst])
        bounds = [*zip(self.lower, np.where(np.isinf(upper), None, upper), strict=True), (0.0, None)]
        cost = np.concatenate([np.zeros(self.upper.size), [1.0]])
        found = linprog(cost, A_ub=rows, b_ub=np.concatenate([self.most, np.zeros(len(entries))]), bounds=bounds)
        return float(found.fun)


def test_settled_item_by_item_nobody_can_get_more_but_of_one_who_has_less(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved: list[int] = []

    class Counted(LeastLacks):
        def most_of(self, column: int, rows: Integers) -> Floats | None:
            found = super().most_of(column, rows)
            proved.extend([column] if found is not None else [])
            return found

    monkeypatch.setattr(fairness, "LeastLacks", Counted)
    for seed in range(5):
        short = Shortage(np.random.default_rng(seed))
        right = short.by_solving()
        by_chance = np.random.default_rng(seed).integers(0, 3, short.count)
        for item, by_item in ((short.item, True), (by_chance, True), (short.item, False)):
            solver = short.solver(layout)
            shared = share_fairly(solver, short.shares(item), None, by_item=by_item)
            assert shared.status == OPTIMAL
            assert shared.lack == pytest.approx(right, abs=1e-5), seed
            assert shared.levels[: short.count] == pytest.approx(right, abs=1e-5)
            assert solver.row_count == short.most.size and solver.column_count == short.upper.size
    assert len(proved) > 5
