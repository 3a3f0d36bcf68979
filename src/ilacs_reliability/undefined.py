"""The one warning that a number is undefined, raised where the user called the package."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import currentframe
from pathlib import Path
from types import FrameType

PACKAGE = str(Path(__file__).parent)


class UndefinedEstimateWarning(UserWarning):
    """The data leave a number undefined; the result is nan, with a reason."""


def warn_undefined(subject: str, why: str) -> None:
    """Warn, at the line that called the package, that a number is undefined.

    Parameters
    ----------
    subject : str
        What is undefined, as a sentence calls it.
    why : str
        The reason in words, such as one of `REASONS`.

    Warns
    -----
    UndefinedEstimateWarning
        Always.
    """
    message = f"{subject} is undefined: {why}."
    warnings.warn(message, UndefinedEstimateWarning, stacklevel=levels_out(currentframe()))


@contextmanager
def left_unsaid() -> Iterator[None]:
    """Find something on the way to a result that will itself say whether it is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        yield


def levels_out(frame: FrameType | None) -> int:
    """Return the `stacklevel` by which `frame` names the caller outside the package.

    Parameters
    ----------
    frame : frame or None
        That of the function which warns; None where Python keeps none.

    Returns
    -------
    int
        1 for `frame` itself, 2 for its caller and so on.
    """
    level, outer = 1, frame and frame.f_back
    while outer is not None and outer.f_code.co_filename.startswith(PACKAGE):
        level, outer = level + 1, outer.f_back
    return level + 1
