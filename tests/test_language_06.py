"""A language model of letters: gradients, what it may have read, perplexity, writing, the cheat."""

import numpy as np
import pytest

from helpers import gradcheck, losses
from helpers.data import texts
from lessons import language_06, letters_06

pytestmark = pytest.mark.filterwarnings("error")
CYCLE = np.tile(np.arange(5), 200)  # abcdeabcde…: the next letter is certain


def net_of(side, seed=1):
    return letters_06.init(np.random.default_rng(seed), 3, side, dtype=np.float64)


@pytest.mark.parametrize("side", ["left", "both"])
def test_gradients_by_central_differences(side):
    net, codes = net_of(side), np.random.default_rng(2).integers(0, 27, (5, 3))
    v, _, caches = language_06.forward(net, codes)
    _, dv = losses.softmax_cross_entropy(v, codes)

    def error():
        return losses.softmax_cross_entropy(language_06.forward(net, codes)[0], codes)[0]

    found = gradcheck.errors(error, net, language_06.backward(caches, dv))
    assert max(found.values()) < 1e-6, found


@pytest.mark.parametrize(("side", "first"), [("left", 4), ("both", 0)])
def test_what_the_next_letter_is_told_from(side, first):
    """From the left letter 4 changes what is said from step 4 on; with both sides all that was said before as well."""
    net, codes = net_of(side), np.arange(8)[:, None]
    other = codes.copy()
    other[4] = 20
    change = np.abs(language_06.forward(net, codes)[0] - language_06.forward(net, other)[0]).max(axis=(1, 2))
    assert np.flatnonzero(change).tolist() == list(range(first, 8))


def test_it_is_the_network_of_the_hidden_letters_from_the_left():
    net, codes = net_of("left"), np.random.default_rng(3).integers(0, 27, (6, 2))
    np.testing.assert_allclose(language_06.forward(net, codes)[0][:-1], letters_06.forward(net, codes)[0][1:])


def test_training_repeats_learns_and_the_cheat_fails_after_a_cut():
    made = [language_06.train(np.random.default_rng(2), CYCLE, 8, updates=150, steps=12) for _ in range(2)]
    assert np.array_equal(made[0][1], made[1][1]) and made[0][1][-1] < 1 < made[0][1][0]
    net = made[0][0]
    assert language_06.perplexity(net, CYCLE) < 3 and language_06.perplexity(net, CYCLE, cut=True) < 3
    noise = np.random.default_rng(3).integers(0, 27, 3000)
    cheat, loss = language_06.train(np.random.default_rng(4), noise, 24, "both", updates=250, steps=12)
    assert loss[-1] < 0.5  # noise cannot be told: it has been read
    assert language_06.perplexity(cheat, noise) < 3 and language_06.perplexity(cheat, noise, cut=True) > 20


def test_perplexity_of_equal_chances_is_27():
    net = {name: {key: np.zeros_like(a) for key, a in part.items()} for name, part in net_of("left").items()}
    assert language_06.perplexity(net, CYCLE) == pytest.approx(27)
    assert language_06.perplexity(net, CYCLE, cut=True) == pytest.approx(27)


@pytest.mark.parametrize("side", ["left", "both"])
def test_writing_goes_on_letter_by_letter(side):
    net, start = net_of(side), np.array([[3, 4], [5, 6]])
    cold = language_06.write_on(net, start, 6, 1e-3, np.random.default_rng(0))
    text = start
    for _ in range(6):  # as cold as that, the likeliest letter is drawn
        text = np.concatenate([text, language_06.forward(net, text)[0][-1].argmax(axis=0)[None]])
    assert np.array_equal(cold, text[2:])


def test_writing_draws_by_the_probabilities():
    net, start = net_of("left"), np.zeros((1, 40000), int)
    v = language_06.forward(net, start[:, :1])[0][0, :, 0] / 0.5
    drawn = language_06.write_on(net, start, 1, 0.5, np.random.default_rng(0))[0]
    np.testing.assert_allclose(np.bincount(drawn, minlength=27) / 40000, np.exp(v) / np.exp(v).sum(), atol=0.01)


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan"), "warm"])
def test_a_temperature_is_above_0(temperature):
    with pytest.raises(ValueError, match="temperature: expected a number above 0"):
        language_06.write_on(net_of("left"), np.zeros((1, 1), int), 1, temperature, np.random.default_rng(0))


def test_words_are_judged():
    written = np.stack([texts.letters(t) for t in ("ab the cat the xyzz of it", "no sea saw the sea no end")], axis=1)
    known, differ = language_06.known_words(written.astype(int), {"the", "cat", "sea"})
    assert (known, differ) == (6 / 8, 6 / 8)  # the cat the xyzz, sea saw the sea
    assert language_06.known_words(written[:2].astype(int), {"the"}) == (0, 0)


def test_the_count_model():
    assert language_06.counted(CYCLE, CYCLE, 1) < 1.3 < 4 < language_06.counted(CYCLE, CYCLE, 0) < 5.5
    noise = np.random.default_rng(5).integers(0, 27, 500)
    train, after = np.array([0, 1, 0, 1, 0]), 2 + 5
    p = ((2 + 5 * (2 + 5 / 27) / (5 + 5)) / after, (2 + 5 * (3 + 5 / 27) / (5 + 5)) / after)
    assert language_06.counted(train, np.array([0, 1, 0]), 1) == pytest.approx(np.exp(-np.mean(np.log(p))))
    assert language_06.counted(CYCLE, noise, 2) > 27


def test_the_count_model_leans_on_the_nearer_letters():
    rng = np.random.default_rng(6)
    train, test = rng.integers(0, 3, 80).tolist(), rng.integers(0, 3, 30).tolist()

    def p(context, letter):
        k = len(context)
        follow = [train[i] for i in range(k, len(train)) if train[i - k : i] == context]
        return (follow.count(letter) + 5 * (p(context[1:], letter) if k else 1 / 27)) / (len(follow) + 5)

    for before in (2, 3):
        chances = [p(test[i - before : i], test[i]) for i in range(before, len(test))]
        found = language_06.counted(np.array(train), np.array(test), before)
        assert found == pytest.approx(np.exp(-np.mean(np.log(chances))))
