"""The task of looking back twice: two heads learn it, one does not, none without positions."""

import numpy as np
import pytest

from lessons import heads_09


def rng(seed=0):
    return np.random.default_rng(seed)


def test_two_heads_learn_what_one_cannot():
    for seed in range(3):
        right, weights = heads_09.train(rng(seed), 2)
        assert right[-20:].mean() > 0.95 and right.shape == (200,)
        assert weights.shape == (2, 12, 12)
        np.testing.assert_allclose(weights.sum(axis=-1), 1)
        assert not np.triu(weights, 1).any()  # nothing is read ahead
        found = {(5 - weights[head, 5].argmax()) for head in (0, 1)}
        assert found == {1, 3}
        assert heads_09.train(rng(seed), 1)[0][-20:].mean() < 0.5


def test_without_positions_nobody_knows_how_far_back():
    assert heads_09.train(rng(), 2, positions=False)[0][-20:].mean() < 0.4


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 0)])
def test_other_distances(first, second):
    right, weights = heads_09.train(rng(), 2, first, second)
    assert right[-20:].mean() > 0.95
    assert {first, second} <= {int(5 - row.argmax()) for row in weights[:, 5]} | {0}


def test_progress_is_told(monkeypatch):
    seen = []
    monkeypatch.setattr(heads_09, "_UPDATES", 4)
    heads_09.train(rng(), 1, progress=seen.append)
    assert seen == [0.25, 0.5, 0.75, 1]


def test_positions():
    p, slow = heads_09.positions(), 100 ** (-1 / 16)
    assert p.shape == (12, 32)
    np.testing.assert_allclose(p[2, [0, 1, 16, 17]], [np.sin(2), np.sin(2 * slow), np.cos(2), np.cos(2 * slow)])
    np.testing.assert_array_equal(p[0], [0] * 16 + [1] * 16)


def test_refusals():
    for name, bad in (("first", -1), ("first", 6), ("second", 1.5), ("second", True)):
        with pytest.raises(ValueError, match=f"{name}: expected a whole number of steps from 0 to 5"):
            heads_09.train(rng(), 2, **{name: bad})
    with pytest.raises(ValueError, match="heads: expected a divisor"):
        heads_09.train(rng(), 3)
    with pytest.raises(ValueError, match="rng"):
        heads_09.train(0, 2)
