"""Make the stored results that are too slow for a notebook: `make train`, or `make train RESULT=solved_01` for one.

Each function writes one small file next to this script. Seeds are fixed; a run prints what it measures.
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from helpers import data, weights, word2vec
from helpers.data import texts
from lessons import (
    _attention_09 as attention_09,
    _letters_06 as letters_06,
    _memory_03 as memory_03,
    cells_05,
    notes_01,
    translation_07 as seq2seq_07,
    truncation_02,
    words_08,
)

HERE = Path(__file__).parents[1] / "results"
ACTIVATIONS, SCHEMES, SEEDS = ("sigmoid", "tanh", "relu"), ("normal", "xavier", "he"), 40
RECALL_SEEDS = 20  # of the networks of lesson 02


def write(name: str, rows: list[dict]) -> None:
    """Write rows with the same keys as a table."""
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def solved_01() -> None:
    """Count the seeds that learn 8-bit addition in the notes' set-up, 10,000 updates each (lesson 01).

    solved: right on all 16,384 pairs at the end. nan: weights not finite at the end. silent: no hidden unit answers
    to any pair, so that no gradient arrives. first: the median over the seeds of the first check, made every 500
    updates, at which all pairs were right; empty when fewer than half of the seeds got there.
    """
    rows = []
    x = data.all_additions(8)[0][:, None]
    for slope in ("shipped", "corrected"):
        for activation in ACTIVATIONS:
            rng = np.random.default_rng(1)  # the same starts and the same pairs for every activation and slope
            starts = [notes_01.init(rng, SEEDS, scheme=scheme) for scheme in SCHEMES]
            params = {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}
            first = np.full(len(SCHEMES) * SEEDS, np.inf)
            for update in range(500, 10_001, 500):
                params, _ = notes_01.train(params, rng, activation=activation, slope=slope, updates=500)
                right = notes_01.solved(params, activation)
                first[right] = np.minimum(first[right], update)
            nan = np.isnan(params["W"]).any(axis=(1, 2))
            with np.errstate(all="ignore"):
                each = [{name: array[[e]] for name, array in params.items()} for e in range(len(nan))]
                silent = [not notes_01.forward(one, x, activation)[0].any() for one in each]
            for i, scheme in enumerate(SCHEMES):
                own = slice(i * SEEDS, (i + 1) * SEEDS)
                median = np.sort(first[own])[SEEDS // 2]  # the upper of the two in the middle
                rows.append({"slope": slope, "activation": activation, "scheme": scheme, "seeds": SEEDS,
                             "solved": right[own].sum(), "nan": nan[own].sum(), "silent": np.sum(silent[own]),
                             "first": int(median) if np.isfinite(median) else ""})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("01_solved.csv", rows)


def single_01() -> None:
    """Keep the loss of one start for each activation in the notes' set-up, every 100 updates (lesson 01).

    Stored because single runs of this length are chaotic: another processor draws another curve.
    """
    curves = {}
    for activation in ACTIVATIONS:
        rng = np.random.default_rng(0)
        curves[activation] = notes_01.train(notes_01.init(rng, networks=1), rng, activation=activation)[1][:, 0]
    rows = [{"update": 100 * i} | {name: f"{curve[i]:.4g}" for name, curve in curves.items()} for i in range(100)]
    write("01_single.csv", rows)


def activations_02() -> None:
    """Count the networks that learn to recall a symbol, by activation and spectral radius of the start (lesson 02).

    learned: right on over 90 % of 1,000 new sequences after 600 updates. nan: the last loss is not finite.
    """
    rows = []
    for activation in (*ACTIVATIONS, "identity"):
        for steps in (5, 10, 20):
            for radius in (1.0, 2.0, 4.0):
                runs = [
                    truncation_02.train(np.random.default_rng(seed), steps, steps, activation=activation, radius=radius)
                    for seed in range(RECALL_SEEDS)
                ]
                accuracy = np.array([run[1] for run in runs])
                nan = sum(not np.isfinite(losses[-1]) for losses, _ in runs)
                rows.append({"activation": activation, "radius": radius, "steps": steps, "seeds": RECALL_SEEDS,
                             "learned": np.sum(accuracy > 0.9), "nan": nan,
                             "median_accuracy": f"{np.median(accuracy):.3f}"})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("02_activations.csv", rows)


def truncation_02() -> None:
    """Measure how well networks recall a symbol 11 steps later, by how far the gradient goes back (lesson 02)."""
    rows = []
    for radius in (0.5, 1.0):
        for truncation in (1, 2, 4, 6, 8, 10, 11, 12):
            for seed in range(RECALL_SEEDS):
                _, accuracy = truncation_02.train(np.random.default_rng(seed), 12, truncation, radius=radius)
                rows.append({"radius": radius, "truncation": truncation, "seed": seed, "accuracy": f"{accuracy:.3f}"})
            print(radius, truncation, *sorted(row["accuracy"] for row in rows[-RECALL_SEEDS:]), flush=True)
    write("02_truncation.csv", rows)


def letters_06_table() -> None:
    """Guess hidden letters from the left, the right and both sides, 16 seeds each (lesson 06, letters_06.py)."""
    write("06_letters.csv", letters_06.compare())


def large_06() -> None:
    """Train one larger network a cell and side, and keep its weights for the panel (lesson 06, letters_06.py)."""
    rows, each, nets = letters_06.large()
    write("06_large.csv", rows)
    write("06_each.csv", each)
    weights.save(HERE / "06_letters.npz", nets)


def rescue_04() -> None:
    """Count the seeds whose ReLU network learns the notes' addition with and without clipping (lesson 04).

    The starts and the pairs are those of `solved_01`. "share" is the share of every 61st pair that is added right,
    at the lower quartile, the median and the upper quartile of the seeds; a network that is NaN has 0.
    """
    names = ("slope", "kind", "threshold", "learning_rate", "scheme", "seeds", "solved", "nan")
    names += ("share_low", "share_median", "share_high")
    settings = [("none", "", rate) for rate in (0.1, 0.03, 0.01)]
    settings += [("global", threshold, 0.1) for threshold in (0.1, 0.25, 0.5, 1, 2, 5, 10, 50)]
    settings += [(kind, threshold, 0.1) for kind in ("norm", "value") for threshold in (0.1, 0.25, 0.5, 1, 2, 5)]
    some, target = (array[..., ::61] for array in data.all_additions(8))
    rows = []
    for slope in ("shipped", "corrected"):
        for kind, threshold, rate in settings:
            rng = np.random.default_rng(1)
            starts = [notes_01.init(rng, SEEDS, scheme=scheme) for scheme in SCHEMES]
            together = {name: np.concatenate([start[name] for start in starts]) for name in starts[0]}
            clipping = {} if kind == "none" else {"kind": kind, "threshold": threshold}
            options = {"activation": "relu", "slope": slope, "learning_rate": rate} | clipping
            trained, _ = notes_01.train(together, rng, **options)
            with np.errstate(all="ignore"):
                _, y = notes_01.forward(trained, some[:, None], "relu")
            nan = np.isnan(trained["W"]).any(axis=(1, 2))
            share = ((y > 0.5) == (target[:, None] > 0.5)).all(axis=(0, 2)).mean(axis=1) * ~nan
            solved = notes_01.solved(trained, "relu")
            for scheme, s, n, right in zip(SCHEMES, *(a.reshape(3, SEEDS) for a in (solved, nan, share)), strict=True):
                quartiles = [f"{q:.2f}" for q in np.quantile(right, (0.25, 0.5, 0.75))]
                row = (slope, kind, threshold, rate, scheme, SEEDS, s.sum(), n.sum(), *quartiles)
                rows.append(dict(zip(names, row, strict=True)))
                print(*row, flush=True)
    write("04_rescue.csv", rows)


def compare_05() -> None:
    """Compare LSTM, GRU and RNN over tasks, learning rates and seeds, as cells_05.py says (lesson 05)."""
    write("05_compare.csv", cells_05.compare())


def softmax_08() -> None:
    """Time the full softmax beside negative sampling for vocabularies of many sizes (lesson 08).

    Milliseconds of the processor for each 1,000 running words: the median of five runs on words drawn ∝ 1/rank,
    skip-gram, window 5, 50 numbers a word. Another machine has other times; their ratio and their growth stay.
    """
    rows = []
    for V in (250, 500, 1000, 2000, 4000, 8000, 16_000):
        rng = np.random.default_rng(0)
        counts = 1 / np.arange(1, V + 1)
        tokens = rng.choice(V, 2000, p=counts / counts.sum())
        row = {"V": V}
        for name, negatives in (("softmax", None), ("negative sampling", 5)):
            took = []
            for _ in range(5):
                start = time.process_time()
                word2vec.train(tokens, counts, dim=50, negatives=negatives, subsample=0, epochs=1, rng=rng)
                took.append(500 * (time.process_time() - start))
            row[name] = f"{np.median(took):.3g}"
        rows.append(row)
        print(*row.values(), flush=True)
    write("08_softmax.csv", rows)


def grammar_08() -> None:
    """Score the planted grammar's 3,960 analogies, one setting changed at a time, 16 seeds each (lesson 08)."""
    base = {"words": 20_000, "negatives": 5, "power": 0.75, "window": 4, "dim": 20, "model": "skip-gram"}
    axes = {"words": (5_000, 10_000, 20_000, 40_000), "negatives": (1, 2, 5, 15, None), "power": (0.0, 0.75, 1.0),
            "window": (1, 2, 4, 8, 16), "dim": (3, 5, 10, 20, 40), "model": ("skip-gram", "cbow")}  # fmt: skip
    rows = []
    for setting, values in axes.items():
        for value in values:
            chosen = base | {setting: value}
            scores = []
            for seed in range(16):
                rng = np.random.default_rng(seed)
                words = words_08.corpus(rng, chosen["words"])
                known = word2vec.build_vocabulary(words)
                options = {name: chosen[name] for name in base if name != "words"}
                W_in, _ = word2vec.train(word2vec.encode(words, known), known.counts, subsample=0, learning_rate=0.05,
                                         block=16, rng=rng, **options)  # fmt: skip
                scores.append(words_08.score(W_in, known))
            low, middle, high = np.quantile(scores, (0, 0.5, 1))
            rows.append({"setting": setting, "value": "softmax" if value is None else value, "seeds": 16,
                         "lowest": f"{low:.3f}", "median": f"{middle:.3f}", "highest": f"{high:.3f}"})  # fmt: skip
            print(*rows[-1].values(), flush=True)
    write("08_grammar.csv", rows)


def vectors_08() -> None:
    """Learn vectors from all messages; keep the commonest words' rows and what other runs say (lesson 08).

    08_vectors.npz: words, counts, and W_in as float16, skip-gram, 100 numbers a word, subsampling 1e-3, 5 epochs.
    08_neighbours.csv: the eight nearest neighbours of some words, by run: skip-gram of three seeds, CBOW, the
    messages before 1900 and those after 1950 (three seeds each; dim 50 and 10 epochs, as there are fewer words).
    """
    messages = [(year, texts.words(text)) for year, text in texts.speeches()]
    asked = ("gold army december france mexico railroads vessels farmers women god peace tax arms gas post plant "
             "intelligence terror interest drugs capital energy mail").split()  # fmt: skip
    runs = [("skip-gram", 0, 9999, seed, {"dim": 100}) for seed in range(3)]
    runs += [("cbow", 0, 9999, 0, {"dim": 100, "model": "cbow", "learning_rate": 0.05})]
    few = {"dim": 50, "epochs": 10}
    runs += [("before 1900", 0, 1899, s, few) for s in range(3)] + [
        ("after 1950", 1951, 9999, s, few) for s in range(3)
    ]
    rows = []
    for name, first, last, seed, options in runs:
        read = [words for year, words in messages if first <= year <= last]
        known = word2vec.build_vocabulary((word for words in read for word in words), 5 if last - first > 200 else 10)
        tokens = [word2vec.encode(words, known) for words in read]
        with tqdm(total=1, desc=f"{name} {seed}", bar_format="{l_bar}{bar}| {elapsed}, {remaining} to go") as bar:
            options = options | {"progress": lambda done, bar=bar: bar.update(done - bar.n)}
            W_in, _ = word2vec.train(tokens, known.counts, rng=np.random.default_rng(seed), **options)
        print(name, seed, f"{sum(map(len, read)):,} words, V = {len(known):,}", flush=True)
        if name == "skip-gram" and seed == 0:
            kept = 2500
            np.savez_compressed(HERE / "08_vectors.npz", words=np.array(known.words[:kept]),
                                counts=known.counts[:kept], W_in=W_in[:kept].astype(np.float16))  # fmt: skip
        common = word2vec.Vocabulary(known.words[:3000], {w: known.index[w] for w in known.words[:3000]}, known.counts)
        for word in asked:
            if word in common.index:
                near = word2vec.most_similar(W_in[:3000], common, word, 8)
                rows.append({"run": name, "seed": seed, "word": word, "count": known.counts[known.index[word]],
                             "neighbours": " ".join(w for w, _ in near)})  # fmt: skip
    write("08_neighbours.csv", rows)


RESULTS = {
    "solved_01": solved_01,
    "single_01": single_01,
    "activations_02": activations_02,
    "truncation_02": truncation_02,
    "letters_06": letters_06_table,
    "large_06": large_06,
    "gates_03": lambda: write("03_gates.csv", memory_03.gates()),
    "recall_03": lambda: write("03_recall.csv", memory_03.recall()),
    "rescue_04": rescue_04,
    "compare_05": compare_05,
    "dates_07": lambda: seq2seq_07.write(seq2seq_07.write_dates()),
    "sums_07": lambda: seq2seq_07.write(seq2seq_07.sums()),
    "copies_07": lambda: seq2seq_07.write(seq2seq_07.copies()),
    "softmax_08": softmax_08,
    "grammar_08": grammar_08,
    "vectors_08": vectors_08,
    "dates_09": attention_09.compare,
    "heads_09": lambda: write("09_heads.csv", attention_09.heads()),
}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RESULTS)
    unknown = [name for name in names if name not in RESULTS]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(RESULTS)}")
    for name in names:
        RESULTS[name]()
