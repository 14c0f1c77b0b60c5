"""Where the checkout keeps what the tests read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = ROOT / "cases"
PUBLISHED = ROOT / "tests" / "published"
