"""Dates in six languages: what Babel writes, and a split in which no day occurs twice."""

import datetime
import re

import numpy as np
import pytest

from helpers.data import characters, dates

DAY = datetime.date(2024, 2, 29)
LONG = {
    "en_US": "february 29, 2024",
    "de": "29. februar 2024",
    "fr": "29 février 2024",
    "es": "29 de febrero de 2024",
    "it": "29 febbraio 2024",
    "ja": "2024年2月29日",
}


def rng(seed=0):
    return np.random.default_rng(seed)


def test_six_languages():
    assert {locale: dates.written(DAY, locale) for locale in dates.LOCALES} == LONG
    assert dates.written(DAY) == LONG["en_US"]
    assert dates.written(DAY, "de", "medium") == "29.02.2024"
    assert dates.written(DAY, "ja", "full") == "2024年2月29日木曜日"
    assert dates.written(DAY, "it", "full") == "giovedì 29 febbraio 2024"


def test_the_places_of_year_month_and_day():
    where = {locale: dates.spans(DAY, locale, "full") for locale in dates.LOCALES}
    months = {"en_US": "february", "de": "februar", "fr": "février", "es": "febrero", "it": "febbraio", "ja": "2"}
    for locale, found in where.items():
        text = dates.written(DAY, locale, "full")
        assert {part: text[place] for part, place in found.items()} == {
            "year": "2024",
            "month": months[locale],
            "day": "29",
        }
    assert dates.spans(DAY, "de", "medium") == {"day": slice(0, 2), "month": slice(3, 5), "year": slice(6, 10)}
    assert dates.spans(DAY) == {"month": slice(0, 8), "day": slice(9, 11), "year": slice(13, 17)}


@pytest.mark.parametrize("style", dates.STYLES)
@pytest.mark.parametrize("locale", dates.LOCALES)
def test_the_places_hold_for_every_month(locale, style):
    names = set()
    for month in range(1, 13):
        day = datetime.date(1987, month, 4)
        text, found = dates.written(day, locale, style), dates.spans(day, locale, style)
        assert set(found) == {"year", "month", "day"}
        assert text[found["year"]] == "1987" and int(text[found["day"]]) == 4
        names.add(text[found["month"]])
    assert len(names) == 12


def test_frames_pair_target_and_source():
    for locale in dates.LOCALES:
        text = dates.written(DAY, locale, "medium")
        year, month, day = dates.frames(DAY, locale, "medium")
        assert DAY.isoformat()[year[0]] == text[year[1]] == "2024"
        assert DAY.isoformat()[month[0]] == "02"
        assert DAY.isoformat()[day[0]] == text[day[1]] == "29"


def test_an_iso_date_is_read():
    assert dates.parse(" 2024-02-29 ") == DAY and dates.parse("1900-01-01") == dates.FIRST


@pytest.mark.parametrize("text", ["", "2023-02-29", "29.02.2024", "tomorrow", None, 20240229])
def test_what_is_no_iso_date(text):
    with pytest.raises(ValueError, match="text: expected a day such as 2024-02-29, got"):
        dates.parse(text)


@pytest.mark.parametrize("text", ["1899-12-31", "2100-01-01"])
def test_a_day_of_other_centuries(text):
    with pytest.raises(ValueError, match="text: expected a day of the years 1900 to 2099, got"):
        dates.parse(text)


def test_places_of_what_is_no_date():
    with pytest.raises(ValueError, match="day: expected"):
        dates.spans("2024-02-29")
    with pytest.raises(ValueError, match="style: expected"):
        dates.spans(DAY, "de", "short")


def test_one_string_means_one_day():
    meaning = {}
    for k in range(0, dates.DAYS, 53):
        day = dates.FIRST + datetime.timedelta(k)
        for locale in dates.LOCALES:
            for style in dates.STYLES:
                text = dates.written(day, locale, style)
                assert meaning.setdefault(text, day) == day and len(text) <= 35 and text == text.lower()
    assert dates.FIRST + datetime.timedelta(dates.DAYS - 1) == dates._LAST


def test_no_day_and_no_string_is_in_both_parts():
    train, test = dates.split(rng(), 3000, 500)
    assert len(train.source) == len(train.target) == len(train.locale) == 3000 and len(test.source) == 500
    assert len(set(train.target) | set(test.target)) == 3500
    assert not set(train.source) & set(test.source)
    assert all(re.fullmatch(r"(19|20)\d\d-[01]\d-[0-3]\d", target) for target in train.target)
    assert all(380 < train.locale.count(locale) < 620 for locale in dates.LOCALES)  # 500 ± 20
    assert all(isinstance(text, str) and type(text) is str for part in train for text in part)


def test_source_and_target_are_the_same_day():
    train, _ = dates.split(rng(), 200, 1)
    for source, target, locale in zip(*train, strict=True):
        day = datetime.date.fromisoformat(target)
        assert source in [dates.written(day, locale, style) for style in dates.STYLES]


def test_the_training_part_knows_every_character():
    train, test = dates.split(rng(1))
    vocabulary = characters.vocabulary(train.source)
    assert len(vocabulary.words) == 3 + 52
    characters.encode(test.source, vocabulary)
    assert set(characters.vocabulary(train.target).index) == set("0123456789-")


def test_seeds():
    assert dates.split(rng(1), 20, 5) == dates.split(rng(1), 20, 5) != dates.split(rng(2), 20, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dates.written("2024-02-29"), "day: expected a datetime.date, got '2024-02-29'"),
        (lambda: dates.written(DAY, "nl"), "locale: expected one of 'en_US', .* got 'nl'"),
        (lambda: dates.written(DAY, "de", "short"), "style: expected one of 'medium', 'long', 'full', got 'short'"),
        (lambda: dates.split(rng(), 0), "train: expected a whole number of at least 1, got 0"),
        (lambda: dates.split(rng(), 5, 0), "test: expected a whole number"),
        (
            lambda: dates.split(rng(), 73_049, 1),
            r"train: expected at most 73049 days together with test, got 73049 \+ 1",
        ),
        (lambda: dates.split(0, 5, 5), "rng: expected"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
