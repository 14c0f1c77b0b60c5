"""A result read in one language: its words, and names in place of codes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rampart.case.likeness import Likeness, likeness
from rampart.findings import Language, curly
from rampart.language.french import forms
from rampart.language.words import Words
from rampart.network.keys import HOMES
from rampart.network.units_of_worth import IN_MONEY
from rampart.results.result import Result

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from rampart.catalogues.results import ResultColumn


HOMES_BY_KIND = {
    "expansion": ("expansions",), "spares": ("sites",), "bays": ("shops",), "systems": ("contracts", "lines", "market"),
    "spare": ("parts",), "bay": ("shops",), "system": ("fleets",), "order": ("contracts", "lines"), "placed": ("lines",),
    "purchase": ("market",), "transit": ("nations",),
}  # fmt: skip
"""Tables that name a code whose column allows several, by the kind of the row."""


MEASURED = frozenset({"tonnes", "tonne", "t", "kg", "litres", "l", "m3", "m³"})
"""Units of what is weighed or measured; everything else is counted by the piece."""
EXACT = 0.005
"""Part of a piece that is no part."""
AT_ENDS: Mapping[str, Sequence[str]] = {
    "delays": ("month", "made_good"), "donations": ("lowest_month",), "short": ("month",), "pledges": ("month",),
    "backfill": ("month",),
}  # fmt: skip
"""Columns of tables of a plan that name a period by its first month and tell what is so at its end."""


def fixed_units(name: str) -> str:
    """A name whose numbers keep their unit on the same line: "155 mm"."""
    return re.sub(r"(?<=\d) (?=(?:mm|cm|m|km|kg|t)\b)", "\u00a0", name)


@dataclass(frozen=True)
class InWords:
    """A result, the language in which it is read, and its words and names in it."""

    result: Result
    language: Language = "en"

    @cached_property
    def words(self) -> Words:
        """Words with the case's money."""
        settings = self.result.case.settings
        own = self.result.manifest.get("words") or {}  # of parts that were added to the plan
        return Words(self.language, str(settings["currency"]), str(settings["money_unit"]), own)

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.result.tables[table]

    @property
    def title(self) -> str:
        """Title of the case; French falls back to English."""
        settings = self.result.case.settings
        french = self.language == "fr" and settings["title_fr"]
        return curly(str(french)) if french else str(settings["title_en"])

    @property
    def price_base(self) -> str:
        """Year and kind of prices in the reader's language, that they are not stated where they are not."""
        settings = self.result.case.settings
        base = (self.language == "fr" and settings.get("price_base_fr")) or settings["price_base"]
        return self.words("price_base", base=base) if base else self.words("price_base.unknown")

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Names by catalogue table and code, for every table whose codes a result may mention."""
        case = self.result.case
        found: dict[str, dict[str, str]] = {
            "nations": case.names("nations", self.language),
            "items": {i: fixed_units(name) for i, name in case.names("items", self.language).items()},
        }
        place, item_of, words = found["nations"], found["items"], self.words
        lines = found["lines"] = self._line_names(place, item_of)
        expansions = case["expansions"].select("expansion", "line").rows()
        several = [line for _, line in expansions]
        found["expansions"] = {
            code: words(
                "name.expansions" if several.count(line) > 1 else "name.expansion",
                **self.in_sentence("line", lines.get(line, line)),
                code=code,
            )
            for code, line in expansions
        }
        found["market"] = {
            code: words("name.offer", nation=place.get(seller, seller), item=item_of.get(item, item))
            for code, seller, item in case["market"].select("offer", "seller", "item").iter_rows()
        }
        found |= {
            table: case.names(table, self.language) for table in ("fleets", "parts", "sites", "shops", "overrides")
        }
        found["contracts"] = self._contract_names(place, lines)
        if self.language == "fr":
            return {table: {code: curly(name) for code, name in of.items()} for table, of in found.items()}
        return found

    def _contract_names(self, place: Mapping[str, str], lines: Mapping[str, str]) -> dict[str, str]:
        """Contracts by buyer and line; where a buyer has several with a line, by the nation they are for too."""
        rows = self.result.case["contracts"].select("contract", "line", "buyer", "ship_to").rows()
        pairs = [(line, buyer) for _, line, buyer, _ in rows]
        found = {}
        for code, line, buyer, ship_to in rows:
            several = pairs.count((line, buyer)) > 1 and ship_to is not None
            own, said = place.get(buyer, buyer), lines.get(line, line)
            found[code] = self.words(
                "name.contract_for" if several else "name.contract",
                **self.in_sentence("line", said.replace(f" ({own})", "")),  # its nation is named as the buyer
                buyer=own, ship_to=place.get(ship_to, ship_to),
            )  # fmt: skip
        return found

    def _line_names(self, place: Mapping[str, str], item_of: Mapping[str, str]) -> dict[str, str]:
        """Lines by their site; where a site has several, the item belongs to the name."""
        table = self.result.case["lines"]
        if self.language == "fr" and "site_fr" in table.columns:
            table = table.with_columns(site=table["site_fr"].fill_null(table["site"]))
        rows = table.select("line", "site", "nation", "item").rows()
        sites = [(site, nation) for _, site, nation, _ in rows]
        found = {}
        for line, site, nation, item in rows:
            where = place.get(nation, nation)
            if not site:
                alone = sum((not s, n, i) == (True, nation, item) for _, s, n, i in rows) == 1
                key = "name.line_of" if alone else "name.line"
                found[line] = self.words(key, line=line, item=item_of.get(item, item), nation=where)
                continue
            found[line] = self.words("name.site", site=site, nation=where)
            if sites.count((site, nation)) > 1:
                found[line] = self.words("name.of_item", what=found[line], item=item_of.get(item, item))
        return found

    def name(self, code: str | None, *, table: str | None = None) -> str:
        """Name of a code of a table; where no table is given or it does not name the code, the first that does."""
        if code is None or code == "":
            return self.words("none")
        order = [table] if table is not None and table in self.names else []
        for place in (*order, *self.names):
            if code in self.names[place]:
                return self.names[place][code]
        return self.words.choice("", code)

    def named(self, key: Sequence[Mapping[str, str]] | None) -> str:
        """Name of what codes name together, each with what it is of: a route, a contract, a budget, a stock."""
        if not key:
            return self.words("none")
        fields = [part["of"] for part in key]
        code = {part["of"]: part["code"] for part in key}
        if "contract" in code:  # the name of a contract says its line
            known = code["contract"] in self.names["contracts"]
            said = self._of("contract", code["contract"]) if known else self._of("line", code["line"])
            return (
                self.words("war.ordered", what=said, month=self.words.month(code["month"])) if "month" in code else said
            )
        parts = [self._of(part["of"], part["code"]) for part in key if part["code"] not in ("", "all")]
        if fields[:2] in (["origin", "destination"], ["donor", "recipient"], ["owing", "donor"]):
            parts = [self.words("name.route_arrow").join(parts[:2]), *parts[2:]]
        return ", ".join(parts)

    def _of(self, of: str, code: str) -> str:
        """Name of one code of a key."""
        home = HOMES.get(of)
        if home is None:
            return self.words.choice(
                {"purpose": "purpose", "kind": "limit_kind", "objective": "objective"}.get(of, ""), code
            )
        return self.names.get(home, {}).get(code, code)

    def cell(self, column: ResultColumn, row: Mapping[str, Any]) -> str:
        """Name of a code in a row of a result table; where several tables may name it, the row says which."""
        if column.name in ("code", "what") and "key" in row:
            return self.named(row["key"])
        code: str | None = row[column.name]
        homes: Sequence[str] = column.reference
        if code is None or code == "" or not homes:
            return self.name(code)
        if len(homes) > 1:
            homes = self._homes(column, row)
        found = (self.names[home][code] for home in homes if code in self.names.get(home, {}))
        return next(found, self.words.choice("", code))

    @staticmethod
    def _homes(column: ResultColumn, row: Mapping[str, Any]) -> Sequence[str]:
        """Tables of those that a column allows that may name the code of a row."""
        kind = next((row[name] for name in ("kind", "lever", "from_kind") if name in row), None)
        if column.name == "item":
            return ("fleets",) if row.get("objective") == "availability" or kind == "spares" else column.reference
        if column.name in ("lacks", "gained_item"):  # of the objective, whatever is decided
            return ("fleets",) if row.get("objective") == "availability" else column.reference
        if column.name == "to":
            return ("lines",) if kind == "expansion" else column.reference
        return [home for home in HOMES_BY_KIND.get(kind or "", column.reference) if home in column.reference]

    @cached_property
    def _likeness(self) -> Likeness:
        return likeness(self.result.case.tables)

    def place(self, table: str, code: str) -> tuple[int, str]:
        """Place of a code among those that tie in all that is said of them: by its data, and by name where these are equal."""
        return self._likeness.of(table, code), code

    def place_of(self, key: Sequence[Mapping[str, str]] | None) -> list[tuple[int, str]]:
        """Place of what codes name together, among those that tie."""
        return [self.place(HOMES.get(part["of"], ""), part["code"]) for part in key or ()]

    def in_sentence(self, place: str, name: str) -> dict[str, str]:
        """A name for the places ``{place}``, and, as French asks for it, ``{alone_place}``, ``{of_place}``, ``{to_place}``."""
        alone, of, to = forms(name) if self.language == "fr" else (name, name, name)
        return {place: name, f"alone_{place}": alone, f"of_{place}": of, f"to_{place}": to}

    def short(self, code: str | None, *, table: str | None = None) -> str:
        """Name of a code without its nation, for lists where the nation stands beside it."""
        return self.without_nation(self.name(code, table=table))

    def without_nation(self, name: str) -> str:
        """A name without the nation in brackets that it ends with."""
        for nation in self.names["nations"].values():
            name = name.replace(f" ({nation})", "")
        return name

    def item(self, code: str | None) -> str:
        """Name of an item."""
        return self.name(code, table="items")

    def nation(self, code: str | None) -> str:
        """Name of a nation."""
        return self.name(code, table="nations")

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Unit of each item in the reader's language."""
        return {of: self.words.unit(unit) for of, unit in self._codes_of_units.items()}

    @cached_property
    def _codes_of_units(self) -> Mapping[str, str]:
        """Unit of each item and fleet as the case writes it."""
        fleets = dict.fromkeys(self.result.case["fleets"]["fleet"].to_list(), "systems")
        return fleets | dict(self.result.case.tables["items"].select("item", "unit").iter_rows())

    def unit(self, item: str | None) -> str:
        """Unit of an item."""
        return self.units.get(item or "", self.words("unit.units"))

    def unit_of(self, number: str, item: str | None) -> str:
        """Unit of an item as it stands after a number as it is written: that of one where it is one."""
        return self.words.unit_of(number, self._codes_of_units.get(item or "", "units"))

    def quantity(self, value: float | None, item: str | None) -> str:
        """A quantity with its unit, in pieces: "12,000 rounds", "8 howitzers"."""
        if value is None:
            return self.words("unknown")
        said, figure = self._pieces(value, item)
        return self.words("quantity", number=said, unit=self.unit_of(figure, item))

    def rate(self, value: float | None, item: str | None) -> str:
        """A rate, or a mean of many months, with its unit: half a howitzer a month is one in two months."""
        return self.words.quantity(value, self._codes_of_units.get(item or "", "units"))

    def pieces(self, value: float | None, item: str | None) -> str:
        """A number of an item: of what is counted by the piece a whole one, since nobody holds a part of a howitzer; less than
        half of one says how little. The tables of the result keep the figures.
        """
        return self.words("unknown") if value is None else self._pieces(value, item)[0]

    def _pieces(self, value: float, item: str | None) -> tuple[str, str]:
        """A number of an item as it is told, and the figure in it."""
        words = self.words
        if not math.isfinite(value) or not self.by_piece(item):
            return words.number(value), words.number(value)
        if self.is_part(value, item):
            return words("pieces.part"), words.number(1)
        whole = words.number(value, digits=0)
        return whole, whole

    def is_part(self, value: float, item: str | None) -> bool:
        """Whether there is less than half a piece of what is counted by the piece."""
        return EXACT <= abs(value) < 0.5 and self.by_piece(item)

    def by_piece(self, item: str | None) -> bool:
        """Whether an item is counted by the piece, and not weighed or measured."""
        return self._codes_of_units.get(item or "", "units") not in MEASURED

    def objective_unit(self, unit: str | None) -> str:
        """Unit of an objective pass; worth in money is told from money."""
        if unit == "money unit":
            return self.words.money_label
        if unit == IN_MONEY:
            return self.words("worth_label", money=self.words.money_label)
        return self.words.choice("objective_unit", unit)

    @cached_property
    def _ends(self) -> Mapping[date, date]:
        """Last month of the period that begins in a month."""
        import polars as pl

        end = pl.col("month").dt.offset_by((pl.col("months") - 1).cast(pl.String) + "mo")
        return dict(self["periods"].select("month", end.alias("end")).iter_rows())

    def end_of(self, month: date | None) -> date | None:
        """Last month of the period that begins in a month: what is said of the end of a period is so then."""
        return None if month is None else self._ends.get(month, month)

    def at_ends(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of a table of a plan with the last month of the period where a column tells what is so at its end (``AT_ENDS``),
        for readers: the sentences of the same figures name that month too.
        """
        import polars as pl

        told = [name for name in AT_ENDS.get(table, ()) if name in rows.columns]
        return rows.with_columns(pl.col(name).replace(dict(self._ends)) for name in told) if told else rows

    def roles(self, role: str) -> list[str]:
        """Nations of a role, in the order of the case."""
        pairs = self.result.case.tables["nations"].select("nation", "role").iter_rows()
        return [nation for nation, given in pairs if given == role]
