"""Dates at a confidence from the table slips of a case, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rampart
from cases_small import Row, case, line, month
from rampart.beliefs.confidence import at_confidence
from rampart.beliefs.streams import first_of_stream
from rampart.case.calendar import month_number
from rampart.case.tables import Case
from rampart.findings import CaseError


def order(at: int, quantity: float = 5.0, **changes: Any) -> Row:
    return {"buyer": "AAA", "item": "shell", "line": "plant", "month": month(at), "quantity": quantity} | changes


def slips(*curve: tuple[float, float, float], **about: Any) -> list[Row]:
    """Rows of one kind: months ahead, share in a hundred, months of delay."""
    return [{"ahead": ahead, "chance": chance, "delay": delay, **about} for ahead, chance, delay in curve]


def with_orders(orders: Sequence[Row], table: Sequence[Row], **rows: Any) -> Case:
    return case(36, ["money"], orders=orders, slips=table, lines=[line()], **rows)


def come(of: Case) -> list[tuple[int, float]]:
    """Months from the start and quantities of the orders, in order."""
    rows = of["orders"].select("month", "quantity").sort("month").iter_rows()
    return [(month_number(text) - of.calendar.first, quantity) for text, quantity in rows]


STEADY = ((12.0, 50.0, 0.0), (12.0, 80.0, 6.0), (12.0, 90.0, 12.0), (24.0, 80.0, 9.0), (24.0, 90.0, 12.0))


@pytest.mark.parametrize(
    ("ahead", "confidence", "delay"),
    [(12, 80, 6), (6, 80, 3), (18, 80, 8), (24, 80, 9), (30, 80, 9), (12, 90, 12), (12, 85, 9), (0, 90, 0), (1, 80, 1)],
)
def test_the_delay_runs_straight_between_the_rows(ahead: int, confidence: int, delay: int) -> None:
    """From nothing at 0 to 6 at 12 months, 9 at 24 and after; between shares straight too. 7.5 months are 8, 0.5 are 1."""
    found = at_confidence(with_orders([order(ahead)], slips(*STEADY)), confidence)
    assert come(found) == [(ahead + delay, 5.0)]


def test_what_names_more_of_an_order_goes_before() -> None:
    """By line, then by item, then by kind, then for all; of equals that with the state."""
    far = (12.0, 80.0)
    table = slips((*far, 1.0)) + slips((*far, 2.0), kind="munition") + slips((*far, 3.0), item="shell")
    assert come(at_confidence(with_orders([order(12)], table), 80)) == [(15, 5.0)]
    table += slips((*far, 4.0), line="plant") + slips((*far, 5.0), line="plant", state="funded")
    assert come(at_confidence(with_orders([order(12)], table), 80)) == [(16, 5.0)]
    assert come(at_confidence(with_orders([order(12, state="funded")], table), 80)) == [(17, 5.0)]


def test_a_stream_slips_as_its_first_delivery() -> None:
    """From month 6 on a month after the other: all three months later. The order of month 20 stands alone: 8 later."""
    orders = [order(n) for n in (6, 7, 8, 9)] + [order(20)]
    found = at_confidence(with_orders(orders, slips(*STEADY)), 80)
    assert come(found) == [(9, 5.0), (10, 5.0), (11, 5.0), (12, 5.0), (28, 5.0)]
    moved = found["orders"].row(0, named=True)
    assert (moved["promised"], moved["grade"]) == (month(6), "derived")
    assert month(6) in moved["note"]


def test_what_is_delivered_from_the_first_month_stays() -> None:
    orders = [order(n) for n in range(30)]
    found = at_confidence(with_orders(orders, slips(*STEADY)), 90)
    assert come(found) == [(n, 5.0) for n in range(30)]
    assert found["orders"]["promised"].null_count() == 30


def test_another_buyer_or_state_is_another_stream() -> None:
    rows = [order(6), order(7, state="funded"), order(7, ship_to="UUU"), order(7, ship_to="AAA"), order(9)]
    frame = with_orders(rows, []).tables["orders"].with_columns(pl.col("state").fill_null("awarded"))
    start = month_number(month(0))
    assert [first - start for first in first_of_stream(frame)] == [6, 7, 7, 6, 9]


def test_new_orders_of_a_hot_line_follow_in_its_stream() -> None:
    """Only a row that names the line says that it is late."""
    lines = [line(admin_lead_time=2.0, lead_time=10.0)]
    table = slips(*STEADY, state="new")
    assert at_confidence(case(36, ["money"], lines=lines, slips=table), 80)["lines"]["lead_time"].to_list() == [10.0]
    table += slips((12.0, 80.0, 4.0), state="new", line="plant")
    assert at_confidence(case(36, ["money"], lines=lines, slips=table), 80)["lines"]["lead_time"].to_list() == [14.0]


def test_new_orders_take_longer_where_the_table_says_so() -> None:
    """Lead time of 2 and 10 months: at 12 months ahead 6 months longer. Without rows of that state: as stated."""
    lines = [line(admin_lead_time=2.0, lead_time=10.0, state="warm")]
    base = case(36, ["money"], lines=lines, slips=slips(*STEADY))
    assert at_confidence(base, 80)["lines"]["lead_time"].to_list() == [10.0]
    found = at_confidence(case(36, ["money"], lines=lines, slips=slips(*STEADY, state="new")), 80)
    assert found["lines"]["lead_time"].to_list() == [16.0]
    assert "6 months longer" in found["lines"]["note"][0]


def test_what_no_row_is_about_stays_and_is_a_finding() -> None:
    found = at_confidence(with_orders([order(12)], slips(*STEADY, kind="missile")), 80)
    assert come(found) == [(12, 5.0)]
    assert [(f.code, f.value) for f in found.findings] == [("slips-missing", "shell")]


def test_a_confidence_that_the_table_does_not_state_is_refused() -> None:
    with pytest.raises(CaseError) as raised:
        at_confidence(with_orders([order(12)], slips(*STEADY)), 95)
    assert [f.code for f in raised.value.findings] == ["slips-without-chance"]
    with pytest.raises(ValueError, match="between 0 and 100"):
        at_confidence(with_orders([], []), 100)


def test_dates_move_once() -> None:
    once = at_confidence(with_orders([order(12)], slips(*STEADY)), 80)
    assert once.settings["confidence"] == "80"
    assert once.overrides == ("confidence-80",)
    with pytest.raises(CaseError) as raised:
        at_confidence(once, 80)
    assert [f.code for f in raised.value.findings] == ["confidence-twice"]


def test_orders_of_the_past_stay_history() -> None:
    found = at_confidence(with_orders([order(-3), order(-2), order(5)], slips(*STEADY)), 80)
    assert [at for at, _ in come(found)] == [-3, -2, 8]  # 2.5 months are three


def test_a_case_without_slips_takes_those_of_the_package_and_says_so() -> None:
    found = rampart.at_confidence(with_orders([order(12)], []), 90)
    assert come(found) == [(21, 5.0)]  # nine in ten awarded ammunition orders have come nine months after
    assert [f.code for f in found.findings] == ["slips-of-package"]
    assert set(found["slips"]["state"]) == {"awarded", "new"}
    assert set(found["slips"]["source"]) <= set(found["sources"]["source"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["AAA", "UUU"])), min_size=1, max_size=12, unique=True),
    st.lists(st.floats(0.0, 6.0), min_size=3, max_size=3), st.sampled_from([50, 80, 90]),
)  # fmt: skip
@pytest.mark.docs
def test_nothing_is_lost_nothing_comes_sooner_and_more_confidence_is_never_sooner(
    placed: list[tuple[int, str]], steps: list[float], confidence: int
) -> None:
    delays = [sum(steps[: n + 1]) for n in range(3)]
    table = slips(*((12.0 * year, chance, year * delay) for year in (1, 2, 3)
                    for chance, delay in zip((50.0, 80.0, 90.0), delays, strict=True)))  # fmt: skip
    base = with_orders([order(at, float(at + 1), ship_to=to) for at, to in placed], table)
    found = at_confidence(base, confidence)
    assert found["orders"]["quantity"].sum() == pytest.approx(base["orders"]["quantity"].sum())

    def held(of: Case, at: int) -> float:
        return sum(quantity for when, quantity in come(of) if when <= at)

    later = at_confidence(base, 90)
    for at in range(40):
        assert held(later, at) <= held(found, at) + 1e-9
        assert held(found, at) <= held(base, at) + 1e-9
