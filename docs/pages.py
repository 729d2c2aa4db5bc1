"""Write what Sphinx reads: lessons with panels and questions as plain HTML, the home page, the API, the glossary."""

import csv
import html
import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path.stem for path in (ROOT / "helpers").glob("[a-z]*.py"))
MODULES += sorted(f"data.{path.stem}" for path in (ROOT / "helpers/data").glob("[a-z]*.py"))
MODULES += sorted(f"lab.{path.stem}" for path in (ROOT / "helpers/lab").glob("[a-z]*.py"))


def control_html(control, number):
    """Return the native element of a control, which counts its positions."""
    label, start, kind = html.escape(control["label"]), control["start"], control["kind"]
    if kind == "checkbox":
        field = f'<input type="checkbox" data-control="{number}"{" checked" if start else ""}>'
    elif kind == "range":
        last, now = len(control["labels"]) - 1, html.escape(control["labels"][start])
        field = f'<input type="range" min="0" max="{last}" step="1" value="{start}" data-control="{number}"'
        field += f' aria-valuetext="{now}"> <output>{now}</output>'
    else:
        options = "".join(
            f"<option{' selected' if k == start else ''}>{html.escape(text)}</option>"
            for k, text in enumerate(control["labels"])
        )
        field = f'<select data-control="{number}">{options}</select>'
    return f"<label><span>{label}</span> {field}</label>"


def panel_html(panel):
    """Return a panel of the page; its script finds pictures and sentences in the data beside it."""
    start = ",".join(str(control["start"]) for control in panel["controls"])
    picture, sentence = panel["shots"][start]
    width, height = panel["size"]
    said = (
        "Recorded: every combination of these controls."
        if panel["all"]
        else "Recorded: one control at a time. Moving one puts the others back; in JupyterLab they all move."
    )
    data = {"shots": panel["shots"], "all": panel["all"], "labels": [c["labels"] for c in panel["controls"]]}
    data |= {"names": [c["label"] for c in panel["controls"]], "starts": [c["start"] for c in panel["controls"]]}
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    controls = "".join(control_html(control, k) for k, control in enumerate(panel["controls"]))
    return (
        f'<div class="unrolled-panel"><div class="unrolled-controls">{controls}</div>'
        f'<p class="unrolled-note"><small>{said}</small> <span class="unrolled-moved" role="status"></span></p>'
        f'<img class="unrolled-picture" src="../_static/panels/{picture}" alt="{html.escape(panel["alt"])}"'
        f' width="{width // 2}" height="{height // 2}" loading="lazy" decoding="async">'
        f'<p class="unrolled-error" role="alert"></p><p class="unrolled-sentence" aria-live="polite">{sentence}</p>'
        f'<script type="application/json">{text}</script></div>'
    )


def quiz_html(quiz, name):
    """Return a question of the page, with native radio buttons."""
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{k}"> <span>{html.escape(text)}</span></label>'
        for k, text in enumerate(quiz["options"])
    )
    text = json.dumps(list(quiz["options"].values()), ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<fieldset class="unrolled-quiz"><legend>{quiz["question"]}</legend>{options}'
        f'<p class="unrolled-feedback" role="status">Choose an answer.</p>'
        f'<script type="application/json">{text}</script></fieldset>'
    )


def shown(text):
    """Return an HTML output of a cell."""
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}


def lesson(path, recording, target):
    """Write a lesson's page: its notebook, whose live outputs have become HTML that a page can show."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    name = path.name
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            text = "".join(cell["source"]).replace("](../README.md", "](../index.md")
            text = re.sub(r"\n\nIf the next cell ends in `ImportError`.*?(?=\n\n|\Z)", "", text, flags=re.DOTALL)
            # JupyterLab takes a formula inside a paragraph, MyST only one that stands alone.
            cell["source"] = re.sub(r"(?m)^( *)(\$\$.+\$\$)$", r"\n\1\2\n", text)
            continue
        found, outputs, quizzes = recording[cell["id"]], [], list(recording[cell["id"]]["quizzes"])
        panels = list(found["panels"])
        for output in cell["outputs"]:
            text = "".join(output.get("data", {}).get("text/plain", output.get("text", "")))
            if text.startswith("Panel: ") and panels:
                output = shown(panel_html(panels.pop(0)))
            elif text.startswith("Quiz: ") and quizzes:
                output = shown(quiz_html(quizzes[0], f"{cell['id']}-{len(quizzes)}"))
                quizzes.pop(0)
            elif "not attempted yet" in text:
                where = f'<a href="../_static/notebooks/{name}" download>the notebook {name}</a>'
                output = shown(f"<p>Your answer is written, and checked at once, in {where}.</p>")
            outputs.append(output)
        cell["outputs"] = outputs
        if panels or quizzes:
            raise ValueError(f"{name}, cell {cell['id']}: more panels or questions than it has stored: make store")
        if found["alt"]:
            cell["metadata"]["mystnb"] = {"image": {"alt": ". ".join(found["alt"])}}
    first = notebook["cells"][0]
    note = (
        "\n\n:::{note}\nThis page shows what the notebook printed and drew. Its panels move among recorded pictures; "
        f'its exercises are answered in the notebook: <a href="../_static/notebooks/{name}" download>download it</a> '
        "and open it in JupyterLab, as [the first page](../index.md) says.\n:::\n"
    )
    title, _, rest = "".join(first["source"]).partition("\n")
    first["source"] = f"{title}{note}{rest}"
    (target / "notebooks").mkdir(parents=True, exist_ok=True)
    (target / "notebooks" / name).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


def glossary(target):
    """Write the glossary: every term once, with the lessons that use it."""
    with open(ROOT / "docs/glossary.csv", encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["term"].lower())
    names = {path.name[:2]: path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    lines = ["# Glossary · 用語集", "", "| term | 用語 | symbol | meaning | lessons |", "|---|---|---|---|---|"]
    for row in rows:
        links = ", ".join(f"[{int(n)}](notebooks/{names[n]})" for n in row["lessons"].split())
        lines.append(f"| {row['term']} | {row['用語']} | {row['symbol']} | {row['meaning']} | {links} |")
    (target / "glossary.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def api(target):
    """Write a page for each module of the package."""
    folder = target / "api"
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODULES:
        text = f"# helpers.{name}\n\n```{{eval-rst}}\n.. automodule:: helpers.{name}\n   :members:\n```\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    tree = "\n".join(MODULES)
    text = "# The package\n\n```{eval-rst}\n.. automodule:: helpers\n```\n\n"
    (folder / "index.md").write_text(f"{text}```{{toctree}}\n:maxdepth: 1\n{tree}\n```\n", encoding="utf-8")


def home(target):
    """Write the first page from the README, and what it links to."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"\[(\w+)\]\(LICENSE\)", r'<a href="_static/LICENSE.txt">\1</a>', text)
    lessons = "\n".join(f"notebooks/{path.stem}" for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    trees = [("The lessons", lessons), ("More", "glossary\ndocs/own_data\napi/index\nCONTRIBUTING")]
    for caption, tree in trees:
        text += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{tree}\n```\n"
    (target / "index.md").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "CONTRIBUTING.md", target)
    shutil.copytree(ROOT / "figures", target / "figures", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (target / "docs").mkdir()
    shutil.copy(ROOT / "docs/own_data.md", target / "docs")


def statics(target, recordings, kept):
    """Copy scripts, styles, the notebooks and the pictures that the recordings show."""
    shutil.copytree(ROOT / "docs/static", target)
    shutil.copy(ROOT / "LICENSE", target / "LICENSE.txt")
    (target / "notebooks").mkdir()
    for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        shutil.copy(path, target / "notebooks")
    (target / "panels").mkdir()
    panels = [panel for recording in recordings for cell in recording.values() for panel in cell["panels"]]
    for name in {shot[0] for panel in panels for shot in panel["shots"].values()} - {None}:
        shutil.copy(kept / "pictures" / name, target / "panels")
