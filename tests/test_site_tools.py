"""The tools that make the site: which positions are recorded, the HTML of panels and questions, a page's policy."""

import base64
import hashlib
import html
import importlib.util
import itertools
import json
import re
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import pytest

from helpers.lab import exercises, style, widgets

ROOT = Path(__file__).parents[1]


def tool(name):
    """Import a module of docs/ by its path: there it has no package."""
    spec = importlib.util.spec_from_file_location(f"site_{name}", ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pages, policy, record = map(tool, ("pages", "policy", "record"))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Record nine positions and 36 combinations, whatever is set; leave neither a figure nor a style behind."""
    monkeypatch.setattr(record, "POSITIONS", 9)
    monkeypatch.setattr(record, "COMBINATIONS", 36)
    with plt.rc_context():
        yield
    plt.close("all")


@pytest.mark.parametrize("most", [3, 4, 9])
def test_few_positions_are_kept_evenly_with_both_ends_and_the_start(monkeypatch, most):
    monkeypatch.setattr(record, "POSITIONS", most)
    for count in range(1, 50):
        for start in range(count):
            kept = record.thinned(count, start)
            assert kept == sorted(set(kept)) and {0, count - 1, start} <= set(kept) <= set(range(count))
            assert len(kept) == min(count, most)
    assert record.thinned(most, 1) == list(range(most))


def test_positions_are_spread_evenly():
    assert record.thinned(101, 0) == [0, 12, 25, 38, 50, 62, 75, 88, 100]
    assert record.thinned(101, 37) == [0, 12, 25, 37, 50, 62, 75, 88, 100]  # the start takes its neighbour's place
    assert record.thinned(101, 1) == [0, 1, 25, 38, 50, 62, 75, 88, 100]  # never that of an end


@pytest.mark.parametrize(
    ("name", "control", "labels", "values", "start"),
    [
        ("steps", widgets.slider(1, 4, 3), ["1", "2", "3", "4"], [1, 2, 3, 4], 2),
        ("ρ", widgets.slider(0.5, 0.8, 0.7, 0.1), ["0.5", "0.6", "0.7", "0.8"], [0.5, 0.6, 0.7, 0.8], 2),
        ("ρ", widgets.slider(0, 1, 0.3, 0.25), ["0", "0.3", "0.5", "0.75", "1"], [0, 0.3, 0.5, 0.75, 1], 1),
        ("η", widgets.log_slider(0.1, 10, 1, 1), ["0.1", "1", "10"], [0.1, 1.0, 10.0], 1),
        ("cell", ipywidgets.Dropdown(options=[("GRU", 3), ("LSTM", 4)], value=4), ["GRU", "LSTM"], [3, 4], 1),
        ("reads", ipywidgets.ToggleButtons(options=["left", "both"]), ["left", "both"], ["left", "both"], 0),
        ("mask", ipywidgets.Checkbox(value=True), ["off", "on"], [False, True], 1),
        ("date", ipywidgets.Text(value="2024-02-29"), ["2024-02-29"], ["2024-02-29"], 0),
        ("01 box", ipywidgets.BoundedIntText(5, min=0, max=99), ["0", "5", "20"], [0, 5, 20], 1),
        ("01 words", ipywidgets.Text(value="own"), ["b", "a", "own"], ["b", "a", "own"], 2),
        ("01 words", ipywidgets.Text(value="a"), ["b", "a"], ["b", "a"], 1),
        ("01 words", ipywidgets.Dropdown(options=["own", "a", "c"]), ["b", "a", "own"], ["b", "a", "own"], 2),
        ("02 words", ipywidgets.Combobox(options=["c", "d"], value="d"), ["c", "d"], ["c", "d"], 1),
    ],
)
def test_positions_of_a_control(monkeypatch, name, control, labels, values, start):
    monkeypatch.setattr(record, "CHOSEN", {"01 box": [20, 0], "01 words": ["b", "a", "b"]})
    assert record.positions(name, control) == (labels, values, start)


def test_positions_of_long_controls():
    labels, values, start = record.positions("steps", widgets.slider(0, 100, 37))
    assert values == [0, 12, 25, 37, 50, 62, 75, 88, 100] and labels[start] == "37"
    assert all(isinstance(value, int) for value in values)
    _, values, start = record.positions("η", widgets.log_slider(0.01, 100, 2.0, per_decade=6))
    assert len(values) == 9 and (values[0], values[start], values[-1]) == (0.01, 2.2, 100)
    words = [f"word {k}" for k in range(40)]
    labels, values, start = record.positions("list", ipywidgets.Dropdown(options=words, value="word 7"))
    assert labels == values and len(values) == 9 and values[start] == "word 7"


def test_what_is_chosen_belongs_to_a_lesson_and_fits_its_notebook():
    """Each stands once, few enough that none is left out, under an argument that a panel of this lesson has."""
    for name, values in record.CHOSEN.items():
        lesson, argument = name.split(" ")
        (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
        source = "".join(code for _, code, _ in record.code_cells(json.loads(path.read_text(encoding="utf-8"))))
        assert re.search(rf"\b{argument}\b", source), name
        assert len(set(values)) == len(values) < 13  # the one that a panel starts with is added


def test_all_combinations_or_those_around_the_start():
    chosen, complete = record.combinations([6, 3, 2], [5, 1, 0])
    assert complete and chosen == list(itertools.product(range(6), range(3), range(2)))
    chosen, complete = record.combinations([6, 3, 3], [5, 1, 0])
    assert not complete and chosen[0] == (5, 1, 0) and len(chosen) == len(set(chosen)) == 1 + 5 + 2 + 2
    assert all(sum(a != b for a, b in zip(places, (5, 1, 0), strict=True)) <= 1 for places in chosen)
    assert record.combinations([36], [0])[1] and not record.combinations([37], [0])[1]


def cell(kind, *source, **more):
    return {"cell_type": kind, "id": f"id {source[0]}", "source": list(source), "metadata": {}} | more


def test_code_cells():
    tagged = cell("code", "c", metadata={"tags": ["by-hand"]})
    book = {"cells": [cell("markdown", "# a"), cell("code", "b\n", "b"), tagged]}
    assert record.code_cells(book) == [("id b\n", "b\nb", []), ("id c", "c", ["by-hand"])]


def test_the_modules_that_a_lesson_reads():
    names = {path.stem for path in record.modules_of("from lessons import words_08\nnone_99")}
    assert names == {"words_08", "__init__"}
    names = {path.stem for path in record.modules_of("from lessons import tables_09")}
    assert {"tables_09", "reading_09", "transformer_09", "heads_09"} <= names  # and what they read in turn


def test_a_recording_is_made_again_when_what_runs_has_changed(tmp_path, monkeypatch):
    def key(*cells):
        (tmp_path / "01_x.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
        return record.key_of(tmp_path / "01_x.ipynb")

    first = key(cell("markdown", "prose"), cell("code", "a = 1", outputs=[]))
    assert first.startswith("01-") and key(cell("markdown", "other"), cell("code", "a = 1", outputs=[1])) == first
    assert key(cell("code", "a = 1", source=["a = 2"])) != first
    assert key(cell("code", "a = 1", metadata={"tags": ["raises-exception"]})) != first
    monkeypatch.setattr(record, "POSITIONS", 5)
    assert key(cell("markdown", "prose"), cell("code", "a = 1", outputs=[])) != first


def test_a_panel_is_recorded_in_every_position(tmp_path, monkeypatch):
    def draw(k, thick):
        fig, ax = plt.subplots(figsize=(1, 1))
        if k == 2:
            raise ValueError("no <2>")
        ax.plot([0, k], lw=4 if thick else 1)
        return fig, f"k = <b>{k}</b>"

    monkeypatch.setattr(record, "KEPT", tmp_path)
    monkeypatch.setattr(record, "CHOSEN", {"01 k": [1, 2], "02 k": [3]})
    ticks = []
    made = widgets.panel(draw, alt="a line", k=widgets.slider(1, 50, 1), thick=ipywidgets.Checkbox())
    found = record.panel_of(made, "01", lambda: ticks.append(1))
    assert [c["kind"] for c in found["controls"]] == ["range", "checkbox"] and found["alt"] == "a line"
    assert found["all"] and len(ticks) == 4 and list(found["shots"]) == ["0,0", "0,1", "1,0", "1,1"]
    assert found["shots"]["1,0"] == found["shots"]["1,1"] == [None, "ValueError: no <2>"]
    assert [found["shots"][f"0,{k}"][1] for k in (0, 1)] == ["k = <b>1</b>"] * 2 and found["size"] == (1400, 1400)
    pictures = {found["shots"][f"0,{k}"][0] for k in (0, 1)}
    assert len(pictures) == 2 and {path.name for path in (tmp_path / "pictures").iterdir()} == pictures


def in_words(where):
    fig, axes = plt.subplots(1, 2)
    fig.suptitle("Both.")
    axes[0].set(xlabel="step $t$", ylabel="loss")
    axes[0].set_title("left\none", loc=where)
    axes[0].plot([0], label="GRU")
    return record.alt_of(fig)


def test_a_figure_in_words():
    assert in_words("center") == "Both. left one. loss against step t. GRU"
    assert record.alt_of(plt.Figure()) == "A picture drawn by the cell above"


def test_a_figure_of_the_course_in_words():
    style.use_style()
    assert in_words(None) == "Both. left one. loss against step t. GRU"


NASTY = '<b> & "quoted"'
SAFE = html.escape(NASTY)


def control(kind, labels, start=1):
    return {"label": NASTY, "kind": kind, "labels": labels, "start": start}


def test_controls_are_native_and_escaped():
    span = f"<label><span>{SAFE}</span> "
    box = '<input type="checkbox" data-control="2"'
    assert pages.control_html(control("checkbox", ["off", "on"], 0), 2) == f"{span}{box}></label>"
    assert pages.control_html(control("checkbox", ["off", "on"], 1), 2) == f"{span}{box} checked></label>"
    moved = pages.control_html(control("range", ["0", NASTY, "2"]), 0)
    assert moved.startswith(span) and NASTY not in moved and f'aria-valuetext="{SAFE}"' in moved
    assert 'min="0" max="2" step="1" value="1" data-control="0"' in moved and f"<output>{SAFE}</output>" in moved
    chosen = pages.control_html(control("select", ["a", NASTY]), 1)
    assert f'<select data-control="1"><option>a</option><option selected>{SAFE}</option></select>' in chosen


def data_of(text):
    """Return what stands in the script of a panel or question: it has no tag of its own."""
    (code,) = re.findall(r'<script type="application/json">(.*?)</script>', text)
    assert "<" not in code
    return json.loads(code)


@pytest.mark.parametrize("complete", [True, False])
def test_a_panel_holds_every_shot(complete):
    shots = {"0,0": ["a.webp", "<i>a</i>"], "0,1": ["b.webp", "</script><script>"], "1,0": [None, "ValueError: 重み"]}
    controls = [control("range", ["x", "y"], 0), control("checkbox", ["off", "on"], 1)]
    panel = {"controls": controls, "all": complete, "shots": shots, "size": [1400, 801], "alt": NASTY}
    text = pages.panel_html(panel)
    given = {"shots": shots, "all": complete, "labels": [["x", "y"], ["off", "on"]]}
    assert data_of(text) == given | {"names": [NASTY, NASTY], "starts": [0, 1]}
    assert f'src="../_static/panels/b.webp" alt="{SAFE}" width="700" height="400"' in text
    assert text.count("data-control=") == 2 and ("every combination" in text) == complete


def test_a_question_has_an_answer_for_every_option():
    options = {NASTY: [True, "since <b>it is</b>"], "no": [False, "it is not"]}
    text = pages.quiz_html({"question": "Is <i>x</i> it?", "options": options}, "cell-1")
    assert data_of(text) == list(options.values()) and "<legend>Is <i>x</i> it?</legend>" in text
    assert re.findall(r'<input type="radio" name="cell-1" value="(\d)"> <span>(.*?)</span>', text) == [
        ("0", SAFE),
        ("1", "no"),
    ]


def told(text):
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": [text]}}


def test_a_lesson_becomes_a_page(tmp_path):
    panel = {"controls": [control("range", ["x"], 0)], "all": True, "shots": {"0": ["a.webp", "said"]}}
    panel |= {"size": [1400, 800], "alt": "a line"}
    other = panel | {"alt": "another line"}
    quizzes = [{"question": f"Which {k}?", "options": {"a": [True, ""], "b": [False, ""]}} for k in range(2)]
    quiz = exercises.quiz("Which?", "a", {"a": "", "b": ""})
    check = {"output_type": "stream", "name": "stdout", "text": ["step: not attempted yet (or it returns nothing)\n"]}
    kept = {"output_type": "stream", "name": "stdout", "text": ["Panel 3 of 5\n"]}
    outputs = [told("Panel: step (run this cell to use it)"), told(repr(quiz)), told(repr(quiz)), check, kept]
    outputs.append(told("Panel: other (run this cell to use it)"))
    cells = [cell("markdown", "# Title\n", "\n", "[The course](../README.md#x)"), cell("code", "a", outputs=outputs)]
    cells.append(cell("code", "b", outputs=[told("Panel: step (run this cell to use it)"), kept]))
    path = tmp_path / "01_x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    recording = {"id a": {"panels": [panel, other], "quizzes": quizzes, "alt": ["a line", "another"]}}
    pages.lesson(path, recording | {"id b": {"panels": [], "quizzes": [], "alt": []}}, tmp_path / "site")
    first, code, plain = json.loads((tmp_path / "site/notebooks/01_x.ipynb").read_text(encoding="utf-8"))["cells"]
    assert first["source"].startswith("# Title\n\n:::{note}\n") and first["source"].endswith("](../index.md#x)")
    shown = [output["data"]["text/html"] for output in code["outputs"][:4]]
    assert shown[0] == pages.panel_html(panel)
    assert code["outputs"][5]["data"]["text/html"] == pages.panel_html(other)
    assert all(f"Which {k}?" in text for k, text in enumerate(shown[1:3]))
    assert len(set(re.findall(r'name="([^"]*)"', shown[1] + shown[2]))) == 2  # each has radio buttons of its own
    assert "checked at once" in shown[3] and 'href="../_static/notebooks/01_x.ipynb" download' in shown[3]
    assert code["outputs"][4] == kept and plain["outputs"] == cells[2]["outputs"]
    assert code["metadata"] == {"mystnb": {"image": {"alt": "a line. another"}}} and plain["metadata"] == {}


def test_a_page_may_run_just_its_own_scripts(tmp_path):
    code, more = "let a = '<b>';\n", "b()"
    page = f'<html><head id="h"></head><script>{code}</script><script type="module">{more}</script>'
    page += '<script src="x.js"></script><script defer src="y.js">z()</script>'
    page += '<script type="application/json">{"a": 1}</script></html>'
    allowed = policy.policy(page)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (code, more)]
    assert set(re.findall("'sha256-(.*?)'", allowed)) == set(hashes)
    rules = dict(rule.split(" ", 1) for rule in allowed.split("; "))
    assert rules["default-src"] == rules["object-src"] == "'none'" and rules["connect-src"] == "'self'"
    assert not re.search(r"https?:|\*", allowed) and "unsafe" not in rules["script-src"]
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "part.html").write_text("<p>no page</p>", encoding="utf-8")
    policy.write(tmp_path)
    tag = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    assert f'<head id="h">\n{tag}</head>' in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert (tmp_path / "part.html").read_text(encoding="utf-8") == "<p>no page</p>"


def test_a_page_is_mended(tmp_path):
    page = '<html><head><link rel="preload" as="script" href="../_static/scripts/fontawesome.js?digest=1" />'
    page += '<script src="../_static/scripts/fontawesome.js?digest=1"></script><script src="theme.js"></script></head>'
    page += '<summary><span class="toctree-toggle"></span></summary><summary>Answer</summary></html>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    policy.write(tmp_path)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "fontawesome" not in page and '<script src="theme.js"></script></head>' in page
    assert '<summary aria-label="Pages below"><span' in page and "<summary>Answer" in page
