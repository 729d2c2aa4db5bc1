"""Settings of Sphinx for the site: make site."""

import os
import re
from pathlib import Path

from sphinx.search.en import SearchEnglish

ROOT = Path(__file__).resolve().parents[1]

project, author, language = "Unrolled", "the authors of Unrolled", "en"
copyright = "MIT licence"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx-mathjax-offline"]
nb_execution_mode = "off"  # the outputs are the stored ones, which CI holds
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.xref_missing"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
viewcode_follow_imported_members = False
html_theme = "sphinx_book_theme"
html_title, html_favicon = "Unrolled", "static/favicon.svg"
html_static_path = [str(ROOT / "build/site-static")]
html_css_files, html_js_files = ["unrolled.css"], [("unrolled.js", {"defer": "defer"})]
html_copy_source = html_show_sourcelink = False
html_show_copyright = html_show_sphinx = False
html_context = {"default_mode": "auto"}
templates_path = []
# The address is known where the site is published; links that start the notebooks elsewhere appear only then.
REPOSITORY = os.environ.get("UNROLLED_REPOSITORY", "")
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],  # one search button is enough
    "repository_url": REPOSITORY,
    "use_repository_button": bool(REPOSITORY),
    "path_to_docs": "",
    "launch_buttons": {"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com"}
    if REPOSITORY
    else {},
}


class SearchBoth(SearchEnglish):
    """English words by their stems, Japanese by pairs of characters, since nothing parts its words."""

    lang = "both"
    js_splitter_code = """
var splitQuery = (query) => [...query.matchAll(/[\\u3040-\\u30ff\\u3400-\\u9fff]+|[\\p{Letter}\\p{Number}_]+/gu)]
  .flatMap(([word]) => /[\\u3040-\\u9fff]/.test(word) && word.length > 1
    ? [...word].slice(1).map((_, k) => word.slice(k, k + 2)) : [word]);
"""

    def split(self, text):
        """Return the words of a text."""
        words = []
        for word in re.findall(r"[\u3040-\u30ff\u3400-\u9fff]+|[^\W\u3040-\u30ff\u3400-\u9fff]+", text):
            japanese = "\u3040" <= word[0] <= "\u9fff" and len(word) > 1
            words += [word[k : k + 2] for k in range(len(word) - 1)] if japanese else [word]
        return words

    def word_filter(self, word):
        """Keep pairs of Japanese characters, whatever their length."""
        return super().word_filter(word) or "\u3040" <= word[:1] <= "\u9fff"


html_search_language = "both"


EQUATION = re.compile(r"  |\(\d\d?\w?\) ")  # a line that keeps its place: indented, or with a number


def plain_docstring(app, what, name, obj, options, lines):
    """Show a docstring as it is written: equations and tables keep their lines, prose flows, `names` are code."""
    shown = []
    for part in "\n".join(lines).strip("\n").split("\n\n"):
        rows = part.split("\n")
        if any(EQUATION.match(row) for row in rows):
            head = [] if EQUATION.match(rows[0]) else [rows.pop(0)]
            shown += [*[code(row) for row in head], "", ".. code-block:: text", "", *[f"   {row}" for row in rows], ""]
        else:
            shown += [*[code(row) for row in rows], ""]
    lines[:] = shown


def code(row):
    """Return a line of prose for reStructuredText: `names` as code, all else plain."""
    parts = re.split(r"``?([^`]+)``?", row)
    return "".join(f"``{p.strip()}``" if k % 2 else re.sub(r"([*_|\\])", r"\\\1", p) for k, p in enumerate(parts))


def without_fields(app, what, name, obj, skip, options):
    """Leave out the fields of a NamedTuple, which its signature names."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def setup(app):
    """Enter what is ours."""
    app.add_search_language(SearchBoth)
    app.connect("autodoc-process-docstring", plain_docstring)
    app.connect("autodoc-skip-member", without_fields)
