"""How far a plan was solved: what is said is never more than what was proved."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, case, line, need
from rampart.findings import Language
from rampart.language.how_solved import cut_short, pass_status, plan_status
from rampart.language.in_words import InWords
from rampart.language.rooms import steadied
from rampart.results.result import Result


@pytest.fixture(scope="module")
def plan() -> Result:
    return rampart.plan(case(3, lines=[line()], contracts=[CONTRACT], demand=[need(5.0)]))


def with_passes(plan: Result, status: str, *rows: dict[str, Any], **manifest: Any) -> InWords:
    """The plan as if its first passes had ended so."""
    table = plan["passes"].head(len(rows)).to_dicts()
    passes = pl.DataFrame([old | new for old, new in zip(table, rows, strict=True)], schema=plan["passes"].schema)
    said = {**plan.manifest, "status": status, **manifest}
    return InWords(replace(plan, tables={**plan.tables, "passes": passes}, manifest=said), "en")


OPTIMAL, HALF, UNKNOWN = (
    {"status": "optimal", "gap": 0.0},
    {"status": "within", "gap": 0.005},
    {"status": "unproved", "gap": nan},
)


@pytest.mark.parametrize(
    ("rows", "status", "says"),
    [
        ((OPTIMAL, OPTIMAL), "optimal", "optimal"),
        ((OPTIMAL, HALF), "optimal", "within 0.5"),
        ((OPTIMAL, {"status": "within", "gap": 5e-5}), "optimal", "optimal"),
        ((OPTIMAL, UNKNOWN), "optimal", "no bound known"),
        ((OPTIMAL, {"status": "optimal", "gap": None}), "optimal", "no bound known"),
        ((OPTIMAL, OPTIMAL), "time limit", "time limit"),
    ],
)
def test_the_plan_is_as_sure_as_its_least_sure_pass(plan: Result, rows: Any, status: str, says: str) -> None:
    told = plan_status(with_passes(plan, status, *rows))
    assert says in told and (says == "optimal") == (told == "optimal")


def test_a_pass_that_has_no_gap_is_never_optimal(plan: Result) -> None:
    answer = InWords(plan, "en")
    assert "no bound known" in pass_status(answer, {"status": "optimal", "gap": nan})
    assert pass_status(answer, {"status": "not reached", "gap": None}) == answer.words.choice("status", "not reached")


NOT_REACHED = {"status": "not reached", "gap": None}


@pytest.mark.parametrize(
    ("rows", "more", "parts"),
    [
        ((OPTIMAL, OPTIMAL), {"idle": True}, ("without new decisions",)),
        (
            ({"status": "time limit", "gap": 0.02}, NOT_REACHED),
            {},
            ("gap 2.00%", "members' own use", "Not reached: money"),
        ),
        (({"status": "time limit", "gap": None}, NOT_REACHED), {}, ("members' own use", "Not reached: money")),
        ((OPTIMAL, UNKNOWN), {}, ("money",)),
        ((OPTIMAL, HALF), {}, ("0.5",)),
    ],
)
def test_where_the_time_ran_out_it_says_how_far_it_came(plan: Result, rows: Any, more: Any, parts: Any) -> None:
    solved = replace(plan, tables={**plan.tables, "passes": plan["passes"].filter(pl.col("objective") != "rules")})
    assert solved["passes"]["objective"].to_list()[:2] == ["own_use", "money"]
    told = cut_short(with_passes(solved, "time limit", *rows, **more))
    assert all(part in told for part in parts), told
    assert not cut_short(with_passes(solved, "optimal", *rows))


@pytest.mark.parametrize(("language", "less", "took"), [("en", "75%", "0.50%"), ("fr", "75 %", "0,50 %")])
def test_what_steadier_output_took_and_evened_out(plan: Result, language: Language, less: str, took: str) -> None:
    said = {"changes_before": 8.0, "changes_after": 2.0, "may_take": 0.01}
    full = said | {"took": {"need": {"reached": 200.0, "after": 201.0}}}

    def told(steady: Any) -> str:
        answer = InWords(replace(plan, manifest={**plan.manifest, "steady": steady}), language)
        return steadied(answer).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")

    assert less in told(full) and took in told(full)
    assert less in told(said | {"took": {}}) and took not in told(said | {"took": {}})
    assert not told(None) and not told(said | {"changes_before": 0.0, "took": {}})
