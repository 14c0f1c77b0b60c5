"""What waits: a decision alone, all orders from a line, all works of a chain, and the columns that this closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rampart.network.lags import Floats, Integers
from rampart.plan.parts.part import Decision
from rampart.plan.programme.values import Values


@dataclass(frozen=True)
class Waiting:
    """What waits together: a decision alone, all orders from a line, all works of a chain."""

    together: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, eq=False)
class Closing:
    """Columns that a delay closes, and the most of others that it frees: what comes whole, as if it could be split.

    lots  whether lots or set-ups are among these
    of    columns of what waits, whichever of them are closed
    """

    columns: Integers
    freed: Mapping[int, float]
    lots: bool = False
    of: tuple[int, ...] = ()


LOTS = ("lots", "active")
"""Families of lots and set-ups, which an order moves."""


class Closings:
    """What delays close in one plan.

    columns         of the plan, scaled, shape (columns,)
    upper_at_first  upper bounds of the columns before anything was held, shape (columns,)
    """

    def __init__(self, v: Values, columns: Floats, upper_at_first: Floats) -> None:
        self.v, self.columns, self.upper_at_first = v, columns, upper_at_first
        self._chain = chains_of(v)

    def of(self, waiting: Waiting, periods: int) -> Closing:
        """What a delay closes; what was settled as whole units may be decided later instead, and lots may be moved."""
        closed: list[int] = []
        of: list[int] = []
        freed: dict[int, float] = {}
        lots = False
        for d in waiting.decisions:
            moved = self._lots_of(d)
            lots = lots or bool(moved)
            freed |= moved
            family = self.v.programme.families[d.family]
            labels = family.labels[d.key]
            shut = labels[:periods][labels[:periods] >= 0]
            closed += shut.tolist()
            of += labels[labels >= 0].tolist()
            if family.whole[d.key].any():
                at = labels[labels >= 0]
                freed |= dict.fromkeys(at.tolist(), float(self.columns[at].sum()))
        gone = set(closed)
        freed = {at: most for at, most in freed.items() if at not in gone}
        return Closing(np.array(closed, dtype=np.int64), freed, lots, tuple(of))

    def _lots_of(self, d: Decision) -> dict[int, float]:
        """Lots and set-ups of the lines that an order moves: its own, and those that make parts for one another."""
        lines, found = self.v.network.lines, dict[int, float]()
        for name in LOTS if d.kind == "order" else ():
            family = self.v.programme.families[name]
            for key, labels in zip(family.keys, family.labels, strict=True):
                if self._chain[str(lines[str(key[0])]["item"])] == self._chain[d.item]:
                    at = labels[labels >= 0]
                    found |= dict(zip(at.tolist(), self.upper_at_first[at].tolist(), strict=True))
        return found


def together(v: Values, decisions: Sequence[Decision]) -> list[Waiting]:
    """What is also delayed together, because another steps in where one waits: the orders of one line, and the works of
    one chain, whose lines make parts for one another.
    """
    found: list[Waiting] = []
    by_line: dict[str, list[Decision]] = {}
    for d in decisions:
        if d.kind == "order":
            by_line.setdefault(str(d.code[0]), []).append(d)
    found += [Waiting("line", tuple(own)) for own in by_line.values() if len(own) > 1]
    works = [d for d in decisions if d.kind == "expansion"]
    chain = chains_of(v)
    by_chain: dict[str, list[Decision]] = {}
    for d in works:
        by_chain.setdefault(chain[d.item], []).append(d)
    return found + [Waiting("chain", tuple(own)) for own in by_chain.values() if len(own) > 1]


def chains_of(v: Values) -> dict[str, str]:
    """One item of the chain of each: what goes into one another, over all tiers."""
    of = {item: item for item in v.network.items}

    def root(item: str) -> str:
        while of[item] != item:
            item = of[item]
        return item

    line_of = {e["expansion"]: e["line"] for e in v.network.expansions}
    for row in v.network.rows("bills"):
        made = row["item"] or v.network.lines[row["line"] or line_of[row["expansion"]]]["item"]
        one, other = root(str(made)), root(str(row["component"]))
        of[max(one, other)] = min(one, other)
    return {item: root(item) for item in of}
