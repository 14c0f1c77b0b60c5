"""Sentences with numbers: of one and of several, fewer and more, to whom and of what. Figures worked out by hand."""

from __future__ import annotations

import math
import re
from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, case, line, month, need
from rampart.catalogues.results import frame
from rampart.findings import Language
from rampart.language.decisions_and_causes import delay
from rampart.language.headlines import sentences
from rampart.language.in_words import InWords
from rampart.language.on_one_page import headline, largest_gap
from rampart.language.on_one_page import sentences as on_one_page
from rampart.language.origins import origins_told
from rampart.language.reasons_in_words import told
from rampart.language.words import Words, singular
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": math.inf}
PARTNER = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month"}
WAY = {"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("several", "one"),
    [("tanks", "tank"), ("motor cases", "motor case"), ("batteries", "battery"), ("boxes", "box"), ("watches", "watch"),
     ("pairs of boots", "pair of boots"), ("glass", "glass"), ("kg", "kg"), ("l", "l"), ("radar sets", "radar set")],
)  # fmt: skip
def test_one_of_a_unit_that_the_case_names_itself(several: str, one: str) -> None:
    assert singular(several) == one
    assert plain(Words().quantity(1.0, several)) == f"1 {one}"
    assert plain(Words().quantity(2.0, several)) == f"2 {several}"
    assert plain(Words("fr").quantity(1.5, several)) == f"1,5 {one}"


def test_units_that_the_catalogue_knows_keep_its_words() -> None:
    assert [plain(Words("fr").quantity(n, "rockets")) for n in (1.0, 2.0)] == ["1 roquette", "2 roquettes"]
    assert plain(Words().quantity(1.0, "unit")) == "1 unit"


def reason(cause: str, how: str, relief: float, years: dict[int, float], objective: str = "need") -> dict[str, Any]:
    return {"objective": objective, "holder": "UUU", "item": "shell", "how": how, "cause": cause, "code": cause,
            "key": [], "rank": 1, "named": True, "relief": relief, "share": relief / 200, "years": years}  # fmt: skip


def lines(language: Language, priorities: tuple[str, ...], *rows: dict[str, Any]) -> list[str]:
    """What is said of reliefs as given, of a partner's need that is 200 short."""
    of = case(
        1, priorities, demand=[PARTNER | {"need": 200.0}], stocks=[{"holder": "UUU", "item": "shell", "quantity": 0.0}]
    )
    plan = rampart.plan(of, reasons="none")
    by_year = [
        {**{k: r[k] for k in ("objective", "holder", "item", "how", "cause", "code")}, "year": year, "relief": relief}
        for r in rows
        for year, relief in r["years"].items()
    ]
    empty = plan["reasons_by_year"]
    years = frame("plan", "reasons_by_year", [tuple(r.get(c) for c in empty.columns) for r in by_year])
    answer = InWords(Result(**{**vars(plan), "tables": {**plan.tables, "reasons_by_year": years}}), language)
    short = {"objective": "need", "holder": "UUU", "item": "shell", "total": 200.0, "lasting": False}
    reasons = pl.DataFrame([{k: v for k, v in r.items() if k not in ("years", "key")} | {"key": None} for r in rows])
    return [plain(one) for one in told(answer, short, reasons)]


def test_what_is_more_short_is_said_as_more_and_never_as_a_minus() -> None:
    kinds = reason("capacity", "kind", 30.0, {2024: 40.0, 2025: -10.0}), reason("stock", "kind", -45.0, {2024: -45.0})
    said = lines("en", ("need", "money"), *kinds, reason("all", "together", -15.0, {2024: -15.0}))
    assert any("30 rounds fewer short (2024: 40; 2025: 10 more), 15% of it" in one for one in said)
    assert any("All of these at once" in one or "All these steps at once: 15 rounds more short;" in one for one in said)
    assert "each alone 15 rounds in sum. Still short: 215 rounds." in said[-1]
    french = lines("fr", ("need", "money"), *kinds, reason("all", "together", -15.0, {2024: -15.0}))
    assert "manque accru de 15 coups ; chacun seul, 15 coups en somme" in french[-1]
    for one in (*said, *french):
        assert not re.search(r"[ (]-\d", one), one


@pytest.mark.parametrize(
    ("priorities", "because"),
    [(("need", "money"), "since another takes the gain"),
     (("own_use", "need", "money"), "since an objective that ranks above, or another, takes the gain")],
)  # fmt: skip
def test_what_ranks_above_takes_the_gain_only_where_something_does(priorities: tuple[str, ...], because: str) -> None:
    said = lines("en", priorities, reason("stock", "kind", -45.0, {2024: -45.0}))
    assert said == [f"  – Stock at the start, a tenth more: 45 rounds more short (2024: 45), {because}."]
    gone = lines("en", priorities, reason("objective", "gone", -45.0, {2024: -45.0}))
    assert "takes the gain" not in gone[0] and "45 rounds more short (2024: 45)." in gone[0]


def test_what_nothing_relieves_is_told_in_one_line() -> None:
    demand = [PARTNER | {"need": 2.0}, need(1.0)]
    unserved = case(2, ("need", "own_use", "money"), lines=[line()], contracts=[DEAL], demand=demand)
    said = rampart.explain(rampart.plan(unserved, reasons="all"))
    assert [plain(one) for one in said] == [
        "Recipient's need – shell, UUU: short of 4 rounds in all (2024: 4). No step in any limit relieves it."
    ]


@pytest.fixture(scope="module")
def owing() -> Result:
    """AAA pledged forty and sends them at once; BBB owes AAA as many and makes ten a month, the first after three."""
    nations = [{"nation": n, "role": r, "name_en": n, "fiscal_year_start": 3}
               for n, r in (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"))]  # fmt: skip
    gift = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "month": month(0),
        "quantity": 40.0,
    }
    return rampart.plan(case(
        4, ("pledges", "backfill", "money"), nations=nations, lines=[line(nation="BBB", lead_time=3.0)], routes=[WAY],
        contracts=[DEAL | {"buyer": "BBB", "ship_to": "AAA"}], stocks=[{"holder": "AAA", "item": "shell", "quantity": 40.0}],
        deliveries=[gift | {"from": month(0), "backfill_due": month(2), "backfill_by": "BBB"}],
    ), reasons="none")  # fmt: skip


def test_what_is_owed_says_by_whom_to_whom_of_what_and_when(owing: Result) -> None:
    answer = InWords(owing)
    told = [plain(one) for one in sentences(answer)]
    assert (
        "BBB owes AAA 40 rounds (shell) for what it gave, and cannot make all of it good in time. "
        "Still owed at the end of May 2024: 40 rounds." in told
    )
    costs = {r["kind"]: plain(delay(answer, r)) for r in owing["decisions"].iter_rows(named=True)}
    assert costs["transfer"].startswith("up to 40 rounds more overdue on the pledges of AAA from March 2024")
    assert costs["order"].startswith("up to 10 rounds more owed to AAA for what it gave, from June 2024")


def test_one_date_is_told_once_and_no_requirement_is_not_told_as_unknown(owing: Result) -> None:
    for language, all_by in (("en", "all by the end of March 2024"), ("fr", "toutes avant fin mars 2024")):
        answer = InWords(owing, language)  # type: ignore[arg-type]
        said = " ".join([headline(answer), *on_one_page(answer, largest_gap(answer))])
        assert all_by in plain(said)
        assert answer.words("unknown") not in said


def test_what_less_comes_of_is_taken_off_in_a_sentence_of_its_own() -> None:
    """Ten more: fourteen made more by AAA, three made less by BBB, one that stays in the stock of AAA."""
    plan = rampart.plan(case(1, ("need", "money"), demand=[PARTNER | {"need": 200.0}],
                             stocks=[{"holder": "UUU", "item": "shell", "quantity": 9.0}]), reasons="none")  # fmt: skip
    start = plan["periods"]["month"][0]
    head = {"holder": "UUU", "item": "shell", "from": start, "until": start, "before": 5.0, "gain": 10.0}
    found = [("made", "AAA", 14.0), ("made", "UUU", -3.0), ("stock", "AAA", -1.0)]
    rows = [
        tuple((head | {"kind": kind, "of": of, "month": None, "quantity": q})[c] for c in plan["origins"].columns)
        for kind, of, q in found
    ]
    tables = {**plan.tables, "origins": frame("plan", "origins", rows)}
    (said,) = origins_told(InWords(Result(**{**vars(plan), "tables": tables})))
    assert plain(said).endswith(
        "They come from: 14 rounds more made by then (AAA). To be taken off: 3 rounds fewer made by then (UUU) and "
        "1 round kept in stocks at the end of March 2024 (AAA)."
    )


def test_what_waits_of_a_requirement_is_the_most_missing_and_how_long() -> None:
    """Ten a month fill a stock of thirty from the third month on; a month later ten are missing, for three months."""
    must = {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 30.0}
    plan = rampart.plan(
        case(8, ["requirement", "money"], lines=[line(lead_time=2.0)], contracts=[DEAL], requirements=[must]),
        reasons="none",
    )
    (order,) = plan["decisions"].to_dicts()
    assert order["delay_units"] == pytest.approx(30.0)
    said = {language: plain(delay(InWords(plan, language), order)) for language in ("en", "fr")}  # type: ignore[arg-type]
    assert said["en"].startswith(
        "up to 10 rounds fewer for AAA from May 2024, made good in August 2024; in all 30 short, in rounds × months "
        "(requirement"
    )
    assert said["fr"].startswith(
        "jusqu’à 10 coups de moins (AAA) dès mai 2024, rattrapé en août 2024 ; au total 30 en moins, en coups × mois "
        "(stock exigé"
    )
    bare = InWords(Result(plan.case, {**plan.tables, "delays": plan["delays"].clear()}, plan.manifest))
    assert plain(delay(bare, order)).startswith("in all 30 missing, counted in rounds × months (")
    once = order | {"delay_objective": "own_use", "delay_units": 1.0}
    assert plain(delay(bare, once)).startswith("1 round fewer (")
