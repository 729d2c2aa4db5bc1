"""Weights to and from PyTorch: stored layers of PyTorch give PyTorch's outputs here, and go back unchanged."""

from pathlib import Path

import numpy as np
import pytest

from helpers import gru, interop, lstm, rnn

pytestmark = pytest.mark.filterwarnings("error")

FILES = Path(__file__).parent / "references"
CELLS = {"rnn": (rnn, {}), "lstm": (lstm, {}), "gru": (gru, {"reset_after": True})}
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
    one = interop.from_torch(kind, weights | {"bias_hh_l0": np.ones(len(params["W"]))})
    assert (one["b"] == 1).all() and ("b_in" not in one or not one["b_in"].any())


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
