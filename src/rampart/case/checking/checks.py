"""Checks of a case: each a small function from a draft to findings, all run, none stopping another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rampart.case.checking import (
    fleets,
    holdings,
    industry,
    obligations,
    plausible,
    repair_levels,
    structure,
    supply,
    taken,
    times,
    war,
    worth,
)
from rampart.case.draft import Draft
from rampart.findings import Finding

Check = Callable[[Draft], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    structure.check_required,
    structure.check_settings,
    structure.check_currency,
    structure.check_ranges,
    structure.check_keys,
    structure.check_references,
    structure.check_low_high,
    times.check_horizon,
    times.check_calendar,
    times.check_spans,
    times.check_demand_overlap,
    times.check_resources_begin,
    times.check_past_orders,
    times.check_past_deliveries,
    times.check_after_end,
    times.check_delivered_later,
    times.check_over_before_start,
    times.check_lots,
    industry.check_cold_lines,
    industry.check_rates,
    industry.check_whole_lots,
    industry.check_whole_output,
    industry.check_cancellation,
    industry.check_one_of_two,
    industry.check_items_of_lines,
    industry.check_bill_loops,
    industry.check_inputs_of_orders,
    industry.check_unit_costs,
    industry.check_offsets,
    holdings.check_stocks_stated,
    holdings.check_roles,
    holdings.check_to_itself,
    holdings.check_requirement_figures,
    holdings.check_stated_layers,
    holdings.check_called_upon,
    holdings.check_ranks,
    holdings.check_observed_use,
    holdings.check_priorities,
    holdings.check_asked_is_ranked,
    worth.check_levels,
    worth.check_worths,
    obligations.check_falling_due,
    obligations.check_backfill,
    obligations.check_planned_orders,
    obligations.check_slips,
    war.check_transitions,
    war.check_durations,
    war.check_regimes,
    war.check_branches,
    war.check_idle_cost,
    taken.check_taken,
    supply.check_supply,
    supply.check_in_time,
    supply.check_lines_deliver,
    supply.check_offers_arrive,
    plausible.check_prices,
    plausible.check_prices_in_millions,
    plausible.check_units,
    plausible.check_rates_alike,
    plausible.check_rates_against_asked,
    plausible.check_bills_against_rates,
    plausible.check_rates_in_the_shade,
    plausible.check_orders_against_rates,
    plausible.check_budgets,
    plausible.check_budget_years,
    plausible.check_deflators,
    plausible.check_condition,
    fleets.check_breakdown,
    fleets.check_two_parents,
    fleets.check_sites,
    fleets.check_shops,
    fleets.check_repairs,
    fleets.check_stated_start,
    repair_levels.check_options,
    repair_levels.check_repairs_have_options,
    repair_levels.check_costs_of_choice,
    fleets.check_fleets,
    fleets.check_parts_in_parts,
    fleets.check_units_of_use,
    fleets.check_batches,
    fleets.check_last_buys,
    fleets.check_demand_of_parts,
    fleets.check_plan_of_fleets,
    structure.check_sources,
)


SUPPLY = ("nations", "items", "stocks", "lines", "contracts", "orders", "deliveries", "market", "routes")
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "nobody-supplies": SUPPLY, "too-late": SUPPLY,
    "resource-begins-late": ("resources",),
    "rate-beyond-asked": ("demand", "requirements"),
    "budget-beyond-purchases": ("nations", "items", "lines", "contracts", "market", "expansions"),
    "budget-year-missing": ("budgets",), "budget-years-missing": ("budgets",),
    "inputs-as-supplied": ("orders",),
    "regime-unreachable": ("transitions", "branches"), "regime-without-need": ("demand",),
    "items-count-one": ("items",),
    "called-upon-without-need": ("priorities",), "if-called-without-chance": ("requirements",),
    "backfill-unranked": ("priorities",),
    "repair-unreachable": ("sites", "fleets", "breakdown", "repairs"),
    "shop-unreachable": ("sites", "fleets", "breakdown", "repairs"),
    "part-without-demand": ("fleets", "breakdown", "fleet_use", "repairs"),
    "fleet-without-systems": ("fleet_arrivals",), "fleet-without-use": ("fleet_use",),
    "fleet-without-parts": ("breakdown",), "share-unknown": ("breakdown", "repairs"),
}  # fmt: skip
"""Warnings that say that nothing says something, and the tables in which it might be said: a row that could not be read is
the news, and the warning may only follow from it.
"""


def check(draft: Draft) -> list[Finding]:
    """All findings about a draft, in the order of the checks, without warnings that may follow from a row not read."""
    unsure = {code for code, of in FOLLOWS.items() if not all(draft.whole(table) for table in of)}
    return [found for found in _findings(draft) if found.code not in unsure or found.severity == "error"]


def _findings(draft: Draft) -> Iterator[Finding]:
    for each in CHECKS:
        yield from each(draft)
