"""What must be held at home against the partner's need in a war: worth and chance, and what hangs on them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

import rampart
from cases_random import make_case
from rampart.case.tables import Case
from rampart.catalogues.results import frame
from rampart.findings import CaseError
from rampart.language.in_words import InWords
from rampart.report.chapters.worth_at_home import sensitivity as sensitivity_told
from rampart.report.charts.war import sensitivity_chart
from rampart.report.pages.war import html
from rampart.requirements.implied_chance import implied_chances, worth_that_follows
from rampart.scenario.sensitivity import sensitivity
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import first_look, tree_of, war_plan

MONTHS, STOCK, NEED, PRICE, HAZARD = 6, 120.0, 10.0, 2.0, 0.1
WORTHS = {"floors": 90.0, "need": 3.0, "requirement": 30.0}


def giving(
    chance: float | None,
    *,
    worths: dict[str, float] | None = None,
    branches: bool = False,
    floor: float = 0.0,
    floor_called: float | None = None,
    **more: str,
) -> Case:
    """A member with a full shelf and a partner whose need falls in worth; nothing is made or bought. No month costs money."""
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": [{"nation": n, "name_en": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))],
        "items": [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u", "price": PRICE}],
        "stocks": [{"holder": "AAA", "item": "shell", "quantity": STOCK}],
        "regimes": [{"regime": r, "ends": r == "ended"} for r in ("war", "ended")],
        "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": n, "regime": r}
                   for r, n in (("war", NEED), ("ended", 0.0))],
        "levels": [{"holder": "UUU", "item": "shell", "level": "essential", "share": 0.5}],
        "requirements": [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": STOCK, "called_upon": chance}],
        "routes": [{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": float("inf")}],
        "priorities": [{"rank": n + 1, "objective": o, "worth": (worths or {}).get(o)}
                       for n, o in enumerate(("floors", "need", "requirement"))],
    }  # fmt: skip
    if floor:
        rows["requirements"].append(
            {"holder": "AAA", "item": "shell", "layer": "floor", "quantity": floor, "called_upon": floor_called}
        )
    if branches:
        rows["branches"] = [
            {"branch": "all", "after": None, "from": None, "regime": "war", "probability": 1.0},
            {"branch": "on", "after": "all", "from": "2025-04", "regime": "war", "probability": 0.5},
            {"branch": "over", "after": "all", "from": "2025-04", "regime": "ended", "probability": 0.5},
        ]
    else:
        rows["transitions"] = [{"from_regime": "war", "to_regime": "ended", "probability": HAZARD}]
    settings = {"start": "2025-01", "end": f"2025-{MONTHS:02d}", "regime": "war", "revise_every": "12"}
    return make_case(settings | more, rows)


def gifts(case: Case) -> float:
    """Units sent in a war that is not looked at."""
    made = war_plan(case, compare=False)
    return float(made["decisions"].filter(kind="send")["quantity"].sum())


def test_the_break_even_of_the_plan_is_that_of_the_war() -> None:
    """Without a look the war can decide nothing that the plan cannot, and both expect the same of it."""
    need_alone = {"need": 1.0}
    told = rampart.plan(giving(0.002), reasons="none")["break_even"].row(0, named=True)
    q, given = told["break_even_month"], told["gifts"]
    assert 0.002 < q < 0.5
    assert gifts(giving(0.002, worths=need_alone)) == pytest.approx(given, rel=1e-6)
    assert gifts(giving(0.999 * q, worths=need_alone)) > 0.9 * given + 1e-6
    assert gifts(giving(1.001 * q, worths=need_alone)) <= 0.9 * given + 1e-6


def test_the_length_of_the_war_counts_once() -> None:
    """Urgency weighs nothing where chances say how long the war lasts: of a chain, and of given branches."""
    for branches in (False, True):
        lost = [
            war_plan(giving(0.01, worths={"need": 1.0}, branches=branches, urgency=u), compare=False)
            for u in ("0", "0.9")
        ]
        values = [dict(made["values"].iter_rows())["plan"] for made in lost]
        assert values[0] > 0
        assert values[1] == pytest.approx(values[0], rel=1e-9)


def test_a_stated_worth_is_told_with_its_chance() -> None:
    """Of 120 units at 2 each, 3 times counted, 720 are lost where all are called upon: 30 is a 24th of it a month."""
    case = giving(0.01, worths=WORTHS, floor=30.0)
    asked, floor = implied_chances(case)
    assert (asked.objective, asked.quantity, asked.chance) == ("requirement", STOCK, pytest.approx(30.0 / 720.0))
    assert asked.follows == pytest.approx(0.01 * 720.0 / 2.0)
    assert (floor.objective, floor.quantity, floor.chance) == ("floors", 30.0, pytest.approx(90.0 / 180.0))
    assert floor.stated is None
    half = giving(0.01, worths=WORTHS, worth_at_home="0.5")
    assert implied_chances(half)[0].chance == pytest.approx(2 * 30.0 / 720.0)
    assert implied_chances(giving(0.01, worths={"requirement": 30.0}))[0].chance is None
    made = war_plan(case, compare=False)
    assert made["implied"]["chance"].to_list() == pytest.approx([30.0 / 720.0, 0.5])
    assert "4.2%" in html(made)
    assert "both count" in html(made)


def test_where_no_worth_is_stated_it_follows_from_beliefs() -> None:
    """As if the worth that follows had been stated by hand; a floor counts as called upon each month."""
    stated = {"floors": 60.0, "need": 1.0, "requirement": 0.0}
    case = giving(0.03, floor=30.0, worth_follows="yes")
    assert worth_that_follows(case)["floors"] == stated["floors"]
    of = [war_plan(each, compare=False) for each in (case, giving(0.03, worths=stated, floor=30.0))]
    values = [dict(made["values"].iter_rows())["plan"] for made in of]
    assert values[0] == pytest.approx(values[1], rel=1e-9)
    assert of[0].manifest["objective"]["name"] == "worth"
    assert [each.chance for each in implied_chances(case)] == [None, None]
    with pytest.raises(CaseError) as wrong:
        war_plan(giving(None, worth_follows="yes"), compare=False)
    assert [f.code for f in wrong.value.findings] == ["chance-not-stated"]


def test_a_floor_that_states_its_chance_weighs_by_it() -> None:
    """Of 120 units at 2 each, called upon once in a hundred months, half is missing in the mean: 1.2 a month, not 240.
    What a row of the floor states is none of the requirement's.
    """
    case = giving(0.03, floor=STOCK, floor_called=0.01, worth_follows="yes")
    assert worth_that_follows(case)["floors"] == pytest.approx(1.2)
    asked, floor = implied_chances(case)
    assert (asked.stated, floor.stated) == (0.03, 0.01)
    assert floor.follows == pytest.approx(1.2)
    stated = {"floors": 1.2, "need": 1.0, "requirement": 0.0}
    plans = [war_plan(each, compare=False) for each in (case, giving(0.03, worths=stated, floor=STOCK))]
    values = [dict(made["values"].iter_rows())["plan"] for made in plans]
    certain = dict(war_plan(giving(0.03, floor=STOCK, worth_follows="yes"), compare=False)["values"].iter_rows())[
        "plan"
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-9)
    assert values[0] < certain - 1e-6
    with pytest.raises(CaseError) as wrong:
        war_plan(giving(None, floor=STOCK, floor_called=0.01, worth_follows="yes"), compare=False)
    assert [f.code for f in wrong.value.findings] == ["chance-not-stated"]


def test_first_decisions_by_the_worth_of_readiness() -> None:
    """Each factor gives what the case with so many times the chance gives; the more readiness weighs, the less is sent."""
    case = giving(0.1, worths={"need": 1.0})
    tree, _ = tree_of(case)
    table = frame("war", "sensitivity", sensitivity(TreeProgramme(case, tree), first_look(tree)))
    sent = dict(table.filter(kind="send").group_by("factor").agg(pl.col("quantity").sum()).iter_rows())
    assert all(sent[a] >= sent[b] - 1e-6 for a, b in pairwise(sorted(sent)))
    assert sent[0.0] > sent[2.0] + 1.0 > sent[4.0] + 2.0
    assert sent[2.0] == pytest.approx(gifts(giving(0.2, worths={"need": 1.0})), rel=1e-6)
    worth = dict(table.filter(kind="send").group_by("factor").agg(pl.col("worth").sum()).iter_rows())
    assert worth[1.0] == pytest.approx(PRICE * sent[1.0])
    made = war_plan(case, compare=False)
    answer = InWords(replace(made, tables={**made.tables, "sensitivity": table}), "fr")
    assert sensitivity_chart(answer) is not None
    shown = sensitivity_told(answer)
    assert shown is not None
    assert shown.heads[0].label == "Préparation pesée"
    assert [row[0] for row in shown.rows] == ["× 0", "× 0,25", "× 0,5", "× 1", "× 2", "× 4"]
    assert [row[-1] for row in shown.rows] == ["0", "0", "0", "0", "0", "1"]
