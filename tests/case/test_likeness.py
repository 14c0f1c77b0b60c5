"""What codes are, apart from their names."""

from __future__ import annotations

from random import Random

import numpy as np
import polars as pl
import pytest

import rampart
from cases_random import random_case
from places import CASES
from rampart.case.likeness import likeness, mixed, mixed_one
from rampart.catalogues.inputs import tables

Frames = dict[str, pl.DataFrame]


def renamed(frames: Frames, table: str, new: dict[str, str]) -> Frames:
    """The same tables with the codes of one table under other names, wherever they stand."""
    found = {}
    for name, frame in frames.items():
        columns = [
            c.name
            for c in tables()[name].columns.values()
            if name != "settings"
            and (c.reference.startswith(f"{table}.") or (name == table and c.key and c.kind == "code"))
        ]
        found[name] = frame.with_columns(pl.col(c).replace(new) for c in columns)
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("table", ["nations", "items", "lines"])
def test_another_name_is_the_same_thing(seed: int, table: str) -> None:
    frames = dict(random_case(Random(seed)).tables)
    before = likeness(frames).by_table
    codes = list(before.get(table, {}))
    new = {code: f'{n}|"{code[::-1]}"' for n, code in enumerate(codes)}
    after = likeness(renamed(frames, table, new)).by_table
    assert {new[code]: number for code, number in before.get(table, {}).items()} == after.get(table, {})
    for other in before.keys() - {table}:
        assert before[other] == after[other]


def test_rows_in_another_order_are_the_same() -> None:
    frames = rampart.read_case(CASES / "tiny").tables
    assert likeness(frames).by_table == likeness({n: f.reverse() for n, f in frames.items()}).by_table


def test_things_that_differ_in_one_figure_are_told_apart() -> None:
    frames = dict(rampart.read_case(CASES / "tiny").tables)
    line = frames["lines"].filter(line="round_line")
    twin = line.with_columns(line=pl.lit("twin"))
    contracts = frames["contracts"].filter(pl.col("line") != "round_line")
    rates = frames["rates"].filter(pl.col("line") != "round_line")
    bills = frames["bills"].with_columns(line=pl.lit(None, pl.String))
    orders = frames["orders"].with_columns(line=pl.lit(None, pl.String))
    base = frames | {"contracts": contracts, "rates": rates, "bills": bills, "orders": orders}
    assert likeness(base | {"lines": pl.concat([frames["lines"], twin])}).alike()["lines"] == [["round_line", "twin"]]
    slower = twin.with_columns(lead_time=pl.col("lead_time") + 1)
    assert "lines" not in likeness(base | {"lines": pl.concat([frames["lines"], slower])}).alike()


def test_the_shipped_cases_have_nothing_twice_that_a_plan_chooses_between() -> None:
    for name in ("tiny", "alliance-2023", "csis-155"):
        alike = likeness(rampart.read_case(CASES / name).tables).alike()
        assert not alike.keys() & {"lines", "contracts", "nations", "items"}, name


def test_a_column_that_the_case_does_not_fill_says_nothing() -> None:
    frames = dict(rampart.read_case(CASES / "tiny").tables)
    blank = [name for name in frames["items"].columns if frames["items"][name].null_count() == frames["items"].height]
    assert blank
    fewer = likeness(frames | {"items": frames["items"].drop(blank)})
    assert fewer.by_table == likeness(frames).by_table


def test_numbers_are_spread_alike_one_by_one_and_all_at_once() -> None:
    """The first three are those of the published splitmix64 from seed 0."""
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    step = 0x9E3779B97F4A7C15
    assert [mixed_one(n * step) for n in range(3)] == published
    assert mixed(np.array([n * step % 2**64 for n in range(3)], dtype=np.uint64)).tolist() == published
