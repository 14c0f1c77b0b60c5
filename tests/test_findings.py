"""Texts of findings: every code has them in both languages, and says where to look."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from rampart.findings import CaseError, Finding, catalogue


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", catalogue())
def test_a_code_speaks_both_languages_of_the_same_things(code: str):
    row = catalogue()[code]
    assert row["severity"] in ("error", "warning", "note")
    for part in ("message", "expected", "remedy"):
        english, french = row[f"{part}_en"], row[f"{part}_fr"]
        assert bool(english) == bool(french)
        assert {p.removesuffix("_en") for p in placeholders(english)} == {
            p.removesuffix("_fr") for p in placeholders(french)
        }
    assert row["message_en"]
    assert row["remedy_en"]


def test_every_code_in_the_source_has_texts_and_every_text_is_used():
    package = Path(str(files("rampart")))
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(package.rglob("*.py")))
    used = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+|blank|locked|unreadable)"', text))
    counted = {"more-errors", "more-warnings", "more-notes"}
    assert catalogue().keys() - used == counted
    called = re.findall(r'(?:Finding|finding|report)\(\s*"([a-z0-9-]+)"', text)
    assert set(called) <= catalogue().keys()


def test_a_finding_says_where_what_and_how_to_mend_it():
    finding = Finding(
        "not-a-month", table="stocks", row=17, column="lot", value="13/2020", file="case.xlsx",
        sheet="Stocks",        header="lot fabriqué en", cell="D17",
    )  # fmt: skip
    assert str(finding) == (
        "error: case.xlsx, Stocks, row 17, column lot fabriqué en (D17): “13/2020” is not a month. "
        "Expected YYYY-MM, for example 2026-03. Write the year, a hyphen and two digits for the month."
    )
    assert finding.sentence("fr") == (
        "erreur : case.xlsx, Stocks, ligne 17, colonne lot fabriqué en (D17) : "
        "« 13/2020 » n’est pas un mois. "
        "Attendu : AAAA-MM, par exemple 2026-03. Écrire l’année, un tiret et deux chiffres pour le mois."
    )
    assert finding.as_dict("fr")["cell"] == "D17"


def test_a_sentence_without_its_placeholder_is_left_out():
    finding = Finding("unknown-reference", table="stocks", value="x", details={"reference": "items", "near": ""})
    assert finding.expected("en") == ""
    assert "xy" in Finding("unknown-reference", details={"reference": "items", "near": "xy"}).expected("en")


def test_braces_in_a_value_are_only_text():
    assert "{row}" in Finding("not-a-number", value="{row}").message()


def test_an_error_of_many_findings_lists_twenty_and_counts_the_rest():
    error = CaseError([Finding("not-a-number", value=str(i)) for i in range(30)])
    assert len(error.findings) == 30
    assert "and 10 more" in str(error)


def test_importing_rampart_and_its_findings_loads_no_tables():
    program = "import sys, rampart, rampart.findings; print('polars' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
