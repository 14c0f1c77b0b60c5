"""Whether a restructuring changed an answer: every shipped case, worked out with an old revision and with the working tree.

``python -m benchmarks.same_tables OLD_REVISION`` runs the command line of both, each in a process of its own, holds every
table and all that ``--json`` prints side by side to 1e-9, lists what differs, and leaves with 1 where something does. Both read
the cases of the old revision. Columns and tables that only the new one has are noted, not counted.

Where the new revision keeps a table in another place or names a column otherwise, say so in ``MOVED`` and ``RENAMED``.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path

import polars as pl

from benchmarks.table_differences import TOLERANCE, Difference, Found, Rules, compare_json, compare_tables

ROOT = Path(__file__).parent.parent
ANSWERED = (0, 3)  # exit codes of an answer: all kept, or some hard rule not
LIBRARIES = ("highspy", "numpy", "polars", "scipy")

MOVED: tuple[tuple[str, str, str], ...] = ()
"""Where a table lies now: verb, pattern of its old path below the folder of the job, new path (a template of ``re.sub``)."""

RENAMED: dict[tuple[str, str], str] = {}
"""What a column is called now, by table and old name."""

NO_ANSWER = (
    ("rounds", "seconds"), ("*", "created"), ("manifest*", "seconds"), ("manifest*", "python"), ("manifest*", "rampart"),
    ("manifest*", "versions"), ("printed", "plan"), ("printed", "report"),
)  # fmt: skip
"""Times, versions and paths, by table (or last key of a path in JSON) and column: never looked at."""

DEGENERATE = (
    ("duals", "*"), ("decisions", "decide_by"), ("decisions", "delay_*"),
    ("decisions", "rank"), ("*", "bound"), ("*", "gap"), ("*", "iterations"),
)  # fmt: skip
"""What hangs on prices that are not unique or on the way to the solution, left out with ``--exempt``: the order of the model's
rows may move it. Decisions are ranked by what their delay costs."""

UNKNOWN_END = (
    ("regimes.csv", "regime,name_en,name_fr,ends\nwar,war,guerre,no\npause,pause,pause,no\nended,ended,fin,yes\n"),
    ("transitions.csv", """from_regime,to_regime,probability,low,high
war,pause,0.05,0.02,0.1
war,ended,0.03,0.01,0.06
pause,war,0.10,0.05,0.2
pause,ended,0.08,0.04,0.15
"""),
    ("overrides.csv", """unknown-end,1,settings,,,add,setting=regime; value=war,
unknown-end,2,settings,,,add,setting=revise_every; value=6,
unknown-end,3,demand,,,add,holder=XUU; item=round; purpose=operations; regime=pause; rate_per=month; need=100,
unknown-end,4,demand,,,add,holder=XUU; item=round; purpose=operations; regime=ended; rate_per=month; need=0,
unknown-end,5,priorities,objective=floors,worth,set,50,
unknown-end,6,priorities,objective=need,worth,set,20,
unknown-end,7,priorities,objective=own_use,worth,set,20,
unknown-end,8,priorities,objective=requirement,worth,set,2,
"""),
)  # fmt: skip
"""Lines added to ``cases/tiny`` for a war of unknown length, as in ``docs/how-to/unknown-war.md``."""

SUSTAIN_TABLES = """
import sys
from pathlib import Path
import rampart
sustain = rampart.sustain if "sustain" in dir(rampart) else None
if sustain is None:
    from rampart.sustainment.answer import sustain
folder = Path("tables")
folder.mkdir()
for name, table in sustain(rampart.read_case(sys.argv[1])).tables.items():
    table.write_parquet(folder / f"{name if isinstance(name, str) else name[-1]}.parquet")
"""
"""``rampart sustain`` saved no tables in 0.1: Python saves them."""


@dataclass(frozen=True)
class Job:
    """A case and what is asked of it.

    case     folder below the root of a revision
    options  of the verb
    added    lines added to files of the case before
    """

    verb: str
    case: str
    options: tuple[str, ...] = ()
    added: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """To choose it by: verb, case, options."""
        return " ".join([self.verb, self.case.removeprefix("cases/").removeprefix("tests/"), *self.options])

    @property
    def folder(self) -> str:
        """Name of a folder for its answer."""
        return re.sub(r"[^\w.-]+", "_", self.name)

    def commands(self) -> list[list[str]]:
        """Arguments of the interpreter, for processes that run in the folder of the answer; the case lies in ``case``."""
        verb = ["-m", "rampart", self.verb, "case", "--no-report", "--json", "--lang", "en", "-o", "out", *self.options]
        return [verb, *([["-c", SUSTAIN_TABLES, "case"]] if self.verb == "sustain" else [])]


def jobs(tree: Path) -> list[Job]:
    """All jobs, the long ones first; the published problems are those of a tree."""
    alliance, unknown_end = "cases/alliance-2023", ("--with", "unknown-end")  # the alliance names its regime itself
    apart = ("--with", "no-fleets")
    paths = ("--keep", "3", "--capacity", "later", "--fresh", "2", "--ahead", "2", "--batches", "2", "--frontier", "2")
    found = [
        Job("war", alliance, (*apart, "--whole", "now", "--gap", "0.001")),
        Job("war", alliance, (*apart, "--paths", "4", *paths)),
        Job("war", alliance, (*apart, "--paths", "4", "--frontier", "0")),
        Job("plan", alliance),
        Job("plan", alliance, apart),
        *(
            Job("plan", alliance, (*apart, "--with", name))
            for name in ("joint-purchase", "offensive-2023", "powder-late")
        ),
        *(Job("sustain", f"cases/{name}") for name in ("fleet-2023", "deliver-or-repair", "fleet-tiny")),
        Job("plan", "cases/alliance-2026", ("--reasons", "none")),
        *(
            Job("plan", f"cases/{name}")
            for name in ("deliver-or-repair", "csis-155", "csis-systems", "million-rounds", "stock-or-bought", "tiny")
        ),
        Job("war", "cases/tiny", unknown_end, UNKNOWN_END),
        Job("war", "cases/tiny", (*unknown_end, "--tree", "regimes", "--cvar", "0.5", "0.9"), UNKNOWN_END),
        Job("war", "cases/tiny", (*unknown_end, "--regret"), UNKNOWN_END),
        Job("war", "cases/tiny", (*unknown_end, "--paths", "12", *paths), UNKNOWN_END),
    ]
    for folder in sorted((tree / "tests" / "published").glob("*/settings.csv")):
        verb = "war" if (folder.parent / "regimes.csv").exists() else "plan"
        # what the ways of planning would give takes minutes on the largest of them
        options = ("--no-compare",) if folder.parent.name == "goes-on-with-chance" else ()
        found.append(Job(verb, folder.parent.relative_to(tree).as_posix(), options))
    return found


class NoAnswer(Exception):
    """A process failed."""


def answer(job: Job, source: Path, cases: Path, folder: Path) -> float:
    """Work out a job into an empty folder with the package in ``source``; gives CPU seconds. Raises NoAnswer."""
    shutil.copytree(cases / job.case, folder / "case")
    for name, text in job.added:
        with (folder / "case" / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    spent, codes = 0.0, []
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    for number, command in enumerate(job.commands()):
        printed, told = folder / f"printed{number or ''}.json", folder / f"told{number or ''}.txt"
        with printed.open("wb") as out, told.open("wb") as err:
            child = subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stdout=out, stderr=err)
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        spent += usage.ru_utime + usage.ru_stime
        codes.append(child.returncode)
        if child.returncode not in ANSWERED:
            said = told.read_text(errors="replace").strip() or printed.read_text(errors="replace").strip()
            raise NoAnswer(f"left with {child.returncode}: {said[-1500:]}")
    (folder / "ran.json").write_text(json.dumps({"asked": asked(job), "codes": codes, "seconds": spent}))
    return spent


def asked(job: Job) -> str:
    """What an answer kept for later must have been asked: the job, and the versions beside Rampart's."""
    versions = [platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    return hashlib.sha256(repr((job, job.commands(), versions)).encode()).hexdigest()


def kept(job: Job, folder: Path) -> bool:
    """Whether an answer of this job lies there."""
    ran = folder / "ran.json"
    return ran.exists() and json.loads(ran.read_text())["asked"] == asked(job)


def old_answer(job: Job, old: Path, cache: Path) -> Path:
    """Folder of the old revision's answer, worked out where the cache has none."""
    folder = cache / job.folder
    if not kept(job, folder):
        with tempfile.TemporaryDirectory(dir=cache) as made:  # moved when it is whole
            answer(job, old / "src", old, Path(made) / "answer")
            shutil.rmtree(folder, ignore_errors=True)
            (Path(made) / "answer").rename(folder)
    return folder


def tables_in(folder: Path) -> dict[str, Path]:
    """Parquet files and manifests of an answer by their path below its folder, without the case."""
    files = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name.as_posix(): path
        for name, path in files.items()
        if "case" not in name.parts[:-1] and (name.suffix == ".parquet" or name.name == "manifest.json")
    }


def compare_answers(job: Job, old: Path, new: Path, rules: Rules) -> Found:
    """Hold the answers of a job in two folders side by side. Raises NoAnswer where the old one has no table."""
    found = Found()
    before, now = tables_in(old), tables_in(new)
    if not any(name.endswith(".parquet") for name in before):
        raise NoAnswer(f"the old revision left no table in {old}")
    known = set()
    for name, path in before.items():
        place = name
        for verb, pattern, there in MOVED:
            place = re.sub(pattern, there, place) if verb == job.verb else place
        known.add(place)
        if rules.left_out(path.stem, ""):
            continue
        if place not in now:
            found.differences.append(Difference(place, "", 1, example="the table is gone"))
        elif path.suffix == ".json":
            read = (json.loads(p.read_text(encoding="utf-8")) for p in (path, now[place]))
            found.add(compare_json(place, *read, key="manifest", rules=rules))
        else:
            frames = (pl.read_parquet(p) for p in (path, now[place]))
            found.add(compare_tables(place, *frames, table=path.stem, rules=rules))
    found.notes += [f"{name} is new" for name in now if name not in known]
    printed = (json.loads((folder / "printed.json").read_text(encoding="utf-8")) for folder in (old, new))
    found.add(compare_json("--json", *printed, key="printed", rules=rules))
    codes = (json.loads((folder / "ran.json").read_text())["codes"] for folder in (old, new))
    found.add(compare_json("exit codes", *codes))
    return found


def rules_of(*, exempt: bool, tolerance: float) -> Rules:
    """The rules of a comparison."""
    patterns = NO_ANSWER + (DEGENERATE if exempt else ())

    def left_out(table: str, column: str) -> bool:
        # a pattern for some columns does not leave out the table
        return any(fnmatchcase(table, t) and (c == "*" if not column else fnmatchcase(column, c)) for t, c in patterns)

    return Rules(tolerance, left_out, RENAMED)


def describe(difference: Difference) -> str:
    """A difference in a line."""
    d = difference
    size = f"by up to {d.absolute:.3g}, relative {d.relative:.3g}" if d.absolute == d.absolute else ""
    rows = f"{d.rows} row{'s' if d.rows > 1 else ''}"
    return "  ".join(part for part in (d.place, d.column, rows, size, d.example) if part)


def tree_of(revision: str, folder: Path) -> str:
    """Lay the files of a revision into a folder; gives its whole name."""
    git = ["git", "-C", str(ROOT)]
    commit = subprocess.run(
        [*git, "rev-parse", "--verify", f"{revision}^{{commit}}"], capture_output=True, text=True, check=False
    )
    if commit.returncode:
        raise SystemExit(f"{revision}: no such revision")
    whole = subprocess.run([*git, "archive", commit.stdout.strip()], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        archive.extractall(folder, filter="data")
    return commit.stdout.strip()


def require_imported(source: Path) -> None:
    """Leave where processes would import another Rampart than the one in ``source``."""
    told = subprocess.run(
        [sys.executable, "-c", "import rampart; print(rampart.__file__)"], capture_output=True, text=True, check=True,
        cwd=source, env=os.environ | {"PYTHONPATH": str(source)},
    )  # fmt: skip
    if not Path(told.stdout.strip()).is_relative_to(source):
        raise SystemExit(f"{told.stdout.strip()} is imported, not the package in {source}")


@dataclass(frozen=True)
class Both:
    """What was found for a job, and the CPU seconds of both answers (those of an old one that was kept, as it took then)."""

    job: Job
    found: Found
    old: float
    new: float

    def lines(self) -> Iterator[str]:
        """To print."""
        f = self.found
        said = "DIFFERS" if f.differences else "equal"
        yield (f"{said:8}{self.job.name}: {f.tables} tables, {f.rows:,} rows, {f.cells:,} cells; "
               f"CPU s {self.old:.1f} old, {self.new:.1f} new")  # fmt: skip
        yield from (f"    {describe(d)}" for d in f.differences)
        yield from (f"    note: {note}" for note in f.notes)


def both(job: Job, old: Path, new: Path, cache: Path, keep: Path, rules: Rules) -> Both:
    """Work out a job with both and compare."""
    place = keep / job.folder
    try:
        was = old_answer(job, old, cache)
        before = float(json.loads((was / "ran.json").read_text())["seconds"])
    except NoAnswer as failed:
        return Both(job, Found([Difference("the old revision", "", 1, example=str(failed))]), 0.0, 0.0)
    try:
        shutil.rmtree(place, ignore_errors=True)
        now = answer(job, new, old, place)
        return Both(job, compare_answers(job, was, place, rules), before, now)
    except NoAnswer as failed:
        return Both(job, Found([Difference("the working tree", "", 1, example=str(failed))]), before, 0.0)


def chosen_jobs(found: list[Job], names: list[str]) -> list[Job]:
    """Jobs with one of the texts in their name; all without texts. Leaves where a text is in none."""
    for name in names:
        if not any(name in job.name for job in found):
            raise SystemExit(f"{name}: no such job; there are\n" + "\n".join(f"  {job.name}" for job in found))
    return [job for job in found if not names or any(name in job.name for name in names)]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.same_tables",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("revision", metavar="OLD_REVISION", help="a commit, tag or branch")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="jobs with this in their name; repeat"
    )
    parser.add_argument("--exempt", action="store_true", help="leave out what hangs on prices that are not unique")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help=f"of numbers; default {TOLERANCE:g}")
    parser.add_argument("--workers", type=int, default=1, help="jobs at once; default 1")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the old answers there for the next time")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the new answers there, to look at")
    parser.add_argument("--list", action="store_true", help="name the jobs and do nothing")
    chosen = parser.parse_args()
    rules = rules_of(exempt=chosen.exempt, tolerance=chosen.tolerance)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        commit = tree_of(chosen.revision, folder / "old")
        todo = chosen_jobs(jobs(folder / "old"), chosen.only)
        if chosen.list:
            print("\n".join(job.name for job in todo))
            return
        # a copy, so that work may go on in the tree
        shutil.copytree(ROOT / "src", folder / "new", ignore=shutil.ignore_patterns("__pycache__"))
        for source in (folder / "old" / "src", folder / "new"):
            require_imported(source)
        cache = (chosen.cache.resolve() if chosen.cache else folder / "answers") / commit
        keep = chosen.keep.resolve() if chosen.keep else folder / "now"
        cache.mkdir(parents=True, exist_ok=True)
        keep.mkdir(parents=True, exist_ok=True)
        differ = []
        with ThreadPoolExecutor(chosen.workers) as pool:
            running = [pool.submit(both, job, folder / "old", folder / "new", cache, keep, rules) for job in todo]
            for done in as_completed(running):
                print("\n".join(done.result().lines()), flush=True)
                differ += [done.result().job.name] if done.result().found.differences else []
    print(f"\n{len(todo) - len(differ)} of {len(todo)} jobs equal, {commit[:12]} against the working tree")
    if differ:
        raise SystemExit("different: " + "; ".join(sorted(differ)))


if __name__ == "__main__":
    main()
