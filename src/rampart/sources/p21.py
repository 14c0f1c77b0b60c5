"""Production schedules in the P-21 layout, as a workbook or CSV: written from a plan or a case, and read back.

A row is what one customer's buy of a fiscal year delivers in one window of twelve months, October to September,
beside the manufacturer's rates and lead times, as exhibit P-21 has it. ``data/layouts.csv`` lists the columns. It is read
as the tables of a case are, with the same refusals.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.draft import ROW
from rampart.case.laid_out import LaidOut, read_laid_out
from rampart.catalogues.inputs import Column, layouts
from rampart.engine.whole_file import whole_file
from rampart.findings import Finding, Language

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.results.result import Result

LAYOUT = "p21"
SHEET = "P-21"
MONTHS = tuple(f"m{i:02d}" for i in range(1, 13))


def columns() -> Mapping[str, Column]:
    """Columns of the layout, in order."""
    return layouts()[LAYOUT].columns


def schema() -> dict[str, Any]:
    """Polars types of the layout; years are whole and yet numbers."""
    return {c.name: pl.Float64 if c.kind in ("number", "integer") else pl.String for c in columns().values()}


def fiscal_year(month: int) -> int:
    """The fiscal year, October to September, of a month counted from year 0."""
    return (month + 3) // 12


def schedule(source: Case | Result) -> pl.DataFrame:
    """The production schedule of a plan (what is on order and what it orders), or what a case has on order.

    What a period of several months delivers is spread over its months in equal parts. Deliveries without a
    production line (from stock, or bought elsewhere) are no production and are left out.
    """
    from rampart.case.tables import Case

    case = source if isinstance(source, Case) else source.case
    buys: dict[tuple[Any, ...], dict[int, float]] = {}
    columns_ = ("item", "line", "buyer", "ship_to")
    for *key, month, quantity in case["orders"].select(*columns_, "month", "quantity").iter_rows():
        _add(buys, (*key, None), month_number(month), 1, quantity)
    if not isinstance(source, Case):
        lengths = _period_lengths(case)
        chosen = source["orders"].select(*columns_, "award", "period", "month", "quantity")
        for *key, award, period, month, quantity in chosen.iter_rows():
            year = fiscal_year(12 * award.year + award.month - 1) if award else None
            _add(buys, (*key, year), 12 * month.year + month.month - 1, lengths[period], quantity)
    lines = {row["line"]: row for row in case["lines"].iter_rows(named=True)}
    items = {row["item"]: row for row in case["items"].iter_rows(named=True)}
    rows: list[dict[str, Any]] = []
    ordered = sorted(buys.items(), key=lambda b: tuple("" if part is None else str(part) for part in b[0]))
    for (item, line, buyer, ship_to, year), months in ordered:
        if line is not None and (total := math.fsum(months.values())) > 0:
            about = _about(items[item], lines[line])
            buy = {"buyer": buyer, "ship_to": ship_to if ship_to != buyer else None, "fiscal_year": year}
            rows += [about | buy | window for window in _windows(months, total)]
    return pl.DataFrame([[row.get(c) for c in columns()] for row in rows], schema=schema(), orient="row", strict=False)


def without_line(source: Case | Result) -> int:
    """Deliveries on order that no production line of the case makes: the schedule leaves them out."""
    from rampart.case.tables import Case

    case = source if isinstance(source, Case) else source.case
    return int(case["orders"]["line"].null_count())


def _period_lengths(case: Case) -> dict[int, int]:
    counted: dict[int, int] = {}
    for period in case.calendar.period_of_month.tolist():
        counted[period] = counted.get(period, 0) + 1
    return counted


def _add(
    buys: dict[tuple[Any, ...], dict[int, float]], key: tuple[Any, ...], month: int, length: int, quantity: float
) -> None:
    months = buys.setdefault(key, {})
    for at in range(month, month + length):
        months[at] = months.get(at, 0.0) + quantity / length


def _about(item: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
    most = line["max_rate"]
    return {
        "item": item["item"], "item_name": item["name_en"], "kind": item["kind"], "unit": item["unit"],
        "unit_price": line["unit_cost"] if item["price"] is None else item["price"],
        "line": line["line"], "manufacturer": line["site"], "nation": line["nation"], "rate_per": line["rate_per"],
        "min_rate": line["min_rate"], "economic_rate": line["economic_rate"],
        "max_rate": most if most is not None and math.isfinite(most) else None,
        "initial_lead_time": line["lead_time_initial"], "admin_lead_time": line["admin_lead_time"],
        "lead_time": line["lead_time"],
    }  # fmt: skip


def _windows(months: Mapping[int, float], total: float) -> Iterable[dict[str, Any]]:
    """One row a fiscal year with deliveries, what came before and what is left after it."""
    for year in sorted({fiscal_year(month) for month in months}):
        first = year * 12 - 3
        inside = {MONTHS[m - first]: q for m, q in months.items() if first <= m < first + 12}
        before = math.fsum(q for m, q in months.items() if m < first)
        after = math.fsum(q for m, q in months.items() if m >= first + 12)
        yield {
            "quantity": total,
            "window": year,
            "accepted_before": before or None,
            "balance_after": after or None,
            **inside,
        }


def write_p21(
    frame: pl.DataFrame, path: Path, *, language: Language = "en", force: bool = False, sources: Iterable[Path] = ()
) -> Path:
    """Write a schedule as .xlsx or .csv. An empty frame gives the template. Labels in the language, names in CSV.

    force    also over a file that is there
    sources  what was read for it, never written over
    Raises ``TakenError`` or ``PlaceError``.
    """
    from rampart.case.writing import csv_text

    kinds = ["number" if c.kind in ("number", "integer") else "text" for c in columns().values()]

    def as_csv(target: Path) -> None:
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns())
            for row in frame.iter_rows():
                writer.writerow([csv_text(value, kind) for value, kind in zip(row, kinds, strict=True)])

    with whole_file(path, force=force, sources=sources) as part:
        if path.suffix.lower() == ".csv":
            as_csv(part)
        else:
            _workbook(frame, part, language)
    return path


def _workbook(frame: pl.DataFrame, target: Path, language: Language) -> None:
    from rampart.case.writing import new_workbook, write_cell

    with new_workbook(target) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        must = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#DDE8F0"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 5)
        sheet.set_row(0, 60)
        for j, column in enumerate(columns().values()):
            sheet.write_string(0, j, column.label[language], must if column.required else head)
            sheet.write_comment(0, j, column.help[language])
            sheet.set_column(j, j, 9 if column.name in MONTHS else 14)
            if column.values:
                values = list(column.values)
                sheet.data_validation(1, j, 2000, j, {"validate": "list", "source": values})
            for i, value in enumerate(frame[column.name], start=1):
                write_cell(sheet, i, j, value, text)


def read_p21(path: Path) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Read a schedule back from .xlsx, .ods or .csv, headed by names or by labels of either language.

    A row with a cell that was refused, or that must be filled and is blank, is in the findings and not in the frame.
    """
    table = read_laid_out(path, LAYOUT)
    findings = list(table.findings)
    rows = table.rows if table.read else []
    lines: dict[Any, tuple[int, list[Any]]] = {}
    buys: dict[tuple[Any, ...], int] = {}
    for row in rows:
        _compare(row, lines, table, findings)
        _rates_in_order(row, table, findings)
        _add_up(row, table, findings)
        buy = tuple(row[name] for name in columns() if name not in ("item_name", "remarks"))
        first = buys.setdefault(buy, row[ROW])
        if first != row[ROW]:
            findings.append(table.finding("p21-row-twice", row[ROW], value=row["item"], first=first))
    findings += _windows_agree(rows, table)
    if rows and not any(row[month] for row in rows for month in MONTHS):
        findings.append(Finding("p21-no-delivery", file=path.name))
    frame = pl.DataFrame([[row[c] for c in columns()] for row in rows], schema=schema(), orient="row", strict=False)
    return frame, tuple(findings)


_OF_A_LINE = ("item", "manufacturer", "nation", "rate_per", "min_rate", "economic_rate", "max_rate",
              "initial_lead_time", "admin_lead_time", "lead_time")  # fmt: skip


def _compare(
    row: Mapping[str, Any], lines: dict[Any, tuple[int, list[Any]]], table: LaidOut, findings: list[Finding]
) -> None:
    """A line that another row describes differently: the first counts, and is not to win in silence."""
    told = [row[name] for name in _OF_A_LINE]
    first, before = lines.setdefault(row["line"], (row[ROW], told))
    apart = [name for name, old, new in zip(_OF_A_LINE, before, told, strict=True) if old != new]
    if apart:
        what, what_fr = (", ".join(columns()[name].label[lang] for name in apart) for lang in ("en", "fr"))
        details = {"what": what, "what_fr": what_fr, "first": first}
        findings.append(table.finding("p21-line-twice", row[ROW], "", row["line"], **details))


def _rates_in_order(row: Mapping[str, Any], table: LaidOut, findings: list[Finding]) -> None:
    """The minimum is at most the maximum: the same refusal as of a line of a case."""
    least, most = row["min_rate"], row["max_rate"]
    if least is not None and least > most:
        findings.append(table.finding("min-above-max", row[ROW], "min_rate", f"{least:g}", most=f"{most:g}"))


def _windows_agree(rows: Sequence[Mapping[str, Any]], table: LaidOut) -> Iterator[Finding]:
    """A buy told in several windows is one buy: of one quantity, each window beginning where the one before it ended."""
    buys: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("item", "line", "buyer", "ship_to", "fiscal_year"))
        buys.setdefault(key, []).append(row)
    for told in buys.values():
        told.sort(key=lambda row: row["window"])
        if len({row["window"] for row in told}) < len(told):
            continue  # several buys of one year: which window goes on which cannot be known
        for before, row in pairwise(told):
            come = math.fsum(before[c] or 0.0 for c in ("accepted_before", *MONTHS))
            accepted = row["accepted_before"] or 0.0
            slack = max(0.5, 1e-6 * come)
            if row["quantity"] != before["quantity"] or abs(come - accepted) > slack:
                details = {"first": before[ROW], "come": f"{come:g}", "accepted": f"{accepted:g}"}
                yield table.finding("p21-windows-apart", row[ROW], "accepted_before", row["item"], **details)


def _add_up(row: Mapping[str, Any], table: LaidOut, findings: list[Finding]) -> None:
    """The months of a buy, what came before and what is left come to what was bought."""
    planned = math.fsum(row[c] or 0.0 for c in ("accepted_before", *MONTHS, "balance_after"))
    bought = row["quantity"]
    if abs(planned - bought) > max(0.5, 1e-6 * bought):
        findings.append(table.finding("p21-sum", row[ROW], "", f"{bought:g}", planned=f"{planned:g}"))


def p21_case(frame: pl.DataFrame, *, name: str = "P-21") -> Case:
    """A case from a schedule: items, lines and orders, for whoever has no structured book.

    The case begins with the first month that has a delivery. Raises ValueError where the schedule is empty.
    """
    from rampart.case.from_rows import PRIORITIES, Row, case_of

    items: dict[str, Row] = {}
    lines: dict[str, Row] = {}
    orders: dict[tuple[Any, ...], Row] = {}
    told = {"source": "p21", "grade": "published"}
    for row in frame.iter_rows(named=True):
        items.setdefault(row["item"], {
            "item": row["item"], "name_en": row["item_name"] or row["item"], "kind": row["kind"] or "munition",
            "unit": row["unit"] or "units", "price": row["unit_price"], **told,
        })  # fmt: skip
        lines.setdefault(row["line"], {
            "line": row["line"], "site": row["manufacturer"], "nation": row["nation"], "item": row["item"],
            "state": "hot", "rate_per": row["rate_per"], "min_rate": row["min_rate"],
            "economic_rate": row["economic_rate"], "max_rate": row["max_rate"],
            "admin_lead_time": row["admin_lead_time"], "lead_time": row["lead_time"],
            "lead_time_initial": row["initial_lead_time"], **told,
            "note": "State taken as hot: the schedule has deliveries.",
        })  # fmt: skip
        first = int(row["window"]) * 12 - 3
        for place, column in enumerate(MONTHS):
            if row[column]:
                key = (row["buyer"], row["item"], row["line"], row["ship_to"], month_text(first + place))
                kept = orders.setdefault(key, {
                    **dict(zip(("buyer", "item", "line", "ship_to", "month"), key, strict=True)), "quantity": 0.0, **told,
                })  # fmt: skip
                kept["quantity"] += row[column]
    if not orders:
        raise ValueError("the schedule has no delivery")
    months = sorted(key[-1] for key in orders)
    recipients = {key[3] for key in orders if key[3]} - {key[0] for key in orders}
    nations = sorted({key[0] for key in orders} | recipients | {str(line["nation"]) for line in lines.values()})
    rows: dict[str, Sequence[Row]] = {
        "sources": [{"source": "p21", "title": name}],
        "nations": [
            {"nation": n, "name_en": n, "role": "recipient" if n in recipients else "member"} for n in nations
        ],
        "items": list(items.values()), "lines": list(lines.values()), "orders": list(orders.values()),
        "priorities": [dict(row) for row in PRIORITIES],
    }  # fmt: skip
    settings = {"title_en": name, "start": months[0], "end": months[-1], "currency": "XXX", "money_unit": "million"}
    return case_of(settings, rows)
