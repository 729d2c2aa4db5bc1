"""The RNN kernel under each activation, and the same by a loop that anybody can read; see also test_cells.py."""

import math

import numpy as np
import pytest

from helpers import gradcheck, rnn

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


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_step_is_one_step_of_forward(activation, dtype):
    params, x, state, _, _ = problem(3, 2, 4, 5, dtype=dtype)
    outputs, _, _ = rnn.forward(params, x, state, activation=activation)
    for t, h in enumerate(outputs):
        state = rnn.step(params, x[t], state, activation)
        assert state.dtype == dtype
        np.testing.assert_allclose(state, h, rtol=1e-5 if dtype == np.float32 else 1e-12, atol=1e-6)


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


def test_cache_fields():
    params, x, state, _, _ = problem(4, 2, 3, 5)
    outputs, _, cache = rnn.forward(params, x, state, activation="tanh")
    assert cache._fields == ("W_in", "W", "x", "h0", "u", "h", "real", "activation", "reads")
    assert cache.real is None and cache.activation == "tanh"
    np.testing.assert_array_equal(cache.h, outputs)
    np.testing.assert_array_equal(cache.h0, state)
    np.testing.assert_array_equal(np.tanh(cache.u), cache.h)
    before = np.concatenate([state[None], outputs[:-1]])
    for t in range(4):
        u = params["W_in"] @ x[t] + params["W"] @ before[t] + params["b"]
        np.testing.assert_allclose(cache.u[t], u, rtol=1e-12, atol=1e-14)


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


def test_large_inputs_saturate_without_a_warning():
    params, x, _, doutputs, _ = problem(3, 2, 2, 4)
    for activation in ("tanh", "sigmoid"):
        outputs, _, cache = rnn.forward(params, 1e4 * x, activation=activation)
        assert np.isfinite(outputs).all()
        assert all(np.isfinite(array).all() for array in rnn.backward(cache, doutputs)[0].values())


# --- init and refusals -------------------------------------------------------------------------------------------


def test_the_bias_starts_at_zero():
    assert not rnn.init(np.random.default_rng(0), 3, 5)["b"].any()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"activation": "tahn"}, r"^activation: expected one of 'tanh', 'sigmoid', 'relu', 'identity', got 'tahn'"),
        ({"activation": np.tanh}, r"^activation: expected one of .* got <ufunc 'tanh'>"),
        ({"activation": None}, r"^activation: .* got None"),
        ({"state": (np.ones((5, 4)), np.ones((5, 4)))}, r"^state: .*\(H, N\).* got \(2, 5, 4\)"),
    ],
)
def test_forward_refuses(changed, told):
    with pytest.raises(ValueError, match=told):
        rnn.forward(rnn.init(np.random.default_rng(0), 2, 5), np.ones((3, 2, 4)), **changed)
