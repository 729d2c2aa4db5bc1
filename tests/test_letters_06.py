"""A hidden letter guessed from its neighbours: it is never seen itself, and the gradients are right."""

import numpy as np
import pytest

from helpers import birnn, gradcheck, gru, losses, rnn
from lessons import letters_06

pytestmark = pytest.mark.filterwarnings("error")

every_side = pytest.mark.parametrize("side", ["left", "right", "both"])


def text(count, seed=0):
    return np.random.default_rng(seed).integers(0, 27, count)


@every_side
@pytest.mark.parametrize("cell", [rnn, gru], ids=["rnn", "gru"])
def test_gradients_by_central_differences(side, cell):
    params, codes = (
        letters_06.init(np.random.default_rng(1), 2, side, cell=cell, dtype=np.float64),
        text(12).reshape(4, 3),
    )

    def error():
        return losses.softmax_cross_entropy(letters_06.forward(params, codes, cell)[0], codes)[0]

    v, cache = letters_06.forward(params, codes, cell)
    found = gradcheck.errors(error, params, letters_06._backward(cache, losses.softmax_cross_entropy(v, codes)[1]))
    assert max(found.values()) < 1e-6, found


@every_side
def test_a_letter_is_guessed_from_its_own_side_only(side):
    params, codes = letters_06.init(np.random.default_rng(1), 3, side, dtype=np.float64), text(7).reshape(7, 1)
    other = codes.copy()
    other[3] = (codes[3] + 1) % 27
    changed = np.abs(letters_06.forward(params, codes)[0] - letters_06.forward(params, other)[0]).max(axis=(1, 2)) > 0
    assert (
        changed.tolist()
        == {
            "left": [False] * 4 + [True] * 3,
            "right": [True] * 3 + [False] * 4,
            "both": [True] * 3 + [False] + [True] * 3,
        }[side]
    )


def test_it_is_the_bidirectional_network_with_its_halves_moved_apart():
    params, codes = letters_06.init(np.random.default_rng(1), 3, dtype=np.float64), text(10).reshape(5, 2)
    x = np.eye(27)[codes].transpose(0, 2, 1)
    h, _, _ = birnn.forward({"forward": params["left"], "backward": params["right"]}, x, cell=gru)
    z = np.concatenate([h[:-2, :3], h[2:, 3:]], axis=1)
    v = params["out"]["W_out"] @ z + params["out"]["b_out"]
    np.testing.assert_allclose(letters_06.forward(params, codes)[0][1:-1], v, rtol=1e-12)


def test_training_repeats_and_learns():
    codes = np.tile(np.arange(5), 100)  # abcdeabcde…: either side tells the letter
    first, second = (
        letters_06.train(np.random.default_rng(2), codes, 8, "left", updates=150, steps=12, learning_rate=0.03)
        for _ in range(2)
    )
    assert np.array_equal(first[1], second[1]) and first[0]["out"]["W_out"].dtype == np.float32
    assert first[1][-1] < 0.5 < first[1][0]
    assert letters_06.accuracy(first[0], codes).mean() == 1


def test_every_inner_letter_is_counted_once():
    cut = letters_06._windows(np.arange(200))
    inner = cut[12:52].T.ravel()
    assert np.array_equal(inner, np.arange(12, 12 + inner.size)) and cut.shape == (64, 4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: letters_06.init(np.random.default_rng(0), 2, "above"),
            "side: expected one of 'left', 'right', 'both'",
        ),
        (
            lambda: letters_06.forward(letters_06.init(np.random.default_rng(0), 2), np.array([[27]])),
            "codes: expected integers",
        ),
        (
            lambda: letters_06.forward(letters_06.init(np.random.default_rng(0), 2), np.ones((2, 2))),
            "codes: expected integers",
        ),
        (
            lambda: letters_06.forward(letters_06.init(np.random.default_rng(0), 2), np.ones(2, int)),
            "codes: expected integers",
        ),
        (
            lambda: letters_06.train(np.random.default_rng(0), text(5), 2, steps=5),
            "codes: expected shape .* more than steps",
        ),
        (lambda: letters_06.accuracy({}, text(5)), "codes: expected shape .* at least steps = 64"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
