"""Two nations as peers, with the real numbers of what each has: no answer to one holds a mark of the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rampart.web.pages.every import PAGES
from web.opened import opened

MARK = "mark of XAA 7391"
MONTH = "2026-08"


@pytest.fixture
def number(client_of: Any, cases: Path) -> int:
    """A draft of XAA whose source, note and quantity nobody else has."""
    from rampart.web.returns.staged import StagedReturn

    there = StagedReturn.objects.filter(nation="XAA", month=MONTH).first()
    if there is not None:
        return int(there.pk)
    browser = client_of("edith")
    made = int(browser.post("/returns/begin", {"month": MONTH}).headers["Location"].rpartition("/")[2])
    row = {"kind": "produced", "item": "round", "quantity": "7391", "note": MARK}
    given = {f"cell.new1.{name}": text for name, text in row.items()} | {"base": "1", "head.source": MARK}
    assert browser.post(f"/returns/{made}/save", given).status_code == 302
    return made


def told(name: str, number: int) -> list[str]:
    """Addresses, of pages and of their twins, whose answer to somebody holds the mark."""
    browser = opened(name)
    places = {"number": str(number), "plan": "tiny", "result": "tiny", "case": "tiny", "item": "round", "nation": "XAA",
              "line": "round_line", "contract": "alpha_own", "name": "stock", "table": "stocks", "version": "1",
              "job": "1", "war": "tiny", "fleet": "tiny"}  # fmt: skip
    found = []
    for page in PAGES:
        path = "/" + re.sub(r"\{(\w+)\}", lambda m: places[m[1]], page.path)
        for address in (path, "/api" + path, f"{path}?q=7391", f"/api{path}?q=7391", f"{path}?version=2"):
            answer = browser.get(address)
            assert answer.status_code in (200, 403, 404, 422), address
            if MARK.encode() in answer.content or b"7,391" in answer.content:
                found.append(address)
    for action in ("check", "save", "submit", "approve", "give-back", "restore/2", "upload"):
        answer = browser.post(f"/returns/{number}/{action}", {"base": "2"})
        if MARK.encode() in answer.content:
            found.append(action)
    return found


def test_a_peer_finds_nothing_and_the_nation_its_own(number: int) -> None:
    assert told("ben", number) == []
    assert f"/api/returns/{number}" in told("arthur", number)


def test_with_the_scope_taken_out_of_one_page_it_is_found(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from rampart.web.pages import one_return
    from rampart.web.returns.staged import StagedReturn

    monkeypatch.setattr(one_return, "own", lambda asked, number, right="read": StagedReturn.objects.get(pk=number))
    assert f"/api/returns/{number}" in told("ben", number)
