"""The causal Transformer: its backward by hand, its order of time, its task."""

import numpy as np
import pytest

from helpers import gradcheck
from lessons import transformer_09


def rng(seed=0):
    return np.random.default_rng(seed)


def drawn(blocks=2, size=4):
    """Make a small network with all arrays drawn: gains of 1 and shifts of 0 would hide mistakes."""
    params = transformer_09.init(rng(1), size=size, blocks=blocks)

    def move(part):
        for value in part.values():
            if isinstance(value, dict):
                move(value)
            else:
                value += 0.3 * rng(value.size).normal(size=value.shape)

    move(params)
    return params


@pytest.mark.parametrize("without", [(), *((part,) for part in transformer_09.PARTS)])
def test_every_gradient(without):
    params, tokens = drawn(blocks=1 if without else 2), transformer_09.sequences(rng(2), 2, 4)
    _, grads, _ = transformer_09.loss_and_grads(params, tokens, without=without)
    error = lambda: transformer_09.loss_and_grads(params, tokens, without=without)[0]  # noqa: E731
    found = gradcheck.errors(error, params, grads)  # what is left out has a gradient of 0, which is right
    assert max(found.values()) < 1e-6


def test_the_normalisation_and_its_gradient():
    x, dy = rng(3).normal(size=(2, 3, 5)), rng(4).normal(size=(2, 3, 5))
    own = {"gain": rng(5).normal(size=5), "shift": rng(6).normal(size=5)}
    y, cache = transformer_09.norm({"gain": np.ones(5), "shift": np.zeros(5)}, x)
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=-1), 1, rtol=1e-3)
    _, cache = transformer_09.norm(own, x)
    grads, dx = transformer_09.norm_backward(cache, dy)
    gradcheck.check(lambda: np.sum(dy * transformer_09.norm(own, x)[0]), own | {"x": x}, grads | {"x": dx})


def test_the_feed_forward_layer_alone():
    x, dy, feed = rng(7).normal(size=(2, 3, 4)), rng(8).normal(size=(2, 3, 4)), drawn()["block 0"]["feed"]
    grads, dx = transformer_09.feed_backward(transformer_09.feed(feed, x)[1], dy)
    gradcheck.check(lambda: np.sum(dy * transformer_09.feed(feed, x)[0]), feed | {"x": x}, grads | {"x": dx})


def test_no_output_knows_a_later_token():
    params, tokens = drawn(3), rng().integers(4, size=(2, 9))
    other = np.where(np.arange(9) == 5, (tokens + 1) % 4, tokens)
    change = np.abs(transformer_09.forward(params, tokens)[0] - transformer_09.forward(params, other)[0])
    assert np.flatnonzero(change.max(axis=(0, 2)) > 1e-12).tolist() == [5, 6, 7, 8]


def test_without_the_causal_mask_it_reads_the_future():
    params, tokens = drawn(1), rng().integers(4, size=(1, 6))
    other = np.where(np.arange(6) == 5, (tokens + 1) % 4, tokens)
    a, b = (transformer_09.forward(params, read, without=(transformer_09.HOLE,))[0] for read in (tokens, other))
    assert np.abs(a - b)[0, 0].max() > 1e-6


def test_the_task_has_its_rule_and_its_noise():
    tokens = transformer_09.sequences(rng(), 4000)
    ruled = (tokens[:, 2:-1] + tokens[:, :-3]) % 4 == tokens[:, 3:]
    assert tokens.shape == (4000, 17) and abs(ruled.mean() - transformer_09.BEST) < 0.005
    clean = transformer_09.sequences(rng(), 50, noise=0)
    np.testing.assert_array_equal(clean, transformer_09.ruled(clean[:, :3], 17))
    shares = np.array([transformer_09.BEST, *[0.025] * 3])
    assert transformer_09.ENTROPY == pytest.approx(-(shares * np.log(shares)).sum())


def test_training_finds_the_rule():
    params, curve = transformer_09.train(rng())
    assert curve.shape == (400,) and curve[-20:].mean() < 0.45
    starts = transformer_09.starts()
    assert starts.shape == (64, 3) and len({tuple(start) for start in starts}) == 64
    made = transformer_09.continued(params, starts, 16)
    assert (made == transformer_09.ruled(starts, 16)).all(axis=1).mean() > 0.8
