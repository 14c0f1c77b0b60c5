"""One sample plan, its pages and its workbooks, made once for all report tests."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.plan import planning
from rampart.report.books.plan import write_workbook
from rampart.report.pages.plan import html
from rampart.results.result import Result
from rampart.scenario.beside import lay_beside
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.war import war_plan
from rampart.sustainment.answer import sustain
from report.report_sample import sample_plan
from scenario.small_war import small


@pytest.fixture(scope="session")
def plan() -> Result:
    return sample_plan()


@pytest.fixture(scope="session")
def pages(plan: Result) -> dict[str, str]:
    """The page in both languages."""
    return {"en": html(plan, "en"), "fr": html(plan, "fr")}


@pytest.fixture(scope="session")
def workbooks(plan: Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbook in both languages."""
    folder = tmp_path_factory.mktemp("report")
    return {
        "en": write_workbook(plan, folder / "en.xlsx", "en"),
        "fr": write_workbook(plan, folder / "fr.xlsx", "fr"),
    }


@pytest.fixture(scope="session")
def wars() -> dict[str, Result]:
    """The small war, over its tree, and over paths beside a plan; the partner's need has a worth, so there is a frontier."""
    case = small(0.2, stock=0.0, cost=1.0)
    money = case.tables["priorities"]
    need = money.with_columns(rank=pl.lit(2, pl.Int64), objective=pl.lit("need"))
    worth = pl.concat([money.with_columns(worth=pl.lit(1.0)), need.with_columns(worth=pl.lit(8.0))])
    case = Case(tables={**case.tables, "priorities": worth})
    sampling = Sampling(paths=12, keep=6, fresh=3, ahead=3, batches=2)
    risky = case.tables["priorities"].with_columns(cvar=pl.lit(0.5), cvar_level=pl.lit(0.8))
    tree = war_plan(Case(tables={**case.tables, "priorities": risky}), shape="regimes")
    paths = lay_beside(plan_on_paths(case, sampling)[0], planning.plan(case, reasons="none", give_or_keep=False))
    return {"tree": tree, "paths": paths}


@pytest.fixture(scope="session")
def fleets() -> Result:
    """The answer for the small fleets."""
    return sustain(read_case(CASES / "fleet-tiny"), target=0.9, draws=3)
