"""Checks by ratio: figures that may stand, and that hardly anybody means. None stops a plan."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.catalogues.choices import french
from rampart.findings import Finding

UNLIKE = 5.0
"""Ratio between a price agreed and the replacement cost beyond which one of them is doubted."""
LEAST_PRICE = {"system": 1000.0, "missile": 100.0, "rocket": 10.0, "munition": 0.1}
"""Currency below which the price of a unit is doubted, by the kind of item."""
TWELVEFOLD = (10.0, 14.0)
"""Ratio of two rates of one line that points to a year taken for a month."""
ABOVE = 1.001
"""Times what a line makes in a month beyond which orders due in it are doubted."""
BEYOND = 100.0
"""Times all that could be bought, or all that is asked for in a year, beyond which a figure is doubted."""


def check_prices(draft: Draft) -> Iterator[Finding]:
    """A price agreed, or what a line asks for a unit, is many times the replacement cost of the item, or a small part of it."""
    costs = draft.sound("items").select("item", pl.col("price").alias("#cost")).unique("item")
    makes = draft.sound("lines").select("line", "item").unique("line")
    agreed = {
        "contracts": draft.sound("contracts").join(makes, on="line", how="inner", maintain_order="left"),
        "market": draft.sound("market"),
        "lines": draft.sound("lines").with_columns(price=pl.col("unit_cost")),
    }
    for table, rows in agreed.items():
        both = rows.join(costs, on="item", how="inner", maintain_order="left")
        ratio = pl.col("price") / pl.col("#cost")
        wrong = both.filter((pl.col("price") > 0) & (pl.col("#cost") > 0) & ((ratio > UNLIKE) | (ratio < 1 / UNLIKE)))
        for row, price, item, cost in wrong.select(ROW, "price", "item", "#cost").iter_rows():
            column = "unit_cost" if table == "lines" else "price"
            yield draft.finding("price-unlike-cost", table, row=row, column=column, value=price, item=item, cost=cost)


def check_prices_in_millions(draft: Draft) -> Iterator[Finding]:
    """The replacement cost of a unit is as small as hardly any of its kind: it may be in thousands or millions."""
    least = pl.col("kind").replace_strict(LEAST_PRICE, default=0.0, return_dtype=pl.Float64)
    small = draft.sound("items").filter((pl.col("price") > 0) & (pl.col("price") < least))
    for row, item, kind, price in small.select(ROW, "item", "kind", "price").iter_rows():
        said = {
            "item": item,
            "kind": kind,
            "kind_fr": french().get(kind, kind),
            "currency": draft.settings.get("currency", ""),
        }
        yield draft.finding("price-of-millions", "items", row=row, column="price", value=price, **said)


def check_units(draft: Draft) -> Iterator[Finding]:
    """A unit of an item has a number in it, as "1000 rounds": its quantities may be thousands, and are read one by one."""
    named = draft.sound("items").filter(
        pl.col("unit").str.contains(r"^\s*\d|(?i)^(?:milliers?|thousands?|millions?)\b")
    )
    for row, item, unit in named.select(ROW, "item", "unit").iter_rows():
        yield draft.finding("unit-with-number", "items", row=row, column="unit", value=unit, item=item)


def check_rates_alike(draft: Draft) -> Iterator[Finding]:
    """A later rate is about twelve times, or a twelfth of, that of the line: a year may be taken for a month."""
    own = draft.sound("lines").select("line", "rate_per", pl.col("max_rate").alias("#own")).unique("line")
    later = draft.sound("rates").join(own, on="line", how="inner", maintain_order="left")
    least, most = TWELVEFOLD
    ratio = pl.col("max_rate") / pl.col("#own")
    twelve = ratio.is_between(least, most) | (1 / ratio).is_between(least, most)
    wrong = later.filter((pl.col("max_rate") > 0) & (pl.col("#own") > 0) & twelve)
    for row, rate, line, other, per in wrong.select(ROW, "max_rate", "line", "#own", "rate_per").iter_rows():
        details = {"line": line, "other": other, "per": per}
        yield draft.finding("rate-twelvefold", "rates", row=row, column="max_rate", value=rate, **details)


def check_rates_against_asked(draft: Draft) -> Iterator[Finding]:
    """In a year one line makes many times all that is ever asked for of its item."""
    asked: dict[str, float] = {}
    yearly = pl.col("need") * pl.when(pl.col("rate_per") == "month").then(12.0).otherwise(1.0)
    for item, need in draft.sound("demand").select("item", yearly.alias("need")).drop_nulls().iter_rows():
        asked[item] = asked.get(item, 0.0) + need
    held = pl.coalesce("quantity", pl.col("daily_rate") * pl.col("days"))
    for item, quantity in draft.sound("requirements").select("item", held.alias("held")).drop_nulls().iter_rows():
        asked[item] = asked.get(item, 0.0) + quantity
    columns = ["line", "item", "rate_per", "max_rate", ROW]
    for line, item, per, rate, row in draft.sound("lines").select(columns).drop_nulls().iter_rows():
        year = rate * (12.0 if per == "month" else 1.0)
        if item in asked and asked[item] > 0 and BEYOND * asked[item] < year < float("inf"):
            details = {"line": line, "item": item, "year": round(year, 6), "asked": round(asked[item], 6)}
            yield draft.finding("rate-beyond-asked", "lines", row=row, column="max_rate", value=rate, **details)


def check_bills_against_rates(draft: Draft) -> Iterator[Finding]:
    """At their full rate the lines of an item would take many times what all lines of its component make."""
    most: dict[str, float] = {}
    dated = draft.sound("rates").group_by("line").agg(pl.col("max_rate").max().alias("#later"))
    month = pl.max_horizontal("max_rate", "#later") / pl.when(pl.col("rate_per") == "month").then(1.0).otherwise(12.0)
    lines = draft.sound("lines").join(dated, on="line", how="left", maintain_order="left")
    for item, rate in lines.select("item", month.alias("rate")).drop_nulls().iter_rows():
        most[item] = most.get(item, 0.0) + rate
    columns = ["item", "component", "quantity", ROW]
    for item, component, quantity, row in draft.sound("bills").select(columns).drop_nulls().iter_rows():
        needed, made = quantity * most.get(item, 0.0), most.get(component, 0.0)
        if made > 0 and BEYOND * made < needed < float("inf"):
            details = {"item": item, "component": component, "needed": round(needed, 6), "made": round(made, 6)}
            yield draft.finding("bill-beyond-made", "bills", row=row, column="quantity", value=quantity, **details)


def check_rates_in_the_shade(draft: Draft) -> Iterator[Finding]:
    """A rate of the line is never used: from the first month on other rows say it, and none comes back to it."""
    start = draft.settings.get("start")
    if not start:
        return
    dated = draft.sound("rates").filter(pl.col("max_rate").is_not_null())
    said = dated.group_by("line").agg(pl.col("max_rate").alias("#all"))
    first = dated.filter(pl.col("from") <= pl.lit(start)).sort("from").unique("line", keep="last", maintain_order=True)
    own = draft.sound("lines").select("line", pl.col("max_rate").alias("#own")).unique("line")
    both = first.join(own, on="line", how="inner").join(said, on="line", how="inner").sort(ROW)
    for row, line, rate, other in (
        both.filter(~pl.col("#own").is_in(pl.col("#all"))).select(ROW, "line", "max_rate", "#own").iter_rows()
    ):  # fmt: skip
        yield draft.finding(
            "rate-in-the-shade", "rates", row=row, column="max_rate", value=rate, line=line, other=other
        )


def check_orders_against_rates(draft: Draft) -> Iterator[Finding]:
    """Orders of one line that are due in one month are more than the line can make in it."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    lines = draft.sound("lines").select("line", "rate_per", "max_rate").unique("line")
    if not start or not end or lines.is_empty():
        return
    dated = draft.sound("rates").filter(pl.col("max_rate").is_not_null())
    changes: dict[str, list[tuple[str, float]]] = {}
    for line, month, rate in dated.sort("from").select("line", "from", "max_rate").iter_rows():
        changes.setdefault(line, []).append((month, rate))
    orders = draft.sound("orders").filter(
        pl.col("line").is_not_null() & pl.col("month").is_between(pl.lit(start), pl.lit(end))
    )
    due = orders.group_by("line", "month", maintain_order=True).agg(pl.col("quantity").sum(), pl.col(ROW).first())
    for line, month, quantity, row, per, own in (
        due.join(lines, on="line", how="inner", maintain_order="left")
        .select("line", "month", "quantity", ROW, "rate_per", "max_rate").iter_rows()
    ):  # fmt: skip
        rate = next((r for m, r in reversed(changes.get(line, [])) if m <= month), own)
        most = rate / (12.0 if per == "year" else 1.0)
        if quantity > ABOVE * most:
            details = {"line": line, "month": month, "most": round(most, 6)}
            yield draft.finding("orders-beyond-rate", "orders", row=row, column="quantity", value=quantity, **details)


def check_budgets(draft: Draft) -> Iterator[Finding]:
    """A budget is many times all that its nation could buy in a year, as where millions are taken for thousands."""
    unit = {"one": 1.0, "thousand": 1e3, "million": 1e6}.get(draft.settings.get("money_unit") or "million", 1e6)
    could = _purchases_in_a_year(draft)
    own = draft.sound("budgets").filter(pl.col("currency").is_null())
    for row, nation, money in own.select(ROW, "nation", "commitments").drop_nulls().iter_rows():
        worth = could.get(nation, 0.0) / unit
        if 0 < BEYOND * worth < money < float("inf"):
            details = {"nation": nation, "worth": float(f"{worth:.3g}")}
            yield draft.finding(
                "budget-beyond-purchases", "budgets", row=row, column="commitments", value=money, **details
            )


def _purchases_in_a_year(draft: Draft) -> dict[str, float]:
    """Currency that each nation could spend in a year: rates of the lines it may order from, offers, expansions. What a
    component costs stands in the price of what takes it where its own is not known.
    """
    items = draft.sound("items").with_columns(price=pl.when(pl.col("kind") == "component").then(pl.col("price").fill_null(0.0))
                                              .otherwise("price"))  # fmt: skip
    costs = dict(items.select("item", "price").iter_rows())
    found: dict[str, float] = {}
    lines = {r["line"]: r for r in draft.sound("lines").iter_rows(named=True)}
    payers: dict[str, set[str]] = {}
    columns = ["line", "buyer", "payer"]
    for line, buyer, payer in draft.sound("contracts").select(columns).iter_rows():
        payers.setdefault(line, set()).add(payer or buyer)
    unit = {"one": 1.0, "thousand": 1e3, "million": 1e6}.get(draft.settings.get("money_unit") or "million", 1e6)
    for code, line in lines.items():
        cost = line["unit_cost"] if line["unit_cost"] else costs.get(line["item"])
        year = (line["max_rate"] or 0.0) * (12.0 if line["rate_per"] == "month" else 1.0)
        for payer in payers.get(code, {line["nation"]}):
            found[payer] = found.get(payer, 0.0) + (float("inf") if cost is None else year * cost)
    for offer in draft.sound("market").iter_rows(named=True):
        members = draft.sound("nations").filter(pl.col("role") == "member")["nation"].to_list()
        for nation in [offer["buyer"]] if offer["buyer"] else members:
            found[nation] = found.get(nation, 0.0) + (offer["quantity"] or 0.0) * (offer["price"] or 0.0)
    for e in draft.sound("expansions").iter_rows(named=True):
        nation = e["payer"] or lines.get(e["line"], {}).get("nation")
        if nation:
            found[nation] = found.get(nation, 0.0) + (e["cost"] or 0.0) * unit * (e["max_units"] or 0.0)
    return found


def check_budget_years(draft: Draft) -> Iterator[Finding]:
    """A nation has budgets for some years of the plan and none for others: money is then without limit, unsaid."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    starts = dict(draft.sound("nations").select("nation", "fiscal_year_start").iter_rows())
    if not start or not end:
        return
    budgets = draft.sound("budgets").with_columns(pl.col("purpose").fill_null("all"))
    for (nation, purpose), rows in budgets.group_by(["nation", "purpose"], maintain_order=True):
        last = rows["fiscal_year"].max()
        begins = int(starts.get(nation) or 1)
        of_start, of_end = (_fiscal_year(month, begins) for month in (start, end))
        stated = set(rows["fiscal_year"].drop_nulls().to_list())
        for missing in sorted(set(range(of_start, max(stated, default=of_start))) - stated):
            details = {"nation": nation, "purpose": purpose, "purpose_fr": french()[str(purpose)]}
            row = rows[ROW][0]
            yield draft.finding(
                "budget-year-missing", "budgets", row=row, column="fiscal_year", value=missing, **details
            )
        if isinstance(last, int) and last < of_end:
            details = {"nation": nation, "purpose": purpose, "purpose_fr": french()[str(purpose)], "end": of_end}
            row = rows.filter(pl.col("fiscal_year") == last)[ROW][0]
            yield draft.finding("budget-years-missing", "budgets", row=row, column="fiscal_year", value=last, **details)


def _fiscal_year(month: str, begins: int) -> int:
    """Fiscal year of a month, named after the calendar year in which it ends."""
    year, number = int(month[:4]), int(month[5:7])
    return year + 1 if begins > 1 and number >= begins else year


def check_deflators(draft: Draft) -> Iterator[Finding]:
    """A budget at the prices of its year needs the prices of that year."""
    known = draft.sound("deflators")["fiscal_year"].to_list()
    then = draft.sound("budgets").filter((pl.col("prices") == "then_year") & ~pl.col("fiscal_year").is_in(known))
    for row, nation, year in then.select(ROW, "nation", "fiscal_year").iter_rows():
        yield draft.finding("budget-no-deflator", "budgets", row=row, column="prices", value=year, nation=nation)


def check_condition(draft: Draft) -> Iterator[Finding]:
    """Stock that cannot be used is left out of the plan."""
    for row, quantity, condition in (
        draft.sound("stocks").filter((pl.col("condition") != "serviceable") & (pl.col("quantity") > 0))
        .select(ROW, "quantity", "condition").iter_rows()
    ):  # fmt: skip
        yield draft.finding(
            "stock-not-counted", "stocks", row=row, column="quantity", value=quantity, condition=condition,
            condition_fr=french().get(condition, condition),
        )  # fmt: skip
