"""The case in which orders slip: the months of the expected view, nothing lost, and a plan that has to stand it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.sources.calibration.expected import expected_deliveries, packaged_model, slip_until
from rampart.sources.calibration.late import late_case

TINY = CASES / "tiny"
ALLIANCE = CASES / "alliance-2023"


@pytest.mark.parametrize(("level", "column"), [(None, "expected"), (0.9, "high"), (0.1, "low")])
@pytest.mark.parametrize("folder", [TINY, ALLIANCE])
def test_orders_come_in_the_months_of_the_expected_view(folder: Path, level: float | None, column: str) -> None:
    case = rampart.read_case(folder)
    key = ("buyer", "item", "line", "ship_to")
    view = expected_deliveries(case).group_by(*key, pl.col(column).alias("month")).agg(pl.col("quantity").sum())
    late = late_case(case, level=level)
    found = late["orders"].select(*key, "month", "quantity")
    assert found.sort(*key, "month", nulls_last=True).equals(
        view.select(found.columns).sort(*key, "month", nulls_last=True)
    )
    assert late["orders"]["quantity"].sum() == pytest.approx(case["orders"]["quantity"].sum())
    assert late["orders"].select(*key, "month").is_unique().all()
    assert (late["lines"]["lead_time"] >= case["lines"]["lead_time"]).all()


def test_orders_that_come_together_keep_what_is_still_to_pay() -> None:
    case = rampart.read_case(TINY)
    rows = case.tables["orders"].head(1)
    first = rows.with_columns(month=pl.lit("2000-01"), quantity=pl.lit(10.0), due=pl.lit(3.0))
    second = rows.with_columns(month=pl.lit("2000-02"), quantity=pl.lit(30.0), due=pl.lit(5.0))
    late = late_case(Case(tables={**case.tables, "orders": pl.concat([first, second])}), level=0.01)
    # long past: both come in the first month of the case
    assert late["orders"].select("month", "quantity", "due").rows() == [(str(case.settings["start"]), 40.0, 4.5)]
    unknown = pl.concat([first, second.with_columns(due=pl.lit(None, pl.Float64))])
    late = late_case(Case(tables={**case.tables, "orders": unknown}), level=0.01)
    assert late["orders"]["due"].to_list() == [None]  # unknown is not zero


def promised_later(case: Case, months: int) -> Case:
    """The case with its orders promised so many months later."""
    to = [month_text(month_number(month) + months) for month in case.tables["orders"]["month"]]
    return Case(tables={**case.tables, "orders": case.tables["orders"].with_columns(month=pl.Series(to))})


def test_a_plan_stands_no_better_when_orders_are_late(tmp_path: Path) -> None:
    promised = promised_later(rampart.read_case(TINY), 3)
    out = CliRunner().invoke(
        main,
        [
            "expect",
            str(promised.save(tmp_path / "promised")),
            "--late-case",
            str(tmp_path / "late"),
            "--level",
            "0.9",
            "--lang",
            "en",
        ],
    )
    assert out.exit_code == 0, out.output
    assert "Case with late orders" in out.output
    late = rampart.read_case(tmp_path / "late")
    assert "slips" in late["sources"]["source"].to_list()
    noted = late["orders"]["note"].drop_nulls()
    assert noted.str.contains("promised").any()
    first, second = (dict(rampart.plan(c)["passes"].select("objective", "value").iter_rows()) for c in (promised, late))
    order = [o for o in first if o not in ("ties", "money")]
    assert tuple(second[o] for o in order) >= tuple(first[o] - 1e-6 for o in order)
    assert second["need"] > first["need"]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        late_case(rampart.read_case(TINY), level=1.0)


def stream(first: int, months: int = 24, quantity: float = 50_000.0) -> Case:
    """Tiny with one stream on its hot line in place of its orders, promised from so many months after the start."""
    case = rampart.read_case(TINY)
    row = case.tables["orders"].head(1)
    start = case.calendar.first + first
    rows = [row.with_columns(month=pl.lit(month_text(start + n)), quantity=pl.lit(quantity)) for n in range(months)]
    return Case(tables={**case.tables, "orders": pl.concat(rows)})


def by_month(case: Case) -> list[tuple[int, float]]:
    start = case.calendar.first
    rows = case["orders"].group_by("month").agg(pl.col("quantity").sum()).sort("month").iter_rows()
    return [(month_number(month) - start, quantity) for month, quantity in rows]


@pytest.mark.parametrize("level", [None, 0.5, 0.8, 0.9])
def test_a_stream_that_runs_already_is_not_torn(level: float | None) -> None:
    """Once the step at every twelfth month made seven months of nothing, and heaps elsewhere."""
    assert by_month(late_case(stream(0), level=level)) == [(n, 50_000.0) for n in range(24)]


@pytest.mark.parametrize("level", [None, 0.8, 0.9])
@pytest.mark.parametrize("first", [1, 5, 11, 12, 13, 20, 40])
def test_a_stream_slips_as_a_whole(first: int, level: float | None) -> None:
    found = by_month(late_case(stream(first), level=level))
    months = [month for month, _ in found]
    assert months == list(range(months[0], months[0] + 24))
    assert {quantity for _, quantity in found} == {50_000.0}
    assert months[0] >= first


@pytest.mark.parametrize("account", ["ammunition", "missiles"])
@pytest.mark.parametrize("state", ["planned", "funded", "awarded"])
def test_a_month_more_ahead_is_no_leap_of_the_slip(account: str, state: str) -> None:
    """At whole years what the books say, nothing at once, straight between: worked out from the knots alone."""
    model = packaged_model()
    for level in (0.1, 0.5, 0.9):
        knots = [0.0] + [model.slip(account, state, books).quantile(level) for books in (1, 2, 3)]
        for ahead in range(0, 49):
            year = min(ahead / 12, 3)
            before, part = int(min(year, 2)), year - int(min(year, 2))
            straight = (1 - part) * knots[before] + part * knots[before + 1]
            assert slip_until(model, account, state, ahead).quantile(level) == pytest.approx(straight)
    means = [slip_until(model, account, state, ahead).mean for ahead in (0, 6, 12)]
    assert means == pytest.approx([0.0, model.slip(account, state, 1).mean / 2, model.slip(account, state, 1).mean])
