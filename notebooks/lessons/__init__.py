"""What one lesson alone needs: its experiment, the tables that it takes long to make, the answers to its exercises."""

import csv
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"


def write(name: str, rows: list[dict[str, Any]]) -> None:
    """Write rows, which have the same keys, as the table of that name in results/."""
    with open(RESULTS / name, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
