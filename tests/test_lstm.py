"""What the LSTM has and no other cell: two states, three gates and a forget bias; see also test_cells.py."""

import math

import numpy as np
import pytest
from test_cells import check_gradients, problem, used, visible_loop

from helpers import lstm

pytestmark = pytest.mark.filterwarnings("error")


def test_gates_by_hand():
    """Check T = 1, H = 1 on paper, each gate told apart by its own row."""
    params = {"W_in": np.array([[1.0], [2.0], [3.0], [4.0]]), "W": np.full((4, 1), 0.5), "b": np.zeros((4, 1))}
    params["b"][1] = 1
    outputs, (h, c), cache = lstm.forward(params, np.array([[[0.1]]]), (np.array([[0.2]]), np.array([[0.3]])))
    i, f, o = (1 / (1 + math.exp(-u)) for u in (0.1 + 0.1, 0.2 + 0.1 + 1, 0.3 + 0.1))
    g = math.tanh(0.4 + 0.1)
    cell = f * 0.3 + i * g
    assert lstm.GATES == ("i", "f", "o", "g")
    np.testing.assert_allclose(cache.gates.ravel(), [i, f, o, g], rtol=1e-14)
    assert c.item() == pytest.approx(cell, rel=1e-14)
    assert h.item() == outputs.item() == pytest.approx(o * math.tanh(cell), rel=1e-14)


def test_cache_fields():
    params, x, (h0, c0), _, _ = problem(lstm, 4, 2, 3, 5)
    outputs, (h, c), cache = lstm.forward(params, x, (h0, c0))
    fields = ("W_in", "W", "x", "h0", "c0", "gates", "c", "tanh_c", "h", "real", "reads", "values")
    assert cache._fields == fields and cache.real is None
    assert cache.gates.shape == (4, 20, 3)
    for name, block in zip(lstm.GATES, lstm.blocks(cache.gates), strict=True):
        assert getattr(cache, name).shape == (4, 5, 3) and np.shares_memory(getattr(cache, name), cache.gates)
        np.testing.assert_array_equal(getattr(cache, name), block)
    before_h, before_c = np.concatenate([h0[None], outputs[:-1]]), np.concatenate([c0[None], cache.c[:-1]])
    u = np.matmul(params["W_in"], x) + np.matmul(params["W"], before_h) + params["b"]
    np.testing.assert_allclose(cache.gates[:, :15], 1 / (1 + np.exp(-u[:, :15])), rtol=1e-12)
    np.testing.assert_allclose(cache.g, np.tanh(u[:, 15:]), rtol=1e-12)
    np.testing.assert_allclose(cache.c, cache.f * before_c + cache.i * cache.g, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(cache.tanh_c, np.tanh(cache.c))
    np.testing.assert_array_equal(cache.h, outputs)
    np.testing.assert_array_equal(c, cache.c[-1])
    assert not np.shares_memory(c, cache.c) and not np.shares_memory(h, cache.h)
    np.testing.assert_array_equal((cache.h0, cache.c0), (h0, c0))


@pytest.mark.parametrize("lengths", [None, [5, 1, 3, 4]])
@pytest.mark.parametrize("use", ["cell", "hidden"])
def test_half_a_pair_of_gradients(use, lengths):
    params, x, state, doutputs, dstate = problem(lstm, 5, 2, 4, 3, seed=4)
    check_gradients(lstm, params, x, state, *used(use, doutputs, dstate), lengths=lengths)


@pytest.mark.parametrize("missing", [0, 1])
def test_half_a_state_is_a_zero_half(missing):
    params, x, state, _, _ = problem(lstm, 3, 2, 4, 3)
    half = tuple(None if k == missing else part for k, part in enumerate(state))
    whole = tuple(np.zeros_like(part) if k == missing else part for k, part in enumerate(state))
    np.testing.assert_array_equal(lstm.forward(params, x, half)[0], lstm.forward(params, x, whole)[0])


def test_a_list_is_a_pair():
    params, x, state, _, dstate = problem(lstm, 3, 2, 4, 3)
    outputs, last, cache = lstm.forward(params, x, list(state))
    np.testing.assert_array_equal(outputs, lstm.forward(params, x, state)[0])
    assert isinstance(last, tuple) and isinstance(lstm.backward(cache, None, list(dstate))[2], tuple)


def test_the_cell_freezes_past_the_length():
    params, x, state, _, _ = problem(lstm, 5, 2, 3, 4)
    _, (h, c), cache = lstm.forward(params, x, state, lengths=[2, 5, 3])
    for n, length in enumerate([2, 5, 3]):
        wanted = np.broadcast_to(cache.c[length - 1, :, n], (6 - length, 4))
        np.testing.assert_array_equal(cache.c[length - 1 :, :, n], wanted)
        np.testing.assert_array_equal(c[:, n], cache.c[length - 1, :, n])
        np.testing.assert_array_equal(h[:, n], cache.h[length - 1, :, n])
        assert not cache.h[length:, :, n].any()
    np.testing.assert_allclose(h, visible_loop(lstm, params, x, state, [2, 5, 3])[1][0], rtol=1e-12)


def test_an_open_forget_gate_carries_the_error_unchanged():
    """The constant error carousel: f = 1, i = 0, and ∂E/∂c goes through 500 steps as it is."""
    params = {"W_in": np.zeros((8, 1)), "W": np.zeros((8, 2)), "b": np.repeat([-1e3, 1e3, 0.0, 0.0], 2)[:, None]}
    _, (h, c), cache = lstm.forward(params, np.ones((500, 1, 3)), (None, np.full((2, 3), 0.7)))
    assert (c == 0.7).all()
    dc = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(lstm.backward(cache, None, (None, dc))[2][1], dc)


@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_a_non_finite_cell_shows(cell):
    params, x, (h0, c0), doutputs, _ = problem(lstm, 3, 2, 4, 3)
    c0[0, 1] = cell
    with np.errstate(invalid="ignore"):
        outputs, (h, c), cache = lstm.forward(params, x, (h0, c0))
        grads, _, _ = lstm.backward(cache, doutputs)
    assert not np.isfinite(c[:, 1]).all() and np.isfinite(c[:, [0, 2, 3]]).all()
    assert np.isnan(grads["W"]).any()


# --- init --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forget_bias(dtype):
    for options, wanted in (({}, 1), ({"forget_bias": 0.0}, 0), ({"forget_bias": -2}, -2)):
        params = lstm.init(np.random.default_rng(0), 3, 5, dtype=dtype, **options)
        b = params["b"].ravel()
        assert b.tolist() == [0] * 5 + [wanted] * 5 + [0] * 10 and b.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_chrono(dtype):
    params = lstm.init(np.random.default_rng(0), 3, 800, chrono=200, dtype=dtype, forget_bias=7.0)
    i, f, o, g = lstm.blocks(params["b"])
    assert params["b"].dtype == dtype and not o.any() and not g.any()
    np.testing.assert_array_equal(i, -f)
    assert 0 <= f.min() < 0.5 and np.log(197) < f.max() <= np.log(199)
    # e^b is uniform: its mean and its deviation say so
    assert np.exp(f).mean() == pytest.approx(100, rel=0.05)
    assert np.exp(f).std() == pytest.approx(198 / math.sqrt(12), rel=0.05)
    plain = lstm.init(np.random.default_rng(0), 3, 800, dtype=dtype)
    assert all(np.array_equal(params[key], plain[key]) for key in ("W_in", "W"))


def test_the_shortest_chrono():
    assert lstm.blocks(lstm.init(np.random.default_rng(0), 1, 50, chrono=3)["b"])[1].max() <= math.log(2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"forget_bias": "1"}, r"^forget_bias: expected a finite number, got '1'"),
        ({"forget_bias": None}, r"^forget_bias: expected a finite number, got None"),
        ({"forget_bias": np.nan}, r"^forget_bias: expected a finite number, got nan"),
        ({"forget_bias": np.inf}, r"^forget_bias: .* got inf"),
        ({"chrono": 2}, r"^chrono: expected a whole number of at least 3, got 2"),
        ({"chrono": 0}, r"^chrono: .* got 0"),
        ({"chrono": 200.0}, r"^chrono: .* got 200\.0"),
        ({"chrono": True}, r"^chrono: .* got True"),
        ({"chrono": "200"}, r"^chrono: .* got '200'"),
    ],
)
def test_init_refuses(options, told):
    with pytest.raises(ValueError, match=told):
        lstm.init(np.random.default_rng(0), 2, 3, **options)


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "got"),
    [
        (np.ones((5, 4)), "ndarray"),
        (np.ones((2, 5, 4)), "ndarray"),
        ((np.ones((5, 4)),), "1 parts"),
        ((np.ones((5, 4)),) * 3, "3 parts"),
        ({"h": 1, "c": 2}, "dict"),
        (0.0, "float"),
    ],
)
def test_a_state_that_is_no_pair(state, got):
    params = lstm.init(np.random.default_rng(0), 2, 5)
    _, _, cache = lstm.forward(params, np.ones((3, 2, 4)))
    told = rf"state: expected a pair \(h, c\) of arrays of shape \(H, N\), got {got}"
    with pytest.raises(ValueError, match="^" + told):
        lstm.forward(params, np.ones((3, 2, 4)), state)
    with pytest.raises(ValueError, match="^d" + told):
        lstm.backward(cache, None, state)


def test_a_pair_of_none_is_no_gradient():
    _, _, cache = lstm.forward(lstm.init(np.random.default_rng(0), 2, 5), np.ones((3, 2, 4)))
    with pytest.raises(ValueError, match=r"^doutputs: expected an array here or in dstate, got None for both"):
        lstm.backward(cache, None, (None, None))
