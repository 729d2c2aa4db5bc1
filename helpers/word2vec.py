"""Word2vec: a vector for each word, learnt from the words around it (skip-gram or CBOW, negative sampling).

Of two matrices W_in, W_out (V, d), p is a row of W_in and q_n one of W_out. One pair of neighbours: p stands for the
word that is seen (skip-gram) or for the mean of the window (CBOW), m is the word to be told, n are words drawn by
chance, never m itself.

(1) E    = −log σ(p·q_m) − Σ_n log σ(−p·q_n)
(2) ∂E/∂(p·q_m) = −(1 − σ(p·q_m)),    ∂E/∂(p·q_n) = σ(p·q_n)
(3) ∂E/∂p = Σ_j ∂E/∂(p·q_j) q_j,      ∂E/∂q_j = ∂E/∂(p·q_j) p
(4) n is drawn with probability ∝ count(n)^¾;  a running word of frequency f is kept with probability √(t/f)

A block of running words takes all its pairs at once. With A the rows of its inputs and O those of its outputs, S = A Oᵀ
holds all products; P (how often a row meets an output) and N (how much weight it has against it) count the pairs:

(5) E    = −Σ P log σ(S) − Σ N log σ(−S)
(6) G    = −∂E/∂S = P − (P + N) σ(S),    −∂E/∂A = G O,    −∂E/∂O = Gᵀ A
(7) softmax over all V words instead of chance ones:  E = −Σ P log softmax(S),  G = P − (Σ_j P_j) softmax(S)
(8) a row has all its pairs in one step, at rate η / max(1, ¼ η Σ_j B_j ‖other_j‖²). B bounds how E bends: (P + N)/4
    as σ′ ≤ ¼, or (Σ_j P_j) softmax(S). The ¼ before it was measured: most pairs bend less than the bound. Rare words
    move at η, frequent ones cannot run away.
"""

from collections.abc import Callable, Sequence

import numpy as np

from helpers._checks import Array, float_type, generator, is_number, one_of, positive, whole
from helpers.activations import sigmoid, softmax
from helpers.data.words import Vocabulary, analogy, build_vocabulary, encode, load_text, most_similar, save_text
from helpers.windows import checked_texts, chunks, distinct, keep_probability

__all__ = [
    "Vocabulary",
    "build_vocabulary",
    "encode",
    "train",
    "pair_weights",
    "loss",
    "directions",
    "step_lengths",
    "keep_probability",
    "most_similar",
    "analogy",
    "save_text",
    "load_text",
]


def pair_weights(
    rows: Array, outputs: Array, drawn: Array, shape: tuple[int, int], negatives: float, dtype: type = np.float32
) -> tuple[Array, Array]:
    """
    Count the pairs of a block, and weigh the words that were drawn against each of its inputs.

    Parameters
    ----------
    rows, outputs : numpy.ndarray of int
        The pairs: the place of each one's input and of its output, shape (pairs,).
    drawn : numpy.ndarray of int
        The places of the chance words, shape (K,), which all pairs share.
    shape : tuple of int
        Numbers of inputs and outputs.
    negatives : float
        How many chance words a pair is to be worth; each of the K counts as negatives / K.
    dtype : type
        Of the results.

    Returns
    -------
    positive, negative : numpy.ndarray
        P and N of equation (5). A chance word is not used against the pairs whose output it is.
    """
    P: Array = np.bincount(rows * shape[1] + outputs, minlength=shape[0] * shape[1]).reshape(shape).astype(dtype)
    times = np.bincount(drawn, minlength=shape[1]).astype(dtype) * dtype(negatives / max(1, len(drawn)))
    return P, (P.sum(axis=1, keepdims=True) - P) * times


def loss(A: Array, O: Array, positive: Array, negative: Array) -> float:
    """
    Sum the losses of a block's pairs, equation (5).

    Parameters
    ----------
    A, O : numpy.ndarray
        Rows of the inputs, shape (a, d), and of the outputs, shape (o, d).
    positive, negative : numpy.ndarray
        Weights P and N, shape (a, o).

    Returns
    -------
    float
        E in nats.
    """
    S = A @ O.T
    return float((positive * np.logaddexp(0, -S) + negative * np.logaddexp(0, S)).sum())


def directions(A: Array, O: Array, positive: Array, negative: Array | None) -> tuple[Array, Array, Array]:
    """
    Return the direction of falling loss for a block's rows, equations (6) and (7).

    Parameters
    ----------
    A, O : numpy.ndarray
        Rows of the inputs, shape (a, d), and of the outputs, shape (o, d).
    positive : numpy.ndarray
        Weights P, shape (a, o).
    negative : numpy.ndarray or None
        Weights N, shape (a, o); None is the softmax over all outputs.

    Returns
    -------
    dA, dO : numpy.ndarray
        −∂E/∂A and −∂E/∂O.
    bend : numpy.ndarray
        B of equation (8), shape (a, o).
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


def step_lengths(rate: float, bend: Array, others: Array) -> Array:
    """
    Shorten the steps of rows that have so many pairs in a block that they would overshoot, equation (8).

    Parameters
    ----------
    rate : float
        The learning rate, η.
    bend : numpy.ndarray
        B, shape (rows, others).
    others : numpy.ndarray
        The vectors that the rows are paired with, shape (others, d).

    Returns
    -------
    numpy.ndarray
        A rate for each row, shape (rows, 1).
    """
    curvature = bend @ np.einsum("ij,ij->i", others, others)
    return (rate / np.maximum(1, 0.25 * rate * curvature))[:, None]


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
    shared: int = 32,
    dtype: type = np.float32,
) -> tuple[Array, Array]:
    """
    Learn a vector for each word by stochastic gradient descent, a block of running words at a time.

    Parameters
    ----------
    tokens : numpy.ndarray of int or list of them
        Ids of running words; a list of texts, whose borders no window crosses.
    counts : numpy.ndarray
        How often each id occurs, shape (V,).
    model : {"skip-gram", "cbow"}
        Whether each neighbour alone tells the word in the middle, or the mean of all of them does.
    dim : int
        d, the length of a vector.
    window : int
        The largest distance of a neighbour; for each word it is drawn anew from 1 to this.
    negatives : int or None
        Chance words for each pair; None takes the full softmax, which costs V products a word.
    subsample : float
        The threshold t of equation (4); 0 keeps all words.
    epochs : int
        Passes over the tokens.
    learning_rate : float
        The rate at the start; it falls linearly to 1e-4 of itself.
    rng : numpy.random.Generator
        Where all chance comes from.
    progress : callable, optional
        Called with the share that is done, about every 16,000 words.
    power : float
        The power of the counts by which chance words are drawn; 0 draws all alike.
    block : int
        Running words in a block: more are faster, fewer are nearer to one pair at a time.
    shared : int
        K, the chance words that the pairs of a block share, weighted to count as `negatives` for each.
    dtype : type
        Of the matrices, float32 or float64.

    Returns
    -------
    W_in, W_out : numpy.ndarray
        The two matrices, shape (V, d); the vectors of the words are the rows of W_in.

    Raises
    ------
    ValueError
        If an id is not in 0..V−1, there are no tokens, or a setting is out of its range.
    FloatingPointError
        If the vectors stop being finite.

    Notes
    -----
    A word that stands in a block several times has one row there, and its row gets one step for all its pairs. The
    skip-gram sees the neighbour and tells the word in the middle, as the C program does: over a text both ways
    round have the same pairs. Windows are cut every 16,384 words, which loses 3 pairs in 10,000. Cost a word: about
    (block + 2 window) (block + shared) d / block multiply-adds, three times. Memory: the two matrices and some MB.

    References
    ----------
    Mikolov et al. (2013), Efficient estimation of word representations in vector space; the same (2013),
    Distributed representations of words and phrases and their compositionality, equations (4) and (5).
    """
    counts, texts = checked_texts(tokens, counts)
    one_of("model", model, ("skip-gram", "cbow"))
    dim, window, epochs, block, shared = (
        whole(name, value)
        for name, value in [("dim", dim), ("window", window), ("epochs", epochs), ("block", block), ("shared", shared)]
    )
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
    for ids, inside, read in chunks(texts, epochs, keep, window, rng):
        drawn = np.searchsorted(chance, rng.random((-(-len(ids) // block), shared)), side="right")
        for number, start in enumerate(range(0, len(ids), block)):
            rate = real(learning_rate * max(1e-4, 1 - (done + read * start / len(ids)) / total))
            end, first = min(start + block, len(ids)), max(0, start - window)
            pairs = inside[start:end]
            seen, own = distinct(ids[first : end + window], places)
            middle, neighbour = np.nonzero(pairs)
            neighbour += middle + (start - first - window)
            neighbour += neighbour >= middle + (start - first)  # the word itself is no neighbour of itself
            if negatives is None:
                told, goal, chosen = every, ids[start:end], every[:0]
            else:
                told, goal = distinct(np.concatenate([ids[start:end], drawn[number]]), places)
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
            dX *= step_lengths(rate, bend, O)
            dO *= step_lengths(rate, bend.T, X)
            dA = dX if model == "skip-gram" else mean.T @ dX
            W_in[seen] = A + dA  # every row stands once in `seen`, so none of its steps is lost
            W_out[told] = O + dO
        done += read
        if progress is not None:
            progress(done / total)
    if not (np.isfinite(W_in).all() and np.isfinite(W_out).all()):
        raise FloatingPointError(f"the vectors are no longer finite: learning_rate {learning_rate:g} is too large")
    return W_in, W_out
