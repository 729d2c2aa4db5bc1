"""Clipping: lengths and directions, extremes, nested dicts, refusals."""

import copy
import math
from typing import NamedTuple

import numpy as np
import pytest

from helpers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from helpers.optimizers import Adam

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
    [(np.float64, 1e200), (np.float64, 1e308), (np.float32, 1e30), (np.float32, 3e38)],
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


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def nests():
    """Return gradients of norm 13 in every nesting."""
    a, b, c = np.array([3.0, 0.0]), np.array([0.0, 4.0]), np.array([[12.0]])
    nests = {
        "list": [a, b, c],
        "tuple": (a, b, c),
        "of one shape": [a, b, np.array([12.0, 0.0])],
        "dict of lists": {"x": [a, b], "y": (c,)},
        "list of dicts": [{"W": a, "b": b}, {"W": c}],
        "named": {"first": Layer(a, b), "second": [[c]]},
        "numbers": [np.array(3.0), np.array(4.0), np.array(12.0)],
    }
    return copy.deepcopy(nests)


def same_nesting(one, other):
    """Tell whether two nestings agree in their types, names and values."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same_nesting(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        alike = type(one) is type(other) and len(one) == len(other)
        return alike and all(same_nesting(o, p) for o, p in zip(one, other, strict=True))
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-15)


def each(nest, function):
    """Apply a function to every array."""
    if isinstance(nest, dict):
        return {k: each(v, function) for k, v in nest.items()}
    if isinstance(nest, Layer):
        return Layer(*(each(v, function) for v in nest))
    return type(nest)(each(v, function) for v in nest) if isinstance(nest, list | tuple) else function(nest)


@pytest.mark.parametrize("case", nests())
def test_any_nesting_comes_back_as_it_was(case):
    grads = nests()[case]
    clipped, norm = clip_by_global_norm(grads, 6.5)
    assert norm == 13 and same_nesting(clipped, each(grads, lambda g: g / 2))
    assert same_nesting(grads, nests()[case])  # new arrays
    assert same_nesting(clip_by_value(grads, 3.5), each(grads, lambda g: np.minimum(g, 3.5)))


@pytest.mark.parametrize("case", nests())
def test_in_place(case):
    """out may be the gradients, or another nesting, whose arrays stay the same objects."""
    for clip, wanted in (
        (lambda g, out: clip_by_global_norm(g, 6.5, out=out)[0], lambda g: g / 2),
        (lambda g, out: clip_by_value(g, 3.5, out=out), lambda g: np.minimum(g, 3.5)),
    ):
        grads, other = nests()[case], each(nests()[case], np.zeros_like)
        arrays = []
        each(other, lambda g, arrays=arrays: arrays.append(g) or g)
        assert clip(grads, other) is other and same_nesting(other, each(grads, wanted))
        kept = []
        each(other, lambda g, kept=kept: kept.append(g) or g)
        assert all(one is two for one, two in zip(arrays, kept, strict=True))
        assert same_nesting(grads, nests()[case])
        assert clip(grads, grads) is grads and same_nesting(grads, other)


def test_one_array_in_place():
    grad, other = np.array([3.0, 4.0], np.float32), np.zeros(2, np.float32)
    assert clip_by_norm(grad, 1, out=other) is other and grad.tolist() == [3, 4]
    assert clip_by_norm(grad, 1, out=grad) is grad
    np.testing.assert_allclose(grad, [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(grad, other)


def test_the_same_array_twice_is_shortened_once():
    g = np.array([3.0, 4.0])
    clipped, norm = clip_by_global_norm([g, g], 1, out=[g, g])
    assert norm == pytest.approx(50**0.5)
    np.testing.assert_allclose(g, np.array([3, 4]) / 50**0.5, rtol=1e-15)
    a, b = np.array([6.0]), np.array([8.0])
    clip_by_global_norm([a, b], 1, out=[b, a])  # crosswise
    assert (a.item(), b.item()) == (pytest.approx(0.8), pytest.approx(0.6))


def test_an_out_whose_arrays_share_memory_is_refused():
    z = np.zeros(3)
    for out in ([z, z], [z, z[::-1]]):
        for clip in (clip_by_global_norm, clip_by_value):
            with pytest.raises(
                ValueError, match=r"^out\[1\]: expected memory of its own, .* got that of out\[0\] again"
            ):
                clip([np.ones(3), np.full(3, 2.0)], 1, out=out)
    assert not z.any()


def test_what_is_not_finite_is_skipped_by_all_three_and_never_unasked():
    bad, out = np.array([1.0, NAN]), np.zeros(2)
    assert clip_by_norm(bad, 1, skip=True, out=out) is None and not out.any()
    assert clip_by_norm([3.0, 4.0], 1, skip=True).tolist() == pytest.approx([0.6, 0.8])
    with pytest.raises(ValueError, match=r"^skip: expected True or False, got 'no'"):
        clip_by_norm(bad, 1, skip="no")
    for narrow in (np.float16, np.longdouble):
        for clip in (
            lambda g: clip_by_norm(g, 1),
            lambda g: clip_by_value([g], 1),
            lambda g: clip_by_global_norm([g], 1),
        ):
            with pytest.raises(ValueError, match=r"^grads?(\[0\])?: expected float32 or float64, got ndarray of dtype"):
                clip(np.ones(2, narrow))


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ([np.zeros(2)], r"^out: expected the names of the gradients, \['out\[0\]', 'out\[1\]'\], got \['out\[0\]'\]"),
        ({0: np.zeros(2), 1: np.zeros(3), 2: np.zeros(1)}, r"^out: expected the names of the gradients"),
        ([np.zeros(2), np.zeros(2)], r"^out\[1\]: expected a writeable array of float64 \(3,\), got float64 \(2,\)"),
        (
            [np.zeros(2, np.float32), np.zeros(3)],
            r"^out\[0\]: expected a writeable array of float64 \(2,\), got float32",
        ),
        ([np.zeros(2), [0.0, 0.0, 0.0]], r"^out\[1\]: expected a writeable array"),
        ([np.zeros(2), np.broadcast_to(0.0, 3)], r"^out\[1\]: expected a writeable array"),
        ([np.zeros(2), np.ma.zeros(3)], r"^out\[1\]: expected a plain array, got a masked one"),
        (np.zeros(5), r"^out: expected the names of the gradients"),
        ([], r"^out: expected a dict of gradients with at least one entry"),
    ],
)
@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
def test_an_out_that_does_not_fit_is_refused_before_anything_is_written(clip, out, told):
    with pytest.raises(ValueError, match=told):
        clip([np.ones(2), np.ones(3)], 1, out=out)
    assert not (isinstance(out, list) and any(np.any(array) for array in out))


@pytest.mark.parametrize(("bad", "norm"), [(NAN, NAN), (INF, INF), (-INF, INF)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_can_be_skipped(bad, norm, dtype):
    for array in (np.array([bad, 1], dtype), np.array([1, bad], dtype)):
        grads, out = (
            {"a": np.ones(2, dtype), "b": [array, np.ones(1)]},
            {"a": np.zeros(2), "b": [np.zeros(2), np.zeros(1)]},
        )
        clipped, found = clip_by_global_norm(grads, 1, out=out, skip=True)
        assert clipped is None and type(found) is float
        np.testing.assert_equal(found, norm)
        assert clip_by_value(grads, 1, out=out, skip=True) is None and not out["a"].any()
        with pytest.raises(FloatingPointError, match=r"^grads\['b'\]\[0\]: expected finite gradients"):
            clip_by_global_norm(grads, 1)


def test_nan_is_told_before_inf():
    assert math.isnan(clip_by_global_norm([np.array([INF]), np.array([NAN])], 1, skip=True)[1])
    assert math.isnan(clip_by_global_norm([np.array([NAN]), np.array([INF])], 1, skip=True)[1])


def test_the_loop_of_the_docstring_leaves_the_step_out():
    params, adam = {"p": np.zeros(1)}, Adam(0.1)
    for g in (1.0, NAN, INF, 1.0):
        clipped, norm = clip_by_global_norm({"p": np.array([g])}, 1.0, skip=True)
        if clipped is not None:
            adam.step(params, clipped)
    assert params["p"].item() == pytest.approx(-0.2)


def test_finite_gradients_are_clipped_with_skip_too():
    grads = [np.array([1e308, 1e308])]  # the norm is finite, its square is not
    assert clip_by_global_norm(grads, 1, skip=True)[0][0].tolist() == clip_by_global_norm(grads, 1)[0][0].tolist()
    assert clip_by_value(grads, 1, skip=True)[0].tolist() == [1, 1]
    clipped, norm = clip_by_global_norm([np.full(4, 1.7e308)], 1, skip=True)  # nor is the norm
    assert clipped[0].tolist() == pytest.approx([0.5] * 4) and norm == INF


def test_arrays_are_never_stacked():
    with pytest.raises(ValueError, match=r"^grad: expected one array, got a list of them: see clip_by_global_norm"):
        clip_by_norm([np.ones(2), np.ones(2)], 1)
    assert clip_by_norm([[3.0, 0.0], [0.0, 4.0]], 1).shape == (2, 2)  # numbers
    assert clip_by_value([[1.0, 5.0], np.ones(2)], 2)[0].tolist() == [1, 2]


@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
@pytest.mark.parametrize(
    ("grads", "told"),
    [
        ([3.0, 4.0], r"^grads: expected a dict of gradients .* got \[3.0, 4.0\]"),
        ([], r"^grads: expected a dict of gradients with at least one entry, got \[\]"),
        (
            {"a": [np.ones(1), {}]},
            r"^grads\['a'\]\[1\]: expected a dict of gradients with at least one entry, got \{\}",
        ),
        ([np.ones(1), None], r"^grads\[1\]: expected real numbers, got NoneType"),
        ([np.ma.ones(2), np.ones(2)], r"^grads\[0\]: expected a plain array, got a masked one"),
        ({"a": {"b": np.ma.ones(2)}}, r"^grads\['a'\]\['b'\]: expected a plain array, got a masked one"),
        ((g for g in [np.ones(2)]), r"^grads: expected a dict of gradients .* got <generator"),
    ],
)
def test_more_refusals(clip, grads, told):
    for skip in (False, True):
        with pytest.raises(ValueError, match=told):
            clip(grads, 1, skip=skip)
    with pytest.raises(ValueError, match=r"^grad: expected a plain array, got a masked one"):
        clip_by_norm(np.ma.ones(2), 1)
