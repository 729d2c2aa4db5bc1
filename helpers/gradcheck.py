"""Gradient checks by central differences in float64.

    (1) ∂E/∂p ≈ (E(p + ε) − E(p − ε)) / 2ε          one element at a time; the error falls with ε²
    (2) error = ‖a − n‖ / (‖a‖ + ‖n‖)               0 equal, 1 orthogonal; analytic a, numerical n

A right gradient has an error of about 1e-9, a wrong one of 0.01 and more.
"""

from collections.abc import Callable

import numpy as np

from helpers._checks import Array, positive


def numerical_gradient(loss: Callable[[], float], array: Array, step: float = 1e-6) -> Array:
    """Measure the gradient of a loss with respect to one array, equation (1).

    Parameters
    ----------
    loss : callable
        Takes nothing and computes the loss from `array` as it stands.
    array : numpy.ndarray
        What to vary, float64. It is changed during the measurement and then put back.
    step : float
        ε, above 0.

    Returns
    -------
    numpy.ndarray
        ∂loss/∂array, shaped like `array`.

    Raises
    ------
    ValueError
        If the array is not float64: rounding would drown the difference.

    Notes
    -----
    Costs two evaluations of the loss per element.
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
    """Compare two gradients by equation (2).

    Parameters
    ----------
    analytic : numpy.ndarray
        What the backward pass says.
    numerical : numpy.ndarray
        What the differences say, of the same shape.

    Returns
    -------
    float
        0 where both are equal, up to 1; NaN where one of them is.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    analytic, numerical = np.asarray(analytic), np.asarray(numerical)
    if analytic.shape != numerical.shape:
        raise ValueError(f"analytic: expected the shape of numerical, {numerical.shape}, got {analytic.shape}")
    total = np.linalg.norm(analytic) + np.linalg.norm(numerical)
    return float(np.linalg.norm(analytic - numerical) / total) if total else 0.0


def errors(loss: Callable[[], float], arrays: dict, grads: dict, step: float = 1e-6) -> dict[str, float]:
    """Check every gradient of a dict against central differences.

    Parameters
    ----------
    loss : callable
        Takes nothing and computes the loss from the arrays as they stand.
    arrays : dict
        What to vary by name, float64; dicts inside dicts are walked through.
    grads : dict
        The analytic gradients under the same names.
    step : float
        ε of equation (1), above 0.

    Returns
    -------
    dict of str to float
        The relative error (2) of each array; names of nested dicts are joined by a slash.

    Raises
    ------
    ValueError
        If a name is missing, or an array is not float64.
    """
    if not isinstance(grads, dict) or set(arrays) != set(grads):
        got = list(grads) if isinstance(grads, dict) else type(grads).__name__
        raise ValueError(f"grads: expected a dict with the names {list(arrays)}, got {got}")
    found: dict[str, float] = {}
    for name, array in arrays.items():
        if isinstance(array, dict):
            found.update({f"{name}/{k}": v for k, v in errors(loss, array, grads[name], step).items()})
        else:
            found[name] = relative_error(grads[name], numerical_gradient(loss, array, step))
    return found
