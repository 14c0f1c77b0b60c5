"""What contradicts the case or could be otherwise, by name; the ten assumptions that matter most, low and high."""

from __future__ import annotations

from figures import F, Tables, rounded, value

NAMES = {
    "war-shorter": ("Shorter war", "Guerre plus courte"),
    "war-longer": ("Longer war", "Guerre plus longue"),
    "war-ends-2027": ("War that ends with 2027", "Guerre finie avec 2027"),
    "patriot-need-low": ("75 Patriot missiles a month", "75 missiles Patriot par mois"),
    "patriot-need-high": ("175 Patriot missiles a month", "175 missiles Patriot par mois"),
    "pac3-early": ("2,000 PAC-3 a year after five years", "2 000 PAC-3 par an au bout de cinq ans"),
    "pac3-late": ("2,000 PAC-3 a year after seven years", "2 000 PAC-3 par an au bout de sept ans"),
    "us-lines-home": ("30% of American lines for other buyers", "30 % des chaînes américaines à d’autres acheteurs"),
    "us-lines-abroad": ("65% of American lines for other buyers", "65 % des chaînes américaines à d’autres acheteurs"),
    "us-money-little": ("Little American money", "Peu d’argent américain"),
    "us-money-all": ("All American money asked for", "Tout l’argent américain demandé"),
    "europe-155-low": ("European 155 mm output, low", "Production européenne de 155 mm, basse"),
    "europe-155-high": ("European 155 mm output, high", "Production européenne de 155 mm, haute"),
    "tnt-low": ("TNT for Europe, low", "TNT pour l’Europe, bas"),
    "tnt-high": ("TNT for Europe, high", "TNT pour l’Europe, haut"),
    "stocks-three-days": ("Stocks of three days", "Stocks de trois jours"),
    "stocks-twenty-days": ("Stocks of twenty days", "Stocks de vingt jours"),
    "munitions-low": ("Small share for munitions", "Faible part pour les munitions"),
    "munitions-high": ("Large share for munitions", "Forte part pour les munitions"),
    "purl-low": ("USD 0.1 bn a month of American arms bought", "0,1 Md USD par mois d’armes américaines achetées"),
    "purl-high": ("USD 1 bn a month of American arms bought", "1 Md USD par mois d’armes américaines achetées"),
    "budget-minus-tenth": ("Budgets cut by a tenth", "Budgets réduits d’un dixième"),
    "poland-share-48": ("Poland at 4.8% of GDP", "Pologne à 4,8 % du PIB"),
    "us-request-78": ("American request of USD 78 bn", "Demande américaine de 78 Md USD"),
    "aster-five-times": ("Aster five times the output of 2022", "Aster au quintuple de 2022"),
    "patriot-supply-small": ("Patriot need as received", "Besoin de Patriot égal au reçu"),
    "rch-229": ("229 RCH 155 guns", "229 obusiers RCH 155"),
    "caesar-bare": ("CAESAR without support", "CAESAR sans soutien"),
    "caesar-with-support": ("CAESAR with support", "CAESAR avec soutien"),
    "eu-loan-split-round": ("European loan split 30 and 60", "Prêt européen partagé en 30 et 60"),
    "drones-7m": ("Seven million drones a year", "Sept millions de drones par an"),
    "drones-20m": ("Twenty million drones a year", "Vingt millions de drones par an"),
}
"""What each is called, in English and French."""


def put_into(t: Tables) -> None:
    rows: list[tuple[str, ...]] = []

    def change(name: str, table: str, where: str, column: str, action: str, what: str | F, why: str) -> None:
        if isinstance(what, F):
            what, why = rounded(value(what.text)), f"{column} = {what.text}. {why}"
        step = 1 + sum(row[0] == name for row in rows)
        rows.append((name, str(step), table, where, column, action, what, why))

    for name, hazard in (("war-shorter", "0.075"), ("war-longer", "0.015")):
        change(
            name,
            "transitions",
            "from_regime=attrition",
            "probability",
            "set",
            hazard,
            "Range of the prices [war_end_beliefs-1010], [war_end_beliefs-1007].",
        )
    ends = "war-ends-2027"
    change(
        ends,
        "transitions",
        "from_regime=attrition",
        "",
        "remove",
        "",
        "Supposed, and known beforehand: the war ends with 2027.",
    )
    for months, over in (("16", "0.001"), ("17", "0.999")):
        row = f"months={months}; over={over}; source=R1; grade=assumed"
        change(
            ends, "durations", "", "", "add", row, "It ends seventeen months from August 2026, to one in a thousand."
        )
    for name, share in (("patriot-need-low", 75), ("patriot-need-high", 175)):
        for item in ("pac3", "gemt"):
            change(name, "demand", f"holder=UKR; item={item}", "need", "multiply", F(f"{share} / patriot_need"),
                   f"{share} missiles of the Patriot class a month.")  # fmt: skip
    for name, years in (("pac3-early", "5"), ("pac3-late", "7")):
        for year in (2028, 2029, 2030):
            rate = F(
                f"[production_rates-1004] + ([production_rates-1003] - [production_rates-1004]) * {year - 2027} / ({years} - 1)"
            )
            change(
                name,
                "rates",
                f"line=usa_pac3; from={year}-01",
                "max_rate",
                "set",
                rate,
                f"2,000 a year {years} years after January 2026.",
            )
    for name, share in (("us-lines-home", "0.3"), ("us-lines-abroad", "0.65")):
        for code in ("usa_pac3", "usa_gmlrs", "usa_javelin"):
            home = (1 - float(share)) / (1 - value("others_share"))
            change(
                name,
                "orders",
                f"line={code}; buyer=USA",
                "quantity",
                "multiply",
                rounded(home),
                f"{share} of American lines for other buyers.",
            )
            for buyer in ("XOB", "DEU", "POL"):
                if (code, buyer) in (
                    ("usa_pac3", "XOB"),
                    ("usa_pac3", "DEU"),
                    ("usa_pac3", "POL"),
                    ("usa_gmlrs", "POL"),
                ):
                    change(
                        name,
                        "orders",
                        f"line={code}; buyer={buyer}",
                        "quantity",
                        "multiply",
                        rounded(float(share) / value("others_share")),
                        "The same.",
                    )
    for name, part in (("us-money-little", "0.06"), ("us-money-all", "1")):
        factor = F(
            f"(gdp_USA * max(share_USA, share_USA + ([programmes-1019$] - share_USA) * 3 / 10) * 10 / usd * munitions + [programmes-1007$] / usd * {part})"
            " / (gdp_USA * max(share_USA, share_USA + ([programmes-1019$] - share_USA) * 3 / 10) * 10 / usd * munitions + [programmes-1007$] / usd * voted)"
        )
        change(
            name,
            "budgets",
            "nation=USA",
            "commitments",
            "multiply",
            factor,
            f"{part} of American money asked but not voted comes; by the sum of 2028.",
        )
    for name, most in (("europe-155-low", "900000"), ("europe-155-high", "1800000")):
        change(
            name,
            "lines",
            "item=round155; rate_per=year",
            "max_rate",
            "multiply",
            F(f"{most} / europe_2026"),
            f"European output of 2026: {most}.",
        )
    for name, tonnes in (("tnt-low", "6000"), ("tnt-high", "16000")):
        change(
            name,
            "lines",
            "line=pol_tnt",
            "max_rate",
            "set",
            F(f"{tonnes} * [components-003]"),
            f"TNT for Europe: {tonnes} tonnes a year.",
        )
    for name, days in (("stocks-three-days", "3"), ("stocks-twenty-days", "20")):
        for item in ("round155", "pac3", "gemt", "gmlrs"):
            change(
                name,
                "stocks",
                f"item={item}",
                "quantity",
                "multiply",
                F(f"{days} / stock_days"),
                f"Stocks of {days} days of thirty in place of eight.",
            )
            if days == "3":
                change(
                    name,
                    "requirements",
                    f"item={item}; layer=floor",
                    "quantity",
                    "multiply",
                    F(f"{days} / stock_days"),
                    "Floors with them.",
                )
    for name, factor in (("munitions-low", "0.63"), ("munitions-high", "2.29")):
        change(
            name,
            "budgets",
            "",
            "commitments",
            "multiply",
            factor,
            "Munitions share of defence money: 2.2 or 8 % in place of 3.5 %.",
        )
    for name, month in (("purl-low", "0.1"), ("purl-high", "1")):
        change(
            name,
            "budgets",
            "nation=XPU",
            "commitments",
            "multiply",
            F(f"{month} / purl"),
            f"{month} billion dollars a month.",
        )
    change("budget-minus-tenth", "budgets", "", "commitments", "multiply", "0.9", "A cut of ten per cent for everyone.")
    change(
        "poland-share-48",
        "budgets",
        "nation=POL",
        "commitments",
        "multiply",
        rounded(4.8 / 4.48),
        "Poland at 4.8 % of GDP, not 4.48 [programmes-1020].",
    )
    change(
        "us-request-78",
        "budgets",
        "nation=USA",
        "commitments",
        "multiply",
        "1.11",
        "The American request for munitions of 78, not 70.5 billion dollars [programmes-1006].",
    )
    change("aster-five-times", "lines", "line=fra_aster", "max_rate", "multiply", F("[production_rates-1087] / [production_rates-1026]"),
           "Aster in 2025 five times the output of 2022, as the other reading has it.")  # fmt: skip
    change(
        "aster-five-times",
        "rates",
        "line=fra_aster",
        "max_rate",
        "multiply",
        F("[production_rates-1087] / [production_rates-1026]"),
        "The same.",
    )
    change("patriot-supply-small", "demand", "holder=UKR; item=pac3", "need", "multiply", F("[deliveries-1012+] / 35 / ([consumption-1015] / 12)"),
           "Fewer than 800 received in 35 months: need as what was received, not as what was fired at.")  # fmt: skip
    change(
        "rch-229",
        "orders",
        "line=deu_gun; buyer=DEU",
        "quantity",
        "multiply",
        F("[programmes-1210] / [programmes-1208]"),
        "229 guns as planned before the vote, not 84.",
    )
    change(
        "caesar-bare",
        "items",
        "item=gun155",
        "price",
        "set",
        F("[unit_costs-1034] / usd"),
        "A bare gun, not one with support.",
    )
    change("caesar-with-support", "items", "item=gun155", "price", "set", F("[unit_costs-1029]"), "A gun with support.")
    change(
        "eu-loan-split-round",
        "budgets",
        "nation=XUL",
        "commitments",
        "multiply",
        "0.5",
        "30 billion for arms and 60 for the budget, as one digest has it [programmes-1195].",
    )
    change(
        "drones-7m",
        "demand",
        "holder=UKR; item=drone",
        "need",
        "multiply",
        F("[production_rates-1062] / [production_rates-1092]"),
        "Seven million drones a year, as planned.",
    )
    change(
        "drones-20m",
        "demand",
        "holder=UKR; item=drone",
        "need",
        "multiply",
        F("[production_rates-1063] / [production_rates-1092]"),
        "Twenty million, the capacity.",
    )
    first = {row[0]: n for n, row in reversed(list(enumerate(rows)))}
    named = [(row[0], *(NAMES[row[0]] if first[row[0]] == n else ("", "")), *row[1:]) for n, row in enumerate(rows)]
    t.named("overrides", *named, columns="override name_en name_fr step table where column action value note")
