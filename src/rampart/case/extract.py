"""A case of some nations cut out of a case of many: what they hold, make and owe, and what others supply or take.

Every row of the source is kept, changed or cut, and every row that was not there is added: a finding a row says which and
why, so that nothing is lost in silence. The recipients stay with the nations named: whom to give to is theirs to decide.
What others do is either estimated from the case alone, or given as ``Outside``, fixed as in a plan of the whole case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from rampart.case.checking.checks import check
from rampart.case.draft import Draft, shown
from rampart.case.headers import stored_column
from rampart.case.likely_offers import LikelyOffers
from rampart.case.overrides import steps_of
from rampart.case.tables import Case
from rampart.case.writing import Format, save
from rampart.catalogues.inputs import tables
from rampart.findings import CaseError, Finding

Row = dict[str, Any]
CHANGES = ("cut", "changed", "added", "paid")
"""What may happen to a row; the code of its finding begins with it. Rows without a finding are kept."""
WHOLE = "whole-case"
"""Source of rows that are added: the whole case, or its plan."""
CUT_OFF = "cut-off"
"""Name of the table of changes beside the case."""
ONLY_WITH_FLEETS = frozenset(
    {"sites", "shops", "shop_bays", "parts", "breakdown", "repairs", "repair_setups", "repair_options", "part_stocks"}
)


@dataclass(frozen=True, eq=False)
class Outside:
    """What others send and take, fixed: rows to add, and rows that stand for those of the source.

    added      rows by table: placed orders, goods in transit, agreed departures, routes, storage, shares missing elsewhere
    contracts  rows that stand for a contract of which others take delivery, by its code: itself, and one a period
    market     rows that stand for an offer, by its code, with what is said of it; resources, by their code
    routes     rows that stand for a route of any item, by origin and destination
    budgets    what is left of a budget, by nation, fiscal year and purpose: commitments and payments
    paid       money units that each nation pays for decisions that are fixed here, and that no objective counts again
    """

    added: Mapping[str, list[Row]] = field(default_factory=dict)
    contracts: Mapping[str, list[Row]] = field(default_factory=dict)
    market: Mapping[str, tuple[str, list[Row]]] = field(default_factory=dict)
    routes: Mapping[tuple[str, str], list[Row]] = field(default_factory=dict)
    resources: Mapping[str, list[Row]] = field(default_factory=dict)
    budgets: Mapping[tuple[str, int, str], tuple[float, float]] = field(default_factory=dict)
    paid: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Extract:
    """A case that can be planned by itself, and what became of the rows of its source.

    changes  a note a row that is not as it was: its code begins with cut, changed or added, ``value`` is the row's key
    """

    case: Case
    changes: tuple[Finding, ...]

    @property
    def table(self) -> pl.DataFrame:
        """The changes as a table: table, change, row, code, and why in English and French."""
        names = ("table", "change", "row", "code", "why_en", "why_fr")
        lines = [
            (f.table, f.code.split("-")[0], f.value, f.code, f.message("en"), f.message("fr")) for f in self.changes
        ]
        return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")

    def save(self, path: str | Path, *, format: Format | None = None, force: bool = False) -> Path:
        """Write the case, and beside it what became of the rows: ``#cut-off.csv``, or the sheet ``#cut-off``.

        As ``Case.save``: raises ``TakenError`` where something is there, ``PlaceError`` where nothing can be written.
        """
        return save(self.case.tables, Path(path), format=format, force=force, beside={CUT_OFF: self.table})


class Said(NamedTuple):
    """What becomes of a row: the rows that stand for it, and why, unless it is kept as it is."""

    rows: list[Row]
    code: str = ""
    details: Mapping[str, Any] = {}


def planned_with(case: Case, nations: Iterable[str]) -> frozenset[str]:
    """The nations named and the recipients. Raises CaseError where the case does not know one, or none is named."""
    roles = dict(case["nations"].select("nation", "role").iter_rows())
    named = list(nations)
    if not named:
        raise CaseError([Finding("extract-nobody", "nations", details={"known": ", ".join(sorted(roles))})])
    unknown = sorted(set(named) - roles.keys())
    if unknown:
        known = ", ".join(sorted(roles))
        raise CaseError(Finding("extract-unknown", "nations", value=code, details={"known": known}) for code in unknown)
    return frozenset(named) | {nation for nation, role in roles.items() if role == "recipient"}


def cut_out(case: Case, nations: Collection[str], *, outside: Outside | None = None) -> Extract:
    """The case of some nations and the recipients.

    nations  codes of the nations to be planned
    outside  what others send and take; none: estimated from the case (``LikelyOffers``)

    Raises CaseError where a nation is unknown, or what is left is no sound case.
    """
    cutting = _Cutting(case, planned_with(case, nations), outside)
    frames = cutting.frames(nations)
    before = {(f.code, f.table, f.column) for f in check(Draft.of(case.tables))}
    wrong = [f for f in check(Draft.of(frames)) if f.severity == "error"]
    if any((f.code, f.table, f.column) not in before for f in wrong):
        raise CaseError(wrong)
    return Extract(Case(frames), tuple(cutting.changes))


class _Cutting:
    """Goes through the tables, asks of each row what becomes of it, and keeps account."""

    def __init__(self, case: Case, planned: frozenset[str], outside: Outside | None) -> None:
        self.case, self.planned, self.outside = case, planned, outside
        self.changes: list[Finding] = []
        self.rows: dict[str, list[Row]] = {name: [] for name in tables()}
        self.nation_of = dict(case["lines"].select("line", "nation").iter_rows())
        self.line_of = dict(case["expansions"].select("expansion", "line").iter_rows())
        self.lines = {line for line, nation in self.nation_of.items() if nation in planned}
        self.made = set(case["lines"].filter(pl.col("line").is_in(list(self.lines)))["item"])
        self.fleets = {f for f, holder in case["fleets"].select("fleet", "holder").iter_rows() if holder in planned}
        self.likely = LikelyOffers(case, planned)
        self.used: set[str] = set()  # resources that lines and expansions of the case use

    # -- account -------------------------------------------------------------------------------------------------

    def note(self, code: str, table: str, row: Row, **details: Any) -> None:
        """Say what became of a row."""
        self.changes.append(Finding(code, table, value=key_text(table, row), details=details))

    def frames(self, nations: Collection[str]) -> dict[str, pl.DataFrame]:
        """All tables of the new case."""
        later = ("resources", "items", "nations", "overrides", "settings")
        for name in tables():
            if name not in later:
                self.go_through(name, getattr(self, f"of_{name}", self.of_any))
        self.used = {r["resource"] for r in self.rows["uses"]}
        self.go_through("resources", self.of_resources)
        self.add_agreed_arrivals()
        for name, rows in (self.outside.added if self.outside else {}).items():
            self.add(name, rows)
        for name in ("orders", "deliveries", "agreed"):
            self.rows[name] = self.merged(name)
        self.say_paid()
        self.add_source()
        self.go_through("items", self.of_items)
        self.drop_without_items()
        self.go_through("nations", self.of_nations)
        self.rows["settings"] = self.settings(nations)
        self.rows["overrides"] = list(self.case.tables["overrides"].iter_rows(named=True))
        frames = self.as_frames()
        self.rows["overrides"] = self.overrides(frames)
        return self.as_frames()

    def as_frames(self) -> dict[str, pl.DataFrame]:
        """The rows as typed tables."""
        found = {}
        for name in tables():
            schema = self.case.tables[name].schema
            found[name] = pl.DataFrame(
                {c: [row.get(c) for row in self.rows[name]] for c in schema}, schema=schema, strict=False
            )
        return found

    def go_through(self, table: str, says: Callable[[str, Row], Said]) -> None:
        """Every row of a table of the source, and what becomes of it."""
        kept = self.rows[table]
        for row in self.case.tables[table].iter_rows(named=True):
            said = says(table, row)
            kept += said.rows
            if said.code:
                self.note(said.code, table, row, **said.details)

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Rows that the source does not have."""
        for row in rows:
            self.rows[table].append(row | {"source": WHOLE})
            self.note(_ADDED[table], table, row)

    # -- what becomes of a row -----------------------------------------------------------------------------------

    def of_any(self, table: str, row: Row) -> Said:
        """By whom it is about: a holder or nation, a line, an expansion, a fleet; where it names none of them it is kept."""
        if table in ONLY_WITH_FLEETS:
            return Said([row]) if self.fleets else Said([], "cut-unused")
        for column in ("holder", "nation"):
            if column in row and row[column] is not None and row[column] not in self.planned:
                return self.cut_others(table, row, row[column])
        line = row.get("line") or self.line_of.get(row.get("expansion") or "")
        if line is not None and line not in self.lines:
            return Said([], "cut-line-of-others", {"line": line, "nation": self.nation_of.get(line, "")})
        if table != "fleets" and row.get("fleet") and row["fleet"] not in self.fleets:
            return Said([], "cut-others", {"nation": row["fleet"]})
        return Said([row])

    def cut_others(self, table: str, row: Row, nation: str) -> Said:
        """It is about a nation that is not planned; a budget may be that of somebody who pays for those who are."""
        if self.outside and table == "budgets":
            return self.of_budgets(table, row)
        return Said([], "cut-others", {"nation": nation})

    def of_budgets(self, table: str, row: Row) -> Said:
        """Less what is spent in the plan on what is not in this case."""
        key = row["nation"], row["fiscal_year"], row["purpose"] or "all"
        left = (self.outside.budgets if self.outside else {}).get(key)
        if left is None or (row["commitments"], row["payments"]) == left:
            kept = left is not None or row["nation"] in self.planned
            return Said([row]) if kept else Said([], "cut-others", {"nation": row["nation"]})
        return Said([row | {"commitments": left[0], "payments": left[1]}], "changed-net")

    def of_bills(self, table: str, row: Row) -> Said:
        """Of an item that one of the lines makes, or of an expansion of one."""
        if row["item"] is not None and row["line"] is None and row["item"] not in self.made:
            return Said([], "cut-unused")
        return self.of_any(table, row)

    def of_orders(self, table: str, row: Row) -> Said:
        """Of one of the lines, or to or by one of the nations; a line of others is no longer named."""
        if row["line"] in self.lines:
            return Said([row])
        if not {row["ship_to"] or row["buyer"], row["buyer"]} & self.planned:
            return Said([], "cut-others", {"nation": row["buyer"]})
        if row["line"] is None:
            return Said([row])
        return Said([row | {"line": None, "inputs": None}], "changed-line-outside", {"line": row["line"]})

    def of_deliveries(self, table: str, row: Row) -> Said:
        """What the nations gave or owe, and what is on its way to them and to the recipients.

        Compensation between two of whom not both are planned is nobody's here: what comes of it is in what they send each
        other.
        """
        donor, owes = row["donor"], row.get("backfill_by")
        not_both = owes is not None and not {owes, donor} <= self.planned
        if donor in self.planned or (row["status"] == "in_transit" and row["recipient"] in self.planned):
            if not_both:
                return Said([row | {"backfill_by": None}], "changed-compensation", {"donor": donor, "nation": owes})
            return Said([row])
        if not_both and owes in self.planned:
            return Said([], "cut-compensation", {"donor": donor, "nation": owes})
        code = "cut-owed-by-others" if row["status"] == "pledged" else "cut-others"
        return Said([], code, {"nation": donor})

    def of_contracts(self, table: str, row: Row) -> Said:
        """On one of the lines and delivered to one of the nations: kept. Else what others order, or what is ordered abroad."""
        ship_to = row["ship_to"] or row["buyer"]
        if row["line"] in self.lines:
            if ship_to in self.planned:
                return Said([row])
            if self.outside and (stands_for := self.outside.contracts.get(row["contract"])):
                others = len(stands_for) - 1
                return Said(stands_for, "changed-as-in" if others else "changed-as-in-nothing", {"count": others})
            if self.only_contract(row["line"]) == row["contract"]:
                return Said([row | {"max_quantity": 0.0}], "changed-nothing-to-order", {"line": row["line"]})
            return Said([], "cut-taken-by-others", {"nation": ship_to})
        about = {"line": row["line"], "nation": self.nation_of.get(row["line"], "")}
        if not {row["buyer"], ship_to} & self.planned:
            return Said([], "cut-line-of-others", about)
        if self.outside:
            return Said([], "cut-as-placed", about)
        if row["buyer"] not in self.planned:
            return Said([], "cut-line-of-others", about)
        return self.offered(self.likely.of_contract(row), about)

    def only_contract(self, line: str) -> str | None:
        """Of a line all of whose contracts deliver to others, the first: without it the line would be its nation's own."""
        of_line = self.case["contracts"].filter(line=line)
        first: str | None = None
        for contract, buyer, ship_to in of_line.select("contract", "buyer", "ship_to").iter_rows():
            stays = (ship_to or buyer) in self.planned or (self.outside and contract in self.outside.contracts)
            if stays:
                return None
            first = first or contract
        return first

    def of_routes(self, table: str, row: Row) -> Said:
        """Between two of the nations: kept. Else what others send or take."""
        origin, destination = row["origin"], row["destination"]
        if {origin, destination} <= self.planned:
            lanes = self.outside.routes.get((origin, destination)) if self.outside and row["item"] is None else None
            if lanes is None:
                return Said([row])
            return Said(lanes, "changed-lanes", {"items": ", ".join(r["item"] for r in lanes) or "-"})
        if not {origin, destination} & self.planned:
            return Said([], "cut-others", {"nation": origin})
        if self.outside:
            return Said([], "cut-as-sent", {"nation": destination if origin in self.planned else origin})
        if origin in self.planned:
            return Said([], "cut-taken-by-others", {"nation": destination})
        offers = self.likely.of_route(row)
        if not offers:
            return Said([], "cut-given-by-others", {"nation": origin})
        self.add("market", offers)
        return Said([], "changed-to-offer", {"seller": origin, "offers": ", ".join(o["offer"] for o in offers)})

    def offered(self, offer: Row | None, about: Mapping[str, Any]) -> Said:
        """A line of others that may be ordered from becomes an offer, where its limits are known."""
        if offer is None:
            return Said([], "cut-no-limit-known", about)
        self.add("market", [offer])
        return Said([], "changed-to-offer", {"seller": offer["seller"], "offers": offer["offer"]})

    def of_market(self, table: str, row: Row) -> Said:
        """Of one of the nations, or of any; less what others buy in the plan."""
        if row["buyer"] is not None and row["buyer"] not in self.planned:
            return Said([], "cut-others", {"nation": row["buyer"]})
        stands_for = None if self.outside is None else self.outside.market.get(row["offer"])
        if stands_for is None:
            return Said([row])
        code, rows = stands_for
        return Said(rows, code, {"buyers": ", ".join(sorted({r["buyer"] for r in rows if r["buyer"]}))})

    def of_taken(self, table: str, row: Row) -> Said:
        """Decisions taken that are the nations' own here, over a way that is here; what they intend is as in the plan given."""
        if self.outside and not row["firm"]:
            return Said([], "cut-intended")
        if row["contract"] is not None:
            orders = self.case["contracts"].filter(contract=row["contract"], line=row["line"])
            to = {ship_to or buyer for ship_to, buyer in orders.select("ship_to", "buyer").iter_rows()}
            if not to <= self.planned:
                return Said([], "cut-taken-by-others", {"nation": ", ".join(sorted(to))})
        for column in ("buyer", "origin", "destination"):
            if row[column] is not None and row[column] not in self.planned:
                return Said([], "cut-others", {"nation": row[column]})
        gone = row["offer"] is not None and row["offer"] not in {r["offer"] for r in self.rows["market"]}
        return Said([], "cut-unused") if gone else self.of_any(table, row)

    def of_resources(self, table: str, row: Row) -> Said:
        """Those used; less what others use in the plan."""
        code = row["resource"]
        if code not in self.used:
            return Said([], "cut-unused")
        stands_for = None if self.outside is None else self.outside.resources.get(code)
        if stands_for is None:
            return Said([row])
        first = not any(r["resource"] == code for r in self.rows["resources"])
        return Said(stands_for if first else [], "changed-net")

    def of_elsewhere(self, table: str, row: Row) -> Said:
        """As it is; with the others of this case fixed it is counted among theirs."""
        return Said([], "changed-net") if self.outside else Said([row])

    def of_items(self, table: str, row: Row) -> Said:
        """Those that a row which is kept names."""
        return Said([row]) if row["item"] in self.named("items.item") else Said([], "cut-unused")

    def of_nations(self, table: str, row: Row) -> Said:
        """The nations planned, and those that a row which is kept names."""
        keep = row["nation"] in self.planned or row["nation"] in self.named("nations.nation")
        return Said([row]) if keep else Said([], "cut-unused")

    # -- what hangs on other rows --------------------------------------------------------------------------------

    def named(self, reference: str) -> set[str]:
        """Codes that rows of the new case name."""
        found: set[str] = set()
        for name, rows in self.rows.items():
            if name in ("settings", "elsewhere"):
                continue
            for column in tables()[name].columns.values():
                if column.reference == reference:
                    found |= {row[column.name] for row in rows if row.get(column.name) is not None}
        return found

    def drop_without_items(self) -> None:
        """How short others are of an item that the case no longer has."""
        items = {row["item"] for row in self.rows["items"]}
        left = [row for row in self.rows["elsewhere"] if row["item"] not in items]
        self.rows["elsewhere"] = [row for row in self.rows["elsewhere"] if row["item"] in items]
        there = {key_text("elsewhere", row) for row in self.case.tables["elsewhere"].iter_rows(named=True)}
        for row in left:
            key = key_text("elsewhere", row)
            if key in there:
                self.note("cut-unused", "elsewhere", row)
            self.changes = [f for f in self.changes if (f.code, f.value) != ("added-elsewhere", key)]

    def add_agreed_arrivals(self) -> None:
        """What placed orders bring to others leaves the case as it comes."""
        start, arriving = str(self.case.settings["start"]), dict[tuple[str, str, str], float]()
        counts_all = self.case.settings.get("count_planned") == "yes"
        for row in self.rows["orders"]:
            to, comes = row["ship_to"] or row["buyer"], counts_all or row.get("state") != "planned"
            if to not in self.planned and row["month"] >= start and comes:
                key = to, row["item"], row["month"]
                arriving[key] = arriving.get(key, 0.0) + row["quantity"]
        self.add("agreed", (
            {"holder": to, "item": item, "month": month, "quantity": quantity}
            for (to, item, month), quantity in sorted(arriving.items())
        ))  # fmt: skip

    def say_paid(self) -> None:
        """Money for what is fixed counts in no objective of the new case: said, so that sums can be laid beside the whole."""
        said = {name: self.case.settings[name] for name in ("currency", "money_unit")}
        for nation, money in sorted((self.outside.paid if self.outside else {}).items()):
            self.changes.append(Finding("paid-as-in", "orders", value=nation, details=said | {"money": f"{money:.6g}"}))

    def add_source(self) -> None:
        """Where rows that are added come from."""
        if any(row.get("source") == WHOLE for rows in self.rows.values() for row in rows):
            row = {"source": WHOLE, "title": str(self.case.settings["title_en"])}
            self.rows["sources"].append(row)
            self.note("added-source", "sources", row)

    def merged(self, table: str) -> list[Row]:
        """Rows with what is of the same key added to them: orders of lines no longer named, what is added to what is there.

        A blank counts as its default: what is added says nothing of the state of an order.
        """
        defaults = {k: stored_column(table, k).default_value for k in tables()[table].key}
        found: dict[tuple[Any, ...], Row] = {}
        for row in self.rows[table]:
            key = tuple(default if row.get(k) is None else row[k] for k, default in defaults.items())
            before = found.setdefault(key, row)
            if before is not row:
                found[key] = _added_up(before, row)
        return list(found.values())

    def settings(self, nations: Collection[str]) -> list[Row]:
        """The title says whose case it is."""
        names = {lang: self.case.names("nations", lang) for lang in ("en", "fr")}
        said = {lang: ", ".join(named[code] for code in sorted(set(nations))) for lang, named in names.items()}
        title = {"title_en": ("en", "{} by itself: {}"), "title_fr": ("fr", "{}, à part : {}")}
        rows = []
        for row in self.case.tables["settings"].iter_rows(named=True):
            if row["setting"] in title and row["value"]:
                language, form = title[row["setting"]]
                row = row | {"value": form.format(said[language], row["value"])}
                self.note("changed-title", "settings", row)
            rows.append(row)
        return rows

    def overrides(self, frames: Mapping[str, pl.DataFrame]) -> list[Row]:
        """Steps of overrides that still have something to change, and change nothing of others."""
        steps = steps_of(Draft.of(frames))
        kept = []
        for n, row in enumerate(self.rows["overrides"]):
            if n in steps.without_effect or (n in steps.added and self.about_others(*steps.added[n])):
                self.note("cut-override", "overrides", row)
            else:
                kept.append(row)
        return kept

    def about_others(self, table: str, row: Row) -> bool:
        """Whether a row that an override adds would not have stayed as it is."""
        market, account = list(self.rows["market"]), list(self.changes)
        if table == "lines" and row["nation"] in self.planned:
            self.lines.add(row["line"])
        if table == "expansions":
            self.line_of[row["expansion"]] = row["line"]
        said = getattr(self, f"of_{table}", self.of_any)(table, row)
        self.rows["market"], self.changes = market, account
        return bool(said.code)


def _added_up(one: Row, other: Row) -> Row:
    """Two rows of a key as one: what is due or costs of a unit is the mean of what is known; no range is known."""
    whole = one["quantity"] + other["quantity"]
    found = one | {"quantity": whole, "low": None, "high": None}
    for column in {"due", "cost"} & one.keys():
        known = [r for r in (one, other) if r.get(column) is not None]
        size = sum(r["quantity"] for r in known)
        if size > 0:
            found[column] = sum(r[column] * r["quantity"] for r in known) / size
    return found


def key_text(table: str, row: Mapping[str, Any]) -> str:
    """The key of a row as a person reads it: its parts with bars between them, blanks left out."""
    key = ("setting",) if table == "settings" else tables()[table].key
    return "|".join(shown(row.get(name)) for name in key if row.get(name) is not None)


_ADDED = {
    "market": "added-offer", "orders": "added-placed", "deliveries": "added-in-transit", "agreed": "added-agreed",
    "elsewhere": "added-elsewhere", "taken": "added-intended", "routes": "added-route", "storage": "added-storage",
    "nations": "added-holder",
}  # fmt: skip
