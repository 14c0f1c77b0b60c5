"""The same two-stage problem for mpi-sppy, which runs in an environment of its own (numpy, scipy, pyomo, mpi-sppy, mpi4py,
mpich, highspy): ``benchmarks/war.py`` writes the paths and calls, with that environment's Python,
``mpiexec -n 3 python benchmarks/war_peer.py FOLDER hub SECONDS`` (or ``ef`` on one process), which prints what it finds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

GAP = 0.01


class Problem:
    """Programmes of the paths as matrices, and which columns are decided first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = len(list(folder.glob("path-*.npz")))

    def path(self, number: int) -> tuple[Any, dict[str, Any]]:
        """Matrix and bounds of a path."""
        data = dict(np.load(self.folder / f"path-{number}.npz"))
        shape = tuple(data["shape"])
        return sp.csr_array((data["data"], data["indices"], data["indptr"]), shape=shape), data


def scenario(problem: Problem, name: str) -> Any:
    """A path as a Pyomo model with its first-stage columns at the root."""
    import mpisppy.utils.sputils as sputils
    import pyomo.environ as pyo
    from pyomo.core.expr import LinearExpression

    matrix, data = problem.path(int(name.removeprefix("path")))
    model = pyo.ConcreteModel(name)

    def ends(low: float, high: float) -> tuple[float | None, float | None]:
        return (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)

    first, cost, whole = data["first"], data["cost"], data["whole"]
    later = np.setdiff1d(np.arange(matrix.shape[1]), first)
    # first-stage columns are named by their place, which is the same on every path
    model.now = pyo.Var(
        range(first.size), bounds=lambda _, n: ends(data["lower"][first[n]], data["upper"][first[n]]),
        domain=lambda _, n: pyo.Integers if whole[n] else pyo.Reals,
    )  # fmt: skip
    model.then = pyo.Var(range(later.size), bounds=lambda _, n: ends(data["lower"][later[n]], data["upper"][later[n]]))
    column = {int(j): model.now[n] for n, j in enumerate(first)} | {int(j): model.then[n] for n, j in enumerate(later)}
    model.rows = pyo.ConstraintList()
    for r in range(matrix.shape[0]):
        at = slice(matrix.indptr[r], matrix.indptr[r + 1])
        if at.start == at.stop:
            continue
        body = LinearExpression(
            linear_coefs=matrix.data[at].tolist(), linear_vars=[column[int(j)] for j in matrix.indices[at]]
        )
        low, high = ends(data["row_lower"][r], data["row_upper"][r])
        model.rows.add((low, body, high))
    model.own = pyo.Expression(expr=sum(float(cost[j]) * column[int(j)] for j in first if cost[j]))
    rest = sum(float(cost[j]) * column[int(j)] for j in later if cost[j])
    model.total = pyo.Objective(expr=model.own + rest)
    sputils.attach_root_node(model, model.own, [model.now])
    model._mpisppy_probability = 1.0 / problem.paths
    return model


def main(folder: Path, method: str, seconds: float) -> None:
    """Solve with mpi-sppy."""
    problem = Problem(folder)
    names = [f"path{n}" for n in range(problem.paths)]
    begun = time.monotonic()
    if method == "ef":
        from mpisppy.opt.ef import ExtensiveForm

        ef = ExtensiveForm({"solver": "appsi_highs"}, names, lambda name: scenario(problem, name))
        print(f"built in {time.monotonic() - begun:.0f} s", flush=True)
        results = ef.solve_extensive_form(solver_options={"time_limit": seconds, "mip_rel_gap": GAP})
        print(f"extensive form: bound {results.problem[0].lower_bound} best {ef.get_objective_value()}")
        return
    hub_and_spokes(problem, names, begun, seconds)


def hub_and_spokes(problem: Problem, names: list[str], begun: float, seconds: float) -> None:
    """Progressive hedging, with a Lagrangian bound and first stages tried out beside it: three processes (mpiexec -n 3).

    Its L-shaped method does not take HiGHS: the cut generator below it knows the dual signs of other solvers only.
    """
    import mpisppy.utils.cfg_vanilla as vanilla
    from mpisppy.spin_the_wheel import WheelSpinner
    from mpisppy.utils import config

    cfg = config.Config()
    for group in ("popular_args", "two_sided_args", "ph_args", "lagrangian_args", "xhatshuffle_args"):
        getattr(cfg, group)()
    for name, value in {
        "solver_name": "appsi_highs", "max_iterations": 1000, "rel_gap": GAP, "default_rho": 1.0, "time_limit": seconds,
        "linearize_proximal_terms": True, "num_scens": problem.paths,
    }.items():  # fmt: skip
        if name in cfg:
            setattr(cfg, name, value)
    beans = (cfg, lambda name: scenario(problem, name), lambda *_: None, names)
    hub = vanilla.ph_hub(*beans)
    wheel = WheelSpinner(hub, [vanilla.lagrangian_spoke(*beans), vanilla.xhatshuffle_spoke(*beans)])
    wheel.spin()
    if wheel.on_hub():
        best, bound = wheel.BestInnerBound, wheel.BestOuterBound
        print(f"hub and spokes: bound {bound} best {best} in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 600.0)
