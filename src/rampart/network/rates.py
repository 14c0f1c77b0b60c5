"""Rates of lines: most and least output month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.case.timelines import by_period, in_force
from rampart.network.lags import Floats, begins, summed
from rampart.network.network import Network


@dataclass(frozen=True)
class Rates:
    """Of each line in each period: most and least output in units, set-up cost in currency. Shape (lines, periods).

    monthly  most output in each month, shape (lines, months)
    idle     cost of one unit of the most that is not made, in currency, shape (lines,)
    """

    monthly: Floats
    most: Floats
    least: Floats
    setup: Floats
    idle: Floats


def line_rates(network: Network) -> Rates:
    """Rates month by month (``rates`` rows replace those of ``lines``), summed over each period.

    A yearly rate is divided by twelve. Outside the line's ``from``-``until`` both are zero. The minimum sustaining
    rate holds for hot lines only.
    """
    codes, rows = list(network.lines), list(network.lines.values())
    months = np.arange(network.calendar.first, network.calendar.last + 1)
    if not codes:
        empty = np.zeros((0, len(network.calendar)))
        return Rates(np.zeros((0, months.size)), empty, empty, empty, np.zeros(0))
    per = np.array([12.0 if r["rate_per"] == "year" else 1.0 for r in rows])[:, None]

    def monthly(column: str, otherwise: float) -> Floats:
        changed = in_force(
            network.calendar, codes, [(r["line"], r["from"], None, r[column]) for r in network.rows("rates")]
        )
        own = np.array([otherwise if r[column] is None else r[column] for r in rows], dtype=float)
        return np.where(np.isnan(changed), own[:, None], changed)

    inside = np.array([(months >= first) & (months <= last) for first, last in map(network.open_months, codes)])
    hot = np.array([r["state"] == "hot" for r in rows])[:, None]
    most = np.where(inside, monthly("max_rate", np.inf) / per, 0.0)
    least = np.where(inside & hot, monthly("min_rate", 0.0) / per, 0.0)
    starts = begins(network.calendar)
    setup = monthly("setup_cost", 0.0)[:, starts]  # of a period: the one in force in its first month
    idle = np.array([r["idle_cost"] or 0.0 for r in rows])
    return Rates(most, summed(network.calendar, most), by_period(network.calendar, least), setup, idle)
