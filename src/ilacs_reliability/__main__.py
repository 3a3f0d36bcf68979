"""Print the security report: ``python -m ilacs_reliability``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.security import assess_security
from ilacs_reliability.datasets.inspections import Inspection, parse_inspections
from ilacs_reliability.reporting.html import report_html
from ilacs_reliability.reporting.text import report_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report, and write it as a page where asked.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line. Default: that of the process.

    Returns
    -------
    int
        Exit status: 0, or 2 where a file cannot be read or written. Then nothing is written.
    """
    given = _parser().parse_args(arguments)
    try:
        protocol = _protocol(given.protocol) if given.protocol else None
        records = _records(given.records) if given.records else None
        report = assess_security(records, protocol=protocol)
        if given.html:
            _write(given.html, report_html(report))
    except (OSError, ValueError, TypeError) as error:
        print(f"ilacs_reliability: {_message(error)}", file=sys.stderr)
        return 2
    sys.stdout.write(report_text(report))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ilacs_reliability",
        description="Say what the published evidence licenses anyone to say of inspection grades.",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page too")
    parser.add_argument(
        "--records", type=Path, metavar="FILE.csv", help="use these inspections, not the bundled"
    )
    parser.add_argument(
        "--protocol", type=Path, metavar="FILE.toml", help="thresholds declared beforehand"
    )
    return parser


def _records(path: Path) -> tuple[Inspection, ...]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            return parse_inspections(lines, file_name=path.name)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path.name} is not UTF-8 text: {error}.") from None


def _protocol(path: Path) -> Protocol:
    try:
        return Protocol.from_toml(path.read_text(encoding="utf-8-sig"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from None


def _write(path: Path, page: str) -> None:
    """Write the whole page or nothing."""
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"--html {path}: there is no such place for a file.")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        os.close(handle)
        Path(name).write_text(page, encoding="utf-8", newline="\n")
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
