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

from helpers import cell_pictures, diagrams, plots, style

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


def bidirectional() -> Figure:
    """Draw the bidirectional network."""
    figure, ax = plt.subplots()
    steps = 4
    gap, first = 2.3, 2.3
    diagrams.blank(ax, first + gap * (steps - 1) + 2.3, 6.3)
    low, left, right, high = 0.85, 2.45, 3.95, 5.6
    for step in range(steps):
        x = first + gap * step
        mark = f"{{{step + 1}}}"
        diagrams.circle(ax, (x, low), f"$x^{mark}$", "#E8F1F8")
        diagrams.circle(ax, (x - 0.45, left), r"$\overrightarrow{h}$", "#FBEBDD")
        diagrams.circle(ax, (x + 0.45, right), r"$\overleftarrow{h}$", "#E2F3EC")
        diagrams.circle(ax, (x, high), f"$h^{mark}$", "#FFFFFF")
        diagrams.arrow(ax, (x - 0.1, low + diagrams.RADIUS), (x - 0.35, left - diagrams.RADIUS), style.BLUE)
        diagrams.arrow(ax, (x + 0.2, low + 0.42), (x + 0.5, right - diagrams.RADIUS), style.BLUE)
        diagrams.arrow(ax, (x - 0.5, left + diagrams.RADIUS), (x - 0.2, high - 0.42), style.GREY)
        diagrams.arrow(ax, (x + 0.4, right + diagrams.RADIUS), (x + 0.12, high - diagrams.RADIUS), style.GREY)
        if step + 1 < steps:
            reach = gap - diagrams.RADIUS
            diagrams.arrow(ax, (x - 0.45 + diagrams.RADIUS, left), (x - 0.45 + reach, left), style.VERMILION)
            diagrams.arrow(ax, (x + 0.45 + reach, right), (x + 0.45 + diagrams.RADIUS, right), style.GREEN)
    diagrams.label(ax, (0.65, left), "from\nthe left", style.VERMILION, size=11)
    diagrams.label(ax, (first + gap * (steps - 1) + 1.65, right), "from\nthe right", style.GREEN, size=11)
    return figure


def gru_cell() -> Figure:
    """Draw one step of the GRU: the reset gate before the candidate, the update gate at the mixing."""
    figure, ax = plt.subplots(figsize=(7, 3.8))
    diagrams.blank(ax, 12.6, 6.8)
    high, middle, upper, low = 5.9, 3.6, 1.55, 0.75
    gates, floor = {"$r$   (σ)": 3.2, "$n$   (tanh)": 7.3, "$z$   (σ)": 10.4}, middle - 0.5
    ax.plot([1.4, 1.4, gates["$z$   (σ)"] - 0.35], [high, upper, upper], color=diagrams.W, linewidth=2.2)
    ax.plot([1.0, gates["$z$   (σ)"] + 0.35], [low, low], color=diagrams.W_IN, linewidth=2.2)
    diagrams.arrow(ax, (1.0, high), (7.1, high))
    for name, x in gates.items():
        if "tanh" not in name:  # the gates read the old state as it is, the candidate reads it after the reset
            diagrams.arrow(ax, (x - 0.35, upper), (x - 0.35, floor), diagrams.W)
        diagrams.arrow(ax, (x + 0.35, low), (x + 0.35, floor), diagrams.W_IN)
        diagrams.box(ax, (x, middle), 1.9, 0.95, name, "#FBEBDD")
    diagrams.arrow(ax, (5.2, high), (5.2, middle + diagrams.RADIUS))
    diagrams.arrow(ax, (4.15, middle), (5.2 - diagrams.RADIUS, middle))
    diagrams.arrow(ax, (5.2 + diagrams.RADIUS, middle), (6.35, middle), diagrams.W)
    diagrams.circle(ax, (5.2, middle), "⊙", "#F2F2F2")
    for x in (7.6, 10.1):
        diagrams.arrow(ax, (x, middle + 0.5), (x, high - 0.5))
    diagrams.box(ax, (8.9, high), 3.6, 0.95, "$(1-z)\\odot n+z\\odot h^{t-1}$", "#E2F3EC")
    diagrams.arrow(ax, (10.7, high), (11.8, high))
    for x, y, text in ((0.5, high, "$h^{t-1}$"), (12.2, high, "$h^t$"), (0.55, low, "$x^t$")):
        diagrams.label(ax, (x, y), text, size=13)
    diagrams.label(ax, (1.25, 3.6), "$W$", diagrams.W, ha="right")
    diagrams.label(ax, (6.0, middle + 0.35), "$W$", diagrams.W)
    diagrams.label(ax, (1.9, 0.4), "$W_{in}$", diagrams.W_IN)
    diagrams.label(ax, (5.35, 4.9), "reset", style.GREY, size=11, ha="left")
    diagrams.label(ax, (8.9, 4.8), "update", style.GREY, size=11)
    return figure


def lstm_cell() -> Figure:
    """Draw one step of an LSTM."""
    figure, ax = plt.subplots()
    cell_pictures.lstm_cell(ax)
    return figure


def gate() -> Figure:
    """Draw a gate."""
    figure, ax = plt.subplots(figsize=(7, 2))
    cell_pictures.gate(ax)
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
    diagrams.blank(ax, 15.0, 6.2)
    words, rows = ("all", "our", "gold", "and", "silver"), (5.0, 4.1, 3.2, 2.3, 1.4)
    around = [(word, y) for word, y in zip(words, rows, strict=True) if word != "gold"]
    diagrams.label(ax, (3.4, 5.9), "CBOW: the window tells the word", size=13)
    for word, y in around:
        diagrams.box(ax, (1.1, y), 1.7, 0.62, word, "#E8F1F8")
        diagrams.arrow(ax, (1.95, y), (3.0, 3.2 + 0.15 * (y - 3.2)), diagrams.W_IN)
    diagrams.box(ax, (3.65, 3.2), 1.3, 0.8, "mean", "#FBEBDD")
    diagrams.arrow(ax, (4.3, 3.2), (5.35, 3.2), diagrams.W_OUT)
    diagrams.box(ax, (6.15, 3.2), 1.6, 0.62, "gold", "#E2F3EC")
    diagrams.label(ax, (2.55, 4.75), "$W_{in}$", diagrams.W_IN)
    diagrams.label(ax, (4.8, 3.55), "$W_{out}$", diagrams.W_OUT)
    diagrams.label(ax, (11.2, 5.9), "skip-gram: each pair on its own", size=13)
    diagrams.box(ax, (8.9, 3.2), 1.6, 0.62, "gold", "#E8F1F8")
    diagrams.arrow(ax, (9.7, 3.2), (10.45, 3.2), diagrams.W_IN)
    diagrams.box(ax, (11.1, 3.2), 1.3, 0.8, "row", "#FBEBDD")
    for word, y in around:
        diagrams.arrow(ax, (11.75, 3.2 + 0.15 * (y - 3.2)), (12.85, y), diagrams.W_OUT)
        diagrams.box(ax, (13.75, y), 1.7, 0.62, word, "#E2F3EC")
    diagrams.label(ax, (10.05, 3.55), "$W_{in}$", diagrams.W_IN)
    diagrams.label(ax, (11.75, 4.95), "$W_{out}$", diagrams.W_OUT)
    diagrams.label(
        ax,
        (7.5, 0.45),
        "the text: … all our gold and silver …, window 2; blue words are seen, green words are told",
        style.GREY,
        size=10,
    )
    return figure


# A picture's file name says its format; a function returns its figure.
FIGURES: dict[str, Callable[[], Figure]] = {
    "01_unrolled.svg": unrolled,
    "03_gate.svg": gate,
    "03_lstm_cell.svg": lstm_cell,
    "04_clipping.svg": clipping,
    "01_loss_sigmoid.png": lambda: notes_loss("sigmoid"),
    "01_loss_relu.png": lambda: notes_loss("relu"),
    "01_loss_tanh.png": lambda: notes_loss("tanh"),
    "02_backward.svg": backward_through_time,
    "05_gru.svg": gru_cell,
    "06_birnn.svg": bidirectional,
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
