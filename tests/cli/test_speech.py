"""The command line in both languages: help, usage errors, where the language comes from; the log of a run."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from places import ROOT
from rampart.cli.main import main
from rampart.cli.speech import asked, french, paragraphs

PLACE = re.compile(r"\{(\w+)(?:!r)?\}|%\(\w+\)s")


def ran(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"RAMPART_LANG": "en"} | environment)


def helps(command: click.Command) -> list[str]:
    """Help texts of a command, of its options, and of those below it."""
    found = [command.help or "", *(getattr(param, "help", None) or "" for param in command.params)]
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return [text for text in [*found, *(text for one in below for text in helps(one))] if text]


def test_every_help_text_is_there_in_french() -> None:
    assert ran("--help").exit_code == 0  # the help as it is written
    texts = {part for text in helps(main) for part in paragraphs(text)}
    assert len(texts) > 100
    assert {text for text in texts if text not in french()} == set()


def test_both_languages_have_the_same_places() -> None:
    for english, told in french().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(told)), english


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--lang", "fr", "plan", "--help"), {}),
        (("plan", "--help", "--lang=fr"), {}),
        (("plan", "--lang", "fr", "--help"), {}),
        (("plan", "--help"), {"RAMPART_LANG": "fr_FR.UTF-8"}),
        (("plan", "--help"), {"RAMPART_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr_CA.UTF-8"}),
    ],
)
def test_the_language_comes_from_either_side_of_the_verb_or_from_the_environment(words, environment) -> None:
    said = ran(*words, **environment).stdout
    assert said.startswith("Utilisation")
    assert "Afficher ce message et quitter." in said
    assert "Planifier un cas" in said
    assert not re.search(r"\b(the|Also|Default|Show)\b", said)
    assert "Plan a case" in ran("plan", "--help").stdout  # and English again


def test_the_later_word_counts() -> None:
    assert asked(["--lang", "fr", "plan", "x", "--lang=en"]) == "en"
    assert asked(["plan", "x"]) is None
    assert asked(["plan", "--lang"]) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan",), "Argument manquant"),
        (("plam",), "Pas de commande"),
        (("plan", "x", "--tyme"), "Pas d’option"),
        (("plan", "x", "--time-limit", "0"), "n’est pas un nombre de secondes"),
        (("plan", "x", "--known-by", "May"), "n’est pas un mois"),
        (("plan", "x", "--reasons", "some"), "n’est pas l’un de"),
        (("war", "x", "--cvar", "2", "0.5"), "POIDS de 0 à 1"),
    ],
)
def test_usage_errors_are_french(words, told) -> None:
    wrong = ran("--lang", "fr", *words)
    assert wrong.exit_code == 2
    assert told in wrong.stderr.replace("'", "’")
    assert "Erreur" in wrong.stderr and "Error" not in wrong.stderr


def test_what_is_interrupted_leaves_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rampart.cli.results.open_result", stop)
    stopped = ran("--lang", "fr", "explain", "x")
    assert stopped.exit_code == 130
    assert "Interrompu." in stopped.stderr


def test_the_log_says_how_the_work_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "run.log"
    made = ran(
        "--log-file", str(log), "-v", "plan", str(ROOT / "cases" / "tiny"), "-o", str(tmp_path / "plan"), "--no-report",
        "--reasons", "none",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    text = log.read_text(encoding="utf-8")
    assert re.search(r"^\d{4}-\d\d-\d\d .* INFO rampart\.plan: need", text, re.MULTILINE)
    assert "rampart.plan: need" in made.stderr
    before = log.stat().st_size
    assert ran("explain", str(tmp_path / "plan")).exit_code == 0
    assert log.stat().st_size == before


def test_heads_of_the_help_have_the_blank_before_the_colon_that_french_has() -> None:
    shown = ran("--lang", "fr", "--help").output
    assert not re.search(r"\w:\n", shown)
    assert "Options :" in shown and "Commandes :" in shown
