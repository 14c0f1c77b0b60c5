"""The schedule of a plan: lines by months, to zoom, filter, look into and ask why; the table behind it is one click away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.case.calendar import month_number, month_text
from rampart.language.in_words import InWords
from rampart.web.asking import Asked, WronglyAskedError
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.asking import Choice
from rampart.web.tables.result_sheets import plan_path

LENGTHS = {"month": 1, "quarter": 3, "year": 12}
"""Months of a column by the zoom."""
COLUMNS = 36
"""Columns of a view at most."""
LINES = 30
"""Lines of a view at most."""
FULL = 0.999
"""Share of its capacity from which a line is full."""
FIRST_ORDERS = 60
"""Orders that are shown of a cell, the largest."""
STEPS = 4
"""Shades of how much of its capacity a line puts out, the last for a full one."""


class Slot(BaseModel):
    """A column: its months."""

    first: str
    label: str


class Output(BaseModel):
    """What a line puts out in the months of a column.

    share  of its capacity; None where that has no limit
    step   0 to 4, from little to all of it, for its shade; None where nothing can be said
    link   the same view with this cell looked into; looked: whether it is
    """

    output: float
    capacity: float | None
    share: float | None
    step: int | None
    text: str
    says: str
    link: str
    looked: bool


class LineRow(BaseModel):
    """A line and its outputs, one for each column; None where it has none then."""

    name: str
    item: str
    link: str
    cells: list[Output | None]


class Looked(BaseModel):
    """A cell that is looked into.

    why  who lacks what hangs on the line, each with its reasons
    """

    title: str
    facts: list[Fact]
    why: list[Fact]
    sections: list[Section]


class Schedule(BaseModel):
    """What the page shows.

    zooms, nations, items  what can be chosen
    shades                 what the shades mean, from little to all of the capacity
    before, after          paths of the columns before and after; "" where there are none
    """

    plan: str
    title: str
    by: str
    since: str
    zooms: list[Choice]
    nations: list[Choice]
    items: list[Choice]
    shades: list[str]
    slots: list[Slot]
    lines: list[LineRow]
    total: int
    page: int
    pages: int
    before: str
    after: str
    fewer: str
    more: str
    looked: Looked | None
    numbers: str


def schedule(
    asked: Asked,
    plan: str,
    by: str = "",
    since: str = "",
    nation: str = "",
    item: str = "",
    look: str = "",
    page: int = 1,
) -> Schedule:
    """What each line puts out by months, of its capacity, as far as the reader may see it.

    by     month, quarter or year; blank: the finest that shows the whole plan
    since  first month shown, YYYY-MM; blank: that of the plan
    look   "line:YYYY-MM": the cell that is looked into
    page   of lines, from 1
    """
    answer = asked.plan(plan)
    words, calendar = answer.words, answer.result.case.calendar
    start = _month(asked, since) or month_text(calendar.first)
    lasts = calendar.last - calendar.first + 1
    fits = next((name for name, n in LENGTHS.items() if lasts <= n * COLUMNS), "year")
    by = by or fits
    if by not in LENGTHS or page < 1:
        raise WronglyAskedError(words("web.wrong.schedule", value=str(page) if by in LENGTHS else by[:20]))
    view: dict[str, Any] = {"by": by, "since": since, "nation": nation, "item": item}

    def path(**changes: Any) -> str:
        return plan_path(plan, "schedule", **{k: v for k, v in (view | changes).items() if v})

    rows = answer["production"]
    names = {"nation": _choices(answer, rows, "nation", nation), "item": _choices(answer, rows, "item", item)}
    for column, code in (("nation", nation), ("item", item)):
        rows = rows.filter(pl.col(column) == code) if code else rows
    lines = rows["line"].unique(maintain_order=True).to_list()
    pages = max(1, -(-len(lines) // LINES))
    page = min(page, pages)
    shown = lines[(page - 1) * LINES : page * LINES]
    slots, sums = _slots(rows.filter(pl.col("line").is_in(shown)), by, start)
    first = month_number(start)
    wide = COLUMNS * LENGTHS[by]
    return Schedule(
        plan=plan,
        title=answer.title,
        by=by,
        since=start,
        zooms=[Choice(value=name, text=words(f"web.schedule.by.{name}"), chosen=name == by) for name in LENGTHS],
        nations=names["nation"],
        items=names["item"],
        shades=_shades(answer),
        slots=[Slot(first=slot, label=_label(answer, slot, by)) for slot in slots],
        lines=[_line(answer, plan, code, rows, sums, slots, look, path, by, page) for code in shown],
        total=len(lines),
        page=page,
        pages=pages,
        before=path(since=month_text(max(calendar.first, first - wide)), page=page) if first > calendar.first else "",
        after=path(since=month_text(first + wide), page=page) if first + wide <= calendar.last else "",
        fewer=path(page=page - 1) if page > 1 else "",
        more=path(page=page + 1) if page < pages else "",
        looked=_looked(asked, answer, plan, look, sums, by),
        numbers=plan_path(
            plan, "tables", "production",
            filter=[f"{name}:{code}" for name, code in (("nation", nation), ("item", item)) if code],
        ),
    )  # fmt: skip


def _month(asked: Asked, text: str) -> str:
    """A month of the query. Raises WronglyAskedError."""
    if text and not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", text):
        raise WronglyAskedError(asked.words("web.wrong.schedule", value=text[:20]))
    return text


def _choices(answer: InWords, rows: pl.DataFrame, column: str, chosen: str) -> list[Choice]:
    home = {"nation": "nations", "item": "items"}[column]
    found = {code: answer.name(code, table=home) for code in rows[column].unique(maintain_order=True)}
    return [
        Choice(value=code, text=name, chosen=code == chosen) for code, name in sorted(found.items(), key=lambda one: one[1])
    ]  # fmt: skip


def _slots(rows: pl.DataFrame, by: str, start: str) -> tuple[list[str], dict[tuple[str, str], dict[str, float]]]:
    """First months of the columns, and sums by line and column; a period stands in the column in which it begins."""
    length = LENGTHS[by]
    number = pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month().cast(pl.Int64) - 1
    cut = rows.with_columns(at=(number // length) * length).filter(pl.col("at") > month_number(start) - length)
    every = sorted(set(cut["at"]))[:COLUMNS]
    figures = ("output", "placed", "capacity", "minimum")
    summed = cut.filter(pl.col("at").is_in(every)).group_by("line", "at").agg(pl.col(*figures).sum())
    sums = {
        (line, month_text(at)): dict(zip(figures, values, strict=True))
        for line, at, *values in summed.select("line", "at", *figures).iter_rows()
    }
    return [month_text(at) for at in every], sums


def _shades(answer: InWords) -> list[str]:
    """Spans of the shades, as shares; the last is all of the capacity."""
    share = answer.words.share
    ends = [(n / STEPS, (n + 1) / STEPS) for n in range(STEPS)]
    return [*(answer.words("web.schedule.shade", low=share(low), high=share(high)) for low, high in ends), share(1.0)]


def _label(answer: InWords, slot: str, by: str) -> str:
    if by == "month":
        return answer.words.month(slot, short=True)
    year, month = slot.split("-")
    return year if by == "year" else answer.words("web.schedule.quarter", n=(int(month) - 1) // 3 + 1, year=year)


def _line(
    answer: InWords, plan: str, code: str, rows: pl.DataFrame, sums: dict[tuple[str, str], dict[str, float]],
    slots: Sequence[str], look: str, path: Any, by: str, page: int,
) -> LineRow:  # fmt: skip
    words = answer.words
    item = rows.filter(pl.col("line") == code)["item"][0]
    name = answer.name(code, table="lines")
    cells: list[Output | None] = []
    for slot in slots:
        figure = sums.get((code, slot))
        if figure is None:
            cells.append(None)
            continue
        capacity = figure["capacity"] if figure["capacity"] != float("inf") else None
        share = figure["output"] / capacity if capacity else None
        step = None if share is None else STEPS if share >= FULL else min(STEPS - 1, int(share * STEPS))
        of = words.share(share) if share is not None else words("unlimited" if capacity is None else "none")
        cells.append(
            Output(
                output=figure["output"], capacity=capacity, share=share, step=step, text=words.number(figure["output"]),
                says=words("web.schedule.cell", line=name, month=_label(answer, slot, by), share=of),
                link=path(look=f"{code}:{slot}", page=page), looked=look == f"{code}:{slot}",
            )
        )  # fmt: skip
    return LineRow(name=name, item=answer.item(item), link=plan_path(plan, "lines", code), cells=cells)


def _looked(
    asked: Asked, answer: InWords, plan: str, look: str, sums: dict[tuple[str, str], dict[str, float]], by: str
) -> Looked | None:
    """What stands behind a cell: its figures, who ordered it, and who lacks what hangs on the line."""
    line, _, slot = look.rpartition(":")
    figure = sums.get((line, slot))
    if figure is None:
        return None
    words = answer.words
    row = answer["production"].filter(pl.col("line") == line).row(0, named=True)
    first = month_number(slot)
    months = [date(n // 12, n % 12 + 1, 1) for n in range(first, first + LENGTHS[by])]
    share = figure["output"] / figure["capacity"] if figure["capacity"] else None
    facts = [
        Fact(label=words("web.line"), text=answer.name(line, table="lines"), link=plan_path(plan, "lines", line)),
        Fact(label=words("head.item"), text=answer.item(row["item"]), link=plan_path(plan, "items", row["item"])),
        Fact(label=words("web.schedule.output"), text=words.number(figure["output"])),
        Fact(label=words("web.schedule.placed"), text=words.number(figure["placed"])),
        Fact(label=words("web.schedule.capacity"), text=words.number(figure["capacity"])),
        Fact(label=words("web.schedule.share"), text=words.share(share) if share is not None else words("none")),
    ]
    of = answer["orders"].filter((pl.col("line") == line) & pl.col("month").is_in(months))
    works = answer["expansions"].filter((pl.col("line") == line) & (pl.col("ready") <= months[-1]))
    return Looked(
        title=words("web.schedule.looked", line=answer.name(line, table="lines"), month=_label(answer, slot, by)),
        facts=facts,
        why=_why(asked, answer, plan, row["item"]),
        sections=sections(
            section(
                answer, plan, "orders", frame=of, sort=("-quantity",), first=FIRST_ORDERS,
                show=("contract", "buyer", "ship_to", "decide", "month", "quantity", "commitment"),
            ),
            section(answer, plan, "expansions", frame=works, sort=("ready",)),
        ),
    )  # fmt: skip


def _why(asked: Asked, answer: InWords, plan: str, item: str) -> list[Fact]:
    """Items that hang on a line and that somebody lacks, each with the page of its reasons."""
    into: dict[str, list[str]] = {}
    for end, component in answer.result.case["bills"].select("item", "component").iter_rows():
        into.setdefault(component, []).append(end)
    hangs, waiting = [item], [item]
    while waiting:
        new = [one for one in into.get(waiting.pop(), ()) if one not in hangs]
        hangs += new
        waiting += new
    short = set(answer["short"]["item"]) | set(answer["shortages"]["item"])
    own = {} if asked.reader.sees_all else {"holder": asked.reader.nation}
    return [
        Fact(label=answer.words("web.page.why"), text=answer.item(one), link=plan_path(plan, "why", **own, item=one))
        for one in hangs
        if one in short
    ]


PAGE = Page("schedule", "plans/{plan}/schedule", schedule, of="plan")
