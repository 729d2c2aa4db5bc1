"""Attention: read many vectors at once, each as much as its key fits the query; lesson 9.

(1) score    dot          s = q kᵀ
             scaled_dot   s = q kᵀ / √d
             general      s = q W kᵀ
             additive     s = w · tanh(W_query q + W_key k)
(2) weights  a = softmax(s) over the keys that may be read
(3) context  c = a V

(4) dV = aᵀ dc,   da = dc Vᵀ + what the error takes from the weights themselves
(5) ds = a ⊙ (da − Σ_k a da)
(6) the score's own backward: dq = ds k, dk = dsᵀ q for the dot product, and so on

A query, a key and a value is a row here: arrays are (…, T, d). Costs about 2·Tq·Tk·(d_k + d_v) operations a sequence;
general adds Tq·d_q·d_k, additive takes Tq·Tk·units values of tanh and as much memory.

Bahdanau, Cho & Bengio (2015), Neural machine translation by jointly learning to align and translate, eq. 5 and 6.
Luong, Pham & Manning (2015), Effective approaches to attention-based neural machine translation, section 3.1.
Vaswani et al. (2017), Attention is all you need, eq. 1.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from helpers._checks import (  # isort: skip
    Array, Params, array_of, float_type, floats, generator, one_of, own_cache, parameters, real_steps, whole, with_keys
)  # fmt: skip
from helpers._fast import rows
from helpers.activations import softmax
from helpers.initializers import draw

_ADDITIVE = {"W_query": "units d_q", "W_key": "units d_k", "w": "units"}
SYMBOLS: dict[str, dict[str, str]] = {"dot": {}, "scaled_dot": {}, "general": {"W": "d_q d_k"}, "additive": _ADDITIVE}
SCORES = tuple(SYMBOLS)


class Cache(NamedTuple):
    """What `backward` needs of `forward`, by its name in the equations."""

    params: Params
    query: Array  # (…, Tq, d_q)
    key: Array  # (…, Tk, d_k)
    value: Array  # (…, Tk, d_v)
    weights: Array  # (…, Tq, Tk)
    hidden: Array | None  # (…, Tq, Tk, units), the tanh of the additive score
    score: str


def init(
    rng: np.random.Generator, query_size: int, key_size: int, units: int | None = None, *, score: str = "scaled_dot",
    dtype: Any = np.float64,
) -> Params:  # fmt: skip
    """Draw the parameters of a score: "dot", "scaled_dot", "general" or "additive".

    query_size and key_size are d_q and d_k, equal for a dot product, which has no parameters, {}. General has W
    (d_q, d_k); additive W_query (units, d_q), W_key (units, d_k) and w (units,), units by default as many as key_size.
    """
    d_q, d_k = whole("query_size", query_size), whole("key_size", key_size)
    one_of("score", score, SCORES), generator(rng), float_type(dtype)
    if score in ("dot", "scaled_dot"):
        if d_q != d_k:
            raise ValueError(f"key_size: expected query_size = {d_q} for the score {score!r}, got {d_k}")
        return {}
    if score == "general":
        return {"W": draw(rng, d_q, d_k, dtype=dtype)}
    size = whole("units", d_k if units is None else units)
    W_query, W_key, w = (draw(rng, *shape, dtype=dtype) for shape in ((size, d_q), (size, d_k), (1, size)))
    return {"W_query": W_query, "W_key": W_key, "w": w[0]}


def forward(
    params: Params, query: Array, key: Array, value: Array, *, score: str = "scaled_dot", mask: Any = None,
    lengths: Any = None,
) -> tuple[Array, Array, Cache]:  # fmt: skip
    """Let every query (…, Tq, d_q) read each value (…, Tk, d_v) by its key (…, Tk, d_k), equations (1) to (3).

    query, key, value have the same leading sizes …; score is that of params, "dot", "scaled_dot", "general" or
    "additive". lengths, integers of the shape (…), (N,) for keys (N, Tk, d_k), say how many keys are real, the first
    ones. mask, booleans of the shape (…, Tq, Tk) or broadcastable to it, is True where a key may be read (False in
    nn.MultiheadAttention of PyTorch); a mask by example is (N, 1, Tk). With both, both must allow it; what no query may
    read is not looked at. Returns the context (…, Tq, d_v), the weights (…, Tq, Tk), rows that sum to 1, and the cache.
    Where a mask leaves nothing to read, weights and context are 0.
    """
    query, key, value, params = _checked(params, query, key, value, one_of("score", score, SCORES))
    mask = readable(mask, lengths, (*query.shape[:-1], key.shape[-2]))
    if mask is not None:  # what nobody may read may hold anything, NaN too
        read = mask.any(axis=-2)[..., None]
        key, value = np.where(read, key, 0), np.where(read, value, 0)
    hidden = None
    if score == "additive":
        hidden = np.tanh((query @ params["W_query"].T)[..., :, None, :] + (key @ params["W_key"].T)[..., None, :, :])
        scores = hidden @ params["w"]
    else:
        left = query @ params["W"] if score == "general" else query
        scores = left @ np.swapaxes(key, -1, -2) * _scale(score, query)  # (1)
    weights = _softmax(scores, mask)  # (2)
    return weights @ value, weights, Cache(params, query, key, value, weights, hidden, score)  # (3)


def backward(cache: Cache, dcontext: Array | None, dweights: Array | None = None) -> tuple[Params, Array, Array, Array]:
    """Go back from dcontext (…, Tq, d_v) and dweights (…, Tq, Tk), ∂E/∂context and ∂E/∂weights, (4) to (6).

    None is zero, but not for both; where a weight is 0, dweights is not looked at. Returns grads, dquery, dkey, dvalue.
    """
    params, query, key, value, weights, hidden, score = own_cache(cache, Cache)
    if dcontext is None and dweights is None:
        raise ValueError("dcontext: expected an array here or in dweights, got None for both")
    shape = (*weights.shape[:-1], value.shape[-1])
    dcontext = np.zeros(shape, weights.dtype) if dcontext is None else floats("dcontext", dcontext, weights.dtype)
    if dcontext.shape != shape:
        raise ValueError(f"dcontext: expected the shape of the context, {shape}, got {dcontext.shape}")
    dvalue = np.swapaxes(weights, -1, -2) @ dcontext  # (4)
    da = dcontext @ np.swapaxes(value, -1, -2)
    if dweights is not None:
        dweights = floats("dweights", dweights, weights.dtype)
        if dweights.shape != weights.shape:
            raise ValueError(f"dweights: expected the shape of the weights, {weights.shape}, got {dweights.shape}")
        da = da + np.where(weights == 0, 0, dweights)
    ds = weights * (da - (weights * da).sum(axis=-1, keepdims=True))  # (5)
    if hidden is not None:
        du = ds[..., None] * params["w"] * (1 - hidden * hidden)  # (…, Tq, Tk, units)
        for_query, for_key = du.sum(axis=-2), du.sum(axis=-3)
        dW_query, dW_key = rows(for_query).T @ rows(query), rows(for_key).T @ rows(key)
        grads = {"W_query": dW_query, "W_key": dW_key, "w": rows(hidden).T @ ds.ravel()}
        return grads, for_query @ params["W_query"], for_key @ params["W_key"], dvalue
    ds = ds * _scale(score, query)
    dleft, turned = ds @ key, np.swapaxes(ds, -1, -2)  # (6)
    if score == "general":
        W = params["W"]
        return {"W": rows(query).T @ rows(dleft)}, dleft @ W.T, turned @ (query @ W), dvalue
    return {}, dleft, turned @ query, dvalue


def causal_mask(steps: int) -> Array:
    """Let step t read the steps up to t: booleans (T, T), True on and below the diagonal; T is steps."""
    return np.tri(whole("steps", steps), dtype=bool)


def _scale(score: str, query: Array) -> float:
    """Return 1/√d for the scaled dot product; a Python number, so that float32 stays float32."""
    return 1 / math.sqrt(query.shape[-1]) if score == "scaled_dot" else 1.0


def _softmax(scores: Array, mask: Array | None) -> Array:
    """Turn scores into weights, equation (2); a row with nothing to read is 0."""
    if mask is None:
        return softmax(scores)
    scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1, total)


def readable(mask: Any, lengths: Any, shape: tuple[int, ...]) -> Array | None:
    """Join mask and lengths, as `forward` takes them, to booleans of shape (…, Tq, Tk), a view; None where all are."""
    real = None
    if lengths is not None:
        array = array_of("lengths", lengths)
        if array.shape != shape[:-2]:
            raise ValueError(f"lengths: expected shape {shape[:-2]}, one for each sequence, got {array.shape}")
        real = real_steps(array.ravel(), shape[-1], array.size)
    if real is not None:
        real = np.broadcast_to(real.transpose(2, 1, 0).reshape(*shape[:-2], 1, -1), shape)
    if mask is None:
        return real
    mask = array_of("mask", mask)
    fits = mask.ndim <= len(shape) and all(m in (1, s) for m, s in zip(mask.shape[::-1], shape[::-1], strict=False))
    if mask.dtype != bool or not fits:
        got = f"{mask.dtype} {mask.shape}"
        raise ValueError(f"mask: expected booleans broadcastable to (…, Tq, Tk) = {shape}, got {got}")
    mask = np.broadcast_to(mask, shape)
    return mask if real is None else mask & real


def _checked(params: Any, query: Any, key: Any, value: Any, score: str) -> tuple[Array, Array, Array, Params]:
    """Return queries, keys, values and parameters of fitting shapes in one dtype."""
    symbols = SYMBOLS[score]
    with_keys(params, symbols, f" for the score {score!r}")
    learnt = parameters(params, symbols, {})
    own = learnt[0].dtype if learnt else np.float64
    q, k, v = floats("query", query, own), floats("key", key, own), floats("value", value, own)
    for name, array in (("query", q), ("key", k), ("value", v)):
        if array.ndim < 2 or array.size == 0:
            raise ValueError(f"{name}: expected shape (…, T, d) with every size at least 1, got {array.shape}")
    if k.shape[:-2] != q.shape[:-2]:
        raise ValueError(f"key: expected the leading sizes of query, {q.shape[:-2]}, got shape {k.shape}")
    if v.shape[:-1] != k.shape[:-1]:
        raise ValueError(f"value: expected shape {(*k.shape[:-1], 'd_v')}, as key has, got {v.shape}")
    d_q, d_k = q.shape[-1], k.shape[-1]
    if not symbols and d_q != d_k:
        raise ValueError(f"key: expected d_k = d_q = {d_q} for the score {score!r}, got shape {k.shape}")
    learnt = parameters(params, symbols, {"d_q": d_q, "d_k": d_k})
    dtype = np.result_type(q, k, v, *learnt)
    q, k, v = (array.astype(dtype) for array in (q, k, v))  # copies: the cache holds them as they are now
    return q, k, v, {name: array.astype(dtype) for name, array in zip(symbols, learnt, strict=True)}
