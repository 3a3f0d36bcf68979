"""Where a command's words and files go: whole or not at all, and failures in one line."""

from __future__ import annotations

import io
import os
import secrets
import signal
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ilacs_reliability._checks.problems import SeveralProblems
from ilacs_reliability.commands.naming import STANDARD

LONGEST_MESSAGE = 400
"""Characters of a message; of a longer one the middle is left out."""

# what ends the process from outside; not every system has them all
SIGNALS = [getattr(signal, name) for name in ("SIGHUP", "SIGINT", "SIGTERM") if name in dir(signal)]


def check_places(outputs: Mapping[str, Path]) -> None:
    """Refuse places where no file can be, before anything is worked out or written."""
    for option, path in outputs.items():
        if path != STANDARD:
            with _said_of(option, path):
                _check_place(path, _status(path))


def write(path: Path, content: bytes, *, option: str) -> None:
    """Write the whole content or nothing, and leave links, owners and permissions as they are."""
    if path == STANDARD:
        _say_bytes(content)
        return
    with _said_of(option, path):
        _write(path, content)


class _NoPlaceError(Exception):
    """Why no file can be where one is to be written."""


@contextmanager
def _said_of(option: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ValueError(f"{option} {path}: {error.strerror}.") from None
    except _NoPlaceError as error:
        raise ValueError(f"{option} {path}: {error}") from None


def _check_place(path: Path, before: os.stat_result | None) -> None:
    if before is None:
        directory = Path(os.path.realpath(path)).parent
        if not directory.is_dir():
            raise _NoPlaceError(f"there is no directory {directory}.")
    elif stat.S_ISDIR(before.st_mode):
        raise _NoPlaceError("this is a directory: name a file in it.")
    elif not _is_standard_output(before) and not os.access(path, os.W_OK):
        raise _NoPlaceError("Permission denied.")


def _write(path: Path, content: bytes) -> None:
    before = _status(path)
    _check_place(path, before)
    if before is None:
        _place(Path(os.path.realpath(path)), content, 0o666)
    elif _is_standard_output(before):
        _say_bytes(content)
    elif not stat.S_ISREG(before.st_mode):
        with path.open("wb") as pipe:
            pipe.write(content)
    elif before.st_nlink == 1 and _is_ours(before):
        _place(Path(os.path.realpath(path)), content, stat.S_IMODE(before.st_mode))
    else:
        _overwrite(path, content)


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


def standard_output() -> IO[str]:
    """Return standard output, or say that there is none."""
    if sys.stdout is None:
        raise ValueError("standard output is closed.")
    return sys.stdout


def say(text: str) -> None:
    """Write to standard output now, so that a failure is known before the end."""
    with _said() as file:
        file.write(text)
        file.flush()


def _say_bytes(content: bytes) -> None:
    with _said() as file:
        file.flush()
        file.buffer.write(content)  # type: ignore[attr-defined]
        file.flush()


@contextmanager
def _said() -> Iterator[IO[str]]:
    file = standard_output()
    try:
        yield file
    except OSError as error:
        # what is still held would be written, and fail, once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
        raise ValueError(f"standard output: {error.strerror}.") from None


def problems(error: BaseException) -> list[str]:
    """Return each thing that is wrong in a line that any screen can show."""
    if isinstance(error, SeveralProblems):
        return [message(ValueError(line)) for line in str(error).splitlines()]
    return [message(error)]


def message(error: BaseException) -> str:
    """Return an error's text in one line that any screen can show."""
    text = str(error) or "there is not enough memory."
    if isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE // 2]} ... {text[-LONGEST_MESSAGE // 2 :]}"
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
