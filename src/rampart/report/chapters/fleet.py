"""Tables of the sustainment answer: fleets, what holds them back, spares to hold and to buy, what a million brings."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.findings import Language, curly
from rampart.language.fleet_on_one_page import deadlines, is_open, order_by
from rampart.language.in_words import InWords
from rampart.language.whole_parts import whole_parts
from rampart.language.words import Words, french_spaces
from rampart.report.chapters.level_of_repair import repair_sentences
from rampart.report.chapters.listing import Head, Listing
from rampart.report.charts.fleet import Names, best_levers, lever_name
from rampart.report.charts.tornado import figure_name, figure_range
from rampart.results.result import Result

MOST_ROWS = 40


def words_of(answer: Result, language: Language) -> Words:
    """Words with the case's currency and money unit."""
    settings = answer.case.settings
    return Words(language, str(settings["currency"]), str(settings["money_unit"]))


LEAST_LOST = 0.005
"""Systems below which what a holder takes from a fleet would be written as none."""
UNRELIABLE = "not-to-be-relied-on"
_COMMAND = re.compile(r"\s*:\s*`[^`]*`")
HARDLY = 0.05
"""System-months for a million below which a purchase brings hardly anything."""


def title_of(answer: Result, language: Language) -> str:
    """The case's title in the reader's language."""
    settings = answer.case.settings
    return curly(str(settings["title_fr"])) if language == "fr" and settings["title_fr"] else str(settings["title_en"])


def month_asked(answer: Result) -> date:
    """Month for which spares are bought."""
    return date.fromisoformat(f"{answer.manifest['month']}-01")


def fleets_of(answer: Result) -> list[str]:
    """Fleets of the answer, in its order."""
    return answer["availability"]["fleet"].unique(maintain_order=True).to_list()


def headlines(answer: Result, words: Words, names: Names) -> list[str]:
    """The page in a few sentences."""
    table, told = answer["availability"], []
    totals = (
        table.join(_holders(answer), on="fleet")
        .group_by("holder", "month")
        .agg(pl.col("held").sum(), pl.col("available").sum())
    )
    totals = totals.filter(pl.col("held") > 1e-9).with_columns(out=1 - pl.col("available") / pl.col("held"))
    worst_first = totals.group_by("holder").agg(pl.col("out").max()).sort("out", "holder", descending=[True, False])
    for holder in worst_first["holder"]:
        own = totals.filter(pl.col("holder") == holder).sort("month")
        worst = own.sort("out", "month", descending=[True, False]).row(0, named=True)
        now = own.filter(pl.col("month") == month_asked(answer))
        last = (now if now.height else own).row(-1, named=True)
        told.append(
            words("sustain.says.out", holder=names(holder, "nations"), worst=words.share(worst["out"]),
                  month=words.month(worst["month"]), last=words.share(last["out"]), end=words.month(last["month"]))
        )  # fmt: skip
    parts = answer["holding_back"].filter(pl.col("cause") == "part")
    if parts.height:
        sums = parts.group_by("part").agg(pl.col("systems").sum()).sort("systems", "part", descending=[True, False])
        share = sums["systems"][0] / answer["holding_back"]["systems"].sum()
        told.append(words("sustain.says.part", part=names(sums["part"][0], "parts"), share=words.share(share)))
    best = best_levers(answer)
    for kind in ("spare", "bay", "system"):
        rows = best.filter((pl.col("lever") == kind) & (pl.col("per_million") > 0))
        if rows.height:
            row = rows.row(0, named=True)
            key = "sustain.says.lever" if row["per_million"] >= HARDLY else "sustain.says.lever_hardly"
            told.append(words(key, lever=words.inside(lever_name(row, words, names)), gain=words.number(row["per_million"]),
                              currency=words.currency))  # fmt: skip
    return [*told, *repair_sentences(answer, words)]


def notes_on_data(answer: Result, words: Words, names: Names, *, commands: bool = True) -> list[str]:
    """What the findings say of the case, with names and months in words; what is to be done about several is said once.

    commands  name the commands that help; a paper does not
    """
    alike: dict[str, list[str]] = {}
    unreliable: dict[str, list[str]] = {}
    for one in answer.findings:
        details = {key: words(value) if value in ("yes", "no") else value for key, value in one.details.items()}
        if "month" in details:
            details["month"] = words.month(str(details["month"]))
        told = replace(one, value=names(one.value, one.table), details=details)
        advice = " ".join(part for part in (told.expected(words.language), told.remedy(words.language)) if part)
        said = told.message(words.language)
        if one.code == UNRELIABLE:  # the same is said of many: once, with what each lacks
            bare = replace(told, details={}).message(words.language).rstrip(". ")
            unreliable.setdefault(said.removeprefix(bare).strip(" ."), []).append(told.value)
            alike.setdefault(advice, [UNRELIABLE])
        else:
            alike.setdefault(advice, []).append(said)
    each = [
        words("sustain.note.unreliable_of", names=words.list(of), reason=reason) for reason, of in unreliable.items()
    ]
    listed = words("sustain.note.unreliable", each=words("between.semicolon").join(each))
    alike = {advice: [listed if said == UNRELIABLE else said for said in told] for advice, told in alike.items()}
    if not commands:
        alike = {_COMMAND.sub("", advice): told for advice, told in alike.items()}
    notes = [" ".join([*told, advice]).replace("`", "") for advice, told in alike.items()]
    return [french_spaces(note) for note in notes] if words.language == "fr" else notes


def order_by_listing(answer: InWords) -> Listing | None:
    """Spares by the month by whose end they must be ordered; None where none is to be bought."""
    words, found = answer.words, order_by(answer)
    if not found:
        return None
    heads = [
        Head(words("paper.head.by")), Head(words("fleet.head.spares")),
        Head(words("sustain.head.cost", unit=words.money_label), numeric=True), Head(words("fleet.head.waits")),
    ]  # fmt: skip
    rows = [(one.by, one.spares, words.number(one.cost, digits=2), one.waits) for one in found]
    title = "fleet.title.next_by_month" if is_open(answer) else "fleet.title.by_month"
    return Listing(words(title), tuple(heads), tuple(rows))


def _holders(answer: Result) -> pl.DataFrame:
    return answer.case.tables["fleets"].select("fleet", "holder")


def _main_cause(answer: Result, fleet: str, words: Words, names: Names) -> str:
    mine = answer["holding_back"].filter((pl.col("fleet") == fleet) & (pl.col("month") == month_asked(answer)))
    if mine.is_empty():
        return words("none")
    top = mine.sort("systems", "cause", descending=[True, False]).head(3).iter_rows(named=True)
    told = []
    for r in top:
        cause = names(r["part"], "parts") if r["cause"] == "part" else words("sustain.cause." + r["cause"])
        told.append(f"{cause} ({words.number(r['systems'], digits=1)})")
    return ", ".join(told)


def fleets_listing(answer: Result, words: Words, names: Names) -> Listing:
    """Each fleet in the month asked for: held, available, Ao, DTO, and what holds it back."""
    heads = [Head(words("sustain.head.fleet"))] + [
        Head(words(f"sustain.head.{h}"), numeric=True) for h in ("held", "available", "ao", "dto", "worst")
    ] + [Head(words("sustain.head.held_back"))]  # fmt: skip
    table, rows = answer["availability"], []
    whole = _whole_systems(answer)
    for fleet in fleets_of(answer):
        own = table.filter(pl.col("fleet") == fleet)
        now = own.filter(pl.col("month") == month_asked(answer)).row(0, named=True)
        lowest = own.drop_nulls("ao").sort("ao", "month")
        worst = words("none")
        if lowest.height:
            worst = f"{words.share(lowest['ao'][0])} ({words.month(lowest['month'][0], short=True)})"
        rows.append((
            names(fleet, "fleets"), *(words.number(whole[column, fleet]) for column in ("held", "available")),
            words.share(now["ao"]), words.share(now["dto"]), worst, _main_cause(answer, fleet, words, names),
        ))  # fmt: skip
    return Listing(
        words("sustain.table.fleets", month=words.month(answer.manifest["month"])), tuple(heads), tuple(rows),
        note=words("sustain.note.fleets"),
    )  # fmt: skip


def _whole_systems(answer: Result) -> dict[tuple[str, str], int]:
    """Systems held and available of each fleet in the month asked for, whole: those of a holder add up to its own."""
    now = answer["availability"].filter(pl.col("month") == month_asked(answer))
    holder = dict(answer.case["fleets"].select("fleet", "holder").iter_rows())
    held = dict(now.group_by("fleet").agg(pl.col("held").sum()).iter_rows())
    owners = sorted(set(holder.values()), key=lambda owner: (-sum(held[f] for f in held if holder[f] == owner), owner))
    found = dict[tuple[str, str], int]()
    for column in ("held", "available"):
        systems = dict(now.select("fleet", column).iter_rows())
        own = [[fleet for fleet in systems if holder[fleet] == owner] for owner in owners]
        sums = whole_parts([sum(systems[fleet] for fleet in fleets) for fleets in own])
        for fleets, total in zip(own, sums, strict=True):
            parts = whole_parts([systems[fleet] for fleet in fleets], total)
            found |= {(column, fleet): part for fleet, part in zip(fleets, parts, strict=True)}
    return found


def shortages_listing(answer: Result, words: Words, names: Names) -> Listing:
    """Parts short in the month asked for, most first."""
    heads = [Head(words("sustain.head.part")), Head(words("sustain.head.site"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("demand", "pipeline", "stock", "backorders")]
    table = answer["shortages"].filter((pl.col("month") == month_asked(answer)) & (pl.col("backorders") > 0.005))
    table = table.sort("backorders", "part", "site", descending=[True, False, False])
    rows = [
        (names(r["part"], "parts"), names(r["site"], "sites"), *(words.number(r[c], digits=d) for c, d in
         (("demand", 1), ("pipeline", 1), ("stock", 0), ("backorders", 1))))
        for r in table.head(MOST_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    left = table.height - len(rows)
    more = words.count("rows_left", left) if left else ""
    return Listing(
        words("sustain.table.shortages", month=words.month(answer.manifest["month"])), tuple(heads), tuple(rows), more
    )


def point_listing(answer: Result, point: dict[str, Any], words: Words, names: Names) -> Listing:
    """One point of the curve: what it costs, what it brings, and its stock list by site."""
    table = answer["stock_list"].filter(pl.col("point") == point["point"])
    unit = answer.case.money_unit
    caption = words(
        "sustain.table.point", point=point["point"], cost=words.money(point["cost"] / unit),
        availability=words.share(point["supply_availability"]), systems=words.number(point["systems"], digits=0),
    )  # fmt: skip
    if point["unspent"] is not None:
        gap = words.number(100.0 * (point["gap"] or 0.0), digits=2)
        caption += " " + words("sustain.left_unspent", unspent=words.money(point["unspent"] / unit), gap=gap)
    found = stocks_listing(answer, table.head(4 * MOST_ROWS), caption, words, names)
    left = table.height - len(found.rows)
    return replace(found, more=words.count("rows_left", left) if left else "")


def stocks_listing(answer: Result, rows: pl.DataFrame, caption: str, words: Words, names: Names) -> Listing:
    """Rows of a stock list: what is held, what is to be held, and what that costs."""
    heads = [Head(words("sustain.head.part")), Head(words("sustain.head.site"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("held_now", "to_hold")]
    heads.append(Head(words("sustain.head.cost", unit=words.money_label), numeric=True))
    heads.append(Head(words("sustain.head.order_by")))
    by = deadlines(answer)
    cells = [
        (names(r["part"], "parts"), names(r["site"], "sites"), words.number(r["held"], digits=0),
         words.number(r["stock"], digits=0), words.number(r["cost"] / answer.case.money_unit, digits=2),
         _order_by(answer, by[r["part"]], words) if r["stock"] > r["held"] else "–")
        for r in rows.iter_rows(named=True)
    ]  # fmt: skip
    return Listing(caption, tuple(heads), tuple(cells))


def _order_by(answer: Result, by: int | None, words: Words) -> str:
    """Last month in which a part can be ordered for the month asked for; at once where that is over."""
    if by is None:
        return words("unknown")
    first = answer.case.calendar.first
    return words("fleet.at_once") if by < first else words.month(month_text(by), short=True)


def signed(words: Words, change: float) -> str:
    """A change with its sign."""
    return f"+{words.number(change)}" if change > 0 else words.number(change)


def buys_listing(answer: Result, words: Words, names: Names) -> Listing:
    """What to buy next, in order."""
    heads = [
        Head(words("sustain.head.order"), numeric=True),
        Head(words("sustain.head.part")),
        Head(words("sustain.head.site")),
    ]
    heads += [
        Head(words("sustain.head.change"), numeric=True),
        Head(words("sustain.head.cost", unit=words.money_label), numeric=True),
    ]
    heads += [Head(words("sustain.head.gained"), numeric=True), Head(words("sustain.head.order_by"))]
    unit, by = answer.case.money_unit, deadlines(answer)
    rows = [
        (str(r["order"]), names(r["part"], "parts"), names(r["site"], "sites"), signed(words, r["quantity"]),
         words.number(r["cost"] / unit, digits=2), words.number(100 * r["gained"], digits=2),
         _order_by(answer, by[r["part"]], words))
        for r in answer["buys"].filter(pl.col("order") <= 15).iter_rows(named=True)
    ]  # fmt: skip
    return Listing(words("sustain.table.buys"), tuple(heads), tuple(rows))


def levers_listing(answer: Result, words: Words, names: Names) -> Listing:
    """What a million buys: spares, bays, systems."""
    heads = [Head(words("sustain.head.lever")), Head(words("sustain.head.from"))]
    heads += [Head(words("sustain.head.cost_of_one", unit=words.money_label), numeric=True)]
    heads += [
        Head(words(f"sustain.head.{h}", currency=words.currency), numeric=True) for h in ("of_one", "per_million")
    ]
    unit = answer.case.money_unit
    rows = [
        (lever_name(r, words, names), words.month(r["from"], short=True), words.number(r["cost"] / unit, digits=2),
         words.number(r["system_months"], digits=1), words.number(r["per_million"], digits=2))
        for r in best_levers(answer).iter_rows(named=True)
    ]  # fmt: skip
    return Listing(words("sustain.table.levers"), tuple(heads), tuple(rows[:MOST_ROWS]))


def conflict_listing(answer: Result, words: Words, names: Names) -> Listing:
    """Donor against recipient on common pools."""
    heads = [Head(words("sustain.head.fleet")), Head(words("sustain.head.holder"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("lost_mean", "lost_most")]
    table = (
        answer["conflict"]
        .group_by("holder", "fleet")
        .agg(
            mean=pl.col("systems").mean(), most=pl.col("systems").max(), when=pl.col("month").sort_by("systems").last()
        )
    )
    rows = [
        (names(r["fleet"], "fleets"), names(r["holder"], "nations"), words.number(r["mean"], digits=2),
         f"{words.number(r['most'], digits=2)} ({words.month(r['when'], short=True)})")
        for r in table.sort("mean", "fleet", descending=[True, False]).iter_rows(named=True)
        if r["most"] >= LEAST_LOST
    ]  # fmt: skip
    return Listing(words("sustain.table.conflict"), tuple(heads), tuple(rows))


def simulation_listing(answer: Result, words: Words, names: Names) -> Listing:
    """Approximation beside simulation, fleet by fleet and month by month; empty where nothing was played."""
    heads = [Head(words("sustain.head.fleet")), Head(words("sustain.head.month"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("available", "simulated", "below")]
    rows = [
        (names(r["fleet"], "fleets"), words.month(r["month"], short=True), words.number(r["available"], digits=2),
         f"{words.number(r['simulated'], digits=2)} ± {words.number(r['range'], digits=2)}", words.share(r["below"]))
        for r in answer["simulation"].iter_rows(named=True)
    ]  # fmt: skip
    return Listing(words("sustain.table.simulation"), tuple(heads), tuple(rows[: 4 * MOST_ROWS]), repeat=1)


def swings_listing(answer: Result, words: Words, names: Names) -> Listing:
    """The figures of the case on which the answer hangs most."""
    heads = [Head(words("sustain.head.figure"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("ends", "at_ends", "swing")]
    rows = []
    for r in answer["swings"].head(MOST_ROWS).iter_rows(named=True):
        rows.append((
            figure_name(r, words, names),
            figure_range(r, answer, words),
            f"{words.number(r['at_low'], digits=1)} – {words.number(r['at_high'], digits=1)}",
            words.number(r["swing"], digits=1),
        ))  # fmt: skip
    return Listing(words("sustain.table.swings"), tuple(heads), tuple(rows))


def mix_listing(answer: Result, words: Words, names: Names) -> Listing:
    """What many small fleets cost in spares against one type."""
    table, unit = answer["mix"], answer.case.money_unit
    heads = [Head(words("sustain.head.mix_holder")), Head(words("sustain.head.mix_like"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("mix_types", "mix_systems")]
    heads += [Head(words(f"sustain.head.{h}", unit=words.money_label), numeric=True) for h in ("apart", "together")]
    heads += [Head(words("sustain.head.penalty"), numeric=True)]
    # A type has no name of its own: its first fleet of the holder stands for it.
    named = {
        (row["holder"], row["type"]): row["fleet"] for row in answer.case["fleets"].reverse().iter_rows(named=True)
    }
    rows = [
        (names(r["holder"], "nations"), names(named[r["holder"], r["type"]], "fleets"),
         *(words.number(r[c], digits=0) for c in ("types", "systems")),
         words.number(r["apart"] / unit, digits=2), words.number(r["together"] / unit, digits=2),
         words.share(r["penalty"]))
        for r in table.sort("holder").iter_rows(named=True)
    ]  # fmt: skip
    target = words.share(table["target"][0]) if rows else ""
    caption = words("sustain.table.mix", target=target)
    return Listing(caption, tuple(heads), tuple(rows), note=words("sustain.note.mix"))
