"""Parts from a CSV list in the terms of S3000L and S5000F: one row a part and the place where it is maintained.

The list gives parts, breakdown, repairs and stocks; sites, fleets and their use come from the case. Rows of one part
repeat what does not depend on the place. Numbers are plain: days, shares, units of use, currency.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.headers import fold, nearest
from rampart.findings import CaseError, Finding

if TYPE_CHECKING:
    from rampart.case.tables import Case

TERMS: Mapping[str, tuple[str, ...]] = {
    "part": ("partIdentifier", "part identifier", "part number", "LRU"),
    "name": ("partName", "part name", "nomenclature"),
    "parent": ("nextHigherAssembly", "next higher assembly", "NHA", "product variant"),
    "quantity": ("quantityPerNextHigherAssembly", "quantity per next higher assembly", "quantity per assembly", "QPA"),
    "life": ("meanTimeBetweenUnscheduledRemovals", "mean time between unscheduled removals", "MTBUR", "MTBR"),
    "share": ("replacementRateInParentRepair", "replacement rate in parent repair", "task distribution"),
    "price": ("unitPrice", "unit price"),
    "lead_time": ("procurementLeadTime", "procurement lead time", "PLT"),
    "site": ("maintenanceLocation", "maintenance location", "operating location"),
    "nrts": ("notReparableThisStation", "not reparable this station", "NRTS"),
    "condemned": ("condemnationRate", "condemnation rate"),
    "turnaround": ("turnAroundTime", "turn around time", "TAT", "shop processing time"),
    "stock": ("stockQuantity", "stock quantity", "on hand quantity"),
}
"""Columns known, by what they fill; spelling is compared without case, spaces and signs."""
NEEDED = ("part", "parent", "site")
UNITS = {
    "quantity": "whole units", "life": "units of use", "share": "shares of 1", "price": "currency", "lead_time": "days",
    "nrts": "shares of 1", "condemned": "shares of 1", "turnaround": "days", "stock": "whole units",
}  # fmt: skip
WHOLE = ("quantity", "stock")


def import_parts(case_path: Path, parts: Path, *, overrides: Sequence[str] = ()) -> Case:
    """The case with the parts of the list in place of its own. Raises ``CaseError`` with every finding."""
    import polars as pl

    from rampart.case.checking.checks import check
    from rampart.case.doors import read_case
    from rampart.case.draft import Draft
    from rampart.case.tables import dtype_of
    from rampart.catalogues.inputs import tables

    case = read_case(case_path, overrides=overrides)
    rows, findings = read_list(parts)
    if findings:
        raise CaseError(findings)
    frames = dict(case.tables)
    for name, found in _tables(rows).items():
        schema = {c.name: dtype_of(c) for c in tables()[name].columns.values()}
        full = [{column: row.get(column) for column in schema} for row in found]
        frames[name] = pl.DataFrame(full, schema=schema, orient="row")
    made = replace(case, tables=frames)
    found_now = [f for f in check(Draft.of(made.tables)) if f.code != "without-source"]
    if any(f.severity == "error" for f in found_now):
        raise CaseError(found_now)
    return replace(made, findings=tuple(found_now))


def read_list(path: Path) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Rows by what they fill, blanks None, and what is wrong with the list."""
    known = {_bare(word): name for name, words in TERMS.items() for word in words}
    text, findings = _text(path)
    if findings:
        return [], findings
    head = text.partition("\n")[0]
    separator = max(",;\t", key=lambda sign: sum(_bare(word.strip('" \r')) in known for word in head.split(sign)))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    headers = {header: known.get(_bare(header)) for header in reader.fieldnames or ()}
    findings += _headers(headers, path.name)
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(reader, start=2):
        row: dict[str, Any] = {"line": number}
        for header, name in headers.items():
            if name is None:
                continue
            cell = (line[header] or "").strip()
            row[name] = cell or None
            if cell and name in UNITS:
                row[name] = _number(cell, whole=name in WHOLE, comma=separator == ";")
                if row[name] is None:
                    place = {"file": path.name, "row": number, "column": header, "value": cell}
                    findings.append(Finding("import-number", **place, details={"unit": UNITS[name]}))  # type: ignore[arg-type]
        rows.append(row)
    if not rows:
        findings.append(Finding("empty-file", file=path.name))
    return rows, findings + _contradictions(rows, path.name)


def _text(path: Path) -> tuple[str, list[Finding]]:
    if not path.is_file():
        return "", [Finding("no-such-list", file=path.name, value=str(path))]
    try:
        return path.read_bytes().decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return "", [Finding("not-utf8", file=path.name, details={"byte": str(error.start)})]


def _headers(headers: Mapping[str, str | None], file: str) -> list[Finding]:
    """Columns that are needed and missing, and columns that nobody knows."""
    found = []
    for needed in NEEDED:
        if needed not in headers.values():
            details = {"known": ", ".join(TERMS[needed])}
            found.append(Finding("import-column", file=file, value=TERMS[needed][0], details=details))
    for header, name in headers.items():
        if name is None and not header.startswith("#"):
            details = {"near": nearest(header, [word for words in TERMS.values() for word in words])}
            found.append(Finding("unknown-column", file=file, value=header, details=details))
    return found


def _number(cell: str, *, whole: bool, comma: bool) -> float | None:
    """A finite number, a whole one where units are counted; a decimal comma where semicolons part the cells."""
    try:
        value = float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and not (whole and value != int(value)) else None


def _contradictions(rows: list[dict[str, Any]], file: str) -> list[Finding]:
    """Rows that say two things of one part, place or link; shares of one place that pass one."""
    found = []
    said: dict[Any, tuple[int, Any]] = {}
    for row in rows:
        for names, key in (
            (("price", "lead_time"), ("part", row.get("part"))),
            (("quantity", "life", "share"), ("link", row.get("parent"), row.get("part"))),
            (("nrts", "condemned", "turnaround", "stock"), ("place", row.get("site"), row.get("part"))),
        ):
            for name in names:
                value = row.get(name)
                first, before = said.setdefault((key, name), (row["line"], value)) if value is not None else (0, None)
                if value != before:
                    place = {"file": file, "row": row["line"], "column": TERMS[name][0], "value": f"{value:g}"}
                    details = {"first": str(first), "before": f"{before:g}"}
                    found.append(Finding("import-contradiction", **place, details=details))
        total = (row.get("nrts") or 0.0) + (row.get("condemned") or 0.0)
        if total > 1 + 1e-9:
            place = {"file": file, "row": row["line"], "column": TERMS["nrts"][0], "value": f"{total:g}"}
            found.append(Finding("import-shares", **place))
    return found


def _bare(word: str) -> str:
    return fold(word).replace(" ", "")


def _tables(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the case's tables; what one row of a part or place leaves blank another may state."""
    graded = {"grade": "assumed", "note": "S3000L/S5000F"}
    parts: dict[Any, dict[str, Any]] = {}
    breakdown: dict[Any, dict[str, Any]] = {}
    repairs: dict[Any, dict[str, Any]] = {}
    stocks: dict[Any, dict[str, Any]] = {}
    for row in rows:
        part = row["part"]
        made = {
            "part": part,
            "name_en": row.get("name") or part,
            "price": row.get("price"),
            "lead_time": row.get("lead_time"),
        }
        _fill(parts, part, graded | made)
        link = {"parent": row["parent"], "part": part, "life": row.get("life"), "share": row.get("share"),
                "quantity": None if row.get("quantity") is None else int(row["quantity"])}  # fmt: skip
        _fill(breakdown, (row["parent"], part), graded | link)
        nrts, condemned = row.get("nrts"), row.get("condemned")
        repair = {
            "part": part,
            "site": row["site"],
            "repaired": None if nrts is None else max(0.0, 1.0 - nrts - (condemned or 0.0)),
            "condemned": condemned,
            "turnaround": row.get("turnaround"),
        }
        _fill(repairs, (part, row["site"]), graded | repair)
        if row.get("stock") is not None:
            stocks.setdefault(
                (part, row["site"]), graded | {"part": part, "site": row["site"], "quantity": int(row["stock"])}
            )
    for repair in repairs.values():  # blank NRTS: the place repairs nothing
        repair["repaired"], repair["condemned"] = repair["repaired"] or 0.0, repair["condemned"] or 0.0
    return {
        "parts": list(parts.values()), "breakdown": list(breakdown.values()), "repairs": list(repairs.values()),
        "part_stocks": list(stocks.values()),
    }  # fmt: skip


def _fill(rows: dict[Any, dict[str, Any]], key: Any, row: dict[str, Any]) -> None:
    """Add a row, or fill what the row of the same key leaves blank."""
    kept = rows.setdefault(key, row)
    kept.update({name: value for name, value in row.items() if kept.get(name) is None})
