"""Open the built site in Chromium as a reader does: make site, then make test-site.

It is served below a folder, as GitHub Pages does, so that a link from the root of the host would be dead.
"""

import functools
import http.server
import importlib.util
import os
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.parts)
LESSONS = [page for page in PAGES if page.startswith("notebooks/")]
LOOKED_AT = ["index.html", "notebooks/05_gru.html", "api/lstm.html", "glossary.html", "search.html"]
MOST_SITE, MOST_PAGE = 80_000_000, 3_000_000
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def test_there_is_a_site():
    assert len(LESSONS) == len(list((ROOT / "notebooks").glob("[0-9]*.ipynb"))), "run make site first"


class Links(HTMLParser):
    """The links, loaded files, anchors and pictures of a page."""

    def __init__(self, page):
        super().__init__()
        self.targets, self.loaded, self.ids, self.wordless = [], [], set(), []
        self.feed((SITE / page).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given.get("id"), given.get("name")}
        if tag == "a" and given.get("href"):
            self.targets.append(given["href"])
        elif given.get("src") or (tag == "link" and given.get("href")):
            self.loaded.append(given.get("src") or given["href"])
        if tag == "img" and len(given.get("alt", "")) < 5:
            self.wordless.append(given.get("src"))


@functools.cache
def links(page):
    return Links(page)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_and_pictures_have_words(page):
    found = links(page)
    for target in found.targets + found.loaded:
        parts = urlparse(target)
        if parts.scheme in ("http", "https", "mailto", "data"):
            assert target in found.targets or parts.scheme == "data", f"loads {target}"
            continue
        assert not target.startswith("/"), f"{target} is no relative link"
        file = (SITE / page).parent / unquote(parts.path) if parts.path else SITE / page
        assert file.exists(), f"{target} leads nowhere"
        if parts.fragment and file.suffix == ".html":
            name = file.resolve().relative_to(SITE.resolve()).as_posix()
            assert unquote(parts.fragment) in links(name).ids | {""}, f"{target} has no such place"
    if page.startswith(("notebooks", "index")):
        assert not found.wordless, f"pictures without words: {found.wordless}"


def test_size_of_the_site():
    assert sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) < MOST_SITE


def chromium():
    """Return the program that the notebooks' browser test takes."""
    spec = importlib.util.spec_from_file_location("test_browser", ROOT / "tests/browser/test_browser.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.find_chromium(), module.FLAGS


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def base():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/site/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    program, flags = chromium()
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium")
    flags = flags + (["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=flags)
        yield started
        started.close()


@pytest.fixture
def page_of(browser, base):
    """Return a function that opens a page and collects what goes wrong and how many bytes came."""
    opened = []

    def open_page(name, size=DESK, scheme="light"):
        page = browser.new_page(viewport=size, color_scheme=scheme)
        opened.append(page)
        page.problems, page.came = [], []
        page.on("console", lambda m: page.problems.append(m.text[:300]) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else page.problems.append(f"asks {r.url}")
        )
        page.on("response", lambda r: page.came.append(r))
        page.goto(base + name, wait_until="load")
        page.wait_for_function("!window.MathJax?.startup?.promise || window.MathJax.startup.promise.then(() => true)")
        return page

    yield open_page
    for page in opened:
        page.close()


@pytest.mark.parametrize("name", [page for page in PAGES if not page.startswith("_modules/")])
def test_opens_on_a_telephone_without_a_complaint(name, page_of):
    page = page_of(name, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "scrolls sideways"
    assert not page.problems


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_opens_with_little(name, page_of):
    page = page_of(name)
    page.wait_for_timeout(300)
    weight = sum(len(response.body()) for response in page.came if response.ok)
    print(f"{name}: {weight / 1e6:.2f} MB on opening")
    assert weight < MOST_PAGE


STATE = """p => [p.querySelector('img').getAttribute('src'), p.querySelector('.unrolled-sentence').innerHTML,
  p.querySelector('.unrolled-error').textContent].join()"""


def move(control, step):
    """Move a native control by a step, as a hand or a key does; False where it is at its end."""
    return control.evaluate(
        """(c, step) => {
          const at = c.type === 'checkbox' ? Number(c.checked) : c.type === 'range' ? Number(c.value) : c.selectedIndex;
          const last = c.type === 'checkbox' ? 1 : c.type === 'range' ? Number(c.max) : c.options.length - 1;
          if (at + step < 0 || at + step > last) return false;
          if (c.type === 'checkbox') c.checked = at + step === 1;
          else if (c.type === 'range') c.value = at + step;
          else c.selectedIndex = at + step;
          c.dispatchEvent(new Event('input', {bubbles: true}));
          return true;
        }""",
        step,
    )


def settled(page, panel, before):
    """Return what a panel shows after a change, and after how many ms it had changed."""
    page.wait_for_function(f"([p, before]) => ({STATE})(p) !== before", arg=[panel, before], timeout=3000)
    return panel.evaluate(STATE)


@pytest.mark.parametrize("name", LESSONS)
def test_every_control_changes_its_picture_and_puts_it_back(name, page_of):
    page = page_of(name)
    panels = page.query_selector_all(".unrolled-panel")
    notebook = (ROOT / name.replace(".html", ".ipynb")).read_text(encoding="utf-8")
    assert len(panels) == notebook.count("(run this cell to use it)")
    for panel in panels:
        panel.scroll_into_view_if_needed()
        first = panel.evaluate(STATE)
        controls = panel.query_selector_all("[data-control]")
        assert controls
        for control in controls:
            label = control.evaluate("c => c.parentElement.textContent")
            step = 1 if move(control, 1) else -1
            assert step == 1 or move(control, -1), f"{label} has one position"
            try:
                settled(page, panel, first)
            except Exception:
                # one position may look like its neighbour: the next one must not
                assert move(control, step), f"{label} changes nothing"
                settled(page, panel, first)
                move(control, -step)
            move(control, -step)
            page.wait_for_function(f"([p, first]) => ({STATE})(p) === first", arg=[panel, first], timeout=3000)
    assert not page.problems


@pytest.mark.parametrize("name", LESSONS)
def test_two_controls_never_show_ones_picture_in_silence(name, page_of):
    page = page_of(name)
    for panel in page.query_selector_all(".unrolled-panel"):
        controls = panel.query_selector_all("[data-control]")
        if len(controls) < 2 or "every combination" in panel.text_content():
            continue
        values = "p => [...p.querySelectorAll('[data-control]')].map(c => c.type === 'checkbox' ? c.checked : c.value)"
        start = panel.evaluate(values)
        for control in controls[:2]:
            assert move(control, 1) or move(control, -1)
        now = panel.evaluate(values)
        assert now[0] == start[0] and now[1] != start[1]
        assert "is back at" in panel.query_selector(".unrolled-moved").text_content()


@pytest.mark.parametrize("name", LESSONS)
def test_every_question_answers(name, page_of):
    page = page_of(name)
    questions = page.query_selector_all(".unrolled-quiz")
    assert questions
    for question in questions:
        right = 0
        for option in question.query_selector_all("input"):
            option.check()
            said = question.query_selector(".unrolled-feedback").text_content()
            assert len(said) > 20
            right += said.startswith("✓")
        assert right >= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_axe_finds_nothing_serious(name, scheme, page_of):
    page = page_of(name, scheme=scheme)
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    told = [f"{v['id']}: {v['help']}: {[n['html'][:200] for n in v['nodes'][:3]]}" for v in found]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("words", ["gradient clipping", "attention", "勾配", "双方向"])
def test_search_finds(words, page_of):
    page = page_of(f"search.html?q={words}")
    page.wait_for_selector("#search-results li", timeout=10_000)


def test_keys_alone_move_a_panel(page_of):
    page = page_of("notebooks/05_gru.html")
    panel = page.query_selector(".unrolled-panel")
    first, slider = panel.evaluate(STATE), panel.query_selector("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    settled(page, panel, first)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"([p, first]) => ({STATE})(p) === first", arg=[panel, first], timeout=3000)
