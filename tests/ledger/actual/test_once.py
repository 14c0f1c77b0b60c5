"""Everything is there once in a plan made anew: in a stock, on the way, on order or owed; also what is not told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from ledger.actual.went_as_planned import doc, month_of, opening, tiny
from rampart.case.tables import Case
from rampart.findings import FindingsError
from rampart.ledger.actual.planned import planned
from rampart.ledger.actual.replanning import position
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.network.carried_on import carried_on
from rampart.plan.planning import plan
from rampart.results.result import Result

GONE = ("returned", "condemned", "lost")


@pytest.fixture(scope="module")
def first() -> Result:
    return plan(tiny(), reasons="none", give_or_keep=False)


@pytest.fixture
def ledger(tmp_path: Path, first: Result) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "a", create=True) as made:
        made.post(*[d for d in opening(first.case) if d.nation != "XUU"])
        yield made


def where(case: Case) -> dict[tuple[str, ...], float]:
    """What there is: in stock, on the way by month, placed from the start on, promised, to be made good."""
    found: Counter[tuple[str, ...]] = Counter()
    for r in case["stocks"].iter_rows(named=True):
        found["stock", r["holder"], r["item"]] += r["quantity"]
    start = case.settings["start"]
    for r in case["deliveries"].iter_rows(named=True):
        if r["status"] == "pledged" or (r["status"] == "in_transit" and r["month"] >= start):
            found[r["status"], r["donor"], r["recipient"], r["month"]] += r["quantity"]
        if r["backfill_by"]:
            back = r["quantity"] if r["backfill_quantity"] is None else r["backfill_quantity"]
            found["made good", r["backfill_by"], r["donor"]] += back
    for r in case["orders"].iter_rows(named=True):
        if r["month"] >= start:
            found["order", r["buyer"], r["ship_to"] or r["buyer"], r["item"], r["month"]] += r["quantity"]
    return {at: quantity for at, quantity in found.items() if abs(quantity) > 1e-6}


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 200))])
def test_what_is_not_reported_of_what_went_as_planned_changes_nothing(seed: int, first: Result, tmp_path: Path) -> None:
    """Of two or three months that went as planned some figures never come: those of a nation, or any. A figure is what is told
    of a kind of movement in an item in a month: of that all is told, or nothing.
    """
    chance = Random(seed)
    months = ["2025-01", "2025-02", "2025-03"][: chance.choice([2, 3])]
    silent = {n for n in ("XAA", "XBB", "XUU") if chance.random() < 0.3}
    share = chance.choice([0.0, 0.3, 0.7])
    posted = 0
    with open_ledger(tmp_path / "a", create=True) as ledger, open_ledger(tmp_path / "all", create=True) as every:
        for book in (ledger, every):
            book.post(*opening(first.case))
        for month in months:
            documents = month_of(every, first, month)
            every.post(*documents)
            figures: dict[tuple[str, ...], list[Document]] = {}
            for d in documents:
                figures.setdefault((d.nation, d.kind, d.lines[0].item), []).append(d)
            for (nation, *_), of in figures.items():
                if nation in silent or chance.random() < share:
                    continue
                with suppress(FindingsError):  # it rests on what did not come
                    ledger.post(*of)
                    posted += len(of)
        start = f"2025-{len(months) + 1:02d}"
        at = position(ledger, first, start)
        everything = position(every, first, start)
    assert where(everything.case) == pytest.approx(where(carried_on(first.case, first.tables, start)))
    assert where(at.case) == pytest.approx(where(everything.case)), (silent, share, posted)


def test_what_a_partner_that_keeps_no_book_was_sent_does_not_pile_up_on_the_way(ledger: Ledger, first: Result) -> None:
    for month in ("2025-01", "2025-02"):
        ledger.post(*[d for d in month_of(ledger, first, month) if d.nation != "XUU"])
    assert where(position(ledger, first, "2025-03").case) == pytest.approx(
        where(carried_on(first.case, first.tables, "2025-03"))
    )


def test_what_became_of_a_delivery_is_told_by_hand(ledger: Ledger, first: Result) -> None:
    """Of 10,250 to be sent by XBB in January 6,000 were: 3,000 arrive, 500 come back, 400 are condemned, 100 lost, and 2,000
    are on the way. 11,000 were pledged and are to be made good.
    """
    january = [d for d in month_of(ledger, first, "2025-01") if d.kind != "dispatch" and d.nation != "XUU"]
    ledger.post(*january, doc("XBB", "sent", "dispatch", "2025-01-10", "round", 6000, to="XUU"))
    told = [("received", 3000), *zip(GONE, (500, 400, 100), strict=True)]
    lines = tuple(Line("round", q, outcome=o, reason="" if o == "received" else "seen") for o, q in told)
    said = {"sender": "XBB", "of": "sent"}
    ledger.post(Document("XUU", "in", "receipt", "2025-02-10", "depot", "r", lines=lines, **said))  # type: ignore[arg-type]
    ledger.post(doc("XUU", "used", "use", "2025-02-20", "round", 1000))
    for nation, kind in (("XBB", "dispatch"), ("XUU", "use")):
        nothing = (Line("round", 0, about=kind, told="{}"),)
        day = "2025-02-28" if kind == "dispatch" else "2025-01-31"
        ledger.post(Document(nation, f"no {kind}", "return", day, "clerk", "r", lines=nothing))
    found = where(position(ledger, first, "2025-03").case)
    assert found["stock", "XBB", "round"] == 33_000 - 6000 + 500
    as_planned = planned(first)["2025-01", "receipt", "XUU", "round"]  # on the way at the start; nobody says what came
    assert found["stock", "XUU", "round"] == pytest.approx(as_planned + 3000 - 1000)
    assert found["in_transit", "XBB", "XUU", "2025-03"] == 2000
    pledged = sum(q for at, q in found.items() if at[:3] == ("pledged", "XBB", "XUU"))
    assert pledged == 11_000 - 3000 - 2000
    assert found["made good", "XBB", "XBB"] == 11_000, "what was given and what is still pledged, once"


def test_a_pledge_that_was_to_be_met_and_was_not_is_still_a_pledge(ledger: Ledger, first: Result) -> None:
    """All of it was to be sent by the end of February; nothing was, and nothing is to be made good twice."""
    nothing = (Line("round", 0, about="dispatch", told="{}"),)
    for month in ("2025-01", "2025-02"):
        ledger.post(Document("XBB", f"r {month}", "return", f"{month}-28", "clerk", "r", lines=nothing))
    at = position(ledger, first, "2025-03")
    found = where(at.case)
    assert sum(q for key, q in found.items() if key[0] == "pledged") == 11_000 == found["made good", "XBB", "XBB"]
    assert found["pledged", "XBB", "XUU", "2025-03"] == 4400, "of February and March"
    assert found["stock", "XBB", "round"] == 33_000


def test_a_witness_says_what_arrived_where_there_is_no_book(ledger: Ledger, first: Result) -> None:
    """It is there once, as if it had come when it was to come."""
    january = [d for d in month_of(ledger, first, "2025-01") if d.nation != "XUU"]
    ledger.post(*january)
    sent = next(d for d in january if d.kind == "dispatch" and d.nation == "XBB")
    held = where(position(ledger, first, "2025-02").case)
    line = (Line("round", sent.lines[0].quantity),)
    ledger.post(Document("XBB", "seen", "delivery", "2025-01-30", "clerk", "r", lines=line, to="XUU", of=sent.key,
                         witness="attaché"))  # fmt: skip
    found = where(position(ledger, first, "2025-02").case)
    assert (
        found.get(("stock", "XUU", "round"), 0.0) - held.get(("stock", "XUU", "round"), 0.0) == sent.lines[0].quantity
    )
    assert ("in_transit", "XBB", "XUU", "2025-02") not in found


def test_a_ledger_opened_or_counted_later_adds_nothing_of_the_months_before(first: Result, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "late", create=True) as ledger:
        ledger.post(doc("XAA", "open", "opening", "2025-01-31", "round", 50_000))
        assert where(position(ledger, first, "2025-02").case)["stock", "XAA", "round"] == 50_000
        february = sum(
            sign * planned(first).get(("2025-02", kind, "XAA", "round"), 0.0)
            for kind, sign in (("production", 1), ("use", -1), ("dispatch", -1))
        )
        assert february
        march = where(position(ledger, first, "2025-03").case)["stock", "XAA", "round"]
        assert march == pytest.approx(50_000 + february)
        ledger.post(doc("XAA", "count", "count", "2025-02-28", "round", 41_000, stands="after"))
        assert where(position(ledger, first, "2025-03").case)["stock", "XAA", "round"] == 41_000, "counted, not guessed"
        count = doc("XAA", "second", "count", "2025-01-31", "round", 47_000, stands="after")
        ledger.post(count)
        assert where(position(ledger, first, "2025-03").case)["stock", "XAA", "round"] == 41_000, "the last count"
        line = (Line("round", 9000, reason="not found"),)
        ledger.post(Document("XAA", "gone", "adjustment out", "2025-02-28", "clerk", "r", lines=line, of="count"))
        assert where(position(ledger, first, "2025-03").case)["stock", "XAA", "round"] == 41_000


def test_goods_on_the_way_to_a_member_are_received_not_made(first: Result) -> None:
    """A plan carried on has them as placed orders: a return that says that nothing was made does not make them late."""
    later = carried_on(first.case, first.tables, "2025-05")
    coming = later.tables["orders"].filter(buyer="XBB", ship_to="XAA", item="powder")
    assert coming["quantity"].sum() == 3300
    made = plan(later, reasons="none", give_or_keep=False)
    assert planned(made)["2025-05", "receipt", "XAA", "powder"] == pytest.approx(3300)
    assert ("2025-05", "production", "XAA", "powder") not in planned(made)


def test_a_renamed_item_is_the_one_of_the_plan(first: Result, tmp_path: Path) -> None:
    """The books call it otherwise until a day of the second month, or even of the month after: nothing changes by that."""

    def old(d: Document) -> Document:
        return replace(d, lines=tuple(replace(x, item="shell" if x.item == "round" else x.item) for x in d.lines))

    with open_ledger(tmp_path / "all", create=True) as every, open_ledger(tmp_path / "a", create=True) as ledger:
        every.post(*opening(first.case))
        ledger.post(*map(old, opening(first.case)))
        for month in ("2025-01", "2025-02"):
            documents = month_of(every, first, month)
            every.post(*documents)
            ledger.post(*map(old, documents))
        for nation, day in (("XAA", "2025-02-27"), ("XBB", "2025-03-02"), ("XUU", "2025-03-02")):
            ledger.post(Document(nation, "new", "renaming", day, "clerk", "r", of="shell", to="round", what="item"))
        want, got = (position(book, first, "2025-03") for book in (every, ledger))
    assert where(got.case) == where(want.case)
    assert got.figures == want.figures and not got.as_planned and not got.case.findings
