"""Panels without a browser: set a control's value, look at the traits."""

import inspect
import time
import warnings

import ipywidgets
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.lab import style, widgets


class Drawing:
    """A draw function that counts its calls and can be told to fail."""

    def __init__(self):
        self.calls, self.fault = [], None

    def __call__(self, size, kind="a"):
        self.calls.append((size, kind))
        figure, ax = plt.subplots(figsize=(2, 1))
        if self.fault:
            raise self.fault
        ax.plot([0, size])
        return figure, f"size {size}, kind {kind}"


@pytest.fixture
def drawing():
    return Drawing()


@pytest.fixture
def panel(drawing):
    def draw(size, kind):
        return drawing(size, kind)

    return widgets.panel(
        draw, alt="a line", size=widgets.slider(1, 99, 5), kind=ipywidgets.Dropdown(options=["a", "b"])
    )


def size_of(panel):
    return panel.children[0].children[0]


def test_first_picture_at_once(panel):
    assert bytes(panel.picture.value).startswith(b"\x89PNG")
    assert panel.sentence.value == "size 5, kind a"
    assert panel.busy.value == panel.error.value == ""


def test_a_change_changes_picture_and_sentence(panel):
    before = bytes(panel.picture.value)
    size_of(panel).value = 7
    assert bytes(panel.picture.value) != before
    assert panel.sentence.value == "size 7, kind a"


def test_busy_while_drawing_and_picture_before_idle(panel):
    events = []
    panel.busy.observe(lambda change: events.append("busy" if change["new"] else "idle"), "value")
    panel.picture.observe(lambda change: events.append("picture"), "value")
    panel.sentence.observe(lambda change: events.append("sentence"), "value")
    size_of(panel).value = 8
    assert events == ["busy", "picture", "sentence", "idle"]


def test_an_error_keeps_the_picture_and_is_told_in_red(panel, drawing):
    picture, sentence = bytes(panel.picture.value), panel.sentence.value
    drawing.fault = ValueError("rate <b> too high & more")
    size_of(panel).value = 9
    assert (bytes(panel.picture.value), panel.sentence.value) == (picture, sentence)
    assert "ValueError: rate &lt;b&gt; too high &amp; more" in panel.error.value
    assert style.COLOURS["failure"] in panel.error.value and panel.busy.value == ""
    drawing.fault = None
    size_of(panel).value = 10
    assert panel.error.value == "" and panel.sentence.value == "size 10, kind a"


def test_going_back_after_an_error_clears_it(panel, drawing):
    drawing.fault = ValueError("no")
    size_of(panel).value = 9
    size_of(panel).value = 5
    assert panel.error.value == "" and panel.sentence.value == "size 5, kind a"


def test_a_failure_is_not_remembered(panel, drawing):
    drawing.fault = ValueError("no")
    size_of(panel).value = 9
    size_of(panel).value = 5
    drawing.fault = None
    size_of(panel).value = 9
    assert panel.sentence.value == "size 9, kind a"


def test_pictures_are_remembered_but_not_for_ever(panel, drawing):
    size_of(panel).value = 6
    size_of(panel).value = 5
    assert drawing.calls == [(5, "a"), (6, "a")]
    for size in range(10, 11 + widgets._REMEMBERED):
        size_of(panel).value = size
    assert len(panel._cache) == widgets._REMEMBERED
    count = len(drawing.calls)
    size_of(panel).value = 5
    assert len(drawing.calls) == count + 1


def test_an_equal_value_draws_nothing(panel, drawing):
    size_of(panel).value = 5
    assert len(drawing.calls) == 1


def test_no_figure_stays_open(panel, drawing):
    mine = plt.figure()
    drawing.fault = ValueError("no")
    size_of(panel).value = 9
    drawing.fault = None
    size_of(panel).value = 10
    assert plt.get_fignums() == [mine.number]
    plt.close(mine)


def test_a_warning_becomes_a_note(recwarn):
    def draw(scale):
        np.exp(np.array([scale]))
        return plt.figure(), "done"

    panel = widgets.panel(draw, alt="", scale=widgets.slider(0.0, 1e4, 1.0, 1.0))
    assert panel.sentence.value == "done"
    panel.children[0].children[0].value = 1e4
    assert "overflow" in panel.sentence.value and not recwarn.list


def test_progress_shows_in_long_work_only():
    seen = []

    def draw(wait, progress):
        for step in range(4):
            time.sleep(wait)
            progress((step + 1) / 4)
        return plt.figure(), ""

    panel = widgets.panel(draw, alt="", wait=ipywidgets.FloatText(0.0))
    panel.progress.layout.observe(lambda change: seen.append(change["new"]), "visibility")
    panel.children[0].children[0].value = 0.001
    assert seen == []
    panel.children[0].children[0].value = 0.12
    assert seen == ["visible", "hidden"]
    assert panel.progress.value == 100


# ---- pictures that are forgotten, as in a notebook whose cells are run again

NOTEBOOK = """
import functools, types
import matplotlib.pyplot as plt
import numpy as np

offset, words, weights = 1.5, ["a", ["b"]], {"W": np.zeros((2, 3))}
module = types.ModuleType("module")
module.scale, module.curve = 2, lambda x: x
state, share = types.SimpleNamespace(rate=1), functools.partial(max, 3)
calls, series, loop = [], np.zeros(20_000), []
loop.append(loop)


def inner(x):
    return x + offset


def helper(x):
    return [inner(value) for value in (x,)]


def deep(x):
    return x


@functools.cache
def cached(x):
    return deep(x)


class Model:
    def __call__(self, x, y=0):
        return other(x)


def other(x):
    return x


def made(factor):
    return lambda x: x * factor


def maker(x):
    def nested(y):
        return table["first"](y), one(y)

    return nested(x)


def one(x):
    return x


model, double, table = Model(), made(2), {"first": one}


def draw(size):
    calls.append(size)
    parts = helper(size), cached(size), model(size), double(size), maker(size), words, weights, module.scale, state
    return plt.figure(), f"{len(calls)} {parts} {module.curve(size)} {share(size)} {series.sum()} {len(loop)}"
"""


@pytest.fixture
def cells():
    """Return the names of a notebook, and a function that sets the slider there and back and counts new pictures."""
    names = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    panel = widgets.panel(names["draw"], alt="", size=widgets.slider(1, 99, 5))
    slider = panel.children[0].children[0]

    def there_and_back():
        before = len(names["calls"])
        slider.value = 7
        slider.value = 5
        return len(names["calls"]) - before

    assert there_and_back() == 1
    return names, there_and_back


def test_what_draw_itself_keeps_does_not_count(cells):
    _, there_and_back = cells
    assert [there_and_back() for _ in range(3)] == [0, 0, 0]


CHANGES = {
    "a function it calls": "def helper(x):\n    return x",
    "a function called by that": "def inner(x):\n    return x - offset",
    "the same function, edited in place": "inner.__code__ = (lambda x: x * offset).__code__",
    "a default": "def inner(x, y=2):\n    return x + offset",
    "a default in place": "inner.__defaults__ = (3,)",
    "a function that a cached one calls": "def deep(x):\n    return -x",
    "a function that a method calls": "def other(x):\n    return 2 * x",
    "a method": "Model.__call__ = lambda self, x: x",
    "what a closure holds": "double = made(3)",
    "a function in a dict": "table['first'] = other",
    "a function that a nested one finds": "def one(x):\n    return -x",
    "a number": "offset = 1.25",
    "the type of a number": "offset = 1",
    "a list": "words = ['a', ['c']]",
    "a list in place": "words.append('c')",
    "a list in a list": "words[1][0] = 'c'",
    "a list in place, as long as before": "words[0] = 'z'",
    "an array": "weights = {'W': np.ones((2, 3))}",
    "an array in place": "weights['W'][1, 2] = 1e-9",
    "an array in a dict": "weights['W'] = np.ones((2, 3))",
    "a key": "weights['b'] = weights.pop('W')",
    "a long array in place": "series[123] = 1",
    "an attribute of a module": "module.scale = 3",
    "a function of a module": "module.curve = lambda x: -x",
    "a plain namespace": "state.rate = 2",
    "a partial function": "share = functools.partial(max, 4)",
}


@pytest.mark.parametrize("cell", CHANGES.values(), ids=CHANGES)
def test_old_pictures_are_forgotten(cells, cell):
    names, there_and_back = cells
    exec(cell, names)
    assert there_and_back() == 2
    assert there_and_back() == 0


def test_a_new_number_at_the_address_of_an_old_one_is_another(cells):
    names, there_and_back = cells
    for number in range(5):
        names["offset"] = None  # lets the old number go, whose place in memory the next one takes
        names["offset"] = number / 7
        assert there_and_back() == 2


def test_a_name_that_draw_does_not_read_changes_nothing(cells):
    names, there_and_back = cells
    exec("def another(x):\n    return x\n\nother_number = 3", names)
    assert there_and_back() == 0


def test_closures_are_looked_into_even_before_they_are_filled():
    def draw(size):
        calls.append(size)
        return plt.figure(), str(scale if size > 50 else 0)

    calls, slider = [], widgets.slider(1, 99, 5)
    widgets.panel(draw, alt="", size=slider)
    slider.value = 6
    scale = 2
    slider.value = 5
    assert calls == [5, 6, 5] and scale == 2


def test_an_object_that_draws_is_followed():
    names = {"__name__": "__main__"}
    exec(NOTEBOOK.replace("return other(x)", "return plt.figure(), str(calls.append(other(x)))"), names)
    slider = widgets.slider(1, 99, 5)
    widgets.panel(names["model"], alt="", x=slider)
    exec("def other(x):\n    return -x", names)
    slider.value = 7
    slider.value = 5
    assert names["calls"] == [5, -7, -5]


def test_looking_for_changes_takes_no_time():
    names = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    names["words"] = [str(i) for i in range(100_000)]
    names["weights"] = {str(i): np.zeros(100_000) for i in range(1000)}
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        widgets._read(names["draw"])
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.02  # it is 2 ms of an idle core, and 0.1 to 1 ms in the lessons


@pytest.mark.parametrize("kind", [DeprecationWarning, PendingDeprecationWarning, FutureWarning])
def test_deprecations_are_notes_only_where_the_notebook_itself_causes_them(kind, recwarn):
    def draw(size):
        library = {"__name__": "library", "warn": warnings.warn, "kind": kind}
        exec("warn('old name', kind)", library)
        exec("warn('own line', kind)", library | {"__name__": "__main__"})
        return plt.figure(), str(np.log(np.zeros(1))[0])

    sentence = widgets.panel(draw, alt="", size=widgets.slider(1, 2, 1)).sentence.value
    assert "old name" not in sentence and not recwarn.list
    assert "Note: own line" in sentence and "Note: divide by zero" in sentence


def test_leaving_does_not_end_the_kernel(panel, drawing):
    drawing.fault = SystemExit(1)
    size_of(panel).value = 9
    assert "SystemExit: 1" in panel.error.value and panel.sentence.value == "size 5, kind a"


def draw_one(rate, seed=0):
    return plt.figure(), ""


@pytest.mark.parametrize(
    ("controls", "error", "words"),
    [
        ({"rats": widgets.slider(1, 2, 1)}, ValueError, r"\(rate, seed\); got rats"),
        ({"seed": widgets.slider(1, 2, 1)}, ValueError, "rate, seed"),
        ({}, ValueError, "rate, seed"),
        ({"rate": 0.1}, TypeError, "control rate must be a widget with a value.*got a float"),
        ({"rate": ipywidgets.VBox()}, TypeError, "got a VBox"),
    ],
)
def test_wrong_controls(controls, error, words):
    with pytest.raises(error, match=words):
        widgets.panel(draw_one, alt="", **controls)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "it returned a NoneType"),
        ((1, 2, 3), "a tuple of 3"),
        (("x", "y"), "matplotlib figure first.*got a str"),
        ((matplotlib.figure.Figure(), 3), r"sentence \(str\) second; got a int"),
    ],
)
def test_wrong_results(result, words):
    with pytest.raises(TypeError, match=words):
        widgets.panel(lambda rate: result, alt="", rate=widgets.slider(1, 2, 1))


def test_the_stored_text_names_the_controls(panel):
    assert repr(panel) == "Panel: size, kind (run this cell to use it)"


def test_a_slider_draws_when_it_is_let_go(panel):
    assert size_of(panel).continuous_update is False
    live = widgets.panel(draw_one, alt="", continuous=True, rate=widgets.slider(1, 2, 1))
    assert live.children[0].children[0].continuous_update is True


def test_classes_and_alternative_text(panel):
    assert "unrolled-panel" in panel._dom_classes
    names = [panel.picture, panel.sentence, panel.busy, panel.error]
    assert [part._dom_classes[0] for part in names] == [
        f"unrolled-{n}" for n in ("picture", "sentence", "busy", "error")
    ]
    # Without a description the browser side of an image fails on its title.
    assert panel.picture.get_state()["tooltip"] == "a line" and panel.picture.get_state()["description"] == ""


def test_a_picture_has_two_pixels_for_each_of_the_page(panel):
    width = int.from_bytes(panel.picture.value[16:20], "big")  # as a PNG's head says it
    assert abs(width - 2 * int(panel.picture.layout.width.removesuffix("px"))) <= 1


def test_log_slider_takes_the_nearest_of_its_positions():
    slider = widgets.log_slider(1e-3, 1, 0.031)
    values = [value for _, value in slider.options]
    assert (values[0], values[-1], slider.value) == (0.001, 1.0, 0.032)
    assert len(set(values)) == len(values) == 31


def test_nothing_is_printed(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        widgets.panel(draw_one, alt="", rate=widgets.slider(1, 2, 1)).children[0].children[0].value = 2
    assert capsys.readouterr() == ("", "")


def test_the_course_uses_no_output_widget():
    assert not any(word in inspect.getsource(widgets) for word in ("interact", "Output(", "display(", "clear_output"))
