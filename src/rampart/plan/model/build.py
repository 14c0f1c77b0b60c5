"""Building the programme: the loops over the parts, in the order families, postings, money, rows, objectives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rampart.beliefs.chances import chances
from rampart.case.likeness import Likeness
from rampart.case.tables import Case
from rampart.case.without_fleets import change_without_fleets
from rampart.findings import CaseError, Finding
from rampart.network.keys import Key
from rampart.network.tree import Tree
from rampart.plan.model.passes import objective_passes
from rampart.plan.parts.part import Part
from rampart.plan.parts.parts import PARTS
from rampart.plan.programme.families import Family
from rampart.plan.programme.programme import Programme

if TYPE_CHECKING:
    from rampart.sustainment.levels import Levels


def build(
    case: Case, *, tree: Tree | None = None, levels: Levels | None = None, parts: Sequence[Part] = PARTS,
    sooner: frozenset[Key] = frozenset(), likeness: Likeness | None = None,
) -> Programme:  # fmt: skip
    """Build the programme of a case over a tree (default: one branch, for the present regime or whatever is believed).

    levels  what spares and bays make of each fleet; a case whose priorities name availability needs them
    parts   the parts of the plan; others may be added to ``PARTS``
    sooner  lines, expansions, offers and ways that also work a month faster than stated
    likeness  of the codes, where the case differs from another by a step only and ties are to be broken alike
    """
    if levels is None and "availability" in case["priorities"]["objective"].to_list():
        told = {"change": change_without_fleets(case)}
        raise CaseError([
            Finding("availability-in-war", "priorities", column="objective", value="availability", details=told)
        ])  # fmt: skip
    p = Programme(case, tree or one_branch(case), levels, tuple(parts), sooner=sooner, known_likeness=likeness)
    declare(p, parts)
    p.postings += [posting for part in parts for posting in part.postings(p)]
    p.flows += [flow for part in parts for flow in part.flows(p) if flow.amount.any()]
    p.rows += [block for part in parts for block in part.rows(p)]
    for block in p.rows:
        block.add_to(p.model, order=p.in_order(block.keys))
    p.passes += objective_passes(p, parts)
    return p


def one_branch(case: Case) -> Tree:
    """The tree of a plan: one branch; where the case states beliefs of the war, for whatever regime comes."""
    found = chances(case)
    return Tree.single(case.calendar) if found is None else Tree.believed(case.calendar, *found)


def declare(p: Programme, parts: Sequence[Part]) -> None:
    """All families of variables. A part may look at the families of the parts before it."""
    for part in parts:
        for spec in part.families(p):
            p.families[spec.name] = Family(p.model, p.tree, spec, order=p.in_order(spec.keys))
    for family in p.families.values():
        if family.spec.undoes is not None:
            p.families[family.spec.undoes.family].undo(family)
