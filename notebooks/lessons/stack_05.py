"""Lesson 05 puts one GRU on another, with dropout between them; `make train RESULT=stack_05` writes the table.

A layer reads the states of the layer below. Dropout is the inverted one: each state is 0 with probability share, the
others are divided by 1 − share, so that the mean stays and nothing is to be done when the network is used.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers import dense, gru, losses, optimizers
from helpers._checks import Array, Params
from helpers.data import tasks
from lessons import cells_05, write

Layers = dict[str, Params]
Caches = list[gru.Cache]

_SEEDS, _WIDTH = 16, 16
# One layer has no more parameters than two of 16 units: name, widths, where dropout acts, its share.
_NETS = {
    "months": (("one layer", (27,), "", 0.0), ("two layers", (16, 16), "", 0.0),
               ("two layers", (16, 16), "between", 0.2), ("two layers", (16, 16), "between", 0.5)),
    "recall": (("two layers", (16, 16), "", 0.0), ("two layers", (16, 16), "between", 0.2),
               ("two layers", (16, 16), "state", 0.2), ("two layers", (16, 16), "state, one mask", 0.2)),
}  # fmt: skip
_RATES = {"months": (0.003, 0.01, 0.03), "recall": (0.03, 0.1)}
_STEPS = 20  # of recall


def init(rng: np.random.Generator, input_size: int, widths: Sequence[int], **options: Any) -> Layers:
    """Draw a stack of GRUs: each layer has the states of the one below as its input."""
    sizes = zip([input_size, *widths], widths, strict=False)
    return {f"layer {k}": gru.init(rng, below, own, **options) for k, (below, own) in enumerate(sizes, 1)}


def mask(rng: np.random.Generator, shape: tuple[int, ...], share: float) -> Array:
    """Draw what dropout multiplies by: 0 with probability share, else 1 / (1 − share)."""
    return (rng.random(shape) >= share) / (1 - share)


def forward(layers: Layers, x: Array, masks: Sequence[Array] = ()) -> tuple[Array, Caches]:
    """Run x (T, D, N) through all layers.

    masks are dropout, one (T, H, N) between any two layers, of 0 and 1 / (1 − share).
    """
    caches: Caches = []
    for k, params in enumerate(layers.values()):
        if k and masks:
            x = x * masks[k - 1]
        x, _, cache = gru.forward(params, x)
        caches.append(cache)
    return x, caches


def backward(caches: Caches, doutputs: Array, masks: Sequence[Array] = ()) -> tuple[Layers, Array]:
    """Go back from the top layer to the first: grads by layer, and dx (T, D, N)."""
    grads: Layers = {}
    for k in reversed(range(len(caches))):
        grads[f"layer {k + 1}"], doutputs, _ = gru.backward(caches[k], doutputs)
        if k and masks:
            doutputs = doutputs * masks[k - 1]
    return grads, doutputs


def forward_state(params: Params, x: Array, masks: Array) -> tuple[Array, Caches]:
    """Run one layer with dropout on its own path: step t reads h[t−1] · masks[t], masks (T, H, N)."""
    h, outputs, caches = np.zeros(masks.shape[1:]), np.empty(masks.shape), []
    for t, x_t in enumerate(x):
        _, h, cache = gru.forward(params, x_t[None], h * masks[t])
        outputs[t] = h
        caches.append(cache)
    return outputs, caches


def backward_state(caches: Caches, doutputs: Array, masks: Array) -> tuple[Params, Array]:
    """Go back through the steps of `forward_state`: the state's gradient meets the masks on its way."""
    dh, dx = np.zeros(masks.shape[1:]), []
    total: Params = {}
    for t in reversed(range(len(caches))):
        grads, dx_t, dh = gru.backward(caches[t], doutputs[t][None], dh)
        dh = dh * masks[t]
        dx.append(dx_t[0])
        total = {name: grad + total.get(name, 0) for name, grad in grads.items()}
    return total, np.array(dx[::-1])


def _pass(net: Layers, x: Array, place: str, share: float, rng: np.random.Generator) -> tuple[Array, Callable]:
    """Run a stack with dropout at its place; return the top states and what takes their gradient back."""
    (T, _, N), H = x.shape, _WIDTH
    if not place.startswith("state"):
        masks = [mask(rng, (T, H, N), share)] if place else []
        h, caches = forward(net, x, masks)
        return h, lambda dh: backward(caches, dh, masks)[0]
    steps = 1 if "one" in place else T
    first, second = (np.broadcast_to(mask(rng, (steps, H, N), share), (T, H, N)) for _ in range(2))
    below, lower = forward_state(net["layer 1"], x, first)
    h, upper = forward_state(net["layer 2"], below, second)

    def back(dh: Array) -> dict[str, Params]:
        grads, dbelow = backward_state(upper, dh, second)
        return {"layer 2": grads, "layer 1": backward_state(lower, dbelow, first)[0]}

    return h, back


def _described() -> dict[str, dict[str, Any]]:
    """Describe both tasks: the temperatures as in `cells_05`, recall over fewer steps."""
    months = cells_05._described()["months"]

    def draw(rng: np.random.Generator, examples: int = 32) -> tuple[Array, Array]:
        return tasks.recall(rng, _STEPS, examples)

    recall: dict[str, Any] = {
        name: draw(np.random.default_rng(seed), 1000) for name, seed in (("valid", 98), ("test", 99))
    }
    recall |= {"batch": draw, "updates": 100, "sizes": (8, 4), "loss": losses.softmax_cross_entropy, "chrono": _STEPS}
    recall |= {"score": lambda v, target: [np.mean(v[0].argmax(axis=0) == target[0])], "names": ["recall"]}
    return {"months": months, "recall": recall}


def _trained(task: dict[str, Any], widths: Sequence[int], place: str, share: float, rate: float, seed: int) -> list:
    """Train one stack; return its scores, without dropout, on the examples to learn from, to choose by, to test by."""
    examples, weights, drops = (np.random.default_rng(seed + add) for add in (0, 1000, 2000))
    inputs, outputs = task["sizes"]
    start = {} if task["chrono"] is None else {"chrono": task["chrono"]}
    net: dict[str, Any] = {
        "cell": init(weights, inputs, widths, **start),
        "out": dense.init(weights, widths[-1], outputs),
    }
    stepper = optimizers.Adam(rate)
    for _ in range(task["updates"]):
        x, target = task["batch"](examples)
        h, back = _pass(net["cell"], x, place, share, drops)
        v, out_cache = dense.forward(net["out"], h[-1:])
        out_grads, dlast = dense.backward(out_cache, task["loss"](v, target)[1])
        dh = np.concatenate([np.zeros((len(x) - 1, *dlast.shape[1:])), dlast])
        stepper.step(net, {"cell": back(dh), "out": out_grads})
    # As many examples as about 10 batches tell how well those are answered that the network has learnt from.
    seen = [np.concatenate(part, axis=-1) for part in zip(*(task["batch"](examples) for _ in range(10)), strict=True)]
    tried = (seen, task["valid"], task["test"])
    return [task["score"](dense.forward(net["out"], forward(net["cell"], x)[0][-1:])[0], t) for x, t in tried]


def _stack() -> None:
    """Compare one layer, two layers and two with dropout, over learning rates and seeds.

    train, valid, test: share of right answers (recall) or RMSE over the standard deviation (months), always measured
    without dropout; the rate is to be chosen by valid. For recall every batch is drawn anew, train is like test.
    """
    rows = []
    for kind, task in _described().items():
        for net, widths, place, share in _NETS[kind]:
            sizes = zip([task["sizes"][0], *widths], widths, strict=False)
            count = sum(3 * own * (below + own + 1) for below, own in sizes)
            for rate in _RATES[kind]:
                for seed in range(_SEEDS):
                    scores = _trained(task, widths, place, share, rate, seed)
                    for i, measured in enumerate(task["names"]):
                        shown = {name: f"{score[i]:.4g}" for name, score in
                                 zip(("train", "valid", "test"), scores, strict=True)}  # fmt: skip
                        rows.append({"task": measured, "net": net, "hidden": widths[0], "parameters": count,
                                     "place": place, "share": share, "rate": rate, "seed": seed} | shown)  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("05_stack.csv", rows)


def networks() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the stored rows by line and network, those of all learning rates."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in cells_05.stored("05_stack"):
        name = f"{row['place']}, {row['share']:g}" if row["place"] else row["net"]
        found.setdefault(row["task"], {}).setdefault(name, []).append(row)
    return found


def reached(line: str) -> dict[str, Array]:
    """Return what the networks of a line reach on the test examples (seeds,), each at its best learning rate."""
    best = {name: cells_05.at_best_rate(rows, line == "recall") for name, rows in networks()[line].items()}
    return {name: np.array([row["test"] for row in rows]) for name, rows in best.items()}


def medians(line: str) -> list[list[Any]]:
    """Return for each network of a line its chosen rate and, rate by rate, the medians of training and test."""
    table = []
    for name, rows in networks()[line].items():
        at: dict[float, list[dict[str, Any]]] = {}
        for row in rows:
            at.setdefault(row["rate"], []).append(row)
        both = [float(np.median([row[kind] for row in own])) for kind in ("train", "test") for own in at.values()]
        table.append([name, cells_05.at_best_rate(rows, line == "recall")[0]["rate"], *both])
    return table


TABLES = {"stack_05": _stack}
