"""Tasks that need both sides: their answers, the counted bound, gradients through one and two layers."""

import numpy as np
import pytest

from helpers import gradcheck, losses
from lessons import sides_06

pytestmark = pytest.mark.filterwarnings("error")


def test_the_answers_are_what_the_words_say():
    for task in sides_06.TASKS:
        x, d, mask = sides_06.every_row(task)
        assert len({tuple(row) for row in x[:, 0].T}) == 256
        for row, answer, asked in zip(x[:, 0].T, d[:, 0].T, mask.T, strict=True):
            for t in range(8):
                if task == "between":
                    assert answer[t] == (row[: t + 1].any() and row[t:].any()) and asked[t]
                elif 0 < t < 7:
                    assert answer[t] == (row[t - 1] != row[t + 1]) and asked[t]
                else:
                    assert not asked[t]


def test_the_bound_is_counted():
    assert sides_06.best_from("differ", "left") == sides_06.best_from("differ", "right") == 0.5
    # wrong at most where a mark was and none comes any more: by t, of 256 rows
    wrong = sum(sum(1 for row in range(256) if _seen(row, t) and not row >> t) for t in range(8))
    assert (
        sides_06.best_from("between", "left") == sides_06.best_from("between", "right") == 1 - (wrong - _free()) / 2048
    )


def _seen(row, t):
    return bool(row & (2**t - 1))


def _free():
    """At the last step nothing is left to guess: it is a mark or not."""
    return sum(1 for row in range(256) if _seen(row, 7) and not row >> 7)


@pytest.mark.parametrize("merge", sides_06.MERGES)
@pytest.mark.parametrize("layers", [1, 2])
def test_gradients_by_central_differences(merge, layers):
    net = small(merge, layers)
    x, d, mask = (a[..., 5:9] for a in sides_06.every_row("differ"))
    v, caches = sides_06.forward(net, x, merge)
    _, dv = losses.binary_cross_entropy(v, d, mask)

    def error():
        return losses.binary_cross_entropy(sides_06.forward(net, x, merge)[0], d, mask)[0]

    assert max(gradcheck.errors(error, net, sides_06.backward(caches, dv, merge)).values()) < 1e-6


def small(merge, layers):
    return sides_06.train(np.random.default_rng(0), "differ", merge, layers, hidden=3, updates=1)[0]


def test_a_side_is_blind_to_the_other():
    x, _, _ = sides_06.every_row("differ")
    for merge, row in (("left", slice(0, 4)), ("right", slice(4, 8))):
        v = sides_06.forward(small(merge, 1), x, merge)[0]
        same = (x[row, 0] == x[row, 0, :1]).all(axis=0)
        t = 3 if merge == "left" else 4
        assert np.ptp(v[t, 0, same]) == 0


@pytest.mark.parametrize("layers", [1, 2])
def test_one_layer_is_a_sum_of_the_sides_and_two_are_not(layers):
    """Of four rows that differ before and after step 3 alone, crosswise sums of the logits are equal with one layer."""
    net = small("concat", layers)
    rows = np.zeros((8, 1, 4))
    rows[2, 0], rows[4, 0] = [0, 0, 1, 1], [0, 1, 0, 1]
    v = sides_06.forward(net, rows, "concat")[0][3, 0]
    assert (abs(v[0] + v[3] - v[1] - v[2]) < 1e-12) == (layers == 1)


def test_two_layers_learn_what_one_does_not():
    right = [sides_06.train(np.random.default_rng(0), "differ", layers=k)[1] for k in (1, 2)]
    assert right[0] <= 0.75 and right[1] == 1


def test_steps_that_are_not_asked_teach_nothing(monkeypatch):
    x, d, mask = sides_06.every_row("differ")
    nets = []
    for other in (d, np.where(mask[:, None], d, 1 - d)):
        monkeypatch.setattr(sides_06, "every_row", lambda task, d=other: (x, d, mask))
        nets.append(sides_06.train(np.random.default_rng(0), "differ", hidden=3, updates=3)[0])
    np.testing.assert_array_equal(nets[0]["out"]["W_out"], nets[1]["out"]["W_out"])
