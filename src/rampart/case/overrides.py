"""Named changes to a case, stacked in the order given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from rampart.case.cells import read_cell
from rampart.case.draft import ROW, Draft
from rampart.case.headers import (
    match_column,
    match_setting,
    match_table,
    nearest,
    nearest_column,
    nearest_table,
    stored_column,
)
from rampart.case.override_cells import FACTOR, KINDS_FR
from rampart.case.pairs import parse_pairs
from rampart.case.states import as_of, read_name
from rampart.catalogues.inputs import main_figures, tables
from rampart.findings import Finding


def apply(draft: Draft, names: Sequence[str]) -> tuple[Draft, list[Finding]]:
    """The draft with the named overrides applied in order, and what was wrong with them.

    A row of an override that cannot be applied is reported and left out; the others are still tried. The names of
    ``case.states`` (``known-by-YYYY-MM``, ``said-by-YYYY-MM``) are changes of every case.
    """
    findings: list[Finding] = []
    rows = draft.sound("overrides").sort("step")
    # A name whose rows could not be read is known all the same: what is wrong with them has been said.
    known = draft.frames["overrides"].sort("step")["override"].drop_nulls().unique(maintain_order=True).to_list()
    for name in names:
        if state := read_name(name):
            draft, notes = as_of(draft, *state)
            findings += notes
            continue
        if name not in known:
            details: dict[str, Any] = {"near": nearest(name, known), "known": ", ".join(sorted(known)) or "-"}
            findings.append(draft.finding("unknown-override", "overrides", column="override", value=name, **details))
            continue
        for row in rows.filter(pl.col("override") == name).iter_rows(named=True):
            step = _Step(draft, row)
            draft = step.apply()
            findings += step.findings
    return draft, findings


def misnamed(draft: Draft, *, asked: Sequence[str] = ()) -> list[Finding]:
    """Rows of overrides that name a table or a column that there is not, or a row that there is not when the override is
    carried out by itself, though nobody asked for them; those asked for were tried.
    """
    findings = []
    rows = draft.sound("overrides").sort("step", maintain_order=True)
    for name in rows["override"].unique(maintain_order=True):
        if name in asked:
            continue
        now = draft
        for row in rows.filter(pl.col("override") == name).iter_rows(named=True):
            step, tried = _Step(now, row), _Step(now, row)
            step.check_names()
            now = now if step.findings else tried.apply()
            if any(f.code == "override-no-row" for f in tried.findings) and draft.whole(tried.table):
                step.report("override-idle", "where", row["where"] or "", changed=draft.sheet_of(tried.table))
            findings += step.findings
    return sorted(findings, key=lambda finding: finding.row or 0)


@dataclass
class _Step:
    """One row of the overrides table, applied to a draft."""

    draft: Draft
    row: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)
    table: str = ""

    def report(self, code: str, column: str, value: Any, **details: Any) -> None:
        self.findings.append(
            self.draft.finding(code, "overrides", row=self.row[ROW], column=column, value=value, **details)
        )

    def apply(self) -> Draft:
        """The draft after this row, unchanged when the row is wrong."""
        table = match_table(self.row["table"])
        if table is None:
            self.report("override-table", "table", self.row["table"], near=nearest_table(self.row["table"]))
            return self.draft
        self.table = table
        frame = self.draft.frames[table]
        changed = self.added(frame) if self.row["action"] == "add" else self.changed(frame)
        if changed is None or self.findings_stop():
            return self.draft
        return replace(self.draft, frames={**self.draft.frames, table: changed})

    def check_names(self) -> None:
        """Report a table or a column that there is not."""
        self.table = match_table(self.row["table"]) or ""
        if not self.table:
            self.report("override-table", "table", self.row["table"], near=nearest_table(self.row["table"]))
            return
        for cell in ("where", "value") if self.row["action"] == "add" else ("where",):
            for header in parse_pairs(self.row[cell] or "") or {}:
                self.column(header, cell)
        if self.row["action"] in ("set", "multiply"):
            self.column(self.row["column"] or "", "column")

    def names_unknown(self, after: Draft) -> bool:
        """Whether what the row sets or adds names a code that its own table does not have."""
        said = self.pairs("value") if self.row["action"] == "add" else {}
        if self.row["action"] == "set":
            target = match_column(self.table, self.row["column"] or "") or ""
            said = {target: self.row["value"]} if self.table != "settings" else {}
        for name, value in (said or {}).items():
            reference = "" if self.table == "settings" else stored_column(self.table, name).reference
            if reference and value is not None:
                table, code = reference.split(".")
                if value not in after.frames[table][code].to_list():
                    return True
        return False

    def findings_stop(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def pairs(self, cell: str) -> dict[str, Any] | None:
        """Typed values by column from a cell of pairs."""
        pairs = parse_pairs(self.row[cell] or "")
        if pairs is None or (cell == "value" and not pairs):
            self.report("override-syntax", cell, self.row[cell])
            return None
        typed = {}
        for header, text in pairs.items():
            name = self.column(header, cell)
            if name is not None:
                typed[name] = self.value(name, text, cell)
        return None if self.findings_stop() else typed

    def column(self, header: str, cell: str) -> str | None:
        name = match_column(self.table, header)
        if name is None:
            near = nearest_column(self.table, header)
            self.report("override-column", cell, header, changed=self.draft.sheet_of(self.table), near=near)
        return name

    def value(self, name: str, text: str | None, cell: str) -> Any:
        """The text as a value of the column; blank is unknown."""
        column = stored_column(self.table, name)
        if self.table == "settings" and name == "setting":
            return match_setting(text or "") or text
        value, problem = read_cell(text, column)
        if problem is not None:
            self.report(
                "override-value",
                cell,
                text,
                changed=self.draft.sheet_of(self.table),
                target=self.draft.called(self.table, name),
                kind=column.kind,
            )
        return value

    def added(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        values = self.pairs("value")
        if values is None:
            return None
        if self.table == "settings" and not self.setting_sound(values.get("setting"), values.get("value")):
            return None
        row = {name: [values.get(name)] for name in frame.columns if name != ROW} | {ROW: [-self.row[ROW]]}
        return pl.concat([frame, pl.DataFrame(row, schema=frame.schema)])

    def setting_sound(self, setting: str | None, value: str | None) -> bool:
        """Whether the setting exists and may have the value."""
        if setting is None or match_setting(setting) is None:
            near = nearest(setting or "", tables()["settings"].columns)
            self.report("unknown-setting", "value", setting or "", near=near)
            return False
        column = tables()["settings"].columns[setting]
        if read_cell(value, column)[1] is not None:
            self.report(
                "override-value",
                "value",
                value,
                changed="settings",
                target=setting,
                kind=column.kind,
                kind_fr=KINDS_FR[column.kind],
            )
            return False
        return True

    def changed(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """The frame with the matching rows set, multiplied or removed."""
        where = self.pairs("where")
        if where is None:
            return None
        matches = pl.lit(True)
        for name, value in where.items():
            # A blank cell stands for the column's default, so it answers to the default's name.
            cell = pl.col(name)
            default = stored_column(self.table, name).default_value
            cell = cell if default is None else cell.fill_null(default)
            matches = matches & (cell.is_null() if value is None else cell.eq_missing(value))
        hits = frame.filter(matches)
        if hits.is_empty():
            self.report("override-no-row", "where", self.row["where"] or "", changed=self.draft.sheet_of(self.table))
            return None
        if self.row["action"] == "remove":
            return frame.filter(~matches)
        target = self.column(self.row["column"] or "", "column")
        if target is None:
            return None
        if self.row["action"] == "set":
            return self.set(frame, hits, matches, target)
        return self.multiplied(frame, hits, matches, target)

    def set(self, frame: pl.DataFrame, hits: pl.DataFrame, matches: pl.Expr, target: str) -> pl.DataFrame | None:
        value = self.value(target, self.row["value"], "value")
        if self.table == "settings" and not all(self.setting_sound(name, value) for name in hits["setting"]):
            return None
        cell = pl.lit(value, dtype=frame.schema[target])
        # The range was about the old figure: about the new one none is known.
        ends = [pl.when(~matches).then(end).alias(end) for end in self.range_of(target)]
        return frame.with_columns(pl.when(matches).then(cell).otherwise(target).alias(target), *ends)

    def multiplied(self, frame: pl.DataFrame, hits: pl.DataFrame, matches: pl.Expr, target: str) -> pl.DataFrame | None:
        column = stored_column(self.table, target)
        if column.kind not in ("number", "integer", "limit"):
            self.report("override-not-a-number-column", "column", target, changed=self.draft.sheet_of(self.table))
            return None
        factor, _ = read_cell(self.row["value"], FACTOR)
        if factor is None:
            self.report(
                "override-value",
                "value",
                self.row["value"],
                changed=self.draft.sheet_of(self.table),
                target=target,
                kind="number",
            )
            return None
        if hits[target].is_null().all():
            self.report("override-multiplies-nothing", "column", target)
        product = pl.col(target).cast(pl.Float64) * factor
        if factor == 0:
            product = product.fill_nan(0.0)
        if column.kind == "integer":
            product = product.round(0).cast(pl.Int64)
        ends = [pl.when(matches).then(pl.col(end) * factor).otherwise(end).alias(end) for end in self.range_of(target)]
        return frame.with_columns(pl.when(matches).then(product).otherwise(target).alias(target), *ends)

    def range_of(self, target: str) -> tuple[str, ...]:
        """Columns low and high when they are about the target column, else none."""
        return ("low", "high") if target in main_figures(tables()[self.table]) else ()


@dataclass(frozen=True)
class Steps:
    """What the steps of all overrides of a draft do.

    without_effect  positions in the table ``overrides`` of steps that change nothing there, or name a code that is not there
    added           table and row that a step adds, by its position
    """

    without_effect: frozenset[int]
    added: Mapping[int, tuple[str, dict[str, Any]]]


def steps_of(draft: Draft) -> Steps:
    """Every override of a draft carried out by itself, step by step; steps without effect are left out."""
    rows = draft.sound("overrides").sort("step", maintain_order=True)
    without, added = set[int](), dict[int, tuple[str, dict[str, Any]]]()
    first = draft.frames["overrides"][ROW].to_list()
    for name in rows["override"].unique(maintain_order=True):
        now = draft
        for row in rows.filter(pl.col("override") == name).iter_rows(named=True):
            step, place = _Step(now, row), first.index(row[ROW])
            after = step.apply()
            if after is now or step.names_unknown(after):
                without.add(place)
                continue
            if row["action"] == "add":
                added[place] = (
                    step.table,
                    {k: v for k, v in after.frames[step.table].row(-1, named=True).items() if k != ROW},
                )
            now = after
    return Steps(frozenset(without), added)
