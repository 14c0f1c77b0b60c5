"""The page that lays the plan beside history says what its files of figures say, and these what the plan says."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from places import CASES, ROOT

CODE = re.compile(r"\b(?!alliance|offensive)[a-z_]+-\d{3,4}\b")


@pytest.fixture(scope="module")
def history() -> ModuleType:
    spec = spec_from_file_location("against_history", ROOT / "docs" / "against_history.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(history: ModuleType) -> str:
    text: str = history.PAGE.read_text(encoding="utf-8")
    return text


def test_the_table_is_that_of_the_figures(history: ModuleType, page: str):
    assert history.with_table(page) == page, "run python docs/against_history.py"


@pytest.mark.docs
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_chart_is_that_of_the_figures(history: ModuleType, language: str):
    drawn = (history.HERE / history.CHARTS[language]).read_text(encoding="utf-8")
    assert history.chart(language) == drawn, "run python docs/against_history.py"


def test_what_the_chart_shows_as_said_is_in_the_table(history: ModuleType, page: str):
    table = page[page.index("### What was said") : page.index("### Agreement")]
    rates = [int(row.split("|")[5]) for row in table.splitlines() if re.match(r"\| [A-Za-z].*\d", row)]
    assert rates == [rate for *_, rate in history.STATED]


def test_every_decision_told_of_the_plan_is_one(history: ModuleType, page: str):
    """A code in the table of decisions stands there with its quantity, or with "none" where nothing is decided."""
    decided = {row["code"]: float(row["quantity"]) for row in history.read("against-history-decided.csv")}
    rows = [
        row.split("|")[1:-1]
        for row in page[page.index("## Decisions") : page.index("## Sources")].splitlines()
        if "`" in row
    ]
    assert len(rows) >= 8
    for decision, planned, *_ in rows:
        for code in re.findall(r"`(\w+)`", decision):
            told = re.search(rf"`{code}` ([\d,.]+|none)", planned)
            assert told, (code, planned)
            expected = decided.get(code, 0.0)
            said = 0.0 if told[1] == "none" else float(told[1].replace(",", ""))
            assert said == pytest.approx(expected, rel=0.01, abs=0.05), (code, told[1], expected)


def test_the_sums_told_are_those_of_the_table(page: str):
    told = re.findall(r"([\d,]+) thousand rounds in (20\d\d)", page)
    assert [year for _, year in told] == ["2023", "2024"]
    for total, year in told:
        assert f"| all of {year} | {total} |" in page


def test_what_is_told_of_nations_is_so(history: ModuleType, page: str):
    rows = {
        row["month"]: {name: float(row[name]) for name in history.FLOWS}
        for row in history.read("against-history-flows.csv")
    }
    text = re.sub(r"\s+", " ", page)
    european = sum(row["european"] for month, row in rows.items() if month < "2024")
    told = re.search(r"other members give ([\d,]+) rounds in 2023 in the plan", text)
    assert told and float(told[1].replace(",", "")) == round(european, -3)
    american = sum(row["american"] for month, row in rows.items() if month < "2023-09")
    assert "the plan about half of that" in text and 0.45 * 926e3 < american < 0.55 * 926e3
    later = sum(row["european"] for month, row in rows.items() if "2024-02" <= month < "2024-12")
    assert "more than twice what members give in the plan" in text and 2 * later < 650e3


def test_every_row_cited_has_its_source(page: str):
    body, sources = page.split("## Sources")
    named = {code for line in sources.splitlines() for code in CODE.findall(line.split(":")[0])}
    assert set(CODE.findall(body)) == named


@pytest.mark.slow
def test_the_figures_are_those_of_the_plan(history: ModuleType):
    from rampart.case.doors import read_case
    from rampart.plan.planning import plan

    made = plan(read_case(CASES / "alliance-2023", overrides=("no-fleets",)))
    flows, kept = history.flows(made), history.read("against-history-flows.csv")
    assert [row["month"] for row in flows] == [row["month"] for row in kept]
    for new, old in zip(flows, kept, strict=True):
        for name in history.FLOWS:  # the plan may end at another of its best within the gap of its whole numbers
            assert float(new[name]) == pytest.approx(float(old[name]), rel=0.05, abs=3000), (old["month"], name)
    units = {(r["kind"], r["code"]): float(r["quantity"]) for r in history.decided(made)}
    before = {(r["kind"], r["code"]): float(r["quantity"]) for r in history.read("against-history-decided.csv")}
    assert units.keys() == before.keys()
    assert units == pytest.approx(before, rel=0.05)
