"""One function ties controls to a plain function that returns a figure and a sentence."""

import html
import inspect
import io
import math
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from traitlets import Unicode

REMEMBERED = 32  # pictures a panel keeps, about 100 kB each
PATIENCE = 0.3  # seconds of work before the progress bar appears
WIDTH = "700px"


class Panel(ipywidgets.VBox):
    """
    Controls above a busy mark, an error, a progress bar, a picture and a sentence; made by `panel`.

    Parameters
    ----------
    draw : callable
        The function behind the picture.
    controls : dict of str to ipywidgets.Widget
        A value widget for each argument of `draw`.
    alt : str
        What the picture shows, for those who do not see it.
    """

    def __init__(self, draw: Callable[..., tuple[Figure, str]], controls: dict[str, Any], alt: str) -> None:
        self._draw, self._controls = draw, controls
        self._cache: OrderedDict[tuple[Any, ...], tuple[bytes, str]] = OrderedDict()
        self._shown: tuple[Any, ...] | None = None
        row = ipywidgets.HBox(tuple(controls.values()))
        row.layout.flex_flow, row.layout.align_items = "row wrap", "center"
        self.busy, self.error, self.sentence = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.progress = ipywidgets.IntProgress(min=0, max=100)
        self.picture = ipywidgets.Image(format="png")
        # A screen reader takes an image's title where it has no alternative text; the widget offers only the title,
        # and the browser side sets that only where it finds an empty description.
        self.picture.add_traits(description=Unicode("").tag(sync=True))
        self.picture.tooltip = alt
        self.picture.layout.width, self.picture.layout.max_width, self.picture.layout.object_fit = (
            WIDTH,
            "100%",
            "contain",
        )
        self.sentence.layout.max_width, self.progress.layout.width = WIDTH, "200px"
        self.progress.layout.visibility = "hidden"
        # The busy mark has its room while it is empty, so that nothing jumps.
        work = ipywidgets.HBox((self.busy, self.progress))
        work.layout.height = "30px"
        super().__init__((row, work, self.error, self.picture, self.sentence))
        for part, name in ((self, "panel"), (self.picture, "picture"), (self.sentence, "sentence")):
            part.add_class(f"unrolled-{name}")
        self.busy.add_class("unrolled-busy")
        self.error.add_class("unrolled-error")
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
        self.busy.value = '<span style="color:#8a4b00">● working …</span>'
        try:
            self._show(key)
            self.error.value = ""
        except Exception as error:  # whatever a learner's function raises belongs on the page
            words = html.escape(f"{type(error).__name__}: {error}")
            self.error.value = f'<span style="color:#b00020">✗ <b>{words}</b><br>The last good picture stays.</span>'
            self._shown = None
        finally:
            self.busy.value = ""
            self.progress.layout.visibility = "hidden"

    def _show(self, key: tuple[Any, ...]) -> None:
        """Put picture and sentence on the page, from memory where they were drawn before."""
        if key in self._cache:
            self._cache.move_to_end(key)
        else:
            self._cache[key] = self._render(dict(zip(self._controls, key, strict=True)))
        if len(self._cache) > REMEMBERED:
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
                result = self._draw(**values)
                figure, sentence = _checked(result)
                buffer = io.BytesIO()
                figure.savefig(buffer, format="png")
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
            if time.perf_counter() - start < PATIENCE:
                return
            self.progress.layout.visibility = "visible"
            percent = round(100 * min(max(float(fraction), 0.0), 1.0))
            if abs(percent - self.progress.value) >= 2:  # each change is a message to the browser
                self.progress.value = percent

        return progress


def _checked(result: Any) -> tuple[Figure, str]:
    """Take what a draw function returned, or say what it should have been."""
    if not (isinstance(result, tuple) and len(result) == 2):
        what = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
        raise TypeError(f"draw must return (figure, sentence); it returned {what}")
    figure, sentence = result
    if not isinstance(figure, Figure):
        raise TypeError(
            f"draw must return a matplotlib figure first, as plt.subplots() makes; got a {type(figure).__name__}"
        )
    if not isinstance(sentence, str):
        raise TypeError(f"draw must return a sentence (str) second; got a {type(sentence).__name__}")
    return figure, sentence


def panel(
    draw: Callable[..., tuple[Figure, str]], *, alt: str = "", continuous: bool = False, **controls: Any
) -> Panel:
    """
    Tie controls to a function that draws: a change of any control shows its new picture.

    Parameters
    ----------
    draw : callable
        Takes the controls' values by name and returns ``(figure, sentence)``: a pyplot figure and a line of
        HTML. An argument called ``progress`` gets a function to call with the share that is done, 0 to 1.
    alt : str
        What the picture shows, for those who do not see it.
    continuous : bool
        Whether to draw while a slider is still moving; only for functions that take under 150 ms.
    **controls : ipywidgets.Widget
        A value widget for each argument of `draw`, keyed by its name.

    Returns
    -------
    Panel
        A widget; the first picture is drawn at once.

    Raises
    ------
    TypeError
        If a control has no value, or `draw` returns something else than a figure and a sentence.
    ValueError
        If the names of the controls are not those of the arguments of `draw`.

    Notes
    -----
    An error in the first picture is raised, so that a notebook that is executed without a reader fails. Later ones
    are shown in red while the last good picture stays. Warnings become notes under the picture. The last 32
    pictures are remembered.
    """
    arguments = inspect.signature(draw).parameters
    anything = any(argument.kind is argument.VAR_KEYWORD for argument in arguments.values())
    named = {name: a for name, a in arguments.items() if a.kind not in (a.VAR_KEYWORD, a.VAR_POSITIONAL)}
    unknown = [] if anything else [name for name in controls if name not in named or name == "progress"]
    missing = [n for n, a in named.items() if a.default is a.empty and n not in controls and n != "progress"]
    if unknown or missing or not controls:
        wanted = ", ".join(name for name in named if name != "progress")
        raise ValueError(f"the controls must be named as the arguments of draw ({wanted}); got {', '.join(controls)}")
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
    return Panel(draw, controls, alt or f"picture that follows {', '.join(controls)}")


def slider(low: float, high: float, value: float, step: float = 1, description: str = "") -> Any:
    """
    Make a slider: of integers where all four numbers are integers.

    Parameters
    ----------
    low, high : int or float
        The ends.
    value : int or float
        Where it starts.
    step : int or float
        From one position to the next.
    description : str
        Its label; by default a panel takes the argument's name.

    Returns
    -------
    ipywidgets.IntSlider or ipywidgets.FloatSlider
        The slider.
    """
    whole = all(isinstance(number, int) for number in (low, high, value, step))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    return kind(min=low, max=high, value=value, step=step, description=description, continuous_update=False)


def log_slider(low: float, high: float, value: float, description: str = "", per_decade: int = 10) -> Any:
    """
    Make a slider whose positions are equal factors apart.

    Parameters
    ----------
    low, high : float
        The ends, positive.
    value : float
        Where it starts.
    description : str
        Its label; by default a panel takes the argument's name.
    per_decade : int
        Positions in a factor of ten.

    Returns
    -------
    ipywidgets.SelectionSlider
        The slider; its values have two significant digits.
    """
    count = round(per_decade * math.log10(high / low))
    values = [float(f"{low * (high / low) ** (i / count):.2g}") for i in range(count + 1)]
    start = min(values, key=lambda v: abs(math.log(v / value)))
    options = [(f"{v:g}", v) for v in values]
    return ipywidgets.SelectionSlider(options=options, value=start, description=description, continuous_update=False)
