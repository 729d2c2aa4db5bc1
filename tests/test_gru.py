"""What the GRU has and no other cell: two places for the reset gate and two biases; see also test_cells.py."""

import math

import numpy as np
import pytest
from test_cells import check_gradients, problem

from helpers import gru

pytestmark = pytest.mark.filterwarnings("error")

PLACES = pytest.mark.parametrize("reset_after", [False, True])


@PLACES
def test_gates_by_hand(reset_after):
    """Check T = 1, H = 1 on paper, each gate told apart by its own row."""
    params = {
        "W_in": np.array([[1.0], [2.0], [3.0]]),
        "W": np.array([[0.5], [0.6], [0.7]]),
        "b_in": np.array([[0.1], [0.2], [0.3]]),
        "b": np.array([[-0.3], [0.1], [0.5]]),
    }
    outputs, h, cache = gru.forward(params, np.array([[[0.1]]]), np.array([[2.0]]), reset_after=reset_after)
    r, z = (1 / (1 + math.exp(-u)) for u in (0.1 + 0.1 + 1.0 - 0.3, 0.2 + 0.2 + 1.2 + 0.1))
    inside = r * (0.7 * 2 + 0.5) if reset_after else 0.7 * (r * 2) + 0.5
    n = math.tanh(0.3 + 0.3 + inside)
    assert gru.GATES == ("r", "z", "n")
    np.testing.assert_allclose(cache.gates.ravel(), [r, z, n], rtol=1e-14)
    assert h.item() == outputs.item() == pytest.approx((1 - z) * n + z * 2, rel=1e-14)
    assert cache.s.item() == pytest.approx(0.7 * 2 + 0.5 if reset_after else r * 2, rel=1e-14)


@PLACES
def test_cache_fields(reset_after):
    params, x, h0, _, _ = problem(gru, 4, 2, 3, 5)
    outputs, _, cache = gru.forward(params, x, h0, reset_after=reset_after)
    assert cache._fields == ("W_in", "W", "x", "h0", "gates", "s", "h", "real", "reset_after", "reads")
    assert cache.real is None and cache.reset_after is reset_after and cache.gates.shape == (4, 15, 3)
    for name, block in zip(gru.GATES, gru.blocks(cache.gates), strict=True):
        assert getattr(cache, name).shape == (4, 5, 3) and np.shares_memory(getattr(cache, name), cache.gates)
        np.testing.assert_array_equal(getattr(cache, name), block)
    before = np.concatenate([h0[None], outputs[:-1]])
    W_n, b_n = gru.blocks(params["W"])[2], gru.blocks(params["b"])[2]
    wanted = np.matmul(W_n, before) + b_n if reset_after else cache.r * before
    np.testing.assert_allclose(cache.s, wanted, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(outputs, (1 - cache.z) * cache.n + cache.z * before, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(cache.h, outputs)
    np.testing.assert_array_equal(cache.h0, h0)


def test_before_is_the_default():
    params, x, h0, _, _ = problem(gru, 4, 2, 3, 5)
    default, before, after = (
        gru.forward(params, x, h0, **options)[0] for options in ({}, {"reset_after": False}, {"reset_after": True})
    )
    np.testing.assert_array_equal(default, before)
    assert np.abs(before - after).max() > 0.01


def test_both_places_agree_where_the_reset_gate_is_open():
    """With r = 1 it does not matter what r acts on."""
    params, x, h0, doutputs, _ = problem(gru, 4, 2, 3, 5)
    gru.blocks(params["b"])[0][:] = 1e3
    found = [gru.forward(params, x, h0, reset_after=place) for place in (False, True)]
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-12)
    grads, others = (gru.backward(cache, doutputs)[0] for _, _, cache in found)
    for key in grads:
        np.testing.assert_allclose(grads[key], others[key], rtol=1e-10, atol=1e-13)


def test_the_two_biases_are_one_unless_r_acts_after():
    params, x, h0, doutputs, _ = problem(gru, 4, 2, 3, 5)
    merged = params | {"b_in": params["b_in"] + params["b"], "b": np.zeros_like(params["b"])}
    outputs, _, cache = gru.forward(params, x, h0)
    np.testing.assert_allclose(outputs, gru.forward(merged, x, h0)[0], rtol=1e-12)
    grads = gru.backward(cache, doutputs)[0]
    np.testing.assert_allclose(grads["b"], grads["b_in"], rtol=1e-12)
    assert not np.shares_memory(grads["b"], grads["b_in"])  # clipping and optimizers write into them
    grads = gru.backward(gru.forward(params, x, h0, reset_after=True)[2], doutputs)[0]
    np.testing.assert_allclose(grads["b"][:10], grads["b_in"][:10], rtol=1e-12)
    assert np.abs(grads["b"][10:] - grads["b_in"][10:]).max() > 0.01


@PLACES
def test_a_closed_update_gate_keeps_the_state(reset_after):
    """With z = 1 both the state and its gradient pass 500 steps unchanged."""
    params = {key: np.zeros_like(array) for key, array in gru.init(np.random.default_rng(0), 1, 2).items()}
    gru.blocks(params["b"])[1][:] = 1e3
    h0, dh = np.full((2, 3), 0.7), np.arange(6.0).reshape(2, 3)
    _, h, cache = gru.forward(params, np.ones((500, 1, 3)), h0, reset_after=reset_after)
    np.testing.assert_allclose(h, h0, rtol=1e-13)
    np.testing.assert_array_equal(gru.backward(cache, None, dh)[2], dh)


@PLACES
def test_strong_weights(reset_after):
    """Gradients where gates are nearly open or shut, too."""
    params, x, state, doutputs, dstate = problem(gru, 4, 2, 3, 4, seed=5)
    params = {key: 3 * array for key, array in params.items()}
    check_gradients(gru, params, x, state, doutputs, dstate, reset_after=reset_after)


@PLACES
def test_a_frozen_nan_stays_in_its_example(reset_after):
    params, x, state, doutputs, dstate = problem(gru, 5, 2, 3, 4)
    x[0, 0, 1] = np.nan
    outputs, h, cache = gru.forward(params, x, state, lengths=[5, 2, 4], reset_after=reset_after)
    _, dx, dh0 = gru.backward(cache, doutputs, dstate)
    assert np.isnan(h[:, 1]).all() and np.isfinite(h[:, [0, 2]]).all() and not outputs[2:, :, 1].any()
    assert np.isfinite(dx[:, :, [0, 2]]).all() and np.isfinite(dh0[:, [0, 2]]).all()


# --- init and refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_biases_start_at_zero_or_by_chrono(dtype):
    plain = gru.init(np.random.default_rng(0), 3, 800, dtype=dtype)
    assert not plain["b"].any() and not plain["b_in"].any()
    assert not np.shares_memory(plain["b"], plain["b_in"])
    params = gru.init(np.random.default_rng(0), 3, 800, chrono=200, dtype=dtype)
    r, z, n = gru.blocks(params["b"])
    assert not params["b_in"].any() and not r.any() and not n.any() and params["b"].dtype == dtype
    assert 0 <= z.min() < 0.5 and np.log(197) < z.max() <= np.log(199)
    assert np.exp(z).mean() == pytest.approx(100, rel=0.05)
    assert all(np.array_equal(params[key], plain[key]) for key in ("W_in", "W"))


@pytest.mark.parametrize("chrono", [2, 0, -5, 200.0, True, "200"])
def test_init_refuses(chrono):
    with pytest.raises(ValueError, match=rf"^chrono: expected a whole number of at least 3, got {chrono!r}"):
        gru.init(np.random.default_rng(0), 2, 3, chrono=chrono)


@pytest.mark.parametrize("reset_after", [None, 1, "after", np.ones(2)])
def test_reset_after_is_true_or_false(reset_after):
    params = gru.init(np.random.default_rng(0), 2, 3)
    with pytest.raises(ValueError, match=r"^reset_after: expected True or False, got"):
        gru.forward(params, np.ones((2, 2, 1)), reset_after=reset_after)


def test_a_pair_is_no_state():
    params = gru.init(np.random.default_rng(0), 2, 3)
    with pytest.raises(ValueError, match=r"^state: .*\(H, N\).* got \(2, 3, 1\)"):
        gru.forward(params, np.ones((2, 2, 1)), (np.ones((3, 1)), np.ones((3, 1))))
