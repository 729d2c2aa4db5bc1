"""The answers to the exercises and questions of notebook 02, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def delta_step(W: Array, W_out: Array, delta_next: Array, delta_out: Array, h: Array) -> Array:
    return (W.T @ delta_next + W_out.T @ delta_out) * (1 - h**2)


def recurrent_gradient(W: Array, h: Array, h0: Array, dh: Array) -> Array:
    dW = np.zeros_like(W)
    for t in reversed(range(len(h))):
        delta = dh * (1 - h[t] ** 2)
        dW += delta @ (h[t - 1] if t > 0 else h0).T
        dh = W.T @ delta
    return dW


def last_k_gradient(W: Array, h: Array, h0: Array, dh: Array, k: int) -> Array:
    dW = np.zeros_like(W)
    for t in reversed(range(len(h) - k, len(h))):
        delta = dh * (1 - h[t] ** 2)
        dW += delta @ (h[t - 1] if t > 0 else h0).T
        dh = W.T @ delta
    return dW


def gradient_bound(W: Array, largest_slope: float, lag: int) -> float:
    return float((np.linalg.norm(W, 2) * largest_slope) ** lag)


def _steps(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 2, 4)]
    return [
        (*(np.round(rng.normal(size=s), 2) for s in ((h, h), (k, h), (h, n), (k, n))), np.round(rng.random((h, n)), 2))
        for h, k, n in sizes
    ]


def _runs(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 2, 2), (6, 4, 3)]
    return [
        (
            np.round(rng.normal(size=(h, h)), 2),
            np.round(rng.uniform(-1, 1, (steps, h, n)), 2),
            *np.round(rng.normal(size=(2, h, n)), 2),
        )
        for steps, h, n in sizes
    ]


def _cut_runs(rng: np.random.Generator) -> list[tuple]:
    runs = _runs(rng)
    return [(*run, k) for run in runs for k in range(1, len(run[1]) + 1)]


def _lags(rng: np.random.Generator) -> list[tuple]:
    near = [(np.array([[2.0]]), 0.25, 0), (np.array([[2.0]]), 0.25, 3), (np.array([[0.0, 2.0], [0.5, 0.0]]), 1.0, 2)]
    return near + [(np.round(rng.normal(size=(h, h)), 2), slope, 5) for h, slope in ((2, 0.25), (3, 1.0), (6, 0.25))]


def _broken(W: Array, h: Array, h0: Array, dh: Array, before: bool = False, transposed: bool = False) -> Array:
    """Compute the gradient of the exercise with its two mistakes, or with one of them mended."""
    dW = np.zeros_like(W)
    for t in reversed(range(len(h))):
        delta = dh * (1 - h[t] ** 2)
        dW += delta @ ((h[t - 1] if t > 0 else h0) if before else h[t]).T
        dh = (W.T if transposed else W) @ delta
    return dW


DELTA_STEP = Exercise(
    name="delta_step",
    task="delta_step(W, W_out, delta_next, delta_out, h) returns δ^t of a tanh network, shape (H, N), from δ^{t+1}, "
    "δ^{out,t} and the state h^t.",
    reference=delta_step,
    cases=_steps,
    hints=(
        "Two ways lead from u^t to the error: through the next state (W) and through this step's output (W_out). Add "
        "what comes back along both.",
        "Both come back through a transposed matrix. The slope of tanh, 1 − h², multiplies their sum.",
    ),
    wrong=(
        lambda W, W_out, delta_next, delta_out, h: (W @ delta_next + W_out.T @ delta_out) * (1 - h**2),
        lambda W, W_out, delta_next, delta_out, h: W.T @ delta_next + W_out.T @ delta_out,
        lambda W, W_out, delta_next, delta_out, h: W.T @ delta_next * (1 - h**2) + W_out.T @ delta_out,
        lambda W, W_out, delta_next, delta_out, h: W.T @ delta_next * (1 - h**2),
        lambda W, W_out, delta_next, delta_out, h: (W.T @ delta_next + W_out.T @ delta_out) * (1 - np.tanh(h) ** 2),
    ),
)
RECURRENT_GRADIENT = Exercise(
    name="recurrent_gradient",
    task="recurrent_gradient(W, h, h0, dh) returns ∂E/∂W, shape (H, H), of a tanh network with states h (T, H, N); "
    "dh (H, N) is ∂E/∂h of the last step and no other step has an output.",
    reference=recurrent_gradient,
    cases=_runs,
    hints=(
        "Check T = 1 first: W was multiplied by the state before, h0, and not by h[0].",
        "Forward, W carries h[t−1] to u[t]. Backward, Wᵀ carries δ^t to ∂E/∂h^{t−1}.",
    ),
    wrong=(
        _broken,
        lambda W, h, h0, dh: _broken(W, h, h0, dh, before=True),
        lambda W, h, h0, dh: _broken(W, h, h0, dh, transposed=True),
        lambda W, h, h0, dh: recurrent_gradient(W, h, 0 * h0, dh),
    ),
)
LAST_K_GRADIENT = Exercise(
    name="last_k_gradient",
    task="last_k_gradient(W, h, h0, dh, k) returns the part of ∂E/∂W, shape (H, H), that backpropagation truncated "
    "after k steps sees; the other arguments are those of exercise 2.",
    reference=last_k_gradient,
    cases=_cut_runs,
    hints=(
        "The forward pass is not touched: only the loop over t becomes shorter.",
        "The last k steps are T−k to T−1. The step T−k still multiplies by the state before it, h[T−k−1].",
    ),
    wrong=(
        lambda W, h, h0, dh, k: recurrent_gradient(W, h, h0, dh),
        lambda W, h, h0, dh, k: recurrent_gradient(W, h[-k:], 0 * h0, dh),
        lambda W, h, h0, dh, k: last_k_gradient(W, h, h0, dh, max(k - 1, 1)),
        lambda W, h, h0, dh, k: recurrent_gradient(W, h[:k], h0, dh),
    ),
)
GRADIENT_BOUND = Exercise(
    name="gradient_bound",
    task="gradient_bound(W, largest_slope, lag) returns the largest factor by which the length of a gradient can "
    "change on its way back over so many steps, a number.",
    reference=gradient_bound,
    cases=_lags,
    hints=(
        "Each step back multiplies by Wᵀ, which stretches by at most ‖W‖, and by slopes of at most largest_slope.",
        "‖W‖ is the largest singular value, np.linalg.norm(W, 2). Without the 2 NumPy returns another norm.",
    ),
    wrong=(
        lambda W, largest_slope, lag: (np.linalg.norm(W) * largest_slope) ** lag,
        lambda W, largest_slope, lag: (np.abs(np.linalg.eigvals(W)).max() * largest_slope) ** lag,
        lambda W, largest_slope, lag: np.linalg.norm(W, 2) * largest_slope * lag,
        lambda W, largest_slope, lag: np.linalg.norm(W, 2) ** lag * largest_slope,
    ),
)
EXERCISES = (DELTA_STEP, RECURRENT_GRADIENT, GRADIENT_BOUND, LAST_K_GRADIENT)


FACTOR = Question(
    "1. A sigmoid network has ‖W‖ = 2. What is the most that can be left of its gradient after ten steps back?",
    "(2 · ¼)¹⁰ ≈ 0.001 of what it was",
    {
        "(2 · ¼)¹⁰ ≈ 0.001 of what it was": "Each step back multiplies by Wᵀ and by σ′ ≤ ¼.",
        "2¹⁰ = 1024 times what it was": "That is the bound for ReLU, whose slope is up to 1.",
        "as much as it was": "For that each step would have to multiply by exactly 1.",
    },
)
SMALL_ERROR = Question(
    "2. The gradient check of a tanh network in float64 shows a relative error of 0.02, and training goes well. Is the "
    "backward pass right?",
    "no",
    {
        "yes, 2 % is rounding": "Rounding in float64 leaves less than 1e-8, a millionth of that.",
        "yes, because it trains": "The sample's gradient trains as well: it points nearly the right way.",
        "no": "A small error can hide a wrong factor that happens to be near 1. A right gradient is below 1e-8.",
    },
)
CUT = Question(
    "3. The answer depends on a symbol 11 steps back, the gradient goes 5 steps back. What is cut?",
    "how the error depends on the weights at the symbol's step",
    {
        "the state from before": "The state goes on through all steps. What it still holds can be used.",
        "how the error depends on the weights at the symbol's step": "So nothing teaches the network to "
        "store the symbol. It can only use what its start happens to keep.",
        "the loss": "The forward pass and the loss are those of the whole sequence.",
    },
)
REMEDY = Question(
    "4. A ReLU network's gradient grows by 1.3 a step. Which remedy leaves it able to learn long lags?",
    "a smaller W at the start, or clipping",
    {
        "sigmoid instead of ReLU": "That stops the growth; with a factor near 0.2 a step it stops the memory, too.",
        "a smaller W at the start, or clipping": "A smaller W brings the factor to 1. Lesson 4 clips.",
        "a larger learning rate": "That makes each update longer; the gradient's growth stays.",
    },
)
QUESTIONS = (FACTOR, SMALL_ERROR, CUT, REMEDY)
