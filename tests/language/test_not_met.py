"""The first sentences name every kind of thing that is not met, the largest first. Figures worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.language.headlines import sentences
from rampart.language.in_words import InWords
from rampart.language.not_met import missing, not_met, rough, slightly_short
from rampart.language.on_one_page import headline, largest_gap
from rampart.report.charts.gap import gap_chart
from rampart.results.compensation import compensation
from rampart.results.largest_gap import gaps
from rampart.results.most_short import most_short
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": math.inf}
PARTNER = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month"}
WAY = {"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf}
PRICED = ITEM | {"price": 10.0}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def planned(months: int, priorities: tuple[str, ...], **rows: Any) -> Result:
    return rampart.plan(case(months, priorities, **({"items": [PRICED]} | rows)), reasons="none")


OWN: dict[str, Any] = {"lines": [line(max_rate=3.0)], "contracts": [DEAL], "demand": [need(4.0)]}
FLOOR: dict[str, Any] = {
    "requirements": [{"holder": "AAA", "item": "shell", "layer": "floor", "quantity": 10.0}],
    "stocks": [{"holder": "AAA", "item": "shell", "quantity": 6.0}],
    "lines": [line(lead_time=2.0)], "contracts": [DEAL],
}  # fmt: skip
GIFT = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "month": month(1), "quantity": 9.0}
PLEDGED: dict[str, Any] = {
    "deliveries": [GIFT],
    "stocks": [{"holder": "AAA", "item": "shell", "quantity": 1.0}], "routes": [WAY],
}  # fmt: skip
NO_WAY: dict[str, Any] = {"lines": [line()], "contracts": [DEAL], "demand": [need(1.0), PARTNER | {"need": 2.0}]}


@pytest.mark.parametrize(
    ("priorities", "rows", "english", "french"),
    [
        (("own_use", "money"), OWN, "members' own use 3 of 12 rounds (shell)",
         "consommation propre des membres, 3 coups sur 12 (shell)"),
        (("floors", "money"), FLOOR, "members' floors up to 4 of 10 rounds, in March 2024 (shell)",
         "planchers des membres, jusqu’à 4 coups sur 10 en mars 2024 (shell)"),
        (("pledges", "money"), PLEDGED, "pledges up to 8 of 9 rounds due by April 2024 (shell)",
         "promesses, jusqu’à 8 coups sur 9 à échéance en avril 2024 (shell)"),
        (("need", "own_use", "money"), NO_WAY, "recipient's need 6 of 6 rounds (shell)",
         "besoin du bénéficiaire, 6 coups sur 6 (shell)"),
    ],
)  # fmt: skip
def test_each_kind_is_named_at_the_head(
    priorities: tuple[str, ...], rows: dict[str, Any], english: str, french: str
) -> None:
    plan = planned(3, priorities, **rows)
    assert plain(sentences(InWords(plan))[0]) == f"Not met, largest first: {english}."
    assert plain(sentences(InWords(plan, "fr"))[0]) == f"Non satisfait, le plus grand d’abord : {french}."
    for language in ("en", "fr"):
        answer = InWords(plan, language)  # type: ignore[arg-type]
        largest = largest_gap(answer)
        assert largest is not None
        assert answer.words.number(largest.missing) in missing(answer, largest)
        assert answer.words.number(largest.asked) in missing(answer, largest)
        assert not_met(answer, beside=largest) == ""
        assert gap_chart(answer, largest).note


def test_what_lacks_less_than_a_hundredth_is_said_in_few_words() -> None:
    """Of a floor of 10,000 shells 60 lack, of 400 guns to be held 2: said in the order of the case."""
    gun = ITEM | {"item": "gun", "name_en": "gun", "unit": "guns", "price": 1_000.0, "kind": "system"}
    held = {"holder": "AAA", "item": "gun", "layer": "stated", "quantity": 400.0}
    plan = planned(
        3, ("floors", "own_use", "requirement", "money"), items=[PRICED, gun],
        requirements=[FLOOR["requirements"][0] | {"quantity": 10_000.0}, held],
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 9_940.0}, {"holder": "AAA", "item": "gun", "quantity": 398.0}],
    )  # fmt: skip
    said = [plain(one) for one in sentences(InWords(plan))]
    assert said[0] == (
        "Short by less than 1%: members' floors up to 60 of 10,000 rounds, in March 2024 (shell); "
        "requirement 2 of 400 guns (gun)."
    )
    assert plain(slightly_short(InWords(plan, "fr"))).startswith(
        "Manque de moins de 1 % : planchers des membres, jusqu’à 60 "
    )
    assert most_short(plan) == "floors" and gaps(plan) == []
    enough = planned(3, ("own_use", "money"), lines=[line()], contracts=[DEAL], demand=[need(4.0)])
    assert slightly_short(InWords(enough)) == "" and most_short(enough) is None


def test_a_pledge_says_what_is_due_by_then_and_when_it_is_made_good() -> None:
    """Sixty fall due evenly in six months, and take a month on the way: ten are late in the first, made good in the second."""
    plan = planned(
        6, ("pledges", "money"), deliveries=[GIFT | {"quantity": 60.0, "month": month(5)}],
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 100.0}], routes=[WAY | {"months": 1.0}],
    )  # fmt: skip
    (gap,) = gaps(plan)
    assert (gap.asked, gap.missing) == pytest.approx((10.0, 10.0))
    for language, told, sentence in (
        (
            "en",
            "pledges up to 10 of 10 rounds due by March 2024, made good in April 2024 (shell)",
            "due on pledges are",
        ),
        (
            "fr",
            "promesses, jusqu’à 10 coups sur 10 à échéance en mars 2024, rattrapé en avril 2024 (shell)",
            "à échéance sur",
        ),
    ):
        answer = InWords(plan, language)  # type: ignore[arg-type]
        assert told in plain(not_met(answer)) and sentence in plain(missing(answer, gap))


@pytest.mark.parametrize(("items", "more"), [(2, ""), (4, ""), (5, "and 2 more items")])
def test_each_item_of_a_kind_is_named_while_they_are_few(items: int, more: str) -> None:
    codes = [f"i{n}" for n in range(items)]
    plan = planned(
        1, ("own_use", "money"), items=[PRICED | {"item": code, "name_en": code, "price": 1.0} for code in codes],
        demand=[need(5.0, item=code) for code in codes],
    )  # fmt: skip
    said = plain(not_met(InWords(plan)))
    assert said.count("5 of 5 rounds") == (3 if more else items)
    assert said.endswith(f"{more}." if more else f"and 5 of 5 rounds (i{items - 1}).")


def test_only_what_was_given_is_owed_back() -> None:
    """Of 30 pledged 20 are given and none comes back: 20 of 20 are owed, not 20 of 30."""
    nations = (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"))
    gift = GIFT | {"quantity": 30.0, "backfill_due": month(2), "backfill_by": "BBB"}
    plan = planned(
        3, ("pledges", "backfill", "money"), nations=[{"nation": n, "name_en": n, "role": r} for n, r in nations],
        deliveries=[gift], stocks=[{"holder": "AAA", "item": "shell", "quantity": 20.0}],
        routes=[WAY, WAY | {"origin": "BBB", "destination": "AAA"}],
    )  # fmt: skip
    said = plain(" ".join(sentences(InWords(plan))))
    assert (
        "backfill of donors up to 20 of 20 rounds due by" in said
        and "BBB owes AAA 20 rounds (shell) for what it gave" in said
    )
    assert "jusqu’à 20 coups sur 20" in plain(not_met(InWords(plan, "fr")))
    assert compensation(plan)["given"].to_list() == [20.0] and plan["backfill"]["due"].to_list() == [30.0]


def test_kinds_stand_by_what_they_lack_and_not_by_rank() -> None:
    """Of a dear thing 1 is needed and not there, EUR 1,000; of rounds 12 are used and 3 not there, EUR 30."""
    dear = ITEM | {"item": "gun", "name_en": "gun", "unit": "guns", "price": 1_000.0, "kind": "system"}
    plan = planned(
        3, ("own_use", "need", "money"), items=[PRICED, dear], lines=[line(max_rate=3.0)], contracts=[DEAL],
        demand=[need(4.0), PARTNER | {"item": "gun", "need": 1.0, "from": month(0), "until": month(0)}],
    )  # fmt: skip
    said = plain(not_met(InWords(plan)))
    assert said == "Not met, largest first: recipient's need 1 of 1 gun (gun); members' own use 3 of 12 rounds (shell)."
    assert [gap.value for gap in gaps(plan)] == pytest.approx([1_000.0, 30.0])
    largest = largest_gap(InWords(plan))
    assert plain(not_met(InWords(plan), beside=largest)) == (
        "Not met either, largest first: members' own use 3 of 12 rounds (shell)."
    )


def test_one_that_is_missing_stays_and_several_stay() -> None:
    one = planned(3, ("need", "money"), demand=[PARTNER | {"need": 1.0, "from": month(0), "until": month(0)}],
                  lines=[line()], contracts=[DEAL])  # fmt: skip
    (gap,) = gaps(one)
    assert plain(missing(InWords(one), gap)) == (
        "Even with this plan 1 of the 1 round needed by May 2024 stays missing (UUU, shell)."
    )
    assert "il manque 1 coup sur les 1 " in plain(missing(InWords(one, "fr"), gap))


def test_what_is_met_says_nothing() -> None:
    plan = planned(2, ("own_use", "money"), lines=[line()], contracts=[DEAL], demand=[need(1.0)])
    assert not_met(InWords(plan)) == ""
    assert largest_gap(InWords(plan)) is None


@pytest.mark.parametrize(("value", "said"), [(0.0, 0.0), (12_345.0, 12_300.0), (57.26, 57.26), (math.inf, math.inf)])
def test_three_figures_of_what_has_more(value: float, said: float) -> None:
    assert rough(value) == said


def test_the_headline_is_the_decision_with_its_dates() -> None:
    plan = planned(3, ("own_use", "money"), **OWN)
    now = plan["periods"]["month"][0]
    dated = plan["decisions"].with_columns(decide_by=pl.lit(now, pl.Date))
    later = dated.with_columns(decide_by=pl.lit(now.replace(month=5), pl.Date))

    def told(*frames: pl.DataFrame, language: Any = "en") -> str:
        tables = {**plan.tables, "decisions": pl.concat(frames)}
        return plain(headline(InWords(Result(**{**vars(plan), "tables": tables}), language)))

    assert told(dated) == "To decide: 1 decision for EUR 3.0 of commitments, by the end of March 2024."
    assert told(dated, dated).endswith("all by the end of March 2024.")
    assert told(dated, dated, later).endswith("2 of them by the end of March 2024, the last by the end of May 2024.")
    assert "toutes avant fin mars 2024" in told(dated, dated, language="fr")
    assert told(dated.with_columns(decide_by=pl.lit(None, pl.Date))).endswith("no date presses.")
    assert told(dated.clear()) == "Nothing has to be decided now."
