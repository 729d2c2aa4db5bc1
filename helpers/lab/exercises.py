"""Questions with instant feedback, and exercises that show the smallest input on which an answer fails.

Both are written in the answers of a lesson, so that the notebook does not show what is right.
"""

import html
import inspect
import linecache
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import dropwhile
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
from IPython.display import HTML

from helpers.lab.style import COLOURS

_SEED = 20  # the cases of an exercise are the same for everybody


class Exercise(NamedTuple):
    """A function for the learner to write, and what is needed to judge it."""

    name: str  # of the function
    task: str  # what it takes and returns, in one or two sentences
    reference: Callable[..., Any]  # a right answer; its argument names are those of the task
    cases: Callable[[np.random.Generator], list[tuple[Any, ...]]]  # makes tuples of arguments, from small to large
    hints: tuple[str, ...]  # from a nudge to nearly the answer
    wrong: tuple[Callable[..., Any], ...]  # typical wrong answers, which the tests expect to fail
    tolerance: float = 1e-9  # the largest relative difference that counts as equal; floors of 1 avoid a division by 0


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

    attempt is the learner's function; a stub raises NotImplementedError or returns None or an ellipsis.
    """
    print(f"{exercise.name}: {report(exercise, attempt)}")  # noqa: T201 - printing is its purpose


def report(exercise: Exercise, attempt: Callable[..., Any]) -> str:
    """Judge an attempt at an exercise and return what `check` prints after its name: "correct …" for a right answer."""
    cases = exercise.cases(np.random.default_rng(_SEED))
    for number, case in enumerate(cases):
        expected = exercise.reference(*_copy(case))
        given = _copy(case)
        try:
            with np.errstate(all="ignore"):
                got = attempt(*given)
        except NotImplementedError:
            got = None
        except Exception as error:
            return f"stopped with an error\n  input:    {_inputs(exercise, case)}\n  error:    {_where(error, attempt)}"
        if got is None or got is ...:
            if number == 0:
                return "not attempted yet (or it returns nothing)"
            fault = "expected a value, got None"
        elif _differs(list(given), list(case)):
            fault = "the function changed one of its arguments; work on a copy or make a new array"
        else:
            fault = _fault(expected, got, exercise.tolerance)
        if fault:
            return f"not yet correct\n  input:    {_inputs(exercise, case)}\n  {fault}"
    return f"correct on {len(cases)} cases"


def _copy(case: Sequence[Any]) -> tuple[Any, ...]:
    """Copy the arrays of a case, so that an answer may spoil them."""
    return tuple(_own(value) for value in case)


def _own(value: Any) -> Any:
    """Copy an array, or those of a dict."""
    if isinstance(value, dict):
        return {name: _own(part) for name, part in value.items()}
    return np.array(value) if isinstance(value, np.ndarray) else value


def _differs(ours: Any, theirs: Any) -> bool:
    """Tell whether two arguments differ; NaN equals NaN."""
    if isinstance(theirs, dict):
        return list(ours) != list(theirs) or _differs(list(ours.values()), list(theirs.values()))
    if isinstance(theirs, list):
        return len(ours) != len(theirs) or any(map(_differs, ours, theirs))
    a, b = np.asarray(ours), np.asarray(theirs)
    return not np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f")


def _fault(expected: Any, got: Any, tolerance: float) -> str:
    """Say how a result differs from the expected one, "" where it does not."""
    pair = f"expected: {_show(expected)}\n  got:      {_show(got)}"
    if isinstance(expected, tuple):
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return f"{pair}\n  a tuple of {len(expected)} values is asked for"
        faults = (_fault(one, other, tolerance) for one, other in zip(expected, got, strict=True))
        return pair if any(faults) else ""
    try:
        ours, theirs = np.asarray(expected, dtype=float), np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        return f"{pair}\n  numbers are asked for, not a {type(got).__name__}"
    if ours.shape != theirs.shape:
        return f"expected: shape {ours.shape}\n  got:      shape {theirs.shape}"
    if not np.isfinite(theirs).all():
        return f"{pair}\n  the result holds NaN or infinite values"
    worst = float(np.max(np.abs(ours - theirs) / np.maximum(1.0, np.abs(ours)), initial=0.0))
    return "" if worst <= tolerance else pair


def _show(value: Any) -> str:
    """Write a value in one line: numbers short, an array with its shape, a large one by its first values."""
    if isinstance(value, tuple):
        return "(" + ", ".join(_show(part) for part in value) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_show(part)}" for name, part in value.items()) + "}"
    if isinstance(value, np.ndarray) and value.ndim:
        first = value.ravel()[:6].tolist()
        if value.size > len(first):
            return f"shape {value.shape}, first values {', '.join(f'{v:.4g}' for v in first)}, …"
        return " ".join(np.array2string(value, precision=4, separator=", ").split()) + f" of shape {value.shape}"
    if isinstance(value, (int, float, np.number, np.ndarray)):
        return f"{float(value):.4g}"
    return f"a {type(value).__name__}"


def _inputs(exercise: Exercise, case: Sequence[Any]) -> str:
    """Write the arguments of a case, a line for each."""
    names = inspect.signature(exercise.reference).parameters
    return "\n            ".join(f"{name} = {_show(value)}" for name, value in zip(names, case, strict=True))


def _where(error: Exception, attempt: Callable[..., Any]) -> str:
    """Name an error and the line of the learner's own function that led to it."""
    words, code = f"{type(error).__name__}: {error}", getattr(attempt, "__code__", None)
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
