"""A vocabulary, neighbours, analogies, and a text file that comes back; broken lines are named."""

import difflib
import gzip
import re
import time

import numpy as np
import pytest

from helpers.data import characters, words

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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("i am a cat", r"a list of words, got one string \(texts.words splits it\)"),
        (["a", ["b"]], "expected strings, or sentences of strings, got list"),
        ([["a"], "b"], "a list of words, got one string"),
        ([[["a"]]], "expected strings, or sentences of strings, got list"),
        ([3, 1, 3], "a list of words, got int"),
        (["a", 3], "got int"),
        (["a", None], "got NoneType"),
        ([float("nan"), "a"], "got float"),
        (b"a b", "got int"),
        ([b"a"], "got int"),
        (None, "got NoneType"),
        (np.ma.masked_equal(["a", "b"], "b"), "got MaskedConstant"),
    ],
)
def test_what_is_no_list_of_words_is_refused(given, told):
    with pytest.raises(ValueError, match=f"words: .*{told}"):
        words.build_vocabulary(given, 1)
    with pytest.raises(ValueError, match=f"words: .*{told}"):
        words.encode(given, VOCABULARY)


def test_sentences_and_generators_are_taken():
    text = [["a", "b"], [], ["c", "a", "x"]]
    flat = [word for sentence in text for word in sentence]
    for given in (flat, tuple(flat), iter(flat), np.array(flat), text, iter(text), (iter(part) for part in text)):
        found = words.build_vocabulary(given, 1)
        assert found.words == ("a", "b", "c", "x") and found.counts.tolist() == [2, 1, 1, 1]
    for given in (text, iter(text), (iter(part) for part in text), [tuple(part) for part in text]):
        assert [ids.tolist() for ids in words.encode(given, VOCABULARY)] == [[0, 1], [], [2, 0]]
    assert words.encode(iter(flat), VOCABULARY).tolist() == words.encode(np.array(flat), VOCABULARY).tolist()
    assert {ids.dtype for ids in words.encode(text, VOCABULARY)} == {np.dtype(np.intp)}


def test_most_similar():
    rows = np.array([[2.0, 0], [1, 1], [-3, 0.1]])
    (first, second) = words.most_similar(rows, VOCABULARY, "a")
    assert first == ("b", pytest.approx(np.sqrt(0.5))) and second[0] == "c" and second[1] < -0.99
    assert len(words.most_similar(rows, VOCABULARY, "a", k=1)) == 1


def test_neighbours_of_a_vector_and_of_words():
    rows = np.array([[2.0, 0], [1, 1], [0, 3]])
    assert words.most_similar(rows, VOCABULARY, ["b"]) == words.most_similar(rows, VOCABULARY, "b")
    ((best, cosine),) = words.most_similar(rows, VOCABULARY, ["a", "c"])  # the longer row counts no more
    assert best == "b" and cosine == pytest.approx(1)
    for vector in (np.array([0.0, 0.5]), [0, 5], np.array([0, 1e30], np.float32)):  # c itself is not left out
        assert [word for word, _ in words.most_similar(rows, VOCABULARY, vector)] == ["c", "b", "a"]
        assert words.most_similar(rows, VOCABULARY, vector, 1)[0][1] == pytest.approx(1)
    assert words.most_similar(rows, VOCABULARY, np.array(["a", "b"]))[0][0] == "c"
    with pytest.raises(KeyError, match="'zz' is not among"):
        words.most_similar(rows, VOCABULARY, ["a", "zz"])


@pytest.mark.parametrize("word", [[], np.ones(3), np.ones((1, 2)), 3, None, [np.nan, 1], ["a", 1.5, None], [1, np.inf]])
def test_what_has_no_neighbours_is_refused(word):
    with pytest.raises((ValueError, KeyError), match="word"):
        words.most_similar(np.eye(3)[:, :2], VOCABULARY, word)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_vectors_that_are_not_finite_are_told(bad, tmp_path):
    rows = np.array([[2.0, 0], [1, bad], [0, 3]])
    for call in (
        lambda: words.most_similar(rows, VOCABULARY, "a"),
        lambda: words.most_similar(rows, VOCABULARY, np.ones(2)),
        lambda: words.analogy(rows, VOCABULARY, "a", "b", "c"),
        lambda: words.save_text(tmp_path / "v.txt", rows, VOCABULARY),
    ):
        with pytest.raises(
            FloatingPointError, match="vectors: expected finite numbers, got NaN or inf in the row of 'b'"
        ):
            call()
    assert not (tmp_path / "v.txt").exists()


def test_masked_vectors_are_refused():
    rows = np.ma.masked_equal(np.eye(3), 0)
    for call in (
        lambda: words.most_similar(rows, VOCABULARY, "a"),
        lambda: words.most_similar(np.eye(3), VOCABULARY, rows[0]),
    ):
        with pytest.raises(ValueError, match="got a masked one"):
            call()


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_rows_whose_squares_leave_float32_have_neighbours(size):
    rows = np.array([[2.0, 0], [1, 1], [-3, 0.1]], np.float32)
    small = [value for _, value in words.most_similar(rows, VOCABULARY, "a")]
    found = [value for _, value in words.most_similar(rows * np.float32(size), VOCABULARY, "a")]
    np.testing.assert_allclose(found, small, rtol=1e-6)


def test_a_row_of_zeros_is_like_nothing():
    rows = np.array([[1.0, 0], [0, 0], [0, 2]])
    assert words.most_similar(rows, VOCABULARY, "a") == [("b", 0.0), ("c", 0.0)]
    for word in ("b", [0.0, 0.0], ["b", "b"]):
        with pytest.raises(ValueError, match=r"^word: expected a vector that points somewhere, got one of zeros"):
            words.most_similar(rows, VOCABULARY, word)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [2.0**-100, 1.0, 2.0**126, 2.0**-800, 2.0**1000, 2.0**-1060])
def test_cosines_of_any_size(size, dtype):
    """Squares leave the range, cosines do not; a power of two costs no digit."""
    rows = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    size = size if abs(np.log2(size)) < 127 or dtype is np.float64 else 3e37
    large = np.array([rows[0], rows[1] * dtype(size), rows[2]])
    for word in ("a", "b", ["a", "b"]):
        found, wanted = (words.most_similar(given, VOCABULARY, word) for given in (large, rows))
        loose = 1e-3 if size < 2.0**-1050 and dtype is np.float64 else 1e-6
        assert [w for w, _ in found] == [w for w, _ in wanted]
        np.testing.assert_allclose([c for _, c in found], [c for _, c in wanted], rtol=loose)
    by_row = words.most_similar(large, VOCABULARY, large[1])
    assert by_row[0] == ("b", pytest.approx(1, rel=1e-3))


@pytest.mark.parametrize("bad", [{"a": 0, "b": 1, "c": 2}, ["a", "b", "c"], None, ("a", "b", "c")])
def test_what_is_no_vocabulary_is_refused(bad, tmp_path):
    rows, told = np.eye(3), "^vocabulary: expected one of build_vocabulary or load_text, got a "
    for call in (
        lambda: words.encode(["a"], bad), lambda: words.encode([["a"]], bad), lambda: words.unit_rows(rows, bad),
        lambda: words.most_similar(rows, bad, "a"), lambda: words.analogy(rows, bad, "a", "b", "c"),
        lambda: words.save_text(tmp_path / "v.txt", rows, bad),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=told):
            call()


def test_the_name_of_a_special_token_is_no_word():
    known = characters.vocabulary([["la", "mer"]], unknown=True)
    with pytest.raises(KeyError, match="'<PAD>' is the name of the special token 0, no word of a text"):
        known.id_of("<PAD>")
    with pytest.raises(KeyError, match="special token 3"):
        known.id_of("<UNK>")


def test_analogy_is_of_unit_rows_and_leaves_its_words_out():
    four = words.build_vocabulary("a a a a b b b c c d".split(), 1)
    rows = np.array([[1.0, 0, 0], [0, 5, 0], [1, 0, 1], [0, 1, 1]])
    (best,) = words.analogy(rows, four, "a", "b", "c")
    unit = np.array([-1 + 0.5**0.5, 1, 0.5**0.5])
    assert best == ("d", pytest.approx(unit @ [0, 1, 1] / np.linalg.norm(unit) / np.sqrt(2)))
    with pytest.raises(ValueError, match="got one of zeros"):
        words.analogy(np.zeros((4, 2)), four, "a", "b", "c")


def test_an_unknown_word_names_near_spellings():
    known = words.build_vocabulary(["soldier", "soldiers", "gold"], 1)
    with pytest.raises(KeyError, match=r"'solder' is not among the 3 words .* did you mean soldier, soldiers"):
        words.most_similar(np.eye(3), known, "solder")
    with pytest.raises(KeyError, match="nothing is spelled like it"):
        words.analogy(np.eye(3), known, "gold", "xyzzy", "soldier")


def test_the_other_normal_form_is_told():
    known = words.build_vocabulary(["caf\u00e9", "nai\u0308ve"], 1)
    for word, form in (("cafe\u0301", "NFC"), ("na\u00efve", "NFD")):
        with pytest.raises(KeyError, match=rf"unicodedata.normalize\('{form}', word\), which looks alike, is"):
            known.id_of(word)


def many_words(count):
    r, letters = np.random.default_rng(0), np.array(list("etaoinshrdlucmfw"))
    found = {}
    while len(found) < count:
        sizes = r.integers(3, 12, count)
        found |= dict.fromkeys("".join(letters[r.integers(0, 16, n)]) for n in sizes)
    return tuple(found)[:count]


def test_near_spellings_among_many_words_come_soon():
    known = many_words(100_000)
    vocabulary = words.Vocabulary(known, {word: i for i, word in enumerate(known)}, np.zeros(len(known)))
    took = []
    for word in known[:5]:
        start = time.process_time()
        with pytest.raises(KeyError, match=f"did you mean {word}"):
            vocabulary.id_of(word + "q")
        took.append(time.process_time() - start)
    assert min(took) < 0.15  # 0.03 on an idle core, difflib alone 0.3 to 1


@pytest.mark.parametrize("count", [1, 2, 299, 300, 301, 2000])
def test_near_spellings_are_those_of_difflib(count):
    known = many_words(count)
    for word in (*(known[i][1:] + "e" for i in range(0, count, 1 + count // 8)), "", "xyz", "é"):
        assert words._near(word, known)[:1] == difflib.get_close_matches(word, known, 1)


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


ODD = (
    "a\u00a0b",
    "\u3000x",
    "x\u0085",
    "\u2028",
    "x\r",
    "\rx",
    "\tx",
    "x\x0c",
    "\x1c",
    "\ufeffx",
    "e\u0301",
    "\u00e9",
    "a\0",
    "",
)


def test_words_come_back_as_gensim_has_them(tmp_path):
    rows = np.arange(2 * len(ODD), dtype=np.float32).reshape(-1, 2) / 7
    vocabulary = words.Vocabulary(ODD, {word: i for i, word in enumerate(ODD)}, np.zeros(len(ODD)))
    words.save_text(tmp_path / "v.txt", rows, vocabulary)
    lines = [f"{word} {a:.9g} {b:.9g}\n" for word, (a, b) in zip(ODD, rows, strict=True)]
    assert (tmp_path / "v.txt").read_bytes() == "".join([f"{len(ODD)} 2\n", *lines]).encode()
    back, found = words.load_text(tmp_path / "v.txt")
    assert found.words == ODD and np.array_equal(back, rows)


@pytest.mark.parametrize(
    "text", ["1 1\n\u00a0the 1", "1 1\r\n\u00a0the 1\r\n", "1 1 \n\u00a0the 1 \n\n", "1  1\n\u00a0the 1.0\n \r\n\n"]
)
def test_what_gensim_reads_is_read(tmp_path, text):
    (tmp_path / "v.txt").write_bytes(text.encode())
    rows, found = words.load_text(tmp_path / "v.txt")
    assert found.words == ("\u00a0the",) and rows.tolist() == [[1]]


@pytest.mark.parametrize("word", ["new york", "a\nb", " ", "\n", 3, None])
def test_words_that_cannot_be_read_back_are_not_written(tmp_path, word):
    with pytest.raises(ValueError, match=re.escape(f"without a space or a line break, got {word!r}")):
        words.save_text(tmp_path / "v.txt", np.eye(1), words.Vocabulary((word,), {word: 0}, np.ones(1)))
    assert not (tmp_path / "v.txt").exists()


def test_files_that_are_no_text_are_told(tmp_path):
    binary = b"2 2\na " + np.float32([1, 2]).tobytes() + b"b " + np.float32([3, 4]).tobytes()
    for data, line in ((gzip.compress(b"1 1\na 1\n"), 1), (binary, 2), ("1 1\né 1\n".encode("latin-1"), 2)):
        (tmp_path / "v.txt").write_bytes(data)
        with pytest.raises(
            ValueError, match=rf"v.txt, line {line}: .*unpack a .gz file, save a binary one as text, in UTF-8"
        ):
            words.load_text(tmp_path / "v.txt")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: expected two whole numbers, V and d, got ''"),
        ("a 1 2\n", "line 1: expected two whole numbers"),
        ("0 2\n", "line 1: expected two whole numbers, V and d, of at least 1, that 4 bytes can hold, got '0 2'"),
        ("9999999999 300\na 1\n", "line 1: .* that 19 bytes can hold, got '9999999999 300'"),
        ("1 9999999999\na 1\n", "line 1: .* that 17 bytes can hold"),
        ("-1 2\n", "line 1: .* of at least 1"),
        ("1 1\nthe  1\n", "line 2: expected a word that is new and d = 1 numbers, got 'the  1'"),
        ("1 1\n the 1\n", "line 2: .* got ' the 1'"),
        ("1 1\nthe\t1\n", "line 2"),
        ("2 2\na 1 2\nb 1\n", "line 3: expected a word that is new and d = 2 numbers, got 'b 1'"),
        ("2 2\na 1 2 3\n", "line 2"),
        ("2 2\na 1 2\n\nb 1 2\n", "line 3"),
        ("2 2\na 1 2\na 1 2\n", "line 3: expected a word that is new"),
        ("2 2\na 1 2\nb 1 nan\n", "line 3: expected d = 2 finite numbers after 'b'"),
        ("2 2\na 1 -inf\nb 1 2\n", "line 2: expected d = 2 finite numbers after 'a'"),
        ("1 1\na 1e39\n", "line 2: expected d = 1 finite numbers after 'a'"),
        ("2 2\na 1 2\nb 1 x\n", "line 3: expected d = 2 finite numbers after 'b'"),
        ("2 2\na 1 2\nb 1 2\nc 1 2\n", "line 4: expected an end after V = 2 words"),
        ("2 2\na 1 2\n", r"expected V = 2 words, got 1"),
    ],
)
def test_a_broken_line_is_named(tmp_path, text, told):
    (tmp_path / "v.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        words.load_text(tmp_path / "v.txt")
