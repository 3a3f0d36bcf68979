"""Make the bundled inspection tables from the record file.

Usage: python scripts/tabulate_inspections.py PATH_TO_RECORDS.csv --out FOLDER
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ilacs_reliability.datasets.inspections import parse_inspections
from ilacs_reliability.datasets.tabulation import tabulate


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the record file, write its tables, and say what was written.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0, or 2 when the file cannot be read. Then nothing is written.
    """
    parser = argparse.ArgumentParser(description="Make the bundled inspection tables.")
    parser.add_argument("records", type=Path, help="record file (CSV)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables")
    given = parser.parse_args(arguments)
    try:
        with given.records.open(encoding="utf-8-sig", newline="") as lines:
            texts = tabulate(parse_inspections(lines, file_name=given.records.name))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (given.out / name).write_text(text, encoding="utf-8", newline="\n")
        print(given.out / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
