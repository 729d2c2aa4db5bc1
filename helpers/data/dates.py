"""Dates as six languages write them, and as ISO 8601 does: three orders of day, month and year; lessons 7 and 9.

    'thursday, february 29, 2024'   'donnerstag, 29. februar 2024'   '2024年2月29日木曜日'   →   '2024-02-29'

They come from Babel (the Unicode CLDR), lower-cased. The styles: "medium" is digits or short names, "long" is long
names, "full" has the weekday. The style "short" is left out: 01/02/24 means two days.
"""

import datetime
from typing import NamedTuple

import numpy as np
from babel import Locale
from babel.dates import DateTimeFormat, format_date, tokenize_pattern

from helpers._checks import generator, one_of, whole

LOCALES = ("en_US", "de", "fr", "es", "it", "ja")
STYLES = ("medium", "long", "full")
TARGET = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}  # the parts of 2024-02-29
FIRST, _LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
DAYS = (_LAST - FIRST).days + 1
_FIELDS = {"y": "year", "M": "month", "d": "day"}  # as the patterns of Unicode write them


class Dates(NamedTuple):
    """Examples: what is read, what is to be written, and the language of each."""

    source: list[str]  # such as '1. märz 2024'
    target: list[str]  # such as '2024-03-01'
    locale: list[str]


def written(day: datetime.date, locale: str = "en_US", style: str = "long") -> str:
    """Write a day as a language does, in small letters: at most 35 characters for the years 1900 to 2099."""
    if not isinstance(day, datetime.date):
        raise ValueError(f"day: expected a datetime.date, got {day!r}")
    locale, style = one_of("locale", locale, LOCALES), one_of("style", style, STYLES)
    return format_date(day, style, locale).lower()


def spans(day: datetime.date, locale: str = "en_US", style: str = "long") -> dict[str, slice]:
    """Find where "year", "month" and "day" stand in `written(day, locale, style)`: the digits or the name of each."""
    text, end, found = written(day, locale, style), 0, {}
    for kind, value in tokenize_pattern(Locale.parse(locale).date_formats[style].pattern):
        name, count = (str(value[0]), int(value[1])) if kind == "field" else ("", 0)
        piece = DateTimeFormat(day, locale)[name * count].lower() if name else str(value)
        start, end = end, end + len(piece)
        if name in _FIELDS:
            found[_FIELDS[name]] = slice(start, end)
    if end != len(text):
        raise RuntimeError(f"the pattern of {locale} {style} does not fit {text!r}")
    return found


def frames(day: datetime.date, locale: str = "en_US", style: str = "long") -> list[tuple[slice, slice]]:
    """Pair the places of year, month and day in the ISO date with those in `written(day, locale, style)`."""
    found = spans(day, locale, style)
    return [(place, found[part]) for part, place in TARGET.items()]


def parse(text: str) -> datetime.date:
    """Read the text of an ISO date of the years 1900 to 2099, such as 2024-02-29; spaces around it do not count."""
    try:
        day = datetime.date.fromisoformat(text.strip())
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"text: expected a day such as 2024-02-29, got {text!r}") from error
    if not FIRST <= day <= _LAST:
        raise ValueError(f"text: expected a day of the years 1900 to 2099, got {day}")
    return day


def split(rng: np.random.Generator, train: int = 20_000, test: int = 2_500) -> tuple[Dates, Dates]:
    """Draw so many days for train and for test, each day once, in a random language and style; there are 73,049."""
    train, test = whole("train", train), whole("test", test)
    if train + test > DAYS:
        raise ValueError(f"train: expected at most {DAYS} days together with test, got {train} + {test}")
    days = [FIRST + datetime.timedelta(int(k)) for k in generator(rng).choice(DAYS, train + test, replace=False)]
    locales, styles = rng.choice(LOCALES, len(days)).tolist(), rng.choice(STYLES, len(days)).tolist()
    source = [written(*drawn) for drawn in zip(days, locales, styles, strict=True)]
    columns = source, [day.isoformat() for day in days], locales
    return Dates(*(column[:train] for column in columns)), Dates(*(column[train:] for column in columns))
