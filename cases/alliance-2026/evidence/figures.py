"""Write the tables of this case from what was read (``rows.csv``), what is assumed (``assumptions.csv``) and the rules (``rules.csv``).

Run ``python cases/alliance-2026/evidence/write.py``. Every figure is a formula: ``[production_rates-1002]`` is the value of a
row of ``rows.csv``, ``[id+]`` its upper value, ``[id$]`` its money; a word is an assumption. The formula stands in the note
of the row, so that a reader, and the test that does so for every row, can work the figure out again.

A row is *published* where its main figure is one row as it was read, *derived* where it is arithmetic on rows, *assumed*
where any assumption enters, a part or a multiple that no row states among them; a row that was seen only in part, or that
its source derived, is never published. What is assumed has the number of its rule as source.
"""

from __future__ import annotations

import ast
import csv
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CASE = HERE.parent
STATE = "2026-07"
FUNCTIONS = {"min", "max", "round"}
RATES = "exchange_rates-"
CODE = re.compile(r"\[([a-z_]+-\d{3,4})([+$]?)\]")
MAIN = {
    "items": "price", "stocks": "quantity", "requirements": "quantity", "demand": "need", "lines": "max_rate",
    "rates": "max_rate", "expansions": "cost", "market": "quantity", "routes": "months", "budgets": "commitments",
    "bills": "quantity", "orders": "quantity", "deliveries": "quantity", "levels": "share", "contracts": "max_quantity",
    "transitions": "probability", "resources": "capacity", "uses": "quantity", "fleets": "needed", "nations": "nation",
    "fleet_arrivals": "quantity", "fleet_use": "use", "breakdown": "life", "parts": "price", "repairs": "turnaround",
    "part_stocks": "quantity", "sites": "site", "shops": "shop", "shop_bays": "bays", "regimes": "regime",
}  # fmt: skip
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
UNITS = {"1", "10", "12", "30", "100", "1000", "1000000"}
"""Numbers that change units: months of a year, days of a month, per cent, thousands."""
MEAN = re.compile(r"\((\[[^]]+\]) \+ \[[^]]+\]\) / 2(?![\d.])")
EVENLY = re.compile(r" / (\d+(?:\.\d+)?)\Z")
"""At the end of a formula: evenly over so many months."""
LEAST_MONTHS = 5
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip


@dataclass(frozen=True)
class F:
    """A figure by its formula."""

    text: str


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def facts() -> dict[str, dict[str, str]]:
    return {row["row"]: row for row in table("rows")}


@cache
def assumptions() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in table("assumptions")}


@cache
def value(text: str) -> float:
    """The value of a formula."""

    def of(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return float(OPERATORS[type(node.op)](of(node.left), of(node.right)))
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known = [of(a) for a in node.args]
            return float(round(known[0])) if node.func.id == "round" else {"min": min, "max": max}[node.func.id](known)
        if isinstance(node, ast.Name):
            return found[node.id] if node.id in found else value(assumptions()[node.id]["formula"])
        raise ValueError(f"{text}: not a formula")

    found: dict[str, float] = {}

    def named(match: re.Match[str]) -> str:
        column = {"": "value", "+": "value_high", "$": "money"}[match[2]]
        found[f"row_{len(found)}"] = float(facts()[match[1]][column])
        return f"row_{len(found) - 1}"

    return of(ast.parse(CODE.sub(named, text), mode="eval").body)


def words(text: str) -> set[str]:
    """Assumptions named in a formula."""
    return set(re.findall(r"\b[a-zA-Z_]\w*", CODE.sub("0", text))) - FUNCTIONS


def takes_a_part(text: str) -> bool:
    """Whether a number enters a formula that is neither a unit nor the months over which a whole is spread."""
    plain = CODE.sub("row", MEAN.sub(r"\1", text))
    numbers = set(NUMBER.findall(plain)) - UNITS
    months = EVENLY.search(plain)
    if months and float(months[1]) >= LEAST_MONTHS:
        numbers.discard(months[1])
    return bool(numbers)


@cache
def grade(text: str) -> str:
    """How good a figure is by what its formula rests on."""
    names, rows = words(text), [code for code, _ in CODE.findall(text)]
    if (
        takes_a_part(text)
        or any(grade(assumptions()[name]["formula"]) == "assumed" for name in names)
        or not (names or rows)
    ):
        return "assumed"
    whole = CODE.fullmatch(text.strip())
    return "published" if whole and facts()[whole[1]]["state"] == "read" else "derived"


@cache
def rests_on(text: str) -> tuple[str, ...]:
    """Rows that a formula rests on, those of its assumptions included."""
    direct = [code for code, _ in CODE.findall(text)]
    behind = [code for name in sorted(words(text)) for code in rests_on(assumptions()[name]["formula"])]
    return tuple(dict.fromkeys([*direct, *behind]))


def rounded(number: float) -> str:
    """To the unit from a hundred on, else to four figures."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{float(f'{number:.4g}'):.10f}".rstrip("0").rstrip(".")


@dataclass
class Tables:
    """Rows by table, in the order in which they were put."""

    rows: dict[str, list[dict[str, str]]]

    def put(self, name: str, *, rule: str = "", why: str = "", with_: str = "", **cells: str | int | F | None) -> None:
        """Add a row. The figure of the table decides the grade; ``rule`` is the source of what is assumed.

        It is known when the last of the rows is on which its figures, and the formula ``with_`` of what it belongs to, rest;
        means of exchange rates left aside.
        """
        row: dict[str, str] = {}
        said: list[str] = []
        used: list[str] = []
        for column, cell in cells.items():
            if isinstance(cell, F):
                row[column] = rounded(value(cell.text))
                said.insert(0 if column == MAIN[name] else len(said), f"{column} = {cell.text}")
                used += [c for c in rests_on(cell.text) if c not in used]
            elif cell is not None:
                row[column] = str(cell)
        main = cells.get(MAIN[name])
        if isinstance(main, F):
            row["grade"] = grade(main.text)
            first = CODE.findall(main.text) or [(code, "") for code in rests_on(main.text)]
        else:
            row["grade"] = "assumed" if rule else "published"
            first = CODE.findall(why)
        if row["grade"] == "assumed" and not rule:
            raise ValueError(f"{name} {row}: assumed, so a rule is needed")
        row["source"] = rule if row["grade"] == "assumed" else facts()[first[0][0]]["source"]
        behind = [*used, *(code for code, _ in CODE.findall(why)), *rests_on(with_)]
        months = [facts()[code]["known"] for code in behind if not code.startswith(RATES)]
        if months:
            row["known"] = max(months)
            if row["known"] > STATE:
                raise ValueError(f"{name} {row}: states what came after {STATE}")
        row["note"] = ". ".join(filter(None, ["; ".join(said), f"Rule {rule}" if rule else "", why]))
        self.rows.setdefault(name, []).append(row)

    def named(self, name: str, *rows: tuple[str, ...], columns: str) -> None:
        """Rows that state no figure: names, settings."""
        self.rows.setdefault(name, []).extend(dict(zip(columns.split(), row, strict=True)) for row in rows)


def sources(tables: Tables) -> Iterator[dict[str, str]]:
    """Sources of the figures used, then the rules."""
    used = {row.get("source") for rows in tables.rows.values() for row in rows}
    used |= {facts()[code]["source"] for rows in tables.rows.values() for row in rows
             for code, _ in CODE.findall(row.get("note", ""))}  # fmt: skip
    used |= {facts()[code]["source"] for row in assumptions().values() for code, _ in CODE.findall(row["formula"])}
    yield from (row for row in table("read") if row["source"] in used)
    for row in table("rules"):
        yield {"source": row["rule"], "title": f"Rule {row['rule']}: {row['about']}", "publisher": "Rampart", "date": STATE,
               "url": "", "quality": "rule of this case", "note": row["text"]}  # fmt: skip


def write(tables: Tables) -> None:
    """One CSV file a table; columns in the order of the data dictionary of the program where it is at hand."""
    tables.rows["sources"] = list(sources(tables))
    for name, rows in tables.rows.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        tail = [c for c in ("low", "high", "source", "known", "grade", "note") if c in columns]
        columns = [c for c in columns if c not in tail] + tail if name != "sources" else columns
        with (CASE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
