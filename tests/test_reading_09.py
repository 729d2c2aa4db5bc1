"""Rewriting one string: the temperature is what it says, and what cannot be read is refused in words."""

import numpy as np
import pytest

from helpers import attention, decoding, seq2seq
from helpers.data import characters
from lessons import reading_09

KNOWN = characters.vocabulary(["1. mai 2024", "märz"]), characters.vocabulary(["2024-05-01"])
BAD_TEMPERATURES = (0, 0.0, -1, -0.5, np.nan, np.inf, None, "1", True)


def network(score="dot", seed=0, dtype=np.float64):
    sizes = [len(known.words) for known in KNOWN]
    return seq2seq.init(np.random.default_rng(seed), *sizes, 8, 4, attention=score, bidirectional=True, dtype=dtype)


@pytest.mark.parametrize("score", [None, *attention.SCORES])
def test_it_writes_what_greedy_decoding_writes(score):
    params = network(score)
    made = reading_09.rewrite(params, " 1. Mai 2024 ", KNOWN, score=score)
    plain = decoding.greedy(params, *characters.encode(["1. mai 2024"], KNOWN[0]), steps=11, attention=score)
    assert made.source == "1. mai 2024" and made.written == characters.decode(plain.tokens, KNOWN[1])[0]
    assert made.ended == (plain.tokens[-1, 0] == characters.EOS)
    np.testing.assert_allclose(np.log(made.probabilities).sum(), plain.log_probability[0], rtol=1e-12)
    if score is None:
        assert made.weights is None
    else:
        np.testing.assert_allclose(made.weights, plain.weights[0], rtol=1e-10)
        assert made.weights.shape == (len(made.probabilities), len(made.source))


@pytest.mark.parametrize("score", attention.SCORES)
@pytest.mark.parametrize("temperature", [0.25, 1, 3])
def test_the_weights_are_the_softmax_of_the_scores_over_the_temperature(score, temperature):
    params = network(score)
    memory, _ = seq2seq.encode(params, *characters.encode(["1. mai"], KNOWN[0]))
    inputs = np.array([[characters.BOS], [4]])
    _, before, _, _ = seq2seq.decode(params, memory, inputs, attention=score)
    kept = {name: {key: np.array(a) for key, a in params.get(name, {}).items()} for name in ("attention", "combine")}
    other, name = reading_09.sharpened(params, score, temperature)
    _, after, _, _ = seq2seq.decode(other, memory, inputs, attention=name)
    powers = before ** (1 / temperature)  # a softmax of s / τ is that of s to the power 1/τ, over its sum
    np.testing.assert_allclose(after, powers / powers.sum(axis=-1, keepdims=True), rtol=1e-9)
    for part, arrays in kept.items():
        assert all(np.array_equal(params[part][key], array) for key, array in arrays.items())
    assert ("attention" in params) == (score in ("general", "additive"))


def test_small_floats_stay_small():
    for score in attention.SCORES:
        params, _ = reading_09.sharpened(network(score, dtype=np.float32), score, 0.5)
        assert all(array.dtype == np.float32 for array in params["attention"].values())


def test_an_answer_that_does_not_end_is_told():
    params = network()
    params["output"]["b_out"][0] = -100  # no EOS
    made = reading_09.rewrite(params, "mai", KNOWN, score="dot")
    assert not made.ended and len(made.written) == 11 == len(made.weights)
    params["output"]["b_out"][0] = 100
    made = reading_09.rewrite(params, "mai", KNOWN, score="dot")
    assert made.ended and made.written == "" and len(made.weights) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one character, got ''"),
        ("  ", "at least one character"),
        (None, "at least one character, got None"),
        ("1. mai 2O24!", "'!', 'o' never occurred in training; known are ' .0124aimrzä'"),
        ("3", "'3' never occurred"),
        ("1. mai 2024 1. mai", "at most 12 characters, the longest in training, got 18"),
    ],
)
def test_a_text_that_cannot_be_read(text, words):
    with pytest.raises(ValueError, match=r"^text: ") as caught:
        reading_09.rewrite(network(), text, KNOWN, score="dot", longest=12)
    assert words in str(caught.value)


def test_the_longest_text_is_read():
    assert reading_09.rewrite(network(), "1. mai 2024", KNOWN, score="dot", longest=11).source == "1. mai 2024"
    with pytest.raises(ValueError, match="got 11"):
        reading_09.rewrite(network(), "1. mai 2024", KNOWN, score="dot", longest=10)


@pytest.mark.parametrize("temperature", BAD_TEMPERATURES)
@pytest.mark.parametrize("score", [None, *attention.SCORES])
def test_a_bad_temperature(score, temperature):
    with pytest.raises(ValueError, match="temperature: expected a finite number above 0, got"):
        reading_09.rewrite(network(score), "mai", KNOWN, score=score, temperature=temperature)


def test_a_bad_score_or_the_wrong_parameters():
    with pytest.raises(ValueError, match="score: expected one of"):
        reading_09.sharpened(network(), "cosine", 1)
    with pytest.raises(ValueError, match="params: expected a dict with the keys"):
        reading_09.rewrite(network("general"), "mai", KNOWN, score=None)
    for trained, asked in ((None, "dot"), ("dot", "general"), ("general", "additive"), (None, "scaled_dot")):
        with pytest.raises(ValueError, match=f"params: expected a part '.*' for the score '{asked}'"):
            reading_09.rewrite(network(trained), "mai", KNOWN, score=asked)
    with pytest.raises(ValueError, match=r"params\['source'\]\['E'\]: expected a row for each of 15 tokens"):
        reading_09.rewrite(network() | {"source": {"E": np.zeros((3, 4))}}, "mai", KNOWN, score="dot")
    with pytest.raises(ValueError, match=r"params\['target'\]\['E'\]: expected a row"):
        reading_09.rewrite({k: v for k, v in network().items() if k != "target"}, "mai", KNOWN, score="dot")
