"""The contract that every recurrent cell keeps: gradients, shapes, lengths, dtypes.

The cells are tried one after the other by passing the module, as a learner does. What they refuse stands in
test_cells_refuse.py, what belongs to one cell alone in test_rnn.py, test_lstm.py and test_gru.py.
"""

import math

import numpy as np
import pytest

from helpers import gradcheck, gru, lstm, rnn

pytestmark = pytest.mark.filterwarnings("error")

CELLS = {"rnn": (rnn, {}), "lstm": (lstm, {}), "gru": (gru, {}), "gru_after": (gru, {"reset_after": True})}
SIZES = [(4, 2, 3, 5), (1, 1, 1, 1), (3, 1, 4, 1), (1, 4, 2, 3), (2, 3, 1, 2)]  # T, D, N, H
every_cell = pytest.mark.parametrize(("cell", "options"), CELLS.values(), ids=CELLS)


def problem(cell, T, D, N, H, seed=0, dtype=np.float64):
    """Return parameters with biases, inputs, an initial state, and a gradient for each of the two results."""
    rng = np.random.default_rng(seed)
    params = {key: array + 0.5 * rng.normal(size=array.shape) for key, array in cell.init(rng, D, H).items()}
    params = {key: array.astype(dtype) for key, array in params.items()}
    x, doutputs, *states = (
        rng.normal(size=shape).astype(dtype) for shape in ((T, D, N), (T, H, N), (H, N), (H, N), (H, N), (H, N))
    )
    if cell is lstm:
        return params, x, tuple(states[:2]), doutputs, tuple(states[2:])
    return params, x, states[0], doutputs, states[1]


def parts(state):
    """Return the arrays of a state: one, or the LSTM's two."""
    return list(state) if isinstance(state, tuple) else [state]


def each(function, state):
    """Apply a function to every array of a state."""
    return tuple(map(function, state)) if isinstance(state, tuple) else function(state)


def named(grads, dx, dstate):
    """Return all gradients, or all that they are gradients of, in one dict."""
    return grads | {"x": dx} | {f"state[{k}]": part for k, part in enumerate(parts(dstate))}


def objective(cell, params, x, state, doutputs, dstate, **options):
    """Compute the scalar whose gradients with respect to outputs and state are `doutputs` and `dstate`."""
    outputs, last, _ = cell.forward(params, x, state, **options)
    total = 0.0 if doutputs is None else np.sum(outputs * doutputs)
    if dstate is not None:
        total += sum(np.sum(a * b) for a, b in zip(parts(last), parts(dstate), strict=True) if b is not None)
    return total


def used(use, doutputs, dstate):
    """Return the two gradients with None for what is not used."""
    if use == "cell":
        return None, (None, dstate[1])
    if use == "hidden":
        return None, (dstate[0], None)
    return (None if use == "state" else doutputs), (None if use == "outputs" else dstate)


def check_gradients(cell, params, x, state, doutputs, dstate, **options):
    """Compare every element of every gradient with central differences."""
    found = named(*cell.backward(cell.forward(params, x, state, **options)[2], doutputs, dstate))
    for name, array in named(params, x, state).items():
        if array is None:
            continue
        measured = gradcheck.numerical_gradient(
            lambda: objective(cell, params, x, state, doutputs, dstate, **options), array, step=1e-5
        )
        np.testing.assert_allclose(found[name], measured, rtol=1e-6, atol=1e-9, err_msg=name)


# --- the equations once more, one example and one step at a time ------------------------------------------------------


def visible_loop(cell, params, x, state, lengths=None, **options):
    """Run every example alone, by the cell's `step`, its definition."""
    T, _, N = x.shape
    H = params["W"].shape[1]
    states = [np.zeros((H, N)) for _ in range(2 if cell is lstm else 1)] if state is None else parts(state)
    outputs, last = np.zeros((T, H, N)), [np.zeros((H, N)) for _ in states]
    for n in range(N):
        now = [part[:, [n]] for part in states]
        for t in range(T if lengths is None else lengths[n]):
            now = parts(cell.step(params, x[t, :, [n]].T, *now, **options))
            outputs[t, :, [n]] = now[0].T
        for part, value in zip(last, now, strict=True):
            part[:, [n]] = value
    return outputs, last


@every_cell
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_forward_is_many_steps(cell, options, sizes, dtype):
    """`step` takes all examples at once, and gives back the dtype that it got."""
    params, x, state, _, _ = problem(cell, *sizes, dtype=dtype)
    outputs, last, _ = cell.forward(params, x, state, **options)
    close = {"rtol": 1e-5, "atol": 1e-6} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-14}
    for t, h in enumerate(outputs):
        state = cell.step(params, x[t], *parts(state), **options)
        np.testing.assert_allclose(parts(state)[0], h, **close)
    for found, right in zip(parts(state), parts(last), strict=True):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, right, **close)


# --- gradients ---------------------------------------------------------------------------------------------------


@every_cell
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("use", ["outputs", "state", "both"])
def test_gradients_by_central_differences(cell, options, sizes, use):
    params, x, state, doutputs, dstate = problem(cell, *sizes, seed=sum(sizes))
    check_gradients(cell, params, x, state, *used(use, doutputs, dstate), **options)


@every_cell
@pytest.mark.parametrize("use", ["outputs", "state", "both"])
@pytest.mark.parametrize("initial", [True, False])
def test_gradients_with_lengths(cell, options, use, initial):
    params, x, state, doutputs, dstate = problem(cell, 5, 2, 4, 3, seed=1)
    state = state if initial else each(lambda part: None, state)
    check_gradients(cell, params, x, state, *used(use, doutputs, dstate), lengths=[5, 1, 3, 4], **options)


@every_cell
@pytest.mark.parametrize("case", range(30))
def test_random_sizes_and_options(cell, options, case):
    """Any sizes and options: the kernel equals the visible loop, and its gradients the directional derivative."""
    rng = np.random.default_rng(case)
    T, D, N, H = (int(size) for size in rng.integers(1, 6, size=4))
    lengths = rng.integers(1, T + 1, size=N) if rng.random() < 0.5 else None
    params, x, state, doutputs, dstate = problem(cell, T, D, N, H, seed=1000 + case)
    state = state if rng.random() < 0.5 else None
    doutputs, dstate = used(rng.choice(["outputs", "state", "both"]), doutputs, dstate)

    outputs, last, cache = cell.forward(params, x, state, lengths=lengths, **options)
    wanted, wanted_last = visible_loop(cell, params, x, state, lengths, **options)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-12, atol=1e-13)
    for found, right in zip(parts(last), wanted_last, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-13)

    slope = named(*cell.backward(cache, doutputs, dstate))
    start = each(np.zeros_like, last) if state is None else state
    way = {key: rng.normal(size=array.shape) for key, array in named(params, x, start).items()}
    ends = []
    for step in (1e-6, -1e-6):
        moved = {key: array + step * way[key] for key, array in named(params, x, start).items()}
        weights = {key: moved[key] for key in params}
        begun = [moved[f"state[{k}]"] for k in range(len(parts(start)))]
        begun = tuple(begun) if cell is lstm else begun[0]
        ends.append(objective(cell, weights, moved["x"], begun, doutputs, dstate, lengths=lengths, **options))
    numerical, analytic = (ends[0] - ends[1]) / 2e-6, sum(np.sum(slope[key] * way[key]) for key in way)
    assert abs(analytic - numerical) < 1e-7 * (1 + abs(numerical) + np.abs(ends[0]))


# --- the contract ------------------------------------------------------------------------------------------------


@every_cell
def test_shapes_and_keys(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 4, 2, 3, 5)
    outputs, last, cache = cell.forward(params, x, state, **options)
    grads, dx, dstart = cell.backward(cache, doutputs, dstate)
    assert outputs.shape == (4, 5, 3) and dx.shape == x.shape
    assert type(last) is type(dstart) is type(state)
    assert {part.shape for part in parts(last) + parts(dstart)} == {(5, 3)}
    assert {key: array.shape for key, array in grads.items()} == {key: array.shape for key, array in params.items()}
    np.testing.assert_array_equal(parts(last)[0], outputs[-1])


@every_cell
@pytest.mark.parametrize("lengths", [None, [3, 1, 2]])
def test_float32_stays_float32(cell, options, lengths):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 3, 4, dtype=np.float32)
    outputs, last, cache = cell.forward(params, x, state, lengths=lengths, **options)
    held = [array for array in cache if isinstance(array, np.ndarray) and array.dtype != bool]
    arrays = [outputs, *parts(last), *held, *named(*cell.backward(cache, doutputs, dstate)).values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    wide = problem(cell, 3, 2, 3, 4)
    np.testing.assert_allclose(outputs, cell.forward(*wide[:3], lengths=lengths, **options)[0], atol=1e-5)
    wide_grads = named(*cell.backward(cell.forward(*wide[:3], lengths=lengths, **options)[2], *wide[3:]))
    for key, array in named(*cell.backward(cache, doutputs, dstate)).items():
        np.testing.assert_allclose(array, wide_grads[key], rtol=1e-4, atol=1e-4, err_msg=key)


@every_cell
@pytest.mark.parametrize("wide", ["W_in", "W", "b", "b_in", "x", "state"])
def test_mixed_floats_promote(cell, options, wide):
    params, x, state, doutputs, _ = problem(cell, 2, 3, 2, 4, dtype=np.float32)
    if wide in params:
        params[wide] = params[wide].astype(np.float64)
    elif wide == "state":
        state = each(np.float64, state)
    else:
        x = x.astype(np.float64)
    outputs, last, cache = cell.forward(params, x, state, **options)
    arrays = [outputs, *parts(last), *named(*cell.backward(cache, doutputs)).values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float64)}


@every_cell
@pytest.mark.parametrize("which", ["doutputs", "dstate"])
def test_wide_gradients_promote(cell, options, which):
    params, x, state, doutputs, dstate = problem(cell, 2, 3, 2, 4, dtype=np.float32)
    cache = cell.forward(params, x, state, **options)[2]
    wide = {"doutputs": doutputs, "dstate": dstate}
    wide[which] = each(np.float64, wide[which])
    found = named(*cell.backward(cache, wide["doutputs"], wide["dstate"]))
    assert {array.dtype for array in found.values()} == {np.dtype(np.float64)}
    narrow = named(*cell.backward(cache, doutputs, dstate))
    for key, array in found.items():
        np.testing.assert_allclose(array, narrow[key], rtol=1e-4, atol=1e-4, err_msg=key)


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [int, bool, np.uint8])
def test_integers_are_taken_in_the_parameters_dtype(cell, options, dtype, kind):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 4, dtype=dtype)
    x, state, doutputs, dstate = (
        each(lambda array: (array > 0).astype(kind), value) for value in (x, state, doutputs, dstate)
    )
    outputs, last, cache = cell.forward(params, x, state, **options)
    found = named(*cell.backward(cache, doutputs, dstate))
    assert {array.dtype for array in [outputs, *parts(last), *found.values()]} == {np.dtype(dtype)}
    same = cell.forward(params, x.astype(dtype), each(dtype, state), **options)
    np.testing.assert_array_equal(outputs, same[0])
    wanted = named(*cell.backward(same[2], doutputs.astype(dtype), each(dtype, dstate)))
    for key, array in found.items():
        np.testing.assert_array_equal(array, wanted[key], err_msg=key)


@every_cell
def test_lists_are_taken(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 4)
    listed = {key: array.tolist() for key, array in params.items()}
    found = cell.forward(listed, x.tolist(), each(np.ndarray.tolist, state), **options)
    wanted = cell.forward(params, x, state, **options)
    np.testing.assert_array_equal(found[0], wanted[0])
    dx = cell.backward(found[2], doutputs.tolist(), each(np.ndarray.tolist, dstate))[1]
    np.testing.assert_array_equal(dx, cell.backward(wanted[2], doutputs, dstate)[1])


@every_cell
@pytest.mark.parametrize("lengths", [None, np.array([3, 1])])
def test_nothing_is_mutated_and_backward_repeats(cell, options, lengths):
    """Give read-only arrays, so that a write raises, and ask for the backward pass twice."""
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 4)
    given = [*params.values(), x, *parts(state), doutputs, *parts(dstate)]
    kept = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    outputs, last, cache = cell.forward(params, x, state, lengths=lengths, **options)
    held = [outputs, *parts(last), *(array for array in cache if isinstance(array, np.ndarray))]
    seen = [array.copy() for array in held]
    for array in held:
        array.flags.writeable = False
    first = named(*cell.backward(cache, doutputs, dstate))
    again = named(*cell.backward(cache, doutputs, dstate))
    for key, array in first.items():
        np.testing.assert_array_equal(array, again[key], err_msg=key)
        assert not any(np.shares_memory(array, other) for other in [*given, *held, again[key]])
    for before, array in zip(kept + seen, given + held, strict=True):
        np.testing.assert_array_equal(before, array)


@every_cell
def test_the_state_is_nobody_elses_memory(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 4)
    outputs, last, cache = cell.forward(params, x, state, **options)
    wanted = named(*cell.backward(cache, doutputs, dstate))
    for part in parts(last):
        part += 1  # a learner may continue with it in place
    np.testing.assert_array_equal(outputs, cell.forward(params, x, state, **options)[0])
    dstate_before = each(np.copy, dstate)
    for part in parts(cell.backward(cache, None, dstate)[2]):
        part[:] = 0
    np.testing.assert_array_equal(dstate, dstate_before)
    for key, array in named(*cell.backward(cache, doutputs, dstate)).items():
        np.testing.assert_array_equal(array, wanted[key], err_msg=key)


@every_cell
def test_strides_do_not_matter(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 4, 2, 3, 5)
    wanted = cell.forward(params, x, state, **options)
    wanted_back = named(*cell.backward(wanted[2], doutputs, dstate))

    def strange(array):
        """Return the same numbers in Fortran order, every other one of a larger array."""
        large = np.full([2 * size for size in array.shape], np.nan, order="F")
        large[tuple(slice(None, None, 2) for _ in array.shape)] = array
        return large[tuple(slice(None, None, 2) for _ in array.shape)]

    odd = {key: strange(array) for key, array in params.items()}
    found = cell.forward(odd, strange(x), each(strange, state), **options)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-12, atol=1e-14)
    for key, array in named(*cell.backward(found[2], strange(doutputs), each(strange, dstate))).items():
        np.testing.assert_allclose(array, wanted_back[key], rtol=1e-12, atol=1e-14, err_msg=key)


@every_cell
def test_real_marks_the_steps_within_length(cell, options):
    params, x, _, _, _ = problem(cell, 3, 2, 2, 4)
    assert cell.forward(params, x, **options)[2].real is None
    real = cell.forward(params, x, lengths=[1, 3], **options)[2].real
    assert real.dtype == bool and real[:, 0].T.tolist() == [[True, False, False], [True, True, True]]


@every_cell
@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.uint64, None])
def test_full_lengths_change_nothing(cell, options, dtype):
    params, x, state, doutputs, _ = problem(cell, 3, 2, 2, 4)
    wanted = cell.forward(params, x, state, **options)
    lengths = [3, 3] if dtype is None else np.array([3, 3], dtype)
    found = cell.forward(params, x, state, lengths=lengths, **options)
    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_array_equal(cell.backward(found[2], doutputs)[1], cell.backward(wanted[2], doutputs)[1])


@every_cell
@pytest.mark.parametrize("padding", [0.0, 1e6, np.nan, np.inf, -np.inf])
def test_a_padded_batch_equals_each_example_alone(cell, options, padding):
    """Outputs 0 and gradients 0 past the length, whatever stands there; the state frozen."""
    params, x, state, doutputs, dstate = problem(cell, 5, 2, 4, 3, seed=2)
    lengths = [5, 1, 3, 4]
    for n, length in enumerate(lengths):
        x[length:, :, n] = padding
        doutputs[length:, :, n] = padding
    outputs, last, cache = cell.forward(params, x, state, lengths=lengths, **options)
    found = named(*cell.backward(cache, doutputs, dstate))
    total = {key: np.zeros_like(array) for key, array in params.items()}
    for n, length in enumerate(lengths):
        one = [..., slice(n, n + 1)]
        own, start, end = x[:length][*one], each(lambda a: a[*one], state), each(lambda a: a[*one], dstate)  # noqa: B023
        alone, alone_last, alone_cache = cell.forward(params, own, start, **options)
        alone_found = named(*cell.backward(alone_cache, doutputs[:length][*one], end))
        np.testing.assert_allclose(outputs[:length][*one], alone, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found["x"][:length][*one], alone_found["x"], rtol=1e-12, atol=1e-14)
        assert not outputs[length:, :, n].any() and not found["x"][length:, :, n].any()
        for k, (batch, single) in enumerate(zip(parts(last), parts(alone_last), strict=True)):
            np.testing.assert_allclose(batch[*one], single, rtol=1e-12, atol=1e-14)
            key = f"state[{k}]"
            np.testing.assert_allclose(found[key][*one], alone_found[key], rtol=1e-12, atol=1e-14)
        for key in total:
            total[key] += alone_found[key]
    for key in total:
        np.testing.assert_allclose(found[key], total[key], rtol=1e-10, atol=1e-12, err_msg=key)


@every_cell
@pytest.mark.parametrize("cut", [1, 2, 4])
def test_two_parts_make_the_whole(cell, options, cut):
    params, x, state, doutputs, dstate = problem(cell, 5, 2, 3, 4)
    outputs, last, cache = cell.forward(params, x, state, **options)
    grads, dx, dstart = cell.backward(cache, doutputs, dstate)
    one, middle, cache_one = cell.forward(params, x[:cut], state, **options)
    two, end, cache_two = cell.forward(params, x[cut:], middle, **options)
    grads_two, dx_two, dmiddle = cell.backward(cache_two, doutputs[cut:], dstate)
    grads_one, dx_one, dbegin = cell.backward(cache_one, doutputs[:cut], dmiddle)
    np.testing.assert_allclose(np.concatenate([one, two]), outputs, rtol=1e-12)
    np.testing.assert_allclose(end, last, rtol=1e-12)
    np.testing.assert_allclose(np.concatenate([dx_one, dx_two]), dx, rtol=1e-10)
    np.testing.assert_allclose(dbegin, dstart, rtol=1e-10)
    for key in grads:
        np.testing.assert_allclose(grads_one[key] + grads_two[key], grads[key], rtol=1e-10, atol=1e-13)


@every_cell
def test_no_state_is_a_zero_state(cell, options):
    params, x, state, doutputs, _ = problem(cell, 3, 2, 2, 4)
    without, zero = (cell.forward(params, x, start, **options) for start in (None, each(np.zeros_like, state)))
    np.testing.assert_array_equal(without[0], zero[0])
    np.testing.assert_array_equal(cell.backward(without[2], doutputs)[2], cell.backward(zero[2], doutputs)[2])


@every_cell
def test_no_gradient_is_a_zero_gradient(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 4)
    cache = cell.forward(params, x, state, **options)[2]
    pairs = [
        ((doutputs, None), (doutputs, each(np.zeros_like, dstate))),
        ((None, dstate), (np.zeros_like(doutputs), dstate)),
    ]
    for without, zero in pairs:
        wanted = named(*cell.backward(cache, *zero))
        for key, array in named(*cell.backward(cache, *without)).items():
            np.testing.assert_array_equal(array, wanted[key], err_msg=key)


@every_cell
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_non_finite_input_shows_and_stays_in_its_example(cell, options, bad):
    """The kernels let it through, so that a learner sees where it came from; only clipping refuses it."""
    params, x, _, doutputs, _ = problem(cell, 3, 2, 2, 4)
    clean = cell.forward(params, x, **options)[0]
    x[1, 0, 1] = bad
    with np.errstate(invalid="ignore"):  # inf − inf is NaN
        outputs, _, cache = cell.forward(params, x, **options)
        found = named(*cell.backward(cache, doutputs))
    np.testing.assert_allclose(outputs[:, :, 0], clean[:, :, 0], rtol=1e-12)
    np.testing.assert_allclose(outputs[0], clean[0], rtol=1e-12)
    if np.isnan(bad):
        assert np.isnan(outputs[1:, :, 1]).all()
        assert all(np.isnan(found[key]).any() for key in params)
    assert not np.isfinite(found["W_in"]).all()
    assert np.isfinite(found["x"][:, :, 0]).all()


@every_cell
def test_large_inputs_saturate_without_a_warning(cell, options):
    params, x, _, doutputs, _ = problem(cell, 3, 2, 2, 4)
    outputs, _, cache = cell.forward(params, 1e4 * x, **options)
    assert np.isfinite(outputs).all()
    assert all(np.isfinite(array).all() for array in cell.backward(cache, doutputs)[0].values())


@every_cell
def test_a_few_steps_of_descent_lower_the_loss(cell, options):
    """One loop trains any cell: the module is passed, nothing else changes."""
    params, x, _, target, _ = problem(cell, 6, 2, 8, 4, seed=3)
    losses = []
    for _ in range(30):
        outputs, _, cache = cell.forward(params, x, **options)
        losses.append(0.5 * np.mean((outputs - target) ** 2))
        grads, _, _ = cell.backward(cache, (outputs - target) / target.size)
        params = {key: params[key] - 2 * grads[key] for key in params}
    assert losses[-1] < 0.95 * losses[0] and math.isfinite(losses[-1])
