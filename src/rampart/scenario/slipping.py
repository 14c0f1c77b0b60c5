"""One programme over a tree on which supply slips at random: that of each way in which supply may come, side by side.

Each part is the programme of a case (``beliefs.supply``) on its own branches; what must be decided alike because nothing yet
tells the branches apart is tied afterwards (``tree_programme``). A decision that would take effect only after the plan in one
part and within it in another stands in the other alone, as it costs and does nothing within the plan in the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from rampart.beliefs.supply import Supply
from rampart.case.likeness import Likeness
from rampart.case.tables import Case
from rampart.engine.linear_model import Matrices
from rampart.findings import CaseError, Finding
from rampart.network.lags import Floats, Integers
from rampart.network.tree import Tree
from rampart.plan.model.build import build
from rampart.plan.programme.layout import Layout, lay_out
from rampart.plan.programme.measures import Measure
from rampart.plan.programme.programme import Programme


@dataclass(frozen=True, eq=False)
class Part:
    """A programme and where its nodes and columns stand in the whole.

    nodes    of the whole tree, in the order of its own
    measures of its objectives, by name
    """

    programme: Programme
    layout: Layout
    nodes: Integers
    measures: Mapping[str, Measure]


def parts_of(case: Case, tree: Tree, likeness: Likeness | None = None) -> list[Part]:
    """The programmes of the ways in which supply comes on a tree; one where it comes as promised.

    likeness  of the codes of the case, where it is known
    """
    if tree.supply is None:
        return [part_of(build(case, tree=tree, likeness=likeness), np.arange(len(tree)))]
    supply = Supply.of(case)
    if supply is None or tree.slips is None:
        raise ValueError("supply slips on the tree, and comes as promised in the case")
    ways = np.unique(tree.supply).tolist()
    return [_part(supply.case_at(tree.slips[way]), tree, np.flatnonzero(tree.supply == way)) for way in ways]


def part_of(programme: Programme, nodes: Integers) -> Part:
    """A programme with where it stands in the whole."""
    return Part(programme, lay_out(programme), nodes, {each.measure.name: each.measure for each in programme.passes})


def _part(case: Case, tree: Tree, nodes: Integers) -> Part:
    if nodes.size < len(tree):
        place = np.full(len(tree) + 1, -1)
        place[nodes] = np.arange(nodes.size)
        mix = None if tree.mix is None else tree.mix[nodes]
        parent, chance = place[tree.parent[nodes]], tree.probability[nodes]
        tree = Tree(tree.calendar, tree.period[nodes], parent, chance, tree.regimes, mix, tree.chances)
    return part_of(build(case, tree=tree), nodes)


def joined(case: Case, tree: Tree, parts: list[Part]) -> tuple[Programme, Layout]:
    """The whole tree as the case promises, to read needs and keys from, and the layout of the parts side by side.

    CaseError where contracts can be cancelled: what is cancelled is known by its node.
    """
    if len(parts) == 1:
        return parts[0].programme, replace(parts[0].layout, column_node=parts[0].nodes[parts[0].layout.column_node])
    if len(parts[0].programme["cancel"]):
        of = next(key for key in parts[0].programme["cancel"].keys)
        raise CaseError([Finding("slips-and-cancellation", "settings", column="value", value=str(of[1]))])
    layouts = [part.layout for part in parts]
    matrices = Matrices(
        sp.csr_array(sp.block_diag([each.matrix for each in layouts], format="csr")),
        *(
            np.concatenate([getattr(each.matrices, name) for each in layouts])
            for name in ("lower", "upper", "row_lower", "row_upper")
        ),
    )
    nodes = [(part.nodes[part.layout.row_node], part.nodes[part.layout.column_node]) for part in parts]
    layout = Layout(
        matrices, [f for each in layouts for f in each.row_family], [k for each in layouts for k in each.row_key],
        np.concatenate([row for row, _ in nodes]), np.concatenate([each.row_scale for each in layouts]),
        [f for each in layouts for f in each.column_family], np.concatenate([each.column_key for each in layouts]),
        np.concatenate([column for _, column in nodes]), np.concatenate([each.column_scale for each in layouts]),
    )  # fmt: skip
    return build(case, tree=tree), layout


def costs(parts: list[Part], measure: Measure) -> Floats:
    """Coefficient of every column in a measure, parts side by side, shape (columns,)."""
    if len(parts) == 1:
        return parts[0].layout.costs(measure)
    return np.concatenate([
        part.layout.costs(part.measures[measure.name]) if measure.name in part.measures else np.zeros(part.layout.columns)
        for part in parts
    ])  # fmt: skip
