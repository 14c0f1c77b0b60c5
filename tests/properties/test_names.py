"""Names mean nothing: under any spelling of its codes a case gives the same answers and the same words but for the names."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import strategies as st

import rampart
from cases_random import cases
from cases_small import CONTRACT, KEPT, case, line, need
from drawn import drawn
from places import CASES
from rampart.case.tables import Case
from rampart.catalogues.results import result_tables
from rampart.findings import Language
from rampart.network.keys import HOMES
from rampart.results.result import Result
from rampart.scenario.sampled import Sampling, plan_on_paths
from renaming import Names, renamed, spelled, with_names
from scenario.small_war import small

Planner = Callable[[Case], Result]
SOLVED: dict[str, tuple[Callable[[], Case], Planner]] = {
    "plan": (lambda: rampart.read_case(CASES / "tiny"), lambda c: rampart.plan(c, reasons="all")),
    "war": (lambda: small(0.2, stock=0.0, cost=1.0), lambda c: rampart.war_plan(c, shape="regimes")),
    "paths": (
        lambda: small(0.2, stock=0.0, cost=1.0),
        lambda c: plan_on_paths(c, Sampling(paths=12, keep=6, fresh=3, ahead=3, batches=2))[0],
    ),
    "fleet": (lambda: rampart.read_case(CASES / "fleet-tiny"), lambda c: rampart.sustain(c, target=0.9, draws=3)),
}
OWN = {"case_hash", "created", "seconds", "inputs"}
"""What the manifest says of this run and this spelling alone."""


def back(names: Names) -> dict[str, dict[str, str]]:
    """Old code by the table that names it and the new one."""
    found: dict[str, dict[str, str]] = {}
    for of, new in names.items():
        found.setdefault(of.partition(".")[0], {}).update({n: old for old, n in new.items()})
    return found


def codes(key: Any, old: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """A key in its old codes."""
    return tuple(
        (part["of"], old.get(HOMES.get(part["of"], ""), {}).get(part["code"], part["code"])) for part in key or ()
    )


def rows(result: Result, table: str, names: Names | None = None) -> list[tuple[Any, ...]]:
    """Rows of a table in the old codes, sorted. Text made of a key is left out; a code that several tables may name is
    looked up where the row says.
    """
    old, columns = back(names or {}), result_tables(result.kind)[table].columns

    def value(name: str, row: Mapping[str, Any]) -> Any:
        given = row[name]
        match columns[name].type:
            case "key":
                return codes(given, old)
            case "code" if given is not None:
                homes = columns[name].reference
                if len(homes) > 1:
                    return None  # which table names it: the words say, and are compared below
                return old.get(homes[0] if homes else "parts", {}).get(given, given)
            case "number" if given is not None:
                return float(f"{given:.6e}") if abs(given) > 1e-6 else 0.0
        return given

    left = [n for n in result[table].columns if n not in ("code", "what", "rank", "iterations", "regime", "seen", "of")]
    found = [tuple(value(name, row) for name in left) for row in result[table].iter_rows(named=True)]
    return sorted(found, key=repr)


def same_tables(first: Result, second: Result, names: Names) -> None:
    """Every table is the same but for the names."""
    assert set(first.tables) == set(second.tables)
    for table in first.tables:
        if table in ("duals", "pegging"):  # the key of a row of the model is text; first in, first out ties by name
            continue
        assert rows(first, table) == rows(second, table, names), table


@drawn(2, 40, of=cases(whole=True), seed=st.integers(0, 10_000))
def test_no_spelling_of_a_code_changes_a_plan(of: Case, seed: int) -> None:
    """Passes, totals, decisions, causes and bottlenecks; other spellings are bars, brackets, quotes, figures, and codes
    that stand in several tables. Random cases hold nothing that is equal in every datum.
    """
    names = spelled(of, Random(seed))
    first, second = rampart.plan(of), rampart.plan(renamed(of, names))
    assert first["passes"]["value"].to_list() == pytest.approx(second["passes"]["value"].to_list(), rel=1e-6, abs=1e-9)
    if not first.manifest["alike"]:
        same_tables(first, second, names)


def untimed(result: Result) -> Result:
    """The answer without how long its rounds took."""
    rounds = {name: table.with_columns(seconds=0.0) for name, table in result.tables.items() if name == "rounds"}
    return replace(result, tables=dict(result.tables) | rounds)


@pytest.fixture(scope="module", params=[n if n == "plan" else pytest.param(n, marks=pytest.mark.docs) for n in SOLVED])
def pair(request: pytest.FixtureRequest) -> tuple[Result, Result, Names]:
    """An answer, the same under other codes, and the codes; everything has a name of its own, so that no code is read."""
    make, planner = SOLVED[request.param]
    of = with_names(make())
    names = spelled(of, Random(3))
    first, second = untimed(planner(of)), untimed(planner(renamed(of, names)))
    run = {name: first.manifest[name] for name in OWN if name in first.manifest}
    return first, replace(second, manifest=second.manifest | run), names


def test_no_spelling_of_a_code_changes_a_table(pair: tuple[Result, Result, Names]) -> None:
    first, second, names = pair
    same_tables(first, second, names)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("said", ["explained", "shown", "page", "workbook"])
def test_no_spelling_of_a_code_changes_a_word(
    pair: tuple[Result, Result, Names], said: str, language: Language, tmp_path: Path
) -> None:
    """Sentence by sentence and cell by cell; only rows that are listed by code stand in another order."""
    first, second, names = pair
    say = {"explained": explained, "shown": shown, "page": page, "workbook": lambda r, i: workbook(r, i, tmp_path)}[
        said
    ]
    one, other = found_by_code(say(first, language), names), say(second, language)
    assert (one - other, other - one) == (Counter(), Counter())
    assert sum(one.values()) > 3


def found_by_code(texts: Counter[str], names: Names) -> Counter[str]:
    """Texts with the codes of findings, which say what is written in the case ("(hall)"), as another spelling has them."""
    new = {old: other for codes in names.values() for old, other in codes.items()}
    return Counter(
        {re.sub(r"\(([^()]+)\)", lambda m: f"({new.get(m[1], m[1])})", text): n for text, n in texts.items()}
    )


def explained(result: Result, language: Language) -> Counter[str]:
    return Counter(rampart.explain(result, language=language))


def shown(result: Result, language: Language) -> Counter[str]:
    """Lines on the terminal."""
    screen = io.StringIO()
    with redirect_stdout(screen):
        if result.kind == "fleet":
            import_module("rampart.report.console.fleet").print_answer(result, Path("x"), [], language)
        elif result.kind == "war":
            import_module("rampart.report.console.war").print_war(result, language)
        else:
            import_module("rampart.report.console.plan").print_decisions(result, language)
    return Counter(screen.getvalue().splitlines())


def page(result: Result, language: Language) -> Counter[str]:
    """Pieces of text of the page, its drawings and what is said of them."""
    text = import_module(f"rampart.report.pages.{result.kind}").html(result, language)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.S)
    pieces = [*re.split(r"<[^>]*>", text), *re.findall(r'(?:title|aria-label|alt)="([^"]*)"', text)]
    return Counter(html.unescape(piece).strip() for piece in pieces)


def workbook(result: Result, language: Language, folder: Path) -> Counter[str]:
    """Cells by sheet; types of systems have no name but their code, and are left out."""
    path = import_module(f"rampart.report.books.{result.kind}").write_workbook(result, folder / "x.xlsx", language)
    types = {code for _, code in _types(result)}
    return Counter(
        f"{sheet.title}: {float(f'{value:.6e}') if isinstance(value, float) else value}"
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None and value not in types
    )


def _types(result: Result) -> list[tuple[str, str]]:
    return list(result.case["fleets"].select("fleet", "type").iter_rows())


# Codes that stand in several tables


def test_a_line_that_no_contract_names_is_not_taken_for_a_contract_of_its_name() -> None:
    """The contract ``works`` is over the line ``plant``; the line ``works`` has none and is ordered from by its nation."""
    of = case(
        4,
        lines=[
            line(site="Plant town", unit_cost=2.0, max_rate=3.0),
            line(line="works", site="Works town", max_rate=2.0),
        ],
        contracts=[CONTRACT | {"contract": "works"}],
        demand=[need(9.0)],
        items=[KEPT],
    )
    plan = rampart.plan(of, reasons="all")
    assert set(plan["orders"]["contract"]) == {None, "works"}
    said = " ".join(rampart.explain(plan))
    assert "Plant town (AAA): 1\u00a0round" in said and "Works town (AAA): 1\u00a0round" in said
    brought = {r["code"]: r["relief"] for r in plan["reasons"].iter_rows(named=True) if r["how"] == "object"}
    assert brought == pytest.approx({"plant": 1.2, "works": 0.8})  # a tenth of 3 and of 2 a month, over four months


# What is equal in every datum


def twins(**change: Any) -> Result:
    """Two lines that differ in what is given only."""
    return rampart.plan(
        case(3, lines=[line(max_rate=2.0), line(line="works", max_rate=2.0) | change], demand=[need(9.0)], items=[KEPT])
    )


def test_lines_that_are_equal_in_every_datum_are_said_to_be() -> None:
    plan = twins()
    assert plan.manifest["alike"]["lines"] == [["plant", "works"]]
    sentence = next(s for s in rampart.explain(plan) if s.startswith("Equal in every datum"))
    assert "plant" in sentence
    assert "works" in sentence
    assert "(lines)" in sentence
    assert sentence in page(plan, "en")
    french = next(s for s in rampart.explain(plan, language="fr") if s.startswith("Égaux en toute donnée"))
    assert "(chaînes)" in french
    assert french in page(plan, "fr")


def test_nothing_is_said_where_all_things_differ() -> None:
    plan = twins(unit_cost=2.0)
    assert "lines" not in plan.manifest["alike"]
    assert not [s for s in rampart.explain(plan) if s.startswith("Equal in every datum")]
    assert not [s for s in page(plan, "en") if s.startswith("Equal in every datum")]


def test_parts_that_hold_other_parts_are_not_equal() -> None:
    """Two parts with the same figures: what is taken out of one of them tells them apart."""
    of = rampart.read_case(CASES / "fleet-tiny")
    frames = dict(of.tables)
    for table, code in (("parts", "part"), ("breakdown", "part"), ("repairs", "part"), ("part_stocks", "part")):
        own = frames[table].filter(pl.col(code) == "engine")
        frames[table] = pl.concat([frames[table], own.with_columns(pl.lit("motor").alias(code))])
    from rampart.case.likeness import likeness

    assert likeness(frames).of("parts", "engine") != likeness(frames).of("parts", "motor")
