"""Gradient checks by central differences, in float64, as float32 would drown them in rounding; in every lesson.

(1) ∂E/∂p ≈ (E(p + ε) − E(p − ε)) / 2ε          one element at a time; the error falls with ε²
(2) error = ‖a − n‖ / (‖a‖ + ‖n‖)               0 equal, 1 orthogonal; analytic a, numerical n

A right gradient has an error of about 1e-9, a wrong one of 0.01 and more. Costs two evaluations of E per element.
"""

from collections.abc import Callable

import numpy as np

from helpers._checks import Array, positive


def numerical_gradient(loss: Callable[[], float], array: Array, step: float = 1e-6) -> Array:
    """Measure ∂loss/∂array by equation (1), in an array of the same shape; step is ε, above 0.

    loss takes nothing and computes the loss from array, float64 of any shape, which is changed meanwhile and put back.
    """
    step = positive("step", step)
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise ValueError(f"array: expected a float64 array, got {getattr(array, 'dtype', type(array).__name__)}")
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + step
            above = loss()
            array[index] = kept - step
            below = loss()
        finally:
            array[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(analytic: Array, numerical: Array) -> float:
    """Compare two gradients of one shape, analytic and numerical, by equation (2); NaN in one gives NaN."""
    analytic, numerical = np.asarray(analytic), np.asarray(numerical)
    if analytic.shape != numerical.shape:
        raise ValueError(f"analytic: expected the shape of numerical, {numerical.shape}, got {analytic.shape}")
    total = np.linalg.norm(analytic) + np.linalg.norm(numerical)
    return float(np.linalg.norm(analytic - numerical) / total) if total else 0.0


def errors(loss: Callable[[], float], arrays: dict, grads: dict) -> dict[str, float]:
    """Return the relative error (2) of each array by its name; names of dicts in dicts are joined by a slash.

    loss takes nothing and computes the loss from arrays, float64, as they stand; grads has the same names.
    """
    if not isinstance(grads, dict) or set(arrays) != set(grads):
        got = list(grads) if isinstance(grads, dict) else type(grads).__name__
        raise ValueError(f"grads: expected a dict with the names {list(arrays)}, got {got}")
    found: dict[str, float] = {}
    for name, array in arrays.items():
        if isinstance(array, dict):
            found.update({f"{name}/{k}": v for k, v in errors(loss, array, grads[name]).items()})
        else:
            found[name] = relative_error(grads[name], numerical_gradient(loss, array))
    return found
