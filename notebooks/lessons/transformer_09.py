"""A small causal Transformer that predicts the next token, forward and backward by hand.

`make train RESULT=transformer_09` trains it whole and with a part left out.

(1) x = E[token] + p                                      a row for each step; p: `heads_09.positions`
(2) n(x) = gain · (x − mean) / √(variance + ε) + shift   layer normalisation of each row, ε = 1e-5
(3) x ← x + attention(n(x))                              several heads, causal: `helpers.multi_head`
(4) x ← x + W_narrow max(0, W_widen n(x) + b_widen) + b_narrow       the feed-forward layer, at each step for itself
(5) v = W_out n(x) + b_out                               logits; (3) and (4) once for each block
(6) E = mean cross-entropy of v[t] with token[t + 1]      from the third step on: before it the rule cannot be used

(7) du = gain · du', dx = (du − mean du − û mean(du û)) / √(variance + ε),   û = (x − mean) / √(variance + ε)

The task: token[t] = (token[t−1] + token[t−3]) mod 4, but a tenth of the tokens is drawn anew, any of the four. Who
knows the rule is right in 1 − 0.1 · 3/4 = 92.5 % and has a loss of 0.349 nats, the entropy of a token; who guesses is
right in 25 % and has ln 4 = 1.386.

Vaswani et al. (2017), Attention is all you need; Xiong et al. (2020) for the place of n in (3) and (4).
"""

import math
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np

from helpers import attention, losses, multi_head, optimizers
from helpers._checks import Array, Params, generator
from helpers.initializers import draw
from lessons import write
from lessons.heads_09 import positions

SYMBOLS, STEPS, SIZE, HEADS, NOISE = 4, 16, 32, 2, 0.1
PARTS = ("positions", "feed-forward", "residual", "normalisation")  # what can be left out
HOLE = "causal mask"  # and what must not
BEST = 1 - NOISE * (SYMBOLS - 1) / SYMBOLS  # the share right of who knows the rule
ENTROPY = -BEST * math.log(BEST) - (1 - BEST) * math.log((1 - BEST) / (SYMBOLS - 1))  # and the loss, in nats
_EPSILON, _FIRST = 1e-5, 2  # the first step that is asked: it has seen three tokens
_BATCH, _UPDATES, _SEEDS, _RATES = 32, 400, 16, (0.01, 0.003)


class Norm(NamedTuple):
    """What the backward of a layer normalisation needs."""

    gain: Array  # (d,)
    unit: Array  # (…, d), the rows at mean 0 and variance 1
    spread: Array  # (…, 1)


def norm(params: Params, x: Array) -> tuple[Array, Norm]:
    """Normalise each row of x (…, d), then stretch and shift it, equation (2)."""
    away = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((away * away).mean(axis=-1, keepdims=True) + _EPSILON)
    return params["gain"] * away / spread + params["shift"], Norm(params["gain"], away / spread, spread)


def norm_backward(cache: Norm, dy: Array) -> tuple[Params, Array]:
    """Go back from dy (…, d), equation (7): the gradients of gain and shift, and dx."""
    gain, unit, spread = cache
    over = tuple(range(dy.ndim - 1))
    grads = {"gain": (dy * unit).sum(axis=over), "shift": dy.sum(axis=over)}
    du = gain * dy
    along = (du * unit).mean(axis=-1, keepdims=True)
    return grads, (du - du.mean(axis=-1, keepdims=True) - unit * along) / spread


def feed(params: Params, x: Array) -> tuple[Array, tuple]:
    """Widen each row of x (…, d) to 4d, keep what is above 0, narrow it to d again: (4) without its two additions."""
    wide = np.maximum(x @ params["W_widen"].T + params["b_widen"], 0)
    return wide @ params["W_narrow"].T + params["b_narrow"], (params, x, wide)


def feed_backward(cache: tuple, dy: Array) -> tuple[Params, Array]:
    """Go back from dy (…, d) through the feed-forward layer: the gradients of its four arrays, and dx."""
    params, x, wide = cache
    du = dy @ params["W_narrow"] * (wide > 0)
    flat, flat_u = dy.reshape(-1, dy.shape[-1]), du.reshape(-1, du.shape[-1])
    grads = {"W_widen": flat_u.T @ x.reshape(-1, x.shape[-1]), "b_widen": flat_u.sum(axis=0)}
    grads |= {"W_narrow": flat.T @ wide.reshape(-1, wide.shape[-1]), "b_narrow": flat.sum(axis=0)}
    return grads, du @ params["W_widen"]


def init(
    rng: np.random.Generator,
    *,
    symbols: int = SYMBOLS,
    size: int = SIZE,
    heads: int = HEADS,
    blocks: int = 1,
    dtype: Any = np.float64,
) -> dict:
    """Draw the parameters: "E", "block 0" and so on with "read", "feed" and a norm before each, "norm" and "out"."""

    def fresh() -> Params:
        return {"gain": np.ones(size, dtype), "shift": np.zeros(size, dtype)}

    params: dict[str, Any] = {"E": draw(generator(rng), symbols, size, "normal", dtype)}
    for number in range(blocks):
        wide = {"W_widen": draw(rng, 4 * size, size, dtype=dtype), "b_widen": np.zeros(4 * size, dtype)}
        wide |= {"W_narrow": draw(rng, size, 4 * size, dtype=dtype), "b_narrow": np.zeros(size, dtype)}
        read = multi_head.init(rng, size, heads, dtype=dtype)
        params[f"block {number}"] = {"norm read": fresh(), "read": read, "norm feed": fresh(), "feed": wide}
    out = {"W_out": draw(rng, symbols, size, dtype=dtype), "b_out": np.zeros(symbols, dtype)}
    return params | {"norm": fresh(), "out": out}


def block(params: dict, x: Array, heads: int, without: Collection[str] = ()) -> tuple[Array, Array, list]:
    """Take x (N, T, d) through one block, (3) and (4): the new x, the weights (N, heads, T, T), and the cache."""
    cache, mask = [], None if HOLE in without else attention.causal_mask(x.shape[-2])
    weights = np.empty(0)
    for name in ("read", "feed"):
        if name == "feed" and "feed-forward" in without:
            continue
        plain = "normalisation" in without
        inside, before = (x, None) if plain else norm(params[f"norm {name}"], x)
        own: Any
        if name == "read":
            y, weights, own = multi_head.forward(params["read"], inside, heads=heads, mask=mask)
        else:
            y, own = feed(params["feed"], inside)
        x = y if "residual" in without else x + y
        cache.append((name, before, own))
    return x, weights, cache


def block_backward(params: dict, cache: list, dx: Array, without: Collection[str] = ()) -> tuple[dict, Array]:
    """Go back from dx (N, T, d): the gradients of a block, 0 for what was left out, and the gradient of its input."""
    grads = {name: {key: np.zeros_like(array) for key, array in part.items()} for name, part in params.items()}
    for name, before, own in reversed(cache):
        if name == "read":
            grads["read"], one, other = multi_head.backward(own, dx)
            inside = one + other
        else:
            grads["feed"], inside = feed_backward(own, dx)
        if before is not None:
            grads[f"norm {name}"], inside = norm_backward(before, inside)
        dx = inside if "residual" in without else dx + inside
    return grads, dx


def forward(
    params: dict, tokens: Array, *, heads: int = HEADS, without: Collection[str] = ()
) -> tuple[Array, Array, tuple]:
    """Predict the next token after each of tokens (N, T): logits (N, T, symbols), the last weights, and the cache.

    without names what is left out, of PARTS and HOLE.
    """
    x = params["E"][tokens]
    if "positions" not in without:
        x = x + positions(tokens.shape[1], x.shape[-1]).astype(x.dtype)  # (1)
    caches, weights = [], np.empty(0)
    for name in [name for name in params if name.startswith("block")]:
        x, weights, cache = block(params[name], x, heads, without)
        caches.append((name, cache))
    last = None
    if "normalisation" not in without:
        x, last = norm(params["norm"], x)
    return x @ params["out"]["W_out"].T + params["out"]["b_out"], weights, (tokens, caches, last, x)  # (5)


def loss_and_grads(
    params: dict, tokens: Array, *, heads: int = HEADS, without: Collection[str] = ()
) -> tuple[float, dict, float]:
    """Compute the loss (6) of sequences (N, T + 1), all gradients, and the share of tokens that are predicted right."""
    v, _, (read, caches, last, x) = forward(params, tokens[:, :-1], heads=heads, without=without)
    labels, asked = tokens[:, 1:].T, np.arange(v.shape[1])[:, None] >= _FIRST
    asked = np.broadcast_to(asked, labels.shape)
    loss, dv = losses.softmax_cross_entropy(v.transpose(1, 2, 0), labels, asked)
    right = (v.argmax(axis=-1).T == labels)[_FIRST:].mean()
    dv = dv.transpose(2, 0, 1)
    flat = dv.reshape(-1, dv.shape[-1])
    grads: dict[str, Any] = {"out": {"W_out": flat.T @ x.reshape(-1, x.shape[-1]), "b_out": flat.sum(axis=0)}}
    dx = dv @ params["out"]["W_out"]
    grads["norm"] = {name: np.zeros_like(array) for name, array in params["norm"].items()}
    if last is not None:
        grads["norm"], dx = norm_backward(last, dx)
    for name, cache in reversed(caches):
        grads[name], dx = block_backward(params[name], cache, dx, without)
    grads["E"] = np.zeros_like(params["E"])
    np.add.at(grads["E"], read, dx)
    return float(loss), {name: grads[name] for name in params}, float(right)


def sequences(rng: np.random.Generator, count: int, steps: int = STEPS, noise: float = NOISE) -> Array:
    """Draw sequences (count, steps + 1) by the rule of the task, the share `noise` of the tokens anew."""
    tokens = generator(rng).integers(SYMBOLS, size=(count, steps + 1))
    by_rule = rng.random(tokens.shape) >= noise
    for t in range(3, steps + 1):
        tokens[:, t] = np.where(by_rule[:, t], (tokens[:, t - 1] + tokens[:, t - 3]) % SYMBOLS, tokens[:, t])
    return tokens


def train(
    rng: np.random.Generator,
    *,
    heads: int = HEADS,
    blocks: int = 1,
    without: Collection[str] = (),
    rate: float = 0.01,
    updates: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[dict, Array]:
    """Train on batches of 32 new sequences, in float32, by Adam at a rate that falls to a tenth.

    Return the parameters and the loss of each batch; `progress` gets the share done.
    """
    params, adam = init(rng, heads=heads, blocks=blocks, dtype=np.float32), optimizers.Adam(rate)
    updates = _UPDATES if updates is None else updates
    curve = np.empty(updates)
    for k in range(updates):
        adam.learning_rate = rate * (1 - 0.9 * k / updates)
        curve[k], grads, _ = loss_and_grads(params, sequences(rng, _BATCH), heads=heads, without=without)
        adam.step(params, grads)
        if progress is not None:
            progress((k + 1) / updates)
    return params, curve


def continued(params: dict, start: Array, steps: int, *, heads: int = HEADS, without: Collection[str] = ()) -> Array:
    """Go on from start (N, t) until there are so many steps, always with the most probable token: (N, steps)."""
    tokens = np.array(start)
    while tokens.shape[1] < steps:
        v, _, _ = forward(params, tokens, heads=heads, without=without)
        tokens = np.concatenate([tokens, v[:, -1].argmax(axis=-1)[:, None]], axis=1)
    return tokens


def starts() -> Array:
    """Return all starts of three tokens, (64, 3)."""
    return np.stack(np.meshgrid(*[np.arange(SYMBOLS)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)


def ruled(start: Array, steps: int) -> Array:
    """Go on from start (N, 3) by the rule without noise: (N, steps)."""
    tokens = np.array(start)
    while tokens.shape[1] < steps:
        tokens = np.concatenate([tokens, (tokens[:, -1:] + tokens[:, -3:-2]) % SYMBOLS], axis=1)
    return tokens


VARIANTS: dict[str, dict] = {
    "whole": {}, "one head": {"heads": 1},
    **{f"without {part}": {"without": (part,)} for part in PARTS},
}  # fmt: skip


def _table() -> None:
    """Train each variant at two rates from 16 seeds; loss and share right on 1,000 new sequences, all 64 starts.

    written: the share of the 64 starts that go on by the rule to 16 tokens; longer: to 24, more than were ever read.
    """
    rows: list[dict[str, Any]] = []
    for seed in range(_SEEDS):
        for variant, chosen in VARIANTS.items():
            for rate in _RATES:
                params, _ = train(np.random.default_rng(seed), rate=rate, **chosen)
                how = {name: value for name, value in chosen.items() if name != "blocks"}
                test = sequences(np.random.default_rng(10_000 + seed), 1000)
                loss, _, right = loss_and_grads(params, test, **how)
                made = continued(params, starts(), 24, **how) == ruled(starts(), 24)
                row = {"variant": variant, "rate": rate, "seed": seed, "loss": f"{loss:.4f}", "right": f"{right:.4f}"}
                row |= {"written": f"{made[:, :16].all(axis=1).mean():.4f}", "longer": f"{made.all(axis=1).mean():.4f}"}
                rows.append(row)
                print(*row.values(), flush=True)
        write("09_transformer.csv", rows)


TABLES = {"transformer_09": _table}
