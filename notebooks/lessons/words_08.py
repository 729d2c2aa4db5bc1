"""A planted grammar: a corpus of 72 words in which every analogy has an exact answer.

Twelve verbs stand in six forms each, walk, walks, walked, walking, walker, walkers. The corpus says which words share a
verb and which share a form, and nothing else, so that walk : walked :: talk : talked has to be found from neighbours.
"""

from itertools import permutations

import numpy as np

from helpers._checks import Array, generator, is_number, whole
from helpers.data.words import Vocabulary, unit_rows

VERBS = ("walk", "talk", "jump", "play", "work", "help", "paint", "clean", "cook", "farm", "plant", "climb")
FORMS = ("", "s", "ed", "ing", "er", "ers")
WORDS = tuple(verb + form for verb in VERBS for form in FORMS)
"""The 72 words; verb v in form f has the place 6 v + f."""


def corpus(rng: np.random.Generator, words: int, noise: float = 0.2, span: int = 8) -> list[str]:
    """
    Draw running words from the grammar.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where they come from.
    words : int
        How many.
    noise : float
        The share of words that are drawn without regard to the topic, 0 to 1.
    span : int
        Words in a stretch that has one topic: a verb and a form.

    Returns
    -------
    list of str
        Words. Each is, with equal chance, the topic's verb in any form or any verb in the topic's form. Verbs are
        drawn with probability ∝ 1/rank, as words are in real text; forms are drawn evenly.

    Raises
    ------
    ValueError
        If a size is too small, the noise is not in 0..1, or `rng` is no Generator.
    """
    words, span = whole("words", words), whole("span", span)
    if not is_number(noise) or not 0 <= noise <= 1:
        raise ValueError(f"noise: expected a share from 0 to 1, got {noise!r}")
    generator(rng)
    chances = 1 / np.arange(1, len(VERBS) + 1)
    cumulated = np.cumsum(chances) / chances.sum()

    def draw(count: int) -> tuple[Array, Array]:
        return np.searchsorted(cumulated, rng.random(count), side="right"), rng.integers(0, len(FORMS), count)

    stretches = -(-words // span)
    verb, form = (np.repeat(topic, span)[:words] for topic in draw(stretches))
    other_verb, other_form = draw(words)
    same_verb, stray = rng.random(words) < 0.5, rng.random(words) < noise
    verb = np.where(same_verb & ~stray, verb, other_verb)
    form = np.where(~same_verb & ~stray, form, other_form)
    return [WORDS[place] for place in len(FORMS) * verb + form]


def analogies() -> list[tuple[str, str, str, str]]:
    """
    List every analogy of the grammar with its answer.

    Returns
    -------
    list of tuple
        (a, b, c, answer) for each pair of forms and each pair of verbs: 30 · 132 = 3,960.
    """
    return [
        (one + a, one + b, other + a, other + b)
        for a, b in permutations(FORMS, 2)
        for one, other in permutations(VERBS, 2)
    ]


def score(vectors: Array, vocabulary: Vocabulary) -> float:
    """
    Return the share of the analogies whose best answer is the right one; the three given words are left out.

    Parameters
    ----------
    vectors : numpy.ndarray
        A row a word, shape (V, d).
    vocabulary : Vocabulary
        Whose rows they are; an analogy with a word that is not there counts as missed.

    Returns
    -------
    float
        0 to 1; guessing gives 1/69 = 0.014.
    """
    asked = [[vocabulary.index.get(word, -1) for word in row] for row in analogies()]
    a, b, c, answer = np.array([row for row in asked if min(row) >= 0], int).reshape(-1, 4).T
    units, every = unit_rows(vectors, vocabulary), np.arange(len(a))
    similar = (units[b] - units[a] + units[c]) @ units.T
    for given in (a, b, c):
        similar[every, given] = -np.inf
    return float(np.sum(similar.argmax(axis=1) == answer) / len(asked)) if len(a) else 0.0
