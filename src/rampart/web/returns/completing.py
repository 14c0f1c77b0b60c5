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
        done += post(staged, lambda asked=asked, staged=staged: check(asked, staged)[0], "en")  # type: ignore[misc]
    return done


def missing(nation: str = "") -> list[StagedReturn]:
    """Returns that are said to be posted and that the ledger does not have: it was restored to an earlier day.

    nation  of these returns; "": of all
    """
    posted = StagedReturn.objects.filter(state=POSTED, **({"nation": nation} if nation else {}))
    by_name = {(one.nation, one.month, one.revision): one for one in posted.order_by("month", "nation", "revision")}
    return [by_name[name] for name in books().lacking(by_name)] if by_name and books().there else []


def post_missing() -> tuple[list[StagedReturn], int]:
    """Post again what the ledger lacks, as it was approved; gives what was lacking, and how many of it are there now."""
    lacking = missing()
    for one in lacking:
        StagedReturn.objects.filter(pk=one.pk).update(state=APPROVED)
    return lacking, complete()
