"""The look of the course: colours, line styles, the size of a picture, and labels that stand at their lines."""

import importlib
import io
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
BLACK, SKY, ORANGE, GREY = "#000000", "#56B4E9", "#E69F00", "#767676"

# A concept keeps its colour and its line through the course. The two names of one thing share both.
_CONCEPTS = {
    "sigmoid": (BLUE, "-"),
    "tanh": (VERMILION, "--"),
    "relu": (GREEN, "-."),
    "identity": (GREY, ":"),
    "rnn": (ORANGE, "-"),
    "lstm": (PURPLE, "-"),
    "gru": (SKY, "-"),
    "birnn": (BLACK, "-"),
    "chrono": (BLACK, "-"),  # a start of gated cells
    "width": (BLACK, ":"),  # the widths of the first weights: 1, Xavier, He
    "xavier": (SKY, "-"),
    "he": (ORANGE, "--"),
    "persistence": (GREY, "--"),
    "baseline": (GREY, "--"),
    "linear": (GREEN, "-."),
    "target": (BLACK, "-"),
    "true": (BLACK, "-"),
    "train": (BLUE, "--"),
    "test": (VERMILION, "-"),
    "chance": (GREY, ":"),
}
COLOURS = {name: colour for name, (colour, _) in _CONCEPTS.items()}
LINES = {name: line for name, (_, line) in _CONCEPTS.items()}


def use_style() -> None:
    """
    Load the style sheet and, in a notebook, store every figure at its own fixed size.

    Notes
    -----
    IPython's inline backend crops a figure to the extent of its text, so that a picture's size depends
    on its labels. Here a figure of 7 by 3.5 inches is shown 700 by 350 pixels large, always.
    """
    plt.style.use(Path(__file__).with_name("unrolled.mplstyle"))
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        # The inline backend installs its own picture maker when it is loaded: load it first.
        plt.switch_backend(matplotlib.get_backend())
        shell.display_formatter.formatters["image/png"].for_type(Figure, _inline)


def japanese() -> AbstractContextManager:
    """
    Let the text that is made inside a ``with`` block hold Japanese.

    Returns
    -------
    context manager
        In it, signs that DejaVu Sans lacks are taken from IPAexGothic; all other text keeps its look.

    Notes
    -----
    matplotlib-fontja makes its font the only one as soon as it is imported. That is taken back here, so that no
    other picture changes.
    """
    with matplotlib.rc_context():
        importlib.import_module("matplotlib_fontja")
    return matplotlib.rc_context({"font.family": ["DejaVu Sans", "IPAexGothic"]})


def _inline(figure: Figure) -> tuple[bytes, dict[str, int]] | None:
    """Give IPython the picture and the size in CSS pixels at which a page shows it."""
    if not figure.axes:
        return None
    width, height = figure.get_size_inches()
    return to_png(figure), {"width": round(100 * width), "height": round(100 * height)}


def to_png(figure: Figure) -> bytes:
    """
    Draw a figure as the PNG that the notebooks store.

    Parameters
    ----------
    figure : Figure
        A figure made under `use_style`.

    Returns
    -------
    bytes
        A PNG with at most 256 colours, a third of the size of a full one; equal figures, each drawn for the
        first time, give the same bytes.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def ink(colour: Any) -> tuple[float, float, float]:
    """
    Darken a colour until text in it can be read on white.

    Parameters
    ----------
    colour : colour
        Anything that matplotlib takes as a colour.

    Returns
    -------
    tuple of float
        Red, green and blue with a contrast of at least 4.5 to white (WCAG 2.1).
    """
    rgb = np.array(to_rgb(colour))
    while 1.05 / (0.05 + rgb**2.2 @ [0.2126, 0.7152, 0.0722]) < 4.5:
        rgb = 0.95 * rgb
    return float(rgb[0]), float(rgb[1]), float(rgb[2])


def label_lines(ax: Axes, names: Sequence[str] | None = None) -> list[Text]:
    """
    Write each line's name at its last finite point; labels that would touch are moved apart.

    Parameters
    ----------
    ax : Axes
        Axes whose lines are drawn and whose limits are final; call this last.
    names : sequence of str, optional
        A name for each line in the order drawn, "" for none; by default the lines' own labels.

    Returns
    -------
    list of Text
        The labels.
    """
    ax.get_xlim(), ax.get_ylim()  # asking for them settles limits that are still open
    texts, ends = [], []
    for index, line in enumerate(ax.get_lines()):
        name = str(line.get_label()) if names is None else (names[index] if index < len(names) else "")
        points = ax.transAxes.inverted().transform(ax.transData.transform(np.asarray(line.get_xydata(), dtype=float)))
        points = points[np.isfinite(points).all(axis=1)]
        if not name or name.startswith("_") or not len(points):
            continue
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
    return texts


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
