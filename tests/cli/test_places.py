"""What the verbs write never costs a user a file, and what stands against writing is said in a line before the work."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from places import CASES, ROOT
from rampart.cli.main import main
from rampart.results.folder import read_result
from scenario.small_war import small
from sources.small_books import book, plain, write

PLAN_OF_0_1 = ROOT / "tests" / "results" / "written_by_0_1" / "plan"
TINY, FLEET = CASES / "tiny", CASES / "fleet-tiny"


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words], prog_name="rampart")
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


def refusal(*words: object, code: int = 2) -> str:
    """The code of the finding with which a verb leaves: one line in either language, the same in JSON where it has that."""
    english, french = (run(*words, "--lang", lang, code=code).stderr for lang in ("en", "fr"))
    assert english.startswith("error: ")
    assert french.startswith("erreur : ")
    assert len(english.splitlines()) == len(french.splitlines()) == 1
    if "--json" in run(words[0], *([words[1]] if words[0] in ("import", "export") else []), "--help").output:
        (found,) = json.loads(run(*words, "--json", code=code).stdout)
        assert found["message"] in english
        return str(found["code"])
    return english


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places") / "plan"
    run("plan", TINY, "-o", folder)
    return folder


@pytest.fixture
def plan(planned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(planned, tmp_path / "plan"))


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be worked out."""

    def worked(*_: object, **__: object) -> None:
        raise AssertionError("worked although there is no place for the result")

    for verb in ("rampart.cli.plan.make_plan", "rampart.scenario.war.war_plan", "rampart.sustainment.answer.sustain"):
        monkeypatch.setattr(verb, worked)


SOLVING = [("plan", TINY), ("war", TINY), ("sustain", FLEET), ("demo",)]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("verb", SOLVING, ids=lambda verb: str(verb[0]))
class TestBeforeTheWork:
    def test_a_folder_of_the_users(
        self, verb: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine = tmp_path / "docs"
        mine.mkdir()
        (mine / "manifest.json").write_text('{"name": "a web page"}')
        monkeypatch.chdir(tmp_path)
        for name in ("docs", "nope/../docs", tmp_path / "docs" / ".."):
            line = run(*verb, "-o", name, code=2).stderr
            assert "folder" in line
        assert [p.name for p in tmp_path.rglob("*")] == ["docs", "manifest.json"]

    def test_a_file_a_loop_a_long_name(self, verb: tuple[object, ...], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        (tmp_path / "loop").symlink_to("loop")
        for name in ("file", "file/inside", "loop", "n" * 256):
            line = run(*verb, "-o", tmp_path / name, "--lang", "fr", code=2).stderr
            assert line.startswith("erreur : ")
            assert len(line.splitlines()) == 1
        assert (tmp_path / "file").read_text() == "mine"

    def test_where_you_stand(self, verb: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        for name in (".", "..", "../here"):
            for force in ((), ("--force",)):
                assert "You are in this folder" in run(*verb, "-o", name, *force, code=2).stderr

    def test_the_case_itself(self, verb: tuple[object, ...], tmp_path: Path) -> None:
        if len(verb) == 1:
            return
        case = Path(shutil.copytree(str(verb[1]), tmp_path / "case"))
        before = sorted(p.name for p in case.iterdir())
        (tmp_path / "link").symlink_to(case)
        for name in (case, tmp_path / "link", case / ".." / "case"):
            for force in ((), ("--force",)):
                assert "own source" in run(verb[0], case, "-o", name, *force, code=2).stderr
        assert sorted(p.name for p in case.iterdir()) == before


def test_a_plan_of_the_first_version_is_replaced_and_notes_in_it_stay(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PLAN_OF_0_1, tmp_path / "plan"))
    mine = {"notes.txt": "mine", "mine.parquet": "mine", "case/letter.txt": "mine"}
    for name, text in mine.items():
        (folder / name).write_text(text)
    run("plan", TINY, "-o", folder, "--no-report")
    assert {name: (folder / name).read_text() for name in mine} == mine
    listed = set(json.loads((folder / "manifest.json").read_text())["files"])
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == listed | mine.keys() | {"manifest.json"}


@pytest.mark.usefixtures("idle")
def test_a_result_of_another_kind(plan: Path) -> None:
    """A war or a fleet answer does not take the place of a plan, nor a plan that of a war, unless it is told to."""
    before = read_result(plan)
    assert refusal("war", TINY, "-o", plan) == "place-other-kind"
    assert refusal("sustain", FLEET, "-o", plan) == "place-other-kind"
    assert read_result(plan) == before


@pytest.mark.usefixtures("idle")
def test_a_report_with_remarks_of_the_users(plan: Path) -> None:
    (plan / "report" / "report.en.html").write_text("with my remarks")
    assert refusal("plan", TINY, "-o", plan) == "place-holds-yours"
    assert "yours" in run("report", plan, code=2).stderr
    assert (plan / "report" / "report.en.html").read_text() == "with my remarks"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 700 KiB, of which the plan of the tiny case with its report fills a part."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a disk here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.usefixtures("idle")
def test_a_disk_that_is_full_or_can_only_be_read(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(600_000))
    assert refusal("plan", TINY, "-o", small_disk / "plan") == "place-full"
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert refusal("plan", TINY, "-o", small_disk / "plan") == "place-locked"
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


@pytest.mark.parametrize("left", [24_000, 80_000])
@pytest.mark.parametrize("verb", ["plan", "sustain", "war"])
@pytest.mark.docs
def test_a_disk_that_fills_up_at_the_end(
    small_disk: Path, planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, left: int
) -> None:
    """A file half written that complains when it is dropped would fail the test as well."""
    small(0.2).save(tmp_path / "case")
    words = {"plan": [TINY], "sustain": [FLEET, "--draws", "0"], "war": [tmp_path / "case", "--no-compare"]}[verb]
    made = read_result(planned)
    monkeypatch.setattr("rampart.cli.plan.make_plan", lambda *_, **__: made)
    monkeypatch.setattr("rampart.engine.places._PROBE", b"")  # as if the disk had room when it was looked at
    (small_disk / "filler").write_bytes(bytes(700 * 1024 - left))
    ended = run(verb, *words, "-o", small_disk / "out", "--lang", "fr", code=2)
    gc.collect()
    (line,) = [line for line in ended.stderr.splitlines() if line != "planification sur l’arbre"]
    assert line.startswith("erreur : ")
    assert "disque est plein" in line
    assert [p.name for p in small_disk.iterdir()] == ["filler"]


# -- files -------------------------------------------------------------------------------------------------------


def test_a_workbook_beside_a_page_is_not_overwritten(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("mine")
    assert "x.xlsx" in refusal("report", plan, "-o", tmp_path / "x.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plan", "x.xlsx"]
    run("report", plan, "-o", tmp_path / "x.html", "--no-workbook")
    run("report", plan, "-o", tmp_path / "x.html", "--no-workbook", code=2)
    assert (tmp_path / "x.xlsx").read_text() == "mine"
    run("report", plan, "-o", tmp_path / "x.html", "--force")
    assert (tmp_path / "x.xlsx").read_bytes()[:2] == b"PK"
    (tmp_path / "file").write_text("mine")
    assert "file" in refusal("report", plan, "-o", tmp_path / "file")


@pytest.mark.docs
def test_the_report_inside_a_plan_is_renewed_and_goes_with_it(plan: Path) -> None:
    run("report", plan, "--banner", "FIRST")
    run("report", plan, "--lang", "fr")
    run("report", plan, "--banner", "SECOND")
    assert "SECOND" in (plan / "report" / "report.en.html").read_text()
    (plan / "notes.txt").write_text("mine")
    (plan / "report" / "draft.html").write_text("mine")
    run("plan", TINY, "-o", plan, "--no-report")
    assert [p.name for p in (plan / "report").iterdir()] == ["draft.html"]
    assert (plan / "notes.txt").read_text() == "mine"


def test_what_a_user_exports_into_a_plan_stays(plan: Path) -> None:
    run("export", "p21", plan, "-o", plan / "p21.csv")
    before = (plan / "p21.csv").read_bytes()
    run("plan", TINY, "-o", plan, "--no-report")
    assert (plan / "p21.csv").read_bytes() == before


def verbs_of_files(plan: Path, folder: Path) -> dict[str, tuple[object, ...]]:
    books = write(folder, "b.xml", book([plain()]))
    p21 = folder / "p21.xlsx"
    if not p21.exists():
        run("export", "p21", plan, "-o", p21)
    return {
        "template": ("template",),
        "check": ("check", TINY, "--annotate"),
        "export": ("export", "p21", plan, "-o"),
        "export template": ("export", "p21", "--template", "-o"),
        "expect": ("expect", plan, "-o"),
        "calibrate": ("calibrate", "jbook", books, "-o"),
        "backtest": ("backtest", "jbook", books, "-o"),
        "import jbook": ("import", "jbook", books, "-o"),
        "import p21": ("import", "p21", p21, "-o"),
        "late case": ("expect", TINY, "--late-case"),
    }  # fmt: skip


@pytest.mark.parametrize("verb", ["template", "check", "export", "export template", "expect", "calibrate", "backtest",
                                  "import jbook", "import p21", "late case"])  # fmt: skip
def test_a_file_that_is_there_is_not_overwritten(verb: str, plan: Path, tmp_path: Path) -> None:
    words = verbs_of_files(plan, tmp_path)[verb]
    target = tmp_path / "mine.xlsx"
    target.write_text("mine")
    given = [*words, target] if verb != "template" else ["template", target]
    assert refusal(*given) == "file-taken" or "of this name" in refusal(*given)
    assert target.read_text() == "mine"
    assert run(*given, "--force", code=1 if verb == "backtest" else 0)
    assert target.read_bytes()[:4] != b"mine"
    assert not list(tmp_path.rglob(".rampart-*"))


def test_nothing_is_written_over_what_is_read(plan: Path, tmp_path: Path) -> None:
    case = tmp_path / "case.xlsx"
    run("template", case, "--case", TINY)
    folder = tmp_path / "case"
    shutil.copytree(TINY, folder)
    verbs_of_files(plan, tmp_path)
    (tmp_path / "link.xlsx").symlink_to(case)
    (tmp_path / "second.xlsx").hardlink_to(case)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for words in (
        ("template", case, "--case", case),
        ("template", tmp_path / "link.xlsx", "--case", case),
        ("check", case, "--annotate", tmp_path / "second.xlsx"),
        ("check", folder, "--annotate", folder / "stocks.csv"),
        ("expect", case, "-o", tmp_path / "nope" / ".." / "case.xlsx"),
        ("expect", folder, "-o", folder / "orders.csv"),
        ("expect", folder, "--late-case", folder),
        ("export", "p21", case, "-o", case),
        ("import", "p21", tmp_path / "p21.xlsx", "-o", tmp_path / "p21.xlsx"),
        ("import", "jbook", tmp_path / "b.xml", "--tables", tmp_path / "b.xml"),
        ("import", "trackers", folder, "-o", folder),
    ):  # fmt: skip
        for force in ((), ("--force",)):
            run(*words, *force, code=2)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["nothing.xlsx", "junk.xlsx", "junk.txt"])
def test_a_copy_of_what_cannot_be_opened(tmp_path: Path, name: str) -> None:
    if name.startswith("junk"):
        (tmp_path / name).write_text("no workbook")
    found = json.loads(run("check", tmp_path / name, "--annotate", tmp_path / "copy.xlsx", "--json", code=1).stdout)
    assert {f["code"] for f in found} & {"no-such-path", "unreadable", "not-a-case"}
    assert not (tmp_path / "copy.xlsx").exists()


def test_new_never_empties_a_case(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "case"))
    before = (folder / "stocks.csv").read_text()
    assert "tables already" in refusal("new", folder)
    (tmp_path / "file").write_text("mine")
    assert "file is there" in refusal("new", tmp_path / "file")
    assert (folder / "stocks.csv").read_text() == before
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "README.md").write_text("mine")
    assert "other files" in refusal("new", tmp_path / "project")
    run("new", tmp_path / "project", "--force")
    assert (tmp_path / "project" / "README.md").read_text() == "mine"
    assert (tmp_path / "project" / "stocks.csv").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert refusal("expect", TINY, "-o", tmp_path / "no" / "x.csv") == "place-no-folder"


# -- damaged plans -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["explain", "report", "compare", "expect"])
@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "case", "manifest", "cut, of 0.1"])
def test_a_damaged_plan_is_told_in_a_line(plan: Path, verb: str, damage: str) -> None:
    if damage == "cut, of 0.1":  # whose manifest lists nothing
        shutil.rmtree(plan)
        shutil.copytree(PLAN_OF_0_1, plan)
    table = plan / "orders.parquet"
    whole = table.read_bytes()
    if damage == "missing":
        table.unlink()
    elif damage == "cut":
        table.write_bytes(whole[:100])
    elif damage == "changed":
        shutil.copy(plan / "budgets.parquet", table)
    elif damage == "case":
        (plan / "case" / "items.parquet").write_bytes(b"PAR1")
    elif damage == "manifest":
        (plan / "manifest.json").write_text((plan / "manifest.json").read_text()[:50])
    else:
        assert read_result(plan)["orders"].height
        table.write_bytes(whole[:100])
    words = (verb, plan, *([plan] if verb == "compare" else []))
    english, french = (run(*words, "--lang", lang, code=1).stderr for lang in ("en", "fr"))
    file = {"case": "case/items.parquet", "manifest": "manifest.json"}.get(damage, "orders.parquet")
    assert len(english.splitlines()) == len(french.splitlines()) == 1
    assert english.startswith(f"error: {plan}: “{file}” ")
    assert french.startswith(f"erreur : {plan} : « {file} » ")


def test_what_a_user_lays_into_a_plan_is_no_table_of_it(plan: Path) -> None:
    before = read_result(plan)
    shutil.copy(plan / "orders.parquet", plan / "mine.parquet")
    assert read_result(plan) == before


def test_a_case_beside_a_manifest_of_something_else_is_a_case(tmp_path: Path) -> None:
    case = Path(shutil.copytree(TINY, tmp_path / "case"))
    (case / "manifest.json").write_text('{"name": "a web page"}')
    assert run("expect", case, "--json").stdout.startswith("[")
