"""Initial weights: width, type, repeatability, refusals."""

import math

import numpy as np
import pytest

from helpers.initializers import SCHEMES, chrono_bias, draw

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(("scheme", "std"), [("normal", 1.0), ("xavier", 1 / 20), ("he", math.sqrt(2) / 20)])
def test_widths(scheme, std):
    """Draw 200 × 400 numbers: the fan-in is 400."""
    weights = draw(np.random.default_rng(0), 200, 400, scheme)
    assert weights.std() == pytest.approx(std, rel=0.02)
    assert abs(weights.mean()) < 0.02 * std
    assert np.mean(np.abs(weights) < std) == pytest.approx(0.683, abs=0.01)  # a normal distribution


def test_xavier_is_the_default_and_the_schemes_are_one_draw_scaled():
    drawn = {scheme: draw(np.random.default_rng(3), 2, 8, scheme) for scheme in SCHEMES}
    np.testing.assert_array_equal(draw(np.random.default_rng(3), 2, 8), drawn["xavier"])
    np.testing.assert_allclose(drawn["normal"], drawn["xavier"] * math.sqrt(8), rtol=1e-14)
    np.testing.assert_allclose(drawn["he"], drawn["normal"] / 2, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32"])
def test_dtype(dtype):
    weights = draw(np.random.default_rng(0), 3, 2, dtype=dtype)
    assert weights.dtype == dtype and weights.shape == (3, 2)
    np.testing.assert_allclose(weights, draw(np.random.default_rng(0), 3, 2), rtol=1e-3)


def test_seeds():
    one, two = np.random.default_rng(1), np.random.default_rng(1)
    first = draw(one, 3, 2)
    np.testing.assert_array_equal(first, draw(two, 3, 2))
    assert not np.array_equal(first, draw(one, 3, 2))  # the generator moves on
    assert not np.array_equal(first, draw(np.random.default_rng(2), 3, 2))


@pytest.mark.parametrize("bad", [0, -1, 1.0, "2", None, True, np.float64(2), (2,)])
@pytest.mark.parametrize("name", ["rows", "columns"])
def test_sizes_are_whole_numbers(name, bad):
    with pytest.raises(ValueError, match=rf"^{name}: expected a whole number of at least 1, got "):
        draw(np.random.default_rng(0), **({"rows": 2, "columns": 2} | {name: bad}))


def test_numpy_integers_are_whole_numbers():
    assert draw(np.random.default_rng(0), np.int32(2), np.uint8(3)).shape == (2, 3)


@pytest.mark.parametrize("scheme", ["Xavier", "glorot", "", None, 1.0])
def test_unknown_schemes(scheme):
    with pytest.raises(ValueError, match=r"^scheme: expected one of 'normal', 'xavier', 'he', got "):
        draw(np.random.default_rng(0), 2, 2, scheme)


@pytest.mark.parametrize("rng", [None, 0, np.random, np.random.RandomState(0)])
def test_a_generator_is_wanted(rng):
    with pytest.raises(ValueError, match=r"^rng: expected a np\.random\.Generator .*, got (NoneType|int|module|Ran)"):
        draw(rng, 2, 2)


@pytest.mark.parametrize("dtype", [int, bool, complex, object, np.float16, np.longdouble])
def test_only_floats(dtype):
    with pytest.raises(ValueError, match=r"^dtype: expected a type of floats, float64 or float32, got "):
        draw(np.random.default_rng(0), 2, 2, dtype=dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_chrono_biases_spread_over_the_times(dtype):
    """σ(b) = 1 − 1/τ with τ from 2 to T_max."""
    b = chrono_bias(np.random.default_rng(0), 5000, 50, dtype)
    times = 1 / (1 - 1 / (1 + np.exp(-b.astype(np.float64))))
    assert b.shape == (5000, 1) and b.dtype == dtype
    assert 2 - 1e-5 <= times.min() < 2.1 and 49.9 < times.max() <= 50 + 1e-3
    assert times.mean() == pytest.approx(26, rel=0.02)


@pytest.mark.parametrize("chrono", [2, -1, 3.0, True, None, "9"])
def test_chrono_wants_a_number_of_steps(chrono):
    with pytest.raises(ValueError, match=r"^chrono: expected a whole number of at least 3, got "):
        chrono_bias(np.random.default_rng(0), 2, chrono)
