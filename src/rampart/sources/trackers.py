"""Published tables on deliveries, aid, use and stocks into a case, each row with its source.

A tracker counts in its own way, and what it counts is kept apart: cumulative totals become what was added
between two of them; packages and pledges are *pledged*, unless a later total already holds them. Use is not
need: where only use was published there is no demand row. What cannot be assigned to one nation is left out and
said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rampart.case.calendar import month_text
from rampart.case.from_rows import PRIORITIES, Row, case_of, code_of
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.sources.backtest.announcements import month_number, read_rows

RECIPIENT = "UKR"
_NATIONS = {
    "US": "USA", "DE": "DEU", "FR": "FRA", "GB": "GBR", "UA": "UKR", "UA (indirect)": "UKR", "KR": "KOR", "PL": "POL",
    "CZ": "CZE", "CZ initiative": "CZE", "EU": "XEU", "IT": "ITA", "ES": "ESP", "NL": "NLD", "NO": "NOR", "SE": "SWE",
    "DK": "DNK", "FI": "FIN", "CA": "CAN", "AU": "AUS", "BE": "BEL", "EE": "EST", "LV": "LVA", "LT": "LTU",
    "SK": "SVK", "SI": "SVN", "PT": "PRT", "RO": "ROU", "BG": "BGR", "GR": "GRC", "HR": "HRV", "HU": "HUN",
    "LU": "LUX", "IE": "IRL", "AT": "AUT", "CH": "CHE", "TR": "TUR", "JP": "JPN", "NZ": "NZL", "IS": "ISL",
    "MK": "MKD", "AL": "ALB", "ME": "MNE", "CY": "CYP", "MT": "MLT",
}  # fmt: skip
_ALPHA2 = {alpha3: alpha2 for alpha2, alpha3 in _NATIONS.items() if len(alpha2) == 2}
_SELLERS = {"KOR", "JPN"}
_KINDS = {
    "rounds": "munition", "missiles": "missile", "rockets": "rocket", "launchers": "system", "howitzers": "system",
    "units": "system", "vehicles": "system", "systems": "system",
}  # fmt: skip
_CUMULATIVE = ("cumulative_delivered_or_committed", "cumulative_since_pledge")
_NEEDS = ("requirement", "requirement_minimum", "requirement_full", "request_to_EU")


def tracker_case(public: Path, *, start: str = "2024-01", end: str = "2026-12") -> tuple[Case, tuple[Finding, ...]]:
    """A case from the public tables of a folder, and what was left out of it.

    public      folder with deliveries.csv, stocks_and_targets.csv, consumption.csv and delivered_fleets.csv
    start, end  months of the case; deliveries keep the month they are published for
    """
    builder = _Trackers()
    builder.deliveries(read_rows(public / "deliveries.csv", builder.findings))
    builder.stocks(read_rows(public / "stocks_and_targets.csv", builder.findings))
    builder.demand(read_rows(public / "consumption.csv", builder.findings))
    builder.fleets(read_rows(public / "delivered_fleets.csv", builder.findings))
    settings = {
        "title_en": "Deliveries, stocks and needs as published", "title_fr": "Livraisons, stocks et besoins publiés",
        "start": start, "end": end, "currency": "EUR", "money_unit": "million",
    }  # fmt: skip
    return case_of(settings, builder.rows()), tuple(builder.findings)


class _Trackers:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.tables: dict[str, list[Row]] = {
            name: [] for name in ("stocks", "requirements", "deliveries", "demand", "sites", "fleets", "fleet_arrivals")
        }
        self.sources: dict[str, Row] = {}
        self.nations: dict[str, Row] = {}
        self.items: dict[str, Row] = {}

    def rows(self) -> dict[str, list[Row]]:
        """All rows by table, of those tables that the catalogue has."""
        found = {
            "sources": list(self.sources.values()), "nations": list(self.nations.values()),
            "items": list(self.items.values()), **self.tables,
            "priorities": [dict(row) for row in PRIORITIES],
        }  # fmt: skip
        return {name: kept for name, kept in found.items() if kept and name in tables()}

    def _left_out(self, row: Mapping[str, str], why: str) -> None:
        self.findings.append(Finding("tracker-left-out", value=row["id"], details={"why": why}))

    def _nation(self, name: str) -> str | None:
        from babel import Locale

        code = _NATIONS.get(name) or _by_name().get(name)
        if code is None:
            return None
        if code not in self.nations:
            role = "recipient" if code == RECIPIENT else "supplier" if code in _SELLERS else "member"
            if code == "XEU":
                names = ("European Union", "Union européenne")
            else:
                alpha2 = _ALPHA2[code]
                names = tuple(str(Locale(language).territories[alpha2]) for language in ("en", "fr"))  # type: ignore[assignment]
            self.nations[code] = {"nation": code, "name_en": names[0], "name_fr": names[1], "role": role}
        return code

    def _item(self, name: str, unit: str) -> str:
        code = code_of(name)
        kind = _KINDS.get(unit.partition("/")[0], "system")
        self.items.setdefault(code, {"item": code, "name_en": name, "kind": kind, "unit": unit.partition("/")[0]})
        return code

    def _source(self, row: Mapping[str, str]) -> str:
        code = code_of(f"{row['source_publisher'][:24]} {row['source_date']} {row['source_title'][:12]}", longest=60)
        self.sources.setdefault(code, {
            "source": code, "title": row["source_title"], "publisher": row["source_publisher"],
            "date": row["source_date"], "url": row["source_url"], "quality": row["source_quality"],
        })  # fmt: skip
        return code

    def _number(self, row: Mapping[str, str], column: str) -> float | None:
        try:
            return float(row[column])
        except ValueError:
            self._left_out(row, "no figure")
            return None

    def deliveries(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Totals as what came between two of them; packages and pledges as pledged, unless a later total holds them."""
        totals: dict[tuple[str, str], list[tuple[int, float, Mapping[str, str]]]] = {}
        single: list[tuple[str, str, int, float, Mapping[str, str]]] = []
        for row in rows:
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"])
            if donor is None or month is None or _NATIONS.get(row["recipient"]) != RECIPIENT:
                self._left_out(row, "not from one nation of the case to the recipient")
            elif row["kind"] == "forecast":
                self._left_out(row, "a forecast is no delivery")
            elif (quantity := self._number(row, "quantity")) is not None:
                self._nation(row["recipient"])
                item = self._item(row["item"], row["unit"])
                if row["kind"] in _CUMULATIVE:
                    totals.setdefault((donor, item), []).append((month, quantity, row))
                else:
                    single.append((donor, item, month, quantity, row))
        for (donor, item), published in totals.items():
            self._between(donor, item, published)
        for donor, item, month, quantity, row in single:
            if any(month <= until for until, _, _ in totals.get((donor, item), [])):
                self._left_out(row, "part of a total that is already counted")
                continue
            status = "pledged" if row["kind"] in ("package", "pledge") else "delivered"
            self._delivery(donor, item, status, month, quantity, row, f"The source says: {row['kind']}.")

    def _between(self, donor: str, item: str, published: list[tuple[int, float, Mapping[str, str]]]) -> None:
        before = 0.0
        for month, total, row in sorted(published, key=lambda p: (p[0], p[1])):
            if total < before:
                self.findings.append(
                    Finding("tracker-falls", value=f"{total:g}", details={"before": f"{before:g}", "row": row["id"]})
                )
                continue
            note = f"Total of {total:g} less {before:g} published before; the source counts delivered or committed."
            if total > before:
                self._delivery(donor, item, "delivered", month, total - before, row, note)
            before = total

    def _delivery(
        self, donor: str, item: str, status: str, month: int, quantity: float, row: Mapping[str, str], note: str
    ) -> None:
        text = f"{note} [{row['id']}]"
        key = (donor, RECIPIENT, item, status, month_text(month))
        for kept in self.tables["deliveries"]:
            if tuple(kept[c] for c in ("donor", "recipient", "item", "status", "month")) == key:
                kept["quantity"] += quantity
                kept["note"] += f" {text}"
                return
        grade = "published" if status == "pledged" else "derived"
        self.tables["deliveries"].append({
            "donor": donor, "recipient": RECIPIENT, "item": item, "status": status, "month": key[4],
            "quantity": quantity, "source": self._source(row), "grade": grade, "note": text,
        })  # fmt: skip

    def stocks(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Stocks held, and stated targets as requirements; figures about no item of one nation are left out."""
        for row in rows:
            holder = self._nation(row["country"])
            if row["metric"] not in ("stock", "stock_target") or holder is None:
                self._left_out(row, "no stock or target of one item and nation")
                continue
            quantity = self._number(row, "value")
            if quantity is None:
                continue
            fact: Row = {
                "holder": holder, "item": self._item(row["item"], row["unit"]), "quantity": quantity,
                "source": self._source(row), "grade": "published", "note": f"As of {row['as_of_date']}. [{row['id']}]",
            }  # fmt: skip
            if row["value_high"]:
                fact |= {"low": quantity, "high": float(row["value_high"])}
            if row["metric"] == "stock":
                self.tables["stocks"].append(fact)
            else:
                month = month_number(row["target_date"], end=True) if row["target_date"] else None
                when = {"from": month_text(month)} if month is not None else {}
                self.tables["requirements"].append(fact | {"layer": "stated"} | when)

    def demand(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Stated needs of the recipient by month, observed use beside them; use alone is no need."""
        needs: dict[tuple[str, int], list[Mapping[str, str]]] = {}
        uses: dict[tuple[str, int], Mapping[str, str]] = {}
        for row in rows:
            month = month_number(row["period_start"])
            if self._nation(row["side"]) != RECIPIENT or month is None or not row["value"]:
                self._left_out(row, "no need or use of the recipient")
            elif row["metric"] in _NEEDS:
                needs.setdefault((row["item"], month), []).append(row)
            elif row["metric"] == "use_rate":
                uses[row["item"], month] = row
            else:
                self._left_out(row, "no need or use of the recipient")
        for key, row in uses.items():
            if key not in needs:
                self._left_out(row, "use was published, the need was not")
        for (item, month), said in sorted(needs.items(), key=lambda n: (n[0][0], n[0][1])):
            self._need(item, month, said, uses.get((item, month)), [m for i, m in needs if i == item and m > month])

    def _need(
        self, item: str, month: int, said: list[Mapping[str, str]], use: Mapping[str, str] | None, later: list[int]
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

    def fleets(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Systems allocated as fleets of the recipient; left out where the catalogue has no table for them.

        They are no deliveries: an allocation counts what was delivered together with what is still on order.
        """
        if rows and "fleets" not in tables():
            details = {"why": "the catalogue has no table of fleets"}
            self.findings.append(
                Finding("tracker-left-out", value=f"delivered_fleets.csv, {len(rows)}", details=details)
            )
            return
        for row in rows:
            donor, month = self._nation(row["donor"]), month_number(row["as_of_date"])
            quantity = self._number(row, "quantity")
            if donor is None or month is None or quantity is None:
                self._left_out(row, "not of one nation of the case")
                continue
            self._nation("UA")
            self._fleet(code_of(row["system"]), row, month, quantity)

    def _fleet(self, item: str, row: Mapping[str, str], month: int, quantity: float) -> None:
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


def _monthly(row: Mapping[str, str]) -> float:
    per = {"day": 365 / 12, "month": 1.0, "year": 1 / 12}[row["unit"].rpartition("/")[2]]
    return float(row["value"]) * per


def _by_name() -> dict[str, str]:
    """Alpha-3 codes by the English name of the country."""
    from babel import Locale

    names = Locale("en").territories
    found = {str(names[alpha2]): alpha3 for alpha2, alpha3 in _NATIONS.items() if len(alpha2) == 2 and alpha2 in names}
    return found | {
        "European Union": "XEU",
        "EU": "XEU",
        "Czech Republic": "CZE",
        "Turkey": "TUR",
        "South Korea": "KOR",
    }
