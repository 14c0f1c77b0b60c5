"""Write the tables of this case: ``python cases/alliance-2026/evidence/write.py``. See ``figures.py`` for how figures are stated."""

from __future__ import annotations

import fleets
import members
import missiles
import money
import partner
import shells
import variants
from figures import Tables, write


def main() -> None:
    tables = Tables({})
    for part in (members, shells, missiles, money, partner, fleets, variants):
        part.put_into(tables)
    write(tables)


if __name__ == "__main__":
    main()
