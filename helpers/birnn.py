"""The bidirectional network: one cell reads from the left, another of the same kind from the right; lesson 6.

(1) hf = cell(x; forward)                    from the first step to the last
(2) hb = R cell(R x; backward)               R reverses each example within its own length
(3) h[t] = [hf[t]; hb[t]]                    2H rows: at step t the past up to t, and the future from t on

(4) dx = backward of (1) from dh's upper half + R backward of (2) from R dh's lower half

`params` holds "forward" and "backward", the parameters of one cell each, both of the same sizes. Costs twice the cell.
Output t has seen the whole sequence, so nothing can be said before its end: this is no network for streams, nor for
predicting the next word.

Schuster & Paliwal (1997), Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45, section II.
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
    """Reverse each example of x within its own length, R of equation (2); padding stays where it is.

    Returns a new array (T, D, N); reversed again it gives x.
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
    """Draw the parameters of both directions; cell is the module `rnn`, `lstm` or `gru`.

    D is input_size; hidden_size is H, that of each direction, so the outputs have 2H rows. options are those of the
    cell's own init, such as scheme= or chrono=.
    """
    return {direction: cell.init(rng, input_size, hidden_size, **options) for direction in DIRECTIONS}


def forward(
    params: dict, x: Array, state: Any = None, *, cell: ModuleType = lstm, lengths: Any = None, **options: Any
) -> tuple[Array, tuple[Any, Any], Cache]:
    """Run both directions over a batch of sequences, equations (1) to (3); cell is the one that `init` was given.

    state is a pair, a state of the cell for each direction; the backward direction starts with its own at each
    example's last step. options go to the cell, such as activation= or reset_after=. Returns outputs (T, 2H, N), the
    forward half first, the pair of final states, forward's after an example's last step and backward's after its
    first, and the cache.
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
    """Go back through both directions, equation (4), from ∂E/∂outputs (T, 2H, N) and the pair dstate.

    Returns the gradients of the parameters, dx (T, D, N), 0 past an example's length, and the pair of gradients of the
    initial states.
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
