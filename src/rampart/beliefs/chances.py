"""Chance of each regime of the war, month by month, as seen from the first."""

from __future__ import annotations

import numpy as np

from rampart.beliefs.chain import Chain, Floats
from rampart.beliefs.draws import last_of_war
from rampart.case.tables import Case
from rampart.requirements.worth import believes


def chances(case: Case) -> tuple[tuple[str, ...], Floats] | None:
    """Regimes, and the chance of each in each month of the horizon, shape (regimes, months); none without beliefs.

    P(t) = e S^t, with e the present regime and S the chances of change a month (``beliefs.chain``). After the last month
    in which the war may go on it is over.
    """
    if not believes(case):
        return None
    chain, calendar = Chain.of(case), case.calendar
    found, belief = np.zeros((len(chain.regimes), calendar.last - calendar.first + 1)), chain.first
    for month in range(found.shape[1]):
        found[:, month] = chain.shares(belief)
        belief = belief @ chain.step
    over = calendar.first + np.arange(found.shape[1]) > last_of_war(case)
    if over.any() and chain.ends.any():
        found[:, over] = np.where(chain.ends, 1.0 / chain.ends.sum(), 0.0)[:, None]
    return chain.regimes, found
