"""Paths, links and commands that pages name are there."""

from __future__ import annotations

import re

import pytest

from places import ROOT
from rampart.cli.main import main

PACKAGE = ROOT / "src" / "rampart"
BUILT = ("docs/_build", "out/", "dist/")  # made by a command, in no checkout
# What changed says what was there once.
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not {".venv", "_build", "out", "dist", "shared"} & set(page.relative_to(ROOT).parts)
    and page.name != "CHANGELOG.md"
)
_FENCE = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_TOP = re.compile(r"(?<![\w./-])(?:src|docs|cases|tests|benchmarks|requirements)/[\w./-]*")
_CODE = re.compile(r"`([a-z_]+/[\w./-]*)`")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def named(text: str) -> set[str]:
    """Paths from the root of the checkout, and within the package (`plan/parts/line.py`), that a text names."""
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    within = {path for path in _CODE.findall(text) if path.split("/")[0] in rooms and not (ROOT / path).exists()}
    return {path.rstrip(".") for path in _TOP.findall(text)} | {f"src/rampart/{path}" for path in within}


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_paths_and_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    lost = {path for path in named(text) if not path.startswith(BUILT) and not (ROOT / path).exists()}
    lost |= {to for to in _LINK.findall(_FENCE.sub("", text)) if not ((ROOT / page).parent / to).exists()}
    assert not lost, f"{page} names what is not there"


def test_a_path_that_is_not_there_is_found() -> None:
    text = "See `plan/parts/nothing.py`, src/rampart/cli.py. Not example.org/docs/x, but `data/results.csv`."
    lost = {path for path in named(text) if not (ROOT / path).exists()}
    assert lost == {"src/rampart/plan/parts/nothing.py", "src/rampart/cli.py"}


@pytest.mark.parametrize("page", ["README.md", "README.fr.md", "CONTRIBUTING.md"])
def test_links_to_a_heading_have_one(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for to, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", text):
        headings = _HEADING.findall((ROOT / (to or page)).read_text(encoding="utf-8"))
        assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}, (to, anchor)


def test_targets_of_make_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        used = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8")))
        assert used <= targets, page


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_every_verb_is_in_the_list_and_no_other(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `rampart ([a-z]+)", text, re.MULTILINE)) == set(main.commands)


@pytest.mark.parametrize("page", ["README.md", "README.fr.md", "docs/index.md"])
def test_every_page_is_listed(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    french = page.endswith(".fr.md")
    listed = {path.removeprefix("docs/").removesuffix(".md") for path in _LINK.findall(text)}
    listed |= set(re.findall(r"^([a-z-]+/[a-z.-]+)$", text, re.MULTILINE))
    for path in (ROOT / "docs").rglob("*.md"):
        own = path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        other = own.removesuffix(".fr") if own.endswith(".fr") else f"{own}.fr"
        here = (ROOT / "docs" / f"{other}.md").exists() and own.endswith(".fr") != french and page != "docs/index.md"
        if "_build" not in own and own != "index" and not here:
            assert own in listed, f"{page} does not list {own}"
