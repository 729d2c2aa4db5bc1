"""What is computed beside the figures of lesson 1: the carries of a sum, titles that count, stored tables."""

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from helpers import data
from lessons import pictures_01


def test_the_carries_are_those_of_the_sum():
    x, target = data.add_bits(data.to_bits([725], 12), data.to_bits([438], 12))
    figure, axes = plt.subplots(2, 1)
    found = pictures_01.carry(axes, x, target, target[:, 0] > 0.5, np.zeros((8, 12)), 4)
    expected, carry = [], 0
    for first, second in x[:, :, 0].astype(int):
        expected.append(carry)
        carry = (first + second + carry) // 2
    assert found.tolist() == expected
    plt.close(figure)


def test_titles_count_the_runs():
    figure, axes = plt.subplots(1, 2)
    pictures_01.many_runs(axes, [[1, 0.5], [1, 2]], [[0, 1], [0, 0.5]])
    assert axes[0].get_title(loc="left") + axes[0].get_title() == "The loss falls in 1 of 2 runs"
    assert axes[1].get_title(loc="left") + axes[1].get_title() == "All right at the end: 1 of 2"
    plt.close(figure)


def test_stored_tables():
    assert len(pictures_01.stored("01_solved")) == 18 and len(pictures_01.stored("01_starts")) == 40
