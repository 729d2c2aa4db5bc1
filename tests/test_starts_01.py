"""The starts of lesson 1's table: only what a row names is changed, and a new W is what it is called."""

import numpy as np
import pytest

from lessons import notes_01, starts_01

DRAWN = notes_01.init(np.random.default_rng(0), 3)


@pytest.mark.parametrize(("name", "kind", "narrow", "options"), starts_01.ROWS)
def test_a_row_changes_what_it_names(name, kind, narrow, options):
    found = starts_01.start(DRAWN, kind, narrow)
    for part, scale in (("W_in", 2**-0.5), ("W_out", 0.25)):
        np.testing.assert_allclose(found[part], DRAWN[part] * (scale if narrow else 1), rtol=1e-14)
    assert np.array_equal(found["W"], DRAWN["W"]) == (kind == "drawn")
    assert set(options) <= {"threshold", "learning_rate"}


def test_another_W():
    W = DRAWN["W"]
    np.testing.assert_allclose(starts_01.recurrent(W, "xavier"), W / 4, rtol=1e-14)
    Q = starts_01.recurrent(W, "orthogonal")
    np.testing.assert_allclose(Q.swapaxes(1, 2) @ Q, np.broadcast_to(np.eye(16), W.shape), atol=1e-12)
    R = Q.swapaxes(1, 2) @ W
    assert np.allclose(np.tril(R, -1), 0) and (np.diagonal(R, axis1=1, axis2=2) > 0).all()
    assert (starts_01.recurrent(W, "identity") == np.eye(16)).all()


def test_growth_is_that_of_two_states():
    """Run two states that differ by 1e-7 through the same network, here one of a single draw."""
    rng = np.random.default_rng(3)
    found = starts_01.growth(np.random.default_rng(3), "xavier", 1)
    x = starts_01.binary_addition(rng, 8, 1)[0].transpose(0, 2, 1)[..., None]
    params = notes_01.init(rng, 1, scheme="xavier")
    h, _ = notes_01.forward(params, x, "tanh")
    step = rng.standard_normal((1, 16, 1)) * 1e-7
    other = h[0] + step
    for t in range(1, 8):
        other = np.tanh(params["W_in"] @ x[t] + params["W"] @ other)
    assert found == pytest.approx(np.linalg.norm(other - h[7]) / np.linalg.norm(step), rel=1e-4)
