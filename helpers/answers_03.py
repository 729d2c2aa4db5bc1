"""The answers to the exercises and questions of notebook 03, with the mistakes that are often made."""

import numpy as np

from helpers.activations import sigmoid
from helpers.exercises import Exercise, Question

Array = np.ndarray


def lstm_step(u: Array, c_before: Array) -> tuple[Array, Array]:
    """
    Make the new states of an LSTM from its pre-activations.

    Parameters
    ----------
    u : ndarray, shape (4H, N)
        Pre-activations in the blocks i, f, o, g.
    c_before : ndarray, shape (H, N)
        The cell before the step.

    Returns
    -------
    h, c : ndarray, shape (H, N)
        What is shown and what is kept.
    """
    i, f, o, g = np.split(u, 4)
    c = sigmoid(f) * c_before + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def half_life(forget_bias: float) -> float:
    """
    Tell after how many steps half of a cell is left when nothing but the bias opens its forget gate.

    Parameters
    ----------
    forget_bias : float
        The bias of the forget gate.

    Returns
    -------
    float
        Steps.
    """
    return float(np.log(0.5) / np.log(sigmoid(np.array(forget_bias))))


def peephole_step(u: Array, c_before: Array, p: Array) -> tuple[Array, Array]:
    """
    Make the new states of an LSTM whose gates look at the cell as well.

    Parameters
    ----------
    u : ndarray, shape (4H, N)
        Pre-activations in the blocks i, f, o, g, without the peepholes.
    c_before : ndarray, shape (H, N)
        The cell before the step.
    p : ndarray, shape (3, H, 1)
        Peephole weights of i, f and o.

    Returns
    -------
    h, c : ndarray, shape (H, N)
        What is shown and what is kept.
    """
    i, f, o, g = np.split(u, 4)
    c = sigmoid(f + p[1] * c_before) * c_before + sigmoid(i + p[0] * c_before) * np.tanh(g)
    return sigmoid(o + p[2] * c) * np.tanh(c), c


def parameter_count(inputs: int, hidden: int) -> int:
    """
    Count the numbers that an LSTM layer learns.

    Parameters
    ----------
    inputs : int
        D.
    hidden : int
        H.

    Returns
    -------
    int
        The elements of W_in, W and b.
    """
    return 4 * hidden * (inputs + hidden + 1)


def _steps(rng: np.random.Generator) -> list[tuple]:
    return [
        (np.round(rng.normal(size=(4 * h, n)), 2), np.round(rng.normal(size=(h, n)), 2))
        for h, n in ((1, 1), (2, 1), (2, 3), (5, 4))
    ]


def _peepholes(rng: np.random.Generator) -> list[tuple]:
    return [(u, c, np.round(rng.normal(size=(3, len(c), 1)), 2)) for u, c in _steps(rng)]


def _wrong_step(u: Array, c_before: Array, order: tuple[int, ...] = (0, 1, 2, 3), shown: bool = True) -> tuple:
    blocks = np.split(u, 4)
    i, f, o, g = (blocks[place] for place in order)
    c = sigmoid(f) * c_before + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * (np.tanh(c) if shown else c), c


def _old_peephole(u: Array, c_before: Array, p: Array) -> tuple:
    i, f, o, g = np.split(u, 4)
    c = sigmoid(f + p[1] * c_before) * c_before + sigmoid(i + p[0] * c_before) * np.tanh(g)
    return sigmoid(o + p[2] * c_before) * np.tanh(c), c


LSTM_STEP = Exercise(
    name="lstm_step",
    task="lstm_step(u, c_before) returns h and c of one step, each (H, N), from the pre-activations u (4H, N), in "
    "the blocks i, f, o, g, and the cell before.",
    reference=lstm_step,
    cases=_steps,
    hints=(
        "np.split(u, 4) gives the four blocks. Three go through the sigmoid, the candidate g through tanh.",
        "First the cell: f times the old one plus i times the candidate. Then h: o times tanh of the new cell.",
    ),
    wrong=(
        lambda u, c_before: _wrong_step(u, c_before, order=(0, 1, 3, 2)),
        lambda u, c_before: _wrong_step(u, c_before, order=(1, 0, 2, 3)),
        lambda u, c_before: _wrong_step(u, c_before, shown=False),
        lambda u, c_before: lstm_step(u, c_before)[::-1],
    ),
)
HALF_LIFE = Exercise(
    name="half_life",
    task="half_life(forget_bias) returns after how many steps half of the cell is left, if the bias alone sets the "
    "forget gate; the number need not be whole.",
    reference=half_life,
    cases=lambda rng: [(b,) for b in (0.0, 1.0, -1.0, 3.0, 5.0)] + [(round(float(b), 2),) for b in rng.normal(size=4)],
    hints=(
        "Each step multiplies the cell by f = σ(b). After n steps fⁿ is left.",
        "Solve fⁿ = ½ for n by taking logarithms on both sides.",
    ),
    wrong=(
        lambda forget_bias: np.log(2) * sigmoid(np.array(forget_bias)),
        lambda forget_bias: np.log(sigmoid(np.array(forget_bias))) / np.log(0.5),
        lambda forget_bias: 0.5 / (1 - sigmoid(np.array(forget_bias))),
    ),
)
PEEPHOLE_STEP = Exercise(
    name="peephole_step",
    task="peephole_step(u, c_before, p) returns h and c of one step whose gates see the cell: p (3, H, 1) holds a "
    "weight for each unit of i, f and o. The gates i and f look at the old cell, o looks at the new one.",
    reference=peephole_step,
    cases=_peepholes,
    hints=(
        "A peephole adds p times the cell, unit by unit, to the pre-activation of a gate, before the sigmoid.",
        "The new cell is ready before o is needed, so o adds p[2] * c with the new c.",
    ),
    wrong=(
        _old_peephole,
        lambda u, c_before, p: lstm_step(u, c_before),
        lambda u, c_before, p: peephole_step(u, c_before, p[[1, 0, 2]]),
    ),
)
PARAMETER_COUNT = Exercise(
    name="parameter_count",
    task="parameter_count(inputs, hidden) returns how many numbers an LSTM layer with D inputs and H units learns.",
    reference=parameter_count,
    cases=lambda rng: [(1, 1), (2, 1), (1, 2), (8, 16), (100, 128)],
    hints=(
        "Count one block first: W_in has H·D elements, W has H·H, and b has H.",
        "There are four blocks: three gates and the candidate.",
    ),
    wrong=(
        lambda inputs, hidden: hidden * (inputs + hidden + 1),
        lambda inputs, hidden: 4 * hidden * (inputs + hidden),
        lambda inputs, hidden: 3 * hidden * (inputs + hidden + 1),
        lambda inputs, hidden: 4 * hidden * (inputs + hidden + 2),
    ),
)
EXERCISES = (LSTM_STEP, HALF_LIFE, PEEPHOLE_STEP, PARAMETER_COUNT)

TOTEMO = Question(
    "1. （確認問題） 「映画おもしろかったね。ところで、とてもお腹が空いたから何か____。」 "
    "「とても」は空欄の予測に影響しない。どのゲートが作用するか。<br>"
    "“The film was fun. By the way, I am <i>very</i> hungry, so let us ____ something.” "
    "The word <i>very</i> does not matter for the blank. Which gate acts?",
    ("forget gate", "input gate"),
    {
        "input gate": "不要な単語は、最初からセルに書き込まなければよい。 "
        "A word that will not matter need not be written: i is near 0 when it comes. "
        "The notes answer <i>forget gate</i>, which is accepted too.",
        "forget gate": "一度書き込まれたものは、後で消すことができる。 "
        "This is the answer of the notes: what was written is erased later. "
        "But a word that does not matter <i>when it comes</i> is first the input gate’s business; "
        "the forget gate suits the film, which mattered and no longer does.",
        "output gate": "出力ゲートは記憶を変えない。 "
        "The output gate only hides or shows; the cell would keep the word.",
    },
)
CAROUSEL = Question(
    "2. In the constant error carousel, how large is the weight from the cell to itself?",
    "fixed at 1",
    {
        "fixed at 1": "That is what makes the error constant: each step back multiplies it by 1. Nothing adjusts it.",
        "learned, and near 1": "A learned weight would again be a factor that grows or shrinks over many steps.",
        "σ(b_f)": "That is the factor with a forget gate, which came in 2000. The carousel of 1997 has 1.",
    },
)
SHOWN = Question(
    "3. The output gate of a unit is 0 for 50 steps, its forget gate 1 and its input gate 0. What is in the cell then?",
    "what was there before",
    {
        "0": "h was 0 all the time. The cell is not h.",
        "what was there before": "The output gate acts on what is shown, h = o · tanh(c). It does not touch c.",
        "half of what was there": "That would be the forget gate’s work.",
    },
)
BIAS = Question(
    "4. A network is to carry something over 200 steps. What does a forget bias of 1 give it at the start?",
    "0.73²⁰⁰, nothing",
    {
        "a memory without end": "For that f would have to be 1. σ(1) is 0.73.",
        "0.73²⁰⁰, nothing": "It is about 10⁻²⁷. The half-life of this bias is 2.2 steps; "
        "200 steps ask for a bias above 5.",
        "73 % of it": "After one step. After two it is 53 %.",
    },
)
QUESTIONS = (TOTEMO, CAROUSEL, SHOWN, BIAS)
