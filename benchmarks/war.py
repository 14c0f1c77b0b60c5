"""The two-stage problem of ``alliance-2023`` over sampled paths: decomposition, beside the whole model on the same tree.

``python -m benchmarks.war PATHS WORKERS [whole]`` prints the rounds, the seconds to a gap of 1 % and the most memory; with
``whole`` also the seconds of one linear programme of all paths in the same run. ``export FOLDER PATHS`` in their place
writes the paths for ``benchmarks/war_peer.py``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.phases import peak_megabytes
from rampart import read_case
from rampart.scenario import branching
from rampart.scenario.decompose import Material, Round, first_columns, path_outlook, two_stage
from rampart.scenario.outlook import Effort, Outlook, Plain
from rampart.scenario.regimes import Chain

CASE = Path(__file__).parent.parent / "cases" / "alliance-2023"
GAP, LIMIT = 0.01, 600.0


def main(paths: int, workers: int, *, whole: bool) -> None:
    """Run both and print what was measured."""
    case = read_case(CASE, overrides=("unknown-end",))
    chain = Chain.of(case)
    drawn, chance = branching.paths_of(branching.sampled(case, chain, paths, seed=1))
    first = branching.revision_periods(case)[0]

    def show(now: Round) -> None:
        print(
            f"round {now.number}: bound {now.bound:,.0f}, best {now.best:,.0f}, gap {now.gap:.2%}, {now.seconds:.0f} s",
            flush=True,
        )

    begun = time.monotonic()
    found = two_stage(
        case, chain.regimes, chain.ends, drawn, chance, first=first, capacity=True, gap=GAP, time_limit=LIMIT,
        workers=workers, progress=show,
    )  # fmt: skip
    spent = time.monotonic() - begun
    print(f"{paths} paths, {workers} workers: gap {found.gap:.3%} ({found.status}) in {spent:.0f} s")
    print(f"{len(found.rounds)} rounds, {peak_megabytes():.0f} MB in this process")
    if whole:
        begun = time.monotonic()
        tree = branching.from_paths(case, chain.regimes, drawn, chance, shared=first, ends=chain.ends)
        outlook = Outlook(case, tree, effort=Effort(whole_until=0))
        together = outlook.together(np.where(tree.period >= 0, tree.period, -1), ["expand"])
        value = outlook.solve(together=together).value
        print(f"whole model: {value:,.0f} in {time.monotonic() - begun:.0f} s, {peak_megabytes():.0f} MB; "
              f"decomposition / whole = {spent / (time.monotonic() - begun):.2f}")  # fmt: skip


def export(folder: Path, paths: int) -> None:
    """Write each path's programme as matrices: the first stage is every order before the next look and every expansion."""
    case = read_case(CASE, overrides=("unknown-end",))
    chain = Chain.of(case)
    drawn, _ = branching.paths_of(branching.sampled(case, chain, paths, seed=1))
    first = branching.revision_periods(case)[0]
    material = Material(case, chain.regimes, chain.ends, drawn, first, None, capacity=True)
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(paths):
        outlook = path_outlook(material, n)
        m = outlook.layout.matrix.tocsr()
        plain = Plain(
            m, outlook.row_lower, outlook.row_upper, outlook.lower, outlook.upper, np.zeros(0, dtype=np.int64)
        )
        np.savez(
            folder / f"path-{n}.npz", data=m.data, indices=m.indices, indptr=m.indptr, shape=m.shape,
            row_lower=outlook.row_lower, row_upper=outlook.row_upper, lower=outlook.lower, upper=outlook.upper,
            cost=outlook.cost, first=first_columns(outlook, material), known=plain.minimise(outlook.cost)[0],
        )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(Path(sys.argv[2]), int(sys.argv[3]))
        sys.exit()
    main(int(sys.argv[1]), int(sys.argv[2]), whole="whole" in sys.argv[3:])
