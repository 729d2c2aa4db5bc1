"""Pictures of attention: who reads what as shaded cells, and queries and keys as arrows in the plane."""

from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers import plots
from helpers.style import BLACK, BLUE, VERMILION


def alignment(
    ax: Axes,
    weights: ArrayLike | None,
    source: str,
    written: Sequence[str],
    frames: Iterable[tuple[slice, slice]] = (),
) -> None:
    """
    Draw weights from 0 (dark) to 1 (bright), a row for each sign written, a column for each sign read.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    weights : array_like, shape (written, source), optional
        The weights; without them an empty field that says so.
    source : str
        What was read; a space is shown as ␣.
    written : sequence of str
        What was written, a name for each row.
    frames : iterable of tuple of slice
        Rows and the columns that belong to them, framed.
    """
    shown = np.zeros((len(written), len(source))) if weights is None else np.asarray(weights, dtype=float)
    ax.imshow(shown, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    if weights is None:
        middle = (len(source) - 1) / 2, (len(written) - 1) / 2
        ax.text(*middle, "no attention: nothing is read again", color="white", ha="center", va="center")
    for rows, columns in frames:
        size = columns.stop - columns.start, rows.stop - rows.start
        corner = columns.start - 0.5, rows.start - 0.5
        ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=VERMILION, linewidth=2))
    ax.set_xticks(range(len(source)), list(source.replace(" ", "␣")))
    ax.set_yticks(range(len(written)), list(written))
    ax.tick_params(length=0)
    ax.grid(visible=False)


def heads(weights: ArrayLike, right: ArrayLike) -> Figure:
    """
    Draw the weights of each head beside the share of right answers.

    Parameters
    ----------
    weights : array_like, shape (heads, steps, steps)
        Weights of each head.
    right : array_like, shape (updates,)
        Shares from 0 to 1.

    Returns
    -------
    Figure
        A field for each head and one for the curve.
    """
    weights = np.asarray(weights)
    figure, axes = plt.subplots(1, len(weights) + 1, figsize=(7, 2.8), width_ratios=(*[1] * len(weights), 1.3))
    for number, (ax, own) in enumerate(zip(axes, weights, strict=False), start=1):
        ax.imshow(own, cmap="cividis", vmin=0, vmax=1)
        ax.set(title=f"head {number}", xlabel="reads step", xticks=(0, 5, 11), yticks=(0, 5, 11))
        ax.grid(visible=False)
    axes[0].set_ylabel("step")
    axes[-1].plot(100 * np.asarray(right), color=BLUE)
    axes[-1].set(ylim=(0, 103), xlabel="updates", title="both right (%)")
    return figure


def plane(query: ArrayLike, keys: ArrayLike, weights: ArrayLike, context: ArrayLike) -> Figure:
    """
    Draw a query, keys and a context in the plane, and the weights as bars.

    Parameters
    ----------
    query : array_like, shape (2,)
        The tip of an arrow.
    keys : array_like, shape (keys, 2)
        Tips of grey arrows.
    weights : array_like, shape (keys,)
        A bar for each key.
    context : array_like, shape (2,)
        A dot.

    Returns
    -------
    Figure
        Two fields side by side.
    """
    keys, query, weights = np.asarray(keys, dtype=float), np.asarray(query, dtype=float), np.asarray(weights)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
    plots.arrows(left, *keys.T, dashed=True)
    plots.arrows(left, *query[:, None])
    left.plot(*np.asarray(context), "o", color=BLACK, markersize=8)
    for number, key in enumerate(keys, start=1):
        left.annotate(str(number), key * (1 + 0.3 / max(float(np.hypot(*key)), 0.3)), ha="center", va="center")
    left.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), title="query, keys and context")
    names = [f"key {number}" for number in range(1, len(keys) + 1)]
    right.bar(names, weights, color=BLUE)
    for number, weight in enumerate(weights):
        right.text(number, weight + 0.02, f"{weight:.2f}", ha="center")
    right.set(ylim=(0, 1.12), title="weights")
    return figure
