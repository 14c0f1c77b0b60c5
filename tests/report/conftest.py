"""One sample plan, its pages and its workbooks, made once for all report tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from rampart.report.books.plan import write_workbook
from rampart.report.pages.plan import html
from report.report_sample import SamplePlan, sample_plan


@pytest.fixture(scope="session")
def plan() -> SamplePlan:
    return sample_plan()


@pytest.fixture(scope="session")
def pages(plan: SamplePlan) -> dict[str, str]:
    """The page in both languages."""
    return {"en": html(plan, "en"), "fr": html(plan, "fr")}


@pytest.fixture(scope="session")
def workbooks(plan: SamplePlan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbook in both languages."""
    folder = tmp_path_factory.mktemp("report")
    return {
        "en": write_workbook(plan, folder / "en.xlsx", "en"),
        "fr": write_workbook(plan, folder / "fr.xlsx", "fr"),
    }
