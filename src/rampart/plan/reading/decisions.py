"""What to decide now: by which month, and what a month's delay costs, found by solving again without the decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.lags import Integers
from rampart.plan.parts import fleet, order
from rampart.plan.programme.values import Outcome
from rampart.plan.solving.highs import Stage
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl

PROBED = 16  # decisions whose delay is worked out, largest commitments first; the others show no delay cost
LATER = (2, 3, 6, 12)  # periods of delay tried, one after another, where a month's delay loses nothing
SHORTAGE = {
    "floors": "below floor", "need": "unmet", "own_use": "unmet", "requirement_worst": "shortfall",
    "requirement_sum": "shortfall",
}  # fmt: skip
LOSS = 1e-6  # a pass has lost when its value worsens by more than this share


class _NotKnown(Exception):
    """A delay could not be worked out within the iterations allowed, or leaves no plan with the whole numbers settled
    as they are, while others may do; nothing is claimed about it.
    """


@dataclass(frozen=True)
class Decision:
    """Something that the plan decides in its first period."""

    kind: str
    nation: str
    code: str
    item: str
    to: str
    quantity: float
    year_quantity: float
    money: float
    lead: float
    family: str
    key: int


@dataclass(frozen=True)
class Delay:
    """What a month's delay does: the first pass that loses, by how much, and units short times months."""

    objective: str | None
    cost: float | None
    units: float | None
    decide_by: int | None


def decisions_now(outcome: Outcome) -> list[Decision]:
    """Decisions of the first period, largest commitments first. What a line's own nation makes for itself at no price
    (a component that flows on) is the line's schedule and not listed.
    """
    sets, v = outcome.sets, outcome.value
    unit = outcome.case.money_unit
    price = order.order_price(sets, outcome.tree)[:, 0] if sets.channels else np.zeros(0)
    year = outcome.tree.first_month < outcome.case.calendar.first + 12
    found = []
    for n, e in enumerate(sets.expansions):
        line = sets.lines[e["line"]]
        units = float(v["expand"][n, 0])
        payer = e["payer"] or line["nation"]
        found.append(Decision("expansion", payer, e["expansion"], line["item"], e["line"], units,
                              float(v["expand"][n, year].sum()), units * e["cost"],
                              e["construction"], "expand", n))  # fmt: skip
    for n, c in enumerate(sets.channels):
        q = float(v["order"][n, 0])
        if price[n] != 0 or c.code != c.line:
            found.append(Decision("order", c.buyer, c.line, sets.lines[c.line]["item"], c.ship_to, q,
                                  float(v["order"][n, year].sum()), q * float(price[n]), c.lead, "order", n))  # fmt: skip
    for n, o in enumerate(sets.offers):
        q = float(v["buy"][n, 0])
        found.append(Decision("purchase", o.buyer, o.code, o.item, o.buyer, q, float(v["buy"][n, year].sum()),
                              q * o.price / unit, o.delay, "buy", n))  # fmt: skip
    for n, r in enumerate(sets.routes):
        q = float(v["send"][n, 0])
        found.append(Decision("transfer", r.origin, f"{r.origin}>{r.destination}", r.item, r.destination, q,
                              float(v["send"][n, year].sum()), q * r.cost / unit, r.months, "send", n))  # fmt: skip
    found += _support_now(outcome, year)
    return sorted((d for d in found if d.quantity > 0), key=lambda d: (-d.money, d.kind, d.code, d.item, d.to))


def _support_now(outcome: Outcome, year: NDArray[np.bool_]) -> list[Decision]:
    """Spares and bays for fleets; the spares of a group in money."""
    sets, v, unit = outcome.sets, outcome.value, outcome.case.money_unit
    found = []
    for n, p in enumerate(fleet.packages(sets)):
        assert sets.levels is not None
        code, money = sets.levels.groups[p.group].code, float(v["spares"][n, 0])
        found.append(Decision("spares", p.payer, code, "", "", money, float(v["spares"][n, year].sum()), money,
                              p.lead, "spares", n))  # fmt: skip
    for n, row in enumerate(fleet.shop_rows(sets)):
        bays, price = float(v["bays"][n, 0]), float(row["bay_cost"]) / unit  # type: ignore[arg-type]
        found.append(Decision("bays", str(row["payer"]), str(row["shop"]), "", "", bays, float(v["bays"][n, year].sum()),
                              bays * price, float(row["bay_months"]), "bays", n))  # type: ignore[arg-type]  # fmt: skip
    return found


def decide_now(outcome: Outcome, solution: Solution) -> pl.DataFrame:
    """The table of decisions: those whose delay costs most in the foremost objective come first."""
    found = decisions_now(outcome)
    ranked = []
    for n, decision in enumerate(found):
        delay = _delay(outcome, solution, decision) if n < PROBED else Delay(None, None, None, None)
        ranked.append((decision, delay))
    names = [s.name for s in solution.engine.stages]
    ranked.sort(key=lambda r: (
        names.index(r[1].objective) if r[1].objective else len(names), -(r[1].cost or 0.0), -r[0].money, r[0].kind,
        r[0].code, r[0].item, r[0].to,
    ))  # fmt: skip
    first = outcome.case.calendar.first
    rows = []
    for n, (d, delay) in enumerate(ranked):
        arrives = month_text(first + math.floor(d.lead))
        by = None if delay.decide_by is None else month_text(delay.decide_by)
        rows.append((
            n + 1, d.kind, d.nation, d.code, d.item, d.to, d.quantity, d.year_quantity, d.money, by, arrives,
            delay.objective, delay.cost, delay.units,
        ))  # fmt: skip
    return frame("plan", "decisions", rows)


def _columns(outcome: Outcome, solution: Solution, decision: Decision, periods: int) -> Integers:
    labels = outcome.programme.variables[decision.family].labels[decision.key, :periods]
    found: Integers = solution.layout.column_of_label[labels[labels >= 0]]
    return found


def _delay(outcome: Outcome, solution: Solution, decision: Decision) -> Delay:
    """Solve again with the decision closed for the first period, then for longer, until something is lost."""
    try:
        lost = _first_loss(outcome, solution, decision, 1)
    except _NotKnown:
        return Delay(None, None, None, None)
    calendar = outcome.case.calendar
    if lost is not None:
        stage, cost, units = lost
        return Delay(stage.name, cost, units, calendar.first)
    harmless = 1
    for periods in LATER:
        try:
            if periods > len(calendar) or _first_loss(outcome, solution, decision, periods) is not None:
                break
        except _NotKnown:
            break
        harmless = periods
    month = calendar.starts[harmless] if harmless < len(calendar) else calendar.last
    return Delay(None, None, None, month)


def _first_loss(
    outcome: Outcome, solution: Solution, decision: Decision, periods: int
) -> tuple[Stage, float, float | None] | None:
    """First pass that worsens when the decision waits; its loss in the pass's unit, and in units short x months.

    As long as no pass has lost, the optimal plans of the delayed problem are among those of the undelayed one, so each
    pass may start from where the undelayed one stood.
    """
    closed = _columns(outcome, solution, decision, periods)
    by_name = {p.name: p for p in solution.passes}
    for stage in solution.engine.stages:
        if stage.name == "ties":
            return None
        value, columns = _probe_freed(outcome, solution, decision, stage, closed)
        if not np.isfinite(value):
            raise _NotKnown
        if value - stage.value > LOSS * max(1.0, abs(stage.value)):
            cost = by_name[stage.name].cost
            loss = float(cost @ columns) - by_name[stage.name].value
            return stage, loss, _units_short(outcome, solution, decision, stage, closed, columns)
    return None


def _probe_freed(
    outcome: Outcome, solution: Solution, decision: Decision, stage: Stage, closed: Integers
) -> tuple[float, np.ndarray]:
    """Probe a pass; an expansion whose start was settled as a whole unit may start later instead."""
    if decision.family == "expand" and outcome.sets.expansions[decision.key]["whole"]:
        from dataclasses import replace

        labels = outcome.programme.variables["expand"].labels[decision.key]
        at = solution.layout.column_of_label[labels[labels >= 0]]
        total = float(solution.columns[at].sum())
        lower, upper = stage.lower.copy(), stage.upper.copy()
        lower[at], upper[at] = 0.0, total
        stage = replace(stage, lower=lower, upper=upper)
    return solution.engine.probe(stage, closed)


def _units_short(
    outcome: Outcome, solution: Solution, decision: Decision, stage: Stage, closed: Integers, columns: np.ndarray
) -> float | None:
    """More units short times months of the item decided on, in what the losing pass measures; None if none.

    The pass of the worst-off does not measure the sum, so there both plans are first made best for the sum.
    """
    before = solution.columns
    family = SHORTAGE.get(stage.name)
    if family is None:
        return None
    following = next((s for s in solution.engine.stages if s.name == "requirement_sum"), None)
    if stage.name == "requirement_worst" and following is not None:
        from dataclasses import replace

        summed = replace(stage, name="requirement_sum", cost=following.cost)
        _, before = solution.engine.probe(summed, np.zeros(0, dtype=np.int64))
        _, columns = _probe_freed(outcome, solution, decision, summed, closed)
    variables = outcome.programme.variables[family]
    total = 0.0
    for n, key in enumerate(variables.keys):
        if key.split("|")[1] == decision.item:
            live = np.flatnonzero(variables.labels[n] >= 0)
            at = solution.layout.column_of_label[variables.labels[n, live]]
            months = np.ones(live.size) if family == "unmet" else outcome.tree.months[live]
            total += float((columns[at] - before[at]) @ months * variables.scale[n])
    return total if total > 1e-6 else None
