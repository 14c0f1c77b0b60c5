"""The programme: what is to be decided over a tree, with the numbers that the parts of the plan share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.likeness import Likeness, likeness
from rampart.case.tables import Case
from rampart.engine.linear_model import LinearModel
from rampart.network import prices
from rampart.network.accounts import Account, Posting
from rampart.network.asked import Held, held
from rampart.network.keys import Key, Pair, number
from rampart.network.lags import Booleans, Floats, Integers
from rampart.network.lots import opening_stock
from rampart.network.most_output import added_rates
from rampart.network.need_steps import NeedSteps, need_steps
from rampart.network.network import Network
from rampart.network.payments import Flow
from rampart.network.rates import Rates, line_rates
from rampart.network.scales import item_scales, money_scale
from rampart.network.tree import Tree
from rampart.network.worth_of_need import WorthOfNeed, worth_of_need
from rampart.plan.programme.families import Families, Family
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.rows import Rows

if TYPE_CHECKING:
    from rampart.sustainment.levels import Levels


@dataclass(eq=False)
class Programme:
    """Families of variables over the nodes of a tree, rows that hold them together, and objective passes.

    levels     what spares and bays make of each fleet; none where the plan does not look at availability
    parts      the parts of the plan, in order; each is asked for families, postings, rows, money and measures in turn
    sooner     what also works a month faster than stated (``network.network``)
    known_likeness  likeness of the codes where it is known from a case that differs by a step only
    families, postings, flows, rows, passes   what they answered; ``rampart.plan.model.build`` fills these
    """

    case: Case
    tree: Tree
    levels: Levels | None
    parts: tuple[Any, ...]
    model: LinearModel = field(default_factory=LinearModel)
    families: Families = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    sooner: frozenset[Key] = frozenset()
    known_likeness: Likeness | None = None

    @cached_property
    def network(self) -> Network:
        """What exists in the case."""
        rows = () if self.levels is None else tuple(dict(row) for row in self.levels.support.fleet_rows)
        return Network(self.case, rows, self.sooner)

    @cached_property
    def likeness(self) -> Likeness:
        """What the codes of the case are, apart from their names."""
        return likeness(self.case.tables) if self.known_likeness is None else self.known_likeness

    def in_order(self, keys: Sequence[Key]) -> Integers:
        """Positions of keys in an order that hangs on data, and on names only where all data are equal."""
        numbers = [number(key, self.likeness) for key in keys]
        return np.array(sorted(range(len(keys)), key=lambda n: (numbers[n], keys[n])), dtype=np.int64)

    # -- numbers that several parts use --------------------------------------------------------------------------

    @cached_property
    def rates(self) -> Rates:
        """Rates of the lines."""
        return line_rates(self.network)

    @cached_property
    def held(self) -> Held:
        """What must be held of each pair."""
        return held(self.network)

    @cached_property
    def requirement(self) -> Floats:
        """Requirement of each pair at each node, shape (pairs, nodes); 0 where none is stated."""
        return self.held.requirement[:, self.tree.period]

    @cached_property
    def if_called(self) -> Floats:
        """What a call at home asks of each pair at each node, shape (pairs, nodes); 0 where nothing is stated."""
        return self.held.if_called[:, self.tree.period]

    @cached_property
    def floor(self) -> Floats:
        """Floor of each pair at each node, shape (pairs, nodes); 0 where none is stated."""
        return self.held.floor[:, self.tree.period]

    @cached_property
    def given(self) -> Floats:
        """What arrives of placed orders and goods in transit at each node, opening stock at the first ones.

        Shape (pairs, nodes).
        """
        given = self.network.given[:, self.tree.period].copy()
        given[:, self.tree.parent < 0] += opening_stock(self.network)[:, None]
        return given

    @cached_property
    def need(self) -> Floats:
        """Need of each demand at each node, shape (demands, nodes); of several regimes the mean by their shares."""
        result = np.zeros((len(self.network.demands), len(self.tree)))
        for share, worth in self.worth_of_regimes:
            result += share * worth.need[:, self.tree.period]
        return result

    @cached_property
    def worth_of_regimes(self) -> list[tuple[Floats, WorthOfNeed]]:
        """Share at each node of each regime of the tree, shape (nodes,), and what need is worth in it; without regimes of
        the present one.
        """
        tree, network = self.tree, self.network
        if tree.mix is None:
            return [(np.ones(len(tree)), worth_of_need(network))]
        parts = zip(tree.mix.T, tree.regimes, strict=True)
        return [(share, worth_of_need(network, regime, branches=self.branches)) for share, regime in parts]

    @property
    def branches(self) -> bool:
        """Whether the tree is one of what the war may be, and not of one regime."""
        return self.tree.mix is not None

    @cached_property
    def need_steps(self) -> NeedSteps:
        """Steps in which each need may lack, and what a unit lacking there is worth."""
        return need_steps(self.network, self.tree, [worth for _, worth in self.worth_of_regimes])

    @cached_property
    def order_price(self) -> Floats:
        """Price of one unit ordered at each node, in money units, shape (channels, nodes)."""
        return prices.order_price(self.network)[:, self.tree.period]

    @cached_property
    def delivery_price(self) -> Floats:
        """Price of one unit delivered in each month, in currency, shape (channels, months)."""
        return prices.delivery_price(self.network)

    def price_of(self, items: Iterable[str]) -> Floats:
        """Replacement cost of one unit of each of some items, in money units; NaN where unknown."""
        prices = (self.network.items[item]["price"] for item in items)
        return np.array([np.nan if price is None else price for price in prices], dtype=float) / self.unit

    @property
    def unit(self) -> float:
        """Currency in one money unit."""
        return self.case.money_unit

    # -- what comes whole ----------------------------------------------------------------------------------------

    @cached_property
    def due_now(self) -> Booleans:
        """Nodes whose decisions are due now (``settings.decide_now``), shape (nodes,)."""
        first = self.case.calendar.first
        found: Booleans = self.tree.first_month < first + int(str(self.case.settings["decide_now"]))
        return found

    def multiple_of(self, items: Iterable[str]) -> Floats:
        """Units in whole multiples of which each of some items is decided now; NaN where in any amount."""
        found = []
        for item in items:
            row = self.network.items[item]
            found.append(row["multiple"] or (1.0 if row["kind"] == "system" else np.nan))
        return np.array(found, dtype=float)

    @cached_property
    def slow(self) -> Booleans:
        """Whether a line makes less than one whole multiple, or lot, in as many months as a node has, at its highest rate with
        all expansions: whole orders would not be delivered, so they are decided in any amount. Shape (lines, nodes).
        """
        lines = self.network.lines.values()
        multiples = self.multiple_of(row["item"] for row in lines)
        lots = np.array([row["lot"] or np.nan for row in lines], dtype=float)
        most = self.rates.monthly.max(axis=1, initial=0.0) + added_rates(self.network)
        in_node = most[:, None] * np.asarray(self.tree.months, dtype=float)[None, :]
        found: Booleans = (in_node > 0) & (in_node < np.fmax(multiples, lots)[:, None] * (1 - 1e-9))
        return found

    def whole_amounts(self, items: Iterable[str]) -> dict[str, Any]:
        """Scale and whole numbers of a family of decisions on some items: one unit of the solver is one multiple."""
        items = list(items)
        multiple = self.multiple_of(items)
        stated = np.isfinite(multiple)
        scale = np.where(stated, multiple, self.scale_of(items))
        return {"scale": scale, "whole": stated[:, None] & self.due_now[None, :]}

    # -- scales --------------------------------------------------------------------------------------------------

    @cached_property
    def _item_scale(self) -> dict[str, float]:
        return item_scales(self.network)

    def scale_of(self, items: Iterable[str]) -> Floats:
        """Plain units in one solver unit of each of some items."""
        return np.array([self._item_scale[item] for item in items])

    @cached_property
    def money_scale(self) -> float:
        """Money units in one solver unit."""
        return money_scale(self.network)

    # -- accounts ------------------------------------------------------------------------------------------------

    def account(self, name: Account) -> list[Posting]:
        """Postings to an account."""
        return [p for p in self.postings if p.account == name]

    def balance(self, name: Account, positions: Mapping[Any, int], value: Mapping[str, Floats]) -> dict[str, Floats]:
        """What the postings to an account come to, by kind: shape (accounts, nodes) each; minus goes out.

        positions  place of each account in the result
        value      amounts decided by family, shape (keys, nodes)
        """
        found: dict[str, Floats] = {}
        for p in self.account(name):
            family = self.families[p.family]
            total = found.setdefault(p.kind, np.zeros((len(positions), len(self.tree))))
            decided = value[p.family][family.index[p.of]]
            if decided.any():
                total[positions[p.at]] += p.per_unit * (self.tree.effect(p.lag) @ decided)
        return found

    def first_supply(self) -> dict[Pair, tuple[float, Posting]]:
        """Months and posting of the soonest supply of each holder's item, of ways that may be taken at some node."""
        found: dict[Pair, tuple[float, Posting]] = {}
        for p in self.account("stock"):
            family = self.families[p.family]
            if p.per_unit <= 0 or not family.exists[family.index[p.of]].any():
                continue
            before = found.get(Pair(*p.at))
            if before is None or self._sooner(p, before[1]):
                found[Pair(*p.at)] = (p.lag.months, p)
        return found

    def _sooner(self, first: Posting, second: Posting) -> bool:
        """Whether one way supplies sooner than another; of those that take as long, the first by data, then by name."""
        keys = [self.families[p.family].called(p.of) for p in (first, second)]
        one, other = ((p.lag.months, number(k, self.likeness), k) for p, k in zip((first, second), keys, strict=True))
        return one < other

    # -- what stands in the programme ----------------------------------------------------------------------------

    def named(self, *roles: str) -> list[str]:
        """Names of the families of some roles, in their order."""
        return [name for name, family in self.families.items() if family.role in roles]

    @property
    def whole_labels(self) -> Any:
        """Labels of the variables that must be whole."""
        found = [family.labels[family.whole].ravel() for family in self.families.values()]
        labels = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        return labels[labels >= 0]

    def exists(self, family: str) -> Booleans:
        """Where the variables of a family exist, shape (keys, nodes)."""
        return self.families[family].exists

    def __getitem__(self, family: str) -> Family:
        return self.families[family]
