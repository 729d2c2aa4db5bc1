"""The look of the course: a colour and a line for each concept, the style sheet, pictures as they are stored."""

import importlib
import io
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

# Okabe and Ito's eight colours, a few pale ones to fill shapes with, greys, and dark ones for words on a page.
_BLUE, _VERMILION, _GREEN, _PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
_BLACK, _SKY, _ORANGE, _GREY = "#000000", "#56B4E9", "#E69F00", "#767676"
_PALE_BLUE, _PALE_RED, _PALE_GREEN, _PALE_PINK, _PALE_GREY = "#E8F1F8", "#FBEBDD", "#E2F3EC", "#F6E3EE", "#F2F2F2"
_DARK_RED = "#b00020"

# The one table of colours. Notebooks, lessons, figures and panels name a concept and never a colour; only "white" for
# paper, colour maps, and C0, C1, … for groups that are no concept stand elsewhere. A name has one meaning: another
# meaning is another name, though its colour be the same. First what is drawn as a line, with its line style: the plots
# know a curve by the first word of its name, "LSTM, bias 5" for one. Then what fills, dots and words have.
# fmt: off
_LINES = {
    "sigmoid": (_BLUE, "-"),
    "tanh": (_VERMILION, "--"),
    "relu": (_GREEN, "-."),
    "identity": (_GREY, ":"),
    "rnn": (_ORANGE, "-"),
    "lstm": (_PURPLE, "-"),
    "gru": (_SKY, "-"),
    "chrono": (_BLACK, "-"),  # a start of gated cells
    "persistence": (_GREY, "--"),
    "linear": (_GREEN, "-."),
    "target": (_BLACK, "-"),
    "train": (_BLUE, "--"),
    "chance": (_GREY, ":"),
    "bound": (_BLACK, "-"),
    "plain": (_VERMILION, "-"), "clipped": (_SKY, "-"),  # descent without and with clipping
    "clip global": (_BLUE, "-"), "clip norm": (_GREEN, "--"), "clip value": (_PURPLE, ":"), "clip none": (_GREY, "-"),
    "threshold": (_VERMILION, "--"), "quantile": (_BLACK, "--"), "median": (_BLACK, "-"),
    "level": (_BLACK, "-"), "reference": (_GREY, ":"), "counting": (_BLACK, ":"),
    "vector": (_VERMILION, "-"), "vector before": (_GREY, "--"),
}
LOOKS = {name: {"color": colour, "linestyle": line} for name, (colour, line) in _LINES.items()}
COLOURS = {name: colour for name, (colour, _) in _LINES.items()} | {
    # plots and grids
    "correlation": _BLUE, "noise": _GREY, "zero": _GREY, "error bar": _BLACK,
    "bit": "#E9EEF4", "bit edge": "#CCCCCC", "bit in hand": _BLUE, "wrong bit": _VERMILION,
    # diagrams: words and ways, then what circles and boxes are filled with
    "word": _BLACK, "note": _GREY, "outline": _BLACK, "way": _GREY, "W_in": _BLUE, "W": _VERMILION, "W_out": _GREEN,
    "gate": _VERMILION, "gate i": _BLUE, "gate f": _VERMILION, "gate o": _GREEN, "gate g": _PURPLE,
    "gradient": _VERMILION, "limit": _BLUE, "from left": _VERMILION, "from right": _GREEN,
    "decoder way": _PURPLE, "thought word": _VERMILION, "query": _VERMILION, "own state": _GREEN,
    "reads": _SKY, "chosen reads": _VERMILION,
    "paper": "white", "input": _PALE_BLUE, "hidden": _PALE_RED, "output": _PALE_GREEN, "cell": _PALE_GREY,
    "layer": _PALE_RED, "operation": _PALE_GREY, "error": _PALE_GREEN, "right state": _PALE_GREEN, "within": _PALE_BLUE,
    "decoder": _PALE_PINK, "thought": "#FFF6CC", "asking": _PALE_GREEN, "context": _PALE_BLUE,
    "read key": "#BFE0F3", "chosen key": "#F2B48C", "masked key": "#D9D9D9",
    # lessons 3 to 9
    "number": "#CCCCCC", "number behind": "#DDDDDD", "mark": _VERMILION, "answer": _BLUE,
    "chosen gates": _BLUE, "other gates": "#BBBBBB", "this network": _VERMILION,
    "reach": _BLUE, "turn": _VERMILION, "solved": _BLUE, "unsolved": _GREY, "norms": _SKY,
    "old state": _BLACK, "candidate": _VERMILION, "new state": _BLUE, "between": _PALE_GREEN, "between edge": "#808080",
    "letter": _BLUE, "guess": _GREY,
    "chosen sign": _VERMILION, "best answer": _VERMILION, "other answer": _GREY,
    "cosine": _BLUE, "analogy": _GREEN,
    "frame": _VERMILION, "share right": _BLUE, "weight": _BLUE, "weight shade": "#0073B2", "context dot": _BLACK,
    # panels and quizzes
    "busy": "#8a4b00", "failure": _DARK_RED, "right answer": "#006b4f", "wrong answer": _DARK_RED,
}
# fmt: on


# Backends that show a figure on the page by themselves: inline, and the two that let it be moved.
_ON_THE_PAGE = ("inline", "nbagg", "ipympl", "widget", "notebook")


def use_style() -> None:
    """Load the style sheet and, in a notebook, show and store every figure at its own fixed size.

    A figure of 7 by 3.5 inches is shown 700 by 350 pixels large, always; IPython's inline backend would crop it to the
    extent of its text, so that a picture's size depended on its labels. Where the environment's MPLBACKEND asks for a
    backend that shows nothing on the page, such as Agg, the inline one takes its place.
    """
    plt.style.use(Path(__file__).with_name("unrolled.mplstyle"))
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        if hasattr(shell, "kernel") and not matplotlib.get_backend().lower().endswith(_ON_THE_PAGE):
            shell.enable_matplotlib("inline")
        # The inline backend installs its own picture maker when it is loaded: load it first.
        plt.switch_backend(matplotlib.get_backend())
        shell.display_formatter.formatters["image/png"].for_type(Figure, _inline)


def _inline(figure: Figure) -> tuple[bytes, dict[str, int]] | None:
    """Give IPython the picture and the size in CSS pixels at which a page shows it."""
    if not figure.axes:
        return None
    width, height = figure.get_size_inches()
    return to_png(figure), {"width": round(100 * width), "height": round(100 * height)}


def to_png(figure: Figure) -> bytes:
    """Draw a figure as the PNG that the notebooks store: at most 256 colours, a third of the size of a full one.

    Equal figures, each drawn for the first time, give the same bytes.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def japanese() -> AbstractContextManager:
    """Let the text that is made inside a `with` block hold Japanese.

    In it, signs that DejaVu Sans lacks are taken from IPAexGothic; all other text keeps its look.
    """
    # matplotlib-fontja makes its font the only one as soon as it is imported; that is taken back.
    with matplotlib.rc_context():
        importlib.import_module("matplotlib_fontja")
    return matplotlib.rc_context({"font.family": ["DejaVu Sans", "IPAexGothic"]})


def ink(colour: Any) -> tuple[float, float, float]:
    """Darken a colour, anything that matplotlib takes for one, until text in it can be read on white.

    Returns red, green and blue from 0 to 1 with a contrast of at least 4.5 to white (WCAG 2.1).
    """
    rgb = np.array(to_rgb(colour))
    while 1.05 / (0.05 + rgb**2.2 @ [0.2126, 0.7152, 0.0722]) < 4.5:
        rgb = 0.95 * rgb
    return float(rgb[0]), float(rgb[1]), float(rgb[2])
