"""Word2vec: a vector for each word, learnt from the words around it (skip-gram or CBOW, negative sampling); lesson 8.

Of two matrices W_in, W_out (V, d), p is a row of W_in and q_n one of W_out. One pair of neighbours: p stands for the
input word (skip-gram) or for the mean of the window (CBOW), m is the word to be predicted, n are negative samples.

(1) E    = −log σ(p·q_m) − Σ_n log σ(−p·q_n)
(2) ∂E/∂(p·q_m) = −(1 − σ(p·q_m)),    ∂E/∂(p·q_n) = σ(p·q_n)
(3) ∂E/∂p = Σ_j ∂E/∂(p·q_j) q_j,      ∂E/∂q_j = ∂E/∂(p·q_j) p
(4) n is drawn with probability ∝ count(n)^¾;  a running word of frequency f is kept with probability min(1, √(t/f))

A block of running words takes all its pairs at once. With A the rows of its inputs and O those of its outputs, S = A Oᵀ
holds all products; P (how often a row meets an output) and N (how much weight it has against it) count the pairs:

(5) E    = −Σ P log σ(S) − Σ N log σ(−S)
(6) G    = −∂E/∂S = P − (P + N) σ(S),    −∂E/∂A = G O,    −∂E/∂O = Gᵀ A
(7) softmax over all V words, without samples:  E = −Σ P log softmax(S),  G = P − (Σ_j P_j) softmax(S)
(8) a row has all its pairs in one step, at rate η / max(1, ¼ η Σ_j B_j ‖other_j‖²). B bounds how E bends: (P + N)/4
    as σ′ ≤ ¼, or (Σ_j P_j) softmax(S). The ¼ before it was measured: most pairs bend less than the bound. Rare words
    move at η, frequent ones cannot run away.

The skip-gram reads the neighbour and predicts the word in the middle, as in C: over a text both ways round
have the same pairs. Running words are laid out 16,384 at a time, so that memory stays small: the two matrices and some
MB; no window crosses that border, which loses 3 pairs in 10,000. Cost a word: about (block + 2 window) (block + 32) d /
block multiply-adds, three times, as the pairs of a block share 32 negative samples.

Mikolov et al. (2013), Efficient estimation of word representations in vector space; the same (2013), Distributed
representations of words and phrases and their compositionality, equations (4) and (5). In C it is √(t/f) + t/f.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers._checks import (  # isort: skip
    Array, array_of, float_type, floats, generator, is_number, listed, one_of, pair, positive, shaped, whole
)  # fmt: skip
from helpers.activations import sigmoid, softmax
from helpers.data.words import Vocabulary, analogy, build_vocabulary, encode, load_text, most_similar, save_text

__all__ = [
    "Vocabulary", "build_vocabulary", "encode", "train", "keep_probability", "pair_weights", "loss", "directions",
    "most_similar", "analogy", "save_text", "load_text",
]  # fmt: skip

_CHUNK = 1 << 14  # running words whose windows are laid out at once
_SHARED = 32  # negative samples that the pairs of a block share, or half as many as its words if that is more


def keep_probability(counts: Array, subsample: float) -> Array:
    """Return how probably a running word is kept, (4), (V,), by counts (V,); subsample is t, a frequency, 0: all."""
    counts = _checked_counts(counts)
    if not is_number(subsample) or not 0 <= subsample < np.inf:
        raise ValueError(f"subsample: expected a finite number of at least 0, got {subsample!r}")
    return np.minimum(1, np.sqrt((subsample or np.inf) * counts.sum() / np.maximum(counts, 1)))


def pair_weights(
    rows: Array, outputs: Array, drawn: Array, shape: tuple[int, int], negatives: float, dtype: type = np.float32
) -> tuple[Array, Array]:
    """Count the pairs of a block, and weigh the words that were drawn against each of its inputs.

    rows and outputs (pairs,) are the places of each pair's input and of its output; drawn (K,) those of the negative
    samples, which all pairs share. shape is the number of inputs and of outputs. negatives says how many samples a
    pair is to be worth: each of the K counts as negatives / K, not against pairs whose output it is. Gives P, N of (5).
    """
    rows, outputs, drawn = array_of("rows", rows), array_of("outputs", outputs), array_of("drawn", drawn)
    P: Array = np.bincount(rows * shape[1] + outputs, minlength=shape[0] * shape[1]).reshape(shape).astype(dtype)
    times = np.bincount(drawn, minlength=shape[1]).astype(dtype) * dtype(negatives / max(1, len(drawn)))
    pairs: Array = np.bincount(rows, minlength=shape[0]).astype(dtype)[:, None]
    return P, (pairs - P) * times


def loss(A: Array, O: Array, positive: Array, negative: Array) -> float:
    """Sum a block's losses, (5), in nats: A (a, d) and O (o, d) are rows, positive and negative (a, o) P and N."""
    A, O, positive, negative = map(floats, ("A", "O", "positive", "negative"), (A, O, positive, negative))
    S = A @ O.T
    return float((positive * np.logaddexp(0, -S) + negative * np.logaddexp(0, S)).sum())


def directions(A: Array, O: Array, positive: Array, negative: Array | None) -> tuple[Array, Array, Array]:
    """Return −∂E/∂A and −∂E/∂O, equations (6) and (7), and B of equation (8), of the shape (a, o).

    A (a, d) are the rows of the inputs, O (o, d) those of the outputs, positive (a, o) and negative (a, o) P and N. A
    negative of None is the softmax over all outputs.
    """
    A, O, positive = map(floats, ("A", "O", "positive"), (A, O, positive))
    S = A @ O.T
    if negative is None:
        bend = positive.sum(axis=1, keepdims=True) * softmax(S, axis=1)
        G = positive - bend
    else:
        G, bend = sigmoid(S, out=S), positive + floats("negative", negative)
        G *= bend
        np.subtract(positive, G, out=G)
        bend *= 0.25
    return G @ O, G.T @ A, bend


def train(
    tokens: Any, counts: Array, *, model: str = "skip-gram", dim: int = 100, window: int = 5, negatives: int | None =
    5, subsample: float = 1e-3, epochs: int = 5, learning_rate: float = 0.025, rng: np.random.Generator, progress:
    Callable[[float], None] | None = None, power: float = 0.75, start: tuple[Array, Array] | None = None, block: int |
    None = None, dtype: type = np.float32,
) -> tuple[Array, Array]:  # fmt: skip
    """Learn a vector for each word, W_in and W_out (V, dim), by gradient descent, a block of running words at a time.

    tokens are ids (words,) or texts of such ids, arrays, lists or generators, whose borders no window crosses; counts
    (V,) say how often each id occurs. model is "skip-gram" or "cbow". Windows reach 1 to `window` words, by chance.
    negatives are the samples of a pair; None takes the full softmax, V products a word. subsample is t, 0 keeps
    all; power is the exponent of (4), below 0 for rare words. start, (W_in, W_out), is where it goes on, copied. On
    little text words need more steps: subsample=0, or epochs=50. The learning_rate falls over all epochs to 1e-4 of
    itself; progress gets the share done every 16,000 words. A larger block is faster, a smaller one nearer to one pair
    at a time; None is 64, but up to 2V for a skip-gram of texts of under 64 words each if V ≤ 256. Refused: a text
    without neighbours, vectors that stop being finite.
    """
    counts = _checked_counts(counts)
    V, texts = len(counts), _checked_texts(tokens, len(counts))
    words = sum(map(len, texts))
    short = words < 64 * len(texts) and V <= 256 and model == "skip-gram"
    block = block if block is not None else max(64, 2 * V) if short else 64
    one_of("model", model, ("skip-gram", "cbow"))
    dim, window, epochs, block = map(whole, ("dim", "window", "epochs", "block"), (dim, window, epochs, block))
    worth = 0 if negatives is None else whole("negatives", negatives)
    learning_rate, rng = positive("learning_rate", learning_rate), generator(rng)
    keep, real = keep_probability(counts, subsample), float_type(dtype).type
    with np.errstate(all="ignore"):
        chance = np.cumsum(np.where(counts > 0, counts**power, 0)) if is_number(power) else np.zeros(1)
    if not 0 < chance[-1] < np.inf or not np.isfinite(power):
        raise ValueError(f"power: expected a finite number, and finite powers of the counts, got {power!r}")
    chance /= chance[-1]
    if start is None:
        W_in, W_out = ((rng.random((V, dim)) - 0.5) / dim).astype(real), np.zeros((V, dim), real)
    else:
        given = (floats("start", W) for W in pair("start", start, "(W_in, W_out)"))
        W_in, W_out = (shaped("start", W, "V dim", {"V": V, "dim": dim}).astype(real) for W in given)
    if not (np.isfinite(W_in).all() and np.isfinite(W_out).all()):
        raise FloatingPointError(f"start: expected vectors that are finite in {real.__name__}, got NaN or inf")
    places, every, done, steps, total = np.empty(V, np.intp), np.arange(V), 0, 0, epochs * words
    for ids, inside, read in _chunks(texts, epochs, keep, window, rng):
        drawn = np.searchsorted(chance, rng.random((-(-len(ids) // block), max(_SHARED, block // 2))), side="right")
        middle, neighbour = np.nonzero(inside)  # places in ids of each pair
        steps += len(middle) if real(learning_rate) else 0
        neighbour += middle - window
        neighbour += neighbour >= middle  # the word itself is no neighbour of itself
        cuts = np.searchsorted(middle, np.arange(0, len(ids) + block, block)).tolist()
        for number, begin in enumerate(range(0, len(ids), block)):
            rate = real(learning_rate * max(1e-4, 1 - (done + read * begin / len(ids)) / total))
            end, first, pairs = min(begin + block, len(ids)), max(0, begin - window), slice(*cuts[number : number + 2])
            seen, own = _distinct(ids[first : end + window], places)
            if negatives is None:
                told, goal, chosen = every, ids[begin:end], every[:0]
            else:
                told, goal = _distinct(np.concatenate([ids[begin:end], drawn[number]]), places)
                goal, chosen = goal[: end - begin], goal[end - begin :]
            A, O = W_in.take(seen, axis=0), W_out.take(told, axis=0)
            rows, outputs = own[neighbour[pairs] - first], goal[middle[pairs] - begin]
            if model == "cbow":
                near = np.bincount(middle[pairs] - begin)  # how many neighbours each word has
                has = near.nonzero()[0]
                at = np.repeat(np.arange(len(has)) * len(seen), near[has]) + rows
                mean = np.bincount(at, minlength=len(has) * len(seen)).reshape(len(has), len(seen))
                mean = (mean / near[has, None]).astype(real)
                rows, outputs = np.arange(len(has)), goal[has]
            X = A if model == "skip-gram" else mean @ A
            P, N = pair_weights(rows, outputs, chosen, (len(X), len(O)), worth, real)
            dX, dO, bend = directions(X, O, P, None if negatives is None else N)
            dX *= _step_lengths(rate, bend, O)
            dO *= _step_lengths(rate, bend.T, X)
            dA = dX if model == "skip-gram" else mean.T @ dX
            W_in[seen] = A + dA  # every row stands once in `seen`, so none of its steps is lost
            W_out[told] = O + dO
        done += read
        if progress is not None:
            progress(done / total)
    if not (np.isfinite(W_in).all() and np.isfinite(W_out).all()):
        raise FloatingPointError(f"the vectors are no longer finite: learning_rate {learning_rate:g} is too large")
    if not steps:
        raise ValueError(f"tokens: expected neighbours, after subsample = {subsample:g}, got none: nothing is learnt")
    return W_in, W_out


def _step_lengths(rate: float, bend: Array, others: Array) -> Array:
    """Return (rows, 1), rates that are smaller for rows that would overshoot: bend is B, others (others, d), (8)."""
    curvature = bend @ np.einsum("ij,ij->i", others, others)
    return (rate / np.maximum(1, 0.25 * rate * curvature))[:, None]


def _checked_counts(counts: Any) -> Array:
    """Return counts as floats (V,)."""
    counts = array_of("counts", counts)
    real = counts.ndim == 1 and counts.dtype.kind in "iuf" and np.isfinite(counts).all()
    if not real or not counts.any() or counts.min() < 0:
        raise ValueError(f"counts: expected numbers of at least 0, not all 0, of shape (V,), got {counts!r}"[:200])
    return counts.astype(np.float64)


def _checked_texts(tokens: Any, V: int) -> list[Array]:
    """Return the texts that have a word, not copied where they are arrays; refuse ids that are none."""
    listed("tokens", tokens)
    if hasattr(tokens, "__array__") or not (hasattr(tokens, "__iter__") or hasattr(tokens, "__getitem__")):
        tokens = array_of("tokens", tokens)  # a pandas Series too, whose index may lack 0
        tokens = tokens if tokens.dtype == object and tokens.ndim == 1 else [tokens]
    parts = [list(part) if hasattr(part, "__next__") else part for part in tokens]
    parts = [parts] if parts and array_of("tokens", parts[0]).ndim == 0 else parts
    texts = [text for text in (array_of("tokens", part) for part in parts) if text.size]
    if not texts:
        raise ValueError("tokens: expected at least one id, got none")
    for text in texts:
        if text.ndim != 1 or text.dtype.kind not in "iu":
            raise ValueError(f"tokens: expected integers of shape (words,), got {text.dtype} of shape {text.shape}")
    for group in _groups(texts):
        ids = np.concatenate(group)
        if ids.min() < 0 or ids.max() >= V:
            low, high = next((text.min(), text.max()) for text in group if text.min() < 0 or text.max() >= V)
            raise ValueError(f"tokens: expected ids from 0 to V − 1 = {V - 1}, got {low} to {high}")
    return texts


def _distinct(ids: Array, places: Array) -> tuple[Array, Array]:
    """Return each id once, without sorting, and each one's place there; places (V,) is room to work in."""
    order = np.arange(len(ids))
    places[ids] = order  # of equal ids the last one wins
    last = places[ids]
    once = (last == order).nonzero()[0]
    order[once] = np.arange(len(once))
    return ids[once], order[last]


def _groups(texts: list[Array]) -> list[list[Array]]:
    """Put texts, cut after 16,384 words, together until they have so many words."""
    groups, room = list[list[Array]](), 0
    for piece in (text[i : i + _CHUNK] for text in texts for i in range(0, len(text), _CHUNK)):
        if room <= 0:
            groups, room = [*groups, []], _CHUNK
        groups[-1].append(piece)
        room -= len(piece)
    return groups


def _chunks(texts: list[Array], epochs: int, keep: Array, window: int, rng: Any) -> Iterator[tuple[Array, Array, int]]:
    """Lay out the windows of some 16,384 running words at a time; they close over the words that are not kept.

    keep (V,) is the probability of that. Yields ids (n,), those kept; inside (n, 2 window), True where a neighbour at
    the distance −window..−1, 1..window is an input; and how many words were read, the dropped ones too.
    """
    distance = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    for group in _groups(texts) * epochs:
        ids = np.concatenate(group, dtype=np.intp, casting="unsafe")  # int64 beside uint64 would be floats
        read, text = len(ids), np.repeat(np.arange(len(group)), list(map(len, group)))
        if keep.min() < 1:
            kept = rng.random(read) < keep[ids]
            ids, text = ids[kept], text[kept]
        if len(ids):
            borders = np.concatenate([[0], np.cumsum(np.bincount(text))])
            text_start, text_end = borders[text][:, None], borders[text + 1][:, None]
            reach = rng.integers(1, window + 1, (len(ids), 1))
            other = np.arange(len(ids))[:, None] + distance
            inside = (abs(distance) <= reach) & (other >= text_start) & (other < text_end)
            yield ids, inside, read
