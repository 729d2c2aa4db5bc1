"""What one lesson alone needs: its experiment, the tables that it takes long to make, the answers to its exercises."""

import csv
import importlib.util
import sys
from pathlib import Path
from typing import Any

# The set-up cells import this first: in another Python than the course's, helpers is missing, PyPI's, or a file nearby.
_helpers = importlib.util.find_spec("helpers")
_is_package = _helpers is not None and _helpers.submodule_search_locations is not None
if not _is_package or importlib.util.find_spec("helpers.gradcheck") is None:
    raise ImportError(
        f"the course's package helpers is not in this Python, {sys.executable}"
        + (f" ({_helpers.origin} has its name: rename that, or %pip uninstall helpers)" if _helpers else "")
        + ". Open the notebook with make lab, or choose the kernel in the course's .venv; or install the course here: "
        f'run %pip install -e "{Path(__file__).resolve().parents[2]}" in a cell and restart the kernel.'
    )

RESULTS = Path(__file__).resolve().parents[1] / "results"


def write(name: str, rows: list[dict[str, Any]]) -> None:
    """Write rows, which have the same keys, as the table of that name in results/."""
    with open(RESULTS / name, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
