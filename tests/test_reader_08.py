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
