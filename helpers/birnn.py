"""The bidirectional network: one cell reads from the left, another of the same kind from the right; lesson 6.

(1) hf = cell(x; forward)                    from the first step to the last
(2) hb = R cell(R x; backward)               R reverses each example within its own length
(3) h[t] = [hf[t]; hb[t]]                    2H rows: at step t the past up to t, and the future from t on

(4) dx = backward of (1) from dh's upper half + R backward of (2) from R dh's lower half

`params` holds "forward" and "backward", the parameters of one cell each, of the same D and H. Costs twice the cell.
Output t has seen the whole sequence: this is no network for streams, nor for predicting the next word. Schuster &
Paliwal (1997), Bidirectional recurrent neural networks, IEEE Trans. Signal Processing 45.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import lstm
from helpers._checks import Array, array_of, cell_module, floats, one_of, own_cache, pair, real_steps, shaped, with_keys

DIRECTIONS = ("forward", "backward")
PARTS = "(forward's, backward's)"


class Cache(NamedTuple):
    """What `backward` needs of `forward`: the caches of both cells and the order in which (2) reads."""

    forward: Any
    backward: Any
    order: Array  # (T, 1, N), the step that R puts at each place
    cell: ModuleType


class Pooled(NamedTuple):
    """What `pool_backward` needs of `pool`."""

    share: Array  # (T, H, N), ∂pooled/∂h: 1 / length at each real step, or 1 at the step with the largest number


def reverse(x: Array, lengths: Any = None) -> Array:
    """Reverse each example of x (T, D, N) within its own length, R of (2), a new array; padding stays where it is."""
    x = shaped("x", array_of("x", x), "T D N", {})
    return np.take_along_axis(x, _order(x.shape[0], x.shape[2], lengths), axis=0)


def _order(steps: int, examples: int, lengths: Any) -> Array:
    """Return (T, 1, N), the step that comes to each place: length − 1 − t within the length, t past it."""
    t, real = np.arange(steps)[:, None, None], real_steps(lengths, steps, examples)
    if real is None:
        return np.broadcast_to(t[::-1], (steps, 1, examples))
    return np.where(real, real.sum(axis=0) - 1 - t, t)


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, cell: ModuleType = lstm, **options: Any
) -> dict[str, dict[str, Array]]:
    """Draw the parameters of both directions; cell is the module `rnn`, `lstm` or `gru`.

    D is input_size; hidden_size is H of each direction, the outputs have 2H rows. options go to cell.init.
    """
    cell_module(cell, options, "init")
    return {direction: cell.init(rng, input_size, hidden_size, **options) for direction in DIRECTIONS}


def forward(
    params: dict, x: Array, state: Any = None, *, cell: ModuleType = lstm, lengths: Any = None, **options: Any
) -> tuple[Array, tuple[Any, Any], Cache]:
    """Run both directions over a batch of sequences, equations (1) to (3); cell is the one that `init` was given.

    state is a pair, a state of the cell for each direction; backward starts with its own at each example's last step.
    options go to the cell, such as activation= or reset_after=. Returns outputs (T, 2H, N), the forward half first, the
    pair of final states, forward's after an example's last step and backward's after its first, and the cache.
    """
    with_keys(params, DIRECTIONS)
    cell_module(cell, options)
    parts = [part for direction in DIRECTIONS if isinstance(part := params[direction], dict)]
    sizes = [{name: np.shape(array) for name, array in part.items()} for part in parts]
    if len(sizes) == 2 and sizes[0] != sizes[1]:
        raise ValueError(f"params['backward']: expected the sizes of params['forward'], {sizes[0]}, got {sizes[1]}")
    first, second = pair("state", state, PARTS)
    left, left_state, left_cache = cell.forward(params["forward"], x, first, lengths=lengths, **options)  # (1)
    order = _order(left.shape[0], left.shape[2], lengths)
    turned = np.take_along_axis(np.asarray(x), order, axis=0)
    right, right_state, right_cache = cell.forward(params["backward"], turned, second, lengths=lengths, **options)
    outputs = np.concatenate([left, np.take_along_axis(right, order, axis=0)], axis=1)  # (3)
    return outputs, (left_state, right_state), Cache(left_cache, right_cache, order, cell)


def backward(cache: Cache, doutputs: Array | None, dstate: Any = None) -> tuple[dict, Array, tuple[Any, Any]]:
    """Go back through both directions, equation (4), from ∂E/∂outputs (T, 2H, N) and the pair dstate.

    Returns grads, dx (T, D, N), 0 past an example's length, and the pair of gradients of the initial states.
    """
    cell, order = own_cache(cache, Cache).cell, cache.order
    (T, H, N), ends = cache.forward.h.shape, pair("dstate", dstate, PARTS)
    if doutputs is None:  # a direction that nothing depends on has a gradient of zero
        if all(part is None for end in ends for part in (end if isinstance(end, tuple | list) else [end])):
            raise ValueError("doutputs: expected an array here or in dstate, got None for both")
        doutputs = np.zeros((T, 2 * H, N), cache.forward.h.dtype)
    doutputs = shaped("doutputs", array_of("doutputs", doutputs), "T 2H N", {"T": T, "H": H, "N": N})
    halves = [doutputs[:, :H], np.take_along_axis(doutputs[:, H:], order, axis=0)]
    grads_left, dx_left, dleft = cell.backward(cache.forward, halves[0], ends[0])
    grads_right, dx_right, dright = cell.backward(cache.backward, halves[1], ends[1])
    dx = dx_left + np.take_along_axis(dx_right, order, axis=0)  # (4)
    return {"forward": grads_left, "backward": grads_right}, dx, (dleft, dright)


def pool(h: Array, lengths: Any = None, kind: str = "mean") -> tuple[Array, Pooled]:
    """Take the mean of the real steps of outputs h (T, H, N), or with kind "max" the largest number of each row.

    Returns one vector for each example, (H, N), and the cache for `pool_backward`.
    """
    h = shaped("h", floats("h", h), "T H N", {})
    T, _, N = h.shape
    real = real_steps(lengths, T, N)
    if one_of("kind", kind, ("mean", "max")) == "max":
        at = (h if real is None else np.where(real, h, -np.inf)).argmax(axis=0)[None]
        return np.take_along_axis(h, at, axis=0)[0], Pooled((np.arange(T)[:, None, None] == at).astype(h.dtype))
    real = np.ones((T, 1, 1), bool) if real is None else real
    count = real.sum(axis=0).astype(h.dtype)
    return np.where(real, h, 0).sum(axis=0) / count, Pooled(np.broadcast_to(real / count, h.shape))


def pool_backward(cache: Pooled, dpooled: Array) -> Array:
    """Go back from dpooled (H, N): returns dh (T, H, N); of equal largest numbers the first step takes it all."""
    share = own_cache(cache, Pooled, "pool").share
    _, H, N = share.shape
    dpooled = shaped("dpooled", floats("dpooled", dpooled, share.dtype), "H N", {"H": H, "N": N})
    return np.where(share == 0, 0, share * dpooled)
