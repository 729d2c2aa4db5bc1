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

from helpers.lab import cell_pictures, diagrams, plots, style

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


def shapes() -> Figure:
    """Draw four ways from an input to an output."""
    figure, ax = plt.subplots(figsize=(7, 2.9))
    diagrams.blank(ax, 25.3, 8.0)
    shapes = (
        ("many-to-one\n(one answer)", 0.8, (0, 1, 2), 3, (2,)),
        ("one-to-many\n(one input)", 6.1, (0,), 3, (0, 1, 2)),
        ("many-to-many,\nstep by step", 11.4, (0, 1, 2), 3, (0, 1, 2)),
        ("many-to-many,\nread, then write", 16.8, (0, 1, 2), 6, (3, 4, 5)),
    )
    low, middle, high, gap, reach = 2.5, 4.5, 6.5, 1.5, diagrams.RADIUS
    for name, left, read, states, written in shapes:
        for step in range(states):
            x = left + gap * step
            own = states == 6 and step >= 3
            diagrams.circle(ax, (x, middle), "", "#F6E3EE" if own else "#FBEBDD")
            if step:
                diagrams.arrow(ax, (x - gap + reach, middle), (x - reach, middle), style.GREY if own else diagrams.W)
            if step in read:
                diagrams.circle(ax, (x, low), "", "#E8F1F8")
                diagrams.arrow(ax, (x, low + reach), (x, middle - reach), diagrams.W_IN)
            if step in written:
                diagrams.circle(ax, (x, high), "", "#E2F3EC")
                diagrams.arrow(ax, (x, middle + reach), (x, high - reach), diagrams.W_OUT)
        diagrams.label(ax, (left + gap * (states - 1) / 2, 0.95), name, size=11)
    return figure


def encoder_decoder() -> Figure:
    """Draw an encoder that reads 57+5 and a decoder that writes 62."""
    figure, ax = plt.subplots()
    diagrams.blank(ax, 15.2, 7.3)
    low, middle, high, gap = 1.3, 3.3, 5.3, 1.55
    for step, sign in enumerate("57+5"):
        x = 1.1 + gap * step
        diagrams.circle(ax, (x, low), f"${sign}$", "#E8F1F8")
        diagrams.circle(ax, (x, middle), f"$h^{step + 1}$", "#FBEBDD")
        diagrams.arrow(ax, (x, low + diagrams.RADIUS), (x, middle - diagrams.RADIUS), diagrams.W_IN)
        if step:
            diagrams.arrow(ax, (x - gap + diagrams.RADIUS, middle), (x - diagrams.RADIUS, middle), diagrams.W)
    last = 1.1 + 3 * gap
    diagrams.box(ax, (last + 2.1, middle), 1.5, 1.0, "$c=h^4$", "#FFF6CC")
    diagrams.label(ax, (last + 2.1, middle + 1.35), "thought\nvector", style.VERMILION, size=11)
    diagrams.arrow(ax, (last + diagrams.RADIUS, middle), (last + 1.35, middle), diagrams.W)
    first = last + 4.4
    diagrams.arrow(ax, (last + 2.85, middle), (first - diagrams.RADIUS, middle), diagrams.W)
    read, written = ("BOS", "6", "2"), ("6", "2", "EOS")
    for step, (below, above) in enumerate(zip(read, written, strict=True)):
        x = first + 1.95 * step
        diagrams.box(ax, (x, low), 1.05, 0.8, below, "#E8F1F8")
        diagrams.circle(ax, (x, middle), f"$s^{step + 1}$", "#F6E3EE")
        diagrams.box(ax, (x, high), 1.05, 0.8, above, "#E2F3EC")
        diagrams.arrow(ax, (x, low + 0.4), (x, middle - diagrams.RADIUS), diagrams.W_IN)
        diagrams.arrow(ax, (x, middle + diagrams.RADIUS), (x, high - 0.4), diagrams.W_OUT)
        if step:
            diagrams.arrow(ax, (x - 1.95 + diagrams.RADIUS, middle), (x - diagrams.RADIUS, middle), style.PURPLE)
            diagrams.arrow(ax, (x - 1.95 + 0.55, high - 0.3), (x - 0.53, low + 0.35), style.GREY, dashed=True)
    diagrams.label(ax, (1.1 + 1.5 * gap, 6.6), "encoder: reads", size=12)
    diagrams.label(ax, (first + 1.95, 6.6), "decoder: writes, and reads what it wrote", size=12)
    return figure


def attention() -> Figure:
    """Draw one step of a decoder that reads the rows of the encoder."""
    figure, ax = plt.subplots(figsize=(7, 3.8))
    diagrams.blank(ax, 12.4, 6.75)
    low, middle, high = 1.75, 3.75, 5.55
    places, shares, context = [0.75 + 1.45 * i for i in range(5)], (0.05, 0.02, 0.18, 0.55, 0.2), (3.65, high)
    for i, (x, share, sign) in enumerate(zip(places, shares, "3.mai", strict=True)):
        diagrams.circle(ax, (x, low), f"$h^{i + 1}$", "#FBEBDD")
        diagrams.label(ax, (x, 0.55), f"“{sign}”", size=13)
        diagrams.arrow(ax, (x, 0.82), (x, low - diagrams.RADIUS), style.GREY)
        if i:
            diagrams.arrow(ax, (x - 1.45 + 0.44, low + 0.12), (x - 0.44, low + 0.12), style.GREY)
            diagrams.arrow(ax, (x - 0.44, low - 0.12), (x - 1.45 + 0.44, low - 0.12), style.GREY)
        fill = tuple(1 - share * (1 - channel) for channel in (0.0, 0.45, 0.7))
        away = math.hypot(context[0] - x, high - middle)
        end = [to - diagrams.RADIUS * (to - at) / away for at, to in ((x, context[0]), (middle, high))]
        corners = [x, x, end[0]], [low + diagrams.RADIUS, middle, end[1]]
        ax.plot(*corners, color=style.BLUE, linewidth=0.6 + 9 * share, solid_capstyle="butt")
        ax.add_patch(Rectangle((x - 0.42, middle - 0.3), 0.84, 0.6, facecolor=fill, edgecolor="black", zorder=3))
        diagrams.label(ax, (x, middle), f"{share:.2f}", "black", size=11, zorder=4)
    diagrams.circle(ax, context, "$c^t$", "#E8F1F8")
    before, now = (8.9, low), (11.2, low)
    diagrams.circle(ax, before, "$s^{t-1}$", "#E2F3EC")
    diagrams.circle(ax, now, "$s^t$", "#E2F3EC")
    diagrams.arrow(ax, (8.9 + diagrams.RADIUS, low), (11.2 - diagrams.RADIUS, low), style.GREY)
    diagrams.label(ax, (11.2, 0.55), "“-”", size=13)
    diagrams.arrow(ax, (11.2, 0.82), (11.2, low - diagrams.RADIUS), style.GREY)
    diagrams.arrow(ax, (10.88, low + 0.33), (places[-1] + 0.5, middle), style.VERMILION, bend=0.12)
    diagrams.arrow(ax, (context[0] + diagrams.RADIUS, high), (10.35, high), style.BLUE)
    diagrams.box(ax, (11.2, high), 1.7, 0.8, "$a^t$  (tanh)", "#F2F2F2")
    diagrams.arrow(ax, (11.2, low + diagrams.RADIUS), (11.2, high - 0.4), style.GREEN)
    diagrams.label(ax, (11.2, 6.45), "writes “0”", size=12)
    diagrams.label(ax, (8.95, 3.85), "query: scored\nwith every row", style.VERMILION, size=11)
    diagrams.label(ax, (7.0, 5.85), "context: the weighted sum of the rows", style.BLUE, size=11)
    diagrams.label(ax, (1.25, 5.1), "weights, sum 1", style.BLUE, size=11)
    return figure


def self_attention() -> Figure:
    """Draw causal self-attention: who reads whom at the left, the same as a mask at the right."""
    figure, ax = plt.subplots(figsize=(7, 3))
    diagrams.blank(ax, 13.2, 5.4)
    low, high, gap, steps = 1.15, 4.1, 1.9, 4
    for t in range(steps):
        x, chosen = 0.9 + gap * t, t == 2
        for s in range(t + 1):
            at = 0.9 + gap * s
            colour = style.VERMILION if chosen else style.SKY
            away = math.hypot(x - at, high - low)
            right, up = diagrams.RADIUS * (x - at) / away, diagrams.RADIUS * (high - low) / away
            start, end = (at + right, low + up), (x - right, high - up)
            if chosen:
                diagrams.arrow(ax, start, end, colour)
            else:
                ax.plot(*zip(start, end, strict=True), color=colour, linewidth=1.0)
        diagrams.circle(ax, (x, low), f"$x^{t + 1}$", "#E8F1F8")
        diagrams.circle(ax, (x, high), f"$y^{t + 1}$", "#FBEBDD" if chosen else "#FFFFFF")
    diagrams.label(ax, (3.75, 5.1), "each step reads itself and what came before", size=12)
    diagrams.label(ax, (3.75, 0.3), "$x^s$ gives the key and the value, $x^t$ the query", style.GREY, size=11)
    left, top, side = 9.3, 3.95, 0.8
    for t in range(steps):
        for s in range(steps):
            fill = "#D9D9D9" if s > t else "#F2B48C" if t == 2 else "#BFE0F3"
            ax.add_patch(Rectangle((left + side * s, top - side * t), side, side, facecolor=fill, edgecolor="white"))
            diagrams.label(ax, (left + side * (s + 0.5), top - side * (t - 0.5)), "×" if s > t else "read", size=10)
        diagrams.label(ax, (left - 0.4, top - side * (t - 0.5)), f"$q^{t + 1}$", size=12)
        diagrams.label(ax, (left + side * (t + 0.5), top + side + 0.3), f"$k^{t + 1}$", size=12)
    diagrams.label(ax, (left + 2 * side, 0.85), "the causal mask", size=12)
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
    "07_shapes.svg": shapes,
    "07_encoder_decoder.svg": encoder_decoder,
    "08_models.svg": models,
    "09_attention.svg": attention,
    "09_self_attention.svg": self_attention,
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
