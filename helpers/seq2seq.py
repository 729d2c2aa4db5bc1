"""Sequence to sequence: parameters, loss and gradients of an encoder and a decoder.

(1) E = − mean log p(w[t] | w[0] … w[t−1], source)     over the real target tokens and one EOS for each example
(2) p(w[t] | …) = softmax(v[t]),  v = decode(BOS, w[0], w[1], …)          teacher forcing
(3) … v = decode(BOS, ŵ[0], ŵ[1], …),  ŵ[t] = argmax v[t]                 free running

The two networks are in `helpers.encoder_decoder`, greedy and beam search in `helpers.decoding`. Targets are plain
tokens: BOS and EOS are put around them here. Choices such as ``cell=gru, attention="dot"`` are the same in every call:
keep them in a dict and pass ``**options``.
"""

from types import ModuleType
from typing import Any

import numpy as np

from helpers import attention as reader, birnn, dense, embedding, gru, losses
from helpers._checks import Array, array_of, real_steps, shaped, whole
from helpers.data.characters import BOS, EOS, PAD
from helpers.encoder_decoder import Memory, backward, checked_tokens, decode, encode


def init(
    rng: np.random.Generator,
    source_size: int,
    target_size: int,
    hidden_size: int = 64,
    embedding_size: int = 32,
    *,
    cell: ModuleType = gru,
    attention: str | None = None,
    bidirectional: bool = False,
    dtype: Any = np.float64,
) -> dict[str, dict]:
    """Draw the parameters of all parts.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    source_size, target_size : int
        V, the sizes of both vocabularies, PAD, BOS and EOS included.
    hidden_size : int
        H of the decoder and of a row of the memory; a bidirectional encoder has H/2 in each direction.
    embedding_size : int
        D, the size of a token's vector.
    cell : module
        `rnn`, `lstm` or `gru`, for both networks.
    attention : {None, "dot", "scaled_dot", "general", "additive"}
        The score, or None: the decoder then knows of the source only its first state.
    bidirectional : bool
        Whether the encoder reads in both directions.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of dict
        ``source``, ``encoder``, ``target``, ``decoder``, ``output``; with attention also ``combine``, and
        ``attention`` where the score has parameters. The later calls see from them whether it is bidirectional.

    Raises
    ------
    ValueError
        If a size is too small, or odd though bidirectional, or the score is unknown.
    """
    H, D = whole("hidden_size", hidden_size), whole("embedding_size", embedding_size)
    for name, size in (("source_size", source_size), ("target_size", target_size)):
        if whole(name, size) <= EOS + 1:
            raise ValueError(f"{name}: expected at least {EOS + 2}, with PAD, BOS and EOS, got {size}")
    if bidirectional and H % 2:
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


def loss_and_grads(
    params: dict,
    source: Array,
    source_lengths: Any,
    target: Array,
    target_lengths: Any,
    *,
    cell: ModuleType = gru,
    attention: str | None = None,
    teacher_forcing: bool = True,
    **options: Any,
) -> tuple[float, dict[str, dict]]:
    """Compute the loss (1) and all gradients.

    Parameters
    ----------
    params : dict of dict
        From `init`.
    source : numpy.ndarray of int
        Tokens, shape (S, N).
    source_lengths : array_like of int or None
        Tokens of each source, shape (N,); None when all are full. What stands past them is not looked at.
    target : numpy.ndarray of int
        Tokens, shape (T, N), without BOS and EOS.
    target_lengths : array_like of int or None
        Tokens of each target, shape (N,), as for the source.
    cell : module
        The one that `init` was given.
    attention : str, optional
        The score that `init` was given.
    teacher_forcing : bool
        Whether the decoder reads the true target, or what it would have written itself, always the most probable
        token, whose choice has no gradient.
    **options : Any
        What the cell's own ``forward`` takes.

    Returns
    -------
    loss : float
        The mean over the real target tokens and one EOS for each example, in nats.
    grads : dict of dict
        Named like the parameters.

    Raises
    ------
    ValueError
        If a shape does not fit, a part is missing, or a token is special or not in the vocabulary.

    Notes
    -----
    With teacher forcing the decoder takes T + 1 steps in one call of the cell. Free running costs a second
    forward pass, one call a step.
    """
    memory, source_cache = encode(params, source, source_lengths, cell=cell, **options)
    target = checked_tokens("target", target, target_lengths, len(params["target"]["E"]))
    inputs, labels, lengths = shifted(target, target_lengths)
    options |= {"cell": cell, "attention": attention}
    if not teacher_forcing:
        inputs = _free_running(params, memory, len(inputs), **options)
    v, _, _, cache = decode(params, memory, inputs, lengths, **options)
    loss, dv = losses.softmax_cross_entropy(v, labels - EOS, np.arange(len(labels))[:, None] < lengths)  # (1)
    return loss, backward(params, source_cache, cache, dv)


def shifted(target: Array, lengths: Any = None) -> tuple[Array, Array, Array]:
    """Return what the decoder reads, what it is to write, and for how many steps.

    Parameters
    ----------
    target : numpy.ndarray of int
        Tokens, shape (T, N).
    lengths : array_like of int, optional
        Tokens of each example, shape (N,), from 1 to T.

    Returns
    -------
    inputs : numpy.ndarray of int
        BOS and the target, shape (T + 1, N).
    labels : numpy.ndarray of int
        The target and EOS, PAD past it, shape (T + 1, N).
    lengths : numpy.ndarray of int
        One more than before, shape (N,).

    Raises
    ------
    ValueError
        If the shape is not (T, N), or a length is outside 1..T.
    """
    target = shaped("target", array_of("target", target), "T N", {})
    T, N = target.shape
    real = real_steps(lengths, T, N)
    steps = np.full(N, T) if real is None else real[:, 0].sum(axis=0)
    labels = np.full((T + 1, N), PAD)
    labels[:T] = target if real is None else np.where(real[:, 0], target, PAD)
    inputs = np.concatenate([np.full((1, N), BOS), labels[:T]])
    labels[steps, np.arange(N)] = EOS
    return inputs, labels, steps + 1


def _free_running(params: dict, memory: Memory, steps: int, **options: Any) -> Array:
    """Return what the decoder reads when it goes by its own most probable tokens, shape (T, N), equation (3)."""
    inputs = np.full((steps, len(memory.rows)), BOS)
    state = None
    for t in range(steps - 1):
        v, _, state, _ = decode(params, memory, inputs[t : t + 1], state=state, **options)
        inputs[t + 1] = v[0].argmax(axis=0) + EOS
    return inputs
