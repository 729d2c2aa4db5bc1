"""Words and their rows: a vocabulary, neighbours by cosine, analogies, the text format of word2vec; lesson 8.

(1) cosine    cos(p, q) = p·q / (‖p‖ ‖q‖)
(2) analogy   a is to b as c is to the word nearest to b/‖b‖ − a/‖a‖ + c/‖c‖, a, b and c themselves left out

The text format, as gensim has it, is a line "V d", then a word and its d numbers a line.

Mikolov, Yih & Zweig (2013), Linguistic regularities in continuous space word representations, section 4.
"""

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers._checks import Array, floats, whole


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words, or characters, and their ids: the id of each is its place."""

    words: tuple[str, ...]  # V of them
    index: dict[str, int]  # the id of each, but for names of special tokens
    counts: Array  # (V,), how often each occurs; 0 where a file does not say

    def __len__(self) -> int:
        return len(self.words)

    def id_of(self, word: str) -> int:
        """Look a word up: its id, 0 to V − 1, or a KeyError that names near spellings."""
        if word in self.index:
            return self.index[word]
        near = difflib.get_close_matches(str(word), self.words, 4)
        hint = f"did you mean {', '.join(near)}?" if near else "nothing is spelled like it"
        raise KeyError(f"{word!r} is not among the {len(self)} words of the vocabulary; {hint}")


def build_vocabulary(words: Iterable[str], min_count: int = 5) -> Vocabulary:
    """Give running words their ids, by falling count, then by alphabet; one below min_count occurrences gets none."""
    whole("min_count", min_count)
    if isinstance(words, str):
        raise ValueError("words: expected a list of words, got one string (texts.words splits it)")
    counted = Counter(words)
    kept = sorted((word for word, n in counted.items() if n >= min_count), key=lambda word: (-counted[word], word))
    if not kept:
        most = max(counted.values(), default=0)
        raise ValueError(f"min_count: expected one that leaves a word, got {min_count}; the commonest has {most}")
    return Vocabulary(tuple(kept), {word: i for i, word in enumerate(kept)}, np.array([counted[w] for w in kept]))


def encode(words: Iterable[str], vocabulary: Vocabulary) -> Array:
    """Replace running words by their ids, integers (words that are known,); those without one are dropped."""
    index = vocabulary.index
    return np.array([index[word] for word in words if word in index], np.intp)


def unit_rows(vectors: Array, vocabulary: Vocabulary) -> Array:
    """Bring every row to length 1, a new array (V, d); a row of zeros stays one."""
    vectors = floats("vectors", vectors)
    if vectors.ndim != 2 or len(vectors) != len(vocabulary):
        raise ValueError(f"vectors: expected shape (V, d) with V = {len(vocabulary)}, got {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _nearest(units: Array, target: Array, vocabulary: Vocabulary, k: int, but: list[int]) -> list[tuple[str, float]]:
    """Return the k words with the largest cosine to a target of length 1, some left out."""
    similar = units @ target
    order = [int(i) for i in np.argsort(-similar, kind="stable")[: k + len(but)] if i not in but]
    return [(vocabulary.words[i], float(similar[i])) for i in order[:k]]


def most_similar(vectors: Array, vocabulary: Vocabulary, word: str, k: int = 10) -> list[tuple[str, float]]:
    """Find the k words whose vectors point most nearly the way of this word's: (word, cosine), equation (1)."""
    own, units = vocabulary.id_of(word), unit_rows(vectors, vocabulary)
    return _nearest(units, units[own], vocabulary, whole("k", k), [own])


def analogy(vectors: Array, vocabulary: Vocabulary, a: str, b: str, c: str, k: int = 10) -> list[tuple[str, float]]:
    """Answer "a is to b as c is to …" with the k best (word, cosine), equation (2)."""
    given, units = [vocabulary.id_of(word) for word in (a, b, c)], unit_rows(vectors, vocabulary)
    target = units[given[1]] - units[given[0]] + units[given[2]]
    length = float(np.linalg.norm(target)) or 1.0
    return _nearest(units, target / length, vocabulary, whole("k", k), given)


def save_text(path: str | Path, vectors: Array, vocabulary: Vocabulary) -> None:
    """Write vectors to path in the text format; float32 comes back exactly, words with white space are refused."""
    unit_rows(vectors, vocabulary)  # for its checks
    for word in vocabulary.words:
        if len(word.split()) != 1:
            raise ValueError(f"vocabulary: expected words without white space, got {word!r}")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(vectors)} {np.shape(vectors)[1]}\n")
        for word, row in zip(vocabulary.words, vectors, strict=True):
            file.write(" ".join([word, *(f"{value:.9g}" for value in row)]) + "\n")


def load_text(path: str | Path) -> tuple[Array, Vocabulary]:
    """Read vectors (V, d), float32, and their words, with counts of 0, from path; the error names a broken line."""
    with open(path, encoding="utf-8") as file:
        head = file.readline().split()
        if len(head) != 2 or not all(part.isdecimal() and int(part) > 0 for part in head):
            raise ValueError(f"{path}, line 1: expected two whole numbers, V and d, got {' '.join(head)[:60]!r}")
        V, d = map(int, head)
        vectors, index = np.empty((V, d), np.float32), dict[str, int]()
        for number, line in enumerate(file, 2):
            word, *values = line.split() or [""]
            if not word or len(values) != d or word in index or len(index) == V:
                what = f"a word that is new and d = {d} numbers" if len(index) < V else f"an end after V = {V} words"
                raise ValueError(f"{path}, line {number}: expected {what}, got {line.strip()[:60]!r}")
            try:
                vectors[len(index)] = values
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: expected d = {d} numbers after {word!r}: {error}") from error
            index[word] = len(index)
    if len(index) < V:
        raise ValueError(f"{path}: expected V = {V} words, got {len(index)}")
    return vectors, Vocabulary(tuple(index), index, np.zeros(V, int))
