"""The parts of the plan, in the order in which their tables stand in the result."""

from __future__ import annotations

from rampart.plan.parts.agreed import Agreements
from rampart.plan.parts.backfill import Backfills
from rampart.plan.parts.cancellation import Cancellation
from rampart.plan.parts.expansion import Expansions
from rampart.plan.parts.fleet import Fleets
from rampart.plan.parts.give_or_keep import GiveOrKeep
from rampart.plan.parts.late import LateOrders
from rampart.plan.parts.line import Lines
from rampart.plan.parts.money import Money
from rampart.plan.parts.need import Needs
from rampart.plan.parts.order import Order
from rampart.plan.parts.pace import Pace
from rampart.plan.parts.part import Part
from rampart.plan.parts.pledge import Pledges
from rampart.plan.parts.purchase import Purchases
from rampart.plan.parts.requirement import RequirementsHeld
from rampart.plan.parts.resource import Resources
from rampart.plan.parts.stock import Stocks
from rampart.plan.parts.support import Support
from rampart.plan.parts.taken import TakenOver
from rampart.plan.parts.transfer import Transfers

PARTS: tuple[Part, ...] = (
    Order(), Cancellation(), LateOrders(), Lines(), Pace(), Resources(), Expansions(), Purchases(), Transfers(), Agreements(),
    Stocks(), Needs(), Pledges(), Backfills(), RequirementsHeld(), GiveOrKeep(), Support(), Fleets(), Money(), TakenOver(),
)  # fmt: skip
