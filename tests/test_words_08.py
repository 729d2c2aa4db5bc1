"""The planted grammar says what it should, and its key is complete."""

from collections import Counter

import numpy as np
import pytest

from helpers.data.words import build_vocabulary
from lessons import words_08

pytestmark = pytest.mark.filterwarnings("error")


def test_the_key_is_complete():
    rows = words_08._analogies()
    assert len(rows) == len(set(rows)) == 3960 and len(set(words_08._WORDS)) == 72
    assert ("walk", "walked", "talk", "talked") in rows
    assert {word for row in rows for word in row} == set(words_08._WORDS)


def split(words):
    places = np.array([words_08._WORDS.index(word) for word in words])
    return places // 6, places % 6


def test_a_stretch_shares_its_verb_or_its_form(monkeypatch):
    monkeypatch.setattr(words_08, "_NOISE", 0.0)
    words = words_08.corpus(np.random.default_rng(0), 8000)
    verb, form = (part.reshape(-1, 8) for part in split(words))
    for v, f in zip(verb, form, strict=True):  # one verb and one form explain every word of a stretch
        assert any(((v == a) | (f == b)).all() for a in range(12) for b in range(6))
    for part in (verb, form):  # each is the topic's in half of the words, and by chance in some of the others
        assert 0.25 < np.mean(part[:, 1:] == part[:, :-1]) < 0.5


def test_forms_are_even_and_verbs_are_not():
    verb, form = map(Counter, split(words_08.corpus(np.random.default_rng(0), 60_000)))
    assert max(form.values()) < 1.15 * min(form.values())
    assert 1.8 < verb[0] / verb[1] < 2.2 and 10 < verb[0] / verb[11] < 14


def test_noise_is_without_regard_to_the_topic(monkeypatch):
    share = []
    for noise in (0.0, 1.0):
        monkeypatch.setattr(words_08, "_NOISE", noise)
        verb, _ = split(words_08.corpus(np.random.default_rng(1), 20_000))
        share.append(np.mean(verb[:-1] == verb[1:]))
    assert share[0] > share[1] + 0.1


def test_length_and_seed():
    one, again = (words_08.corpus(np.random.default_rng(3), 13) for _ in range(2))
    assert len(one) == 13 and one == again


def test_score_of_a_perfect_and_an_empty_table():
    vocabulary = build_vocabulary(words_08._WORDS, 1)
    rows = np.zeros((72, 18))
    for place, word in enumerate(words_08._WORDS):
        rows[vocabulary.index[word], [place // 6, 12 + place % 6]] = 1
    assert words_08.score(rows, vocabulary) == 1.0
    assert words_08.score(np.random.default_rng(0).standard_normal((72, 18)), vocabulary) < 0.05
    few = build_vocabulary(["walk", "walked", "talk", "talked"], 1)
    assert words_08.score(np.eye(4), few) == pytest.approx(4 / 3960)  # its missing words count as missed
    assert words_08.score(np.eye(1), build_vocabulary(["walk"], 1)) == 0


def test_learn_is_the_same_for_the_same_seed():
    (one, known), (again, _) = (words_08.learn(0, 2000, epochs=1) for _ in range(2))
    assert np.array_equal(one, again) and one.shape == (len(known), 20) and one.dtype == np.float64


def test_own_rate_is_the_one_with_the_highest_median():
    medians = [("cbow", "0.1", "0.4"), ("cbow", "0.2", "0.9"), ("skip-gram", "0.1", "0.8")]
    rows = [{"setting": "model", "value": v, "rate": r, "median": m} for v, r, m in medians]
    best = words_08.at_own_rate([*rows, {**rows[0], "setting": "dim", "median": "1"}], "model")
    assert [(row["value"], row["rate"]) for row in best] == [("cbow", "0.2"), ("skip-gram", "0.1")]


def test_places_cosines_and_spellings():
    assert [words_08.place(word) for word in ("walk", "walkers", "climbers")] == [0, 5, 71]
    assert np.allclose(words_08.cosines(np.array([[2.0, 0], [0, 3], [1, 1]])), [0, 0.5**0.5, 0.5**0.5])
    known = build_vocabulary(["gold", "silver", "golden"], 1)
    typed = ("gold", " GOLDE", "silber", "")
    assert [words_08.nearest_spelling(word, known) for word in typed] == ["gold", "golden", "silver", known.words[0]]


def test_the_map_counts_neighbours_of_one_group():
    places = np.array([[0.0, 0], [1, 0], [5, 0], [5, 1], [1, 2]])
    assert words_08.own_nearest(places, [0, 0, 1, 1, 1]) == 4
    names = [(word, group) for word, group in zip("abcde", [0, 0, 1, 1, 1], strict=True)]
    said = words_08.map_sentence(places, [*names, ("xyz", 1)], names)
    assert said.startswith("4 of 5 words have") and said.endswith("Not among the 2,500 words: xyz.")
    assert words_08.map_sentence(places, names, names).endswith("on the map.")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: words_08.corpus(np.random.default_rng(), 0), "words: expected"),
        (lambda: words_08.corpus(0, 5), "rng: expected"),
    ],
)
def test_refuses(call, told):
    with pytest.raises(ValueError, match=told):
        call()
