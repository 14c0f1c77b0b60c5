"""Every kind of page in a real browser: no fault of accessibility, contrast within charts too, narrow, and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rampart.findings import Language
from rampart.language.compared import Compared
from rampart.report.pages import comparison, fleet, war
from rampart.report.pages import plan as plan_page
from rampart.report.papers.content import paper_of
from rampart.report.papers.paper import html
from rampart.results.result import Result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.docs, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
LOOKS: list[tuple[Language, int]] = [("en", 1280), ("fr", 400)]
KINDS = ("plan", "war", "fleet", "compare", "paper of a plan", "paper of a war", "paper of fleets")
CONTRAST = """() => {
  const light = c => { const s = c / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; };
  const luminance = rgb => 0.2126 * light(rgb[0]) + 0.7152 * light(rgb[1]) + 0.0722 * light(rgb[2]);
  const parsed = text => {
    if (text.startsWith("url")) {
      const id = text.slice(text.indexOf("#") + 1).replace(/["')]+$/, "");
      return parsed(getComputedStyle(document.getElementById(id).querySelector("rect")).fill);
    }
    const found = text.match(/[\\d.]+/g).map(Number);
    return [...found.slice(0, 3), found.length > 3 ? found[3] : 1];
  };
  const wrong = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const shapes = [...svg.querySelectorAll("path, rect")].filter(
      e => !e.closest("defs, clipPath") && getComputedStyle(e).fill !== "none"
    ).map(e => [e, e.getBoundingClientRect()]);
    for (const text of svg.querySelectorAll("text")) {
      if (!text.textContent.trim()) continue;
      const box = text.getBoundingClientRect();
      const middle = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2);
      let back = [255, 255, 255];
      for (const [shape, around] of shapes) {
        if (middle.x < around.left || middle.x > around.right || middle.y < around.top || middle.y > around.bottom) continue;
        if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
        if (!shape.isPointInFill(middle.matrixTransform(shape.getScreenCTM().inverse()))) continue;
        const style = getComputedStyle(shape), fill = parsed(style.fill);
        const alpha = fill[3] * style.opacity * style.fillOpacity;
        back = back.map((c, n) => fill[n] * alpha + c * (1 - alpha));
      }
      const two = [luminance(back), luminance(parsed(getComputedStyle(text).fill))].sort((a, b) => a - b);
      const ratio = (two[1] + 0.05) / (two[0] + 0.05);
      if (ratio < 4.5) wrong.push(`${text.textContent}: ${ratio.toFixed(2)}`);
    }
  }
  return wrong;
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("figure svg text")].map(
  text => parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b)))"""
VISIBLE = """() => [...document.querySelectorAll(".stacked tbody tr:first-child > *")].map(cell => {
  const box = cell.getBoundingClientRect();
  return box.width > 0 && box.left >= 0 && box.right <= window.innerWidth + 1; })"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, plan: Result, wars: dict[str, Result], fleets: Result
) -> dict[tuple[str, str], Path]:
    """Every kind of page in both languages, as files."""
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for language, _ in LOOKS:
        texts = _texts(language, plan, wars["tree"], fleets)
        for kind, text in zip(KINDS, texts, strict=True):
            path = folder / f"{kind} {language}.html"
            path.write_text(text, encoding="utf-8")
            found[kind, language] = path
    return found


def _texts(language: Language, a_plan: Result, a_war: Result, fleets: Result) -> list[str]:
    banner = "EXERCISE"
    return [
        plan_page.html(a_plan, language, banner=banner), war.html(a_war, language, banner=banner),
        fleet.html(fleets, language, banner=banner),
        comparison.html(Compared([a_plan, a_plan], ["first", "second"], language), banner=banner),
        *(html(paper_of(result, language), banner=banner) for result in (a_plan, a_war, fleets)),
    ]  # fmt: skip


def shown(browser: Any, path: Path, width: int, *, media: str = "screen") -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(300_000)
    page.emulate_media(media=media)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_has_a_fault(browser: Any, written: dict[tuple[str, str], Path], kind: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    wrong = {}
    for language, width in LOOKS:
        page = shown(browser, written[kind, language], width)
        found = Axe().run(page).response["violations"]
        faults = [f"{one['id']}: {node['html'][:140]}" for one in found for node in one["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append("wider than the window")
        faults += page.evaluate(CONTRAST)
        if page.locator("figure svg").count() and page.evaluate(SMALLEST) < 9:
            faults.append(f"text of a chart of {page.evaluate(SMALLEST):.1f} px")
        if not all(page.evaluate(VISIBLE)):
            faults.append("a deadline or a cost beyond the edge")
        if faults:
            wrong[language] = faults
        page.close()
    assert wrong == {}


@pytest.mark.parametrize("kind", ["plan", "war", "fleet"])
def test_every_chart_and_table_is_reached_by_keyboard(
    browser: Any, written: dict[tuple[str, str], Path], kind: str
) -> None:
    page = shown(browser, written[kind, "en"], 400)
    wanted = page.evaluate("document.querySelectorAll('.drawn, .table').length")
    reached, outlined = set(), True
    for _ in range(wanted + page.locator("a").count() + 2):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.getAttribute('aria-label') ?? '', getComputedStyle(document.activeElement).outlineStyle]"
        )
        if page.evaluate("document.activeElement.matches('.drawn, .table')"):
            reached.add(name)
            outlined = outlined and outline != "none"
    labels = set(page.evaluate("[...document.querySelectorAll('.drawn, .table')].filter(e => e.offsetParent)"
                               ".map(e => e.getAttribute('aria-label'))"))  # fmt: skip
    assert labels <= reached
    assert len(labels) > 3
    assert outlined


def test_a_printed_chart_is_not_cut(browser: Any, written: dict[tuple[str, str], Path]) -> None:
    page = shown(browser, written["war", "en"], 680, media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.evaluate(
        "[...document.querySelectorAll('figure svg')].every(s => s.getBoundingClientRect().right <= innerWidth + 1)"
    )


def test_the_decision_is_one_printed_page(browser: Any, plan: Result, tmp_path: Path) -> None:
    """A4 without its margins is 680 by 1001 pixels; a paper that says twice as much is set smaller."""
    for language, _ in LOOKS:
        paper = paper_of(plan, language)
        for n, one in enumerate((paper, replace(paper, says=paper.says * 2))):
            path = tmp_path / f"{language}-{n}.html"
            path.write_text(html(one, banner="EXERCISE"), encoding="utf-8")
            page = shown(browser, path, 680, media="print")
            assert page.evaluate("document.querySelector('.first').getBoundingClientRect().bottom") <= 1001
            page.close()
