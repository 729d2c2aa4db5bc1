"""Word vectors as the input of another learner: a softmax layer tells in which half-century a passage was spoken.

A passage is 30 running words of one State of the Union message. Every fourth message is kept for the test; vectors and
classifiers see the others alone. The classifier is one layer with a softmax, trained by Adam. Its input changes:

  counts   how often each of 3,000 words stands in the passage, a root taken: what one-hot words add up to
  vectors  the mean of the words' vectors, learnt beforehand by skip-gram without any label
  random   the same with as many random numbers a word, which know nothing: the control
"""

from typing import Any

import numpy as np

from helpers import dense, losses, optimizers, word2vec
from helpers._checks import Array
from helpers.data import texts
from lessons import write

_SEEDS, _LABELLED, _CHOICE, _UPDATES = 16, (40, 160, 640), 500, 100
_PASSAGE, _COMMON, _DIM, _EPOCHS, _RATES = 30, 3000, 100, 5, (0.001, 0.01, 0.1)
PERIODS = (1850, 1900, 1950)  # the years at which another half-century begins


def passages(messages: list[tuple[int, Array]]) -> tuple[Array, Array]:
    """Cut messages, (year, ids), into passages: ids (n, 30), and the half-century of each, 0 to 3 (n,)."""
    cut = [(year, ids[: len(ids) // _PASSAGE * _PASSAGE].reshape(-1, _PASSAGE)) for year, ids in messages]
    period = [np.full(len(rows), np.searchsorted(PERIODS, year, side="right")) for year, rows in cut]
    return np.concatenate([rows for _, rows in cut]), np.concatenate(period)


def counted(ids: Array, V: int) -> Array:
    """Count the words of each passage (n, words) and take the root: (n, V)."""
    n = len(ids)
    place = (np.arange(n)[:, None] * V + ids).ravel()
    return np.sqrt(np.bincount(place, minlength=n * V).reshape(n, V)).astype(np.float32)


def classify(rng: np.random.Generator, learn: tuple, choose: tuple, test: tuple) -> tuple[float, float]:
    """Train a softmax layer on learn, (inputs (n, D), classes (n,)); return the rate and the share right on test.

    Inputs are centred and scaled to a mean square of 1. Of the learning rates and every tenth number of updates, the
    one with the most right answers on the passages of choose is taken, the earliest of equals.
    """
    centre = learn[0].mean(axis=0)
    scale = 1 / np.sqrt(np.mean((learn[0] - centre) ** 2))
    x, held, asked = (((part[0] - centre) * scale).T[None] for part in (learn, choose, test))
    best = (-1.0, 0.0, 0.0)
    for rate in _RATES:
        params, optimizer = dense.init(rng, x.shape[1], 4, dtype=np.float32), optimizers.Adam(rate)
        params["W_out"][:] = 0
        for update in range(1, _UPDATES + 1):
            v, cache = dense.forward(params, x)
            grads, _ = dense.backward(cache, losses.softmax_cross_entropy(v, learn[1][None])[1])
            optimizer.step(params, grads)
            if update % 10 == 0:
                right = float(np.mean(dense.forward(params, held)[0][0].argmax(axis=0) == choose[1]))
                if right > best[0]:
                    answers = dense.forward(params, asked)[0][0].argmax(axis=0)
                    best = (right, rate, float(np.mean(answers == test[1])))
    return best[1], best[2]


def _reader() -> None:
    """Tell half-centuries from passages, by input and number of labelled passages, 16 draws of them each."""
    messages = [(year, texts.words(text)) for year, text in texts.speeches()]
    seen = [message for place, message in enumerate(messages) if place % 4]
    known = word2vec.build_vocabulary(word for _, words in seen for word in words)
    tokens = [word2vec.encode(words, known) for _, words in seen]
    vectors, _ = word2vec.train(tokens, known.counts, dim=_DIM, epochs=_EPOCHS, rng=np.random.default_rng(0))
    words, V = known.words[:_COMMON], min(_COMMON, len(known))
    common = word2vec.Vocabulary(words, {word: i for i, word in enumerate(words)}, known.counts[:V])
    ids, period = passages([(year, word2vec.encode(text, common)) for year, text in seen])
    other = passages([(year, word2vec.encode(text, common)) for year, text in messages[::4]])
    rng, rows = np.random.default_rng(0), []
    chosen = rng.choice(len(other[0]), min(2000, len(other[0])), replace=False)
    noise = rng.standard_normal((V, _DIM)).astype(np.float32)
    units = vectors[:V] / np.linalg.norm(vectors[:V], axis=1, keepdims=True)
    inputs: dict[str, Any] = {
        "counts": lambda part: counted(part, V),
        "random": lambda part: noise[part].mean(axis=1),
        "vectors": lambda part: units[part].mean(axis=1),
    }
    for labelled in _LABELLED:
        for name, of in inputs.items():
            test = (of(other[0][chosen]), other[1][chosen])
            found = []
            for seed in range(_SEEDS):
                rng = np.random.default_rng(seed)
                own = rng.permutation(len(ids))[: labelled + _CHOICE]
                learn, choose = ((of(ids[part]), period[part]) for part in (own[:labelled], own[labelled:]))
                found.append(classify(rng, learn, choose, test)[1])
            low, middle, high = np.quantile(found, (0, 0.5, 1))
            rows.append({"input": name, "labelled": labelled, "seeds": _SEEDS, "lowest": f"{low:.3f}",
                         "median": f"{middle:.3f}", "highest": f"{high:.3f}",
                         "scores": " ".join(f"{share:.3f}" for share in found)})  # fmt: skip
            print(*rows[-1].values(), flush=True)
    write("08_reader.csv", rows)


TABLES = {"reader_08": _reader}
