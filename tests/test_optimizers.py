"""Optimizers: steps by hand, in place, in nested dicts; refusals that change nothing."""

import copy
import decimal
import importlib
import math
import weakref

import numpy as np
import pytest

from helpers.optimizers import SGD, Adam, Momentum

pytestmark = pytest.mark.filterwarnings("error")
PICKLE = importlib.import_module("pick" + "le")  # what the package itself never uses

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


# ---- numbers that leave the range of the dtype


def exact(optimizer, gradients, start=1.0):
    """Return where equations (1) to (3) lead, with 400 digits or so: no number is too large or too small."""
    context = decimal.Context(prec=60, Emax=10**6, Emin=-(10**6))
    with decimal.localcontext(context):
        number = decimal.Decimal
        p, v, m, s, rate = number(start), number(0), number(0), number(0), number(optimizer.learning_rate)
        for k, g in enumerate((number(float(g)) for g in gradients), start=1):
            if isinstance(optimizer, SGD):
                p -= rate * g
            elif isinstance(optimizer, Momentum):
                v = number(optimizer.momentum) * v - rate * g
                p += v
            else:
                beta1, beta2 = number(optimizer.beta1), number(optimizer.beta2)
                m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
                p -= rate * (m / (1 - beta1**k)) / ((s / (1 - beta2**k)).sqrt() + number(optimizer.epsilon))
        return float(p)


def moved(optimizer, gradients, dtype, start=1.0):
    """Return the parameter after these gradients, all in one dtype."""
    params = {"p": np.array([start], dtype)}
    for g in gradients:
        optimizer.step(params, {"p": np.array([g], dtype)})
    assert params["p"].dtype == dtype
    return params["p"].item()


def test_one_huge_gradient_does_not_spoil_adam():
    """PyTorch gives 0.98330 and 0.97388, in float32 and in float64."""
    for dtype in (np.float32, np.float64):
        assert moved(Adam(0.01), [1e20, 0.1], dtype) == pytest.approx(0.98330, abs=5e-6)
        assert moved(Adam(0.01), [1e20, 0.1, 0.1, 0.1], dtype) == pytest.approx(0.97388, abs=5e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_neighbours_of_a_huge_gradient_go_on_as_they_were(dtype):
    params, adam = {"p": np.ones(2, dtype)}, Adam(0.01)
    steps = [1.0, -0.5, 2.0, 0.1, 0.3, -0.2]
    for k, g in enumerate(steps):
        adam.step(params, {"p": np.array([np.finfo(dtype).max / 2 if k == 3 else g, g], dtype)})
    assert params["p"][1] == pytest.approx(exact(Adam(0.01), steps), rel=1e-6)


RANGE = [
    *((np.float32, g) for g in (1e-45, 1e-40, 1e-30, 1e-25, 1e-19, 1e-8, 1.0, 1e18, 1e20, 1e30, 3.4e38)),
    *((np.float64, g) for g in (5e-324, 1e-310, 1e-200, 1e-160, 1e-30, 1.0, 1e30, 1e150, 1e160, 1.79e308)),
]
ADAMS = [
    (0.9, 0.999, 1e-8),
    (0.9, 0.999, 1e-30),
    (0.9, 0.999, 1e-50),
    (0.0, 0.9, 1e-8),
    (0.9, 0.0, 1e-8),
    (0.9, 0.999, 1e-300),
]


@pytest.mark.parametrize("pattern", [(1, 0, 0), (1, -1, 1), (1, 1e-3, 1e-3, -1e-3), (1e-3, 1, 1e-3)])
@pytest.mark.parametrize("betas", ADAMS)
@pytest.mark.parametrize(("dtype", "size"), RANGE)
def test_adam_for_gradients_of_any_size(dtype, size, betas, pattern):
    gradients = [dtype(size * g) for g in pattern]
    adam = Adam(0.01, *betas)
    wanted = exact(adam, gradients)
    if abs(wanted) > float(np.finfo(dtype).max):
        pytest.skip("that parameter would be out of range")
    few = size * min(abs(g) for g in pattern if g) < np.finfo(dtype).tiny  # such gradients have few digits
    close = 3e-3 if few else 1e-6 if dtype == np.float32 else 1e-14
    assert moved(adam, gradients, dtype) == pytest.approx(wanted, abs=close, rel=close)


@pytest.mark.parametrize("make", [lambda: SGD(1e-3), lambda: Momentum(1e-3)], ids=["SGD", "Momentum"])
@pytest.mark.parametrize(("dtype", "size"), RANGE)
def test_the_others_for_gradients_of_any_size(make, dtype, size):
    gradients = [dtype(size), dtype(0.1), dtype(-size), dtype(0.1)]
    found, wanted = moved(make(), gradients, dtype), exact(make(), gradients)
    assert found == pytest.approx(wanted, rel=1e-6, abs=2e-7 * max(1, size * 1e-3))


@pytest.mark.parametrize("g", [1e-25, 1e25])
def test_float32_gradients_of_float64_parameters(g):
    params, adam = {"p": np.ones(1)}, Adam(0.1, epsilon=1e-30)
    adam.step(params, {"p": np.array([g], np.float32)})
    assert params["p"].item() == pytest.approx(0.9, abs=1e-4)
    params = {"p": np.array([1e38])}
    SGD(10).step(params, {"p": np.array([1e38], np.float32)})
    assert params["p"].item() == pytest.approx(-9e38)


def test_ordinary_float32_keeps_its_arithmetic():
    """Bit by bit the three lines of (3) in float32: stored tables stand on it."""
    rng, p, adam = np.random.default_rng(0), np.ones(50, np.float32), Adam(0.01)
    params, m, s = {"p": p.copy()}, np.zeros_like(p), np.zeros_like(p)
    for k in range(1, 30):
        g = (rng.normal(size=50) * 10.0 ** rng.integers(-30, 17, size=50)).astype(np.float32)
        m += (1 - 0.9) * (g - m)
        s += (1 - 0.999) * (g * g - s)
        p -= 0.01 * (m / (1 - 0.9**k)) / (np.sqrt(s / (1 - 0.999**k)) + 1e-8)
        adam.step(params, {"p": g})
        np.testing.assert_array_equal(params["p"], p)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_goes_through_and_stays_where_it_is(make, bad):
    params, optimizer = {"p": np.ones(2)}, make()
    with np.errstate(invalid="ignore"):
        for g in (bad, 1.0):
            optimizer.step(params, {"p": np.array([g, 1.0])})
    assert not np.isfinite(params["p"][0]) and np.isfinite(params["p"][1])


# ---- whose memory it is


def test_a_count_of_steps_for_each_array():
    a, b, adam = np.zeros(1), np.zeros(1), Adam(0.1)
    for _ in range(1000):
        adam.step({"a": a}, {"a": np.ones(1)})
    adam.step({"a": a, "b": b}, {"a": np.ones(1), "b": np.ones(1)})
    assert b.item() == pytest.approx(-0.1)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_an_array_left_out_goes_on_where_it_was(make):
    params, optimizer = {"a": np.zeros(1), "b": np.zeros(1)}, make()
    for k in range(6):
        names = ["a", "b"] if k in (0, 4, 5) else ["a"]
        optimizer.step({n: params[n] for n in names}, {n: np.array([k - 3.0]) for n in names})
    assert params["a"].item() == follow(make(), [k - 3.0 for k in range(6)], 0.0)[-1]
    assert params["b"].item() == follow(make(), [-3.0, 1.0, 2.0], 0.0)[-1]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_two_networks_by_turns_and_one_after_the_other(make):
    nets, optimizer = [{"p": np.array([1.0])} for _ in range(2)], make()
    for g in (1.0, -2.0, 0.5):
        for sign, net in zip((1, -1), nets, strict=True):
            optimizer.step(net, {"p": np.array([sign * g])})
    assert nets[0]["p"].item() == follow(make(), [1.0, -2.0, 0.5])[-1]
    assert nets[1]["p"].item() == follow(make(), [-1.0, 2.0, -0.5])[-1]
    for _ in range(50):  # the arrays before are dead, and theirs is a place in memory that is given out again
        assert follow(optimizer, [1.0, 0.5]) == follow(make(), [1.0, 0.5])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_another_shape_or_dtype_under_the_name_starts_afresh(make):
    optimizer, params = make(), {"p": np.ones((3, 4))}
    optimizer.step(params, {"p": np.full((3, 4), 5.0)})
    for array in (np.ones((1, 4)), np.ones((3, 4), np.float32), np.ones(())):
        params["p"], alone = array, array.copy()
        optimizer.step(params, {"p": np.ones(array.shape)})
        make().step({"p": alone}, {"p": np.ones(array.shape)})
        np.testing.assert_array_equal(array, alone)


def test_views_of_the_same_numbers_are_the_same_parameter_under_any_name():
    flat, optimizer, whole = np.ones(4), Adam(0.1), np.ones(4)
    other = Adam(0.1)
    for k, g in enumerate((1.0, -2.0, 0.5)):
        optimizer.step({f"a{k}": flat[:2], "b": flat[2:].reshape(2, 1)}, {f"a{k}": [g, g], "b": [[g], [g]]})
        other.step({"p": whole}, {"p": np.full(4, g)})
    np.testing.assert_array_equal(flat, whole)


@pytest.mark.parametrize("make", [MAKERS["Momentum"], MAKERS["Adam"]])
def test_a_view_of_another_shape_is_another_parameter(make):
    flat, optimizer = np.ones(4), make()
    optimizer.step({"p": flat[:4]}, {"p": np.ones(4)})
    before = flat[:2].copy()
    make().step({"p": before}, {"p": np.full(2, 3.0)})
    optimizer.step({"p": flat[:2]}, {"p": np.full(2, 3.0)})
    np.testing.assert_array_equal(flat[:2], before)


@pytest.mark.parametrize("make", [MAKERS["Momentum"], MAKERS["Adam"]])
def test_what_is_dead_is_forgotten(make):
    optimizer, arrays = make(), [np.ones(1) for _ in range(50)]
    optimizer.step(arrays, [np.ones(1)] * 50)
    assert len(optimizer._memory._places) == 50
    arrays.clear()
    optimizer.step([np.ones(1)], [np.ones(1)])
    assert len(optimizer._memory._places) == 1


def test_an_array_where_a_dead_one_lay_starts_afresh():
    q, probe, dead = np.ones(1), Momentum(0.1), np.ones(1)
    probe.step({"p": q}, {"p": np.ones(1)})
    (place,), optimizer = probe._memory._places, Momentum(0.1)
    optimizer._memory._places[place] = weakref.ref(dead), weakref.ref(dead), {"v": np.full(1, 100.0)}
    del dead
    optimizer.step({"p": q}, {"p": np.ones(1)})
    assert q.item() == pytest.approx(0.8)


@pytest.mark.parametrize("make", [MAKERS["Momentum"], MAKERS["Adam"]])
@pytest.mark.parametrize("part", [lambda E: E, lambda E: E[:], lambda E: E[1:], lambda E: E.T, lambda E: E[::2, :1]])
def test_memory_that_two_share_is_refused(make, part):
    E = np.ones((3, 3))
    told = r"^params\['b'\]\['E'\]: expected memory of its own, every array once, got that of params\['a'\] again"
    with pytest.raises(ValueError, match=told):
        make().step({"a": E, "b": {"E": part(E)}}, {"a": np.ones((3, 3)), "b": {"E": np.ones(part(E).shape)}})
    assert (E == 1).all()
    beside = {"a": E[:, :2], "b": E[:, 2:], "c": np.frombuffer(bytearray(16)), "d": np.frombuffer(bytearray(8))}
    make().step(beside, {name: np.ones(array.shape) for name, array in beside.items()})
    assert (E < 1).all()
    buffer = bytearray(16)
    with pytest.raises(ValueError, match=r"^params\[1\]: expected memory of its own"):
        make().step([np.frombuffer(buffer), np.frombuffer(buffer)[1:]], [np.ones(2), np.ones(1)])


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda both: PICKLE.loads(PICKLE.dumps(both))])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("make", [MAKERS["Momentum"], MAKERS["Adam"]])
def test_a_copy_of_both_goes_on_as_the_first_would(make, order, copied):
    flat = np.linspace(1, 2, 4)
    net, optimizer = {"a": np.ones(3), "b": [flat[:2].reshape(1, 2)]}, make()

    def go(net, optimizer, times=3):
        for k in range(times):
            optimizer.step(net, {"a": np.full(3, 1.0 + k), "b": [np.full((1, 2), -2.0)]})
        return np.concatenate([net["a"], net["b"][0].ravel()])

    go(net, optimizer)
    new, other = copied((net, optimizer)[::order])[::order]
    found, first = go(new, other), go(net, optimizer)
    np.testing.assert_array_equal(found, first)
    np.testing.assert_array_equal(go(new, other), go(net, optimizer))  # and neither disturbed the other


@pytest.mark.parametrize("make", [MAKERS["Momentum"], MAKERS["Adam"]])
def test_a_copy_of_the_optimizer_alone_goes_on_with_the_same_arrays(make):
    grads, (a, b) = {"p": np.full(2, 2.0)}, ({"p": np.ones(2)}, {"p": np.ones(2)})
    one, two = make(), make()
    for _ in range(2):
        one.step(a, grads), two.step(b, grads)
    kept = copy.deepcopy(one)
    one.step(a, grads)
    a["p"][:] = b["p"]
    kept.step(a, grads), two.step(b, grads)
    np.testing.assert_array_equal(a["p"], b["p"])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_lists_and_tuples_nest_too(make):
    layers = {"layers": [{"W": np.ones(2)}, (np.ones((1, 2)), np.ones(3))]}
    optimizer = make()
    for _ in range(2):
        optimizer.step(layers, {"layers": ({"W": np.ones(2)}, [np.ones((1, 2)), np.ones(3)])})
    once = follow(make(), [1.0, 1.0])[-1]
    W, (A, b) = layers["layers"][0]["W"], layers["layers"][1]
    assert all((array == once).all() for array in (W, A, b))
    pair = [np.ones(2), np.ones(2)]
    make().step(pair, [np.ones(2), np.ones(2)])
    assert (pair[0] < 1).all()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(
    ("params", "grads", "told"),
    [
        (
            {"a": [np.ones(1)] * 2},
            {"a": [np.ones(1)]},
            r"^grads\['a'\]: expected a list with the keys \[0, 1\], got \[0\]",
        ),
        (
            {"a": [np.ones(1)]},
            {"a": np.ones((1, 1))},
            r"^grads\['a'\]: expected a list with the keys \[0\], got ndarray",
        ),
        ({"a": [np.ones(1)]}, {"a": {"b": np.ones(1)}}, r"^params\['a'\]: expected a dict of arrays, got list"),
        ({"a": np.ma.ones(2)}, {"a": np.ones(2)}, r"^params\['a'\]: expected a plain array, got a masked one"),
        ({"a": np.ones(2)}, {"a": np.ma.ones(2)}, r"^grads\['a'\]: expected a plain array, got a masked one"),
        (
            {"a": np.broadcast_to(np.ones(1), 2)},
            {"a": np.ones(2)},
            r"^params\['a'\]: expected an array of floats, got a r",
        ),
    ],
)
def test_more_refusals(make, params, grads, told):
    with pytest.raises(ValueError, match=told):
        make().step(params, grads)
