"""The pictures of lessons 1 to 6: recurrent networks, their gradient, gates and cells."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from helpers.lab import diagrams
from helpers.lab.diagrams import RADIUS, arrow, blank, box, circle, label, node
from helpers.lab.style import COLOURS, ink


def _step(ax, x, mark):
    """Draw input, state and output of one step, with the weights between them."""
    low, middle, high = 1.15, 2.75, 4.35
    for y, name, concept in ((low, "x", "input"), (middle, "h", "hidden"), (high, "y", "output")):
        circle(ax, (x, y), f"${name}^{{{mark}}}$", concept)
    arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), "W_in")
    arrow(ax, (x, middle + RADIUS), (x, high - RADIUS), "W_out")
    label(ax, (x + 0.12, (low + middle) / 2), "$W_{in}$", "W_in", ha="left")
    label(ax, (x + 0.12, (middle + high) / 2), "$W_{out}$", "W_out", ha="left")


def unrolled() -> Figure:
    """Draw a recurrent network twice: folded with its loop, and unrolled over three steps."""
    figure, ax = plt.subplots()
    steps, gap, first, middle = 3, 2.15, 5.1, 2.75
    right = first + gap * steps - 0.3
    blank(ax, right, 5.75)
    _step(ax, 1.55, "t")
    # The loop leaves the state at its left above and comes back at its left below.
    arrow(ax, (1.55 - 0.38, middle + 0.25), (1.55 - 0.38, middle - 0.25), "W", bend=2.2)
    label(ax, (0.3, middle), "$W$", "W")
    label(ax, (2.75, middle), "=", size=20)
    for step, mark in enumerate(("t{-}1", "t", "t{+}1")):
        x = first + gap * step
        _step(ax, x, mark)
        arrow(ax, (x - gap + (0.75 if step == 0 else RADIUS), middle), (x - RADIUS, middle), "W", dashed=step == 0)
        label(ax, (x - gap / 2 + (0.1 if step == 0 else 0), middle + 0.26), "$W$", "W")
    arrow(ax, (right + 0.3 - gap + RADIUS, middle), (right - 0.1, middle), "W", dashed=True)
    label(ax, (1.55, 5.4), "folded")
    label(ax, ((first + right + 0.3 - gap) / 2, 5.4), "unrolled: the same three weights at every step")
    words = "$h$ also gets the bias $b$, and $y$ the bias $b_{out}$; time runs to the right"
    label(ax, (right / 2, 0.3), words, "note", size=10)
    return figure


def backward_through_time() -> Figure:
    """Draw the state going forward and the gradient going back, cut two steps from the end."""
    figure, ax = plt.subplots()
    steps, kept, gap, low, middle, high = 5, 2, 2.2, 1.5, 3.2, 4.9
    last = 1.0 + gap * (steps - 1)
    blank(ax, gap * (steps - 1) + 1.6 + 0.4, 6.1)
    for step in range(steps):
        x, back = 1.0 + gap * step, steps - 1 - step
        mark = "T" if back == 0 else f"T{{-}}{back}"
        circle(ax, (x, low), f"$x^{{{mark}}}$", "input")
        circle(ax, (x, middle), f"$h^{{{mark}}}$", "hidden")
        arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), "way")
        if step:
            start, end = (x - 0.36, middle + 0.3), (x - gap + 0.36, middle + 0.3)
            arrow(ax, (x - gap + RADIUS, middle - 0.13), (x - RADIUS, middle - 0.13), "way")
            arrow(ax, start, end, "gradient", bend=0.25, dashed=back >= kept - 1)
            label(ax, (x - gap / 2, middle + 0.98), rf"$W^\top\delta^{{{mark}}}$", "gradient")
    circle(ax, (last, high), "$E$", "error")
    arrow(ax, (last + 0.12, middle + RADIUS), (last + 0.12, high - RADIUS), "way")
    arrow(ax, (last - 0.12, high - RADIUS), (last - 0.12, middle + RADIUS), "gradient")
    cut = last - gap * (kept - 0.5)
    ax.plot([cut, cut], [0.95, middle + 0.6], color=COLOURS["outline"], linewidth=1.4, linestyle=":")
    label(ax, (cut, 0.65), f"truncated after {kept} steps:", size=11)
    label(ax, (cut, 0.28), "the state goes on, the gradient does not go back", size=11)
    label(ax, (0.54, 5.75), "forward: the state", "way", ha="left")
    label(ax, (4.0, 5.75), "backward: the gradient of the error $E$", "gradient", ha="left")
    return figure


def gate() -> Figure:
    """Draw a gate: two inputs, a sigmoid on the second, their element-wise product."""
    figure, ax = plt.subplots(figsize=(7, 2))
    blank(ax, 12, 3.4)
    middle = 6.6
    for y, name, value in ((2.5, "input 1", "(4.0, −2.0, 1.0)"), (0.8, "input 2", "(9.2, 0.0, −9.2)")):
        label(ax, (2.9, y + 0.22), name, ha="right")
        label(ax, (2.9, y - 0.25), value, "note", 10, ha="right")
    arrow(ax, (3.1, 2.5), (middle - 0.32, 2.5))
    arrow(ax, (3.1, 0.8), (middle - 0.95, 0.8), "gate")
    box(ax, (middle, 0.8), 1.9, 0.9, "$\\sigma$", "gate", 0.25)
    arrow(ax, (middle, 1.25), (middle, 2.18), "gate")
    words, colour = "between 0 and 1: (1.0, 0.5, 0.0)", ink(COLOURS["gate"])
    label(ax, (middle + 0.25, 1.7), words, size=10, ha="left", color=colour)
    node(ax, (middle, 2.5), "×")
    arrow(ax, (middle + 0.32, 2.5), (8.6, 2.5))
    label(ax, (8.75, 2.72), "output", ha="left")
    label(ax, (8.75, 2.25), "(4.0, −1.0, 0.0)", "note", 10, ha="left")
    return figure


def lstm_cell() -> Figure:
    """Draw one step of an LSTM."""
    figure, ax = plt.subplots()
    diagrams.lstm_cell(ax)
    return figure


def clipping() -> Figure:
    """Draw a long gradient in the plane, shortened by its norm at the left, cut by value at the right."""
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.6))
    words = "by norm: shorter, same direction", "by value: each element cut, the direction turns"
    shapes = Circle((1.6, 1.3), 1), Rectangle((0.6, 0.3), 2, 2)
    for ax, word, shape, end in zip(axes, words, shapes, ((2.49, 1.76), (2.6, 2.3)), strict=True):
        blank(ax, 5.2, 4)
        shape.set(facecolor=COLOURS["within"], edgecolor=COLOURS["limit"], linewidth=1.6)
        ax.add_patch(shape)
        arrow(ax, (1.6, 1.3), (4.6, 2.85), "vector before", dashed=True)
        arrow(ax, (1.6, 1.3), end, "vector")
        label(ax, (4.75, 3.15), "gradient $g$", "vector before")
        label(ax, (2.6, 3.75), word)
    label(axes[0], (1.6, 0.05), "radius: the threshold", "limit", size=10)
    label(axes[1], (1.6, 0.05), "half the side: the limit", "limit", size=10)
    return figure


def gru_cell() -> Figure:
    """Draw one step of the GRU: the reset gate before the candidate, the update gate at the mixing."""
    figure, ax = plt.subplots(figsize=(7, 3.8))
    blank(ax, 12.6, 6.8)
    high, middle, upper, low = 5.9, 3.6, 1.55, 0.75
    gates, floor = {"$r$   (σ)": 3.2, "$n$   (tanh)": 7.3, "$z$   (σ)": 10.4}, middle - 0.5
    ax.plot([1.4, 1.4, gates["$z$   (σ)"] - 0.35], [high, upper, upper], color=COLOURS["W"], linewidth=2.2)
    ax.plot([1.0, gates["$z$   (σ)"] + 0.35], [low, low], color=COLOURS["W_in"], linewidth=2.2)
    arrow(ax, (1.0, high), (7.1, high))
    for name, x in gates.items():
        if "tanh" not in name:  # the gates read the old state as it is, the candidate reads it after the reset
            arrow(ax, (x - 0.35, upper), (x - 0.35, floor), "W")
        arrow(ax, (x + 0.35, low), (x + 0.35, floor), "W_in")
        box(ax, (x, middle), 1.9, 0.95, name, "layer")
    arrow(ax, (5.2, high), (5.2, middle + RADIUS))
    arrow(ax, (4.15, middle), (5.2 - RADIUS, middle))
    arrow(ax, (5.2 + RADIUS, middle), (6.35, middle), "W")
    circle(ax, (5.2, middle), "⊙", "operation")
    for x in (7.6, 10.1):
        arrow(ax, (x, middle + 0.5), (x, high - 0.5))
    box(ax, (8.9, high), 3.6, 0.95, "$(1-z)\\odot n+z\\odot h^{t-1}$", "output")
    arrow(ax, (10.7, high), (11.8, high))
    for x, y, text in ((0.5, high, "$h^{t-1}$"), (12.2, high, "$h^t$"), (0.55, low, "$x^t$")):
        label(ax, (x, y), text, size=13)
    label(ax, (1.25, 3.6), "$W$", "W", ha="right")
    label(ax, (6.0, middle + 0.35), "$W$", "W")
    label(ax, (1.9, 0.4), "$W_{in}$", "W_in")
    label(ax, (5.35, 4.9), "reset", "note", size=11, ha="left")
    label(ax, (8.9, 4.8), "update", "note", size=11)
    return figure


def bidirectional() -> Figure:
    """Draw the bidirectional network."""
    figure, ax = plt.subplots()
    steps, gap, first, low, left, right, high = 4, 2.3, 2.3, 0.85, 2.45, 3.95, 5.6
    blank(ax, first + gap * (steps - 1) + 2.3, 6.3)
    for step in range(steps):
        x, mark, reach = first + gap * step, f"{{{step + 1}}}", gap - RADIUS
        circle(ax, (x, low), f"$x^{mark}$", "input")
        circle(ax, (x - 0.45, left), r"$\overrightarrow{h}$", "hidden")
        circle(ax, (x + 0.45, right), r"$\overleftarrow{h}$", "right state")
        circle(ax, (x, high), f"$h^{mark}$")
        arrow(ax, (x - 0.1, low + RADIUS), (x - 0.35, left - RADIUS), "W_in")
        arrow(ax, (x + 0.2, low + 0.42), (x + 0.5, right - RADIUS), "W_in")
        arrow(ax, (x - 0.5, left + RADIUS), (x - 0.2, high - 0.42), "way")
        arrow(ax, (x + 0.4, right + RADIUS), (x + 0.12, high - RADIUS), "way")
        if step + 1 < steps:
            arrow(ax, (x - 0.45 + RADIUS, left), (x - 0.45 + reach, left), "from left")
            arrow(ax, (x + 0.45 + reach, right), (x + 0.45 + RADIUS, right), "from right")
    label(ax, (0.65, left), "from\nthe left", "from left", size=11)
    label(ax, (first + gap * (steps - 1) + 1.65, right), "from\nthe right", "from right", size=11)
    return figure
