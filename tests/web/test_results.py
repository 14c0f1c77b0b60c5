"""Pages of results of other kinds, and of two results side by side."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rampart
from places import CASES
from rampart.case.tables import Case
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.scenario.war import war_plan
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.beside import beside
from rampart.web.pages.fleet import fleet
from rampart.web.pages.overview import overview
from rampart.web.pages.war import war as war_page
from rampart.web.people.roles import Reader
from rampart.web.plans.shelf import OnShelf
from rampart.web.sight import of_nation, seen_in_words
from scenario.small_war import small
from web.test_sight import NAMES, disturbed


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
@pytest.mark.docs
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


def test_a_nation_sees_its_own_fleets_and_its_own_rows_side_by_side(
    client_of: Any, shelf: dict[str, rampart.Result]
) -> None:
    browser = client_of("edith")
    said = browser.get("/api/fleets/fleets").json()
    assert [row[0] for row in said["tables"][0]["rows"]] == ["Alpha's vehicles"] and len(said["tables"]) == 1
    for chart in said["charts"]:
        assert browser.get(chart["picture"]).content.startswith(b"<svg") and "Partner" not in chart["alt"]
    beside = browser.get("/api/results/tiny/beside?other=other").json()
    assert [one["value"] for one in beside["others"]] == ["other"] and len(beside["says"]) == 1
    html = browser.get("/results/tiny/beside?other=other").content.decode()
    assert browser.get("/fleets/fleets").status_code == 200 and "compare-cells" not in html
    assert [one["name"] for one in browser.get("/api/").json()["others"]] == ["fleets"]


@pytest.mark.parametrize("name", ["edith", "ben"])
def test_what_a_nation_sees_of_fleets_and_side_by_side_does_not_hang_on_the_rest(
    shelf: dict[str, rampart.Result], name: str
) -> None:
    nation = {"edith": "XAA", "ben": "XBB"}[name]
    reader = Reader(name, "nation_editor", nation)
    fleets = shelf["fleets"]
    own = set(fleets.case["fleets"].filter(holder=nation)["fleet"])
    others = {n: changed(f, ~pl.col("fleet").is_in(own) if "fleet" in f.columns else pl.lit(True))
              for n, f in fleets.tables.items()}  # fmt: skip
    of_others = replace(fleets, tables=others)
    rest = {n: f if n == "periods" else disturbed(f, nation) for n, f in shelf["other"].tables.items()}
    case = {n: f if n in NAMES else disturbed(f, nation) for n, f in shelf["other"].case.tables.items()}
    plans = {"tiny": shelf["tiny"], "other": shelf["other"], "fleets": fleets}
    seen = [pages_of(reader, plans)]
    seen.append(pages_of(reader, plans | {"other": replace(shelf["other"], case=Case(case), tables=rest)}))
    seen.append(pages_of(reader, plans | {"fleets": of_others}))
    assert seen[0] == seen[1] == seen[2]
    everything = Reader("paula", "alliance_planner", "*")
    assert pages_of(everything, plans) != pages_of(everything, plans | {"fleets": of_others})


def changed(frame: pl.DataFrame, rows: pl.Expr) -> pl.DataFrame:
    """Every number of some rows changed."""
    numbers = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    return frame.with_columns(
        pl.when(rows).then(pl.col(name) * 1.37 + 11.0).otherwise(pl.col(name)) for name in numbers
    )


def pages_of(reader: Reader, plans: dict[str, rampart.Result]) -> list[Any]:
    """The pages of fleets, of the two plans side by side, and the first page."""
    asked = Asked(reader, "en", Shelves(plans))  # type: ignore[arg-type]
    ways: list[tuple[Callable[..., Any], dict[str, str]]] = [
        (fleet, {"fleet": "fleets"}), (beside, {"result": "tiny", "other": "other"}), (overview, {}),
    ]  # fmt: skip
    found: list[Any] = []
    for page, given in ways:
        try:
            found.append(page(asked, **given).model_dump(mode="json"))
        except NotThereError:
            found.append(None)
    return found


@dataclass
class Shelves:
    """Results that lie nowhere."""

    held: dict[str, rampart.Result]

    def results(self) -> list[OnShelf]:
        return [OnShelf(name, one.kind, one.status, "2026-01-01") for name, one in self.held.items()]

    def told(self, name: str, about: Any, make: Callable[[], Any]) -> Any:
        return make()

    def seen(self, name: str, reader: Reader, language: Any) -> Any:
        return seen_in_words(self.held[name], reader, language) if name in self.held else None


def test_a_nation_sees_its_own_first_decisions_of_a_war(shelf: dict[str, rampart.Result]) -> None:
    war = shelf["war"]
    seen = {nation: of_nation(war, nation) for nation in ("AAA", "UUU", "ZZZ")}
    assert {n for n, f in seen["AAA"].tables.items() if f.height} == {"decisions"}
    kinds = {nation: set(one["decisions"]["kind"]) for nation, one in seen.items()}
    assert kinds["AAA"] >= {"order"} and kinds["UUU"] == {"order"} and kinds["ZZZ"] == set()
    assert "expand" in set(war["decisions"]["kind"]) and seen["AAA"].case["transitions"].is_empty()
    asked = Asked(Reader("ulla", "viewer", "UUU"), "fr", Shelves({"war": war}))  # type: ignore[arg-type]
    assert len(war_page(asked, "war").tables[0].rows) == seen["UUU"]["decisions"].height > 0
    strange = Asked(Reader("x", "viewer", "ZZZ"), "fr", Shelves({"war": war}))  # type: ignore[arg-type]
    with pytest.raises(NotThereError):
        war_page(strange, "war")


@pytest.mark.parametrize("name", ["victor", "edith", "ben"])
def test_what_is_no_business_of_a_nation_is_not_there(
    client_of: Any, shelf: dict[str, rampart.Result], name: str
) -> None:
    browser = client_of(name)
    for path in ("/wars/war", "/results/war/beside", "/results/tiny/papers", "/wars/war/charts/war-regret.svg",
                 "/fleets/fleets/charts/sustain-curve.svg"):  # fmt: skip
        assert browser.get(path).status_code == 404, path
        assert browser.get("/api" + path).status_code == 404, path
