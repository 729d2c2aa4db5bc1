"""Guess a hidden letter of a text from what stands to its left, to its right, or on both sides.

(1) l = cell(x),  r = R cell(R x)                  the two halves of `helpers.birnn`; R turns the time round
(2) z[t] = [l[t−1]; r[t+1]]                        moved apart: letter t itself is not seen; 0 at the ends
(3) v[t] = W_out z[t] + b_out                      27 logits, one for each of `texts.LETTERS`
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import clipping, dense, gru, losses, optimizers
from helpers._checks import Array, array_of, one_of, whole

SIDES = {"left": 1, "right": -1}  # the direction in which a side is read
LETTERS = 27


class Cache(NamedTuple):
    """What `backward` needs of `forward`."""

    sides: dict[str, Any]  # the cell's cache for each side
    out: dense.Cache
    cell: ModuleType


def init(
    rng: np.random.Generator, hidden_size: int, side: str = "both", *, cell: ModuleType = gru, dtype: Any = np.float32
) -> dict:
    """Draw the parameters of a network that reads one side or both.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    hidden_size : int
        H, the size of each side's state.
    side : {"left", "right", "both"}
        What it reads.
    cell : module
        `rnn` or `gru`.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of dict
        ``left`` and ``right``, as far as they are read, each a cell's parameters, and ``out``.

    Raises
    ------
    ValueError
        If the size is below 1, the side is unknown, `dtype` holds no floats, or `rng` is no Generator.
    """
    H = whole("hidden_size", hidden_size)
    read = list(SIDES) if one_of("side", side, (*SIDES, "both")) == "both" else [side]
    params = {name: cell.init(rng, LETTERS, H, dtype=dtype) for name in read}
    return params | {"out": dense.init(rng, H * len(read), LETTERS, dtype=dtype)}


def forward(params: dict, codes: Array, cell: ModuleType = gru) -> tuple[Array, Cache]:
    """Compute the logits of every letter from the others, equations (1) to (3).

    Parameters
    ----------
    params : dict of dict
        From `init`.
    codes : numpy.ndarray of int
        Letters as places in `texts.LETTERS`, shape (T, N).
    cell : module
        The one that `init` was given.

    Returns
    -------
    v : numpy.ndarray
        Logits, shape (T, 27, N).
    cache : Cache
        For `backward`.

    Raises
    ------
    ValueError
        If `codes` does not hold places in the alphabet, or a parameter does not fit.
    """
    codes = array_of("codes", codes)
    if (
        codes.ndim != 2
        or not codes.size
        or codes.dtype.kind not in "iu"
        or not 0 <= codes.min() <= codes.max() < LETTERS
    ):
        raise ValueError(f"codes: expected integers from 0 to 26 of shape (T, N), got {codes.dtype} of {codes.shape}")
    x = np.eye(LETTERS, dtype=params["out"]["W_out"].dtype)[codes].transpose(0, 2, 1)
    known, caches = [], {}
    for side in [name for name in SIDES if name in params]:
        h, _, caches[side] = cell.forward(params[side], x[:: SIDES[side]])  # (1)
        moved = np.zeros_like(h)
        moved[1:] = h[:-1]  # (2) in the order of reading
        known.append(moved[:: SIDES[side]])
    v, out = dense.forward(params["out"], np.concatenate(known, axis=1))  # (3)
    return v, Cache(caches, out, cell)


def backward(cache: Cache, dv: Array) -> dict:
    """Go back from ∂E/∂v to the parameters.

    Parameters
    ----------
    cache : Cache
        From `forward`.
    dv : numpy.ndarray
        ∂E/∂v, shape (T, 27, N).

    Returns
    -------
    dict of dict
        Gradients, shaped like the parameters.

    Raises
    ------
    ValueError
        If the shape of `dv` does not fit.
    """
    out_grads, dz = dense.backward(cache.out, dv)
    grads = {"out": out_grads}
    for side, part in zip(cache.sides, np.split(dz, len(cache.sides), axis=1), strict=True):
        dh = np.zeros(part.shape, part.dtype)
        dh[:-1] = part[:: SIDES[side]][1:]  # (2)
        grads[side] = cache.cell.backward(cache.sides[side], dh)[0]
    return grads


def train(
    rng: np.random.Generator,
    codes: Array,
    hidden_size: int,
    side: str = "both",
    *,
    cell: ModuleType = gru,
    updates: int = 1000,
    steps: int = 34,
    examples: int = 64,
    learning_rate: float = 0.005,
    progress: Callable[[float], None] | None = None,
) -> tuple[dict, Array]:
    """Train on random windows of a text with Adam, the rate falling to 0 in a straight line.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the parameters and the windows.
    codes : numpy.ndarray of int
        The text, shape (characters,).
    hidden_size : int
        H.
    side : {"left", "right", "both"}
        What the network reads.
    cell : module
        `rnn` or `gru`.
    updates, steps, examples : int
        Number of updates, length and number of the windows of each.
    learning_rate : float
        Where the rate starts.
    progress : callable, optional
        Called with the share that is done, 0 to 1.

    Returns
    -------
    params : dict of dict
        The trained parameters, float32.
    loss : numpy.ndarray
        Cross-entropy of each update in nats, shape (updates,).

    Raises
    ------
    ValueError
        If the text is shorter than a window, or as `init` does.
    """
    codes = array_of("codes", codes)
    if codes.ndim != 1 or len(codes) <= whole("steps", steps):
        raise ValueError(f"codes: expected shape (characters,) with more than steps = {steps}, got {codes.shape}")
    params, adam = init(rng, hidden_size, side, cell=cell), optimizers.Adam(learning_rate)
    loss = np.empty(whole("updates", updates))
    for k in range(updates):
        starts = rng.integers(0, len(codes) - steps, examples)
        window = codes[np.arange(steps)[:, None] + starts]
        v, cache = forward(params, window, cell)
        loss[k], dv = losses.softmax_cross_entropy(v, window)
        grads, _ = clipping.clip_by_global_norm(backward(cache, dv), 1.0)
        adam.learning_rate = learning_rate * (1 - k / updates)
        adam.step(params, grads)
        if progress is not None:
            progress((k + 1) / updates)
    return params, loss


def accuracy(params: dict, codes: Array, cell: ModuleType = gru, *, steps: int = 64, margin: int = 12) -> Array:
    """Tell which letters of a text are guessed right, each from at least `margin` letters on either side.

    Parameters
    ----------
    params : dict of dict
        From `train`.
    codes : numpy.ndarray of int
        The text, shape (characters,).
    cell : module
        The one that was trained.
    steps, margin : int
        The text is cut into windows of so many steps; that many letters at both ends of each are not counted.

    Returns
    -------
    numpy.ndarray of bool
        True where the likeliest letter is the right one, shape (steps − 2·margin, windows).

    Raises
    ------
    ValueError
        If the text is shorter than one window.
    """
    inner, right = windows(codes, steps, margin), []
    for some in np.array_split(inner, max(1, inner.shape[1] // 512), axis=1):
        v, _ = forward(params, some, cell)
        right.append((v.argmax(axis=1) == some)[margin : steps - margin])
    return np.concatenate(right, axis=1)


def windows(codes: Array, steps: int = 64, margin: int = 12) -> Array:
    """Cut a text into windows that overlap by their margins, so that each letter is counted once.

    Parameters
    ----------
    codes : numpy.ndarray of int
        The text, shape (characters,).
    steps, margin : int
        Length of a window, and what of it at either end is context only.

    Returns
    -------
    numpy.ndarray of int
        Shape (steps, windows).

    Raises
    ------
    ValueError
        If the text is shorter than one window.
    """
    codes, inner = array_of("codes", codes), steps - 2 * margin
    if codes.ndim != 1 or len(codes) < steps or inner < 1:
        raise ValueError(f"codes: expected shape (characters,) with at least steps = {steps}, got {codes.shape}")
    starts = np.arange(0, len(codes) - steps + 1, inner)
    return codes[np.arange(steps)[:, None] + starts]
