"""What is believed of the war moves what is decided before the next look, and the right way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.scenario import branching
from rampart.scenario.decided import unit_money
from rampart.scenario.one_path import Material, widest
from rampart.scenario.stand_ins import StandIns
from rampart.scenario.tree_programme import Effort, TreeProgramme
from rampart.scenario.war import first_look, tree_of
from scenario.looked_war import war
from scenario.small_war import small

ALLIANCE = Path(__file__).parents[2] / "cases" / "alliance-2023"


def _before_the_look(problem: TreeProgramme, family: str) -> float:
    """All that is decided of a family before the first look; there is one key."""
    tree, until = problem.tree, first_look(problem.tree)
    found = problem.as_seen(problem.solve(), family)
    return sum(amount for (_, node), amount in found.items() if tree.looked.period[node] < until)


def test_the_likelier_an_offensive_the_more_is_ordered_before_it() -> None:
    found = []
    for chance in (0.0, 0.1, 0.3):
        changes = (("war", "off", chance), ("war", "ended", 0.06), ("off", "war", 0.25), ("off", "ended", 0.05))
        case = war(6, 3, changes=changes, rate=25.0)
        found.append(_before_the_look(TreeProgramme(case, tree_of(case, "regimes")[0]), "order"))
    assert found[0] < found[1] < found[2]


def test_the_longer_the_war_is_believed_to_last_the_more_is_built_now() -> None:
    """A chance of its end of 60, 40 and 2 per cent a month."""
    found = []
    for hazard in (0.6, 0.4, 0.02):
        case = small(hazard, cost=3.0)
        found.append(_before_the_look(TreeProgramme(case, tree_of(case)[0]), "expand"))
    assert found[0] <= found[1] <= found[2]
    assert found[0] < found[2]


@pytest.mark.slow
def test_on_the_real_case_too() -> None:
    """First decisions of four paths that stand for forty: money of orders before the look, and of all works.

    Works before the look alone are 437, 931 and 915: that 15 of them begin before or after it is worth nothing. Held at 931,
    the longest of the three wars costs 135,140.45 in place of 135,140.41.
    """
    base = read_case(ALLIANCE, overrides=("no-fleets",))

    def decided(to: str, factor: float, out_of: str | None = None) -> dict[str, float]:
        which = pl.col("to_regime") == to
        which = which if out_of is None else which & (pl.col("from_regime") == out_of)
        likelier = pl.when(which).then(pl.col("probability") * factor).otherwise("probability")
        case = Case({**base.tables, "transitions": base.tables["transitions"].with_columns(probability=likelier)})
        chain, first, chance = Chain.of(case), draws.revision_periods(case)[0], np.full(40, 1 / 40)
        paths = draws.onward(case, chain, np.array([chain.start]), 40, seed=(1, 0), by_end=True)
        material = Material(case, chain.regimes, chain.ends, paths, first, None, capacity=True)
        few, weight, _ = branching.reduced(case, chain.regimes, paths, chance, 4)
        programme = StandIns(material, few, weight, Effort())
        amounts, _ = programme.solve()
        price, money = unit_money(widest(material)), {"order": 0.0, "expand": 0.0}
        for (family, key, period), amount in zip(programme.names, amounts.tolist(), strict=True):
            if family in money:
                money[family] += (price(family, key, period) or 0.0) * amount
        return money

    lasting = [decided("ended", factor) for factor in (4.0, 1.0, 0.25)]
    assert 1.5 * lasting[0]["expand"] < lasting[1]["expand"] < lasting[2]["expand"]
    assert lasting[0]["order"] < lasting[1]["order"] < lasting[2]["order"]
    offensives = [decided("offensive", factor, "attrition") for factor in (0.25, 1.0, 2.0)]
    assert offensives[0]["order"] < offensives[1]["order"] < offensives[2]["order"]
