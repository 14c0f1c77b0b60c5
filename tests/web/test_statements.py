"""A page asks its stores as often at ten thousand rows as at ten, and never sends more than a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rampart.web.tables.asking import MOST

PATHS = (
    "/", "/returns", "/returns?size=1000", "/people", "/people?size=1000", "/audit", "/audit?size=1000", "/planning",
    "/ledger", "/ledger?size=1000", "/ledger/documents", "/ledger/documents?size=1000", "/together", "/together?size=1000",
    "/plans/tiny/contracts/alpha_own", "/plans/tiny/tables/stock?size=1000",
)  # fmt: skip


@contextmanager
def counted() -> Iterator[list[str]]:
    """Statements that are sent to the web store and to the ledger meanwhile."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    said: list[str] = []

    def note(core: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
    try:
        with CaptureQueriesContext(connection) as queries:
            yield said
        said += [query["sql"] for query in queries.captured_queries]
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)


def statements(browsers: dict[str, Any]) -> dict[str, int]:
    """How many each page sends to its stores, asked for the second time."""
    found = {}
    for path in PATHS:
        browser = browsers["adam" if path.startswith(("/people", "/audit")) else "paula"]
        assert browser.get(path).status_code == 200, path
        with counted() as said:
            html = browser.get(path).content.decode()
        found[path] = len(said)
        assert html.count("<tr") - 10 <= MOST, path
    return found


def fill(rows: int, at: str) -> None:
    """Rows of every list: accounts, entries of the trail, returns, jobs, closed months, documents."""
    from rampart.ledger.documents import Document, Line
    from rampart.ledger.ledger import open_ledger
    from rampart.web.asked_by import books
    from rampart.web.audit import Entry
    from rampart.web.people.person import Person
    from rampart.web.plans.job import DONE, Job
    from rampart.web.returns.staged import StagedReturn
    from rampart.web.together.closed_month import ClosedMonth

    Person.objects.bulk_create(
        [Person(name=f"p{at}{n}", role="viewer", nation="*", is_active=False) for n in range(rows)]
    )
    Entry.objects.bulk_create([Entry(verb="test", who="paula", outcome="done") for _ in range(rows)])
    Job.objects.bulk_create([Job(name=f"{at}{n}", case="tiny", state=DONE) for n in range(rows)])
    StagedReturn.objects.bulk_create(
        [StagedReturn(nation=f"N{at}{n}", month="2024-01", revision=1) for n in range(rows)]
    )
    held = {f"item{n}": {} for n in range(rows)}
    ClosedMonth.objects.create(
        month=f"19{rows % 97:02d}-01", who="paula", figures=held, shown={item: 1.0 for item in held}, least=3
    )
    with open_ledger(books().place) as ledger:
        lines = [
            Document(
                "XAA", f"{at} {n}", "production", "2024-01-10", "t", "t", lines=(Line("round", 1, lot=f"{at} {n}"),)
            )
            for n in range(rows)
        ]
        ledger.post(*lines)


@pytest.mark.docs
def test_pages_ask_as_often_at_ten_thousand_rows_as_at_ten(client_of: Any, cases: Path) -> None:
    browsers = {name: client_of(name) for name in ("paula", "adam")}
    fill(10, "a")
    few = statements(browsers)
    fill(10_000, "b")
    assert statements(browsers) == few
    assert 0 < max(few.values()) < 20, few
