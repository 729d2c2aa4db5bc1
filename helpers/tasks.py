"""Tasks that only a network with a memory can do, generated with a seed.

Arrays are time first with one column per example, as the kernels take them: x (T, D, N). The answer is asked
once, at the last step; what a network without a memory reaches is stated with each task.
"""

import numpy as np

from helpers._validation import Array, generator, positive_int


def recall(
    rng: np.random.Generator, steps: int, examples: int, symbols: int = 4, noise_symbols: int = 4
) -> tuple[Array, Array]:
    """Show one of some symbols at step 0, noise at all others, and ask at the last step which it was.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the symbols come from.
    steps : int
        T; the symbol lies T − 1 steps back when the answer is asked.
    examples : int
        N.
    symbols : int
        K, at least 2: the symbols to remember, rows 0 to K−1 of x.
    noise_symbols : int
        Symbols that mean nothing, the rows of x after those; one is drawn for each step but the first.

    Returns
    -------
    x : numpy.ndarray
        One-hot inputs, shape (T, D, N) with D = symbols + noise_symbols.
    labels : numpy.ndarray of int
        The symbol of step 0, from 0 to K−1, shape (1, N): one step of answers, as
        `losses.softmax_cross_entropy` takes them for the logits v[-1:] of shape (1, K, N).

    Raises
    ------
    ValueError
        If a size is too small or `rng` is no Generator.

    Notes
    -----
    Without a memory the best is chance: one answer in K is right, the loss is ln K nats (1.386 for K = 4).

    References
    ----------
    Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9, section 5.2: as in
    their task 2b, the first symbol decides the last answer and what lies between is random.
    """
    steps, examples = positive_int("steps", steps), positive_int("examples", examples)
    symbols, noise_symbols = _at_least_2("symbols", symbols), positive_int("noise_symbols", noise_symbols)
    shown = generator(rng).integers(symbols, symbols + noise_symbols, (steps, examples))
    shown[0] = rng.integers(0, symbols, examples)
    x = np.zeros((steps, symbols + noise_symbols, examples))
    np.put_along_axis(x, shown[:, None], 1.0, axis=1)
    return x, shown[:1].copy()


def adding_problem(rng: np.random.Generator, steps: int, examples: int) -> tuple[Array, Array]:
    """Ask for the sum of two marked numbers, one in the first half of the sequence and one in the second.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where numbers and places come from.
    steps : int
        T, at least 2.
    examples : int
        N.

    Returns
    -------
    x : numpy.ndarray
        Inputs, shape (T, 2, N): row 0 holds numbers uniform in 0..1, row 1 the two markers 1 among zeros.
    target : numpy.ndarray
        The sum of the two marked numbers, shape (1, N): what the output y[-1] is to be.

    Raises
    ------
    ValueError
        If a size is too small or `rng` is no Generator.

    Notes
    -----
    The best constant answer is 1; its mean squared error (y − d)² is 1/6 = 0.1667, the variance of the sum.
    `losses.squared_error` has the factor ½ and gives 1/12.

    References
    ----------
    Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9, section 5.4; numbers in 0..1 and
    one marker a half as in Arjovsky, Shah & Bengio (2016), Unitary evolution recurrent neural networks, section 5.2.
    """
    steps, examples = _at_least_2("steps", steps), positive_int("examples", examples)
    numbers = generator(rng).random((steps, examples))
    first, second = rng.integers(0, steps // 2, examples), rng.integers(steps // 2, steps, examples)
    columns = np.arange(examples)
    markers = np.zeros((steps, examples))
    markers[first, columns] = markers[second, columns] = 1.0
    target = numbers[first, columns] + numbers[second, columns]
    return np.stack([numbers, markers], axis=1), target[None]


def _at_least_2(name: str, value: int) -> int:
    """Return a whole number of at least 2."""
    if positive_int(name, value) < 2:
        raise ValueError(f"{name}: expected at least 2, got {value}")
    return int(value)
