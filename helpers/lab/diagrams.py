"""Boxes, circles and arrows for the pictures of networks; nothing here is computed."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from helpers.lab.style import BLUE, GREEN, GREY, VERMILION

Point = tuple[float, float]
# The three weights of a recurrent network keep their colours in every diagram.
W_IN, W, W_OUT = BLUE, VERMILION, GREEN
RADIUS = 0.46


def blank(ax: Axes, width: float, height: float) -> None:
    """
    Prepare axes for a diagram: equal units, no frame.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    width, height : float
        The size of the drawing, from (0, 0) at the lower left.
    """
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")


def label(ax: Axes, at: Point, text: str, colour: Any = "black", size: float = 12, **options: Any) -> None:
    """
    Write a word centred on a point.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    at : tuple of float
        The point.
    text : str
        What to write.
    colour : colour
        Its colour.
    size : float
        Its size in points.
    **options : Any
        Anything else that ``Axes.text`` takes, such as ``ha="left"``.
    """
    style: dict[str, Any] = {"color": colour, "size": size, "ha": "center", "va": "center"} | options
    ax.text(*at, text, **style)


def circle(ax: Axes, at: Point, text: str, fill: str = "white") -> None:
    """
    Draw a named circle: an input, a state or an output.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    at : tuple of float
        Its centre.
    text : str
        Its name.
    fill : str
        Its colour.
    """
    ax.add_patch(Circle(at, RADIUS, facecolor=fill, edgecolor="black", linewidth=1.4))
    label(ax, at, text, size=13)


def box(ax: Axes, at: Point, width: float, height: float, text: str, fill: str = "white") -> None:
    """
    Draw a named box: an operation or a layer.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    at : tuple of float
        Its centre.
    width, height : float
        Its size.
    text : str
        Its name.
    fill : str
        Its colour.
    """
    corner = (at[0] - width / 2, at[1] - height / 2)
    shape = "round,pad=0,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch(corner, width, height, shape, facecolor=fill, edgecolor="black", linewidth=1.4))
    label(ax, at, text)


def arrow(ax: Axes, start: Point, end: Point, colour: str = "black", bend: float = 0.0, dashed: bool = False) -> None:
    """
    Draw an arrow.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    start, end : tuple of float
        Its ends.
    colour : str
        Its colour.
    bend : float
        How much it is bent, as a share of its length; 0 is straight.
    dashed : bool
        Whether it is dashed.
    """
    line = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=14,
        connectionstyle=f"arc3,rad={bend}",
        color=colour,
        linewidth=2.2,
        linestyle="--" if dashed else "-",
        shrinkA=0,
        shrinkB=0,
    )
    ax.add_patch(line)


def _cell(ax: Axes, x: float, mark: str) -> None:
    """Draw input, state and output of one step, with the weights between them."""
    low, middle, high = 1.15, 2.75, 4.35
    for y, name, fill in ((low, "x", "#E8F1F8"), (middle, "h", "#FBEBDD"), (high, "y", "#E2F3EC")):
        circle(ax, (x, y), f"${name}^{{{mark}}}$", fill)
    arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), W_IN)
    arrow(ax, (x, middle + RADIUS), (x, high - RADIUS), W_OUT)
    label(ax, (x + 0.12, (low + middle) / 2), "$W_{in}$", W_IN, ha="left")
    label(ax, (x + 0.12, (middle + high) / 2), "$W_{out}$", W_OUT, ha="left")


def unrolled_rnn(ax: Axes, steps: int = 3) -> None:
    """
    Draw a recurrent network twice: folded with its loop, and unrolled over some steps.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : int
        Steps to unroll, an odd number with t in the middle.
    """
    gap, first = 2.15, 5.1
    right = first + gap * steps - 0.3
    blank(ax, right, 5.75)
    middle = 2.75
    _cell(ax, 1.55, "t")
    # The loop leaves the state at its left above and comes back at its left below.
    arrow(ax, (1.55 - 0.38, middle + 0.25), (1.55 - 0.38, middle - 0.25), W, bend=2.2)
    label(ax, (0.3, middle), "$W$", W)
    label(ax, (2.75, middle), "=", size=20)
    for step in range(steps):
        x, offset = first + gap * step, step - steps // 2
        _cell(ax, x, "t" if offset == 0 else f"t{{{'+' if offset > 0 else '-'}}}{abs(offset)}")
        arrow(ax, (x - gap + (0.75 if step == 0 else RADIUS), middle), (x - RADIUS, middle), W, dashed=step == 0)
        label(ax, (x - gap / 2 + (0.1 if step == 0 else 0), middle + 0.26), "$W$", W)
    arrow(ax, (right + 0.3 - gap + RADIUS, middle), (right - 0.1, middle), W, dashed=True)
    label(ax, (1.55, 5.4), "folded", size=12)
    label(ax, ((first + right + 0.3 - gap) / 2, 5.4), "unrolled: the same three weights at every step", size=12)
    label(
        ax,
        (right / 2, 0.3),
        "$h$ also gets the bias $b$, and $y$ the bias $b_{out}$; time runs to the right",
        GREY,
        size=10,
    )


def backward_through_time(ax: Axes, steps: int = 5, kept: int = 2) -> None:
    """
    Draw an unrolled network with the state going forward and the gradient going back, cut after some steps.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : int
        Steps drawn.
    kept : int
        Steps from the last one back through which a truncated gradient goes.
    """
    gap, low, middle, high = 2.2, 1.5, 3.2, 4.9
    right = gap * (steps - 1) + 1.6
    blank(ax, right + 0.4, 6.1)
    for step in range(steps):
        x, back = 1.0 + gap * step, steps - 1 - step
        mark = "T" if back == 0 else f"T{{-}}{back}"
        for y, name, fill in ((low, f"x^{{{mark}}}", "#E8F1F8"), (middle, f"h^{{{mark}}}", "#FBEBDD")):
            circle(ax, (x, y), f"${name}$", fill)
        arrow(ax, (x, low + RADIUS), (x, middle - RADIUS), GREY)
        if step:
            arrow(ax, (x - gap + RADIUS, middle - 0.13), (x - RADIUS, middle - 0.13), GREY)
            arrow(ax, (x - 0.36, middle + 0.3), (x - gap + 0.36, middle + 0.3), W, bend=0.25, dashed=back >= kept - 1)
            label(ax, (x - gap / 2, middle + 0.98), rf"$W^\top\delta^{{{mark}}}$", W)
    last = 1.0 + gap * (steps - 1)
    circle(ax, (last, high), "$E$", "#E2F3EC")
    arrow(ax, (last + 0.12, middle + RADIUS), (last + 0.12, high - RADIUS), GREY)
    arrow(ax, (last - 0.12, high - RADIUS), (last - 0.12, middle + RADIUS), W)
    cut = last - gap * (kept - 0.5)
    ax.plot([cut, cut], [0.95, middle + 0.6], color="black", linewidth=1.4, linestyle=":")
    label(ax, (cut, 0.65), f"truncated after {kept} steps:", size=11)
    label(ax, (cut, 0.28), "the state goes on, the gradient does not go back", size=11)
    label(ax, (0.54, 5.75), "forward: the state", GREY, ha="left")
    label(ax, (4.0, 5.75), "backward: the gradient of the error $E$", W, ha="left")
