"""Trackers as they are published: the Ukraine Support Tracker's files and workbook, and lists of confirmed losses.

Files are known by their columns, not by their names, so that a download is dropped in as it is. What a release counts
as allocated is delivered together with what is still on order: it makes fleets, and no delivery; only what its main
sheet says is delivered is a delivery. Losses that somebody photographed are a lower bound and change no fleet.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from rampart.case.from_rows import PRIORITIES, Row, case_of, code_of
from rampart.case.headers import fold
from rampart.case.laid_out import LaidOut, read_laid_out, recognised
from rampart.case.sheets import WORKBOOKS
from rampart.case.tables import Case
from rampart.case.workbook import first_rows
from rampart.catalogues.inputs import layouts
from rampart.findings import Finding
from rampart.sources.nations_named import RECIPIENT, Nations

KNOWN = tuple(name for name in layouts() if name.startswith(("kiel_", "losses_")))
_STATES = ("destroyed", "captured", "abandoned", "damaged")
_LOOKED_AT = 15
"""Rows of a sheet among which its header is looked for: published workbooks begin with titles and notes."""
_LISTED = re.compile(r"(.*\S)\s*\(([0-9][0-9,]*)\)\Z", re.DOTALL)
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "allocations": {"donor": pl.String, "nation": pl.String, "month": pl.String, "military": pl.Float64,
                    "financial": pl.Float64, "humanitarian": pl.Float64, "commitments": pl.Float64},
    "stocks_and_procurement": {"month": pl.String, "stockpile": pl.Float64, "procurement": pl.Float64,
                               "unspecified": pl.Float64, "nato_purl": pl.Float64},
    "weapons": {"donor": pl.String, "category": pl.String, "system": pl.String, "quantity": pl.Float64},
    "given": {"donor": pl.String, "month": pl.String, "item": pl.String, "class": pl.String, "quantity": pl.Float64,
              "delivered": pl.Float64},
    "losses": {"country": pl.String, "what": pl.String, "date": pl.String, "destroyed": pl.Int64, "captured": pl.Int64,
               "abandoned": pl.Int64, "damaged": pl.Int64, "total": pl.Int64},
}  # fmt: skip


@dataclass(frozen=True)
class Release:
    """What was found in published files.

    tables    allocations (EUR bn by donor and month; month blank where none is known), stocks_and_procurement (EUR bn
              by month), weapons (systems allocated by donor), given (articles of the main sheet), losses
    donors    how many donors the allocations name (the weapons, where there are none)
    sums      EUR bn by kind of aid
    label     what the release calls itself; blank where it does not
    month     last month that it reaches; blank where it is not said
    """

    tables: Mapping[str, pl.DataFrame]
    donors: int
    sums: Mapping[str, float]
    label: str
    month: str
    findings: tuple[Finding, ...] = field(repr=False, default=())

    def summary(self) -> pl.DataFrame:
        """What the release comes to, one row a table: rows, donors, and EUR bn by kind where it counts money."""
        empty: dict[str, float | None] = dict.fromkeys(("military", "financial", "humanitarian"))
        rows = [
            {"table": name, "rows": len(frame), "donors": frame["donor"].n_unique() if "donor" in frame.columns else None}
            | (dict(self.sums) if name == "allocations" and self.sums else empty)
            for name, frame in self.tables.items() if len(frame)
        ]  # fmt: skip
        kinds = {"table": pl.String, "rows": pl.Int64, "donors": pl.Int64} | dict.fromkeys(empty, pl.Float64)
        return pl.DataFrame(rows, schema=kinds)

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return all(frame.is_empty() for frame in self.tables.values())


def read_release(path: Path) -> Release:
    """Every known table of a file, or of the files of a folder. What is wrong is in the findings."""
    reader = _Reader()
    for file in _files(path):
        reader.find(file)
    reader.read()
    return reader.release()


def _files(path: Path) -> list[Path]:
    kinds = (".csv", *WORKBOOKS)
    if path.is_dir():
        return [
            p for p in sorted(path.iterdir()) if p.suffix.lower() in kinds and not p.name.startswith((".", "~", "#"))
        ]
    return [path]


def is_release(path: Path) -> bool:
    """Whether a path holds a table in one of the published layouts, seen from the headers alone."""
    return any(_places(file, []) for file in _files(path) if file.is_file())


def _places(file: Path, findings: list[Finding]) -> list[tuple[str, str, int]]:
    """(layout, sheet, row of the header) of every known table of a file."""
    if file.suffix.lower() in WORKBOOKS:
        sheets, wrong = first_rows(file, _LOOKED_AT)
        findings += wrong
    else:
        sheets = {"": _first_line(file)}
    found: dict[str, tuple[float, str, int]] = {}
    for sheet, rows in sheets.items():
        for number, row in enumerate(rows, start=1):
            layout, share = recognised([cell for cell in row if cell], KNOWN)
            if layout and share > found.get(layout, (0.0, "", 0))[0]:
                found[layout] = (share, sheet, number)
    return [(layout, sheet, number) for layout, (_, sheet, number) in found.items()]


def _first_line(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            line = stream.readline(100_000)
    except (OSError, UnicodeDecodeError):
        return []
    return [max((next(csv.reader([line], delimiter=sign), []) for sign in ",;"), key=len)] if line.strip() else []


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}
        self.totals: dict[str, float] = {}
        self.iso: dict[str, str] = {}
        self.label = self.month = ""
        self.places: dict[str, list[tuple[Path, str, int]]] = {}
        self.by_system: set[tuple[str, str]] = set()
        self.events: list[dict[str, Any]] = []

    def find(self, file: Path) -> None:
        """Note where the known tables of a file are; a second table of a kind is no part of the same release.

        Losses come in several files: those destroyed and those captured, totals and a series.
        """
        places = _places(file, self.findings)
        if not places and not any(f.file == file.name for f in self.findings):
            code = "tracker-unknown" if file.exists() else "no-such-path"
            self.findings.append(Finding(code, file=file.name, value=str(file)))
        for layout, sheet, row in places:
            found = self.places.setdefault(layout, [])
            found.append((file, sheet, row))
            if len(found) > 1 and layout.startswith("kiel_"):
                names = {language: layouts()[layout].label[language] for language in ("en", "fr")}
                details = {"first": found[0][0].name, "what": names["en"], "what_fr": names["fr"]}
                self.findings.append(Finding("tracker-table-twice", file=file.name, sheet=sheet, details=details))

    def read(self) -> None:
        """Read every table that was found."""
        everywhere = [(layout, *place) for layout, places in self.places.items() for place in places]
        for layout, file, sheet, row in everywhere:
            table = read_laid_out(file, layout, sheet=sheet, header_row=row if sheet else 0, published=True)
            label = {language: layouts()[layout].label[language] for language in ("en", "fr")}
            self.findings.append(Finding("tracker-read-as", file=file.name, sheet=sheet, value=label["en"]))
            self.findings += table.findings
            if table.read:
                getattr(self, f"_{layout}")(table)

    def _kiel_weapons(self, table: LaidOut) -> None:
        for row in table.rows:
            listed = [part.strip() for part in row["weapons_list"].split(";") if part.strip()]
            systems = [
                (match[1], float(match[2].replace(",", ""))) for part in listed if (match := _LISTED.match(part))
            ]
            total = sum(quantity for _, quantity in systems)
            if total != row["number_of_weapons"] or len(systems) < len(listed):
                stated = f"{row['number_of_weapons']:g}"
                self.findings.append(
                    table.finding("tracker-list-sum", row["#row"], "weapons_list", f"{total:g}", total=stated)
                )
            self.rows["weapons"] += [
                {"donor": row["donor"], "category": row["category"], "system": name, "quantity": quantity}
                for name, quantity in systems
            ]

    def _kiel_by_month(self, table: LaidOut) -> None:
        seen: dict[tuple[str, int, int], int] = {}
        for row in table.rows:
            key = (row["country"], row["year"], row["month"])
            first = seen.setdefault(key, row["#row"])
            if first != row["#row"]:
                details = {"first": first, "key": "country, year, month"}
                said = ", ".join(map(str, key))
                self.findings.append(table.finding("key-twice", row["#row"], "country", said, **details))
            if row["iso"]:
                self.iso[row["country"]] = row["iso"]
            self.rows["allocations"].append({
                "donor": row["country"], "month": self._month(row), "military": row["military"],
                "financial": row["financial"], "humanitarian": row["humanitarian"], "commitments": row["commitments"],
            })  # fmt: skip

    def _kiel_trends(self, table: LaidOut) -> None:
        names = ("stockpile", "procurement", "unspecified", "nato_purl")
        self.rows["stocks_and_procurement"] += [
            {"month": self._month(row)} | {name: row[name] for name in names} for row in table.rows
        ]

    def _kiel_totals(self, table: LaidOut) -> None:
        for name in ("military", "financial", "humanitarian"):
            self.totals[name] = sum(row[name] for row in table.rows)

    def _kiel_release(self, table: LaidOut) -> None:
        for row in table.rows:
            self.label = row["label"]
            if match := re.fullmatch(r"(\d{2})/(\d{4})", row["period"].strip()):
                self.month = f"{match[2]}-{match[1]}"

    def _kiel_main(self, table: LaidOut) -> None:
        allocated: dict[tuple[str, str | None], dict[str, float]] = {}
        for row in table.rows:
            month = _month_of(row["announcement_date"])
            donor, kind = row["donor"].strip(), row["aid_type_general"].strip().lower()
            redistributed = row["tot_sub_activity_value_eur_redistr"]
            value = row["tot_sub_activity_value_eur"] if redistributed is None else redistributed
            if (row["measure"] or "allocation").strip().lower() == "allocation" and kind in (
                "military",
                "financial",
                "humanitarian",
            ):
                kinds = allocated.setdefault(
                    (donor, month), dict.fromkeys(("military", "financial", "humanitarian"), 0.0)
                )
                kinds[kind] += value / 1e9
                quantity, delivered = _how_many(row["item_numb"]), _how_many(row["item_numb_deliv"])
                if kind == "military" and row["item"] and (quantity or delivered):
                    self.rows["given"].append({
                        "donor": donor, "month": month, "item": row["item"].strip(), "class": row["item_type"],
                        "quantity": quantity, "delivered": delivered,
                    })  # fmt: skip
        # The main sheet says what the table by month says too, where a release has both.
        if "kiel_by_month" not in self.places:
            self.rows["allocations"] += [{"donor": d, "month": m} | kinds for (d, m), kinds in allocated.items()]

    def _losses_by_system(self, table: LaidOut) -> None:
        self._losses(table, "system", "total")

    def _losses_by_type(self, table: LaidOut) -> None:
        self._losses(table, "equipment_type", "type_total")

    def _losses(self, table: LaidOut, what: str, total: str) -> None:
        for row in table.rows:
            # The scrape numbers some systems: "12 T-72BA" is a T-72BA.
            name = re.sub(r"^\d+\s+(?=\D)", "", row[what].strip()) if what == "system" else row[what].strip()
            counted = {n: row[n] for n in _STATES}
            if not max(counted.values()) <= row[total] <= sum(counted.values()):
                said = f"{sum(counted.values()):g}"
                self.findings.append(
                    table.finding("tracker-list-sum", row["#row"], total, said, total=f"{row[total]:g}")
                )
            if what == "system":
                self.by_system.add((row["country"], name))
            self.rows["losses"].append(
                {"country": row["country"], "what": name, "date": row["date_recorded"]}
                | counted
                | {"total": row[total]}
            )

    def _losses_events(self, table: LaidOut) -> None:
        for row in table.rows:
            states = {n: int(n in row["status"].lower()) for n in _STATES}
            if not any(states.values()):
                choices = ", ".join(_STATES)
                said = {"choices": choices, "choices_fr": choices, "near": "", "near_fr": ""}
                self.findings.append(table.finding("not-a-choice", row["#row"], "status", row["status"], **said))
            what = {"country": row["country"], "what": row["system"].strip(), "date": row["date_recorded"], "total": 1}
            self.events.append(what | states)

    @staticmethod
    def _month(row: Mapping[str, Any]) -> str | None:
        return f"{row['year']:04d}-{row['month']:02d}" if 1 <= row["month"] <= 12 else None

    def release(self) -> Release:
        # A system that the list by system counts is not counted once more loss by loss.
        counted = {(country, fold(what)) for country, what in self.by_system}
        self.rows["losses"] += [one for one in self.events if (one["country"], fold(one["what"])) not in counted]
        tables = {
            name: pl.DataFrame(rows, schema=_SCHEMAS[name], orient="row") for name, rows in self.rows.items()
        }  # fmt: skip
        losses = tables["losses"]
        if losses.height:
            by = ["country", "what", "date"]
            numbers = pl.col("destroyed", "captured", "abandoned", "damaged", "total").sum()
            tables["losses"] = losses.group_by(by, maintain_order=True).agg(numbers)
        nations = Nations(self.iso)
        allocations = tables["allocations"]
        codes = {donor: nations.code(donor) for donor in allocations["donor"].unique()}
        column = pl.col("donor").replace_strict(codes, default=None, return_dtype=pl.String)
        tables["allocations"] = allocations.with_columns(column.alias("nation"))
        donors = allocations["donor"].n_unique() or tables["weapons"]["donor"].n_unique()
        kinds = ("military", "financial", "humanitarian")
        sums = {kind: float(allocations[kind].sum()) for kind in kinds} if allocations.height else {}
        for kind, theirs in self.totals.items():
            if sums and abs(sums[kind] - theirs) > 0.01 * theirs:
                details = {"ours": f"{sums[kind]:.2f}", "theirs": f"{theirs:.2f}"}
                self.findings.append(Finding("tracker-sums-apart", value=kind, details=details))
        last = max((m for m in allocations["month"] if m), default="")
        return Release(tables, donors, sums, self.label, self.month or last, tuple(self.findings))


def _month_of(text: str | None) -> str | None:
    match = re.match(r"(20\d{2})-(0[1-9]|1[0-2])(?:-|\Z)", (text or "").strip())
    return f"{match[1]}-{match[2]}" if match else None


def _how_many(text: str | None) -> float | None:
    plain = (text or "").strip().replace(",", "")
    return float(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None


def release_case(release: Release, *, start: str = "2024-01", end: str = "2026-12") -> Case | None:
    """Donors, fleets given and deliveries of a release as a case; None where a table could not be taken.

    start, end  months of the case; what is given keeps the month that it was announced in
    """
    if release.empty or any(finding.severity == "error" for finding in release.findings):
        return None
    return _ReleaseCase(release).case(start, end)


class _ReleaseCase:
    def __init__(self, release: Release) -> None:
        self.release = release
        named = dict(release.tables["allocations"].select("donor", "nation").drop_nulls().iter_rows())
        self.nations = Nations(named)
        self.items: dict[str, Row] = {}
        self.told = {"source": "release", "grade": "published"}

    def case(self, start: str, end: str) -> Case:
        for donor in self.release.tables["allocations"]["donor"].unique(maintain_order=True):
            self.nations.use(donor)
        fleets, arrivals = self._fleets()
        deliveries = list(self._deliveries())
        title = self.release.label or "Published tables of a tracker"
        rows: dict[str, list[Row]] = {
            "sources": [{"source": "release", "title": title, "date": self.release.month or None}],
            "nations": self.nations.rows(), "items": list(self.items.values()), "deliveries": deliveries,
            "fleets": fleets, "fleet_arrivals": arrivals, "priorities": [dict(row) for row in PRIORITIES],
            "sites": [{"site": "recipient", "name_en": "Recipient", "name_fr": "Bénéficiaire"}] if fleets else [],
        }  # fmt: skip
        settings = {
            "title_en": title,
            "title_fr": title,
            "start": start,
            "end": end,
            "currency": "EUR",
            "money_unit": "million",
        }
        return case_of(settings, {name: kept for name, kept in rows.items() if kept})

    def _fleets(self) -> tuple[list[Row], list[Row]]:
        lost = self._lost()
        fleets: dict[str, Row] = {}
        arrivals: dict[str, Row] = {}
        for donor, _, system, quantity in self.release.tables["weapons"].iter_rows():
            self.nations.use(donor)
            self.nations.use("Ukraine")
            code = code_of(system)
            note = f"{lost[code]} lost and photographed, a lower bound." if code in lost else None
            fleets.setdefault(code, {"fleet": code, "name_en": system, "type": code, "holder": RECIPIENT,
                                     "site": "recipient", "note": note, **self.told})  # fmt: skip
            kept = arrivals.setdefault(code, {"fleet": code, "month": self.release.month or None, "quantity": 0.0, "note": "",
                                              **self.told})  # fmt: skip
            kept["quantity"] += quantity
            kept["note"] += f"{donor}: {quantity:g}. "
        for row in arrivals.values():
            row["note"] = f"Allocated to date, part may still be on order. {row['note']}".strip()
        return list(fleets.values()), list(arrivals.values())

    def _lost(self) -> dict[str, int]:
        losses = self.release.tables["losses"].filter(pl.col("country") == "Ukraine")
        found: dict[str, int] = {}
        for what, total in losses.select("what", "total").iter_rows():
            found[code_of(what)] = found.get(code_of(what), 0) + (total or 0)
        return found

    def _deliveries(self) -> Iterable[Row]:
        summed: dict[tuple[str, str, str, str], float] = {}
        for donor, month, item, _, quantity, delivered in self.release.tables["given"].iter_rows():
            nation = self.nations.use(donor)
            if nation is None or month is None:
                continue
            came = delivered or 0.0
            for status, amount in (("delivered", came), ("pledged", max(0.0, (quantity or 0.0) - came))):
                if amount > 0:
                    code = code_of(item)
                    self.items.setdefault(code, {"item": code, "name_en": item, "kind": "system", "unit": "units"})
                    key = (nation, code, status, month)
                    summed[key] = summed.get(key, 0.0) + amount
        if summed:
            self.nations.use("Ukraine")
        for (nation, code, status, month), amount in summed.items():
            yield {
                "donor": nation, "recipient": RECIPIENT, "item": code, "status": status, "month": month,
                "quantity": amount, **self.told, "note": "In the month of its announcement.",
            }  # fmt: skip
