"""The verb ``doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rampart.cli.group import json_text, main, say
from rampart.cli.options import FINDINGS, OK, json_option, language_option

if TYPE_CHECKING:
    from rampart.findings import Language


@main.command()
@language_option
@json_option
def doctor(lang: Language, as_json: bool) -> None:
    """Check this machine: versions, a small programme solved, charts drawn."""
    from rampart.cli.examination import examine

    results = examine(lang)
    if as_json:
        say(json_text([{"check": name, "ok": ok, "detail": text} for name, ok, text in results]))
    else:
        for name, ok, text in results:
            say(f"{'ok ' if ok else 'NO '} {name}: {text}")
    sys.exit(OK if all(ok for _, ok, _ in results) else FINDINGS)
