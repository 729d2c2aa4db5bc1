"""One vector for an excerpt: the masked ways do not see padding, gradients, data apart."""

import numpy as np
import pytest

from helpers import birnn, gradcheck, gru
from lessons import sentences_06

pytestmark = pytest.mark.filterwarnings("error")
LENGTHS = np.array([4, 2, 6])


def network_and_rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 3, 3)) * (np.arange(6)[:, None, None] < LENGTHS)
    return birnn.init(rng, 3, 2, gru), x


@pytest.mark.parametrize("way", sentences_06.WAYS)
def test_gradients_by_central_differences(way):
    params, x = network_and_rows()
    weight = np.random.default_rng(1).normal(size=(4, 3))
    _, cache = sentences_06.vector(params, x, LENGTHS, way)
    grads, dx = sentences_06.vector_backward(cache, weight)

    def error():
        return np.sum(weight * sentences_06.vector(params, x, LENGTHS, way)[0])

    assert max(gradcheck.errors(error, params | {"x": x}, grads | {"x": dx}).values()) < 1e-6


@pytest.mark.parametrize("way", sentences_06.WAYS)
def test_only_the_correct_ways_do_not_depend_on_the_row(way):
    params, x = network_and_rows()
    longer = np.concatenate([x, np.zeros((5, 3, 3))])
    same = np.allclose(*(sentences_06.vector(params, row, LENGTHS, way)[0] for row in (x, longer)))
    assert same == (way in sentences_06.WAYS[:3])


def test_excerpts_of_messages():
    kinds = [[np.arange(1, 200)], [np.arange(500, 700), np.arange(800, 900)]]
    tokens, lengths, new = sentences_06.excerpts(np.random.default_rng(2), kinds, 300)
    assert set(lengths) == set(range(5, 21)) and 100 < new.sum() < 200
    for column, length, kind in zip(tokens.T, lengths, new, strict=True):
        assert (np.diff(column[:length]) == 1).all() and (column[length:] == 0).all()
        assert (column[0] >= 500) == (kind == 1)


def test_training_repeats_and_learns():
    kinds = [[np.full(60, 1)], [np.full(60, 2)]]
    first, second = (sentences_06.train(np.random.default_rng(3), kinds, "masked mean", 20) for _ in range(2))
    assert np.array_equal(first["out"]["W_out"], second["out"]["W_out"])
    tokens, lengths, new = sentences_06.excerpts(np.random.default_rng(4), kinds, 50)
    assert np.array_equal(sentences_06.answers(first, tokens, lengths, "masked mean"), new == 1)


def test_the_messages_are_apart():
    known, unseen = sentences_06.messages()
    assert all(4 * len(some) - 4 <= len(most) <= 4 * len(some) for most, some in zip(known, unseen, strict=True))
    assert max(message.max() for kind in known + unseen for message in kind) == 1000
    counts = np.bincount(np.concatenate([message for kind in known for message in kind]))[1:]
    assert (np.diff(counts) <= 0).all()  # the words are numbered by how often they stand in what is trained on
