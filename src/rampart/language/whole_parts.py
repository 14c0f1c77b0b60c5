"""Whole numbers of parts that add up to their whole."""

from __future__ import annotations

import math
from collections.abc import Sequence


def whole_parts(parts: Sequence[float], whole: int | None = None) -> list[int]:
    """The parts, none below nothing, as whole numbers whose sum is theirs, rounded: all are cut off, and what is then missing
    goes one by one to the largest remainders, of equal ones to the first. Source: the method of the largest remainder (Hare).

    whole  the sum to which they are to add up, where it was rounded with others; no further from theirs than there are parts
    """
    cut = [math.floor(part) for part in parts]
    left = (round(sum(parts)) if whole is None else whole) - sum(cut)
    if not 0 <= left <= len(cut):
        raise ValueError(f"parts {parts!r} are no parts of {whole}")
    order = sorted(range(len(parts)), key=lambda n: (cut[n] - parts[n], n))
    return [part + (n in order[:left]) for n, part in enumerate(cut)]
