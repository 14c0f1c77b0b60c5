from __future__ import annotations

import re

import polars as pl
import pytest

from places import CASES
from rampart.findings import TakenError
from rampart.report.pages.plan import html
from rampart.report.report import write_report
from rampart.results.result import Result
from report.page_reader import Page, numbers
from report.report_sample import without


@pytest.fixture(scope="module")
def read(pages):
    return {language: Page(text) for language, text in pages.items()}


@pytest.fixture
def undrawn(monkeypatch):
    """Pages whose charts are built but not drawn, which takes most of the time."""
    monkeypatch.setattr("rampart.report.charts.drawing.svg", lambda spec, words, *, key: "<svg></svg>")


def test_both_languages_hold_the_same_numbers(read):
    english = [numbers(cell, "en") for cell in read["en"].numeric]
    french = [numbers(cell, "fr") for cell in read["fr"].numeric]
    assert len(english) > 300
    assert english == french


def test_both_languages_say_the_same_numbers_in_sentences(read):
    assert len(read["en"].items) == len(read["fr"].items)
    for english, french in zip(read["en"].items, read["fr"].items, strict=True):
        assert sorted(numbers(english, "en")) == sorted(numbers(french, "fr")), (english, french)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_comes_from_outside(pages, read, language):
    tags = read[language].tags
    assert {t for t, _ in tags} & {"script", "link", "iframe", "img", "object", "embed"} == set()
    for tag, attributes in tags:
        for name, value in attributes.items():
            if name in ("href", "src", "xlink:href", "action"):
                assert (value or "").startswith("#"), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
    assert "@import" not in pages[language]
    assert set(re.findall(r"url\((.)", pages[language])) <= {"#"}
    # The only addresses are those of the sources, as text.
    assert set(re.findall(r"https?://[^\s<\"]+", pages[language])) == {
        "https://example.org/tracker", "https://example.org/annual",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_screen_reader_can_follow(pages, read, language):
    tags = read[language].tags
    assert ("html", {"lang": language}) in tags
    assert all(a.get("scope") in ("col", "row") for t, a in tags if t == "th")
    pictures = [a for _, a in tags if a.get("role") == "img"]
    assert len(pictures) == 11
    assert all(len(a["aria-label"] or "") > 30 for a in pictures)
    assert all(a.get("aria-hidden") == "true" for t, a in tags if t == "svg")
    assert sum(t == "caption" for t, _ in tags) == sum(t == "table" for t, _ in tags)
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    linked = {a["href"] for t, a in tags if t == "a"}
    assert linked <= {f"#{i}" for i in ids}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_raw_code_is_shown_where_a_name_exists(plan, read, language):
    text = " ".join(read[language].text)
    text = text.replace("line de-missile", "").replace("chaîne de-missile", "")  # a line without a site
    case = plan.case
    codes = [
        *case["nations"]["nation"],
        *case["lines"]["line"],
        *case["expansions"]["expansion"],
        "kor-shell",
    ]
    shown = [c for c in codes if re.search(rf"(?<![\w-]){re.escape(c)}(?![\w-])", text)]
    assert shown == []
    assert not re.search(r"\b(lead_time|no_supply|own_use|in_transit|None|nan|null|inf)\b", text)


def test_unknown_zero_and_unlimited_are_three_things(read):
    english, french = (" ".join(read[language].text) for language in ("en", "fr"))
    assert "not known" in english and "non connu" in french
    assert "unlimited" in english and "illimité" in french
    # Norway's stock of rounds is not known: what follows from it is a lower limit, not a zero.
    assert "≥\u00a00%" in english and "≥\u00a00\u202f%" in french
    assert "Lowest: Norway" not in english


def test_headlines_carry_the_figures_of_the_tables(plan, read):
    text = read["en"].items
    total = plan["money"]["commitments"].sum()
    assert any(numbers(item, "en").count(round(total)) for item in text)
    assert any("2 of 7 requirements" in item for item in text)
    assert any("2 rules could not be kept. 2 stocks are not known" in item for item in text)


def test_assumptions_are_counted_by_grade(plan, read):
    counts = dict.fromkeys(("published", "derived", "assumed", None), 0)
    for frame in plan.case.tables.values():
        for grade in frame["grade"] if "grade" in frame.columns else ():
            counts[grade] += 1
    told = (
        f"Of {sum(counts.values())} rows of the case that state facts, {counts['published']} are published, "
        f"{counts['derived']} derived, {counts['assumed']} assumed and {counts[None]} not graded."
    )
    assert told in " ".join(read["en"].text)
    assert " ".join(read["en"].text).count("stand as the case has them, in its own language.") == 1


def test_on_a_narrow_page_each_decision_stands_with_its_date_and_cost(pages):
    """The tables of the chapter of decisions, as that of the first page."""
    chapter = re.search(r'<section class="chapter" id="decisions".*?</section>', pages["fr"], re.DOTALL)
    assert chapter is not None
    assert chapter[0].count('<div class="table stacked') == chapter[0].count('<div class="table') > 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_plan_still_makes_a_page(plan, language):
    page = Page(html(without(plan), language))
    text = " ".join(page.text)
    assert "None" not in text and "nan" not in text.split()
    assert [t for t, _ in page.tags].count("h1") == 1


@pytest.mark.parametrize(
    "missing",
    [
        "bottlenecks",
        "decisions",
        "donations",
        "pledges",
        "rules_broken",
        "budgets",
        "short",
        "reasons",
        "reasons_by_year",
        "expansions",
        "demand",
    ],
)
def test_each_table_may_be_empty(plan, missing, undrawn):
    Page(html(without(plan, missing)))


def test_rules_that_hold_are_said_to_hold(plan, undrawn):
    text = html(without(plan, "rules_broken", "shortages", "bottlenecks", "short", "reasons"), "fr")
    assert "Toutes les règles ont été tenues." in text
    assert "Rien ne manque dans ce plan." in text


def test_texts_of_the_case_are_escaped(plan, undrawn):
    settings = plan.case.tables["settings"].with_columns(
        pl.col("value").replace("Sample alliance plan", "<script>alert(1)</script> & co")
    )
    case = type(plan.case)(tables=dict(plan.case.tables) | {"settings": settings})
    text = html(Result(case, plan.tables, plan.manifest), banner='RESTRICTED "x" </style><b>')
    page = Page(text)
    assert "script" not in {t for t, _ in page.tags} and "b" not in {t for t, _ in page.tags}
    assert any("<script>alert(1)</script> & co" in t for t in page.text)
    assert any('RESTRICTED "x" </style><b>' in t for t in page.text)


def test_the_same_plan_gives_the_same_page(plan, pages):
    assert html(plan, "en") == pages["en"]


def test_names_and_places_of_the_files(plan, tmp_path, undrawn):
    paths = write_report(plan, tmp_path / "new" / "folder", language="fr", workbook=False)
    assert [p.relative_to(tmp_path).as_posix() for p in paths] == ["new/folder/report.fr.html"]
    (tmp_path / "mine.html").write_text("old", encoding="utf-8")
    with pytest.raises(TakenError):
        write_report(plan, tmp_path / "mine.html")
    assert [(p.name, p.stat().st_size) for p in tmp_path.glob("mine.*")] == [("mine.html", 3)]
    page, book = write_report(plan, tmp_path / "mine.html", force=True)
    assert (page.name, book.name) == ("mine.html", "mine.xlsx")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_solved_plan_reads_the_same_in_both_languages(undrawn):

    from rampart.case.doors import read_case
    from rampart.plan.planning import plan as solve

    made = solve(read_case(CASES / "tiny"))
    read = {language: Page(html(made, language)) for language in ("en", "fr")}
    figures = {language: [numbers(cell, language) for cell in page.numeric] for language, page in read.items()}
    assert figures["en"] == figures["fr"]
    assert sum(map(len, figures["en"])) > 100
    for page in read.values():
        assert not {"None", "nan", "inf"} & set(" ".join(page.text).split())


def test_rows_that_differ_in_their_month_alone_are_one_assumption(plan, undrawn):
    orders = plan.case.tables["orders"]
    row = orders.filter(pl.col("buyer") == "DEU").with_columns(grade=pl.lit("assumed"))
    many = pl.concat([row.with_columns(month=pl.lit(f"2024-{m:02d}")) for m in range(1, 13)])
    case = type(plan.case)(tables=dict(plan.case.tables) | {"orders": many})
    text = " ".join(Page(html(Result(case, plan.tables, plan.manifest))).text)
    assert text.count("Lower Saxony plant (Germany) (Jan 2024 – Dec 2024)") == 1
