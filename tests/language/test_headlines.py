"""The first page hides neither the item nor the holder that gets least, and says when dates are not those promised."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

import rampart
from cases_small import ITEM, case, line, month
from rampart.beliefs.confidence import at_confidence
from rampart.catalogues.results import frame
from rampart.language.dates_moved import dates_moved
from rampart.language.headlines import headlines, key_figures, sentences
from rampart.language.in_words import InWords
from rampart.report.chapters.stock import deliveries

PARTNERS = [
    {"nation": "AAA", "role": "member", "name_en": "AAA", "fiscal_year_start": 3},
    *({"nation": n, "role": "recipient", "name_en": n, "fiscal_year_start": 3} for n in ("UUU", "VVV")),
]


def told(language: Any = "en", **rows: Any) -> str:
    plan = rampart.plan(case(1, ("need", "money"), nations=PARTNERS, **rows), reasons="none")
    return " ".join(sentences(InWords(plan, language))).replace("\u00a0", " ").replace("\u202f", " ")


def wanted(holder: str, need: float, item: str = "shell") -> dict[str, Any]:
    return {"holder": holder, "item": item, "purpose": "operations", "rate_per": "month", "need": need}


def route(to: str, capacity: float, item: str = "shell") -> dict[str, Any]:
    return {"origin": "AAA", "destination": to, "item": item, "months": 0.0, "capacity": capacity}


UNLIKE: dict[str, Any] = {
    "stocks": [{"holder": "AAA", "item": "shell", "quantity": 30.0}],
    "demand": [wanted("UUU", 20.0), wanted("VVV", 40.0)],
    "routes": [route("VVV", math.inf)],
}
"""Thirty rounds, twenty and forty needed, and a way to one of the two only: 0 and 30 of 40, half of all."""


def test_a_partner_that_gets_nothing_is_not_hidden_behind_the_sum() -> None:
    assert "shell 50% (30 rounds)" in told(**UNLIKE)
    assert "Not alike (shell): UUU 0% and VVV 75% of the need." in told(**UNLIKE)
    assert "Inégalement (shell) : UUU 0 % et VVV 75 % du besoin." in told("fr", **UNLIKE)


def test_the_figure_at_the_head_names_who_gets_least() -> None:
    plan = rampart.plan(case(1, ("need", "money"), nations=PARTNERS, **UNLIKE), reasons="none")
    labels = [figure.label for figure in key_figures(InWords(plan))]
    assert any("least for UUU, 0%" in label for label in labels)


def test_partners_that_are_served_alike_are_not_named() -> None:
    """Fifteen of thirty for each."""
    both = UNLIKE | {
        "demand": [wanted("UUU", 30.0), wanted("VVV", 30.0)],
        "routes": [route("UUU", 15.0), route("VVV", 15.0)],
    }
    assert "Not alike" not in told(**both)


def test_every_item_that_is_not_met_is_named() -> None:
    """None of 20 shells and 30 of 40 bolts: 20 and 10 are lacking."""
    two = {
        "items": [ITEM, ITEM | {"item": "bolt", "name_en": "bolt", "unit": "rockets"}],
        "stocks": [{"holder": "AAA", "item": item, "quantity": 30.0} for item in ("shell", "bolt")],
        "demand": [wanted("UUU", 20.0), wanted("UUU", 40.0, "bolt")], "routes": [route("UUU", math.inf, "bolt")],
    }  # fmt: skip
    assert "Not met: 20 rounds (shell) and 10 rockets (bolt)." in told(**two)


def test_all_that_hold_least_are_named() -> None:
    """Neither of two members can get any of what it must hold."""
    members = [row | {"role": "member"} for row in PARTNERS]
    must = [{"holder": n, "item": "shell", "layer": "stated", "quantity": 10.0} for n in ("UUU", "VVV")]
    empty = [{"holder": n, "item": "shell", "quantity": 0.0} for n in ("UUU", "VVV")]
    plan = rampart.plan(
        case(1, ("requirement", "money"), nations=members, requirements=must, stocks=empty), reasons="none"
    )
    assert any("Lowest: UUU, shell; VVV, shell, 0%." in text for text in sentences(InWords(plan)))


def test_dates_that_stand_at_a_confidence_say_what_moved() -> None:
    """Of two orders the one a year ahead comes four months late; the one due now has no time to slip."""
    late = [{"kind": "munition", "state": "awarded", "ahead": 12.0, "chance": 80.0, "delay": 4.0}]
    orders = [
        {"buyer": "AAA", "item": "shell", "month": month(at), "quantity": 10.0, "due": 0.0} for at in (0, 12)
    ]  # fmt: skip
    base = case(24, ("need", "money"), orders=orders, slips=late, demand=[wanted("AAA", 1.0)])
    sure = rampart.plan(at_confidence(base, 80), reasons="none")
    assert sentences(InWords(sure))[0].startswith("Dates are those by which 80%")
    assert (
        "1 of 2 deliveries on order comes later, 4 months on average and 4 months at most"
        in sentences(InWords(sure))[0]
    )
    assert "1 livraison attendue sur 2 vient plus tard" in sentences(InWords(sure, "fr"))[0]
    assert "Dates are" not in " ".join(sentences(InWords(rampart.plan(base, reasons="none"))))


def test_what_never_comes_is_not_among_what_moved() -> None:
    """Of five orders one is only asked for, one is promised after the end, one comes now; two slip by four months, one of
    them out of the plan.
    """
    late = [{"kind": "munition", "ahead": 12.0, "chance": 80.0, "delay": 4.0}]
    dated = [(0, "awarded"), (12, "awarded"), (13, "planned"), (15, "funded"), (20, "awarded")]
    orders = [
        {"buyer": "AAA", "item": "shell", "month": month(at), "quantity": 10.0, "due": 0.0, "state": state}
        for at, state in dated
    ]  # fmt: skip
    base = case(18, ("need", "money"), orders=orders, slips=late, demand=[wanted("AAA", 1.0)])
    sure = rampart.plan(at_confidence(base, 80), reasons="none")
    said = dates_moved(InWords(sure))
    assert "2 of 3 deliveries on order come later" in said
    assert said.endswith("1 of them comes only after the end of the plan.")
    assert dates_moved(InWords(sure, "fr")).endswith("1 d’entre elles ne vient qu’après la fin du plan.")


def test_what_is_owed_at_the_end_of_a_quarter_is_said_of_its_last_month() -> None:
    """Forty are due back by the end of the first quarter, and what is ordered takes two quarters: all is still owed then."""
    gift = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "month": month(0),
        "quantity": 40.0,
    }
    made = line(nation="VVV", admin_lead_time=0.0, lead_time=6.0, max_rate=100.0)
    quarters = case(
        12, ("pledges", "backfill", "money"), nations=[row | {"role": role} for row, role in zip(
            PARTNERS, ("member", "recipient", "member"), strict=True
        )],
        calendar=[{"from": month(0), "step": 3}], stocks=[{"holder": "AAA", "item": "shell", "quantity": 40.0}],
        routes=[route("UUU", math.inf)], lines=[made],
        contracts=[{"contract": "deal", "line": "plant", "buyer": "VVV", "ship_to": "AAA", "max_quantity": math.inf}],
        deliveries=[gift | {"from": month(0), "backfill_due": month(2), "backfill_by": "VVV"}],
    )  # fmt: skip
    plan = rampart.plan(quarters, reasons="none")
    owed = plan["backfill"].filter(pl.col("owed") > 1e-6)
    assert owed.height
    (said,) = [text for text in sentences(InWords(plan)) if "cannot make all of it good" in text]
    assert "Still owed at the end of May 2024" in said


def test_what_is_due_and_never_comes_is_not_met_on_every_page() -> None:
    """Ten a month due for two months and ten in hand: ten are not met, by the headline and by the table of needs."""
    late = wanted("UUU", 10.0) | {"late": True}
    plan = rampart.plan(
        case(2, ("need", "money"), demand=[late], stocks=[{"holder": "UUU", "item": "shell", "quantity": 10.0}]),
        reasons="none",
    )
    answer = InWords(plan)
    assert any("Not met: 10\u00a0rounds (shell)" in text for text in sentences(answer))
    (row,) = deliveries(answer).listings[0].rows
    assert list(row[2:]) == ["20", "10", "10", "50%"]


def test_a_lever_that_brings_next_to_nothing_has_no_number() -> None:
    """Three and a half system-months for a million of new systems, four hundred-thousandths of one for bays."""
    plan = rampart.plan(case(1, ("need", "money"), nations=PARTNERS, **UNLIKE), reasons="none")
    at = (0, date(2024, 1, 1), date(2024, 1, 1), 1.0)
    rows = [("systems", "gun", "guns", *at, 3.5), ("bays", "shop", "guns", *at, 3.8e-5)]
    priced = replace(plan, tables={**plan.tables, "exchange": frame("plan", "exchange", rows)})
    assert headlines(InWords(priced, "en"))[0].endswith(" new systems 3.5 and repair bays hardly anything.")
