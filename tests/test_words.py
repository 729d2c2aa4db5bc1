"""A vocabulary, neighbours, analogies, and a text file that comes back; broken lines are named."""

import numpy as np
import pytest

from helpers.data import words

pytestmark = pytest.mark.filterwarnings("error")

VOCABULARY = words.build_vocabulary("a a a b b c".split(), 1)


def test_words_stand_by_falling_count_and_alphabet():
    found = words.build_vocabulary("the cat the dog cat bird the ox".split(), 1)
    assert found.words == ("the", "cat", "bird", "dog", "ox") and len(found) == 5
    assert found.counts.tolist() == [3, 2, 1, 1, 1] and found.index["dog"] == 3


def test_rare_words_have_no_id():
    found = words.build_vocabulary("the cat the dog cat the".split(), 2)
    assert found.words == ("the", "cat")
    assert words.encode("the dog saw the cat".split(), found).tolist() == [0, 0, 1]
    assert words.encode([], found).shape == (0,) and words.encode([], found).dtype.kind == "i"


@pytest.mark.parametrize(
    ("given", "least", "told"),
    [
        ("a a b".split(), 3, "leaves a word, got 3; the commonest has 2"),
        ([], 5, "the commonest has 0"),
        ("text", 1, "a list of words, got one string"),
        ("a a".split(), 0, "min_count: expected a whole number of at least 1, got 0"),
    ],
)
def test_an_empty_vocabulary(given, least, told):
    with pytest.raises(ValueError, match=told):
        words.build_vocabulary(given, least)


def test_most_similar():
    rows = np.array([[2.0, 0], [1, 1], [-3, 0.1]])
    (first, second) = words.most_similar(rows, VOCABULARY, "a")
    assert first == ("b", pytest.approx(np.sqrt(0.5))) and second[0] == "c" and second[1] < -0.99
    assert len(words.most_similar(rows, VOCABULARY, "a", k=1)) == 1


def test_a_row_of_zeros_is_like_nothing():
    found = words.most_similar(np.array([[1.0, 0], [0, 0], [0, 2]]), VOCABULARY, "b")
    assert [value for _, value in found] == [0, 0] and [word for word, _ in found] == ["a", "c"]


def test_analogy_is_of_unit_rows_and_leaves_its_words_out():
    four = words.build_vocabulary("a a a a b b b c c d".split(), 1)
    rows = np.array([[1.0, 0, 0], [0, 5, 0], [1, 0, 1], [0, 1, 1]])
    (best,) = words.analogy(rows, four, "a", "b", "c")
    unit = np.array([-1 + 0.5**0.5, 1, 0.5**0.5])
    assert best == ("d", pytest.approx(unit @ [0, 1, 1] / np.linalg.norm(unit) / np.sqrt(2)))
    assert words.analogy(np.zeros((4, 2)), four, "a", "b", "c") == [("d", 0.0)]


def test_an_unknown_word_names_near_spellings():
    known = words.build_vocabulary(["soldier", "soldiers", "gold"], 1)
    with pytest.raises(KeyError, match=r"'solder' is not among the 3 words .* did you mean soldier, soldiers"):
        words.most_similar(np.eye(3), known, "solder")
    with pytest.raises(KeyError, match="nothing is spelled like it"):
        words.analogy(np.eye(3), known, "gold", "xyzzy", "soldier")


def test_rows_must_fit():
    for bad in (np.eye(4), np.ones(3)):
        with pytest.raises(ValueError, match=r"vectors: expected shape \(V, d\) with V = 3"):
            words.most_similar(bad, VOCABULARY, "a")


def test_text_comes_back(tmp_path):
    rows = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    words.save_text(tmp_path / "v.txt", rows, VOCABULARY)
    text = (tmp_path / "v.txt").read_bytes()
    assert text.startswith(b"3 5\na ") and text.endswith(b"\n") and b"\r" not in text
    back, found = words.load_text(tmp_path / "v.txt")
    assert back.dtype == np.float32 and found.words == VOCABULARY.words and found.counts.tolist() == [0, 0, 0]
    np.testing.assert_array_equal(back, rows)
    assert found.index == VOCABULARY.index


def test_words_with_spaces_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="without white space, got 'new york'"):
        words.save_text(tmp_path / "v.txt", np.eye(1), words.build_vocabulary(["new york"], 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: expected two whole numbers, V and d, got ''"),
        ("a 1 2\n", "line 1: expected two whole numbers"),
        ("0 2\n", "line 1"),
        ("2 2\na 1 2\nb 1\n", "line 3: expected a word that is new and d = 2 numbers, got 'b 1'"),
        ("2 2\na 1 2 3\n", "line 2"),
        ("2 2\na 1 2\n\nb 1 2\n", "line 3"),
        ("2 2\na 1 2\na 1 2\n", "line 3: expected a word that is new"),
        ("2 2\na 1 2\nb 1 x\n", "line 3: expected d = 2 numbers after 'b'"),
        ("2 2\na 1 2\nb 1 2\nc 1 2\n", "line 4: expected an end after V = 2 words"),
        ("2 2\na 1 2\n", r"expected V = 2 words, got 1"),
    ],
)
def test_a_broken_line_is_named(tmp_path, text, told):
    (tmp_path / "v.txt").write_text(text)
    with pytest.raises(ValueError, match=told):
        words.load_text(tmp_path / "v.txt")
