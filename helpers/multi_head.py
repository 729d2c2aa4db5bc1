"""Multi-head attention: several scaled dot products side by side, each in a space of its own.

(1) query_i, key_i, value_i = x W_query_iᵀ, m W_key_iᵀ, m W_value_iᵀ      head i reads d/heads numbers of each row
(2) context_i = softmax(query_i key_iᵀ / √(d/heads)) value_i              `helpers.attention`
(3) y = [context_1 … context_heads] W_outᵀ

Rows are vectors here, as in `helpers.attention`; no biases, as in the paper.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers import attention
from helpers._checks import Array, Params, array_of, floats, whole, with_keys
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
    """Draw the four matrices.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    size : int
        d, the size of the vectors, a multiple of `heads`.
    heads : int
        Number of heads.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_query``, ``W_key``, ``W_value`` and ``W_out``, each (d, d); head i owns the i-th block of rows
        of the first three.

    Raises
    ------
    ValueError
        If a number is below 1 or `size` is no multiple of `heads`.
    """
    size, _ = _sizes(size, heads)
    return {name: draw(rng, size, size, dtype=dtype) for name in NAMES}


def forward(
    params: Params, x: Array, memory: Array | None = None, *, heads: int, mask: Any = None
) -> tuple[Array, Array, Cache]:
    """Let every row of x read the rows of a memory, equations (1) to (3).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        From `init`.
    x : numpy.ndarray
        What asks, shape (…, Tq, d).
    memory : numpy.ndarray, optional
        What is read, shape (…, Tk, d); x itself when left out: self-attention.
    heads : int
        Number of heads.
    mask : array_like of bool, optional
        True where a row may be read, shape (…, Tq, Tk) or broadcastable, the same for every head.

    Returns
    -------
    y : numpy.ndarray
        Shape (…, Tq, d).
    weights : numpy.ndarray
        Shape (…, heads, Tq, Tk).
    cache : Cache
        For `backward`, and to plot.

    Raises
    ------
    ValueError
        If a shape does not fit, or d is no multiple of `heads`.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.2.
    """
    with_keys(params, NAMES)
    size, heads = _sizes(len(params["W_query"]), heads)
    x = floats("x", x, params["W_query"].dtype)
    memory = x if memory is None else floats("memory", memory, x.dtype)
    for name, array in (("x", x), ("memory", memory)):
        if array.ndim < 2 or array.shape[-1] != size:
            raise ValueError(f"{name}: expected shape (…, T, d) with d = {size}, got {array.shape}")
    for name in NAMES:
        if params[name].shape != (size, size):
            raise ValueError(f"params[{name!r}]: expected shape {(size, size)}, got {params[name].shape}")
    if mask is not None:
        mask = np.expand_dims(array_of("mask", mask), -3) if np.ndim(mask) > 2 else mask
    sources = zip((x, memory, memory), NAMES, strict=False)
    query, key, value = (_split(source @ params[name].T, heads) for source, name in sources)  # (1)
    context, weights, cache = attention.forward({}, query, key, value, mask=mask)  # (2)
    contexts = _join(context)
    return contexts @ params["W_out"].T, weights, Cache(params, x, memory, contexts, cache)  # (3)


def backward(cache: Cache, dy: Array) -> tuple[Params, Array, Array]:
    """Go back from ∂E/∂y.

    Parameters
    ----------
    cache : Cache
        From `forward`.
    dy : numpy.ndarray
        ∂E/∂y, shape (…, Tq, d).

    Returns
    -------
    grads : dict of str to numpy.ndarray
        Shaped like the parameters.
    dx, dmemory : numpy.ndarray
        Shaped like x and the memory. In self-attention the gradient of x is their sum.

    Raises
    ------
    ValueError
        If the shape of `dy` is not that of y.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.2.2.
    """
    params, x, memory, contexts, heads = cache
    dy = floats("dy", dy, contexts.dtype)
    if dy.shape != contexts.shape:
        raise ValueError(f"dy: expected the shape of y, {contexts.shape}, got {dy.shape}")
    split = heads.query.shape[-3]
    _, *parts = attention.backward(heads, _split(dy @ params["W_out"], split))
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
