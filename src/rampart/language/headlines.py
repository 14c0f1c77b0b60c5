"""Headlines of a result in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rampart.case.ranks import objective_of
from rampart.language.budgets_used_up import used_up
from rampart.language.dates_moved import dates_moved
from rampart.language.floors import floors_told
from rampart.language.how_solved import cut_short
from rampart.language.in_words import InWords
from rampart.language.not_met import not_met, slightly_short
from rampart.language.origins import origins_told
from rampart.language.reasons_in_words import as_if_split, limit_and_step
from rampart.language.rooms import shared, steadied
from rampart.network.units_of_worth import IN_MONEY, IN_UNITS
from rampart.results.compensation import compensation
from rampart.results.largest_gap import NEED, gaps
from rampart.results.lateness import Late, lateness
from rampart.results.measures import measure
from rampart.results.most_short import NOTICEABLE, all_short
from rampart.results.reasons import kinds_and_pairs
from rampart.results.unknowns import unknown_stocks

MOST_OWED = 3
MOST_STEPS = 3
"""Objectives of which the step is told that would take away most of what is short."""
MOST_UNMET = 4
"""Items, and recipients of one, that are named of a need that is not met."""
UNLIKE = 0.01
"""Difference of what recipients get of their need from which it is told."""
HARDLY_ANY = 0.05
"""System-months that a unit of money brings below which their number says nothing."""
NOTHING = 1e-9
"""Share of a need from which something of it is met."""
_OWED_HOMES = {"owing": "nations", "donor": "nations", "item": "items"}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number that a reader should remember, and what it is."""

    figure: str
    label: str


def stock_held(answer: InWords) -> tuple[float | None, float | None]:
    """Coverage at the start and at the end, over all requirements; None where none is stated."""
    stock = answer["stock"].filter(pl.col("requirement") > 0)
    end = measure(answer.result, "coverage")["value"]
    if stock.is_empty() or end.is_empty():
        return None, None
    first = stock.filter(pl.col("period") == pl.col("period").min().over("holder", "item"))
    held = pl.min_horizontal("opening", "requirement").clip(lower_bound=0.0)
    ratios = first.group_by("item").agg(value=held.sum() / pl.col("requirement").sum())["value"]
    return float(ratios.mean()), float(end[0])  # type: ignore[arg-type]


def _need_by_item(answer: InWords) -> list[tuple[str, float, float]]:
    """Recipients' need and what is met of it, by item: what is dearest to make good first, then the worst met."""
    sums: dict[str, list[float]] = {}
    for place, name in enumerate(("need", "met")):
        rows = measure(answer.result, name, by=("nation", "item")).filter(
            pl.col("nation").is_in(answer.roles("recipient"))
        )
        for item, value in rows.select("item", "value").iter_rows():
            sums.setdefault(item, [0.0, 0.0])[place] += value
    # what the solver leaves of nothing is nothing
    found = [(item, need, met if met > NOTHING * need else 0.0) for item, (need, met) in sums.items() if need > 0]
    dearest = [gap.item for gap in gaps(answer.result) if gap.objective == NEED]
    rank = {item: n for n, item in enumerate(dearest)}
    return sorted(found, key=lambda r: (rank.get(r[0], len(rank)), round(r[2] / r[1], 9), answer.place("items", r[0])))


def _need_by_holder(answer: InWords) -> dict[str, list[tuple[str, float]]]:
    """Share met of each recipient's need by item, of items that several need, worst met first."""
    need, met = (
        dict(
            ((nation, item), value)
            for nation, item, value in measure(answer.result, name, by=("nation", "item")).rows()
        )
        for name in ("need", "met")
    )
    theirs, found = set(answer.roles("recipient")), dict[str, list[tuple[str, float]]]()
    for (nation, item), value in need.items():
        if nation in theirs and value > 0:
            share = met[nation, item] / value
            found.setdefault(item, []).append((nation, share if share > NOTHING else 0.0))
    for of in found.values():
        of.sort(key=lambda one: (round(one[1], 9), answer.place("nations", one[0])))
    return {item: of for item, of in found.items() if len(of) > 1}


def _limits(answer: InWords, kind: str) -> tuple[float, float]:
    """Sum of finite limits of general budgets and what is used of them."""
    rows = answer["budgets"].filter(
        (pl.col("kind") == kind) & (pl.col("purpose") == "all") & pl.col("limit").is_finite()
    )
    return float(rows["limit"].sum()), float(rows["used"].sum())


def held_since(answer: InWords) -> str:
    """What was held at the start of what is required, as in ", against 67% at the start", where all is required throughout."""
    start, _ = stock_held(answer)
    asked = answer["stock"].filter(pl.col("requirement") > 0)
    lasting = asked.group_by("holder", "item").agg(first=pl.col("period").min(), last=pl.col("period").max())
    periods = answer["periods"]["period"]
    if start is None or not ((lasting["first"] == periods.min()) & (lasting["last"] == periods.max())).all():
        return ""
    return answer.words("held.since", start=answer.words.share(start))


def held_figure(answer: InWords) -> list[KeyFigure]:
    """What is held of the stock required at the end, beside what was at the start; none where nothing is required."""
    words, (_, end) = answer.words, stock_held(answer)
    if end is None:
        return []
    items = measure(answer.result, "coverage", by="item").height
    label = words.count("key.coverage", items, month=words.month(_last_month(answer)), since=held_since(answer))
    return [KeyFigure(words.share(end), label)]


def key_figures(answer: InWords) -> list[KeyFigure]:
    """Up to four numbers for the head of the page."""
    words = answer.words
    found = held_figure(answer)
    served = _need_by_item(answer)
    if served:
        item, need, given = served[0]
        late = lateness(answer.result).get(item)
        label = words("key.served", item=answer.item(item))
        if late is not None and late.served > NOTICEABLE * need:
            label = words("key.served_late", item=answer.item(item), share=words.share(late.served / need))
        of = _need_by_holder(answer).get(item)
        if of and of[-1][1] - of[0][1] >= UNLIKE:
            label = words("key.least", label=label, holder=answer.nation(of[0][0]), share=words.share(of[0][1]))
        found.append(KeyFigure(words.share(given / need), label))
    if answer["money"].height:
        total = float(answer["money"]["commitments"].sum())
        found.append(KeyFigure(words.money(total), words("key.commitments")))
    dates = answer["decisions"]["decide_by"].drop_nulls()
    if len(dates):
        first = dates.sort()[0]
        number = dates.to_list().count(first)
        found.append(KeyFigure(words.month(first), words.count("key.decide_by", number)))
    return found


def _last_month(answer: InWords) -> str:
    from rampart.case.calendar import month_text

    return month_text(answer.result.case.calendar.last)


def sentences(answer: InWords) -> list[str]:
    """Three to six headline sentences with numbers."""
    told = [
        cut_short(answer),
        dates_moved(answer),
        not_met(answer),
        slightly_short(answer),
        _believed(answer),
        _coverage(answer),
        shared(answer),
        _deliveries(answer),
        _late_own(answer),
        floors_told(answer),
        *origins_told(answer)[:1],
        *headlines(answer),
        _taken(answer),
    ]
    told += [_bottleneck(answer), steadied(answer), _money(answer), _broken(answer)]
    return [t for t in told if t]


def _believed(answer: InWords) -> str:
    """That no course of the war is taken as known, where the case states beliefs."""
    words, believed = answer.words, answer.result.manifest.get("believed")
    if not believed:
        return ""
    names = answer.result.case.names("regimes", answer.language)
    parts = [
        words("headline.believed_part", regime=names.get(r["regime"], r["regime"]), share=words.share(r["last"]))
        for r in believed
    ]
    return words("headline.believed", parts=words.list(parts), month=words.month(_last_month(answer)))


def _taken(answer: InWords) -> str:
    """What was taken over from an earlier plan, and whether all of it is kept."""
    words, changes = answer.words, answer["changes"]
    taken = answer.result.case["taken"].filter(~pl.col("in_hand").fill_null(False))  # those of before are done
    if taken.is_empty():
        return ""
    given = changes.filter(pl.col("now") < pl.col("firm")).height
    said = {"given": words.number(given), "changed": words.number(changes.height - given)}
    firm = taken.filter(pl.col("firm")).height
    return words(
        "headline.taken", firm=words.number(firm), intended=words.number(taken.height - firm),
        changes=words("headline.taken.changed", **said) if changes.height else words("headline.taken.kept"),
    )  # fmt: skip


def _coverage(answer: InWords) -> str:
    words = answer.words
    start, end = stock_held(answer)
    if start is None or end is None:
        return words("headline.no_requirement")
    fill = answer["fill"].filter(pl.col("requirement") > 0)
    met = fill.filter(pl.col("filled").is_not_null()).height
    text = words(
        "headline.coverage",
        start=words.share(start),
        end=words.share(end),
        month=words.month(_last_month(answer)),
        met=words.number(met),
        all=words.number(fill.height),
    )
    # A stock that nobody knows counts from nothing: it must not be called the lowest.
    blind = set(unknown_stocks(answer.result))
    worst = fill.filter(pl.col("coverage") < 0.995)
    known = [row for row in worst.iter_rows(named=True) if (row["holder"], row["item"]) not in blind]
    if known:
        known.sort(key=lambda r: (
            round(r["coverage"], 6), answer.place("nations", r["holder"]), answer.place("items", r["item"]),
        ))  # fmt: skip
        alike = [r for r in known if r["coverage"] <= known[0]["coverage"] + 1e-6]
        lowest = [
            words("headline.lowest_part", nation=answer.nation(r["holder"]), item=answer.item(r["item"]))
            for r in alike[:MOST_UNMET]
        ]
        if alike[MOST_UNMET:]:
            lowest.append(words.count("floors.more", len(alike) - MOST_UNMET))
        text += " " + words(
            "headline.lowest", share=words.share(known[0]["coverage"]), parts=words("between.semicolon").join(lowest)
        )
    return text


def _deliveries(answer: InWords) -> str:
    words = answer.words
    served = _need_by_item(answer)
    if not served:
        return ""
    recipients = words.list([answer.nation(n) for n in answer.roles("recipient")])
    parts = [
        words(
            "headline.served_part",
            quantity=answer.quantity(given, item),
            item=answer.item(item),
            share=words.share(given / need),
        )
        for item, need, given in served[:3]
    ]
    text = words("headline.deliveries", recipients=recipients, parts=words.list(parts))
    lacking = [(item, need - given) for item, need, given in served if need - given > NOTHING * need]
    if lacking:
        unmet = [
            words("headline.unmet_part", quantity=answer.quantity(lack, item), item=answer.item(item))
            for item, lack in lacking[:MOST_UNMET]
        ]
        if lacking[MOST_UNMET:]:
            unmet.append(words.count("headline.unmet_more", len(lacking) - MOST_UNMET))
        text += " " + words("headline.unmet", parts=words.list(unmet))
    text += "".join(f" {one}" for one in _unlike(answer))
    late = _late(answer, lateness(answer.result), {item: need for item, need, _ in served}, "headline.late_served")
    return " ".join([text, *late])


def _late_own(answer: InWords) -> str:
    """What of members' own use is served late."""
    own = answer["demand"].filter(~pl.col("holder").is_in(answer.roles("recipient")) & (pl.col("need") > 0))
    need = dict(own.group_by("item").agg(pl.col("need").sum()).iter_rows())
    return " ".join(_late(answer, lateness(answer.result, own=True), need, "headline.late_own"))


def _unlike(answer: InWords) -> list[str]:
    """Items of which recipients get unlike shares of their need: who gets least, and who most."""
    words, told = answer.words, []
    spread = [(least, of) for of in _need_by_holder(answer).items() if of[1][-1][1] - (least := of[1][0][1]) >= UNLIKE]
    for _, (item, of) in sorted(spread, key=lambda one: (round(one[0], 9), answer.place("items", one[1][0])))[
        :MOST_OWED
    ]:
        parts = [
            words("headline.unlike_part", holder=answer.nation(n), share=words.share(s)) for n, s in of[:MOST_UNMET]
        ]
        if of[MOST_UNMET:]:
            parts.append(words.count("headline.unlike_more", len(of) - MOST_UNMET))
        told.append(words("headline.unlike", item=answer.item(item), parts=words.list(parts)))
    return told


def _late(answer: InWords, of: Mapping[str, Late], need: Mapping[str, float], key: str) -> list[str]:
    """What of the need met is served late, and how long it is waited for; the largest share first."""
    words = answer.words
    late = [(item, one) for item, one in of.items() if one.served > NOTICEABLE * need[item]]
    late.sort(key=lambda row: (-round(row[1].served / need[row[0]], 9), answer.place("items", row[0])))
    return [
        words(
            key, item=answer.item(item), quantity=answer.quantity(one.served, item),
            share=words.share(one.served / need[item]), months=words.number(max(0.1, round(one.months, 1))),
        )
        for item, one in late[:MOST_OWED]
    ]  # fmt: skip


def _bottleneck(answer: InWords) -> str:
    """Of each objective that lacks something the step that would take away most of it, and how much."""
    words, of_all = answer.words, kinds_and_pairs(answer["bottlenecks"])
    if not of_all.height:
        return words("headline.no_bottleneck") if not answer["shortages"].height else ""
    short, first = all_short(answer.result), dict[str, dict[str, Any]]()
    for row in of_all.iter_rows(named=True):
        first.setdefault(objective_of(row["objective"]), row)
    told = [first[name] for name in short if name in first] or [of_all.row(0, named=True)]
    parts = [
        words(
            "headline.bottleneck_part",
            objective=words.inside(words.choice("objective", row["objective"])),
            name=words.inside(limit_and_step(answer, row)) if answer.language == "fr" else limit_and_step(answer, row),
            share=words.share(row["share"], digits=1),
        )
        for row in told[:MOST_STEPS]
    ]
    said = [words("headline.bottleneck", parts=words("between.semicolon").join(parts))]
    units = dict(answer["passes"].select("objective", "unit").iter_rows())
    if any(units.get(row["objective"]) in (IN_MONEY, IN_UNITS) for row in told[:MOST_STEPS]):
        said.append(words("headline.bottleneck_worth"))
    return " ".join([*said, as_if_split(answer)]).strip()


def _money(answer: InWords) -> str:
    words = answer.words
    money = answer["money"]
    if not money.height:
        return ""
    fiscal = sorted(set(money["fiscal_year"].to_list()))
    years = str(fiscal[0]) if len(fiscal) == 1 else f"{fiscal[0]}–{fiscal[-1]}"
    text = words(
        "headline.money",
        commitments=words.money(float(money["commitments"].sum())),
        payments=words.money(float(money["payments"].sum())),
        years=years,
        n=len(fiscal),
    )
    limit, used = _limits(answer, "commitments")
    if limit > 0 and math.isfinite(limit):
        cut = words.month(_last_month(answer))
        text += " " + words("headline.budget", share=words.share(used / limit), limit=words.money(limit), month=cut)
    return " ".join(said for said in (text, used_up(answer)) if said)


def _broken(answer: InWords) -> str:
    """A rule that gave way belongs on the first page, and so do stocks that nobody knows."""
    words = answer.words
    told = []
    broken = answer["rules_broken"].select("family", "code", "item").unique().height
    if broken:
        told.append(words.count("headline.broken", broken))
    told += _owed_back(answer)
    blind = len(unknown_stocks(answer.result))
    if blind:
        told.append(words.count("headline.unknown", blind))
    return " ".join(told)


def _owed_back(answer: InWords) -> list[str]:
    """Compensation of donors that cannot be met in time: of each the most that is owed, the largest share first."""
    words, table = answer.words, compensation(answer.result)
    short = table.filter(pl.col("owed") > NOTICEABLE * pl.col("given"))
    keys = ["owing", "donor", "item"]
    worst = short.sort("owed", "period", descending=[True, False]).group_by(keys, maintain_order=True).first()
    rows = sorted(worst.iter_rows(named=True), key=lambda r: (
        -round(r["owed"] / r["given"], 9), *(answer.place(home, r[key]) for key, home in _OWED_HOMES.items()),
    ))  # fmt: skip
    return [
        words(
            "headline.backfill", donor=answer.nation(r["donor"]), owing=answer.nation(r["owing"]),
            due=answer.quantity(r["given"], r["item"]), item=answer.item(r["item"]),
            owed=answer.quantity(r["owed"], r["item"]), month=words.month(answer.end_of(r["month"])),
        )
        for r in rows[:MOST_OWED]
    ]  # fmt: skip


def headlines(answer: InWords) -> list[str]:
    """What each fleet has available at the start and the end, and what the first unit of money buys best."""
    words, table = answer.words, answer["fleets"]
    found = []
    for (fleet,), own in table.sort("period").group_by("fleet", maintain_order=True):
        first, last = own.row(0, named=True), own.row(-1, named=True)
        found.append(words(
            "headline.fleet", fleet=answer.name(str(fleet), table="fleets"), need=words.number(last["needed"]),
            start=words.number(first["available"]), begin=words.month(first["month"]),
            end=words.number(last["available"]), month=words.month(answer.end_of(last["month"])),
        ))  # fmt: skip
    rates = _first_rates(answer)
    if rates.height > 1:
        parts = [
            words(
                "headline.rate_part" if gain >= HARDLY_ANY else "headline.rate_hardly",
                lever=words(f"lever.{lever}"),
                gain=words.number(gain),
            )
            for lever, gain in rates.select("lever", "gain").iter_rows()
        ]
        found.append(words("headline.rates", money=words.money(1.0), parts=words.list(parts)))
    return [*found, *_support_bought(answer)]


def _support_bought(answer: InWords) -> list[str]:
    """What the spares and bays of the plan bring on the whole, beside what the next unit of money would."""
    words, table, money = answer.words, answer["fleets"], float(answer["support"]["money"].sum())
    if money <= 0 or table["unsupported"].is_null().any():
        return []
    months, columns = answer.result.case.calendar.lengths, ("period", "available", "unsupported")
    gain = sum((there - without) * months[period] for period, there, without in table.select(columns).iter_rows())
    return [words("headline.support", money=words.money(money), gain=words.number(gain), each=words.number(gain / money),
                  one=words.money(1.0))]  # fmt: skip


def _first_rates(answer: InWords) -> pl.DataFrame:
    """Best gain of each kind of purchase decided in the first period, over all fleets that it serves, largest first."""
    rates = answer["exchange"].filter(pl.col("period") == 0).group_by("lever", "code").agg(pl.col("gain").sum())
    best = rates.group_by("lever").agg(pl.col("gain").max())
    return best.filter(pl.col("gain") > 1e-6).sort("gain", "lever", descending=[True, False])
