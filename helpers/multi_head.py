"""Multi-head attention: several scaled dot products side by side, each in a space of its own; lesson 9.

(1) query_i, key_i, value_i = x W_query_iᵀ, m W_key_iᵀ, m W_value_iᵀ      head i reads d/heads numbers of each row
(2) context_i = softmax(query_i key_iᵀ / √(d/heads)) value_i              `helpers.attention`
(3) y = [context_1 … context_heads] W_outᵀ

W_query, W_key, W_value, W_out are (d, d); head i owns the i-th block of rows of the first three. No biases, as in
Vaswani et al. (2017), Attention is all you need, section 3.2.2.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers import attention
from helpers._checks import Array, Params, floats, own_cache, parameters, whole
from helpers._fast import rows
from helpers.initializers import draw

NAMES = ("W_query", "W_key", "W_value", "W_out")


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    params: Params
    x: Array  # (…, Tq, d)
    memory: Array  # (…, Tk, d)
    contexts: Array  # (…, Tq, d), the heads' contexts beside each other
    heads: attention.Cache


def init(rng: np.random.Generator, size: int, heads: int, *, dtype: Any = np.float64) -> Params:
    """Draw the four matrices (d, d); d is size, that of the vectors, a multiple of heads, the number of heads."""
    size, _ = _sizes(size, heads)
    return {name: draw(rng, size, size, dtype=dtype) for name in NAMES}


def forward(
    params: Params, x: Array, memory: Array | None = None, *, heads: int, mask: Any = None, lengths: Any = None
) -> tuple[Array, Array, Cache]:
    """Let every row of x (…, Tq, d) read the rows of memory (…, Tk, d), equations (1) to (3).

    Without a memory x reads itself: self-attention. heads is that of `init`, which the shapes do not tell. mask,
    booleans broadcastable to the shape (…, Tq, Tk), and lengths, (N,) for memory (N, Tk, d), say what may be read, the
    same for every head, as in `attention.forward`. Returns y (…, Tq, d), the weights (…, heads, Tq, Tk) and the cache.
    """
    sizes = dict[str, int]()
    learnt = parameters(params, dict.fromkeys(NAMES, "d d"), sizes)
    params = {name: array.copy() for name, array in zip(NAMES, learnt, strict=True)}  # as they are now
    size, heads = _sizes(sizes["d"], heads)
    x = floats("x", x, learnt[0].dtype)
    memory = x if memory is None else floats("memory", memory, x.dtype)
    for name, array in (("x", x), ("memory", memory)):
        if array.ndim < 2 or array.shape[-1] != size or not array.size:
            raise ValueError(f"{name}: expected shape (…, T, d) with d = {size}, no size 0, got {array.shape}")
    if memory.shape[:-2] != x.shape[:-2]:
        raise ValueError(f"memory: expected the leading sizes of x, {x.shape[:-2]}, got shape {memory.shape}")
    mask = attention.readable(mask, lengths, (*x.shape[:-1], memory.shape[-2]))
    if mask is not None:  # what nobody may read may hold anything, NaN too
        memory, alone = np.where(mask.any(axis=-2)[..., None], memory, 0), memory is x
        x, mask = memory if alone else x, np.expand_dims(mask, -3)
    parts = [_split(m @ params[name].T, heads) for m, name in zip((x, memory, memory), NAMES, strict=False)]  # (1)
    context, weights, cache = attention.forward({}, *parts, mask=mask)  # (2)
    contexts = _join(context)
    return contexts @ params["W_out"].T, weights, Cache(params, x.copy(), memory.copy(), contexts, cache)  # (3)


def backward(cache: Cache, dy: Array | None, dweights: Array | None = None) -> tuple[Params, Array, Array]:
    """Go back from dy (…, Tq, d) and dweights (…, heads, Tq, Tk), ∂E/∂y and ∂E/∂weights.

    None is zero, but not for both. Returns grads, dx and dmemory, whose sum is the gradient of x in self-attention.
    """
    params, x, memory, contexts, heads = own_cache(cache, Cache)
    if dy is None and dweights is None:
        raise ValueError("dy: expected an array here or in dweights, got None for both")
    dy = np.zeros_like(contexts) if dy is None else floats("dy", dy, contexts.dtype)
    if dy.shape != contexts.shape:
        raise ValueError(f"dy: expected the shape of y, {contexts.shape}, got {dy.shape}")
    split = heads.query.shape[-3]
    _, *parts = attention.backward(heads, _split(dy @ params["W_out"], split), dweights)
    dquery, dkey, dvalue = map(_join, parts)
    pairs = {"W_query": (dquery, x), "W_key": (dkey, memory), "W_value": (dvalue, memory), "W_out": (dy, contexts)}
    grads = {name: rows(left).T @ rows(right) for name, (left, right) in pairs.items()}
    return grads, dquery @ params["W_query"], dkey @ params["W_key"] + dvalue @ params["W_value"]


def _sizes(size: Any, heads: Any) -> tuple[int, int]:
    """Return both numbers if the heads share the size evenly."""
    size, heads = whole("size", size), whole("heads", heads)
    if size % heads:
        raise ValueError(f"heads: expected a divisor of the size d = {size}, got {heads}")
    return size, heads


def _split(array: Array, heads: int) -> Array:
    """Cut each row into one piece a head: (…, T, d) to (…, heads, T, d/heads)."""
    return np.swapaxes(array.reshape(*array.shape[:-1], heads, -1), -2, -3)


def _join(array: Array) -> Array:
    """Put the heads' pieces beside each other again."""
    array = np.swapaxes(array, -2, -3)
    return array.reshape(*array.shape[:-2], -1)
