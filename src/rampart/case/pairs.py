"""``column=value; column=value`` in one cell, read and written."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PAIR = re.compile(r'\s*([^=;"]+?)\s*=\s*(?:"((?:[^"]|"")*)"|([^;"]*?))\s*(?:;|$)')


def parse_pairs(text: str) -> dict[str, str] | None:
    """``column=value; column=value`` as a mapping, None when the text is not of that form."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _PAIR.match(text, at)
        if not match or match[1] in pairs:
            return None
        pairs[match[1]] = match[3] if match[2] is None else match[2].replace('""', '"')
        at = match.end()
    return pairs


def written_pairs(pairs: Mapping[str, str]) -> str:
    """The mapping as one cell that reads back equal."""
    quoted = {
        k: '"' + v.replace('"', '""') + '"' if re.search('[;"]', v) or v != v.strip() else v for k, v in pairs.items()
    }
    return "; ".join(f"{name}={value}" for name, value in quoted.items())
