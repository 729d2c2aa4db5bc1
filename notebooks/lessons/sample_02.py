"""The notes' sample in lesson 2: its arrays in its own layout, its gradient beside the right one; and powers of a W."""

from collections.abc import Sequence

import numpy as np

from helpers._checks import Array, Params
from helpers.data import binary_addition
from lessons import notes_01


def pairs(rng: np.random.Generator, networks: int) -> tuple[Array, Array]:
    """Draw a pair of 8-bit numbers for each network: x (8, E, 2, 1) and target (8, E, 1, 1), as `notes_01` has them."""
    x, target = (bits.transpose(0, 2, 1)[..., None] for bits in binary_addition(rng, 8, networks))
    return x, target


def layout(params: Params, x: Array, h: Array) -> tuple[Array, ...]:
    """Return W, W_out, X, u and z of one sigmoid network as the sample keeps them: a row an example, a state before.

    params, x (8, 1, 2, 1) and the states h (8, 1, 16, 1) are those of `notes_01`; u and z are (16, 9), X (8, 2).
    """
    z = np.hstack([np.zeros((16, 1)), h[:, 0, :, 0].T])
    u = np.hstack([z[:, :1], np.log(z[:, 1:] / (1 - z[:, 1:]))])  # the sigmoid undone
    return params["W"][0].T, params["W_out"][0].T, x[:, 0, :, 0], u, z


def compare(rng: np.random.Generator, networks: int) -> tuple[Array, Array, Array]:
    """Compare the sample's gradient a with the right one n for random starts, a pair each.

    Returns the relative error ‖a − n‖ / (‖a‖ + ‖n‖), the cosine between a and n, and ‖a‖ / ‖n‖, all (E,).
    """
    x, target = pairs(rng, networks)
    start = notes_01.init(rng, networks)
    h, y = notes_01.forward(start, x)
    both = (notes_01.backward(start, x, h, y, target, slope=slope) for slope in ("shipped", "corrected"))
    a, n = (np.hstack([g.reshape(networks, -1) for g in grads.values()]) for grads in both)
    lengths = [np.linalg.norm(g, axis=1) for g in (a, n)]
    error = np.linalg.norm(a - n, axis=1) / (lengths[0] + lengths[1])
    return error, np.sum(a * n, axis=1) / (lengths[0] * lengths[1]), lengths[0] / lengths[1]


def powers(W: Array, lags: Sequence[int]) -> list[float]:
    """Return ρ(W) of a matrix (H, H), and the norms of its powers at these lags."""
    norms = [float(np.linalg.norm(np.linalg.matrix_power(W, lag), 2)) for lag in lags]
    return [float(np.abs(np.linalg.eigvals(W)).max()), *norms]
