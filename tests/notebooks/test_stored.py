"""Every notebook as it is stored, and against one more run of it."""

import functools

import checks
import pytest
import store

SECONDS_WANTED = 45  # on two cores; printed, because a busy machine is not the notebook's fault
SECONDS_ALLOWED = 90


@functools.cache
def run(path):
    """Run a notebook once for all its checks."""
    return store.run(store.read(path), path.parent)


def no(sentences):
    assert not sentences, "\n" + "\n".join(sentences)


# One group a notebook: with two workers each notebook still runs only once.
@pytest.fixture(params=[pytest.param(p, id=p.stem, marks=pytest.mark.xdist_group(p.stem)) for p in store.chosen([])])
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


def test_draws_the_stored_pictures_again(path):
    no(checks.same_pictures(store.read(path), run(path)[0]))


def test_runs_without_a_complaint_and_in_time(path, record_property):
    notebook, seconds = run(path)
    no(checks.whole_run(notebook))
    record_property("seconds", f"{path.stem} ran in {seconds:.1f} s (wanted: under {SECONDS_WANTED})")
    assert seconds < SECONDS_ALLOWED


def test_there_are_notebooks():
    assert store.chosen([])
