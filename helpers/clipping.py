"""Gradient clipping: shorten a gradient that is too long; lesson 4.

(1) by norm          g ← g · min(1, threshold / ‖g‖)              one array, keeps its direction: the notes' rule
(2) by global norm   the same with ‖g‖ over all arrays together    keeps the direction of the whole step
(3) by value         g ← min(max(g, −limit), limit)                element by element, bends the direction

Gradients are arrays in nested dicts, lists or tuples; a list of arrays is never stacked. They come back as new arrays
in the same nesting, or in those of `out`, which may be the gradients themselves.
(1), (2): Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks, Algorithm 1.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers._checks import Array, apart, array_of, flag, floats, positive


def _checked(name: str, grad: Any, skip: bool) -> Array:
    """Return the gradient, all of it finite, unless such a step is to be skipped."""
    array = floats(name, grad)
    if not flag("skip", skip) and (bad := np.count_nonzero(~np.isfinite(array))):
        kind = "NaN" if np.isnan(array).any() else "inf"
        raise FloatingPointError(f"{name}: expected finite gradients, got {kind} ({bad} of {array.size} not finite)")
    return array


def _is_nest(value: Any) -> bool:
    """Tell arrays in a dict, list or tuple from one array; a list of plain numbers is one array."""
    if not isinstance(value, list | tuple):
        return isinstance(value, dict)
    return not value or any(isinstance(v, np.ndarray) or getattr(v, "ndim", 0) or _is_nest(v) for v in value)


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what a nesting holds by its full name, or the one array."""
    if not _is_nest(value):
        yield name, value
        return
    if not value:
        raise ValueError(f"{name}: expected a dict of gradients with at least one entry, got {value!r}")
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(part, f"{name}[{key!r}]")


def _like(nest: Any, arrays: Iterator[Array]) -> Any:
    """Return the same nesting of other arrays, taken one after the other."""
    if isinstance(nest, dict):
        return {key: _like(value, arrays) for key, value in nest.items()}
    if not _is_nest(nest):
        return next(arrays)
    new = [_like(value, arrays) for value in nest]
    return nest._make(new) if hasattr(nest, "_make") else type(nest)(new)


def _flat(grads: Any, skip: bool = False) -> list[Array]:
    """Return the arrays of a nesting, all of them finite, unless such a step is to be skipped."""
    if not _is_nest(grads):
        raise ValueError(f"grads: expected a dict of gradients with at least one entry, got {grads!r}"[:200])
    return [_checked(name, value, skip) for name, value in _leaves(grads, "grads")]


def _given(out: Any, like: Any, arrays: list[Array]) -> Any:
    """Return the arrays in the nesting of `like`, or write them into `out`, once all are found to fit."""
    if out is None:
        return _like(like, iter(arrays))
    old, given = (dict(_leaves(nest, "out")) for nest in (out, like))
    new = dict(zip(given, arrays, strict=True))
    if set(old) != set(new):
        raise ValueError(f"out: expected the names of the gradients, {list(new)}, got {list(old)}")
    for name, array in new.items():
        into, wanted = array_of(name, old[name]), f"{array.dtype} {array.shape}"
        if into is not old[name] or not into.flags.writeable or f"{into.dtype} {into.shape}" != wanted:
            raise ValueError(f"{name}: expected a writeable array of {wanted}, got {into.dtype} {into.shape}")
    if any(old[name] is not given[name] for name in new):
        apart(old.items())
    for name, array in new.items():
        old[name][...] = array
    return out


def clip_by_norm(grad: Array, threshold: float, *, out: Array | None = None, skip: bool = False) -> Any:
    """Shorten grad to the threshold, above 0, into out (of grad's shape) if given, (1); NaN, inf and skip as below."""
    if isinstance(grad, list | tuple) and _is_nest(grad):
        raise ValueError(f"grad: expected one array, got a {type(grad).__name__} of them: see clip_by_global_norm")
    array = _checked("grad", grad, skip)
    clipped, _ = clip_by_global_norm([array], threshold, skip=skip)
    return None if clipped is None else _given(out, array, clipped)


def clip_by_global_norm(grads: Any, threshold: float, *, out: Any = None, skip: bool = False) -> tuple[Any, float]:
    """Shorten all gradients by one factor, so that their common norm is at most the threshold, above 0, equation (2).

    grads is a nesting of arrays of any shape. Returns them, in out if given, which is one like it or grads itself, and
    the norm before clipping. NaN or inf raise FloatingPointError, naming the gradient; with skip=True they give (None,
    NaN or inf), leave out alone: `if clipped is not None: adam.step(params, clipped)`; zeros would still move Adam.
    """
    arrays, threshold = _flat(grads, skip), positive("threshold", threshold)
    largest = float(np.max([np.abs(array).max(initial=0) for array in arrays]))
    if not np.isfinite(largest):
        return None, largest
    most = largest or 1.0  # divided by it, the squares do not overflow
    scaled = float(np.sqrt(sum(np.sum(np.square(np.divide(array, most, dtype=np.float64))) for array in arrays)))
    rate = min(1.0, threshold / most / scaled) if scaled else 1.0  # float32 would lose digits of 1e-40, or all
    shortened = [np.multiply(array, rate, dtype=np.float64).astype(array.dtype) for array in arrays]
    return _given(out, grads, shortened), largest * scaled


def clip_by_value(grads: Any, limit: float, *, out: Any = None, skip: bool = False) -> Any:
    """Cut every element to −limit..limit, (3), limit above 0; grads, out, skip and NaN as in `clip_by_global_norm`."""
    arrays, limit = _flat(grads, skip), positive("limit", limit)
    if not all(np.isfinite(array).all() for array in arrays):
        return None
    most = [min(limit, float(np.finfo(array.dtype).max)) for array in arrays]  # the dtype may not hold the limit
    return _given(out, grads, [np.clip(a, -m, m) for a, m in zip(arrays, most, strict=True)])
