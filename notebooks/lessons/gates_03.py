"""A recurrent cell with an output layer, trained on tasks that need a memory; gates of an LSTM that are held open.

(1) v[t] = W_out h[t] + b_out, asked at the last steps only, as many as the targets have
(2) a gate held open: its rows of W_in and W are 0 and its bias is 40, so that σ(40) = 1 in float64, and its
    slope σ (1 − σ) = 0: the gate is 1 at every step, and training leaves it there
(3) half-life of a memory whose forget gate stays at f:  f^n = ½,  n = ln ½ / ln f

The tables take gates away and let cells recall. Every start of a seed draws its weights and its examples from the same
generator. A run that is close to failing ends elsewhere on another processor; the counts over 16 seeds then move by
one or two.
"""

import csv
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from helpers import dense, losses, lstm, optimizers, rnn
from helpers._checks import Array, Params, one_of, whole
from helpers.data import tasks
from lessons import RESULTS, write

_OPEN = 40.0  # 1 + tanh(20) is 2 in float64
_SEEDS = 16
RIGHT = 0.99  # share of right answers from which on a network counts as recalling
_SUBSETS = ("", "i", "o", "f", "io", "if", "of", "iof")
_STARTS: dict[str, dict[str, Any]] = (
    {"RNN": {}} | {f"bias {bias}": {"forget_bias": float(bias)} for bias in (0, 1, 3, 5)} | {"chrono": {}}
)
_LONGER = ("RNN", "bias 1", "chrono")  # the starts that are also trained twice as long
Batch = tuple[Array, Array] | tuple[Array, Array, Array]


def init(rng: np.random.Generator, sizes: tuple[int, int, int], cell: Any = lstm, **options: Any) -> dict[str, Params]:
    """Draw a cell and its output layer as "cell" and "out"; `sizes` are D, H and K, the options go to the cell."""
    inputs, hidden, outputs = sizes
    return {"cell": cell.init(rng, inputs, hidden, **options), "out": dense.init(rng, hidden, outputs)}


def hold_open(params: Params, gates: str) -> Params:
    """Return parameters of an LSTM, float64, whose gates of these letters among i, f and o are 1, equation (2).

    "ifo" leaves the constant error carousel alone, "" changes nothing.
    """
    params = {name: array.copy() for name, array in params.items()}
    for gate in gates:
        block = lstm.GATES.index(one_of("gates", gate, lstm.GATES[:3]))
        for name, array in params.items():
            lstm.blocks(array)[block][:] = _OPEN if name == "b" else 0.0
    return params


def answer(net: dict[str, Params], x: Array, cell: Any = lstm) -> Array:
    """Run the cell that `net` was made with on x (T, D, N), and its output layer: v (T, K, N), (1) at all steps."""
    return dense.forward(net["out"], cell.forward(net["cell"], x)[0])[0]


def train(
    net: dict[str, Params],
    batch: Callable[[], Batch],
    *,
    cell: Any = lstm,
    updates: int = 100,
    learning_rate: float = 0.01,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Train `net` in place by Adam, on a new batch for every update; return the losses (updates,).

    A batch is x (T, D, N), what is to be answered at the last S steps, and if need be a mask (S, N): integers (S, N)
    are labels and take the softmax cross-entropy, floats (S, K, N) the squared error. `progress` gets the share done.
    """
    kept, optimizer = np.empty(whole("updates", updates)), optimizers.Adam(learning_rate)
    with np.errstate(all="ignore"):  # a run that diverges goes on as NaN and counts as failed
        for update in range(updates):
            x, target, *mask = batch()
            loss = losses.softmax_cross_entropy if target.dtype.kind in "iu" else losses.squared_error
            h, _, cache = cell.forward(net["cell"], x)
            v, out_cache = dense.forward(net["out"], h[-len(target) :])
            kept[update], dv = loss(v, target, *mask)
            out_grads, dh = dense.backward(out_cache, dv)
            doutputs = np.zeros_like(h)
            doutputs[-len(target) :] = dh
            optimizer.step(net, {"cell": cell.backward(cache, doutputs)[0], "out": out_grads})
            if progress is not None and update % 10 == 0:
                progress(update / updates)
    return kept


@cache
def _read(name: str) -> list[dict[str, str]]:
    """Return the rows of a stored table."""
    with open(RESULTS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def errors(task: str, gates: str, column: str = "error") -> Array:
    """Return the stored errors, (16,), of a task and a set of gates such as "io"; column "error_long": 300 steps."""
    rows = _read("03_gates.csv")
    return np.array([float(row[column]) for row in rows if (row["task"], row["gates"]) == (task, gates)])


def recalled(start: str, steps: str, rate: str, updates: str) -> Array:
    """Return the stored shares of right answers, (16,), of a start, a length, a learning rate and so many updates."""
    wanted = {"start": start, "steps": steps, "rate": rate, "updates": updates}
    return np.array([float(row["accuracy"]) for row in _read("03_recall.csv") if wanted.items() <= row.items()])


def half_life(f: Any) -> Any:
    """Return how many steps halve a memory whose forget gate stays at f, above 0 and below 1, equation (3)."""
    return np.log(0.5) / np.log(f)


def _gates() -> None:
    """Train LSTMs with every subset of the three gates on three tasks; the other gates are held open.

    error: root mean square on 500 new sequences of the length trained on, 30 steps, over the standard deviation of
    the targets: 1 is as bad as saying the mean. error_long: the same on sequences of 300 steps.
    """
    rows: list[dict[str, Any]] = []
    for task in tasks.GATE_TASKS:
        for subset in _SUBSETS:
            for seed in range(_SEEDS):
                rng = np.random.default_rng(seed)
                net = init(rng, (2, 8, 1))
                net["cell"] = hold_open(net["cell"], "".join(gate for gate in "iof" if gate not in subset))
                train(net, partial(tasks.marked_values, rng, 30, 32, task), updates=600)
                errors = []
                for steps in (30, 300):
                    x, target, asked = tasks.marked_values(rng, steps, 500, task)
                    wrong, wanted = (answer(net, x) - target)[:, 0][asked], target[:, 0][asked]
                    errors.append(f"{np.sqrt(np.mean(wrong**2) / np.var(wanted)):.3g}")
                rows.append({"task": task, "gates": subset, "seed": seed, "error": errors[0], "error_long": errors[1]})
            print(task, subset, *sorted(float(row["error"]) for row in rows[-_SEEDS:]), flush=True)
    write("03_gates.csv", rows)


def _recall() -> None:
    """Measure how well RNN and LSTM recall a symbol T − 1 steps later, by the bias of the forget gate.

    accuracy: share of right answers on 1,000 new sequences after all updates of 32 sequences, H = 16; chance is 1/4.
    finite: whether the last loss is.
    """
    runs = [(steps, rate, 150, start) for steps in (20, 50, 100, 200) for rate in (0.01, 0.03) for start in _STARTS]
    runs += [(steps, 0.03, 300, start) for steps in (50, 100, 200) for start in _LONGER]
    rows: list[dict[str, Any]] = []
    for steps, rate, updates, start in runs:
        cell = rnn if start == "RNN" else lstm
        options = {"chrono": steps} if start == "chrono" else _STARTS[start]
        for seed in range(_SEEDS):
            rng = np.random.default_rng(seed)
            net = init(rng, (8, 16, 4), cell, **options)
            batch = partial(tasks.recall, rng, steps, 32)
            loss = train(net, batch, cell=cell, updates=updates, learning_rate=rate)
            x, labels = tasks.recall(rng, steps, 1000)
            right = answer(net, x, cell)[-1].argmax(axis=0) == labels[0]
            rows.append({"steps": steps, "rate": rate, "updates": updates, "start": start, "seed": seed,
                         "accuracy": f"{right.mean():.3f}", "finite": bool(np.isfinite(loss[-1]))})  # fmt: skip
        print(steps, rate, updates, start, *sorted(row["accuracy"] for row in rows[-_SEEDS:]), flush=True)
    write("03_recall.csv", rows)


TABLES = {"gates_03": _gates, "recall_03": _recall}
