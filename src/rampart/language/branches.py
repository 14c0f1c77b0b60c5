"""A plan for a war in sentences: what is decided on each branch, once it is seen how the war went on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rampart.language.in_words import InWords

SAID = 3  # differences said of each branch; the others are counted


def branches(answer: InWords) -> list[str]:
    """One sentence a branch: what is decided there otherwise than on the other branches of the same branching."""
    words, sentences = answer.words, []
    for _, branch in answer["turns"].group_by("node", maintain_order=True):
        rows = list(branch.iter_rows(named=True))
        does = [
            words("war.turn.does", what=_named(answer, r["kind"], r["key"]), quantity=amount(answer, r["quantity"]),
                  elsewhere=amount(answer, r["elsewhere"]))
            for r in rows[:SAID]
        ]  # fmt: skip
        if len(rows) > SAID:
            does.append(words("war.turn.more", n=len(rows) - SAID))
        sentences.append(_condition(answer, rows[0], words("war.and").join(does)))
    return sentences


def _named(answer: InWords, kind: str, key: Sequence[Mapping[str, str]]) -> str:
    """A decision by its kind and name; the kind is not said twice: "expansion of the plant", not "expansion expansion"."""
    says, name = answer.words(f"war.kind.{kind}"), answer.named(key)
    return name if name.lower().startswith(says.lower()) else f"{says} {name}"


def _condition(answer: InWords, row: dict[str, Any], does: str) -> str:
    words = answer.words
    places = {"month": words.month(row["month"]), "chance": words.share(float(str(row["chance"])), digits=1)}
    seen, before = str(row["seen"]), _history(answer, row)
    # regimes of war are not distinguished: it ends or goes on
    if any(len(regimes_in(answer, code)) > 1 for code in (seen, *before)):
        return words("war.turn.over" if row["over"] else "war.turn.on", does=does, **places)
    history = ", ".join(regime(answer, code) for code in before)
    if row["over"] and _one_history(answer, row):
        return words("war.turn.over", does=does, **places)
    if row["over"]:
        return words("war.turn.over_after", history=history, does=does, **places)
    if seen == before[-1]:
        return words("war.turn.stays", history=history, does=does, **places)
    return words("war.turn.seen", regime=regime(answer, seen), history=history, does=does, **places)


def _one_history(answer: InWords, row: dict[str, object]) -> bool:
    """Whether nothing has branched before, so that the history says nothing."""
    nodes = answer["nodes"]
    period = nodes.filter(nodes["node"] == row["node"])["period"][0]
    before = nodes.filter((nodes["period"] < period) & nodes["looked"])
    return before.filter(before["period"] == before["period"].max()).height == 1


def _history(answer: InWords, row: dict[str, object]) -> list[str]:
    """Regimes that the looks on the way to a node saw, each once as long as it lasts; the last before it comes last."""
    nodes = {r["node"]: r for r in answer["nodes"].iter_rows(named=True)}
    seen: list[str] = []
    above = nodes[row["node"]]["parent"]
    while above in nodes:
        if nodes[above]["looked"] and (not seen or seen[-1] != nodes[above]["regime"]):
            seen.append(nodes[above]["regime"])
        above = nodes[above]["parent"]
    return seen[::-1]


def regime(answer: InWords, code: str) -> str:
    """Name of a regime."""
    named = answer.result.case.names("regimes", answer.language)
    return " + ".join(named.get(part, part) for part in regimes_in(answer, code))


def regimes_in(answer: InWords, code: str) -> tuple[str, ...]:
    """Regimes of the case that a code stands for: itself, or several that are not told apart, with a plus between them."""
    known = answer.result.case.tables["regimes"]["regime"].to_list()
    return (code,) if code in known else _parted(code, tuple(known)) or (code,)


def _parted(code: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """A code as regimes joined by a plus; a regime may hold a plus itself. Empty where it is none."""
    if code in known:
        return (code,)
    for first in known:
        rest = _parted(code[len(first) + 1 :], known) if code.startswith(f"{first}+") else ()
        if rest:
            return (first, *rest)
    return ()


def month(answer: InWords, of: date) -> str:
    """A month that is not broken over two lines."""
    return answer.words.month(of).replace(" ", "\u00a0")


def amount(answer: InWords, value: float | None) -> str:
    """A quantity or money with as many figures as its size deserves; a dash where it is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) < 1e-6:
        value = 0.0
    return answer.words.number(round(value, 2) if abs(value) < 100 else round(value))
