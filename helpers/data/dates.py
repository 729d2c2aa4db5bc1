"""Dates as six languages write them, and as ISO 8601 does: three orders of day, month and year onto one.

    'thursday, february 29, 2024'   'donnerstag, 29. februar 2024'   '2024年2月29日木曜日'   →   '2024-02-29'

They come from Babel (the Unicode CLDR), lower-cased. The style "short" is left out: 01/02/24 means two days.
"""

import datetime
from typing import NamedTuple

import numpy as np
from babel import Locale
from babel.dates import DateTimeFormat, format_date, tokenize_pattern

from helpers._checks import generator, one_of, whole

LOCALES = ("en_US", "de", "fr", "es", "it", "ja")
STYLES = ("medium", "long", "full")
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
DAYS = (LAST - FIRST).days + 1
FIELDS = {"y": "year", "M": "month", "d": "day"}  # as the patterns of Unicode write them
TARGET = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}  # the parts of 2024-02-29


class Dates(NamedTuple):
    """Examples: what is read, what is to be written, and the language of each."""

    source: list[str]  # such as '1. märz 2024'
    target: list[str]  # such as '2024-03-01'
    locale: list[str]


def written(day: datetime.date, locale: str = "en_US", style: str = "long") -> str:
    """Write a day as a language does, in small letters.

    Parameters
    ----------
    day : datetime.date
        The day.
    locale : {"en_US", "de", "fr", "es", "it", "ja"}
        The language.
    style : {"medium", "long", "full"}
        Digits or short names, long names, with the weekday.

    Returns
    -------
    str
        At most 35 characters for the years 1900 to 2099.

    Raises
    ------
    ValueError
        If `day` is no date, or the language or the style is unknown.
    """
    if not isinstance(day, datetime.date):
        raise ValueError(f"day: expected a datetime.date, got {day!r}")
    locale, style = one_of("locale", locale, LOCALES), one_of("style", style, STYLES)
    return format_date(day, style, locale).lower()


def spans(day: datetime.date, locale: str = "en_US", style: str = "long") -> dict[str, slice]:
    """Find the characters of a written day that carry its year, its month and its day.

    Parameters
    ----------
    day : datetime.date
        The day.
    locale : {"en_US", "de", "fr", "es", "it", "ja"}
        The language.
    style : {"medium", "long", "full"}
        As for `written`.

    Returns
    -------
    dict of str to slice
        "year", "month" and "day", each the place of its digits or its name in ``written(day, locale, style)``.

    Raises
    ------
    ValueError
        As `written` does.
    """
    text, end, found = written(day, locale, style), 0, {}
    for kind, value in tokenize_pattern(Locale.parse(locale).date_formats[style].pattern):
        name, count = (str(value[0]), int(value[1])) if kind == "field" else ("", 0)
        piece = DateTimeFormat(day, locale)[name * count].lower() if name else str(value)
        start, end = end, end + len(piece)
        if name in FIELDS:
            found[FIELDS[name]] = slice(start, end)
    if end != len(text):
        raise RuntimeError(f"the pattern of {locale} {style} does not fit {text!r}")
    return found


def frames(day: datetime.date, locale: str = "en_US", style: str = "long") -> list[tuple[slice, slice]]:
    """Pair the parts of the ISO date with the characters that carry them in a written day.

    Parameters
    ----------
    day : datetime.date
        The day.
    locale : {"en_US", "de", "fr", "es", "it", "ja"}
        The language.
    style : {"medium", "long", "full"}
        As for `written`.

    Returns
    -------
    list of tuple of slice
        For year, month and day: places in ``day.isoformat()``, and in ``written(day, locale, style)``.

    Raises
    ------
    ValueError
        As `written` does.
    """
    found = spans(day, locale, style)
    return [(place, found[part]) for part, place in TARGET.items()]


def parse(text: str) -> datetime.date:
    """Read an ISO date of the years 1900 to 2099.

    Parameters
    ----------
    text : str
        Such as '2024-02-29'; spaces around it do not count.

    Returns
    -------
    datetime.date
        The day.

    Raises
    ------
    ValueError
        If it is no such date.
    """
    try:
        day = datetime.date.fromisoformat(text.strip())
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"text: expected a day such as 2024-02-29, got {text!r}") from error
    if not FIRST <= day <= LAST:
        raise ValueError(f"text: expected a day of the years 1900 to 2099, got {day}")
    return day


def split(rng: np.random.Generator, train: int = 20_000, test: int = 2_500) -> tuple[Dates, Dates]:
    """Draw days of 1900 to 2099, each once, in a random language and style.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where days, languages and styles come from.
    train, test : int
        Number of examples of both parts, together at most 73,049, the days there are.

    Returns
    -------
    train, test : Dates
        No day of the one occurs in the other, in whatever language, so no source string does.

    Raises
    ------
    ValueError
        If a number is below 1, there are not so many days, or `rng` is no Generator.
    """
    train, test = whole("train", train), whole("test", test)
    if train + test > DAYS:
        raise ValueError(f"train: expected at most {DAYS} days together with test, got {train} + {test}")
    days = generator(rng).choice(DAYS, train + test, replace=False)
    locales, styles = rng.choice(LOCALES, len(days)), rng.choice(STYLES, len(days))
    drawn = [
        (written(day, str(locale), str(style)), day.isoformat(), str(locale))
        for k, locale, style in zip(days, locales, styles, strict=True)
        for day in [FIRST + datetime.timedelta(int(k))]
    ]
    return _columns(drawn[:train]), _columns(drawn[train:])


def _columns(rows: list[tuple[str, str, str]]) -> Dates:
    """Return the three columns."""
    source, target, locale = (list(column) for column in zip(*rows, strict=True))
    return Dates(source, target, locale)
