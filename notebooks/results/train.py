"""Make the stored results that are too slow for a notebook: `make train`, or `make train RESULT=solved_01` for one.

Each function writes one small file next to this script. Seeds are fixed; a run prints what it measures.
"""

import csv
import sys
from pathlib import Path

import cells_05
import numpy as np

from helpers import data, notes, truncated

HERE = Path(__file__).parent
ACTIVATIONS, SCHEMES, SEEDS = ("sigmoid", "tanh", "relu"), ("normal", "xavier", "he"), 40
RECALL_SEEDS = 20  # of the networks of lesson 02


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


def single_01() -> None:
    """Keep the loss of one start for each activation in the notes' set-up, every 100 updates (lesson 01).

    Stored because single runs of this length are chaotic: another processor draws another curve.
    """
    curves = {}
    for activation in ACTIVATIONS:
        rng = np.random.default_rng(0)
        curves[activation] = notes.train(notes.init(rng, networks=1), rng, activation=activation)[1][:, 0]
    rows = [{"update": 100 * i} | {name: f"{curve[i]:.4g}" for name, curve in curves.items()} for i in range(100)]
    write("01_single.csv", rows)


def activations_02() -> None:
    """Count the networks that learn to recall a symbol, by activation and spectral radius of the start (lesson 02).

    learned: right on over 90 % of 1,000 new sequences after 600 updates. nan: the last loss is not finite.
    """
    rows = []
    for activation in (*ACTIVATIONS, "identity"):
        for steps in (5, 10, 20):
            for radius in (1.0, 2.0, 4.0):
                runs = [
                    truncated.train(np.random.default_rng(seed), steps, steps, activation=activation, radius=radius)
                    for seed in range(RECALL_SEEDS)
                ]
                accuracy = np.array([run[1] for run in runs])
                nan = sum(not np.isfinite(losses[-1]) for losses, _ in runs)
                rows.append({"activation": activation, "radius": radius, "steps": steps, "seeds": RECALL_SEEDS,
                             "learned": np.sum(accuracy > 0.9), "nan": nan,
                             "median_accuracy": f"{np.median(accuracy):.3f}"})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("02_activations.csv", rows)


def truncation_02() -> None:
    """Measure how well networks recall a symbol 11 steps later, by how far the gradient goes back (lesson 02)."""
    rows = []
    for radius in (0.5, 1.0):
        for truncation in (1, 2, 4, 6, 8, 10, 11, 12):
            for seed in range(RECALL_SEEDS):
                _, accuracy = truncated.train(np.random.default_rng(seed), 12, truncation, radius=radius)
                rows.append({"radius": radius, "truncation": truncation, "seed": seed, "accuracy": f"{accuracy:.3f}"})
            print(radius, truncation, *sorted(row["accuracy"] for row in rows[-RECALL_SEEDS:]), flush=True)
    write("02_truncation.csv", rows)


def rescue_04() -> None:
    """Count the seeds whose ReLU network learns the notes' addition with and without clipping (lesson 04).

    The starts and the pairs are those of `solved_01`. "share" is the share of every 61st pair that is added right,
    at the lower quartile, the median and the upper quartile of the seeds; a network that is NaN has 0.
    """
    names = ("slope", "kind", "threshold", "learning_rate", "scheme", "seeds", "solved", "nan")
    names += ("share_low", "share_median", "share_high")
    settings = [("none", "", rate) for rate in (0.1, 0.03, 0.01)]
    settings += [("global", threshold, 0.1) for threshold in (0.1, 0.25, 0.5, 1, 2, 5, 10, 50)]
    settings += [(kind, threshold, 0.1) for kind in ("norm", "value") for threshold in (0.1, 0.25, 0.5, 1, 2, 5)]
    some, target = (array[..., ::61] for array in data.all_additions(8))
    rows = []
    for slope in ("shipped", "corrected"):
        for kind, threshold, rate in settings:
            rng = np.random.default_rng(1)
            starts = [notes.init(rng, SEEDS, scheme=scheme) for scheme in SCHEMES]
            together = {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}
            clipping = {} if kind == "none" else {"kind": kind, "threshold": threshold}
            options = {"activation": "relu", "slope": slope, "learning_rate": rate} | clipping
            trained, _ = notes.train(together, rng, **options)
            with np.errstate(all="ignore"):
                _, y = notes.forward(trained, some[:, None], "relu")
            nan = np.isnan(trained["W"]).any(axis=(1, 2))
            share = ((y > 0.5) == (target[:, None] > 0.5)).all(axis=(0, 2)).mean(axis=1) * ~nan
            solved = notes.solved(trained, "relu")
            for scheme, s, n, right in zip(SCHEMES, *(a.reshape(3, SEEDS) for a in (solved, nan, share)), strict=True):
                quartiles = [f"{q:.2f}" for q in np.quantile(right, (0.25, 0.5, 0.75))]
                row = (slope, kind, threshold, rate, scheme, SEEDS, s.sum(), n.sum(), *quartiles)
                rows.append(dict(zip(names, row, strict=True)))
                print(*row, flush=True)
    write("04_rescue.csv", rows)


def compare_05() -> None:
    """Compare LSTM, GRU and RNN over tasks, learning rates and seeds, as cells_05.py says (lesson 05)."""
    write("05_compare.csv", cells_05.compare())


RESULTS = {
    "solved_01": solved_01,
    "single_01": single_01,
    "activations_02": activations_02,
    "truncation_02": truncation_02,
    "rescue_04": rescue_04,
    "compare_05": compare_05,
}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RESULTS)
    unknown = [name for name in names if name not in RESULTS]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(RESULTS)}")
    for name in names:
        RESULTS[name]()
