"""The Japanese characters of the pages as a small font, for readers whose system has none.

A part of IPAex Gothic, whose licence (IPA Font License 1.0) goes with it: the part bears another name, and the whole
font is in the package matplotlib-fontja.
"""

import re
import shutil
from pathlib import Path

import matplotlib_fontja
from fontTools import subset
from fontTools.ttLib import TTFont

NAME = "Unrolled Japanese"
JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
FONTS = Path(matplotlib_fontja.__file__).with_name("fonts")


def write(texts, folder):
    """Write the font of the Japanese characters in texts, and its licence, into a folder."""
    font = TTFont(FONTS / "ipaexg.ttf")
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=[1, 2, 13, 14], hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(set(JAPANESE.findall("".join(texts))))))
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = NAME
    font.flavor = "woff"
    font.save(folder / "japanese.woff")
    for name in ("IPA_Font_License_Agreement_v1.0.txt", "Readme_ipaexg00401.txt"):
        shutil.copy(FONTS / name, folder)
