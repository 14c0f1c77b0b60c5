"""The sample plan of the reports, for what is measured on a plan."""

from __future__ import annotations

import pytest

from rampart.results.result import Result
from report.report_sample import sample_plan


@pytest.fixture(scope="session")
def plan() -> Result:
    return sample_plan()
