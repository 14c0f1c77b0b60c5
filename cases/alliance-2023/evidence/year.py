"""Write the returns of 2023 (``returns-2023.csv``) from public figures (``year-2023.csv``), for `rampart ledger year`.

Run ``python cases/alliance-2023/evidence/year.py``. A figure of several months is spread evenly over them; opening stocks are
those of the case. What is sent arrives a month later, on the way from Israel as the case has it, and what reaches the partner is
fired in its month: both are assumed. Only a figure of a single month keeps the grade that its row states.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ITEM, PARTNER = "round155", "UKR"
COLUMNS = (
    "nation", "key", "kind", "day", "author", "source", "grade", "to", "sender", "of", "note", "item", "quantity", "outcome",
)  # fmt: skip


def months(first: str, last: str) -> list[str]:
    """Months from one to another, both with."""
    at, end = ((int(m[:4]) * 12 + int(m[5:]) - 1) for m in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(at, end + 1)]


def later(month: str) -> str:
    """The month after."""
    return months(month, "9999-12")[1]


def spread(quantity: int, among: int) -> list[int]:
    """A quantity in whole parts that differ by at most one."""
    return [quantity * (n + 1) // among - quantity * n // among for n in range(among)]


def documents() -> Iterator[dict[str, Any]]:
    """What happened, document by document."""
    with (HERE.parent / "stocks.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            if r["item"] == ITEM:
                yield said(
                    r["holder"], "opening", "2022-12-31", int(r["quantity"]), r["grade"], "case", "Stock of the case."
                )
    with (HERE / "year-2023.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            yield from of_row(r)


def of_row(r: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The documents of a public figure."""
    if r["until"] < "2023-01":  # on the way at the start
        yield said(r["nation"], "opening", "2022-12-30", int(r["quantity"]), r["grade"], r["source"], r["note"])
        for part, arrives in zip(spread(int(r["quantity"]), 2), ("2023-02", "2023-03"), strict=True):
            yield from sent(r, "2022-12", part, arrives)
        return
    among = months(r["from"], r["until"])
    for month, part in zip(among, spread(int(r["quantity"]), len(among)), strict=True):
        if r["kind"] == "dispatch":
            yield from sent(r, month, part, later(month))
        else:
            grade = r["grade"] if len(among) == 1 else "assumed"
            yield said(r["nation"], r["kind"], f"{month}-15", part, grade, r["source"], r["note"])


def sent(r: dict[str, str], month: str, quantity: int, arrives: str) -> Iterator[dict[str, Any]]:
    """A dispatch, its receipt, and its use."""
    key = f"{month} to {r['to']} for {arrives}"
    day = "2022-12-31" if month < "2023" else f"{month}-20"
    note, source = r["note"], r["source"]
    yield said(r["nation"], "dispatch", day, quantity, "assumed", source, note) | {"key": key, "to": r["to"]}
    receipt = {"key": f"{key} from {r['nation']}", "sender": r["nation"], "of": key, "outcome": "received"}
    yield said(r["to"], "receipt", f"{arrives}-10", quantity, "assumed", source, note) | receipt
    fired = {"key": f"fired: {key} from {r['nation']}"}
    yield (
        said(r["to"], "use", f"{arrives}-28", quantity, "assumed", source, "What arrives is fired in its month.")
        | fired
    )


def said(nation: str, kind: str, day: str, quantity: int, grade: str, source: str, note: str) -> dict[str, Any]:
    """A document of one line."""
    return {
        "nation": nation, "key": f"{kind} {day}", "kind": kind, "day": day, "author": "public figures", "source": source,
        "grade": grade, "note": note, "item": ITEM, "quantity": quantity,
    }  # fmt: skip


def main() -> None:
    """Write them."""
    with (HERE / "returns-2023.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(sorted(documents(), key=lambda d: str(d["day"])))


if __name__ == "__main__":
    main()
