"""155 mm rounds by stage: explosive, charges, bodies, filling; requirements and stocks of every member."""

from __future__ import annotations

from figures import F, Tables
from members import FRONT, MEMBERS

UNPUBLISHED = ("ITA", "CZE", "SWE", "FIN", "GRC", "BGR")
"""Members with works for 155 mm rounds whose rate nobody published."""
OWN_WORKS = "ITA_CZE_SWE_FIN_GRC_BGR"
REST = "rest_155"
FILLERS: dict[str, tuple[str, str, str]] = {
    # nation: site, rounds a year now, what the figure is
    "DEU": ("Unterlüß", "[production_rates-1090]", "Plan of the firm for the second year of the works."),
    "ESP": ("Works of the German group in Spain", "([production_rates-068] - [production_rates-1014]) * spanish_part",
            "The plan of the group for 2025 less its new works; half of its old works stand in Spain, assumed."),
    "FRA": ("French works", "[production_rates-1046] * french_works", "All European sites of the firm; well above it since 2022."),
    "SVK": ("Slovak works", "[production_rates-084] * filled_part", "Half of the shell bodies that the works can make."),
    "POL": ("Polish works", "[production_rates-087]", ""),
    "NOR": ("Raufoss", "[production_rates-1059] * nordic_now", "Half of the aim of the group for 2028 is taken as reached."),
    "GBR": ("British works", "[production_rates-075]", "An outside estimate; Glascoed was not open in June 2026."),
    "LTU": ("Baisogala", "zero", "Works begun in November 2025; nothing was seen of their first output in mid-2026."),
    "DNK": ("Elling", "zero", "Building not begun in February 2026."),
    "ROU": ("Romanian works", "zero", "No national 155 mm line in 2024."),
}  # fmt: skip
LATER = (
    # line, from, rate a year, why
    ("deu_round", "2027-01", "[production_rates-1015]", "Full rate planned for 2027."),
    ("pol_round", "2028-01", "[production_rates-088]", "Target of the group for 2028."),
    ("nor_round", "2028-01", "[production_rates-1059]", "Aim of the group for 2028."),
    ("gbr_round", "2027-07", "[production_rates-076]", "Glascoed: the outside estimate; a year after its last test, assumed."),
    ("ltu_round", "2027-07", "[capacity_investments-1015]", "Full rate planned for 2027; the middle of the year."),
    ("dnk_round", "2027-10", "danish_rate", "First output planned for the second half of 2027; no rate is published."),
    ("bgr_round", "2028-01", "[capacity_investments-1014]",
     "Said to be possible at the end of 2026, which the row calls a claim; a year later is taken."),
    ("rou_round", "2028-01", "romanian_rate", "A line of 30 million lei was due in 2025; no rate is published."),
)  # fmt: skip
BODIES = (
    "2,000,000 a year is the published capacity of all European works; real output is set by explosive and charges."
)


GIVEN_BY_AMERICA = {
    "round155": "[production_rates-025]",
    "gmlrs": "[production_rates-034]",
    "pac3": "[production_rates-1002] / 12",
    "gemt": "gemt_us / 12",
    "amraam": "([programmes-1179$] / 6 + [programmes-1178$] / 4) * 1000000 / [unit_costs-1030] / 12",
    "stinger": "stinger_rate",
    "javelin": "[production_rates-1082] / 12",
}
"""Made a month by the American line of an item."""


def put_into(t: Tables) -> None:
    items(t)
    american(t)
    european(t)
    works(t)
    held(t)
    orders(t)
    market(t)


def items(t: Tables) -> None:
    t.put("items", item="round155", name_en="155 mm round", name_fr="Coup de 155 mm", kind="munition", unit="rounds",
          price=F("[unit_costs-006]"), low=F("[unit_costs-008]"), high=F("[unit_costs-007]"),
          why="880 million euros for 200,000 rounds in June 2024.")  # fmt: skip
    for code, english, french in (
        ("tnt155", "Explosive for one 155 mm round", "Explosif d'un coup de 155 mm"),
        ("charge155", "Propellant charges for one 155 mm shot", "Charges propulsives d'un coup de 155 mm"),
    ):
        t.put("items", rule="R6", item=code, name_en=english, name_fr=french, kind="component", unit="rounds",
              holding_cost=F("1"), why="Its price is inside that of the round; a euro a month keeps it from being made early.")  # fmt: skip
        t.put("bills", rule="R6", item="round155", component=code, quantity=F("one"), offset=1,
              why="One a round by definition of the unit; one month before.")  # fmt: skip


def line(
    t: Tables, code: str, nation: str, item: str, rate: str, *, why: str, rule: str = "R6", **more: str | int | F | None
) -> None:
    t.put("lines", rule=rule, line=code, nation=nation, item=item, state="hot",
          **{"rate_per": "year", "max_rate": F(rate), "admin_lead_time": F("admin"), "lead_time": F("lead_155"), **more}, why=why)  # fmt: skip


def part(t: Tables, code: str, nation: str, item: str, rate: str, why: str, **more: str | int | F | None) -> None:
    line(t, code, nation, item, rate, why=why, **{"admin_lead_time": 0, "lead_time": 1, "unit_cost": 0, **more})


def american(t: Tables) -> None:
    line(t, "usa_round", "USA", "round155", "[capacity_investments-005] + [production_rates-006]", rate_per="month", site="Camden, Iowa",
         lead_time=F("lead_us_155"), why="The new hall, and what one hall made in March 2023.")  # fmt: skip
    part(t, "usa_charge", "USA", "charge155", "2 * [production_rates-022]", "Sets of September 2024, about doubled by mid-2025.",
         rate_per="month")  # fmt: skip
    part(t, "usa_tnt", "USA", "tnt155", "[components-004] / 3 / ([components-006] / 100) * [components-003]",
         "18,000 tonnes over three years from the one works that gives 90 % of imports, 100 rounds a tonne.")  # fmt: skip
    t.put(
        "resources",
        resource="bodies_usa",
        capacity=F("[production_rates-025]"),
        why="The American rate of July 2025, which bodies hold.",
    )
    t.put("resources", rule="R7", resource="bodies_usa", capacity=F("[production_rates-025] + [capacity_investments-004]"), **{"from": "2027-07"},
          why="Mesquite, 30,000 a month due in November 2024 and without output in February 2026: taken as late by thirty months.")  # fmt: skip
    t.put(
        "uses", rule="R6", resource="bodies_usa", line="usa_round", quantity=F("one"), offset=1, why="A body a round."
    )
    for step in ("2028-11",):
        t.put("rates", rule="R7", line="usa_tnt", max_rate=F("us_tnt_later"), **{"from": step},
              why="The works in Kentucky are due in November 2028 [capacity_investments-010]; no rate is published.")  # fmt: skip
    for item in ("tnt155", "charge155"):
        t.put(
            "stocks",
            rule="R5",
            holder="USA",
            item=item,
            quantity=F("2 * [production_rates-022] * 2"),
            why="Two months of charges: a working stock.",
        )


def european(t: Tables) -> None:
    lines = {
        **FILLERS,
        **{
            n: ("Works without a published rate", f"rest_155 * spend_{n} / spend_rest", "By spending.")
            for n in UNPUBLISHED
        },
    }
    for nation, (site, rate, why) in lines.items():
        line(t, f"{nation.lower()}_round", nation, "round155", rate, site=site, why=why,
             low=F(f"({rate}) * 0.5") if rate != "zero" else None, high=F(f"({rate}) * 1.5") if rate != "zero" else None)  # fmt: skip
        if rate != "zero":
            for item in ("tnt155", "charge155"):
                t.put(
                    "stocks",
                    rule="R5",
                    holder=nation,
                    item=item,
                    quantity=F(f"({rate}) / 12 * 2"),
                    why="Two months of output in hand: a working stock.",
                )
        t.put(
            "uses",
            rule="R6",
            resource="bodies_europe",
            line=f"{nation.lower()}_round",
            quantity=F("one"),
            offset=1,
            why="A body a round.",
        )
    for code, start, rate, why in LATER:
        t.put("rates", rule="R7", line=code, max_rate=F(rate), why=why, **{"from": start})
    t.put("resources", resource="bodies_europe", capacity=F("[production_rates-061] / 12"), why=BODIES)
    part(t, "pol_tnt", "POL", "tnt155", "tnt_europe * [components-003]", "The one works of the Union, and what comes in from outside; 100 rounds a tonne.",
         site="Bydgoszcz", low=F("6000 * [components-003]"), high=F("16000 * [components-003]"))  # fmt: skip
    part(t, "swe_tnt", "SWE", "tnt155", "[capacity_investments-1017] * [components-003]", "4,500 tonnes a year from 2028.",
         site="Nora", **{"from": "2028-07"})  # fmt: skip
    part(t, "deu_charge", "DEU", "charge155", "[components-1008] / 2 / shot", "Half of what the firm wants to make of powder in 2030, which is "
         "almost double.", site="Aschau")  # fmt: skip
    part(
        t,
        "fra_charge",
        "FRA",
        "charge155",
        "[components-024+] / modules",
        "A million modules in 2026, 5.3 a shot.",
        site="Bergerac",
    )
    part(t, "nor_charge", "NOR", "charge155", "nordic_charge", "Powder works of the North without a published rate.")
    part(t, "rou_charge", "ROU", "charge155", "[capacity_investments-1013] / modules", "300,000 modules a year from 2028.",
         site="Victoria", **{"from": "2028-07"})  # fmt: skip
    fillers = [*FILLERS, *UNPUBLISHED]
    for origin, item in (("POL", "tnt155"), ("DEU", "charge155"), ("FRA", "charge155")):
        near = ("ESP", "ITA", "GBR") if origin == "FRA" else fillers
        for nation in near:
            if nation != origin:
                t.put(
                    "routes",
                    rule="R17",
                    origin=origin,
                    destination=nation,
                    item=item,
                    months=F("one"),
                    capacity="unlimited",
                )
    for origin, item, near in (("SWE", "tnt155", ("NOR", "FIN", "DNK")), ("NOR", "charge155", ("SWE", "FIN", "DNK"))):
        for nation in near:
            t.put(
                "routes",
                rule="R17",
                origin=origin,
                destination=nation,
                item=item,
                months=F("one"),
                capacity="unlimited",
            )


def works(t: Tables) -> None:
    """Expansions that a plan may decide: cost per round a year as on record."""
    for code, line_, added, cost, months, why in (
        (
            "x_pol_tnt",
            "pol_tnt",
            "[capacity_investments-1017] * [components-003]",
            "[capacity_investments-1017$]",
            30,
            "Once more the Swedish works: 4,500 tonnes for 90 million euros in thirty months, in Poland.",
        ),
        (
            "x_usa_charge",
            "usa_charge",
            "[capacity_investments-006]",
            "[capacity_investments-006] * 12 * charge_works / 1000000",
            24,
            "Once more the charge works at Marion; no sum is published.",
        ),
        (
            "x_deu_charge",
            "deu_charge",
            "[capacity_investments-1013] / modules",
            "[capacity_investments-1013$]",
            30,
            "Once more the Romanian works, which make powder too: 500 million euros in thirty months.",
        ),
        (
            "x_deu_round",
            "deu_round",
            "[capacity_investments-018]",
            "[capacity_investments-018$]",
            19,
            "Once more the works at Unterlüß: 500 million euros in nineteen months, which hold a rocket motor plant too.",
        ),
        (
            "x_pol_round",
            "pol_round",
            "[capacity_investments-1007]",
            "[capacity_investments-1007] * [capacity_cost_derived-006] / 1000000",
            30,
            "The second Polish works (180,000 rounds a year) at the cost of the first.",
        ),
    ):
        t.put("expansions", rule="R18", expansion=code, line=line_, added_rate=F(added), cost=F(f"{cost} * once_more"), construction=F(str(months)),
              ramp=12, whole="yes", max_units=2, payer="XEU" if code == "x_pol_tnt" else None, why=why)  # fmt: skip


def requirement(nation: str) -> str:
    if nation == "USA":
        return "[stocks_and_targets-019]"
    if nation == "DEU":
        return "[stocks_and_targets-002]"
    return f"rounds_per_bn * spend_{nation}" + (" * front" if nation in FRONT else "")


def days(nation: str) -> tuple[str, str]:
    return {
        "POL": ("([stocks_and_targets-1029] + [stocks_and_targets-1029+]) / 2", "Seven to fourteen days."),
        "ITA": ("([stocks_and_targets-1015] + [stocks_and_targets-1015+]) / 2", "Two to three days, said in 2023."),
        "GBR": ("[stocks_and_targets-016]", "Eight days of one division in an exercise of 2021."),
    }.get(nation, ("stock_days", "Stocks are secret."))


def hold(
    t: Tables, nation: str, item: str, need: str, *, rule: str, why: str, stock: str | None = None, said: str = ""
) -> None:
    """Requirement, stock, floor and training of a member: R5 and R8 on the requirement."""
    t.put(
        "requirements",
        rule=rule,
        holder=nation,
        item=item,
        layer="stated",
        quantity=F(need),
        called_upon=F("called"),
        why=why,
    )
    held, told = days(nation)
    mine = stock or f"({need}) * ({held}) / 30"
    t.put("stocks", rule="R5", holder=nation, item=item, quantity=F(mine), low=F(f"({mine}) * 3 / 8"), high=F(f"({mine}) * 2.5"),
          why=said or told)  # fmt: skip
    t.put("requirements", rule="R5", holder=nation, item=item, layer="floor", quantity=F(f"min(floor * ({mine}), ({need}) * 10 / 30)"),
          why="Half of the stock, at most ten days of thirty.")  # fmt: skip


def train(t: Tables, nation: str, item: str, need: str) -> None:
    t.put(
        "demand",
        rule="R8",
        holder=nation,
        item=item,
        purpose="training",
        rate_per="year",
        need=F(f"training * ({need})"),
    )


def held(t: Tables) -> None:
    for nation in MEMBERS:
        need = requirement(nation)
        hold(t, nation, "round155", need, rule="R3", why="" if nation in ("USA", "DEU") else "German requirement by spending.",
             stock="american_155" if nation == "USA" else None, said="See the assumption american_155." if nation == "USA" else "")  # fmt: skip
        if nation == "USA":
            t.put("demand", holder=nation, item="round155", purpose="training", rate_per="year", need=F("[production_rates-028] / 10"),
                  why="Bought over ten years of peace, mostly for training.")  # fmt: skip
        else:
            train(t, nation, "round155", need)


def contract(t: Tables, line_: str, buyer: str, *, to: str | None = None, most: str | F = "unlimited", why: str = "", rule: str = "R11",
             **more: str | int | F) -> None:  # fmt: skip
    code = f"{line_}_{buyer}" + (f"_{to}" if to else "")
    t.put(
        "contracts",
        rule=rule,
        contract=code.lower(),
        line=line_,
        buyer=buyer,
        ship_to=to,
        max_quantity=most,
        **more,
        why=why,
    )


def orders(t: Tables) -> None:
    """Who may order where, and what is on order."""
    contract(t, "usa_round", "USA")
    contract(t, "usa_round", "XPU", to="UKR")
    for nation in [*FILLERS, *UNPUBLISHED]:
        contract(t, f"{nation.lower()}_round", nation)
    ceiling = F("([programmes-1237$] + [programmes-1238$]) * 1000000 / [unit_costs-006] / german_buyers")
    for nation in ("NLD", "EST", "DNK"):
        contract(t, "deu_round", nation, most=ceiling, why="The German framework is open to the Netherlands, Estonia and Denmark; its "
                 "ceiling in money, by the price, an even part each.")  # fmt: skip
    for nation, line_ in (("CAN", "usa"), ("PRT", "esp"), ("LVA", "deu"), ("LTU", "deu"), ("HRV", "svk"), ("BEL", "fra"), ("XRM", "svk"),
                          ("ROU", "svk"), ("DEU", "esp"), ("NLD", "nor"), ("SWE", "nor"), ("GBR", "nor")):  # fmt: skip
        contract(t, f"{line_}_round", nation, why="Its neighbour's works, which sell to all.")
    for line_ in ("deu", "esp", "fra", "svk", "nor", "pol", "ita", "cze"):
        contract(
            t, f"{line_}_round", "XUL", to="UKR", why="Bought for the partner with the loan: European works first."
        )
    for nation in ("DEU", "FRA", "NOR", "SWE", "DNK", "NLD", "GBR"):
        line_ = {"DEU": "deu", "FRA": "fra", "NOR": "nor", "SWE": "swe", "DNK": "nor", "NLD": "deu", "GBR": "nor"}[
            nation
        ]
        contract(t, f"{line_}_round", nation, to="UKR", why="Bought for the partner with national aid.")
    for buyer, line_, quantity, first, months, why in (
        ("POL", "pol_round", "[production_rates-087] / 12 * 17", "2026-08", 17, "Of nearly 300,000 rounds of December 2023, at the rate of the works."),
        ("POL", "pol_round", "[programmes-1058] - [production_rates-087] / 12 * 17", "2028-01", 21, "The rest, at the rate of the works from 2028."),
        ("DEU", "deu_round", "[programmes-1056] * german_called", "2026-08", 29, "Of the 333,333 rounds of the framework a third is taken as called and still to come."),
        ("SWE", "swe_round", "[programmes-1128$] * 1000000 / sek / [unit_costs-006] * swedish_left", "2026-08", 17,
         "Four billion crowns of July 2025 for 2025 to 2027, by the price; three fifths still to come."),
        ("XOB", "esp_round", "[programmes-1075$] * 1000000 / [unit_costs-006]", "2026-08", 11,
         "An order of 444 million euros paid by the United States for a customer in Eastern Europe, by the price; to June 2027."),
    ):  # fmt: skip
        spread(t, buyer, "round155", line_, quantity, first, months, why)
    booked(t)


def booked(t: Tables) -> None:
    """What else is on order at the works: what they make until new orders come, less what is listed apart."""
    listed = {"DEU": "[programmes-1056] * german_called / 29", "SWE": "[programmes-1128$] * 1000000 / sek / [unit_costs-006] * swedish_left / 17",
              "ESP": "[programmes-1075$] * 1000000 / [unit_costs-006] / 11"}  # fmt: skip
    rates = {n: rate for n, (_, rate, _) in FILLERS.items() if rate != "zero" and n != "POL"}
    rates |= {n: f"rest_155 * spend_{n} / spend_rest" for n in UNPUBLISHED}
    for nation, rate in rates.items():
        monthly = f"({rate}) / 12 * booked" + (f" - {listed[nation]}" if nation in listed else "")
        spread(t, nation, "round155", f"{nation.lower()}_round", f"({monthly}) * 13", "2026-08", 13,
               "Works make more than is contracted, by one firm [stocks_and_targets-1022]: three quarters are taken as booked.",
               to="UKR" if nation in ("DEU", "SWE") else None)  # fmt: skip
    spread(t, "USA", "round155", "usa_round", "2 * [production_rates-022] * booked * 20", "2026-08", 20,
           "Three quarters of what charges allow are taken as booked.")  # fmt: skip


LAST_YEAR = 2030
"""Of the case."""


def spread(t: Tables, buyer: str, item: str, line_: str | None, quantity: str, first: str, months: int, why: str, *, to: str | None = None,
           rule: str = "R7") -> None:  # fmt: skip
    """An order that comes evenly over some months, of which the case has those to its end."""
    year, month = map(int, first.split("-"))
    for n in range(months):
        y, m = divmod(year * 12 + month - 1 + n, 12)
        if y > LAST_YEAR:
            break
        t.put("orders", rule=rule, buyer=buyer, item=item, line=line_, ship_to=to, month=f"{y}-{m + 1:02d}", quantity=F(f"({quantity}) / {months}"),
              inputs="drawn" if item in ("round155", "pac3", "gmlrs", "javelin") else None, why=why)  # fmt: skip


def market(t: Tables) -> None:
    share = "([deliveries-043] / [deliveries-042])"
    t.put("market", offer="czech_initiative", seller="XTC", item="round155", buyer="XCI", quantity=F(f"[deliveries-047] * {share}"),
          max_rate=F(f"[deliveries-048] * {share}"), price=F("[unit_costs-008]"), delay=F("[lead_times-017]"), until="2027-12",
          why="760,000 rounds of all kinds funded for 2026 by the end of 2025; the part of 155 mm rounds of 2025.")  # fmt: skip
    t.put("market", rule="R19", offer="third_countries", seller="XTC", item="round155", buyer="XCI", quantity=F(f"third_countries * {share}"),
          max_rate=F(f"[deliveries-048] * {share}"), price=F("[unit_costs-008] * 1.25"), delay=F("[lead_times-017]"), **{"from": "2027-01"},
          why="A third year like 2025, at a quarter more a round.")  # fmt: skip
    t.put("routes", rule="R17", origin="XCI", destination="UKR", item="round155", months=F("one"), capacity="unlimited")
    for origin in MEMBERS:
        if origin != "USA":
            t.put(
                "routes",
                rule="R17",
                origin=origin,
                destination="UKR",
                months=F("2" if origin == "CAN" else "1"),
                capacity="unlimited",
            )
    for item, rate in GIVEN_BY_AMERICA.items():
        t.put("routes", rule="R10", origin="USA", destination="UKR", item=item, months=F("2"), capacity=F(f"({rate}) / 2"),
              why="No more than half of what the line makes; hardly anything was allocated in 2025 [kiel_aid-104].")  # fmt: skip
