"""Settings of the property tests, what is left out, and which tests run in one process.

The normal run draws the same examples every time, so that a red run always means a change; the slow one searches.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings

from rampart.plan import planning

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Reasons take longer than the plan; tests that look at them ask for them.
planning.REASONS = "none"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one file, all of reports, and all of the web application run in one process each: what they share is made
    once, not in each.

    The marks for this of pytest-xdist 3.8 do nothing under pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, _ = nodeid.partition("::")
            room = "/".join(file.split("/")[:2])
            return room if room in ("tests/report", "tests/web") else file

    config.option.loadscopereorder = False  # by number of tests: the longest ones would come last
    return ByFile(config, log)
