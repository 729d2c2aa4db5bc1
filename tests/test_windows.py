"""Which pairs a text has: reach, borders, subsampling, and ids without repetition."""

import numpy as np
import pytest

from helpers import windows

pytestmark = pytest.mark.filterwarnings("error")


def rng(seed=0):
    return np.random.default_rng(seed)


def pairs(texts, window, keep=None, epochs=1, seed=0):
    """Return the pairs (neighbour, middle) of every chunk as ids, told from the table by a loop."""
    keep = np.ones(1 + max(map(max, texts))) if keep is None else keep
    found = []
    for ids, inside, _ in windows.chunks([np.array(t) for t in texts], epochs, keep, window, rng(seed)):
        for j, row in enumerate(inside):
            for column in np.flatnonzero(row):
                found.append((ids[j + (column - window if column < window else column - window + 1)], ids[j]))
    return found


def test_a_window_of_one_has_the_two_neighbours():
    assert pairs([[0, 1, 2, 3]], 1) == [(1, 0), (0, 1), (2, 1), (1, 2), (3, 2), (2, 3)]


def test_no_window_crosses_a_border():
    assert pairs([[0, 1], [2, 3]], 1) == [(1, 0), (0, 1), (3, 2), (2, 3)]
    assert pairs([[0], [1], [2]], 5) == []


def test_the_reach_is_drawn_evenly():
    text = np.zeros(30_000, int)
    _, inside, _ = next(windows.chunks([text], 1, np.ones(1), 4, rng()))
    assert inside.shape == (windows.CHUNK, 8)
    share = inside[10:-10].mean(axis=0)  # distance 1 always, 4 in a quarter of the cases
    np.testing.assert_allclose(share, [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25], atol=0.015)


def test_all_words_are_read_in_every_epoch():
    texts = [np.arange(5), np.arange(40_000) % 7, np.arange(3)]
    read = [(len(ids), n) for ids, _, n in windows.chunks(texts, 2, np.ones(7), 2, rng())]
    assert sum(n for _, n in read) == 2 * 40_008 and all(a == b for a, b in read)
    assert max(n for _, n in read) < 2 * windows.CHUNK


def test_dropped_words_close_the_window():
    assert pairs([[0, 1, 2]], 1, keep=np.array([1.0, 0.0, 1.0])) == [(2, 0), (0, 2)]
    assert pairs([[1, 1]], 1, keep=np.array([1.0, 0.0])) == []


def test_words_are_dropped_anew_in_every_epoch():
    keep = np.array([0.5])
    sizes = [len(ids) for ids, _, _ in windows.chunks([np.zeros(10_000, int)], 3, keep, 1, rng())]
    assert len(set(sizes)) == 3 and all(4800 < size < 5200 for size in sizes)


def test_keep_probability():
    counts = np.array([9000, 900, 100, 0])
    np.testing.assert_allclose(windows.keep_probability(counts, 0.01), [np.sqrt(1 / 90), np.sqrt(1 / 9), 1, 1])
    np.testing.assert_array_equal(windows.keep_probability(counts, 0), 1)


@pytest.mark.parametrize("ids", [[3], [0, 0], [5, 2, 5, 2, 2, 0], list(range(7))])
def test_distinct(ids):
    once, place = windows.distinct(np.array(ids), np.full(8, 99))
    assert sorted(once) == sorted(set(ids))
    np.testing.assert_array_equal(once[place], ids)
