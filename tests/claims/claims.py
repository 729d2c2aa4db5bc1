"""Hold the words of the course against what was measured: make claims. CONTRIBUTING.md says how one is written.

A lesson's words are cut into units: a paragraph, a point of a list, a cell of a table, a title, a question. A claim is
words with {} for each number, and the right values in their order; it is looked for in all units of its lesson and in
the README. Words without {} are a comparison, whose value must be True. GIVEN names settings and definitions.
"""

import ast
import importlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sources

from helpers.lab.exercises import Question

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.name[:2] for path in sources.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
WORDS = ["no", *"one two three four five six seven eight nine ten eleven twelve thirteen".split()]
WORDS += "fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
NAMED = {word: float(k) for k, word in enumerate(WORDS)} | {"none": 0.0, "half": 0.5, "½": 0.5, "¼": 0.25, "¾": 0.75}
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
POWER = r"10(?:\^\{?[−-]?\d+\}?|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
WHOLE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
DIGITS = rf"(?:{POWER}|[−-]?{WHOLE}(?:\.\d+)?(?:e[+-]?\d+| ?[·×] ?{POWER})?)"
# A digit beside a letter is part of a name or a formula: float32, GRU-64, 2x, 2(x + y).
NUMBER = re.compile(rf"(?<![A-Za-z0-9_^.,])(?<![A-Za-z]-){DIGITS}(?![A-Za-z(\d])")
SLOT = rf"((?<![A-Za-z0-9_.])(?:{DIGITS}|(?:{'|'.join(NAMED)})(?![A-Za-z])))"
# Not results: where to read on, and years.
PLACES = re.compile(
    r"\b(?:[Ll]esson|[Ss]ection|[Ee]quation|[Ee]xercise|[Ff]igure|[Qq]uestion)s? \(?\d+\)?"
    r"(?:(?:, | and | to |–)\(?\d+\)?)*"
    r"|\b(?:1[89]|20)\d\d\b(?!,)|レッスン ?\d+|第 ?\d+ ?(?:章|節)|式 ?\(?\d+\)?|\(\d+\)|ISO 8601"
)
COMPARED = re.compile(
    r"\b(?:best|worst|only|most|least|all|none|never|always|every|equal(?:ly)?|same|hardly|more|less|fewer|faster|slower"
    r"|sooner|better|worse|larger|smaller|higher|lower|longer|shorter|ahead|exactly)\b"
    r"|最も|より(?!も?高速に読)|のほうが|だけ|すべて|等しい|同じ|しか|ほとんど"
)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=。)")


@dataclass
class Unit:
    """A piece of the words: where it stands, its folded text, its formulas, whether all in it must be tied."""

    where: str
    text: str
    must: bool
    formulas: list = field(default_factory=list)
    tied: list = field(default_factory=list)
    given: list = field(default_factory=list)


def fold(text):
    """Return a text without marks, addresses, tags and double spaces, and where its formulas with letters lie."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    folded, formulas = "", []
    for k, piece in enumerate(re.split(r"(\$\$[^$]*\$\$|\$[^$]*\$)", text)):
        start = len(folded)
        piece = piece.replace(r"\cdot", "·").replace(r"\times", "×")
        words = re.sub(r"\s+", " ", re.sub(r"\\[,;! ]", " ", piece).translate(str.maketrans("", "", "*$`\\")))
        folded += words.lstrip() if folded.endswith(" ") or not folded else words
        if k % 2 and re.search(r"[A-Za-z]", piece):
            formulas.append((start, len(folded)))
    return folded.rstrip(), formulas


def unit(where, text, must):
    """Return the unit of a raw text."""
    folded, formulas = fold(text)
    return Unit(where, folded, must, formulas)


def blocks(text):
    """Cut Markdown into headings, paragraphs, points and the cells of tables: (text, column or None)."""
    lines, inside = [], False
    for line in text.splitlines():
        inside ^= line.lstrip().startswith("```")
        lines.append("" if inside or line.lstrip().startswith("```") else line)
    for part in re.split(r"\n\s*\n", "\n".join(lines)):
        if part.lstrip().startswith("|"):
            for line in part.strip().splitlines():
                if not re.fullmatch(r"[|\s:-]+", line):
                    for column, cell in enumerate(line.strip().strip("|").split("|")):
                        yield cell, column
        else:
            for point in re.split(r"\n(?=\s*(?:[-*]|\d+\.) |#)", part):
                yield re.sub(r"^\s*(?:(?:[-*]|\d+\.) |#+ )", "", point), None


def titles(code):
    """Yield the titles that code gives to figures; what an f-string computes is …, and ties itself."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "")
            given = node.args[:1] if name in ("set_title", "suptitle") else []
            for value in given + [word.value for word in node.keywords if word.arg == "title"]:
                for one in [part for part in ast.walk(value) if isinstance(part, ast.JoinedStr)] or ast.walk(value):
                    if isinstance(one, ast.JoinedStr):
                        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in one.values)
                    elif isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value


def strings(code):
    """Yield all texts in code."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def notebook_units(lesson):
    """Yield the units of a notebook: all in the verdicts, the Summary and まとめ must be tied, and titles."""
    section = ""
    for cell in sources.notebook(lesson)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            code = "\n".join("" if line.startswith(("%", "!")) else line for line in source.splitlines())
            yield from (unit(f"title in cell {cell['id']}", text, True) for text in titles(code))
            yield from (unit(f"cell {cell['id']}", text, False) for text in strings(code))
            continue
        for part in re.split(r"\n(?=#+ )", source):
            if heading := re.match(r"#+ (.*)", part):
                section = re.sub(r"^\d+ · ", "", heading[1])
            verdicts = "notes" in section.lower() and "measured" in section.lower()
            must = verdicts or section in ("Summary", "まとめ")
            for text, column in blocks(part):
                where = f"{section}, cell {cell['id']}"
                summed = must and not text.startswith("**Where next") and text != part.splitlines()[0].lstrip("# ")
                yield unit(where, text, summed and not (verdicts and column == 0))


def module_units(lesson):
    """Yield the titles in a lesson's modules and the texts of its questions."""
    for path in sorted(sources.NOTEBOOKS.glob(f"lessons/*_{lesson}.py")):
        yield from (unit(f"title in {path.name}", text, True) for text in titles(path.read_text(encoding="utf-8")))
    answers = importlib.import_module(f"lessons.answers_{lesson}")
    for name, value in vars(answers).items():
        if isinstance(value, Question):
            yield unit(f"question {name}", value.question, False)
            for option, why in value.why.items():
                yield unit(f"question {name}", option, False)
                yield unit(f"feedback in question {name}", why, True)


def readme_units(lesson):
    """Yield the README's paragraphs and cells; the lesson's rows of what was measured must be tied."""
    row, measured = None, False
    for text, column in blocks((ROOT / "README.md").read_text(encoding="utf-8")):
        if column is None:
            measured = text.startswith("From the notes") or (measured and not text.startswith("A kernel"))
        row = text.strip() if column == 0 else row
        yield unit("README", text, measured and column == 2 and row == str(int(lesson)))


def units(lesson):
    """Return all units of a lesson: its notebook, its modules, the README."""
    return [*notebook_units(lesson), *module_units(lesson), *readme_units(lesson)]


def shown(text):
    """Return the number that a text shows, and how far from it the right one may be."""
    text = text.strip()
    if text in NAMED:
        return NAMED[text], 1e-9
    digits, power = re.fullmatch(rf"(.*?)(?: ?[·×] ?)?(|{POWER}|e[+-]?\d+)", text).groups()
    exponent = int(re.sub(r"^(?:10\^?|e)|[{}]", "", power.translate(RAISED)) or 0) if power else 0
    digits = digits.replace(",", "").translate(RAISED) or "1"
    return float(digits) * 10.0**exponent, 0.5 * 10.0 ** (exponent - len(digits.partition(".")[2]))


def is_power(text):
    """Return whether a number is a bare power of ten: only its order counts."""
    return re.fullmatch(POWER, text.strip()) is not None


def right(text, value):
    """Return whether the number of a text is the value, as precisely as the text shows it."""
    if isinstance(value, str) or not np.isfinite(value):
        return False
    number, within = shown(text)
    if is_power(text):
        return value > 0 and round(float(np.log10(value))) == round(float(np.log10(number)))
    return abs(number - float(value)) <= within * (1 + 1e-9) + 1e-12


def pattern(words):
    """Return what finds a claim's words, a group for each number."""
    parts = [fold(part)[0] if part.strip() else "" for part in words.split("{}")]
    kept = [
        (" " * part[:1].isspace()) + folded + (" " * part[-1:].isspace()) if folded else " " * bool(part)
        for part, folded in zip(words.split("{}"), parts, strict=True)
    ]
    return re.compile(SLOT.join(re.escape(re.sub(r"\s+", " ", part)) for part in kept).strip())


def judge(lesson, claim, found):
    """Return what is wrong with a claim, and mark in the units what it ties."""
    words, *values = claim
    slots, flags = words.count("{}"), []
    if len(values) > slots:
        values, flags = values[:slots], values[slots:]
    if len(values) < slots or (not slots and not flags):
        return [f"lesson {lesson}: {words!r} has {slots} numbers and {len(values)} values"]
    wrong, seen = [], False
    if not all(isinstance(flag, (bool, np.bool_)) and flag for flag in flags):
        wrong.append(f"lesson {lesson}: {words!r} does not hold")
    for piece in found:
        for match in pattern(words).finditer(piece.text):
            seen = True
            piece.tied.append(match.span())
            for k, value in enumerate(values, 1):
                if not right(match[k], value):
                    at = f"lesson {lesson}, {piece.where}: {match[0]!r}"
                    wrong.append(
                        f"{at}: number {k} stands as {match[k]}, right is {value:.6g}"
                        if not isinstance(value, str)
                        else f"{at}: its source gives the text {value!r}"
                    )
    if not seen:
        wrong.append(f"lesson {lesson}: {words!r} stands nowhere: the words have changed, or a number is none")
    return wrong


def within(span, spans):
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def touches(span, spans):
    return any(start < span[1] and span[0] < end for start, end in spans)


def open_ends(lesson, found):
    """Return the counts of numbers and what in the areas is neither tied nor given."""
    counts, loose = {"tied": 0, "settings": 0, "neither": 0, "prose tied": 0, "prose rest": 0, "compared": 0}, []
    for piece in found:
        if piece.where == "README" and not piece.must:
            continue
        places = piece.formulas + [match.span() for match in PLACES.finditer(piece.text)]
        for match in NUMBER.finditer(piece.text):
            if touches(match.span(), places):
                continue
            kind = (
                "tied"
                if within(match.span(), piece.tied)
                else "settings"
                if within(match.span(), piece.given)
                else "neither"
            )
            if not piece.must:
                counts["prose tied" if kind == "tied" else "prose rest"] += 1
                continue
            counts[kind] += 1
            if kind == "neither":
                loose.append(f"lesson {lesson}, {piece.where}: {match[0]} is neither tied nor given: {piece.text!r}")
        start = 0
        for sentence in SENTENCE.split(piece.text) if piece.must else ():
            start = piece.text.index(sentence, start)
            span = (start, start + len(sentence))
            if COMPARED.search(sentence):
                counts["compared"] += 1
                if not touches(span, piece.tied + piece.given):
                    loose.append(f"lesson {lesson}, {piece.where}: a comparison that nothing ties: {sentence!r}")
    return counts, loose


def look(lesson, found=None, claims=None, given=None):
    """Return (counts, faults) of a lesson; units and claims may be handed in, for the trials."""
    found = units(lesson) if found is None else found
    if claims is None:
        module = importlib.import_module(f"lesson_{lesson}")
        claims, given = module.CLAIMS, module.GIVEN
    faults = []
    for claim in claims:
        faults += judge(lesson, claim, found)
    for words in given or ():
        seen = False
        for piece in found:
            for match in pattern(words).finditer(piece.text):
                seen = True
                piece.given.append(match.span())
        if not seen:
            faults.append(f"lesson {lesson}: given {words!r} stands nowhere")
    counts, loose = open_ends(lesson, found)
    return counts | {"claims": len(claims)}, faults + loose
