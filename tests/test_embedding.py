"""The embedding: the same as a one-hot product, its gradient, refusals."""

import numpy as np
import pytest

from helpers import embedding, gradcheck

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(("T", "N", "V", "D"), [(4, 3, 5, 2), (1, 1, 1, 1), (2, 5, 3, 1), (3, 1, 9, 4)])
@pytest.mark.parametrize("padded", [False, True])
def test_as_a_one_hot_product_and_by_central_differences(T, N, V, D, padded):
    rng = np.random.default_rng(0)
    params = embedding.init(rng, V, D)
    tokens, dx = rng.integers(0, V, (T, N)), rng.normal(size=(T, D, N))
    lengths = np.arange(N) % T + 1 if padded else None
    real = np.ones((T, N), bool) if lengths is None else np.arange(T)[:, None] < lengths
    given = np.where(real, tokens, -1)  # padding is not looked at
    x, cache = embedding.forward(params, given, lengths)
    onehot = np.eye(V)[tokens] * real[..., None]
    np.testing.assert_array_equal(x, np.einsum("tnv,vd->tdn", onehot, params["E"]))
    dx[~np.broadcast_to(real[:, None], dx.shape)] = np.nan
    grads = embedding.backward(cache, dx)
    clean = np.nan_to_num(dx)
    measured = gradcheck.numerical_gradient(
        lambda: np.sum(embedding.forward(params, given, lengths)[0] * clean), params["E"]
    )
    np.testing.assert_allclose(grads["E"], measured, rtol=1e-7, atol=1e-8)
    np.testing.assert_array_equal(grads["E"], embedding.backward(cache, dx)["E"])


def test_float32_stays_and_nothing_is_changed():
    params = embedding.init(np.random.default_rng(0), 4, 3, dtype=np.float32)
    tokens, dx = np.array([[1, 1], [3, 0]], np.uint8), np.ones((2, 3, 2), np.float32)
    for array in (params["E"], tokens, dx):
        array.flags.writeable = False
    x, cache = embedding.forward(params, tokens)
    grads = embedding.backward(cache, dx)
    assert x.dtype == grads["E"].dtype == np.float32
    assert grads["E"].tolist() == [[1] * 3, [2] * 3, [0] * 3, [1] * 3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tokens": np.array([[4]])}, r"tokens: expected 0 to V−1 = 3, got 4 to 4"),
        ({"tokens": np.array([[-1]])}, r"tokens: expected 0 to V−1 = 3, got -1 to -1"),
        ({"tokens": np.ones((2, 2))}, "tokens: expected integers, got float64"),
        ({"tokens": np.ones(2, int)}, r"tokens: expected shape \(T, N\)"),
        ({"tokens": np.ones((0, 2), int)}, "tokens: expected shape"),
        ({"lengths": [0]}, "lengths: expected values from 1"),
        ({"lengths": [2]}, "lengths: expected values from 1 to T = 1"),
        ({"params": {}}, r"params: expected a dict with the keys \['E'\]"),
        ({"params": {"E": np.ones(3)}}, r"params\['E'\]: expected shape \(V, D\)"),
    ],
)
def test_bad_input_is_named(change, words):
    params = embedding.init(np.random.default_rng(0), 4, 3)
    with pytest.raises(ValueError, match=words):
        embedding.forward(**{"params": params, "tokens": np.array([[2]])} | change)


def test_a_bad_gradient_is_named():
    cache = embedding.forward(embedding.init(np.random.default_rng(0), 4, 3), np.array([[2]]))[1]
    with pytest.raises(ValueError, match=r"dx: expected shape \(T, D, N\)"):
        embedding.backward(cache, np.ones((1, 2, 1)))
    with pytest.raises(ValueError, match="tokens: expected a whole number"):
        embedding.init(np.random.default_rng(0), 0, 3)


@pytest.mark.parametrize("masked", ["E", "tokens", "lengths", "dx"])
def test_masked_arrays_are_refused_by_name(masked):
    params, tokens, lengths = {"E": np.ones((4, 3))}, np.array([[2]]), np.array([1])
    cache = embedding.forward(params, tokens, lengths)[1]
    with pytest.raises(ValueError, match=rf"{masked}.*: expected a plain array, got a masked one"):
        if masked == "dx":
            embedding.backward(cache, np.ma.ones((1, 3, 1)))
        given = {"E": params["E"], "tokens": tokens, "lengths": lengths}
        given[masked] = np.ma.masked_equal(given[masked], -9999)
        embedding.forward({"E": given["E"]}, given["tokens"], given["lengths"])


def test_gradients_are_real_numbers_integers_in_the_dtype_of_E():
    cache = embedding.forward({"E": np.ones((4, 3), np.float32)}, np.array([[2]]))[1]
    assert embedding.backward(cache, np.ones((1, 3, 1), int))["E"].dtype == np.float32
    for bad in (np.ones((1, 3, 1)) * 1j, np.full((1, 3, 1), "a")):
        with pytest.raises(ValueError, match="dx: expected real numbers"):
            embedding.backward(cache, bad)


def test_nan_goes_through():
    E = np.ones((4, 3))
    E[2, 1] = np.nan
    x, cache = embedding.forward({"E": E}, np.array([[2]]))
    assert np.isnan(x[0, 1, 0]) and np.isnan(embedding.backward(cache, x)["E"][2, 1])
