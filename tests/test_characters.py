"""Strings as tokens and back: padding, unknown characters, refusals."""

import numpy as np
import pytest

from helpers.data import characters, words as running
from helpers.data.characters import BOS, EOS, PAD, UNK

WORDS = ["ba", "c", "日b"]
RUNNING = running.build_vocabulary(list("abc"), 1)  # its ids begin at 0, where PAD, BOS and EOS would be


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


def test_an_unknown_token():
    vocabulary = characters.vocabulary(WORDS, unknown=True)
    assert vocabulary.words == ("PAD", "BOS", "EOS", "UNK", "a", "b", "c", "日") and "UNK" not in vocabulary.index
    assert UNK not in vocabulary.index.values() and len({PAD, BOS, EOS, UNK}) == 4 and vocabulary.counts[UNK] == 0
    tokens, lengths = characters.encode(["b?", "日本"], vocabulary)
    assert tokens.T.tolist() == [[5, UNK], [7, UNK]] and lengths.tolist() == [2, 2]
    assert characters.decode(tokens, vocabulary) == ["b�", "日�"]
    assert characters.decode(characters.encode(WORDS, vocabulary)[0], vocabulary) == WORDS
    rare = characters.vocabulary(WORDS, unknown=True, min_count=2)
    assert rare.words[UNK:] == ("UNK", "b") and characters.decode(characters.encode(WORDS, rare)[0], rare)[0] == "b�"


@pytest.mark.parametrize("unknown", [False, True])
def test_lists_of_words(unknown):
    texts = [["the", "UNK", "cat"], ("a",), iter(["cat", "a"])]
    vocabulary = characters.vocabulary([list(texts[0]), *texts[1:]], unknown)
    special = ("<PAD>", "<BOS>", "<EOS>", "<UNK>")[: 3 + unknown]
    assert vocabulary.words == (*special, "UNK", "a", "cat", "the") and vocabulary.id_of("UNK") == 3 + unknown
    assert vocabulary.counts.tolist() == [0] * (3 + unknown) + [1, 2, 2, 1]
    tokens, lengths = characters.encode([["the", "cat"], ["a"]], vocabulary)
    assert (tokens - unknown).T.tolist() == [[6, 5], [4, PAD - unknown]] and lengths.tolist() == [2, 1]
    assert characters.decode(tokens, vocabulary) == [["the", "cat"], ["a"]]
    assert characters.decode([[EOS]], vocabulary) == [[]]
    with pytest.raises(ValueError, match=r"strings: expected what the vocabulary is of, .* got strings"):
        characters.encode(["the cat"], vocabulary)
    if unknown:
        assert characters.decode(characters.encode([["dog", "a"]], vocabulary)[0], vocabulary) == [["<UNK>", "a"]]
    else:
        with pytest.raises(ValueError, match=r"strings: .* got 'dog' in \['dog', 'a'\]"):
            characters.encode([["dog", "a"]], vocabulary)


def test_a_word_that_looks_like_a_special_token_is_a_word():
    vocabulary = characters.vocabulary([["<UNK>", "a"]])
    assert vocabulary.words == ("<PAD>", "<BOS>", "<EOS>", "<UNK>", "a") and vocabulary.id_of("<UNK>") == 3
    with pytest.raises(ValueError, match=r"strings: .* got 'b' in \['b'\]"):
        characters.encode([["b"]], vocabulary)


def test_words_of_one_letter_stay_words():
    vocabulary = characters.vocabulary([["a", "b"], ["b"]])
    assert characters.decode(characters.encode([["b", "a"]], vocabulary)[0], vocabulary) == [["b", "a"]]


def test_an_accent_may_be_typed_either_way():
    one, two = "caf\u00e9", "cafe\u0301"
    vocabulary = characters.vocabulary([two])
    assert vocabulary.index == characters.vocabulary([one]).index and "é" in vocabulary.index
    for text in (one, two):
        tokens, lengths = characters.encode([text], vocabulary)
        assert lengths.tolist() == [4] and characters.decode(tokens, vocabulary) == [one]
    assert characters.vocabulary([[two]]).index == {one: 3}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda v: characters.vocabulary("abc"), "strings: expected a list of strings, got 'abc'"),
        (lambda v: characters.vocabulary([]), r"strings: expected at least one, .* got \[\]"),
        (lambda v: characters.vocabulary(["a", ""]), r"strings: .* none of them empty, got \[''\]"),
        (lambda v: characters.vocabulary(["a", 3]), r"strings: .* got \[3\]"),
        (lambda v: characters.vocabulary(3), "strings: expected a list of strings, got 3"),
        (lambda v: characters.encode(["ab", "a!?"], v), r"strings: .* of the vocabulary, got '!', '\?' in 'a!\?'"),
        (lambda v: characters.encode([""], v), "strings: expected at least one"),
        (lambda v: characters.decode(np.ones((2, 2)), v), r"tokens: expected integers of shape \(T, N\), got float64"),
        (lambda v: characters.decode(np.ones(2, int), v), r"tokens: expected integers .* got int64 of shape \(2,\)"),
        (lambda v: characters.decode(np.array([[7]]), v), r"tokens: expected characters, 3 to 6, got \[7\]"),
        (lambda v: characters.decode(np.array([[BOS]]), v), r"tokens: expected characters, 3 to 6, got \[1\]"),
        (lambda v: characters.decode(np.ma.array([[3]]), v), "tokens: expected a plain array"),
        (lambda v: characters.vocabulary([["a", ""]]), r"strings: .* none of them empty, got \[\['a', ''\]\]"),
        (lambda v: characters.vocabulary([[]]), r"strings: .* none of them empty, got \[\[\]\]"),
        (lambda v: characters.vocabulary([["a", 3]]), r"strings: .* got \[\['a', 3\]\]"),
        (
            lambda v: characters.vocabulary([["a"], "a"]),
            "strings: expected strings or lists of words, got some of both",
        ),
        (
            lambda v: characters.vocabulary(WORDS, min_count=0),
            "min_count: expected a whole number of at least 1, got 0",
        ),
        (lambda v: characters.vocabulary(WORDS, min_count=3), "min_count: expected at most 2, .* got 3"),
        (
            lambda v: characters.encode([["a", "b"]], v),
            "strings: expected what the vocabulary is of, .* got lists of words",
        ),
        (lambda v: characters.encode(["a\u0302"], v), r"strings: .* of the vocabulary, got 'â' in 'â'"),
        (lambda v: characters.encode(["b\u0302"], v), r"strings: .* of the vocabulary, got '\\u0302' in"),
        (lambda v: characters.encode(["a"], 3), "vocabulary: expected one of characters.vocabulary, .* got int"),
        (lambda v: characters.decode([[3]], RUNNING), r"vocabulary: expected one of .* got \('a', 'b', 'c'\)"),
        (lambda v: characters.encode(["ab"], RUNNING), r"vocabulary: expected one of .* got \('a', 'b', 'c'\)"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call(characters.vocabulary(WORDS))
