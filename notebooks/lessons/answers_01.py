"""The answers to the exercises and questions of notebook 01, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def rnn_step(W_in: Array, W: Array, b: Array, x_t: Array, h_prev: Array) -> Array:
    return np.tanh(W_in @ x_t + W @ h_prev + b)


def chain_rule(x: float, y: float) -> tuple[float, float]:
    t = x * y + y
    return 2 * t * y, 2 * t * (x + 1)


def masked_mean_loss(y: Array, target: Array, lengths: Array) -> float:
    real = np.arange(len(y))[:, None] < lengths  # (T, N)
    errors = 0.5 * (y - target) ** 2
    return float(errors.transpose(0, 2, 1)[real].mean())


def autocorrelation(series: Array, lag: int) -> float:
    s = series - series.mean()
    return float(s[: len(s) - lag] @ s[lag:] / (s @ s))


def _cells(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 3, 2), (3, 4, 5), (2, 16, 8)]
    return [
        tuple(np.round(rng.normal(size=s), 2) for s in ((h, d), (h, h), (h, 1), (d, n), (h, n))) for d, h, n in sizes
    ]


def _points(rng: np.random.Generator) -> list[tuple]:
    near = [(0.0, 1.0), (1.0, 1.0), (1.0, 2.0), (-1.0, 2.0), (2.0, -3.0)]
    return near + [(float(x), float(y)) for x, y in np.round(rng.normal(size=(7, 2)), 2)]


def _batches(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, [1]), (2, 1, [1]), (2, 1, [2, 1]), (3, 2, [3, 1]), (5, 3, [1, 5, 2, 4])]
    return [
        (*np.round(rng.normal(size=(2, steps, outputs, len(lengths))), 1), np.array(lengths))
        for steps, outputs, lengths in sizes
    ]


def _series(rng: np.random.Generator) -> list[tuple]:
    short = [(np.array([1.0, 2.0, 3.0]), lag) for lag in (0, 1, 2)]
    return short + [(np.round(5 + rng.normal(size=20).cumsum(), 1), lag) for lag in (0, 1, 2, 5, 12, 19)]


RNN_STEP = Exercise(
    name="rnn_step",
    task="rnn_step(W_in, W, b, x_t, h_prev) returns the next state tanh(W_in x_t + W h_prev + b) of shape (H, N); "
    "W_in is (H, D), W (H, H), b (H, 1), x_t (D, N) and h_prev (H, N).",
    reference=rnn_step,
    cases=_cells,
    hints=(
        "Both products are matrix products: the sign for them is @.",
        "b has one column. NumPy repeats it for each of the N examples when you add it.",
    ),
    wrong=(
        lambda W_in, W, b, x_t, h_prev: np.tanh(W_in @ x_t + W @ h_prev),
        lambda W_in, W, b, x_t, h_prev: np.tanh(W_in @ x_t + W.T @ h_prev + b),
        lambda W_in, W, b, x_t, h_prev: np.tanh(W_in @ x_t + W * h_prev + b),
    ),
)
CHAIN_RULE = Exercise(
    name="chain_rule",
    task="chain_rule(x, y) returns the pair (∂z/∂x, ∂z/∂y) of z = t² with t = x·y + y.",
    reference=chain_rule,
    cases=_points,
    hints=(
        "∂z/∂x = ∂z/∂t · ∂t/∂x, and ∂z/∂t = 2t.",
        "t is linear in x with the slope y, and linear in y with the slope x + 1.",
    ),
    wrong=(
        lambda x, y: (2 * (x * y + y), 2 * (x * y + y)),
        lambda x, y: (2 * (x * y + y) * y, 2 * (x * y + y) * x),
        lambda x, y: 2 * (x * y + y) * y,
    ),
)
MASKED_MEAN_LOSS = Exercise(
    name="masked_mean_loss",
    task="masked_mean_loss(y, target, lengths) returns the mean of ½(y − target)² over the real steps of every example "
    "and all K outputs; y and target are (T, K, N), lengths is (N,), and steps at or beyond a length are padding.",
    reference=masked_mean_loss,
    cases=_batches,
    hints=(
        "Build a mask of shape (T, N): step t of example n is real when t < lengths[n].",
        "Give the mask an axis for K, multiply, sum, and divide by K times the number of real steps.",
    ),
    wrong=(
        lambda y, target, lengths: np.mean(0.5 * (y - target) ** 2),
        lambda y, target, lengths: np.mean(
            0.5 * (y - target) ** 2 * (np.arange(len(y))[:, None] < lengths)[:, None, :]
        ),
        lambda y, target, lengths: 2 * masked_mean_loss(y, target, lengths),
    ),
)
AUTOCORRELATION = Exercise(
    name="autocorrelation",
    task="autocorrelation(series, lag) returns Σ (s_t − m)(s_{t+lag} − m) / Σ (s_t − m)², with m the mean of the whole "
    "series of shape (T,); the upper sum has T − lag terms, the lower one T. At lag 0 it is 1.",
    reference=autocorrelation,
    cases=_series,
    hints=(
        "Subtract the mean of the whole series first.",
        "With n = len(s), s[: n - lag] and s[lag:] are the two ends that meet; s[:-lag] would be empty at lag 0.",
    ),
    wrong=(
        lambda series, lag: series[: len(series) - lag] @ series[lag:] / (series @ series),
        lambda series, lag: autocorrelation(series, lag) * len(series) / (len(series) - lag),
        lambda series, lag: np.corrcoef(series[: len(series) - lag], series[lag:])[0, 1],
    ),
)
EXERCISES = (RNN_STEP, CHAIN_RULE, MASKED_MEAN_LOSS, AUTOCORRELATION)

CHAIN = Question(
    "z = t² and t = x + y. What is ∂z/∂x?",
    "2(x + y)",
    {
        "2x": "That would be right for z = x². The outer derivative is 2t, and t is x + y.",
        "2(x + y)": "∂z/∂x = dz/dt · ∂t/∂x = 2t · 1 = 2(x + y).",
        "2t · y": "∂t/∂x is 1, not y: y is added, not multiplied.",
        "2(x + y) + 1": "The chain rule multiplies the two derivatives; it does not add them.",
    },
)
WEIGHTS = Question(
    "A trained network has read sequences of 8 steps. How many weights must be added to read 1,000 steps?",
    "none",
    {
        "992 times as many": "The steps share their weights; only the loop runs longer.",
        "none": "The same three matrices serve every step. Section 8 does just this.",
        "one matrix W for each new step": "W has no index t: it is the same matrix at every step.",
    },
)
STATE = Question(
    "The network adds numbers, lowest bit first. What could it still learn if W were kept at 0?",
    "to answer a XOR b, or another function of the two bits at hand",
    {
        "everything, as the bits are in the input": "The bits are, the carry is not. It comes from the step before.",
        "to answer a XOR b, or another function of the two bits at hand": "Without W the state forgets everything at "
        "each step, so equal bits get equal answers.",
        "everything, only more slowly": "No training helps: two steps with equal bits need different answers.",
    },
)
EVIDENCE = Question(
    "One run with tanh does not converge, one run with sigmoid does. What follows?",
    "little, before other initialisations are tried",
    {
        "sigmoid is the better activation": "With Xavier's standard deviation tanh gets there sooner than sigmoid: "
        "section 7.",
        "tanh cannot learn this task": "With Xavier's standard deviation 39 of 40 initialisations learn it.",
        "little, before other initialisations are tried": "One run is an anecdote. Many random starts, at several "
        "standard deviations, give another picture.",
    },
)
QUESTIONS = (WEIGHTS, STATE, EVIDENCE)
