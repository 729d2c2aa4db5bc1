"""Rewriting one string with a trained seq2seq network: what it writes, what it reads while writing, and how sharply.

(1) weights = softmax(s / temperature)      below 1 sharper, above 1 flatter; the network was trained at 1

The temperature needs no code of its own: it is a factor of the score's parameters, and a dot product is the general
score with a multiple of the identity as its matrix.

`make train RESULT=dates_09` rewrites dates with and without attention and writes these, row by row, a seed after the
other. All runs of a seed see the same dates in the same order.

09_curves.csv     share of 500 test dates written exactly, and the loss, during training
09_final.csv      the same on all 2,500 test dates at the end, by language, and the first update at 90 and 99 %
09_lengths.csv    the same by the number of source characters
09_alignment.csv  share of the attention weight on the source characters that carry what is written
09_dot.npz ...    the weights of seed 0 for each score, and without attention, for the panels
"""

import math
import unicodedata
from typing import Any, NamedTuple

import numpy as np

from helpers import decoding, optimizers, seq2seq, weights as files
from helpers._checks import Array, one_of, positive, whole
from helpers.attention import SCORES, SYMBOLS
from helpers.data import characters, dates
from helpers.data.characters import EOS, Vocabulary
from lessons import RESULTS, write

_STEPS = 11  # ten characters and EOS
_SEEDS, _BATCH, _HIDDEN, _FEW = 16, 64, 64, 500  # the last: test dates that are looked at during training
_BASE: dict[str, Any] = {"score": "dot", "encoder": "both", "rate": 0.01, "epochs": 2}
_RUNS = [_BASE, _BASE | {"score": "none", "epochs": 6}]
_RUNS += [_BASE | {"score": score} for score in ("scaled_dot", "general", "additive")]
_RUNS += [_BASE | {"encoder": "left"}, _BASE | {"rate": 0.003}, _BASE | {"score": "none", "rate": 0.003, "epochs": 6}]


class Rewriting(NamedTuple):
    """What a network made of one string."""

    source: str  # as it was read, in small letters
    written: str  # without EOS
    ended: bool  # whether EOS came in time
    probabilities: Array  # (steps,), of each character chosen, that of EOS included
    weights: Array | None  # (steps, characters of the source), each row sums to 1; None without attention


def sharpened(params: dict, score: str, temperature: float) -> tuple[dict, str]:
    """Divide all scores by a temperature above 0, equation (1).

    The parameters are from `seq2seq.init` with this score. Return the same arrays but for those of the score, and its
    name now: "additive" or "general", whose parameters hold the temperature.
    """
    one_of("score", score, SCORES)
    temperature, part = positive("temperature", temperature), "attention" if SYMBOLS[score] else "combine"
    if part not in params or not set(SYMBOLS[score]) <= set(params[part]):
        raise ValueError(f"params: expected a part {part!r} for the score {score!r}, got {list(params)}")
    if score == "additive":
        own = params["attention"] | {"w": params["attention"]["w"] / temperature}
        return params | {"attention": own}, score
    if score == "general":
        return params | {"attention": {"W": params["attention"]["W"] / temperature}}, score
    combine = params["combine"]["W_out"]  # (H, 2H)
    scale = temperature * math.sqrt(len(combine)) if score == "scaled_dot" else temperature
    return params | {"attention": {"W": np.eye(len(combine), dtype=combine.dtype) / scale}}, "general"


def rewrite(
    params: dict,
    text: str,
    vocabularies: tuple[Vocabulary, Vocabulary],
    *,
    score: str | None,
    temperature: float = 1.0,
    longest: int | None = None,
) -> Rewriting:
    """Let a network rewrite one string, always by the most probable character, of which it writes at most ten.

    The parameters are from `seq2seq.init`, trained with this score and these vocabularies, of the source and of the
    target. Spaces around the text do not count, large letters become small ones; it has at most `longest` characters,
    as in training. Without attention, score None, there is nothing that the temperature (1) could sharpen.
    """
    positive("temperature", temperature)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text: expected at least one character, got {text!r}")
    text = unicodedata.normalize("NFC", text.strip().lower())
    unknown = sorted(set(text) - set(vocabularies[0].index))
    if unknown:
        known = "".join(vocabularies[0].words[EOS + 1 :])
        raise ValueError(f"text: {', '.join(map(repr, unknown))} never occurred in training; known are {known!r}")
    if longest is not None and len(text) > whole("longest", longest):
        raise ValueError(f"text: expected at most {longest} characters, the longest in training, got {len(text)}")
    for name, vocabulary in zip(("source", "target"), vocabularies, strict=True):
        if np.shape(params.get(name, {}).get("E"))[:1] != (len(vocabulary),):
            raise ValueError(f"params[{name!r}]['E']: expected a row for each of {len(vocabulary)} tokens")
    if score is not None:
        params, score = sharpened(params, score, temperature)
    made = decoding.greedy(params, *characters.encode([text], vocabularies[0]), steps=_STEPS, attention=score)
    tokens, length = made.tokens[:, 0], int(made.lengths[0])
    chosen = made.probabilities[np.arange(len(tokens)), tokens, 0]
    written = "".join(vocabularies[1].words[token] for token in tokens[:length])
    weights = None if made.weights is None else made.weights[0]
    return Rewriting(text, written, bool(tokens[-1] == EOS), chosen, weights)


def stored(name: str, score: str, encoder: str = "both", rate: float = 0.01) -> Array:
    """Return the rows of results/09_NAME.csv with this score, encoder and learning rate, as a structured array."""
    rows = np.genfromtxt(RESULTS / f"09_{name}.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    return rows[(rows["score"] == score) & (rows["encoder"] == encoder) & (rows["rate"] == rate)]


def mistakes(score: str, test: dates.Dates) -> tuple[Array, Array, Array]:
    """Compare mistakes by length with those that the languages alone would give, in % over all seeds.

    Lengths of the source are taken four by four: their middles, the mistakes, and what they would be if each date had
    the mean error of its language, whatever its length.
    """
    final, lengths = stored("final", score), stored("lengths", score)
    own = {locale: 100 * (1 - final[locale].mean()) for locale in dates.LOCALES}
    groups = np.array([len(text) // 4 for text in test.source])
    expected = np.array([own[locale] for locale in test.locale])
    found, seen, alone = [], [], []
    for group in np.unique(groups):
        rows = lengths[lengths["length"] // 4 == group]
        found.append(4 * group + 1.5)
        seen.append(100 - 100 * rows["right"].sum() / rows["dates"].sum())
        alone.append(expected[groups == group].mean())
    return np.array(found), np.array(seen), np.array(alone)


def _score(run: dict) -> str | None:
    """Return the score of a run as the kernels name it."""
    return None if run["score"] == "none" else run["score"]


def _count(params: dict) -> int:
    """Count the parameters."""
    return sum(_count(value) if isinstance(value, dict) else value.size for value in params.values())


def _half(params: dict) -> dict:
    """Round all weights to half precision, kept as float32."""
    return {
        name: _half(value) if isinstance(value, dict) else value.astype(np.float16).astype(np.float32)
        for name, value in params.items()
    }


def _width(score: str | None, sizes: list[int]) -> int:
    """Return H: 64, and without attention the even number that comes nearest in parameters to dot attention."""

    def size(hidden: int, attention: str | None) -> int:
        rng = np.random.default_rng(0)
        return _count(seq2seq.init(rng, sizes[0], sizes[1], hidden, attention=attention, bidirectional=True))

    wanted = size(_HIDDEN, "dot")
    return min(range(64, 90, 2), key=lambda h: abs(size(h, None) - wanted)) if score is None else _HIDDEN


def _exact(params: dict, tokens: tuple, target: Array, score: str | None) -> tuple[Array, decoding.Written]:
    """Write dates freely; tell which are right in all ten characters and end there."""
    written = decoding.greedy(params, *tokens, steps=_STEPS, attention=score)
    wanted = np.full((_STEPS, target.shape[1]), EOS)
    wanted[: len(target)] = target
    full = np.zeros_like(wanted)
    full[: len(written.tokens)] = written.tokens
    return (full == wanted).all(axis=0), written


def _aligned(weights: Array, right: Array, test: dates.Dates, lengths: Array) -> list[dict]:
    """Measure by language and part how much weight lies on the source characters that carry what is written.

    Only dates that are written right count. near: on those characters or one beside them. top: the share of digits
    whose heaviest character is one of them. even: what weights that are all equal would have there.
    """
    found: dict[tuple[str, str], list] = {}
    for n in np.flatnonzero(right):
        day, locale = dates.parse(test.target[n]), test.locale[n]
        style = next(style for style in dates.STYLES if dates.written(day, locale, style) == test.source[n])
        for part, place in dates.spans(day, locale, style).items():
            read = weights[n, dates.TARGET[part], : lengths[n]]
            near = read[:, max(place.start - 1, 0) : place.stop + 1].sum(axis=1)
            top = (read.argmax(axis=1) >= place.start) & (read.argmax(axis=1) < place.stop)
            even = (place.stop - place.start) / lengths[n]
            measured = read[:, place].sum(axis=1).mean(), near.mean(), top.mean(), even
            found.setdefault((locale, part), []).append(measured)
    return [{"locale": locale, "part": part, "dates": len(values)}
            | {name: f"{mean:.4f}" for name, mean in zip(("share", "near", "top", "even"), means, strict=True)}
            for (locale, part), values in sorted(found.items())
            for means in [np.mean(values, axis=0)]]  # fmt: skip


def _train(run: dict, seed: int, known: dict[str, Any], test: tuple, target: Array) -> tuple[dict, list[dict]]:
    """Train one network; return its weights, in half precision as they are stored, and its curve on some test dates."""
    sizes, score = known["sizes"], _score(run)
    params = seq2seq.init(np.random.default_rng(seed), sizes[0], sizes[1], _width(score, sizes), attention=score,
                          bidirectional=run["encoder"] == "both", dtype=np.float32)  # fmt: skip
    rng, adam, curve, losses = np.random.default_rng(1000 + seed), optimizers.Adam(run["rate"]), [], []
    (source, lengths), total, order = known["source"], known["target"].shape[1], np.empty(0, int)
    for update in range(1, run["epochs"] * (total // _BATCH) + 1):
        if len(order) < _BATCH:
            order = rng.permutation(total)
        batch, order = order[:_BATCH], order[_BATCH:]
        longest = lengths[batch].max()
        loss, grads = seq2seq.loss_and_grads(
            params, source[:longest, batch], lengths[batch], known["target"][:, batch], None, attention=score
        )
        adam.step(params, grads)
        losses.append(loss)
        if update % (26 if update <= 624 else 104) == 0:
            right, _ = _exact(params, tuple(part[..., :_FEW] for part in test), target[:, :_FEW], score)
            curve.append({"update": update, "loss": f"{np.mean(losses[-26:]):.4g}", "right": f"{right.mean():.3f}"})
    return _half(params), curve


def _dates() -> None:
    """Train every run from every seed on 20,000 dates and write the four tables and the weights."""
    learnt, unseen = dates.split(np.random.default_rng(0))
    one, other = characters.vocabulary(learnt.source), characters.vocabulary(learnt.target)
    known = {"source": characters.encode(learnt.source, one), "target": characters.encode(learnt.target, other)[0]}
    known |= {"sizes": [len(one), len(other)]}
    test, target = characters.encode(unseen.source, one), characters.encode(unseen.target, other)[0]
    lengths, languages = test[1], np.array(unseen.locale)
    tables: dict[str, list[dict]] = {name: [] for name in ("final", "curves", "lengths", "alignment")}
    for seed in range(_SEEDS):
        for run in _RUNS:
            params, curve = _train(run, seed, known, test, target)
            right, written = _exact(params, test, target, _score(run))
            named = {"score": run["score"], "encoder": run["encoder"], "rate": run["rate"], "seed": seed}
            first = {f"first_{share}": next((row["update"] for row in curve if float(row["right"]) >= share / 100), "")
                     for share in (90, 99)}  # fmt: skip
            hidden = params["output"]["W_out"].shape[1]
            row = named | {"hidden": hidden, "parameters": _count(params), "updates": curve[-1]["update"]}
            row |= {"loss": curve[-1]["loss"]} | first | {"right": f"{right.mean():.4f}"}
            row |= {locale: f"{right[languages == locale].mean():.4f}" for locale in dates.LOCALES}
            print(*row.values(), flush=True)
            tables["final"].append(row)
            tables["curves"].extend(named | point for point in curve)
            for length in np.unique(lengths):
                own = right[lengths == length]
                tables["lengths"].append(named | {"length": length, "dates": len(own), "right": int(own.sum())})
            if written.weights is not None:
                measured = _aligned(written.weights, right, unseen, lengths)
                tables["alignment"].extend(named | part for part in measured)
            if seed == 0 and run in _RUNS[:5]:
                files.save(RESULTS / f"09_{run['score']}.npz", params)
            for name, rows in tables.items():
                write(f"09_{name}.csv", rows)


TABLES = {"dates_09": _dates}
