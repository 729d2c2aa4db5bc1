"""The simple recurrent network of Elman (1990), forward and backward through time.

(1) u[t] = W_in x[t] + W h[t−1] + b
(2) h[t] = f(u[t])

(3) dh[t]    = doutputs[t] + Wᵀ delta[t+1]
(4) delta[t] = dh[t] ⊙ f′(u[t])                 delta[t] is ∂E/∂u[t]
(5) dW_in = Σ_t delta[t] x[t]ᵀ    (6) dW = Σ_t delta[t] h[t−1]ᵀ    (7) db = Σ_t delta[t]
(8) dx[t] = W_inᵀ delta[t]
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._validation import Array, Params, cell_gradients, cell_inputs, positive_int
from helpers.activations import named
from helpers.initializers import draw

SYMBOLS = {"W_in": "H D", "W": "H H", "b": "H 1"}


class Cache(NamedTuple):
    """What `backward` needs of `forward`, by its name in the equations."""

    W_in: Array
    W: Array
    x: Array  # (T, D, N)
    h0: Array  # (H, N)
    u: Array  # (T, H, N)
    h: Array  # (T, H, N)
    real: Array | None  # (T, 1, N), True where a step counts; None when all do
    activation: str


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, *, scheme: str = "xavier", dtype: Any = np.float64
) -> Params:
    """Draw initial parameters; the bias starts at 0.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    input_size : int
        D, the size of x.
    hidden_size : int
        H, the size of h.
    scheme : {"xavier", "he", "normal"}
        See `helpers.initializers`.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_in`` (H, D), ``W`` (H, H) and ``b`` (H, 1).

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, `dtype` holds no floats, or `rng` is no Generator.
    """
    input_size, hidden_size = positive_int("input_size", input_size), positive_int("hidden_size", hidden_size)
    W_in = draw(rng, hidden_size, input_size, scheme, dtype)
    W = draw(rng, hidden_size, hidden_size, scheme, dtype)
    return {"W_in": W_in, "W": W, "b": np.zeros((hidden_size, 1), dtype)}


def forward(
    params: Params, x: Array, state: Array | None = None, *, lengths: Any = None, activation: str = "tanh"
) -> tuple[Array, Array, Cache]:
    """Run the network over a batch of sequences, equations (1) and (2).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        ``W_in`` (H, D), ``W`` (H, H) and ``b`` (H, 1).
    x : numpy.ndarray
        Inputs, shape (T, D, N): time first, one column per example.
    state : numpy.ndarray, optional
        Initial hidden state h0, shape (H, N). Zero when left out.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T. Past its length an example's output is 0, its
        state stays frozen and its x is not looked at.
    activation : {"tanh", "sigmoid", "relu", "identity"}
        The function f.

    Returns
    -------
    outputs : numpy.ndarray
        Hidden states, shape (T, H, N). The cache holds the same array: copy it before writing to it.
    state : numpy.ndarray
        Each example's last hidden state, shape (H, N).
    cache : Cache
        For `backward`, and to plot.

    Raises
    ------
    ValueError
        If a shape does not fit, a key is missing, a length is outside 1..T or the activation is unknown.

    Notes
    -----
    Costs 2·T·N·H·(D + H) operations. W_in x[t] does not depend on the step before, so it leaves the loop.

    References
    ----------
    Elman (1990), Finding structure in time, Cognitive Science 14, Figure 2.
    """
    function = named(activation).function
    (W_in, W, b), x, (h0,), real = cell_inputs(params, SYMBOLS, x, {"state": state}, lengths)
    u = np.matmul(W_in, x) + b
    h = np.empty_like(u)
    previous = h0
    for t in range(len(x)):
        u[t] += W @ previous  # (1)
        if real is None:
            previous = function(u[t], out=h[t])  # (2)
        else:
            previous = np.where(real[t], function(u[t]), previous)
            h[t] = np.where(real[t], previous, 0)
    return h, previous.copy(), Cache(W_in, W, x, h0, u, h, real, activation)


def backward(cache: Cache, doutputs: Array | None, dstate: Array | None = None) -> tuple[Params, Array, Array]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (3) to (8).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    doutputs : numpy.ndarray or None
        ∂E/∂outputs, shape (T, H, N); None is zero. Not looked at past an example's length.
    dstate : numpy.ndarray, optional
        ∂E/∂state, shape (H, N); None is zero.

    Returns
    -------
    grads : dict of str to numpy.ndarray
        ``W_in``, ``W`` and ``b``, shaped like the parameters.
    dx : numpy.ndarray
        ∂E/∂x, shape (T, D, N), 0 past an example's length.
    dstate : numpy.ndarray
        ∂E/∂h0, shape (H, N).

    Raises
    ------
    ValueError
        If a shape does not fit, or both gradients are None.

    Notes
    -----
    Costs 4·T·N·H·(D + H) operations, twice the forward pass. The slopes come before the loop and the
    weight gradients after it, each as one product; only equations (3) and (4) go step by step.

    References
    ----------
    Werbos (1990), Backpropagation through time: what it does and how to do it, Proc. IEEE 78, section II.
    """
    W_in, W, x, h0, _, h, real, activation = cache
    doutputs, (dh,) = cell_gradients(h, real, doutputs, {"dstate": dstate})
    slope = named(activation).slope(h)
    delta = np.empty(h.shape, dh.dtype)
    for t in reversed(range(len(h))):
        total = dh if doutputs is None else dh + doutputs[t]  # (3)
        np.multiply(total, slope[t], out=delta[t])  # (4)
        if real is None:
            dh = W.T @ delta[t]
        else:  # past its end an example only hands the gradient of its frozen state back
            delta[t] = np.where(real[t], delta[t], 0)
            dh = np.where(real[t], W.T @ delta[t], dh)
    h_before = np.concatenate([h0[None], h[:-1]])
    grads = {
        "W_in": np.tensordot(delta, x, axes=([0, 2], [0, 2])),  # (5) the sum over t and over the batch
        "W": np.tensordot(delta, h_before, axes=([0, 2], [0, 2])),  # (6)
        "b": delta.sum(axis=(0, 2))[:, None],  # (7)
    }
    return grads, np.matmul(W_in.T, delta), dh  # (8)
