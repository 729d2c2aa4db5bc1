"""Optimizers: each `step(params, grads)` changes the parameters in place, dicts inside dicts included.

(1) SGD       p ← p − η g
(2) Momentum  v ← μ v − η g,   p ← p + v
(3) Adam      m ← β₁ m + (1−β₁) g,   s ← β₂ s + (1−β₂) g²,   p ← p − η m̂ / (√ŝ + ε)
              with m̂ = m / (1−β₁ᵏ) and ŝ = s / (1−β₂ᵏ) at the k-th step
"""

from collections.abc import Iterator

import numpy as np

from helpers._checks import Array, floats, is_number, positive

Path = tuple[str, ...]


def _pairs(params: dict, grads: dict, path: Path = ()) -> Iterator[tuple[Path, Array, Array]]:
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
    """Stochastic gradient descent, equation (1).

    Parameters
    ----------
    learning_rate : float
        η, above 0.

    Raises
    ------
    ValueError
        If the learning rate is not above 0.
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = positive("learning_rate", learning_rate)

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        params : dict
            Arrays by name.
        grads : dict
            Gradients under the same names.

        Raises
        ------
        ValueError
            If names or shapes differ.
        """
        for _, p, g in list(_pairs(params, grads)):
            p -= self.learning_rate * g


class Momentum:
    """Gradient descent with a velocity, equation (2).

    Parameters
    ----------
    learning_rate : float
        η, above 0.
    momentum : float
        μ, from 0 up to, not including, 1.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum, eq. 1 and 2.
    """

    def __init__(self, learning_rate: float, momentum: float = 0.9) -> None:
        self.learning_rate, self.momentum = positive("learning_rate", learning_rate), _rate("momentum", momentum)
        self._velocity: dict[Path, Array] = {}

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        params : dict
            Arrays by name.
        grads : dict
            Gradients under the same names.

        Raises
        ------
        ValueError
            If names or shapes differ.
        """
        for path, p, g in list(_pairs(params, grads)):
            if path not in self._velocity:
                self._velocity[path] = np.zeros_like(p)
            v = self._velocity[path]
            v *= self.momentum
            v -= self.learning_rate * g
            p += v


class Adam:
    """Adaptive moment estimation, equation (3).

    Parameters
    ----------
    learning_rate : float
        η, above 0; about the largest change of a parameter in one step.
    beta1 : float
        β₁, decay rate of the mean gradient.
    beta2 : float
        β₂, decay rate of the mean squared gradient.
    epsilon : float
        ε, keeps the division finite, above 0.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Kingma & Ba (2015), Adam: a method for stochastic optimization, Algorithm 1.
    """

    def __init__(
        self, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self.learning_rate, self.epsilon = positive("learning_rate", learning_rate), positive("epsilon", epsilon)
        self.beta1, self.beta2 = _rate("beta1", beta1), _rate("beta2", beta2)
        self._steps = 0
        self._moments: dict[Path, tuple[Array, Array]] = {}

    def step(self, params: dict, grads: dict) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        params : dict
            Arrays by name.
        grads : dict
            Gradients under the same names.

        Raises
        ------
        ValueError
            If names or shapes differ.
        """
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
