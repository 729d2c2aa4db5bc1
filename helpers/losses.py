"""Losses: each returns the loss, a mean over the elements that count, and its gradient.

    (1) squared error          E = mean ½ (y − d)²                       ∂E/∂y = (y − d) / count
    (2) binary cross-entropy   E = mean of log(1 + e^v) − d v             ∂E/∂v = (σ(v) − d) / count
    (3) softmax cross-entropy  E = mean of log Σ_k e^(v_k) − v_label      ∂E/∂v = (softmax(v) − onehot) / count

(2) and (3) are in nats, 1 nat = 1 / ln 2 bits, and take the logits v, so that no logarithm of 0 arises.
"""

from typing import Any

import numpy as np

from helpers._checks import Array, array_of, floats
from helpers.activations import sigmoid, softmax


def _counted(mask: Any, shape: tuple[int, ...]) -> Array:
    """Return booleans of this shape, True where an element counts; a (T, N) mask serves every row of (T, K, N)."""
    if mask is None:
        return np.ones(shape, bool)
    mask = array_of("mask", mask)
    fits = mask.shape == shape or (len(shape) == 3 and mask.shape == (shape[0], shape[2]))
    if mask.dtype != bool or not fits:
        steps = f" or (T, N) = {(shape[0], shape[2])}" if len(shape) == 3 else ""
        raise ValueError(f"mask: expected booleans of shape {shape}{steps}, got {mask.dtype} of shape {mask.shape}")
    if not mask.any():
        raise ValueError("mask: expected at least one True, got none: there is nothing to take a mean over")
    return mask if mask.shape == shape else np.broadcast_to(mask[:, None, :], shape)


def _pair(name: str, value: Any, target: Any) -> tuple[Array, Array]:
    """Return two arrays of floats of one shape."""
    value = floats(name, value)
    target = floats("target", target, value.dtype)
    if value.size == 0:
        raise ValueError(f"{name}: expected at least one element, got shape {value.shape}")
    if target.shape != value.shape:
        raise ValueError(f"target: expected the shape of {name}, {value.shape}, got {target.shape}")
    return value, target


def squared_error(y: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean of ½ (y − d)², equation (1).

    Parameters
    ----------
    y : numpy.ndarray
        Outputs, shape (T, K, N).
    target : numpy.ndarray
        What they should be, d, of the same shape.
    mask : numpy.ndarray of bool, optional
        True where an element counts, shape (T, N) or that of `y`. The others are not looked at.

    Returns
    -------
    loss : float
        The mean over the elements that count, in squared units of y.
    dy : numpy.ndarray
        ∂E/∂y, shaped like `y`, 0 where masked.

    Raises
    ------
    ValueError
        If the shapes differ, or the mask does not fit or holds no True.
    """
    y, target = _pair("y", y, target)
    counted = _counted(mask, y.shape)
    error = np.where(counted, y, 0) - np.where(counted, target, 0)
    count = int(np.count_nonzero(counted))  # a NumPy integer would make float32 gradients float64
    return float(0.5 * np.sum(error * error) / count), error / count


def binary_cross_entropy(logits: Array, target: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean cross-entropy of independent yes/no outputs, equation (2).

    Parameters
    ----------
    logits : numpy.ndarray
        Output pre-activations v, shape (T, K, N); the probability of a 1 is σ(v).
    target : numpy.ndarray
        Probabilities from 0 to 1, usually the bits 0 and 1, of the same shape.
    mask : numpy.ndarray of bool, optional
        True where an element counts, shape (T, N) or that of `logits`. The others are not looked at.

    Returns
    -------
    loss : float
        The mean over the elements that count, in nats.
    dlogits : numpy.ndarray
        ∂E/∂v, shaped like `logits`, 0 where masked.

    Raises
    ------
    ValueError
        If the shapes differ, a target is outside 0..1, or the mask does not fit or holds no True.
    """
    logits, target = _pair("logits", logits, target)
    counted = _counted(mask, logits.shape)
    logits, target = np.where(counted, logits, 0), np.where(counted, target, 0)
    if not ((target >= 0) & (target <= 1)).all():
        raise ValueError(f"target: expected values from 0 to 1, got {target.min():g} to {target.max():g}")
    count = int(np.count_nonzero(counted))  # a NumPy integer would make float32 gradients float64
    # log(1 + e^v) = max(v, 0) + log(1 + e^−|v|), which never overflows
    losses = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))
    loss = np.sum(losses, where=counted) / count
    return float(loss), np.where(counted, sigmoid(logits) - target, 0) / count


def softmax_cross_entropy(logits: Array, labels: Array, mask: Array | None = None) -> tuple[float, Array]:
    """Compute the mean cross-entropy of a choice among K classes, equation (3).

    Parameters
    ----------
    logits : numpy.ndarray
        Output pre-activations v, shape (T, K, N).
    labels : numpy.ndarray of int
        The right class of each step, 0 to K−1, shape (T, N).
    mask : numpy.ndarray of bool, optional
        True where a step counts, shape (T, N). Labels elsewhere are not looked at, −1 included.

    Returns
    -------
    loss : float
        The mean over the steps that count, in nats.
    dlogits : numpy.ndarray
        ∂E/∂v, shaped like `logits`, 0 where masked.

    Raises
    ------
    ValueError
        If a shape does not fit, a counted label is outside 0..K−1, or the mask holds no True.
    """
    logits = floats("logits", logits)
    labels = array_of("labels", labels)
    if logits.ndim != 3 or logits.size == 0:
        raise ValueError(f"logits: expected shape (T, K, N) with every size at least 1, got {logits.shape}")
    T, K, N = logits.shape
    if labels.dtype.kind not in "iu" or labels.shape != (T, N):
        raise ValueError(f"labels: expected integers of shape (T, N) = {(T, N)}, got {labels.dtype} of {labels.shape}")
    counted = _counted(mask, (T, N))
    labels = np.where(counted, labels, 0)
    if labels.min() < 0 or labels.max() >= K:
        raise ValueError(f"labels: expected 0 to K−1 = {K - 1} where counted, got {labels.min()} to {labels.max()}")
    logits = np.where(counted[:, None], logits, 0)
    count = int(np.count_nonzero(counted))  # a NumPy integer would make float32 gradients float64
    top = logits.max(axis=1)
    chosen = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    losses = top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - chosen
    dlogits = softmax(logits, axis=1)
    np.put_along_axis(dlogits, labels[:, None], np.take_along_axis(dlogits, labels[:, None], axis=1) - 1, axis=1)
    return float(np.sum(losses, where=counted) / count), np.where(counted[:, None], dlogits, 0) / count
