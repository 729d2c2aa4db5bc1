"""Embedding: a vector for each token, looked up in a table; lesson 7.

(1) x[t, :, n] = E[token[t, n]]                         a row of E, which stands as a column of x
(2) dE[v] = Σ dx[t, :, n] over all t, n with token v    each row sums what came back to its places

`params` holds E (V, D). The same as W_in x with a one-hot x and W_in = Eᵀ, without the multiplications by 0.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._checks import Array, Params, array_of, floats, own_cache, parameters, real_steps, shaped, whole
from helpers.initializers import draw


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    E: Array
    tokens: Array  # (T, N), 0 past the length
    real: Array | None  # (T, 1, N), True where a step counts; None when all do


def init(rng: np.random.Generator, tokens: int, size: int, *, dtype: Any = np.float64) -> Params:
    """Draw E (V, D), standard normal numbers: tokens is V, the size of the vocabulary, size D, that of a vector."""
    return {"E": draw(rng, whole("tokens", tokens), whole("size", size), "normal", dtype)}


def forward(params: Params, tokens: Array, lengths: Any = None) -> tuple[Array, Cache]:
    """Look up x (T, D, N) for tokens (T, N), 0 to V−1, (1); past the lengths tokens may be anything and x is 0."""
    (E,) = parameters(params, {"E": "V D"}, {})
    tokens = shaped("tokens", array_of("tokens", tokens), "T N", {})
    if tokens.dtype.kind not in "iu":
        raise ValueError(f"tokens: expected integers, got {tokens.dtype}")
    real = real_steps(lengths, *tokens.shape)
    tokens = tokens.copy() if real is None else np.where(real[:, 0], tokens, 0)
    if tokens.min() < 0 or tokens.max() >= len(E):
        raise ValueError(f"tokens: expected 0 to V−1 = {len(E) - 1}, got {tokens.min()} to {tokens.max()}")
    x = np.swapaxes(E[tokens], 1, 2)  # (1)
    return x if real is None else np.where(real, x, 0), Cache(E, tokens, real)


def backward(cache: Cache, dx: Array) -> Params:
    """Sum dx (T, D, N) into ∂E/∂E (V, D), equation (2), 0 for tokens not seen; dx past the lengths is not looked at."""
    E, tokens, real = own_cache(cache, Cache)
    (T, N), D = tokens.shape, E.shape[1]
    dx = shaped("dx", floats("dx", dx, E.dtype), "T D N", {"T": T, "D": D, "N": N})
    dx = dx if real is None else np.where(real, dx, 0)
    order = np.argsort(tokens, axis=None, kind="stable")  # equal tokens side by side
    found, starts = np.unique(tokens.ravel()[order], return_index=True)
    dE = np.zeros(E.shape, np.result_type(E, dx))
    dE[found] = np.add.reduceat(np.swapaxes(dx, 1, 2).reshape(-1, D)[order], starts, axis=0)  # (2)
    return {"E": dE}
