"""Lesson 05 compares LSTM, GRU and RNN at equal numbers of parameters; `make train RESULT=compare_05` writes the table.

One cell each of the LSTM with 16 units, the GRU with 16 units, and GRU and RNN as wide as the LSTM's number of
parameters allows. Every cell tries the same learning rates from the same seeds on the same examples.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import data, dense, gru, losses, lstm, optimizers, rnn
from helpers._checks import Array
from helpers.data import tasks
from lessons import write

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


TABLES = {"compare_05": _compare}
