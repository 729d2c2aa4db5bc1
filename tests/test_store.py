"""make store: what it keeps, what it drops, and that a second run changes no byte."""

import json

import checks
import nbformat.v4 as v4
import pytest
import store


def notebook_of(*sources):
    return v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])


def with_outputs(*outputs, **metadata):
    cell = v4.new_code_cell("1", outputs=[store.nbformat.from_dict(o) for o in outputs], execution_count=1)
    return v4.new_notebook(cells=[cell], metadata=metadata)


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_drops_what_belongs_to_one_run():
    notebook = with_outputs(
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {store.VIEW: {"model_id": "ab"}, "text/plain": "VBox()"},
        },
        {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "x"}},
        widgets={"state": {}},
        language_info={"name": "python", "version": "3.11.7"},
        kernelspec={"name": "mine", "display_name": "Mine", "language": "python"},
    )
    notebook.cells[0].metadata.update(
        {"execution": {"iopub.status.busy": "2026"}, "scrolled": True, "tags": ["by-hand"]}
    )
    notebook.cells[0].outputs[1].transient = {"display_id": "1"}
    stored = json.loads(store.text_of(notebook))
    assert stored["cells"][0]["outputs"] == [
        {"data": {"text/plain": ["VBox()"]}, "metadata": {}, "output_type": "display_data"},
        {"data": {"text/plain": ["x"]}, "metadata": {}, "output_type": "display_data"},
    ]
    assert stored["cells"][0]["metadata"] == {"tags": ["by-hand"]}
    assert stored["metadata"] == {"kernelspec": store.KERNEL, "language_info": {"name": "python"}}


def test_joins_neighbouring_texts_of_one_stream():
    notebook = with_outputs(stream("a\n"), stream("b\n"), stream("no", "stderr"), stream("c\n"))
    assert [(o.name, o.text) for o in store.normalise(notebook).cells[0].outputs] == [
        ("stdout", "a\nb\n"),
        ("stderr", "no"),
        ("stdout", "c\n"),
    ]


def test_keeps_of_an_error_only_its_last_line():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "x: no",
        "traceback": ["File a.py:3", "ValueError"],
    }
    assert store.normalise(with_outputs(error)).cells[0].outputs[0].traceback == ["ValueError: x: no"]


def test_cell_ids_stay_and_missing_or_double_ones_are_made_the_same_each_time():
    notebook = notebook_of("1", "2", "3")
    notebook.cells[0].id = notebook.cells[1].id = "mine"
    del notebook.cells[2]["id"]
    assert [cell.id for cell in store.normalise(notebook).cells] == ["mine", "cell-02", "cell-03"]


def test_normalising_twice_changes_nothing_and_the_argument_stays_as_it_was():
    notebook = with_outputs(stream("a"), stream("b"), widgets={})
    before = json.dumps(notebook)
    once = store.text_of(notebook)
    assert json.dumps(notebook) == before
    assert store.text_of(store.nbformat.reads(once, as_version=4)) == once
    assert once.endswith("}\n") and not once.endswith("\n\n")


@pytest.fixture
def written(tmp_path):
    def write(*sources):
        path = tmp_path / "a.ipynb"
        store.nbformat.write(notebook_of(*sources), path)
        return path

    return write


def test_storing_twice_gives_the_same_bytes(written, capsys):
    path = written("import matplotlib.pyplot as plt\nprint(1)\nprint(2)", "plt.plot([0, 1]); plt.show()", "2 + 2")
    assert store.store(path)
    first = path.read_bytes()
    assert store.store(path)
    assert path.read_bytes() == first
    assert "as it was" in capsys.readouterr().out
    cells = store.read(path).cells
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert "image/png" in cells[1].outputs[0].data
    assert cells[2].outputs[0].data == {"text/plain": "4"}
    assert store.check(path)


def test_a_failing_cell_leaves_the_file_alone_and_is_shown(written, capsys):
    path = written("1 + 1", "len(undefined_name)")
    before = path.read_bytes()
    assert store.main([str(path)]) == 1
    assert path.read_bytes() == before
    shown = capsys.readouterr().err
    assert "len(undefined_name)" in shown and "NameError" in shown


def test_an_expected_error_is_stored(written):
    path = written("0")
    notebook = notebook_of("raise ValueError('x: expected (T, D, N)')")
    notebook.cells[0].metadata.tags = ["raises-exception"]
    store.nbformat.write(notebook, path)
    assert store.store(path)
    assert store.read(path).cells[0].outputs[0].evalue == "x: expected (T, D, N)"


def shown_of(notebook):
    return ["".join(t for o in cell.outputs for t in checks.texts_of(o)) for cell in checks.code_cells(notebook)]


def test_each_cell_runs_again_with_the_names_that_the_whole_run_left():
    notebook = notebook_of("x = 1", "print(x)", "x = 2; y = [0]", "y = [*y, x]; print(y)", "del x", "print(len(y))")
    notebook.cells.insert(1, v4.new_markdown_cell("A sentence."))
    whole, seconds, again = store.run_twice(notebook)
    assert shown_of(whole) == ["", "1\n", "", "[0, 2]\n", "", "2\n"] and 0 < seconds < 60
    first, second, third, fourth, fifth, sixth = shown_of(again)
    assert first == third == "" and sixth == "2\n"
    # x is gone after the whole run, though the first and the third cell have just made it again.
    assert all("NameError" in text for text in (second, fourth, fifth))
    assert [cell.execution_count for cell in again.cells if cell.cell_type == "code"] == list(range(7, 13))


@pytest.mark.parametrize("backend", ["Agg", "svg", "TkAgg"])
def test_pictures_are_shown_whatever_the_environment_draws_with(backend, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", backend)
    setup = "import matplotlib.pyplot as plt\nfrom helpers.lab import style\nstyle.use_style()"
    fresh, _ = store.run(notebook_of(setup, "plt.plot([0, 1]); plt.show()"))
    assert [kind for kind, _ in checks.pictures_of(fresh.cells[1])] == ["image/png"]


def test_check_finds_a_file_that_is_not_in_its_stored_form(written, capsys):
    assert store.main(["--check", str(written("1"))]) == 1
    assert "make store" in capsys.readouterr().err


def test_an_unknown_notebook_is_named():
    with pytest.raises(SystemExit, match="no notebook is called 'nowhere'"):
        store.chosen(["nowhere"])
