"""The pictures of lesson 7, and its stored tables as the rows that the notebook shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from helpers import decoding
from helpers._checks import Array
from helpers.data import characters, dates
from helpers.data.characters import EOS
from helpers.data.words import Vocabulary
from helpers.lab import grids, plots, style
from lessons import RESULTS

REACH = np.arange(2, 21, 2)  # the lengths of the copies


def table(name: str) -> Array:
    """Read results/07_name.csv: an array with a field for each column."""
    return np.genfromtxt(RESULTS / f"07_{name}.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")


def doubled(params: dict[str, dict]) -> dict[str, dict]:
    """Return stored weights in double precision: then what is printed is the same on every processor."""
    return {part: {name: array.astype(float) for name, array in arrays.items()} for part, arrays in params.items()}


def percent(name: str, *shape: int) -> Array:
    """Return the column `exact` of a stored table in per cent, as an array of this shape."""
    return 100 * table(name)["exact"].reshape(shape)


def summary(name: str, *keys: str) -> list[list]:
    """Return a row for each setting of a stored table: its keys; median, lowest, highest of `exact` in per cent."""
    stored = table(name)
    found = []
    for setting in dict.fromkeys(zip(*(stored[key].tolist() for key in keys), strict=True)):
        same = np.all([stored[key] == value for key, value in zip(keys, setting, strict=True)], axis=0)
        found.append([*setting, *np.quantile(100 * stored["exact"][same], (0.5, 0, 1))])
    return sorted(found, key=lambda row: row[:-3]) if name == "beam" else found


def sizes(runs: Mapping[str, Array]) -> list[list]:
    """Return a row for each size of state: the dates right in per cent, all of them and by language (medians)."""
    stored, rows = table("locales"), []
    for units in (16, 32, 64, 128):
        mine = stored[(stored["hidden"] == units) & stored["forcing"]]
        each = [100 * np.median(mine["exact"][mine["locale"] == locale]) for locale in dates.LOCALES]
        rows.append([units, *np.quantile(runs[str(units)][:, -1], (0.5, 0, 1)), *each])
    return rows


def after_one_epoch() -> dict[str, Array]:
    """Return the share of characters right, in per cent, at the ten places of a date: medians over the seeds."""
    stored = table("positions")
    stored = stored[(stored["epoch"] == 1) & stored["forcing"]]
    kinds = {"after the true": "after_the_true", "after its own": "after_its_own"}
    return {name: 100 * np.median(stored[column].reshape(-1, 10), axis=0) for name, column in kinds.items()}


def by_place(net: dict, some: dates.Dates, known: tuple[Vocabulary, Vocabulary], locale: str) -> list[int]:
    """Return how often, in per cent, each of the ten characters of a language's dates is right, written freely."""
    mine = np.array(some.locale) == locale
    wanted, _ = characters.encode(np.array(some.target)[mine].tolist(), known[1])
    written = decoding.greedy(net, *characters.encode(np.array(some.source)[mine].tolist(), known[0]), steps=10)
    return np.rint(100 * (written.tokens == wanted).mean(axis=1)).astype(int).tolist()


def copies() -> tuple[dict[str, Array], list[list]]:
    """Return the copies right in per cent by size (seeds, lengths), and rows: at how many digits half of them are."""
    stored, shares, rows = table("copies"), {}, []
    for units in (16, 32, 64, 128):
        share = 100 * np.array(stored[stored["hidden"] == units].tolist())[:, 2:]
        shares[f"{units} units"] = share
        halves = [np.interp(-50, -run, REACH) for run in share]
        rows.append([units, *np.quantile(halves, (0.5, 0, 1))])
    return shares, rows


def ways() -> list[list]:
    """Return a row for each bridge: parameters, its copies right in per cent, the pairs won and lost against plain."""
    stored, rows = table("bridges"), []
    plain = stored["exact"][stored["way"] == "plain"]
    for way, *quantiles in summary("bridges", "way"):
        share = stored["exact"][stored["way"] == way]
        count = stored["parameters"][stored["way"] == way][0]
        rows.append([way, f"{count:,}", *quantiles, f"{np.sum(share > plain)} to {np.sum(share < plain)}"])
    return rows


def longest(some: dates.Dates) -> list[list[str]]:
    """Return for each language the longest of its dates among the first 60: language, what is read, what is written."""
    first = [list(one) for one in zip(some.locale, some.source, some.target, strict=True)][:60]
    return [max((one for one in first if one[0] == x), key=lambda one: len(one[1])) for x in dates.LOCALES]


def meaning(some: dates.Dates) -> dict[str, Array]:
    """Return year, decade, month, day and number of the language of each date."""
    year, month, day = np.array([text.split("-") for text in some.target], dtype=int).T
    language = np.array([dates.LOCALES.index(locale) for locale in some.locale])
    return {"year": year, "decade": year // 10, "month": month, "day": day, "language": language}


def nearest(points: Array) -> Array:
    """Return for each column of points (H, N) the number of the other column that lies nearest."""
    closeness = points.T @ points - (points**2).sum(axis=0) / 2
    np.fill_diagonal(closeness, -np.inf)
    return closeness.argmax(axis=1)


def chance(labels: Array) -> float:
    """Return how often two examples drawn at random have the same label."""
    return float(np.sum((np.unique(labels, return_counts=True)[1] / len(labels)) ** 2))


def learning(losses: Array) -> Figure:
    """Draw the loss of a training, means of 20 updates."""
    fig, ax = plt.subplots(subplot_kw={"ylim": (0, 2.6)})
    means = losses.reshape(-1, 20).mean(axis=1)
    plots.curves(ax, 20 * np.arange(1, len(means) + 1), {"train": means}, xlabel="updates")
    ax.set(ylabel="loss (nats a token)", title=f"{means[-1]:.2f} nats a token after {len(losses)} updates")
    return fig


def _bands(x: Array, named: Mapping[str, Array], each: bool = False, **labels: Any) -> tuple[Figure, Any]:
    """Draw runs (runs, points) of each name as median and quartiles, in per cent."""
    fig, ax = plt.subplots(subplot_kw={"ylim": (-2, 103)})
    for name, runs in named.items():
        plots.spread(ax, x, runs, name, each=each)
    ax.set(**labels)
    return fig, ax


def orders(sums: Array, title: str) -> Figure:
    """Draw the sums right (seeds, 2, checks), asked as they stand and reversed."""
    named = {"forward": sums[:, 0], "reversed": sums[:, 1]}
    x = 400 * np.arange(1, sums.shape[2] + 1)
    fig, ax = _bands(x, named, xlabel="updates", ylabel="unseen sums right (%)", title=title)
    plots.label_lines(ax)
    return fig


def epochs(sized: Mapping[str, Array]) -> Figure:
    """Draw the dates right (seeds, epochs) for each size of state, every seed thin."""
    x, (few, *_, many) = np.arange(1, 6), [np.median(runs[:, -1]) for runs in sized.values()]
    names = list(sized)
    title = f"After 5 epochs: {few:.1f} % with {names[0]}, {many:.1f} % with {names[-1]}"
    fig, ax = _bands(x, sized, True, xlabel="epochs", ylabel="unseen dates right (%)", xticks=x, title=title)
    plots.label_lines(ax)
    return fig


def lengths(sized: Mapping[str, Array], title: str) -> Figure:
    """Draw the copies right (seeds, lengths) for each size of state; dotted is the longest string of the training."""
    fig, ax = _bands(REACH, sized, xlabel="digits", ylabel="copied right (%)", xticks=REACH, title=title)
    ax.axvline(16, label="_longest in training", **style.LOOKS["reference"])
    plots.label_lines(ax)
    return fig


def places(shown: Mapping[str, Array]) -> Figure:
    """Draw the shares of characters right, in per cent, at the ten places of a date."""
    fig, ax = plt.subplots(subplot_kw={"ylim": (0, 103)})
    plots.curves(ax, np.arange(10), shown, ylabel="characters right (%)")
    first, second = shown.values()
    gap = np.abs(np.subtract(first, second))
    ax.set_xticks(range(10), list("YYYY-MM-DD"))
    ax.set_title(f"The gap is widest at place {gap.argmax() + 1}: {gap.max():.0f} points")
    return fig


def dated(day: int, language: str, form: str) -> tuple[str, str]:
    """Return the day of this number, as the language writes it and as ISO 8601."""
    date = dates.FIRST + dates.datetime.timedelta(day)
    return dates.written(date, language, form), date.isoformat()


def writing(found: Any, text: str, wanted: str, vocabulary: Vocabulary) -> tuple[Figure, str]:
    """Draw the probability of every candidate while one text is written; a ring is what was chosen."""
    said, p = characters.decode(found.tokens, vocabulary)[0], found.probabilities[:, EOS:, 0].T
    with style.japanese():
        fig, ax = plt.subplots(figsize=(7, 4.2))
        names = ["EOS", *vocabulary.words[EOS + 1 :]]
        grids.heat(ax, p, signed=False, rows=names, columns="step", label="probability", limit=1)
        ax.set_title(f"{text}  →  {said}")
    ring: dict[str, Any] = {
        "markersize": 15,
        "markerfacecolor": "none",
        "markeredgecolor": style.COLOURS["chosen sign"],
    }
    ax.plot(range(len(p.T)), p.argmax(axis=0), "o", **ring)
    return fig, f"{'Right' if said == wanted else 'Wrong'}: {wanted} is asked for."


def answers(found: Sequence[Any], vocabulary: Vocabulary, width: int, trained: str) -> tuple[Figure, str]:
    """Draw the probabilities of a beam's answers, at most ten, the best first; "…" is one without EOS."""
    names = [f"{characters.decode(h.tokens[:, None], vocabulary)[0]}{'' if h.ended else ' …'}" for h in found[:10]]
    p = np.exp([h.log_probability for h in found[:10]])
    fig, ax = plt.subplots(figsize=(7, 3.8))
    shades = [style.COLOURS["best answer"], *[style.COLOURS["other answer"]] * (len(p) - 1)]
    ax.barh(names, 100 * p, color=shades)
    ax.set(xlim=(0, 100), ylim=(len(p) - 0.4, -0.6), xlabel="probability of the whole answer (%)")
    ax.set_title(f"Beam of width {width}, after {trained}")
    return fig, f"First: <b>{names[0]}</b>. What is shown holds {sum(p):.0%} of the probability."


def thoughts(points: Array, of: Mapping[str, Array], kinds: Sequence[str], axes: tuple[int, int]) -> tuple[Figure, str]:
    """Draw points (components, N) once for each kind, coloured by it; axes are the numbers of two components."""
    fig, found = plt.subplots(1, len(kinds), figsize=(7, 4), squeeze=False)
    for ax, kind in zip(found[0], kinds, strict=True):
        shades = {"month": "twilight", "language": plt.get_cmap("Set2", 6)}.get(kind, "cividis")
        x, y = (points[number - 1] for number in axes)
        dots = ax.scatter(x, y, c=of[kind][: len(x)], s=9, cmap=shades)
        ax.set(xlabel=f"component {axes[0]}", ylabel=f"component {axes[1]}", title=f"by {kind}")
        ticks = np.arange(6) * 5 / 6 + 5 / 12 if kind == "language" else None
        bar = fig.colorbar(dots, location="bottom", ticks=ticks)
        if kind == "language":
            bar.ax.set_xticklabels([locale[:2] for locale in dates.LOCALES])
    return fig, f"Each point is one of {len(x):,} unseen dates."
