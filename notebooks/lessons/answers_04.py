"""The answers to the exercises and questions of notebook 04, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def global_norm(grads: dict[str, Array]) -> float:
    return float(np.sqrt(sum(np.sum(grad**2) for grad in grads.values())))


def safe_clip(grad: Array, threshold: float) -> Array:
    return grad * (threshold / max(threshold, float(np.linalg.norm(grad))))


def clip_value(grad: Array, limit: float) -> Array:
    return np.minimum(np.maximum(grad, -limit), limit)


def choose_threshold(norms: Array, share: float) -> float:
    return float(np.quantile(norms[np.isfinite(norms)], share))


def _dicts(rng: np.random.Generator) -> list[tuple]:
    near = [{"W": np.array([3.0, 4.0])}, {"W": np.array([3.0, 4.0]), "b": np.array([12.0])}]
    near += [{"W": np.array([[0.0, 0.0]]), "b": np.array([0.0])}]
    return [(grads,) for grads in near] + [
        ({name: np.round(rng.normal(size=s), 2) for name, s in (("W_in", (h, d)), ("W", (h, h)), ("b", (h, 1)))},)
        for h, d in ((1, 1), (2, 3), (4, 2))
    ]


def _gradients(rng: np.random.Generator) -> list[tuple]:
    near = [([3.0, 4.0], 1.0), ([0.3, 0.4], 1.0), ([0.0, 0.0], 1.0), ([3.0, -4.0], 5.0), ([-3.0, 0.5], 2.0)]
    near += [([1.0, 2.0, 2.0, 4.0], 2.5)]
    return [(np.array(grad), threshold) for grad, threshold in near] + [
        (np.round(rng.normal(size=(3, 2)), 2), threshold) for threshold in (0.1, 1.0, 10.0)
    ]


def _norms(rng: np.random.Generator) -> list[tuple]:
    near = [([1.0, 2.0, 3.0], 0.5), ([3.0, 1.0, 2.0], 1.0), ([1.0, 2.0, np.nan], 0.5), ([np.inf, 4.0, 2.0], 0.0)]
    return [(np.array(norms), share) for norms, share in near] + [
        (np.round(np.exp(rng.normal(size=50)), 2), share) for share in (0.1, 0.9, 0.99)
    ]


GLOBAL_NORM = Exercise(
    name="global_norm",
    task="global_norm(grads) returns the norm over all arrays of the dict together, a float.",
    reference=global_norm,
    cases=_dicts,
    hints=(
        "Lengths do not add up, squares do: add the squares of all elements of all arrays.",
        "One square root, at the very end.",
    ),
    wrong=(
        lambda grads: sum(np.linalg.norm(grad) for grad in grads.values()),
        lambda grads: max(np.linalg.norm(grad) for grad in grads.values()),
        lambda grads: sum(np.sum(grad**2) for grad in grads.values()),
    ),
)
SAFE_CLIP = Exercise(
    name="safe_clip",
    task="safe_clip(grad, threshold) returns the gradient as it is when its norm is at most the threshold, otherwise "
    "the multiple of it whose norm is the threshold; a gradient of 0 stays 0 and nothing is divided by 0.",
    reference=safe_clip,
    cases=_gradients,
    hints=(
        "The factor is threshold / norm for a long gradient and 1 for a short one.",
        "Put max(threshold, norm) under the line: it is never 0, and one formula does for both cases.",
    ),
    wrong=(
        lambda grad, threshold: grad * threshold / np.linalg.norm(grad),
        lambda grad, threshold: grad / np.linalg.norm(grad) * min(threshold, np.linalg.norm(grad)),
        lambda grad, threshold: np.clip(grad, -threshold, threshold),
        lambda grad, threshold: grad * min(1.0, threshold / np.sum(grad**2)) if grad.any() else grad,
    ),
)
CLIP_VALUE = Exercise(
    name="clip_value",
    task="clip_value(grad, limit) returns a new array in which every element above limit is limit, every element "
    "below −limit is −limit, and the others are as they were.",
    reference=clip_value,
    cases=_gradients,
    hints=(
        "Negative elements have a limit too.",
        "np.minimum and np.maximum work element by element; so does np.clip.",
    ),
    wrong=(
        lambda grad, limit: np.minimum(grad, limit),
        lambda grad, limit: safe_clip(grad, limit),
        lambda grad, limit: grad * min(1.0, limit / max(np.abs(grad).max(), 1e-300)),
        lambda grad, limit: np.clip(np.abs(grad), 0, limit),
    ),
)
CHOOSE_THRESHOLD = Exercise(
    name="choose_threshold",
    task="choose_threshold(norms, share) returns the quantile of the recorded norms below which that share of them "
    "lies (np.quantile does it); norms that are NaN or infinite are left out.",
    reference=choose_threshold,
    cases=_norms,
    hints=(
        "np.isfinite gives True where a norm is a number.",
        "Select with it, norms[np.isfinite(norms)], and hand what is left to np.quantile.",
    ),
    wrong=(
        lambda norms, share: np.quantile(norms, share),
        lambda norms, share: np.quantile(norms[np.isfinite(norms)], 1 - share),
        lambda norms, share: np.nanmean(norms),
    ),
)
EXERCISES = (GLOBAL_NORM, SAFE_CLIP, CLIP_VALUE, CHOOSE_THRESHOLD)

LSTM_ONLY = Question(
    "The notes put clipping under LSTM. For which networks is it?",
    "for every network that is trained by gradients",
    {
        "only for the LSTM": "The rule never looks at the network: it takes a gradient and gives one back.",
        "only for recurrent networks": "Long chains of products are where gradients explode, but the rule asks for "
        "nothing but a gradient.",
        "for every network that is trained by gradients": "It works on the gradient alone. In this lesson it rescued "
        "a plain RNN.",
    },
)
DIRECTION = Question(
    "A gradient (3, 4) is clipped by value with the limit 1. In which direction does the step go now?",
    "along (1, 1)",
    {
        "along (3, 4), as before": "That is what clipping by the norm does. By value both elements are cut to 1.",
        "along (1, 1)": "Both elements are cut to 1. The step has turned by about 8 degrees and its length is √2.",
        "along (0, 1)": "The smaller element is cut to 1 as well, not to 0.",
    },
)
VANISHING = Question(
    "A network does not learn because its gradients vanish. Does clipping help?",
    "no",
    {
        "yes, it sets the norm to the threshold": "Only a norm above the threshold is changed, never a short one.",
        "no": "Clipping shortens long gradients and lengthens none. Against vanishing: initialisation, LSTM and GRU.",
        "only with a small threshold": "A small threshold shortens long gradients further and leaves short ones.",
    },
)
NAN = Question(
    "A gradient holds one NaN. What does the function of the notes return?",
    "the gradient, NaN and all",
    {
        "an error": "That would tell you. But rate < 1 is False for a rate of NaN, and nothing else is tested.",
        "a gradient of norm threshold": "The norm is NaN, so the rate is NaN, and NaN < 1 is False.",
        "the gradient, NaN and all": "The rate is NaN, NaN < 1 is False, so the gradient is returned as it came. The "
        "update makes a weight NaN, and the next forward pass spreads it.",
    },
)
QUESTIONS = (LSTM_ONLY, DIRECTION, VANISHING, NAN)
