"""Text as numbers: a vocabulary, and strings of different lengths side by side in one array.

Token 0 pads, 1 begins and 2 ends a sequence; the characters follow in their order. Arrays are time first, one column
per string: tokens (T, N) with lengths (N,). What stands past a string's length is told by its length alone.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from helpers._checks import Array, array_of

PAD, BOS, EOS = range(3)
SPECIAL = ("PAD", "BOS", "EOS")


class Vocabulary(NamedTuple):
    """The characters in their order, and the token of each; `len(vocabulary.words)` counts all tokens."""

    words: tuple[str, ...]  # the three special ones by their names, then the characters
    token: dict[str, int]  # of the characters only


def vocabulary(strings: Iterable[str]) -> Vocabulary:
    """Collect the characters of some strings.

    Parameters
    ----------
    strings : iterable of str
        Usually the training strings.

    Returns
    -------
    Vocabulary
        PAD, BOS, EOS and the characters in the order of their code points.

    Raises
    ------
    ValueError
        If there is no string, or one is no str or is empty.
    """
    found = sorted(set("".join(_strings(strings))))
    return Vocabulary((*SPECIAL, *found), {character: k for k, character in enumerate(found, len(SPECIAL))})


def encode(strings: Iterable[str], vocabulary: Vocabulary) -> tuple[Array, Array]:
    """Write strings as tokens, padded to the longest.

    Parameters
    ----------
    strings : iterable of str
        N strings, none of them empty.
    vocabulary : Vocabulary
        Has to hold every character.

    Returns
    -------
    tokens : numpy.ndarray of int
        Shape (T, N), PAD past a string's length.
    lengths : numpy.ndarray of int
        Characters of each string, shape (N,).

    Raises
    ------
    ValueError
        If there is no string, one is no str or is empty, or a character is not in the vocabulary.
    """
    strings = _strings(strings)
    unknown = set("".join(strings)) - set(vocabulary.token)
    if unknown:
        first = next(text for text in strings if set(text) & unknown)
        raise ValueError(f"strings: expected characters of the vocabulary, got {_listed(unknown)} in {first!r}")
    lengths = np.array([len(text) for text in strings])
    tokens = np.full((lengths.max(), len(strings)), PAD)
    for n, text in enumerate(strings):
        tokens[: len(text), n] = [vocabulary.token[character] for character in text]
    return tokens, lengths


def decode(tokens: Array, vocabulary: Vocabulary, lengths: Any = None) -> list[str]:
    """Read tokens as strings; each ends before its first EOS or PAD, or at its length.

    Parameters
    ----------
    tokens : numpy.ndarray of int
        Shape (T, N).
    vocabulary : Vocabulary
        The one that they were written with.
    lengths : array_like of int, optional
        Shape (N,), from 0 to T.

    Returns
    -------
    list of str
        N strings, some perhaps empty.

    Raises
    ------
    ValueError
        If a shape does not fit, or a token before the end is BOS or not in the vocabulary.
    """
    tokens = array_of("tokens", tokens)
    if tokens.dtype.kind not in "iu" or tokens.ndim != 2:
        raise ValueError(f"tokens: expected integers of shape (T, N), got {tokens.dtype} of shape {tokens.shape}")
    T, N = tokens.shape
    ends = np.full(N, T) if lengths is None else array_of("lengths", lengths)
    if ends.shape != (N,) or ends.dtype.kind not in "iu" or (N and not 0 <= ends.min() <= ends.max() <= T):
        raise ValueError(f"lengths: expected integers from 0 to T = {T} of shape (N,) = ({N},), got {lengths!r}")
    found = []
    for column, end in zip(tokens.T, ends, strict=True):
        stops = np.flatnonzero((column == EOS) | (column == PAD))
        column = column[: min(end, *stops[:1])] if len(stops) else column[:end]
        if len(column) and not len(SPECIAL) <= column.min() <= column.max() < len(vocabulary.words):
            raise ValueError(
                f"tokens: expected characters, {len(SPECIAL)} to {len(vocabulary.words) - 1}, got {column.tolist()}"
            )
        found.append("".join(vocabulary.words[token] for token in column))
    return found


def _strings(strings: Any) -> list[str]:
    """Return a list of strings; a single one is not taken for a list of its characters."""
    if isinstance(strings, str) or not isinstance(strings, Iterable):
        raise ValueError(f"strings: expected a list of strings, got {strings!r}")
    strings = list(strings)
    bad = [text for text in strings if not isinstance(text, str) or not text]
    if bad or not strings:
        raise ValueError(f"strings: expected at least one string and none of them empty, got {bad[:1] or strings}")
    return strings


def _listed(characters: set[str]) -> str:
    """Return the characters for a message."""
    return ", ".join(map(repr, sorted(characters)))
