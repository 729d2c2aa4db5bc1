"""The oracle itself, against gradients known from calculus."""

import math

import numpy as np
import pytest

from helpers.gradcheck import errors, numerical_gradient, relative_error

pytestmark = pytest.mark.filterwarnings("error")


def test_numerical_gradient_of_a_polynomial():
    array = np.array([[1.0, -2.0], [0.5, 3.0]])
    measured = numerical_gradient(lambda: np.sum(array**3), array)
    assert measured.shape == array.shape
    np.testing.assert_allclose(measured, 3 * array**2, rtol=1e-8)


def test_the_difference_is_central():
    """A one-sided difference of p² would be off by ε; the central one is exact whatever ε."""
    array = np.array([1.0])
    assert numerical_gradient(lambda: array.item() ** 2, array, step=0.5).item() == 2.0
    assert numerical_gradient(lambda: array.item() ** 3, array, step=0.5).item() == 3.25  # 3 + ε²


def test_the_error_falls_with_the_square_of_the_step():
    array = np.array([0.7])
    wrong = [
        abs(numerical_gradient(lambda: math.sin(array.item()), array, s).item() - math.cos(0.7)) for s in (0.1, 0.01)
    ]
    assert wrong[0] / wrong[1] == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0, 3), (2, 3, 1)])
def test_any_shape(shape):
    array = np.ones(shape)
    np.testing.assert_allclose(
        numerical_gradient(lambda: 2 * float(np.sum(array)), array), np.full(shape, 2.0), rtol=1e-8
    )


def test_a_view_is_measured_where_it_lies():
    whole = np.ones((4, 4))
    measured = numerical_gradient(lambda: np.sum(whole**2), whole[::2, ::-1])
    np.testing.assert_allclose(measured, np.full((2, 4), 2.0), rtol=1e-8)
    assert (whole == 1).all()


def test_the_array_is_put_back():
    rng = np.random.default_rng(0)
    array = rng.normal(size=5) * 10.0 ** np.arange(-12, 13, 6)[:5]
    kept = array.copy()
    numerical_gradient(lambda: np.sum(array), array)
    np.testing.assert_array_equal(array, kept)

    def fails():
        if array[2] != kept[2]:
            raise RuntimeError("diverged")
        return 0.0

    with pytest.raises(RuntimeError, match="diverged"):
        numerical_gradient(fails, array)
    np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.ones(2, np.float32), "float32"),
        (np.ones(2, int), "int64"),
        ([1.0], "list"),
        (1.0, "float"),
        (None, "NoneType"),
    ],
)
def test_only_float64_arrays(array, told):
    with pytest.raises(ValueError, match=rf"^array: expected a float64 array, got {told}"):
        numerical_gradient(lambda: 0.0, array)


@pytest.mark.parametrize("step", [0, -1e-6, np.nan, np.inf, None, True])
def test_the_step_is_above_0(step):
    with pytest.raises(ValueError, match=r"^step: expected a finite number above 0, got "):
        numerical_gradient(lambda: 0.0, np.ones(1), step)


def test_relative_error_by_hand():
    assert relative_error([1.0, 0.0], [1.0, 0.0]) == 0
    assert relative_error([1.0, 0.0], [0.0, 1.0]) == pytest.approx(math.sqrt(2) / 2)
    assert relative_error([1.0], [-1.0]) == 1
    assert relative_error([3.0, 4.0], [0.0, 0.0]) == 1
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([[1.1]], [[0.9]]) == pytest.approx(0.1)
    assert type(relative_error(np.ones(2), np.ones(2))) is float


def test_relative_error_does_not_depend_on_scale_or_order():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([1.1, 1.9, 3.0])
    assert relative_error(a, b) == relative_error(b, a) == pytest.approx(relative_error(1e-9 * a, 1e-9 * b))


def test_relative_error_shows_nan():
    assert math.isnan(relative_error([np.nan, 1.0], [1.0, 1.0]))
    assert math.isnan(relative_error([1.0], [np.nan]))


@pytest.mark.parametrize(("a", "b"), [(np.ones(2), np.ones(3)), (np.ones((2, 1)), np.ones(2)), (1.0, np.ones(2))])
def test_relative_error_does_not_broadcast(a, b):
    with pytest.raises(ValueError, match=r"^analytic: expected the shape of numerical, \(\d,\), got \("):
        relative_error(a, b)


def test_errors_names_every_array():
    params = {"a": np.array([1.0, 2.0]), "inner": {"b": np.array([[3.0]]), "deep": {"c": np.array([0.5])}}}
    grads = {"a": 2 * params["a"], "inner": {"b": 2 * params["inner"]["b"], "deep": {"c": np.array([2.0])}}}  # c is 1

    def loss():
        return sum(np.sum(p**2) for p in (params["a"], params["inner"]["b"], params["inner"]["deep"]["c"]))

    found = errors(loss, params, grads)
    assert list(found) == ["a", "inner/b", "inner/deep/c"]
    assert found["a"] < 1e-9 and found["inner/b"] < 1e-9
    assert found["inner/deep/c"] == pytest.approx(1 / 3, rel=1e-6)


@pytest.mark.parametrize(
    ("grads", "told"),
    [
        ({}, r"^grads: expected a dict with the names \['a'\], got \[\]"),
        ({"b": np.ones(1)}, r"^grads: expected a dict with the names \['a'\], got \['b'\]"),
        (np.ones(1), r"^grads: expected a dict with the names \['a'\], got ndarray"),
        ({"a": np.ones(2)}, r"^analytic: expected the shape of numerical, \(1,\), got \(2,\)"),
    ],
)
def test_errors_refuses(grads, told):
    with pytest.raises(ValueError, match=told):
        errors(lambda: 0.0, {"a": np.ones(1)}, grads)
