"""How many systems of each fleet are ready, at the start and at the end of what was planned."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from rampart.language.in_words import InWords
from rampart.web.pages.plan import Tile
from rampart.web.tables.result_sheets import plan_path, result_path

STEP = 0.2
"""Share of systems ready that is a shade of a tile."""


class Ready(BaseModel):
    """Fleets with the share of their systems that is ready, the least first; where the numbers stand."""

    title: str
    fleets: list[Tile]
    link: str


def ready_in_plan(answer: InWords, plan: str) -> Ready | None:
    """Fleets of a plan; None where it has none that the reader may see."""
    table = answer["fleets"].sort("period")
    if table.is_empty():
        return None
    link = plan_path(plan, "tables", "fleets")
    return Ready(title=answer.title, fleets=_tiles(answer, table.select("fleet", "ao").iter_rows(), link), link=link)


def ready_in_fleet(answer: InWords, name: str) -> Ready | None:
    """Fleets of an answer for fleets; None where it has none that the reader may see."""
    table = answer["availability"].sort("month")
    if table.is_empty():
        return None
    link = result_path("fleet", name)
    return Ready(title=answer.title, fleets=_tiles(answer, table.select("fleet", "ao").iter_rows(), link), link=link)


def _tiles(answer: InWords, rows: Iterable[tuple[str, float | None]], link: str) -> list[Tile]:
    """A tile for each fleet: its first share and its last."""
    shares: dict[str, list[float | None]] = {}
    for fleet, share in rows:
        shares.setdefault(fleet, []).append(share)
    words = answer.words
    found = [
        Tile(
            code=fleet, name=answer.name(fleet, table="fleets"),
            text=words("web.ready.course", start=words.share(of[0]), end=words.share(of[-1])), share=of[-1],
            step=None if of[-1] is None else min(4, int(of[-1] / STEP + 1e-9)), link=link,
        )
        for fleet, of in shares.items()
    ]  # fmt: skip
    return sorted(found, key=lambda tile: (tile.share is None, round(tile.share or 0.0, 9), tile.name))
