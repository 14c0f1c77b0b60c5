"""One view of both programmes: passes, output and marginal values of a case, from either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import rampart
from independent.builder import solve
from rampart.case.tables import Case


@dataclass(frozen=True)
class Answer:
    """What both programmes say of one case.

    passes     value of each pass, the tie-breaking pass left out
    output     output by line and period, placed orders included
    received   what each nation receives from new orders, by holder
    capacity   marginal value of capacity in the money pass, by line and period
    """

    passes: Mapping[str, float]
    output: Mapping[tuple[str, int], float]
    received: Mapping[str, float]
    capacity: Mapping[tuple[str, int], float]


def independent(case: Case) -> Answer:
    """The answer of the independent builder."""
    found = solve(case)
    buyers = {r["contract"]: r["ship_to"] or r["buyer"] for r in case["contracts"].iter_rows(named=True)}
    buyers |= {r["line"]: r["nation"] for r in case["lines"].iter_rows(named=True) if r["line"] not in buyers}
    received: dict[str, float] = {}
    for (channel, _), quantity in found.family("order").items():
        received[buyers[channel]] = received.get(buyers[channel], 0.0) + quantity
    duals = found.duals.get("money", {})
    return Answer(
        passes=found.passes,
        output={(line, int(t)): v for (line, t), v in found.family("output").items()},
        received=received,
        capacity=_by_line({k[9:]: v for k, v in duals.items() if k.startswith("capacity|")}),
    )


def product(case: Case) -> Answer:
    """The answer of ``rampart.plan``."""
    plan = rampart.plan(case)
    passes = dict(plan["passes"].select("objective", "value").iter_rows())
    output = plan["production"].select("line", "period", "output").iter_rows()
    received: dict[str, float] = {}
    for holder, quantity in plan["orders"].select("ship_to", "quantity").iter_rows():
        received[holder] = received.get(holder, 0.0) + quantity
    lines = plan["production"].select("line", "period").iter_rows()
    capacity = dict.fromkeys(lines, 0.0)  # the product writes only what is not zero
    for row in plan["duals"].iter_rows(named=True):
        if (row["pass"], row["family"]) == ("money", "maximum rate"):
            capacity[row["code"], row["period"]] = row["dual"]
    return Answer(
        passes={name: value for name, value in passes.items() if name != "ties"},
        output={(line, period): quantity for line, period, quantity in output},
        received=received,
        capacity=capacity,
    )


def _by_line(rows: Mapping[str, float]) -> dict[tuple[str, int], float]:
    return {(name.split("|")[0], int(name.split("|")[1])): value for name, value in rows.items()}


SOLVERS: dict[str, Callable[[Case], Answer]] = {"independent": independent, "rampart": product}
