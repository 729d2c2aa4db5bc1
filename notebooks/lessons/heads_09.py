"""A task for several heads: each step tells the token that stood `first` and the one that stood `second` steps back.

(1) x[t] = E[token[t]] + p[t],   p[t] = sines and cosines of t / 100^(i / (d/2))      i = 0 … d/2 − 1
(2) y = multi-head attention of x with a causal mask
(3) v[t] = W_out y[t] + b_out,  its first rows for the one token, the others for the other

Vaswani et al. (2017), Attention is all you need, section 3.5, for p; 100 stands here for their 10,000.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import attention, dense, losses, multi_head, optimizers
from helpers._checks import Array, generator
from lessons import write

_SYMBOLS, _STEPS, _SIZE, _BATCH = 4, 12, 32, 32
_FARTHEST = 5  # steps back; the steps before it are not asked
_UPDATES, _SEEDS = 200, 16


def positions(steps: int = _STEPS, size: int = _SIZE, base: float = 100.0) -> Array:
    """Compute p of so many steps, equation (1), a row each, the sines first: (T, d); base stands for its 100."""
    angle = np.arange(steps)[:, None] / base ** (np.arange(size // 2) / (size // 2))
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


_positions = positions  # in `train` the name is that of a choice


def train(
    rng: np.random.Generator,
    heads: int,
    first: int = 1,
    second: int = 3,
    positions: bool = True,
    *,
    progress: Callable[[float], None] | None = None,
) -> tuple[Array, Array]:
    """Train one layer of multi-head attention, (1) to (3), on 200 batches of 32 new sequences of 12 tokens, by Adam.

    The number of heads divides d = 32; `first` and `second` are 0 to 5 steps back; without `positions` p is left out
    of (1); `progress` gets the share done. Return the share of the steps of each batch at which both answers are
    right, (updates,), and the mean weights of each head in the last batch, (heads, 12, 12).
    """
    for name, back in (("first", first), ("second", second)):
        if isinstance(back, bool) or not isinstance(back, int | np.integer) or not 0 <= back <= _FARTHEST:
            raise ValueError(f"{name}: expected a whole number of steps from 0 to {_FARTHEST}, got {back!r}")
    table = generator(rng).normal(size=(_SYMBOLS, _SIZE))
    net = {"read": multi_head.init(rng, _SIZE, heads), "out": dense.init(rng, _SIZE, 2 * _SYMBOLS)}
    place, mask, adam = _positions() * positions, attention.causal_mask(_STEPS), optimizers.Adam(0.01)
    right = np.empty(_UPDATES)
    for k in range(_UPDATES):
        tokens = rng.integers(_SYMBOLS, size=(_BATCH, _STEPS))
        y, weights, cache = multi_head.forward(net["read"], table[tokens] + place, heads=heads, mask=mask)  # (1), (2)
        v, out_cache = dense.forward(net["out"], y[:, _FARTHEST:].transpose(1, 2, 0))  # (3)
        told = v[:, :_SYMBOLS], v[:, _SYMBOLS:]
        true = [tokens[:, _FARTHEST - back : _STEPS - back].T for back in (first, second)]
        dv = [losses.softmax_cross_entropy(logits, labels)[1] for logits, labels in zip(told, true, strict=True)]
        out, dy = dense.backward(out_cache, np.concatenate(dv, axis=1))
        unasked = np.zeros((_BATCH, _FARTHEST, _SIZE))
        grads, _, _ = multi_head.backward(cache, np.concatenate([unasked, dy.transpose(2, 0, 1)], axis=1))
        adam.step(net, {"read": grads, "out": out})
        if progress is not None:
            progress((k + 1) / _UPDATES)
        right[k] = np.mean((told[0].argmax(axis=1) == true[0]) & (told[1].argmax(axis=1) == true[1]))
    return right, weights.mean(axis=0)


def _heads() -> None:
    """Train layers of 1, 2 and 4 heads to look back twice, with positions and without, from 16 seeds each.

    right: share of the steps of the last 20 batches at which both answers are right.
    """
    rows: list[dict[str, Any]] = []
    for heads in (1, 2, 4):
        for positions in (1, 0):
            for seed in range(_SEEDS):
                right, _ = train(np.random.default_rng(seed), heads, positions=bool(positions))
                row = {"heads": heads, "positions": positions, "seed": seed, "right": f"{right[-20:].mean():.3f}"}
                rows.append(row)
            print(heads, positions, *sorted(row["right"] for row in rows[-_SEEDS:]), flush=True)
    write("09_heads.csv", rows)


TABLES = {"heads_09": _heads}
