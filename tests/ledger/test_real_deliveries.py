"""10,324 real deliveries, posted in the order in which they were recorded: balances and delays equal an independent sum.

The file is that of a public programme (``shared/data/deliveries``): 1,908 lines recorded after the day, in packs of many
sizes, with dates that were "not captured" and freight that refers to other lines. What is due is booked on its scheduled
day, what was delivered when it was recorded; the sums beside the ledger are made from the file alone.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

import pytest

from rampart.findings import FindingsError
from rampart.ledger.documents import Document
from rampart.ledger.handed_in import read_documents
from rampart.ledger.ledger import Ledger, moment, open_ledger
from sources.small_books import public_folder

FOLDER = public_folder("deliveries")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the public file of deliveries is not beside the repository")
SENDER = "SCMS"
Rows = list[dict[str, str]]
COLUMNS = (
    "nation", "key", "kind", "day", "author", "source", "grade", "to", "sender", "of", "item", "quantity", "pack", "packs",
    "factor", "outcome",
)  # fmt: skip


def real() -> Rows:
    assert FOLDER is not None
    with (FOLDER / "scms-2006-2015.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> str:
    """A day in either of the two ways in which the file writes it; what is none stays as it is."""
    for way in ("%d-%b-%y", "%m/%d/%y"):
        try:
            return datetime.strptime(text, way).date().isoformat()
        except ValueError:
            continue
    return text


def documents(row: dict[str, str], folder: str) -> Iterator[dict[str, str]]:
    """Rows of the ledger's own form: what is due, and what came."""
    n, country = row["ID"], row["Country"]
    said = {"author": "programme", "source": row["ASN/DN #"], "grade": "published", "item": row["Product Group"]}
    packs = {"pack": "pack", "packs": row["Line Item Quantity"], "factor": row["Unit of Measure (Per Pack)"]}
    due, came = day(row["Scheduled Delivery Date"]), day(row["Delivered to Client Date"])
    if folder == "due":
        yield {"nation": SENDER, "key": f"due {n}", "kind": "contract", "day": due, "to": country, **said, **packs}
        return
    yield {"nation": SENDER, "key": f"bought {n}", "kind": "purchase", "day": came, **said, **packs}
    yield {"nation": SENDER, "key": f"sent {n}", "kind": "dispatch", "day": came, "to": country, **said, **packs}
    receipt = {"nation": country, "key": f"came {n}", "kind": "receipt", "day": came, "outcome": "received"}
    yield receipt | {"sender": SENDER, "of": f"sent {n}", **said, **packs}


def written(path: Path, rows: list[dict[str, str]]) -> list[Document]:
    """The documents of a CSV file of these rows, read as anybody's."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return read_documents(path)


def post(ledger: Ledger, rows: Rows, tmp_path: Path) -> None:
    """Everything in the order of booking: what is due on its day, what came on the day on which it was recorded."""
    files = {of: written(tmp_path / f"{of}.csv", [d for r in rows for d in documents(r, of)]) for of in ("due", "came")}
    recorded = {r["ID"]: day(r["Delivery Recorded Date"]) for r in rows}
    booked = [(d.day if d.kind == "contract" else recorded[d.key.split()[1]], d) for of in files.values() for d in of]
    for when, group in groupby(sorted(booked, key=lambda one: one[0]), key=lambda one: one[0]):
        ledger.post(*(d for _, d in group), at=moment(f"{when}T12:00:00"))


@pytest.mark.parametrize("every", [pytest.param(12, id="a twelfth"), pytest.param(1, id="all", marks=pytest.mark.docs)])
def test_balances_and_delays_equal_an_independent_sum(tmp_path: Path, every: int) -> None:
    rows = real()[::every]
    with open_ledger(tmp_path / "a", create=True) as ledger:
        post(ledger, rows, tmp_path)
        for on, known in (
            ("2008-12-31", "2008-12-31"), ("2008-12-31", "2010-06-30"), ("2008-12-31", None), ("2012-02-29", "2012-02-29"),
            ("2012-02-29", "2012-03-31"), ("2014-07-14", "2014-07-13"), ("9999-12-31", None),
        ):  # fmt: skip
            due, came = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
            for r in rows:
                what, units = (
                    (r["Country"], r["Product Group"]),
                    int(r["Line Item Quantity"]) * int(r["Unit of Measure (Per Pack)"]),
                )
                scheduled, delivered, recorded = (
                    day(r[f"{name} Date"])
                    for name in ("Scheduled Delivery", "Delivered to Client", "Delivery Recorded")
                )
                due[what] += units * (scheduled <= min(on, known or on))
                came[what] += units * (delivered <= on and (known is None or recorded <= known))
            told = {
                (d.to, d.item): (d.contracted, d.in_transit, d.delivered) for d in ledger.deliveries(on=on, known=known)
            }
            assert told == {w: (due[w], 0, came[w]) for w in due | came if due[w] or came[w]}, (on, known)
            held = {(x.holder, x.item): x.quantity for x in ledger.stock_lots(on=on, known=known) if x.quantity}
            assert held == +came
        late = late_of_the_ledger(ledger)
        assert late == {r["ID"]: (behind(r, "Scheduled Delivery", "Delivered to Client"),
                                  behind(r, "Delivered to Client", "Delivery Recorded")) for r in rows}  # fmt: skip
        if every == 1:  # what the note beside the file says of it
            assert sum(slip > 0 for slip, _ in late.values()) == 1186
            assert (sum(wait > 0 for _, wait in late.values()), max(wait for _, wait in late.values())) == (1908, 546)
        assert ledger.verify() == []


def behind(row: dict[str, str], first: str, last: str) -> int:
    """Days between two dates of a row."""
    return (date.fromisoformat(day(row[f"{last} Date"])) - date.fromisoformat(day(row[f"{first} Date"]))).days


def late_of_the_ledger(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Of each delivery the days after what was due, and the days until it was booked."""
    due, came = {}, {}
    for d in ledger.documents():
        kind, _, n = d.key.partition(" ")
        if kind == "due":
            due[n] = date.fromisoformat(d.day)
        elif kind == "came":
            came[n] = (date.fromisoformat(d.day), datetime.fromtimestamp(d.booked / 1e6, UTC).date())
    return {n: ((on - due[n]).days, (booked - on).days) for n, (on, booked) in came.items()}


def test_blanks_and_references_are_findings_and_no_zeros(tmp_path: Path) -> None:
    """Freight that stands on another line, or is in the price, is not 0; an order without a day is none of some day."""
    rows = real()
    freight = [
        {"nation": SENDER, "key": f"freight {r['ID']}", "kind": "payment", "day": day(r["Delivered to Client Date"]),
         "author": "programme", "source": r["ASN/DN #"], "item": "USD cents", "quantity": cents(r["Freight Cost (USD)"])}
        for r in rows
    ]  # fmt: skip
    with pytest.raises(FindingsError) as wrong:
        written(tmp_path / "freight.csv", freight)
    told = {(f.row, f.column, f.value) for f in wrong.value.findings}
    assert told == {
        (n, "quantity", r["Freight Cost (USD)"])
        for n, r in enumerate(rows, 2)
        if not re.match(r"\d", r["Freight Cost (USD)"])
    }
    assert len(told) == 4126 and {f.code for f in wrong.value.findings} == {"ledger-quantity"}
    stated = [r["Freight Cost (USD)"] for r in rows if re.match(r"\d", r["Freight Cost (USD)"])]
    known = [f for f in freight if f["quantity"].isdigit()]
    ordered = [
        {"nation": SENDER, "key": f"order {r['ID']}", "kind": "order", "day": day(r["PO Sent to Vendor Date"]),
         "author": "programme", "source": r["PO / SO #"], "item": r["Product Group"], "quantity": r["Line Item Quantity"]}
        for r in rows
    ]  # fmt: skip
    with open_ledger(tmp_path / "a", create=True) as ledger:
        with pytest.raises(FindingsError) as wrong:
            ledger.post(*written(tmp_path / "orders.csv", ordered))
        assert ledger.documents() == [], "all of them, or none"
        assert Counter(f.value for f in wrong.value.findings) == {"N/A - From RDC": 5404, "Date Not Captured": 328}
        assert {f.code for f in wrong.value.findings} == {"ledger-day"}
        ledger.post(*written(tmp_path / "known.csv", known))
        paid = sum(d.document.lines[0].quantity for d in ledger.documents())
        assert len(known) == len(stated) and paid == sum(round(float(text) * 100) for text in stated)


def cents(text: str) -> str:
    """Dollars as whole cents; text that is no number as it stands."""
    whole, _, part = text.partition(".")
    return f"{whole}{part:0<2}".lstrip("0") or "0" if re.fullmatch(r"\d+(\.\d{1,2})?", text) else text
