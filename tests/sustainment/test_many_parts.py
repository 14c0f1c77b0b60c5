"""Courses of many parts are those of few, to the last digit: compiled where Numba is installed, as plain loops elsewhere."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from drawn import seeds
from rampart.case.tables import Case
from rampart.sustainment import many_parts
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.fleet import Support, read_support
from sustainment.small_fleets import case_of

SITES = [{"site": "depot"}, {"site": "hub", "supplier": "depot", "order_ship": 6},
         {"site": "b0", "supplier": "hub", "order_ship": 4}, {"site": "b1", "supplier": "depot", "order_ship": 9}]  # fmt: skip


def drawn(folder: Path, seed: int) -> Case:
    """Three parts over three tiers, some thrown away, some held in mountains; in half of them only one base has a surge."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for n in range(3):
        for site in ("depot", "hub", "b0", "b1"):
            share = 1.0 if site == "depot" and n != 1 else round(float(rng.uniform(0, 0.6)), 2)
            thrown = 0.0 if site == "depot" else round(float(rng.uniform(0, 0.2)), 2)
            days = round(float(rng.uniform(4, 40)), 1)
            rows.append({"part": f"P{n}", "site": site, "repaired": share, "condemned": thrown, "turnaround": days})
    stocks = {(f"P{n}", site): int(rng.integers(0, 5)) for n in range(3) for site in ("depot", "hub", "b0", "b1")}
    stocks["P2", "depot"] = int(rng.choice([0, 2, 150]))
    case = case_of(
        folder, systems=float(rng.integers(12, 30)), removals=rng.uniform(0.002, 0.02, 3).round(4).tolist(), repairs=rows,
        sites=SITES, fleets=["b0", "b1"], stocks=stocks, surge=("2025-02", "2025-04", 2.5), months=5,
        parts={"lead_time": int(rng.integers(20, 90)), **({"last_buy": "2025-03"} if seed % 3 == 0 else {})},
    )  # fmt: skip
    if seed % 2:
        use = case.tables["fleet_use"]
        calm = (pl.col("fleet") == "f-b1") & (pl.col("from") == "2025-02")
        case = replace(case, tables={**case.tables, "fleet_use": use.filter(~calm.fill_null(value=False))})
    return case


def both(support: Support, monkeypatch: pytest.MonkeyPatch) -> tuple[AvailabilityByMonth, AvailabilityByMonth]:
    """The months as they are worked out, and as they are for many parts."""
    plain = availability_by_month(support)
    monkeypatch.setattr(many_parts, "MANY", 0)
    monkeypatch.setattr(many_parts, "installed", lambda: True)
    assert many_parts.taken_by(support)
    return plain, availability_by_month(support)


@pytest.mark.parametrize("seed", seeds(2, 40))
def test_many_parts_have_the_months_of_few(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, many = both(read_support(drawn(tmp_path, seed)), monkeypatch)
    assert (plain.instants, plain.rounds) == (many.instants, many.rounds)
    for field in fields(plain):
        one = getattr(plain, field.name)
        if isinstance(one, np.ndarray) and one.dtype != bool:
            assert getattr(many, field.name) == pytest.approx(one, rel=1e-9, abs=1e-9), field.name
    assert np.array_equal(plain.raised, many.raised)


def test_months_that_are_not_kept_are_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    support = read_support(drawn(tmp_path, 1))
    plain, _ = both(support, monkeypatch)
    one = availability_by_month(support, by_part=(3,))
    assert one.available == pytest.approx(plain.available)
    assert one.ebo[3] == pytest.approx(plain.ebo[3])
    assert not one.ebo[:3].any() and not one.down[:, :, :3].any()
    bought = availability_by_month(support, bought_for=2)
    assert bought.own_mean[2] == pytest.approx(plain.own_mean[2])
    assert bought.ebo == pytest.approx(plain.ebo) and not bought.own_mean[[0, 1, 3, 4]].any()


@pytest.mark.slow
def test_the_whole_answer_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = drawn(tmp_path, 2)
    plain = sustain(case, draws=0, target=0.9)
    monkeypatch.setattr(many_parts, "MANY", 0)
    monkeypatch.setattr(many_parts, "installed", lambda: True)
    many = sustain(case, draws=0, target=0.9)
    for table in ("availability", "points", "stock_list", "curve", "shortages"):
        assert many[table].height == plain[table].height
        for column, kind in plain[table].schema.items():
            if kind.is_float():
                ours, theirs = (t[table][column].fill_null(-1.0).to_list() for t in (many, plain))
                assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6), (table, column)
            else:
                assert many[table][column].to_list() == plain[table][column].to_list()


def test_causes_add_up_where_small_ones_are_told_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rampart.sustainment import answer

    support = read_support(drawn(tmp_path, 2))
    course = availability_by_month(support)
    monkeypatch.setattr(answer, "MANY_ROWS", 0)
    little = float(np.median(course.down[course.down > 0]))
    monkeypatch.setattr(answer, "NEXT_TO_NOTHING", little)
    found = {"holding_back": answer._holding_back(support, course), "shortages": answer._shortages(support, course),
             "availability": answer._availability(support, course, {})}  # fmt: skip
    sums = found["holding_back"].group_by("fleet", "month").agg(pl.col("systems").sum())
    table = found["availability"].join(sums, on=["fleet", "month"])
    gone = (table["held"] - table["available"]).to_list()
    assert table["systems"].to_list() == pytest.approx(gone, abs=1e-6)
    assert "rest" in found["holding_back"]["cause"].to_list()
    most = found["shortages"].group_by("part", "site").agg(pl.col("backorders").max())["backorders"]
    assert 0 < len(most) < 12 and min(most.to_list()) > little
