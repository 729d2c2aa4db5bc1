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
