"""Rockets, interceptors by family, anti-tank missiles, tank and mortar rounds, guns and barrels, drones."""

from __future__ import annotations

from collections.abc import Sequence

from figures import F, Tables
from shells import contract, hold, line, part, spread, train

ITEMS = (
    # item, English, French, kind, unit, price, low, high, rule where assumed, why
    ("gmlrs", "Guided rocket", "Roquette guidée", "rocket", "rockets", "rocket_price", "[unit_costs-1024] / usd", "180000", "R13",
     "100,000 dollars in 2021 [unit_costs-1024], half as much again by now."),
    ("pac3", "PAC-3 MSE interceptor", "Missile PAC-3 MSE", "missile", "missiles", "[unit_costs-1001] / usd", "[unit_costs-1004] / usd",
     "[unit_costs-1038] / usd", "", "9.8 billion dollars for 1,970."),
    ("gemt", "Patriot GEM-T interceptor", "Missile Patriot GEM-T", "missile", "missiles", "[unit_costs-1006]", "[unit_costs-1042]", "[unit_costs-1005]",
     "", "5.1 billion euros for 1,000."),
    ("iris", "IRIS-T SLM missile", "Missile IRIS-T SLM", "missile", "missiles", "iris_price", "400000", "900000", "R13", "No price is published."),
    ("aster", "Aster missile", "Missile Aster", "missile", "missiles", "[unit_costs-1008]", "[unit_costs-1009]", "[unit_costs-1008] * 1.3", "",
     "Two billion euros for 700."),
    ("amraam", "AMRAAM missile", "Missile AMRAAM", "missile", "missiles", "[unit_costs-1030] / usd", "700000", "1500000", "", "About a million dollars."),
    ("thaad", "THAAD interceptor", "Missile THAAD", "missile", "missiles", "[unit_costs-1031] / usd", "[unit_costs-1007] / usd", "[unit_costs-1013] / usd",
     "", "11.4 billion dollars for 857."),
    ("mistral", "Mistral missile", "Missile Mistral", "missile", "missiles", "[unit_costs-1011]", "[unit_costs-1035]", "[unit_costs-1041]", "",
     "500 million euros for 1,000."),
    ("stinger", "Stinger missile", "Missile Stinger", "missile", "missiles", "[unit_costs-1010] / usd", "[unit_costs-017] / usd", "800000", "",
     "700 million dollars for 940, with support."),
    ("piorun", "Piorun missile", "Missile Piorun", "missile", "missiles", "[unit_costs-1019] / pln", "[unit_costs-1020] / pln", "300000", "",
     "3.5 billion zlotys for 3,500, with launch units."),
    ("lmm", "LMM missile", "Missile LMM", "missile", "missiles", "[unit_costs-1027] / gbp", "200000", "[unit_costs-1028] / gbp", "",
     "1,160 million pounds for 5,000, with support."),
    ("javelin", "Javelin missile", "Missile Javelin", "missile", "missiles", "[unit_costs-1036] / usd", "140000", "250000", "",
     "311 million dollars for more than 1,800."),
    ("spike", "Spike missile", "Missile Spike", "missile", "missiles", "[unit_costs-1037]", "120000", "250000", "", "287 million euros for 1,680 with posts."),
    ("akeron", "Akeron missile", "Missile Akeron", "missile", "missiles", "akeron_price", "150000", "300000", "R13", "No price is published."),
    ("tank120", "120 mm tank round", "Obus de char de 120 mm", "munition", "rounds", "[unit_costs-1032]", "4000", "9000", "",
     "381.1 million euros for 57,500."),
    ("mortar", "Mortar round, 81 and 120 mm", "Obus de mortier de 81 et 120 mm", "munition", "rounds", "([unit_costs-1017] + [unit_costs-1018]) / 2",
     "[unit_costs-1018]", "[unit_costs-1017]", "", "The mean of both calibres."),
    ("gun155", "155 mm gun", "Canon de 155 mm", "spare", "guns", "[unit_costs-1022] / usd", "[unit_costs-1034] / usd", "[unit_costs-1033]", "",
     "A Swedish gun; from a bare gun to one with training and support. Planned in any amount, as spares are."),
    ("barrel", "Barrel of a 155 mm gun", "Tube de canon de 155 mm", "spare", "barrels", "[unit_costs-025] * 1000000 / usd", "400000", "1200000", "",
     "Seven million for ten."),
    ("drone", "Drone, all types", "Drone, tous types", "munition", "drones",
     "[programmes-1190$] * 1000000 / ([programmes-1190] - [production_rates-1062]) / usd", "400", "[unit_costs-1040] / gbp", "",
     "Four billion dollars from seven million drones to ten million."),
    ("seeker", "Seeker of a PAC-3", "Autodirecteur de PAC-3", "component", "seekers", "", "", "", "R13", "Its price is inside that of the missile."),
    ("motor", "Rocket motor set", "Propulseur", "component", "motor sets", "", "", "", "R13",
     "Of guided rockets and Javelin; its price is inside theirs."),
)  # fmt: skip

LINES = (
    # line, nation, item, per, rate now, site, lead months, why
    ("usa_gmlrs", "USA", "gmlrs", "month", "[production_rates-034]", "Camden", "[lead_times-011]", ""),
    ("usa_pac3", "USA", "pac3", "year", "[production_rates-1002]", "Camden", "pac3_lead", "Shared by seventeen nations."),
    ("jpn_pac3", "JPN", "pac3", "year", "[production_rates-1011]", "Licence", "pac3_lead", "Waits for American seekers."),
    ("usa_gemt", "USA", "gemt", "year", "gemt_us", "Andover", "gemt_lead", "No rate is published."),
    ("deu_gemt", "DEU", "gemt", "year", "[programmes-1005] / gemt_years", "Schrobenhausen", "gemt_lead",
     "The order of 1,000 over eight years; first missiles of the new line at the turn of 2027 to 2028."),
    ("deu_iris", "DEU", "iris", "year", "[production_rates-1024]", "Überlingen", "iris_lead", "Numbers from later press."),
    ("fra_aster", "FRA", "aster", "year", "[programmes-1048] / [lead_times-1006] * 12 * [production_rates-1026]", "Bourges, Fusaro", "[lead_times-1007]",
     "The order of 2022 over the making time of 2022, times the growth since; other readings go to five times."),
    ("usa_amraam", "USA", "amraam", "year", "([programmes-1179$] / 6 + [programmes-1178$] / 4) * 1000000 / [unit_costs-1030]", "Tucson", "amraam_lead",
     "Two contracts over the years to 2031 and 2028, by the price."),
    ("usa_thaad", "USA", "thaad", "year", "[production_rates-1031]", "Troy", "thaad_lead", ""),
    ("fra_mistral", "FRA", "mistral", "month", "[production_rates-046]", "Selles-Saint-Denis", "short_lead", ""),
    ("usa_stinger", "USA", "stinger", "month", "stinger_rate", "Tucson", "stinger_lead", "No new rate is published."),
    ("pol_piorun", "POL", "piorun", "year", "[production_rates-1065]", "Skarżysko-Kamienna", "[lead_times-1023]", ""),
    ("gbr_lmm", "GBR", "lmm", "year", "[programmes-1143] / lmm_years", "Belfast", "short_lead", "The order of 5,000 over its years."),
    ("usa_javelin", "USA", "javelin", "year", "[production_rates-1082]", "Troy", "javelin_lead", ""),
    ("deu_spike", "DEU", "spike", "year", "spike_rate", "EuroSpike", "short_lead", "No rate is published."),
    ("fra_akeron", "FRA", "akeron", "year", "[programmes-1243] * [production_rates-1089] * akeron_orders", "Bourges", "short_lead",
     "Orders of 200 at a time, some of them a year, twice by now."),
    ("deu_tank120", "DEU", "tank120", "year", "[production_rates-1018]", "Unterlüß", "short_lead", ""),
    ("svk_mortar", "SVK", "mortar", "year", "[production_rates-085] * filled_as_mortar", "Nováky", "short_lead", "81 to 122 mm."),
    ("esp_mortar", "ESP", "mortar", "year", "[programmes-1079] * made_in_a_year", "Spanish works", "short_lead", "The order of 2024."),
    ("fra_gun", "FRA", "gun155", "month", "[production_rates-1033]", "Bourges", "[lead_times-1010]", ""),
    ("swe_gun", "SWE", "gun155", "year", "swedish_guns", "Karlskoga", "gun_lead", "48 ordered in 2023, over three years."),
    ("deu_gun", "DEU", "gun155", "year", "[programmes-1208] / 3", "Kassel", "[lead_times-1025]", "84 guns in 2027 to 2029."),
    ("pol_gun", "POL", "gun155", "year", "polish_guns", "Stalowa Wola", "gun_lead", "No rate is published."),
    ("svk_gun", "SVK", "gun155", "year", "[production_rates-1073]", "Dubnica", "gun_lead", ""),
    ("ukr_gun", "UKR", "gun155", "year", "[production_rates-1041]", "Works of the partner", "six", "Made in 2024; 15 to 20 a month are claimed."),
    ("deu_barrel", "DEU", "barrel", "year", "barrel_rate", "Unterlüß", "barrel_lead", "No rate is published."),
    ("fra_barrel", "FRA", "barrel", "year", "barrel_rate / 2", "Bourges", "barrel_lead", "No rate is published."),
    ("ukr_drone", "UKR", "drone", "year", "[production_rates-1063]", "Works of the partner", "three", "Capacity, if money is found."),
)  # fmt: skip

LATER = (
    ("usa_pac3", "2027-01", "[production_rates-1004]", "R7", "The plan before the framework."),
    *(("usa_pac3", f"{year}-01", f"[production_rates-1004] + ([production_rates-1003] - [production_rates-1004]) * {year - 2027} / (pac3_2000 - 1)",
       "R7", "In a straight line to 2,000 a year.") for year in (2028, 2029, 2030)),
    ("jpn_pac3", "2028-01", "[production_rates-1012]", "R7", "With the American seeker line of 2027."),
    ("fra_aster", "2028-01", "[programmes-1048] / [lead_times-1006] * 12 * [production_rates-1026] * 2", "R7",
     "Twice by May 2027 [production_rates-1095]; a year later is taken for all."),
    ("usa_amraam", "2030-01", "[production_rates-1006] * 0.75", "R7", "1,900 a year by 2033; three quarters of it."),
    ("usa_thaad", "2030-01", "([production_rates-1031] + [production_rates-1032]) / 2", "R7", "400 a year by 2033; half of the way."),
    ("usa_javelin", "2027-07", "[production_rates-1083]", "R7", "Planned for the end of 2026, after 2024; half a year later is taken."),
    ("fra_gun", "2027-01", "[production_rates-1034]", "R7", "Eight a month, planned for 2025."),
)  # fmt: skip

PATRIOT = {
    "DEU": "[stocks_and_targets-1013] + [fleets-1021]", "NLD": "[fleets-1022]", "ESP": "[fleets-1023]", "POL": "[fleets-1019] + [fleets-1020]",
    "GRC": "other_patriots / 2", "ROU": "other_patriots / 2", "USA": "[stocks_and_targets-1033]",
}  # fmt: skip
"""Fire units by member, in hand and on order."""

USERS: dict[str, Sequence[str]] = {
    "iris": ("DEU", "SWE", "DNK", "LVA", "EST"),
    "aster": ("FRA", "ITA", "DNK", "GBR"),
    "amraam": ("USA", "NOR", "ESP", "NLD", "LTU"),
    "mistral": ("FRA", "BEL", "EST", "ROU"),
    "stinger": ("USA", "DEU", "ITA", "NLD"),
    "piorun": ("POL", "EST", "NOR"),
    "lmm": ("GBR",),
    "thaad": ("USA",),
    "gmlrs": ("USA", "POL", "ROU", "EST", "LVA", "LTU", "FIN", "DEU", "FRA"),
    "javelin": ("USA", "GBR", "EST", "LTU", "POL"),
    "spike": ("DEU", "ITA", "NLD", "ROU", "POL", "FIN", "ESP", "LVA", "EST"),
    "akeron": ("FRA", "BEL"),
    "tank120": ("USA", "DEU", "GRC", "FIN", "NOR", "POL"),
    "mortar": ("DEU", "ESP", "POL", "FIN", "EST"),
    "gun155": ("DEU", "FRA", "GBR", "SWE", "DNK", "EST", "LTU", "POL", "ROU", "HRV"),
}
"""Who holds what: by orders and systems in the rows, neighbours with the same systems."""

PER_BN = {
    "iris": "iris_per_bn", "aster": "aster_per_bn", "amraam": "amraam_per_bn", "mistral": "vshorad_per_bn", "stinger": "vshorad_per_bn",
    "piorun": "vshorad_per_bn", "lmm": "vshorad_per_bn", "gmlrs": "rockets_per_bn", "javelin": "atgm_per_bn", "spike": "atgm_per_bn",
    "akeron": "atgm_per_bn", "tank120": "tank_per_bn", "mortar": "mortar_per_bn", "gun155": "guns_per_bn",
}  # fmt: skip
KNOWN = {
    ("DEU", "gun155"): "[stocks_and_targets-1031]",
    ("FRA", "gun155"): "[programmes-1212] * guns_required",
    ("EST", "gun155"): "([fleets-1012] + [fleets-1013]) * guns_required",
    ("LTU", "gun155"): "([programmes-1050] + 18) * guns_required",
    ("POL", "gun155"): "([programmes-1138] + [programmes-1139]) * guns_required",
    ("ROU", "gun155"): "[programmes-1086] * guns_required",
    ("HRV", "gun155"): "[programmes-1177] * guns_required",
    ("SWE", "gun155"): "[programmes-1112] * guns_required",
    ("DEU", "tank120"): "([fleets-1001] + [fleets-1002]) * rounds_a_tank",
    ("GRC", "tank120"): "[fleets-1003] * rounds_a_tank",
    ("FIN", "tank120"): "[fleets-1004] * rounds_a_tank",
    ("NOR", "tank120"): "([fleets-1006] - 8) * rounds_a_tank",
    ("USA", "thaad"): "[programmes-1181]",
    ("USA", "pac3"): "[stocks_and_targets-1002]",
    ("POL", "gmlrs"): "([fleets-1017] + [fleets-1018]) * rockets_a_launcher",
    ("LTU", "gmlrs"): "[fleets-1016] * rockets_a_launcher",
    ("EST", "gmlrs"): "[fleets-1014] * rockets_a_launcher",
    ("FRA", "gmlrs"): "[stocks_and_targets-1032] * rockets_a_launcher",
    ("ROU", "mistral"): "[programmes-1281] * 1.5",
    ("FRA", "aster"): "([programmes-1048] / 2 + [programmes-1049] / 3) * 1.5",
    ("ITA", "aster"): "([programmes-1048] / 2 + [programmes-1049] / 3) * 1.5",
    ("GBR", "aster"): "[programmes-1049] / 3 * 1.5",
    ("POL", "piorun"): "[programmes-1105] * 1.5",
    ("EST", "piorun"): "[programmes-1107] * 1.5",
    ("USA", "javelin"): "3 * 7000",
    ("USA", "stinger"): "[deliveries-016] / ([stocks_and_targets-022] / 100)",
    ("NLD", "spike"): "[stocks_and_targets-1034]",
}
"""Requirements by a known system or order; others by spending."""


def requirement(nation: str, item: str) -> str:
    known = KNOWN.get((nation, item))
    if known:
        return known
    if item in ("pac3", "gemt"):
        return f"({PATRIOT[nation]}) * {item}_a_unit"
    return f"{PER_BN[item]} * spend_{nation}"


def put_into(t: Tables) -> None:
    for item, english, french, kind, unit, price, low, high, rule, why in ITEMS:
        cells = {"price": F(price), "low": F(low), "high": F(high)} if price else {"holding_cost": 1}
        t.put("items", rule=rule, item=item, name_en=english, name_fr=french, kind=kind, unit=unit, **cells, why=why)
    for code, nation, item, per, rate, site, lead, why in LINES:
        soon = {"admin_lead_time": F("one")} if code == "ukr_drone" else {}
        line(t, code, nation, item, rate, why=why, rule="R13", **soon, rate_per=per, lead_time=F(lead), site=site,
             low=F(f"({rate}) * 0.6"), high=F(f"({rate}) * 1.6"), **({"from": "2027-10"} if code == "deu_gemt" else {}))  # fmt: skip
    for code, start, rate, rule, why in LATER:
        t.put("rates", rule=rule, line=code, max_rate=F(rate), why=why, **{"from": start})
    components(t)
    for item, users in {"pac3": tuple(PATRIOT), "gemt": tuple(n for n in PATRIOT), **USERS}.items():
        for nation in users:
            need = requirement(nation, item)
            hold(t, nation, item, need, rule="R4", why="", stock=STOCKS.get((nation, item)))
            if item not in ("gun155", "thaad"):
                train(t, nation, item, need)
    buyers(t)
    orders(t)


BARRELS = "No order book is published: until new orders come the line is as full as those for 155 mm rounds, half of it for the partner."
STOCKS = {
    ("DEU", "pac3"): "[stocks_and_targets-1013] * pac3_a_unit * stock_days / 30",
    ("DEU", "gemt"): "[stocks_and_targets-1013] * gemt_a_unit * stock_days / 30",
    ("POL", "pac3"): "[fleets-1019] * pac3_a_unit * stock_days / 30",
    ("POL", "gemt"): "[fleets-1019] * gemt_a_unit * stock_days / 30",
    ("USA", "pac3"): "[stocks_and_targets-1003] + [production_rates-1048] - [consumption-1002]",
    ("USA", "thaad"): "[deliveries-1003] - [consumption-1005] - [consumption-1003]",
    ("FRA", "gun155"): "[programmes-1212] * guns_held",
    ("USA", "gmlrs"): "us_rockets",
    ("USA", "javelin"): "3 * 7000 - [deliveries-015]",
    ("USA", "stinger"): "[deliveries-016] / ([stocks_and_targets-022] / 100) - [deliveries-019]",
}
"""Stocks that rows give: what was bought less what was used or given; others by rule."""


def components(t: Tables) -> None:
    part(t, "usa_seeker", "USA", "seeker", "([production_rates-1002] + [production_rates-1011]) * (1 + [components-1001] / 100)",
         "What both missile lines take, and a fifth more.", site="Huntsville", rule="R13")  # fmt: skip
    t.put("rates", rule="R7", line="usa_seeker", **{"from": "2027-04"}, why="More than 30 % more from early 2027 [components-1002].",
          max_rate=F("([production_rates-1002] + [production_rates-1011]) * (1 + [components-1001] / 100) * (1 + [components-1002] / 100)"))  # fmt: skip
    part(t, "usa_motor", "USA", "motor", "([production_rates-034] * 12 + [production_rates-1082]) * motor_room",
         "What both lines make, and a tenth more.", site="Camden", rule="R13")  # fmt: skip
    for item, component in (("pac3", "seeker"), ("gmlrs", "motor"), ("javelin", "motor")):
        t.put(
            "bills",
            rule="R13",
            item=item,
            component=component,
            quantity=F("one"),
            offset=3,
            why="One a missile; three months before.",
        )
    t.put("routes", rule="R17", origin="USA", destination="JPN", item="seeker", months=F("one"), capacity="unlimited")
    for code, line_, added, cost, months, why in (
        ("x_usa_seeker", "usa_seeker", "([production_rates-1002] + [production_rates-1011]) * [components-1002] / 100", "[capacity_investments-1002$] / usd",
         "[lead_times-1003]", "Once more the works of 2023: 100 million dollars, 30 % more, 39 months."),
        ("x_usa_pac3", "usa_pac3", "[capacity_investments-1033]", "[capacity_investments-1033$] / usd", "[lead_times-1038]",
         "Once more the hall of 2022: 150 missiles a year, 142 million dollars, 40 months."),
        ("x_usa_motor", "usa_motor", "[production_rates-1082]", "[capacity_investments-1011$] / usd", "30",
         "Once more the works in Arkansas, for as many motors as one missile takes."),
        ("x_deu_iris", "deu_iris", "[production_rates-1024] / 2", "iris_works", "30", "A further half; a billion euros were spent on missiles and rounds."),
        ("x_deu_gemt", "deu_gemt", "[programmes-1005] / gemt_years", "gemt_works", "36", "A second shift of the new line; no sum is published."),
    ):  # fmt: skip
        t.put("expansions", rule="R18", expansion=code, line=line_, added_rate=F(added), cost=F(f"{cost} * once_more"), construction=F(months), ramp=12,
              whole="yes", max_units=2, why=why)  # fmt: skip
    for nation, item, rate in (
        ("USA", "seeker", "[production_rates-1002]"),
        ("USA", "motor", "[production_rates-034] * 12"),
        ("JPN", "seeker", "[production_rates-1011]"),
    ):
        t.put(
            "stocks",
            rule="R5",
            holder=nation,
            item=item,
            quantity=F(f"{rate} / 12 * 6"),
            why="Half a year of output in hand: a working stock.",
        )


AMERICAN = ("gmlrs", "pac3", "gemt", "amraam", "thaad", "stinger", "javelin")


def buyers(t: Tables) -> None:
    """Everyone who holds an item may order it at its line; other buyers of American lines share what is theirs."""
    where = {"gmlrs": ["usa_gmlrs"], "pac3": ["usa_pac3"], "gemt": ["deu_gemt"], "iris": ["deu_iris"], "aster": ["fra_aster"], "amraam": ["usa_amraam"],
             "thaad": ["usa_thaad"], "mistral": ["fra_mistral"], "stinger": ["usa_stinger"], "piorun": ["pol_piorun"], "lmm": ["gbr_lmm"],
             "javelin": ["usa_javelin"], "spike": ["deu_spike"], "akeron": ["fra_akeron"], "tank120": ["deu_tank120"], "mortar": ["svk_mortar"]}  # fmt: skip
    for item, users in {"pac3": tuple(PATRIOT), "gemt": tuple(PATRIOT), **USERS}.items():
        for nation in users:
            for code in where.get(item, ()):
                contract(t, "usa_gemt" if (item, nation) == ("gemt", "USA") else code, nation)
    for nation in USERS["gun155"]:
        maker = {
            "DEU": "deu",
            "GBR": "deu",
            "SWE": "swe",
            "POL": "pol",
            "SVK": "svk",
            "CZE": "svk",
            "DNK": "fra",
            "ROU": "pol",
        }.get(nation, "fra")
        contract(t, f"{maker}_gun", nation)
    contract(t, "esp_mortar", "ESP")
    contract(t, "jpn_pac3", "USA", why="Japan sells to the United States.")
    for item in ("pac3", "gemt", "amraam", "stinger", "javelin", "gmlrs"):
        contract(t, f"usa_{item}", "XPU", to="UKR", why="The common list buys American arms for the partner.")
    for code in ("deu_iris", "fra_aster", "fra_mistral", "pol_piorun", "gbr_lmm", "deu_gemt", "deu_tank120", "deu_barrel", "fra_barrel", "fra_gun", "ukr_gun",
                 "ukr_drone"):  # fmt: skip
        contract(t, code, "XUL", to="UKR", why="Bought for the partner with the loan.")
    for nation, codes in {"DEU": ("deu_iris", "ukr_drone", "deu_gun", "deu_barrel", "usa_pac3"), "NOR": ("ukr_drone", "usa_amraam"), "NLD": ("ukr_drone",),
                          "DNK": ("ukr_gun", "ukr_drone"), "GBR": ("gbr_lmm", "ukr_drone", "deu_barrel"), "SWE": ("swe_gun", "ukr_drone"),
                          "FRA": ("fra_aster", "fra_gun"), "CAN": ("ukr_drone",)}.items():  # fmt: skip
        for code in codes:
            contract(t, code, nation, to="UKR", why="Bought for the partner with national aid.")


def orders(t: Tables) -> None:
    """Only what was awarded: the order books of the lines."""
    half = "* others_share"
    awarded = "([programmes-1179$] / 6 * 53 + [programmes-1178$] / 4 * 29) / 12 * 1000000 / [unit_costs-1030]"
    book = (
        # buyer, item, line, quantity in all still to come, first, months, to, why
        (
            "USA",
            "pac3",
            "usa_pac3",
            "[production_rates-1002] * 2.5 * (1 - others_share)",
            "2026-08",
            30,
            None,
            "2,840 missiles were ordered in 2024 and 2025 [programmes-1001], [programmes-1002]: the line is full into 2029; half of it for the United States.",
        ),
        (
            "XOB",
            "pac3",
            "usa_pac3",
            f"[production_rates-1002] * 2.5 {half} / 2",
            "2026-08",
            30,
            None,
            "A quarter of the line for buyers outside.",
        ),
        (
            "DEU",
            "pac3",
            "usa_pac3",
            f"[production_rates-1002] * 2.5 {half} / 4",
            "2026-08",
            30,
            None,
            "An eighth of the line.",
        ),
        (
            "POL",
            "pac3",
            "usa_pac3",
            f"[production_rates-1002] * 2.5 {half} / 4",
            "2026-08",
            30,
            None,
            "An eighth of the line.",
        ),
        (
            "USA",
            "gemt",
            "usa_gemt",
            "[programmes-1074$] * 1000000 / usd / [unit_costs-1006]",
            "2026-08",
            4,
            None,
            "441.6 million dollars, done by September 2026; at the rate of the line.",
        ),
        (
            "DEU",
            "gemt",
            "deu_gemt",
            "[programmes-1005] / gemt_years / 12 * 39 * 0.75",
            "2027-10",
            39,
            None,
            "Of its 500, what the new line can make until the end of 2030.",
        ),
        (
            "ROU",
            "gemt",
            "deu_gemt",
            "[programmes-1005] / gemt_years / 12 * 39 * 0.25",
            "2027-10",
            39,
            None,
            "Its part of the joint order, as far as the new line can make it.",
        ),
        (
            "FRA",
            "aster",
            "fra_aster",
            "[programmes-1048] / 2 * still_to_come",
            "2026-08",
            36,
            None,
            "Of the 700 of 2022, by halves.",
        ),
        (
            "ITA",
            "aster",
            "fra_aster",
            "[programmes-1048] / 2 * still_to_come",
            "2026-08",
            36,
            None,
            "Of the 700 of 2022, by halves.",
        ),
        ("GBR", "aster", "fra_aster", "[programmes-1049] / 3", "2026-08", 36, None, "A third of the 218 of 2025."),
        (
            "USA",
            "thaad",
            "usa_thaad",
            "thaad_due",
            "2027-04",
            18,
            None,
            "A hundred bought and not delivered; the next due in April 2027 [deliveries-1003].",
        ),
        *(
            (
                buyer,
                "amraam",
                "usa_amraam",
                f"{awarded} * {share}",
                "2026-08",
                53,
                None,
                f"What the contracts of 2024 and 2025 bring to the end of 2030: {part}.",
            )
            for buyer, share, part in (
                ("USA", "(1 - others_share)", "half of it"),
                ("XOB", "others_share / 2", "a quarter for buyers outside"),
                *((member, "others_share / 8", "a sixteenth") for member in ("NOR", "ESP", "NLD", "LTU")),
            )
        ),
        ("DEU", "stinger", "usa_stinger", "[programmes-1044] / 3", "2026-08", 36, None, "A third of 940, to 2029."),
        ("ITA", "stinger", "usa_stinger", "[programmes-1044] / 3", "2026-08", 36, None, "A third of 940, to 2029."),
        ("NLD", "stinger", "usa_stinger", "[programmes-1044] / 3", "2026-08", 36, None, "A third of 940, to 2029."),
        (
            "GBR",
            "lmm",
            "gbr_lmm",
            "([programmes-1143] + [programmes-1144]) * still_to_come",
            "2026-08",
            36,
            "UKR",
            "5,650 ordered for the partner.",
        ),
        (
            "FRA",
            "mistral",
            "fra_mistral",
            "[programmes-1046] / 4",
            "2026-08",
            30,
            None,
            "A quarter of the joint purchase.",
        ),
        (
            "EST",
            "mistral",
            "fra_mistral",
            "[programmes-1047$] * 1000000 / [unit_costs-1041]",
            "2027-01",
            36,
            None,
            "200 million euros, by the price with launchers.",
        ),
        ("ROU", "mistral", "fra_mistral", "[programmes-1281]", "2026-08", 53, None, "By the end of 2030."),
        (
            "POL",
            "piorun",
            "pol_piorun",
            "[programmes-1105] * still_to_come",
            "2026-08",
            24,
            None,
            "Of 3,500 ordered in 2022.",
        ),
        (
            "USA",
            "gmlrs",
            "usa_gmlrs",
            "[production_rates-034] * 24 * (1 - others_share)",
            "2026-08",
            24,
            None,
            "The three-year contract of 2024 fills the line; half of it.",
        ),
        (
            "POL",
            "gmlrs",
            "usa_gmlrs",
            f"[production_rates-034] * 24 {half} / 4",
            "2026-08",
            24,
            None,
            "An eighth of the line.",
        ),
        (
            "USA",
            "javelin",
            "usa_javelin",
            "[production_rates-1082] * 2 * (1 - others_share)",
            "2026-08",
            24,
            None,
            "The framework to 2026 fills the line; half of it.",
        ),
        (
            "DEU",
            "spike",
            "deu_spike",
            "[programmes-1225$] * 1000000 / [unit_costs-1037] * still_to_come",
            "2027-01",
            48,
            None,
            "Two billion euros with support, by the price.",
        ),
        (
            "DEU",
            "tank120",
            "deu_tank120",
            "[programmes-1234] * still_to_come",
            "2026-08",
            24,
            None,
            "Of the call of 2023.",
        ),
        (
            "DEU",
            "iris",
            "deu_iris",
            "[production_rates-1024] * 2 * still_to_come",
            "2026-08",
            24,
            "UKR",
            "Half of the line for the systems given [deliveries-1018].",
        ),
        (
            "DEU",
            "barrel",
            "deu_barrel",
            "barrel_rate / 12 * 18 * booked * barrels_for_partner",
            "2026-08",
            18,
            "UKR",
            BARRELS,
        ),
        (
            "FRA",
            "barrel",
            "fra_barrel",
            "barrel_rate / 2 / 12 * 18 * booked * barrels_for_partner",
            "2026-08",
            18,
            "UKR",
            BARRELS,
        ),
        ("DEU", "gun155", "deu_gun", "[programmes-1208]", "2027-01", 36, None, "84 in 2027 to 2029."),
        ("FRA", "gun155", "fra_gun", "[programmes-1212]", "2026-08", 65, None, "109 in 2026 to 2031."),
        ("LTU", "gun155", "fra_gun", "[programmes-1050]", "2027-04", 18, None, "Thirty from the first half of 2027."),
        ("HRV", "gun155", "fra_gun", "[programmes-1177]", "2027-07", 24, None, ""),
        ("SWE", "gun155", "swe_gun", "[programmes-1112] * still_to_come", "2026-08", 24, None, "Of 48 from 2025 on."),
        ("DEU", "gun155", "", "[deliveries-1010] * still_to_come", "2026-09", 24, "UKR", "Of 54 guns for the partner."),
        ("POL", "gun155", "", "[programmes-1139]", "2026-08", 17, None, "152 Korean guns to the end of 2027."),
        ("ROU", "gun155", "", "[programmes-1086]", "2027-01", 60, None, "54 Korean guns over five years from 2027."),
        (
            "XUL",
            "drone",
            "ukr_drone",
            "[production_rates-1062] / 12 * 17 * drones_paid",
            "2026-08",
            17,
            "UKR",
            "Seven million a year planned for 2026; what is paid for by others than the case.",
        ),
    )
    for buyer, item, code, quantity, first, months, to, why in book:
        spread(t, buyer, item, code or None, quantity, first, months, why, to=to)
