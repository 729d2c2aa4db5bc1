"""Pictures of attention: who reads what as shaded cells, and queries and keys as arrows in the plane."""

import datetime
from collections.abc import Iterable, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from helpers.attention import SCORES
from helpers.data import dates
from helpers.lab import plots, widgets
from helpers.lab.style import COLOURS, japanese
from lessons.reading_09 import Rewriting, mistakes, rewrite, stored
from lessons.tables_09 import COPIES, copied, speed


def alignment(ax: Axes, made: Rewriting, frames: Iterable[tuple[slice, slice]] = ()) -> None:
    """Draw weights from 0 (dark) to 1 (bright), a row for each character written, a column for each one read.

    `made` is from `reading_09.rewrite`; without weights an empty field says so. A space is shown as ␣. `frames` are
    rows and the columns that belong to them.
    """
    rows, columns = [*made.written, *["end"] * made.ended], made.source.replace(" ", "␣")
    shown = np.zeros((len(rows), len(columns))) if made.weights is None else made.weights
    ax.imshow(shown, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    if made.weights is None:
        middle = (len(columns) - 1) / 2, (len(rows) - 1) / 2
        ax.text(*middle, "no attention: nothing is read again", color="white", ha="center", va="center")
    for down, across in frames:
        size = across.stop - across.start, down.stop - down.start
        corner = across.start - 0.5, down.start - 0.5
        ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=COLOURS["frame"], linewidth=2))
    with japanese():
        ax.set_xticks(range(len(columns)), list(columns), family=plt.rcParams["font.family"])
    ax.set_yticks(range(len(rows)), rows)
    ax.set_title(made.written)
    ax.tick_params(length=0)
    ax.grid(visible=False)


def one(made: Rewriting, frames: Iterable[tuple[slice, slice]] = ()) -> Figure:
    """Draw `alignment` as a figure of its own."""
    figure, ax = plt.subplots()
    alignment(ax, made, frames)
    ax.set(xlabel="read", ylabel="written")
    return figure


def languages(params: dict, vocabularies: tuple, day: datetime.date) -> Figure:
    """Draw the alignment of one day in six languages, with frames; params are those of dot attention."""
    figure, axes = plt.subplots(3, 2, figsize=(7, 9))
    for ax, locale in zip(axes.flat, ("en_US", "ja", "de", "fr", "es", "it"), strict=True):
        made = rewrite(params, dates.written(day, locale), vocabularies, score="dot")
        alignment(ax, made, dates.frames(day, locale))
        ax.set_title(f"{locale}: {made.written}")
    return figure


def learning(test: dates.Dates) -> Figure:
    """Draw how networks with attention and without learn dates, from the stored tables, and their mistakes by length.

    Dotted: the mistakes that the languages of these lengths alone would give, `reading_09.mistakes`.
    """
    figure, (left, right) = plt.subplots(1, 2)
    both = (("dot", "with attention"), ("none", "without"))
    for number, (score, name) in enumerate(both):
        rows = stored("curves", score)
        seeds = len(np.unique(rows["seed"]))
        plots.spread(left, rows["update"][rows["seed"] == 0], 100 * rows["right"].reshape(seeds, -1), name, each=True)
        middles, seen, alone = mistakes(score, test)
        right.plot(middles, seen, "o-", color=f"C{number}", label=name)
        right.plot(middles, alone, ":", color=COLOURS["reference"], label="by language alone" if number else None)
    left.set(xscale="log", xlabel="updates of 64 dates", ylabel="500 unseen dates exact (%)", ylim=(-3, 103))
    left.set_title("90 % after {:.0f} and {:.0f} updates".format(*(speed(score)[0] for score, _ in both)))
    right.set(xlabel="source characters", ylabel="not exact (%)", title="Mistakes by length", ylim=(-1, 16))
    right.legend(loc="upper right")
    return figure


def copies(longest: int = 16) -> Figure:
    """Draw the share of strings copied over their length, from the stored tables; training ends at the longest."""
    figure, ax = plt.subplots()
    for number, (name, lesson, size) in enumerate(COPIES):
        plots.spread(ax, *copied(lesson, size), name)
        colour = f"C{int(lesson == '07')}"  # with attention, without, as in `learning`
        ax.lines[-1].set(color=colour, linestyle="--" if number % 2 == 0 else "-")
        ax.collections[-1].set_facecolor(colour)
    ax.set_xticks(copied("09", 16)[0])
    ax.axvline(longest, color=COLOURS["reference"], linestyle=":", linewidth=1)
    ax.annotate("longest in training", (longest, 99), (6, 0), textcoords="offset points", va="center")
    ax.set(xlabel="digits to copy", ylabel="copied exactly (%)", ylim=(-3, 103), title="Copying digits")
    plots.label_lines(ax)
    return figure


def positions(places: ArrayLike) -> Figure:
    """Draw positions, (steps, d), as cells, and the dot product of the middle one with each."""
    places = np.asarray(places)
    figure, (left, right) = plt.subplots(1, 2, width_ratios=(1.4, 1))
    image = left.imshow(places.T, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    figure.colorbar(image, ax=left, ticks=(-1, 0, 1))
    left.set(xlabel="step t", ylabel="number i of the row", title="sines above, cosines below")
    left.grid(visible=False)
    middle = len(places) // 2
    right.plot(np.arange(len(places)) - middle, places @ places[middle], color=COLOURS["weight"])
    right.set(xlabel="steps between the two", ylabel="dot product", title="a position with the others")
    return figure


def scales(sizes: ArrayLike, rows: Sequence[Sequence]) -> Figure:
    """Draw over the sizes d what a softmax passes back, the last two of each row: scaled and not."""
    figure, ax = plt.subplots()
    passed = {"scaled_dot": [row[-2] for row in rows], "dot": [row[-1] for row in rows]}
    plots.curves(ax, sizes, passed, xlabel="d", ylabel="Σ a(1 − a) of a row", title="What the softmax passes back")
    ax.set(xscale="log", ylim=(0, 1))
    return figure


def heads(weights: ArrayLike, right: ArrayLike) -> Figure:
    """Draw the weights of each head, (heads, steps, steps), beside the share of right answers, (updates,)."""
    weights = np.asarray(weights)
    figure, axes = plt.subplots(1, len(weights) + 1, figsize=(7, 2.8), width_ratios=(*[1] * len(weights), 1.3))
    for number, (ax, own) in enumerate(zip(axes, weights, strict=False), start=1):
        ax.imshow(own, cmap="cividis", vmin=0, vmax=1)
        ax.set(title=f"head {number}", xlabel="reads step", xticks=(0, 5, 11), yticks=(0, 5, 11))
        ax.grid(visible=False)
    axes[0].set_ylabel("step")
    axes[-1].plot(100 * np.asarray(right), color=COLOURS["share right"])
    axes[-1].set(ylim=(0, 103), xlabel="updates", title="both right (%)")
    return figure


def plane(query: ArrayLike, keys: ArrayLike, weights: ArrayLike, context: ArrayLike) -> Figure:
    """Draw a query (2,) and keys (keys, 2) as arrows, a context (2,) as a dot; beside them weights (keys,) as bars."""
    keys, query, weights = np.asarray(keys, dtype=float), np.asarray(query, dtype=float), np.asarray(weights)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
    plots.arrows(left, *keys.T, dashed=True)
    plots.arrows(left, *query[:, None])
    left.plot(*np.asarray(context), "o", color=COLOURS["context dot"], markersize=8)
    for number, key in enumerate(keys, start=1):
        left.annotate(str(number), key * (1 + 0.3 / max(float(np.hypot(*key)), 0.3)), ha="center", va="center")
    left.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), title="query, keys and context")
    names = [f"key {number}" for number in range(1, len(keys) + 1)]
    right.bar(names, weights, color=COLOURS["weight"])
    for number, weight in enumerate(weights):
        right.text(number, weight + 0.02, f"{weight:.2f}", ha="center")
    right.set(ylim=(0, 1.12), title="weights")
    return figure


def controls(panel: str) -> dict[str, ipywidgets.Widget]:
    """Make the controls of a panel of the lesson: "reading", "typed", "plane" or "heads"."""
    score = [*SCORES, "none"]
    if panel == "reading":
        choice = {"language": dates.LOCALES, "style": ["full", "long", "medium"], "score": score}
        made = {name: ipywidgets.Dropdown(options=options) for name, options in choice.items()}
        made["date"] = ipywidgets.Text(value="2024-02-29")
        return made | {"temperature": ipywidgets.FloatText(value=1.0, step=0.5)}
    if panel == "typed":
        return {"text": ipywidgets.Text(value="am 3. oktober 1990"), "score": ipywidgets.Dropdown(options=score)}
    if panel == "plane":
        made = {"score": ipywidgets.ToggleButtons(options=["dot", "scaled_dot"])}
        made |= {f"{name}_angle": widgets.slider(0, 355, value, 5) for name, value in (("query", 60), ("key", 30))}
        lengths = (("query", 2.0), ("key", 1.5))
        return made | {f"{name}_length": widgets.slider(0.0, 3.0, value, 0.25) for name, value in lengths}
    back = {name: widgets.slider(0, 5, value) for name, value in (("first", 1), ("second", 3))}
    made = {"heads": ipywidgets.ToggleButtons(options=[1, 2, 4], value=2), **back}
    return made | {"positions": ipywidgets.Checkbox(value=True), "seed": widgets.slider(0, 20, 0)}
