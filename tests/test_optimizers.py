"""Optimizers: steps by hand, in place, in nested dicts; refusals that change nothing."""

import math

import numpy as np
import pytest

from helpers.optimizers import SGD, Adam, Momentum

pytestmark = pytest.mark.filterwarnings("error")

MAKERS = {"SGD": lambda: SGD(0.1), "Momentum": lambda: Momentum(0.1, 0.9), "Adam": lambda: Adam(0.1)}


def follow(optimizer, gradients, start=1.0):
    """Return the values that one parameter takes under these gradients."""
    params, path = {"p": np.array([start])}, []
    for g in gradients:
        optimizer.step(params, {"p": np.array([g])})
        path.append(params["p"].item())
    return path


def test_sgd_by_hand():
    assert follow(SGD(0.5), [1.0, -2.0, 0.0]) == [0.5, 1.5, 1.5]


def test_momentum_by_hand():
    """Velocities −0.5, −0.25 + 1, 0.375."""
    assert follow(Momentum(0.5, 0.5), [1.0, -2.0, 0.0]) == [0.5, 1.25, 1.625]
    assert follow(Momentum(0.5, 0), [1.0, -2.0]) == follow(SGD(0.5), [1.0, -2.0])


def test_adam_by_hand():
    """Walk through Algorithm 1 of Kingma & Ba in plain numbers."""
    rate, beta1, beta2, epsilon = 0.1, 0.8, 0.95, 0.01
    gradients, p, m, s, wanted = [1.0, -2.0, 0.5, 0.0], 1.0, 0.0, 0.0, []
    for k, g in enumerate(gradients, start=1):
        m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
        p -= rate * (m / (1 - beta1**k)) / (math.sqrt(s / (1 - beta2**k)) + epsilon)
        wanted.append(p)
    np.testing.assert_allclose(follow(Adam(rate, beta1, beta2, epsilon), gradients), wanted, rtol=1e-14)


@pytest.mark.parametrize("g", [1e-3, 1.0, -1e4])
def test_adams_first_step_is_the_learning_rate(g):
    assert follow(Adam(0.1), [g], start=0.0)[0] == pytest.approx(-math.copysign(0.1, g), rel=1e-4)


def test_adams_defaults():
    adam = Adam()
    assert (adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon) == (1e-3, 0.9, 0.999, 1e-8)
    assert Momentum(0.1).momentum == 0.9


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_nested_dicts_change_in_place(make):
    rng = np.random.default_rng(0)
    params = {"forward": {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=(2, 1))}, "W_out": rng.normal(size=(1, 2))}
    arrays = [params["forward"]["W"], params["forward"]["b"], params["W_out"]]
    before = [array.copy() for array in arrays]
    gradients = [[rng.normal(size=array.shape) for array in arrays] for _ in range(3)]
    optimizer = make()
    for W, b, W_out in gradients:
        for array in (W, b, W_out):
            array.flags.writeable = False
        optimizer.step(params, {"W_out": W_out, "forward": {"b": b, "W": W}})  # the order does not matter
    assert params["forward"]["W"] is arrays[0] and params["forward"]["b"] is arrays[1] and params["W_out"] is arrays[2]
    for i, array in enumerate(arrays):  # the same as each number alone
        for index in np.ndindex(array.shape):
            alone = follow(make(), [step[i][index] for step in gradients], start=before[i][index])
            assert array[index] == pytest.approx(alone[-1], rel=1e-13)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_same_names_in_different_dicts_do_not_meet(make):
    params = {"a": {"W": np.zeros(1)}, "b": {"W": np.zeros(1)}}
    optimizer = make()
    for _ in range(2):
        optimizer.step(params, {"a": {"W": np.ones(1)}, "b": {"W": np.zeros(1)}})
    assert params["a"]["W"].item() < 0 and params["b"]["W"].item() == 0


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_keep_their_dtype(make, dtype):
    optimizer, params = make(), {"p": np.ones(2, dtype)}
    for g in (np.ones(2, np.float32), np.ones(2), np.ones(2, int), [1, 1]):
        optimizer.step(params, {"p": g})
    assert params["p"].dtype == dtype and (params["p"] < 1).all()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_all_go_downhill(make):
    optimizer, params = make(), {"p": np.array([3.0, -2.0])}
    for _ in range(300):
        optimizer.step(params, {"p": params["p"].copy()})  # E = ½ p²
    assert np.abs(params["p"]).max() < 0.05


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_two_optimizers_share_nothing(make):
    make().step({"p": np.zeros(1)}, {"p": np.ones(1)})
    assert follow(make(), [1.0, 1.0]) == follow(make(), [1.0, 1.0])


BAD_STEPS = {
    "a missing gradient": ({"a": 1}, r"^grads: expected a dict with the keys \['a', 'b'\], got \['a'\]"),
    "an unknown gradient": ({"a": 1, "b": 1, "c": 1}, r"^grads: expected .*\['a', 'b'\], got \['a', 'b', 'c'\]"),
    "no dict": (None, r"^grads: expected a dict with the keys \['a', 'b'\], got NoneType"),
    "another shape": ({"b": np.ones((1, 2))}, r"^grads\['b'\]: expected the parameter's shape \(2,\), got \(1, 2\)"),
    "a number": ({"b": 1.0}, r"^grads\['b'\]: expected the parameter's shape \(2,\), got \(\)"),
    "a dict for an array": ({"b": {"c": np.ones(2)}}, r"^grads\['b'\]: expected real numbers, got dict"),
    "text": ({"b": ["x", "y"]}, r"^grads\['b'\]: expected real numbers, got list of dtype <U1"),
    "complex": ({"b": np.ones(2) * 1j}, r"^grads\['b'\]: expected real numbers.* complex128"),
    "None": ({"b": None}, r"^grads\['b'\]: expected real numbers, got NoneType"),
    "ragged": ({"b": [[1.0], [1.0, 2.0]]}, r"^grads\['b'\]: expected an array, got a ragged list"),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("case", BAD_STEPS)
def test_bad_gradients_are_refused_before_anything_changes(make, case):
    changed, told = BAD_STEPS[case]
    params = {"a": np.zeros(2), "b": np.zeros(2)}
    grads = changed if case.endswith(("gradient", "dict")) else {"a": np.ones(2), "b": np.ones(2)} | changed
    optimizer = make()
    with pytest.raises(ValueError, match=told):
        optimizer.step(params, grads)
    assert not params["a"].any() and not params["b"].any()
    optimizer.step(params, {"a": np.ones(2), "b": np.ones(2)})
    fresh = {"a": np.zeros(2), "b": np.zeros(2)}
    make().step(fresh, {"a": np.ones(2), "b": np.ones(2)})
    np.testing.assert_array_equal(params["a"], fresh["a"])  # the refused step was not counted either


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(
    ("params", "grads", "told"),
    [
        ([np.ones(1)], {}, r"^params: expected a dict of arrays, got list"),
        ({"a": [1.0]}, {"a": [1.0]}, r"^params\['a'\]: expected an array of floats, got list"),
        ({"a": np.ones(1, int)}, {"a": np.ones(1)}, r"^params\['a'\]: expected an array of floats, got ndarray"),
        ({"a": {"b": 1.0}}, {"a": {"b": 1.0}}, r"^params\['a'\]\['b'\]: expected an array of floats, got float"),
        (
            {"a": {"b": np.ones(1)}},
            {"a": np.ones(1)},
            r"^grads\['a'\]: expected a dict with the keys \['b'\], got ndarray",
        ),
        ({"a": {"b": np.ones(1)}}, {"a": {"b": np.ones(2)}}, r"^grads\['a'\]\['b'\]: .* shape \(1,\), got \(2,\)"),
    ],
)
def test_other_refusals(make, params, grads, told):
    with pytest.raises(ValueError, match=told):
        make().step(params, grads)


@pytest.mark.parametrize("bad", [0, -0.1, np.nan, np.inf, None, "0.1", True, 1j])
@pytest.mark.parametrize("make", [SGD, Momentum, Adam])
def test_learning_rates_are_above_0(make, bad):
    with pytest.raises(ValueError, match=r"^learning_rate: expected a finite number above 0, got "):
        make(bad)


@pytest.mark.parametrize("bad", [-0.1, 1, 1.5, np.nan, np.inf, None, "0.9", True, 1j])
@pytest.mark.parametrize("name", ["momentum", "beta1", "beta2"])
def test_decay_rates_are_from_0_to_below_1(name, bad):
    with pytest.raises(ValueError, match=rf"^{name}: expected a number from 0 up to, not including, 1, got "):
        (Momentum if name == "momentum" else Adam)(0.1, **{name: bad})


@pytest.mark.parametrize("bad", [0, -1e-8, np.nan, None])
def test_epsilon_is_above_0(bad):
    with pytest.raises(ValueError, match=r"^epsilon: expected a finite number above 0, got "):
        Adam(epsilon=bad)
