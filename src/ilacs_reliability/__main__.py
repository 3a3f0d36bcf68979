"""Print the security report: ``python -m ilacs_reliability``."""

from __future__ import annotations

import argparse
import io
import os
import secrets
import signal
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.security import assess_security
from ilacs_reliability.datasets.inspections import Inspection, parse_inspections
from ilacs_reliability.reporting.html import report_html
from ilacs_reliability.reporting.text import report_text

LONGEST_LINE = 1_000_000
"""Characters of the longest line of a record file, and of the longest protocol."""

LONGEST_MESSAGE = 400
"""Characters of a message; of a longer one the middle is left out."""

# what ends the process from outside; not every system has them all
SIGNALS = [getattr(signal, name) for name in ("SIGHUP", "SIGINT", "SIGTERM") if name in dir(signal)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report, and write it as a page where asked.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line. Default: that of the process.

    Returns
    -------
    int
        Exit status: 0, or 2 with a line on standard error where the command is called wrongly, or
        something cannot be read or written. A page is written whole or not at all.
    """
    try:
        given = _parser().parse_args(arguments)
        protocol = _protocol(given.protocol) if given.protocol else None
        records = _records(given.records) if given.records else None
        report = assess_security(records, protocol=protocol)
        text, page = report_text(report), report_html(report) if given.html else ""
        _standard_output()
        if given.html:
            _write(given.html, page)
        _say(text)
    except (OSError, ValueError, TypeError, MemoryError) as error:
        if sys.stderr is not None:
            print(f"ilacs_reliability: {_message(error)}", file=sys.stderr)
        return 2
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and notices where nobody reads its help."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; see --help.")

    def print_help(self, file: Any = None) -> None:
        _say(self.format_help())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m ilacs_reliability",
        description="Say what the published evidence licenses anyone to say of inspection grades.",
        allow_abbrev=False,
    )
    parser.add_argument("--html", type=_file, metavar="FILE", help="write the report as a page too")
    parser.add_argument(
        "--records", type=_file, metavar="FILE.csv", help="use these inspections, not the bundled"
    )
    parser.add_argument(
        "--protocol", type=_file, metavar="FILE.toml", help="thresholds declared beforehand"
    )
    return parser


def _file(name: str) -> Path:
    if not name:
        raise argparse.ArgumentTypeError("a file must have a name")
    return Path(name)


def _records(path: Path) -> tuple[Inspection, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            return parse_inspections(_lines(file, path.name), file_name=path.name)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path.name} is not UTF-8 text: {error}.") from None


def _lines(file: IO[str], name: str) -> Iterator[str]:
    number = 1
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError(f"{name}, line {number}: longer than {LONGEST_LINE:,} characters.")
        yield line
        number += 1


def _protocol(path: Path) -> Protocol:
    with path.open(encoding="utf-8-sig") as file:
        try:
            text = file.read(LONGEST_LINE)
            if len(text) == LONGEST_LINE:
                raise ValueError(f"longer than {LONGEST_LINE:,} characters.")
            return Protocol.from_toml(text)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path.name}: {error}") from None


def _write(path: Path, page: str) -> None:
    """Write the whole page or nothing, and leave links, owners and permissions as they are."""
    before = _status(path)
    if before is None:
        _place(Path(os.path.realpath(path)), page.encode(), 0o666)
    elif stat.S_ISDIR(before.st_mode):
        raise ValueError(f"--html {path}: there is no such place for a file.")
    elif _is_standard_output(before):
        _say(page)
    elif not os.access(path, os.W_OK):
        raise ValueError(f"--html {path}: Permission denied.")
    elif not stat.S_ISREG(before.st_mode):
        with path.open("wb") as pipe:
            pipe.write(page.encode())
    elif before.st_nlink == 1 and _is_ours(before):
        _place(Path(os.path.realpath(path)), page.encode(), stat.S_IMODE(before.st_mode))
    else:
        _overwrite(path, page.encode())


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_ours(status: os.stat_result) -> bool:
    """Say whether a new file in this one's place would have the same owner and group."""
    if not hasattr(os, "getuid"):
        return True
    return (status.st_uid, status.st_gid) == (os.getuid(), os.getgid())


def _is_standard_output(status: os.stat_result) -> bool:
    try:
        return os.path.samestat(status, os.fstat(sys.stdout.fileno()))
    except (OSError, io.UnsupportedOperation):
        return False


def _place(path: Path, content: bytes, mode: int) -> None:
    """Put a file where there is none, or in the place of another, at one stroke."""
    if not path.parent.is_dir():
        raise ValueError(f"--html {path}: there is no such place for a file.")
    made = path.with_name(f".ilacs_reliability.{secrets.token_hex(8)}")
    with _uninterrupted():
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            if path.exists():
                made.chmod(mode)
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def _overwrite(path: Path, content: bytes) -> None:
    """Write into a file that has other names or another owner, or leave in it what it held."""
    with _uninterrupted(), path.open("r+b") as file:
        held = file.read()
        try:
            _fill(file, content)
        except OSError:
            _fill(file, held)
            raise


def _fill(file: IO[bytes], content: bytes) -> None:
    file.seek(0)
    file.write(content)
    file.flush()
    file.truncate()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let signals wait until a file is whole.

    A mask would be this thread's alone, and a library's own threads would take the signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # which alone is told of signals
        return
    came: list[int] = []
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
        for number in came:
            signal.raise_signal(number)


def _standard_output() -> IO[str]:
    if sys.stdout is None:
        raise ValueError("standard output is closed.")
    return sys.stdout


def _say(text: str) -> None:
    """Write to standard output now, so that a failure is known before the end."""
    file = _standard_output()
    try:
        file.write(text)
        file.flush()
    except OSError as error:
        # what is still held would be written, and fail, once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
        raise ValueError(f"standard output: {error.strerror}.") from None


def _message(error: BaseException) -> str:
    """Return an error's text in one line that any screen can show."""
    text = str(error) or "there is not enough memory."
    if isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE // 2]} ... {text[-LONGEST_MESSAGE // 2 :]}"
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _die_of_signals() -> None:
    """End as other programs do when interrupted, or when their reader has gone."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


if __name__ == "__main__":
    _die_of_signals()
    sys.exit(main())
