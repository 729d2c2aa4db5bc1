"""The answers to the exercises and questions of notebook 03, with the mistakes that are often made."""

import numpy as np

from helpers.activations import sigmoid
from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def lstm_step(W_in: Array, W: Array, b: Array, x_t: Array, h_prev: Array, c_prev: Array) -> tuple[Array, Array]:
    i, f, o, g = np.split(W_in @ x_t + W @ h_prev + b, 4)
    c = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def half_life(bias: float) -> float:
    return float(np.log(0.5) / np.log(sigmoid(np.array(bias))))


def equal_width(D: int, H: int) -> int:
    budget, width = H * (D + H + 1), 0
    while 4 * (width + 1) * (D + width + 2) <= budget:
        width += 1
    return width


def peephole_step(
    W_in: Array, W: Array, b: Array, p: Array, x_t: Array, h_prev: Array, c_prev: Array
) -> tuple[Array, Array]:
    i, f, o, g = np.split(W_in @ x_t + W @ h_prev + b, 4)
    p_i, p_f, p_o = np.split(p, 3)
    c = sigmoid(f + p_f * c_prev) * c_prev + sigmoid(i + p_i * c_prev) * np.tanh(g)
    return sigmoid(o + p_o * c) * np.tanh(c), c


def _steps(rng: np.random.Generator, peepholes: bool = False) -> list[tuple]:
    cases = []
    for d, h, n in [(1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 3, 2), (3, 4, 5)]:
        shapes = [(4 * h, d), (4 * h, h), (4 * h, 1)] + [(3 * h, 1)] * peepholes + [(d, n), (h, n), (h, n)]
        cases.append(tuple(np.round(rng.normal(size=shape), 2) for shape in shapes))
    return cases


def _sorted_wrongly(W_in: Array, W: Array, b: Array, x_t: Array, h_prev: Array, c_prev: Array) -> tuple[Array, Array]:
    i, f, g, o = np.split(W_in @ x_t + W @ h_prev + b, 4)
    c = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _looks_back(
    W_in: Array, W: Array, b: Array, p: Array, x_t: Array, h_prev: Array, c_prev: Array
) -> tuple[Array, Array]:
    i, f, o, g = np.split(W_in @ x_t + W @ h_prev + b, 4)
    p_i, p_f, p_o = np.split(p, 3)
    c = sigmoid(f + p_f * c_prev) * c_prev + sigmoid(i + p_i * c_prev) * np.tanh(g)
    return sigmoid(o + p_o * c_prev) * np.tanh(c), c


LSTM_STEP = Exercise(
    name="lstm_step",
    task="lstm_step(W_in, W, b, x_t, h_prev, c_prev) returns the pair (h, c) of one step, both of shape (H, N); the 4H "
    "rows of W_in, W and b are in the order i, f, o, g.",
    reference=lstm_step,
    cases=_steps,
    hints=(
        "One product for all gates, then np.split(…, 4) cuts it into i, f, o and g.",
        "i, f and o go through the sigmoid 1 / (1 + np.exp(-u)), g through np.tanh. c comes first, h from the new c.",
    ),
    wrong=(
        _sorted_wrongly,
        lambda W_in, W, b, x_t, h_prev, c_prev: lstm_step(W_in, W, b, x_t, h_prev, c_prev)[::-1],
        lambda W_in, W, b, x_t, h_prev, c_prev: lstm_step(W_in, W, b, x_t, h_prev, h_prev),
    ),
)
HALF_LIFE = Exercise(
    name="half_life",
    task="half_life(bias) returns how many steps halve a memory when the forget gate is σ(bias) at every step.",
    reference=half_life,
    cases=lambda rng: [(b,) for b in (0.0, 1.0, 3.0, -1.0, *map(float, np.round(rng.uniform(-2, 6, 5), 2)))],
    hints=(
        "After n steps σ(bias)ⁿ is left. Set it equal to ½ and take logarithms.",
        "n = ln ½ / ln σ(bias), with σ(bias) = 1 / (1 + e^(−bias)).",
    ),
    wrong=(
        lambda bias: 0.5 / (1 - 1 / (1 + np.exp(-bias))),
        lambda bias: np.log(0.5) / bias if bias else 1.0,
        lambda bias: -np.log(sigmoid(np.array(bias))) / np.log(0.5),
    ),
)
EQUAL_WIDTH = Exercise(
    name="equal_width",
    task="equal_width(D, H) returns the largest hidden size of an LSTM that has no more parameters than an RNN of "
    "hidden size H, both with input size D and one bias for every row; 0 when not even one unit fits.",
    reference=equal_width,
    cases=lambda rng: [(1, 1), (1, 2), (1, 6), (2, 16), (8, 34), (8, 35), (100, 64), (3, 200)],
    hints=(
        "The RNN has H·D + H·H + H parameters, the LSTM with L units has 4·(L·D + L·L + L).",
        "Raise L from 0 as long as the LSTM with L + 1 units still fits.",
    ),
    wrong=(
        lambda D, H: H // 4,
        lambda D, H: H // 2,
        lambda D, H: equal_width(D, H) + 1,
    ),
)
PEEPHOLE_STEP = Exercise(
    name="peephole_step",
    task="peephole_step(W_in, W, b, p, x_t, h_prev, c_prev) returns the pair (h, c) of a step whose gates also see "
    "the cell: p, shape (3H, 1), holds p_i, p_f, p_o; "
    "add p_i ⊙ c_prev and p_f ⊙ c_prev to the pre-activations of i and f, and "
    "p_o ⊙ c, the new cell, to that of o.",
    reference=peephole_step,
    cases=lambda rng: _steps(rng, peepholes=True),
    hints=(
        "p has one weight a unit: the product with the cell is element by element, so write * and not @.",
        "The order counts: i and f first, with c_prev; then the new c; then o, with the new c.",
    ),
    wrong=(
        _looks_back,
        lambda W_in, W, b, p, x_t, h_prev, c_prev: lstm_step(W_in, W, b, x_t, h_prev, c_prev),
        lambda W_in, W, b, p, x_t, h_prev, c_prev: peephole_step(W_in, W, b, p[::-1], x_t, h_prev, c_prev[::-1]),
    ),
)
EXERCISES = (LSTM_STEP, HALF_LIFE, EQUAL_WIDTH, PEEPHOLE_STEP)

TOTEMO = Question(
    "映画おもしろかったね。ところで、とてもお腹が空いたから何か____。"
    "文中の「とても」は、なくなっても空欄の予測に影響しないと考えられる。"
    "このとき、どのゲートが作用すると考えられるか。<br>"
    "“The film was fun, wasn't it? By the way, I'm very hungry, so let's ____ something.” The word “very” "
    "(とても) can be left out without a change to the prediction of the blank. Which gate acts?",
    ("forget gate（忘却ゲート）", "input gate（入力ゲート）"),
    {
        "forget gate（忘却ゲート）": "This is the answer of the notes: what is not needed any more is taken "
        "out of the cell. It holds when “very” has already been written. "
        "講義ノートの答え。一度セルに書き込まれた不要な情報を消すのは忘却ゲートである。"
        "Try the other gate, too: it can act earlier.",
        "input gate（入力ゲート）": "A word that does not matter when it is read need not be written at "
        "all, and keeping it out is the work of the input gate. "
        "読んだ時点で不要な単語は、入力ゲートを閉じればそもそもセルに書き込まれない。"
        "The notes answer “forget gate”, which is right for what was written before, such as the film.",
        "output gate（出力ゲート）": "It decides how much of the cell is shown, not what is in it. "
        "出力ゲートはセルの中身ではなく、見せる量を決める。",
    },
)
CAROUSEL = Question(
    "The constant error carousel keeps the gradient at 1. How?",
    "the cell's connection to itself is fixed at 1",
    {
        "W is trained until its gradient is 1": "Nothing adjusts it. The 1 is built in and is no parameter.",
        "the cell's connection to itself is fixed at 1": "c<sup>t</sup> = c<sup>t−1</sup> + …, so "
        "∂c<sup>t</sup>/∂c<sup>t−1</sup> along the cell is 1 at every step.",
        "the gradient is divided by its norm": "That is clipping, the next lesson.",
    },
)
SHOWN = Question(
    "o is 0 at this step, f is 1 and i is 0. What happens?",
    "c stays as it is, and h is 0",
    {
        "c is erased": "The output gate does not touch the cell. It sets how much of it is shown.",
        "c stays as it is, and h is 0": "c = 1 · c + 0 · g, and h = 0 · tanh(c). Stored, and not shown.",
        "c and h stay as they are": "h is not stored: it is computed anew, and o = 0 makes it 0.",
    },
)
LEAK = Question(
    "A forget gate stays at σ(1). What is left after 50 steps of what the cell held?",
    "about 0.0000002 of it",
    {
        "73 % of it": "σ(1) = 0.73 is what is left after one step.",
        "about half of it": "Half is left after 2.2 steps.",
        "about 0.0000002 of it": "0.73 to the power of 50 is 1.6 · 10⁻⁷, of the gradient along the cell as well.",
    },
)
QUESTIONS = (TOTEMO, CAROUSEL, SHOWN, LEAK)
