"""The two-stage problem of ``alliance-2023`` over sampled paths: decomposition, the whole model, and mpi-sppy, in one run.

``python -m benchmarks.war PATHS [PYTHON]`` solves the same paths to a gap of 1 %, one way after another, expansions in whole
units, and writes ``benchmarks/war-PATHS.md``. PYTHON is that of an environment of its own with mpi-sppy, mpi4py, mpich, pyomo
and highspy; without it the peer is left out.
"""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.phases import peak_megabytes
from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.scenario import branching
from rampart.scenario.decompose import Round, gap_of, two_stage
from rampart.scenario.one_path import Material, first_columns, path_problem
from rampart.scenario.sampled import first_decisions
from rampart.scenario.tree_programme import Effort, TreeProgramme

HERE = Path(__file__).parent
CASE = HERE.parent / "cases" / "alliance-2023"
GAP, LIMIT = 0.01, 600.0
PATIENCE = 1.5  # times the limit that the whole model, which cannot be asked to stop, gets


class Told(NamedTuple):
    """What one way found: bound and value, seconds on the clock."""

    way: str
    bound: float
    value: float
    seconds: float

    def row(self, least: float) -> str:
        """A row of the table; gap against the best bound of all."""
        shown = [f"{x:,.0f}" if np.isfinite(x) else "none" for x in (self.bound, self.value)]
        known = np.isfinite(self.value) and np.isfinite(self.bound)
        gap = f"{gap_of(self.value, self.bound):.2%}" if known else "none"
        return f"| {self.way} | {shown[0]} | {shown[1]} | {gap} | {self.seconds:.0f} | {self.seconds / least:.1f} |"


def paths_of(case: Case, paths: int) -> Material:
    """The same paths for all."""
    chain = Chain.of(case)
    drawn, _ = branching.paths_of(branching.sampled(case, chain, paths, seed=1))
    first = draws.revision_periods(case)[0]
    return Material(case, chain.regimes, chain.ends, drawn, first, None, capacity=True)


def decomposed(material: Material, workers: int) -> Told:
    """Rampart's decomposition, first decisions of other ways of planning included."""
    chance = np.full(len(material.paths), 1 / len(material.paths))

    def show(now: Round) -> None:
        print(
            f"  round {now.number}: {now.bound:,.0f} .. {now.best:,.0f}, {now.gap:.2%}, {now.seconds:.0f} s", flush=True
        )

    begun = time.monotonic()
    rivals = first_decisions(material.case, Chain.of(material.case), material, chance)
    found = two_stage(
        material.case, material.regimes, material.ends, material.paths, chance, first=material.first, capacity=True,
        gap=GAP, time_limit=LIMIT, workers=workers, rivals=rivals, progress=show,
    )  # fmt: skip
    return Told(f"decomposition, {workers} process(es)", found.bound, found.value, time.monotonic() - begun)


def whole(material: Material) -> Told:
    """One programme of all paths, for HiGHS as it is; in a process of its own, which is ended where it takes too long."""
    begun = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply_async(_whole, (material,)).get(timeout=PATIENCE * LIMIT)
        except multiprocessing.TimeoutError:
            return Told("whole model, not finished", -np.inf, np.inf, time.monotonic() - begun)


def _whole(material: Material) -> Told:
    chance = np.full(len(material.paths), 1 / len(material.paths))
    begun = time.monotonic()
    tree = branching.from_paths(
        material.case, material.regimes, material.paths, chance, shared=material.first, ends=material.ends
    )
    problem = TreeProgramme(material.case, tree, effort=Effort(gap=GAP))
    expand = np.array([f == "expand" for f in problem.layout.column_family])
    problem.whole = problem.whole[expand[problem.whole]]  # lots stay fractions, as on the paths of the decomposition
    together = problem.together(tree.period, ["expand"])
    value = problem.solve(together=together).value
    return Told("whole model", value * (1 - GAP), value, time.monotonic() - begun)


def peer(material: Material, python: str) -> list[Told]:
    """mpi-sppy: progressive hedging with a Lagrangian bound, three processes; and its extensive form."""
    found, python = [], str(Path(python).absolute())  # the peer leaves logs where it stands
    with tempfile.TemporaryDirectory() as folder:
        export(material, Path(folder))
        program = [str(HERE / "war_peer.py"), folder]
        mpiexec = str(Path(python).parent / "mpiexec")
        for way, command in (
            ("mpi-sppy, hub and spokes, 3 processes", [mpiexec, "-n", "3", python, *program, "hub", str(LIMIT)]),
            ("mpi-sppy, extensive form", [python, *program, "ef", str(LIMIT)]),
        ):
            begun = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=4 * LIMIT, cwd=folder)
            spent = time.monotonic() - begun
            told = re.search(r"bound (\S+) best (\S+)", done.stdout)
            print(done.stdout[-600:], done.stderr[-300:] if done.returncode else "", flush=True)
            found.append(Told(way, *(float(x) for x in told.groups()) if told else (-np.inf, np.inf), spent))
    return found


def export(material: Material, folder: Path) -> None:
    """Write each path's programme as matrices: the first stage is every order before the next look and every expansion."""
    for n in range(len(material.paths)):
        problem = path_problem(material, n)
        m = problem.layout.matrix.tocsr()
        first = first_columns(problem, material)
        np.savez(
            folder / f"path-{n}.npz", data=m.data, indices=m.indices, indptr=m.indptr, shape=m.shape,
            row_lower=problem.row_lower, row_upper=problem.row_upper, lower=problem.lower, upper=problem.upper,
            cost=problem.cost, first=first, whole=np.isin(first, problem.whole),
        )  # fmt: skip


def main(paths: int, python: str | None) -> None:
    """Run all and write the table."""
    material = paths_of(read_case(CASE, overrides=("no-fleets",)), paths)
    rows = [decomposed(material, 2), decomposed(material, 1), whole(material)]
    if python:
        rows += peer(material, python)
    text = f"""# A war of unknown length

Written by `python -m benchmarks.war {paths} PYTHON`. `alliance-2023`, {paths} sampled paths to the end of
2030; all expansions (in whole units) and the orders before the next look are decided first. To a gap of {GAP:.0%} or
{LIMIT:.0f} s, one way after another on 2 cores, from the case in memory (the peer: from matrices on disk) to the answer.

| way | bound | value | gap | s | of the first |
| --- | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(told.row(rows[0].seconds) for told in rows)}

Peak memory of the process that holds the master and, with one process, the paths: {peak_megabytes():,.0f} MB.
"""
    (HERE / f"war-{paths}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
