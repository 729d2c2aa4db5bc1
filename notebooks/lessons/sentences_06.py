"""One vector for a whole sentence, made in five ways, two of them wrong: is an excerpt of a speech old or new?

(1) h = birnn(x)                                 x: an embedding of each word of an excerpt; h (T, 2H, N)
(2) s = the end states of both directions, the masked mean or the masked maximum of h over t      (2H, N)
(3) v = W_out s + b_out                          one logit for the excerpt: old or new

The wrong ways take no lengths: h of the row's last step, and the mean over the row with its padding. Old messages are
those up to 1859, new ones those from 1960. Every fifth message is kept for the test. Words are the 1,000 most frequent
ones of the messages that are trained on; the others are one token, 0.
"""

from collections import Counter
from typing import Any

import numpy as np

from helpers import birnn, dense, embedding, gru, losses, optimizers
from helpers._checks import Array, one_of, whole
from helpers.data import texts
from lessons import write

WAYS = ("end states", "masked mean", "masked maximum", "last output", "mean with padding")
_WORDS, _FEWEST, _MOST = 1000, 5, 20
_SEEDS, _HIDDEN, _SIZE, _UPDATES, _TEST = 16, 16, 16, 200, 2000


def messages() -> tuple[list[list[Array]], list[list[Array]]]:
    """Return the messages to train on and those of the test: for old and new, a list of tokens (words,) each."""
    kinds: list[list[list[str]]] = [[], []]
    for year, text in texts.speeches():
        if year < 1860 or year >= 1960:
            kinds[int(year >= 1960)].append(texts.words(text))
    known = [[m for i, m in enumerate(kind) if i % 5] for kind in kinds]
    counts = Counter(word for kind in known for message in kind for word in message)
    index = {word: k for k, (word, _) in enumerate(counts.most_common(_WORDS), 1)}

    def tokens(kinds: list[list[list[str]]]) -> list[list[Array]]:
        return [[np.array([index.get(word, 0) for word in message]) for message in kind] for kind in kinds]

    return tokens(known), tokens([kind[::5] for kind in kinds])


def excerpts(rng: np.random.Generator, kinds: list[list[Array]], count: int) -> tuple[Array, Array, Array]:
    """Draw excerpts of 5 to 20 words: tokens (T, N), 0 past their end, lengths (N,), and 1.0 where one is new, (N,)."""
    new, lengths = rng.integers(0, 2, count), rng.integers(_FEWEST, _MOST + 1, count)
    tokens = np.zeros((lengths.max(), count), np.int64)
    for n, (kind, length) in enumerate(zip(new, lengths, strict=True)):
        message = kinds[kind][rng.integers(len(kinds[kind]))]
        first = rng.integers(len(message) - length)
        tokens[:length, n] = message[first : first + length]
    return tokens, lengths, new.astype(float)


def vector(params: dict, x: Array, lengths: Array, way: str) -> tuple[Array, Any]:
    """Return s (2H, N), equations (1) and (2), or one of the wrong ways, and what `vector_backward` needs."""
    one_of("way", way, WAYS)
    if way in WAYS[3:]:  # wrong: the padding is read as if it were text
        h, _, cache = birnn.forward(params, x, cell=gru)
        if way == "last output":
            return h[-1], (cache, h.shape, way)
        s, pooled = birnn.pool(h)
        return s, (cache, pooled, way)
    h, ends, cache = birnn.forward(params, x, cell=gru, lengths=lengths)
    if way == "end states":
        return np.concatenate(ends), (cache, None, way)
    s, pooled = birnn.pool(h, lengths, "mean" if way == "masked mean" else "max")
    return s, (cache, pooled, way)


def vector_backward(cache: tuple[Any, Any, str], ds: Array) -> tuple[dict, Array]:
    """Go back from ds = ∂E/∂s (2H, N) to the parameters of both directions and to x."""
    birnn_cache, kept, way = cache
    if way == "end states":
        return birnn.backward(birnn_cache, None, tuple(np.split(ds, 2)))[:2]
    if way == "last output":
        dh = np.zeros(kept, ds.dtype)
        dh[-1] = ds
        return birnn.backward(birnn_cache, dh)[:2]
    return birnn.backward(birnn_cache, birnn.pool_backward(kept, ds))[:2]


def train(rng: np.random.Generator, kinds: list[list[Array]], way: str, updates: int = 200) -> dict[str, Any]:
    """Train an embedding, a bidirectional GRU of 16 units a side and the output layer (3), 64 excerpts an update."""
    net: dict[str, Any] = {"words": embedding.init(rng, _WORDS + 1, _SIZE, dtype=np.float32)}
    net["cell"] = birnn.init(rng, _SIZE, _HIDDEN, gru, dtype=np.float32)
    net["out"] = dense.init(rng, 2 * _HIDDEN, 1, dtype=np.float32)
    adam = optimizers.Adam(0.01)
    for k in range(whole("updates", updates)):
        tokens, lengths, new = excerpts(rng, kinds, 64)
        x, looked_up = embedding.forward(net["words"], tokens)
        s, cache = vector(net["cell"], x, lengths, way)
        v, out = dense.forward(net["out"], s[None])
        _, dv = losses.binary_cross_entropy(v, new[None, None].astype(np.float32))
        out_grads, ds = dense.backward(out, dv)
        cell_grads, dx = vector_backward(cache, ds[0])
        adam.learning_rate = 0.01 * (1 - k / updates)
        adam.step(net, {"words": embedding.backward(looked_up, dx), "cell": cell_grads, "out": out_grads})
    return net


def answers(net: dict[str, Any], tokens: Array, lengths: Array, way: str) -> Array:
    """Tell which excerpts, tokens (T, N), are held for new ones: (N,) of bool."""
    s, _ = vector(net["cell"], embedding.forward(net["words"], tokens)[0], lengths, way)
    return dense.forward(net["out"], s[None])[0][0, 0] > 0


def _sentences() -> None:
    """Measure the share of excerpts of unseen messages that each way dates right, from 16 seeds.

    "longer" is that share when the rows are filled up to 20 steps more, "changed" that of answers which change by it.
    """
    known, unseen = messages()
    tokens, lengths, new = excerpts(np.random.default_rng(100), unseen, _TEST)
    longer = np.concatenate([tokens, np.zeros((20, _TEST), np.int64)])
    rows = []
    for way in WAYS:
        for seed in range(_SEEDS):
            net = train(np.random.default_rng(seed), known, way, _UPDATES)
            said, again = answers(net, tokens, lengths, way), answers(net, longer, lengths, way)
            shares = {"right": np.mean(said == new), "longer": np.mean(again == new), "changed": np.mean(said != again)}
            rows.append({"way": way, "seed": seed} | {name: f"{share:.4f}" for name, share in shares.items()})
            print(*rows[-1].values(), flush=True)
    write("06_sentences.csv", rows)


TABLES = {"sentences_06": _sentences}
