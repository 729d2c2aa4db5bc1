"""Make the stored results that are too slow for a notebook: `make train`, or `make train RESULT=gates_03` for one.

Seeds are fixed; a run prints what it measures. A result is named in the TABLES of its lesson's module.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable

import lessons


def tables() -> dict[str, Callable[[], None]]:
    """Collect the TABLES of all modules beside this one, lesson by lesson: what makes each result."""
    names = [module.name for module in pkgutil.iter_modules(lessons.__path__) if not module.name.startswith("_")]
    found: dict[str, Callable[[], None]] = {}
    for name in sorted(names, key=lambda name: name[-2:]):
        found |= getattr(importlib.import_module(f"lessons.{name}"), "TABLES", {})
    return found


def main(names: list[str]) -> None:
    """Make the results of these names, all of them for no name."""
    known = tables()
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"unknown result {', '.join(unknown)}; there are {', '.join(known)}")
    for name in names or known:
        known[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
