"""Activation functions f, each with its slope f′ written in terms of the value h = f(u); lesson 1.

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
    """A function and its slope, for arrays of any shape: `function(u, out=None)` gives h, `slope(h)` gives f′(u)."""

    function: Callable[..., Array]
    slope: Callable[[Array], Array]


def sigmoid(u: Array, out: Array | None = None) -> Array:
    """Squash u, of any shape, to 0..1, equation (1), into out (of its shape, may be u) if given; nothing overflows."""
    out = np.asarray(np.multiply(floats("u", u), 0.5, out=out))  # an array for a single number too
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


_ACTIVATIONS = {
    "tanh": Activation(np.tanh, lambda h: 1 - h * h),
    "sigmoid": Activation(sigmoid, lambda h: h * (1 - h)),
    "relu": Activation(lambda u, out=None: np.maximum(u, 0, out=out), lambda h: (h > 0).astype(h.dtype)),
    "identity": Activation(np.positive, np.ones_like),
}


def named(activation: str) -> Activation:
    """Look up an activation, "tanh", "sigmoid", "relu" or "identity", as its function and its slope."""
    return _ACTIVATIONS[one_of("activation", activation, _ACTIVATIONS)]


def softmax(logits: Array, axis: int = -1) -> Array:
    """Turn logits of any shape into probabilities along axis, equation (5); −inf becomes 0, nothing overflows."""
    logits = floats("logits", logits)
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
