"""The documentation builds without a warning in both languages, is complete, and needs no outside address."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

from docs.doc_pages import EXECUTED
from places import ROOT
from rampart.catalogues.inputs import layouts, tables
from rampart.catalogues.results import result_tables
from rampart.cli.main import main

DOCS = ROOT / "docs"
LOCALE = DOCS / "locale/fr/LC_MESSAGES"
# The words of the theme are of no page.
TRANSLATED = sorted(str(po.relative_to(LOCALE).with_suffix("")) for po in LOCALE.rglob("*.po") if po.stem != "sphinx")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pages, so that a build leaves nothing in the tree."""
    target = tmp_path_factory.mktemp("docs") / "docs"
    shutil.copytree(DOCS, target, ignore=shutil.ignore_patterns("_build", "*.mo", "__pycache__"))
    return target


def build(sources: Path, kind: str, target: Path, *options: str, strict: bool = True) -> Path:
    """Run Sphinx as `make docs` does; where strict any warning fails."""
    sphinx = [sys.executable, "-m", "sphinx", *(["-W", "--keep-going"] if strict else []), "-q", "-b", kind]
    command = [*sphinx, *options, str(sources), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture(scope="module")
def english(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(sources, "html", tmp_path_factory.mktemp("en"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_generated_pages_are_current(generate: ModuleType) -> None:
    for name, text in generate.pages().items():
        assert page(name) == text, f"docs/{name} is old: run python docs/generate.py"


@pytest.mark.parametrize("language", ["", ".fr"])
def test_every_table_column_and_finding_is_documented(language: str) -> None:
    documented = {
        "data-dictionary": tables(), "layouts": layouts(), "results": result_tables("plan"),
        "war-results": result_tables("war"), "fleet-results": result_tables("fleet"),
    }  # fmt: skip
    for name, known in documented.items():
        chapters = dict(
            re.findall(r"^## (\w+)[^\n]*\n(.*?)(?=^## |\Z)", page(f"reference/{name}{language}.md"), re.M | re.S)
        )
        assert list(chapters) == list(known)
        for table, chapter in chapters.items():
            assert re.findall(r"^\| `(\w+)` \|", chapter, re.M) == list(known[table].columns), table
    with (ROOT / "src/rampart/data/findings.csv").open(encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    assert re.findall(r"^## (.+)$", page(f"reference/findings{language}.md"), re.M) == codes


def test_every_command_is_documented() -> None:
    assert re.findall(r"^## rampart (\w+)$", page("reference/cli.md"), re.M) == sorted(main.commands)
    for readme in ("README.md", "README.fr.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        for name in main.commands:
            assert f"`rampart {name}" in text, f"{readme} leaves out {name}"


def test_every_page_is_reached() -> None:
    pages = {str(p.relative_to(DOCS).with_suffix("")) for p in DOCS.rglob("*.md") if "_build" not in p.parts}
    index = page("index.md")
    listed = {line for block in re.findall(r"```\{toctree\}(.*?)```", index, re.S) for line in block.split()}
    assert pages - {"index"} <= listed


def test_links_between_files_lead_somewhere() -> None:
    for name in [*EXECUTED[:2], "CONTRIBUTING.md", "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            if not target.startswith("https:"):
                assert (ROOT / target.partition("#")[0]).exists(), f"{name}: {target}"


class Resources(HTMLParser):
    """Addresses that a browser fetches by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("src", "srcset", "data", "poster", *(("href",) if tag == "link" else ()))
        self.found += [value for key, value in attrs if key in names and value and not value.startswith("data:")]


@pytest.mark.docs
def test_built_pages_fetch_nothing_from_outside(english: Path) -> None:
    built = list(english.rglob("*.html"))
    assert len(built) >= 17
    for file in built:
        reader = Resources()
        reader.feed(file.read_text(encoding="utf-8"))
        assert reader.found
        outside = [a for a in reader.found if re.match(r"(\w+:)?//", a)]
        assert not outside, f"{file.name}: {outside}"
        for address in reader.found:
            assert (file.parent / re.split(r"[?#]", address)[0]).exists() or address.endswith((".html", "#")), address
    for style in english.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(\w+:)?//", style.read_text(encoding="utf-8")), style.name


@pytest.mark.docs
def test_formulas_are_drawn_by_the_browser(english: Path) -> None:
    text = (english / "explanation" / "mathematics.html").read_text(encoding="utf-8")
    formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", page("explanation/mathematics.md"), re.DOTALL)
    assert len(re.findall(r"<math\b", text)) == len(formulas) > 100
    assert "MathJax" not in text


@pytest.mark.docs
def test_french_pages(sources: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    for name in TRANSLATED:
        (few / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sources / f"{name}.md", few / f"{name}.md")
    shutil.copy(sources / "conf.py", few)
    # Links to the other pages lead nowhere here.
    assert len(TRANSLATED) > 5
    templates = build(few, "gettext", tmp_path / "pot", strict=False)
    for name in TRANSLATED:
        with (templates / f"{name}.pot").open("rb") as file:
            wanted = {m.id for m in read_po(file) if m.id}
        with (LOCALE / f"{name}.po").open("rb") as file:
            given = {m.id: m.string for m in read_po(file) if m.id}
        assert not set(given) - wanted, f"{name}.po does not match the page"
        left = {text for text in wanted - set(given) if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text)}  # figures stay
        assert not left, f"{name}.po does not match the page"
        assert all(given.values()), f"{name}.po has blanks"
    french = build(sources, "html", tmp_path / "fr", "-D", "language=fr")
    assert "Votre premier plan" in (french / "index.html").read_text(encoding="utf-8")
    assert "Demander pourquoi" in (french / "tutorial/first-plan.html").read_text(encoding="utf-8")
