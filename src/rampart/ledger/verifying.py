"""Whether a ledger is as it was booked: chains, entries, and the heads that were sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rampart.findings import Finding
from rampart.ledger.accounts import Entry
from rampart.ledger.book import MemoryBook
from rampart.ledger.chain import FIRST, link
from rampart.ledger.store import reading
from rampart.ledger.store.connection import Store
from rampart.ledger.store.opening import LedgerError

Seal = Mapping[str, tuple[int, str]]
"""Heads of the chains: number and hash of the last document by nation."""


def heads(store: Store, nations: tuple[str, ...] = ()) -> dict[str, tuple[int, str]]:
    """The last document of every chain."""
    return {d.nation: (d.number, d.hash) for d in reading.documents(store, nations)}


def verify(store: Store, nations: tuple[str, ...] = (), *, seal: Seal | None = None) -> list[Finding]:
    """Everything that is not as it was booked; empty where the ledger stands.

    Each hash is worked out again from the document and the hash before, each entry from its document. A chain that was
    rewritten from its first document with right hashes shows only against a ``seal`` that was kept elsewhere.
    """
    found = [_damage(row) for row in store.damage()]
    book, moment = MemoryBook(), 0
    hashes: dict[tuple[str, int], str] = {}
    nation, number, before = "", 0, FIRST
    there: dict[int, list[tuple[Entry, int]]] = {}
    for booked in reading.documents(store, nations):
        if booked.nation != nation:
            nation, number, before, moment, there = booked.nation, 0, FIRST, 0, {}
        found.extend(_link(booked, number + 1, before, moment))
        if booked.number not in there:
            there = reading.entries(store, booked.nation, booked.number, booked.number + reading.PAGE)
        found.extend(_entries(booked, there.get(booked.number, []), book))
        number, before, moment = booked.number, booked.hash, booked.booked
        hashes[nation, number] = booked.hash
    found.extend(_strays(store))
    for sealed, (count, hashed) in (seal or {}).items():
        if hashes.get((sealed, count)) != hashed:
            found.append(Finding("ledger-seal", table=sealed, value=str(count)))
    return found


def _damage(text: str) -> Finding:
    return Finding("ledger-damaged", value=text)


def _link(booked: reading.Booked, number: int, before: str, moment: int) -> list[Finding]:
    """What is wrong with a document's place in its chain."""
    found = []
    where = {"table": booked.nation, "row": booked.number, "value": booked.key}
    if booked.number != number:
        missing = str(number) if booked.number == number + 1 else f"{number}-{booked.number - 1}"
        return [Finding("ledger-missing", table=booked.nation, row=booked.number, value=missing)]
    right = link(
        before, nation=booked.nation, number=number, booked=booked.booked, asked=booked.asked, body=booked.body
    )
    said = json.loads(booked.body)
    columns = (booked.nation, booked.key, booked.kind, booked.day, booked.reverses or "")
    if right != booked.hash or columns != tuple(said.get(k, "") for k in ("nation", "key", "kind", "day", "reverses")):
        found.append(Finding("ledger-chain", **where))  # type: ignore[arg-type]
    if booked.booked < moment:
        found.append(Finding("ledger-order", **where))  # type: ignore[arg-type]
    return found


def _entries(booked: reading.Booked, stand: list[tuple[Entry, int]], book: MemoryBook) -> list[Finding]:
    """Whether the entries that lie in the store are those of the document; the accounts that differ are named."""
    try:
        right = book.add(booked.document)
    except (KeyError, TypeError, ValueError):  # the body is no document any more
        return [Finding("ledger-chain", table=booked.nation, row=booked.number, value=booked.key)]
    there = [entry for entry, _ in stand]
    moved = any(at != booked.booked for _, at in stand)
    if right == there and not moved:
        return []
    wrong = {e.account for e in {*right} ^ {*there}} or {e.account for e in there}
    names = "; ".join(sorted(" / ".join(part for part in account if part) for account in wrong))
    details = {"accounts": names}
    return [Finding("ledger-entries", table=booked.nation, row=booked.number, value=booked.key, details=details)]


def _strays(store: Store) -> list[Finding]:
    """Entries whose document is gone."""
    return [Finding("ledger-missing", table=n, row=number, value=str(number)) for n, number in reading.strays(store)]


def seal_text(sealed: Seal, *, path: Path, at: int) -> str:
    """A seal to keep elsewhere."""
    said = {"ledger": path.name, "sealed": at, "heads": {n: list(head) for n, head in sorted(sealed.items())}}
    return json.dumps(said, indent=1) + "\n"


def read_seal(path: Path) -> Seal:
    """The heads that a seal holds. Raises LedgerError where it cannot be read."""
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {str(nation): (int(number), str(hashed)) for nation, (number, hashed) in said["heads"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise LedgerError([Finding("ledger-no-seal", file=str(path))]) from wrong
