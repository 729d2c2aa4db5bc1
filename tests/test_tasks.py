"""Tasks for a memory: what is asked follows from what was shown, and nothing else gives it away."""

import numpy as np
import pytest

from helpers import dense, losses
from helpers.data import tasks

pytestmark = pytest.mark.filterwarnings("error")


def rng(seed=0):
    return np.random.default_rng(seed)


# --- recall ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "examples"), [(1, 1), (2, 3), (5, 50), (9, 20)])
def test_recall_asks_for_the_first_symbol(steps, examples):
    x, labels = tasks.recall(rng(), steps, examples)
    assert x.shape == (steps, 8, examples) and labels.shape == (1, examples) and x.flags.c_contiguous
    assert x.dtype == np.float64 and labels.dtype.kind == "i"
    assert set(np.unique(x)) == {0, 1} and (x.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(x[0].argmax(axis=0), labels[0])
    assert labels.min() >= 0 and labels.max() < 4
    assert not x[0, 4:].any() and not x[1:, :4].any()


def test_recall_draws_evenly():
    x, labels = tasks.recall(rng(), 3, 8000)
    for drawn in (labels[0], x[1].argmax(axis=0) - 4, x[2].argmax(axis=0) - 4):
        counts = np.bincount(drawn, minlength=4)
        assert counts.size == 4 and 1850 < counts.min() and counts.max() < 2150  # 2000 ± 39 each


def test_noise_tells_nothing_and_is_new_at_each_step():
    x, labels = tasks.recall(rng(), 3, 16000)
    second, third = x[1:].argmax(axis=1) - 4
    for one, other in ((labels[0], second), (labels[0], third), (second, third)):
        table = np.bincount(4 * one + other, minlength=16)
        assert 850 < table.min() and table.max() < 1150  # 1000 ± 31 each


def test_labels_fit_the_loss_of_the_last_step():
    x, labels = tasks.recall(rng(), 4, 6)
    v, _ = dense.forward({"W_out": np.zeros((4, 8)), "b_out": np.zeros((4, 1))}, x[-1:])
    assert losses.softmax_cross_entropy(v, labels)[0] == pytest.approx(np.log(4))


# --- adding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "examples"), [(2, 1), (3, 5), (10, 40), (31, 7)])
def test_adding_asks_for_the_marked_sum(steps, examples):
    x, target = tasks.adding_problem(rng(), steps, examples)
    numbers, markers = x[:, 0], x[:, 1]
    assert x.shape == (steps, 2, examples) and target.shape == (1, examples)
    assert x.dtype == target.dtype == np.float64
    assert numbers.min() >= 0 and numbers.max() < 1 and set(np.unique(markers)) <= {0, 1}
    half = steps // 2
    assert (markers[:half].sum(axis=0) == 1).all() and (markers[half:].sum(axis=0) == 1).all()
    np.testing.assert_allclose(target[0], (numbers * markers).sum(axis=0), rtol=1e-15)


def test_each_place_is_marked_equally_often():
    marked = tasks.adding_problem(rng(), 8, 8000)[0][:, 1].sum(axis=1)
    assert marked.sum() == 16000 and 1850 < marked.min() and marked.max() < 2150  # 2000 ± 39 each


def test_always_answering_one_has_an_error_of_a_sixth():
    _, target = tasks.adding_problem(rng(), 10, 100_000)
    assert np.mean((target - 1) ** 2) == pytest.approx(1 / 6, rel=0.02)
    loss, _ = losses.squared_error(np.ones_like(target), target)
    assert loss == pytest.approx(1 / 12, rel=0.02)


# --- sums as text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_right_and_asked_once(seed):
    parts = tasks.sums_as_text(rng(seed))
    for questions, answers in parts:
        assert len(questions) == len(answers) == len(set(questions))
        for question, answer in zip(questions, answers, strict=True):
            a, b = question.split("+")
            assert int(a) + int(b) == int(answer) and str(int(a)) == a and len(a) <= 2 >= len(b)
    (questions, _), (asked, _) = parts
    assert len(asked) == 2000
    exchanged = {"+".join(reversed(question.split("+"))) for question in asked}
    assert not (set(asked) | exchanged) & set(questions)


def test_all_sums_are_used_once_somewhere():
    (questions, _), (asked, _) = tasks.sums_as_text(rng())
    mirrored = {"+".join(reversed(question.split("+"))) for question in asked}
    assert len(set(questions) | set(asked) | mirrored) == 10_000


# --- both --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", [tasks.recall, tasks.adding_problem])
def test_seeds(task):
    one, again, other = (task(rng(seed), 8, 10) for seed in (1, 1, 2))
    for a, b, c in zip(one, again, other, strict=True):
        assert np.array_equal(a, b) and not np.array_equal(a, c)


@pytest.mark.parametrize("task", [tasks.recall, tasks.adding_problem])
def test_the_result_is_the_callers_own(task):
    x, answer = task(rng(), 4, 3)
    before = x.copy()
    answer[:] = 0
    np.testing.assert_array_equal(x, before)


def test_numpy_integers_are_whole_numbers():
    assert tasks.recall(rng(), np.int64(3), np.int32(2))[0].shape == (3, 8, 2)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: tasks.recall(rng(), 0, 5), r"^steps: expected a whole number of at least 1, got 0"),
        (lambda: tasks.recall(rng(), 5.0, 5), r"^steps: .* got 5\.0"),
        (lambda: tasks.recall(rng(), True, 5), r"^steps: .* got True"),
        (lambda: tasks.recall(rng(), 5, 0), r"^examples: .* at least 1, got 0"),
        (lambda: tasks.recall(0, 5, 5), r"^rng: expected a np\.random\.Generator .* got int"),
        (lambda: tasks.adding_problem(rng(), 1, 5), r"^steps: expected a whole number of at least 2, got 1"),
        (lambda: tasks.adding_problem(rng(), None, 5), r"^steps: .* got None"),
        (lambda: tasks.adding_problem(rng(), 5, -1), r"^examples: .* at least 1, got -1"),
        (lambda: tasks.adding_problem(None, 5, 5), r"^rng: .* got NoneType"),
        (lambda: tasks.sums_as_text(0), r"^rng: .* got int"),
    ],
)
def test_refuses(call, told):
    with pytest.raises(ValueError, match=told):
        call()


# --- marked values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", tasks.GATE_TASKS)
def test_marked_values_have_their_shapes(task):
    x, target, asked = tasks.marked_values(rng(), 12, 50, task)
    assert x.shape == (12, 2, 50) and target.shape == (12, 1, 50) and asked.shape == (12, 50)
    assert asked.dtype == bool and set(np.unique(x[:, 1])) == {0, 1}
    assert np.abs(x[:, 0]).max() <= 1


def test_ignore_asks_at_the_end_for_the_one_marked_number():
    x, target, asked = tasks.marked_values(rng(), 9, 40, "ignore")
    assert asked[-1].all() and not asked[:-1].any()
    assert (x[:, 1].sum(axis=0) == 1).all() and not x[4:, 1].any()
    np.testing.assert_allclose((x[:, 0] * x[:, 1]).sum(axis=0), target[-1, 0])


def test_hold_back_asks_for_the_first_number_at_marks_and_for_0_elsewhere():
    x, target, asked = tasks.marked_values(rng(), 9, 40, "hold back")
    assert asked.all() and not x[1:, 0].any() and not x[0, 1].any()
    np.testing.assert_array_equal(target[:, 0], x[:, 1] * x[0, 0])


def test_start_over_sums_from_the_last_mark_on():
    x, target, asked = tasks.marked_values(rng(), 30, 20, "start over")
    assert asked.all()
    for n in range(20):
        for t in range(30):
            marks = np.flatnonzero(x[: t + 1, 1, n])
            np.testing.assert_allclose(target[t, 0, n], x[(marks[-1] if len(marks) else 0) : t + 1, 0, n].sum())


def test_one_step_in_ten_is_marked():
    assert 0.09 < tasks.marked_values(rng(), 100, 100, "start over")[0][:, 1].mean() < 0.11


def test_an_unknown_task_is_told():
    with pytest.raises(ValueError, match="task: expected one of 'ignore', 'hold back', 'start over'"):
        tasks.marked_values(rng(), 5, 5, "remember")
