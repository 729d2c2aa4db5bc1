"""Tasks that only a network with a memory can do, generated with a seed.

Arrays are time first with one column per example, as the kernels take them: x (T, D, N). The answer is asked
once, at the last step; what a network without a memory reaches is stated with each task. Sums as text are strings,
which `helpers.data.characters` turns into tokens.
"""

import numpy as np

from helpers._checks import Array, generator, one_of, whole


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
    steps, examples = whole("steps", steps), whole("examples", examples)
    symbols, noise_symbols = _at_least_2("symbols", symbols), whole("noise_symbols", noise_symbols)
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
    steps, examples = _at_least_2("steps", steps), whole("examples", examples)
    numbers = generator(rng).random((steps, examples))
    first, second = rng.integers(0, steps // 2, examples), rng.integers(steps // 2, steps, examples)
    columns = np.arange(examples)
    markers = np.zeros((steps, examples))
    markers[first, columns] = markers[second, columns] = 1.0
    target = numbers[first, columns] + numbers[second, columns]
    return np.stack([numbers, markers], axis=1), target[None]


GATE_TASKS = ("ignore", "hold back", "start over")


def marked_values(rng: np.random.Generator, steps: int, examples: int, task: str) -> tuple[Array, Array, Array]:
    """Show a number and sometimes a mark; what is to be done with them needs one gate of an LSTM above all.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where numbers and marks come from.
    steps : int
        T, at least 2.
    examples : int
        N.
    task : {"ignore", "hold back", "start over"}
        ignore: one number in the first half is marked; say it at the last step. hold back: the first number is to
        be said at every marked step, one in ten, and 0 at the others; no number follows it. start over: say at
        every step the sum of the numbers since the last mark, the marked one included; one step in ten is marked.

    Returns
    -------
    x : numpy.ndarray
        Inputs, shape (T, 2, N): row 0 holds numbers uniform in −1..1, row 1 the marks 1 among zeros.
    target : numpy.ndarray
        What to say, shape (T, 1, N).
    mask : numpy.ndarray of bool
        True where an answer is asked, shape (T, N).

    Raises
    ------
    ValueError
        If a size is too small, the task is unknown or `rng` is no Generator.

    Notes
    -----
    Always saying the mean is an error of one standard deviation of the asked targets.

    References
    ----------
    Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9, section 3.2 (input and output weight
    conflict); Gers, Schmidhuber & Cummins (2000), Learning to forget, Neural Computation 12, section 2.2 (streams).
    """
    steps, examples = _at_least_2("steps", steps), whole("examples", examples)
    one_of("task", task, GATE_TASKS)
    numbers, columns = generator(rng).uniform(-1, 1, (steps, examples)), np.arange(examples)
    marks = rng.random((steps, examples)) < 0.1
    asked = np.ones((steps, examples), bool)
    if task == "ignore":
        marks[:], asked[:-1] = False, False
        marked = rng.integers(0, max(1, steps // 2), examples)
        marks[marked, columns] = True
        target = np.tile(numbers[marked, columns], (steps, 1))
    elif task == "hold back":
        numbers[1:], marks[0] = 0, False
        target = np.where(marks, numbers[0], 0)
    else:
        target, total = np.empty_like(numbers), np.zeros(examples)
        for t in range(steps):
            total = np.where(marks[t], 0, total) + numbers[t]
            target[t] = total
    return np.stack([numbers, marks], axis=1), target[:, None], asked


def sums_as_text(
    rng: np.random.Generator, digits: int = 2, train: int | None = None, test: int = 2_000
) -> tuple[tuple[list[str], list[str]], tuple[list[str], list[str]]]:
    """Pose additions as strings, such as "57+5" with the answer "62", each of them once.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the order comes from.
    digits : int
        The most digits of a summand, 1 to 3: there are 100**digits additions.
    train : int, optional
        Number of training examples; all that may be used when left out.
    test : int
        Number of test examples.

    Returns
    -------
    train, test : tuple of list
        Questions and answers. No test question occurs in training, nor does the same with its summands exchanged.

    Raises
    ------
    ValueError
        If a number is out of its range, there are not so many additions, or `rng` is no Generator.

    Notes
    -----
    A network that answers every question with the same string is right in at most 1 % of them for two digits.
    """
    digits, test = whole("digits", digits), whole("test", test)
    if digits > 3:
        raise ValueError(f"digits: expected 1 to 3, as there are 100**digits additions, got {digits}")
    n = 10**digits
    order = generator(rng).permutation(n * n)
    a, b = np.divmod(order, n)
    asked = np.zeros(n * n, bool)
    asked[order[:test]] = asked[(b * n + a)[:test]] = True
    rest = order[~asked[order]]
    wanted = len(rest) if train is None else whole("train", train)
    if not 1 <= wanted <= len(rest):
        raise ValueError(f"train: expected 1 to {len(rest)} of {n * n} additions beside test = {test}, got {wanted}")
    return _posed(rest[:wanted], n), _posed(order[:test], n)


def _posed(numbers: Array, n: int) -> tuple[list[str], list[str]]:
    """Return the questions "a+b" and their answers for the numbers a·n + b."""
    pairs = [divmod(int(number), n) for number in numbers]
    return [f"{a}+{b}" for a, b in pairs], [f"{a + b}" for a, b in pairs]


def _at_least_2(name: str, value: int) -> int:
    """Return a whole number of at least 2."""
    if whole(name, value) < 2:
        raise ValueError(f"{name}: expected at least 2, got {value}")
    return int(value)
