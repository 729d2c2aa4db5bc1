"""The figures of lesson 2 that take more lines than they teach; each draws on axes that it is given."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.lab import plots, style
from lessons import RESULTS


def stored(name: str) -> np.ndarray:
    """Read a stored table, "02_truncation" for one, as a structured array."""
    return np.genfromtxt(RESULTS / f"{name}.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")


def slopes(ax: Axes) -> None:
    """Draw the slope of the sigmoid, and that of a second sigmoid behind it, over the pre-activation."""
    v = np.linspace(-8, 8, 200)
    y = sigmoid(v)
    again = sigmoid(y) * (1 - sigmoid(y))
    ax.set_ylim(0, 0.27)  # before the curves, whose labels stand at their ends
    plots.curves(ax, v, {"σ′(v)": y * (1 - y), "σ′(σ(v))": again})
    title = f"The sample's slope stays from {again.min():.3f} to {again.max():.2f}"
    ax.set(xlabel="output pre-activation v", ylabel="slope", title=title)


def lags(ax: Axes, lines: Mapping[str, ArrayLike], title: str) -> None:
    """Draw the length of the gradient (lags,) of each name on its way back."""
    steps = len(np.asarray(next(iter(lines.values()))))
    plots.curves(
        ax, np.arange(steps), lines, log=True, xlabel="lag (steps back)", ylabel="length of ∂E/∂h", title=title
    )


def factors(ax: Axes, radii: ArrayLike, runs: Mapping[str, ArrayLike]) -> None:
    """Draw the factor of one step back of each name, (seeds, radii), over the spectral radius, both logarithmic."""
    for name, values in runs.items():
        plots.spread(ax, radii, values, name)
    level: dict[str, Any] = {"linewidth": 0.8, **style.LOOKS["level"]}
    ax.axhline(1, **level)
    ax.set(xscale="log", yscale="log", xlabel="spectral radius ρ of W", ylabel="factor of one step back")
    ax.set(xticks=[0.5, 1, 2, 4, 8], xticklabels=["0.5", "1", "2", "4", "8"], title="Where the factor crosses 1")
    ax.set(yticks=[0.1, 0.3, 1, 3], yticklabels=["0.1", "0.3", "1", "3"])
    ax.minorticks_off()
    plots.label_lines(ax)


def crossings(radii: ArrayLike, runs: Mapping[str, ArrayLike]) -> list[list[Any]]:
    """Return a row for each name: smallest, largest factor at the third radius, median at the last, its crossing.

    runs are (seeds, radii); the crossing is where the median over the seeds reaches 1, "none" where it does not.
    """
    rows = []
    for name, values in ((name, np.asarray(values)) for name, values in runs.items()):
        middle = np.median(values, axis=0)
        at = np.exp(np.interp(0, np.log(middle), np.log(radii), right=np.inf))
        found = [f"{number:.2f}" for number in (values[:, 2].min(), values[:, 2].max(), middle[-1])]
        rows.append([name, *found, f"{at:.1f}" if np.isfinite(at) else "none"])
    return rows


def training(ax: Axes, kept: ArrayLike, title: str) -> None:
    """Draw the losses (600,) of a training, in means of 20, beside the loss of guessing among 4."""
    lines = {"train": np.asarray(kept).reshape(-1, 20).mean(axis=1), "chance": np.full(30, np.log(4))}
    ax.set_ylim(-0.05, 1.8)
    plots.curves(ax, np.arange(10, 600, 20), lines, xlabel="updates", ylabel="loss (nats)", title=title)


def truncations(axes: Sequence[Axes], tried: ArrayLike, accuracy: ArrayLike, radii: Sequence[float]) -> None:
    """Draw the share of right answers (radii, truncations, seeds) as dots over the truncation, an axis for a radius."""
    tried, chance = np.asarray(tried), dict[str, Any](style.LOOKS["chance"])
    for ax, runs, radius in zip(axes, np.asarray(accuracy), radii, strict=True):
        places = tried[:, None] + np.linspace(-0.35, 0.35, runs.shape[1])
        ax.plot(places.ravel(), runs.ravel(), "o", markersize=4, alpha=0.5)
        ax.axhline(0.25, **chance)
        ax.set(title=f"Start ρ = {radius}", xticks=tried, xlabel="steps back k", ylim=(0, 1.05))
    axes[0].set_ylabel("right answers (dotted: chance)")
