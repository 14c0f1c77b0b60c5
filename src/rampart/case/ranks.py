"""Ranks of demands: each rank of an objective is a pass of its own, whose name from the second rank on tells the rank.

need, need_2, need_3    what has the first rank, the second, the third
"""

from __future__ import annotations

import re

from rampart.case.tables import Case

_RANKED = re.compile(r"(.+)_([0-9]+)")
FIRST = 1
"""Rank of a demand that states none."""


def ranked(objective: str, rank: int) -> str:
    """Name of the pass of a rank of an objective."""
    return objective if rank == FIRST else f"{objective}_{rank}"


def objective_and_rank(name: str) -> tuple[str, int]:
    """The objective of which a pass is, and the rank of what it counts; a pass without ranks has the first."""
    told = _RANKED.fullmatch(name)
    return (name, FIRST) if told is None else (told[1], int(told[2]))


def objective_of(name: str) -> str:
    """The objective of which a pass is."""
    return objective_and_rank(name)[0]


def ranks_of_demands(case: Case) -> dict[tuple[str, str, str], int]:
    """Rank of each demand by holder, item and purpose: the rows of a demand state the same one."""
    rows = case["demand"].select("holder", "item", "purpose", "rank").iter_rows()
    return {(holder, item, purpose): rank or FIRST for holder, item, purpose, rank in rows}
