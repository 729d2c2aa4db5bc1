"""Lesson 06 guesses hidden letters: `make train RESULT=letters_06` writes the tables and the weights of its panel."""

import numpy as np

from helpers import gru, rnn
from helpers.data import texts
from lessons import letters_06

SEEDS, HIDDEN, UPDATES = 16, 64, 800
TEST = 200_000  # letters at the end of the text, the messages of the last years, never trained on


def text() -> tuple[np.ndarray, np.ndarray]:
    """Return all messages as letters: what is trained on, and the last letters, which are not."""
    codes = np.concatenate([texts.letters(speech) for _, speech in texts.speeches()]).astype(np.int64)
    return codes[:-TEST], codes[-TEST:]


def count_model(train: np.ndarray, test: np.ndarray, offsets: tuple[int, ...]) -> float:
    """Guess each letter by the most frequent one between the same neighbours; a space where they are new."""
    reach = max(map(abs, offsets))

    def keyed(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        key = np.zeros(len(codes) - 2 * reach, np.int64)
        for offset in offsets:
            key = key * 27 + codes[reach + offset : len(codes) - reach + offset]
        return key, codes[reach : len(codes) - reach]

    key, letter = keyed(train)
    table = np.bincount(key * 27 + letter, minlength=27 ** (len(offsets) + 1)).reshape(-1, 27)
    best = np.where(table.any(axis=1), table.argmax(axis=1), 26)
    key, letter = keyed(test)
    return float(np.mean(best[key] == letter))


def compare() -> list[dict]:
    """Measure the share of hidden letters guessed right: count models, small networks over seeds."""
    train, test = text()
    rows = []
    for name, offsets in (("4 left", (-4, -3, -2, -1)), ("4 right", (1, 2, 3, 4)), ("2 + 2", (-2, -1, 1, 2))):
        rows.append(
            {
                "model": "count",
                "side": name,
                "hidden": "",
                "seed": "",
                "right": f"{count_model(train, test, offsets):.4f}",
            }
        )
        print(*rows[-1].values(), flush=True)
    for name, cell in (("RNN", rnn), ("GRU", gru)):
        for side in ("left", "right", "both"):
            for seed in range(SEEDS):
                rng = np.random.default_rng(seed)
                params, _ = letters_06.train(rng, train, HIDDEN, side, cell=cell, updates=UPDATES)
                right = letters_06.accuracy(params, test, cell).mean()
                rows.append({"model": name, "side": side, "hidden": HIDDEN, "seed": seed, "right": f"{right:.4f}"})
                print(*rows[-1].values(), flush=True)
    return rows


def large() -> tuple[list[dict], list[dict], dict[str, dict]]:
    """Train one larger network of each kind and side.

    Return their rows, what they got right letter by letter, and their weights, rounded to half precision.
    """
    train, test = text()
    truth = letters_06.windows(test)[12:52]
    rows, weights = [], {}
    each = [{"letter": letter, "count": int(np.sum(truth == code))} for code, letter in enumerate(texts.LETTERS)]
    for name, cell in (("RNN", rnn), ("GRU", gru)):
        for side in ("left", "right", "both"):
            rng = np.random.default_rng(0)
            params, _ = letters_06.train(rng, train, 128, side, cell=cell, updates=2500, steps=50, learning_rate=0.004)
            for arrays in params.values():
                for key, array in arrays.items():
                    arrays[key] = array.astype(np.float16).astype(np.float32)  # measured as they are stored
            weights.setdefault(name, {})[side] = params
            right = letters_06.accuracy(params, test, cell)
            rows.append({"model": name, "side": side, "hidden": 128, "seed": 0, "right": f"{right.mean():.4f}"})
            print(*rows[-1].values(), flush=True)
            for code, row in enumerate(each):
                row[f"{name} {side}"] = f"{right[truth == code].mean():.3f}"
    return rows, each, weights
