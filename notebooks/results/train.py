"""Make the stored results that are too slow for a notebook: `make train`, or `make train RESULT=solved_01` for one.

Each function writes one small file next to this script. Seeds are fixed; a run prints what it measures.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from helpers import data, dense, gru, losses, lstm, notes, optimizers, rnn, tasks

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


RATES, WIDTH = (0.003, 0.01, 0.03, 0.1), 16  # learning rates tried for every cell; H of the LSTM
CELLS = {"LSTM": lstm, "GRU": gru, "GRU reset after": gru, "RNN": rnn}


def parameters_05(cell: str, inputs: int, hidden: int) -> int:
    """Count the parameters of a cell with one bias for each gate; b_in of the GRU is not counted."""
    return {"LSTM": 4, "RNN": 1}.get(cell, 3) * hidden * (inputs + hidden + 1)


def budget_05(cell: str, inputs: int) -> int:
    """Return the largest width at which a cell has no more parameters than the LSTM."""
    most = parameters_05("LSTM", inputs, WIDTH)
    return max(hidden for hidden in range(1, 100) if parameters_05(cell, inputs, hidden) <= most)


def drawn_05(make, updates: int, score) -> dict:
    """Describe a task whose examples are drawn anew for every update."""
    kept = {name: make(np.random.default_rng(seed), 1000) for name, seed in (("valid", 98), ("test", 99))}
    return {"batch": lambda rng: make(rng, 64), "updates": updates, "score": score} | kept


def temperatures_05() -> dict:
    """Describe the forecast of lesson 1: 70 % of the windows to learn from, 10 % to choose the rate, 20 % to test."""
    celsius = data.sea_surface_temperatures("nino12")[1]
    ends = [round(share * len(celsius)) for share in (0.7, 0.8)]
    z = (celsius - celsius[: ends[0]].mean()) / celsius[: ends[0]].std()
    now = np.arange(24, len(z) - 5)
    months, future = np.stack([z[i - 24 : i] for i in now], axis=1)[:, None], np.stack([z[now], z[now + 5]])
    known, middle, late = now + 5 < ends[0], (now >= ends[0]) & (now + 5 < ends[1]), now >= ends[1]

    def batch(rng):
        some = rng.choice(np.flatnonzero(known), 64)
        return months[:, :, some], future[:, some]

    def score(v, target):
        return np.sqrt(np.mean((v[0] - target) ** 2, axis=1)) / z.std()

    valid, test = ((months[:, :, own], future[:, own]) for own in (middle, late))
    return {"batch": batch, "updates": 400, "score": score, "valid": valid, "test": test}


def tasks_05() -> dict[str, dict]:
    """Describe the tasks of lesson 5: T, inputs, outputs, loss and score; chrono says for how many steps, if at all."""

    def squares(v, target):
        return losses.squared_error(v, target[None])

    def mse(v, target):
        return [np.mean((v[0] - target) ** 2)]

    recall = drawn_05(lambda rng, n: tasks.recall(rng, 100, n), 200, lambda v, t: [np.mean(v[0].argmax(axis=0) == t[0])])
    adding = drawn_05(lambda rng, n: tasks.adding_problem(rng, 50, n), 400, mse)
    sums = drawn_05(lambda rng, n: data.binary_addition(rng, 8, n), 200,
                    lambda v, t: [np.mean(((v > 0) == (t > 0.5)).all(axis=(0, 1)))])  # fmt: skip
    sums["test"] = data.all_additions(8)
    for task, good in ((recall, lambda s: s >= 0.99), (sums, lambda s: s >= 0.99), (adding, lambda s: s < 0.01)):
        task["good"] = good
    recall |= {"names": ["recall"], "sizes": (8, 4), "loss": losses.softmax_cross_entropy, "chrono": 100}
    adding |= {"names": ["adding"], "sizes": (2, 1), "loss": squares, "chrono": None}
    sums |= {"names": ["addition"], "sizes": (2, 1), "loss": losses.binary_cross_entropy, "chrono": None, "all": True}
    months = temperatures_05() | {"names": ["1 month", "6 months"], "sizes": (1, 2), "loss": squares, "chrono": None,
                                   "good": lambda s: False}  # fmt: skip
    late = adding | {"names": ["adding, chrono"], "chrono": 50}
    return {"addition": sums, "months": months, "adding": adding, "recall": recall, "adding, chrono": late}


def trained_05(task: dict, cell: str, hidden: int, rate: float, seed: int) -> tuple:
    """Train one network; return its scores on the validation and the test examples and the first good update.

    An update is good when the mean score of the last five batches is: 99 % right, or a squared error below 0.01.
    """
    examples, weights = np.random.default_rng(seed), np.random.default_rng(1000 + seed)  # every cell sees the same
    module, (inputs, outputs) = CELLS[cell], task["sizes"]
    start = {} if cell == "RNN" or task["chrono"] is None else {"chrono": task["chrono"]}
    options = {"reset_after": True} if cell == "GRU reset after" else {}
    net = {"cell": module.init(weights, inputs, hidden, **start), "out": dense.init(weights, hidden, outputs)}
    stepper, seen, first = optimizers.Adam(rate), [], ""

    def answers(x):
        h, _, cache = module.forward(net["cell"], x, **options)
        return *dense.forward(net["out"], h if "all" in task else h[-1:]), cache

    with np.errstate(all="ignore"):
        for update in range(1, task["updates"] + 1):
            x, target = task["batch"](examples)
            v, out_cache, cache = answers(x)
            out_grads, dh = dense.backward(out_cache, task["loss"](v, target)[1])
            if "all" not in task:
                dh = np.concatenate([np.zeros((len(x) - 1, *dh.shape[1:])), dh])
            stepper.step(net, {"cell": module.backward(cache, dh)[0], "out": out_grads})
            seen.append(task["score"](v, target)[0])
            recent = np.mean(seen[-5:])
            if first == "" and len(seen) > 4 and task["good"](recent):
                first = update
        return *(task["score"](answers(x)[0], target) for x, target in (task["valid"], task["test"])), first


def compare_05(only: tuple[str, ...] = ()) -> None:
    """Compare LSTM, GRU and RNN over tasks, learning rates and seeds (lesson 5).

    valid, test: share of right answers (recall, addition), mean squared error (adding) or RMSE over the standard
    deviation (months) at the end of training; the rate is to be chosen by valid. first: see trained_05.
    """
    rows = []
    for name, task in tasks_05().items():
        wide = [("LSTM", WIDTH), ("GRU", WIDTH)]
        equal = [(cell, budget_05(cell, task["sizes"][0])) for cell in ("GRU", "GRU reset after", "RNN")]
        for cell, hidden in wide + equal if not only or name in only else []:
            for rate in RATES:
                for seed in range(16):
                    valid, test, first = trained_05(task, cell, hidden, rate, seed)
                    for i, measured in enumerate(task["names"]):
                        count = parameters_05(cell, task["sizes"][0], hidden)
                        rows.append({"task": measured, "cell": cell, "hidden": hidden, "parameters": count,
                                     "rate": rate, "seed": seed, "valid": f"{valid[i]:.4g}",
                                     "test": f"{test[i]:.4g}", "first": first})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("05_compare.csv", rows)


RESULTS = {"solved_01": solved_01, "single_01": single_01, "compare_05": compare_05}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RESULTS)
    unknown = [name for name in names if name not in RESULTS]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(RESULTS)}")
    for name in names:
        RESULTS[name]()
