"""One history of a case's fleets, event by event: every system, part, transport and bay.

Plain loops over flat lists, so that Numba compiles them where it is installed; without it they run as they stand.

Order of things: a removal asks for a spare at its own site and hands in the bad unit. There the unit is repaired (exponential
time, in the shop's line where it names one), thrown away (a replacement after its lead time), or changed at the supplier, whose
spare is under way for a fixed time. A repair draws its own parts at its end, one at most. Requests are met first come, first
served. A system without a part is not used, so it loses no second one by use.
"""

# ruff: noqa: S311 - random numbers of a simulation, named by a seed

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

Numbers = Sequence[float]

# What waits in the calendar of events.
TICK, MONTH_BEGINS, GOOD, DONE, MENDED, AT_SHOP, OPENED, AT_REPAIR, BACK = range(9)
# What follows at once.
BAD, ASK, GIVE, DRAW = range(10, 14)
# States of a system.
PRESENT, AWAY, LOST, NOT_YET = range(4)


def history(
    seed: int, warm: float, month_days: float, months: int, parts: int, sites: int, fleets: int, shops: int,
    # by fleet
    first: Any, fleet_site: Any, transport: Any, damage_shop: Any, damage_days: Any, service_shop: Any, service_days: Any,
    takes: Any, most_rate: Any,
    # by system: month in which it joins, -1 for those held
    joins: Any,
    # by fleet and month; by fleet, month and part (removals of a system a day); by fleet and part
    damage: Any, losses: Any, service: Any, upkeep: Any, removals: Any, spare_places: Any, damage_share: Any,
    service_share: Any,
    movable: Any,
    # by site, by part
    supplier: Any, ship: Any, lead: Any, last_buy: Any, supplied: Any, kids_first: Any, kid: Any, kid_share: Any,
    # by month, part and site; by month and shop
    repaired: Any, condemned: Any, apart: Any, bench: Any, shop: Any, opens: Any, stock_added: Any, bays: Any,
) -> Any:  # fmt: skip
    """Areas of one history: systems without a hole, backorders, jobs in shops, held; and days at each number of systems.

    Everything flat, last index fastest. Returns (whole (F, M), owed (M, P, S), jobs (M, shops), held (F, M), damaged (F, M),
    days (F, M, N+1)), each area in unit-days.
    """
    random.seed(seed)
    systems = first[fleets]
    widest = 0
    for f in range(fleets):
        widest = max(widest, first[f + 1] - first[f])
    cells = parts * sites
    whole, held_area, away_area = [0.0] * (fleets * months), [0.0] * (fleets * months), [0.0] * (fleets * months)
    owed_area, jobs_area = [0.0] * (months * cells), [0.0] * (months * shops + 1)
    days_at = [0.0] * (fleets * months * (widest + 1))
    # State.
    state = [PRESENT if joins[n] < 0 else NOT_YET for n in range(systems)]
    missing, holes = [0] * (systems * parts + 1), [0] * systems
    fleet_of = [0] * systems
    up, held, away = [0] * fleets, [0] * fleets, [0] * fleets
    up_since, owed_since, jobs_since = [0.0] * fleets, [0.0] * cells, [0.0] * (shops + 1)
    for f in range(fleets):
        for n in range(first[f], first[f + 1]):
            fleet_of[n] = f
            if state[n] == PRESENT:
                up[f] += 1
                held[f] += 1
    free = [0.0] * parts  # when the maker of each part is free again
    shelf = [int(stock_added[c]) for c in range(cells)]
    head, tail, owed = [-1] * cells, [-1] * cells, [0] * cells
    follows, who = [0], [0]  # requests in line, linked
    line_head, line_tail, in_line, on_bay = [-1] * (shops + 1), [-1] * (shops + 1), [0] * (shops + 1), [0] * (shops + 1)
    job_follows, job_what = [0], [0]
    calendar = [(-warm, 0, TICK, 0, 0)]
    heapq.heappop(calendar)
    number = 0
    for f in range(fleets):
        if most_rate[f] > 0:
            number += 1
            heapq.heappush(calendar, (-warm + random.expovariate(most_rate[f]), number, TICK, f, 0))
    for m in range(months + 1):
        number += 1
        heapq.heappush(calendar, (m * month_days, number, MONTH_BEGINS, m, 0))
    todo = [(TICK, 0, 0, 0)]
    todo.pop()
    now, m = -warm, 0
    while True:
        now, _, kind, a, b = heapq.heappop(calendar)
        if kind == MONTH_BEGINS:
            # All areas up to now go to the month that ends.
            if a > 0:
                for f in range(fleets):
                    span = now - max(up_since[f], 0.0)
                    at = f * months + a - 1
                    whole[at] += up[f] * span
                    held_area[at] += held[f] * span
                    away_area[at] += away[f] * span
                    days_at[at * (widest + 1) + up[f]] += span
                    up_since[f] = now
                for c in range(cells):
                    owed_area[(a - 1) * cells + c] += owed[c] * (now - max(owed_since[c], 0.0))
                    owed_since[c] = now
                for h in range(shops):
                    jobs_area[(a - 1) * shops + h] += (in_line[h] + on_bay[h]) * (now - max(jobs_since[h], 0.0))
                    jobs_since[h] = now
            if a == months:
                break
            m = a
            for f in range(fleets):
                for n in range(first[f], first[f + 1]):
                    if joins[n] == a and state[n] == NOT_YET:
                        state[n] = PRESENT
                        up[f] += 1
                        held[f] += 1
            if a > 0:
                for c in range(cells):
                    for _unit in range(int(stock_added[a * cells + c])):
                        todo.append((GOOD, c // sites, c % sites, 0))
            for h in range(shops):
                todo.append((DONE, -1, h, 0))  # bays that open take work
        else:
            todo.append((kind, a, b, 0))
        while len(todo) > 0:
            what, a, b, d = todo.pop()
            change_fleet, change, new_state = -1, 0, PRESENT
            if what == TICK:
                f = a
                number += 1
                heapq.heappush(calendar, (now + random.expovariate(most_rate[f]), number, TICK, f, 0))
                width = first[f + 1] - first[f]
                n = first[f] + int(random.random() * width)
                if state[n] != PRESENT or holes[n] > 0:
                    continue
                fm = f * months + m
                left = random.random() * most_rate[f] / width / upkeep[fm]
                served = 0
                if left >= damage[fm] + losses[fm] and left < damage[fm] + losses[fm] + service[fm]:
                    served = 1
                if left < damage[fm] or served == 1:
                    change_fleet, change = f, 1
                    site = fleet_site[f]
                    for p in range(parts):
                        chance = service_share[f * parts + p] if served == 1 else damage_share[f * parts + p]
                        if chance > 0 and random.random() < chance:
                            missing[n * parts + p] += 1
                            if missing[n * parts + p] == spare_places[f * parts + p] + 1:
                                holes[n] += 1
                            todo.append((ASK, p, site, sites + parts + f))
                            todo.append((BAD, p, site, 0))
                    number += 1
                    heapq.heappush(calendar, (now if served == 1 else now + transport[f], number, AT_REPAIR, n, served))
                    new_state = AWAY
                elif left < damage[fm] + losses[fm]:
                    if now >= 0.0:
                        change_fleet, change = f, 2
                        new_state = LOST
                    else:
                        continue
                else:
                    left -= damage[fm] + losses[fm] + service[fm]
                    p = -1
                    for q in range(parts):
                        left -= removals[fm * parts + q]
                        if left < 0.0:
                            p = q
                            break
                    if p < 0:
                        continue
                    missing[n * parts + p] += 1
                    if missing[n * parts + p] == spare_places[f * parts + p] + 1:
                        change_fleet, change, new_state = f, 3, PRESENT
                    todo.append((ASK, p, fleet_site[f], sites + parts + f))
                    todo.append((BAD, p, fleet_site[f], 0))
                if change_fleet >= 0:
                    if now >= 0.0:
                        span = now - max(up_since[f], 0.0)
                        whole[fm] += up[f] * span
                        held_area[fm] += held[f] * span
                        away_area[fm] += away[f] * span
                        days_at[fm * (widest + 1) + up[f]] += span
                        up_since[f] = now
                    up[f] -= 1
                    if change == 1:
                        away[f] += 1
                    elif change == 2:
                        held[f] -= 1
                    else:
                        holes[n] += 1
                    state[n] = new_state
                    if change == 3 and takes[f] and movable[p]:
                        # The hole goes to a system that is down already and has the part.
                        for other in range(first[f], first[f + 1]):
                            if (
                                other != n
                                and state[other] == PRESENT
                                and holes[other] > 0
                                and missing[other * parts + p] <= spare_places[f * parts + p]
                            ):
                                missing[other * parts + p] += 1
                                if missing[other * parts + p] == spare_places[f * parts + p] + 1:
                                    holes[other] += 1
                                missing[n * parts + p] -= 1
                                holes[n] -= 1
                                up[f] += 1
                                break
            elif what == BAD:
                at = (m * parts + a) * sites + b
                u = random.random()
                if u < repaired[at]:
                    if opens[a * sites + b] > m:
                        if now < 0.0:
                            todo.append((GOOD, a, b, 0))
                        else:
                            number += 1
                            heapq.heappush(calendar, (opens[a * sites + b] * month_days, number, OPENED, a, b))
                    else:
                        todo.append((OPENED, a, b, 0))
                elif u < repaired[at] + condemned[at] or supplier[b] < 0:
                    if lead[a] >= 0.0 and now <= last_buy[a]:
                        begins = now
                        if now >= 0.0 and supplied[m * parts + a] >= 0.0:
                            # A maker who delivers so many a month takes one order after another.
                            begins = max(now, free[a])
                            free[a] = begins + month_days / max(supplied[m * parts + a], 1e-9)
                        number += 1
                        heapq.heappush(calendar, (begins + lead[a], number, GOOD, a, b))
                    elif now < 0.0:
                        todo.append((GOOD, a, b, 0))
                else:
                    todo.append((ASK, a, supplier[b], b))
                    todo.append((BAD, a, supplier[b], 0))
            elif what == OPENED:
                at = (m * parts + a) * sites + b
                wait = random.expovariate(1.0 / apart[at]) if apart[at] > 0 else 0.0
                number += 1
                heapq.heappush(calendar, (now + wait, number, MENDED if shop[at] < 0 else AT_SHOP, a, b))
            elif what in (AT_SHOP, AT_REPAIR):
                if what == AT_SHOP:
                    h, job = shop[(m * parts + a) * sites + b], a * sites + b
                    if h < 0:
                        todo.append((MENDED, a, b, 0))
                        continue
                else:
                    f = fleet_of[a]
                    h, job = damage_shop[f], cells + a
                    if b == 1:
                        h, job = service_shop[f], cells + systems + a
                    if h < 0:
                        wait = random.expovariate(1.0 / damage_days[f]) if damage_days[f] > 0 else 0.0
                        number += 1
                        heapq.heappush(calendar, (now + wait + transport[f], number, BACK, a, 0))
                        continue
                if now >= 0.0:
                    jobs_area[m * shops + h] += (in_line[h] + on_bay[h]) * (now - max(jobs_since[h], 0.0))
                    jobs_since[h] = now
                job_follows.append(-1)
                job_what.append(job)
                if line_head[h] < 0:
                    line_head[h] = len(job_what) - 1
                else:
                    job_follows[line_tail[h]] = len(job_what) - 1
                line_tail[h] = len(job_what) - 1
                in_line[h] += 1
                todo.append((DONE, -1, h, 0))
            elif what == DONE:
                h = b
                if a >= 0:
                    if now >= 0.0:
                        jobs_area[m * shops + h] += (in_line[h] + on_bay[h]) * (now - max(jobs_since[h], 0.0))
                        jobs_since[h] = now
                    on_bay[h] -= 1
                    if a >= cells + systems:
                        todo.append((BACK, a - cells - systems, 0, 0))
                    elif a >= cells:
                        number += 1
                        heapq.heappush(calendar, (now + transport[fleet_of[a - cells]], number, BACK, a - cells, 0))
                    else:
                        todo.append((MENDED, a // sites, a % sites, 0))
                while in_line[h] > 0 and on_bay[h] < bays[m * shops + h]:
                    job = job_what[line_head[h]]
                    line_head[h] = job_follows[line_head[h]]
                    in_line[h] -= 1
                    on_bay[h] += 1
                    if job >= cells + systems:
                        days = service_days[fleet_of[job - cells - systems]]
                    elif job >= cells:
                        days = damage_days[fleet_of[job - cells]]
                    else:
                        days = bench[(m * parts + job // sites) * sites + job % sites]
                    # A part of a bay works that much more slowly.
                    days *= math.ceil(bays[m * shops + h]) / bays[m * shops + h] if bays[m * shops + h] < 1e9 else 1.0
                    wait = random.expovariate(1.0 / days) if days > 0 else 0.0
                    number += 1
                    heapq.heappush(calendar, (now + wait, number, DONE, job, h))
            elif what == MENDED:
                # The repair draws its own parts at its end.
                u = random.random()
                drawn = -1
                for k in range(kids_first[a], kids_first[a + 1]):
                    if u < kid_share[k]:
                        drawn = kid[k]
                        break
                    u -= kid_share[k]
                if drawn < 0:
                    todo.append((GOOD, a, b, 0))
                else:
                    todo.append((ASK, drawn, b, sites + a))
                    todo.append((BAD, drawn, b, 0))
            elif what == ASK:
                c = a * sites + b
                if shelf[c] > 0:
                    shelf[c] -= 1
                    todo.append((GIVE, a, b, d))
                else:
                    if now >= 0.0:
                        owed_area[m * cells + c] += owed[c] * (now - max(owed_since[c], 0.0))
                        owed_since[c] = now
                    owed[c] += 1
                    follows.append(-1)
                    who.append(d)
                    if head[c] < 0:
                        head[c] = len(who) - 1
                    else:
                        follows[tail[c]] = len(who) - 1
                    tail[c] = len(who) - 1
            elif what == GOOD:
                c = a * sites + b
                if head[c] < 0:
                    shelf[c] += 1
                else:
                    if now >= 0.0:
                        owed_area[m * cells + c] += owed[c] * (now - max(owed_since[c], 0.0))
                        owed_since[c] = now
                    owed[c] -= 1
                    todo.append((GIVE, a, b, who[head[c]]))
                    head[c] = follows[head[c]]
            elif what == GIVE:
                if d < sites:
                    number += 1
                    heapq.heappush(calendar, (now + ship[d], number, GOOD, a, d))
                elif d < sites + parts:
                    todo.append((GOOD, d - sites, b, 0))
                else:
                    # Of the systems that lack the part, one that it makes whole, else the first.
                    f = d - sites - parts
                    chosen, best = -1, 0
                    for n in range(first[f], first[f + 1]):
                        if missing[n * parts + a] > 0 and state[n] != LOST:
                            spare = spare_places[f * parts + a]
                            rank = 1
                            if missing[n * parts + a] == spare + 1:
                                rank = 2 if state[n] == AWAY else 3
                                if holes[n] > 1:
                                    rank = 2
                            if rank > best:
                                chosen, best = n, rank
                    if chosen < 0:
                        todo.append((GOOD, a, b, 0))  # the system that asked is lost
                        continue
                    missing[chosen * parts + a] -= 1
                    if missing[chosen * parts + a] == spare_places[f * parts + a]:
                        holes[chosen] -= 1
                        if holes[chosen] == 0 and state[chosen] == PRESENT:
                            change_fleet, change = f, 1
                    if change_fleet >= 0:
                        if now >= 0.0:
                            span = now - max(up_since[f], 0.0)
                            fm = f * months + m
                            whole[fm] += up[f] * span
                            held_area[fm] += held[f] * span
                            away_area[fm] += away[f] * span
                            days_at[fm * (widest + 1) + up[f]] += span
                            up_since[f] = now
                        up[f] += 1
            elif what == BACK:
                f = fleet_of[a]
                if now >= 0.0:
                    span = now - max(up_since[f], 0.0)
                    fm = f * months + m
                    whole[fm] += up[f] * span
                    held_area[fm] += held[f] * span
                    away_area[fm] += away[f] * span
                    days_at[fm * (widest + 1) + up[f]] += span
                    up_since[f] = now
                state[a] = PRESENT
                away[f] -= 1
                if holes[a] == 0:
                    up[f] += 1
    return whole, owed_area, jobs_area, held_area, away_area, days_at


@cache
def compiled() -> tuple[Callable[..., Any], bool]:
    """``history``, compiled where Numba is installed, and whether it is."""
    try:
        njit = import_module("numba").njit
    except ImportError:
        return history, False
    return njit(cache=True)(history), True
