"""The answers to the exercises and questions of notebook 06, with the mistakes that are often made."""

import numpy as np

from helpers.lab.exercises import Exercise, Question

Array = np.ndarray


def reverse_padded(x: Array, lengths: Array) -> Array:
    turned = x.copy()
    for n, length in enumerate(lengths):
        turned[:length, :, n] = x[:length, :, n][::-1]
    return turned


def bidirectional(left: Array, right_reversed: Array) -> Array:
    return np.concatenate([left, right_reversed[::-1]], axis=1)


def without_itself(h: Array) -> Array:
    half = h.shape[1] // 2
    z = np.zeros_like(h)
    z[1:, :half] = h[:-1, :half]
    z[:-1, half:] = h[1:, half:]
    return z


def _padded(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, [1]), (2, 1, [2]), (3, 1, [2]), (3, 2, [3, 1]), (5, 2, [1, 5, 4])]
    return [(np.round(rng.normal(size=(T, D, len(lengths))), 1), np.array(lengths)) for T, D, lengths in sizes]


def _halves(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 2, 2), (4, 3, 2)]
    return [tuple(np.round(rng.normal(size=(2, *size)), 1)) for size in sizes]


def _outputs(rng: np.random.Generator) -> list[tuple]:
    sizes = [(1, 2, 1), (2, 2, 1), (3, 2, 1), (3, 4, 2), (5, 6, 2)]
    return [(np.round(rng.normal(size=size), 1),) for size in sizes]


REVERSE_PADDED = Exercise(
    name="reverse_padded",
    task="reverse_padded(x, lengths) returns x of shape (T, D, N) with each example n reversed within its first "
    "lengths[n] steps; the steps after them stay as they are.",
    reference=reverse_padded,
    cases=_padded,
    hints=(
        "x[::-1] reverses the padding too, and puts it first.",
        "Work on a copy, one example at a time: the slice [:length, :, n], reversed by [::-1].",
    ),
    wrong=(
        lambda x, lengths: x[::-1],
        lambda x, lengths: np.stack([np.roll(x[::-1, :, n], length, 0) for n, length in enumerate(lengths)], 2)[::-1],
        lambda x, lengths: x.copy(),
    ),
)
BIDIRECTIONAL = Exercise(
    name="bidirectional",
    task="bidirectional(left, right_reversed) returns the outputs of shape (T, 2H, N), the half from the left first; "
    "both inputs are (T, H, N), and right_reversed begins with the state of the last step.",
    reference=bidirectional,
    cases=_halves,
    hints=(
        "At step t both halves must belong to the same x[t]: the states from the right have to be turned round.",
        "np.concatenate joins along an axis; the rows are axis 1.",
    ),
    wrong=(
        lambda left, right_reversed: np.concatenate([left, right_reversed], axis=1),
        lambda left, right_reversed: np.concatenate([right_reversed[::-1], left], axis=1),
        lambda left, right_reversed: left + right_reversed[::-1],
    ),
)
WITHOUT_ITSELF = Exercise(
    name="without_itself",
    task="without_itself(h) returns an array like h of shape (T, 2H, N): at step t the half from the left (rows 0 to "
    "H−1) of step t − 1 and the half from the right of step t + 1, and 0 where that step does not exist.",
    reference=without_itself,
    cases=_outputs,
    hints=(
        "The half from the left of step t has read x[t] already; that of step t − 1 has not.",
        "Begin with zeros; then two slices: z[1:, :half] = h[:-1, :half], and the other way round for the other half.",
    ),
    wrong=(
        lambda h: np.concatenate([np.zeros_like(h[:1]), h[:-1]]),
        lambda h: np.concatenate(
            [np.roll(h[:, : h.shape[1] // 2], 1, axis=0), np.roll(h[:, h.shape[1] // 2 :], -1, axis=0)], axis=1
        ),
        lambda h: h.copy(),
    ),
)
EXERCISES = (REVERSE_PADDED, BIDIRECTIONAL, WITHOUT_ITSELF)

STREAM = Question(
    "For which of these can a bidirectional network not be used?",
    "captions that appear while somebody speaks",
    {
        "finding the names in a finished letter": "The whole letter is there: both sides can be read.",
        "captions that appear while somebody speaks": "From the right one would start at the end of the speech.",
        "filling a gap in a sentence": "Both sides of the gap are there. This is what it is made for.",
    },
)
SIZE = Question(
    "An LSTM with H units has P parameters. How many has the bidirectional LSTM with H units in each direction?",
    "2 P",
    {
        "P, the directions share them": "They share nothing: each direction has a cell of its own.",
        "2 P": "Two cells of the same size. The layer after them gets 2H rows, so it grows too.",
        "4 P": "One LSTM with 2H units comes near that: its W is 4 times as large, W_in and b are twice.",
    },
)
PADDED = Question(
    "A bidirectional network reverses each row of a batch as a whole, padding included. Which examples "
    "get wrong outputs?",
    "those that are shorter than T",
    {
        "all": "An example of full length has no padding. Its reversal is right.",
        "those that are shorter than T": "From the right, the padding is read before the sequence.",
        "none, as the padding is 0": "Zeros are input too: with a bias the state moves on at each of them.",
    },
)
CHEAT = Question(
    "A bidirectional network is trained to tell the next letter, letter t + 1 from h[t]. Its loss is 0.02 in "
    "training and 0.03 on unseen text. What has it learned?",
    "to copy the next letter from the half that has read it",
    {
        "English, far better than from one side": "Then it would write. At the end of a text it has nothing to copy.",
        "to copy the next letter from the half that has read it": "Change letter t + 1: its prediction changes too.",
        "the training text by heart": "The loss is nearly as low on text that it has not seen.",
    },
)
QUESTIONS = (STREAM, SIZE, PADDED, CHEAT)
