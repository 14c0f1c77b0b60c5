"""The plan made anew from a ledger: nothing changes where all went as planned; what did not is told, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ledger.actual.went_as_planned import differ, doc, month_of, opening, tiny
from rampart.case.from_rows import frame_of
from rampart.case.tables import Case
from rampart.findings import FindingsError
from rampart.ledger.actual.happened import At, happened, movements, over
from rampart.ledger.actual.newly_whole import newly_whole
from rampart.ledger.actual.news import with_news
from rampart.ledger.actual.planned import of_nation, planned
from rampart.ledger.actual.replanning import _not_taken, position
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.plan.planning import plan
from rampart.results.result import Result

SAME = dict.fromkeys(("stock", "production", "orders", "expansions", "transfers", "demand"), 0)


@pytest.fixture(scope="module")
def first() -> Result:
    return plan(tiny(), reasons="none", give_or_keep=False)


@pytest.fixture
def ledger(tmp_path: Path, first: Result) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "a.ledger", create=True) as made:
        made.post(*opening(first.case))
        yield made


def replanned(ledger: Ledger, before: Result, month: str, **how: object) -> Result:
    at = position(ledger, before, month, **how)  # type: ignore[arg-type]
    return with_news(plan(at.case, reasons="none", give_or_keep=False), at, ledger)


def news(made: Result) -> list[tuple[object, ...]]:
    return made["news"].select("why", "nation", "item", "kind", "difference").rows()


def test_nothing_happened_otherwise_two_months_running(ledger: Ledger, first: Result) -> None:
    ledger.post(*month_of(ledger, first, "2025-01"))
    second = replanned(ledger, first, "2025-02")
    assert differ(first, second) == SAME and news(second) == [] and second["because"].is_empty()
    ledger.post(*month_of(ledger, second, "2025-02"))
    third = replanned(ledger, second, "2025-03")
    assert differ(second, third) == SAME and news(third) == [] and third.feasible
    assert ledger.verify() == []


def test_what_was_made_late_is_still_to_come_and_told(ledger: Ledger, first: Result) -> None:
    ledger.post(*month_of(ledger, first, "2025-01", made=0.5))
    second = replanned(ledger, first, "2025-02")
    assert news(second) == [("this_month", "XAA", "round", "production", -3300.0),
                            ("stands", "XAA", "round", "count", -3300.0)]  # fmt: skip
    late = second.case["orders"].filter(source="ledger")
    assert late["quantity"].sum() == 3300 and late["line"].to_list() == ["round_line"] * late.height
    assert late["month"].min() == "2025-02"
    differ_at = differ(first, second)
    assert differ_at["orders"] == differ_at["transfers"] == 0, "it comes a month later, and nothing is short of it"


def test_all_that_is_late_is_still_to_come_of_each_item(ledger: Ledger, first: Result) -> None:
    """Several items of several nations at once, of which returns say that nothing was made."""
    due: Counter[tuple[str, str]] = Counter()
    lines: dict[tuple[str, str], list[Line]] = {}
    for (month, kind, nation, item), quantity in planned(first).items():
        if kind == "production" and month < "2025-05" and quantity > 1:
            lines.setdefault((nation, month), []).append(Line(item, 0, about=kind, told="{}"))
            due[nation, item] += quantity
    for (nation, month), of in lines.items():
        ledger.post(Document(nation, f"return {month}", "return", f"{month}-28", "clerk", "x", lines=tuple(of)))
    assert len(due) == 3
    rows = position(ledger, first, "2025-05").case["orders"].filter(source="ledger")
    told: Counter[tuple[str, str]] = Counter()
    for nation, item, quantity in rows.select("buyer", "item", "quantity").iter_rows():
        told[nation, item] += quantity
    assert told == pytest.approx(due)


def test_what_came_early_does_not_come_again(ledger: Ledger, first: Result) -> None:
    ledger.post(*month_of(ledger, first, "2025-01", made=1.5))
    at = position(ledger, first, "2025-02")
    orders = dict(at.case["orders"].filter(buyer="XAA", item="round").select("month", "quantity").iter_rows())
    assert orders["2025-02"] == 3300 and orders["2025-03"] == 6600


def test_what_was_learned_late_and_what_was_corrected(ledger: Ledger, first: Result) -> None:
    month = month_of(ledger, first, "2025-01")
    ledger.post(*month)
    known = max(d.booked for d in ledger.documents())
    use = next(d for d in month if d.kind == "use" and d.nation == "XAA")
    back = Document("XAA", "back", "reversal", use.day, "clerk", "returns", reverses=use.key)
    ledger.post(back, doc("XAA", "right", "use", use.day, "round", 1000))
    ledger.post(doc("XBB", "found", "demilitarisation", "2024-12-31", "round", 70))
    at = position(ledger, first, "2025-02")
    made = with_news(first, at, ledger, since=known)
    assert news(made)[:2] == [
        ("late", "XBB", "round", "demilitarisation", 70.0),
        ("corrected", "XAA", "round", "use", -100.0),
    ]
    assert {r[0] for r in news(made)[2:]} == {"stands"}


def test_what_the_ledger_does_not_know_is_taken_as_planned(ledger: Ledger, first: Result) -> None:
    at = position(ledger, first, "2025-02")  # only what was there at the start is booked
    assert [f.code for f in at.case.findings] == ["replan-as-planned"]
    assert At("2025-01", "production", "XAA", "round") in at.as_planned
    assert At("2025-01", "receipt", "XUU", "round") in at.as_planned
    assert at.case["orders"].filter(source="ledger").is_empty()
    told = with_news(first, at, ledger)["news"].filter(why="not_reported")
    assert told.height == sum(a.kind != "count" for a in at.as_planned)
    assert told["actual"].null_count() == told.height
    keeps = first.case.tables["items"].with_columns(shelf_life=pl.lit(60, pl.Int64))
    at = position(ledger, first, "2025-02", case=first.case.with_tables({"items": keeps}))
    assert "replan-age-unknown" in {f.code for f in at.case.findings}, "the ledger names no lot of what it has"


def test_what_was_not_sent_is_still_pledged_and_what_is_on_the_way_arrives(ledger: Ledger, first: Result) -> None:
    month = [d for d in month_of(ledger, first, "2025-01") if d.kind != "dispatch"]
    ledger.post(*month, doc("XBB", "half", "dispatch", "2025-01-10", "round", 5000, to="XUU"))
    at = position(ledger, first, "2025-02")
    rows = at.case["deliveries"].filter(donor="XBB", recipient="XUU")
    arriving = rows.filter(status="in_transit")
    assert arriving.select("month", "quantity").rows() == [("2025-02", 5000.0)]
    assert rows.filter(status="pledged")["quantity"].sum() == pytest.approx(11_000 - 5000)
    ledger.post(doc("XBB", "more", "dispatch", "2025-01-11", "round", 6000, to="XUU"))
    rows = position(ledger, first, "2025-02").case["deliveries"].filter(donor="XBB", status="pledged")
    assert rows["quantity"].sum() == pytest.approx(0.0)


def test_what_was_on_the_way_at_the_start_is_there_once_and_arrives_when_the_case_says(
    tmp_path: Path, first: Result
) -> None:
    """Before the start 3,300, 2,200 and 1,100 were sent, for January, February and March; the plan sends more in January."""
    table = first.case.tables["deliveries"]
    (january,) = table.filter(status="in_transit").to_dicts()
    more = [january | {"month": f"2025-0{n}", "quantity": q} for n, q in ((2, 2200.0), (3, 1100.0))]
    case = first.case.with_tables({"deliveries": frame_of("deliveries", [*table.to_dicts(), *more])})
    before = replace(first, case=case)

    def coming(ledger: Ledger, **how: object) -> tuple[dict[str, float], int]:
        rows = position(ledger, before, "2025-02", **how).case["deliveries"]  # type: ignore[arg-type]
        rows = rows.filter(status="in_transit", donor="XAA").filter(pl.col("month") >= "2025-02")
        return dict(rows.group_by("month").agg(pl.col("quantity").sum()).iter_rows()), rows.height

    sent = first["transfers"].filter(origin="XAA", destination="XUU", month=date(2025, 1, 1))["quantity"].sum()
    with open_ledger(tmp_path / "a", create=True) as ledger:
        assert sent > 0
        assert coming(ledger) == ({"2025-02": 2200 + sent, "2025-03": 1100}, 2), "the ledger knows of none"
        ledger.post(*opening(case))
        assert coming(ledger) == ({"2025-02": 2200 + sent, "2025-03": 1100}, 2), "nobody says what came: as planned"
        nothing = (Line("round", 0, about="receipt", told="{}"),)
        ledger.post(Document("XUU", "none", "return", "2025-01-31", "clerk", "r", lines=nothing))
        assert coming(ledger) == ({"2025-02": 3300 + 2200 + sent, "2025-03": 1100}, 2), "none has come"
        said = {"sender": "XAA", "of": "before 0 for 2025-01", "outcome": "received"}
        ledger.post(doc("XUU", "in", "receipt", "2025-01-05", "round", 3300, **said))
        assert coming(ledger) == ({"2025-02": 2200 + sent, "2025-03": 1100}, 2)
        ledger.post(doc("XAA", "out", "dispatch", "2025-01-10", "round", 500, to="XUU"))
        assert coming(ledger) == ({"2025-02": 2200 + 500, "2025-03": 1100}, 2)
        at = position(ledger, before, "2025-02").case["deliveries"]
        assert at.filter(status="in_transit", month="2025-03")["source"].to_list() == [january["source"]]
        ledger.post(doc("XUU", "in 3", "receipt", "2025-01-20", "round", 1100, **said | {"of": "before 2 for 2025-03"}))
        assert coming(ledger) == ({"2025-02": 1100 + 500, "2025-03": 1100}, 2), "what is due first has come first"


def test_a_decision_that_was_refused_is_open_again(ledger: Ledger, first: Result) -> None:
    ledger.post(*month_of(ledger, first, "2025-01"))
    code = first["orders"].filter(pl.col("decide") == pl.date(2025, 1, 1), pl.col("contract").is_not_null())[
        "contract"
    ][0]
    ledger.post(Document("XAA", "no", "decision refused", "2025-01-15", "minister", "minutes", of=code))
    at = position(ledger, first, "2025-02")
    assert [(f.code, f.value) for f in at.case.findings] == [("replan-not-taken", code)]
    placed = at.case["orders"].filter(source="plan_before", inputs="drawn")
    full = (
        position(ledger, first, "2025-02", known="2000-01-01")
        .case["orders"]
        .filter(source="plan_before", inputs="drawn")
    )
    assert placed["quantity"].sum() < full["quantity"].sum()
    assert _not_taken(ledger.documents(), "2025-01-01") == {code: "decision refused"}
    assert _not_taken(ledger.documents(), "2025-02-01") == {}, "a plan made since knew of it, and decided anew"
    ledger.post(Document("XAA", "yes", "decision taken", "2025-01-20", "minister", "minutes", of=code))
    assert _not_taken(ledger.documents(), "2025-01-01") == {}, "what was said last counts"
    ledger.post(Document("XAA", "back", "reversal", "2025-01-21", "minister", "minutes", reverses="yes"))
    assert _not_taken(ledger.documents(), "2025-01-01") == {code: "decision refused"}
    ledger.post(Document("XAA", "back too", "reversal", "2025-01-22", "minister", "minutes", reverses="no"))
    assert _not_taken(ledger.documents(), "2025-01-01") == {}, "it was never refused"


def test_what_was_spent_beyond_the_plan_leaves_budgets_less(ledger: Ledger, first: Result) -> None:
    """Once, and only what goes beyond it; what is booked less may still come. Which of two budgets it is of is not guessed."""
    money = str(first.case.settings["currency"])

    def left(**how: object) -> tuple[float, float, list[tuple[str, object]]]:
        at = position(ledger, first, "2025-02", **how).case  # type: ignore[arg-type]
        found = [(f.code, f.details["more"] / 1e6) for f in at.findings if f.code.startswith("replan-spent")]
        budget = at["budgets"].filter(nation="XAA", fiscal_year=2025)
        return budget["payments"].sum(), budget["commitments"].sum(), found

    payments, commitments, found = left()
    assert payments < 15 and not found, "what the plan pays in January is taken off"
    ledger.post(doc("XAA", "little", "payment", "2025-01-20", money, 1))
    assert left() == (payments, commitments, [])
    ledger.post(doc("XAA", "much", "payment", "2025-01-20", money, 3_000_000))
    less, _, ((code, more),) = left()
    assert code == "replan-spent-more" and less == pytest.approx(payments - more, abs=1e-6) and 0 < more < 3
    ledger.post(
        doc("XAA", "again", "payment", "2025-01-21", money, 500_000), doc("XAA", "c", "payment", "2025-02-01", money, 9)
    )
    assert left()[0] == pytest.approx(less - 0.5), "what was paid since the start is not of these months"
    budgets = first.case.tables["budgets"]
    of_two = [budgets.with_columns(purpose=pl.lit(purpose)) for purpose in ("procurement", "capacity")]
    kept, _, said = left(case=first.case.with_tables({"budgets": pl.concat(of_two)}))
    assert [code for code, _ in said] == ["replan-spent-on-what"] and kept > less
    back = Document("XAA", "back", "reversal", "2025-01-22", "clerk", "x", reverses="much")
    ledger.post(back)
    assert left()[1] == commitments


def test_what_cannot_be_carried_on_is_said(ledger: Ledger, first: Result) -> None:
    def code(month: str = "2025-02", **how: object) -> str:
        with pytest.raises(FindingsError) as wrong:
            position(ledger, first, month, **how)  # type: ignore[arg-type]
        return wrong.value.findings[0].code

    assert code("2025-01") == "replan-month"
    settings = first.case.tables["settings"].with_columns(
        value=pl.when(pl.col("setting") == "start").then(pl.lit("2024-12")).otherwise("value")
    )
    assert code(case=first.case.with_tables({"settings": settings})) == "replan-other-start"
    fleets = frame_of("fleets", [{"fleet": "f"}])
    assert code(case=first.case.with_tables({"fleets": fleets})) == "replan-cannot"


def test_a_change_without_news_names_what_moved_it(first: Result, tmp_path: Path) -> None:
    """Nothing is known to have happened otherwise: more is decided now and comes whole, or it lies within the rooms,
    where there are any.
    """
    row = {"kind": "order", "code": "round_line", "key": [{"of": "line", "code": "round_line"}], "period": 0,
           "month": date(2025, 2, 1), "firm": 0.0, "before": 10.0, "now": 15.0, "change": 5.0}  # fmt: skip
    changes = pl.DataFrame([row], schema=first["changes"].schema)
    chance = {"from_regime": "war", "to_regime": "ended", "probability": 0.1}
    with open_ledger(tmp_path / "nothing", create=True) as ledger:
        at = position(ledger, first, "2025-02")
        works = {"kind": "expansion", "expansion": "more_charges", "month": "2025-06", "in_hand": False, "firm": False}

        def why(quantity: float = 1.0, *, month: str = "2025-06", **tables: list[dict[str, object]]) -> str:
            """What moved it where works are intended so in a case of whole works."""
            taken = frame_of("taken", [works | {"quantity": quantity, "month": month}])
            whole = at.case.tables["expansions"].with_columns(whole=pl.lit(True))
            more = {name: frame_of(name, rows) for name, rows in tables.items()}
            case = at.case.with_tables({"taken": taken, "expansions": whole, **more})
            moved = replace(first, case=case, tables={**first.tables, "changes": changes})
            ((why, item),) = with_news(moved, at, ledger)["because"].select("why", "item").rows()
            assert item is None
            return str(why)

        assert why() == "carried", "whole numbers that are whole already move nothing, and there are no rooms"
        ranked = [r | {"tolerance": None} for r in at.case.tables["priorities"].to_dicts()]
        assert why(priorities=ranked) == "room"
        assert why(0.4) == "whole" and why(0.4, month="2026-02") == "carried", "far off in fractions"
        assert why(0.4, transitions=[chance]) == "beliefs"
        system = [r | {"kind": "system"} for r in at.case.tables["items"].to_dicts() if r["item"] == "round"]
        order = {
            "kind": "order",
            "line": "round_line",
            "month": "2025-03",
            "quantity": 2.5,
            "in_hand": False,
            "firm": False,
        }
        assert newly_whole(
            at.case.with_tables({"items": frame_of("items", system), "taken": frame_of("taken", [order])})
        ) == {"round"}


def test_news_moves_no_more_than_its_own_amount_where_beliefs_move_too(ledger: Ledger, first: Result) -> None:
    """3,300 rounds fewer are made than planned: an order that changes by 5,000 changed for what is believed a month on."""
    ledger.post(*month_of(ledger, first, "2025-01", made=0.5))
    at = position(ledger, first, "2025-02")
    row = {"kind": "order", "code": "round_line", "key": [{"of": "line", "code": "round_line"}], "period": 0,
           "month": date(2025, 2, 1), "firm": 0.0, "before": 10.0, "now": 15.0, "change": 5.0}  # fmt: skip
    rows = [row, row | {"change": 5000.0}]
    changes = pl.DataFrame(rows, schema=first["changes"].schema)
    chance = frame_of("transitions", [{"from_regime": "war", "to_regime": "ended", "probability": 0.1}])

    def why(case: Case) -> list[str]:
        moved = replace(first, case=case, tables={**first.tables, "changes": changes})
        return with_news(moved, at, ledger)["because"]["why"].to_list()

    assert why(at.case) == ["news", "news"]
    assert why(at.case.with_tables({"transitions": chance})) == ["news", "beliefs"]


def test_figures_of_plan_and_ledger_have_the_same_places(ledger: Ledger, first: Result) -> None:
    plans = planned(first)
    assert plans["2025-01", "receipt", "XUU", "round"] == pytest.approx(3300)  # on the way at the start
    assert plans["2025-01", "production", "XAA", "round"] == pytest.approx(6600)  # placed before
    assert of_nation(first, "XAA", "2025-01")["use", "round"] == pytest.approx(1100)
    ledger.post(doc("XAA", "u", "use", "2025-01-05", "round", 30))
    ledger.post(Document("XAA", "b", "reversal", "2025-01-06", "clerk", "x", reverses="u"))
    said = Line("round", 0, about="purchase", told="{}")
    ledger.post(Document("XAA", "return 2025-01 r1", "return", "2025-01-31", "clerk", "x", lines=(said,)))
    figures = happened(ledger.documents())
    at = At("2025-01", "use", "XAA", "round")
    assert figures[at] == 0 and figures[at._replace(kind="purchase")] == 0
    assert (
        over(figures, "use", "XAA", "round", ("2025-02",)) is None
        and over(figures, "use", "XAA", "round", ("2025-01",)) == 0
    )
    assert [(m.quantity, m.stock, m.reversal) for m in movements(ledger.documents()) if m.at == at] == [
        (30, -30, False), (-30, 30, True)
    ]  # fmt: skip
