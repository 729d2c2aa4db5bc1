"""A planted grammar: a corpus of 72 words in which every analogy has an exact answer.

Twelve verbs stand in six forms each, walk, walks, walked, walking, walker, walkers. The corpus says which words share a
verb and which share a form, and nothing else, so that walk : walked :: talk : talked has to be found from neighbours.

The tables time a softmax, score the analogies, and learn the vectors of the State of the Union messages.
"""

import csv
import difflib
import time
from itertools import permutations
from typing import Any

import numpy as np

from helpers import word2vec
from helpers._checks import Array, generator, whole
from helpers.data import texts
from helpers.data.words import Vocabulary, unit_rows
from lessons import RESULTS, write

VERBS = ("walk", "talk", "jump", "play", "work", "help", "paint", "clean", "cook", "farm", "plant", "climb")
_FORMS = ("", "s", "ed", "ing", "er", "ers")
_WORDS = tuple(verb + form for verb in VERBS for form in _FORMS)  # verb v in form f has the place 6 v + f
_SPAN, _NOISE = 8, 0.2  # words in a stretch that has one topic; the share that is drawn without regard to it
_SEEDS, _SIZES, _RUNNING = 16, (250, 500, 1000, 2000, 4000, 8000, 16_000), 2000


def corpus(rng: np.random.Generator, words: int) -> list[str]:
    """Draw so many running words from the grammar, in stretches of 8 that have one topic: a verb and a form.

    Each is, with equal chance, the topic's verb in any form or any verb in the topic's form; a fifth of them, drawn by
    chance, disregards the topic. Verbs have a probability ∝ 1/rank, as words have in real text; forms are even.
    """
    words, rng = whole("words", words), generator(rng)
    chances = 1 / np.arange(1, len(VERBS) + 1)
    cumulated = np.cumsum(chances) / chances.sum()

    def draw(count: int) -> tuple[Array, Array]:
        return np.searchsorted(cumulated, rng.random(count), side="right"), rng.integers(0, len(_FORMS), count)

    stretches = -(-words // _SPAN)
    verb, form = (np.repeat(topic, _SPAN)[:words] for topic in draw(stretches))
    other_verb, other_form = draw(words)
    same_verb, stray = rng.random(words) < 0.5, rng.random(words) < _NOISE
    verb = np.where(same_verb & ~stray, verb, other_verb)
    form = np.where(~same_verb & ~stray, form, other_form)
    return [_WORDS[place] for place in len(_FORMS) * verb + form]


def place(word: str) -> int:
    """Return 6 v + f for the verb v in the form f: the place of a word in the grammar."""
    return _WORDS.index(word)


def _analogies() -> list[tuple[str, str, str, str]]:
    """List (a, b, c, answer) for each pair of forms and each pair of verbs: 30 · 132 = 3,960."""
    return [
        (one + a, one + b, other + a, other + b)
        for a, b in permutations(_FORMS, 2)
        for one, other in permutations(VERBS, 2)
    ]


def score(vectors: Array, vocabulary: Vocabulary) -> float:
    """Return the share of the 3,960 analogies whose best answer is the right one; guessing gives 1/69 = 0.014.

    `vectors` (V, d) has a row for each word of the vocabulary. The three given words are left out; an analogy with a
    word that is not there counts as missed.
    """
    asked = [[vocabulary.index.get(word, -1) for word in row] for row in _analogies()]
    a, b, c, answer = np.array([row for row in asked if min(row) >= 0], int).reshape(-1, 4).T
    units, every = unit_rows(vectors, vocabulary), np.arange(len(a))
    similar = (units[b] - units[a] + units[c]) @ units.T
    for given in (a, b, c):
        similar[every, given] = -np.inf
    return float(np.sum(similar.argmax(axis=1) == answer) / len(asked)) if len(a) else 0.0


def _memory() -> None:
    """Count how many cells of the table "word beside word" are not 0: all messages, neighbours up to 5 words away."""
    messages = [texts.words(text) for _, text in texts.speeches()]
    known = word2vec.build_vocabulary(word for words in messages for word in words)
    V, pairs = len(known), []
    for ids in (word2vec.encode(words, known) for words in messages):
        pairs += [np.minimum(ids[:-k], ids[k:]) * V + np.maximum(ids[:-k], ids[k:]) for k in range(1, 6)]
    once = np.unique(np.concatenate(pairs))  # each pair of words in one order
    filled = 2 * len(once) - int(np.sum(once // V == once % V))
    write("08_memory.csv", [{"words": sum(map(len, messages)), "V": V, "filled cells": filled, "pairs": len(once)}])


def _softmax() -> None:
    """Time the full softmax beside negative sampling for vocabularies of many sizes.

    Milliseconds of the processor for each 1,000 running words: the median of five runs on words drawn ∝ 1/rank,
    skip-gram, window 5, 50 numbers a word. Another machine has other times; their ratio and their growth stay.
    """
    rows = []
    for V in _SIZES:
        rng = np.random.default_rng(0)
        counts = 1 / np.arange(1, V + 1)
        tokens = rng.choice(V, _RUNNING, p=counts / counts.sum())
        row: dict[str, Any] = {"V": V}
        for name, negatives in (("softmax", None), ("negative sampling", 5)):
            took = []
            for _ in range(5):
                start = time.process_time()
                word2vec.train(tokens, counts, dim=50, negatives=negatives, subsample=0, epochs=1, rng=rng)
                took.append(1e6 * (time.process_time() - start) / _RUNNING)
            row[name] = f"{np.median(took):.3g}"
        rows.append(row)
        print(*row.values(), flush=True)
    write("08_softmax.csv", rows)


def learn(seed: int, words: int = 20_000, **options: Any) -> tuple[Array, Vocabulary]:
    """Draw so many words of the grammar and train vectors on them by skip-gram; options are those of word2vec.train.

    20 numbers a word, windows up to 4, 5 negative samples, 5 epochs, learning rate 0.05, blocks of 64, in float64.
    """
    rng = np.random.default_rng(seed)
    text = corpus(rng, words)
    known = word2vec.build_vocabulary(text)
    base: dict[str, Any] = {"dim": 20, "window": 4, "subsample": 0, "learning_rate": 0.05, "dtype": np.float64}
    return word2vec.train(word2vec.encode(text, known), known.counts, rng=rng, **base | options)[0], known


def stored(name: str) -> list[dict[str, str]]:
    """Read the table of that name in results/, a dict for each row."""
    with open(RESULTS / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def speech_vectors() -> tuple[Array, Vocabulary]:
    """Read the stored vectors of all messages, the rows (2500, 100) of the commonest words, and the words."""
    with np.load(RESULTS / "08_vectors.npz") as file:
        words, counts, rows = tuple(file["words"].tolist()), file["counts"], file["W_in"].astype(np.float64)
    return rows, Vocabulary(words, {word: i for i, word in enumerate(words)}, counts)


def nearest_spelling(word: str, vocabulary: Vocabulary) -> str:
    """Return the word in small letters, or one that begins with it, or one spelled like it, or the commonest."""
    word = word.strip().lower()
    begun = [word] if word in vocabulary.index else [w for w in vocabulary.words if w.startswith(word)]
    return (begun or difflib.get_close_matches(word, vocabulary.words, 1, cutoff=0) or vocabulary.words)[0]


def own_nearest(places: Array, groups: Any) -> int:
    """Count the words whose nearest other word, at places (n, 2), is of their own group (n,)."""
    away = np.linalg.norm(places[:, None] - places, axis=2) + np.diag(np.full(len(places), np.inf))
    return int(np.sum(np.asarray(groups)[away.argmin(axis=1)] == groups))


def map_sentence(places: Array, typed: list[tuple[str, int]], names: list[tuple[str, int]]) -> str:
    """Say how many words have their own group nearest on the map; typed and names, those drawn, are (word, group)."""
    own, missing = own_nearest(places, [g for _, g in names]), [one[0] for one in typed if one not in names]
    said = f"{own} of {len(names)} words have a word of their own group nearest on the map."
    return said + (f" Not among the 2,500 words: {', '.join(missing)}." if missing else "")


def cosines(rows: Array) -> Array:
    """Return the cosines between any two rows (n, d), each pair once."""
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return (units @ units.T)[np.triu_indices(len(rows), 1)]


def at_own_rate(table: list[dict[str, str]], setting: str) -> list[dict[str, str]]:
    """Pick from the rows of 08_grammar.csv, for each value of a setting, the learning rate with the highest median."""
    rows = [row for row in table if row["setting"] == setting]
    values = dict.fromkeys(row["value"] for row in rows)
    return [max((row for row in rows if row["value"] == v), key=lambda row: float(row["median"])) for v in values]


_AXES: dict[str, tuple] = {
    "words": (5_000, 10_000, 20_000, 40_000), "negatives": (1, 2, 5, 15, None), "power": (0.0, 0.75, 1.0),
    "window": (1, 2, 4, 8, 16), "dim": (3, 5, 10, 20, 40), "model": ("skip-gram", "cbow"),
}  # fmt: skip
_RATES = (0.0125, 0.025, 0.05, 0.1, 0.2, 0.4)


def _grammar() -> None:
    """Score the analogies of the grammar, one setting changed at a time, each at six learning rates, 16 seeds each.

    The other settings: 20,000 words, skip-gram, 20 numbers a word, window 4, 5 negatives, power 0.75, 5 epochs, blocks
    of 64. The column scores has the 16 seeds in order, in the same text for the same seed and number of words.
    """
    rows = []
    for setting, values in _AXES.items():
        for value in values:
            for rate in _RATES:
                given: dict[str, Any] = {"learning_rate": rate, setting: value}
                scores = [score(*learn(seed, **given)) for seed in range(_SEEDS)]
                low, middle, high = np.quantile(scores, (0, 0.5, 1))
                rows.append({"setting": setting, "value": "softmax" if value is None else value, "rate": rate,
                             "seeds": _SEEDS, "lowest": f"{low:.3f}", "median": f"{middle:.3f}",
                             "highest": f"{high:.3f}", "scores": " ".join(f"{s:.3f}" for s in scores)})  # fmt: skip
            print(setting, value, *(f"{row['rate']}: {row['median']}" for row in rows[-len(_RATES) :]), flush=True)
    write("08_grammar.csv", rows)


_LISTS = {
    "word : plural": "nation nations state states treaty treaties law laws year years citizen citizens school schools",
    "country : people": "france french spain spanish britain british mexico mexican china chinese japan japanese",
    "verb : past": "make made take took give gave come came begin began go went see saw",
    "comparative": "great greater large larger high higher good better strong stronger small smaller",
    "opposite": "war peace increase decrease exports imports new old more less north south",
}
# pairs of words of one relation, for analogies of real text
KINDS = {kind: list(zip(line.split()[::2], line.split()[1::2], strict=True)) for kind, line in _LISTS.items()}

_ASKED = ("gold army december france mexico railroads vessels farmers women god peace tax arms gas post plant "
          "intelligence terror interest drugs capital energy mail").split()  # fmt: skip
_FEW: dict[str, Any] = {"dim": 50, "epochs": 10}  # for a part of the messages, as there are fewer words
# name, first and last year, seed, options
_RUNS: list[tuple[str, int, int, int, dict[str, Any]]]
_RUNS = [("skip-gram", 0, 9999, seed, {"dim": 100}) for seed in range(3)]
_CBOW_RATES = (0.05, 0.1, 0.2)
_RUNS += [(f"cbow {rate}", 0, 9999, 0, {"dim": 100, "model": "cbow", "learning_rate": rate}) for rate in _CBOW_RATES]
_RUNS += [("before 1900", 0, 1899, seed, _FEW) for seed in range(3)]
_RUNS += [("after 1950", 1951, 9999, seed, _FEW) for seed in range(3)]


def _vectors() -> None:
    """Learn vectors from all messages; keep the commonest words' rows and what other runs say.

    08_vectors.npz: words, counts, and W_in as float16, skip-gram, 100 numbers a word, subsampling 1e-3, 5 epochs.
    08_neighbours.csv: the eight nearest neighbours of some words, by run: skip-gram of three seeds, CBOW at
    three learning rates, the messages before 1900 and those after 1950, three seeds each.
    """
    from tqdm import tqdm  # type: ignore[import-untyped]

    messages, rows = [(year, texts.words(text)) for year, text in texts.speeches()], []
    for name, first, last, seed, options in _RUNS:
        read = [words for year, words in messages if first <= year <= last]
        known = word2vec.build_vocabulary(word for words in read for word in words)
        tokens, rng = [word2vec.encode(words, known) for words in read], np.random.default_rng(seed)
        with tqdm(total=1, desc=f"{name} {seed}", bar_format="{l_bar}{bar}| {elapsed}, {remaining} to go") as bar:

            def progress(done: float, bar: Any = bar) -> None:
                bar.update(done - bar.n)

            W_in, _ = word2vec.train(tokens, known.counts, rng=rng, progress=progress, **options)
        print(name, seed, f"{sum(map(len, read)):,} words, V = {len(known):,}", flush=True)
        if name == "skip-gram" and seed == 0:
            kept = 2500
            np.savez_compressed(RESULTS / "08_vectors.npz", words=np.array(known.words[:kept]),
                                counts=known.counts[:kept], W_in=W_in[:kept].astype(np.float16))  # fmt: skip
        common = word2vec.Vocabulary(known.words[:3000], {w: known.index[w] for w in known.words[:3000]}, known.counts)
        for word in _ASKED:
            if word in common.index:
                near = word2vec.most_similar(W_in[:3000], common, word, 8)
                rows.append({"run": name, "seed": seed, "word": word, "count": known.counts[known.index[word]],
                             "neighbours": " ".join(w for w, _ in near)})  # fmt: skip
    write("08_neighbours.csv", rows)


TABLES = {"memory_08": _memory, "softmax_08": _softmax, "grammar_08": _grammar, "vectors_08": _vectors}
