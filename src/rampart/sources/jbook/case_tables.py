"""Books into a case: items, lines, lead times, orders with their delivery schedules, prices by year, spares lines.

What a book does not say stays unknown. A line needs a maximum rate in a known unit; without it the line is left
out and counted. A lead time that is not reported is the median of its account in the calibrated facts, graded as
assumed, with a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import PRIORITIES, Row, case_of, code_of
from rampart.case.tables import Case
from rampart.findings import Finding
from rampart.sources.jbook.history import manufacturers, orders, state_of_order, unnamed
from rampart.sources.jbook.tables import Books
from rampart.sources.jbook.traps import repeated_line_items

HORIZON = 60
FOREIGN = "XFM"
_OWN = "USA"
_KINDS = {"ammunition": "munition", "missiles": "missile"}
_LEAD_TIMES = {"admin_lead_time": "reorder administrative lead time", "lead_time": "reorder production lead time"}


_LEFT_OUT = {
    "line without a maximum rate, its unit or a named manufacturer":
        "chaîne sans cadence maximale, sans son unité ou sans fabricant nommé",
    "line whose minimum rate is above its maximum rate": "chaîne dont la cadence minimale dépasse la maximale",
    "line that stands twice": "chaîne présente deux fois",
    "order without a delivery schedule and without the month of its first delivery":
        "commande sans échéancier de livraison et sans mois de première livraison",
    "planned delivery outside the months of the case": "livraison prévue hors des mois du cas",
}  # fmt: skip
"""What is left out of a case, in English as the code counts it, and in French."""


def jbook_case(books: Books, *, year: int | None = None) -> tuple[Case, tuple[Finding, ...]]:
    """The books of one budget year as a case, and what could not be carried over.

    year    budget year; by default the latest read
    Deliveries planned before the first month of the case (the month after the latest submission) are left out:
    a book's past is not an order. Raises ValueError where no book was read.
    """
    items = books["line_items"]
    years = items["budget_year"].drop_nulls()
    if years.is_empty():
        raise ValueError("no line item with a budget year was read")
    wanted = year or int(years.max())  # type: ignore[arg-type]
    made = manufacturers(books.tables).filter(pl.col("budget_year") == wanted)
    bought = orders(books.tables).filter(pl.col("budget_year") == wanted)
    again = repeated_line_items(books.tables).select("document", "line_item")
    made, bought = (f.join(again, on=["document", "line_item"], how="anti") for f in (made, bought))
    made, bought = made.sort("document", "manufacturer"), bought.sort("document", "order")
    said = made["submitted"].drop_nulls().max() or f"{wanted - 1}-02"
    start = month_number(str(said)) + 1
    return _Builder(books, wanted, start).case(made, bought)


class _Builder:
    def __init__(self, books: Books, year: int, start: int) -> None:
        self.books, self.year, self.start = books, year, start
        self.end = start + HORIZON - 1
        self.left_out: Counter[str] = Counter()
        self.codes: dict[tuple[str, ...], str] = {}
        self.taken: set[str] = set()

    def case(self, made: pl.DataFrame, bought: pl.DataFrame) -> tuple[Case, tuple[Finding, ...]]:
        items = self._items(made)
        lines = list(self._lines(made, self._first_months(bought)))
        placed = list(self._orders(bought))
        if any(row["buyer"] == FOREIGN for row in placed):
            buyers = [(_OWN, "United States", "États-Unis"), (FOREIGN, "Foreign military sales", "Ventes à l'étranger")]
        else:
            buyers = [(_OWN, "United States", "États-Unis")]
        known = {row["line"] for row in lines}
        for row in placed:
            if row["line"] not in known:
                row["line"] = None
        rows: dict[str, Sequence[Row]] = {
            "sources": list(self._sources(made)),
            "nations": [
                {"nation": code, "name_en": en, "name_fr": fr, "role": "member", "fiscal_year_start": 10}
                for code, en, fr in buyers
            ],
            "items": [*items, *self._spares()],
            "lines": lines,
            "orders": _together(placed),
            "priorities": [dict(row) for row in PRIORITIES],
            "rates": [row for row in self._prices(bought) if row["line"] in known],
        }
        settings = {
            "title_en": f"Justification books, budget year {self.year}",
            "title_fr": f"Livres de justification, année budgétaire {self.year}",
            "start": month_text(self.start),
            "end": month_text(self.end),
            "currency": "USD",
            "money_unit": "million",
            "price_base": "then-year prices of the books",
        }
        findings = [
            Finding("jbook-left-out", value=what, details={"count": count, "what": what, "what_fr": _LEFT_OUT[what]})
            for what, count in sorted(self.left_out.items())
        ]
        return case_of(settings, rows), tuple(findings)

    def _code(self, kind: str, *parts: str) -> str:
        """One code a thing, the same for the same parts; a second thing of like name gets a number."""
        key = (kind, *parts)
        if key not in self.codes:
            code = wanted = code_of(" ".join(parts))
            number = 2
            while f"{kind}:{code}" in self.taken:
                code, number = f"{wanted}_{number}", number + 1
            self.taken.add(f"{kind}:{code}")
            self.codes[key] = code
        return self.codes[key]

    def _item(self, row: Mapping[str, Any]) -> str:
        return self._code("item", row["appropriation"] or "", row["number"] or "", row["element_key"])

    def _line(self, row: Mapping[str, Any]) -> str:
        maker = row["maker"] if "maker" in row else row["name"]
        return self._code("line", self._item(row), maker or "unnamed", row["location"] or "")

    def _source(self, document: str) -> str:
        return self._code("source", document)

    def _sources(self, made: pl.DataFrame) -> Iterator[Row]:
        books = self.books["books"]
        titles = {row["document"]: row for row in books.iter_rows(named=True)}
        for document in sorted(set(made["document"]) | {row["document"] for row in self._spare_rows()}):
            about = titles.get(document, {})
            title = about.get("appropriation_title") or about.get("title") or document
            publisher = about.get("service") or "Department of Defense"
            yield {
                "source": self._source(document),
                "title": f"Justification book, budget year {self.year}: {title}",
                "publisher": publisher,
                "date": about.get("submitted"),
                "quality": "published",
                "note": f"File {document}.",
            }

    def _items(self, made: pl.DataFrame) -> list[Row]:
        prices = self._latest_prices()
        found: dict[str, Row] = {}
        for row in made.iter_rows(named=True):
            code = self._item(row)
            found.setdefault(
                code,
                {
                    "item": code,
                    "name_en": f"{row['element_name'] or row['title'] or code}",
                    "kind": _KINDS.get(row["account"] or "", "component" if row["exhibit"] == "P-10" else "system"),
                    "unit": (row["quantity_units"] or "Each").lower(),
                    "price": prices.get(code),
                    "source": self._source(row["document"]),
                    "grade": "published",
                    "note": f"{row['appropriation']}, line item {row['number']}: {row['title']}.",
                },
            )
        return list(found.values())

    def _latest_prices(self) -> dict[str, float]:
        """Price of each item in the latest fiscal year that has one."""
        found: dict[str, tuple[int, float]] = {}
        for row in orders(self.books.tables).filter(pl.col("budget_year") == self.year).iter_rows(named=True):
            if row["price"] and row["price"] > 0 and row["fiscal_year"]:
                code = self._item(row)
                found[code] = max(found.get(code, (0, 0.0)), (row["fiscal_year"], row["price"]))
        return {code: price for code, (_, price) in found.items()}

    @staticmethod
    def _first_months(bought: pl.DataFrame) -> dict[tuple[str, int], tuple[str, str]]:
        spans = bought.filter(pl.col("first_month").is_not_null()).group_by("document", "parent").agg(
            pl.col("first_month").min(), pl.col("last_month").max()
        )  # fmt: skip
        return {(d, p): (first, last) for d, p, first, last in spans.iter_rows()}

    def _lines(self, made: pl.DataFrame, spans: Mapping[tuple[str, int], tuple[str, str]]) -> Iterator[Row]:
        from rampart.sources.calibration.facts import median

        seen: set[str] = set()
        for row in made.iter_rows(named=True):
            most, unit = row["max_rate_written"], row["rate_units"]
            low, middle = (row[f"{name}_rate_written"] for name in ("min", "economic"))
            low, middle = (rate if rate and rate > 0 else None for rate in (low, middle))
            if not most or most < 0 or unit not in ("Monthly", "Yearly") or unnamed(row["name"]):
                self.left_out["line without a maximum rate, its unit or a named manufacturer"] += 1
                continue
            if low is not None and low > most:
                self.left_out["line whose minimum rate is above its maximum rate"] += 1
                continue
            code = self._line(row)
            if code in seen:
                self.left_out["line that stands twice"] += 1
                continue
            seen.add(code)
            notes, times = [], {}
            for column, fact in _LEAD_TIMES.items():
                times[column] = row["reorder_alt_after" if column == "admin_lead_time" else "reorder_plt"]
                if times[column] is None:
                    times[column] = median(fact, row["account"] or "ammunition")
                    notes.append(f"{column}: not reported, median of the account.")
            first, last = spans.get((row["document"], row["manufacturer"]), ("", ""))
            soon = first and first <= month_text(self.start + 11) and last >= month_text(self.start)
            yield {
                "line": code, "site": ", ".join(t for t in (row["name"], row["location"]) if t), "nation": _OWN,
                "item": self._item(row), "state": "hot" if soon else "warm",
                "rate_per": "month" if unit == "Monthly" else "year", "min_rate": low,
                "economic_rate": middle, "max_rate": most, **times,
                "lead_time_initial": row["initial_plt"], "source": self._source(row["document"]),
                "grade": "assumed" if notes else "published",
                "note": " ".join([*notes, "State: hot where deliveries are planned in the first year, else warm."]),
            }  # fmt: skip

    def _orders(self, bought: pl.DataFrame) -> Iterator[Row]:
        schedules = self.books["schedules"].filter(pl.col("element") == "MonthlyDeliverySchedule")
        months = (
            self.books["deliveries"]
            .filter(pl.col("month").is_not_null() & (pl.col("amount") > 0))
            .join(
                schedules.select("document", pl.col("record").alias("parent"), pl.col("parent").alias("order"), "customer"),
                on=["document", "parent"], how="inner",
            )
            .select("document", "order", "customer", "month", "amount")
        )  # fmt: skip
        both = bought.with_columns(state_of_order()).join(months, on=["document", "order"], how="inner")
        without = bought.filter(pl.col("months").is_null() & (pl.col("quantity_ordered") > 0))
        undated = without.filter(pl.col("first_delivery").is_null())
        if len(undated):
            self.left_out["order without a delivery schedule and without the month of its first delivery"] += len(
                undated
            )
        dated = without.filter(pl.col("first_delivery").is_not_null()).with_columns(state_of_order())
        yield from self._at_once(dated.sort("document", "order"))
        for row in both.sort("document", "order", "month").iter_rows(named=True):
            if not self.start <= month_number(row["month"]) <= self.end:
                self.left_out["planned delivery outside the months of the case"] += 1
                continue
            buyer = FOREIGN if "foreign" in (row["customer"] or "").lower() else _OWN
            yield {
                "buyer": buyer, "item": self._item(row), "line": self._line(row), "month": row["month"],
                "quantity": row["amount"], "state": row["state"], "source": self._source(row["document"]),
                "grade": "published",
                "note": f"Order of fiscal year {row['fiscal_year']} for {row['customer'] or row['service']}.",
            }  # fmt: skip

    def _at_once(self, dated: pl.DataFrame) -> Iterator[Row]:
        """Orders without a schedule: all in the month of their first delivery, the only one that is known."""
        for row in dated.iter_rows(named=True):
            if not self.start <= month_number(row["first_delivery"]) <= self.end:
                self.left_out["planned delivery outside the months of the case"] += 1
                continue
            yield {
                "buyer": _OWN, "item": self._item(row), "line": self._line(row), "month": row["first_delivery"],
                "quantity": row["quantity_ordered"], "state": row["state"], "source": self._source(row["document"]),
                "grade": "derived",
                "note": f"Order of fiscal year {row['fiscal_year']} without a schedule: all in its first month.",
            }  # fmt: skip

    def _prices(self, bought: pl.DataFrame) -> Iterator[Row]:
        """Unit cost of a line from the month of its first delivery of each order on."""
        seen: set[tuple[str, str]] = set()
        priced = bought.filter((pl.col("price") > 0) & pl.col("first_delivery").is_not_null())
        for row in priced.sort("first_delivery", "fiscal_year", descending=[False, True]).iter_rows(named=True):
            key = (self._line(row), row["first_delivery"])
            if key in seen or not self.start <= month_number(row["first_delivery"]) <= self.end:
                continue
            seen.add(key)
            yield {
                "line": key[0], "from": key[1], "unit_cost": row["price"], "source": self._source(row["document"]),
                "grade": "published", "note": f"Unit cost of the order of fiscal year {row['fiscal_year']}.",
            }  # fmt: skip

    def _spare_rows(self) -> list[dict[str, Any]]:
        items = self.books["line_items"].select("document", "line_item", "budget_year", "appropriation")
        spares = self.books["spares"].join(items, on=["document", "line_item"], how="left")
        return spares.filter(pl.col("budget_year") == self.year).to_dicts()

    def _spares(self) -> Iterator[Row]:
        """Spares lines of exhibit P-18 as items; they are money by end item, with no quantity."""
        money = self.books["amounts"].filter(
            (pl.col("table") == "spares") & (pl.col("column") == "BudgetYearOne") & (pl.col("value") > 0)
        )
        asked = {(d, r): v for d, r, v in money.select("document", "record", "value").iter_rows()}
        seen: set[str] = set()
        for row in self._spare_rows():
            code = self._code("item", "spares", row["appropriation"] or "", row["name"] or "")
            value = asked.get((row["document"], row["record"]))
            if code in seen:
                continue
            seen.add(code)
            said = f"{value:g} million asked for in budget year {self.year}" if value else "nothing asked for this year"
            yield {
                "item": code, "name_en": f"Spares: {row['name']}", "kind": "spare", "unit": "lot",
                "source": self._source(row["document"]), "grade": "published", "note": f"Exhibit P-18: {said}.",
            }  # fmt: skip


def _together(rows: Sequence[Row]) -> list[Row]:
    """Orders of one buyer, item, line, month and state as one row, their quantities added and their notes kept."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = (row["buyer"], row["item"], row["line"], row["month"], row["state"])
        if key not in found:
            found[key] = dict(row)
            continue
        kept = found[key]
        kept["quantity"] += row["quantity"]
        if row["note"] not in kept["note"]:
            kept["note"] += " " + row["note"]
    return list(found.values())
