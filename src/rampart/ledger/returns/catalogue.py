"""The mark of a catalogue: by it a template that was made from an older one is known."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from rampart.catalogues.inputs import layouts
from rampart.ledger.returns.figures import FIGURES, HEAD

if TYPE_CHECKING:
    from rampart.case.tables import Case


def mark_of(case: Case) -> str:
    """Twelve letters that change with the codes of nations and items and with the columns of a return."""
    columns = [f"{name}.{column}" for name in (HEAD, FIGURES) for column in layouts()[name].columns]
    said = (*columns, "", *sorted(case["nations"]["nation"]), "", *sorted(case["items"]["item"]))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
