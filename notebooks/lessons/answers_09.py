"""The answers to the exercises and questions of notebook 09, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def masked_softmax(scores: Array, mask: Array) -> Array:
    top = np.where(mask, scores, -np.inf).max(axis=1, keepdims=True)
    powers = np.exp(np.where(mask, scores - np.where(np.isfinite(top), top, 0), -np.inf))
    total = powers.sum(axis=1, keepdims=True)
    return powers / np.where(total > 0, total, 1)


def scaled_scores(query: Array, key: Array) -> Array:
    return query @ key.T / np.sqrt(query.shape[1])


def softmax_backward(weights: Array, dweights: Array) -> Array:
    return weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))


def _scores(rng: np.random.Generator) -> list[tuple]:
    cases = [(np.array([[2.0]]), np.array([[True]])), (np.array([[1.0, 3.0]]), np.array([[True, False]]))]
    cases += [(np.array([[0.0, 0.0, 5.0]]), np.array([[True, True, False]]))]
    cases += [(np.array([[1.0, 2.0, 3.0]]), np.array([[False, False, False]]))]
    cases += [(np.array([[1000.0, 998.0], [-1000.0, 3.0]]), np.array([[True, True], [True, False]]))]
    return [*cases, (np.round(rng.normal(size=(3, 4)), 1), np.tri(3, 4, dtype=bool))]


def _queries(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, 1), (1, 1, 4), (1, 2, 9), (2, 3, 4), (3, 2, 16)]
    return [(np.round(rng.normal(size=(q, d)), 1), np.round(rng.normal(size=(k, d)), 1)) for q, k, d in sizes]


def _weights(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for size in ((1, 1), (1, 2), (1, 3), (2, 3), (3, 4)):
        powers = np.exp(rng.normal(size=size))
        cases.append((np.round(powers / powers.sum(axis=1, keepdims=True), 3), np.round(rng.normal(size=size), 1)))
    return cases


MASKED_SOFTMAX = Exercise(
    name="masked_softmax",
    task="masked_softmax(scores, mask) returns weights of the shape (Tq, Tk) of both: 0 where mask is False, each row "
    "the softmax of the others, and a row of zeros where nothing may be read. Scores may be as large as 1,000.",
    reference=masked_softmax,
    cases=_scores,
    hints=(
        "What may not be read must be out before the sum is taken: a score of −∞ has the power 0.",
        "Subtract the largest score that may be read, so that no power is infinite. If there is none, subtract 0.",
        "A row of powers that are all 0 has the sum 0: divide by 1 there.",
    ),
    wrong=(
        lambda scores, mask: np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True),
        lambda scores, mask: np.where(mask, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), 0),
        lambda scores, mask: np.exp(scores * mask) / np.exp(scores * mask).sum(axis=1, keepdims=True),
        lambda scores, mask: (
            np.exp(np.where(mask, scores, -np.inf)) / np.exp(np.where(mask, scores, -np.inf)).sum(axis=1, keepdims=True)
        ),
    ),
)
SCALED_SCORES = Exercise(
    name="scaled_scores",
    task="scaled_scores(query, key) returns the scaled dot product of each row of query (Tq, d) with each row of key "
    "(Tk, d), shape (Tq, Tk).",
    reference=scaled_scores,
    cases=_queries,
    hints=(
        "All products at once are one matrix product: query times the transpose of key.",
        "d is the length of a row, not the number of rows; divide by its square root.",
    ),
    wrong=(
        lambda query, key: query @ key.T,
        lambda query, key: query @ key.T / query.shape[1],
        lambda query, key: query @ key.T / np.sqrt(len(key)),
    ),
)
SOFTMAX_BACKWARD = Exercise(
    name="softmax_backward",
    task="softmax_backward(weights, dweights) returns the gradient for the scores, shape (Tq, Tk), from the weights "
    "of each row and the gradient that arrives at them.",
    reference=softmax_backward,
    cases=_weights,
    hints=(
        "∂a_k/∂s_j is a_k (1 − a_j) for j = k and −a_k a_j else: every weight depends on every score of its row.",
        "Sum over k: ds_j = a_j (da_j − Σ_k a_k da_k).",
    ),
    wrong=(
        lambda weights, dweights: weights * (1 - weights) * dweights,
        lambda weights, dweights: weights * dweights,
        lambda weights, dweights: weights * (dweights - dweights.mean(axis=1, keepdims=True)),
    ),
)
EXERCISES = (MASKED_SOFTMAX, SCALED_SCORES, SOFTMAX_BACKWARD)

BOTTLENECK = Question(
    "A source gets twice as long. What grows with it for a decoder with attention, and not for one without?",
    "what it can read: one row for each source character",
    {
        "the number of its parameters": "Neither grows: the same weights serve every length.",
        "what it can read: one row for each source character": "Without attention it is one state of H numbers, "
        "however long the source is.",
        "its state": "The state has H numbers in both.",
    },
)
SPREAD = Question(
    "The entries of q and k are independent, with mean 0 and variance 1, and d = 64. How far from 0 is q·k usually?",
    "about 8",
    {
        "about 1": "That is what the division by √d makes of it.",
        "about 8": "64 products of variance 1 add up to a variance of 64. Its root is √d = 8.",
        "about 64": "That is the variance. The spread is its root.",
    },
)
BEFORE = Question(
    "Why is a score set to −∞ before the softmax, and not the weight to 0 after it?",
    "the other weights of the row then sum to 1",
    {
        "it is faster": "Speed is not the reason.",
        "the other weights of the row then sum to 1": "After the softmax, the weight that is struck out would be "
        "missing, the more so the longer the padding.",
        "a weight of 0 has no gradient": "What may not be read should have none, in either way.",
    },
)
SHUFFLED = Question(
    "Self-attention without a mask and without positions gets a sentence with its words shuffled. What comes out?",
    "the same rows, shuffled in the same way",
    {
        "the same rows, shuffled in the same way": "Scores depend on what two rows hold, not on where they stand.",
        "other rows": "Nothing in softmax(QKᵀ)V looks at a place. That is why positions are added.",
        "the same rows in the old order": "Row t of the output belongs to row t of the input, so it moves with it.",
    },
)
QUESTIONS = (BOTTLENECK, SPREAD, BEFORE, SHUFFLED)
