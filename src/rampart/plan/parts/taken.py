"""Decisions taken over from an earlier plan: they stand, and of what is intended as much as possible is kept.

    taken   x[s] + given up[d,s] + less[d,s] - more[d,s] = quantity[d,s]

d          decision of the table ``taken``: an order, an expansion, a purchase, a transfer, spares or bays
x[s]       the variable that decides it at node s (``network.taken``); none where the case does not allow it there
quantity   units that the earlier plan decides in the period of s, of which ``firm`` are taken and the others intended
given up   units taken that are not carried out, at most firm: a rule that gives way only where it must
less       units intended that are left, at most quantity - firm; more: units beyond the quantity
s          nodes of the periods in which something was decided

The pass persistence, behind all objectives of the case, makes changes small: what is given up, left, or decided beyond the
earlier plan, in money units at the price of a unit; where no price is known, a typical flow of a month counts 8. It is
left out on a tree of what may happen. Source: Brown, Dell and Wood, Optimization and persistence, Interfaces 27 (1997).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.keys import Key, text
from rampart.network.keys import parts as parts_of
from rampart.network.lags import Floats, Integers
from rampart.network.taken import DECIDED
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import ZERO, Values

if TYPE_CHECKING:
    import polars as pl

ROUNDING = 1e-3
"""Share of an amount that is not to be told from it."""


class TakenOver(Part):
    """What an earlier plan decided."""

    name = "taken"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``given up``, ``less`` and ``more``."""
        of = taken_over(p)
        left = of.quantity - of.firm
        yield FamilySpec("given up", of.keys, "slack", exists=of.firm > 0, upper=of.firm, scale=of.scale)
        yield FamilySpec("less", of.keys, "slack", exists=left > 0, upper=left, scale=of.scale)
        yield FamilySpec("more", of.keys, "slack", exists=of.quantity > 0, scale=of.scale)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``taken``."""
        of = taken_over(p)
        rows = Rows(p.tree, "taken", of.keys, scale=of.scale)
        rows.add(p["given up"]).add(p["less"]).add(p["more"], factor=-1.0)
        for family in dict.fromkeys(of.families):
            at = np.array([n for n, name in enumerate(of.families) if name == family and of.place[n] >= 0], np.int64)
            if at.size:
                rows.add(p[family], key=of.place[at], row=at)
        yield rows.hold("==", of.quantity, where=of.quantity > 0)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """What was taken and is not carried out; all changes."""
        of = taken_over(p)
        yield Weight("rules", "given up", share(1.0, of.firm))
        if not of.keys or len(p.tree) != len(p.case.calendar):
            return
        yield from (Weight("persistence", name, of.worth[:, None]) for name in ("given up", "less", "more"))
        for family in (name for name, _ in DECIDED.values() if name in p.families):
            new = np.ones(p[family].labels.shape, dtype=bool)
            for n, name in enumerate(of.families):
                if name == family and of.place[n] >= 0:
                    new[of.place[n]] &= of.quantity[n] <= 0
            yield Weight("persistence", family, new * worth(p, family)[:, None])

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A decision taken that cannot be carried out."""
        yield Rule("given up", "taken", lambda key: (key, None))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``changes``: decisions that differ from those taken over by more than rounding."""
        p, of, rows = v.programme, taken_over(v.programme), []
        for kind, family, key, n, k in _decided(p):
            nothing = np.zeros(len(v.tree))
            before, firm = (nothing, nothing) if n is None else (of.quantity[n], of.firm[n])
            now, scale = (nothing, 1.0) if k < 0 else (v[family][k], float(p[family].scale[k]))
            noise = ZERO * (10 * scale + before)
            least = np.maximum(noise, _rounding(p, family, k, np.maximum(now, before)))
            for node in np.flatnonzero((np.abs(now - before) > least) | (firm - now > noise)):
                rows.append((
                    kind, text(key), parts_of(key), int(v.tree.period[node]), v.months[node], float(firm[node]),
                    float(before[node]), float(now[node]), float(now[node] - before[node]),
                ))  # fmt: skip
        return {"changes": frame("plan", "changes", rows)}


def _rounding(p: Programme, family: str, key: int, amount: Floats) -> Floats:
    """Change of an amount at each node that is rounding: half of what it comes in whole, else a thousandth of it.

    Plans of one case differ by so much within the rooms of their objectives; neither is told as another amount.
    """
    part: Floats = ROUNDING * amount
    whole = p[family].spec.whole if key >= 0 else None
    if whole is None:
        return part
    return np.where(np.broadcast_to(whole, p[family].labels.shape)[key], p[family].scale[key] / 2, part)


class Over(NamedTuple):
    """Decisions taken over by family and key.

    place     position of each key in its family, -1 where the case does not have it, shape (keys,)
    quantity, firm   units at each node, shape (keys, nodes); scale, worth  of each key, shape (keys,)
    """

    families: list[str]
    keys: list[Key]
    place: Integers
    quantity: Floats
    firm: Floats
    scale: Floats
    worth: Floats


@lru_cache(maxsize=4)
def taken_over(p: Programme) -> Over:
    """What the case takes over, laid on the families of the programme."""
    rows = p.network.taken
    of = {key: n for n, key in enumerate(dict.fromkeys((t.family, t.key) for t in rows))}
    quantity, firm = np.zeros((2, len(of), len(p.tree)))
    for t in rows:
        at = p.tree.period == t.period
        quantity[of[t.family, t.key], at], firm[of[t.family, t.key], at] = t.quantity, t.firm
    place = np.array([_place(p, family, key) for family, key in of], dtype=np.int64)
    scale, each = np.ones(len(of)), np.ones(len(of))
    for n, (family, _) in enumerate(of):
        if place[n] >= 0:
            scale[n], each[n] = p[family].scale[place[n]], worth(p, family)[place[n]]
    return Over([f for f, _ in of], [k for _, k in of], place, quantity, firm, scale, each)


def _decided(p: Programme) -> Iterator[tuple[str, str, Key, int | None, int]]:
    """Kind, family and key of everything taken over or decided now, its place in what is taken over and in its family."""
    of = taken_over(p)
    for kind, (family, _) in DECIDED.items() if of.keys else ():
        mine = {key: n for n, (name, key) in enumerate(zip(of.families, of.keys, strict=True)) if name == family}
        yield from ((kind, family, key, n, int(of.place[n])) for key, n in mine.items())
        if family in p.families:
            yield from ((kind, family, key, None, k) for k, key in enumerate(p[family].keys) if key not in mine)


def _place(p: Programme, family: str, key: Key) -> int:
    return p[family].index.get(key, -1) if family in p.families else -1


def worth(p: Programme, family: str) -> Floats:
    """Money units that a unit of each decision of a family stands for, shape (keys,); the scale's where unknown."""
    of = p[family]
    known = np.full(len(of), np.nan) if of.spec.worth is None else of.spec.worth
    found: Floats = np.where(np.isfinite(known) & (known > 0), known, 1.0 / of.scale)
    return found
