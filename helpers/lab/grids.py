"""Matrices, tables and bits as shaded cells with their values written inside."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

_CELL: dict[str, Any] = {"ha": "center", "va": "center"}


def _readable(shade: Sequence[float]) -> str:
    """Choose black or white, whichever stands out more on a shade."""
    luminance = np.asarray(shade[:3]) ** 2.2 @ [0.2126, 0.7152, 0.0722]
    return "black" if luminance > 0.18 else "white"


def _label(ax: Axes, rows: Sequence[str] | str, columns: Sequence[str] | str) -> None:
    """Name the axes by a word, or each row and column by its own."""
    for axis, names in ((ax.yaxis, rows), (ax.xaxis, columns)):
        if isinstance(names, str):
            axis.set_label_text(names)
            axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        else:
            axis.set_ticks(range(len(names)), list(names))
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def heat(
    ax: Axes,
    matrix: ArrayLike,
    *,
    signed: bool,
    rows: Sequence[str] | str = "",
    columns: Sequence[str] | str = "",
    label: str = "",
    title: str = "",
    limit: float | None = None,
    values: str | None = None,
) -> None:
    """
    Draw a matrix as shaded cells beside a colour bar.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    matrix : array_like, shape (rows, columns)
        Values; those that are not finite stay white and are crossed.
    signed : bool
        True for values of both signs: a diverging map, white at 0. False for weights and probabilities.
    rows, columns : str or sequence of str
        A word for the axis with numbers as ticks, or a name for every row or column.
    label : str
        What the colour means, beside its bar.
    title : str
        The message of the picture.
    limit : float, optional
        The largest value that the colours tell apart; by default the largest magnitude of the matrix.
    values : str, optional
        A format such as ".2f" to write every value into its cell.
    """
    matrix = np.asarray(matrix, dtype=float)
    finite = np.isfinite(matrix)
    top = limit if limit is not None else float(np.max(np.abs(matrix), where=finite, initial=0.0)) or 1.0
    norm = Normalize(-top if signed else min(0.0, float(np.min(matrix, where=finite, initial=0.0))), top)
    shown = np.ma.masked_where(~finite, matrix)
    image = ax.imshow(shown, cmap="RdBu_r" if signed else "cividis", norm=norm, aspect="auto")
    for row, column in np.argwhere(~finite):
        ax.text(column, row, "×", **_CELL)
    if values is not None:
        for row, column in np.argwhere(finite):
            colour = _readable(image.cmap(norm(matrix[row, column])))
            ax.text(column, row, format(matrix[row, column], values).replace("-", "−"), color=colour, **_CELL)
    _label(ax, rows, columns)
    ax.set_title(title)
    bar = ax.figure.colorbar(image, ax=ax, label=label, pad=0.02)
    bar.outline.set_visible(False)


def counts_table(
    ax: Axes,
    counts: ArrayLike,
    total: int,
    rows: Sequence[str],
    columns: Sequence[str],
    notes: Sequence[Sequence[str]] | None = None,
) -> None:
    """
    Draw a table of "so many of a total": the more of them, the brighter the cell.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    counts : array_like of int, shape (rows, columns)
        What was counted.
    total : int
        The most that a cell can hold.
    rows, columns : sequence of str
        The names of the rows and, above the table, of the columns.
    notes : sequence of sequence of str, optional
        A second, smaller line for each cell, "" for none.
    """
    counts = np.asarray(counts)
    cividis, norm = matplotlib.colormaps["cividis"], Normalize(0, total)
    ax.imshow(counts, cmap=cividis, norm=norm, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        colour, note = _readable(cividis(norm(count))), notes[row][column] if notes else ""
        ax.text(column, row - (0.16 if note else 0.0), f"{count} of {total}", color=colour, size=12, **_CELL)
        ax.text(column, row + 0.22, note, color=colour, size=10, **_CELL)
    _label(ax, rows, columns)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for edge in range(1, counts.shape[0]):
        ax.axhline(edge - 0.5, color="white", linewidth=2)
    for edge in range(1, counts.shape[1]):
        ax.axvline(edge - 0.5, color="white", linewidth=2)


def bits(ax: Axes, named: dict[str, ArrayLike], step: int | None = None, *, title: str = "") -> None:
    """
    Write rows of bits as on paper, the most significant bit at the left.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    named : dict of str to array_like of int, each of shape (positions,)
        Rows by name, such as a, b, carry, sum and prediction, least significant bit first. Where the row
        "prediction" differs from the row "sum" its cell is red and struck out.
    step : int, optional
        The position to frame: 0 is the least significant bit.
    title : str
        The message of the picture.
    """
    names, width = list(named), max(len(np.asarray(row)) for row in named.values())
    for row, name in enumerate(names):
        for position, bit in enumerate(np.asarray(named[name])):
            right = "sum" not in named or name != "prediction" or bit == np.asarray(named["sum"])[position]
            shade = ("#E9EEF4" if bit else "#FFFFFF") if right else "#D55E00"
            column = width - 1 - position
            ax.add_patch(Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, facecolor=shade, edgecolor="#CCCCCC"))
            weight = "bold" if bit else "normal"
            ax.text(column, row, f"{bit:d}" if right else f"{bit:d} ×", size=12, weight=weight, **_CELL)
    if step is not None:
        corner = (width - 1 - step - 0.5, -0.5)
        ax.add_patch(Rectangle(corner, 1, len(names), fill=False, edgecolor="#0072B2", linewidth=2.5, clip_on=False))
    ax.set(xlim=(-0.6, width - 0.4), ylim=(len(names) - 0.4, -0.6), title=title)
    _label(ax, names, [str(width - 1 - column) for column in range(width)])
    ax.set_xlabel("bit (step t); 0 is the least significant and comes first")
