"""The pictures of lessons 7 to 9: networks that read and write signs and words."""

import math

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.lab.diagrams import RADIUS, arrow, blank, box, circle, label, tint
from helpers.lab.style import COLOURS


def shapes() -> Figure:
    """Draw four ways from an input to an output."""
    figure, ax = plt.subplots(figsize=(7, 2.9))
    blank(ax, 25.3, 8.0)
    shapes = (
        ("many-to-one\n(one answer)", 0.8, (0, 1, 2), 3, (2,)),
        ("one-to-many\n(one input)", 6.1, (0,), 3, (0, 1, 2)),
        ("many-to-many,\nstep by step", 11.4, (0, 1, 2), 3, (0, 1, 2)),
        ("many-to-many,\nread, then write", 16.8, (0, 1, 2), 6, (3, 4, 5)),
    )
    low, middle, high, gap = 2.5, 4.5, 6.5, 1.5
    for name, left, read, states, written in shapes:
        for step in range(states):
            x = left + gap * step
            own = states == 6 and step >= 3
            circle(ax, (x, middle), "", "decoder" if own else "hidden")
            if step:
                arrow(ax, (x - gap + RADIUS, middle), (x - RADIUS, middle), "way" if own else "W")
            if step in read:
                circle(ax, (x, low), "", "input")
                arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), "W_in")
            if step in written:
                circle(ax, (x, high), "", "output")
                arrow(ax, (x, middle + RADIUS), (x, high - RADIUS), "W_out")
        label(ax, (left + gap * (states - 1) / 2, 0.95), name, size=11)
    return figure


def encoder_decoder() -> Figure:
    """Draw an encoder that reads 57+5 and a decoder that writes 62."""
    figure, ax = plt.subplots()
    blank(ax, 15.2, 7.3)
    low, middle, high, gap = 1.3, 3.3, 5.3, 1.55
    for step, sign in enumerate("57+5"):
        x = 1.1 + gap * step
        circle(ax, (x, low), f"${sign}$", "input")
        circle(ax, (x, middle), f"$h^{step + 1}$", "hidden")
        arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), "W_in")
        if step:
            arrow(ax, (x - gap + RADIUS, middle), (x - RADIUS, middle), "W")
    last = 1.1 + 3 * gap
    box(ax, (last + 2.1, middle), 1.5, 1.0, "$c=h^4$", "thought")
    label(ax, (last + 2.1, middle + 1.35), "thought\nvector", "thought word", size=11)
    arrow(ax, (last + RADIUS, middle), (last + 1.35, middle), "W")
    first = last + 4.4
    arrow(ax, (last + 2.85, middle), (first - RADIUS, middle), "W")
    read, written = ("BOS", "6", "2"), ("6", "2", "EOS")
    for step, (below, above) in enumerate(zip(read, written, strict=True)):
        x = first + 1.95 * step
        box(ax, (x, low), 1.05, 0.8, below, "input")
        circle(ax, (x, middle), f"$s^{step + 1}$", "decoder")
        box(ax, (x, high), 1.05, 0.8, above, "output")
        arrow(ax, (x, low + 0.4), (x, middle - RADIUS), "W_in")
        arrow(ax, (x, middle + RADIUS), (x, high - 0.4), "W_out")
        if step:
            arrow(ax, (x - 1.95 + RADIUS, middle), (x - RADIUS, middle), "decoder way")
            arrow(ax, (x - 1.95 + 0.55, high - 0.3), (x - 0.53, low + 0.35), "way", dashed=True)
    label(ax, (1.1 + 1.5 * gap, 6.6), "encoder: reads")
    label(ax, (first + 1.95, 6.6), "decoder: writes, and reads what it wrote")
    return figure


def models() -> Figure:
    """Draw CBOW and skip-gram."""
    figure, ax = plt.subplots()
    blank(ax, 15.0, 6.2)
    words, rows = ("all", "our", "gold", "and", "silver"), (5.0, 4.1, 3.2, 2.3, 1.4)
    around = [(word, y) for word, y in zip(words, rows, strict=True) if word != "gold"]
    label(ax, (3.4, 5.9), "CBOW: the mean predicts", size=13)
    for word, y in around:
        box(ax, (1.1, y), 1.7, 0.62, word, "input")
        arrow(ax, (1.95, y), (3.0, 3.2 + 0.15 * (y - 3.2)), "W_in")
    box(ax, (3.65, 3.2), 1.3, 0.8, "mean", "hidden")
    arrow(ax, (4.3, 3.2), (5.35, 3.2), "W_out")
    box(ax, (6.15, 3.2), 1.6, 0.62, "gold", "output")
    label(ax, (2.55, 4.75), "$W_{in}$", "W_in")
    label(ax, (4.8, 3.8), "$W_{out}$", "W_out")
    label(ax, (11.2, 5.9), "skip-gram: each pair alone", size=13)
    box(ax, (8.9, 3.2), 1.6, 0.62, "gold", "input")
    arrow(ax, (9.7, 3.2), (10.45, 3.2), "W_in")
    box(ax, (11.1, 3.2), 1.3, 0.8, "row", "hidden")
    for word, y in around:
        arrow(ax, (11.75, 3.2 + 0.15 * (y - 3.2)), (12.85, y), "W_out")
        box(ax, (13.75, y), 1.7, 0.62, word, "output")
    label(ax, (10.05, 3.8), "$W_{in}$", "W_in")
    label(ax, (11.75, 4.95), "$W_{out}$", "W_out")
    words = "the text: … all our gold and silver …; window 2; blue: the input, green: predicted"
    label(ax, (7.5, 0.45), words, "note", size=10)
    return figure


def attention() -> Figure:
    """Draw one step of a decoder that reads the rows of the encoder."""
    figure, ax = plt.subplots(figsize=(7, 3.8))
    blank(ax, 12.4, 6.75)
    low, middle, high = 1.75, 3.75, 5.55
    places, shares, context = [0.75 + 1.45 * i for i in range(5)], (0.05, 0.02, 0.18, 0.55, 0.2), (3.65, high)
    for i, (x, share, sign) in enumerate(zip(places, shares, "3.mai", strict=True)):
        circle(ax, (x, low), f"$h^{i + 1}$", "hidden")
        label(ax, (x, 0.55), f"“{sign}”", size=13)
        arrow(ax, (x, 0.82), (x, low - RADIUS), "way")
        if i:
            arrow(ax, (x - 1.45 + 0.44, low + 0.12), (x - 0.44, low + 0.12), "way")
            arrow(ax, (x - 0.44, low - 0.12), (x - 1.45 + 0.44, low - 0.12), "way")
        away = math.hypot(context[0] - x, high - middle)
        end = [to - RADIUS * (to - at) / away for at, to in ((x, context[0]), (middle, high))]
        corners = [x, x, end[0]], [low + RADIUS, middle, end[1]]
        ax.plot(*corners, color=COLOURS["weight"], linewidth=0.6 + 9 * share, solid_capstyle="butt")
        look = {"facecolor": tint("weight shade", share), "edgecolor": COLOURS["outline"]}
        ax.add_patch(Rectangle((x - 0.42, middle - 0.3), 0.84, 0.6, zorder=3, **look))
        label(ax, (x, middle), f"{share:.2f}", size=11, zorder=4)
    circle(ax, context, "$c^t$", "context")
    before, now = (8.9, low), (11.2, low)
    circle(ax, before, "$q^{t-1}$", "asking")
    circle(ax, now, "$q^t$", "asking")
    arrow(ax, (8.9 + RADIUS, low), (11.2 - RADIUS, low), "way")
    label(ax, (11.2, 0.55), "“-”", size=13)
    arrow(ax, (11.2, 0.82), (11.2, low - RADIUS), "way")
    arrow(ax, (10.88, low + 0.33), (places[-1] + 0.5, middle), "query", bend=0.12)
    arrow(ax, (context[0] + RADIUS, high), (10.35, high), "weight")
    box(ax, (11.2, high), 1.7, 0.8, r"$\tilde q^t$  (tanh)", "operation")
    arrow(ax, (11.2, low + RADIUS), (11.2, high - 0.4), "own state")
    label(ax, (11.2, 6.45), "writes “0”")
    label(ax, (8.95, 3.85), "query: scored\nwith every row", "query", size=11)
    label(ax, (7.0, 5.85), "context: the weighted sum of the rows", "weight", size=11)
    label(ax, (1.25, 5.1), "weights, sum 1", "weight", size=11)
    return figure


def self_attention() -> Figure:
    """Draw causal self-attention: who reads whom at the left, the same as a mask at the right."""
    figure, ax = plt.subplots(figsize=(7, 3))
    blank(ax, 13.2, 5.4)
    low, high, gap, steps = 1.15, 4.1, 1.9, 4
    for t in range(steps):
        x, chosen = 0.9 + gap * t, t == 2
        for s in range(t + 1):
            at = 0.9 + gap * s
            away = math.hypot(x - at, high - low)
            right, up = RADIUS * (x - at) / away, RADIUS * (high - low) / away
            start, end = (at + right, low + up), (x - right, high - up)
            if chosen:
                arrow(ax, start, end, "chosen reads")
            else:
                ax.plot(*zip(start, end, strict=True), color=COLOURS["reads"], linewidth=1.0)
        circle(ax, (x, low), f"$x^{t + 1}$", "input")
        circle(ax, (x, high), f"$y^{t + 1}$", "hidden" if chosen else "paper")
    label(ax, (3.75, 5.1), "each step reads itself and what came before")
    label(ax, (3.75, 0.3), "$x^s$ gives the key and the value, $x^t$ the query", "note", size=11)
    left, top, side = 9.3, 3.95, 0.8
    for t in range(steps):
        for s in range(steps):
            fill = COLOURS["masked key" if s > t else "chosen key" if t == 2 else "read key"]
            ax.add_patch(Rectangle((left + side * s, top - side * t), side, side, facecolor=fill, edgecolor="white"))
            label(ax, (left + side * (s + 0.5), top - side * (t - 0.5)), "×" if s > t else "read", size=10)
        label(ax, (left - 0.4, top - side * (t - 0.5)), f"$q^{t + 1}$")
        label(ax, (left + side * (t + 0.5), top + side + 0.3), f"$k^{t + 1}$")
    label(ax, (left + 2 * side, 0.85), "the causal mask")
    return figure
