"""Every notebook as it is stored, against one more run of it, and against each cell run again after that run."""

import os

import checks
import pytest
import store

SECONDS_WANTED = 45  # on two cores; printed, because a busy machine is not the notebook's fault
SECONDS_ALLOWED = 90


def no(sentences):
    assert not sentences, "\n" + "\n".join(sentences)


@pytest.fixture(params=store.chosen([]), ids=lambda path: path.stem)
def path(request):
    return request.param


def test_is_stored_as_make_store_writes_it(path):
    no(checks.stored_form(path))


def test_every_cell_was_run_in_order_without_a_complaint(path):
    no(checks.whole_run(store.read(path)))


def test_holds_nothing_of_one_machine(path):
    no(checks.portable(store.read(path)))


def test_has_the_anatomy_of_a_lesson(path):
    no(checks.anatomy(store.read(path)))


def test_links_and_pictures_lead_somewhere(path):
    no(checks.notebook_links(store.read(path), path.parent))


def test_no_name_is_used_for_two_things(path):
    no(checks.names(store.read(path)))


def test_runs_and_each_cell_again_after_that_with_the_same_outputs(path, record_property):
    """All that a run tells in one test: a second one would run the notebook once more, on another worker."""
    stored = store.read(path)
    if os.environ.get("UNROLLED_ONCE"):  # .ci/run, on the BLAS kernels of other processors
        whole, seconds = store.run(stored, path.parent)
        again = whole
    else:
        whole, seconds, again = store.run_twice(stored, path.parent)
    record_property("seconds", f"{path.stem} ran in {seconds:.1f} s (wanted: under {SECONDS_WANTED})")
    found = checks.whole_run(whole) + checks.same_pictures(stored, whole)
    found += [f"run again, {s}" for s in checks.same_texts(stored, again) + checks.same_pictures(stored, again)]
    no(found)
    assert seconds < SECONDS_ALLOWED


def test_there_are_notebooks():
    assert store.chosen([])
