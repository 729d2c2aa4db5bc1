"""Train word vectors beside gensim: speed, quality and memory in one run. `make bench`, or bench_word2vec.py --seeds 1.

The first 600,000 words of the State of the Union messages; skip-gram, 100 numbers a word, window 5, 5 negatives, no
subsampling, 5 epochs, one thread. Both sides take turns. Each run has a process of its own, so that its peak of memory
is its own too; "extra" is that peak less what stood before training, less the two matrices.

Then short texts with few words: 2,000 sentences of ten words, a vocabulary of 200, with and without subsampling, 32 and
100 numbers a word. There the overhead of each block counts. The two sides take turns in one process; the ratio is the
median of the turns' ratios.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is loaded

import numpy as np  # noqa: E402

from helpers import word2vec  # noqa: E402
from helpers.data import texts  # noqa: E402

RUNNING_WORDS, EPOCHS, DIM, NEIGHBOURS, LEAST = 600_000, 5, 100, 5, 10
# Words that belong together; those that occur at least LEAST times are looked at. Quality is the share of their five
# nearest neighbours, among all words, that are of their own class.
CLASSES = {
    "months": "january february march april may june july august september october november december",
    "numbers": "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty "
    "seventy eighty ninety",
    "states": "virginia georgia kentucky ohio tennessee pennsylvania massachusetts maryland carolina louisiana "
    "missouri alabama mississippi indiana illinois michigan florida texas california oregon kansas nebraska maine "
    "vermont delaware connecticut arkansas wisconsin iowa minnesota",
    "countries": "france spain britain england russia prussia austria sweden denmark portugal mexico brazil chile "
    "peru china japan turkey italy germany netherlands belgium greece colombia venezuela ecuador nicaragua bolivia",
    "ordinals": "first second third fourth fifth sixth seventh eighth ninth tenth",
    "metals": "gold silver copper iron coin bullion lead steel coal",
    "forces": "army navy militia troops soldiers officers seamen regiments sailors cavalry infantry artillery",
    "nationalities": "french spanish british american mexican indian russian german chinese japanese turkish dutch "
    "danish",
}


def purity(vectors: np.ndarray, vocabulary: word2vec.Vocabulary) -> float:
    """Return the share of neighbours that are of the word's own class."""
    class_of = {w: name for name, words in CLASSES.items() for w in words.split()}
    asked = [w for w in class_of if w in vocabulary.index and vocabulary.counts[vocabulary.index[w]] >= LEAST]
    near = {w: [n for n, _ in word2vec.most_similar(vectors, vocabulary, w, NEIGHBOURS)] for w in asked}
    return statistics.mean(class_of.get(n) == class_of[w] for w in asked for n in near[w])


def corpus() -> list[list[str]]:
    """Return the messages as words, cut after RUNNING_WORDS."""
    found: list[list[str]] = []
    for _, text in texts.speeches():
        found.append(texts.words(text)[: RUNNING_WORDS - sum(map(len, found))])
        if sum(map(len, found)) == RUNNING_WORDS:
            break
    return found


def peak() -> int:
    """Return the largest memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def run(side: str, seed: int) -> dict:
    """Train once and return what was measured; seconds are of this process, so that a busy machine matters less."""
    messages = corpus()
    vocabulary = word2vec.build_vocabulary(word for message in messages for word in message)
    known = [word2vec.encode(message, vocabulary) for message in messages]
    if side == "ours":
        before, start, clock = peak(), time.process_time(), time.perf_counter()
        vectors, _ = word2vec.train(
            known, vocabulary.counts, dim=DIM, window=5, negatives=5, subsample=0, epochs=EPOCHS,
            rng=np.random.default_rng(seed),
        )  # fmt: skip
        seconds, wall, after = time.process_time() - start, time.perf_counter() - clock, peak()
    else:
        from gensim.models import Word2Vec

        # gensim cuts sentences after 10,000 words.
        cut = [message[i : i + 10_000] for message in messages for i in range(0, len(message), 10_000)]
        model = Word2Vec(vector_size=DIM, window=5, negative=5, sg=1, sample=0, min_count=5, workers=1, seed=seed)
        before = peak()
        model.build_vocab(cut)
        start, clock = time.process_time(), time.perf_counter()
        model.train(cut, total_examples=model.corpus_count, epochs=EPOCHS)
        seconds, wall, after = time.process_time() - start, time.perf_counter() - clock, peak()
        vectors = model.wv[list(vocabulary.words)]
        both_ways(vectors, vocabulary)
    read, matrices = EPOCHS * sum(map(len, known)), 2 * 4 * DIM * len(vocabulary)
    return {
        "speed": read / seconds, "wall": read / wall, "purity": purity(vectors, vocabulary),
        "extra": (after - before - matrices) / 1e6, "V": len(vocabulary),
    }  # fmt: skip


def short(turns: int) -> None:
    """Print how long both sides take for sentences of ten words, and the ratio; 1.0 is level, below is faster."""
    from gensim.models import Word2Vec

    rng = np.random.default_rng(0)
    sentences = [[f"w{i}" for i in row] for row in rng.integers(0, 200, (2000, 10))]
    vocabulary = word2vec.build_vocabulary(sentences, 1)
    known = word2vec.encode(sentences, vocabulary)
    print(f"\n2,000 sentences of ten words, V = {len(vocabulary)}, {EPOCHS} epochs, medians of {turns} turns")
    print(f"{'':24}{'ours ms':>10}{'gensim ms':>12}{'ratio':>8}")
    for dim in (32, 100):
        for subsample in (0, 1e-3):
            took = []
            for seed in range(turns):
                start = time.process_time()
                word2vec.train(known, vocabulary.counts, dim=dim, subsample=subsample, epochs=EPOCHS,
                               rng=np.random.default_rng(seed))  # fmt: skip
                ours = time.process_time() - start
                model = Word2Vec(vector_size=dim, window=5, negative=5, sg=1, sample=subsample, min_count=1, workers=1)
                model.build_vocab(sentences)
                start = time.process_time()
                model.train(sentences, total_examples=model.corpus_count, epochs=EPOCHS)
                took.append((ours, time.process_time() - start))
            ours, theirs = (1e3 * statistics.median(side) for side in zip(*took, strict=True))
            ratio = statistics.median(a / b for a, b in took)
            print(f"{f'dim {dim}, subsample {subsample:g}':24}{ours:10.0f}{theirs:12.0f}{ratio:8.2f}")


def both_ways(vectors: np.ndarray, vocabulary: word2vec.Vocabulary) -> None:
    """See that gensim reads what we write, and that we read what gensim writes; words of odd characters too."""
    from gensim.models import KeyedVectors

    odd = ("a\u00a0b", "\u3000x", "x\u0085", "\u2028", "x\r", "\tx", "\x1c", "e\u0301")
    words = (*vocabulary.words[: -len(odd)], *odd)
    vocabulary = word2vec.Vocabulary(words, {word: i for i, word in enumerate(words)}, vocabulary.counts)
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours.txt"), Path(folder, "theirs.txt")
        word2vec.save_text(ours, vectors, vocabulary)
        read = KeyedVectors.load_word2vec_format(str(ours))
        read.save_word2vec_format(str(theirs))
        again, found = word2vec.load_text(theirs)
    if tuple(read.index_to_key) != vocabulary.words or found.words != vocabulary.words:
        sys.exit("the words do not survive the text format")
    if not (np.array_equal(read.vectors, vectors) and np.allclose(again, vectors, rtol=1e-6)):
        sys.exit("the numbers do not survive the text format")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Train word vectors beside gensim.")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each side (3)")
    parser.add_argument("--turns", type=int, default=11, help="turns on the short texts (11)")
    parser.add_argument("--one", nargs=2, metavar=("SIDE", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(run(arguments.one[0], int(arguments.one[1]))))
        return
    found: dict[str, list[dict]] = {"ours": [], "gensim": []}
    for seed in range(1, arguments.seeds + 1):
        for side in found:
            command = [sys.executable, __file__, "--one", side, str(seed)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(
                    f"{side} failed; `make bench` installs gensim beside the course\n{done.stderr[-2000:]}{done.stdout}"
                )
            found[side].append(json.loads(done.stdout))
    print(
        f"\nword2vec: {RUNNING_WORDS:,} words, V = {found['ours'][0]['V']:,}, {EPOCHS} epochs, "
        f"medians of {arguments.seeds}"
    )
    heads = ("words/s (CPU)", "words/s (wall)", "purity", "its spread", "extra MB")
    print(f"{'':10}" + "".join(f"{head:>16}" for head in heads))
    middle = {s: {key: statistics.median(r[key] for r in runs) for key in runs[0]} for s, runs in found.items()}
    for side, runs in found.items():
        pure = sorted(r["purity"] for r in runs)
        row = middle[side]
        print(
            f"{side:10}{row['speed']:16,.0f}{row['wall']:16,.0f}{row['purity']:16.3f}"
            f"{f'{pure[0]:.3f}–{pure[-1]:.3f}':>16}{row['extra']:16.1f}"
        )
    ratio = {key: middle["ours"][key] / middle["gensim"][key] for key in ("speed", "wall", "purity")}
    print(f"{'ratio':10}{ratio['speed']:16.2f}{ratio['wall']:16.2f}{ratio['purity']:16.3f}")
    print("gensim reads our text files and we read gensim's")
    short(arguments.turns)


if __name__ == "__main__":
    main()
