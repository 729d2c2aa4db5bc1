"""Lesson 07 translates sums, copies and dates: `make train RESULT=sums_07` and so on; rows are written as they come.

Every network is a GRU encoder and a GRU decoder, float32, trained by Adam with teacher forcing on batches of 64, the
gradient clipped to a global norm of 1, the rate falling linearly to a tenth. Seeds are the outer loop: a run that is
cut short leaves whole seeds.
"""

import contextlib
import copy
import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from helpers import clipping, decoding, encoder_decoder, optimizers, seq2seq, weights
from helpers.data import characters, dates, tasks

HERE = Path(__file__).parents[1] / "results"
BATCH, RATE = 64, 0.01
SMALL_SEEDS, DATE_SEEDS = 16, 5
SIZES = (16, 32, 64, 128)  # of the state, for the copies


def write(rows: Iterator[tuple[str, dict]]) -> None:
    """Write each row into the table that it belongs to, as soon as it is there."""
    tables: dict[str, csv.DictWriter] = {}
    with contextlib.ExitStack() as files:
        for name, row in rows:
            if name not in tables:
                file = files.enter_context(open(HERE / name, "w", newline="", encoding="utf-8", buffering=1))
                tables[name] = csv.DictWriter(file, list(row), lineterminator="\n")
                tables[name].writeheader()
            tables[name].writerow(row)
            print(*row.values(), flush=True)


def exact(params: dict, source: list[str], target: list[str], known: tuple, beam: int = 1) -> np.ndarray:
    """Return which answers the network writes right from the first character to EOS."""
    tokens, lengths = characters.encode(source, known[0])
    steps = max(map(len, target)) + 3
    if beam > 1:
        best = [found[0] for found in decoding.beam(params, tokens, lengths, steps=steps, width=beam)]
        answers = [characters.decode(h.tokens[:, None], known[1])[0] if h.ended else "" for h in best]
    else:
        written = decoding.greedy(params, tokens, lengths, steps=steps)
        answers = characters.decode(written.tokens, known[1])
    return np.array([answer == wanted for answer, wanted in zip(answers, target, strict=True)])


def train(
    rng: np.random.Generator,
    source: list[str],
    target: list[str],
    known: tuple,
    hidden: int,
    updates: int,
    *,
    each: int,
    seen: Callable[[int, float, dict], None] = lambda update, loss, params: None,
    rate: float = RATE,
    teacher_forcing: bool = True,
) -> dict:
    """Train one network; `seen` gets the update, the mean loss since the last call, and the parameters."""
    words = [len(vocabulary.words) for vocabulary in known]
    params = seq2seq.init(rng, *words, hidden, min(hidden, 32), dtype=np.float32)
    s, s_lengths = characters.encode(source, known[0])
    t, t_lengths = characters.encode(target, known[1])
    optimizer, losses, order = optimizers.Adam(rate), [], np.empty(0, int)
    for update in range(1, updates + 1):
        if len(order) < BATCH:
            order = rng.permutation(len(source))
        batch, order = order[:BATCH], order[BATCH:]
        longest, last = s_lengths[batch].max(), t_lengths[batch].max()
        loss, grads = seq2seq.loss_and_grads(
            params, s[:longest, batch], s_lengths[batch], t[:last, batch], t_lengths[batch],
            teacher_forcing=teacher_forcing,
        )  # fmt: skip
        optimizer.learning_rate = rate * (1 - 0.9 * update / updates)
        optimizer.step(params, clipping.clip_by_global_norm(grads, 1.0)[0])
        losses.append(loss)
        if update % each == 0:
            seen(update, float(np.mean(losses)), params)
            losses = []
    return params


def vocabularies(source: list[str], target: list[str]) -> tuple:
    """Collect the characters of both sides."""
    return characters.vocabulary(source), characters.vocabulary(target)


def sums() -> Iterator[tuple[str, dict]]:
    """Add two numbers of up to two digits, with the question as it stands and reversed, 16 seeds each.

    loss: the mean over the last 400 updates, in nats a token. exact: the share of 2,000 unseen sums written right.
    """
    for seed in range(SMALL_SEEDS):
        for order in ("forward", "reversed"):
            rng = np.random.default_rng(seed)
            (source, target), (asked, answers) = tasks.sums_as_text(rng, 2)
            if order == "reversed":
                source, asked = [text[::-1] for text in source], [text[::-1] for text in asked]
            known, curve = vocabularies(source, target), []

            def seen(update: int, loss: float, params: dict, kept: tuple = (curve, asked, answers, known)) -> None:
                kept[0].append((update, loss, exact(params, *kept[1:]).mean()))

            train(rng, source, target, known, 64, 3200, each=400, seen=seen)
            for update, loss, right in curve:
                row = {"seed": seed, "order": order, "update": update, "loss": f"{loss:.4f}", "exact": f"{right:.4f}"}
                yield "07_sums.csv", row


def copies() -> Iterator[tuple[str, dict]]:
    """Copy strings of 1 to 16 random digits through states of four sizes, 16 seeds each; the share right by length.

    Each length has 100 unseen strings; 18 and 20 are longer than any string of the training.
    """
    for seed in range(SMALL_SEEDS):
        for hidden in SIZES:
            rng = np.random.default_rng(seed)
            lengths = rng.integers(1, 17, 20_000)
            strings = ["".join(map(str, rng.integers(0, 10, length))) for length in lengths]
            known = vocabularies(strings, strings)
            params = train(rng, strings, strings, known, hidden, 1200, each=1200)
            row = {"seed": seed, "hidden": hidden}
            for length in (2, 4, 6, 8, 10, 12, 14, 16, 18, 20):
                asked = ["".join(map(str, rng.integers(0, 10, length))) for _ in range(100)]
                row[f"length {length}"] = f"{exact(params, asked, asked, known).mean():.2f}"
            yield "07_copies.csv", row


def by_position(params: dict, source: list[str], target: list[str], known: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of tokens right at each of the 10 places of a date: after the true ones, and after its own."""
    tokens, lengths = characters.encode(source, known[0])
    wanted, _ = characters.encode(target, known[1])
    memory, _ = encoder_decoder.encode(params, tokens, lengths)
    v, *_ = encoder_decoder.decode(params, memory, seq2seq.shifted(wanted)[0])
    forced = v.argmax(axis=1)[:10] + characters.EOS
    free = np.full_like(wanted, characters.PAD)
    written = decoding.greedy(params, tokens, lengths, steps=10).tokens
    free[: len(written)] = written
    return (forced == wanted).mean(axis=1), (free == wanted).mean(axis=1)


def write_dates(epochs: int = 5) -> Iterator[tuple[str, dict]]:
    """Write dates of six languages as ISO 8601, 5 seeds: four sizes of state, and free running in the training.

    07_dates.csv: after each epoch the mean loss and the share of 2,500 unseen dates written right. 07_locales.csv: the
    last of these by language. 07_positions.csv: by_position, after the first and the last epoch. 07_beam.csv: 500
    unseen dates by beam width. 07_dates.npz: the weights of 64 units, seed 0, after 1 and after all epochs, for the
    panels.
    """
    fresh = np.random.default_rng(0)
    learnt, unseen = dates.split(fresh)
    known, each = vocabularies(learnt.source, learnt.target), len(learnt.source) // BATCH
    some = dates.Dates(*(column[:500] for column in unseen))
    settings = [(64, True), (64, False), (16, True), (32, True), (128, True)]
    for seed in range(DATE_SEEDS):
        for hidden, forcing in settings:
            what: dict = {"seed": seed, "hidden": hidden, "forcing": forcing}
            kept: list[tuple[int, float, dict]] = []

            def seen(update: int, loss: float, params: dict, kept: list = kept) -> None:
                kept.append((update // each, loss, copy.deepcopy(params)))

            rng = np.random.default_rng(seed)
            train(rng, *learnt[:2], known, hidden, epochs * each, each=each, seen=seen, teacher_forcing=forcing)
            for epoch, loss, params in kept:
                right = exact(params, unseen.source, unseen.target, known)
                row = {"epoch": epoch, "loss": f"{loss:.4f}", "exact": f"{right.mean():.4f}"}
                yield "07_dates.csv", what | row
                if hidden != 64 or epoch not in (1, epochs):
                    continue
                for place, (forced, free) in enumerate(zip(*by_position(params, *unseen[:2], known), strict=True)):
                    row = {"epoch": epoch, "place": place}
                    row |= {"after the true": f"{forced:.4f}", "after its own": f"{free:.4f}"}
                    yield "07_positions.csv", what | row
                for width in (1, 2, 5, 10) if forcing else ():
                    found = exact(params, some.source, some.target, known, width).mean()
                    yield "07_beam.csv", {"seed": seed, "epoch": epoch, "width": width, "exact": f"{found:.4f}"}
            for locale in dates.LOCALES:
                share = right[np.array(unseen.locale) == locale].mean()
                yield "07_locales.csv", what | {"locale": locale, "exact": f"{share:.4f}"}
            if (seed, hidden, forcing) == (0, 64, True):
                weights.save(HERE / "07_dates.npz", {"first": kept[0][2], "last": kept[-1][2]})
