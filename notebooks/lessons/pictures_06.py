"""The pictures and tables of notebook 06: they draw what was computed there, or read the stored tables.

Rows of a table begin with its heads.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers._checks import Array
from helpers.data import texts
from helpers.lab import style
from lessons import RESULTS

SIDES = ("left", "right", "both")


def stored(name: str) -> Array:
    """Read a table of results/ whose columns have names."""
    form: dict[str, Any] = {"names": True, "dtype": None, "encoding": "utf-8", "autostrip": False}
    return np.genfromtxt(RESULTS / f"{name}.csv", delimiter=",", **form)


def spread(values: ArrayLike, digits: int = 1) -> str:
    """Write the median of some runs, and the smallest and largest in brackets."""
    values = np.asarray(values, dtype=float)
    middle, low, high = (f"{value:.{digits}f}" for value in (np.median(values), values.min(), values.max()))
    return middle if len(values) == 1 else f"{middle} ({low} to {high})"


def letters_rows() -> list[list[str]]:
    """Return a row for each model of hidden letters: its name and the percentages right from left, right and both."""
    small, large = stored("06_letters"), stored("06_large")
    rows = [["letters correct (%)", "from the left", "from the right", "from both"]]
    for name, table, model in (("RNN-64", small, "RNN"), ("GRU-64", small, "GRU"), ("GRU-128", large, "GRU")):
        own = table[table["model"] == model]
        rows.append([name, *(spread(100 * own["right"][own["side"] == side]) for side in SIDES)])
    counts = small[small["model"] == "count"]
    kinds = ("4 left", "4 right", "2 + 2")
    return [*rows, ["counts of 4", *(spread(100 * counts["right"][counts["side"] == kind]) for kind in kinds)]]


def sees(seen: Array) -> None:
    """Draw what each output depends on, seen (3, T, T), for the left half, the right half and both."""
    fig, axes = plt.subplots(1, 3, figsize=(7, 2.8))
    for ax, matrix, title in zip(axes, seen, ("from the left", "from the right", "both"), strict=True):
        shown = np.where(matrix > 0, np.log10(np.maximum(matrix, 1e-12)), np.nan)
        image = ax.imshow(shown, cmap="cividis", vmin=-2, vmax=1)
        ax.set(title=title, xlabel="input step", xticks=range(0, 8, 2), yticks=range(0, 8, 2))
        ax.grid(visible=False)
    axes[0].set_ylabel("output step")
    fig.colorbar(image, ax=axes, label="log₁₀ of the gradient", shrink=0.8)
    plt.show()


def each_letter() -> None:
    """Draw for each letter how often the GRU-128 guesses it from either side and from both."""
    each = stored("06_each")
    order = np.argsort(each["GRU_both"] - np.maximum(each["GRU_left"], each["GRU_right"]))
    _, ax = plt.subplots(figsize=(7, 4))
    looks = {"left": (">", "from left"), "right": ("<", "from right"), "both": ("o", "answer")}
    for side, (mark, concept) in looks.items():
        name = side if side == "both" else f"from the {side}"
        ax.plot(np.arange(27), 100 * each[f"GRU_{side}"][order], mark, color=style.COLOURS[concept], label=name)
    ax.set_xticks(
        range(27), ["space" if not letter.strip() else letter for letter in each["letter"][order]], rotation=60
    )
    ax.set(ylabel="correct (%)", ylim=(-4, 115), title="Both sides together guess every letter better than either side")
    ax.legend(loc="upper right", ncols=3)
    plt.show()


def likeliest(ax: Axes, p: Array, true: int, title: str) -> None:
    """Draw the five likeliest letters of the probabilities p (27,), the true one in its colour."""
    best = np.argsort(-p)[:5]
    ax.bar(range(5), 100 * p[best], color=[style.COLOURS["letter" if i == true else "guess"] for i in best])
    ax.set_xticks(range(5), [_sign(code) for code in best])
    ax.set(title=title, ylim=(0, 100))


def next_letter(p: Array, start: str, written: str) -> Figure:
    """Draw the probabilities p (27,) of the letter after a start, and below them what was written on, in lines."""
    fig, (ax, page) = plt.subplots(2, 1, figsize=(7, 3.6), height_ratios=[2, 1.4])
    ax.bar(range(27), 100 * p, color=style.COLOURS["guess"])
    ax.set_xticks(range(27), [_sign(code) for code in range(27)])
    ax.set(xlabel=f"the letter after “{start[-30:]}”", ylabel="probability (%)", ylim=(0, 100), xlim=(-0.7, 26.7))
    page.axis("off")
    lines = [written[k : k + 66] for k in range(0, len(written), 66)]
    page.text(0, 1, "\n".join(lines), family="monospace", size=10.5, va="top", linespacing=1.5)
    return fig


def language_rows() -> list[list[str]]:
    """Return a row for each language model: its name, the perplexity of the last years' text, that after a cut."""
    table = stored("06_language")
    rows = [["language model", "perplexity", "perplexity after a cut"]]
    for before in range(5):
        own = table[(table["model"] == "count") & (table["before"] == before)]
        rows.append([f"counts, letters before: {before}", *_two(own)])
    for name, model in (("GRU-64", "left"), ("GRU-128", "large"), ("GRU-64 with both sides", "both")):
        rows.append([name, *_two(table[table["model"] == model])])
    return rows


def written_rows() -> list[list[str]]:
    """Return a row for each temperature: percentages of written words that occur in the speeches, and that differ."""
    table = stored("06_written")
    rows = [["who writes", "words that occur in the speeches (%)", "words that differ within a text (%)"]]
    for temperature in (0.25, 0.5, 1.0, 1.5):
        own = table[(table["model"] == "left") & (table["temperature"] == temperature)]
        rows.append([f"GRU-64, τ = {temperature:g}", *(spread(100 * own[name], 0) for name in ("known", "differ"))])
    for words, model in (("with both sides, τ = 1", "both"), ("the text itself", "text")):
        own = table[table["model"] == model]
        rows.append([words, *(spread(100 * own[name], 0) for name in ("known", "differ"))])
    return rows


def sides_rows(best: dict[tuple[str, str], float]) -> list[list[str]]:
    """Return a row for each network on the tasks of `sides_06`: correct answers (%), and the runs that solve it."""
    table = stored("06_sides")
    rows = [["task", "reads", "layers", "answers correct (%)", "solved", "most from one side (%)"]]
    for task, merge, layers in dict.fromkeys(zip(table["task"], table["merge"], table["layers"], strict=True)):
        own = table["right"][(table["task"] == task) & (table["merge"] == merge) & (table["layers"] == layers)]
        bound = f"{100 * best[task, merge]:.1f}" if (task, merge) in best else ""
        reads = {"concat": "both", "sum": "both, summed"}.get(merge, f"from the {merge}")
        rows.append([task, reads, str(layers), spread(100 * own), f"{np.sum(own == 1)} of {len(own)}", bound])
    return rows


def sentences_rows() -> list[list[str]]:
    """Return a row for each way to make a vector of an excerpt: correct dates (%), in longer rows, changed answers."""
    table = stored("06_sentences")
    rows = [["one vector by", "dated correctly (%)", "in longer rows (%)", "answers that change (%)"]]
    for way in dict.fromkeys(table["way"]):
        own = table[table["way"] == way]
        rows.append([way, *(spread(100 * own[name]) for name in ("right", "longer", "changed"))])
    return rows


def _two(own: Array) -> list[str]:
    """Return the perplexity and the one after a cut of some rows."""
    return [spread(own["perplexity"], 2), "" if np.isnan(own["cut"]).all() else spread(own["cut"], 2)]


def _sign(code: int) -> str:
    """Return a letter as it stands on an axis."""
    return "␣" if texts.LETTERS[code] == " " else texts.LETTERS[code]
