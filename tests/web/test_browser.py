"""A newcomer in a real browser: signs in, asks why, sorts a table, in both languages; no page has a fault of accessibility."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from rampart.scenario.war import war_plan
from scenario.small_war import small
from web.opened import PASSWORD
from web.served import new_store, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.docs, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, tiny_plan: rampart.Result) -> Iterator[str]:
    store = new_store(
        tmp_path_factory.mktemp("served") / "staff", paula=("alliance_planner", ""), edith=("nation_editor", "XAA")
    )
    tiny_plan.save(store / "plans" / "tiny")
    rampart.plan(rampart.read_case(CASES / "tiny", overrides=["offensive"])).save(store / "plans" / "other")
    war_plan(small(0.2, stock=0.0, cost=1.0), shape="regimes").save(store / "plans" / "war")
    rampart.sustain(rampart.read_case(CASES / "fleet-tiny"), draws=0).save(store / "plans" / "fleets")
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    (store / "settings.toml").write_text('banner = "EXERCISE"', encoding="utf-8")
    with served(store) as (found, _):
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def page_of(browser: Any, address: str, name: str, **look: Any) -> Any:
    """A page of a browser in which somebody has signed in by the form; what the browser complains of fails the test."""
    page = browser.new_context(**look).new_page()
    page.set_default_timeout(300_000)
    page.on("console", lambda said: pytest.fail(said.text) if said.type == "error" and "401" not in said.text else None)
    page.goto(f"{address}/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector("text=Rampart")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def faults(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_from_a_red_number_to_its_reasons_and_from_a_table_to_its_rows(browser: Any, address: str) -> None:
    page = page_of(browser, address, "paula", locale="en-GB")
    page.click("td a:text-is('tiny')")
    page.click("text=shortages by year")
    page.click("td.alarm a >> nth=0")
    assert "why" in page.url and page.locator(".why p").count() > 1
    page.goto(f"{address}/plans/tiny/tables/stock")
    page.click("thead a:has-text('closing stock')")
    page.wait_for_selector("[aria-sort=ascending]")
    page.fill("#q", "Betaland")
    page.wait_for_url("**q=Betaland**")
    page.wait_for_selector("#table:not(:has-text('Alphaland')):has-text('Betaland')")
    with page.expect_download() as download:
        page.click("text=Download for Excel")
    assert download.value.suggested_filename == "tiny-stock.xlsx"
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def look_at(page: Any, address: str, path: str, found: dict[str, list[str]]) -> None:
    """What is wrong with a page, as it is seen and as it would be printed."""
    page.goto(f"{address}{path}")
    found[path] = found.get(path, []) + faults(page)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found[path].append("wider than the window")


@pytest.mark.parametrize(("language", "theme", "width"), [("en-GB", "light", 1280), ("fr-FR", "dark", 390)])
def test_no_page_has_a_fault_of_accessibility_or_is_wider_than_the_window(
    browser: Any, address: str, language: str, theme: str, width: int
) -> None:
    look = {"locale": language, "color_scheme": theme, "viewport": {"width": width, "height": 800}}
    page = browser.new_context(**look).new_page()
    page.goto(f"{address}/sign-in")
    found = {"sign-in": faults(page)}
    page = page_of(browser, address, "paula", **look)
    for path in ("/", "/plans/tiny", "/plans/tiny/decisions", "/plans/tiny/items/round", "/plans/tiny/nations/XAA",
                 "/plans/tiny/lines/round_line", "/plans/tiny/why?holder=XUU&item=round", "/plans/tiny/sources",
                 "/plans/tiny/tables/stock?filter=holder:XAA&show=month&show=closing&show=holder", "/account",
                 "/planning", "/planning/cases/tiny", "/wars/war", "/fleets/fleets", "/together",
                 "/plans/tiny/schedule", "/plans/tiny/schedule?by=quarter&look=round_line:2025-07",
                 "/plans/tiny/contracts/alpha_own", "/results/tiny/beside?other=other"):  # fmt: skip
        look_at(page, address, path, found)
    page = page_of(browser, address, "edith", **look)
    for path in ("/", "/fleets/fleets", "/plans/tiny/schedule", "/results/tiny/beside?other=other"):
        look_at(page, address, path, found)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_plan_is_asked_for_followed_and_opened(browser: Any, address: str) -> None:
    page = page_of(browser, address, "paula", locale="fr-FR")
    page.click("text=Planification")
    page.click("main >> text=tiny")
    page.check("input[value=offensive]")
    page.fill("#plan-name", "essai")
    page.click("button.main")
    page.wait_for_url("**/planning/1")
    page.wait_for_selector("text=Ouvrir le plan")  # the page looks again by itself
    assert faults(page) == []
    page.click("text=Ouvrir le plan")
    page.click("text=Comparer")
    page.select_option("#other", "tiny")
    page.click("form.ask button")
    page.wait_for_url("**other=tiny")
    assert "Offensive" in page.inner_text("main")  # its name in French


def test_a_schedule_is_looked_into_by_keyboard_alone(browser: Any, address: str) -> None:
    page = page_of(browser, address, "paula", locale="en-GB")
    page.goto(f"{address}/plans/tiny/schedule")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-cells] td') !== null"):
            break
    line, month = page.evaluate(
        "[document.activeElement.title.split(', ')[0], document.activeElement.title.split(', ')[1]]"
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".looked")
    page.wait_for_selector("[aria-current]:focus")  # the focus stays where it was
    title = page.evaluate("document.activeElement.title")
    assert not title.startswith(line) and month not in title
    assert faults(page) == [] and "look=" in page.url
    page.keyboard.press("Tab")  # all figures are one stop
    assert page.evaluate("document.activeElement.closest('[data-cells] td') === null")
    page.click(".looked .alarm a >> nth=0")
    page.wait_for_selector(".why p")


def test_a_table_is_asked_by_keyboard_alone(browser: Any, address: str) -> None:
    page = page_of(browser, address, "edith", locale="en-GB")
    page.goto(f"{address}/plans/tiny/tables/stock")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("Jun")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Jun**")
    assert "Alphaland" in page.inner_text("#table")
