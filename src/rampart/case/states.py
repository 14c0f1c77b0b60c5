"""A case as it was known, or said, by a month: rows that state or were said to state something later are left out.

It is a change of the case like an override, under the names ``known-by-YYYY-MM`` and ``said-by-YYYY-MM``:

known  by the column ``known`` of a row, the month of what it states; a row that leaves it blank stays
said   by the date of the row's source; a row without a source, or whose source has no date that can be read, stays

A date of which only the year is known counts as the last month of that year. What names something that has been left out
(a contract with a line, an order from it, the parts of a fleet) is left out with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from rampart.case.draft import Draft
from rampart.catalogues.inputs import tables
from rampart.findings import Finding

_NAME = re.compile(r"(known|said)-by-([0-9]{4}-(?:0[1-9]|1[0-2]))")
_DATE = re.compile(r"(?<![0-9])([0-9]{4})(?:-(0[1-9]|1[0-2]))?(?![0-9])")


def name_of(kind: str, month: str) -> str:
    """Name of the change that leaves out what came after ``month``; ``kind`` is "known" or "said"."""
    return f"{kind}-by-{month}"


def read_name(name: str) -> tuple[str, str] | None:
    """("known" or "said", month) of such a name; None of any other."""
    match = _NAME.fullmatch(name)
    return (match[1], match[2]) if match else None


def month_of(date: str | None) -> str | None:
    """The last month "YYYY-MM" that a date may mean, of a range its end; None where no year can be read."""
    found = _DATE.findall(date or "")
    return f"{found[-1][0]}-{found[-1][1] or '12'}" if found else None


def as_of(draft: Draft, kind: str, month: str) -> tuple[Draft, list[Finding]]:
    """The draft without what was known or said only after the month, and a note for each table that lost rows."""
    findings: list[Finding] = []
    late: list[str] = []
    if kind == "said":
        dates = dict(draft.frames["sources"].select("source", "date").iter_rows())
        late = [source for source, date in dates.items() if source and (month_of(date) or "") > month]
        findings += _undated(draft, {source for source, date in dates.items() if month_of(date) is None})
    frames = dict(draft.frames)
    for name in frames:
        if "known" in tables()[name].columns:
            after = pl.col("known") > month if kind == "known" else pl.col("source").is_in(late)
            frames[name] = frames[name].filter(~after.fill_null(value=False))
    _without_what_is_gone(draft, frames)
    for name, frame in frames.items():
        if gone := draft.frames[name].height - frame.height:
            code = "rows-known-later" if kind == "known" else "rows-said-later"
            findings.append(draft.finding(code, name, value=gone, month=month))
    return replace(draft, frames=frames), findings


def _undated(draft: Draft, undated: set[str]) -> Iterator[Finding]:
    cited = {source for frame in draft.frames.values() if "known" in frame.columns for source in frame["source"]}
    for source in sorted(undated & cited):
        yield draft.finding("source-undated", "sources", column="date", value=source)


def _without_what_is_gone(draft: Draft, frames: dict[str, pl.DataFrame]) -> None:
    """Take out, until nothing more goes, rows that name a code which the draft had and the frames no longer have."""
    named = [
        (name, column.name, *column.reference.split("."))
        for name, table in tables().items()
        for column in table.columns.values()
        if column.reference and name not in ("settings", "overrides")
    ]
    while True:
        size = sum(frame.height for frame in frames.values())
        for name, column, table, code in named:
            gone = set(draft.frames[table][code]) - set(frames[table][code]) - {None}
            if gone:
                frames[name] = frames[name].filter(~pl.col(column).is_in(sorted(gone)).fill_null(value=False))
        _without_fleets_that_are_gone(draft, frames)
        if sum(frame.height for frame in frames.values()) == size:
            return


def _without_fleets_that_are_gone(draft: Draft, frames: dict[str, pl.DataFrame]) -> None:
    """Take out the breakdown of types of which no fleet is left, and the objective of fleets where none is."""
    before, now = (set(fleets["type"]) - {None} for fleets in (draft.frames["fleets"], frames["fleets"]))
    if gone := before - now - set(frames["parts"]["part"]):
        whole = pl.col("parent").is_in(sorted(gone)).fill_null(value=False)
        frames["breakdown"] = frames["breakdown"].filter(~whole)
    if before and not now:
        objective = (pl.col("objective") == "availability").fill_null(value=False)
        frames["priorities"] = frames["priorities"].filter(~objective)
