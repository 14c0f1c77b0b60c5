"""Parts from a CSV list in the terms of S3000L and S5000F: one row a part and the place where it is maintained.

The list gives parts, breakdown, repairs and stocks; sites, fleets and their use come from the case. Rows of one part
repeat what does not depend on the place. Numbers are plain: days, shares, units of use, currency.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.headers import fold, nearest
from rampart.findings import CaseError, Finding

if TYPE_CHECKING:
    from rampart.case import Case

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
    "quantity": "units", "life": "units of use", "share": "shares of 1", "price": "currency", "lead_time": "days",
    "nrts": "shares of 1", "condemned": "shares of 1", "turnaround": "days", "stock": "units",
}  # fmt: skip


def import_parts(case_path: Path, parts: Path, *, overrides: Sequence[str] = ()) -> Case:
    """The case with the parts of the list in place of its own. Raises ``CaseError`` with every finding."""
    import polars as pl

    from rampart.case import dtype_of, read_case
    from rampart.case.catalogue import tables
    from rampart.case.checking import check
    from rampart.case.draft import Draft

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
    found_now = [f for f in check(Draft.of(made)) if f.code != "without-source"]
    if any(f.severity == "error" for f in found_now):
        raise CaseError(found_now)
    return replace(made, findings=tuple(found_now))


def read_list(path: Path) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Rows by what they fill, blanks None, and what is wrong with the list."""
    known = {_bare(word): name for name, words in TERMS.items() for word in words}
    findings: list[Finding] = []
    rows: list[dict[str, Any]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        headers = {header: known.get(_bare(header)) for header in reader.fieldnames or ()}
        for needed in NEEDED:
            if needed not in headers.values():
                findings.append(
                    Finding(
                        "import-column",
                        file=path.name,
                        value=TERMS[needed][0],
                        details={"known": ", ".join(TERMS[needed])},
                    )
                )
        for header, name in headers.items():
            if name is None and not header.startswith("#"):
                details = {"near": nearest(header, [word for words in TERMS.values() for word in words])}
                findings.append(Finding("unknown-column", file=path.name, value=header, details=details))
        for number, line in enumerate(reader, start=2):
            row: dict[str, Any] = {"line": number}
            for header, name in headers.items():
                if name is None:
                    continue
                text = (line[header] or "").strip()
                row[name] = text or None
                if text and name in UNITS:
                    try:
                        row[name] = float(text)
                    except ValueError:
                        details = {"unit": UNITS[name]}
                        findings.append(
                            Finding(
                                "import-number", file=path.name, row=number, column=header, value=text, details=details
                            )
                        )
            rows.append(row)
    return rows, findings


def _bare(word: str) -> str:
    return fold(word).replace(" ", "")


def _tables(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the case's tables; of rows that say the same the first stands."""
    graded = {"grade": "assumed", "note": "S3000L/S5000F"}
    parts: dict[Any, dict[str, Any]] = {}
    breakdown: dict[Any, dict[str, Any]] = {}
    repairs: dict[Any, dict[str, Any]] = {}
    stocks: dict[Any, dict[str, Any]] = {}
    for row in rows:
        part = row["part"]
        parts.setdefault(part, graded | {"part": part, "name_en": row.get("name") or part, "price": row.get("price"),
                                         "lead_time": row.get("lead_time")})  # fmt: skip
        link = {"parent": row["parent"], "part": part, "life": row.get("life"), "share": row.get("share"),
                "quantity": None if row.get("quantity") is None else int(row["quantity"])}  # fmt: skip
        breakdown.setdefault((row["parent"], part), graded | link)
        nrts, condemned = row.get("nrts"), row.get("condemned") or 0.0
        repaired = 0.0 if nrts is None else max(0.0, 1.0 - nrts - condemned)
        repair = {
            "part": part,
            "site": row["site"],
            "repaired": repaired,
            "condemned": condemned,
            "turnaround": row.get("turnaround"),
        }
        repairs.setdefault((part, row["site"]), graded | repair)
        if row.get("stock") is not None:
            stocks.setdefault(
                (part, row["site"]), graded | {"part": part, "site": row["site"], "quantity": int(row["stock"])}
            )
    return {
        "parts": list(parts.values()), "breakdown": list(breakdown.values()), "repairs": list(repairs.values()),
        "part_stocks": list(stocks.values()),
    }  # fmt: skip
