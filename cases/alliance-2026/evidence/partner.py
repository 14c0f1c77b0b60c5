"""What the partner needs and uses."""

from __future__ import annotations

from figures import F, Tables


def put_into(t: Tables) -> None:
    need(t, "round155", "[consumption-022] / 12", rule="", why="What would hold the line with confidence, 2.4 million a year.",
         use=F("[deliveries-058] / 12"), low=F("[consumption-1009]"), high=F("[consumption-010]"))  # fmt: skip
    for item, formula, why, low, high in NEEDS:
        need(t, item, formula, why=why, low=F(low) if low else None, high=F(high) if high else None)
    for month in ("2026-08", "2026-09"):
        t.put("deliveries", rule="R10", donor="USA", recipient="UKR", item="pac3", status="in_transit", month=month, quantity=F("[deliveries-1012+] / 35"),
              why="Fewer than 800 came from April 2023 to March 2026: as many a month.")  # fmt: skip
    for donor, quantity, why in (
        ("XCI", "[deliveries-047] * [deliveries-043] / [deliveries-042] / 12", "A month of what was funded for 2026."),
        ("DEU", "[deliveries-1017] / 12", "A month of the package of April 2025."),
    ):
        t.put(
            "deliveries",
            rule="R10",
            donor=donor,
            recipient="UKR",
            item="round155",
            status="in_transit",
            month="2026-08",
            quantity=F(quantity),
            why=why,
        )
    t.put("deliveries", rule="R10", donor="DEU", recipient="UKR", item="pac3", status="pledged", month="2026-12", quantity=F("[deliveries-1005]"),
          why="On condition that others give thirty together.")  # fmt: skip
    t.put("deliveries", rule="R10", donor="GBR", recipient="UKR", item="drone", status="in_transit", month="2026-08", quantity=F("[deliveries-1009] / 9.5"),
          why="A month of 2025.")  # fmt: skip


CRUISE = "([consumption-1014] - [consumption-1015]) / 12 * 2"
IRIS, NASAMS, SAMP = "[fleet-027]", "([fleet-004] + [fleet-091])", "[fleet-042]"
SYSTEMS = f"({IRIS} + {NASAMS} + {SAMP})"
NEEDS = (
    (
        "pac3",
        "[consumption-1015] / 12",
        "A missile for each ballistic missile fired in 2025; what is left of the Patriot-class need is GEM-T.",
        "50",
        "110",
    ),
    ("gemt", "patriot_need - [consumption-1015] / 12", "The rest of the Patriot-class need.", "25", "65"),
    (
        "iris",
        f"{CRUISE} * {IRIS} / {SYSTEMS}",
        "Two for each other missile fired in 2025, by systems given: 14 IRIS-T, 14 NASAMS, 3 SAMP/T.",
        "40",
        "160",
    ),
    ("amraam", f"{CRUISE} * {NASAMS} / {SYSTEMS}", "The same.", "40", "160"),
    ("aster", f"{CRUISE} * {SAMP} / {SYSTEMS}", "The same.", "8", "40"),
    ("lmm", "[programmes-1143] / 36", "The order of 5,000 over three years.", "", ""),
    ("stinger", "vshorad_need / 4", "A quarter each of Stinger, Mistral, Piorun and others.", "", ""),
    ("mistral", "vshorad_need / 4", "The same.", "", ""),
    ("piorun", "vshorad_need / 4", "The same.", "", ""),
    ("gmlrs", "rocket_need", "As in alliance-2023.", "", ""),
    ("javelin", "atgm_need", "As in alliance-2023.", "", ""),
    ("tank120", "tanks_given * tank_rounds", "Western tanks given, by rounds a month.", "", ""),
    ("gun155", "guns_given * gun_losses", "Losses of the guns given.", "", ""),
    ("barrel", "[components-1011] / 12", "An estimate seen in a quotation.", "60", "250"),
    ("drone", "[production_rates-1092] / 12", "Ten million a year, if partners pay.", "583333", "1666667"),
)


def need(
    t: Tables, item: str, formula: str, *, why: str, rule: str = "R14", after: str = "0.05", **more: str | F
) -> None:
    t.put(
        "demand",
        rule=rule,
        holder="UKR",
        item=item,
        purpose="operations",
        regime="attrition",
        rate_per="month",
        need=F(formula),
        **more,
        why=why,
    )
    t.put("demand", rule="R14", holder="UKR", item=item, purpose="operations", regime="ended", rate_per="month", need=F(f"({formula}) * {after}"),
          why="After the end a twentieth, to train.")  # fmt: skip
    t.put(
        "levels",
        rule="R15",
        holder="UKR",
        item=item,
        purpose="operations",
        level="essential",
        share=F("essential"),
        with_=formula,
    )
