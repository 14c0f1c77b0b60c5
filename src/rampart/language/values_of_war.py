"""What the values of a plan for a war are called: over drawn paths, that they are of these paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rampart.language.in_words import InWords


def value_named(answer: InWords, name: str) -> str:
    """What a value is; over drawn paths that it is one of these paths."""
    told, of = f"war.value.{name}", _paths_of(answer)
    on_paths = f"{told}_on_paths"
    return answer.words(on_paths if of and answer.words.has(on_paths) else told, **of)


def value_of_several(answers: Sequence[InWords], name: str) -> str:
    """What a value of several plans is; where they are not over as many paths, that it is over those of each."""
    if all(_paths_of(answer) == _paths_of(answers[0]) for answer in answers):
        return value_named(answers[0], name)
    words, told = answers[0].words, f"war.value.{name}"
    of_each = f"{told}_of_each"
    return words(of_each if words.has(of_each) else told)


def _paths_of(answer: InWords) -> Mapping[str, Any]:
    """How many paths were drawn, and how many anew; nothing for a tree of all that may happen."""
    manifest = answer.result.manifest
    if "sampling" not in manifest:
        return {}
    return {"paths": manifest["paths"], "fresh": manifest["sampling"].get("fresh", 0)}
