"""Posting what was approved before the server ended: once, by the key of its document."""

from __future__ import annotations

from rampart.web.asked_by import books, catalogue, shelf
from rampart.web.asking import Asked
from rampart.web.people.roles import APPROVER, Reader
from rampart.web.returns.handing_in import check, post
from rampart.web.returns.staged import APPROVED, POSTED, StagedReturn


def complete() -> int:
    """Post every return that is approved and not known to be posted; gives how many are."""
    done = 0
    for staged in StagedReturn.objects.filter(state=APPROVED):
        if catalogue() is None:
            break
        asked = Asked(Reader(staged.approved_by, APPROVER, staged.nation), "en", shelf())
        post(staged, lambda asked=asked, staged=staged: check(asked, staged)[0])  # type: ignore[misc]
        done += staged.state == POSTED
    return done


def missing() -> list[StagedReturn]:
    """Returns that are said to be posted and that the ledger does not have: it was restored to an earlier day."""
    posted = StagedReturn.objects.filter(state=POSTED).order_by("nation", "month", "revision")
    return [one for one in posted if not books().has(one.nation, one.month, one.revision)]
