"""Losses: hand values, gradients by differences, masks, extremes, refusals."""

import math

import numpy as np
import pytest

from helpers import gradcheck
from helpers.losses import binary_cross_entropy, softmax_cross_entropy, squared_error

pytestmark = pytest.mark.filterwarnings("error")

ELEMENTWISE = [squared_error, binary_cross_entropy]
SIZES = [(4, 2, 3), (1, 1, 1), (3, 1, 2), (1, 4, 2)]  # T, K, N


def problem(loss, T, K, N, seed=0):
    """Return the loss's two arguments."""
    rng = np.random.default_rng(seed)
    value = rng.normal(size=(T, K, N))
    if loss is softmax_cross_entropy:
        return value, rng.integers(0, K, size=(T, N))
    return value, rng.random((T, K, N))


def some_mask(T, N, seed=0):
    mask = np.random.default_rng(seed).random((T, N)) < 0.5
    mask[0, 0] = True
    return mask


def test_squared_error_by_hand():
    loss, dy = squared_error(np.array([[[1.0], [2.0]]]), np.array([[[0.0], [4.0]]]))
    assert loss == (0.5 * 1 + 0.5 * 4) / 2
    assert dy.ravel().tolist() == [0.5, -1.0]


def test_binary_cross_entropy_by_hand():
    """At v = 0 a bit costs ln 2 nats whatever it is; at v = ln 3, p = 3/4."""
    loss, dlogits = binary_cross_entropy(np.array([[[0.0], [math.log(3)]]]), np.array([[[1.0], [0.0]]]))
    assert loss == pytest.approx((math.log(2) + math.log(4)) / 2, rel=1e-14)
    np.testing.assert_allclose(dlogits.ravel(), [-0.25, 0.375], rtol=1e-14)


def test_softmax_cross_entropy_by_hand():
    """Two classes with p = 1/4 and 3/4; then four equal ones."""
    logits = np.array([[[0.0], [math.log(3)]]])
    loss, dlogits = softmax_cross_entropy(logits, np.array([[0]]))
    assert loss == pytest.approx(math.log(4), rel=1e-14)
    np.testing.assert_allclose(dlogits.ravel(), [-0.75, 0.75], rtol=1e-14)
    assert softmax_cross_entropy(np.zeros((2, 4, 3)), np.zeros((2, 3), int))[0] == pytest.approx(math.log(4))


def test_two_classes_are_one_bit():
    """The softmax of (0, v) is σ(v): both cross-entropies agree."""
    v = np.random.default_rng(0).normal(size=(3, 1, 2))
    bits = np.array([[0, 1], [1, 1], [0, 0]])
    loss, dlogits = softmax_cross_entropy(np.concatenate([np.zeros_like(v), v], axis=1), bits)
    wanted, dv = binary_cross_entropy(v, bits[:, None])
    assert loss == pytest.approx(wanted, rel=1e-13)
    np.testing.assert_allclose(dlogits[:, 1:], dv, rtol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("loss", [*ELEMENTWISE, softmax_cross_entropy])
def test_gradients_by_central_differences(loss, sizes, masked):
    value, target = problem(loss, *sizes)
    mask = some_mask(sizes[0], sizes[2]) if masked else None
    measured = gradcheck.numerical_gradient(lambda: loss(value, target, mask)[0], value)
    np.testing.assert_allclose(loss(value, target, mask)[1], measured, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_the_mean_is_over_unmasked_elements_only(loss):
    value, target = problem(loss, 3, 2, 4)
    mask = some_mask(3, 4)
    each = [
        loss(value[t : t + 1, k : k + 1, n : n + 1], target[t : t + 1, k : k + 1, n : n + 1])
        for t, k, n in np.ndindex(value.shape)
        if mask[t, n]
    ]
    found, gradient = loss(value, target, mask)
    assert found == pytest.approx(np.mean([one[0] for one in each]), rel=1e-13)
    counted = [gradient[t, k, n] for t, k, n in np.ndindex(value.shape) if mask[t, n]]
    np.testing.assert_allclose(counted, [one[1].item() / len(each) for one in each], rtol=1e-12)
    assert not gradient[~np.broadcast_to(mask[:, None], value.shape)].any()


def test_the_softmax_mean_is_over_unmasked_steps_only():
    logits, labels = problem(softmax_cross_entropy, 3, 5, 4)
    mask = some_mask(3, 4)
    steps = [(t, n) for t, n in np.ndindex(3, 4) if mask[t, n]]
    losses = [-math.log(np.exp(logits[t, labels[t, n], n]) / np.exp(logits[t, :, n]).sum()) for t, n in steps]
    loss, dlogits = softmax_cross_entropy(logits, labels, mask)
    assert loss == pytest.approx(np.mean(losses), rel=1e-12)
    assert not dlogits.transpose(0, 2, 1)[~mask].any()
    np.testing.assert_allclose(dlogits.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_both_mask_forms(loss):
    value, target = problem(loss, 3, 2, 4)
    mask = some_mask(3, 4)
    full = np.repeat(mask[:, None], 2, axis=1)
    short, long = loss(value, target, mask), loss(value, target, full)
    assert short[0] == long[0]
    np.testing.assert_array_equal(short[1], long[1])
    full[0, 1, 0] = False  # what a (T, N) mask cannot say
    _, gradient = loss(value, target, full)
    assert gradient[0, 1, 0] == 0 and gradient[0, 0, 0] != 0
    assert loss(value, target, np.ones((3, 4), bool))[0] == pytest.approx(loss(value, target)[0], rel=1e-14)
    assert loss(value, target, mask.tolist())[0] == short[0]


@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_a_mask_of_the_own_shape_serves_any_number_of_dimensions(loss):
    value, target = np.array([1.0, 2.0]), np.array([0.0, 1.0])
    assert loss(value, target, np.array([True, False]))[0] == loss(value[:1], target[:1])[0]


@pytest.mark.parametrize("rubbish", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_masked_elements_are_not_looked_at(loss, rubbish):
    value, target = problem(loss, 3, 2, 4)
    mask = some_mask(3, 4)
    wanted = loss(value, target, mask)
    hidden = ~np.broadcast_to(mask[:, None], value.shape)
    value[hidden] = rubbish
    target[hidden] = rubbish
    found = loss(value, target, mask)
    assert found[0] == wanted[0]
    np.testing.assert_array_equal(found[1], wanted[1])


@pytest.mark.parametrize("rubbish", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("label", [-1, 99])
def test_masked_labels_are_not_looked_at(rubbish, label):
    logits, labels = problem(softmax_cross_entropy, 3, 5, 4)
    mask = some_mask(3, 4)
    wanted = softmax_cross_entropy(logits, labels, mask)
    labels[~mask] = label
    logits.transpose(0, 2, 1)[~mask] = rubbish
    found = softmax_cross_entropy(logits, labels, mask)
    assert found[0] == wanted[0]
    np.testing.assert_array_equal(found[1], wanted[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_stay_finite(dtype):
    """A certain mistake costs |v| nats, a certain hit nothing."""
    v = np.array([[[1e4, -1e4]]], dtype)
    loss, dlogits = binary_cross_entropy(v, np.array([[[0, 1]]]))
    assert loss == 1e4 and dlogits.ravel().tolist() == [0.5, -0.5]
    assert binary_cross_entropy(v, np.array([[[1, 0]]]))[0] == 0
    v = np.array([[[1e4], [-1e4], [0]]], dtype)
    loss, dlogits = softmax_cross_entropy(v, np.array([[1]]))
    assert loss == 2e4 and dlogits.ravel().tolist() == [1, -1, 0]
    assert softmax_cross_entropy(v, np.array([[0]]))[0] == 0


def test_small_losses_keep_their_digits():
    """log(1 + e^−20) is 2e-9: 1 + e^−20 alone would keep half of its digits."""
    loss, _ = binary_cross_entropy(np.array([20.0]), np.array([1.0]))
    assert loss == pytest.approx(math.log1p(math.exp(-20)), rel=1e-14, abs=0)


@pytest.mark.parametrize("loss", [*ELEMENTWISE, softmax_cross_entropy])
def test_dtypes(loss):
    value, target = problem(loss, 3, 2, 4)
    narrow = value.astype(np.float32)
    if loss is not softmax_cross_entropy:
        assert loss(narrow, target)[1].dtype == np.float64
        target = (target > 0.5).astype(np.float32)
        assert loss(narrow, target.astype(bool))[1].dtype == np.float32
        assert loss(narrow, target.astype(int))[1].dtype == np.float32
        assert loss((value > 0).astype(int), target.astype(int))[1].dtype == np.float64
    for mask in (None, some_mask(3, 4)):
        found, gradient = loss(narrow, target, mask)
        assert type(found) is float and gradient.dtype == np.float32 and gradient.shape == value.shape


@pytest.mark.parametrize("loss", [*ELEMENTWISE, softmax_cross_entropy])
def test_nothing_is_mutated(loss):
    value, target = problem(loss, 3, 2, 4)
    mask = some_mask(3, 4)
    for array in (value, target, mask):
        array.flags.writeable = False
    first, again = loss(value, target, mask), loss(np.asfortranarray(value), target, mask)
    assert first[0] == pytest.approx(again[0], rel=1e-14)
    np.testing.assert_allclose(first[1], again[1], rtol=1e-14)
    assert not np.shares_memory(first[1], value) and first[1].flags.writeable


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64])
def test_labels_of_any_integer_type(kind):
    logits, labels = problem(softmax_cross_entropy, 3, 2, 4)
    assert softmax_cross_entropy(logits, labels.astype(kind))[0] == softmax_cross_entropy(logits, labels)[0]


def test_nan_shows():
    assert math.isnan(squared_error(np.array([np.nan]), np.array([0.0]))[0])
    assert math.isnan(binary_cross_entropy(np.array([np.nan]), np.array([0.0]))[0])
    assert math.isnan(softmax_cross_entropy(np.full((1, 2, 1), np.nan), np.array([[0]]))[0])


Y = np.zeros((3, 2, 4))  # T = 3, K = 2, N = 4
MASK = np.ones((3, 4), bool)

BAD_ELEMENTWISE = {
    "target of another shape": ((Y, Y[:1], None), r"^target: expected the shape of {0}, \(3, 2, 4\), got \(1, 2, 4\)"),
    "target a number": ((Y, 0.0, None), r"^target: expected the shape of {0}, \(3, 2, 4\), got \(\)"),
    "nothing": ((Y[:0], Y[:0], None), r"^{0}: expected at least one element, got shape \(0, 2, 4\)"),
    "complex": ((Y * 1j, Y, None), r"^{0}: expected real numbers.* complex128"),
    "target text": ((Y, np.full(Y.shape, "a"), None), r"^target: expected real numbers.* <U1"),
    "target ragged": ((Y, [[1], [1, 2]], None), r"^target: expected an array, got a ragged list"),
    "mask of ints": ((Y, Y, MASK.astype(int)), r"^mask: expected booleans of shape .*, got int64 of shape \(3, 4\)"),
    "mask (N, T)": ((Y, Y, MASK.T), r"^mask: .*\(3, 2, 4\) or \(T, N\) = \(3, 4\), got bool of shape \(4, 3\)"),
    "mask (T, 1, N)": ((Y, Y, MASK[:, None]), r"^mask: .* got bool of shape \(3, 1, 4\)"),
    "mask ragged": ((Y, Y, [[True], [True, False]]), r"^mask: expected an array, got a ragged list"),
    "mask all False": ((Y, Y, ~MASK), r"^mask: expected at least one True, got none"),
}


@pytest.mark.parametrize("case", BAD_ELEMENTWISE)
@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_elementwise_losses_refuse(loss, case):
    arguments, told = BAD_ELEMENTWISE[case]
    with pytest.raises(ValueError, match=told.format("y" if loss is squared_error else "logits")):
        loss(*arguments)


@pytest.mark.parametrize(("bad", "told"), [(-0.1, "-0.1 to 0"), (1.5, "0 to 1.5"), (np.nan, "nan to nan")])
def test_binary_cross_entropy_refuses_targets_outside_0_to_1(bad, told):
    target = Y.copy()
    target[1, 1, 1] = bad
    with pytest.raises(ValueError, match=rf"^target: expected values from 0 to 1, got {told}"):
        binary_cross_entropy(Y, target)


LABELS = np.zeros((3, 4), int)

BAD_SOFTMAX = {
    "logits of 2 dimensions": ((Y[0], LABELS, None), r"^logits: expected shape \(T, K, N\).* got \(2, 4\)"),
    "T = 0": ((Y[:0], LABELS[:0], None), r"^logits: .*every size at least 1, got \(0, 2, 4\)"),
    "logits text": ((np.full(Y.shape, "a"), LABELS, None), r"^logits: expected real numbers"),
    "one label": ((Y, LABELS[:1], None), r"^labels: expected integers of shape \(T, N\) = \(3, 4\), got .*\(1, 4\)"),
    "one-hot labels": ((Y, Y.astype(int), None), r"^labels: .*\(T, N\) = \(3, 4\), got int64 of \(3, 2, 4\)"),
    "float labels": ((Y, LABELS * 1.0, None), r"^labels: expected integers.* got float64"),
    "boolean labels": ((Y, LABELS > 0, None), r"^labels: expected integers.* got bool"),
    "ragged labels": ((Y, [[1], [1, 0]], None), r"^labels: expected an array, got a ragged list"),
    "label K": ((Y, LABELS + 2, None), r"^labels: expected 0 to K−1 = 1 where counted, got 2 to 2"),
    "label −1": ((Y, LABELS - 1, None), r"^labels: expected 0 to K−1 = 1 where counted, got -1 to -1"),
    "label −1 counted": ((Y, LABELS - 1, MASK), r"^labels: .* got -1 to -1"),
    "mask (T, K, N)": (
        (Y, LABELS, Y == 0),
        r"^mask: expected booleans of shape \(3, 4\), got bool of shape \(3, 2, 4\)",
    ),
    "mask all False": ((Y, LABELS, ~MASK), r"^mask: expected at least one True"),
    "mask floats": ((Y, LABELS, MASK * 1.0), r"^mask: expected booleans.* got float64"),
}


@pytest.mark.parametrize("case", BAD_SOFTMAX)
def test_softmax_cross_entropy_refuses(case):
    arguments, told = BAD_SOFTMAX[case]
    with pytest.raises(ValueError, match=told):
        softmax_cross_entropy(*arguments)


@pytest.mark.parametrize("size", [1e-30, 1e-25, 1e20, 1e35])
def test_squares_out_of_the_range_of_float32(size):
    y = np.array([size, -2 * size], np.float32)
    loss, dy = squared_error(y, np.zeros(2, np.float32))
    assert loss == pytest.approx(1.25 * size**2, rel=1e-6, abs=0) and dy.dtype == np.float32
    np.testing.assert_allclose(dy, y / 2)


MASKED = np.ma.masked_equal(np.zeros((2, 1, 2)), -9999)


@pytest.mark.parametrize("loss", ELEMENTWISE)
def test_masked_arrays_are_refused_by_name(loss):
    value, target = problem(loss, 2, 1, 2)
    for name, arguments in {
        "y" if loss is squared_error else "logits": (MASKED, target),
        "target": (value, MASKED),
        "mask": (value, target, np.ma.ones((2, 2), bool)),
    }.items():
        with pytest.raises(ValueError, match=rf"^{name}: expected a plain array, got a masked one"):
            loss(*arguments)


def test_masked_arrays_are_refused_by_the_softmax_loss():
    for name, arguments in {
        "logits": (MASKED, [[0, 0], [0, 0]]),
        "labels": (np.zeros((2, 1, 2)), np.ma.zeros((2, 2), int)),
        "mask": (np.zeros((2, 1, 2)), [[0, 0], [0, 0]], np.ma.ones((2, 2), bool)),
    }.items():
        with pytest.raises(ValueError, match=rf"^{name}: expected a plain array, got a masked one"):
            softmax_cross_entropy(*arguments)
