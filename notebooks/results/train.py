"""Make the stored results that are too slow for a notebook: `make train`, or `python train.py NAME` for one.

Each function writes one small file next to this script. Seeds are fixed; a run prints what it measures.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from helpers import notes

HERE = Path(__file__).parent
ACTIVATIONS, SCHEMES, SEEDS = ("sigmoid", "tanh", "relu"), ("normal", "xavier", "he"), 40


def solved_01() -> None:
    """Count the seeds that learn 8-bit addition in the notes' set-up, 10,000 updates each (lesson 01)."""
    rows: list[tuple] = [("slope", "activation", "scheme", "seeds", "solved", "nan")]
    for slope in ("shipped", "corrected"):
        for activation in ACTIVATIONS:
            rng = np.random.default_rng(1)  # the same starts and the same pairs for every activation and slope
            starts = [notes.init(rng, SEEDS, scheme=scheme) for scheme in SCHEMES]
            together = {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}
            trained, _ = notes.train(together, rng, activation=activation, slope=slope)
            solved = notes.solved(trained, activation).reshape(len(SCHEMES), SEEDS)
            nan = np.isnan(trained["W"]).any(axis=(1, 2)).reshape(len(SCHEMES), SEEDS)
            for scheme, s, n in zip(SCHEMES, solved, nan, strict=True):
                rows.append((slope, activation, scheme, SEEDS, s.sum(), n.sum()))
                print(*rows[-1], flush=True)
    with open(HERE / "01_solved.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [("slope", "activation", "scheme", "seeds", "solved", "nan"), *rows]
        )


RESULTS = {"solved_01": solved_01}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RESULTS)
    unknown = [name for name in names if name not in RESULTS]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(RESULTS)}")
    for name in names:
        RESULTS[name]()
