"""Each break-even of the alliance is where the gift falls when the case is edited: planned again beside it, from its tables.

Nothing of the reading is used but what counts as a gift: chances are written into ``requirements``, the programme is built
anew, and its passes are solved one after another on a model of their own, which keeps nothing of the plan but the first-year
gifts of the others.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from network.test_alone import divisible, without_room
from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.engine.linear_programme import LinearProgramme
from rampart.plan.model.build import build
from rampart.plan.programme.layout import lay_out
from rampart.plan.programme.values import Values
from rampart.plan.reading.gifts import in_first_year
from rampart.plan.reading.give_or_keep import give_or_keep
from rampart.plan.solving.linear_passes import near_one
from rampart.plan.solving.passes_in_turn import solve

AROUND = 0.01
"""Share of a break-even by which a chance lies below or above it."""
FREE = np.inf
Key = tuple[str, str]


def with_chance(case: Case, key: Key, chance: float) -> Case:
    """The case with another chance that one holder is called upon for one item."""
    here = (pl.col("holder") == key[0]) & (pl.col("item") == key[1]) & pl.col("called_upon").is_not_null()
    edited = case.tables["requirements"].with_columns(
        pl.when(here).then(chance).otherwise(pl.col("called_upon")).alias("called_upon")
    )
    return Case({**case.tables, "requirements": edited})


def least_gift(case: Case, key: Key, base: Mapping[Key, float]) -> float:
    """First-year gift of a donor at the end of the pass of need, the least of all plans that are best, the others giving
    as in ``base``.
    """
    programme = build(case)
    layout = lay_out(programme)
    m = layout.matrices
    model = LinearProgramme(m.matrix, m.row_lower, m.row_upper, m.lower, m.upper)
    passes = [each.name for each in programme.passes]
    given = in_first_year(programme)
    for each in programme.passes[: passes.index("need") + 1]:
        if each.name == "need":
            for other, total in given.items():
                if other != key and other in base:
                    scale = max(1.0, base[other])
                    row, level = model.row_count, base[other] / scale
                    model.add_row(total.labels, total.each / scale, FREE)
                    model.set_row_bound(row, level - 1e-6, level + 1e-6)
        cost = layout.costs(each.measure)
        best, _, _ = model.minimise(cost * near_one(cost))
        model.hold_best(cost * near_one(cost), best, 0.0)
    cost = np.zeros(m.lower.size)
    cost[given[key].labels] = given[key].each / max(1.0, base[key])
    least, _, _ = model.minimise(cost)
    return least * max(1.0, base[key])


@pytest.mark.slow
def test_each_break_even_of_the_alliance_is_a_switch_of_the_edited_case() -> None:
    case = divisible(without_room(read_case(CASES / "alliance-2023", overrides=("no-fleets",))))
    programme = build(case)
    solution = solve(programme)
    told = give_or_keep(Values(programme, solution.layout, solution.columns), solution)["break_even"]
    base = {key: total.of(solution.columns) for key, total in in_first_year(programme).items()}
    base, seen = {key: given for key, given in base.items() if key[0] != "UKR"}, 0
    for r in told.filter(pl.col("break_even_month").is_not_null()).iter_rows(named=True):
        key, q = (r["donor"], r["item"]), r["break_even_month"]
        most = 0.9 * r["gifts"] * (1 + 1e-6)
        below, above = (least_gift(with_chance(case, key, q * (1 + side)), key, base) for side in (-AROUND, AROUND))
        print(key, q, r["gifts"], below / r["gifts"], above / r["gifts"])
        assert above <= most < below, (key, q, r["gifts"], below, above)
        seen += 1
    assert seen >= 2
