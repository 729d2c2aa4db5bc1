"""Optimizers: each `step(params, grads)` changes the parameters in place, dicts inside dicts included; lesson 1.

(1) SGD       p ← p − η g
(2) Momentum  v ← μ v − η g,   p ← p + v
(3) Adam      m ← β₁ m + (1−β₁) g,   s ← β₂ s + (1−β₂) g²,   p ← p − η m̂ / (√ŝ + ε)
              with m̂ = m / (1−β₁ᵏ) and ŝ = s / (1−β₂ᵏ) at the k-th step

(2) Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum, eq. 1 and 2.
(3) Kingma & Ba (2015), Adam: a method for stochastic optimization, Algorithm 1.
"""

from collections.abc import Iterator

import numpy as np

from helpers._checks import Array, floats, is_number, positive


def _pairs(params: dict, grads: dict, path: tuple = ()) -> Iterator[tuple[tuple, Array, Array]]:
    """Walk through parameters and gradients side by side."""
    if not isinstance(params, dict):
        raise ValueError(f"params: expected a dict of arrays, got {type(params).__name__}")
    if not isinstance(grads, dict) or set(params) != set(grads):
        got = list(grads) if isinstance(grads, dict) else type(grads).__name__
        raise ValueError(f"grads{list(path) or ''}: expected a dict with the keys {list(params)}, got {got}")
    for key, p in params.items():
        here = (*path, key)
        if isinstance(p, dict):
            yield from _pairs(p, grads[key], here)
            continue
        name = "".join(f"[{k!r}]" for k in here)
        if not isinstance(p, np.ndarray) or p.dtype.kind != "f":
            raise ValueError(f"params{name}: expected an array of floats, got {type(p).__name__}")
        g = floats(f"grads{name}", grads[key], p.dtype)
        if g.shape != p.shape:
            raise ValueError(f"grads{name}: expected the parameter's shape {p.shape}, got {g.shape}")
        yield here, p, g


def _rate(name: str, value: float) -> float:
    """Return a decay rate from 0 up to, not including, 1."""
    if not is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name}: expected a number from 0 up to, not including, 1, got {value!r}")
    return float(value)


class SGD:
    """Stochastic gradient descent, equation (1); learning_rate is η, above 0."""

    def __init__(self, learning_rate: float):
        self.learning_rate = positive("learning_rate", learning_rate)

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place, once all names and shapes are found to fit."""
        for _, p, g in list(_pairs(params, grads)):
            p -= self.learning_rate * g


class Momentum:
    """Gradient descent with a velocity, equation (2): learning_rate is η, above 0, momentum μ, from 0 to below 1."""

    def __init__(self, learning_rate: float, momentum: float = 0.9):
        self.learning_rate, self.momentum = positive("learning_rate", learning_rate), _rate("momentum", momentum)
        self._velocity: dict[tuple, Array] = {}

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place, once all names and shapes are found to fit."""
        for path, p, g in list(_pairs(params, grads)):
            if path not in self._velocity:
                self._velocity[path] = np.zeros_like(p)
            v = self._velocity[path]
            v *= self.momentum
            v -= self.learning_rate * g
            p += v


class Adam:
    """Adaptive moment estimation, equation (3).

    learning_rate is η, about the largest change of a parameter in one step, and above 0, as is epsilon, ε, which keeps
    the division finite; beta1 and beta2 are β₁ and β₂, from 0 to below 1, decay rates of the mean gradient and mean
    square.
    """

    def __init__(self, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8):
        self.learning_rate, self.epsilon = positive("learning_rate", learning_rate), positive("epsilon", epsilon)
        self.beta1, self.beta2 = _rate("beta1", beta1), _rate("beta2", beta2)
        self._steps = 0
        self._moments: dict[tuple, tuple[Array, Array]] = {}

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place, once all names and shapes are found to fit."""
        pairs = list(_pairs(params, grads))
        self._steps += 1
        scale1, scale2 = 1 - self.beta1**self._steps, 1 - self.beta2**self._steps
        for path, p, g in pairs:
            if path not in self._moments:
                self._moments[path] = np.zeros_like(p), np.zeros_like(p)
            m, s = self._moments[path]
            m += (1 - self.beta1) * (g - m)
            s += (1 - self.beta2) * (g * g - s)
            p -= self.learning_rate * (m / scale1) / (np.sqrt(s / scale2) + self.epsilon)
