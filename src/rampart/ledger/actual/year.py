"""A year as it was: replayed from what was reported, with the plan of its start, and made anew at each look.

Two books are kept beside what happened. In both the same comes in as in truth, by the reports: opening stocks, what was made
and bought, what was used at home, what was on the way already. What is sent is what a policy says, no more than lies above
the holder's floor at the end of the month; what arrives is fired in its month. The policies:

    held     the plan of the start, as it was signed
    renewed  the plan made anew at each look, from the policy's own book

What the lines make in truth follows what was ordered in truth: over a year the orders of a plan change little of it, since
they take more than a year to come. Beyond that the comparison does not hold.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.without_fleets import without_fleets
from rampart.catalogues.results import frame
from rampart.ledger.actual.news import with_news
from rampart.ledger.actual.planned import planned
from rampart.ledger.actual.replanning import position, require_known_past
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.results.result import Result

Make = Callable[["Case"], "Result"]
"""Plans a case."""
SENT = frozenset({"dispatch", "receipt", "delivery"})
"""Kinds that a policy decides."""
BEFORE = ""
"""Where what happened before the start stands among the months."""
Place = tuple[str, str, str]
"""Month, recipient and item of what arrives."""


@dataclass
class _Book:
    """The book of a policy: what came in as in truth, what was sent as the policy says."""

    ledger: Ledger
    recipients: frozenset[str]
    on_the_way: list[tuple[str, Document]] = field(default_factory=list)
    arrived: Counter[Place] = field(default_factory=Counter)

    def month(self, month: str, happened: Iterable[Document], plan: Result) -> None:
        """Book a month: what arrives, what came in, what is sent."""
        for when, sent in [one for one in self.on_the_way if one[0] == month]:
            self.on_the_way.remove((when, sent))
            self.arrive(month, sent)
        before = {(d.nation, d.key) for d in self.ledger.documents() if d.kind == "dispatch"}
        for d in sorted(happened, key=lambda d: d.day):
            if (
                d.kind == "receipt" and (d.sender, d.of) in before
            ):  # on the way since before the start: it came as it did
                self.receive(month, d)
            elif d.kind not in SENT and not (d.kind == "use" and d.nation in self.recipients):
                self.ledger.post(d)
        self.send(month, plan)

    def arrive(self, month: str, sent: Document) -> None:
        """What was sent is received whole."""
        (line,) = sent.lines
        said = {"sender": sent.nation, "of": sent.key}
        self.receive(
            month, _document(sent.to, f"in {sent.key}", "receipt", f"{month}-02", line.item, line.quantity, **said)
        )

    def receive(self, month: str, receipt: Document) -> None:
        """Book a receipt; what reaches a recipient is fired in the month."""
        self.ledger.post(receipt)
        for line in receipt.lines:
            if receipt.nation in self.recipients and line.outcome == "received":
                self.arrived[month, receipt.nation, line.item] += line.quantity
                fired = _document(receipt.nation, f"fired {receipt.key}", "use", receipt.day, line.item, line.quantity)
                self.ledger.post(fired)

    def send(self, month: str, plan: Result) -> None:
        """Send what the plan says, as far as it lies above the floor at the end of the month."""
        day = _last_day(month)
        there: Counter[tuple[str, str]] = Counter()
        for b in self.ledger.balances(on=day):
            if b.account.kind == "stock" and b.account.condition == "serviceable":
                there[b.nation, b.account.item] += b.quantity
        for n, r in enumerate(_transfers(plan, month)):
            pair = (r["origin"], r["item"])
            quantity = math.floor(min(r["quantity"] + 1e-6, there[pair] - r["floor"]))
            if quantity <= 0:
                continue
            there[pair] -= quantity
            key = f"{month} {n} {r['origin']} {r['destination']} {r['item']}"
            sent = _document(r["origin"], key, "dispatch", day, r["item"], quantity, to=r["destination"])
            self.ledger.post(sent)
            arrives = month_text(month_number(month) + r["lag"])
            if r["lag"]:
                self.on_the_way.append((arrives, sent))
            else:
                self.receive(month, _document(
                    r["destination"], f"in {key}", "receipt", day, r["item"], quantity, sender=r["origin"], of=key,
                ))  # fmt: skip


def _document(nation: str, key: str, kind: str, day: str, item: str, quantity: int, **said: str) -> Document:
    line = Line(item, quantity, outcome="received" if kind == "receipt" else "")
    return Document(nation, key, kind, day, "replay", "policy", "assumed", (line,), **said)


def _last_day(month: str) -> str:
    following = month_text(month_number(month) + 1)
    return (date.fromisoformat(f"{following}-01") - timedelta(days=1)).isoformat()


def _transfers(plan: Result, month: str) -> list[dict[str, Any]]:
    """What a plan sends in a month, with the floor of who sends and the months on the way."""
    periods = {p: (f"{m:%Y-%m}", n) for p, m, n in plan["periods"].select("period", "month", "months").iter_rows()}
    floors = {(r["holder"], r["item"], r["period"]): r["floor"] or 0.0 for r in plan["stock"].iter_rows(named=True)}
    found = []
    for r in plan["transfers"].iter_rows(named=True):
        start, months = periods[r["period"]]
        if 0 <= month_number(month) - month_number(start) < months:
            lag = month_number(f"{r['arrives']:%Y-%m}") - month_number(f"{r['month']:%Y-%m}")
            floor = floors.get((r["origin"], r["item"], r["period"]), 0.0)
            found.append(r | {"quantity": r["quantity"] / months, "floor": floor, "lag": lag})
    return found


def replay(
    case: Case,
    reported: Sequence[Document],
    looks: Sequence[str],
    *,
    make: Make,
    folder: Path,
    until: str | None = None,
) -> Result:
    """The plan of the last look, with tables ``year`` (what arrived, or would have) and ``year_plans`` (what each plan said).

    case      as it was known at the start of the year
    reported  what happened, from the opening stocks on
    looks     months, after the first, at whose beginning the plan is made anew
    make      plans a case; folder  where the books are kept: what happened, and one for each policy
    until     last month; by default that of the last document

    Raises FindingsError where documents do not fit the ledger, or the plan cannot be carried on to a look.
    """
    case = without_fleets(case)
    require_known_past(case)
    start = str(case.settings["start"])
    last = until or max(d.day[:7] for d in reported)
    months = [month_text(n) for n in range(month_number(start), month_number(last) + 1)]
    recipients = frozenset(case["nations"].filter(role="recipient")["nation"])
    by_month: dict[str, list[Document]] = {}
    for d in reported:
        by_month.setdefault(d.day[:7] if d.day[:7] >= start else BEFORE, []).append(d)
    first = make(case)
    with (
        open_ledger(folder / "happened.ledger", create=True) as happened,
        open_ledger(folder / "held.ledger", create=True) as held,
        open_ledger(folder / "renewed.ledger", create=True) as renewed,
    ):
        books = {"held": _Book(held, recipients), "renewed": _Book(renewed, recipients)}
        for ledger in (happened, held, renewed):
            ledger.post(*sorted(by_month.get(BEFORE, ()), key=lambda d: d.day))
        made = {start: first}
        signed = {"held": first, "renewed": first}
        now = first
        for month in months:
            if month in looks:
                at = position(happened, now, month)
                now = made[month] = with_news(make(at.case), at, happened)
                signed["renewed"] = make(position(renewed, signed["renewed"], month).case)
            for policy, book in books.items():
                book.month(month, by_month.get(month, ()), signed[policy])
            happened.post(*sorted(by_month.get(month, ()), key=lambda d: d.day))
    return _with_tables(now, made, reported, books, months, recipients)


def _with_tables(
    now: Result, made: Mapping[str, Result], reported: Iterable[Document], books: Mapping[str, _Book],
    months: Sequence[str], recipients: frozenset[str],
) -> Result:  # fmt: skip
    """The last plan with what arrived, would have arrived, and was planned to arrive.

    Items of which nothing at all was reported are left out: that nothing arrived of them is not known.
    """
    reported = list(reported)
    told = {line.item for d in reported for line in d.lines}
    truth: Counter[Place] = Counter()
    for d in reported:
        for line in d.lines:
            if d.kind == "receipt" and d.nation in recipients and line.outcome == "received":
                truth[d.day[:7], d.nation, line.item] += line.quantity
    said = {
        look: {(m, n, i): q for (m, kind, n, i), q in planned(plan).items() if kind == "receipt" and n in recipients}
        for look, plan in made.items()
    }
    arrived = {policy: book.arrived for policy, book in books.items()}
    every = {*truth, *(p for of in arrived.values() for p in of), *(p for of in said.values() for p in of)}
    pairs = sorted({(nation, item) for month, nation, item in every if month in months and item in told})
    places = [(month, nation, item) for nation, item in pairs for month in months]
    year = [
        dict(zip(("month", "recipient", "item"), place, strict=True))
        | {"happened": float(truth[place]), **{policy: float(of[place]) for policy, of in arrived.items()}}
        for place in places
    ]
    plans = [
        {"look": look, **dict(zip(("month", "recipient", "item"), p, strict=True)), "quantity": of.get(p, 0.0)}
        for look, of in said.items() for p in places if p[0] >= look
    ]  # fmt: skip
    tables = {"year": frame("plan", "year", year), "year_plans": frame("plan", "year_plans", plans)}
    return replace(now, tables={**now.tables, **tables})
