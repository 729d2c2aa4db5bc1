"""Strings as tokens: a vocabulary, and strings of different lengths side by side in one array; lessons 7 and 9.

Token 0 pads, 1 begins and 2 ends a sequence, 3 is the unknown if there is one; the characters follow by code point.
Tokens are integers (T, N), one column for each string, PAD past its length, with lengths (N,). Strings are read in the
form NFC: é is one character, however it was typed. Lists of words for strings, [["la", "mer"]], make words the tokens;
that vocabulary says "<PAD>" for "PAD", so `decode` gives lists back.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, takewhile
from typing import Any

import numpy as np

from helpers._checks import Array, array_of, flag, listed, whole
from helpers.data.words import Vocabulary

PAD, BOS, EOS, UNK = range(4)
_NAMES = ("PAD", "BOS", "EOS", "UNK"), ("<PAD>", "<BOS>", "<EOS>", "<UNK>")  # among characters, among words


def vocabulary(strings: Iterable[str | Sequence[str]], unknown: bool = False, min_count: int = 1) -> Vocabulary:
    """Collect the characters of strings, or the words of lists of words, that occur at least min_count times.

    unknown=True adds a token for all others. The words begin with PAD, BOS, EOS, UNK; the index leaves these out.
    """
    (strings, names), unknown = _sequences(strings), flag("unknown", unknown)
    counted, least = Counter(chain.from_iterable(strings)), whole("min_count", min_count)
    kept = sorted(word for word, n in counted.items() if n >= least)
    if not kept:
        raise ValueError(f"min_count: expected at most {max(counted.values())}, which leaves something, got {least}")
    found = (*names[: UNK + unknown], *kept)
    index = {character: k for k, character in enumerate(found) if k > EOS + unknown}
    return Vocabulary(found, index, np.array([counted[word] for word in found]))


def encode(strings: Iterable[str | Sequence[str]], vocabulary: Vocabulary) -> tuple[Array, Array]:
    """Write strings, or lists of words, as tokens (T, N) and lengths (N,); the unknown becomes UNK or is refused."""
    (strings, names), (own, unknown), index = _sequences(strings), _kind(vocabulary), vocabulary.index
    if names != own:
        got = "strings" if names == _NAMES[0] else "lists of words"
        raise ValueError(f"strings: expected what the vocabulary is of, strings or lists of words, got {got}")
    new = set().union(*strings) - set(index)
    if new and not unknown:
        first = next(text for text in strings if not new.isdisjoint(text))
        listed = ", ".join(ascii(part) if unicodedata.combining(part[0]) else repr(part) for part in sorted(new))
        raise ValueError(f"strings: expected characters or words of the vocabulary, got {listed} in {first!r}")
    lengths = np.array([len(text) for text in strings])
    tokens = np.full((lengths.max(), len(strings)), PAD)
    for n, text in enumerate(strings):
        tokens[: len(text), n] = [index.get(part, UNK) for part in text]
    return tokens, lengths


def decode(tokens: Array, vocabulary: Vocabulary) -> list[str] | list[list[str]]:
    """Read tokens (T, N) as N strings, or lists of words, up to EOS or PAD; UNK is � in a string, <UNK> a word."""
    tokens, (names, unknown) = array_of("tokens", tokens), _kind(vocabulary)
    if tokens.dtype.kind not in "iu" or tokens.ndim != 2:
        raise ValueError(f"tokens: expected integers of shape (T, N), got {tokens.dtype} of shape {tokens.shape}")
    words, found = list(vocabulary.words), []
    if names == _NAMES[0] and unknown:
        words[UNK] = "\N{REPLACEMENT CHARACTER}"
    for column in tokens.T.tolist():
        text = list(takewhile(lambda token: token not in (PAD, EOS), column))
        if not all(EOS < token < len(words) for token in text):
            raise ValueError(f"tokens: expected characters, {EOS + 1} to {len(words) - 1}, got {text}")
        found.append([words[token] for token in text])
    return found if names == _NAMES[1] else ["".join(text) for text in found]


def _kind(vocabulary: Vocabulary) -> tuple[tuple[str, ...], bool]:
    """Return the names of a vocabulary's special tokens, and whether it has one for the unknown."""
    words = tuple(getattr(vocabulary, "words", ()))
    for names in _NAMES:
        if words[:UNK] == names[:UNK]:
            return names, words[UNK : UNK + 1] == names[UNK:] and vocabulary.index.get(names[UNK]) != UNK
    got = words[:UNK] or type(vocabulary).__name__
    raise ValueError(f"vocabulary: expected one of characters.vocabulary, with PAD, BOS, EOS first, got {got}")


def _sequences(strings: Any) -> tuple[list[Any], tuple[str, ...]]:
    """Return strings or lists of words in the form NFC, and what special tokens are called among their parts."""
    if isinstance(strings, str) or not isinstance(listed("strings", strings), Iterable):
        raise ValueError(f"strings: expected a list of strings, got {strings!r}")
    strings = [list(text) if isinstance(text, Iterable) and not isinstance(text, str) else text for text in strings]
    for text in strings or [None]:
        parts = text if isinstance(text, list) else [text]
        if not parts or not all(isinstance(part, str) and part for part in parts):
            raise ValueError(f"strings: expected at least one, none of them empty, got {[text] if strings else []}")
    nested = {isinstance(text, list) for text in strings}
    if len(nested) > 1:
        raise ValueError("strings: expected strings or lists of words, got some of both")
    if nested == {True}:
        return [[unicodedata.normalize("NFC", word) for word in text] for text in strings], _NAMES[1]
    return [unicodedata.normalize("NFC", text) for text in strings], _NAMES[0]
