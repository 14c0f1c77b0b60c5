"""The decision paper of a plan."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rampart.findings import Language
from rampart.language.budgets_used_up import used_up
from rampart.language.decisions_and_causes import marks
from rampart.language.in_words import InWords
from rampart.language.on_one_page import deadlines, figures, headline, largest_gap, reasons_of, sentences
from rampart.language.reasons_in_words import AT_ONCE, as_if_split, limit_and_step, missing_if_split
from rampart.language.unknowns import statements
from rampart.report.chapters.decisions import decisions_listing, delays_listing
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.trust import foremost_assumptions, grade_counts
from rampart.report.charts import drawing
from rampart.report.charts.coverage import overview_chart
from rampart.report.charts.gap import gap_chart
from rampart.report.pages.plan import heading
from rampart.report.papers.content import Bars, Paper, cut
from rampart.results.largest_gap import Gap, gaps
from rampart.results.reasons import KIND, PAIR, TOGETHER
from rampart.results.result import Result

MOST_DECISIONS, MOST_DELAYS, MOST_GAPS, MOST_STEPS, MOST_ASSUMED, MOST_UNKNOWN = 22, 4, 14, 10, 22, 4
"""Rows of a paper of four to six pages: the report of the same plan has all of them."""
LONGEST = 420
"""Letters of the longest statement that a paper repeats."""


def paper_of(plan: Result, language: Language = "en") -> Paper:
    """The paper of a plan."""
    answer = InWords(plan, language)
    words, head, largest = answer.words, heading(answer), largest_gap(answer)
    every = (_now(answer), _brings(answer), _why(answer, largest), _money(answer), _trust(answer, largest))
    chapters = tuple(chapter for chapter in every if chapter is not None)
    overview = overview_chart(answer)
    trust = 1 + next(n for n, chapter in enumerate(chapters) if chapter.key == "trust")
    counts, told = grade_counts(answer), tuple(sentences(answer, largest))
    assumed = words(
        "paper.assumed",
        total=words.number(sum(counts.values())),
        assumed=words.number(counts["assumed"]),
        chapter=trust,
    )
    return Paper(
        words,
        answer.title,
        " · ".join(head[key] for key in ("as_of", "span", "variants", "status") if head[key]),
        headline(answer),
        tuple(figures(answer, largest)),
        told,
        assumed if counts["assumed"] else "",
        gap_chart(answer, largest) if largest else None,
        _dates(answer, told),
        chapters,
        {"overview": overview} if overview else {},
        head["source_line"],
        head["made_by"],
        _bars(answer, largest),
    )


def _dates(answer: InWords, told: Sequence[str]) -> Listing | None:
    """Decisions by deadline; the note says the marks of the sentences above it too."""
    words, found = answer.words, deadlines(answer)
    if not found:
        return None
    heads = [
        Head(words("paper.head.by")), Head(words("paper.head.decisions")),
        Head(words("head.commitment", unit=words.money_label), numeric=True), Head(words("paper.head.waits")),
    ]  # fmt: skip
    rows = [[one.by, one.decisions, words.number(one.money, digits=0), one.waits] for one in found]
    most = float(str(answer.result.case.settings["decide_by_loss"]))
    dated = answer["decisions"]["decide_by"].drop_nulls().len() > 0
    rule = words("paper.deadlines.rule", share=words.share(most, digits=1)) if dated else ""
    note = " ".join(said for said in (rule, marks(answer, [*rows, told])) if said)
    return listing(answer, words("paper.deadlines"), heads, rows, note=note)


def _now(answer: InWords) -> Chapter | None:
    words, every = answer.words, decisions_listing(answer, most=None)
    if every is None:
        return None
    together = answer["delays"].filter((pl.col("together") != "") & pl.col("objective").is_not_null())
    delays = delays_listing(answer, together.sort("share", descending=True, nulls_last=True), named=3)
    chapter = words("chapter.decisions")
    waiting = cut(words, delays, MOST_DELAYS, (chapter, words("delays.title")))
    first = cut(words, every, MOST_DECISIONS, (chapter, words("paper.now")))
    return Chapter("now", words("paper.now"), (words("paper.now.says"),), (), (*first, *waiting))


def _brings(answer: InWords) -> Chapter:
    """What is missing of each need and requirement, the dearest first."""
    words = answer.words
    heads = [Head(words("head.item")), Head(words("paper.head.of"))]
    heads += [Head(words(f"paper.head.{name}"), numeric=True) for name in ("asked", "had", "missing", "share")]
    rows = [
        [
            words("panel", item=answer.item(gap.item), unit=answer.unit(gap.item)), words(f"paper.asked.{gap.objective}"),
            *(answer.pieces(value, gap.item) for value in (gap.asked, gap.had, gap.missing)), words.share(gap.share),
        ]
        for gap in gaps(answer.result)
    ]  # fmt: skip
    table = listing(answer, words("paper.table.missing"), heads, rows)
    says = (words("paper.brings.says"),)
    return Chapter("brings", words("paper.brings"), says, ("overview",), tuple(cut(words, table, MOST_GAPS)))


def _why(answer: InWords, largest: Gap | None) -> Chapter | None:
    """Steps that would take away most of the largest gap."""
    rows = [] if largest is None else reasons_of(answer, largest).filter(pl.col("relief") > 0).to_dicts()
    rows = [r for r in rows if r["how"] in (KIND, PAIR, TOGETHER) and r["named"]]
    if not rows or largest is None:
        return None
    words = answer.words
    rows.sort(key=lambda r: (r["how"] == TOGETHER, -r["relief"]))
    heads = [
        Head(words("paper.head.step")), Head(words("paper.head.less"), numeric=True),
        Head(words("head.taken_away"), numeric=True),
    ]  # fmt: skip
    cells = [[limit_and_step(answer, r), _relief(answer, r, largest), words.share(r["share"], digits=1)] for r in rows]
    caption = words("paper.table.why", who=answer.nation(rows[0]["holder"]), item=answer.item(largest.item))
    table = listing(answer, caption, heads, cells)
    of = missing_if_split(answer, reasons_of(answer, largest), largest.missing)
    says = tuple(one for one in (words("paper.why.says"), as_if_split(answer), of) if one)
    return Chapter("why", words("paper.why"), says, (), tuple(cut(words, table, MOST_STEPS)))


def _relief(answer: InWords, row: dict[str, float], gap: Gap) -> str:
    quantity = answer.quantity(row["relief"], gap.item)
    return quantity if gap.objective in AT_ONCE else answer.words("reason.lasting", quantity=quantity)


def _money(answer: InWords) -> Chapter | None:
    """Commitments and payments by fiscal year, and by nation."""
    words, table = answer.words, answer["money"]
    if table.is_empty():
        return None
    heads = [Head(words(f"head.{h}", unit=words.money_label), numeric=True) for h in ("commitments", "payments")]
    listings = []
    for column, caption in (("fiscal_year", words("paper.money.by_year", unit=words.money_label)),
                            ("nation", words("paper.money.by_nation"))):  # fmt: skip
        sums = table.group_by(column, maintain_order=True).agg(pl.col("commitments", "payments").sum()).sort(column)
        rows = [
            [
                str(key) if column == "fiscal_year" else answer.nation(key),
                words.number(due, digits=0),
                words.number(paid, digits=0),
            ]
            for key, due, paid in sums.iter_rows()
        ]
        rows.append(
            [
                words("paper.total"),
                *(words.number(float(table[c].sum()), digits=0) for c in ("commitments", "payments")),
            ]
        )
        first = Head(words("head.fiscal_year" if column == "fiscal_year" else "head.nation"))
        listings += cut(words, listing(answer, caption, [first, *heads], rows), 20)
    return Chapter(
        "money", words("paper.money"), tuple(t for t in (answer.price_base, used_up(answer)) if t), (), tuple(listings)
    )


def _trust(answer: InWords, largest: Gap | None) -> Chapter:
    """Assumptions that matter most with their range, what is not known, and where the rest stands."""
    words = answer.words
    told = statements(answer)
    about = [gap.item for gap in gaps(answer.result)] if largest else []
    where = (words("chapter.assumed"), words("chapter.assumed"))
    table = cut(words, foremost_assumptions(answer, words("paper.table.assumed"), about), MOST_ASSUMED, where)
    says = (words("chapter.unknown.says"),) if told else ()
    short = [said for said in told if len(said) <= LONGEST][:MOST_UNKNOWN]
    left = len(told) - len(short)
    points = (*short, *([words.count("paper.more_unknown", left)] if left else []))
    return Chapter("trust", words("paper.trust"), says, (), tuple(table), points)


def _bars(answer: InWords, largest: Gap | None) -> dict[str, Bars]:
    """What slides draw: the largest gap by year, and money by fiscal year."""
    words, found = answer.words, {}
    if largest is not None:
        drawn = gap_chart(answer, largest)
        series = {
            words("paper.series.had"): [had for _, _, had in largest.years],
            words("paper.series.missing"): [asked - had for _, asked, had in largest.years],
        }
        years = tuple(str(year) for year, _, _ in largest.years)
        colours = (drawing.STOCK, drawing.MISSING)
        found["first"] = Bars(drawn.title, drawn.alt, years, series, colours, stacked=True)
    sums = answer["money"].group_by("fiscal_year").agg(pl.col("commitments", "payments").sum()).sort("fiscal_year")
    if sums.height:
        title = words("paper.money.by_year", unit=words.money_label)
        money = {words(f"series.{kind}"): sums[kind].to_list() for kind in ("commitments", "payments")}
        years = tuple(str(year) for year in sums["fiscal_year"])
        found["money"] = Bars(title, title, years, money, (drawing.COMMITMENTS, drawing.PAYMENTS))
    return found
