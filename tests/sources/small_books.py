"""Small justification books in the public schema, written for the tests: what they hold is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

JB = "http://www.dtic.mil/comptroller/xml/schema/022009/jb"
PROC = "http://www.dtic.mil/comptroller/xml/schema/20100219/procurement"


def tag(name: str, content: object) -> str:
    """An element of the procurement schema."""
    return f"<proc:{name}>{content}</proc:{name}>"


@dataclass
class Order:
    """A line of exhibit P-5a with its schedules by customer: {customer: {month: amount}}."""

    fiscal_year: int
    award: str
    first: str
    quantity: float
    unit_cost: float = 100.0
    schedules: Mapping[str, Sequence[tuple[str, object]]] = field(default_factory=dict)

    def xml(self) -> str:
        rows = []
        for customer, months in self.schedules.items():
            total = sum(float(a) for _, a in months if str(a).replace(".", "", 1).isdigit())
            deliveries = "".join(tag("MonthlyDelivery", tag("Month", m) + tag("Amount", a)) for m, a in months)
            rows.append(tag("MonthlyDeliverySchedule", tag("ServiceAgencyName", customer) + tag("ProcQuantity", total)
                            + tag("MonthlyDeliveryList", deliveries)))  # fmt: skip
        schedule = tag("MonthlyDeliveryScheduleList", "".join(rows)) if rows else ""
        return tag("HistoryPlanning", tag("FiscalYear", self.fiscal_year) + tag("ContractMethod", "C")
                   + tag("AwardDate", self.award) + tag("FirstDeliveryDate", self.first)
                   + tag("Quantity", self.quantity) + tag("UnitCost", self.unit_cost) + schedule)  # fmt: skip


@dataclass
class Maker:
    """A manufacturer of an element."""

    name: str = "Alpha Works"
    orders: Sequence[Order] = ()
    rates: tuple[object, object, object] = (10, 40, 80)
    alt: object = 6
    plt: object = 12

    def xml(self) -> str:
        times = tag("AdminLeadTimeAfterOct1InMonths", self.alt) + tag("ProductionLeadTimeAfterOct1InMonths", self.plt)
        low, middle, high = self.rates
        rates = tag("MinimumSustainingRate", low) + tag("Rate185", middle) + tag("MaximumProductionRate", high)
        orders = tag("HistoryPlanningList", "".join(order.xml() for order in self.orders))
        return tag("Manufacturer", tag("Name", escape(self.name)) + tag("Location", "Anywhere, PA") + rates
                   + tag("InitialQuantity", times) + tag("ReorderQuantity", times) + orders)  # fmt: skip


@dataclass
class Item:
    """A line item with one element of exhibit P-5."""

    number: str = "E1"
    element: str = "Round, all types"
    makers: Sequence[Maker] = ()
    units: str | None = "Monthly"
    extra: str = ""

    def xml(self, year: int, account: str, submitted: str) -> str:
        unit = f' manufacturerRateUnits="{self.units}"' if self.units else ""
        element = tag("CostElement", tag("Name", escape(self.element))
                      + tag("Cost", tag("BudgetYearOne", tag("TotalCost", 1.5) + tag("Quantity", 100)))
                      + tag("ManufacturerList", "".join(m.xml() for m in self.makers)))  # fmt: skip
        p5 = tag(
            "P5Item", tag("CostElementCategoryList", tag("Hardware", tag("Recurring", tag("CostElementList", element))))
        )
        return (
            f'<proc:LineItem quantityUnits="Each" unitCostUnits="Dollars" totalCostUnits="Millions"{unit}>'
            + tag("LineItemNumber", self.number) + tag("LineItemTitle", "Title of " + self.number)
            + tag("BudgetYear", year) + tag("BudgetCycle", "PB") + tag("SubmissionDate", submitted)
            + tag("ServiceAgencyName", "Army") + tag("AppropriationNumber", account)
            + tag("ResourceSummary", tag("NetProcurementP1", tag("PriorYear", "12.5") + tag("BudgetYearOne", "14")))
            + tag("ItemExhibitList", p5) + self.extra + "</proc:LineItem>"
        )  # fmt: skip


def book(items: Sequence[Item], *, year: int = 2016, account: str = "2034A", root: str = "JustificationBook") -> str:
    """The text of a service book."""
    submitted = f"{year - 1}-02"
    lines = "".join(item.xml(year, account, submitted) for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><jb:{root} xmlns:jb="{JB}" xmlns:proc="{PROC}" targetSchemaVersion="1.0">'
        f"<jb:BudgetYear>{year}</jb:BudgetYear><jb:BudgetCycle>PB</jb:BudgetCycle>"
        f"<jb:SubmissionDate>{submitted}</jb:SubmissionDate><jb:ServiceAgencyName>Army</jb:ServiceAgencyName>"
        f"<jb:AppropriationCode>{account}</jb:AppropriationCode><jb:CoverPage/>"
        f"<proc:LineItemList>{lines}</proc:LineItemList></jb:{root}>"
    )


def plain(year: int = 2016) -> Item:
    """A sound line item: one maker, one order of the budget year and one already awarded."""
    later = tuple((f"{year + 1}-{m:02d}", 20) for m in range(1, 6))
    sooner = tuple((f"{year}-{m:02d}", 25) for m in range(1, 5))
    orders = (
        Order(year, f"{year}-01", f"{year + 1}-01", 100, schedules={"Army": later}),
        Order(year - 1, f"{year - 2}-12", f"{year}-01", 60, schedules={"Army": sooner[:2], "Navy": sooner[2:]}),
    )
    return Item(makers=[Maker(orders=orders)])


def write(folder: Path, name: str, text: str) -> Path:
    """A document on disk."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def public_folder(name: str) -> Path | None:
    """The folder of public data beside the repository or above it, where there is one."""
    for parent in Path(__file__).resolve().parents:
        for folder in (parent / "shared" / "data" / name, parent.parent / "shared" / "data" / name):
            if folder.is_dir():
                return folder
    return None
