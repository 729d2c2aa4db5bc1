"""The ways from encoder to decoder of lesson 7: gradients, agreement with the kernel, own words."""

import numpy as np
import pytest

from helpers import gradcheck, seq2seq
from helpers.data.characters import EOS
from lessons import bridge_07 as bridge

S, T = np.array([5, 2, 3]), np.array([1, 4, 3])


def batch():
    rng = np.random.default_rng(0)
    return rng.integers(3, 8, (5, 3)), S, rng.integers(3, 7, (4, 3)), T


@pytest.mark.parametrize("way", bridge.WAYS[:4])
def test_the_gradient_of_every_way(way):
    params, given = bridge.init(np.random.default_rng(1), (8, 7), 4, 3, way), batch()
    _, grads = bridge.loss_and_grads(params, *given)
    assert list(grads) == list(params)
    for name in params:
        errors = gradcheck.errors(lambda: bridge.loss_and_grads(params, *given)[0], params[name], grads[name])
        assert max(errors.values()) < 1e-6


@pytest.mark.parametrize(("share", "forced"), [(0.0, True), (1.0, False)])
def test_plain_is_the_kernel_in_both_trainings(share, forced):
    params, given = bridge.init(np.random.default_rng(1), (8, 7), 4, 3, "plain"), batch()
    loss, _ = bridge.loss_and_grads(params, *given, share, np.random.default_rng(2))
    assert np.isclose(loss, seq2seq.loss_and_grads(params, *given, teacher_forcing=forced)[0], rtol=1e-12)


def test_half_of_the_words_are_the_decoders_own():
    params, (source, _, target, _) = bridge.init(np.random.default_rng(1), (8, 7), 4, 3, "plain"), batch()
    source, target = np.tile(source, 400), np.tile(target, 400)
    read, (inputs, *_) = bridge.encode(params, source, None), seq2seq.shifted(target)
    mixed = bridge.own_words(params, read, inputs, 0.5, np.random.default_rng(2))
    changed = mixed[1:] != inputs[1:]
    assert (mixed[0] == inputs[0]).all() and 0.3 < changed.mean() < 0.55 and mixed.min() < EOS + 1


def test_free_writing_reads_its_own_words():
    params, (source, lengths, *_) = bridge.init(np.random.default_rng(1), (8, 7), 4, 3, "context"), batch()
    tokens = bridge.written(params, source, lengths, 5)
    read = bridge.encode(params, source, lengths)
    v, *_ = bridge.decode(params, read, np.concatenate([np.full((1, 3), 1), tokens[:-1]]))
    assert (v.argmax(axis=1) + EOS == tokens).all()
