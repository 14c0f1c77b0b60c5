"""Published tables on deliveries, aid, use and stocks into a case, each row with its source.

A tracker counts in its own way, and what it counts is kept apart: running totals become what was added between two of
them; packages, pledges and money for later years are *pledged*, unless a total already holds them; what was refused,
withheld or forecast is no delivery. Use is not need: where only use was published there is no demand row. The kinds are
closed lists (``data/layouts.csv``): a word that is in none is a finding, never a delivery. What cannot be assigned to
one nation is left out and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rampart.case.calendar import month_text
from rampart.case.from_rows import PRIORITIES, Row, case_of, code_of
from rampart.case.laid_out import LaidOut, read_laid_out
from rampart.case.tables import Case
from rampart.findings import Finding
from rampart.sources.backtest.announcements import month_number
from rampart.sources.nations_named import NATIONS, RECIPIENT, Nations
from rampart.sources.running_totals import FROM_THE_BEGINNING, Counted, Totals, between

FILES = {
    "deliveries": "tracker_deliveries", "stocks_and_targets": "tracker_stocks", "consumption": "tracker_use",
    "delivered_fleets": "tracker_fleets",
}  # fmt: skip
"""Files of a tracker folder (.csv, else .xlsx or .ods), and the layout of each."""
_UNITS = {
    "rounds": "munition", "missiles": "missile", "rockets": "rocket", "launchers": "system", "howitzers": "system",
    "units": "system", "vehicles": "system", "systems": "system", "guns": "system", "barrels": "component",
    "batteries": "system", "tanks": "system", "drones": "munition",
}  # fmt: skip
"""Units of things, and the kind of item that each makes."""
_PER_MONTH = {"day": 365 / 12, "month": 1.0, "year": 1 / 12}
_TOTALS = ("cumulative_delivered_or_committed", "cumulative_since_pledge", "provided")
_IN_A_TIME = ("delivered", "delivered_in_period", "estimate")
_PROMISES = ("package", "pledge", "pledged_share", "funded")
_NO_DELIVERY = {
    "forecast": "a forecast is no delivery", "refused": "it was refused", "withheld": "it was withheld",
    "cancelled": "it was cancelled", "priority_diversion": "a change of order, no quantity",
    "allocated_total": "allocated: delivered or still on order", "cumulative_upper_bound": "a bound is no figure",
    "monthly_rate": "a rate, no delivery", "share_of_all_supply_percent": "a share, no delivery",
    "other": "no kind that a case has",
}  # fmt: skip
_NEEDS = ("requirement", "requirement_minimum", "requirement_full", "request_to_eu")


def tracker_case(
    public: Path, *, start: str = "2024-01", end: str = "2026-12"
) -> tuple[Case | None, tuple[Finding, ...]]:
    """A case from the public tables of a folder, and what was left out of it; None where a table could not be taken.

    public      folder with the tables of ``FILES``; one that is not there is a warning, none at all an error
    start, end  months of the case; deliveries keep the month they are published for
    """
    builder = _Trackers()
    found = _tables_of(public, builder.findings)
    for table in found.values():
        builder.findings += table.findings
    take = {
        "deliveries": builder.deliveries, "stocks_and_targets": builder.stocks, "consumption": builder.demand,
        "delivered_fleets": builder.fleets,
    }  # fmt: skip
    for name, table in found.items():
        if table.read:
            take[name](table)
    if not found or any(finding.severity == "error" for finding in builder.findings):
        return None, tuple(builder.findings)
    settings = {
        "title_en": "Deliveries, stocks and needs as published", "title_fr": "Livraisons, stocks et besoins publiés",
        "start": start, "end": end, "currency": "EUR", "money_unit": "million",
    }  # fmt: skip
    return case_of(settings, builder.rows()), tuple(builder.findings)


def is_tracker(public: Path) -> bool:
    """Whether a folder holds some table by one of the names of ``FILES``."""
    return public.is_dir() and any(
        p.stem in FILES for kind in (".ods", ".xlsx", ".csv") for p in public.glob(f"*{kind}")
    )


def _tables_of(public: Path, findings: list[Finding]) -> dict[str, LaidOut]:
    """The tables of a folder by name; a missing one is said, and a file that looks like a misspelt one is an error."""
    from rampart.case.headers import nearest

    files = {p.stem: p for kind in (".ods", ".xlsx", ".csv") for p in sorted(public.glob(f"*{kind}"))}
    found = {name: read_laid_out(files[name], layout) for name, layout in FILES.items() if name in files}
    if not found:
        what = "no such folder" if not public.is_dir() else "none of " + ", ".join(f"{name}.csv" for name in FILES)
        findings.append(Finding("unreadable", file=public.name, details={"why": what}))
        return {}
    for name in FILES.keys() - found.keys():
        findings.append(Finding("tracker-no-file", file=f"{name}.csv"))
    for stem in sorted(files.keys() - FILES.keys()):
        if (near := nearest(stem, FILES)) and near not in found:
            findings.append(Finding("misspelt-table", value=stem, file=files[stem].name, details={"near": near}))
    return found


class _Trackers:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.tables: dict[str, list[Row]] = {
            name: [] for name in ("stocks", "requirements", "deliveries", "demand", "sites", "fleets", "fleet_arrivals")
        }
        self.sources: dict[str, Row] = {}
        self.nations = Nations()
        self.items: dict[str, Row] = {}

    def rows(self) -> dict[str, list[Row]]:
        """All rows by table, of those tables that the catalogue has."""
        found = {
            "sources": list(self.sources.values()), "nations": self.nations.rows(),
            "items": list(self.items.values()), **self.tables,
            "priorities": [dict(row) for row in PRIORITIES],
        }  # fmt: skip
        return {name: kept for name, kept in found.items() if kept}

    def _left_out(self, row: Mapping[str, Any], why: str) -> None:
        self.findings.append(Finding("tracker-left-out", value=row["id"], details={"why": why}))

    def _nation(self, name: str) -> str | None:
        return self.nations.use(name)

    def _item(self, name: str, unit: str) -> str:
        code = code_of(name)
        counted = unit.partition("/")[0]
        self.items.setdefault(code, {"item": code, "name_en": name, "kind": _UNITS[counted], "unit": counted})
        return code

    def _source(self, row: Mapping[str, Any]) -> str:
        date = row["source_date"] or ""
        code = code_of(f"{row['source_publisher'][:24]} {date} {row['source_title'][:12]}", longest=60)
        self.sources.setdefault(code, {
            "source": code, "title": row["source_title"], "publisher": row["source_publisher"],
            "date": row["source_date"], "url": row["source_url"], "quality": row["source_quality"],
        })  # fmt: skip
        return code

    def _usable(self, table: LaidOut) -> Iterable[dict[str, Any]]:
        """Rows of a table that are confirmed."""
        for row in table.rows:
            if row["confirmed"] == "no":
                self._left_out(row, "not confirmed")
            else:
                yield row

    def _counted(self, table: LaidOut, row: Mapping[str, Any], *, rate: bool = False) -> bool:
        """Whether the unit is one of things (a rate of them); one that nobody knows is a finding."""
        unit = (row["unit"] or "").strip()
        counted, slash, per = unit.partition("/")
        if counted in _UNITS and bool(slash) == rate and (not rate or per in _PER_MONTH):
            return True
        expected = ", ".join(f"{name}/month" if rate else name for name in _UNITS)
        self.findings.append(table.finding("tracker-unit", row["#row"], "unit", unit, expected=expected))
        return False

    def deliveries(self, table: LaidOut) -> None:
        """Totals as what came between two of them; what is promised as pledged, unless a total holds it."""
        totals: dict[tuple[str, str], list[Counted]] = {}
        single: list[tuple[str, str, str, int | None, int, float, Mapping[str, Any]]] = []
        for row in self._usable(table):
            kind = "funded" if row["kind"].startswith("funded") else row["kind"]
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"])
            start = None if row["period_start"] is None else month_number(row["period_start"])
            if donor is None or month is None or NATIONS.get(row["recipient"]) != RECIPIENT:
                self._left_out(row, "not from one nation of the case to the recipient")
            elif kind in _NO_DELIVERY:
                self._left_out(row, _NO_DELIVERY[kind])
            elif row["quantity"] is None:
                self._left_out(row, "no figure")
            elif start is not None and start > month:
                self.findings.append(table.finding("tracker-period", row["#row"], "period_start", row["period_start"]))
            elif self._counted(table, row):
                self._nation(row["recipient"])
                item = self._item(row["item"], row["unit"])
                if kind in _TOTALS or (kind in _IN_A_TIME and start is not None):
                    begin = FROM_THE_BEGINNING if start is None else start
                    totals.setdefault((donor, item), []).append(Counted(begin, month, row["quantity"], row))
                else:
                    single.append((donor, item, kind, start, month, row["quantity"], row))
        came = {key: between(counted) for key, counted in totals.items()}
        for (donor, item), total in came.items():
            self._between(donor, item, total)
        self._singles(single, came)

    def _between(self, donor: str, item: str, total: Totals) -> None:
        for figure, added, before in total.added:
            said = figure.row["kind"]
            note = f"The source says: {said} {figure.quantity:g}; {before:g} of it were published before."
            self._delivery(donor, item, "delivered", figure.until, added, figure.row, note)
        for figure, above in total.falling:
            details = {"before": f"{above:g}", "row": figure.row["id"]}
            self.findings.append(Finding("tracker-falls", value=f"{figure.quantity:g}", details=details))
        for figure in total.part_of:
            self._left_out(figure.row, "part of a total that is already counted")

    def _singles(
        self, single: Iterable[tuple[str, str, str, int | None, int, float, Mapping[str, Any]]],
        came: Mapping[tuple[str, str], Totals],
    ) -> None:  # fmt: skip
        """Figures that are no totals: deliveries of a month, contracts, and promises less what totals hold of them."""
        rows = list(single)
        pledged = {(donor, item, start) for donor, item, kind, start, *_ in rows if kind == "pledge"}
        for donor, item, kind, start, month, quantity, row in rows:
            total = came.get((donor, item), Totals())
            note = f"The source says: {row['kind']}."
            if kind == "pledged_share" and (donor, item, start) in pledged:
                self._left_out(row, "a share of a pledge that is counted")
                continue
            if total.hold(month):
                self._left_out(row, "part of a total that is already counted")
                continue
            if kind in _PROMISES and start is not None and (come := total.come_since(start, month)):
                note += f" {quantity:g} promised, {come:g} of it came by the totals of that time."
                quantity -= come
            status = "pledged" if kind in _PROMISES else "delivered" if kind in _IN_A_TIME else kind
            if quantity > 0:
                self._delivery(donor, item, status, month, quantity, row, note)

    def _delivery(
        self, donor: str, item: str, status: str, month: int, quantity: float, row: Mapping[str, Any], note: str
    ) -> None:
        text = f"{note} [{row['id']}]"
        key = (donor, RECIPIENT, item, status, month_text(month))
        for kept in self.tables["deliveries"]:
            if tuple(kept[c] for c in ("donor", "recipient", "item", "status", "month")) == key:
                kept["quantity"] += quantity
                kept["note"] += f" {text}"
                return
        plain = status != "delivered" and row["confirmed"] != "partial" and "promised" not in note
        grade = "published" if plain else "derived"
        self.tables["deliveries"].append({
            "donor": donor, "recipient": RECIPIENT, "item": item, "status": status, "month": key[4],
            "quantity": quantity, "source": self._source(row), "grade": grade, "note": text,
        })  # fmt: skip

    def stocks(self, table: LaidOut) -> None:
        """Stocks held, and stated targets as requirements; figures about no item of one nation are left out."""
        for row in self._usable(table):
            holder = self._nation(row["country"])
            if row["metric"] not in ("stock", "stock_target") or holder is None:
                self._left_out(row, "no stock or target of one item and nation")
                continue
            if row["value"] is None:
                self._left_out(row, "no figure")
                continue
            if not self._counted(table, row):
                continue
            fact: Row = {
                "holder": holder, "item": self._item(row["item"], row["unit"]), "quantity": row["value"],
                "source": self._source(row), "grade": "derived" if row["confirmed"] == "partial" else "published",
                "note": f"As of {row['as_of_date'] or '?'}. [{row['id']}]",
            }  # fmt: skip
            if row["value_high"] is not None:
                fact |= {"low": row["value"], "high": row["value_high"]}
            if row["metric"] == "stock":
                self._once("stocks", fact, row)
            else:
                month = month_number(row["target_date"], end=True) if row["target_date"] else None
                when = {"from": month_text(month)} if month is not None else {}
                self._once("requirements", fact | {"layer": "stated"} | when, row)

    def _once(self, table: str, fact: Row, row: Mapping[str, Any]) -> None:
        """Keep the fact with the latest date of each holder, item and month; of two the earlier is left out."""
        key = [fact.get(name) for name in ("holder", "item", "from")]
        for place, kept in enumerate(self.tables[table]):
            if [kept.get(name) for name in ("holder", "item", "from")] == key:
                if kept["note"] < fact["note"]:
                    self.tables[table][place], fact = fact, kept
                self.findings.append(
                    Finding("tracker-left-out", value=fact["note"], details={"why": "a later figure is known"})
                )
                return
        self.tables[table].append(fact)

    def demand(self, table: LaidOut) -> None:
        """Stated needs of the recipient by month, observed use beside them; use alone is no need."""
        needs: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
        uses: dict[tuple[str, int], Mapping[str, Any]] = {}
        for row in self._usable(table):
            month = month_number(row["period_start"])
            known = row["metric"] in (*_NEEDS, "use_rate") and row["value"] is not None
            if self._nation(row["side"]) != RECIPIENT or month is None or not known:
                self._left_out(row, "no need or use of the recipient")
            elif self._counted(table, row, rate=True):
                if row["metric"] in _NEEDS:
                    needs.setdefault((row["item"], month), []).append(row)
                else:
                    uses[row["item"], month] = row
        for key, used in uses.items():
            if key not in needs:
                self._left_out(used, "use was published, the need was not")
        for (item, month), said in sorted(needs.items(), key=lambda n: (n[0][0], n[0][1])):
            self._need(item, month, said, uses.get((item, month)), [m for i, m in needs if i == item and m > month])

    def _need(
        self, item: str, month: int, said: list[Mapping[str, Any]], use: Mapping[str, Any] | None, later: list[int]
    ) -> None:
        said = sorted(said, key=lambda row: _NEEDS.index(row["metric"]))
        needs = [_monthly(row) for row in said]
        others = ", ".join(f"{row['metric']} {_monthly(row):g}" for row in said)
        row: dict[str, Any] = {
            "holder": RECIPIENT, "item": self._item(item, said[0]["unit"]), "purpose": "operations",
            "from": month_text(month), "rate_per": "month", "need": needs[0], "low": min(needs), "high": max(needs),
            "source": self._source(said[0]), "grade": "published",
            "note": f"Published a month: {others}. [{', '.join(r['id'] for r in said)}]",
        }  # fmt: skip
        if use is not None:
            row["use"] = _monthly(use)
            row["note"] += f" Use as observed, which was rationed. [{use['id']}]"
        if later:
            row["until"] = month_text(min(later) - 1)
        self.tables["demand"].append(row)

    def fleets(self, table: LaidOut) -> None:
        """Systems allocated as fleets of the recipient.

        They are no deliveries: an allocation counts what was delivered together with what is still on order.
        """
        for row in self._usable(table):
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"])
            if donor is None or month is None or row["quantity"] is None:
                self._left_out(row, "not of one nation of the case" if row["quantity"] is not None else "no figure")
                continue
            self._nation("UA")
            self._fleet(code_of(row["system"]), row, month, row["quantity"])

    def _fleet(self, item: str, row: Mapping[str, Any], month: int, quantity: float) -> None:
        if not self.tables["sites"]:
            self.tables["sites"].append({"site": "recipient", "name_en": "Recipient", "name_fr": "Bénéficiaire"})
        told = {"source": self._source(row), "grade": "published"}
        for kept in self.tables["fleet_arrivals"]:
            if (kept["fleet"], kept["month"]) == (item, month_text(month)):
                kept["quantity"] += quantity
                kept["note"] += f" [{row['id']}]"
                return
        self.tables["fleets"].append({
            "fleet": item, "name_en": row["system"], "type": item, "holder": RECIPIENT, "site": "recipient", **told,
        })  # fmt: skip
        self.tables["fleet_arrivals"].append({
            "fleet": item, "month": month_text(month), "quantity": quantity, **told,
            "note": f"Allocations to date, at the month of the tracker; part may still be on order. [{row['id']}]",
        })  # fmt: skip


def _monthly(row: Mapping[str, Any]) -> float:
    return float(row["value"]) * _PER_MONTH[row["unit"].strip().partition("/")[2]]
