"""Changes with which a case is planned of itself: before those named by the user, and each can be left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.cli.plan import planned_with


def tiny(folder: Path) -> Path:
    path = folder / "mycase"
    shutil.copytree(CASES / "tiny", path)
    changes = path / "overrides.csv"
    head, *rows = changes.read_text(encoding="utf-8").splitlines()
    second = [row.replace("offensive,", "second,", 1) for row in rows if row.startswith("offensive,")]
    changes.write_text("\n".join([head, *rows, *second, ""]), encoding="utf-8")
    settings = path / "settings.csv"
    settings.write_text(settings.read_text(encoding="utf-8") + "plan_with,second\n", encoding="utf-8")
    return path


def planned(path: Path, *names: str, without: tuple[str, ...] = ()) -> Case:
    return planned_with(read_case(path, overrides=names), path, names, without, "en", as_json=False)


def test_what_a_case_is_planned_with_comes_first(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    assert planned(path).overrides == ("second",)
    assert planned(path, "offensive").overrides == ("second", "offensive")
    assert planned(path, "offensive", "second").overrides == ("offensive", "second")  # as the user has it
    assert planned(path, without=("second",)).overrides == ()
    assert planned(CASES / "tiny").overrides == ()
    with pytest.raises(click.UsageError, match="offensive"):
        planned(path, without=("offensive",))


def test_the_real_case_is_planned_with_its_fleets() -> None:
    """Fleets are there, and the needs for barrels and lost guns that stood in for them are gone: nothing counts twice."""
    path = CASES / "alliance-2023"
    case, bare = planned(path), planned(path, without=("fleets",))
    assert bare.overrides == () and bare["fleets"].is_empty()
    assert case["fleets"].height == 2 and "availability" in case["priorities"]["objective"].to_list()
    wanted = {
        name: {(r["holder"], r["item"]) for r in c["demand"].iter_rows(named=True)}
        for name, c in (("with", case), ("bare", bare))
    }
    assert wanted["bare"] - wanted["with"] == {("UKR", i) for i in ("towed155", "sp155", "barrel_towed", "barrel_sp")}
    assert wanted["with"] <= wanted["bare"]
