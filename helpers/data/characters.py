"""Strings as tokens: a vocabulary, and strings of different lengths side by side in one array; lessons 7 and 9.

Token 0 pads, 1 begins and 2 ends a sequence; the characters follow in the order of their code points. Tokens are
integers (T, N), one column for each string, with lengths (N,); what stands past a length is PAD.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

import numpy as np

from helpers._checks import Array, array_of
from helpers.data.words import Vocabulary

PAD, BOS, EOS = range(3)


def vocabulary(strings: Iterable[str]) -> Vocabulary:
    """Collect the characters of strings; its words begin with PAD, BOS and EOS by name, which its index leaves out."""
    counted = Counter("".join(_strings(strings)))
    found = ("PAD", "BOS", "EOS", *sorted(counted))
    index = {character: k for k, character in enumerate(found) if k > EOS}
    return Vocabulary(found, index, np.array([counted[word] for word in found]))


def encode(strings: Iterable[str], vocabulary: Vocabulary) -> tuple[Array, Array]:
    """Write strings as tokens (T, N), T that of the longest, and lengths (N,); an unknown character is refused."""
    strings, index = _strings(strings), vocabulary.index
    unknown = set("".join(strings)) - set(index)
    if unknown:
        first, listed = next(text for text in strings if set(text) & unknown), ", ".join(map(repr, sorted(unknown)))
        raise ValueError(f"strings: expected characters of the vocabulary, got {listed} in {first!r}")
    lengths = np.array([len(text) for text in strings])
    tokens = np.full((lengths.max(), len(strings)), PAD)
    for n, text in enumerate(strings):
        tokens[: len(text), n] = [index[character] for character in text]
    return tokens, lengths


def decode(tokens: Array, vocabulary: Vocabulary) -> list[str]:
    """Read tokens (T, N) as N strings, some perhaps empty; each ends before its first EOS or PAD."""
    tokens = array_of("tokens", tokens)
    if tokens.dtype.kind not in "iu" or tokens.ndim != 2:
        raise ValueError(f"tokens: expected integers of shape (T, N), got {tokens.dtype} of shape {tokens.shape}")
    found = []
    for column in tokens.T.tolist():
        text = list(takewhile(lambda token: token not in (PAD, EOS), column))
        if not all(EOS < token < len(vocabulary) for token in text):
            raise ValueError(f"tokens: expected characters, {EOS + 1} to {len(vocabulary) - 1}, got {text}")
        found.append("".join(vocabulary.words[token] for token in text))
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
