"""Clipping under three optimizers: the corrected addition of `notes_01`, ReLU units, weights of He's width.

(1) the gradient of each network is clipped by its own global norm, (5) of `notes_01`; a threshold of inf leaves it
(2) plain descent   p ← p − η g
(3) momentum        v ← μ v − η g,   p ← p + v,   μ = 0.9
(4) Adam            p ← p − η m̂ / (√ŝ + ε),   m, s, ε as in `helpers.optimizers`

All settings of an optimizer train side by side from the same starts on the same pairs: network by network the settings
are paired. `paired` says how likely a difference between two of them is by chance.
"""

import csv
from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np

from helpers._checks import Array, Params, generator, one_of, whole
from helpers.data import binary_addition
from lessons import RESULTS, notes_01, write

OPTIMIZERS = ("descent", "momentum", "Adam")
_MOMENTUM, _BETA1, _BETA2, _EPSILON = 0.9, 0.9, 0.999, 1e-8
_UPDATES, _SEEDS, _FRESH = 10_000, 40, 200
_SCHEMES = ("normal", "xavier", "he")  # in the order in which lesson 1 drew them
_RATES = {"descent": (0.1, 0.05, 0.03), "momentum": (0.03, 0.01, 0.003), "Adam": (0.03, 0.01, 0.003)}
_THRESHOLDS = (np.inf, 0.1, 1.0, 5.0)
_TRIED = ((0.1, np.inf), (0.1, 5.0), (0.05, np.inf), (0.03, np.inf))  # rate and threshold on fresh starts


class _Change:
    """What an optimizer makes of gradients: the change of every weight, by the memory of its own, (2) to (4)."""

    def __init__(self, optimizer: str, params: Params) -> None:
        self.optimizer, self.k = one_of("optimizer", optimizer, OPTIMIZERS), 0
        self.first = {name: np.zeros_like(array) for name, array in params.items()}
        self.second = {name: np.zeros_like(array) for name, array in params.items()}

    def of(self, grads: Params, rate: Array) -> Params:
        self.k += 1
        if self.optimizer == "descent":
            return {name: -rate * g for name, g in grads.items()}
        for name, g in grads.items():
            if self.optimizer == "momentum":
                self.first[name] = _MOMENTUM * self.first[name] - rate * g
            else:
                self.first[name] += (1 - _BETA1) * (g - self.first[name])
                self.second[name] += (1 - _BETA2) * (g * g - self.second[name])
        if self.optimizer == "momentum":
            return dict(self.first)
        one, two = 1 - _BETA1**self.k, 1 - _BETA2**self.k
        return {n: -rate * (m / one) / (np.sqrt(self.second[n] / two) + _EPSILON) for n, m in self.first.items()}


def train(
    starts: Params, rng: np.random.Generator, optimizer: str, settings: Sequence[tuple[float, float]], *,
    updates: int, group: tuple[int, int] = (1, 0),
) -> tuple[Params, Array]:  # fmt: skip
    """Train the starts, E networks, once for every setting: a learning rate and a threshold, both above 0.

    starts holds W_in (E, 16, 2), W (E, 16, 16), W_out (E, 1, 16). One random pair an update for each start, the same
    for all settings. group (G, k): pairs are drawn for G groups of E networks, and these are group k. Return the
    weights, setting by setting: (settings · E, …), NaN where one diverged, and the longest change of each network.
    """
    S, E, (groups, own) = len(settings), len(starts["W"]), group
    params = {name: np.tile(array, (S, 1, 1)) for name, array in starts.items()}
    rate, threshold = (np.repeat(column, E)[:, None, None] for column in np.array(settings, dtype=float).T)
    change, longest = _Change(optimizer, params), np.zeros(S * E)
    with np.errstate(all="ignore"):  # a network that diverges goes on as NaN, the others are not disturbed
        for update in range(whole("updates", updates)):
            if update % 100 == 0:  # pairs for the next 100 updates in one draw, as `notes_01.train` draws them
                drawn = binary_addition(generator(rng), 8, 100 * E * groups)
                pairs = [p.reshape(8, -1, 100, groups, E)[:, :, :, own].transpose(2, 0, 3, 1) for p in drawn]
                xs, targets = (np.tile(p, (1, 1, S, 1))[..., None] for p in pairs)
            x, target = xs[update % 100], targets[update % 100]
            h, y = notes_01.forward(params, x, "relu")
            grads = notes_01.backward(params, x, h, y, target, "relu", "corrected")
            factor = np.minimum(1, threshold / notes_01.norms(grads)[:, None, None])  # (1)
            step = change.of({name: g * factor for name, g in grads.items()}, rate)
            longest = np.fmax(longest, notes_01.norms(step))
            for name, moved in step.items():
                params[name] += moved
    return params, longest


def paired(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return the probability of a split as uneven as this, or more so, were it chance: the exact sign test.

    first and second say for the same starts whether a setting solved them; only starts that one solved and the other
    did not count (McNemar's test).
    """
    ahead, behind = (sum(bool(a) and not b for a, b in pairs) for pairs in
                     (zip(first, second, strict=True), zip(second, first, strict=True)))  # fmt: skip
    n, few = ahead + behind, min(ahead, behind)
    return min(1.0, 2 * sum(comb(n, k) for k in range(few + 1)) / 2**n)


def unpaired(first: int, second: int, each: int) -> float:
    """Return the probability of two counts of `each` as far apart as these, were it chance: Fisher's exact test."""
    both = first + second
    ways = [comb(each, k) * comb(each, both - k) for k in range(max(0, both - each), min(each, both) + 1)]
    here = comb(each, first) * comb(each, second)
    return sum(w for w in ways if w <= here) / sum(ways)


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of a stored table."""
    with open(RESULTS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(name: str, first: tuple[str, str], second: tuple[str, str]) -> list[Any]:
    """Hold two settings of plain descent, each a rate and a threshold, against each other, from a stored table.

    Returns how many starts there are, how many each solves, how many one alone solves, and `paired` of them.
    """
    found = {(r["learning_rate"], r["threshold"]): r["which"] for r in read(name) if r["optimizer"] == "descent"}
    one, other = ([sign == "1" for sign in found[setting]] for setting in (first, second))
    alone = [sum(a and not b for a, b in zip(*pair, strict=True)) for pair in ((one, other), (other, one))]
    return [len(one), sum(one), sum(other), *alone, paired(one, other)]


def against(clipped: tuple[str, str], rates: Sequence[str]) -> list[list[Any]]:
    """Return rows for the 40 and the 200 starts: starts, rate, and `compare` of a clipped setting with these rates."""
    rows = []
    for name in ("04_optimizers.csv", "04_fresh.csv"):
        for rate in rates:
            starts, *counted, p = compare(name, clipped, (rate, ""))
            rows.append([starts, rate, *counted, f"{p:.1g}"])
    return rows


def rescued(rates: Sequence[str], thresholds: Sequence[str]) -> list[list[str]]:
    """Return rows of 04_rescue.csv, He's initialisation: the rates without clipping, then thresholds at the rate 0.1.

    A row is rate, threshold, solved and quartiles of the sums right by the right gradient, solved and NaN by the wrong.
    """
    he = [r for r in read("04_rescue.csv") if r["scheme"] == "he"]
    found = {(r["slope"], r["learning_rate"], r["kind"] + r["threshold"]): r for r in he}
    rows = []
    for rate, limit in [(rate, "none") for rate in rates] + [("0.1", limit) for limit in thresholds]:
        key = rate, limit if limit == "none" else f"global{limit}"
        right, wrong = found["corrected", *key], found["shipped", *key]
        sums = " · ".join(f"{float(right['share_' + q]):.0%}" for q in ("low", "median", "high"))
        rows.append([rate, limit, right["solved"], sums, wrong["solved"], wrong["nan"]])
    return rows


def counts() -> list[list[str]]:
    """Return optimizer, rate and how many starts are solved, not clipped and at each threshold of 04_optimizers.csv."""
    rows: dict[tuple[str, str], list[str]] = {}
    for r in read("04_optimizers.csv"):  # the thresholds come in the order of _THRESHOLDS
        rows.setdefault((r["optimizer"], r["learning_rate"]), []).append(r["solved"])
    return [[*key, *solved] for key, solved in rows.items()]


def apart(updates: int = 1600, **options: Any) -> Array:
    """Train 16 networks twice, from weights that differ by one part in 10¹⁰, and measure how far apart they come.

    options go to `notes_01.train`. Return the median distance of the weights after every 100 updates, (updates / 100,).
    """
    options |= {"activation": "relu", "slope": "corrected", "updates": 100}
    first, distances = notes_01.init(np.random.default_rng(7), 16, scheme="he"), []
    pair = [first, {name: w * (1 + 1e-10) for name, w in first.items()}]
    for block in range(updates // 100):
        pair = [notes_01.train(net, np.random.default_rng(block), **options)[0] for net in pair]
        between = notes_01.norms({name: pair[0][name] - pair[1][name] for name in first})
        distances.append(np.median(np.nan_to_num(between, nan=np.inf)))
    return np.array(distances)


def _rows(optimizer: str, settings: Sequence[tuple[float, float]], trained: Params, longest: Array) -> list[dict]:
    """Count and list what came of the starts of each setting."""
    E = len(trained["W"]) // len(settings)
    right, nan = notes_01.solved(trained, "relu"), np.array(~np.isfinite(trained["W"]).all(axis=(1, 2)))
    rows: list[dict[str, Any]] = []
    for i, (rate, threshold) in enumerate(settings):
        own = slice(i * E, (i + 1) * E)
        which = "".join("x" if n else "1" if r else "0" for r, n in zip(right[own], nan[own], strict=True))
        step = np.median(np.where(nan[own], np.inf, longest[own]))
        limit = "" if np.isinf(threshold) else threshold
        rows.append({"optimizer": optimizer, "learning_rate": rate, "threshold": limit, "starts": E,
"solved": which.count("1"), "nan": which.count("x"), "longest": f"{step:.3g}",
                     "which": which})  # fmt: skip
        print(*rows[-1].values(), flush=True)
    return rows


def _optimizers() -> None:
    """Count the starts that learn the addition by each optimizer, learning rate and threshold.

    Starts and pairs are those of He's width in 01_solved.csv and 04_rescue.csv. which: a sign for each start, 1 solved
    (right on all 16,384 pairs), 0 not, x no longer finite. longest: the longest change of all weights in one update,
    the median over the starts.
    """
    rows = []
    for optimizer, rates in _RATES.items():
        settings = [(rate, threshold) for rate in rates for threshold in _THRESHOLDS]
        rng = np.random.default_rng(1)
        starts = {scheme: notes_01.init(rng, _SEEDS, scheme=scheme) for scheme in _SCHEMES}["he"]
        rows += _rows(optimizer, settings, *train(starts, rng, optimizer, settings, updates=_UPDATES, group=(3, 2)))
    write("04_optimizers.csv", rows)


def _fresh() -> None:
    """Compare clipping with a smaller rate on 200 starts that chose neither: plain descent, columns as above."""
    rng = np.random.default_rng(2)
    starts = notes_01.init(rng, _FRESH, scheme="he")
    write("04_fresh.csv", _rows("descent", _TRIED, *train(starts, rng, "descent", _TRIED, updates=_UPDATES)))


TABLES = {"optimizers_04": _optimizers, "fresh_04": _fresh}
