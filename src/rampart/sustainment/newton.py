"""Systems in action and jobs in shops that give themselves, found together by Newton's method.

    u = systems up that follow from what is short                    (F,)
    what comes to a shop by the systems up = what it ends            L (shops,) mean jobs of its own chain
    v = jobs a day that come less for one more there, by what is short    (shops,)

The work that comes to a shop falls as its queue grows and that which it ends does not, so that L is told by the two even far
past saturation, where the queue that follows from given arrivals is not: it is all or nothing. Where no part of a step
helps, steps of time taken implicitly are tried (pseudo-transient continuation, Kelley and Keyes 1998): where more comes than is
ended and nothing lacks yet, a queue grows until something does. How closed
fleets vary is taken from the last step. Cases that stand abreast are each a problem of their own.
"""

from __future__ import annotations

import numpy as np

from rampart.sustainment.before_the_plan import BeforeThePlan
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.feedback import falls, felt
from rampart.sustainment.shop_line import MOST_STATES

STEPS = 60
TRIED: tuple[tuple[float, float | None], ...] = (
    (1.0, None), (0.3, None), (0.1, None), (1.0, 10.0), (1.0, 1.0), (0.03, None), (1.0, 0.1), (0.01, None), (0.3, None)
)  # fmt: skip
"""Shares of a step of Newton's, and steps of time, tried in turn; if none helps the last is gone all the same."""
CLOSE = 1e-6
"""Share of the systems, and of the work of a shop, by which both sides may differ."""
SWINGS = 8
"""Steps after which how much is short at all is taken half as found and half as it was."""
AGAIN = 0.5
"""Share of the difference left after a step above which the slopes are worked out anew."""


def by_newton(before: BeforeThePlan, up: Floats, *, abreast: int = 1) -> tuple[int, Floats]:
    """Bring ``before`` to where it gives itself, from ``up`` (F,) on: steps taken, differences (F,) left of systems up."""
    search = _Search(before, abreast)
    return search.run(up)


class _Search:
    """Unknowns and differences of cases abreast: (cases, fleets of one + shops of one + shops of one)."""

    def __init__(self, before: BeforeThePlan, cases: int) -> None:
        self.before, self.cases = before, cases
        self.held = before.now.held.reshape(cases, -1)
        self.fleets = self.held.shape[1]
        self.shops = len(before.now.lines) // cases
        # In a shop stand no more than all spares and a job of every system, but for chance.
        stock = before.flows.stock.reshape(cases, -1).sum(axis=1)
        units = np.minimum(2.0 * (stock + self.held.sum(axis=1)) + 10.0, 0.9 * MOST_STATES)
        self.steepest = before.reach.max(axis=1).reshape(cases, self.shops)
        self.most = np.concatenate((self.held, np.repeat(units[:, None], self.shops, axis=1), self.steepest), axis=1)
        self.scale = np.maximum(0.5 * self.most, 1e-12)
        self.at_least = before.now.at_least
        # What a shop can do, or what all systems would bring it, is the scale of its flow.
        self.flow = np.maximum((before.reach @ before.now.held).reshape(cases, self.shops), 1e-12)

    def look(self, x: Floats) -> Floats:
        """Differences at a point, as shares."""
        before, n = self.before, self.fleets
        before.now.at_least = self.at_least
        before.use(x[:, :n].ravel())
        before.slower = x[:, n + self.shops :].ravel()
        empty = before.fill(x[:, n : n + self.shops].ravel())
        before.lack()
        before.psi = felt(before.setting, before.flows, before.asked, before.by_fleet, before.now)[0]
        slower = falls(before.setting, before.reach, before.now, before.psi, before.up)
        of_fleets = (before.whole - before.up).reshape(self.cases, n) / (self.held + 0.01)
        of_shops = (before.wanted() - empty).reshape(self.cases, self.shops) / self.flow
        of_falls = (slower - before.slower).reshape(self.cases, self.shops) / np.maximum(self.steepest, 1e-12)
        return np.concatenate((of_fleets, of_shops, of_falls), axis=1)

    def slopes(self, x: Floats, here: Floats) -> Floats:
        """Slopes (cases, differences, unknowns) at a point, each unknown of all cases moved at once."""
        found = np.empty((self.cases, x.shape[1], x.shape[1]))
        # What is short has corners: far from the solution slopes are those of what lies about, not of one side of a corner.
        wide = np.clip(_size(here), 1e-5, 0.05)
        for k in range(x.shape[1]):
            by = wide * (0.01 * self.most[:, k] + x[:, k])
            by = np.where(x[:, k] + by > self.most[:, k], -by, by)
            moved = x.copy()
            moved[:, k] += by
            found[:, :, k] = (self.look(moved) - here) / np.where(by == 0, 1.0, by)[:, None]
        # An unknown that moves nothing stays where it is.
        dead = (np.abs(found).max(axis=1) == 0) | (self.most <= 0)
        for c, k in zip(*np.nonzero(dead), strict=True):
            found[c, k, k] = -1.0
        return found

    def run(self, up: Floats) -> tuple[int, Floats]:
        """See ``by_newton``."""
        before = self.before
        jobs = np.array([line.jobs for line in before.now.lines])
        x = np.concatenate([a.reshape(self.cases, -1) for a in (up, jobs, before.slower)], axis=1)
        x = np.clip(x, 0.0, self.most)
        slopes: Floats | None = None
        steps = 0
        here = self.look(x)
        for steps in range(1, STEPS + 1):
            size = _size(here)
            if size.max() < CLOSE:
                break
            new = slopes is None
            slopes = self.slopes(x, here) if slopes is None else slopes
            taken, there = self._step(x, here, slopes)
            slow = bool((_size(there) > np.maximum(AGAIN * size, CLOSE)).any())
            slopes = None if slow and not new else _updated(slopes, taken - x, there - here)
            x = taken
            self.look(x)
            # What swings by turns between two is taken between them.
            self.at_least = before.now.at_least if steps <= SWINGS else 0.5 * (self.at_least + before.now.at_least)
            here = self.look(x)
        return steps, np.abs(here[:, : self.fleets] * (self.held + 0.01)).ravel()

    def _step(self, x: Floats, here: Floats, slopes: Floats) -> tuple[Floats, Floats]:
        """Of each case the first of some steps by which the differences become less, and what they are then."""
        best, of_best, open_ = x.copy(), here.copy(), _size(here) >= CLOSE
        whole = np.clip(x + _solved(slopes, -here), 0.0, self.most) - x
        sides = np.eye(x.shape[1]) / self.scale[:, None, :]
        for share, time in TRIED:
            step = share * whole if time is None else _solved(slopes - sides / time, -here)
            tried = np.clip(x + step, 0.0, self.most)
            there = self.look(tried)
            take = open_ & (((there**2).sum(axis=1) < (here**2).sum(axis=1)) | ((share, time) == TRIED[-1]))
            best[take], of_best[take] = tried[take], there[take]
            open_ &= ~take
            if not open_.any():
                break
        return best, of_best


def _size(differences: Floats) -> Floats:
    return np.asarray(np.abs(differences).max(axis=1))


def _solved(slopes: Floats, right: Floats) -> Floats:
    """The step of each case; the least one where the slopes do not tell it."""
    try:
        found = np.linalg.solve(slopes, right[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        found = np.stack([np.linalg.lstsq(a, b, rcond=1e-12)[0] for a, b in zip(slopes, right, strict=True)])
    return np.asarray(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0))


def _updated(slopes: Floats, moved: Floats, gained: Floats) -> Floats:
    """Slopes that also give what the last step gave (Broyden 1965)."""
    length = (moved**2).sum(axis=1)
    missed = gained - np.einsum("cij,cj->ci", slopes, moved)
    return np.asarray(
        slopes + missed[:, :, None] * moved[:, None, :] / np.where(length > 0, length, 1.0)[:, None, None]
    )
