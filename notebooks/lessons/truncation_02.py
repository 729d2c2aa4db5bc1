"""Truncated backpropagation through time: the state goes through all steps, the gradient through the last k.

A sequence is cut into chunks of k steps, the first one shorter where k does not divide T.

(1) forward, chunk by chunk:    the next chunk begins with the last state of the one before
(2) backward, last chunk only:  delta[t] = (Wᵀ delta[t+1]) ⊙ f′(u[t])  for t = T−1, …, T−k, as the answer is
                                asked at the last step; what happened before is taken as given

With k = T this is the whole gradient. Chunks of k steps are the BPTT(h; h′) with h = h′ = k of Williams & Peng (1990),
An efficient gradient-based algorithm for on-line training of recurrent network trajectories, Neural Computation 2.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import dense, losses, optimizers, rnn
from helpers._checks import Array, Params, floats, positive, whole
from helpers.data import tasks
from lessons import write

_HIDDEN, _BATCH, _UPDATES, _RATE, _TEST_EXAMPLES = 32, 32, 600, 3e-3, 1000
_SEEDS = 20


def init(rng: np.random.Generator, radius: float = 1.0) -> dict[str, Params]:
    """Draw a network of 32 units for `tasks.recall`, "rnn" and "out", whose W has this spectral radius, above 0."""
    params = {"rnn": rnn.init(rng, 8, _HIDDEN), "out": dense.init(rng, _HIDDEN, 4)}
    W = params["rnn"]["W"]
    W *= positive("radius", radius) / np.abs(np.linalg.eigvals(W)).max()
    return params


def loss_and_grads(
    params: dict[str, Params], x: Array, labels: Array, truncation: int, activation: str = "tanh"
) -> tuple[float, dict[str, Params]]:
    """Compute the loss of the answer at the last step, and its gradient through the last k steps, (1) and (2).

    x is (T, D, N), labels (1, N) the right answers, `truncation` k from 1 to T. The loss is the softmax cross-entropy
    in nats; the gradients are nested like `params`.
    """
    x, k = floats("x", x), whole("truncation", truncation)
    T = len(x) if x.ndim else 0
    if k > T:
        raise ValueError(f"truncation: expected at most T = {T}, got {k}")
    state: Array | None = None
    for stop in range(T % k or k, T + 1, k):  # (1)
        h, state, cache = rnn.forward(params["rnn"], x[max(stop - k, 0) : stop], state, activation=activation)
    v, out_cache = dense.forward(params["out"], h[-1:])
    loss, dv = losses.softmax_cross_entropy(v, labels)
    out_grads, dh = dense.backward(out_cache, dv)
    return loss, {"rnn": rnn.backward(cache, None, dh[0])[0], "out": out_grads}  # (2)


def train(
    rng: np.random.Generator,
    steps: int,
    truncation: int,
    *,
    activation: str = "tanh",
    radius: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> tuple[Array, float]:
    """Train to recall a symbol over T = `steps` with a gradient that goes `truncation` steps back: 600 updates of Adam.

    Each takes 32 new sequences; `radius` is that of `init`; `progress` gets the share done. Return the loss of each
    update in nats, (updates,), and the share of right answers on 1,000 new sequences: chance is 1/4, and where nothing
    is finite it is 0.
    """
    x, labels = tasks.recall(rng, steps, _BATCH)
    params = init(rng, radius)
    optimizer, kept = optimizers.Adam(_RATE), np.empty(_UPDATES)
    with np.errstate(all="ignore"):  # a run that diverges goes on as NaN and counts as failed
        for update in range(_UPDATES):
            kept[update], grads = loss_and_grads(params, x, labels, truncation, activation)
            optimizer.step(params, grads)
            x, labels = tasks.recall(rng, steps, _BATCH)
            if progress is not None and update % 20 == 0:
                progress(update / _UPDATES)
        x, labels = tasks.recall(rng, steps, _TEST_EXAMPLES)
        h, _, _ = rnn.forward(params["rnn"], x, activation=activation)
        v, _ = dense.forward(params["out"], h[-1:])
    right = (v.argmax(axis=1) == labels) & np.isfinite(v).all(axis=1)
    return kept, float(right.mean())


def _activations() -> None:
    """Count the networks that learn to recall a symbol, by activation and spectral radius of the start.

    learned: right on over 90 % of 1,000 new sequences after 600 updates. nan: the last loss is not finite.
    """
    rows: list[dict[str, Any]] = []
    for activation in ("sigmoid", "tanh", "relu", "identity"):
        for steps in (5, 10, 20):
            for radius in (1.0, 2.0, 4.0):
                generators = map(np.random.default_rng, range(_SEEDS))
                runs = [train(rng, steps, steps, activation=activation, radius=radius) for rng in generators]
                accuracy = np.array([run[1] for run in runs])
                nan = sum(not np.isfinite(losses[-1]) for losses, _ in runs)
                rows.append({"activation": activation, "radius": radius, "steps": steps, "seeds": _SEEDS,
                             "learned": np.sum(accuracy > 0.9), "nan": nan,
                             "median_accuracy": f"{np.median(accuracy):.3f}"})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("02_activations.csv", rows)


def _truncation() -> None:
    """Measure how well networks recall a symbol 11 steps later, by how far the gradient goes back."""
    rows: list[dict[str, Any]] = []
    for radius in (0.5, 1.0):
        for k in (1, 2, 4, 6, 8, 10, 11, 12):
            for seed in range(_SEEDS):
                _, accuracy = train(np.random.default_rng(seed), 12, k, radius=radius)
                rows.append({"radius": radius, "truncation": k, "seed": seed, "accuracy": f"{accuracy:.3f}"})
            print(radius, k, *sorted(row["accuracy"] for row in rows[-_SEEDS:]), flush=True)
    write("02_truncation.csv", rows)


TABLES = {"activations_02": _activations, "truncation_02": _truncation}
