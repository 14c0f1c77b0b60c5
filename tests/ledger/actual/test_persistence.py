"""Planned anew from a ledger: where nothing happened the plan stays, and after a slip fewer decisions move than without it.

On published analyses recomputed, which have no whole numbers and no rooms; what is decided is told by the tables themselves.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from cases_random import random_case
from places import CASES
from rampart.case.calendar import month_number, month_text
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.ledger.actual.news import with_news
from rampart.ledger.actual.planned import planned
from rampart.ledger.actual.replanning import position
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.plan.model.passes import SETTLING
from rampart.plan.planning import in_any_amount, plan
from rampart.plan.programme.measures import ROOM
from rampart.results.result import Result

passes_in_turn = importlib.import_module("rampart.plan.solving.passes_in_turn")
KEYS = {
    "orders": (("contract", "line", "later", "decide"), "quantity"), "expansions": (("expansion", "decide"), "units"),
    "purchases": (("offer", "buyer", "month"), "quantity"),
    "transfers": (("origin", "destination", "item", "month"), "quantity"),
}  # fmt: skip


def decided(of: Result, start: str) -> dict[tuple[str, ...], float]:
    """Every decision from a month on, with its amount."""
    found: dict[tuple[str, ...], float] = {}
    for table, (names, amount) in KEYS.items():
        for r in of[table].iter_rows(named=True):
            key = (table, *(str(r[name]) for name in names))
            if key[-1] >= start:
                found[key] = found.get(key, 0.0) + r[amount]
    return found


def moved(before: Result, after: Result, start: str) -> int:
    """How many decisions from a month on differ by more than half a unit and a thousandth."""
    one, other = decided(before, start), decided(after, start)
    pairs = [(one.get(key, 0.0), other.get(key, 0.0)) for key in one.keys() | other.keys()]
    return sum(abs(a - b) > max(0.5, 1e-3 * max(a, b)) for a, b in pairs)


def second(of: Result) -> str:
    return month_text(month_number(str(of.case.settings["start"])) + 1)


@pytest.fixture(scope="module")
def first() -> Result:
    return plan(read_case(CASES / "million-rounds"), reasons="none", give_or_keep=False)


@pytest.mark.parametrize("name", ["csis-155", "million-rounds"])
def test_where_nothing_happened_otherwise_the_plan_stays(name: str, tmp_path: Path) -> None:
    before = plan(read_case(CASES / name), reasons="none", give_or_keep=False)
    with open_ledger(tmp_path / "a", create=True) as ledger:
        at = position(ledger, before, second(before))
        after = with_news(plan(at.case, reasons="none", give_or_keep=False), at, ledger)
    assert len(decided(before, second(before))) > 20
    assert moved(before, after, second(before)) == 0
    assert after["changes"].is_empty() and after["because"].is_empty()


def of_chance(seed: int) -> Case:
    """A small random case without rooms or whole numbers."""
    case = in_any_amount(random_case(Random(seed)))
    return case.with_tables({"priorities": case.tables["priorities"].with_columns(tolerance=pl.lit(0.0))})


@pytest.mark.parametrize(
    "seeds", [(17, 83, 236), pytest.param(range(301), marks=pytest.mark.slow)], ids=("three", "many")
)
def test_random_cases_without_rooms_keep_every_decision(seeds: Sequence[int], tmp_path: Path) -> None:
    """Also over quarters, with needs that may be late, pledges in arrears, orders in hand that wait for works, limits on the
    pace, also over periods of several months, and goods with a shelf life on the way. Where a rule is broken what breaks it
    least may be another plan later, as of a budget of which part is spent: most of these stay too.
    """
    kept = decisions = broken = stayed = 0
    with open_ledger(tmp_path / "a", create=True) as ledger:
        for seed in seeds:
            before = plan(of_chance(seed), reasons="none", give_or_keep=False)
            at = position(ledger, before, f"{before['periods']['month'][1]:%Y-%m}")
            after = with_news(plan(at.case, reasons="none", give_or_keep=False), at, ledger)
            assert after["because"].height == after["changes"].height, seed
            if not before.feasible:
                broken, stayed = broken + 1, stayed + after["changes"].is_empty()
                assert set(after["because"]["why"]) <= {"rule", "carried"}, seed
            else:
                assert after["changes"].is_empty() and after.feasible, seed
                kept += 1
                decisions += len(decided(before, str(at.case.settings["start"])))
    assert kept >= len(seeds) / 3 and decisions > 10 and stayed >= 0.9 * broken


def slipped(first: Result, made: float) -> tuple[str, str, list[Document]]:
    """Of what should have been made most in the first month only a share was, and sent: nation, item and its documents."""
    month = str(first.case.settings["start"])
    due = {at: quantity for at, quantity in planned(first).items() if at[:2] == (month, "production")}
    (_, _, nation, item), quantity = max(due.items(), key=lambda one: one[1])
    sent = first["transfers"].filter(origin=nation, item=item).rows(named=True)
    held = first.case["stocks"].filter(holder=nation, item=item)["quantity"].sum()
    told = [("made", "production", made * quantity, {}), ("there", "opening", held, {})]
    told += [(r["destination"], "dispatch", made * r["quantity"], {"to": r["destination"]})
             for r in sent if f"{r['month']:%Y-%m}" == month]  # fmt: skip
    days = {"opening": "01", "production": "20", "dispatch": "21"}
    found = [
        Document(nation, key, kind, f"{month}-{days[kind]}", "clerk", "r", lines=(Line(item, round(q)),), **said)
        for key, kind, q, said in told if round(q)
    ]  # fmt: skip
    nothing = tuple(Line(item, 0, about=kind, told="{}") for kind in ("production", "dispatch"))
    return (
        nation,
        item,
        found if made else [*found, Document(nation, "r", "return", f"{month}-28", "clerk", "r", lines=nothing)],
    )


def with_slip(first: Result, made: float, ledger: Ledger) -> list[int]:
    """How many decisions move after a slip, and how many without what the plan intended; each that moves is explained."""
    nation, item, documents = slipped(first, made)
    ledger.post(*documents)
    at, later = position(ledger, first, second(first)), second(first)
    kept = with_news(plan(at.case, reasons="none", give_or_keep=False), at, ledger)
    without = at.case.with_tables({"taken": at.case["taken"].filter(pl.col("in_hand"))})
    free = plan(without, reasons="none", give_or_keep=False)
    values = [dict(p["passes"].select("objective", "value").iter_rows()) for p in (kept, free)]
    assert values[0] == pytest.approx(values[1], rel=3 * ROOM), (
        "what a pass gives, those after it are worth so much more"
    )
    assert kept["because"].height == kept["changes"].height
    if kept["because"].height:
        assert kept["because"].select("why", "nation", "item").unique().rows() == [("news", nation, item)]
    return [moved(first, one, later) for one in (kept, free)]


def test_after_a_slip_only_what_must_move_moves(first: Result, tmp_path: Path) -> None:
    """What is late takes the line for the second month, whose order is left; the last order and its shipment make up for it.

    Nothing else is left to choose in this case: without what was intended it is four, one of them needlessly.
    """
    with open_ledger(tmp_path / "a", create=True) as ledger:
        assert with_slip(first, 0.0, ledger) == [3, 4]


def test_a_plan_that_stands_is_kept_where_time_runs_out_while_fewer_changes_are_sought(
    first: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock jumps past the deadline once the nearest plan is known: what was found before is the plan, all of it."""
    clock, late, within = time.monotonic, [0.0], passes_in_turn.within_rooms

    def jumps(*of: Any) -> Any:
        found = within(*of)
        late[0] = 1e6
        return found

    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(*slipped(first, 0.0)[2])
        at = position(ledger, first, second(first))
    monkeypatch.setattr(passes_in_turn, "within_rooms", jumps)
    monkeypatch.setattr(time, "monotonic", lambda: clock() + late[0])
    kept = plan(at.case, reasons="none", give_or_keep=False, time_limit=500.0)
    assert late[0]
    without = at.case.with_tables({"taken": at.case["taken"].filter(pl.col("in_hand"))})
    free = plan(without, reasons="none", give_or_keep=False)
    names = [name for name in free["passes"]["objective"] if name not in SETTLING]
    values = [dict(p["passes"].select("objective", "value").iter_rows()) for p in (kept, free)]
    assert {n: values[0][n] for n in names} == pytest.approx({n: values[1][n] for n in names}, rel=3 * ROOM)
    assert "not reached" not in kept["passes"]["status"].to_list()


@pytest.mark.docs
@pytest.mark.parametrize("made", [0.0, 0.5])
def test_after_a_slip_at_most_half_move_where_objectives_have_rooms(made: float, tmp_path: Path) -> None:
    """A case whose objectives leave room, and have equals; with half made 27 decisions move without what was intended."""
    case = read_case(CASES / "tiny")
    rooms = case.tables["priorities"].with_columns(tolerance=pl.lit(None, pl.Float64))
    before = plan(case.with_tables({"priorities": rooms}), reasons="none", give_or_keep=False)
    with open_ledger(tmp_path / "a", create=True) as ledger:
        kept, free = with_slip(before, made, ledger)
    assert free > 3 and kept <= free / 2
