"""Gradient checks by central differences, in float64, as float32 would drown them in rounding; in every lesson.

(1) ∂E/∂p ≈ (E(p + ε) − E(p − ε)) / 2ε          one element at a time; the error falls with ε²
(2) error = ‖a − n‖ / (‖a‖ + ‖n‖)               0 equal, 1 orthogonal; analytic a, numerical n

A right gradient has an error of about 1e-9, a wrong one of 0.01 and more. Where |p| > 1 the step is ε |p|, or it would
drown in p's digits. Costs two evaluations of E per element.
"""

import math
from collections.abc import Callable

import numpy as np

from helpers._checks import Array, Nest, floats, positive, with_keys


def numerical_gradient(loss: Callable[[], float], array: Array, step: float = 1e-6) -> Array:
    """Measure ∂loss/∂array by equation (1), in an array of the same shape; step is ε, from 1e-12 to 1.

    loss takes nothing and computes the loss from array, float64 of any shape, which is changed meanwhile and put back.
    """
    if not 1e-12 <= positive("step", step) <= 1:
        raise ValueError(f"step: expected a number from 1e-12, below which rounding is all, to 1, got {step!r}")
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise ValueError(f"array: expected a float64 array, got {getattr(array, 'dtype', type(array).__name__)}")
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        size = step * max(1.0, float(abs(kept)))
        try:
            array[index] = kept + size
            above = floats("loss", loss()).item()
            array[index] = kept - size
            gradient[index] = (above - floats("loss", loss()).item()) / (2 * size)
        finally:
            array[index] = kept
    return gradient


def relative_error(analytic: Array, numerical: Array) -> float:
    """Compare two gradients of one shape, analytic and numerical, by equation (2); NaN in one gives NaN."""
    analytic, numerical = floats("analytic", analytic), floats("numerical", numerical)
    if analytic.shape != numerical.shape:
        raise ValueError(f"analytic: expected the shape of numerical, {numerical.shape}, got {analytic.shape}")
    power = np.frexp(max(np.abs(analytic).max(initial=0), np.abs(numerical).max(initial=0)))[1]
    analytic, numerical = np.ldexp(analytic, -power), np.ldexp(numerical, -power)  # no digit is lost, the squares fit
    total = np.linalg.norm(analytic) + np.linalg.norm(numerical)
    return float(np.linalg.norm(analytic - numerical) / total) if total else 0.0


def errors(loss: Callable[[], float], arrays: Nest, grads: Nest) -> dict[str, float]:
    """Return the relative error (2) of each array by its name; names within names are joined by a slash.

    loss takes nothing and computes the loss from arrays, float64, as they stand; grads has the same names, in dicts,
    lists or tuples like those of arrays; none may be empty. `max` may pass over an error of NaN: `check` does not.
    """
    return {name: error for name, (error, *_) in _compared(loss, arrays, grads).items()}


def _compared(loss: Callable[[], float], arrays: Nest, grads: Nest) -> dict[str, tuple[float, Array, Array, Array]]:
    """Return the error (2) of each array, the array, its analytic and its numerical gradient, by the array's name."""
    own, other = (dict(enumerate(nest)) if isinstance(nest, list | tuple) else nest for nest in (arrays, grads))
    if not isinstance(own, dict) or not own:
        raise ValueError(f"arrays: expected a dict with at least one array, got {arrays!r}"[:200])
    with_keys(other, own, name="grads")
    found: dict[str, tuple[float, Array, Array, Array]] = {}
    for name, array in own.items():
        if isinstance(array, Nest):
            new = {f"{name}/{k}": v for k, v in _compared(loss, array, other[name]).items()}
        else:
            measured, given = numerical_gradient(loss, array), floats("analytic", other[name])
            new = {str(name): (relative_error(given, measured), array, given, measured)}
        if found.keys() & new or (isinstance(array, np.ndarray) and not array.size):
            raise ValueError(f"arrays: expected different names, and elements in each, got {name!r} twice or empty")
        found |= new
    return found


def check(error: Callable[[], float], arrays: Nest, grads: Nest, tolerance: float = 1e-6) -> dict[str, float]:
    """Return the `errors`, or raise AssertionError that names the worst array where one is NaN or above the tolerance.

    error, arrays and grads are as in `errors`. Refused too: an element that is 2 % off, though others hide it, unless
    1e8 times as large; an array that E does not depend on, as W with T = 1 and a state of zero. Passes though wrong:
    W for Wᵀ where W is symmetric; what goes through time where T = 1. So draw all at random, a first state too, with
    T = 3, and check the gradient of x as well, {"x": x}: a wrong one in the first layer shows in no weight.
    Fails though right: a ReLU at its kink, u = 0, as with b = 0 and inputs of bits, so draw b; below 1e-10 of E.
    """
    if positive("tolerance", tolerance) >= 1:
        raise ValueError(f"tolerance: expected one below 1, which no error exceeds, got {tolerance!r}")
    compared = _compared(error, arrays, grads)
    found = {name: part[0] for name, part in compared.items()}
    worst = max(found, key=lambda name: math.inf if math.isnan(found[name]) else found[name])
    if not found[worst] <= tolerance:
        raise AssertionError(f"{worst}: expected an error of at most {tolerance:g}, got {found[worst]:.2g}")
    level = abs(floats("loss", error()).item())
    for name, (_, array, given, measured) in compared.items():
        if not measured.any():
            raise AssertionError(f"{name}: expected an E that depends on it, got gradients of 0: nothing is checked")
        size = np.maximum(1, np.abs(array))  # of a step; what follows is an error, and rounding, that may be
        may = max(0.01, tolerance) * (np.abs(given) + np.abs(measured))
        may += 1e-8 * (level + (size * np.abs(measured)).max()) / size
        if (worse := np.abs(given - measured) - may).max() > 0:
            at = tuple(map(int, np.unravel_index(worse.argmax(), worse.shape)))
            told = f"expected {measured[at]:.3g} as measured, got {given[at]:.3g} beside larger ones"
            raise AssertionError(f"{name}[{at}]: {told}")
    return found
