"""The notes' sample in lesson 2: its layout is that of its forward pass, its gradient is compared as by hand."""

import numpy as np

from helpers import gradcheck
from helpers.activations import sigmoid
from lessons import notes_01, sample_02


def test_the_layout_is_the_sample_s():
    rng = np.random.default_rng(0)
    x, target = sample_02.pairs(rng, 1)
    params = notes_01.init(rng, 1)
    h, y = notes_01.forward(params, x)
    W, W_out, X, u, z = sample_02.layout(params, x, h)
    assert x.shape == (8, 1, 2, 1) and target.shape == (8, 1, 1, 1)
    before = np.zeros(16)
    for t in range(8):  # the sample's own forward pass: rows in the place of columns
        np.testing.assert_allclose(u[:, t + 1], X[t] @ params["W_in"][0].T + before @ W, atol=1e-9)
        before = sigmoid(u[:, t + 1])
        np.testing.assert_allclose(z[:, t + 1], before, rtol=1e-12)
        np.testing.assert_allclose(sigmoid(before @ W_out), y[t, 0, 0], rtol=1e-9)
    assert not z[:, 0].any() and not u[:, 0].any()


def test_the_comparison_is_that_of_single_networks():
    error, cosine, ratio = sample_02.compare(np.random.default_rng(1), 3)
    rng = np.random.default_rng(1)
    x, target = sample_02.pairs(rng, 3)
    params = notes_01.init(rng, 3)
    for e in range(3):
        one, own = {name: array[[e]] for name, array in params.items()}, x[:, [e]]
        h, y = notes_01.forward(one, own)
        found = [notes_01.backward(one, own, h, y, target[:, [e]], slope=s) for s in ("shipped", "corrected")]
        a, n = (np.concatenate([g.ravel() for g in grads.values()]) for grads in found)
        lengths = np.linalg.norm(a), np.linalg.norm(n)
        np.testing.assert_allclose(error[e], gradcheck.relative_error(a, n), rtol=1e-9)
        np.testing.assert_allclose([cosine[e], ratio[e]], [a @ n / lengths[0] / lengths[1], lengths[0] / lengths[1]])


def test_powers():
    radius, *norms = sample_02.powers(np.array([[0.8, 2.0], [0.0, 0.8]]), (1, 2))
    np.testing.assert_allclose(radius, 0.8)
    np.testing.assert_allclose(norms, [np.linalg.norm(m, 2) for m in ([[0.8, 2], [0, 0.8]], [[0.64, 3.2], [0, 0.64]])])
    turn = np.array([[0.0, -0.9], [0.9, 0.0]])  # its eigenvalues are ±0.9i
    np.testing.assert_allclose(sample_02.powers(turn, (2,)), [0.9, 0.81])
