"""One store for all tests of the web application: Django is set up once in a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from rampart.plan import planning
from rampart.web.starting import make_folder, start, upgrade
from web.opened import PASSWORD, PEOPLE, opened

# Tables can only be named once Django is set up, which happens once in a process: before the tests are read.
STORE = Path(tempfile.mkdtemp(prefix="rampart-web-"))
atexit.register(shutil.rmtree, STORE, ignore_errors=True)
make_folder(STORE)
start(STORE)

from rampart.web.people.passwords import Argon2  # noqa: E402 - after the set-up

# Passwords of the tests need not be dear to guess.
Argon2.time_cost, Argon2.memory_cost = 1, 64


@pytest.fixture(scope="session")
def tiny_plan() -> rampart.Result:
    before, planning.REASONS = planning.REASONS, "all"
    try:
        return rampart.plan(rampart.read_case(CASES / "tiny"))
    finally:
        planning.REASONS = before


@pytest.fixture(scope="session")
def store(tiny_plan: rampart.Result) -> Iterator[Path]:
    assert upgrade(STORE)
    assert upgrade(STORE) == []
    tiny_plan.save(STORE / "plans" / "tiny")
    from rampart.web.people.person import Person

    for name, (role, nation) in PEOPLE.items():
        Person.objects.create_person(name, PASSWORD, role=role, nation=nation)
    yield STORE
    from django.db import connections

    connections.close_all()


@pytest.fixture
def client_of(store: Path) -> Any:
    """A client of a name that is signed in."""
    return opened


@pytest.fixture
def cases(store: Path) -> Iterator[Path]:
    """The folder of cases with one case, and no jobs left behind."""
    folder = store / "cases"
    (folder / "tiny").symlink_to(CASES / "tiny")
    yield folder
    (folder / "tiny").unlink()
    from rampart.web.plans.job import Job

    Job.objects.all().delete()
