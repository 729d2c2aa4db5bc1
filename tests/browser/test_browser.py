"""Open every notebook in JupyterLab, run it, and move every control with its picture in sight.

A picture may be late on a busy machine, so latencies are printed and never asserted.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlparse

import psutil
import pytest
from playwright.sync_api import sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    *(
        str(Path(os.environ[folder]) / "Google/Chrome/Application/chrome.exe")
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if folder in os.environ
    ),
)
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# What JupyterLab itself writes to the console, whatever notebook is open.
HARMLESS = ()
RUN_SECONDS = 180
MOVE_SECONDS = 60
STILL = 1500  # ms without a change after which a control counts as dead
VALUES = 2  # values that each control is moved to
QUICK = 50  # changes one after the other, without waiting
GROWTH = 20_000_000  # bytes that the kernel may grow by in a second round of them


def find_chromium():
    """Return the path of a Chromium or Chrome, or None."""
    if os.environ.get("CHROME"):
        return os.environ["CHROME"]
    found = [shutil.which(name) for name in PROGRAMS] + [place for place in PLACES if Path(place).exists()]
    return next(filter(None, found), None)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = find_chromium()
    if program is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip  # nobody reads in CI that all was skipped
        missing("no Chromium: install chromium (Debian: apt install chromium) or Chrome, or name one in CHROME=")
    flags = FLAGS + (["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])
    environment = os.environ | {"HOME": str(tmp_path_factory.mktemp("home"))}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=flags, env=environment)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(notebook, tmp_path_factory):
    """Start JupyterLab with settings of its own; yield its address and token."""
    tmp = tmp_path_factory.mktemp("lab")
    settings = {
        "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are drawn too
        "docmanager-extension/plugin": {"autosave": False},
    }
    for name, values in settings.items():
        path = tmp / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    folders = {f"JUPYTER_{name}_DIR": str(tmp / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {"JUPYTERLAB_SETTINGS_DIR": str(tmp / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(tmp / "spaces")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base, token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    command += ["--LabApp.news_url=None", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate"]
    with open(tmp / "log", "w", encoding="utf-8") as log:
        environment = os.environ | folders | {"JUPYTER_PREFER_ENV_PATH": "1"}
        process = subprocess.Popen(
            command, cwd=notebook.parents[1], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            end = time.monotonic() + 90
            while True:
                try:
                    urllib.request.urlopen(f"{base}/api?token={token}", timeout=5).close()
                    break
                except OSError:
                    assert process.poll() is None and time.monotonic() < end, (tmp / "log").read_text(encoding="utf-8")
                    time.sleep(0.2)
            yield base, token, process.pid
        finally:
            with contextlib.suppress(OSError):
                headers = {"Authorization": f"token {token}"}
                urllib.request.urlopen(urllib.request.Request(f"{base}/api/shutdown", method="POST", headers=headers))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


@pytest.fixture(scope="module")
def opened(browser, lab, notebook):
    """Open the notebook and run it; yield its page and the list of what went wrong on the way."""
    base, token, _ = lab
    page = browser.new_page(viewport={"width": 1280, "height": 1400}, device_scale_factor=1)
    problems = []

    def elsewhere(url):
        return urlparse(url).scheme in ("http", "https", "ws", "wss") and urlparse(url).hostname != "127.0.0.1"

    def refuse(route):
        problems.append(f"asked {route.request.url}, outside of this machine")
        route.abort()

    def console(message):
        if message.type == "error" and not any(text in message.text for text in HARMLESS):
            problems.append(f"console: {message.text[:300]} ({message.location.get('url', '')[-80:]})")

    page.route(elsewhere, refuse)
    page.on("websocket", lambda ws: problems.append(f"websocket to {ws.url}") if elsewhere(ws.url) else None)
    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"exception in the page: {error}"))
    path = quote(f"{notebook.parent.name}/{notebook.name}")
    page.goto(f"{base}/lab/workspaces/test/tree/{path}?reset&token={token}")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell", timeout=90_000)
    page.evaluate((Path(__file__).parent / "page.js").read_text(encoding="utf-8"))
    page.wait_for_function("unrolled.panel()?.context.isReady && unrolled.idle()", timeout=90_000)
    page.evaluate("jupyterapp.shell.collapseLeft()")
    start = time.monotonic()
    page.evaluate("unrolled.runAll()")
    page.wait_for_function("!unrolled.busy()", timeout=RUN_SECONDS * 1000)
    page.wait_for_timeout(1000)  # views are drawn after the kernel has gone idle
    print(f"\n{notebook.stem}: ran in {time.monotonic() - start:.1f} s")
    yield page, problems
    page.close()


def moves(kind, node):
    """Return the actions that move one control to new values, and those that move it back."""
    if kind == "slider":
        handle = node.query_selector(".noUi-handle")
        at, most = (float(handle.get_attribute(f"aria-{name}")) for name in ("valuenow", "valuemax"))
        there, back = ("ArrowLeft", "ArrowRight") if at >= most else ("ArrowRight", "ArrowLeft")
        return [lambda: handle.press(there)] * 2, [lambda: handle.press(back)]
    if kind in ("dropdown", "select"):
        box = node.query_selector("select")
        at, count = box.evaluate("e => [e.selectedIndex, e.options.length]")
        others = [(at + k) % count for k in range(1, count)][:VALUES]
        return [lambda i=i: box.select_option(index=i) for i in others], [lambda: box.select_option(index=at)]
    if kind in ("togglebuttons", "radio"):
        others = node.query_selector_all("button:not(.mod-active), input:not(:checked)")[:VALUES]
        return [o.click for o in others], [o.click for o in node.query_selector_all("button.mod-active, input:checked")]
    if kind in ("text", "textarea"):
        box = node.query_selector("input, textarea")
        if box.get_attribute("type") == "number":
            return tuple([lambda key=key: (box.press(key), box.press("Enter"))] for key in ("ArrowUp", "ArrowDown"))
        text = box.input_value()
        other = {"0": "1", "1": "0"}.get(text[-1:], "2" if text[-1:].isdigit() else text[-1:] + "a")
        texts = text[:-1] + other, text
        return tuple([lambda t=t: (box.fill(t), box.press("Enter"), box.press("Tab"))] for t in texts)
    target = node.query_selector("input, button") or node  # a checkbox, a button, the first button of a player
    return [target.click], [target.click]


def drive(page, number):
    """Move one control there and back; return (ms of each new value, moves seen, moves, errors that were shown)."""
    control = page.evaluate_handle("n => unrolled.list()[n]", number)
    node, place = (control.evaluate_handle(f"c => c.{name}").as_element() for name in ("node", "place"))
    node.scroll_into_view_if_needed()
    there, back = moves(control.evaluate("c => c.kind"), node)
    times, errors = [], set()
    for act in there + back:
        page.evaluate("place => unrolled.watch(place)", place)
        act()
        page.wait_for_function("wait => unrolled.settled(wait)", arg=STILL, timeout=MOVE_SECONDS * 1000, polling=50)
        times.append(page.evaluate("unrolled.seen()"))
        errors |= {part.text_content().strip() for part in place.query_selector_all(".unrolled-error")} - {""}
    # The way back shows pictures that a panel remembers, which would flatter it.
    fresh = [ms for ms in times[: len(there)] if ms is not None]
    return fresh, sum(ms is not None for ms in times), len(times), errors


def test_every_widget_works(opened, notebook, request, tmp_path):
    page, problems = opened
    shots = request.config.getoption("--shots") or tmp_path
    shots.mkdir(parents=True, exist_ok=True)
    problems += page.evaluate("unrolled.blanks()")
    controls = page.evaluate("unrolled.list().map(({cell, kind, label, off}) => ({cell, kind, label, off}))")
    print(f"{'cell':>4}  {'control':13}  {'label':28}  {'seen':>5}  {'median ms':>9}  {'most ms':>7}")
    medians = []
    for number, control in enumerate(controls):
        line = f"{control['cell']:>4}  {control['kind']:13}  {control['label'][:28]:28}"
        if control["off"]:
            print(f"{line}  hidden or disabled, not moved")
            continue
        try:
            times, seen, count, errors = drive(page, number)
        except Exception as error:
            problems.append(f"{line.strip()}: {type(error).__name__}: {str(error).splitlines()[0]}")
            continue
        problems += [f"{line.strip()}: {error}" for error in errors]
        if not times:
            problems.append(f"{line.strip()}: nothing to be seen changes")
            print(f"{line}  {0:>3}/{count}")
            continue
        medians.append(statistics.median(times))
        print(f"{line}  {seen:>3}/{count}  {medians[-1]:>9.0f}  {max(times):>7.0f}")
        page.screenshot(path=shots / f"{notebook.stem}-{number:02d}-{control['kind']}.png")
    if medians:
        print(f"{len(medians)} controls moved, median {statistics.median(medians):.0f} ms; pictures in {shots}")
    problems += page.evaluate("unrolled.complaints()")
    assert not problems, "\n" + "\n".join(problems)


def test_the_last_of_many_quick_changes_wins(opened, notebook, lab):
    """A slider goes back and forth faster than pictures can follow."""
    page, problems = opened
    if notebook.stem[:2] not in ("03", "05", "09"):
        pytest.skip("panels are the same code everywhere: three lessons tell")
    number = page.evaluate("unrolled.list().findIndex(c => c.kind === 'slider' && !c.off)")
    if number < 0:
        pytest.skip("no slider")
    control = page.evaluate_handle("n => unrolled.list()[n]", number)
    node, place = (control.evaluate_handle(f"c => c.{name}").as_element() for name in ("node", "place"))
    node.scroll_into_view_if_needed()
    (there, *_), (back, *_) = moves("slider", node)

    def after(*acts):
        page.evaluate("place => unrolled.watch(place)", place)
        for act in acts:
            act()
        page.wait_for_function("wait => unrolled.settled(wait)", arg=STILL, timeout=MOVE_SECONDS * 1000, polling=50)
        page.evaluate("unrolled.seen()")
        assert not {part.text_content().strip() for part in place.query_selector_all(".unrolled-error")} - {""}
        return page.evaluate("place => unrolled.look(place)", place)

    def kernel_bytes():
        family = psutil.Process(lab[2]).children(recursive=True)
        return sum(one.memory_info().rss for one in family if "ipykernel_launcher" in " ".join(one.cmdline()))

    one, other = after(there), after(back)
    assert one != other
    held = []
    for _ in range(2):
        start = time.monotonic()
        assert after(*[there, back] * (QUICK // 2), there) == one
        print(f"{notebook.stem}: {QUICK} quick changes settled after {time.monotonic() - start:.1f} s")
        assert after(back) == other
        held.append(kernel_bytes())
    assert held[0] > 0
    assert held[1] - held[0] < GROWTH, f"the kernel grew from {held[0]:,} to {held[1]:,} bytes"
    assert not problems, "\n" + "\n".join(problems)


def test_widget_picture(opened, notebook, request):
    path = request.config.getoption("--widget-picture")
    if path is None:
        pytest.skip("--widget-picture PNG stores the README's picture")
    page, problems = opened
    panel = page.query_selector(".unrolled-panel")
    if panel is None or notebook.stem != "01_rnn":
        pytest.skip("the README shows the first panel of the first lesson")
    panel.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = panel.bounding_box()
    clip = {"x": box["x"] - 8, "y": box["y"] - 8, "width": min(box["width"], 960) + 16, "height": box["height"] + 16}
    page.screenshot(path=path, clip=clip)
    assert not problems, "\n" + "\n".join(problems)
