"""Greedy and beam search against plain searches over every string."""

import itertools

import numpy as np
import pytest

from helpers import decoding, gru, lstm, rnn, seq2seq
from helpers.data.characters import BOS, EOS, PAD

pytestmark = pytest.mark.filterwarnings("error")

STEPS = 3
CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}
every_model = pytest.mark.parametrize(
    ("cell", "score", "bidirectional"), [("rnn", None, False), ("lstm", "dot", True), ("gru", "additive", False)]
)


def model(cell="gru", score="dot", bidirectional=False, seed=0):
    """Return parameters large enough for clear choices, sources of different lengths, and the options."""
    rng, options = np.random.default_rng(seed), {"cell": CELLS[cell], "attention": score}
    params = seq2seq.init(rng, 6, 6, 4, 3, bidirectional=bidirectional, **options)
    params["output"]["W_out"] *= 6
    return params, rng.integers(3, 6, (4, 5)), np.array([4, 1, 3, 2, 4]), options


def log_probability(params, source, answer, options):
    """Return log p of one answer, its EOS included if it has one, by teacher forcing over all steps."""
    memory, _ = seq2seq.encode(params, source, cell=options["cell"])
    inputs = np.array([[BOS, *answer[:-1]]]).T
    v = seq2seq.decode(params, memory, inputs, **options)[0][:, :, 0]
    logs = v - np.log(np.exp(v).sum(axis=1, keepdims=True))
    return sum(logs[t, token - EOS] for t, token in enumerate(answer))


def every_answer(steps=STEPS):
    """Yield every answer of at most so many tokens: those with EOS, and those that were cut off."""
    for length in range(steps):
        yield from ((*beginning, EOS) for beginning in itertools.product([3, 4, 5], repeat=length))
    yield from itertools.product([3, 4, 5], repeat=steps)


@every_model
@pytest.mark.parametrize("power", [0.0, 0.6, 1.0])
def test_a_wide_beam_is_an_exhaustive_search(cell, score, bidirectional, power):
    params, source, lengths, options = model(cell, score, bidirectional)
    found = decoding.beam(params, source, lengths, steps=STEPS, width=100, power=power, **options)
    for n, length in enumerate(lengths):
        answers = {a: log_probability(params, source[:length, n : n + 1], a, options) for a in every_answer()}
        assert len(found[n]) == len(answers) == 40
        order = sorted(answers, key=lambda a: (a[-1] != EOS, -answers[a] / len(a) ** power))
        for hypothesis, answer in zip(found[n], order, strict=True):
            assert hypothesis.ended == (answer[-1] == EOS)
            assert tuple(hypothesis.tokens) == answer[: len(answer) - hypothesis.ended]
            assert hypothesis.log_probability == pytest.approx(answers[answer], rel=1e-9)
            assert hypothesis.score == pytest.approx(answers[answer] / len(answer) ** power, rel=1e-9)
        assert np.exp([h.log_probability for h in found[n]]).sum() == pytest.approx(1)


def narrow(params, source, width, steps, options):
    """Search with a beam the plain way: lists of tuples, every probability from the start."""
    live, done = [()], []
    for _ in range(steps):
        grown = [(*beginning, token) for beginning in live for token in range(EOS, 6)]
        grown.sort(key=lambda answer: -log_probability(params, source, answer, options))
        done += [answer for answer in grown[:width] if answer[-1] == EOS]
        live = [answer for answer in grown[:width] if answer[-1] != EOS]
    order = lambda answer: (answer[-1] != EOS, -log_probability(params, source, answer, options))  # noqa: E731
    return sorted(done + live, key=order)[:width]


@every_model
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_narrow_beam_is_the_plain_one(cell, score, bidirectional, width):
    params, source, lengths, options = model(cell, score, bidirectional, seed=1)
    found = decoding.beam(params, source, lengths, steps=4, width=width, **options)
    for n, length in enumerate(lengths):
        wanted = narrow(params, source[:length, n : n + 1], width, 4, options)
        assert [(*h.tokens, *[EOS] * h.ended) for h in found[n]] == wanted


@every_model
def test_a_beam_of_one_is_greedy(cell, score, bidirectional):
    params, source, lengths, options = model(cell, score, bidirectional)
    written = decoding.greedy(params, source, lengths, steps=6, **options)
    for n, (best,) in enumerate(decoding.beam(params, source, lengths, steps=6, width=1, **options)):
        assert best.tokens.tolist() == written.tokens[: written.lengths[n], n].tolist()
        assert best.log_probability == pytest.approx(written.log_probability[n])
        assert best.ended == (EOS in written.tokens[:, n])


def test_a_longer_search_finds_what_greedy_misses():
    better = 0
    for seed in range(10):
        params, source, lengths, options = model(seed=seed)
        written = decoding.greedy(params, source, lengths, steps=STEPS, **options)
        wide = decoding.beam(params, source, lengths, steps=STEPS, width=30, **options)
        for n in range(5):
            if wide[n][0].ended and EOS in written.tokens[:, n]:
                assert wide[n][0].log_probability >= written.log_probability[n] - 1e-12
                better += wide[n][0].log_probability > written.log_probability[n] + 1e-6
    assert better


@every_model
@pytest.mark.parametrize("seed", range(8))
def test_greedy_tells_what_it_did(cell, score, bidirectional, seed):
    params, source, lengths, options = model(cell, score, bidirectional, seed)
    written = decoding.greedy(params, source, lengths, steps=7, **options)
    T, N = written.tokens.shape
    assert written.probabilities.shape == (T, 6, N) and T <= 7
    assert not written.probabilities[:, [PAD, BOS]].any()
    for n in range(N):
        column = written.tokens[:, n].tolist()
        used = column.index(EOS) + 1 if EOS in column else T
        assert written.lengths[n] == used - (EOS in column) and not any(column[used:])
        np.testing.assert_allclose(written.probabilities[:used, :, n].sum(axis=1), 1)
        assert not written.probabilities[used:, :, n].any()
        chosen = written.probabilities[np.arange(used), column[:used], n]
        assert np.array_equal(chosen, written.probabilities[:used, :, n].max(axis=1))
        assert written.log_probability[n] == pytest.approx(np.log(chosen).sum())
        alone = log_probability(params, source[: lengths[n], n : n + 1], column[:used], options)
        assert written.log_probability[n] == pytest.approx(alone)
        if score is not None:
            weights = written.weights[n]
            assert weights.shape == (T, 4) and not weights[used:].any() and not weights[:, lengths[n] :].any()
            np.testing.assert_allclose(weights[:used].sum(axis=1), 1)
    assert (written.weights is None) == (score is None)


def test_greedy_stops_when_all_have_ended():
    params, source, lengths, options = model()
    params["output"]["b_out"][0] = 100  # EOS
    written = decoding.greedy(params, source, lengths, steps=50, **options)
    assert written.tokens.tolist() == [[EOS] * 5] and not written.lengths.any()
    assert [[len(h.tokens) for h in found[:1]] for found in decoding.beam(params, source, steps=9, **options)] == [
        [0]
    ] * 5
    params["output"]["b_out"][0] = -100
    written = decoding.greedy(params, source, lengths, steps=3, **options)
    assert (written.lengths == 3).all() and (written.tokens > EOS).all()
    assert not any(h.ended for found in decoding.beam(params, source, steps=2, width=2, **options) for h in found)


def test_a_power_favours_longer_answers():
    params, source, lengths, options = model()
    for arrays in params.values():
        for array in arrays.values():
            array[:] = 0
    params["output"]["b_out"][:2, 0] = np.log([0.5, 0.5])  # EOS or token 3, each ½
    params["output"]["b_out"][2:] = -50
    short, long = (
        decoding.beam(params, source, lengths, steps=4, width=4, power=power, **options)[0] for power in (0.0, 2.0)
    )
    assert [len(h.tokens) for h in short] == [0, 1, 2, 3] and [len(h.tokens) for h in long] == [3, 2, 1, 0]
    assert [h.log_probability for h in short] == pytest.approx(np.log(0.5) * np.arange(1, 5))


def test_longer_sources_than_any_before_and_float32():
    params, _, _, options = model()
    params = {part: {k: v.astype(np.float32) for k, v in arrays.items()} for part, arrays in params.items()}
    source = np.random.default_rng(0).integers(3, 6, (200, 2))
    written = decoding.greedy(params, source, steps=5, **options)
    assert written.weights.shape[2] == 200 and written.weights.dtype == written.probabilities.dtype == np.float32


def test_nothing_is_changed():
    params, source, lengths, options = model("lstm")
    for array in (source, lengths, *(a for arrays in params.values() for a in arrays.values())):
        array.flags.writeable = False
    one, two = (decoding.greedy(params, source, lengths, steps=4, **options) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    decoding.beam(params, source, lengths, steps=4, **options)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"width": 0}, "width: expected a whole number of at least 1, got 0"),
        ({"width": 2.0}, r"width: expected a whole number .* got 2\.0"),
        ({"power": -1.0}, r"power: expected a finite number from 0, got -1\.0"),
        ({"power": np.inf}, "power: expected a finite number"),
        ({"power": "1"}, "power: expected a finite number"),
        ({"source": np.zeros((2, 2), int)}, "source: expected tokens from 3"),
        ({"source": np.zeros((0, 2), int)}, "source: expected shape"),
        ({"attention": None}, "params: expected a dict .* for attention=None"),
        ({"params": {}}, "params: expected a dict"),
    ],
)
def test_bad_input_is_named(change, words):
    params, source, lengths, options = model()
    given = {"params": params, "source": source, "steps": 3} | options | change
    with pytest.raises(ValueError, match=words):
        decoding.beam(**given)
    if not {"width", "power"} & set(change):
        with pytest.raises(ValueError, match=words):
            decoding.greedy(**given)
