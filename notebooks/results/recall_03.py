"""Lesson 03 trains LSTMs to remember, and takes their gates away: `make train RESULT=recall_03` and `RESULT=gates_03`.

Every start of a seed sees the same examples. Adam, one learning rate for all; new examples for every update.
"""

import numpy as np

from helpers import dense, losses, lstm, optimizers, rnn, tasks

SEEDS, HIDDEN, BATCH, RATE = 16, 16, 32, 0.01
STARTS = {"RNN": {}, "forget bias 0": {"forget_bias": 0.0}, "forget bias 1": {"forget_bias": 1.0}, "chrono": {}}
HELD = {"CEC alone": "ifo", "+ input gate": "fo", "+ output gate": "f", "+ forget gate": ""}  # gates held open
HELD |= {"all but input gate": "i", "all but output gate": "o"}


def remember(start: str, steps: int, seed: int, updates: int = 300, progress=None) -> tuple:
    """Train one network on `tasks.recall`; return it with the loss and the share of right answers of every batch."""
    examples, weights = np.random.default_rng(seed), np.random.default_rng(1000 + seed)
    cell, options = rnn if start == "RNN" else lstm, STARTS[start] or {"chrono": steps}
    net = {"cell": cell.init(weights, 8, HIDDEN, **({} if start == "RNN" else options))}
    net["out"], adam, kept, seen = dense.init(weights, HIDDEN, 4), optimizers.Adam(RATE), [], []
    for update in range(updates):
        x, labels = tasks.recall(examples, steps, BATCH)
        h, _, cache = cell.forward(net["cell"], x)
        v, out_cache = dense.forward(net["out"], h[-1:])
        loss, dv = losses.softmax_cross_entropy(v, labels)
        out_grads, dh = dense.backward(out_cache, dv)
        last = dh[0] if cell is rnn else (dh[0], None)
        adam.step(net, {"cell": cell.backward(cache, None, last)[0], "out": out_grads})
        kept.append(loss)
        seen.append(float(np.mean(v[0].argmax(axis=0) == labels[0])))
        if progress is not None and update % 10 == 0:
            progress(update / updates)
    return net, kept, seen, examples


def accuracy_of(net: dict, start: str, steps: int, examples) -> float:
    """Return the share of right answers on 1,000 new sequences."""
    x, labels = tasks.recall(examples, steps, 1000)
    v, _ = dense.forward(net["out"], (rnn if start == "RNN" else lstm).forward(net["cell"], x)[0][-1:])
    return float(np.mean(v[0].argmax(axis=0) == labels[0]))


def recall() -> list[dict]:
    """Measure who recalls a symbol after noise, over lengths, starts and seeds (lesson 3).

    accuracy: share of right answers on 1,000 new sequences after 300 updates; chance is 0.25. first: the first
    update at which the last five batches together were at least 99 % right; empty when none was.
    """
    rows = []
    for steps in (50, 100, 200):
        for start in STARTS:
            for seed in range(SEEDS):
                net, _, seen, examples = remember(start, steps, seed)
                accuracy = accuracy_of(net, start, steps, examples)
                good = np.flatnonzero(np.convolve(seen, np.full(5, 0.2), "valid") > 0.9899)
                first = int(good[0]) + 5 if len(good) else ""
                rows.append({"start": start, "steps": steps, "seed": seed, "accuracy": f"{accuracy:.3f}",
                             "first": first})  # fmt: skip
            print(start, steps, *sorted(row["accuracy"] for row in rows[-SEEDS:]), flush=True)
    return rows


def marked(rng, steps, examples):
    """Show a value at every step and ask at the last for the one that was marked (needs the input gate)."""
    x, when, each = np.zeros((steps, 2, examples)), rng.integers(0, steps // 2, examples), np.arange(examples)
    x[:, 0] = rng.uniform(-1, 1, (steps, examples))
    x[when, 1, each] = 1
    return x, x[when, 0, each][None, None], slice(-1, None)


def asked(rng, steps, examples):
    """Show a value at step 0; the answer is that value at steps that ask, and 0 at others (needs the output gate)."""
    x, ask = np.zeros((steps, 2, examples)), rng.random((steps, examples)) < 0.2
    ask[0] = False
    x[0, 0], x[:, 1] = rng.uniform(-1, 1, examples), ask
    return x, (ask * x[0, 0])[:, None], slice(None)


def restarted(rng, steps, examples):
    """Sum the values since the last reset, asked at every step (needs the forget gate)."""
    x, y = np.zeros((steps, 2, examples)), np.zeros((steps + 1, 1, examples))
    x[:, 0], x[:, 1] = rng.uniform(-1, 1, (steps, examples)), rng.random((steps, examples)) < 0.15
    for t in range(steps):
        y[t] = y[t - 1] * (1 - x[t, 1]) + x[t, 0]  # y[−1] is a row of zeros that no step writes
    return x, y[:-1], slice(None)


def blocks_of(arrays: dict, held: str) -> list:
    """Return the rows of the held gates in every array, with the array's name."""
    return [(name, lstm.blocks(array)[lstm.GATES.index(gate)]) for gate in held for name, array in arrays.items()]


def fit(task, held: str, seed: int, steps: int = 20, updates: int = 400, progress=None) -> tuple:
    """Train a cell of 4 units by Adam while the gates named in `held` are held open; return it and its examples."""
    examples, weights = np.random.default_rng(seed), np.random.default_rng(1000 + seed)
    net = {"cell": lstm.init(weights, 2, 4), "out": dense.init(weights, 4, 1)}
    for name, rows in blocks_of(net["cell"], held):
        rows[:] = 40 if name == "b" else 0  # σ(40) is 1
    adam = optimizers.Adam(0.03)
    for update in range(updates):
        x, target, at = task(examples, steps, BATCH)
        h, _, cache = lstm.forward(net["cell"], x)
        v, out_cache = dense.forward(net["out"], h[at])
        out_grads, dh = dense.backward(out_cache, losses.squared_error(v, target)[1])
        doutputs = np.zeros_like(h)
        doutputs[at] = dh
        grads, _, _ = lstm.backward(cache, doutputs)
        for _, rows in blocks_of(grads, held):
            rows[:] = 0  # a held gate does not learn
        adam.step(net, {"cell": grads, "out": out_grads})
        if progress is not None and update % 20 == 0:
            progress(update / updates)
    return net, examples


def error_left(net: dict, examples, task, steps: int = 20) -> float:
    """Return the squared error on 1,000 new sequences over that of always answering 0."""
    x, target, at = task(examples, steps, 1000)
    v, _ = dense.forward(net["out"], lstm.forward(net["cell"], x)[0][at])
    return float(np.mean((v - target) ** 2) / np.mean(target**2))


def gates() -> list[dict]:
    """Measure what each gate is for: one task a gate, cells that gain one gate after the other (lesson 3).

    error: squared error on 1,000 new sequences over that of always answering 0, after 400 updates.
    """
    rows = []
    for task in (marked, asked, restarted):
        for cell, held in HELD.items():
            for seed in range(SEEDS):
                error = error_left(*fit(task, held, seed), task)
                rows.append({"task": task.__name__, "cell": cell, "seed": seed, "error": f"{error:.4f}"})
            print(task.__name__, cell, *sorted(row["error"] for row in rows[-SEEDS:]), flush=True)
    return rows


def example() -> list[dict]:
    """Keep the cell of one network trained on `asked` (lesson 3); another processor trains another one."""
    cell = fit(asked, "", 0)[0]["cell"]
    return [{"array": name, "row": row, "column": column, "value": f"{value:.4g}"}
            for name, array in cell.items() for (row, column), value in np.ndenumerate(array)]  # fmt: skip
