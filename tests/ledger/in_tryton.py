"""The entries of ``ledger export --as beancount`` booked by trytond-stock-lot, run by the Python of an environment of its own.

Reads from standard input, as JSON, ``ledgers`` (texts of exports) and ``days``; writes, for each ledger, what Tryton has by
day, location and lot, and of each count what it had expected. An account is a location, an item a product, a lot a lot; each
transaction is moves from the locations that lose to those that gain. Nothing of Rampart is imported.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from decimal import Decimal

from proteus import Model, config
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction, TransactionError

NO_LOT = "(no lot)"
GUARDED = ("Xstock", "Xtransit", "Xrepair")
"""Accounts that are places: Tryton lets nothing go from there that it has not."""
POSTING = re.compile(r"  (\S+)  (-?\d+) (C\d+)$")


def entries(text: str):
    """Commodities (item and lot), transactions (day, postings) and counts (day, account, commodity, quantity)."""
    commodities, transactions, counts = {}, [], []
    lines = text.splitlines()
    for n, line in enumerate(lines):
        if found := re.match(r"\S+ commodity (C\d+)$", line):
            item, lot = (json.loads(lines[n + k].split(": ", 1)[1]) for k in (1, 2))
            commodities[found[1]] = (item, lot)
        elif found := re.match(r"(\S+) \* ", line):
            transactions.append((found[1], []))
        elif found := POSTING.match(line):
            transactions[-1][1].append((found[1], int(found[2]), found[3]))
        elif found := re.match(r"(\S+) balance (\S+)  (\d+) (C\d+)$", line):
            counts.append((found[1], found[2], found[4], int(found[3])))
    return commodities, transactions, counts


def moved(postings):
    """From, to, quantity and commodity of the moves of a transaction."""
    for commodity in dict.fromkeys(c for _, _, c in postings):
        of = [(account, q) for account, q, c in postings if c == commodity]
        out, into = [[a, -q] for a, q in of if q < 0], [[a, q] for a, q in of if q > 0]
        assert sum(q for _, q in out) == sum(q for _, q in into), postings
        while out and into:
            part = min(out[0][1], into[0][1])
            yield out[0][0], into[0][0], part, commodity
            for side in (out, into):
                side[0][1] -= part
                if not side[0][1]:
                    side.pop(0)


def assigned(moves: list[int]) -> bool:
    """Whether Tryton finds there what is to go, lot by lot; it is then kept for these moves."""
    now, more = config.get_config(), {}
    while True:
        with Transaction().start(now.database_name, now.user, context=now.context, **more) as transaction:
            of = Pool().get("stock.move")
            try:
                return of.assign_try(of.browse(moves))
            except TransactionError as again:  # it asks to begin again with a table locked
                transaction.rollback()
                again.fix(more)


class Books:
    """The books of one ledger in Tryton."""

    def __init__(self, n: int) -> None:
        self.n = n
        (self.unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
        (self.currency,) = {c.currency for c in Model.get("company.company").find([])}
        self.locations, self.products, self.lots = {}, {}, {}

    def location(self, account: str):
        if account not in self.locations:
            type_ = "storage" if account.split(":")[2] in GUARDED else "lost_found"
            place = Model.get("stock.location")(name=f"{self.n} {account}", type=type_)
            place.save()
            self.locations[account] = place
        return self.locations[account]

    def lot(self, item: str, lot: str):
        if item not in self.products:
            template = Model.get("product.template")(name=f"{self.n} {item}", default_uom=self.unit, type="goods")
            template.list_price = Decimal(1)
            template.save()
            (self.products[item],) = template.products
        if (item, lot) not in self.lots:
            made = Model.get("stock.lot")(number=lot or NO_LOT, product=self.products[item])
            made.save()
            self.lots[item, lot] = made
        return self.lots[item, lot]

    def post(self, day: str, postings, commodities) -> None:
        moves = []
        for source, target, quantity, commodity in moved(postings):
            if source == target:
                continue
            lot = self.lot(*commodities[commodity])
            move = Model.get("stock.move")(product=lot.product, quantity=float(quantity), lot=lot)
            move.from_location, move.to_location = self.location(source), self.location(target)
            move.effective_date = datetime.date.fromisoformat(day)
            if move.unit_price_required:
                move.unit_price, move.currency = Decimal(1), self.currency
            move.save()
            moves.append(move)
        Move = Model.get("stock.move")
        if guarded := [m for m in moves if m.from_location.type == "storage"]:
            assert assigned([m.id for m in guarded]), f"not there: {day} {postings}"
        if moves:
            Move.click(moves, "do")

    def balance(self, day: datetime.date):
        """Quantities of every location and lot at the end of a day."""
        for account, place in self.locations.items():
            asked = {"locations": [place.id], "stock_date_end": day, "forecast": False, "with_childs": False}
            with config.get_config().set_context(asked):
                for (item, lot), of in self.lots.items():
                    if quantity := Model.get("stock.lot")(of.id).quantity:
                        yield account, item, lot, int(quantity)


def main() -> None:
    asked = json.load(sys.stdin)
    activate_modules(["stock_lot"], create_company)
    answers = []
    for n, text in enumerate(asked["ledgers"]):
        commodities, transactions, counts = entries(text)
        books = Books(n)
        for day, postings in transactions:
            books.post(day, postings, commodities)
        days = {day: list(books.balance(datetime.date.fromisoformat(day))) for day in asked["days"]}
        expected = []
        for day, account, commodity, quantity in counts:  # a balance assertion stands at the beginning of its day
            before = datetime.date.fromisoformat(day) - datetime.timedelta(days=1)
            there = {row[:3]: row[3] for row in books.balance(before)}
            expected.append([quantity, there.get((account, *commodities[commodity]), 0)])
        answers.append({"days": days, "counts": expected})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
