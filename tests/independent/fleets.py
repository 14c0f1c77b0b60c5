"""Fleets in the second programme: the concave hull of the levels as planes, everything month by month in plain loops.

The product lays systems on the levels themselves; here each upper facet of the hull is a row ``m <= alpha n + beta b``. Of
a fleet that fires what the plan serves the levels hold at a number of systems of their own, and every other one is in action:
``m <= n - n0 + alpha n0 + beta b``.
Of the product's work only the levels are taken: systems, money and bays of each point, and what it makes available.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import ConvexHull

if TYPE_CHECKING:
    from independent.builder import Builder

Term = tuple[str, float]
FAR = 50.0  # how many times the dearest point the hull reaches, so that more than enough never hurts


def add_fleets(b: Builder, levels: Any, gift: dict[tuple[str, str, int], float]) -> None:
    """Rows, money and shortages of all fleets.

    gift  (spares|bays|systems, code, month number) -> amount that is there from that month without being paid
    """
    spares = _spares(b, levels)
    bays = _bays(b)
    for g in levels.groups:
        for place, fleet in enumerate(g.fleets.tolist()):
            _fleet(b, levels, g, place, fleet, spares[g.code], bays, gift)
    _fired(b)


def _steps(b: Builder, lag: float, s: int) -> dict[int, float]:
    """Share of what is decided evenly over a period that is there in each month."""
    there: dict[int, float] = defaultdict(float)
    whole, part = math.floor(lag), lag - math.floor(lag)
    for month in b.f.months(s):
        for arrival, share in ((month + whole, 1 - part), (month + whole + 1, part)):
            for m in range(arrival, b.f.last + 1):
                there[m] += share / b.f.lengths[s]
    return there


def _spares(b: Builder, levels: Any) -> dict[str, list[tuple[str, dict[int, float]]]]:
    f = b.f
    found: dict[str, list[tuple[str, dict[int, float]]]] = {}
    rows = {r["fleet"]: r for r in f.rows("fleets")}
    names = list(levels.support.fleets)
    for g in levels.groups:
        found[g.code] = []
        for payer in {rows[names[n]]["payer"] or rows[names[n]]["holder"] for n in g.fleets}:
            for s in f.periods:
                column = b.p.column(f"spares|{g.code}|{payer}|{s}")
                found[g.code].append((column, _steps(b, g.lead, s)))
                b.money.append((column, 1.0))
                for month in f.months(s):
                    b.spend(payer, month, "support", "commitments", (column, 1 / f.lengths[s]))
                for month, share in f.effects(g.lead, s):
                    if month <= f.last:  # payments after the horizon are outside the plan
                        b.spend(payer, month, "support", "payments", (column, share))
    return found


def _bays(b: Builder) -> dict[str, list[tuple[str, dict[int, float]]]]:
    f = b.f
    found: dict[str, list[tuple[str, dict[int, float]]]] = {}
    nation = {r["site"]: r["nation"] for r in f.rows("sites")}
    for row in f.rows("shops"):
        if not row["max_bays"]:
            continue
        shop, payer, price = row["shop"], row["payer"] or nation[row["site"]], row["bay_cost"] / f.unit
        found[shop] = []
        for s in f.periods:
            column = b.p.column(f"bays|{shop}|{s}", whole=f.due_now(s))
            start = f.starts[s]
            found[shop].append((column, {m: 1.0 for m in range(start + row["bay_months"], f.last + 1)}))
            b.money.append((column, price))
            b.spend(payer, start, "support", "commitments", (column, price))
            length = max(1, row["bay_months"])
            for month in range(start, start + length):
                if month <= f.last:
                    b.spend(payer, month, "support", "payments", (column, price / length))
        b.p.row(f"bay_limit|{shop}", [(c, 1.0) for c, _ in found[shop]], upper=row["max_bays"])
    return found


def _fleet(
    b: Builder, levels: Any, g: Any, place: int, fleet: int, spares: list[Any], bays: dict[str, list[Any]],
    gift: dict[tuple[str, str, int], float],
) -> None:  # fmt: skip
    f = b.f
    code = levels.support.fleets[fleet]
    row = next(r for r in f.rows("fleets") if r["fleet"] == code)
    joined = _joined(b, row, levels, g, place, fleet)
    for t in f.periods:
        months = f.months(t)
        at = slice(months[0] - f.first, months[-1] - f.first + 1)
        own = float(levels.given[fleet][at].mean())
        for (what, whose, month), amount in gift.items():
            if (what, whose) == ("systems", code):
                own += sum(amount * _left(levels.survive[fleet], month, m, f.first) for m in months) / len(months)
        available = b.p.column(f"available|{code}|{t}")
        counted = float(g.held[place][at].mean())
        fed = row["fires"] is not None
        beneath: list[Term] = []
        if fed and counted > float(levels.given[fleet][at].mean()) + 1e-9:
            beneath = [(b.p.column(f"beneath|{code}|{t}"), 1.0)]
            b.slack.append((beneath[0][0], f.lengths[t]))
        systems = [(c, _mean(there, months)) for c, there in joined]
        money = [(c, _mean(there, months)) for c, there in spares]
        free = _gift(gift, "spares", g.code, months)
        per = float(g.per[place][at].mean()) or 1.0  # a fleet that is never there
        points = np.array([float(g.share[n, place][at].mean()) for n in range(len(g.cost))])
        for number, (alpha, beta, gammas) in enumerate(_planes(g.cost / per, g.bays / per, points)):
            each = 1.0 if fed else alpha
            terms = [(available, 1.0), *((c, -each * v) for c, v in systems), *((c, -beta * v) for c, v in money)]
            terms += [(c, -v) for c, v in beneath]
            right = each * own + beta * free + ((alpha - 1.0) * counted if fed else 0.0)
            for shop, gamma in zip(g.shops, gammas, strict=True):
                terms += [(c, -gamma * _mean(there, months)) for c, there in bays[shop]]
                right += gamma * _gift(gift, "bays", shop, months)
            b.p.row(f"curve|{code}|{number}|{t}", terms, upper=right)
        if row["needed"]:
            short = b.p.column(f"unavailable|{code}|{t}", row["needed"])
            b.p.row(f"fleet_need|{code}|{t}", [(available, 1.0), (short, 1.0)], lower=row["needed"])
            b.passes["availability"].append((short, f.lengths[t] / row["needed"]))


def _fired(b: Builder) -> None:
    """What a holder is served of an item is at most what the systems that fire it can fire in action."""
    firing: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in b.f.rows("fleets"):
        if row["fires"] is not None:
            firing[row["holder"], row["fires"]].append(row)
    for (holder, item), fleets in firing.items():
        if any(row["most_use"] is None for row in fleets):
            continue
        purposes = {r["purpose"] for r in b.f.rows("demand") if (r["holder"], r["item"]) == (holder, item)}
        for t in b.f.periods:
            terms = [(c, 1.0) for p in purposes if (c := f"serve|{holder}|{item}|{p}|{t}") in b.p.columns]
            terms += [(f"available|{r['fleet']}|{t}", -r["most_use"] * b.f.lengths[t]) for r in fleets]
            b.p.row(f"fire|{holder}|{item}|{t}", terms, upper=0.0)


def _gift(gift: dict[tuple[str, str, int], float], what: str, whose: str, months: range) -> float:
    given = [(month, amount) for (w, c, month), amount in gift.items() if (w, c) == (what, whose)]
    return sum(amount * sum(m >= month for m in months) for month, amount in given) / len(months)


def _mean(there: dict[int, float], months: range) -> float:
    return sum(there.get(m, 0.0) for m in months) / len(months)


def _left(survive: Any, joins: int, month: int, first: int) -> float:
    """Share of a system that joined at the beginning of a month still there on average in another."""
    if month < joins:
        return 0.0
    before = math.prod(float(survive[m - first]) for m in range(joins, month))
    return before * (1 + float(survive[month - first])) / 2


def _joined(b: Builder, row: dict[str, Any], levels: Any, g: Any, place: int, fleet: int) -> list[Any]:
    """Systems that leave the holder's stock for the fleet, and their upkeep from then on; where it fires, by what is fired."""
    f = b.f
    payer, fed = row["payer"] or row["holder"], row["fires"] is not None
    # what is bought again belongs to somebody's year whether or not anything joins
    for month in range(f.first, f.last + 1):
        at = month - f.first
        worn_by = g.held[place][at] if fed else levels.given[fleet][at]
        b.kept_up[payer, f.fiscal_year(payer, month)] += float(g.upkeep[place][at] * worn_by)
    if row["item"] is None:
        return []
    pair, found = (row["holder"], row["item"]), []
    b.pairs.add(pair)
    for s in f.periods:
        column = b.p.column(f"join|{row['fleet']}|{s}")
        b.outflow[pair, s].append((column, 1.0))
        there: dict[int, float] = defaultdict(float)
        for joins in f.months(s):
            for month in range(joins, f.last + 1):
                there[month] += _left(levels.survive[fleet], joins, month, f.first) / f.lengths[s]
                money = 0.0 if fed else float(g.upkeep[place][month - f.first]) / f.lengths[s]
                b.money.append((column, money))
                for kind in ("commitments", "payments"):
                    b.spend(payer, month, "support", kind, (column, money))
        found.append((column, there))
    return found


def _planes(cost: Any, bays: Any, share: Any) -> list[tuple[float, float, list[float]]]:
    """Upper facets of the hull of the points, more than enough of anything allowed: share <= alpha + beta x + gamma y."""
    spent = np.column_stack([cost, bays])
    far = FAR * (spent.max(axis=0) + 1.0)
    useful = [n for n in range(spent.shape[1]) if np.ptp(spent[:, n]) > 0]
    flat = np.ptp(share) < 1e-12
    if not useful or flat:
        return [(float(share.max()), 0.0, [0.0] * bays.shape[1])]
    points = []
    for x, a in zip(spent, share, strict=True):
        for mask in range(2 ** len(useful)):
            y = [far[d] if mask >> n & 1 else x[d] for n, d in enumerate(useful)]
            points += [[*y, a], [*y, share.min() - 1.0]]
    scale = np.array([*(far[d] / FAR for d in useful), 1.0])
    hull = ConvexHull(np.array(points) / scale)
    planes = {}
    for facet in hull.equations:
        if facet[-2] > 1e-9:
            slopes = -facet[:-2] / facet[-2] / scale[:-1]
            whole = np.zeros(spent.shape[1])
            whole[useful] = slopes
            key = tuple(np.round([-facet[-1] / facet[-2], *whole], 10))
            planes[key] = (-facet[-1] / facet[-2], float(whole[0]), [float(v) for v in whole[1:]])
    return list(planes.values())
