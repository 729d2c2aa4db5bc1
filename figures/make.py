"""Draw the pictures of the notebooks and the README: `python figures/make.py [--to FOLDER] [NAME ...]`."""

import argparse
import csv
import math
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from helpers import diagrams, plots, style

HERE = Path(__file__).parent


def unrolled() -> Figure:
    """Draw the recurrent network, folded and unrolled."""
    figure, ax = plt.subplots()
    diagrams.unrolled_rnn(ax)
    return figure


def backward_through_time() -> Figure:
    """Draw the gradient's way back through time."""
    figure, ax = plt.subplots()
    diagrams.backward_through_time(ax)
    return figure


def notes_loss(activation: str) -> Figure:
    """Draw the loss of one start in the notes' experiment, from the table that lesson 1 reads too."""
    with open(HERE.parent / "notebooks" / "results" / "01_single.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    updates, loss = ([float(row[column]) for row in rows] for column in ("update", activation))
    figure, ax = plt.subplots()
    title = f"The notes' experiment, one start: hidden activation {activation}"
    plots.curves(ax, updates, {activation: loss}, xlabel="updates", ylabel="loss of one pair", title=title)
    ax.set(xlim=(-200, 10_000), ylim=(-0.05, 2))
    if math.isnan(loss[-1]):
        ax.text(5000, 1, "×: from here on the weights are not finite", ha="center")
    return figure


def clipping() -> Figure:
    """Draw a long gradient in the plane, shortened by its norm at the left, cut by value at the right."""
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.6))
    words = "by norm: shorter, same direction", "by value: each element cut, the direction turns"
    shapes = Circle((1.6, 1.3), 1), Rectangle((0.6, 0.3), 2, 2)
    for ax, word, shape, end in zip(axes, words, shapes, ((2.49, 1.76), (2.6, 2.3)), strict=True):
        diagrams.blank(ax, 5.2, 4)
        shape.set(facecolor="#E8F1F8", edgecolor=style.BLUE, linewidth=1.6)
        ax.add_patch(shape)
        diagrams.arrow(ax, (1.6, 1.3), (4.6, 2.85), style.GREY, dashed=True)
        diagrams.arrow(ax, (1.6, 1.3), end, style.VERMILION)
        diagrams.label(ax, (4.75, 3.15), "gradient $g$", style.GREY)
        diagrams.label(ax, (2.6, 3.75), word, size=12)
    diagrams.label(axes[0], (1.6, 0.05), "radius: the threshold", style.BLUE, size=10)
    diagrams.label(axes[1], (1.6, 0.05), "half the side: the limit", style.BLUE, size=10)
    return figure


def models() -> Figure:
    """Draw CBOW and skip-gram."""
    figure, ax = plt.subplots()
    diagrams.word2vec_models(ax)
    return figure


# A picture's file name says its format; a function returns its figure.
FIGURES: dict[str, Callable[[], Figure]] = {
    "01_unrolled.svg": unrolled,
    "04_clipping.svg": clipping,
    "01_loss_sigmoid.png": lambda: notes_loss("sigmoid"),
    "01_loss_relu.png": lambda: notes_loss("relu"),
    "01_loss_tanh.png": lambda: notes_loss("tanh"),
    "02_backward.svg": backward_through_time,
    "08_models.svg": models,
}


def save(figure: Figure, path: Path) -> None:
    """Write a figure so that the same figure gives the same bytes."""
    if path.suffix == ".svg":
        # Text becomes paths, so that no reader needs our font; the ids come from the salt, not from chance.
        with plt.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "path"}):
            figure.savefig(path, metadata={"Date": None, "Creator": None})
    else:
        path.write_bytes(plots.to_png(figure))


def main() -> None:
    """Draw all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(FIGURES)}; default all")
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER", help="where to write; default figures/")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        parser.error(f"no picture {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    plots.use_style()
    for name in options.names or FIGURES:
        figure = FIGURES[name]()
        save(figure, options.to / name)
        plt.close(figure)
        print(options.to / name)


if __name__ == "__main__":
    main()
