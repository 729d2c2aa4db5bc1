"""Every sentence is borne out, lesson by lesson; and the checker sees what it is there to see."""

import importlib
import re
from pathlib import Path

import claims
import numpy as np
import pytest
import sources


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_the_words_of_a_lesson_are_borne_out(lesson):
    counts, faults = claims.look(lesson)
    assert not faults, "\n".join(faults)
    assert counts["tied"] > 0


def judged(text, *claim, must=True):
    found = [claims.unit("Summary", text, must)]
    return claims.look("00", found, [claim], [])[1]


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("39", 39),
        ("39", 38.6),
        ("3,960", 3960),
        ("0.125", 0.1254),
        ("97.0", 97.04),
        ("−2", -2.3),
        ("1.2·10⁴", 12_300),
        ("$1.2 \\cdot 10^{4}$", 11_600),
        ("1.2e-4", 1.16e-4),
        ("100", 100.3),
        ("1000", 1000),
        ("10.5", 10.52),
        ("10⁻⁹", 2.2e-9),
        ("$10^{-9}$", 4e-10),
        ("sixteen", 16),
        ("½", 0.5),
    ],
)
def test_a_number_stands_for_its_value_as_precisely_as_it_is_shown(shown, value):
    assert not judged(f"it is {shown} here", "it is {} here", value)


@pytest.mark.parametrize(
    ("shown", "value"),
    [("39", 39.6), ("0.125", 0.1256), ("97.0", 97.06), ("10⁻⁹", 2e-8), ("two", 3), ("7", float("nan")), ("7", "7")],
)
def test_another_value_is_a_fault_that_says_what_stands_and_what_is_right(shown, value):
    (fault,) = judged(f"it is {shown} here", "it is {} here", value)
    assert fault.startswith("lesson 00, Summary: 'it is") and shown in fault and str(value)[:4] in fault


def test_a_comparison_must_be_true():
    assert not judged("the first is better", "first is better", np.bool_(True))
    assert "does not hold" in judged("the first is better", "first is better", False)[0]
    assert "does not hold" in judged("the first is better", "first is better", 1)[0]  # no truth value


def test_every_place_is_looked_at():
    found = [claims.unit("Summary", "39 starts", True), claims.unit("README", "41 starts", True)]
    (fault,) = claims.look("00", found, [("{} starts", 39)], [])[1]
    assert "README" in fault and "41" in fault and "39" in fault


def test_words_that_stand_nowhere_are_a_fault():
    assert "stands nowhere" in judged("it is here", "it was {}", 3)[0]
    assert "stands nowhere" in claims.look("00", [claims.unit("Summary", "x", True)], [], ["16 seeds"])[1][0]


@pytest.mark.parametrize("text", ["it took 12 updates", "it is the best", "最も速い", "12 回の更新"])
def test_what_nobody_ties_is_a_fault_in_the_areas_alone(text):
    for must, faults in ((True, 1), (False, 0)):
        assert len(claims.look("00", [claims.unit("Summary", text, must)], [], [])[1]) == faults


@pytest.mark.parametrize(
    "text", ["see lesson 3", "in sections 2 and 3", "$h^{t-1}$ and $c_0 = 1$", "float32", "(3) is it"]
)
def test_places_formulas_and_names_are_no_results(text):
    assert not claims.look("00", [claims.unit("Summary", text, True)], [], [])[1]


def test_marks_and_links_do_not_hide_words():
    text = "with **39** of `40` starts ([lesson 2](02_bptt.ipynb)\n says so), $\\rho = 2$"
    assert not judged(text, "with {} of {} starts (lesson 2 says so), \\rho = {}", 39, 40, 2)


def tied_numbers():
    """All numbers in the areas that a claim ties: (lesson, number of the unit, span)."""
    for lesson in claims.LESSONS:
        found = claims.units(lesson)
        claims.look(lesson, found)
        for k, piece in enumerate(found):
            if piece.must:
                for match in claims.NUMBER.finditer(piece.text):
                    if claims.within(match.span(), piece.tied) and not claims.touches(match.span(), piece.formulas):
                        yield lesson, k, match


def changed(text):
    """Another number of the same form."""
    return re.sub(r"\d(?=\D*$)", lambda match: str((int(match[0]) + 1) % 10), text)


def test_thirty_changed_numbers_are_caught():
    numbers = list(tied_numbers())
    for k in np.random.default_rng(0).choice(len(numbers), 30, replace=False):
        lesson, place, match = numbers[k]
        found = claims.units(lesson)
        text = found[place].text
        found[place].text = text[: match.start()] + changed(match[0]) + text[match.end() :]
        faults = claims.look(lesson, found)[1]
        assert faults, f"lesson {lesson}: {match[0]} became {changed(match[0])} in {text!r}"


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_a_changed_table_is_caught(lesson, monkeypatch):
    code = (Path(claims.__file__).parent / f"lesson_{lesson}.py").read_text(encoding="utf-8")
    right, module = sources.table, importlib.import_module(f"lesson_{lesson}")

    def wrong(name):
        return [
            {key: v * 1.5 + 1 if isinstance(v, float | int) else v for key, v in row.items()} for row in right(name)
        ]

    monkeypatch.setattr(sources, "table", wrong)
    if "table(" in code:
        try:
            spoilt = {}
            exec(compile(code, f"lesson_{lesson}", "exec"), spoilt)  # as importing it anew, beside the module
        except (LookupError, ValueError, ZeroDivisionError):
            return  # what the table lacks is told at once
        assert claims.look(lesson, None, spoilt["CLAIMS"], module.GIVEN)[1]
