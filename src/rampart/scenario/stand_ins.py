"""Paths that stand for all: their programme with one first stage, from which first decisions for all paths are taken."""

from __future__ import annotations

import numpy as np

from rampart.beliefs.draws import revision_periods
from rampart.network.lags import Floats, Integers
from rampart.scenario import branching
from rampart.scenario.one_path import Material, Name, first_columns, names_of
from rampart.scenario.risk import Risk
from rampart.scenario.tree_programme import Answer, Effort, TreeProgramme


class StandIns:
    """The whole programme of some paths: the first stage is one for all, what follows is chosen on each path.

    chosen  numbers of the paths, shape (paths that stand for all,), with their chances
    names   of the first stage, in the order of ``x``; whole: where among them whole numbers are asked for
    """

    def __init__(self, material: Material, chosen: Integers, chance: Floats, effort: Effort) -> None:
        case, looks = material.case, revision_periods(material.case)
        slips = None if material.slips is None else material.slips[chosen]
        tree = branching.from_paths(
            case, material.regimes, material.paths[chosen], chance, shared=material.first, ends=material.ends, looks=looks,
            slips=slips,
        )  # fmt: skip
        self.problem = TreeProgramme(case, tree, objective=material.objective, effort=effort)
        first = first_columns(self.problem, material)
        of_column = names_of(self.problem, first)
        self.names = list(dict.fromkeys(of_column))
        place = {name: n for n, name in enumerate(self.names)}
        self.first, self.place = first, np.array([place[name] for name in of_column], dtype=np.int64)
        here = np.isin(first, self.problem.whole)
        self.whole = np.unique(self.place[here])
        self.searched = np.intersect1d(self.problem.whole, first)
        one = np.full(len(self.names), -1)
        one[self.place[::-1]] = first[::-1]
        self.one = one  # a column of each name
        self.scale = self.problem.layout.column_scale[one]
        self.together = np.arange(self.problem.cost.size)
        self.together[first] = one[self.place]

    def solve(
        self, *, fixed: Floats | None = None, search: bool = False, interior: bool = True, risk: Risk | None = None
    ) -> tuple[Floats, Answer]:
        """First decisions in plain units, shape (first stage,), and the answer.

        fixed     whole numbers that stand, in plain units, shape (whole,); without, and without ``search``, they are fractions
        search    look for the best whole numbers
        interior  from inside, without going to a vertex: quick, good to about a ten-thousandth
        """
        self.problem.whole = self.searched if search else np.zeros(0, dtype=np.int64)
        stands: dict[int, float] = {}
        if fixed is not None:
            amount = dict(zip(self.whole.tolist(), fixed.tolist(), strict=True))
            at = np.isin(self.place, self.whole)
            stands = {
                j: amount[n] / self.scale[n]
                for j, n in zip(self.first[at].tolist(), self.place[at].tolist(), strict=True)
            }
        answer = self.problem.solve(together=self.together, fixed=stands, risk=risk, interior=interior and not search)
        x = answer.level[self.one] * self.scale
        if fixed is not None:
            x[self.whole] = fixed
        return x, answer


def rounded(x: Floats, whole: Integers, names: list[Name]) -> Floats:
    """Whole numbers near fractions, shape (whole,): of each decision as many by every period as the fractions sum to.

    So a twelfth a month is one by the seventh month, not nothing for a year; and no more than the whole that is allowed.
    """
    found = np.zeros(whole.size)
    by_key: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for n, at in enumerate(whole.tolist()):
        family, key, period = names[at]
        by_key.setdefault((family, key), []).append((period, n))
    for rows in by_key.values():
        order = [n for _, n in sorted(rows)]
        so_far = np.floor(np.cumsum(x[whole[order]]) + 0.5 - 1e-9)
        found[order] = np.diff(so_far, prepend=0.0)
    return found
