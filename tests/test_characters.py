"""Strings as tokens and back: padding, unknown characters, refusals."""

import numpy as np
import pytest

from helpers.data import characters
from helpers.data.characters import BOS, EOS, PAD

WORDS = ["ba", "c", "日b"]


def test_vocabulary_is_in_order_after_the_special_tokens():
    vocabulary = characters.vocabulary(WORDS)
    assert vocabulary.words == ("PAD", "BOS", "EOS", "a", "b", "c", "日")
    assert [vocabulary.words[vocabulary.index[c]] for c in "abc日"] == list("abc日") == list(vocabulary.index)
    assert vocabulary.counts.tolist() == [0, 0, 0, 1, 2, 1, 1] and len(vocabulary) == 7 and vocabulary.id_of("c") == 5
    assert (PAD, BOS, EOS) == (0, 1, 2)


def test_encode_pads_and_decode_reads_back():
    vocabulary = characters.vocabulary(WORDS)
    tokens, lengths = characters.encode(WORDS, vocabulary)
    assert tokens.T.tolist() == [[4, 3], [5, PAD], [6, 4]] and lengths.tolist() == [2, 1, 2]
    assert tokens.dtype.kind == lengths.dtype.kind == "i"
    assert characters.decode(tokens, vocabulary) == WORDS


def test_decode_ends_at_the_first_end_whatever_follows():
    vocabulary = characters.vocabulary(WORDS)
    tokens = np.array([[3, EOS, PAD, 5], [EOS, 3, BOS, 5], [4, BOS, -7, 3]])
    assert characters.decode(tokens, vocabulary) == ["a", "", "", "cca"]
    assert characters.decode(tokens[:0], vocabulary) == [""] * 4


def test_any_iterable_of_strings_will_do():
    assert characters.vocabulary(word for word in WORDS).index == characters.vocabulary(tuple(WORDS)).index


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda v: characters.vocabulary("abc"), "strings: expected a list of strings, got 'abc'"),
        (lambda v: characters.vocabulary([]), r"strings: expected at least one string .* got \[\]"),
        (lambda v: characters.vocabulary(["a", ""]), r"strings: .* none of them empty, got \[''\]"),
        (lambda v: characters.vocabulary(["a", 3]), r"strings: .* got \[3\]"),
        (lambda v: characters.vocabulary(3), "strings: expected a list of strings, got 3"),
        (lambda v: characters.encode(["ab", "a!?"], v), r"strings: .* of the vocabulary, got '!', '\?' in 'a!\?'"),
        (lambda v: characters.encode([""], v), "strings: expected at least one string"),
        (lambda v: characters.decode(np.ones((2, 2)), v), r"tokens: expected integers of shape \(T, N\), got float64"),
        (lambda v: characters.decode(np.ones(2, int), v), r"tokens: expected integers .* got int64 of shape \(2,\)"),
        (lambda v: characters.decode(np.array([[7]]), v), r"tokens: expected characters, 3 to 6, got \[7\]"),
        (lambda v: characters.decode(np.array([[BOS]]), v), r"tokens: expected characters, 3 to 6, got \[1\]"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call(characters.vocabulary(WORDS))
