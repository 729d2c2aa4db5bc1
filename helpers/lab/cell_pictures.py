"""Pictures of a gate and of an LSTM's cell, with symbols or with the values of one unit; nothing here is computed."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from helpers.lab.diagrams import Point, arrow, blank, box, circle, label
from helpers.lab.style import BLUE, GREEN, GREY, PURPLE, VERMILION, ink

# The gates keep their colours in every picture of the course.
GATE_COLOURS = {"i": BLUE, "f": VERMILION, "o": GREEN, "g": PURPLE}
_NAMES = {"f": "forget gate", "i": "input gate", "g": "candidate", "o": "output gate"}
_PLACES = {"f": 3.3, "i": 5.7, "g": 7.7, "o": 10.1}
_LINE, _PRODUCT, _BOXES, _BUS = 5.4, 3.75, 2.3, 0.95  # heights of the cell's line, the products, the boxes, the inputs


def _tint(colour: str, share: float) -> str:
    """Mix a colour into white: 0 is white."""
    parts = [round(255 * (1 - share * (1 - part))) for part in to_rgb(colour)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _node(ax: Axes, at: Point, sign: str) -> None:
    """Draw an operation on two arrows."""
    ax.plot(*at, "o", markersize=17, markerfacecolor="white", markeredgecolor="black", markeredgewidth=1.4, zorder=3)
    label(ax, at, sign, size=13, zorder=4)


def gate(ax: Axes) -> None:
    """
    Draw a gate: two inputs, a sigmoid on the second, their element-wise product.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    """
    blank(ax, 12, 3.4)
    middle = 6.6
    for y, name, value in ((2.5, "input 1", "(4.0, −2.0, 1.0)"), (0.8, "input 2", "(9.2, 0.0, −9.2)")):
        label(ax, (2.9, y + 0.22), name, ha="right")
        label(ax, (2.9, y - 0.25), value, GREY, 10, ha="right")
    arrow(ax, (3.1, 2.5), (middle - 0.32, 2.5))
    arrow(ax, (3.1, 0.8), (middle - 0.95, 0.8), VERMILION)
    box(ax, (middle, 0.8), 1.9, 0.9, "$\\sigma$", _tint(VERMILION, 0.25))
    arrow(ax, (middle, 1.25), (middle, 2.18), VERMILION)
    label(ax, (middle + 0.25, 1.7), "between 0 and 1: (1.0, 0.5, 0.0)", ink(VERMILION), 10, ha="left")
    _node(ax, (middle, 2.5), "×")
    arrow(ax, (middle + 0.32, 2.5), (8.6, 2.5))
    label(ax, (8.75, 2.72), "output", ha="left")
    label(ax, (8.75, 2.25), "(4.0, −1.0, 0.0)", GREY, 10, ha="left")


def lstm_cell(ax: Axes, values: Mapping[str, float] | None = None, note: str = "") -> None:
    """
    Draw one step of an LSTM: the cell's line above, the gates below.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : mapping of str to float, optional
        Numbers of one unit to write in place of symbols: i, f, o, g, c_before, c, tanh_c and h.
    note : str
        A line at the bottom, such as the inputs of the step.
    """
    blank(ax, 13.4, 6.5)
    shown = (lambda key, symbol: symbol) if values is None else (lambda key, symbol: _number(values[key]))
    f, i, g, o = (_PLACES[name] for name in "figo")
    add = (i + g) / 2
    # The line that carries the cell.
    arrow(ax, (1.3, _LINE), (f - 0.27, _LINE))
    arrow(ax, (f + 0.27, _LINE), (add - 0.27, _LINE))
    arrow(ax, (add + 0.27, _LINE), (12.2, _LINE))
    circle(ax, (0.8, _LINE), "" if values else "$c^{t-1}$", "#F2F2F2")
    circle(ax, (12.7, _LINE), "" if values else "$c^t$", "#F2F2F2")
    circle(ax, (12.7, _PRODUCT), "" if values else "$h^t$", "#FBEBDD")
    if values is not None:
        for at, key, name in (((0.8, _LINE), "c_before", "$c^{t-1}$"), ((12.7, _LINE), "c", "$c^t$"),
                              ((12.7, _PRODUCT), "h", "$h^t$")):  # fmt: skip
            label(ax, at, _number(values[key]), size=9)
            label(ax, (at[0], at[1] + (0.72 if at[1] == _LINE else -0.75)), name, size=11)
    # What is kept, written and shown.
    for name, place in _PLACES.items():
        colour, open_ = GATE_COLOURS[name], 0.25 if values is None else 0.08 + 0.6 * min(1.0, abs(values[name]))
        function = "tanh" if name == "g" else "$\\sigma$"
        box(ax, (place, _BOXES), 1.6, 0.8, function if values is None else "", _tint(colour, open_))
        if values is not None:
            label(ax, (place, _BOXES), f"${name}$ = {_number(values[name])}", size=9.5)
        label(ax, (place, _BOXES - 0.72), _NAMES[name], ink(colour), 10)
        if values is None:
            side = -0.25 if name == "i" else 0.25
            label(ax, (place + side, _BOXES + 0.7), f"${name}$", ink(colour), 12)
    arrow(ax, (f, _BOXES + 0.4), (f, _LINE - 0.27), GATE_COLOURS["f"])
    arrow(ax, (i + 0.1, _BOXES + 0.4), (add - 0.22, _PRODUCT - 0.2), GATE_COLOURS["i"])
    arrow(ax, (g - 0.1, _BOXES + 0.4), (add + 0.22, _PRODUCT - 0.2), GATE_COLOURS["g"])
    arrow(ax, (add, _PRODUCT + 0.27), (add, _LINE - 0.27))
    arrow(ax, (o, _BOXES + 0.4), (o, _PRODUCT - 0.27), GATE_COLOURS["o"])
    arrow(ax, (o, _LINE), (o, _PRODUCT + 0.27))
    arrow(ax, (o + 0.27, _PRODUCT), (12.2, _PRODUCT))
    box(ax, (o, 4.62), 1.5, 0.56, shown("tanh_c", "tanh"), "white")
    for at, sign in (((f, _LINE), "×"), ((add, _LINE), "+"), ((add, _PRODUCT), "×"), ((o, _PRODUCT), "×")):
        _node(ax, at, sign)
    label(ax, (f, _LINE + 0.62), "keep", size=10)
    label(ax, (add, _LINE + 0.62), "write", size=10)
    label(ax, ((o + 12.4) / 2, _PRODUCT + 0.3), "show", size=10)
    # All four read the same.
    ax.plot([1.3, o], [_BUS, _BUS], color=GREY, linewidth=1.6, zorder=0)
    for place in _PLACES.values():
        arrow(ax, (place, _BUS), (place, _BOXES - 0.95), GREY)
    label(ax, (1.2, _BUS), "$x^t,\\ h^{t-1}$", ha="right")
    label(ax, (6.7, 0.3), note or "each box has its own block of $W_{in}$, $W$ and $b$", GREY, 10)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
