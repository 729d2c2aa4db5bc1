"""The output layer: gradients, contract, refusals."""

import numpy as np
import pytest

from helpers import dense, gradcheck

pytestmark = pytest.mark.filterwarnings("error")

SIZES = [(4, 2, 3, 5), (1, 1, 1, 1), (3, 1, 4, 2), (1, 5, 2, 1)]  # T, K, N, H


def problem(T, K, N, H, dtype=np.float64):
    rng = np.random.default_rng(T + 10 * K)
    params = {"W_out": rng.normal(size=(K, H)).astype(dtype), "b_out": rng.normal(size=(K, 1)).astype(dtype)}
    return params, rng.normal(size=(T, H, N)).astype(dtype), rng.normal(size=(T, K, N)).astype(dtype)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_by_central_differences(sizes):
    params, h, dv = problem(*sizes)
    grads, dh = dense.backward(dense.forward(params, h)[1], dv)
    measured = gradcheck.errors(
        lambda: np.sum(dense.forward(params, h)[0] * dv), {"params": params, "h": h}, {"params": grads, "h": dh}
    )
    assert max(measured.values()) < 1e-8, measured


@pytest.mark.parametrize("sizes", SIZES)
def test_equals_the_visible_loop(sizes):
    params, h, _ = problem(*sizes)
    v, _ = dense.forward(params, h)
    T, K, N, H = sizes
    for t, k, n in np.ndindex(T, K, N):
        wanted = sum(float(params["W_out"][k, i]) * float(h[t, i, n]) for i in range(H)) + float(params["b_out"][k, 0])
        assert v[t, k, n] == pytest.approx(wanted, rel=1e-12, abs=1e-13)


def test_by_hand():
    params = {"W_out": np.array([[1.0, 2.0]]), "b_out": np.array([[3.0]])}
    v, cache = dense.forward(params, np.array([[[1.0], [1.0]], [[0.0], [5.0]]]))
    assert v.ravel().tolist() == [6, 13]
    grads, dh = dense.backward(cache, np.array([[[1.0]], [[10.0]]]))
    assert grads["W_out"].tolist() == [[1, 51]] and grads["b_out"].tolist() == [[11]]
    assert dh.tolist() == [[[1], [2]], [[10], [20]]]


def test_dtypes():
    params, h, dv = problem(2, 3, 2, 4, np.float32)
    v, cache = dense.forward(params, h)
    grads, dh = dense.backward(cache, dv)
    assert {array.dtype for array in [v, dh, *grads.values()]} == {np.dtype(np.float32)}
    assert dense.forward(params, h.astype(np.float64))[0].dtype == np.float64
    assert dense.forward(params | {"b_out": params["b_out"].astype(np.float64)}, h)[0].dtype == np.float64
    assert dense.forward(params, (h > 0))[0].dtype == np.float32
    grads, dh = dense.backward(cache, np.ones(dv.shape, int))
    assert {array.dtype for array in [dh, *grads.values()]} == {np.dtype(np.float32)}


def test_nothing_is_mutated_and_backward_repeats():
    params, h, dv = problem(2, 3, 2, 4)
    for array in [h, dv, *params.values()]:
        array.flags.writeable = False
    v, cache = dense.forward(params, np.asfortranarray(h))
    first, again = dense.backward(cache, dv), dense.backward(cache, dv[::-1][::-1])
    np.testing.assert_array_equal(first[1], again[1])
    for key in params:
        np.testing.assert_array_equal(first[0][key], again[0][key])
    np.testing.assert_allclose(v, dense.forward(params, h)[0], rtol=1e-12)
    assert cache._fields == ("W_out", "h")


def test_init():
    params = dense.init(np.random.default_rng(0), 4, 3, dtype=np.float32)
    assert params["W_out"].shape == (3, 4) and params["b_out"].shape == (3, 1)
    assert params["W_out"].all() and not params["b_out"].any()
    assert {array.dtype for array in params.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        ((0, 3), {}, r"^input_size: .* got 0"),
        ((3, 0), {}, r"^output_size: .* got 0"),
        ((3, 1.5), {}, r"^output_size: expected a whole number.* got 1\.5"),
        ((3, 2), {"dtype": bool}, r"^dtype: .* got bool"),
    ],
)
def test_init_refuses(arguments, options, told):
    with pytest.raises(ValueError, match=told):
        dense.init(np.random.default_rng(0), *arguments, **options)


def test_init_wants_a_generator():
    with pytest.raises(ValueError, match=r"^rng: .*Generator.* got int"):
        dense.init(7, 3, 2)


H = np.ones((3, 4, 2))  # T = 3, H = 4, N = 2; K = 5 below

BAD_FORWARD = {
    "h of another H": ({}, np.ones((3, 5, 2)), r"^h: expected shape \(T, H, N\) with H = 4, got \(3, 5, 2\)"),
    "h of 2 dimensions": ({}, np.ones((4, 2)), r"^h: .*\(T, H, N\).* got \(4, 2\)"),
    "T = 0": ({}, np.ones((0, 4, 2)), r"^h: .*every size at least 1, got \(0, 4, 2\)"),
    "h complex": ({}, H * 1j, r"^h: expected real numbers.* complex128"),
    "h ragged": ({}, [[1], [1, 2]], r"^h: .*ragged list"),
    "b_out flat": ({"b_out": np.ones(5)}, H, r"^params\['b_out'\]: expected shape \(K, 1\) with K = 5, got \(5,\)"),
    "b_out of another K": ({"b_out": np.ones((1, 1))}, H, r"^params\['b_out'\]: .*K = 5, got \(1, 1\)"),
    "W_out flat": ({"W_out": np.ones(4)}, H, r"^params\['W_out'\]: .*\(K, H\).* got \(4,\)"),
    "unknown key": ({"b": np.ones((5, 1))}, H, r"^params: expected .*\['W_out', 'b_out'\], got .*'b'\]"),
}


@pytest.mark.parametrize("case", BAD_FORWARD)
def test_forward_refuses(case):
    changed, h, told = BAD_FORWARD[case]
    with pytest.raises(ValueError, match=told):
        dense.forward(dense.init(np.random.default_rng(0), 4, 5) | changed, h)


@pytest.mark.parametrize(
    ("dv", "told"),
    [
        (np.ones((3, 1, 2)), r"^dv: expected shape \(T, K, N\) with T = 3, K = 5, N = 2, got \(3, 1, 2\)"),
        (np.ones((1, 5, 2)), r"^dv: .* got \(1, 5, 2\)"),
        (np.ones((3, 5)), r"^dv: .* got \(3, 5\)"),
        (None, r"^dv: expected real numbers, got NoneType"),
    ],
)
def test_backward_refuses(dv, told):
    _, cache = dense.forward(dense.init(np.random.default_rng(0), 4, 5), H)
    with pytest.raises(ValueError, match=told):
        dense.backward(cache, dv)


@pytest.mark.parametrize("masked", ["W_out", "b_out", "h", "dv"])
def test_masked_arrays_are_refused_by_name(masked):
    given = dense.init(np.random.default_rng(0), 4, 5) | {"h": H}
    cache = dense.forward({key: given[key] for key in ("W_out", "b_out")}, H)[1]
    with pytest.raises(ValueError, match=rf"{masked}.*: expected a plain array, got a masked one"):
        if masked == "dv":
            dense.backward(cache, np.ma.ones((3, 5, 2)))
        given[masked] = np.ma.masked_equal(given[masked], -9999)
        dense.forward({key: given[key] for key in ("W_out", "b_out")}, given["h"])


def test_weights_changed_in_place_do_not_change_the_gradients():
    params = dense.init(np.random.default_rng(0), 4, 5)
    _, cache = dense.forward(params, H)
    wanted = dense.backward(cache, np.ones((3, 5, 2)))[1]
    params["W_out"] *= 2
    np.testing.assert_array_equal(dense.backward(cache, np.ones((3, 5, 2)))[1], wanted)


def test_nan_goes_through():
    params = dense.init(np.random.default_rng(0), 4, 5)
    params["W_out"][1, 1] = np.nan
    v, cache = dense.forward(params, H)
    assert np.isnan(v[:, 1]).all() and np.isfinite(v[:, 0]).all()
    assert np.isnan(dense.backward(cache, v)[1]).all()
