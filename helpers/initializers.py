"""Random initial weights: normal, with a standard deviation by a scheme, and biases for long memory; lessons 1, 3.

(1) normal   std = 1                    the binary-addition sample of the notes
(2) xavier   std = 1 / √columns         keeps the variance of W x, for tanh and sigmoid; Glorot & Bengio (2010), eq. 10
(3) he       std = √(2 / columns)       for ReLU, which sets half of its input to 0; He, Zhang, Ren & Sun (2015), eq. 10
(4) chrono   b = log U(1, T_max − 1)    bias of a gate that keeps the old state; Tallec & Ollivier (2018), eq. 16

Glorot & Bengio give std = √(2 / (rows + columns)), the same for the square matrix W; the fan-in form is what courses on
NumPy call Xavier, and what the notes' sample uses. With bias log(τ − 1) and nothing else a gate is σ(b) = 1 − 1/τ: the
state fades by a factor e in about τ steps. By (4) the units of a gate have times τ spread between 2 and T_max steps.
"""

import math
from typing import Any

import numpy as np

from helpers._checks import Array, float_type, generator, one_of, whole

SCHEMES = {
    "normal": lambda columns: 1.0,
    "xavier": lambda columns: 1 / math.sqrt(columns),
    "he": lambda columns: math.sqrt(2 / columns),
}


def draw(rng: np.random.Generator, rows: int, columns: int, scheme: str = "xavier", dtype: Any = np.float64) -> Array:
    """Draw a weight matrix (rows, columns), columns the fan-in; scheme is "normal" (1), "xavier" (2) or "he" (3)."""
    rows, columns = whole("rows", rows), whole("columns", columns)
    std = SCHEMES[one_of("scheme", scheme, SCHEMES)](columns)
    return (std * generator(rng).standard_normal((rows, columns))).astype(float_type(dtype))


def chrono_bias(rng: np.random.Generator, rows: int, chrono: int, dtype: Any = np.float64) -> Array:
    """Draw the biases (rows, 1) of a gate, 0 to log(T_max − 1), equation (4); chrono is T_max, at least 3 steps."""
    longest = whole("chrono", chrono, 3)
    return np.log(generator(rng).uniform(1, longest - 1, (rows, 1))).astype(float_type(dtype))
