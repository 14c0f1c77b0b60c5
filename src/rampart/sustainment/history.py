"""What a course remembers: flows so far, and what suppliers owed, so that transport and lead times are windows of them."""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, Whole, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.past import Past
from rampart.sustainment.setting import Setting
from rampart.sustainment.supply import Flows, share_sent

UNEVEN = 0.01
"""Change of a site's share in its supplier's requests from which it matters when the oldest unfilled was made."""


class History:
    """Cumulated flows, and levels of what is owed, at the instants of a course; before it the flows of the start.

    raised   (P,) parts whose variance no whole number has, and was raised
    """

    def __init__(self, setting: Setting, flows: Flows, asked: Floats, broken: Floats) -> None:
        self.setting = setting
        supply = setting.supply
        zero = np.zeros_like(asked)
        up, top = supply.suppliers, setting.losing
        self.sent, self.all_asked = Past(zero, asked * flows.upwards), Past(zero[up], asked[up])
        self.thrown = Past(zero[top], (asked * flows.lost)[top])
        self.broken, self.mended = Past(np.zeros_like(broken), broken), Past(np.zeros_like(broken), broken)
        back = owed_since(setting.s)
        self.owed, self.owed_variance = Past(zero[up], zero[up], back), Past(zero[up], zero[up], back)
        self.steady_share = share_sent(supply, flows, asked)
        self.shares_move = False
        # Orders that wait for a maker who delivers only so many a month: units, and by how much their variance is more.
        self.limited = np.isfinite(setting.s.supplied).any(axis=0) & ~np.isnan(setting.lead_time)
        nobody = np.zeros((1, len(setting.s.parts)))
        self.waiting, self.wider = Past(nobody, nobody), Past(nobody, nobody)
        self.more_varied: Floats | None = None
        self.share_thrown = ratio((asked * flows.lost)[top], (asked * flows.lost)[top].sum(axis=0))
        self.raised = np.zeros(len(setting.s.parts), bool)

    def record(self, time: float, length: float, flows: Flows, asked: Floats, broken: Floats) -> None:
        """Add an instant: what was asked for and sent in the ``length`` days up to ``time``."""
        self.sent.put(time, self.sent.last + asked * flows.upwards * length)
        self.all_asked.put(time, self.all_asked.last + asked[self.setting.supply.suppliers] * length)
        losing = self.setting.losing
        thrown = asked[losing] * flows.lost[losing]
        self.thrown.put(time, self.thrown.last + thrown * length)
        self.broken.put(time, self.broken.last + broken * length)
        if self.limited.any():
            self._wait(time, length, thrown)
        self.owed.put(time, self.owed.last)
        self.owed_variance.put(time, self.owed_variance.last)
        if not self.shares_move:
            share = share_sent(self.setting.supply, flows, asked)
            self.shares_move = bool((np.abs(share - self.steady_share) > UNEVEN).any())

    def _wait(self, time: float, length: float, thrown: Floats) -> None:
        """What is ordered beyond what the makers deliver waits: none at the start, then as the flows have it."""
        s = self.setting.s
        m = min(int((time - 1e-9) / MONTH), len(s.months) - 1)
        ordered = np.where(self.limited & (time <= self.setting.last_buy + 1e-9), thrown.sum(axis=0), 0.0)
        left = np.maximum(self.waiting.last[0] + (ordered - s.supplied[m] / MONTH) * length, 0.0)
        left = np.where(self.limited, left, 0.0)
        chance = np.where(left > 0, self.wider.last[0] + self.waiting.last[0] + ordered * length, 0.0)
        self.waiting.put(time, left[None])
        self.wider.put(time, np.maximum(chance - left, 0.0)[None])
        self.share_thrown = ratio(thrown, thrown.sum(axis=0))

    def forget(self) -> None:
        """Take the last step back."""
        pasts = [self.sent, self.all_asked, self.thrown, self.broken, self.owed, self.owed_variance, self.mended]
        for past in (*pasts, *((self.waiting, self.wider) if self.limited.any() else ())):
            past.drop()

    def delayed(self, past: Past, time: float) -> Floats:
        """Cumulated flow of each fleet (F,) one transport before ``time``."""
        return (
            past.rows(time - self.setting.transport, np.arange(len(self.setting.transport)))
            if self.setting.breaks
            else past.last * 0.0
        )

    def moving_and_gone(self, time: float) -> tuple[Floats, Floats]:
        """Units (S, P) on the way from suppliers, and units thrown away that are not replaced yet."""
        s = self.setting.s
        fed, losing, lead = self.setting.fed, self.setting.losing, self.setting.lead_time
        moving = np.zeros_like(self.sent.last)
        moving[fed] = self.sent.last[fed] - self.sent.rows(time - s.order_ship[fed], fed)
        gone = np.zeros_like(moving)
        if len(losing):
            rows = np.arange(len(losing))
            ordered = np.minimum(time - np.nan_to_num(lead), self.setting.last_buy)
            times = np.broadcast_to(ordered, (len(rows), len(lead)))
            gone[losing] = self.thrown.last - np.where(np.isnan(lead), 0.0, self.thrown.cells(times, rows))
            if self.limited.any():
                then = (time - np.nan_to_num(lead))[None]
                one = np.zeros(1, np.int64)
                gone[losing] += self.share_thrown * self.waiting.cells(then, one)
                self.more_varied = np.zeros_like(moving)
                self.more_varied[losing] = self.share_thrown**2 * self.wider.cells(then, one)
        return np.maximum(moving, 0.0), np.maximum(gone, 0.0)

    def share_of_owed(self, layer: Whole, above: Whole, then: Floats, owed: Floats, today: Floats) -> Floats:
        """Share (R, P) of sites in what their suppliers owe."""
        return share_since(self.all_asked, self.sent, above, layer, then, owed, today)


def owed_since(s: Support) -> float:
    """Days back that what suppliers owed is looked at: as long as the longest transport, and steps that are taken back."""
    return float(s.order_ship.max(initial=0.0)) + 60.0


def share_since(
    all_asked: Past, sent: Past, above: Whole, sites: Whole, then: Floats, owed: Floats, today: Floats
) -> Floats:
    """Share (R, P) of each of some sites in what its supplier owes at times ``then`` (R,).

    First come, first served: what is owed are the last requests, as many as that, so the share is that of the requests
    since the oldest of them, not of today's (``today``, where nothing was asked). The time since is found in two rounds.
    """
    total, mine = all_asked.rows(then, above), sent.rows(then, sites)
    pace = total - all_asked.rows(then - 5.0, above)
    window = _days(5.0 * np.divide(owed, pace, out=np.ones_like(owed), where=pace > 1e-300))
    since = total - all_asked.cells(then[:, None] - window, above)
    window = _days(window * np.divide(owed, since, out=np.ones_like(owed), where=since > 1e-300))
    since = total - all_asked.cells(then[:, None] - window, above)
    part = mine - sent.cells(then[:, None] - window, sites)
    return np.clip(np.divide(part, since, out=today.copy(), where=since > 1e-300), 0.0, 1.0)


def _days(window: Floats) -> Floats:
    """Days back within which the oldest unfilled request is looked for."""
    return np.minimum(np.maximum(window, 0.5), 4000.0)
