"""What a learner may type in lesson 9: bad input is told in red, and the last good picture stays."""

import matplotlib

matplotlib.use("agg")
import shutil

import matplotlib.pyplot as plt
import pytest
import store

CELLS = {cell.id: cell.source for cell in store.read(store.NOTEBOOKS / "09_attention.ipynb").cells}


@pytest.fixture(scope="module")
def lesson():
    """Run the cells that the panels are made of, without drawing."""
    names = {}
    for source in (CELLS["setup"], CELLS["dates"], CELLS["maps"].split("\n\n")[0]):
        exec(source, names)
    exec(CELLS["reading"].split("\n\n\nfig, sentence")[0], names)
    yield names
    plt.close("all")


@pytest.fixture
def panel(lesson, tmp_path, monkeypatch):
    """Make one of the two panels in a folder with weights of its own."""
    for path in (store.NOTEBOOKS / "results").glob("09_*.npz"):
        shutil.copy(path, tmp_path)
    monkeypatch.setitem(lesson, "RESULTS", tmp_path)

    def make(cell):
        exec(CELLS[cell].replace("widgets.panel(", "panel = widgets.panel("), lesson)
        return lesson["panel"]

    return make


def told(panel, words, **values):
    """Set controls to bad values: the words stand in red and the picture stays; then set them back: all is well."""
    before, picture = {name: panel._controls[name].value for name in values}, panel.picture.value
    for name, value in values.items():
        panel._controls[name].value = value
    assert words in panel.error.value
    assert "Traceback" not in panel.error.value and panel.picture.value == picture and not panel.busy.value
    for name, value in before.items():
        panel._controls[name].value = value
    assert panel.error.value == "" and panel.picture.value == picture


@pytest.mark.parametrize("temperature", [0.0, -1.0])
@pytest.mark.parametrize("score", ["dot", "additive", "none"])
def test_a_temperature_that_is_none(panel, temperature, score):
    one = panel("reading-panel")
    one._controls["score"].value = score
    told(one, "temperature: expected a finite number above 0, got", temperature=temperature)


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("", "expected a day such as 2024-02-29, got &#x27;&#x27;"),
        ("2023-02-29", "expected a day such as 2024-02-29"),
        ("<b>", "got &#x27;&lt;b&gt;&#x27;"),
        ("1815-06-18", "expected a day of the years 1900 to 2099, got 1815-06-18"),
    ],
)
def test_a_date_that_is_none(panel, date, words):
    told(panel("reading-panel"), words, date=date)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "text: expected at least one character"),
        ("   ", "text: expected at least one character"),
        ("29 фев 2024", "never occurred in training"),
        ("am dritten tag des monats oktober 1990", "at most 35 characters, the longest in training, got 38"),
    ],
)
def test_a_text_that_cannot_be_read(panel, text, words):
    told(panel("typed-panel"), words, text=text)


def test_weights_that_are_damaged_or_gone(panel, tmp_path):
    one = panel("typed-panel")
    whole = (tmp_path / "09_general.npz").read_bytes()
    (tmp_path / "09_general.npz").write_bytes(whole[: len(whole) // 2])
    told(one, "expected a complete .npz file of weights, got 09_general.npz", score="general")
    (tmp_path / "09_general.npz").write_bytes(whole[:5000] + b"damage" + whole[5006:])
    told(one, "expected a complete .npz file of weights, got 09_general.npz", score="general")
    shutil.copy(tmp_path / "09_dot.npz", tmp_path / "09_additive.npz")
    told(one, "expected a part", score="additive")
    (tmp_path / "09_none.npz").unlink()
    told(one, "No such file", score="none")


def test_every_choice_has_its_own_picture(panel):
    one = panel("reading-panel")
    for name in ("language", "style", "score"):
        seen = set()
        for value in one._controls[name].options:
            one._controls[name].value = value
            assert one.error.value == ""
            seen.add(one.picture.value)
        assert len(seen) == len(one._controls[name].options)
