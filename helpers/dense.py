"""The output layer, for all steps at once.

(1) v[t] = W_out h[t] + b_out

(2) dW_out = Σ_t dv[t] h[t]ᵀ      (3) db_out = Σ_t dv[t]      (4) dh[t] = W_outᵀ dv[t]
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._checks import Array, Params, floats, parameters, shaped, whole
from helpers.initializers import draw

SYMBOLS = {"W_out": "K H", "b_out": "K 1"}


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    W_out: Array
    h: Array


def init(
    rng: np.random.Generator, input_size: int, output_size: int, *, scheme: str = "xavier", dtype: Any = np.float64
) -> Params:
    """Draw initial parameters; the bias starts at 0.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    input_size : int
        H, the size of h.
    output_size : int
        K, the size of v.
    scheme : {"xavier", "he", "normal"}
        See `helpers.initializers`.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_out`` (K, H) and ``b_out`` (K, 1).

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, `dtype` holds no floats, or `rng` is no Generator.
    """
    input_size, output_size = whole("input_size", input_size), whole("output_size", output_size)
    W_out = draw(rng, output_size, input_size, scheme, dtype)
    return {"W_out": W_out, "b_out": np.zeros((output_size, 1), dtype)}


def forward(params: Params, h: Array) -> tuple[Array, Cache]:
    """Compute v[t] = W_out h[t] + b_out, equation (1).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        ``W_out`` (K, H) and ``b_out`` (K, 1).
    h : numpy.ndarray
        Hidden states, shape (T, H, N).

    Returns
    -------
    v : numpy.ndarray
        Output pre-activations, shape (T, K, N).
    cache : Cache
        For `backward`.

    Raises
    ------
    ValueError
        If a shape does not fit or a key is missing.

    Notes
    -----
    Costs 2·T·N·K·H operations.
    """
    sizes: dict[str, int] = {}
    W_out, b_out = parameters(params, SYMBOLS, sizes)
    h = shaped("h", floats("h", h, W_out.dtype), "T H N", sizes)
    return np.matmul(W_out, h) + b_out, Cache(W_out, h)


def backward(cache: Cache, dv: Array) -> tuple[Params, Array]:
    """Go back from ∂E/∂v to the parameters and to h, equations (2) to (4).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    dv : numpy.ndarray
        ∂E/∂v, shape (T, K, N).

    Returns
    -------
    grads : dict of str to numpy.ndarray
        ``W_out`` (K, H) and ``b_out`` (K, 1).
    dh : numpy.ndarray
        ∂E/∂h, shape (T, H, N).

    Raises
    ------
    ValueError
        If the shape of `dv` does not fit.
    """
    W_out, h = cache
    T, _, N = h.shape
    dv = shaped("dv", floats("dv", dv, W_out.dtype), "T K N", {"T": T, "K": len(W_out), "N": N})
    grads = {
        "W_out": np.tensordot(dv, h, axes=([0, 2], [0, 2])),  # (2) the sum over t and over the batch
        "b_out": dv.sum(axis=(0, 2))[:, None],  # (3)
    }
    return grads, np.matmul(W_out.T, dv)  # (4)
