"""The experiment of the source notes as it was published, for many random starts at once.

An RNN without biases adds two 8-bit numbers, least significant bit first, one random pair an update.
All arrays have one leading axis more than in `helpers.rnn`: E networks that train side by side.

    (1) u[t] = W_in x[t] + W h[t−1],   h[t] = f(u[t]),   y[t] = σ(W_out h[t])
    (2) E = Σ_t ½ (y[t] − d[t])²
    (3) delta_out[t] = (y[t] − d[t]) · σ′(v[t]),   σ′(v) = y (1 − y)
    (3′) what the sample computes instead: σ′(y), the slope of a second sigmoid on top of the first
    (4) delta[t] = (Wᵀ delta[t+1] + W_outᵀ delta_out[t]) ⊙ f′(u[t])
    (5) g ← g · threshold / max(threshold, ‖g‖), each network by its own norm; see `helpers.clipping`
"""

from collections.abc import Callable

import numpy as np

from helpers._checks import Array, Params, floats, generator, one_of, positive, whole
from helpers.activations import named, sigmoid
from helpers.data import all_additions, binary_addition
from helpers.initializers import draw

KINDS = ("global", "norm", "value")  # of clipping


def init(rng: np.random.Generator, networks: int, hidden_size: int = 16, *, scheme: str = "normal") -> Params:
    """Draw the weights of many networks; the sample has no biases.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    networks : int
        E, the number of networks.
    hidden_size : int
        H.
    scheme : {"normal", "xavier", "he"}
        See `helpers.initializers`.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_in`` (E, H, 2), ``W`` (E, H, H) and ``W_out`` (E, 1, H).

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, or `rng` is no Generator.
    """
    E, H = whole("networks", networks), whole("hidden_size", hidden_size)
    shapes = {"W_in": (H, 2), "W": (H, H), "W_out": (1, H)}
    return {name: np.stack([draw(rng, *shape, scheme) for _ in range(E)]) for name, shape in shapes.items()}


def forward(params: Params, x: Array, activation: str = "sigmoid") -> tuple[Array, Array]:
    """Run all networks, equation (1).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        From `init`.
    x : numpy.ndarray
        Inputs, shape (T, E, 2, N), or (T, 1, 2, N) for the same inputs to every network.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function f.

    Returns
    -------
    h : numpy.ndarray
        Hidden states, shape (T, E, H, N).
    y : numpy.ndarray
        Outputs between 0 and 1, shape (T, E, 1, N).

    Raises
    ------
    ValueError
        If `x` is not four-dimensional or the activation is unknown.
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

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        From `init`.
    x, h, y : numpy.ndarray
        Inputs and results of `forward`.
    target : numpy.ndarray
        Bits of the sums d, shape (T, E, 1, N).
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function f.
    slope : {"shipped", "corrected"}
        Equation (3′), the sample's, or equation (3).

    Returns
    -------
    dict of str to numpy.ndarray
        Gradients, shaped like the parameters.

    Raises
    ------
    ValueError
        If the activation or the slope is unknown.
    """
    z = sigmoid(y) if one_of("slope", slope, ("shipped", "corrected")) == "shipped" else y
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
    """Measure each network's gradient over all of its arrays.

    Parameters
    ----------
    grads : dict of str to numpy.ndarray
        From `backward`.

    Returns
    -------
    numpy.ndarray
        Global norms, shape (E,); NaN where a gradient is not finite.
    """
    flat = np.concatenate([g.reshape(len(g), -1) for g in grads.values()], axis=1)
    largest = np.abs(flat).max(axis=1, keepdims=True)
    largest[largest == 0] = 1  # scaled, so that no square overflows
    with np.errstate(invalid="ignore"):  # inf / inf
        return largest[:, 0] * np.sqrt(np.square(flat / largest).sum(axis=1))


def clip(grads: Params, threshold: float, kind: str = "global") -> Params:
    """Clip each network's gradient on its own, equation (5); one that is not finite becomes NaN.

    Parameters
    ----------
    grads : dict of str to numpy.ndarray
        From `backward`.
    threshold : float
        The longest norm allowed, or the largest value, above 0.
    kind : {"global", "norm", "value"}
        By the norm over all arrays of a network, by each array's own, or element by element.

    Returns
    -------
    dict of str to numpy.ndarray
        New arrays under the same names.

    Raises
    ------
    ValueError
        If the threshold is not above 0 or the kind is unknown.
    """
    threshold = positive("threshold", threshold)
    if one_of("kind", kind, KINDS) == "value":
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
    bits: int = 8,
    every: int = 100,
    watch: Callable[[int, Params], None] | None = None,
) -> tuple[Params, Array]:
    """Train all networks by plain gradient descent on one random pair an update.

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        From `init`; not changed.
    rng : numpy.random.Generator
        Draws the pairs, another one for every network.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function f.
    slope : {"shipped", "corrected"}
        Which output slope the gradient takes, see `backward`.
    updates : int
        Number of updates.
    learning_rate : float
        Step size, above 0.
    threshold : float, optional
        Where gradients are clipped, see `clip`; None leaves them as they are.
    kind : {"global", "norm", "value"}
        How they are clipped.
    bits : int
        T.
    every : int
        How often the loss is kept, in updates.
    watch : callable, optional
        Called with the number of each update and its gradients before clipping.

    Returns
    -------
    params : dict of str to numpy.ndarray
        The trained weights; NaN where a network diverged.
    losses : numpy.ndarray
        Loss (2) of the one pair at hand at updates 0, every, 2·every, …, shape (points, E).

    Raises
    ------
    ValueError
        If a number is out of its range, a name is unknown, or `rng` is no Generator.
    """
    updates, every, rate = (
        whole("updates", updates),
        whole("every", every),
        positive("rate", learning_rate),
    )
    one_of("kind", kind, KINDS)
    params = {name: array.copy() for name, array in params.items()}
    E, kept = len(params["W"]), []
    with np.errstate(all="ignore"):  # a network that diverges goes on as NaN, the others are not disturbed
        for update in range(updates):
            if update % 100 == 0:  # pairs for the next 100 updates in one draw
                pairs = binary_addition(generator(rng), bits, 100 * E)
                xs, targets = (p.reshape(bits, -1, 100, E).transpose(2, 0, 3, 1)[..., None] for p in pairs)
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


def solved(params: Params, activation: str = "sigmoid", bits: int = 8) -> Array:
    """Test which networks add every pair of numbers without a mistake.

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        From `train`.
    activation : {"sigmoid", "tanh", "relu", "identity"}
        The function f.
    bits : int
        T; all 4**(bits−1) pairs are tried, 16,384 for 8 bits.

    Returns
    -------
    numpy.ndarray
        True for a network that is right on every bit of every pair, shape (E,).

    Raises
    ------
    ValueError
        If `bits` is out of its range or the activation is unknown.
    """
    x, target = all_additions(bits)
    right = np.ones(len(params["W"]), bool)
    with np.errstate(all="ignore"):
        for some in (slice(None, None, 61), slice(None)):  # a sample first: few networks need the whole test
            for e in np.flatnonzero(right):
                one = {name: array[e : e + 1] for name, array in params.items()}
                _, y = forward(one, x[:, None, :, some], activation)
                right[e] = np.array_equal(y[:, 0] > 0.5, target[..., some] > 0.5)
    return right
