"""What a reader may see of a result: decided here and nowhere else. Pages, JSON, charts, sentences and downloads are all made
from the result that this file gives, in which what is not seen is not there.

Who sees the whole alliance sees the result as it is. A nation sees rows to which it is a party, in the tables listed here. A
table that is not listed is empty for it, and so is what sums over nations: it would tell what the others have. Of a plan for a
war it sees its own first decisions, of an answer for fleets its own fleets; two results that lie side by side are each cut
before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from rampart.case.tables import Case
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.network.keys import HOMES
from rampart.results.result import Result
from rampart.web.people.roles import Reader

PARTIES: Mapping[str, Sequence[str]] = {
    "decisions": ("nation",), "orders": ("buyer", "payer", "ship_to"), "expansions": ("payer",), "purchases": ("buyer",),
    "transfers": ("origin", "destination"), "production": ("nation",), "stock": ("holder",), "movements": ("holder",),
    "demand": ("holder",), "pledges": ("donor", "recipient"), "backfill": ("owing", "donor"), "donations": ("donor",),
    "fill": ("holder",), "money": ("nation",), "budgets": ("nation",), "shortages": ("holder",), "short": ("holder",),
    "reasons": ("holder",), "reasons_by_year": ("holder",), "news": ("nation",), "fleets": ("holder",),
}  # fmt: skip
"""Columns of the tables of a plan that name a party to a row: one of them must be the reader's nation."""
ALL_OF: Mapping[str, Sequence[str]] = {"delays": ("nation", "holder")}
"""Tables of which every column named must be the reader's nation: who decides, and who has less for it."""
OF_A_WAR = ("decisions",)
"""Tables of a plan for a war of which a nation sees rows: the key of a row says who is a party."""
OF_FLEETS = ("availability", "holding_back")
"""Tables of an answer for fleets of which a nation sees the rows of its own fleets."""
EVERYONES = ("periods",)
"""Tables that say nothing of any nation."""
BLANKED: Mapping[str, Sequence[str]] = {
    "decisions": ("exact", "taken", "delay_objective", "delay_cost", "delay_units"),
    "delays": ("gains", "gained", "gained_item"),
}
"""Columns of listed tables that tell what others lose or gain."""
REASONS = ("reasons", "reasons_by_year")
"""Of these a nation sees what a step in all limits of a kind would bring it: what names a single limit names another's."""

CASE_PARTIES: Mapping[str, Sequence[str]] = {
    "stocks": ("holder",), "requirements": ("holder",), "contracts": ("buyer", "payer", "ship_to"),
    "orders": ("buyer", "ship_to"), "lines": ("nation",), "deliveries": ("donor",), "demand": ("holder",),
    "budgets": ("nation",), "expansions": ("payer",), "fleets": ("holder",),
}  # fmt: skip
"""The same for the tables of the case."""
CASE_NAMES: Mapping[str, Sequence[str]] = {
    "nations": ("nation", "name_en", "name_fr", "role"), "items": ("item", "name_en", "name_fr", "kind", "unit"),
    "bills": ("item", "component"), "priorities": ("rank", "objective"), "calendar": ("from", "step"),
    "settings": ("setting", "value"),
}  # fmt: skip
"""Tables of the case of which everyone sees these columns of every row."""
SETTINGS = (
    "title_en", "title_fr", "start", "end", "currency", "money_unit", "price_base", "price_base_fr", "decide_now",
)  # fmt: skip
"""Settings that everyone sees."""
MENTIONED: Mapping[str, tuple[str, Sequence[str]]] = {
    "lines": ("line", ("site", "site_fr", "nation", "item")), "market": ("offer", ("seller", "item")),
    "expansions": ("expansion", ("line",)), "parts": ("part", ("name_en", "name_fr")),
}  # fmt: skip
"""Names of what stands in a row that is seen: the code, and the columns that make its name."""
MANIFEST = ("kind", "format", "created", "status", "rampart", "overrides", "case_hash", "month")
"""What the manifest says to everyone."""
REPLANNED = "replanned"
"""Key of the manifest of a plan that was made anew from the ledger; of it everyone sees the month."""
SEEN_BY = "seen_by"
"""Key of the manifest that names the nation for which the result was cut."""


def seen_in_words(result: Result, reader: Reader, language: Language) -> InWords | None:
    """A result in a reader's language, as far as the reader may see it; None where nothing of it may be seen."""
    if not reader.may("read"):
        return None
    if reader.sees_all:
        return InWords(result, language)
    if reader.nation not in set(result.case["nations"]["nation"]):
        return None
    seen = of_nation(result, reader.nation)
    if result.kind != "plan" and all(frame.is_empty() for frame in seen.tables.values()):
        return None
    return InWords(seen, language)


def of_nation(result: Result, nation: str) -> Result:
    """The result as one nation may see it."""
    own = result.own_tables
    cut = {"plan": _seen, "war": _of_war, "fleet": _of_fleets}[result.kind]
    tables = {name: cut(name, frame, nation, result.case) for name, frame in result.tables.items() if name not in own}
    manifest = {name: result.manifest[name] for name in MANIFEST if name in result.manifest} | {SEEN_BY: nation}
    if REPLANNED in result.manifest:
        manifest[REPLANNED] = {"month": result.manifest[REPLANNED]["month"]}
    return Result.of(result.kind, _case(result.case, nation, tables), tables, manifest)


def _of_war(name: str, frame: pl.DataFrame, nation: str, case: Case) -> pl.DataFrame:
    if name not in OF_A_WAR:
        return frame.clear()
    return frame.filter(
        pl.Series([nation in _parties(key or (), case) for key in frame["key"].to_list()], dtype=pl.Boolean)
    )


def _of_fleets(name: str, frame: pl.DataFrame, nation: str, case: Case) -> pl.DataFrame:
    own = case["fleets"].filter(holder=nation)["fleet"].to_list()
    return frame.filter(pl.col("fleet").is_in(own)) if name in OF_FLEETS else frame.clear()


def _parties(key: Iterable[Mapping[str, str]], case: Case) -> set[str]:
    """Nations that are parties to a decision, by the codes of its key: those it names, and those of its contract or works.

    What a line makes without a contract is its own nation's.
    """
    of = {part["of"]: part["code"] for part in key}
    found = {code for name, code in of.items() if HOMES.get(name) == "nations"}
    for column, table in (("contract", "contracts"), ("expansion", "expansions")):
        rows = case[table].filter(pl.col(column) == of.get(column, ""))
        found |= {one for name in CASE_PARTIES[table] for one in rows[name].drop_nulls()}
    if not of.get("contract") and "expansion" not in of:
        found |= set(case["lines"].filter(pl.col("line") == of.get("line", ""))["nation"])
    return found - {""}


def _seen(name: str, frame: pl.DataFrame, nation: str, case: Case) -> pl.DataFrame:
    if name in EVERYONES:
        return frame
    if name in ALL_OF:
        seen = frame.filter(*_is(ALL_OF[name], nation))
    elif name in PARTIES:
        seen = frame.filter(pl.any_horizontal(_is(PARTIES[name], nation)))
    else:
        return frame.clear()
    if name == "decisions":  # their place among all would tell how many others there are
        seen = seen.with_columns(pl.col("rank").rank("ordinal").cast(seen.schema["rank"]))
    if name in REASONS:
        seen = seen.filter(pl.col("how").is_in(["kind", "together"]))
    return _blank(seen, BLANKED.get(name, ()))


def _is(columns: Sequence[str], nation: str) -> list[pl.Expr]:
    return [pl.col(column).eq_missing(pl.lit(nation)) for column in columns]


def _blank(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, frame.schema[c]).alias(c) for c in columns if c in frame.columns)


def _case(case: Case, nation: str, tables: Mapping[str, pl.DataFrame]) -> Case:
    """The case with the nation's rows, and the names of what its rows of the plan mention."""
    seen = {}
    for name, frame in case.tables.items():
        kept = frame.clear()
        if name in CASE_NAMES:
            kept = _blank(frame, set(frame.columns) - set(CASE_NAMES[name]))
        elif name in CASE_PARTIES:
            kept = frame.filter(pl.any_horizontal(_is(CASE_PARTIES[name], nation)))
        if name in MENTIONED:
            code, columns = MENTIONED[name]
            rest = frame.join(kept.select(code), on=code, how="anti").filter(
                pl.col(code).is_in(_mentioned(code, tables))
            )
            kept = pl.concat([kept, _blank(rest, set(frame.columns) - {code, *columns})])
        seen[name] = kept
    seen["settings"] = seen["settings"].filter(pl.col("setting").is_in(SETTINGS))
    return Case(seen)


def _mentioned(code: str, tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Codes of a kind that stand in rows that are seen."""
    found: set[str] = set()
    for frame in tables.values():
        for column in ("code", code):
            if column in frame.columns:
                found |= set(frame[column].drop_nulls())
    return sorted(found)
