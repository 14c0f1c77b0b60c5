"""Why something is short, in sentences: figures worked out by hand or those of the tables, names in place of codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.cli.main import main
from rampart.findings import Language
from rampart.results.result import Result
from results.short_plan import short_plan
from scenario.small_war import small


@pytest.fixture(scope="module")
def war() -> Result:
    """The small war from empty shelves."""
    return rampart.war_plan(small(0.2, stock=0.0), compare=False)


@pytest.fixture(scope="module")
def fleet() -> Result:
    return rampart.sustain(rampart.read_case(CASES / "fleet-tiny"), draws=0)


def test_a_war_says_what_is_short_before_which_end(war: Result) -> None:
    supply = war["supply"]
    short = supply.filter(pl.col("served") < 0.99 * pl.col("need"))
    lines = rampart.explain(war)
    assert short.height > 0
    assert sum("(chance" in line for line in lines) == short["ends"].n_unique()
    holder = supply["holder"][0]
    assert rampart.explain(war, holder=holder) != lines  # branches are said of the whole plan only
    other = next(n for n in war.case["nations"]["nation"] if n not in set(supply["holder"]))
    assert rampart.explain(war, holder=other) == ["Nothing is short there."]
    assert rampart.explain(war, language="fr") != lines


def test_fleets_say_what_holds_them_back(fleet: Result) -> None:
    lines = rampart.explain(fleet)
    causes = fleet["holding_back"]
    named = fleet.case.names("fleets")
    for (code,), group in causes.group_by("fleet"):
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{named[str(code)]}: "))
        largest = (
            group.group_by("cause", "part")
            .agg(pl.col("systems").sum())
            .sort("systems", descending=True)
            .row(0, named=True)
        )
        name = fleet.case.names("parts").get(largest["part"] or "", "")
        assert f"{100 * largest['systems'] / group['systems'].sum():.0f}%" in lines[at + 1]
        assert name in lines[at + 1]
    part = causes["part"].drop_nulls()[0]
    only = rampart.explain(fleet, item=part)
    assert any("100%" in line and fleet.case.names("parts")[part] in line for line in only)


@pytest.mark.parametrize("kind", ["war", "fleet"])
def test_the_verb_explains_and_reports_every_kind(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    made: Result = request.getfixturevalue(kind)
    folder = made.save(tmp_path / "out")
    for language in ("en", "fr"):
        said = CliRunner().invoke(main, ["explain", str(folder), "--lang", language])
        assert said.exit_code == 0, said.output
        assert said.output.splitlines() == made.explain(language=language)
        ran = CliRunner().invoke(main, ["report", str(folder), "--lang", language, "--banner", "ESSAI"])
        assert ran.exit_code == 0, ran.output
        assert "ESSAI" in (folder / f"report/report.{language}.html").read_text(encoding="utf-8")
        assert (folder / f"report/report.{language}.xlsx").stat().st_size > 5000
    found = json.loads(CliRunner().invoke(main, ["explain", str(folder), "--json"]).stdout)
    assert set(found) == {"war": {"supply", "turns"}, "fleet": {"holding_back", "shops"}}[kind]
    refused = CliRunner().invoke(main, ["explain", str(folder), "--item", "nothing-like-it"])
    assert refused.exit_code == 2


@pytest.mark.parametrize(
    ("language", "named", "amount", "relief"),
    [("en", ("Shell 155 mm", "Alpha"), "18 rounds", "1 round"),
     ("fr", ("Obus de 155 mm", "Alphonie"), "18 coups", "1 coup")],
)  # fmt: skip
def test_the_shortage_and_its_cause_are_named(
    language: Language, named: tuple[str, ...], amount: str, relief: str
) -> None:
    """10 a month are needed, 4 made: of 18 short in three months a tenth more capacity brings three times 0.4."""
    sentences = [text.replace("\u00a0", " ") for text in short_plan(4.0).explain(language=language)]
    assert all(word in sentences[0] for word in (*named, "2024", amount))
    assert relief in sentences[1]
    assert named[0] in sentences[2]  # the only line of the item there, without a site: it is called by what it makes
    assert relief in sentences[2]
    assert (
        sentences[2].lstrip().startswith({"en": "only ", "fr": "seulement "}[language])
    )  # steps overlap: none is a part
    assert {"en": "does not add up", "fr": "ne s’additionnent pas"}[language] in sentences[0]
    assert not re.search(r"\b(AAA|shell|own_use|max_rate)\b", " ".join(sentences))


def test_nothing_short_is_said_to_be_so() -> None:
    enough = short_plan(10.0)
    texts = {language: enough.explain(language=language) for language in ("en", "fr")}
    assert all(len(lines) == 1 for lines in texts.values())
    assert texts["en"] != texts["fr"]


def test_another_holder_has_nothing_to_explain() -> None:
    assert len(short_plan(4.0).explain(item="shell")) >= 2
    assert short_plan(4.0).explain(holder="AAA")[0] == short_plan(4.0).explain()[0]
