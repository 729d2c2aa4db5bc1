"""Two tasks in which neither side of a step tells the answer: what one and two bidirectional layers make of them.

Each sequence has 8 bits; a 1 is a mark. At step t the answer is

(1) between   1 where a mark stands at or before t and another one, or the same, at or after t
(2) differ    1 where the bits before and after t are not equal; the first and last step are not asked

(3) h = birnn(x);  h = birnn(h) for a second layer, whose input has 2H rows
(4) v[t] = W_out z[t] + b_out     z[t] is h[t], its upper or lower half ("left", "right"), or the sum of both halves

With one layer (4) is a sum f(from the left) + g(from the right). A threshold of a sum can be (1), an "and"; it cannot
be (2), an "exclusive or": that takes a second layer, or one more between z and v.
"""

from typing import Any

import numpy as np

from helpers import birnn, dense, losses, optimizers, rnn
from helpers._checks import Array, one_of, whole
from lessons import write

TASKS, MERGES = ("between", "differ"), ("left", "right", "concat", "sum")
_STEPS, _SEEDS, _UPDATES = 8, 16, 300
_RUNS = (
    ("between", "left", 1), ("between", "right", 1), ("between", "concat", 1), ("between", "sum", 1),
    ("differ", "concat", 1), ("differ", "sum", 1), ("differ", "concat", 2),
)  # fmt: skip


def every_row(task: str) -> tuple[Array, Array, Array]:
    """Return all 256 rows of 8 bits: x (T, 1, N), the answers d (T, 1, N), and the mask (T, N) of what is asked."""
    bits = (np.arange(2**_STEPS) >> np.arange(_STEPS)[:, None]) & 1
    mask = np.ones(bits.shape, bool)
    if one_of("task", task, TASKS) == "between":
        before, after = np.maximum.accumulate(bits), np.maximum.accumulate(bits[::-1])[::-1]
        answer = before & after
    else:
        answer = np.zeros_like(bits)
        answer[1:-1] = bits[:-2] ^ bits[2:]
        mask[[0, -1]] = False
    return bits[:, None].astype(float), answer[:, None].astype(float), mask


def best_from(task: str, side: str) -> float:
    """Count the largest share of answers that any function of the bits up to t, or from t on, can have right."""
    x, d, mask = every_row(task)
    bits, answer = x[:, 0].astype(int), d[:, 0].astype(int)
    if one_of("side", side, ("left", "right")) == "right":
        bits, answer, mask = bits[::-1], answer[::-1], mask[::-1]
    right = 0
    for t in np.flatnonzero(mask[:, 0]):
        seen = 2 ** np.arange(t + 1) @ bits[: t + 1]  # rows that look the same so far
        ones, all_of_them = np.bincount(seen, answer[t]), np.bincount(seen)
        right += np.maximum(ones, all_of_them - ones).sum()
    return float(right / mask.sum())


def _rows(h: Array, merge: str) -> Array:
    """Return z (T, 2H, N) or, for the sum, (T, H, N), equation (4)."""
    half = h.shape[1] // 2
    if merge == "concat":
        return h
    if merge == "sum":
        return h[:, :half] + h[:, half:]
    z = np.zeros_like(h)
    part = slice(0, half) if merge == "left" else slice(half, None)
    z[:, part] = h[:, part]
    return z


def train(
    rng: np.random.Generator, task: str, merge: str = "concat", layers: int = 1, *, hidden: int = 16, updates: int = 300
) -> tuple[dict[str, Any], float]:
    """Train tanh cells on random rows with Adam; return the network and its share of right answers on all rows."""
    one_of("merge", merge, MERGES)
    sizes = [1] + [2 * hidden] * (whole("layers", layers) - 1)
    net: dict[str, Any] = {f"layer {k}": birnn.init(rng, size, hidden, rnn) for k, size in enumerate(sizes)}
    net["out"] = dense.init(rng, hidden if merge == "sum" else 2 * hidden, 1)
    adam, (x, d, mask) = optimizers.Adam(0.01), every_row(task)
    for _ in range(whole("updates", updates)):
        some = rng.integers(0, x.shape[2], 64)
        v, caches = forward(net, x[:, :, some], merge)
        _, dv = losses.binary_cross_entropy(v, d[:, :, some], mask[:, some])
        adam.step(net, backward(caches, dv, merge))
    v, _ = forward(net, x, merge)
    return net, float(((v > 0) == (d > 0.5))[:, 0][mask].mean())


def forward(net: dict[str, Any], x: Array, merge: str = "concat") -> tuple[Array, list[Any]]:
    """Compute the logits v (T, 1, N), equations (3) and (4), and the caches of all layers."""
    caches: list[Any] = []
    h = x
    for k in range(len(net) - 1):
        h, _, cache = birnn.forward(net[f"layer {k}"], h, cell=rnn)  # (3)
        caches.append(cache)
    v, out = dense.forward(net["out"], _rows(h, merge))  # (4)
    return v, [*caches, out]


def backward(caches: list[Any], dv: Array, merge: str = "concat") -> dict[str, Any]:
    """Go back from dv = ∂E/∂v through all layers; returns the gradients by the names of the network."""
    grads: dict[str, Any] = {}
    grads["out"], dh = dense.backward(caches[-1], dv)
    dh = np.concatenate([dh, dh], axis=1) if merge == "sum" else _rows(dh, merge)
    for k in reversed(range(len(caches) - 1)):
        grads[f"layer {k}"], dh, _ = birnn.backward(caches[k], dh)
    return grads


def _sides() -> None:
    """Measure the share of right answers for each task, way to merge and number of layers, from 16 seeds."""
    rows = []
    for task, merge, layers in _RUNS:
        for seed in range(_SEEDS):
            _, right = train(np.random.default_rng(seed), task, merge, layers, updates=_UPDATES)
            rows.append({"task": task, "merge": merge, "layers": layers, "seed": seed, "right": f"{right:.4f}"})
            print(*rows[-1].values(), flush=True)
    write("06_sides.csv", rows)


TABLES = {"sides_06": _sides}
