"""The figures of lesson 1 that take more lines than they teach; each draws on axes that it is given."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers._checks import Array
from helpers.activations import named
from helpers.lab import grids, plots, style
from lessons import RESULTS

Row = Mapping[str, str]
AHEAD = ("one month ahead", "six months ahead")


def stored(name: str) -> list[dict[str, str]]:
    """Read the rows of a stored table, "01_single" for one, as texts."""
    with open(RESULTS / f"{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def series(axes: Sequence[Axes], years: ArrayLike, celsius: ArrayLike, by_lag: ArrayLike, band: float) -> None:
    """Draw the last twenty years of months, and the autocorrelation (lags,) with the band of independent values."""
    years, celsius, by_lag = np.asarray(years), np.asarray(celsius), np.asarray(by_lag)
    plots.series(axes[0], years[-240:], {"": celsius[-240:]}, ylabel="temperature (°C)", title="Twenty years of months")
    plots.stems(axes[1], np.arange(len(by_lag)), by_lag, band)
    axes[1].set(xlabel="lag (months)", ylabel="autocorrelation", title=f"After a year: {by_lag[12]:.2f}")


def forecasts(ax: Axes, named: Mapping[str, ArrayLike], scores: ArrayLike) -> None:
    """Draw the errors (2,) of each forecast as bars, one and six months ahead, with the range of the RNN's scores."""
    scores, index = np.asarray(scores), list(named).index("RNN")
    low, middle, high = scores.min(axis=0), np.asarray(named["RNN"]), scores.max(axis=0)
    plots.bars(ax, AHEAD, named, {})
    line: dict[str, Any] = {"fmt": "none", "ecolor": style.COLOURS["error bar"], "capsize": 4, "elinewidth": 1.2}
    ax.errorbar(np.arange(2) * (len(named) + 1.0) + index, middle, [middle - low, high - middle], **line)
    for word, top in zip(ax.texts[2 * index : 2 * index + 2], high, strict=True):
        word.xy = word.xy[0], top  # type: ignore[attr-defined]
    rnn, linear = (np.asarray(named[name])[1] for name in ("RNN", "linear AR(24)"))
    title = f"Six months ahead: RNN {rnn:.2f}, linear formula {linear:.2f}"
    ax.set(ylabel="error (share of the spread)", title=title)


def activations(axes: Sequence[Axes], names: Sequence[str]) -> None:
    """Draw the functions of these names over u on the first of two axes, their slopes on the second."""
    u = np.linspace(-4, 4, 201)
    values = {name: named(name).function(u) for name in names}
    slopes = {name: named(name).slope(h) for name, h in values.items()}
    axes[0].set_ylim(-1.6, 2.6)  # before the curves, whose labels stand at their ends
    plots.curves(axes[0], u, values, xlabel="u", ylabel="h = f(u)", title="Four activation functions")
    plots.curves(axes[1], u, slopes, xlabel="u", ylabel="f′(u)", title="Their slopes")


def single_runs(axes: Sequence[Axes], rows: Sequence[Row], names: Sequence[str]) -> None:
    """Draw the loss curve of one run for each name, from the rows of 01_single.csv."""
    updates = [int(row["update"]) for row in rows]
    for ax, name in zip(axes, names, strict=True):
        curve = [float(row[name]) for row in rows]
        plots.curves(
            ax,
            updates,
            {"": curve},
            xlabel="updates",
            title=name,
            colours={"": style.COLOURS[name]},
        )
        ax.set(xlim=(-300, 10_000), ylim=(-0.05, 2), xticks=[0, 5000, 10_000])
    axes[0].set(ylabel="loss of one pair")


def _note(row: Row) -> str:
    """Say when most networks were there, or how many ended in NaN."""
    return f"{row['nan']} NaN" if row["nan"] != "0" else f"at {row['first']}" if row["first"] else ""


def solved(axes: Sequence[Axes], rows: Sequence[Row], names: Sequence[str]) -> None:
    """Draw how many of 40 networks add all pairs, from the rows of 01_solved.csv: published, then corrected."""
    for ax, slope, word in zip(axes, ("shipped", "corrected"), ("published", "corrected"), strict=True):
        cells = [[row for row in rows if (row["slope"], row["activation"]) == (slope, name)] for name in names]
        counts = [[int(row["solved"]) for row in line] for line in cells]
        notes = [[_note(row) for row in line] for line in cells]
        grids.counts_table(ax, counts, 40, names, ["std 1", "Xavier", "He"], notes)
        ax.set_xlabel(f"{word} gradient")


def many_runs(axes: Sequence[Axes], loss: ArrayLike, right: ArrayLike) -> None:
    """Draw loss and share right (runs, updates) of many runs: each of them thin, their median thick."""
    loss, right = np.asarray(loss), np.asarray(right)
    plots.spread(axes[0], np.arange(loss.shape[1]), loss, "loss", each=True)
    fell, done = np.sum(loss[:, -1] < loss[:, 0]), np.sum(right[:, -1] == 1)
    title = f"The loss falls in {fell} of {len(loss)} runs"
    axes[0].set(yscale="log", xlabel="updates", ylabel="cross-entropy (nats)", title=title)
    plots.spread(axes[1], np.arange(right.shape[1]), 100 * right, "right", each=True)
    title = f"All right at the end: {done} of {len(right)}"
    axes[1].set(xlabel="updates", ylabel="sums right in the batch (%)", title=title)


def one_run(axes: Sequence[Axes], loss: ArrayLike, right: ArrayLike) -> None:
    """Draw loss and share right (updates,) of one run."""
    updates, loss = np.arange(len(np.asarray(loss))), np.asarray(loss)
    plots.curves(axes[0], updates, {"": loss}, xlabel="updates", ylabel="cross-entropy (nats)", log=True)
    plots.curves(
        axes[1],
        updates,
        {"": 100 * np.asarray(right)},
        xlabel="updates",
        ylabel="sums right (%)",
    )
    axes[1].set_ylim(-4, 104)


def carry(axes: Sequence[Axes], x: Array, target: Array, answer: Array, states: Array, step: int) -> Array:
    """Draw one sum (T, 2, 1) bit by bit up to the step, and below it the units' states (units, T); bit 0 at the right.

    target is (T, 1, 1), answer (T, 1). Returns the carries that come into each bit (T,).
    """
    a, b, total = (row.ravel().astype(int) for row in (x[:, 0], x[:, 1], target))
    carries = total ^ a ^ b
    rows = {"carry in": carries, "a": a, "b": b, "sum": total, "prediction": answer.ravel()}
    grids.bits(axes[0], rows, step)
    shown = np.where(np.arange(len(x)) <= step, states, np.nan)[:, ::-1]
    names = [str(t) for t in range(len(x) - 1, -1, -1)]
    look: dict[str, Any] = {"rows": "unit, closest first", "columns": names, "label": "state"}
    grids.heat(axes[1], shown, signed=True, limit=1, **look)
    return carries
