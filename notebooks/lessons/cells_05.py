"""Lesson 05 compares LSTM, GRU and RNN at equal numbers of parameters; `make train RESULT=compare_05` writes the table.

One cell each of the LSTM with 16 units, the GRU with 16 units, and GRU and RNN as wide as the LSTM's number of
parameters allows. Every cell tries the same learning rates from the same seeds on the same examples.
"""

import csv
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from helpers import data, dense, gru, losses, lstm, optimizers, rnn
from helpers._checks import Array
from helpers.data import tasks
from lessons import RESULTS, gates_03, write

_RATES, _WIDTH, _SEEDS = (0.003, 0.01, 0.03, 0.1), 16, 16  # learning rates tried for every cell; H of the LSTM
_CELLS: dict[str, Any] = {"LSTM": lstm, "GRU": gru, "GRU reset after": gru, "RNN": rnn}
_Task = dict[str, Any]


def _parameters(cell: str, inputs: int, hidden: int) -> int:
    """Count the parameters of a cell with one bias for each gate; b_in of the GRU is not counted."""
    return {"LSTM": 4, "RNN": 1}.get(cell, 3) * hidden * (inputs + hidden + 1)


def _budget(cell: str, inputs: int) -> int:
    """Return the largest width at which a cell has no more parameters than the LSTM."""
    most = _parameters("LSTM", inputs, _WIDTH)
    return max(hidden for hidden in range(1, 100) if _parameters(cell, inputs, hidden) <= most)


def _drawn(make: Callable[[np.random.Generator, int], tuple], updates: int, score: Callable) -> _Task:
    """Describe a task whose examples are drawn anew for every update."""
    kept = {name: make(np.random.default_rng(seed), 1000) for name, seed in (("valid", 98), ("test", 99))}
    return {"batch": lambda rng: make(rng, 64), "updates": updates, "score": score} | kept


def _temperatures() -> _Task:
    """Describe the forecast of lesson 1: 70 % of the windows to learn from, 10 % to choose the rate, 20 % to test."""
    celsius = data.sea_surface_temperatures()[1]
    ends = [round(share * len(celsius)) for share in (0.7, 0.8)]
    z = (celsius - celsius[: ends[0]].mean()) / celsius[: ends[0]].std()
    now = np.arange(24, len(z) - 5)
    months, future = np.stack([z[i - 24 : i] for i in now], axis=1)[:, None], np.stack([z[now], z[now + 5]])
    known, middle, late = now + 5 < ends[0], (now >= ends[0]) & (now + 5 < ends[1]), now >= ends[1]

    def batch(rng: np.random.Generator) -> tuple[Array, Array]:
        some = rng.choice(np.flatnonzero(known), 64)
        return months[:, :, some], future[:, some]

    def score(v: Array, target: Array) -> Array:
        return np.sqrt(np.mean((v[0] - target) ** 2, axis=1)) / z.std()

    valid, test = ((months[:, :, own], future[:, own]) for own in (middle, late))
    return {"batch": batch, "updates": 400, "score": score, "valid": valid, "test": test}


def _described() -> dict[str, _Task]:
    """Describe the tasks of lesson 5: T, inputs, outputs, loss and score; chrono says for how many steps, if at all."""

    def squares(v: Array, target: Array) -> tuple[float, Array]:
        return losses.squared_error(v, target[None])

    def mse(v: Array, target: Array) -> list[float]:
        return [float(np.mean((v[0] - target) ** 2))]

    recall = _drawn(lambda rng, n: tasks.recall(rng, 100, n), 200, lambda v, t: [np.mean(v[0].argmax(axis=0) == t[0])])
    adding = _drawn(lambda rng, n: tasks.adding_problem(rng, 50, n), 400, mse)
    sums = _drawn(lambda rng, n: data.binary_addition(rng, 8, n), 200,
                  lambda v, t: [np.mean(((v > 0) == (t > 0.5)).all(axis=(0, 1)))])  # fmt: skip
    sums["test"] = data.all_additions(8)
    recall["good"] = sums["good"] = lambda s: s >= 0.99
    adding["good"] = lambda s: s < 0.01
    recall |= {"names": ["recall"], "sizes": (8, 4), "loss": losses.softmax_cross_entropy, "chrono": 100}
    adding |= {"names": ["adding"], "sizes": (2, 1), "loss": squares, "chrono": None}
    sums |= {"names": ["addition"], "sizes": (2, 1), "loss": losses.binary_cross_entropy, "chrono": None, "all": True}
    months = _temperatures() | {"names": ["1 month", "6 months"], "sizes": (1, 2), "loss": squares, "chrono": None,
                                "good": lambda s: False}  # fmt: skip
    late = adding | {"names": ["adding, chrono"], "chrono": 50}
    return {"addition": sums, "months": months, "adding": adding, "recall": recall, "adding, chrono": late}


def _trained(task: _Task, cell: str, hidden: int, rate: float, seed: int) -> tuple[Any, Any, int | None]:
    """Train one network; return its scores on the validation and the test examples and the first good update.

    An update is good when the mean score of the last five batches is: 99 % right, or a squared error below 0.01.
    """
    examples, weights = np.random.default_rng(seed), np.random.default_rng(1000 + seed)  # every cell sees the same
    module, (inputs, outputs) = _CELLS[cell], task["sizes"]
    start = {} if cell == "RNN" or task["chrono"] is None else {"chrono": task["chrono"]}
    options = {"reset_after": True} if cell == "GRU reset after" else {}
    net = {"cell": module.init(weights, inputs, hidden, **start), "out": dense.init(weights, hidden, outputs)}
    stepper, seen, first = optimizers.Adam(rate), [], None

    def answers(x: Array) -> tuple[Array, Any, Any]:
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
            if first is None and len(seen) > 4 and task["good"](np.mean(seen[-5:])):
                first = update
        valid, test = (task["score"](answers(x)[0], target) for x, target in (task["valid"], task["test"]))
    return valid, test, first


def _compare() -> None:
    """Compare LSTM, GRU and RNN over tasks, learning rates and seeds.

    valid, test: share of right answers (recall, addition), mean squared error (adding) or RMSE over the standard
    deviation (months) at the end of training; the rate is to be chosen by valid. first: see _trained; empty if never.
    """
    rows = []
    for task in _described().values():
        equal = [(cell, _budget(cell, task["sizes"][0])) for cell in ("GRU", "GRU reset after", "RNN")]
        for cell, hidden in [("LSTM", _WIDTH), ("GRU", _WIDTH), *equal]:
            count = _parameters(cell, task["sizes"][0], hidden)
            for rate in _RATES:
                for seed in range(_SEEDS):
                    valid, test, first = _trained(task, cell, hidden, rate, seed)
                    for i, measured in enumerate(task["names"]):
                        rows.append({"task": measured, "cell": cell, "hidden": hidden, "parameters": count,
                                     "rate": rate, "seed": seed, "valid": f"{valid[i]:.4g}",
                                     "test": f"{test[i]:.4g}", "first": first})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("05_compare.csv", rows)


def stored(name: str) -> list[dict[str, Any]]:
    """Read the table results/name.csv: numbers as floats, an empty field, which is a run that never got there, as inf.

    What is no number stays a text, and so does an empty place of dropout.
    """
    words = ("task", "cell", "net", "place")
    with open(RESULTS / f"{name}.csv", encoding="utf-8") as file:
        return [{key: value if key in words else float(value or "inf") for key, value in row.items()}
                for row in csv.DictReader(file)]  # fmt: skip


def at_best_rate(rows: list[dict[str, Any]], most: bool) -> list[dict[str, Any]]:
    """Return the rows, one a seed, of the learning rate with the best median on the validation examples.

    most: the largest is best, as of shares right, and not the smallest, as of errors. Rates that are level are told
    apart by how soon their runs were good.
    """
    own: dict[float, list[dict[str, Any]]] = {}
    for row in rows:
        own.setdefault(row["rate"], []).append(row)

    def order(rate: float) -> tuple[float, float]:
        valid, first = (np.median([row.get(name, 0) for row in own[rate]]) for name in ("valid", "first"))
        return (-1 if most else 1) * float(valid), float(first)

    return own[min(own, key=order)]


def paired(ours: Array, theirs: Array) -> list[float]:
    """Compare paired values (seeds,): both medians, how often ours is smaller, larger, and an interval.

    The interval, 95 %, is a bootstrap's for the median of ours minus theirs, over 4,000 draws of the pairs.
    """
    picks = np.random.default_rng(0).integers(0, len(ours), (4000, len(ours)))
    ends = np.quantile(np.median((ours - theirs)[picks], axis=1), [0.025, 0.975])
    counts = int((ours < theirs).sum()), int((ours > theirs).sum())
    return [float(np.median(ours)), float(np.median(theirs)), *counts, *map(float, ends)]


def linear_errors() -> dict[str, float]:
    """Forecast the temperatures by a linear formula of 24 months: RMSE over the standard deviation, by line.

    Months to learn from and to test by are those of the networks.
    """
    celsius = data.sea_surface_temperatures()[1]
    ends = [round(share * len(celsius)) for share in (0.7, 0.8)]
    centred, now = celsius - celsius[: ends[0]].mean(), np.arange(24, len(celsius) - 5)
    past = np.stack([np.append(centred[i - 24 : i], 1) for i in now])
    known, late = now + 5 < ends[0], now >= ends[1]
    found = {}
    for name, ahead in (("1 month", 0), ("6 months", 5)):
        formula = np.linalg.lstsq(past[known], centred[now[known] + ahead])[0]
        miss = past[late] @ formula - centred[now[late] + ahead]
        found[name] = float(np.sqrt(np.mean(miss**2)) / centred.std())
    return found


def without(net: dict[str, Any], x: Array, labels: Array, units: Any) -> float:
    """Return the share of right answers of a GRU whose units are set to 0 after half of the steps of recall."""
    half = len(x) // 2
    state = gru.forward(net["cell"], x[:half])[1]
    state[units] = 0
    last = gru.forward(net["cell"], x[half:], state)[1]
    return float(np.mean(dense.forward(net["out"], last[None])[0][0].argmax(axis=0) == labels[0]))


def _cut() -> None:
    """Train GRUs to recall over 30 steps and set 7 of their 19 units to 0 after half of the steps.

    whole, top, bottom: share of right answers on 500 new sequences with no unit cut, with the 7 of the largest mean z
    on one sequence, with the 7 of the smallest.
    """
    rows = []
    for seed in range(_SEEDS):
        rng = np.random.default_rng(seed)
        net = gates_03.init(rng, (8, 19, 4), gru, chrono=30)
        gates_03.train(net, partial(tasks.recall, rng, 30, 32), cell=gru, updates=150, learning_rate=0.03)
        one, new = tasks.recall(np.random.default_rng(5), 30, 1)[0], tasks.recall(np.random.default_rng(99), 30, 500)
        order = np.argsort(-gru.forward(net["cell"], one)[2].z[1:, :, 0].mean(axis=0))
        cuts = {"whole": [], "top": order[:7], "bottom": order[-7:]}
        rows.append({"seed": seed} | {name: f"{without(net, *new, cut):.3f}" for name, cut in cuts.items()})
        print(*rows[-1].values(), flush=True)
    write("05_cut.csv", rows)


TABLES = {"compare_05": _compare, "cut_05": _cut}
