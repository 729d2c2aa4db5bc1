r"""Words and their rows: a vocabulary, neighbours by cosine, analogies, the text format of word2vec; lesson 8.

(1) cosine    cos(p, q) = p·q / (‖p‖ ‖q‖)
(2) analogy   a is to b as c is to the word nearest to b/‖b‖ − a/‖a‖ + c/‖c‖, a, b and c themselves left out

The text format, as gensim has it, is a line "V d", then a word and its d numbers a line, one space between them; only
\n ends a line, so that a word may hold U+00A0 or \r. Vectors with NaN or inf have no neighbours and are not written.

Mikolov, Yih & Zweig (2013), Linguistic regularities in continuous space word representations, section 4.
"""

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from helpers._checks import Array, array_of, floats, listed, whole


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
        if isinstance(word, str) and word in self.index:
            return self.index[word]
        if word in self.words:
            raise KeyError(f"{word!r} is the name of the special token {self.words.index(word)}, no word of a text")
        near = _near(str(word), self.words)
        hint = f"did you mean {', '.join(near)}?" if near else "nothing is spelled like it"
        for form in ("NFC", "NFD"):  # two ways to write é
            if unicodedata.normalize(form, str(word)) in self.index:
                hint = f"unicodedata.normalize({form!r}, word), which looks alike, is"
        raise KeyError(f"{word!r} is not among the {len(self)} words of the vocabulary; {hint}")


def _known(vocabulary: Any) -> Vocabulary:
    """Return the vocabulary if it is one."""
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(
            f"vocabulary: expected one of build_vocabulary or load_text, got a {type(vocabulary).__name__}"
        )
    return vocabulary


def _near(word: str, words: tuple[str, ...]) -> list[str]:
    """Return at most four near spellings; difflib, which is slow, sees the 300 words that share most letters."""
    letters = np.frombuffer("\uffff".join(("", *words)).encode("utf-32-le", "surrogatepass"), "<u4")
    owner, shared = np.cumsum(letters == 0xFFFF) - 1, np.zeros(len(words))  # U+FFFF is in no text
    for letter, times in Counter(word).items():
        found = owner[np.flatnonzero(letters == ord(letter))]
        shared += np.minimum(times, np.bincount(found, minlength=len(words)))
    likeness = shared / (np.bincount(owner) + len(word))
    best = np.argpartition(-likeness, min(300, len(words) - 1))[:300]
    return difflib.get_close_matches(word, [words[i] for i in best], 4)


def _listed(words: Any, sentences: bool = True) -> list[Any]:
    """Return running words as a list, sentences, if these may be, as a list of lists; refuse what is neither."""
    if isinstance(words, str) or not isinstance(listed("words", words), Iterable):
        got = "one string (texts.words splits it)" if isinstance(words, str) else type(words).__name__
        raise ValueError(f"words: expected a list of words, got {got}")
    found = words if isinstance(words, list) else list(words)
    if sentences and found and not isinstance(found[0], str):
        return [_listed(sentence, False) for sentence in found]
    for kind in set(map(type, found)):
        if not issubclass(kind, str):
            raise ValueError(f"words: expected strings, or sentences of strings, got {kind.__name__}")
    return found


def build_vocabulary(words: Iterable[Any], min_count: int = 5) -> Vocabulary:
    """Give words, or those of sentences, ids by falling count, then by alphabet; one below min_count gets none."""
    whole("min_count", min_count)
    found = _listed(words)
    counted = Counter(chain.from_iterable(found) if found and isinstance(found[0], list) else found)
    kept = sorted((word for word, n in counted.items() if n >= min_count), key=lambda word: (-counted[word], word))
    if not kept:
        most = max(counted.values(), default=0)
        raise ValueError(f"min_count: expected one that leaves a word, got {min_count}; the commonest has {most}")
    return Vocabulary(tuple(kept), {word: i for i, word in enumerate(kept)}, np.array([counted[w] for w in kept]))


def encode(words: Iterable[Any], vocabulary: Vocabulary) -> Any:
    """Replace words by their ids, (words that are known,), sentences by a list of these; what is unknown is dropped."""
    found, index = _listed(words), _known(vocabulary).index
    if found and isinstance(found[0], list):
        return [encode(sentence, vocabulary) for sentence in found]
    return np.array([index[word] for word in found if word in index], np.intp)


def unit_rows(vectors: Array, vocabulary: Vocabulary) -> Array:
    """Bring every row to length 1, a new array (V, d); a row of zeros stays one, whose cosine to all is 0."""
    vectors = floats("vectors", vectors)
    if vectors.ndim != 2 or len(vectors) != len(_known(vocabulary)):
        raise ValueError(f"vectors: expected shape (V, d) with V = {len(vocabulary)}, got {vectors.shape}")
    if not (finite := np.isfinite(vectors).all(axis=1)).all():
        bad = vocabulary.words[int(finite.argmin())]
        raise FloatingPointError(f"vectors: expected finite numbers, got NaN or inf in the row of {bad!r}")
    return _to_length_1(vectors)


def _to_length_1(vectors: Array) -> Array:
    """Divide finite rows by their lengths, 0 by 1; where squares or lengths leave the range, of rows near 1."""
    most = np.abs(vectors).max(axis=1, initial=0)
    if not ((most > 1e-37) & (most < 1e30)).all():  # by powers of two, which cost no digit
        vectors = np.ldexp(vectors, -np.frexp(most)[1][:, None])
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))[:, None]
    return vectors / np.where(lengths > 0, lengths, 1).astype(vectors.dtype)


def _nearest(units: Array, target: Array, vocabulary: Vocabulary, k: int, but: list[int]) -> list[tuple[str, float]]:
    """Return the k words with the largest cosine to a target of length 1, some left out."""
    if not target.any():
        raise ValueError("word: expected a vector that points somewhere, got one of zeros, which has no cosine")
    similar = units @ target
    order = [int(i) for i in np.argsort(-similar, kind="stable")[: k + len(but)] if i not in but]
    return [(vocabulary.words[i], float(similar[i])) for i in order[:k]]


def most_similar(vectors: Array, vocabulary: Vocabulary, word: Any, k: int = 10) -> list[tuple[str, float]]:
    """Find the k words whose vectors (V, d) point most nearly the way of this word's: (word, cosine), equation (1).

    word may be a list of words, for the mean of their rows of length 1, or an array (d,). Words given are left out.
    """
    given = array_of("word", [word] if isinstance(word, str) else word)
    own = [_known(vocabulary).id_of(str(one)) for one in given] if given.ndim and given.dtype.kind == "U" else []
    units = unit_rows(vectors, vocabulary)
    target = units[own].mean(axis=0) if own else floats("word", given)
    if target.shape != units.shape[1:] or not (own or np.isfinite(target).all()):
        raise ValueError(f"word: expected a word, words or finite numbers ({units.shape[1]},), got {word!r}"[:200])
    target = target if len(own) == 1 else _to_length_1(target[None])[0]
    return _nearest(units, target, vocabulary, whole("k", k), own)


def analogy(vectors: Array, vocabulary: Vocabulary, a: str, b: str, c: str, k: int = 10) -> list[tuple[str, float]]:
    """Answer "a is to b as c is to …" with the k best (word, cosine), equation (2)."""
    given, units = [_known(vocabulary).id_of(word) for word in (a, b, c)], unit_rows(vectors, vocabulary)
    target = units[given[1]] - units[given[0]] + units[given[2]]
    return _nearest(units, _to_length_1(target[None])[0], vocabulary, whole("k", k), given)


def save_text(path: str | Path, vectors: Array, vocabulary: Vocabulary) -> None:
    """Write vectors to path in the text format; float32 comes back exactly; a word with a space is refused."""
    unit_rows(vectors, vocabulary)  # for its checks
    for word in vocabulary.words:
        if not isinstance(word, str) or " " in word or "\n" in word:
            raise ValueError(f"vocabulary: expected strings without a space or a line break, got {word!r}")
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise ValueError(f"vocabulary: expected words that UTF-8 can hold, got {word!r}")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(vectors)} {np.shape(vectors)[1]}\n")
        for word, row in zip(vocabulary.words, vectors, strict=True):
            file.write(" ".join([word, *(f"{value:.9g}" for value in row)]) + "\n")


def load_text(path: str | Path) -> tuple[Array, Vocabulary]:
    """Read vectors (V, d), float32, and their words, with counts of 0, from path; the error names a broken line."""
    with open(path, "rb") as file, np.errstate(over="ignore"):
        number, line, expected = 1, file.readline(100), "two whole numbers, V and d"
        try:
            V, d = map(int, line.split())
            size = Path(path).stat().st_size or np.inf  # a pipe has none
            expected += f", of at least 1, that {size:,} bytes can hold"
            if min(V, d) < 1 or 2 * V * d > size:
                raise ValueError
            vectors, index = np.empty((V, d), np.float32), dict[str, int]()
            for line in file:
                number, new = number + 1, len(index) < V
                if not new and not line.strip():
                    continue
                expected = f"a word that is new and d = {d} numbers" if new else f"an end after V = {V} words"
                word, *values = line.rstrip().decode("utf-8").split(" ")
                if len(values) != d or word in index or not new:
                    raise ValueError
                expected = f"d = {d} finite numbers after {word!r}"
                vectors[len(index)] = values
                if not np.isfinite(vectors[len(index)]).all():
                    raise ValueError
                index[word] = len(index)
        except ValueError as error:
            text = line.rstrip(b"\r\n").decode("utf-8", "replace")
            hint = "; unpack a .gz file, save a binary one as text, in UTF-8" if {"\0", "\ufffd"} & set(text) else ""
            raise ValueError(f"{path}, line {number}: expected {expected}, got {text[:60]!r}{hint}") from error
    if len(index) < V:
        raise ValueError(f"{path}: expected V = {V} words, got {len(index)}")
    return vectors, Vocabulary(tuple(index), index, np.zeros(V, int))
