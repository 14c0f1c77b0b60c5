"""A case that starts later: what a plan decided before then is placed, on the way, built or spent; all as it was planned.

The rest of the plan is a plan of the new case, with the same values from the new start on, so that planning anew from there
changes nothing where nothing happened otherwise. What did happen otherwise is laid over it (``ledger.actual``).

What the plan decided before is in hand (``network.in_hand``). Beside it

    stocks       closing stock of the month before; of what has a shelf life the lots that came in last (``network.ages``)
    orders       those of the case that are still to come, and what of orders in hand was held back, due at once
    deliveries   what was on the way and has come is delivered; pledges and compensation less what was sent and made good, what
                 is in arrears due at once
    lines        output of the period before, from which changes of pace count, and its months
    needs        what may be served late and is due is asked for in the first month

Left where they are: beliefs of the war, fleets and shops (``CANNOT``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables as catalogue
from rampart.network.ages import came_in, left_of_lots
from rampart.network.in_hand import InHand
from rampart.network.keys import Backfill, Key, Pledge
from rampart.network.network import Network
from rampart.network.pledges_left import NO_RANGE, less_sent
from rampart.network.taking import decided_before
from rampart.network.ways import Row
from rampart.network.ways_taken import NOTHING

if TYPE_CHECKING:
    import polars as pl

NOTE = "Carried on from the plan before."
SOURCE = "plan_before"
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
"""What a row says that the plan before states."""
CANNOT = ("fleets", "shops")
"""Tables whose past is not carried on."""
SINCE = ("demand", "requirements", "resources", "elsewhere")
"""Tables whose blank ``from`` is the first month of the plan, and must stay what it was."""


def carried_on(case: Case, tables: Mapping[str, pl.DataFrame], month: str) -> Case:
    """The case as it stands at the beginning of a month if all went as in the plan of these tables.

    month  YYYY-MM, the first month of a period of the plan after its first. Raises ValueError where it is none.
    """
    return less_given(*with_all_promised(case, tables, month))


def with_all_promised(case: Case, tables: Mapping[str, pl.DataFrame], month: str) -> tuple[Case, dict[Key, float]]:
    """The case as ``carried_on``, but pledges and compensation whole; and what was given of each before the month."""
    later = _Later(case, tables, month)
    begun = later.begun()
    in_hand = InHand(begun, case, later.decided, (), said=SAID)
    network = Network(case)
    delivered = [r for r in network.placed if r["month"] < month]
    delivered += [r | {"quantity": -r["quantity"]} for r in later.overdue()]  # not paid either
    given, backfills = in_hand.met(), network.backfill_index
    for r in delivered:
        if (owed := Backfill(r["buyer"], r["ship_to"], r["item"])) in backfills:
            given[owed] = given.get(owed, 0.0) + r["quantity"]
    return begun.with_tables(in_hand.tables(delivered=delivered, at_means=True)), given


def less_given(later: Case, given: Mapping[Key, float]) -> Case:
    """The case with pledges and compensation less what was sent and made good of them.

    Of a pledge the earliest due is met first; what was sent is given, and is to be made good.
    """
    by_pledge: dict[Pledge, list[Row]] = {}
    found = []
    for r in later.tables["deliveries"].iter_rows(named=True):
        if r["status"] == "pledged":
            by_pledge.setdefault(Pledge(r["donor"], r["recipient"], r["item"]), []).append(r)
        else:
            found.append(r)
    for pledge, of in by_pledge.items():
        found += less_sent(of, given.get(pledge, 0.0), str(later.settings["start"]), SAID)
    return later.with_tables({"deliveries": frame_of("deliveries", _of_one_row(_made_good(found, given)))})


def _made_good(rows: list[dict[str, Any]], given: Mapping[Key, float]) -> list[dict[str, Any]]:
    """Compensation less what arrived of it before the start, what is due first first."""
    done = {key: quantity for key, quantity in given.items() if isinstance(key, Backfill)}
    result = list(rows)
    order = sorted(range(len(rows)), key=lambda n: str(rows[n].get("backfill_due")))
    for n in order:
        r = rows[n]
        if r.get("backfill_by") and r.get("backfill_due"):
            key = Backfill(r["backfill_by"], r["donor"], r["item"])
            asked = r["quantity"] if r.get("backfill_quantity") is None else r["backfill_quantity"]
            off = min(asked, done.get(key, 0.0))
            if off > NOTHING:
                done[key] -= off
                result[n] = r | {"backfill_quantity": asked - off}
    return result


class _Later:
    def __init__(self, case: Case, tables: Mapping[str, pl.DataFrame], month: str) -> None:
        self.case, self.tables, self.month = case, tables, month
        self.calendar = case.calendar
        self.start = month_number(month)
        if self.start not in self.calendar.starts[1:]:
            raise ValueError(f"{month} is not the first month of a period after the first")
        self.period = self.calendar.starts.index(self.start)
        blank = dict.fromkeys(catalogue()["taken"].columns)
        self.decided: list[Row] = [blank | dict(r) for r in decided_before(tables, self.calendar, self.start)]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table as the case states them, blanks left blank."""
        return list(self.case.tables[table].iter_rows(named=True))

    def begun(self) -> Case:
        """The case with its later start, and what stands there beside what is in hand."""
        orders = [r for r in self.rows("orders") if r["month"] >= self.month] + self.overdue()
        agreed = [r for r in self.rows("agreed") if r["month"] >= self.month]
        changed = {
            "settings": self.settings(), "calendar": self.periods(), "stocks": self.stocks(), "orders": orders,
            "agreed": agreed, "deliveries": self.deliveries(), "lines": self.lines(),
            "sources": [*(r for r in self.rows("sources") if r["source"] != SOURCE), {"source": SOURCE, "title": NOTE}],
            "taken": self.taken(),
        }  # fmt: skip
        for table in SINCE:
            changed[table] = [r | {"from": r["from"] or month_text(self.calendar.first)} for r in self.rows(table)]
        changed["demand"] = self.demand(changed["demand"])
        return self.case.with_tables({table: frame_of(table, rows) for table, rows in changed.items()})

    def overdue(self) -> list[dict[str, Any]]:
        """Orders in hand that were due and have not come, since their line could not make them."""
        late = self.tables.get("late")
        found = []
        for r in () if late is None else late.filter(late["period"] == self.period - 1).iter_rows(named=True):
            of = (r["line"], r["buyer"], r["ship_to"])
            rows = [
                x for x in Network(self.case).placed
                if (x["line"], x["buyer"], x["ship_to"]) == of and x["decided"] is not None and x["month"] < self.month
            ]  # fmt: skip
            if r["overdue"] > NOTHING and rows:
                found.append({
                    **dict(zip(("line", "buyer", "ship_to"), of, strict=True)), "item": r["item"], "month": self.month,
                    "state": "awarded", "decided": max(x["decided"] for x in rows), "quantity": r["overdue"],
                    "inputs": "supplied", "due": _mean_due(rows), **SAID,
                })  # fmt: skip
        return found

    def taken(self) -> list[dict[str, Any]]:
        """What is intended or stands from the start on, and what is in hand: so that nothing is taken over a second time."""
        kept = [r for r in self.rows("taken") if r["month"] >= self.month or r["in_hand"]]
        return kept + [dict(r) for r in self.decided]

    def settings(self) -> list[dict[str, Any]]:
        rows = [r | {"value": self.month} if r["setting"] == "start" else r for r in self.rows("settings")]
        if self.case.settings["war_began"] is None:
            rows.append({"setting": "war_began", "value": month_text(self.calendar.first)})
        return rows

    def periods(self) -> list[dict[str, Any]]:
        """Stretches of the calendar from the start on; the one in force then begins with it."""
        rows = sorted(self.rows("calendar"), key=lambda r: str(r["from"]))
        before = [r for r in rows if r["from"] <= self.month]
        return [*(r | {"from": self.month} for r in before[-1:]), *(r for r in rows if r["from"] > self.month)]

    def stocks(self) -> list[dict[str, Any]]:
        """Closing stock of the period before; conditions that a plan does not use stay as they were."""
        kept = [r for r in self.rows("stocks") if r["condition"] not in (None, "serviceable")]
        closing = self.tables["stock"].filter(self.tables["stock"]["period"] == self.period - 1)
        came = came_in(self.case, self.tables["movements"], self.start)
        for r in closing.iter_rows(named=True):
            row = {"holder": r["holder"], "item": r["item"], **SAID}
            lots = came.get((r["holder"], r["item"]), {})
            kept += [row | {"quantity": q, "lot": lot} for lot, q in left_of_lots(lots, max(0.0, r["closing"]))]
        return kept

    def deliveries(self) -> list[dict[str, Any]]:
        """Deliveries, of which what was on the way and has come is delivered; pledges say from when they fall due."""
        first, found = month_text(self.calendar.first), []
        for r in self.rows("deliveries"):
            if r["status"] == "in_transit" and r["month"] < self.month:
                found.append(r | {"status": "delivered"})
            elif r["status"] == "pledged":
                found.append(r | {"from": r["from"] or min(first, r["month"])})
            else:
                found.append(r)
        return found

    def lines(self) -> list[dict[str, Any]]:
        """Lines with the output of the period before."""
        before = self.tables["production"].filter(self.tables["production"]["period"] == self.period - 1)
        months = self.calendar.lengths[self.period - 1]
        made = {r["line"]: r["output"] / months for r in before.iter_rows(named=True)}
        rows = []
        for r in self.rows("lines"):
            per = 12.0 if r["rate_per"] == "year" else 1.0
            said = {"rate_before": made[r["line"]] * per, "rate_before_months": months} if r["line"] in made else {}
            rows.append(r | said)
        return rows

    def demand(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Needs, with what may be served late and is due at the start asked for in the first month."""
        last = self.tables["demand"].filter(self.tables["demand"]["period"] == self.period - 1)
        for late in last.iter_rows(named=True):
            if (late["late"] or 0.0) <= NOTHING:
                continue
            of = (late["holder"], late["item"], late["purpose"])
            here = [r for r in rows if (r["holder"], r["item"], r["purpose"]) == of and r["from"] <= self.month]
            here = [r for r in here if r["until"] is None or r["until"] >= self.month]
            if here:
                r = max(here, key=lambda row: str(row["from"]))
                rows.remove(r)
                per = 12.0 if r["rate_per"] == "year" else 1.0
                more = {
                    "from": self.month,
                    "until": self.month,
                    "need": r["need"] + late["late"] * per,
                    **NO_RANGE,
                    **SAID,
                }
                rows.append(r | more)
                after = month_text(self.start + 1)
                if (r["until"] is None or r["until"] >= after) and not any(_same_need(r, x, after) for x in rows):
                    rows.append(r | {"from": after})
                if r["from"] < self.month:
                    rows.append(r | {"until": month_text(self.start - 1)})
        return rows


def _mean_due(orders: list[dict[str, Any]]) -> float | None:
    """What is due on a unit of several orders; None where it is not known of one."""
    if any(r["due"] is None for r in orders):
        return None
    return float(sum(r["due"] * r["quantity"] for r in orders) / sum(r["quantity"] for r in orders))


def _same_need(row: Mapping[str, Any], other: Mapping[str, Any], since: str) -> bool:
    """Whether the other row states the same need from that month on."""
    key = ("holder", "item", "purpose", "regime")
    return all(row[name] == other[name] for name in key) and other["from"] == since


def _of_one_row(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deliveries with what was given of several rows of a pledge, or is due of them in the same months, on the same terms, as
    one row.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for r in rows:
        row = dict(r)
        there = found.setdefault(tuple(row.get(k) for k in catalogue()["deliveries"].key), row)
        if there is row:
            continue
        back = [x["quantity"] if x.get("backfill_quantity") is None else x["backfill_quantity"] for x in (there, row)]
        same = all(x.get("backfill_quantity") is None for x in (there, row))
        made_good = {} if same else {"backfill_quantity": sum(back)}
        there |= {"quantity": there["quantity"] + row["quantity"], **made_good, **NO_RANGE}
    return list(found.values())
