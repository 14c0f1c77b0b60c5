"""Chapters that stand only where there is something to tell: beside another plan, against one taken over, of added parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, case, line, month, need
from rampart.case.tables import Case
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.report.chapters.added import added
from rampart.report.chapters.beside import beside
from rampart.report.chapters.effort import money
from rampart.report.chapters.origin import origin
from rampart.report.chapters.reasons import reasons
from rampart.report.chapters.taken import taken
from results.short_plan import short_plan

NATIONS = [
    {"nation": n, "role": r, "name_en": n, "fiscal_year_start": 3} for n, r in (("AAA", "member"), ("UUU", "recipient"))
]
NEED = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 10.0}


def partner(*more: tuple[int, float]) -> Case:
    """AAA holds 60, UUU needs 10 in each of six months, or what is said from a month on."""
    return case(
        6, ("need",), settings={"urgency": "0.1"},
        nations=NATIONS, stocks=[{"holder": "AAA", "item": "shell", "quantity": 60.0}],
        routes=[{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": 1000.0}],
        demand=[NEED, *(NEED | {"from": month(at), "need": need} for at, need in more)],
    )  # fmt: skip


def plain(cell: str) -> str:
    return cell.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "stock", "later"),
    [
        ("en", "Out of stock: AAA", "Served less afterwards: Jul 2024 – Aug 2024"),
        ("fr", "Pris sur stock : AAA", "Moins fourni ensuite : juil. 2024 – août 2024"),
    ],
)
def test_what_is_gained_beside_another_plan_and_where_from(language: Language, stock: str, later: str) -> None:
    """Ten more in months 2 and 3 each: from the stock of AAA, which the last two months then miss, in one line."""
    calm, known = rampart.plan(partner()), rampart.plan(partner((2, 20.0), (4, 10.0)))
    found = beside(InWords(rampart.beside(known, calm), language))
    assert found is not None
    rows = [[plain(cell) for cell in row] for row in found.listings[0].rows]
    assert [(row[0], *row[3:]) for row in rows] == [("UUU", "20", stock, "20"), ("UUU", "20", later, "20")]
    assert beside(InWords(calm, language)) is None


ORDERED = {
    "stocks": [{"holder": "AAA", "item": "shell", "quantity": 0.0}],
    "demand": [need(10.0, **{"from": month(3)})],
}


def making(rate: float) -> Case:
    """A line of so many a month, three months to deliver, for ten a month from the fourth month on."""
    return case(6, lines=[line(max_rate=rate, lead_time=3.0)], contracts=[CONTRACT], **ORDERED)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_differs_from_the_plan_taken_over(language: Language) -> None:
    """The line makes 4 a month in place of 10: thirty stood, twelve can be carried out."""
    first = rampart.plan(making(10.0))
    kept = taken(InWords(rampart.plan(rampart.take(making(10.0), first)), language))
    assert kept is not None and not kept.listings and len(kept.says) == 2
    burnt = taken(InWords(rampart.plan(rampart.take(making(4.0), first)), language))
    assert burnt is not None and len(burnt.says) == 1
    (made,) = burnt.listings
    figures = [[float(plain(cell).replace(" ", "").replace(",", ".")) for cell in row[2:]] for row in made.rows]
    assert sum(before for _, before, _ in figures) == pytest.approx(30.0)
    assert sum(now for *_, now in figures) == pytest.approx(12.0)
    assert taken(InWords(first, language)) is None


CATALOGUE = [
    dict.fromkeys(("unit", "reference", "key", "blank", "label_fr", "help_en", "help_fr"), "")
    | {"kind": "plan", "table": "kept_open", "column": column, "type": kind, "label_en": label}
    | more
    for column, kind, label, more in (
        ("", "", "lines kept open", {"help_en": "Fees paid.", "label_fr": "chaînes maintenues", "help_fr": "Frais."}),
        ("line", "code", "line", {"reference": "lines", "label_fr": "chaîne"}),
        ("month", "month", "from", {"label_fr": "à partir de"}),
        ("fee", "number", "fee", {"unit": "money unit", "label_fr": "redevance"}),
        ("share", "number", "share", {"label_fr": "part"}),
        ("item", "code", "item", {"reference": "items", "label_fr": "article"}),
        ("quantity", "number", "quantity", {"unit": "item unit", "label_fr": "quantité"}),
        ("asked", "flag", "asked for", {"label_fr": "demandé"}),
        ("why", "text", "why", {"label_fr": "pourquoi"}),
    )
]


@pytest.mark.parametrize(
    ("language", "head", "cells"),
    [
        ("en", "Fee (", ["line “shell” (AAA)", "Mar 2025", "1.5", "not known", "shell", "1,200 rounds", "yes", "kept"]),
        (
            "fr",
            "Redevance (",
            ["chaîne « shell » (AAA)", "mars 2025", "1,5", "non connu", "shell", "1 200 coups", "oui", "kept"],
        ),
    ],
)
def test_tables_of_added_parts_are_listed_with_their_units(language: Language, head: str, cells: list[str]) -> None:
    plan = rampart.plan(making(10.0))
    assert added(InWords(plan, language)) is None
    row = {
        "line": "plant",
        "month": dt.date(2025, 3, 1),
        "fee": 1.5,
        "share": None,
        "item": "shell",
        "quantity": 1200.0,
    }
    table = pl.DataFrame([row | {"asked": True, "why": "kept"}], schema_overrides={"share": pl.Float64})
    own = replace(plan, tables={**plan.tables, "kept_open": table}, manifest={**plan.manifest, "catalogue": CATALOGUE})
    found = added(InWords(own, language))
    assert found is not None
    (made,) = found.listings
    assert made.heads[2].label.startswith(head)
    assert [plain(cell) for cell in made.rows[0]] == cells


def test_a_budget_has_a_limit_and_a_reason_a_limit_with_its_step() -> None:
    answer = InWords(short_plan(4.0))
    heads = [head.label for part in money(answer).listings for head in part.heads]
    assert "Limit" in heads and "Limit and step" not in heads
    assert any(head.label == "Limit and step" for part in reasons(answer).listings for head in part.heads)


def test_under_a_head_that_says_fewer_every_year_with_more_short_says_so() -> None:
    plan = short_plan(4.0)
    turned = {name: plan[name].with_columns(relief=-pl.col("relief").abs()) for name in ("reasons", "reasons_by_year")}
    (first, *_), *_ = (
        part.rows
        for part in reasons(InWords(replace(plan, tables={**plan.tables, **turned}))).listings
        if part.heads[1].label == "Fewer short by year"
    )
    assert first[1] and all(year.endswith(" more") for year in first[1].split("; "))


def test_a_variant_bears_the_name_that_the_case_gives_it_as_a_name() -> None:
    plan = short_plan(4.0)
    varied = replace(plan, manifest={**plan.manifest, "overrides": ["fleets", "joint"]})
    assert plain(origin(InWords(varied, "fr"))["variants"]) == "Variantes appliquées : « fleets » et « joint »"
    assert origin(InWords(plan, "fr"))["variants"] == ""
