"""Settings of the property tests, what is left out, and which tests run in one process.

The normal run draws the same examples every time, so that a red run always means a change; the slow one searches.
"""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from hypothesis import settings

# As many processes as cores run tests: none of them, nor what it starts, gains by threads of its own on small tables.
for threads in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

from rampart.plan import planning  # noqa: E402 - Polars reads the above once

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Reasons take longer than the plan; tests that look at them ask for them.
planning.REASONS = "none"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Where a run must end in time (``TESTS_END``, seconds since 1970), what is marked ``docs`` and has not begun by then is
    left out and named.
    """
    end = os.environ.get("TESTS_END")
    if end and item.get_closest_marker("docs") and time.time() > float(end):
        pytest.skip("no time left in this run")


ONE_PROCESS = ("tests/web", "tests/report")
"""Folders whose tests run in one process each."""


def room(nodeid: str) -> str:
    """What runs in one process: a folder of the above, or a file."""
    file, _, _ = nodeid.partition("::")
    folder = "/".join(file.split("/")[:2])
    return folder if folder in ONE_PROCESS else file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest in one process begins first, so that the other is not left waiting for it."""
    items.sort(key=lambda item: room(item.nodeid) not in ONE_PROCESS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one room run in one process: what they share is made once, not in each.

    The marks for this of pytest-xdist 3.8 do nothing under pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByRoom(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return room(nodeid)

    config.option.loadscopereorder = False  # by number of tests: the longest ones would come last
    return ByRoom(config, log)
