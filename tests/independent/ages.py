"""One holder and one perishable item with an index for age: what the plan's short rows must equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from independent.programme import Programme

URGENCY = 0.1
"""By how much a unit a year later is worth less, where a case says nothing; without a price every unit counts one."""


@dataclass(frozen=True)
class Perishable:
    """Monthly receipts up to ``most`` at ``price``; need is lost when it is not met in its month.

    lots       opening stock by month of receipt, counted from the first month of the plan (0 or less)
    shortfall  price of a unit below ``target`` for a month (the check value prices it, a case cannot)
    disposal   price of a unit disposed of (likewise)
    """

    life: int
    need: Sequence[float]
    most: float
    price: float
    holding: float
    unmet: float
    target: float = 0.0
    shortfall: float = 0.0
    disposal: float = 0.0
    lots: tuple[tuple[int, float], ...] = ()

    def programme(self, passes: Sequence[str]) -> Programme:
        """Stock, issues and disposals by month of receipt; passes in the given order."""
        p, months = Programme(), range(len(self.need))
        money, lacking, short = [], [], []
        opening = dict(self.lots)
        for t in months:
            p.column(f"in|{t}", self.most)
            money.append((f"in|{t}", self.price))
            p.column(f"unmet|{t}", self.need[t])
            money.append((f"unmet|{t}", self.unmet))
            lacking.append((f"unmet|{t}", (1.0 + URGENCY) ** (-t / 12)))
            p.column(f"short|{t}", self.target)
            money.append((f"short|{t}", self.shortfall))
            short.append((f"short|{t}", 1.0))
            served, held = [(f"unmet|{t}", 1.0)], [(f"short|{t}", 1.0)]
            for made in (*opening, *range(t + 1)):
                self._age(p, t, made, served, held, money)
            p.row(f"need|{t}", served, self.need[t], self.need[t])
            p.row(f"target|{t}", held, lower=self.target)
        terms = {"own_use": lacking, "requirement_worst": short, "requirement_sum": short, "money": money}
        scale = {"own_use": 1.0, "money": 1.0}
        for name in passes:
            by = scale.get(name, self.target)
            p.objective(name, [(column, value / by) for column, value in terms[name]], 0.0)
        return p

    def _age(
        self,
        p: Programme,
        t: int,
        made: int,
        served: list[tuple[str, float]],
        held: list[tuple[str, float]],
        money: list[tuple[str, float]],
    ) -> None:
        """Balance in one month of what was received in one month; opening lots are numbered below zero."""
        received = made if made >= 0 else made + 1  # opening lots: -1 stands for the first month, and so on
        last = received + self.life - 1
        name = f"{made}|{t}"
        gone = [(p.column(f"dispose|{name}"), 1.0)]
        money.append((f"dispose|{name}", self.disposal))
        if t <= last:
            gone.append((p.column(f"use|{name}"), 1.0))
            served.append((f"use|{name}", 1.0))
        if t + 1 <= last:
            gone.append((p.column(f"stock|{name}"), 1.0))
            held.append((f"stock|{name}", 1.0))
            money.append((f"stock|{name}", self.holding))
        before = f"stock|{made}|{t - 1}"
        if before in p.columns:
            gone.append((before, -1.0))
        if made == t:
            gone.append((f"in|{t}", -1.0))
        given = dict(self.lots)[made] if made < 0 and t == 0 else 0.0
        p.row(f"age|{name}", gone, given, given)
