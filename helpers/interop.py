"""Weights to and from PyTorch, and from Keras; neither is needed for it. Lesson 5.

    kind    blocks here    in torch.nn    in Keras      biases here    in torch.nn                   in Keras
    rnn     one            one            one           b              bias_ih + bias_hh = b         b
    lstm    i, f, o, g     i, f, g, o     i, f, g, o    b              bias_ih + bias_hh = b         b
    gru     r, z, n        r, z, n        z, r, n       b_in, b        bias_ih = b_in, bias_hh = b   b_in and b, or b

weight_ih is W_in and weight_hh is W: torch.nn puts a row per gate unit, too. Keras's kernel and recurrent_kernel have a
column. Inputs, states and outputs have a row per example in both, where the course has a column.

The arrays alone are not the cell: a torch.nn.GRU computes `helpers.gru` with ``reset_after=True``; with False the
numbers fit but the outputs are not torch's. `options` and `from_keras` return what `forward` has to be told.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers import gru, lstm, rnn
from helpers._checks import Array, Params, flag, floats, one_of, parameters, shaped, whole

_ORDER = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}  # the blocks of the one in those of the other
_KERAS_ORDER = _ORDER | {"gru": (1, 0, 2)}
_SYMBOLS = {"rnn": rnn.SYMBOLS, "lstm": lstm.SYMBOLS, "gru": gru.SYMBOLS}


def from_torch(kind: str, state_dict: Mapping[str, Any], layer: int = 0, reverse: bool = False) -> Params:
    """Turn one layer of a torch.nn.RNN, LSTM or GRU into parameters of the course; kind is "rnn", "lstm" or "gru".

    state_dict is what ``module.state_dict()`` gives, its values anything that `numpy.asarray` takes; layer counts
    stacked layers from 0, reverse is True for the backward direction; others in the dict are left alone. Returns copies
    in the dtype that came; two missing biases are zeros. Refused: names that torch.nn does not give, shapes of another
    kind, one bias of two, and projections (``weight_hr_l0``), which the course does not have.
    """
    symbols, names = _SYMBOLS[one_of("kind", kind, _ORDER)], _names(layer, reverse)
    _check_names(state_dict, names, layer, reverse)
    arrays = {name: _array(name, state_dict[name]) for name in names.values() if name in state_dict}
    W_in, W, sizes = _weights(kind, list(names.values())[:2], list(arrays.values())[:2])
    missing, rows = np.zeros(len(W), W.dtype), symbols["b"].split()[0]
    b_in, b = (shaped(names[key], arrays.get(names[key], missing), rows, sizes) for key in ("b_in", "b"))
    return _params(kind, _ORDER, W_in, W, b_in, b if kind == "gru" else b_in + b)


def options(kind: str, nonlinearity: str = "tanh") -> dict[str, Any]:
    """Return the keyword arguments with which `forward` gives the outputs of a torch.nn.RNN, LSTM or GRU.

    kind is "rnn", "lstm" or "gru"; nonlinearity is that of a torch.nn.RNN, "tanh" or "relu", which no array tells.
    """
    one_of("nonlinearity", nonlinearity, ("tanh", "relu") if one_of("kind", kind, _ORDER) == "rnn" else ("tanh",))
    return {"activation": nonlinearity} if kind == "rnn" else {"reset_after": True} if kind == "gru" else {}


def from_keras(
    kind: str, arrays: Any, *, activation: str = "tanh", reset_after: bool | None = None
) -> tuple[Params, dict]:
    """Turn a Keras SimpleRNN, LSTM or GRU into (params, options), options being what `forward` has to be told.

    kind is "rnn", "lstm" or "gru"; arrays is ``layer.get_weights()``: kernel (D, H), an LSTM's (D, 4H), a GRU's (D,
    3H), recurrent_kernel and, if it has one, bias; of a Bidirectional give each half. What they do not tell is asked
    for: activation, a SimpleRNN's "tanh", "sigmoid", "relu" or "linear", and reset_after, True or False, of a GRU
    without a bias. An LSTM or GRU with another activation than tanh, gates with another than sigmoid, and
    go_backwards have no equal here and cannot be told from arrays. Returns copies in the dtype that came.
    """
    known = ("tanh", "sigmoid", "relu", "linear", "identity") if one_of("kind", kind, _ORDER) == "rnn" else ("tanh",)
    one_of("activation", activation, known)
    if not isinstance(arrays, list | tuple) or len(arrays) not in (2, 3):
        got = f"{len(arrays)} arrays" if isinstance(arrays, list | tuple) else type(arrays).__name__
        raise ValueError(f"arrays: expected a list of kernel, recurrent_kernel and, if there is one, bias, got {got}")
    names = [f"arrays[{k}] ({name})" for k, name in enumerate(("kernel", "recurrent_kernel", "bias"))]
    W_in, W, *rest = (_array(name, array) for name, array in zip(names, arrays, strict=False))
    W_in, W, sizes = _weights(kind, names[:2], [W_in, W], 1)
    bias = rest[0] if rest else np.zeros(W.shape[1], W.dtype)
    two = kind == "gru" and bias.ndim == 2
    bias = shaped(names[2], bias, ("2 " if two else "") + _SYMBOLS[kind]["b"].split()[0], sizes)
    wanted = (None, two) if rest or kind != "gru" else (True, False)
    if not isinstance(reset_after, bool | np.bool_ | None) or reset_after not in wanted:
        why = f"{kind!r} with a bias of shape {bias.shape}" if rest else f"{kind!r} without a bias"
        raise ValueError(f"reset_after: expected {wanted[0]} or {wanted[1]} for {why}, got {reset_after!r}")
    b_in, b = bias if two else (np.zeros_like(bias), bias)
    told: dict[str, dict[str, Any]] = {"rnn": {"activation": activation.replace("linear", "identity")}, "lstm": {}}
    told["gru"] = {"reset_after": two or bool(reset_after)}
    return _params(kind, _KERAS_ORDER, W_in.T, W.T, b_in, b), told[kind]


def to_torch(kind: str, params: Params, layer: int = 0, reverse: bool = False) -> Params:
    """Turn parameters of the course into the state dict of one layer of a torch.nn.RNN, LSTM or GRU.

    kind is "rnn", "lstm" or "gru"; layer, from 0, and reverse, True for the backward direction, go into the names.
    Returns copies, for ``module.load_state_dict({name: torch.tensor(array) for name, array in state_dict.items()})``;
    where the course has one bias, ``bias_hh_l0`` is zeros. A GRU trained with ``reset_after=False`` has no equal there.
    """
    symbols, names = _SYMBOLS[one_of("kind", kind, _ORDER)], _names(layer, reverse)
    found = dict(zip(symbols, parameters(params, symbols, {}), strict=True))
    if "b_in" not in found:
        found |= {"b_in": found["b"], "b": np.zeros_like(found["b"])}
    found |= {key: found[key][:, 0] for key in ("b_in", "b")}
    return {name: _reordered(_ORDER[kind], found[key]) for key, name in names.items()}


def _names(layer: int, reverse: bool) -> dict[str, str]:
    """Return torch's names by ours."""
    whole("layer", layer, 0)
    end = f"_l{layer}" + ("_reverse" if flag("reverse", reverse) else "")
    return {"W_in": "weight_ih" + end, "W": "weight_hh" + end, "b_in": "bias_ih" + end, "b": "bias_hh" + end}


def _check_names(state_dict: Any, names: dict[str, str], layer: int, reverse: bool) -> None:
    """Raise what helps most if the dict does not hold this layer, or holds what the course has no place for."""
    if not isinstance(state_dict, Mapping):
        raise ValueError(f"state_dict: expected a dict with torch.nn's names, got {type(state_dict).__name__}")
    there = set()
    for key in state_dict:
        if str(key).startswith("weight_hr_l"):
            raise ValueError(f"state_dict: {key!r} is a projection (proj_size), which the cells of the course lack")
        if not (found := re.fullmatch(r"(?:weight|bias)_(?:ih|hh)_l(\d+)(_reverse)?", str(key))):
            one = "give that of the one torch.nn.RNN, LSTM or GRU, without a prefix"
            raise ValueError(f"state_dict: expected names such as {names['W_in']!r}, got {key!r}; {one}")
        there.add((int(found[1]), bool(found[2])))
    if layer not in (layers := sorted({number for number, _ in there})):
        raise ValueError(f"layer: expected one that state_dict holds, {layers}, got {layer}")
    if (layer, reverse) not in there:
        raise ValueError(f"reverse: expected a direction that state_dict holds for layer {layer}, got {reverse}")
    if missing := [name for name in (names["W_in"], names["W"]) if name not in state_dict]:
        raise ValueError(f"state_dict: expected {missing[0]!r}, got only {list(state_dict)}")
    if (names["b_in"] in state_dict) != (names["b"] in state_dict):
        raise ValueError(f"state_dict: expected {names['b_in']!r} and {names['b']!r} or neither, got one of the two")


def _weights(kind: str, names: list[str], arrays: list[Array], axis: int = 0) -> tuple[Array, Array, dict[str, int]]:
    """Return W_in and W, whose gates lie along an axis, and their sizes; another cell's W gets its own error."""
    (_, name), (_, W), sizes = names, arrays, dict[str, int]()
    for other, order in _ORDER.items():
        if other != kind and W.ndim == 2 and W.size and W.shape[axis] == len(order) * W.shape[1 - axis]:
            why = f"because {name} has shape {W.shape}, " + (f"H × {len(order)}H" if axis else f"{len(order)}H × H")
            raise ValueError(f"kind: expected {other!r}, {why}; got {kind!r}")
    wanted = [" ".join(_SYMBOLS[kind][key].split()[:: -1 if axis else 1]) for key in ("W_in", "W")]
    W_in, W = (shaped(*given, sizes) for given in zip(names, arrays, wanted, strict=True))
    return W_in, W, sizes


def _array(name: str, value: Any) -> Array:
    """Return the value as an array of floats; a tensor that NumPy cannot read says why."""
    try:
        return floats(name, value)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"{name}: expected what numpy.asarray takes, got {type(value).__name__}: {error}") from error


def _params(kind: str, orders: dict[str, tuple[int, ...]], W_in: Array, W: Array, b_in: Array, b: Array) -> Params:
    """Return the parameters that the cell has, copies with their blocks of rows in the order of the course."""
    found = {"W_in": W_in, "W": W, "b_in": b_in[:, None], "b": b[:, None]}
    return {key: _reordered(orders[kind], found[key]) for key in _SYMBOLS[kind]}


def _reordered(order: tuple[int, ...], array: Array) -> Array:
    """Return a copy with the blocks of rows in the order of the other house; doing it twice undoes it."""
    blocks = np.split(array, len(order))
    return np.concatenate([blocks[k] for k in order])
