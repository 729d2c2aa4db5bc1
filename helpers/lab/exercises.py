"""Questions with instant feedback, and exercises that show the smallest input on which an answer fails.

Both are written in the answers of a lesson, so that the notebook does not show what is right.
"""

import html
import inspect
import linecache
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from itertools import dropwhile
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
from IPython.display import HTML

from helpers.lab.style import COLOURS

_SEED = 20  # the cases of an exercise are the same for everybody
_PATIENCE = 10.0  # seconds that an answer may take
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGALRM") if hasattr(signal, name)]  # Windows has no alarm


class Exercise(NamedTuple):
    """A function for the learner to write, and what is needed to judge it."""

    name: str  # of the function
    task: str  # what it takes and returns, in one or two sentences
    reference: Callable[..., Any]  # a right answer; its argument names are those of the task
    cases: Callable[[np.random.Generator], list[tuple[Any, ...]]]  # makes tuples of arguments, from small to large
    hints: tuple[str, ...]  # from a nudge to nearly the answer
    wrong: tuple[Callable[..., Any], ...]  # typical wrong answers, which the tests expect to fail
    # The largest difference that counts as equal, relative to what is right where that is above 1: float32 stays below
    # 2e-6 in every exercise, so does an ε of 1e-6 under a fraction line; the mistakes are off by more than 0.1.
    tolerance: float = 1e-5


class Question(NamedTuple):
    """A question with its options; formulas are in Unicode."""

    question: str  # what is asked, HTML
    answer: str | tuple[str, ...]  # the right option, or all that are accepted
    why: Mapping[str, str]  # every option, plain text, with the reason why it is right or not, HTML


class Quiz(ipywidgets.VBox):
    """A question, its options and a line of feedback; made by `quiz`."""

    def __init__(self, question: str, options: Sequence[str], right: set[str], why: Mapping[str, str]) -> None:
        self._right, self._why = right, why
        self.choice = ipywidgets.RadioButtons(options=list(options), value=None)
        self.choice.layout.width = "max-content"
        self.choice.layout.max_width = "100%"
        # The feedback has its line before there is any, so that the page does not jump.
        self.feedback = ipywidgets.HTML("<span>Choose an answer.</span>")
        self.feedback.layout.max_width, self.feedback.layout.min_height = "700px", "2.6em"
        self.feedback.add_class("unrolled-feedback")
        super().__init__((ipywidgets.HTML(f"<b>{question}</b>"), self.choice, self.feedback))
        self.add_class("unrolled-quiz")
        self.choice.observe(self._judge, names="value")

    def __repr__(self) -> str:
        """Say little: this text is stored in the notebook in place of the live question."""
        return f"Quiz: {len(self.choice.options)} options (run this cell to answer)"

    def _judge(self, _: Any) -> None:
        """Write the feedback for what is chosen."""
        chosen = self.choice.value
        if chosen is None:
            self.feedback.value = "<span>Choose an answer.</span>"
            return
        mark, word, look = ("✓", "Right.", "right") if chosen in self._right else ("✗", "Not yet.", "wrong")
        colour = COLOURS[f"{look} answer"]
        self.feedback.value = f'<span style="color:{colour}">{mark} <b>{word}</b></span> {self._why[chosen]}'


def quiz(question: str, answer: str | Iterable[str], why: Mapping[str, str]) -> Quiz:
    """Ask a question that answers back: ``quiz(*question)`` for a `Question`.

    question is HTML, answer the right option or all that are accepted, why maps every option, plain text, to the reason
    why it is right or not, HTML. Returns a widget. Fewer than two options, or an answer that is none of them, are
    refused.
    """
    right = {answer} if isinstance(answer, str) else set(answer)
    if len(why) < 2:
        raise ValueError(f"why must hold at least two options; got {list(why)}")
    if not right or not right <= set(why):
        raise ValueError(f"answer must be among the options {list(why)}; got {sorted(right)}")
    return Quiz(question, list(why), right, why)


def check(exercise: Exercise, attempt: Callable[..., Any]) -> None:
    """Print one short report on an attempt at an exercise: not attempted, correct, or the smallest failing input.

    attempt is the learner's function; a stub raises NotImplementedError or returns None or an ellipsis. Whatever it
    raises is reported, sys.exit() too. After 10 seconds it is stopped. It is not on Windows, in a thread, within one
    call into NumPy, or where its own `except:` catches the stop: interrupt the kernel there.
    """
    print(f"{exercise.name}: {report(exercise, attempt)}")  # noqa: T201 - printing is its purpose


def report(exercise: Exercise, attempt: Callable[..., Any]) -> str:
    """Judge an attempt at an exercise and return what `check` prints after its name: "correct …" for a right answer."""
    told, kept = "\n  ", [(module, vars(module).copy()) for module in (np, np.linalg, np.random)]  # may be changed
    main = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.signal(number, _stop) for number in _SIGNALS if main}
    before = signal.setitimer(signal.ITIMER_REAL, _PATIENCE, 0.1) if len(handlers) == 2 else None
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            cases = exercise.cases(np.random.default_rng(_SEED))
            right = [exercise.reference(*deepcopy(case)) for case in cases]  # before the answer can change NumPy
            for number, (case, expected) in enumerate(zip(cases, right, strict=True)):
                told = f"\n  input:    {_inputs(exercise, case)}\n  "
                given = deepcopy(case)
                try:
                    got = attempt(*given)
                except NotImplementedError:
                    got = None
                if got is None or got is ...:
                    if number == 0:
                        return "not attempted yet (or it returns nothing)"
                    fault = "expected a value, got None"
                elif _differs(list(given), list(case)):
                    fault = "the function changed one of its arguments; work on a copy or make a new array"
                else:
                    fault = _fault(expected, got, exercise.tolerance)
                if fault:
                    return f"not yet correct{told}{fault}"
        return f"correct on {len(cases)} cases"
    except BaseException as error:  # SystemExit too, and a KeyboardInterrupt for which no key was pressed
        if isinstance(error, _Stop) and error.args == (signal.SIGINT,):
            raise KeyboardInterrupt from None
        return f"stopped with an error{told}error:    {_where(error, attempt)}"
    finally:
        if before:
            signal.setitimer(signal.ITIMER_REAL, *before)
        for number, handler in handlers.items():
            signal.signal(number, handler or signal.SIG_DFL)
        for module, names in kept:
            vars(module).update(names)


class _Stop(BaseException):
    """A signal stops an answer, whose `except Exception` does not catch this."""


def _stop(number: int, frame: Any) -> None:
    """Stop an answer; one that has just ended is not told that it was late."""
    if number == signal.SIGINT or frame.f_code.co_filename != __file__:
        raise _Stop(number)


def _differs(ours: Any, theirs: Any) -> bool:
    """Tell whether two arguments differ; NaN equals NaN."""
    if isinstance(theirs, dict):
        return list(ours) != list(theirs) or _differs(list(ours.values()), list(theirs.values()))
    if isinstance(theirs, list):
        return len(ours) != len(theirs) or any(map(_differs, ours, theirs))
    if type(ours) is not type(theirs):
        return True
    a, b = np.asarray(ours), np.asarray(theirs)
    return a.dtype != b.dtype or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _fault(expected: Any, got: Any, tolerance: float) -> str:
    """Say how a result differs from the expected one, "" where it does not; whole numbers have to be exact."""
    if isinstance(expected, tuple):
        if type(got) is np.ndarray and got.ndim and got.dtype.kind in "iuf":
            got = tuple(got)  # it unpacks to the same
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return f"expected: a tuple of {len(expected)} values\n  got:      {_show(got)}"
        faults = [_fault(one, other, tolerance) for one, other in zip(expected, got, strict=True)]
        return next((f"{fault}, value {n} of {len(faults)}" for n, fault in enumerate(faults, 1) if fault), "")
    pair = f"expected: {_show(expected)}\n  got:      {_show(got)}"
    ours, theirs = np.asarray(expected), _numbers(got)
    if theirs is None:
        kind = f" of {got.dtype}" if isinstance(got, np.ndarray) else ""
        return f"{pair}\n  numbers are asked for, not a {type(got).__name__}{kind}"
    if ours.shape != theirs.shape:
        return f"expected: shape {ours.shape}\n  got:      shape {theirs.shape}"
    if not np.isfinite(theirs).all():
        return f"{pair}\n  the result holds NaN or infinite values"
    gaps = np.abs(ours.astype(float) - theirs)
    limits = np.maximum(1.0, np.abs(ours)) * (tolerance if ours.dtype.kind == "f" else 0)
    return f"{pair}\n  differs by {np.max(gaps):.1g}" if (gaps > limits).any() else ""


def _numbers(value: Any, kinds: str = "iuf") -> Any:
    """Return real numbers as an array; None for text, booleans, objects and what is masked, also within a list."""
    try:
        parts = value if isinstance(value, (list, tuple)) else ()
        plain = not isinstance(value, np.ma.MaskedArray) and all(_numbers(part, kinds) is not None for part in parts)
        return array if plain and (array := np.asarray(value)).dtype.kind in kinds else None
    except Exception:  # ragged, or an __array__ of the learner's own
        return None


def _show(value: Any) -> str:
    """Write a value in one line: numbers short, an array with its shape, a large one by its first values."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_show, value[:6])) + ", …" * (len(value) > 6) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_show(part)}" for name, part in value.items()) + "}"
    array = _numbers(value, "biufc")
    if array is None or not array.ndim:
        return f"a {type(value).__name__}" if array is None else f"{array.item():.4g}"
    first = array.ravel()[:6].tolist()
    if array.size > len(first):
        return f"shape {array.shape}, first values {', '.join(f'{v:.4g}' for v in first)}, …"
    return " ".join(np.array2string(array, precision=4, separator=", ").split()) + f" of shape {array.shape}"


def _inputs(exercise: Exercise, case: Sequence[Any]) -> str:
    """Write the arguments of a case, a line for each."""
    names = inspect.signature(exercise.reference).parameters
    return "\n            ".join(f"{name} = {_show(value)}" for name, value in zip(names, case, strict=True))


def _where(error: BaseException, attempt: Callable[..., Any]) -> str:
    """Name an error and the line of the learner's own function that led to it."""
    late, code = f"no answer after {_PATIENCE:g} seconds", getattr(attempt, "__code__", None)
    words = late if isinstance(error, _Stop) else traceback.format_exception_only(error)[-1].strip()[:500]
    words = words.encode("utf-8", "replace").decode()  # a lone surrogate cannot be printed
    own = [number for frame, number in traceback.walk_tb(error.__traceback__) if frame.f_code is code]
    # A function without a file or a cell, such as one made by exec, has no line to show.
    line = linecache.getline(code.co_filename, own[0]).strip() if code and own else ""
    return f"{words}\n  in line:  {line}" if line else words


def help_with(exercise: Exercise) -> HTML:
    """Show the hints and the answer of an exercise, each in a fold of its own."""
    folds = [(f"Hint {number}", html.escape(hint)) for number, hint in enumerate(exercise.hints, start=1)]
    folds.append(("Answer", f"<pre>{html.escape(_answer(exercise))}</pre>"))
    return HTML("\n".join(f"<details><summary>{title}</summary>{body}</details>" for title, body in folds))


def _answer(exercise: Exercise) -> str:
    """Return the code of the reference as a learner would write it, without annotations."""
    lines = inspect.getsource(exercise.reference).rstrip().splitlines()
    body = list(dropwhile(lambda line: not line.endswith(":"), lines))[1:]
    names = [name.replace(annotation=name.empty) for name in inspect.signature(exercise.reference).parameters.values()]
    return "\n".join([f"def {exercise.name}{inspect.Signature(names)}:", *body])
