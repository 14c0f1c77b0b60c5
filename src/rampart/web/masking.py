"""Pages without figures, for demonstrations: every digit of a figure is covered, names and dates of the frame stay."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

COVER = "•"
_LINKS = frozenset({"link", "more", "picture", "numbers", "key", "code", "name", "plan", "page", "pages", "size"})
"""What is an address or a code, and what only counts pages."""


def mask(data: Any, name: str = "") -> Any:
    """The data of a page with every figure covered."""
    if isinstance(data, BaseModel):
        return data.model_copy(update={key: mask(value, key) for key, value in data})
    if name == "charts":
        return []  # a picture says its figures
    if isinstance(data, list):
        return [mask(one, name) for one in data]
    if name in _LINKS:
        return data
    if isinstance(data, str):
        return re.sub(r"\d", COVER, data)
    return None if name in ("value", "share") else data
