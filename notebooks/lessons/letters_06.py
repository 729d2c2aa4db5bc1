"""Guess a hidden letter of a text from what stands to its left, to its right, or on both sides.

(1) l = cell(x),  r = R cell(R x)                  the two halves of `helpers.birnn`; R turns the time round
(2) z[t] = [l[t−1]; r[t+1]]                        moved apart: letter t itself is not seen; 0 at the ends
(3) v[t] = W_out z[t] + b_out                      27 logits, one for each of `texts.LETTERS`

The tables train on the State of the Union messages and test on the last 200,000 letters, those of the last years.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from helpers import clipping, dense, gru, losses, optimizers, rnn, weights
from helpers._checks import Array, Params, array_of, one_of, whole
from helpers.data import texts
from lessons import RESULTS, write

_SIDES = {"left": 1, "right": -1}  # the direction in which a side is read
_LETTERS = len(texts.LETTERS)
_STEPS, _MARGIN = 64, 12  # of a window of a text that is tested, and what of it at either end is context only
_SEEDS, _UPDATES, _LARGE_UPDATES, _TEST = 16, 800, 2500, 200_000
_CELLS: tuple[tuple[str, ModuleType], ...] = (("RNN", rnn), ("GRU", gru))


class _Cache(NamedTuple):
    sides: dict[str, Any]  # the cell's cache for each side
    out: dense.Cache
    cell: ModuleType


def init(
    rng: np.random.Generator, hidden_size: int, side: str = "both", *, cell: ModuleType = gru, dtype: Any = np.float32
) -> dict[str, Params]:
    """Draw a network that reads the "left" or "right" side or "both": a cell, `rnn` or `gru`, for each, and "out"."""
    H = whole("hidden_size", hidden_size)
    read = list(_SIDES) if one_of("side", side, (*_SIDES, "both")) == "both" else [side]
    params = {name: cell.init(rng, _LETTERS, H, dtype=dtype) for name in read}
    return params | {"out": dense.init(rng, H * len(read), _LETTERS, dtype=dtype)}


def forward(params: dict[str, Params], codes: Array, cell: ModuleType = gru) -> tuple[Array, _Cache]:
    """Compute the logits v (T, 27, N) of every letter from the others, (1) to (3).

    Letters are places in `texts.LETTERS`, codes (T, N); the cell is the one that `init` was given.
    """
    codes = array_of("codes", codes)
    fits = codes.ndim == 2 and codes.size > 0 and codes.dtype.kind in "iu"
    if not fits or not 0 <= codes.min() <= codes.max() < _LETTERS:
        raise ValueError(f"codes: expected integers from 0 to 26 of shape (T, N), got {codes.dtype} of {codes.shape}")
    x = np.eye(_LETTERS, dtype=params["out"]["W_out"].dtype)[codes].transpose(0, 2, 1)
    known, caches = [], {}
    for side in [name for name in _SIDES if name in params]:
        h, _, caches[side] = cell.forward(params[side], x[:: _SIDES[side]])  # (1)
        moved = np.zeros_like(h)
        moved[1:] = h[:-1]  # (2) in the order of reading
        known.append(moved[:: _SIDES[side]])
    v, out = dense.forward(params["out"], np.concatenate(known, axis=1))  # (3)
    return v, _Cache(caches, out, cell)


def _backward(cache: _Cache, dv: Array) -> dict[str, Params]:
    """Go back from dv = ∂E/∂v (T, 27, N) to the parameters."""
    out_grads, dz = dense.backward(cache.out, dv)
    grads = {"out": out_grads}
    for side, part in zip(cache.sides, np.split(dz, len(cache.sides), axis=1), strict=True):
        dh = np.zeros(part.shape, part.dtype)
        dh[:-1] = part[:: _SIDES[side]][1:]  # (2)
        grads[side] = cache.cell.backward(cache.sides[side], dh)[0]
    return grads


def train(
    rng: np.random.Generator,
    codes: Array,
    hidden_size: int,
    side: str = "both",
    *,
    cell: ModuleType = gru,
    updates: int = 1000,
    steps: int = 34,
    learning_rate: float = 0.005,
) -> tuple[dict[str, Params], Array]:
    """Train on random windows of a text with Adam, the rate falling to 0 in a straight line.

    The text is codes (characters,); an update takes 64 windows of so many steps. Return the trained parameters,
    float32, and the cross-entropy of each update in nats, (updates,).
    """
    codes = array_of("codes", codes)
    if codes.ndim != 1 or len(codes) <= whole("steps", steps):
        raise ValueError(f"codes: expected shape (characters,) with more than steps = {steps}, got {codes.shape}")
    params, adam = init(rng, hidden_size, side, cell=cell), optimizers.Adam(learning_rate)
    loss = np.empty(whole("updates", updates))
    for k in range(updates):
        window = codes[np.arange(steps)[:, None] + rng.integers(0, len(codes) - steps, 64)]
        v, cache = forward(params, window, cell)
        loss[k], dv = losses.softmax_cross_entropy(v, window)
        grads, _ = clipping.clip_by_global_norm(_backward(cache, dv), 1.0)
        adam.learning_rate = learning_rate * (1 - k / updates)
        adam.step(params, grads)
    return params, loss


def accuracy(params: dict[str, Params], codes: Array, cell: ModuleType = gru) -> Array:
    """Tell which letters of a text, codes (characters,), are guessed right by the likeliest one: (40, windows) of bool.

    Each is guessed from at least 12 letters on either side, in windows of 64 that overlap, so that it is counted once.
    """
    inner, right = _windows(codes), []
    for some in np.array_split(inner, max(1, inner.shape[1] // 512), axis=1):
        v, _ = forward(params, some, cell)
        right.append((v.argmax(axis=1) == some)[_MARGIN:-_MARGIN])
    return np.concatenate(right, axis=1)


def _windows(codes: Array) -> Array:
    """Cut a text (characters,) into windows (64, windows) that overlap by their margins."""
    codes = array_of("codes", codes)
    if codes.ndim != 1 or len(codes) < _STEPS:
        raise ValueError(f"codes: expected shape (characters,) with at least steps = {_STEPS}, got {codes.shape}")
    return codes[np.arange(_STEPS)[:, None] + np.arange(0, len(codes) - _STEPS + 1, _STEPS - 2 * _MARGIN)]


def _text() -> tuple[Array, Array]:
    """Return all messages as letters: what is trained on, and the last letters, which are not."""
    codes = np.concatenate([texts.letters(speech) for _, speech in texts.speeches()]).astype(np.int64)
    return codes[:-_TEST], codes[-_TEST:]


def _count_model(train: Array, test: Array, offsets: tuple[int, ...]) -> float:
    """Guess each letter by the most frequent one between the same neighbours; a space where they are new."""
    reach = max(map(abs, offsets))

    def keyed(codes: Array) -> tuple[Array, Array]:
        key = np.zeros(len(codes) - 2 * reach, np.int64)
        for offset in offsets:
            key = key * _LETTERS + codes[reach + offset : len(codes) - reach + offset]
        return key, codes[reach : len(codes) - reach]

    key, letter = keyed(train)
    table = np.bincount(key * _LETTERS + letter, minlength=_LETTERS ** (len(offsets) + 1)).reshape(-1, _LETTERS)
    best = np.where(table.any(axis=1), table.argmax(axis=1), texts.LETTERS.index(" "))
    key, letter = keyed(test)
    return float(np.mean(best[key] == letter))


def _row(rows: list[dict[str, Any]], right: float, **what: Any) -> None:
    """Append a row of what was measured, and print it."""
    rows.append(what | {"right": f"{right:.4f}"})
    print(*rows[-1].values(), flush=True)


def _letters() -> None:
    """Measure the share of hidden letters guessed right: count models, and networks of 64 units from 16 seeds."""
    known, test = _text()
    rows: list[dict[str, Any]] = []
    for name, offsets in (("4 left", (-4, -3, -2, -1)), ("4 right", (1, 2, 3, 4)), ("2 + 2", (-2, -1, 1, 2))):
        _row(rows, _count_model(known, test, offsets), model="count", side=name, hidden="", seed="")
    for name, cell in _CELLS:
        for side in (*_SIDES, "both"):
            for seed in range(_SEEDS):
                params, _ = train(np.random.default_rng(seed), known, 64, side, cell=cell, updates=_UPDATES)
                _row(rows, accuracy(params, test, cell).mean(), model=name, side=side, hidden=64, seed=seed)
    write("06_letters.csv", rows)


def _large() -> None:
    """Train one network of 128 units of each kind and side, its weights rounded to half precision, as they are stored.

    06_large.csv: their shares of letters guessed right. 06_each.csv: the same letter by letter. 06_letters.npz: the
    weights, for the panel.
    """
    known, test = _text()
    truth = _windows(test)[_MARGIN:-_MARGIN]
    rows: list[dict[str, Any]] = []
    each: list[dict[str, Any]] = [{"letter": a, "count": int(np.sum(truth == i))} for i, a in enumerate(texts.LETTERS)]
    nets: dict[str, dict[str, dict]] = {name: {} for name, _ in _CELLS}
    for name, cell in _CELLS:
        for side in (*_SIDES, "both"):
            rng, long = np.random.default_rng(0), _LARGE_UPDATES
            params, _ = train(rng, known, 128, side, cell=cell, updates=long, steps=50, learning_rate=0.004)
            for arrays in params.values():
                for key, array in arrays.items():
                    arrays[key] = array.astype(np.float16).astype(np.float32)
            nets[name][side] = params
            right = accuracy(params, test, cell)
            _row(rows, right.mean(), model=name, side=side, hidden=128, seed=0)
            for code, row in enumerate(each):
                row[f"{name} {side}"] = f"{right[truth == code].mean():.3f}"
    write("06_large.csv", rows)
    write("06_each.csv", each)
    weights.save(RESULTS / "06_letters.npz", nets)


TABLES = {"letters_06": _letters, "large_06": _large}
