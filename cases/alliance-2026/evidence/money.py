"""Budgets: munitions money of the members, what they spend on aid, and the common funds."""

from __future__ import annotations

from figures import F, Tables
from members import FISCAL, FRONT, MEMBERS

SAFE = {
    "POL": "1022", "ROU": "1023", "FRA": "1024", "ITA": "1026", "BEL": "1027", "LTU": "1028", "PRT": "1029", "LVA": "1030",
    "BGR": "1031", "EST": "1032", "SVK": "1033", "CZE": "1034", "HRV": "1035", "ESP": "1037", "FIN": "1038", "GRC": "1039",
    "DNK": "1040",
}  # fmt: skip
"""Loans by row of the allocation; of Romania the part of the Ministry of Defence."""

AID = {
    "BEL": "008", "CAN": "013", "HRV": "016", "CZE": "019", "DNK": "021", "EST": "027", "FIN": "030", "FRA": "033", "GRC": "039",
    "ITA": "048", "LVA": "054", "LTU": "057", "NLD": "063", "NOR": "069", "POL": "072", "PRT": "075", "ROU": "078", "ESP": "089",
    "SWE": "092", "GBR": "101",
}  # fmt: skip
"""Military aid allocated in 2025; of Germany what it plans a year. The United States allocated almost nothing new."""

PUBLISHED = {
    "FRA": ("[programmes-1067$] / 7", "Programming law 2024 to 2030."),
    "GBR": ("[programmes-1065$] / gbp / 5", "Six billion pounds in this Parliament, five years."),
    "EST": ("[programmes-1064$] * estonian_part", "A quarter of the money of 2026 to 2029."),
    "BEL": ("[programmes-1124$] / 7", "The plan of 2025; slowest deliveries take seven years."),
    "NLD": ("[programmes-1083$] / 7 + [programmes-1084$]", "1.5 billion for 2025 to 2031, and half a billion a year."),
    "LTU": ("lithuanian_part * [programmes-1096$] / 100 * gdp_LTU * 1000 / usd", "16 % of the defence budget."),
}
"""A published line of munitions, a year, in million euros."""

GERMAN = "[programmes-1054$] * munitions"
YEARS = range(2026, 2031)


def growing(nation: str, year: int) -> str:
    """Spending of a year in million euros: to 3.5 % of GDP in 2035 in a straight line, where it is below."""
    return f"gdp_{nation} * max(share_{nation}, share_{nation} + ([programmes-1019$] - share_{nation}) * {year - 2025} / 10) * 10 / usd"


def munitions(nation: str, year: int) -> tuple[str, str]:
    if nation == "USA":
        asked = " + [programmes-1007$] / usd * voted" if year >= 2027 else ""
        return (
            f"({growing(nation, year)} * munitions{asked}) * items_us",
            "Munitions and half of what is asked on top for fiscal 2027; of 28.8 billion asked late for 2026 1.8 came [programmes-1008].",
        )
    if nation == "DEU":
        return f"{GERMAN} * items_others", "Budget of 2026, held; munitions as a part of it."
    if nation in PUBLISHED:
        formula, why = PUBLISHED[nation]
        return f"({formula}) * items_others", why
    share = "munitions_front" if nation in FRONT else "munitions"
    return f"{growing(nation, year)} * {share} * items_others", ""


def months_inside(nation: str, year: int) -> int:
    """Months of a fiscal year that lie in the plan."""
    first = FISCAL.get(nation, 1)
    begin = (year - (first > 1)) * 12 + first - 1
    return max(0, min(begin + 12, 2031 * 12) - max(begin, 2026 * 12 + 7))


def of_year(nation: str, year: int) -> str:
    """What of a yearly sum falls into the plan, as a factor."""
    inside = months_inside(nation, year)
    return "" if inside == 12 else f" * {inside} / 12"


def put_into(t: Tables) -> None:
    for nation in MEMBERS:
        for year in (*YEARS, 2031):
            if months_inside(nation, year):
                budget(t, nation, year)
    for year in YEARS:
        months = 5 if year == 2026 else 12
        t.put("budgets", rule="R2", nation="XPU", fiscal_year=year, purpose="all", commitments=F(f"purl * 1000 / usd * {months}"),
              payments="unlimited", low=F(f"0.1 * 1000 / usd * {months}"), high=F(f"1.0 * 1000 / usd * {months}"),
              why="Booked in 2025 [kiel_share-024$] and in four months of 2026 [kiel_share-034$]; hoped for [programmes-1017$].")  # fmt: skip
        loan = {2026: " / 2 * 5 / 12", 2027: " / 2"}.get(year)
        t.put("budgets", rule="R2", nation="XUL", fiscal_year=year, purpose="all",
              commitments=F(f"[programmes-1099$]{loan} * loan_items" if loan else "zero"), payments="unlimited",
              why="60 billion euros for arms in 2026 and 2027, 5.9 for drones in the first tranche [programmes-1193]; a third for the items of the case. Nothing is decided after.")  # fmt: skip
        t.put("budgets", rule="R2", nation="XCI", fiscal_year=year, purpose="all",
              commitments=F("[programmes-1041$] * 5 / 12" if year == 2026 else "[programmes-1041$]" if year == 2027 else "[programmes-1041$] / 2"),
              payments="unlimited", why="1.4 billion euros committed for 2026 by February; as much in 2027, then half, assumed.")  # fmt: skip
        t.put("budgets", rule="R2", nation="XEU", fiscal_year=year, purpose="all",
              commitments=F("([programmes-1201$] - [programmes-1202$]) / 2" if year in (2026, 2027) else "zero"), payments="unlimited",
              why="Grants of 2025 to 2027 less those to Ukraine, in two parts.")  # fmt: skip


def budget(t: Tables, nation: str, year: int) -> None:
    """A year of a member: munitions, SAFE, aid; of the first and last fiscal years the months that lie in the plan."""
    own, why = munitions(nation, min(year, 2030))
    formula, said = f"({own}){of_year(nation, year)}", [why]
    if nation in SAFE and year <= 2030:
        row = "[programmes-1279$]" if nation == "ROU" else f"[programmes-{SAFE[nation]}$]"
        part = "[programmes-1278$] / 100" if year == 2026 else "(1 - [programmes-1278$] / 100) * eighth"
        formula += f" + {row} * {part} * safe_items"
        said.append("SAFE: the advance." if year == 2026 else "SAFE: a quarter of what follows the advance.")
    if nation in AID or nation == "DEU":
        given = "[programmes-1248$]" if nation == "DEU" else f"[kiel_aid-{AID[nation]}$]"
        formula += f" + {given} * bought * aid_items{of_year(nation, year)}"
        said.append("Aid that is bought, a third of it for these items.")
    t.put("budgets", rule="R2", nation=nation, fiscal_year=year, purpose="all", commitments=F(formula), payments="unlimited",
          low=F(f"({formula}) * 0.6"), high=F(f"({formula}) * 2"), why=" ".join(filter(None, said)))  # fmt: skip
