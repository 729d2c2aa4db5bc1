"""What the recurrent cells share to be fast: few, large products, and blocks of steps that stay in the cache.

(1) W_in x[t] + b + W h[t−1] = [W_in b W] [x[t]; 1; h[t−1]]      one product a step, no sums over memory
(2) Σ_t delta[t] [x[t]; 1; h[t−1]]ᵀ = [dW_in db dW]             one product for a block of steps

The bias is a weight whose input is always 1.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from helpers._validation import Array

SMALL = 1_000_000  # up to this many multiplications OpenBLAS multiplies without packing its operands first
COLUMNS = 1024  # T·N of one block of steps


def stacked(x: Array, h0: Array) -> tuple[Array, Array]:
    """Return what every step reads, (T+1, D+1+H, N) with rows x[t], 1, h[t−1], and its rows of h, (T+1, H, N).

    h[0] is h0; step t writes h[t+1]. The last step's x is not set.
    """
    T, D, N = x.shape
    reads = np.empty((T + 1, D + 1 + len(h0), N), x.dtype)
    reads[:T, :D] = x
    reads[:, D] = 1
    h = reads[:, D + 1 :]
    h[0] = h0
    return reads, h


def product_with(A: Array, columns: int) -> tuple[Callable[[Array, Array], Array], Callable[[Array], Array]]:
    """Return `product(B, out)` for A @ B with so many columns, and `shaped(out)`, the view of `out` that it wants.

    A product too large to be quick in one is taken some rows of A at a time.
    """
    rows, inner = A.shape
    parts = 1
    if rows * inner * columns > SMALL:
        fitting = [k for k in range(2, rows // 32 + 1) if rows % k == 0 and rows // k * inner * columns <= SMALL]
        parts = fitting[0] if fitting else 1
    if parts == 1:
        return partial(np.dot, A), lambda out: out
    tall = A.reshape(parts, rows // parts, inner)
    return partial(np.matmul, tall), lambda out: out.reshape(*out.shape[:-2], parts, -1, columns)


def blocks_from_the_end(steps: int, examples: int) -> list[slice]:
    """Return slices of the steps, the last ones first, each of about `COLUMNS` columns."""
    size = max(1, COLUMNS // examples)
    return [slice(max(0, stop - size), stop) for stop in range(steps, 0, -size)]


def side_by_side(array: Array) -> Array:
    """Return the steps of (T, G, N) beside each other, (G, T·N)."""
    return array.transpose(1, 0, 2).reshape(array.shape[1], -1)


def sum_of_products(left: Array, right: Array) -> Array:
    """Return Σ_t left[t] right[t]ᵀ, shape (G, K), for (T, G, N) and (T, K, N), as one product over all columns, (2)."""
    return side_by_side(left) @ right.transpose(0, 2, 1).reshape(-1, right.shape[1])


def rows(array: Array) -> Array:
    """Return all vectors of (…, d) below each other, (vectors, d)."""
    return array.reshape(-1, array.shape[-1])


def in_blocks(array: Array, count: int) -> list[Array]:
    """Return views of the equal blocks of rows, the last axis but one: the gates of (T, 4H, N), one after the other."""
    size = array.shape[-2] // count
    return [array[..., k * size : (k + 1) * size, :] for k in range(count)]
