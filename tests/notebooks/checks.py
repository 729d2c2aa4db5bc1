"""What a stored notebook must be, beyond what nbval compares. Each check returns sentences, none when all is well."""

import base64
import dis
import io
import itertools
import re
import statistics
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import store
from PIL import Image

MEGABYTE = 1_000_000
CELLS = range(25, 73)
MEDIAN_LINES, MOST_LINES, BY_HAND_LINES, SET_UP_LINES = 6, 15, 25, 10
MOST_CHARACTERS = 96  # of a code line: a window of 1,280 pixels shows no more
# Root mean square over all pixels, of 255. Another processor may round a few edge pixels the other
# way, which stays far below; one digit that changes in a title gives 1.7, a line of another colour 10.
PICTURE_RMS = 0.5
PICTURES = ("image/png", "image/svg+xml", "image/jpeg")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp|private)/\w|\b[A-Z]:\\{1,2}Users")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def label(cell):
    first = (cell.source.strip() or "empty").splitlines()[0]
    return f"cell {cell.get('id', '?')} ({first[:40]})"


def lines_of(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def texts_of(output):
    """Return every text that an output shows."""
    if output.output_type == "stream":
        return ["".join(output.text)]
    if output.output_type == "error":
        return ["\n".join([output.ename, output.evalue, *output.traceback])]
    return ["".join(value) for kind, value in sorted(output.data.items()) if kind[:5] == "text/" and value]


def pictures_of(cell):
    """Return (MIME type, content) of every picture of a cell, in order."""
    return [
        (kind, "".join(output.data[kind]))
        for output in cell.outputs
        if output.output_type in ("display_data", "execute_result")
        for kind in PICTURES
        if kind in output.data
    ]


# ---- of the file alone


def stored_form(path):
    text = path.read_text(encoding="utf-8")
    found = [] if text == store.text_of(store.read(path)) else ["is not in its stored form: make store"]
    if len(text.encode()) >= MEGABYTE:
        found.append(f"holds {len(text.encode()) / MEGABYTE:.2f} MB, at most 1 is wanted")
    return found


def whole_run(notebook):
    """Every code cell was run, in order, and nothing went wrong."""
    found = []
    for number, cell in enumerate(code_cells(notebook), 1):
        if cell.execution_count != number:
            found.append(f"{label(cell)} has run as number {cell.execution_count}, not {number}: make store")
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"{label(cell)} wrote to stderr: {''.join(output.text).strip()[:200]}")
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                found.append(f"{label(cell)} failed without the tag raises-exception: {output.ename}: {output.evalue}")
        if "raises-exception" in cell.metadata.get("tags", []) and not any(
            output.output_type == "error" for output in cell.outputs
        ):
            found.append(f"{label(cell)} has the tag raises-exception and raised nothing")
    return found


def portable(notebook):
    """No widget state, no memory address, no path of a machine."""
    found = ["holds the state of widgets: make store"] if "widgets" in notebook.metadata else []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        shown = [text for output in outputs for text in texts_of(output)]
        if any(store.VIEW in output.get("data", {}) for output in outputs):
            found.append(f"{label(cell)} holds a widget view: make store")
        for text in shown:
            if match := ADDRESS.search(text):
                found.append(f"{label(cell)} shows a memory address, {match[0]}")
        for text in [cell.source, *shown]:
            if match := MACHINE_PATH.search(text):
                found.append(f"{label(cell)} names a path of one machine, {text[match.start() : match.end() + 20]!r}")
    return found


def anatomy(notebook):
    """The size and rhythm of a lesson."""
    code = code_cells(notebook)
    found = []
    if len(notebook.cells) not in CELLS:
        found.append(f"has {len(notebook.cells)} cells, {CELLS.start} to {CELLS.stop - 1} are wanted")
    lengths = [len(lines_of(cell)) for cell in code]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        found.append(
            f"has code cells of {statistics.median(lengths):g} lines at the median, at most {MEDIAN_LINES} are wanted"
        )
    for number, (cell, length) in enumerate(zip(code, lengths, strict=True)):
        most = BY_HAND_LINES if "by-hand" in cell.metadata.get("tags", []) else MOST_LINES
        most = SET_UP_LINES if number == 0 else most
        if length == 0:
            found.append(f"{label(cell)}: a code cell without code")
        if length > most:
            found.append(f"{label(cell)} has {length} lines, at most {most} are wanted")
        found += [
            f"{label(cell)}: {len(line)} characters, at most {MOST_CHARACTERS} are wanted: {line.strip()[:60]}"
            for line in lines_of(cell)
            if len(line) > MOST_CHARACTERS
        ]
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if before.cell_type == cell.cell_type == "code":
            found.append(f"{label(cell)} follows another code cell without a sentence between them")
    if not notebook.cells or not notebook.cells[0].source.startswith("# "):
        found.append("does not begin with a title")
    return found


# ---- names, so that each cell can run again after all have run


def names_of(source):
    """Return the names that a cell binds, and those that it takes from other cells."""
    bound, taken, inside = set(), set(), set()
    codes = [compile(source, "cell", "exec")]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, type(code))]
        for step in dis.get_instructions(code):
            if step.opname == "STORE_NAME":
                bound.add(step.argval)
            elif step.opname == "LOAD_NAME" and step.argval not in bound:
                taken.add(step.argval)
            elif step.opname == "LOAD_GLOBAL":
                inside.add(step.argval)  # by a function, which is called when the cell has bound its names
    return bound, taken | (inside - bound)


def names(notebook):
    """What a cell takes from another cell is made by one cell alone, and no cell draws from another one's generator."""
    cells = [(label(cell), *names_of(cell.source)) for cell in code_cells(notebook)]
    found = []
    for cell, _, taken in cells:
        for name in sorted(taken):
            makers = [maker for maker, bound, _ in cells if name in bound]
            if len(makers) > 1:
                found.append(f"{cell} takes {name}, which several cells make: {', '.join(makers)}: name one otherwise")
            elif makers and name == "rng":
                found.append(f"{cell} draws from the rng of {makers[0]}: make one in the cell that draws")
    return found


# ---- links and pictures in text

IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
DEFINITION = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)", re.MULTILINE)
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
# What looks like a link inside code or a formula is none.
NO_TEXT = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`|\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$", re.DOTALL)


def links(markdown, folder):
    """Every link and picture of a text leads to a file or the web, and every picture has words for it."""
    text = NO_TEXT.sub("", markdown)
    found, targets = [], LINK.findall(text) + DEFINITION.findall(text)
    pictures = IMAGE.findall(text)
    for tag in HTML_IMAGE.findall(text):
        values = dict(re.findall(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']", tag))
        pictures.append((values.get("alt", ""), values.get("src", "")))
    for words, target in pictures:
        if len(words.strip()) < 5:
            found.append(f"the picture {target} has no text for those who cannot see it")
    for target in targets + [target for _, target in pictures]:
        if re.match(r"https?://[\w.-]+\.\w+|mailto:", target) or target.startswith("#"):
            continue
        if not target or not (Path(folder) / unquote(target.split("#")[0])).exists():
            found.append(f"{target!r} leads nowhere")
    return found


def notebook_links(notebook, folder):
    return [
        f"{label(cell)}: {sentence}"
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for sentence in links(cell.source, folder)
    ]


# ---- against a second run


def picture_distance(stored, fresh):
    """Return the root mean square between two PNGs (base64), infinite when their sizes differ."""
    a, b = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"), dtype=float)
        for data in (stored, fresh)
    )
    return float(np.sqrt(np.mean((a - b) ** 2))) if a.shape == b.shape else float("inf")


def same_pictures(stored, fresh):
    """The pictures of a second run are those of the file, none more and none fewer."""
    found = []
    for old, new in zip(code_cells(stored), code_cells(fresh), strict=True):
        before, after = pictures_of(old), pictures_of(new)
        if [kind for kind, _ in before] != [kind for kind, _ in after]:
            found.append(f"{label(old)} has {len(before)} pictures stored and drew {len(after)}: make store")
            continue
        for (kind, a), (_, b) in zip(before, after, strict=True):
            if kind == "image/png":
                distance = picture_distance(a, b)
                if distance > PICTURE_RMS:
                    found.append(f"{label(old)} drew another picture than the stored one (RMS {distance:.2f} of 255)")
            elif a.strip() != b.strip():
                found.append(f"{label(old)} drew another {kind} than the stored one")
    return found


def lines_shown(cell):
    """Return the lines of all texts that a cell shows, errors and stderr marked as what they are."""
    texts = [(output.get("ename") or output.get("name"), text) for output in cell.outputs for text in texts_of(output)]
    return [f"{name or 'result'}: {line}" for name, text in texts for line in text.splitlines()]


def same_texts(stored, fresh):
    """The texts and errors of a second run are those of the file, both in the stored form."""
    found = []
    for old, new in zip(code_cells(store.normalise(stored)), code_cells(store.normalise(fresh)), strict=True):
        for before, after in itertools.zip_longest(lines_shown(old), lines_shown(new)):
            if before != after:
                found.append(f"{label(old)} shows {after!r} and not {before!r} as stored")
                break
    return found
