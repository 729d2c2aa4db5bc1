"""The bidirectional network: one cell reads from the left, another of the same kind from the right.

(1) hf = cell(x; forward)                    from the first step to the last
(2) hb = R cell(R x; backward)               R reverses each example within its own length
(3) h[t] = [hf[t]; hb[t]]                    2H rows: at step t the past up to t, and the future from t on

(4) dx = backward of (1) from dh's upper half + R backward of (2) from R dh's lower half
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import lstm
from helpers._checks import Array, array_of, pair, real_steps, shaped, with_keys

DIRECTIONS = ("forward", "backward")
PARTS = "(forward's, backward's)"


class Cache(NamedTuple):
    """What `backward` needs of `forward`: the caches of both cells and the order in which (2) reads."""

    forward: Any
    backward: Any
    order: Array  # (T, 1, N), the step that R puts at each place
    cell: ModuleType


def reverse(x: Array, lengths: Any = None) -> Array:
    """Reverse each example within its own length, R of equation (2); padding stays where it is.

    Parameters
    ----------
    x : numpy.ndarray
        Sequences, shape (T, D, N).
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T.

    Returns
    -------
    numpy.ndarray
        A new array, shape (T, D, N). Reversing it again gives `x`.

    Raises
    ------
    ValueError
        If the shape is not (T, D, N) or a length is outside 1..T.
    """
    x = shaped("x", array_of("x", x), "T D N", {})
    return np.take_along_axis(x, _order(x.shape[0], x.shape[2], lengths), axis=0)


def _order(steps: int, examples: int, lengths: Any) -> Array:
    """Return (T, 1, N), the step that comes to each place: length − 1 − t within the length, t past it."""
    t = np.arange(steps)[:, None, None]
    real = real_steps(lengths, steps, examples)
    if real is None:
        return np.broadcast_to(t[::-1], (steps, 1, examples))
    return np.where(real, real.sum(axis=0) - 1 - t, t)


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, cell: ModuleType = lstm, **options: Any
) -> dict[str, dict[str, Array]]:
    """Draw the parameters of both cells.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    input_size : int
        D, the size of x.
    hidden_size : int
        H, the size of each direction's state; the outputs have 2H rows.
    cell : module
        `rnn`, `lstm` or `gru`.
    **options : Any
        What the cell's own ``init`` takes, such as ``scheme=`` or ``chrono=``.

    Returns
    -------
    dict of dict
        ``forward`` and ``backward``, each with the parameters of one cell.

    Raises
    ------
    ValueError
        As the cell's ``init`` does.
    """
    return {direction: cell.init(rng, input_size, hidden_size, **options) for direction in DIRECTIONS}


def forward(
    params: dict, x: Array, state: Any = None, *, cell: ModuleType = lstm, lengths: Any = None, **options: Any
) -> tuple[Array, tuple[Any, Any], Cache]:
    """Run both directions over a batch of sequences, equations (1) to (3).

    Parameters
    ----------
    params : dict of dict
        ``forward`` and ``backward``, from `init`.
    x : numpy.ndarray
        Inputs, shape (T, D, N): time first, one column per example.
    state : pair, optional
        Initial states of the two directions, each as the cell takes it; None is zero, in the pair too. The
        backward direction starts with its own at each example's last step.
    cell : module
        `rnn`, `lstm` or `gru`, the one that `init` was given.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T. Past its length an example's output is 0.
    **options : Any
        What the cell's own ``forward`` takes, such as ``activation=`` or ``reset_after=``.

    Returns
    -------
    outputs : numpy.ndarray
        Hidden states, shape (T, 2H, N), the forward half first.
    state : pair
        The final states: forward's after an example's last step, backward's after its first.
    cache : Cache
        For `backward`, and to plot.

    Raises
    ------
    ValueError
        If `params` does not hold both directions, `state` is no pair, or as the cell's ``forward`` does.

    Notes
    -----
    Costs twice the cell. Output t has seen the whole sequence, so nothing can be said before its end:
    this is no network for streams, nor for predicting the next word.

    References
    ----------
    Schuster & Paliwal (1997), Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45, section II.
    """
    with_keys(params, DIRECTIONS)
    first, second = pair("state", state, PARTS)
    left, left_state, left_cache = cell.forward(params["forward"], x, first, lengths=lengths, **options)  # (1)
    order = _order(left.shape[0], left.shape[2], lengths)
    turned = np.take_along_axis(np.asarray(x), order, axis=0)
    right, right_state, right_cache = cell.forward(
        params["backward"], turned, second, lengths=lengths, **options
    )  # (2)
    if right.shape != left.shape:
        raise ValueError(
            f"params['backward']: expected the sizes of params['forward'], {left.shape}, got {right.shape}"
        )
    outputs = np.concatenate([left, np.take_along_axis(right, order, axis=0)], axis=1)  # (3)
    return outputs, (left_state, right_state), Cache(left_cache, right_cache, order, cell)


def backward(cache: Cache, doutputs: Array | None, dstate: Any = None) -> tuple[dict, Array, tuple[Any, Any]]:
    """Go back through both directions, equation (4).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    doutputs : numpy.ndarray or None
        ∂E/∂outputs, shape (T, 2H, N); None is zero. Not looked at past an example's length.
    dstate : pair, optional
        Gradients of the two final states, each as the cell takes it; None is zero, in the pair too.

    Returns
    -------
    grads : dict of dict
        ``forward`` and ``backward``, shaped like the parameters.
    dx : numpy.ndarray
        ∂E/∂x, shape (T, D, N), 0 past an example's length.
    dstate : pair
        Gradients of the two initial states.

    Raises
    ------
    ValueError
        If a shape does not fit, or all gradients are None.

    References
    ----------
    Schuster & Paliwal (1997), Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45, section II.
    """
    cell, order = cache.cell, cache.order
    ends = pair("dstate", dstate, PARTS)
    if doutputs is not None:
        T, H, N = cache.forward.h.shape
        doutputs = shaped("doutputs", array_of("doutputs", doutputs), "T 2H N", {"T": T, "H": H, "N": N})
        halves = [doutputs[:, :H], np.take_along_axis(doutputs[:, H:], order, axis=0)]
    elif all(part is None for end in ends for part in (end if isinstance(end, tuple | list) else [end])):
        raise ValueError("doutputs: expected an array here or in dstate, got None for both")
    else:  # a direction that nothing depends on has a gradient of zero
        halves = [np.zeros_like(cache.forward.h) for _ in DIRECTIONS]
    grads_left, dx_left, dleft = cell.backward(cache.forward, halves[0], ends[0])
    grads_right, dx_right, dright = cell.backward(cache.backward, halves[1], ends[1])
    dx = dx_left + np.take_along_axis(dx_right, order, axis=0)  # (4)
    return {"forward": grads_left, "backward": grads_right}, dx, (dleft, dright)
