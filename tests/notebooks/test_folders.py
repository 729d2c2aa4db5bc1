"""A lesson runs from the repository's root as it does from its own folder: VS Code and papermill start there."""

import checks
import store


def test_a_lesson_runs_from_the_root():
    path = store.NOTEBOOKS / "02_bptt.ipynb"
    stored = store.read(path)
    fresh, _ = store.run(stored, store.NOTEBOOKS.parent)
    found = checks.whole_run(fresh) + checks.same_pictures(stored, fresh)
    assert not found, "\n".join(found)
