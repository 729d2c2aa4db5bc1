"""Checks that every module shares: a wrong argument gets an error that says what was expected and what came."""

import inspect
import sys
from collections.abc import Iterable, Mapping, Set
from functools import cache
from itertools import takewhile
from typing import Any

import numpy as np

Array = np.ndarray
Params = dict[str, Array]
Nest = dict | list | tuple  # of arrays, or of nests
Inputs = tuple[list[Array], Array, list[Array], Array | None]


def array_of(name: str, value: Any) -> Array:
    """Return the value as an array; rows of different lengths do not make one, and a mask would silently be dropped."""
    if type(value) is np.ndarray:
        return value
    if _masked(value):
        raise ValueError(f"{name}: expected a plain array, got a masked one: fill it, or use lengths or a mask")
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: expected an array, got a ragged {type(value).__name__}") from error


def _masked(value: Any) -> bool:
    """Tell whether a value is a masked array, or a list that holds one."""
    return isinstance(value, np.ma.MaskedArray) or (isinstance(value, list | tuple) and any(map(_masked, value)))


def floats(name: str, value: Any, dtype: Any = np.float64) -> Array:
    """Return an array of float32 or float64; integers and booleans are taken in `dtype`."""
    array = array_of(name, value)
    if array.dtype.char in "fd":
        return array
    if array.dtype.kind in "iub":
        return array.astype(dtype)
    wanted = "float32 or float64" if array.dtype.kind == "f" else "real numbers"  # sums of float16 overflow
    raise ValueError(f"{name}: expected {wanted}, got {type(value).__name__} of dtype {array.dtype}")


@cache
def _read(symbols: str) -> list[tuple[str, int]]:
    """Return (letter, factor) of every size in symbols such as "4H 1"; a number alone has no letter."""
    letters = [(symbol, symbol.lstrip("0123456789")) for symbol in symbols.split()]
    return [(letter, int(symbol.removesuffix(letter) or 1)) for symbol, letter in letters]


def shaped(name: str, array: Array, symbols: str, sizes: dict[str, int]) -> Array:
    """Return the array if its shape fits the symbols, such as "T D N" or "4H 1"; new symbols are bound in `sizes`."""
    wanted, bound = _read(symbols), sizes.copy()
    if array.ndim == len(wanted):
        for (letter, factor), size in zip(wanted, array.shape, strict=True):
            if letter and letter not in sizes and size > 0 and size % factor == 0:
                sizes[letter] = size // factor
            if size < 1 or size != factor * (sizes.get(letter, 0) if letter else 1):
                break
        else:
            return array
    known = [f"{letter} = {bound[letter]}" for letter in dict(wanted) if letter in bound]
    known += ["every size at least 1"] if 0 in array.shape or not known else []
    shape = str(tuple(symbols.split())).replace("'", "")
    raise ValueError(f"{name}: expected shape {shape} with {', '.join(known)}, got {array.shape}")


def with_keys(value: Any, wanted: Iterable, why: str = "", name: str = "params", what: str = "dict") -> None:
    """Refuse a dict, `what` at first, that has not just these names; `why` ends the sentence of what was expected."""
    wanted = list(wanted)
    if not isinstance(value, Mapping) or set(value) != set(wanted):
        got = list(value) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"{name}: expected a {what} with the keys {wanted}{why}, got {got}")


def parameters(params: Any, symbols: Mapping[str, str], sizes: dict[str, int]) -> list[Array]:
    """Return the arrays of one layer in the order of `symbols`, their shapes checked against one another."""
    with_keys(params, symbols)
    known = sizes.copy()
    named = {(name := f"params[{key!r}]"): (floats(name, params[key]), symbols[key]) for key in symbols}
    try:
        return [shaped(name, *given, sizes) for name, given in named.items()]
    except ValueError:
        faults = [_faults(named, first, known.copy()) for first in named]
        raise min(faults, key=len)[0] from None  # the array that the most others disagree with


def _faults(named: dict[str, tuple[Array, str]], first: str, sizes: dict[str, int]) -> list[ValueError]:
    """Return what is wrong when the first array is taken to be right."""
    found = []
    for name in (first, *named):
        try:
            shaped(name, *named[name], sizes)
        except ValueError as error:
            found.append(error)
    return found


def real_steps(lengths: Any, steps: int, examples: int) -> Array | None:
    """Return (T, 1, N) booleans, True where a step lies within its example's length; None when all do."""
    if lengths is None:
        return None
    array = array_of("lengths", lengths)
    if array.dtype.kind not in "iu" or array.shape != (examples,):
        got = f"{array.dtype} of shape {array.shape}"
        raise ValueError(f"lengths: expected integers of shape (N,) = ({examples},), got {got}")
    if array.min() < 1 or array.max() > steps:
        why = "; an example without steps is left out, its target too" if array.min() == 0 else ""
        raise ValueError(f"lengths: expected values from 1 to T = {steps}, got {array.min()} to {array.max()}{why}")
    return None if array.min() == steps else np.arange(steps)[:, None, None] < array


def own_cache(cache: Any, kind: type, function: str = "forward") -> Any:
    """Return the cache if it comes from the module whose backward is called."""
    if not isinstance(cache, kind):
        got = f"{type(cache).__module__}.{type(cache).__name__}"
        raise ValueError(f"cache: expected the one that {kind.__module__}.{function} returned, got a {got}")
    return cache


def cell_module(cell: Any, options: Mapping | None = None, function: str = "forward") -> Any:
    """Return the cell if it has the three functions of one, and that function the options."""
    if not all(callable(getattr(cell, name, None)) for name in ("init", "forward", "backward")):
        raise ValueError(f"cell: expected a module such as rnn, lstm or gru, got {cell!r}")
    own = {"lengths": None} if function == "forward" else {}
    try:
        if options:
            inspect.signature(getattr(cell, function)).bind_partial(None, None, None, **own, **options)
    except TypeError as error:
        told = str(error).rpartition(") ")[2]
        ours = takewhile(lambda f: f.frame.f_globals.get("__name__", "").startswith("helpers."), inspect.stack(0))
        who = [f"{call.frame.f_globals['__name__']}.{call.function}" for call in ours][-1]  # called from outside
        raise TypeError(f"{who}() {told}; options go to {cell.__name__}.{function}") from None
    return cell


def owner_of(array: Array) -> Array:
    """Return the array whose memory a view shows."""
    return owner_of(array.base) if isinstance(array.base, np.ndarray) else array


def apart(arrays: Iterable[tuple[str, Array]]) -> None:
    """Refuse arrays that share memory."""
    groups = dict[int, list[tuple[str, Array]]]()
    for name, array in arrays:
        group = groups.setdefault(0 if (owner := owner_of(array)).base is not None else id(owner), [])
        for first, other in group:
            if np.shares_memory(array, other):
                raise ValueError(f"{name}: expected memory of its own, every array once, got that of {first} again")
        group.append((name, array))


def finite(name: str, array: Array) -> Array:
    """Return the array if something can be decided by it."""
    if bad := array.size - np.count_nonzero(np.isfinite(array)):
        raise FloatingPointError(f"{name}: expected finite numbers, got {bad} of {array.size} that are NaN or infinite")
    return array


def pair(name: str, value: Any, parts: str = "(h, c) of arrays of shape (H, N)") -> tuple[Any, Any]:
    """Return the two parts of a state, an LSTM's unless told otherwise, or of its gradient; None is a pair of None."""
    if value is None:
        return None, None
    if not isinstance(value, tuple | list) or len(value) != 2:
        got = f"{len(value)} parts" if isinstance(value, tuple | list) else type(value).__name__
        raise ValueError(f"{name}: expected a pair {parts}, got {got}")
    return value[0], value[1]


def cell_inputs(params: Any, symbols: Mapping[str, str], x: Any, states: Mapping[str, Any], lengths: Any) -> Inputs:
    """Return weights, x, states, where None is zero, and real steps, checked, in one dtype; padding in x becomes 0."""
    sizes: dict[str, int] = {}
    try:
        weights = parameters(params, symbols, sizes)
    except ValueError as error:
        W = params.get("W") if isinstance(params, Mapping) else None
        gates = len(W) / W.shape[1] if isinstance(W, np.ndarray) and W.ndim == 2 and W.size else 0
        other = {1: "rnn", 3: "gru", 4: "lstm"}.get(gates) if gates != _read(symbols["W"])[0][1] else None
        hint = f"; W is that of a cell {other}: call {other}, or give cell={other}" if other else ""
        raise ValueError(f"{error}{hint}") from None
    own = weights[0].dtype
    x = shaped("x", floats("x", x, own), "T D N", sizes)
    zero = np.zeros((sizes["H"], sizes["N"]), own)
    started = [zero if v is None else shaped(name, floats(name, v, own), "H N", sizes) for name, v in states.items()]
    real = real_steps(lengths, sizes["T"], sizes["N"])
    dtype = np.result_type(*weights, x, *started)
    weights, started = ([array.astype(dtype, copy=False) for array in arrays] for arrays in (weights, started))
    x = x.astype(dtype, copy=False)
    return weights, x if real is None else np.where(real, x, 0), started, real


def cell_gradients(h: Array, real: Array | None, doutputs: Any, dstates: dict[str, Any]) -> tuple[Array, list[Array]]:
    """Return doutputs, padding 0, and fresh gradients of states, in one dtype; None is zero, but not all of them."""
    if doutputs is None and all(value is None for value in dstates.values()):
        raise ValueError("doutputs: expected an array here or in dstate, got None for both")
    sizes, own = dict(zip("THN", h.shape, strict=True)), h.dtype
    if doutputs is None:
        doutputs = np.broadcast_to(np.zeros((), own), h.shape)  # zeros that take no memory
    doutputs = shaped("doutputs", floats("doutputs", doutputs, own), "T H N", sizes)
    if real is not None:
        doutputs = np.where(real, doutputs, 0)
    zero = np.zeros(h.shape[1:], own)
    ends = [zero if v is None else shaped(name, floats(name, v, own), "H N", sizes) for name, v in dstates.items()]
    dtype = np.result_type(h, doutputs, *ends)
    return doutputs, [end.astype(dtype) for end in ends]


def whole(name: str, value: Any, least: int = 1) -> int:
    """Return a whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name}: expected a whole number of at least {least}, got {value!r}")
    if value > sys.maxsize:
        raise ValueError(f"{name}: expected a whole number below 2**63, got one of {int(value).bit_length()} bits")
    return int(value)


def is_number(value: Any) -> bool:
    """Tell whether a value is one real number that a float can hold; booleans are not."""
    fits = isinstance(value, float | np.integer | np.floating) or (isinstance(value, int) and value.bit_length() < 1024)
    return fits and not isinstance(value, bool)


def positive(name: str, value: Any) -> float:
    """Return a finite number above 0."""
    if not is_number(value) or not 0 < value < np.inf:
        raise ValueError(f"{name}: expected a finite number above 0, got {value!r}"[:200])
    return float(value)


def flag(name: str, value: Any) -> bool:
    """Return True or False; "no" is neither."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name}: expected True or False, got {value!r}")
    return bool(value)


def listed(name: str, value: Any) -> Any:
    """Return the value if it has an order: a set has none, and a dict of counts is no list of its keys."""
    if isinstance(value, Mapping | Set):
        raise ValueError(f"{name}: expected a list or another sequence, got a {type(value).__name__}")
    return value


def float_type(dtype: Any) -> np.dtype:
    """Return the dtype if it is float32 or float64; integers would cut initial weights to 0."""
    if np.dtype(dtype).char not in "fd":
        raise ValueError(f"dtype: expected a type of floats, float64 or float32, got {np.dtype(dtype)}")
    return np.dtype(dtype)


def one_of(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return the value if it is one of the choices."""
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def generator(rng: Any) -> np.random.Generator:
    """Return the generator; a seed or None is not taken for one, so that every run can be repeated."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: expected a np.random.Generator (np.random.default_rng(seed)), got {type(rng).__name__}")
    return rng
