"""Draw the pictures of the notebooks and the README: `python figures/make.py [--to FOLDER] [NAME ...]`."""

import argparse
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers import diagrams, plots

HERE = Path(__file__).parent


def unrolled() -> Figure:
    """Draw the recurrent network, folded and unrolled."""
    figure, ax = plt.subplots()
    diagrams.unrolled_rnn(ax)
    return figure


# A picture's file name says its format; a function returns its figure.
FIGURES: dict[str, Callable[[], Figure]] = {
    "01_unrolled.svg": unrolled,
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
