"""What is believed of the war moves what is decided before the next look, and the right way."""

from __future__ import annotations

from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import first_look, tree_of
from scenario.looked_war import war
from scenario.small_war import small


def _before_the_look(problem: TreeProgramme, family: str) -> float:
    """All that is decided of a family before the first look; there is one key."""
    tree, until = problem.tree, first_look(problem.tree)
    found = problem.as_seen(problem.solve(), family)
    return sum(amount for (_, node), amount in found.items() if tree.looked.period[node] < until)


def test_the_likelier_an_offensive_the_more_is_ordered_before_it() -> None:
    found = []
    for chance in (0.0, 0.1, 0.3):
        changes = (("war", "off", chance), ("war", "ended", 0.06), ("off", "war", 0.25), ("off", "ended", 0.05))
        case = war(6, 3, changes=changes, rate=25.0)
        found.append(_before_the_look(TreeProgramme(case, tree_of(case, "regimes")[0]), "order"))
    assert found[0] < found[1] < found[2]


def test_the_longer_the_war_is_believed_to_last_the_more_is_built_now() -> None:
    """A chance of its end of 60, 40 and 2 per cent a month."""
    found = []
    for hazard in (0.6, 0.4, 0.02):
        case = small(hazard, cost=3.0)
        found.append(_before_the_look(TreeProgramme(case, tree_of(case)[0]), "expand"))
    assert found[0] <= found[1] <= found[2]
    assert found[0] < found[2]
