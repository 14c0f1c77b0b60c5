"""The store of a team: row-level security channel by channel, and the same rows as the file gives."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.servers import Server, server
from ledger.small_ledgers import doc, refused, stock
from rampart.findings import Finding, PlaceError
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger, written
from rampart.ledger.store import postgres
from rampart.ledger.store.connection import Books
from rampart.ledger.store.opening import LedgerError

__all__ = ["server"]
AT = 1_730_000_000_000_000
"""A moment in October 2024."""


@pytest.fixture
def two(server: Server) -> Iterator[tuple[Ledger, Ledger]]:
    """The books of two nations, each by a login of its own, and a delivery between them."""
    name = server.fresh("two")
    a, u = server.login("login_a", "XAA", database=name), server.login("login_u", "XUU", database=name)
    with open_ledger(a) as xaa, open_ledger(u) as xuu:
        xaa.post(
            doc("p", "production", "2024-01-10", 9, lot="00123"),
            doc("d", "dispatch", "2024-01-11", 4, lot="*", to="XUU"),
        )
        xuu.post(doc("own", "production", "2024-01-10", 3, nation="XUU"))
        yield xaa, xuu


def received(quantity: int) -> Document:
    line = Line("round", quantity, lot="00123", outcome="received")
    return doc("r", "receipt", "2024-01-20", nation="XUU", sender="XAA", of="d", lines=[line])


def test_a_delivery_between_two_logins(two: tuple[Ledger, Ledger]) -> None:
    xaa, xuu = two
    xuu.post(received(4))
    assert stock(xuu, "XUU") == {"": 3, "00123": 4}
    (delivery,) = xaa.deliveries()
    assert (delivery.in_transit, delivery.delivered) == (0, 4)
    assert xaa.verify() == [] and xuu.verify() == []
    assert refused(xuu, received(4)) == [], "the same again"
    xuu.post(doc("back", "reversal", "2024-01-21", nation="XUU", reverses="r"))
    assert xaa.deliveries()[0].in_transit == 4
    more = [Line("round", 5, lot="00123", outcome="received")]
    assert refused(xuu, doc("r2", "receipt", "2024-01-20", nation="XUU", sender="XAA", of="d", lines=more)) == [
        "ledger-more-than-sent"
    ]


def test_nothing_of_another_nation_is_seen(two: tuple[Ledger, Ledger]) -> None:
    _, xuu = two
    assert {d.nation for d in xuu.documents()} == {"XUU"} and {b.nation for b in xuu.balances()} == {"XUU"}
    assert set(xuu.heads()) == {"XUU"} and xuu.stock_lots(on="2024-12-31")[0].holder == "XUU"
    store = xuu._store
    for query in (
        "SELECT * FROM documents",
        "SELECT count(*) FROM entries WHERE nation = 'XAA'",
        "SELECT max(booked) FROM documents",
    ):
        rows = store.rows(sa.text(query))
        assert ("XAA" not in str(rows) and rows[0][0] in ("XUU", 0)) or "max" in query
    own = max(d.booked for d in xuu.documents())
    assert store.rows(sa.text("SELECT max(booked) FROM documents")) == [(own,)]
    assert refused(xuu, doc("p", "production", "2024-01-10", 1, nation="XUU")) == [], (
        "a key that another nation has is free"
    )
    assert refused(xuu, doc("x", "production", "2024-01-10", 1)) == ["ledger-foreign"]
    unknown, theirs = ([f.message() for f in errors(xuu, doc("q", "reversal", "2024-02-01", nation="XUU", reverses=key))]
                       for key in ("nothing", "d"))  # fmt: skip
    assert [m.replace("nothing", "d") for m in unknown] == theirs


def errors(ledger: Ledger, document: Document) -> list[Finding]:
    with pytest.raises(LedgerError) as wrong:
        ledger.post(document)
    return list(wrong.value.findings)


def test_a_statement_past_the_program_sees_nothing(two: tuple[Ledger, Ledger], server: Server) -> None:
    import psycopg

    with psycopg.connect(server.url("login_u", "two"), autocommit=True) as raw:
        for statement in (
            "SELECT * FROM rampart.documents",
            "SELECT * FROM rampart.readers",
            "SELECT * FROM rampart.entries",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)
        raw.execute("SET ROLE rampart_member")
        assert raw.execute("SELECT count(*) FROM rampart.documents").fetchone() == (0,), "no nation is set"
        raw.execute("SELECT set_config('rampart.nations', 'XAA', false)")
        assert raw.execute("SELECT count(*) FROM rampart.documents").fetchone() == (0,), (
            "the login does not speak for it"
        )
        raw.execute("SELECT set_config('rampart.nations', '*', false)")
        assert raw.execute("SELECT DISTINCT nation FROM rampart.documents").fetchall() == [("XUU",)], (
            "its own, and no more"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("UPDATE rampart.documents SET day = '2000-01-01'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as told:
            raw.execute("INSERT INTO rampart.documents VALUES ('XAA', 1, 'p', 'use', 'd', 1, 'a', 'b', 'h', NULL)")
        assert "production" not in str(told.value) and "00123" not in str(told.value)
    assert "policy" not in str(errors(two[1], doc("x", "production", "2024-01-10", 1))[0])


def test_scopes_end_with_their_transaction_and_do_not_nest(two: tuple[Ledger, Ledger]) -> None:
    store = two[1]._store
    assert isinstance(store, postgres.ServerStore)
    store.begin_reading()
    with pytest.raises(RuntimeError, match="nest"):
        store.begin_writing(Books(frozenset({"XUU"}), across=True))
    store.roll_back()
    left = store.driver.execute("SELECT current_setting('rampart.nations', true), current_user").fetchone()
    assert left in (("", "login_u"), (None, "login_u"))
    store.begin_writing(Books(frozenset({"XUU"}), across=True))  # as a receipt does, then the connection is used again
    store.roll_back()
    assert {d.nation for d in two[1].documents()} == {"XUU"}


def test_who_is_refused(server: Server, two: tuple[Ledger, Ledger]) -> None:
    def code(url: str, **how: object) -> str:
        with pytest.raises((LedgerError, PlaceError)) as wrong:
            open_ledger(url, **how)  # type: ignore[arg-type]
        return wrong.value.findings[0].code

    assert code(server.url("root_of_tests", "two")) == "ledger-sees-all"
    assert code(server.url("owner", "two")) == "ledger-sees-all"
    server.sql("two", "CREATE ROLE passes LOGIN BYPASSRLS NOINHERIT", "GRANT USAGE ON SCHEMA rampart TO passes")
    assert code(server.url("passes", "two")) == "ledger-sees-all"
    assert code(server.url("login_u", "two"), nations=["XAA"]) == "ledger-foreign"
    assert code(server.url("nobody_at_all", "two")) == "ledger-cannot-write"
    assert code(server.url("owner", "postgres")) == "ledger-none"
    assert "secret" not in postgres.shown("postgresql://a:secret@host/x")
    with pytest.raises(LedgerError, match="server"):
        two[0].backup(Path("copy"))


def test_the_alliance_reads_every_book(server: Server, two: tuple[Ledger, Ledger]) -> None:
    with open_ledger(server.login("login_all", "*", database="two")) as every:
        assert {d.nation for d in every.documents()} == {"XAA", "XUU"} and every.verify() == []
        with open_ledger(server.url("login_all", "two"), nations=["XAA"]) as one:
            assert {d.nation for d in one.documents()} == {"XAA"}


def test_twenty_at_once_exactly_one_wins(server: Server) -> None:
    name = server.fresh("rush")
    urls = [server.login("login_a", "XAA", database=name)] * 20
    with open_ledger(urls[0]) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 5, lot="L"), doc("q", "production", "2024-01-10", 5, lot="M"))
    rushes = (
        lambda n: doc(f"u{n}", "use", "2024-01-11", 5, lot="L"),
        lambda n: doc("same", "production", "2024-01-11", n + 1),
        lambda n: doc(f"r{n}", "reversal", "2024-01-12", reverses="q"),
    )
    for rush in rushes:
        won: list[list[str]] = []
        gate = threading.Barrier(len(urls))

        def work(n: int, rush: object = rush, gate: threading.Barrier = gate, won: list[list[str]] = won) -> None:
            with open_ledger(urls[n]) as ledger:
                gate.wait()
                won.append(refused(ledger, rush(n)))  # type: ignore[operator]

        threads = [threading.Thread(target=work, args=(n,)) for n in range(len(urls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = sorted(map(tuple, won))
        assert (
            told[0] == ()
            and len(set(told[1:])) == 1
            and set(told[1]) < {"ledger-below-zero", "ledger-key-taken", "ledger-reversed"}
        )
    with open_ledger(urls[0]) as ledger:
        assert ledger.verify() == [] and len(ledger.documents()) == 5


def story(rng: random.Random) -> Iterator[list[Document]]:
    """Postings of two nations at random: lots named and chosen, deliveries in parts, counts, corrections, some of it wrong."""
    dispatched: list[str] = []
    for n in range(40):
        nation, day = rng.choice(("XAA", "XUU")), f"2024-0{rng.randint(1, 5)}-1{rng.randint(0, 9)}"
        lot, quantity = rng.choice(("A", "é", "1E5", "*", "")), rng.randint(1, 9)
        kind = rng.choice(
            ("production", "production", "use", "dispatch", "receipt", "count", "reversal", "pledge", "issue")
        )
        said: dict[str, Any] = {"nation": nation}
        if kind == "production":
            lot = lot.replace("*", "B")
            said["expires"] = {"A": "2024-03-31", "B": "2030-01-01"}.get(lot, "")
        if kind in ("dispatch", "pledge"):
            said["to"] = "XUU" if nation == "XAA" else "XAA"
            dispatched += [f"{nation} k{n}"] if kind == "dispatch" else []
        if kind == "receipt":
            sender, of = rng.choice(dispatched).split() if dispatched else ("XAA", "none")
            outcome = rng.choice(("received", "received", "lost", "returned", "condemned"))
            said |= {
                "nation": "XUU" if sender == "XAA" else "XAA",
                "sender": sender,
                "of": of,
                "outcome": outcome,
                "reason": "r",
            }
        if kind == "reversal":
            yield [doc(f"k{n}", kind, "2024-06-01", nation=nation, reverses=f"k{rng.randint(0, n)}")]
            continue
        if kind == "count":
            said["stands"] = rng.choice(("before", "after"))
        yield [doc(f"k{n}", kind, day, quantity, lot=lot, **said)]


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 100))])
def test_both_stores_give_the_same_rows(server: Server, tmp_path: Path, seed: int) -> None:
    url = server.login("login_all", "*", database=server.fresh("same"))
    with open_ledger(tmp_path / "a", create=True) as one, open_ledger(url) as other:
        kept = 0
        for n, posting in enumerate(story(random.Random(seed))):
            told = []
            for ledger in (one, other):
                try:
                    told.append([(r.key, r.number, r.hash, r.there) for r in ledger.post(*posting, at=AT + n)])
                except LedgerError as wrong:
                    told.append([(f.code, f.table, f.row, f.value, dict(f.details)) for f in wrong.findings])
            assert told[0] == told[1]
            kept += isinstance(told[0][0][1], int)
        assert 8 < kept < 40
        known = written(AT + 20)
        for ask in (
            lambda x: x.documents(), lambda x: x.documents(known=known), lambda x: x.balances(), lambda x: x.deliveries(),
            lambda x: x.balances(on="2024-03-15", known=known), lambda x: x.counts(), lambda x: x.heads(),
            lambda x: x.stock_lots(on="2024-04-01"), lambda x: x.verify(), lambda x: x.audit(known="2024-07-01"),
        ):  # fmt: skip
            assert ask(one) == ask(other)


def test_both_stores_find_what_names_a_code_and_leave_out_what_was_taken_back(server: Server, tmp_path: Path) -> None:
    said = [
        Document("XAA", "p", "production", "2024-01-10", "a", "s", lines=(Line("round", 3),), of="line"),
        Document("XAA", "o", "order", "2024-01-11", "a", "s", lines=(Line("round", 9),), of="deal"),
        Document("XAA", "wrong", "order", "2024-01-12", "a", "s", lines=(Line("round", 8),), of="deal"),
        Document("XAA", "back", "reversal", "2024-01-13", "a", "s", reverses="wrong"),
        Document("XUU", "o", "order", "2024-01-12", "a", "s", lines=(Line("round", 7),), of="deal"),
    ]
    login = server.login("login_about", "*", database=server.fresh("about"))
    with open_ledger(tmp_path / "a", create=True) as file, open_ledger(login) as served:
        for ledger in (file, served):
            for one in said:
                ledger.post(one)
            found = ledger.about("deal", "line", kinds=("order", "production"), most=9)
            assert [(d.nation, d.key) for d in found] == [("XUU", "o"), ("XAA", "o"), ("XAA", "p")]
            assert [d.key for d in ledger.about("deal", kinds=("order",), most=1)] == ["o"]
            assert ledger.about("nothing", kinds=("order",), most=9) == []
