"""Which element of a justification book is a row of which table, and which of its fields is which column.

A *record* is an element that becomes a row. Every leaf below it belongs to the nearest record; what no column
is named for here is kept in the table ``rest``, so that nothing of a book is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FAMILY = ("http://www.dtic.mil/comptroller/xml/schema/", "https://www.dtic.mil/comptroller/xml/schema/")
"""Every version of the schema lies below one of these; elements of any other namespace are none of ours."""
ROOTS = {
    "JustificationBook", "MasterJustificationBook", "LineItemList", "LineItem", "ProgramElementList", "ProgramElement",
}  # fmt: skip
"""What a document may begin with, in any version of the schema."""

Kind = Literal["text", "number", "month", "year"]

# The column of a year in an exhibit, and its fiscal year less the budget year of the book; None: no one year.
YEARS: Mapping[str, int | None] = {
    "AllPriorYears": None,
    "PriorYear": -2,
    "CurrentYear": -1,
    "CurrentYearBase": -1,
    "CurrentYearOCO": -1,
    "BudgetYearOneBase": 0,
    "BudgetYearOneOCO": 0,
    "BudgetYearOne": 0,
    "BudgetYearTwo": 1,
    "BudgetYearThree": 2,
    "BudgetYearFour": 3,
    "BudgetYearFive": 4,
    "ToComplete": None,
    "Total": None,
    "Continuing": None,
}

_LEAD_TIMES = {
    "AdminLeadTimeBeforeOct1InMonths": "alt_before",
    "AdminLeadTimeAfterOct1InMonths": "alt_after",
    "ProductionLeadTimeAfterOct1InMonths": "plt",
    "TotalLeadTimeAfterOct1InMonths": "total",
}


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of row: its table, and the column and kind of value of each field by its path below the element."""

    table: str
    fields: Mapping[str, tuple[str, Kind]]


def _texts(**names: str) -> dict[str, tuple[str, Kind]]:
    return {path: (column, "text") for column, path in names.items()}


def _months(**names: str) -> dict[str, tuple[str, Kind]]:
    return {path: (column, "month") for column, path in names.items()}


_BOOK = Record(
    "books",
    {
        "BudgetYear": ("budget_year", "year"),
        "SubmissionDate": ("submitted", "month"),
        **_texts(
            cycle="BudgetCycle", service="ServiceAgencyName", title="Title",
            appropriation="AppropriationCode", appropriation_title="AppropriationName", volume="VolumeNumber",
        ),
    },
)  # fmt: skip
_MANUFACTURER = Record(
    "manufacturers",
    {
        "Name": ("name", "text"),
        "Location": ("location", "text"),
        "MinimumSustainingRate": ("min_rate", "number"),
        "Rate185": ("economic_rate", "number"),
        "MaximumProductionRate": ("max_rate", "number"),
        "OverallDeliveryScheduleRemarks": ("remarks", "text"),
        # Some books state lead times without saying whether the first order or a reorder is meant.
        **{tag: (column, "number") for tag, column in _LEAD_TIMES.items()},
        **{
            f"{block}Quantity/{tag}": (f"{block.lower()}_{column}", "number")
            for block in ("Initial", "Reorder")
            for tag, column in _LEAD_TIMES.items()
        },
    },
)
_ORDER = Record(
    "orders",
    {
        "FiscalYear": ("fiscal_year", "year"),
        "AwardDate": ("award", "month"),
        "FirstDeliveryDate": ("first_delivery", "month"),
        "Quantity": ("quantity", "number"),
        "UnitCost": ("unit_cost", "number"),
        "RFPIssueDate": ("request", "month"),
        "RevisionsAvailableDate": ("revisions", "month"),
        **_texts(
            method="ContractMethod", contract="ContractType", vehicle="FundingVehicle", office="PCOLocation",
            specs="SpecsAvailableNow", oco="OCO", suffix="ItemNameSuffix", remarks="Remarks",
            note="FiscalYear@footnote",
        ),
    },
)  # fmt: skip
_SCHEDULE = Record(
    "schedules",
    {
        "ProcQuantity": ("quantity", "number"),
        "AcceptedBeforeOct1": ("accepted_before", "number"),
        **_texts(customer="ServiceAgencyName", customer_suffix="ServiceAgencySuffix", remarks="Remarks"),
    },
)
_ELEMENT = Record(
    "elements",
    {
        "WhenRequiredInMonths": ("when_required", "number"),
        "QuantityPerAssembly": ("per_assembly", "number"),
        **_texts(
            name="Name", code="IdCode", model="ModelOfSubsystem", number="ItemNumber", dodic="DODIC",
            prior_deliveries="AllPriorYearsDeliveries", note="Name@footnote", remarks="Remarks",
            history_remarks="OverallHistoryPlanningRemarks", schedule_remarks="OverallDeliveryScheduleRemarks",
        ),
    },
)  # fmt: skip
_FACILITY = Record("facilities", _texts(name="Name", location="Location", type="Type"))
_PROJECT = Record(
    "projects",
    {
        "LayawayCost": ("layaway_cost", "number"),
        **_months(
            first_award="MilestoneList/InitialProjectAward", last_award="MilestoneList/FinalProjectAward",
            concept_done="MilestoneList/ConceptDesignComplete", design_done="MilestoneList/FinalDesignComplete",
            construction_done="MilestoneList/ConstructionComplete",
            equipment_done="MilestoneList/EquipmentInstallationComplete", prove_out_from="MilestoneList/ProveOutBegins",
            prove_out_done="MilestoneList/ProveOutComplete",
        ),
        **_texts(
            title="Title", number="Number", description="Description", contractor="Contractor", type="Type",
            production_end="ProductionEnd", category="@projectCategoryName", narrative="NarrativeExplanation",
            end_item="EndItemSupportedModel",
        ),
    },
)  # fmt: skip

# By the local name of the element. A name that stands for several things is distinguished by where it lies.
RECORDS: Mapping[str, Record] = {
    "JustificationBook": _BOOK,
    "MasterJustificationBook": _BOOK,
    "LineItem": Record(
        "line_items",
        {
            "BudgetYear": ("budget_year", "year"),
            "SubmissionDate": ("submitted", "month"),
            **_texts(
                number="LineItemNumber", title="LineItemTitle", p1_line="P1LineNumber", cycle="BudgetCycle",
                service="ServiceAgencyName", appropriation="AppropriationNumber",
                appropriation_title="AppropriationTitle", activity="BudgetActivityNumber",
                activity_title="BudgetActivityTitle", sub_activity="BudgetSubActivityNumber",
                sub_activity_title="BudgetSubActivityTitle", description="Description", justification="Justification",
                quantity_units="@quantityUnits", quantity_unit_name="@quantityUnitName",
                unit_cost_units="@unitCostUnits", total_cost_units="@totalCostUnits", rate_units="@manufacturerRateUnits",
                code="Code", mdap="MDAPCode", cost_type="CostType",
            ),
        },
    ),
    "P5Item": Record("elements", _ELEMENT.fields),
    "CostElement": _ELEMENT,
    "APCostElement": _ELEMENT,
    "Item": _ELEMENT,
    "P10AdvanceProcurement": Record(
        "advance_items",
        {
            "IntervalBetweenSystems": ("interval", "number"),
            **_texts(
                name="Name", number="ItemNumber", first_award="FirstSystemAwardDate",
                first_completion="FirstSystemCompletionDate", description="Description",
            ),
        },
    ),
    "P18Item": Record("elements", _ELEMENT.fields),
    # Research books (exhibits) have programme elements and projects in place of line items.
    "ProgramElement": Record(
        "program_elements",
        {
            "BudgetYear": ("budget_year", "year"),
            "SubmissionDate": ("submitted", "month"),
            **_texts(
                number="ProgramElementNumber", title="ProgramElementTitle", r1_line="R1LineNumber", cycle="BudgetCycle",
                service="ServiceAgencyName", appropriation="AppropriationCode", appropriation_title="AppropriationName",
                activity="BudgetActivityNumber", activity_title="BudgetActivityTitle", description="MissionDescription",
            ),
        },
    ),
    "Project": Record(
        "research_projects",
        _texts(number="ProjectNumber", title="ProjectTitle", description="ProjectMissionDescription"),
    ),
    "EndItem": Record(
        "spares",
        _texts(name="Name", line_item_number="LineItemNumber", p1_line="P1LineNumber", mdap="MDAPCode"),
    ),
    "Manufacturer": _MANUFACTURER,
    "P10Manufacturer": _MANUFACTURER,
    "HistoryPlanning": _ORDER,
    "MonthlyDeliverySchedule": _SCHEDULE,
    "MonthlyDeliveryScheduleTotal": _SCHEDULE,
    "MonthlyDelivery": Record("deliveries", {"Month": ("month", "month"), "Amount": ("amount", "number")}),
    "ProductionSupportFacility": _FACILITY,
    "InactiveFacility": _FACILITY,
    "LayawayFacility": _FACILITY,
    "FacilityProject": _PROJECT,
}  # fmt: skip

# The exhibit that an element opens: the innermost one names the exhibit of a record.
EXHIBITS: Mapping[str, str] = {
    "P5Item": "P-5",
    "P40AItemGroup": "P-40A",
    "P3AModificationItemGroup": "P-3a",
    "P10AdvanceProcurementList": "P-10",
    "P18Item": "P-18",
    "FacilityList": "facilities",
    "ResourceSummary": "P-40",
    "ManufacturerList": "P-5a",
}


def columns(table: str) -> dict[str, Kind]:
    """Columns of a table and the kind of their values, besides the keys that every row carries."""
    found: dict[str, Kind] = {}
    for record in RECORDS.values():
        if record.table == table:
            found |= dict(record.fields.values())
    return found


def record_tables() -> tuple[str, ...]:
    """Tables that records become, in order."""
    return tuple(dict.fromkeys(record.table for record in RECORDS.values()))
