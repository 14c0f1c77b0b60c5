"""A ledger as others read it: JSON and CSV of what was handed in, and the entries as beancount reads them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from rampart.ledger.accounts import OWN_KINDS, REVERSALS, Account, stock_of
from rampart.ledger.book import MemoryBook
from rampart.ledger.documents import DOCUMENT_FIELDS, LINE_FIELDS, RELEASES
from rampart.ledger.store.reading import Booked

SHAPES = ("json", "csv", "beancount")


def export(documents: Iterable[Booked], shape: str) -> str:
    """The documents as text.

    shape  "json" or "csv": what ``read_documents`` reads, lots as the store chose them, without what the store booked
           itself; "beancount": every entry, as a second bookkeeper checks it, and every count as an assertion, without
           those taken back
    """
    if shape == "beancount":
        return _beancount(documents)
    said = [d.document.as_dict() for d in documents if d.kind not in OWN_KINDS]
    if shape == "json":
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    text = io.StringIO()
    rows = csv.DictWriter(text, (*DOCUMENT_FIELDS, *LINE_FIELDS), lineterminator="\n")
    rows.writeheader()
    for document in said:
        head = {name: document.get(name, "") for name in DOCUMENT_FIELDS}
        for line in document.get("lines", [{}]):
            rows.writerow(head | line)
    return text.getvalue()


def releasable(documents: Iterable[Booked], to: str) -> list[Booked]:
    """Documents that may be shown to partners, or to the public; what takes one back goes with it, and only with it."""
    every = list(documents)
    let = RELEASES[RELEASES.index(to) :]
    shown = {(d.nation, d.key) for d in every if d.kind not in REVERSALS and d.document.release in let}
    return [d for d in every if (d.nation, d.reverses if d.kind in REVERSALS else d.key) in shown]


def _beancount(documents: Iterable[Booked]) -> str:
    """Transactions of beancount: an account for each account here, a commodity for each item and lot."""
    book, lines, documents = MemoryBook(), list[str](), list(documents)
    back = {(d.nation, d.reverses) for d in documents if d.reverses}
    opened: set[str] = set()
    commodities: dict[tuple[str, str], str] = {}
    for booked in documents:
        by_day: dict[str, list[str]] = {}
        for entry in book.add(booked.document):
            name = _account_name(booked.nation, entry.account)
            opened.add(name)
            about = (entry.account.item, entry.account.lot)
            commodity = commodities.setdefault(about, f"C{len(commodities)}")
            by_day.setdefault(entry.day, []).append(f"  {name}  {entry.quantity} {commodity}")
        if (booked.nation, booked.key) not in back:
            lines += _assertions(booked, commodities, opened)
        for day, postings in by_day.items():
            title = _text(f"{booked.nation} {booked.number} {booked.kind} {booked.key}")
            lines += [f"{day} * {title}", *postings, ""]
    head = [f"1900-01-01 open {name}" for name in sorted(opened)]
    for (item, lot), commodity in commodities.items():
        head += [f"1900-01-01 commodity {commodity}", f"  item: {_text(item)}", f"  lot: {_text(lot)}"]
    return "\n".join((*head, "", *lines))


def _text(text: str) -> str:
    """A text between quotation marks, its letters as they are: beancount knows no escapes for them."""
    return json.dumps(text, ensure_ascii=False)


def _assertions(booked: Booked, commodities: dict[tuple[str, str], str], opened: set[str]) -> Iterator[str]:
    """What was counted, as beancount asserts a balance: at the beginning of a day."""
    document = booked.document
    if document.kind != "count":
        return
    day = date.fromisoformat(document.day) + timedelta(days=document.stands == "after")
    for line in document.lines:
        name = _account_name(booked.nation, stock_of(document, line))
        opened.add(name)
        commodity = commodities.setdefault((line.item, line.lot), f"C{len(commodities)}")
        yield f"{day} balance {name}  {line.quantity} {commodity}"


def _account_name(nation: str, account: Account) -> str:
    """A name that beancount takes: every part begins with a capital, other letters are written as their number."""
    parts = (nation, account.kind, account.owner, account.holder, account.site, account.condition, account.of)
    coded = (re.sub(r"[^A-Za-z0-9]", lambda m: f"-{ord(m[0])}-", part) for part in parts)
    return ":".join(("Assets", *(f"X{part}" for part in coded)))
