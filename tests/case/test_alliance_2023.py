"""The figures of ``cases/alliance-2023`` worked out again from the rows that they cite, apart from how they were entered.

``evidence/rows.csv`` of the case holds what was read in the sources, one row a figure, under the codes of the notes.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from places import CASES
from rampart.beliefs.chances import chances
from rampart.case.doors import read_case
from rampart.case.states import month_of
from rampart.case.tables import Case
from rampart.case.without_fleets import without_fleets

FOLDER = CASES / "alliance-2023"
STAND_INS = ("no-fleets",)
"""Change that puts the needs for barrels and lost guns in place of the fleets; all else is as it is."""
KNOWN_BY = "2023-03"
USD, GBP = 1.08, 0.88  # to the euro, as the settings say
CODE = re.compile(r"\b((?:[a-z_]+)-\d{3,4})\b")
Facts = Mapping[str, float]
Formula = Callable[[Facts], float]


@cache
def case(*overrides: str) -> Case:
    return read_case(FOLDER, overrides=overrides)


@cache
def evidence() -> dict[str, dict[str, str]]:
    with (FOLDER / "evidence" / "rows.csv").open(encoding="utf-8", newline="") as file:
        return {row["row"]: row for row in csv.DictReader(file)}


@cache
def facts() -> dict[str, float]:
    """Value of each row, under its code; its upper value under the code and "+", its money (million) under the code and "$"."""
    found = {}
    for row in evidence().values():
        for column, mark in (("value", ""), ("value_high", "+"), ("money", "$")):
            if row[column]:
                found[row["row"] + mark] = float(row[column])
    return found


def rows(table: str, *overrides: str, **where: Any) -> list[dict[str, Any]]:
    """Rows of a table whose cells have these values; ``_`` at the end of a name is left away."""
    wanted = {name.rstrip("_"): value for name, value in where.items()}
    frame = case(*overrides).tables[table]
    return [row for row in frame.iter_rows(named=True) if all(row[name] == value for name, value in wanted.items())]


def a_share_of_the_promise(donor: str) -> Formula:
    """EU promise less what France gives a year, shared by military aid of 2022."""
    return lambda f: (1e6 - 12 * f["case-004"]) * f[donor] / (f["case-010"] + f["case-013"])


def aid(donor: str) -> Formula:
    """Military aid of 2022, the part that was bought, a third of it for the items of the case."""
    return lambda f: f[donor] * (1 - f["case-014"] / 100) / 3


US_PLAN_A_YEAR: Formula = lambda f: f["capacity_investments-001$"] * 1e6 / USD / (12 * f["capacity_investments-001"])  # noqa: E731
ROUND = {"item": "round155"}
GIVEN = {"donor": "USA", "recipient": "UKR", "status": "delivered"}

FIGURES: list[tuple[str, dict[str, Any], str, float, Formula]] = [
    # table, row, column, by how much rounding may move it, worked out again
    ("items", {"item": "round155"}, "price", 0, lambda f: f["unit_costs-010"]),
    ("items", {"item": "atgm"}, "price", 0.5, lambda f: f["unit_costs-016"] / USD),
    ("items", {"item": "shorad"}, "price", 0.5, lambda f: f["unit_costs-017"] / USD),
    ("items", {"item": "shorad"}, "shelf_life", 0, lambda f: 12 * (f["lead_times-039"] + 1 - 2004)),
    ("items", {"item": "towed155"}, "price", 0.5, lambda f: f["fleet-001"] / 6),
    ("items", {"item": "sp155"}, "price", 0, lambda f: f["unit_costs-023"] * 1e6),
    ("items", {"item": "barrel_towed"}, "price", 0.5, lambda f: f["unit_costs-025"] * 1e6 / USD),
    ("stocks", {"holder": "USA", **ROUND}, "quantity", 500,
     lambda f: f["stocks_and_targets-019"] - f["csis_tables-030"] + 10 * f["csis_tables-003"] - 10 * f["consumption-037"] / 12),
    ("stocks", {"holder": "DEU", **ROUND}, "quantity", 0, lambda f: f["stocks_and_targets-001"]),
    ("stocks", {"holder": "FRA", **ROUND}, "quantity", 0,
     lambda f: f["stocks_and_targets-1008"] / 100 * 30 * 5000 - 10 * f["case-004"] / 2),
    ("stocks", {"holder": "USA", "item": "atgm"}, "quantity", 0, lambda f: 3 * 7000 - f["deliveries-014"]),
    ("stocks", {"holder": "DEU", "item": "sp155", "condition": "serviceable"}, "quantity", 0,
     lambda f: f["stocks_and_targets-013"] * f["maintenance_availability-010"] / 100),
    ("stocks", {"holder": "DEU", "item": "sp155", "condition": "unserviceable"}, "quantity", 0,
     lambda f: f["stocks_and_targets-013"] * (1 - f["maintenance_availability-010"] / 100)),
    ("requirements", {"holder": "USA", **ROUND, "layer": "stated"}, "quantity", 0, lambda f: f["stocks_and_targets-019"]),
    *[("requirements", {"holder": "DEU", **ROUND, "layer": "stated", "from": f"{2023 + n // 4}-{3 * (n % 4) + 3:02d}"},
       "quantity", 0.5, lambda f, n=n: f["stocks_and_targets-001"]
       + (f["stocks_and_targets-002"] - f["stocks_and_targets-001"]) * (n + 1) / 32) for n in range(32)],
    ("requirements", {"holder": "DEU", **ROUND, "layer": "stated", "from": None}, "quantity", 0,
     lambda f: f["stocks_and_targets-001"]),
    ("requirements", {"holder": "DEU", **ROUND, "layer": "stated", "from": None}, "if_called", 0,
     lambda f: f["stocks_and_targets-002"]),
    ("requirements", {"holder": "USA", "item": "atgm", "layer": "stated"}, "quantity", 0, lambda f: 3 * 7000),
    ("requirements", {"holder": "USA", "item": "shorad", "layer": "stated"}, "quantity", 0,
     lambda f: f["deliveries-016"] / (f["stocks_and_targets-022"] / 100)),
    ("demand", {"holder": "USA", **ROUND}, "need", 0, lambda f: f["consumption-037"]),
    ("demand", {"holder": "UKR", **ROUND, "regime": "attrition"}, "need", 0, lambda f: f["consumption-010"]),
    ("demand", {"holder": "UKR", **ROUND, "regime": "attrition"}, "use", 0, lambda f: f["consumption-007"]),
    ("demand", {"holder": "UKR", **ROUND, "regime": "offensive"}, "need", 0, lambda f: f["consumption-008"]),
    ("demand", {"holder": "UKR", "item": "barrel_towed", "regime": "attrition"}, "need", 0.2,
     lambda f: f["consumption-007"] * f["deliveries-049"] / 350 / f["maintenance_availability-012"]),
    ("demand", {"holder": "UKR", "item": "barrel_sp", "regime": "attrition"}, "need", 0.05,
     lambda f: f["consumption-007"] * (350 - f["deliveries-049"]) / 350 / f["maintenance_availability-011"]),
    ("demand", {"holder": "GBR", **ROUND}, "need", 0,
     lambda f: (f["production_rates-075"] + f["production_rates-075+"]) / 2),
    ("levels", {"holder": "UKR", **ROUND}, "share", 0, lambda f: f["consumption-011"] / f["consumption-010"]),
    ("deliveries", {**GIVEN, **ROUND, "month": "2022-04"}, "quantity", 0, lambda f: f["deliveries-001"]),
    ("deliveries", {**GIVEN, **ROUND, "month": "2022-05"}, "quantity", 0, lambda f: f["deliveries-002"] - f["deliveries-001"]),
    ("deliveries", {**GIVEN, **ROUND, "month": "2022-08"}, "quantity", 0, lambda f: f["deliveries-003"] - f["deliveries-002"]),
    ("deliveries", {**GIVEN, **ROUND, "month": "2022-10"}, "quantity", 0, lambda f: f["deliveries-004"] - f["deliveries-003"]),
    ("deliveries", {**GIVEN, **ROUND, "month": "2022-12"}, "quantity", 0,
     lambda f: f["deliveries-006"] - f["deliveries-004"] - f["case-001"] / 2),
    *[("deliveries", {"donor": "USA", **ROUND, "status": "in_transit", "month": month}, "quantity", 0,
       lambda f: f["case-001"] / 2 / 2) for month in ("2023-02", "2023-03")],
    ("deliveries", {"donor": "DEU", "status": "delivered", **ROUND}, "quantity", 0, lambda f: f["deliveries-051"]),
    ("deliveries", {**GIVEN, "item": "atgm", "month": "2022-05"}, "quantity", 0, lambda f: f["deliveries-013"]),
    ("deliveries", {**GIVEN, "item": "atgm", "month": "2022-10"}, "quantity", 0,
     lambda f: f["deliveries-014"] - f["deliveries-013"]),
    ("deliveries", {**GIVEN, "item": "shorad", "month": "2022-05"}, "quantity", 0, lambda f: f["deliveries-016"]),
    ("deliveries", {**GIVEN, "item": "shorad", "month": "2022-12"}, "quantity", 0,
     lambda f: f["deliveries-017"] - f["deliveries-016"]),
    ("deliveries", {**GIVEN, "item": "launcher"}, "quantity", 0, lambda f: f["deliveries-020"] - 18),
    ("deliveries", {"item": "launcher", "status": "contracted"}, "quantity", 0, lambda f: f["deliveries-020"] - 20),
    ("deliveries", {**GIVEN, "item": "towed155", "month": "2022-09"}, "quantity", 0, lambda f: f["deliveries-021"]),
    ("deliveries", {**GIVEN, "item": "towed155", "month": "2022-11"}, "quantity", 0,
     lambda f: f["deliveries-049"] - f["deliveries-021"]),
    ("deliveries", {"donor": "FRA", "status": "pledged"}, "quantity", 0, lambda f: 12 * f["case-004"]),
    ("deliveries", {"donor": "DEU", "status": "pledged"}, "quantity", 500, a_share_of_the_promise("case-010")),
    ("deliveries", {"donor": "XEU", "status": "pledged"}, "quantity", 500, a_share_of_the_promise("case-013")),
    ("lines", {"line": "usa_round"}, "max_rate", 0, lambda f: 2.06 * f["production_rates-001"]),
    ("lines", {"line": "usa_round"}, "economic_rate", 0, lambda f: f["production_rates-001"]),
    ("lines", {"line": "deu_round"}, "economic_rate", 0.5, lambda f: f["case-005"] / 12),
    ("lines", {"line": "deu_round"}, "rate_before", 0.5, lambda f: f["case-005"] / 12),
    ("lines", {"line": "fra_round"}, "rate_before", 0.5, lambda f: f["case-002"] / 12),
    ("lines", {"line": "usa_launcher"}, "rate_before", 0, lambda f: f["production_rates-035+"]),
    ("lines", {"line": "usa_shorad"}, "rate_before", 0, lambda f: f["production_rates-044"]),
    ("lines", {"line": "deu_round"}, "max_rate", 0.5, lambda f: f["case-006+"] / 2 / 12),
    ("lines", {"line": "fra_round"}, "economic_rate", 0.5, lambda f: f["case-002"] / 12),
    ("lines", {"line": "fra_round"}, "max_rate", 0, lambda f: 1.5 * f["case-003"] / 12),
    ("lines", {"line": "gbr_round"}, "economic_rate", 0.5,
     lambda f: (f["production_rates-075"] + f["production_rates-075+"]) / 2 / 12),
    ("lines", {"line": "gbr_round"}, "max_rate", 1, lambda f: 2.06 * 4000 / 12),
    ("lines", {"line": "xeu_round"}, "economic_rate", 1,
     lambda f: f["production_rates-049"] - f["case-005"] / 12 - f["case-002"] / 12),
    ("lines", {"line": "xeu_round"}, "max_rate", 1,
     lambda f: 2.06 * f["production_rates-049"] - f["case-006+"] / 24 - 1.5 * f["case-003"] / 12),
    ("lines", {"line": "usa_body"}, "max_rate", 0, lambda f: f["production_rates-006"]),
    ("lines", {"line": "fra_powder"}, "max_rate", 0, lambda f: 0.0),
    ("lines", {"line": "usa_gmlrs"}, "max_rate", 0, lambda f: f["production_rates-030"]),
    ("lines", {"line": "usa_gmlrs"}, "lead_time", 0, lambda f: f["lead_times-011"]),
    ("lines", {"line": "usa_atgm"}, "max_rate", 0, lambda f: f["production_rates-038"]),
    ("lines", {"line": "usa_shorad"}, "max_rate", 0, lambda f: 1300 / 20),
    ("lines", {"line": "usa_shorad"}, "lead_time_initial", 0, lambda f: f["lead_times-012"]),
    ("lines", {"line": "usa_launcher"}, "max_rate", 0, lambda f: f["production_rates-035+"]),
    ("lines", {"line": "fra_sp"}, "max_rate", 0, lambda f: f["case-009+"]),
    ("lines", {"line": "fra_sp"}, "unit_cost", 0, lambda f: f["fleet-050"]),
    ("rates", {"line": "usa_body"}, "max_rate", 0, lambda f: f["production_rates-009"]),
    ("rates", {"line": "usa_launcher"}, "max_rate", 0, lambda f: f["production_rates-036"]),
    ("expansions", {"expansion": "x_fra_powder"}, "added_rate", 1, lambda f: 95000 / 12),
    ("expansions", {"expansion": "x_fra_powder"}, "cost", 0, lambda f: f["capacity_investments-023$"]),
    ("expansions", {"expansion": "x_xeu_powder"}, "cost", 0.01, lambda f: f["capacity_cost_derived-011"] * 50000 / 1e6),
    ("expansions", {"expansion": "x_usa_atgm"}, "cost", 0.005, lambda f: f["capacity_investments-014$"] / USD),
    ("expansions", {"expansion": "x_usa_atgm"}, "added_rate", 0,
     lambda f: 12 * f["production_rates-042"] - f["production_rates-038"]),
    ("expansions", {"expansion": "x_usa_round"}, "added_rate", 0, lambda f: f["capacity_investments-001"] / 5),
    ("expansions", {"expansion": "x_usa_round"}, "cost", 0.005, lambda f: 0.25 * f["capacity_investments-001$"] / USD / 5),
    ("expansions", {"expansion": "x_usa_body"}, "cost", 0.005, lambda f: 0.35 * f["capacity_investments-001$"] / USD / 5),
    *[("expansions", {"expansion": f"x_{nation}_{stage}"}, "cost", 0.01,
       lambda f, share=share: share * 50000 / 1e6 * US_PLAN_A_YEAR(f))
      for nation in ("deu", "fra", "xeu") for stage, share in (("round", 0.25), ("body", 0.35), ("charge", 0.1))],
    *[("expansions", {"expansion": f"x_gbr_{stage}"}, "cost", 0.01,
       lambda f, share=share: share * 12 * 687 / 1e6 * US_PLAN_A_YEAR(f))
      for stage, share in (("round", 0.25), ("body", 0.35))],
    ("market", {"offer": "kor_155_loan"}, "quantity", 0, lambda f: f["deliveries-025"]),
    ("routes", {"origin": "USA", "destination": "UKR", **ROUND}, "capacity", 0, lambda f: f["csis_tables-002"]),
    ("budgets", {"nation": "USA", "fiscal_year": 2024}, "commitments", 100,
     lambda f: (2 * (f["csis_tables-038"] + f["csis_tables-039"] + f["csis_tables-040"])
                + f["capacity_investments-001$"] / 5) / USD + 12 * 24000 * 4000 / 1e6),
    ("budgets", {"nation": "USA", "fiscal_year": 2023}, "commitments", 0, lambda f: 0.75 * 5000),
    ("budgets", {"nation": "USA", "fiscal_year": 2031}, "commitments", 0, lambda f: 0.25 * 5000),
    ("budgets", {"nation": "DEU", "fiscal_year": 2023}, "commitments", 1,
     lambda f: 1000 * f["stocks_and_targets-005"] / 8 * 0.4 + aid("case-010")(f)),
    ("budgets", {"nation": "FRA", "fiscal_year": 2023}, "commitments", 3,
     lambda f: 0.4 * f["programmes-1241"] + aid("case-011")(f)),
    ("budgets", {"nation": "GBR", "fiscal_year": 2024}, "commitments", 1,
     lambda f: (f["stocks_and_targets-015"] / 4 + f["case-007"] / 15) / GBP + aid("case-012")(f)),
    ("budgets", {"nation": "XEU", "fiscal_year": 2025}, "commitments", 20, lambda f: 800 + aid("case-013")(f)),
    ("orders", {"buyer": "USA", "line": "usa_round", "month": "2023-01"}, "quantity", 0, lambda f: 15000),
    ("orders", {"buyer": "USA", "line": "usa_round", "month": "2023-03"}, "quantity", 0, lambda f: f["production_rates-006"]),
    ("orders", {"buyer": "USA", "line": "usa_round", "month": "2023-12"}, "quantity", 0, lambda f: f["production_rates-009"]),
    ("orders", {"buyer": "FRA", "line": "fra_round", "month": "2023-01"}, "quantity", 0, lambda f: f["programmes-1240"] / 12),
    ("orders", {"buyer": "XEU", "line": "fra_round", "month": "2023-01"}, "quantity", 0.5,
     lambda f: (f["case-002"] - f["programmes-1240"]) / 12),
    ("orders", {"buyer": "XEU", "line": "xeu_round", "month": "2023-01"}, "quantity", 1,
     lambda f: f["production_rates-049"] - f["case-005"] / 12 - f["case-002"] / 12),
    ("orders", {"buyer": "GBR", "line": "gbr_round", "month": "2023-01"}, "quantity", 0.5, lambda f: 4000 / 12),
    ("orders", {"buyer": "USA", "line": "usa_gmlrs", "month": "2023-01"}, "quantity", 0, lambda f: 566),
    ("orders", {"buyer": "USA", "line": "usa_atgm", "month": "2023-01"}, "quantity", 0.5,
     lambda f: f["csis_tables-038"] * 1e6 / f["unit_costs-016"] / 27),
    ("orders", {"buyer": "USA", "line": "usa_shorad", "month": "2024-11"}, "quantity", 0, lambda f: 1300 / 20),
    ("orders", {"buyer": "USA", "line": None, "month": "2023-02"}, "quantity", 0, lambda f: f["deliveries-024"]),
]  # fmt: skip


def name(figure: tuple[str, dict[str, Any], str, float, Formula]) -> str:
    table, where, column, *_ = figure
    return f"{table}.{column} of {' '.join(str(v) for v in where.values() if v)}"


@pytest.mark.parametrize("figure", FIGURES, ids=name)
def test_a_figure_is_what_its_rows_give(figure: tuple[str, dict[str, Any], str, float, Formula]):
    table, where, column, room, formula = figure
    mine = rows(table, *STAND_INS, **where)
    assert len(mine) == 1
    assert mine[0][column] == pytest.approx(formula(facts()), abs=room + 1e-6)


def test_every_published_or_derived_row_is_worked_out_again():
    """One of each kind: orders and budgets of other months and years repeat one figure."""
    done = defaultdict(list)
    for table, where, *_ in FIGURES:
        done[table].append(where)
    left = []
    for table, frame in (*case().tables.items(), *case(*STAND_INS).tables.items()):
        if "grade" not in frame.columns:
            continue
        for row in frame.filter(frame["grade"].is_in(["published", "derived"])).iter_rows(named=True):
            alike = {"orders": ("buyer", "line", "quantity"), "budgets": ("nation",)}.get(table)
            hits = [w for w in done[table] if all(row[k] == v for k, v in w.items() if alike is None or k in alike)]
            if not hits:
                left.append((table, *list(row.values())[:5]))
    assert left == []


REST_OF_A_YEAR = re.compile(r" \w+ months of the year (remain|lie in the plan)\.")


@pytest.mark.parametrize(
    ("table", "by", "figure"), [("orders", ("buyer", "line"), "quantity"), ("budgets", ("nation",), "commitments")]
)
def test_rows_of_other_months_and_years_repeat_a_figure(table: str, by: tuple[str, ...], figure: str):
    """One figure to a reason; only parts of a year have another."""
    figures = defaultdict(set)
    for row in case().tables[table].iter_rows(named=True):
        reason = REST_OF_A_YEAR.sub("", row["note"])
        whole_year = reason == row["note"]
        if whole_year and row["line" if table == "orders" else "nation"]:
            figures[*(row[c] for c in by), row.get("item"), reason].add(row[figure])
    assert figures and all(len(values) == 1 for values in figures.values())


def cited() -> list[tuple[str, dict[str, Any], list[str]]]:
    """(table, row, codes in brackets) of every row with a note."""
    found = []
    for table, frame in case().tables.items():
        if table == "sources" or "note" not in frame.columns:
            continue
        if table == "overrides":  # what stands in for fleets is what was known, and not what else could be
            frame = frame.filter(override=STAND_INS[0])
        for row in frame.iter_rows(named=True):
            inside = " ".join(re.findall(r"\[([^\]]*)\]", row["note"] or ""))
            found.append((table, row, list(dict.fromkeys(CODE.findall(inside)))))
    return found


def test_every_code_is_a_row_of_the_evidence_and_every_source_is_named():
    sources = dict(case().tables["sources"].select("source", "date").iter_rows())
    assert {code for _, _, codes in cited() for code in codes} <= set(evidence())
    assert {row["source"] for row in evidence().values()} <= set(sources)
    assert not [row["row"] for row in evidence().values() if month_of(sources[row["source"]]) is None]


def test_what_is_later_is_said_in_braces():
    """A cited row known, or read, after the state of knowledge is named so at the end of the note."""
    dates = dict(case().tables["sources"].select("source", "date").iter_rows())
    for table, row, codes in cited():
        said = re.search(r"\{([^{}]*)\}", row["note"] or "")
        named = set(CODE.findall(said[1])) if said else set()
        later = {
            code
            for code in codes
            if max(month_of(evidence()[code]["known"]) or "", month_of(dates[evidence()[code]["source"]]) or "")
            > KNOWN_BY
        }
        assert named == later, (table, row["note"])


def test_no_main_figure_states_what_came_after_march_2023():
    for table, frame in case().tables.items():
        if "known" in frame.columns:
            assert not frame.filter(frame["known"] > KNOWN_BY).height, table
    early = case(f"known-by-{KNOWN_BY}")
    assert all(early.tables[t].equals(frame) for t, frame in case().tables.items())


def test_the_state_of_february_lacks_the_loan_of_march():
    assert rows("market", seller="KOR") and not rows("market", "known-by-2023-02", seller="KOR")
    assert not rows("stocks", f"said-by-{KNOWN_BY}", holder="USA", item="round155")


def test_needs_of_the_partner_name_a_regime():
    regimes = set(case()["regimes"]["regime"])
    assert case().settings["regime"] == "attrition"
    by_item = defaultdict(set)
    for row in rows("demand", holder="UKR"):
        by_item[row["item"]].add(row["regime"])
        assert row["until"] is None
    assert len(by_item) == 5 and all(stated == regimes for stated in by_item.values())


def test_every_need_of_the_partner_has_an_essential_level():
    levels = {row["item"]: (row["level"], row["share"], row["regime"]) for row in rows("levels", holder="UKR")}
    assert levels.keys() == {row["item"] for row in rows("demand", holder="UKR")}
    assert set(levels.values()) == {("essential", 0.36, None)}


def test_every_requirement_but_a_floor_may_be_called_upon():
    assert {(row["layer"] == "floor", row["called_upon"]) for row in rows("requirements")} == {
        (True, None),
        (False, 0.002),
    }


def whole_requirement(holder: str, item: str, posture: str | None) -> float:
    """Every layer of what a holder asks for at the start, but for the floor; of a target by steps all of it."""
    mine = rows("requirements", holder=holder, item=item, posture=posture, from_=None)
    return sum(
        row["if_called"] or row["quantity"] or row["daily_rate"] * row["days"]
        for row in mine
        if row["layer"] != "floor"
    )


@pytest.mark.parametrize("holder", ["USA", "DEU", "FRA", "GBR", "XEU"])
def test_floors_of_rounds_follow_one_rule(holder: str):
    """A third of the whole requirement, but no more than three quarters of what is there at the start."""
    posture = None if holder == "USA" else "territorial"
    (floor,) = rows("requirements", holder=holder, layer="floor", posture=posture, **ROUND)
    (stock,) = rows("stocks", holder=holder, **ROUND)
    expected = min(whole_requirement(holder, "round155", posture) / 3, 0.75 * stock["quantity"])
    assert floor["quantity"] == pytest.approx(expected, rel=0.006)
    assert floor["grade"] == "assumed" and floor["low"] < floor["quantity"] < floor["high"]


def test_a_call_asks_every_donor_for_its_whole_requirement():
    """A target by steps is no smaller war: where rows of one holder change, a call asks for the last of them."""
    by_holder = defaultdict(list)
    for row in rows("requirements", layer="stated"):
        by_holder[row["holder"], row["item"], row["posture"]].append(row)
    stepped = [mine for mine in by_holder.values() if len(mine) > 1]
    assert stepped
    for mine in stepped:
        assert {row["if_called"] for row in mine} == {max(row["quantity"] for row in mine)}


def test_works_are_built_in_whole_units():
    assert set(case()["expansions"]["whole"]) == {True}


def test_every_line_has_a_ramp():
    """15 % of the largest rate with all expansions, but where data say otherwise."""
    most = defaultdict(float)
    for row in rows("expansions"):
        most[row["line"]] += row["added_rate"] * (row["max_units"] or 1)
    rates = defaultdict(list)
    for row in rows("rates"):
        rates[row["line"]].append(row["max_rate"])
    said = {"usa_round": 5000, "usa_body": 5000, "fra_powder": 880}
    for row in rows("lines"):
        line = row["line"]
        largest = max([row["max_rate"], *rates[line]]) + most[line]
        expected = said.get(line, 0.15 * largest / (12 if row["rate_per"] == "year" else 1))
        assert row["ramp"] == pytest.approx(expected, rel=0.006, abs=0.5 if expected > 50 else 0), line


def needs(*overrides: str, **where: Any) -> dict[str, float]:
    return {
        row["regime"]: row["need"]
        for row in rows("demand", *overrides, holder="UKR", item="round155", from_=None, **where)
    }


def test_a_lower_need_is_that_of_its_regime():
    base, low = needs(), needs("need-90k")
    assert low["attrition"] == facts()["consumption-011"] and low["pause"] == low["attrition"] / 4
    assert {r: low[r] for r in ("offensive", "ended")} == {r: base[r] for r in ("offensive", "ended")}


def test_the_offensive_is_a_need_of_attrition_from_june_to_november():
    from rampart.requirements.need import demand_by_month

    key = [("UKR", "round155", "operations")]
    known, base = (demand_by_month(case(*names), key, "need")[0] for names in (("offensive-2023",), ()))
    assert np.flatnonzero(known != base).tolist() == [5, 6, 7, 8, 9, 10]
    assert set(known[5:11]) == {facts()["consumption-008"]}
    for regime in ("offensive", "pause", "ended"):
        assert (
            demand_by_month(case("offensive-2023"), key, "need", regime) == demand_by_month(case(), key, "need", regime)
        ).all()


@pytest.mark.parametrize(("name", "last"), [("war-ends-2023-06", 5), ("war-to-2027", 59), ("war-to-2028", 71)])
def test_a_stated_end_is_certain(name: str, last: int):
    found = chances(case(name))
    assert found is not None
    over = found[1][found[0].index("ended")]
    assert over[: last + 1].max() == 0 and (over[last + 1 :] == 1).all()


def test_without_a_stated_end_the_war_may_end_in_any_month():
    found = chances(case())
    assert found is not None
    over = found[1][found[0].index("ended")]
    assert over[0] == 0 and (np.diff(over) > 0).all() and over[-1] < 1


def test_every_override_can_be_applied():
    names = case()["overrides"]["override"].unique().to_list()
    assert len(names) == 23 and all(case(name).overrides == (name,) for name in names)


def test_fleets_stand_in_for_what_they_wear_and_lose_and_nothing_counts_twice():
    """Needs for barrels and lost guns go with the fleets, those of rounds stay; of 350 guns a third is out of action."""
    from rampart.sustainment.availability_by_month import availability_by_month
    from rampart.sustainment.fleet import read_support

    told = {"towed155", "sp155", "barrel_towed", "barrel_sp"}
    assert {r["item"] for r in rows("demand", *STAND_INS, holder="UKR")} - {
        r["item"] for r in rows("demand", holder="UKR")
    } == told
    assert not {r["item"] for r in rows("levels", holder="UKR")} & told
    assert rows("demand", item="round155") == rows("demand", *STAND_INS, item="round155")
    guns = {r["fleet"]: r["quantity"] for r in rows("fleet_arrivals")}
    assert guns == {"towed": facts()["deliveries-049"], "sp": 350 - facts()["deliveries-049"]}
    lives = {r["part"]: r["life"] for r in rows("breakdown") if r["part"].endswith("_gun")}
    assert lives == {
        "towed_gun": facts()["maintenance_availability-012"],
        "sp_gun": facts()["maintenance_availability-011"],
    }
    prices = {r["part"]: r["price"] for r in rows("parts")}
    assert prices["towed_barrel"] == rows("items", item="barrel_towed")[0]["price"]
    assert prices["sp_barrel"] == rows("items", item="barrel_sp")[0]["price"]
    course = availability_by_month(read_support(case()), months=1)
    out = 1 - course.available[:, 0].sum() / course.held[:, 0].sum()
    assert out == pytest.approx(facts()["maintenance_availability-001"] / 100, abs=0.02)


def test_what_cannot_have_fleets_names_the_change_that_takes_them_out():
    """A war of unknown length and a plan carried on; and of a case without such a change none is named."""
    from rampart.findings import CaseError, FindingsError
    from rampart.ledger.actual.replanning import require_known_past
    from rampart.plan.model.build import build

    for refused, error in ((build, CaseError), (require_known_past, FindingsError)):
        with pytest.raises(error) as wrong:
            refused(case())
        (found,) = wrong.value.findings
        for language in ("en", "fr"):
            assert "`--with no-fleets`" in found.remedy(language)
    require_known_past(case("no-fleets"))
    changes = case()["overrides"].filter(override="offensive-2023")
    with pytest.raises(FindingsError) as wrong:
        require_known_past(case().with_tables({"overrides": changes}))
    assert "--with" not in wrong.value.findings[0].remedy("en")


def test_the_offensive_raises_what_stands_in_for_fleets_where_they_are_out():
    known = rows("demand", "no-fleets", "offensive-2023", "offensive-2023-stand-ins", holder="UKR", from_="2023-06")
    assert len(known) == 9
    assert len(rows("demand", "offensive-2023", holder="UKR", from_="2023-06")) == 5


def test_the_change_of_a_case_takes_its_fleets_out_where_they_cannot_be_planned() -> None:
    """It is the case read with that change; a case without such a change, or without fleets, is left as it is."""
    case = read_case(CASES / "alliance-2023")
    found = without_fleets(case)
    assert found.overrides == ("no-fleets",)
    read = read_case(CASES / "alliance-2023", overrides=("no-fleets",))
    assert all(found[name].equals(read[name]) for name in read.tables)
    assert without_fleets(found) is found
    other = read_case(CASES / "deliver-or-repair")
    assert without_fleets(other) is other
