"""Losses: each returns the loss, a mean over the elements that count, and its gradient; lesson 1.

(1) squared error          E = mean ½ (y − d)²                       ∂E/∂y = (y − d) / count
(2) binary cross-entropy   E = mean of log(1 + e^v) − d v             ∂E/∂v = (σ(v) − d) / count
(3) softmax cross-entropy  E = mean of log Σ_k e^(v_k) − v_label      ∂E/∂v = (softmax(v) − onehot) / count

(2) and (3) are in nats, 1 nat = 1 / ln 2 bits, and take the logits v, so that no logarithm of 0 arises. What a mask
leaves out is not looked at and has a gradient of 0; a mask with nothing True is refused.
"""

from typing import Any

import numpy as np

from helpers._checks import Array, array_of, floats
from helpers.activations import sigmoid, softmax


def _counted(mask: Any, shape: tuple[int, ...]) -> tuple[Array, int]:
    """Return booleans of this shape and how many are True; a (T, N) mask serves every row of (T, K, N)."""
    mask = np.ones(shape, bool) if mask is None else array_of("mask", mask)
    fits = mask.shape == shape or (len(shape) == 3 and mask.shape == (shape[0], shape[2]))
    if mask.dtype != bool or not fits:
        steps = f" or (T, N) = {(shape[0], shape[2])}" if len(shape) == 3 else ""
        raise ValueError(f"mask: expected booleans of shape {shape}{steps}, got {mask.dtype} of shape {mask.shape}")
    if not mask.any():
        raise ValueError("mask: expected at least one True, got none: there is nothing to take a mean over")
    mask = mask if mask.shape == shape else np.broadcast_to(mask[:, None], shape)
    return mask, int(np.count_nonzero(mask))  # a NumPy integer would make float32 gradients float64


def _pair(name: str, value: Any, target: Any, mask: Any) -> tuple[Array, Array, Array, int]:
    """Return two arrays of floats of one shape, 0 where masked, what counts and how many do."""
    value = floats(name, value)
    target = floats("target", target, value.dtype)
    if value.size == 0:
        raise ValueError(f"{name}: expected at least one element, got shape {value.shape}")
    if target.shape != value.shape:
        raise ValueError(f"target: expected the shape of {name}, {value.shape}, got {target.shape}")
    counted, count = _counted(mask, value.shape)
    return np.where(counted, value, 0), np.where(counted, target, 0), counted, count


def squared_error(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean of ½ (y − d)² and ∂E/∂y, equation (1): y and its target d (T, K, N), or both of any other shape.

    mask (T, N), or of y's shape, is True where an element counts; None: all.
    """
    y, target, _, count = _pair("y", y, target, mask)
    error = y - target
    with np.errstate(over="ignore"):
        loss = float(0.5 * np.sum(error * error) / count)
    if not 0 < loss < np.inf:  # the squares of float32 may be out of its range
        loss = float(0.5 * np.sum(np.square(error, dtype=np.float64)) / count)
    return loss, error / count


def binary_cross_entropy(logits: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean cross-entropy of yes/no outputs, in nats, and ∂E/∂v, equation (2).

    logits v and target d are (T, K, N), or both of any other shape: σ(v) is the probability of a 1, d one from 0 to 1,
    usually a bit; mask is as in `squared_error`, (T, N) or of v's shape.
    """
    logits, target, counted, count = _pair("logits", logits, target, mask)
    if not ((target >= 0) & (target <= 1)).all():
        raise ValueError(f"target: expected values from 0 to 1, got {target.min():g} to {target.max():g}")
    # log(1 + e^v) = max(v, 0) + log(1 + e^−|v|), which never overflows
    losses = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))
    return float(np.sum(losses, where=counted) / count), np.where(counted, sigmoid(logits) - target, 0) / count


def softmax_cross_entropy(logits: Array, labels: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean cross-entropy of a choice among K classes, in nats, and ∂E/∂v, equation (3).

    logits v are (T, K, N), labels (T, N) the right classes, integers from 0 to K−1. mask (T, N) is True where a step
    counts; None: all. Elsewhere a label may be anything, −1 too.
    """
    logits, labels = floats("logits", logits), array_of("labels", labels)
    if logits.ndim != 3 or logits.size == 0:
        raise ValueError(f"logits: expected shape (T, K, N) with every size at least 1, got {logits.shape}")
    T, K, N = logits.shape
    if labels.dtype.kind not in "iu" or labels.shape != (T, N):
        raise ValueError(f"labels: expected integers of shape (T, N) = {(T, N)}, got {labels.dtype} of {labels.shape}")
    counted, count = _counted(mask, (T, N))
    labels = np.where(counted, labels, 0)
    if labels.min() < 0 or labels.max() >= K:
        raise ValueError(f"labels: expected 0 to K−1 = {K - 1} where counted, got {labels.min()} to {labels.max()}")
    logits = np.where(counted[:, None], logits, 0)
    top, right = logits.max(axis=1), labels[:, None]
    losses = top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - np.take_along_axis(logits, right, axis=1)[:, 0]
    dlogits = softmax(logits, axis=1)
    np.put_along_axis(dlogits, right, np.take_along_axis(dlogits, right, axis=1) - 1, axis=1)
    return float(np.sum(losses, where=counted) / count), np.where(counted[:, None], dlogits, 0) / count
