"""A planted grammar: a corpus of 72 words in which every analogy has an exact answer.

Twelve verbs stand in six forms each, walk, walks, walked, walking, walker, walkers. The corpus says which words share a
verb and which share a form, and nothing else, so that walk : walked :: talk : talked has to be found from neighbours.

The tables time a softmax, score the analogies, and learn the vectors of the State of the Union messages.
"""

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


def _grammar() -> None:
    """Score the analogies of the grammar, one setting changed at a time, 16 seeds each."""
    base: dict[str, Any] = {"words": 20_000, "negatives": 5, "power": 0.75, "window": 4, "dim": 20}
    base |= {"model": "skip-gram"}
    axes: dict[str, tuple] = {
        "words": (5_000, 10_000, 20_000, 40_000), "negatives": (1, 2, 5, 15, None), "power": (0.0, 0.75, 1.0),
        "window": (1, 2, 4, 8, 16), "dim": (3, 5, 10, 20, 40), "model": ("skip-gram", "cbow"),
    }  # fmt: skip
    rows = []
    for setting, values in axes.items():
        for value in values:
            options = base | {setting: value}
            running, scores = options.pop("words"), []
            for seed in range(_SEEDS):
                rng = np.random.default_rng(seed)
                words = corpus(rng, running)
                known = word2vec.build_vocabulary(words)
                W_in, _ = word2vec.train(word2vec.encode(words, known), known.counts, subsample=0, learning_rate=0.05,
                                         block=16, rng=rng, **options)  # fmt: skip
                scores.append(score(W_in, known))
            low, middle, high = np.quantile(scores, (0, 0.5, 1))
            rows.append({"setting": setting, "value": "softmax" if value is None else value, "seeds": _SEEDS,
                         "lowest": f"{low:.3f}", "median": f"{middle:.3f}", "highest": f"{high:.3f}"})  # fmt: skip
            print(*rows[-1].values(), flush=True)
    write("08_grammar.csv", rows)


_ASKED = ("gold army december france mexico railroads vessels farmers women god peace tax arms gas post plant "
          "intelligence terror interest drugs capital energy mail").split()  # fmt: skip
_FEW: dict[str, Any] = {"dim": 50, "epochs": 10}  # for a part of the messages, as there are fewer words
# name, first and last year, seed, options
_RUNS: list[tuple[str, int, int, int, dict[str, Any]]]
_RUNS = [("skip-gram", 0, 9999, seed, {"dim": 100}) for seed in range(3)]
_RUNS += [("cbow", 0, 9999, 0, {"dim": 100, "model": "cbow", "learning_rate": 0.05})]
_RUNS += [("before 1900", 0, 1899, seed, _FEW) for seed in range(3)]
_RUNS += [("after 1950", 1951, 9999, seed, _FEW) for seed in range(3)]


def _vectors() -> None:
    """Learn vectors from all messages; keep the commonest words' rows and what other runs say.

    08_vectors.npz: words, counts, and W_in as float16, skip-gram, 100 numbers a word, subsampling 1e-3, 5 epochs.
    08_neighbours.csv: the eight nearest neighbours of some words, by run: skip-gram of three seeds, CBOW, the
    messages before 1900 and those after 1950, three seeds each.
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


TABLES = {"softmax_08": _softmax, "grammar_08": _grammar, "vectors_08": _vectors}
