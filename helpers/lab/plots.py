"""Curves, bands, stems, bars and arrows, and the names that stand at the ends of lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from helpers.lab.style import COLOURS, LOOKS, ink

_LARGEST = 1e100  # what is larger counts as not finite: matplotlib overflows when it lays out such an axis


def _look(name: str, index: int) -> dict[str, Any]:
    """Choose colour and line of a name: those of its first word, else the next colour of the cycle."""
    word = (name.lower().replace(",", " ").split() or [""])[0]
    return {**LOOKS.get(word, {"color": f"C{index}", "linestyle": "-"})}


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
    """Draw named curves over x (points,), each labelled at its end; one that leaves all bounds ends in a cross.

    named maps a name to values of shape (points,) or shorter; a first word that is a concept gives colour and line,
    colours have another colour for each name. log: the vertical axis is logarithmic, what is not positive is left out.
    """
    x = np.asarray(x, dtype=float)
    for index, (name, values) in enumerate(named.items()):
        y = np.asarray(values, dtype=float)
        look = _look(name, index) | ({"color": colours[name]} if colours else {})
        y = np.where(np.abs(y) < _LARGEST, y, np.nan)
        bad = np.flatnonzero(np.isnan(y))
        y = np.where((y > 0) | (not log), y, np.nan)
        last = np.flatnonzero(np.isfinite(y))
        ax.plot(x[: len(y)], y, label=name, marker="o" if len(last) == 1 else None, **look)
        if len(bad) and len(last) and bad[-1] == len(y) - 1:
            ax.plot(x[last[-1]], y[last[-1]], "x", color=look["color"], markersize=8, markeredgewidth=2.5, label="_end")
    if log:
        ax.set_yscale("log", nonpositive="mask")
    ax.margins(x=0.01)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    label_lines(ax)


def series(ax: Axes, years: ArrayLike, named: Mapping[str, ArrayLike], *, ylabel: str = "", title: str = "") -> None:
    """Draw named time series, values (points,) each, over decimal years (points,): 1950.5 is the first of July 1950."""
    curves(ax, years, named, xlabel="year", ylabel=ylabel, title=title)
    for line in ax.get_lines():
        line.set_linewidth(1.2)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 5, 10], integer=True))


def spread(ax: Axes, x: ArrayLike, runs: ArrayLike, name: str, *, each: bool = False) -> None:
    """Draw over x (points,) the median of runs (runs, points) and a band between their quartiles.

    A value that is not finite counts as infinite, above any that is. name says what the runs are of, for the label and
    the colour; with each, every run is drawn as well, thin. Call `label_lines` after the last one.
    """
    x, runs = np.asarray(x, dtype=float), np.asarray(runs, dtype=float)
    ranked = np.sort(np.where(np.isfinite(runs), runs, np.inf), axis=0)
    low, high = (ranked[round(share * (len(runs) - 1))] for share in (0.25, 0.75))
    middle = np.median(ranked, axis=0)
    look = _look(name, sum(not str(line.get_label()).startswith("_") for line in ax.get_lines()))
    if each:
        ax.plot(x, runs.T, color=look["color"], linewidth=0.6, alpha=0.35, label="_run")
    top = np.where(np.isfinite(high), high, np.max(ranked, where=np.isfinite(ranked), initial=0.0))
    ax.fill_between(x, low, top, where=np.isfinite(low), color=look["color"], alpha=0.2, linewidth=0)
    ax.plot(x, np.where(np.isfinite(middle), middle, np.nan), label=name, **look)
    ax.margins(x=0.01)


def stems(ax: Axes, lags: ArrayLike, values: ArrayLike, band: float) -> None:
    """Draw correlations, values (points,) at lags (points,); those of noise stay in the shaded −band to band."""
    lags, values = np.asarray(lags), np.asarray(values, dtype=float)
    ax.fill_between(lags, -band, band, color=COLOURS["noise"], alpha=0.25, linewidth=0)
    ax.vlines(lags, 0.0, values, color=COLOURS["correlation"], linewidth=1.5)
    ax.plot(lags, values, "o", color=COLOURS["correlation"], markersize=4, label="_stems")
    ax.axhline(0.0, color=COLOURS["zero"], linewidth=0.8, label="_zero")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def bars(ax: Axes, groups: Sequence[str], named: Mapping[str, ArrayLike], errors: Mapping[str, ArrayLike]) -> None:
    """Draw groups of bars, their values written above, their names below and those of the groups under these.

    named maps a name to heights of shape (groups,), errors some of the names to half the lengths of error bars. A bar
    that is not finite is left out and said to be so.
    """
    ticks, words = [], []
    for index, (name, values) in enumerate(named.items()):
        places = np.arange(len(groups)) * (len(named) + 1.0) + index
        heights = np.asarray(values, dtype=float)
        half = np.asarray(errors.get(name, np.zeros(len(groups))), dtype=float)
        half = np.where(np.isfinite(heights) & np.isfinite(half), half, 0.0)
        shown = np.where(np.isfinite(heights), heights, 0.0)
        ax.bar(places, shown, width=0.85, color=_look(name, index)["color"])
        line: dict[str, Any] = {"fmt": "none", "ecolor": COLOURS["error bar"], "capsize": 4, "elinewidth": 1.2}
        if half.any():
            ax.errorbar(places[half > 0], shown[half > 0], yerr=half[half > 0], **line)
        for i, place in enumerate(places):
            word = f"{heights[i]:.3g}" if np.isfinite(heights[i]) else "not finite"
            ax.annotate(word, (place, shown[i] + half[i]), (0, 3), textcoords="offset points", ha="center", va="bottom")
        ticks += list(places)
        words += [name.replace(" ", "\n")] * len(groups)
    ax.set_xticks(ticks, words)
    below: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "top", "weight": "bold"}
    for i, group in enumerate(groups):
        middle = i * (len(named) + 1.0) + (len(named) - 1) / 2
        ax.annotate(group, (middle, 0), (0, -38), xycoords=ax.get_xaxis_transform(), **below)
    ax.tick_params(axis="x", length=0)
    ax.grid(visible=False, axis="x")
    ax.margins(y=0.15)


def arrows(ax: Axes, x: ArrayLike, y: ArrayLike, *, dashed: bool = False) -> None:
    """Draw arrows from the origin to the tips x and y, both (arrows,), the last one thick.

    dashed ones are grey: before something is done to them. Both axes get one scale, their limits are the caller's.
    """
    ends = list(zip(np.asarray(x, dtype=float), np.asarray(y, dtype=float), strict=True))
    for number, end in enumerate(ends, start=1):
        look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 2.5 if number == len(ends) else 0.9}
        ax.annotate("", end, (0, 0), arrowprops=look | LOOKS["vector before" if dashed else "vector"])
    ax.set_aspect("equal")


def label_lines(ax: Axes) -> None:
    """Write each line's label at its last finite point, names apart; call it last, when the limits are final."""
    ax.get_xlim(), ax.get_ylim()  # asking for them settles limits that are still open
    texts, ends = [], []
    for line in ax.get_lines():
        name = str(line.get_label())
        points = ax.transAxes.inverted().transform(ax.transData.transform(np.asarray(line.get_xydata(), dtype=float)))
        points = points[np.isfinite(points).all(axis=1)]
        if name and not name.startswith("_") and len(points):
            x, y = points[-1]
            # A line that nearly reaches the right edge is labelled beyond it, one that ends early at its end.
            ends.append((1.0 if x > 0.9 else max(x, 0.0), np.clip(y, 0.0, 1.0)))
            texts.append(ax.text(0, 0, name, transform=ax.transAxes, color=ink(line.get_color()), va="center"))
    # The layout is not settled yet: leave a sixth more room than the present frame asks for.
    frame = ax.get_window_extent()
    sizes = [(1.17 * text.get_window_extent().width / frame.width) for text in texts]
    height = 1.17 * max((text.get_window_extent().height for text in texts), default=0.0) / frame.height
    placed: list[tuple[float, float, float]] = []
    right = sorted((i for i, end in enumerate(ends) if end[0] == 1.0), key=lambda i: ends[i][1])
    for i, y in zip(right, _apart([ends[i][1] for i in right], height), strict=True):
        placed.append((1.012, 1.012 + sizes[i], y))
        texts[i].set_position((1.012, y))
    for i in sorted(set(range(len(texts))) - set(right)):
        x = ends[i][0] + 0.02
        crowd = [y for left, end, y in placed if left < x + sizes[i] and x < end]
        tries = [ends[i][1], *(y + sign * height for y in crowd for sign in (1, -1))]
        free = [y for y in tries if all(abs(y - other) > 0.999 * height for other in crowd)]
        y = min(free, key=lambda y: abs(y - ends[i][1]))
        placed.append((x, x + sizes[i], y))
        texts[i].set_position((x, y))
        texts[i].set_path_effects([withStroke(linewidth=3, foreground="white")])


def _apart(heights: list[float], gap: float) -> list[float]:
    """Move rising positions apart to at least the gap, in order, inside 0 to 1 while they fit."""
    places: list[float] = []
    for y in heights:
        places.append(max(y, places[-1] + gap) if places else y)
    limit = max(1.0, gap * (len(places) - 1))
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit)
        limit = places[i] - gap
    return places
