"""Run the notebooks and store their outputs, in a form that a second run gives again byte for byte.

usage: store.py [--check] [NOTEBOOK ...]     a NOTEBOOK is a path, or the start of a name, such as 01
"""

import argparse
import copy
import os
import sys
import time
from pathlib import Path

# The kernel named python3 is the one beside this Python, whatever the user has installed as well.
os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_METADATA = ("tags", "jupyter", "slideshow")  # the rest is timings and the state of somebody's screen
CELL_SECONDS = 300


def normalise(notebook):
    """Return a copy with nothing in it that depends on the machine, the day or the widget manager."""
    cells = []
    taken = set()
    for number, cell in enumerate(notebook.cells, 1):
        name = cell.get("id")
        if not name or name in taken:
            name = f"cell-{number:02d}"
            while name in taken:
                name += "b"
        taken.add(name)
        kept = {"id": name, "cell_type": cell.cell_type, "source": "".join(cell.source)}
        kept["metadata"] = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        if cell.cell_type == "code":
            kept["execution_count"] = cell.execution_count
            kept["outputs"] = joined([plain(output) for output in cell.outputs])
        elif cell.get("attachments"):
            kept["attachments"] = cell.attachments
        cells.append(kept)
    return nbformat.from_dict(
        {
            "cells": cells,
            # The version of Python is left out: the course holds on every one it supports.
            "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def plain(output):
    """Return an output without its transient parts, widget view and machine paths."""
    output = {key: value for key, value in output.items() if key != "transient"}
    if output["output_type"] in ("display_data", "execute_result"):
        # A widget lives only as long as its kernel; its text stays for readers without one.
        output["data"] = {kind: value for kind, value in output["data"].items() if kind != VIEW}
        output["metadata"] = {kind: value for kind, value in output["metadata"].items() if kind in output["data"]}
    elif output["output_type"] == "error":
        # The frames name files of this machine; the last line is what the learner is to read.
        output["traceback"] = [f"{output['ename']}: {output['evalue']}"]
    return output


def joined(outputs):
    """Join neighbouring texts of one stream: how a run cuts them depends on its speed."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if last and output["output_type"] == last["output_type"] == "stream" and output["name"] == last["name"]:
            last["text"] = "".join(last["text"]) + "".join(output["text"])
        else:
            result.append(dict(output))
    return result


def text_of(notebook):
    """Return the file's text for a notebook in its stored form."""
    # nbformat sorts the keys and ends the text without a line feed.
    return nbformat.writes(normalise(notebook)).rstrip("\n") + "\n"


def read(path):
    return nbformat.read(path, as_version=4)


def client_of(notebook, folder):
    """Make what runs a copy of the notebook, without its outputs, in a fresh kernel."""
    fresh = nbformat.from_dict(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    fresh.metadata = nbformat.from_dict({"kernelspec": KERNEL})  # without the widget state of an earlier run
    return NotebookClient(
        fresh,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
    )


def run(notebook, folder=NOTEBOOKS):
    """Run a copy from top to bottom in a fresh kernel; return it and the seconds it took."""
    client = client_of(notebook, folder)
    start = time.perf_counter()
    client.execute()
    return client.nb, time.perf_counter() - start


def run_twice(notebook, folder=NOTEBOOKS):
    """Run as `run` does, then each cell once more, with every name as the whole run left it.

    Return the whole run, its seconds, and the notebook of the cells run again; one that fails there shows its error.
    """
    client, start = client_of(notebook, folder), time.perf_counter()
    with client.setup_kernel():
        for number, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
        whole, seconds = client.nb, time.perf_counter() - start
        again = client.nb = copy.deepcopy(whole)
        names = nbformat.v4.new_code_cell("get_ipython().whole_run = {**globals()}")
        for number, cell in enumerate(again.cells):
            if cell.cell_type != "code":
                continue
            cell.metadata["tags"] = ["raises-exception"]
            client.execute_cell(names, number, store_history=False)
            client.execute_cell(cell, number)
            names.source = "get_ipython().user_ns.clear(); get_ipython().user_ns.update(get_ipython().whole_run)"
    return whole, seconds, again


def chosen(names):
    """Return the notebooks that the names mean, all of them for no name."""
    everything = sorted(NOTEBOOKS.glob("*.ipynb"))
    result = [] if names else everything
    for name in names:
        paths = [Path(name)] if Path(name).is_file() else [p for p in everything if p.name.startswith(Path(name).name)]
        if not paths:
            raise SystemExit(
                f"no notebook is called {name!r}; there are {', '.join(p.stem for p in everything) or 'none'}"
            )
        result += paths
    return result


def store(path):
    """Run one notebook and write it, or write nothing and return False when a cell fails."""
    try:
        notebook, seconds = run(read(path), path.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        # The message holds the cell's source and the traceback.
        print(f"{path.name}: not stored\n{error}", file=sys.stderr)
        return False
    text = text_of(notebook)
    same = path.read_text(encoding="utf-8") == text
    if not same:
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.name}: {'as it was' if same else 'stored'}, {seconds:.1f} s, {len(text.encode()) / 1000:.0f} kB")
    return True


def check(path):
    """Say without running whether the file is as store would write it."""
    # Imported here, because checks imports this module.
    from checks import stored_form, whole_run

    found = stored_form(path) + whole_run(read(path))
    for sentence in found:
        print(f"{path.name}: {sentence}", file=sys.stderr)
    return not found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only look, run and write nothing")
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK")
    options = parser.parse_args(arguments)
    # A list, so that one failure does not keep the other notebooks from their turn.
    return 0 if all([(check if options.check else store)(path) for path in chosen(options.notebooks)]) else 1


if __name__ == "__main__":
    sys.exit(main())
