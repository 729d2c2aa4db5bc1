"""Copying strings of digits with attention, by length: `make train RESULT=copies_09`, about three minutes.

The same strings, updates, batches, rate and clipping as the copies of lesson 7 (`translation_07`), whose table
07_copies.csv has the networks without attention. The encoder reads from the left only, as there.
"""

from typing import Any

import numpy as np

from helpers import clipping, decoding, optimizers, seq2seq
from helpers.data import characters
from lessons import write

LENGTHS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)  # training has 1 to 16
_SEEDS, _SIZES = 16, (16, 32)
_BATCH, _RATE, _UPDATES, _EACH = 64, 0.01, 1200, 100


def strings(rng: np.random.Generator, lengths: Any) -> list[str]:
    """Draw a string of digits of each of the lengths."""
    return ["".join(map(str, rng.integers(0, 10, length))) for length in lengths]


def count(hidden: int, score: str | None) -> int:
    """Count the parameters of a network that copies digits with a state of so many numbers."""
    net = seq2seq.init(np.random.default_rng(0), 13, 13, hidden, min(hidden, 32), attention=score)
    return sum(sum(map(np.size, _arrays(part))) for part in net.values())


def _arrays(part: dict) -> list:
    """List the arrays of a part, nested or not."""
    return [array for value in part.values() for array in (_arrays(value) if isinstance(value, dict) else [value])]


def train(rng: np.random.Generator, hidden: int, score: str | None, updates: int | None = None) -> tuple[dict, Any]:
    """Train one network to copy strings of 1 to 16 digits; return its parameters and its vocabulary."""
    learnt = strings(rng, rng.integers(1, 17, 20_000))
    known = characters.vocabulary(learnt)
    size = len(known.words)
    params = seq2seq.init(rng, size, size, hidden, min(hidden, 32), attention=score, dtype=np.float32)
    tokens, lengths = characters.encode(learnt, known)
    adam, order, updates = optimizers.Adam(_RATE), np.empty(0, int), updates or _UPDATES
    for update in range(1, updates + 1):
        if len(order) < _BATCH:
            order = rng.permutation(len(learnt))
        some, order = order[:_BATCH], order[_BATCH:]
        batch = tokens[: lengths[some].max(), some], lengths[some]
        _, grads = seq2seq.loss_and_grads(params, *batch, *batch, attention=score)
        adam.learning_rate = _RATE * (1 - 0.9 * update / updates)
        adam.step(params, clipping.clip_by_global_norm(grads, 1.0)[0])
    return params, known


def copied(params: dict, known: Any, asked: list[str], score: str | None) -> float:
    """Return the share of the strings that the network copies from the first digit to the end."""
    written = decoding.greedy(params, *characters.encode(asked, known), steps=23, attention=score).tokens
    return float(np.mean([a == b for a, b in zip(characters.decode(written, known), asked, strict=True)]))


def _copies() -> None:
    """Train two sizes of state with dot attention from 16 seeds each; the share right of 100 new strings a length."""
    rows: list[dict[str, Any]] = []
    for seed in range(_SEEDS):
        for hidden in _SIZES:
            rng = np.random.default_rng(seed)
            params, known = train(rng, hidden, "dot")
            row: dict[str, Any] = {"seed": seed, "hidden": hidden, "parameters": count(hidden, "dot")}
            for length in LENGTHS:
                row[f"length {length}"] = f"{copied(params, known, strings(rng, [length] * _EACH), 'dot'):.2f}"
            rows.append(row)
            print(*row.values(), flush=True)
        write("09_copies.csv", rows)


TABLES = {"copies_09": _copies}
