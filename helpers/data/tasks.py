"""Tasks that only a network with a memory can do, generated with a seed; lessons 2, 3, 5 and 7.

`recall` and `adding_problem` ask once, at the last step, so their answers are (1, N): one step, as the losses take them
for v[-1:] and y[-1]. Sums as text are strings for `helpers.data.characters`. Hochreiter & Schmidhuber (1997), Long
short-term memory, Neural Computation 9: sections 5.2 (recall, as in task 2b), 5.4 (adding) and 3.2 (input and output
weight conflict). Arjovsky, Shah & Bengio (2016), Unitary evolution recurrent neural networks (one marker a
half). Gers, Schmidhuber & Cummins (2000), Learning to forget, Neural Computation 12 (streams).
"""

import numpy as np

from helpers._checks import Array, generator, one_of, whole

GATE_TASKS = ("ignore", "hold back", "start over")


def recall(rng: np.random.Generator, steps: int, examples: int) -> tuple[Array, Array]:
    """Show one of 4 symbols at step 0, noise at all others, and ask at the last step which it was.

    x (T, 8, N) is one-hot: rows 0 to 3 are the symbols, the rest means nothing, and one of it is drawn for each step
    but the first. The labels (1, N) are 0 to 3. Without a memory the best is chance: one in 4, ln 4 = 1.386 nats.
    """
    steps, examples = whole("steps", steps), whole("examples", examples)
    shown = generator(rng).integers(4, 8, (steps, examples))
    shown[0] = rng.integers(0, 4, examples)
    return np.ascontiguousarray(np.eye(8)[shown].transpose(0, 2, 1)), shown[:1].copy()


def adding_problem(rng: np.random.Generator, steps: int, examples: int) -> tuple[Array, Array]:
    """Ask for the sum of two marked numbers, one in the first half of the sequence and one in the second.

    x (T, 2, N) holds numbers uniform in 0..1 and the marks, 1 among zeros; target is (1, N), steps at least 2. The best
    constant answer is 1: (y − d)² is then 1/6 = 0.1667, the variance, and with `losses.squared_error`'s factor ½ 1/12.
    """
    steps, examples = whole("steps", steps, 2), whole("examples", examples)
    numbers = generator(rng).random((steps, examples))
    first, second = rng.integers(0, steps // 2, examples), rng.integers(steps // 2, steps, examples)
    columns, markers = np.arange(examples), np.zeros((steps, examples))
    markers[first, columns] = markers[second, columns] = 1.0
    target = numbers[first, columns] + numbers[second, columns]
    return np.stack([numbers, markers], axis=1), target[None]


def marked_values(rng: np.random.Generator, steps: int, examples: int, task: str) -> tuple[Array, Array, Array]:
    """Show numbers and sometimes a mark; what is to be done with them needs one gate of an LSTM above all.

    task is "ignore": one number in the first half is marked; say it at the last step. "hold back": say the first number
    at every marked step, one in ten, and 0 at the others; no number follows it. "start over": say at every step the
    sum of the numbers since the last mark, the marked one included; one step in ten is marked.
    x (T, 2, N) holds numbers uniform in −1..1 and marks, 1 among zeros; steps is at least 2. Returns x, target
    (T, 1, N) and mask (T, N), True where an answer is asked. Always saying the mean errs by one standard deviation.
    """
    steps, examples = whole("steps", steps, 2), whole("examples", examples)
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


def sums_as_text(rng: np.random.Generator) -> tuple[tuple[list[str], list[str]], tuple[list[str], list[str]]]:
    """Pose all additions of numbers from 0 to 99 as strings, such as "57+5" with the answer "62", each once.

    Returns questions and answers to learn from, and 2,000 to test with, of which none occurs among the others, not with
    its summands exchanged either. The same string for every question is right in at most 1 % of them.
    """
    a, b = np.divmod(generator(rng).permutation(10_000), 100)
    asked, test = np.zeros((100, 100), bool), slice(2_000)
    asked[a[test], b[test]] = asked[b[test], a[test]] = True
    rest = ~asked[a, b]
    return _posed(a[rest], b[rest]), _posed(a[test], b[test])


def _posed(a: Array, b: Array) -> tuple[list[str], list[str]]:
    """Return the questions "a+b" and their answers."""
    return [f"{i}+{j}" for i, j in zip(a, b, strict=True)], [f"{total}" for total in a + b]
