"""Matrices, tables and bits as shaded cells with their values written inside."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.lab.style import COLOURS

_CELL: dict[str, Any] = {"ha": "center", "va": "center"}


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
) -> None:
    """Draw a matrix (rows, columns) as shaded cells beside a colour bar; what is not finite stays white and is crossed.

    signed: values of both signs, on a diverging map that is white at 0; otherwise weights and probabilities. rows and
    columns are a word for the axis or a name for each. label says what the colour means; limit is the largest value
    that the colours tell apart, by default the largest magnitude of the matrix.
    """
    matrix = np.asarray(matrix, dtype=float)
    finite = np.isfinite(matrix)
    top = limit if limit is not None else float(np.max(np.abs(matrix), where=finite, initial=0.0)) or 1.0
    norm = Normalize(-top if signed else min(0.0, float(np.min(matrix, where=finite, initial=0.0))), top)
    shown = np.ma.masked_where(~finite, matrix)
    image = ax.imshow(shown, cmap="RdBu_r" if signed else "cividis", norm=norm, aspect="auto")
    for row, column in np.argwhere(~finite):
        ax.text(column, row, "×", **_CELL)
    _label(ax, rows, columns)
    ax.set_title(title)
    ax.figure.colorbar(image, ax=ax, label=label, pad=0.02).outline.set_visible(False)


def counts_table(
    ax: Axes,
    counts: ArrayLike,
    total: int,
    rows: Sequence[str],
    columns: Sequence[str],
    notes: Sequence[Sequence[str]] | None = None,
) -> None:
    """Draw counts (rows, columns) as a table of "so many of total": the more of them, the brighter the cell.

    rows and columns are names, the latter above the table; notes hold a second, smaller line for each cell, or "".
    """
    counts = np.asarray(counts)
    cividis, norm = matplotlib.colormaps["cividis"], Normalize(0, total)
    ax.imshow(counts, cmap=cividis, norm=norm, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        luminance = np.asarray(cividis(norm(count))[:3]) ** 2.2 @ [0.2126, 0.7152, 0.0722]
        # Black or white, whichever stands out more on the shade.
        colour, note = COLOURS["word"] if luminance > 0.18 else "white", notes[row][column] if notes else ""
        ax.text(column, row - (0.16 if note else 0.0), f"{count} of {total}", color=colour, size=12, **_CELL)
        ax.text(column, row + 0.22, note, color=colour, size=10, **_CELL)
    _label(ax, rows, columns)
    ax.xaxis.tick_top()
    for line, number in ((ax.axhline, len(rows)), (ax.axvline, len(columns))):
        for edge in range(1, number):
            line(edge - 0.5, color="white", linewidth=2)


def bits(ax: Axes, named: Mapping[str, ArrayLike], step: int | None = None, *, title: str = "") -> None:
    """Write rows of bits as on paper, the most significant bit at the left.

    named maps a name, such as a, b, carry, sum and prediction, to bits of shape (positions,), the least significant
    first. Where "prediction" differs from "sum" its cell is red and struck out. step is a position to frame, from 0.
    """
    names, width = list(named), max(len(np.asarray(row)) for row in named.values())
    for row, name in enumerate(names):
        for position, bit in enumerate(np.asarray(named[name])):
            right = "sum" not in named or name != "prediction" or bit == np.asarray(named["sum"])[position]
            shade = COLOURS["wrong bit"] if not right else COLOURS["bit"] if bit else "white"
            edge, column = COLOURS["bit edge"], width - 1 - position
            ax.add_patch(Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, facecolor=shade, edgecolor=edge))
            word, weight = f"{bit:d}" if right else f"{bit:d} ×", "bold" if bit else "normal"
            ax.text(column, row, word, size=12, weight=weight, **_CELL)
    if step is not None:
        corner, edge = (width - 1 - step - 0.5, -0.5), COLOURS["bit in hand"]
        ax.add_patch(Rectangle(corner, 1, len(names), fill=False, edgecolor=edge, linewidth=2.5, clip_on=False))
    ax.set(xlim=(-0.6, width - 0.4), ylim=(len(names) - 0.4, -0.6), title=title)
    _label(ax, names, [str(width - 1 - column) for column in range(width)])
    ax.set_xlabel("bit (step t); 0 is the least significant and comes first")
