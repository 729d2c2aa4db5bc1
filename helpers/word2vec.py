"""Word2vec: a vector for each word, learnt from the words around it (skip-gram or CBOW, negative sampling); lesson 8.

Of two matrices W_in, W_out (V, d), p is a row of W_in and q_n one of W_out. One pair of neighbours: p stands for the
word that is seen (skip-gram) or for the mean of the window (CBOW), m is the word to be told, n are words drawn by
chance, never m itself.

(1) E    = −log σ(p·q_m) − Σ_n log σ(−p·q_n)
(2) ∂E/∂(p·q_m) = −(1 − σ(p·q_m)),    ∂E/∂(p·q_n) = σ(p·q_n)
(3) ∂E/∂p = Σ_j ∂E/∂(p·q_j) q_j,      ∂E/∂q_j = ∂E/∂(p·q_j) p
(4) n is drawn with probability ∝ count(n)^¾;  a running word of frequency f is kept with probability min(1, √(t/f))

A block of running words takes all its pairs at once. With A the rows of its inputs and O those of its outputs, S = A Oᵀ
holds all products; P (how often a row meets an output) and N (how much weight it has against it) count the pairs:

(5) E    = −Σ P log σ(S) − Σ N log σ(−S)
(6) G    = −∂E/∂S = P − (P + N) σ(S),    −∂E/∂A = G O,    −∂E/∂O = Gᵀ A
(7) softmax over all V words instead of chance ones:  E = −Σ P log softmax(S),  G = P − (Σ_j P_j) softmax(S)
(8) a row has all its pairs in one step, at rate η / max(1, ¼ η Σ_j B_j ‖other_j‖²). B bounds how E bends: (P + N)/4
    as σ′ ≤ ¼, or (Σ_j P_j) softmax(S). The ¼ before it was measured: most pairs bend less than the bound. Rare words
    move at η, frequent ones cannot run away.

The skip-gram sees the neighbour and tells the word in the middle, as the C program does: over a text both ways round
have the same pairs. Running words are laid out 16,384 at a time, so that memory stays small: the two matrices and some
MB; no window crosses that border, which loses 3 pairs in 10,000. Cost a word: about (block + 2 window) (block + 32) d /
block multiply-adds, three times, as the pairs of a block share 32 chance words.

Mikolov et al. (2013), Efficient estimation of word representations in vector space; the same (2013), Distributed
representations of words and phrases and their compositionality, equations (4) and (5). The C program and gensim keep a
little more than (4): √(t/f) + t/f.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from helpers._checks import Array, array_of, float_type, generator, is_number, one_of, positive, whole
from helpers.activations import sigmoid, softmax
from helpers.data.words import Vocabulary, analogy, build_vocabulary, encode, load_text, most_similar, save_text

__all__ = [
    "Vocabulary", "build_vocabulary", "encode", "train", "keep_probability", "pair_weights", "loss", "directions",
    "most_similar", "analogy", "save_text", "load_text",
]  # fmt: skip

_CHUNK = 1 << 14  # running words whose windows are laid out at once
_SHARED = 32  # chance words that the pairs of a block share


def keep_probability(counts: Array, subsample: float) -> Array:
    """Return (V,), the probability with which a running word is kept, equation (4), of the counts (V,).

    subsample is the threshold t, a frequency; 0 keeps all.
    """
    counts = np.asarray(counts, np.float64)
    if subsample == 0:
        return np.ones(len(counts))
    return np.minimum(1, np.sqrt(subsample * counts.sum() / np.maximum(counts, 1)))


def pair_weights(
    rows: Array, outputs: Array, drawn: Array, shape: tuple[int, int], negatives: float, dtype: type = np.float32
) -> tuple[Array, Array]:
    """Count the pairs of a block, and weigh the words that were drawn against each of its inputs.

    rows and outputs (pairs,) are the places of each pair's input and of its output; drawn (K,) those of the chance
    words, which all pairs share. shape is the number of inputs and of outputs. negatives says how many chance words a
    pair is to be worth: each of the K counts as negatives / K, but not against the pairs whose output it is.
    Returns P and N of equation (5).
    """
    P: Array = np.bincount(rows * shape[1] + outputs, minlength=shape[0] * shape[1]).reshape(shape).astype(dtype)
    times = np.bincount(drawn, minlength=shape[1]).astype(dtype) * dtype(negatives / max(1, len(drawn)))
    return P, (P.sum(axis=1, keepdims=True) - P) * times


def loss(A: Array, O: Array, positive: Array, negative: Array) -> float:
    """Sum the losses of a block's pairs, equation (5), in nats.

    A (a, d) are the rows of the inputs, O (o, d) those of the outputs, positive (a, o) and negative (a, o) P and N.
    """
    S = A @ O.T
    return float((positive * np.logaddexp(0, -S) + negative * np.logaddexp(0, S)).sum())


def directions(A: Array, O: Array, positive: Array, negative: Array | None) -> tuple[Array, Array, Array]:
    """Return −∂E/∂A and −∂E/∂O, equations (6) and (7), and B of equation (8), of the shape (a, o).

    A (a, d) are the rows of the inputs, O (o, d) those of the outputs, positive (a, o) and negative (a, o) P and N. A
    negative of None is the softmax over all outputs.
    """
    S = A @ O.T
    if negative is None:
        bend = positive.sum(axis=1, keepdims=True) * softmax(S, axis=1)
        G = positive - bend
    else:
        G, bend = sigmoid(S, out=S), positive + negative
        G *= bend
        np.subtract(positive, G, out=G)
        bend *= 0.25
    return G @ O, G.T @ A, bend


def train(
    tokens: Array | Sequence[Array],
    counts: Array,
    *,
    model: str = "skip-gram",
    dim: int = 100,
    window: int = 5,
    negatives: int | None = 5,
    subsample: float = 1e-3,
    epochs: int = 5,
    learning_rate: float = 0.025,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None = None,
    power: float = 0.75,
    block: int = 64,
    dtype: type = np.float32,
) -> tuple[Array, Array]:
    """Learn a vector for each word, W_in and W_out (V, dim), by gradient descent, a block of running words at a time.

    tokens are ids, an array of the shape (words,) or a list of such texts, whose borders no window crosses; counts (V,)
    say how often each id occurs. model is "skip-gram" or "cbow". The reach of each word's window is drawn from 1 to
    window. negatives are the chance words of a pair; None takes the full softmax, V products a word. subsample is t and
    power the exponent of equation (4); 0 keeps all, or draws all alike. The learning_rate falls linearly, over all
    epochs, to 1e-4 of itself. progress is called with the share that is done, about every 16,000 words. A larger block
    is faster, a smaller one nearer to one pair at a time.
    Vectors that stop being finite are a FloatingPointError.
    """
    counts, texts = _checked_texts(tokens, counts)
    one_of("model", model, ("skip-gram", "cbow"))
    dim, window, epochs, block = map(whole, ("dim", "window", "epochs", "block"), (dim, window, epochs, block))
    if negatives is not None:
        whole("negatives", negatives)
    for name, value in (("subsample", subsample), ("power", power)):
        if not is_number(value) or not 0 <= value < np.inf:
            raise ValueError(f"{name}: expected a finite number of at least 0, got {value!r}")
    learning_rate, real = positive("learning_rate", learning_rate), float_type(dtype).type
    generator(rng)

    V, total = len(counts), epochs * sum(map(len, texts))
    W_in = ((rng.random((V, dim)) - 0.5) / dim).astype(real)
    W_out = np.zeros((V, dim), real)
    chance = np.cumsum(counts**power * (counts > 0))
    chance /= chance[-1]
    keep, places, done = keep_probability(counts, subsample), np.empty(V, np.intp), 0
    every = np.arange(V)
    for ids, inside, read in _chunks(texts, epochs, keep, window, rng):
        drawn = np.searchsorted(chance, rng.random((-(-len(ids) // block), _SHARED)), side="right")
        for number, start in enumerate(range(0, len(ids), block)):
            rate = real(learning_rate * max(1e-4, 1 - (done + read * start / len(ids)) / total))
            end, first = min(start + block, len(ids)), max(0, start - window)
            pairs = inside[start:end]
            seen, own = _distinct(ids[first : end + window], places)
            middle, neighbour = np.nonzero(pairs)
            neighbour += middle + (start - first - window)
            neighbour += neighbour >= middle + (start - first)  # the word itself is no neighbour of itself
            if negatives is None:
                told, goal, chosen = every, ids[start:end], every[:0]
            else:
                told, goal = _distinct(np.concatenate([ids[start:end], drawn[number]]), places)
                goal, chosen = goal[: end - start], goal[end - start :]
            A, O = W_in[seen], W_out[told]
            if model == "skip-gram":
                rows, outputs = own[neighbour], goal[middle]
            else:
                has, rows = np.unique(middle, return_inverse=True)
                mean, _ = pair_weights(rows, own[neighbour], goal[:0], (len(has), len(seen)), 0, real)
                mean /= mean.sum(axis=1, keepdims=True)
                rows, outputs = np.arange(len(has)), goal[has]
            X = A if model == "skip-gram" else mean @ A
            P, N = pair_weights(rows, outputs, chosen, (len(X), len(O)), negatives or 0, real)
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
    return W_in, W_out


def _step_lengths(rate: float, bend: Array, others: Array) -> Array:
    """Return (rows, 1), rates that are smaller for rows that would overshoot: bend is B, others (others, d), (8)."""
    curvature = bend @ np.einsum("ij,ij->i", others, others)
    return (rate / np.maximum(1, 0.25 * rate * curvature))[:, None]


def _checked_texts(tokens: Array | Sequence[Array], counts: Array) -> tuple[Array, list[Array]]:
    """Return counts as floats, and the texts that have a word, not copied; refuse what is none."""
    counts = array_of("counts", counts)
    if counts.ndim != 1 or counts.dtype.kind not in "iuf" or not counts.size or counts.min() < 0 or not counts.any():
        raise ValueError(f"counts: expected numbers of at least 0, not all 0, of shape (V,), got {counts!r}"[:200])
    alone = isinstance(tokens, np.ndarray) or (len(tokens) > 0 and np.ndim(tokens[0]) == 0)
    texts = [array_of("tokens", text) for text in ([tokens] if alone else tokens)]
    texts = [text for text in texts if text.size]
    if not texts:
        raise ValueError("tokens: expected at least one id, got none")
    for text in texts:
        if text.ndim != 1 or text.dtype.kind not in "iu":
            raise ValueError(f"tokens: expected integers of shape (words,), got {text.dtype} of shape {text.shape}")
        if text.min() < 0 or text.max() >= len(counts):
            raise ValueError(
                f"tokens: expected ids from 0 to V − 1 = {len(counts) - 1}, got {text.min()} to {text.max()}"
            )
    return counts.astype(np.float64), texts


def _distinct(ids: Array, places: Array) -> tuple[Array, Array]:
    """Return each id once, without sorting, and each one's place there; places (V,) is room to work in."""
    order = np.arange(len(ids))
    places[ids] = order  # of equal ids the last one wins
    last = places[ids]
    once = np.flatnonzero(last == order)
    order[once] = np.arange(len(once))
    return ids[once], order[last]


def _chunks(
    texts: list[Array], epochs: int, keep: Array, window: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array, int]]:
    """Lay out the windows of some 16,384 running words at a time; they close over the words that are not kept.

    keep (V,) is the probability of that. Yields ids (n,), those kept; inside (n, 2 window), True where a neighbour at
    the distance −window..−1, 1..window is seen; and how many words were read, the dropped ones too.
    """
    pieces = [text[i : i + _CHUNK] for text in texts for i in range(0, len(text), _CHUNK)]
    distance = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    for _ in range(epochs):
        waiting: list[Array] = []
        for number, piece in enumerate(pieces):
            waiting.append(piece)
            read = sum(map(len, waiting))
            if read < _CHUNK and number < len(pieces) - 1:
                continue
            kept = [part if keep.min() == 1 else part[rng.random(len(part)) < keep[part]] for part in waiting]
            sizes = np.array([len(part) for part in kept])
            ends = np.cumsum(sizes)
            text_end, text_start = (np.repeat(border, sizes)[:, None] for border in (ends, ends - sizes))
            ids, waiting = np.concatenate(kept), []
            if len(ids):
                reach = rng.integers(1, window + 1, (len(ids), 1))
                other = np.arange(len(ids))[:, None] + distance
                inside = (abs(distance) <= reach) & (other >= text_start) & (other < text_end)
                yield ids, inside, read
