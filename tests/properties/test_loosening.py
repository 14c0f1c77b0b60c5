"""Loosening never hurts: where a change only loosens, the list of pass values is lexicographically not worse.

One list of loosenings, tried on random cases and on the alliance of 2023. Passes have no rooms, so that a gain in an earlier
one decides. Where the fair shares of a requirement move, what comes after them is another matter. That a need raised in one
month never gets less, and that a longer war lowers no gift, stands in ``test_need``; a donor more alone in
``test_a_donor_more``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st

import rampart
from cases_random import random_case
from drawn import drawn
from places import CASES
from properties.test_a_donor_more import with_giver
from rampart.case.doors import read_case
from rampart.case.soundness import require_sound
from rampart.case.tables import Case
from rampart.plan.model.build import build
from rampart.plan.solving.passes_in_turn import solve

CLOSE = 1e-6
Change = Callable[[pl.DataFrame, int], pl.DataFrame]
FAIR = "requirement_fair"


def row_of(table: pl.DataFrame, n: int) -> pl.DataFrame:
    return table.slice(n, 1)


def times(factor: float, *columns: str) -> Change:
    """A limit of one row further up; the range stated for it no longer holds."""

    def change(table: pl.DataFrame, n: int) -> pl.DataFrame:
        here = pl.int_range(pl.len()) == n
        further = [pl.when(here).then(pl.col(c) * factor).otherwise(pl.col(c)).alias(c) for c in columns]
        ranges = [pl.when(~here).then(pl.col(c)).alias(c) for c in {"low", "high"} & set(table.columns)]
        return table.with_columns(*further, *ranges)

    return change


def beside(column: str, **sooner: float | None) -> Change:
    """The same way once more, under another code and sooner, beside the old."""

    def change(table: pl.DataFrame, n: int) -> pl.DataFrame:
        more = row_of(table, n).with_columns(pl.col(column) + "-sooner")
        more = more.with_columns(pl.lit(value, table.schema[name]).alias(name) for name, value in sooner.items())
        return pl.concat([table, more])

    return change


LOOSER: Mapping[str, tuple[str, Change]] = {
    "a faster line": ("lines", times(1.5, "max_rate")),
    "a wider route": ("routes", times(2.0, "capacity")),
    "a larger contract": ("contracts", times(2.0, "max_quantity")),
    "a unit more of works": ("expansions", times(2.0, "max_units")),
    "a larger offer": ("market", times(2.0, "quantity")),
    "more money": ("budgets", times(1.5, "commitments", "payments")),
    "more room to store": ("storage", times(2.0, "limit")),
    "works sooner": ("expansions", beside("expansion", construction=0.5, earliest=None, ramp=None)),
    "an offer sooner": ("market", beside("offer", delay=0.0, **{"from": None})),
}


def exact(case: Case, **tables: pl.DataFrame) -> Case:
    """The case with other tables, and no room in any pass."""
    priorities = case.tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    return Case({**case.tables, **tables, "priorities": priorities})


def loosened(case: Case, name: str, chance: Random) -> Case | None:
    """None where the case has nothing of the kind."""
    if name == "a donor more":
        return exact(with_giver(case, chance))
    table, change = LOOSER[name]
    rows = case.tables[table]
    return exact(case, **{table: change(rows, chance.randrange(rows.height))}) if rows.height else None


def first_change(before: rampart.Result, after: rampart.Result) -> tuple[str, float]:
    """The first pass whose value changes, and how much smaller it is; what the fair shares move decides nothing more."""
    then, now = (dict(plan["passes"].sort("rank").select("objective", "value").iter_rows()) for plan in (before, after))
    return first_of(then, now)


def first_of(then: Mapping[str, float], now: Mapping[str, float]) -> tuple[str, float]:
    """The same of the values of passes in their order."""
    for name, value in then.items():
        gain = value - now.get(name, 0.0)
        if abs(gain) > CLOSE * max(1.0, abs(value)):
            return name, 0.0 if name in (FAIR, "requirement_sum") else gain
    return "", 0.0


def planned(case: Case) -> rampart.Result:
    return rampart.plan(case, give_or_keep=False)


def compared(seed: int, name: str) -> tuple[str, float] | None:
    case = random_case(Random(seed), called_upon=True)
    looser = loosened(case, name, Random(seed))
    return None if looser is None else first_change(planned(exact(case)), planned(looser))


@drawn(6, 40, seed=st.integers(0, 2**32), name=st.sampled_from(sorted([*LOOSER, "a donor more"])))
def test_loosening_never_hurts(seed: int, name: str) -> None:
    found = compared(seed, name)
    assume(found is not None)
    assert found is not None and found[1] >= 0.0, found


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LOOSER))
def test_each_kind_does_help_in_some_case(name: str) -> None:
    """Or the law would hold of nothing."""
    assert any((found := compared(seed, name)) is not None and found[1] > 0.0 for seed in range(60))


@cache
def alliance() -> Case:
    """The alliance of 2023, all of it; works divisible, where whole numbers are only near the best."""
    case = read_case(CASES / "alliance-2023", overrides=("no-fleets",))
    settings = case.tables["settings"].filter(pl.col("setting") != "decide_now")
    row = pl.DataFrame({"setting": ["decide_now"], "value": ["0"]}, schema=settings.schema)
    return exact(case, settings=pl.concat([settings, row]))


def reached(case: Case) -> dict[str, float]:
    """Passes and their values, without what is read off a plan by planning again."""
    require_sound(case)
    return {found.name: found.value for found in solve(build(case)).passes if found.name != "ties"}


@cache
def as_it_is() -> dict[str, float]:
    return reached(alliance())


def chosen(case: Case, table: str, **where: str) -> int:
    """Place of the first row with these values."""
    rows = case.tables[table].with_row_index("place").filter(**where)
    return int(rows["place"][0])


KINDS: Sequence[tuple[str, Mapping[str, str], str]] = (
    # what is loosened, in which row, and the objective that is known to gain, blank where none must
    ("a faster line", {"line": "usa_body"}, ""),
    ("a wider route", {"origin": "USA", "destination": "UKR", "item": "round155"}, ""),
    ("a larger offer", {"seller": "KOR"}, "need"),
    ("an offer sooner", {"seller": "KOR"}, "need"),
    ("works sooner", {"expansion": "x_xeu_powder"}, "pledges"),
    ("a unit more of works", {"expansion": "x_xeu_powder"}, ""),
    ("more money", {"nation": "DEU"}, ""),
    ("a donor more", {}, "need"),
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "where", "helped"), KINDS)
def test_loosening_the_alliance_never_hurts(name: str, where: Mapping[str, str], helped: str) -> None:
    case = alliance()
    if name == "a donor more":
        stock = case.tables["stocks"].filter(holder="FRA", item="round155").with_columns(holder=pl.lit("KOR"))
        route = case.tables["routes"].filter(origin="FRA", destination="UKR").with_columns(origin=pl.lit("KOR"))
        tables = {t: pl.concat([case.tables[t], row]) for t, row in (("stocks", stock), ("routes", route))}
        looser = exact(case, **tables)
    else:
        table, change = LOOSER[name]
        looser = exact(case, **{table: change(case.tables[table], chosen(case, table, **where))})
    first, gain = first_of(as_it_is(), reached(looser))
    print(name, where, first, gain)
    assert gain >= 0.0, (first, gain)
    if helped:
        assert first == helped, "the law would hold of nothing"
