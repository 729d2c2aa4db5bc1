"""Ask PyTorch, Keras and gensim what the tables "In PyTorch and Keras" say: part of make references.

Each row of a lesson's table is a function in lesson_NN.py that asks, asserts and returns the row's cells. What was
answered is stored in lesson_NN.json, which tests/test_frameworks.py compares with the notebook. Arguments are lessons.
"""

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(lessons):
    """Ask for these lessons, all for none."""
    for name in [f"lesson_{lesson}" for lesson in lessons] or sorted(path.stem for path in HERE.glob("lesson_*.py")):
        module = importlib.import_module(name)
        rows = [list(row()) for row in module.ROWS]
        assert all(len(row) == len(module.HEADER) and all(isinstance(cell, str) for cell in row) for row in rows), name
        text = json.dumps({"header": module.HEADER, "rows": rows}, ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(rows)} rows asked")


if __name__ == "__main__":
    main(sys.argv[1:])
