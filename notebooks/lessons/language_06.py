"""A language model of the speeches' letters: its perplexity, what it writes, and one that cheats.

(1) h[t] = gru(x[t], h[t−1])                     x[t] is letter t, one-hot: h[t] has read the letters up to t
(2) p[t+1] = softmax(v[t]),  v[t] = W_out h[t] + b_out          27 chances for the letter after t
(3) perplexity = exp(mean of −log p[t+1] of the true letter)    27 for equal chances, 1 for certainty
(4) a letter written at the temperature τ is drawn from softmax(v[t] / τ)

Parameters are those of `letters_06` for the side "left": "left", the cell, and "out". The cheat has both sides: its
h[t] is that of `helpers.birnn`, and the half from the right has read letter t + 1, which is the answer.
"""

from typing import Any

import numpy as np

import lessons
from helpers import birnn, clipping, dense, gru, losses, optimizers, weights
from helpers._checks import Array, Params, array_of, is_number, whole
from helpers.activations import softmax
from helpers.data import texts
from lessons import RESULTS, letters_06, write

_LETTERS, _SPACE = len(texts.LETTERS), texts.LETTERS.index(" ")
_SEEDS, _HIDDEN, _TEMPERATURES = 16, 64, (0.25, 0.5, 1.0, 1.5)
_UPDATES = {"left": 800, "both": 200}  # the cheat needs fewer
_LARGE = RESULTS / "06_letters.npz"  # of the table large_06: GRU-128
_BEFORE, _TEXTS, _LONG = 40, 64, 200  # letters before the one that is asked; texts that a network writes, their letters


def forward(params: dict[str, Params], codes: Array, state: Any = None) -> tuple[Array, Any, Any]:
    """Compute the logits v (T, 27, N) of the next letter from codes (T, N), (1) and (2), with the state and caches."""
    x = np.eye(_LETTERS, dtype=params["out"]["W_out"].dtype)[codes].transpose(0, 2, 1)
    cell: Any
    if "right" in params:
        both = {"forward": params["left"], "backward": params["right"]}
        h, state, cell = birnn.forward(both, x, state, cell=gru)
    else:
        h, state, cell = gru.forward(params["left"], x, state)
    v, out = dense.forward(params["out"], h)
    return v, state, (cell, out)


def backward(caches: Any, dv: Array) -> dict[str, Params]:
    """Go back from dv (T, 27, N) to the parameters."""
    cell, out = caches
    grads = {}
    grads["out"], dh = dense.backward(out, dv)
    if isinstance(cell, birnn.Cache):
        both = birnn.backward(cell, dh)[0]
        return grads | {"left": both["forward"], "right": both["backward"]}
    return grads | {"left": gru.backward(cell, dh)[0]}


def train(
    rng: np.random.Generator, codes: Array, hidden: int, side: str = "left", *, updates: int = 800, steps: int = 34
) -> tuple[dict[str, Params], Array]:
    """Train on random windows of a text, codes (characters,), to tell each letter after the first from h[t].

    side is "left", or "both" for the cheat. Settings are those of `letters_06.train`. Returns the parameters, float32,
    and the loss of each update in nats, (updates,).
    """
    params, adam = letters_06.init(rng, hidden, side), optimizers.Adam(0.005)
    loss = np.empty(whole("updates", updates))
    for k in range(updates):
        window = codes[np.arange(steps)[:, None] + rng.integers(0, len(codes) - steps, 64)]
        v, _, caches = forward(params, window)
        dv = np.zeros_like(v)
        loss[k], dv[:-1] = losses.softmax_cross_entropy(v[:-1], window[1:])
        grads, _ = clipping.clip_by_global_norm(backward(caches, dv), 1.0)
        adam.learning_rate = 0.005 * (1 - k / updates)
        adam.step(params, grads)
    return params, loss


def perplexity(params: dict[str, Params], codes: Array, *, cut: bool = False) -> float:
    """Return (3) on a text, codes (characters,), in windows of 41 letters, of which the last 28 are asked.

    With cut the network reads 40 letters and is asked for the one that follows, which no half of it can have read.
    """
    codes = array_of("codes", codes)
    starts = np.arange(0, len(codes) - _BEFORE, 28)
    window, total, count = codes[np.arange(_BEFORE + 1)[:, None] + starts], 0.0, 0
    for some in np.array_split(window, max(1, window.shape[1] // 512), axis=1):
        v, _, _ = forward(params, some[:-1] if cut else some)
        v, true = (v[-1:], some[-1:]) if cut else (v[12:-1], some[13:])
        loss, _ = losses.softmax_cross_entropy(v, true)
        total, count = total + loss * true.size, count + true.size
    return float(np.exp(total / count))


def write_on(
    params: dict[str, Params], start: Array, letters: int, temperature: float, rng: np.random.Generator
) -> Array:
    """Write so many letters after each beginning, start (T, N), by (4): the new ones, (letters, N).

    A network with both sides reads all that stands anew for each letter: its half from the right begins at the end.
    """
    if not is_number(temperature) or not temperature > 0:
        raise ValueError(f"temperature: expected a number above 0, got {temperature!r}")
    text = np.concatenate([start, np.zeros((whole("letters", letters), start.shape[1]), np.int64)])
    state, N = None, start.shape[1]
    for t in range(len(start), len(text)):
        if "right" in params:
            v, _, _ = forward(params, text[:t])
        else:
            v, state, _ = forward(params, text[:t] if state is None else text[t - 1 : t], state)
        p = softmax(v[-1].astype(float) / temperature, axis=0).cumsum(axis=0)
        text[t] = np.minimum((p < rng.random(N)).sum(axis=0), _LETTERS - 1)
    return text[len(start) :]


def known_words(written: Array, vocabulary: set[str]) -> tuple[float, float]:
    """Judge texts, codes (letters, N): shares of their words that are in a vocabulary, and that differ in one text.

    Words have three letters or more; the first and last of each text, which may be cut, are left out.
    """
    columns = [[word for word in texts.spell(column).split(" ")[1:-1] if len(word) > 2] for column in written.T]
    words = [word for column in columns for word in column]
    if not words:
        return 0.0, 0.0
    return sum(word in vocabulary for word in words) / len(words), sum(len(set(c)) for c in columns) / len(words)


def counted(train: Array, test: Array, before: int) -> float:
    """Return the perplexity of a count model that looks at so many letters before; rare ones lean on fewer letters.

    p(w | context) = (count(context, w) + 5 p(w | context without its first letter)) / (count(context) + 5).
    """
    p = np.full((1, _LETTERS), 1 / _LETTERS)
    for k in range(before + 1):
        key = _keys(train, k)
        counts = np.bincount(key * _LETTERS + train[k:], minlength=_LETTERS ** (k + 1)).reshape(-1, _LETTERS)
        shorter = np.tile(p, (1 if k == 0 else _LETTERS, 1))
        p = (counts + 5 * shorter) / (counts.sum(axis=1, keepdims=True) + 5)
    return float(np.exp(-np.log(p[_keys(test, before), test[before:]]).mean()))


def _keys(codes: Array, before: int) -> Array:
    """Number the contexts of so many letters that stand before each letter of a text, from letter `before` on."""
    key = np.zeros(len(codes) - before, np.int64)
    for back in range(before, 0, -1):
        key = key * _LETTERS + codes[before - back : len(codes) - back]
    return key


def _language() -> None:
    """Measure language models of letters: perplexity, and what they write at several temperatures, from 16 seeds.

    06_language.csv: loss at the end of training, perplexity on the text of the last years, that of the letter after a
    text that is cut. 06_written.csv: the shares of `known_words` by temperature; "text" is the speeches' own.
    06_cheat.npz: one network with both sides, rounded to half precision.
    """
    known, test = letters_06._text()
    vocabulary = set(texts.spell(known).split(" "))
    begin = np.stack([known[i : i + _BEFORE] for i in np.linspace(0, len(known) - _BEFORE, _TEXTS).astype(int)], axis=1)
    real = test[np.arange(_LONG)[:, None] + np.linspace(0, len(test) - _LONG, _TEXTS).astype(int)]
    written = [_shares(real, vocabulary, model="text", seed="", temperature="")]
    rows: list[dict[str, Any]] = []
    empty = {"model": "count", "before": "", "seed": "", "loss": "", "perplexity": "", "cut": ""}
    for before in range(5):
        rows.append(empty | {"before": before, "perplexity": f"{counted(known, test, before):.4f}"})
    large = weights.load(_LARGE)[0]["GRU"]["left"]
    rows.append(empty | {"model": "large", "seed": 0} | _perplexities(large, test))
    for side in ("left", "both"):
        for seed in range(_SEEDS):
            params, loss = train(np.random.default_rng(seed), known, _HIDDEN, side, updates=_UPDATES[side])
            numbers = {"loss": f"{loss[-50:].mean():.5f}"} | _perplexities(params, test)
            rows.append(empty | {"model": side, "seed": seed} | numbers)
            print(*rows[-1].values(), flush=True)
            for temperature in _TEMPERATURES if side == "left" else (1.0,):
                letters = write_on(params, begin, _LONG, temperature, np.random.default_rng(seed))
                written.append(_shares(letters, vocabulary, model=side, seed=seed, temperature=temperature))
                print(*written[-1].values(), flush=True)
            if side == "both" and seed == 0:
                half = {
                    part: {key: a.astype(np.float16).astype(a.dtype) for key, a in some.items()}
                    for part, some in params.items()
                }
                weights.save(lessons.RESULTS / "06_cheat.npz", half)
    write("06_language.csv", rows)
    write("06_written.csv", written)


def _perplexities(params: dict[str, Params], test: Array) -> dict[str, str]:
    """Return the perplexity of a network on the test text, and on the letter after a text that is cut."""
    return {"perplexity": f"{perplexity(params, test):.4f}", "cut": f"{perplexity(params, test, cut=True):.4g}"}


def _shares(letters: Array, vocabulary: set[str], **what: Any) -> dict[str, Any]:
    """Return a row of the table of written texts."""
    known, differ = known_words(letters, vocabulary)
    return what | {"known": f"{known:.4f}", "differ": f"{differ:.4f}"}


TABLES = {"language_06": _language}
