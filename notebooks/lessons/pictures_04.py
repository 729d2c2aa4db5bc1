"""The pictures of lesson 4: what clipping does to arrows, to a descent beside a cliff, to counts and to norms."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from helpers import clipping
from helpers._checks import Array
from helpers.lab import plots, style

_MARKERS = {"global": ("o", "global norm"), "norm": ("s", "array by array"), "value": ("^", "by value")}
_GRADIENTS = {"corrected": "right gradient", "shipped": "wrong gradient"}
_NETWORKS = 8  # of the live panel


def plane(kind: str, angle: int, length: float, threshold: float) -> tuple[Figure, str]:
    """Draw gradients of one length in the plane before and after clipping, and by how many degrees each turns.

    kind is "by norm" or "by value"; angle, in whole degrees, is that of the thick arrow.
    """
    angles = np.radians(np.append(np.arange(0, 360, 45) + 20, angle))  # eight of them, and the chosen one
    every = np.radians(np.arange(361))
    tips = [length * np.array([np.cos(a), np.sin(a)]) for a in [*angles, *every]]
    if kind == "by norm":
        x, y = np.array([clipping.clip_by_norm(tip, threshold) for tip in tips]).T
    else:
        x, y = np.array([clipping.clip_by_value({"g": tip}, threshold)["g"] for tip in tips]).T
    turn = (np.degrees(np.arctan2(y, x)[9:] - every) + 180) % 360 - 180
    fig, (left, right) = plt.subplots(1, 2)
    plots.arrows(left, length * np.cos(angles), length * np.sin(angles), dashed=True)
    plots.arrows(left, x[:9], y[:9])
    left.set(title=f"Clipped {kind}", xlabel="element 1", ylabel="element 2", xlim=(-5, 5), ylim=(-5, 5))
    left.plot(x[9:], y[9:], color=style.COLOURS["reach"])  # where all gradients of this length end
    right.plot(np.arange(361), turn, angle, turn[angle], "o", color=style.COLOURS["turn"])
    right.set(xlabel="angle of the gradient (degrees)", ylabel="degrees", title="By how much it turns", ylim=(-48, 48))
    return fig, f"Length {length:g} becomes {np.hypot(x[8], y[8]):.3g}; it turns by {abs(turn[angle]):.1f} degrees."


def cliff(heights: Array, extent: Sequence[float], paths: Mapping[str, Array], errors: Mapping[str, Array]) -> Figure:
    """Draw the map of an error, heights (rows of b, columns of w), and the descents "plain" and "clipped" on it.

    extent is the left, right, lower and upper end; a path is (steps + 1, 2), its errors (steps + 1,).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.8), width_ratios=[1.5, 1])
    left.imshow(heights, origin="lower", extent=extent, aspect="auto", cmap="cividis")
    left.grid(False)
    for name, path in paths.items():
        left.plot(*path.T, "o-", color=style.COLOURS[name], markersize=4)
    left.set(xlim=extent[:2], ylim=extent[2:], xlabel="w", ylabel="b", title="The error: dark is low")
    plots.curves(right, np.arange(len(paths["plain"])), errors, xlabel="step", ylabel="error")
    return fig


def rescue(table: Sequence[Mapping[str, str]]) -> Figure:
    """Draw how many of 40 starts are solved at each threshold, by kind of clipping: rows of 04_rescue.csv."""
    fig, axes = plt.subplots(1, 2, figsize=(7, 3.6), sharey=True)
    for ax, (slope, title) in zip(axes, _GRADIENTS.items(), strict=True):
        own = [row for row in table if row["slope"] == slope and row["learning_rate"] == "0.1"]
        for kind, (marker, label) in _MARKERS.items():
            rows = [row for row in own if row["kind"] == kind]
            x, y = ([float(row[column]) for row in rows] for column in ("threshold", "solved"))
            look: dict[str, Any] = {"marker": marker, "markersize": 5} | style.LOOKS[f"clip {kind}"]
            ax.plot(x, y, label=label, **look)
        (plain,) = [int(row["solved"]) for row in own if row["kind"] == "none"]
        ax.axhline(plain, linewidth=1, label="no clipping", **style.LOOKS["clip none"])
        ax.set(xscale="log", xlabel="threshold", title=title, ylim=(-1, 41))
    axes[0].set_ylabel("starts solved, of 40")
    axes[0].legend(loc="lower right")
    return fig


def adders(losses: Array, norms: Array, solved: Array, threshold: float | None) -> tuple[Figure, str]:
    """Draw the losses and the gradient norms, both (updates, 8), of eight networks; blue ones solve the task."""
    updates = len(losses)
    smooth = losses.reshape(-1, 100, _NETWORKS).mean(axis=1)
    longest = np.fmax.reduce(norms.reshape(-1, 20, _NETWORKS), axis=1)
    looks = {f"_{e}": style.COLOURS["solved" if solved[e] else "unsolved"] for e in range(_NETWORKS)}
    fig, axes = plt.subplots(1, 2)
    for ax, lines in zip(axes, (smooth, longest), strict=True):
        x = np.linspace(updates / len(lines), updates, len(lines))
        plots.curves(ax, x, dict(zip(looks, lines.T, strict=True)), colours=looks, xlabel="updates", log=ax is axes[1])
        plt.setp(ax.get_lines(), linewidth=1)
    axes[0].set(ylim=(-0.05, 2), title="Loss of a pair")
    axes[1].set(ylim=(1e-2, 1e6), title="Norm of the gradient")
    axes[1].axhline(np.nan if threshold is None else threshold, **style.LOOKS["threshold"])
    nan, words = np.isnan(norms[-1]).sum(), ""
    if threshold is not None:
        words = f" {np.mean(norms > threshold):.0%} of the norms were above {threshold:g}."
    return fig, f"<b>{solved.sum()} of {_NETWORKS}</b> networks solve it (blue), {nan} ended as NaN.{words}"


def norms(recorded: Array, quantiles: Sequence[float], later: Mapping[str, Array]) -> Figure:
    """Draw a histogram of recorded norms with quantiles, and how the quantiles move later, 100 updates a point."""
    fig, (left, right) = plt.subplots(1, 2)
    left.hist(np.ravel(recorded), bins=np.geomspace(0.05, 50, 46).tolist(), color=style.COLOURS["norms"])
    left.set(xscale="log", xlabel="norm of the gradient", ylabel="updates", title="The first 500 updates")
    left.vlines(quantiles, 0, 3000, linewidth=1, **style.LOOKS["quantile"])
    points = len(next(iter(later.values())))
    x = 100 * np.arange(1, points + 1)
    plots.curves(right, x, later, xlabel="updates", ylabel="norm", log=True, title="Quantiles during training")
    return fig


def apart(named: Mapping[str, Array]) -> Figure:
    """Draw how far apart two nearly equal networks come, every 100 updates, by the name of the run."""
    fig, ax = plt.subplots()
    x = 100 * np.arange(1, 1 + len(next(iter(named.values()))))
    plots.curves(ax, x, named, xlabel="updates", ylabel="distance of weights", log=True)
    ax.set_title("Full rate, no clipping: a small difference grows")
    return fig
