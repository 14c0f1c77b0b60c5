"""US procurement justification books: exhibits P-40, P-5, P-5a, P-21, P-10, P-18 and facilities as tidy tables."""

from __future__ import annotations

from rampart.sources.jbook.tables import Books, read_books

__all__ = ["Books", "read_books"]
