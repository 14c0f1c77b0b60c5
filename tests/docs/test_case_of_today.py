"""The page of the case of 2026 says what its rows, its changes and a plan say."""

from __future__ import annotations

import csv
import re
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import polars as pl
import pytest

from places import CASES, ROOT

FOLDER = CASES / "alliance-2026"
CODE = re.compile(r"(?<![\w-])(?!alliance|europe)[a-z_]+-\d{3,4}\b")


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = spec_from_file_location("case_of_today", ROOT / "docs" / "case_of_today.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def column(file: str, name: str) -> set[str]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        return {row[name] for row in csv.DictReader(opened)}


def test_every_code_and_every_change_on_the_page_is_in_the_case(writer: ModuleType):
    page = writer.PAGE.read_text(encoding="utf-8")
    codes = set(CODE.findall(page))
    assert len(codes) > 10 and codes <= column("evidence/rows.csv", "row")
    tables = page.split("## The ten assumptions")[1].split("## What the plan says")[0]
    assert set(re.findall(r"`([a-z0-9-]+)`", tables)) <= column("overrides.csv", "override")


def test_the_ranges_on_the_page_are_those_of_the_assumptions(writer: ModuleType):
    """Those that stand on the page in the unit of the file."""
    page = writer.PAGE.read_text(encoding="utf-8")
    with (FOLDER / "evidence" / "assumptions.csv").open(encoding="utf-8", newline="") as opened:
        said = {row["name"]: row for row in csv.DictReader(opened)}
    for name, text in (("patriot_need", "120 | 75 | 175"), ("stock_days", "8 | 3 | 20"), ("purl", "0.4 | 0.1 | 1.0")):
        row = said[name]
        assert " | ".join((row["formula"], row["low"], row["high"])) == text and text in page, name
    tnt = said["tnt_europe"]
    assert f"{int(tnt['formula']):,} | {int(tnt['low']):,} | {int(tnt['high']):,}" in page


@pytest.mark.slow
def test_the_tables_are_those_of_two_plans(writer: ModuleType):
    import rampart

    plan, ended = (
        rampart.plan(rampart.read_case(FOLDER, overrides=changes), give_or_keep=False, reasons="none")
        for changes in ((), ("war-ends-2027",))
    )
    page = writer.PAGE.read_text(encoding="utf-8")
    assert writer.with_tables(page, plan, ended) == page, "run python docs/case_of_today.py PLAN ENDED"
    assert plan["rules_broken"].height == 0
    rounds = ended["fill"].filter(pl.col("item") == "round155")
    assert rounds.height == 25 and (rounds["coverage"] > 0.999).all()
