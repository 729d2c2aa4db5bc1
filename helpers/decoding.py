"""Decoding: how a trained encoder and decoder write; lesson 7.

(1) greedy   w[t] = argmax_k p(k | w[0] … w[t−1], source), until it is EOS
(2) beam     keep the `width` most probable beginnings of each length; those that end with EOS are done
(3) score    log p(w) / L^power,   L tokens with EOS; power 0 is the probability itself, 1 the mean of a token

`log_probability` and `accuracy` judge answers that are given: each token after the true ones before (teacher forcing).
Logits that are NaN or infinite raise FloatingPointError. A product of probabilities favours short answers, a power of 1
does not. A beam searches one example after the other; its beginnings are the columns of one batch. It costs `width`
greedy answers in operations, fewer in time; with all V^steps beginnings it is exhaustive.

Sutskever, Vinyals & Le (2014), Sequence to sequence learning with neural networks, section 3.2, a beam search. Wu et
al. (2016), Google's neural machine translation system, section 7: the power of (3) is what they tried first.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import gru
from helpers._checks import Array, finite, is_number, whole
from helpers.data.characters import BOS, EOS, PAD
from helpers.seq2seq import Memory, decode, encode, known, shifted


class Written(NamedTuple):
    """What `greedy` wrote: tokens (T, N), EOS where an example ends and PAD past it, for `characters.decode` to read.

    lengths (N,) are the tokens before EOS, log_probability (N,) that of what was written, in nats, EOS included where
    it came in time, probabilities (T, V, N) those of every candidate at each step, weights (N, T, S) what it read.
    """

    tokens: Array
    lengths: Array
    log_probability: Array
    probabilities: Array
    weights: Array | None


class Hypothesis(NamedTuple):
    """One answer of `beam`: tokens (T,) without EOS, as tokens[:, None] for `characters.decode`.

    ended says whether EOS came in time; log_probability, in nats, has EOS in it; score is equation (3), the order.
    """

    tokens: Array
    ended: bool
    log_probability: float
    score: float


def greedy(
    params: dict, source: Array, source_lengths: Any = None, *, steps: int, cell: ModuleType = gru, attention: str |
    None = None, **options: Any,
) -> Written:  # fmt: skip
    """Write the most probable token at each step, equation (1), at most so many steps, EOS included.

    source (S, N) and source_lengths (N,) are as for `seq2seq.encode`. cell and attention are those that `seq2seq.init`
    was given, options go to the cell. T is the steps of the longest answer; past an example's end all is 0.
    """
    steps = whole("steps", steps)
    memory, _ = encode(params, source, source_lengths, cell=cell, **options)
    N = len(memory.rows)
    last, alive, total, state = np.full((1, N), BOS), np.ones(N, bool), np.zeros(N), None
    columns, chances, read = [], [], []
    for _ in range(steps):
        logs, weights, state = _step(params, memory, last, state, alive, cell=cell, attention=attention, **options)
        best = logs.argmax(axis=0)  # (1)
        total += np.where(alive, logs[best, np.arange(N)], 0)
        columns.append(np.where(alive, best, PAD))
        chances.append(np.where(alive, np.exp(logs), 0))
        if weights is not None:
            read.append(np.where(alive[:, None], weights, 0))
        last, alive = best[None], alive & (best != EOS)
        if not alive.any():
            break
    tokens, weights = np.stack(columns), np.stack(read, axis=1) if read else None
    return Written(tokens, (tokens > EOS).sum(axis=0), total, np.stack(chances), weights)


def beam(
    params: dict, source: Array, source_lengths: Any = None, *, steps: int, width: int = 5, power: float = 0.0, cell:
    ModuleType = gru, attention: str | None = None, **options: Any,
) -> list[list[Hypothesis]]:  # fmt: skip
    """Search for the most probable answers, equations (2) and (3), at most so many steps, EOS included.

    width is the number of beginnings kept; 1 gives the greedy answer. power is that of (3), from 0. source (S, N),
    source_lengths (N,), cell, attention and options are as for `greedy`. Returns for each example a list of up to width
    answers, the best first; those that were cut off come last.
    """
    steps, width = whole("steps", steps), whole("width", width)
    if not is_number(power) or not 0 <= power < np.inf or power * np.log(steps) > 700:
        raise ValueError(f"power: expected a finite number from 0, got {power!r:.99}; steps ** power is to be finite")
    memory, _ = encode(params, source, source_lengths, cell=cell, **options)
    options |= {"cell": cell, "attention": attention}
    return [_search(params, _columns(memory, [n]), steps, width, power, options) for n in range(len(memory.rows))]


def log_probability(
    params: dict, source: Array, source_lengths: Any, target: Array, target_lengths: Any, **options: Any
) -> Array:
    """Return log p of a given answer to each source, its EOS included, in nats: (N,).

    source (S, N), source_lengths (N,), target (T, N), target_lengths (N,), options: see `seq2seq.loss_and_grads`.
    """
    v, right, counted = _forced(params, (source, source_lengths, target, target_lengths), **options)
    return np.where(counted, np.take_along_axis(_logs(v), right[:, None], axis=1)[:, 0], 0).sum(axis=0)


def accuracy(
    params: dict, source: Array, source_lengths: Any, target: Array, target_lengths: Any, **options: Any
) -> float:
    """Return the share of tokens that are the most probable one after the true ones before, from 0 to 1.

    source (S, N), source_lengths, target (T, N), target_lengths (N,) are as for `log_probability`; EOS is a token too.
    """
    v, right, counted = _forced(params, (source, source_lengths, target, target_lengths), **options)
    return float((v.argmax(axis=1) == right)[counted].mean())


def _forced(params: dict, batch: tuple, attention: Any = None, **options: Any) -> tuple[Array, Array, Array]:
    """Return the logits after the true tokens, the rows (T + 1, N) of them that are right, and True where one is."""
    source, source_lengths, target, target_lengths = batch
    memory, _ = encode(params, source, source_lengths, **options)
    inputs, labels, steps = shifted(known(params, memory, target, target_lengths), target_lengths)
    v = decode(params, memory, inputs, steps, attention=attention, **options)[0]
    return finite("logits", v), np.maximum(labels - EOS, 0), np.arange(len(labels))[:, None] < steps


def _search(params: dict, memory: Memory, steps: int, width: int, power: float, options: dict) -> list[Hypothesis]:
    """Return the answers for one example, the best first."""
    live, logs_live, state, done = np.full((1, 1), BOS), np.zeros(1), None, []
    for _ in range(steps):
        shared = _columns(memory, np.zeros(len(logs_live), int))
        logs, _, state = _step(params, shared, live[-1:], state, slice(None), **options)
        total = logs_live + logs  # (V, live beginnings)
        chosen = np.argsort(-total, axis=None, kind="stable")[:width]  # (2)
        chosen = chosen[np.isfinite(total.ravel()[chosen])]  # PAD and BOS have probability 0
        token, parent = np.unravel_index(chosen, total.shape)
        grown, logs_grown = np.concatenate([live[:, parent], token[None]]), total.ravel()[chosen]
        ends = token == EOS
        done += [(column[1:-1], True, float(log)) for column, log in zip(grown.T[ends], logs_grown[ends], strict=True)]
        live, logs_live, state = grown[:, ~ends], logs_grown[~ends], _taken(state, parent[~ends])
        if not len(logs_live):
            break
    done += [(column[1:], False, float(log)) for column, log in zip(live.T, logs_live, strict=True)]
    answers = [Hypothesis(w, ended, log, log / (len(w) + ended) ** power) for w, ended, log in done]  # (3)
    return sorted(answers, key=lambda h: (not h.ended, -h.score))[:width]


def _step(params: dict, memory: Memory, last: Array, state: Any, alive: Any, **options: Any) -> tuple[Array, Any, Any]:
    """Return the log-probability of every token, shape (V, N), the attention weights (N, S), and the next state."""
    v, weights, state, _ = decode(params, memory, last, state=state, **options)
    finite("logits", v[0][:, alive])
    logs = np.full((EOS + v.shape[1], v.shape[2]), -np.inf, v.dtype)
    logs[EOS:] = _logs(v)[0]
    return logs, None if weights is None else weights[:, 0], state


def _logs(v: Array) -> Array:
    """Return the log-probabilities (T, V − 2, N) of logits."""
    shifted = v - v.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _columns(memory: Memory, index: Any) -> Memory:
    """Return the memory of some examples."""
    mask = None if memory.mask is None else memory.mask[index]
    return Memory(memory.rows[index], mask, _taken(memory.state, index))


def _taken(state: Any, index: Any) -> Any:
    """Return some columns of a state, of h and c each."""
    return tuple(part[:, index] for part in state) if isinstance(state, tuple) else state[:, index]
