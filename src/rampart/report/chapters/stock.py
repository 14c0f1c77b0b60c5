"""The chapters on decisions, stocks and deliveries."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rampart.language.names import Subject
from rampart.report.chapters.decisions import MOST_DECISIONS, decisions_listing
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.results.measures import measure


def chapter(
    subject: Subject,
    key: str,
    *,
    figures: tuple[str, ...],
    listings: Sequence[Listing | None],
    says: tuple[str, ...] | None = None,
) -> Chapter:
    """A chapter with its title and opening words; tables without rows are left out."""
    words = subject.words
    kept = tuple(one for one in listings if one is not None and one.rows)
    says = (words(f"chapter.{key}.says"),) if says is None else says
    return Chapter(key, words(f"chapter.{key}"), says, figures, kept)


def item_cell(subject: Subject, item: str | None) -> str:
    """An item with its unit, as tables show it."""
    return subject.words("cell.item", item=subject.item(item), unit=subject.unit(item)) if item else subject.item(item)


def decisions(subject: Subject) -> Chapter:
    """All decisions of the first period and the expansions that the plan starts."""
    words = subject.words
    heads = [
        Head(words("head.expansion")),
        Head(words("head.payer")),
        Head(words("head.decide")),
        Head(words("head.ready")),
        Head(words("head.units"), numeric=True),
        Head(words("head.added_rate"), numeric=True),
        Head(words("head.cost", unit=words.money_label), numeric=True),
    ]
    item_of = dict(subject.plan.case["lines"].select("line", "item").iter_rows())
    rows = [
        [
            subject.short(r["expansion"], table="expansions"),
            subject.nation(r["payer"]),
            words.month(r["decide"], short=True),
            words.month(r["ready"], short=True),
            words.number(r["units"]),
            subject.quantity(r["added_rate"], item_of.get(r["line"])),
            words.number(r["cost"], digits=1),
        ]
        for r in subject["expansions"].sort("decide", "expansion").iter_rows(named=True)
    ]
    every = decisions_listing(subject, most=40)
    # What the first page shows whole is not shown again.
    short = every if every and len(every.rows) > MOST_DECISIONS else None
    return chapter(
        subject,
        "decisions",
        figures=("decisions",),
        listings=[short, listing(subject, words("table.expansions"), heads, rows)],
    )


def stocks(subject: Subject) -> Chapter:
    """Stock against requirement, years to fill, days of supply."""
    words = subject.words
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

    blind = set(unknown_stocks(subject.plan))
    rows = []
    fill = subject["fill"]
    for item in subject.plan.case.tables["items"]["item"].to_list():
        for r in fill.filter(pl.col("item") == item).sort("holder").iter_rows(named=True):
            # A stock that nobody knows is planned from zero, but it is not shown as a stock of zero.
            hidden = (r["holder"], item) in blind
            days = words.number(r["days_of_supply"], digits=0)
            days = words.at_least(days, hidden and r["days_of_supply"] is not None)
            opening = words("unknown") if hidden else words.number(r["opening"])
            rows.append(
                [
                    item_cell(subject, item),
                    subject.nation(r["holder"]),
                    words("blank.requirement") if r["requirement"] is None else words.number(r["requirement"]),
                    opening,
                    words.at_least(words.number(r["closing"]), hidden),
                    words.at_least(words.share(r["coverage"]), hidden),
                    words.month(r["filled"], short=True) if r["filled"] else words("blank.filled"),
                    words.number(r["years"], digits=1) if r["years"] is not None else words("none"),
                    days,
                ]
            )
    says = [words("chapter.stocks.says")]
    if blind:
        says.append(words("chapter.stocks.blind"))
    table = listing(subject, words("table.fill"), heads, rows, repeat=1)
    return chapter(subject, "stocks", figures=("stock", "coverage"), listings=[table], says=tuple(says))


def deliveries(subject: Subject) -> Chapter:
    """What reaches the recipients, what each donor has left, and when it is made whole."""
    words = subject.words
    recipients = subject.roles("recipient")
    names = words.list([subject.nation(n) for n in recipients])
    says = words("chapter.deliveries.says", recipients=names) if names else words("chapter.deliveries.none")
    return chapter(
        subject,
        "deliveries",
        figures=("deliveries",),
        listings=[_served(subject, recipients), _donations(subject), _pledges(subject)],
        says=(says,),
    )


def _served(subject: Subject, recipients: list[str]) -> Listing:
    """Need over the whole plan and what is met of it; the first page has it by year."""
    words = subject.words
    by = ("item", "nation")
    frames = [
        measure(subject.plan, name, by=by).filter(pl.col("nation").is_in(recipients)).rename({"value": name})
        for name in ("need", "served", "unmet")
    ]
    table = frames[0].join(frames[1], on=by).join(frames[2], on=by).filter(pl.col("need") > 0)
    heads = [Head(words("head.item")), Head(words("head.recipient"))]
    heads += [Head(words(f"head.{h}"), numeric=True) for h in ("need", "served", "unmet", "served_share")]
    rows = [
        [
            item_cell(subject, i),
            subject.nation(n),
            *(words.number(v, digits=0) for v in (need, served, unmet)),
            words.share(served / need),
        ]
        for i, n, need, served, unmet in table.sort(*by).iter_rows()
    ]
    return listing(subject, words("table.served"), heads, rows)


def _donations(subject: Subject) -> Listing:
    words = subject.words
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
            item_cell(subject, r["item"]),
            subject.nation(r["donor"]),
            words.number(r["quantity"]),
            words.number(r["replacement_value"], digits=1),
            words.number(r["book_value"], digits=1),
            words.number(r["lowest_stock"], digits=0),
            words.month(r["lowest_month"], short=True),
            words.month(r["restored"], short=True) if r["restored"] else words("blank.restored"),
            words.month(r["backfill_due"], short=True) if r["backfill_due"] else words("blank.backfill_due"),
        ]
        for r in subject["donations"].sort("item", "donor", "recipient").iter_rows(named=True)
    ]
    return listing(subject, words("table.donations"), heads, rows, repeat=1)


def _pledges(subject: Subject) -> Listing:
    words = subject.words
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
            subject.nation(r["donor"]),
            subject.nation(r["recipient"]),
            item_cell(subject, r["item"]),
            words.month(r["month"], short=True),
            *(words.number(r[c]) for c in ("pledged", "arrived", "owed")),
        ]
        for r in telling_pledges(subject).iter_rows(named=True)
    ]
    return listing(subject, words("table.pledges"), heads, rows, repeat=3)


def telling_pledges(subject: Subject) -> pl.DataFrame:
    """Pledges in the periods in which more falls due, and in the last: between them only arrivals change."""
    keys = ["donor", "recipient", "item"]
    table = subject["pledges"].sort(*keys, "period")
    more = pl.col("pledged") > pl.col("pledged").shift(1).over(keys).fill_null(0.0)
    return table.filter(more | (pl.col("period") == pl.col("period").max().over(keys)))
