"""The experiment of the source notes as it was published, for many random starts at once.

An RNN without biases and with 16 units adds two 8-bit numbers, least significant bit first, one random pair an update.
All arrays have one leading axis more than in `helpers.rnn`: E networks that train side by side.

    (1) u[t] = W_in x[t] + W h[t−1],   h[t] = f(u[t]),   y[t] = σ(W_out h[t])
    (2) E = Σ_t ½ (y[t] − d[t])²
    (3) delta_out[t] = (y[t] − d[t]) · σ′(v[t]),   σ′(v) = y (1 − y)
    (3′) what the sample computes instead: σ′(y), the slope of a second sigmoid on top of the first
    (4) delta[t] = (Wᵀ delta[t+1] + W_outᵀ delta_out[t]) ⊙ f′(u[t])
    (5) g ← g · threshold / max(threshold, ‖g‖), each network by its own norm; see `helpers.clipping`

What is the same everywhere: `params` holds W_in (E, 16, 2), W (E, 16, 16) and W_out (E, 1, 16); `activation` names f,
"sigmoid", "tanh", "relu" or "identity"; `slope` is "shipped", (3′), or "corrected", (3).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers._checks import Array, Params, floats, generator, one_of, positive, whole
from helpers.activations import named, sigmoid
from helpers.data import all_additions, binary_addition
from helpers.initializers import draw
from lessons import write

_HIDDEN, _BITS, _UPDATES = 16, 8, 10_000
_KINDS = ("global", "norm", "value")  # of clipping
_ACTIVATIONS, _SCHEMES, _SLOPES = ("sigmoid", "tanh", "relu"), ("normal", "xavier", "he"), ("shipped", "corrected")
_SEEDS = 40


def init(rng: np.random.Generator, networks: int, *, scheme: str = "normal") -> Params:
    """Draw the weights of so many networks by a scheme of `helpers.initializers`; the sample has no biases."""
    E, H = whole("networks", networks), _HIDDEN
    shapes = {"W_in": (H, 2), "W": (H, H), "W_out": (1, H)}
    return {name: np.stack([draw(rng, *shape, scheme) for _ in range(E)]) for name, shape in shapes.items()}


def forward(params: Params, x: Array, activation: str = "sigmoid") -> tuple[Array, Array]:
    """Run all networks, equation (1), on x (T, E, 2, N): the states h (T, E, 16, N) and outputs y (T, E, 1, N).

    With x (T, 1, 2, N) every network reads the same.
    """
    x = floats("x", x)
    if x.ndim != 4:
        raise ValueError(f"x: expected shape (T, E, 2, N), got {x.shape}")
    function = named(activation).function
    h = params["W_in"] @ x
    for t in range(len(h)):
        if t > 0:
            h[t] += params["W"] @ h[t - 1]
        function(h[t], out=h[t])
    return h, sigmoid(params["W_out"] @ h)


def backward(
    params: Params, x: Array, h: Array, y: Array, target: Array, activation: str = "sigmoid", slope: str = "shipped"
) -> Params:
    """Compute the gradients of (2), as the sample does or as they are.

    x, h and y are those of `forward`, target (T, E, 1, N) holds the bits of the sums d.
    """
    z = sigmoid(y) if one_of("slope", slope, _SLOPES) == "shipped" else y
    delta_out = (y - target) * (z * (1 - z))  # (3′) or (3)
    delta = params["W_out"].swapaxes(1, 2) @ delta_out
    f_slope = named(activation).slope(h)
    for t in reversed(range(len(h))):
        if t + 1 < len(h):
            delta[t] += params["W"].swapaxes(1, 2) @ delta[t + 1]
        delta[t] *= f_slope[t]  # (4)
    return {"W_in": _outer(delta, x), "W": _outer(delta[1:], h[:-1]), "W_out": _outer(delta_out, h)}


def _outer(delta: Array, signal: Array) -> Array:
    """Return Σ_t delta[t] signal[t]ᵀ for each network: one product an ensemble member."""
    E = delta.shape[1]
    left = delta.transpose(1, 2, 0, 3).reshape(E, delta.shape[2], -1)
    right = signal.transpose(1, 0, 3, 2).reshape(E, -1, signal.shape[2])
    return left @ right


def norms(grads: Params) -> Array:
    """Measure each network's gradient over all of its arrays: (E,), NaN where one is not finite."""
    flat = np.concatenate([g.reshape(len(g), -1) for g in grads.values()], axis=1)
    largest = np.abs(flat).max(axis=1, keepdims=True)
    largest[largest == 0] = 1  # scaled, so that no square overflows
    with np.errstate(invalid="ignore"):  # inf / inf
        return largest[:, 0] * np.sqrt(np.square(flat / largest).sum(axis=1))


def clip(grads: Params, threshold: float, kind: str = "global") -> Params:
    """Clip each network's gradient on its own, equation (5); one that is not finite becomes NaN.

    `kind` is "global", by the norm over all arrays of a network, "norm", by each array's own, or "value", element by
    element. The threshold is above 0.
    """
    threshold = positive("threshold", threshold)
    if one_of("kind", kind, _KINDS) == "value":
        return {k: np.where(np.isfinite(g), np.clip(g, -threshold, threshold), np.nan) for k, g in grads.items()}
    lengths = {k: norms({k: g}) for k, g in grads.items()} if kind == "norm" else dict.fromkeys(grads, norms(grads))
    return {k: g * (threshold / np.maximum(threshold, lengths[k]))[:, None, None] for k, g in grads.items()}


def train(
    params: Params,
    rng: np.random.Generator,
    *,
    activation: str = "sigmoid",
    slope: str = "shipped",
    updates: int = 10_000,
    learning_rate: float = 0.1,
    threshold: float | None = None,
    kind: str = "global",
    every: int = 100,
    watch: Callable[[int, Params], None] | None = None,
) -> tuple[Params, Array]:
    """Train all networks by plain gradient descent, each on one random pair of its own an update.

    Gradients are clipped as in `clip` where there is a threshold. `watch` gets the number of each update and its
    gradients before clipping. Return new weights, NaN where a network diverged, and the losses (2) of the pair at hand
    at updates 0, every, 2·every, …: (points, E).
    """
    updates, every, rate = whole("updates", updates), whole("every", every), positive("learning_rate", learning_rate)
    one_of("kind", kind, _KINDS)
    params = {name: array.copy() for name, array in params.items()}
    E, kept = len(params["W"]), []
    with np.errstate(all="ignore"):  # a network that diverges goes on as NaN, the others are not disturbed
        for update in range(updates):
            if update % 100 == 0:  # pairs for the next 100 updates in one draw
                pairs = binary_addition(generator(rng), _BITS, 100 * E)
                xs, targets = (p.reshape(_BITS, -1, 100, E).transpose(2, 0, 3, 1)[..., None] for p in pairs)
            x, target = xs[update % 100], targets[update % 100]
            h, y = forward(params, x, activation)
            grads = backward(params, x, h, y, target, activation, slope)
            if watch is not None:
                watch(update, grads)
            for name, gradient in (grads if threshold is None else clip(grads, threshold, kind)).items():
                params[name] -= rate * gradient
            if update % every == 0:
                kept.append(0.5 * np.sum((y - target) ** 2, axis=(0, 2, 3)))
    return params, np.array(kept)


def solved(params: Params, activation: str = "sigmoid") -> Array:
    """Test which networks are right on every bit of all 16,384 pairs of numbers: (E,) of bool."""
    x, target = all_additions(_BITS)
    right = np.ones(len(params["W"]), bool)
    with np.errstate(all="ignore"):
        for some in (slice(None, None, 61), slice(None)):  # a sample first: few networks need the whole test
            for e in np.flatnonzero(right):
                one = {name: array[e : e + 1] for name, array in params.items()}
                _, y = forward(one, x[:, None, :, some], activation)
                right[e] = np.array_equal(y[:, 0] > 0.5, target[..., some] > 0.5)
    return right


def _starts(rng: np.random.Generator) -> Params:
    """Draw 40 starts of each scheme, one scheme after the other."""
    starts = [init(rng, _SEEDS, scheme=scheme) for scheme in _SCHEMES]
    return {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}


def _solved() -> None:
    """Count the seeds that learn 8-bit addition in the notes' set-up, 10,000 updates each.

    solved: right on all 16,384 pairs at the end. nan: weights not finite at the end. silent: no hidden unit answers
    to any pair, so that no gradient arrives. first: the median over the seeds of the first check, made every 500
    updates, at which all pairs were right; empty when fewer than half of the seeds got there.
    """
    rows, x = [], all_additions(_BITS)[0][:, None]
    for slope in _SLOPES:
        for activation in _ACTIVATIONS:
            rng = np.random.default_rng(1)  # the same starts and the same pairs for every activation and slope
            params = _starts(rng)
            first = np.full(len(_SCHEMES) * _SEEDS, np.inf)
            for update in range(500, _UPDATES + 1, 500):
                params, _ = train(params, rng, activation=activation, slope=slope, updates=500)
                right = solved(params, activation)
                first[right] = np.minimum(first[right], update)
            nan = np.array(np.isnan(params["W"]).any(axis=(1, 2)))
            with np.errstate(all="ignore"):
                each = [{name: array[[e]] for name, array in params.items()} for e in range(len(first))]
                silent = [not forward(one, x, activation)[0].any() for one in each]
            for i, scheme in enumerate(_SCHEMES):
                own = slice(i * _SEEDS, (i + 1) * _SEEDS)
                median = np.sort(first[own])[_SEEDS // 2]  # the upper of the two in the middle
                rows.append({"slope": slope, "activation": activation, "scheme": scheme, "seeds": _SEEDS,
                             "solved": right[own].sum(), "nan": nan[own].sum(), "silent": np.sum(silent[own]),
                             "first": int(median) if np.isfinite(median) else ""})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("01_solved.csv", rows)


def _single() -> None:
    """Keep the loss of one start for each activation in the notes' set-up, every 100 updates.

    Stored because single runs of this length are chaotic: another processor draws another curve.
    """
    curves = {}
    for activation in _ACTIVATIONS:
        rng = np.random.default_rng(0)
        curves[activation] = train(init(rng, networks=1), rng, activation=activation, updates=_UPDATES)[1][:, 0]
    points = range(_UPDATES // 100)
    write("01_single.csv", [{"update": 100 * i} | {a: f"{curves[a][i]:.4g}" for a in curves} for i in points])


def _rescue() -> None:
    """Count the seeds whose ReLU network learns the notes' addition with and without clipping (lesson 4).

    The starts and the pairs are those of 01_solved.csv. "share" is the share of every 61st pair that is added right,
    at the lower quartile, the median and the upper quartile of the seeds; a network that is NaN has 0.
    """
    runs: list[tuple[str, float | None, float]] = [("none", None, rate) for rate in (0.1, 0.03, 0.01)]
    runs += [("global", threshold, 0.1) for threshold in (0.1, 0.25, 0.5, 1, 2, 5, 10, 50)]
    runs += [(kind, threshold, 0.1) for kind in ("norm", "value") for threshold in (0.1, 0.25, 0.5, 1, 2, 5)]
    some, target = (array[..., ::61] for array in all_additions(_BITS))
    rows = []
    for slope in _SLOPES:
        for kind, threshold, rate in runs:
            rng = np.random.default_rng(1)
            options: dict[str, Any] = {"slope": slope, "learning_rate": rate, "updates": _UPDATES}
            if threshold is not None:
                options |= {"kind": kind, "threshold": threshold}
            trained, _ = train(_starts(rng), rng, activation="relu", **options)
            with np.errstate(all="ignore"):
                _, y = forward(trained, some[:, None], "relu")
            nan = np.isnan(trained["W"]).any(axis=(1, 2))
            share = ((y > 0.5) == (target[:, None] > 0.5)).all(axis=(0, 2)).mean(axis=1) * ~nan
            found = (a.reshape(3, _SEEDS) for a in (solved(trained, "relu"), nan, share))
            for scheme, s, n, right in zip(_SCHEMES, *found, strict=True):
                low, middle, high = (f"{q:.2f}" for q in np.quantile(right, (0.25, 0.5, 0.75)))
                rows.append({"slope": slope, "kind": kind, "threshold": threshold, "learning_rate": rate,
                             "scheme": scheme, "seeds": _SEEDS, "solved": s.sum(), "nan": n.sum(),
                             "share_low": low, "share_median": middle, "share_high": high})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("04_rescue.csv", rows)


TABLES = {"solved_01": _solved, "single_01": _single, "rescue_04": _rescue}
