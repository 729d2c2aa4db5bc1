"""Truncated backpropagation through time: the state goes through all steps, the gradient through the last k.

A sequence is cut into chunks of k steps, the first one shorter where k does not divide T.

(1) forward, chunk by chunk:    the next chunk begins with the last state of the one before
(2) backward, last chunk only:  delta[t] = (Wᵀ delta[t+1]) ⊙ f′(u[t])  for t = T−1, …, T−k, as the answer is
                                asked at the last step; what happened before is taken as given

With k = T this is the whole gradient.
"""

from collections.abc import Callable

import numpy as np

from helpers import dense, losses, optimizers, rnn
from helpers._checks import Array, floats, positive, whole
from helpers.data import tasks

TEST_EXAMPLES = 1000


def init(rng: np.random.Generator, hidden_size: int = 32, radius: float = 1.0) -> dict:
    """Draw a network for `tasks.recall` whose recurrent weights have the spectral radius asked for.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    hidden_size : int
        H.
    radius : float
        The largest absolute eigenvalue of W, above 0.

    Returns
    -------
    dict
        ``"rnn"``, as from `rnn.init`, and ``"out"``, as from `dense.init`.

    Raises
    ------
    ValueError
        If a number is out of its range or `rng` is no Generator.
    """
    params = {"rnn": rnn.init(rng, 8, hidden_size), "out": dense.init(rng, hidden_size, 4)}
    W = params["rnn"]["W"]
    W *= positive("radius", radius) / np.abs(np.linalg.eigvals(W)).max()
    return params


def loss_and_grads(
    params: dict, x: Array, labels: Array, truncation: int, activation: str = "tanh"
) -> tuple[float, dict]:
    """Compute the loss of the answer at the last step, and its gradient through the last k steps.

    Parameters
    ----------
    params : dict
        From `init`.
    x : numpy.ndarray
        Inputs, shape (T, D, N).
    labels : numpy.ndarray of int
        Right answers at the last step, shape (1, N).
    truncation : int
        k, how many steps the gradient goes back, 1 to T.
    activation : {"tanh", "sigmoid", "relu", "identity"}
        The function f.

    Returns
    -------
    loss : float
        Softmax cross-entropy, in nats.
    grads : dict
        Gradients, nested like `params`.

    Raises
    ------
    ValueError
        If a shape does not fit, the truncation is outside 1..T or the activation is unknown.

    References
    ----------
    Williams & Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories, Neural Computation 2, their BPTT(h).
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
    hidden_size: int = 32,
    batch: int = 32,
    updates: int = 600,
    learning_rate: float = 3e-3,
    progress: Callable[[float], None] | None = None,
) -> tuple[Array, float]:
    """Train a network by Adam to recall a symbol, see `tasks.recall`, with a truncated gradient.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the start and the sequences.
    steps : int
        T.
    truncation : int
        k, 1 to T.
    activation : {"tanh", "sigmoid", "relu", "identity"}
        The function f.
    radius : float
        Spectral radius of W at the start, above 0.
    hidden_size : int
        H.
    batch : int
        N, new sequences for each update.
    updates : int
        Number of updates.
    learning_rate : float
        Step size of Adam, above 0.
    progress : callable, optional
        Called with the share that is done.

    Returns
    -------
    losses : numpy.ndarray
        Loss of each update in nats, shape (updates,).
    accuracy : float
        Share of right answers on 1,000 new sequences; chance is 1/4, and where nothing is finite it is 0.

    Raises
    ------
    ValueError
        If a number is out of its range, the activation is unknown, or `rng` is no Generator.
    """
    updates = whole("updates", updates)
    x, labels = tasks.recall(rng, steps, batch)
    params = init(rng, hidden_size, radius)
    optimizer, kept = optimizers.Adam(learning_rate), np.empty(updates)
    with np.errstate(all="ignore"):  # a run that diverges goes on as NaN and counts as failed
        for update in range(updates):
            kept[update], grads = loss_and_grads(params, x, labels, truncation, activation)
            optimizer.step(params, grads)
            x, labels = tasks.recall(rng, steps, batch)
            if progress is not None and update % 20 == 0:
                progress(update / updates)
        x, labels = tasks.recall(rng, steps, TEST_EXAMPLES)
        h, _, _ = rnn.forward(params["rnn"], x, activation=activation)
        v, _ = dense.forward(params["out"], h[-1:])
    right = (v.argmax(axis=1) == labels) & np.isfinite(v).all(axis=1)
    return kept, float(right.mean())
