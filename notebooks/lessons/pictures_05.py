"""The pictures of lesson 05: dots and marks for values that the notebook computes."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers._checks import Array
from helpers.lab import grids, style


def mix(ax: Axes, h_prev: Array, n: Array, h: Array) -> None:
    """Draw old state, candidate and new state of two units (2,) as points, and the box between the first two."""
    between, edge = style.COLOURS["between"], style.COLOURS["between edge"]
    ax.add_patch(plt.Rectangle((n[0], n[1]), *(h_prev - n), facecolor=between, edgecolor=edge, linestyle=":"))
    ax.plot(*np.stack([n, h_prev], axis=1), color=edge)
    for name, at in {"old state": h_prev, "candidate": n, "new state": h}.items():
        ax.plot(*at, "o", color=style.COLOURS[name], markersize=10)
        look: dict[str, Any] = {"textcoords": "offset points", "color": style.ink(style.COLOURS[name])}
        ax.annotate(name, (at[0], at[1]), (10, 8 if "old" in name else -16), **look)
    ax.set(xlim=(-1.05, 1.25), ylim=(-1.05, 1.05), xlabel="unit 1", ylabel="unit 2")


def gates(ax: Axes, z: Array) -> None:
    """Draw the update gates z (T, H) of one sequence as shaded cells, a row for each unit in the order that comes."""
    units = "unit, largest mean z at the top"
    grids.heat(ax, z.T, signed=False, limit=1, rows=units, label="update gate z")
    ax.set(xlabel="step", title="The update gates of one sequence, unit by unit")


def seeds(ax: Axes, named: Mapping[str, Array], colour: str = "") -> None:
    """Draw a dot for each seed and a mark for the median above each name.

    named maps a name to values (seeds,); colour is a concept of the style, by default the first word of each name.
    Where more than half of the values are infinite, it says how many are not.
    """
    for i, (name, values) in enumerate(named.items()):
        own = style.COLOURS[colour or name.split()[0].lower()]
        ax.plot(i + np.linspace(-0.25, 0.25, len(values)), values, "o", color=own, ms=3)
        middle = np.median(values)
        if np.isfinite(middle):
            look: dict[str, Any] = {"lw": 1.5, **style.LOOKS["median"]}
            ax.plot([i - 0.35, i + 0.35], [middle] * 2, **look)
        else:
            words = f"{np.isfinite(values).sum()}\nof {len(values)}"
            ax.text(i, 0.8, words, transform=ax.get_xaxis_transform(), ha="center")
    ax.set_xticks(range(len(named)), list(named), rotation=90)
    ax.set_xlim(-0.6, len(named) - 0.4)


def lines(units: Mapping[str, str], values: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw the lines of the comparison, each with its unit: values (seeds,) by line and cell; errors are logarithmic.

    The title counts on how many lines the medians of GRU and RNN are below the LSTM's.
    """
    fig, axes = plt.subplots(2, 3, figsize=(7, 6.2))
    for ax, (line, unit) in zip(axes.T.ravel(), units.items(), strict=True):
        seeds(ax, values[line])
        ax.set(title=line, ylabel=unit, yscale="log" if "squared" in unit else "linear")
    middle = {line: {name: np.median(own) for name, own in values[line].items()} for line in units}
    below = {name: sum(bool(own[name] < own["LSTM"]) for own in middle.values()) for name in ("GRU", "RNN")}
    words = f"GRU {below['GRU']}, RNN {below['RNN']}"
    fig.suptitle(f"On how many of {len(units)} lines the median is below the LSTM's: {words}")
    return fig


def dropped(units: Mapping[str, str], values: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Draw what one layer, two layers and two with dropout reach: values (seeds,) by line and network."""
    fig, axes = plt.subplots(1, 3, figsize=(7, 4.4))
    for ax, (line, unit) in zip(axes, units.items(), strict=True):
        seeds(ax, values[line], "gru")
        ax.set(title=line, ylabel=unit)
    return fig
