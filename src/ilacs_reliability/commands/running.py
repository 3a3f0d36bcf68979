"""Commands on a file of one's own: ``agree``, ``shift``, ``compare`` and ``check``."""

from __future__ import annotations

import argparse
import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ilacs_reliability import __version__
from ilacs_reliability._checks.problems import SeveralProblems
from ilacs_reliability._data.scales import as_number
from ilacs_reliability.commands.answers import Answer, pictured
from ilacs_reliability.commands.asking import Options, agree, check, compare, shift
from ilacs_reliability.commands.layouts import Asked, scale_file
from ilacs_reliability.commands.naming import STANDARD, file_named, filled, keep_apart, name_of
from ilacs_reliability.commands.opening import add_missing, add_opening, check_heeded, opened
from ilacs_reliability.commands.output import check_places, say, standard_output, write
from ilacs_reliability.commands.sheets import Sheet
from ilacs_reliability.commands.waiting import waiting

QUESTIONS: dict[str, tuple[Callable[[Sheet, Asked, Options], Answer], str]] = {
    "agree": (agree, "do the raters in a file agree?"),
    "shift": (shift, "did the grades in a file move?"),
    "compare": (compare, "are the groups in a file graded alike?"),
    "check": (check, "how would each command read a file?"),
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "agree": ("unit", "rater", "grade"),
    "shift": ("unit", "date", "grade", "before", "after"),
    "compare": ("group", "grade", "stratum"),
    "check": ("unit", "rater", "grade", "date", "before", "after", "group", "stratum"),
}
DATED = ("shift", "check")
"""Commands that read dates."""
WRITTEN = {
    "html": "a page",
    "markdown": "Markdown",
    "docx": "a Word document",
    "json": "JSON, for other programs",
    "picture": "a picture (png, svg or pdf)",
}


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Give a parser the arguments of one of the commands on files."""
    parser.description = QUESTIONS[name][1].capitalize()
    parser.add_argument(
        "file", type=file_named, metavar="FILE", help="CSV, TSV, Excel, ODS, Parquet; - for input"
    )
    _add_reading(parser, name)
    _add_writing(parser)
    if name in ("shift", "compare"):
        parser.add_argument("--at-least", metavar="GRADE", help="look at this grade or better")
    if name == "agree":
        weights = ("identity", "linear", "quadratic", "ordinal")
        parser.add_argument("--weights", choices=weights, default="identity")
        parser.add_argument(
            "--require", metavar="'NAME >= NUMBER'", help="exit with 1 where it is not shown"
        )
    parser.set_defaults(command=name)


def _add_reading(parser: argparse.ArgumentParser, name: str) -> None:
    add = parser.add_argument
    add(
        "--scale",
        type=filled,
        metavar="GRADES",
        help="'ofsted', 'worst,...,best' or a file",
    )
    add_missing(parser)
    add("--layout", choices=("long", "wide", "table"), default="", help="how the sheet is laid out")
    add_opening(parser, dated=name in DATED)
    if name != "check":
        add("--level", type=float, metavar="PERCENT", help="confidence level, in percent (95)")
    for column in COLUMNS[name]:
        add(
            f"--{column}",
            type=filled,
            metavar="COLUMN",
            help=f"the column of the {column}",
        )
    if name in ("agree", "check"):
        add("--raters", type=filled, metavar="A,B", help="columns of raters, one each")


def _add_writing(parser: argparse.ArgumentParser) -> None:
    for kind, what in WRITTEN.items():
        parser.add_argument(f"--{kind}", type=file_named, metavar="FILE", help=f"write {what} too")


def answer(given: argparse.Namespace) -> int:
    """Read the file, ask the question, write the answer.

    Parameters
    ----------
    given : Namespace
        The command line, parsed.

    Returns
    -------
    int
        0, or 1 where a requirement is not met.
    """
    asked = Asked(
        scale=given.scale or "",
        missing=tuple(given.missing),
        layout=given.layout,
        columns={column: getattr(given, column) or "" for column in COLUMNS[given.command]},
        raters=_names(getattr(given, "raters", None) or ""),
        dates=getattr(given, "dates", ""),
    )
    options = Options(
        weights=getattr(given, "weights", "identity"),
        confidence_level=_level(getattr(given, "level", None)),
        at_least=getattr(given, "at_least", None),
        require=_requirement(getattr(given, "require", None)),
    )
    outputs = {f"--{kind}": getattr(given, kind) for kind in WRITTEN if getattr(given, kind)}
    keep_apart(_inputs(given), outputs)
    check_places(outputs)
    check_heeded(given, [given.file], "FILE")
    name = name_of(given.file)
    with waiting(f"reading {name}") as shown:
        sheet = opened(given.file, given)
        shown.now(f"working out what {name} says")
        try:
            found = QUESTIONS[given.command][0](sheet, asked, options)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise _of_file(error, name) from None
    found = replace(found, source=f"{found.source}; {_when(given.file)}.")
    standard_output()
    for kind, content in _contents(found, given).items():
        write(getattr(given, kind), content, option=f"--{kind}")
    if STANDARD not in outputs.values():
        say(found.text())
    return 0 if found.met else 1


def _of_file(error: Exception, name: str) -> Exception:
    """Return an error that names the file or the option that it is about."""
    if isinstance(error, SeveralProblems) or str(error).startswith((name, "--")):
        return error
    return ValueError(f"{name}: {error}")


def _inputs(given: argparse.Namespace) -> dict[str, Path]:
    scale = scale_file(given.scale or "")
    return {"FILE": given.file} | ({"--scale": scale} if scale else {})


def _contents(found: Answer, given: argparse.Namespace) -> dict[str, bytes]:
    """Return what is to be written, all of it made before any of it is."""
    picture = None
    if given.picture:
        picture = pictured(found.drawn, given.picture.suffix.lower().lstrip("."))
    makers: dict[str, Callable[[], str | bytes]] = {
        "html": found.html,
        "markdown": found.markdown,
        "docx": lambda: found.docx(picture),
        "json": found.json,
        "picture": lambda: picture.content if picture else b"",
    }
    made = {kind: make() for kind, make in makers.items() if getattr(given, kind)}
    return {kind: one.encode() if isinstance(one, str) else one for kind, one in made.items()}


def _when(path: Path) -> str:
    version = f"ilacs-reliability {__version__}"
    if path == STANDARD:
        return version
    day = datetime.date.fromtimestamp(path.stat().st_mtime)
    return f"file of {day.isoformat()}, {version}"


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if text and not names:
        raise ValueError(f"--raters must be columns divided by commas, but got {text!r}.")
    return names


def _level(percent: float | None) -> float:
    if percent is None:
        return 0.95
    if not 0 < percent < 100:
        raise ValueError(f"--level must lie between 0 and 100 percent, but got {percent:g}.")
    return percent / 100


def _requirement(text: str | None) -> tuple[str, float] | None:
    if text is None:
        return None
    parts = re.fullmatch(r"\s*(\w+)\s*>=\s*([-+.\d]+)\s*", text)
    number = as_number(parts[2]) if parts else None
    if parts is None or number is None:
        raise ValueError(f"--require must be such as 'cohen_kappa >= 0.6', but got {text!r}.")
    return parts[1], number
