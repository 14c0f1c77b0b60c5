"""A national return beside what was last reported and beside the plan, before anything is posted.

What is not reported shows the age of its last figure: never 0, and never last month's number carried on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rampart.case.calendar import month_number, month_text
from rampart.findings import Finding
from rampart.ledger.returns.booking import figures_of, last_revision, return_key
from rampart.ledger.returns.figures import Figure, Return

if TYPE_CHECKING:
    from rampart.ledger.returns.booking import Held

UNLIKE = 5.0
"""Ratio to the figure before beyond which one of the two is doubted."""
LIKELY = frozenset({"count", "production", "use", "issue"})
"""Kinds that hardly change so much from one month to the next."""
ONCE = "opening"
"""Kind that is reported once, when a nation begins; nobody asks for it again."""


class Compared(NamedTuple):
    """A kind and an item of a return.

    reported  sum of the month; None: not reported, then ``age`` is the months since the last figure
    last      what was last reported before, and in which month; None where nothing was
    planned   what the plan has for the month; None where it says nothing or none is given
    """

    kind: str
    item: str
    reported: int | None
    last: int | None
    last_month: str
    age: int | None
    planned: float | None


Planned = Mapping[tuple[str, str], float]
"""What a plan has for a nation's month, by kind and item."""


def compared(made: Return, held: Held, planned: Planned) -> list[Compared]:
    """Every kind and item that is reported, asked for in the file, or was reported before."""
    now = _sums(made.figures)
    before: dict[tuple[str, str], tuple[str, int]] = {}
    for month in sorted({k.split()[1] for k in held if k.startswith("return ") and k.split()[1] < made.month}):
        said = figures_of(held[return_key(month, last_revision(held, month))].document)
        before |= {about: (month, quantity) for about, quantity in _sums(said).items()}
    asked = {(f.kind, f.line.item) for f in made.figures}
    before = {about: last for about, last in before.items() if about[0] != ONCE or about in now}
    found = []
    for kind, item in sorted(asked | set(before)):
        reported = now.get((kind, item))
        month, last = before.get((kind, item), ("", None))
        age = month_number(made.month) - month_number(month) if month and reported is None else None
        found.append(Compared(kind, item, reported, last, month, age, planned.get((kind, item))))
    return found


def _sums(figures: Iterable[Figure]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for f in (f for f in figures if f.reported and f.line.item):
        about = (f.kind, f.line.item)
        sums[about] = sums.get(about, 0) + f.line.quantity
    return sums


def doubts(made: Return, rows: Iterable[Compared], held: Held) -> Iterator[Finding]:
    """Warnings on figures that hardly anybody means, on those that were reported before and are not now, and on months that
    were left out.
    """
    said_of = sorted(k.split()[1] for k in held if k.startswith("return ") and k.split()[1] < made.month)
    for n in range(month_number(said_of[-1]) + 1 if said_of else 0, month_number(made.month) if said_of else 0):
        yield made.finding("return-month-left-out", None, "", month_text(n))
    for r in rows:
        of = next((f for f in made.figures if f.reported and (f.kind, f.line.item) == (r.kind, r.item)), None)
        if r.kind == ONCE and r.reported and r.last is not None:
            said = {"item": r.item, "last": r.last, "month": r.last_month}
            yield made.finding("return-opened-again", of, "quantity", r.reported, **said)
        if r.reported is None and r.last is not None:
            figure = next((f for f in made.figures if (f.kind, f.line.item) == (r.kind, r.item)), None)
            said = {"item": r.item, "kind": r.kind, "last": r.last, "age": r.age}
            yield made.finding("return-not-reported", figure, "quantity", r.last_month, **said)
        elif r.reported is not None and r.last and r.kind in LIKELY and _unlike(r.reported, r.last):
            said = {"item": r.item, "last": r.last, "month": r.last_month}
            yield made.finding("return-unlike-last", of, "quantity", r.reported, **said)


def _unlike(one: int, other: int) -> bool:
    return one > UNLIKE * other or UNLIKE * one < other
