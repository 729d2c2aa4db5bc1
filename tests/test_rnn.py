"""The RNN kernel: its gradients, its contract, its refusals, and the same by a loop that anybody can read."""

import math

import numpy as np
import pytest

from helpers import gradcheck, initializers, rnn

pytestmark = pytest.mark.filterwarnings("error")

ACTIVATIONS = ["tanh", "sigmoid", "relu", "identity"]
SIZES = [(4, 2, 3, 5), (1, 1, 1, 1), (3, 1, 4, 1), (1, 4, 2, 3), (2, 3, 1, 2)]  # T, D, N, H


def problem(T, D, N, H, seed=0, dtype=np.float64):
    """Return parameters with a bias, inputs, an initial state, and a gradient for each of the two results."""
    rng = np.random.default_rng(seed)
    params = {
        "W_in": rng.normal(size=(H, D)),
        "W": rng.normal(size=(H, H)) / math.sqrt(H),
        "b": rng.normal(size=(H, 1)),
    }
    shapes = (T, D, N), (H, N), (T, H, N), (H, N)
    x, state, doutputs, dstate = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    return {key: array.astype(dtype) for key, array in params.items()}, x, state, doutputs, dstate


def objective(params, x, state, doutputs, dstate, **options):
    """Compute the scalar whose gradients with respect to outputs and state are `doutputs` and `dstate`."""
    outputs, last, _ = rnn.forward(params, x, state, **options)
    return (0 if doutputs is None else np.sum(outputs * doutputs)) + (0 if dstate is None else np.sum(last * dstate))


def visible_loop(params, x, state, lengths, activation):
    """Run equations (1) and (2) number by number: every example alone, no array arithmetic."""
    function = {
        "tanh": math.tanh,
        "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
        "relu": lambda u: max(u, 0.0),
        "identity": lambda u: u,
    }[activation]
    W_in, W, b = (params[key].tolist() for key in ("W_in", "W", "b"))
    T, D, N = x.shape
    H = len(W)
    outputs, last = np.zeros((T, H, N)), np.zeros((H, N))
    for n in range(N):
        h = [0.0] * H if state is None else [float(state[i, n]) for i in range(H)]
        for t in range(T if lengths is None else lengths[n]):
            u = [
                sum(W_in[i][j] * float(x[t, j, n]) for j in range(D)) + sum(W[i][j] * h[j] for j in range(H)) + b[i][0]
                for i in range(H)
            ]
            h = [function(value) for value in u]
            outputs[t, :, n] = h
        last[:, n] = h
    return outputs, last


def check_gradients(params, x, state, doutputs, dstate, **options):
    """Compare every element of every gradient with central differences."""
    _, _, cache = rnn.forward(params, x, state, **options)
    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    arrays, found = params | {"x": x}, grads | {"x": dx}
    if state is not None:
        arrays, found = arrays | {"state": state}, found | {"state": dh0}
    for name, array in arrays.items():
        measured = gradcheck.numerical_gradient(
            lambda: objective(params, x, state, doutputs, dstate, **options), array, step=1e-5
        )
        np.testing.assert_allclose(found[name], measured, rtol=1e-6, atol=1e-9, err_msg=name)


# --- gradients ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("use", ["outputs", "state", "both"])
def test_gradients_by_central_differences(sizes, activation, use):
    params, x, state, doutputs, dstate = problem(*sizes, seed=sum(sizes))
    doutputs, dstate = None if use == "state" else doutputs, None if use == "outputs" else dstate
    check_gradients(params, x, state, doutputs, dstate, activation=activation)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("use", ["outputs", "state", "both"])
@pytest.mark.parametrize("initial", [True, False])
def test_gradients_with_lengths(activation, use, initial):
    params, x, state, doutputs, dstate = problem(5, 2, 4, 3, seed=1)
    doutputs, dstate = None if use == "state" else doutputs, None if use == "outputs" else dstate
    check_gradients(
        params, x, state if initial else None, doutputs, dstate, activation=activation, lengths=[5, 1, 3, 4]
    )


def test_gradients_by_hand():
    """Check T = 2, H = 1, f = identity on paper: h = (2·1 + 1, 2·2 + 3·3 + 1) = (3, 14)."""
    params = {"W_in": np.array([[2.0]]), "W": np.array([[3.0]]), "b": np.array([[1.0]])}
    outputs, state, cache = rnn.forward(params, np.array([[[1.0]], [[2.0]]]), activation="identity")
    assert outputs.ravel().tolist() == [3, 14] and state.tolist() == [[14]]
    grads, dx, dstate = rnn.backward(cache, np.array([[[10.0]], [[1.0]]]))
    # delta = (10 + 3·1, 1) = (13, 1)
    assert grads["W_in"].item() == 13 * 1 + 1 * 2
    assert grads["W"].item() == 13 * 0 + 1 * 3
    assert grads["b"].item() == 14
    assert dx.ravel().tolist() == [26, 2] and dstate.item() == 39


@pytest.mark.parametrize("case", range(100))
def test_random_sizes_and_options(case):
    """Any sizes and options: the kernel equals the visible loop, and its gradients the directional derivative."""
    rng = np.random.default_rng(case)
    T, D, N, H = (int(size) for size in rng.integers(1, 6, size=4))
    activation = str(rng.choice(ACTIVATIONS))
    lengths = rng.integers(1, T + 1, size=N) if rng.random() < 0.5 else None
    params, x, state, doutputs, dstate = problem(T, D, N, H, seed=1000 + case)
    state = state if rng.random() < 0.5 else None
    doutputs, dstate = [(doutputs, dstate), (doutputs, None), (None, dstate)][rng.integers(3)]

    outputs, last, cache = rnn.forward(params, x, state, lengths=lengths, activation=activation)
    wanted, wanted_last = visible_loop(params, x, state, lengths, activation)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(last, wanted_last, rtol=1e-12, atol=1e-13)

    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    point = params | {"x": x, "state": np.zeros((H, N)) if state is None else state}
    slope = grads | {"x": dx, "state": dh0}
    way = {key: rng.normal(size=array.shape) for key, array in point.items()}
    ends = []
    for step in (1e-6, -1e-6):
        moved = {key: point[key] + step * way[key] for key in point}
        weights = {key: moved[key] for key in params}
        ends.append(
            objective(weights, moved["x"], moved["state"], doutputs, dstate, lengths=lengths, activation=activation)
        )
    numerical, analytic = (ends[0] - ends[1]) / 2e-6, sum(np.sum(slope[key] * way[key]) for key in point)
    assert abs(analytic - numerical) < 1e-7 * (1 + abs(numerical) + np.abs(ends[0]))


# --- the contract ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("lengths", [None, [3, 1, 2]])
def test_float32_stays_float32(activation, lengths):
    params, x, state, doutputs, dstate = problem(3, 2, 3, 4, dtype=np.float32)
    outputs, last, cache = rnn.forward(params, x, state, lengths=lengths, activation=activation)
    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    arrays = [outputs, last, dx, dh0, cache.u, cache.h, *grads.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    wide = problem(3, 2, 3, 4)
    np.testing.assert_allclose(outputs, rnn.forward(*wide[:3], lengths=lengths, activation=activation)[0], atol=1e-5)


@pytest.mark.parametrize("wide", ["W_in", "W", "b", "x", "state"])
def test_mixed_floats_promote(wide):
    params, x, state, doutputs, _ = problem(2, 3, 2, 4, dtype=np.float32)
    if wide in params:
        params[wide] = params[wide].astype(np.float64)
    x, state = (x.astype(np.float64) if wide == "x" else x), (state.astype(np.float64) if wide == "state" else state)
    outputs, last, cache = rnn.forward(params, x, state)
    grads, dx, dh0 = rnn.backward(cache, doutputs)
    assert {array.dtype for array in [outputs, last, dx, dh0, *grads.values()]} == {np.dtype(np.float64)}


@pytest.mark.parametrize("which", ["doutputs", "dstate"])
def test_wide_gradients_promote(which):
    params, x, state, doutputs, dstate = problem(2, 3, 2, 4, dtype=np.float32)
    _, _, cache = rnn.forward(params, x, state)
    wide = {"doutputs": doutputs, "dstate": dstate} | {which: problem(2, 3, 2, 4)[3 if which == "doutputs" else 4]}
    grads, dx, dh0 = rnn.backward(cache, wide["doutputs"], wide["dstate"])
    assert {array.dtype for array in [dx, dh0, *grads.values()]} == {np.dtype(np.float64)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [int, bool, np.uint8])
def test_integers_are_taken_in_the_parameters_dtype(dtype, kind):
    params, x, state, doutputs, dstate = problem(3, 2, 2, 4, dtype=dtype)
    x, state, doutputs, dstate = ((array > 0).astype(kind) for array in (x, state, doutputs, dstate))
    outputs, last, cache = rnn.forward(params, x, state)
    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    assert {array.dtype for array in [outputs, last, dx, dh0, *grads.values()]} == {np.dtype(dtype)}
    same = rnn.forward(params, x.astype(dtype), state.astype(dtype))
    np.testing.assert_array_equal(outputs, same[0])
    np.testing.assert_array_equal(dx, rnn.backward(same[2], doutputs.astype(dtype), dstate.astype(dtype))[1])


def test_lists_are_taken():
    params, x, state, _, _ = problem(3, 2, 2, 4)
    listed = rnn.forward({key: array.tolist() for key, array in params.items()}, x.tolist(), state.tolist())
    np.testing.assert_array_equal(listed[0], rnn.forward(params, x, state)[0])


@pytest.mark.parametrize("lengths", [None, np.array([3, 1])])
def test_nothing_is_mutated_and_backward_repeats(lengths):
    """Give read-only arrays, so that a write raises, and ask for the backward pass twice."""
    params, *rest = problem(3, 2, 2, 4)
    x, state, doutputs, dstate = rest
    kept = [array.copy() for array in [*params.values(), *rest]]
    for array in [*params.values(), *rest]:
        array.flags.writeable = False
    outputs, last, cache = rnn.forward(params, x, state, lengths=lengths)
    seen = outputs.copy(), last.copy()
    for array in cache:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    first = rnn.backward(cache, doutputs, dstate)
    again = rnn.backward(cache, doutputs, dstate)
    for one, two in zip([*first[0].values(), *first[1:]], [*again[0].values(), *again[1:]], strict=True):
        np.testing.assert_array_equal(one, two)
        assert not any(np.shares_memory(one, array) for array in [*params.values(), *rest])
    for before, array in zip(kept, [*params.values(), *rest], strict=True):
        np.testing.assert_array_equal(before, array)
    np.testing.assert_array_equal(seen[0], outputs)
    np.testing.assert_array_equal(seen[1], last)


def test_the_state_is_nobody_elses_memory():
    params, x, state, _, dstate = problem(3, 2, 2, 4)
    outputs, last, cache = rnn.forward(params, x, state)
    kept = last.copy()
    last += 1  # a learner may continue with it in place
    np.testing.assert_array_equal(outputs[-1], kept)
    dstate_before = dstate.copy()
    rnn.backward(cache, None, dstate)[2][:] = 0
    np.testing.assert_array_equal(dstate, dstate_before)


def test_strides_do_not_matter():
    params, x, state, doutputs, dstate = problem(4, 2, 3, 5)
    wanted = rnn.forward(params, x, state)
    wanted_back = rnn.backward(wanted[2], doutputs, dstate)

    def strange(array):
        """Return the same numbers in Fortran order, every other one of a larger array."""
        large = np.full([2 * size for size in array.shape], np.nan, order="F")
        large[tuple(slice(None, None, 2) for _ in array.shape)] = array
        return large[tuple(slice(None, None, 2) for _ in array.shape)]

    outputs, last, cache = rnn.forward({k: strange(v) for k, v in params.items()}, strange(x), strange(state))
    grads, dx, dh0 = rnn.backward(cache, strange(doutputs), strange(dstate))
    pairs = [(outputs, wanted[0]), (last, wanted[1]), (dx, wanted_back[1]), (dh0, wanted_back[2])]
    for found, right in pairs + [(grads[key], wanted_back[0][key]) for key in grads]:
        np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-14)


def test_cache_fields():
    params, x, state, _, _ = problem(4, 2, 3, 5)
    outputs, _, cache = rnn.forward(params, x, state, activation="tanh")
    assert cache._fields == ("W_in", "W", "x", "h0", "u", "h", "real", "activation")
    assert cache.real is None and cache.activation == "tanh"
    np.testing.assert_array_equal(cache.h, outputs)
    np.testing.assert_array_equal(cache.h0, state)
    np.testing.assert_array_equal(np.tanh(cache.u), cache.h)
    before = np.concatenate([state[None], outputs[:-1]])
    for t in range(4):
        u = params["W_in"] @ x[t] + params["W"] @ before[t] + params["b"]
        np.testing.assert_allclose(cache.u[t], u, rtol=1e-12, atol=1e-14)


def test_real_marks_the_steps_within_length():
    params, x, _, _, _ = problem(3, 2, 2, 4)
    real = rnn.forward(params, x, lengths=[1, 3])[2].real
    assert real.dtype == bool and real[:, 0].T.tolist() == [[True, False, False], [True, True, True]]


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.uint64, None])
def test_full_lengths_change_nothing(dtype):
    params, x, state, doutputs, _ = problem(3, 2, 2, 4)
    wanted = rnn.forward(params, x, state)
    lengths = [3, 3] if dtype is None else np.array([3, 3], dtype)
    found = rnn.forward(params, x, state, lengths=lengths)
    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_array_equal(rnn.backward(found[2], doutputs)[1], rnn.backward(wanted[2], doutputs)[1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("padding", [0.0, 1e6, np.nan, np.inf, -np.inf])
def test_a_padded_batch_equals_each_example_alone(activation, padding):
    """Outputs 0 and gradients 0 past the length, whatever stands there; the state frozen."""
    params, x, state, doutputs, dstate = problem(5, 2, 4, 3, seed=2)
    lengths = [5, 1, 3, 4]
    for n, length in enumerate(lengths):
        x[length:, :, n] = padding
        doutputs[length:, :, n] = padding
    outputs, last, cache = rnn.forward(params, x, state, lengths=lengths, activation=activation)
    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    total = {key: np.zeros_like(array) for key, array in params.items()}
    for n, length in enumerate(lengths):
        one = slice(n, n + 1)
        alone, alone_last, alone_cache = rnn.forward(params, x[:length, :, one], state[:, one], activation=activation)
        alone_grads, alone_dx, alone_dh0 = rnn.backward(alone_cache, doutputs[:length, :, one], dstate[:, one])
        np.testing.assert_allclose(outputs[:length, :, one], alone, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(last[:, one], alone_last, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dx[:length, :, one], alone_dx, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dh0[:, one], alone_dh0, rtol=1e-12, atol=1e-14)
        assert not outputs[length:, :, n].any() and not dx[length:, :, n].any()
        np.testing.assert_array_equal(last[:, n], outputs[length - 1, :, n])
        for key in total:
            total[key] += alone_grads[key]
    for key in total:
        np.testing.assert_allclose(grads[key], total[key], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_two_parts_make_the_whole(cut):
    params, x, state, doutputs, dstate = problem(5, 2, 3, 4)
    outputs, last, cache = rnn.forward(params, x, state)
    grads, dx, dh0 = rnn.backward(cache, doutputs, dstate)
    one, middle, cache_one = rnn.forward(params, x[:cut], state)
    two, end, cache_two = rnn.forward(params, x[cut:], middle)
    grads_two, dx_two, dmiddle = rnn.backward(cache_two, doutputs[cut:], dstate)
    grads_one, dx_one, dstart = rnn.backward(cache_one, doutputs[:cut], dmiddle)
    np.testing.assert_allclose(np.concatenate([one, two]), outputs, rtol=1e-12)
    np.testing.assert_allclose(end, last, rtol=1e-12)
    np.testing.assert_allclose(np.concatenate([dx_one, dx_two]), dx, rtol=1e-11)
    np.testing.assert_allclose(dstart, dh0, rtol=1e-11)
    for key in grads:
        np.testing.assert_allclose(grads_one[key] + grads_two[key], grads[key], rtol=1e-11)


def test_no_state_is_a_zero_state():
    params, x, state, doutputs, _ = problem(3, 2, 2, 4)
    without, zero = rnn.forward(params, x), rnn.forward(params, x, np.zeros_like(state))
    np.testing.assert_array_equal(without[0], zero[0])
    np.testing.assert_array_equal(rnn.backward(without[2], doutputs)[2], rnn.backward(zero[2], doutputs)[2])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_non_finite_input_shows_and_stays_in_its_example(activation, bad):
    """The kernels let it through, so that a learner sees where it came from; only clipping refuses it."""
    params, x, _, _, _ = problem(3, 2, 2, 4)
    params["W_in"][0] = 1.0  # so that +inf comes through ReLU as well
    clean = rnn.forward(params, x, activation=activation)[0]
    x[1, 0, 1] = bad
    with np.errstate(invalid="ignore"):  # inf − inf is NaN from the next step on
        outputs = rnn.forward(params, x, activation=activation)[0]
    np.testing.assert_allclose(outputs[:, :, 0], clean[:, :, 0], rtol=1e-12)
    np.testing.assert_allclose(outputs[0], clean[0], rtol=1e-12)
    if np.isnan(bad):
        assert np.isnan(outputs[1:, :, 1]).all()
    elif activation in ("relu", "identity"):
        assert np.isposinf(outputs[1, 0, 1])
    else:
        assert outputs[1, 0, 1] == 1


def test_nan_reaches_the_gradients():
    params, x, _, doutputs, _ = problem(3, 2, 2, 4)
    x[1, 0, 1] = np.nan
    grads, _, _ = rnn.backward(rnn.forward(params, x)[2], doutputs)
    assert all(np.isnan(array).any() for array in grads.values())


def test_large_inputs_saturate_without_a_warning():
    params, x, _, doutputs, _ = problem(3, 2, 2, 4)
    for activation in ("tanh", "sigmoid"):
        outputs, _, cache = rnn.forward(params, 1e4 * x, activation=activation)
        assert np.isfinite(outputs).all()
        assert all(np.isfinite(array).all() for array in rnn.backward(cache, doutputs)[0].values())


# --- init --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scheme", list(initializers.SCHEMES))
def test_init(dtype, scheme):
    params = rnn.init(np.random.default_rng(0), 3, 5, scheme=scheme, dtype=dtype)
    assert {key: array.shape for key, array in params.items()} == {"W_in": (5, 3), "W": (5, 5), "b": (5, 1)}
    assert {array.dtype for array in params.values()} == {np.dtype(dtype)}
    assert params["W_in"].all() and params["W"].all() and not params["b"].any()
    again = rnn.init(np.random.default_rng(0), 3, 5, scheme=scheme, dtype=dtype)
    assert all(np.array_equal(params[key], again[key]) for key in params)
    assert rnn.forward(params, np.ones((2, 3, 1), dtype))[0].dtype == dtype


def test_init_scales_each_matrix_by_its_own_fan_in():
    params = rnn.init(np.random.default_rng(0), 400, 100)
    assert params["W_in"].std() == pytest.approx(1 / 20, rel=0.05)
    assert params["W"].std() == pytest.approx(1 / 10, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        ((0, 3), {}, r"^input_size: .* at least 1, got 0"),
        ((2, -1), {}, r"^hidden_size: .* at least 1, got -1"),
        ((2.0, 3), {}, r"^input_size: expected a whole number.* got 2\.0"),
        ((2, True), {}, r"^hidden_size: .* got True"),
        ((2, "3"), {}, r"^hidden_size: .* got '3'"),
        ((2, 3), {"scheme": "glorot"}, r"^scheme: expected one of 'normal', 'xavier', 'he', got 'glorot'"),
        ((2, 3), {"dtype": int}, r"^dtype: expected a type of floats.* got int64"),
    ],
)
def test_init_refuses(arguments, options, told):
    with pytest.raises(ValueError, match=told):
        rnn.init(np.random.default_rng(0), *arguments, **options)


@pytest.mark.parametrize("rng", [None, 0, np.random.RandomState(0)])
def test_init_wants_a_generator(rng):
    with pytest.raises(ValueError, match=r"^rng: expected a np\.random\.Generator .* got (NoneType|int|RandomState)"):
        rnn.init(rng, 2, 3)


# --- refusals ----------------------------------------------------------------------------------------------------

X = np.ones((3, 2, 4))  # T = 3, D = 2, N = 4; H = 5 below

BAD_FORWARD = {
    "x of 2 dimensions": ({"x": np.ones((3, 2))}, r"^x: expected shape \(T, D, N\) with D = 2, got \(3, 2\)"),
    "x of 4 dimensions": ({"x": np.ones((3, 2, 4, 1))}, r"^x: .*\(T, D, N\).* got \(3, 2, 4, 1\)"),
    "x a number": ({"x": 1.0}, r"^x: .*\(T, D, N\).* got \(\)"),
    "x of another D": ({"x": np.ones((3, 3, 4))}, r"^x: .*\(T, D, N\) with D = 2, got \(3, 3, 4\)"),
    "T = 0": ({"x": np.ones((0, 2, 4))}, r"^x: .*\(T, D, N\) with D = 2, every size at least 1, got \(0, 2, 4\)"),
    "N = 0": ({"x": np.ones((3, 2, 0))}, r"^x: .*every size at least 1, got \(3, 2, 0\)"),
    "x complex": ({"x": X + 1j}, r"^x: expected real numbers, got ndarray of dtype complex128"),
    "x text": ({"x": np.full(X.shape, "a")}, r"^x: expected real numbers, got ndarray of dtype <U1"),
    "x of objects": ({"x": np.full(X.shape, None)}, r"^x: expected real numbers.* object"),
    "x ragged": ({"x": [[[1, 2]], [[1]]]}, r"^x: expected an array, got a ragged list"),
    "x None": ({"x": None}, r"^x: expected real numbers, got NoneType"),
    "state of one example": ({"state": np.ones((5, 1))}, r"^state: .*\(H, N\) with H = 5, N = 4, got \(5, 1\)"),
    "state of another H": ({"state": np.ones((1, 4))}, r"^state: .*\(H, N\) with H = 5, N = 4, got \(1, 4\)"),
    "state of 1 dimension": ({"state": np.ones(5)}, r"^state: .*\(H, N\).* got \(5,\)"),
    "state a pair": ({"state": (np.ones((5, 4)), np.ones((5, 4)))}, r"^state: .*\(H, N\).* got \(2, 5, 4\)"),
    "state complex": ({"state": np.ones((5, 4)) * 1j}, r"^state: expected real numbers.* complex128"),
    "a length of 0": ({"lengths": [3, 0, 1, 1]}, r"^lengths: expected values from 1 to T = 3, got 0 to 3"),
    "a negative length": ({"lengths": [3, -1, 1, 1]}, r"^lengths: .* 1 to T = 3, got -1 to 3"),
    "a length over T": ({"lengths": [3, 4, 1, 1]}, r"^lengths: .* 1 to T = 3, got 1 to 4"),
    "too few lengths": ({"lengths": [3]}, r"^lengths: .*\(N,\) = \(4,\), got int64 of shape \(1,\)"),
    "one length": ({"lengths": 3}, r"^lengths: .*\(N,\) = \(4,\), got int64 of shape \(\)"),
    "lengths of 2 dimensions": ({"lengths": np.ones((1, 4), int)}, r"^lengths: .*\(N,\).* shape \(1, 4\)"),
    "float lengths": ({"lengths": np.ones(4)}, r"^lengths: expected integers.* got float64"),
    "boolean lengths": ({"lengths": np.ones(4, bool)}, r"^lengths: expected integers.* got bool"),
    "text lengths": ({"lengths": list("1231")}, r"^lengths: expected integers.* got <U1"),
    "ragged lengths": ({"lengths": [[1], [1, 2]]}, r"^lengths: expected an array, got a ragged list"),
    "unknown activation": (
        {"activation": "tahn"},
        r"^activation: expected one of 'tanh', 'sigmoid', 'relu', 'identity', got 'tahn'",
    ),
    "activation a function": ({"activation": np.tanh}, r"^activation: expected one of .* got <ufunc 'tanh'>"),
    "activation None": ({"activation": None}, r"^activation: .* got None"),
}


@pytest.mark.parametrize("case", BAD_FORWARD)
def test_forward_refuses(case):
    changed, told = BAD_FORWARD[case]
    params = rnn.init(np.random.default_rng(0), 2, 5)
    with pytest.raises(ValueError, match=told):
        rnn.forward(params, **({"x": X} | changed))


BAD_PARAMS = {
    "a missing key": ({"b": None}, r"^params: expected a dict with the keys \['W_in', 'W', 'b'\], got \['W_in', 'W'\]"),
    "an unknown key": ({"W_out": np.ones((1, 5))}, r"^params: expected .*\['W_in', 'W', 'b'\], got .*'W_out'\]"),
    "W not square": ({"W": np.ones((5, 4))}, r"^params\['W'\]: expected shape \(H, H\) with H = 5, got \(5, 4\)"),
    "W of another H": ({"W": np.ones((4, 4))}, r"^params\['W'\]: .*\(H, H\) with H = 5, got \(4, 4\)"),
    "b a row": ({"b": np.ones((1, 5))}, r"^params\['b'\]: expected shape \(H, 1\) with H = 5, got \(1, 5\)"),
    "b flat": ({"b": np.ones(5)}, r"^params\['b'\]: .*\(H, 1\) with H = 5, got \(5,\)"),
    "b a matrix": ({"b": np.ones((5, 2))}, r"^params\['b'\]: .*\(H, 1\).* got \(5, 2\)"),
    "W_in flat": ({"W_in": np.ones(5)}, r"^params\['W_in'\]: .*\(H, D\).* got \(5,\)"),
    "W_in empty": ({"W_in": np.ones((5, 0))}, r"^params\['W_in'\]: .*every size at least 1, got \(5, 0\)"),
    "W complex": ({"W": np.ones((5, 5)) * 1j}, r"^params\['W'\]: expected real numbers.* complex128"),
    "b text": ({"b": [["a"]] * 5}, r"^params\['b'\]: expected real numbers, got list of dtype <U1"),
    "W ragged": ({"W": [[1.0], [1.0, 2.0]]}, r"^params\['W'\]: expected an array, got a ragged list"),
}


@pytest.mark.parametrize("case", BAD_PARAMS)
def test_forward_refuses_parameters(case):
    changed, told = BAD_PARAMS[case]
    params = rnn.init(np.random.default_rng(0), 2, 5) | changed
    params = {key: value for key, value in params.items() if value is not None}
    with pytest.raises(ValueError, match=told):
        rnn.forward(params, X)


@pytest.mark.parametrize("params", [None, [1, 2, 3], np.ones((5, 5))])
def test_forward_wants_a_dict(params):
    with pytest.raises(ValueError, match=r"^params: expected a dict with the keys .* got (NoneType|list|ndarray)"):
        rnn.forward(params, X)


BAD_BACKWARD = {
    "both None": ((None, None), r"^doutputs: expected an array here or in dstate, got None for both"),
    "doutputs of one step": (
        (np.ones((1, 5, 4)), None),
        r"^doutputs: .*\(T, H, N\) with T = 3, H = 5, N = 4, got \(1, ",
    ),
    "doutputs of 2 dimensions": ((np.ones((5, 4)), None), r"^doutputs: .*\(T, H, N\).* got \(5, 4\)"),
    "doutputs a number": ((1.0, None), r"^doutputs: .*\(T, H, N\).* got \(\)"),
    "doutputs complex": ((np.ones((3, 5, 4)) * 1j, None), r"^doutputs: expected real numbers.* complex128"),
    "doutputs ragged": (([[1], [1, 2]], None), r"^doutputs: .*ragged list"),
    "dstate of one example": ((None, np.ones((5, 1))), r"^dstate: .*\(H, N\) with H = 5, N = 4, got \(5, 1\)"),
    "dstate of 3 dimensions": ((None, np.ones((1, 5, 4))), r"^dstate: .*\(H, N\).* got \(1, 5, 4\)"),
    "dstate text": ((None, np.full((5, 4), "a")), r"^dstate: expected real numbers.* <U1"),
}


@pytest.mark.parametrize("case", BAD_BACKWARD)
def test_backward_refuses(case):
    arguments, told = BAD_BACKWARD[case]
    cache = rnn.forward(rnn.init(np.random.default_rng(0), 2, 5), X)[2]
    with pytest.raises(ValueError, match=told):
        rnn.backward(cache, *arguments)


def test_options_are_by_name_only():
    params = rnn.init(np.random.default_rng(0), 2, 5)
    with pytest.raises(TypeError):
        rnn.forward(params, X, None, [3, 3, 3, 3])
