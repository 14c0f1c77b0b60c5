"""Folders of results: read back equal to what was saved, plans of version 0.1 included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.tables import Case
from rampart.catalogues.results import complete, result_tables
from rampart.engine.manifest import read_manifest, require_whole
from rampart.engine.tree import is_file
from rampart.findings import CaseError, Finding, ResultError
from rampart.results.first_format import KEPT, from_first_format, movements_of, with_keys
from rampart.results.manifest import FORMAT
from rampart.results.pegging import pegging
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl


def read_result(path: str | Path) -> Result:
    """Load a folder of results: a plan, a plan for a war, or an answer for fleets; equal to the one that was saved.

    A plan that version 0.1 wrote is moved over as it is read. Raises NoResultError (a FileNotFoundError) where there is no
    such folder, ResultError where it cannot be read: damaged, of a later version, or a war of version 0.1, which kept no
    case and must be made again. Their findings say which.
    """
    folder = Path(path)
    found = read_manifest(folder)
    first = "format" not in found.said
    manifest: dict[str, Any] = dict(found.said) | ({} if first else {"kind": found.kind})
    with _saying(folder, "manifest.json"):
        later = int(manifest.get("format", 1)) > FORMAT
    if later:
        raise ResultError(
            [Finding("result-of-later-version", file=str(folder), value=str(manifest.get("rampart", "")))]
        )
    # what the user has laid in is no table of the result
    names = sorted(name for name, digest in found.files.items() if digest or is_file(folder / name))
    require_whole(folder, found, [name for name in names if not name.startswith("report/")])
    tables = {Path(name).stem: _table(folder, folder / name) for name in names if _is_table(name)}
    if first:
        with _saying(folder, "manifest.json"):
            manifest, tables = from_first_format(folder, manifest, tables)
    with _saying(folder, "manifest.json"):
        expected = KEPT if first else tuple(result_tables(manifest["kind"]))
    listed = {Path(name).stem for name in found.files if _is_table(name)}
    for name in expected:  # an empty table in its place would read as "nothing is short"
        # what an earlier program never wrote stands in no list of files: nothing was said of it then
        if name not in tables and (first or name in listed):
            raise ResultError([Finding("result-incomplete", file=str(folder), value=f"{name}.parquet")])
    with _saying(folder, "case"):
        case = _case(folder, manifest)
    if first:
        with _saying(folder, "stock.parquet"):
            tables = with_keys(case, tables) | {
                "movements": movements_of(tables["stock"]), "pegging": pegging(case, tables),
            }  # fmt: skip
    return Result(case, complete(manifest["kind"], tables), manifest)


def _is_table(name: str) -> bool:
    return name.endswith(".parquet") and "/" not in name


@contextmanager
def _saying(folder: Path, name: str) -> Iterator[None]:
    """Whatever is wrong with a file of the folder, say which it is."""
    try:
        yield
    except ResultError:
        raise
    except Exception as wrong:
        found = wrong.findings if isinstance(wrong, CaseError) else ()
        raise ResultError([Finding("result-damaged", file=str(folder), value=name), *found]) from wrong


def _table(folder: Path, file: Path) -> pl.DataFrame:
    import polars as pl

    with _saying(folder, file.name):
        return pl.read_parquet(file)


def _case(folder: Path, manifest: Mapping[str, Any]) -> Case:
    from rampart.case.doors import read_case

    case = read_case(folder / "case")
    return Case(case.tables, case.path, tuple(manifest["overrides"]), case.findings)
