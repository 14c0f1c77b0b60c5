"""Where and when parts are repaired: shares, days and shops by month, the months before a repair opens filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rampart.sustainment.echelon_network import Floats, Whole
from rampart.sustainment.fleet import Support


@dataclass(frozen=True)
class RepairTimes:
    """By month, part and site (M, P, S).

    repaired   share repaired at the site; at a top site that repairs later, all that is not condemned: it waits for it
    apart      days of the turnaround without a bay, bench (M, P, S) days on a bay of the shop, zero where there is none
    shop       index of the shop, -1 where bays never lack
    opens      (P, S) first month in which what waits is repaired
    """

    repaired: Floats
    apart: Floats
    bench: Floats
    shop: Whole
    opens: Whole


def times_of(s: Support) -> RepairTimes:
    """The repair times of a case; the first month of a repair stands for the months before it."""
    laid = (s.repaired, s.condemned, s.turnaround, s.bench, s.shop)
    if len(s.months) > 1 and all(figures.strides[0] == 0 for figures in laid):
        # All months are alike: one is worked out, and stands for all.
        names = ("repaired", "condemned", "turnaround", "bench", "shop")
        first: dict[str, Any] = {name: figures[:1] for name, figures in zip(names, laid, strict=True)}
        one = times_of(replace(s, months=s.months[:1], **first))
        of_all: list[Any] = [
            np.broadcast_to(a, (len(s.months), *a.shape[1:])) for a in (one.repaired, one.apart, one.bench, one.shop)
        ]
        return RepairTimes(of_all[0], of_all[1], of_all[2], of_all[3], one.opens)
    turnaround, bench, shop = s.turnaround.copy(), s.bench.copy(), s.shop.copy()
    for m in range(len(s.months) - 2, -1, -1):
        idle = s.repaired[m] == 0
        bench[m] = np.where(idle, bench[m + 1], bench[m])
        shop[m] = np.where(idle, shop[m + 1], shop[m])
        turnaround[m] = np.where(idle & (turnaround[m] == 0), turnaround[m + 1], turnaround[m])
    limited = shop >= 0
    later = (s.supplier < 0)[None, :] & (s.repaired > 0).any(axis=0)
    waits = later[None] & (s.repaired == 0)
    return RepairTimes(
        np.where(waits, 1.0 - s.condemned, s.repaired),
        np.where(limited, np.maximum(turnaround - bench, 0.0), turnaround),
        np.where(limited, bench, 0.0),
        shop,
        np.where(later, (s.repaired > 0).argmax(axis=0), 0),
    )
