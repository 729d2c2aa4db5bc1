"""Pictures of attention: who reads what as shaded cells, and queries and keys as arrows in the plane."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.lab import plots
from helpers.lab.style import COLOURS, japanese
from lessons.reading_09 import Rewriting


def alignment(ax: Axes, made: Rewriting, frames: Iterable[tuple[slice, slice]] = ()) -> None:
    """Draw weights from 0 (dark) to 1 (bright), a row for each character written, a column for each one read.

    `made` is from `reading_09.rewrite`; without weights an empty field says so. A space is shown as ␣. `frames` are
    rows and the columns that belong to them.
    """
    rows, columns = [*made.written, *["end"] * made.ended], made.source.replace(" ", "␣")
    shown = np.zeros((len(rows), len(columns))) if made.weights is None else made.weights
    ax.imshow(shown, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    if made.weights is None:
        middle = (len(columns) - 1) / 2, (len(rows) - 1) / 2
        ax.text(*middle, "no attention: nothing is read again", color="white", ha="center", va="center")
    for down, across in frames:
        size = across.stop - across.start, down.stop - down.start
        corner = across.start - 0.5, down.start - 0.5
        ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=COLOURS["frame"], linewidth=2))
    with japanese():
        ax.set_xticks(range(len(columns)), list(columns), family=plt.rcParams["font.family"])
    ax.set_yticks(range(len(rows)), rows)
    ax.set_title(made.written)
    ax.tick_params(length=0)
    ax.grid(visible=False)


def heads(weights: ArrayLike, right: ArrayLike) -> Figure:
    """Draw the weights of each head, (heads, steps, steps), beside the share of right answers, (updates,)."""
    weights = np.asarray(weights)
    figure, axes = plt.subplots(1, len(weights) + 1, figsize=(7, 2.8), width_ratios=(*[1] * len(weights), 1.3))
    for number, (ax, own) in enumerate(zip(axes, weights, strict=False), start=1):
        ax.imshow(own, cmap="cividis", vmin=0, vmax=1)
        ax.set(title=f"head {number}", xlabel="reads step", xticks=(0, 5, 11), yticks=(0, 5, 11))
        ax.grid(visible=False)
    axes[0].set_ylabel("step")
    axes[-1].plot(100 * np.asarray(right), color=COLOURS["share right"])
    axes[-1].set(ylim=(0, 103), xlabel="updates", title="both right (%)")
    return figure


def plane(query: ArrayLike, keys: ArrayLike, weights: ArrayLike, context: ArrayLike) -> Figure:
    """Draw a query (2,) and keys (keys, 2) as arrows, a context (2,) as a dot; beside them weights (keys,) as bars."""
    keys, query, weights = np.asarray(keys, dtype=float), np.asarray(query, dtype=float), np.asarray(weights)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
    plots.arrows(left, *keys.T, dashed=True)
    plots.arrows(left, *query[:, None])
    left.plot(*np.asarray(context), "o", color=COLOURS["context dot"], markersize=8)
    for number, key in enumerate(keys, start=1):
        left.annotate(str(number), key * (1 + 0.3 / max(float(np.hypot(*key)), 0.3)), ha="center", va="center")
    left.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), title="query, keys and context")
    names = [f"key {number}" for number in range(1, len(keys) + 1)]
    right.bar(names, weights, color=COLOURS["weight"])
    for number, weight in enumerate(weights):
        right.text(number, weight + 0.02, f"{weight:.2f}", ha="center")
    right.set(ylim=(0, 1.12), title="weights")
    return figure
