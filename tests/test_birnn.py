"""The bidirectional network over every cell: gradients, padding, refusals."""

import numpy as np
import pytest

from helpers import birnn, gradcheck, gru, lstm, rnn

pytestmark = pytest.mark.filterwarnings("error")

CELLS = {"rnn": (rnn, {"activation": "sigmoid"}), "lstm": (lstm, {}), "gru": (gru, {"reset_after": True})}
every_cell = pytest.mark.parametrize(("cell", "options"), CELLS.values(), ids=CELLS)
SIZES = [(4, 2, 3, 5), (1, 1, 1, 1), (3, 1, 4, 1), (2, 3, 1, 2)]  # T, D, N, H


def flat(value):
    """Return the arrays inside nested dicts and pairs by name."""
    if isinstance(value, dict | tuple | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {f"{key}/{name}": array for key, part in items for name, array in flat(part).items()}
    return {"": value}


def problem(cell, T, D, N, H, seed=0):
    """Return parameters with biases, inputs, initial states, and a gradient for outputs and final states."""
    rng = np.random.default_rng(seed)
    params = birnn.init(rng, D, H, cell)
    for array in flat(params).values():
        array += 0.3 * rng.normal(size=array.shape)
    x, doutputs = rng.normal(size=(T, D, N)), rng.normal(size=(T, 2 * H, N))
    state, dstate = ([rng.normal(size=(H, N)) for _ in range(4)] for _ in range(2))
    if cell is lstm:
        return (
            params,
            x,
            ((state[0], state[1]), (state[2], state[3])),
            doutputs,
            ((dstate[0], dstate[1]), (dstate[2], dstate[3])),
        )
    return params, x, (state[0], state[1]), doutputs, (dstate[0], dstate[1])


@every_cell
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("use", ["outputs", "state", "both", "right state"])
@pytest.mark.parametrize("padded", [False, True])
def test_gradients_by_central_differences(cell, options, sizes, use, padded):
    params, x, state, doutputs, dstate = problem(cell, *sizes)
    lengths = np.arange(sizes[2]) % sizes[0] + 1 if padded else None
    doutputs = doutputs if use in ("outputs", "both") else None
    dstate = {"outputs": None, "right state": (None, dstate[1])}.get(use, dstate)

    def error():
        outputs, last, _ = birnn.forward(params, x, state, cell=cell, lengths=lengths, **options)
        total = 0.0 if doutputs is None else np.sum(outputs * doutputs)
        given = {k: v for k, v in flat(dstate or ()).items() if v is not None}
        return total + sum(np.sum(flat(last)[key] * array) for key, array in given.items())

    cache = birnn.forward(params, x, state, cell=cell, lengths=lengths, **options)[2]
    found = flat(birnn.backward(cache, doutputs, dstate))
    for name, array in flat((params, x, state)).items():
        measured = gradcheck.numerical_gradient(error, array, step=1e-5)
        np.testing.assert_allclose(found[name], measured, rtol=1e-6, atol=1e-9, err_msg=name)


@every_cell
def test_a_padded_example_is_as_if_it_were_alone(cell, options):
    params, x, state, doutputs, _ = problem(cell, 5, 2, 3, 4)
    lengths = np.array([3, 5, 1])
    x[3:, :, 0] = x[1:, :, 2] = np.nan  # padding may hold anything
    outputs, last, cache = birnn.forward(params, x, state, cell=cell, lengths=lengths, **options)
    dx = birnn.backward(cache, doutputs)[1]
    for n, length in enumerate(lengths):
        own = [part[:, n : n + 1] for part in flat(state).values()]
        own = ((own[0], own[1]), (own[2], own[3])) if cell is lstm else tuple(own)
        alone, alone_last, alone_cache = birnn.forward(params, x[:length, :, n : n + 1], own, cell=cell, **options)
        np.testing.assert_allclose(outputs[:length, :, n : n + 1], alone, rtol=1e-12)
        assert not outputs[length:, :, n].any()
        for one, other in zip(flat(last).values(), flat(alone_last).values(), strict=True):
            np.testing.assert_allclose(one[:, n : n + 1], other, rtol=1e-12)
        dalone = birnn.backward(alone_cache, doutputs[:length, :, n : n + 1])[1]
        np.testing.assert_allclose(dx[:length, :, n : n + 1], dalone, rtol=1e-11)
        assert not dx[length:, :, n].any()


@every_cell
def test_the_naive_reversal_gives_another_answer(cell, options):
    params, x, _, _, _ = problem(cell, 5, 2, 2, 3)
    lengths = np.array([5, 2])
    ours = birnn.forward(params, x, cell=cell, lengths=lengths, **options)[0][:, 3:]
    naive = cell.forward(params["backward"], x[::-1], **options)[0][::-1]  # padding is read first
    np.testing.assert_allclose(ours[:, :, 0], naive[:, :, 0], rtol=1e-12)
    assert np.abs(ours[:2, :, 1] - naive[:2, :, 1]).max() > 1e-3


def test_reverse():
    x = np.arange(8.0).reshape(4, 1, 2)
    turned = birnn.reverse(x, [4, 2])
    assert turned[:, 0].T.tolist() == [[6, 4, 2, 0], [3, 1, 5, 7]]
    assert np.array_equal(birnn.reverse(turned, [4, 2]), x)
    assert np.array_equal(birnn.reverse(x), x[::-1])


def test_each_half_sees_its_own_side():
    params, x, _, _, _ = problem(rnn, 4, 2, 1, 3)
    other = x.copy()
    other[2] += 1
    change = np.abs(birnn.forward(params, x, cell=rnn)[0] - birnn.forward(params, other, cell=rnn)[0])[:, :, 0]
    assert (change[:, :3].max(axis=1) > 0).tolist() == [False, False, True, True]
    assert (change[:, 3:].max(axis=1) > 0).tolist() == [True, True, True, False]


@every_cell
def test_nothing_is_changed_and_twice_is_the_same(cell, options):
    params, x, state, doutputs, dstate = problem(cell, 3, 2, 2, 2)
    given = (params, x, state, doutputs, dstate)
    before = {name: array.copy() for name, array in flat(given).items()}
    cache = birnn.forward(params, x, state, cell=cell, **options)[2]
    once, twice = (flat(birnn.backward(cache, doutputs, dstate)) for _ in range(2))
    assert all(np.array_equal(before[name], array) for name, array in flat(given).items())
    assert all(np.array_equal(once[name], twice[name]) for name in once)


def test_float32_stays():
    params = birnn.init(np.random.default_rng(0), 2, 3, gru, dtype=np.float32)
    outputs, last, cache = birnn.forward(params, np.ones((4, 2, 1), bool), cell=gru)
    found = flat((outputs, last, birnn.backward(cache, np.ones((4, 6, 1), np.float32))))
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda a: a | {"params": a["params"]["forward"]},
            r"params: expected a dict with the keys \['forward', 'backward'\]",
        ),
        (lambda a: a | {"params": 3}, "params: expected a dict .* got int"),
        (lambda a: a | {"x": np.ones((3, 4, 2))}, r"x: expected shape \(T, D, N\) with D = 2"),
        (lambda a: a | {"x": np.ones((0, 2, 2))}, "x: expected shape"),
        (lambda a: a | {"lengths": [3, 4]}, "lengths: expected values from 1 to T = 3"),
        (lambda a: a | {"lengths": [3, 0]}, "lengths: expected values from 1"),
        (lambda a: a | {"state": np.ones((3, 2))}, "state: expected a pair"),
        (lambda a: a | {"state": (None,)}, "state: expected a pair .* got 1 parts"),
    ],
)
def test_bad_input_is_named(change, words):
    good = {"params": birnn.init(np.random.default_rng(0), 2, 3, rnn), "x": np.ones((3, 2, 2)), "state": None}
    with pytest.raises(ValueError, match=words):
        birnn.forward(**change(good), cell=rnn)


def test_directions_of_different_sizes_are_refused():
    rng = np.random.default_rng(0)
    params = {"forward": rnn.init(rng, 2, 3), "backward": rnn.init(rng, 2, 4)}
    for other in (rnn.init(rng, 2, 4), rnn.init(rng, 5, 3)):
        params["backward"] = other
        words = r"params\['backward'\]: expected the sizes of params\['forward'\], .* got "
        with pytest.raises(ValueError, match=words):
            birnn.forward(params, np.ones((3, 2, 2)), cell=rnn)
    with pytest.raises(ValueError, match="params: expected a dict"):
        birnn.forward(params | {"backward": 3}, np.ones((3, 2, 2)), cell=rnn)


@pytest.mark.parametrize("cell", ["lstm", None, 3, {}, np])
def test_what_is_no_cell_is_named(cell):
    rng = np.random.default_rng(0)
    for call in (
        lambda: birnn.init(rng, 2, 3, cell=cell),
        lambda: birnn.forward(birnn.init(rng, 2, 3), np.ones((3, 2, 2)), cell=cell),
    ):
        with pytest.raises(ValueError, match="cell: expected a module such as rnn, lstm or gru, got"):
            call()


def test_another_modules_cache_and_masked_arrays_are_named():
    params, x = birnn.init(np.random.default_rng(0), 2, 3), np.ones((3, 2, 2))
    outputs, state, cache = birnn.forward(params, x)
    for other in (lstm.forward(params["forward"], x)[2], (outputs, state, cache), None):
        with pytest.raises(ValueError, match=r"cache: expected the one that helpers\.birnn\.forward returned"):
            birnn.backward(other, outputs)
    with pytest.raises(ValueError, match="x: expected a plain array"):
        birnn.forward(params, np.ma.ones((3, 2, 2)))
    with pytest.raises(ValueError, match="x: expected a plain array"):
        birnn.reverse(np.ma.ones((3, 2, 2)))
    with pytest.raises(ValueError, match="doutputs: expected a plain array"):
        birnn.backward(cache, np.ma.ones((3, 6, 2)))


# --- pooling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mean", "max"])
@pytest.mark.parametrize("sizes", [(4, 3, 5), (1, 1, 1), (3, 2, 1), (5, 1, 2)])
@pytest.mark.parametrize("padded", [False, True])
def test_gradients_of_pooling_by_central_differences(kind, sizes, padded):
    (T, _, N), rng = sizes, np.random.default_rng(0)
    h, dpooled, lengths = rng.normal(size=sizes), rng.normal(size=sizes[1:]), None
    if padded:
        lengths = np.arange(N) % T + 1
    pooled, cache = birnn.pool(h, lengths, kind)
    for n, steps in enumerate([T] * N if lengths is None else lengths):
        np.testing.assert_allclose(pooled[:, n], getattr(np, kind)(h[:steps, :, n], axis=0), rtol=1e-14)
    measured = gradcheck.numerical_gradient(lambda: np.sum(dpooled * birnn.pool(h, lengths, kind)[0]), h)
    np.testing.assert_allclose(birnn.pool_backward(cache, dpooled), measured, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("kind", ["mean", "max"])
def test_pooling_looks_at_no_padding_and_keeps_float32(kind):
    h = np.array([[[-2.0, 1]], [[-1, np.nan]], [[np.inf, np.inf]]], np.float32)  # (3, 1, 2)
    pooled, cache = birnn.pool(h, [2, 1], kind)
    assert pooled.tolist() == [[-1.5 if kind == "mean" else -1, 1]]
    dh = birnn.pool_backward(cache, np.array([[np.nan, 2]], np.float32))
    assert pooled.dtype == dh.dtype == np.float32 and dh[:, 0, 1].tolist() == [2, 0, 0] and dh[2, 0, 0] == 0
    assert np.isnan(birnn.pool(h, [2, 2], kind)[0][0, 1])  # but NaN within goes through


def test_of_equal_largest_numbers_the_first_takes_the_gradient():
    pooled, cache = birnn.pool(np.array([0.0, 3, 3, 1]).reshape(4, 1, 1), kind="max")
    assert pooled == 3 and birnn.pool_backward(cache, [[5.0]]).ravel().tolist() == [0, 5, 0, 0]


def test_the_pooled_outputs_train_a_bidirectional_network():
    params, x, *_ = problem(gru, 4, 2, 3, 2)
    lengths, weight = np.array([4, 1, 3]), np.random.default_rng(5).normal(size=(4, 3))

    def error():
        return np.sum(weight * birnn.pool(birnn.forward(params, x, cell=gru, lengths=lengths)[0], lengths, "max")[0])

    h, _, cache = birnn.forward(params, x, cell=gru, lengths=lengths)
    grads, _, _ = birnn.backward(cache, birnn.pool_backward(birnn.pool(h, lengths, "max")[1], weight))
    assert max(gradcheck.errors(error, params, grads).values()) < 1e-6


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda h: birnn.pool(h, kind="sum"), "kind: expected one of 'mean', 'max', got 'sum'"),
        (lambda h: birnn.pool(h[0]), r"h: expected shape \(T, H, N\)"),
        (lambda h: birnn.pool(np.ma.array(h)), "h: expected a plain array"),
        (lambda h: birnn.pool(h, [0, 1]), "lengths: expected values from 1"),
        (lambda h: birnn.pool_backward(birnn.pool(h)[1], h), r"dpooled: expected shape \(H, N\) with H = 3, N = 2"),
        (
            lambda h: birnn.pool_backward(birnn.pool(h), h[0]),
            "cache: expected the one that helpers.birnn.pool returned",
        ),
    ],
)
def test_bad_pooling_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.ones((4, 3, 2)))


def test_bad_gradients_are_named():
    params = birnn.init(np.random.default_rng(0), 2, 3, lstm)
    cache = birnn.forward(params, np.ones((3, 2, 2)))[2]
    for none in (None, (None, None), ((None, None), None)):
        with pytest.raises(ValueError, match="doutputs: expected an array here or in dstate, got None for both"):
            birnn.backward(cache, None, none)
    with pytest.raises(ValueError, match=r"doutputs: expected shape \(T, 2H, N\)"):
        birnn.backward(cache, np.ones((3, 3, 2)))
    with pytest.raises(ValueError, match="dstate: expected a pair"):
        birnn.backward(cache, np.ones((3, 6, 2)), np.ones(3))
