"""Running words and their windows: what word2vec reads, laid out a chunk at a time so that memory stays small.

(1) keep a running word of frequency f with probability min(1, √(t/f))
"""

from collections.abc import Iterator, Sequence

import numpy as np

from helpers._checks import Array, array_of

CHUNK = 1 << 14  # running words whose windows are laid out at once


def keep_probability(counts: Array, subsample: float) -> Array:
    """
    Return the probability with which a running word is kept, equation (1).

    Parameters
    ----------
    counts : numpy.ndarray
        How often each word occurs, shape (V,).
    subsample : float
        The threshold t, a frequency; 0 keeps all.

    Returns
    -------
    numpy.ndarray
        min(1, √(t/f)), shape (V,).

    References
    ----------
    Mikolov et al. (2013), Distributed representations of words and phrases, equation (5). The C program and gensim
    keep a little more: √(t/f) + t/f.
    """
    counts = np.asarray(counts, np.float64)
    if subsample == 0:
        return np.ones(len(counts))
    return np.minimum(1, np.sqrt(subsample * counts.sum() / np.maximum(counts, 1)))


def checked_texts(tokens: Array | Sequence[Array], counts: Array) -> tuple[Array, list[Array]]:
    """
    Check running words and their counts.

    Parameters
    ----------
    tokens : numpy.ndarray of int or list of them
        Ids of one text, or of several.
    counts : numpy.ndarray
        How often each id occurs, shape (V,).

    Returns
    -------
    counts : numpy.ndarray of float64
        The same numbers.
    texts : list of numpy.ndarray
        The texts that have a word, not copied.

    Raises
    ------
    ValueError
        If an id is not in 0..V−1, there are no tokens, or the counts are none.
    """
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


def distinct(ids: Array, places: Array) -> tuple[Array, Array]:
    """
    Return each id once, without sorting.

    Parameters
    ----------
    ids : numpy.ndarray of int
        Ids from 0 to V − 1, shape (n,).
    places : numpy.ndarray of int
        Room to work in, shape (V,); what it holds does not matter.

    Returns
    -------
    once, place : numpy.ndarray of int
        The different ids, and for each given one its place among them: ids = once[place].
    """
    order = np.arange(len(ids))
    places[ids] = order  # of equal ids the last one wins
    last = places[ids]
    once = np.flatnonzero(last == order)
    order[once] = np.arange(len(once))
    return ids[once], order[last]


def chunks(
    texts: list[Array], epochs: int, keep: Array, window: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array, int]]:
    """
    Lay out the windows of running words, some 16,384 at a time.

    Parameters
    ----------
    texts : list of numpy.ndarray
        Ids; no window crosses the border between two texts.
    epochs : int
        Passes over the texts.
    keep : numpy.ndarray
        The probability with which a word is kept, shape (V,); the window closes over those that are not.
    window : int
        The largest distance; each word's own is drawn from 1 to this.
    rng : numpy.random.Generator
        Where all chance comes from.

    Yields
    ------
    ids : numpy.ndarray of int
        The kept words, shape (n,).
    inside : numpy.ndarray of bool
        Shape (n, 2 window): distances −window..−1, 1..window, True where a neighbour stands there and is seen.
    read : int
        Words read, the dropped ones too.
    """
    pieces = [text[i : i + CHUNK] for text in texts for i in range(0, len(text), CHUNK)]
    distance = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    for _ in range(epochs):
        waiting: list[Array] = []
        for number, piece in enumerate(pieces):
            waiting.append(piece)
            read = sum(map(len, waiting))
            if read < CHUNK and number < len(pieces) - 1:
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
