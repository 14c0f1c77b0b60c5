"""What to decide now: by which month, and what a month's delay costs, found by solving again without the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.keys import parts as parts_of
from rampart.network.keys import text
from rampart.network.lags import first_effect
from rampart.plan.model.passes import RULES
from rampart.plan.parts.part import Decision, Part
from rampart.plan.programme.values import Values
from rampart.plan.reading.delays import Delays
from rampart.plan.reading.due import Due
from rampart.plan.reading.loss import Loss
from rampart.plan.reading.rounded import Cell, Rounded, signed
from rampart.plan.reading.waiting import Waiting, together
from rampart.plan.solving.solution import Solution
from rampart.results.replacement_cost import replacement_costs

if TYPE_CHECKING:
    import polars as pl

MONEY = "money"
"""The objective whose loss is money itself."""


def decisions_now(v: Values, parts: Sequence[Part]) -> list[Decision]:
    """Decisions of the first period, largest commitments first."""
    found = [d for part in parts for d in part.decisions(v) if d.quantity > 0]
    return sorted(found, key=lambda d: (-d.money, d.kind, d.code, d.item, d.to))


def decide_now(v: Values, solution: Solution, parts: Sequence[Part], as_signed: Rounded) -> dict[str, pl.DataFrame]:
    """``decisions``, those that are due first, and of these those whose delay takes most at its replacement cost, and
    ``delays``; what only breaks a rule that the plan may break, as which shares go where, comes after what an objective loses.

    as_signed  their amounts, rounded
    """
    before, named = taken_now(v), [stage.name for stage in solution.solver.stages if stage.name != RULES[0]]
    prices = replacement_costs(v.case)
    delayed = delays_of(v, solution, parts)
    found = []
    for d in decisions_now(v, parts):
        due = delayed.by.get((d.family, d.key))
        found.append((d, due, delayed.alone.get((d.family, d.key), {}).get(delayed.least)))
    found.sort(key=lambda r: (
        np.inf if r[1] is None else r[1].month, -_taken_by(v, r[2], prices),
        named.index(r[2].objective) if r[2] and r[2].objective in named else len(named), -(r[2].cost if r[2] else 0.0),
        -r[0].money, r[0].kind, r[0].code, r[0].item, r[0].to,
    ))  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for one, due, loss in found:
        d = signed(one, as_signed)
        if not d.quantity:  # less than a piece, of what is counted by the piece: nothing is signed
            continue
        lost = loss if loss and loss.objective else None
        units = lost.lacking.unit_months if lost and lost.lacking else None
        rows.append((
            len(rows) + 1, d.kind, d.who, text(d.code), parts_of(d.code), d.item, d.to, d.quantity, one.quantity,
            d.year_quantity, before.get((d.family, d.key), 0.0), d.money, None if due is None else month_text(due.month),
            due is not None and due.at_latest,
            month_text(first_effect(v.case.calendar.first, d.lead)), lost.objective if lost else None,
            lost.cost if lost else None, units,
        ))  # fmt: skip
    return {"decisions": frame("plan", "decisions", rows), "delays": delayed.table(v)}


def _taken_by(v: Values, loss: Loss | None, prices: Mapping[str, float]) -> float:
    """Money that what a delay takes would cost to buy; nothing where nobody lacks anything, or no price is known."""
    if loss is None or loss.lacking is None:
        return loss.cost * v.programme.unit if loss is not None and loss.objective == MONEY else 0.0
    return prices.get(loss.lacking.of.item, 0.0) * loss.lacking.in_all


@dataclass(frozen=True)
class Delayed:
    """What waiting costs each decision alone, by months, by when each is due, and what it costs some together.

    least  fewest months that are told
    """

    alone: Mapping[Cell, Mapping[int, Loss]]
    by: Mapping[Cell, Due]
    together: Sequence[tuple[Waiting, int, Loss]]
    waiting: Sequence[Waiting]
    least: int = 1

    def table(self, v: Values) -> pl.DataFrame:
        """``delays``."""
        rows = []
        for each in self.waiting:
            d = each.decisions[0]
            for months, loss in self.alone.get((d.family, d.key), {}).items():
                rows.append(_delay_row(v, each, months, loss))
        rows += [_delay_row(v, *one) for one in self.together]
        return frame("plan", "delays", rows)


def _delay_row(v: Values, waiting: Waiting, months: int, loss: Loss) -> tuple[Any, ...]:
    """A row of ``delays``; of what waits together the decisions stand one by one in the key."""
    d, lack, gained = waiting.decisions[0], loss.lacking, loss.gained
    alone = not waiting.together
    key = parts_of(d.code) if alone else [part for each in waiting.decisions for part in parts_of(each.code)]
    named = text(d.code) if alone else " ".join(text(each.code) for each in waiting.decisions)
    who = (d.who, d.item, d.to) if alone else (None, d.item if waiting.together == "line" else None, None)
    lacks: tuple[Any, ...] = (None,) * 9
    if lack is not None:
        good = None if lack.made_good is None else v.months[lack.made_good]
        lacks = (
            lack.of.holder,
            lack.of.item,
            v.months[lack.first],
            lack.most,
            v.months[lack.when],
            good,
            lack.unit_months,
            lack.others,
            lack.in_all,
        )
    gains = (None, None, None) if gained is None else (gained[0].holder, gained[0].item, gained[1])
    cost = (loss.cost, loss.share if np.isfinite(loss.share) else None) if loss.objective else (None, None)
    rule, of = loss.rule or (None, ())
    broken = (rule, [part for each in of for part in parts_of(each)] if rule else None)
    return (
        waiting.together,
        d.kind,
        named,
        key,
        *who,
        months,
        loss.objective,
        *cost,
        *lacks,
        *gains,
        loss.split,
        *broken,
    )


def delays_of(v: Values, solution: Solution, parts: Sequence[Part]) -> Delayed:
    """All decisions of the first period but those that are taken already, alone and together; nothing where time is up."""
    before, delays = taken_now(v), Delays(v, solution, parts)
    free = [d for d in decisions_now(v, parts) if not before.get((d.family, d.key))]
    alone = [Waiting("", (d,)) for d in free]
    if delays.out_of_time or not free:
        return Delayed({}, {}, (), ())
    grouped = together(v, free)
    told: dict[int, list[Loss | None]] = {}
    for months in delays.told():
        everything = [*alone, *grouped]
        told[months] = delays.losses(everything, [delays.periods(months)] * len(everything))
    told = dict(sorted(told.items()))
    most = float(str(v.case.settings["decide_by_loss"]))
    due = delays.last_months(alone, {months: losses[: len(alone)] for months, losses in told.items()}, most)
    cells, shortest = [(d.family, d.key) for d in free], told[min(told)]
    by = {
        cell: each
        for cell, each, loss in zip(cells, due, shortest, strict=False)
        if loss is not None or not delays.out_of_time  # else time was up before anything was known of it
    }
    found = {
        cell: {months: loss for months, losses in told.items() if (loss := losses[n]) and not loss.unseen}
        for n, cell in enumerate(cells)
    }
    groups = [
        (each, months, loss)
        for n, each in enumerate(grouped)
        for months, losses in told.items()
        if (loss := losses[len(alone) + n]) and not loss.unseen
    ]
    return Delayed(found, by, groups, alone, min(told))


def taken_now(v: Values) -> dict[tuple[str, int], float]:
    """What was taken already of the first period's decisions, by family and position of the key."""
    first = [t for t in v.network.taken if t.period == 0 and t.family in v.programme.families]
    place = [v.programme.families[t.family].index.get(t.key, -1) for t in first]
    return {(t.family, key): t.firm for t, key in zip(first, place, strict=True) if key >= 0}
