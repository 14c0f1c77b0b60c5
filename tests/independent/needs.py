"""Need in the second programme: what a unit is worth is read off a curve by areas, step by step, in plain loops."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from independent.facts import Facts, Row

if TYPE_CHECKING:
    from independent.builder import Builder

Key = tuple[str, str, str]
Term = tuple[str, float]
HEIGHTS = {"essential": 0.5, "required": 0.25, "desired": 0.0}


@dataclass(frozen=True)
class Curve:
    """Worth of the next unit: corners (units, worth), falling; nothing beyond the last."""

    corners: list[tuple[float, float]]
    share: float
    need: float

    def falls(self, low: float, high: float) -> bool:
        """Whether it falls between two neighbouring corners of all curves."""
        return self.at(low, right=True) > self.at(high, right=False) and high <= self.corners[-1][0] + 1e-9

    def at(self, units: float, *, right: bool) -> float:
        """Height at so many units, just above or just below."""
        if units > self.corners[-1][0] + 1e-9 or (right and units >= self.corners[-1][0] - 1e-9):
            return 0.0
        for (a, high), (b, low) in pairwise(self.corners):
            if a - 1e-9 <= units <= b + 1e-9 and b > a:
                return high + (low - high) * (units - a) / (b - a)
        return self.corners[-1][1]


class Worth:
    """What units are worth in a case: items, months, regimes."""

    def __init__(self, f: Facts) -> None:
        self.f = f
        self.regime = f.case.settings["regime"]
        self.believed = bool(self.regime) and bool(f.rows("transitions"))
        asked = {r["item"] for r in f.rows("demand")}
        asked |= {r["item"] for r in f.rows("deliveries") if r["status"] == "pledged"}
        asked |= {r["item"] for r in f.owed_back}
        asked |= {r["item"] for r in f.rows("requirements") if r["called_upon"] is not None}
        price = {i: r["worth"] if r["worth"] is not None else (r["price"] or None) for i, r in f.items.items()}
        self.priced = all(price[item] is not None for item in asked)
        self.item = {i: (1.0 if p is None else p) / f.unit if self.priced else 1.0 for i, p in price.items()}
        self.chance = self._chances()

    def _chances(self) -> dict[int, dict[str | None, float]]:
        """Chance of each regime in each month."""
        f = self.f
        if not self.believed:
            return {m: {self.regime: 1.0} for m in range(f.first, f.last + 1)}
        now: dict[str | None, float] = {self.regime: 1.0}
        found = {}
        for m in range(f.first, f.last + 1):
            found[m] = now
            later: dict[str | None, float] = defaultdict(float)
            for regime, chance in now.items():
                out = [r for r in f.rows("transitions") if r["from_regime"] == regime]
                for r in out:
                    later[r["to_regime"]] += chance * r["probability"]
                later[regime] += chance * (1 - sum(r["probability"] for r in out))
            now = dict(later)
        return found

    def month(self, m: int, rows: list[Row] | None = None) -> float:
        """What a unit in a month is worth beside one in the first; of a need, whether it hangs on the regime."""
        urgency = float(self.f.case.settings["urgency"])
        hangs = rows is None or any(r["regime"] is not None for r in rows)
        return 1.0 if self.believed and hangs else (1 + urgency) ** (-(m - self.f.first) / 12)

    def rows_in(self, rows: list[Row], regime: str | None) -> list[Row]:
        """Rows of a regime, or where it has none those of no regime."""
        own = [r for r in rows if r["regime"] is not None and r["regime"] == regime]
        return own or [r for r in rows if r["regime"] is None]

    def share(self, t: int) -> dict[str | None, float]:
        """Chance of each regime over a period."""
        found: dict[str | None, float] = defaultdict(float)
        for m in self.f.months(t):
            for regime, chance in self.chance[m].items():
                found[regime] += chance / self.f.lengths[t]
        return found

    def curves(self, key: Key, rows: list[Row], t: int) -> list[Curve]:
        """One curve for each regime that may come and asks for something."""
        found = []
        for regime, chance in self.share(t).items():
            mine = self.rows_in(rows, regime)
            need = {m: self.f.need(mine, m) for m in self.f.months(t)}
            whole = sum(need.values())
            if chance < 1e-9 or not whole:
                continue
            asking = [m for m, n in need.items() if n]
            each = sum(self.month(m, rows) * (self.f.demand_row(mine, m) or {"weight": 0})["weight"] for m in asking)
            each *= self.item[key[1]] / len(asking)
            corners = [(0.0, 1.0), *self.levels(key, regime, whole, sum(1 for n in need.values() if n))]
            found.append(Curve([(y, each * chance * w) for y, w in corners], chance, whole))
        return found

    def levels(self, key: Key, regime: str | None, need: float, months: int) -> list[tuple[float, float]]:
        """Corners of a need beyond nothing."""
        stated: dict[str, Row] = {}
        ranked = sorted(self.f.rows("levels"), key=lambda r: (r["purpose"] is not None, r["regime"] is not None))
        for r in ranked:
            if (r["holder"], r["item"]) == key[:2] and r["purpose"] in (None, key[2]) and r["regime"] in (None, regime):
                stated[r["level"]] = r
        if not stated:
            return [(need, 1.0)]
        found = []
        for name, height in HEIGHTS.items():
            r = stated.get(name)
            worth = height if r is None or r["worth"] is None else r["worth"]
            if name == "required":
                found.append((need, worth))
            elif r is not None:
                found.append((r["share"] * need if r["quantity"] is None else r["quantity"] * months, worth))
        return found

    def steps(self, curves: list[Curve]) -> list[tuple[float, float, float]]:
        """(units, worth of one, chance that one is missing of the need) of each step from nothing upwards."""
        ends = sorted({0.0} | {y for c in curves for y, _ in c.corners})
        ends = [y for n, y in enumerate(ends) if n == 0 or y - ends[n - 1] > 1e-9 * ends[-1]]
        found = []
        for low, high in pairwise(ends):
            widest = min([c.need / 20 for c in curves if c.falls(low, high)], default=math.inf)
            number = max(1, math.ceil((high - low) / widest - 1e-9))
            for k in range(number):
                a, b = low + (high - low) * k / number, low + (high - low) * (k + 1) / number
                worth = sum(
                    (c.at(a, right=True) + c.at(b, right=False)) / 2 for c in curves if c.corners[-1][0] > a + 1e-9
                )
                found.append((b - a, worth, sum(c.share for c in curves if (a + b) / 2 < c.need)))
        return found


def add_needs(b: Builder, worth: Worth) -> None:
    """Need served, lost in steps or late, of every holder, item and purpose."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for r in b.f.rows("demand"):
        groups[r["holder"], r["item"], r["purpose"]].append(r)
    for key, rows in groups.items():
        if rows[0]["late"]:
            _late(b, worth, key, rows)
        else:
            _lost(b, worth, key, rows)


def _objective(b: Builder, holder: str, rank: int) -> str:
    """The pass of a demand: from the second rank on its name tells the rank."""
    name = "need" if b.f.nations[holder]["role"] == "recipient" else "own_use"
    return name if rank == 1 else f"{name}_{rank}"


def _row_of(b: Builder, rows: list[Row], t: int) -> Row | None:
    """Row whose prices hold in a period: of its first month in force, else the last before."""
    found = [b.f.demand_row(rows, m) for m in b.f.months(t)]
    return next(filter(None, found), None) or b.f.in_force(rows, b.f.end(t))


def _lost(b: Builder, worth: Worth, key: Key, rows: list[Row]) -> None:
    b.pairs.add(key[:2])
    for t in b.f.periods:
        steps = worth.steps(worth.curves(key, rows, t))
        row = next((r for g in worth.share(t) if (r := _row_of(b, worth.rows_in(rows, g), t))), None)
        if not steps or row is None:
            continue
        name = f"{'|'.join(key)}|{t}"
        terms: list[Term] = [(b.p.column(f"serve|{name}"), 1.0)]
        b.outflow[key[:2], t].append(terms[0])
        b.money.append((terms[0][0], -row["price"] / b.f.unit))
        for k, (width, each, short) in enumerate(steps):
            w = b.p.column(f"unmet|{name}|{k}", width)
            terms.append((w, 1.0))
            b.passes[_objective(b, key[0], row["rank"] or 1)].append((w, each))
            b.money.append((w, short * row["unmet_cost"] / b.f.unit))
        top = sum(width for width, _, _ in steps)
        b.p.row(f"demand|{name}", terms, top, top)


def _late(b: Builder, worth: Worth, key: Key, rows: list[Row]) -> None:
    """What is not served stays due; each month of it counts a twelfth."""
    f, before = b.f, ""
    b.pairs.add(key[:2])
    row: Row | None = None
    for t in f.periods:
        need = sum(
            chance * f.need(worth.rows_in(rows, regime), m)
            for m in f.months(t)
            for regime, chance in worth.share(t).items()
        )
        row = next((r for g in worth.share(t) if (r := _row_of(b, worth.rows_in(rows, g), t))), None)
        if row is None or (not need and not before):
            continue
        name = f"{'|'.join(key)}|{t}"
        y, w = b.p.column(f"serve|{name}"), b.p.column(f"unmet|{name}")
        b.outflow[key[:2], t].append((y, 1.0))
        b.p.row(f"demand|{name}", [(y, 1.0), (w, 1.0), *([(before, -1.0)] if before else [])], need, need)
        b.money.append((y, -row["price"] / f.unit))
        b.money.append((w, row["late_cost"] * f.lengths[t] / f.unit))
        b.passes[_objective(b, key[0], row["rank"] or 1)].append((w, _due(b, worth, key, rows, t) * f.lengths[t] / 12))
        before = w
    if before and row is not None:
        b.money.append((before, row["unmet_cost"] / f.unit))


def _due(b: Builder, worth: Worth, key: Key, rows: list[Row], t: int) -> float:
    """What a unit due in a period is worth: the mean over its months with need, else over all of them."""
    total, f = 0.0, b.f
    for regime, chance in worth.share(t).items():
        mine = worth.rows_in(rows, regime)
        need = {m: f.need(mine, m) for m in f.months(t)}
        by = {m: 1.0 for m, n in need.items() if n} or dict.fromkeys(need, 1.0)
        weight = {m: (f.in_force(mine, m) or {"weight": 0.0})["weight"] for m in need}
        mean = sum(worth.month(m, rows) * weight[m] for m in by) / len(by)
        total += chance * mean * worth.item[key[1]]
    return total
