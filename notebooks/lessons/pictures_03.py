"""The pictures of lesson 3: its tasks and tables, gates at work, one step of a cell, how far back a memory reaches."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers._checks import Array
from helpers.data import tasks
from helpers.lab import diagrams, grids, plots, style
from lessons import gates_03

SUBSETS = {" + ".join(gates) or "carousel alone": gates for gates in ("", "i", "o", "f", "io", "if", "of", "iof")}
STARTS, LENGTHS = ("RNN", "bias 0", "bias 1", "bias 3", "bias 5", "chrono"), ("20", "50", "100", "200")
_SOLVED = 0.2  # an error below it


def shown_tasks() -> Figure:
    """Draw one sequence of each of the three tasks."""
    fig, axes = plt.subplots(3, 1, figsize=(7, 5.2), sharex=True)
    for ax, task in zip(axes, tasks.GATE_TASKS, strict=True):
        x, target, asked = tasks.marked_values(np.random.default_rng(5), 30, 1, task)
        marked, steps = np.flatnonzero(x[:, 1, 0]), np.arange(30)
        ax.bar(steps, x[:, 0, 0], color=style.COLOURS["number"], width=0.7)
        ax.plot(steps[asked[:, 0]], target[asked[:, 0], 0, 0], "o-", color=style.COLOURS["target"], markersize=4)
        ax.plot(marked, np.full(len(marked), 2.8), "v", color=style.COLOURS["mark"])
        ax.set(ylim=(-3.2, 3.2), title=task)
    axes[1].set_ylabel("value")
    axes[-1].set_xlabel("step")
    fig.suptitle("Grey: the numbers. Red: marks. Black: what is asked for.")
    return fig


def gates_table() -> Figure:
    """Draw how many of 16 networks solve each task with each set of gates, and their median error."""
    heads = {task: (task, "error") for task in tasks.GATE_TASKS} | {"start over, long": ("start over", "error_long")}
    errors = [[gates_03.errors(task, gates, column) for task, column in heads.values()] for gates in SUBSETS.values()]
    fig, ax = plt.subplots(figsize=(7, 5.4))
    counts = [[np.sum(cell < _SOLVED) for cell in row] for row in errors]
    medians = [[f"error {np.median(cell):.2f}" for cell in row] for row in errors]
    grids.counts_table(ax, counts, 16, list(SUBSETS), list(heads), medians)
    fig.suptitle("With all three gates, 15 or 16 of 16 networks solve each task")
    return fig


def _dots(ax: Axes, task: str, column: str, chosen: str) -> None:
    """Draw the stored errors of one task, a dot a seed."""
    for row, gates in enumerate(SUBSETS.values()):
        error = gates_03.errors(task, gates, column)
        colour = style.COLOURS["chosen gates" if gates == chosen else "other gates"]
        ax.plot(error, np.full(len(error), row), "o", color=colour, markersize=4)
    line: dict[str, Any] = style.LOOKS["reference"]
    ax.axvline(_SOLVED, **line)
    ax.set_yticks(range(len(SUBSETS)), list(SUBSETS))
    ax.set(xscale="log", xlim=(0.03, 4), ylim=(7.5, -0.5), xlabel="error", title="The table, 16 seeds")


def answers(net: Mapping[str, Any], task: str, gates: str, steps: int, seed: int) -> tuple[Figure, str]:
    """Draw the stored errors of a task beside what a network answers on a new sequence of so many steps."""
    x, target, asked = tasks.marked_values(np.random.default_rng(100 + seed), steps, 100, task)
    v, fig = gates_03.answer(dict(net), x), plt.figure(figsize=(7, 4))
    error = np.sqrt(np.mean((v - target)[:, 0][asked] ** 2) / np.var(target[:, 0][asked]))
    left, right = fig.subplots(1, 2, width_ratios=(4, 5))
    _dots(left, task, "error" if steps == 30 else "error_long", gates)
    left.plot(np.clip(error, 0.03, 4), list(SUBSETS.values()).index(gates), "D", color=style.COLOURS["this network"])
    marks, last = np.flatnonzero(x[:, 1, 0]), np.flatnonzero(asked[:, 0])
    right.bar(np.arange(steps), x[:, 0, 0], color=style.COLOURS["number behind"], width=0.7)
    right.plot(marks, 0.97 + 0 * marks, "v", color=style.COLOURS["mark"], transform=right.get_xaxis_transform())
    right.plot(last, target[last, 0, 0], "o-", color=style.COLOURS["target"], markersize=4)
    right.plot(last, v[last, 0, 0], "x-", color=style.COLOURS["answer"], markersize=5)
    right.set(xlim=(max(0, steps - 50) - 1, steps), xlabel="step", ylabel="value", title=f"{task}, {steps} steps")
    return fig, f"Error of this network on 100 new sequences of {steps} steps: {error:.2f}."


def watched(cache: Any, x: Array) -> Figure:
    """Draw i, f, o and c of one sequence, x (30, 2, 1): a row a unit, a column a step, marked steps numbered."""
    marked = [str(t) if x[t, 1, 0] else "" for t in range(len(x))]
    fig, axes = plt.subplots(4, 1, figsize=(7, 7.6), sharex=True)
    for ax, name in zip(axes, "ifoc", strict=True):
        values, cell = getattr(cache, name)[:, :, 0].T, name == "c"
        names: dict[str, Any] = {"rows": list("12345678"), "columns": marked, "label": name}
        grids.heat(ax, values, signed=cell, limit=None if cell else 1, **names)
        ax.tick_params(labelbottom=True)
    axes[-1].set_xlabel("steps from 0 to 29 (numbered: the marked ones); rows are units")
    fig.suptitle("At the marks the forget gates close further, not fully")
    return fig


def one_step(cache: Any, x: Array, step: int, unit: int) -> tuple[Figure, str]:
    """Draw the cell of a unit, from 1, at a step, from 0, with the values of `cache` for the sequence x (T, 2, 1)."""
    k, before = unit - 1, cache.c[step - 1, unit - 1, 0] if step > 0 else 0.0
    values = {name: getattr(cache, name)[step, k, 0] for name in ("i", "f", "o", "g", "c", "tanh_c", "h")}
    number, mark = x[step, 0, 0], "marked" if x[step, 1, 0] else "not marked"
    fig, ax = plt.subplots()
    words = f"step {step}, unit {unit}: the number is {number:.2f}, {mark}".replace("-", "−")
    diagrams.lstm_cell(ax, values | {"c_before": before}, words)
    kept, written, shown = 100 * values["f"], values["i"] * values["g"], 100 * values["o"]
    words = f"It keeps {kept:.0f} % of {before:.2f}, writes {written:.2f} and shows {shown:.0f} %."
    return fig, words.replace("-", "−")


def reach(named: Mapping[str, Array]) -> tuple[Figure, dict[str, int]]:
    """Draw gradients over the lag by name, each (starts, lags); return the median half-way, as a power of ten."""
    fig, ax = plt.subplots(figsize=(7, 4))
    for name, runs in named.items():
        plots.spread(ax, np.arange(runs.shape[1]), runs, name)
    ax.set(yscale="log", ylim=(1e-30, 100), xlabel="lag (steps back)", ylabel="gradient, relative")
    ax.set_title("How far back the gradient reaches before training")
    plots.label_lines(ax)
    return fig, {name: round(float(np.log10(np.median(runs[:, runs.shape[1] // 2])))) for name, runs in named.items()}


def recall_table() -> Figure:
    """Draw how many of 16 networks recall, by start, length and learning rate, after 150 updates."""
    fig, axes = plt.subplots(1, 2, figsize=(7, 4.6), sharey=True)
    for ax, rate in zip(axes, ("0.01", "0.03"), strict=True):
        shares = [[gates_03.recalled(start, steps, rate, "150") for steps in LENGTHS] for start in STARTS]
        counts = [[np.sum(cell >= gates_03.RIGHT) for cell in row] for row in shares]
        medians = [[f"{np.median(cell):.2f}" for cell in row] for row in shares]
        grids.counts_table(ax, counts, 16, STARTS, [f"T = {steps}" for steps in LENGTHS], medians)
        ax.set_xlabel(f"learning rate {rate} (chance: 0.25)")
    fig.suptitle("Over 100 steps and more, hardly any network recalls without chrono")
    return fig


def memory(forget_bias: float, steps: int, lines: Mapping[str, Array]) -> tuple[Figure, str]:
    """Draw what a forget bias leaves of a memory, and named losses (updates,) over the updates."""
    f, n = 1 / (1 + np.exp(-forget_bias)), np.arange(101)
    fig, (left, right) = plt.subplots(1, 2)
    left.set_ylim(0, 1.03), right.set_ylim(0, 2.2)
    title = f"Half-life {gates_03.half_life(f):.1f} steps"
    plots.curves(left, n, {"LSTM": f**n}, xlabel="steps", ylabel="share left", title=title)
    left.axvline(steps - 1, **style.LOOKS["reference"])
    plots.curves(right, n[1:], lines, xlabel="updates", ylabel="loss (nats)", title=f"Recall over {steps} steps")
    return fig, f"σ({forget_bias:g}) = {f:.4f} leaves {100 * f ** (steps - 1):.2g} % after {steps - 1} steps (dotted)."
