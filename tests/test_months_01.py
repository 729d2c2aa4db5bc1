"""The windows and simple forecasts of lesson 1: what is forecast lies after the window, nothing unseen is fitted to."""

import numpy as np
import pytest

from lessons import months_01

SERIES = np.arange(100.0) ** 1.5


def test_windows_are_followed_by_what_they_forecast():
    found = months_01.windows(SERIES, 24)
    known = SERIES[:80]
    scaled = (SERIES - known.mean()) / known.std()
    assert found.months.shape == (24, 1, 71) and found.future.shape == (2, 71)
    for n in (0, 30, 70):
        np.testing.assert_allclose(found.months[:, 0, n], scaled[n : n + 24], rtol=1e-13)
        np.testing.assert_allclose(found.future[:, n], [scaled[n + 24], scaled[n + 29]], rtol=1e-13)
    last_known, first_unseen = np.flatnonzero(found.known)[-1], np.flatnonzero(found.unseen)[0]
    assert last_known + 29 == 79 and first_unseen + 24 == 80
    assert found.spread == pytest.approx(scaled.std())


def test_forecasts_of_a_straight_line():
    found = months_01.windows(np.arange(100.0), 24)
    np.testing.assert_allclose(months_01.linear(found), found.future[:, found.unseen], atol=1e-10)
    step = 1 / np.arange(80.0).std()  # of the scaled line
    errors = months_01.simple(found)
    np.testing.assert_allclose(errors["persistence"], [step / found.spread, 6 * step / found.spread], rtol=1e-10)
    np.testing.assert_allclose(errors["linear AR(24)"], 0, atol=1e-9)


def test_nothing_unseen_is_fitted_to():
    found = months_01.windows(np.random.default_rng(0).normal(size=200), 24)
    other = found._replace(future=np.where(found.known, found.future, 99.0))
    np.testing.assert_array_equal(months_01.linear(found), months_01.linear(other))
