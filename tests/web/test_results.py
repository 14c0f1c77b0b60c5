"""Pages of results of other kinds, and of two results side by side."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.scenario.war import war_plan
from scenario.small_war import small


@pytest.fixture(scope="module")
def shelf(store: Path, tiny_plan: rampart.Result) -> Iterator[dict[str, rampart.Result]]:
    """A plan of the case with a change, a plan for a war, an answer for fleets, beside the plan that lies there."""
    made = {
        "other": rampart.plan(rampart.read_case(CASES / "tiny", overrides=["offensive"]), give_or_keep=False),
        "war": war_plan(small(0.2, stock=0.0, cost=1.0), shape="regimes"),
        "fleets": rampart.sustain(rampart.read_case(CASES / "fleet-tiny"), draws=0),
    }
    for name, result in made.items():
        result.save(store / "plans" / name)
    yield {"tiny": tiny_plan, **made}
    for name in made:
        shutil.rmtree(store / "plans" / name)


PATHS = ("/wars/war", "/fleets/fleets", "/results/tiny/beside", "/results/tiny/beside?other=other")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_and_their_twins_say_the_same(client_of: Any, shelf: dict[str, rampart.Result], language: str) -> None:
    browser = client_of("paula")
    browser.cookies["rampart_language"] = language
    home = browser.get("/").content.decode()
    assert 'href="/wars/war"' in home and 'href="/fleets/fleets"' in home
    for path in PATHS:
        said = browser.get("/api" + path).json()
        page = browser.get(path)
        assert page.status_code == 200, path
        html = page.content.decode()
        from django.utils.html import escape

        for sentence in [*said.get("says", []), *(t["caption"] for t in said.get("tables", []))]:
            assert str(escape(sentence)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in html, (path, sentence)
        for chart in said.get("charts", []):
            drawn = browser.get(chart["picture"])
            assert drawn.status_code == 200 and drawn.content.startswith(b"<svg"), chart["picture"]
    assert browser.get("/wars/war/charts/nothing.svg").status_code == 404


def test_two_plans_side_by_side_differ_as_the_command_line_says(
    client_of: Any, shelf: dict[str, rampart.Result]
) -> None:
    said = client_of("paula").get("/api/results/tiny/beside?other=other").json()
    assert said["says"] == differences_told(Compared([shelf["tiny"], shelf["other"]], ["tiny", "other"]))
    assert {one["value"] for one in said["others"]} == {"other"}
    cells = next(chapter for chapter in said["chapters"] if chapter["key"] == "compare-cells")
    assert any("XUU" in " ".join(row) for row in cells["tables"][0]["rows"])


def test_only_results_of_one_kind_stand_side_by_side(client_of: Any, shelf: dict[str, rampart.Result]) -> None:
    browser = client_of("paula")
    for path in ("/results/tiny/beside?other=war", "/results/tiny/beside?other=nothing", "/plans/war", "/wars/tiny"):
        assert browser.get(path).status_code == 404, path
        assert browser.get("/api" + path).status_code == 404, path


@pytest.mark.parametrize("name", ["victor", "edith", "ben"])
def test_a_nation_sees_none_of_them(client_of: Any, shelf: dict[str, rampart.Result], name: str) -> None:
    browser = client_of(name)
    for path in (*PATHS, "/wars/war/charts/war-regret.svg", "/fleets/fleets/charts/sustain-availability.svg"):
        assert browser.get(path).status_code == 404, path
    for path in PATHS:
        assert browser.get("/api" + path).status_code == 404, path
    assert browser.get("/api/").json()["others"] == []
