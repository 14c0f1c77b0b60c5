"""Posting: documents go in whole or not at all, in one transaction that is on the disk before anybody is told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from rampart.findings import Finding
from rampart.ledger.accounts import counterpart_key, counterpart_of
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.chain import FIRST, canonical, content_hash, link
from rampart.ledger.checks import balanced, below_zero, expired, form, names, packs, references
from rampart.ledger.documents import Document
from rampart.ledger.lots import choose
from rampart.ledger.store import reading, tables
from rampart.ledger.store.connection import Books, Store
from rampart.ledger.store.opening import LedgerError

RULES = (names, expired, balanced, below_zero)
"""The rules that are asked together; ``form`` goes before them, then ``references``."""


class Receipt(NamedTuple):
    """What the store says of a document: its number and hash, and whether it was there already."""

    nation: str
    key: str
    number: int
    hash: str
    booked: int
    there: bool


def now() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


Posting = tuple[Sequence[Document], int | None]
"""Documents to post together, and the moment of booking, for tests: moved on where something was booked at it, or later."""


def _form(documents: Sequence[Document]) -> list[Finding]:
    """What can be seen of documents by themselves."""
    return [finding for rule in (form, packs) for finding in rule.check(documents, MemoryBook())]


def write(store: Store, documents: Sequence[Document], *, at: int | None = None) -> list[Receipt]:
    """Post documents together. Raises LedgerError with every finding where one is refused: then nothing is posted."""
    (done,) = write_group(store, [(documents, at)])
    if isinstance(done, LedgerError):
        raise done
    return done


def write_group(store: Store, postings: Sequence[Posting]) -> list[list[Receipt] | LedgerError]:
    """Postings of several, flushed to the disk once: what each got, or what stands against it, which takes no other along.

    Where the store fails, none of them is posted, and that is raised.
    """
    results: list[list[Receipt] | LedgerError | None] = []
    for documents, _ in postings:
        wrong = _form(documents)
        results.append(LedgerError(wrong) if wrong else None)
    every = [d for (documents, _), result in zip(postings, results, strict=True) if result is None for d in documents]
    if len(results) == 1 and None in results:  # alone: nothing else has to stay where it is refused
        ((documents, at),) = postings
        try:
            with store.writing(_books(store, every)):
                return [_write(store, documents, now() if at is None else at)]
        except LedgerError as refused:
            return [refused]
    if None in results:
        with store.writing(_books(store, every)):
            for n, (documents, at) in enumerate(postings):
                if results[n] is None:
                    results[n] = _apart(store, documents, now() if at is None else at)
    return [result for result in results if result is not None]


def _apart(store: Store, documents: Sequence[Document], at: int) -> list[Receipt] | LedgerError:
    """One posting of a group: taken back by itself where it is refused."""
    try:
        with store.apart(LedgerError):
            return _write(store, documents, at)
    except LedgerError as refused:
        return refused


@contextmanager
def taken_back(store: Store, documents: Sequence[Document]) -> Iterator[None]:
    """A transaction in which these may be written and read, and of which nothing stays."""
    store.begin_writing(_books(store, documents))
    try:
        yield
    finally:
        store.roll_back()


def _books(store: Store, documents: Sequence[Document]) -> Books:
    """The books that documents are written to: a receipt, and what takes one back, also in that of who sent.

    What a reversal takes back never changes, so that it can be looked up before the chains are held.
    """
    nations, others = {d.nation for d in documents}, set()
    for document in documents:
        of: Document | None = document
        if document.kind == "reversal":
            there = reading.one(store, document.nation, document.reverses)
            of = there.document if there else next((d for d in documents if d.key == document.reverses), None)
        if of is not None and of.kind == "receipt" and of.sender:
            others.add(of.sender)
    return Books(frozenset(nations | others), across=bool(others))


def write_inside(store: Store, documents: Sequence[Document]) -> list[Receipt]:
    """The same as ``write`` inside a transaction that is open already."""
    if wrong := _form(documents):
        raise LedgerError(wrong)
    return _write(store, documents, now())


def _write(store: Store, documents: Sequence[Document], at: int) -> list[Receipt]:
    """Checks and writes inside the transaction, so that nothing comes between them."""
    under = reading.StoreBook(store)
    booked = max(at, reading.last_moment(store) + 1)  # one moment for what is posted together, later than any before it
    receipts, fresh, findings = _sort_out(store, documents, booked)
    chosen, book = list[tuple[Document, str, str]](), MemoryBook(under)
    handed_in: dict[str, str] = {}
    for document, asked, body in fresh:
        named, wrong = choose(document, book)
        findings.extend(wrong)
        book.add(named)
        chosen.append((named, asked, body if named is document else canonical(named.as_dict())))
        for other in _counterparts(named, book):
            book.add(other)
            handed_in[other.key] = named.key
            chosen.append((other, "", canonical(other.as_dict())))
    if not findings:
        findings = references.check([d for d, *_ in chosen], under)
    if not findings:  # what a document that is about nothing would move is no news
        findings = [f for rule in RULES for f in rule.check([d for d, *_ in chosen], under)]
    if findings:  # what stands against a document of the store's own is told of the one that was handed in
        raise LedgerError(replace(f, table=handed_in.get(f.table, f.table)) for f in findings)
    return receipts + _append(store, chosen, MemoryBook(under), booked)


def _sort_out(
    store: Store, documents: Sequence[Document], booked: int
) -> tuple[list[Receipt], list[tuple[Document, str, str]], list[Finding]]:
    """What is there already; what is new, with the hash and the text of what was handed in; and what stands against it."""
    receipts, fresh, findings = [], [], []
    seen: dict[tuple[str, str], str] = {}
    today = time.strftime("%Y-%m-%d", time.gmtime(booked / 1e6 + 86_400))  # it may be tomorrow where it happened
    for document in documents:
        body = canonical(document.as_dict())
        asked = content_hash(body)
        there = reading.one(store, document.nation, document.key)
        before = seen.get((document.nation, document.key), asked)
        if there:  # the same as handed in, or as an export says it: with the lots that the store chose
            before = asked if asked == content_hash(there.body) else there.asked
        if before != asked:
            findings.append(Finding("ledger-key-taken", table=document.key, column="key", value=document.key))
        elif there:
            receipts.append(Receipt(there.nation, there.key, there.number, there.hash, there.booked, there=True))
        elif (document.nation, document.key) not in seen:
            fresh.append((document, asked, body))
        if document.day > today:
            findings.append(Finding("ledger-future", table=document.key, column="day", value=document.day))
        seen[document.nation, document.key] = asked
    return receipts, fresh, findings


def _counterparts(document: Document, book: Book) -> list[Document]:
    """What the store books in the chain of who sent, for a receipt and for the reversal of one."""
    if document.kind == "receipt":
        return [counterpart_of(document)]
    if document.kind == "reversal":
        other = book.document(document.nation, document.reverses)
        if other is not None and other.kind == "receipt":
            key = counterpart_key(document.nation, document.key)
            taken_back = counterpart_key(document.nation, document.reverses)
            return [
                Document(
                    other.sender, key, "outcome reversal", document.day, document.author, document.source,
                    document.grade, reverses=taken_back,
                )
            ]  # fmt: skip
    return []


def _append(
    store: Store, documents: Sequence[tuple[Document, str, str]], book: MemoryBook, booked: int
) -> list[Receipt]:
    """Add documents, each with the hash of what was handed in and its text, and their entries to the chains."""
    heads: dict[str, tuple[int, str]] = {}
    receipts, rows, entries = [], [], []
    for d, asked, body in documents:
        if d.nation not in heads:
            head = reading.last(store, d.nation)
            heads[d.nation] = (head.number, head.hash) if head else (0, FIRST)
        number, before = heads[d.nation][0] + 1, heads[d.nation][1]
        chained = link(before, nation=d.nation, number=number, booked=booked, asked=asked, body=body)
        heads[d.nation] = (number, chained)
        rows.append((d.nation, number, d.key, d.kind, d.day, booked, asked, body, chained, d.reverses or None))
        entries += [
            (d.nation, number, place, *account, day, booked, quantity, expires)
            for place, (account, day, quantity, expires) in enumerate(book.add(d))
        ]
        receipts.append(Receipt(d.nation, d.key, number, chained, booked, there=False))
    store.add(tables.documents, rows)
    store.add(tables.entries, entries)
    return receipts
