"""What a result says about itself: where it comes from (hashes of the inputs, overrides, versions), and its findings."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rampart.case.tables import Case
from rampart.findings import Finding

FORMAT = 2
"""Of a folder of results: 1 was that of version 0.1, whose months were text."""


def origin_of(case: Case) -> dict[str, Any]:
    """What any result of a case rests on: hashes of the inputs, overrides, versions."""
    from importlib.metadata import version

    return {
        "rampart": version("rampart"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": str(case.settings["title_en"]),
        "case_hash": case.hash(),
        "inputs": case.inputs(),
        "overrides": list(case.overrides),
        "python": ".".join(str(n) for n in sys.version_info[:3]),
        "versions": {name: version(name) for name in ("highspy", "polars", "numpy", "scipy")},
    }


def plain(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as it is read back from its file: lists for tuples, nothing for a number without an end."""

    def finite(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): finite(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [finite(one) for one in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.loads(json.dumps(finite(manifest), default=_simple))  # type: ignore[no-any-return]


def _simple(value: Any) -> Any:
    """A number of NumPy as one of Python; a path or a date as text."""
    return value.item() if hasattr(value, "item") else str(value)


def records_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings for the manifest."""
    return [asdict(finding) for finding in findings]


def findings_in(manifest: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Findings that a manifest keeps; none where it keeps none."""
    return tuple(Finding(**record) for record in manifest.get("findings", ()))
