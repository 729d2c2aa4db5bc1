"""Build the site in build/site from what is stored: make site.

The panels are recorded first, by the functions that draw them in JupyterLab, two lessons at a time; what has not
changed is taken from build/recorded. Then Sphinx writes the pages, and each gets a policy that keeps it to its host.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import font
import pages
import policy
import record
from tqdm import tqdm

ROOT = record.ROOT
SOURCE, STATIC, SITE = (ROOT / "build" / name for name in ("site-source", "site-static", "site"))


def record_one(path, queue):
    """Record a lesson in a process of its own; the queue hears of every picture."""
    try:
        record.recorded(path, lambda: queue.put(1))
    finally:
        queue.put(path.stem)


def record_all(paths, workers):
    """Record the lessons that have changed, a few at a time, with a progress bar over the pictures."""
    todo = [path for path in paths if not (record.KEPT / f"{record.key_of(path)}.json").exists()]
    context = multiprocessing.get_context("spawn")
    queue, running = context.Queue(), {}
    with tqdm(desc=f"pictures of {len(todo)} lessons", unit="", disable=not todo) as bar:
        while todo or running:
            while todo and len(running) < workers:
                path = todo.pop(0)
                running[path.stem] = context.Process(target=record_one, args=(path, queue))
                running[path.stem].start()
            heard = queue.get()
            if isinstance(heard, str):
                process = running.pop(heard)
                process.join()
                if process.exitcode:
                    sys.exit(f"recording {heard} failed")
            else:
                bar.update(heard)


def main():
    """Build all, or record some lessons only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    workers, start = parser.parse_args().workers, time.monotonic()
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    record_all(paths, workers)
    for folder in (SOURCE, STATIC, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    recordings = [record.recorded(path) for path in paths]
    pages.statics(STATIC, recordings, record.KEPT)
    pages.home(SOURCE)
    pages.api(SOURCE)
    pages.glossary(SOURCE)
    for path, recording in zip(paths, recordings, strict=True):
        pages.lesson(path, recording, SOURCE)
    written = [*SOURCE.rglob("*.md"), *SOURCE.rglob("*.ipynb")]
    font.write([path.read_text(encoding="utf-8") for path in written], STATIC)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    subprocess.run([*command, "-c", str(Path(__file__).parent), str(SOURCE), str(SITE)], check=True)
    policy.write(SITE)
    size = sum(file.stat().st_size for file in SITE.rglob("*") if file.is_file())
    print(f"{SITE / 'index.html'}: {size / 1e6:.0f} MB, {time.monotonic() - start:.0f} s. Open it with make site-open.")


if __name__ == "__main__":
    main()
