"""Tidy tables of one or more books: typed columns, one row a record, and where each row stands in its document."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from rampart.engine.whole_folder import whole_tables
from rampart.findings import Finding, at_most_alike
from rampart.sources.jbook.layout import YEARS, Kind, columns, record_tables
from rampart.sources.jbook.opening import documents
from rampart.sources.jbook.parsing import Parsed, Reader, Taken

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})\Z")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2})-[0-9]{2}\Z")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_TYPES: Mapping[Kind, Any] = {"text": pl.String, "number": pl.Float64, "month": pl.String, "year": pl.Int64}
KEYS = {
    "document": pl.String, "record": pl.Int64, "parent": pl.Int64, "line_item": pl.Int64, "element": pl.String,
    "exhibit": pl.String, "within": pl.String, "position": pl.Int64,
}  # fmt: skip
AMOUNTS = {
    "document": pl.String, "record": pl.Int64, "line_item": pl.Int64, "table": pl.String, "exhibit": pl.String,
    "block": pl.String, "column": pl.String, "fiscal_year": pl.Int64, "measure": pl.String, "value": pl.Float64,
}  # fmt: skip
REST = {"document": pl.String, "record": pl.Int64, "table": pl.String, "path": pl.String, "value": pl.String}
COUNTS = {
    "document": pl.String, "elements": pl.Int64, "in_tables": pl.Int64, "in_rest": pl.Int64,
    "containers": pl.Int64, "blank": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Books:
    """What was read from justification books.

    tables    tidy frames by name: books, line_items, elements, advance_items, manufacturers, orders, schedules,
              deliveries, spares, facilities, projects, program_elements, research_projects, amounts (money and
              quantity by year), rest (named, no column)
    counts    a row a document: elements, and where their values are; they add up
    findings  all that was found while reading, and the traps
    """

    tables: Mapping[str, pl.DataFrame]
    counts: pl.DataFrame
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def __getitem__(self, table: str) -> pl.DataFrame:
        """A tidy table."""
        return self.tables[table]

    def unnamed(self) -> pl.DataFrame:
        """What has no column of its own, by name: how often, in how many documents."""
        return (
            self.tables["rest"]
            .group_by("table", pl.col("path").str.replace_all(r"\[\d+\]", "").alias("path"))
            .agg(pl.len().alias("times"), pl.col("document").n_unique().alias("documents"))
            .sort("times", "table", "path", descending=[True, False, False])
        )


def read_books(paths: Iterable[str | Path]) -> Books:
    """Read justification books: XML, .xz, .zip, or PDF with the zip attached. A folder stands for the files in it
    and in its folders.

    Never raises for a bad document: what is wrong is in ``findings`` (errors for what could not be read), and
    what was read before the fault is kept.
    """
    from rampart.sources.jbook.traps import traps

    findings: list[Finding] = []
    typed = _Typed()
    named: Counter[str] = Counter()
    for path in _files(paths, findings):
        taken = Taken()
        for written, pieces in documents(path, findings):
            name = _own_name(written, path, named)
            parsed = Reader(name, taken).read(pieces)
            findings += parsed.findings
            typed.add(name, parsed, findings)
            if taken.all_of_it:
                break
    tables = typed.frames()
    found = at_most_alike([*findings, *traps(tables)])
    return Books(tables, pl.DataFrame(typed.counts, schema=COUNTS, orient="row"), tuple(found))


def _own_name(written: str, path: Path, named: Counter[str]) -> str:
    """A name no other document has: rows are found by it. Books of two years often have one file name."""
    name = written if written not in named else f"{path.resolve().parent.name}/{written}"
    while name in named:
        named[written] += 1
        name = f"{written} ({named[written]})"
    named[name] = 1
    return name


def _files(paths: Iterable[str | Path], findings: list[Finding]) -> Iterable[Path]:
    """Every file once, though it may be given twice: by itself and in its folder."""
    seen: set[Path] = set()
    for path in _named_files(paths, findings):
        if (real := path.resolve()) not in seen:
            seen.add(real)
            yield path


def _named_files(paths: Iterable[str | Path], findings: list[Finding]) -> Iterable[Path]:
    for given in paths:
        path = Path(given)
        if path.is_dir():
            kinds = (".xml", ".xz", ".zip", ".zzz", ".pdf")
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in kinds and p.is_file())
            if not inside:
                findings.append(Finding("jbook-no-document", file=str(path), value=""))
            yield from inside
        elif path.is_file():
            yield path
        else:
            findings.append(Finding("jbook-no-path", value=str(path)))


class _Typed:
    """Rows of all documents as they come, their values in their types."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[Any]]] = {}
        self.kinds = {table: columns(table) for table in record_tables()}
        for table, kinds in self.kinds.items():
            self.rows[table] = {name: [] for name in (*KEYS, *kinds)}
        self.amounts: list[tuple[Any, ...]] = []
        self.rest: list[tuple[Any, ...]] = []
        self.counts: list[tuple[Any, ...]] = []

    def add(self, document: str, parsed: Parsed, findings: list[Finding]) -> None:
        """The rows of one document."""
        line_items = _line_items(parsed)
        years = self._budget_years(parsed, line_items)
        lines = {row["record"]: row["position"] for rows in parsed.rows.values() for row in rows}
        for table, rows in parsed.rows.items():
            columns_ = self.rows[table]
            for row in rows:
                for name in ("record", "parent", "element", "exhibit", "within", "position"):
                    columns_[name].append(row[name])
                columns_["document"].append(document)
                columns_["line_item"].append(line_items.get(row["record"]))
                for name, kind in self.kinds[table].items():
                    text = row.get(name)
                    value = None if text is None else _value(text, kind)
                    if value is None and text is not None:
                        findings.append(_not_read(document, table, name, row["position"], text, kind))
                        self.rest.append((document, row["record"], table, f"{name} (as written)", text))
                    if value is None and (table, name) == ("line_items", "budget_year"):
                        value = years.get(None)  # a line item of a book is of the book's year
                    columns_[name].append(value)
        for record, table, exhibit, block, column, measure, text in parsed.amounts:
            number, offset = _value(text, "number"), YEARS[column]
            line_item = line_items.get(record)
            year = years.get(line_item, years.get(None))
            fiscal = None if offset is None or year is None else year + offset
            if number is None:
                self.rest.append((document, record, table, f"{block}/{column}/{measure} (as written)", text))
                # A tick ("continuing"), a name and a date are no amounts, and are not meant as one.
                if re.search(r"[0-9]", text) and _value(text, "month") is None:
                    findings.append(_not_read(document, table, measure, lines.get(record), text, "number"))
            self.amounts.append((document, record, line_item, table, exhibit, block, column, fiscal, measure, number))
        self.rest += [(document, *kept) for kept in parsed.rest]
        landed = Counter(parsed.landed)
        in_rest = landed.pop("rest", 0)
        blanks = sum(parsed.blanks.values())
        self.counts.append((document, parsed.elements, sum(landed.values()), in_rest, parsed.containers, blanks))

    @staticmethod
    def _budget_years(parsed: Parsed, line_items: Mapping[int, int | None]) -> dict[int | None, int]:
        years: dict[int | None, int] = {}
        for table in ("books", "line_items"):
            for row in parsed.rows.get(table, []):
                key = line_items.get(row["record"]) if table == "line_items" else None
                value = _value(row.get("budget_year", ""), "year")
                if isinstance(value, int):
                    years[key] = value
        return years

    def frames(self) -> dict[str, pl.DataFrame]:
        """All as Polars frames."""
        frames = {
            table: pl.DataFrame(self.rows[table], schema={**KEYS, **{n: _TYPES[k] for n, k in kinds.items()}})
            for table, kinds in self.kinds.items()
        }
        frames["amounts"] = pl.DataFrame(self.amounts, schema=AMOUNTS, orient="row")
        frames["rest"] = pl.DataFrame(self.rest, schema=REST, orient="row")
        return frames


def _line_items(parsed: Parsed) -> dict[int, int | None]:
    """Record of the line item that each record lies in."""
    parents: dict[int, tuple[int | None, bool]] = {}
    for table, rows in parsed.rows.items():
        for row in rows:
            parents[row["record"]] = (row["parent"], table == "line_items")
    found: dict[int, int | None] = {}
    for record in sorted(parents):  # a parent has a smaller number than what lies in it
        parent, is_item = parents[record]
        found[record] = record if is_item else found.get(parent) if parent is not None else None
    return found


def _value(text: str, kind: Kind) -> str | float | int | None:
    """The text in its type, or None where it is not one."""
    if kind == "text":
        return text
    if kind == "month":
        if dated := _DATE.match(text):
            text = dated[1]
        month = _MONTH.match(text)
        return text if month and 1 <= int(month[2]) <= 12 else None
    if kind == "year":
        return int(text) if re.fullmatch(r"[0-9]{4}", text) else None
    number = float(text) if _NUMBER.match(text) else math.nan
    return number if math.isfinite(number) else None


def _not_read(document: str, table: str, column: str, position: int | None, text: str, kind: Kind) -> Finding:
    code = "jbook-not-a-month" if kind == "month" else "jbook-not-a-number"
    return Finding(code, table=table, row=position, column=column, value=text, file=document)


def write_books(books: Books, folder: Path, *, force: bool = False, sources: Iterable[Path] = ()) -> Sequence[Path]:
    """The tidy tables as Parquet files, one a table, and the count of elements.

    force    also over tables that are there, or into a folder that holds other files, which are kept
    sources  what was read for it, never written over
    Raises ``TakenError`` or ``PlaceError``.
    """
    frames = {**books.tables, "counts": books.counts, "unnamed": books.unnamed()}
    names = {f"{name}.parquet": frame for name, frame in frames.items()}
    with whole_tables(folder, is_table=names.__contains__, force=force, sources=sources) as part:
        for name, frame in names.items():
            frame.write_parquet(part / name)
    return [folder / name for name in names]
