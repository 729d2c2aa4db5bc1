"""Each reference passes, each stub is not attempted, each typical mistake is shown at its smallest input."""

import html
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

import lessons
from helpers.lab.exercises import Exercise, Question, check, help_with, quiz, report
from lessons import answers_01

LESSONS = [m.name for m in pkgutil.iter_modules(lessons.__path__) if m.name.startswith("answers_")]
ANSWERS = [importlib.import_module(f"lessons.{name}") for name in LESSONS]
ALL = [exercise for module in ANSWERS for exercise in module.EXERCISES]
QUESTIONS = [q for module in ANSWERS for q in vars(module).values() if isinstance(q, Question)]
MISTAKES = [(exercise, wrong) for exercise in ALL for wrong in exercise.wrong]
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
by_name = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)


def notebook(module):
    """Return the code cells of the notebook whose answers a module holds, and all of them as one text."""
    (path,) = NOTEBOOKS.glob(f"{module.__name__[-2:]}_*.ipynb")
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return code, "\n".join(code)


def test_every_lesson_has_its_answers():
    assert sorted(path.name[:2] for path in NOTEBOOKS.glob("*.ipynb")) == sorted(name[-2:] for name in LESSONS)


@by_name
def test_the_reference_passes(exercise, capsys):
    check(exercise, exercise.reference)
    assert re.fullmatch(rf"{exercise.name}: correct on \d+ cases\n", capsys.readouterr().out)


def not_implemented(*_):
    raise NotImplementedError


@pytest.mark.parametrize("stub", [not_implemented, lambda *_: None, lambda *_: ...])
@by_name
def test_a_stub_is_not_attempted(exercise, stub):
    assert report(exercise, stub).startswith("not attempted yet")


@pytest.mark.parametrize(("exercise", "wrong"), MISTAKES)
def test_a_mistake_fails_and_the_input_is_shown(exercise, wrong):
    with np.errstate(all="ignore"):
        words = report(exercise, wrong)
    assert words.startswith(
        "not yet correct\n  input:    " + next(iter(inspect.signature(exercise.reference).parameters))
    )
    assert "expected" in words and "0x" not in words and "Traceback" not in words


@by_name
def test_an_exercise_is_complete(exercise):
    assert exercise.name == exercise.reference.__name__
    arguments = ", ".join(inspect.signature(exercise.reference).parameters)
    assert exercise.task.startswith(f"{exercise.name}({arguments}) returns")
    assert 2 <= len(exercise.hints) and 2 <= len(exercise.wrong)
    cases = exercise.cases(np.random.default_rng(0))
    sizes = [sum(np.size(value) for value in case) for case in cases]
    assert sizes[0] == min(sizes)


def test_the_smallest_failing_input_is_the_one_shown():
    words = report(answers_01.RNN_STEP, answers_01.RNN_STEP.wrong[0])
    assert "of shape (1, 1)" in words and "(2, 1)" not in words


def test_a_shape_is_told():
    words = report(answers_01.RNN_STEP, lambda W_in, W, b, x_t, h_prev: np.zeros(7))
    assert "expected: shape (1, 1)\n  got:      shape (7,)" in words


def test_nan_is_told():
    assert "NaN" in report(answers_01.AUTOCORRELATION, lambda series, lag: np.nan)


def test_a_wrong_type_is_told():
    assert "numbers are asked for, not a str" in report(answers_01.AUTOCORRELATION, lambda *_: "many")
    assert "a tuple of 2 values" in report(answers_01.CHAIN_RULE, lambda x, y: 3.0)


def test_an_error_is_told_with_the_learners_line():
    def attempt(W_in, W, b, x_t, h_prev):
        first = W_in @ x_t
        return np.reshape(first, (3, 5))

    words = report(answers_01.RNN_STEP, attempt)
    assert words.startswith("stopped with an error") and "ValueError: cannot reshape" in words
    assert "in line:  return np.reshape(first, (3, 5))" in words


def test_an_error_in_what_has_no_source_is_told():
    namespace = {}
    exec("def attempt(series, lag):\n    return 1 / 0", namespace)
    assert "ZeroDivisionError: division by zero" in report(answers_01.AUTOCORRELATION, namespace["attempt"])


def test_a_wrong_number_of_arguments_is_told():
    assert "TypeError" in report(answers_01.CHAIN_RULE, lambda x: x)


def test_changing_an_argument_is_told():
    def attempt(series, lag):
        series -= series.mean()
        return answers_01.autocorrelation(series, lag)

    assert "changed one of its arguments" in report(answers_01.AUTOCORRELATION, attempt)


def test_the_report_is_the_same_every_time():
    wrong = answers_01.MASKED_MEAN_LOSS.wrong[0]
    assert report(answers_01.MASKED_MEAN_LOSS, wrong) == report(answers_01.MASKED_MEAN_LOSS, wrong)


@by_name
def test_hints_and_answer_are_folded(exercise):
    text = help_with(exercise).data
    assert text.count("<details>") == len(exercise.hints) + 1 and "open" not in text.split("<pre>")[0]
    assert f"<pre>def {exercise.name}(" in text


@pytest.mark.parametrize("module", ANSWERS, ids=LESSONS)
def test_a_folded_answer_can_be_pasted_into_its_notebook(module):
    code, _ = notebook(module)
    names = {}
    exec("\n".join(line for line in code[0].splitlines() if line.startswith(("import ", "from "))), names)
    for exercise in module.EXERCISES:
        answer = html.unescape(re.search("<pre>(.*)</pre>", help_with(exercise).data, re.DOTALL)[1])
        assert len(answer.splitlines()) <= 8 and "->" not in answer
        exec(answer, names)
        assert report(exercise, names[exercise.name]).startswith("correct")


def test_an_answer_is_shown_without_annotations():
    def reference(
        grads: dict[str, np.ndarray],
        share: float = 0.5,
    ) -> float:
        # the mean
        return share * grads["W"].mean()

    text = help_with(ALL[0]._replace(name="reference", reference=reference)).data
    assert "<pre>def reference(grads, share=0.5):\n        # the mean\n        return" in text


@pytest.mark.parametrize("module", ANSWERS, ids=LESSONS)
def test_every_question_and_every_exercise_is_asked(module):
    """By its own name, or as one of answers.QUESTIONS, of which none may be left out."""
    code, text = notebook(module)
    asked = set(re.findall(r"quiz\(\*answers\.(\w+)\)", text))
    if "for question in answers.QUESTIONS:\n    display(quiz(*question))" in code:
        asked |= {name for name, value in vars(module).items() if any(value is q for q in module.QUESTIONS)}
    assert asked == {name for name, value in vars(module).items() if isinstance(value, Question)}
    exercises = {name for name, value in vars(module).items() if isinstance(value, Exercise)}
    for use in (r"check\(answers\.(\w+), \w+\)", r"help_with\(answers\.(\w+)\)"):
        assert sorted(re.findall(use, text)) == sorted(exercises)
    assert len(module.EXERCISES) == len(exercises)


def test_dicts_and_nan_are_copied_compared_and_shown():
    """A gradient is a dict, and may hold NaN: neither is a change, a real change inside one is."""
    cases = [({"W": np.array([1.0, np.nan]), "b": np.array([2.0])},)]

    def reference(grads):
        return float(np.nansum(grads["W"]))

    def changes(grads):
        grads["W"][0] = 5.0
        return 1.0

    def drops(grads):
        del grads["b"]
        return 1.0

    exercise = ALL[0]._replace(name="reference", reference=reference, cases=lambda rng: cases)
    assert report(exercise, reference) == "correct on 1 cases"
    assert "grads = {'W': [ 1., nan] of shape (2,), 'b': [2.] of shape (1,)}" in report(exercise, lambda grads: 7.0)
    for spoils in (changes, drops):
        assert "changed one of its arguments" in report(exercise, spoils)
    assert cases[0][0]["W"][0] == 1 and list(cases[0][0]) == ["W", "b"]


WHY = {"yes": "because", "no": "since", "maybe": "also"}


def test_a_quiz_answers_at_once_and_again():
    question = quiz("Is it?", "yes", WHY)
    assert question.choice.value is None and "Choose" in question.feedback.value
    question.choice.value = "no"
    assert "Not yet." in question.feedback.value and "since" in question.feedback.value
    question.choice.value = "yes"
    assert "✓" in question.feedback.value and "Right." in question.feedback.value
    question.choice.value = None
    assert "Choose" in question.feedback.value


def test_a_quiz_may_accept_several():
    question = quiz("Is it?", {"yes", "maybe"}, WHY)
    for option in ("yes", "maybe"):
        question.choice.value = option
        assert "Right." in question.feedback.value


def test_a_quiz_is_stored_as_a_short_text():
    question = quiz("Is it?", "yes", WHY)
    assert repr(question) == "Quiz: 3 options (run this cell to answer)"
    assert "unrolled-quiz" in question._dom_classes and "unrolled-feedback" in question.feedback._dom_classes


@pytest.mark.parametrize(
    ("answer", "why", "words"),
    [
        ("yes", {"yes": ""}, "at least two"),
        ("nope", WHY, "answer must be among"),
        ([], WHY, "answer must be among"),
    ],
)
def test_a_quiz_that_is_not_complete(answer, why, words):
    with pytest.raises(ValueError, match=words):
        quiz("Is it?", answer, why)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.question[:30])
def test_every_question_answers_every_option(question):
    asked = quiz(*question)
    for option in question.why:
        asked.choice.value = option
        right = option in ([question.answer] if isinstance(question.answer, str) else question.answer)
        assert ("Right." in asked.feedback.value) == right and question.why[option] in asked.feedback.value
