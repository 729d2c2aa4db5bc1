"""Each reference passes, each stub is not attempted, each typical mistake is shown at its smallest input."""

import html
import importlib
import inspect
import os
import pkgutil
import re
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest

import lessons
from helpers.lab import exercises
from helpers.lab.exercises import Exercise, Question, check, help_with, quiz, report
from lessons import answers_01, answers_03, answers_04, answers_07, answers_09

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


def cast(value, kind=np.float32):
    """Return arguments or a result with every float in another type."""
    if isinstance(value, dict):
        return {name: cast(part, kind) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(cast(part, kind) for part in value)
    number = np.asarray(value).dtype.kind == "f"
    return kind(value) if number and not isinstance(value, np.ndarray) else value.astype(kind) if number else value


def each(change):
    """Make a change of every part of a result out of a change of one."""
    return lambda got: tuple(map(change, got)) if isinstance(got, tuple) else change(got)


def after(exercise, change):
    """Return the reference with its results changed."""
    return lambda *arguments: change(exercise.reference(*arguments))


def whole(got):
    return all(np.asarray(part).dtype.kind == "i" for part in (got if isinstance(got, tuple) else (got,)))


def listed(part):
    return part.tolist() if isinstance(part, np.ndarray) else part


SAME = {
    "float32": cast,
    "float32 of whole numbers too": each(np.float32),
    "an array without dimensions": each(lambda part: np.asarray(part)),
    "a list": each(listed),
    "a list instead of a tuple": lambda got: list(got) if isinstance(got, tuple) else got,
    "a longer float": each(np.longdouble),
    "another memory layout": each(lambda part: np.asfortranarray(part) if np.ndim(part) else part),
    "a rounding error": each(lambda part: part if whole(part) else part * (1 + 1e-6)),
    "a small epsilon": each(lambda part: part if whole(part) else part + 1e-6),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_numbers_pass_in_every_exercise(change):
    for exercise in ALL:
        assert report(exercise, after(exercise, change)).startswith("correct"), exercise.name


@by_name
def test_an_answer_in_float32_passes(exercise):
    assert report(exercise, lambda *arguments: exercise.reference(*cast(arguments))).startswith("correct")


def by_pytorchs_formula(grad, threshold):
    return grad * min(1.0, threshold / (np.linalg.norm(grad) + 1e-6))


def with_an_epsilon(scores, mask):
    scores = np.where(mask, scores, -1e9)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask
    return powers / (powers.sum(axis=1, keepdims=True) + 1e-7)


@pytest.mark.parametrize(
    ("exercise", "attempt"),
    [
        (answers_04.SAFE_CLIP, by_pytorchs_formula),
        (answers_09.MASKED_SOFTMAX, with_an_epsilon),
        (answers_03.HALF_LIFE, lambda bias: -np.float32(np.log(2)) / np.log(1 / (1 + np.exp(-np.float32(bias))))),
        (answers_03.HALF_LIFE, lambda bias: np.log(2) / np.log1p(np.exp(-bias))),
        (answers_04.GLOBAL_NORM, lambda grads: np.sqrt(sum((g**2).sum() for g in grads.values()) + 1e-12)),
        (answers_01.AUTOCORRELATION, lambda s, lag: answers_01.autocorrelation(s, lag) / (1 + 1e-8)),
        (answers_01.CHAIN_RULE, lambda x, y: np.array(answers_01.chain_rule(x, y))),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_slightly_different_formula_passes(exercise, attempt):
    assert report(exercise, attempt).startswith("correct")


class Unshowable:
    """An object that answers every question about it with an error."""

    def __array__(self, *_, **__):
        raise RuntimeError("no array")

    __repr__ = __eq__ = __len__ = __bool__ = __float__ = __str__ = __array__


def masked(part):
    return np.ma.masked_array(part, np.zeros(np.shape(part), bool))


WRONG = {
    "complex": each(lambda part: part + 5j),
    "complex without an imaginary part": each(lambda part: part + 0j),
    "text": each(lambda part: np.asarray(part).astype(str)),
    "eight strings": lambda _: ["a"] * 8,
    "an array of eight strings": lambda _: np.array(list("abcdefgh")),
    "bytes": lambda _: b"12345678",
    "booleans": each(lambda part: np.ones(np.shape(part), bool)),
    "objects": each(lambda part: np.asarray(part).astype(object)),
    "objects in an array of parts": lambda got: np.array([got, None], dtype=object)[:1],
    "times": each(lambda part: np.asarray(part).astype("m8[s]")),
    "dates": each(lambda part: np.asarray(part).astype("M8[s]")),
    "masked": each(masked),
    "a list of masked": each(lambda part: [masked(row) for row in part] if np.ndim(part) else masked(part)),
    "None in place of one part": lambda got: (*got[:-1], None) if isinstance(got, tuple) else [None],
    "a dict": lambda got: {"a": got},
    "a set": lambda _: {1.0, 2.0},
    "a generator": lambda got: (part for part in (got,)),
    "a function": lambda got: lambda: got,
    "a class": lambda _: float,
    "a huge whole number": lambda _: 10**400,
    "a huge text": lambda _: "x" * 10**6,
    "many values": lambda _: tuple(range(10**4)),
    "one more dimension": each(lambda part: np.asarray(part)[None]),
    "a ragged list": lambda _: [[1.0], [1.0, 2.0]],
    "NaN": each(lambda part: np.asarray(part) * np.nan),
    "infinity": each(lambda part: np.asarray(part) + np.inf),
    "no value": each(lambda part: np.zeros(0)),
    "a value more": lambda got: (*got, 0.0) if isinstance(got, tuple) else (got, 0.0),
    "an object full of errors": lambda _: Unshowable(),
    "a list of them": each(lambda _: [Unshowable()]),
    "a thousandth more": each(lambda part: part + 1e-3),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_other_types_and_numbers_fail_in_every_exercise(change, capsys):
    for exercise in ALL:
        check(exercise, after(exercise, change))
        words = capsys.readouterr().out
        assert words.startswith(f"{exercise.name}: not yet correct\n  input:    ") and len(words) < 4000
        assert "expected" in words and "0x" not in words


def test_booleans_and_times_in_a_list_are_found():
    for last in (True, "1", np.timedelta64(1, "s"), None, 1j, np.ma.masked, np.bool_(True)):
        assert "numbers are asked for, not a list" in report(answers_09.SCALED_SCORES, lambda *_, last=last: [[last]])


def test_a_type_is_told_with_what_it_holds():
    words = report(answers_01.RNN_STEP, after(answers_01.RNN_STEP, lambda got: got + 5j))
    assert "got:      [[" in words and "numbers are asked for, not a ndarray of complex128" in words


def test_whole_numbers_have_to_be_exact():
    words = report(answers_03.EQUAL_WIDTH, lambda D, H: answers_03.equal_width(D, H) + 4e-6)
    assert "differs by 4e-06" in words


def test_a_difference_that_four_digits_hide_is_told():
    words = report(answers_04.SAFE_CLIP, lambda *a: answers_04.safe_clip(*a) * (1 + 1e-4))
    assert "expected: [0.6, 0.8] of shape (2,)\n  got:      [0.6001, 0.8001] of shape (2,)\n  differs by 8e-05" in words
    words = report(answers_04.SAFE_CLIP, lambda *a: answers_04.safe_clip(*a) * (1 + 2e-5))
    assert "expected: [0.6, 0.8] of shape (2,)\n  got:      [0.6, 0.8] of shape (2,)\n  differs by 2e-05" in words


def test_the_part_of_a_tuple_that_is_wrong_is_told():
    words = report(answers_03.LSTM_STEP, lambda *a: (answers_03.lstm_step(*a)[0], answers_03.lstm_step(*a)[0]))
    assert re.search(
        r"expected: \S+ of shape \(1, 1\)\n  got: +\S+ of shape \(1, 1\)\n  differs by .*, value 2 of 2", words
    )
    words = report(answers_03.LSTM_STEP, lambda *_: tuple(range(9)))
    assert "expected: a tuple of 2 values\n  got:      [0, 1, 2" not in words and "(0, 1, 2, 3, 4, 5, …)" in words
    assert "value 1 of 3" in report(answers_07.BEAM_STEP, after(answers_07.BEAM_STEP, lambda got: (None, *got[1:])))


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def raising(error):
    def attempt(series, lag):
        raise error

    return attempt


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(1),
        SystemExit(),
        KeyboardInterrupt(),
        GeneratorExit(),
        StopIteration(),
        RecursionError("deep"),
        MemoryError(),
        ExceptionGroup("two", [ValueError(), KeyError()]),
        UnicodeDecodeError("utf-8", b"a", 0, 1, "no"),
        Unspeakable(),
        BaseException("alone"),
        ValueError("\ud800"),
        ValueError("x" * 10**6),
        SyntaxError("bad"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_is_reported(error, capsys):
    check(answers_01.AUTOCORRELATION, raising(error))
    words = capsys.readouterr().out
    words.encode()
    told = "stopped with an error\n  input:    series = [1., 2., 3.] of shape (3,)\n            lag = 0\n  error:    "
    assert told in words and type(error).__name__ in words.split(told)[1].splitlines()[0]
    assert "in line:  raise error" in words and len(words) < 2000


def test_leaving_and_endless_recursion_are_reported():
    def leaves(series, lag):
        sys.exit()

    def deep(series, lag):
        return deep(series, lag)

    for attempt, name in ((leaves, "SystemExit"), (deep, "RecursionError")):
        assert f"error:    {name}" in report(answers_01.AUTOCORRELATION, attempt)
    assert "not a generator" in report(answers_01.AUTOCORRELATION, lambda series, lag: (yield 1.0))


@pytest.mark.parametrize("attempt", [3, None, "autocorrelation", Unshowable(), np.tanh, print])
def test_what_is_no_answer_is_reported(attempt):
    assert not report(answers_01.AUTOCORRELATION, attempt).startswith("correct")


def test_what_an_answer_breaks_is_mended():
    tanh, filters, kept = np.tanh, warnings.filters[:], np.geterr()

    def breaks(W_in, W, b, x_t, h_prev):
        h = answers_01.rnn_step(W_in, W, b, x_t, h_prev)
        np.seterr(all="raise")
        np.random.seed(0)  # noqa: NPY002 - a learner may
        warnings.simplefilter("error")
        del np.tanh, np.asarray, np.isfinite
        return h

    assert "AttributeError: module 'numpy' has no attribute" in report(answers_01.RNN_STEP, breaks)
    assert np.tanh is tanh and warnings.filters == filters and np.geterr() == kept
    assert report(answers_01.RNN_STEP, answers_01.rnn_step).startswith("correct")


def test_an_answer_that_warns_or_prints_may_be_right(capsys):
    def talks(series, lag):
        print("thinking …" * 1000)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        return answers_01.autocorrelation(series, lag)

    assert report(answers_01.AUTOCORRELATION, talks).startswith("correct")
    assert "thinking" in capsys.readouterr().out


def endless(series, lag):
    for _ in range(500):  # nearly
        try:
            time.sleep(0.01)
        except Exception:
            pass


class Endless:
    def __array__(self, *_, **__):
        while True:
            pass


@pytest.mark.parametrize("attempt", [endless, lambda *_: Endless()])
def test_an_endless_answer_is_stopped(monkeypatch, attempt):
    monkeypatch.setattr(exercises, "_PATIENCE", 0.2)
    handlers = [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT)]
    start = time.perf_counter()
    words = report(answers_01.AUTOCORRELATION, attempt)
    assert time.perf_counter() - start < 4 and exercises._stop not in handlers
    assert "stopped with an error\n  input:" in words and "error:    no answer after 0.2 seconds" in words
    assert [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGINT)] == handlers
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert ("in line:  time.sleep(0.01)" in words) == (attempt is endless)


def test_an_alarm_that_somebody_else_set_goes_on():
    heard = []
    old = signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        assert report(answers_01.CHAIN_RULE, answers_01.chain_rule).startswith("correct")
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60 and not heard
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def test_an_alarm_that_comes_too_late_stops_nothing():
    """Between the end of an answer and the end of the alarm, only code of the checker runs."""
    code = compile("stop(number, sys._getframe())", exercises.__file__, "exec")
    exec(code, {"stop": exercises._stop, "number": signal.SIGALRM, "sys": sys})
    for number, file in ((signal.SIGALRM, "<cell>"), (signal.SIGINT, exercises.__file__)):
        code = compile("stop(number, sys._getframe())", file, "exec")
        with pytest.raises(exercises._Stop):
            exec(code, {"stop": exercises._stop, "number": number, "sys": sys})


def test_a_key_that_is_pressed_interrupts():
    def attempt(series, lag):
        os.kill(os.getpid(), signal.SIGINT)  # what Ctrl-C does, and Jupyter's button
        time.sleep(5)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        check(answers_01.AUTOCORRELATION, attempt)
    assert signal.getsignal(signal.SIGINT) is handler is not exercises._stop


def test_outside_the_main_thread_and_on_windows_an_answer_is_checked_without_an_alarm(monkeypatch):
    words = []
    for attempt in (answers_01.autocorrelation, raising(KeyboardInterrupt())):
        thread = threading.Thread(target=lambda a=attempt: words.append(report(answers_01.AUTOCORRELATION, a)))
        thread.start()
        thread.join()
    assert words[0].startswith("correct") and "error:    KeyboardInterrupt" in words[1]
    monkeypatch.setattr(exercises, "_SIGNALS", [signal.SIGINT])
    monkeypatch.delattr(signal, "SIGALRM")
    monkeypatch.delattr(signal, "setitimer")
    assert report(answers_01.AUTOCORRELATION, answers_01.autocorrelation).startswith("correct")
    assert "on Windows, in a thread" in " ".join(check.__doc__.split())


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


def test_an_answer_that_changes_numpy_fools_nobody():
    """The right answers are there before it runs, and NumPy is as it was after it."""
    exercise, norm = next(e for e in ALL if e.name == "clip_by_norm" or "norm" in e.name), np.linalg.norm

    def attempt(*given):
        np.linalg.norm = lambda a, *rest: 5.0
        np.random.default_rng = None
        return exercise.reference(*given)

    report(exercise, attempt)
    assert np.linalg.norm is norm and callable(np.random.default_rng)
    assert report(exercise, exercise.reference).startswith("correct")
