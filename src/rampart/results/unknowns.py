"""What a case does not know: stocks, budgets, rates, dues."""

from __future__ import annotations

import polars as pl

from rampart.case.calendar import month_text
from rampart.case.orders import arriving
from rampart.results.result import Result


def unknown_stocks(plan: Result) -> list[tuple[str, str]]:
    """Holder and item with a requirement or a demand but no stock row, in the order of the case."""
    case = plan.case
    known = set(case["stocks"].select("holder", "item").iter_rows())
    asked = {
        pair: None for table in ("requirements", "demand") for pair in case[table].select("holder", "item").iter_rows()
    }
    return [pair for pair in asked if pair not in known]


def without_budget(plan: Result) -> list[tuple[str, int]]:
    """Nation and fiscal year in which money is spent though no budget row limits it."""
    limited = set(plan.case["budgets"].select("nation", "fiscal_year").iter_rows())
    spent = plan["money"].filter((pl.col("commitments") > 0) | (pl.col("payments") > 0))
    pairs = spent.select("nation", "fiscal_year").unique().sort("nation", "fiscal_year")
    return [pair for pair in pairs.iter_rows() if pair not in limited]


def orders_without_due(plan: Result) -> list[tuple[str, str, float]]:
    """Buyer, item and quantity of placed orders whose amount still to pay is unknown."""
    orders = arriving(plan.case).filter(pl.col("due").is_null())
    sums = orders.group_by("buyer", "item").agg(pl.col("quantity").sum()).sort("buyer", "item")
    return list(sums.iter_rows())


def only_planned(plan: Result) -> list[tuple[str, str, float]]:
    """Buyer, item and quantity of orders of the horizon that are only planned and do not arrive."""
    calendar, orders = plan.case.calendar, plan.case["orders"]
    left = orders.join(arriving(plan.case), on=orders.columns, how="anti", nulls_equal=True)
    left = left.filter(pl.col("month").is_between(pl.lit(calendar.labels[0]), pl.lit(month_text(calendar.last))))
    sums = left.group_by("buyer", "item").agg(pl.col("quantity").sum()).sort("buyer", "item")
    return list(sums.iter_rows())


def items_without(plan: Result, column: str) -> list[str]:
    """Items whose price or book value is unknown."""
    return plan.case.tables["items"].filter(pl.col(column).is_null())["item"].to_list()


def without_rate(plan: Result) -> list[tuple[str, str]]:
    """Holder and item with a requirement but no daily expenditure rate, so no days of supply."""
    stock = plan["stock"].filter(pl.col("requirement").is_not_null())
    rates = stock.group_by("holder", "item", maintain_order=True).agg(pl.col("daily_rate").is_not_null().any())
    return [(h, i) for h, i, known in rates.iter_rows() if not known]
