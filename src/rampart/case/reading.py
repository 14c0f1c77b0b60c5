"""One way in for every form of a case: folder of CSV or Parquet files, or a workbook (.xlsx, .ods).

Sheets are matched to the catalogue, cells turned into values, and everything wrong is collected as findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from rampart.case.cells import (
    Locale,
    clean,
    days_meant,
    month_meant,
    months_within,
    period_meant,
    read_cell,
    read_cells,
)
from rampart.case.draft import ROW, Draft, Origin, address, shown
from rampart.case.headers import (
    fold,
    is_comment,
    language_of,
    match_column,
    match_setting,
    nearest,
    nearest_column,
    stored_column,
    stored_columns,
)
from rampart.case.override_cells import KINDS_FR, judged
from rampart.case.sheets import WORKBOOKS, Found, Sheet, plain
from rampart.catalogues.choices import bare, offered, spellings
from rampart.catalogues.inputs import Column, Table, main_figures, table_named, tables
from rampart.catalogues.units import AS, unit_in
from rampart.findings import Finding, at_most_alike

if TYPE_CHECKING:
    from rampart.case.tables import Case

# The first day of a month, or its midnight; a time zone behind it moves no day: the day is the one that was written.
_FIRST_DAY = r"^([0-9]{4}-[0-9]{2})-01(?:[T ]00:00(?::00(?:\.0+)?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?$"
HIDDEN_CELLS = ("error-value", "formula-without-value")


def read(path: Path, *, overrides: Sequence[str] = ()) -> tuple[Case | None, list[Finding]]:
    """Read and check a case: the case, or None when some finding is an error, and all findings."""
    from rampart.case.checking.checks import check
    from rampart.case.overrides import apply, misnamed
    from rampart.case.soundness import found_sound
    from rampart.case.tables import Case

    draft, findings = read_draft(path)
    findings += misnamed(draft, asked=overrides)
    if overrides:
        draft, more = apply(draft, overrides)
        findings += more
    # When nothing could be opened, that is the news; what the case then lacks is not.
    if draft.origins:
        findings += check(draft)
    findings = at_most_alike(findings)
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    case = Case(tables=draft.case_frames(), path=path, overrides=tuple(overrides), findings=tuple(findings))
    if draft.origins:
        found_sound(case)
    return case, findings


def read_draft(path: Path) -> tuple[Draft, list[Finding]]:
    """Every table of a case as typed frames, and what was wrong with files, headers and cells."""
    found = _gather(path)
    findings = list(found.findings)
    frames: dict[str, pl.DataFrame] = {}
    origins: dict[str, Origin] = {}
    bad: dict[str, dict[str, frozenset[int]]] = {}
    missing: set[tuple[str, str]] = set()
    for sheet in found.sheets:
        reader = SheetReader(sheet)
        if reader.turned:
            found.unread.add(sheet.table)
            findings += reader.findings
            continue
        frames[sheet.table] = reader.frame()
        origins[sheet.table] = reader.origin
        bad[sheet.table] = reader.bad
        missing |= reader.missing
        findings += reader.findings
    for sheet in found.sheets:
        for column, rows in _under_merged(sheet, origins).items():
            cells = bad.setdefault(sheet.table, {})
            cells[column] = cells.get(column, frozenset()) | rows
    for hidden in found.findings:
        if hidden.code in HIDDEN_CELLS and hidden.row is not None:
            cells = bad.setdefault(hidden.table, {})
            cells[hidden.column] = cells.get(hidden.column, frozenset()) | {hidden.row}
    for name, table in tables().items():
        frames.setdefault(name, empty(table))
    return Draft(frames, origins, bad, frozenset(missing), frozenset(found.unread)), findings


def _under_merged(sheet: Sheet, origins: Mapping[str, Origin]) -> dict[str, frozenset[int]]:
    """Rows by column that only look blank since their cells are merged, which has been said."""
    if sheet.table not in origins:
        return {}
    places = origins[sheet.table].positions
    found: dict[str, frozenset[int]] = {}
    for top, left, bottom, right in sheet.merged:
        for column, position in places.items():
            if left <= position + 1 <= right:
                found[column] = found.get(column, frozenset()) | frozenset(range(top, bottom + 1))
    return found


def _gather(path: Path) -> Found:
    from rampart.case.folder import read_folder
    from rampart.case.workbook import read_workbook

    if path.is_dir():
        if _is_result(path):
            within = path / "case"
            return Found(
                findings=[
                    Finding(
                        "result-for-case", value=str(path), details={"case": str(within) if within.is_dir() else ""}
                    )
                ]
            )
        return read_folder(path)
    if not path.exists():
        return Found(findings=[Finding("no-such-path", file=path.name, value=str(path))])
    if path.suffix.lower() in WORKBOOKS:
        return read_workbook(path)
    return Found(findings=[Finding("not-a-case", file=path.name, value=path.suffix)])


def _is_result(folder: Path) -> bool:
    """Whether a folder is one of results, by what its manifest says: other programs write files of that name too."""
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("kind") in ("plan", "war", "fleet")


def empty(table: Table) -> pl.DataFrame:
    """The frame of a table without rows."""
    from rampart.case.tables import dtype_of

    columns = {name: stored_column(table.name, name) for name in stored_columns(table)}
    return pl.DataFrame(schema={name: dtype_of(column) for name, column in columns.items()} | {ROW: pl.Int64})


LEAST_TURNED = 3
"""Names of columns in the first column from which a sheet is taken to be turned."""
NOT_ONE = re.compile(
    r"(?:~|≈|±|<|>|≤|≥|env\b\.?|environ\b|approx\b\.?|ca\b\.?|circa\b|about\b|plus de\b|moins de\b|over\b|under\b"
    r"|more than\b|less than\b|at least\b|au moins\b|entre\b|between\b|from\b|de\b)\s*\d"
    r"|\d[\d\s.,]*(?:-|–|—|±|à|a|to|/|et|and)\s*\d[\d\s.,]*(?:[^\W\d]+\.?)?$",
    re.IGNORECASE,
)
"""A range or a rough figure where one number is asked."""
NO_END = re.compile(
    r"(?:sans (?:fin|terme|échéance)|sine die|permanent\w*|en cours|indéterminée?|illimitée?|no end|open[ -]?ended|ongoing"
    r"|indefinite(?:ly)?|forever|unlimited)\.?",
    re.IGNORECASE,
)
"""Words for what has no end, where the month of its end is asked."""
TWO_YEARS = re.compile(r"((?:19|20)\d\d)\s*[-–—/]\s*((?:19|20)?\d\d)")
WITH_UNIT = re.compile(r"([+-]?\d[\d\s\u00a0\u202f.,]*?)\s*([^\d\s.,+-][^\d]*)")
IN_BRACKETS = re.compile(r"\(\s*(\d[\d\s\u00a0\u202f.,]*)\)")
SCALE = re.compile(
    r"(?:k|m|g|md|mds|mn|bn|tn|mille|milliers?|millions?|milliards?|thousands?|billions?|dozens?|douzaines?)\b|[mk]?[€$£]"
)
"""Words and signs behind a figure by which it counts more than it says."""
IN_HEAD = re.compile(
    r"[(\[,]\s*((?:in |en )?(?:k|mille|milliers?|millions?|milliards?|thousands?|billions?|[km][€$£])(?!\w)[^)\]]*)",
    re.I,
)
"""What a head says that its figures are counted in, where that is more than one."""
THOUSANDS = {
    **dict.fromkeys(("k", "mille", "millier", "milliers", "thousand", "thousands"), 1e3),
    **dict.fromkeys(("million", "millions"), 1e6), **dict.fromkeys(("milliard", "milliards"), 1e9),
}  # fmt: skip
"""Words that alone stand behind a figure, and how often it counts; "m" and "billion" are two things to two readers."""
ERROR = re.compile(r"#(?:(?:VALEUR|NOM|NUL|NOMBRE)\s?[!?]?|(?:REF|DIV/0)\s!)")
"""What Excel shows in French where a formula fails, pasted as text; what it shows in English is found as the file is read."""
FISCAL_YEAR = re.compile(r"(?:fy|ex\.?|exercice|ann[ée]e|year|fiscal year)?\s?['’]?((?:19|20)?\d\d)", re.IGNORECASE)
FRACTION = re.compile(r"(\d{1,4})\s?(?:/|sur|of|out of|in)\s?(\d{1,4})", re.IGNORECASE)
APOSTROPHES = re.compile(r"\d{1,3}(?:['’]\d{3})+")
"""Thousands as the Swiss set them apart."""
SHARE = "share"
TIMES = {
    "hours": r"h|heures?|hours?", "days": r"j|jours?|d|days?", "weeks": r"sem\.?|semaines?|weeks?",
    "months": r"mois|months?", "quarters": r"trim\.?|trimestres?|quarters?", "years": r"ans?|ann[ée]es?|years?|yrs?",
}  # fmt: skip
"""Words for lengths of time, by the unit that they name: one is no figure of a column that counts in another."""
TOTALS = frozenset(
    {"total", "totals", "grand total", "subtotal", "sub total", "sum", "totaux", "total general", "sous total", "somme"}
)
"""What stands in the first column of a row that adds up the others."""


class SheetReader:
    """Turns one sheet into a typed frame; what cannot be is in ``findings`` and ``bad``."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.table = table_named(sheet.table)
        self.findings: list[Finding] = []
        self.bad: dict[str, frozenset[int]] = {}
        self.missing: set[tuple[str, str]] = set()
        self.where: dict[str, int] = {}
        self.meant: set[str] = set()
        self._match_headers()
        headers = {name: sheet.headers[j] for name, j in self.where.items()}
        self.origin = Origin(sheet.file, sheet.sheet, headers, self.where)
        self._set_second_table_aside()
        self._set_totals_aside()
        self._set_sums_aside()
        self._set_notes_aside()
        if sheet.ragged:
            self.bad = dict.fromkeys(self.where, sheet.ragged)
        self.locale: Locale = self._locale()

    def _finding(
        self, code: str, column: str = "", row: int | None = None, value: str = "", **details: object
    ) -> Finding:
        return Draft({}, {self.sheet.table: self.origin}).finding(
            code, self.sheet.table, row=row, column=column, value=value, **details
        )

    def _match_headers(self) -> None:
        sheet, table = self.sheet, self.table
        self.origin = Origin(sheet.file, sheet.sheet)
        if self._is_turned():
            return
        across: list[tuple[int, str]] = []
        for j, header in enumerate(sheet.headers):
            name = match_column(table.name, header)
            if is_comment(header):
                continue
            if name in self.where and "" in sheet.headers[:j]:
                told = self._finding("second-table", value=header)
                self.findings.append(replace(told, header=header, cell=self._head(j)))
                break
            if name is None and (period := period_meant(header)):
                across.append((j, period))
            elif name is None:
                self._unknown_column(j, header)
            elif name in self.where:
                other = sheet.headers[self.where[name]]
                told = self._finding("column-twice", value=header, other=other, column=name)
                self.findings.append(replace(told, header=header, cell=self._head(j)))
            else:
                self.where[name] = j
        heads = {name: sheet.headers[j] for name, j in self.where.items()}
        self.origin = Origin(sheet.file, sheet.sheet, heads, self.where)
        if len(across) > 1:
            self._side_by_side(across)
        for j, _ in across if len(across) == 1 else ():
            self._unknown_column(j, sheet.headers[j])
        for name in stored_columns(table):
            if name not in self.where:
                self.missing.add((table.name, name))
                if name in self.meant and table.name in tables():  # its head has been named with what it should be
                    continue
                if stored_column(table.name, name).present or table.name == "settings":
                    self.findings.append(self._finding("missing-column", column=name))

    def _side_by_side(self, across: Sequence[tuple[int, str]]) -> None:
        """Months or years that are heads, where each belongs into a row of its own."""
        (first, start), (_, end) = across[0], across[-1]
        kinds = [stored_column(self.table.name, name) for name in stored_columns(self.table)]
        years = [column.name for column in kinds if column.name == "fiscal_year"]
        into = next((column.name for column in kinds if column.kind == "month"), "")
        named = Draft({}, {self.sheet.table: self.origin})
        called = named.called(self.table.name, (years or [into])[0]) if years or into else ""
        self.meant.add((years or [into])[0])
        told = self._finding("periods-side-by-side", value=start, last=end, into=called)
        self.findings.append(replace(told, cell=self._head(first)))

    def _is_turned(self) -> bool:
        """Whether the names of columns stand one below the other in the first column: said once, and nothing else is read."""
        sheet, table = self.sheet, self.table.name
        down = [sheet.headers[0], *sheet.texts[0].fill_null("")] if sheet.headers else []
        across = sum(match_column(table, header) is not None for header in sheet.headers)
        self.turned = (
            across
            <= 1
            < LEAST_TURNED
            <= len({name for text in down if (name := match_column(table, text)) is not None})
        )
        if self.turned:
            self.findings.append(self._finding("turned-sheet", value=sheet.headers[0]))
        return self.turned

    def _set_notes_aside(self) -> None:
        """A row with a single cell, in which a sentence stands, is a remark below the table and no fact."""
        required = [name for name in self.where if stored_column(self.table.name, name).present]
        if len(required) < 2:
            return
        texts = {f"t{j}": texts for j, texts in enumerate(self.sheet.texts)}
        numbers = {f"n{j}": numbers for j, numbers in enumerate(self.sheet.numbers) if numbers is not None}
        written = [(pl.col(j).str.strip_chars() != "").fill_null(False) for j in texts]
        written = [
            cell | pl.col(f"n{j}").is_not_null() if f"n{j}" in numbers else cell for j, cell in enumerate(written)
        ]
        filled = pl.DataFrame(texts | numbers).select(pl.sum_horizontal(written)).to_series()
        kept = pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(self.sheet.rows))
        for i in (i for i, cells in enumerate(filled) if cells == 1):
            said = next(((n, t) for n, j in self.where.items() if (t := self.sheet.texts[j][i]) and t.strip()), None)
            if said and " " in said[1].strip():
                kept[i] = False
                self.findings.append(self._finding("note-row", column=said[0], row=self.sheet.rows[i], value=said[1]))
        self._keep(kept)

    def _set_totals_aside(self) -> None:
        """Rows that add up the others are said to be such, and not judged cell by cell as facts."""
        codes = [
            name for name in self.where if stored_column(self.table.name, name).kind in ("code", "choice", "month")
        ]
        kept = pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(self.sheet.rows))
        if not codes:
            return
        like = pl.all().str.to_lowercase().str.contains("tot|som|sum").fill_null(False)
        of = pl.DataFrame({name: self.sheet.texts[self.where[name]] for name in codes}).select(like)
        for name in (name for name in codes if of[name].any()):
            texts = self.sheet.texts[self.where[name]]
            for i in of[name].arg_true():
                if kept[i] and fold(texts[i]) in TOTALS:
                    kept[i] = False
                    row = self.sheet.rows[i]
                    self.findings.append(self._finding("total-row", column=name, row=row, value=texts[i]))
        self._keep(kept)

    def _set_second_table_aside(self) -> None:
        """Names of columns that come again further down begin another table: said once, and not read from there on."""
        found: set[int] = set()
        for j, texts in enumerate(self.sheet.texts):
            if j not in self.where.values():
                continue
            for text in set(texts.to_list()) - {None}:
                if match_column(self.table.name, text) is not None and text.strip():
                    found |= set((texts == text).fill_null(False).arg_true())
        for i in sorted(found):
            cells = [(j, texts[i]) for j, texts in enumerate(self.sheet.texts) if (texts[i] or "").strip()]
            names = [text for _, text in cells if match_column(self.table.name, text) is not None]
            if len(names) >= LEAST_TURNED or len(names) == len(cells) >= 2:
                at, row = cells[0], self.sheet.rows[i]
                told = self._finding("second-table", row=row, value=at[1])
                self.findings.append(replace(told, cell=address(at[0], row) if self.sheet.sheet else ""))
                self._keep(self.sheet.rows < row)
                return

    def _set_sums_aside(self) -> None:
        """The last row, if it holds no code and its figures are the sums of those above, adds them up."""
        sheet, last = self.sheet, len(self.sheet.rows) - 1
        required = [n for n in self.where if (of := stored_column(self.table.name, n)).required and of.kind == "code"]
        if last < 2 or not required or any((sheet.texts[self.where[n]][last] or "").strip() for n in required):
            return
        for name, j in self.where.items():
            numbers = sheet.numbers[j]
            if numbers is None or numbers[last] is None:
                continue
            above = numbers[:last].drop_nulls()
            if len(above) < 2 or abs(float(above.sum()) - numbers[last]) > 1e-6 * max(1.0, abs(numbers[last])):
                return
            self.findings.append(
                self._finding("total-row", column=name, row=sheet.rows[last], value=plain(numbers[last]))
            )
            self._keep(sheet.rows != sheet.rows[last])
            return

    def _keep(self, kept: pl.Series) -> None:
        if not kept.all():
            self.sheet = replace(
                self.sheet,
                rows=self.sheet.rows.filter(kept),
                texts=[texts.filter(kept) for texts in self.sheet.texts],
                numbers=[None if numbers is None else numbers.filter(kept) for numbers in self.sheet.numbers],
            )

    def _unknown_column(self, j: int, header: str) -> None:
        """A column that is not read: an error unless wholly blank, for nothing is dropped in silence."""
        numbers = self.sheet.numbers[j]
        blank = numbers is None and not any(text and text.strip() for text in self.sheet.texts[j])
        if header:
            near = nearest_column(self.table.name, header.partition("(")[0] or header)
            self.meant.add(near)
            code = "unknown-column-blank" if blank and not near else "unknown-column"
            details = self._told_in_head(header, near)
            if near and language_of(self.table.name, self.sheet.headers) == "fr" and self.table.name in tables():
                near = stored_column(self.table.name, near).label["fr"]
            told = self._finding(code, value=header, near=near)
            told = replace(told, details={**told.details, **details})
            self.findings.append(replace(told, row=None, cell=self._head(j)))
        elif not blank:
            told = self._finding("column-without-name", value=address(j, 1)[:-1] if self.sheet.sheet else str(j + 1))
            self.findings.append(replace(told, cell=self._head(j)))

    def _told_in_head(self, header: str, near: str) -> dict[str, object]:
        """In what a head says that its figures are, as "(thousands)", where the column that it means counts in units."""
        told = IN_HEAD.search(header)
        column = stored_column(self.table.name, near) if near and self.table.name in tables() else None
        if not told or column is None or not column.unit or column.kind not in ("number", "limit", "integer"):
            return {}
        return {"scale": told[1].strip(), "unit_en": column.unit, "unit_fr": unit_in(column.unit, "fr")}

    def _head(self, j: int) -> str:
        """Address of a name of a column in a workbook; nothing for a text file, which has no cells."""
        return address(j, self.sheet.header_row) if self.sheet.sheet else ""

    def _locale(self) -> Locale:
        language = language_of(self.sheet.table, self.sheet.headers)
        if self.sheet.separator == ";" or language == "fr":
            return "fr"
        return "mixed" if language == "mixed" else "en"

    def frame(self) -> pl.DataFrame:
        """The typed frame, refused cells null."""
        if self.sheet.table == "settings":
            return self._settings()
        frame = self._typed(list(self.table.columns.values()), self._cells(self.table.columns))
        return judged(frame, self.locale, self._override) if self.sheet.table == "overrides" else frame

    def _typed(self, columns: list[Column], cells: pl.DataFrame) -> pl.DataFrame:
        """Columns read from clean cells in one go, what is wrong with them reported."""
        from rampart.case.tables import dtype_of

        readings = []
        for column in columns:
            name = column.name
            value, problem = pl.lit(None), pl.lit(None, dtype=pl.String)
            if name in self.where and not self._wrong_dtype(column, self.where[name]):
                native = pl.col(f"n:{name}") if f"n:{name}" in cells.columns else None
                if native is not None or cells[f"t:{name}"].null_count() < cells.height:  # else nothing to be read
                    value, problem = read_cells(pl.col(f"t:{name}"), native, column, self.locale)
            readings += [value.cast(dtype_of(column)).alias(name), problem.alias(f"p:{name}")]
        read = cells.lazy().select(*readings, self.sheet.rows.alias(ROW)).collect()
        for column in columns:
            if read[f"p:{column.name}"].null_count() < read.height:
                self._report(column, read[f"p:{column.name}"], cells)
        return read.select(*(column.name for column in columns), ROW)

    def _cells(self, columns: Iterable[str]) -> pl.DataFrame:
        """Clean text ``t:NAME`` of the columns that are there, and ``n:NAME`` for native numbers."""
        series, texts = [], []
        for name in columns:
            if name not in self.where:
                continue
            kind = stored_column(self.table.name, name).kind
            raw, numbers = self.sheet.texts[self.where[name]], self.sheet.numbers[self.where[name]]
            numeric = kind in ("number", "integer", "limit")
            if numbers is not None and numeric:
                series.append(numbers.alias(f"n:{name}"))
            elif numbers is not None:
                spelt = [plain(n) if n is not None else t for t, n in zip(raw, numbers, strict=True)]
                raw = pl.Series(spelt, dtype=pl.String)
            series.append(raw.alias(f"t:{name}"))
            text = clean(pl.col(f"t:{name}"))
            if self.sheet.separator and not numeric:
                # The writer puts an apostrophe before text that a spreadsheet would take for a formula.
                text = text.str.replace(r"^'([=+\-@'])", "$1")
            if kind == "month" and not self.sheet.separator:
                # Excel turns a month typed as 2026-03 into the first day of it.
                text = text.str.replace(_FIRST_DAY, "$1")
            texts.append(text)
        return pl.DataFrame(series).lazy().with_columns(texts).collect()

    def _wrong_dtype(self, column: Column, j: int) -> bool:
        """Whether a Parquet column has a type that its catalogue kind cannot come from."""
        if not self.sheet.dtypes:
            return False
        dtype = self.sheet.dtypes[j]
        numeric = column.kind in ("number", "integer", "limit")
        if dtype == pl.Null or (dtype.is_numeric() if numeric else dtype in (pl.String, pl.Categorical, pl.Enum)):
            return False
        if column.kind == "flag" and dtype == pl.Boolean:
            return False
        if column.kind in ("month", "date") and dtype in (pl.Date, pl.Datetime):
            return False
        if column.kind == "text" and dtype == pl.Date:
            return False
        if column.kind in ("code", "text") and dtype.is_integer():
            return False
        self.missing.add((column.table, column.name))
        self.findings.append(
            self._finding("wrong-parquet-type", column=column.name, value=str(dtype), kind=column.kind)
        )
        self.bad[column.name] = frozenset(self.sheet.rows)
        return True

    def _report(self, column: Column, problems: pl.Series, cells: pl.DataFrame) -> None:
        name, rows = column.name, self.sheet.rows
        at = problems.is_not_null().arg_true().to_list()
        self.bad[name] = self.bad.get(name, frozenset()) | {rows[i] for i in at}
        for i in at:
            text = cells[f"t:{name}"][i]
            value = str(cells[f"n:{name}"][i]) if text is None else text
            self.findings.append(self._cell_finding(problems[i], column, rows[i], value))

    def _override(self, code: str, cell: str, row: int, value: str, target: Column) -> None:
        """A value inside the overrides that cannot stand in the column that it is meant for."""
        self.bad[cell] = self.bad.get(cell, frozenset()) | {row}
        french = language_of("overrides", self.sheet.headers) == "fr"
        changed = target.table if not french else table_named(target.table).label["fr"]
        named = stored_column(target.table, target.name).label["fr"] if french else target.name
        details = {
            "changed": changed,
            "target": named,
            "kind": target.kind,
            "unit": target.unit,
            "kind_fr": KINDS_FR[target.kind],
        }
        self.findings.append(self._finding(code, cell, row, value, **details))

    def _cell_finding(self, code: str, column: Column, row: int, value: str) -> Finding:
        details: dict[str, object] = {"unit": column.unit}
        if code == "not-a-choice":
            told = offered(column.values, "fr")
            near = nearest(value, [*column.values, *told])
            meant = spellings(column.values)[bare(near)] if near else ""
            details |= {
                "choices": ", ".join(column.values), "choices_fr": ", ".join(told), "near": meant,
                "near_fr": offered([meant], "fr")[0] if meant else "",
            }  # fmt: skip
        if code == "not-a-month":
            details["near"] = month_meant(value, day_first=self.locale == "fr")
            first, last = months_within(value)
            details |= {"near": first} if first == last != "" else {"first_month": first, "last_month": last}
            if column.name == "until" and not column.required and NO_END.fullmatch(value.strip()):
                details["open"] = Draft({}, {self.sheet.table: self.origin}).called(self.sheet.table, column.name)
        if code == "not-a-date":
            days = days_meant(value)
            details["near"] = days[0] if len(days) == 1 else ""
            details["one"], details["other"] = days if len(days) == 2 else ("", "")
        if code == "not-a-number":
            code, more = self._no_number(column, value.strip())
            details |= more
        name = column.name if column.name in self.where else "value"
        return self._finding(code, column=name, row=row, value=value, **details)

    def _no_number(self, column: Column, value: str) -> tuple[str, dict[str, object]]:
        """What a text is that is no number, and what the finding says of it."""
        years = TWO_YEARS.fullmatch(value)
        if years and column.name == "fiscal_year":
            return "two-years", {"near": years[1][:2] + years[2][-2:]}
        if ERROR.fullmatch(value):
            return "error-value", {}
        if column.name == "fiscal_year" and (named_year := FISCAL_YEAR.fullmatch(value)):
            return "not-a-number", {"figure": named_year[1] if len(named_year[1]) == 4 else f"20{named_year[1]}"}
        part = FRACTION.fullmatch(value)
        if part and column.unit == SHARE and 0 < int(part[2]) >= int(part[1]):
            return "not-a-number", {"figure": round(int(part[1]) / int(part[2]), 4)}
        if NOT_ONE.match(value):
            named = Draft({}, {self.sheet.table: self.origin})
            main = column.name in (*main_figures(self.table), "low", "high")
            ends = {end: named.called(self.sheet.table, end) for end in ("low", "high")} if main else {}
            return "not-one-number", dict(ends)
        details: dict[str, object] = {}
        if not column.required:
            details["blank"] = Draft({}, {self.sheet.table: self.origin}).called(self.sheet.table, column.name)
        if not column.unit.startswith(AS):
            details |= {"unit_en": column.unit, "unit_fr": unit_in(column.unit, "fr")}
        if found := WITH_UNIT.fullmatch(value):
            figure, _ = read_cell(found[1], column, self.locale)
            tail = found[2].strip().casefold()
            other = [unit for unit, words in TIMES.items() if unit != column.unit and re.fullmatch(words, tail)]
            letters = re.fullmatch(r"[oil|\s]+", tail)  # typed for figures
            raised = re.search(r"[\u00b2\u00b3\u00b9\u2070-\u2079]", tail)  # a power: the figure is another
            if figure is not None and tail in THOUSANDS:
                details["figure"] = shown(figure * THOUSANDS[tail])
            elif figure is not None and not SCALE.match(tail) and not other and not letters and not raised:
                details["figure"] = shown(figure)
        elif APOSTROPHES.fullmatch(value):
            details["figure"] = shown(float(re.sub(r"['’]", "", value)))
        if found := IN_BRACKETS.fullmatch(value):
            figure, _ = read_cell(found[1], column, self.locale)
            details["minus"] = shown(-figure) if figure is not None else ""
        return "not-a-number", details

    def _settings(self) -> pl.DataFrame:
        """Settings as canonical names and values; blank values are left out, as if the row were not there."""
        schema = {"setting": pl.String, "value": pl.String, ROW: pl.Int64}
        given = self._given_settings() if {"setting", "value"} <= self.where.keys() else {}
        if not given:
            return pl.DataFrame(schema=schema)
        columns = self.table.columns
        cells = {name: [value] for name, (value, _) in given.items()}
        readings = []
        for name in cells:
            cell = pl.col(name)
            if columns[name].kind == "month" and not self.sheet.separator:
                cell = cell.str.replace(_FIRST_DAY, "$1")
            value, problem = read_cells(cell, None, columns[name], self.locale)
            readings += [value.cast(pl.String).alias(name), problem.alias(f"p:{name}")]
        read = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).lazy().select(readings).collect()
        rows = []
        for name, (text, row) in given.items():
            problem = read[f"p:{name}"][0]
            if problem is None:
                rows.append((name, read[name][0], row))
            else:
                self.bad[name] = self.bad["value"] = self.bad.get("value", frozenset()) | {row}
                self.findings.append(self._cell_finding(problem, columns[name], row, text))
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _given_settings(self) -> dict[str, tuple[str, int]]:
        """Value and row of every setting that has one; unknown and repeated names are reported."""
        cells = self._cells(("setting", "value"))
        given: dict[str, tuple[str, int]] = {}
        seen: dict[str, int] = {}
        for name, value, row in zip(cells["t:setting"], cells["t:value"], self.sheet.rows, strict=True):
            setting = match_setting(name or "")
            if setting is None:
                near = nearest(name or "", self.table.columns)
                self.findings.append(self._finding("unknown-setting", "setting", row, name or "", near=near))
            elif setting in seen:
                self.findings.append(self._finding("setting-twice", "setting", row, name, other=seen[setting]))
            else:
                seen[setting] = row
                column = self.table.columns[setting]
                if value is not None:
                    given[setting] = (value, row)
                elif column.required:
                    self.bad[setting] = frozenset({row})
                    named = Draft({}, {"settings": self.origin}).setting_named(setting)
                    told = {"help_en": column.help["en"], "help_fr": column.help["fr"], "named": named}
                    self.findings.append(self._finding("setting-blank", "value", row, setting, **told))
        return given
