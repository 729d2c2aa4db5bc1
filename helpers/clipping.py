"""Gradient clipping: shorten a gradient that is too long; lesson 4.

(1) by norm          g ← g · min(1, threshold / ‖g‖)              one array, keeps its direction: the notes' rule
(2) by global norm   the same with ‖g‖ over all arrays together    keeps the direction of the whole step
(3) by value         g ← min(max(g, −limit), limit)                element by element, bends the direction

A dict of gradients may hold dicts, and comes back as new arrays under the same names. A norm may be 0 or very large.
(1), (2): Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, Algorithm 1.
"""

from typing import Any

import numpy as np

from helpers._checks import Array, floats, positive


def _checked(name: str, grad: Any) -> Array:
    """Return the gradient, all of it finite."""
    array = floats(name, grad)
    if not np.isfinite(array).all():
        kind = "NaN" if np.isnan(array).any() else "inf"
        bad = np.count_nonzero(~np.isfinite(array))
        raise FloatingPointError(f"{name}: expected finite gradients, got {kind} ({bad} of {array.size} not finite)")
    return array


def _flat(grads: Any, name: str = "grads") -> dict[str, Array]:
    """Return the arrays of a nested dict by their full names, all of them finite."""
    if not isinstance(grads, dict) or not grads:
        raise ValueError(f"{name}: expected a dict of gradients with at least one entry, got {grads!r}"[:200])
    flat: dict[str, Array] = {}
    for key, value in grads.items():
        full = f"{name}[{key!r}]"
        flat.update(_flat(value, full) if isinstance(value, dict) else {full: _checked(full, value)})
    return flat


def _map(function: Any, grads: dict) -> dict:
    """Apply a function to every array of a nested dict."""
    return {k: _map(function, v) if isinstance(v, dict) else function(floats(k, v)) for k, v in grads.items()}


def _norm_and_rate(arrays: list[Array], threshold: float) -> tuple[float, float]:
    """Return the norm over all arrays and the factor of (1), without overflow of the squares."""
    largest = max((float(np.abs(array).max()) for array in arrays if array.size), default=0.0)
    if largest == 0:
        return 0.0, 1.0
    scaled = float(np.sqrt(sum(np.sum(np.square(np.divide(array, largest, dtype=np.float64))) for array in arrays)))
    return largest * scaled, min(1.0, threshold / largest / scaled)


def _shortened(array: Array, rate: float) -> Array:
    """Multiply in float64: a rate of 1e-40 would lose its digits, or all of them, in float32."""
    return np.multiply(array, rate, dtype=np.float64).astype(array.dtype)


def clip_by_norm(grad: Array, threshold: float) -> Array:
    """Shorten grad, of any shape, to the threshold, above 0, equation (1); NaN or inf raise FloatingPointError."""
    threshold = positive("threshold", threshold)
    array = _checked("grad", grad)
    return _shortened(array, _norm_and_rate([array], threshold)[1])


def clip_by_global_norm(grads: dict, threshold: float) -> tuple[dict, float]:
    """Shorten all gradients by one factor, so that their common norm is at most the threshold, above 0, equation (2).

    Returns them and the norm before clipping. NaN or inf raise FloatingPointError, which names the gradient.
    """
    threshold = positive("threshold", threshold)
    norm, rate = _norm_and_rate(list(_flat(grads).values()), threshold)
    return _map(lambda array: _shortened(array, rate), grads), norm


def clip_by_value(grads: dict, limit: float) -> dict:
    """Cut every element to −limit..limit, equation (3), limit above 0; NaN or inf raise FloatingPointError."""
    limit = positive("limit", limit)
    _flat(grads)

    def cut(array: Array) -> Array:
        most = min(limit, float(np.finfo(array.dtype).max))  # the limit may be more than the dtype can hold
        return np.clip(array, -most, most)

    return _map(cut, grads)
