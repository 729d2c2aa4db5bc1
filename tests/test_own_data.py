"""The page docs/own_data.md, line by line, on a folder of CSV files that is made here."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[1] / "docs/own_data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """Write 2 classes of 20 recordings, of 8 to 20 steps and 3 columns: a wave that rises, or falls."""
    rng = np.random.default_rng(0)
    for name, slope in (("turn", -0.15), ("walk", 0.15)):
        (tmp_path / "recordings" / name).mkdir(parents=True)
        for number in range(20):
            t = np.arange(rng.integers(8, 21))
            columns = [slope * t + rng.normal(0, 0.3, len(t)), np.sin(t) + 20, np.full(len(t), 3.0)]
            path = tmp_path / "recordings" / name / f"{number:03d}.csv"
            np.savetxt(path, np.stack(columns, axis=1), delimiter=",", header="x,y,z", comments="", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.filterwarnings("error")
def test_every_line_runs(recordings):
    names, told = {}, io.StringIO()
    blocks = BLOCKS if has_torch() else [block for block in BLOCKS if "import torch" not in block]
    assert len(BLOCKS) - len(blocks) <= 1
    with contextlib.redirect_stdout(told):
        for block in blocks:
            exec(compile(block, "docs/own_data.md", "exec"), names)
    assert "x (20, 3, 30) of 8 to 20 steps, 2 classes" in told.getvalue()
    trained, unseen = map(float, re.findall(r"right: ([\d.]+) .* ([\d.]+) of the others", told.getvalue())[0])
    assert trained > 0.9 and unseen > 0.8
    assert re.search(r"it is a (walk|turn)$", told.getvalue().strip()) and Path("model.npz").is_file()


def has_torch():
    """Tell whether this is the bench environment, where the last block runs too."""
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True
