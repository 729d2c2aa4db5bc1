"""Curves, bands, stems and bars in the one style of the course; nothing here computes more than a position."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.lab.style import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    LINES,
    VERMILION,
    ink,
    japanese,
    label_lines,
    to_png,
    use_style,
)

__all__ = [
    "arrows",
    "COLOURS",
    "LINES",
    "bars",
    "curves",
    "ink",
    "japanese",
    "label_lines",
    "series",
    "spread",
    "stems",
    "to_png",
    "use_style",
]

LARGEST = 1e100  # what is larger counts as not finite: matplotlib overflows when it lays out such an axis


def _look(name: str, index: int, colours: Mapping[str, str] | None) -> dict[str, Any]:
    """Choose colour and line of a name: as asked for, else by its first word, else the next of the cycle."""
    words = name.lower().replace(",", " ").split() or [""]
    look: dict[str, Any] = {"color": COLOURS.get(words[0], f"C{index}"), "linestyle": LINES.get(words[0], "-")}
    return look | ({"color": colours[name]} if colours and name in colours else {})


def curves(
    ax: Axes,
    x: ArrayLike,
    named: Mapping[str, ArrayLike],
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log: bool = False,
    colours: Mapping[str, str] | None = None,
) -> None:
    """
    Draw named curves, each labelled at its end; one that leaves all bounds ends in a cross.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    x : array_like, shape (points,)
        Positions; a longer x than a curve is cut to it.
    named : mapping of str to array_like
        Curves of one dimension. A name that starts with a known concept (`COLOURS`) has its colour and line.
    xlabel, ylabel, title : str
        Words for the axes and the message of the picture.
    log : bool
        Whether the vertical axis is logarithmic; values that are not positive are left out there.
    colours : mapping of str to str, optional
        A colour for a name, before that of its concept.
    """
    x = np.asarray(x, dtype=float)
    for index, (name, values) in enumerate(named.items()):
        y = np.asarray(values, dtype=float)
        look = _look(name, index, colours)
        y = np.where(np.abs(y) < LARGEST, y, np.nan)
        bad = np.flatnonzero(np.isnan(y))
        y = np.where((y > 0) | (not log), y, np.nan)
        alone: dict[str, Any] = {"marker": "o"} if np.isfinite(y).sum() == 1 else {}
        ax.plot(x[: len(y)], y, label=name, **look, **alone)
        last = np.flatnonzero(np.isfinite(y))
        if len(bad) and len(last) and bad[-1] == len(y) - 1:
            ax.plot(x[last[-1]], y[last[-1]], "x", color=look["color"], markersize=8, markeredgewidth=2.5, label="_end")
    if log:
        ax.set_yscale("log", nonpositive="mask")
    ax.margins(x=0.01)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    label_lines(ax)


def series(ax: Axes, years: ArrayLike, named: Mapping[str, ArrayLike], *, ylabel: str = "", title: str = "") -> None:
    """
    Draw time series over decimal years.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    years : array_like, shape (points,)
        Dates as decimal years: 1950.5 is the first of July 1950.
    named : mapping of str to array_like
        Series of one dimension.
    ylabel, title : str
        Words for the vertical axis and the message of the picture.
    """
    curves(ax, years, named, xlabel="year", ylabel=ylabel, title=title)
    for line in ax.get_lines():
        line.set_linewidth(1.2)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 5, 10], integer=True))


def spread(ax: Axes, x: ArrayLike, runs: ArrayLike, name: str, *, each: bool = False) -> None:
    """
    Draw the median of several runs and a band between their quartiles.

    Parameters
    ----------
    ax : Axes
        Where to draw; call `label_lines` after the last one.
    x : array_like, shape (points,)
        Positions.
    runs : array_like, shape (runs, points)
        One row a run. A run that is not finite counts as infinite: it is above any that is.
    name : str
        What the runs are of, in the label and for the colour.
    each : bool
        Whether every run is drawn as well, thin.
    """
    x, runs = np.asarray(x, dtype=float), np.asarray(runs, dtype=float)
    ranked = np.sort(np.where(np.isfinite(runs), runs, np.inf), axis=0)
    low, middle, high = (ranked[round(share * (len(runs) - 1))] for share in (0.25, 0.5, 0.75))
    look = _look(name, sum(not str(line.get_label()).startswith("_") for line in ax.get_lines()), None)
    if each:
        ax.plot(x, runs.T, color=look["color"], linewidth=0.6, alpha=0.35, label="_run")
    top = np.where(np.isfinite(high), high, np.max(ranked, where=np.isfinite(ranked), initial=0.0))
    ax.fill_between(x, low, top, where=np.isfinite(low), color=look["color"], alpha=0.2, linewidth=0)
    ax.plot(x, np.where(np.isfinite(middle), middle, np.nan), label=name, **look)
    ax.margins(x=0.01)


def stems(ax: Axes, lags: ArrayLike, values: ArrayLike, band: ArrayLike | None = None) -> None:
    """
    Draw an autocorrelation as stems, with the band in which that of pure noise stays.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    lags : array_like, shape (points,)
        Lags in steps.
    values : array_like, shape (points,)
        Correlations.
    band : array_like, shape () or (points,), optional
        Half the height of the band about 0.
    """
    lags, values = np.asarray(lags), np.asarray(values, dtype=float)
    if band is not None:
        half = np.broadcast_to(np.asarray(band, dtype=float), lags.shape)
        ax.fill_between(lags, -half, half, color=GREY, alpha=0.25, linewidth=0)
    ax.vlines(lags, 0.0, values, color=BLUE, linewidth=1.5)
    ax.plot(lags, values, "o", color=BLUE, markersize=4, label="_stems")
    ax.axhline(0.0, color=GREY, linewidth=0.8, label="_zero")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def bars(
    ax: Axes, groups: Sequence[str], named: Mapping[str, ArrayLike], errors: Mapping[str, ArrayLike] | None = None
) -> None:
    """
    Draw groups of bars with their values written above and their names below.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    groups : sequence of str
        The groups, along the horizontal axis.
    named : mapping of str to array_like, each of shape (groups,)
        One bar a group for each name; one that is not finite is left out and said to be so.
    errors : mapping of str to array_like, optional
        Half the length of an error bar, for the names that have one.
    """
    ticks, words = [], []
    for index, (name, values) in enumerate(named.items()):
        places = np.arange(len(groups)) * (len(named) + 1.0) + index
        heights = np.asarray(values, dtype=float)
        shown = np.where(np.isfinite(heights), heights, 0.0)
        half = np.asarray(errors[name] if errors and name in errors else np.zeros(len(groups)), dtype=float)
        half = np.where(np.isfinite(heights) & np.isfinite(half), half, 0.0)
        ax.bar(places, shown, width=0.85, color=_look(name, index, None)["color"])
        if half.any():
            ax.errorbar(
                places[half > 0],
                shown[half > 0],
                yerr=half[half > 0],
                fmt="none",
                ecolor=BLACK,
                capsize=4,
                elinewidth=1.2,
            )
        for i, place in enumerate(places):
            word = f"{heights[i]:.3g}" if np.isfinite(heights[i]) else "not finite"
            ax.annotate(word, (place, shown[i] + half[i]), (0, 3), textcoords="offset points", ha="center", va="bottom")
        ticks += list(places)
        words += [name.replace(" ", "\n")] * len(groups)
    ax.set_xticks(ticks, words)
    for i, group in enumerate(groups):
        middle = i * (len(named) + 1.0) + (len(named) - 1) / 2
        ax.annotate(
            group, (middle, 0), (0, -38), xycoords=ax.get_xaxis_transform(), textcoords="offset points",
            ha="center", va="top", weight="bold",
        )  # fmt: skip
    ax.tick_params(axis="x", length=0)
    ax.grid(visible=False, axis="x")
    ax.margins(y=0.15)


def arrows(ax: Axes, x: ArrayLike, y: ArrayLike, *, dashed: bool = False) -> None:
    """
    Draw arrows from the origin, the last one thick; both axes get one scale, the caller their limits.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    x, y : array_like, shape (arrows,)
        Their tips.
    dashed : bool
        Whether they are grey and dashed: before something was done to them.
    """
    ends = list(zip(np.asarray(x, dtype=float), np.asarray(y, dtype=float), strict=True))
    for number, end in enumerate(ends, start=1):
        look: dict[str, Any] = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0}
        look |= {"color": GREY if dashed else VERMILION, "linestyle": "--" if dashed else "-"}
        ax.annotate("", end, (0, 0), arrowprops=look | {"linewidth": 2.5 if number == len(ends) else 0.9})
    ax.set_aspect("equal")
