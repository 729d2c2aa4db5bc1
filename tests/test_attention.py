"""Attention with every score, and the composition of heads: gradients, masks, refusals."""

import numpy as np
import pytest

from helpers import attention, gradcheck, multi_head

pytestmark = pytest.mark.filterwarnings("error")

every_score = pytest.mark.parametrize("score", attention.SCORES)
SHAPES = [((), 3, 4, 2, 5), ((2,), 1, 1, 1, 1), ((2, 3), 2, 3, 4, 1), ((3,), 4, 1, 2, 3)]  # leading, Tq, Tk, d_k, d_v


def problem(score, leading, Tq, Tk, d_k, d_v, seed=0):
    """Return parameters, queries, keys, values and a gradient for the context; d_q differs where it may."""
    rng = np.random.default_rng(seed)
    d_q = d_k + 2 if score in ("general", "additive") else d_k
    params = attention.init(rng, d_q, d_k, 3, score=score)
    return params, *(rng.normal(size=(*leading, *size)) for size in ((Tq, d_q), (Tk, d_k), (Tk, d_v), (Tq, d_v)))


def check(params, query, key, value, dcontext, score, mask):
    cache = attention.forward(params, query, key, value, score=score, mask=mask)[2]
    grads, dquery, dkey, dvalue = attention.backward(cache, dcontext)
    found = grads | {"query": dquery, "key": dkey, "value": dvalue}
    for name, array in (params | {"query": query, "key": key, "value": value}).items():
        measured = gradcheck.numerical_gradient(
            lambda: np.sum(attention.forward(params, query, key, value, score=score, mask=mask)[0] * dcontext), array
        )
        np.testing.assert_allclose(found[name], measured, rtol=1e-6, atol=1e-8, err_msg=name)


@every_score
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_by_central_differences(score, shape, masked):
    given = problem(score, *shape)
    mask = np.random.default_rng(1).random((*shape[0], shape[1], shape[2])) < 0.6 if masked else None
    check(*given, score, mask)


@every_score
def test_a_broadcast_mask_and_a_row_with_nothing_to_read(score):
    given = problem(score, (2,), 3, 4, 2, 3)
    mask = np.array([[[True, True, False, False]], [[False] * 4]])  # the second sequence has no key at all
    check(*given, score, mask)
    context, weights, _ = attention.forward(*given[:4], score=score, mask=mask)
    assert not context[1].any() and not weights[1].any() and not weights[0, :, 2:].any()
    np.testing.assert_allclose(weights[0].sum(axis=-1), 1)


@every_score
def test_what_nobody_may_read_may_hold_anything(score):
    params, query, key, value, dcontext = problem(score, (2,), 3, 4, 2, 3)
    mask = np.arange(4) < np.array([2, 4])[:, None, None]
    wanted, _, clean = attention.forward(params, query, key, value, score=score, mask=mask)
    key[0, 2:], value[0, 2:] = np.nan, np.inf
    context, _, cache = attention.forward(params, query, key, value, score=score, mask=mask)
    assert np.array_equal(context, wanted)
    for one, other in zip(
        attention.backward(cache, dcontext)[1:], attention.backward(clean, dcontext)[1:], strict=True
    ):
        assert np.array_equal(one, other)
    assert not attention.backward(cache, dcontext)[2][0, 2:].any()


@every_score
def test_against_the_equations_one_pair_at_a_time(score):
    params, query, key, value, _ = problem(score, (2,), 3, 4, 2, 5)
    _, weights, _ = attention.forward(params, query, key, value, score=score)
    for n, t in np.ndindex(2, 3):
        q = query[n, t]
        formula = {
            "dot": lambda k, q=q: q @ k,
            "scaled_dot": lambda k, q=q: q @ k / np.sqrt(2),
            "general": lambda k, q=q: q @ params["W"] @ k,
            "additive": lambda k, q=q: params["w"] @ np.tanh(params["W_query"] @ q + params["W_key"] @ k),
        }[score]
        powers = np.exp([formula(k) for k in key[n]])
        np.testing.assert_allclose(weights[n, t], powers / powers.sum(), rtol=1e-12)


def test_large_scores_do_not_overflow():
    big = 1e200 * np.eye(2)
    context, weights, _ = attention.forward({}, big, np.eye(2), np.eye(2), score="dot")
    assert np.array_equal(weights, np.eye(2)) and np.array_equal(context, np.eye(2))


@every_score
def test_nothing_is_changed_float32_stays_and_twice_is_the_same(score):
    given = problem(score, (2,), 3, 4, 2, 5)
    params, *arrays = [
        {k: v.astype(np.float32) for k, v in given[0].items()},
        *(a.astype(np.float32) for a in given[1:]),
    ]
    for array in (*params.values(), *arrays):
        array.flags.writeable = False
    context, weights, cache = attention.forward(params, *arrays[:3], score=score, mask=np.ones((3, 4), bool))
    once, twice = (attention.backward(cache, arrays[3]) for _ in range(2))
    found = [context, weights, *once[0].values(), *once[1:]]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    assert all(np.array_equal(a, b) for a, b in zip(found[2:], [*twice[0].values(), *twice[1:]], strict=True))


def test_causal_mask():
    assert attention.causal_mask(3).astype(int).tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    with pytest.raises(ValueError, match="steps: expected a whole number"):
        attention.causal_mask(0)


GOOD = {"query": np.ones((2, 3, 4)), "key": np.ones((2, 5, 4)), "value": np.ones((2, 5, 6))}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": "cosine"}, "score: expected one of 'dot', 'scaled_dot', 'general', 'additive', got 'cosine'"),
        ({"params": {"W": np.ones((4, 4))}}, r"params: expected a dict with the keys \[\] for the score 'scaled_dot'"),
        ({"params": {}, "score": "general"}, r"params: expected a dict with the keys \['W'\]"),
        (
            {"params": {"W": np.ones((4, 3))}, "score": "general"},
            r"params\['W'\]: expected shape \(d_q, d_k\) with d_q = 4, d_k = 4, got \(4, 3\)",
        ),
        ({"query": np.ones(4)}, r"query: expected shape \(…, T, d\)"),
        ({"query": np.ones((2, 0, 4))}, "query: expected shape"),
        ({"query": np.ones((3, 3, 4))}, r"key: expected the leading sizes of query, \(3,\)"),
        ({"key": np.ones((2, 5, 3))}, "key: expected d_k = d_q = 4 for the score 'scaled_dot'"),
        ({"value": np.ones((2, 4, 6))}, "value: expected shape .* as key has"),
        ({"value": np.ones((2, 5, 6), complex)}, "value: expected real numbers"),
        ({"mask": np.ones((3, 5))}, "mask: expected booleans broadcastable"),
        ({"mask": np.ones((3, 4), bool)}, r"mask: expected booleans broadcastable to \(…, Tq, Tk\) = \(2, 3, 5\)"),
        ({"mask": np.ones((7, 2, 3, 5), bool)}, "mask: expected booleans broadcastable"),
    ],
)
def test_bad_input_is_named(change, words):
    with pytest.raises(ValueError, match=words):
        attention.forward(**{"params": {}} | GOOD | change)


def test_bad_gradient_and_sizes_are_named():
    cache = attention.forward({}, **GOOD)[2]
    with pytest.raises(ValueError, match=r"dcontext: expected the shape of the context, \(2, 3, 6\)"):
        attention.backward(cache, np.ones((2, 3, 5)))
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="key_size: expected query_size = 2"):
        attention.init(rng, 2, 3, score="dot")
    with pytest.raises(ValueError, match="units: expected a whole number"):
        attention.init(rng, 2, 3, 0, score="additive")
    with pytest.raises(ValueError, match="rng: expected"):
        attention.init(0, 2, 2)


# --- lengths, and a gradient for the weights --------------------------------------------------------------------------


@every_score
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("use", ["weights", "both"])
@pytest.mark.parametrize("given", ["nothing", "lengths", "lengths and mask"])
def test_gradients_of_context_and_weights_with_lengths(score, shape, use, given):
    leading, Tq, Tk = shape[:3]
    params, query, key, value, dcontext = problem(score, *shape)
    rng = np.random.default_rng(1)
    dweights = rng.normal(size=(*leading, Tq, Tk))
    options = {"score": score} | ({} if given == "nothing" else {"lengths": rng.integers(1, Tk + 1, leading)})
    if given == "lengths and mask":
        options["mask"] = rng.random((*leading, Tq, Tk)) < 0.7

    def error():
        context, weights, _ = attention.forward(params, query, key, value, **options)
        return np.sum(weights * dweights) + (np.sum(context * dcontext) if use == "both" else 0)

    cache = attention.forward(params, query, key, value, **options)[2]
    grads, *rest = attention.backward(cache, dcontext if use == "both" else None, dweights)
    found = grads | dict(zip(("query", "key", "value"), rest, strict=True))
    for name, array in (params | {"query": query, "key": key, "value": value}).items():
        measured = gradcheck.numerical_gradient(error, array)
        np.testing.assert_allclose(found[name], measured, rtol=1e-6, atol=1e-8, err_msg=name)


@every_score
def test_lengths_are_a_mask_with_its_axis_whatever_the_sizes(score):
    params, query, key, value, dcontext = problem(score, (4,), 4, 4, 2, 3)  # N = Tq = Tk
    lengths, causal = np.array([1, 4, 2, 3]), attention.causal_mask(4)
    real = np.arange(4) < lengths[:, None]  # (N, Tk)
    wanted = attention.forward(params, query, key, value, score=score, mask=real[:, None])
    found = attention.forward(params, query, key, value, score=score, lengths=lengths)
    both = attention.forward(params, query, key, value, score=score, lengths=lengths.tolist(), mask=causal)
    for n, length in enumerate(lengths):
        alone = attention.forward(params, query[n], key[n, :length], value[n, :length], score=score)
        np.testing.assert_allclose(found[0][n], alone[0], rtol=1e-12)
        np.testing.assert_allclose(found[1][n, :, :length], alone[1], rtol=1e-12)
        assert not found[1][n, :, length:].any() and not both[1][n][~(causal & real[n])].any()
    assert all(np.array_equal(one, other) for one, other in zip(found[:2], wanted[:2], strict=True))
    np.testing.assert_allclose(both[1].sum(axis=-1), 1)
    key[0, 1:], value[0, 1:] = np.nan, np.inf  # padding may hold anything
    again = attention.forward(params, query, key, value, score=score, lengths=lengths)
    assert np.array_equal(again[0], found[0])
    dweights = np.where(found[1] == 0, np.nan, 1.0)
    for one, other in zip(
        attention.backward(again[2], dcontext, dweights)[1:], attention.backward(found[2], dcontext)[1:], strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)  # weights sum to 1: all alike is nothing


def test_lengths_of_one_sequence_and_of_more_leading_sizes():
    rng = np.random.default_rng(0)
    one, many = rng.normal(size=(5, 2)), rng.normal(size=(2, 3, 5, 2))
    assert not attention.forward({}, one, one, one, lengths=2)[1][:, 2:].any()
    weights = attention.forward({}, many, many, many, lengths=[[1, 2, 3], [4, 5, 1]])[1]
    assert (weights > 0).sum(axis=-1).tolist() == [[[k] * 5 for k in row] for row in ([1, 2, 3], [4, 5, 1])]


def test_the_cache_is_of_the_weights_that_ran():
    rng = np.random.default_rng(0)
    for score in ("general", "additive"):
        params, query, key, value, dcontext = problem(score, (2,), 3, 4, 2, 5)
        cache = attention.forward(params, query, key, value, score=score)[2]
        wanted = attention.backward(cache, dcontext)
        for array in params.values():
            array *= 2
        for one, other in zip(wanted[1:], attention.backward(cache, dcontext)[1:], strict=True):
            assert np.array_equal(one, other)
    params, x, dy = multi_head.init(rng, 4, 2), rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    cache = multi_head.forward(params, x, heads=2)[2]
    wanted = multi_head.backward(cache, dy)
    for array in params.values():
        array *= 2
    for one, other in zip(wanted[1:], multi_head.backward(cache, dy)[1:], strict=True):
        assert np.array_equal(one, other)


MASKED = np.ma.masked_equal(np.ones((2, 5, 4)), 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lengths": [5, 0]}, "lengths: expected values from 1 to T = 5, got 0 to 5"),
        ({"lengths": [6, 1]}, "lengths: expected values from 1 to T = 5, got 1 to 6"),
        ({"lengths": [2.0, 1.0]}, "lengths: expected integers"),
        ({"lengths": [True, False]}, "lengths: expected integers"),
        ({"lengths": [1, 2, 3]}, r"lengths: expected shape \(2,\), one for each sequence, got \(3,\)"),
        ({"lengths": 3}, r"lengths: expected shape \(2,\)"),
        ({"lengths": np.ma.array([1, 2])}, "lengths: expected a plain array"),
        ({"mask": np.ma.ones((3, 5), bool)}, "mask: expected a plain array"),
        ({"query": MASKED[:, :3]}, "query: expected a plain array"),
        ({"key": MASKED}, "key: expected a plain array"),
        ({"value": MASKED}, "value: expected a plain array"),
        ({"params": {"W": MASKED[0, :4]}, "score": "general"}, r"params\['W'\]: expected a plain array"),
    ],
)
def test_bad_lengths_and_masked_arrays_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        attention.forward(**{"params": {}} | GOOD | change)


def test_bad_gradients_of_weights_and_foreign_caches_are_named():
    cache = attention.forward({}, **GOOD)[2]
    heads = multi_head.forward(multi_head.init(np.random.default_rng(0), 4, 2), np.ones((3, 4)), heads=2)
    for words, call in {
        "dcontext: expected an array here or in dweights, got None for both": lambda: attention.backward(cache, None),
        r"dweights: expected the shape of the weights, \(2, 3, 5\), got \(3, 5\)": lambda: attention.backward(
            cache, None, np.ones((3, 5))
        ),
        "dweights: expected a plain array": lambda: attention.backward(cache, None, np.ma.ones((2, 3, 5))),
        "cache: expected the one that helpers.attention.forward returned, got a helpers.multi_head": lambda: (
            attention.backward(heads[2], np.ones((3, 4)))
        ),
        "cache: .*got a builtins.tuple": lambda: multi_head.backward(heads, np.ones((3, 4))),
        "dy: expected an array here or in dweights": lambda: multi_head.backward(heads[2], None),
        "dy: expected a plain array": lambda: multi_head.backward(heads[2], np.ma.ones((3, 4))),
    }.items():
        with pytest.raises(ValueError, match=words):
            call()


# --- several heads ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leading", [(), (2,)])
@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_of_several_heads(leading, heads, masked):
    rng = np.random.default_rng(0)
    params = multi_head.init(rng, 4, heads)
    x, memory, dy = (rng.normal(size=(*leading, steps, 4)) for steps in (3, 5, 3))
    mask = rng.random((*leading, 3, 5)) < 0.6 if masked else None
    cache = multi_head.forward(params, x, memory, heads=heads, mask=mask)[2]
    grads, dx, dmemory = multi_head.backward(cache, dy)
    for name, array in (params | {"x": x, "memory": memory}).items():
        measured = gradcheck.numerical_gradient(
            lambda: np.sum(multi_head.forward(params, x, memory, heads=heads, mask=mask)[0] * dy), array
        )
        found = (grads | {"x": dx, "memory": dmemory})[name]
        np.testing.assert_allclose(found, measured, rtol=1e-6, atol=1e-8, err_msg=name)


def test_self_attention_is_the_sum_of_both_roles():
    rng = np.random.default_rng(0)
    params, x, dy = multi_head.init(rng, 4, 2), rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    mask = attention.causal_mask(3)
    y, weights, cache = multi_head.forward(params, x, heads=2, mask=mask)
    _, dx, dmemory = multi_head.backward(cache, dy)
    measured = gradcheck.numerical_gradient(
        lambda: np.sum(multi_head.forward(params, x, heads=2, mask=mask)[0] * dy), x
    )
    np.testing.assert_allclose(dx + dmemory, measured, rtol=1e-6, atol=1e-8)
    assert weights.shape == (2, 3, 3) and not weights[:, ~mask].any() and y.shape == (3, 4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heads": 3}, "heads: expected a divisor of the size d = 4, got 3"),
        ({"heads": 0}, "heads: expected a whole number"),
        ({"x": np.ones((3, 5))}, r"x: expected shape \(…, T, d\) with d = 4"),
        ({"memory": np.ones(4)}, "memory: expected shape"),
        ({"params": {}}, "params: expected a dict with the keys"),
        ({"x": np.ones((0, 4))}, "x: expected shape"),
        ({"x": np.ma.ones((3, 4))}, "x: expected a plain array"),
        ({"memory": np.ones((2, 3, 4))}, r"memory: expected the leading sizes of x, \(\), got shape \(2, 3, 4\)"),
        ({"mask": np.ones((2, 3, 3), bool)}, r"mask: expected booleans broadcastable to .* = \(3, 3\)"),
        ({"mask": np.ma.ones((3, 3), bool)}, "mask: expected a plain array"),
        ({"lengths": 4}, "lengths: expected values from 1 to T = 3"),
        ({"lengths": [3]}, r"lengths: expected shape \(\)"),
    ],
)
def test_bad_heads_are_named(change, words):
    good = {"params": multi_head.init(np.random.default_rng(0), 4, 2), "x": np.ones((3, 4)), "heads": 2}
    with pytest.raises(ValueError, match=words):
        multi_head.forward(**good | change)


def test_a_bad_gradient_of_heads_is_named():
    cache = multi_head.forward(multi_head.init(np.random.default_rng(0), 4, 2), np.ones((3, 4)), heads=2)[2]
    with pytest.raises(ValueError, match="dy: expected the shape of y"):
        multi_head.backward(cache, np.ones((3, 3)))


@pytest.mark.parametrize(("N", "heads"), [(2, 2), (3, 1)])
@pytest.mark.parametrize("use", ["y", "weights", "both"])
def test_lengths_and_the_weights_gradient_of_several_heads(N, heads, use):
    rng = np.random.default_rng(0)
    params = multi_head.init(rng, 4, heads)
    x, memory, dy = (rng.normal(size=(N, steps, 4)) for steps in (2, 5, 2))
    dweights, lengths = rng.normal(size=(N, heads, 2, 5)), np.array([5, 2, 1])[:N]
    mask = rng.random((N, 2, 5)) < 0.8
    gradients = (None if use == "weights" else dy, None if use == "y" else dweights)

    def error():
        parts = multi_head.forward(params, x, memory, heads=heads, lengths=lengths, mask=mask)[:2]
        return sum(np.sum(one * other) for one, other in zip(parts, gradients, strict=True) if other is not None)

    _, weights, cache = multi_head.forward(params, x, memory, heads=heads, lengths=lengths, mask=mask)
    grads, dx, dmemory = multi_head.backward(cache, *gradients)
    real = np.arange(5) < lengths[:, None, None]
    assert not weights[~np.broadcast_to((mask & real)[:, None], weights.shape)].any() and not dmemory[~real[:, 0]].any()
    for name, array in (params | {"x": x, "memory": memory}).items():
        found = (grads | {"x": dx, "memory": dmemory})[name]
        np.testing.assert_allclose(
            found, gradcheck.numerical_gradient(error, array), rtol=1e-6, atol=1e-8, err_msg=name
        )
    alone = multi_head.forward(params, x[1], memory[1, : lengths[1]], heads=heads, mask=mask[1, :, : lengths[1]])[0]
    y = multi_head.forward(params, x, memory, heads=heads, lengths=lengths, mask=mask)[0]
    np.testing.assert_allclose(y[1], alone, rtol=1e-12)
