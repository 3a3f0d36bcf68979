"""Files as a command line names them: which they are, which is which, and what each heeds."""

from __future__ import annotations

import argparse
import io
import os
import stat
import sys
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import IO

STANDARD = Path("-")
"""Standard input where something is read, standard output where something is written."""


def file_named(name: str) -> Path:
    """Return the file of that name; "./-" is one called "-", which alone is `STANDARD`."""
    if not name:
        raise argparse.ArgumentTypeError("a file must have a name")
    path = Path(name)
    return Path.cwd() / path if path == STANDARD and name != "-" else path


def filled(text: str) -> str:
    """Return a text that says something: an option given with none is no option left out."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it must not be empty")
    return text


def name_of(path: Path) -> str:
    """Return what an input is called in a sentence."""
    return "standard input" if path == STANDARD else path.name


def content_of(path: Path, most: int) -> bytes:
    """Return what an input holds, and of what is longer one byte more than the most."""
    if path != STANDARD:
        with path.open("rb") as file:
            return file.read(most + 1)
    if sys.stdin is None:
        raise ValueError("standard input is closed.")
    return sys.stdin.buffer.read(most + 1)


def keep_apart(inputs: Mapping[str, Path], outputs: Mapping[str, Path]) -> None:
    """Refuse an output that would overwrite an input or another output, by any of its names.

    Parameters
    ----------
    inputs, outputs : mapping of str to Path
        Each file, by what names it on the command line.

    Raises
    ------
    ValueError
        If two are one file that keeps what is written, or two are standard input.
    """
    for (option, path), (other, known) in combinations(outputs.items(), 2):
        if _are_one(path, known):
            raise ValueError(
                f"{option} and {other} are one file, {path}: give each a name of its own."
            )
    for option, path in inputs.items():
        for other, known in outputs.items():
            if STANDARD not in (path, known) and _are_one(path, known):
                raise ValueError(
                    f"{other} {known} would overwrite {option} {path}, which is the same file."
                )
        if path != STANDARD and _goes_to(sys.stdout, path):
            raise ValueError(f"standard output would be written into {option} {path} itself.")
    if list(inputs.values()).count(STANDARD) > 1:
        raise ValueError("only one file can be standard input, -.")


def _are_one(one: Path, other: Path) -> bool:
    if STANDARD in (one, other):
        return one == other or any(_goes_to(sys.stdout, path) for path in (one, other))
    try:
        return one.samefile(other) and _keeps(one.stat())
    except OSError:  # one of them is not there yet
        return _whole(one) == _whole(other)


def _whole(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _keeps(status: os.stat_result) -> bool:
    """Say whether what is written there would be lost, or lost for others, if written again."""
    return stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)


def _goes_to(stream: IO[str] | None, path: Path) -> bool:
    if stream is None:
        return False
    try:
        status = os.fstat(stream.fileno())
        return _keeps(status) and os.path.samestat(status, path.stat())
    except (OSError, io.UnsupportedOperation):
        return False
