"""Every plot draws without a warning, at any size, with labels apart and colours that can be told apart."""

import itertools
import json
import re
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from helpers.lab import grids, plots, style

pytestmark = pytest.mark.filterwarnings("error")
ROOT = Path(__file__).parents[1]
LITERAL = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?\b|[\"'](?:black|gr[ea]y|C\d)[\"']")


@pytest.fixture
def ax():
    with plt.rc_context():
        style.use_style()
        figure, ax = plt.subplots()
        yield ax
        plt.close(figure)


def with_holes(shape):
    values = np.random.default_rng(0).normal(size=shape)
    values.flat[-1] = np.nan
    values.flat[values.size // 2] = np.inf
    return values


KINDS = {
    "curves": lambda ax, n, v: plots.curves(
        ax, np.arange(n), {"tanh": v(n), "mine": v(n)}, title="∂ σ Σ ≤ ‖ δ ² ½ → −"
    ),
    "log": lambda ax, n, v: plots.curves(ax, np.arange(n), {"relu": np.abs(v(n)), "zero": 0 * np.ones(n)}, log=True),
    "series": lambda ax, n, v: plots.series(ax, 1950 + np.arange(n) / 12, {"Niño 1+2": v(n)}, ylabel="°C"),
    "spread": lambda ax, n, v: (plots.spread(ax, np.arange(n), v((5, n)), "rnn", each=True), plots.label_lines(ax)),
    "stems": lambda ax, n, v: plots.stems(ax, np.arange(n), v(n), 0.2),
    "bars": lambda ax, n, v: plots.bars(ax, [f"g{i}" for i in range(n)], {"rnn": v(n), "linear": v(n)}, {"rnn": v(n)}),
    "arrows": lambda ax, n, v: plots.arrows(ax, np.nan_to_num(v(n), posinf=1), np.ones(n), dashed=True),
    "signed": lambda ax, n, v: grids.heat(ax, v((n, 2)), signed=True, rows="unit", columns=["a", "b"]),
    "weights": lambda ax, n, v: grids.heat(ax, v((2, n)), signed=False, label="weight"),
    "counts": lambda ax, n, v: grids.counts_table(ax, np.ones((n, 1), int), 40, ["r"] * n, ["c"], [["7 NaN"]] * n),
    "bits": lambda ax, n, v: grids.bits(ax, {"sum": [1] * n, "prediction": [0] * n}, step=n - 1),
}


@pytest.mark.parametrize("size", [1, 2, 17])
@pytest.mark.parametrize("values", [np.zeros, np.ones, with_holes], ids=["zeros", "ones", "holes"])
@pytest.mark.parametrize("kind", KINDS)
def test_draws_without_a_warning(ax, kind, values, size):
    KINDS[kind](ax, size, values)
    style.to_png(ax.figure)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_labels_do_not_overlap(ax, count, log):
    x = np.arange(50)
    named = {f"line {i}": np.full(50, 1 + 1e-3 * i) for i in range(count)}
    named |= {f"ends {i}": np.r_[np.full(20, 1 + 2e-3 * i), np.full(30, np.nan)] for i in range(count)}
    plots.curves(ax, x, named, log=log)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 2 * count
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_labels_keep_the_order_of_their_lines_and_stay_in_the_picture(ax):
    plots.curves(ax, [0, 1], {f"line number {i}": [0, i / 100] for i in range(12)})
    ax.figure.draw_without_rendering()
    heights = [text.get_window_extent().y0 for text in ax.texts]
    assert heights == sorted(heights)
    assert max(text.get_window_extent().x1 for text in ax.texts) <= ax.figure.bbox.width


def test_a_label_stands_at_its_line(ax):
    plots.curves(ax, np.arange(3), {"a": [0, 0, 1], "b": [0, 0, 5]})
    ax.figure.draw_without_rendering()
    for text, end in zip(ax.texts, (1, 5), strict=True):
        box = text.get_window_extent()
        assert abs((box.y0 + box.y1) / 2 - ax.transData.transform((2, end))[1]) < 2


def test_a_curve_that_diverges_ends_in_a_cross(ax):
    plots.curves(ax, np.arange(4), {"relu": [1, 2, np.inf, np.nan], "tanh": [1, np.nan, 1, 1]})
    crosses = [line for line in ax.get_lines() if line.get_marker() == "x"]
    assert [tuple(line.get_xydata()[0]) for line in crosses] == [(1.0, 2.0)]


def test_spread_counts_a_diverged_run_as_the_worst(ax):
    plots.spread(ax, [0, 1], [[1, np.nan], [2, 2], [3, 3]], "rnn")
    assert ax.get_lines()[-1].get_ydata().tolist() == [2, 3]


def test_the_last_arrow_is_thick_and_ends_at_its_tip(ax):
    plots.arrows(ax, [1, 2, 3], [0, -1, 4])
    widths = [text.arrow_patch.get_linewidth() for text in ax.texts]
    assert widths[0] == widths[1] < widths[2] and ax.texts[2].xy == (3.0, 4.0) and ax.get_aspect() == 1


def test_the_wrong_bit_is_marked(ax):
    grids.bits(ax, {"sum": [0, 1], "prediction": [0, 0]})
    assert [text.get_text() for text in ax.texts] == ["0", "1", "0", "0 ×"]


def test_an_equal_figure_gives_the_same_bytes_at_the_fixed_size(ax):
    pictures = []
    for one in (ax, plt.subplots()[1]):
        plots.curves(one, [0, 1], {"a label long enough to reach far out": [0, 1]})
        pictures.append(style.to_png(one.figure))
        plt.close(one.figure)
    assert pictures[0] == pictures[1]
    assert pictures[0][16:24] == (1050).to_bytes(4, "big") + (525).to_bytes(4, "big")
    assert len(pictures[0]) < 60_000


def test_inline_picture_is_shown_at_its_size(ax):
    picture, size = style._inline(ax.figure)
    assert size == {"width": 700, "height": 350} and picture.startswith(b"\x89PNG")
    empty = plt.figure()
    assert style._inline(empty) is None
    plt.close(empty)


def lab(rgb):
    """CIE L*a*b* of a colour in linear light."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


# Viénot, Brettel and Mollon 1999: what a deuteranope sees, in linear light.
DEUTERANOPE = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
GROUPS = [
    ("sigmoid", "tanh", "relu", "identity"),
    ("rnn", "lstm", "gru", "chrono"),
    ("target", "persistence", "linear", "rnn"),
    ("train", "chance"),
]


@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPE], ids=["all", "deuteranope"])
@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_concepts_of_one_figure_can_be_told_apart(group, eye):
    for one, other in itertools.combinations(group, 2):
        seen = [lab(eye @ np.array(to_rgb(style.COLOURS[name])) ** 2.2) for name in (one, other)]
        apart = np.linalg.norm(seen[0] - seen[1])
        # A difference of 2 is just seen; where colours are close, the lines must differ.
        lines = {style.LOOKS[name]["linestyle"] for name in (one, other)}
        assert apart > 20 or (apart > 8 and len(lines) == 2), (one, other, apart)


@pytest.mark.parametrize("colour", sorted(set(style.COLOURS.values())))
def test_ink_can_be_read(colour):
    luminance = np.array(style.ink(colour)) ** 2.2 @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_colour_stands_in_the_table_alone():
    paths = [path for folder in ("helpers/lab", "figures", "notebooks") for path in (ROOT / folder).rglob("*.py")]
    code = {path.name: path.read_text(encoding="utf-8") for path in paths if path.name != "style.py"}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code[path.name] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    found = [f"{name}: {line}" for name, text in code.items() for line in text.splitlines() if LITERAL.search(line)]
    assert not found, "name the concept, as in style.COLOURS: " + "; ".join(found)


def test_japanese_is_drawn_where_it_is_asked_for_and_changes_no_other_picture(recwarn):
    def picture(text):
        figure, ax = plt.subplots()
        ax.set_title(text)
        png = style.to_png(figure)
        plt.close(figure)
        return png

    style.use_style()
    before = picture("plain text"), dict(plt.rcParams)
    with style.japanese():
        shown = picture("2024年2月29日木曜日")
        assert picture("plain text") == before[0]
    assert not recwarn.list, "a glyph is missing"
    assert shown != before[0]
    assert (picture("plain text"), dict(plt.rcParams)) == before
