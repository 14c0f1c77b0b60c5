"""The sample plan of the reports, for what is measured on a plan."""

from __future__ import annotations

import pytest

from report.report_sample import SamplePlan, sample_plan


@pytest.fixture(scope="session")
def plan() -> SamplePlan:
    return sample_plan()
