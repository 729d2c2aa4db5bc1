"""Activation functions against their definitions, their slopes against differences."""

import math

import numpy as np
import pytest

from helpers import activations
from helpers.activations import named, sigmoid, softmax

pytestmark = pytest.mark.filterwarnings("error")

U = np.concatenate([np.linspace(-6, 6, 48), [-1e-3, 1e-3]])  # 0 is left out: ReLU has no slope there

DEFINITIONS = {
    "tanh": math.tanh,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "relu": lambda u: max(u, 0.0),
    "identity": lambda u: u,
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_values(name):
    np.testing.assert_allclose(named(name).function(U), [DEFINITIONS[name](u) for u in U], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_slopes_by_central_differences(name):
    function, slope = named(name)
    measured = (function(U + 1e-6) - function(U - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope(function(U)), measured, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_shape_and_out(name, dtype):
    function, slope = named(name)
    u = U.astype(dtype).reshape(2, 5, 5)
    kept = u.copy()
    h = function(u)
    assert h.dtype == dtype and h.shape == u.shape and not np.shares_memory(h, u)
    assert slope(h).dtype == dtype and slope(h).shape == u.shape
    np.testing.assert_array_equal(u, kept)
    out = np.empty_like(u)
    assert function(u, out=out) is out
    np.testing.assert_array_equal(out, h)
    np.testing.assert_array_equal(function(u, out=u), h)  # in place
    assert np.array_equal(u, h)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_extremes(name):
    """No overflow, no warning; NaN stays NaN."""
    ends = {"tanh": [-1, 1], "sigmoid": [0, 1], "relu": [0, 1e308], "identity": [-1e308, 1e308]}[name]
    function, slope = named(name)
    assert function(np.array([-1e308, 1e308])).tolist() == ends
    assert np.isfinite(slope(np.array(ends, float))).all()
    assert np.isnan(function(np.array([np.nan]))).all()


def test_slopes_at_known_points():
    assert named("sigmoid").slope(np.array([0.5])).item() == 0.25
    assert named("tanh").slope(np.array([0.5])).item() == 0.75
    assert named("relu").slope(np.array([0.0, 2.0])).tolist() == [0, 1]
    assert named("identity").slope(np.array([-3.0])).item() == 1


def test_single_numbers():
    assert float(sigmoid(0.0)) == 0.5 and float(sigmoid(np.array(0.0))) == 0.5
    assert float(named("relu").function(-2.0)) == 0


@pytest.mark.parametrize("name", ["Tanh", "", "softmax", None, 3, ["tanh"]])
def test_unknown_names(name):
    with pytest.raises(ValueError, match=r"^activation: expected one of 'tanh', 'sigmoid', 'relu', 'identity', got "):
        named(name)


def test_softmax_by_hand():
    powers = [math.exp(1), math.exp(2), math.exp(4)]
    np.testing.assert_allclose(softmax([1, 2, 4]), [p / sum(powers) for p in powers], rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_softmax_sums_to_1_along_its_axis(axis):
    logits = np.random.default_rng(0).normal(size=(2, 3, 4))
    p = softmax(logits, axis=axis)
    np.testing.assert_allclose(p.sum(axis=axis), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(logits + 100, axis=axis), p, rtol=1e-12)
    assert (p > 0).all() and np.isfinite(p).all()


def test_softmax_takes_extremes_and_minus_infinity():
    assert softmax(np.array([1e4, -1e4, 1e4])).tolist() == [0.5, 0, 0.5]
    assert softmax(np.array([0.0, -np.inf])).tolist() == [1, 0]
    assert softmax(np.zeros(2, np.float32)).dtype == np.float32


def test_softmax_refuses_text():
    with pytest.raises(ValueError, match=r"^logits: expected real numbers, got list of dtype <U1"):
        activations.softmax(["a"])


@pytest.mark.parametrize("bad", [["a"], np.ones(2) * 1j, [[1.0], [1.0, 2.0]], np.ma.ones(2)])
def test_sigmoid_and_softmax_refuse_what_is_no_plain_array_of_numbers(bad):
    with pytest.raises(ValueError, match=r"^u: expected "):
        sigmoid(bad)
    with pytest.raises(ValueError, match=r"^logits: expected "):
        softmax(bad)
