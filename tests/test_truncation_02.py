"""Truncated backpropagation through time, against the whole gradient and against differences with a held state."""

import numpy as np
import pytest

from helpers import dense, gradcheck, losses, rnn
from helpers.data import tasks
from lessons import truncation_02

pytestmark = pytest.mark.filterwarnings("error")


def problem(steps=7, hidden=5, seed=0):
    rng = np.random.default_rng(seed)
    x, labels = tasks.recall(rng, steps, 6)
    params = {"rnn": rnn.init(rng, 8, hidden), "out": dense.init(rng, hidden, 4)}
    params["rnn"]["b"] += 0.1 * rng.standard_normal((hidden, 1))
    return params, x, labels


def flat(grads):
    return np.concatenate([array.ravel() for part in grads.values() for array in part.values()])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity"])
def test_the_whole_gradient_at_k_equal_to_T(activation):
    params, x, labels = problem()
    loss, grads = truncation_02.loss_and_grads(params, x, labels, 7, activation)

    def full():
        h, _, _ = rnn.forward(params["rnn"], x, activation=activation)
        return losses.softmax_cross_entropy(dense.forward(params["out"], h[-1:])[0], labels)[0]

    assert loss == pytest.approx(full(), rel=1e-14)
    assert max(gradcheck.errors(full, params, grads).values()) < 1e-7


@pytest.mark.parametrize("k", range(1, 8))
def test_the_state_before_is_taken_as_given(k):
    """Differences agree when the steps before the last k keep the weights they had."""
    params, x, labels = problem()
    held = {name: array.copy() for name, array in params["rnn"].items()}
    state = rnn.forward(held, x[: 7 - k])[1] if k < 7 else None

    def loss():
        h, _, _ = rnn.forward(params["rnn"], x[7 - k :], state)
        return losses.softmax_cross_entropy(dense.forward(params["out"], h[-1:])[0], labels)[0]

    found, grads = truncation_02.loss_and_grads(params, x, labels, k)
    assert found == pytest.approx(loss(), rel=1e-14)  # the loss does not depend on k
    assert max(gradcheck.errors(loss, params, grads).values()) < 1e-7


def test_the_symbol_is_out_of_sight_until_k_is_T():
    params, x, labels = problem()
    for k in range(1, 8):
        seen = truncation_02.loss_and_grads(params, x, labels, k)[1]["rnn"]["W_in"][:, :4]
        assert seen.any() == (k == 7)


def test_nothing_is_changed():
    params, x, labels = problem()
    before = [flat(params), x.copy(), labels.copy()]
    first = truncation_02.loss_and_grads(params, x, labels, 3)[1]
    second = truncation_02.loss_and_grads(params, x, labels, 3)[1]
    np.testing.assert_array_equal(flat(first), flat(second))
    for one, other in zip(before, [flat(params), x, labels], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("k", "told"),
    [
        (8, r"^truncation: expected at most T = 7, got 8"),
        (0, r"^truncation: .* at least 1, got 0"),
        (2.0, r"^truncation: .* got 2\.0"),
    ],
)
def test_refuses_a_truncation(k, told):
    params, x, labels = problem()
    with pytest.raises(ValueError, match=told):
        truncation_02.loss_and_grads(params, x, labels, k)


@pytest.mark.parametrize("shape", [(), (0, 8, 3), (7, 8)])
def test_refuses_inputs_of_another_shape(shape):
    params, _, labels = problem()
    with pytest.raises(ValueError, match=r"^(x|truncation): expected"):
        truncation_02.loss_and_grads(params, np.zeros(shape), labels, 1)


# --- training ----------------------------------------------------------------------------------------------------


def test_short_recall_is_learned_and_repeats():
    shares = []
    kept, accuracy = truncation_02.train(np.random.default_rng(0), 3, 3, progress=shares.append)
    again, _ = truncation_02.train(np.random.default_rng(0), 3, 3)
    assert kept.shape == (600,) and kept[0] > 1.0 and kept[-1] < 0.2 and accuracy > 0.95
    np.testing.assert_array_equal(kept, again)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] < 1


@pytest.mark.parametrize("radius", [0.5, 1.0, 2.0])
def test_the_start_has_the_radius_that_was_asked_for(radius, monkeypatch):
    params = truncation_02.init(np.random.default_rng(0), radius)
    assert np.abs(np.linalg.eigvals(params["rnn"]["W"])).max() == pytest.approx(radius)
    assert params["rnn"]["W_in"].shape == (32, 8) and params["out"]["W_out"].shape == (4, 32)
    found = []
    monkeypatch.setattr(truncation_02.optimizers.Adam, "step", lambda self, params, grads: found.append(params))
    monkeypatch.setattr(truncation_02, "_UPDATES", 1)
    truncation_02.train(np.random.default_rng(0), 3, 3, radius=radius)
    assert np.abs(np.linalg.eigvals(found[0]["rnn"]["W"])).max() == pytest.approx(radius)


def test_a_run_that_diverges_counts_as_failed(monkeypatch):
    monkeypatch.setattr(truncation_02, "_UPDATES", 3)
    kept, accuracy = truncation_02.train(np.random.default_rng(0), 30, 30, activation="identity", radius=1e20)
    assert not np.isfinite(kept[-1]) and accuracy == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"radius": 0.0}, r"^radius: expected a finite number above 0"),
        ({"activation": "elu"}, r"^activation: expected one of"),
    ],
)
def test_train_refuses(options, told):
    with pytest.raises(ValueError, match=told):
        truncation_02.train(np.random.default_rng(0), 3, 3, **options)
