"""The answers to the exercises and questions of notebook 08, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def negative_gradient(p: Array, q: Array, noise: Array) -> tuple[Array, Array, Array]:
    seen = 1 / (1 + np.exp(-(p @ q))) - 1
    drawn = 1 / (1 + np.exp(-(noise @ p)))
    return seen * q + drawn @ noise, seen * p, drawn[:, None] * p


def keep_probability(counts: Array, t: float) -> Array:
    return np.minimum(1, np.sqrt(t * counts.sum() / counts))


def sampling_probability(counts: Array, power: float) -> Array:
    weights = counts**power
    return weights / weights.sum()


def best_answer(units: Array, a: int, b: int, c: int) -> int:
    similar = units @ (units[b] - units[a] + units[c])
    similar[[a, b, c]] = -np.inf
    return int(similar.argmax())


def _pairs(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1), (2, 1), (2, 3), (4, 5), (8, 5)]
    return [tuple(np.round(rng.normal(size=s), 1) for s in ((d,), (d,), (k, d))) for d, k in sizes]


def _counts(rng: np.random.Generator) -> list[Array]:
    return [np.array([1.0]), np.array([3.0, 1.0]), np.array([90.0, 9.0, 1.0]), rng.integers(1, 1000, 8).astype(float)]


def _thresholds(rng: np.random.Generator) -> list[tuple]:
    return [(counts, t) for counts in _counts(rng) for t in (1.0, 0.1, 1e-3)]


def _powers(rng: np.random.Generator) -> list[tuple]:
    return [(counts, power) for counts in _counts(rng) for power in (1.0, 0.75, 0.0)]


def _tables(rng: np.random.Generator) -> list[tuple]:
    corners = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    tables = [rng.normal(size=(v, d)) for v, d in ((5, 2), (6, 3), (20, 4), (50, 8), (50, 8))]
    return [(corners, 0, 1, 2)] + [
        (rows / np.linalg.norm(rows, axis=1, keepdims=True), *map(int, rng.choice(len(rows), 3, replace=False)))
        for rows in tables
    ]


NEGATIVE_GRADIENT = Exercise(
    name="negative_gradient",
    task="negative_gradient(p, q, noise) returns the tuple (∂E/∂p, ∂E/∂q, ∂E/∂noise) of "
    "E = −log σ(p·q) − Σ log σ(−p·noise_n); p and q are (d,), noise is (k, d).",
    reference=negative_gradient,
    cases=_pairs,
    hints=(
        "The slope of −log σ(s) is σ(s) − 1, that of −log σ(−s) is σ(s).",
        "p meets q and every row of noise, so ∂E/∂p has k + 1 terms.",
    ),
    wrong=(
        lambda p, q, noise: tuple(-part for part in negative_gradient(p, q, noise)),
        lambda p, q, noise: (
            (
                negative_gradient(p, q, noise)[0] * 0 + (1 / (1 + np.exp(-p @ q)) - 1) * q,
                *negative_gradient(p, q, noise)[1:],
            )
        ),
        lambda p, q, noise: (*negative_gradient(p, q, noise)[:2], (1 / (1 + np.exp(-noise @ p)) - 1)[:, None] * p),
    ),
)
KEEP_PROBABILITY = Exercise(
    name="keep_probability",
    task="keep_probability(counts, t) returns min(1, √(t/f)) for each word, "
    "f = its count as a share of all; shape (V,).",
    reference=keep_probability,
    cases=_thresholds,
    hints=("f is counts / counts.sum().", "np.minimum cuts every element at 1."),
    wrong=(
        lambda counts, t: np.sqrt(t * counts.sum() / counts),
        lambda counts, t: np.minimum(1, t * counts.sum() / counts),
        lambda counts, t: 1 - keep_probability(counts, t),
    ),
)
SAMPLING_PROBABILITY = Exercise(
    name="sampling_probability",
    task="sampling_probability(counts, power) returns the probability of each word to be drawn as a negative sample, "
    "∝ counts ** power; shape (V,).",
    reference=sampling_probability,
    cases=_powers,
    hints=("Raise first, divide by the sum afterwards.", "counts**power works on the whole array."),
    wrong=(
        lambda counts, power: counts / counts.sum(),
        lambda counts, power: (counts / counts.sum()) ** power,
        lambda counts, power: counts**power / counts.sum(),
    ),
)
BEST_ANSWER = Exercise(
    name="best_answer",
    task="best_answer(units, a, b, c) returns the id of the row with the largest product with b − a + c, where "
    "a, b and c themselves may not be the answer; units is (V, d) with rows of length 1.",
    reference=best_answer,
    cases=_tables,
    hints=("units @ target has all products.", "Set the three forbidden ones to -np.inf, then argmax."),
    wrong=(
        lambda units, a, b, c: int((units @ (units[b] - units[a] + units[c])).argmax()),
        lambda units, a, b, c: best_answer(units, b, a, c),
        lambda units, a, b, c: int((units @ units[c] - 9 * (np.arange(len(units)) == c)).argmax()),
    ),
)
EXERCISES = (NEGATIVE_GRADIENT, KEEP_PROBABILITY, SAMPLING_PROBABILITY, BEST_ANSWER)

WHY = Question(
    "The notes say word2vec is needed because an RNN cannot take words of variable length. What is the better reason?",
    "one-hot words are all equally far apart, and a softmax over V words costs V products a word",
    {
        "an RNN takes only numbers, and words are not numbers": "One-hot vectors are numbers, and an RNN takes them.",
        "one-hot words are all equally far apart, and a softmax over V words costs V products a word": "Similarity and "
        "cost: the dense rows give the first, negative sampling saves the second.",
        "sentences differ in length": "An RNN reads any length, as in lesson 1.",
    },
)
OWN = Question(
    "A negative sample happens to be the word that is to be predicted. What should be done with it?",
    "leave it out for this pair",
    {
        "leave it out for this pair": "Otherwise the pair is pulled together and pushed apart in one step.",
        "nothing, it is rare": "Not for “the”: in the messages of 1900 to 1912 one negative sample in 28 is “the”. In "
        "the grammar, with its 72 words, it is common for any word.",
        "use it with the opposite sign": "It is already in the loss once, as the word to be predicted.",
    },
)
MATRICES = Question(
    "W_in and W_out have a row for each word. What would go wrong with one matrix for both?",
    "each word would look like a likely neighbour of itself",
    {
        "nothing: the two end up equal anyway": "They do not: the product of a word's own p and q may be negative, "
        "p·p cannot.",
        "training would take twice as long": "A pair would take as many products as before.",
        "each word would look like a likely neighbour of itself": "p·p is positive for any row but 0, so no "
        "word could be an unlikely neighbour of itself.",
    },
)
RATE = Question(
    "At the learning rate 0.05 skip-gram solves 89 % of the analogies and CBOW 43 %. What follows?",
    "little: each model has to be tried at its own rate",
    {
        "a mean of several words tells less than one word": "This does not show it: at its own rate CBOW has 85 %.",
        "little: each model has to be tried at its own rate": "At four times the rate CBOW has 85 %.",
        "CBOW needs more text": "Perhaps, but this does not show it: on the same text another rate gives CBOW 85 %.",
    },
)
QUESTIONS = (WHY, OWN, MATRICES, RATE)
