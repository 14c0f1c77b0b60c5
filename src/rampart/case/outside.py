"""A case, or a table in a layout, that came from outside, read in a process of its own with limits on memory and time.

What a file does to the reader stays in that process: an allocation that ends it, or work without end, is a finding
here. What was read comes back as Parquet and the findings as JSON, so that nothing of the other process is executed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.findings import Finding

if TYPE_CHECKING:
    from rampart.case.laid_out import LaidOut
    from rampart.case.tables import Case

MOST_MEMORY = 4_000_000_000
"""Bytes of address space for the reading: the largest case that is read takes about a third of it."""
MOST_SECONDS = 120.0


def check_outside(
    path: str | Path, *, overrides: Sequence[str] = (), seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY
) -> tuple[Case | None, tuple[Finding, ...]]:
    """Read and check a case as ``check_case`` does, in a child process; the case is None when any finding is an error.

    seconds  wall clock and processor time after which the reading is ended
    memory   address space in bytes (POSIX; elsewhere only the time is limited)
    """
    import polars as pl

    from rampart.case.tables import Case
    from rampart.catalogues.inputs import tables

    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="rampart-reading-") as scratch:
        order = {"path": str(path), "overrides": list(overrides)}
        told, stopped = _told(order, Path(scratch), seconds=seconds, memory=memory)
        found = stopped or tuple(Finding(**one) for one in told["findings"])
        if any(finding.severity == "error" for finding in found):
            return None, found
        frames = {name: pl.read_parquet(Path(scratch) / f"{name}.parquet") for name in tables()}
    return Case(tables=frames, path=path, overrides=tuple(overrides), findings=found), found


def layouts_outside(
    path: str | Path, layouts: Sequence[str], *, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY
) -> tuple[dict[str, LaidOut], tuple[Finding, ...]]:
    """Tables in layouts of ``layouts.csv``, a sheet of a workbook or a CSV file of a folder each, read in a child process.

    Gives what was read by layout, with its own findings, and the findings on the whole; nothing is read where those are errors.
    """
    import polars as pl

    from rampart.case.draft import Draft, Origin
    from rampart.case.laid_out import LaidOut

    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="rampart-reading-") as scratch:
        order = {"path": str(path), "layouts": list(layouts)}
        told, stopped = _told(order, Path(scratch), seconds=seconds, memory=memory)
        if stopped:
            return {}, stopped
        read = {}
        for layout, said in told["layouts"].items():
            frames = {layout: pl.read_parquet(Path(scratch) / f"{layout}.parquet")}
            bad = {column: frozenset(rows) for column, rows in said["bad"].items()}
            missing = frozenset((layout, column) for column in said["missing"])
            draft = Draft(frames, {layout: Origin(**said["origin"])}, {layout: bad}, missing)
            numbers = {column: frozenset(rows) for column, rows in said["numbers"].items()}
            found = tuple(Finding(**one) for one in said["findings"])
            read[layout] = LaidOut(layout, draft, found, read=said["read"], numbers=numbers)
    return read, ()


def _told(
    order: dict[str, Any], scratch: Path, *, seconds: float, memory: int
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """What the child says that it read, its tables in the folder; or the finding that it was ended."""
    name = Path(order["path"]).name
    order |= {"memory": memory, "seconds": seconds, "to": str(scratch)}
    command = [sys.executable, "-m", "rampart.case.outside"]
    try:
        # Nothing of the file or its name is on the command line.
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(order), text=True, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return {}, (Finding("reading-too-long", file=name, details={"seconds": float(seconds)}),)
    said = scratch / "told.json"
    if done.returncode or not said.exists():
        details = {"limit": memory // 1_000_000, "status": done.returncode}
        return {}, (Finding("reading-ended", file=name, details=details),)
    told: dict[str, Any] = json.loads(said.read_text(encoding="utf-8"))
    return told, ()


def _read_as_told() -> None:
    """The child: limits first, then the reading; tables and findings are left in the folder that was named."""
    order = json.loads(sys.stdin.read())
    _limit(int(order["memory"]), float(order["seconds"]))
    folder = Path(order["to"])
    told = _layouts(order, folder) if "layouts" in order else _case(order, folder)
    (folder / "told.json").write_text(json.dumps(told, default=str), encoding="utf-8")


def _case(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    from rampart.case.reading import read

    case, findings = read(Path(order["path"]), overrides=order["overrides"])
    if case is not None:
        for name, frame in case.tables.items():
            frame.write_parquet(folder / f"{name}.parquet")
    return {"findings": [asdict(finding) for finding in findings]}


def _layouts(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    from rampart.case.laid_out import file_of, read_laid_out

    told = {}
    for layout in order["layouts"]:
        laid = read_laid_out(file_of(Path(order["path"]), layout), layout)
        laid.draft.frames[layout].write_parquet(folder / f"{layout}.parquet")
        origin = laid.draft.origins.get(layout)
        told[layout] = {
            "findings": [asdict(finding) for finding in laid.findings],
            "origin": asdict(origin) if origin else {},
            "bad": {column: sorted(rows) for column, rows in laid.draft.bad.get(layout, {}).items()},
            "missing": [column for _, column in laid.draft.missing],
            "numbers": {column: sorted(rows) for column, rows in laid.numbers.items()},
            "read": laid.read,
        }
    return {"layouts": told}


def _limit(memory: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; the parent still ends what takes too long
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CPU, (max(1, round(2 * seconds)), resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _read_as_told()
