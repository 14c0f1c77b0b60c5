"""Native charts of a plan's workbook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.language.giving_and_keeping import chance_text
from rampart.language.reasons_in_words import limit_and_step
from rampart.report.books.chart_sheet import HEIGHT, PER_BAR, ChartSheet
from rampart.report.charts import drawing
from rampart.report.charts.effort import line_groups
from rampart.report.charts.give_or_keep import gifts_by_donor
from rampart.report.charts.stock import MOST_PANELS, items_in_order, members_with_requirement
from rampart.results.measures import SOURCES, measure
from rampart.results.reasons import kinds_and_pairs

if TYPE_CHECKING:
    from rampart.report.books.plan_book import PlanBook


def charts_sheet(book: PlanBook) -> None:
    """All charts on one sheet, each beside its figures."""
    charts = ChartSheet(book)
    _stock(book, charts)
    _deliveries(book, charts)
    _give_or_keep(book, charts)
    _production(book, charts)
    _money(book, charts)
    _bottlenecks(book, charts)


def monthly(rows: pl.DataFrame) -> pl.DataFrame:
    """Rates of periods as rates of each of their months, so that a quarter is as wide as it lasts."""
    lasting = rows.with_columns(n=pl.int_ranges(0, pl.col("months"))).explode("n")
    months = pl.col("month").dt.offset_by(pl.format("{}mo", pl.col("n")))
    return lasting.with_columns(month=months).drop("n")


def _stock(book: PlanBook, charts: ChartSheet) -> None:
    words = book.words
    rows = members_with_requirement(book.answer)
    last = pl.col("month").dt.offset_by(pl.format("{}mo", pl.col("months") - 1))  # stocks are read at the end
    ends = book.answer["periods"].select("period", month=last)
    names = {name: words(f"series.{name}") for name in ("stock", "requirement", "floor")}
    colours = dict(zip(names.values(), (drawing.STOCK, drawing.REQUIREMENT, drawing.FLOOR), strict=True))
    dashes = {names["requirement"]: "dash", names["floor"]: "round_dot"}
    for item in items_in_order(book.answer, set(rows["item"]))[:MOST_PANELS]:
        own = (
            rows.filter(pl.col("item") == item)
            .group_by("period")
            .agg(pl.col("closing", "requirement", "floor").sum())
            .join(ends, on="period")
        )
        figures = [list(r) for r in own.sort("period").select("month", "closing", "requirement", "floor").iter_rows()]
        title = words("panel", item=book.answer.item(item), unit=book.answer.unit(item))
        heads = [words("head.month"), *names.values()]
        named = words("chart_of", chart=words("chart.stock"), panel=title)
        charts.draw(named, {"type": "line"}, heads, figures, colours=colours, dashes=dashes)


def _deliveries(book: PlanBook, charts: ChartSheet) -> None:
    words = book.words
    flows = measure(book.answer.result, "deliveries", by=("item", "source"), time="period")
    needs = measure(book.answer.result, "need", by=("nation", "item"), time="period")
    needs = needs.filter(pl.col("nation").is_in(book.answer.roles("recipient")))
    for item in items_in_order(book.answer, set(flows["item"]))[:MOST_PANELS]:
        own = flows.filter(pl.col("item") == item).with_columns(rate=pl.col("value") / pl.col("months"))
        wide = own.pivot("source", index=["period", "month", "months"], values="rate").sort("period")
        need = (
            needs.filter(pl.col("item") == item).group_by("period").agg(need=(pl.col("value") / pl.col("months")).sum())
        )
        wide = wide.join(need, on="period", how="left", maintain_order="left")
        sources = [s for s in SOURCES if s in wide.columns and float(wide[s].sum()) > 0]
        figures = [list(r) for r in monthly(wide).select("month", *sources, "need").iter_rows()]
        colours = {words(f"series.{s}"): drawing.SERIES[SOURCES.index(s)] for s in sources}
        heads = [words("head.month"), *(words(f"series.{s}") for s in sources), words("series.need")]
        title = words("panel_month", item=book.answer.item(item), unit=book.answer.unit(item))
        if sources:
            charts.draw(
                words("chart_of", chart=words("chart.deliveries"), panel=title),
                {"type": "column", "subtype": "stacked"},
                heads,
                figures,
                lines=(words("series.need"),),
                colours=colours,
            )


def _give_or_keep(book: PlanBook, charts: ChartSheet) -> None:
    words, given = book.words, gifts_by_donor(book.answer)
    donors = [code for code in book.answer.result.case["nations"]["nation"].to_list() if code in set(given["donor"])]
    colours = {book.answer.nation(d): drawing.SERIES[n % len(drawing.SERIES)] for n, d in enumerate(donors)}
    for item in items_in_order(book.answer, set(given["item"]))[:MOST_PANELS]:
        wide = (
            given.filter(pl.col("item") == item).pivot("donor", index="chance_year", values="gifts").sort("chance_year")
        )
        figures = [[chance_text(words, row[0]), *row[1:]] for row in wide.iter_rows()]
        heads = [words("head.chance_year"), *(book.answer.nation(donor) for donor in wide.columns[1:])]
        title = words("panel", item=book.answer.item(item), unit=book.answer.unit(item))
        named = words("chart_of", chart=words("chart.give_or_keep"), panel=title)
        charts.draw(named, {"type": "column", "subtype": "stacked"}, heads, figures, colours=colours)


def _production(book: PlanBook, charts: ChartSheet) -> None:
    words, answer = book.words, book.answer
    room = measure(answer.result, "capacity", by="item", time="period")
    lengths = answer["periods"].select("period", "months")
    rows = answer["production"].join(lengths, on="period")
    for item in items_in_order(answer, set(rows["item"]))[:MOST_PANELS]:
        own = rows.filter(pl.col("item") == item)
        limit = room.filter(pl.col("item") == item)
        wide = limit.select("period", "month", "months", limit=pl.col("value") / pl.col("months"))
        groups = line_groups(answer, own)
        for name, members in groups:
            rate = (pl.col("output") / pl.col("months")).sum().alias(name)
            made = own.filter(pl.col("line").is_in(members)).group_by("period").agg(rate)
            wide = wide.join(made, on="period", how="left", maintain_order="left")
        names = [name for name, _ in groups]
        colours = dict(zip(names, drawing.SERIES, strict=False))
        figures: list[list[Any]] = [list(r) for r in monthly(wide).select("month", *names, "limit").iter_rows()]
        heads, over = [words("head.month"), *names], tuple[str, ...]()
        if all(math.isfinite(row[-1]) for row in figures):
            heads, over = [*heads, words("series.capacity")], (words("series.capacity"),)
        else:
            figures = [row[:-1] for row in figures]
        title = words("panel_month", item=answer.item(item), unit=answer.unit(item))
        named = words("chart_of", chart=words("chart.production"), panel=title)
        kind = {"type": "column", "subtype": "stacked"}
        charts.draw(named, kind, heads, figures, lines=over, colours=colours)


def _money(book: PlanBook, charts: ChartSheet) -> None:
    words = book.words
    sums = book.answer["money"].group_by("nation", "fiscal_year").agg(pl.col("commitments", "payments").sum())
    figures, before = list[list[Any]](), ""
    for nation, year, committed, paid in sums.sort("nation", "fiscal_year").iter_rows():
        figures.append([None if nation == before else book.answer.nation(nation), str(year), committed, paid])
        before = nation
    heads = [words("head.nation"), words("head.fiscal_year"), words("series.commitments"), words("series.payments")]
    colours = dict(zip(heads[2:], (drawing.COMMITMENTS, drawing.PAYMENTS), strict=True))
    charts.draw(
        words("chart.money", unit=words.money_label), {"type": "column"}, heads, figures, colours=colours, levels=2
    )


def _bottlenecks(book: PlanBook, charts: ChartSheet) -> None:
    words = book.words
    figures = [
        [
            words("cause_of", cause=words.choice("objective", r["objective"]), name=limit_and_step(book.answer, r)),
            r["share"],
        ]
        for r in kinds_and_pairs(book.answer["bottlenecks"]).head(10).iter_rows(named=True)
    ]
    heads = [words("head.bottleneck"), words("head.share")]
    height = 110 + PER_BAR * len(figures)
    charts.draw(words("chart.bottlenecks"), {"type": "bar"}, heads, figures, percent=True, height=max(height, HEIGHT))
