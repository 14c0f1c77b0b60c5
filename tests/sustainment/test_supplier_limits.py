"""A maker who delivers only so many a month: orders wait, by the equation and by histories; lines bound parts; what is sold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rampart.case.tables import Case
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import MONTH, read_support
from rampart.sustainment.play_through import play
from sustainment.small_fleets import case_of

THROWN = [{"part": "P0", "site": "base", "repaired": 0, "condemned": 1}]


def consumed(folder: Path, *, systems: float, a_month: float, stock: int, **more: object) -> Case:
    """One part that is always thrown away and bought again, so many a month with all systems in use."""
    rate = a_month / MONTH / systems
    return case_of(
        folder, systems=systems, removals=[rate], repairs=THROWN, stocks={("P0", "base"): stock}, months=8, **more
    )  # type: ignore[arg-type]


def on_order(ordered: float, made: float, lead: float) -> np.ndarray:
    """Units ordered and not there, on average over each month: those of the lead time, and what the maker is behind with."""
    t = np.linspace(0.0, 8 * MONTH, 8 * 2000, endpoint=False)
    behind = np.maximum((ordered - made) / MONTH, 0.0) * np.maximum(t - lead, 0.0)
    return (ordered * lead / MONTH + behind).reshape(8, 2000).mean(axis=1)


@pytest.mark.parametrize(("made", "lead"), [(10.0, 20), (6.0, 20), (3.0, 75), (0.0, 40)])
def test_orders_wait_for_their_maker(tmp_path: Path, made: float, lead: int) -> None:
    """Eight a month thrown away, a fleet so large that its use does not fall, no spares."""
    case = consumed(tmp_path, systems=1e6, a_month=8.0, stock=0, parts={"most_supply": made, "lead_time": lead})
    found = availability_by_month(read_support(case)).ebo[:, 0, 0]
    assert found == pytest.approx(on_order(8.0, made, lead), rel=0.01)


def test_histories_wait_too(tmp_path: Path) -> None:
    """Fifty systems, twelve a month thrown away with all in use, seven made: months within two points of 150 histories."""
    case = consumed(tmp_path, systems=50, a_month=12.0, stock=10, parts={"most_supply": 7, "lead_time": 30})
    support = read_support(case)
    found, played = availability_by_month(support), play(support, runs=150, seed=5)
    assert np.all(np.abs(found.available - played.available) <= 0.02 * 50 + 3.0 * played.error)
    free = availability_by_month(read_support(consumed(tmp_path / "free", systems=50, a_month=12.0, stock=10,
                                                       parts={"lead_time": 30})))  # fmt: skip
    assert free.available[0, -1] > found.available[0, -1] + 5.0  # the limit is what is felt
    told = {f.details.get("supply") for f in sustain(case, draws=0).findings if f.code == "not-to-be-relied-on"}
    assert told - {None}


def with_line(case: Case, *, rate: float, until: str | None) -> Case:
    """The same with the part an item that one line makes, its rate a year."""
    items = pl.DataFrame([{"item": "tube", "name_en": "tube", "kind": "spare", "unit": "tubes"}])
    lines = pl.DataFrame([{"line": "works", "item": "tube", "state": "hot", "rate_per": "year", "max_rate": rate,
                           "until": until}], schema_overrides={"until": pl.String})  # fmt: skip
    parts = case.tables["parts"].with_columns(
        pl.lit("tube").alias("item"), pl.lit(None, pl.Float64).alias("most_supply")
    )
    laid = {
        name: pl.concat([case.tables[name], rows], how="diagonal_relaxed").select(case.tables[name].columns)
        for name, rows in (("items", items), ("lines", lines))
    }
    return replace(case, tables={**case.tables, **laid, "parts": parts})


def test_lines_bound_what_parts_are_made(tmp_path: Path) -> None:
    """72 a year are six a month; a line that delivers until June takes the last order one lead time before its end."""
    stated = consumed(tmp_path, systems=1e6, a_month=8.0, stock=0, parts={"most_supply": 6, "lead_time": 20})
    by_line = read_support(with_line(stated, rate=72.0, until=None))
    assert by_line.supplied == pytest.approx(np.full((8, 1), 6.0))
    assert availability_by_month(by_line).ebo == pytest.approx(availability_by_month(read_support(stated)).ebo)
    ended = read_support(with_line(stated, rate=72.0, until="2025-06"))
    assert ended.last_buy == pytest.approx([6 * MONTH - 20])
    assert availability_by_month(ended).ebo[7, 0, 0] > availability_by_month(by_line).ebo[7, 0, 0] + 4.0


@pytest.mark.parametrize("budget", [None, 60_000.0])
def test_no_more_are_sold_than_can_be_made(tmp_path: Path, budget: float | None) -> None:
    """Two a month are made, one is thrown away: what is left by the end of the month asked for, one lead time off, is sold."""
    case = consumed(tmp_path, systems=30, a_month=1.0, stock=0, parts={"most_supply": 2, "lead_time": 91})
    for month, most in (("2025-03", 0), ("2025-06", 4), ("2025-08", 6)):
        answer = sustain(case, draws=0, month=month, budget=budget)
        bought = (answer["stock_list"]["stock"] - answer["stock_list"]["held"]).max() or 0
        assert bought <= most
    assert bought > 0
