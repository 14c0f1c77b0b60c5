"""Where a result comes from: hashes of the inputs, overrides, versions."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from rampart.case.tables import Case


def origin_of(case: Case) -> dict[str, Any]:
    """What any plan of a case rests on: hashes of the inputs, overrides, versions."""
    from importlib.metadata import version

    return {
        "rampart": version("rampart"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": str(case.settings["title_en"]),
        "case_hash": case.hash(),
        "inputs": case.inputs(),
        "overrides": list(case.overrides),
        "python": ".".join(str(n) for n in sys.version_info[:3]),
        "versions": {name: version(name) for name in ("highspy", "linopy", "polars", "numpy", "scipy")},
    }
