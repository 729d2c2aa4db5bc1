"""A panel ties controls to a plain function that draws; sliders to put on it."""

import gc
import html
import inspect
import io
import math
import time
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from itertools import islice
from types import CellType, CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from traitlets import Unicode

from helpers.lab.style import COLOURS

_REMEMBERED = 32  # pictures a panel keeps, about 100 kB each
_PATIENCE = 0.3  # seconds of work before the progress bar appears
_WIDTH = 700  # pixels of the page; a picture has two for each of them
_HOLDERS = (list, tuple, dict, set, deque, SimpleNamespace, partial, MethodType, CellType)


class Panel(ipywidgets.VBox):
    """Controls above a busy mark, a progress bar, an error, a picture and a sentence; made by `panel`."""

    def __init__(self, draw: Callable[..., tuple[Figure, str]], controls: dict[str, Any], alt: str) -> None:
        self._draw, self._controls = draw, controls
        self._cache: OrderedDict[tuple[Any, ...], tuple[bytes, str]] = OrderedDict()
        self._shown: tuple[Any, ...] | None = None
        self._read: Any = None
        row = ipywidgets.HBox(tuple(controls.values()))
        row.layout.flex_flow, row.layout.align_items = "row wrap", "center"
        self.busy, self.error, self.sentence = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.progress = ipywidgets.IntProgress(min=0, max=100)
        self.picture = ipywidgets.Image(format="png")
        # A screen reader takes an image's title where it has no alternative text; the widget offers only the title,
        # and the browser side sets that only where it finds an empty description.
        self.picture.add_traits(description=Unicode("").tag(sync=True))
        self.picture.tooltip = alt
        layout = self.picture.layout
        layout.width, layout.max_width, layout.object_fit = f"{_WIDTH}px", "100%", "contain"
        self.sentence.layout.max_width, self.progress.layout.width = f"{_WIDTH}px", "200px"
        self.progress.layout.visibility = "hidden"
        # The busy mark has its room while it is empty, so that nothing jumps.
        work = ipywidgets.HBox((self.busy, self.progress))
        work.layout.height = "30px"
        super().__init__((row, work, self.error, self.picture, self.sentence))
        self.add_class("unrolled-panel")
        for name in ("busy", "error", "picture", "sentence"):
            getattr(self, name).add_class(f"unrolled-{name}")
        self._show(self._key())
        for control in controls.values():
            control.observe(self._change, names="value")

    def __repr__(self) -> str:
        """Name the controls: this text is stored in the notebook in place of the live panel."""
        names = ", ".join(getattr(control, "description", "") or name for name, control in self._controls.items())
        return f"Panel: {names} (run this cell to use it)"

    def _key(self) -> tuple[Any, ...]:
        return tuple(control.value for control in self._controls.values())

    def _change(self, _: Any) -> None:
        """Draw again after a change; keep the last good picture and say what went wrong when that fails."""
        key = self._key()
        if key == self._shown:
            return
        self.busy.value = _coloured("busy", "● working …")
        try:
            self._show(key)
            self.error.value = ""
        except (Exception, SystemExit) as error:  # whatever a learner's function raises belongs on the page
            words = html.escape(f"{type(error).__name__}: {error}")
            self.error.value = _coloured("failure", f"✗ <b>{words}</b><br>The last good picture stays.")
            self._shown = None
        finally:
            self.busy.value = ""
            self.progress.layout.visibility = "hidden"

    def _show(self, key: tuple[Any, ...]) -> None:
        """Put picture and sentence on the page, from memory where the same code drew them before from the same data."""
        if self._read != _read(self._draw):
            self._cache.clear()
        if key in self._cache:
            self._cache.move_to_end(key)
        else:
            self._cache[key] = self._render(dict(zip(self._controls, key, strict=True)))
            self._read = _read(self._draw)  # after it has drawn: it may keep something for the next time
        if len(self._cache) > _REMEMBERED:
            self._cache.popitem(last=False)
        self.picture.value, self.sentence.value = self._cache[key]
        self._shown = key

    def _render(self, values: dict[str, Any]) -> tuple[bytes, str]:
        """Call the function, check what it returns, and close every figure that it opened."""
        if "progress" in inspect.signature(self._draw).parameters:
            values = values | {"progress": self._report()}
        before = set(plt.get_fignums())
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                for kind in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):  # those of libraries
                    warnings.filterwarnings("ignore", category=kind, module="(?!__main__$)")
                result = self._draw(**values)
                figure, sentence = _checked(result)
                buffer = io.BytesIO()
                figure.savefig(buffer, format="png", dpi=2 * _WIDTH / figure.get_figwidth())
        finally:
            for number in set(plt.get_fignums()) - before:
                plt.close(number)
        notes = dict.fromkeys(html.escape(str(warning.message)) for warning in caught)
        return buffer.getvalue(), sentence + "".join(f"<br><small>Note: {note}</small>" for note in notes)

    def _report(self) -> Callable[[float], None]:
        """Make the function that a long piece of work calls with the share that is done."""
        start = time.perf_counter()
        self.progress.value = 0

        def progress(fraction: float) -> None:
            if time.perf_counter() - start < _PATIENCE:
                return
            self.progress.layout.visibility = "visible"
            percent = round(100 * min(max(float(fraction), 0.0), 1.0))
            if abs(percent - self.progress.value) >= 2:  # each change is a message to the browser
                self.progress.value = percent

        return progress


def _read(draw: Any) -> tuple[list[Any], dict[int, Any]]:
    """Return what changes when a function would draw something else, then the objects whose ids stand in it.

    Followed are the notebook's functions and classes, and what they name: globals, one attribute of a module, closures,
    containers. Not seen: attributes of objects, and what changes in place between the samples of a large array.
    """
    own, todo = ("__main__", getattr(draw, "__module__", None)), [draw]
    found: list[Any] = []
    held: dict[int, Any] = {}
    for value in islice(todo, 2000):  # todo grows meanwhile
        found.append(id(value))
        if id(value) in held:
            continue
        held[id(value)] = value
        if isinstance(value, np.ndarray):
            found.append((value if value.size <= 20_000 else value.flat[:: value.size // 1000]).tobytes())
        elif isinstance(value, _HOLDERS):
            keys = value if isinstance(value, dict) else ()  # which gc leaves out where all are text
            parts = [*gc.get_referents(value), *keys]
            found.append(len(parts))
            todo += parts[:200]
        elif isinstance(value, FunctionType) and value.__module__ in own:
            codes = [value.__code__]
            for code in codes:
                codes += [part for part in code.co_consts if isinstance(part, CodeType)]
            names = dict.fromkeys(name for code in codes for name in code.co_names)
            named = [value.__globals__[name] for name in names if name in value.__globals__]
            named += [vars(part)[n] for part in named if isinstance(part, ModuleType) for n in names if n in vars(part)]
            todo += [*codes, *named, *(value.__closure__ or ()), value.__defaults__, value.__kwdefaults__]
        elif isinstance(value, type) and value.__module__ in own:
            todo += [*vars(value).values(), *value.__bases__]
        else:  # an object of a class that may be the notebook's, or a cached function
            todo += [type(value), getattr(value, "__wrapped__", None)]
    return found, held


def _coloured(concept: str, words: str) -> str:
    """Return HTML in the colour of a concept."""
    return f'<span style="color:{COLOURS[concept]}">{words}</span>'


def _checked(result: Any) -> tuple[Figure, str]:
    """Take what a draw function returned, or say what it should have been."""
    if not (isinstance(result, tuple) and len(result) == 2):
        what = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
        raise TypeError(f"draw must return (figure, sentence); it returned {what}")
    figure, sentence = result
    if not isinstance(figure, Figure):
        kind = type(figure).__name__
        raise TypeError(f"draw must return a matplotlib figure first, as plt.subplots() makes; got a {kind}")
    if not isinstance(sentence, str):
        raise TypeError(f"draw must return a sentence (str) second; got a {type(sentence).__name__}")
    return figure, sentence


def panel(draw: Callable[..., tuple[Figure, str]], *, alt: str, continuous: bool = False, **controls: Any) -> Panel:
    """Tie controls to a function that draws: a change of any control shows its new picture, the first stands at once.

    draw takes the values of the controls by their names and returns (figure, sentence), a pyplot figure and a line of
    HTML; an argument progress gets a function to call with the share done, 0 to 1. alt says what the picture shows.
    With continuous it is drawn while a slider still moves: only for what takes under 150 ms. TypeError for a control
    without a value or an answer that is no figure and sentence. An error in the first picture is raised, later ones
    stand in red above the last good picture. Warnings become notes. The last 32 pictures are remembered until a
    function or a global that draw reads changes; attributes of objects and large arrays in place are not looked at.
    """
    wanted = {name: a for name, a in inspect.signature(draw).parameters.items() if name != "progress"}
    missing = [name for name, a in wanted.items() if a.default is a.empty and name not in controls]
    if missing or not controls or not set(controls) <= set(wanted):
        names = f"({', '.join(wanted)}); got {', '.join(controls)}"
        raise ValueError(f"the controls must be named as the arguments of draw {names}")
    for name, control in controls.items():
        if not (isinstance(control, ipywidgets.Widget) and control.has_trait("value")):
            kind = type(control).__name__
            raise TypeError(f"control {name} must be a widget with a value, as widgets.slider(…) makes; got a {kind}")
        if control.has_trait("description"):
            control.description = control.description or name.replace("_", " ")
            control.style.description_width = "initial"
        if control.has_trait("continuous_update"):
            control.continuous_update = continuous
        control.layout.margin = "2px 16px 2px 0"
    return Panel(draw, controls, alt)


def slider(low: float, high: float, value: float, step: float = 1, description: str = "") -> Any:
    """Make a slider from low to high that starts at value: of integers where all four numbers are integers.

    step is from one position to the next; a panel takes the argument's name where there is no description.
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(min=low, max=high, value=value, step=step, description=description, continuous_update=False)


def log_slider(low: float, high: float, value: float, per_decade: int = 10) -> Any:
    """Make a slider of equal factors from low to high, both above 0, that starts near value.

    per_decade is the number of positions in a factor of ten; the values have two significant digits.
    """
    count = round(per_decade * math.log10(high / low))
    values = [float(f"{low * (high / low) ** (i / count):.2g}") for i in range(count + 1)]
    start = min(values, key=lambda v: abs(math.log(v / value)))
    options = [(f"{v:g}", v) for v in values]
    return ipywidgets.SelectionSlider(options=options, value=start, continuous_update=False)
