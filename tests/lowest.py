"""Print the lowest versions that pyproject.toml allows, as pip wants them: `pip install $(python tests/lowest.py)`."""

import re
import tomllib
from pathlib import Path

# What runs no notebook and no unit test is not installed with them.
LEFT_OUT = {"mypy", "playwright", "pre-commit", "ruff", "setuptools"}


def lowest():
    """Return name==version for each dependency, from its lower bound."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    pairs = [re.fullmatch(r"([\w-]+)>=([\d.]+)", entry).groups() for entry in wanted]
    return [f"{name}=={version}" for name, version in pairs if name not in LEFT_OUT]


if __name__ == "__main__":
    print(*lowest())
