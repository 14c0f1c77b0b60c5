"""What differs between results, in a few sentences."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rampart.language.compared import DECISION, SMALL, Compared
from rampart.language.in_words import InWords
from rampart.language.origins import origins_told
from rampart.language.values_of_war import value_of_several
from rampart.language.what_to_do import cost
from rampart.results.lateness import lateness
from rampart.results.measures import measure
from rampart.results.origins import origins
from rampart.results.result import Result
from rampart.scenario.standard_error import error_of_difference

NOTICED_SHARE = 0.005
"""Share of a requirement by which its cover must change to be spoken of."""
CERTAIN = 2.0
"""Standard errors from which a difference is more than another draw of the paths moves."""
MOST_COVERED = 3
"""Holders and items whose cover changes most that are named."""


def differences_told(compared: Compared) -> list[str]:
    """The sentences: of each result against the first what differs in its case, then what it brings and costs."""
    words, told = compared.words, []
    if compared.same:
        return [words("compare.same")]
    for n in compared.sides[1:]:
        first, other = compared.answers[0], compared.answers[n - 1]
        names = {"name": compared.names[n - 1], "first": compared.names[0]}
        cells = compared.cells.filter(pl.col("1").ne_missing(pl.col(str(n)))).height
        said = [words("compare.says.cells" if cells else "compare.says.no_cells", n=words.number(cells), **names)]
        brings = {"plan": _plans, "war": _wars, "fleet": _fleets}[compared.kind](first, other)
        decided = _decided(compared, n)
        said += decided + brings if compared.kind == "war" else brings + decided
        told += said if len(compared.results) == 2 else [words("compare.of", said=one, **names) for one in said]
    return told


def _decided(compared: Compared, side: int) -> list[str]:
    """How much of what is to be decided now is not as in the first."""
    if compared.kind not in DECISION:
        return []
    moved, of = compared.decided_otherwise(side)
    if compared.kind == "plan":
        return [compared.words("compare.says.decisions", n=moved, of=of)] if moved else []
    key = "compare.says.before_the_look" + (".paths" if moved and compared.over_paths else "" if moved else ".same")
    number = compared.words.number
    return [compared.words(key, n=number(moved), of=number(of))] if of else []


def _plans(first: InWords, other: InWords) -> list[str]:
    differs = replace(other.result, tables={**other.result.tables, "origins": origins(first.result, other.result)})
    told = origins_told(InWords(differs, other.language))
    told += _late(first, other)
    told += _covered(first, other)
    before, after = (float(answer["money"]["commitments"].sum()) for answer in (first, other))
    return told + _money(other, before, after)


def _money(other: InWords, before: float, after: float) -> list[str]:
    """How much more or less is committed."""
    return [_more("compare.says.money", other, other.words.money, before, after)] if _changes(before, after) else []


def _covered(first: InWords, other: InWords) -> list[str]:
    """What is covered of requirements at the end, and whose cover changes most."""
    words, each = other.words, ["nation", "item"]
    before, after = (measure(answer.result, "coverage")["value"].drop_nulls() for answer in (first, other))
    if before.is_empty() or after.is_empty():
        return []
    sides = [measure(answer.result, "coverage", by=each) for answer in (first, other)]
    both = sides[0].join(sides[1], on=each, suffix=" other").with_columns(more=pl.col("value other") - pl.col("value"))
    both = both.filter(pl.col("more").abs() >= NOTICED_SHARE)
    rows = sorted(both.iter_rows(named=True), key=lambda r: (
        -round(abs(r["more"]), 9), other.place("nations", r["nation"]), other.place("items", r["item"]),
    ))  # fmt: skip
    if not rows and abs(after[0] - before[0]) < NOTICED_SHARE:
        return []
    said = words("compare.says.covered", before=words.share(before[0]), after=words.share(after[0]))
    parts = [
        words("compare.says.covered_part", nation=other.nation(r["nation"]), item=other.item(r["item"]),
              before=words.share(r["value"]), after=words.share(r["value other"]))
        for r in rows[:MOST_COVERED]
    ]  # fmt: skip
    parts += [words.count("floors.more", len(rows) - MOST_COVERED)] if rows[MOST_COVERED:] else []
    return [said + words("compare.says.covered_most", parts=words("between.semicolon").join(parts)) if parts else said]


def _late(first: InWords, other: InWords) -> list[str]:
    """Of each item that recipients wait longer or less long for, how long in all."""
    words, waits = other.words, [lateness(answer.result) for answer in (first, other)]
    told = []
    for item in sorted(waits[0].keys() | waits[1].keys(), key=lambda of: other.place("items", of)):
        before, after = (
            0.0 if item not in wait else wait[item].months * (wait[item].served + wait[item].never) for wait in waits
        )
        if _changes(before, after):
            key = "compare.says.waits_longer" if after > before else "compare.says.waits_less"
            unit = other.unit(item)
            told.append(
                words(key, item=other.item(item), unit=unit, before=words.number(before), after=words.number(after))
            )
    return told


def _wars(first: InWords, other: InWords) -> list[str]:
    moneys = [answer["decisions"]["money"] for answer in (first, other)]
    known = not any(money.null_count() for money in moneys)
    told = _money(other, *(float(money.sum()) for money in moneys)) if known else []
    counts = [answer.result.manifest["objective"] for answer in (first, other)]
    if counts[0] == counts[1]:
        for name in ("plan", "worst", "largest_regret"):
            before, after = (_value(answer, name) for answer in (first, other))
            if before is not None and after is not None and _changes(before, after):
                what = value_of_several([first, other], name)
                what = what[:1].upper() + what[1:]
                sides = {"before": cost(first, before), "after": cost(other, after)}
                told.append(other.words("compare.says.war", what=what, **sides))
                told += _another_draw(first, other) if name == "plan" else []
    return told


def _another_draw(first: InWords, other: InWords) -> list[str]:
    """Whether the difference of what two plans cost on average is more than another draw of the paths moves it."""
    error = error_of_difference(first.result, other.result)
    before, after = (_value(answer, "plan") for answer in (first, other))
    if not error or before is None or after is None:  # nothing was drawn, or one path alone
        return []
    key = "beyond" if abs(after - before) > CERTAIN * error else "within"
    return [other.words(f"compare.says.draw.{key}", by=cost(other, abs(after - before)), error=cost(other, error))]


def _value(answer: InWords, name: str) -> float | None:
    found = answer["values"].filter(name=name)
    return found["value"][0] if found.height else None


def _fleets(first: InWords, other: InWords) -> list[str]:
    words, told = other.words, []
    means = [_means(answer.result) for answer in (first, other)]
    for fleet in (fleet for fleet in means[1] if fleet in means[0]):
        (available, held), (after, _) = means[0][fleet], means[1][fleet]
        if held and _changes(available, after):
            told.append(
                words("compare.says.fleet", fleet=other.name(fleet, table="fleets"), before=words.number(available),
                      after=words.number(after), held=words.number(held))
            )  # fmt: skip
    return told


def _means(result: Result) -> dict[str, tuple[float, float]]:
    """Systems available and held of each fleet, mean of its months."""
    by_fleet = result["availability"].group_by("fleet", maintain_order=True)
    return {f: (a, h) for f, a, h in by_fleet.agg(pl.col("available").mean(), pl.col("held").mean()).iter_rows()}


def _changes(before: float, after: float) -> bool:
    return abs(after - before) > SMALL * max(abs(before), abs(after), 1e-6)


def _more(key: str, answer: InWords, told: object, before: float, after: float) -> str:
    assert callable(told)
    more = "more" if after > before else "less"
    return answer.words(f"{key}.{more}", before=told(before), after=told(after), by=told(abs(after - before)))
