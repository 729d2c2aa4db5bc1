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
    ("part", "name", "bad"),
    [("source", "E", np.nan), ("output", "b_out", np.nan), ("output", "b_out", np.inf), ("output", "b_out", -np.inf)],
)
def test_nothing_is_written_by_a_network_that_is_not_finite(part, name, bad):
    params, source, lengths, options = model()
    params[part][name][3] = bad
    target = source[:2]
    calls = (
        lambda: decoding.greedy(params, source, lengths, steps=3, **options),
        lambda: decoding.beam(params, source, lengths, steps=3, **options),
        lambda: decoding.log_probability(params, source, lengths, target, None, **options),
        lambda: decoding.accuracy(params, source, lengths, target, None, **options),
    )
    for call in calls:
        with np.errstate(invalid="ignore"), pytest.raises(FloatingPointError, match="logits: expected finite numbers"):
            call()


def test_what_has_ended_may_overflow():
    params, source, lengths, options = model("rnn", None)
    written = decoding.greedy(params, source, lengths, steps=4, **options)
    assert written.lengths.min() < written.lengths.max()
    seen, whole = [], decoding.decode

    def overflowing(*given, **named):
        v, *rest = whole(*given, **named)
        seen.append(v)
        v = v.copy()
        v[0][:, [n for n in range(5) if written.lengths[n] < len(seen) - 1]] = np.nan
        return v, *rest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "decode", overflowing)
        again = decoding.greedy(params, source, lengths, steps=4, **options)
    assert np.array_equal(again.tokens, written.tokens)
    np.testing.assert_array_equal(again.log_probability, written.log_probability)


# --- answers that are given -------------------------------------------------------------------------------------------


@every_model
@pytest.mark.parametrize("padded", [False, True])
def test_the_log_probability_of_a_given_answer(cell, score, bidirectional, padded):
    params, source, lengths, options = model(cell, score, bidirectional)
    target, ends = np.random.default_rng(1).integers(3, 6, (3, 5)), np.array([3, 1, 2, 1, 3]) if padded else None
    found = decoding.log_probability(params, source, lengths, target, ends, **options)
    for n in range(5):
        answer = (*target[: ends[n] if padded else 3, n], EOS)
        wanted = log_probability(params, source[: lengths[n], n : n + 1], answer, options)
        assert found[n] == pytest.approx(wanted, rel=1e-11)
    steps = (np.full(5, 3) if ends is None else ends) + 1
    loss, _ = seq2seq.loss_and_grads(params, source, lengths, target, ends, **options)
    assert -found.sum() / steps.sum() == pytest.approx(loss, rel=1e-12)


@every_model
def test_what_is_written_has_the_log_probability_that_is_told(cell, score, bidirectional):
    params, source, lengths, options = model(cell, score, bidirectional, seed=2)
    for n, answers in enumerate(decoding.beam(params, source, lengths, steps=4, width=30, **options)):
        ended = [h for h in answers if h.ended and len(h.tokens)]
        tokens = np.zeros((3, len(ended)), int)
        for k, hypothesis in enumerate(ended):
            tokens[: len(hypothesis.tokens), k] = hypothesis.tokens
        same = np.repeat(source[: lengths[n], n : n + 1], len(ended), axis=1)
        found = decoding.log_probability(params, same, None, tokens, (tokens > 0).sum(axis=0), **options)
        np.testing.assert_allclose(found, [h.log_probability for h in ended], rtol=1e-10)


@every_model
def test_accuracy_counts_real_tokens_and_eos(cell, score, bidirectional):
    params, source, lengths, options = model(cell, score, bidirectional, seed=3)
    target, ends = np.random.default_rng(1).integers(3, 6, (4, 5)), np.array([4, 1, 2, 1, 3])
    right = []
    for n, end in enumerate(ends):
        memory, _ = seq2seq.encode(params, source[: lengths[n], n : n + 1], cell=options["cell"])
        v = seq2seq.decode(params, memory, np.array([[BOS, *target[:end, n]]]).T, **options)[0][:, :, 0]
        right += (v.argmax(axis=1) + EOS == [*target[:end, n], EOS]).tolist()
    found = decoding.accuracy(params, source, lengths, target, ends, **options)
    assert isinstance(found, float) and found == sum(right) / len(right) and len(right) == 16


def test_its_own_words_are_all_right():
    params, source, lengths, options = model("rnn", None)
    written = decoding.greedy(params, source, lengths, steps=30, **options)
    some = (written.lengths > 0) & (written.tokens == EOS).any(axis=0)
    given = source[:, some], lengths[some], written.tokens[:, some], written.lengths[some]
    assert some.any() and decoding.accuracy(params, *given, **options) == 1
    np.testing.assert_allclose(
        decoding.log_probability(params, *given, **options), written.log_probability[some], rtol=1e-12
    )


@pytest.mark.parametrize("judge", [decoding.log_probability, decoding.accuracy])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": np.full((3, 4), 3)}, r"target: expected shape \(T, N\) with N = 5, got \(3, 4\)"),
        ({"target": np.full((3, 5), EOS)}, "target: expected tokens from 3"),
        ({"target": np.full((3, 5), 6)}, "target: expected tokens from 3 to V−1 = 5"),
        ({"target": np.ma.array(np.full((3, 5), 3))}, "target: expected a plain array"),
        ({"target_lengths": [0, 1, 1, 1, 1]}, "lengths: expected values from 1"),
        ({"source": np.zeros((2, 5), int)}, "source: expected tokens from 3"),
        ({"attention": None}, "params: expected a dict"),
        ({"cell": "gru"}, "cell: expected a module"),
    ],
)
def test_bad_answers_are_named(judge, change, words):
    params, source, _, options = model()
    given = {"params": params, "source": source, "source_lengths": None, "target": source, "target_lengths": None}
    with pytest.raises(ValueError, match=words):
        judge(**given | options | change)


def test_fields_are_told():
    for kind in (decoding.Written, decoding.Hypothesis):
        assert all(field in kind.__doc__ for field in kind._fields)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"width": 0}, "width: expected a whole number of at least 1, got 0"),
        ({"width": 2.0}, r"width: expected a whole number .* got 2\.0"),
        ({"power": -1.0}, r"power: expected a finite number from 0, got -1\.0"),
        ({"power": 800}, r"power: expected a finite number from 0, got 800; steps \*\* power is to be finite"),
        ({"power": 10**400}, "power: expected a finite number from 0"),
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
