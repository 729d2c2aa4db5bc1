"""A lesson shows the same from the repository's root, where VS Code and papermill start, and with another backend."""

import checks
import store

STORED = store.read(store.NOTEBOOKS / "02_bptt.ipynb")


def same(folder):
    fresh, _ = store.run(STORED, folder)
    found = checks.whole_run(fresh) + checks.same_texts(STORED, fresh) + checks.same_pictures(STORED, fresh)
    assert not found, "\n".join(found)


def test_a_lesson_runs_from_the_root():
    same(store.NOTEBOOKS.parent)


def test_a_lesson_shows_its_pictures_where_the_environment_names_a_backend_without_any(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    assert sum(len(checks.pictures_of(cell)) for cell in STORED.cells if cell.cell_type == "code") >= 6
    same(store.NOTEBOOKS)
