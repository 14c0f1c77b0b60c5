"""How far a plan was solved, in words: to the end, within a gap, or as far as the time allowed."""

from __future__ import annotations

import math
from typing import Any

from rampart.language.in_words import InWords

SOLVED = 1e-4
"""Gap up to which a pass counts as optimal."""


def pass_status(answer: InWords, row: dict[str, Any]) -> str:
    """Status of one pass; a gap that is there is told, and one that is not known is not optimal."""
    words, gap = answer.words, _gap(row)
    if row["status"] not in ("optimal", "within", "unproved"):
        return words.choice("status", row["status"])
    if gap is None:
        return words("status.unproved")
    return words("status.optimal") if gap <= SOLVED else words("solved.within", gap=words.share(gap, digits=2))


def plan_status(answer: InWords) -> str:
    """Status of the plan: that of the pass least sure; fair shares are settled, not made small, and have no bound."""
    words, said = answer.words, answer.result.manifest.get("status")
    every = answer["passes"].to_dicts() if answer.result.kind == "plan" else []
    rows = [row for row in every if row["objective"] != "requirement_fair"]
    if said != "optimal" or not rows:
        return words.choice("status", said)
    gaps = [_gap(row) for row in rows]
    if any(gap is None for gap in gaps):
        return words("status.unproved")
    return pass_status(answer, {"status": "optimal", "gap": max(gap for gap in gaps if gap is not None)})


def cut_short(answer: InWords) -> str:
    """That the time ran out, how far the plan may be from the best, and what was not reached; nothing where it did not."""
    words, manifest = answer.words, answer.result.manifest
    if manifest.get("status") != "time limit" or answer.result.kind != "plan":
        return ""
    if manifest.get("idle"):
        return words("headline.idle")
    rows = answer["passes"].to_dicts()
    ended = next((row for row in rows if row["status"] == "time limit"), None)
    if ended is not None:
        gap = _gap(ended)
        said = words("progress.no_gap") if gap is None else words("progress.gap", gap=words.share(gap, digits=2))
        text = words("headline.cut_short", objective=_named(answer, ended), gap=said)
        rest = list(dict.fromkeys(_objective(answer, row) for row in rows if row["status"] == "not reached"))
        return text + (" " + words("headline.not_reached", objectives=words.list(rest)) if rest else "")
    open_ones = [_named(answer, row) for row in rows if _gap(row) is None]
    if open_ones:
        return words("headline.time_up_unproved", objectives=words.list(open_ones))
    largest = max((_gap(row) or 0.0 for row in rows), default=0.0)
    return words("headline.time_up", gap=words.share(largest, digits=2))


def _named(answer: InWords, row: dict[str, Any]) -> str:
    return answer.words.inside(answer.words.choice("objective", row["objective"]))


def _objective(answer: InWords, row: dict[str, Any]) -> str:
    """The objective of a pass that was not reached: that of several passes once."""
    name = "requirement" if row["objective"].startswith("requirement_") else row["objective"]
    return _named(answer, row | {"objective": name})


def _gap(row: dict[str, Any]) -> float | None:
    """Gap of a pass; None where it is not known."""
    gap = row["gap"]
    return None if gap is None or math.isnan(gap) else float(gap)
