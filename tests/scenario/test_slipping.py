"""Supply that slips, and a first regime that is not known, in the tree and over paths: each against all that may happen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st

from drawn import drawn
from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.beliefs.supply import Supply
from rampart.case.doors import check_case
from rampart.findings import CaseError, Language
from rampart.language.in_words import InWords
from rampart.language.what_to_do import what_to_do
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import tree_of, war_plan
from scenario.looked_war import REGIMES
from scenario.slipping_war import Chances, Delays, Way, least_cost, on_a_tree, on_paths, slipping, ways

CHANGES = (("war", "off", 0.25), ("war", "ended", 0.1), ("off", "war", 0.3))
LANGUAGES: tuple[Language, ...] = ("en", "fr")
SLIPS: tuple[Chances, ...] = (((0, 0.5), (2, 0.5)), ((0, 0.7), (1, 0.3)), ((0, 0.4), (1, 0.6)))
CERTAIN: tuple[Chances, ...] = (((0, 1.0),), ((0, 1.0),), ((0, 1.0),))


def test_what_slips_and_with_which_chance() -> None:
    """By whole months, a half upwards: of 0 to 4 months over shares from 20 to 100, and 0 below, 30 in a hundred are none."""
    found = Supply.of(slipping(5, 2, SLIPS, changes=CHANGES))
    assert found is not None
    assert [[round(each.chance, 9) for each in of] for of in found.outcomes] == [[0.5, 0.5], [0.7, 0.3], [0.4, 0.6]]
    case = slipping(5, 2, SLIPS, changes=CHANGES)
    rows = case.tables["slips"].filter(case.tables["slips"]["state"] == "works")[:2]
    straight = rows.with_columns(chance=np.array([20.0, 100.0]), delay=np.array([0.0, 4.0]))
    supply = Supply.of(case.__class__({**case.tables, "slips": straight}))
    assert supply is not None
    chances = {supply.delays(np.array([each.at]))[0][0]: each.chance for each in supply.outcomes[0]}
    assert chances == pytest.approx({0: 0.3, 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.1})
    assert supply.all()[1].sum() == pytest.approx(1.0)
    points = supply.drawn(400, seed=(1,))
    assert (points[:50] == supply.drawn(50, seed=(1,))).all()
    assert np.mean([supply.delays(each)[0][0] for each in points]) == pytest.approx(1.6, abs=0.2)


@pytest.mark.parametrize("one", [0, 1, 2])
def test_on_a_tree_each_kind_of_slip_costs_what_all_that_may_happen_says(one: int) -> None:
    slips = tuple(SLIPS[n] if n == one else CERTAIN[n] for n in range(3))
    case = slipping(6, 2, slips, changes=CHANGES)
    found = TreeProgramme(case, tree_of(case, "regimes")[0]).solve().value
    assert found == pytest.approx(least_cost(ways(6, slips, changes=CHANGES), on_a_tree(2)), rel=1e-7)


@drawn(
    2, 12, months=st.integers(3, 5), every=st.integers(1, 4), shares=st.lists(st.floats(0.1, 0.9), min_size=3, max_size=3),
    late=st.lists(st.integers(1, 3), min_size=3, max_size=3), end=st.floats(0.0, 0.3), off=st.floats(0.0, 0.6),
    begin=st.floats(0.0, 1.0), follows=st.booleans()
)  # fmt: skip
def test_random_slips_and_first_regimes_cost_what_all_that_may_happen_says(
    months: int, every: int, shares: list[float], late: list[int], end: float, off: float, begin: float, follows: bool
) -> None:
    slips = tuple(((0, p), (d, 1 - p)) for p, d in zip(shares, late, strict=True))
    changes = (("war", "off", off), ("war", "ended", end), ("off", "war", 0.25), ("off", "ended", end))
    start = (begin, 1.0 - begin, 0.0)
    settings = {"shipments_wait": "no" if follows else "yes"}
    case = slipping(months, every, slips, changes=changes, start=start, **settings)
    found = TreeProgramme(case, tree_of(case, "regimes")[0]).solve().value
    known = on_a_tree(
        every, known=begin in (0.0, 1.0), waits=("order", "widen") if follows else ("order", "widen", "send")
    )
    true = least_cost(ways(months, slips, changes=changes, start=start), known)
    assert found == pytest.approx(true, rel=1e-7, abs=1e-7)


def test_the_plan_on_a_tree_knows_no_more_than_has_come_and_says_what_slips() -> None:
    """The order promised for the third month comes then or two months later; the first regime is seen in the third month."""
    case = slipping(3, 2, (SLIPS[0], *CERTAIN[1:]), changes=CHANGES, start=(0.6, 0.4, 0.0))
    made = war_plan(case, shape="regimes")
    assert not foresight(made.tables)
    assert made.manifest["supply"] == {"things": 1, "ways": 2}
    values = dict(made["values"].iter_rows())
    assert values["wait_and_see"] < values["plan"]
    nodes = made["nodes"]
    looked = {period: set(of["looked"]) for (period,), of in nodes.group_by("period")}
    assert looked == {0: {False}, 1: {False}, 2: {True}}
    came = {period: set(of["came"]) for (period,), of in nodes.group_by("period")}
    assert came == {0: {"-"}, 1: {"-"}, 2: {"0", "-"}}
    second = nodes.filter(nodes["period"] == 1)["node"].to_list()
    peeks = pl.DataFrame({"kind": ["order"], "what": ["more"], "node": [second[-1]], "quantity": [5.0]})
    assert foresight({**made.tables, "policy": peeks})
    english, french = (" ".join(what_to_do(InWords(made, language))) for language in LANGUAGES)
    assert "Supply comes late at random, by the table slips: 1 thing that may slip, in 2 ways" in english
    assert "The regime of the first month is not known: war (60.0%) and off (40.0%)" in english
    assert "1 objet qui peut tarder, de 2 façons" in french
    assert "La phase du premier mois n’est pas connue" in french


def test_over_paths_first_decisions_cost_what_the_same_paths_say_written_out() -> None:
    """Twelve paths with delays drawn for each: one first stage, and each path then known."""
    case = slipping(6, 2, SLIPS, changes=CHANGES, start=(0.6, 0.4, 0.0))
    made, answer = plan_on_paths(case, Sampling(paths=12, seed=3, gap=1e-7, frontier=0, compare=False))
    chain, supply = Chain.of(case), Supply.of(case)
    assert supply is not None
    assert chain.regimes == REGIMES
    drawn_ways = draws.onward(case, chain, np.array([chain.start]), 12, seed=(3, 0), by_end=True)
    assert set(drawn_ways[:, 0].tolist()) == {0, 1}
    found = []
    for path, points in zip(drawn_ways.tolist(), supply.drawn(12, seed=(3, 4)), strict=True):
        late: Delays = tuple(months[0] for months in supply.delays(points))
        found.append(Way((*path, len(found)), late, 1 / 12))
    assert len({way.late for way in found}) > 3
    assert answer.value == pytest.approx(least_cost([_on(way) for way in found], on_paths(2)), rel=1e-6)
    assert made.manifest["supply"] == {"things": 3, "ways": 12}
    assert "3 things that may slip, drawn on each path" in " ".join(what_to_do(InWords(made, "en")))


def _on(way: Way) -> Way:
    return Way(way.regimes[:-1], way.late, way.chance)


def test_few_paths_stand_for_many_whose_supply_slips(monkeypatch: pytest.MonkeyPatch) -> None:
    """By prices, not as a whole: the gap is proven all the same."""
    case = slipping(5, 2, SLIPS, changes=CHANGES)
    whole, close = (Sampling(paths=8, seed=3, gap=g, frontier=0, compare=False) for g in (1e-7, 0.02))
    best = plan_on_paths(case, whole)[1]
    monkeypatch.setattr("rampart.scenario.decompose.SMALL", 0)
    found = plan_on_paths(case, close)[1]
    assert found.bound <= best.value * (1 + 1e-6)
    assert best.value * (1 - 1e-6) <= found.value <= best.value * 1.02


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    case = slipping(5, 2, SLIPS, changes=CHANGES)
    with pytest.raises(CaseError) as none:
        tree_of(case.__class__({**case.tables, "slips": case.tables["slips"].clear()}))
    assert [f.code for f in none.value.findings] == ["slips-not-stated"]
    for name, start in (("less", (0.6, 0.2, 0.0)), ("over", (0.6, 0.2, 0.2))):
        slipping(5, 2, SLIPS, changes=CHANGES, start=start).save(tmp_path / name)
        assert "start-not-certain" in [f.code for f in check_case(tmp_path / name)[1]]
