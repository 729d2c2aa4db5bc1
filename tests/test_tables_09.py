"""The stored tables as lesson 9 shows them, and the strings that are copied."""

import csv
import re
import types

import numpy as np
import pytest

from helpers import seq2seq
from helpers.data import characters, dates
from lessons import RESULTS, copies_09, reading_09, tables_09, transformer_09


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


def test_every_length_is_learnt_from_new_batches(monkeypatch):
    batches, loss_and_grads = [], seq2seq.loss_and_grads

    def spy(params, tokens, lengths, *rest, **options):
        batches.append((tokens.tobytes(), set(lengths)))
        return loss_and_grads(params, tokens, lengths, *rest, **options)

    monkeypatch.setattr(seq2seq, "loss_and_grads", spy)
    copies_09.train(np.random.default_rng(0), 4, "dot", updates=12)
    assert len({tokens for tokens, _ in batches}) == 12
    assert set.union(*(lengths for _, lengths in batches)) == set(range(1, 17))


def test_a_copy_is_right_from_the_first_digit_to_the_end(monkeypatch):
    known, asked = characters.vocabulary(["0123456789"]), ["1" * 20, "2" * 20, "3" * 20]
    said = ["1" * 20, "2" * 19 + "5", "3" * 21]
    written = types.SimpleNamespace(tokens=None)

    def greedy(params, tokens, lengths, *, steps, attention):
        written.tokens = characters.encode(said, known)[0][:steps]
        return written

    monkeypatch.setattr(copies_09.decoding, "greedy", greedy)
    assert copies_09.copied({}, known, asked, "dot") == pytest.approx(1 / 3)


def rows_of(name):
    with open(RESULTS / f"09_{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells_of(table):
    """Return the cells of a table without its head."""
    return [re.findall(r"<td[^>]*>\s*(.*?)\s*</td>", row) for row in table.split("<tr>")[2:]]


def test_heads_and_exact_matches_are_those_of_the_rows_that_they_name():
    for heads, positions, *shown in cells_of(tables_09.heads()):
        right = [float(row["right"]) for row in rows_of("heads")
                 if (row["heads"], row["positions"]) == (heads, str(int(positions == "yes")))]  # fmt: skip
        assert len(right) == 16 and shown == [f"{f(right):.2f}" for f in (min, np.median, max)]
    for score, rate, _, updates, *shown in cells_of(tables_09.exact()):
        rows = [r for r in rows_of("final") if (r["score"], r["encoder"], r["rate"]) == (score, "both", rate)]
        right = [100 * float(row["right"]) for row in rows]
        assert len(rows) == 16 and {row["updates"] for row in rows} == {updates}
        assert shown[:3] == [f"{np.median(right):.2f}", f"{min(right):.1f}", f"{max(right):.1f}"]


def test_copies_are_those_of_one_size():
    sizes, right = tables_09.copied("09", 32)
    rows = [row for row in rows_of("copies") if row["hidden"] == "32"]
    assert sizes == list(copies_09.LENGTHS) and right.shape == (16, 10)
    np.testing.assert_allclose(right[:, -1], [100 * float(row["length 20"]) for row in rows])


def test_a_variant_stands_at_its_better_rate():
    for variant in transformer_09.VARIANTS:
        losses = {}
        for row in rows_of("transformer"):
            if row["variant"] == variant:
                losses.setdefault(float(row["rate"]), []).append(float(row["loss"]))
        (rate,) = set(tables_09.better(variant)["rate"])
        assert len(losses) == 2 and np.median(losses[rate]) == min(map(np.median, losses.values()))


def test_who_never_came_there_is_not_the_first(monkeypatch):
    made = {
        "final": {"first_90": np.array([-1, 52, -1])},
        "curves": np.array([(624, 0.5), (26, 0.9)], [("update", int), ("right", float)]),
    }
    monkeypatch.setattr(tables_09, "stored", lambda name, score: made[name])
    first, late = tables_09.speed("none")
    assert first == tables_09._NEVER and late.tolist() == [50.0]
