"""Steps in which a need may lack: how many units each is wide, and what a unit lacking there is worth.

    plan            the regime of the case, or with beliefs the worth expected over the regimes by their chances
    tree of a war   the regime of the node
    mean path       between the regimes: at each worth the mean of the units up to which they are worth so much

With beliefs the chance of a regime enters here and nowhere else: what is served does not know which regime comes. A need
that may be late has one step without end, and what is due there counts for as long as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from rampart.network.keys import Lack
from rampart.network.lags import Floats, Integers
from rampart.network.network import Network
from rampart.network.tree import Tree
from rampart.network.worth_of_need import NeedThen, WorthOfNeed
from rampart.requirements.falling_worth import Falling, mean_of, steps

NEVER = 1e-9
"""Share of a regime below which it counts as impossible."""


@dataclass(frozen=True, eq=False)
class NeedSteps:
    """Steps of every demand at every node, from nothing upwards; shape (steps, nodes) where nothing else is said.

    keys    demand and number of the step; ``demand`` its position, shape (steps,)
    width   units; 0 where there is none, infinite where the need may be late
    worth   of a unit lacking in it, in what worth is counted in; of a late need, due for a year
    short   chance that a unit lacking in it is missing of the need: 1 below it, 0 beyond it
    top     units up to which more is worth something, shape (demands, nodes)
    """

    keys: list[Lack]
    demand: Integers
    width: Floats
    worth: Floats
    short: Floats
    top: Floats


class _Cell(NamedTuple):
    """Steps of one demand at one node."""

    width: Floats
    worth: Floats
    short: Floats


def need_steps(network: Network, tree: Tree, of_regime: Sequence[WorthOfNeed]) -> NeedSteps:
    """The steps of all demands over a tree.

    of_regime  what they are worth in each regime of the tree; in the present one where it has none
    """
    mix = tree.mix if tree.mix is not None else np.ones((len(tree), 1))
    alike: dict[tuple[int, bytes], list[int]] = {}
    for node, period in enumerate(tree.period.tolist()):
        alike.setdefault((period, mix[node].tobytes()), []).append(node)
    found: list[dict[int, _Cell]] = [{} for _ in network.demands]
    for (period, _), nodes in alike.items():
        shares = mix[nodes[0]]
        for g, late in enumerate(network.late.tolist()):
            cell = _due(of_regime, shares, g, period) if late else _lost(of_regime, shares, g, period, tree.chances)
            for node in nodes if cell.width.size else ():
                found[g][node] = cell
    return _laid_out(network, found, len(tree))


def _lost(of_regime: Sequence[WorthOfNeed], shares: Floats, g: int, period: int, chances: bool) -> _Cell:
    """Steps of a need that is lost where it is not served in time."""
    there = [
        (worth.of(g, period), share)
        for worth, share in zip(of_regime, shares.tolist(), strict=True)
        if share > NEVER and worth.need[g, period] > 0
    ]
    return _cell(tuple(there), chances) if there else _Cell(*np.zeros((3, 0)))


@lru_cache(maxsize=16_384)
def _cell(there: tuple[tuple[NeedThen, float], ...], chances: bool) -> _Cell:
    """The same of needs of some regimes with their shares; a case that differs in a step only asks for it again."""
    curves, part = [each.curve() for each, _ in there], [share for _, share in there]
    needs = [each.need for each, _ in there]
    if chances:
        curves = [curve.times(share) for curve, share in zip(curves, part, strict=True)]
    else:
        curves, needs, part = [_between(curves, part)], [float(np.dot(needs, part))], [1.0]
    width, worth = steps(curves)
    middle = np.cumsum(width) - width / 2.0
    short = np.sum([chance * (middle < need) for chance, need in zip(part, needs, strict=True)], axis=0)
    return _Cell(width, worth, short)


def _between(curves: Sequence[Falling], shares: Sequence[float]) -> Falling:
    return curves[0] if shares[0] >= 1.0 - NEVER else mean_of(curves, shares)


def _due(of_regime: Sequence[WorthOfNeed], shares: Floats, g: int, period: int) -> _Cell:
    """The one step of a need that may be late."""
    each = float(sum(share * worth.each[g, period] for share, worth in zip(shares, of_regime, strict=True)))
    return _Cell(np.array([np.inf]), np.array([each]), np.ones(1))


def _laid_out(network: Network, found: list[dict[int, _Cell]], nodes: int) -> NeedSteps:
    most = [max((cell.width.size for cell in cells.values()), default=0) for cells in found]
    keys = [Lack(*demand, n) for demand, number in zip(network.demands, most, strict=True) for n in range(number)]
    demand = np.repeat(np.arange(len(most)), most)
    table = np.zeros((3, len(keys), nodes))
    first = np.concatenate([[0], np.cumsum(most)]).astype(int)
    for g, cells in enumerate(found):
        for node, cell in cells.items():
            at = slice(first[g], first[g] + cell.width.size)
            table[:, at, node] = cell
    top = np.zeros((len(network.demands), nodes))
    np.add.at(top, demand, table[0])
    width, worth, short = table
    return NeedSteps(keys, demand, width, worth, short, top)
