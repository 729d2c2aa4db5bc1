"""Encoder and decoder with every cell and score: gradients of the whole, padding, refusals."""

import numpy as np
import pytest

from helpers import attention, gradcheck, gru, losses, lstm, optimizers, rnn, seq2seq
from helpers.data.characters import BOS, EOS, PAD

pytestmark = pytest.mark.filterwarnings("error")

CELLS = {"rnn": (rnn, {"activation": "sigmoid"}), "lstm": (lstm, {}), "gru": (gru, {"reset_after": True})}
every_cell = pytest.mark.parametrize("cell", CELLS)
both_ways = pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
every_choice = pytest.mark.parametrize("score", [None, *attention.SCORES])


def flat(value):
    """Return the arrays inside nested dicts by name."""
    if isinstance(value, dict):
        return {f"{key}/{name}": array for key, part in value.items() for name, array in flat(part).items()}
    return {"": value}


def problem(cell="gru", score="dot", bidirectional=False, sizes=(4, 3, 5, 4, 2), padded=True, dtype=np.float64):
    """Return parameters with biases, a batch, and the options; sizes are S, T, N, H, D."""
    rng, (S, T, N, H, D) = np.random.default_rng(0), sizes
    module, own = CELLS[cell]
    options = {"cell": module, "attention": score}
    params = seq2seq.init(rng, 7, 6, H, D, bidirectional=bidirectional, dtype=dtype, **options)
    for array in flat(params).values():
        array += 0.3 * rng.normal(size=array.shape).astype(dtype)
    source, target = rng.integers(3, 7, (S, N)), rng.integers(3, 6, (T, N))
    lengths = (np.arange(N) % S + 1, (np.arange(N) + 1) % T + 1) if padded else (None, None)
    return params, (source, lengths[0], target, lengths[1]), options | own


def check(params, batch, options):
    _, grads = seq2seq.loss_and_grads(params, *batch, **options)
    assert list(grads) == list(params)
    for name, array in flat(params).items():
        measured = gradcheck.numerical_gradient(
            lambda: seq2seq.loss_and_grads(params, *batch, **options)[0], array, step=1e-5
        )
        np.testing.assert_allclose(flat(grads)[name], measured, rtol=2e-6, atol=1e-9, err_msg=name)


@every_cell
@both_ways
@pytest.mark.parametrize("score", [None, "general"])
def test_gradients_by_central_differences(cell, bidirectional, score):
    check(*problem(cell, score, bidirectional, (4, 3, 5, 2, 1)))


@pytest.mark.parametrize("score", ["dot", "scaled_dot", "additive"])
def test_gradients_of_the_other_scores(score):
    check(*problem("rnn", score, False, (3, 4, 2, 2, 1)))


@pytest.mark.parametrize(
    ("bidirectional", "sizes"), [(True, (1, 1, 1, 2, 1)), (False, (2, 1, 3, 1, 2)), (True, (3, 4, 1, 2, 3))]
)
def test_gradients_for_other_sizes_without_lengths(bidirectional, sizes):
    check(*problem("rnn", "dot", bidirectional, sizes, padded=False))


@pytest.mark.parametrize("score", [None, "dot"])
def test_gradients_when_free_running(score):
    params, batch, options = problem("rnn", score, sizes=(3, 3, 4, 2, 1))
    check(params, batch, options | {"teacher_forcing": False})


def test_free_running_reads_its_own_words():
    params, (source, lengths, target, ends), options = problem("lstm", "dot", sizes=(4, 6, 5, 4, 2))
    params["output"]["W_out"] *= 6  # so that what it writes depends on where it stands,
    params["decoder"]["W"] *= 6
    params["target"]["E"] *= 0.1  # and little on what it wrote last
    memory, _ = seq2seq.encode(params, source, lengths, cell=lstm)
    _, labels, steps = seq2seq.shifted(target, ends)
    own, state = np.full((len(labels), 5), BOS), None
    logits = []
    for t in range(len(labels)):
        v, _, state, _ = seq2seq.decode(params, memory, own[t : t + 1], state=state, **options)
        logits.append(v[0])
        if t + 1 < len(labels):
            own[t + 1] = v[0].argmax(axis=0) + EOS
    counted = np.arange(len(labels))[:, None] < steps
    wanted, _ = losses.softmax_cross_entropy(np.stack(logits), labels - EOS, counted)
    found, _ = seq2seq.loss_and_grads(params, source, lengths, target, ends, teacher_forcing=False, **options)
    assert found == pytest.approx(wanted, rel=1e-12)
    forced, _ = seq2seq.loss_and_grads(params, source, lengths, target, ends, **options)
    assert abs(forced - found) > 1e-3


@every_cell
@both_ways
@every_choice
def test_padding_changes_nothing(cell, bidirectional, score):
    params, (source, lengths, target, ends), options = problem(cell, score, bidirectional)
    loss, grads = seq2seq.loss_and_grads(params, source, lengths, target, ends, **options)
    total, tokens, sums = 0.0, 0, {}
    for n, (s, t) in enumerate(zip(lengths, ends, strict=True)):  # each example alone, without any padding
        one, own = seq2seq.loss_and_grads(params, source[:s, n : n + 1], None, target[:t, n : n + 1], None, **options)
        total, tokens = total + one * (t + 1), tokens + t + 1
        sums = {name: sums.get(name, 0) + array * (t + 1) for name, array in flat(own).items()}
    assert loss == pytest.approx(total / tokens, rel=1e-12)
    for name, array in flat(grads).items():
        np.testing.assert_allclose(array, sums[name] / tokens, rtol=1e-9, atol=1e-12, err_msg=name)
    for filler in (PAD, -1, 10**6):  # what stands past the length is not looked at
        longer = [np.concatenate([tokens, np.full((2, 5), filler)]) for tokens in (source, target)]
        for array, end in zip(longer, (lengths, ends), strict=True):
            array[np.arange(len(array))[:, None] >= end] = filler
        again, other = seq2seq.loss_and_grads(params, longer[0], lengths, longer[1], ends, **options)
        assert again == pytest.approx(loss, rel=1e-12)
        for name, array in flat(grads).items():
            np.testing.assert_allclose(array, flat(other)[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_shifted():
    target = np.array([[5, 6, 7], [8, -1, 9]])
    inputs, labels, lengths = seq2seq.shifted(target, [2, 1, 2])
    assert inputs.T.tolist() == [[BOS, 5, 8], [BOS, 6, PAD], [BOS, 7, 9]]
    assert labels.T.tolist() == [[5, 8, EOS], [6, EOS, PAD], [7, 9, EOS]]
    assert lengths.tolist() == [3, 2, 3]
    assert seq2seq.shifted(target[:1])[1].T.tolist() == [[5, EOS], [6, EOS], [7, EOS]]


def test_the_loss_by_hand():
    params, _, options = problem("rnn", None, sizes=(1, 1, 1, 2, 1))
    for array in flat(params).values():
        array[:] = 0
    params["output"]["b_out"][:, 0] = np.log([4, 3, 2, 1])  # EOS and tokens 3, 4, 5
    batch = np.array([[3, 3]]), None, np.array([[3, 4], [5, 9]]), [2, 1]
    loss, grads = seq2seq.loss_and_grads(params, *batch, **options)
    p = np.array([0.4, 0.3, 0.2, 0.1])
    assert loss == pytest.approx(-np.log(p[[1, 3, 0, 2, 0]]).mean())  # 3, 5, EOS and 4, EOS
    np.testing.assert_allclose(grads["output"]["b_out"][:, 0], p - np.array([2, 1, 1, 1]) / 5, atol=1e-15)


@every_choice
def test_all_steps_at_once_are_one_after_the_other(score):
    params, (source, lengths, target, _), options = problem("lstm", score, True)
    memory, _ = seq2seq.encode(params, source, lengths, cell=lstm)
    inputs = seq2seq.shifted(target)[0]
    v, weights, last, _ = seq2seq.decode(params, memory, inputs, **options)
    state = None
    for t in range(len(inputs)):
        one, read, state, _ = seq2seq.decode(params, memory, inputs[t : t + 1], state=state, **options)
        np.testing.assert_allclose(one[0], v[t], rtol=1e-11)
        if weights is not None:
            np.testing.assert_allclose(read[:, 0], weights[:, t], rtol=1e-11)
    np.testing.assert_allclose(state, last, rtol=1e-11)
    assert v.shape == (4, 4, 5) and (weights is None) == (score is None)
    if weights is not None:
        past = np.arange(len(source)) >= lengths[:, None]
        assert not weights.transpose(0, 2, 1)[past].any()
        np.testing.assert_allclose(weights.sum(axis=-1), 1)


def test_without_attention_only_the_state_is_handed_on():
    params, (source, lengths, target, _), options = problem("gru", None)
    memory, _ = seq2seq.encode(params, source, lengths, cell=gru, reset_after=True)
    inputs = seq2seq.shifted(target)[0]
    v = seq2seq.decode(params, memory, inputs, **options)[0]
    other = memory._replace(rows=memory.rows + 1)
    assert np.array_equal(v, seq2seq.decode(params, other, inputs, **options)[0])


@every_cell
@both_ways
def test_nothing_is_changed_float32_stays_and_twice_is_the_same(cell, bidirectional):
    params, batch, options = problem(cell, "general", bidirectional, dtype=np.float32)
    for array in (*flat(params).values(), *batch):
        array.flags.writeable = False
    one, grads = seq2seq.loss_and_grads(params, *batch, **options)
    two, again = seq2seq.loss_and_grads(params, *batch, **options)
    assert one == two and isinstance(one, float)
    for name, array in flat(grads).items():
        assert array.dtype == np.float32 and array.shape == flat(params)[name].shape
        assert np.array_equal(array, flat(again)[name])


@pytest.mark.parametrize("score", [None, "dot"])
def test_it_learns_to_turn_a_string_around(score):
    rng = np.random.default_rng(0)
    options = {"cell": gru, "attention": score}
    params = seq2seq.init(rng, 6, 6, 24, 8, dtype=np.float32, **options)
    adam = optimizers.Adam(0.02)
    for _ in range(150):
        source, lengths = rng.integers(3, 6, (3, 32)), rng.integers(1, 4, 32)
        target = np.zeros_like(source)
        for n, length in enumerate(lengths):
            target[:length, n] = source[:length, n][::-1]
        loss, grads = seq2seq.loss_and_grads(params, source, lengths, target, lengths, **options)
        adam.step(params, grads)
    assert loss < 0.05


def test_init_shapes():
    rng = np.random.default_rng(0)
    params = seq2seq.init(rng, 9, 5, 6, 2, attention="additive", bidirectional=True)
    assert list(params) == ["source", "encoder", "target", "decoder", "attention", "combine", "output"]
    assert params["encoder"]["forward"]["W"].shape == (9, 3) and params["decoder"]["W"].shape == (18, 6)
    assert params["output"]["W_out"].shape == (3, 6) and params["combine"]["W_out"].shape == (6, 12)
    assert "attention" not in seq2seq.init(rng, 9, 5, 6, 2, attention="dot")
    assert list(seq2seq.init(rng, 9, 5, 6, 2)) == ["source", "encoder", "target", "decoder", "output"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source_size": 3}, "source_size: expected a whole number of at least 4, got 3"),
        ({"target_size": 2}, "target_size: expected a whole number of at least 4"),
        ({"hidden_size": 3, "bidirectional": True}, "hidden_size: expected an even number"),
        ({"hidden_size": 0}, "hidden_size: expected a whole number"),
        ({"embedding_size": 0}, "embedding_size: expected a whole number"),
        ({"attention": "cosine"}, "score: expected one of 'dot'"),
        ({"rng": 0}, "rng: expected"),
        ({"dtype": int}, "dtype: expected"),
        ({"cell": "gru"}, "cell: expected a module such as rnn, lstm or gru, got 'gru'"),
        ({"cell": "lstm", "bidirectional": True}, "cell: expected a module .* got 'lstm'"),
    ],
)
def test_bad_sizes_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        seq2seq.init(**{"rng": np.random.default_rng(0), "source_size": 5, "target_size": 5} | change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": np.ones((4, 5))}, r"source: expected integers of shape \(T, N\), got float64"),
        ({"source": np.full(5, 3)}, r"source: expected shape \(T, N\)"),
        ({"source": np.full((4, 5), 7)}, r"source: expected tokens from 3 to V−1 = 6 within the lengths .* got 7 to 7"),
        ({"source": np.full((4, 5), EOS)}, r"source: expected tokens from 3"),
        ({"source": np.full((4, 5), PAD)}, r"source: .* are PAD, BOS and EOS\), got 0 to 0"),
        ({"target": np.full((3, 5), BOS)}, r"target: expected tokens from 3 to V−1 = 5"),
        ({"target": np.full((3, 5), 6)}, r"target: expected tokens from 3 to V−1 = 5"),
        ({"target": np.full((3, 4), 3), "target_lengths": None}, r"target: expected shape \(T, N\) with N = 5, got"),
        ({"source": np.ma.array(np.full((4, 5), 3))}, "source: expected a plain array"),
        ({"target": np.ma.array(np.full((3, 5), 3))}, "target: expected a plain array"),
        ({"cell": "gru"}, "cell: expected a module such as rnn, lstm or gru, got 'gru'"),
        ({"source_lengths": [1, 2, 3, 4, 0]}, "lengths: expected values from 1 to T = 4"),
        ({"target_lengths": [1, 1, 1, 1, 4]}, "lengths: expected values from 1 to T = 3"),
        ({"target_lengths": [1.0] * 5}, "lengths: expected integers"),
        ({"attention": "general"}, r"params: expected a dict with the keys \[.*'attention'\] for attention='general'"),
        ({"attention": None}, r"params: expected a dict .* for attention=None, got \[.*'combine'"),
        ({"attention": "cosine"}, "attention: expected one of"),
        ({"params": {}}, "params: expected a dict with the keys"),
        ({"params": 3}, "params: expected a dict .* got int"),
        ({"cell": lstm}, "params: expected a dict with the keys"),
    ],
)
def test_bad_input_is_named(change, words):
    params, batch, options = problem("gru", "dot")
    del options["reset_after"]
    names = ("source", "source_lengths", "target", "target_lengths")
    with pytest.raises(ValueError, match=words):
        seq2seq.loss_and_grads(**{"params": params} | dict(zip(names, batch, strict=True)) | options | change)


def test_another_modules_cache_or_memory_is_named():
    params, (source, lengths, target, _), options = problem("gru", "dot")
    encoded = seq2seq.encode(params, source, lengths, cell=gru, reset_after=True)
    v, *_, cache = seq2seq.decode(params, encoded[0], target, **options)
    with pytest.raises(ValueError, match="memory: expected the Memory that encode returns first, got a tuple"):
        seq2seq.decode(params, encoded, target, **options)
    with pytest.raises(ValueError, match=r"cell: expected a module .* got 'gru'"):
        seq2seq.decode(params, encoded[0], target, **options | {"cell": "gru"})
    with pytest.raises(ValueError, match=r"cache: expected the one that helpers\.seq2seq\.decode returned"):
        seq2seq.backward(params, encoded[1], cache.decoder, v)
    for other in (cache, encoded, None):
        with pytest.raises(ValueError, match="source_cache: expected the second that encode returns, got a "):
            seq2seq.backward(params, other, cache, v)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_choice_among_what_is_not_finite_is_refused(bad):
    params, batch, options = problem("rnn", "dot", sizes=(3, 3, 4, 2, 1))
    params["output"]["b_out"][1] = bad
    with pytest.raises(FloatingPointError, match="logits: expected finite numbers"):
        seq2seq.loss_and_grads(params, *batch, teacher_forcing=False, **options)
    with np.errstate(invalid="ignore"):
        assert np.isnan(seq2seq.loss_and_grads(params, *batch, **options)[0])  # a kernel lets it through


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p | {"more": {}}, r"^params: expected a dict with the keys .*, got .*'more'\]"),
        (lambda p: {"source": p["source"]}, r"^params: expected a dict with the keys .*, got \['source'\]"),
        (lambda p: None, r"^params: expected a dict with the keys .*, got NoneType"),
    ],
)
def test_backward_refuses_params_of_another_model(change, told):
    params = seq2seq.init(np.random.default_rng(0), 6, 6, 4, 3)
    memory, read = seq2seq.encode(params, np.array([[3, 4]]))
    v, _, _, cache = seq2seq.decode(params, memory, np.array([[1, 1]]))
    with pytest.raises(ValueError, match=told):
        seq2seq.backward(change(params), read, cache, np.ones_like(v))


@pytest.mark.parametrize("part", ["source", "target"])
@pytest.mark.parametrize("bad", [{}, {"W": np.ones((6, 3))}, None, {"E": np.ones(6)}])
def test_a_table_that_is_none_is_refused(part, bad):
    params = seq2seq.init(np.random.default_rng(0), 6, 6, 4, 3)
    with pytest.raises(ValueError, match=r"^params"):
        seq2seq.loss_and_grads(params | {part: bad}, np.array([[3, 4]]), None, np.array([[3, 5]]), None)
