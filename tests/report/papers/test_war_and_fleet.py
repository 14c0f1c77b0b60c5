"""Papers and slides of wars and fleets: the decision on page one with the numbers of the result, in both languages."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, replace
from datetime import date

import polars as pl
import pytest
import typst
from pptx import Presentation

from places import CASES
from rampart.case.calendar import month_text
from rampart.case.doors import read_case
from rampart.findings import Finding, Language, curly
from rampart.language.fleet_on_one_page import buys, next_buys
from rampart.language.in_words import InWords
from rampart.report.chapters.fleet import buys_listing, conflict_listing, notes_on_data, words_of
from rampart.report.charts.fleet import Names
from rampart.report.charts.tornado import figure_range
from rampart.report.papers.content import Paper, paper_of
from rampart.report.papers.paper import fonts, html, pdf, sources
from rampart.report.papers.slides import write_slides
from rampart.results.result import Result
from rampart.sustainment.answer import sustain
from report.page_reader import Page, numbers

LANGUAGES: tuple[Language, ...] = ("en", "fr")


@pytest.fixture(scope="session")
def bought() -> Result:
    """An answer that asks for spares beyond what is held, all of them too late for the month asked for."""
    return sustain(read_case(CASES / "fleet-tiny"), month="2025-03", target=0.98, draws=0)


@pytest.fixture(scope="session", params=["tree", "paths", "fleets", "bought"])
def result(request: pytest.FixtureRequest) -> Result:
    name = request.param
    made: Result = request.getfixturevalue("wars")[name] if name in ("tree", "paths") else request.getfixturevalue(name)
    return made


@pytest.fixture(scope="session")
def papers(result: Result) -> dict[str, Paper]:
    return {language: paper_of(result, language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decision_is_one_page_and_the_paper_at_most_six(papers: dict[str, Paper], language: str) -> None:
    made = sources(papers[language])
    first, last = (
        json.loads(typst.query(made, f"<{name}>", field="value", one=True, font_paths=fonts()))
        for name in ("decision-ends", "paper-ends")
    )
    assert first == 1
    assert 2 <= last <= 6


def test_both_languages_say_the_same_numbers(papers: dict[str, Paper]) -> None:
    pages = {language: Page(html(papers[language])) for language in LANGUAGES}
    english, french = ([numbers(cell, language) for cell in pages[language].numeric] for language in LANGUAGES)
    assert len(english) > 10
    assert english == french
    told = [numbers(papers[language].headline, language) for language in LANGUAGES]
    assert sorted(told[0]) == sorted(told[1])
    keys = [[numbers(key.figure, language) for key in papers[language].keys] for language in LANGUAGES]
    assert keys[0] == keys[1]


def test_the_marking_stands_on_every_page_and_slide(papers: dict[str, Paper], result: Result, tmp_path) -> None:
    assert pdf(papers["en"], banner="EXERCISE").startswith(b"%PDF-")
    text = html(papers["fr"], banner='EXERCICE "A"')
    assert text.count("EXERCICE") == 3  # head, foot, and the head of each printed page
    deck = Presentation(write_slides(result, tmp_path, language="fr", banner="EXERCICE"))
    assert 3 <= len(deck.slides) <= 8
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        assert any(shape.has_text_frame and shape.text_frame.text == "EXERCICE" for shape in slide.shapes)


def test_the_war_paper_counts_every_first_decision_and_its_money(wars: dict[str, Result]) -> None:
    for war in wars.values():
        paper, table = paper_of(war, "en"), war["decisions"]
        money = sum(value for value in table["money"].to_list() if value is not None)
        said = numbers(paper.headline, "en")
        assert len({(kind, what) for kind, what in table.select("kind", "what").iter_rows()}) in said
        assert any(value == pytest.approx(money, rel=0.01) for value in said)
        assert paper.dates is not None
        assert paper.dates.heads[1].label == "Decisions, the dearest first"  # what a delay costs is not worked out
        assert sum(numbers(row[2], "en")[0] for row in paper.dates.rows) == pytest.approx(money, abs=1.5)


def test_the_war_chart_shows_what_other_ways_cost_more(wars: dict[str, Result], tmp_path) -> None:
    war = wars["tree"]
    values = dict(war["values"].iter_rows())
    paper = paper_of(war, "en")
    (more,) = paper.bars["first"].series.values()
    ways = ("as_if_five_years", "year_by_year", "mean_while_it_lasts")
    assert list(more) == pytest.approx([values[way] - values["plan"] for way in ways if way in values])
    slides = Presentation(write_slides(war, tmp_path)).slides
    (chart,) = (shape.chart for shape in slides[0].shapes if shape.has_chart)
    assert list(chart.plots[0].series[0].values) == pytest.approx(list(more))


def test_means_are_over_the_paths_of_the_plan_and_chances_are_those_of_the_chain(wars: dict[str, Result]) -> None:
    for name, war in wars.items():
        paper, values = paper_of(war, "en"), dict(war["values"].iter_rows())
        rows = war["ends"].select("probability", "served_share", "cost").rows()
        mean = sum(weight * share for weight, share, _ in rows) / sum(weight for weight, *_ in rows)
        figure = next(key.figure for key in paper.keys if "need" in key.label)
        assert numbers(figure, "en")[0] == pytest.approx(100 * mean, abs=0.51)
        assert sum(weight * cost for weight, _, cost in rows) == pytest.approx(values["plan"])
        # the plan is by month: still on in its last month, as the curve of the chapter has it there
        last = war.case.calendar.last - war.case.calendar.first
        on = dict(war["survival"].iter_rows())[last]
        assert numbers(paper.keys[0].figure, "en")[0] == pytest.approx(100 * on, abs=0.051)
        (ends,) = next(chapter for chapter in paper.chapters if chapter.key == "ends").listings
        heads = [head.label for head in ends.heads]
        still = ends.rows[-1]
        assert (
            still[0].replace("\u00a0", " ")
            == f"still on in {InWords(war).words.month(month_text(war.case.calendar.last))}"
        )
        assert numbers(still[1], "en")[0] == pytest.approx(100 * on, abs=0.051)
        assert ("Weight in means" in heads) == (name == "paths")
        if name == "paths":
            at = heads.index("Weight in means")
            weights = [numbers(row[at], "en")[0] / 100 for row in ends.rows]
            costs = [numbers(row[heads.index("Cost")], "en")[0] for row in ends.rows]
            assert sum(w * c for w, c in zip(weights, costs, strict=True)) == pytest.approx(values["plan"], rel=0.01)
            said = sum(numbers(row[1], "en")[0] for row in ends.rows)
            left = re.search(r"Ends that no drawn path has: ([\d.]+)%", ends.note)
            assert said + (float(left[1]) if left else 0.0) == pytest.approx(100, abs=0.05 * (len(ends.rows) + 1))


def test_the_fleet_paper_buys_what_the_marked_point_asks_for(bought: Result) -> None:
    paper = paper_of(bought, "en")
    point = bought["points"].filter(pl.col("marked")).row(0, named=True)
    rows = bought["stock_list"].filter(pl.col("point") == point["point"])
    units = sum(stock - held for stock, held in rows.select("stock", "held").iter_rows())
    said = numbers(paper.headline, "en")
    assert said[0] == units > 0
    assert said[1] == pytest.approx(point["cost"] / 1e6, abs=0.06)
    assert paper.dates is not None
    assert sum(numbers(row[2], "en")[0] for row in paper.dates.rows) == pytest.approx(point["cost"] / 1e6, abs=0.02)


@pytest.mark.parametrize(
    ("language", "head"), [("en", "availability gained (points)"), ("fr", "disponibilité gagnée (points)")]
)
def test_what_a_purchase_gains_is_told_in_points(bought: Result, language: str, head: str) -> None:
    """From 60 % to 61 % is a point, not one per cent."""
    words = words_of(bought, language)
    found = buys_listing(bought, words, Names(bought, language))
    place = next(n for n, one in enumerate(found.heads) if one.label.lower() == head)
    for told, row in zip(found.rows, bought["buys"].iter_rows(named=True), strict=False):
        assert told[place] == words.number(100 * row["gained"], digits=2)


def test_a_spare_is_ordered_its_delivery_time_before_the_month_asked_for(bought: Result) -> None:
    # by hand: a gearbox takes 90 days, three months of 30.4 days rounded up, and is asked for in March 2025
    lead = dict(bought.case["parts"].select("part", "lead_time").iter_rows())
    asked = 12 * 2025 + 2
    found = buys(InWords(bought))
    for one in found:
        assert one.decide_by == asked - math.ceil(lead[one.part] / 30.4375)
    assert lead["gearbox"] == 90
    assert any(one.part == "gearbox" and one.decide_by == 12 * 2024 + 11 for one in found)  # before the plan begins
    dates = paper_of(bought, "en").dates
    assert dates is not None
    assert dates.rows[0][0] == "at once"
    assert "April 2025" in dates.rows[0][3]  # January and three months


def test_a_target_out_of_reach_is_said_so(bought: Result) -> None:
    none = bought["points"].with_columns(marked=pl.lit(value=False))
    missed = replace(bought, tables={**bought.tables, "points": none}, manifest={**bought.manifest, "target": 0.999})
    best = max(bought["points"]["supply_availability"])
    said = numbers(paper_of(missed, "en").headline, "en")
    assert said[0] == pytest.approx(99.9)
    assert any(value == pytest.approx(100 * best, abs=0.06) for value in said)
    open_ended = replace(missed, manifest={**bought.manifest, "target": None})
    headline = paper_of(open_ended, "en").headline
    assert headline.endswith("Neither a target nor a budget was set.")
    first = bought["buys"].filter(pl.col("order") <= 15)
    assert f"First {first['quantity'].sum():.0f} spares for EUR " in headline.replace("\u00a0", " ")
    assert re.search(r"the first ordered (at once|by the end of \w+ \d{4})\.", headline)
    gained = 100 * first.unique("order")["gained"].sum()
    assert any(value == pytest.approx(gained, abs=0.051) for value in numbers(headline, "en"))
    # what is usual costs so much on the curve; where it is there already, its best does
    curve = bought["curve"].sort("step")
    for lower in (0.0, 0.085):
        shifted = curve.with_columns(pl.col("supply_availability") - lower)
        told = paper_of(replace(open_ended, tables={**open_ended.tables, "curve": shifted}), "en").headline
        before, best = shifted["supply_availability"][0], shifted["supply_availability"].max()
        reach = 0.9 if before < 0.9 else best
        cost = shifted.filter(pl.col("supply_availability") >= reach)["cost"].min()
        assert f"is {before:.0%} in March 2025; {reach:.0%} would cost about" in told.replace("\u00a0", " ")
        assert cost / 1e6 == pytest.approx(numbers(told.split("about")[1], "en")[0], rel=0.05)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_on_the_data_of_fleets_name_things_and_say_once_what_to_do(language: Language) -> None:
    case = read_case(CASES / "fleet-2023")
    shops = dict(case["shops"].select("shop", "name_fr" if language == "fr" else "name_en").iter_rows())
    found = [
        Finding("shop-overloaded", table="shops", column="shop", value=shop,
                details={"month": "2022-09", "work": 18.1, "bays": 12.0})
        for shop in ("pol-bays", "pzh-bays")
    ]  # fmt: skip
    weak = [("caesar", {"systems": 5.8}), ("fh70", {"systems": 5.8}), ("pzh2000", {"cannibalise": "yes"})]
    found += [Finding("not-to-be-relied-on", table="fleets", value=fleet, details=of) for fleet, of in weak]
    answer = Result.of("fleet", case, {}, {"findings": [asdict(one) for one in found]})
    told = notes_on_data(answer, words_of(answer, language), Names(answer, language))
    note, unreliable = told
    assert unreliable.count("fiable" if language == "fr" else "relied on") == 1
    assert unreliable.count("5,8" if language == "fr" else "5.8") == 1  # of two fleets, said once
    assert all(name in unreliable for name in ("CAESAR", "FH70", "PzH 2000", "rampart sustain"))
    paper = notes_on_data(answer, words_of(answer, language), Names(answer, language), commands=False)
    assert paper[1] == re.sub(r"\s?: rampart sustain --simulate 400", "", unreliable) != unreliable
    for shop in ("pol-bays", "pzh-bays"):
        assert curly(shops[shop]) in note
        assert shop not in note
    assert "2022-09" not in note
    assert note.count(found[0].remedy(language)) == 1


def test_what_other_holders_take_is_listed_where_it_can_be_written() -> None:
    case = read_case(CASES / "fleet-2023")
    rows = [("DEU", fleet, date(2023, month, 1), lost) for fleet, worst in (("m777", 0.4), ("krab", 0.004))
            for month, lost in ((1, 0.0), (2, worst))]  # fmt: skip
    table = pl.DataFrame(rows, schema=["holder", "fleet", "month", "systems"], orient="row")
    answer = Result.of("fleet", case, {"conflict": table}, {})
    names = Names(answer, "fr")
    listed = conflict_listing(answer, words_of(answer, "fr"), names).rows
    assert listed == (("M777", "Allemagne", "0,20", "0,40 (févr. 2023)"),)
    assert names("light", "fleets").startswith("Canons de 105\N{NO-BREAK SPACE}mm")


def test_ranges_have_units_and_the_cost_of_a_step_counts_once() -> None:
    case = read_case(CASES / "fleet-2023")
    of = {"fleet": None, "part": None, "parent": None, "from": None}
    answer = Result.of("fleet", case, {}, {"month": "2023-12"})
    words = words_of(answer, "fr")
    use = of | {"table": "fleet_use", "column": "use", "fleet": "m777", "low": 260.0, "high": 520.0}
    assert figure_range(use, answer, words) == "260 – 520 coups/système/mois"
    life = of | {"table": "breakdown", "column": "life", "parent": "m777", "low": 1500.0, "high": 2500.0}
    assert figure_range(life, answer, words).replace("\u202f", "") == "1500 – 2500 coups"
    step = [(1, "m777-recoil", "field", -1, 80000.0, 0.001), (1, "m777-recoil", "pol-hub", 2, 80000.0, 0.001)]
    table = pl.DataFrame(step, schema=["order", "part", "site", "quantity", "cost", "gained"], orient="row")
    moved = InWords(Result.of("fleet", case, {"buys": table}, {"month": "2023-12"}))
    assert sum(one.cost for one in next_buys(moved)) == 80000.0
    assert [row[3] for row in buys_listing(moved.result, words, Names(moved.result, "fr")).rows] == ["\u22121", "+2"]
