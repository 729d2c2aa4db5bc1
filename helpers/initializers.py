"""Random initial weights: a matrix from a normal distribution whose width follows a scheme, and biases for long memory.

(1) normal   std = 1                 the binary-addition sample of the notes
(2) xavier   std = 1 / √columns      Glorot & Bengio (2010); keeps the variance of W x, for tanh and sigmoid
(3) he       std = √(2 / columns)    He et al. (2015); for ReLU, which sets half of its input to 0

(4) chrono   b = log U(1, T_max − 1)    Tallec & Ollivier (2018); bias of a gate that keeps the old state
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers._checks import Array, float_type, generator, one_of, whole

SCHEMES: dict[str, Callable[[int], float]] = {
    "normal": lambda columns: 1.0,
    "xavier": lambda columns: 1 / math.sqrt(columns),
    "he": lambda columns: math.sqrt(2 / columns),
}


def draw(rng: np.random.Generator, rows: int, columns: int, scheme: str = "xavier", dtype: Any = np.float64) -> Array:
    """Draw one weight matrix.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    rows : int
        Number of outputs.
    columns : int
        Number of inputs, the fan-in.
    scheme : {"xavier", "he", "normal"}
        The width of the distribution, equations (1) to (3).
    dtype : numpy.dtype
        Type of the result.

    Returns
    -------
    numpy.ndarray
        Weights, shape (rows, columns).

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, `dtype` holds no floats, or `rng` is no Generator.

    Notes
    -----
    Glorot & Bengio give std = √(2 / (rows + columns)). For the square matrix W both forms agree; the
    fan-in form is the one that courses on NumPy call Xavier, and the one the notes' sample uses.

    References
    ----------
    Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, eq. 12.
    He, Zhang, Ren & Sun (2015), Delving deep into rectifiers, eq. 10.
    """
    rows, columns = whole("rows", rows), whole("columns", columns)
    std = SCHEMES[one_of("scheme", scheme, SCHEMES)](columns)
    return (std * generator(rng).standard_normal((rows, columns))).astype(float_type(dtype))


def chrono_bias(rng: np.random.Generator, rows: int, longest: int, dtype: Any = np.float64) -> Array:
    """Draw the biases of a gate that keeps the old state, equation (4).

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    rows : int
        Size of the gate.
    longest : int
        T_max, the longest dependency that is looked for, in steps; at least 3.
    dtype : numpy.dtype
        Type of the result.

    Returns
    -------
    numpy.ndarray
        Biases, shape (rows, 1), from 0 to log(T_max − 1).

    Raises
    ------
    ValueError
        If `longest` is below 3 or no whole number.

    Notes
    -----
    With bias log(τ − 1) and nothing else the gate is σ(b) = 1 − 1/τ: the state fades by a factor e in
    about τ steps. The gate's units thus remember over times spread between 2 and T_max steps.

    References
    ----------
    Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, eq. 16.
    """
    if isinstance(longest, bool) or not isinstance(longest, int | np.integer) or longest < 3:
        raise ValueError(f"chrono: expected T_max, a whole number of at least 3 steps, got {longest!r}")
    return np.log(generator(rng).uniform(1, longest - 1, (rows, 1))).astype(float_type(dtype))
