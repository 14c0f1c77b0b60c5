"""``rampart plan --give-or-keep``: in the folder and in --json where a chance is stated, and left out on demand."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from plan.parts.test_give_or_keep import donor
from rampart.cli.main import main


def planned(case: Path, out: Path, *options: str) -> dict[str, object]:
    done = CliRunner().invoke(main, ["plan", str(case), "-o", str(out), "--no-report", "--json", *options])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.output)
    return found


def test_on_where_a_chance_is_stated_and_off_on_demand(tmp_path: Path) -> None:
    donor(24, 0.1).save(tmp_path / "case")
    said = planned(tmp_path / "case", tmp_path / "on")
    (switch,) = said["break_even"]
    assert (switch["donor"], switch["item"], switch["why"]) == ("AAA", "shell", None)
    assert len(said["give_or_keep"]) == 15
    quiet = planned(tmp_path / "case", tmp_path / "off", "--no-give-or-keep")
    assert quiet["give_or_keep"] == quiet["break_even"] == []
    assert quiet["passes"] == said["passes"] and quiet["decisions"] == said["decisions"]
    told = CliRunner().invoke(main, ["explain", str(tmp_path / "on"), "--lang", "fr"])
    assert "Donner et garder" in told.output and "11 % par mois" in told.output.replace("\u202f", " ")
