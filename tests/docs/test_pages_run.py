"""What the pages show is what happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from docs.doc_pages import EXECUTED, NOT_RUN, Reader, all_commands
from places import ROOT
from rampart.plan import planning

# Pages that show reasons, which the tests otherwise leave out.
PROVED = ("README.md", "README.fr.md", "docs/tutorial/first-plan.md")
# What a newcomer reads first runs at every change; tutorial and guides run with the documentation.
FIRST = ("README.md",)


@pytest.mark.parametrize(
    "page", [page if page in FIRST else pytest.param(page, marks=pytest.mark.docs) for page in EXECUTED]
)
def test_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for case in ("tiny", "csis-155", "fleet-tiny", "deliver-or-repair"):
        shutil.copytree(ROOT / "cases" / case, tmp_path / "cases" / case)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(planning, "REASONS", None if page in PROVED else "none")
    monkeypatch.setenv("COLUMNS", "132")
    for name in ("RAMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert Reader(ROOT / page).follow() > 0


def test_commands_not_run_are_those_listed() -> None:
    shown = {c.words for page in EXECUTED for c in all_commands(ROOT / page)}
    assert shown >= NOT_RUN, "a command of NOT_RUN is on no page"
    for command in shown - NOT_RUN:
        program = Path(command.split()[0]).name
        assert program in ("rampart", "cp", "ls", "cat", "head", "echo"), command


def test_commands_not_run_name_what_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in sorted(NOT_RUN):
        if target := re.fullmatch(r"make (\w+)", command):
            assert re.search(rf"^{target[1]}:", makefile, re.MULTILINE), command
        if lock := re.search(r"-r (\S+)", command):
            assert (ROOT / lock[1]).is_file(), command
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'rampart = "rampart.cli.main:main"' in pyproject
    assert "pytest-xdist" in pyproject
