"""A folder of results takes its place whole, and takes nothing away that a user made."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.folders import PLAN, held, names, refused, save
from rampart.engine import staging
from rampart.engine.manifest import home_of, is_result, manifest_of, read_manifest, require_whole
from rampart.engine.places import require_place
from rampart.engine.tree import digest
from rampart.engine.whole_folder import whole_folder, whole_tables
from rampart.findings import NoResultError, PlaceError, ResultError

FIRST: dict[str, Any] = {
    "rampart": "0.1.0",
    "created": "2026-01-01T00:00:00+00:00",
    "case_hash": "a",
    "inputs": {},
    "versions": {},
}


@pytest.fixture(params=["at once", "in two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of taking a place: where the system exchanges two folders, and where it does not."""
    if request.param == "in two steps":
        monkeypatch.setattr(staging, "exchange", lambda *_: False)
    return str(request.param)


# -- what is written ---------------------------------------------------------------------------------------------


def test_the_manifest_says_what_it_is_and_lists_what_was_written(tmp_path: Path) -> None:
    folder = save(tmp_path / "deep" / "plan")
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert found["kind"] == "plan"
    assert found["case"] == "new"
    assert found["rampart"]
    assert found["files"] == {name: digest(folder / name) for name in PLAN}
    read = read_manifest(folder)
    assert dict(read.said) == {"case": "new", "rampart": found["rampart"]}
    assert held(folder) == PLAN
    assert names(folder.parent) == ["plan"]


def test_a_new_folder_is_as_open_as_the_user_has_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        folder = save(tmp_path / "plan")
        assert folder.stat().st_mode & 0o777 == 0o750
        assert (folder / "manifest.json").stat().st_mode & 0o777 == 0o640
        folder.chmod(0o700)
        assert save(folder).stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


# -- what is replaced, kept, refused -----------------------------------------------------------------------------


def test_an_older_folder_goes_and_notes_in_it_stay(tmp_path: Path, way: str) -> None:
    folder = save(tmp_path / "plan", "old", more=("stale.parquet", "report/report.en.html"))
    notes = {"notes.txt": "mine", "report/notes.txt": "mine too", "mine/deep/table.parquet": "of my own"}
    for name, text in notes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "link").symlink_to("nowhere")
    (folder / "empty").mkdir()
    (folder / "mine").chmod(0o500)
    inode = (folder / "notes.txt").stat().st_ino
    assert save(folder) == folder
    (folder / "mine").chmod(0o700)
    assert (folder / "link").readlink() == Path("nowhere")
    (folder / "link").unlink()
    assert (folder / "empty").is_dir()
    (folder / "empty").rmdir()
    assert held(folder) == PLAN | notes
    assert (folder / "notes.txt").stat().st_ino == inode
    assert names(tmp_path) == ["plan"]
    assert set(read_manifest(folder).files) == set(PLAN)


def test_notes_stay_where_a_file_cannot_have_a_second_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save(tmp_path / "plan", "old")
    (folder / "notes.txt").write_text("mine")

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(staging.os, "link", no_links)
    save(folder)
    assert held(folder) == PLAN | {"notes.txt": "mine"}
    assert names(tmp_path) == ["plan"]


@pytest.mark.parametrize(
    "manifest",
    ['{"name": "my web page", "icons": []}', "[]", "not json", '{"rampart": 1}', '{"kind": "plan", "files": {}}'],
)
def test_a_manifest_of_something_else_makes_no_folder_of_results(tmp_path: Path, manifest: str) -> None:
    mine = {"manifest.json": manifest, "orders.parquet": "my own", "notes.txt": "mine"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text)
    with refused("place-taken"):
        save(tmp_path)
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == mine


def test_force_lays_results_in_and_replaces_only_what_bears_their_names(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("manifest.json", "orders.parquet", "notes.txt"):
        (folder / name).write_text("mine")
    with refused("place-taken"):
        save(folder)
    save(folder, force=True)
    assert held(folder) == PLAN | {"notes.txt": "mine"}
    assert read_manifest(folder).kind == "plan"
    assert names(tmp_path) == ["mine"]


def test_results_of_another_kind_are_not_replaced_without_being_told_to(tmp_path: Path) -> None:
    folder = save(tmp_path / "war", "war", kind="war", more=("war.en.html",))
    (folder / "notes.txt").write_text("mine")
    with refused("place-other-kind"):
        save(folder)
    assert (folder / "war.en.html").read_text() == "war"
    save(folder, force=True)
    assert held(folder) == PLAN | {"notes.txt": "mine"}


def test_what_was_changed_since_it_was_written_is_the_users(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan", "old", more=("report/report.en.xlsx",))
    (folder / "report" / "report.en.xlsx").write_text("with my remarks")
    with refused("place-holds-yours"):
        require_place(folder, kind="plan")
    with refused("place-holds-yours"):
        save(folder)
    assert held(folder)["report/report.en.xlsx"] == "with my remarks"
    save(folder, force=True)
    assert held(folder) == PLAN


def test_a_note_with_the_name_of_a_new_file_is_not_overwritten(tmp_path: Path, way: str) -> None:
    folder = save(tmp_path / "plan", "old")
    (folder / "late.parquet").write_text("mine")
    (folder / "report").write_text("a file where a folder comes")
    with refused("place-holds-yours"):
        save(folder, more=("late.parquet", "report/x.html"))
    assert held(folder)["late.parquet"] == "mine"
    assert held(folder)["orders.parquet"] == "old"
    save(folder, more=("late.parquet", "report/x.html"), force=True)
    assert held(folder) == PLAN | {"late.parquet": "new", "report/x.html": "new"}
    assert names(tmp_path) == ["plan"]


def test_a_folder_of_the_first_version_is_known_by_what_it_says_and_loses_only_what_that_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    (folder / "case").mkdir(parents=True)
    (folder / "report").mkdir()
    (folder / "manifest.json").write_text(json.dumps(FIRST | {"status": "optimal"}))
    for name in ("orders.parquet", "duals.parquet", "case/items.parquet", "report/report.fr.xlsx"):
        (folder / name).write_text("0.1")
    mine = {"mine.parquet": "mine", "case/notes.csv": "mine", "report/draft.html": "mine", "war.en.html": "mine"}
    for name, text in mine.items():
        (folder / name).write_text(text)
    save(folder)
    assert held(folder) == PLAN | mine


@pytest.mark.parametrize(("more", "kind"), [({"status": "optimal"}, "plan"), ({"nodes": 3, "objective": {}}, "war")])
def test_the_first_version_tells_a_plan_from_a_war(tmp_path: Path, more: dict[str, Any], kind: str) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(FIRST | more))
    found = manifest_of(tmp_path)
    assert found is not None
    assert found.kind == kind


def test_names_in_a_manifest_reach_nothing_outside(tmp_path: Path, way: str) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    folder = save(tmp_path / "plan")
    manifest = json.loads((folder / "manifest.json").read_text())
    reaching = ["../letter.txt", str(tmp_path / "letter.txt"), "away/letter.txt", "away"]
    manifest["files"] |= dict.fromkeys(reaching, digest(tmp_path / "letter.txt"))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "away").symlink_to(other)
    save(folder, force=True)
    assert (tmp_path / "letter.txt").read_text() == "mine"
    assert held(other) == {"letter.txt": "mine"}


# -- where -------------------------------------------------------------------------------------------------------


def test_a_path_is_resolved_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "letter.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    for name in ("nope/../docs", "docs/.", "./docs/"):
        with refused("place-taken"):
            save(Path(name))
    assert names(tmp_path) == ["docs"]
    save(Path("nope/../fresh"))
    assert names(tmp_path) == ["docs", "fresh"]


@pytest.mark.parametrize("name", ["..", ".", "../..", "../here"])
def test_nobody_is_left_in_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    here = save(tmp_path / "top" / "here")
    monkeypatch.chdir(here)
    with refused("place-in-use"):
        save(Path(name))
    with refused("place-in-use"):
        save(Path(name), force=True)
    assert Path.cwd() == here
    assert held(here) == PLAN


def test_a_link_is_followed(tmp_path: Path, way: str) -> None:
    real = save(tmp_path / "disk" / "plan", "old")
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "dangling").symlink_to(tmp_path / "disk" / "fresh")
    assert save(tmp_path / "link") == tmp_path / "link"
    save(tmp_path / "dangling")
    assert (tmp_path / "link").is_symlink()
    assert held(real) == PLAN
    assert held(tmp_path / "disk" / "fresh") == PLAN
    (tmp_path / "loop").symlink_to("loop")
    with refused("place-no-file"):
        save(tmp_path / "loop")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine")
    (tmp_path / "to letters").symlink_to("letters")
    with refused("place-taken"):
        save(tmp_path / "to letters")


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    (tmp_path / "link").symlink_to(folder / "case")
    for force in (False, True):
        for source in (folder, folder / "case", folder / "case" / "items.parquet", tmp_path / "link"):
            with refused("place-is-source"):
                save(folder, force=force, sources=[source])
    save(folder / "case" / "out", sources=[folder / "case"])
    mine = tmp_path / "mine"
    (mine / "case").mkdir(parents=True)
    (mine / "case" / "items.csv").write_text("read")
    (mine / "orders.parquet").write_text("read")
    with refused("place-taken"):
        save(mine, sources=[mine / "case"])
    with refused("place-is-source"):
        save(mine, force=True, sources=[mine / "case", mine / "orders.parquet"])
    save(mine, force=True, sources=[mine / "case"])
    assert held(mine) == PLAN | {"case/items.csv": "read"}


def test_a_file_or_something_else_in_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    for force in (False, True):
        with refused("place-is-file"):
            save(tmp_path / "file", force=force)
        with refused("place-is-file", PlaceError):
            save(tmp_path / "file" / "plan", force=force)
        with refused("place-no-file"):
            save(tmp_path / "pipe", force=force)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    save(save(tmp_path / ("n" * 250)))
    for path in (tmp_path / ("é" * 128), tmp_path / "new" / ("n" * 256) / "plan"):
        with refused("name-too-long", PlaceError):
            require_place(path, kind="plan")
    assert names(tmp_path) == ["n" * 250]


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    place = require_place(tmp_path / "a" / "b", kind="plan")
    assert place.path == tmp_path / "a" / "b"
    assert names(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a disk here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_what_was_there(small_disk: Path, way: str) -> None:
    folder = save(small_disk / "plan", "old")
    with refused("place-full", PlaceError), whole_folder(folder, kind="plan", manifest={}) as part:
        (part / "orders.parquet").write_bytes(bytes(2_000_000))
    assert held(folder) == dict.fromkeys(PLAN, "old")
    assert names(small_disk) == ["plan"]
    (small_disk / "filler").write_bytes(bytes(350_000))
    with refused("place-full", PlaceError):
        require_place(folder, kind="plan")
    assert names(small_disk) == ["filler", "plan"]


def test_a_disk_that_can_only_be_read_is_known_before_the_work(small_disk: Path) -> None:
    folder = save(small_disk / "plan", "old")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for path in (folder, small_disk / "new", small_disk / "a" / "b"):
        with refused("place-locked", PlaceError):
            require_place(path, kind="plan")


def test_a_mounted_folder_is_not_exchanged(small_disk: Path) -> None:
    with refused("place-mounted"):
        require_place(small_disk, kind="plan")
    inner = small_disk / "inner"
    inner.mkdir()
    subprocess.run(["mount", "--bind", str(inner), str(inner)], check=True)  # from the same disk
    try:
        with refused("place-mounted"):
            require_place(inner, kind="plan")
    finally:
        subprocess.run(["umount", str(inner)], check=True)


def test_a_folder_without_the_right_to_write() -> None:
    with tempfile.TemporaryDirectory() as open_to_all:
        top = Path(open_to_all)
        top.chmod(0o755)
        (top / "closed").mkdir(mode=0o700)
        if root := os.geteuid() == 0:
            os.seteuid(65534)
        else:
            top.chmod(0o555)
            (top / "closed").chmod(0o000)
        try:
            for path in (top / "plan", top / "a" / "b", top / "closed", top / "closed" / "plan"):
                with refused("place-locked", PlaceError):
                    require_place(path, kind="plan")
        finally:
            if root:
                os.seteuid(0)
            top.chmod(0o755)


def test_a_fault_of_the_writer_is_not_laid_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error, whole_folder(tmp_path / "plan", kind="plan", manifest={}):
        Path("/nowhere/words.csv").read_text()
    assert not isinstance(error.value, PlaceError)
    with pytest.raises(KeyError), whole_folder(tmp_path / "plan", kind="plan", manifest={}):
        raise KeyError("table")
    assert names(tmp_path) == []


# -- reading back ------------------------------------------------------------------------------------------------


def test_a_damaged_folder_is_told(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    found = read_manifest(folder)
    require_whole(folder, found, PLAN)
    (folder / "orders.parquet").write_text("ne")
    with refused("result-damaged", ResultError):
        require_whole(folder, found, PLAN)
    (folder / "orders.parquet").unlink()
    with refused("result-incomplete", ResultError):
        require_whole(folder, found, PLAN)
    (folder / "manifest.json").write_text("{")
    assert is_result(folder)
    with refused("result-damaged", ResultError):
        read_manifest(folder)
    for missing in (tmp_path, tmp_path / "nowhere"):
        with refused("result-missing", NoResultError):
            read_manifest(missing)
        assert not is_result(missing)
    with pytest.raises(NoResultError) as nowhere:
        read_manifest(tmp_path / "nowhere")
    assert f"There is nothing at {tmp_path / 'nowhere'}." in nowhere.value.findings[0].remedy()
    (folder / "manifest.json").write_text('{"name": "a page"}')
    assert not is_result(folder)


def test_the_folder_that_a_file_belongs_to(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    assert home_of(folder / "report" / "x.html") == (folder, "report/x.html")
    assert home_of(tmp_path / "x.html") is None


# -- folders of tables, which have no manifest -------------------------------------------------------------------


def tables(target: Path, *names: str, **options: Any) -> None:
    with whole_tables(target, is_table=lambda name: name.endswith(".csv"), **options) as folder:
        for name in names:
            (folder / name).write_text("new")


def test_tables_are_replaced_only_when_told_to_and_all_else_is_kept(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "case"
    tables(folder, "a.csv", "b.csv")
    (folder / "README.md").write_text("mine")
    (folder / "old").mkdir()
    (folder / "old" / "a.csv").write_text("mine")
    with refused("tables-taken"):
        tables(folder, "a.csv")
    tables(folder, "a.csv", force=True)
    assert held(folder) == {"a.csv": "new", "README.md": "mine", "old/a.csv": "mine"}
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("mine")
    with refused("place-no-tables"):
        tables(tmp_path / "letters", "a.csv")
    tables(tmp_path / "letters", "a.csv", force=True)
    assert held(tmp_path / "letters") == {"a.csv": "new", "letter.txt": "mine"}
    assert names(tmp_path) == ["case", "letters"]


def test_tables_do_not_go_into_a_folder_of_results(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    (folder / "notes.txt").write_text("mine")
    with refused("place-other-kind"):
        tables(folder, "a.csv")
    tables(folder, "a.csv", force=True)
    assert held(folder) == {"a.csv": "new", "notes.txt": "mine"}
    assert manifest_of(folder) is None
