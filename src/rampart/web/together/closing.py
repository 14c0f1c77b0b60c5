"""Closing a month: what the ledger knows of its end is frozen, and the totals that nations may see are chosen once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from rampart.case.calendar import month_number, month_text
from rampart.web.asked_by import books
from rampart.web.asking import Asked, NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.pages.ledger import today
from rampart.web.together.closed_month import ClosedMonth
from rampart.web.together.withholding import may_be_shown

Figures = Mapping[str, Mapping[str, float]]
"""What each nation has, by item and owner."""


def close(asked: Asked, month: str) -> ClosedMonth:
    """Close a month that is over.

    Raises NotAllowedError, NotThereError where there is no ledger, WronglyAskedError where it is no month that is over or of
    which anything is known, or is closed already.
    """
    if not asked.reader.may("plan"):
        raise NotAllowedError("plan")
    if not books().there:
        raise NotThereError("ledger")
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", month) or month >= today()[:7]:
        raise WronglyAskedError(asked.words("web.together.no_month", value=month[:20]))
    held = _held(month)
    if not held:
        raise WronglyAskedError(asked.words("web.together.nothing", month=asked.words.month(month)))
    return freeze(asked, month, held)


def _held(month: str) -> Figures:
    """Serviceable stock at the end of a month by item and owner, as the ledger knows it now."""
    last = date.fromisoformat(f"{month_text(month_number(month) + 1)}-01") - timedelta(days=1)
    found: dict[str, dict[str, float]] = {}
    for one in books().holdings("", on=last.isoformat(), known=None):
        account = one.account
        if account.kind == "stock" and account.condition == "serviceable":
            of = found.setdefault(account.item, {})
            of[account.owner] = of.get(account.owner, 0.0) + float(one.quantity)
    return found


def freeze(asked: Asked, month: str, figures: Figures) -> ClosedMonth:
    """Keep the figures of a month, and the totals that may be shown beside those that are shown already."""
    least = settings.OF_THE_STORE.least_holders
    before = list(ClosedMonth.objects.order_by("pk"))
    shown = {
        item: sum(held.values())
        for item, held in figures.items()
        if may_be_shown(held, [one.figures[item] for one in before if item in one.shown], least=least)
    }
    try:
        with transaction.atomic():
            return ClosedMonth.objects.create(
                month=month, who=asked.reader.name, figures=figures, shown=shown, least=least
            )
    except IntegrityError as wrong:
        raise WronglyAskedError(asked.words("web.together.closed", value=month)) from wrong
