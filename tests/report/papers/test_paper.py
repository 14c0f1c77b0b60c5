"""The decision paper: what its first page says, in both languages, as HTML and as PDF."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typst

from rampart.findings import TakenError
from rampart.language.decisions_and_causes import waiting
from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Head, listing
from rampart.report.chapters.stock import decisions
from rampart.report.papers.content import Paper, cut, paper_of
from rampart.report.papers.paper import fonts, html, pdf, sources, write_paper
from rampart.results.largest_gap import gaps
from rampart.results.result import Result
from report.page_reader import Page, numbers
from report.report_sample import without

LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def papers(plan: Result) -> dict[str, Paper]:
    return {"en": paper_of(plan, "en"), "fr": paper_of(plan, "fr")}


def ends(paper: Paper) -> tuple[int, int]:
    """Pages on which the decision and the paper end."""
    made = sources(paper)
    first, last = (
        json.loads(typst.query(made, f"<{name}>", field="value", one=True, font_paths=fonts()))
        for name in ("decision-ends", "paper-ends")
    )
    return first, last


def test_the_largest_gap_is_the_dearest_and_not_the_smallest_share(plan: Result) -> None:
    # 1,915,488 shells at EUR 3,600 are worth more than 1,159.5 interceptors at EUR 1.15 m, which are met to a smaller share.
    found = gaps(plan)
    prices = dict(plan.case["items"].select("item", "price").iter_rows())
    values = [gap.missing * prices[gap.item] for gap in found if prices.get(gap.item) is not None]
    assert len(values) > 1
    assert values == sorted(values, reverse=True)
    assert found[0].item == "shell"
    needed = plan["demand"].filter((pl.col("item") == "shell") & (pl.col("holder") == "UKR"))
    assert found[0].missing == pytest.approx(needed["unmet"].sum())
    assert sum(asked - had for _, asked, had in found[0].years) == pytest.approx(found[0].missing)


def test_the_headline_is_the_decision_and_what_is_missing_comes_first_below(
    plan: Result, papers: dict[str, Paper]
) -> None:
    needed = plan["demand"].filter((pl.col("item") == "shell") & (pl.col("holder") == "UKR"))
    missing, asked = needed["unmet"].sum(), needed["need"].sum()
    for language in LANGUAGES:
        decided = numbers(papers[language].headline, language)
        assert decided[0] == plan["decisions"].height
        assert decided[1] == pytest.approx(plan["decisions"]["money"].sum(), abs=0.51)
        said = numbers(papers[language].says[0], language)
        assert said[0] == pytest.approx(missing, rel=0.005)
        assert said[1] == pytest.approx(asked, rel=0.005)


def test_deadlines_differ_and_hold_every_decision_once(plan: Result, papers: dict[str, Paper]) -> None:
    dates = papers["en"].dates
    assert dates is not None
    months = [row[0] for row in dates.rows]
    assert len(set(months)) == len(months) > 1
    assert sum(numbers(row[2], "en")[0] for row in dates.rows) == pytest.approx(plan["decisions"]["money"].sum(), abs=3)


def test_both_languages_say_the_same_numbers(papers: dict[str, Paper]) -> None:
    pages = {language: Page(html(papers[language])) for language in LANGUAGES}
    english, french = ([numbers(cell, language) for cell in pages[language].numeric] for language in LANGUAGES)
    assert len(english) > 30
    assert english == french


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decision_is_one_page_and_the_paper_at_most_six(papers: dict[str, Paper], language: str) -> None:
    first, last = ends(papers[language])
    assert first == 1
    assert 2 <= last <= 6


def test_more_to_say_is_said_smaller_on_the_same_page(papers: dict[str, Paper]) -> None:
    paper = papers["en"]
    long = replace(paper, says=tuple(paper.says) * 4)
    assert ends(long)[0] == 1
    assert paper.dates is not None
    rows = [(by, what, money, "; ".join([loss or "a loss"] * 8)) for by, what, money, loss in paper.dates.rows]
    losses = replace(paper.dates, rows=tuple(rows))
    assert ends(replace(long, dates=losses))[0] == 1


def test_the_pdf_is_tagged_and_the_same_twice(papers: dict[str, Paper]) -> None:
    made = pdf(papers["fr"], banner="ESSAI")
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made
    assert pdf(papers["fr"], banner="ESSAI") == made
    assert pdf(papers["fr"]) != made


def test_a_plan_that_lacks_nothing_says_so(plan: Result) -> None:
    bare = paper_of(
        without(
            plan,
            "demand",
            "stock",
            "decisions",
            "shortages",
            "short",
            "reasons",
            "money",
            "pledges",
            "backfill",
            "fleets",
        ),
        "en",
    )
    assert bare.headline == "Nothing has to be decided now."
    assert bare.says[0] == "With this plan nothing that is asked for lacks more than a hundredth."
    assert bare.figure is None
    assert bare.dates is None
    assert ends(bare)[0] == 1
    assert "figure-gap" not in html(bare)


def test_files_appear_and_are_not_overwritten(plan: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.report.papers.paper.pdf", lambda paper, *, banner: b"%PDF-")
    made = write_paper(plan, tmp_path / "out", language="fr", banner="DIFFUSION RESTREINTE")
    assert [path.name for path in made] == ["paper.fr.html", "paper.fr.pdf"]
    text = made[0].read_text(encoding="utf-8")
    assert text.count("DIFFUSION RESTREINTE") >= 2
    assert not re.search(r"https?://", text)
    with pytest.raises(TakenError):
        write_paper(plan, tmp_path / "out", language="fr")


def test_money_adds_up_to_what_the_first_page_says(plan: Result, papers: dict[str, Paper]) -> None:
    money = next(chapter for chapter in papers["en"].chapters if chapter.key == "money")
    totals = [table.rows[-1] for table in money.listings]
    assert len(totals) == 2
    for row in totals:
        assert row[0] == "All together"
        assert numbers(row[1], "en")[0] == pytest.approx(plan["money"]["commitments"].sum(), abs=0.51)
        assert numbers(row[2], "en")[0] == pytest.approx(plan["money"]["payments"].sum(), abs=0.51)


def test_of_one_date_the_decision_that_waiting_takes_most_of_is_named_first(
    plan: Result, papers: dict[str, Paper]
) -> None:
    dates = papers["en"].dates
    assert dates is not None
    names = InWords(plan, "en")
    first = plan["decisions"].filter(pl.col("decide_by") == pl.col("decide_by").min())
    most = first.sort("rank").row(0, named=True)
    assert first.height > 1 and most["delay_units"] > 0
    assert dates.rows[0][1].startswith(f"{names.nation(most['nation'])}: ")


def late(
    plan: Result, together: str, months: int, objective: str, codes: tuple[str, ...], most: float, made_good: bool
) -> dict[str, object]:
    """A row of ``delays``: so many shells lack from February 2024 on, most in March."""
    months_of = plan["periods"]["month"]
    return dict.fromkeys(plan["delays"].columns) | {
        "together": together, "kind": "expansion", "code": " ".join(codes), "months": months, "objective": objective,
        "key": [{"of": "expansion", "code": code} for code in codes], "cost": most, "share": most / 1e6, "most": most,
        "holder": "UKR", "lacks": "shell", "from": months_of[0], "month": months_of[1], "others": 0, "in_all": most,
        "made_good": months_of[3] if made_good else None, "split": True,
    }  # fmt: skip


def test_what_one_decision_loses_for_good_stands_before_what_all_together_make_good(plan: Result) -> None:
    """Six months cost all of a chain 500 made good, and one of them alone 900 for good: the page tells the 900 first."""
    works = ("de-shell-2", "fr-shell-2")
    rows = [
        late(plan, "chain", 6, "pledges", works, 500.0, made_good=True),
        late(plan, "", 6, "need", works[1:], 900.0, made_good=False),
        late(plan, "", 6, "need", works[:1], 800.0, made_good=False),
        late(plan, "", 6, "need", ("fr-powder-2",), 950.0, made_good=False),  # of no chain that waits
        late(plan, "", 6, "pledges", works[:1], 990.0, made_good=False),  # of the objective of all together
    ]
    made = replace(plan, tables=dict(plan.tables) | {"delays": pl.DataFrame(rows, schema=plan["delays"].schema)})
    alone, all_of_them = (said for said in paper_of(made, "en").says if said.startswith("Waiting"))
    assert "one decision alone" in alone and "up to 900" in alone and "not made good" in alone
    assert "up to 500" in all_of_them and "first costs another objective (pledges)" in all_of_them
    assert all_of_them.endswith("What other objectives lose besides is not counted.")
    rule = {"objective": "rules", "rule": "component", "rule_key": [{"of": "item", "code": "shell"}], "split": False}
    assert waiting(InWords(plan, "fr"), rows[0] | rule, None).startswith(
        "une production n’est plus possible, faute de composants"
    )
    rows[0]["made_good"] = None  # together they lose for good too: theirs is enough
    lost = replace(plan, tables=dict(plan.tables) | {"delays": pl.DataFrame(rows, schema=plan["delays"].schema)})
    assert len([said for said in paper_of(lost, "en").says if said.startswith("Waiting")]) == 1


def test_later_dates_are_told_and_so_are_spares_however_late_they_stand(plan: Result) -> None:
    """By hand: five of a month of which the spares rank last and cost least, then five more months, the last decision without
    a date. Of the month the first is named, the two that commit most, and the spares.
    """
    first = plan["decisions"].row(0, named=True)
    month = [date(2024, 1 + n, 1) for n in range(6)]
    rows = [
        first | {"rank": n, "decide_by": month[0], "money": 10.0 + 30.0 * (n > 1), "code": "de-shell-2"}
        for n in range(4)
    ]
    rows += [first | {"rank": 4, "decide_by": month[0], "money": 1.5, "kind": "spares", "code": "hub"}]
    rows += [first | {"rank": 4 + n, "decide_by": day, "money": 1.0} for n, day in enumerate([*month[1:], None], 1)]
    made = replace(plan, tables=dict(plan.tables) | {"decisions": pl.DataFrame(rows, schema=plan["decisions"].schema)})
    paper = paper_of(made, "en")
    assert paper.dates is not None
    assert "order spares for EUR\u00a01.5\u00a0m (" in paper.dates.rows[0][1]
    assert "for EUR\u00a010.0\u00a0m, expand Lower Saxony plant for EUR\u00a040.0\u00a0m," in paper.dates.rows[0][1]
    assert paper.dates.rows[0][1].endswith("and 1 more")
    assert paper.dates.rows[-1][0] == "May 2024 – Jun 2024, or no date"
    assert "at most 0.1%" in paper.dates.note
    many = replace(plan, tables=dict(plan.tables) | {"decisions": pl.concat([made["decisions"]] * 5)})
    printed = decisions(InWords(many, "en")).listings[0]
    assert len(printed.rows) == 55 and not printed.more  # a report printed leaves none of them to the workbook
    (ready,) = (key for key in paper.keys if "systems needed" in key.label)
    last = plan["fleets"].sort("period").row(-1, named=True)  # one fleet, of which less is available than is needed
    assert numbers(ready.figure, "en")[0] == round(100 * last["available"] / last["needed"])


def test_a_table_is_not_cut_for_one_row(plan: Result) -> None:
    words, table = InWords(plan, "en").words, listing(InWords(plan, "en"), "", [Head("who")], [["A"], ["B"], ["C"]])
    assert [len(one.rows) for most in (1, 2, 3) for one in cut(words, table, most)] == [1, 3, 3]
