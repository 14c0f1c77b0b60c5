"""Things that get another name: balances and chains survive, what was known before stays as it was, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.servers import Server, server
from ledger.small_ledgers import doc, refused, stock
from rampart.ledger.actual.happened import happened
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, moment, open_ledger

__all__ = ["server"]


@pytest.fixture(params=["file", "server"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "file":
        place: Any = open_ledger(tmp_path / "a", create=True)
    else:
        made: Server = request.getfixturevalue("server")
        name = made.fresh("names")
        place = open_ledger(made.login("names_all", "*", database=name))
    with place as opened:
        yield opened


def items(ledger: Ledger, part: str = "item", **when: Any) -> dict[str, int]:
    """Stock by item, or by another part of the account."""
    found: Counter[str] = Counter()
    for b in ledger.balances(**when):
        if b.account.kind == "stock":
            found[getattr(b.account, part)] += b.quantity
    return dict(found)


def rename(key: str, day: str, of: str, to: str, **said: str) -> Document:
    return doc(key, "renaming", day, of=of, to=to, **said)


def test_an_item_is_renamed_and_what_was_known_stays(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 100, item="shot", lot="L1", expires="2026-01-01"),
                at=moment("2024-01-11"))  # fmt: skip
    ledger.post(rename("n", "2024-03-01", "shot", "round"), at=moment("2024-03-05"))
    assert items(ledger, on="2024-02-29") == {"shot": 100} and items(ledger, on="2024-03-01") == {"round": 100}
    assert items(ledger, on="2024-12-31", known="2024-03-04") == {"shot": 100}
    # the old code still reaches it, the new one too, and both keep below zero out on every later day
    ledger.post(doc("u", "use", "2024-03-02", 30, item="round", lot="*"), at=moment("2024-03-06"))
    ledger.post(doc("v", "use", "2024-03-03", 30, item="shot", lot="L1"), at=moment("2024-03-07"))
    assert items(ledger) == {"round": 40}
    assert refused(ledger, doc("w", "use", "2024-02-01", 41, item="shot", lot="L1")) == ["ledger-below-zero"]
    assert refused(ledger, doc("w", "use", "2024-04-01", 41, item="round", lot="L1")) == ["ledger-below-zero"]
    # a late document of before changes what the new name has, not what was known then
    ledger.post(doc("late", "use", "2024-02-01", 10, item="shot", lot="L1"))
    assert items(ledger) == {"round": 30} and items(ledger, on="2024-02-15") == {"shot": 90}
    assert items(ledger, known="2024-03-08") == {"round": 40}
    (lot,) = ledger.stock_lots(on="2024-06-01")
    assert (lot.item, lot.lot, lot.quantity, lot.since, lot.expires) == ("round", "L1", 30, "2024-01-10", "2026-01-01")
    assert {at.item for at in happened(ledger.documents())} == {"round"}
    assert ledger.verify() == []


def test_a_renaming_taken_back_and_what_rests_on_it(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 100, item="shot"), rename("n", "2024-03-01", "shot", "round"))
    back = doc("b", "reversal", "2024-03-02", reverses="n")
    ledger.post(doc("u", "use", "2024-03-02", 30))
    assert refused(ledger, back) == ["ledger-below-zero"]
    ledger.post(back, doc("ub", "reversal", "2024-03-02", reverses="u"))
    assert items(ledger) == {"shot": 100} and ledger.verify() == []


def test_two_become_one_and_lots_stay_apart(ledger: Ledger) -> None:
    ledger.post(
        doc("a", "production", "2024-01-10", 10, item="shot", lot="A", expires="2030-01-01"),
        doc("b", "production", "2024-01-10", 20, item="ball", lot="B", expires="2029-01-01"),
        doc("c", "production", "2024-01-10", 5, item="bolt", lot="A"),
        rename("n1", "2024-03-01", "shot", "round"),
        rename("n2", "2024-03-01", "ball", "round"),
    )
    assert items(ledger) == {"round": 30, "bolt": 5}
    assert refused(ledger, rename("n3", "2024-03-02", "bolt", "round")) == ["ledger-lots-meet"]
    assert refused(ledger, rename("n4", "2024-03-02", "shot", "bolt")) == ["ledger-renamed"]
    assert refused(ledger, rename("n5", "2024-03-02", "bolt", "ball")) == ["ledger-renamed"]
    assert refused(ledger, rename("n6", "2024-03-02", "bolt", "nut", what="colour")) == ["ledger-choice"]
    ledger.post(doc("u", "use", "2024-03-05", 25, lot="*"))  # first expired, first out, over what was two items
    assert stock(ledger) == {"A": 5 + 5}
    assert refused(ledger, doc("v", "use", "2024-02-01", 1, item="ball", lot="*")) == ["ledger-lots-short"]


def test_one_becomes_several(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", lines=[Line("shot", 60, lot="A"), Line("shot", 40, lot="B")]))
    parts = [Line("short", 60, lot="A"), Line("long", 30, lot="B")]
    ledger.post(doc("s", "split", "2024-02-01", of="shot", lines=parts))
    assert items(ledger) == {"short": 60, "long": 30, "shot": 10} and items(ledger, on="2024-01-31") == {"shot": 100}
    between = [b.quantity for b in ledger.balances() if b.account.kind == "split"]
    assert sum(between) == 0 and sorted(between) == [-60, -30, 30, 60]
    more = doc("s2", "split", "2024-02-02", of="shot", lines=[Line("long", 11, lot="B")])
    assert refused(ledger, more) == ["ledger-below-zero"]
    assert refused(ledger, doc("s3", "split", "2024-02-02", of="shot", lines=[Line("shot", 1, lot="B")])) == [
        "ledger-split-same"
    ]
    assert refused(ledger, doc("s4", "split", "2024-02-02", of="shot", lines=[Line("long", 1, lot="*")])) == [
        "ledger-lot-to-name"
    ]
    ledger.post(doc("back", "reversal", "2024-02-03", reverses="s"))
    assert items(ledger) == {"shot": 100} and ledger.verify() == []


def test_sites_and_nations_have_names_too(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 100, site="north"), doc("q", "production", "2024-01-10", 7, site="south"),
                doc("h", "production", "2024-01-10", 9, holder="XBB", site="south"))  # fmt: skip
    ledger.post(
        rename("n", "2024-02-01", "south", "north", what="site"), rename("m", "2024-02-01", "XBB", "XBC", what="nation")
    )
    assert items(ledger, "site") == {"north": 116} and items(ledger, "site", on="2024-01-31") == {
        "north": 100,
        "south": 16,
    }
    assert items(ledger, "holder") == {"XAA": 107, "XBC": 9}
    ledger.post(doc("u", "use", "2024-02-02", 105, site="north"))
    assert refused(ledger, doc("v", "use", "2024-02-03", 3, site="north")) == ["ledger-below-zero"]
    ledger.post(doc("s", "split", "2024-02-05", of="north", what="site", lines=[Line("round", 2, site="east")]))
    assert items(ledger, "site") == {"north": 9, "east": 2} and ledger.verify() == []


def test_a_delivery_goes_on_under_another_name(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 50, item="shot", lot="A"),
                doc("d", "dispatch", "2024-01-20", 50, item="shot", lot="A", to="XUU"),
                rename("n", "2024-02-01", "shot", "round"))  # fmt: skip
    line = [Line("round", 50, lot="A", outcome="received")]
    ledger.post(doc("r", "receipt", "2024-02-10", nation="XUU", sender="XAA", of="d", lines=line))
    (delivery,) = ledger.deliveries()
    assert (delivery.item, delivery.in_transit, delivery.delivered) == ("round", 0, 50) and ledger.verify() == []


def test_a_count_under_the_new_name_is_of_what_was_booked_under_the_old(ledger: Ledger) -> None:
    ledger.post(doc("p", "production", "2024-01-10", 50, item="shot", lot="A"), rename("n", "2024-02-01", "shot", "round"),
                doc("c", "count", "2024-02-03", 48, lot="A", stands="after"))  # fmt: skip
    (counted,) = ledger.counts()
    assert (counted.booked, counted.difference) == (50, -2)


DAYS = [f"2024-{month:02}-10" for month in range(1, 7)]
CODES = ["a", "b", "c", "d"]
moves = st.tuples(st.sampled_from(["in", "out"]), st.sampled_from(DAYS), st.sampled_from(CODES), st.integers(1, 9))
names = st.tuples(st.just("name"), st.sampled_from(DAYS), st.sampled_from(CODES), st.sampled_from(CODES))
story = st.lists(st.one_of(moves, moves, names), min_size=4, max_size=14)


def by_hand(said: list[tuple[Any, ...]], day: str) -> dict[str, int]:
    """Stock by name at the end of a day: each unit booked so far is called what its code is called then."""
    renamings = sorted((r for r in said if r[0] == "name"), key=lambda r: r[1])
    found: Counter[str] = Counter()
    for what, when, code, quantity in said:
        if what != "name" and when <= day:
            for _, since, old, new in renamings:
                if since <= day and code == old:
                    code = new
            found[code] += quantity if what == "in" else -quantity
    return {code: n for code, n in found.items() if n}


@settings(max_examples=25, deadline=None)
@given(story)
def test_nothing_is_lost_whatever_is_renamed_when(said: list[tuple[Any, ...]]) -> None:
    """Beside a bookkeeper that gives every unit its name anew for each day: accepted where none is below zero on any day."""
    import tempfile

    kept: list[tuple[Any, ...]] = []
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "a", create=True) as ledger:
        for n, (what, day, code, other) in enumerate(said):
            if what == "name":
                document = rename(f"k{n}", day, code, other)
            else:
                document = doc(f"k{n}", "production" if what == "in" else "use", day, other, item=code)
            wrong = refused(ledger, document)
            sound = all(q >= 0 for d in DAYS for q in by_hand([*kept, said[n]], d).values())
            if not wrong:
                assert sound, said[n]
                kept.append(said[n])
            elif "ledger-renamed" not in wrong:
                assert not sound, (wrong, said[n])
            for when in DAYS:
                there = items(ledger, on=when)
                assert there == by_hand(kept, when)
                assert sum(there.values()) == sum(
                    q if w == "in" else -q for w, d, _, q in kept if w != "name" and d <= when
                )
        assert ledger.verify() == []
