"""One size measured in a process of its own: CPU seconds and peak memory of every phase, as JSON on standard output."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.cases import SIZES, synthetic_case


def peak_megabytes() -> float:
    """Most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # not getrusage: that counts what the parent held before this process began
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Laps:
    """CPU seconds of each phase, and the peak of memory by its end."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.seconds[name] = time.process_time() - begun
        self.peak[name] = peak_megabytes()


def warm_up() -> None:
    """Import and set up what every run needs once, so that the phases show what grows with the case."""
    from rampart.plan.planning import plan

    plan(synthetic_case(SIZES["XS"]))


def measure(name: str, *, one: bool, stop: float | None) -> dict[str, Any]:
    """Plan a synthetic case phase by phase.

    one   instead of the passes one after another, one linear programme of all of them weighted: the reference for the
          solver's time on sizes where the passes would take too long
    stop  seconds after which the solver stops, with what it has
    """
    from rampart.case.doors import read_case
    from rampart.plan.model.build import build
    from rampart.plan.parts.parts import PARTS
    from rampart.plan.planning import manifest_of
    from rampart.plan.programme.layout import lay_out
    from rampart.plan.programme.measures import Pass
    from rampart.plan.programme.values import Values
    from rampart.plan.reading.decisions import decide_now
    from rampart.plan.reading.duals import price_table
    from rampart.plan.reading.outcome import outcome_tables
    from rampart.plan.reading.reasons import explain
    from rampart.plan.reading.rounded import Rounded
    from rampart.plan.solving.pass_solver import PassSolver
    from rampart.plan.solving.passes_in_turn import solve
    from rampart.results.result import Result

    warm_up()
    laps = Laps()
    with tempfile.TemporaryDirectory() as folder:
        synthetic_case(SIZES[name]).save(Path(folder) / "case")
        with laps.phase("read and check"):
            case = read_case(Path(folder) / "case")
        with laps.phase("build"):
            programme = build(case)
        with laps.phase("hand over"):
            layout = lay_out(programme)
            PassSolver(layout, programme.whole_labels)
        passes = list(programme.passes)
        if one:
            programme.passes[:] = [Pass(1, weighted(programme))]
        with laps.phase("solve"):
            solution = solve(programme, time_limit=stop)
        laps.seconds["solve"] = max(laps.seconds["solve"] - laps.seconds["hand over"], 1e-9)  # it hands over again
        passes_solved = [(p.name, p.value, p.iterations) for p in solution.passes]
        if one:  # every shortage is explained by the prices of the one programme
            result = solution.passes[0]
            priced = [replace(result, name=measure.name) for _, measure, _ in passes]
            solution = replace(solution, passes=(*priced, result))
        with laps.phase("outcome"):
            values = Values(programme, layout, solution.columns)
            tables = outcome_tables(values, solution, PARTS)
        with laps.phase("explain"):
            tables |= explain(values, solution)
            tables["duals"] = price_table(programme, solution)
        with laps.phase("delays"):
            tables["decisions"] = decide_now(values, solution, PARTS, Rounded())
        with laps.phase("save"):
            made = Result.of("plan", case, tables, manifest_of(case, solution, {}, seed=0, mip_gap=0.0))
            made.save(Path(folder) / "plan")
    rows, columns = layout.matrix.shape
    return {
        "size": name, "one": one, "rows": rows, "columns": columns, "nonzeros": int(layout.matrix.nnz),
        "status": solution.status, "passes": passes_solved,
        "short": tables["shortages"].height,
        "seconds": laps.seconds, "peak": laps.peak,
    }  # fmt: skip


def weighted(programme: Any) -> Any:
    """All passes in one measure, each a third of the one before it: as hard as a programme of its kind gets."""
    import numpy as np

    from rampart.plan.programme.measures import Measure, Term

    result = Measure("weighted", "")
    result._place[Term("weighted")] = 0
    for n, measure in enumerate(each.measure for each in programme.passes):
        for labels, values in zip(measure._labels, measure._values, strict=True):
            result._labels.append(labels)
            result._values.append(values * 3.0**-n)
            result._terms.append(np.zeros(labels.size, dtype=np.int64))
    return result


if __name__ == "__main__":
    import sys

    size, one, stop = sys.argv[1], sys.argv[2] == "one", float(sys.argv[3])
    print(json.dumps(measure(size, one=one, stop=stop or None)))
