"""Circles, boxes and arrows for the pictures of networks, and an LSTM's cell; a point is (x, y) as `blank` measures."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from helpers.lab.style import COLOURS, ink

Point = tuple[float, float]
RADIUS = 0.46  # of a circle


def blank(ax: Axes, width: float, height: float) -> None:
    """Prepare axes for a diagram of this width and height: equal units, no frame, (0, 0) at the lower left."""
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")


def tint(concept: str, share: float) -> str:
    """Mix so large a share of a concept's colour into white: 0 is white, 1 the colour."""
    parts = [round(255 * (1 - share * (1 - part))) for part in to_rgb(COLOURS[concept])]
    return "#" + "".join(f"{part:02x}" for part in parts)


def label(ax: Axes, at: Point, text: str, concept: str = "word", size: float = 12, **options: Any) -> None:
    """Write a text centred on the point at, its size in points; options are those of `Axes.text`, such as ha="left"."""
    look: dict[str, Any] = {"color": COLOURS[concept], "size": size, "ha": "center", "va": "center"}
    ax.text(*at, text, **look | options)


def circle(ax: Axes, at: Point, text: str, concept: str = "paper") -> None:
    """Draw a circle, centred on the point at, around a text: an input, a state or an output."""
    ax.add_patch(Circle(at, RADIUS, facecolor=COLOURS[concept], edgecolor=COLOURS["outline"], linewidth=1.4))
    label(ax, at, text, size=13)


def box(
    ax: Axes, at: Point, width: float, height: float, text: str, concept: str = "paper", share: float = 1.0
) -> None:
    """Draw a box of this width and height, centred on the point at, around a text; share is its `tint`."""
    corner, shape = (at[0] - width / 2, at[1] - height / 2), "round,pad=0,rounding_size=0.08"
    fill, edge = tint(concept, share), COLOURS["outline"]
    ax.add_patch(FancyBboxPatch(corner, width, height, shape, facecolor=fill, edgecolor=edge, linewidth=1.4))
    label(ax, at, text)


def node(ax: Axes, at: Point, sign: str) -> None:
    """Draw a small circle around a sign, such as ×, on the point at where arrows meet."""
    paper, edge = COLOURS["paper"], COLOURS["outline"]
    ax.plot(*at, "o", ms=17, markerfacecolor=paper, markeredgecolor=edge, markeredgewidth=1.4, zorder=3)
    label(ax, at, sign, size=13, zorder=4)


def arrow(
    ax: Axes, start: Point, end: Point, concept: str = "outline", bend: float = 0.0, dashed: bool = False
) -> None:
    """Draw an arrow from start to end, whole or dashed; bend is a share of its length, 0 is straight."""
    look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 14, "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0}
    look |= {"color": COLOURS[concept], "linestyle": "--" if dashed else "-", "connectionstyle": f"arc3,rad={bend}"}
    ax.add_patch(FancyArrowPatch(start, end, **look))


_NAMES = {"f": "forget gate", "i": "input gate", "g": "candidate", "o": "output gate"}
_PLACES = {"f": 3.3, "i": 5.7, "g": 7.7, "o": 10.1}
_LINE, _PRODUCT, _BOXES, _BUS = 5.4, 3.75, 2.3, 0.95  # heights of the cell's line, the products, the boxes, the inputs


def lstm_cell(ax: Axes, values: Mapping[str, float] | None = None, note: str = "") -> None:
    """Draw one step of an LSTM: the cell's line above, the gates below, a note at the bottom.

    values are numbers of one unit to write in place of symbols: i, f, o, g, c_before, c, tanh_c and h.
    """
    blank(ax, 13.4, 6.5)
    f, i, g, o = (_PLACES[name] for name in "figo")
    add = (i + g) / 2
    # The line that carries the cell.
    for start, end in ((1.3, f - 0.27), (f + 0.27, add - 0.27), (add + 0.27, 12.2)):
        arrow(ax, (start, _LINE), (end, _LINE))
    for at, key, symbol, concept in (
        ((0.8, _LINE), "c_before", "$c^{t-1}$", "cell"),
        ((12.7, _LINE), "c", "$c^t$", "cell"),
        ((12.7, _PRODUCT), "h", "$h^t$", "hidden"),
    ):
        circle(ax, at, "" if values else symbol, concept)
        if values:
            label(ax, at, _number(values[key]), size=9)
            label(ax, (at[0], at[1] + (0.72 if at[1] == _LINE else -0.75)), symbol, size=11)
    # What is kept, written and shown.
    for name, place in _PLACES.items():
        colour, function = ink(COLOURS[f"gate {name}"]), "tanh" if name == "g" else "$\\sigma$"
        open_ = 0.08 + 0.6 * min(1.0, abs(values[name])) if values else 0.25
        box(ax, (place, _BOXES), 1.6, 0.8, "" if values else function, f"gate {name}", open_)
        label(ax, (place, _BOXES - 0.72), _NAMES[name], size=10, color=colour)
        if values:
            label(ax, (place, _BOXES), f"${name}$ = {_number(values[name])}", size=9.5)
        else:
            label(ax, (place + (-0.25 if name == "i" else 0.25), _BOXES + 0.7), f"${name}$", color=colour)
    arrow(ax, (f, _BOXES + 0.4), (f, _LINE - 0.27), "gate f")
    arrow(ax, (i + 0.1, _BOXES + 0.4), (add - 0.22, _PRODUCT - 0.2), "gate i")
    arrow(ax, (g - 0.1, _BOXES + 0.4), (add + 0.22, _PRODUCT - 0.2), "gate g")
    arrow(ax, (add, _PRODUCT + 0.27), (add, _LINE - 0.27))
    arrow(ax, (o, _BOXES + 0.4), (o, _PRODUCT - 0.27), "gate o")
    arrow(ax, (o, _LINE), (o, _PRODUCT + 0.27))
    arrow(ax, (o + 0.27, _PRODUCT), (12.2, _PRODUCT))
    box(ax, (o, 4.62), 1.5, 0.56, _number(values["tanh_c"]) if values else "tanh")
    for at, sign in (((f, _LINE), "×"), ((add, _LINE), "+"), ((add, _PRODUCT), "×"), ((o, _PRODUCT), "×")):
        node(ax, at, sign)
    for x, y, word in (
        (f, _LINE + 0.62, "keep"),
        (add, _LINE + 0.62, "write"),
        ((o + 12.4) / 2, _PRODUCT + 0.3, "show"),
    ):
        label(ax, (x, y), word, size=10)
    # All four read the same.
    ax.plot([1.3, o], [_BUS, _BUS], color=COLOURS["way"], linewidth=1.6, zorder=0)
    for place in _PLACES.values():
        arrow(ax, (place, _BUS), (place, _BOXES - 0.95), "way")
    label(ax, (1.2, _BUS), "$x^t,\\ h^{t-1}$", ha="right")
    label(ax, (6.7, 0.3), note or "each box has its own block of $W_{in}$, $W$ and $b$", "note", 10)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
