"""Why something is short or late, in sentences, for every kind of result."""

from __future__ import annotations

from rampart.catalogues.showing import Sentences, must_be, no_such
from rampart.findings import Language
from rampart.language.explaining_fleet import explain_fleets
from rampart.language.explaining_plan import explain_plan
from rampart.language.explaining_war import explain_war
from rampart.language.in_words import InWords
from rampart.results.result import Result


def explain(
    result: Result, *, holder: str | None = None, item: str | None = None, language: Language = "en"
) -> Sentences:
    """Sentences about what is short: a list that shows itself one below the other.

    A plan: every shortage of the chosen holder and item, with what would relieve it, then the ranking of limits. A plan for a
    war: what each recipient lacks before each end of the war, then what is decided otherwise on which branch. An answer for
    fleets: what holds the systems of each fleet back; ``item`` is then a fleet or a part.

    Raises ValueError for a nation or item that the case does not have, naming the nearest: that nothing is short there
    would be no answer; TypeError for what is no result.
    """
    must_be(result, Result, "rampart.plan")
    case = result.case
    nations, items = case["nations"]["nation"].to_list(), [*case["items"]["item"], *case["fleets"]["fleet"]]
    items += case["parts"]["part"].to_list() if result.kind == "fleet" else []
    for kind, code, known in (("nation", holder, nations), ("item", item, items)):
        if code is not None and code not in known:
            raise ValueError(no_such(kind, code, known))
    tell = {"plan": explain_plan, "war": explain_war, "fleet": explain_fleets}[result.kind]
    return Sentences(tell(InWords(result, language), holder, item))
