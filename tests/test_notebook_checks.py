"""Each check of a stored notebook passes a good small notebook and fails a bad one."""

import base64
import io

import checks
import nbformat.v4 as v4
import pytest
import store
from matplotlib.figure import Figure


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def code(source="x = 1", count=1, outputs=(), tags=()):
    cell = v4.new_code_cell(source, execution_count=count, outputs=list(outputs))
    cell.metadata.tags = list(tags)
    return cell


def notebook(*cells, **metadata):
    return v4.new_notebook(cells=list(cells), metadata=metadata)


def lesson():
    """Return a lesson of 26 cells that has nothing wrong."""
    cells = [v4.new_markdown_cell("# A title")]
    for number in range(1, 13):
        cells += [code(f"x = {number}", number), v4.new_markdown_cell("A sentence.")]
    return notebook(*cells, v4.new_markdown_cell("The end."))


def png(title="0.125", colour="C0", size=(7, 3.5)):
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot(title=title)
    axes.plot([0, 1, 0, 2], color=colour)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()


def drawn(*pictures):
    outputs = [v4.new_output("display_data", {"image/png": data, "text/plain": "<Figure>"}) for data in pictures]
    return notebook(code(outputs=outputs))


def test_a_good_lesson_passes_every_check(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(store.text_of(lesson()), encoding="utf-8")
    stored = store.read(path)
    assert checks.stored_form(path) == []
    assert checks.whole_run(stored) == checks.portable(stored) == checks.anatomy(stored) == []
    assert checks.notebook_links(stored, tmp_path) == []


def test_stored_form_finds_another_form_and_a_large_file(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(store.text_of(lesson()).replace(' "nbformat"', '  "nbformat"'), encoding="utf-8")
    assert "make store" in checks.stored_form(path)[0]
    path.write_text(store.text_of(notebook(v4.new_markdown_cell("x" * 1_000_000))), encoding="utf-8")
    assert "MB" in checks.stored_form(path)[0]


ERROR = v4.new_output("error", ename="ValueError", evalue="no", traceback=[])


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (notebook(code(count=None)), "None"),
        (notebook(code(count=1), code(count=3)), "number 3, not 2"),
        (notebook(code(count=2), code(count=1)), "number 2, not 1"),
        (notebook(code(outputs=[stream("a warning", "stderr")])), "stderr"),
        (notebook(code(outputs=[ERROR])), "failed without the tag"),
        (notebook(code(tags=["raises-exception"])), "raised nothing"),
    ],
)
def test_whole_run_finds(bad, word):
    assert word in " ".join(checks.whole_run(bad))


def test_whole_run_takes_an_error_that_is_expected():
    assert checks.whole_run(notebook(code(outputs=[ERROR], tags=["raises-exception"]))) == []


def result(text):
    return v4.new_output("execute_result", {"text/plain": text}, execution_count=1)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (notebook(code(), widgets={}), "state of widgets"),
        (notebook(code(outputs=[v4.new_output("display_data", {store.VIEW: {}})])), "widget view"),
        (notebook(code(outputs=[result("<object at 0x7f3a2b9c>")])), "memory address"),
        (notebook(code(outputs=[stream("/" + "home/ann/course\n")])), "path of one machine"),
        (notebook(code("open('C:" + "\\\\Users\\\\ann')")), "path of one machine"),
        (notebook(v4.new_markdown_cell("see /" + "Users/ann")), "path of one machine"),
    ],
)
def test_portable_finds(bad, word):
    assert word in " ".join(checks.portable(bad))


def test_portable_takes_addresses_of_the_web_and_short_hexadecimals():
    assert checks.portable(notebook(code("y = 0xFF", outputs=[stream("see https://a.org/" + "home/x\n")]))) == []


def without(lesson, change):
    change(lesson.cells)
    return lesson


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda cells: cells.__delitem__(slice(2, None)), "has 2 cells"),
        (lambda cells: cells.extend([v4.new_markdown_cell("more")] * 47), "has 73 cells"),
        (lambda cells: [cell.update(source="x = 1\n" * 7) for cell in cells if cell.cell_type == "code"], "median"),
        (lambda cells: cells[3].update(source="x = 1\n" * 16), "16 lines"),
        (lambda cells: cells[1].update(source="x = 1\n" * 11), "at most 10"),
        (lambda cells: cells[3].update(source="y = 1\n" * 26, metadata={"tags": ["by-hand"]}), "at most 25"),
        (lambda cells: cells[3].update(source="x = " + "1" * 93), "97 characters"),
        (lambda cells: cells[3].update(source=" \n"), "without code"),
        (lambda cells: cells.pop(2), "without a sentence between"),
        (lambda cells: cells[0].update(source="Hello"), "title"),
    ],
)
def test_anatomy_finds(change, word):
    assert word in " ".join(checks.anatomy(without(lesson(), change)))


def test_anatomy_lets_the_cell_by_hand_be_longer():
    by_hand = without(lesson(), lambda cells: cells[3].update(source="y = 1\n" * 25, metadata={"tags": ["by-hand"]}))
    assert checks.anatomy(by_hand) == []


@pytest.mark.parametrize(
    "text",
    [
        "[next](02_nowhere.ipynb)",
        "[one](nowhere.md#part) and [two](https://a.org)",
        "![a curve that falls](nowhere.svg)",
        "![](there.svg)",
        '<img src="there.svg">',
        '<img alt="a curve that falls" src="nowhere.svg">',
        "[word]: nowhere.md",
        "[a [b] c](nowhere.md)",
        "[broken](http:/a.org)",
    ],
)
def test_links_finds(text, tmp_path):
    (tmp_path / "there.svg").touch()
    assert checks.links(text, tmp_path)
    assert checks.notebook_links(notebook(v4.new_markdown_cell(text)), tmp_path)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (("x = 1", "print(x)", "x = 2"), "cell two (print(x)) takes x, which several cells make: cell one"),
        (("x = 1", "x = x + 1"), "cell two (x = x + 1) takes x"),
        (("x = 1", "y = [a * x for a in range(3)]", "x, z = 2, 3"), "takes x"),
        (("x = 1", "def f(y):\n    return x + y", "for x in range(3): pass"), "takes x"),
        (("x = 1", "f = lambda y: lambda: x + y", "import os as x"), "takes x"),
        (("def f(): return 1", "f()", "def f(): return 2"), "takes f"),
        (("rng = 1", "print(rng)"), "cell two (print(rng)) draws from the rng of cell one"),
    ],
)
def test_names_finds(sources, words):
    cells = [code(source) for source in sources]
    for cell, name in zip(cells, ("one", "two", "three"), strict=False):
        cell.id = name
    assert words in " ".join(checks.names(notebook(*cells)))


def test_names_takes_what_can_run_again():
    own = "x = 1\nprint(x, [x for x in range(3)], (lambda x: x)(2))\ndef f(x): return x, len(str(x))\ny = f(x)"
    assert (
        checks.names(notebook(code(own), code(own.replace("f(", "g(")), code("rng = 1\nprint(rng, y is None)"))) != []
    )
    assert checks.names(notebook(code(own), code("x = 3\nfor x in range(x): print(x)"), code("rng = 1\nrng + y"))) == []


def test_links_takes_what_leads_somewhere_and_what_is_no_link(tmp_path):
    (tmp_path / "a picture.svg").touch()
    good = "![the curve falls](a%20picture.svg) [web](https://a.org/b_(c)) [up](#title) `x[t](0)` $f[t](nowhere)$"
    assert checks.links(good, tmp_path) == []


def test_same_pictures_takes_the_same():
    assert checks.same_pictures(drawn(png()), drawn(png())) == []


@pytest.mark.parametrize(
    "fresh",
    [
        drawn(),
        drawn(png(), png()),
        drawn(png("0.126")),  # one digit of the title
        drawn(png(colour="C1")),
        drawn(png(size=(7, 3.6))),
    ],
)
def test_same_pictures_finds(fresh):
    assert checks.same_pictures(drawn(png()), fresh)


def test_same_pictures_forgives_the_last_bit_of_a_few_pixels():
    def nudged(scale):
        figure = Figure(figsize=(7, 3.5))
        figure.add_subplot().plot([0, scale, 0, 2 * scale])
        file = io.BytesIO()
        figure.savefig(file, format="png")
        return base64.b64encode(file.getvalue()).decode()

    assert checks.same_pictures(drawn(nudged(1.0)), drawn(nudged(1.0 + 1e-7))) == []


def test_same_texts_takes_the_same_in_another_order_and_cut_otherwise():
    data = {"text/plain": "x", "text/html": "<b>x</b>"}
    one = notebook(code(outputs=[stream("a\n"), stream("b\n"), v4.new_output("display_data", data)]))
    two = notebook(code(outputs=[stream("a\nb\n"), v4.new_output("display_data", dict(reversed(data.items())))]))
    assert checks.same_texts(one, two) == []


@pytest.mark.parametrize("outputs", [[], [stream("a\nc\n")], [stream("a\nb\n", "stderr")], [stream("a\nb\n"), ERROR]])
def test_same_texts_finds(outputs):
    assert checks.same_texts(notebook(code(outputs=[stream("a\nb\n")])), notebook(code(outputs=outputs)))
