"""A case that came from outside, read in a process of its own with limits on memory and time.

What a file does to the reader stays in that process: an allocation that ends it, or work without end, is a finding
here. The case comes back as Parquet and the findings as JSON, so that nothing of the other process is executed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Finding

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
    from rampart.findings import Finding

    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="rampart-reading-") as scratch:
        order = {"path": str(path), "overrides": list(overrides), "memory": memory, "seconds": seconds, "to": scratch}
        command = [sys.executable, "-m", "rampart.case.outside"]
        try:
            # Nothing of the file or its name is on the command line.
            done = subprocess.run(  # noqa: S603
                command, input=json.dumps(order), text=True, capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return None, (Finding("reading-too-long", file=path.name, details={"seconds": float(seconds)}),)
        said = Path(scratch) / "findings.json"
        if done.returncode or not said.exists():
            details = {"limit": memory // 1_000_000, "status": done.returncode}
            return None, (Finding("reading-ended", file=path.name, details=details),)
        found = tuple(Finding(**one) for one in json.loads(said.read_text(encoding="utf-8")))
        if any(finding.severity == "error" for finding in found):
            return None, found
        frames = {name: pl.read_parquet(Path(scratch) / f"{name}.parquet") for name in tables()}
    return Case(tables=frames, path=path, overrides=tuple(overrides), findings=found), found


def _read_as_told() -> None:
    """The child: limits first, then the reading; case and findings are left in the folder that was named."""
    order = json.loads(sys.stdin.read())
    _limit(int(order["memory"]), float(order["seconds"]))
    from dataclasses import asdict

    from rampart.case.reading import read

    case, findings = read(Path(order["path"]), overrides=order["overrides"])
    folder = Path(order["to"])
    if case is not None:
        for name, frame in case.tables.items():
            frame.write_parquet(folder / f"{name}.parquet")
    told = json.dumps([asdict(finding) for finding in findings], default=str)
    (folder / "findings.json").write_text(told, encoding="utf-8")


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
