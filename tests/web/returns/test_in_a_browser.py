"""Grids in a real browser: cells that are pasted into a return, and a case from a bad cell to a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from places import CASES
from web.opened import PASSWORD
from web.served import new_store, served
from web.test_browser import CHROMIUM, browser, faults, page_of

__all__ = ["browser"]
pytestmark = [pytest.mark.docs, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
NARROW = {"locale": "fr-FR", "color_scheme": "dark", "viewport": {"width": 390, "height": 800}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = new_store(
        tmp_path_factory.mktemp("returns") / "staff",
        edith=("nation_editor", "XAA"), paula=("alliance_planner", ""),
    )  # fmt: skip
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    with served(store) as (found, _):
        yield found


def fine(page: Any) -> None:
    """No fault of accessibility, and no wider than the window."""
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def paste(page: Any, row: int, count: int) -> None:
    """Paste rows from a row on."""
    page.evaluate(
        """([row, count]) => {
            const at = document.querySelectorAll("input[name$='.kind']")[row - 1];
            const data = new DataTransfer();
            data.setData("text/plain", Array.from({length: count}, (_, n) => `used\\tround\\t${n + 1}`).join("\\n"));
            at.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }""",
        [row, count],
    )


def test_what_was_typed_outlasts_the_session(browser: Any, address: str) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    sign_in(page, address, "edith")
    page.goto(f"{address}/returns")
    page.fill("#month", "2025-03")
    page.click("form.card button")
    page.wait_for_selector("#found li")
    page.fill('[id="head.source"]', "inventory list 3")
    quantity = page.locator("input[name$='.quantity']").nth(0)
    quantity.fill("4321")
    page.context.clear_cookies(name="rampart")
    page.click("#entry button.main")
    page.wait_for_selector("#found .error >> text=not signed in any more")
    fine(page)
    with page.context.expect_page() as other:
        page.click("#found a")
    sign_in(other.value, "", "edith")
    assert quantity.input_value() == "4321"
    page.click("#entry button.main")
    page.wait_for_selector("text=Version 2")
    assert quantity.input_value() == "4321"
    page.goto(f"{address}/ledger")
    page.fill("#ask-known", "0001-01-01")  # as one types a year
    page.press("#ask-known", "Tab")
    page.wait_for_selector("#table .error")
    assert page.locator("#table td").count() == 0  # no answer to another question stands there


def sign_in(page: Any, address: str, name: str) -> None:
    if address:
        page.goto(f"{address}/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_cells_of_a_spreadsheet_are_pasted_and_rows_added(browser: Any, address: str) -> None:
    page = page_of(browser, address, "edith", locale="en-GB")
    page.goto(f"{address}/returns")
    page.fill("#month", "2025-02")
    page.click("form.card button")
    page.wait_for_selector("#entry")
    rows = page.locator("[data-grid] tbody tr").count()
    paste(page, rows, 10_000)
    assert "1000 rows at most" in page.inner_text("#found").replace(",", "")
    paste(page, rows, 3)
    assert page.locator("[data-grid] tbody tr").count() == rows + 2
    values = [page.locator("input[name$='.quantity']").nth(rows - 1 + n).input_value() for n in range(3)]
    assert values == ["1", "2", "3"]
    names = page.evaluate("[...document.querySelectorAll('[data-grid] input')].map(one => one.name)")
    assert len(names) == len(set(names))
    fine(page)


def test_a_case_is_edited_and_its_versions_compared(browser: Any, address: str) -> None:
    page = page_of(browser, address, "paula", **NARROW)
    page.goto(f"{address}/planning/cases/tiny")
    page.fill("#keep-name", "essai")
    page.press("#keep-name", "Enter")
    page.wait_for_url("**/planning/cases/essai")
    fine(page)
    page.goto(f"{address}/planning/cases/essai/tables/stocks")
    page.fill('[id="cell.1.quantity"]', "99999")
    page.press('[id="cell.1.quantity"]', "Tab")
    page.wait_for_selector("#found li.error")
    fine(page)
    page.fill('[id="cell.1.quantity"]', "3500")
    page.press('[id="cell.1.quantity"]', "Tab")
    page.wait_for_selector("#found .done")
    page.fill("#why", "recompté")
    page.click("#entry button.main")
    page.wait_for_url("**/versions/2")
    assert "3500" in page.inner_text("#table") and "recompté" in page.inner_text("main")
    fine(page)
