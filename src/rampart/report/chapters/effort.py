"""The chapters on what the plan asks of industry and of treasuries."""

from __future__ import annotations

import math

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.stock import chapter, item_cell
from rampart.report.charts.coverage import thinned
from rampart.results.measures import measure


def production(answer: InWords) -> Chapter:
    """Output and utilisation of each line by year, and what is ordered."""
    return chapter(answer, "production", figures=("production",), listings=[_output(answer), _orders(answer)])


def _output(answer: InWords) -> Listing:
    """Output a month and utilisation of each line in up to four years, and the last year's capacity."""
    words = answer.words
    by = ("item", "line")
    made = measure(answer.result, "production", by=by, time="year")
    room = measure(answer.result, "capacity", by=by, time="year").rename({"value": "capacity"})
    table = made.join(room, on=[*by, "year", "months"])
    every = [str(y) for y in sorted(set(table["year"]))]
    years = [int(y) for y in thinned(every, 4)]
    cells: dict[tuple[str, str, int], tuple[float, float]] = {
        (item, line, year): (output / months, capacity / months)
        for item, line, year, months, output, capacity in table.iter_rows()
    }
    heads = [Head(words("head.item")), Head(words("head.line"))]
    heads += [Head(str(year), numeric=True) for year in years]
    heads.append(Head(words("head.capacity"), numeric=True))
    rows = []
    for item, line in _lines_in_order(answer, table):
        rates = [cells.get((item, line, year)) for year in years]
        shown = [words("none") if rate is None else _rate(answer, *rate) for rate in rates]
        last = rates[-1] if rates else None
        capacity = words("none") if last is None else words.number(last[1])
        rows.append([item_cell(answer, item), answer.name(line, table="lines"), *shown, capacity])
    note = words("note.output") + (" " + words("note.thinned") if len(years) < len(every) else "")
    return listing(answer, words("table.production"), heads, rows, most=60, note=note, repeat=1)


def _lines_in_order(answer: InWords, table: pl.DataFrame) -> list[tuple[str, str]]:
    """Items and lines: end items first, then tier by tier, items in the order of the case."""
    tiers: dict[str, int | None] = dict(answer["production"].select("item", "tier").iter_rows())
    order = {item: n for n, item in enumerate(answer.result.case.tables["items"]["item"].to_list())}
    pairs = table.select("item", "line").unique().rows()
    return sorted(pairs, key=lambda p: (tiers.get(p[0]) or 0, order.get(p[0], len(order)), p[1]))


def _rate(answer: InWords, output: float, capacity: float) -> str:
    words = answer.words
    if not capacity or not math.isfinite(capacity):
        return words.worked_out(output)
    return words("cell.rate", rate=words.worked_out(output), share=words.share(output / capacity))


def _orders(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.line")),
        Head(words("head.buyer")),
        Head(words("head.ship_to")),
        Head(words("head.item")),
        Head(words("head.first_award")),
        Head(words("head.delivered")),
        Head(words("head.quantity"), numeric=True),
        Head(words("head.commitment", unit=words.money_label), numeric=True),
    ]
    # What a line makes for its own nation at no price flows on into other items: it is no purchase.
    sums = (
        answer["orders"]
        .filter(pl.col("commitment") != 0)
        .group_by("line", "buyer", "ship_to", "item")
        .agg(
            pl.col("award").min(),
            first=pl.col("month").min(),
            last=pl.col("month").max(),
            quantity=pl.col("quantity").sum(),
            commitment=pl.col("commitment").sum(),
        )
        .sort("item", "line", "buyer", "ship_to")
    )
    rows = [
        [
            answer.name(r["line"], table="lines"),
            answer.nation(r["buyer"]),
            answer.nation(r["ship_to"]),
            item_cell(answer, r["item"]),
            words.month(r["award"], short=True),
            words.span(r["first"], r["last"], short=True),
            answer.pieces(r["quantity"], r["item"]),
            words.number(r["commitment"], digits=1),
        ]
        for r in sums.iter_rows(named=True)
    ]
    return listing(answer, words("table.orders"), heads, rows)


def money(answer: InWords) -> Chapter:
    """Commitments and payments by nation and fiscal year, and the use of budgets."""
    words = answer.words
    listings = [_spent(answer), _one_purpose(answer)]
    says = [words("chapter.money.says", unit=words.money_label), answer.price_base]
    return chapter(answer, "money", figures=("money",), says=tuple(says), listings=listings)


def _spent(answer: InWords) -> Listing:
    words = answer.words
    unit = words.money_label
    heads = [Head(words("head.nation")), Head(words("head.fiscal_year"))]
    for kind in ("commitments", "payments"):
        heads += [Head(words(f"head.{h}", unit=unit), numeric=True) for h in (kind, "limit", "over")]
    limits = {
        (r["nation"], r["fiscal_year"], r["kind"]): (r["limit"], r["over"])
        for r in answer["budgets"].filter(pl.col("purpose") == "all").iter_rows(named=True)
    }
    sums = answer["money"].group_by("nation", "fiscal_year").agg(pl.col("commitments", "payments").sum())
    rows = []
    for nation, year, *both in sums.sort("nation", "fiscal_year").iter_rows():
        cells = [answer.nation(nation), str(year)]
        for kind, value in zip(("commitments", "payments"), both, strict=True):
            limit, over = limits.get((nation, year, kind), (None, None))
            stated = (nation, year, kind) in limits
            cells += [
                words.number(value, digits=1),
                words.number(limit) if stated else words("blank.budget"),
                words.number(over, digits=1) if over else words("none"),
            ]
        rows.append(cells)
    return listing(answer, words("table.money"), heads, rows, most=80, repeat=1)


def _one_purpose(answer: InWords) -> Listing:
    words = answer.words
    unit = words.money_label
    heads = [Head(words(f"head.{h}")) for h in ("nation", "fiscal_year", "purpose", "kind")]
    heads += [Head(words(f"head.{h}", unit=unit), numeric=True) for h in ("limit", "used", "over")]
    table = answer["budgets"].filter(pl.col("purpose") != "all").sort("nation", "fiscal_year", "purpose", "kind")
    rows = [
        [
            answer.nation(r["nation"]),
            str(r["fiscal_year"]),
            words.choice("purpose", r["purpose"]),
            words.choice("limit_kind", r["kind"]),
            *(words.number(r[c], digits=1) for c in ("limit", "used", "over")),
        ]
        for r in table.iter_rows(named=True)
    ]
    return listing(answer, words("table.special"), heads, rows)
