"""What use takes off systems: removals by chance and by wear, and the time that maintenance of their own takes."""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.wear import replacements


def expected_removals(s: Support, active: Floats, held: Floats) -> Floats:
    """Expected removals (F, P, M) a month: by use at random or by wear of cohorts that arrived together, and in maintenance."""
    used = s.use * active
    with np.errstate(invalid="ignore"):
        result = s.installed[:, :, None] * used[:, None, :] / s.life[:, :, None]
    result = np.nan_to_num(result)
    # Use of one system since the beginning, systems out of action standing still.
    each = np.concatenate((np.zeros((len(s.fleets), 1)), np.cumsum(s.use * ratio(active, held), axis=1)), axis=1)
    joined = np.concatenate((s.at_start[:, None], s.arrivals), axis=1)
    alive = ratio(held, np.cumsum(joined, axis=1)[:, 1:])
    for f, p in zip(*np.nonzero(~np.isnan(s.life_cv) & ~np.isnan(s.worn) & ~np.isnan(s.life)), strict=True):
        total = np.zeros(len(s.months))
        for cohort in np.flatnonzero(joined[f]).tolist():
            begin = each[f, max(cohort - 1, 0)]
            spent = np.maximum(each[f] - begin, 0.0)
            worn = replacements(spent, float(s.life[f, p]), float(s.life_cv[f, p]), worn=float(s.worn[f, p]))
            total += joined[f, cohort] * np.diff(worn)
        result[f, p] = s.installed[f, p] * total * alive[f]
    return np.asarray(result + (services(s)[:, None] * used)[:, None, :] * s.service_share[:, :, None])


def services(s: Support) -> Floats:
    """Maintenance of a system (F,) for a unit of use, zero where none is stated."""
    return np.array([1.0 / float(row["mtbm"]) if row["mtbm"] else 0.0 for row in s.fleet_rows])


def upkeep(s: Support) -> Floats:
    """MTBM / (MTBM + MMT) of each fleet and month (F, M); one where no maintenance is stated, or where it waits for a bay."""
    result = np.ones_like(s.use)
    for f, row in enumerate(s.fleet_rows):
        if row["mtbm"] and row["service_shop"] is None:
            daily = s.use[f] / MONTH
            result[f] = 1.0 / (1.0 + row["mmt"] * daily / row["mtbm"])
    return result
