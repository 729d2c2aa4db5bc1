"""A task for several heads: each step tells the sign that stood `first` and the one that stood `second` steps back.

(1) x[t] = E[sign[t]] + p[t],   p[t] = sines and cosines of t / 100^(i / (d/2))      i = 0 … d/2 − 1
(2) y = multi-head attention of x with a causal mask
(3) v[t] = W_out y[t] + b_out,  its first rows for the one sign, the others for the other
"""

from collections.abc import Callable

import numpy as np

from helpers import attention, dense, losses, multi_head, optimizers
from helpers._checks import Array, generator, whole

SIGNS, STEPS, SIZE, BATCH = 4, 12, 32, 32
FARTHEST = 5  # steps back; the steps before it are not asked


def positions(steps: int = STEPS, size: int = SIZE) -> Array:
    """Compute the position of each step as sines and cosines of many wavelengths.

    Parameters
    ----------
    steps : int
        T.
    size : int
        d, an even number.

    Returns
    -------
    numpy.ndarray
        Shape (T, d), the sines first.

    Raises
    ------
    ValueError
        If a number is below 1 or `size` is odd.

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, section 3.5; 100 stands here for their 10,000.
    """
    steps, size = whole("steps", steps), whole("size", size)
    if size % 2:
        raise ValueError(f"size: expected an even number, a sine and a cosine for each wavelength, got {size}")
    angle = np.arange(steps)[:, None] / 100 ** (np.arange(size // 2) / (size // 2))
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def train(
    rng: np.random.Generator,
    heads: int,
    first: int = 1,
    second: int = 3,
    *,
    use_positions: bool = True,
    updates: int = 200,
    progress: Callable[[float], None] | None = None,
) -> tuple[Array, Array]:
    """Train one layer of multi-head attention on the task, equations (1) to (3).

    Parameters
    ----------
    rng : numpy.random.Generator
        Where weights and sequences come from.
    heads : int
        Number of heads, a divisor of 32.
    first, second : int
        Steps back, from 0 to 5.
    use_positions : bool
        Whether p is added in (1).
    updates : int
        Steps of Adam, 32 new sequences each.
    progress : callable, optional
        Called after each update with the share that is done.

    Returns
    -------
    right : numpy.ndarray
        Share of the steps of each batch at which both answers are right, shape (updates,).
    weights : numpy.ndarray
        The heads' weights in the last batch, its mean, shape (heads, 12, 12).

    Raises
    ------
    ValueError
        If a number is out of its range, or `rng` is no Generator.
    """
    for name, back in (("first", first), ("second", second)):
        if isinstance(back, bool) or not isinstance(back, int | np.integer) or not 0 <= back <= FARTHEST:
            raise ValueError(f"{name}: expected a whole number of steps from 0 to {FARTHEST}, got {back!r}")
    table = generator(rng).normal(size=(SIGNS, SIZE))
    net = {"read": multi_head.init(rng, SIZE, heads), "out": dense.init(rng, SIZE, 2 * SIGNS)}
    place, mask, adam = positions() * use_positions, attention.causal_mask(STEPS), optimizers.Adam(0.01)
    right = np.empty(whole("updates", updates))
    for k in range(len(right)):
        signs = rng.integers(SIGNS, size=(BATCH, STEPS))
        y, weights, cache = multi_head.forward(net["read"], table[signs] + place, heads=heads, mask=mask)  # (1), (2)
        v, out_cache = dense.forward(net["out"], y[:, FARTHEST:].transpose(1, 2, 0))  # (3)
        told = v[:, :SIGNS], v[:, SIGNS:]
        true = [signs[:, FARTHEST - back : STEPS - back].T for back in (first, second)]
        dv = [losses.softmax_cross_entropy(logits, labels)[1] for logits, labels in zip(told, true, strict=True)]
        out, dy = dense.backward(out_cache, np.concatenate(dv, axis=1))
        unasked = np.zeros((BATCH, FARTHEST, SIZE))
        grads, _, _ = multi_head.backward(cache, np.concatenate([unasked, dy.transpose(2, 0, 1)], axis=1))
        adam.step(net, {"read": grads, "out": out})
        if progress is not None:
            progress((k + 1) / len(right))
        right[k] = np.mean((told[0].argmax(axis=1) == true[0]) & (told[1].argmax(axis=1) == true[1]))
    return right, weights.mean(axis=0)
