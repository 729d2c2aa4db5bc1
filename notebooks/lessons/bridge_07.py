"""From the encoder to the decoder: five other ways than lesson 7's own, each measured on a small copy task.

(1) s[0] = c                          "plain": the encoder's final state starts the decoder (Sutskever et al. 2014)
(2) s[0] = tanh(W_out c + b_out)      "map": a learned map between them; the two networks may differ in size
(3) c = [c_forward; c_backward]       "two directions": the encoder reads from either end, 2H numbers, and (2) makes H
(4) y[t] = [E_target w[t−1]; c]       "context": the decoder reads c again at every step (Cho et al. 2014)
(5) w[t−1] is the decoder's own choice with a chance that grows from 0 to 1 over the training: "scheduled" (Bengio et
    al. 2015); always, "free"

All cells are GRUs. The gradient of c gathers all roads: through (2), and in (4) the sum over the steps.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from helpers import birnn, clipping, dense, embedding, gru, losses, optimizers, seq2seq
from helpers._checks import Array
from helpers.data import characters
from helpers.data.characters import BOS, EOS
from lessons import write

WAYS = ("plain", "map", "two directions", "context", "scheduled", "free")
_SEEDS, _UPDATES, _HIDDEN, _EMBEDDED, _LONGEST, _ASKED = 16, 800, 32, 32, 8, 500


class Read(NamedTuple):
    """What the encoder hands on: c, the decoder's first state (H, N), and what `loss_and_grads` needs to go back."""

    c: Array  # (H, N), from two directions (2H, N)
    first: Array
    caches: tuple


def init(rng: np.random.Generator, sizes: tuple[int, int], H: int, D: int, way: str) -> dict[str, dict]:
    """Draw the parameters: those of `seq2seq.init`, changed where the way asks for it; sizes are both vocabularies."""
    params = seq2seq.init(rng, *sizes, H, D)
    if way == "two directions":
        params["encoder"] = birnn.init(rng, D, H, gru)
    if way in ("map", "two directions"):
        params["map"] = dense.init(rng, 2 * H if way == "two directions" else H, H)
    if way == "context":
        params["decoder"] = gru.init(rng, D + H, H)
    return params


def encode(params: dict, source: Array, lengths: Array) -> Read:
    """Read the source (S, N) and make the decoder's first state, equations (1) to (3)."""
    encoder: Any
    x, looked_up = embedding.forward(params["source"], source, lengths)
    if "forward" in params["encoder"]:
        _, both, encoder = birnn.forward(params["encoder"], x, cell=gru, lengths=lengths)
        c = np.concatenate(both)  # (3)
    else:
        _, c, encoder = gru.forward(params["encoder"], x, lengths=lengths)
    first, mapped = c, None
    if "map" in params:
        u, mapped = dense.forward(params["map"], c[None])
        first = np.tanh(u[0])  # (2)
    return Read(c, first, (looked_up, encoder, mapped))


def decode(
    params: dict, read: Read, inputs: Array, lengths: Any = None, state: Any = None
) -> tuple[Array, Array, tuple]:
    """Return the logits (T, V − 2, N) after the inputs (T, N), the last state, and the caches."""
    y, looked_up = embedding.forward(params["target"], inputs, lengths)
    if params["decoder"]["W_in"].shape[1] > y.shape[1]:
        y = np.concatenate([y, np.broadcast_to(read.c, (len(y), *read.c.shape))], axis=1)  # (4)
    s, state, decoder = gru.forward(params["decoder"], y, read.first if state is None else state, lengths=lengths)
    v, output = dense.forward(params["output"], s)
    return v, state, (looked_up, decoder, output)


def own_words(params: dict, read: Read, inputs: Array, share: float, rng: np.random.Generator) -> Array:
    """Replace this share of the inputs (T, N) by what the decoder would have written at the step before, (5)."""
    inputs, state = inputs.copy(), None
    for t in range(len(inputs) - 1):
        v, state, _ = decode(params, read, inputs[t : t + 1], state=state)
        own = rng.random(inputs.shape[1]) < share
        inputs[t + 1] = np.where(own, v[0].argmax(axis=0) + EOS, inputs[t + 1])
    return inputs


def loss_and_grads(
    params: dict, source: Array, S: Array, target: Array, T: Array, share: float = 0.0, rng: Any = None
) -> tuple[float, dict]:
    """Compute the loss in nats a token and all gradients; share is how often the decoder reads its own words."""
    read = encode(params, source, S)
    inputs, labels, steps = seq2seq.shifted(target, T)
    if share:
        inputs = own_words(params, read, inputs, share, rng)
    v, _, (target_cache, decoder, output) = decode(params, read, inputs, steps)
    loss, dv = losses.softmax_cross_entropy(v, labels - EOS, np.arange(len(labels))[:, None] < steps)
    source_cache, encoder, mapped = read.caches
    grads = {}
    grads["output"], ds = dense.backward(output, dv)
    grads["decoder"], dy, dc = gru.backward(decoder, ds)
    D = params["target"]["E"].shape[1]
    grads["target"] = embedding.backward(target_cache, np.ascontiguousarray(dy[:, :D]))
    if mapped is not None:
        grads["map"], back = dense.backward(mapped, (dc * (1 - read.first**2))[None])  # (2)
        dc = back[0]
    if dy.shape[1] > D:
        dc = dc + dy[:, D:].sum(axis=0)  # (4): every step reads c
    if "forward" in params["encoder"]:
        grads["encoder"], dx, _ = birnn.backward(encoder, None, tuple(np.split(dc, 2)))  # (3)
    else:
        grads["encoder"], dx, _ = gru.backward(encoder, None, dc)
    grads["source"] = embedding.backward(source_cache, dx)
    return loss, {name: grads[name] for name in params}


def written(params: dict, source: Array, S: Array, steps: int) -> Array:
    """Write freely, the most probable token at each step: tokens (steps, N); what stands past EOS means nothing."""
    read, state = encode(params, source, S), None
    tokens = np.full((steps + 1, source.shape[1]), BOS)
    for t in range(steps):
        v, state, _ = decode(params, read, tokens[t : t + 1], state=state)
        tokens[t + 1] = v[0].argmax(axis=0) + EOS
    return tokens[1:]


def _strings(rng: np.random.Generator, lengths: Array) -> list[str]:
    """Draw strings of random digits."""
    return ["".join(map(str, rng.integers(0, 10, length))) for length in lengths]


def _rows() -> Iterator[dict[str, Any]]:
    """Copy 1 to 8 random digits, 32 units, 800 updates of 64 strings, 16 seeds, every way with the same strings.

    exact: the share of 500 new strings of 8 digits written right, EOS included. loss: the mean of the last 100 updates.
    """
    known = characters.vocabulary(["0123456789"])
    for seed in range(_SEEDS):
        drawn = np.random.default_rng(seed)
        batches = [_strings(drawn, drawn.integers(1, _LONGEST + 1, 64)) for _ in range(_UPDATES)]
        asked, lengths = characters.encode(_strings(drawn, np.full(_ASKED, _LONGEST)), known)
        _, labels, _ = seq2seq.shifted(asked)
        for way in WAYS:
            rng = np.random.default_rng(seed)
            params = init(rng, (len(known.words),) * 2, _HIDDEN, _EMBEDDED, way)
            adam, curve = optimizers.Adam(0.01), []
            for update, strings in enumerate(batches):
                share = {"scheduled": update / _UPDATES, "free": 1.0}.get(way, 0.0)
                loss, grads = loss_and_grads(params, *2 * characters.encode(strings, known), share, rng)
                adam.learning_rate = 0.01 * (1 - 0.9 * update / _UPDATES)
                adam.step(params, clipping.clip_by_global_norm(grads, 1.0)[0])
                curve.append(loss)
            exact = (written(params, asked, lengths, _LONGEST + 1) == labels).all(axis=0).mean()
            count = sum(a.size for part in params.values() for a in _arrays(part))
            row = {"seed": seed, "way": way, "parameters": count, "loss": f"{np.mean(curve[-100:]):.4f}"}
            yield row | {"exact": f"{exact:.3f}"}


def _arrays(part: dict) -> Iterator[Array]:
    """Walk through the arrays of a part, nested dicts included."""
    for value in part.values():
        yield from _arrays(value) if isinstance(value, dict) else [value]


def _bridges() -> None:
    """Write a row as soon as it is there."""
    rows: list[dict[str, Any]] = []
    for row in _rows():
        rows.append(row)
        write("07_bridges.csv", rows)
        print(*row.values(), flush=True)


TABLES = {"bridges_07": _bridges}
