"""The output layer, for all steps at once; lesson 1.

(1) v[t] = W_out h[t] + b_out
(2) dW_out = Σ_t dv[t] h[t]ᵀ      (3) db_out = Σ_t dv[t]      (4) dh[t] = W_outᵀ dv[t]

`params` holds W_out (K, H) and b_out (K, 1). Forward costs 2·T·N·K·H operations.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._checks import Array, Params, floats, own_cache, parameters, shaped, whole
from helpers.initializers import draw


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    W_out: Array
    h: Array


def init(rng: np.random.Generator, input_size: int, output_size: int, *, dtype: Any = np.float64) -> Params:
    """Draw W_out (K, H) by the scheme "xavier"; the bias starts at 0. H is input_size, K is output_size."""
    input_size, output_size = whole("input_size", input_size), whole("output_size", output_size)
    return {"W_out": draw(rng, output_size, input_size, dtype=dtype), "b_out": np.zeros((output_size, 1), dtype)}


def forward(params: Params, h: Array) -> tuple[Array, Cache]:
    """Compute v[t] = W_out h[t] + b_out, equation (1): h (T, H, N), v (T, K, N)."""
    W_out, b_out = parameters(params, {"W_out": "K H", "b_out": "K 1"}, {})
    h = shaped("h", floats("h", h, W_out.dtype), "T H N", {"H": W_out.shape[1]})
    return np.matmul(W_out, h) + b_out, Cache(W_out.copy(), h.copy())


def backward(cache: Cache, dv: Array) -> tuple[Params, Array]:
    """Go back from dv (T, K, N), equations (2) to (4): returns the gradients of the parameters and dh (T, H, N)."""
    W_out, h = own_cache(cache, Cache)
    dv = shaped("dv", floats("dv", dv, W_out.dtype), "T K N", {"T": len(h), "K": len(W_out), "N": h.shape[2]})
    dW_out = np.tensordot(dv, h, axes=([0, 2], [0, 2]))  # (2) the sum over t and over the batch
    db_out = dv.sum(axis=(0, 2))[:, None]  # (3)
    return {"W_out": dW_out, "b_out": db_out}, np.matmul(W_out.T, dv)  # (4)
