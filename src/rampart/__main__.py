"""``python -m rampart``, for machines where scripts are not on the path."""

from __future__ import annotations

from rampart.cli.main import main

main(prog_name="rampart")
