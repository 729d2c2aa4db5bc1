"""Optimizers: each `step(params, grads)` changes the arrays of nested dicts, lists or tuples in place; lesson 1.

(1) SGD       p ← p − η g
(2) Momentum  v ← μ v − η g,   p ← p + v
(3) Adam      m ← β₁ m + (1−β₁) g,   s ← β₂ s + (1−β₂) g²,   p ← p − η m̂ / (√ŝ + ε)
              with m̂ = m / (1−β₁ᵏ) and ŝ = s / (1−β₂ᵏ) at the k-th step

What is remembered belongs to the array, not to its name: another array under an old name starts afresh, one left out of
a step keeps what it has. Copy or pickle params and optimizer as one. NaN and inf go through, for good: see `clipping`.
(2) Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum, eq. 1 and 2.
(3) Kingma & Ba (2015), Adam: a method for stochastic optimization, Algorithm 1.
"""

import copy
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from helpers._checks import Array, Nest, apart, array_of, floats, is_number, owner_of, positive, with_keys


def _pairs(params: Any, grads: Any, at: str = "") -> Iterator[tuple[str, Array, Array]]:
    """Walk through parameters and gradients side by side."""
    if not isinstance(params, dict) and (isinstance(grads, dict) or not isinstance(params, list | tuple)):
        raise ValueError(f"params{at}: expected a dict of arrays, got {type(params).__name__}")
    own, other = (dict(enumerate(nest)) if isinstance(nest, list | tuple) else nest for nest in (params, grads))
    with_keys(other, own, name=f"grads{at}", what=type(params).__name__)
    for key, p in own.items():
        here = f"{at}[{key!r}]"
        if isinstance(p, dict) or (isinstance(p, list | tuple) and any(isinstance(q, np.ndarray | Nest) for q in p)):
            yield from _pairs(p, other[key], here)
            continue
        array_of(f"params{here}", p)
        if not isinstance(p, np.ndarray) or p.dtype.char not in "fd" or not p.flags.writeable:
            got = "a read-only one" if isinstance(p, np.ndarray) and p.dtype.char in "fd" else type(p).__name__
            raise ValueError(f"params{here}: expected an array of floats, got {got}; float32 and float64 will do")
        g = floats(f"grads{here}", other[key], p.dtype)
        if g.shape != p.shape:
            raise ValueError(f"grads{here}: expected the parameter's shape {p.shape}, got {g.shape}")
        yield here, p, g.astype(np.promote_types(g.dtype, p.dtype), copy=False)  # so that g² has the range of s


class _Memory:
    """What is remembered of each array while it lives; a copy knows the old arrays, and those copied with it."""

    def __init__(self, known: Iterable[tuple[Array, dict]] = ()) -> None:
        self._places: dict[tuple, tuple[weakref.ref, weakref.ref, dict[str, Any]]] = {}
        for p, kept in known:
            self.of(p).update(kept)

    def __reduce__(self) -> tuple:
        return _Memory, ([(p, kept) for _, ref, kept in self._places.values() if (p := ref()) is not None],)

    def __deepcopy__(self, memo: dict) -> "_Memory":
        _, (known,) = self.__reduce__()
        return _Memory([(q, copy.deepcopy(kept)) for p, kept in known for q in (p, copy.deepcopy(p, memo))])

    def of(self, p: Array) -> dict[str, Any]:
        """Return what is remembered of an array, at first nothing; a new view of the same numbers is the same array."""
        owner, places = owner_of(p), self._places
        place = (id(p) if owner is p else p.__array_interface__["data"][0], p.shape, p.strides, p.dtype)
        if place not in places or places[place][0]() is not owner:  # it may lie where a dead one lay
            for dead in [key for key, (alive, _, _) in places.items() if alive() is None]:
                del places[dead]
            places[place] = weakref.ref(owner), weakref.ref(p), {}
        return places[place][2]

    def beside(self, params: Any, grads: Any) -> list[tuple[Array, Array, dict[str, Any]]]:
        """Return each parameter, its gradient and what is remembered of it."""
        found = list(_pairs(params, grads))
        apart((f"params{name}", p) for name, p, _ in found)
        return [(p, g, self.of(p)) for _, p, g in found]


def _rate(name: str, value: float) -> float:
    """Return a decay rate from 0 up to, not including, 1."""
    if not is_number(value) or not 0 <= value < 1:
        raise ValueError(f"{name}: expected a number from 0 up to, not including, 1, got {value!r}")
    return float(value)


class SGD:
    """Stochastic gradient descent, equation (1); learning_rate is η, above 0."""

    def __init__(self, learning_rate: float):
        self.learning_rate = positive("learning_rate", learning_rate)

    def step(self, params: Nest, grads: Nest) -> None:
        """Change the parameters in place, once all names and shapes are found to fit."""
        for _, p, g in list(_pairs(params, grads)):
            p -= self.learning_rate * g


class Momentum:
    """Gradient descent with a velocity, equation (2): learning_rate is η, above 0, momentum μ, from 0 to below 1."""

    def __init__(self, learning_rate: float, momentum: float = 0.9):
        self.learning_rate, self.momentum = positive("learning_rate", learning_rate), _rate("momentum", momentum)
        self._memory = _Memory()

    def step(self, params: Nest, grads: Nest) -> None:
        """Change the parameters in place, once all are found to fit; a new array starts afresh, whatever its name."""
        for p, g, kept in self._memory.beside(params, grads):
            v = kept["v"] if kept else kept.setdefault("v", np.zeros_like(p))
            v *= self.momentum
            v -= self.learning_rate * g
            p += v


class Adam:
    """Adaptive moment estimation, equation (3); gradients may be huge or tiny, their squares stay within range.

    learning_rate is η, about the largest change of a parameter in one step, and above 0, as is epsilon, ε, which keeps
    the division finite; beta1 and beta2, β₁ and β₂, from 0 to below 1, are decay rates of mean gradient and square.
    """

    def __init__(self, learning_rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8):
        self.learning_rate, self.epsilon = positive("learning_rate", learning_rate), positive("epsilon", epsilon)
        self.beta1, self.beta2 = _rate("beta1", beta1), _rate("beta2", beta2)
        self._memory = _Memory()

    def step(self, params: Nest, grads: Nest) -> None:
        """Change the parameters in place, once all are found to fit; a new array starts afresh, whatever its name."""
        for p, g, kept in self._memory.beside(params, grads):
            if not kept:  # Σ g² below `most` is safe; 0 where ε would not hide an underflow, or β drops digits
                known = np.finfo(p.dtype)
                plain = self.epsilon * float(known.eps) >= float(known.tiny / (1 - self.beta2)) ** 0.5
                most = float(known.max) / 4 if plain and min(self.beta1, self.beta2) >= 0.1 else 0.0
                kept |= {"k": 0, "m": np.zeros_like(p), "s": np.zeros_like(p), "root": None, "most": most}
            kept["k"] += 1
            scale1, scale2 = 1 - self.beta1 ** kept["k"], 1 - self.beta2 ** kept["k"]
            if kept["root"] is None and not float(np.vdot(g, g)) < kept["most"]:
                root = np.asarray(np.sqrt(kept["s"], dtype=np.float64))
                kept |= {"m": kept["m"].astype(np.float64), "root": root, "s": None}
            m, s, root = kept["m"], kept["s"], kept["root"]
            if root is None:
                m += (1 - self.beta1) * (g - m)
                s += (1 - self.beta2) * (g * g - s)
                p -= self.learning_rate * (m / scale1) / (np.sqrt(s / scale2) + self.epsilon)
            else:  # the same with √s, which is as large as a gradient
                g = g.astype(root.dtype, copy=False)
                m *= self.beta1
                m += (1 - self.beta1) * g
                np.hypot(self.beta2**0.5 * root, (1 - self.beta2) ** 0.5 * g, out=root)
                p -= self.learning_rate * (m / scale1 / (root / scale2**0.5 + self.epsilon))
