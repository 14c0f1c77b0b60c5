from __future__ import annotations

from pathlib import Path

import pytest

from case.editing import Sheets, copy_small


@pytest.fixture
def sheets(tmp_path: Path) -> Sheets:
    """A copy of the small case, open for changes."""
    return Sheets(copy_small(tmp_path))
