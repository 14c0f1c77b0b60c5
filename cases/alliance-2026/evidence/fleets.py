"""Guns and tanks given to the partner, their hubs, and own tanks where a number is published."""

from __future__ import annotations

from figures import F, Tables

GIVEN = {
    # type: English, French, number allocated by all donors, life of a barrel, share still there, hub
    "m777": ("M777", "M777", "[fleet-001] + [fleet-005] + [fleet-094]", "[maintenance_availability-012]", "hub"),
    "m109": ("M109 (all variants)", "M109 (toutes variantes)", "[fleet-043] + [fleet-047] + [fleet-059] + [fleet-087] + [fleet-096] + [fleet-031]",
             "[maintenance_availability-012] * as_another_gun", "hub"),
    "caesar": ("CAESAR", "CAESAR", "[fleet-012] + [fleet-024] + [fleet-050]", "barrel_life", "hub"),
    "pzh2000": ("PzH 2000", "PzH 2000", "[fleet-030] + [fleet-045] + [fleet-053]", "[maintenance_availability-011]", "depot"),
    "as90": ("AS-90", "AS-90", "[fleet-086]", "barrel_life", "hub"),
    "archer": ("Archer", "Archer", "[fleet-080]", "barrel_life", "hub"),
    "fh70": ("FH70", "FH70", "[fleet-021] + [fleet-044]", "barrel_life", "hub"),
    "krab": ("AHS Krab", "AHS Krab", "[fleet-063]", "barrel_life", "hub"),
}  # fmt: skip
OWN_TANKS = {
    "DEU": "[fleets-1001]",
    "GRC": "[fleets-1003]",
    "FIN": "[fleets-1004]",
    "NOR": "[fleets-1006] - [fleet-062]",
}
TANKS_GIVEN = (
    "[fleet-006] + [fleet-019] + [fleet-058] + [fleet-062] + [fleet-067] + [fleet-079] + [fleet-040] + [fleet-069]"
)


def put_into(t: Tables) -> None:
    site(
        t,
        "hub",
        "Hub in Poland",
        "Centre en Pologne",
        "POL",
        "Guns; named in September 2022 [repair_hubs-003].",
        published=True,
    )
    site(
        t, "gliwice", "Gliwice", "Gliwice", "POL", "Leopard 2, open since July 2023 [repair_hubs-004].", published=True
    )
    site(t, "depot", "PzH 2000 works in Lithuania", "Atelier PzH 2000 en Lituanie", "LTU", "All full repairs still went there in mid-2024 [repair_hubs-1004].",
         published=True)  # fmt: skip
    for code, supplier in (("hub", "hub"), ("gliwice", "gliwice"), ("depot", "depot")):
        site(t, f"field_{code}", f"Field workshops of {code}", f"Ateliers de campagne de {code}", "UKR", "Days from the hub to the batteries.",
             supplier=supplier, order_ship=F("10"))  # fmt: skip
        t.put("shops", rule="R20", shop=f"{code}_bays", name_en=f"Bays of {code}", name_fr=f"Postes de {code}", site=code,
              bay_cost=F("2000000"), bay_months=F("3"))  # fmt: skip
        t.put("shop_bays", rule="R20", shop=f"{code}_bays", bays=F({"hub": "30", "gliwice": "12", "depot": "8"}[code]))
    for code, (english, french, number, life, hub) in GIVEN.items():
        gun(t, code, english, french, number, life, hub)
    tank(t, "leo2_ukr", "UKR", TANKS_GIVEN, "gliwice", "field_gliwice", war=True)
    for nation, number in OWN_TANKS.items():
        site(
            t,
            f"base_{nation.lower()}",
            f"Barracks in {nation}",
            f"Casernes en {nation}",
            nation,
            "Where its tanks stand.",
        )
        tank(t, f"leo2_{nation.lower()}", nation, number, None, f"base_{nation.lower()}", war=False)
    breakdown(
        t,
        "leo2",
        "leo2_pack",
        "Power pack of a Leopard 2",
        "Groupe propulsif de Leopard 2",
        "tank_life",
        "900000",
        of=TANKS_GIVEN,
        damage="0.3",
    )
    for place in ("field_gliwice", *(f"base_{n.lower()}" for n in OWN_TANKS)):
        repair(t, "leo2_pack", place, "0.7", "15")


def site(
    t: Tables, code: str, english: str, french: str, nation: str, why: str, *, published: bool = False, **more: str | F
) -> None:
    t.put(
        "sites",
        rule="" if published else "R20",
        site=code,
        name_en=english,
        name_fr=french,
        nation=nation,
        **more,
        why=why,
    )


def gun(t: Tables, code: str, english: str, french: str, number: str, life: str, hub: str) -> None:
    t.put("fleets", rule="R20", fleet=code, name_en=english, name_fr=french, type=code, holder="UKR", site=f"field_{hub}", use_unit="rounds", needed=F(number),
          repair_shop=f"{hub}_bays", repair_days=F("30"), transport_days=F("10"), cannibalise="no", why="All that donors allocated to April 2026.")  # fmt: skip
    t.put("fleet_arrivals", rule="R20", fleet=code, quantity=F(f"({number}) * still_there"), low=F(f"({number}) * 0.5"), high=F(number),
          why="Less what was lost since.")  # fmt: skip
    t.put("fleet_use", rule="R20", fleet=code, regime="attrition", use=F("rounds_a_gun"), damage=F("0.016"), losses=F("0.012"), low=F("rounds_a_gun * 0.5"),
          high=F("rounds_a_gun * 2"), why="What the partner is served of 155 mm rounds over its guns; damage and losses as in fleet-2023.")  # fmt: skip
    breakdown(
        t,
        code,
        f"{code}_barrel",
        f"Barrel of {english}",
        f"Tube de {french}",
        life,
        "700000",
        of=number,
        damage="0.2",
        cv="0.25",
        worn="0.5",
    )
    repair(t, f"{code}_barrel", hub, "zero", "14", shop=f"{hub}_bays", condemned="1")
    breakdown(
        t,
        code,
        f"{code}_recoil",
        f"Recoil and hydraulics of {english}",
        f"Lien élastique et hydraulique de {french}",
        "recoil_life",
        "80000",
        of=number,
        damage="0.3",
    )
    repair(t, f"{code}_recoil", f"field_{hub}", "0.8", "8")
    repair(t, f"{code}_recoil", hub, "0.9", "20", shop=f"{hub}_bays", condemned="0.1")
    t.put(
        "part_stocks",
        rule="R20",
        part=f"{code}_barrel",
        site=hub,
        quantity=F(f"round(({number}) / 12)"),
        why="One for twelve guns.",
    )


def breakdown(
    t: Tables,
    kind: str,
    part: str,
    english: str,
    french: str,
    life: str,
    price: str,
    *,
    of: str,
    damage: str,
    cv: str = "",
    worn: str = "",
) -> None:
    extra = {"life_cv": F(cv), "worn": F(worn)} if cv else {}
    t.put(
        "breakdown",
        rule="R20",
        parent=kind,
        part=part,
        quantity=F("one"),
        life=F(life),
        damage_share=F(damage),
        with_=of,
        **extra,
    )
    t.put(
        "parts",
        rule="R20",
        part=part,
        name_en=english,
        name_fr=french,
        price=F(price),
        lead_time=F("240"),
        batch=F("one"),
        movable="yes",
        with_=of,
    )


def repair(
    t: Tables, part: str, place: str, repaired: str, days: str, *, shop: str | None = None, condemned: str | None = None
) -> None:
    t.put("repairs", rule="R20", part=part, site=place, repaired=F(repaired), condemned=F(condemned or "zero"), turnaround=F(days), shop=shop,
          bench=F("5") if shop else None)  # fmt: skip


def tank(t: Tables, code: str, holder: str, number: str, shop: str | None, place: str, *, war: bool) -> None:
    t.put("fleets", rule="R20", fleet=code, name_en="Leopard 2", name_fr="Leopard 2", type="leo2", holder=holder, site=place, use_unit="kilometres",
          needed=F(number), repair_shop=f"{shop}_bays" if shop else None, repair_days=F("60"), transport_days=F("14"), cannibalise="no")  # fmt: skip
    t.put("fleet_arrivals", rule="R20", fleet=code, quantity=F(f"({number}) * still_there" if war else number))
    t.put("fleet_use", rule="R20", fleet=code, regime="attrition", use=F("150" if war else "60"), damage=F("0.03" if war else "zero"),
          losses=F("0.015" if war else "zero"))  # fmt: skip
