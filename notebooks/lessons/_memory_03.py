"""Lesson 03 takes the gates of an LSTM away and lets cells recall: `make train RESULT=gates_03`, `RESULT=recall_03`.

Every start of a seed draws its weights and its examples from the same generator. Adam, new examples for every update.
A run that is close to failing ends elsewhere on another processor; the counts over 16 seeds then move by one or two.
"""

from functools import partial

import numpy as np

from helpers import lstm, rnn
from helpers.data import tasks
from lessons import gates_03

SEEDS = 16
SUBSETS = ("", "i", "o", "f", "io", "if", "of", "iof")
STARTS = {"RNN": {}} | {f"bias {bias}": {"forget_bias": float(bias)} for bias in (0, 1, 3, 5)} | {"chrono": {}}
LONGER = ("RNN", "bias 1", "chrono")  # the starts that are also trained twice as long


def gates() -> list[dict]:
    """Train LSTMs with every subset of the three gates on three tasks; the other gates are held open.

    error: root mean square on 500 new sequences of the length trained on, 30 steps, over the standard deviation of
    the targets: 1 is as bad as saying the mean. error_long: the same on sequences of 300 steps.
    """
    rows = []
    for task in tasks.GATE_TASKS:
        for subset in SUBSETS:
            for seed in range(SEEDS):
                rng = np.random.default_rng(seed)
                net = gates_03.init(rng, (2, 8, 1))
                net["cell"] = gates_03.hold_open(net["cell"], "".join(gate for gate in "iof" if gate not in subset))
                gates_03.train(net, partial(tasks.marked_values, rng, 30, 32, task), updates=600)
                errors = []
                for steps in (30, 300):
                    x, target, asked = tasks.marked_values(rng, steps, 500, task)
                    wrong, wanted = (gates_03.answer(net, x) - target)[:, 0][asked], target[:, 0][asked]
                    errors.append(f"{np.sqrt(np.mean(wrong**2) / np.var(wanted)):.3g}")
                rows.append({"task": task, "gates": subset, "seed": seed, "error": errors[0], "error_long": errors[1]})
            print(task, subset, *sorted(float(row["error"]) for row in rows[-SEEDS:]), flush=True)
    return rows


def recall() -> list[dict]:
    """Measure how well RNN and LSTM recall a symbol T − 1 steps later, by the bias of the forget gate.

    accuracy: share of right answers on 1,000 new sequences after all updates of 32 sequences, H = 16; chance is 1/4.
    finite: whether the last loss is.
    """
    settings = [(steps, rate, 150, start) for steps in (20, 50, 100, 200) for rate in (0.01, 0.03) for start in STARTS]
    settings += [(steps, 0.03, 300, start) for steps in (50, 100, 200) for start in LONGER]
    rows = []
    for steps, rate, updates, start in settings:
        cell = rnn if start == "RNN" else lstm
        options = {"chrono": steps} if start == "chrono" else STARTS[start]
        for seed in range(SEEDS):
            rng = np.random.default_rng(seed)
            net = gates_03.init(rng, (8, 16, 4), cell, **options)
            batch = partial(tasks.recall, rng, steps, 32)
            loss = gates_03.train(net, batch, cell=cell, updates=updates, learning_rate=rate)
            x, labels = tasks.recall(rng, steps, 1000)
            right = gates_03.answer(net, x, cell)[-1].argmax(axis=0) == labels[0]
            rows.append({"steps": steps, "rate": rate, "updates": updates, "start": start, "seed": seed,
                         "accuracy": f"{right.mean():.3f}", "finite": bool(np.isfinite(loss[-1]))})  # fmt: skip
        print(steps, rate, updates, start, *sorted(row["accuracy"] for row in rows[-SEEDS:]), flush=True)
    return rows
