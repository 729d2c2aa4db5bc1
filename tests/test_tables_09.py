"""The stored tables as lesson 9 shows them, and the strings that are copied."""

import numpy as np
import pytest

from helpers.data import dates
from lessons import copies_09, reading_09, tables_09


def test_every_table_is_shown():
    for made in (tables_09.exact, tables_09.speeds, tables_09.copies, tables_09.share, tables_09.scores):
        assert made().count("<tr>") > 2
    assert tables_09.heads().count("<tr>") == 6
    assert "without feed-forward" in tables_09.transformer()


def test_mistakes_by_length_and_by_language_have_the_same_mean():
    _, test = dates.split(np.random.default_rng(0))
    _, seen, alone = reading_09.mistakes("none", test)
    sizes = np.unique([len(text) // 4 for text in test.source], return_counts=True)[1]
    assert (seen * sizes).sum() == pytest.approx((alone * sizes).sum(), rel=1e-3)


def test_strings_are_copied_or_not():
    rng = np.random.default_rng(0)
    asked = copies_09.strings(rng, [3, 20])
    assert [len(text) for text in asked] == [3, 20] and set("".join(asked)) <= set("0123456789")
    params, known = copies_09.train(rng, 8, "dot", updates=2)
    assert copies_09.copied(params, known, asked, "dot") == 0
    assert sum(a.size for part in params.values() for a in part.values()) == copies_09.count(8, "dot")
