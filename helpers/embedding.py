"""Embedding: a vector for each token, looked up in a table.

(1) x[t, :, n] = E[token[t, n]]                         a row of E, which stands as a column of x
(2) dE[v] = Σ dx[t, :, n] over all t, n with token v    each row sums what came back to its places
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._checks import Array, Params, array_of, parameters, real_steps, shaped, whole
from helpers.initializers import draw

SYMBOLS = {"E": "V D"}


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    E: Array
    tokens: Array  # (T, N), 0 past the length
    real: Array | None  # (T, 1, N), True where a step counts; None when all do


def init(rng: np.random.Generator, tokens: int, size: int, *, dtype: Any = np.float64) -> Params:
    """Draw a table of standard normal numbers.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    tokens : int
        V, the size of the vocabulary.
    size : int
        D, the size of a vector.
    dtype : numpy.dtype
        Type of the table.

    Returns
    -------
    dict of str to numpy.ndarray
        ``E`` (V, D).

    Raises
    ------
    ValueError
        If a size is below 1, `dtype` holds no floats, or `rng` is no Generator.
    """
    return {"E": draw(rng, whole("tokens", tokens), whole("size", size), "normal", dtype)}


def forward(params: Params, tokens: Array, lengths: Any = None) -> tuple[Array, Cache]:
    """Look up the vectors, equation (1).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        ``E`` (V, D).
    tokens : numpy.ndarray of int
        Shape (T, N), from 0 to V − 1.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T. Past its length x is 0 and the token is not looked at.

    Returns
    -------
    x : numpy.ndarray
        Shape (T, D, N), as the cells take it.
    cache : Cache
        For `backward`.

    Raises
    ------
    ValueError
        If a shape does not fit, a token is not in the table or a length is outside 1..T.

    Notes
    -----
    The same as W_in x with a one-hot x and W_in = Eᵀ, without the multiplications by 0.
    """
    (E,) = parameters(params, SYMBOLS, {})
    tokens = shaped("tokens", array_of("tokens", tokens), "T N", {})
    if tokens.dtype.kind not in "iu":
        raise ValueError(f"tokens: expected integers, got {tokens.dtype}")
    real = real_steps(lengths, *tokens.shape)
    tokens = tokens if real is None else np.where(real[:, 0], tokens, 0)
    if tokens.min() < 0 or tokens.max() >= len(E):
        raise ValueError(f"tokens: expected 0 to V−1 = {len(E) - 1}, got {tokens.min()} to {tokens.max()}")
    x = np.swapaxes(E[tokens], 1, 2)  # (1)
    return x if real is None else np.where(real, x, 0), Cache(E, tokens, real)


def backward(cache: Cache, dx: Array) -> Params:
    """Go back from ∂E/∂x to the table, equation (2).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    dx : numpy.ndarray
        ∂E/∂x, shape (T, D, N). Not looked at past an example's length.

    Returns
    -------
    dict of str to numpy.ndarray
        ``E`` (V, D), 0 in the rows of tokens that did not occur.

    Raises
    ------
    ValueError
        If the shape of `dx` does not fit.
    """
    E, tokens, real = cache
    (T, N), D = tokens.shape, E.shape[1]
    dx = shaped("dx", array_of("dx", dx), "T D N", {"T": T, "D": D, "N": N})
    if real is not None:
        dx = np.where(real, dx, 0)
    order = np.argsort(tokens, axis=None, kind="stable")  # equal tokens side by side
    found, starts = np.unique(tokens.ravel()[order], return_index=True)
    dE = np.zeros(E.shape, np.result_type(E, dx))
    dE[found] = np.add.reduceat(np.swapaxes(dx, 1, 2).reshape(-1, D)[order], starts, axis=0)  # (2)
    return {"E": dE}
