"""What a part of the plan states.

A part is one physical idea, whole, in one file: its variables, what one unit of them does to accounts and to money, its
rows, what it adds to the objectives, its tables in the result, the limits and shortages that an explanation may name, and
the decisions it asks for. Everything else loops over the parts. A part leaves out what it has nothing to say to.

Equations are written over nodes t of the tree of time (``rampart.network.tree``) in plain units.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rampart.catalogues.results import frame, frame_of, tables_in
from rampart.network.accounts import Posting
from rampart.network.keys import Key
from rampart.network.lags import Floats
from rampart.network.limits import Limit
from rampart.network.payments import Flow
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Weight(NamedTuple):
    """What a family adds to a measure: ``each`` a unit, broadcast to (keys, nodes), weighed with the node's chance.

    measure  rules, floors, pledges, backfill, need, own_use, steady, availability, requirement_worst, requirement_sum or
             money
    term     what the variables of a key are a term of, each held for itself after the pass; none: of the key itself.
             Rules and money have no terms
    """

    measure: str
    family: str
    each: Floats | float
    term: Callable[[Key], Key] | None = None


def same_key(key: Key) -> Key:
    """The key itself."""
    return key


def whole(p: Programme) -> float:
    """A unit is a unit."""
    return 1.0


class Short(NamedTuple):
    """Who lacks what, in which objective."""

    objective: str
    holder: str
    item: str


@dataclass(frozen=True)
class Shortage:
    """A slack family whose amounts are shortages.

    rows     the rows that it fills
    passes   objective passes that price it
    of       who lacks what, from the family's key
    in_turn  whether the passes measure one objective in turn, and price it together
    lasting  short for as long as the period lasts; else lost once
    in_units whether the delay of a decision is stated in units of it
    row      key of the row that a key of the family fills: several that fill one are one shortage
    counts   how far a unit of the family is a unit short, broadcast to (keys, nodes)
    """

    family: str
    rows: str
    passes: tuple[str, ...]
    of: Callable[[Key], Short]
    in_turn: bool = False
    lasting: bool = True
    in_units: bool = True
    row: Callable[[Key], Key] = same_key
    counts: Callable[[Programme], Floats | float] = whole

    def amounts(self, p: Programme, amount: Floats) -> Iterator[tuple[Key, list[int], Floats]]:
        """What is short: key of the row, positions of the keys that fill it, and units short at each node.

        amount  of the family in plain units, shape (keys, nodes)
        """
        keys, counted = p.families[self.family].keys, amount * self.counts(p)
        filling: dict[Key, list[int]] = {}
        for n, key in enumerate(keys):
            filling.setdefault(self.row(key), []).append(n)
        for row, members in filling.items():
            yield row, members, counted[members].sum(axis=0)


@dataclass(frozen=True)
class Rule:
    """A slack family whose amounts are hard rules that had to give way.

    kind  word of the catalogue (``rule.KIND``); ``of``  what is named, and the item, from a key of the family
    """

    family: str
    kind: str
    of: Callable[[Key], tuple[Key, str | None]]


@dataclass(frozen=True)
class Decision:
    """Something that the plan decides in its first period.

    kind, who, code, item, to   word of the catalogue (``decision.KIND``), nation that decides, what on, of what, for whom
    quantity, year_quantity     of the first period, and of the months that are decided now (``settings.decide_now``)
    money                       commitment of the first period, money units
    lead                        months until it takes effect
    family, key                 where it stands in the programme
    """

    kind: str
    who: str
    code: Key
    item: str
    to: str
    quantity: float
    year_quantity: float
    money: float
    lead: float
    family: str
    key: int


class Part:
    """One physical idea of the plan. ``p`` is the programme as far as it is built, ``v`` the values of a solved one."""

    name: ClassVar[str]
    """The planner's word."""
    catalogue: ClassVar[str | Path] = ""
    """Of a part from outside: file with the columns of its own result tables, as in ``data/results.csv``."""
    words: ClassVar[str | Path] = ""
    """Of a part from outside: file with its words, as in ``data/words.csv``: key, en, fr."""

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """Its variables."""
        return ()

    def postings(self, p: Programme) -> Iterable[Posting]:
        """What one unit of its variables does to accounts; stated in ``network.accounts`` for physical ways."""
        return ()

    def flows(self, p: Programme) -> Iterable[Flow]:
        """Money that follows one unit of its variables: it counts in budgets and stands in the money tables."""
        return ()

    def rows(self, p: Programme) -> Iterable[Rows]:
        """Its own equations. The rows of an account are stated by the part that owns the account."""
        return ()

    def measures(self, p: Programme) -> Iterable[Weight]:
        """What it adds to each objective."""
        return ()

    def plainly(self, p: Programme) -> Iterable[Weight]:
        """What objectives come to as a reader counts it, where they count something else (``model.passes.PLAINLY``)."""
        return ()

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What holds the plan back, with the step that loosens it."""
        return ()

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """Families that are shortages."""
        return ()

    def rules(self, p: Programme) -> Iterable[Rule]:
        """Families that are hard rules giving way."""
        return ()

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What it asks to be decided in the first period."""
        return ()

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """Its tables in the result, with columns of the catalogue."""
        return {}

    def frame(self, table: str, rows: Iterable[Any]) -> pl.DataFrame:
        """One of its tables, with the columns of its own catalogue or of the plan's."""
        own = tables_in(rows_of(self.catalogue))["plan"]
        return frame_of(own[table], rows) if table in own else frame("plan", table, rows)


def rows_of(file: str | Path) -> list[dict[str, str]]:
    """Rows of a catalogue that a part brings along; none where it brings none."""
    if not file:
        return []
    return list(csv.DictReader(Path(file).read_text(encoding="utf-8").splitlines()))


def brought_along(parts: Iterable[Part]) -> dict[str, Any]:
    """Catalogues and words of parts from outside, for the manifest: with them a saved result can still be read."""
    parts = list(parts)
    catalogue = [row for part in parts for row in rows_of(part.catalogue)]
    words = {row["key"]: {"en": row["en"], "fr": row["fr"]} for part in parts for row in rows_of(part.words)}
    return ({"catalogue": catalogue} if catalogue else {}) | ({"words": words} if words else {})


def shortages_in_order(p: Programme) -> list[Shortage]:
    """Shortages of all parts, in the order in which the case strives against them; what it does not rank comes last."""
    place = {each.name: n for n, each in enumerate(p.passes)}
    found = [shortage for part in p.parts for shortage in part.shortages(p)]
    return sorted(found, key=lambda s: min((place[name] for name in s.passes if name in place), default=len(place)))


def first_year(v: Values, family: str, key: int) -> float:
    """What is decided of a key in the months that are decided now."""
    return float(v[family][key, v.programme.due_now].sum())
