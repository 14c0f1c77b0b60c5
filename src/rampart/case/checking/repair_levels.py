"""Checks of what a case leaves open of its level of repair."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.findings import Finding


def check_options(draft: Draft) -> Iterator[Finding]:
    """Shares past one, repairs that take no time, what stands at another site, hours unknown, set-ups that nothing needs."""
    frame = draft.sound("repair_options")
    stands = dict(draft.sound("repair_setups").select("setup", "site").iter_rows())
    hours = dict(draft.sound("repair_setups").select("setup", "hours").iter_rows())
    shops = dict(draft.sound("shops").select("shop", "site").iter_rows())
    for row in frame.iter_rows(named=True):
        here = {"row": row[ROW], "table": "repair_options"}
        repaired = 1.0 if row["repaired"] is None else row["repaired"]
        if repaired + (row["condemned"] or 0.0) > 1 + 1e-9:
            total = repaired + row["condemned"]
            yield draft.finding("shares-above-one", column="repaired", value=total, **here)
        turnaround, bench = row["turnaround"], row["bench"]
        if turnaround == 0:
            yield draft.finding("turnaround-zero", column="turnaround", value=turnaround, **here)
        if bench is not None and turnaround is not None and bench > turnaround:
            yield draft.finding("bench-too-long", column="bench", value=bench, whole=turnaround, **here)
        for column, places in (("setup", stands), ("shop", shops)):
            at = places.get(row[column])
            if at is not None and at != row["site"]:
                yield draft.finding(
                    "option-elsewhere", column=column, value=row[column], stands=at, site=row["site"], **here
                )
        if hours.get(row["setup"]) is not None and row["hours"] is None:
            yield draft.finding("option-hours-unknown", column="hours", value=row["setup"], **here)
    if "repair_options" in draft.unread:
        return
    wanted = set(frame["setup"].to_list())
    for place, setup in draft.sound("repair_setups").select(ROW, "setup").iter_rows():
        if setup not in wanted:
            yield draft.finding("setup-without-option", "repair_setups", row=place, column="setup", value=setup)


def decided_on(draft: Draft) -> set[str]:
    """Parts whose level of repair is decided: those with options, and all that lies inside them."""
    found = set(draft.sound("repair_options")["part"].to_list())
    links = list(draft.sound("breakdown").select("parent", "part").iter_rows())
    while more := {part for parent, part in links if parent in found} - found:
        found |= more
    return found


def check_repairs_have_options(draft: Draft) -> Iterator[Finding]:
    """A repair of today whose part is decided on and whose cost nobody states."""
    if draft.unread & {"repair_options", "breakdown"}:
        return
    parts = decided_on(draft)
    known = set(draft.sound("repair_options").select("part", "site").iter_rows())
    repairs = draft.sound("repairs").filter(pl.col("repaired") > 0)
    for row, part, site in repairs.select(ROW, "part", "site").iter_rows():
        if part in parts and (part, site) not in known:
            yield draft.finding("repair-without-option", "repairs", row=row, column="site", value=site, part=part)


def check_costs_of_choice(draft: Draft) -> Iterator[Finding]:
    """Parts that are decided on and whose price, lead time or cost of moving is not known."""
    if draft.unread & {"repair_options", "breakdown", "sites"}:
        return
    parts = decided_on(draft)
    moved = draft.sound("sites")["supplier"].is_not_null().any()
    columns = ("price", "lead_time", *(("move_cost",) if moved else ()))
    for row in draft.sound("parts").iter_rows(named=True):
        for column in columns if row["part"] in parts else ():
            if row[column] is None:
                yield draft.finding("repair-choice-unknown", "parts", row=row[ROW], column=column, value=row["part"])
