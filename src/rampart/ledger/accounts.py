"""Accounts of the ledger: which two accounts one unit of each kind of document moves, in the form of ``network.accounts``.

Double entry: what comes into one account goes out of another, so the entries of every document add up to nothing. Accounts
that hold things are ``stock``, ``transit`` (sent, and not yet told what became of it) and ``repair``; these never fall below
zero. The others say where things came from or went: ``made``, ``bought``, ``issued``, ``used``, ``delivered``, ... Pledges
and contracts are promises: they have accounts of their own and move no stock.

``made``, ``bought``, ``sent``, ``received`` and ``used`` are the kinds of ``network.accounts``; a test holds that every kind
that the plan books to stock by one of these words has the sign that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from rampart.ledger.documents import COUNTERPART, Document, Line

REVERSALS = frozenset({"reversal", "outcome reversal"})
"""Kinds that take another document back."""
HOLDING = frozenset({"stock", "transit", "repair"})
"""Accounts that hold things: never below zero on any day."""


class Account(NamedTuple):
    """Where a quantity stands; ``of`` is the key of the dispatch or count that the account is about, else blank."""

    kind: str
    owner: str
    holder: str
    site: str
    item: str
    lot: str
    condition: str
    of: str


class Entry(NamedTuple):
    """One half of a movement: ``quantity`` comes into the account (below zero: goes out of it) on the day."""

    account: Account
    day: str
    quantity: int
    expires: str = ""


class Leg(NamedTuple):
    """An account that a kind moves: its sign, the condition that replaces the line's, and whether it is ``of`` a key."""

    account: str
    sign: int
    condition: str = ""
    of: str = ""


def _out(kind: str) -> tuple[Leg, Leg]:
    return Leg("stock", -1), Leg(kind, +1)


def _in(kind: str) -> tuple[Leg, Leg]:
    return Leg("stock", +1), Leg(kind, -1)


KINDS: dict[str, tuple[Leg, ...]] = {
    "production": _in("made"),
    "purchase": _in("bought"),
    "opening": _in("opening"),
    "issue": _out("issued"),
    "use": _out("used"),
    "consumption": _out("consumed"),
    "condemnation": (Leg("stock", -1), Leg("stock", +1, condition="condemned")),
    "reconditioning": (Leg("stock", -1), Leg("stock", +1, condition="serviceable")),
    "repair in": (Leg("stock", -1), Leg("repair", +1)),
    "repair out": (Leg("repair", -1), Leg("stock", +1, condition="serviceable")),
    "demilitarisation": _out("disposed"),
    "pledge": (Leg("pledged", +1), Leg("promised", -1)),
    "contract": (Leg("contracted", +1), Leg("promised", -1)),
    "dispatch": (Leg("stock", -1), Leg("transit", +1, of="key")),
    "delivery": (Leg("transit", -1, of="of"), Leg("delivered", +1, of="of")),
    "receipt": _in("arrived"),
    "outcome": (Leg("transit", -1, of="of"),),
    "adjustment in": (Leg("stock", +1), Leg("adjusted", -1, of="of")),
    "adjustment out": (Leg("stock", -1), Leg("adjusted", +1, of="of")),
    "count": (),
    "return": (),
    "renaming": (),
    "split": (),
    "regime": (),
    "decision due": (),
    "decision taken": (),
    "decision refused": (),
    "decision postponed": (),
    "award": (),
    "order": (),
    "commitment": (),
    "payment": (),
    "cancellation": (),
    "reversal": (),
    "outcome reversal": (),
}
"""What one unit of a line moves, by kind of document. Kinds without legs say something and move nothing."""

PROMISED_TO = frozenset({"pledge", "contract", "dispatch"})
OWN_KINDS = frozenset({"outcome", "outcome reversal"})
"""Kinds that only the store books."""
LETS_EXPIRED = frozenset({"condemnation", "reconditioning", "demilitarisation", "adjustment out"})
"""What may be done with a lot that has expired."""
LOTS_OUT = frozenset(k for k, legs in KINDS.items() if legs and legs[0] == Leg("stock", -1))
"""Kinds that take of a stock: for these the store can choose the lots."""
TO_WHOM = frozenset({"pledged", "contracted", "promised", "transit", "delivered"})
"""Accounts whose holder is who it is for."""


def stock_of(document: Document, line: Line) -> Account:
    """The stock that a line is about."""
    owner, holder = line.owner or document.nation, line.holder or document.nation
    return Account("stock", owner, holder, line.site, line.item, line.lot, line.condition, "")


def _account(document: Document, line: Line, leg: Leg) -> Account:
    """The account that a leg moves; who it is for in place of who has it, where the account is of that sort."""
    whom = leg.account in TO_WHOM
    of = document.key if leg.of == "key" else document.of if leg.of == "of" else ""
    nation = document.nation
    return Account(
        leg.account, line.owner or nation, document.to if whom else line.holder or nation, "" if whom else line.site,
        line.item, line.lot, leg.condition or line.condition, of,
    )  # fmt: skip


SPLITS = {"item": "item", "site": "site", "nation": "holder"}
"""The part of a line that has the new code, by the sort of what is split."""


def _split(document: Document, line: Line) -> Iterator[Entry]:
    """What a code that becomes several leaves, and what one of the new ones gets; between them the account ``split``."""
    old = replace(line, **{SPLITS[document.what or "item"]: document.of})
    for sign, part in ((-1, old), (+1, line)):
        stock = stock_of(document, part)
        yield Entry(stock, document.day, sign * line.quantity, line.expires)
        yield Entry(stock._replace(kind="split", of=document.key), document.day, -sign * line.quantity, line.expires)


def _outcome_legs(line: Line) -> tuple[Leg, ...]:
    """What becomes of what was sent: it leaves the transit, and is delivered, back in stock, condemned there, or lost."""
    away = Leg("transit", -1, of="of")
    if line.outcome == "returned":
        return away, Leg("stock", +1)
    return away, Leg({"received": "delivered"}.get(line.outcome, line.outcome), +1, of="of")


def entries_of(document: Document) -> Iterator[Entry]:
    """The entries of a document; a reversal has those of what it reverses, which only the book knows (``reversed_entries``)."""
    for line in document.lines:
        legs = KINDS[document.kind]
        if document.kind == "outcome":
            legs = _outcome_legs(line)
        elif document.kind == "split":
            yield from _split(document, line)
        elif document.kind == "receipt" and line.outcome != "received":
            continue  # it never came into the receiver's stock: only the sender's book moves
        for leg in legs:
            yield Entry(_account(document, line, leg), document.day, leg.sign * line.quantity, line.expires)


def reversed_entries(entries: Iterator[Entry]) -> Iterator[Entry]:
    """The same entries the other way round, on the same days: as if what was reversed had never been."""
    for entry in entries:
        yield entry._replace(quantity=-entry.quantity)


def counterpart_key(receiver: str, key: str) -> str:
    """Key, in the chain of who sent, of what the store books there for a receipt."""
    return f"{COUNTERPART}{receiver}:{key}"


def counterpart_of(document: Document) -> Document:
    """What a receipt books in the chain of who sent: item, lot, quantity and outcome, and nothing more of the receiver's."""
    lines = tuple(
        Line(x.item, x.quantity, lot=x.lot, condition=x.condition, outcome=x.outcome, reason=x.reason)
        for x in document.lines
    )
    return Document(
        document.sender, counterpart_key(document.nation, document.key), "outcome", document.day,
        document.author, document.source, document.grade, lines, to=document.nation, of=document.of,
    )  # fmt: skip
