"""Print the security report: ``python -m ilacs_reliability``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

from ilacs_reliability import __version__
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.wording import listed
from ilacs_reliability.claims.double import CHOSEN
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.security import SecurityReport, assess_security
from ilacs_reliability.commands.naming import (
    STANDARD,
    content_of,
    file_named,
    keep_apart,
    name_of,
)
from ilacs_reliability.commands.output import check_places, problems, say, standard_output, write
from ilacs_reliability.datasets.inspections import Inspection
from ilacs_reliability.reporting.html import report_html
from ilacs_reliability.reporting.markdown import report_markdown
from ilacs_reliability.reporting.text import report_text
from ilacs_reliability.reporting.word import report_docx

FORMS: dict[str, Callable[[SecurityReport], str | bytes]] = {
    "html": report_html,
    "markdown": report_markdown,
    "docx": report_docx,
}
"""What else the report is written as, by the option that asks for it."""
READ = ("records", "protocol", "double")
"""Options that name a file to be read."""

LONGEST = 1_000_000
"""Bytes of the longest protocol."""

ON_FILES = {
    "agree": "do the raters in a file agree?",
    "shift": "did the grades in a file move?",
    "compare": "are the groups in a file graded alike?",
    "check": "how would these commands read a file?",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report, and write it as a page where asked; or ask a question of a file.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line. Default: that of the process.

    Returns
    -------
    int
        Exit status: 0; 1 where a requirement is not met; 2 with a line on standard error where the
        command is called wrongly, or something cannot be read or written. A page is written whole
        or not at all.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] in ON_FILES:
            return _on_file(words[0], words[1:])
        given = _parser().parse_args(words[words[:1] == ["report"] :])
        asked = {form: path for form in FORMS if (path := getattr(given, form))}
        inputs = {f"--{name}": path for name in READ if (path := getattr(given, name))}
        outputs = {f"--{form}": path for form, path in asked.items()}
        keep_apart(inputs, outputs)
        check_places(outputs)
        protocol = _protocol(given.protocol) if given.protocol else None
        records, double, source = _given(given)
        report = assess_security(
            records, protocol=protocol, double=double, chosen=given.chosen, source=source
        )
        pages = {form: FORMS[form](report) for form in asked}
        text = report_text(report)
        standard_output()
        for form, page in pages.items():
            content = page.encode() if isinstance(page, str) else page
            write(asked[form], content, option=f"--{form}")
        if STANDARD not in asked.values():
            say(text)
    except (OSError, ValueError, TypeError, MemoryError, ImportError) as error:
        if sys.stderr is not None:
            for line in problems(error):
                print(f"ilacs_reliability: {line}", file=sys.stderr)
        return 2
    return 0


def _on_file(command: str, words: Sequence[str]) -> int:
    from ilacs_reliability.commands.running import add_arguments, answer

    parser = _Parser(prog=f"ilacs-reliability {command}", allow_abbrev=False)
    add_arguments(parser, command)
    _add_version(parser)
    return answer(parser.parse_args(words))


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and notices where nobody reads its help."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; see --help.")

    def print_help(self, file: Any = None) -> None:
        say(self.format_help())


class _Version(argparse.Action):
    """Say which version this is, and end."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        say(f"ilacs-reliability {__version__}\n")
        parser.exit()


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", nargs=0, action=_Version, help="say which version this is")


def _parser() -> argparse.ArgumentParser:
    asked = [f"{name} FILE ({question})" for name, question in ON_FILES.items()]
    parser = _Parser(
        prog="python -m ilacs_reliability",
        description="Say what the published evidence licenses anyone to say of inspection grades.",
        epilog=f"Of a file of one's own, with --help each: {listed(asked)}.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--html", type=file_named, metavar="FILE", help="write the report as a page too"
    )
    parser.add_argument(
        "--markdown", type=file_named, metavar="FILE", help="write the report as Markdown too"
    )
    parser.add_argument(
        "--docx", type=file_named, metavar="FILE", help="write the report as a Word document too"
    )
    parser.add_argument(
        "--records", type=file_named, metavar="FILE", help="use these inspections, not the bundled"
    )
    parser.add_argument(
        "--protocol", type=file_named, metavar="FILE.toml", help="thresholds declared beforehand"
    )
    parser.add_argument(
        "--double",
        type=file_named,
        metavar="FILE",
        help="grades by two teams of the same units at the same time: columns first and second",
    )
    parser.add_argument(
        "--chosen", choices=CHOSEN, help="what decided between short and standard inspections"
    )
    from ilacs_reliability.commands.opening import add_missing, add_opening

    add_opening(parser, dated=True)
    add_missing(parser)
    _add_version(parser)
    return parser


def _given(
    given: argparse.Namespace,
) -> tuple[tuple[Inspection, ...] | None, Ratings | None, str]:
    """Return the records and double gradings of the files that are named, and whence they are."""
    from ilacs_reliability.commands.opening import check_heeded

    paths = [path for path in (given.records, given.double) if path]
    check_heeded(given, paths, "--records or --double")
    records = double = None
    sources = []
    if given.records or given.double:
        from ilacs_reliability.commands.layouts import Asked
        from ilacs_reliability.commands.opening import opened
        from ilacs_reliability.commands.own_records import double_of, records_of

        asked = Asked(missing=tuple(given.missing), dates=given.dates)
        if given.records:
            records, assumed = records_of(opened(given.records, given), asked)
            sources.append(_named(given.records, assumed))
        if given.double:
            double, assumed = double_of(opened(given.double, given), asked)
            sources.append(_named(given.double, assumed))
    return records, double, "; ".join(sources)


def _named(path: Path, assumed: Sequence[str]) -> str:
    saved = name_of(path)
    if path != STANDARD:
        saved += f", saved {date.fromtimestamp(path.stat().st_mtime).isoformat()}"
    return f"{saved} ({'; '.join(assumed)})" if assumed else saved


def _protocol(path: Path) -> Protocol:
    content = content_of(path, LONGEST)
    try:
        if len(content) > LONGEST:
            raise ValueError(f"longer than {LONGEST:,} bytes.")
        return Protocol.from_toml(TextIOWrapper(BytesIO(content), "utf-8-sig").read())
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name_of(path)}: {error}") from None


def _die_of_signals() -> None:
    """End as other programs do when interrupted, or when their reader has gone."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def run() -> NoReturn:
    """Run as a program: end as others do, by a status or a signal."""
    _die_of_signals()
    sys.exit(main())


if __name__ == "__main__":
    run()
