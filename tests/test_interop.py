"""Weights to and from PyTorch, and from Keras: PyTorch's stored layers give its outputs here and go back unchanged.

Keras's stored layers are in test_references.py.
"""

from pathlib import Path

import numpy as np
import pytest

from helpers import gru, interop, lstm, rnn

pytestmark = pytest.mark.filterwarnings("error")

FILES = Path(__file__).parent / "references"
CELLS = {"rnn": (rnn, {"activation": "tanh"}), "lstm": (lstm, {}), "gru": (gru, {"reset_after": True})}
D, H = 3, 4


def stored(kind):
    """Return the state dict of two layers in both directions, with an input and PyTorch's outputs for it."""
    with np.load(FILES / f"stacked_{kind}.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    return {key: arrays[key] for key in arrays if "_l" in key}, arrays["x"], arrays["outputs"]


def state_dict(kind, dtype=np.float64):
    """Return one made-up layer."""
    rng, rows = np.random.default_rng(0), {"rnn": 1, "lstm": 4, "gru": 3}[kind] * H
    shapes = {"weight_ih_l0": (rows, D), "weight_hh_l0": (rows, H), "bias_ih_l0": (rows,), "bias_hh_l0": (rows,)}
    return {key: rng.normal(size=shape).astype(dtype) for key, shape in shapes.items()}


def arrays_equal(one, other):
    assert list(one) == list(other)
    for key in one:
        np.testing.assert_array_equal(one[key], other[key], err_msg=key)


@pytest.mark.parametrize("kind", CELLS)
def test_a_stacked_layer_of_pytorch_gives_the_same_outputs(kind):
    weights, x, wanted = stored(kind)
    cell, options = CELLS[kind]
    for layer in (0, 1):
        ahead = cell.forward(interop.from_torch(kind, weights, layer), x, **options)[0]
        back = cell.forward(interop.from_torch(kind, weights, layer, reverse=True), x[::-1], **options)[0]
        x = np.concatenate([ahead, back[::-1]], axis=1)
    np.testing.assert_allclose(x, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", CELLS)
def test_there_and_back(kind):
    weights = state_dict(kind)
    back = interop.to_torch(kind, interop.from_torch(kind, weights))
    assert list(back) == list(weights)
    for key in ("weight_ih_l0", "weight_hh_l0"):
        np.testing.assert_array_equal(back[key], weights[key])
    if kind == "gru":
        arrays_equal(back, weights)
    else:  # one bias here: only the sum of the two is the network's
        np.testing.assert_array_equal(back["bias_ih_l0"], weights["bias_ih_l0"] + weights["bias_hh_l0"])
        assert not back["bias_hh_l0"].any()


@pytest.mark.parametrize("kind", CELLS)
def test_back_and_there(kind):
    cell, options = CELLS[kind]
    params = {key: array + 0.1 for key, array in cell.init(np.random.default_rng(1), D, H).items()}
    found = interop.from_torch(kind, interop.to_torch(kind, params))
    arrays_equal(found, params)
    x = np.random.default_rng(2).normal(size=(5, D, 2))
    np.testing.assert_array_equal(cell.forward(found, x, **options)[0], cell.forward(params, x, **options)[0])


def test_the_blocks_of_the_lstm():
    """PyTorch has i, f, g, o; the course has i, f, o, g."""
    weights = {key: np.zeros_like(array) for key, array in state_dict("lstm").items()}
    weights["bias_ih_l0"] = np.repeat([1.0, 2.0, 3.0, 4.0], H)  # i, f, g, o
    weights["weight_hh_l0"] = np.repeat([1.0, 2.0, 3.0, 4.0], H)[:, None] * np.ones((1, H))
    params = interop.from_torch("lstm", weights)
    for key in ("b", "W"):
        blocks = dict(zip(lstm.GATES, lstm.blocks(params[key]), strict=True))
        assert {name: block.mean() for name, block in blocks.items()} == {"i": 1, "f": 2, "o": 4, "g": 3}
    arrays_equal(interop.to_torch("lstm", params), weights)


@pytest.mark.parametrize("kind", CELLS)
def test_to_torch_names_the_layer_and_the_direction(kind):
    params = interop.from_torch(kind, state_dict(kind))
    plain = interop.to_torch(kind, params)
    found = interop.to_torch(kind, params, layer=2, reverse=True)
    assert list(found) == [key.replace("_l0", "_l2_reverse") for key in plain]
    arrays_equal(interop.from_torch(kind, found | plain, 2, True), params)
    assert [array.ndim for array in plain.values()] == [2, 2, 1, 1]


@pytest.mark.parametrize("kind", CELLS)
def test_missing_biases_are_zeros(kind):
    weights = {key: array for key, array in state_dict(kind).items() if "bias" not in key}
    params = interop.from_torch(kind, weights)
    assert not params["b"].any() and params["b"].shape == (len(weights["weight_hh_l0"]), 1)
    assert "b_in" not in params or not params["b_in"].any()


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("missing", ["bias_ih_l0", "bias_hh_l0"])
def test_one_bias_of_two_is_refused(kind, missing):
    weights = {key: array for key, array in state_dict(kind).items() if key != missing}
    told = "^state_dict: expected 'bias_ih_l0' and 'bias_hh_l0' or neither, got one of the two"
    with pytest.raises(ValueError, match=told):
        interop.from_torch(kind, weights)
    other = {f"{key}_reverse": array for key, array in state_dict(kind).items()}
    arrays_equal(interop.from_torch(kind, weights | other, reverse=True), interop.from_torch(kind, state_dict(kind)))
    with pytest.raises(ValueError, match=told):  # that of another layer does not count
        interop.from_torch(kind, weights | other | {f"{missing[:-1]}1": np.ones(H)})


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_in_the_dtype_that_came(kind, dtype):
    weights = state_dict(kind, dtype)
    params = interop.from_torch(kind, weights)
    back = interop.to_torch(kind, params)
    assert {array.dtype for array in [*params.values(), *back.values()]} == {np.dtype(dtype)}
    for array in [*params.values()]:
        assert not any(np.shares_memory(array, other) for other in [*weights.values(), *back.values()])
    assert not np.shares_memory(back["bias_ih_l0"], back["bias_hh_l0"])
    bare = {key: array for key, array in weights.items() if "bias" not in key}
    assert interop.from_torch(kind, bare)["b"].dtype == dtype


class Tensor:
    """What a tensor of PyTorch is to NumPy."""

    def __init__(self, array, error=None):
        self.array, self.error = array, error

    def __array__(self, dtype=None, copy=None):
        if self.error:
            raise self.error
        return np.asarray(self.array, dtype)


@pytest.mark.parametrize("kind", CELLS)
def test_anything_that_asarray_takes(kind):
    weights = state_dict(kind)
    wanted = interop.from_torch(kind, weights)
    arrays_equal(interop.from_torch(kind, {key: Tensor(array) for key, array in weights.items()}), wanted)
    arrays_equal(interop.from_torch(kind, {key: array.tolist() for key, array in weights.items()}), wanted)
    whole = {key: np.arange(array.size).reshape(array.shape) for key, array in weights.items()}
    assert {array.dtype for array in interop.from_torch(kind, whole).values()} == {np.dtype(np.float64)}


@pytest.mark.parametrize("error", [RuntimeError("it requires grad"), TypeError("it is on another device")])
def test_a_tensor_that_numpy_cannot_read(error):
    bad = state_dict("lstm") | {"weight_hh_l0": Tensor(None, error)}
    with pytest.raises(ValueError, match=rf"^weight_hh_l0: expected what numpy\.asarray takes, got Tensor: {error}"):
        interop.from_torch("lstm", bad)


LSTM = state_dict("lstm")
BAD = {
    "unknown kind": (("LSTM", LSTM), r"^kind: expected one of 'rnn', 'lstm', 'gru', got 'LSTM'"),
    "kind None": ((None, LSTM), r"^kind: .* got None"),
    "no dict": (("lstm", [1, 2]), r"^state_dict: expected a dict with torch\.nn's names, got list"),
    "a module": (("lstm", lstm), r"^state_dict: expected a dict .* got module"),
    "empty": (("lstm", {}), r"^layer: expected one that state_dict holds, \[\], got 0"),
    "projections": (
        ("lstm", LSTM | {"weight_hr_l0": np.ones((2, H))}),
        r"^state_dict: 'weight_hr_l0' is a projection \(proj_size\)",
    ),
    "a prefix": (
        ("lstm", {f"encoder.{key}": array for key, array in LSTM.items()}),
        r"^state_dict: expected names such as 'weight_ih_l0', got 'encoder\.weight_ih_l0'.*without a prefix",
    ),
    "a layer of a cell": (("rnn", {"weight_ih": 1}), r"^state_dict: expected names such as .* got 'weight_ih'"),
    "a key that is no text": (("rnn", {0: 1}), r"^state_dict: expected names such as .* got 0"),
    "a missing layer": (("lstm", LSTM, 1), r"^layer: expected one that state_dict holds, \[0\], got 1"),
    "a missing direction": (
        ("lstm", LSTM, 0, True),
        r"^reverse: expected a direction that state_dict holds for layer 0, got True",
    ),
    "a negative layer": (("lstm", LSTM, -1), r"^layer: expected a whole number of at least 0, got -1"),
    "layer a bool": (("lstm", LSTM, True), r"^layer: .* got True"),
    "layer a text": (("lstm", LSTM, "0"), r"^layer: .* got '0'"),
    "reverse a number": (("lstm", LSTM, 0, 1), r"^reverse: expected True or False, got 1"),
    "no recurrent weights": (
        ("lstm", {"weight_ih_l0": LSTM["weight_ih_l0"]}),
        r"^state_dict: expected 'weight_hh_l0', got only \['weight_ih_l0'\]",
    ),
    "no input weights": (
        ("lstm", {"weight_hh_l0": LSTM["weight_hh_l0"], "bias_ih_l0": LSTM["bias_ih_l0"]}),
        r"^state_dict: expected 'weight_ih_l0', got only \['weight_hh_l0', 'bias_ih_l0'\]",
    ),
    "an LSTM taken for a GRU": (
        ("gru", LSTM),
        r"^kind: expected 'lstm', because weight_hh_l0 has shape \(16, 4\), 4H × H; got 'gru'",
    ),
    "a GRU taken for an RNN": (("rnn", state_dict("gru")), r"^kind: expected 'gru', because .* \(12, 4\), 3H × H"),
    "an RNN taken for an LSTM": (("lstm", state_dict("rnn")), r"^kind: expected 'rnn', because .* \(4, 4\), 1H × H"),
    "no cell's shape": (
        ("lstm", LSTM | {"weight_hh_l0": np.ones((20, 4))}),
        r"^weight_hh_l0: expected shape \(4H, H\) with H = 4, got \(20, 4\)",
    ),
    "flat weights": (("lstm", LSTM | {"weight_hh_l0": np.ones(16)}), r"^weight_hh_l0: .*\(4H, H\).* got \(16,\)"),
    "input weights of another H": (
        ("lstm", LSTM | {"weight_ih_l0": np.ones((20, 3))}),
        r"^weight_hh_l0: expected shape \(4H, H\) with H = 5, got \(16, 4\)",
    ),
    "a bias of another H": (
        ("lstm", LSTM | {"bias_hh_l0": np.ones(12)}),
        r"^bias_hh_l0: expected shape \(4H,\) with H = 4, got \(12,\)",
    ),
    "a bias of 2 dimensions": (
        ("lstm", LSTM | {"bias_ih_l0": np.ones((16, 1))}),
        r"^bias_ih_l0: expected shape \(4H,\).* got \(16, 1\)",
    ),
    "complex": (("lstm", LSTM | {"bias_ih_l0": np.ones(16) * 1j}), r"^bias_ih_l0: expected real numbers"),
    "text": (("lstm", LSTM | {"weight_ih_l0": "weights"}), r"^weight_ih_l0: expected real numbers, got str"),
    "None": (("lstm", LSTM | {"weight_ih_l0": None}), r"^weight_ih_l0: expected real numbers, got NoneType"),
    "ragged": (("lstm", LSTM | {"weight_ih_l0": [[1], [1, 2]]}), r"^weight_ih_l0: expected an array, got a ragged"),
}


@pytest.mark.parametrize("case", BAD)
def test_from_torch_refuses(case):
    arguments, told = BAD[case]
    with pytest.raises(ValueError, match=told):
        interop.from_torch(*arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("tcn", {}), r"^kind: expected one of 'rnn', 'lstm', 'gru', got 'tcn'"),
        (("lstm", [1]), r"^params: expected a dict with the keys \['W_in', 'W', 'b'\], got list"),
        (("lstm", LSTM), r"^params: expected a dict with the keys \['W_in', 'W', 'b'\], got \['weight_ih_l0'"),
        (("lstm", gru.init(np.random.default_rng(0), D, H)), r"^params: expected a dict with the keys"),
        (("rnn", lstm.init(np.random.default_rng(0), D, H)), r"^params\['W'\]: expected shape \(H, H\)"),
        (
            ("rnn", rnn.init(np.random.default_rng(0), D, H), 1.5),
            r"^layer: expected a whole number of at least 0, got 1\.5",
        ),
    ],
)
def test_to_torch_refuses(arguments, told):
    with pytest.raises(ValueError, match=told):
        interop.to_torch(*arguments)


@pytest.mark.parametrize("kind", CELLS)
def test_the_options_of_pytorch(kind):
    assert interop.options(kind) == CELLS[kind][1]
    interop.options(kind)["more"] = 1
    assert interop.options(kind) == CELLS[kind][1]


def test_the_options_of_pytorchs_relu():
    case = dict(np.load(FILES / "rnn_relu.npz"))
    weights = {"weight_ih_l0": case["W_in"], "weight_hh_l0": case["W"]}
    weights |= {"bias_ih_l0": case["b"][:, 0], "bias_hh_l0": 0 * case["b"][:, 0]}
    options = interop.options("rnn", nonlinearity="relu")
    outputs, _, _ = rnn.forward(interop.from_torch("rnn", weights), case["x"], case["state"], **options)
    np.testing.assert_allclose(outputs, case["outputs"], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("LSTM",), r"^kind: expected one of 'rnn', 'lstm', 'gru', got 'LSTM'"),
        ((None, "relu"), r"^kind: .* got None"),
        (("rnn", "sigmoid"), r"^nonlinearity: expected one of 'tanh', 'relu', got 'sigmoid'"),
        (("lstm", "relu"), r"^nonlinearity: expected one of 'tanh', got 'relu'"),
        (("gru", True), r"^nonlinearity: expected one of 'tanh', got True"),
    ],
)
def test_options_refuses(arguments, told):
    with pytest.raises(ValueError, match=told):
        interop.options(*arguments)


def keras_arrays(kind, dtype=np.float64):
    """Return one made-up layer as layer.get_weights() gives it; the GRU's with two biases."""
    rng, columns = np.random.default_rng(0), {"rnn": 1, "lstm": 4, "gru": 3}[kind] * H
    shapes = (D, columns), (H, columns), (2, columns) if kind == "gru" else (columns,)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def test_the_blocks_of_keras():
    """Keras has z, r, n in a GRU and i, f, g, o in an LSTM."""
    for cell, kind, order in ((gru, "gru", "zrn"), (lstm, "lstm", "ifgo")):
        arrays = [np.broadcast_to(np.repeat(np.arange(len(order)), H) + 1.0, a.shape) for a in keras_arrays(kind)]
        params, _ = interop.from_keras(kind, arrays)
        for array in params.values():
            blocks = dict(zip(cell.GATES, cell.blocks(array), strict=True))
            assert {name: set(block.ravel()) for name, block in blocks.items()} == {
                name: {k} for k, name in enumerate(order, 1)
            }


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bias", [True, False])
def test_copies_of_keras_in_the_dtype_that_came(kind, dtype, bias):
    arrays = keras_arrays(kind, dtype)[: 3 if bias else 2]
    told = {} if bias or kind != "gru" else {"reset_after": True}
    before = [array.copy() for array in arrays]
    params, options = interop.from_keras(kind, tuple(arrays), **told)
    assert options == interop.options(kind)
    assert {key: array.shape for key, array in params.items()} == {
        key: array.shape for key, array in CELLS[kind][0].init(np.random.default_rng(0), D, H).items()
    }
    assert {array.dtype for array in params.values()} == {np.dtype(dtype)}
    for array in params.values():
        assert not any(np.shares_memory(array, other) for other in arrays)
        array += 1
    assert all(np.array_equal(one, other) for one, other in zip(arrays, before, strict=True))
    assert not any(np.shares_memory(params["b"], params[key]) for key in params if key != "b")
    lists = interop.from_keras(kind, [array.tolist() for array in before], **told)[0]
    assert all(np.allclose(lists[key] + 1, params[key], rtol=1e-6) for key in params)


@pytest.mark.parametrize("given", [None, True, np.True_])
def test_reset_after_is_seen_from_the_bias(given):
    arrays = keras_arrays("gru")
    assert interop.from_keras("gru", arrays, reset_after=given)[1] == {"reset_after": True}
    one = [*arrays[:2], arrays[2][0]]
    assert interop.from_keras("gru", one, reset_after=given and np.False_)[1] == {"reset_after": False}
    options = interop.from_keras("gru", arrays[:2], reset_after=np.False_)[1]
    assert options["reset_after"] is False


@pytest.mark.parametrize(("theirs", "ours"), [("linear", "identity"), ("identity", "identity"), ("relu", "relu")])
def test_the_activation_of_keras(theirs, ours):
    assert interop.from_keras("rnn", keras_arrays("rnn"), activation=theirs)[1] == {"activation": ours}


KERAS = {kind: keras_arrays(kind) for kind in CELLS}
BAD_KERAS = {
    "unknown kind": (("SimpleRNN", KERAS["rnn"]), {}, r"^kind: expected one of 'rnn', 'lstm', 'gru', got 'SimpleRNN'"),
    "a dict": (
        ("lstm", state_dict("lstm")), {}, r"^arrays: expected a list of kernel, recurrent_kernel and, .*got dict",
    ),
    "an array": (("rnn", KERAS["rnn"][0]), {}, r"^arrays: expected a list .* got ndarray"),
    "nothing": (("rnn", []), {}, r"^arrays: expected a list .* got 0 arrays"),
    "one": (("rnn", KERAS["rnn"][:1]), {}, r"^arrays: expected a list .* got 1 arrays"),
    "both directions": (("gru", KERAS["gru"] * 2), {}, r"^arrays: expected a list .* got 6 arrays"),
    "an LSTM taken for a GRU": (
        ("gru", KERAS["lstm"]), {},
        r"^kind: expected 'lstm', because arrays\[1\] \(recurrent_kernel\) has shape \(4, 16\), H × 4H; got 'gru'",
    ),
    "a GRU taken for an RNN": (("rnn", KERAS["gru"]), {}, r"^kind: expected 'gru', because .* \(4, 12\), H × 3H"),
    "PyTorch's arrays": (
        ("lstm", list(LSTM.values())[:3]), {},
        r"^arrays\[0\] \(kernel\): expected shape \(D, 4H\) .*got \(16, 3\)",
    ),
    "kernels swapped": (
        ("rnn", [*KERAS["rnn"][1::-1], KERAS["rnn"][2]]), {},
        r"^arrays\[1\] \(recurrent_kernel\): expected shape \(H, H\) with H = 4, got \(3, 4\)",
    ),
    "a flat kernel": (("lstm", [np.ones(16), *KERAS["lstm"][1:]]), {}, r"^arrays\[0\] \(kernel\): .* got \(16,\)"),
    "a flat recurrent kernel": (
        ("lstm", [KERAS["lstm"][0], np.ones(16)]), {}, r"^arrays\[1\] \(recurrent_kernel\): .* got \(16,\)",
    ),
    "a bias of another H": (
        ("lstm", [*KERAS["lstm"][:2], np.ones(12)]), {},
        r"^arrays\[2\] \(bias\): expected shape \(4H,\) with H = 4, got \(12,\)",
    ),
    "two biases of an LSTM": (("lstm", [*KERAS["lstm"][:2], np.ones((2, 16))]), {}, r"\(bias\): .* got \(2, 16\)"),
    "three biases of a GRU": (
        ("gru", [*KERAS["gru"][:2], np.ones((3, 12))]), {},
        r"^arrays\[2\] \(bias\): expected shape \(2, 3H\) with H = 4, got \(3, 12\)",
    ),
    "CuDNNGRU's bias": (("gru", [*KERAS["gru"][:2], np.ones(24)]), {}, r"\(bias\): expected shape \(3H,\)"),
    "a bias that is None": (("rnn", [*KERAS["rnn"][:2], None]), {}, r"\(bias\): expected real numbers, got NoneType"),
    "a masked array": (("rnn", [np.ma.ones((3, 4)), *KERAS["rnn"][1:]]), {}, r"\(kernel\): expected a plain array"),
    "complex": (("rnn", [KERAS["rnn"][0] * 1j, KERAS["rnn"][1]]), {}, r"\(kernel\): expected real numbers"),
    "a tensor that wants gradients": (
        ("rnn", [Tensor(None, RuntimeError("it requires grad")), KERAS["rnn"][1]]), {},
        r"^arrays\[0\] \(kernel\): expected what numpy\.asarray takes",
    ),
    "no such activation": (("rnn", KERAS["rnn"]), {"activation": "elu"}, r"^activation: .* got 'elu'"),
    "a function": (("rnn", KERAS["rnn"]), {"activation": np.tanh}, r"^activation: expected one of 'tanh', "),
    "the LSTM's activation": (("lstm", KERAS["lstm"]), {"activation": "relu"}, r"^activation: .* 'tanh', got 'relu'"),
    "the GRU's activation": (("gru", KERAS["gru"]), {"activation": "linear"}, r"^activation: .* 'tanh', got 'l"),
    "a GRU without a bias": (
        ("gru", KERAS["gru"][:2]), {}, r"^reset_after: expected True or False for 'gru' without a bias, got None",
    ),
    "reset_after against two biases": (
        ("gru", KERAS["gru"]), {"reset_after": False},
        r"^reset_after: expected None or True for 'gru' with a bias of shape \(2, 12\), got False",
    ),
    "reset_after against one bias": (
        ("gru", [*KERAS["gru"][:2], np.ones(12)]), {"reset_after": True},
        r"^reset_after: expected None or False for 'gru' with a bias of shape \(12,\), got True",
    ),
    "reset_after a number": (("gru", KERAS["gru"][:2]), {"reset_after": 1}, r"^reset_after: .* got 1"),
    "reset_after an array": (("gru", KERAS["gru"][:2]), {"reset_after": np.ones(2)}, r"^reset_after: .* got array"),
    "reset_after of an LSTM": (("lstm", KERAS["lstm"]), {"reset_after": True}, r"^reset_after: .* or False for 'l"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_KERAS)
def test_from_keras_refuses(case):
    arguments, options, told = BAD_KERAS[case]
    with pytest.raises(ValueError, match=told):
        interop.from_keras(*arguments, **options)


def test_what_the_arrays_do_not_tell_is_given_by_name():
    with pytest.raises(TypeError, match="2 positional arguments but"):
        interop.from_keras("gru", keras_arrays("gru")[:2], True)
    with pytest.raises(TypeError, match="2 positional arguments but"):
        interop.from_keras("lstm", *keras_arrays("lstm"))
