"""Clipping: lengths and directions, extremes, nested dicts, refusals."""

import math

import numpy as np
import pytest

from helpers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

pytestmark = pytest.mark.filterwarnings("error")

INF, NAN = np.inf, np.nan


def cosine(a, b):
    return float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


def test_clip_by_norm_by_hand():
    np.testing.assert_allclose(clip_by_norm(np.array([3.0, 4.0]), 1), [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(clip_by_norm(np.array([0.3, 0.4]), 1), [0.3, 0.4])
    np.testing.assert_array_equal(clip_by_norm(np.array([3.0, 4.0]), 5), [3.0, 4.0])  # exactly at the threshold


def test_clip_by_global_norm_by_hand():
    """One factor for all: ‖(3, 4, 12)‖ = 13."""
    grads = {"a": np.array([3.0, 4.0]), "b": {"c": np.array([[12.0]])}}
    clipped, norm = clip_by_global_norm(grads, 6.5)
    assert norm == 13 and type(norm) is float
    np.testing.assert_allclose(clipped["a"], [1.5, 2], rtol=1e-15)
    np.testing.assert_allclose(clipped["b"]["c"], [[6]], rtol=1e-15)
    same, norm = clip_by_global_norm(grads, 13)
    assert norm == 13 and same["a"].tolist() == [3, 4] and same["b"]["c"].item() == 12


def test_clip_by_value_by_hand():
    clipped = clip_by_value({"a": np.array([-3.0, -0.5, 0.0, 2.0]), "b": {"c": np.array([9.0])}}, 1)
    assert clipped["a"].tolist() == [-1, -0.5, 0, 1] and clipped["b"]["c"].tolist() == [1]


def test_each_array_alone_bends_the_step_and_one_norm_does_not():
    """With g = ((3, 4), (0.3, 0.4)) and threshold 1 the clipped step points elsewhere and is longer than 1."""
    grads = {"a": np.array([3.0, 4.0]), "b": np.array([0.3, 0.4])}
    whole = np.concatenate(list(grads.values()))
    alone = np.concatenate([clip_by_norm(array, 1) for array in grads.values()])
    assert cosine(alone, whole) == pytest.approx(0.934, abs=5e-4)
    assert np.linalg.norm(alone) == pytest.approx(math.sqrt(1.25), rel=1e-14)  # 1.118
    together = np.concatenate(list(clip_by_global_norm(grads, 1)[0].values()))
    assert cosine(together, whole) == pytest.approx(1, abs=1e-15)
    assert np.linalg.norm(together) == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize("threshold", [1e-6, 0.3, 1.0, 7.0, 1e6])
@pytest.mark.parametrize("case", range(5))
def test_length_and_direction(threshold, case):
    rng = np.random.default_rng(case)
    grad = 10.0 ** rng.integers(-4, 5) * rng.normal(size=tuple(rng.integers(1, 5, size=3)))
    clipped, norm = clip_by_global_norm({"a": grad[:1], "b": {"c": grad[1:]}}, threshold)
    flat = np.concatenate([clipped["a"], clipped["b"]["c"]])
    assert norm == pytest.approx(np.linalg.norm(grad), rel=1e-13)
    for found in (flat, clip_by_norm(grad, threshold)):
        assert np.linalg.norm(found) == pytest.approx(min(threshold, np.linalg.norm(grad)), rel=1e-13)
        assert cosine(found.ravel(), grad.ravel()) == pytest.approx(1, abs=1e-13)


def test_zero_stays_zero():
    assert clip_by_norm(np.zeros((2, 3)), 1).tolist() == np.zeros((2, 3)).tolist()
    clipped, norm = clip_by_global_norm({"a": np.zeros(3), "b": np.zeros((0, 2))}, 1)
    assert norm == 0 and not clipped["a"].any() and clipped["b"].shape == (0, 2)


@pytest.mark.parametrize(
    ("dtype", "size"),
    [(np.float64, 1e200), (np.float64, 1e308), (np.float32, 1e30), (np.float32, 3e38), (np.float16, 6e4)],
)
@pytest.mark.parametrize("threshold", [1.0, 1e-3])
def test_huge_gradients_do_not_overflow(dtype, size, threshold):
    grad = np.array([size, -size], dtype)
    for found in (clip_by_norm(grad, threshold), clip_by_global_norm({"a": grad}, threshold)[0]["a"]):
        assert found.dtype == dtype
        np.testing.assert_allclose(
            found, threshold * np.array([0.5**0.5, -(0.5**0.5)]), rtol=max(1e-12, 10 * np.finfo(dtype).eps)
        )


@pytest.mark.parametrize(
    ("dtype", "size"), [(np.float64, 1e-200), (np.float64, 5e-324), (np.float32, 1e-30), (np.float32, 1e-45)]
)
def test_tiny_gradients_are_left_alone(dtype, size):
    grad = np.array([size, -size], dtype)
    np.testing.assert_array_equal(clip_by_norm(grad, 1.0), grad)
    clipped, norm = clip_by_global_norm({"a": grad}, 1.0)
    np.testing.assert_array_equal(clipped["a"], grad)
    assert norm > 0
    assert norm == pytest.approx(math.sqrt(2) * float(grad[0]), rel=1e-6, abs=5e-324)


def test_tiny_thresholds_shorten_too():
    assert np.linalg.norm(clip_by_norm(np.array([3e-200, 4e-200]), 1e-200) * 1e200) == pytest.approx(1, rel=1e-14)
    found = clip_by_norm(np.full(2, 3e38, np.float32), 1e-6)
    assert np.linalg.norm(found.astype(np.float64)) == pytest.approx(1e-6, rel=1e-6)


def test_huge_beside_small_in_another_dtype():
    clipped, norm = clip_by_global_norm({"a": np.array([1e200]), "b": np.ones(2, np.float32)}, 1.0)
    assert norm == 1e200 and clipped["a"].item() == pytest.approx(1) and clipped["b"].dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_copies(dtype):
    grad = np.array([[3.0, 4.0]], dtype)
    grad.flags.writeable = False
    for threshold in (1, 100, np.float32(1), np.float64(1e300), np.int64(1)):
        results = [
            clip_by_norm(grad, threshold),
            clip_by_global_norm({"a": grad}, threshold)[0]["a"],
            clip_by_value({"a": grad}, threshold)["a"],
        ]
        for found in results:
            assert found.dtype == dtype and found.shape == grad.shape
            assert not np.shares_memory(found, grad) and found.flags.writeable


def test_integers_and_lists_become_floats():
    assert clip_by_norm([3, 4], 1).tolist() == pytest.approx([0.6, 0.8])
    assert clip_by_global_norm({"a": [3, 4]}, 1)[0]["a"].dtype == np.float64
    assert clip_by_value({"a": [3, -4]}, 0.5)["a"].tolist() == [0.5, -0.5]


def test_nested_names_and_order_stay():
    grads = {"b": {"y": np.ones(1), "x": {"z": np.ones(2)}}, "a": np.ones(3)}
    for clipped in (clip_by_global_norm(grads, 1)[0], clip_by_value(grads, 0.5)):
        assert list(clipped) == ["b", "a"] and list(clipped["b"]) == ["y", "x"]
        assert clipped["b"]["x"]["z"].shape == (2,)


CLIPPERS = {
    "threshold": [lambda t: clip_by_norm(np.ones(2), t), lambda t: clip_by_global_norm({"a": np.ones(2)}, t)],
    "limit": [lambda t: clip_by_value({"a": np.ones(2)}, t)],
}


@pytest.mark.parametrize("bad", [0, 0.0, -1, NAN, INF, -INF, True, np.True_, None, "1", 1j, np.complex128(1), [1.0]])
@pytest.mark.parametrize("name", CLIPPERS)
def test_thresholds_are_above_0_and_finite(name, bad):
    for clip in CLIPPERS[name]:
        with pytest.raises(ValueError, match=rf"^{name}: expected a finite number above 0, got "):
            clip(bad)


BAD = [(NAN, "NaN"), (INF, "inf"), (-INF, "inf")]


@pytest.mark.parametrize(("bad", "kind"), BAD)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_non_finite_array_is_refused(bad, kind, dtype):
    with pytest.raises(
        FloatingPointError, match=rf"^grad: expected finite gradients, got {kind} \(1 of 3 not finite\)"
    ):
        clip_by_norm(np.array([1, bad, 2], dtype), 1)


@pytest.mark.parametrize(("bad", "kind"), BAD)
@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
def test_the_non_finite_array_is_named(clip, bad, kind):
    with pytest.raises(FloatingPointError, match=rf"^grads\['W'\]: expected finite gradients, got {kind} \(1 of 2"):
        clip({"b": np.ones(2), "W": np.array([1, bad])}, 1)
    grads = {"forward": {"W": np.ones(2)}, "backward": {"cell": {"b": np.array([bad, bad])}}}
    with pytest.raises(FloatingPointError, match=rf"^grads\['backward'\]\['cell'\]\['b'\]: .*got {kind} \(2 of 2"):
        clip(grads, 1)


@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
@pytest.mark.parametrize(
    ("grads", "told"),
    [
        ({}, r"^grads: expected a dict of gradients with at least one entry, got \{\}"),
        ({"a": np.ones(1), "b": {}}, r"^grads\['b'\]: expected a dict .* got \{\}"),
        (np.ones(2), r"^grads: expected a dict of gradients .* got array"),
        (None, r"^grads: expected a dict .* got None"),
        ({"a": None}, r"^grads\['a'\]: expected real numbers, got NoneType"),
        ({"a": np.ones(2) * 1j}, r"^grads\['a'\]: expected real numbers.* complex128"),
        ({"a": {"b": ["x"]}}, r"^grads\['a'\]\['b'\]: expected real numbers.* <U1"),
        ({"a": [[1.0], [1.0, 2.0]]}, r"^grads\['a'\]: expected an array, got a ragged list"),
    ],
)
def test_other_refusals(clip, grads, told):
    with pytest.raises(ValueError, match=told):
        clip(grads, 1)


def test_clip_by_norm_refuses_a_dict_and_text():
    with pytest.raises(ValueError, match=r"^grad: expected real numbers, got dict"):
        clip_by_norm({"a": np.ones(2)}, 1)
    with pytest.raises(ValueError, match=r"^grad: expected real numbers, got list of dtype <U1"):
        clip_by_norm(["a"], 1)
