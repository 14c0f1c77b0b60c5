"""Where a course begins: the steady state of the closed system in the first month, shops past saturation included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.sustainment.before_the_plan import BeforeThePlan
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.feedback import felt
from rampart.sustainment.history import History
from rampart.sustainment.moment import Moment
from rampart.sustainment.newton import by_newton
from rampart.sustainment.setting import Setting

ROUNDS, SETTLED = 400, 1e-5
"""Rounds in which the state before the plan is found, and the change of systems in action, of those down, at which it is."""
PLAIN = 60
"""Rounds after which shops and fleets are looked for together, by Newton's method."""
BROUGHT = 1e-3
"""Share by which what comes to a shop and what systems bring it may then differ."""


@dataclass
class Start:
    """The state before the plan, and how closely it was found.

    psi        (S, P) chance that one more unit in a pipeline is one more system down
    asked, by_fleet   requests (S, P) and (F, P) a day
    rounds      it took
    difference  (F,) last change of systems in action
    """

    now: Moment
    past: History
    psi: Floats
    asked: Floats
    by_fleet: Floats
    rounds: int
    difference: Floats


class Secant:
    """Systems up (F,) that give themselves, each looked for by a secant of its own: taken to be so many, so many came of it.

    rounds   how often it was tried
    change   (F,) differences of the last round
    """

    def __init__(self, up: Floats) -> None:
        self.up, self.rounds, self.change = up, 0, np.full(len(up), np.inf)
        self._step, self._before, self._moved = np.full(len(up), 0.7), np.zeros(len(up)), np.zeros(len(up))
        self._gap = self._before

    def found(self, now: Any, abreast: int) -> bool:
        """Whether what came of it, at an instant, is what was taken; of so many cases abreast."""
        # Where more is owed than there are systems, by how much says how far off the start is.
        self._gap = now.up - now.beyond - self.up
        self.rounds, self.change = self.rounds + 1, np.abs(self._gap)
        return float(self.change.max(initial=0.0)) < SETTLED * (float((now.held - now.up).sum()) / abreast + 0.01)

    def go_on(self) -> None:
        """Take as many as the secant says."""
        gap, before = self._gap, self._before
        if self.rounds > 3:
            slope = np.divide(self._moved, before - gap, out=self._step.copy(), where=np.abs(before - gap) > 1e-12)
            # A secant that points the wrong way says only that the last step was too long.
            longest = 1.3 if self.rounds < 60 else 0.5
            self._step = np.clip(np.where(slope > 0, slope, 0.5 * self._step), 1e-3, longest)
        self._moved, self._before = self._step * gap, gap
        self.up = self.up + self._moved


def steady_state(setting: Setting, up: Floats, *, abreast: int = 1) -> Start:
    """The steady state of the closed system in the first month, before the plan, looked for from ``up`` (F,).

    First in rounds, which take few where systems and shops say little of each other; then by Newton's method.
    """
    before, sought = BeforeThePlan(setting, up), Secant(up)
    empty = np.zeros(len(setting.s.shops))
    rounds = min(ROUNDS, PLAIN if setting.places else ROUNDS)
    for number in range(1, rounds + 1):
        before.use(sought.up)
        if number == 1:
            empty = before.total.copy()
        told = before.settle(empty)
        before.lack()
        before.psi = felt(setting, before.flows, before.asked, before.by_fleet, before.now)[0]
        # What would come to an empty shop hangs little on the queue, so it is what the rounds go over.
        wanted = before.wanted()
        off = np.abs(wanted - told)
        empty = empty + 0.7 * (wanted - told)
        # A shop that gets nothing agrees with a fleet that lacks nothing, but not with what that fleet brings it.
        if sought.found(before.now, abreast) and (off <= BROUGHT * np.abs(wanted)).all():
            return _begun(before, sought.rounds, sought.change)
        sought.go_on()
    if not setting.places or ROUNDS <= PLAIN:
        return _begun(before, sought.rounds, sought.change)
    tried, change = by_newton(before, sought.up, abreast=abreast)
    return _begun(before, sought.rounds + tried, change)


def _begun(before: BeforeThePlan, rounds: int, change: Floats) -> Start:
    now = before.now
    now.ending = np.where(before.closed, 0.0, before.asked * before.flows.repaired)
    now.rising = np.zeros(now.ending.shape)
    return Start(now, before.past, before.psi, before.asked, before.by_fleet, rounds, change)
