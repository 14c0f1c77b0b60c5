"""Files appear whole or not at all, and overwrite nothing that a user made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.folders import PLAN, held, names, refused, save
from rampart.engine import whole_file as module
from rampart.engine.manifest import read_manifest
from rampart.engine.places import require_files
from rampart.engine.whole_file import whole_file, whole_files
from rampart.findings import PlaceError, TakenError


def write(target: Path, text: str = "new", **options: object) -> None:
    with whole_file(target, **options) as part:  # type: ignore[arg-type]
        assert part.suffix == target.suffix
        part.write_text(text)


def test_a_file_is_written_once_and_again_only_when_told_to(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.csv"
    write(target, "one")
    target.chmod(0o640)
    with refused("file-taken"):
        write(target, "two")
    assert target.read_text() == "one"
    write(target, "two", force=True)
    assert target.read_text() == "two"
    assert target.stat().st_mode & 0o777 == 0o640
    assert names(target.parent) == ["a.csv"]


def test_all_of_several_or_none(tmp_path: Path) -> None:
    page, book = tmp_path / "x.html", tmp_path / "x.xlsx"
    book.write_text("mine")
    with refused("file-taken"), whole_files([page, book]):
        raise AssertionError("written although one of them has no place")
    with pytest.raises(KeyError), whole_files([page, book], force=True) as (part, _):
        part.write_text("half")
        raise KeyError
    assert book.read_text() == "mine"
    assert names(tmp_path) == ["x.xlsx"]
    with whole_files([page, book], force=True) as parts:
        for part in parts:
            part.write_text("new")
    assert (page.read_text(), book.read_text()) == ("new", "new")


def test_a_file_that_came_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, links in enumerate((True, False)):
        if not links:
            monkeypatch.setattr(module.os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
        target = tmp_path / f"{n}.csv"
        with pytest.raises(PlaceError), whole_file(target) as part:
            part.write_text("new")
            target.write_text("mine")
        assert target.read_text() == "mine"
        write(tmp_path / f"{n}.txt")
    assert names(tmp_path) == ["0.csv", "0.txt", "1.csv", "1.txt"]


def test_the_source_is_never_overwritten_under_any_name(tmp_path: Path) -> None:
    source = tmp_path / "case.xlsx"
    source.write_text("mine")
    (tmp_path / "link.xlsx").symlink_to(source)
    (tmp_path / "second.xlsx").hardlink_to(source)
    (tmp_path / "up").symlink_to(tmp_path)
    for name in ("case.xlsx", "link.xlsx", "second.xlsx", "up/case.xlsx", "nope/../case.xlsx"):
        for force in (False, True):
            with refused("place-is-source"):
                write(tmp_path / name, force=force, sources=[source])
            with refused("place-is-source"):
                write(tmp_path / name, force=force, sources=[tmp_path])
    assert source.read_text() == "mine"
    write(tmp_path / "fresh.xlsx", sources=[source, tmp_path])


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    (tmp_path / "dangling.csv").symlink_to("fresh.csv")
    with refused("file-taken"):
        write(tmp_path / "link.csv")
    write(tmp_path / "link.csv", force=True)
    write(tmp_path / "dangling.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "new"
    assert (tmp_path / "fresh.csv").read_text() == "new"


def test_no_file_takes_the_place_of_a_folder_or_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("mine")
    for force in (False, True):
        with refused("place-is-folder"):
            write(tmp_path, force=force)
        for special in (tmp_path / "pipe", Path("/dev/null")):
            with refused("place-no-file"):
                write(special, force=force)
        with refused("place-is-file", PlaceError):
            write(tmp_path / "file" / "a.csv", force=force)
    with refused("name-too-long", PlaceError):
        require_files([tmp_path / ("n" * 256)])
    write(tmp_path / ("n" * 250))


def test_pages_of_a_folder_of_results_are_renewed_and_go_with_it(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    pages = [folder / "report" / "a.html", folder / "report" / "a.xlsx"]
    for text in ("one", "two"):
        with whole_files(pages, listed=True) as parts:
            for part in parts:
                part.write_text(text)
    assert {p.read_text() for p in pages} == {"two"}
    assert set(read_manifest(folder).files) == {*PLAN, "report/a.html", "report/a.xlsx"}
    assert dict(read_manifest(folder).said)["case"] == "new"
    pages[0].write_text("with my remarks")
    with refused("place-holds-yours"), whole_files(pages, listed=True):
        pass
    with refused("file-taken"):  # what a user asks for by name is never taken for a page of the plan
        write(pages[1])
    with whole_files(pages, listed=True, force=True) as parts:
        for part in parts:
            part.write_text("three")
    write(folder / "mine.csv", "asked for")
    save(folder)
    assert held(folder) == PLAN | {"mine.csv": "asked for"}


def test_a_page_of_the_users_in_a_folder_of_results_is_not_renewed(tmp_path: Path) -> None:
    folder = save(tmp_path / "plan")
    (folder / "mine.html").write_text("mine")
    with refused("file-taken"), whole_files([folder / "mine.html"], listed=True):
        pass
    with pytest.raises(TakenError):
        require_files([folder / "orders.parquet"])
