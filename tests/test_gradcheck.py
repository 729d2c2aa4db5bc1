"""The oracle itself, against gradients known from calculus."""

import math

import numpy as np
import pytest

from helpers import rnn
from helpers.gradcheck import check, errors, numerical_gradient, relative_error

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

    with pytest.raises(RuntimeError, match=r"diverged"):
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
        ({}, r"^grads: expected a dict with the keys \['a'\], got \[\]"),
        ({"b": np.ones(1)}, r"^grads: expected a dict with the keys \['a'\], got \['b'\]"),
        (np.ones(1), r"^grads: expected a dict with the keys \['a'\], got ndarray"),
        ({"a": np.ones(2)}, r"^analytic: expected the shape of numerical, \(1,\), got \(2,\)"),
    ],
)
def test_errors_refuses(grads, told):
    with pytest.raises(ValueError, match=told):
        errors(lambda: 0.0, {"a": np.ones(1)}, grads)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4, 1e8, 1e12])
def test_weights_of_any_size(size):
    """E = Σ W² x: a step of 1e-6 is lost in the digits of 1e8."""
    rng = np.random.default_rng(0)
    W, x = size * rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    assert errors(lambda: np.sum(W**2 * x), {"W": W}, {"W": 2 * W * x})["W"] < 1e-7


def test_the_step_is_epsilon_up_to_1_and_grows_with_the_weight_above():
    seen = []
    array = np.array([0.0, -1.0, 1.0, 50.0, -50.0])
    numerical_gradient(lambda: seen.append(array.copy()) or 0.0, array, step=2**-10)
    steps = [np.abs(np.array(seen[2 * i : 2 * i + 2])[:, i] - array[i]).tolist() for i in range(5)]
    assert steps == [[2**-10] * 2] * 3 + [[50 * 2**-10] * 2] * 2


def test_a_relu_at_its_kink_fails_though_right_as_check_says():
    x = np.array([[[0.0], [0.0]], [[1.0], [0.0]], [[0.0], [1.0]]])  # at first u = b = 0
    params = rnn.init(np.random.default_rng(0), 2, 4)

    def error():
        return 0.5 * float(np.sum(rnn.forward(params, x, activation="relu")[0] ** 2)) + float(np.sum(weight * first()))

    def first():
        return rnn.forward(params, x, activation="relu")[0][0]

    def grads():
        outputs, _, cache = rnn.forward(params, x, activation="relu")
        doutputs = outputs.copy()
        doutputs[0] += weight
        return rnn.backward(cache, doutputs)[0]

    weight = np.ones((4, 1))
    with pytest.raises(AssertionError, match=r"^b: expected an error of at most 1e-06"):
        check(error, params, grads())
    params["b"] += 0.1
    check(error, params, grads())


def quadratic():
    """Return arrays in nests, their E = ½ Σ p² and its gradients."""
    arrays = {"a": np.array([1.0, 2.0]), "inner": {"b": np.array([[3.0]]), "c": [np.array([0.5]), (np.array([-1.0]),)]}}
    flat = [arrays["a"], arrays["inner"]["b"], arrays["inner"]["c"][0], arrays["inner"]["c"][1][0]]
    a, b, c, d = (p.copy() for p in flat)
    grads = {"a": a, "inner": {"b": b, "c": (c, [d])}}
    return arrays, grads, lambda: 0.5 * sum(float(np.sum(p**2)) for p in flat)


def test_check_returns_the_errors_of_what_is_right():
    arrays, grads, error = quadratic()
    found = check(error, arrays, grads)
    assert list(found) == ["a", "inner/b", "inner/c/0", "inner/c/1/0"] and max(found.values()) < 1e-8
    assert found == errors(error, arrays, grads)
    assert list(check(lambda: float(np.sum(arrays["a"])), [arrays["a"]], [np.ones(2)])) == ["0"]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e9, 3.01])
def test_check_names_the_worst(bad):
    arrays, grads, error = quadratic()
    grads["a"] = grads["a"] * 1.001
    grads["inner"]["b"][0, 0] = bad
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(AssertionError, match=r"^inner/b: expected an error of at most 1e-06, got"),
    ):
        check(error, arrays, grads)


def test_nan_is_the_worst_wherever_it_stands():
    for order in (1, -1):
        arrays = dict([("a", np.ones(1)), ("b", np.ones(1)), ("c", np.ones(1))][::order])
        grads = {"a": np.array([2.0]), "b": np.array([np.nan]), "c": np.array([1.0])}
        with pytest.raises(AssertionError, match=r"^b: .* got nan"):
            check(lambda arrays=arrays: sum(p.item() for p in arrays.values()), arrays, grads)


def test_an_error_that_is_not_a_number_fails():
    with pytest.raises(AssertionError, match=r"^a: .* got nan"):
        check(lambda: np.nan, {"a": np.ones(1)}, {"a": np.zeros(1)})


def test_the_tolerance_is_kept():
    array = np.array([1.0])
    assert check(lambda: array.item() ** 2, {"a": array}, {"a": [2.02]}, tolerance=0.006)["a"] > 0.004
    with pytest.raises(AssertionError, match=r"at most 0.004, got 0.005"):
        check(lambda: array.item() ** 2, {"a": array}, {"a": [2.02]}, tolerance=0.004)
    for bad in (0, -1, np.nan, np.inf, None):
        with pytest.raises(ValueError, match=r"^tolerance: expected a finite number above 0"):
            check(lambda: 0.0, {"a": array}, {"a": [0.0]}, tolerance=bad)


@pytest.mark.parametrize(
    ("arrays", "grads", "told"),
    [
        ({}, {}, r"^arrays: expected a dict with at least one array, got \{\}"),
        ([], [], r"^arrays: expected a dict with at least one array, got \[\]"),
        ({"a": np.ones(1), "b": {}}, {"a": np.ones(1), "b": {}}, r"^arrays: expected a dict with at least one array"),
        ({"a": {"b": []}}, {"a": {"b": []}}, r"^arrays: expected a dict with at least one array"),
        (
            {"a": np.ones((0, 2))},
            {"a": np.ones((0, 2))},
            r"^arrays: expected .* elements in each, got 'a' twice or empty",
        ),
        ({"a/b": np.ones(1), "a": {"b": np.ones(1)}}, {"a/b": [0.0], "a": {"b": [0.0]}}, r"^arrays: .* got 'a' twice"),
        (np.ones(1), np.ones(1), r"^arrays: expected a dict with at least one array, got array"),
        ({"a": np.ones(1)}, {}, r"^grads: expected a dict with the keys \['a'\], got \[\]"),
        ([np.ones(1)] * 2, [np.ones(1)], r"^grads: expected a dict with the keys \[0, 1\], got \[0\]"),
        ({"a": np.ones(1)}, {"a": np.ma.ones(1)}, r"^analytic: expected a plain array, got a masked one"),
        ({"a": np.ones(1)}, {"a": np.ones(1) * 1j}, r"^analytic: expected real numbers.* complex128"),
        ({"a": np.ones(1, np.float32)}, {"a": np.ones(1)}, r"^array: expected a float64 array, got float32"),
    ],
)
@pytest.mark.parametrize("function", [check, errors])
def test_nothing_to_check_is_refused(function, arrays, grads, told):
    with pytest.raises(ValueError, match=told):
        function(lambda: 0.0, arrays, grads)


@pytest.mark.parametrize("loss", [(0.5, {}), np.ones(2), 1j, "0", None, np.ma.ones(1)])
def test_a_loss_that_is_no_number_is_refused(loss):
    array = np.ones(1)
    with pytest.raises(ValueError, match=r"loss|size 1"):
        check(lambda: loss, {"a": array}, {"a": np.zeros(1)})
    assert array.item() == 1


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e-30, 1.0, 1e30, 2e154, 1e300])
def test_relative_error_of_any_size(size):
    """Squares that leave the range of float64 neither make everything equal nor nothing."""
    a, n = np.array([1.0, 2.0]), np.array([1.0, 1.9])
    assert relative_error(size * a, size * n) == pytest.approx(relative_error(a, n), rel=1e-12)
    assert relative_error(size * a, -size * a) == pytest.approx(1)
    assert relative_error(size * a, size * a) == 0


def test_relative_error_keeps_its_bits():
    rng = np.random.default_rng(0)
    for _ in range(50):
        a, n = rng.normal(size=(2, 3, 4)) * 10.0 ** rng.integers(-20, 20)
        assert relative_error(a, n) == np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


@pytest.mark.parametrize("large", [1e3, 1e7])
@pytest.mark.parametrize("nested", [False, True])
def test_a_wrong_element_beside_large_ones_is_found(large, nested):
    """E = 1e7 a + b², and a gradient of b that is wrong."""
    p = np.array([[0.5, 1.5, 0.3]])
    arrays, grads = {"p": p}, {"p": np.array([[large, 3.0, 0.0]])}
    if nested:
        arrays, grads = [arrays], [grads]

    def error():
        return large * p[0, 0] + p[0, 1] ** 2

    check(error, arrays, grads)
    (grads[0] if nested else grads)["p"][0, 1] = 4.0
    if large == 1e7:
        assert max(errors(error, arrays, grads).values()) < 1e-6
        with pytest.raises(
            AssertionError, match=r"^(0/)?p\[\(0, 1\)\]: expected 3 as measured, got 4 beside larger ones"
        ):
            check(error, arrays, grads)
    with pytest.raises(AssertionError, match="p"):
        check(error, arrays, grads)


def test_what_is_right_passes_however_its_sizes_differ():
    """Rounding and the curvature of E must not look like a mistake: cells, losses of many sizes, E that cancels."""
    rng = np.random.default_rng(0)
    for scale in (1e-6, 1.0, 1e6):
        for offset in (0.0, 1e3):
            params, x, h0 = rnn.init(rng, 3, 4), rng.normal(size=(3, 3, 2)), rng.normal(size=(4, 2))
            x[:, 0] *= 1e-3

            def error(params=params, x=x, h0=h0, scale=scale, offset=offset):
                return scale * (offset + float(np.sum(rnn.forward(params, x, h0)[0] ** 3) - 1.0))

            outputs, _, cache = rnn.forward(params, x, h0)
            grads, dx, dh0 = rnn.backward(cache, scale * 3 * outputs**2)
            check(error, params | {"x": x, "h0": h0}, grads | {"x": dx, "h0": dh0}, 1e-4 if offset else 1e-6)


def test_an_array_that_the_error_does_not_depend_on_is_no_proof():
    params, x = rnn.init(np.random.default_rng(0), 2, 3), np.ones((1, 2, 1))

    def error():
        return float(np.sum(rnn.forward(params, x)[0]))

    outputs, _, cache = rnn.forward(params, x)
    grads = rnn.backward(cache, np.ones_like(outputs))[0]
    with pytest.raises(AssertionError, match=r"^W: expected an E that depends on it, got gradients of 0: nothing is"):
        check(error, params, grads)
    assert max(errors(error, params, grads).values()) < 1e-8


@pytest.mark.parametrize("step", [1e-13, 1e-20, 5e-324, 1.5, 1e300])
def test_a_step_that_measures_nothing_is_refused(step):
    with pytest.raises(
        ValueError, match=r"^step: expected a number from 1e-12, below which rounding is all, to 1, got"
    ):
        numerical_gradient(lambda: 0.0, np.ones(1), step)


def test_rounding_beside_large_elements_is_no_mistake():
    p = np.array([1.5, 0.55])
    measured = numerical_gradient(lambda: 1e9 * p[0] + p[1] ** 2, p)
    assert abs(measured[1] - 1.1) > 0.03  # a digit of 1.5e9 is worth so much
    check(lambda: 1e9 * p[0] + p[1] ** 2, {"p": p}, {"p": np.array([1e9, 1.1])})
