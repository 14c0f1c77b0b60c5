"""What spares promise for a month, and whether it holds: every figure is a course with the stock in place.

Use follows availability and removals follow use, so that a list bought for the use of today's availability is worn by the
use of tomorrow's. The path of purchases is worked out for the use that a first answer leads to, the answer worked out again,
until the list no longer changes. Systems present less backorders are available: what lacks is a sum over parts, and

    largest availability at a budget <= 1 - hull of the lack at that budget, at the use of the answer

since more would be used more and lack more: the gap that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.abreast import one_after_another
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import AvailabilityByMonth, condemned
from rampart.sustainment.echelon_network import Floats, Network, Whole
from rampart.sustainment.fleet import MONTH, Support, with_more
from rampart.sustainment.many_parts import LARGE_CELLS
from rampart.sustainment.spares import Problem, Spares, curve
from rampart.sustainment.spend import Options, spent

AGAIN = 4
"""Times a list is solved again with the use that follows from it."""
TRIES = 14
"""Courses at most in the search for a target."""
LIST = "list"
"""Name of the list that is asked for, where the time is up before it is the best that was sought."""
WIDE = 2.0
"""Times the mean rise from point to point of a curve from which on points are sought between."""
SLIGHT = 0.005
"""Availability that a path may promise beyond what is given and still be taken to end where it says."""
LINEAR = 1e9
"""Places so many that the share of empty ones is the lack itself: makes the penalty of ``allocation`` a sum of backorders."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Point:
    """A stock (P, S), what it costs above what is held, and what it gives: share of the systems present without a hole.

    gap     availability that no other list for the same money exceeds, less this one's; nan where it was not looked for
    systems  systems available
    """

    stock: NDArray[np.int64]
    cost: float
    availability: float
    systems: float
    gap: float = float("nan")


@dataclass(frozen=True, eq=False, kw_only=True)
class Promise(Point):
    """The same with the months that it comes from."""

    course: AvailabilityByMonth


class Promises:
    """All that is promised for one month of a case.

    time  in which lists are made better: where it is up, the best one found so far stands
    unsettled  largest difference of systems left where the start of a list was looked for, and rounds that took
    """

    def __init__(
        self, support: Support, base: AvailabilityByMonth, month: int, time: AllowedTime | None = None
    ) -> None:
        self.support, self.base, self.month = support, base, month
        self.time = AllowedTime() if time is None else time
        self.held: NDArray[np.int64] = np.minimum(support.stock[month], 1e15).astype(np.int64)
        self.price = np.nan_to_num(support.price)
        self.unsettled = (0.0, 0)
        self._known: dict[bytes, Promise] = {}
        self._paths: dict[int, Spares] = {}

    def of(self, stock: NDArray[np.int64]) -> Promise:
        """The course with a stock in place from the first month on, and what it gives in the month."""
        return self.of_each([stock])[0]

    def of_each(self, stocks: Sequence[NDArray[np.int64]]) -> list[Promise]:
        """What several stocks give, those not known yet worked out abreast."""
        keys = [_key(stock) for stock in stocks]
        new = {key: stock for key, stock in zip(keys, stocks, strict=True) if key not in self._known}
        self._known |= dict(zip(new, self._worked_out(list(new.values())), strict=True))
        return [self._known[key] for key in keys]

    def _worked_out(self, stocks: Sequence[NDArray[np.int64]]) -> Iterator[Promise]:
        """What each of several stocks gives, one after another."""
        s = self.support
        moved = [stock for stock in stocks if (stock != self.held).any()]
        changed = (replace(s, stock=with_more(s.stock, stock - self.held)) for stock in moved)
        # What makers with a limit replace by then is counted in all months.
        by_part = None if np.isfinite(s.supplied).any() else (self.month,)
        courses = one_after_another(changed, start=self.base.available, months=self.month + 1, by_part=by_part)
        for stock in stocks:
            course = next(courses) if (stock != self.held).any() else self.base
            self.unsettled = max(self.unsettled, (course.residual, course.rounds))
            yield Promise(
                stock=stock, cost=float(((stock - self.held).sum(axis=1) * self.price).sum()),
                availability=supply_availability(course, self.month),
                systems=float(course.available[:, self.month].sum()), course=course,
            )  # fmt: skip

    def path(self, course: AvailabilityByMonth) -> Spares:
        """The best order of buys at the use of a course."""
        key = id(course)
        if key not in self._paths:
            if self.held.size > LARGE_CELLS:
                self._paths.clear()  # a path of many parts takes hundreds of megabytes
            self._paths[key] = path_of_buys(self.support, course, self.month)
        return self._paths[key]

    def path_with(self, stock: NDArray[np.int64]) -> Spares:
        """The best order of buys at the use that a stock leads to."""
        if self.held.size <= LARGE_CELLS:
            return self.path(self.of(stock).course)
        self._paths.clear()
        # The months of many parts are let go of.
        return path_of_buys(self.support, next(self._worked_out([stock])).course, self.month)

    def within(self, budget: float) -> Promise:
        """The best list that the budget pays for."""
        found = self.of(self.held)
        best, seen = found, {_key(found.stock)}
        for _ in range(AGAIN):
            path = self.path(found.course)
            stock, gap = filled(path, budget)
            found = replace(self.of(stock), gap=gap)
            if found.availability > best.availability or np.isnan(best.gap):
                best = found
            if _key(stock) in seen or not self.time.leaves(LIST):
                break
            seen.add(_key(stock))
        return best

    def reaching(self, target: float) -> Promise | None:
        """The cheapest list found whose course reaches the target; None where no spares reach it."""
        now = self.of(self.held)
        if now.availability >= target:
            return now
        path = self.path(now.course)
        step, best = 0, None
        for _ in range(AGAIN):
            reached = self._first_on(path, target)
            if reached is None:
                # The end of a path is that of the use that it was worked out for: more use, a longer path.
                top = self.top_of(path)
                longer = self.path(top.course)
                if top.availability >= target or longer.cost[-1] <= path.cost[-1]:
                    break
                path = longer
                continue
            step, found = reached
            best = found if best is None or found.cost < best.cost else best
            if not self.time.leaves(LIST):
                return best
            again = self.path(found.course)
            same = np.array_equal(again.stock(again.within(found.cost)), found.stock)
            path, last = again, path
            if same:
                break
        if best is None:
            return None
        path = last
        # Between the last point that misses the target and the first that reaches it there may be a cheaper list.
        below = float(path.cost[max(step - 1, 0)])
        for share in self.time.while_left(LIST, (0.25, 0.5, 0.75)):
            stock, _ = filled(path, below + share * (best.cost - below))
            other = self.of(stock)
            if other.availability >= target and other.cost < best.cost - 1e-9:
                best = other
                break
        return best

    def top_of(self, path: Spares) -> Promise:
        """The promise at the end of a path."""
        return self.of(path.stock(len(path.cost) - 1))

    def _first_on(self, path: Spares, target: float) -> tuple[int, Promise] | None:
        """First step of a path whose course reaches the target, by halving, first guesses from the path itself."""
        low, high = 0, len(path.cost) - 1
        if self.top_of(path).availability < target:
            return None
        lack = -path.logarithm
        wanted, scale = 1.0 - target, 1.0
        found = self.top_of(path)
        for n in range(TRIES + int(np.log2(max(high, 1))) + 2):
            if high - low <= 1 or not self.time.leaves(LIST):
                break
            guess = int(np.searchsorted(-lack, -wanted / scale)) if n < 6 else (low + high) // 2
            guess = min(max(guess, low + 1), high - 1)
            one = self.of(path.stock(guess))
            if one.availability >= target:
                high, found = guess, one
                # The step below is looked at next where the guess was good.
            else:
                low = guess
            scale = max((1.0 - one.availability) / max(lack[guess], 1e-300), 1e-6)
        return high, found

    def along(self, path: Spares, points: int) -> list[tuple[int, Point]]:
        """Points at even steps of availability along a path, with the steps they stand at; where what is given rises far more
        between two of them than the path says, as where more use lacks more, points between these too, but of many parts.
        """
        there = 1.0 + path.logarithm
        even = np.searchsorted(there, np.linspace(there[0], there[0] + 0.9999 * (there[-1] - there[0]), points))
        found = dict(self._at(path, sorted({0, *even.clip(0, len(there) - 1).tolist()})))
        last, more = max(found), points if self.held.size <= LARGE_CELLS else 0
        if more and found[last].availability < there[last] - SLIGHT:  # more use lacks more
            found |= self._at(path, [len(there) - 1])
        for _ in range(more):
            steps = sorted(found)
            rises = [found[after].availability - found[before].availability for before, after in pairwise(steps)]
            wide = [
                (rise, (before + after) // 2)
                for rise, (before, after) in zip(rises, pairwise(steps), strict=True)
                if after - before > 1 and rise > WIDE * sum(rises) / len(rises)
            ]
            if not wide or not self.time.leaves("curve"):
                break
            found |= self._at(path, [max(wide)[1]])
        return sorted(found.items())

    def _at(self, path: Spares, steps: Sequence[int]) -> list[tuple[int, Point]]:
        """Points at steps of a path. Their months are let go of: those of many points of many parts would fill the memory."""
        stocks = [path.stock(step) for step in steps]
        all_known = [self._known.get(_key(stock)) for stock in stocks]
        new = self._worked_out([stock for stock, known in zip(stocks, all_known, strict=True) if known is None])
        found: list[tuple[int, Point]] = []
        for step, known in zip(steps, all_known, strict=True):
            one = next(new) if known is None else known
            point = Point(
                stock=one.stock, cost=one.cost, availability=one.availability, systems=one.systems, gap=one.gap
            )
            found.append((step, point))
        return found


def _key(stock: NDArray[np.int64]) -> bytes:
    """What tells a stock from others: that of many parts takes as many megabytes as it has itself."""
    return blake2b(stock.tobytes(), digest_size=16).digest()


def supply_availability(course: AvailabilityByMonth, month: int) -> float:
    """Share of the systems present that lack no part, all fleets together; one where none are present."""
    present = float((course.held - course.damaged)[:, month].sum())
    whole = float((course.available + course.maintenance)[:, month].sum())
    return whole / present if present > 1e-9 else 1.0


def path_of_buys(support: Support, course: AvailabilityByMonth, month: int) -> Spares:
    """The cost-availability path for the use, pipelines and systems of one month of a course, from the stock held then.

    What lacks is the sum of backorders; ``logarithm`` is its negative, as a share of the systems present. Parts without a
    price, and those that cannot arrive before the month ends, stand at what is held.
    """
    from rampart.sustainment.allocation import Fleets
    from rampart.sustainment.workshops import times_of

    s = support
    late = np.nan_to_num(s.lead_time) > (month + 1) * MONTH + 1e-9
    sold = (np.nan_to_num(s.price) > 0) & ~late & (s.last_buy > 0)
    shape = course.own_mean.shape[1:]
    own = np.zeros(shape)
    for f, site in enumerate(s.fleet_site):
        own[:, site] += course.demand[month, :, site] * course.sharing[month, f]
    zero = np.zeros(shape)
    network = Network(
        s.supplier, own, times_of(s).repaired[month], s.condemned[month], zero, zero, np.zeros(len(s.parts)),
        s.parent, s.child, s.share, in_repair=(course.own_mean[month], course.own_variance[month]),
    )  # fmt: skip
    present = np.maximum(course.held - course.damaged, 0.0)[:, month]
    total = max(float(present.sum()), 1e-9)
    spare_places: NDArray[np.bool_] = np.asarray(((s.installed > 0) & (s.needed < s.installed)).any(axis=0))
    systems, places, needed = np.zeros(shape), np.ones(len(s.parts)), np.ones(len(s.parts))
    for f, site in enumerate(s.fleet_site):
        systems[:, site] += np.where(s.installed[f] > 0, present[f], 0.0)
    weight = np.where(systems > 0, LINEAR / total, 0.0)
    for p in np.flatnonzero(spare_places):
        # Some places may be empty: what lacks is by the law of k of n, at the fleets as they are.
        places[p], needed[p] = s.installed[:, p].max(), s.needed[:, p].max()
        weight[p] = systems[p] / total
    linear = np.where(spare_places[:, None], systems, np.where(systems > 0, LINEAR, 0.0))
    held: NDArray[np.int64] = np.minimum(s.stock[month], 1e15).astype(np.int64)
    # What cannot be bought has a price so high that it stands at the end of the path, and is cut off there.
    price = np.where(sold, np.nan_to_num(s.price), 1e15)
    found = curve(network, Fleets(linear, places, needed, weight), price, held=held)
    end = int(np.searchsorted(found.cost, 1e14))
    found = replace(found, cost=found.cost[:end], logarithm=found.logarithm[:end], family=found.family[: end - 1],
                    point=found.point[: end - 1])  # fmt: skip
    return _that_can_be_made(found, most_made(s, course, month))


def most_made(s: Support, course: AvailabilityByMonth, month: int) -> Floats:
    """Units (P,) of each part that its maker can deliver by the end of a month beside what replaces those thrown away."""
    limited = np.isfinite(s.supplied).all(axis=0)
    if not limited.any():
        return np.full(len(s.parts), np.inf)
    days = np.clip((month + 1) * MONTH - np.nan_to_num(s.lead_time), 0.0, s.days)  # in which what arrives is begun
    ends = MONTH * np.arange(1, len(s.months) + 1)[:, None]
    share = np.clip((days[None] - (ends - MONTH)) / MONTH, 0.0, 1.0)
    again = np.where(np.isnan(s.lead_time), 0.0, condemned(course).sum(axis=2))
    left = (share * (np.where(limited, s.supplied, 0.0) - again)).sum(axis=0)
    return np.where(limited, np.floor(np.maximum(left, 0.0) + 1e-9), np.inf)


def _that_can_be_made(path: Spares, most: Floats) -> Spares:
    """The path without the steps that buy more of a part than can be made, nor any that follow on them."""
    if np.isinf(most).all() or not len(path.family):
        return path
    gone = _too_many(path.problem, path.family, path.point, most)
    first = np.full(path.problem.network.parts, len(gone))
    np.minimum.at(first, path.family[gone], np.flatnonzero(gone))
    kept = np.arange(len(gone)) < first[path.family]

    def of_kept(values: Floats) -> Floats:
        return np.concatenate((values[:1], values[0] + np.cumsum(np.diff(values)[kept])))

    return replace(path, cost=of_kept(path.cost), logarithm=of_kept(path.logarithm), family=path.family[kept],
                   point=path.point[kept], most=most)  # fmt: skip


def _too_many(problem: Problem, families: Whole, points: Whole, most: Floats) -> NDArray[np.bool_]:
    """Whether each point of a family buys more of a part than can be made."""
    alone = np.isin(families, problem.alone)
    result = alone & (points > most[families])
    for n in np.flatnonzero(~alone):
        bought = (problem.stock(families[n : n + 1], points[n : n + 1]) - problem.held).sum(axis=1)
        result[n] = bool((bought > most).any())
    return np.asarray(result, bool)


def filled(path: Spares, budget: float) -> tuple[NDArray[np.int64], float]:
    """The stock (P, S) that spends a budget, and the lack above what any list for it must leave, at the path's use."""
    step = path.within(budget)
    problem = path.problem
    groups, options, first = _options(path, step, budget)
    if not groups:
        return path.stock(step), 0.0
    chosen, proven = spent(options, first, budget - _elsewhere(path, step, groups))
    family = np.array([g for g, _ in groups], np.int64)
    ends: Whole = np.array([points[c] for (_, points), c in zip(groups, chosen, strict=True)], np.int64)
    moved = ends >= 0
    # What the path bought of these groups is bought anew, or not at all.
    other = ~np.isin(path.family[:step], family)
    stock = problem.stock(
        np.concatenate((path.family[:step][other], family[moved])),
        np.concatenate((path.point[:step][other], ends[moved])),
    )
    lack = sum(float(o.lack[c]) for o, c in zip(options, chosen, strict=True))
    before = sum(float(o.lack[c]) for o, c in zip(options, first, strict=True))
    here = -float(path.logarithm[step]) - before + lack
    if proven and len(groups) == _in_demand(path):
        return stock, 0.0
    return stock, max(here - _bound(path, budget), 0.0)


def _bound(path: Spares, budget: float) -> float:
    """Least lack that the hull leaves at a budget."""
    return float(np.interp(budget, path.cost, -path.logarithm))


def _in_demand(path: Spares) -> int:
    return len(np.unique(path.family))


MOST_GROUPS = 400
"""Groups whose options are looked at when money is left over: those whose next steps are nearest."""


def _options(path: Spares, step: int, budget: float) -> tuple[list[tuple[int, Whole]], list[Options], Whole]:
    """Groups near the end of a budget with what each may be brought to: points of the problem, cost and lack."""
    problem = path.problem
    ends: dict[int, int] = dict(zip(path.family[:step].tolist(), path.point[:step].tolist(), strict=True))
    near = list(
        dict.fromkeys([*path.family[step : step + 4 * MOST_GROUPS].tolist(), *path.family[:step][::-1].tolist()])
    )
    near = near[:MOST_GROUPS]
    alone = {int(p): n for n, p in enumerate(problem.plain.parts)}
    singles = [f for f in near if f in alone]
    values = problem.plain.values(np.array([alone[f] for f in singles], np.int64)) if singles else np.zeros((0, 0))
    groups: list[tuple[int, Whole]] = []
    options: list[Options] = []
    first: list[int] = []
    for row, f in enumerate(singles):
        total = np.arange(values.shape[1])
        useful = np.concatenate(([True], values[row, 1:] < np.minimum.accumulate(values[row])[:-1] - 1e-15))
        useful &= total * problem.price[f] <= budget * (1 + 1e-9) + 1e-9
        if path.most is not None:
            useful &= total <= path.most[f]
        now = ends.get(f, 0)
        useful[min(now, len(useful) - 1)] = True
        kept = total[useful]
        groups.append((f, np.where(kept > 0, kept, -1)))
        options.append(Options(kept * problem.price[f], values[row, useful]))
        first.append(int(np.searchsorted(kept, now)))
    families, _, _, cost, lack, _, _ = problem.lru_points
    for f in (f for f in near if f not in alone):
        mine = np.flatnonzero((families == f) & (cost <= budget * (1 + 1e-9) + 1e-9))
        if path.most is not None and len(mine):
            mine = mine[~_too_many(problem, np.full(len(mine), f), mine, path.most)]
        if not len(mine):
            continue
        here = ends.get(f)
        order = mine[np.lexsort((lack[mine], cost[mine]))]
        best = np.minimum.accumulate(lack[order])
        order = order[np.concatenate(([True], best[1:] < best[:-1] - 1e-15)) | (order == here)]
        groups.append((f, order))
        options.append(Options(cost[order], lack[order]))
        first.append(0 if here is None else int(np.flatnonzero(order == here)[0]))
    return groups, options, np.array(first, np.int64)


def _elsewhere(path: Spares, step: int, groups: list[tuple[int, Whole]]) -> float:
    """Money spent up to a step on groups that are not among these."""
    mine = np.isin(path.family[:step], [g for g, _ in groups])
    return float(np.diff(path.cost[: step + 1])[~mine].sum())
