"""A recurrent cell with an output layer, trained on tasks that need a memory; gates of an LSTM that are held open.

(1) v[t] = W_out h[t] + b_out, asked at the last steps only, as many as the targets have
(2) a gate held open: its rows of W_in and W are 0 and its bias is 40, so that σ(40) = 1 in float64, and its
    slope σ (1 − σ) = 0: the gate is 1 at every step, and training leaves it there
(3) half-life of a memory whose forget gate stays at f:  f^n = ½,  n = ln ½ / ln f
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import dense, losses, lstm, optimizers
from helpers._checks import Array, Params, one_of, whole

OPEN = 40.0  # 1 + tanh(20) is 2 in float64
Batch = tuple[Array, Array] | tuple[Array, Array, Array]


def init(rng: np.random.Generator, sizes: tuple[int, int, int], cell: Any = lstm, **options: Any) -> dict[str, Params]:
    """Draw a cell and its output layer.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    sizes : tuple of int
        D, H and K.
    cell : module
        `rnn`, `lstm` or `gru`.
    **options : object
        For the cell's `init`, such as ``chrono=100``.

    Returns
    -------
    dict
        ``cell`` and ``out``, each a dict of arrays.
    """
    inputs, hidden, outputs = sizes
    return {"cell": cell.init(rng, inputs, hidden, **options), "out": dense.init(rng, hidden, outputs)}


def hold_open(params: Params, gates: str) -> Params:
    """Hold gates of an LSTM at 1, equation (2).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        Of an LSTM, float64; not changed.
    gates : str
        Letters among i, f and o: "ifo" leaves the constant error carousel alone, "" changes nothing.

    Returns
    -------
    dict of str to numpy.ndarray
        New parameters.

    Raises
    ------
    ValueError
        If a letter is none of i, f and o.
    """
    params = {name: array.copy() for name, array in params.items()}
    for gate in gates:
        block = lstm.GATES.index(one_of("gates", gate, lstm.GATES[:3]))
        for name, array in params.items():
            lstm.blocks(array)[block][:] = OPEN if name == "b" else 0.0
    return params


def answer(net: dict[str, Params], x: Array, cell: Any = lstm) -> Array:
    """Run the network and its output layer, equation (1) at all steps.

    Parameters
    ----------
    net : dict
        From `init`.
    x : numpy.ndarray
        Inputs, shape (T, D, N).
    cell : module
        The one that `net` was made with.

    Returns
    -------
    numpy.ndarray
        Outputs v, shape (T, K, N).
    """
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
    """Train by Adam, on new examples for every update; changes `net` in place.

    Parameters
    ----------
    net : dict
        From `init`.
    batch : callable
        Takes nothing and returns x (T, D, N), what is to be answered at the last S steps, and if need be a mask (S, N):
        integers (S, N) are labels and take the softmax cross-entropy, floats (S, K, N) the squared error.
    cell : module
        The one that `net` was made with.
    updates : int
        Number of updates.
    learning_rate : float
        Step size of Adam, above 0.
    progress : callable, optional
        Called with the share that is done.

    Returns
    -------
    numpy.ndarray
        Loss of each update, shape (updates,).

    Raises
    ------
    ValueError
        If a number is out of its range or a shape does not fit.
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


def half_life(f: Any) -> Any:
    """Return how many steps halve a memory, equation (3).

    Parameters
    ----------
    f : float or array_like
        Forget gate, above 0 and below 1.

    Returns
    -------
    float or numpy.ndarray
        Steps, shaped like `f`.
    """
    return np.log(0.5) / np.log(f)
