"""What every module refuses in the same words, tried on all that take arrays."""

from collections import Counter

import numpy as np
import pytest

from helpers import (
    attention,
    birnn,
    clipping,
    data,
    dense,
    embedding,
    gradcheck,
    gru,
    lstm,
    multi_head,
    optimizers,
    rnn,
    seq2seq,
    word2vec,
)  # fmt: skip
from helpers._checks import array_of
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
    _, looked_up = embedding.forward(table, tokens)
    _, _, read = attention.forward({}, q, k, v)
    _, _, heads = multi_head.forward(multi_head.init(RNG, 4, 2), q, k, heads=2)

    def gradients():
        yield embedding.backward(looked_up, np.ones((1, 2, 2)))["E"]
        yield from attention.backward(read, np.ones((1, 2, 4)))[1:]
        yield from multi_head.backward(heads, np.ones((1, 2, 4)))[0].values()

    before = list(gradients())
    for array in (tokens, q, k, v):
        array += 1
    for found, right in zip(gradients(), before, strict=True):
        np.testing.assert_array_equal(found, right)


def test_adam_takes_a_single_number():
    p = {"a": np.array(1.0)}
    optimizers.Adam(0.1).step(p, {"a": np.array(1e200)})
    np.testing.assert_allclose(p["a"], 0.9)
