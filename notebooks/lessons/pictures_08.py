"""The pictures of lesson 8: they draw what the notebook has computed."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import textalloc
from matplotlib.figure import Figure

from helpers._checks import Array
from helpers.lab import plots, style

Rows = list[dict[str, str]]


def cost(table: Rows, title: str) -> Figure:
    """Draw the times of a softmax and of negative sampling over the size of the vocabulary."""
    fig, ax = plt.subplots()
    for name in ("softmax", "negative sampling"):
        ax.plot([int(row["V"]) for row in table], [float(row[name]) for row in table], "o-", label=name)
    ax.set(xscale="log", yscale="log", xlabel="V, words in the vocabulary", ylabel="ms for 1,000 words of text")
    ax.set_title(title)
    plots.label_lines(ax)
    return fig


def _band(ax: Any, x: Sequence[float], rows: Rows, **look: Any) -> None:
    """Draw the medians of some rows, in percent, and a band from the lowest to the highest seed."""
    low, middle, high = ([100 * float(row[key]) for row in rows] for key in ("lowest", "median", "highest"))
    (line,) = ax.plot(x, middle, "o-", **look)
    ax.fill_between(x, low, high, alpha=0.2, linewidth=0, color=line.get_color())


def rates(curves: dict[str, Rows], title: str) -> Figure:
    """Draw the share of right analogies over the learning rate, a band over the seeds for each curve."""
    fig, ax = plt.subplots()
    for name, rows in curves.items():
        _band(ax, [float(row["rate"]) for row in rows], rows, label=name)
    ticks = [float(row["rate"]) for row in next(iter(curves.values()))]
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{rate:g}" for rate in ticks], minor=False)
    ax.minorticks_off()
    ax.set(xlabel="learning rate", ylabel="analogies right (%)", ylim=(0, 100), title=title)
    plots.label_lines(ax)
    return fig


def settings(best: dict[str, Rows], title: str) -> Figure:
    """Draw for each setting the share of right analogies over its values, each value at its own learning rate."""
    fig, axes = plt.subplots(1, len(best), sharey=True, figsize=(7, 3.5))
    for ax, (setting, rows) in zip(axes, best.items(), strict=True):
        _band(ax, range(len(rows)), rows)
        ax.set_xticks(range(len(rows)), [row["value"].replace("softmax", "V") for row in rows])
        ax.set(xlabel=setting, ylim=(0, 100))
    axes[0].set_ylabel("analogies right (%)")
    fig.suptitle(title)
    return fig


def word_map(places: Array, names: Sequence[str], groups: Sequence[int], title: str) -> Figure:
    """Draw words at places (n, 2), a colour a group, so that no label covers another or a point."""
    fig, ax = plt.subplots()
    ax.set(title=title, xticks=[], yticks=[], xlabel="first principal component", ylabel="second")
    for (x, y), group in zip(places, groups, strict=True):
        ax.plot(x, y, "o", color=f"C{group}", markersize=4)
    ax.margins(0.15)
    inks: list[Any] = [style.ink(f"C{group}") for group in groups]
    lines: dict[str, Any] = {"linecolor": style.COLOURS["way"], "linewidth": 0.7}
    x, y = places.T
    textalloc.allocate(ax, x, y, list(names), x_scatter=x, y_scatter=y, textsize=10, textcolor=inks, **lines)
    return fig


def cosines(near: Array, names: Sequence[str], title: str) -> Figure:
    """Draw cosines (n, n) between words as a heat map."""
    fig, ax = plt.subplots()
    fig.colorbar(ax.imshow(near, vmin=-1, vmax=1, cmap="RdBu_r", aspect="auto"), label="cosine")
    ax.set_xticks(range(len(names)), names, rotation=60, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set_title(title)
    ax.grid(visible=False)
    return fig


def bars(found: list[tuple[str, float]], colour: str, xlabel: str, title: str) -> Figure:
    """Draw words and their cosines as bars, the nearest at the top; colour is a concept's name."""
    fig, ax = plt.subplots()
    ax.barh(*zip(*found[::-1], strict=True), color=style.COLOURS[colour])
    ax.set(xlim=(0, 1), xlabel=xlabel, title=title)
    return fig


def reader(table: Rows, title: str) -> Figure:
    """Draw the share of passages told right over the labelled passages, a band over the seeds for each input."""
    fig, ax = plt.subplots()
    for name in dict.fromkeys(row["input"] for row in table):
        rows = [row for row in table if row["input"] == name]
        _band(ax, [float(row["labelled"]) for row in rows], rows, label=name)
    ticks = sorted({int(row["labelled"]) for row in table})
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set(xlabel="labelled passages", ylabel="half-century right (%)", title=title)
    plots.label_lines(ax)
    return fig


def principal(rows: Array) -> Array:
    """Return the places (n, 2) of rows (n, d) on the two directions in which they differ most (PCA)."""
    rows = rows - rows.mean(axis=0)
    axes = np.linalg.svd(rows, full_matrices=False)[2][:2]
    return rows @ (np.sign(axes.sum(axis=1, keepdims=True)) * axes).T  # the sign of a direction is arbitrary
