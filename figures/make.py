"""Draw the pictures of the notebooks and the README: `python figures/make.py [--to FOLDER] [NAME ...]`."""

import argparse
import csv
import math
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import recurrent
import words
from matplotlib.figure import Figure

from helpers.lab import plots, style

HERE = Path(__file__).parent


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


# A picture's file name says its format; a function returns its figure.
FIGURES: dict[str, Callable[[], Figure]] = {
    "01_unrolled.svg": recurrent.unrolled,
    "01_loss_sigmoid.png": lambda: notes_loss("sigmoid"),
    "01_loss_relu.png": lambda: notes_loss("relu"),
    "01_loss_tanh.png": lambda: notes_loss("tanh"),
    "02_backward.svg": recurrent.backward_through_time,
    "03_gate.svg": recurrent.gate,
    "03_lstm_cell.svg": recurrent.lstm_cell,
    "04_clipping.svg": recurrent.clipping,
    "05_gru.svg": recurrent.gru_cell,
    "06_birnn.svg": recurrent.bidirectional,
    "07_shapes.svg": words.shapes,
    "07_encoder_decoder.svg": words.encoder_decoder,
    "08_models.svg": words.models,
    "09_attention.svg": words.attention,
    "09_self_attention.svg": words.self_attention,
}


def save(figure: Figure, path: Path) -> None:
    """Write a figure so that the same figure gives the same bytes."""
    if path.suffix == ".svg":
        # Text becomes paths, so that no reader needs our font; the ids come from the salt, not from chance.
        with plt.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "path"}):
            figure.savefig(path, metadata={"Date": None, "Creator": None})
    else:
        path.write_bytes(style.to_png(figure))


def main() -> None:
    """Draw all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(FIGURES)}; default all")
    parser.add_argument("--to", type=Path, default=HERE, metavar="FOLDER", help="where to write; default figures/")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        parser.error(f"no picture {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    style.use_style()
    for name in options.names or FIGURES:
        figure = FIGURES[name]()
        save(figure, options.to / name)
        plt.close(figure)
        print(options.to / name)


if __name__ == "__main__":
    main()
