"""Checks that the catalogue alone dictates: required cells, ranges, keys, references, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from rampart.case.draft import ROW, Draft, shown
from rampart.case.headers import fold, nearest
from rampart.catalogues.inputs import Column, Table, main_figures, table_named, tables
from rampart.findings import Finding

SIGNS = {"€": "EUR", "eur": "EUR", "$": "USD", "dollar": "USD", "£": "GBP", "sterling": "GBP"}
"""What people write for a currency, and its code."""
_UNSOURCED = ("settings", "calendar", "priorities", "sources")


def _data_tables() -> list[Table]:
    return [table for table in tables().values() if table.name != "settings"]


def check_required(draft: Draft, *, layout: str = "") -> Iterator[Finding]:
    """A required cell is blank: of a case, or of one layout."""
    for table in [table_named(layout)] if layout else _data_tables():
        frame = draft.frames[table.name]
        for column in table.columns.values():
            if not column.required or (table.name, column.name) in draft.missing:
                continue
            if not frame[column.name].null_count():
                continue
            refused = draft.bad.get(table.name, {}).get(column.name, frozenset())
            for row in frame.filter(pl.col(column.name).is_null())[ROW]:
                if row not in refused:
                    yield draft.finding("blank", table.name, row=row, column=column.name)


def check_settings(draft: Draft) -> Iterator[Finding]:
    """A setting that every case needs is not given."""
    if "settings" in draft.unread or any(table == "settings" for table, _ in draft.missing):
        return
    refused = draft.bad.get("settings", {})
    for column in tables()["settings"].columns.values():
        if column.required and column.name not in draft.settings and column.name not in refused:
            explained = {"help_en": column.help["en"], "help_fr": column.help["fr"]}
            named = draft.setting_named(column.name)
            yield draft.finding("setting-missing", "settings", value=column.name, row=None, named=named, **explained)
    for column in tables()["settings"].columns.values():
        if not column.reference:
            continue
        table, code = column.reference.split(".")
        chosen, known = draft.settings.get(column.name), draft.frames[table][code].drop_nulls().to_list()
        if chosen and draft.complete(table, code) and chosen not in known:
            row = draft.frames["settings"].filter(pl.col("setting") == column.name)[ROW][0]
            details = {"reference": draft.sheet_of(table), "near": nearest(chosen, known)}
            yield draft.finding("unknown-reference", "settings", row=row, column="value", value=chosen, **details)


def check_currency(draft: Draft) -> Iterator[Finding]:
    """The currency is no code of three capitals: a sign, or an amount's unit as "M€"."""
    given = draft.settings.get("currency")
    if not given or re.fullmatch("[A-Z]{3}", given):
        return
    row = draft.frames["settings"].filter(pl.col("setting") == "currency")[ROW][0]
    near = next((code for sign, code in SIGNS.items() if sign in given.casefold()), "")
    near = near or (given.upper() if re.fullmatch("[A-Za-z]{3}", given) else "")
    yield draft.finding("currency-not-a-code", "settings", row=row, column="value", value=given, near=near)


def check_ranges(draft: Draft, *, layout: str = "") -> Iterator[Finding]:
    """A number lies outside what its column allows: of a case, or of one layout."""
    for table in [table_named(layout)] if layout else _data_tables():
        frame = draft.frames[table.name]
        if frame.is_empty():
            continue
        bounds: dict[str, tuple[Column, float, str, pl.Expr]] = {}
        for column in table.columns.values():
            if column.minimum is not None:
                outside = pl.col(column.name) < column.minimum
                bounds[f"{column.name} low"] = (column, column.minimum, _too_small(column.minimum), outside)
            if column.maximum is not None:
                outside = pl.col(column.name) > column.maximum
                bounds[f"{column.name} high"] = (column, column.maximum, "above-maximum", outside)
        # One pass over the table says which bounds are broken at all; most are not.
        broken = frame.select(outside.any().alias(name) for name, (*_, outside) in bounds.items())
        for name in broken.columns:
            if not broken[name][0]:
                continue
            column, bound, code, outside = bounds[name]
            for row, cell in frame.filter(outside).select(ROW, column.name).iter_rows():
                details = {"bound": shown(bound), "unit": column.unit}
                yield draft.finding(code, table.name, row=row, column=column.name, value=cell, **details)


def _too_small(least: float) -> str:
    """What a number below its least is called: a least next to 0 only says that 0 is not allowed."""
    return "not-above-zero" if 0 < least < 1e-5 else "below-minimum"


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Two rows say the same thing twice: a blank counts as what it stands for."""
    start = draft.settings.get("start")
    for table in _data_tables():
        key = table.key
        frame = draft.sound(table.name)
        if not key or frame.height < 2:
            continue
        fills = [pl.col(n).fill_null(v) for n in key if (v := table.columns[n].default_value) is not None]
        if "from" in key and start:
            fills.append(pl.col("from").fill_null(start))
        frame = frame.with_columns(fills).with_columns(pl.col(ROW).first().over(key).alias("#first"))
        for row in frame.filter(pl.col(ROW) != pl.col("#first")).iter_rows(named=True):
            told = {name: draft.spelt(row[name], table.name, name) for name in key if row[name] is not None}
            value = ", ".join(shown(one) for one in told.values())
            details = {"first": row["#first"], "key": ", ".join(draft.called(table.name, name) for name in key)}
            yield draft.finding("key-twice", table.name, row=row[ROW], column=key[0], value=value, **details)


FOR_ALL = frozenset({
    "all", "any", "every", "everyone", "both", "tous", "toutes", "tout", "toute", "chacun", "chacune", "tous les membres",
    "all members", "*",
})  # fmt: skip
"""What people write for all of them."""
BETWEEN = re.compile(r"\s*(?:[,;/+&\n]|\bet\b|\band\b)\s*")
AS_ABOVE = frozenset({'"', "''", "”", "»", "″", "〃", "idem", "id.", "ditto", "do.", "same", "dito"})
"""What people write for what stands in the cell above."""


FEW = 3
"""Cells that name codes of a table without rows, each of which is told."""


def check_references(draft: Draft) -> Iterator[Finding]:
    """A code is used that its own table does not have; where that table has no rows at all, that is said once."""
    of_none: dict[str, list[Finding]] = {}
    for table in _data_tables():
        for column in table.columns.values():
            if not column.reference:
                continue
            used = draft.frames[table.name][column.name]
            target, name = column.reference.split(".")
            if used.null_count() == len(used) or not draft.complete(target, name):
                continue
            codes = [code for code in draft.frames[target][name].to_list() if code is not None]
            known = list(dict.fromkeys(codes))
            if tables()[target].key == (name,) and len(known) < len(codes):
                continue  # a code that stands twice is told; another that it has taken the place of is none of its news
            unknown = set(used.to_list()) - set(known) - {None}
            if not unknown:
                continue
            named = _by_name(draft, target, name)
            near = {
                code: named.get(fold(code)) or nearest(code, known) or named.get(nearest(fold(code), named), "")
                for code in sorted(unknown)[:200]
            }
            for row, code in zip(draft.frames[table.name][ROW], used, strict=True):
                if code in unknown:
                    details = {"reference": draft.sheet_of(target), "near": near.get(code, "")}
                    kind, more = _no_code(code, set(known), column)
                    said = draft.finding(kind, table.name, row=row, column=column.name, value=code, **details, **more)
                    if not known and kind == "unknown-reference":
                        of_none.setdefault(target, []).append(said)
                    else:
                        yield said
    for target, found in of_none.items():
        if len(found) <= FEW:
            yield from found
        else:
            told = {"reference": draft.sheet_of(target), "count": len(found)}
            yield replace(found[0], code="codes-of-empty-table", details=told)


def _no_code(text: str, known: set[str], column: Column) -> tuple[str, dict[str, str]]:
    """What a text is that is no code of its table, and what the finding says of it."""
    if text.casefold() in AS_ABOVE:
        return "as-above", {}
    if text.casefold() in FOR_ALL:
        return "no-word-for-all", {f"blank_{language}": _blank(column, language) for language in ("en", "fr")}
    parts = [part for part in BETWEEN.split(text) if part]
    if len(parts) > 1 and set(parts) <= known:
        return "several-codes", {"parts": ", ".join(parts)}
    return "unknown-reference", {}


def _blank(column: Column, language: str) -> str:
    """What the catalogue says that a blank cell of a column means; nothing where none may be."""
    if column.required:
        return ""
    start = {"en": "Blank:", "fr": "Vide :"}[language]
    told = column.help[language].partition(start)[2].strip().rstrip(".")
    return start.replace("Blank", "blank").replace("Vide", "vide") + " " + told if told else ""


def _by_name(draft: Draft, table: str, code: str) -> dict[str, str]:
    """Codes by the names that their table gives them: people write "Alpha" for AAA."""
    columns = tables()[table].columns
    named: dict[str, str] = {}
    several: set[str] = set()
    for name in ("site", "site_fr", "name_en", "name_fr"):  # a line is named by its site
        if name not in columns or columns[name].kind != "text":
            continue
        for word, key in draft.frames[table].select(name, code).drop_nulls().iter_rows():
            if named.setdefault(fold(word), key) != key:
                several.add(fold(word))
    for word in several:
        del named[word]
    return named


def check_low_high(draft: Draft) -> Iterator[Finding]:
    """The range of a figure does not hold the figure itself, or goes where the figure may not."""
    for table in _data_tables():
        if "low" not in table.columns or draft.frames[table.name].is_empty():
            continue
        main = main_figures(table)[0]
        frame = draft.sound(table.name).with_columns(pl.col(main).alias("#main"))
        if table.name == "requirements":
            frame = frame.with_columns(pl.coalesce("#main", pl.col("daily_rate") * pl.col("days")))
        frame = frame.filter(pl.col("low").is_not_null() | pl.col("high").is_not_null())
        columns = frame.select(ROW, "low", "#main", "high").iter_rows()
        for row, low, figure, high in columns:
            ends = [value for value in (low, figure, high) if value is not None]
            if ends != sorted(ends):
                text = " / ".join(shown(value) or "-" for value in (low, figure, high))
                column = "low" if low is not None and ends[0] == low and low > min(ends) else "high"
                yield draft.finding(
                    "range-order", table.name, row=row, column=column, value=text, main=draft.called(table.name, main)
                )
            least, most, unit = (getattr(table.columns[main], name) for name in ("minimum", "maximum", "unit"))
            for column, value in (("low", low), ("high", high)):
                for code, bound in (("below-minimum", least), ("above-maximum", most)):
                    beyond = None not in (value, bound) and (value < bound if bound is least else value > bound)
                    if beyond:
                        details = {"bound": shown(bound), "unit": unit}
                        kind = _too_small(bound) if code == "below-minimum" else code
                        yield draft.finding(kind, table.name, row=row, column=column, value=value, **details)


def check_sources(draft: Draft) -> Iterator[Finding]:
    """Rows that state facts without naming a source or a grade: one note a table."""
    for table in _data_tables():
        if table.name in _UNSOURCED or "source" not in table.columns:
            continue
        frame = draft.frames[table.name]
        bare = frame.filter(pl.col("source").is_null() | pl.col("grade").is_null()).height
        if bare:
            details = {"count": bare, "total": frame.height}
            yield draft.finding("without-source", table.name, column="source", **details)
