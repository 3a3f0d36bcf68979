"""Options that say how a file is to be opened, for every command that takes one."""

from __future__ import annotations

import argparse
from pathlib import Path

from ilacs_reliability.commands.layouts import DATES
from ilacs_reliability.commands.sheets import Sheet, read_sheet

SEPARATED = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def add_opening(parser: argparse.ArgumentParser) -> None:
    """Give a parser what says how a file is to be opened and its dates read."""
    add = parser.add_argument
    add("--sheet", metavar="NAME", help="sheet of a workbook")
    add("--header", type=int, metavar="LINE", help="line of the column names")
    add("--separator", choices=SEPARATED, help="what stands between cells")
    add("--encoding", default="", help="of a text: utf-8, cp1252, ...")
    add("--dates", choices=DATES, default="", help="how dates are written")


def add_missing(parser: argparse.ArgumentParser) -> None:
    """Give a parser what says which cells hold nothing."""
    parser.add_argument(
        "--missing", action="append", default=[], metavar="CELL", help="cells that are no grade"
    )


def opened(path: Path, given: argparse.Namespace) -> Sheet:
    """Read a file as the options of `add_opening` say."""
    return read_sheet(
        path,
        sheet=given.sheet,
        header=given.header,
        separator=SEPARATED.get(given.separator or ""),
        encoding=given.encoding,
    )
