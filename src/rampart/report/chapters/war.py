"""Tables of a plan for a war of unknown length: decisions of now, what turns when the war does, values, what ends leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rampart.language.branches import amount, branches, month, regime
from rampart.language.in_words import InWords
from rampart.language.values_of_war import value_named
from rampart.language.war_on_one_page import decided_by_month
from rampart.language.what_to_do import last_period
from rampart.report.chapters.listing import MOST_ROWS, Head, Listing
from rampart.report.chapters.worth_at_home import implied, sensitivity
from rampart.results.ends_of_war import by_end, known_sum, left_by_end, supply_by_end
from rampart.scenario.left_over import MEASURES

if TYPE_CHECKING:
    import polars as pl

RIVALS = ("plan", "as_if_five_years", "year_by_year", "mean_while_it_lasts", "plan_again", "two_stage_policy")
SHARES = ("gap", "reduction_error", "frontier_error")  # values that are shares, not money


def listings(answer: InWords) -> list[Listing]:
    """All tables of the page, those without rows left out."""
    made = (
        decisions_listing, beside_listing, _turns, values_listing, implied, sensitivity, risks_listing, forward_listing,
        ends_listing, _regrets, _left, _supply, relief_listing, _lasting,
    )  # fmt: skip
    return [_shown(answer, table) for table in (make(answer) for make in made) if table is not None]


def _table(answer: InWords, caption: str, heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> Listing:
    """A table with all its rows."""
    named = tuple(Head(answer.words(f"war.head.{k}"), numeric) for k, numeric in heads)
    return Listing(caption, named, tuple(tuple(row) for row in rows))


def _shown(answer: InWords, table: Listing) -> Listing:
    """A table as the page has it: its first rows, with the number of those in the tables beside it."""
    left = len(table.rows) - MOST_ROWS
    return table if left <= 0 else replace(table, rows=table.rows[:MOST_ROWS], more=answer.words("war.more", n=left))


def by_month_listing(answer: InWords) -> Listing | None:
    """What is decided before the next look by month, in a few words; None where nothing is."""
    words, found = answer.words, decided_by_month(answer)
    if not found:
        return None
    heads = (
        Head(words("war.head.decided_in")), Head(words("war.head.by_money")),
        Head(words("head.commitment", unit=words.money_label), numeric=True),
    )  # fmt: skip
    rows = tuple((one.month, one.decisions, words.number(one.money, digits=0)) for one in found)
    return Listing(words("war.title.by_month"), heads, rows, note=words("war.note.by_month"))


def decisions_listing(answer: InWords) -> Listing:
    """What is decided before the next look, by month, in each month the dearest first."""
    words = answer.words
    order = answer["decisions"].sort(
        "month", "money", "kind", "what", descending=[False, True, False, False], nulls_last=True
    )
    rows = []
    for r in order.iter_rows(named=True):
        quantity = answer.pieces(r["quantity"], r["item"])
        rows.append((
            answer.named(r["key"]), words(f"war.kind.{r['kind']}"), month(answer, r["month"]), quantity,
            unit_of_decision(answer, r, quantity), amount(answer, r["money"]),
        ))  # fmt: skip
    heads = [("what", False), ("kind", False), ("month", False), ("quantity", True), ("unit", False)]
    found = _table(answer, words("war.title.decisions"), heads, rows)
    money = Head(words("war.head.money", unit=words.money_label), numeric=True)
    return replace(found, heads=(*found.heads, money), note=words("war.note.decisions"))


def decisions_once_listing(answer: InWords) -> Listing:
    """What is decided before the next look, each of it once with its months and its sums, the dearest first."""
    import polars as pl

    words = answer.words
    sums = answer["decisions"].group_by("kind", "what", maintain_order=True).agg(
        pl.col("key", "item").first(), first=pl.col("month").min(), last=pl.col("month").max(),
        quantity=pl.col("quantity").sum(), money=known_sum(pl.col("money")),
    )  # fmt: skip
    rows = []
    for r in sums.sort("money", "quantity", descending=True, nulls_last=True, maintain_order=True).iter_rows(
        named=True
    ):
        quantity = answer.pieces(r["quantity"], r["item"])
        rows.append((
            answer.named(r["key"]), words(f"war.kind.{r['kind']}"), words.span(r["first"], r["last"], short=True), quantity,
            unit_of_decision(answer, r, quantity), amount(answer, r["money"]),
        ))  # fmt: skip
    heads = [("what", False), ("kind", False), ("months", False), ("quantity", True), ("unit", False)]
    found = _table(answer, words("war.title.decisions"), heads, rows)
    money = Head(words("war.head.money", unit=words.money_label), numeric=True)
    return replace(found, heads=(*found.heads, money), note=words("war.note.decisions_once"))


def unit_of_decision(answer: InWords, row: Mapping[str, Any], quantity: str) -> str:
    """Unit of what is decided, as it stands after a quantity; a unit of an expansion with the rate that it adds."""
    unit, code = answer.unit_of(quantity, row["item"]), {part["of"]: part["code"] for part in row["key"] or ()}
    case = answer.result.case
    works = case["expansions"].filter(case["expansions"]["expansion"] == code.get("expansion", ""))
    if row["kind"] != "expand" or works.is_empty():
        return unit
    line = case["lines"].filter(case["lines"]["line"] == works["line"][0]).row(0, named=True)
    rate = answer.rate(works["added_rate"][0], line["item"])
    return answer.words("war.unit_of_expansion", unit=unit, rate=rate, per=answer.words(f"unit.{line['rate_per']}"))


def beside_listing(answer: InWords) -> Listing | None:
    """First decisions of a plan beside these, those far apart with what the plan's would cost."""
    words, table = answer.words, answer["beside"]
    if table.is_empty():
        return None
    far, said = table.filter("apart").sort("cost", descending=True, nulls_last=True), answer.result.manifest["beside"]
    rows = [
        (words(f"war.kind.{r['kind']}"), answer.named(r["key"]) if r["key"] else r["what"], amount(answer, r["in_plan"]),
         amount(answer, r["in_war"]), answer.unit(r["item"]), amount(answer, r["money_plan"]),
         amount(answer, r["money_war"]), beside_cost(answer, r["cost"], r["how"]))
        for r in far.iter_rows(named=True)
    ]  # fmt: skip
    heads = [("kind", False), ("what", False), ("in_plan", True), ("in_war", True), ("unit", False),
             ("money_plan", True), ("money_war", True), ("as_planned", True)]  # fmt: skip
    found = _table(answer, words("war.title.beside"), heads, rows)
    until = words("war.beside.all_time") if said["until"] is None else words.month(f"{said['until']}")
    note = words(
        "war.note.beside", until=until, far=far.height, near=table.height - far.height, money=words.money_label
    )
    if said["paths"]:
        note += " " + words("war.note.beside_paths", paths=said["paths"])
    left = far.filter(how="left").height
    if left:
        note += " " + words("war.note.beside_left", again=far.height - left, left=left)
    if not far.filter(how="at_least").is_empty() or said["all_how"] == "at_least":
        note += " " + words("war.note.beside_at_least")
    return replace(found, note=f"{note} {_all_beside(answer)}")


def _all_beside(answer: InWords) -> str:
    """What all first decisions of the plan beside it cost together."""
    words, said = answer.words, answer.result.manifest["beside"]
    if said["all_how"] in ("no_way", "left"):
        return words("war.note.beside_none" if said["all_how"] == "no_way" else "war.note.beside_unknown")
    return words("war.note.beside_all", cost=beside_cost(answer, said["all"], said["all_how"]))


def beside_cost(answer: InWords, cost: float | None, how: str) -> str:
    """What deciding as the plan beside it does costs, or why that is not known."""
    if how in ("no_way", "left"):
        return answer.words(f"war.how.{how}")
    told = amount(answer, cost)
    return told if how == "solved" else answer.words("war.beside.at_least", cost=told)


def _turns(answer: InWords) -> Listing | None:
    """The policy in sentences, one a branch: what is decided otherwise than on the other branches."""
    told = [(sentence,) for sentence in branches(answer)]
    return _table(answer, answer.words("war.title.turns"), [("branch", False)], told) if told else None


def values_listing(answer: InWords, of: Sequence[str] | None = None) -> Listing:
    """What the plan, knowing and waiting are worth; ``of``: these values alone."""
    words = answer.words
    rows = [
        (value_named(answer, name), words.share(value, digits=2) if name in SHARES else amount(answer, value))
        for name, value in answer["values"].iter_rows()
        if of is None or name in of
    ]
    found = _table(answer, words("war.title.values"), [("value", False)], rows)
    amounts = Head(words("war.head.amount_in", unit=answer.objective_unit(answer.result.manifest["objective"]["unit"])),
                   numeric=True)  # fmt: skip
    return replace(found, heads=(*found.heads, amounts), note=words("war.note.regret_value"))


def risks_listing(answer: InWords) -> Listing | None:
    """Objectives whose bad paths weigh more than their mean."""
    if answer["risks"].is_empty():
        return None
    words = answer.words
    rows = [
        (words.choice("objective", r["objective"]), words.share(r["weight"]), words.share(1 - r["level"], digits=1),
         amount(answer, r["mean"]), amount(answer, r["cvar"]))
        for r in answer["risks"].iter_rows(named=True)
    ]  # fmt: skip
    heads = [("objective", False), ("weight", True), ("worst", True), ("mean_of_all", True), ("mean_of_worst", True)]
    return _table(answer, words("war.title.risks"), heads, rows)


def relief_listing(answer: InWords) -> Listing | None:
    """What a bearable step in all limits of a kind would bring the recipients; None where none was worked out."""
    words, table = answer.words, answer["relief"]
    if table.is_empty():
        return None
    rows = [
        (words("reason.step", limit=words(f"cause.{r['cause']}"), step=words(f"step.{r['cause']}")),
         answer.nation(r["holder"]), answer.item(r["item"]), answer.quantity(r["relief"], r["item"]),
         words.share(r["share"]), amount(answer, r["gain"]))
        for r in table.iter_rows(named=True)
    ]  # fmt: skip
    heads = [
        ("step", False),
        ("holder", False),
        ("item", False),
        ("relief", True),
        ("of_short", True),
        ("counts_less", True),
    ]
    return replace(_table(answer, words("war.title.relief"), heads, rows), note=words("war.note.relief"))


def forward_listing(answer: InWords) -> Listing | None:
    """Ways of planning on fresh paths, each with its interval; None where none was run."""
    if answer["forward"].is_empty():
        return None
    words, table = answer.words, answer["forward"]

    def between(low: float | None, high: float | None) -> str:
        return "–" if low is None or high is None else f"{amount(answer, low)} – {amount(answer, high)}"

    def above_bound(share: float | None) -> str:
        return "–" if share is None else words.share(share, digits=1)  # of a bound of nothing there is no share

    rows = [
        (
            words(f"war.value.{r['policy']}"), amount(answer, r["mean"]), between(r["low"], r["high"]),
            above_bound(r["above_bound"]), amount(answer, r["more"]) if n else "",
            between(r["more_low"], r["more_high"]) if n else "",
        )
        for n, r in enumerate(table.iter_rows(named=True))
    ]  # fmt: skip
    heads = [
        ("policy", False),
        ("mean", True),
        ("interval", True),
        ("above", True),
        ("more", True),
        ("more_interval", True),
    ]
    found = _table(answer, words("war.title.forward", paths=table["paths"][0]), heads, rows)
    above = table["above_bound"][0]
    note = words("war.note.forward", share=above_bound(above))
    if above is not None and above > 0.03:
        note += " " + words("war.note.forward_far")
    return Listing(found.caption, found.heads, found.rows, found.more, note)


def ends_listing(answer: InWords) -> Listing:
    """What each month of the end leaves."""
    import polars as pl

    words, left = answer.words, left_by_end(answer.result)
    measures = occurring(left)
    money = {
        (r["ends"], r["measure"]): at_least(answer, r["money"], r["unpriced"])
        for r in left.group_by("ends", "measure")
        .agg(known_sum(pl.col("money")), pl.col("unpriced").sum())
        .iter_rows(named=True)
    }
    drawn = "sampling" in answer.result.manifest
    rows = [
        (
            _end(answer, r["ends"]), words.share(r["chance"], digits=1),
            *([words.share(r["weight"], digits=1)] if drawn else []),
            amount(answer, r["cost"]), amount(answer, r["regret"]), words.share(r["served_share"]),
            *(money.get((r["ends"], measure), "0") if r["ends"] else "–" for measure in measures),
        )
        for r in by_end(answer.result).iter_rows(named=True)
    ]  # fmt: skip
    heads = ("end", "chance", *(["weight_in_means"] if drawn else []), "cost", "regret", "served", *measures)
    found = _table(answer, words("war.title.ends"), [(h, h != "end") for h in heads], rows)
    unknown = [answer.item(i) for i in left.filter(pl.col("unpriced") > 0)["item"].unique(maintain_order=True)]
    note = " ".join(
        [
            *_on_chances(answer),
            *uneven(answer),
            words("war.note.ends_regret"),
            words("war.note.left", money=words.money_label),
        ]
    )
    if unknown:
        note += " " + words("war.note.left_unpriced", items=", ".join(unknown))
    return Listing(found.caption, found.heads, found.rows, found.more, note)


def uneven(answer: InWords) -> list[str]:
    """Of drawn paths: that costs go up and down from end to end where they do, and how few paths each end has."""
    import polars as pl

    costs = by_end(answer.result).drop_nulls("ends")["cost"]
    if "sampling" not in answer.result.manifest or costs.has_nulls():
        return []
    if costs.is_sorted() or costs.is_sorted(descending=True):
        return []
    paths = answer.result["ends"].drop_nulls("ends").group_by("ends").agg(pl.len().alias("n"))["n"].to_list()
    least, most = min(paths), max(paths)
    words = answer.words
    behind = words.number(least) if least == most else words("war.from_to", least=str(least), most=str(most))
    return [words("war.note.uneven", paths=behind)]


def _on_chances(answer: InWords) -> list[str]:
    """Of drawn paths: what the chances of the ends are, and how much of the chance no path has."""
    if "sampling" not in answer.result.manifest:
        return []
    words, left = answer.words, 1.0 - float(by_end(answer.result)["chance"].sum())
    nowhere = [words("war.note.chances_left", share=words.share(left, digits=1))] if left >= 0.0005 else []
    return [words("war.note.chances"), *nowhere]


def at_least(answer: InWords, known: float | None, unpriced: int) -> str:
    """Money of what has a price; more than that where something has none, and a dash where nothing has."""
    more = "> " if unpriced and known else ""
    return more + amount(answer, known if known or not unpriced else None)


def _end(answer: InWords, end: date | None) -> str:
    """An end date on one line; in words where the war is not over in the last period of the plan."""
    if end is not None:
        return month(answer, end)
    return answer.words("war.still_on", month=answer.words.month(last_period(answer)).replace(" ", "\u00a0"))


def occurring(left: pl.DataFrame) -> list[str]:
    """Measures of what is left that occur at some end, in their order."""
    return [measure for measure in MEASURES if measure in left["measure"]]


def _regrets(answer: InWords) -> Listing | None:
    """Regret of every way of planning by the month of the end."""
    words, table, drawn = answer.words, by_end(answer.result), "sampling" in answer.result.manifest
    columns = {"plan": "regret"} | {
        r: f"regret_{r}" for r in RIVALS[1:] if table[f"regret_{r}"].null_count() < table.height
    }
    if len(columns) < 2:
        return None
    rows = [
        (
            _end(answer, r["ends"]),
            words.share(r["chance"], digits=1),
            *([words.share(r["weight"], digits=1)] if drawn else []),
            *(amount(answer, r[c]) for c in columns.values()),
        )
        for r in table.iter_rows(named=True)
    ]
    first = [("end", False), ("chance", True), *([("weight_in_means", True)] if drawn else [])]
    found = _table(answer, words("war.title.regret_table"), first, rows)
    heads = (*found.heads, *(Head(words(f"war.value.{name}"), numeric=True) for name in columns))
    note = " ".join([words("war.note.regret_table", money=words.money_label), *_on_chances(answer)])
    return replace(found, heads=heads, note=note)


def _left(answer: InWords) -> Listing | None:
    """Units left at each end, by item."""
    words, left = answer.words, left_by_end(answer.result)
    if left.is_empty():
        return None
    measures = occurring(left)
    units = {(r["item"], r["ends"], r["measure"]): r["quantity"] for r in left.iter_rows(named=True)}
    rows = [
        (answer.item(item), month(answer, end), *(amount(answer, units.get((item, end, m), 0.0)) for m in measures))
        for item, end in sorted({(item, end) for item, end, _ in units}, key=lambda at: (answer.item(at[0]), at[1]))
    ]
    heads = [("item", False), ("end", False), *((m, True) for m in measures)]
    found = _table(answer, words("war.title.left"), heads, rows)
    return Listing(found.caption, found.heads, found.rows, found.more, words("war.note.left_units"), repeat=1)


def _supply(answer: InWords) -> Listing | None:
    """What the partner gets a month before each end, by item; means over the paths that end then."""
    import polars as pl

    table = answer["supply"]
    if table.is_empty():
        return None
    mean = (
        supply_by_end(answer.result)
        .group_by("item", "ends")
        .agg(pl.col("served").sum(), pl.col("need").sum())
        .sort("item", "ends", nulls_last=True)
    )
    words = answer.words
    rows = [
        (
            answer.item(r["item"]), _end(answer, r["ends"]),
            amount(answer, r["need"]), amount(answer, r["served"]),
            words.share(r["served"] / r["need"]) if r["need"] > 0 else "–",
        )
        for r in mean.iter_rows(named=True)
    ]  # fmt: skip
    heads = [("item", False), ("end", False), ("need", True), ("supply", True), ("supply_share", True)]
    found = _table(answer, words("war.title.supply"), heads, rows)
    return Listing(found.caption, found.heads, found.rows, found.more, repeat=1)


def _lasting(answer: InWords) -> Listing | None:
    """What the chances of change say about the length of the war, in closed form."""
    if answer["lasting"].is_empty():
        return None
    words = answer.words
    rows = []
    for name, of, value in answer["lasting"].iter_rows():
        told = regime(answer, of) if name == "months_in" and of else of
        key = "war.lasting.months" if name == "months_in" and not of else f"war.lasting.{name}"
        shown = words.number(round(value, 1)) if name == "months_in" else words.share(value, digits=1)
        rows.append((words(key, of=told), shown))
    return _table(answer, words("war.title.lasting"), [("value", False), ("amount", True)], rows)


def facts(answer: InWords) -> str:
    """Size of the tree, the unit of money, and how exactly a plan over paths was solved."""
    made, words = answer.result, answer.words
    nodes = made["nodes"]
    paths = nodes.filter(~nodes["node"].is_in(nodes["parent"].implode())).height
    told = words("war.facts", nodes=words.number(nodes.height), paths=words.number(paths), money=words.money_label)
    if not made["rounds"].is_empty():
        gap = words.share(made.manifest["gap"], digits=2)
        told += " · " + words("war.solved", gap=gap, rounds=made["rounds"].height, paths=made.manifest["paths"])
    return " · ".join(one for one in (told, _what_counts(answer)) if one)


def how_good(answer: InWords) -> str:
    """How near a plan over paths is to the best, and what counts where it is not the mean; nothing of a tree solved whole
    for the mean.
    """
    made, words, near = answer.result, answer.words, ""
    if not made["rounds"].is_empty():
        gap = words.share(made.manifest["gap"], digits=2)
        near = words("war.paper.within", gap=gap, paths=made.manifest["paths"])
    return " · ".join(one for one in (near, _what_counts(answer)) if one)


def _what_counts(answer: InWords) -> str:
    words, risk = answer.words, answer.result.manifest["risk"]
    if not risk:
        return ""
    if "weight" not in risk:
        return words("war.counts_regret")
    return words("war.counts_worst", worst=words.share(1 - risk["level"], digits=1), weight=words.share(risk["weight"]))
