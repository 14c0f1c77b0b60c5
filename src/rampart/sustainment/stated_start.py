"""Where a course begins that knows what was in repair and on order: units counted, in place of those of the long run.

Of n units in repair for an exponential time of mean T, n e^(-t/T) are there after t, with a variance n q (1 - q), q = e^(-t/T):
n q^2 less than by chance alone. Of n on order, n (1 - t/L) are still to come, known to the unit. ``counted`` says by how much
the variance of each pipeline falls short of its mean for that; those of shops are in their chains.
"""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.setting import Setting
from rampart.sustainment.start import Start


def begin_as_stated(setting: Setting, start: Start) -> None:
    """Put what the case states of its start in place of the steady state."""
    s, times, now = setting.s, setting.supply.times, start.now
    in_repair, known = s.in_repair.T, ~np.isnan(s.in_repair.T)
    alone, closed = times.shop[0].T < 0, times.opens.T > 0
    now.in_repair = np.where(known & alone & ~closed, np.nan_to_num(in_repair), np.where(known, 0.0, now.in_repair))
    now.pile = np.where(known & closed, np.nan_to_num(in_repair), now.pile)
    for h, (line, (sites, parts, fleets)) in enumerate(zip(now.lines, setting.places, strict=True)):
        mine = (times.shop[0].T[sites, parts] == h) & ~closed[sites, parts]
        of_parts = np.where(mine, in_repair[sites, parts], np.nan)
        line.restate(np.concatenate((of_parts, np.full(len(fleets), np.nan))), line.before, float(s.bays[0, h]))
    order, lead = s.on_order.T[setting.losing], setting.lead_time
    bought = ~np.isnan(order) & (np.nan_to_num(lead) > 0)[None, :]
    per_day = np.divide(order, lead[None, :], out=np.zeros_like(order), where=bought)
    start.past.thrown.before = np.where(bought, per_day, start.past.thrown.before)
    now.known = counted(setting, 0.0, times.apart[0].T)


def counted(setting: Setting, time: float, apart: Floats) -> Floats:
    """By how much (S, P) the variance of pipelines falls short of their mean at a time, as units were counted at the start."""
    s = setting.s
    left = np.exp(-2.0 * time / np.maximum(apart, 1e-9)) if time > 0 else np.ones_like(apart)
    alone = (setting.supply.times.shop[0].T < 0) & (setting.supply.times.opens.T == 0)
    result = np.nan_to_num(s.in_repair.T) * np.where(alone, left, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        to_come = np.clip(1.0 - time / setting.lead_time, 0.0, 1.0)
    result[setting.losing] += np.nan_to_num(s.on_order.T[setting.losing] * to_come[None, :])
    return result
