"""The chain of a nation: each document carries the hash of the one before (SHA-256 over canonical JSON)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIRST = "0" * 64
"""What stands before the first document of a chain."""


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces, letters as they are: one text for one content."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def content_hash(body: str) -> str:
    """Hash of what was handed in."""
    return hashlib.sha256(body.encode()).hexdigest()


def link(before: str, *, nation: str, number: int, booked: int, asked: str, body: str) -> str:
    """Hash of a document in its chain.

    before  hash of the document before, or ``FIRST``
    number  1, 2, ... in the chain; ``booked`` microseconds since 1970, UTC
    asked   hash of the document as it was handed in; ``body`` canonical JSON of it as it was booked, lots chosen
    """
    text = "\n".join((before, nation, str(number), str(booked), asked, body))
    return hashlib.sha256(text.encode()).hexdigest()
