"""Sequence to sequence: one network reads a sequence, another writes one, with or without attention; lesson 7.

(1) memory, state = encoder(x),  x[t] = E_source[source[t]]     one cell, or two in both directions (`birnn`)
(2) s = decoder(y; state),       y = E_target of BOS, w[0], w[1], …
(3) c[t] = attention(s[t], memory, memory)                      reads no padding
(4) a[t] = tanh(W_c [c[t]; s[t]] + b_c)                         without attention a = s
(5) v[t] = W_out a[t] + b_out                                   a row for EOS and for each token after it
(6) E = − mean log softmax(v[t])[w[t]]                          over the target's tokens and one EOS for each example

w is the target (teacher forcing), without BOS and EOS, which are put around it here. Or, in (2) only, what the decoder
would have written itself (free running), a choice that has no gradient: (7) ŵ[t] = argmax v[t].

The state of (2) does not depend on (3), as in Luong et al.: with teacher forcing the decoder takes its T + 1 steps in
one call of the cell, and all of them attend at once. Free running costs a second forward pass, one call a step. PAD and
BOS have no row in (5), so they are never written. Choices such as cell=gru, attention="dot" are the same in every call:
keep them in a dict and pass **options. Greedy and beam search are in `helpers.decoding`.

Sutskever, Vinyals & Le (2014), Sequence to sequence learning with neural networks, section 2. Luong, Pham & Manning
(2015), Effective approaches to attention-based neural machine translation, equations (5) and (6).
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers._checks import (  # isort: skip
    Array, array_of, cell_module, finite, flag, one_of, own_cache, parameters, real_steps, shaped, whole, with_keys
)  # fmt: skip
from helpers import attention as reader, birnn, dense, embedding, gru, losses
from helpers.data.characters import BOS, EOS, PAD

_PARTS = ("source", "encoder", "target", "decoder", "output")


class Memory(NamedTuple):
    """What the encoder hands on."""

    rows: Array  # (N, S, H), a row for each source token
    mask: Array | None  # (N, 1, S), True where a row is real; None when all are
    state: Any  # the decoder's first state


class Cache(NamedTuple):
    """What `backward` needs of `decode`; `attention` and `combine` are None without attention."""

    target: embedding.Cache
    decoder: Any
    attention: reader.Cache | None
    combine: dense.Cache | None
    output: dense.Cache
    cell: ModuleType


def init(
    rng: np.random.Generator, source_size: int, target_size: int, hidden_size: int = 64, embedding_size: int = 32, *,
    cell: ModuleType = gru, attention: str | None = None, bidirectional: bool = False, dtype: Any = np.float64,
) -> dict[str, dict]:  # fmt: skip
    """Draw the parameters of all parts, a dict for each.

    source_size and target_size are V of both vocabularies, PAD, BOS and EOS included. hidden_size is H of the decoder
    and of a row of the memory; a bidirectional encoder has H/2 in each direction. embedding_size is D, the length of a
    token's vector. cell is `rnn`, `lstm` or `gru`, for both networks. attention is the score, "dot", "scaled_dot",
    "general" or "additive"; without one the decoder knows of the source only its first state. Returns source, encoder,
    target, decoder and output, with attention also combine, and attention where the score has parameters.
    """
    H, D, _ = whole("hidden_size", hidden_size), whole("embedding_size", embedding_size), cell_module(cell)
    for name, size in (("source_size", source_size), ("target_size", target_size)):
        whole(name, size, EOS + 2)  # PAD, BOS, EOS and one token
    if flag("bidirectional", bidirectional) and H % 2:
        raise ValueError(f"hidden_size: expected an even number, half for each direction, got {H}")
    params: dict[str, dict] = {"source": embedding.init(rng, source_size, D, dtype=dtype)}
    if bidirectional:
        params["encoder"] = birnn.init(rng, D, H // 2, cell, dtype=dtype)
    else:
        params["encoder"] = cell.init(rng, D, H, dtype=dtype)
    params["target"] = embedding.init(rng, target_size, D, dtype=dtype)
    params["decoder"] = cell.init(rng, D, H, dtype=dtype)
    if attention is not None:
        if score := reader.init(rng, H, H, score=attention, dtype=dtype):
            params["attention"] = score
        params["combine"] = dense.init(rng, 2 * H, H, dtype=dtype)
    params["output"] = dense.init(rng, H, target_size - EOS, dtype=dtype)
    return params


def encode(
    params: dict, source: Array, source_lengths: Any = None, *, cell: ModuleType = gru, **options: Any
) -> tuple[Memory, tuple[embedding.Cache, Any]]:
    """Read a batch of sequences, equation (1), with the cell that `init` was given.

    source (S, N) holds tokens, none of them PAD, BOS or EOS within source_lengths (N,), from 1 to S. options are those
    of the cell's own forward, such as reset_after=. Returns the memory for `decode`, and what `backward` needs.
    """
    cell_module(cell, options)
    source = _checked_tokens("source", source, source_lengths, _size(params, "source", "encoder"))
    x, looked_up = embedding.forward(params["source"], source, source_lengths)
    if "forward" in params["encoder"]:
        h, state, cache = birnn.forward(params["encoder"], x, cell=cell, lengths=source_lengths, **options)
        state = _joined(state)
    else:
        h, state, cache = cell.forward(params["encoder"], x, lengths=source_lengths, **options)
    real = real_steps(source_lengths, *source.shape)
    mask = None if real is None else real.transpose(2, 1, 0)
    return Memory(np.ascontiguousarray(h.transpose(2, 0, 1)), mask, state), (looked_up, cache)


def decode(
    params: dict, memory: Memory, inputs: Array, lengths: Any = None, state: Any = None, *, cell: ModuleType = gru,
    attention: str | None = None, **options: Any,
) -> tuple[Array, Array | None, Any, Cache]:  # fmt: skip
    """Run the decoder, equations (2) to (5), over what it is to read; a single step is the case T = 1.

    memory is from `encode`, inputs (T, N) are tokens, BOS first. state is where the decoder goes on, by default the
    memory's. cell and attention are those that `init` was given, options go to the cell. Returns the logits v
    (T, V − 2, N), row k for token k + 2, the first EOS; weights (N, T, S), how much step t of example n reads of each
    source token, None without attention; the last state; and the cache.
    """
    learnt = {} if attention is None else reader.SYMBOLS[one_of("attention", attention, reader.SCORES)]
    wanted = [*_PARTS] + ["combine"] * (attention is not None) + ["attention"] * bool(learnt)
    with_keys(params, wanted, f" for attention={attention!r}")
    cell_module(cell, options)
    if not isinstance(memory, Memory):
        raise ValueError(f"memory: expected the Memory that encode returns first, got a {type(memory).__name__}")
    y, looked_up = embedding.forward(params["target"], inputs, lengths)
    first = memory.state if state is None else state
    s, state, decoder = cell.forward(params["decoder"], y, first, lengths=lengths, **options)  # (2)
    a, weights, read, combine = s, None, None, None
    if attention is not None:
        query = np.ascontiguousarray(s.transpose(2, 0, 1))
        given = params.get("attention", {}), query, memory.rows, memory.rows
        context, weights, read = reader.forward(*given, score=attention, mask=memory.mask)  # (3)
        a, combine = dense.forward(params["combine"], np.concatenate([context.transpose(1, 2, 0), s], axis=1))
        a = np.tanh(a)  # (4)
    v, output = dense.forward(params["output"], a)  # (5)
    return v, weights, state, Cache(looked_up, decoder, read, combine, output, cell)


def backward(params: dict, source_cache: tuple[embedding.Cache, Any], cache: Cache, dv: Array) -> dict[str, dict]:
    """Go back from ∂E/∂v, dv (T, V − 2, N), through both networks, equations (5) to (1).

    source_cache is from `encode`, cache from a `decode` that began with the memory's own state. Returns the gradients,
    named like the parameters; of params only the names are looked at.
    """
    grads: dict[str, dict] = {}
    if not isinstance(source_cache, tuple) or [isinstance(c, embedding.Cache) for c in source_cache] != [True, False]:
        raise ValueError(f"source_cache: expected the second that encode returns, got a {type(source_cache).__name__}")
    (looked_up, encoder), _ = source_cache, own_cache(cache, Cache, "decode")
    grads["output"], ds = dense.backward(cache.output, dv)  # (5)
    dmemory = None
    if cache.attention is not None and cache.combine is not None:
        a, H = cache.output.h, ds.shape[1]
        grads["combine"], dboth = dense.backward(cache.combine, ds * (1 - a * a))  # (4)
        dcontext = np.ascontiguousarray(dboth[:, :H].transpose(2, 0, 1))
        score_grads, dquery, dkey, dvalue = reader.backward(cache.attention, dcontext)  # (3)
        if score_grads:
            grads["attention"] = score_grads
        ds = dboth[:, H:] + dquery.transpose(1, 2, 0)
        dmemory = np.ascontiguousarray((dkey + dvalue).transpose(1, 2, 0))
    grads["decoder"], dy, dstate = cache.cell.backward(cache.decoder, ds)  # (2)
    grads["target"] = embedding.backward(cache.target, dy)
    if isinstance(encoder, birnn.Cache):
        grads["encoder"], dx, _ = birnn.backward(encoder, dmemory, _halves(dstate))  # (1)
    else:
        grads["encoder"], dx, _ = cache.cell.backward(encoder, dmemory, dstate)
    grads["source"] = embedding.backward(looked_up, dx)
    with_keys(params, grads)
    return {name: grads[name] for name in params}


def loss_and_grads(
    params: dict, source: Array, source_lengths: Any, target: Array, target_lengths: Any, *, cell: ModuleType = gru,
    attention: str | None = None, teacher_forcing: bool = True, **options: Any,
) -> tuple[float, dict[str, dict]]:  # fmt: skip
    """Compute the loss, equation (6), in nats a token, and all gradients, named like the parameters.

    source (S, N) and target (T, N) hold tokens without PAD, BOS and EOS; what stands past source_lengths (N,) and
    target_lengths (N,) is not looked at, and None is for all being full. cell and attention are those that `init` was
    given, options go to the cell. With teacher_forcing the decoder reads the target, otherwise its own words (7).
    """
    memory, source_cache = encode(params, source, source_lengths, cell=cell, **options)
    inputs, labels, lengths = shifted(known(params, memory, target, target_lengths), target_lengths)
    options |= {"cell": cell, "attention": attention}
    state = None
    forced = flag("teacher_forcing", teacher_forcing)
    for t in range(0 if forced else len(inputs) - 1):  # free running overwrites the target
        v, _, state, _ = decode(params, memory, inputs[t : t + 1], state=state, **options)
        inputs[t + 1] = finite("logits", v[0]).argmax(axis=0) + EOS  # (7)
    v, _, _, cache = decode(params, memory, inputs, lengths, **options)
    loss, dv = losses.softmax_cross_entropy(v, labels - EOS, np.arange(len(labels))[:, None] < lengths)  # (6)
    return loss, backward(params, source_cache, cache, dv)


def shifted(target: Array, lengths: Any = None) -> tuple[Array, Array, Array]:
    """Return what the decoder reads and is to write, and for how many steps, lengths + 1 (N,), of a target (T, N).

    Both have the shape (T + 1, N): BOS and the target; the target and EOS, PAD past it.
    """
    target = shaped("target", array_of("target", target), "T N", {})
    (T, N), real = target.shape, real_steps(lengths, *target.shape)
    steps = np.full(N, T) if real is None else real[:, 0].sum(axis=0)
    labels = np.full((T + 1, N), PAD)
    labels[:T] = target if real is None else np.where(real[:, 0], target, PAD)
    inputs = np.concatenate([np.full((1, N), BOS), labels[:T]])
    labels[steps, np.arange(N)] = EOS
    return inputs, labels, steps + 1


def known(params: dict, memory: Memory, target: Array, lengths: Any = None) -> Array:
    """Return the target (T, N), refused where it does not fit its vocabulary or the number of sources in memory."""
    return _checked_tokens("target", target, lengths, _size(params, "target"), len(memory.rows))


def _size(params: Any, *names: str) -> int:
    """Return V of the first of the parts, once all are found to be there."""
    with_keys({n: params[n] for n in names if n in params} if isinstance(params, dict) else params, names)
    return len(parameters(params[names[0]], {"E": "V D"}, {})[0])


def _checked_tokens(name: str, value: Any, lengths: Any, size: int, examples: int | None = None) -> Array:
    """Return tokens (T, N) whose real part lies in a vocabulary of this size; past the lengths they become 0."""
    array = shaped(name, array_of(name, value), "T N", {} if examples is None else {"N": examples})
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected integers of shape (T, N), got {array.dtype}")
    real = real_steps(lengths, *array.shape)
    counted = array if real is None else array[real[:, 0]]
    if counted.min() <= EOS or counted.max() >= size:
        told = f"from {EOS + 1} to V−1 = {size - 1} within the lengths (0, 1, 2 are PAD, BOS and EOS)"
        raise ValueError(f"{name}: expected tokens {told}, got {counted.min()} to {counted.max()}")
    return array if real is None else np.where(real[:, 0], array, PAD)


def _joined(state: tuple) -> Any:
    """Return both directions' final states as one, 2 · H/2 rows; an LSTM's h and c each."""
    if isinstance(state[0], tuple):
        return tuple(np.concatenate(both) for both in zip(*state, strict=True))
    return np.concatenate(state)


def _halves(dstate: Any) -> tuple[Any, Any]:
    """Take the gradient of a joined state apart again."""
    left, right = zip(*map(_halves, dstate), strict=True) if isinstance(dstate, tuple) else np.split(dstate, 2)
    return left, right
