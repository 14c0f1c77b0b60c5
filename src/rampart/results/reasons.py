"""Reasons as tables: what is short, what would relieve it by how much, alone and together, and the same for whole objectives.

Something is named where it brings at least a tenth of what the best of its sort brings to the one who is short, at most seven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Who = tuple[str, str, str]
"""Objective, holder and item: who lacks what."""

KIND, OBJECT, GONE, PAIR, TOGETHER = "kind", "object", "gone", "pair", "together"
NAMED = 7
"""Most kinds, and most objects of a kind, that are named of a shortage."""
SHARE = 0.1
"""Share of the best from which something is named."""
MORE = 1.01
"""How much more than its kinds alone a pair must bring to be named."""
HELD_TOGETHER = {"capacity_in_time": ("capacity", "lead_time"), "opening_in_time": ("opening", "lead_time")}
"""Kinds that hold together, by the word for the two."""
NOTHING = 1e-6
"""Share of a shortage below which it is not relieved."""


@dataclass(frozen=True, eq=False)
class Shortages:
    """What is short at the end of each pass.

    units   by who lacks, shape (years,); ``of``  the pass at whose end it is read
    values  of each pass
    levels  of what lasts: units short at the end of each period, shape (periods,); ``months``  in which they begin
    """

    years: Sequence[int]
    units: Mapping[Who, Floats]
    of: Mapping[Who, str]
    values: Mapping[str, float]
    levels: Mapping[Who, Floats]
    months: Sequence[int]

    def worst(self, who: Who, year: int) -> tuple[bool, float | None, str | None]:
        """Whether it lasts; then the most units short at the end of a period of a year, and the month it begins."""
        if who not in self.levels:
            return False, None, None
        level = np.where(np.array(self.months) // 12 == year, self.levels[who], -1.0)
        at = int(np.argmax(level > level.max() * (1.0 - 1e-9)))
        return True, float(level[at]), month_text(self.months[at])


@dataclass(frozen=True, eq=False)
class Relief:
    """What a step brings.

    how    a kind, an object, a pair of kinds, all kinds together; gone: what is asked elsewhere, taken away
    code   of an object, with ``key`` its codes one by one; ``place``  its place among those that tie, whatever it is called
    gains  in each pass; ``own``  in the part of the pass that each who lacks has; ``units``  shape (years,)
    """

    how: str
    kind: str
    code: str
    key: Sequence[Mapping[str, str]]
    place: int
    gains: Mapping[str, float]
    own: Mapping[Who, float]
    units: Mapping[Who, Floats]

    def of_its_object(self, code: str, key: Sequence[Mapping[str, str]], place: int) -> Relief:
        """The relief of a kind that has one object, said of that."""
        return replace(self, how=OBJECT, code=code, key=key, place=place)


def no_reasons() -> dict[str, pl.DataFrame]:
    """The tables where no reasons were worked out."""
    return {name: frame("plan", name, []) for name in ("short", "reasons", "reasons_by_year", "bottlenecks")}


def tables_of(short: Shortages, reliefs: Iterable[Relief]) -> dict[str, pl.DataFrame]:
    """``short``, ``reasons``, ``reasons_by_year`` and ``bottlenecks``."""
    reliefs = list(reliefs)
    rows = [
        (*who, year, float(amount), *short.worst(who, year))
        for who, units in short.units.items()
        for year, amount in zip(short.years, units.tolist(), strict=True)
        if amount > 0
    ]
    told, by_year = [], []
    for who, units in short.units.items():
        total = float(units.sum())
        mine = [r for r in reliefs if who in r.units and abs(r.units[who].sum()) > NOTHING * total]
        said = chosen(mine, who)
        for rank, r in enumerate(in_order(mine, who), start=1):
            key = (*who, r.how, r.kind, r.code)
            relief = float(r.units[who].sum())
            told.append((*key, list(r.key), rank, relief, relief / total, r.own[who], r in said))
            by_year += [
                (*key, list(r.key), year, float(amount))
                for year, amount in zip(short.years, r.units[who].tolist(), strict=True)
                if abs(amount) > NOTHING * total
            ]
    return {
        "short": frame("plan", "short", rows),
        "reasons": frame("plan", "reasons", told),
        "reasons_by_year": frame("plan", "reasons_by_year", by_year),
        "bottlenecks": bottlenecks(short, reliefs),
    }


def in_order(reliefs: Sequence[Relief], who: Who) -> list[Relief]:
    """By what each brings to who is short, the largest first; all together last."""
    return sorted(reliefs, key=lambda r: (r.how == TOGETHER, -figure(r.own[who]), r.kind, r.how, r.place))


def figure(value: float) -> float:
    """A gain as far as it is known: what ties is told by its data, and not by the last digit."""
    return float(f"{value:.6g}")


def chosen(reliefs: Sequence[Relief], who: Who) -> list[Relief]:
    """What is named of a shortage: kinds, objects of these, what holds together, what is asked elsewhere, and all together."""
    of = {how: [r for r in reliefs if r.how == how] for how in (KIND, OBJECT, GONE, PAIR, TOGETHER)}
    kinds = foremost(of[KIND], who)
    alone = {r.kind: r.own[who] for r in of[KIND]}
    least = SHARE * max([*alone.values(), 0.0])
    in_sum = {r.kind: sum(alone.get(kind, 0.0) for kind in HELD_TOGETHER[r.kind]) for r in of[PAIR]}
    pairs = [r for r in of[PAIR] if r.own[who] > max(least, MORE * in_sum[r.kind])]
    inside = {r.kind for r in kinds} | {r.kind for r in of[OBJECT] if r.kind not in alone}
    objects = [r for kind in sorted(inside) for r in foremost([o for o in of[OBJECT] if o.kind == kind], who)]
    return [*kinds, *objects, *foremost(pairs, who), *foremost(of[GONE], who), *of[TOGETHER]]


def foremost(reliefs: Sequence[Relief], who: Who) -> list[Relief]:
    """Those that bring at least a tenth of what the best brings, or take as much."""
    known = [r for r in reliefs if who in r.own]
    best = max((r.own[who] for r in known), default=0.0)
    best = best if best > 0 else max((-r.own[who] for r in known), default=0.0)
    enough = [r for r in known if abs(r.own[who]) >= SHARE * best and r.own[who]]
    return sorted(enough, key=lambda r: (-figure(abs(r.own[who])), r.kind, r.place))[:NAMED]


def kinds_and_pairs(table: pl.DataFrame) -> pl.DataFrame:
    """Of ``bottlenecks`` the kinds, and the pairs that bring more to an objective than their kinds alone in sum."""
    import polars as pl

    alone = {(r["objective"], r["cause"]): r["gain"] for r in table.filter(how=KIND).iter_rows(named=True)}
    more = [
        r["rank"]
        for r in table.filter(how=PAIR).iter_rows(named=True)
        if r["gain"] > MORE * sum(alone.get((r["objective"], kind), 0.0) for kind in HELD_TOGETHER[r["cause"]])
    ]
    return table.filter((pl.col("how") == KIND) | pl.col("rank").is_in(more)).sort("rank")


def bottlenecks(short: Shortages, reliefs: Sequence[Relief]) -> pl.DataFrame:
    """What each step brings in each pass, by the order of the passes and then by what it brings."""
    objective_of = {name: who[0] for who, name in short.of.items()}
    rows = []
    for name, value in short.values.items():
        mine = [r for r in reliefs if r.how != TOGETHER and r.gains.get(name, 0.0) > NOTHING * max(1.0, abs(value))]
        for r in sorted(mine, key=lambda r: (-figure(r.gains[name]), r.kind, r.how, r.place)):
            share = r.gains[name] / value if value else None
            rows.append((objective_of.get(name, name), r.how, r.kind, r.code, list(r.key), r.gains[name], share))
    return frame("plan", "bottlenecks", [(n, *row) for n, row in enumerate(rows, start=1)])
