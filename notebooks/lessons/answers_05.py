"""The answers to the exercises and questions of notebook 05, with the mistakes that are often made."""

import numpy as np

from helpers import gru, interop
from helpers.activations import sigmoid
from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def gru_step(W_in: Array, W: Array, b: Array, x_t: Array, h_prev: Array) -> Array:
    W_r, W_z, W_n = np.split(W, 3)
    in_r, in_z, in_n = np.split(W_in @ x_t + b, 3)
    r, z = sigmoid(in_r + W_r @ h_prev), sigmoid(in_z + W_z @ h_prev)
    n = np.tanh(in_n + W_n @ (r * h_prev))
    return (1 - z) * n + z * h_prev


def candidates(W_n: Array, b_n: Array, in_n: Array, r: Array, h_prev: Array) -> tuple[Array, Array]:
    before = np.tanh(in_n + W_n @ (r * h_prev) + b_n)
    after = np.tanh(in_n + r * (W_n @ h_prev + b_n))
    return before, after


def flip_update_gate(W_in: Array, W: Array, b_in: Array, b: Array) -> tuple[Array, Array, Array, Array]:
    H = W.shape[1]
    sign = np.ones((3 * H, 1))
    sign[H : 2 * H] = -1
    return sign * W_in, sign * W, sign * b_in, sign * b


def torch_outputs(weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array, x: Array) -> Array:
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    params = interop.from_torch("gru", dict(zip(names, (weight_ih, weight_hh, bias_ih, bias_hh), strict=True)))
    h, _, _ = gru.forward(params, x.transpose(0, 2, 1), reset_after=True)
    return h.transpose(0, 2, 1)


SIZES = ((1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 3, 2), (3, 4, 5), (2, 16, 8))  # D, H, N


def _drawn(rng: np.random.Generator, *shapes: tuple[int, ...]) -> tuple:
    return tuple(np.round(rng.normal(size=shape), 2) for shape in shapes)


def _steps(rng: np.random.Generator) -> list[tuple]:
    return [_drawn(rng, (3 * h, d), (3 * h, h), (3 * h, 1), (d, n), (h, n)) for d, h, n in SIZES]


def _candidates(rng: np.random.Generator) -> list[tuple]:
    found = []
    for _, h, n in SIZES:
        W_n, b_n, in_n, h_prev = _drawn(rng, (h, h), (h, 1), (h, n), (h, n))
        found.append((W_n, b_n, in_n, np.round(rng.random((h, n)), 2), h_prev))
    return found


def _weights(rng: np.random.Generator) -> list[tuple]:
    return [_drawn(rng, (3 * h, d), (3 * h, h), (3 * h, 1), (3 * h, 1)) for d, h, _ in SIZES]


def _layers(rng: np.random.Generator) -> list[tuple]:
    return [
        _drawn(rng, (3 * h, d), (3 * h, h), (3 * h,), (3 * h,), (steps, n, d))
        for steps, (d, h, n) in zip((1, 2, 3, 4, 5, 6), SIZES, strict=True)
    ]


GRU_STEP = Exercise(
    name="gru_step",
    task="gru_step(W_in, W, b, x_t, h_prev) returns the next state (1 − z) n + z h_prev of shape (H, N), with r acting "
    "on the state; the rows of W_in (3H, D), W (3H, H) and b (3H, 1) are blocks r, z, n.",
    reference=gru_step,
    cases=_steps,
    hints=(
        "np.split(array, 3) gives the three blocks. σ is helpers.activations.sigmoid, or 1 / (1 + np.exp(-u)).",
        "For r and z: σ(W_in_k x_t + b_k + W_k h_prev). For n: tanh(W_in_n x_t + b_n + W_n (r * h_prev)).",
    ),
    wrong=(
        lambda W_in, W, b, x_t, h_prev: 2 * h_prev - gru_step(W_in, W, b, x_t, h_prev),
        lambda W_in, W, b, x_t, h_prev: gru_step(W_in, W, 0 * b, x_t, h_prev),
        lambda W_in, W, b, x_t, h_prev: gru.forward({"W_in": -W_in, "W": W, "b_in": b, "b": 0 * b}, x_t[None], h_prev)[
            1
        ],
    ),
)
CANDIDATES = Exercise(
    name="candidates",
    task="candidates(W_n, b_n, in_n, r, h_prev) returns the pair (candidate with r on the state, candidate with r on "
    "W_n h + b_n); W_n is (H, H), b_n (H, 1), and in_n, the input's part, r and h_prev are (H, N).",
    reference=candidates,
    cases=_candidates,
    hints=(
        "Before: multiply h_prev by r, then by the matrix W_n. After: first the matrix, then r.",
        "In the second, r multiplies b_n too. That is why this bias cannot be merged with the input's.",
    ),
    wrong=(
        lambda W_n, b_n, in_n, r, h_prev: candidates(W_n, b_n, in_n, r, h_prev)[::-1],
        lambda W_n, b_n, in_n, r, h_prev: (
            candidates(W_n, b_n, in_n, r, h_prev)[0],
            np.tanh(in_n + r * (W_n @ h_prev) + b_n),
        ),
        lambda W_n, b_n, in_n, r, h_prev: candidates(W_n, b_n, in_n, r, h_prev)[0],
    ),
)
FLIP_UPDATE_GATE = Exercise(
    name="flip_update_gate",
    task="flip_update_gate(W_in, W, b_in, b) returns new arrays (W_in, W, b_in, b) of the same shapes: a network with "
    "h = (1 − z) h_prev + z n becomes one with h = (1 − z) n + z h_prev that gives the same states.",
    reference=flip_update_gate,
    cases=_weights,
    hints=(
        "The new z has to be 1 minus the old one, and 1 − σ(u) = σ(−u).",
        "So the middle H rows of all four arrays change their sign. Work on copies.",
    ),
    wrong=(
        lambda W_in, W, b_in, b: (-W_in, -W, -b_in, -b),
        lambda W_in, W, b_in, b: (*flip_update_gate(W_in, W, b_in, b)[:2], b_in, b),
        lambda W_in, W, b_in, b: (W_in, W, b_in, b),
    ),
)
TORCH_OUTPUTS = Exercise(
    name="torch_outputs",
    task="torch_outputs(weight_ih, weight_hh, bias_ih, bias_hh, x) returns what a torch.nn.GRU of one layer answers; x "
    "is (T, N, D) and the result (T, N, H), as PyTorch lays them out.",
    reference=torch_outputs,
    cases=_layers,
    hints=(
        "interop.from_torch('gru', …) takes a dict with the keys weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0.",
        "gru.forward wants x as (T, D, N): x.transpose(0, 2, 1). PyTorch's r acts after the matrix: reset_after=True.",
    ),
    wrong=(
        lambda weight_ih, weight_hh, bias_ih, bias_hh, x: gru.forward(
            {"W_in": weight_ih, "W": weight_hh, "b_in": bias_ih[:, None], "b": bias_hh[:, None]}, x.transpose(0, 2, 1)
        )[0].transpose(0, 2, 1),
        lambda weight_ih, weight_hh, bias_ih, bias_hh, x: torch_outputs(
            weight_ih, weight_hh, bias_ih, bias_hh, x
        ).transpose(0, 2, 1)[:, ::-1],
    ),
)
EXERCISES = (GRU_STEP, CANDIDATES, FLIP_UPDATE_GATE, TORCH_OUTPUTS)

KEEP = Question(
    "In this course h = (1 − z) n + z h_prev. What does a unit do whose z stays at 1?",
    "it keeps its old value for ever",
    {
        "it takes the candidate at every step": "That is z = 0 here. In the convention of Chung et al. it is z = 1: "
        "look which one a text uses.",
        "it keeps its old value for ever": "All of the weight lies on h_prev; the candidate does not count.",
        "it forgets everything": "Nothing is forgotten: h = h_prev.",
    },
)
RESET = Question(
    "r = 0 for all units, z = 0 for all units. What is the new state?",
    "a function of the input alone",
    {
        "zero": "r = 0 hides the old state from the candidate, but the input and the biases are still there.",
        "the old state": "That needs z = 1.",
        "a function of the input alone": "z = 0 takes the candidate, and r = 0 hides the old state from it.",
    },
)
COUNT = Question(
    "A GRU and an LSTM have the same D and H, and one bias for each gate. How many parameters has the GRU?",
    "exactly 3/4 of the LSTM's, for every D and H",
    {
        "half of the LSTM's": "There are three blocks of rows in place of four.",
        "exactly 3/4 of the LSTM's, for every D and H": "3H(D + H + 1) against 4H(D + H + 1). D and H drop out.",
        "about 3/4, the larger H the closer": "Each block has H(D + H + 1) parameters in both: nothing is left over.",
    },
)
VERDICT = Question(
    "On the adding problem a GRU with 3/4 of the parameters ends with a smaller error than the LSTM in 16 of 16 pairs "
    "of runs. What follows?",
    "on this task, in this set-up, the GRU is ahead",
    {
        "the GRU is the better cell": "On the temperatures the plain RNN has the smaller median error.",
        "nothing: it may be chance": "If both cells were equally good, 16 of 16 for one of them would have a "
        "probability of 2 in 65,536. But it is one task.",
        "on this task, in this set-up, the GRU is ahead": "Another task, other starts or more updates may turn it.",
    },
)
CLOSED = Question(
    "r acts on the state, before the matrix, and r₁ = 0, r₂ = 1. What does that shut off?",
    "the old unit 1 is hidden from both candidates",
    {
        "candidate 1 sees nothing of the past": "That is r₁ = 0 after the matrix: there r scales the rows of W_n.",
        "the old unit 1 is hidden from both candidates": "r ⊙ h is 0 in the place of unit 1: column 1 of W_n is off.",
        "unit 1 keeps its old value": "That is the business of z₁.",
    },
)
DROPOUT = Question(
    "A unit has z = 1 and only copies. Dropout with p = 0.2 draws a new mask for the state at each step. Is the value "
    "still there after 20 steps?",
    "in about 1 of 100 cases",
    {
        "in 80 of 100 cases": "That is one mask for the whole sequence: a unit is dropped at all steps or at none.",
        "in about 1 of 100 cases": "0.8^20 = 0.012: it has to be spared 20 times.",
        "always, since the mean is kept": "The mean is kept by dividing by 0.8; what is 0 stays 0.",
    },
)
QUESTIONS = (KEEP, RESET, CLOSED, COUNT, VERDICT, DROPOUT)
