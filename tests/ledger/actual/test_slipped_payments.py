"""What comes late is paid by the fiscal year in which it comes, once; by hand.

A pays on delivery for what comes to B: 1,000 rounds in January at 300 each, 500 in February at 400. Of the 1,500 that were to
come 700 have come: the 300 last of January and all of February are late, 300 x 300 + 500 x 400 = 290,000.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ledger.actual.went_as_planned import doc
from places import ROOT
from rampart.case.calendar import month_number
from rampart.case.doors import read_case
from rampart.case.from_rows import frame_of
from rampart.case.soundness import require_sound
from rampart.ledger.actual.money_spent import planned_money
from rampart.ledger.actual.replanning import position
from rampart.ledger.actual.slipped_payments import Arrival, SlippedPayments
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import open_ledger
from rampart.network.network import Network
from rampart.network.payments import placed_payments
from rampart.plan.planning import plan
from rampart.results.result import Result

JANUARY, FEBRUARY, MARCH = (month_number(f"2025-0{n}") for n in (1, 2, 3))
COMING = [Arrival(JANUARY, "XBB", "round", "XAA", 1000, 300.0), Arrival(FEBRUARY, "XBB", "round", "XAA", 500, 400.0)]


@pytest.mark.parametrize(
    ("starts", "left", "late", "expected"),
    [
        (3, {}, 800, [("XAA", 800, 362.5)]),  # 290,000 in all
        (3, {}, 1600, [("XAA", 1500, 500_000 / 1500), ("XBB", 100, None)]),  # a hundred that nobody planned
        (1, {}, 800, [("XBB", 800, None)]),  # the year is not over: what it pays for them is taken off already
        (2, {}, 800, [("XAA", 300, 300.0), ("XBB", 500, None)]),  # January is of the year before, February is not
        (3, {("XAA", 2025): 0.0}, 800, [("XBB", 800, None)]),  # all that was planned was paid, late or not
        (3, {("XAA", 2025): 0.23}, 800, [("XAA", 800, 287.5)]),  # 60,000 of it was
    ],
)
def test_who_pays_what_of_what_is_late(
    starts: int, left: dict[tuple[str, int], float], late: float, expected: list[tuple[str, float, float | None]]
) -> None:
    slipped = SlippedPayments(COMING, {"XAA": starts, "XBB": 1}, MARCH, dict(left), 1e6)
    assert slipped.of("XBB", "round", late) == [pytest.approx(part) for part in expected]
    assert slipped.of("XAA", "round", 5) == [("XAA", 5, None)]


@pytest.fixture(scope="module", params=[3, 1])
def before(request: pytest.FixtureRequest) -> Result:
    """The plan before, with fiscal years that begin in March, and with calendar years."""
    case = read_case(ROOT / "cases" / "tiny")
    placed = [
        {"buyer": "XAA", "ship_to": "XBB", "item": "round", "month": month, "quantity": n, "due": due, "inputs": "supplied",
         "source": "tutorial", "grade": "assumed"}
        for month, n, due in (("2025-01", 1000.0, 300.0), ("2025-02", 500.0, 400.0))
    ]  # fmt: skip
    starts = case.tables["nations"].with_columns(fiscal_year_start=pl.lit(request.param, pl.Int64))
    changed = {"orders": frame_of("orders", placed), "nations": starts}
    return plan(case.with_tables(changed), reasons="none", give_or_keep=False)


@pytest.mark.parametrize(("lacks", "again"), [(None, 0.29), (0.0, 0.0), (0.23, 0.23)])
def test_a_payment_that_slips_into_the_next_fiscal_year_is_charged_to_it(
    before: Result, tmp_path: Path, lacks: float | None, again: float
) -> None:
    """The ledger has no payments of the year of before, all that were planned, or all but 230,000."""
    starts = before.case["nations"]["fiscal_year_start"][0]
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        ledger.post(doc("XBB", "made", "production", "2025-02-20", "round", 700))
        nothing = Line("round", 0, about="production", told="{}")
        ledger.post(Document("XBB", "return 2025-01", "return", "2025-01-28", "clerk", "x", lines=(nothing,)))
        if lacks is not None:
            later = position(ledger, before, "2025-03").case
            planned = planned_money(later, before.case, before.tables, ("2025-01", "2025-02"))["XAA", 2025, "payments"]
            money = str(before.case.settings["currency"])
            ledger.post(doc("XAA", "paid", "payment", "2025-01-30", money, (planned - lacks) * 1e6))
        at = position(ledger, before, "2025-03")
    late = at.case["orders"].filter(source="ledger", item="round")
    assert late["quantity"].sum() == pytest.approx(800)
    assert set(late.select(pl.coalesce("ship_to", "buyer")).to_series()) == {"XBB"}
    only_late = at.case.with_tables({"orders": late})
    charged = {of: money for of, money in placed_payments(Network(only_late)).items() if money}
    assert charged == ({("XAA", 2026): pytest.approx(again)} if starts == 3 and again else {})
    require_sound(at.case)
