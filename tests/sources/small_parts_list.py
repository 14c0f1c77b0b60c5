"""Two parts of a weapon as a list in the words of the standards has them."""

from __future__ import annotations

import csv
from pathlib import Path

LIST = [
    ["Part Identifier", "partName", "nextHigherAssembly", "quantityPerNextHigherAssembly", "MTBUR", "Unit price",
     "procurementLeadTime", "maintenance location", "NRTS", "condemnationRate", "TAT", "stockQuantity",
     "replacementRateInParentRepair"],
    ["axle", "Axle", "vehicle", "2", "7000", "30000", "60", "depot", "0", "0.1", "12", "3", ""],
    ["axle", "Axle", "vehicle", "2", "7000", "30000", "60", "partner", "0.6", "0", "5", "1", ""],
    ["bearing", "Bearing", "axle", "", "", "900", "30", "depot", "0.2", "0.8", "4", "2", "0.7"],
]  # fmt: skip


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
