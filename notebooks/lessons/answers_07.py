"""The answers to the exercises and questions of notebook 07, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def masked_loss(log_p: Array, labels: Array, lengths: Array) -> float:
    total = 0.0
    for n, length in enumerate(lengths):
        for t in range(length):
            total -= log_p[t, labels[t, n], n]
    return total / np.sum(lengths)


def teacher(target: Array, bos: int, eos: int) -> tuple[Array, Array]:
    return np.concatenate([[bos], target]), np.concatenate([target, [eos]])


def beam_step(total: Array, log_p: Array, width: int) -> tuple[Array, Array, Array]:
    grown = total[:, None] + log_p
    best = np.argsort(-grown, axis=None, kind="stable")[:width]
    parents, tokens = np.unravel_index(best, grown.shape)
    return parents, tokens, grown[parents, tokens]


def _logs(rng: np.random.Generator, *shape: int, axis: int) -> Array:
    v = rng.normal(size=shape)
    return v - np.log(np.exp(v).sum(axis=axis, keepdims=True))


def _batches(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 2, [1]), (2, 2, [2]), (2, 2, [1]), (3, 3, [3, 1]), (4, 5, [2, 4, 1])]
    made = []
    for T, V, lengths in sizes:
        labels = rng.integers(0, V, (T, len(lengths)))
        made.append((_logs(rng, T, V, len(lengths), axis=1), labels, np.array(lengths)))
    return made


def _targets(rng: np.random.Generator) -> list[tuple]:
    return [(rng.integers(3, 9, T), 1, 2) for T in (1, 2, 3, 6)]


def _beams(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 2, 1), (1, 3, 2), (2, 2, 1), (2, 3, 2), (3, 5, 4)]
    return [(np.sort(-rng.uniform(0, 3, K))[::-1], _logs(rng, K, V, axis=1), width) for K, V, width in sizes]


MASKED_LOSS = Exercise(
    name="masked_loss",
    task="masked_loss(log_p, labels, lengths) returns the mean of −log p(label) over the real tokens: example n has "
    "lengths[n] of them; log_p is (T, V, N), labels (T, N).",
    reference=masked_loss,
    cases=_batches,
    hints=(
        "Two loops are enough: over the examples n, and over the steps t below lengths[n].",
        "The divisor is the number of real tokens, lengths.sum(); not T·N.",
    ),
    wrong=(
        lambda log_p, labels, lengths: -np.take_along_axis(log_p, labels[:, None], 1).mean(),
        lambda log_p, labels, lengths: masked_loss(log_p, labels, lengths) * np.sum(lengths) / labels.size,
        lambda log_p, labels, lengths: np.mean(
            [masked_loss(log_p[:, :, [n]], labels[:, [n]], lengths[[n]]) for n in range(len(lengths))]
        ),
    ),
)
TEACHER = Exercise(
    name="teacher",
    task="teacher(target, bos, eos) returns (inputs, labels), each with T + 1 tokens: what the decoder reads under "
    "teacher forcing, and what it has to write.",
    reference=teacher,
    cases=_targets,
    hints=(
        "At step t the decoder has read the true tokens before t, and writes token t. What does it read at step 0?",
        "np.concatenate([[bos], target]) are the inputs; the labels are one step ahead of them and end with eos.",
    ),
    wrong=(
        lambda target, bos, eos: (np.append(target, eos), np.append(target, eos)),
        lambda target, bos, eos: (np.append(bos, target), np.append(bos, target)),
        lambda target, bos, eos: (np.append(bos, target)[:-1], target),
    ),
)
BEAM_STEP = Exercise(
    name="beam_step",
    task="beam_step(total, log_p, width) returns (parents, tokens, scores), the most probable first: the best `width` "
    "of all K·V continuations; total is (K,), log_p (K, V).",
    reference=beam_step,
    cases=_beams,
    hints=(
        "The log-probability of a continuation is the sum of two: total[:, None] + log_p holds them all, (K, V).",
        "np.argsort(-grown, axis=None) sorts all of them; np.unravel_index gives back row and column.",
    ),
    wrong=(
        lambda total, log_p, width: beam_step(0 * total, log_p, width),
        lambda total, log_p, width: beam_step(total, -log_p, width),
        lambda total, log_p, width: (
            np.arange(width) % len(total),
            log_p.argmax(axis=1)[np.arange(width) % len(total)],
            (total + log_p.max(axis=1))[np.arange(width) % len(total)],
        ),
    ),
)
EXERCISES = (TEACHER, MASKED_LOSS, BEAM_STEP)

SHAPES = Question(
    "Must the input and the output of a recurrent network have the same length?",
    "no, one network can already read many steps and answer once",
    {
        "yes": "Lesson 1 answered once, after 24 months.",
        "no, one network can already read many steps and answer once": "Many-to-one. What one aligned network cannot "
        "do is write an answer of another length and order: that takes the second network.",
        "only with padding": "Padding makes a batch rectangular; it is not what frees the length of the answer.",
    },
)
ROAD = Question(
    "Without attention, on which path does the gradient of the loss reach the encoder?",
    "through its final state only",
    {
        "through its final state only": "The decoder's backward gives ∂E/∂s⁰, and that is all the encoder gets.",
        "through each of its states": "Nothing else reads them: that is what attention adds in lesson 9.",
        "on none, the encoder is not trained": "Its final state is the decoder's first one; the gradient goes back.",
    },
)
FORCING = Question(
    "Greedy decoding writes the whole answer right. What would the decoder have written after the true tokens?",
    "the same",
    {
        "the same": "All that it wrote is the true answer, so it read just that. The two differ after a first mistake.",
        "something better": "There is nothing better than right. What it read is the same in both cases.",
        "that cannot be known": "It can: its own tokens are the true ones, so both inputs are equal.",
    },
)
WIDTH = Question(
    "A beam of width 10 finds an answer that the model holds more probable than the greedy one. Is it right?",
    "not necessarily",
    {
        "yes": "More probable to the model; the model can be wrong.",
        "not necessarily": "Search looks for what the model holds probable. Section 7: a wider beam gained 0.4 points.",
        "no": "It may be. In section 7 ten of the 16 seeds gained, none more than 1.2 points.",
    },
)
QUESTIONS = (SHAPES, ROAD, FORCING, WIDTH)
