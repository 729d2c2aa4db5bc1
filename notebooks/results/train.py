"""Make the stored results that are too slow for a notebook: `make train`, or `make train RESULT=solved_01` for one.

Each function writes one small file next to this script. Seeds are fixed; a run prints what it measures.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from helpers import data, notes

HERE = Path(__file__).parent
ACTIVATIONS, SCHEMES, SEEDS = ("sigmoid", "tanh", "relu"), ("normal", "xavier", "he"), 40


def write(name: str, rows: list[dict]) -> None:
    """Write rows with the same keys as a table."""
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def solved_01() -> None:
    """Count the seeds that learn 8-bit addition in the notes' set-up, 10,000 updates each (lesson 01).

    solved: right on all 16,384 pairs at the end. nan: weights not finite at the end. silent: no hidden unit answers
    to any pair, so that no gradient arrives. first: the median over the seeds of the first check, made every 500
    updates, at which all pairs were right; empty when fewer than half of the seeds got there.
    """
    rows = []
    x = data.all_additions(8)[0][:, None]
    for slope in ("shipped", "corrected"):
        for activation in ACTIVATIONS:
            rng = np.random.default_rng(1)  # the same starts and the same pairs for every activation and slope
            starts = [notes.init(rng, SEEDS, scheme=scheme) for scheme in SCHEMES]
            params = {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}
            first = np.full(len(SCHEMES) * SEEDS, np.inf)
            for update in range(500, 10_001, 500):
                params, _ = notes.train(params, rng, activation=activation, slope=slope, updates=500)
                right = notes.solved(params, activation)
                first[right] = np.minimum(first[right], update)
            nan = np.isnan(params["W"]).any(axis=(1, 2))
            with np.errstate(all="ignore"):
                each = [{name: array[[e]] for name, array in params.items()} for e in range(len(nan))]
                silent = [not notes.forward(one, x, activation)[0].any() for one in each]
            for i, scheme in enumerate(SCHEMES):
                own = slice(i * SEEDS, (i + 1) * SEEDS)
                median = np.sort(first[own])[SEEDS // 2]  # the upper of the two in the middle
                rows.append({"slope": slope, "activation": activation, "scheme": scheme, "seeds": SEEDS,
                             "solved": right[own].sum(), "nan": nan[own].sum(), "silent": np.sum(silent[own]),
                             "first": int(median) if np.isfinite(median) else ""})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("01_solved.csv", rows)


RESULTS = {"solved_01": solved_01}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RESULTS)
    unknown = [name for name in names if name not in RESULTS]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(RESULTS)}")
    for name in names:
        RESULTS[name]()
