"""Activation functions f, each with its slope f′ written in terms of the value h = f(u).

(1) sigmoid   h = 1 / (1 + e^(−u)) = ½ + ½ tanh(u/2)      f′ = h (1 − h) ≤ ¼
(2) tanh      h = tanh u                                  f′ = 1 − h² ≤ 1
(3) relu      h = max(u, 0)                               f′ = 1 where h > 0, else 0
(4) identity  h = u                                       f′ = 1
(5) softmax   p_k = e^(u_k) / Σ_j e^(u_j)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers._checks import Array, floats, one_of


class Activation(NamedTuple):
    """A function and its slope: `function(u, out=None)` gives h, `slope(h)` gives f′(u)."""

    function: Callable[..., Array]
    slope: Callable[[Array], Array]


def sigmoid(u: Array, out: Array | None = None) -> Array:
    """Squash to 0..1, equation (1).

    Parameters
    ----------
    u : numpy.ndarray
        Pre-activations, any shape.
    out : numpy.ndarray, optional
        Where to write the result; may be `u` itself.

    Returns
    -------
    numpy.ndarray
        Values between 0 and 1, of the shape of `u`.

    Notes
    -----
    Through tanh, so that no u overflows.
    """
    out = np.asarray(np.multiply(u, 0.5, out=out))  # an array for a single number too
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def relu(u: Array, out: Array | None = None) -> Array:
    """Cut at 0, equation (3); NaN stays NaN.

    Parameters
    ----------
    u : numpy.ndarray
        Pre-activations, any shape.
    out : numpy.ndarray, optional
        Where to write the result; may be `u` itself.

    Returns
    -------
    numpy.ndarray
        Values of at least 0, of the shape of `u`.
    """
    return np.maximum(u, 0, out=out)


def _identity(u: Array, out: Array | None = None) -> Array:
    return np.positive(u, out=out)


ACTIVATIONS = {
    "tanh": Activation(np.tanh, lambda h: 1 - h * h),
    "sigmoid": Activation(sigmoid, lambda h: h * (1 - h)),
    "relu": Activation(relu, lambda h: (h > 0).astype(h.dtype)),
    "identity": Activation(_identity, np.ones_like),
}


def named(activation: str) -> Activation:
    """Look an activation up by its name.

    Parameters
    ----------
    activation : {"tanh", "sigmoid", "relu", "identity"}
        The name.

    Returns
    -------
    Activation
        The function and its slope.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    return ACTIVATIONS[one_of("activation", activation, ACTIVATIONS)]


def softmax(logits: Array, axis: int = -1) -> Array:
    """Turn logits into probabilities, equation (5).

    Parameters
    ----------
    logits : array_like
        Logits, any shape.
    axis : int
        The axis over which the probabilities sum to 1.

    Returns
    -------
    numpy.ndarray
        Probabilities, of the shape of `logits`.

    Notes
    -----
    The largest logit is taken off first, so that no exponential overflows.
    """
    logits = floats("logits", logits)
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
