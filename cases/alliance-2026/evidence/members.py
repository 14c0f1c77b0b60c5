"""Nations, settings and what holds for the whole case."""

from __future__ import annotations

from figures import F, Tables

MEMBERS = {
    "USA": ("United States", "États-Unis"), "DEU": ("Germany", "Allemagne"), "GBR": ("United Kingdom", "Royaume-Uni"),
    "FRA": ("France", "France"), "ITA": ("Italy", "Italie"), "CAN": ("Canada", "Canada"), "POL": ("Poland", "Pologne"),
    "ESP": ("Spain", "Espagne"), "NLD": ("Netherlands", "Pays-Bas"), "NOR": ("Norway", "Norvège"),
    "SWE": ("Sweden", "Suède"), "BEL": ("Belgium", "Belgique"), "DNK": ("Denmark", "Danemark"),
    "ROU": ("Romania", "Roumanie"), "GRC": ("Greece", "Grèce"), "FIN": ("Finland", "Finlande"),
    "CZE": ("Czechia", "Tchéquie"), "PRT": ("Portugal", "Portugal"), "LTU": ("Lithuania", "Lituanie"),
    "SVK": ("Slovakia", "Slovaquie"), "BGR": ("Bulgaria", "Bulgarie"), "LVA": ("Latvia", "Lettonie"),
    "HRV": ("Croatia", "Croatie"), "EST": ("Estonia", "Estonie"),
    "XRM": ("Other members", "Autres membres"),
}  # fmt: skip
"""Twenty-four members and the rest: Türkiye, Hungary, Slovenia, Luxembourg, Albania, North Macedonia, Montenegro, Iceland."""

FRONT = ("EST", "LVA", "LTU", "FIN", "POL", "ROU")
FUNDS = {
    "XPU": ("Common list for American arms (PURL)", "Liste commune d'armes américaines (PURL)"),
    "XUL": ("Loan of the European Union to Ukraine", "Prêt de l'Union européenne à l'Ukraine"),
    "XCI": ("Czech ammunition initiative", "Initiative tchèque pour les munitions"),
    "XEU": ("European grants to industry (EDIP)", "Subventions européennes à l'industrie (EDIP)"),
}
OUTSIDE = {
    "UKR": ("Ukraine", "Ukraine", "recipient"),
    "JPN": ("Japan", "Japon", "supplier"),
    "XTC": ("Stocks of third countries", "Stocks de pays tiers", "supplier"),
    "XOB": ("Buyers outside the alliance", "Acheteurs hors de l'alliance", "supplier"),
}
FISCAL = {"USA": 10, "GBR": 4, "CAN": 4}
SETTINGS = (
    ("title_en", "The alliance as known by July 2026"),
    ("title_fr", "L'alliance, état connu en juillet 2026"),
    ("start", "2026-08"),
    ("end", "2030-12"),
    ("currency", "EUR"),
    ("money_unit", "million"),
    ("price_base", "prices of the first half of 2026; mean rates of January to June 2026"),
    ("regime", "attrition"),
)
PRIORITIES = (
    ("1", "floors", "3000"), ("2", "own_use", "4.5"), ("3", "pledges", "3"), ("4", "backfill", "3"), ("5", "need", "3"),
    ("6", "requirement", "1"), ("7", "money", "1"),
)  # fmt: skip


def put_into(t: Tables) -> None:
    t.named("settings", *SETTINGS, columns="setting value")
    t.named("calendar", ("2026-08", "1"), ("2027-01", "3"), ("2028-01", "12"), columns="from step")
    t.named("priorities", *PRIORITIES, columns="rank objective worth")
    for code, names in {**MEMBERS, **FUNDS}.items():
        t.put(
            "nations",
            rule="R21",
            nation=code,
            name_en=names[0],
            name_fr=names[1],
            role="member",
            fiscal_year_start=FISCAL.get(code, 1),
        )
    for code, (english, french, role) in OUTSIDE.items():
        t.put("nations", rule="R21", nation=code, name_en=english, name_fr=french, role=role, fiscal_year_start=1)
    t.put("regimes", rule="R1", regime="attrition", name_en="attrition", name_fr="attrition", ends="no",
          why="Use and need as in 2025 and 2026.")  # fmt: skip
    t.put("regimes", rule="R1", regime="ended", name_en="ended", name_fr="fin", ends="yes",
          why="A settlement; stocks are refilled.")  # fmt: skip
    t.put("transitions", rule="R1", from_regime="attrition", to_regime="ended", probability=F("hazard"), low=F("0.015"),
          high=F("0.075"), why="Prices of a dated market, 16 to 30 % by the end of 2026 [war_end_beliefs-1007], "
          "[war_end_beliefs-1010], [war_end_beliefs-1008].")  # fmt: skip
