"""Rewriting one string with a trained seq2seq network: what it writes, what it reads while writing, and how sharply.

(1) weights = softmax(s / temperature)      below 1 sharper, above 1 flatter; the network was trained at 1

The temperature needs no code of its own: it is a factor of the score's parameters, and a dot product is the general
score with a multiple of the identity as its matrix.
"""

import math
from typing import NamedTuple

import numpy as np

from helpers import decoding
from helpers._checks import Array, one_of, positive, whole
from helpers.attention import SCORES, SYMBOLS
from helpers.data.characters import EOS, SPECIAL, Vocabulary, encode


class Rewriting(NamedTuple):
    """What a network made of one string."""

    source: str  # as it was read, in small letters
    written: str  # without EOS
    ended: bool  # whether EOS came in time
    probabilities: Array  # (steps,), of each character chosen, that of EOS included
    weights: Array | None  # (steps, characters of the source), each row sums to 1; None without attention


def sharpened(params: dict, score: str, temperature: float) -> tuple[dict, str]:
    """Divide all scores by a temperature, equation (1).

    Parameters
    ----------
    params : dict of dict
        From `seq2seq.init` with this score.
    score : {"dot", "scaled_dot", "general", "additive"}
        The score that they belong to.
    temperature : float
        Above 0.

    Returns
    -------
    params : dict of dict
        The same arrays, but for those of the score.
    score : str
        "additive" or "general", whose parameters hold the temperature.

    Raises
    ------
    ValueError
        If the score is unknown, its part is missing, or the temperature is not a finite number above 0.
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
    steps: int = 11,
) -> Rewriting:
    """Let a network rewrite one string, character by character, always the most probable one.

    Parameters
    ----------
    params : dict of dict
        From `seq2seq.init`, trained, with GRU cells.
    text : str
        The source; spaces around it do not count, large letters become small ones.
    vocabularies : tuple of Vocabulary
        Those of the source and of the target.
    score : {None, "dot", "scaled_dot", "general", "additive"}
        The one that `params` were trained with, None without attention.
    temperature : float
        See (1); without attention there is nothing to sharpen, and it only has to be above 0.
    longest : int, optional
        The most characters that a source may have, as it was in training; any number when left out.
    steps : int
        The most that may be written, EOS included.

    Returns
    -------
    Rewriting
        The answer, and what was read for each of its characters.

    Raises
    ------
    ValueError
        If the text is empty, too long or holds a character that the network never saw, if a number is out of its
        range, or if the parameters do not fit vocabularies and score.
    """
    positive("temperature", temperature)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text: expected at least one character, got {text!r}")
    text = text.strip().lower()
    unknown = sorted(set(text) - set(vocabularies[0].token))
    if unknown:
        known = "".join(vocabularies[0].words[len(SPECIAL) :])
        raise ValueError(f"text: {', '.join(map(repr, unknown))} never occurred in training; known are {known!r}")
    if longest is not None and len(text) > whole("longest", longest):
        raise ValueError(f"text: expected at most {longest} characters, the longest in training, got {len(text)}")
    for name, vocabulary in zip(("source", "target"), vocabularies, strict=True):
        if np.shape(params.get(name, {}).get("E"))[:1] != (len(vocabulary.words),):
            raise ValueError(f"params[{name!r}]['E']: expected a row for each of {len(vocabulary.words)} tokens")
    if score is not None:
        params, score = sharpened(params, score, temperature)
    made = decoding.greedy(params, *encode([text], vocabularies[0]), steps=steps, attention=score)
    tokens, length = made.tokens[:, 0], int(made.lengths[0])
    chosen = made.probabilities[np.arange(len(tokens)), tokens, 0]
    written = "".join(vocabularies[1].words[token] for token in tokens[:length])
    weights = None if made.weights is None else made.weights[0]
    return Rewriting(text, written, bool(tokens[-1] == EOS), chosen, weights)
