"""Accounts: what one unit of each way does to stock, line capacity, shared resources, pledges and compensation.

A posting says: one unit of ``of`` decided in a period changes the account ``at`` by ``per_unit``, with a lag. The rows of
the plan, its result tables, a simulation and a ledger all book by the same postings, stated here, once. There are five
accounts:

    stock     of a pair (holder, item); plus comes in, minus goes out
    capacity  of a line: minus takes of what the line can make, plus adds to it
    resource  shared by lines: minus takes of it
    pledge    of a donor to a recipient: plus makes good what was pledged
    backfill  of a nation to a donor that it owes for what it gave: plus makes good what is owed
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from rampart.network.beyond_line import in_hand, owed_back
from rampart.network.keys import (
    Agreed,
    Backfill,
    Demand,
    Fleet,
    Key,
    Line,
    Pair,
    Pledge,
    Resource,
)
from rampart.network.lags import After, FromStart, Growing, Lag, Now
from rampart.network.network import Network
from rampart.network.ways import built, expansion_key

Account = Literal["stock", "capacity", "resource", "pledge", "backfill"]


class Posting(NamedTuple):
    """What one unit does to an account.

    account   which of the five; ``at`` the key of the account
    of        key of what is decided; ``family`` the planner's word for it
    lag       from the decision to the effect
    per_unit  change of the account, in its own unit, for one unit decided
    kind      the word under which it is reported: made, bought, received, sent, used, consumed, disposed, joined, ...
    """

    account: Account
    at: Key
    family: str
    of: Key
    lag: Lag
    per_unit: float
    kind: str


def order_postings(network: Network) -> Iterator[Posting]:
    """An order: it is delivered after the lead time, takes of the line then, and of components and resources before."""
    for channel in network.channels:
        line, of = network.lines[channel.line], channel.key
        delivered = After(channel.lead)
        yield Posting("stock", Pair(channel.ship_to, line["item"]), "order", of, delivered, 1.0, "made")
        yield Posting("capacity", Line(channel.line), "order", of, delivered, -1.0, "made")
        who = (Backfill(nation, channel.ship_to, line["item"]) for nation in (channel.payer, channel.buyer))
        if owed := next((one for one in who if one in network.backfill_index), None):  # who pays for it, else who buys
            yield Posting("backfill", owed, "order", of, delivered, 1.0, "made")
        for part in network.inputs_of[channel.line]:
            taken = After(channel.taken(part.offset))
            at = Pair(line["nation"], part.component)
            yield Posting("stock", at, "order", of, taken, -part.quantity, "consumed")
        for use in network.uses_of.get(channel.line, ()):
            taken = After(channel.taken(use["offset"]))
            yield Posting("resource", Resource(use["resource"]), "order", of, taken, -use["quantity"], "used")


def set_up_postings(network: Network) -> Iterator[Posting]:
    """A set-up takes of resources in its own period."""
    for use in network.uses:
        if use["setup"] and use["line"] in network.lines:
            at, of = Resource(use["resource"]), Line(use["line"])
            yield Posting("resource", at, "active", of, Now(), -use["setup"], "used")


def expansion_postings(network: Network) -> Iterator[Posting]:
    """An expansion adds to its line's capacity while the line is open; built, it takes components and resources."""
    for e in network.expansions:
        of, rate = expansion_key(e), network.monthly_rate(e["line"], e["added_rate"])
        grows = Growing(e["construction"], e["ramp"], network.open_months(e["line"]))
        yield Posting("capacity", Line(e["line"]), "expand", of, grows, rate, "added")
        for bill in network.expansion_bills:
            if bill["expansion"] == e["expansion"]:
                at, when = (
                    Pair(network.lines[e["line"]]["nation"], bill["component"]),
                    FromStart(built(e, bill["offset"])),
                )
                yield Posting("stock", at, "expand", of, when, -bill["quantity"], "consumed")
        for use in network.uses:
            if use["expansion"] == e["expansion"]:
                hall, when = Resource(use["resource"]), FromStart(built(e, use["offset"]))
                yield Posting("resource", hall, "expand", of, when, -use["quantity"], "used")


def late_postings(network: Network) -> Iterator[Posting]:
    """What is held back of an order in hand does not arrive and takes nothing of its line; made up, it does both. What goes
    into it was drawn when it should have been.
    """
    for of in in_hand(network):
        at = Pair(of.ship_to, network.lines[of.line]["item"])
        for family, sign in (("held back", -1.0), ("made up", 1.0)):
            yield Posting("stock", at, family, of, Now(), sign, "ordered")
            yield Posting("capacity", Line(of.line), family, of, Now(), -sign, "ordered")
            if owed := owed_back(network, of):
                yield Posting("backfill", owed, family, of, Now(), sign, "made")


def purchase_postings(network: Network) -> Iterator[Posting]:
    """A purchase arrives after its delay."""
    for o in network.offers:
        of = o.key
        yield Posting("stock", Pair(o.buyer, o.item), "buy", of, After(o.delay), 1.0, "bought")
        if (owed := Backfill(o.buyer, o.buyer, o.item)) in network.backfill_index:
            yield Posting("backfill", owed, "buy", of, After(o.delay), 1.0, "bought")


def transfer_postings(network: Network) -> Iterator[Posting]:
    """What is sent leaves at once, arrives after the time on the way, and makes good what its origin has pledged or owes."""
    pledged = network.pledge_index
    for r in network.routes:
        of = r.key
        arrives = After(r.months)
        yield Posting("stock", Pair(r.destination, r.item), "send", of, arrives, 1.0, "received")
        yield Posting("stock", Pair(r.origin, r.item), "send", of, Now(), -1.0, "sent")
        if (pledge := Pledge(r.origin, r.destination, r.item)) in pledged:
            yield Posting("pledge", pledge, "send", of, arrives, 1.0, "received")
        if (owed := Backfill(r.origin, r.destination, r.item)) in network.backfill_index:
            yield Posting("backfill", owed, "send", of, arrives, 1.0, "received")


def agreed_postings(network: Network) -> Iterator[Posting]:
    """What is handed over as agreed leaves the stock, and the plan."""
    for a in network.agreed:
        yield Posting("stock", Pair(a.holder, a.item), "hand over", Agreed(*a), Now(), -1.0, "sent")


def service_postings(network: Network) -> Iterator[Posting]:
    """Need served leaves the stock."""
    for d in network.demands:
        yield Posting("stock", Pair(d.holder, d.item), "serve", Demand(*d), Now(), -1.0, "used")


def disposal_postings(network: Network) -> Iterator[Posting]:
    """What has a shelf life may be thrown away."""
    for pair in network.perishable_pairs:
        yield Posting("stock", pair, "dispose", pair, Now(), -1.0, "disposed")


def joining_postings(network: Network) -> Iterator[Posting]:
    """A system that joins a fleet leaves the stock."""
    for row in network.fleet_rows:
        if row["item"] is not None:
            at = Pair(row["holder"], row["item"])
            yield Posting("stock", at, "join", Fleet(row["fleet"]), Now(), -1.0, "joined")
