"""What the recurrent cells share to be fast: few, large products, and blocks of steps that stay in the cache.

(1) W_in x[t] + b + W h[t−1] = [W_in b W] [x[t]; 1; h[t−1]]      one product a step, no sums over memory
(2) Σ_t delta[t] [x[t]; 1; h[t−1]]ᵀ = [dW_in db dW]             one product for a block of steps

The bias is a weight whose input is always 1. With AVX-512, OpenBLAS multiplies small matrices without packing them
first, at 1.1 to 1.2 times its usual speed. So a product larger than that is taken some rows at a time.
"""

import os
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import numpy as np

from helpers._checks import Array

Function = TypeVar("Function", bound=Callable)


def _multiplies_small_ones_apart() -> bool:
    """Say whether this NumPy stands on such an OpenBLAS, on such a processor, which no setting hides from it."""
    config = np.show_config(mode="dicts")
    if "openblas" not in config["Build Dependencies"]["blas"]["name"] or "OPENBLAS_CORETYPE" in os.environ:
        return False
    return not {"X86_V4", "AVX512_SKX"}.isdisjoint(config["SIMD Extensions"].get("found", []))


APART = _multiplies_small_ones_apart()
SMALL = 1_000_000  # the most multiplications of a small product
PART = 8  # with fewer rows a part is not quick
RESULT = 1_200  # and, where the second matrix is a transposed view, the most numbers in the result:
NARROW = 64  # that view saves a copy, and is as fast where the result has at most so many columns
COLUMNS = 512  # a block of steps has at least so many columns, T·N, if there are so many,
NUMBERS = 200_000  # and about so many numbers to work on: they share the processor's cache with what they come from

# glibc gives the memory of freed arrays back to the system, and the next training step waits for it again, which can
# take half of its time. Once glibc has seen a large array freed, it keeps up to twice as much for the next step.
np.empty(31 << 20, np.uint8)


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


def parts(rows: int, most: int) -> int:
    """Return in how many parts of at most so many rows to take a product; 1 where no equal parts would do."""
    fitting = (k for k in range(1, rows // PART + 1) if rows % k == 0 and rows // k <= most)
    return next(fitting, 1) if APART else 1


def product_with(A: Array, columns: int) -> tuple[Callable[[Array, Array], Array], Callable[[Array], Array]]:
    """Return `product(B, out)` for A @ B with so many columns, and `shaped(out)`, the view of `out` that it wants."""
    rows, inner = A.shape
    count = parts(rows, SMALL // (inner * columns))
    if count == 1:
        return partial(np.dot, A), lambda out: out
    tall = A.reshape(count, rows // count, inner)
    return partial(np.matmul, tall), lambda out: out.reshape(*out.shape[:-2], count, -1, columns)


def spans_back(steps: int, rows: int, examples: int, read: int) -> list[slice]:
    """Return slices of the steps, the last ones first, by the rows that a step has at hand and those that it reads."""
    most = min(NUMBERS // rows, SMALL // (PART * read))  # columns
    size = max(1, max(most, COLUMNS) // examples)
    return [slice(max(0, stop - size), stop) for stop in range(steps, 0, -size)]


def without_copies(function: Function) -> Function:
    """Let NumPy work on a block of rows of many steps where it lies.

    Such rows have gaps between the steps. NumPy (2.3 and later) would copy them into a buffer of 8,192 numbers and
    back, which takes longer than the work; with a buffer smaller than the rows it has no reason to.
    """

    @wraps(function)
    def wrapped(*given: Any, **named: Any) -> Any:
        before = np.setbufsize(256)
        try:
            return function(*given, **named)
        finally:
            np.setbufsize(before)

    return wrapped  # type: ignore[return-value]


def side_by_side(array: Array) -> Array:
    """Return the steps of (T, G, N) beside each other, (G, T·N)."""
    return array.transpose(1, 0, 2).reshape(array.shape[1], -1)


def sum_of_products(left: Array, right: Array) -> Array:
    """Return Σ_t left[t] right[t]ᵀ (G, K) as one product, (2), of left side by side, (G, T·N), and right (T, K, N)."""
    (G, columns), K = left.shape, right.shape[1]
    if K <= NARROW:
        below, most = side_by_side(right).T, RESULT // K
    else:
        below, most = right.transpose(0, 2, 1).reshape(-1, K), G
    count = parts(G, min(most, SMALL // (K * columns)))
    return np.matmul(left.reshape(count, -1, columns), below).reshape(G, K)


def rows(array: Array) -> Array:
    """Return all vectors of (…, d) below each other, (vectors, d)."""
    return array.reshape(-1, array.shape[-1])


def in_blocks(array: Array, count: int) -> list[Array]:
    """Return views of the equal blocks of rows, the last axis but one: the gates of (T, 4H, N), one after the other."""
    size = array.shape[-2] // count
    return [array[..., k * size : (k + 1) * size, :] for k in range(count)]
