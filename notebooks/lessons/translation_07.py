"""Lesson 07 translates sums, copies and dates: `make train RESULT=sums_07` and so on; rows are written as they come.

Every network is a GRU encoder and a GRU decoder, float32, trained by Adam with teacher forcing on batches of 64, the
gradient clipped to a global norm of 1, the rate falling linearly to a tenth. The embeddings have 32 numbers, or as many
as the state where that has fewer. Seeds are the outer loop: a run that is cut short leaves whole seeds.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from helpers import clipping, decoding, optimizers, seq2seq, weights
from helpers._checks import Array
from helpers.data import characters, dates, tasks
from lessons import RESULTS, write

_BATCH, _RATE = 64, 0.01
_SMALL_SEEDS, _DATE_SEEDS = 16, 16
_SIZES = (16, 32, 64, 128)  # of the state, for the copies
_SUMS_EACH, _COPY_UPDATES, _EPOCHS = 400, 1200, 5  # the sums are looked at 8 times
_Rows = Iterator[tuple[str, dict[str, Any]]]  # the name of a table, and a row of it


def _keep(rows: _Rows) -> None:
    """Write each row into the table that it belongs to, as soon as it is there."""
    tables: dict[str, list[dict]] = {}
    for name, row in rows:
        tables.setdefault(name, []).append(row)
        write(name, tables[name])
        print(*row.values(), flush=True)


def _vocabularies(source: list[str], target: list[str]) -> tuple:
    """Collect the characters of both sides."""
    return characters.vocabulary(source), characters.vocabulary(target)


def _exact(params: dict, source: list[str], target: list[str], known: tuple, beam: int = 1) -> Array:
    """Return which answers the network writes right from the first character to EOS."""
    tokens, lengths = characters.encode(source, known[0])
    steps = max(map(len, target)) + 3
    if beam > 1:
        best = [found[0] for found in decoding.beam(params, tokens, lengths, steps=steps, width=beam)]
        answers: list = [characters.decode(h.tokens[:, None], known[1])[0] if h.ended else "" for h in best]
    else:
        answers = characters.decode(decoding.greedy(params, tokens, lengths, steps=steps).tokens, known[1])
    return np.array([answer == wanted for answer, wanted in zip(answers, target, strict=True)])


def _train(
    rng: np.random.Generator,
    source: list[str],
    target: list[str],
    known: tuple,
    hidden: int,
    updates: int,
    *,
    each: int,
    seen: Callable[[int, float, dict], None] = lambda update, loss, params: None,
    teacher_forcing: bool = True,
) -> dict[str, dict]:
    """Train one network; `seen` gets the update, the mean loss since the last call, and the parameters."""
    sizes = [len(vocabulary.words) for vocabulary in known]
    params = seq2seq.init(rng, sizes[0], sizes[1], hidden, min(hidden, 32), dtype=np.float32)
    s, s_lengths = characters.encode(source, known[0])
    t, t_lengths = characters.encode(target, known[1])
    optimizer, losses, order = optimizers.Adam(_RATE), [], np.empty(0, int)
    for update in range(1, updates + 1):
        if len(order) < _BATCH:
            order = rng.permutation(len(source))
        batch, order = order[:_BATCH], order[_BATCH:]
        longest, last = s_lengths[batch].max(), t_lengths[batch].max()
        loss, grads = seq2seq.loss_and_grads(
            params, s[:longest, batch], s_lengths[batch], t[:last, batch], t_lengths[batch],
            teacher_forcing=teacher_forcing,
        )  # fmt: skip
        optimizer.learning_rate = _RATE * (1 - 0.9 * update / updates)
        optimizer.step(params, clipping.clip_by_global_norm(grads, 1.0)[0])
        losses.append(loss)
        if update % each == 0:
            seen(update, float(np.mean(losses)), params)
            losses = []
    return params


def _sums() -> _Rows:
    """Add two numbers of up to two digits, with the question as it stands and reversed, 16 seeds each.

    loss: the mean over the last 400 updates, in nats a token. exact: the share of 2,000 unseen sums written right.
    """
    for seed in range(_SMALL_SEEDS):
        for order in ("forward", "reversed"):
            rng = np.random.default_rng(seed)
            curve: list[tuple[int, float, float]] = []
            (source, target), (asked, answers) = tasks.sums_as_text(rng)
            if order == "reversed":
                source, asked = [text[::-1] for text in source], [text[::-1] for text in asked]
            known = _vocabularies(source, target)

            def seen(update: int, loss: float, params: dict, kept: Any = (curve, asked, answers, known)) -> None:
                kept[0].append((update, loss, _exact(params, *kept[1:]).mean()))

            _train(rng, source, target, known, 64, 8 * _SUMS_EACH, each=_SUMS_EACH, seen=seen)
            for update, loss, right in curve:
                row = {"seed": seed, "order": order, "update": update, "loss": f"{loss:.4f}", "exact": f"{right:.4f}"}
                yield "07_sums.csv", row


def _copies() -> _Rows:
    """Copy strings of 1 to 16 random digits through states of four sizes, 16 seeds each; the share right by length.

    Each length has 100 fresh strings; those of 2 digits were in the training too, 18 and 20 are longer than any of it.
    """
    for seed in range(_SMALL_SEEDS):
        for hidden in _SIZES:
            rng = np.random.default_rng(seed)
            lengths = rng.integers(1, 17, 20_000)
            strings = ["".join(map(str, rng.integers(0, 10, length))) for length in lengths]
            known = _vocabularies(strings, strings)
            params = _train(rng, strings, strings, known, hidden, _COPY_UPDATES, each=_COPY_UPDATES)
            row: dict[str, Any] = {"seed": seed, "hidden": hidden}
            for length in (2, 4, 6, 8, 10, 12, 14, 16, 18, 20):
                asked = ["".join(map(str, rng.integers(0, 10, length))) for _ in range(100)]
                row[f"length {length}"] = f"{_exact(params, asked, asked, known).mean():.2f}"
            yield "07_copies.csv", row


def _by_position(params: dict, source: list[str], target: list[str], known: tuple) -> tuple[Array, Array]:
    """Return the share of tokens right at each of the 10 places of a date: after the true ones, and after its own."""
    tokens, lengths = characters.encode(source, known[0])
    wanted, _ = characters.encode(target, known[1])
    memory, _ = seq2seq.encode(params, tokens, lengths)
    v, *_ = seq2seq.decode(params, memory, seq2seq.shifted(wanted)[0])
    forced = v.argmax(axis=1)[:10] + characters.EOS
    free = np.full_like(wanted, characters.PAD)
    written = decoding.greedy(params, tokens, lengths, steps=10).tokens
    free[: len(written)] = written
    return (forced == wanted).mean(axis=1), (free == wanted).mean(axis=1)


def _dates() -> _Rows:
    """Write dates of six languages as ISO 8601, 16 seeds: four sizes of state, and free running in the training.

    07_dates.csv: after each epoch the mean loss and the share of 2,500 unseen dates written right. 07_locales.csv: the
    last of these by language. 07_positions.csv: _by_position, after the first and the last epoch. 07_beam.csv: 500
    unseen dates by beam width. 07_dates.npz: the weights of 64 units, seed 0, after 1 and after all epochs, for the
    panels.
    """
    learnt, unseen = dates.split(np.random.default_rng(0))
    known, each = _vocabularies(learnt.source, learnt.target), len(learnt.source) // _BATCH
    some = dates.Dates(*(column[:500] for column in unseen))
    for seed in range(_DATE_SEEDS):
        for hidden, forcing in ((64, True), (64, False), (16, True), (32, True), (128, True)):
            what: dict[str, Any] = {"seed": seed, "hidden": hidden, "forcing": forcing}
            kept: list[tuple[int, float, dict]] = []

            def seen(update: int, loss: float, params: dict, kept: list = kept) -> None:
                kept.append((update // each, loss, copy.deepcopy(params)))

            rng = np.random.default_rng(seed)
            _train(rng, *learnt[:2], known, hidden, _EPOCHS * each, each=each, seen=seen, teacher_forcing=forcing)
            for epoch, loss, params in kept:
                right = _exact(params, unseen.source, unseen.target, known)
                yield "07_dates.csv", what | {"epoch": epoch, "loss": f"{loss:.4f}", "exact": f"{right.mean():.4f}"}
                if hidden != 64 or epoch not in (1, _EPOCHS):
                    continue
                for place, (forced, free) in enumerate(zip(*_by_position(params, *unseen[:2], known), strict=True)):
                    shares = {"after the true": f"{forced:.4f}", "after its own": f"{free:.4f}"}
                    yield "07_positions.csv", what | {"epoch": epoch, "place": place} | shares
                for width in (1, 2, 5, 10) if forcing else ():
                    found = _exact(params, some.source, some.target, known, width).mean()
                    yield "07_beam.csv", {"seed": seed, "epoch": epoch, "width": width, "exact": f"{found:.4f}"}
            for locale in dates.LOCALES:
                share = right[np.array(unseen.locale) == locale].mean()
                yield "07_locales.csv", what | {"locale": locale, "exact": f"{share:.4f}"}
            if (seed, hidden, forcing) == (0, 64, True):
                weights.save(RESULTS / "07_dates.npz", {"first": kept[0][2], "last": kept[-1][2]})


TABLES = {
    "dates_07": lambda: _keep(_dates()),
    "sums_07": lambda: _keep(_sums()),
    "copies_07": lambda: _keep(_copies()),
}
