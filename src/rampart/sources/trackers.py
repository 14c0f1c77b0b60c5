"""Published tables on deliveries, aid, use and stocks into a case, each row with its source.

A tracker counts in its own way, and what it counts is kept apart: running totals become what was added between two of
them; packages, pledges and money for later years are *pledged*, unless a total already holds them; what was refused,
withheld or forecast is no delivery. Use is not need: where only use was published there is no demand row. The kinds are
closed lists (``data/layouts.csv``): a word that is in none is a finding, never a delivery. What cannot be assigned to
one nation is left out and said so, and so is what another row says already. A range that a source states is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rampart.case.calendar import month_text
from rampart.case.from_rows import PRIORITIES, Row, case_of, code_of
from rampart.case.laid_out import LaidOut, read_laid_out
from rampart.case.tables import Case
from rampart.findings import Finding
from rampart.sources.backtest.announcements import month_number
from rampart.sources.nations_named import RECIPIENT, Nations
from rampart.sources.running_totals import FROM_THE_BEGINNING, Counted, Totals, between

Reason = tuple[str, str]
"""Why a row was left out, in English and in French."""

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
_REFUSED: Mapping[str, Reason] = {
    "refused": ("it was refused", "refusé"), "withheld": ("it was withheld", "retenu"),
    "cancelled": ("it was cancelled", "annulé"), "other": ("no kind that a case has", "aucune nature qu'un cas connaisse"),
}  # fmt: skip
_NO_DELIVERY: Mapping[str, Reason] = {
    "forecast": ("a forecast is no delivery", "une prévision n'est pas une livraison"),
    "priority_diversion": ("a change of order, no quantity", "un changement d'ordre, pas une quantité"),
    "allocated_total": ("allocated: delivered or still on order", "alloué : livré ou encore en commande"),
    "cumulative_upper_bound": ("a bound is no figure", "une borne n'est pas un chiffre"),
    "monthly_rate": ("a rate, no delivery", "une cadence, pas une livraison"),
    "share_of_all_supply_percent": ("a share, no delivery", "une part, pas une livraison"), **_REFUSED,
}  # fmt: skip
_NO_FLEET: Mapping[str, Reason] = {
    "pledged": ("promised, no fleet yet", "promis, pas encore un parc"),
    "lost": ("a loss, no arrival", "une perte, pas une arrivée"), **_REFUSED,
}  # fmt: skip
_NOT_CONFIRMED: Reason = ("not confirmed", "non confirmé")
_NO_FIGURE: Reason = ("no figure", "aucun chiffre")
_COUNTED: Reason = ("part of a total that is already counted", "compris dans un cumul déjà compté")
_LATER: Reason = ("a later figure is known", "un chiffre plus récent est connu")
_TOLD_BY = frozenset(
    ("id", "statement_by", "source_title", "source_publisher", "source_date", "source_url", "source_quality", "confirmed",
     "notes", "#row")
)  # fmt: skip
"""Columns that say who told a figure: two rows that differ in nothing else are one figure told twice."""
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
    if any(table.rows for table in found.values()) and not any(builder.tables.values()):
        builder.findings.append(Finding("tracker-nothing", file=public.name))
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
        self.sources: dict[tuple[Any, ...], Row] = {}
        self.nations = Nations()
        self.items: dict[str, Row] = {}
        self.stated: dict[tuple[Any, ...], tuple[tuple[int, str], Mapping[str, Any]]] = {}

    def rows(self) -> dict[str, list[Row]]:
        """All rows by table, of those tables that the catalogue has."""
        found = {
            "sources": list(self.sources.values()), "nations": self.nations.rows(),
            "items": list(self.items.values()), **self.tables,
            "priorities": [dict(row) for row in PRIORITIES],
        }  # fmt: skip
        return {name: kept for name, kept in found.items() if kept}

    def _left_out(self, table: LaidOut, row: Mapping[str, Any], why: Reason) -> None:
        told = {"why": why[0], "why_fr": why[1]}
        self.findings.append(table.finding("tracker-left-out", row["#row"], "id", row["id"], **told))

    def _nation(self, name: str) -> str | None:
        return self.nations.use(name)

    def _item(self, table: LaidOut, row: Mapping[str, Any]) -> str:
        """The item of a row; one that another row counts as another kind of thing is a finding."""
        name, counted = row["item"], row["unit"].strip().partition("/")[0]
        code = code_of(name)
        item = self.items.setdefault(code, {"item": code, "name_en": name, "kind": _UNITS[counted], "unit": counted})
        if item["kind"] != _UNITS[counted]:
            told = {"other": item["unit"], "item": item["name_en"]}
            self.findings.append(table.finding("tracker-two-units", row["#row"], "unit", counted, **told))
        return code

    def _source(self, row: Mapping[str, Any]) -> str:
        told = tuple(row[f"source_{part}"] for part in ("title", "publisher", "date", "url"))
        if told not in self.sources:
            short = code_of(f"{told[1][:24]} {told[2] or ''} {told[0][:12]}", longest=60)
            taken = {source["source"] for source in self.sources.values()}
            code = next(c for n in range(1, len(taken) + 2) if (c := short if n == 1 else f"{short}_{n}") not in taken)
            self.sources[told] = {
                "source": code, "title": told[0], "publisher": told[1], "date": told[2], "url": told[3],
                "quality": row["source_quality"],
            }  # fmt: skip
        return str(self.sources[told]["source"])

    def _usable(self, table: LaidOut) -> Iterable[dict[str, Any]]:
        """Rows of a table that are confirmed, each told once."""
        seen: dict[tuple[Any, ...], int] = {}
        for row in table.rows:
            if row["confirmed"] == "no":
                self._left_out(table, row, _NOT_CONFIRMED)
                continue
            first = seen.setdefault(tuple(v for name, v in row.items() if name not in _TOLD_BY), row["#row"])
            if first != row["#row"]:
                self.findings.append(table.finding("tracker-row-twice", row["#row"], "id", row["id"], first=first))
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

    def _falls(self, table: LaidOut, column: str, total: Totals) -> None:
        for figure, above in total.falling:
            place = ("tracker-falls", figure.row["#row"], column, f"{figure.quantity:g}")
            self.findings.append(table.finding(*place, before=f"{above:g}"))

    def deliveries(self, table: LaidOut) -> None:
        """Totals as what came between two of them; what is promised as pledged, unless a total holds it."""
        totals: dict[tuple[str, str], list[Counted]] = {}
        single: list[_Single] = []
        for row in self._usable(table):
            kind = "funded" if row["kind"].startswith("funded") else row["kind"]
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"], end=True)
            start = None if row["period_start"] is None else month_number(row["period_start"])
            if donor is None or month is None or self.nations.code(row["recipient"]) != RECIPIENT:
                why = ("not from one nation of the case to the recipient", "non d'une nation du cas au bénéficiaire")
                self._left_out(table, row, why)
            elif kind in _NO_DELIVERY:
                self._left_out(table, row, _NO_DELIVERY[kind])
            elif row["quantity"] is None:
                self._left_out(table, row, _NO_FIGURE)
            elif start is not None and start > month:
                self.findings.append(table.finding("tracker-period", row["#row"], "period_start", row["period_start"]))
            elif self._counted(table, row):
                self._nation(row["recipient"])
                item, high = self._item(table, row), row["quantity_high"]
                if kind in _TOTALS or (kind in _IN_A_TIME and start is not None):
                    begin = FROM_THE_BEGINNING if start is None else start
                    totals.setdefault((donor, item), []).append(Counted(begin, month, row["quantity"], row, high))
                else:
                    single.append(_Single(donor, item, kind, start, month, row))
        came = {key: between(counted) for key, counted in totals.items()}
        for (donor, item), total in came.items():
            self._between(table, donor, item, total)
        self._singles(table, single, came)

    def _between(self, table: LaidOut, donor: str, item: str, total: Totals) -> None:
        for figure, added, before in total.added:
            said = figure.row["kind"]
            note = f"The source says: {said} {figure.quantity:g}; {before:g} of it were published before."
            self._delivery(donor, item, "delivered", figure.until, added, figure.row, note, total.ranges.get(figure))
        self._falls(table, "quantity", total)
        for figure in total.part_of:
            self._left_out(table, figure.row, _COUNTED)

    def _singles(
        self, table: LaidOut, single: Iterable[_Single], came: Mapping[tuple[str, str], Totals]
    ) -> None:  # fmt: skip
        """Figures that are no totals: deliveries of a month, contracts, and promises less what totals hold of them."""
        rows = list(single)
        pledged = {(one.donor, one.item, one.start) for one in rows if one.kind == "pledge"}
        for one in rows:
            row, quantity, high = one.row, one.row["quantity"], one.row["quantity_high"]
            total = came.get((one.donor, one.item), Totals())
            note = f"The source says: {row['kind']}."
            if one.kind == "pledged_share" and (one.donor, one.item, one.start) in pledged:
                self._left_out(table, row, ("a share of a pledge that is counted", "part d'une promesse déjà comptée"))
                continue
            if total.hold(one.month):
                self._left_out(table, row, _COUNTED)
                continue
            if one.kind in _PROMISES and one.start is not None and (come := total.come_since(one.start, one.month)):
                note += f" {quantity:g} promised, {come:g} of it came by the totals of that time."
                quantity, high = quantity - come, None if high is None else high - come
            status = "pledged" if one.kind in _PROMISES else "delivered" if one.kind in _IN_A_TIME else one.kind
            if quantity > 0:
                ends = None if high is None else (quantity, high)
                self._delivery(one.donor, one.item, status, one.month, quantity, row, note, ends)

    def _delivery(
        self, donor: str, item: str, status: str, month: int, quantity: float, row: Mapping[str, Any], note: str,
        ends: tuple[float, float] | None,
    ) -> None:  # fmt: skip
        text = f"{note} [{row['id']}]"
        key = (donor, RECIPIENT, item, status, month_text(month))
        low, high = ends or (quantity, quantity)
        for kept in self.tables["deliveries"]:
            if tuple(kept[c] for c in ("donor", "recipient", "item", "status", "month")) == key:
                if ends or kept["low"] is not None:
                    main = kept["quantity"]
                    kept["low"] = (main if kept["low"] is None else kept["low"]) + low
                    kept["high"] = (main if kept["high"] is None else kept["high"]) + high
                kept["quantity"] += quantity
                kept["note"] += f" {text}"
                return
        plain = status != "delivered" and row["confirmed"] != "partial" and "promised" not in note
        grade = "published" if plain else "derived"
        self.tables["deliveries"].append({
            "donor": donor, "recipient": RECIPIENT, "item": item, "status": status, "month": key[4],
            "quantity": quantity, "low": low if ends else None, "high": high if ends else None,
            "source": self._source(row), "grade": grade, "note": text,
        })  # fmt: skip

    def stocks(self, table: LaidOut) -> None:
        """Stocks held, and stated targets as requirements; figures about no item of one nation are left out."""
        for row in self._usable(table):
            holder = self._nation(row["country"])
            if row["metric"] not in ("stock", "stock_target") or holder is None:
                why = ("no stock or target of one item and nation", "ni stock ni objectif d'un article et d'une nation")
                self._left_out(table, row, why)
                continue
            if row["value"] is None:
                self._left_out(table, row, _NO_FIGURE)
                continue
            if row["value"] < 0:
                self.findings.append(table.finding("below-minimum", row["#row"], "value", row["value"], bound="0"))
                continue
            if not self._counted(table, row):
                continue
            fact: Row = {
                "holder": holder, "item": self._item(table, row), "quantity": row["value"],
                "source": self._source(row), "grade": "derived" if row["confirmed"] == "partial" else "published",
                "note": f"As of {row['as_of_date'] or '?'}. [{row['id']}]",
            }  # fmt: skip
            if row["value_high"] is not None:
                fact |= {"low": row["value"], "high": row["value_high"]}
            if row["metric"] == "stock":
                self._once("stocks", fact, table, row)
            else:
                month = month_number(row["target_date"], end=True) if row["target_date"] else None
                when = {"from": month_text(month)} if month is not None else {}
                self._once("requirements", fact | {"layer": "stated"} | when, table, row)

    def _once(self, name: str, fact: Row, table: LaidOut, row: Mapping[str, Any]) -> None:
        """Keep the fact with the latest date of each holder, item and month; of two the earlier is left out.

        A figure without a date is the earliest, and of two of one date the one published later counts.
        """
        key = (name, fact["holder"], fact["item"], fact.get("from"))
        dated = month_number(row["as_of_date"])
        when = (-1 if dated is None else dated, row["source_date"] or "")
        if key not in self.stated:
            self.tables[name].append(fact)
        else:
            before, kept = self.stated[key]
            self._left_out(table, row if when < before else kept, _LATER)
            if when < before:
                return
            place = next(
                n
                for n, other in enumerate(self.tables[name])
                if (name, other["holder"], other["item"], other.get("from")) == key
            )
            self.tables[name][place] = fact
        self.stated[key] = (when, row)

    def demand(self, table: LaidOut) -> None:
        """Stated needs of the recipient by month, observed use beside them; use alone is no need."""
        needs: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
        uses: dict[tuple[str, int], Mapping[str, Any]] = {}
        for row in self._usable(table):
            month = month_number(row["period_start"])
            end = month_number(row["period_end"], end=True)
            known = row["metric"] in (*_NEEDS, "use_rate") and row["value"] is not None
            if self._nation(row["side"]) != RECIPIENT or month is None or not known:
                why = ("no need or use of the recipient", "ni besoin ni consommation du bénéficiaire")
                self._left_out(table, row, why)
            elif end is not None and end < month:
                self.findings.append(table.finding("tracker-period", row["#row"], "period_start", row["period_start"]))
            elif self._counted(table, row, rate=True):
                key = (row["item"], month)
                if row["metric"] in _NEEDS:
                    needs.setdefault(key, []).append(row)
                elif key in uses:
                    earlier, later = sorted((uses[key], row), key=lambda used: used["source_date"] or "")
                    self._left_out(
                        table, earlier, ("another figure is of the same month", "un autre chiffre est du même mois")
                    )
                    uses[key] = later
                else:
                    uses[key] = row
        for key, used in uses.items():
            if key not in needs:
                why = ("use was published, the need was not", "la consommation fut publiée, le besoin non")
                self._left_out(table, used, why)
        for (item, month), said in sorted(needs.items(), key=lambda n: (n[0][0], n[0][1])):
            after = [m for i, m in needs if i == item and m > month]
            self._need(table, month, said, uses.get((item, month)), after)

    def _need(
        self, table: LaidOut, month: int, said: list[Mapping[str, Any]], use: Mapping[str, Any] | None, later: list[int]
    ) -> None:
        said = sorted(said, key=lambda row: _NEEDS.index(row["metric"]))
        needs = [_monthly(row, "value") for row in said]
        highs = [_monthly(row, "value_high") for row in said if row["value_high"] is not None]
        others = ", ".join(f"{row['metric']} {_monthly(row, 'value'):g}" for row in said)
        row: dict[str, Any] = {
            "holder": RECIPIENT, "item": self._item(table, said[0]), "purpose": "operations",
            "from": month_text(month), "rate_per": "month", "need": needs[0], "low": min(needs), "high": max(needs + highs),
            "source": self._source(said[0]), "grade": "published",
            "note": f"Published a month: {others}. [{', '.join(r['id'] for r in said)}]",
        }  # fmt: skip
        if use is not None:
            row["use"] = _monthly(use, "value")
            row["note"] += f" Use as observed, which was rationed. [{use['id']}]"
        end = month_number(said[0]["period_end"], end=True)
        if ends := [m - 1 for m in later] + ([] if end is None else [end]):
            row["until"] = month_text(min(ends))
        self.tables["demand"].append(row)

    def fleets(self, table: LaidOut) -> None:
        """Systems allocated as fleets of the recipient: each count is a total to its date.

        They are no deliveries: an allocation counts what was delivered together with what is still on order.
        """
        totals: dict[tuple[str, str, str], list[Counted]] = {}
        for row in self._usable(table):
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"], end=True)
            if donor is None or month is None:
                self._left_out(table, row, ("not of one nation of the case", "non d'une nation du cas"))
            elif row["quantity"] is None:
                self._left_out(table, row, _NO_FIGURE)
            elif row["metric"] in _NO_FLEET:
                self._left_out(table, row, _NO_FLEET[row["metric"]])
            elif self._counted(table, row | {"unit": row["unit"] or "units"}):
                self._nation("UA")
                said = "delivered" if row["metric"] == "delivered" else "allocated"
                key = (donor, code_of(row["system"]), said)
                totals.setdefault(key, []).append(Counted(FROM_THE_BEGINNING, month, row["quantity"], row))
        for (donor, item, said), counted in totals.items():
            if said == "delivered" and (donor, item, "allocated") in totals:
                for figure in counted:
                    self._left_out(table, figure.row, _COUNTED)
                continue
            total = between(counted)
            self._falls(table, "quantity", total)
            for figure, added, _ in total.added:
                self._fleet(item, figure.row, figure.until, added)

    def _fleet(self, item: str, row: Mapping[str, Any], month: int, quantity: float) -> None:
        if not self.tables["sites"]:
            self.tables["sites"].append({"site": "recipient", "name_en": "Recipient", "name_fr": "Bénéficiaire"})
        told = {"source": self._source(row), "grade": "published"}
        if item not in {fleet["fleet"] for fleet in self.tables["fleets"]}:
            self.tables["fleets"].append({
                "fleet": item, "name_en": row["system"], "type": item, "holder": RECIPIENT, "site": "recipient", **told,
            })  # fmt: skip
        for kept in self.tables["fleet_arrivals"]:
            if (kept["fleet"], kept["month"]) == (item, month_text(month)):
                kept["quantity"] += quantity
                kept["note"] += f" [{row['id']}]"
                return
        self.tables["fleet_arrivals"].append({
            "fleet": item, "month": month_text(month), "quantity": quantity, **told,
            "note": f"Allocations to date, at the month of the tracker; part may still be on order. [{row['id']}]",
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Single:
    """A figure that is no total: of which donor and item, its kind, first month if it says one, month, and its row."""

    donor: str
    item: str
    kind: str
    start: int | None
    month: int
    row: Mapping[str, Any]


def _monthly(row: Mapping[str, Any], column: str) -> float:
    return float(row[column]) * _PER_MONTH[row["unit"].strip().partition("/")[2]]
