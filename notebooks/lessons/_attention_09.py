"""Lesson 09 rewrites dates with and without attention; `make train RESULT=dates_09` writes its tables and weights.

09_curves.csv     share of 500 test dates written exactly, and the loss, during training
09_final.csv      the same on all 2,500 test dates at the end, by language, and the first update at 90 and 99 %
09_lengths.csv    the same by the number of source characters
09_alignment.csv  share of the attention weight on the source characters that carry what is written
09_heads.csv      right answers of layers with one head and more, `make train RESULT=heads_09`
09_dot.npz ...    the weights of seed 0 for each score, and without attention, for the panels

All runs of a seed see the same dates in the same order. Rows are written as they come, a seed after the other.
"""

import csv
import datetime
from pathlib import Path

import numpy as np

from helpers import decoding, optimizers, seq2seq, weights as files
from helpers.data import characters, dates
from lessons import heads_09

HERE = Path(__file__).parents[1] / "results"
SEEDS, BATCH, HIDDEN = 16, 64, 64
STEPS, FEW = 11, 500  # ten characters and EOS; the test dates that are looked at during training
BASE = {"score": "dot", "encoder": "both", "rate": 0.01, "epochs": 2}
RUNS = [BASE, BASE | {"score": "none", "epochs": 6}]
RUNS += [BASE | {"score": score} for score in ("scaled_dot", "general", "additive")]
RUNS += [BASE | {"encoder": "left"}, BASE | {"rate": 0.003}]
RUNS += [BASE | {"score": "none", "rate": 0.003, "epochs": 6}]


def count(params: dict) -> int:
    """Count the parameters."""
    return sum(count(value) if isinstance(value, dict) else value.size for value in params.values())


def width(score: str, sources: int, targets: int) -> int:
    """Return H: 64, and without attention the even number that comes nearest in parameters to dot attention."""

    def size(hidden: int, attention: str | None) -> int:
        rng = np.random.default_rng(0)
        return count(seq2seq.init(rng, sources, targets, hidden, attention=attention, bidirectional=True))

    wanted = size(HIDDEN, "dot")
    return min(range(64, 90, 2), key=lambda h: abs(size(h, None) - wanted)) if score == "none" else HIDDEN


def exact(params: dict, tokens: tuple, target: np.ndarray, score: str | None) -> tuple[np.ndarray, decoding.Written]:
    """Write dates freely; tell which are right in all ten characters and end there."""
    written = decoding.greedy(params, *tokens, steps=STEPS, attention=score)
    wanted = np.full((STEPS, target.shape[1]), characters.EOS)
    wanted[: len(target)] = target
    full = np.zeros_like(wanted)
    full[: len(written.tokens)] = written.tokens
    return (full == wanted).all(axis=0), written


def aligned(weights: np.ndarray, right: np.ndarray, test: dates.Dates, lengths: np.ndarray) -> list[dict]:
    """Measure by language and part how much weight lies on the source characters that carry what is written.

    Only dates that are written right count. near: on those characters or one beside them. top: the share of digits
    whose heaviest character is one of them. even: what weights that are all equal would have there.
    """
    found: dict[tuple[str, str], list] = {}
    for n in np.flatnonzero(right):
        day, locale = datetime.date.fromisoformat(test.target[n]), test.locale[n]
        style = next(style for style in dates.STYLES if dates.written(day, locale, style) == test.source[n])
        for part, place in dates.spans(day, locale, style).items():
            read = weights[n, dates.TARGET[part], : lengths[n]]
            near = read[:, max(place.start - 1, 0) : place.stop + 1].sum(axis=1)
            top = (read.argmax(axis=1) >= place.start) & (read.argmax(axis=1) < place.stop)
            even = (place.stop - place.start) / lengths[n]
            found.setdefault((locale, part), []).append(
                (read[:, place].sum(axis=1).mean(), near.mean(), top.mean(), even)
            )
    means = {key: np.mean(values, axis=0) for key, values in sorted(found.items())}
    return [{"locale": locale, "part": part, "dates": len(found[locale, part])}
            | dict(zip(("share", "near", "top", "even"), (f"{value:.4f}" for value in mean), strict=True))
            for (locale, part), mean in means.items()]  # fmt: skip


def train(run: dict, seed: int, data: dict) -> tuple[dict, list[dict]]:
    """Train one network; return its weights, in half precision as they are stored, and its curve."""
    score = None if run["score"] == "none" else run["score"]
    sources, targets = (len(known.words) for known in data["vocabularies"])
    params = seq2seq.init(np.random.default_rng(seed), sources, targets, width(run["score"], sources, targets),
                          attention=score, bidirectional=run["encoder"] == "both", dtype=np.float32)  # fmt: skip
    rng, adam, curve, losses = np.random.default_rng(1000 + seed), optimizers.Adam(run["rate"]), [], []
    source, lengths = data["source"]
    target, total = data["target"], source.shape[1]
    some = (data["test"][0][:, :FEW], data["test"][1][:FEW])
    for update in range(1, run["epochs"] * (total // BATCH) + 1):
        place = (update - 1) % (total // BATCH)
        order = rng.permutation(total) if place == 0 else order  # noqa: F821 - it is made at the first update
        batch = order[place * BATCH : (place + 1) * BATCH]
        longest = lengths[batch].max()
        loss, grads = seq2seq.loss_and_grads(
            params, source[:longest, batch], lengths[batch], target[:, batch], None, attention=score
        )
        adam.step(params, grads)
        losses.append(loss)
        if update % (26 if update <= 624 else 104) == 0:
            right, _ = exact(params, some, data["test_target"][:, :FEW], score)
            curve.append({"update": update, "loss": f"{np.mean(losses[-26:]):.4g}", "right": f"{right.mean():.3f}"})
    return half(params), curve


def half(params: dict) -> dict:
    """Round all weights to half precision, kept as float32."""
    return {
        name: half(value) if isinstance(value, dict) else value.astype(np.float16).astype(np.float32)
        for name, value in params.items()
    }


def load() -> dict:
    """Return the dates as tokens: 20,000 to train on, 2,500 others to test on."""
    known, other = dates.split(np.random.default_rng(0))
    vocabularies = characters.vocabulary(known.source), characters.vocabulary(known.target)
    return {"vocabularies": vocabularies, "dates": other, "source": characters.encode(known.source, vocabularies[0]),
            "target": characters.encode(known.target, vocabularies[1])[0],
            "test": characters.encode(other.source, vocabularies[0]),
            "test_target": characters.encode(other.target, vocabularies[1])[0]}  # fmt: skip


def compare(seeds: int = SEEDS) -> None:
    """Train every run from every seed and write the four tables and the weights."""
    data, tables = load(), {}
    test, lengths = data["dates"], data["test"][1]
    languages = np.array(test.locale)
    for seed in range(seeds):
        for run in RUNS:
            params, curve = train(run, seed, data)
            score = None if run["score"] == "none" else run["score"]
            right, written = exact(params, data["test"], data["test_target"], score)
            named = {"score": run["score"], "encoder": run["encoder"], "rate": run["rate"], "seed": seed}
            first = {f"first_{share}": next((row["update"] for row in curve if float(row["right"]) >= share / 100), "")
                     for share in (90, 99)}  # fmt: skip
            hidden = params["output"]["W_out"].shape[1]
            row = named | {"hidden": hidden, "parameters": count(params), "updates": curve[-1]["update"]}
            row |= {"loss": curve[-1]["loss"]} | first | {"right": f"{right.mean():.4f}"}
            row |= {locale: f"{right[languages == locale].mean():.4f}" for locale in dates.LOCALES}
            print(*row.values(), flush=True)
            tables.setdefault("final", []).append(row)
            tables.setdefault("curves", []).extend(named | point for point in curve)
            for length in np.unique(lengths):
                own = right[lengths == length]
                tables.setdefault("lengths", []).append(
                    named | {"length": length, "dates": len(own), "right": int(own.sum())}
                )
            if score:
                measured = aligned(written.weights, right, test, lengths)
                tables.setdefault("alignment", []).extend(named | part for part in measured)
            if seed == 0 and run in RUNS[:5]:
                files.save(HERE / f"09_{run['score']}.npz", params)
            for name, rows in tables.items():
                with open(HERE / f"09_{name}.csv", "w", newline="", encoding="utf-8") as file:
                    table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                    table.writeheader()
                    table.writerows(rows)


def heads() -> list[dict]:
    """Train layers of 1, 2 and 4 heads to look back twice, with positions and without, 16 seeds each.

    right: share of the steps of the last 20 batches at which both answers are right.
    """
    rows = []
    for count_of in (1, 2, 4):
        for positions in (1, 0):
            for seed in range(SEEDS):
                rng = np.random.default_rng(seed)
                right, _ = heads_09.train(rng, count_of, use_positions=bool(positions))
                rows.append({"heads": count_of, "positions": positions, "seed": seed,
                             "right": f"{right[-20:].mean():.3f}"})  # fmt: skip
            print(count_of, positions, *sorted(row["right"] for row in rows[-SEEDS:]), flush=True)
    return rows
