"""The chapters on decisions, stocks and deliveries."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rampart.language.decisions_and_causes import rounding
from rampart.language.in_words import InWords
from rampart.report.chapters.decisions import MOST_DECISIONS, decisions_listing, delays_listing
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.results.measures import measure

NOTICED = 0.005
"""Share by which what is supplied may differ from what is met of the need and still be told as one."""


def chapter(
    answer: InWords,
    key: str,
    *,
    figures: tuple[str, ...],
    listings: Sequence[Listing | None],
    says: tuple[str, ...] | None = None,
) -> Chapter:
    """A chapter with its title and opening words; tables without rows are left out."""
    words = answer.words
    kept = tuple(one for one in listings if one is not None and one.rows)
    says = (words(f"chapter.{key}.says"),) if says is None else says
    return Chapter(key, words(f"chapter.{key}"), says, figures, kept)


def item_cell(answer: InWords, item: str | None) -> str:
    """An item with its unit, as tables show it."""
    return answer.words("cell.item", item=answer.item(item), unit=answer.unit(item)) if item else answer.item(item)


def decisions(answer: InWords) -> Chapter:
    """All decisions of the first period and the expansions that the plan starts."""
    words = answer.words
    heads = [
        Head(words("head.expansion")),
        Head(words("head.payer")),
        Head(words("head.decide")),
        Head(words("head.ready")),
        Head(words("head.units"), numeric=True),
        Head(words("head.added_rate"), numeric=True),
        Head(words("head.cost", unit=words.money_label), numeric=True),
    ]
    item_of = dict(answer.result.case["lines"].select("line", "item").iter_rows())
    rows = [
        [
            answer.short(r["expansion"], table="expansions"),
            answer.nation(r["payer"]),
            words.month(r["decide"], short=True),
            words.month(r["ready"], short=True),
            answer.pieces(r["units"], None),
            answer.rate(r["added_rate"], item_of.get(r["line"])),
            words.number(r["cost"], digits=1),
        ]
        for r in answer["expansions"].sort("decide", "expansion").iter_rows(named=True)
    ]
    every = decisions_listing(answer, most=None)
    # What the first page shows whole is not shown again.
    short = every if every and len(every.rows) > MOST_DECISIONS else None
    return chapter(
        answer,
        "decisions",
        figures=("decisions",),
        listings=[short, delays_listing(answer), listing(answer, words("table.expansions"), heads, rows)],
        says=tuple(said for said in (words("chapter.decisions.says"), rounding(answer)) if said),
    )


def stocks(answer: InWords) -> Chapter:
    """Stock against requirement, years to fill, days of supply."""
    words = answer.words
    heads = [
        Head(words("head.item")),
        Head(words("head.holder")),
        Head(words("head.requirement"), numeric=True),
        Head(words("head.opening"), numeric=True),
        Head(words("head.closing"), numeric=True),
        Head(words("head.coverage"), numeric=True),
        Head(words("head.filled")),
        Head(words("head.years"), numeric=True),
        Head(words("head.days"), numeric=True),
    ]
    from rampart.results.unknowns import unknown_stocks

    blind = set(unknown_stocks(answer.result))
    rows = []
    fill = answer["fill"]
    for item in answer.result.case.tables["items"]["item"].to_list():
        for r in fill.filter(pl.col("item") == item).sort("holder").iter_rows(named=True):
            # A stock that nobody knows is planned from zero, but it is not shown as a stock of zero.
            hidden = (r["holder"], item) in blind
            days = words.number(r["days_of_supply"], digits=0)
            days = words.at_least(days, hidden and r["days_of_supply"] is not None)
            opening = words("unknown") if hidden else answer.pieces(r["opening"], item)
            rows.append(
                [
                    item_cell(answer, item),
                    answer.nation(r["holder"]),
                    words("blank.requirement") if r["requirement"] is None else answer.pieces(r["requirement"], item),
                    opening,
                    words.at_least(answer.pieces(r["closing"], item), hidden),
                    words.at_least(words.share(None if r["coverage"] is None else min(r["coverage"], 1.0)), hidden),
                    words.month(r["filled"], short=True) if r["filled"] else words("blank.filled"),
                    words.number(r["years"], digits=1) if r["years"] is not None else words("none"),
                    days,
                ]
            )
    says = [words("chapter.stocks.says")]
    if blind:
        says.append(words("chapter.stocks.blind"))
    table = listing(answer, words("table.fill"), heads, rows, repeat=1)
    return chapter(answer, "stocks", figures=("stock", "coverage"), listings=[table], says=tuple(says))


def deliveries(answer: InWords) -> Chapter:
    """What reaches the recipients, what each donor has left, and when it is made whole."""
    words = answer.words
    recipients = answer.roles("recipient")
    names = words.list([answer.nation(n) for n in recipients])
    says = words("chapter.deliveries.says", recipients=names) if names else words("chapter.deliveries.none")
    return chapter(
        answer,
        "deliveries",
        figures=("deliveries",),
        listings=[_served(answer, recipients), _donations(answer), _pledges(answer), _backfill(answer)],
        says=(says,),
    )


def _served(answer: InWords, recipients: list[str]) -> Listing:
    """Need over the whole plan and what is met of it; the first page has it by year."""
    words = answer.words
    by = ("item", "nation")
    frames = [
        measure(answer.result, name, by=by).filter(pl.col("nation").is_in(recipients)).rename({"value": name})
        for name in ("need", "served", "met")
    ]
    table = frames[0].join(frames[1], on=by).join(frames[2], on=by).filter(pl.col("need") > 0)
    # more may be supplied than is needed for certain: for a regime that may come, or where more is desired
    more = table.filter(pl.col("served") > pl.col("met") * (1 + NOTICED)).height > 0
    heads = [Head(words("head.item")), Head(words("head.recipient"))]
    names = ("need", "served", "unmet", "served_share", *(("supplied",) if more else ()))
    heads += [Head(words(f"head.{h}"), numeric=True) for h in names]
    rows = [
        [
            item_cell(answer, i),
            answer.nation(n),
            *(answer.pieces(v, i) for v in (need, met, max(0.0, need - met))),  # due and not there is not met
            words.share(met / need),
            *((answer.pieces(served, i),) if more else ()),
        ]
        for i, n, need, served, met in table.sort(*by).iter_rows()
    ]
    return listing(answer, words("table.served"), heads, rows, note=words("note.supplied") if more else "")


def _donations(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.item")),
        Head(words("head.donor")),
        Head(words("head.given"), numeric=True),
        Head(words("head.replacement", unit=words.money_label), numeric=True),
        Head(words("head.book", unit=words.money_label), numeric=True),
        Head(words("head.lowest"), numeric=True),
        Head(words("head.lowest_month")),
        Head(words("head.restored")),
        Head(words("head.backfill_due")),
    ]
    rows = [
        [
            item_cell(answer, r["item"]),
            answer.nation(r["donor"]),
            answer.pieces(r["quantity"], r["item"]),
            words.number(r["replacement_value"], digits=1),
            words.number(r["book_value"], digits=1),
            answer.pieces(r["lowest_stock"], r["item"]),
            words.month(answer.end_of(r["lowest_month"]), short=True),
            words.month(r["restored"], short=True) if r["restored"] else words("blank.restored"),
            words.month(r["backfill_due"], short=True) if r["backfill_due"] else words("blank.backfill_due"),
        ]
        for r in answer["donations"].sort("item", "donor", "recipient").iter_rows(named=True)
    ]
    return listing(answer, words("table.donations"), heads, rows, repeat=1)


def _pledges(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.donor")),
        Head(words("head.recipient")),
        Head(words("head.item")),
        Head(words("head.due")),
        Head(words("head.pledged"), numeric=True),
        Head(words("head.arrived"), numeric=True),
        Head(words("head.owed"), numeric=True),
    ]
    rows = [
        [
            answer.nation(r["donor"]),
            answer.nation(r["recipient"]),
            item_cell(answer, r["item"]),
            words.month(answer.end_of(r["month"]), short=True),
            *(answer.pieces(r[c], r["item"]) for c in ("pledged", "arrived", "owed")),
        ]
        for r in telling_pledges(answer).iter_rows(named=True)
    ]
    return listing(answer, words("table.pledges"), heads, rows, repeat=3)


def telling_pledges(answer: InWords) -> pl.DataFrame:
    """Pledges at the end of each year in which more falls due, where the last of it does, and at the end."""
    return _telling(answer["pledges"], ["donor", "recipient", "item"], "pledged")


def _backfill(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.owing")),
        Head(words("head.donor")),
        Head(words("head.item")),
        Head(words("head.due")),
        Head(words("head.due_so_far"), numeric=True),
        Head(words("head.arrived"), numeric=True),
        Head(words("head.owed"), numeric=True),
    ]
    rows = [
        [
            answer.nation(r["owing"]),
            answer.nation(r["donor"]),
            item_cell(answer, r["item"]),
            words.month(answer.end_of(r["month"]), short=True),
            *(answer.pieces(r[c], r["item"]) for c in ("due", "arrived", "owed")),
        ]
        for r in _telling(answer["backfill"], ["owing", "donor", "item"], "due").iter_rows(named=True)
    ]
    return listing(answer, words("table.backfill"), heads, rows, repeat=3)


def _telling(table: pl.DataFrame, keys: list[str], due: str) -> pl.DataFrame:
    """Periods of what is owed that say something: between them only arrivals change, or more falls due as before."""
    table = table.sort(*keys, "period")
    more = pl.col(due) > pl.col(due).shift(1).over(keys).fill_null(0.0)
    last = pl.col("period") == pl.col("period").max().over(keys)
    last_of_due = more & ~more.shift(-1).over(keys).fill_null(value=False)
    year_ends = more & (pl.col("month").dt.year() != pl.col("month").dt.year().shift(-1).over(keys))
    return table.filter(last | last_of_due | year_ends)
