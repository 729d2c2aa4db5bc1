"""make claims: the counts of each lesson, and every sentence that is not borne out. Arguments are lessons, as 03."""

import sys
from pathlib import Path

import claims
from tabulate import tabulate


def main(lessons):
    """Look at these lessons, all for none."""
    rows, faults = [], []
    for lesson in lessons or claims.LESSONS:
        if not (Path(__file__).parent / f"lesson_{lesson}.py").exists():
            sys.exit(f"there is no tests/claims/lesson_{lesson}.py")
        counts, found = claims.look(lesson)
        rows.append([lesson, *counts.values()])
        faults += found
    heads = [
        "lesson",
        "tied",
        "settings",
        "neither",
        "tied elsewhere",
        "not tied elsewhere",
        "comparing sentences",
        "claims",
    ]
    total = ["all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])]
    print("Numbers in README rows, verdicts, Summary, まとめ, titles and feedback; elsewhere in the prose; claims")
    print(tabulate([*rows, total], heads))
    for fault in faults:
        print(fault)
    sys.exit(f"{len(faults)} to mend" if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
