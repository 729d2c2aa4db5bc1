"""Passages are cut and counted rightly, and the classifier learns what can be learnt."""

import numpy as np
import pytest

from lessons import reader_08

pytestmark = pytest.mark.filterwarnings("error")


def test_passages_keep_to_one_message_and_know_their_half_century():
    ids, period = reader_08.passages([(1849, np.arange(65)), (1850, np.arange(100, 130)), (2000, np.arange(5))])
    assert ids.tolist() == [list(range(30)), list(range(30, 60)), list(range(100, 130))]
    assert period.tolist() == [0, 0, 1]


def test_words_are_counted():
    found = reader_08.counted(np.array([[0, 2, 2, 2, 2], [1, 1, 1, 1, 0]]), 3)
    assert found.tolist() == [[1, 0, 2], [1, 2, 0]] and found.dtype == np.float32


def test_the_classifier_learns_what_its_input_shows():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 4, 300)
    for scale, right in ((1.0, (0.95, 1)), (0.0, (0.1, 0.45))):
        inputs = (scale * np.eye(4)[classes] + 0.1 * rng.normal(size=(300, 4))).astype(np.float32)
        learn, choose, test = ((inputs[part], classes[part]) for part in np.split(np.arange(300), [100, 200]))
        rate, share = reader_08.classify(rng, learn, choose, test)
        assert rate in reader_08._RATES and right[0] <= share <= right[1]


def test_a_test_of_one_class_and_the_earliest_rate_that_is_right():
    """A test that is centred by itself loses its one class; all rates are right on what is chosen by, the first too."""
    classes = np.tile(np.arange(4), 50)
    inputs = (np.eye(4)[classes] + 0.1 * np.random.default_rng(0).normal(size=(200, 4))).astype(np.float32)
    learn, choose, test = ((inputs[part], classes[part]) for part in (slice(0, 80), slice(80, 160), slice(162, 200, 4)))
    assert set(test[1]) == {2}
    assert reader_08.classify(np.random.default_rng(1), learn, choose, test) == (reader_08._RATES[0], 1.0)


def test_the_rate_is_chosen_before_the_test_is_seen():
    rng = np.random.default_rng(1)
    inputs, classes = rng.normal(size=(120, 6)).astype(np.float32), rng.integers(0, 4, 120)
    parts = [(inputs[part], classes[part]) for part in (slice(0, 40), slice(40, 80))]
    tests = [(inputs[80:], rng.integers(0, 4, 40)) for _ in range(5)]
    assert len({reader_08.classify(np.random.default_rng(2), *parts, test)[0] for test in tests}) == 1
