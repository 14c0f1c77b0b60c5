"""Lines: output, rates between minimum and maximum, ramp, whole lots, set-ups."""

from __future__ import annotations

import numpy as np

from rampart.network.lags import Floats, Integers, lag_shares
from rampart.network.most_output import most_output
from rampart.network.network import Sets
from rampart.network.rates import Rates, _sum
from rampart.network.ways import Row
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def line_capacity(sets: Sets, tree: Tree, rates: Rates, expand: Floats) -> Floats:
    """Output that the maximum rate and the ready expansions allow, shape (lines, nodes).

    expand  expansions chosen, shape (expansions, nodes)
    """
    most = rates.most[:, tree.period].copy()
    for e, chosen in zip(sets.expansions, expand, strict=True):
        rate = e["added_rate"] / (12.0 if sets.lines[e["line"]]["rate_per"] == "year" else 1.0)
        most[sets.line_index[e["line"]]] += rate * (tree.grown(e["construction"], e["ramp"]) @ chosen)
    return most


def output(sets: Sets, tree: Tree, make: Family, order: Family) -> None:
    """``make[l,t] = sum of orders of the line, lead time later``; placed orders come on top as given numbers."""
    line = np.array([sets.line_index[c.line] for c in sets.channels], dtype=np.int64)
    rows = Rows(make.model, tree, "output", make.keys, scale=make.scale)
    rows.add(make, tree.now)
    rows.add_lagged(order, np.array([c.lead for c in sets.channels]), row=line, factor=-1.0)
    rows.constrain("==", 0.0)


def delivery_parts(sets: Sets, line: str) -> Integers:
    """Part of its period in which each month lies for a line, shape (months,).

    What is ordered in one period arrives evenly over as many months, which may straddle two periods. The months of a
    period that are fed by the same periods of decision form a part, and the maximum rate holds in each: without that a
    quarter's output could all be ordered in the one month that feeds its first month.
    """
    calendar = sets.calendar
    month = np.arange(calendar.first, calendar.last + 1)
    sources = []
    leads = {channel.lead for _, channel in sets.channels_of[line]}
    for lag in {whole for lead in leads for whole in (int(np.floor(lead)), int(np.ceil(lead)))}:
        at = month - lag - calendar.first
        sources.append(np.where(at >= 0, calendar.period_of_month[np.maximum(at, 0)], -1))
    changes = (
        np.any([np.diff(s, prepend=s[0]) != 0 for s in sources], axis=0) if sources else np.zeros(month.size, bool)
    )
    starts = np.isin(month, calendar.starts)
    so_far = np.cumsum(changes & ~starts)
    part: Integers = so_far - so_far[np.maximum.accumulate(np.where(starts, np.arange(month.size), 0))]
    return part


def maximum_rate(sets: Sets, tree: Tree, rates: Rates, order: Family, expand: Family) -> None:
    """``delivered + placed <= maximum rate + grown expansions`` in every part of every period (``delivery_parts``).

    Orders already placed beyond the maximum never make the plan infeasible: the limit is then what they take.
    """
    parts = [delivery_parts(sets, code) for code in sets.lines]
    keys = [(n, k) for n, part in enumerate(parts) for k in range(int(part.max()) + 1)]
    codes = list(sets.lines)
    names = [codes[n] if k == 0 else f"{codes[n]}#{k + 1}" for n, k in keys]
    scale = np.array([sets.item_scale[sets.lines[codes[n]]["item"]] for n, _ in keys])
    rows = Rows(order.model, tree, "maximum rate", names, scale=scale)
    right, fed = np.zeros((len(keys), len(tree))), np.zeros((len(keys), len(tree)), dtype=bool)
    expansions: dict[str, list[tuple[int, Row]]] = {}
    for e, row_e in enumerate(sets.expansions):
        expansions.setdefault(row_e["line"], []).append((e, row_e))
    for row, (n, k) in enumerate(keys):
        code, only, at = codes[n], parts[n] == k, np.array([row])
        for c, channel in sets.channels_of[code]:
            through = tree.later(channel.lead) if only.all() else tree.over_nodes(
                lag_shares(sets.calendar, channel.lead, only=only))  # fmt: skip
            rows.add(order, through, key=np.array([c]), row=at)
            fed[row] |= through @ order.exists[c].astype(float) > 0
        for e, row_e in expansions.get(code, []):
            monthly = row_e["added_rate"] / (12.0 if sets.lines[code]["rate_per"] == "year" else 1.0)
            grown = tree.grown(row_e["construction"], row_e["ramp"], only=only)
            rows.add(expand, grown, key=np.array([e]), row=at, factor=-monthly)
        room = np.where(only, rates.monthly[n], 0.0) - np.where(only, sets.placed_monthly[n], 0.0)
        right[row] = np.maximum(_sum(sets, room[None, :]), 0.0)[0][tree.period]
    rows.constrain("<=", right, where=fed)  # a row of expansions alone would say nothing, and yet could get a price


def idle_capacity(sets: Sets, tree: Tree, rates: Rates, *, make: Family, expand: Family, idle: Family) -> None:
    """``make + idle = maximum rate - placed + grown expansions``, for lines whose idle capacity costs something."""
    lines = np.array([sets.line_index[code] for code in idle.keys], dtype=np.int64)
    rows = Rows(make.model, tree, "idle", idle.keys, scale=idle.scale)
    rows.add(make, tree.now, key=lines, row=np.arange(lines.size)).add(idle, tree.now)
    row_of = {code: row for row, code in enumerate(idle.keys)}
    for n, e in enumerate(sets.expansions):
        if e["line"] in row_of:
            monthly = e["added_rate"] / (12.0 if sets.lines[e["line"]]["rate_per"] == "year" else 1.0)
            grown = tree.grown(e["construction"], e["ramp"])
            rows.add(expand, grown, key=np.array([n]), row=np.array([row_of[e["line"]]]), factor=-monthly)
    rows.constrain("==", np.maximum(rates.most - sets.placed_by_line, 0.0)[lines][:, tree.period])


def minimum_rate(sets: Sets, tree: Tree, rates: Rates, make: Family, below: Family) -> None:
    """``make + placed + below >= minimum sustaining rate`` of hot lines."""
    least = (rates.least - sets.placed_by_line)[:, tree.period]
    rows = Rows(make.model, tree, "minimum rate", make.keys, scale=make.scale)
    rows.add(make, tree.now).add(below, tree.now)
    rows.constrain(">=", least, where=below.exists)


def ramp_limit(sets: Sets, tree: Tree, make: Family) -> None:
    """``monthly output - monthly output before <= ramp x months between the middles of the two``."""
    limits = [row["ramp"] for row in sets.lines.values()]
    at = np.array([n for n, limit in enumerate(limits) if limit is not None], dtype=np.int64)
    if not at.size or len(tree) < 2:
        return
    import scipy.sparse as sp

    per_month = sp.diags_array(1.0 / tree.months).tocsr()
    rows = Rows(make.model, tree, "ramp", [make.keys[n] for n in at], scale=make.scale[at])
    rows.add(make, per_month, key=at, row=np.arange(at.size))
    rows.add(make, tree.earlier @ per_month, key=at, row=np.arange(at.size), factor=-1.0)
    placed = sets.placed_by_line[at][:, tree.period] / tree.months
    before = placed @ tree.earlier.T
    apart = (tree.months + tree.earlier @ tree.months) / 2
    allowed = np.array([limits[n] for n in at])[:, None] * apart
    rows.constrain("<=", np.maximum(allowed - placed + before, 0.0), where=(tree.parent >= 0)[None, :])


def whole_lots(sets: Sets, tree: Tree, make: Family, lots: Family, at: Integers) -> None:
    """``make = lot x whole number``; ``at`` gives the positions of the lines with lots."""
    keys = at
    sizes = np.array([list(sets.lines.values())[n]["lot"] for n in keys], dtype=float)
    rows = Rows(make.model, tree, "whole lot", lots.keys, scale=make.scale[keys])
    rows.add(make, tree.now, key=keys, row=np.arange(keys.size)).add(lots, tree.now, factor=-sizes)
    rows.constrain("==", 0.0)


def set_up_lines(sets: Sets, rates: Rates) -> list[int]:
    """Positions of the lines whose set-up costs money or takes some of a resource."""
    takes = {use["line"] for use in sets.uses if use["setup"]}
    return [n for n, code in enumerate(sets.lines) if rates.setup[n].any() or code in takes]


def set_ups(sets: Sets, tree: Tree, rates: Rates, make: Family, active: Family, at: Integers) -> None:
    """``make <= M x active`` with M the maximum rate or, where unlimited, all that could ever be useful or possible."""
    most = most_output(sets, rates, at)[:, tree.period]
    if not np.isfinite(most).all():
        from rampart.findings import CaseError, Finding

        lines = [list(sets.lines)[n] for n in at]
        codes = [line for line, row in zip(lines, most, strict=True) if not np.isfinite(row).all()]
        raise CaseError(
            Finding("set-up-unbounded", "lines", column="max_rate", value=code, details={"line": code})
            for code in codes
        )
    rows = Rows(make.model, tree, "set-up", active.keys, scale=make.scale[at])
    rows.add(make, tree.now, key=at, row=np.arange(at.size))
    line, node = (index.ravel() for index in np.indices(most.shape))
    rows.add_cells(active, key=line, cause=node, row=line, effect=node, factor=-most.ravel())
    rows.constrain("<=", 0.0)
