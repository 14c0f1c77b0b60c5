"""A case whose whole numbers take the solver minutes, to be cut short."""

from __future__ import annotations

import math
import random

from cases_small import KEPT, case, line, month, need
from rampart.case.tables import Case

ITEMS, MONTHS = 10, 24


def lots_in_one_hall() -> Case:
    """Ten lines with set-ups that share a hall (capacitated lot sizing): the solver needs minutes to prove the best."""
    chance = random.Random(5)
    names = [f"shell{n}" for n in range(ITEMS)]
    return case(
        MONTHS, ["own_use", "money"],
        items=[KEPT | {"item": name, "holding_cost": chance.uniform(0.1, 1.0)} for name in names],
        lines=[
            line(line=f"line{n}", item=name, max_rate=math.inf, setup_cost=chance.uniform(50.0, 150.0))
            for n, name in enumerate(names)
        ],
        resources=[{"resource": "hall", "capacity": 20.0 * ITEMS}],
        uses=[{"resource": "hall", "line": f"line{n}", "quantity": 1.0} for n in range(ITEMS)],
        demand=[
            need(float(chance.randint(5, 30)), item=name, **{"from": month(m)}) for name in names for m in range(MONTHS)
        ],
    )  # fmt: skip
