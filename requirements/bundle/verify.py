"""Check that every file of the bundle is as listed in SHA256SUMS, and that no wheel is unlisted.

Runs with Python alone. Exit code 0: all as listed; 1: not. It finds damage on the way. Against a forged bundle, compare
the hash of the whole file with the one that its maker told you by another way.
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
listed = {}
for line in (here / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
    digest, name = line.split("  ", 1)
    listed[name] = digest

wrong = []
for name, digest in listed.items():
    file = here / name
    if not file.is_file():
        wrong.append(f"missing / absent : {name}")
    elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        wrong.append(f"changed / modifié : {name}")
wrong += [
    f"not listed / hors liste : wheels/{p.name}"
    for p in (here / "wheels").iterdir()
    if f"wheels/{p.name}" not in listed
]

# Old consoles of Windows know few letters.
if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(errors="replace")
print("\n".join(wrong) or f"{len(listed)} files as listed / fichiers conformes à la liste")
sys.exit(1 if wrong else 0)
