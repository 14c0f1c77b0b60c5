"""Checks of the regimes of the war, the changes between them, and given branches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from rampart.case.calendar import Calendar
from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

SUM = 1e-9  # by which probabilities may miss one
SHARES = 1.5e-4  # by which those of branches may: three thirds written with four digits, which the tree brings to one


def check_transitions(draft: Draft) -> Iterator[Finding]:
    """The changes out of a regime are more than certain, or lead out of the end."""
    rows = draft.sound("transitions").with_columns(pl.col("after").fill_null(0))
    ends = set(draft.sound("regimes").filter(pl.col("ends"))["regime"])
    for row, start, to in rows.filter(pl.col("probability") > 0).select(ROW, "from_regime", "to_regime").iter_rows():
        if start in ends and to != start:
            yield draft.finding("end-is-left", "transitions", row=row, column="to_regime", value=to, regime=start)
    for start in sorted(set(rows["from_regime"])):
        mine = rows.filter(pl.col("from_regime") == start)
        for after in sorted(set(mine["after"])):
            standing = mine.filter(pl.col("after") <= after).sort("after").group_by("to_regime").last()
            total = float(standing["probability"].sum())
            if total > 1 + SUM:
                row = mine.filter(pl.col("after") == after)[ROW].max()
                details = {"regime": start, "after": after}
                yield draft.finding(
                    "probabilities-above-one", "transitions", row=int(str(row)), column="probability",
                    value=round(total, 9), **details,
                )  # fmt: skip


def check_regimes(draft: Draft) -> Iterator[Finding]:
    """Chances at the start that are not one in all; a regime that nothing leads to, or without a need that others state."""
    rows = draft.sound("regimes")
    begin = draft.settings.get("regime")
    may = rows.filter(pl.col("at_start").fill_null(0.0) > 0)
    total = float(may["at_start"].sum())
    if may.height and (abs(total - 1) > SUM or may["ends"].fill_null(value=False).any()):
        yield draft.finding("start-not-certain", "regimes", row=may[ROW][0], column="at_start", value=round(total, 9))
    given = set(draft.sound("branches")["regime"])
    if begin and not given:
        reached, waiting = {begin, *may["regime"]}, [begin, *may["regime"]]
        onward: dict[str, set[str]] = defaultdict(set)
        changes = draft.sound("transitions").filter(pl.col("probability") > 0)
        for start, to in changes.select("from_regime", "to_regime").iter_rows():
            onward[start].add(to)
        while waiting:
            for to in onward[waiting.pop()] - reached:
                reached.add(to)
                waiting.append(to)
        if draft.settings.get("war_until") or not draft.sound("durations").is_empty():
            reached |= set(rows.filter(pl.col("ends"))["regime"])
        for row, regime in rows.select(ROW, "regime").iter_rows():
            if regime not in reached:
                yield draft.finding("regime-unreachable", "regimes", row=row, column="regime", value=regime)
    fighting = rows.filter(~pl.col("ends").fill_null(value=False))["regime"].to_list()
    needs = draft.sound("demand")
    for (holder, item, purpose), mine in needs.group_by(["holder", "item", "purpose"], maintain_order=True):
        stated = set(mine["regime"])
        if None in stated or purpose != "operations":
            continue
        for regime in fighting:
            if regime not in stated:
                details = {"regime": regime, "holder": holder, "item": item}
                yield draft.finding(
                    "regime-without-need", "demand", row=mine[ROW][0], column="regime", value=regime, **details
                )


def check_durations(draft: Draft) -> Iterator[Finding]:
    """Shares of wars over that fall with time or reach one; an end, or an age, that the transitions state beside them."""
    rows = draft.sound("durations").sort("months")
    if rows.is_empty():
        return
    before = 0.0
    for row, months, over in rows.select(ROW, "months", "over").iter_rows():
        if over < before or over >= 1:
            details = {"months": months, "before": round(before, 9)}
            yield draft.finding("durations-not-rising", "durations", row=row, column="over", value=over, **details)
        before = max(before, over)
    ends = draft.sound("regimes").filter(pl.col("ends"))["regime"].to_list()
    if len(ends) != 1:
        yield draft.finding("durations-without-end", "durations", row=rows[ROW][0], column="over", value=len(ends))
    changes = draft.sound("transitions").select(ROW, "from_regime", "to_regime", "after", "probability")
    for row, start, to, after, chance in changes.iter_rows():
        if to in ends and chance > 0:
            yield draft.finding("end-stated-twice", "transitions", row=row, column="to_regime", value=to, regime=start)
        elif after:
            yield draft.finding("durations-and-ages", "transitions", row=row, column="after", value=after, regime=start)


def check_branches(draft: Draft) -> Iterator[Finding]:
    """Branches that follow the same one do not sum to one, or begin outside the plan or before the one they follow."""
    rows = draft.sound("branches")
    start, end = draft.settings.get("start", ""), draft.settings.get("end", "")
    if rows.is_empty() or not (start and end):
        return
    begins = {b: m or start for b, m in rows.select("branch", "from").iter_rows()}
    stretches = [(m, s) for m, s in draft.sound("calendar").select("from", "step").iter_rows() if start <= m <= end]
    periods = Calendar.of(start, end, stretches).labels if start <= end else ()
    for row, branch, after, month in rows.select(ROW, "branch", "after", "from").iter_rows():
        begin = month or start
        if not start <= begin <= end or (after is not None and begin <= begins.get(after, "")):
            details = {"branch": branch, "start": start, "end": end}
            yield draft.finding("branch-outside-horizon", "branches", row=row, column="from", value=begin, **details)
        elif begin not in (periods if after is not None else (start,)):
            yield draft.finding("branch-inside-period", "branches", row=row, column="from", value=begin, branch=branch)
    for (after, _), mine in rows.with_columns(pl.col("from").fill_null(start)).group_by(
        ["after", "from"], maintain_order=True
    ):
        total = float(mine["probability"].sum())
        if abs(total - 1) > SHARES:
            yield draft.finding(
                "probabilities-not-one", "branches", row=mine[ROW][-1], column="probability",
                value=round(total, 9), after=after or start,
            )  # fmt: skip


def check_idle_cost(draft: Draft) -> Iterator[Finding]:
    """A cost of idle capacity on a line whose capacity is not known."""
    rows = draft.sound("lines").filter((pl.col("idle_cost") > 0) & (pl.col("max_rate").is_infinite()))
    for row, line in rows.select(ROW, "line").iter_rows():
        yield draft.finding("idle-without-limit", "lines", row=row, column="idle_cost", value=line)
