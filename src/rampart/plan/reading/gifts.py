"""Gifts: what one nation sends to a recipient from stock, or orders for it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rampart.network.keys import Key, Pledge
from rampart.network.lags import Floats, Integers, Matrix, Now
from rampart.network.ways import Channel
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.values import Values


class Given(NamedTuple):
    """Units given for each unit decided of a key of a family: ``through`` of shape (nodes, nodes), rows the giving."""

    family: str
    key: Key
    through: Matrix


Gifts = dict[Pledge, list[Given]]


def gifts(p: Programme) -> Gifts:
    """Every way to give, by donor, recipient and item: what is sent counts as it leaves, what is ordered as it arrives."""
    recipients, at_once = p.network.recipients, p.tree.effect(Now())
    found: Gifts = {}
    for r, key in zip(p.network.routes, p["send"].keys, strict=True):
        if r.destination in recipients:
            found.setdefault(Pledge(r.origin, r.destination, r.item), []).append(Given("send", key, at_once))
    channels: dict[Key, Channel] = {c.key: c for c in p.network.channels}
    for posting in p.account("stock"):
        if posting.kind != "made":
            continue
        channel = channels[posting.of]
        if channel.ship_to in recipients and channel.buyer != channel.ship_to:
            donation = Pledge(channel.buyer, channel.ship_to, str(posting.at[1]))
            found.setdefault(donation, []).append(Given(posting.family, posting.of, p.tree.effect(posting.lag)))
    return found


def given_away(v: Values) -> dict[Pledge, Floats]:
    """Units given at each node, by donor, recipient and item."""
    p = v.programme
    return {
        key: np.sum([way.through @ v[way.family][p[way.family].index[way.key]] for way in ways], axis=0)
        for key, ways in gifts(p).items()
    }


class Sum(NamedTuple):
    """A sum over solver columns: their labels, and what one scaled unit of each counts, shape (columns,) each."""

    labels: Integers
    each: Floats

    def of(self, columns: Floats) -> float:
        """The sum at some levels of all columns."""
        return float(self.each @ columns[self.labels])


def in_first_year(p: Programme) -> dict[tuple[str, str], Sum]:
    """Units that each donor gives of each item in the first twelve months, as a sum over solver columns."""
    early = (p.tree.first_month < p.case.calendar.first + 12).astype(float) * p.tree.probability
    cost: dict[tuple[str, str], dict[int, float]] = {}
    for (donor, _, item), ways in gifts(p).items():
        counted = cost.setdefault((donor, item), {})
        for way in ways:
            family = p[way.family]
            n = family.index[way.key]
            each = (way.through.T @ early) * family.scale[n]
            for label, value in zip(family.labels[n].tolist(), each.tolist(), strict=True):
                if label >= 0 and value:
                    counted[label] = counted.get(label, 0.0) + value
    return {
        key: Sum(np.array(list(counted), dtype=np.int64), np.array(list(counted.values()), dtype=float))
        for key, counted in sorted(cost.items())
    }
