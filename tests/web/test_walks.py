"""A newcomer of each role in a real browser, one after the other on one store: from the first account to the French paper.

Each comes to where it wants to be by what the pages offer, not by addresses, and every state it sees is free of faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from web.opened import PASSWORD
from web.returns.test_in_a_browser import NARROW, fine
from web.served import new_store, served
from web.test_browser import CHROMIUM, browser, page_of

__all__ = ["browser"]
pytestmark = [pytest.mark.docs, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
STAFF = {
    "edith": ("nation_editor", "XAA"), "arthur": ("nation_approver", "XAA"), "paula": ("alliance_planner", "*"),
    "vera": ("viewer", "*"), "victor": ("viewer", "XBB"), "audrey": ("auditor", "*"),
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, tiny_plan: rampart.Result) -> Iterator[str]:
    store = new_store(tmp_path_factory.mktemp("walks") / "staff", adam=("administrator", ""))
    tiny_plan.save(store / "plans" / "tiny")
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    with served(store) as (found, _):
        yield found


def download(page: Any, link: str) -> bytes:
    with page.expect_download() as begun:
        page.click(link)
    return Path(begun.value.path()).read_bytes()


def from_a_red_number_to_its_source(page: Any, plan: str, short: str, sources: str) -> None:
    """From the overview to a plan, what is short in it, why, and where the figures come from."""
    page.click("header .home")
    page.click(f"td a:text-is('{plan}')")
    fine(page)
    page.click(f"text={short}")
    page.click("td.alarm a >> nth=0")
    page.wait_for_selector(".why p")
    fine(page)
    page.click(f"nav >> text={sources}")
    page.wait_for_selector("#table tbody tr")
    fine(page)


def test_an_administrator_makes_the_accounts(browser: Any, address: str) -> None:
    page = page_of(browser, address, "adam", locale="en-GB")
    page.click("nav >> text=Accounts")
    for name, (role, nation) in STAFF.items():
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.select_option("#role", role)
        page.select_option("#nation", nation)
        page.click("form[action$='/people/add'] button.main")
        page.wait_for_selector(f"#table td:text-is('{name}')")
    fine(page)
    assert page.locator("nav >> text=Planning").count() == page.locator("nav >> text=Ledger").count() == 0
    page.click("nav >> text=Audit trail")
    assert page.locator("#table tr:has-text('account added')").count() >= len(STAFF)
    fine(page)


def test_an_editor_enters_a_return_is_told_of_a_bad_cell_and_mends_it(browser: Any, address: str) -> None:
    page = page_of(browser, address, "edith", locale="en-GB")
    page.click("nav >> text=Ledger")
    assert "4,000" not in page.inner_text("#table")
    fine(page)
    page.click("nav >> text=Returns")
    page.fill("#month", "2025-01")
    fine(page)
    page.click("form.card button")
    page.wait_for_url("**/returns/1")
    page.wait_for_selector("#found li")  # it is checked when it is opened
    page.fill('[id="head.source"]', "inventory list 1")
    quantity = page.locator('input[name$=".quantity"]').nth(0)
    quantity.fill("4OOO")
    quantity.press("Tab")
    page.wait_for_selector('li.error[data-cell$=".quantity"]')
    assert quantity.get_attribute("aria-invalid") == "true"
    fine(page)
    quantity.fill("4000")
    quantity.press("Tab")
    page.wait_for_selector("#found .done")
    page.click("#entry button.main")
    page.wait_for_selector("text=Version 2")
    page.click("button[formaction$=submit]")
    page.wait_for_selector("dd:text-is('submitted')")
    fine(page)


def test_an_approver_has_it_posted_and_sees_the_stock_change(browser: Any, address: str) -> None:
    page = page_of(browser, address, "arthur", **NARROW)
    page.click("nav >> text=Comptes rendus")
    fine(page)
    page.click("#table tbody a >> nth=0")
    page.wait_for_selector("#found .done")
    fine(page)
    page.click("button.main")
    page.wait_for_selector("dd:text-is('comptabilisé')")
    page.click("nav >> text=Registre")
    fine(page)
    assert "4 000" in page.inner_text("#table").replace("\u202f", " ").replace("\xa0", " ")


def test_a_planner_comes_from_an_assumption_to_the_french_paper(browser: Any, address: str) -> None:
    page = page_of(browser, address, "paula", locale="en-GB")
    page.click("nav >> text=Planning")
    fine(page)
    page.click("main li >> text=tiny")
    page.fill("#keep-name", "walk")
    page.press("#keep-name", "Enter")
    page.wait_for_url("**/planning/cases/walk")
    page.click("#tables a[href$='/stocks']")
    page.fill('[id="cell.1.quantity"]', "3500")
    page.fill("#why", "counted again")
    page.click("#entry button.main")
    page.wait_for_url("**/versions/2")
    fine(page)
    page.click(".way >> text=walk")
    page.fill("#plan-name", "walked")
    page.click("form[action$='/ask'] button")
    page.wait_for_selector("[role=status]")
    page.wait_for_selector("text=Open the plan")  # the page looks again by itself
    fine(page)
    page.click("text=Open the plan")
    page.click("nav >> text=Compare")
    page.select_option("#other", "tiny")
    page.click("form.ask button")
    page.wait_for_url("**other=tiny")
    assert "3,500" in page.inner_text("main") and "4,000" in page.inner_text("main")
    fine(page)
    from_a_red_number_to_its_source(page, "walked", "shortages by year", "Sources")
    page.click("nav >> text=Downloads")
    fine(page)
    assert download(page, "a[href$='walked/papers/paper.fr.pdf']")[:4] == b"%PDF"


def test_a_viewer_of_the_alliance_reads_and_takes_the_paper_along(browser: Any, address: str) -> None:
    page = page_of(browser, address, "vera", locale="fr-FR")
    from_a_red_number_to_its_source(page, "walked", "manques par an", "Sources")
    page.click("nav >> text=Téléchargements")
    assert download(page, "a[href$='walked/papers/paper.fr.pdf']")[:4] == b"%PDF"
    assert page.locator("nav >> text=Planification").count() == 0
    page.click("nav >> text=Comptes rendus")
    assert page.locator("#month").count() == 0
    fine(page)


def test_a_viewer_of_a_nation_sees_no_other_nation(browser: Any, address: str) -> None:
    page = page_of(browser, address, "victor", **NARROW)
    page.click("td a:text-is('walked')")
    fine(page)
    assert "Alphaland" not in page.inner_text("main") and page.locator("nav >> text=Téléchargements").count() == 0
    page.click("nav >> text=Registre")
    assert page.locator("#table tbody tr").count() == 1 and "Alphaland" not in page.inner_text("#table")
    fine(page)


def test_an_auditor_sees_who_did_what_and_the_stock_as_it_was_known(browser: Any, address: str) -> None:
    page = page_of(browser, address, "audrey", locale="en-GB")
    page.click("nav >> text=Audit trail")
    page.fill("#q", "return.approve")
    page.wait_for_url("**q=return.approve**")
    page.wait_for_selector("#table:not(:has-text('account added'))")
    row = page.inner_text("#table tbody")
    assert "arthur" in row and "done" in row and "return 2025-01 r1" in row
    fine(page)
    page.click("nav >> text=Ledger")
    assert "4,000" in page.inner_text("#table")
    page.fill("#ask-known", "2020-01-01")  # before it was booked
    page.wait_for_url("**known=2020-01-01**")
    page.wait_for_selector("#table:not(:has-text('4,000'))")
    fine(page)
