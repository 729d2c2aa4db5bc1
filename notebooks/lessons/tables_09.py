"""The tables of lesson 9, from what is stored in results/: they are shown in the notebook, and nothing is trained."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tabulate import tabulate

from helpers._checks import Array
from helpers.attention import SCORES
from helpers.data import dates
from lessons import RESULTS, transformer_09
from lessons.reading_09 import stored

_NEVER = 9999  # for a number of updates that was not reached
HEADS = ((1, 1), (2, 1), (4, 1), (1, 0), (2, 0))  # heads, positions
COPIES = (  # name, lesson, size of the state
    ("with attention, H = 16", "09", 16),
    ("with attention, H = 32", "09", 32),
    ("without, H = 32", "07", 32),
    ("without, H = 128", "07", 128),
)


def show(rows: Iterable[Iterable], headers: Sequence[Any], digits: int = 2) -> str:
    """Lay out rows as a table in HTML; floats get so many digits after the point, all else stands as it is."""
    told = [[f"{x:.{digits}f}" if isinstance(x, float | np.floating) else str(x) for x in row] for row in rows]
    return tabulate(told, headers, "html", disable_numparse=True, colalign=["left"] + ["right"] * (len(headers) - 1))


def examples(learnt: dates.Dates) -> str:
    """Show the first date of each language."""
    first = map(learnt.locale.index, dates.LOCALES)
    return show([[part[n] for part in (learnt.locale, *learnt[:2])] for n in first], ["language", "source", "target"])


def exact() -> str:
    """Show the exact matches of 16 seeds with attention and without, at two rates, and the median of each language."""
    shown = []
    for score, rate in (("dot", 0.01), ("none", 0.01), ("dot", 0.003), ("none", 0.003)):
        rows = stored("final", score, rate=rate)
        right = 100 * rows["right"]
        row = [score, f"{rate:g}", f"{rows['parameters'][0]:,}", rows["updates"][0], f"{np.median(right):.2f}"]
        row += [right.min(), right.max(), int(np.sum(right >= 99))]
        shown.append(row + [100 * np.median(rows[key]) for key in dates.LOCALES])
    headers = ["score", "rate", "parameters", "updates", "median", "lowest", "highest", "at 99 %", *dates.LOCALES]
    return show(shown, headers, 1)


def speed(score: str) -> tuple[float, Array]:
    """Return the median of the first update at 90 % exact, and the shares right in % of the seeds after 624 updates."""
    first, rows = stored("final", score)["first_90"], stored("curves", score)
    return float(np.median(np.where(first > 0, first, _NEVER))), 100 * rows["right"][rows["update"] == 624]


def speeds() -> str:
    """Show `speed` with attention and without."""
    both = [(name, *speed(score)) for score, name in (("dot", "with attention"), ("none", "without"))]
    shown = [[name, f"{first:.0f}", np.median(late), late.min(), late.max()] for name, first, late in both]
    return show(shown, ["", "90 % after", "after 624 updates: median", "lowest", "highest"], 1)


def copied(lesson: str, hidden: int) -> tuple[list[int], Array]:
    """Return the lengths of the copies, and the shares right in %, (seeds, lengths); lesson 07 is without attention."""
    rows = np.genfromtxt(RESULTS / f"{lesson}_copies.csv", delimiter=",", names=True)
    keys = [key for key in rows.dtype.names or () if key.startswith("length")]
    right = [[row[key] for key in keys] for row in rows[rows["hidden"] == hidden]]
    return [int(key.split("_")[1]) for key in keys], 100 * np.array(right)


def copies() -> str:
    """Show the medians of the copies by length."""
    sizes, _ = copied("09", 16)
    return show(
        [[name, *np.median(copied(lesson, size)[1], axis=0)] for name, lesson, size in COPIES], ["digits", *sizes], 0
    )


def share() -> str:
    """Show how much weight of dot attention lies on the characters that carry what is written, by language."""
    shown, rows = [], stored("alignment", "dot")
    for locale in dates.LOCALES:
        own = rows[rows["locale"] == locale]
        inside, near = (100 * own[key].reshape(-1, 3) for key in ("share", "near"))  # a row for each seed
        day, month, year = inside.mean(axis=0)
        shown.append([locale, year, month, day, inside.mean(), inside.mean(axis=1).min(), near.mean()])
    return show(shown, ["", "year", "month", "day", "all three", "lowest seed", "all three, near"], 1)


def scores() -> str:
    """Show the four scores and the encoder from the left: exact matches, updates to 99 %, and where they look."""
    shown = []
    for score, encoder in [*((score, "both") for score in SCORES), ("dot", "left")]:
        rows, read = (stored(name, score, encoder) for name in ("final", "alignment"))
        first, right = np.median(np.where(rows["first_99"] < 0, _NEVER, rows["first_99"])), 100 * rows["right"]
        row = [score, encoder, f"{rows['parameters'][0]:,}", f"{np.median(right):.2f}", f"{right.min():.2f}", first]
        shown.append(row + [100 * read[key].mean() for key in ("share", "near", "top", "even")])
    headers = ["score", "encoder", "parameters", "median", "lowest", "99 % after", "in", "near", "top", "even"]
    return show(shown, headers, 0)


def heads() -> str:
    """Show the share of steps right in both answers by heads and positions, over 16 seeds."""
    rows, shown = np.genfromtxt(RESULTS / "09_heads.csv", delimiter=",", names=True), []
    for number, positions in HEADS:
        right = rows["right"][(rows["heads"] == number) & (rows["positions"] == positions)]
        shown.append([number, "yes" if positions else "no", right.min(), np.median(right), right.max()])
    return show(shown, ["heads", "positions", "both right: lowest", "median", "highest"], 2)


def better(variant: str) -> Array:
    """Return the rows of a variant of the Transformer at that of its two rates with the smaller median loss."""
    path = RESULTS / "09_transformer.csv"
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    runs = [rows[(rows["variant"] == variant) & (rows["rate"] == rate)] for rate in np.unique(rows["rate"])]
    return min(runs, key=lambda run: np.median(run["loss"]))


def transformer() -> str:
    """Show the loss of each variant, its predictions right, and the median share of starts that go on by the rule."""
    shown = []
    for variant in transformer_09.VARIANTS:
        run = better(variant)
        loss, right, made = run["loss"], 100 * np.median(run["right"]), 100 * np.median(run["written"])
        row = [variant, f"{run['rate'][0]:g}", np.median(loss), loss.min(), loss.max()]
        shown.append([*row, f"{right:.1f}", f"{made:.0f}"])
    shown.append(["who knows the rule", "", *[transformer_09.ENTROPY] * 3, f"{100 * transformer_09.BEST:.1f}", "100"])
    return show(shown, ["", "rate", "loss: median", "lowest", "highest", "right, %", "written by the rule, %"], 3)


def continued(made: ArrayLike, ruled: ArrayLike, starts: Sequence[int]) -> str:
    """Show some of the sequences written, beside those of the rule, both (64, steps)."""
    pairs = [[np.asarray(rows)[n] for rows in (made, ruled)] for n in starts]
    return show([["".join(map(str, row)) for row in pair] for pair in pairs], ["written", "by the rule"])
