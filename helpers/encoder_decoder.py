"""The two networks of seq2seq: one reads a sequence, another writes one, with or without attention.

(1) memory, state = encoder(x),  x[t] = E_source[source[t]]     one cell, or two in both directions (`birnn`)
(2) s = decoder(y; state),       y = E_target of BOS, target[0], target[1], …
(3) c[t] = attention(s[t], memory, memory)                      reads no padding
(4) a[t] = tanh(W_c [c[t]; s[t]] + b_c)                         without attention a = s
(5) v[t] = W_out a[t] + b_out                                   a row for EOS and for each token after it

The state of (2) does not depend on (3), as in Luong et al.: when the target is known (teacher forcing) the decoder is
one call of the cell and all steps attend at once. PAD and BOS have no row in (5), so they are never written.
The backward pass goes through (5) to (1); every part brings its own. `helpers.seq2seq` draws the parameters.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import attention as reader, birnn, dense, embedding, gru
from helpers._checks import Array, array_of, one_of, real_steps, shaped, with_keys
from helpers.data.characters import EOS, PAD

PARTS = ("source", "encoder", "target", "decoder", "output")


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


def encode(
    params: dict, source: Array, source_lengths: Any = None, *, cell: ModuleType = gru, **options: Any
) -> tuple[Memory, tuple[embedding.Cache, Any]]:
    """Read the source, equation (1).

    Parameters
    ----------
    params : dict of dict
        From `seq2seq.init`.
    source : numpy.ndarray of int
        Tokens, shape (S, N).
    source_lengths : array_like of int, optional
        Tokens of each example, shape (N,), from 1 to S. What stands past them is not looked at.
    cell : module
        The one that `seq2seq.init` was given.
    **options : Any
        What the cell's own ``forward`` takes, such as ``reset_after=``.

    Returns
    -------
    memory : Memory
        For `decode`.
    cache : tuple
        For `backward`.

    Raises
    ------
    ValueError
        If a part is missing, a shape does not fit, or a token is PAD or not in the vocabulary.
    """
    if not isinstance(params, dict) or not {"source", "encoder"} <= set(params):
        got = list(params) if isinstance(params, dict) else type(params).__name__
        raise ValueError(f"params: expected a dict with the keys {list(PARTS)} and perhaps more, got {got}")
    source = checked_tokens("source", source, source_lengths, len(params["source"]["E"]))
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
    params: dict,
    memory: Memory,
    inputs: Array,
    lengths: Any = None,
    state: Any = None,
    *,
    cell: ModuleType = gru,
    attention: str | None = None,
    **options: Any,
) -> tuple[Array, Array | None, Any, Cache]:
    """Run the decoder over known inputs, equations (2) to (5); a single step is the case T = 1.

    Parameters
    ----------
    params : dict of dict
        From `seq2seq.init`.
    memory : Memory
        From `encode`.
    inputs : numpy.ndarray of int
        Tokens, shape (T, N), BOS first.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T.
    state : array or pair, optional
        Where the decoder goes on; the memory's state when left out.
    cell : module
        The one that `seq2seq.init` was given.
    attention : str, optional
        The score that `seq2seq.init` was given.
    **options : Any
        What the cell's own ``forward`` takes.

    Returns
    -------
    v : numpy.ndarray
        Logits, shape (T, V − 2, N): row k is token k + 2, the first EOS.
    weights : numpy.ndarray or None
        Shape (N, T, S): how much step t of example n reads of each source token. None without attention.
    state : array or pair
        The decoder's last state.
    cache : Cache
        For `backward`.

    Raises
    ------
    ValueError
        If a part is missing or not wanted, or a shape does not fit.

    References
    ----------
    Sutskever, Vinyals & Le (2014), Sequence to sequence learning with neural networks, section 2.
    Luong, Pham & Manning (2015), Effective approaches to attention-based neural machine translation, eq. 5 and 6.
    """
    _parts(params, attention)
    y, looked_up = embedding.forward(params["target"], inputs, lengths)
    first = memory.state if state is None else state
    s, state, decoder = cell.forward(params["decoder"], y, first, lengths=lengths, **options)  # (2)
    a, weights, read, combine = s, None, None, None
    if attention is not None:
        query = np.ascontiguousarray(s.transpose(2, 0, 1))
        context, weights, read = reader.forward(
            params.get("attention", {}), query, memory.rows, memory.rows, score=attention, mask=memory.mask
        )  # (3)
        a, combine = dense.forward(params["combine"], np.concatenate([context.transpose(1, 2, 0), s], axis=1))
        a = np.tanh(a)  # (4)
    v, output = dense.forward(params["output"], a)  # (5)
    return v, weights, state, Cache(looked_up, decoder, read, combine, output, cell)


def backward(params: dict, source_cache: tuple[embedding.Cache, Any], cache: Cache, dv: Array) -> dict[str, dict]:
    """Go back from the logits through both networks, equations (5) to (1).

    Parameters
    ----------
    params : dict of dict
        From `seq2seq.init`; only its form is looked at.
    source_cache : tuple
        From `encode`.
    cache : Cache
        From `decode`, begun with the memory's own state.
    dv : numpy.ndarray
        ∂E/∂v, shape (T, V − 2, N).

    Returns
    -------
    dict of dict
        Gradients, named like the parameters.

    Raises
    ------
    ValueError
        If the shape of `dv` does not fit.
    """
    grads: dict[str, dict] = {}
    looked_up, encoder = source_cache
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
    return {name: grads[name] for name in params}


def checked_tokens(name: str, value: Any, lengths: Any, size: int) -> Array:
    """Return tokens whose real part lies in the vocabulary; what stands past the lengths becomes 0.

    Parameters
    ----------
    name : str
        For the message.
    value : array_like of int
        Shape (T, N).
    lengths : array_like of int, optional
        Shape (N,), from 1 to T.
    size : int
        V, the size of the vocabulary.

    Returns
    -------
    numpy.ndarray of int
        Shape (T, N).

    Raises
    ------
    ValueError
        If a shape does not fit, or a real token is PAD, BOS, EOS or not in the vocabulary.
    """
    array = shaped(name, array_of(name, value), "T N", {})
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected integers of shape (T, N), got {array.dtype}")
    real = real_steps(lengths, *array.shape)
    counted = array if real is None else array[real[:, 0]]
    if counted.min() <= EOS or counted.max() >= size:
        raise ValueError(
            f"{name}: expected tokens from {EOS + 1} to V−1 = {size - 1} within the lengths (0, 1 and 2 are PAD, BOS "
            f"and EOS), got {counted.min()} to {counted.max()}"
        )
    return array if real is None else np.where(real[:, 0], array, PAD)


def _parts(params: Any, attention: str | None) -> None:
    """Refuse parameters that lack a part or belong to another choice of attention."""
    wanted = [*PARTS]
    if attention is not None:
        wanted += (
            ["combine", "attention"] if reader.SYMBOLS[one_of("attention", attention, reader.SCORES)] else ["combine"]
        )
    with_keys(params, wanted, f" for attention={attention!r}")


def _joined(state: tuple) -> Any:
    """Return both directions' final states as one, 2 · H/2 rows; an LSTM's h and c each."""
    left, right = state
    if isinstance(left, tuple):
        return tuple(np.concatenate(both) for both in zip(left, right, strict=True))
    return np.concatenate([left, right])


def _halves(dstate: Any) -> tuple[Any, Any]:
    """Take the gradient of a joined state apart again."""
    if isinstance(dstate, tuple):
        left, right = zip(*(np.split(part, 2) for part in dstate), strict=True)
        return tuple(left), tuple(right)
    left, right = np.split(dstate, 2)
    return left, right
