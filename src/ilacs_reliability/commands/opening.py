"""Options that say how a file is to be opened, for every command that takes one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ilacs_reliability._results.wording import listed
from ilacs_reliability.commands.dates import DATES
from ilacs_reliability.commands.naming import filled, name_of
from ilacs_reliability.commands.sheets import Sheet, kind_of, read_sheet

SEPARATED = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
HEEDED = {
    "text": {"header", "separator", "encoding"},
    "workbook": {"header", "sheet"},
    "Parquet": set[str](),
}
"""Which options say something of a file of each kind; dates and missing cells are in all."""


def add_opening(parser: argparse.ArgumentParser, *, dated: bool) -> None:
    """Give a parser what says how a file is to be opened and, where it has any, its dates read."""
    add = parser.add_argument
    add("--sheet", type=filled, metavar="NAME", help="sheet of a workbook")
    add("--header", type=int, metavar="LINE", help="line of the column names")
    add("--separator", choices=SEPARATED, help="what stands between cells")
    add("--encoding", type=filled, help="of a text: utf-8, cp1252, ...")
    if dated:
        add("--dates", choices=DATES, default="", help="how dates are written")


def add_missing(parser: argparse.ArgumentParser) -> None:
    """Give a parser what says which cells hold nothing."""
    parser.add_argument(
        "--missing", action="append", default=[], metavar="CELL", help="cells that are no grade"
    )


def check_heeded(given: argparse.Namespace, paths: Sequence[Path], files: str) -> None:
    """Refuse an option of reading that no file heeds, `files` being what would name one."""
    told = [name for name in (*HEEDED["text"], "sheet") if getattr(given, name) not in (None, "")]
    if not paths:
        told += [name for name in ("dates", "missing") if getattr(given, name, None)]
        for name in sorted(told):
            raise ValueError(f"--{name} says how {files} is read, but there is none.")
    for name in sorted(told):
        if not any(name in HEEDED[kind_of(path)] for path in paths):
            raise ValueError(f"--{name} says nothing of {listed(_with_kinds(paths))}.")


def _with_kinds(paths: Iterable[Path]) -> list[str]:
    articles = {"text": "text", "workbook": "a workbook", "Parquet": "Parquet"}
    return [f"{name_of(path)}, which is {articles[kind_of(path)]}" for path in paths]


def opened(path: Path, given: argparse.Namespace) -> Sheet:
    """Read a file as the options of `add_opening` say."""
    kind = kind_of(path)
    told: dict[str, Any] = {
        "sheet": given.sheet,
        "header": given.header,
        "separator": SEPARATED.get(given.separator or ""),
        "encoding": given.encoding or "",
    }
    return read_sheet(path, **{name: told[name] for name in HEEDED[kind]})
