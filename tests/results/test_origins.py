"""Where more comes from than in another plan: the months and stocks add up to what is gained."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import polars as pl
import pytest

import rampart
from cases_random import random_case
from cases_small import case, month
from rampart.case.tables import Case
from rampart.findings import Language, ResultError
from rampart.language.in_words import InWords
from rampart.language.origins import origins_told
from rampart.results.comparison import compare

NATIONS = [
    {"nation": n, "role": r, "name_en": n, "fiscal_year_start": 3} for n, r in (("AAA", "member"), ("UUU", "recipient"))
]
NEED = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 10.0}


def partner(**needs: float) -> Case:
    """AAA holds 60, half a month away; UUU needs 10 in each of six months, or what is said from a month on."""
    return case(
        6, ("need",), settings={"urgency": "0.1"},
        nations=NATIONS, stocks=[{"holder": "AAA", "item": "shell", "quantity": 60.0}],
        routes=[{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": 1000.0}],
        demand=[NEED, *(NEED | {"from": month(int(at[1:])), "need": need} for at, need in needs.items())],
    )  # fmt: skip


def test_an_offensive_draws_the_stock_down_and_takes_from_later_months() -> None:
    """Sixty in hand, ten a month: with twenty in months 2 and 3 (from 0) nothing is left for the last two."""
    calm, known = rampart.plan(partner()), rampart.plan(partner(m2=20.0, m4=10.0))
    table = rampart.beside(known, calm)["origins"]
    assert table["from"].unique().item().isoformat()[:7] == month(2)
    assert table["until"].unique().item().isoformat()[:7] == month(3)
    assert table["gain"].unique().item() == pytest.approx(20.0) and table["before"].unique().item() == pytest.approx(
        20.0
    )
    found = table.group_by("kind", "month").agg(pl.col("quantity").sum())
    by_month = {(kind, at and at.isoformat()[:7]): quantity for kind, at, quantity in found.iter_rows()}
    assert by_month == pytest.approx({("stock", None): 20.0, ("later", month(4)): 10.0, ("later", month(5)): 10.0})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_told_in_sentences(language: str) -> None:
    calm, known = rampart.plan(partner()), rampart.plan(partner(m2=20.0, m4=10.0))
    (told,) = origins_told(InWords(rampart.beside(known, calm), language))  # type: ignore[arg-type]
    assert "UUU" in told and "100" in told and len(re.findall(r"\b20\b", told)) >= 4  # more, there, of stock, later


def test_sources_add_up_to_the_gain() -> None:
    """On random cases with a quarter more need in three months: whatever else moves, nothing else can happen to a unit."""
    told = 0
    for seed in range(3):
        calm = random_case(Random(seed))
        more = calm["demand"].with_columns(pl.col("need") * 1.25)
        plans = [rampart.plan(each, give_or_keep=False) for each in (calm, Case({**calm.tables, "demand": more}))]
        table = compare(*plans)["origins"]
        for (gain, *_), rows in table.group_by("gain", "holder", "item"):
            if gain < 0:
                assert rows.filter(pl.col("kind") != "lost").is_empty()
                continue
            assert rows.filter(~pl.col("kind").is_in(["within", "later"]))["quantity"].sum() == pytest.approx(
                gain, rel=1e-5, abs=1e-5
            )
            told += 1
    assert told >= 3


def test_the_same_plan_has_nothing_to_tell_and_other_months_are_refused() -> None:
    calm = rampart.plan(partner())
    assert rampart.beside(calm, calm)["origins"].is_empty()
    shorter = rampart.plan(case(3, ("need",), nations=NATIONS, demand=[NEED]))
    with pytest.raises(ResultError) as caught:
        rampart.beside(calm, shorter)
    assert [f.code for f in caught.value.findings] == ["beside-other-periods"]


@pytest.mark.parametrize(("language", "when"), [("en", "in June 2024"), ("fr", "en juin 2024")])
def test_a_single_month_is_told_as_one(language: str, when: str) -> None:
    """Ten more in the third month alone, out of what the last month then misses."""
    calm, known = rampart.plan(partner()), rampart.plan(partner(m3=20.0, m4=10.0))
    (told,) = origins_told(InWords(rampart.beside(known, calm), language))  # type: ignore[arg-type]
    assert when in told


def told_beside(known: Case, calm: Case, language: Language = "en") -> list[str]:
    found = origins_told(InWords(rampart.beside(rampart.plan(known), rampart.plan(calm)), language))
    return [text.replace("\u00a0", " ") for text in found]


def test_what_is_gained_and_given_back_within_the_months_of_more_need_is_told_as_both() -> None:
    """Sixty for six months of ten; with thirty asked in each of the last three, all is given in the first that asks most.

    Served 10, 10, 10, 30, 0, 0 after 10 in each: 20 more in the fourth month, 20 fewer in the last two, nothing in sum.
    """
    (told,) = told_beside(partner(m3=30.0, m4=30.0), partner())
    assert "20 rounds more served than in the other plan, in June 2024" in told
    assert "Later 20 rounds fewer served: from July 2024 to August 2024." in told


def test_what_is_served_less_inside_the_months_of_more_need_is_told() -> None:
    """Eighty for ten a month: with 30, 30 and 15 asked in the last three, 30, 20 and nothing are left for them."""
    more = [{"holder": "AAA", "item": "shell", "quantity": 80.0}]
    calm, known = (Case({**each.tables, "stocks": case(6, stocks=more).tables["stocks"]}) for each in (
        partner(), partner(m3=30.0, m4=30.0, m5=15.0)
    ))  # fmt: skip
    (told,) = told_beside(known, calm)
    assert "20 rounds more served than in the other plan, from June 2024 to August 2024" in told  # 50 after 30
    assert "In these months too, 10 rounds fewer served: in August 2024." in told
    assert "Dans ces mois aussi, 10 coups en moins : en août 2024." in told_beside(known, calm, "fr")[0]


def test_a_need_that_only_loses_is_told() -> None:
    """Thirty fewer in hand are thirty fewer served, in the last three months."""
    fewer = case(6, stocks=[{"holder": "AAA", "item": "shell", "quantity": 30.0}]).tables["stocks"]
    (told,) = told_beside(Case({**partner().tables, "stocks": fewer}), partner())
    assert told == (
        "UUU, shell: 30 rounds fewer served than in the other plan, from June 2024 to August 2024 (30 rounds there), "
        "and no more in any month."
    )


@pytest.mark.parametrize(
    ("language", "lost"),
    [
        ("en", "80 rounds fewer served than in the other plan over the whole, though 20 rounds more"),
        ("fr", "80 coups de moins que dans l’autre plan sur toute la durée, malgré 20 coups de plus"),
    ],
)
def test_what_loses_more_than_it_gains_says_so_first(language: Language, lost: str) -> None:
    """Twenty more in two months, and then fifty fewer in each of two: eighty fewer in all."""
    known = rampart.beside(rampart.plan(partner(m2=20.0, m4=10.0)), rampart.plan(partner()))
    fifty = pl.when(pl.col("kind") == "later").then(50.0).otherwise("quantity").alias("quantity")
    origins = known["origins"].with_columns(fifty)
    (told,) = origins_told(InWords(replace(known, tables={**known.tables, "origins": origins}), language))
    assert lost in told.replace("\u00a0", " ")
