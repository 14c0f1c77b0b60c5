"""Actual against plan: unknown is not zero; schedules, money, decisions and estimates from small ledgers worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.actual.went_as_planned import doc, tiny
from rampart.catalogues.results import frame
from rampart.ledger.actual.against_plan import decisions, earned, figures, lines, money, months_through, schedule
from rampart.ledger.actual.estimates import days_on_the_way, rates
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.results.result import Result

MONTHS = ("2025-01", "2025-02", "2025-03")


def made_up() -> Result:
    """A plan of three months of tiny, stated and not worked out."""
    periods = [{"period": n, "month": m, "months": 1} for n, m in enumerate(MONTHS)]
    production = [
        {"line": "round_line", "nation": "XAA", "item": "round", "period": n, "month": m, "output": q}
        for n, (m, q) in enumerate(zip(MONTHS, (600.0, 0.0, 400.0), strict=True))
    ]
    moves = [{"kind": "made", "holder": "XAA", "item": "round", "period": 0, "month": MONTHS[0], "quantity": 600.0}]
    stock = [{"holder": "XAA", "item": "round", "period": 0, "month": MONTHS[0], "closing": 4600.0}]
    spent = [
        {"nation": "XAA", "fiscal_year": 2025, "purpose": p, "commitments": 2.0, "payments": 1.0}
        for p in ("procurement", "capacity")
    ]
    asked: dict[str, Any] = {
        "kind": "order",
        "nation": "XAA",
        "decide_by": "2025-01",
        "delay_cost": 3.0,
        "delay_objective": "need",
    }
    asked_for = [asked | {"rank": n, "code": code} for n, code in enumerate("abcde")] + [
        asked | {"code": "f", "decide_by": None}
    ]
    tables = {"periods": periods, "production": production, "movements": moves, "stock": stock, "money": spent,
              "decisions": asked_for}  # fmt: skip
    return Result.of("plan", tiny(), {name: frame("plan", name, rows) for name, rows in tables.items()}, {})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "a.ledger", create=True) as made:
        yield made


def test_what_is_not_known_has_no_figure(ledger: Ledger) -> None:
    plan = made_up()
    assert months_through(plan, "2025-02") == list(MONTHS[:2])
    assert {(f.kind, f.actual) for f in figures(ledger, plan, "2025-01")} == {("production", None), ("count", None)}
    ledger.post(
        doc("XAA", "o", "opening", "2025-01-01", "round", 4000),
        doc("XAA", "p", "production", "2025-01-20", "round", 500),
    )
    told = {f.kind: (f.planned, f.actual) for f in figures(ledger, plan, "2025-01")}
    assert told == {"production": (600.0, 500), "count": (4600.0, 4500)}


def test_a_line_is_told_by_its_documents_and_is_behind_by_so_many_months(ledger: Ledger) -> None:
    plan = made_up()
    ledger.post(doc("XAA", "p", "production", "2025-01-20", "round", 450),
                doc("XBB", "q", "production", "2025-02-20", "round", 250, of="round_line"))  # fmt: skip
    rows = lines(ledger.documents(), plan, "2025-03")
    assert [(r.month, r.planned, r.actual) for r in rows] == [
        ("2025-01", 600.0, 450),
        ("2025-02", 0.0, 250),
        ("2025-03", 400.0, None),
    ]
    (line,) = schedule(rows, plan)
    assert (line.months, line.earned, line.late) == (
        2,
        pytest.approx(2.25),
        pytest.approx(-0.25),
    )  # 700 = 600 + a quarter of 400
    assert schedule(lines([], plan, "2025-03"), plan) == []


@pytest.mark.parametrize(("total", "months"), [(0, 0.0), (300, 0.5), (600, 2.0), (800, 2.5), (1000, 3.0), (5000, 3.0)])
def test_earned_schedule(total: float, months: float) -> None:
    assert earned(total, (600.0, 0.0, 400.0)) == pytest.approx(months)


def test_two_lines_of_one_item_are_told_apart_or_not_at_all(ledger: Ledger) -> None:
    plan = made_up()
    twin = plan.case.tables["lines"].filter(plan.case.tables["lines"]["line"] == "round_line")
    twin = twin.with_columns(line=twin["line"].replace("round_line", "twin"))
    both = replace(plan, case=plan.case.with_tables({"lines": plan.case.tables["lines"].vstack(twin)}))
    ledger.post(doc("XAA", "p", "production", "2025-01-20", "round", 450))
    assert lines(ledger.documents(), both, "2025-01")[0].actual is None


def test_money_counts_in_its_fiscal_year(ledger: Ledger) -> None:
    pay = {"key": "c", "kind": "commitment", "day": "2025-03-01"}
    for n, changed in enumerate(({}, {"kind": "payment"}, {"day": "2026-01-01"})):
        said = pay | changed
        ledger.post(doc("XAA", f"m{n}", said["kind"], said["day"], "EUR", 1_500_000))
    ledger.post(
        doc("XAA", "wrong", "payment", "2025-03-02", "EUR", 9), doc("XAA", "other", "payment", "2025-03-02", "round", 9)
    )
    ledger.post(Document("XAA", "back", "reversal", "2025-03-02", "clerk", "x", reverses="wrong"))
    rows = {(m.fiscal_year, m.kind): (m.planned, m.actual) for m in money(ledger.documents(), made_up())}
    assert rows == {
        (2025, "commitments"): (4.0, 1.5),
        (2025, "payments"): (2.0, 1.5),
        (2026, "commitments"): (0.0, 1.5),
    }


def test_what_became_of_each_decision(ledger: Ledger) -> None:
    ledger.post(
        Document("XAA", "1", "decision taken", "2025-01-31", "m", "minutes", of="a"),
        Document("XAA", "2", "order", "2025-03-02", "m", "minutes", of="b"),
        Document("XAA", "3", "decision refused", "2025-01-05", "m", "minutes", of="c"),
        Document("XAA", "4", "decision taken", "2025-01-05", "m", "minutes", of="d"),
        Document("XAA", "5", "reversal", "2025-01-06", "m", "minutes", reverses="4"),
    )
    told = {d.code: (d.status, d.months, d.cost) for d in decisions(ledger.documents(), made_up(), "2025-02")}
    assert told == {"a": ("taken", 0, None), "b": ("late", 2, 6.0), "c": ("refused", 1, 3.0), "d": ("overdue", 1, 3.0),
                    "e": ("overdue", 1, 3.0), "f": ("due", 0, None)}  # fmt: skip


def test_rates_are_estimated_from_what_is_not_assumed(ledger: Ledger) -> None:
    months = [f"2024-{n:02d}-15" for n in range(1, 8)]
    output = (90, 110, 100, 95, 105, 100)
    ledger.post(*(doc("XAA", d, "production", d, "round", q) for d, q in zip(months, output, strict=False)))
    ledger.post(Document("XAA", "g", "production", months[-1], "clerk", "guess", lines=(Line("round", 9000),)))
    told = {e.code: e for e in rates(ledger.documents(), tiny())}
    assert (told["round_line"].points, told["round_line"].middle, told["round_line"].assumed) == (6, 100.0, 13_200.0)
    half = 2.5705818 * 50**0.5 / 6**0.5  # Student's t for five degrees; the squares add up to 250 over five
    assert told["round_line"].low == pytest.approx(100 - half, abs=1e-5) and told["round_line"].high == pytest.approx(
        100 + half, abs=1e-5
    )
    assert told["charge_line"].points == 0 and told["charge_line"].middle is None


def test_days_on_the_way(ledger: Ledger) -> None:
    ledger.post(doc("XAA", "o", "opening", "2024-01-01", "round", 100))
    for n, days in enumerate((3, 9, 5, 7, 4, 20)):
        ledger.post(doc("XAA", f"d{n}", "dispatch", "2024-01-01", "round", 1, to="XUU"))
        ledger.post(
            doc(
                "XUU",
                f"r{n}",
                "receipt",
                f"2024-01-{1 + days:02d}",
                "round",
                1,
                sender="XAA",
                of=f"d{n}",
                outcome="received",
            )
        )
    told = {e.code: e for e in days_on_the_way(ledger.documents(), tiny())}
    assert told["XAA > XUU"][2:6] == (6, 6.0, 3.0, 20.0)
    assert told["XBB > XUU"][2:6] == (0, None, None, None) and told["XBB > XUU"].assumed == pytest.approx(30.4375)
