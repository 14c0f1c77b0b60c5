"""Several answers to nearly the same case worked out abreast: their sites stand beside each other as one case.

What costs time in a small course is its instants, not its sites, so that ten courses abreast take hardly longer than one. They
share their parts and months, nothing else; instants are as close as the one that changes fastest asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.fleet import Support

MOST_CELLS = 30_000
"""Sites times parts abreast at most: above it the sites cost more than the instants."""
SHARED = ("months", "parts", "parent", "child", "share", "supplied", "line_ends", "draws_at_end")
OF_PARTS = ("lead_time", "last_buy", "batch", "spread", "movable")
BY_FLEET = (
    "at_start",
    "arrivals",
    "use",
    "damage",
    "losses",
    "installed",
    "needed",
    "life",
    "life_cv",
    "worn",
    "damage_share",
    "service_share",
    "most",
)
BY_SITE = ("repaired", "condemned", "turnaround", "bench", "stock")
FLEETS_FIRST = ("held", "damaged", "serviced", "available", "maintenance", "down", "moved")
SITES_LAST = ("demand", "own_mean", "own_variance", "mean", "ebo", "relief")


def availability_of_each(
    supports: Iterable[Support], *, start: Floats | None = None, months: int | None = None,
    by_part: Collection[int] | None = None,
) -> list[AvailabilityByMonth]:  # fmt: skip
    """The months of each support, in their order; ``start`` and the rest as for ``availability_by_month``."""
    return list(one_after_another(supports, start=start, months=months, by_part=by_part))


def one_after_another(
    supports: Iterable[Support], *, start: Floats | None = None, months: int | None = None,
    by_part: Collection[int] | None = None,
) -> Iterator[AvailabilityByMonth]:  # fmt: skip
    """The same, each let go of by whom it is given to: many of many parts fill the memory."""
    waiting: list[Support] = []

    def work_out() -> list[AvailabilityByMonth]:
        if len(waiting) == 1:
            return [availability_by_month(waiting[0], start=start, months=months, by_part=by_part)]
        if not waiting:
            return []
        beside = None if start is None else np.concatenate([start] * len(waiting))
        course = availability_by_month(
            abreast(waiting), start=beside, months=months, abreast=len(waiting), by_part=by_part
        )
        return _taken_out(course, waiting)

    for support in supports:
        if waiting and not _alike(waiting[0], support):
            yield from work_out()
            waiting.clear()
        waiting.append(support)
        # Worked out before the next is made: where parts are many one alone takes hundreds of megabytes.
        if (len(waiting) + 1) * len(support.sites) * len(support.parts) > MOST_CELLS:
            yield from work_out()
            waiting.clear()
        del support
    yield from work_out()


def _alike(one: Support, other: Support) -> bool:
    """Whether two supports have the same parts, months and numbers of sites, fleets and shops."""
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in SHARED)
    same = same and all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in OF_PARTS)
    return (
        same
        and (one.sites, one.fleets, one.shops) == (other.sites, other.fleets, other.shops)
        and ((one.used is None) == (other.used is None))
    )


def abreast(supports: Sequence[Support]) -> Support:
    """One support with the sites, fleets and shops of all, each under names of its own."""
    first, count = supports[0], range(len(supports))
    sites, shops = len(first.sites), len(first.shops)

    def names(codes: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{n} {code}" for n in count for code in codes)

    def joined(name: str, axis: int) -> Floats:
        return np.concatenate([getattr(s, name) for s in supports], axis=axis)

    changed: dict[str, Any] = {name: joined(name, 0) for name in BY_FLEET} | {name: joined(name, 2) for name in BY_SITE}
    changed |= {
        "fleets": names(first.fleets), "sites": names(first.sites), "shops": names(first.shops),
        "fleet_rows": tuple(
            {**row, **{k: None if row[k] is None else f"{n} {row[k]}" for k in ("repair_shop", "service_shop")}}
            for n in count for row in supports[n].fleet_rows
        ),
        "shop_rows": tuple(row for s in supports for row in s.shop_rows),
        "supplier": np.concatenate(
            [np.where(s.supplier >= 0, s.supplier + n * sites, -1) for n, s in enumerate(supports)]
        ),
        "order_ship": joined("order_ship", 0), "lateral_days": joined("lateral_days", 0),
        "pool": tuple(None if pool is None else f"{n} {pool}" for n in count for pool in supports[n].pool),
        "fleet_site": np.concatenate([s.fleet_site + n * sites for n, s in enumerate(supports)]),
        "regime": tuple(row for s in supports for row in s.regime),
        "shop": np.concatenate([np.where(s.shop >= 0, s.shop + n * shops, -1) for n, s in enumerate(supports)], axis=2),
        "in_repair": joined("in_repair", 1), "on_order": joined("on_order", 1),
        "bays": joined("bays", 1), "used": None if first.used is None else joined("used", 0),
    }  # fmt: skip
    return replace(first, **changed)


def _taken_out(c: AvailabilityByMonth, supports: Sequence[Support]) -> list[AvailabilityByMonth]:
    """The months of each of those that were worked out abreast."""
    found = []
    for n, s in enumerate(supports):
        fleets, sites, shops = (slice(n * k, (n + 1) * k) for k in (len(s.fleets), len(s.sites), len(s.shops)))
        cut: dict[str, Any] = {name: getattr(c, name)[fleets] for name in FLEETS_FIRST}
        cut |= {name: getattr(c, name)[:, :, sites] for name in SITES_LAST}
        cut["difference"] = c.difference[fleets]
        cut |= {"sharing": c.sharing[:, fleets], "queue": c.queue[:, shops], "load": c.load[:, shops]}
        found.append(replace(c, support=s, **cut))
    return found
