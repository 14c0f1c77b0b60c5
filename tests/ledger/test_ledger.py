"""The ledger as a planner sees it: posting, balances at two times, corrections, parts of a delivery, counts, lots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.small_ledgers import doc, refused, stock
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, moment, open_ledger, written
from rampart.ledger.store.opening import LedgerError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "a.ledger", create=True) as opened:
        yield opened


def test_what_comes_in_is_there_and_the_book_balances(ledger: Ledger) -> None:
    ledger.post(doc("p1", "production", "2024-01-10", 100), doc("u1", "use", "2024-01-20", 30))
    assert stock(ledger) == {"": 70}
    assert stock(ledger, on="2024-01-15") == {"": 100}
    assert sum(b.quantity for b in ledger.balances()) == 0
    assert ledger.verify() == []


def test_two_times(ledger: Ledger) -> None:
    first = ledger.post(doc("p1", "production", "2024-01-10", 100), at=moment("2024-01-11"))
    ledger.post(doc("p0", "production", "2024-01-05", 7), at=moment("2024-02-11"))  # learned a month later
    assert stock(ledger, on="2024-01-10", known="2024-01-31") == {"": 100}
    assert stock(ledger, on="2024-01-10", known="2024-02-28") == {"": 107}
    assert stock(ledger, known=written(first[0].booked)) == {"": 100}
    assert stock(ledger, known="2024-01-10") == {}
    assert [d.key for d in ledger.documents(known="2024-01-31")] == ["p1"]
    with pytest.raises(LedgerError, match="not a moment"):
        ledger.balances(known="soon")


def test_the_store_moves_a_moment_past_the_last_one(ledger: Ledger) -> None:
    one = ledger.post(doc("p1", "production", "2024-01-10", 1), at=moment("2024-05-01"))
    two = ledger.post(doc("p2", "production", "2024-01-10", 1), at=moment("2024-04-01"))
    assert two[0].booked == one[0].booked + 1


def test_below_zero_on_a_later_day_is_refused_and_the_day_named(ledger: Ledger) -> None:
    ledger.post(doc("p1", "production", "2024-01-10", 100), doc("u1", "use", "2024-03-01", 90))
    with pytest.raises(LedgerError) as wrong:
        ledger.post(doc("late", "use", "2024-02-01", 20))
    (finding,) = wrong.value.findings
    assert finding.code == "ledger-below-zero"
    assert "2024-03-01" in finding.message() and "10 below zero" in finding.message()
    assert "le 2024-03-01" in finding.message("fr")
    assert stock(ledger) == {"": 10}
    assert refused(ledger, doc("early", "use", "2024-01-01", 1)) == ["ledger-below-zero"]
    ledger.post(doc("p2", "production", "2024-01-10", 5, lot="00123", item="fuze"))
    with pytest.raises(LedgerError, match=r"lots that were: 00123\.") as wrong:
        ledger.post(doc("w", "use", "2024-02-01", 2, lot="123", item="fuze"))
    assert "lots qui l’ont été" in wrong.value.findings[0].message("fr")


def test_the_same_again_changes_nothing_and_other_content_is_refused(ledger: Ledger) -> None:
    p1 = doc("p1", "production", "2024-01-10", 100)
    one, two = ledger.post(p1)[0], ledger.post(p1)[0]
    assert (one.there, two.there, one.hash == two.hash) == (False, True, True)
    assert len(ledger.post(p1, doc("p2", "production", "2024-01-10", 1), doc("p2", "production", "2024-01-10", 1))) == 2
    assert refused(ledger, doc("p1", "production", "2024-01-10", 101)) == ["ledger-key-taken"]
    twice = (doc("p3", "production", "2024-01-10", 1), doc("p3", "production", "2024-01-10", 2))
    assert refused(ledger, *twice) == ["ledger-key-taken"]
    assert ledger.post(doc("p1", "production", "2024-01-10", 100, nation="XBB"))[0].number == 1  # a key is a nation's


def test_a_correction_is_a_reversal_and_a_new_document_and_happens_once(ledger: Ledger) -> None:
    ledger.post(doc("p1", "production", "2024-01-10", 100), doc("u1", "use", "2024-01-20", 80), at=moment("2024-01-21"))
    back = doc("r1", "reversal", "2024-02-01", reverses="p1")
    assert refused(ledger, back) == ["ledger-below-zero"]  # alone it takes what was used
    ledger.post(back, doc("p1b", "production", "2024-01-10", 90), at=moment("2024-02-02"))
    assert stock(ledger, on="2024-01-15") == {"": 90}
    assert stock(ledger, on="2024-01-15", known="2024-01-31") == {"": 100}
    assert refused(ledger, doc("r2", "reversal", "2024-02-03", reverses="p1")) == ["ledger-reversed"]
    assert refused(ledger, doc("r3", "reversal", "2024-02-03", reverses="r1")) == ["ledger-not-reversible"]
    assert refused(ledger, doc("r4", "reversal", "2024-02-03", reverses="nothing")) == ["ledger-no-document"]
    assert refused(ledger, doc("r5", "reversal", "2024-01-01", reverses="p1b")) == ["ledger-before"]
    assert ledger.verify() == []


def send(ledger: Ledger) -> None:
    ledger.post(
        doc("p", "production", "2024-01-10", 100, lot="L1"),
        doc("d", "dispatch", "2024-02-01", 60, lot="L1", to="XUU"),
    )


def take_in(key: str, day: str, *parts: tuple[int, str], **said: str) -> Document:
    lines = [Line("round", n, lot="L1", outcome=o, reason="" if o == "received" else "seen") for n, o in parts]
    return doc(key, "receipt", day, nation="XUU", sender="XAA", of="d", lines=lines, **said)


def test_a_delivery_in_parts(ledger: Ledger) -> None:
    """Sent = received + returned + condemned + lost + in transit, by lot, after every document."""
    send(ledger)
    whole = [take_in("a", "2024-02-10", (20, "received"), (5, "lost")), take_in("b", "2024-02-20", (10, "returned"))]
    whole.append(take_in("c", "2024-03-01", (4, "condemned"), (1, "received")))
    for receipt in whole:
        ledger.post(receipt)
        parts = Counter({k: stock(ledger, kind=k).get("L1", 0) for k in ("transit", "delivered", "lost", "condemned")})
        kept = stock(ledger)["L1"] - 40
        assert sum(parts.values()) + kept == 60
    assert parts == {"transit": 20, "delivered": 21, "lost": 5, "condemned": 4} and kept == 10
    assert stock(ledger, "XUU") == {"L1": 21}
    (delivery,) = ledger.deliveries()
    assert (delivery.in_transit, delivery.delivered, delivery.in_transit_since) == (20, 21, "2024-02-01")
    assert [d.in_transit for d in ledger.deliveries(on="2024-02-05")] == [60]
    assert refused(ledger, take_in("e", "2024-03-02", (21, "received"))) == ["ledger-more-than-sent"]
    with pytest.raises(LedgerError) as wrong:
        ledger.post(take_in("e", "2024-03-02", (21, "received")))
    assert [f.table for f in wrong.value.findings] == ["e"], "not a document that nobody handed in"
    with pytest.raises(LedgerError, match="By 2024-01-31 more of"):
        ledger.post(take_in("f", "2024-01-31", (1, "received")))
    assert ledger.verify() == []


def test_a_receipt_taken_back_is_taken_back_in_both_books(ledger: Ledger) -> None:
    send(ledger)
    ledger.post(take_in("a", "2024-02-10", (20, "received")))
    own = ledger.documents()
    assert [d.key for d in own if d.nation == "XAA"] == ["p", "d", "outcome:XUU:a"]
    taken = doc("x", "reversal", "2024-02-12", reverses="outcome:XUU:a")
    assert refused(ledger, taken) == ["ledger-not-reversible"]
    ledger.post(doc("ra", "reversal", "2024-02-11", nation="XUU", reverses="a"))
    assert stock(ledger, kind="transit") == {"L1": 60}
    assert stock(ledger, "XUU") == {}
    ledger.post(
        take_in("b", "2024-02-10", (2, "received")), doc("rb", "reversal", "2024-02-11", nation="XUU", reverses="b")
    )
    assert stock(ledger, kind="transit") == {"L1": 60}
    assert ledger.verify() == []


def test_delivered_needs_a_receipt_or_a_witness(ledger: Ledger) -> None:
    send(ledger)
    told = {"lot": "L1", "to": "XUU", "of": "d"}
    assert refused(ledger, doc("w", "delivery", "2024-02-09", 60, **told)) == ["ledger-blank"]
    assert refused(ledger, doc("w", "delivery", "2024-02-09", 60, witness="clerk", **told)) == ["ledger-no-witness"]
    ledger.post(doc("w", "delivery", "2024-02-09", 60, witness="observer", **told))
    assert stock(ledger, kind="delivered") == {"L1": 60}


def test_a_dispatch_to_somebody_else_reads_like_none(ledger: Ledger) -> None:
    send(ledger)
    lines = [Line("round", 1, lot="L1", outcome="received")]
    found = []
    for of in ("d", "nothing"):
        with pytest.raises(LedgerError) as wrong:
            ledger.post(doc("a", "receipt", "2024-02-10", nation="XBB", sender="XAA", of=of, lines=lines))
        found.append(wrong.value.findings[0].message().replace(f"“{of}”", "?"))
    assert found[0] == found[1]
    assert refused(ledger, doc("rd", "reversal", "2024-02-02", reverses="d")) == []
    assert refused(ledger, take_in("a", "2024-02-10", (1, "received"))) == ["ledger-no-document"]


def test_promises_move_nothing(ledger: Ledger) -> None:
    ledger.post(doc("g", "pledge", "2024-01-01", 500, to="XUU"), doc("c", "contract", "2024-01-02", 300, to="XUU"))
    assert stock(ledger) == {}
    (delivery,) = ledger.deliveries()
    assert delivery[:7] == ("XAA", "XUU", "round", 500, 300, 0, 0)
    assert ledger.audit() == []


def test_a_count_stays_and_its_difference_is_derived(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 100), doc("u", "use", "2024-02-01", 30), at=moment("2024-02-01"))
    ledger.post(
        doc("before", "count", "2024-02-01", 95, stands="before"), doc("after", "count", "2024-02-01", 65, stands="after"),
        doc("wrong", "count", "2024-02-01", 0, stands="after"), at=moment("2024-02-02"),
    )  # fmt: skip
    ledger.post(doc("back", "reversal", "2024-02-03", reverses="wrong"), at=moment("2024-02-03"))
    assert [(c.key, c.counted, c.difference) for c in ledger.counts()] == [("before", 95, -5), ("after", 65, -5)]
    late = ledger.post(doc("late", "use", "2024-01-20", 2), at=moment("2024-03-01"))
    assert [(c.counted, c.difference) for c in ledger.counts()] == [(95, -3), (65, -3)]
    assert [c.difference for c in ledger.counts(known="2024-02-28")] == [-5, -5]
    assert [f.code for f in ledger.audit()] == ["ledger-count-differs"] * 2
    assert late[0].number == 7
    lost = doc("a", "adjustment out", "2024-02-01", 3, of="before", reason="not found")
    assert refused(ledger, lost.with_lines((Line("round", 3),))) == ["ledger-blank"]
    ledger.post(lost)
    assert [c.difference for c in ledger.counts()] == [0, 0]
    assert ledger.audit() == []


def test_an_adjustment_dated_before_its_count_is_counted_once(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 100), doc("k", "count", "2024-02-01", 97, stands="before"))
    ledger.post(doc("a", "adjustment out", "2024-01-31", 3, of="k", reason="not found"))
    assert [c.difference for c in ledger.counts()] == [0]
    ledger.post(doc("b", "adjustment in", "2024-01-31", 1, of="k", reason="found behind a door"))
    assert [c.difference for c in ledger.counts()] == [-1]


def test_long_on_the_way_is_a_finding(ledger: Ledger) -> None:
    send(ledger)
    assert ledger.audit(known="2024-04-01") == []  # as known then, nothing was booked
    assert [f.code for f in ledger.audit()] == ["ledger-long-on-the-way"]
    assert "XUU" in ledger.audit()[0].message("fr")


def test_first_expired_first_out_is_chosen_once_and_written_down(ledger: Ledger) -> None:
    ledger.post(
        doc("a", "production", "2024-01-01", 10, lot="new", expires="2030-01-01"),
        doc("b", "production", "2024-01-01", 10, lot="old", expires="2025-01-01"),
        doc("c", "production", "2024-01-01", 10, lot="gone", expires="2024-01-15"),
    )
    used = doc("u", "use", "2024-02-01", 15, lot="*")
    ledger.post(used)
    lines = ledger.documents()[-1].document.lines
    assert [(x.lot, x.quantity) for x in lines] == [("old", 10), ("new", 5)]
    assert ledger.post(used)[0].there
    assert stock(ledger) == {"new": 5, "gone": 10}
    assert refused(ledger, doc("u2", "use", "2024-02-01", 6, lot="*")) == ["ledger-lots-short"]
    assert refused(ledger, doc("u3", "use", "2024-02-01", 1, lot="gone")) == ["ledger-lot-expired"]
    two = doc("t", "production", "2024-01-01", 1, lot="old", expires="2026-01-01")
    assert refused(ledger, two) == ["ledger-two-expiries"]
    ledger.post(doc("x", "condemnation", "2024-02-01", 10, lot="gone"))
    ledger.post(doc("y", "demilitarisation", "2024-02-02", 4, lot="*", condition="condemned"))
    assert stock(ledger, kind="disposed") == {"gone": 4}
    assert refused(ledger, doc("z", "production", "2024-02-01", 1, lot="*")) == ["ledger-lot-to-name"]


def test_lots_are_not_guessed(ledger: Ledger) -> None:
    ledger.post(doc("a", "production", "2024-01-01", 10, lot="A"))
    ledger.post(doc("u", "use", "2024-01-02", 4, lot="*"))  # one lot only: no guess
    ledger.post(doc("b", "production", "2024-01-01", 10, lot="B", expires="2025-01-01"))
    assert refused(ledger, doc("v", "use", "2024-01-02", 1, lot="*")) == ["ledger-lots-ambiguous"]
    ledger.post(doc("w", "use", "2024-03-01", 10, lot="B"))
    ledger.post(doc("x", "use", "2024-02-01", 6, lot="*"))  # what is needed later is not there
    both = doc("y", "use", "2024-03-01", lines=[Line("round", 1, lot="*"), Line("round", 1, lot="*")])
    assert refused(ledger, both) == ["ledger-lots-short"] * 2


def test_two_lines_of_one_document_do_not_take_the_same_units(ledger: Ledger) -> None:
    ledger.post(doc("a", "production", "2024-01-01", 10, lot="A"))
    ledger.post(doc("y", "use", "2024-03-01", lines=[Line("round", 6, lot="*"), Line("round", 4, lot="*")]))
    assert stock(ledger) == {}


def test_repair_and_conditions(ledger: Ledger) -> None:
    ledger.post(doc("o", "opening", "2024-01-01", 10, item="gun"), doc("i", "issue", "2024-01-02", 1, item="gun"))
    ledger.post(doc("c", "repair in", "2024-01-03", 3, item="gun"), doc("d", "repair out", "2024-01-09", 2, item="gun"))
    assert stock(ledger) == {"": 8} and stock(ledger, kind="repair") == {"": 1}
    assert refused(ledger, doc("e", "repair out", "2024-01-10", 2, item="gun")) == ["ledger-below-zero"]


def test_the_form_of_documents(ledger: Ledger) -> None:
    bad = Document("", "outcome:k", "magic", "2024-2-1", "", "", grade="sure")
    assert sorted(refused(ledger, bad)) == sorted(
        ["ledger-blank"] * 3 + ["ledger-choice", "ledger-key-reserved", "ledger-day", "ledger-choice"]
    )
    assert refused(ledger, doc("o", "outcome", "2024-01-01", 1)) == ["ledger-choice"]
    assert refused(ledger, doc("p", "production", "2024-01-01")) == ["ledger-blank"]
    assert refused(ledger, doc("p", "production", "2024-01-01", 0)) == ["ledger-quantity"]
    assert refused(ledger, doc("p", "production", "2024-01-01", 1, item="")) == ["ledger-blank"]
    assert refused(ledger, doc("p", "production", "2024-01-01", 1, expires="soon")) == ["ledger-day"]
    assert refused(ledger, doc("p", "production", "2924-01-01", 1)) == ["ledger-future"]
    assert refused(ledger, doc("c", "count", "2024-01-01", 0)) == ["ledger-stands"]
    assert refused(ledger, doc("c", "count", "2024-01-01", 0, stands="noon")) == ["ledger-choice"]
    assert refused(ledger, take_in("a", "2024-01-01", (1, "eaten"))) == ["ledger-choice"]
    assert refused(ledger, doc("d", "decision taken", "2024-01-01", note="order 500")) == []


def test_only_the_books_that_are_open(ledger: Ledger, tmp_path: Path) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 1), doc("p", "production", "2024-01-10", 2, nation="XBB"))
    with open_ledger(tmp_path / "a.ledger", nations=["XBB"]) as one:
        assert [b.nation for b in one.balances() if b.quantity > 0] == ["XBB"]
        assert one.heads().keys() == {"XBB"}
        assert refused(one, doc("q", "production", "2024-01-10", 1)) == ["ledger-foreign"]
        assert one.verify() == []
