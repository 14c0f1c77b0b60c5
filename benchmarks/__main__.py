"""What Rampart costs beside its solver: ``python -m benchmarks``. Prints tables and writes ``benchmarks/results.md``.

Times are CPU seconds, which a busy machine changes least; each size runs in a process of its own, so that its peak of
memory is its own. ``--one`` solves, instead of the passes one after another, one linear programme of all of them weighted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
SOLVING = ("solve", "delays")


@dataclass(frozen=True)
class Spent:
    """CPU seconds and peak megabytes of a command."""

    seconds: float
    peak: float
    output: str


def spend(*command: str, stop: float | None = None) -> Spent:
    """Run a Python command to its end; raises where it fails or, with ``stop``, runs longer."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(
            [*(["timeout", str(stop)] if stop else []), sys.executable, *command],
            stdout=out, cwd=ROOT, env=os.environ | {"PYTHONPATH": path},
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} left with {child.returncode}")
        out.seek(0)
        return Spent(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())


def table(head: list[str], rows: list[list[str]]) -> str:
    """Markdown, first column to the left and the others to the right."""
    lines = [" | ".join(head), " | ".join(["---", *["---:"] * (len(head) - 1)]), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def starting() -> str:
    """``import rampart`` and ``rampart --help``: the middle of five."""
    calls = {
        "import rampart": "import rampart",
        "rampart --help": "import sys; sys.argv = ['rampart', '--help']; from rampart.cli import main; main()",
    }
    rows = []
    for name, code in calls.items():
        spent = [spend("-c", code).seconds for _ in range(5)]
        rows.append([f"`{name}`", f"{statistics.median(spent):.2f}", f"{max(spent):.2f}"])
    return table(["start", "CPU s", "worst of five"], rows)


def reading(rows: int) -> str:
    """A case of so many rows read and checked, in each form."""
    spent = spend("-m", "benchmarks.reading", str(rows), "--json")
    found = json.loads(spent.output)
    lines = [[r["form"], f"{r['save']:.1f}", f"{r['read']:.1f}"] for r in found["forms"]]
    return table([f"{found['rows']:,} rows", "save, CPU s", "read and check, CPU s"], lines)


def whole_run(case: Path, *changes: str) -> str:
    """``rampart plan`` of a case from the command line, without and with its report."""
    rows = []
    for name, options in (("plan", ["--no-report"]), ("plan and report", [])):
        with tempfile.TemporaryDirectory() as folder:
            line = ["rampart", "plan", str(case), *changes, "-o", f"{folder}/plan", "--json", *options]
            code = f"import sys; sys.argv = {line!r}"
            spent = spend("-c", f"{code}; from rampart.cli import main; main()")
        made = json.loads(spent.output)["manifest"]
        rows.append(
            [
                f"{' '.join((case.name, *changes))}: {name}",
                f"{made['columns']:,}",
                f"{spent.seconds:.1f}",
                f"{spent.peak:.0f}",
            ]
        )
    return table(["whole run", "columns", "CPU s", "peak MB"], rows)


def phases(size: str, *, one: bool, stop: float) -> str:
    """Every phase of a size, beside the solver's time in the same run."""
    found: dict[str, Any] = json.loads(
        spend("-m", "benchmarks.phases", size, "one" if one else "full", str(stop), stop=3 * stop + 600).output
    )
    seconds, peak = found["seconds"], found["peak"]
    around = sum(s for name, s in seconds.items() if name not in SOLVING)
    rows = [
        [name, f"{s:.2f}", f"{100 * s / seconds['solve']:.1f} %", f"{peak[name]:.0f}"] for name, s in seconds.items()
    ]
    rows.append(["**all but solving**", f"**{around:.2f}**", f"**{100 * around / seconds['solve']:.1f} %**", ""])
    solved = "one weighted linear programme" if found["one"] else f"{len(found['passes'])} passes in order"
    title = (
        f"### {size}: {found['columns']:,} columns, {found['rows']:,} rows, {found['nonzeros']:,} coefficients\n\n"
        f"Solved: {solved}, {found['status']}, {sum(p[2] for p in found['passes']):,} iterations; {found['short']:,} "
        f"shortages.\n\n"
    )
    return title + table(["phase", "CPU s", "of solve", "peak MB"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="S,Q", help="of S, Q, M; default S,Q")
    parser.add_argument("--one", default="M", metavar="SIZES", help="sizes also run as one linear programme; default M")
    parser.add_argument("--stop", type=float, default=500.0, help="seconds after which the solver stops; default 500")
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the case that is read and checked")
    chosen = parser.parse_args()
    import rampart

    machine = f"Rampart {rampart.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores. CPU seconds."
    parts = ["# Benchmarks", f"Written by `python -m benchmarks`. {machine}"]
    print("\n\n".join(parts), flush=True)
    runs = [("## Starting", starting), ("## Reading", lambda: reading(chosen.rows))]
    runs.append(("## The real case", lambda: whole_run(ROOT / "cases" / "alliance-2023", "--with", "no-fleets")))
    runs.append(("## The same as it first stood", lambda: whole_run(HERE / "alliance-2023-first")))
    runs.append(
        ("## Phases", lambda: f"`delays` solves again for each decision, so it counts as solving. {SIZES_SAID}")
    )
    for size in filter(None, chosen.sizes.split(",")):
        runs.append(("", lambda size=size: phases(size, one=False, stop=chosen.stop)))
    for size in filter(None, chosen.one.split(",")):
        runs.append(("", lambda size=size: phases(size, one=True, stop=chosen.stop)))
    for head, run in runs:
        part = f"{head}\n\n{run()}".strip()
        print(f"\n{part}", flush=True)
        parts.append(part)
        (HERE / "results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


SIZES_SAID = "The cases are synthetic: members x end items and components x months (`benchmarks/cases.py`)."

if __name__ == "__main__":
    main()
