"""What every module refuses in the same words, tried on all that take arrays."""

from collections import Counter

import numpy as np
import pytest

from helpers import (
    _checks,
    attention,
    birnn,
    clipping,
    data,
    decoding,
    dense,
    embedding,
    gradcheck,
    gru,
    losses,
    lstm,
    multi_head,
    optimizers,
    rnn,
    seq2seq,
    word2vec,
)  # fmt: skip
from helpers._checks import array_of
from helpers.activations import softmax
from helpers.data import characters, words

MASKED = np.ma.masked_equal(np.ones((2, 3, 4)), -9999)


@pytest.mark.parametrize("value", [MASKED, [MASKED[0], MASKED[1]], (np.ones(2), [MASKED[0, 0, :2]]), [np.ma.masked]])
def test_a_mask_is_not_silently_dropped(value):
    with pytest.raises(ValueError, match=r"^x: expected a plain array, got a masked one: fill it"):
        array_of("x", value)


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_cells_take_no_masked_arrays(cell):
    rng = np.random.default_rng(0)
    params, x = cell.init(rng, 3, 5), np.ones((2, 3, 4))
    outputs, _, cache = cell.forward(params, x)
    masked = np.ma.masked_less(outputs, 0)
    bad = [
        ("x", lambda: cell.forward(params, MASKED)),
        (r"params\['W'\]", lambda: cell.forward(params | {"W": np.ma.array(params["W"])}, x)),
        ("state", lambda: cell.forward(params, x, (masked[0], None) if cell is lstm else masked[0])),
        ("lengths", lambda: cell.forward(params, x, lengths=np.ma.array([1, 2, 2, 1]))),
        ("doutputs", lambda: cell.backward(cache, masked)),
        ("dstate", lambda: cell.backward(cache, None, (masked[0], None) if cell is lstm else masked[0])),
        ("x", lambda: birnn.forward(birnn.init(rng, 3, 5, cell), MASKED, cell=cell)),
        ("x", lambda: birnn.reverse(MASKED)),
        ("h", lambda: dense.forward(dense.init(rng, 3, 2), MASKED)),
    ]
    for name, call in bad:
        with pytest.raises(ValueError, match=f"^{name}.*: expected a plain array, got a masked one"):
            call()


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
@pytest.mark.parametrize("wrong", ["W_in", "W", "b"])
def test_the_array_that_does_not_fit_the_others_is_blamed(cell, wrong):
    params = cell.init(np.random.default_rng(0), 3, 5)
    blocks = len(params["b"]) // 5
    bad = {"W_in": params["W_in"].T, "W": np.ones((4 * blocks, 4)), "b": np.ones((4 * blocks, 1))}[wrong]
    with pytest.raises(ValueError, match=rf"^params\['{wrong}'\]: expected shape"):
        cell.forward(params | {wrong: bad}, np.ones((2, 3, 4)))


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_a_gradient_is_that_of_the_forward_pass_that_ran(cell):
    """Whatever becomes of the weights, the input or the state afterwards."""
    rng = np.random.default_rng(0)
    params, x, state = cell.init(rng, 3, 5), rng.normal(size=(4, 3, 2)), rng.normal(size=(5, 2))
    state = (state, state + 1) if cell is lstm else state
    outputs, _, cache = cell.forward(params, x, state)
    before = cell.backward(cache, outputs)
    for array in [*params.values(), x, *(state if cell is lstm else [state])]:
        array *= 2
    after = cell.backward(cache, outputs)
    for key in params:
        np.testing.assert_array_equal(before[0][key], after[0][key])
    np.testing.assert_array_equal(before[1], after[1])


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_a_cache_of_another_module_is_named(cell):
    rng, other = np.random.default_rng(0), lstm if cell is rnn else rnn
    cache = other.forward(other.init(rng, 3, 5), np.ones((2, 3, 4)))[2]
    told = rf"^cache: expected the one that {cell.__name__}.forward returned, got a {other.__name__}.Cache"
    with pytest.raises(ValueError, match=told):
        cell.backward(cache, np.ones((2, 5, 4)))
    with pytest.raises(ValueError, match=r"got a builtins\.tuple"):
        cell.backward((1, 2), np.ones((2, 5, 4)))


def test_a_length_of_0_is_refused_with_the_way_out():
    told = r"^lengths: expected values from 1 to T = 2, got 0 to 2; an example without steps is left out"
    with pytest.raises(ValueError, match=told):
        rnn.forward(rnn.init(np.random.default_rng(0), 3, 5), np.ones((2, 3, 2)), lengths=[0, 2])


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: characters.vocabulary(["ab"], unknown="no"), "unknown: expected True or False, got 'no'"),
        (lambda: clipping.clip_by_value({"a": np.ones(2)}, 1, skip="no"), "skip: expected True or False, got 'no'"),
        (lambda: seq2seq.init(RNG, 5, 5, bidirectional="no"), "bidirectional: expected True or False, got 'no'"),
        (
            lambda: words.build_vocabulary(Counter("aab"), 1),
            "words: expected a list or another sequence, got a Counter",
        ),
        (lambda: characters.vocabulary({"ab", "ba"}), "strings: expected a list or another sequence, got a set"),
        (lambda: word2vec.train({0, 1}, [1, 1], rng=RNG), "tokens: expected a list or another sequence, got a set"),
        (lambda: data.pad({"a": [1.0]}), "sequences: expected a list or another sequence, got a dict"),
        (
            lambda: gradcheck.check(lambda: 0.0, {"a": np.ones(2)}, {"a": np.ones(2)}, 2),
            "tolerance: expected one below 1",
        ),
        (lambda: dense.backward((1, 2), np.ones((1, 1, 1))), "cache: expected the one that helpers.dense.forward"),
        (lambda: embedding.backward((1, 2, 3), np.ones((1, 1, 1))), "cache: expected the one that helpers.embedding"),
    ],
)
def test_what_is_no_flag_no_list_no_tolerance_no_cache(call, told):
    with pytest.raises(ValueError, match=f"^{told}"):
        call()


def test_padding_that_nobody_reads_reaches_no_gradient():
    params, x = multi_head.init(RNG, 4, 2), RNG.normal(size=(1, 3, 4))
    x[0, 2] = np.nan
    _, _, cache = multi_head.forward(params, x, heads=2, lengths=[2])
    grads, dx, dmemory = multi_head.backward(cache, np.ones((1, 3, 4)))
    assert all(np.isfinite(array).all() for array in [*grads.values(), dx, dmemory])


def test_inputs_changed_after_the_forward_pass_change_no_gradient():
    tokens, table = np.array([[0, 1]]), embedding.init(RNG, 3, 2)
    q, k, v = RNG.normal(size=(3, 1, 2, 4))
    _, layer = dense.forward(dense.init(RNG, 2, 3), q)
    _, looked_up = embedding.forward(table, tokens)
    _, _, read = attention.forward({}, q, k, v)
    _, _, heads = multi_head.forward(multi_head.init(RNG, 4, 2), q, k, heads=2)

    def gradients():
        yield embedding.backward(looked_up, np.ones((1, 2, 2)))["E"]
        yield from attention.backward(read, np.ones((1, 2, 4)))[1:]
        yield from multi_head.backward(heads, np.ones((1, 2, 4)))[0].values()
        yield dense.backward(layer, np.ones((1, 3, 4)))[0]["W_out"]

    before = list(gradients())
    for array in (tokens, q, k, v):
        array += 1
    for found, right in zip(gradients(), before, strict=True):
        np.testing.assert_array_equal(found, right)


def test_adam_takes_a_single_number():
    p = {"a": np.array(1.0)}
    optimizers.Adam(0.1).step(p, {"a": np.array(1e200)})
    np.testing.assert_allclose(p["a"], 0.9)


# ---- options, other cells' weights, numbers that no float holds, types of floats


def model(cell=gru, attention=None):
    params = seq2seq.init(np.random.default_rng(0), 6, 6, 4, 3, cell=cell, attention=attention)
    return params, np.array([[3, 4]]), None, np.array([[3, 5]]), None


MISSPELT = {
    "birnn.init": lambda **o: birnn.init(RNG, 3, 5, **o),
    "birnn.forward": lambda **o: birnn.forward(birnn.init(RNG, 3, 5), np.ones((2, 3, 4)), **o),
    "seq2seq.encode": lambda **o: seq2seq.encode(*model()[:2], **o),
    "seq2seq.decode": lambda **o: seq2seq.decode(
        model()[0], seq2seq.encode(*model()[:2])[0], np.array([[1, 1]]), **o
    ),
    "seq2seq.loss_and_grads": lambda **o: seq2seq.loss_and_grads(*model(), **o),
    "decoding.greedy": lambda **o: decoding.greedy(*model()[:2], steps=2, **o),
    "decoding.beam": lambda **o: decoding.beam(*model()[:2], steps=2, **o),
    "decoding.log_probability": lambda **o: decoding.log_probability(*model(), **o),
    "decoding.accuracy": lambda **o: decoding.accuracy(*model(), **o),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("option", ["activaton", "widht", "teacher_forcin"])
def test_a_misspelt_option_names_the_function_and_itself(name, option):
    told = rf"^helpers\.{name}\(\) got an unexpected keyword argument '{option}'; options go to helpers\.(gru|lstm)\."
    with pytest.raises(TypeError, match=told):
        MISSPELT[name](**{option: 1})


def test_an_option_that_is_there_arrives_and_lengths_come_by_their_own_name():
    x = np.ones((2, 3, 4))
    relu, tanh = (birnn.forward(birnn.init(np.random.default_rng(0), 3, 5, rnn), x, cell=rnn, activation=a)[0]
                  for a in ("relu", "tanh"))  # fmt: skip
    assert np.abs(relu - tanh).max() > 0.01
    with pytest.raises(TypeError, match=r"^helpers\.decoding\.greedy\(\) got multiple values .*'lengths'"):
        decoding.greedy(*model()[:2], steps=2, lengths=[1, 1])

    class Own:
        __name__ = "own"
        init, forward, backward = gru.init, staticmethod(lambda params, x, state=None, **more: more), gru.backward

    assert _checks.cell_module(Own, {"anything": 1}) is Own


@pytest.mark.parametrize(("own", "other"), [(a, b) for a in (rnn, lstm, gru) for b in (rnn, lstm, gru) if a is not b])
def test_the_weights_of_another_cell_are_named(own, other):
    told = rf"params.*; W is that of a cell {other.__name__[8:]}: .* give cell={other.__name__[8:]}$"
    params, x = other.init(RNG, 3, 5), np.ones((2, 3, 4))
    both = {"forward": params, "backward": params}
    for call in (lambda: own.forward(params, x), lambda: birnn.forward(both, x, cell=own)):
        with pytest.raises(ValueError, match=told):
            call()
    with pytest.raises(ValueError, match=told):
        seq2seq.loss_and_grads(*model(other), cell=own)
    with pytest.raises(ValueError, match=r"^params: expected a dict with the keys [^;]*$"):
        own.forward({}, x)


HUGE = 10**400
NUMBERS = {
    "learning_rate": lambda: optimizers.Adam(HUGE), "threshold": lambda: clipping.clip_by_norm(np.ones(2), HUGE),
    "forget_bias": lambda: lstm.init(RNG, 2, 2, forget_bias=HUGE), "hidden_size": lambda: lstm.init(RNG, 2, HUGE),
    "subsample": lambda: word2vec.keep_probability([1], HUGE),
    "k": lambda: words.most_similar(np.eye(1), ONE, "a", HUGE),
    "power": lambda: word2vec.train([0, 0], [2], power=HUGE, rng=RNG), "bits": lambda: data.to_bits([1], HUGE),
    "tolerance": lambda: gradcheck.check(lambda: 0.0, {"a": np.ones(1)}, {"a": np.ones(1)}, HUGE),
    "momentum": lambda: optimizers.Momentum(0.1, HUGE), "lengths": lambda: data.unpad(np.ones((1, 1, 1)), [HUGE]),
    "x": lambda: rnn.forward(rnn.init(RNG, 1, 1), [[[HUGE]]]), "steps": lambda: attention.causal_mask(HUGE),
}  # fmt: skip
ONE = words.build_vocabulary(["a"], 1)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_whole_number_that_no_float_holds_is_refused_by_name(name):
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        NUMBERS[name]()
    assert _checks.is_number(10**300) and _checks.whole("n", 2**62) == 2**62
    with pytest.raises(ValueError, match="n: expected a whole number below"):
        _checks.whole("n", 2**63)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_only_float32_and_float64_are_taken(dtype):
    one = np.ones((1, 1, 1), dtype)
    calls = [
        lambda: losses.squared_error(one, one), lambda: losses.binary_cross_entropy(one, one),
        lambda: losses.softmax_cross_entropy(one, np.zeros((1, 1), int)), lambda: birnn.pool(one),
        lambda: data.pad([one[0]]),
        lambda: dense.forward(dense.init(RNG, 1, 1), one), lambda: attention.forward({}, one, one, one),
        lambda: optimizers.SGD(0.1).step({"p": np.ones(1)}, {"p": one[0, 0]}),
        lambda: rnn.forward(rnn.init(RNG, 1, 1), one),
        lambda: words.unit_rows(one[0], ONE), lambda: clipping.clip_by_value([one], 1), lambda: softmax(one),
        lambda: gradcheck.relative_error(one, one), lambda: word2vec.loss(one[0], one[0], one[0], one[0]),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(
            ValueError, match=r": expected float32 or float64, got ndarray of dtype (float16|longdouble|float128)"
        ):
            call()
    with pytest.raises(
        ValueError, match=r"^params\['p'\]: expected an array of floats, got ndarray; float32 and float64"
    ):
        optimizers.SGD(0.1).step({"p": one}, {"p": one})
    for make in (lambda: lstm.init(RNG, 1, 1, dtype=dtype), lambda: word2vec.train([0, 0], [2], rng=RNG, dtype=dtype)):
        with pytest.raises(ValueError, match=r"^dtype: expected a type of floats, float64 or float32, got"):
            make()


def test_apart():
    W, buffer = np.ones((3, 3)), bytearray(16)
    for one, other in ((W, W), (W, W[1:]), (W[:, :2], W.T), (np.frombuffer(buffer), np.frombuffer(buffer)[1:])):
        with pytest.raises(ValueError, match=r"^b: expected memory of its own, every array once, got that of a again"):
            _checks.apart([("a", one), ("c", np.ones(2)), ("b", other)])
    _checks.apart(
        [("a", W[:, :1]), ("b", W[:, 1:]), ("c", np.frombuffer(buffer)[:1]), ("d", np.frombuffer(buffer)[1:])]
    )
