"""The case in which orders slip: the months of the expected view, nothing lost, and a plan that has to stand it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.sources.calibration.expected import expected_deliveries
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


def test_a_plan_stands_no_better_when_orders_are_late(tmp_path: Path) -> None:
    out = CliRunner().invoke(
        main, ["expect", str(TINY), "--late-case", str(tmp_path / "late"), "--level", "0.9", "--lang", "en"]
    )
    assert out.exit_code == 0, out.output
    assert "Case with late orders" in out.output
    late = rampart.read_case(tmp_path / "late")
    assert "slips" in late["sources"]["source"].to_list()
    noted = late["orders"]["note"].drop_nulls()
    assert noted.str.contains("promised").any()
    first, second = (
        dict(rampart.plan(c)["passes"].select("objective", "value").iter_rows())
        for c in (rampart.read_case(TINY), late)
    )
    order = [o for o in first if o not in ("ties", "money")]
    assert tuple(second[o] for o in order) >= tuple(first[o] - 1e-6 for o in order)
    assert second["need"] > first["need"]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        late_case(rampart.read_case(TINY), level=1.0)
